"""Proofs of an inequality in one variable by intervals that cover its domain.

A gap is shown to be at least 0 on an interval in one of three ways: SymPy knows its sign; or its slope has one sign,
and the gap has the right sign at the end that it rises from; or the interval falls into parts on each of which an
enclosure lies above 0, and what is left near the ends is done by the first two.
"""

import sympy as sp
from flint import arb
from sympy.core.function import AppliedUndef

from activations.derivation.algebra import LONG, SHORT, at_borders, inside_of, is_heavy, is_signed, reduces_to_zero
from activations.derivation.budget import within
from activations.derivation.continuity import guards
from activations.derivation.domination import dominates, is_above_zero
from activations.derivation.spans import domain_of, spans_of
from activations.numerics.balls import BallError, exact, interval, precision, real, to_balls
from activations.numerics.intervals import Interval, as_interval

_DEPTH = 3  # slopes of slopes
_PARTS = 4_000  # enclosures spent on a step
_CLAIMS = 40  # signs looked for on the way
_BITS = 128
_FAR = sp.Integer(2) ** 6  # where the tail of an unbounded interval begins
_LIMIT = 400_000  # Python calls that SymPy may spend on a limit
_TIDYING = 2_000_000  # and on the factors of a slope: where the order of its symbols is unlucky, four times the usual


def encloses(gap, strict):
    """Whether gap ≥ 0 (or > 0 but at single points) is proved for all values of its one real symbol, or of none."""
    symbols = gap.free_symbols
    if not symbols:
        return is_above_zero(gap)
    (symbol, *others) = symbols
    if others or not symbol.is_extended_real or gap.count_ops() > 150 or gap.has(*_UNFIT):
        return False
    period = within(_LIMIT, sp.periodicity, gap, symbol) if gap.has(sp.sin, sp.cos, sp.tan) else None
    if period is not None and period.is_positive and not symbol.is_integer and (
            reduces_to_zero(gap.subs(symbol, symbol + period) - gap)):
        return _encloses_between(gap, symbol, sp.Interval.open(0, period), strict)
    return _encloses_between(gap, symbol, domain_of(symbol), strict)


def is_constant(gap):
    """Whether a gap in one real symbol is 0 because its slope is, and its value at a point of each smooth piece."""
    (symbol, *others) = gap.free_symbols or (None,)
    if symbol is None or others or not symbol.is_extended_real or symbol.is_integer:
        return False
    if gap.count_ops() > 60 or is_heavy(gap) or gap.has(*_UNFIT) or not gap.has(*_INVERSE):
        return False
    u = sp.Dummy("u", real=True)
    proof = _Proof(u, False)
    try:
        return all(_is_zero_at_a_point(piece, symbol, span)
                   and proof.is_smooth(piece.subs(symbol, u), span.start, span.end, 1)
                   for span, piece in spans_of(gap, symbol, domain_of(symbol)) or [(None, sp.S.One)])
    except _Spent:
        return False


_INVERSE = (sp.atan, sp.asin, sp.acos, sp.asinh, sp.acosh, sp.atanh)


def _is_zero_at_a_point(piece, symbol, span):
    points = [at for at in (sp.S.Zero, sp.S.One, -sp.S.One, sp.S.Half) if span and span.contains(at) == True]  # noqa: E712
    return any(reduces_to_zero(piece.subs(symbol, at)) for at in points) and reduces_to_zero(
        piece.diff(symbol), (*SHORT, *LONG))


def _encloses_between(gap, symbol, domain, strict):
    spans = spans_of(gap, symbol, domain)
    if not spans or not all(is_signed(value, not strict) for value in at_borders(gap, spans, symbol)):
        return False
    u = sp.Dummy("u", real=True)
    proof = _Proof(u, strict)
    try:
        return all(proof.positive(piece.subs(symbol, u), span.start, span.end, strict) for span, piece in spans)
    except _Spent:
        return False


_UNFIT = (sp.Integral, sp.Sum, sp.Product, sp.Limit, sp.zoo, sp.nan, sp.I, sp.floor, sp.ceiling, sp.Mod,
          sp.KroneckerDelta, AppliedUndef)


class _Spent(Exception):
    """More work than a step may take."""


class _Proof:
    """The search for a proof in the variable u, and the work that is left for it."""

    def __init__(self, u, strict):
        self.u, self.strict, self.parts, self.claims = u, strict, _PARTS, _CLAIMS
        self.guarded = {}  # what is known of a guard on an interval

    def positive(self, gap, low, high, strict, depth=_DEPTH):
        """Whether gap > 0 (or ≥ 0) on the open interval from low to high."""
        self.claims -= 1
        if self.claims < 0:
            raise _Spent
        if not gap.has(self.u):
            return is_signed(gap, not strict) or is_above_zero(gap)
        values = _balls(gap, self.u)
        if values is not None and _falls_below(values, low, high):
            return False
        if self._at_sight(gap, values, low, high, strict):
            return True
        if low < 0 < high and reduces_to_zero(gap.subs(self.u, 0)):  # most bounds of a first course touch at 0
            return all(self.positive(gap, *half, strict, depth) for half in ((low, sp.S.Zero), (sp.S.Zero, high)))
        if not self.is_smooth(gap, low, high, depth):
            return False
        if self._rises(gap, low, high, depth):
            return True
        if values is not None and self._tried(1, self._covers, gap, values, low, high, strict, depth):
            return True
        factors = sp.Mul.make_args(_tidy(gap))
        return len(factors) > 1 and depth > 0 and self._tried(4, self._is_product, factors, low, high, strict, depth)

    def _tried(self, share, way, *arguments):
        """The outcome of one way among others, which may spend that share of the work and no more."""
        before = self.claims, self.parts
        self.claims, self.parts = self.claims // share, self.parts // share
        try:
            return way(*arguments)
        except _Spent:
            return False
        finally:
            self.claims, self.parts = before

    def _is_product(self, factors, low, high, strict, depth):
        """Whether each factor of the gap keeps a sign, and these signs make up a positive one."""
        sign = 1
        for factor in factors:
            if self.positive(factor, low, high, strict, depth - 1):
                continue
            if not self.positive(-factor, low, high, strict, depth - 1):
                return False
            sign = -sign
        return sign > 0

    def is_smooth(self, gap, low, high, depth):
        """Whether the gap is known to be analytic on the open interval: without that, its slope says nothing."""
        conditions = guards(gap, self.u)
        return conditions is not None and all(self._keeps_sign(guard, low, high, above, depth)
                                              for guard, above in conditions)

    def _keeps_sign(self, guard, low, high, above, depth):
        key = guard, low, high, above
        if key not in self.guarded:
            signs = (1,) if above else (1, -1)
            self.guarded[key] = any(self._at_sight(sign * guard, _balls(sign * guard, self.u), low, high, True)
                                    for sign in signs) or depth > 0 and any(
                self.positive(sign * guard, low, high, True, depth - 1) for sign in signs)
        return self.guarded[key]

    def _at_sight(self, gap, values, low, high, strict):
        """Whether one enclosure, or a form of the formula, shows the sign on the whole interval."""
        if values is not None:
            with precision(_BITS):
                value = _interval(values(interval(low, high)))
            if value is not None and (value.low > 0 or value.low >= 0 and not strict):
                return True
        inside = inside_of(gap, sp.Interval.open(low, high), self.u)
        return dominates(inside) or is_signed(inside, not strict, briefly=True)

    def _rises(self, gap, low, high, depth):
        """Whether the gap rises from a limit that is at least 0 at an end of the interval: then it is above 0."""
        if depth == 0:
            return False
        slope = gap.diff(self.u)
        for end, side, sign in ((low, "+", 1), (high, "-", -1)):
            if self._starts_above(gap, end, side) and self.positive(_tidy(sign * slope), low, high, False, depth - 1):
                return not reduces_to_zero(slope)
        return False

    def _starts_above(self, gap, end, side):
        """Whether the limit of the gap at an end of the interval is known to be at least 0."""
        value = gap.subs(self.u, end) if end.is_finite else sp.nan
        if not value.is_finite:
            value = within(_LIMIT, sp.limit, gap, self.u, end, side)
        if value is None or value.has(sp.nan, sp.zoo, sp.AccumBounds, sp.Limit):
            return False
        return value is sp.oo or value.is_nonnegative is True or reduces_to_zero(value) or is_above_zero(value)

    def _covers(self, gap, values, low, high, strict, depth):
        """Whether enclosures above 0 cover the interval, but for its ends and for points where the gap touches 0."""
        slopes = _balls(gap.diff(self.u), self.u)
        a = low if low.is_finite else sp.Min(-_FAR, high - 1)
        b = high if high.is_finite else sp.Max(_FAR, low + 1)
        if slopes is None or low is -sp.oo and high <= -_FAR or high is sp.oo and low >= _FAR:
            return False  # a tail: what could not be seen at once is not seen in parts
        with precision(_BITS):
            span = interval(a, b)
            left_over = self._undecided(values, slopes, span.low, span.high)
        if left_over is None:
            return False
        rest = [(low, a)] * (low is -sp.oo) + [(b, high)] * (high is sp.oo)
        for start, end in left_over:
            part = (a if start is None else start, b if end is None else end)
            if part == (low, high):
                return False
            if not (a < part[0] and part[1] < b and _touches(gap, self.u, *part)):
                rest.append(part)
        return all(self._at_sight(gap, values, *part, strict) or self._rises(gap, *part, depth) for part in rest)

    def _undecided(self, values, slopes, low, high):
        """The parts of an interval on which no enclosure lies above 0, as pairs of rationals (None for an end of it).

        None where a part lies below 0.
        """
        waiting, left_over = [(low, high, True, True)], []
        least = (high - low) * arb(2) ** -20
        while waiting:
            a, b, first, last = waiting.pop()
            self.parts -= 1
            if self.parts < 0:
                raise _Spent
            value = _mean_value(values, slopes, Interval(a, b))
            if value is not None and value.low > 0:
                continue
            if value is not None and value.high < 0:
                return None
            if (b - a) < least:
                left_over.append((a, b, first, last))
                continue
            middle = ((a + b) / 2).mid()
            waiting += [(middle, b, False, last), (a, middle, first, False)]
        return [(None if first else _rational(a), None if last else _rational(b))
                for a, b, first, last in _joined(left_over)]


def _balls(gap, u):
    try:
        return to_balls(gap, (u,))
    except BallError:
        return None


def _falls_below(values, low, high):
    """Whether the gap is seen below 0 somewhere: then no proof need be looked for."""
    near, far = (low if low.is_finite else sp.Min(high, 0) - 50), (high if high.is_finite else sp.Max(low, 0) + 50)
    with precision(_BITS):
        shares = (sp.Rational(k, 64) for k in (1, 7, 19, 27, 31, 33, 38, 45, 57, 63))
        return any(real(values(exact(near + (far - near) * share))) < 0 for share in shares)


def _tidy(slope):
    """A slope in the form in which its sign is most likely seen."""
    return slope if is_heavy(slope) else within(_TIDYING, lambda: sp.factor(sp.together(slope)), otherwise=slope)


def _joined(parts):
    joined = []
    for a, b, first, last in parts:
        if joined and joined[-1][1] == a:
            joined[-1] = (joined[-1][0], b, joined[-1][2], last)
        else:
            joined.append((a, b, first, last))
    return joined


def _mean_value(values, slopes, part):
    """An enclosure of f over an interval: that of its formula, and that of f(m) + f′·(u − m); None without one."""
    direct = _interval(values(part))
    if direct is not None and direct.low > 0:
        return direct
    slope, middle = _interval(slopes(part)), part.midpoint()
    at = _interval(values(middle))
    if slope is None or at is None:
        return direct
    form = at + slope * (part - middle)
    if direct is None:
        return form
    return Interval(max(direct.low, form.low), min(direct.high, form.high))


def _interval(value):
    value = real(value)
    if isinstance(value, Interval):
        return None if value.is_nan() else value
    value = as_interval(value)
    return value if value.is_finite() else None


def _rational(number):
    """An exact Arb number as a SymPy rational."""
    mantissa, exponent = number.man_exp()
    return sp.Integer(int(mantissa)) * sp.Integer(2) ** int(exponent)


def _touches(gap, u, low, high):
    """Whether the gap has the value 0, and a minimum, at a point between: bent upwards all over, level and 0 there."""
    slope = gap.diff(u)
    if not any(reduces_to_zero(gap.subs(u, at)) and reduces_to_zero(slope.subs(u, at))
               for at in _named_points(slope, u, low, high)):
        return False
    bend = _balls(slope.diff(u), u)
    if bend is None:
        return False
    with precision(_BITS):
        value = _interval(bend(interval(low, high)))
    return value is not None and bool(value.low > 0)


def _named_points(slope, u, low, high):
    """Numbers with a short name in a small interval: 0, a zero of the slope, a fraction, a root, a multiple of π."""
    if low < 0 < high:
        yield sp.S.Zero
        return
    for zero in () if is_heavy(slope) else within(_LIMIT, sp.solve, slope, u, otherwise=()):
        if zero.is_number and zero.is_extended_real and low < zero < high:
            yield zero
    middle = sp.N((low + high) / 2, 30)
    for constants in ((), (sp.pi,), (sp.log(2),), (sp.E,)):
        found = within(200_000, lambda c=constants: sp.nsimplify(middle, c, tolerance=(high - low) / 2))
        if found is not None and low < found < high:
            yield found
