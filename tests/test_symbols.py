"""One symbol for each name."""

import pytest
from sympy import Dummy, Function, IndexedBase, Integral, Symbol, exp

from activations import x
from activations.symbols import unify

plain = Symbol("x")


def test_a_plain_symbol_beside_the_real_one_is_that_one():
    assert unify(exp(plain), plain * x) == [exp(x), x**2]
    assert all(symbol is x for expr in unify(exp(plain), x) for symbol in expr.free_symbols)


def test_assumptions_are_joined():
    (product,) = unify(Symbol("p", positive=True) * Symbol("p", integer=True))
    (p,) = product.free_symbols
    assert p.is_positive and p.is_integer


def test_bound_symbols_functions_and_scores_follow():
    f, z = Function("f"), IndexedBase("z")
    real_z = IndexedBase("z", real=True)
    area, applied, score, _ = unify(Integral(plain, (plain, 0, 1)), f(plain), z[plain], real_z[x])
    assert area == Integral(x, (x, 0, 1)) and applied == f(x) and score == real_z[x]


def test_what_is_alone_is_left_alone():
    assert unify(plain + Symbol("y"), "text", None, 3) == [plain + Symbol("y"), "text", None, 3]
    dummies = Dummy("u"), Dummy("u")
    assert unify(sum(dummies), Symbol("u"))[0].free_symbols == set(dummies)


@pytest.mark.parametrize(("first", "second", "words"), [
    ({"positive": True}, {"negative": True}, "negative and as positive"),
    ({"real": True}, {"imaginary": True}, "imaginary and as real"),
    ({"positive": True}, {"zero": True}, "positive and as zero"),
    ({"nonnegative": True, "nonzero": False}, {"nonpositive": True, "nonzero": True},
     "nonnegative, not nonzero and as nonpositive, nonzero"),
    ({"integer": True}, {"irrational": True}, "integer and as irrational"),
])
def test_a_contradiction_is_named(first, second, words):
    with pytest.raises(ValueError, match=f"the symbol q is declared as {words}, which cannot all be; declare it once"):
        unify(Symbol("q", **first), Symbol("q", **second))


def test_three_that_pairwise_agree_may_contradict():
    facts = ({"nonnegative": True}, {"nonpositive": True}, {"nonzero": True})
    with pytest.raises(ValueError, match="declared as nonnegative and as nonpositive and as nonzero, which"):
        unify(*(Symbol("q", **fact) for fact in facts))
