"""Germs against SymPy's limits and against values far out: a sign and an enclosure must hold from the start on."""

import pytest
import sympy as sp
from flint import arb
from mpmath import mp
from sympy import Rational, exp, oo, pi, sqrt

from activations import x
from activations.calculus.asymptotics import germ
from activations.calculus.numbers import Undecided

CASES = [  # formula, end, limit, sign beyond the start
    (1 / (1 + exp(-x)), oo, 1, 1), (1 / (1 + exp(-x)), -oo, 0, 1), (x * exp(-x), oo, 0, 1), (x * exp(-x), -oo, -oo, -1),
    (sp.atan(x), -oo, -pi / 2, -1), (sp.atan(x) - pi / 2, oo, 0, -1), (x * sp.erfc(x), oo, 0, 1),
    (x * (1 + sp.erf(x / sqrt(2))), -oo, 0, -1), (sp.log(1 + exp(x)) - x, oo, 0, 1), (sqrt(x**2 + 1) - x, oo, 0, 1),
    (sqrt(x**2 + 1) + x, -oo, 0, 1), (exp(-exp(-x)), -oo, 0, 1), (x - sp.tanh(x), oo, oo, 1), 
    (sp.asinh(x) - x, oo, -oo, -1),
    (sp.sinh(x) / exp(x), oo, Rational(1, 2), 1), (sp.log(x) / x, oo, 0, 1), (x**2 - x**3, -oo, oo, 1),
    (exp(10 * x - x**2), oo, 0, 1), ((sp.erfc(x) * exp(x**2) * x * sqrt(pi) - 1) * x**2, oo, -Rational(1, 2), -1),
    (1 - sp.tanh(x) ** 2, oo, 0, 1), (x * (1 - sp.cos(1 / x)), oo, 0, 1), (1 + sp.erf(x), -oo, 0, 1),
]


@pytest.mark.parametrize(("formula", "end", "limit", "sign"), CASES)
def test_limit_sign_and_enclosure(formula, end, limit, sign):
    found = germ(formula, x, end, 0, 16)
    assert (found.limit(), found.sign()) == (limit, sign)
    values, side = found.enclosure(), 1 if end is oo else -1
    with mp.workdps(600):
        for at in (16, 17, 20, 23):
            value = sp.lambdify(x, formula, "mpmath")(mp.mpf(side * at))
            assert mp.sign(value) == sign
            assert values.is_nan() or values.overlaps(arb(mp.nstr(value, 60)))


@pytest.mark.parametrize(("formula", "at", "side", "limit", "sign"), [
    (sp.sin(x) / x, 0, 1, 1, 1), (x - sp.sin(x), 0, -1, 0, -1), (x * sp.log(x), 0, 1, 0, -1), (1 / x, 0, -1, -oo, -1),
    (sqrt(1 - sp.cos(x)) / x, 0, -1, -sqrt(2) / 2, -1), (exp(-1 / x), 0, 1, 0, 1),
    (sp.cos(x) + x**2 / 2 - 1, 0, 1, 0, 1),
    ((x**2 - 1) / (x - 1), 1, 1, 2, 1),
])
def test_towards_a_point(formula, at, side, limit, sign):
    found = germ(formula, x, sp.S(at), side, 64)
    assert (found.limit(), found.sign()) == (limit, sign)


@pytest.mark.parametrize("formula", [sp.sin(x), x * sp.sin(x), sp.gamma(x), sp.tan(x)])
def test_what_has_no_sign_is_not_given_one(formula):
    with pytest.raises(Undecided):
        germ(formula, x, oo, 0, 16).sign()


def test_a_start_too_near_is_refused():
    with pytest.raises(Undecided):
        germ(sp.tanh(x - 100), x, oo, 0, 16).sign()
    assert germ(sp.tanh(x - 100), x, oo, 0, 512).sign() == 1
