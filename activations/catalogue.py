"""Every activation of the course as one SymPy expression. The only file that holds a formula.

`catalogue` maps a name to an `Activation` (scalar), a `VectorActivation` (softmax and its relatives) or a
`GatedActivation` (the GLU family), in teaching order. All else about a function is computed from its expression.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property

import numpy as np
import sympy as sp
from sympy import Piecewise, Rational, Symbol, cos, erf, exp, log, pi, sin, sqrt, tanh

from activations import calculus
from activations.compile import to_numpy
from activations.symbols import x


@dataclass(frozen=True)
class Parameter:
    """A parameter of an activation: its symbol, default value, the range of its slider, and what it does."""

    symbol: Symbol
    default: sp.Expr
    min: float
    max: float
    step: float
    description: str

    def check(self, name, value):
        """The value as a float array; TypeError if it is not a real number, ValueError outside the domain."""
        array = np.asarray(value)
        if array.dtype.kind not in "fiu":
            raise TypeError(f"{name}: the parameter {self.symbol} is a real number, not {value!r}")
        array = array.astype(float)
        if not np.all(np.isfinite(array)):
            raise ValueError(f"{name}: the parameter {self.symbol} is finite, not {value!r}")
        if self.symbol.is_positive and not np.all(array > 0):
            raise ValueError(f"{name}: the parameter {self.symbol} is greater than 0, not {value!r}")
        if self.symbol.is_nonnegative and not np.all(array >= 0):
            raise ValueError(f"{name}: the parameter {self.symbol} is at least 0, not {value!r}")
        return array


@dataclass(frozen=True, eq=False)
class _Entry:
    """What every kind of activation has; `frameworks` and `paper` say where else to find it."""

    name: str
    title: str
    expr: sp.Expr
    paper: str | None = None
    frameworks: Mapping = field(default_factory=dict)

    def __repr__(self):
        return f"{type(self).__name__} {self.name}: {self.expr}"

    def _repr_latex_(self):
        return f"$\\displaystyle {sp.latex(self.expr)}$"


@dataclass(frozen=True, eq=False, repr=False)
class Activation(_Entry):
    """A function of one real variable, applied to each element of an array.

    `expr` is in the symbol `activations.x` and the parameters' symbols. At a kink there is no derivative; the
    conditions of the Piecewise are those that make `df` take the value that the frameworks take.
    """

    parameters: Mapping = field(default_factory=dict)
    requires: sp.Basic = sp.true

    @cached_property
    def derivative(self):
        """f′ as a SymPy expression, by `calculus.derivative`."""
        return calculus.derivative(self.expr)

    @cached_property
    def kink(self):
        """The slope that `df` takes where there is none, in words, at the default parameters; None without kinks."""
        expr, slope = self.at(), self.derivative_at()
        jumps = calculus.jumps(expr)
        words = [f"slope {float(slope.subs(x, at)):.6g} at {at}{' (a jump)' * (at in jumps)}"
                 for at in calculus.kinks(expr)]
        return ", ".join(words) or None

    def at(self, **parameters):
        """The expression with the parameters put in: the given values, and the defaults of the others."""
        return self.expr.subs(self._exact(parameters))

    def derivative_at(self, **parameters):
        """The derivative with the parameters put in."""
        return self.derivative.subs(self._exact(parameters))

    def f(self, values, **parameters):
        """f(values), element by element, for an array of any shape.

        Computed in float64, given back in the floating type of `values` (float64 for integers). ±inf gives the limit
        there, or nan where there is none; nan gives nan. Raises TypeError for a parameter that f does not have or a
        value that is not a real number, ValueError for one outside its domain.
        """
        return self._evaluate(self.expr, values, parameters)

    def df(self, values, **parameters):
        """f′(values), under the same rules as `f`; at a kink the slope named by `kink`."""
        return self._evaluate(self.derivative, values, parameters)

    @property
    def properties(self):
        """Limits, range, extrema, saturation, smoothness and more, at the default parameters."""
        return self.properties_at()

    def properties_at(self, **parameters):
        """The properties at the given parameters."""
        return calculus.properties(self.at(**parameters))

    def sliders(self):
        """A fresh ipywidgets slider for each parameter, by name."""
        from ipywidgets import FloatSlider

        return {name: FloatSlider(float(p.default), min=p.min, max=p.max, step=p.step, description=name)
                for name, p in self.parameters.items()}

    def _checked(self, parameters):
        """The value of every parameter as a float array, defaults filled in."""
        for name in parameters:
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise TypeError(f"{self.name} has no parameter {name!r}; its parameters: {known}")
        values = {name: p.check(self.name, parameters.get(name, float(p.default)))
                  for name, p in self.parameters.items()}
        if self.requires != sp.true:
            low, high = (values[str(side)] for side in (self.requires.lts, self.requires.gts))
            if np.any(low > high):
                raise ValueError(f"{self.name}: the parameters satisfy {self.requires}, not {low} and {high}")
        return values

    def _exact(self, parameters):
        self._checked({name: float(value) for name, value in parameters.items()})
        given = {name: value if isinstance(value, sp.Basic) else Rational(str(value))
                 for name, value in parameters.items()}
        return {p.symbol: given.get(name, p.default) for name, p in self.parameters.items()}

    def _evaluate(self, expr, values, parameters):
        values = np.asarray(values)
        checked = self._checked(parameters)
        symbols = (x, *(p.symbol for p in self.parameters.values()))
        result = np.asarray(_compiled(expr, symbols)(values, *checked.values()))
        undefined = np.isnan(result)
        if undefined.any() and (at_infinity := undefined & np.isinf(values)).any():
            result = self._with_limits(expr, result, values, checked, at_infinity)
        return result.astype(values.dtype if values.dtype.kind == "f" else float, copy=False)[()]

    def _with_limits(self, expr, result, values, checked, at_infinity):
        """Put the limit of the expression where an infinite value left 0·∞ or ∞ - ∞."""
        result = result.copy()
        values, *arrays = np.broadcast_arrays(values, *checked.values())
        for index in np.argwhere(np.broadcast_to(at_infinity, result.shape)):
            index = tuple(index)
            exact = {p.symbol: Rational(float(a[index])) for p, a in zip(self.parameters.values(), arrays, strict=True)}
            result[index] = _limit(expr.subs(exact), values[index] > 0)
        return result


@cache
def _compiled(expr, symbols):
    return to_numpy(expr, symbols)


@cache
def _limit(expr, to_the_right):
    limit = calculus.limits(expr)[1 if to_the_right else 0]
    return float(limit) if limit is not None and not isinstance(limit, sp.AccumBounds) else np.nan


@dataclass(frozen=True, eq=False, repr=False)
class VectorActivation(_Entry):
    """A function of a vector z_1 … z_n: `expr` is its component i, written with z[i] and a sum over j from 1 to n."""

    @cached_property
    def derivative(self):
        """Entry (i, k) of the Jacobian, ∂f_i/∂z_k, in index form."""
        total = Symbol("total", positive=True)
        in_total = self.expr.subs(self._sum, total)
        inner = self._sum.function.diff(z[j]).subs(j, k)
        slope = in_total.diff(z[k]) + in_total.diff(total) * inner
        return sp.expand(slope.subs(total, self._sum))

    def components(self, n):
        """All n components as a column of expressions in the symbols z_1 … z_n."""
        scores = sp.symbols(f"z_1:{n + 1}", real=True)
        expanded = self.expr.subs(self._sum, sp.Add(*(self._sum.function.subs(z[j], score) for score in scores)))
        return sp.Matrix([expanded.subs(z[i], score) for score in scores])

    def f(self, values, axis=-1):
        """f along one axis of an array of any shape; the same shape and floating type.

        A score of -inf counts for nothing (a mask). Where an infinite score decides, the limit; a vector in which
        several do, or with a nan, is all nan. Raises ValueError for an array without that axis, or with no score
        along it.
        """
        return np.moveaxis(self._evaluate(self.expr, _scores(self, values, axis)), -1, axis)

    def jacobian(self, values, axis=-1):
        """The matrices ∂f_i/∂z_k, with i and k as the last two axes: shape (…, n) gives (…, n, n)."""
        return self._evaluate(self.derivative, _scores(self, values, axis), square=True)

    @cached_property
    def _sum(self):
        (sum_,) = self.expr.atoms(sp.Sum)
        return sum_

    def _evaluate(self, expr, scores, square=False):
        """Compile with every exponential divided by the largest one, which cancels from the expression."""
        u = np.asarray(_compiled(self._sum.function.args[0].subs(z[j], x), (x,))(scores.astype(float)))
        largest = u.max(axis=-1, keepdims=True)
        with np.errstate(all="ignore"):
            shifted = np.where(u == largest, 0, u - largest)
            shifted = np.where(np.isinf(largest) & ((u == largest).sum(axis=-1, keepdims=True) > 1), np.nan, shifted)
            e = np.exp(shifted)
        others = e.copy()
        np.put_along_axis(others, u.argmax(axis=-1, keepdims=True), 0, axis=-1)
        values = [shifted, e, others.sum(axis=-1, keepdims=True)]
        if square:
            values = [*(v[..., :, None] for v in values), e[..., None, :], np.eye(scores.shape[-1])]
        return np.asarray(_compiled_vector(expr, self._sum, square)(*values)).astype(scores.dtype)


@cache
def _compiled_vector(expr, sum_, square):
    """Replace exp(u_i) by e_i·exp(m) and the sum by (1 + rest)·exp(m), where m is the largest u; u_i by s_i + m."""
    e, e_k, largest = sp.symbols("e e_k largest", positive=True)
    shifted, rest, delta = sp.symbols("s rest delta", real=True)
    term = sum_.function
    scale = Symbol("scale", positive=True)
    expr = expr.subs(sum_, (1 + rest) * scale).subs({term.subs(j, i): e * scale, term.subs(j, k): e_k * scale})
    expr = sp.expand_log(expr, force=True).subs({log(scale): largest, term.args[0].subs(j, i): shifted + largest})
    expr = expr.subs(sp.KroneckerDelta(i, k), delta)
    return to_numpy(expr, [shifted, e, rest, *([e_k, delta] if square else [])])


def _scores(activation, values, axis):
    values = np.asarray(values)
    values = values if values.dtype.kind == "f" else values.astype(float)
    if not -values.ndim <= axis < values.ndim:
        raise ValueError(f"{activation.name}: an array of shape {values.shape} has no axis {axis}")
    if values.shape[axis] == 0:
        raise ValueError(f"{activation.name}: an array of shape {values.shape} has no scores along axis {axis}")
    return np.moveaxis(values, axis, -1)


@dataclass(frozen=True, eq=False, repr=False)
class GatedActivation(_Entry):
    """A product of two inputs: `expr` is in a (the value) and b (the gate), the two halves of the array."""

    @cached_property
    def partials(self):
        """∂f/∂a and ∂f/∂b, by symbol."""
        return {symbol: calculus.derivative(self.expr, symbol) for symbol in (a, b)}

    def f(self, values, axis=-1):
        """f of the two halves of `values` along an axis, as torch.nn.functional.glu splits it; half as long there.

        Raises ValueError where the length of the axis is odd.
        """
        return _compiled(self.expr, (a, b))(*self._halves(values, axis))

    def df(self, values, axis=-1):
        """∂f/∂a and ∂f/∂b at the two halves of `values`, as a pair of arrays."""
        return tuple(_compiled(partial, (a, b))(*self._halves(values, axis)) for partial in self.partials.values())

    def _halves(self, values, axis):
        values = np.moveaxis(_scores(self, values, axis), -1, axis)
        if values.shape[axis] % 2:
            raise ValueError(
                f"{self.name} splits axis {axis} in two halves, and its length {values.shape[axis]} is odd")
        return np.split(values, 2, axis=axis)


class Catalogue(Mapping):
    """The activations by name, in teaching order; an unknown name raises a KeyError with close matches."""

    def __init__(self, entries):
        self._entries = {entry.name: entry for entry in entries}

    def __getitem__(self, name):
        if name in self._entries:
            return self._entries[name]
        close = get_close_matches(str(name), self._entries, n=3, cutoff=0.5)
        hint = f"; did you mean {' or '.join(close)}?" if close else f"; there are: {', '.join(self._entries)}"
        raise KeyError(f"no activation is called {name!r}{hint}")

    def __iter__(self):
        return iter(self._entries)

    def __len__(self):
        return len(self._entries)

    def __repr__(self):
        return f"Catalogue of {len(self)} activations: {', '.join(self)}"

    @property
    def scalar(self):
        """The activations of one variable, as a list."""
        return [entry for entry in self.values() if isinstance(entry, Activation)]


# --- Symbols of the parameters, and the pieces that several functions are made of ----------------------------------

alpha, beta = Symbol("alpha", positive=True), Symbol("beta", real=True)
sharpness, squareness = Symbol("beta", positive=True), Symbol("b", nonnegative=True)
slope, low, high = Symbol("alpha", real=True), Symbol("l", real=True), Symbol("u", real=True)
theta, value, width = Symbol("theta", real=True), Symbol("v", real=True), Symbol("lamda", nonnegative=True)
t_l, a_l, t_r, a_r = sp.symbols("t_l a_l t_r a_r", real=True)
a, b = sp.symbols("a b", real=True)
z, i, j, k, n = sp.IndexedBase("z", real=True), *sp.symbols("i j k n", integer=True, positive=True)

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


_F, _K, _J = "nn.functional.", "activations.", "nn."

catalogue = Catalogue([
    # Part I
    Activation("step", "Heaviside step", Piecewise((0, x < 0), (1, True)), "mcculloch1943",
               _names("heaviside", None, "numpy.heaviside")),
    Activation("signum", "Signum", sp.sign(x), "rosenblatt1958", _names("sign", "ops.sign", "numpy.sign")),
    Activation("identity", "Identity", x, None, _names("nn.Identity", _K + "linear", _J + "identity")),
    # Part II
    Activation("sigmoid", "Sigmoid", _sigmoid, "verhulst1845",
               _names(_F + "sigmoid", _K + "sigmoid", _J + "sigmoid")),
    Activation("logsigmoid", "Log-sigmoid", log(_sigmoid), None,
               _names(_F + "logsigmoid", _K + "log_sigmoid", _J + "log_sigmoid")),
    Activation("hardsigmoid", "Hard sigmoid", _clip(x / 6 + Rational(1, 2), -3, 3), "howard2019",
               _names(_F + "hardsigmoid", _K + "hard_sigmoid", _J + "hard_sigmoid")),
    Activation("hardsigmoid_keras2", "Hard sigmoid (Keras 2)",
               _clip(x / 5 + Rational(1, 2), -Rational(5, 2), Rational(5, 2)), None),
    Activation("hardsigmoid_binaryconnect", "Hard sigmoid (BinaryConnect)", _clip((x + 1) / 2, -1, 1),
               "courbariaux2015"),
    Activation("tanh", "Tanh", tanh(x), "lecun1998", _names(_F + "tanh", _K + "tanh", _J + "tanh")),
    Activation("hardtanh", "Hard tanh", Piecewise((-1, x <= -1), (1, x >= 1), (x, True)), "collobert2004",
               _names(_F + "hardtanh", _K + "hard_tanh", _J + "hard_tanh")),
    Activation("lecun_tanh", "LeCun's tanh", Rational("1.7159") * tanh(2 * x / 3), "lecun1998"),
    Activation("tanhshrink", "Tanhshrink", x - tanh(x), None, _names(_F + "tanhshrink", _K + "tanh_shrink")),
    Activation("softsign", "Softsign", x / (1 + sp.Abs(x)), "turian2009",
               _names(_F + "softsign", _K + "softsign", _J + "soft_sign")),
    Activation("arctan", "Arctangent", sp.atan(x), None, _names("arctan", "ops.arctan", "numpy.arctan")),
    Activation("symmetrical_sigmoid", "Symmetrical sigmoid", tanh(x / 2)),
    Activation("log_log", "Complementary log-log", 1 - exp(-exp(x))),
    Activation("bent_identity", "Bent identity", (sqrt(x**2 + 1) - 1) / 2 + x),
    Activation("gaussian", "Gaussian", exp(-(x**2)), "broomhead1988"),
    Activation("absolute", "Absolute value", sp.Abs(x), "jarrett2009",
               _names("abs", "ops.absolute", "numpy.abs")),
    Activation("sinusoid", "Sinusoid", sin(x), "sitzmann2020", _names("sin", "ops.sin", "numpy.sin")),
    Activation("cosine", "Cosine", cos(x), None, _names("cos", "ops.cos", "numpy.cos")),
    Activation("sinc", "Sinc", Piecewise((sin(x) / x, sp.Ne(x, 0)), (1, True))),
    # Part IV
    Activation("relu", "ReLU", _relu, "nair2010", _names(_F + "relu", _K + "relu", _J + "relu")),
    Activation("relu6", "ReLU6", Piecewise((0, x <= 0), (6, x >= 6), (x, True)), "krizhevsky2010",
               _names(_F + "relu6", _K + "relu6", _J + "relu6")),
    Activation("leaky_relu", "Leaky ReLU", Piecewise((x, x > 0), (slope * x, True)), "maas2013",
               _names(_F + "leaky_relu", _K + "leaky_relu", _J + "leaky_relu"),
               _parameters((slope, "0.01", 0, 1, 0.01, "slope on the left"))),
    Activation("prelu", "PReLU", Piecewise((x, x > 0), (slope * x, True)), "he2015",
               _names(_F + "prelu", "layers.PReLU"),
               _parameters((slope, "0.25", -1, 2, 0.05, "learned slope on the left"))),
    Activation("rrelu", "RReLU", Piecewise((x, x > 0), ((low + high) / 2 * x, True)), "xu2015", _names(_F + "rrelu"),
               _parameters((low, "1/8", 0, 1, 0.005, "smallest slope drawn in training"),
                           (high, "1/3", 0, 1, 0.005, "largest slope drawn in training")),
               requires=sp.Le(low, high)),
    Activation("srelu", "SReLU",
               Piecewise((t_l + a_l * (x - t_l), x <= t_l), (t_r + a_r * (x - t_r), x >= t_r), (x, True)),
               "jin2016", {},
               _parameters((t_l, -1, -3, 0, 0.1, "left threshold"), (a_l, "0.2", -1, 2, 0.05, "slope on the left"),
                           (t_r, 1, 0, 3, 0.1, "right threshold"), (a_r, "0.2", -1, 2, 0.05, "slope on the right")),
               requires=sp.Le(t_l, t_r)),
    Activation("threshold", "Threshold", Piecewise((x, x > theta), (value, True)), None,
               _names(_F + "threshold", _K + "threshold"),
               _parameters((theta, 1, -3, 3, 0.1, "threshold"), (value, 0, -3, 3, 0.1, "value up to the threshold"))),
    Activation("hardshrink", "Hardshrink", Piecewise((0, sp.And(x >= -width, x <= width)), (x, True)), "donoho1994",
               _names(_F + "hardshrink", _K + "hard_shrink"),
               _parameters((width, "0.5", 0, 3, 0.1, "half-width of the flat part"))),
    Activation("softshrink", "Softshrink",
               Piecewise((x + width, x < -width), (x - width, x > width), (0, True)), "donoho1995",
               _names(_F + "softshrink", _K + "soft_shrink"),
               _parameters((width, "0.5", 0, 3, 0.1, "half-width of the flat part"))),
    Activation("elu", "ELU", _elu(1, alpha, x), "clevert2016", _names(_F + "elu", _K + "elu", _J + "elu"),
               _parameters((alpha, 1, 0.05, 3, 0.05, "minus the limit on the left"))),
    Activation("celu", "CELU", _elu(1, alpha, x / alpha), "barron2017", _names(_F + "celu", _K + "celu", _J + "celu"),
               _parameters((alpha, 1, 0.05, 3, 0.05, "minus the limit on the left"))),
    Activation("selu", "SELU", _selu(), "klambauer2017", _names(_F + "selu", _K + "selu", _J + "selu")),
    Activation("softplus", "Softplus", _softplus.subs(x, sharpness * x) / sharpness, "dugas2001",
               _names(_F + "softplus", _K + "softplus", _J + "softplus"),
               _parameters((sharpness, 1, 0.2, 10, 0.1, "sharpness of the bend"))),
    Activation("squareplus", "Squareplus", (x + sqrt(x**2 + squareness)) / 2, "barron2021",
               _names(None, _K + "squareplus", _J + "squareplus"),
               _parameters((squareness, 4, 0.05, 8, 0.05, "size of the bend; the value at 0 is √b/2"))),
    Activation("squared_relu", "Squared ReLU", Piecewise((0, x <= 0), (x**2, True)), "so2021"),
    # Part V
    Activation("silu", "SiLU", x * _sigmoid, "elfwing2018", _names(_F + "silu", _K + "silu", _J + "silu")),
    Activation("swish", "Swish", x * _sigmoid.subs(x, beta * x), "ramachandran2017", {},
               _parameters((beta, 1, 0, 10, 0.1, "sharpness of the gate"))),
    Activation("hardswish", "Hard swish", Piecewise((0, x <= -3), (x, x >= 3), (x * (x + 3) / 6, True)), "howard2019",
               _names(_F + "hardswish", _K + "hard_silu", _J + "hard_silu")),
    Activation("mish", "Mish", x * tanh(_softplus), "misra2019", _names(_F + "mish", _K + "mish", _J + "mish")),
    Activation("gelu", "GELU", x * _Phi, "hendrycks2016", _names(_F + "gelu", _K + "gelu", _J + "gelu")),
    Activation("gelu_tanh", "GELU (tanh form)",
               x * (1 + tanh(sqrt(2 / pi) * (x + Rational("0.044715") * x**3))) / 2, "hendrycks2016",
               _names(_F + "gelu", _K + "gelu", _J + "gelu")),
    Activation("quick_gelu", "Quick GELU", x * _sigmoid.subs(x, Rational("1.702") * x), "hendrycks2016"),
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
