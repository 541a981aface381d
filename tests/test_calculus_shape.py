"""Properties of functions that a student may write, against what is known of them and against dense samples."""

import mpmath
import pytest
import sympy as sp
from mpmath import mp
from sympy import Abs, FiniteSet, Interval, Max, Min, Piecewise, Rational, cos, exp, log, oo, pi, sign, sin, sqrt, tanh

from activations import x
from activations.calculus import (
    Unknown,
    extrema,
    gain,
    jumps,
    kinks,
    limits,
    monotonic,
    normal_mean,
    range_of,
    regions,
    saturation,
    smoothness,
    steepest,
)
from activations.calculus.shape import _stays

REALS = Interval(-oo, oo)


@pytest.mark.parametrize(("expr", "image"), [
    (x**4, Interval(0, oo)), (x**6, Interval(0, oo)), (sin(x) ** 4, Interval(0, 1)),
    (tanh(x - 100), Interval.open(-1, 1)),
    (Max(0, x - 50), Interval(0, oo)), (x * sin(x), REALS), (Abs(sin(x)), Interval(0, 1)),
    (Max(x, exp(7)), Interval(exp(7), oo)),
    (sqrt(1 - cos(x)), Interval(0, sqrt(2))), (exp(2 * x) - 6 * exp(x) + 9, Interval(0, oo)), (x + sin(x), REALS),
    (Min(1, tanh(x) + Rational(1, 2)), Interval.Lopen(-Rational(1, 2), 1)), (sp.cosh(x), Interval(1, oo)),
    (x**2 * (2 + sin(x)), Interval(0, oo)), (-(x**2) * (2 + sin(x)), Interval(-oo, 0)),
    (sin(x) ** 2 + cos(x) ** 2, FiniteSet(1)), (Piecewise((exp(-1 / x), x > 0), (0, True)), Interval.Ropen(0, 1)),
])
def test_range(expr, image):
    assert range_of(expr) == image


@pytest.mark.parametrize(("expr", "value", "at"), [
    (1 / (1 + exp(-1000 * x)), 250, {0}), (tanh(x - 100), 1, {100}), (tanh(10**6 * x), 10**6, {0}),
    (x + sin(x), 2, {0}), (sign(x) * Abs(x) ** Rational(1, 3), oo, {0}), (sp.log(sp.cosh(x)), 1, {-oo, oo}),
    (2 * x + cos(x), 3, {-pi / 2}), (Abs(sin(x)), 1, {0}),
])
def test_steepest(expr, value, at):
    found = steepest(expr)
    assert found.value == value and set(found.at) == at


@pytest.mark.parametrize(("expr", "how"), [
    (tanh(x - 100), "strictly increasing"), (Max(0, x - 50), "increasing"), (x + sin(x), "strictly increasing"),
    (x - sin(x), "strictly increasing"), (x**3, "strictly increasing"), (x * sin(x), None), (sp.Integer(3), "constant"),
    (sign(x) * Abs(x) ** Rational(1, 3), "strictly increasing"), (cos(x) + x / 10, None),
    (exp(-exp(x)), "strictly decreasing"),
    (Piecewise((x, x < 0), (x - 1, True)), None),
    (Piecewise((x, x < 0), (x + Rational(1, 10**40), True)), "strictly increasing"),
])
def test_monotonic(expr, how):
    assert monotonic(expr) == how


@pytest.mark.parametrize(("expr", "at", "order"), [
    (sign(x) * Abs(x) ** Rational(1, 3), (0,), 0), (x**11 * Abs(x), (), 11), (Abs(x) ** Rational(5, 2), (), 2),
    (sqrt(1 - cos(x)), (0,), 0), (Piecewise((exp(-1 / x), x > 0), (0, True)), (), oo), (Abs(x - 10**6), (10**6,), 0),
    (Max(0, x - Rational(1, 10**6)), (Rational(1, 10**6),), 0),
    (Piecewise((sin(x) / x, sp.Ne(x, 0)), (1, True)), (), oo),
    (Piecewise((x * sp.log(x), x > 0), (0, True)), (0,), 0), (Abs(x) * x**2 * sign(x), (), oo),
    (Max(exp(x) - 2, 0), (log(2),), 0),
    (Piecewise((x - sin(x), x > 0), (0, True)), (), 2),
])
def test_kinks_and_smoothness(expr, at, order):
    assert (kinks(expr), smoothness(expr)) == (at, order)


def test_jumps_and_extrema_at_them():
    spike = Piecewise((1, sp.Eq(x, 0)), (0, True))
    assert jumps(spike) == (0,) and [(e.kind, e.at, e.value) for e in extrema(spike)] == [("maximum", 0, 1)]
    assert [e.at for e in extrema((x - 1) ** 5 * (x + 2) ** 4)] == [-2, -Rational(2, 3)]
    assert len(extrema(sp.chebyshevt(20, x))) == 19
    assert [e.at for e in extrema(sin(x) ** 2 * cos(x) ** 2)] == [0, pi / 4]
    assert [e.kind for e in extrema(x / 10 + cos(x))] == ["minimum", "maximum"] * 3 + ["minimum"]


def test_saturation_and_limits_of_waves():
    assert saturation(sin(x) ** 2 + cos(x) ** 2) == ("hard", "hard")
    assert saturation(sp.log(1 + x**2)) == ("soft", "soft")
    assert limits(x * sin(x) ** 2) == (sp.AccumBounds(-oo, 0), sp.AccumBounds(0, oo))
    assert limits(sin(x**2)) == (sp.AccumBounds(-1, 1), sp.AccumBounds(-1, 1)) and limits(x / 10 + cos(x)) == (-oo, oo)


def test_what_a_wave_may_still_do_far_out_is_bounded():
    assert _stays(sin(x) / x, oo, -Rational(1, 9), Rational(1, 9), 10)
    assert not _stays(sin(x) / x, oo, -Rational(1, 99), Rational(1, 9), 10)
    assert not _stays(sin(x) / x, oo, -Rational(1, 9), Rational(1, 99), 10)


@pytest.mark.parametrize("compute", [range_of, steepest])
def test_different_periods_are_not_decided(compute):
    with pytest.raises(Unknown):
        compute(sin(x) + sin(sqrt(2) * x))


def test_moments():
    assert normal_mean(x / 10**30) == 0 and abs(normal_mean(x**4) - 3) < 1e-20
    assert abs(gain(x**2) - 1 / sqrt(3)) < 1e-22
    with pytest.raises(Unknown):
        gain(Max(0, x - 50))


def test_regions_are_complete_or_none():
    assert [where.end for where, _ in regions(Max(x**2, 2))] == [-sqrt(2), sqrt(2), oo]
    assert regions(Abs(sin(x))) is None and regions(Max(x, sp.Symbol("a"))) is None
    assert [where.end for where, _ in regions(Max(x, exp(7)))] == [exp(7), oo]
    assert len(regions(Abs(x - 100) + Abs(sp.tanh(x) - Rational(1, 3)))) == 3


DENSE = [x**4, sin(x) ** 4, x / (1 + x**2), (x**2 - 2) ** 2 * exp(-(x**2) / 2), exp(-(x**2)) * sin(5 * x), tanh(x) ** 3,
         sp.atan(x) ** 2, Max(0, x**3 - x), Max(sin(x), cos(x)), sp.log(2 + sin(x)), x**2 - 2 * Abs(x),
         exp(-x - exp(-x)), x / (1 + exp(-100 * x)), sp.erfc(5 * x), Abs(cos(x) - Rational(1, 2)), x * sp.erf(x),
         exp(sin(x)), x / sqrt(1 + x**2)]


@pytest.mark.parametrize("expr", DENSE)
def test_against_dense_samples(expr):
    function, image, top, how = sp.lambdify(x, expr, "mpmath"), range_of(expr), steepest(expr).value, monotonic(expr)
    low, high = (mp.mpf(str(sp.N(end, 30)).replace("oo", "inf")) for end in (image.inf, image.sup))
    points = [mp.mpf(i) / 97 for i in range(-800, 801)]
    values = [function(at) for at in points]
    steps = [b - a for a, b in zip(values, values[1:], strict=False)]
    assert all(low - 1e-12 <= v <= high + 1e-12 for v in values)
    if image.inf.is_finite and not image.left_open:
        assert min(values) - low < 2e-3
    assert top is oo or max(map(abs, steps)) * 97 <= mpmath.mpf(str(sp.N(top, 20))) + 1e-12
    rises, falls = any(s > 1e-12 for s in steps), any(s < -1e-12 for s in steps)
    assert (how is None) == (rises and falls)
    inner = sum(a * b < 0 for a, b in zip(steps, steps[1:], strict=False) if min(abs(a), abs(b)) > 1e-9)
    assert inner <= len([e for e in extrema(expr) if abs(e.at) < 8.3]) or expr.has(sin, cos)
