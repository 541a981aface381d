"""Proofs by SymPy: which forms turn a gap into 0, and what must not count as one."""

import pytest
import sympy as sp
from sympy import (
    Abs,
    Function,
    Heaviside,
    Integral,
    Max,
    Min,
    Piecewise,
    Rational,
    S,
    Sum,
    Symbol,
    asinh,
    atanh,
    binomial,
    cos,
    cosh,
    erf,
    erfc,
    erfi,
    exp,
    factorial,
    log,
    oo,
    sign,
    sin,
    sinh,
    sqrt,
    symbols,
    tan,
    tanh,
)

from activations.derivation import algebra
from activations.derivation.algebra import by_cases, inside_of, is_signed, reduces_to_zero, vanishes
from activations.symbols import x

y = Symbol("y", real=True)
p, q = symbols("p q", positive=True)
low = Symbol("low", negative=True)
n, k = symbols("n k", integer=True, positive=True)
f = Function("f")


@pytest.mark.parametrize("gap", [
    (x + y) ** 2 - x**2 - 2 * x * y - y**2,
    1 / (1 + x**2) - (1 - x**2 / (1 + x**2)),
    cosh(x) ** 2 - sinh(x) ** 2 - 1,
    tanh(2 * x) - 2 * tanh(x) / (1 + tanh(x) ** 2),
    exp(x) - (1 + tanh(x / 2)) / (1 - tanh(x / 2)),
    log(1 + exp(x)) - x - log(1 + exp(-x)),
    log(p**2 * q) - 2 * log(p) - log(q),
    asinh(x) - log(x + sqrt(1 + x**2)),
    atanh(tanh(x)) - x,
    erf(x) + erfc(x) - 1,
    erfi(x) + sp.I * erf(sp.I * x),
    sin(2 * x) - 2 * sin(x) * cos(x),
    tan(x) - sin(x) / cos(x),
    sqrt(1 + x**2) - (1 + x**2) / sqrt(1 + x**2),
    1 / (sqrt(1 + p) - sqrt(p)) - sqrt(1 + p) - sqrt(p),
    factorial(n + 1) - (n + 1) * factorial(n),
    binomial(n, 2) - n * (n - 1) / 2,
    Heaviside(x) - Piecewise((0, x < 0), (1, True)),
    Max(x, 0) - (x + Abs(x)) / 2,
    Max(x, 3) + Min(x, 3) - x - 3,
    Abs(x) * sign(x) - x,
    sin(3 * x) - 3 * sin(x) + 4 * sin(x) ** 3,
    Sum(2 * k, (k, 1, n)) - 2 * Sum(k, (k, 1, n)),
    f(x**2).diff(x) - 2 * x * sp.Subs(f(y).diff(y), y, x**2),
    Abs(p) - p, Abs(low) + low, Max(p, low) - p,
], ids=lambda gap: str(gap)[:40])
def test_vanishes(gap):
    assert vanishes(gap)


@pytest.mark.parametrize("gap", [
    (x + y) ** 2 - x**2 - y**2, Rational(1, 10**50), exp(x) - exp(-x), erf(x) - erfc(x), Max(x, 0) - Abs(x),
    sqrt(x**2) - x, Abs(x - 100) + x - 100, sp.zoo, sp.nan, oo - x, S(0) * sp.Limit(x, x, 0) + sp.Limit(y, x, 0),
    f(x).diff(x), Integral(exp(-(x**4)), (x, 0, 1)), Heaviside(x - 1) - Heaviside(x), Max(x, 0, y) - Max(x, y),
], ids=lambda gap: str(gap)[:40])
def test_what_is_not_0_does_not_vanish(gap):
    assert not vanishes(gap)


def test_infinity_minus_infinity_is_not_0():
    assert not vanishes(sp.Add(oo, -oo, evaluate=False)) and not vanishes(oo * x - oo * x)


@pytest.mark.parametrize(("gap", "at_least", "more"), [
    (x**2, True, False), (x**2 + 1, True, True), (x, False, False), (p, True, True), (-p, False, False),
    (low, False, False),
    (x**2 - 2 * x + 1, True, False), (x**2 - 2 * x + 2, False, False), (p**2 + p * q, True, True), (exp(x), True, True),
    ((1 + p) ** 2 - 1, True, True), (p / (1 + p) - 1, False, False), (1 - p / (1 + p), True, True),
    (sp.nan, False, False),
    (1 / x + sp.zoo, False, False), (x + y, False, False),
])
def test_signs_that_sympy_sees(gap, at_least, more):
    assert is_signed(gap, True) is at_least and is_signed(gap, False) is more


def test_cases_between_kinks():
    pieces = []
    assert by_cases(Abs(x - 1) + Max(x, 3), lambda piece: pieces.append(piece) or True)
    assert len(pieces) == 3
    assert not by_cases(x**2, lambda piece: True)  # no kink
    assert not by_cases(Abs(x) + Abs(y), lambda piece: True)  # two symbols
    assert not by_cases(Max(f(x), x), lambda piece: True)  # a kink where nobody knows
    assert not by_cases(Abs(exp(x) - cos(x) - 1), lambda piece: True)  # borders found in numbers


@pytest.mark.parametrize(("symbol", "count"), [(x, 2), (p, 1), (low, 1), (Symbol("m", nonnegative=True), 1)])
def test_a_sign_leaves_out_the_cases_that_cannot_be(symbol, count):
    pieces = []
    assert by_cases(Abs(symbol, evaluate=False) if symbol is x else Max(symbol, 0, evaluate=False),
                    lambda piece: pieces.append(piece) or True)
    assert len(pieces) == count


@pytest.mark.parametrize(("low", "high", "at"), [(2, oo, 3), (-oo, 5, 4), (0, 4, 2), (-oo, oo, 1)])
def test_a_positive_symbol_runs_through_an_interval(low, high, at):
    inside = inside_of(x, sp.Interval.open(low, high), x)
    (t,) = inside.free_symbols
    assert t.is_positive or (low, high) == (-oo, oo)
    assert inside.subs(t, 1) == at
    assert inside.subs(t, sp.Rational(1, 1000)) != inside.subs(t, 1)


@pytest.mark.parametrize(("symbol", "low", "high", "at"), [
    (p, -3, 2, 1), (low, -4, 9, -2), (p, -3, oo, 1), (low, -oo, 2, -1),
])
def test_inside_a_domain(symbol, low, high, at):
    inside = inside_of(symbol + 0 * x, sp.Interval.open(low, high), symbol)
    (t,) = inside.free_symbols
    assert inside.subs(t, 1) == at


def test_roots_are_reduced():
    gap = sqrt(2) * sqrt(1 + p) ** 3 - sqrt(2) * (1 + p) * sqrt(1 + p)
    assert algebra._roots_reduced(sp.Add(gap, sqrt(p) ** 2 - p, evaluate=False)) == 0
    assert algebra._roots_reduced(sqrt(p) + p) == sqrt(p) + p
    assert algebra._roots_reduced(sqrt(p) * sqrt(1 + p)) == sqrt(p) * sqrt(1 + p)  # one root is not taken for the other
    assert not vanishes(sqrt(p) * sqrt(1 + p) - 1 - p)


def test_a_long_gap_is_not_expanded():
    assert not reduces_to_zero(x - y, ((1, lambda gap: S(0)),))
    assert reduces_to_zero(x - y, ((2, lambda gap: S(0)),))
