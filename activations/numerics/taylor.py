"""The Taylor polynomial of what cancels at 0, such as x - tanh(x), for use near there."""

import sympy as sp

from activations.numerics.stable_functions import near_zero

_NOT_SMOOTH = (sp.Piecewise, sp.Abs, sp.sign, sp.Max, sp.Min, sp.floor, sp.ceiling, sp.Mod)
_NO_SERIES = (sp.PoleError, NotImplementedError, ValueError, TypeError, AttributeError)


def taylor_branch(total, original):
    """`total` with the Taylor polynomial of `original`, which it equals, near 0; `total` itself where none is found."""
    if len(original.free_symbols) != 1 or original.has(*_NOT_SMOOTH):
        return total
    (u,) = original.free_symbols
    for radius in (sp.Rational(1, 2), sp.Rational(1, 4), sp.Rational(1, 8)):
        exact = original.subs(u, radius).evalf(40)
        if not exact.is_real or exact == 0:
            return total
        for order in (12, 16, 20, 24, 28):
            try:
                polynomial = sp.series(original, u, 0, order).removeO()
            except _NO_SERIES:  # an essential singularity at 0, as in sin(1/u)
                return total
            if not polynomial.is_polynomial(u):
                return total
            if abs(polynomial.subs(u, radius).evalf(40) / exact - 1) < 1e-17:
                return near_zero(u, radius, sp.horner(polynomial), total)
    return total


def cancels(total):
    """Is the sum, close to 0 of its one symbol, less than a hundredth of its largest term? False without a value."""
    if len(total.free_symbols) != 1:
        return False
    (u,) = total.free_symbols
    try:
        values = [term.subs(u, sp.Rational(1, 1000)).evalf(40) for term in sp.Add.make_args(total)]
        ratio = abs(sum(values)) / max(map(abs, values))
        return bool(ratio.is_real and ratio <= sp.Rational(1, 100))
    except (TypeError, ZeroDivisionError, AttributeError):
        return False
