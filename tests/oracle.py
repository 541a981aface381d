"""The independent oracle: SymPy expressions evaluated by mpmath, with as many digits as the cancellation asks for."""

from functools import reduce

import mpmath
import numpy as np
import sympy as sp

EPS = np.finfo(float).eps
TINY = 1e-300


def _exp(u):
    """mpmath's exp, with 0 where the exponent itself would not fit in memory."""
    return mpmath.mpf(0) if u < -mpmath.mpf(10) ** 400 else mpmath.exp(u)


def exact(expr, symbols, points):
    """expr at each row of points as an mpmath number, good to 50 digits although hundreds may cancel on the way."""
    f = sp.lambdify(symbols, _constants_evaluated(expr), [{"exp": _exp}, "mpmath"])
    return [_value(f, np.atleast_1d(row).tolist()) for row in points]


def _value(f, row):
    size = max(map(abs, row))
    with mpmath.workdps(200 if 1e-60 < min(map(abs, row)) and size < 14 else 360 if 1e-60 < size < 1000 else 700):
        return mpmath.mpf(f(*map(mpmath.mpf, row)))


def _constants_evaluated(expr):
    """The constants of an expression to 80 digits, so that they are not evaluated again at every point."""
    if not expr.free_symbols and isinstance(expr, sp.Expr):
        return expr if expr.is_Rational else sp.N(expr, 80)
    return expr.func(*map(_constants_evaluated, expr.args)) if expr.args else expr


def points(seed=0):
    """A good 2,000 floats: ±0, subnormals, every magnitude in both signs, the region where curves bend, the tails."""
    random = np.random.default_rng(seed)
    magnitudes = 10.0 ** np.linspace(-300, 300, 301)
    positive = reduce(np.union1d, [
        [0.0, 5e-324, 1e-310, 2.2250738585072014e-308, 1.0, 2.0, 3.0, 6.0, 0.5, 2.5],
        magnitudes, random.uniform(0, 8, 300), random.uniform(8, 45, 250), random.uniform(45, 800, 100),
        10.0 ** random.uniform(-8, 0, 120)])
    neighbours = [np.nextafter(p, direction) for p in (0.5, 1, 2.5, 3, 6) for direction in (0, np.inf)]
    return np.concatenate([-positive[::-1], -np.array(neighbours), neighbours, positive])


def excess(got, want, slope_at, x):
    """How many times the allowed error each value is off: relative 1e-13, absolute 1e-300 below that size, and near
    a zero of the function 4·eps·(|f| + |x·f′|), where slope_at(points) gives f′."""
    near = np.flatnonzero(near_sign_changes(want, x))
    slopes = dict(zip(near, slope_at(x[near]), strict=True))
    ratios = []
    for index, (value, exact_value) in enumerate(zip(got, want, strict=True)):
        if not np.isfinite(value):
            overflow = abs(exact_value) > np.finfo(float).max and np.sign(value) == mpmath.sign(exact_value)
            ratios.append(0.0 if overflow else np.inf)
            continue
        allowed = max(1e-13 * abs(exact_value), TINY)
        if index in slopes:
            allowed = max(allowed, 4 * EPS * (abs(exact_value) + abs(mpmath.mpf(float(x[index])) * slopes[index])))
        ratios.append(float(abs(mpmath.mpf(float(value)) - exact_value) / allowed))
    return np.array(ratios)


def near_sign_changes(values, x):
    """True within 5% of a place where the values reach 0 or change sign between neighbouring points."""
    order = np.argsort(x, kind="stable")
    signs = [int(mpmath.sign(values[k])) for k in order]
    near = np.zeros(len(x), bool)
    for left, right, a, b in zip(order, order[1:], signs, signs[1:], strict=False):
        if a != b and a * b <= 0:
            near |= (x >= x[left] - 0.05 * abs(x[left])) & (x <= x[right] + 0.05 * abs(x[right]))
    return near
