"""The graded sets: what is right gets all points, nothing gets none, and each usual mistake loses its own.

And nbgrader hands them out, collects and grades them, by the commands of the page for teachers.
"""

import csv
import functools
import os
import re
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import nbformat
import pytest
from set_answers import RIGHT, WRONG

from tools import assignments, notebooks

ROOT = Path(__file__).resolve().parent.parent
SETS = {path.stem: path for path in notebooks.sets()}
PAGE = (ROOT / "book" / "teachers.md").read_text(encoding="utf-8")


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


# --- The page for teachers ---------------------------------------------------------------------------------------


def test_the_page_has_a_row_for_each_set():
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if re.match(r"\| \d-", line)]
    assert [row[0] for row in rows] == list(SETS)
    for name, chapters, minutes, points, _ in rows:
        opening = cells(name)["opening"].source
        assert f"**Time and points.** About {minutes} minutes; {points} points" in opening
        needed = re.search(r"\*\*What you need\.\*\* Chapters? (\d\d)(?: (?:to|and) (\d\d))?", opening)
        assert chapters == "–".join(filter(None, needed.groups()))


def test_the_exercise_of_the_page_tells_its_mistakes_apart():
    names = {}
    (block,) = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.S | re.M)
    exec(block, names)
    exercise = names["softsign"]
    assert exercise.check(exercise.answer.solution).right is True
    for mistake in exercise.answer.mistakes:
        assert mistake.words in exercise.check(mistake.answer).words
    shown = eval(block.strip().splitlines()[-1], names)
    assert f"{shown!r} ".startswith(re.search(r"The last line answers `(.*?)`", PAGE)[1])


# --- nbgrader ----------------------------------------------------------------------------------------------------

ENDLESS = """def layer(a, W, b):
    import time
    while True:
        time.sleep(0.05)
"""
CRASHING = "def layer(a, W, b):\n    return 1 / 0"
SUBMITTED = "0-first-steps"  # the set of the five submissions, of 14 points, of which 3 are given by hand


def submissions():
    """What five students change in their notebooks, by student, and the points that each has to get."""
    right = {key: cell.source for key, cell in cells(SUBMITTED).items() if cell.metadata.nbgrader.solution}
    return {
        "perfect": (right, 14),
        "empty": ({}, 0),
        "half": ({key: right[key] for key in ("formula", "layer")}, 2 + 3),
        "crashing": (right | {"formula": "wave = = x", "layer": CRASHING, "points": "YOU KNOW"}, 2 + 3 + 1),
        "endless": (right | {"layer": ENDLESS}, 14 - 3),
    }


def hand_in(release, archive):
    """Put the notebooks of the five students, made from the released one, where the page says."""
    for student, (answers, _) in submissions().items():
        notebook = nbformat.read(release, as_version=4)
        for cell in notebook.cells:
            cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
        nbformat.write(notebook, archive / f"{student}_{release.name}")


def lines(notebook):
    """The lines of a notebook, without what stands around them."""
    return {line.strip() for cell in notebook.cells for line in cell.source.splitlines()} - {""}


def kept_from_students(source):
    """The lines of a set that stand in a solution or in hidden tests, and nowhere else in it."""
    shown = source.copy()
    shown.cells = [cell.copy() for cell in source.cells]
    for cell in shown.cells:
        for region in ("SOLUTION", "HIDDEN TESTS"):
            cell.source = without(cell.source, f"BEGIN {region}", f"END {region}")
    return lines(source) - lines(shown)


def run(block, home, folder=ROOT):
    """Run lines of the page in a folder, by the Python that tests and in a home of its own; each has to succeed."""
    programs = Path(sys.executable).parent
    make = f'make() {{ command make --no-print-directory --old-file=.venv/.ready BIN="{programs}" "$@"; }}\n'
    own = os.environ | {"HOME": str(home), "PYTHONPATH": str(ROOT), "JUPYTER_PREFER_ENV_PATH": "1",
                        "PATH": os.pathsep.join([str(programs), os.environ["PATH"]])}
    done = subprocess.run(["bash", "-euc", make + block], cwd=folder, env=own, capture_output=True, text=True)
    assert done.returncode == 0, f"{block}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout


def by_hand(course, student, points):
    """Give points for the task that a person grades, as nbgrader's page for it does."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        grade = book.find_grade("points", SUBMITTED, SUBMITTED, student)
        assert grade.needs_manual_grade and grade.auto_score is None
        grade.manual_score, grade.needs_manual_grade = points, False
        book.db.commit()


def test_a_class_is_graded_by_the_commands_of_the_page(tmp_path):
    hand_out, grade, give_back = re.findall(r"^```sh\n(.*?)^```", PAGE, flags=re.S | re.M)
    course = tmp_path / "my-class"
    said = run(hand_out, tmp_path)
    assert f"{SUBMITTED}.zip: 6 items, 14 points" in said and "_build/assignments/zips/" in said.splitlines()[-2]

    for name, path in SETS.items():
        version = nbformat.read(course / "release" / name / f"{name}.ipynb", as_version=4)
        source = nbformat.read(path, as_version=4)
        kept = kept_from_students(source)
        assert len(kept) > 25 and not kept & lines(version), name
        assert not any("SOLUTION" in cell.source or "HIDDEN" in cell.source for cell in version.cells)
        assert not any(cell.get("outputs") for cell in version.cells)
        with zipfile.ZipFile(ROOT / "_build" / "assignments" / "zips" / f"{name}.zip") as packed:
            assert nbformat.reads(packed.read(f"{name}/{name}.ipynb").decode(), as_version=4) == version
            assert f"`ada_{name}.ipynb`" in packed.read(f"{name}/README.md").decode()

    hand_in(course / "release" / SUBMITTED / f"{SUBMITTED}.ipynb", course / "downloaded" / SUBMITTED / "archive")
    run(grade, tmp_path)
    for student, points in {"perfect": 3, "endless": 3, "crashing": 0}.items():
        by_hand(course, student, points)
    run(give_back, tmp_path, course)
    with open(course / "grades.csv", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["assignment"] == SUBMITTED]
    given = {row["student_id"]: float(row["score"]) for row in rows}
    assert given == {student: points for student, (_, points) in submissions().items()}
    told = (course / "feedback" / "crashing" / SUBMITTED / f"{SUBMITTED}.html").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in told and "SyntaxError" in told


def test_what_is_kept_from_students_is_known_line_by_line():
    kept = kept_from_students(nbformat.read(SETS[SUBMITTED], as_version=4))
    assert {"top = exp(-Rational(1, 2))", "number = float(witness)", "return a @ W + b"} <= kept
    assert not kept & {"result = layer(*given)", "import numpy as np", "wave = ..."}


def test_a_call_begins_afresh_and_a_set_is_always_packed_alike(tmp_path, capsys):
    for old in ("zips/0-old.zip", "course/release/0-old/0-old.ipynb", "course/source/0-old/0-old.ipynb"):
        (tmp_path / old).parent.mkdir(parents=True)
        (tmp_path / old).write_text("old", encoding="utf-8")
    name = "1-why-an-activation"
    assignments.make(tmp_path, [SETS[name]])
    assert f"{name}.zip: 6 items, 17 points" in capsys.readouterr().out
    assert not list(tmp_path.rglob("0-old*"))
    packed = (tmp_path / "zips" / f"{name}.zip").read_bytes()
    again = assignments.pack_set(tmp_path / "course" / "release" / name / f"{name}.ipynb", tmp_path / "elsewhere")
    assert packed == again.read_bytes()


def test_what_students_handed_in_is_never_deleted(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(assignments, "BUILT", tmp_path)
    monkeypatch.setattr(assignments.make, "__defaults__", (tmp_path, None))
    (tmp_path / "course" / "submitted" / "ada").mkdir(parents=True)
    assert assignments.main() == 1
    assert "move it to a place of its own first" in capsys.readouterr().err
    assert (tmp_path / "course" / "submitted" / "ada").is_dir()
