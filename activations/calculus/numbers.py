"""Numbers: the sign of one, whether two are the same, and the short exact name of one that is known to 30 digits."""

from fractions import Fraction
from functools import cache, wraps

import sympy as sp
from flint import acb, arb, fmpq
from mpmath import mp

from activations.numerics.balls import precision, to_balls

GIVEN = 30  # digits of a root, an extremum, a value
_BITS = (128, 512)  # with which a sign is looked for


class Unknown(ValueError):
    """What could not be decided with a bounded amount of work; the message says so in one sentence."""


class Undecided(Unknown):
    """An enclosure that is not tight enough; what asked for it may try another way."""


def remembered(function):
    """As `functools.cache`, which does not keep what is raised: an Undecided is kept too."""

    @cache
    def outcome(*arguments):
        try:
            return function(*arguments), None
        except Undecided as error:
            return None, error

    @wraps(function)
    def recalled(*arguments):
        result, error = outcome(*arguments)
        if error is not None:
            raise error.with_traceback(None)
        return result

    return recalled


def unknown_function(expr):
    """The words for a function that no rule covers."""
    return f"nothing is known of {type(expr).__name__} there"


def ball(number):
    """A SymPy number as a real ball of the present precision."""
    value = to_balls(sp.sympify(number), ())()
    if isinstance(value, fmpq):
        return arb(value)
    if isinstance(value, acb):
        return value.real if value.imag.contains(0) else arb.nan()
    return value


@cache
def sign_of(number):
    """-1, 0 or 1: the sign of a real number, 0 where 512 bits do not tell it from 0."""
    number = sp.sympify(number)
    if number.is_Rational:
        return int(sp.sign(number))
    if number in (sp.oo, -sp.oo):
        return 1 if number is sp.oo else -1
    for bits in _BITS:
        with precision(bits):
            value = ball(number)
        if value > 0 or value < 0:
            return 1 if value > 0 else -1
    if value.is_nan() or not abs(value) < arb(2) ** -200:
        raise Undecided(f"the sign of {number} is not known")
    return 0


def same(a, b):
    """Whether two numbers are equal: an inexact one counts with its 30 digits."""
    if a == b or a in (sp.oo, -sp.oo) or b in (sp.oo, -sp.oo):
        return a == b
    if a.has(sp.Float) or b.has(sp.Float):
        return abs(sp.N(a, 50) - sp.N(b, 50)) < sp.Float("1e-25") * max(1, abs(sp.N(a, 5)))
    return sign_of(a - b) == 0


def below(a, b):
    """Whether a < b for certain or to 25 digits, where an inexact number is involved."""
    return not same(a, b) and (a is -sp.oo or b is sp.oo or (b is not -sp.oo and a is not sp.oo
                                                              and sign_of(b - a) > 0))


def smallest(numbers):
    best, *others = numbers
    for number in others:
        best = number if below(number, best) else best
    return best


def largest(numbers):
    best, *others = numbers
    for number in others:
        best = number if below(best, number) else best
    return best


def named(number):
    """The short exact number behind an mpf of 30 good digits (rational, √rational, π·rational, …), or a Float."""
    return next(iter(names(number)), digits(number))


def digits(number):
    """An mpf as a Float of 30 digits."""
    return sp.Float(mp.nstr(number, GIVEN), GIVEN)


def names(number):
    """The exact numbers that agree with an mpf to 30 digits."""
    for back, forth in _CLOSED_FORMS:
        try:
            fraction = _fraction(forth(number))
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        if fraction is not None:
            yield back(fraction, number)


_CLOSED_FORMS = (  # the number from the fraction q, the fraction from the number r
    (lambda q, r: q, lambda r: r),
    (lambda q, r: (1 if r > 0 else -1) * sp.sqrt(q), lambda r: r * r),
    (lambda q, r: q * sp.pi, lambda r: r / mp.pi),
    (lambda q, r: q - sp.LambertW(sp.exp(q)), lambda r: r + mp.exp(r) if abs(r) < 50 else mp.pi),
    (lambda q, r: sp.log(q), lambda r: mp.exp(r) if abs(r) < 20 else mp.pi),
    (lambda q, r: sp.log(q) / 2, lambda r: mp.exp(2 * r) if abs(r) < 10 else mp.pi),
    (lambda q, r: (1 if r > 0 else -1) * sp.exp(q), lambda r: mp.log(abs(r)) if r else mp.pi),
)


def _fraction(number):
    """The fraction with a denominator of at most 10⁴ that `number` is to 30 digits, or None."""
    if isinstance(number, mp.mpc) or not abs(number) < 10**9:
        return None
    fraction = Fraction(int(mp.nint(number * mp.mpf(10) ** GIVEN)), 10**GIVEN).limit_denominator(10**4)
    near = abs(number - mp.mpf(fraction.numerator) / fraction.denominator) < mp.mpf(10) ** (2 - GIVEN)
    return sp.Rational(fraction.numerator, fraction.denominator) if near else None


def neat(value):
    """An exact value tidied, or its 30 digits if that leaves it long."""
    value = value.replace(sp.exp, _exp_of_lambert)
    if value.has(sp.Float):
        return sp.N(value, GIVEN)
    value = value if value.count_ops() > 60 else sp.simplify(value)
    return value if value.count_ops() < 25 else sp.N(value, GIVEN)


def _exp_of_lambert(exponent):
    """exp(u), with exp(W(z)) = z/W(z) used where u holds Lambert's W."""
    for inverse in exponent.atoms(sp.LambertW):
        times = exponent.expand().coeff(inverse)
        return sp.exp((exponent - times * inverse).expand()) * (inverse.args[0] / inverse) ** times
    return sp.exp(exponent)
