"""Every activation of the course as one SymPy expression. The only file that holds a formula.

`catalogue` maps a name to an `Activation` (scalar), a `VectorActivation` (softmax and its relatives) or a
`GatedActivation` (the GLU family), in teaching order. All else about a function is computed from its expression.
"""

import sympy as sp
from sympy import Piecewise, Rational, Symbol, cos, erf, exp, log, pi, sin, sqrt, tanh

from activations.activation import Activation, Catalogue, GatedActivation, Parameter, VectorActivation
from activations.symbols import a, b, i, j, n, x, z

# --- Symbols of the parameters, and the pieces that several functions are made of ----------------------------------

alpha, beta = Symbol("alpha", positive=True), Symbol("beta", real=True)
sharpness, squareness = Symbol("beta", positive=True), Symbol("b", nonnegative=True)
slope, low, high = Symbol("alpha", real=True), Symbol("l", real=True), Symbol("u", real=True)
theta, value, width = Symbol("theta", real=True), Symbol("v", real=True), Symbol("lamda", nonnegative=True)
t_l, a_l, t_r, a_r = sp.symbols("t_l a_l t_r a_r", real=True)

_sigmoid = 1 / (1 + exp(-x))
_softplus = log(1 + exp(x))
_Phi = (1 + erf(x / sqrt(2))) / 2
_relu = Piecewise((0, x <= 0), (x, True))


def _normalised(sign):
    """exp(±z_i) over the sum of all of them."""
    return exp(sign * z[i]) / sp.Sum(exp(sign * z[j]), (j, 1, n))


def _clip(line, left, right):
    """0 up to x = left, 1 from x = right on, the line between."""
    return Piecewise((0, x <= left), (1, x >= right), (line, True))


def _elu(scale, alpha, inner):
    """scale·x on the right, scale·α(e^inner - 1) on the left."""
    return Piecewise((scale * x, x > 0), (scale * alpha * (exp(inner) - 1), True))


def _selu():
    """λ·ELU with the α and λ that keep mean 0 and variance 1, from the two equations of Klambauer et al."""
    tail = sp.erfc(1 / sqrt(2))
    alpha = -sqrt(2 / pi) / (exp(Rational(1, 2)) * tail - 1)
    second_moment = (exp(2) * sp.erfc(sqrt(2)) - 2 * exp(Rational(1, 2)) * tail + 1) / 2
    scale = 1 / sqrt(Rational(1, 2) + alpha**2 * second_moment)
    return _elu(scale, alpha, x)


def _names(torch=None, keras=None, jax=None):
    """The names in the three frameworks, those left out that do not have the function."""
    names = {"PyTorch": torch and f"torch.{torch}", "Keras": keras and f"keras.{keras}", "JAX": jax and f"jax.{jax}"}
    return {framework: name for framework, name in names.items() if name}


def _parameters(*rows):
    return {str(row[0]): Parameter(row[0], sp.nsimplify(row[1]), *row[2:]) for row in rows}


def activation(name, title, expr, paper=None, frameworks=None, parameters=None, requires=sp.true):
    return Activation(expr, name, title, paper, frameworks, parameters=parameters, requires=requires)


_F, _K, _J = "nn.functional.", "activations.", "nn."

catalogue = Catalogue([
    # Part I
    activation("step", "Heaviside step", Piecewise((0, x < 0), (1, True)), "mcculloch1943",
               _names("heaviside", None, "numpy.heaviside")),
    activation("signum", "Signum", sp.sign(x), "rosenblatt1958", _names("sign", "ops.sign", "numpy.sign")),
    activation("identity", "Identity", x, None, _names("nn.Identity", _K + "linear", _J + "identity")),
    # Part II
    activation("sigmoid", "Sigmoid", _sigmoid, "verhulst1845",
               _names(_F + "sigmoid", _K + "sigmoid", _J + "sigmoid")),
    activation("logsigmoid", "Log-sigmoid", log(_sigmoid), None,
               _names(_F + "logsigmoid", _K + "log_sigmoid", _J + "log_sigmoid")),
    activation("hardsigmoid", "Hard sigmoid", _clip(x / 6 + Rational(1, 2), -3, 3), "howard2019",
               _names(_F + "hardsigmoid", _K + "hard_sigmoid", _J + "hard_sigmoid")),
    activation("hardsigmoid_keras2", "Hard sigmoid (Keras 2)",
               _clip(x / 5 + Rational(1, 2), -Rational(5, 2), Rational(5, 2)), None),
    activation("hardsigmoid_binaryconnect", "Hard sigmoid (BinaryConnect)", _clip((x + 1) / 2, -1, 1),
               "courbariaux2015"),
    activation("tanh", "Tanh", tanh(x), "lecun1998", _names(_F + "tanh", _K + "tanh", _J + "tanh")),
    activation("hardtanh", "Hard tanh", Piecewise((-1, x <= -1), (1, x >= 1), (x, True)), "collobert2004",
               _names(_F + "hardtanh", _K + "hard_tanh", _J + "hard_tanh")),
    activation("lecun_tanh", "LeCun's tanh", Rational("1.7159") * tanh(2 * x / 3), "lecun1998"),
    activation("tanhshrink", "Tanhshrink", x - tanh(x), None, _names(_F + "tanhshrink", _K + "tanh_shrink")),
    activation("softsign", "Softsign", x / (1 + sp.Abs(x)), "turian2009",
               _names(_F + "softsign", _K + "softsign", _J + "soft_sign")),
    activation("arctan", "Arctangent", sp.atan(x), None, _names("arctan", "ops.arctan", "numpy.arctan")),
    activation("symmetrical_sigmoid", "Symmetrical sigmoid", tanh(x / 2)),
    activation("log_log", "Complementary log-log", 1 - exp(-exp(x))),
    activation("bent_identity", "Bent identity", (sqrt(x**2 + 1) - 1) / 2 + x),
    activation("gaussian", "Gaussian", exp(-(x**2)), "broomhead1988"),
    activation("absolute", "Absolute value", sp.Abs(x), "jarrett2009",
               _names("abs", "ops.absolute", "numpy.abs")),
    activation("sinusoid", "Sinusoid", sin(x), "sitzmann2020", _names("sin", "ops.sin", "numpy.sin")),
    activation("cosine", "Cosine", cos(x), None, _names("cos", "ops.cos", "numpy.cos")),
    activation("sinc", "Sinc", Piecewise((sin(x) / x, sp.Ne(x, 0)), (1, True))),
    # Part IV
    activation("relu", "ReLU", _relu, "nair2010", _names(_F + "relu", _K + "relu", _J + "relu")),
    activation("relu6", "ReLU6", Piecewise((0, x <= 0), (6, x >= 6), (x, True)), "krizhevsky2010",
               _names(_F + "relu6", _K + "relu6", _J + "relu6")),
    activation("leaky_relu", "Leaky ReLU", Piecewise((x, x > 0), (slope * x, True)), "maas2013",
               _names(_F + "leaky_relu", _K + "leaky_relu", _J + "leaky_relu"),
               _parameters((slope, "0.01", 0, 1, 0.01, "slope on the left"))),
    activation("prelu", "PReLU", Piecewise((x, x > 0), (slope * x, True)), "he2015",
               _names(_F + "prelu", "layers.PReLU"),
               _parameters((slope, "0.25", -1, 2, 0.05, "learned slope on the left"))),
    activation("rrelu", "RReLU", Piecewise((x, x > 0), ((low + high) / 2 * x, True)), "xu2015", _names(_F + "rrelu"),
               _parameters((low, "1/8", 0, 1, 0.005, "smallest slope drawn in training"),
                           (high, "1/3", 0, 1, 0.005, "largest slope drawn in training")),
               requires=sp.Le(low, high)),
    activation("srelu", "SReLU",
               Piecewise((t_l + a_l * (x - t_l), x <= t_l), (t_r + a_r * (x - t_r), x >= t_r), (x, True)),
               "jin2016", {},
               _parameters((t_l, -1, -3, 0, 0.1, "left threshold"), (a_l, "0.2", -1, 2, 0.05, "slope on the left"),
                           (t_r, 1, 0, 3, 0.1, "right threshold"), (a_r, "0.2", -1, 2, 0.05, "slope on the right")),
               requires=sp.Le(t_l, t_r)),
    activation("threshold", "Threshold", Piecewise((x, x > theta), (value, True)), None,
               _names(_F + "threshold", _K + "threshold"),
               _parameters((theta, 1, -3, 3, 0.1, "threshold"), (value, 0, -3, 3, 0.1, "value up to the threshold"))),
    activation("hardshrink", "Hardshrink", Piecewise((0, sp.And(x >= -width, x <= width)), (x, True)), "donoho1994",
               _names(_F + "hardshrink", _K + "hard_shrink"),
               _parameters((width, "0.5", 0, 3, 0.1, "half-width of the flat part"))),
    activation("softshrink", "Softshrink",
               Piecewise((x + width, x < -width), (x - width, x > width), (0, True)), "donoho1995",
               _names(_F + "softshrink", _K + "soft_shrink"),
               _parameters((width, "0.5", 0, 3, 0.1, "half-width of the flat part"))),
    activation("elu", "ELU", _elu(1, alpha, x), "clevert2016", _names(_F + "elu", _K + "elu", _J + "elu"),
               _parameters((alpha, 1, 0.05, 3, 0.05, "minus the limit on the left"))),
    activation("celu", "CELU", _elu(1, alpha, x / alpha), "barron2017", _names(_F + "celu", _K + "celu", _J + "celu"),
               _parameters((alpha, 1, 0.05, 3, 0.05, "minus the limit on the left"))),
    activation("selu", "SELU", _selu(), "klambauer2017", _names(_F + "selu", _K + "selu", _J + "selu")),
    activation("softplus", "Softplus", _softplus.subs(x, sharpness * x) / sharpness, "dugas2001",
               _names(_F + "softplus", _K + "softplus", _J + "softplus"),
               _parameters((sharpness, 1, 0.2, 10, 0.1, "sharpness of the bend"))),
    activation("squareplus", "Squareplus", (x + sqrt(x**2 + squareness)) / 2, "barron2021",
               _names(None, _K + "squareplus", _J + "squareplus"),
               _parameters((squareness, 4, 0.05, 8, 0.05, "size of the bend; the value at 0 is √b/2"))),
    activation("squared_relu", "Squared ReLU", Piecewise((0, x <= 0), (x**2, True)), "so2021"),
    # Part V
    activation("silu", "SiLU", x * _sigmoid, "elfwing2018", _names(_F + "silu", _K + "silu", _J + "silu")),
    activation("swish", "Swish", x * _sigmoid.subs(x, beta * x), "ramachandran2017", {},
               _parameters((beta, 1, 0, 10, 0.1, "sharpness of the gate"))),
    activation("hardswish", "Hard swish", Piecewise((0, x <= -3), (x, x >= 3), (x * (x + 3) / 6, True)), "howard2019",
               _names(_F + "hardswish", _K + "hard_silu", _J + "hard_silu")),
    activation("mish", "Mish", x * tanh(_softplus), "misra2019", _names(_F + "mish", _K + "mish", _J + "mish")),
    activation("gelu", "GELU", x * _Phi, "hendrycks2016", _names(_F + "gelu", _K + "gelu", _J + "gelu")),
    activation("gelu_tanh", "GELU (tanh form)",
               x * (1 + tanh(sqrt(2 / pi) * (x + Rational("0.044715") * x**3))) / 2, "hendrycks2016",
               _names(_F + "gelu", _K + "gelu", _J + "gelu")),
    activation("quick_gelu", "Quick GELU", x * _sigmoid.subs(x, Rational("1.702") * x), "hendrycks2016"),
    GatedActivation("glu", "GLU", a * _sigmoid.subs(x, b), "dauphin2017", _names(_F + "glu", _K + "glu", _J + "glu")),
    GatedActivation("reglu", "ReGLU", a * _relu.subs(x, b), "shazeer2020"),
    GatedActivation("geglu", "GEGLU", a * (x * _Phi).subs(x, b), "shazeer2020"),
    GatedActivation("swiglu", "SwiGLU", a * (x * _sigmoid).subs(x, b), "shazeer2020"),
    # Part VI
    VectorActivation("softmax", "Softmax", _normalised(1), "bridle1990",
                     _names(_F + "softmax", _K + "softmax", _J + "softmax")),
    VectorActivation("softmin", "Softmin", _normalised(-1), None,
                     _names(_F + "softmin")),
    VectorActivation("log_softmax", "Log-softmax", z[i] - log(sp.Sum(exp(z[j]), (j, 1, n))), None,
                     _names(_F + "log_softmax", _K + "log_softmax", _J + "log_softmax")),
])
