"""The symbols and formulas that the judged derivations are written in."""

from sympy import Function, IndexedBase, Rational, Sum, Symbol, erf, exp, log, pi, sqrt, symbols, tanh

from activations.symbols import x

A, E, P = "algebra", "enclosure", "points"
R = Rational
y, t = symbols("y t", real=True)
p, q, r = symbols("p q r", positive=True)
n, m = symbols("n m", integer=True, positive=True)
i, j, k = symbols("i j k", integer=True)
w = Symbol("w")  # of which nothing is said: complex
plain = Symbol("x")  # as a student writes it
f, g, F, G = map(Function, "fgFG")
z, s = IndexedBase("z", real=True), IndexedBase("s")

sigmoid = 1 / (1 + exp(-x))
softplus = log(1 + exp(x))
silu = x * sigmoid
phi = exp(-(x**2) / 2) / sqrt(2 * pi)
gelu = x * (1 + erf(x / sqrt(2))) / 2
mish = x * tanh(softplus)
total = Sum(exp(z[j]), (j, 1, n))
SOFTMAX = {s[i]: exp(z[i]) / total}
