"""The workbench: its parser and slopes against SymPy and mpmath, its page in a real browser."""

import json
import time

import mpmath
import numpy as np
import pytest
import sympy as sp
from py_mini_racer import MiniRacer
from random_formulas import MODULES, B, K, expression, formulas
from test_accessibility import SETTLE, violations
from test_site import NARROW, TOO_WIDE, bases, visit  # noqa: F401

from activations import calculus, catalogue, x
from activations.activation import Activation, Catalogue, GatedActivation
from activations.workbench.known import MOST_SCORES
from activations.workbench.page import CORE, script
from activations.workbench.spelling import spelling

EXACT = 1e-12

# What the tests ask of the script. JSON has no nan and no infinity, so numbers travel as text.
ASK = """
const spelt = (key, value) => (typeof value === "number" && !isFinite(value) ? String(value) : value);
const ask = (read, look, FormulaError, questions) => JSON.stringify(JSON.parse(questions).map(({text, points}) => {
  try {
    const {tree, letters} = read(text);
    return {letters, looks: points.map(([x, values]) => look(tree, x, values))};
  } catch (error) {
    if (!(error instanceof FormulaError)) throw error;
    return {message: error.message, at: error.at, marked: text.slice(error.at, error.at + error.length)};
  }
}), spelt);
"""


class Engine:
    """The script without a page, in an engine of its own."""

    def __init__(self, functions=catalogue):
        self.racer = MiniRacer()
        self.racer.eval(script(functions, (*CORE, "address.js")) + ASK)

    def ask(self, *questions):
        """What the script sees of each (text, points), a point being x and the letters' values, or its error."""
        asked = [{"text": text, "points": [[float(at), values] for at, values in points]} for text, points in questions]
        return json.loads(self.racer.eval(f"ask(read, look, FormulaError, {json.dumps(json.dumps(asked))})"))

    def look(self, text, at, **letters):
        """What is seen of a formula at one x."""
        (answer,) = self.ask((text, [(at, letters)]))
        assert "looks" in answer, answer
        return answer["looks"][0]

    def value(self, text, at, **letters):
        return float(self.look(text, at, **letters)["value"])

    def slopes(self, text, at, **letters):
        """The slopes on the left and on the right."""
        seen = self.look(text, at, **letters)
        return float(seen["left"]["d"]), float(seen["right"]["d"])

    def error(self, text):
        """The message, and the characters that it is about."""
        (answer,) = self.ask((text, []))
        assert "message" in answer, answer
        return answer["message"], answer["marked"], answer["at"]

    def run(self, code):
        return json.loads(self.racer.eval(f"JSON.stringify({code}, spelt)"))


@pytest.fixture(scope="module")
def engine():
    one = Engine()
    yield one
    one.racer.close()


# --- Values and slopes against SymPy and mpmath --------------------------------------------------------------------
# A formula is computed as it is typed, and that may cancel. The rule: an error of 1e-12 relative to the number itself
# or to what a change of 1 in every result on the way to it would do, which SymPy derives: the formula is written
# again with each of its steps u as u·(1 + d), and the changes of value and slope by each d are added up.

POINTS = [-6.75, -0.3125, 0.4375, 3.8125]
LETTERS = [{"k": 1.25, "b": -0.75}, {"k": 0.375, "b": 2.5}]


def exact(expr, symbols, values):
    """The value and the slope of an expression as functions of mpmath, at the values."""
    with mpmath.workdps(50):
        return [function(*values) for function in
                (sp.lambdify(symbols, one, MODULES) for one in (expr, sp.diff(expr, x)))]


def sensitivity(tree, values):
    """What relative changes of 1 in every step would do, to first order, to the value and to the slope."""
    stains = []

    def stain(expr):
        stains.append(sp.Symbol(f"d{len(stains)}", real=True))
        return expr * (1 + stains[-1])

    stained = expression(tree, stain)
    symbols, still = [x, K, B, *stains], [mpmath.mpf(0)] * len(stains)
    base, total, small = exact(stained, symbols, values + still), [0, 0], mpmath.mpf(10) ** -25
    functions = [sp.lambdify(symbols, one, MODULES) for one in (stained, sp.diff(stained, x))]
    with mpmath.workdps(60):
        for i in range(len(stains)):
            moved = values + still[:i] + [small] + still[i + 1:]
            for part in (0, 1):
                total[part] += abs(functions[part](*moved) - base[part]) / small
    return total


def is_usable(number):
    return isinstance(number, mpmath.mpf) and mpmath.isfinite(number) and 1e-250 < abs(number) < 1e250


def compare(asked, answers):
    """The formulas that could be compared, how many numbers of theirs, how many needed the rule, and what was wrong."""
    compared, numbers, ruled, wrong = 0, 0, 0, []
    for (text, tree, points), answer in zip(asked, answers, strict=True):
        if "message" in answer:
            wrong.append(f"{text}: {answer['message']} at {answer['at']}")
            continue
        expr = expression(tree)
        both = expr, sp.diff(expr, x)
        if any(one.has(sp.zoo, sp.nan, sp.oo) for one in both):
            continue
        value, slope = (sp.lambdify((x, K, B), one, MODULES) for one in both)
        good = 0
        for (at, letters), seen in zip(points, answer["looks"], strict=True):
            values = [mpmath.mpf(number) for number in (at, letters["k"], letters["b"])]
            with mpmath.workdps(50):
                try:
                    true = [value(*values), slope(*values)]
                except (ArithmeticError, ValueError, TypeError, OverflowError):
                    continue
            if not all(map(is_usable, true)) or not np.isfinite([float(seen["value"]), float(seen["left"]["d"])]).all():
                continue
            got = seen["value"], seen["left"]["d"]
            errors = [abs(mpmath.mpf(one) - other) for one, other in zip(got, true, strict=True)]
            good, numbers = good + 1, numbers + 2
            if all(error <= EXACT * abs(one) for error, one in zip(errors, true, strict=True)):
                continue
            ruled += 1
            allowed = sensitivity(tree, values)
            if any(error > EXACT * (abs(one) + more) for error, one, more in zip(errors, true, allowed, strict=True)):
                wrong.append(f"{text} at {at}, {letters}: {seen['value']}, {seen['left']['d']} for {true}")
        compared += good > 0
    return compared, numbers, ruled, wrong


def questions(count, seed):
    return [(text, tree, [(at, LETTERS[(i + j) % 2]) for j, at in enumerate(POINTS)])
            for i, (text, tree) in enumerate(formulas(count, seed))]


def assert_exact(ask, count=640, least=500):
    asked = questions(count, seed=8)
    compared, numbers, ruled, wrong = compare(asked, ask([(text, points) for text, _, points in asked]))
    assert not wrong, "\n".join(wrong[:10])
    assert compared >= least and numbers > 5 * least and ruled < 0.05 * numbers, (compared, numbers, ruled)


@pytest.mark.browser
def test_random_formulas_are_exact_in_the_browser(visit):  # noqa: F811
    page = visit().open("book/workbench")

    def ask(asked):
        written = [{"text": text, "points": points} for text, points in asked]
        return json.loads(page.evaluate(f"""questions => {{
          {ASK}
          const {{read, look, FormulaError}} = document.getElementById("bench").workbench;
          return ask(read, look, FormulaError, questions);
        }}""", json.dumps(written)))

    assert_exact(ask)


# --- The functions of the catalogue --------------------------------------------------------------------------------

FAR_AND_NEAR = [-745.0, -40.5, -9.0, -2.75, -1.0 / 3, -1e-9, 1e-9, 0.75, 1.3, 4.75, 30.5, 745.0]
SCALAR = [entry.name for entry in catalogue.scalar]
GATED = [name for name, entry in catalogue.items() if isinstance(entry, GatedActivation)]
VECTORS = [name for name in catalogue if name not in SCALAR + GATED]


def test_every_function_of_the_catalogue_is_known(engine):
    assert engine.run("[...CATALOGUE.keys()]") == list(catalogue)
    assert set(catalogue) <= set(engine.run("[...VOCABULARY.keys()]"))


@pytest.mark.parametrize("name", SCALAR)
def test_a_function_of_the_catalogue_by_name(engine, name):
    entry = catalogue[name]
    answer, typed = engine.ask(*[(text, [(at, {}) for at in FAR_AND_NEAR]) for text in (f"{name}(x)", f"{name}(2x)")])
    for seen, inner in ((answer, 1), (typed, 2)):
        at = inner * np.array(FAR_AND_NEAR)
        got = np.array([[float(one["value"]), float(one["left"]["d"])] for one in seen["looks"]])
        np.testing.assert_allclose(got[:, 0], entry.f(at), rtol=1e-14, atol=1e-320)
        np.testing.assert_allclose(got[:, 1], inner * entry.df(at), rtol=EXACT, atol=1e-320)


@pytest.mark.parametrize("name", [name for name in SCALAR if catalogue[name].parameters])
def test_its_parameters_are_further_arguments(engine, name):
    entry = catalogue[name]
    given = {key: float(one.default) + one.step for key, one in entry.parameters.items()}
    listed = ", ".join(f"{value!r}" for value in given.values())
    last = list(given)[-1]
    for at in (-2.3, 0.6, 1.7):
        assert engine.value(f"{name}(x, {listed})", at) == pytest.approx(entry.f(at, **given), rel=1e-14)
        named = engine.value(f"{name}(x, {last}={given[last]!r})", at)
        assert named == pytest.approx(entry.f(at, **{last: given[last]}), rel=1e-14)


@pytest.mark.parametrize("name", [name for name in SCALAR if catalogue[name].parameters])
def test_a_parameter_may_move_with_x(engine, name):
    entry = catalogue[name]
    first = next(iter(entry.parameters.values()))
    expr = entry.at() if first.symbol not in entry.expr.free_symbols else entry.expr.subs(
        {one.symbol: one.default for one in list(entry.parameters.values())[1:]}).subs(first.symbol, 2 + x)
    slope = sp.lambdify(x, sp.diff(expr, x), "mpmath")
    for at in (-0.8, 0.7):
        assert engine.slopes(f"{name}(x, 2 + x)", at)[0] == pytest.approx(float(slope(mpmath.mpf(at))), rel=1e-11)


@pytest.mark.parametrize("name", GATED)
def test_a_gated_function_takes_two_arguments(engine, name):
    entry = catalogue[name]
    for at in (-3.2, 0.9):
        pair = np.array([at, 2 * at])
        by_a, by_b = entry.df(pair)
        assert engine.value(f"{name}(x, 2x)", at) == pytest.approx(float(entry.f(pair)[0]), rel=1e-14)
        assert engine.slopes(f"{name}(x, 2x)", at)[0] == pytest.approx(float(by_a[0] + 2 * by_b[0]), rel=1e-13)


def slope_of_the_first(name, scores):
    """Of softmax p(1 - p), of softmin minus that, of log-softmax 1 - p, at 50 digits."""
    with mpmath.workdps(50):
        weights = [mpmath.exp(-score if name == "softmin" else score) for score in map(mpmath.mpf, scores)]
        rest = sum(weights[1:]) / sum(weights)
        return float({"softmax": (1 - rest) * rest, "softmin": -(1 - rest) * rest, "log_softmax": rest}[name])


@pytest.mark.parametrize("count", range(2, MOST_SCORES + 1))
@pytest.mark.parametrize("name", VECTORS)
def test_a_function_of_several_scores_gives_the_first(engine, name, count):
    entry, others = catalogue[name], [0.5, -1.25, 2.0, 0.0][: count - 1]
    text = f"{name}(x, {', '.join(map(str, others))})"
    for at in (-30.0, -0.7, 1.1, 40.0):
        scores = np.array([at, *others])
        assert engine.value(text, at) == pytest.approx(entry.f(scores)[0], rel=1e-13)
        assert engine.slopes(text, at)[0] == pytest.approx(slope_of_the_first(name, scores), rel=EXACT)


def test_the_formula_that_the_list_shows_is_the_function(engine):
    for entry in engine.run("ENTRIES.map(({name, formula, parameters}) => ({name, formula, parameters}))"):
        values = {name: 0.6 + 0.3 * i for i, name in enumerate(entry["parameters"]) if name != "x"}
        by_name = f"{entry['name']}({', '.join(entry['parameters'])})"
        for at in (-1.75, -0.4, 0.3, 2.25):
            shown, named = (engine.value(text, at, **values) for text in (entry["formula"], by_name))
            assert shown == pytest.approx(named, rel=1e-12), entry


def test_a_function_that_the_catalogue_gets_is_known_at_once():
    new = Activation(sp.Piecewise((x, x > 0), (sp.sin(x), True)), "sine_on_the_left", "Sine on the left")
    engine = Engine(Catalogue([*catalogue.values(), new]))
    assert engine.value("sine_on_the_left(2x)", -1) == pytest.approx(np.sin(-2), rel=1e-15)
    engine.racer.close()


@pytest.mark.parametrize(("expr", "typed"), [
    (sp.Piecewise((0, x <= 0), (x, True)), "where(x <= 0, 0, x)"),
    (sp.Piecewise((1, sp.And(x >= -1, x <= 1)), (x, True)), "where(x >= -1 and x <= 1, 1, x)"),
    (sp.exp(-x**2) * sp.Abs(x), "exp(-x**2)*abs(x)"),
])
def test_an_expression_is_spelt_as_one_may_type_it(engine, expr, typed):
    assert spelling(expr) == typed
    for at in (-2.0, -0.5, 1.5):
        assert engine.value(typed, at) == pytest.approx(float(expr.subs(x, at)), rel=1e-14)


# --- Kinks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "at", "left", "right"), [
    ("max(0,x)", 0, 0, 1), ("relu(x)", 0, 0, 1), ("relu(-3x)", 0, -3, 0), ("|x|", 0, -1, 1), ("abs(sin(x))", 0, -1, 1),
    ("elu(x, 0.5)", 0, 0.5, 1), ("selu(x)", 0, 1.7580993408473768, 1.0507009873554805), ("hardswish(x)", -3, 0, -0.5),
    ("hardswish(x)", 3, 1.5, 1), ("relu6(x)", 6, 1, 0), ("clip(x, -1, 2)", 2, 1, 0), ("min(x, x^2)", 1, 2, 1),
    ("where(x>0, x, 0.25x)", 0, 0.25, 1), ("x if x>=0 else -2x", 0, -2, 1), ("softshrink(x, 0.5)", -0.5, 1, 0),
    ("x*(x>0)", 0, 0, 1), ("sqrt(x^2)", 0, -1, 1), ("max(x, -x, 0.5)", 0.5, 0, 1), ("threshold(0, x)", 0, 0, 0),
    ("relu(x^2 - 1)", 1, 0, 2), ("relu(relu(x) - 1)", 1, 0, 1), ("|x^3|", 0, 0, 0), ("softsign(x)", 0, 1, 1),
    ("|x|*x", 0, 0, 0), ("max(x^2, 0)", 0, 0, 0), ("relu(x)^2", 0, 0, 0), ("celu(x, 2)", 0, 1, 1),
])
def test_both_slopes_of_a_kink(engine, text, at, left, right):
    assert engine.slopes(text, at) == pytest.approx((left, right), rel=1e-15, abs=1e-15)
    assert engine.look(text, at)["kink"] is (left != right)


def test_a_jump_has_its_value_and_both_limits(engine):
    for text, value, left, right in [("step(x)", 1, 0, 1), ("signum(x)", 0, -1, 1), ("x>0", 0, 0, 1)]:
        seen = engine.look(text, 0)
        assert (seen["value"], seen["left"]["v"], seen["right"]["v"]) == (value, left, right) and seen["jump"]


@pytest.mark.parametrize(("text", "letters", "kinks"), [
    ("relu6(x)", {}, [0, 6]), ("hardswish(x)", {}, [-3, 3]), ("hardshrink(x, 0.7)", {}, [-0.7, 0.7]), ("gelu(x)", {}, []),
    ("max(0, x)^2", {}, []), ("|x^2 - 2|", {}, [-2**0.5, 2**0.5]), ("relu(k*x - 1)", {"k": 3}, [1 / 3]),
    ("relu(sin(x))", {}, [-np.pi, 0, np.pi, 2 * np.pi]), ("step(x)", {}, [0]), ("x", {}, []), ("celu(x, 2)", {}, []),
])
def test_the_kinks_in_view_are_found(engine, text, letters, kinks):
    code = f"kinksOf(read({json.dumps(text)}).tree, {json.dumps(letters)}, -6, 6.5).map((one) => one.x)"
    assert engine.run(code) == pytest.approx(kinks, rel=1e-12, abs=1e-12)


# --- Spellings and errors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", [
    ["x*atan(k*x)", "x atan(kx)", "xatan(k x)", r"x\arctan(kx)", r"x \cdot \arctan\left(kx\right)", "x·arctan(k·x)"],
    ["max(0,x)", r"\max(0,x)", r"\max\left(0, x\right)", "relu(x)", "ReLU(x)", "torch.relu(x)", "F.relu(x)", "f = lambda x: np.maximum(0, x)", "where(x>0, x, 0)", "x if x > 0 else 0",
     r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}", r"\begin{cases}0&\text{if }x\le0\\x&x>0\end{cases}"],
    ["x*sigmoid(b*x)", r"x\sigma(bx)", "xσ(bx)", "swish(x, b)", r"\frac{x}{1+e^{-bx}}", "x/(1+exp(-b*x))"],
    [r"\frac{1}{1+e^{-x}}", "1/(1+e^-x)", "(1+exp(-x))**-1", "$\\frac1{1+e^{-x}}$", "f(x) = 1/(1+exp(-x))", "σ(x)"],
    ["x^2", "x**2", "x²", "x*x", "x x", "(x)(x)", "{x}^{2}", "[x]^2", "y = x^2"],
    ["tanh(x)^2", "tanh^2(x)", r"\tanh^{2} x", "(tanh x)^2", "tanh(x)*tanh(x)"],
    ["-x^2", "-(x^2)", "0-x*x", "−x²"], ["2^-x", "2^(-x)", "(1/2)^x"], ["sin 2x cos x", "sin(2x)*cos(x)"],
    ["x^2^0.5", "x^(2^0.5)"], [r"\sqrt[3]{k}x", "k^(1/3)*x", "cbrt(k)x"], ["e^(2*x)", "exp(2x)"], ["1e-1x", "0.1x", ".1x"],
    [r"\alpha x+\beta_1", "alpha*x+beta_1", "αx+β_1"], [r"\lambda x", "lambda*x", "lamda x"],
    ["|x-|k-x||", "abs(x-abs(k-x))", r"\left|x-\left|k-x\right|\right|"], ["-1<x<1", "x>-1 and x<1", "not (x<=-1 or x>=1)"],
])
def test_spellings_of_one_formula(engine, group):
    letters = {"k": 1.25, "b": 0.75, "alpha": 0.5, "beta_1": 0.25, "lambda": 1.5}
    points = [(at, letters) for at in (0.3125, 1.375, 2.5)]
    first, *others = ([one["value"] for one in answer["looks"]] for answer in engine.ask(*[(text, points) for text in group]))
    for text, values in zip(group[1:], others, strict=True):
        assert values == pytest.approx(first, rel=1e-14), text


@pytest.mark.parametrize(("text", "about", "at", "said"), [
    ("sigmod(x)", "sigmod", 0, "did you mean sigmoid?"), ("x*rellu(x)", "rellu", 2, "did you mean relu?"),
    ("x*gleu(x)", "gleu", 2, "did you mean gelu?"), ("slope*x", "slope", 0, "unknown name"), ("x2", "x2", 0, "x*2 or x^2"),
    ("1/2x", "x", 3, "under the fraction"), ("e^2x", "x", 3, "exponent"), ("(x+1", "(", 0, "never closed"),
    ("x+1)", ")", 3, "no partner"), ("x+", "", 2, "something is missing"), ("x*/2", "/", 2, "something is missing"),
    ("0,5*x", ",", 1, "decimal number has a point"), ("max(0, 0,5", "(", 3, "never closed"), ("x @ 2", "@", 2, "no part"),
    ("x 2", "2", 2, "operator is missing"), ("max(x)", "max", 0, "at least 2"), ("gelu(x, 2)", "gelu", 0, "1 argument"),
    ("swish(x, gamma=2)", "gamma", 9, "no parameter gamma"), ("x = 2", "=", 2, "equals sign"), ("tanh", "tanh", 0, "tanh(x)"),
    ("where(x, 1, 0)", "x", 6, "compares"), ("x if x > 0", "", 10, "what else"), ("tanh^-1(x)", "^", 4, "atanh"),
    ("|x", "|", 0, "no partner"), ("f(x)", "f", 0, "about to define"), ("", "", 0, "type a formula"), ("()", ")", 1, "missing"),
    ("a+b+c+d+g+h+k+m+n", "n", 16, "at most 8 letters"), (r"\frac{1}{x", "{", 8, "never closed"), ("😀x", "😀", 0, "no part"),
    ("tahn(x)", "tahn", 0, "tanh?"), ("sinx", "sinx", 0, "sin(x)"), ("X^2", "X", 0, "small x"), ("max(0;x)", ";", 5, "comma"),
    ("x>0 ? x : 0", "?", 4, "x if x > 0 else 0"), ("Piecewise((x, x > 0))", "Piecewise", 0, "where("), ("floor(x)", "floor", 0, "rounding"),
    ("tanh(x) sigmoid(x) + softplsu(x)", "softplsu", 21, "softplus"), (r"\sigmod(x)", r"\sigmod", 0, "sigmoid"),
])
def test_an_error_points_at_the_character(engine, text, about, at, said):
    message, marked, place = engine.error(text)
    assert (marked, place) == (about, at) and said in message


# --- Hostile input -------------------------------------------------------------------------------------------------

HOSTILE = {
    "parentheses": "(" * 10_000, "closed parentheses": "(" * 5000 + "x" + ")" * 5000, "some parentheses": "(" * 200 + "x" + ")" * 200,
    "minus signs": "-" * 90 + "x", "powers": "x^" * 90 + "x", "long": "x+" * 5000, "long sum": "x+" * 249 + "x", "digits": "9" * 300,
    "bars": "|" * 1000, "braces": "{" * 1000, "nested calls": "relu(" * 45 + "x" + ")" * 45, "wide": "max(" + "x," * 240 + "x)",
    "nested choices": "where(x>0," * 40, "script": "<script>alert(1)</script>", "image": "<img src=x onerror=alert(1)>",
    "prototype": "__proto__", "constructor": "constructor(x)", "has own": "hasOwnProperty(x)", "to string": "toString",
    "value of": "x.valueOf()", "exponent": "x^1e308", "tower": "9^9^9^9^x", "huge": "1e400", "tiny": "1e-400*x", "nan": "nan",
    "not a number": "(x-x)/(x-x)", "infinite": "1/(x-x)", "null": "\0x", "surrogate": "\ud83d", "spaces": " " * 9999,
    "letters": "abcdefgh" * 100, "name": "a" * 999 + "(x)", "cases": r"\begin{cases}" * 35, "backslashes": "\\" * 499,
    "eval": "eval(1)", "window": "window", "template": "${alert(1)}", "ifs": "x if x>0 else " * 30 + "x", "nots": "not " * 60 + "x>0",
    "nested clips": "clip(" * 48 + "x" + ",0,1)" * 48, "nested maxima": "max(0," * 48 + "x" + ")" * 48,
    "nested scores": "softmax(x," * 40 + "x" + ")" * 40, "waves": "sin(1e9 x)*step(sin(1e8 x))",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_input_is_answered_within_a_second(engine, text):
    start = time.process_time()
    code = f"""(() => {{ try {{
      const {{tree, letters}} = read({json.dumps(text)}), kinks = kinksOf(tree, {{}}, -6, 6);
      linesOf(tree, {{}}, -6, 6, kinks);
      return "drawn";
    }} catch (error) {{ if (!(error instanceof FormulaError)) throw error; return "refused"; }} }})()"""
    assert engine.run(code) in ("drawn", "refused")
    assert time.process_time() - start < 1


# --- Ten layers and the address ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "relu", "gelu", "silu", "selu", "mish", "hardswish", "relu6", "step", "sinc"])
def test_the_gain_is_the_one_of_the_library(engine, name):
    kinks = f"kinksOf(read('{name}(x)').tree, {{}}, -60, 60, 1200).map((one) => one.x)"
    gain = engine.run(f"gainOf(read('{name}(x)').tree, {{}}, {kinks})")
    assert gain == pytest.approx(float(calculus.gain(catalogue[name].at())), rel=1e-12)


def layers(engine, text, gain):
    return engine.run(f"tenLayers(read('{text}').tree, {{}}, {gain}, [0])")


def test_ten_layers_do_what_the_chapters_derive(engine):
    relu = layers(engine, "relu(x)", "Math.SQRT2")
    for layer in relu:
        assert layer["mean"] == pytest.approx(1 / np.sqrt(2 * np.pi), rel=1e-12)
        assert layer["variance"] == pytest.approx(0.5 - 1 / (2 * np.pi), rel=1e-12)
        assert layer["gradient"] == pytest.approx(np.sqrt(0.5), rel=1e-12)
    selu = layers(engine, "selu(x)", 1)
    assert [layer["mean"] for layer in selu] == pytest.approx([0] * 10, abs=1e-13)
    assert [layer["variance"] for layer in selu] == pytest.approx([1] * 10, rel=1e-12)
    halved = layers(engine, "x", 0.5)
    assert [layer["variance"] for layer in halved] == pytest.approx([0.25**k for k in range(10)], rel=1e-12)
    assert [layer["gradient"] for layer in halved] == pytest.approx([0.5 ** (9 - k) for k in range(10)], rel=1e-12)


def test_ten_layers_are_those_of_a_wide_network(engine):
    rng, width = np.random.default_rng(3), 1500
    told = layers(engine, "tanh(x)", 1.3)
    z = rng.standard_normal((40, width))
    for layer in told[:4]:
        out = np.tanh(z)
        assert out.var() == pytest.approx(layer["variance"], rel=0.03)
        z = out @ rng.normal(0, 1.3 / np.sqrt(width), (width, width))


STATES = [
    {}, {"formula": "x & y = 100% #1"}, {"formula": r"\frac{1}{1+e^{-kx}}", "letters": {"k": -2.5}, "probe": -3.125},
    {"formula": "αx<1 ? +", "other": "gelu", "low": -2, "high": 8.5, "gain": 1.75}, {"gain": "he"},
    {"letters": {"alpha": 0.1, "t_l": 2}},
]


@pytest.mark.parametrize("changes", STATES, ids=str)
def test_the_address_brings_everything_back(engine, changes):
    state = engine.run("START") | changes
    address = engine.run(f"addressOf({json.dumps(state)})")
    assert engine.run(f"stateOf({json.dumps(address)})") == state
    assert not set(" <>\"'#") & set(address[1:]) - {"'"}


@pytest.mark.parametrize("address", [
    "#f=%E0%A4%A", "#f=%", "#let=__proto__:1,constructor:2", "#x0=NaN&view=a,b&gain=-1", "#x0=1e999&view=-1e9,1e9",
    "#vs=__proto__", "#vs=<script>", "#&&&===", "#view=6,-6", "#" + "f=x&" * 5000, "#let=" + "k:1," * 5000, "#gain=Infinity",
])
def test_what_cannot_be_used_of_an_address_is_left_out(engine, address):
    state, start = engine.run(f"stateOf({json.dumps(address)})"), engine.run("START")
    assert {key: state[key] for key in ("low", "high", "probe", "other", "gain")} == {
        key: start[key] for key in ("low", "high", "probe", "other", "gain")}
    assert set(state["letters"]) <= {"constructor", "k"} and engine.run("({}).x ?? null") is None


# --- The page ------------------------------------------------------------------------------------------------------

PAGE = "book/workbench"
CURVE = "document.querySelector('#bench-curves .line.value').getAttribute('d')"


@pytest.fixture
def bench(visit):  # noqa: F811
    """Open the workbench, with what stands behind its address."""
    def begin(fragment="", scheme="http", **options):
        page = visit(scheme, **options).open(PAGE, fragment)
        page.wait_for_selector("#bench-curves .line.value", state="attached")
        return page

    return begin


def reading(page, name):
    return float(page.locator(f"#bench-{name}").get_attribute("data-value"))


def settled(page):
    """Wait until the page has drawn what was last typed or moved."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")


def type_formula(page, text):
    page.locator("#bench-f").fill(text)
    settled(page)


@pytest.mark.browser
def test_an_address_opens_the_bench_as_it_was_left(bench):
    fragment = "#f=x*sigmoid(b*x)&let=b:2.5&x0=-1.5&vs=gelu&view=-4,5&gain=1.5"
    page = bench(fragment)
    expected = catalogue["swish"]
    assert reading(page, "value") == pytest.approx(expected.f(-1.5, beta=2.5), rel=EXACT)
    assert reading(page, "slope") == pytest.approx(expected.df(-1.5, beta=2.5), rel=EXACT)
    assert reading(page, "other-value") == pytest.approx(catalogue["gelu"].f(-1.5), rel=EXACT)
    assert reading(page, "gain-value") == 1.5
    page.locator("#bench-letter-b").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("location.hash.includes('b:2.55')")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("fragment => decodeURIComponent(location.hash) === fragment", arg=fragment)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["http", "file"])
def test_what_is_typed_comes_back_by_its_address(bench, scheme):
    page = bench(scheme=scheme)
    type_formula(page, r"\frac{x}{1+e^{-kx}} & 100%")
    page.wait_for_function("decodeURIComponent(location.hash).includes('& 100%')")
    type_formula(page, r"\frac{x}{1+e^{-kx}}")
    page.locator("#bench-x0 + input").fill("-2.25")
    page.wait_for_function("location.hash.includes('x0=-2.25')")
    address, value = page.evaluate("location.hash"), reading(page, "value")
    other = bench(address, scheme)
    assert other.locator("#bench-f").input_value() == r"\frac{x}{1+e^{-kx}}"
    assert reading(other, "value") == value == pytest.approx(catalogue["silu"].f(-2.25), rel=EXACT)
    other.evaluate("location.hash = '#f=relu(x)&x0=0'")
    other.wait_for_function("document.getElementById('bench-slope').dataset.right === '1'")
    assert other.locator("#bench-slope").get_attribute("data-left") == "0"


@pytest.mark.browser
def test_the_link_is_copied(bench):
    page = bench("#f=gelu(x)&x0=2")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#bench-copy").click()
    page.wait_for_function("document.getElementById('bench-said').textContent.includes('clipboard')")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/book/workbench.html#f=gelu(x)&x0=2")


@pytest.mark.browser
def test_the_page_shows_a_formula_its_curve_and_its_sliders(bench):
    page = bench()
    first = page.evaluate(CURVE)
    type_formula(page, r"\alpha x\tanh(k x) + c_1")
    assert page.evaluate(CURVE) != first
    math = page.locator("#bench-typeset math")
    assert math.evaluate("one => one.namespaceURI.endsWith('MathML') && one.getBoundingClientRect().width > 60")
    assert math.text_content().replace("\u2061", "").replace("\u2062", "") == "f(x)=αxtanh(kx)+c1"
    labels = page.locator("#bench-sliders label").all_inner_texts()
    assert labels == ["x₀", "α", "k", "c_1"]
    for one in page.locator("#bench-form input[type=range]").all():
        assert one.get_attribute("aria-valuetext") and one.evaluate("one => one.labels.length") == 1


@pytest.mark.browser
def test_errors_are_told_and_the_page_stays(bench):
    page = bench()
    before = page.evaluate(CURVE)
    type_formula(page, "x*sigmod(b*x)")
    error = page.locator("#bench-error")
    page.wait_for_function("document.getElementById('bench-error').textContent.includes('did you mean sigmoid')")
    assert error.get_attribute("role") == "alert" and error.get_attribute("data-column") == "2"
    assert page.locator("#bench-f").get_attribute("aria-invalid") == "true"
    assert page.locator("#bench-f").get_attribute("aria-describedby") == "bench-error"
    formula, carets = error.locator("code").evaluate("one => one.textContent").split("\n")
    assert [formula[i] for i, sign in enumerate(carets) if sign == "^"] == list("sigmod")
    assert page.evaluate(CURVE) == before and not violations(page)
    type_formula(page, "x*sigmoid(b*x)")
    assert error.inner_text() == "" and page.locator("#bench-f").get_attribute("aria-invalid") == "false"
    assert page.evaluate(CURVE) != before


@pytest.mark.browser
def test_an_address_with_a_fault_shows_it(bench):
    page = bench("#f=x*sigmod(x)")
    assert "did you mean sigmoid" in page.locator("#bench-error").inner_text()
    assert page.locator("#bench-f").input_value() == "x*sigmod(x)"


@pytest.mark.browser
def test_hostile_addresses_and_formulas_do_no_harm(bench):
    page = bench("#f=%3Cimg%20src%3Dx%20onerror%3D%22window.harmed%3D1%22%3E&let=__proto__:1&vs=%3Cscript%3E")
    for text in [*HOSTILE.values(), '"><script>window.harmed=1</script>']:
        took = page.evaluate("""text => {
          const field = document.getElementById("bench-f"), start = performance.now();
          field.value = text;
          field.dispatchEvent(new Event("input", {bubbles: true}));
          return performance.now() - start;
        }""", text)
        start = time.perf_counter()
        settled(page)
        assert took < 1000 and time.perf_counter() - start < 3, text[:40]
    assert page.evaluate("[window.harmed, document.querySelectorAll('#bench script:not(:last-child), #bench img').length]"
                         ) == [None, 0]
    type_formula(page, "gelu(x)")
    assert reading(page, "value") == pytest.approx(catalogue["gelu"].f(1.0), rel=EXACT)


@pytest.mark.browser
def test_the_kinks_in_view_lead_the_probe_to_them(bench):
    page = bench("#f=hardswish(x)")
    page.get_by_role("button", name="x = 3").click()
    settled(page)
    slope = page.locator("#bench-slope")
    assert [float(slope.get_attribute(f"data-{side}")) for side in ("left", "right")] == [1.5, 1]
    assert slope.inner_text() == "1.5 from the left, 1 from the right"


@pytest.mark.browser
def test_it_works_by_keyboard_alone(bench):
    page = bench()
    page.locator("#bench-f").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("gelu(k x)")
    settled(page)
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.tagName"))
        if reached[-1] in ("bench-x0", "bench-letter-k", "bench-gain"):
            before = page.evaluate("document.getElementById('bench').innerHTML")
            page.keyboard.press("ArrowRight")
            settled(page)
            assert page.evaluate("document.getElementById('bench').innerHTML") != before
    wanted = ["bench-x0", "bench-letter-k", "bench-low", "bench-other", "bench-copy", "bench-reset", "bench-weights", "bench-gain"]
    assert [one for one in reached if one in wanted] == wanted


@pytest.mark.browser
def test_it_works_by_touch_on_a_phone(bench):
    page = bench(has_touch=True, is_mobile=True)
    page.set_viewport_size(NARROW)
    page.get_by_role("button", name="gelu(2x)").tap()
    settled(page)
    assert page.locator("#bench-f").input_value() == "gelu(2x)" and page.evaluate(TOO_WIDE) == []
    before = reading(page, "value")
    slider = page.locator("#bench-x0")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + 0.2 * box["width"], box["y"] + box["height"] / 2)
    settled(page)
    assert reading(page, "value") != before
    small = page.locator("#bench-form :is(button, select, input):visible").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML.slice(0, 80))")
    assert small == []


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_rule_of_accessibility_is_violated_while_it_is_used(bench, theme):
    page = bench("#f=hardswish(k x)&vs=softmax&x0=0", color_scheme=theme)
    page.evaluate("document.getElementById('bench-list').open = true")
    page.evaluate(SETTLE)
    assert not violations(page)


@pytest.mark.browser
def test_the_list_has_every_function_and_puts_it_on_the_bench(bench):
    page = bench()
    page.locator("#bench-list summary").click()
    rows = page.locator("#bench-names tr")
    rows.first.wait_for()
    assert rows.count() == len(catalogue) == page.locator("#bench-names math").count()
    page.get_by_role("button", name="mish(x)", exact=True).click()
    settled(page)
    assert reading(page, "value") == pytest.approx(catalogue["mish"].f(1.0), rel=EXACT)
    page.wait_for_function("location.hash.includes('mish')")
    page.evaluate("history.back()")  # and “Back” brings the formula back that it replaced
    page.wait_for_function("document.getElementById('bench-f').value === 'x*atan(k*x)'")
    for name in catalogue:
        page.locator("#bench-other").select_option(name)
        settled(page)
        assert "NaN" not in page.evaluate("document.querySelector('#bench-curves .line.other').getAttribute('d')"), name
        assert np.isfinite(reading(page, "other-value"))


@pytest.mark.browser
def test_ten_layers_follow_the_weights(bench):
    page = bench("#f=relu(x)")
    assert reading(page, "gain-note") == pytest.approx(2**0.5, rel=EXACT)

    def gradient():
        return float(page.locator("#bench-layers tr").first.get_attribute("data-gradient"))

    assert gradient() == pytest.approx(2**-0.5, rel=EXACT)
    page.locator("#bench-weights").select_option("lecun")
    settled(page)
    assert gradient() == pytest.approx(2**-5, rel=EXACT)
    assert page.locator("#bench-gradient .bar").count() == 10


@pytest.mark.browser
def test_without_script_the_page_says_what_it_needs(browser, site):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site.as_uri()}/{PAGE}.html")
        assert "JavaScript" in page.locator("#bench-needs").inner_text()
        assert page.locator("#bench-form").is_hidden()


def test_the_script_runs_nothing_that_is_typed():
    source = script(catalogue)
    for word in ("eval(", "new Function", "Function(", "innerHTML", "insertAdjacentHTML", "document.write", "http://www.w3"):
        assert word not in source.replace('"http://www.w3.org/', ""), word
