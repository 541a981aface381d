"""Explorers that several test files move: one curve, bars with cells, and a chain with a chooser."""

import numpy as np
from ipywidgets import FloatLogSlider, FloatSlider, IntSlider
from sympy import Abs, Function, Integer, Matrix, Max, Piecewise, Symbol, exp, log, nan, prod, symbols, tanh

from activations import x
from activations.explorer import Bars, Cells, Frames, explore

alpha, beta, T, w, b, depth = symbols("alpha beta T w b depth")
z = symbols("z1:4")
steps = Symbol("log2", positive=True)
f, hill = Function("f"), Function("hill")
SIGMOID = 1 / (1 + exp(-x))


def slider(value=1.0, low=0.1, high=3.0, step=0.05, **options):
    return FloatSlider(value, min=low, max=high, step=step, **options)


def swish(**options):
    return explore(x / (1 + exp(-beta * x)), beta=slider(), **options)


def softmax():
    p = [exp(k / T) / sum(exp(j / T) for j in z) for k in z]
    jacobian = Matrix(3, 3, lambda i, j: p[i].diff(z[j]))
    scores = {str(k): slider(v, -3, 3, 0.1) for k, v in zip(z, (2, 1, 0), strict=True)}
    return explore(Bars(p, labels=["p₁", "p₂", "p₃"], ylim=(0, 1.1)), Cells(jacobian, title="Jacobian"),
                   T=FloatLogSlider(1, base=10, min=-1, max=1, step=0.05), **scores)


def chain(layers=4):
    """Gradient by layer of a chain of neurons, with a chooser and a depth."""
    a, where, inputs = Symbol("a0"), {}, []
    for k in range(1, layers + 1):
        inputs.append(Symbol(f"y{k}"))
        where |= {inputs[-1]: w * a + b, Symbol(f"a{k}"): f(inputs[-1])}
        a = Symbol(f"a{k}")
    bars = [Piecewise((Abs(prod(f(y).diff(y) for y in inputs[k:])), k < depth), (nan, True)) for k in range(layers)]
    options = {"sigmoid": SIGMOID, "tanh": tanh(x), "ReLU": Max(0, x)}
    return explore(Bars(bars, log=True, ylim=(1e-5, 10)), where=where, f=options, a0=slider(0.5, -1, 1),
                   w=slider(1.5, 0.1, 4), b=slider(0, -2, 2), depth=IntSlider(4, min=1, max=layers))


def hills(side=12):
    """Maps of two hills, four of each, with a chooser and a logarithmic slider, and two points."""
    across, up = np.meshgrid(np.linspace(-1, 1, side), np.linspace(-1, 1, side))
    maps = np.array([np.exp(-k * ((across - at) ** 2 + up**2)) for at in (-0.5, 0.25) for k in (1, 2, 4, 8)])
    return explore(
        Frames(maps, 4 * hill(0) + log(steps, 2), extent=(-1, 1, -1, 1), notes=[f"hill {i}" for i in range(8)],
               points=[[-0.5, 0.5], [0.25, 0]], marks=[False, True], title="Hills", xlabel="x", ylabel="y"),
        hill={"left": Integer(0), "right": Integer(1)}, log2=FloatLogSlider(1, base=2, min=0, max=3, step=1))


def compiled(explorer, panel=0, option=0):
    """The functions of a panel: NumPy of the variable, if there is one, and then of all sliders."""
    return explorer.views[panel].compiled[option].numpy
