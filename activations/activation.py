"""What an entry of the catalogue can do: scalar activations, those of a vector, and gated ones.

All that they know about a function is computed from its expression.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property, lru_cache

import numpy as np
import sympy as sp
from sympy import Rational, Symbol, log

from activations import calculus
from activations.numerics import to_numpy
from activations.symbols import a, b, i, j, k, unify, x, z


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


def _parameter(symbol, default):
    """A parameter with that default, and a slider around it that stays inside the domain of the symbol."""
    exact = sp.nsimplify(default, rational=True)
    if not exact.is_real:
        raise TypeError(f"the default of {symbol} is a real number, not {default!r}")
    reach = max(1.0, 2 * abs(float(exact)))
    step = reach / 50
    lowest = step if symbol.is_positive else 0.0 if symbol.is_nonnegative else -np.inf
    parameter = Parameter(symbol, exact, max(float(exact) - reach, lowest), float(exact) + reach, step, "")
    parameter.check("Activation", float(exact))
    return parameter


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


@dataclass(frozen=True, eq=False, repr=False, init=False)
class Activation(_Entry):
    """A function of one real variable, applied to each element of an array: `Activation(x * atan(x))`.

    `expr` is in the symbol x. Every other symbol is a parameter: a keyword gives its default, as in
    `Activation(x / (1 + exp(-beta * x)), beta=1)`, or `parameters` its `Parameter` by name. `requires` is a relation
    that the parameters satisfy. At a kink there is no derivative; the conditions of a Piecewise say which value `df`
    takes there. Raises TypeError for what is no expression, ValueError for a symbol without a default.
    """

    parameters: Mapping = field(default_factory=dict)
    requires: sp.Basic = sp.true

    def __init__(self, expr, name=None, title=None, paper=None, frameworks=None, *, parameters=None, requires=sp.true,
                 **defaults):
        if not isinstance(expr, sp.Expr):
            raise TypeError(f"an activation is made of a SymPy expression in x, such as x * tanh(x); got {expr!r}")
        parameters = dict(parameters or {})
        expr, _, *_ = unify(expr, x, *(parameter.symbol for parameter in parameters.values()))
        real = {symbol: Symbol(symbol.name, real=True) for symbol in expr.free_symbols if symbol.is_real is None}
        expr = expr.xreplace(real)
        symbols = {symbol.name: symbol for symbol in expr.free_symbols - {x}}
        for key, default in defaults.items():
            if key not in symbols:
                raise TypeError(f"the expression {expr} has no symbol {key} beside x; its symbols: "
                                f"{', '.join(sorted(symbols)) or 'none'}")
            parameters[key] = _parameter(symbols[key], default)
        missing = sorted(set(symbols) - set(parameters))
        if missing:
            given = ", ".join(f"{key}=1" for key in missing)
            raise ValueError(f"the expression {expr} has the symbol {' and '.join(missing)} beside x; "
                             f"give a default, as in Activation(..., {given})")
        name = name or str(expr)
        for key, value in dict(name=name, title=title or name, expr=expr, paper=paper, frameworks=frameworks or {},
                               parameters=parameters, requires=requires).items():
            object.__setattr__(self, key, value)

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

    def derivative_in(self, name):
        """∂f/∂(the parameter of that name) as a SymPy expression."""
        if name not in self.parameters:
            raise TypeError(self._has_no(name))
        return _derivative_in(self.expr, self.parameters[name].symbol)

    def df_in(self, name, values, **parameters):
        """∂f/∂(the parameter of that name) at `values`, under the same rules as `f`."""
        return self._evaluate(self.derivative_in(name), values, parameters)

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
                raise TypeError(self._has_no(name))
        values = {name: p.check(self.name, parameters.get(name, float(p.default)))
                  for name, p in self.parameters.items()}
        if self.requires != sp.true:
            low, high = (values[str(side)] for side in (self.requires.lts, self.requires.gts))
            if np.any(low > high):
                raise ValueError(f"{self.name}: the parameters satisfy {self.requires}, not {low} and {high}")
        return values

    def _has_no(self, name):
        return f"{self.name} has no parameter {name!r}; its parameters: {', '.join(self.parameters) or 'none'}"

    def _exact(self, parameters):
        self._checked({name: float(value) for name, value in parameters.items()})
        given = {name: value if isinstance(value, sp.Basic) else Rational(str(value))
                 for name, value in parameters.items()}
        return {p.symbol: given.get(name, p.default) for name, p in self.parameters.items()}

    def _evaluate(self, expr, values, parameters):
        values = np.asarray(values)
        checked = self._checked(parameters)
        symbols = (x, *(p.symbol for p in self.parameters.values()))
        result = _compiled(expr, symbols)(values, *checked.values())
        if values.dtype.kind == "f" and not _right_at_infinity(expr, symbols, tuple(map(_number, checked.values()))):
            at_infinity = np.isinf(values)
            if at_infinity.any() and (at_infinity := at_infinity & np.isnan(result)).any():
                result = self._with_limits(expr, np.asarray(result), values, checked, at_infinity)
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
def _derivative_in(expr, symbol):
    return calculus.derivative(expr, symbol)


@cache
def _compiled(expr, symbols):
    return to_numpy(expr, symbols)


def _number(array):
    return None if array.ndim else float(array)


@lru_cache(1024)
def _right_at_infinity(expr, symbols, numbers):
    """Does the compiled function give its limits at ±inf by itself, for these values of the parameters?"""
    if None in numbers:
        return False
    at_ends = _compiled(expr, symbols)(np.array([-np.inf, np.inf]), *numbers)
    exact = {symbol: Rational(number) for symbol, number in zip(symbols[1:], numbers, strict=True)}
    return not any(np.isnan(value) and not np.isnan(_limit(expr.subs(exact), to_the_right))
                   for value, to_the_right in zip(at_ends, (False, True), strict=True))


@cache
def _limit(expr, to_the_right):
    try:
        limit = calculus.limits(expr)[1 if to_the_right else 0]
    except ValueError:  # not known, or the expression has no values there
        return np.nan
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
        scores = _scores(self, values, axis)
        result = _compiled_vector(self.expr, self._sum)(*self._exponentials(scores))
        return np.moveaxis(np.asarray(result).astype(scores.dtype), -1, axis)

    def jacobian(self, values, axis=-1):
        """The matrices ∂f_i/∂z_k, with i and k as the last two axes: shape (…, n) gives (…, n, n)."""
        scores = _scores(self, values, axis)
        shifted, e, rest = self._exponentials(scores)
        n = scores.shape[-1]
        beside, own = _compiled_slopes(self.derivative, self._sum)
        matrix = beside(*(array[..., :, None] for array in (shifted, e, rest)), e[..., None, :])
        others = np.sum(e[..., None, :] * (1 - np.eye(n)), axis=-1)  # row i: all but e_i
        matrix = np.array(np.broadcast_to(matrix, (*scores.shape, n)), scores.dtype)
        matrix[..., range(n), range(n)] = own(shifted, e, others)
        return matrix

    @cached_property
    def _sum(self):
        (sum_,) = self.expr.atoms(sp.Sum)
        return sum_

    def _exponentials(self, scores):
        """Each exponent less the largest one, which cancels from the expression; its exponential; and the sum of these
        but for that of the largest."""
        u = np.asarray(_compiled(self._sum.function.args[0].subs(z[j], x), (x,))(scores.astype(float)))
        largest = u.max(axis=-1, keepdims=True)
        with np.errstate(all="ignore"):
            shifted = np.where(u == largest, 0, u - largest)
            shifted = np.where(np.isinf(largest) & ((u == largest).sum(axis=-1, keepdims=True) > 1), np.nan, shifted)
            e = np.exp(shifted)
        others = e.copy()
        np.put_along_axis(others, u.argmax(axis=-1, keepdims=True), 0, axis=-1)
        return shifted, e, others.sum(axis=-1, keepdims=True)


@cache
def _compiled_slopes(derivative, sum_):
    """The entries of the Jacobian: those beside the diagonal, and those on it."""
    beside, own = derivative.subs(sp.KroneckerDelta(i, k), 0), derivative.subs(k, i)
    return _compiled_vector(beside, sum_), _compiled_vector(own, sum_, own=True)


@cache
def _compiled_vector(expr, sum_, own=False):
    """Replace exp(u_i) by e_i·exp(m) and the sum by (1 + rest)·exp(m), where m is the largest u; u_i by s_i + m.

    `own`: the sum by (e_i + rest)·exp(m) and factored, so that 1 - p_i, which would lose digits, is a share of `rest`.
    """
    e, e_k, largest = sp.symbols("e e_k largest", positive=True)
    shifted, rest = sp.symbols("s rest", real=True)
    term = sum_.function
    scale = Symbol("scale", positive=True)
    total = (e if own else 1) + rest
    expr = expr.subs(sum_, total * scale).subs({term.subs(j, i): e * scale, term.subs(j, k): e_k * scale})
    expr = sp.expand_log(expr, force=True).subs({log(scale): largest, term.args[0].subs(j, i): shifted + largest})
    return to_numpy(sp.factor(expr) if own else expr, [shifted, e, rest, *([e_k] if expr.has(e_k) else [])])


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
