"""An interval holds what the operation gives for every pair of numbers in its operands, infinite ends included."""

import operator

import pytest
from flint import acb, arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from activations.numerics.balls import precision
from activations.numerics.intervals import Interval, as_interval

INFINITE = arb.pos_inf()
FIXED = settings(max_examples=100, deadline=None, derandomize=True, database=None)
numbers = st.fractions(min_value=-50, max_value=50, max_denominator=64).map(lambda q: fmpq(q.numerator, q.denominator))


@st.composite
def intervals(draw):
    """An interval with points inside; an end may be infinite or 0."""
    low, high = sorted(draw(st.tuples(numbers | st.just(fmpq(0)), numbers | st.just(fmpq(0)))))
    inside = [low, high, *(low + (high - low) * fmpq(part, 7) for part in range(1, 7))]
    as_arb = [arb(end).lower() if side else arb(end).upper() for side, end in ((1, low), (0, high))]
    if draw(st.booleans()):
        return Interval(*as_arb), inside
    if draw(st.booleans()):
        return Interval(as_arb[0], INFINITE), [*inside, high + 10**9]
    return Interval(-INFINITE, as_arb[1]), [*inside, low - 10**9]


def holds(interval, value):
    return not interval.is_nan() and interval.contains(value)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "max", "min"])
def test_arithmetic_holds_the_pairs(name):
    exact = {"max": max, "min": min}.get(name) or getattr(operator, name)
    ours = {"max": Interval.max, "min": Interval.min}.get(name, exact)

    @FIXED
    @given(intervals(), intervals(), numbers)
    def check(first, second, number):
        (left, some), (right, others) = first, second
        for a in some:
            for b in others:
                if not (name == "truediv" and b == 0):
                    assert holds(ours(left, right), exact(a, b)), (left, right, a, b)
            if not (name == "truediv" and number == 0):
                assert holds(ours(left, number), exact(a, number))
            if name in ("add", "sub", "mul") or name == "truediv" and a != 0:
                assert holds(exact(number, left), exact(number, a))

    check()


@pytest.mark.parametrize("power", [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 7])
def test_powers_hold_the_powers(power):
    @FIXED
    @given(intervals())
    def check(drawn):
        interval, inside = drawn
        for value in inside:
            if value != 0 or power >= 0:
                assert holds(interval**power, value**power), (interval, value)

    check()


@FIXED
@given(intervals())
def test_what_takes_one_interval(drawn):
    interval, inside = drawn
    for value in inside:
        assert holds(abs(interval), abs(value))
        assert holds(-interval, -value)
        assert holds(interval.floor(), fmpq(value.p // value.q))
        assert holds(interval.ceil(), -fmpq(-value.p // value.q))
        assert holds(interval.sgn(), fmpq((value > 0) - (value < 0)))
        assert holds(interval.union(3), value) and holds(interval.union(3), fmpq(3))
        assert holds(interval.monotone(arb.exp, floor=0), arb(value).exp())
        assert holds(interval.monotone(arb.erf), arb(value).erf())
        assert holds(interval.monotone(arb.erfc, falling=True), arb(value).erfc())
        assert holds(interval.monotone(arb.atan), arb(value).atan())
        assert holds(interval.through_ball(arb.sin), arb(value).sin())
        assert holds(interval.through_ball(arb.tan), arb(value).tan())


def test_limits_at_infinite_ends():
    everything = Interval(-INFINITE, INFINITE)
    erf, erfc = everything.monotone(arb.erf), everything.monotone(arb.erfc, falling=True)
    assert (erf.low, erf.high, erfc.low, erfc.high) == (-1, 1, 0, 2)
    assert everything.monotone(arb.exp, floor=0).low == 0
    sine = everything.through_ball(arb.sin)
    assert sine.low <= -1 and sine.high >= 1 and sine.is_finite()


def test_powers_and_reciprocals_are_as_narrow_as_can_be():
    assert _ends(Interval(arb(-2), arb(1)) ** 2) == (0, 4)
    assert _ends(Interval(-INFINITE, arb(2)) ** 3) == (-INFINITE, 8)
    assert _ends(Interval(arb(0), arb(4)).reciprocal()) == (0.25, INFINITE)
    assert _ends(Interval(arb(-4), arb(0)).reciprocal()) == (-INFINITE, -0.25)
    assert _ends(Interval(arb(2), INFINITE).reciprocal()) == (0, 0.5)
    assert _ends(Interval(arb(-1), arb(1)).reciprocal()) == (-INFINITE, INFINITE)
    assert _ends(Interval(arb(0), arb(0)).reciprocal()) == (-INFINITE, INFINITE)
    assert _ends(Interval(arb(0), arb(0)) * Interval(arb(1), INFINITE)) == (0, 0)


def _ends(interval):
    return interval.low, interval.high


@pytest.mark.parametrize("use", [
    lambda u: u + 1, lambda u: u * fmpq(0), lambda u: Interval(arb(0), arb(0)) * u, abs, lambda u: u.union(3),
    lambda u: as_interval(3).union(u), lambda u: u.max(3), lambda u: as_interval(3).min(u), lambda u: u**2,
    lambda u: u.reciprocal(), lambda u: u.sgn(), lambda u: u.through_ball(arb.sin), lambda u: u.monotone(arb.tanh),
])
@pytest.mark.parametrize("undefined", [Interval(arb.nan(), arb(1)), Interval(arb(1), arb.nan())])
def test_undefined_stays_undefined(use, undefined):
    assert use(undefined).is_nan()


def test_comparisons_are_true_where_they_are_certain():
    one, two = Interval(arb(0), arb(1)), Interval(arb(1), arb(2))
    assert one <= two and two >= one and not one < two and not two > one
    assert one < Interval(arb(2), arb(3)) and not one < 1 and one <= 1 and one < arb(2) and one > arb(-1)
    undefined = as_interval(arb.nan())
    assert not (undefined < 1 or undefined > 1 or undefined <= 1 or undefined >= 1 or abs(undefined) >= 0)


@pytest.mark.parametrize("use", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_beside_a_complex_ball_it_is_a_ball(use):
    interval, value = Interval(arb(1), arb(2)), acb(1, 1)
    assert use(interval, value).contains(use(acb(1.5), value)) and use(value, interval).contains(use(value, acb(1.5)))
    assert not use(Interval(arb(1), INFINITE), value).is_finite()
    assert as_interval(value).is_nan()


def test_ends_of_more_digits_are_rounded_outwards():
    with precision(300):
        third = (arb(1) / 3).mid()
        wide = Interval(third, third)
    for use in (lambda u: -u, abs, lambda u: abs(-u), lambda u: abs(Interval(-u.high, arb(0))), lambda u: u - 1):
        box = use(wide)
        assert box.low.is_exact() and box.high.is_exact()
        with precision(400):
            assert box.low <= use(wide).low and box.high >= use(wide).high
