"""What a formula does as t → ∞: its germ, from which a limit comes out exactly, and a sign that holds beyond `start`.

Dominant terms are exact, what is smaller is a ball before one monomial; Taylor polynomials carry their remainders.
"""

from functools import cache, lru_cache

import sympy as sp
from flint import arb, fmpq

from activations.calculus.analytic import ANALYTIC
from activations.calculus.germs import UNIT, Germ, constant
from activations.calculus.monomials import (
    BITS,
    LOG,
    ONE,
    Monomial,
    T,
    as_ball,
    as_number,
    as_symbolic,
    growth,
    plus,
    sign_of_number,
    times,
)
from activations.calculus.numbers import Undecided, unknown_function
from activations.numerics.balls import BallError, is_finite, precision, to_balls

_ORDER = 6  # of the Taylor polynomials

# --- Functions of germs ----------------------------------------------------------------------------------------------


def _composed(coefficients, remainder, small):
    """Σ coefficients[k]·small**k + remainder·small**n, by Horner."""
    start = small.start
    total = Germ({}, (ONE, remainder), start)
    for coefficient in reversed(coefficients):
        total = total * small + constant(as_symbolic(coefficient), start)
    return total


def _power(germ, exponent):
    """germ**exponent for an exact number."""
    if isinstance(exponent, fmpq) and exponent.q == 1 and 0 <= exponent <= 8:
        total = constant(1, germ.start)
        for _ in range(int(exponent.p)):
            total = total * germ
        return total
    top = germ.leading()
    whole = isinstance(exponent, fmpq) and exponent.q == 1
    if top is None:
        if germ.rest is None:
            if sign_of_number(exponent) > 0:
                return germ
            raise Undecided("a division by 0")
        monomial, factor = germ.rest
        if not (factor > 0 or (whole and factor < 0)):
            raise Undecided("a power of what may be 0")
        return Germ({}, (monomial**exponent, factor ** as_ball(exponent)), germ.start)
    monomial, factor = top
    if not whole and sign_of_number(factor) < 0:
        raise Undecided("a power of a negative number")
    small = germ.without(monomial).scaled(monomial**fmpq(-1), as_number(1 / as_symbolic(factor)))
    if small.terms or small.rest:
        size = _small_enclosure(small)
        coefficients, binomial = [], fmpq(1)
        for k in range(_ORDER):
            coefficients.append(binomial)
            binomial = times(binomial, times(plus(exponent, fmpq(-k)), fmpq(1, k + 1)))
        inner = (1 + size) ** (as_ball(exponent) - _ORDER)
        total = _composed(coefficients, as_ball(binomial) * inner, small)
    else:
        total = constant(1, germ.start)
    return total.scaled(monomial**exponent, as_number(as_symbolic(factor) ** as_symbolic(exponent)))


def _small_enclosure(small):
    """The hull of 0 and of all values of a germ, which must be less than ½ in size."""
    size = small.enclosure()
    if not abs(size) < arb(0.5):
        raise Undecided("a series does not converge yet")
    return size.union(arb(0))


def _parts(germ):
    """(the terms that go to ±∞, the middle, what goes to 0); the rest must not go to ∞."""
    if germ.rest and growth(germ.rest[0]) > 0:
        raise Undecided("what goes to ∞ is not known well enough")
    big = {m: c for m, c in germ.terms.items() if growth(m) > 0}
    return big, germ.terms.get(ONE, fmpq(0)), germ.without(ONE, *big)


def _exp(germ):
    big, middle, small = _parts(germ)
    if small.rest and growth(small.rest[0]) == 0:
        total = Germ({}, (ONE, small.enclosure().exp()), germ.start)
    elif small.terms or small.rest:
        size = _small_enclosure(small)
        coefficients = [as_number(1 / sp.factorial(k)) for k in range(_ORDER)]
        total = _composed(coefficients, size.exp() / as_ball(as_number(sp.factorial(_ORDER))), small)
    else:
        total = constant(1, germ.start)
    power = big.pop(LOG, fmpq(0))
    return total.scaled(Monomial(power, fmpq(0), frozenset(big.items())), as_number(sp.exp(as_symbolic(middle))))


def _log(germ):
    top = germ.leading()
    if top is None or top[0].logs != 0 or sign_of_number(top[1]) < 0:
        raise Undecided("a logarithm is not known towards the end")
    monomial, factor = top
    terms = dict(monomial.exponent)
    if monomial.power != 0:
        terms[LOG] = monomial.power
    total = Germ(terms, None, germ.start) + constant(sp.log(as_symbolic(factor)), germ.start)
    small = germ.without(monomial).scaled(monomial**fmpq(-1), as_number(1 / as_symbolic(factor)))
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
    last = arb(coefficients[-1]) * UNIT
    tail = _composed(coefficients[:-1], last, inverse)
    root = Germ({ONE: 1 / sp.sqrt(sp.pi)}, None, u.start)
    return _exp(_negative(square)) * _power(u, fmpq(-1)) * tail * root


def _atan_of_large(u):
    """atan(u) for u → ∞: π/2 - atan(1/u)."""
    small = _power(u, fmpq(-1))
    coefficients = [fmpq(0) if k % 2 == 0 else fmpq((-1) ** (k // 2), k) for k in range(_ORDER)]
    remainder = arb(1).union(arb(-1)) / _ORDER
    return constant(sp.pi / 2, u.start) + _negative(_composed(coefficients, remainder, small))


def _negative(germ):
    return germ.scaled(ONE, fmpq(-1))


def _swing(u):
    return Germ({}, (ONE, arb(1).union(arb(-1))), u.start)


def _odd(of_large):
    return lambda u: of_large(u) if u.sign() > 0 else _negative(of_large(_negative(u)))


def _sum_of_exponentials(plus, half):
    def rule(u):
        total = _exp(u) + _exp(_negative(u)).scaled(ONE, fmpq(plus))
        return total.scaled(ONE, fmpq(1, 2)) if half else total
    return rule


def _tanh(u):
    return constant(1, u.start) + _power(_exp(u.scaled(ONE, fmpq(2))) + constant(1, u.start), fmpq(-1)).scaled(
        ONE, fmpq(-2))


def _erfc(u):
    return _erfc_of_large(u) if u.sign() > 0 else constant(2, u.start) + _negative(_erfc_of_large(_negative(u)))


_OF_LARGE = {  # functions of what goes to ±∞
    sp.sin: _swing, sp.cos: _swing, sp.atan: _odd(_atan_of_large), sp.erfc: _erfc,
    sp.erf: lambda u: constant(1, u.start) + _negative(_erfc(u)), sp.tanh: _tanh,
    sp.cosh: _sum_of_exponentials(1, True), sp.sinh: _sum_of_exponentials(-1, True),
    sp.sech: lambda u: _power(_sum_of_exponentials(1, True)(u), fmpq(-1)),
    sp.asinh: _odd(lambda u: _log(u + _power(_power(u, fmpq(2)) + constant(1, u.start), fmpq(1, 2)))),
}


def _of_finite(function, germ):
    """function(c + small) by Taylor's formula."""
    _, middle, small = _parts(germ)
    if not (small.terms or small.rest):
        return constant(function(as_symbolic(middle)), germ.start)
    size = small.enclosure().union(arb(0)) + as_ball(middle)
    derivatives = _derivatives(function)
    coefficients = [as_number(d(as_symbolic(middle))) for d in derivatives[:-1]]
    if not all(isinstance(c, fmpq) or c.is_finite for c in coefficients):
        raise Undecided(f"{function} is singular towards the end")
    with precision(BITS):
        last = _value(function, _ORDER)(size)
    if not isinstance(last, (arb, fmpq)) or not is_finite(last):
        raise Undecided(f"{function} is not known well enough towards the end")
    return _composed(coefficients, arb(last) / as_ball(as_number(sp.factorial(_ORDER))), small)


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
        with precision(BITS):
            return _germ(expr, _known(variable, at, side, start), start)
    except (BallError, ArithmeticError, OverflowError) as error:
        raise Undecided(f"{expr}: {error}") from None


@lru_cache(64)
def _known(variable, at, side, start):
    """The germs of what has been met towards an end, the variable's first: a derivative shares parts with f."""
    if at in (sp.oo, -sp.oo):
        return {variable: Germ({T: fmpq(1 if at is sp.oo else -1)}, None, start)}
    if at.has(sp.Float):
        raise Undecided(f"{at} is not known exactly")
    return {variable: Germ({T**fmpq(-1): fmpq(side)}, None, start) + constant(at, start)}


def _germ(expr, known, start):
    if expr not in known:
        known[expr] = _computed(expr, known, start)
    return known[expr]


def _computed(expr, known, start):
    if not expr.free_symbols:
        if expr.is_finite is False:
            raise Undecided(f"{expr} is not finite")
        return constant(expr, start)
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
        return _power(_germ(base, known, start), as_number(exponent))
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
