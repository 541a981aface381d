"""What is said of a step: notes, values in words, and the numbers that an error carries."""

import pytest
import sympy as sp
from flint import acb, arb, fmpq
from sympy import I, Rational, S, Symbol

from activations.derivation.verdict import DerivationError, Verdict, false_step, number_of, plain, tell_apart
from activations.symbols import x

y = Symbol("y", real=True)


@pytest.mark.parametrize(("verdict", "note"), [
    (Verdict("algebra"), ""), (Verdict("enclosure"), ""),
    (Verdict("points", (), "checked to 30 digits"), "checked to 30 digits"),
    (Verdict("points", ({x: S(2)},)), "checked at 1 point from x = 2 to 2"),
    (Verdict("points", ({x: S(2)}, {x: Rational(-1, 3)}, {x: S(10) ** 9})),
     "checked at 3 points from x = −0.333 to 1e+09"),
    (Verdict("points", ({x: S(2), y: S(3)}, {x: S(1), y: S(1)})), "checked at 2 points"),
    (Verdict("points", ({x: S(2)}, {x: 1 + I})), "checked at 2 points"), (Verdict("points"), "checked at 0 points"),
])
def test_notes(verdict, note):
    assert verdict.note == note and verdict.proved is (verdict.how != "points")


@pytest.mark.parametrize(("value", "text"), [
    (S(2), "2"), (Rational(-241, 100), "-2.41"), (1 + 2 * I, "1 + 2i"), (Rational(-193, 100) - 3 * I, "-1.93 - 3i"),
    (I / 2, "0 + 0.5i"), (sp.sqrt(2), "1.4142135623731"),
])
def test_a_coordinate_in_words(value, text):
    assert plain(value) == text


@pytest.mark.parametrize(("left", "right", "texts"), [
    (fmpq(1), fmpq(2), ["1.0", "2.0"]), (fmpq(1), None, ["1.0", "undefined"]),
    (acb(1, 2), arb(1), ["(1.0 + 2.0j)", "1.0"]),
    (fmpq(1), 1 + fmpq(1, 10**20), ["1.0", "1.00000000000000000001"]), (fmpq(1), fmpq(1, 10**30), ["1.0", "1.0e-30"]),
    (fmpq(1, 3), fmpq(1, 3) + fmpq(1, 10**9), ["0.3333333333333333", "0.3333333343333333"]),
])
def test_values_to_the_digit_in_which_they_differ(left, right, texts):
    assert tell_apart(left, right) == texts


def test_an_error_carries_numbers():
    assert number_of(None) is None and abs(number_of(fmpq(1, 3)) - Rational(1, 3)) < Rational(1, 10**55)
    assert abs(number_of(acb(1, -2)) - 1 + 2 * I) < 1e-50
    error = false_step(1, "why", "<=", [x, x * y], "since", point={x: 1})
    assert isinstance(error, DerivationError) and (error.step, error.reason, error.point) == (1, "why", {x: 1})
    assert str(error) == "step 1 (“why”) is not at least the start: since\n  the start: x\n  step 1: x*y"
    assert "does not equal step 2: since\n  step 2: x\n  step 3: " in str(false_step(3, "why", "=", [x, y], "since"))


@pytest.mark.parametrize(("length", "cut"), [(299, False), (300, False), (301, True)])
def test_a_long_line_is_cut(length, cut):
    long = Symbol("s" * length)
    line = str(false_step(1, "", "=", [long, x], "")).splitlines()[1]
    assert line.endswith("…") is cut and len(line) == len("  the start: ") + min(length, 300)
