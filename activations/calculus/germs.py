"""A germ: exact terms and a bounded rest that hold on all of [start, ∞), with sums, products, limits and signs."""

from functools import cmp_to_key

import sympy as sp
from flint import arb, fmpq

from activations.calculus.monomials import (
    ONE,
    as_ball,
    as_number,
    as_symbolic,
    bound,
    dominant,
    growth,
    plus,
    sign_of_number,
    times,
)
from activations.calculus.numbers import Undecided

_TERMS = 10  # exact terms that are kept
UNIT = arb(0).union(arb(1))


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
            small = [(m, as_ball(c)) for m, c in ordered[_TERMS:]]
            self.terms, rest = big, gathered([rest, *small], start)
        self.rest = rest

    def _absorbed(self, rest, terms):
        big, small = {}, [rest]
        for monomial, coefficient in terms.items():
            if growth(monomial / rest[0]) > 0:
                big[monomial] = coefficient
            else:
                small.append((monomial, as_ball(coefficient)))
        return gathered(small, self.start), big

    def ordered(self):
        """The exact terms, the dominant ones first."""
        return sorted(self.terms.items(), key=cmp_to_key(lambda a, b: -growth(a[0] / b[0])))

    def leading(self):
        """(monomial, coefficient) of the dominant exact term; None if there is none."""
        return dominant(self.terms.items())

    def relative(self):
        """(the dominant monomial, the ball that this is a multiple of it by)."""
        top = self.leading()
        if top is None:
            return self.rest if self.rest is not None else (ONE, arb(0))
        total = as_ball(top[1])
        for monomial, coefficient in self.terms.items():
            if monomial != top[0]:
                total += as_ball(coefficient) * UNIT * bound(monomial / top[0], self.start)
        if self.rest is not None:
            total += self.rest[1] * UNIT * bound(self.rest[0] / top[0], self.start)
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
        return sp.oo * sign_of_number(top[1]) if side > 0 else as_symbolic(top[1]) if side == 0 else sp.S.Zero

    def enclosure(self):
        """A ball that holds all values for t ≥ start; nan if there is none."""
        monomial, factor = self.relative()
        if growth(monomial) > 0:
            return arb.nan()
        return factor * UNIT * bound(monomial, self.start) if growth(monomial) else factor

    def __add__(self, other):
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            total = plus(terms.pop(monomial, fmpq(0)), coefficient)
            if total != 0:
                terms[monomial] = total
        return Germ(terms, gathered([r for r in (self.rest, other.rest) if r], self.start), self.start)

    def __mul__(self, other):
        terms, rests = {}, []
        for m, c in self.terms.items():
            for n, d in other.terms.items():
                total = plus(terms.pop(m * n, fmpq(0)), times(c, d))
                if total != 0:
                    terms[m * n] = total
        for one, another in ((self, other), (other, self)):
            if one.rest:
                rests += [(one.rest[0] * m, one.rest[1] * as_ball(c)) for m, c in another.terms.items()]
        if self.rest and other.rest:
            rests.append((self.rest[0] * other.rest[0], self.rest[1] * other.rest[1]))
        return Germ(terms, gathered(rests, self.start), self.start)

    def scaled(self, monomial, factor):
        """factor·monomial times this."""
        terms = {m * monomial: times(c, factor) for m, c in self.terms.items()}
        rest = self.rest and (self.rest[0] * monomial, self.rest[1] * as_ball(factor))
        return Germ(terms, rest, self.start)

    def without(self, *monomials):
        return Germ({m: c for m, c in self.terms.items() if m not in monomials}, self.rest, self.start)


def gathered(rests, start):
    """Several (monomial, ball) as one before the dominant of their monomials."""
    if not rests:
        return None
    top = rests[0][0]
    for monomial, _ in rests[1:]:
        top = monomial if growth(monomial / top) > 0 else top
    total = arb(0)
    for monomial, coefficient in rests:
        total += coefficient if monomial == top else coefficient * UNIT * bound(monomial / top, start)
    return top, total


def constant(value, start):
    value = as_number(value)
    return Germ({ONE: value} if value != 0 else {}, None, start)
