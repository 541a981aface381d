"""Checked answers: what is right passes however it is written, and what is wrong is told what is wrong with it."""

import json
import re
import sys
import threading
import time
from copy import deepcopy

import cloudpickle
import nbformat
import numpy as np
import pytest
from sympy import (
    Abs,
    Derivative,
    Eq,
    Function,
    Integral,
    Matrix,
    Max,
    Rational,
    Sum,
    Symbol,
    cosh,
    exp,
    floor,
    log,
    oo,
    pi,
    sin,
    sinh,
    symbols,
    tanh,
)

from activations.exercises import answers, check, exercises, hint
from activations.exercises.answers import Array, Chain, Code, Expression, Number, Several
from activations.exercises.items.sigmoids import sigma
from activations.exercises.sandbox import _read, run
from activations.exercises.worker import _call
from activations.symbols import n, x, z
from tools.notebooks import chapters, role_of

# The functions of this file travel as those of a notebook do, whole: by its name this file would be imported elsewhere.
cloudpickle.register_pickle_by_value(sys.modules[__name__])

KINDS = (Expression, Number, Several, Array, Code)


def of(*kinds):
    return pytest.mark.parametrize("name", [name for name, one in exercises.items() if isinstance(one.answer, kinds)])


def called_here(function, calls, seconds):
    """What `run` returns, of a function that needs no process of its own."""
    return [_read(json.dumps(_call(function, deepcopy(call)))) for call in calls]


@pytest.fixture
def here(monkeypatch):
    """Functions that are known to come back are called in this process: a new one for each costs a second."""
    monkeypatch.setattr(answers, "run", called_here)


def told(name, answer):
    """What the check says of a wrong answer."""
    report = check(name, answer)
    assert report.right is False, f"{answer} passed as an answer to {name}"
    return report.words


# --- Every exercise ----------------------------------------------------------------------------------------------


@of(*KINDS)
@pytest.mark.usefixtures("here")
def test_the_solution_passes(name):
    report = check(name, exercises[name].answer.solution)
    assert report.right is True, report


@pytest.mark.parametrize("name", exercises)
@pytest.mark.usefixtures("here")
def test_each_usual_mistake_gets_its_own_words(name):
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
        assert repr(report).startswith(f"Not answered yet. Asked for: {exercises[name].asks}.")


def docstring_alone(v):
    """To be filled in."""


def dots_alone(v):
    return ...


def half_filled(v):
    """One line is there, and the one that it needs is not."""
    q = ...
    return 1 / (1 + q)


def later_dots(v):
    result = ...
    return result


@pytest.mark.parametrize(("name", "stub"), [
    ("sigmoid-code", docstring_alone), ("sigmoid-code", dots_alone), ("sigmoid-code", half_filled),
    ("sigmoid-code", later_dots), ("sigmoid-code", lambda v: None), ("layer-output", [..., ...]),
    ("layer-output", [[1, ...], [0, 0]]), ("layer-output", np.array([1, ...], object)), ("rare-disease", [..., 1 / 12]),
    ("sigmoid-derivation", [...]), ("sigmoid-derivation", [(..., "chain rule")]), ("rare-disease", {"p": ...}),
])
@pytest.mark.usefixtures("here")
def test_a_stub_is_not_an_answer(name, stub):
    assert check(name, stub).right is None


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


def test_a_function_that_the_exercise_defines_may_be_taken_anywhere():
    assert check("sigmoid-derivative", sigma(x) * sigma(-x)).right is True
    assert "f(x), which the exercise does not define" in told("sigmoid-derivative", Function("f")(x))


def test_a_form_without_a_function_is_asked_for():
    s, t, relu = *symbols("s t", real=True), Function("relu")
    for answer in (s + relu(t - s), (s + t + relu(s - t) + relu(t - s)) / 2, relu(s - t) + relu(t) - relu(-t)):
        assert check("maximum-by-relus", answer).right is True
    assert "contains Max, and the exercise asks for a form without it" in told("maximum-by-relus", Max(s, t))
    u, w, b, c = symbols("u w b_in b_out")
    assert "contains tanh" in told("tanh-neuron-by-sigmoid", u * tanh(w * x + b) + c)
    assert check("tanh-neuron-by-sigmoid", c + u - 2 * u * sigma(-2 * w * x - 2 * b)).right is True


def test_a_matrix_may_be_a_list_of_its_rows():
    p, q, g1, g2, g3, g4 = symbols("x1 x2 g1:5")
    column = [2 * g1 * p + (g2 + g3) * q, (g2 + g3) * p + 2 * g4 * q]
    for answer in (column, [[entry] for entry in column], Matrix(column)):
        assert check("quadratic-form-gradient", answer).right is True
    assert "shape (1, 2)" in told("quadratic-form-gradient", [column])
    assert "of the type list" in told("quadratic-form-gradient", [[1, 2], [3]])


def wrong_expressions(solution):
    """Twenty and more answers that nobody listed, spoiled in one letter, and a matrix in its last entry."""
    if shape := getattr(solution, "shape", ()):
        *kept, last = solution
        return [Matrix(*shape, [*kept, wrong]) for wrong in wrong_expressions(last)]
    letter = min(solution.free_symbols, key=str)
    spoiled = [solution + c for c in (1, -2, Rational(1, 1000), 10**-9, pi)]
    spoiled += [solution * c for c in (2, -3, Rational(1001, 1000), 1 + Rational(1, 10**8))]
    spoiled += [solution + sin(pi * letter), solution * (1 + sin(pi * letter)**2), solution + letter**2,
                solution * exp(letter), solution.subs(letter, 2 * letter), solution.subs(letter, -letter) + 3 * letter,
                solution.subs(letter, letter + 1), solution + exp(-10 * letter**2), solution + floor(letter),
                solution**2 + 1, 1 / (2 + solution**2), sinh(solution) + 2,
                solution + Rational(1, 10**6) * sin(1000 * letter)]
    spoiled += [] if letter.is_positive else [solution + letter - Abs(letter)]
    return [wrong for wrong in spoiled if wrong != solution]  # sin(πn) is 0 for a whole number n


@of(Expression)
def test_wrong_expressions_fail(name):
    wrong = wrong_expressions(exercises[name].answer.solution)
    assert len(wrong) >= 20
    for answer in wrong:
        told(name, answer)


@pytest.mark.parametrize(("answer", "words"), [
    ((1 - tanh(x)**2) * (1 + 10**-9 * x), "as it should be, but to no more digits"),
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


WRONG_FACTORS = (1.001, 0.999, -1.0001, 2.001, 0.3, 10, 1e6, 1e-6, np.pi, -7, 0.5001, 1.01, 0.99, 1.1, 3.3, -0.77, 41,
                 1.7, 5, 1e300)


@of(Number)
def test_wrong_numbers_fail(name):
    right = float(exercises[name].answer.solution)
    for factor in WRONG_FACTORS:
        told(name, right * factor)


@of(Several)
def test_one_wrong_number_among_several_is_named(name):
    parts = exercises[name].answer.parts
    right = [float(part.solution) for part in parts.values()]
    for place, (part, number) in enumerate(parts.items()):
        for factor in WRONG_FACTORS if number.digits > 2 else WRONG_FACTORS[2:]:
            words = told(name, [*right[:place], right[place] * factor, *right[place + 1:]])
            assert words.startswith(f"{part}: ")
            assert not any(f"{other}: " in words for other in parts if other != part)
    for wrong in (right[:-1], [*right, 1.0], right[0], dict(enumerate(right))):
        assert all(part in told(name, wrong) for part in parts)


def test_several_numbers_may_come_as_an_array_or_a_tuple():
    for kind in (list, tuple, np.array, Matrix):
        assert check("rare-disease", kind([-4.59512, 1 / 12])).right is True
    words = told("rare-disease", [-1.0, "a"])
    assert words.startswith("the new p: Your answer is the text 'a'")


def test_a_number_may_be_rounded_to_the_digits_asked_for():
    assert check("softsign-and-tanh", [0.306, 1.616, 2.44, 0.134]).right is True
    assert "Right to 2 digits. Give 3" in told("softsign-and-tanh", [0.307, 1.616, 2.44, 0.134])
    assert "Right to 1 digit. Give 2" in told("edge-with-biases", [1.4, 0.705])
    assert "2261 is too large" in told("learned-numbers", 2261), "a count has no digits to be right to"


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


@of(Array)
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


def waiting(v):
    time.sleep(1000)


def changing(v):
    v *= 0
    return stable(v)


def printing(v):
    print(stable(v))


def forgetting(v):
    stable(v)


def leaving(v):
    raise SystemExit


def deep(v):
    return deep(v)


LOCK = threading.Lock()
FAULTY = [
    (forgetting, "Is the return missing?"), (printing, "It prints its result: return it"),
    (lambda v: "0.5", "of the type str"), (lambda v: v[0], "shape of a single number"),
    (lambda v: stable(v).astype(float), "and should be float32"), (lambda v: v / 0 - v / 0, "is nan, and should be"),
    (lambda: 1, "stops with TypeError"), (lambda v: v.foo, "AttributeError"), (leaving, "stops with SystemExit"),
    (deep, "RecursionError"), (changing, "changes its own input"), (lambda v: np.zeros(10**12), "more memory"),
    (lambda v: stable(v) + 1e-6, "should be"),
    (lambda v: stable(v) * (1 + 2e-9), "to no more digits than these"),
    (lambda v: stable(v) * (1 + 1e-7), "should be"),
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


def spoiled(function):
    """Twenty and more functions that are nearly this one."""
    def then(change):
        return lambda *given: change(np.asarray(function(*given)), np.asarray(given[0]))

    return [then(change) for change in (
        lambda y, v: y + 1, lambda y, v: y - 0.01, lambda y, v: y * 1.01, lambda y, v: y * 2, lambda y, v: -y,
        lambda y, v: y + 1e-2 * np.sum(np.abs(v)), lambda y, v: y[None], lambda y, v: y[..., None],
        lambda y, v: np.stack([y, y]), lambda y, v: np.full_like(y, np.nan), lambda y, v: np.full_like(y, np.inf),
        lambda y, v: np.zeros_like(y) + 0.123, lambda y, v: np.cos(y), lambda y, v: 1 - y + 0.03, lambda y, v: y**2 + 3,
        lambda y, v: np.exp(y), lambda y, v: v * 7 + 0.1, lambda y, v: None, lambda y, v: "0", lambda y, v: [y, None],
        lambda y, v: y.tolist() if y.tolist() != y.tolist() else str(y), lambda y, v: y / 0 - y / 0,
        lambda y, v: y.foo, lambda y, v: y + 1j,
    )]


@of(Code)
@pytest.mark.usefixtures("here")
def test_wrong_functions_fail(name):
    wrong = spoiled(exercises[name].answer.solution)
    assert len(wrong) >= 20
    for function in wrong:
        told(name, function)


def test_a_right_function_passes_however_it_is_written():
    assert check("sigmoid-code", stable).right is True
    assert check("sigmoid-code", lambda v: np.exp(-np.logaddexp(0, -v))).right is True


def test_a_function_that_never_ends_is_stopped():
    for function in (endless, waiting):
        (outcome,) = run(function, [(1.0,)], seconds=0.5)
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
    for letter in symbols("i j k m", integer=True, positive=True):
        assert check("score-plus-surprise", [log(Sum(exp(z[letter]), (letter, 1, n)))]).right is True


def test_a_derivation_may_end_in_a_variable_alone():
    assert check("own-curvature", [2 / (pi * (1 + x**2)**2)]).right is True


def test_wrong_derivations_fail():
    right = sigma(x) * (1 - sigma(x))
    for wrong in wrong_expressions(right):
        told("sigmoid-derivation", [right, wrong, right])


@of(Chain)
def test_a_wrong_first_step_fails(name):
    start = exercises[name].answer.start
    every = 5 if start.has(Integral, Sum) else 1  # each of these costs a second
    for wrong in wrong_expressions(start.doit())[::every]:
        assert "Step 1 does not follow" in told(name, [wrong])


# --- What it looks like ------------------------------------------------------------------------------------------


def test_a_report_reads_as_text_and_as_html():
    report = check("tanh-derivative", Symbol("alpha"))
    assert repr(report) == ('Not yet. Your answer contains alpha. It should be written in x alone. '
                            'hint("tanh-derivative") helps.')
    html = report._repr_html_()
    assert html.count("<details") == len(exercises["tanh-derivative"].hints) and 'role="status"' in html
    assert "details" not in check("tanh-derivative", 1 - tanh(x)**2)._repr_html_()
    assert "&lt;b&gt;" in check("tanh-derivative", "<b>")._repr_html_()
    assert html.endswith(3 * "</details>" + "</div>"), "each hint is folded into the one before"


# --- In the chapters ---------------------------------------------------------------------------------------------


def asked(cell):
    """The exercises that a cell checks."""
    return re.findall(r"""\bcheck\(\s*"([\w-]+)\"""", cell.source)


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem[:2])
def test_each_stub_is_unanswered_and_the_printed_solution_passes(path):
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    stubs = {name: place for place, cell in enumerate(cells) if role_of(cell) == "lesson" for name in asked(cell)}
    proved = {name: place for place, cell in enumerate(cells) if role_of(cell) == "check" for name in asked(cell)}
    for name, place in stubs.items():
        (output,) = cells[place].outputs
        assert output.data["text/plain"] == repr(check(name)), "the cell shows its check, and nothing is filled in"
        assert proved[name] > place, f"no check cell asserts that the solution of {name} passes"
