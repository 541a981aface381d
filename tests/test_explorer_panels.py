"""What is written in `explore(...)`, and the one sentence that says what is wrong with it."""

import numpy as np
import pytest
from explorers import alpha, b, f, slider, w
from ipywidgets import FloatLogSlider, Text
from sympy import (
    Function,
    I,
    IndexedBase,
    Lambda,
    Matrix,
    MatrixSymbol,
    Rational,
    Symbol,
    exp,
    log,
    oo,
    symbols,
    tanh,
    zeta,
    zoo,
)

from activations import catalogue, x
from activations.explorer import Bars, Cells, Curves, ExploreError, Frames, explore

k, t = symbols("k t")
ONE = slider(0.5, 0, 1)


@pytest.mark.parametrize(
    ("panel", "message"),
    [
        ("tanh(x)", r"^explore: the panel must be .* expression, not 'tanh\(x\)' \(str\); write it without quotes$"),
        (3.0, r"not 3.0 \(float\); write S\(3.0\)$"),
        (Matrix([[x]]), r"the panel is a matrix; show it with Cells\(...\)$"),
        (MatrixSymbol("A", 2, 2), r"the panel is a matrix"),
        (f, r"the panel is the function f, not an expression; write f\(x\)$"),
        (tanh, r"the function tanh, not an expression; write tanh\(x\)$"),
        (Lambda(t, t**2), r"the function Lambda\(t, t\*\*2\), not an expression"),
        (lambda x: x, r"not a function; write it as an expression, such as tanh\(x\)$"),
        (np.tanh, r"write it as an expression, such as tanh\(x\)$"),
        ([x, x**2], r"not \[x, x\*\*2\] \(list\); for several expressions write Curves\(\{label: expression\}\)$"),
        ({"f": x}, r"for several expressions write Curves"),
        (np.zeros(3), r"\(ndarray\); arrays are drawn by curves\("),
        (np.zeros((9, 9)), r"not a ndarray; arrays"),
        (catalogue["tanh"], r"not Activation tanh: tanh\(x\) \(Activation\); give its .expr$"),
        (catalogue["softmax"], r"not a VectorActivation; give its .expr$"),
        (x > 0, r"not x > 0 \(StrictGreaterThan\)$"),
        (None, r"not None \(NoneType\)$"),
    ],
)
def test_what_is_no_expression_gets_a_hint(panel, message):
    with pytest.raises(TypeError, match=message):
        explore(panel)


def test_an_object_without_a_readable_name_is_called_by_its_type():
    with pytest.raises(TypeError, match="not a object$"):
        explore(object())
    with pytest.raises(TypeError, match=r"not 'x{57}' \(str\)"):
        explore("x" * 57)
    with pytest.raises(TypeError, match="not a str;"):
        explore("x" * 58)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Curves({"one": tanh(x), "two": "x"}), TypeError, "^Curves: the curve 'two' must be"),
        (lambda: Curves("x"), TypeError, "^Curves: the expression must be"),
        (lambda: Curves({"a": catalogue["tanh"]}), TypeError, r"give its \.expr$"),
        (lambda: Curves({}), ExploreError, "there is no expression"),
        (lambda: Curves(x, over=(x, 2, -2)), ExploreError, r"two finite numbers lo < hi, not \(x, 2, -2\)$"),
        (lambda: Curves(x, over=(x, 2, 2)), ExploreError, "lo < hi"),
        (lambda: Curves(x, over=(x, 0, oo)), ExploreError, r"not \(x, 0, oo\)$"),
        (lambda: Curves(x, over=(x, -np.inf, 0)), ExploreError, "finite"),
        (lambda: Curves(x, over=(x, np.nan, 1)), ExploreError, r"not \(x, nan, 1\)$"),
        (lambda: Curves(x, over=(x, 0, k)), ExploreError, r"not \(x, 0, k\)$"),
        (lambda: Curves(x, over=(0, 1)), ExploreError, r"not \(0, 1\)$"),
        (lambda: Curves(x, over=(0, 1, 2)), ExploreError, "over must be"),
        (lambda: Curves(x, over=x), ExploreError, "not x$"),
        (lambda: Curves(x, ylim=(0, oo)), ExploreError, r"^Curves: ylim must be \(lo, hi\).* not \(0, oo\)$"),
        (lambda: Curves(x, ylim=(2, 1)), ExploreError, "lo < hi"),
        (lambda: Curves(x, ylim=(1, 2, 3)), ExploreError, "ylim must be"),
        (lambda: Bars(alpha), TypeError, r"^Bars: heights must be a list of SymPy expressions, not alpha \(Symbol\)$"),
        (lambda: Bars([]), TypeError, r"list of SymPy expressions, not \[\]"),
        (lambda: Bars([alpha, 2]), TypeError, r"^Bars: the bar 1 must be .* not 2 \(int\); write S\(2\)$"),
        (lambda: Bars([alpha], labels=["a", "b"]), ExploreError, "1 expressions but 2 labels"),
        (lambda: Bars([alpha], ylim=3), ExploreError, "^Bars: ylim must be .* not 3$"),
        (lambda: Bars([alpha], log=True, ylim=(0, 1)), ExploreError, r"with log the limits are positive, not \(0, 1\)"),
        (lambda: Cells([[alpha]]), TypeError, r"^Cells: matrix must be a SymPy Matrix, not \[\[alpha\]\] \(list\)$"),
        (lambda: Cells(Matrix([[x, x]]), labels=["a", "b"]), ExploreError, "1 rows but 2 labels"),
        (lambda: Cells(Matrix([[x, x]]), columns=["a"]), ExploreError, "2 columns but 1 labels"),
        (lambda: Cells(Matrix([x]), scale=0), ExploreError, "scale must be a positive number, not 0$"),
        (lambda: Cells(Matrix([x]), scale=oo), ExploreError, "positive number, not oo$"),
        (lambda: Frames(np.zeros((2, 3)), alpha), TypeError, r"^Frames: maps must be an array .*, not \(2, 3\)$"),
        (lambda: Frames(np.zeros((1, 2, 2)), 0), TypeError, r"^Frames: the number must be a SymPy expression"),
        (lambda: Frames(np.full((1, 2, 2), 1.1), alpha), ExploreError, "numbers from 0 to 1$"),
        (lambda: Frames(np.full((1, 2, 2), np.nan), alpha), ExploreError, "numbers from 0 to 1$"),
        (lambda: Frames(np.zeros((1, 2, 2)), alpha, extent=(1, 0, 0, 1)), ExploreError, r"not \(1, 0, 0, 1\)$"),
        (lambda: Frames(np.zeros((1, 2, 2)), alpha, notes=["a", "b"]), ExploreError, "2 notes, and 1 are needed"),
        (lambda: Frames(np.zeros((1, 2, 2)), alpha, marks=[True]), ExploreError, "1 marks, and 0 are needed"),
    ],
)
def test_a_panel_is_checked_when_it_is_made(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_panels_know_their_defaults():
    assert list(Curves(t, over=(t, 0, 1)).lines) == ["f(t)"] and Curves(x).limits == (-6, 6)
    assert [Curves({label: x}).name for label in ("tanh", "g(t, x)", "k ReLUs")] == ["tanh", "g", "f"]
    assert Curves(x).slopes and not Curves({"a": x, "b": x}).slopes and not Curves(x, derivative=False).slopes
    assert Curves({"a": x, "b": x}, derivative=True).slopes
    assert Bars([x, x]).names == ["1", "2"] and Bars([x], [3]).names == ["3"]
    assert Cells(Matrix([[x, x]])).names == ([1], [1, 2])
    assert Cells(Matrix(2, 2, [x] * 4), labels=["a", "b"]).names == (["a", "b"], ["a", "b"])
    assert Cells(Matrix(1, 2, [x] * 2), labels=["a"], columns=["p", "q"]).names == (["a"], ["p", "q"])


@pytest.mark.parametrize(
    ("panels", "options", "error", "message"),
    [
        ([], {}, TypeError, "at least one"),
        ([alpha * x], {}, ExploreError, r"symbol alpha, which has no slider; add alpha=FloatSlider\(...\)$"),
        ([Bars([IndexedBase("z")[1]])], {}, ExploreError, "symbol z, which has no slider"),
        ([tanh(x)], {"alpha": slider()}, ExploreError, "symbol alpha that the slider alpha would move"),
        ([zeta(x)], {}, ExploreError, "zeta"),
        ([f(x)], {}, ExploreError, "undefined function f; add f="),
        ([tanh(x)], {"f": {"tanh": tanh(x)}}, ExploreError, "function f that the chooser f offers"),
        ([f(x)], {"f": {"tanh": "tanh"}}, TypeError, "option 'tanh' of f must be"),
        ([f(x)], {"f": {}}, ExploreError, "chooser f has no options"),
        ([Symbol("f") * x], {"f": {"tanh": tanh(x)}}, ExploreError, r"has a symbol of that name; write f\(x\)$"),
        ([f(x, k)], {"f": {"tanh": x}, "k": slider()}, ExploreError, r"f\(x, k\) has 2 arguments, .* has one$"),
        ([Function("k")(x) + k], {"k": slider()}, ExploreError, "k has a slider, and the expression has a function of"),
        ([k * x], {"k": 1.0}, TypeError, r"k must be a FloatSlider.* not 1.0 \(float\)$"),
        ([k * x], {"k": Text()}, TypeError, "k must be a FloatSlider"),
        ([k * x], {"k": (0, 1, 0.1)}, TypeError, r"not \(0, 1, 0.1\) .*; write k=FloatSlider\(min=0, max=1, step=0.1"),
        ([k * x], {"k": (0, 1)}, TypeError, r"write k=FloatSlider\(min=0, max=1\)$"),
        ([k * x], {"k": (0, 1, 2, 3)}, TypeError, r"\(0, 1, 2, 3\) \(tuple\)$"),
        ([k * x], {"k": slider(1, 1, 1)}, ExploreError, "slider k has no room: min=1.0, max=1.0"),
        ([k * x], {"k": FloatLogSlider(1, min=0, max=0)}, ExploreError, "slider k has no room"),
        ([k * x], {"k": slider(1, 0, np.inf)}, ExploreError, "slider k has no room"),
        ([k * x], {"k": slider(step=0)}, ExploreError, "slider k needs a positive step, not 0"),
        ([k * x], {"k": slider(step=-1)}, ExploreError, "slider k needs a positive step, not -1"),
        ([w * x + b], {"w": ONE, "b": ONE}, ExploreError, "w and b share one slider; give each its own"),
        ([x**2], {"x": slider()}, ExploreError, "x is the variable of the curves and cannot have a slider too"),
        ([x * k], {"where": {x: k}, "k": slider()}, ExploreError, "x is the variable .* and cannot be defined"),
        ([k * x + w], {"where": {k: w}, "k": slider(), "w": slider()}, ExploreError, "k has a slider and a definition"),
        ([f(x)], {"where": {f(x): x}, "f": {"a": x}}, ExploreError, r"f\(x\) has a chooser and a definition"),
        ([k * x], {"where": [(k, x), (k, x)]}, ExploreError, "where defines k twice"),
        ([f(x)], {"where": [(f(x), x), (f(t), t)]}, ExploreError, r"where defines f\(t\) twice"),
        ([w * x], {"where": {w: b, b: w}}, ExploreError, "the definition of w goes back to w itself"),
        ([k * x], {"where": {"k": x}}, TypeError, r"defines a symbol, or a function of one such as f\(x\), not 'k'"),
        ([k * x], {"where": {f(k, x): x}}, TypeError, "where defines a symbol, or a function of one"),
        ([k * x], {"where": {f(2): x}}, TypeError, "where defines a symbol, or a function of one"),
        ([k * x], {"where": {k: "w"}}, TypeError, "the definition of k must be a SymPy expression, not 'w'"),
        ([k * x], {"where": [(k, x, x)]}, TypeError, r"where maps names to definitions, .*, not \[\(k, x, x\)\]$"),
        ([k * x], {"where": None}, TypeError, "where maps names to definitions, .* not None$"),
        ([I * x], {}, ExploreError, r"I\*x is not real, and an axis shows real numbers; take re\(...\), im\(...\) or"),
        ([x + log(-2)], {}, ExploreError, "is not real"),
        ([zoo], {}, ExploreError, "zoo is not real"),
        ([k * x], {"where": {k: I}}, ExploreError, "I is not real"),
        ([x * (-8) ** Rational(1, 3)], {}, ExploreError, "not a real number"),
        ([k * x, Symbol("k", imaginary=True) * x], {"k": slider()}, ExploreError, "the symbol k "),
        ([tanh(x)], {"probe": 9}, ExploreError, "probe 9 lies outside -6 to 6"),
        ([tanh(x)], {"probe": -6.5}, ExploreError, "probe -6.5 lies outside -6 to 6"),
        ([tanh(x)], {"probe": np.nan}, ExploreError, "probe nan lies outside"),
        ([tanh(x)], {"probe": "a"}, TypeError, "probe is the number x₀ where it starts, or False, not 'a'"),
        ([tanh(x)], {"probe": ONE}, TypeError, "probe is the number x₀"),
        ([Bars([k])], {"k": slider(), "probe": 1}, ExploreError, "a probe needs a panel of curves"),
        ([Bars([k])], {"k": slider(), "probe": 0.0}, ExploreError, "a probe needs a panel of curves"),
        ([tanh(x)], {"caption": 3}, TypeError, "caption must be a sentence, not 3"),
        ([tanh(x)], {"alt": ["a"]}, TypeError, "alt must be a sentence"),
    ],
)
def test_errors_name_the_culprit(panels, options, error, message):
    with pytest.raises(error, match=message) as raised:
        explore(*panels, **options)
    assert type(raised.value) is error and "\n" not in str(raised.value)


def test_too_many_combinations_of_choices_are_refused_before_anything_is_compiled():
    g, powers = Function("g"), {str(n): x**n for n in range(1, 102)}
    with pytest.raises(ExploreError, match="choosers f, g have 11 × 10 = 110 combinations, and 100 is the most"):
        explore(f(x) + g(x), f=dict(list(powers.items())[:11]), g=dict(list(powers.items())[:10]))
    with pytest.raises(ExploreError, match="choosers f have 101 = 101 combinations"):
        explore(f(x), f=powers)
    within = explore(Curves(f(exp(-x)), ylim=(0, 1)), f=dict(list(powers.items())[:100]))
    assert len(within.views[0].compiled) == 100
