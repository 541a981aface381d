"""An expression at given points to 50 digits, by mpmath: what all floating-point code is measured by."""

import mpmath
import sympy as sp
from mpmath import mp

_DIGITS = (60, 240, 1000)  # until two of them agree: as many may cancel on the way
_HUGE = mpmath.mpf(10) ** 4000  # e to this power has an exponent that fills the memory


def exact(expr, variable, points):
    """The value at each point as an mpmath number, infinite beyond the numbers that mpmath holds.

    None where the expression has no real value: at a pole, outside its domain, or where mpmath does not know it.
    """
    try:
        f = sp.lambdify(variable, expr, [{"exp": _exp, "cosh": _cosh, "sinh": _sinh, "log": _log}, "mpmath"])
    except (TypeError, NotImplementedError, SyntaxError):
        return [None] * len(points)
    return [_value(f, mpmath.mpf(float(point))) for point in points]


def _value(f, point):
    before = None
    for digits in _DIGITS:
        with mp.workdps(digits):
            now = _real(f, point)
            if now is None or mpmath.isinf(now):
                return now
            if before is not None and now != 0 and abs(now - before) <= abs(now) * mpmath.mpf(10) ** -50:
                return now
            before = now
    return before


def _real(f, point):
    try:
        value = mpmath.mpmathify(f(point))
    except (ZeroDivisionError, ValueError, TypeError, NameError, NotImplementedError, OverflowError):
        return None
    if mpmath.isnan(value) or isinstance(value, mpmath.mpc) and value.imag != 0:
        return None
    return value.real


def _exp(u):
    if isinstance(u, mpmath.mpf) and abs(u) > _HUGE:
        return mpmath.mpf(0) if u < 0 else mpmath.inf
    return mpmath.exp(u)


def _log(u):
    if u == 0:
        raise ZeroDivisionError  # for mpmath it is −∞, and not a pole
    return mpmath.log(u)


def _cosh(u):
    return (_exp(u) + _exp(-u)) / 2


def _sinh(u):
    return mpmath.sinh(u) if abs(u) <= _HUGE else mpmath.sign(u) * mpmath.inf
