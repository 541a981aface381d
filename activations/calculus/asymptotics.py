"""What a formula does as t → ∞, as a sum of exact terms and a bounded rest that hold on all of [start, ∞).

A monomial is t**power·log(t)**logs·exp(Σ coefficient·monomial), as in Gruntz (1996), "On computing limits in a symbolic
manipulation system". A `Germ` has exact coefficients before the dominant monomials and a ball before the last, so that
a limit comes out exactly and a sign holds beyond `start`, and not only "from some point on".
"""

from functools import cache, cmp_to_key, lru_cache
from typing import NamedTuple

import sympy as sp
from flint import arb, fmpq

from activations.calculus.analytic import ANALYTIC
from activations.calculus.numbers import Undecided, ball, sign_of, unknown_function
from activations.numerics.balls import BallError, is_finite, precision, to_balls

_BITS = 128
_TERMS = 10  # exact terms that are kept
_ORDER = 6  # of the Taylor polynomials
_UNIT = arb(0).union(arb(1))


class Monomial(NamedTuple):
    power: object  # of t
    logs: object  # the power of log t
    exponent: frozenset  # of (monomial, coefficient), each monomial going to infinity

    def __mul__(self, other):
        return _product(self, other)

    def __truediv__(self, other):
        return _product(self, _raised(other, fmpq(-1)))

    def __pow__(self, number):
        return _raised(self, number)


@cache
def _product(one, other):
    exponent = dict(one.exponent)
    for monomial, coefficient in other.exponent:
        total = _plus(exponent.pop(monomial, fmpq(0)), coefficient)
        if total != 0:
            exponent[monomial] = total
    return Monomial(_plus(one.power, other.power), _plus(one.logs, other.logs), frozenset(exponent.items()))


@cache
def _raised(one, number):
    exponent = {m: _times(c, number) for m, c in one.exponent} if number != 0 else {}
    return Monomial(_times(one.power, number), _times(one.logs, number), frozenset(exponent.items()))


_ONE, _T = Monomial(fmpq(0), fmpq(0), frozenset()), Monomial(fmpq(1), fmpq(0), frozenset())
_LOG = Monomial(fmpq(0), fmpq(1), frozenset())


# --- Exact coefficients: fmpq where rational, SymPy numbers else ----------------------------------------------------


def _number(value):
    """A SymPy number as fmpq if it is rational."""
    value = sp.sympify(value)
    return fmpq(int(value.p), int(value.q)) if value.is_Rational else value


def _symbolic(value):
    return sp.Rational(int(value.p), int(value.q)) if isinstance(value, fmpq) else value


def _plus(a, b):
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return a + b
    return _sum_of(_symbolic(a), _symbolic(b))


def _times(a, b):
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return a * b
    return _product_of(_symbolic(a), _symbolic(b))


@cache
def _sum_of(a, b):
    total = _number(a + b)
    return total if isinstance(total, fmpq) or sign_of(total) else fmpq(0)


@cache
def _product_of(a, b):
    return _number(a * b)


def _sign(value):
    return (value > 0) - (value < 0) if isinstance(value, fmpq) else sign_of(value)


def _ball(value):
    return arb(value) if isinstance(value, fmpq) else _ball_of(value)


@cache
def _ball_of(number):
    with precision(_BITS):
        return ball(number)


# --- Growth ----------------------------------------------------------------------------------------------------------


@cache
def growth(monomial):
    """1 if a monomial goes to ∞, -1 if to 0, 0 if it is 1."""
    leading = [*monomial.exponent, *([(_LOG, monomial.power)] if monomial.power != 0 else [])]
    if not leading:
        return _sign(monomial.logs)
    return _sign(_dominant(leading)[1])


def _dominant(items):
    """Of (monomial, coefficient) pairs the one that grows fastest."""
    top = None
    for item in items:
        if top is None or growth(item[0] / top[0]) > 0:
            top = item
    return top


@cache
def _bound(monomial, start):
    """An upper bound, for all t ≥ start, of a monomial that goes to 0 (or is 1)."""
    power, logs, exponent = monomial
    at, log = arb(start), arb(start).log()
    if not exponent:
        if logs != 0 and _sign(logs) > 0 and not log * -_ball(power) > _ball(logs):
            raise Undecided("a power of log t is not yet on its way down")
        return (at ** _ball(power) * log ** _ball(logs)).upper()
    top, coefficient = _dominant(exponent)
    share = -_ball(coefficient)
    for other, factor in exponent:
        if other != top:
            share -= abs(_ball(factor)) * _bound(other / top, start)
    if power != 0 or logs != 0:
        share -= (abs(_ball(power)) + abs(_ball(logs))) * _bound(_LOG / top, start)
    if not share > 0:
        raise Undecided("an exponential does not yet rule")
    return (-share / _bound(top**fmpq(-1), start)).exp().upper()


# --- Germs -----------------------------------------------------------------------------------------------------------


class Germ:
    """Σ coefficient·monomial + rest, where `rest` is None or (monomial, ball); valid for all t ≥ start."""

    __slots__ = ("terms", "rest", "start")

    def __init__(self, terms, rest, start):
        self.start = start
        if rest is not None:
            rest, terms = self._absorbed(rest, terms)
        self.terms = terms
        if len(terms) > _TERMS:
            ordered = self.ordered()
            rest = (ordered[_TERMS][0], arb(0)) if rest is None else rest
            big = dict(ordered[:_TERMS])
            small = [(m, _ball(c)) for m, c in ordered[_TERMS:]]
            self.terms, rest = big, _gathered([rest, *small], start)
        self.rest = rest

    def _absorbed(self, rest, terms):
        big, small = {}, [rest]
        for monomial, coefficient in terms.items():
            if growth(monomial / rest[0]) > 0:
                big[monomial] = coefficient
            else:
                small.append((monomial, _ball(coefficient)))
        return _gathered(small, self.start), big

    def ordered(self):
        """The exact terms, the dominant ones first."""
        return sorted(self.terms.items(), key=cmp_to_key(lambda a, b: -growth(a[0] / b[0])))

    def leading(self):
        """(monomial, coefficient) of the dominant exact term; None if there is none."""
        return _dominant(self.terms.items())

    def relative(self):
        """(the dominant monomial, the ball that this is a multiple of it by)."""
        top = self.leading()
        if top is None:
            return self.rest if self.rest is not None else (_ONE, arb(0))
        total = _ball(top[1])
        for monomial, coefficient in self.terms.items():
            if monomial != top[0]:
                total += _ball(coefficient) * _UNIT * _bound(monomial / top[0], self.start)
        if self.rest is not None:
            total += self.rest[1] * _UNIT * _bound(self.rest[0] / top[0], self.start)
        return top[0], total

    def sign(self):
        """The sign for all t ≥ start; 0 for the zero function."""
        if not self.terms and self.rest is None:
            return 0
        factor = self.relative()[1]
        if not (factor > 0 or factor < 0):
            raise Undecided("the sign towards the end is not known")
        return 1 if factor > 0 else -1

    def limit(self):
        """The limit, exactly."""
        top = self.leading()
        if top is None:
            if self.rest is None or growth(self.rest[0]) < 0:
                return sp.S.Zero
            raise Undecided("the limit is not known")
        side = growth(top[0])
        return sp.oo * _sign(top[1]) if side > 0 else _symbolic(top[1]) if side == 0 else sp.S.Zero

    def enclosure(self):
        """A ball that holds all values for t ≥ start; nan if there is none."""
        monomial, factor = self.relative()
        if growth(monomial) > 0:
            return arb.nan()
        return factor * _UNIT * _bound(monomial, self.start) if growth(monomial) else factor

    def __add__(self, other):
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            total = _plus(terms.pop(monomial, fmpq(0)), coefficient)
            if total != 0:
                terms[monomial] = total
        return Germ(terms, _gathered([r for r in (self.rest, other.rest) if r], self.start), self.start)

    def __mul__(self, other):
        terms, rests = {}, []
        for m, c in self.terms.items():
            for n, d in other.terms.items():
                total = _plus(terms.pop(m * n, fmpq(0)), _times(c, d))
                if total != 0:
                    terms[m * n] = total
        for one, another in ((self, other), (other, self)):
            if one.rest:
                rests += [(one.rest[0] * m, one.rest[1] * _ball(c)) for m, c in another.terms.items()]
        if self.rest and other.rest:
            rests.append((self.rest[0] * other.rest[0], self.rest[1] * other.rest[1]))
        return Germ(terms, _gathered(rests, self.start), self.start)

    def scaled(self, monomial, factor):
        """factor·monomial times this."""
        terms = {m * monomial: _times(c, factor) for m, c in self.terms.items()}
        rest = self.rest and (self.rest[0] * monomial, self.rest[1] * _ball(factor))
        return Germ(terms, rest, self.start)

    def without(self, *monomials):
        return Germ({m: c for m, c in self.terms.items() if m not in monomials}, self.rest, self.start)


def _gathered(rests, start):
    """Several (monomial, ball) as one before the dominant of their monomials."""
    if not rests:
        return None
    top = rests[0][0]
    for monomial, _ in rests[1:]:
        top = monomial if growth(monomial / top) > 0 else top
    total = arb(0)
    for monomial, coefficient in rests:
        total += coefficient if monomial == top else coefficient * _UNIT * _bound(monomial / top, start)
    return top, total


def _constant(value, start):
    value = _number(value)
    return Germ({_ONE: value} if value != 0 else {}, None, start)


# --- Functions of germs ----------------------------------------------------------------------------------------------


def _composed(coefficients, remainder, small):
    """Σ coefficients[k]·small**k + remainder·small**n, by Horner."""
    start = small.start
    total = Germ({}, (_ONE, remainder), start)
    for coefficient in reversed(coefficients):
        total = total * small + _constant(_symbolic(coefficient), start)
    return total


def _power(germ, exponent):
    """germ**exponent for an exact number."""
    if isinstance(exponent, fmpq) and exponent.q == 1 and 0 <= exponent <= 8:
        total = _constant(1, germ.start)
        for _ in range(int(exponent.p)):
            total = total * germ
        return total
    top = germ.leading()
    whole = isinstance(exponent, fmpq) and exponent.q == 1
    if top is None:
        if germ.rest is None:
            if _sign(exponent) > 0:
                return germ
            raise Undecided("a division by 0")
        monomial, factor = germ.rest
        if not (factor > 0 or (whole and factor < 0)):
            raise Undecided("a power of what may be 0")
        return Germ({}, (monomial**exponent, factor ** _ball(exponent)), germ.start)
    monomial, factor = top
    if not whole and _sign(factor) < 0:
        raise Undecided("a power of a negative number")
    small = germ.without(monomial).scaled(monomial**fmpq(-1), _number(1 / _symbolic(factor)))
    if small.terms or small.rest:
        size = _small_enclosure(small)
        coefficients, binomial = [], fmpq(1)
        for k in range(_ORDER):
            coefficients.append(binomial)
            binomial = _times(binomial, _times(_plus(exponent, fmpq(-k)), fmpq(1, k + 1)))
        inner = (1 + size) ** (_ball(exponent) - _ORDER)
        total = _composed(coefficients, _ball(binomial) * inner, small)
    else:
        total = _constant(1, germ.start)
    return total.scaled(monomial**exponent, _number(_symbolic(factor) ** _symbolic(exponent)))


def _small_enclosure(small):
    """The hull of 0 and of all values of a germ, which must be less than ½ in size."""
    size = small.enclosure()
    if not abs(size) < arb(0.5):
        raise Undecided("a series does not converge yet")
    return size.union(arb(0))


def _parts(germ):
    """(the terms that go to ±∞, the constant, what goes to 0); the rest must not go to ∞."""
    if germ.rest and growth(germ.rest[0]) > 0:
        raise Undecided("what goes to ∞ is not known well enough")
    big = {m: c for m, c in germ.terms.items() if growth(m) > 0}
    return big, germ.terms.get(_ONE, fmpq(0)), germ.without(_ONE, *big)


def _exp(germ):
    big, constant, small = _parts(germ)
    if small.rest and growth(small.rest[0]) == 0:
        total = Germ({}, (_ONE, small.enclosure().exp()), germ.start)
    elif small.terms or small.rest:
        size = _small_enclosure(small)
        coefficients = [_number(1 / sp.factorial(k)) for k in range(_ORDER)]
        total = _composed(coefficients, size.exp() / _ball(_number(sp.factorial(_ORDER))), small)
    else:
        total = _constant(1, germ.start)
    power = big.pop(_LOG, fmpq(0))
    return total.scaled(Monomial(power, fmpq(0), frozenset(big.items())), _number(sp.exp(_symbolic(constant))))


def _log(germ):
    top = germ.leading()
    if top is None or top[0].logs != 0 or _sign(top[1]) < 0:
        raise Undecided("a logarithm is not known towards the end")
    monomial, factor = top
    terms = dict(monomial.exponent)
    if monomial.power != 0:
        terms[_LOG] = monomial.power
    total = Germ(terms, None, germ.start) + _constant(sp.log(_symbolic(factor)), germ.start)
    small = germ.without(monomial).scaled(monomial**fmpq(-1), _number(1 / _symbolic(factor)))
    if not (small.terms or small.rest):
        return total
    size = _small_enclosure(small)
    coefficients = [fmpq(0), *(fmpq((-1) ** (k + 1), k) for k in range(1, _ORDER))]
    remainder = -(arb(-1) ** _ORDER) / _ORDER * (1 + size) ** -_ORDER
    return total + _composed(coefficients, remainder, small)


def _erfc_of_large(u):
    """erfc(u) for u → ∞: exp(-u²)/(u√π)·(1 - 1/(2u²) + 3/(4u⁴) - …), an alternating, enveloping series."""
    square = _power(u, fmpq(2))
    inverse = _power(square, fmpq(-1))
    coefficients = [fmpq(1)]
    for k in range(1, _ORDER + 1):
        coefficients.append(coefficients[-1] * fmpq(1 - 2 * k, 2))
    last = arb(coefficients[-1]) * _UNIT
    tail = _composed(coefficients[:-1], last, inverse)
    root = Germ({_ONE: 1 / sp.sqrt(sp.pi)}, None, u.start)
    return _exp(_negative(square)) * _power(u, fmpq(-1)) * tail * root


def _atan_of_large(u):
    """atan(u) for u → ∞: π/2 - atan(1/u)."""
    small = _power(u, fmpq(-1))
    coefficients = [fmpq(0) if k % 2 == 0 else fmpq((-1) ** (k // 2), k) for k in range(_ORDER)]
    remainder = arb(1).union(arb(-1)) / _ORDER
    return _constant(sp.pi / 2, u.start) + _negative(_composed(coefficients, remainder, small))


def _negative(germ):
    return germ.scaled(_ONE, fmpq(-1))


def _swing(u):
    return Germ({}, (_ONE, arb(1).union(arb(-1))), u.start)


def _odd(of_large):
    return lambda u: of_large(u) if u.sign() > 0 else _negative(of_large(_negative(u)))


def _sum_of_exponentials(plus, half):
    def rule(u):
        total = _exp(u) + _exp(_negative(u)).scaled(_ONE, fmpq(plus))
        return total.scaled(_ONE, fmpq(1, 2)) if half else total
    return rule


def _tanh(u):
    return _constant(1, u.start) + _power(_exp(u.scaled(_ONE, fmpq(2))) + _constant(1, u.start), fmpq(-1)).scaled(
        _ONE, fmpq(-2))


def _erfc(u):
    return _erfc_of_large(u) if u.sign() > 0 else _constant(2, u.start) + _negative(_erfc_of_large(_negative(u)))


_OF_LARGE = {  # functions of what goes to ±∞
    sp.sin: _swing, sp.cos: _swing, sp.atan: _odd(_atan_of_large), sp.erfc: _erfc,
    sp.erf: lambda u: _constant(1, u.start) + _negative(_erfc(u)), sp.tanh: _tanh,
    sp.cosh: _sum_of_exponentials(1, True), sp.sinh: _sum_of_exponentials(-1, True),
    sp.sech: lambda u: _power(_sum_of_exponentials(1, True)(u), fmpq(-1)),
    sp.asinh: _odd(lambda u: _log(u + _power(_power(u, fmpq(2)) + _constant(1, u.start), fmpq(1, 2)))),
}


def _of_finite(function, germ):
    """function(c + small) by Taylor's formula."""
    _, constant, small = _parts(germ)
    if not (small.terms or small.rest):
        return _constant(function(_symbolic(constant)), germ.start)
    size = small.enclosure().union(arb(0)) + _ball(constant)
    derivatives = _derivatives(function)
    coefficients = [_number(d(_symbolic(constant))) for d in derivatives[:-1]]
    if not all(isinstance(c, fmpq) or c.is_finite for c in coefficients):
        raise Undecided(f"{function} is singular towards the end")
    with precision(_BITS):
        last = _value(function, _ORDER)(size)
    if not isinstance(last, (arb, fmpq)) or not is_finite(last):
        raise Undecided(f"{function} is not known well enough towards the end")
    return _composed(coefficients, arb(last) / _ball(_number(sp.factorial(_ORDER))), small)


_y = sp.Dummy("y", real=True)


@cache
def _derivatives(function):
    """The Taylor coefficients of a function at a point, as functions of the point."""
    found, expr = [], function(_y)
    for k in range(_ORDER + 1):
        found.append(lambda at, e=expr, k=k: e.subs(_y, at) / sp.factorial(k))
        expr = expr.diff(_y)
    return found


@cache
def _value(function, order):
    return to_balls(function(_y).diff(_y, order), (_y,))


# --- From an expression ----------------------------------------------------------------------------------------------


def germ(expr, variable, at, side, start):
    """`expr` as t → ∞ with variable = side·t (at = ±∞), or = at + side/t (at a point).

    Raises Undecided where `start` is too small for a bound, or nothing is known of a part.
    """
    try:
        with precision(_BITS):
            return _germ(expr, _known(variable, at, side, start), start)
    except (BallError, ArithmeticError, OverflowError) as error:
        raise Undecided(f"{expr}: {error}") from None


@lru_cache(64)
def _known(variable, at, side, start):
    """The germs of what has been met towards an end, the variable's first: a derivative shares parts with f."""
    if at in (sp.oo, -sp.oo):
        return {variable: Germ({_T: fmpq(1 if at is sp.oo else -1)}, None, start)}
    if at.has(sp.Float):
        raise Undecided(f"{at} is not known exactly")
    return {variable: Germ({_T**fmpq(-1): fmpq(side)}, None, start) + _constant(at, start)}


def _germ(expr, known, start):
    if expr not in known:
        known[expr] = _computed(expr, known, start)
    return known[expr]


def _computed(expr, known, start):
    if not expr.free_symbols:
        if expr.is_finite is False:
            raise Undecided(f"{expr} is not finite")
        return _constant(expr, start)
    if expr.is_Add or expr.is_Mul:
        first, *others = (_germ(part, known, start) for part in expr.args)
        for other in others:
            first = first + other if expr.is_Add else first * other
        return first
    if isinstance(expr, sp.exp):
        return _exp(_germ(expr.args[0], known, start))
    if expr.is_Pow:
        base, exponent = expr.args
        if base is sp.E:
            return _exp(_germ(exponent, known, start))
        if exponent.free_symbols:
            return _exp(_germ(exponent, known, start) * _log(_germ(base, known, start)))
        return _power(_germ(base, known, start), _number(exponent))
    if isinstance(expr, sp.log):
        return _log(_germ(expr.args[0], known, start))
    if isinstance(expr, ANALYTIC) and len(expr.args) == 1:
        inner = _germ(expr.args[0], known, start)
        big = any(growth(m) > 0 for m in inner.terms)
        if inner.rest and growth(inner.rest[0]) >= 0 and expr.func in (sp.sin, sp.cos):
            return _swing(inner)
        if not big:
            return _of_finite(expr.func, inner)
        if expr.func in _OF_LARGE:
            return _OF_LARGE[expr.func](inner)
    raise Undecided(unknown_function(expr))
