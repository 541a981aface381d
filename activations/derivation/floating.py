"""Integrals in floating point, by mpmath: a last resort where there is no enclosure, and no proof of anything."""

import sympy as sp
from mpmath import mp

_DIGITS = 15  # that two quadratures of different precision must share


def in_floating_point(expr):
    """The value of `expr` without symbols as an mpf with some 15 good digits, or None."""
    if any(len(node.limits) > 1 for node in expr.atoms(sp.Integral)):
        return None
    coarse, fine = _value(expr, 25), _value(expr, 40)
    if coarse is None or fine is None or not mp.isfinite(fine):
        return None
    return fine if abs(coarse - fine) <= mp.mpf(10) ** -_DIGITS * max(1, abs(fine)) else None


def agrees_in_floating_point(node, closed):
    """Whether mpmath's quadrature of an integral without parameters gives six digits of a closed form."""
    area, value = (None if node.free_symbols else _value(expr, 15) for expr in (node, closed))
    return None not in (area, value) and bool(abs(area - value) <= 1e-6 * max(1e-9, abs(value)))


def _value(expr, digits):
    with mp.workdps(digits):
        try:
            names = {node: sp.Dummy() for node in expr.atoms(sp.Integral)}
            function = sp.lambdify(list(names.values()), expr.xreplace(names), "mpmath")
            return mp.mpmathify(function(*map(_quadrature, names)))
        except (ArithmeticError, ValueError, TypeError, NameError, NotImplementedError, mp.NoConvergence):
            return None


def _quadrature(node):
    """mpmath's value of an integral; where its integrand turns without end, summed half wave by half wave."""
    rates = {abs(wave.args[0].diff(node.variables[0])) for wave in node.atoms(sp.sin, sp.cos)}
    if len(node.limits) == 1 and len(rates) == 1 and not any(rate.free_symbols for rate in rates):
        variable, low, high = node.limits[0]
        if high is sp.oo and low.is_finite or low is -sp.oo and high.is_finite:
            ends = [mp.inf if end is sp.oo else -mp.inf if end is -sp.oo else mp.mpmathify(end) for end in (low, high)]
            return mp.quadosc(sp.lambdify(variable, node.function, "mpmath"), ends, omega=mp.mpmathify(rates.pop()))
    return sp.lambdify((), node, "mpmath")()
