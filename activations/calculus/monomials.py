"""Monomials t**power·log(t)**logs·exp(Σ coefficient·monomial), how they grow, and a bound on those that go to 0.

As in Gruntz (1996), "On computing limits in a symbolic manipulation system". Coefficients are exact: rationals
(`fmpq`), and SymPy numbers where they are irrational.
"""

from functools import cache
from typing import NamedTuple

import sympy as sp
from flint import arb, fmpq

from activations.calculus.numbers import Undecided, ball, sign_of
from activations.numerics.balls import precision

BITS = 128


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
        total = plus(exponent.pop(monomial, fmpq(0)), coefficient)
        if total != 0:
            exponent[monomial] = total
    return Monomial(plus(one.power, other.power), plus(one.logs, other.logs), frozenset(exponent.items()))


@cache
def _raised(one, number):
    exponent = {m: times(c, number) for m, c in one.exponent} if number != 0 else {}
    return Monomial(times(one.power, number), times(one.logs, number), frozenset(exponent.items()))


ONE, T = Monomial(fmpq(0), fmpq(0), frozenset()), Monomial(fmpq(1), fmpq(0), frozenset())
LOG = Monomial(fmpq(0), fmpq(1), frozenset())



def as_number(value):
    """A SymPy number as fmpq if it is rational."""
    value = sp.sympify(value)
    return fmpq(int(value.p), int(value.q)) if value.is_Rational else value


def as_symbolic(value):
    return sp.Rational(int(value.p), int(value.q)) if isinstance(value, fmpq) else value


def plus(a, b):
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return a + b
    return _sum_of(as_symbolic(a), as_symbolic(b))


def times(a, b):
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return a * b
    return _product_of(as_symbolic(a), as_symbolic(b))


@cache
def _sum_of(a, b):
    total = as_number(a + b)
    return total if isinstance(total, fmpq) or sign_of(total) else fmpq(0)


@cache
def _product_of(a, b):
    return as_number(a * b)


def sign_of_number(value):
    return (value > 0) - (value < 0) if isinstance(value, fmpq) else sign_of(value)


def as_ball(value):
    return arb(value) if isinstance(value, fmpq) else _ball_of(value)


@cache
def _ball_of(number):
    with precision(BITS):
        return ball(number)



@cache
def growth(monomial):
    """1 if a monomial goes to ∞, -1 if to 0, 0 if it is 1."""
    leading = [*monomial.exponent, *([(LOG, monomial.power)] if monomial.power != 0 else [])]
    if not leading:
        return sign_of_number(monomial.logs)
    return sign_of_number(dominant(leading)[1])


def dominant(items):
    """Of (monomial, coefficient) pairs the one that grows fastest."""
    top = None
    for item in items:
        if top is None or growth(item[0] / top[0]) > 0:
            top = item
    return top


@cache
def bound(monomial, start):
    """An upper bound, for all t ≥ start, of a monomial that goes to 0 (or is 1)."""
    power, logs, exponent = monomial
    at, log = arb(start), arb(start).log()
    if not exponent:
        if logs != 0 and sign_of_number(logs) > 0 and not log * -as_ball(power) > as_ball(logs):
            raise Undecided("a power of log t is not yet on its way down")
        return (at ** as_ball(power) * log ** as_ball(logs)).upper()
    top, coefficient = dominant(exponent)
    share = -as_ball(coefficient)
    for other, factor in exponent:
        if other != top:
            share -= abs(as_ball(factor)) * bound(other / top, start)
    if power != 0 or logs != 0:
        share -= (abs(as_ball(power)) + abs(as_ball(logs))) * bound(LOG / top, start)
    if not share > 0:
        raise Undecided("an exponential does not yet rule")
    return (-share / bound(top**fmpq(-1), start)).exp().upper()
