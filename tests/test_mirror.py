"""The mirror, and three of its numbers: no long line, no cell cut off, no answer above its question."""

import nbformat
import pytest

from tools import mirror
from tools.notebooks import chapters

every_chapter = pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)


def notebook(*cells):
    """A notebook of cells, each a Markdown text or (code, tag or None, printed text)."""
    made = []
    for cell in cells:
        if isinstance(cell, str):
            made.append(nbformat.v4.new_markdown_cell(cell))
            continue
        source, tag, *printed = cell
        made.append(nbformat.v4.new_code_cell(source, metadata={"tags": [tag]} if tag else {}))
        made[-1].outputs = [nbformat.v4.new_output("stream", text=text) for text in printed]
    return nbformat.v4.new_notebook(cells=made)


# --- The three that are tests --------------------------------------------------------------------------------------


@every_chapter
def test_no_line_in_view_is_too_long(path):
    assert mirror.long_lines(nbformat.read(path, as_version=4)) == []


@every_chapter
def test_no_answer_stands_above_its_question(path):
    assert list(mirror.answers_given_away(nbformat.read(path, as_version=4))) == []


@pytest.mark.browser
@every_chapter
def test_no_cell_in_view_is_cut_off(site, browser, path):
    with browser.new_page() as page:
        assert mirror.measured(page, f"{site.as_uri()}/notebooks/{path.stem}.html", mirror.CUT_OFF) == []


# --- What the mirror sees ------------------------------------------------------------------------------------------


EXERCISES = """## Exercises

```{exercise} Two
:label: exercise-small-1
How many are two and two?
```

```{hint}
:class: dropdown
Count.
```

```{solution-start} exercise-small-1
:class: dropdown
```"""


def test_the_mirror_shows_what_is_not_folded():
    long = "x = " + "1 + " * 20 + "1"
    small = notebook(
        "# Small\n\nA first sentence. It is followed by one that has rather more words than eight in it.",
        (f"{long}\n\nassert x", None), ("y = 1", "figure"), ("assert y", "check"),
        ":::{admonition} Answer\n:class: dropdown\nNobody counts these words.\n:::",
        EXERCISES, ("z = 1\nassert z", None), "```{solution-end}\n```\n\nThe end comes here.",
    )
    assert mirror.reflection(small) == {
        "cells": 1, "lines": 2, "over 79": 1, "asserts": 1, "words": 28, "short": "80%",
    }
    assert mirror.long_lines(small) == [(2, long)]


def test_the_table_has_a_line_for_each_chapter(capsys, monkeypatch):
    monkeypatch.setattr(mirror, "find_browser", lambda: None)
    mirror.main([str(path) for path in chapters()[:2]])
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].split() == ["chapter", "cells", "lines", "over", "79", "asserts", "words", "short"]
    assert [line.split()[0] for line in printed[1:3]] == [path.stem for path in chapters()[:2]]
    assert printed[3].endswith("No pixels: there is no browser, or no built site.")


@pytest.mark.browser
def test_the_pixels_of_a_page_are_measured(browser, tmp_path):
    page = tmp_path / "page.html"
    cell = '<div class="cell_input"><pre style="overflow: auto; width: 300px">{}</pre></div>'
    page.write_text(
        '<!DOCTYPE html><body style="margin: 0"><article><div style="height: 500px"></div><figure>A</figure>'
        + cell.format("short") + cell.format("long " * 40) + f"<details>{cell.format('folded ' * 40)}</details>"
        + '<div style="height: 2000px"></div></article>')
    with browser.new_page() as window:
        found = mirror.measured(window, page.as_uri(), mirror.MEASURE)
        assert 500 <= found["first figure"] < 530 and found["height"] > 2500
        (cut,) = mirror.measured(window, page.as_uri(), mirror.CUT_OFF)
        assert cut.startswith("long")


# --- Answers and questions -----------------------------------------------------------------------------------------

QUESTION = """**Things to try.** Predict first. What is the slope at 3.25?

:::{admonition} What you should see
:class: dropdown
It is 0.0475 there, and 4 elsewhere. At 3.25 it turns.
:::"""


@pytest.mark.parametrize(
    "above, given_away",
    [
        ("Nothing is said.", False),
        ("The slope is 0.0475.", True),
        ("The slope is $0.04748$.", True),  # it rounds to the answer
        ("The slope is 0.0479.", False),
        ("At 3.25 it turns, 4 times.", False),  # the question names 3.25, and 4 stands everywhere
        ("It is {cite:p}`known0.0475`.", False),
        (("slope = 0.0475", None), True),
        (("f(3)", None, "0.0475\n"), True),
        (("assert abs(f(3) - 0.0475) < 1e-4", "check"), True),
        (("explore(f, start=0.0475)", "figure"), False),
        (("assert f(3) == 0.0475\nexplore(f)", "figure"), True),
        (("explore(f)", "figure", "A slope of 0.0475"), True),
    ],
)
def test_an_answer_above_its_question_is_found(above, given_away):
    found = list(mirror.answers_given_away(notebook("## Move it", above, QUESTION)))
    assert found == (["cell 2 has 0.0475, an answer of cell 3"] if given_away else [])


def test_an_answer_may_stand_below_and_in_another_section():
    told = ("assert f(3) == 0.0475", "check")
    assert not list(mirror.answers_given_away(notebook("## Move it", ("explore(f)", "figure"), QUESTION, told)))
    assert not list(mirror.answers_given_away(notebook("It is 0.0475.", "## Move it", QUESTION)))


def test_a_question_may_be_a_list():
    answer = ":::{admonition} What you should see\n:class: dropdown\nAt 0.0475 it turns.\n:::"
    asked = "**Things to try.**\n\n1. Go to 0.0475.\n\n2. What happens?"
    assert not list(mirror.answers_given_away(notebook("## Move it", f"{asked}\n\n{answer}")))
    assert list(mirror.answers_given_away(notebook("## Move it", f"It is at 0.0475.\n\n{asked[:18]}\n\n{answer}")))


def test_a_quick_question_may_recall_what_was_read_and_gives_nothing_away_itself():
    asked = "````{admonition} Quick question: which?\n:class: question\nIs it 0.0475?\n\n1. Yes.\n2. No: 3.25.\n"
    why = "\n```{admonition} Why\n:class: dropdown\n1. At 1.75 it is.\n2. **Right.** It was 0.0475.\n```\n````"
    assert [kind for kind, _ in mirror.pieces(asked + why)] == ["question", "explanation"]
    assert not list(mirror.answers_given_away(notebook("## Move it", "It was 0.0475.", asked + why)))
    later = QUESTION.replace("3.25", "one point")
    assert list(mirror.answers_given_away(notebook("## Move it", asked + why, later)))


def test_the_solution_of_an_exercise_is_an_answer():
    solution = ("print(2.718)", None, "2.718")
    end = "```{solution-end}\n```"
    assert not list(mirror.answers_given_away(notebook(EXERCISES, solution, end)))
    shown = EXERCISES.replace("## Exercises\n", "## Exercises\n\nThe second answer is 2.718.\n")
    assert list(mirror.answers_given_away(notebook(shown, solution, end))) == ["cell 1 has 2.718, an answer of cell 2"]


@pytest.mark.parametrize(
    "number, telling",
    [("4", False), ("10", False), ("0.5", False), ("1.0", False), ("1000", False), ("1986", False), ("2.0e-3", False),
     ("0.25", True), ("254", True), ("9.1e-8", True), ("254,260", True)],
)
def test_which_numbers_can_be_recognised(number, telling):
    assert mirror.is_telling(number) is telling
