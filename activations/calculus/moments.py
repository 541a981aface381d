"""The mean and the size of f(Z) for a standard normal Z, by rigorous quadrature."""

from functools import cache

import sympy as sp
from flint import acb, arb, fmpq
from mpmath import mp

from activations.calculus.analytic import tame
from activations.calculus.limits import towards
from activations.calculus.line import line, of_x
from activations.calculus.numbers import Undecided, Unknown, below
from activations.numerics.balls import BallError, precision, to_balls
from activations.symbols import x

_BITS, _DIGITS = 112, 25
_FAR = 16  # beyond it the normal density is below 10⁻⁵⁵
_DENSITY = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)


def normal_mean(expr):
    """E[f(Z)] for a standard normal Z."""
    expr = of_x(expr)
    if expr.xreplace({x: -x}) == -expr and _moment(expr, 2).is_finite():
        return sp.S.Zero
    mean = _moment(expr, 1)
    if _is_known(mean):
        return _given(mean)
    size = _moment(expr, 2).lower()
    if mean == 0 or (size > 0 and abs(mean) <= arb("1e-22") * size.sqrt()):
        return sp.S.Zero
    raise Unknown(f"the mean of {expr} for normal input is not known")


def zero_centred(expr):
    """Whether E[f(Z)] = 0 for a standard normal Z, as for every odd function."""
    return normal_mean(expr) == 0


def gain(expr):
    """1/√E[f(Z)²] for a standard normal Z: the factor on the weights that keeps the size of a signal."""
    expr = of_x(expr)
    square = _moment(expr, 2)
    if square == 0:
        return sp.oo
    if not _is_known(square):
        raise Unknown(f"the gain of {expr} for normal input is not known")
    return 1 / sp.sqrt(_given(square))


def _is_known(value):
    """Whether a ball has 25 digits."""
    return value.rad() < abs(value).lower() * arb(2) ** -84


def _given(value):
    with mp.workdps(40):
        mantissa, power = value.mid().man_exp()
        return sp.Float(mp.nstr(mp.ldexp(mp.mpf(int(mantissa)), int(power)), _DIGITS), _DIGITS)


@cache
def _moment(expr, power):
    """E[f(Z)^power] as a ball."""
    f = line(expr)
    spans = [(f.expr, -sp.oo, sp.oo)] if f.period else [(formula, *where.args[:2]) for where, formula in f.pieces]
    with precision(_BITS):
        total = sum((_best_area(formula, power, low, high) for formula, low, high in spans), arb(0))
    if not total.is_finite():
        raise Unknown(f"the mean of {expr} for normal input is not known, or it has none")
    return total


def _best_area(formula, power, low, high):
    """`_area` of the form in which it comes out with 25 digits."""
    first = _area(formula, power, low, high)
    if not formula.has(x) or _is_known(first) or tame(formula) == formula:
        return first
    return min(first, _area(tame(formula), power, low, high), key=lambda value: float(value.rad()))


def _area(formula, power, low, high):
    """E[formula(Z)^power; low < Z < high]; what lies far out is bounded by sup |t²·integrand(t)|/t from there on."""
    if formula == 0:
        return arb(0)
    integrand, lost, ends = formula ** power * _DENSITY, arb(0), []
    for end, side in ((low, -1), (high, 1)):
        if end.is_finite:
            ends.append(end)
            continue
        try:
            beyond = towards(integrand * x**2, end, 0, starts=(_FAR,)).enclosure()
        except Undecided:
            beyond = arb.nan()
        if beyond.is_finite():
            lost += (abs(beyond) / _FAR).upper()
        ends.append(side * sp.Integer(_FAR) if beyond.is_finite() else end)
    low, high = ends
    if low.is_finite and high.is_finite and not below(low, high):
        inner = arb(0)  # all of it lies far out
    else:
        try:
            inner = _real(to_balls(sp.Integral(integrand, (x, low, high)), ())())
        except (BallError, TypeError, AttributeError, KeyError):  # a part that balls do not know
            return arb.nan()
    return inner + arb(0, lost)


def _real(value):
    return arb(value) if isinstance(value, fmpq) else value.real if isinstance(value, acb) else value
