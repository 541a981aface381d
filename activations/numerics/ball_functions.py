"""The functions with a name, over balls and intervals: which of Arb's functions each is, and where it is real."""

import sympy as sp
from flint import acb, arb, fmpq

from activations.numerics.intervals import Interval, as_acb, as_interval

_UNDEFINED = acb(arb.nan(), arb.nan())


def rule(expr):
    """(function of the parts' values, the parts), None of what is not known."""
    name, count = type(expr).__name__, len(expr.args)
    if name in _REAL and count == 1:
        return named(name), expr.args
    if (name, count) in _REWRITTEN:  # by a definition that SymPy's own `rewrite` lacks or takes a detour to
        return (lambda value: value), (_REWRITTEN[name, count](*expr.args),)
    if name == "LambertW" and (count == 1 or expr.args[1].is_Integer):
        return _lambert(int(expr.args[1]) if count == 2 else 0), expr.args[:1]
    if name == "atan2":
        return _angle, expr.args
    if name in _BESSEL:
        return _two_valued(_BESSEL[name]), expr.args
    if name == "polygamma" and expr.args[0] == 0:
        return named("digamma"), expr.args[1:]
    if name == "polygamma" and expr.args[0].is_Integer and expr.args[0] > 0:
        return _polygamma(int(expr.args[0])), expr.args[1:]
    return None


def named(name):
    inside, direction = _REAL[name]
    method = _METHODS.get(name, name)
    on_line = getattr(arb, method)
    off_line = getattr(acb, method, None)

    def rule(value):
        value = arb(value) if isinstance(value, fmpq) else value
        real_valued = not isinstance(value, acb) and (inside is None or inside(value))
        if isinstance(value, Interval):
            if not real_valued:
                return _UNDEFINED
            if name in _EVEN:
                value = abs(value)
            return value.monotone(on_line, falling=direction < 0) if direction else value.through_ball(on_line)
        if real_valued:
            return on_line(value)
        return off_line(acb(value)) if off_line else arb.nan()

    return rule


# name -> (where it is real, or None for everywhere; 1 if it rises there, -1 if it falls, 0 if neither)
_REAL = {
    "log": (lambda u: u > 0, 1),
    "sin": (None, 0), "cos": (None, 0), "tan": (None, 0),
    "cot": (None, 0), "sec": (None, 0), "csc": (None, 0),
    "asin": (lambda u: abs(u) <= 1, 1), "acos": (lambda u: abs(u) <= 1, -1), "atan": (None, 1),
    "sinh": (None, 1), "cosh": (None, 1), "tanh": (None, 1),
    "coth": (None, 0), "sech": (None, -1), "csch": (None, 0),
    "asinh": (None, 1), "acosh": (lambda u: u >= 1, 1), "atanh": (lambda u: abs(u) < 1, 1),
    "erf": (None, 1), "erfc": (None, -1), "erfi": (None, 1),
    "erfinv": (lambda u: abs(u) < 1, 1), "erfcinv": (lambda u: (u > 0) and (u < 2), -1),
    "gamma": (None, 0), "loggamma": (lambda u: u > 0, 0), "digamma": (None, 0),
    "Si": (None, 0), "Ci": (lambda u: u > 0, 0), "Ei": (None, 0), "Shi": (None, 1), "Chi": (lambda u: u > 0, 1),
    "sinc": (None, 0), "zeta": (None, 0), "factorial": (None, 0),
    "fresnels": (None, 0), "fresnelc": (None, 0),
}
_EVEN = {"cosh", "sech"}  # monotone in |u|
_METHODS = {"loggamma": "lgamma", "Si": "si", "Ci": "ci", "Ei": "ei", "Shi": "shi", "Chi": "chi",
            "factorial": "fac", "fresnels": "fresnel_s", "fresnelc": "fresnel_c"}
_REWRITTEN = {
    ("acot", 1): lambda u: sp.atan(1 / u), ("asec", 1): lambda u: sp.acos(1 / u),
    ("acsc", 1): lambda u: sp.asin(1 / u), ("acoth", 1): lambda u: sp.atanh(1 / u),
    ("asech", 1): lambda u: sp.acosh(1 / u), ("acsch", 1): lambda u: sp.asinh(1 / u),
    ("frac", 1): lambda u: u - sp.floor(u), ("log1p", 1): lambda u: sp.log(1 + u),
    ("expm1", 1): lambda u: sp.exp(u) - 1, ("erf2", 2): lambda u, v: sp.erf(v) - sp.erf(u),
    ("binomial", 2): lambda n, k: sp.gamma(n + 1) / (sp.gamma(k + 1) * sp.gamma(n - k + 1)),
    ("harmonic", 1): lambda n: sp.digamma(n + 1) + sp.EulerGamma,
    ("beta", 2): lambda u, v: sp.gamma(u) * sp.gamma(v) / sp.gamma(u + v),
}
_BESSEL = {"besselj": "bessel_j", "bessely": "bessel_y", "besseli": "bessel_i", "besselk": "bessel_k"}
_BRANCH_POINT = "-0.367"  # of Lambert's W, -1/e, rounded inwards


def _lambert(branch):
    def rule(value):
        value = arb(value) if isinstance(value, fmpq) else value
        if isinstance(value, Interval):
            if value.low > arb(_BRANCH_POINT) and branch == 0:
                return value.monotone(arb.lambertw)
            if value.low > arb(_BRANCH_POINT) and value.high < 0 and branch == -1:
                return value.monotone(lambda end: end.lambertw(-1), falling=True)
            return _UNDEFINED
        if isinstance(value, arb) and branch in (0, -1):
            result = value.lambertw(branch)
            if result.is_finite():
                return result
        return acb(value).lambertw(branch)

    return rule


def _two_valued(method):
    """A function of an order and a value; real where Arb finds it so."""
    def rule(order, value):
        parts = [arb(part) if isinstance(part, fmpq) else part for part in (order, value)]
        on_interval = any(isinstance(part, Interval) for part in parts)
        order, value = (part.ball() if isinstance(part, Interval) else part for part in parts)
        if isinstance(order, arb) and isinstance(value, arb):
            result = getattr(value, method)(order)
            if result.is_finite() or on_interval:
                return as_interval(result) if on_interval else result
        return getattr(acb(value), method)(acb(order))

    return rule


def _angle(height, width):
    """The argument of width + i·height, for real parts."""
    if isinstance(height, acb) or isinstance(width, acb):
        return arb.nan()
    point = acb(as_acb(width).real, as_acb(height).real)
    return arb.nan() if point.contains(0) else point.arg()


def _polygamma(order):
    def rule(value):
        if isinstance(value, Interval):
            return value.through_ball(lambda ball: acb(ball).polygamma(acb(order)).real)
        result = acb(value).polygamma(acb(order))
        return result if isinstance(value, acb) else result.real

    return rule
