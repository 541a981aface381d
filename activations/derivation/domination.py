"""Which of several exponentials wins: gaps in powers and exponentials of one positive symbol."""

import sympy as sp

from activations.derivation.algebra import is_heavy
from activations.derivation.budget import within
from activations.numerics.balls import BallError, precision, real, to_balls

_BITS = 512
_DOMINATING = 1_500_000  # Python calls that SymPy may spend on such a gap


def dominates(gap):
    """Whether a gap in powers and exponentials of a positive symbol t is above 0, since eᵗ = 1 + t + t²/2 + r, r > 0.

    Its numerator and denominator, over the smallest exponential, must have no negative coefficient in t and r.
    """
    symbols = gap.free_symbols
    if len(symbols) != 1 or not gap.has(sp.exp, sp.tanh, sp.sinh, sp.cosh, sp.coth, sp.sech):
        return False
    (t,) = symbols
    return t.is_positive is True and not is_heavy(gap) and within(_DOMINATING, _all_positive, gap, t, otherwise=False)


def _all_positive(gap, t):
    parts = sp.fraction(sp.together(gap.rewrite(sp.exp)))
    signs = [_common_sign(part.expand(), t) for part in parts]
    return None not in signs and signs[0] * signs[1] > 0


def _common_sign(part, t):
    """The one sign of all coefficients of a part in t and r, or None."""
    terms = []
    for term in sp.Add.make_args(part):
        exponent = sp.Add(*(e.args[0] for e in term.atoms(sp.exp) if e.has(t)))
        factor = term.subs({e: 1 for e in term.atoms(sp.exp) if e.has(t)})
        rate, rest = exponent.coeff(t, 1), exponent.subs(t, 0)
        if not rate.is_Rational or (exponent - rate * t - rest).expand() != 0 or term != factor * sp.exp(exponent):
            return None
        terms.append((factor * sp.exp(rest), rate))
    least = min(rate for _, rate in terms)
    unit = sp.gcd_list([rate - least for _, rate in terms]) or 1
    r = sp.Dummy("r", positive=True)
    growth = 1 + unit * t + (unit * t) ** 2 / 2 + r
    total = sum(factor * growth ** ((rate - least) / unit) for factor, rate in terms).expand()
    if not total.is_polynomial(t, r):
        return None
    signs = {_sign_of(coefficient) for coefficient in sp.Poly(total, t, r).coeffs()}
    return signs.pop() if len(signs) == 1 else None


def _sign_of(number):
    return 1 if is_above_zero(number) else -1 if is_above_zero(-number) else None


def is_above_zero(number):
    """Whether a number is enclosed above 0."""
    try:
        with precision(_BITS):
            return bool(real(to_balls(number, ())()) > 0)
    except BallError:
        return False
