"""Where a step is looked at: scales, gaps between kinks, models, and what a pair of balls says."""

from random import Random

import pytest
import sympy as sp
from flint import acb, arb, fmpq
from sympy import (
    Abs,
    Derivative,
    Function,
    Max,
    Piecewise,
    Rational,
    S,
    Symbol,
    exp,
    floor,
    pi,
    sign,
    sin,
    sqrt,
    symbols,
)

from activations.derivation import DerivationError, derive, models
from activations.derivation.points import TIE, Sampler, _verdict, allowed
from activations.symbols import x

y = Symbol("y", real=True)
p, q = symbols("p q", positive=True)
m = Symbol("m", integer=True, nonnegative=True)
n = Symbol("n", integer=True, positive=True)
w = Symbol("w")
f, g = Function("f"), Function("g")


def points(left, right=S.Zero, count=200):
    return list(Sampler(sp.sympify(left), right).points(count))


def refuted(left, right, relation="="):
    with pytest.raises(DerivationError) as caught:
        derive(left, (right, "because", relation))
    return caught.value


# --- Points ------------------------------------------------------------------------------------------------------


def test_the_points_are_the_same_in_every_run():
    assert points(x + p) == points(x + p) and len(points(x + p)) == 200
    assert points(S(2)) == [()]


def test_the_first_points_are_moderate_and_the_rest_of_every_scale():
    values = [value for (value,) in points(x)]
    assert all(1 < abs(value) < 4 for value in values[:8])
    assert min(map(abs, values)) < 1e-8 and max(map(abs, values)) > 1e9
    assert {value > 0 for value in values[:8]} == {True, False}


def test_each_symbol_has_a_scale_of_its_own():
    ratios = [a / b for a, b in points(p + q)]
    assert min(ratios[:8]) > 1e-1 and max(ratios[:8]) < 1e1
    assert sum(map(bool, (r > 1000 for r in ratios))) > 20 and sum(map(bool, (r < 0.001 for r in ratios))) > 20


def test_no_point_is_a_round_number():
    for (value,) in points(x):
        digits = str(value.p * value.q).rstrip("0")
        assert digits[-1] in "1379" or value.q != 1


def test_integers_go_beyond_the_first_dozen():
    values = [value for (value,) in points(n)]
    assert all(value.is_Integer and value > 0 for value in values)
    assert {1, 2, 3, 4, 5} <= set(values) and max(values) > 10**9
    assert min(value for (value,) in points(Symbol("k", integer=True))) < -(10**6)
    assert S.Zero in {value for (value,) in points(m)}


def test_assumptions_hold_at_every_point():
    low, root = Symbol("low", negative=True), Symbol("root", irrational=True)
    even = Symbol("even", even=True)
    for values in points(low + root + even + p, count=60):
        point = dict(zip(("p", "low", "even", "root"), values, strict=True))
        assert point["p"] > 0 > point["low"] and point["even"] % 2 == 0 and point["root"].is_irrational
    assert not allowed(p, S.Zero) and not allowed(n, Rational(1, 2)) and allowed(m, S.Zero) and allowed(w, 1 + sp.I)
    with pytest.raises(ValueError, match="no value was found that satisfies the assumptions of the symbol odd"):
        points(p * Symbol("odd", prime=True, even=True))


def test_a_symbol_not_declared_real_is_complex_in_the_second_half():
    values = [value for (value,) in points(w)]
    assert all(value.is_real for value in values[:100]) and not any(value.is_real for value in values[100:])
    assert all(abs(value) < 6 for value in values[100:])
    assert all(value.is_real for (value,) in points(Max(w, 0)))  # what is compared is real


def test_gaps_between_irrational_kinks_hold_points():
    kinked = Max(x, sqrt(2)) - Max(x, sqrt(2) + Rational(1, 1000)) + Abs(x - pi)
    values = [value for (value,) in points(kinked)[200:]]
    cuts = [sqrt(2), sqrt(2) + Rational(1, 1000), pi]
    for low, high, least in zip([-100, *cuts], [*cuts, 100], (2, 3, 3, 2), strict=True):
        assert sum(bool(low < value < high) for value in values) == least


def test_kinks_that_are_not_found_in_time_leave_no_points(monkeypatch):
    assert len(points(Abs(x - pi), count=0)) == 4
    monkeypatch.setattr("activations.derivation.points._CUTTING", 1)
    assert points(Abs(x - pi), count=0) == []


def test_gaps_in_one_symbol_are_looked_at_for_several_values_of_the_other():
    found = points(Max(x, y / 1000), count=0)
    assert len({b for _, b in found}) >= 5 and len({a for a, _ in found}) >= 5


@pytest.mark.parametrize(("left", "right", "relation"), [
    (q, 10 * p, "<="),
    (Abs(10 * p - q), 10 * p - q, "="),
    (Max(p, q / 10), p, "="),
    (Max(x, sp.E**7), sp.E**7, "="),
    (floor(p / 500), 0, "="),
    (sp.Mod(m, 13), m, "="),
    (n, 13, "<"),
    (S.One, 1 + Rational(1, 10**60), "="),
    (exp(x), 10**200, "<="),
    (Piecewise((1, (x > sqrt(2)) & (x < sqrt(2) + Rational(1, 1000))), (0, True)), 0, "="),
    (Piecewise((1, (x > y) & (x < y + Rational(1, 1000))), (0, True)), 0, "="),
    (Max(x, 1), x, ">"),
    (sign(x - 31) * x, Abs(x - 31) + 31 * sign(x - 31) + Rational(1, 10**40), "="),
    (sin(x) ** 2 + x**2, sin(x), ">"),
    (exp(p) - 1, p + p**2 / 2 + p**3 / 5, ">="),
    (p + 1 / p, 2 + Rational(1, 10**12), ">="),
    (p + q + 1 / (p * q), Rational("3.0000000001"), ">="),
    (n**2 - 20 * n + 100, 1, ">="),
    (w**2, Abs(w) ** 2, "="),
    (sp.re(w), w, "="),
    (exp(sp.I * x), sp.cos(x) - sp.I * sin(x), "="),
])
def test_where_falsehood_hides(left, right, relation):
    error = refuted(left, right, relation)
    assert all(allowed(symbol, value) for symbol, value in (error.point or {}).items())


def test_the_tightest_point_lies_inside_the_domain():
    for left, relation, right in ((sp.tanh(p), "<", p),
                                  (sin(p), "<=", p), (sp.sinh(p), ">", p), (p + q, ">", Max(p, q)),
                                  (2**n, ">", n), (n**3, ">=", n**2), (sin(p) * sin(q), "<", p * q)):
        derive(left, (right, "true", relation))


# --- Models of a function without a definition -------------------------------------------------------------------


@pytest.mark.parametrize("operator", [
    lambda u: u.diff(x, 4) + u.diff(x, 2), lambda u: u.diff(x, 2) + u, lambda u: u.diff(x) - u, lambda u: u.diff(x, 3),
    lambda u: u.diff(x, 2) - u.diff(x), lambda u: u.diff(x, 5) + u.diff(x, 3), lambda u: u.diff(x, 2) - 9 * u / 49,
])
def test_no_differential_equation_holds_for_any_function(operator):
    error = refuted(operator(f(x)).doit(), 0)
    assert "f(u) = " in str(error)


def test_functions_are_told_apart_and_have_no_symmetry():
    assert refuted(f(x) * g(y), g(x) * f(y)) and refuted(g(x, y), g(y, x))
    assert refuted(f(x), f(-x)) and refuted(f(x), g(x))
    assert refuted(Derivative(g(x, y), y), 2 * Derivative(g(x, y), x))
    assert refuted(f(x), 3, "<=") and refuted(f(x), -3, ">=") and refuted(f(x) ** 2, f(x), ">=")


def test_every_function_has_three_models():
    assert models.COUNT == 3 and Sampler(x, x).models == [{}]
    for place, number in ((0, 0), (0, 1), (1, 2)):
        pair = models.models(number, f(x) + g(y))
        assert list(pair) == [f, g] and pair[[f, g][place]].expr.free_symbols == {Symbol("u")}
    assert len({str(models.models(number, f(x))[f]) for number in range(3)}) == 3


@pytest.mark.parametrize(("left", "right"), [
    (Max(f(x), x), (f(x) + x + Abs(f(x) - x)) / 2),
    (sp.Integral(Max(f(x), 0), (x, 0, 1)), sp.Integral((f(x) + Abs(f(x))) / 2, (x, 0, 1))),
    (Abs(x) * f(x), f(x) * Max(x, -x)),
])
@pytest.mark.parametrize("relation", ["=", "<=", ">="])
def test_a_kink_may_lie_where_an_unknown_function_says(left, right, relation):
    derive(left, (right, "by cases", relation))


# --- What two balls say ------------------------------------------------------------------------------------------

ZERO, TINY, ONE = arb(0, 1e-90), arb(0, 1e-200), arb(1, 1e-90)


@pytest.mark.parametrize(("left", "right", "relation", "verdict"), [
    (fmpq(1, 3), fmpq(1, 3), "=", True), (fmpq(1, 3), fmpq(1, 2), "=", False),
    (fmpq(1), fmpq(1), "<=", True), (fmpq(1), fmpq(1), "<", TIE), (fmpq(1), fmpq(1), ">", TIE),
    (fmpq(1), fmpq(1), ">=", True),
    (fmpq(1), fmpq(2), "<", True), (fmpq(1), fmpq(2), ">", False), (fmpq(2), fmpq(1), "<=", False),
    (fmpq(2), fmpq(1), ">=", True),
    (ONE, ONE, "=", True), (ONE, arb(2), "=", False), (acb(1, 2), acb(1, 3), "=", False),
    (acb(1, 2), acb(1, 2), "=", True),
    (ONE, arb(2), "<", True), (ONE, arb(2), ">=", False), (arb(2), ONE, "<=", False), (arb(2), ONE, ">", True),
    (ONE, ONE, "<=", None), (arb(1), arb(1), "<", TIE), (arb(1), arb(1), ">=", True),
    (ZERO, ZERO, "=", None), (arb(0, 1e-3), arb(1, 2), "=", None),
])
def test_the_verdict_of_two_values(left, right, relation, verdict):
    found = _verdict(left, right, relation, 200, 256, False)
    assert found == ((left, right) if verdict is False else verdict)


def test_the_highest_precision_decides_what_touches():
    assert _verdict(ONE, ONE, "<=", 200, 4096, True) is True
    assert _verdict(ONE, ONE, "<", 200, 4096, True) == TIE
    assert _verdict(arb(1, 1e-30), ONE, "<", 200, 4096, True) is None
    assert _verdict(TINY, TINY, "=", 200, 256, False) is None and _verdict(TINY, TINY, "=", 200, 4096, True) is True
    assert _verdict(ZERO, ZERO, "=", 200, 4096, True) is None


@pytest.mark.parametrize(("left", "right", "at", "sides"), [
    (sp.log(x), sp.log(Abs(x)), Rational(-3, 2), (None, ...)), (1 / x, 1 / x, S.Zero, None),
    (sqrt(x), sqrt(x), S(-2), None), (x, Piecewise((x, x > 0)), S(-2), (..., None)),
])
def test_a_side_without_a_value(left, right, at, sides):
    found = Sampler(left, right).compare((at,), "=")
    assert found is None if sides is None else [v is None for v in found] == [s is None for s in sides]


def test_cancellation_does_not_refute():
    assert derive(sp.cosh(x) ** 2 - sp.sinh(x) ** 2, (S.One, "cosh² − sinh² = 1")).proved
    sampler = Sampler(sp.cosh(x) ** 2 - sp.sinh(x) ** 2, S.One)
    assert sampler.compare((S(351),), "=") is True and sampler.compare((S(10) ** 9,), "=") is None
    assert isinstance(Sampler(exp(-x) - exp(-2 * x), exp(-x)).compare((S(50),), "="), tuple)


def test_a_draw_is_that_of_its_seed():
    assert [Sampler(p, p)._draw(p, Random(1), index, 9) for index in (0, 9)] == [
        Sampler(p, p)._draw(p, Random(1), index, 9) for index in (0, 9)]


# --- What is too large for SymPy ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("expr", "reach"), [
    (exp(x), sp.oo), (sp.log(1 + exp(x)), sp.oo), (x**2, sp.oo), (exp(exp(x)), 10_000), (sp.tanh(sp.cosh(x)), 10_000),
    (2**n, 10_000), (p**x, 10_000), (p ** (p**p), 4), ((1 + exp(x)) ** 2, sp.oo), (sin(sp.gamma(p)), 10_000),
])
def test_how_far_out_sympy_is_asked(expr, reach):
    sampler = Sampler(expr, S.Zero)
    assert sampler.reach == reach
    far, near = [tuple(value for _ in sampler.symbols) for value in (S(10_001), S(3))]
    assert (sampler.exactly(far) is None) is (reach != sp.oo) and sampler.exactly(near)[1] == 0


@pytest.mark.parametrize(("left", "relation", "right"), [
    (1 / (exp(-2 * p - x) + 1), "<", 1 / (exp(-2 * p - x - exp(p - 1)) + 1)),
    (sin(exp(x)), "<=", 1), (exp(exp(exp(x))), ">", exp(exp(x))), (p ** (p**p), ">=", 0),
    (Max(exp(x), y) + exp(exp(y)), ">", y),
])
def test_exponentials_of_exponentials_do_not_hang(left, relation, right):
    derive(left, (right, "true", relation))
