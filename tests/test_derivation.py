"""Derivations: what is true is proved or checked, what is false is named, with a point."""

import os
import subprocess
import sys

import pytest
import sympy as sp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Derivative,
    DiracDelta,
    Eq,
    Function,
    Heaviside,
    Idx,
    IndexedBase,
    Integral,
    KroneckerDelta,
    Limit,
    Matrix,
    Max,
    Piecewise,
    Rational,
    S,
    Sum,
    Symbol,
    cosh,
    diag,
    erf,
    erfc,
    exp,
    log,
    oo,
    pi,
    sign,
    sin,
    sqrt,
    symbols,
    tanh,
)

from activations import catalogue
from activations.derivation import DerivationError, derive
from activations.symbols import x

sigma = Function("sigma")
SIGMOID = {sigma(x): 1 / (1 + exp(-x))}
phi = exp(-(x**2) / 2) / sqrt(2 * pi)
Phi = (1 + erf(x / sqrt(2))) / 2
y, b, w = symbols("y b w", real=True)
beta = Symbol("beta", positive=True)

n = Symbol("n", integer=True, positive=True)
i, j, k = symbols("i j k", integer=True)
z, t, p = IndexedBase("z", real=True), IndexedBase("t", real=True), IndexedBase("p")
total = Sum(exp(z[j]), (j, 1, n))
SOFTMAX = {p[i]: exp(z[i]) / total}


def sigmoid_slope():
    return derive(Derivative(sigma(x), x),
                  (exp(-x) / (1 + exp(-x)) ** 2, "quotient rule"),
                  (sigma(x) * (1 - sigma(x)), "split the fraction"), where=SIGMOID)


# --- What is true ------------------------------------------------------------------------------------------------

PROVED = {
    "inverse": [S.One / (1 + exp(-log(y**2))), y**2 / (1 + y**2)],
    "tanh": [Derivative(tanh(x), x), 1 - tanh(x) ** 2, 1 / cosh(x) ** 2, 4 / (exp(x) + exp(-x)) ** 2],
    "tanh from sigmoid": [2 * sigma(2 * x) - 1, tanh(x)],
    "symmetry": [sigma(-x), 1 - sigma(x), 1 / (1 + exp(x))],
    "cross-entropy": [Derivative(-y * log(sigma(x)) - (1 - y) * log(1 - sigma(x)), x), sigma(x) - y],
    "softplus": [log(1 + exp(x)), x + log(1 + exp(-x)), Max(0, x) + log(1 + exp(-Abs(x)))],
    "softsign": [Derivative(x / (1 + Abs(x)), x), 1 / (1 + Abs(x)) ** 2],
    "swish": [Derivative(x * sigma(beta * x), x), sigma(beta * x) + beta * x * sigma(beta * x) * (1 - sigma(beta * x))],
    "gelu": [Derivative(x * Phi, x), Phi + x * phi, erfc(-x / sqrt(2)) / 2 + x * phi],
    "removable": [sin(x) / x * (x**2 - 1) / (x - 1), sin(x) * (x + 1) / x],
    "max": [Derivative(x * Max(0, x), x), 2 * Max(0, x)],
    "sign": [Derivative(Abs(x), x), sign(x)],
    "pieces": [Max(-1, sp.Min(1, x)), Piecewise((-1, x < -1), (1, x > 1), (x, True))],
    "logit": [log(beta / (1 - beta)), log(beta) - log(1 - beta)],
    "delta": [Derivative(Heaviside(x), x), DiracDelta(x)],
    "area": [Integral(Derivative(1 / (1 + exp(-beta * x)), x), (x, -oo, oo)), 1],
    "He": [Integral(Max(0, x) ** 2 * phi, (x, -oo, oo)), Rational(1, 2)],
    "gelu's mean": [Integral(x * Phi * phi, (x, -oo, oo)), 1 / (2 * sqrt(pi))],
    "limit": [Limit(sigma(x), x, -oo), 0],
    "Gauss's sum": [Sum(j, (j, 1, n)), n * (n + 1) / 2],
    "softmax sums to 1": [Sum(p[i], (i, 1, n)), 1],
    "log-softmax": [log(p[i]), z[i] - log(total)],
    "log-sum-exp": [Derivative(log(total), z[k]), p[k]],
    "shift": [exp(z[i] - b) / Sum(exp(z[j] - b), (j, 1, n)), p[i]],
    "Jacobian": [Derivative(p[i], z[k]), p[i] * (KroneckerDelta(i, k) - p[k])],
    "row sum": [Sum(p[i] * (KroneckerDelta(i, k) - p[k]), (i, 1, n)), 0],
    "many classes": [Derivative(-Sum(t[i] * log(p[i]), (i, 1, n)), z[k]), p[k] * Sum(t[i], (i, 1, n)) - t[k]],
}


@pytest.mark.parametrize("name", PROVED)
def test_proved(name):
    start, *steps = PROVED[name]
    result = derive(start, *((step, "because") for step in steps), where=SIGMOID | SOFTMAX)
    assert result.proved
    assert result.end == steps[-1]


@pytest.mark.parametrize("name", [a.name for a in catalogue.scalar if a.name != "signum"])
def test_every_derivative_of_the_catalogue_is_proved(name):
    assert derive(Derivative(catalogue[name].expr, x), (catalogue[name].derivative, "by SymPy")).proved


@pytest.mark.parametrize("name", ["glu", "reglu", "geglu", "swiglu"])
def test_every_partial_derivative_is_proved(name):
    for symbol, partial in catalogue[name].partials.items():
        assert derive(Derivative(catalogue[name].expr, symbol), (partial, "by SymPy")).proved


@pytest.mark.parametrize("name", ["softmax", "softmin", "log_softmax"])
def test_every_jacobian_is_proved(name):
    column = Symbol("k", integer=True, positive=True)
    assert derive(Derivative(catalogue[name].expr, z[column]), (catalogue[name].derivative, "by SymPy")).proved


def test_chain_rule_with_names_held_as_variables():
    C, a, z1 = Function("C"), Function("a"), Function("z")
    derive(Derivative(C(a(b)), b),
           (Derivative(C(a(b)), a(b)) * Derivative(a(b), b), "chain rule"),
           (Derivative(C(a(b)), a(b)) * sigma(z1(b)) * (1 - sigma(z1(b))), "σ′ = σ(1 − σ)"),
           where={a(b): sigma(z1(b)), z1(b): 3 * w + b, **SIGMOID})


def test_a_function_without_definition_stands_for_any():
    f, g = Function("f"), Function("g")
    assert derive(Derivative(f(g(x)), x), (Derivative(f(g(x)), g(x)) * Derivative(g(x), x), "chain rule")).proved
    with pytest.raises(DerivationError, match=r"f\(u\) = "):
        derive(f(x + 1), (f(x) + 1, "wrong"))


def test_indices_may_start_at_zero():
    i, j, k = Idx("i", n), Idx("j", n), Idx("k", n)
    share = exp(z[i]) / Sum(exp(z[j]), (j, 0, n - 1))
    derive(Derivative(p[i], z[k]), (p[i] * (KroneckerDelta(i, k) - p[k]), "quotient rule"), where={p[i]: share})


def test_matrices_entry_by_entry():
    scores = symbols("z1:4", real=True)
    share = Matrix([exp(s) for s in scores]) / sum(exp(s) for s in scores)
    assert derive(share.jacobian(scores), (diag(*share) - share * share.T, "quotient rule")).proved


def test_what_is_neither_algebra_nor_enclosed_is_checked_and_marked():
    result = derive(sin(x) + sin(sqrt(2) * x), (2, "no limit at infinity to begin from", "<"))
    (step,) = result.steps
    assert (result.proved, step.proved, step.verdict.how) == (False, False, "points")
    assert step.note == f"checked at {len(step.verdict.points)} points from x = −8.77e+09 to 9.81e+09"
    assert rf"\text{{no limit at infinity to begin from ({step.note})}}" in result._repr_latex_()
    assert repr(result) == "Derivation of 1 step: 1 checked at points"


def test_the_maximum_of_a_slope_is_enclosed():
    result = derive(Derivative(x * Phi, x), (Rational(112891, 100000), "its maximum is below that", "<="))
    assert result.steps[0].verdict.how == "enclosure"
    assert r"\text{its maximum is below that}" in result._repr_latex_()


def test_one_step_in_numbers_leaves_a_derivation_unproved():
    two = derive(Max(x + y, 0), (Max(x + y, 0), "the same"), (exp(x + y), "u < exp(u)", "<"))
    assert [step.proved for step in two.steps] == [True, False] and not two.proved
    assert two.steps[1].note.startswith("checked at ") and " from " not in two.steps[1].note
    assert repr(two) == "Derivation of 2 steps: 1 proved by algebra, 1 checked at points"


def test_an_integral_that_sympy_cannot_do_is_computed():
    result = derive(Integral(phi / (1 + exp(-x)), (x, -oo, oo)), (Rational(1, 2), "symmetry"))
    assert result.steps[0].note == "checked to 30 digits"
    with pytest.raises(DerivationError, match="step 1"):
        derive(Integral(phi / (1 + exp(-x)), (x, -oo, oo)), (Rational(1, 2) + Rational(1, 10**25), "nearly"))


@pytest.mark.parametrize(("left", "relation", "right"), [
    (sigma(x) * (1 - sigma(x)), "<=", Rational(1, 4)),
    (tanh(x), "<", 1),
    (log(1 + exp(x)), ">", Max(0, x)),
    (Abs(x), ">=", x),
    ((1 + x) ** 2, ">=", 4 * x),
    (erf(x), "<", 1),
    (Symbol("q") ** 2 + 1, ">", Symbol("q")),
])
def test_inequalities(left, relation, right):
    result = derive(left, (right, "bound", relation), where=SIGMOID)
    assert {"<=": r"\le", ">=": r"\ge"}.get(relation, relation) in result._repr_latex_()


# --- What is false -----------------------------------------------------------------------------------------------

EPSILON = Rational(1, 10**20)
FALSE = {
    "wrong sign": [Derivative(sigma(x), x), -exp(-x) / (1 + exp(-x)) ** 2],
    "dropped factor": [Derivative(tanh(2 * x), x), 1 - tanh(2 * x) ** 2],
    "dropped inner derivative": [Derivative(sigma(-x), x), sigma(-x) * (1 - sigma(-x))],
    "a constant": [x / 4, x * (Rational(1, 4) + EPSILON)],
    "a small constant": [sigma(x), sigma(x) + EPSILON],
    "a root": [sqrt(x**2), x],
    "undefined on the left": [log(x**2), 2 * log(x)],
    "undefined before": [log(x), log(Abs(x))],
    "half a definition": [x, Piecewise((x, x > 0))],
    "a distribution": [Derivative(Heaviside(x), x), 0],
    "a sum's bound": [Sum(j, (j, 1, n)), n * (n - 1) / 2],
    "Jacobian without the delta": [Derivative(p[i], z[k]), -p[i] * p[k]],
    "targets that need not sum to 1": [Derivative(-Sum(t[i] * log(p[i]), (i, 1, n)), z[k]), p[k] - t[k]],
    "an integral": [Integral(Max(0, x) ** 2 * phi, (x, -oo, oo)), 1],
    "far out": [Max(0, x - 15000), 0],
    "a narrow piece": [Piecewise((2, (x > S(2)) & (x < Rational(201, 100))), (1, True)), 1],
    "tiny": [exp(-(x**2)), exp(-(x**2)) * (1 + EPSILON)],
    "a limit": [Limit(sigma(x), x, -oo), 1],
}


@pytest.mark.parametrize("name", FALSE)
def test_refuted(name):
    left, right = FALSE[name]
    with pytest.raises(DerivationError, match=r"step 1 \(“because”\) does not equal the start"):
        derive(left, (right, "because"), where=SIGMOID | SOFTMAX)


def test_the_message_names_step_reason_sides_and_point():
    with pytest.raises(DerivationError) as caught:
        derive(Derivative(sigma(x), x), (exp(-x) / (1 + exp(-x)) ** 2, "quotient rule"),
               (sigma(x) * (1 + sigma(x)), "split"), where=SIGMOID)
    error = caught.value
    assert (error.step, error.reason) == (2, "split")
    assert str(error).startswith("step 2 (“split”) does not equal step 1: at x = -2.41 the left side is 0.0756")
    assert "step 1: exp(-x)/(1 + exp(-x))**2" in str(error) and "step 2: (sigma(x) + 1)*sigma(x)" in str(error)
    assert error.left != error.right and error.point == {x: Rational(-241, 100)}


def test_values_are_shown_to_the_digit_in_which_they_differ():
    with pytest.raises(DerivationError, match=r"left side is 0.25, the right side is 0.25000000000000000001$"):
        try:
            derive(S.One / 4, (S.One / 4 + EPSILON, "nearly"))
        except DerivationError as error:
            raise DerivationError(str(error).splitlines()[0], step=1, reason="") from None


def test_true_only_for_positive_x_is_refuted_at_a_negative_one():
    with pytest.raises(DerivationError) as caught:
        derive(Abs(x), (x, "drop the bars"))
    assert caught.value.point[x] < 0
    positive = Symbol("x", positive=True)
    assert derive(log(positive**2), (2 * log(positive), "logarithm of a power")).proved


def test_a_symbol_that_is_not_declared_real_is_complex():
    q = Symbol("q")
    with pytest.raises(DerivationError, match=r"Symbol\('q', real=True\)"):
        derive(q**2, (sqrt(q**4), "root"))


def test_a_wrong_entry_is_named():
    right = Matrix([[x, x], [x, 2 * x]])
    with pytest.raises(DerivationError, match=r"at entry \(2, 2\), x = "):
        derive(Matrix([[x, x], [x, x]]), (right, "copy"))
    with pytest.raises(DerivationError, match="the shapes differ, 2×2 and a scalar"):
        derive(right, (x, "trace"))


def test_the_false_index_case_is_named():
    with pytest.raises(DerivationError, match=r"at n = 2, i = 1, k = 2, z\[1\] = "):
        derive(Derivative(p[i], z[k]), (p[i] * (1 - p[k]), "wrong off the diagonal"), where=SOFTMAX)


@pytest.mark.parametrize(("left", "relation", "right"), [
    (sigma(x) * (1 - sigma(x)), "<=", Rational(2499, 10000)),
    (Derivative(x * Phi, x), "<=", Rational("1.12890")),
    (Derivative(x * Phi, x), "<=", Rational("1.1289041")),
    (Abs(x), "<", x + 1),
    (x**2, ">", Abs(x) * sqrt(x**2)),
    (S(2), "<", 2),
    (Symbol("q") ** 2, ">=", Symbol("q")),
    (tanh(x), ">=", x),
])
def test_false_inequalities(left, relation, right):
    with pytest.raises(DerivationError, match="step 1"):
        derive(left, (right, "bound", relation), where=SIGMOID)


# --- Tampering ---------------------------------------------------------------------------------------------------

TRUE = [
    (sigma(x) * (1 - sigma(x)), exp(-x) / (1 + exp(-x)) ** 2),
    (1 - tanh(x) ** 2, 4 / (exp(x) + exp(-x)) ** 2),
    (Derivative(x / (1 + Abs(x)), x), 1 / (1 + Abs(x)) ** 2),
    (Derivative(x * Phi, x), Phi + x * phi),
    (Derivative(log(1 + exp(x)), x), 1 / (1 + exp(-x))),
    (Max(0, x), (x + Abs(x)) / 2),
]
TAMPERINGS = [
    lambda e, q: e * (1 + 1 / q),
    lambda e, q: e + 1 / q,
    lambda e, q: e + exp(-Abs(x)) / q,
    lambda e, q: e + Max(0, x - Rational(1, 3)) / q,
    lambda e, q: e.subs(x, x * (1 + 1 / q)),
    lambda e, q: e.subs(x, x - 1 / q),
]
few = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@few
@given(st.sampled_from(TRUE), st.sampled_from(TAMPERINGS), st.integers(1, 10**30), st.sampled_from((-1, 1)))
def test_a_tampered_step_is_refuted(identity, tamper, size, side):
    left, right = identity
    derive(left, (right, "as it is"), where=SIGMOID)
    with pytest.raises(DerivationError, match=r"does not equal the start: at x = "):
        derive(left, (tamper(right, side * sp.Integer(size)), "tampered with"), where=SIGMOID)


leaves = st.sampled_from([x, exp(x), tanh(x), S(2), Rational(1, 3), 1 / (1 + exp(-x)), sqrt(x**2 + 1)])
trees = st.recursive(leaves, lambda e: st.builds(lambda f, a, c: f(a, c), st.sampled_from([sp.Add, sp.Mul]), e, e),
                     max_leaves=6)


@few
@given(trees, st.sampled_from([sp.expand, sp.together, sp.factor, lambda e: e.rewrite(exp), sp.powsimp]))
def test_a_true_step_is_never_refuted(expr, rewrite):
    derive(Derivative(expr, x), (rewrite(sp.diff(expr, x)), "rewritten"))


# --- How it shows ------------------------------------------------------------------------------------------------


def test_it_shows_what_was_written():
    result = sigmoid_slope()
    assert repr(result) == "Derivation of 2 steps: 2 proved by algebra"
    assert result._repr_latex_() == r"""$$\begin{aligned}
\frac{d}{d x} \sigma{\left(x \right)} &= \frac{e^{- x}}{\left(1 + e^{- x}\right)^{2}} && \text{quotient rule} \\
&= \left(1 - \sigma{\left(x \right)}\right) \sigma{\left(x \right)} && \text{split the fraction}
\end{aligned}$$"""


def test_reasons_may_hold_mathematics_and_braces():
    assert r"\text{as $u^{2} = 1$ in \{0, 1\}}" in derive(x, (x, "as $u^{2} = 1$ in {0, 1}"))._repr_latex_()
    assert r"\text{5 \$ off}" in derive(x, (x, "5 $ off"))._repr_latex_()


def test_parts():
    result = sigmoid_slope()
    assert result.start == Derivative(sigma(x), x)
    assert result.end == sigma(x) * (1 - sigma(x))
    assert [(step.reason, step.relation, step.proved, step.note) for step in result.steps] == [
        ("quotient rule", "=", True, ""), ("split the fraction", "=", True, "")]


def test_decimals_count_as_written():
    assert derive(x / 10, (0.1 * x, "in decimals")).proved
    assert derive(Rational("0.044715") * x, (0.044715 * x, "in decimals")).proved


def test_the_output_does_not_depend_on_the_hash_seed():
    code = """if True:
        from tests.test_derivation import *
        for start, *steps in list(PROVED.values())[::9]:
            print(derive(start, *((s, "r") for s in steps), where=SIGMOID | SOFTMAX)._repr_latex_())"""
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                           env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": "."}) for seed in ("1", "2")]
    assert runs[0].stdout == runs[1].stdout != ""


# --- What is not a derivation ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "where", "kind", "message"), [
    ((x,), None, ValueError, "at least one step"),
    ((x, (x,)), None, TypeError, r"step 1 is not a pair \(expr, reason\)"),
    ((x, x), None, TypeError, "step 1 is not a pair"),
    ((x, (x, "r"), (x, 3)), None, TypeError, "reason of step 2 is not a string but 3"),
    (("x", (x, "r")), None, TypeError, "the start is 'x', which is not a SymPy expression"),
    ((x, ([x], "r")), None, TypeError, "step 1 .“r”. is .*not a SymPy expression"),
    ((x, (Eq(x, y), "r")), None, TypeError, "is the relation Eq"),
    ((x, (x, "r", "≤")), None, ValueError, "has the relation '≤'"),
    ((x, (x + 1, "r", "<"), (x, "s", ">=")), None, ValueError, "both ≤ and ≥"),
    ((x, (x, "r")), {sigma(2 * x): x}, TypeError, r"sigma\(2\*x\) in `where` is not a name"),
    ((x, (x, "r")), {sigma(x): "1"}, TypeError, r"the definition of sigma\(x\) is '1'"),
    ((x, (x, "r")), {sigma(x): p[i], p[i]: sigma(i)}, ValueError, "goes back to sigma itself"),
    ((x, (x, "r")), [sigma(x)], TypeError, "where is a mapping"),
    ((sp.MatrixSymbol("A", n, n), (x, "r")), None, ValueError, "matrix of symbolic size"),
    ((Abs(Symbol("q")).diff(), (Symbol("q"), "r")), None, ValueError, "declared real"),
])
def test_bad_input(arguments, where, kind, message):
    with pytest.raises(kind, match=message) as caught:
        derive(*arguments, where=where)
    assert not isinstance(caught.value, DerivationError)
