"""What each kind of node of an expression does to exact rationals, balls and intervals.

A condition is True, False, or None where the balls do not say; a value is nan where it is undefined.
"""

from functools import reduce

import sympy as sp
from flint import acb, arb, fmpq, fmpz
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanAtom, BooleanFunction

from activations.numerics import ball_functions
from activations.numerics.intervals import Interval, as_acb, as_interval

UNDEFINED = acb(arb.nan(), arb.nan())
_CONDITIONS = (Relational, BooleanAtom, BooleanFunction)
_HUGE = 20_000  # bits of a rational from which on a ball is cheaper


class BallError(ValueError):
    """An expression that has no enclosure; the message names the part that is to blame."""


def rule(expr):
    """(function of the parts' values, the parts) of a node that is not a sum or an integral."""
    if expr.is_Symbol:
        raise BallError(f"the symbol {expr} has no value")
    if isinstance(expr, sp.Rational):
        value = fmpq(int(expr.p), int(expr.q))
        return lambda: value, ()
    if isinstance(expr, sp.Float):
        return _float(expr), ()
    if expr in _CONSTANTS:
        return _CONSTANTS[expr], ()
    if isinstance(expr, (sp.Pow, sp.exp)):
        base, power = expr.as_base_exp() if isinstance(expr, sp.Pow) else (sp.E, expr.args[0])
        return (_exp, (power,)) if base is sp.E else _power_rule(base, power)
    if isinstance(expr, sp.Piecewise):
        if any(isinstance(value, _CONDITIONS) for value, _ in expr.args):
            raise BallError(f"{expr} has a condition for a value")
        return pieces, [part for branch in expr.args for part in branch]
    if isinstance(expr, Relational):
        if any(isinstance(side, _CONDITIONS) for side in expr.args) or expr.rel_op not in RELATIONS:
            raise BallError(f"{expr} does not compare numbers")
        return RELATIONS[expr.rel_op], expr.args
    if isinstance(expr, sp.KroneckerDelta) and len(expr.args) == 2:
        return _delta, expr.args
    for kind, function in _KINDS:
        if isinstance(expr, kind):
            return function, expr.args
    known = ball_functions.rule(expr)
    if known is None:
        raise BallError(f"{expr} has no enclosure: nothing is known of {type(expr).__name__}")
    return known


def ball(value):
    return arb(value) if isinstance(value, fmpq) else value


def real(value):
    """A rational as an arb; of a complex value whose imaginary part may be 0, the real part, else nan."""
    if isinstance(value, fmpq):
        return arb(value)
    if isinstance(value, acb):
        return value.real if value.imag.contains(0) else arb.nan()
    return value


def small(value):
    """A rational of very many digits as a ball."""
    if isinstance(value, fmpq) and value.p.bit_length() + value.q.bit_length() > _HUGE:
        return arb(value)
    return value


def _float(number):
    """A Float's binary value and the decimal that it is written as, both: one rational where these are one."""
    sign, mantissa, exponent, _ = number._mpf_
    binary, decimal = sp.Rational(number), str(number)
    if abs(int(exponent)) < _HUGE and binary == sp.Rational(decimal):
        value = fmpq(int(binary.p), int(binary.q))
        return lambda: value
    signed = fmpz(-int(mantissa) if sign else int(mantissa))
    return lambda: arb((signed, fmpz(int(exponent)))).union(arb(decimal))


_CONSTANTS = {
    sp.pi: lambda: arb.pi(), sp.E: lambda: arb.const_e(), sp.EulerGamma: lambda: arb.const_euler(),
    sp.Catalan: lambda: arb.const_catalan(), sp.I: lambda: acb(0, 1), sp.GoldenRatio: lambda: (1 + arb(5).sqrt()) / 2,
    sp.oo: lambda: arb.pos_inf(), -sp.oo: lambda: arb.neg_inf(), sp.nan: lambda: arb.nan(), sp.zoo: lambda: arb.nan(),
    sp.true: lambda: True, sp.false: lambda: False,
}


# --- Arithmetic ------------------------------------------------------------------------------------------------------


def _sum(*terms):
    return reduce(lambda a, b: a + b, terms)


def _product(*factors):
    return small(reduce(lambda a, b: a * b, factors))


def _integer_power(power):
    def rule(base):
        if isinstance(base, fmpq):
            if base == 0 and power < 0:
                return arb.nan()
            if (base.p.bit_length() + base.q.bit_length()) * abs(power) < _HUGE:
                return base**power
            base = arb(base)
        result = base**power
        return result if power <= 0 or result.is_finite() or not base.is_finite() else _by_squaring(base, power)

    return rule


def _by_squaring(base, power):
    """base**power for power ≥ 1; Arb's own is nan on a ball around 0."""
    if isinstance(base, arb):
        return (as_interval(base) ** power).ball()
    half = _by_squaring(base, power // 2) if power > 1 else acb(1)
    return half * half * base if power % 2 else half * half


def _power_rule(base, power):
    if power.is_Integer and abs(power) < 10**6:
        return _integer_power(int(power)), (base,)
    if abs(power) == sp.S.Half:
        root = _clamped_root if base.is_extended_nonnegative else _root
        return root if power > 0 else (lambda value: 1 / root(value)), (base,)
    return _power, (base, power)


def _clamped_root(value):
    """The root of what is known to be at least 0, whatever the rounding says."""
    value = ball(value)
    if isinstance(value, acb):
        return value.sqrt()
    if value < 0:
        return arb.nan()
    return value.max(0).monotone(arb.sqrt) if isinstance(value, Interval) else value.nonnegative_part().sqrt()


def _root(value):
    value = ball(value)
    if isinstance(value, Interval):
        return value.monotone(arb.sqrt) if value.low >= 0 else UNDEFINED
    return value.sqrt() if isinstance(value, arb) and value >= 0 else acb(value).sqrt()


def _power(base, power):
    if isinstance(power, fmpq) and power.q == 1 and abs(power.p) < 10**6:
        return _integer_power(int(power.p))(base)
    base, power = ball(base), ball(power)
    if isinstance(base, Interval) or isinstance(power, Interval):
        base = as_interval(base)
        if base.low > 0:
            return _exp(power * base.monotone(arb.log))
        return base.monotone(lambda end: _power(end, power)) if _rises_from_zero(base, power) else UNDEFINED
    if isinstance(base, arb) and isinstance(power, arb):
        if base > 0:
            return (power * base.log()).exp()
        if base == 0 and power > 0:
            return arb(0)
    return acb(base) ** power


def _rises_from_zero(base, power):
    return base.low >= 0 and isinstance(power, arb) and power > 0


def _exp(value):
    value = ball(value)
    return value.monotone(arb.exp, floor=0) if isinstance(value, Interval) else value.exp()


# --- Steps and kinks -------------------------------------------------------------------------------------------------


def _sign(value):
    if isinstance(value, fmpq):
        return fmpq((value > 0) - (value < 0))
    return arb.nan() if is_nan(value) else value.sgn()


def is_nan(value):
    return not isinstance(value, fmpq) and (value.real.is_nan() or value.imag.is_nan()
                                            if isinstance(value, acb) else value.is_nan())


def _heaviside(value, at_zero=None):
    at_zero = fmpq(1, 2) if at_zero is None else at_zero
    if isinstance(value, acb) or is_nan(value):
        return arb.nan()
    if value > 0 or value < 0:
        return fmpq(1 if value > 0 else 0)
    if not isinstance(value, Interval) and value == 0:
        return at_zero
    return hull(hull(fmpq(0), fmpq(1)), at_zero)


def floor(value):
    if isinstance(value, acb):
        return arb.nan()
    return fmpq(value.p // value.q) if isinstance(value, fmpq) else value.floor()


def ceiling(value):
    return -floor(-value)


def _mod(value, modulus):
    """value - modulus·⌊value/modulus⌋; over balls that cross a jump, all of [0, modulus)."""
    if isinstance(value, acb) or isinstance(modulus, acb) or is_nan(value) or is_nan(modulus):
        return arb.nan()
    if isinstance(modulus, fmpq) and modulus == 0:
        return arb.nan()
    ratio = floor(value / modulus)
    if isinstance(ratio, fmpq) or ratio.is_exact():
        return value - modulus * ratio
    return hull(fmpq(0), modulus)


def _extreme(better):
    def rule(*values):
        if any(isinstance(value, acb) for value in values):
            return arb.nan()
        if all(isinstance(value, fmpq) for value in values):
            return (max if better == "max" else min)(values)
        if any(isinstance(value, Interval) for value in values):
            values = map(as_interval, values)
        return reduce(lambda a, b: getattr(a, better)(b), map(ball, values))

    return rule


def _delta(first, second):
    if is_nan(first) or is_nan(second):
        return arb.nan()
    same = _equal(first, second)
    return hull(fmpq(0), fmpq(1)) if same is None else fmpq(1) if same else fmpq(0)


def _argument(value):
    value = as_acb(value)
    return arb.nan() if value.contains(0) else value.arg()


_KINDS = (
    (sp.Add, _sum), (sp.Mul, _product), (sp.Abs, abs), (sp.sign, _sign), (sp.Heaviside, _heaviside),
    (sp.floor, floor), (sp.ceiling, ceiling), (sp.Max, _extreme("max")), (sp.Min, _extreme("min")), (sp.Mod, _mod),
    (sp.re, lambda v: v.real if isinstance(v, acb) else v),
    (sp.im, lambda v: v.imag if isinstance(v, acb) else v - v if is_nan(v) else fmpq(0)),
    (sp.conjugate, lambda v: v.conjugate() if isinstance(v, acb) else v),
    (sp.arg, _argument),
    (sp.And, lambda *c: _all(c)), (sp.Or, lambda *c: _negated(_all([_negated(v) for v in c]))),
    (sp.Not, lambda c: _negated(c)), (sp.ITE, lambda c, a, b: a if c is True else b if c is False else None),
)


# --- Conditions and branches -----------------------------------------------------------------------------------------


def _equal(a, b):
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return a == b
    if isinstance(a, acb) or isinstance(b, acb):
        a, b = as_acb(a), as_acb(b)
        return None if a.overlaps(b) else False
    if isinstance(a, Interval) or isinstance(b, Interval):
        a, b = as_interval(a), as_interval(b)
        return False if a < b or a > b else None
    a, b = ball(a), ball(b)
    return True if a == b else None if a.overlaps(b) else False


def _less(strict):
    def rule(a, b):
        a, b = real(a), real(b)
        if isinstance(b, Interval):
            a = as_interval(a)
        if (a < b) if strict else (a <= b):
            return True
        return False if ((a >= b) if strict else (a > b)) else None

    return rule


def _swapped(rule):
    return lambda a, b: rule(b, a)


def _all(conditions):
    return False if any(c is False for c in conditions) else True if all(c is True for c in conditions) else None


def _negated(condition):
    return None if condition is None else not condition


RELATIONS = {"<": _less(True), "<=": _less(False), ">": _swapped(_less(True)), ">=": _swapped(_less(False)),
             "==": _equal, "!=": lambda a, b: _negated(_equal(a, b))}


def pieces(*parts):
    """The first branch whose condition holds; where the balls leave several open, the hull of these."""
    taken = None
    for value, condition in zip(parts[::2], parts[1::2], strict=True):
        if condition is not False:
            taken = value if taken is None else hull(taken, value)
        if condition is True:
            return taken
    return arb.nan()


def hull(a, b):
    if isinstance(a, fmpq) and isinstance(b, fmpq) and a == b:
        return a
    if isinstance(a, acb) or isinstance(b, acb):
        a, b = as_acb(a), as_acb(b)
        return UNDEFINED if is_nan(a) or is_nan(b) else a.union(b)
    if isinstance(a, Interval) or isinstance(b, Interval):
        return as_interval(a).union(b)
    return ball(a).union(ball(b))
