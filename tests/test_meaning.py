"""What a line means: decimals, derivatives, sums and integrals worked out, and sums at small sizes."""

import pytest
import sympy as sp
from sympy import (
    Abs,
    Derivative,
    Function,
    Idx,
    IndexedBase,
    Integral,
    KroneckerDelta,
    Matrix,
    Max,
    Rational,
    S,
    Sum,
    Symbol,
    cos,
    erf,
    exp,
    log,
    oo,
    pi,
    sin,
    sqrt,
    tanh,
)

from activations.derivation import meaning
from activations.derivation.floating import agrees_in_floating_point
from activations.derivation.meaning import Meaning, shape_of
from activations.derivation.sums import instances, is_general, tidied
from activations.symbols import x

y = Symbol("y", real=True)
p = Symbol("p", positive=True)
n, m = sp.symbols("n m", integer=True, positive=True)
i, j, k = sp.symbols("i j k", integer=True)
z, t = IndexedBase("z", real=True), IndexedBase("t", real=True)
f = Function("f")
phi = exp(-(x**2) / 2) / sqrt(2 * pi)


def value(expr):
    (found,) = Meaning(expr).values
    return found


@pytest.mark.parametrize(("written", "worked_out"), [
    (0.1 * x, x / 10),
    (Derivative(tanh(x), x), 1 - tanh(x) ** 2),
    (Derivative(Derivative(x**4, x), x), 12 * x**2),
    (Sum(j, (j, 1, 4)), S(10)),
    (sp.Product(j, (j, 1, 4)), S(24)),
    (sp.Limit(sin(x) / x, x, 0), S.One),
    (sp.Subs(x**2 + y, x, 3), 9 + y),
    (Derivative(Sum(j * x**j, (j, 1, 2)), x), 1 + 4 * x),
    (Integral(Abs(cos(x)), (x, 0, pi)), S(2)),
    (Integral(Abs(x - 1), (x, 0, 3)), Rational(5, 2)),
    (Integral(Max(0, x) * phi, (x, -oo, oo)), 1 / sqrt(2 * pi)),
    (Integral(x**2 * phi, (x, -oo, oo)), S.One),
    (Integral(Derivative(x**3, x), (x, 0, y)), y**3),
    (Integral(2 * y, (y, 0, x)), x**2),
    (Integral(Abs(sin(x)) * Abs(cos(x)), (x, 0, pi)), S.One),
    (Integral(Abs(cos(x)) * x, (x, 0, pi)), pi),
    (Integral(Abs(cos(2 * x)), (x, 0, pi / 3)), 1 - sqrt(3) / 4),
    (Integral(sp.sign(x - 1) * x, (x, -2, 2)), S(3)),
])
def test_values(written, worked_out):
    found = value(written)
    assert not found.has(Integral, Sum, Derivative, sp.Limit, sp.Subs)
    assert sp.simplify(found - worked_out) == 0


@pytest.mark.parametrize("integral", [
    Integral(phi * log(1 + exp(x)), (x, -oo, oo)),
    Integral(phi / (1 + exp(-x)), (x, -oo, oo)),
    Integral(exp(-(x**4) + x), (x, 0, 1)),
    Integral(phi * exp(tanh(x)), (x, -oo, oo)),
    Integral(Abs(cos(1 / x)), (x, 0, 1)),
    Integral(Max(f(x), 0), (x, 0, 1)),
    Integral(4 + 2 * exp(-((y - 1) ** 2)) / sqrt(pi), (y, p, 2 * p)),  # SymPy answers with a Meijer function
])
def test_what_sympy_cannot_integrate_is_left_for_the_numbers(integral):
    assert value(integral) == integral


def test_a_closed_form_that_numbers_refute_is_not_taken(monkeypatch):
    integral = Integral(Abs(x), (x, 0, 1))
    monkeypatch.setattr(meaning, "_closed", lambda node: S.One / 3)
    assert meaning._integrated(integral) == integral
    monkeypatch.setattr(meaning, "_closed", lambda node: S.One / 2)
    assert meaning._integrated(integral) == S.One / 2
    monkeypatch.setattr(meaning, "_closed", lambda node: p**2 / 2 + Rational(1, 10**9))
    assert meaning._integrated(Integral(y, (y, 0, p))).has(Integral)


def test_mpmath_confirms_to_six_digits_where_there_is_no_enclosure():
    node = Integral(x, (x, 0, 1))
    assert agrees_in_floating_point(node, S.Half)
    assert not agrees_in_floating_point(node, S.Half + Rational(1, 10**5))
    assert not agrees_in_floating_point(Integral(y * x, (x, 0, 1)), y / 2)


@pytest.mark.parametrize(("integrand", "hopeful"), [
    (phi, True), (x**3 * phi, True), (erf(x) * phi, True), (sin(x) * phi, True), (phi / (1 + x), False),
    (tanh(x) * phi, False),
    (exp(-(x**4)), False), (tanh(x), True), (1 / x, True), (phi / y, True), (tanh(y) * phi, True),
])
def test_what_may_have_a_closed_form_beside_a_bell(integrand, hopeful):
    assert meaning._is_hopeful(Integral(integrand, (x, 0, 1))) is hopeful


def test_shapes():
    assert Meaning(Matrix([[x, 1, 2]])).shape == (1, 3) and Meaning(x).shape == () == shape_of(z[i])
    assert Meaning(sp.Array([x, 2])).entries == [x, 2]
    a = sp.MatrixSymbol("A", 2, 2)
    assert Meaning(a.T).entries == [a[0, 0], a[1, 0], a[0, 1], a[1, 1]]
    with pytest.raises(ValueError, match="a matrix of symbolic size cannot be checked entry by entry: A"):
        Meaning(sp.MatrixSymbol("A", n, n))


# --- Sums --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("expr", "general"), [
    (Sum(j, (j, 1, n)), True), (Sum(j, (j, 1, 5)), False), (z[i], True), (z[1], False), (KroneckerDelta(i, k), True),
    (x, False),
    (Sum(x**j, (j, 1, 3)), False), (sp.Product(j, (j, 1, n)), True),
])
def test_what_is_general(expr, general):
    assert is_general(expr) is general


def test_every_size_and_every_index_is_tried():
    cases = list(instances(Sum(z[j], (j, 1, n)) + z[i], z[i]))
    assert [words for words, *_ in cases] == [f"n = {size}, i = {index}" for size in (1, 2, 3, 5)
                                              for index in range(1, size + 1)]
    z1, z2 = Symbol("z[1]", real=True), Symbol("z[2]", real=True)
    assert cases[1][1:] == (2 * z1 + z2, z1)


def test_sizes_without_a_free_index_go_further():
    assert [words for words, *_ in instances(Sum(z[j], (j, 1, n)), S.Zero)] == [f"n = {s}" for s in (1, 2, 3, 4, 7, 20)]
    assert len(list(instances(Sum(z[j], (j, 1, n)) + Sum(z[j], (j, 1, m)), S.Zero))) == 36
    assert len(list(instances(z[i] * KroneckerDelta(i, k) + Sum(z[j], (j, 1, n)), S.Zero))) == 1 + 4 + 9


@pytest.mark.parametrize("ends", [(-n, n), (n, n + 2), (n, 2 * n), (1, n)])
def test_a_size_may_stand_at_both_ends(ends):
    cases = list(instances(Sum(z[j], (j, *ends)), S.Zero))
    assert [words for words, *_ in cases] == [f"n = {size}" for size in (1, 2, 3, 4, 7, 20)]
    assert all(len(left.free_symbols) == int((ends[1] - ends[0]).subs(n, size)) + 1
               for (_, left, _), size in zip(cases, (1, 2, 3, 4, 7, 20), strict=True))


def test_an_index_with_a_range_of_its_own_keeps_to_it():
    a = Idx("a", n)
    cases = [words for words, *_ in instances(z[a] * Sum(z[j], (j, 0, n - 1)), S.Zero)]
    assert cases == [f"n = {size}, a = {index}" for size in (1, 2, 3, 5) for index in range(size)]


def test_nested_sums_and_products_are_written_out():
    ((_, left, _),) = [case for case in instances(Sum(i * j, (i, 1, j), (j, 1, n)), S.Zero) if case[0] == "n = 3"]
    assert left == 25
    ((_, left, _),) = [case for case in instances(sp.Product(j + 1, (j, 1, n)), S.Zero) if case[0] == "n = 4"]
    assert left == 120


def test_sums_are_tidied():
    plain = Symbol("summation", integer=True)
    assert tidied(Sum(x * z[j], (j, 1, n))) == x * Sum(z[plain], (plain, 1, n)) == tidied(Sum(x * z[k], (k, 1, n)))
    assert tidied(Sum(z[j] + t[j], (j, 1, n))) == Sum(z[plain], (plain, 1, n)) + Sum(t[plain], (plain, 1, n))
    assert tidied(Sum(z[j] * KroneckerDelta(j, k), (j, 1, n))) == z[k]
    assert tidied(Sum(exp(z[j]), (j, 1, n))).is_positive
