"""The functions that stable forms are made of, for NumPy; with pairs of floats (high, low) that stand for their sum."""

import numpy as np
from scipy import special


def expit(u):
    return 1 / (1 + np.exp(-u))


def expit_slope(u):
    """expit(u)·expit(-u); in place, since new memory costs more than the arithmetic."""
    e = np.asarray(np.abs(u))
    np.negative(e, out=e)
    np.exp(e, out=e)
    square = 1 + e
    square *= square
    e /= square
    return e


def expit_slope_pair(u):
    return expit_slope(u[0]) * (1 - _low(u) * np.sign(u[0]))  # the low part matters where expit has reached 0 or 1


def log1pexp(u):
    return np.maximum(u, 0) + np.log1p(np.exp(-np.abs(u)))


def plus(a, b):
    """The sum of two pairs, as a pair (Knuth's two-sum)."""
    total = a[0] + b[0]
    part = total - a[0]
    return total, (a[0] - (total - part)) + (b[0] - part) + (a[1] + b[1])


def times(a, b):
    """The product of two pairs, as a pair (Dekker's product with Veltkamp's splitting)."""
    product = a[0] * b[0]
    (a_high, a_low), (b_high, b_low) = _halves(a[0]), _halves(b[0])
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    return product, error + (a[0] * b[1] + a[1] * b[0])


def _halves(a):
    scaled = 134217729.0 * a
    high = scaled - (scaled - a)
    return high, a - high


def _low(pair):
    """The low part of a pair, or 0 where the high one is too large to have one."""
    return np.where(np.isfinite(pair[1]), pair[1], 0.0)


def exp_pair(u):
    return np.exp(u[0]) * (1 + _low(u))


def expit_pair(u):
    value = expit(u[0])
    return value * (1 + _low(u) * (1 - value))


def log1pexp_pair(u):
    return log1pexp(u[0]) + _low(u) * expit(u[0])


def logsumexp(*u):
    u = np.stack(np.broadcast_arrays(*u))
    largest = u.max(axis=0, keepdims=True)
    others = np.exp(u - largest)
    np.put_along_axis(others, u.argmax(axis=0)[None], 0, axis=0)
    return largest[0] + np.log1p(others.sum(axis=0))


def logcosh(u):
    u = np.abs(u)
    return np.where(u < 1, np.log1p(2 * np.sinh(np.minimum(u, 1) / 2) ** 2),
                    u + (np.log1p(np.exp(-2 * u)) - 0.6931471805599453))


def logsinh(u):
    return np.where(u < 1, np.log(np.sinh(np.minimum(u, 1))), u + (np.log1p(-np.exp(-2 * u)) - 0.6931471805599453))


def log1psquare(u):
    u = np.abs(u)
    return np.where(u < 1e8, np.log1p(u * u), 2 * np.log(u))


def damped(decay, rest):
    return np.where(decay == 0, 0.0, decay * rest)


def hypot(u, c):
    """sqrt(u² + c²); a number c that is not tiny saves the scaling that NumPy's own does."""
    if np.ndim(c) or abs(c) < 1e-30:
        return np.hypot(u, c)
    return np.minimum(np.sqrt(u * u + c * c), np.abs(u) + abs(c))  # u² may be infinite where |u| is not


def conjugate_sum(u, c):
    root = hypot(u, np.sqrt(c))
    return np.where(u >= 0, u + root, c / (np.abs(u) + root))


def root_minus_one(u):
    return u * (u / (1 + hypot(u, 1.0)))


def erfc_of_root(u, square):
    """erfc(u), given u² as a pair: SciPy's tail is that of the rounded u, whose square it rounds once more."""
    difference = (np.minimum(u * u, 1e4) - np.minimum(square[0], 1e4)) - square[1]
    return special.erfc(u) * (1 + (u > 0) * difference)


def exp_erfc(v, u, difference):
    """exp(v)·erfc(u), given v - u² too."""
    return np.where(u > 1, special.erfcx(np.abs(u)) * np.exp(difference), np.exp(v) * special.erfc(u))


def where_near(u, radius, coefficients, first, step, outside):
    """Near 0 the polynomial u**first · Σ coefficients[k]·u**(k·step), evaluated there alone; else `outside`."""
    near = np.flatnonzero(np.abs(u) < radius)
    small = np.ravel(u)[near]
    power, total = small**step, coefficients[-1]
    for coefficient in coefficients[-2::-1]:
        total = total * power + coefficient
    result = np.array(outside)
    result.reshape(-1)[near] = total * small**first
    return result


HELPERS = {function.__name__: function for function in (
    expit, expit_slope, expit_slope_pair, log1pexp, plus, times, exp_pair, expit_pair, log1pexp_pair, logsumexp,
    logcosh, logsinh, log1psquare, damped, hypot, conjugate_sum, root_minus_one, erfc_of_root, exp_erfc, where_near)}
