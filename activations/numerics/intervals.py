"""An interval by its two ends, each an exact Arb number or infinite; every operation rounds outwards.

A ball that spans many orders of magnitude reaches below 0 when its radius is rounded up; an interval keeps its sign.
What is undefined has nan for both ends, and stays so. Beside a complex ball an interval is a ball itself.
"""

from flint import acb, arb

_ZERO, _INFINITE, _NAN = arb(0), arb.pos_inf(), arb.nan()


class Interval:
    """All reals from `low` to `high`; an end may be infinite, and is then not reached."""

    __slots__ = ("low", "high")

    def __init__(self, low, high):
        self.low, self.high = (_NAN, _NAN) if low.is_nan() or high.is_nan() else (low, high)

    def __repr__(self):
        return f"[{self.low.str(8)}, {self.high.str(8)}]"

    def is_finite(self):
        return self.low.is_finite() and self.high.is_finite()

    def is_nan(self):
        return self.low.is_nan()

    def contains(self, number):
        return not (self.low > number or self.high < number)

    def ends(self):
        return self.low, self.high

    def midpoint(self):
        return ((self.low + self.high) / 2).mid()

    def width(self):
        return (self.high - self.low).upper()

    def union(self, other):
        other = as_interval(other)
        return Interval(_least(self.low, other.low), _greatest(self.high, other.high))

    def max(self, other):
        other = as_interval(other)
        return Interval(_greatest(self.low, other.low), _greatest(self.high, other.high))

    def min(self, other):
        other = as_interval(other)
        return Interval(_least(self.low, other.low), _least(self.high, other.high))

    def __add__(self, other):
        if isinstance(other, acb):
            return acb(self.ball()) + other
        other = as_interval(other)
        return Interval((self.low + other.low).lower(), (self.high + other.high).upper())

    __radd__ = __add__

    def __neg__(self):
        return Interval((-self.high).lower(), (-self.low).upper())  # Arb rounds -x to the present precision

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        if isinstance(other, acb):
            return acb(self.ball()) * other
        other = as_interval(other)
        corners = [_times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(_fold(_least, [c.lower() for c in corners]), _fold(_greatest, [c.upper() for c in corners]))

    __rmul__ = __mul__

    def __truediv__(self, other):
        if isinstance(other, acb):
            return acb(self.ball()) / other
        return self * as_interval(other).reciprocal()

    def __rtruediv__(self, other):
        if isinstance(other, acb):
            return other / acb(self.ball())
        return as_interval(other) * self.reciprocal()

    def reciprocal(self):
        """1/u; all reals where 0 lies inside, an infinite end where it is an end."""
        if self.low < 0 < self.high or self.low == self.high == 0:
            return Interval(-_INFINITE, _INFINITE)
        low = -_INFINITE if self.high == 0 else (1 / self.high).lower()
        high = _INFINITE if self.low == 0 else (1 / self.low).upper()
        return Interval(low, high)

    def __pow__(self, power):
        """u**n for a whole number n."""
        if power < 0:
            return (self**-power).reciprocal()
        low, high = (abs(self) if power % 2 == 0 else self).ends()
        return Interval(_power(low, power).lower(), _power(high, power).upper())

    def __abs__(self):
        if self.low >= 0:
            return self
        return -self if self.high <= 0 else Interval(_ZERO, _greatest((-self.low).upper(), self.high))

    def sgn(self):
        return self if self.is_nan() else Interval(self.low.sgn(), self.high.sgn())

    def floor(self):
        low, high = (end.floor() if end.is_finite() else end for end in self.ends())
        return Interval(low.lower(), high.upper())

    def ceil(self):
        return -(-self).floor()

    def is_exact(self):
        return self.low == self.high

    def monotone(self, function, falling=False, floor=None):
        """The image under a function that rises (or falls) on the interval, which `floor` bounds from below."""
        ends = [_at(function, end) for end in (self.low, self.high)]
        low, high = reversed(ends) if falling else ends
        low = low.lower()
        return Interval(low if floor is None else _greatest(low, arb(floor)), high.upper())

    def ball(self):
        """The interval as Arb's ball."""
        if self.is_finite():
            return self.low.union(self.high)
        return _NAN if self.is_nan() else arb(0, _INFINITE)

    def through_ball(self, function):
        """The image under a function of which only Arb's own enclosure is known."""
        image = function(self.ball())
        if self.is_nan() or image.is_finite():
            return Interval(image.lower(), image.upper())
        return Interval(-_INFINITE, _INFINITE)

    def __lt__(self, other):
        return self.high < _low(other)

    def __le__(self, other):
        return self.high <= _low(other)

    def __gt__(self, other):
        return self.low > _high(other)

    def __ge__(self, other):
        return self.low >= _high(other)


def as_interval(value):
    """A rational, a ball or an interval as an interval; a complex ball has none."""
    if isinstance(value, Interval):
        return value
    value = _NAN if isinstance(value, acb) else arb(value)
    return Interval(value.lower(), value.upper())


def as_acb(value):
    """A rational, a ball or an interval as a complex ball."""
    return acb(value.ball()) if isinstance(value, Interval) else value if isinstance(value, acb) else acb(arb(value))


def _low(value):
    return value.low if isinstance(value, Interval) else arb(value)


def _high(value):
    return value.high if isinstance(value, Interval) else arb(value)


def _least(a, b):
    return a if a <= b or a.is_nan() else b


def _greatest(a, b):
    return a if a >= b or a.is_nan() else b


def _fold(better, values):
    best, *others = values
    for value in others:
        best = better(best, value)
    return best


def _times(a, b):
    """a·b, with 0·∞ = 0: an infinite end stands for finite numbers without a bound."""
    if a == 0 or b == 0:
        return a * b if a.is_nan() or b.is_nan() else _ZERO
    return a * b


def _power(end, power):
    """end**power; Arb leaves an odd power of -∞ undefined."""
    return end**power if end.is_finite() or power == 0 else end if power % 2 else abs(end)


def _at(function, end):
    """function(end), with its limit at an infinite end."""
    if end.is_finite() or function not in _LIMITS:
        return function(end)
    return arb(_LIMITS[function][end > 0])


_LIMITS = {arb.erf: (-1, 1), arb.erfc: (2, 0)}  # at -∞ and ∞, which Arb leaves undefined
