"""Derivations tried on `derive` by kind: none that is true is refused, none that is false is called proved."""

import pytest
import sympy as sp
from sympy import oo, sin

from activations.derivation import Derivation, DerivationError, derive
from activations.symbols import x
from tests import judged_false, judged_true, judged_true_analysis, judged_true_bounds
from tests.judged_symbols import F, G, f, n, p, q, y, z

TRUE = judged_true.TRUE | judged_true_analysis.TRUE | judged_true_bounds.TRUE
STRENGTH = ("points", "enclosure", "algebra")


def by_kind(table):
    return [pytest.param(row, id=f"{kind} {number}") for kind, several in table.items()
            for number, row in enumerate(several, 1)]


@pytest.mark.parametrize("row", by_kind(TRUE))
def test_true(row):
    how, left, relation, right, *where = row
    verdict = derive(left, (right, "because", relation), where=dict(*where)).steps[0].verdict
    assert STRENGTH.index(verdict.how) >= STRENGTH.index(how)


@pytest.mark.parametrize("row", by_kind(judged_false.FALSE))
def test_false(row):
    left, relation, right, *where = row
    with pytest.raises(DerivationError):
        derive(left, (right, "because", relation), where=dict(*where))


@pytest.mark.parametrize("row", judged_false.ACCEPTED, ids=str)
def test_false_and_accepted_but_not_as_proved(row):
    _, left, relation, right = row
    try:
        assert not derive(left, (right, "because", relation)).proved
    except DerivationError:
        pass  # better still


def test_the_tables_are_large_and_few_of_the_false_pass():
    true, false = (sum(map(len, table.values())) for table in (TRUE, judged_false.FALSE))
    assert true + false >= 300 and false >= 150
    assert len(judged_false.ACCEPTED) <= 0.04 * false
    assert len(TRUE.keys() | judged_false.FALSE.keys()) >= 20


# --- What is no derivation ---------------------------------------------------------------------------------------

w = sp.Symbol("w")
A = sp.MatrixSymbol("A", 2, 2)
NONSENSE = {
    "a set": lambda: derive({1, 2}, (x, "r")),
    "a SymPy set": lambda: derive(sp.Interval(0, 1), (sp.Interval(0, 1), "r")),
    "True": lambda: derive(True, (True, "r")),
    "a condition": lambda: derive(x > 0, (x > 0, "r")),
    "an equation": lambda: derive(sp.Eq(x, 1), (x, "r")),
    "a text": lambda: derive("x + 1", (x, "r")),
    "None": lambda: derive(None, (x, "r")),
    "a float": lambda: derive(0.5, (sp.Rational(1, 2), "r")),
    "a complex float": lambda: derive(1j, (sp.I, "r")),
    "nan as a float": lambda: derive(float("nan"), (0, "r")),
    "an infinite float": lambda: derive(float("inf"), (oo, "r")),
    "an empty matrix": lambda: derive(sp.Matrix([]), (sp.Matrix([]), "r")),
    "nested tuples": lambda: derive(((x, x), (x, x)), (x, "r")),
    "a lambda": lambda: derive(lambda t: t, (x, "r")),
    "a SymPy Lambda": lambda: derive(sp.Lambda(x, x), (x, "r")),
    "a product of matrix symbols": lambda: derive(A * A, (A**2, "r")),
    "a matrix plus its transpose": lambda: derive((A + A.T).T, (A + A.T, "r")),
    "matrices of symbolic size": lambda: derive(sp.MatrixSymbol("B", n, n), (sp.MatrixSymbol("B", n, n), "r")),
    "too many arguments": lambda: derive(F(x, y), (x, "r"), where={F(x): x}),
    "too few arguments": lambda: derive(F(x), (x, "r"), where={F(x, y): x}),
    "a circle": lambda: derive(F(x), (x, "r"), where={F(x): G(x), G(x): F(x)}),
    "where with a list": lambda: derive(F(x), (x, "r"), where={F(x): [x, x]}),
    "where as a list": lambda: derive(F(x), (x, "r"), where=[(F(x), x)]),
    "where with a number": lambda: derive(F(x), (x, "r"), where={3: x}),
    "contradicting symbols": lambda: derive(sp.Symbol("u", positive=True), (sp.Symbol("u", negative=True), "r")),
    "a function without arguments": lambda: derive(F, (x, "r")),
    "a SymPy function without arguments": lambda: derive(sin, (x, "r")),
    "an order term": lambda: derive(sin(x), (x + sp.O(x**3), "r")),
    "bounds": lambda: derive(sin(x), (sp.AccumBounds(-1, 1), "r")),
    "nan": lambda: derive(x, (sp.nan, "r")),
    "zoo": lambda: derive(x, (sp.zoo, "r")),
    "oo": lambda: derive(x, (oo, "r", "<")),
    "nan twice": lambda: derive(sp.nan, (sp.nan, "r")),
    "oo - oo": lambda: derive(oo, (sp.Add(oo, -oo, evaluate=False), "r")),
    "a divergent integral": lambda: derive(sp.Integral(1 / x, (x, 0, 1)), (1, "r")),
    "a divergent integral twice": lambda: derive(sp.Integral(1 / p, (p, 0, 1)), (sp.Integral(2 / p, (p, 0, 1)), "r")),
    "a divergent sum": lambda: derive(sp.Sum(n, (n, 1, oo)), (5, "r")),
    "a limit that is none": lambda: derive(sp.Limit(sin(x), x, oo), (0, "r")),
    "a limit of two sides": lambda: derive(sp.Limit(1 / x, x, 0, "+-"), (0, "r")),
    "a complex comparison": lambda: derive(sp.I * x, (x, "r", "<")),
    "a plain symbol compared": lambda: derive(w, (w + 1, "r", "<")),
    "an indexed base": lambda: derive(z, (z, "r")),
    "an array": lambda: derive(sp.Array([x, x]), (sp.Array([x, x]), "r")),
    "a matrix and a list": lambda: derive(sp.Matrix([x]), ([x], "r")),
    "a piece without a condition": lambda: derive(sp.Piecewise((x, w)), (x, "r")),
    "f(x) where f is a number": lambda: derive(f(3), (3, "r"), where={f(3): x}),
    "no steps": lambda: derive(x),
    "a step of four": lambda: derive(x, (x, "r", "=", 3)),
    "a vector's norm": lambda: derive(sp.Matrix([p, q]).norm(), (sp.sqrt(p**2 + q**2), "r")),
    "unevaluated": lambda: derive(sp.Mul(0, sp.zoo, evaluate=False), (0, "r")),
    "zero to the power zero": lambda: derive(sp.Pow(0, 0, evaluate=False), (1, "r")),
    "one over zero": lambda: derive(sp.Pow(0, -1, evaluate=False), (1, "r")),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_gets_one_clear_sentence_or_a_verdict(name):
    try:
        assert isinstance(NONSENSE[name](), Derivation)
    except (DerivationError, TypeError, ValueError) as error:
        first = str(error).splitlines()[0]
        assert len(first) > 15 and "Traceback" not in first and "object has no attribute" not in first
