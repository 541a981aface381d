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
    return {message: error.message, at: error.at, length: error.length};
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
        return answer["message"], text[answer["at"]:answer["at"] + answer["length"]], answer["at"]

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
            errors = [abs(mpmath.mpf(got) - one) for got, one in zip((seen["value"], seen["left"]["d"]), true, strict=True)]
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
