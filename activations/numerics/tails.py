"""A bound on the area beyond a point: |f(y)| ≤ exp(log + power·ln y - rate·y) for all y ≥ B, found node by node.

Every number is exact and was rounded to the safe side. Sums use the term that outweighs the others for all y ≥ B.
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import sympy as sp
from flint import acb, arb, fmpq

from activations.numerics.balls import BallError, real, to_balls
from activations.numerics.intervals import Interval, as_interval

_INFINITE = arb.pos_inf()
_EXPANDED = 8  # the highest power that is multiplied out


@dataclass(frozen=True)
class Bound:
    """y ↦ exp(log + power·ln y - rate·y)."""

    log: arb
    power: arb = arb(0)
    rate: arb = arb(0)

    def times(self, other, side):
        """The product, rounded up (side 1) or down (-1)."""
        return Bound(_round(self.log + other.log, side), _round(self.power + other.power, side),
                     _round(self.rate + other.rate, -side))

    def scaled(self, factor, side):
        """The power `factor`, which is at least 0."""
        return Bound(_round(self.log * factor, side), _round(self.power * factor, side),
                     _round(self.rate * factor, -side))

    def inverse(self):
        return Bound(-self.log, -self.power, -self.rate)

    def greatest(self, start):
        """ln of its supremum over y ≥ start, ∞ where that is not clear."""
        if self.rate >= 0 and self.power <= self.rate * start:
            return _round(self.log + self.power * start.log() - self.rate * start, 1)
        if self.rate > 0:  # greatest at power/rate
            return _round(self.log + self.power * (self.power / self.rate).log() - self.power, 1)
        return _INFINITE

    def least(self, start):
        """ln of its infimum over y ≥ start, -∞ where that is not clear."""
        return -self.inverse().greatest(start)

    def area(self, start):
        """The integral over y ≥ start, ∞ where that is not clear."""
        at_start = self.log + self.power * start.log() - self.rate * start
        rate = self.rate - self.power / start if self.power > 0 else self.rate
        if rate > 0:
            return (at_start.exp() / rate).upper()
        if self.rate >= 0 and self.power < -1:
            return (at_start.exp() * start / (-1 - self.power)).upper()
        return _INFINITE


@dataclass(frozen=True)
class Envelope:
    """Bounds on |u(y)| from above and below, None where there is none, and u's sign, 0 where it is not clear."""

    upper: Bound | None = None
    lower: Bound | None = None
    sign: int = 0


def tail(body, variable, outer, values, start):
    """A bound on ∫ |body| d(variable) from `start` ≥ 2 to ∞, for these values of the outer symbols."""
    upper = _Reader(variable, outer, values, start).envelope(body).upper
    return arb(0) if upper is _NOTHING else upper.area(start) if upper else _INFINITE


_NOTHING = Bound(arb.neg_inf())  # the bound on what is 0


class _Reader:
    def __init__(self, variable, outer, values, start):
        self.variable, self.outer, self.values, self.start = variable, outer, values, start
        self.beyond = Interval(start, _INFINITE)
        self.known = {}

    def envelope(self, expr):
        if expr not in self.known:
            self.known[expr] = self._completed(expr)
        return self.known[expr]

    def value(self, expr):
        """Its enclosure over all y ≥ start."""
        try:
            return to_balls(expr, (self.variable, *self.outer))(self.beyond, *self.values)
        except BallError:
            return arb.nan()

    def _completed(self, expr):
        """What the node's rule says, and where it says nothing, what its enclosure says."""
        if not expr.has(self.variable):
            return _constant(self.value(expr))
        found = self._by_rule(expr)
        box = self.value(expr)
        if isinstance(box, acb):
            return replace(found, sign=0)
        box = as_interval(box)
        flat = _constant(box)
        sign = found.sign or flat.sign
        return Envelope(found.upper or flat.upper, found.lower or flat.lower, sign)

    def _by_rule(self, expr):
        if expr == self.variable:
            one = Bound(arb(0), arb(1))
            return Envelope(one, one, 1)
        if isinstance(expr, sp.Add):
            top, bottom = _fraction(expr)
            if bottom.has(self.variable):
                return self._product((top, 1 / bottom))
            return self._sum(sp.Add.make_args(_expanded(top / bottom)))
        if isinstance(expr, sp.Mul):
            return self._product(expr.args)
        if isinstance(expr, sp.exp):
            return self._exponential(expr.args[0])
        if isinstance(expr, sp.Pow):
            return self._power(expr.base, expr.exp)
        if isinstance(expr, sp.log):
            return self._logarithm(expr.args[0])
        if isinstance(expr, sp.Abs):
            inner = self.envelope(expr.args[0])
            return replace(inner, sign=1 if inner.lower else 0)
        if isinstance(expr, (sp.Max, sp.Min)):
            return Envelope(self._all_of(self.envelope(part).upper for part in expr.args))
        if isinstance(expr, sp.Piecewise):
            return Envelope(self._all_of(self.envelope(part).upper for part in self._open(expr)))
        if isinstance(expr, (sp.cosh, sp.sinh, sp.sech, sp.csch)):
            return self.envelope(expr.rewrite(sp.exp))
        if isinstance(expr, sp.erfc):
            return self._erfc(expr.args[0])
        if isinstance(expr, (sp.sin, sp.tanh, sp.atan, sp.asinh, sp.erf)):
            return self._small_where_small(expr)
        return Envelope()

    def _all_of(self, uppers):
        """A bound on a sum."""
        uppers = [upper for upper in uppers if upper is not _NOTHING]
        if not uppers:
            return _NOTHING
        if None in uppers:
            return None
        rate = _extreme([upper.rate for upper in uppers], -1)
        power = _extreme([upper.power for upper in uppers if upper.rate == rate], 1)
        shape = Bound(arb(0), power, rate)
        heights = [upper.times(shape.inverse(), 1).greatest(self.start) for upper in uppers]
        if not all(height.is_finite() for height in heights):
            return None
        return Bound(_round(sum((height.exp() for height in heights), arb(0)).log(), 1), power, rate)

    def _sum(self, terms):
        fixed = [term for term in terms if not term.has(self.variable)]
        parts = [self.envelope(term) for term in terms if term.has(self.variable)]
        if fixed:
            parts.append(self.envelope(sp.Add(*fixed)))
        upper = self._all_of(part.upper for part in parts)
        for main in parts:
            others = [part for part in parts if part is not main and not (part.sign and part.sign == main.sign)]
            if main.lower is None or any(part.upper is None for part in others):
                continue
            share = sum((part.upper.times(main.lower.inverse(), 1).greatest(self.start).exp() for part in others
                         if part.upper is not _NOTHING), arb(0)).upper()
            if share < 1:
                rest = Bound(_round((1 - share).log(), -1))
                return Envelope(upper, main.lower.times(rest, -1), main.sign)
        return Envelope(upper)

    def _product(self, factors):
        parts = [self.envelope(factor) for factor in factors]
        upper = lower = Bound(arb(0))
        sign = 1
        for part in parts:
            if part.upper is _NOTHING:
                return Envelope(_NOTHING)
            upper = upper.times(part.upper, 1) if upper and part.upper else None
            lower = lower.times(part.lower, -1) if lower and part.lower else None
            sign *= part.sign
        return Envelope(upper, lower, sign)

    def _power(self, base, power):
        if power.has(self.variable):
            return self._exponential(power * sp.log(base)) if self.envelope(base).sign > 0 else Envelope()
        value = self.value(power)
        inner = self.envelope(base)
        if not isinstance(value, (fmpq, arb)) or inner.upper is _NOTHING:
            return Envelope()
        value = arb(value)
        upper, lower = inner.upper, inner.lower
        if value < 0:
            upper, lower = lower and lower.inverse(), upper and upper.inverse()
        elif not value >= 0:
            return Envelope()
        whole = power.is_Integer
        sign = 1 if inner.sign > 0 or whole and power % 2 == 0 and inner.sign else inner.sign if whole else 0
        return Envelope(upper and upper.scaled(abs(value), 1), lower and lower.scaled(abs(value), -1), sign)

    def _exponential(self, exponent):
        upper = self._exponential_bound(exponent)
        lower = self._exponential_bound(-exponent)
        return Envelope(upper, lower and lower.inverse(), 0 if isinstance(self.value(exponent), acb) else 1)

    def _exponential_bound(self, exponent):
        """A bound on |exp(u)|, from one on the real part of u."""
        bound, rising, falling = Bound(arb(0)), [], []
        for term in sp.Add.make_args(_expanded(exponent)):
            if not term.has(self.variable):
                constant = self.value(term)
                constant = arb(constant.real if isinstance(constant, acb) else as_interval(constant).high)
                bound = bound.times(Bound(_round(constant, 1)), 1)
                continue
            part = self.envelope(term)
            if part.sign < 0:
                falling.append(part.lower)
            elif part.upper is None:
                return None
            elif part.upper is not _NOTHING:
                rising.append(part.upper)
        if not bound.log.is_finite():
            return None
        for main in filter(None, falling):
            share = sum((part.times(main.inverse(), 1).greatest(self.start).exp() for part in rising), arb(0)).upper()
            if share < 1:
                decay = self._decay(main.times(Bound(_round((1 - share).log(), -1)), -1))
                return bound.times(decay, 1) if decay else None
        for part in rising:
            grown = self._growth(part)
            if grown is None:
                return None
            bound = bound.times(grown, 1)
        return bound

    def _decay(self, size):
        """A bound on exp(-u) where u(y) is at least of this size: u ≥ K·y, or u ≥ c·y^p with ln y to bound y^p."""
        slope = size.times(Bound(arb(0), arb(-1)), -1).least(self.start)
        if slope.is_finite():
            return Bound(arb(0), arb(0), _round(slope.exp(), -1))
        if size.rate == 0 and size.power > 0:  # with h = c·B^p: c·y^p ≥ h·(1 + p·ln(y/B))
            height = (size.log + size.power * self.start.log()).exp()
            steep = height * size.power
            return Bound(_round(steep * self.start.log() - height, 1), _round(-steep, 1))
        return Bound(arb(0))

    def _growth(self, size):
        """A bound on exp(u) where |u(y)| is at most of this size."""
        top = size.greatest(self.start)
        if top.is_finite():
            return Bound(_round(top.exp(), 1))
        slope = size.times(Bound(arb(0), arb(-1)), 1).greatest(self.start)
        return Bound(arb(0), arb(0), _round(-slope.exp(), -1)) if slope.is_finite() else None

    def _logarithm(self, argument):
        above_one = argument - 1
        small = self.envelope(above_one).upper if isinstance(argument, sp.Add) else None
        if small is _NOTHING:
            return Envelope(_NOTHING)
        if small and small.greatest(self.start) < -1:  # |ln(1 + v)| ≤ 2|v| for |v| ≤ 1/2
            return Envelope(small.times(Bound(_round(arb(2).log(), 1)), 1))
        inner = self.envelope(argument)
        if not (inner.upper and inner.lower and inner.sign > 0) or inner.upper is _NOTHING:
            return Envelope()
        log, power, rate = (_extreme([abs(a).upper(), abs(b).upper()], 1) for a, b in (
            (inner.upper.log, inner.lower.log), (inner.upper.power, inner.lower.power),
            (inner.upper.rate, inner.lower.rate)))
        if rate == 0:  # ln y ≤ √y
            return Envelope(Bound(_round((log + power).log(), 1), arb(1) / 2) if log + power > 0 else None)
        return Envelope(Bound(_round((log + power + rate).log(), 1), arb(1)))  # ln y ≤ y and 1 ≤ y

    def _erfc(self, argument):
        if self.envelope(argument).sign > 0:
            return Envelope(self._exponential(-(argument**2)).upper)  # erfc u ≤ exp(-u²) for u ≥ 0
        return Envelope()

    def _small_where_small(self, expr):
        """|f(u)| ≤ c·|u| for real u."""
        argument = expr.args[0]
        upper = self.envelope(argument).upper
        if upper is None or isinstance(self.value(argument), acb):
            return Envelope()
        if upper is _NOTHING or upper.greatest(self.start) < 0 or isinstance(expr, sp.asinh):
            steepest = Bound(_round((2 / arb.pi().sqrt()).log(), 1)) if isinstance(expr, sp.erf) else Bound(arb(0))
            return Envelope(upper if upper is _NOTHING else upper.times(steepest, 1))
        return Envelope()

    def _open(self, expr):
        """The values of the branches that may be taken somewhere beyond."""
        for value, condition in expr.args:
            holds = self.value(condition)
            if holds is not False:
                yield value
            if holds is True:
                return
        if holds is not True:
            yield sp.nan


@lru_cache(maxsize=1024)
def _expanded(expr):
    """Multiplied out, where that is little work."""
    powers = [power.exp for power in expr.atoms(sp.Pow) if power.exp.is_Integer]
    return expr if any(abs(power) > _EXPANDED for power in powers) else sp.expand(expr)


@lru_cache(maxsize=1024)
def _fraction(expr):
    """A sum as numerator and denominator, multiplied out so that what cancels is gone: 1 - tanh y, 1 - erf y."""
    expr = expr.replace(sp.tanh, lambda u: sp.tanh(u).rewrite(sp.exp)).replace(sp.erf, lambda u: 1 - sp.erfc(u))
    top, bottom = sp.fraction(sp.together(expr))
    return _expanded(top), bottom


def _constant(value):
    """The envelope of what stays within an enclosure."""
    if isinstance(value, acb):
        return replace(_constant(abs(value)), sign=0)
    box = as_interval(real(value))
    size = abs(box)
    upper = None if not size.high.is_finite() else _NOTHING if size.high == 0 else _log(size.high, 1)
    return Envelope(upper, _log(size.low, -1), 1 if box.low > 0 else -1 if box.high < 0 else 0)


def _log(size, side):
    return Bound(_round(size.log(), side)) if size > 0 else None


def _round(number, side):
    return number.upper() if side > 0 else number.lower()


def _extreme(numbers, side):
    best = numbers[0]
    for number in numbers[1:]:
        best = number if (number > best if side > 0 else number < best) else best
    return best
