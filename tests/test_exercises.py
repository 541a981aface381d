"""Checked answers: what is right passes however it is written, and what is wrong is told what is wrong with it."""

import copy
import json
import threading

import numpy as np
import pytest
import sympy as sp
from sympy import Abs, Derivative, Eq, Integral, Matrix, Rational, Symbol, cosh, exp, floor, oo, pi, sin, sinh, tanh

from activations.exercises import answers, check, exercises, hint, sandbox, worker
from activations.exercises.answers import Array, Chain, Code, Expression, Number
from activations.exercises.items.sigmoids import sigma
from activations.exercises.sandbox import run
from activations.symbols import n, x, z

KINDS = (Expression, Number, Array, Code)


def of(*kinds):
    return pytest.mark.parametrize("name", [name for name, one in exercises.items() if isinstance(one.answer, kinds)])


def told(name, answer):
    """What the check says of a wrong answer."""
    report = check(name, answer)
    assert report.right is False, f"{answer} passed as an answer to {name}"
    return report.words


@pytest.fixture
def called_here(monkeypatch):
    """The functions of the course itself need no process of their own: they are called in this one, which is quick."""

    def here(function, calls, seconds):
        return [sandbox._read(json.dumps(worker._call(function, copy.deepcopy(arguments)))) for arguments in calls]

    monkeypatch.setattr(answers, "run", here)


# --- Every exercise ----------------------------------------------------------------------------------------------


@of(*KINDS)
def test_the_solution_passes(name, called_here):
    report = check(name, exercises[name].answer.solution)
    assert report.right is True, report


@pytest.mark.parametrize("name", exercises)
def test_each_usual_mistake_gets_its_own_words(name, called_here):
    answer = exercises[name].answer
    assert len(answer.mistakes) >= 3
    for mistake in answer.mistakes:
        given = [mistake.answer] if isinstance(answer, Chain) else mistake.answer
        words = told(name, given)
        assert mistake.words in words, f"{mistake.words}\n{words}"
        assert sum(other.words in words for other in answer.mistakes) == 1


@pytest.mark.parametrize("name", exercises)
def test_hints_come_in_steps_and_none_is_the_solution(name):
    exercise = exercises[name]
    assert len(exercise.hints) >= 2 and hint(name) == exercise.hints[0] and hint(name, 2) == exercise.hints[1]
    solution = str(getattr(exercise.answer, "solution", "no such text"))
    assert len(solution) < 4 or not any(solution in one for one in exercise.hints)
    with pytest.raises(ValueError, match=f"hints 1 to {len(exercise.hints)}, not 9"):
        hint(name, 9)


@pytest.mark.parametrize("name", exercises)
def test_what_is_not_answered_is_not_wrong(name):
    for report in (check(name), check(name, None), check(name, ...)):
        assert report.right is None and not report
        assert repr(report).startswith(f"Not answered yet. Asked is {exercises[name].asks}")


@pytest.mark.parametrize("name", exercises)
def test_an_answer_of_another_kind_is_told_what_is_asked(name):
    class Odd:
        def __eq__(self, other):
            raise RuntimeError("no")

    for odd in ("x", object(), Odd(), {}, [], threading.Lock(), np.array(["a"]), Eq(x, 1), float("nan"), oo, True, int):
        words = told(name, odd)
        assert words.endswith(".") and "Traceback" not in words


def test_an_unknown_name_lists_close_ones():
    with pytest.raises(KeyError, match="did you mean 'sigmoid-derivation' or 'sigmoid-derivative'"):
        check("sigmoid-derivation-of", 1)


# --- Expressions -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [
    sigma(x) * (1 - sigma(x)), 1 / (4 * cosh(x / 2)**2), (1 - tanh(x / 2)**2) / 4, exp(x) / (1 + exp(x))**2,
    1 / (2 + exp(x) + exp(-x)), exp(-x) / (1 + exp(-x))**2, exp(-Abs(x)) / (1 + exp(-Abs(x)))**2,
    Symbol("x") * 0 + 1 / (2 + 2 * cosh(Symbol("x"))),
])
def test_a_right_expression_may_be_written_in_any_way(answer):
    assert check("sigmoid-derivative", answer).right is True


def wrong_expressions(solution):
    """Twenty and more answers that nobody listed, as functions of one variable."""
    spoiled = [solution + c for c in (1, -2, Rational(1, 1000), 10**-9, pi)]
    spoiled += [solution * c for c in (2, -3, Rational(1001, 1000), 1 + Rational(1, 10**8))]
    spoiled += [solution + sin(pi * x), solution * (1 + sin(pi * x)**2), solution + x - Abs(x), solution + x**2,
                solution * exp(x), solution.subs(x, 2 * x), solution.subs(x, -x) + x, solution.subs(x, x + 1),
                solution + exp(-10 * x**2), solution + floor(x), solution**2 + 1, 1 / (2 + solution**2),
                sinh(solution) + 2, solution + Rational(1, 10**6) * sin(1000 * x)]
    return spoiled


@pytest.mark.parametrize("name", ["sigmoid-derivative", "tanh-derivative", "silu-derivative", "sigmoid-curvature",
                                  "gelu-soft-sign", "mish-taylor", "fixed-price-rule"])
def test_wrong_expressions_fail(name):
    wrong = wrong_expressions(exercises[name].answer.solution)
    assert len(wrong) >= 20
    for answer in wrong:
        told(name, answer)


@pytest.mark.parametrize(("answer", "words"), [
    (2 * (1 - tanh(x)**2), "for the factor 2"), (2 - tanh(x)**2, "for the added number 1"),
    ((1 - tanh(x)**2) * (1 + x), "At x = "), (Symbol("y"), "contains y. It should be written in x alone"),
    (Derivative(tanh(x), x), "not carried out"), (Integral(x, x), "not carried out"), (1 / (x - x), "undefined"),
    (np.tanh, "Python function"), (Matrix([x]), "shape (1, 1)"), (sigma(x), "sigma(x), which the exercise does not"),
    ("1 - tanh(x)**2", "without quotation marks"), (Eq(x, x**2), "right side alone"),
])
def test_what_is_wrong_with_an_expression(answer, words):
    assert words in told("tanh-derivative", answer)


# --- Numbers and arrays ------------------------------------------------------------------------------------------


def test_a_number_may_be_exact_or_a_decimal():
    for answer in (0.25, Rational(1, 4), np.float32(0.25), np.array(0.25), exp(0) / 4, 0.25 + 0j):
        assert check("sigmoid-steepest", answer).right is True


@pytest.mark.parametrize("name", [name for name, one in exercises.items() if isinstance(one.answer, Number)])
def test_wrong_numbers_fail(name):
    right = float(exercises[name].answer.solution)
    for factor in (1.001, 0.999, -1.0001, 2.001, 0.3, 10, 1e6, 1e-6, np.pi, -7, 0.5001, 1.01, 0.99, 1.1, 3.3, -0.77, 41,
                   1.7, 5, 1e300):
        told(name, right * factor)


@pytest.mark.parametrize(("answer", "words"), [
    (0.3989, "Right to 3 digits. Give 6"), (-1 / (2 * pi)**0.5, "sign"), (x, "still contains x"), (7.0, "too large"),
    ("0.39", "the text '0.39'"), (1j, "complex"), (oo, "finite"), (True, "type bool"), (np.array([1.0]), "ndarray"),
])
def test_what_is_wrong_with_a_number(answer, words):
    assert words in told("relu-mean", answer)


def test_an_array_may_be_a_list_or_a_matrix():
    assert check("reglu-hill", Matrix([-1, 2])).right is True
    for answer in ([[-1, 3, 0], [1, 0, -2]], Matrix([[-1, 3, 0], [1, 0, -2]]), np.array([[-1, 3, 0], [1, 0, -2.0]])):
        assert check("layer-output", answer).right is True


@pytest.mark.parametrize("name", [name for name, one in exercises.items() if isinstance(one.answer, Array)])
def test_wrong_arrays_fail(name):
    answer = exercises[name].answer
    right = np.asarray(answer.solution, float)
    rng = np.random.default_rng(0)
    for scale in np.geomspace(1.1 * answer._tolerance(right), 1e3, 20):
        place = tuple(rng.integers(right.shape))
        wrong = right.copy()
        wrong[place] += scale
        told(name, wrong)
    for wrong in (right[None], right[:1], np.full_like(right, np.nan), np.full_like(right, np.inf), right[..., None]):
        told(name, wrong)


def test_a_wrong_array_is_told_where():
    assert "entry [0, 2] is 7, and should be 0" in told("layer-output", [[-1, 3, 7], [1, 0, -2]])
    assert "shape (3,)" in told("layer-output", [1, 2, 3])


# --- Python functions --------------------------------------------------------------------------------------------


def stable(v):
    v = np.asarray(v)
    q = np.exp(-np.abs(v))
    return np.where(v >= 0, 1 / (1 + q), q / (1 + q))


def endless(v):
    while True:
        pass


def changing(v):
    v *= 0
    return stable(v)


def printing(v):
    print(stable(v))


def leaving(v):
    raise SystemExit


def deep(v):
    return deep(v)


LOCK = threading.Lock()
FAULTY = [
    (lambda v: None, "Is the return missing?"), (printing, "It prints its result: return it"),
    (lambda v: "0.5", "of the type str"), (lambda v: v[0], "shape of a single number"),
    (lambda v: stable(v).astype(float), "and should be float32"), (lambda v: v / 0 - v / 0, "is nan, and should be"),
    (lambda: 1, "stops with TypeError"), (lambda v: v.foo, "AttributeError"), (leaving, "stops with SystemExit"),
    (deep, "RecursionError"), (changing, "changes its own input"), (lambda v: np.zeros(10**12), "more memory"),
    (lambda v: stable(v) + 1e-6, "should be"), (lambda v: stable(v) * (1 + 1e-7), "should be"),
    (lambda v: np.where(v > 0, stable(v), 0.5), "should be"), (lambda v: np.round(stable(v), 3), "should be"),
    (lambda v: [1, [2]], "of the type list"), (lambda v: np.sin(v), "should be"), (lambda v: v, "should be"),
    (lambda v: stable(v)[::-1], "should be"), (lambda v: stable(v)[..., None], "should have the shape"),
    (lambda v: (LOCK, v), "could not be taken"), (stable(0), "in its name, without brackets"),
    (exp(x), "in its name, without brackets"), (float, "in its name, without brackets"),
]


@pytest.mark.parametrize("number", range(len(FAULTY)))
def test_what_is_wrong_with_a_function(number):
    function, words = FAULTY[number]
    assert words in told("sigmoid-code", function)


def test_a_right_function_passes_however_it_is_written():
    assert check("sigmoid-code", stable).right is True
    assert check("sigmoid-code", lambda v: np.exp(-np.logaddexp(0, -v))).right is True


def test_a_function_that_never_ends_is_stopped():
    (outcome,) = run(endless, [(1.0,)], seconds=0.5)
    assert outcome.kind == "too slow"


def test_what_a_function_does_stays_where_it_is_tried():
    here = []

    def reaching(v):
        import os

        here.append(v)
        os.environ["SEEN"] = "yes"
        os.write(1, b"noise\n")
        return v

    import os

    (outcome,) = run(reaching, [(2.0,)])
    assert (outcome.kind, float(outcome.value)) == ("returned", 2.0)
    assert here == [] and "SEEN" not in os.environ


def test_a_number_among_the_arguments_stays_a_plain_number():
    kind = Code(lambda v, width: v / width, ((np.ones(2, np.float16), 0.5),), keeps_type=True)
    assert kind.judge(lambda v, width: np.divide(v, width)).right is True


# --- Derivations -------------------------------------------------------------------------------------------------


ROUTES = [
    [(exp(-x) / (1 + exp(-x))**2, "chain rule"), (sigma(x) * (1 - sigma(x)), "split")],
    [sigma(x) * (1 - sigma(x))],
    [1 / (4 * cosh(x / 2)**2), (exp(x) / (1 + exp(x))**2, ""), sigma(x) - sigma(x)**2],
    [(sigma(x) * (1 - sigma(x)), "known", "=")],
    (sigma(x) * (1 - sigma(x)), "in one step"),
]


@pytest.mark.parametrize("number", range(len(ROUTES)))
def test_any_route_is_accepted(number):
    assert check("sigmoid-derivation", ROUTES[number]).right is True


@pytest.mark.parametrize(("steps", "words"), [
    ([exp(-x) / (1 + exp(-x))**2, sigma(x) * (2 - sigma(x))], "Step 2 does not follow: at x = "),
    ([exp(-x) / (1 + exp(-x))**2], "still contains x"),
    ([(sigma(x) + 1, "above", "<=")], "not every one is an equality"),
    ([Derivative(sigma(x), x)], "something that is not carried out"),
    (sigma(x), "the expression sigma(x)"), ([(x, 7)], "could not be read"), ([(1, 2, 3, 4)], "has 4 parts"),
    ("sigma", "the text 'sigma'"), ([sigma(x), x, x], "Step 1 does not follow"), ([], "a list of steps"),
])
def test_what_is_wrong_with_a_derivation(steps, words):
    assert words in told("sigmoid-derivation", steps)


def test_the_letter_of_an_index_is_free():
    for letter in sp.symbols("i j k m", integer=True, positive=True):
        assert check("score-plus-surprise", [sp.log(sp.Sum(exp(z[letter]), (letter, 1, n)))]).right is True


def test_a_derivation_may_end_in_a_variable_alone():
    assert check("own-curvature", [2 / (pi * (1 + x**2)**2)]).right is True


def test_wrong_derivations_fail():
    right = sigma(x) * (1 - sigma(x))
    for wrong in wrong_expressions(right):
        told("sigmoid-derivation", [right, wrong, right])


# --- What it looks like ------------------------------------------------------------------------------------------


def test_a_report_reads_as_text_and_as_html():
    report = check("tanh-derivative", Symbol("alpha"))
    assert repr(report) == ('Not yet. Your answer contains alpha. It should be written in x alone. '
                            'hint("tanh-derivative") helps.')
    html = report._repr_html_()
    assert html.count("<details>") == len(exercises["tanh-derivative"].hints) and 'role="status"' in html
    assert "details" not in check("tanh-derivative", 1 - tanh(x)**2)._repr_html_()
    assert "&lt;b&gt;" in check("tanh-derivative", "<b>")._repr_html_()
