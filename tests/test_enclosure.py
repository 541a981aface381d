"""Proofs of an inequality by intervals that cover the domain, and what they must not prove."""

import pytest
import sympy as sp
from flint import arb
from sympy import (
    Abs,
    Function,
    Integral,
    Max,
    Piecewise,
    Rational,
    S,
    Symbol,
    atan,
    cos,
    cosh,
    erf,
    exp,
    log,
    oo,
    pi,
    sin,
    sinh,
    sqrt,
    tanh,
)

from activations.derivation import DerivationError, derive, enclosure
from activations.derivation.domination import dominates
from activations.derivation.enclosure import encloses
from activations.derivation.spans import domain_of
from activations.symbols import x

y = Symbol("y", real=True)
p = Symbol("p", positive=True)
m = Symbol("m", nonnegative=True)
low, under = Symbol("low", negative=True), Symbol("under", nonpositive=True)
n = Symbol("n", integer=True, positive=True)
t = Symbol("t", positive=True)
sigma = 1 / (1 + exp(-x))
Phi, phi = (1 + erf(x / sqrt(2))) / 2, exp(-(x**2) / 2) / sqrt(2 * pi)

# gap, whether it is proved to be > 0 (but at single points); each is ≥ 0
ENCLOSED = [
    (Rational(1, 4) - sigma * (1 - sigma), False),
    (log(1 + exp(x)) - Max(0, x), True),
    (p - tanh(p), True),
    (sinh(p) - p, True),
    (p - sin(p), True),
    (p - atan(p), True),
    (p - log(1 + p), True),
    (p - 1 - log(p), False),
    (exp(x) - 1 - x, False),
    (low - sinh(low), True),
    (cosh(x) - 1 - x**2 / 2, False),
    (1 - exp(-(x**2)), False),
    (Rational(113, 100) - Phi - x * phi, True),
    (2 + sin(p) - Rational(1, 2) + p, True),
    (x**4 - x + 1, True),
    (Max(x, -x) + 1 - tanh(x), True),
    (S(10) ** 50 - pi**100, True),
    (sqrt(1 + x**2) - Abs(x), True),
    (exp(m) - m, True),
    (under**2 - sin(under), True),
    (2**n - n, True),
]


@pytest.mark.parametrize(("gap", "strict"), ENCLOSED, ids=lambda part: str(part)[:40])
def test_enclosed(gap, strict):
    assert encloses(gap, False)
    assert encloses(gap, True) >= strict


# Each is below 0 somewhere, by little or in a small place.
@pytest.mark.parametrize("gap", [
    Rational(2499999, 10**7) - sigma * (1 - sigma),
    Max(0, x) - log(1 + exp(x)),
    p - tanh(p) - p / 10**9,
    tanh(p) - p,
    sin(x) - x,
    x - tanh(x),
    exp(x) - 1 - x - Rational(1, 10**30),
    exp(x) - Rational(1, 10**30),
    Rational(112890, 100000) - Phi - x * phi,
    1 - tanh(x) - Rational(1, 10**40),
    Piecewise((x - 1, (x > S(2) / 3) & (x < S(3) / 4)), (1 + x**2, True)),
    (x - 3) ** 2 - Rational(1, 10**12),
    x**4 - 2 * x**2 + 1 - Rational(1, 10**9),
    exp(-x) - exp(-2 * x),
    1 - p / 10**6,
    p * 10**6 - 1,
    cos(x) + Rational(99, 100),
    -pi + Rational(314159265358979, 10**14),
    low + sinh(low),
    under - Rational(1, 2),
    n - Rational(3, 2),
], ids=lambda part: str(part)[:40])
def test_what_is_false_is_not_enclosed(gap):
    assert not encloses(gap, False) and not encloses(gap, True)


@pytest.mark.parametrize("gap", [
    1 + x**2 + y**2 - y, Symbol("q") ** 2 + 1, 1 + Function("f")(x) ** 2,
    Integral(exp(-(t**2)),
    (t, 0, oo)) + sin(x) + 2,
    sp.floor(x) ** 2 + 1, sp.Mod(x, 2) + 1, sp.nan, sp.zoo, x + sp.I])
def test_what_is_not_its_business(gap):
    assert not encloses(gap, False)


def test_strict_is_not_at_least():
    flat = Max(0, x) ** 2
    assert encloses(flat, False) and not encloses(flat, True)
    with pytest.raises(DerivationError, match="the two sides are equal"):
        derive(Max(x, 0), (x, "strictly", ">"))
    assert derive(Max(x, 0), (x, "at least", ">=")).proved


def test_whole_numbers_reach_half_a_step_beyond():
    assert domain_of(n) == sp.Interval.open(Rational(1, 2), oo)
    assert domain_of(Symbol("k", integer=True, nonnegative=True)) == sp.Interval.open(-Rational(1, 2), oo)
    assert domain_of(Symbol("k", integer=True, negative=True)) == sp.Interval.open(-oo, -Rational(1, 2))
    assert domain_of(Symbol("k", integer=True, nonpositive=True)) == sp.Interval.open(-oo, Rational(1, 2))
    assert [domain_of(s) for s in (p, m, low, under, x)] == [
        *2 * [sp.Interval.open(0, oo)], *2 * [sp.Interval.open(-oo, 0)], sp.S.Reals]


@pytest.mark.parametrize(("gap", "above"), [
    (exp(t) - 1 - t, True), (exp(t) - 1 - t - t**2 / 2, True), (exp(t) - 1 - t - t**2, False), (exp(t) - 3 * t, False),
    (exp(2 * t) - 1 - 2 * t, True), (1 - exp(-t), True), (t - tanh(t), False), (sinh(t) - t, True),
    (exp(-t) - 1, False),
    (exp(t / 2) - exp(t / 3), True), (exp(t**2) - 1, False), (exp(pi * t) - 1, False), (sin(exp(t)) + 2, False),
    (1 / (1 + exp(-t)) - Rational(1, 2), True), (Rational(1, 2) - 1 / (1 + exp(-t)), False), (t + 1, False),
    (exp(x) + 1, False), (1 / (1 - exp(t)), False), (1 / (exp(t) - 1) - exp(-t), True),
])
def test_exponentials_that_dominate(gap, above):
    assert dominates(gap) is above


def test_joined_parts_keep_their_ends():
    a, b, c, d = map(arb, (0, 1, 2, 3))
    assert enclosure._joined([(a, b, True, False), (b, c, False, False), (d, d + 1, False, True)]) == [
        (a, c, True, False), (d, d + 1, False, True)]


def test_a_minimum_at_which_the_gap_is_0_has_a_name():
    tenth = Rational(1, 10**7)
    for at in (S(0), Rational(2, 3), sqrt(2), pi / 4, log(2), sp.E):
        assert at in enclosure._named_points(1 + 0 * x, x, at - tenth, at + tenth)
    assert sqrt(7) - 1 in enclosure._named_points(x**2 + 2 * x - 6, x, sqrt(7) - 1 - tenth, sqrt(7) - 1 + tenth)
    assert enclosure._touches((x - 1) ** 2, x, 1 - tenth, 1 + tenth)
    assert enclosure._touches(1 - sin(x), x, pi / 2 - tenth, pi / 2 + tenth)
    assert not enclosure._touches((x - 1) ** 3, x, 1 - tenth, 1 + tenth)
    assert not enclosure._touches((x - 1) ** 2 + 1, x, 1 - tenth, 1 + tenth)
    assert not enclosure._touches(-((x - 1) ** 2), x, 1 - tenth, 1 + tenth)
    assert not enclosure._touches(x**2 - 1, x, 1 - tenth, 1 + tenth)


def test_the_narrower_of_two_enclosures():
    part = enclosure.Interval(arb(0.46875), arb(0.53125))
    values, slopes = (enclosure._balls(e, x) for e in (x - x**2 - Rational(1, 4), 1 - 2 * x))
    found = enclosure._mean_value(values, slopes, part)
    assert found.low > -0.0025 and found.high < 0.0025  # 0 + f′·(u − m), where u − u² − 1/4 alone is ±0.06
    direct = enclosure._mean_value(values, lambda u: arb.nan(), part)
    assert direct.low < -0.03 and direct.high > 0.03
    assert enclosure._mean_value(lambda u: arb.nan(), slopes, part) is None
    above = enclosure._mean_value(lambda u: u + 1, lambda u: arb.nan(), part)
    assert above.low > 1.4 and above.high < 1.6


def test_a_gap_below_0_inside_is_seen_first():
    dip = enclosure._balls((x + 25) ** 2 - 1, x)
    assert enclosure._falls_below(dip, -oo, S(0)) and not enclosure._falls_below(dip, S(0), oo)
    assert not enclosure._falls_below(enclosure._balls(x + 60, x), -oo, S(0))
    assert enclosure._falls_below(enclosure._balls(60 - (x - 2) ** 2, x), S(2), oo)
