"""The graded sets: what is right gets all points, nothing gets none, and each usual mistake loses its own."""

import functools
import warnings

import nbformat
import pytest
from set_answers import RIGHT, WRONG

from tools import assignments, notebooks

SETS = {path.stem: path for path in notebooks.sets()}
OUTCOMES = {"right": RIGHT, "wrong": WRONG}


@functools.cache
def cells(name):
    """The cells of a set by the name that nbgrader has for them."""
    return {cell.metadata.nbgrader.grade_id: cell for cell in nbformat.read(SETS[name], as_version=4).cells}


def items(name):
    """The items of a set that tests decide, in its order, with their points."""
    found = assignments.graded(nbformat.read(SETS[name], as_version=4))
    return {item: points for item, points, by_hand in found if not by_hand}


def answers(table):
    """Each answer of a table, to be tried by itself."""
    return [pytest.param(name, item, code, id=f"{name}-{item}-{number}") for name, by_item in table.items()
            for item, codes in by_item.items() for number, code in enumerate(codes, 1)]  # fmt: skip


def without(source, begin, end):
    """The lines of a cell without those of a region and its marks."""
    kept, inside = [], False
    for line in source.splitlines():
        inside = inside or begin in line
        if not inside:
            kept.append(line)
        inside = inside and end not in line
    return "\n".join(kept)


@functools.cache
def imported(name):
    """What the first code cell of a set gives its others."""
    names = {}
    exec(cells(name)["imports"].source, names)
    return names


def outcome(name, item, answer, hidden=True):
    """What the test of an item raises for the code of an answer cell; None if it passes."""
    names = dict(imported(name))
    test = cells(name)[f"{item}-test"].source
    if not hidden:
        test = without(test, "BEGIN HIDDEN TESTS", "END HIDDEN TESTS")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec(answer, names)
            exec(test, names)
        except Exception as error:
            return error
    return None


# --- Every set ---------------------------------------------------------------------------------------------------


def test_there_are_sets_enough():
    graded = [assignments.graded(nbformat.read(path, as_version=4)) for path in SETS.values()]
    assert len(SETS) >= 8 and sum(map(len, graded)) >= 40
    assert all(sum(by_hand for _, _, by_hand in one) == 1 for one in graded)


@pytest.mark.parametrize("name", SETS)
def test_is_canonical(name):
    assert not notebooks.check(SETS[name])


@pytest.mark.parametrize("name", SETS)
def test_its_cells_are_locked_and_its_opening_says_what_it_asks(name):
    notebook = nbformat.read(SETS[name], as_version=4)
    for cell in notebook.cells:
        mark = cell.metadata.nbgrader
        assert mark.locked is not mark.solution, mark.grade_id
        regions = ("### BEGIN SOLUTION" in cell.source, "### BEGIN HIDDEN TESTS" in cell.source)
        assert regions == (mark.solution, mark.grade and not mark.solution), mark.grade_id
        assert max(map(len, cell.source.splitlines())) <= 120 or cell.cell_type == "markdown"
    opening, graded = notebook.cells[0].source, assignments.graded(notebook)
    points = sum(points for _, points, _ in graded)
    assert f"; {points} points in six tasks" in opening and len(graded) == 6
    rows = [line.split("|") for line in opening.splitlines() if line.startswith("| ")][1:]
    assert [int(row[3]) for row in rows] == [points for _, points, _ in graded]
    titles = [cell.source.splitlines()[0] for cell in notebook.cells if cell.source.startswith("## Task")]
    assert [f"({points} point" in title for (_, points, _), title in zip(graded, titles, strict=True)] == [True] * 6
    assert all(word in opening for word in ("**What it tests.**", "**What you need.**", "**Time and points.**"))
    assert "**Model answer.**" in notebook.cells[-1].source and "**Rubric.**" in notebook.cells[-1].source


@pytest.mark.parametrize("name", SETS)
def test_the_solution_gets_all_points_and_nothing_gets_none(name):
    for item in items(name):
        source = cells(name)[item].source
        assert outcome(name, item, source) is None, item
        empty = without(source, "BEGIN SOLUTION", "END SOLUTION")
        for hidden in (True, False):
            assert str(outcome(name, item, empty, hidden)).startswith("Not answered yet"), item


@pytest.mark.parametrize("name", SETS)
def test_a_letter_that_was_used_for_something_else_costs_nothing(name):
    for item in items(name):
        rebound = "x = d = T = s = beta = r = z1 = z2 = 3"
        assert outcome(name, item, f"{cells(name)[item].source}\n{rebound}") is None, item


@pytest.mark.parametrize(("name", "item", "code"), answers(RIGHT))
def test_a_right_answer_may_be_found_in_another_way(name, item, code):
    assert outcome(name, item, code) is None


@pytest.mark.parametrize(("name", "item", "code"), answers(WRONG))
def test_a_usual_mistake_loses_the_points(name, item, code):
    assert outcome(name, item, code) is not None


def test_every_item_has_its_mistakes():
    for name in SETS:
        assert list(WRONG[name]) == list(items(name)) == list(RIGHT[name])
        assert all(len(codes) >= 2 for codes in WRONG[name].values())


@pytest.mark.parametrize("name", SETS)
def test_hidden_tests_catch_what_visible_ones_let_through(name):
    caught = [item for item, codes in WRONG[name].items() for code in codes if not outcome(name, item, code, False)]
    assert len(set(caught)) >= 4, f"the visible tests of {name} decide nearly all"
