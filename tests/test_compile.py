"""The stable form equals the formula, NumPy equals JavaScript, and what cannot be compiled is named."""

import json

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import EPS, exact, near_sign_changes, points
from test_stable import CONSTANTS, KNOWN, LOGARITHMS, QUOTIENTS, SUMS

from activations import catalogue, x
from activations.numerics import CompileError, javascript_helpers, stabilise, to_javascript, to_numpy

y = sp.Symbol("y", real=True)
b = sp.Symbol("b", positive=True)

# What the rewriting is for: each formula overflows or cancels where its stable form does not.
HARD = [
    1 / (1 + sp.exp(-x)), sp.exp(x) / (1 + sp.exp(x)), sp.exp(-x) / (1 + sp.exp(-x)) ** 2, 1 - 1 / (1 + sp.exp(-x)),
    1 - 2 / (1 + sp.exp(x)), sp.log(1 + sp.exp(x)), sp.log(1 / (1 + sp.exp(-x))), sp.exp(x) - 1, 3 - 3 * sp.exp(-x),
    1 - sp.tanh(x) ** 2, 5 - 5 * sp.tanh(2 * x), 1 + sp.tanh(x), 1 + sp.erf(x), 2 - 2 * sp.erf(x), sp.erf(x),
    sp.erfc(x), (sp.exp(x) - sp.exp(-x)) / (sp.exp(x) + sp.exp(-x)), (1 - sp.exp(-x)) / (1 + sp.exp(-x)),
    sp.sqrt(x**2 + 1) - 1, x + sp.sqrt(x**2 + 4), sp.sqrt(x**2 + 2) - x, 1 + x / sp.sqrt(x**2 + 3), x - sp.sin(x),
    x - sp.tanh(x), sp.exp(-(x**2) / 2), 1 - sp.exp(-sp.exp(x)), sp.log(1 + x**2), sp.log(sp.exp(x) + sp.exp(-x)),
    sp.log(sp.exp(x) + sp.exp(2 * x) + 1), sp.exp(x) / (sp.exp(x) + sp.exp(2 * x) + 3), x**3 * sp.exp(-x),
    sp.diff(1 / (1 + sp.exp(-x)), x, 3), sp.Max(0, sp.Min(x, 6)), sp.Heaviside(x), x / (1 + sp.Abs(x)), 1 / x**2,
]


def off(got, want):
    """The largest error, relative, or absolute below 1e-300."""
    return max(abs(g - float(w)) / max(abs(float(w)), 1e-300) for g, w in zip(got, want, strict=True))


@pytest.mark.parametrize("expr", HARD, ids=str)
def test_stable_forms_are_accurate(expr):
    values = np.array([-700, -300.5, -37.0, -20.25, -3.1, -0.6, -1e-3, -1e-9, 1e-12, 1e-3, 0.7, 2.2, 19.3, 36.0, 600])
    want = exact(expr, [x], values)
    keep = [k for k, w in enumerate(want) if abs(w) < 1e300]
    assert off(to_numpy(expr, [x])(values[keep]), [want[k] for k in keep]) < 4e-13


LEAVES = st.sampled_from([x, y, x + y, 2 * x, -x / 3, sp.Integer(1), sp.Rational(1, 2)])
EXPRESSIONS = st.recursive(LEAVES, lambda inner: st.one_of(
    st.builds(lambda u, v: u + v, inner, inner), st.builds(lambda u, v: u * v, inner, inner),
    inner.map(sp.exp), inner.map(sp.tanh), inner.map(sp.erf), inner.map(sp.sin),
    inner.map(lambda u: 1 / (1 + sp.exp(u))),
    inner.map(lambda u: sp.log(1 + sp.exp(u))), inner.map(lambda u: sp.sqrt(1 + u**2)), inner.map(lambda u: u - 1),
    inner.map(lambda u: sp.Piecewise((u, u > 0), (0, True)))), max_leaves=6)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(EXPRESSIONS, st.floats(-3, 3), st.floats(-3, 3))
def test_the_stable_form_equals_the_formula(expr, at, other):
    """Any formula a student might write: its compiled value is its mpmath value."""
    (want,) = exact(expr, [x, y], [[at, other]])
    if abs(want) < 1e200:
        scale = max([1.0, *(abs(float(v)) for e in sp.preorder_traversal(expr) if isinstance(e, sp.Expr)
                            for v in exact(e, [x, y], [[at, other]]) if abs(v) < 1e200)])
        assert abs(to_numpy(expr, [x, y])(at, other) - float(want)) <= 1e-11 * scale


def test_stable_forms_by_name():
    """The rules fire: a formula that fell through would still pass where it happens not to overflow."""
    names = {str(stabilise(expr)) for expr in HARD}
    for name in ("expit(x)", "log1pexp(x)", "expm1(x)", "tanh(x)", "tanh(x/2)", "4*expit(-2*x)*expit(2*x)",
                 "root_minus_one(x)", "conjugate_sum(x, 4)", "conjugate_sum(-x, 2)", "log1psquare(x)"):
        assert name in names, names


# --- Bindings, types, errors -------------------------------------------------------------------------------------


def test_a_sum_without_a_series_at_zero_is_left_as_it_is():
    wave = sp.sin(1 / x) - sp.sin(1 / x + x**2)
    assert to_numpy(wave, [x])(5.0) == pytest.approx(float(wave.subs(x, 5)), rel=1e-13)


def test_bindings_are_evaluated_in_order():
    z, a = sp.symbols("z a")
    f = to_numpy([a, a * b], [x, b], bindings=[(z, 2 * x), (a, z + 1)])
    assert [float(v) for v in f(3.0, 10.0)] == [7, 70]


def test_results_broadcast_and_keep_the_type():
    f = to_numpy(sp.Integer(1), [x])
    assert f(np.zeros((2, 3), np.float32)).dtype == np.float32 and f(np.zeros((2, 3))).shape == (2, 3)
    g = to_numpy(x * y, [x, y])
    assert g(np.ones((2, 1)), np.ones(3)).shape == (2, 3)
    assert g(np.float32([1, 2]), 0.1).dtype == np.float32
    assert np.isnan(to_numpy(sp.Piecewise((1, x > 0), (0, True)), [x])(np.nan))


def test_results_share_no_memory():
    """Who changes a result changes neither the argument nor another result."""
    values = np.array([1.0, np.nan, 2.0])
    results = to_numpy([x, x, sp.sin(x), sp.sin(x), sp.Integer(3)], [x])(values)
    for result in results:
        result += 1.0
    assert np.array_equal(values, [1.0, np.nan, 2.0], equal_nan=True)
    expected = [values, values, np.sin(values), np.sin(values), [3.0, np.nan, 3.0]]
    assert np.array_equal(results, np.add(expected, 1.0), equal_nan=True)


def test_unfriendly_symbol_names_do_no_harm():
    names = sp.symbols("lambda return np v0 t0")
    assert to_numpy(sum(k * s for k, s in enumerate(names, 1)), names)(1, 1, 1, 1, 1) == 15


@pytest.mark.parametrize(("expr", "message"), [
    (sp.zeta(x), "zeta"), (sp.Function("f")(x), "f(x)"), (x + y, "symbol y"), (sp.I * x, "not a real number"),
    (sp.Piecewise((1, sp.Contains(x, sp.Interval(0, 1))), (0, True)), "condition"),
    (sp.Integral(sp.exp(x**x), x), "Integral"),
])
def test_what_cannot_be_compiled_is_named(expr, message):
    for compiled in (lambda: to_numpy(expr, [x]), lambda: to_javascript([expr], [x])):
        with pytest.raises(CompileError) as error:
            compiled()
        assert message in str(error.value)


# --- JavaScript --------------------------------------------------------------------------------------------------


def in_javascript(page, expressions, symbols, rows):
    """The expressions at each row of arguments, evaluated by the browser."""
    source = to_javascript(expressions, symbols)
    mapped = f"{json.dumps(rows)}.map(row=>f(...row).map(String))"
    found = page.evaluate(f"() => {{{javascript_helpers(source)}\nconst f={source};return {mapped};}}")
    return np.array([[float(v.replace("Infinity", "inf").replace("NaN", "nan")) for v in row] for row in found])


@pytest.mark.browser
def test_javascript_equals_numpy(browser):
    """Every scalar function and derivative, every stable form: to 1e-12 at all the points of the accuracy tests, to a
    rounding of the terms near a zero away from 0."""
    page = browser.new_page()
    cases = [([a.expr, a.derivative], [x, *(p.symbol for p in a.parameters.values())],
              [float(p.default) for p in a.parameters.values()]) for a in catalogue.scalar]
    cases += [([expr], [x], []) for expr in HARD + CONSTANTS + SUMS + QUOTIENTS + LOGARITHMS + KNOWN]
    values = points()[::3]
    for expressions, symbols, parameters in cases:
        got = in_javascript(page, expressions, symbols, [[v, *parameters] for v in values.tolist()])
        want = np.transpose(to_numpy(expressions, symbols)(values, *parameters))
        same = (got == want) | (np.isnan(got) & np.isnan(want))
        with np.errstate(all="ignore"):
            near_zeros = np.transpose([near_sign_changes(column, values) & (np.abs(values) > 1)
                                           for column in np.nan_to_num(want.T)])
            wrong = ~same & ~(np.abs(got - want) <= 1e-12 * np.abs(want) + 1e-300 + 4 * EPS * near_zeros)
        assert not wrong.any(), (expressions, values[wrong.any(axis=1)][:3], got[wrong][:3], want[wrong][:3])
    page.close()


def test_what_is_needed_twice_is_computed_once():
    body = to_javascript([sp.sin(x) + sp.sin(x) ** 2, sp.cos(x)], [x])
    assert body.count("Math.sin(v0)") == 1 and body.count("const") == 2  # sin(x), and the base of its square
    assert "const" not in to_javascript([sp.sin(x)], [x])


@pytest.mark.parametrize(
    "u", [x, -x, 2 * x, 3 * x, x / 3, -x / 3, 2 * x / 3, x * y, -x * y, x / y, -sp.sin(x)], ids=str)
def test_exponents_with_one_rounding_need_no_pair(u):
    assert "_pair" not in to_javascript([sp.exp(u)], [x, y])


@pytest.mark.parametrize("u", [3 * x / 7, 2 * x * y, x**2, x + 1, 2 * sp.sin(x), x * y**2, x * y * sp.sin(x)], ids=str)
def test_exponents_with_several_roundings_need_a_pair(u):
    assert "_pair" in to_javascript([sp.exp(u)], [x, y])


def test_javascript_defines_only_the_helpers_it_needs():
    assert javascript_helpers(to_javascript([x**2], [x])) == ""
    helpers = javascript_helpers(to_javascript([catalogue["silu"].expr], [x]))
    assert "damped" in helpers and "expit" in helpers and "erfc" not in helpers
