"""Isolated zeros against factors that put them there, and against a fine grid."""

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, exp, log, oo, pi, sqrt

from activations import x
from activations.calculus.numbers import Undecided
from activations.calculus.roots import Chart, chart

W = sp.LambertW(exp(-1))


@pytest.mark.parametrize(("expr", "zeros", "signs"), [
    (x**4, (0,), (1, 1)), (exp(x) - x - 1, (0,), (1, 1)), (x**5 - x, (-1, 0, 1), (-1, 1, -1, 1)),
    (x**2 - x - 1, None, None),
    (exp(2 * x) - 6 * exp(x) + 9, (log(3),), (1, 1)), (sp.cos(x) - 1 + x**2 / 2, (0,), (1, 1)),
    (1 + exp(x) + x * exp(0), None, None), (sp.tanh(10**6 * x), (0,), (-1, 1)), (exp(2000000 * x) - 1, (0,), (-1, 1)),
    ((x - 1) ** 3 * (x + 2) ** 2, (-2, 1), (-1, -1, 1)), (1 + x + exp(-x) * x**2, None, None), (sp.S(3), (), (1,)),
    (exp(x) * (x + 1) + 1 - exp(x) * x - exp(x), (), (1,)), ((x + 1) ** 2 - x**2 - 2 * x - 1, (), (0,)),
    (x * exp(x) * 2 + x * sp.sin(1), (0,), (-1, 1)), (1 / (1 + exp(-x)) - Rational(1, 4), (-log(3),), (-1, 1)),
])
def test_chart(expr, zeros, signs):
    found = chart(expr, -oo, oo)
    if zeros is not None:
        assert (found.zeros, found.signs) == (zeros, signs)
    for at in found.zeros:
        assert abs(sp.N(expr.subs(x, at), 40)) < 1e-25


def test_names_and_ends():
    assert chart(x**2 - x - 1, -oo, oo).zeros == ((1 - sqrt(5)) / 2, (1 + sqrt(5)) / 2)
    assert chart(x**2 - x - 1, sp.S.Zero, oo) == Chart(((1 + sqrt(5)) / 2,), (-1, 1))
    assert chart(1 - sp.cos(x), sp.S.Zero, 7 * sp.S.One).zeros == (2 * pi,)
    assert chart(x + 1 + exp(-x) * 0 + exp(x), -oo, oo).zeros == (-1 - W,)


def test_a_zero_next_to_a_multiple_one_is_seen():
    found = chart(1 - sp.cos(x) - x**2 * (Rational(1, 2) - Rational(1, 40000)), -oo, oo)
    assert found.zeros[1] == 0 and len(found.zeros) == 3 and found.signs == (-1, 1, 1, -1)
    u = x - Rational(1, 3)
    moved = chart(1 - sp.cos(u) - u**2 * (Rational(1, 2) - Rational(1, 40000)), -oo, oo)
    assert moved.zeros[1] == Rational(1, 3) and moved.signs == found.signs


@pytest.mark.parametrize("expr", [sp.sin(x), sp.sin(1 / x), sp.gamma(x) - 1])
def test_endless_zeros_are_not_counted(expr):
    with pytest.raises(Undecided):
        chart(expr, sp.S.Zero, oo)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(-12, 12), st.integers(1, 3)), min_size=1, max_size=4, unique_by=lambda p: p[0]),
       st.sampled_from([1, exp(-x), 1 / (1 + x**2), 2 + sp.sin(x), sp.erf(x) + 2]))
def test_the_zeros_that_were_put_in_come_out(roots, factor):
    expr = sp.expand(sp.Mul(*((x - sp.Rational(r, 3)) ** m for r, m in roots))) * factor
    found = chart(expr, -oo, oo)
    assert found.zeros == tuple(sorted(sp.Rational(r, 3) for r, _ in roots))
    by_root = {sp.Rational(r, 3): m for r, m in roots}
    for at, before, behind in zip(found.zeros, found.signs, found.signs[1:], strict=False):
        assert (before == behind) == (by_root[at] % 2 == 0)
