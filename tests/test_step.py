"""One step: how it is judged, at how many points, and what happens where the two sides touch or have no value."""

import pytest
from sympy import (
    Abs,
    DiracDelta,
    Integral,
    Limit,
    Matrix,
    Max,
    Ne,
    Piecewise,
    Rational,
    S,
    Symbol,
    cosh,
    exp,
    log,
    nan,
    oo,
    pi,
    sin,
    sinh,
    sqrt,
    tanh,
    zoo,
)

from activations.derivation import DerivationError, derive, step
from activations.symbols import x

y, t = Symbol("y", real=True), Symbol("t", real=True)
p = Symbol("p", positive=True)
q = Symbol("q")
n, m = Symbol("n", integer=True, positive=True), Symbol("m", integer=True)
phi = exp(-(t**2) / 2) / sqrt(2 * pi)
MEAN = Integral(phi / (1 + exp(-t - x)), (t, -oo, oo))


def judged(left, right, relation="="):
    return derive(left, (right, "because", relation)).steps[0]


@pytest.mark.parametrize(("left", "right", "relation", "how"), [
    (x, x, "=", "algebra"), (x, x, "<=", "algebra"), (S(2), S(2), ">=", "algebra"),
    ((x + 1) ** 2, x**2 + 2 * x + 1, "=", "algebra"), (Max(x, 0), x, ">=", "algebra"),
    (1 + x**2, 0, ">", "algebra"),
    (tanh(p), p, "<", "enclosure"), (x**2, 0, ">", "enclosure"), (sqrt(2), Rational(7, 5), ">", "algebra"),
    (sin(x) + sin(sqrt(2) * x), 2, "<", "points"), (Max(x + y, 0), exp(x + y), "<", "points"),
    (n**2, n, ">=", "algebra"),
    (DiracDelta(x), DiracDelta(-x), "=", "algebra"),
    (Matrix([[1 + x**2, 2]]), Matrix([[2 * x, 1]]), ">=", "algebra"),
    (Matrix([[tanh(p), exp(p)]]), Matrix([[p, exp(p)]]), "<=", "enclosure"),
    (Matrix([[tanh(p), Max(x + p, 0)]]), Matrix([[p, exp(x + p)]]), "<=", "points"),
])
def test_how_a_step_is_found_to_hold(left, right, relation, how):
    found = judged(left, right, relation)
    assert found.verdict.how == how
    assert found.proved is (how != "points") and bool(found.note) is (how == "points")


def test_an_integral_is_computed_at_six_points():
    found = judged(MEAN, 1, "<")
    assert len(found.verdict.points) == 6 and all(set(point) == {x} for point in found.verdict.points)
    assert found.note == "checked at 6 points from x = −3.47 to 3.51"
    assert len(judged(MEAN, 1 - MEAN.subs(x, -x)).verdict.points) == 6


def test_a_number_is_checked_to_so_many_digits():
    area = Integral(phi / (1 + exp(-t)), (t, -oo, oo))
    assert judged(area, S.Half).note == judged(area, S.Half, "<=").note == "checked to 30 digits"
    with pytest.raises(DerivationError, match="the two sides are equal"):
        judged(area, S.Half, "<")


@pytest.mark.parametrize(("left", "right", "relation", "message"), [
    (S(2), S(2), "<", "the two sides are equal"),
    (x, x, ">", "the two sides are equal"),
    (n**2, n, ">", "the two sides are equal at n = 1"),
    (Max(x, 1), x, ">", "the two sides are equal at x = "),
    (Max(exp(x), exp(12000)), exp(x), ">", "the two sides are equal at x = "),
    (Max(x, y), x, ">", "the two sides are equal at x = "),
    (Max(sin(x) + 2, 3), 3, ">", "the two sides are equal|3.0"),
    (DiracDelta(x), 2 * DiracDelta(x), "=", "SymPy cannot show that these distributions are equal"),
    (DiracDelta(x), 0, ">=", "they have no values to compare"),
    (nan, nan, "=", "no point was found at which both lines have a value"),
    (Piecewise((1, Ne(m, -1)), (2, True)), 1, "=", "at m = -1 the left side is 2.0"),
    (Abs(q), q, "=", "at q = -2.41"),
    (log(x), log(Abs(x)), "=", "the left side is undefined"),
    (log(Abs(x)), log(x), "<=", "the right side is undefined"),
])
def test_refused(left, right, relation, message):
    with pytest.raises(DerivationError, match=message):
        judged(left, right, relation)


def test_a_single_whole_number_may_be_an_exception_but_not_one_in_five():
    assert judged((m**2 - 1) / (m - 1), m + 1).proved
    with pytest.raises(DerivationError, match="undefined"):
        judged(Integral(x**m, (x, 0, 1)), 1 / (m + 1))


@pytest.mark.parametrize(("left", "right", "relation"), [(oo, oo, "="), (oo, oo, "<="), (-oo, -oo, ">="),
                                                         (Limit(exp(x), x, oo), Integral(1, (x, 0, oo)), "=")])
def test_infinity_equals_infinity_proves_nothing(left, right, relation):
    found = judged(left, right, relation)
    assert not found.proved and found.note == "both sides are infinite, by SymPy"


@pytest.mark.parametrize(("left", "right", "relation"), [
    (oo, 1, ">"), (1, oo, "<"), (-oo, x, "<="), (x, -oo, ">="), (Integral(1 / x, (x, 1, oo)), 10**6, ">")])
def test_infinity_is_greater_than_any_number(left, right, relation):
    found = judged(left, right, relation)
    assert not found.proved and found.note == "one side is infinite, by SymPy"


@pytest.mark.parametrize(("left", "right", "relation", "message"), [
    (oo, oo, "<", "the two sides are oo and oo"), (oo, -oo, "=", "the two sides are oo and -oo"),
    (oo, -oo, "<=", "the two sides are oo and -oo"), (oo, 1, "=", "one side is oo, the other is not infinite"),
    (oo, 1, "<", "one side is oo"), (1, oo, ">=", "one side is oo"), (x, -oo, "<", "one side is -oo"),
    (zoo, 1, ">", "one side is zoo"),
])
def test_what_infinity_is_not(left, right, relation, message):
    with pytest.raises(DerivationError, match=message):
        judged(left, right, relation)


def test_a_word_for_who_forgot_to_say_real():
    with pytest.raises(DerivationError, match=r"\(q not declared real: Symbol\('q', real=True\)\)"):
        judged(log(q**2) - log(q) * 2, 0 * q + log(q**2) * 0 + sqrt((q + 3) ** 2) - q - 3)


def test_a_symbol_without_a_sign_is_named_where_there_are_no_numbers():
    with pytest.raises(ValueError, match=r"since a is not declared real: Symbol\('a', real=True\)"):
        judged(Abs(Symbol("a")).diff() + Symbol("b"), Symbol("a"))


def test_a_proof_has_one_budget_and_a_step_without_one_is_checked(monkeypatch):
    assert judged(tanh(x) ** 2, 1 - 1 / cosh(x) ** 2).proved
    monkeypatch.setattr(step, "_PROVING", 10)
    assert judged(tanh(x) ** 2, 1 - 1 / cosh(x) ** 2).verdict.how == "points"


def test_sympy_is_asked_at_so_many_ties(monkeypatch):
    asked = []
    monkeypatch.setattr(step, "reduces_to_zero", lambda gap: asked.append(gap) and False)
    monkeypatch.setattr(step, "_PROVING", 0)
    monkeypatch.setattr(step, "_TIES", 2)
    judged(sqrt(cosh(x) ** 2 + 1), sqrt(4 * sinh(x / 2) ** 2 * cosh(x / 2) ** 2 + 1), ">")
    assert len(asked) == 2 * 2  # in the first forty points, and in all of them
