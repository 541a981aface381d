"""The mirror: what a reader sees of each chapter without opening anything.

    python -m tools.mirror [notebook ...]      a table, a line for each chapter; all chapters when left out

It is for the author to look into, and no threshold. The two lengths in pixels are measured on the built site at
1280 px, and left out where there is no browser or no site.
"""

import ast
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tools.browser import BROWSER_FLAGS, find_browser
from tools.notebooks import ROOT, chapters, role_of, text_of

SITE = ROOT / "_build" / "html"
WIDE = {"width": 1280, "height": 800}
LONGEST_LINE = 79  # what fits into the code box of a page of 1280 px
SHORT_SENTENCE = 8  # words
FOLDED = ("hint", "explanation", "answer")  # boxes, each under what it answers

OPENING = re.compile(r"^(?P<fence>`{3,}|:{3,})\{(?P<kind>[\w-]+)\}")
HEADING = re.compile(r"^#{1,6} ")
UNREAD = re.compile(r"\{(?:cite|ref|doc|numref|eq)[\w:]*\}`[^`]*`|\]\([^)]*\)|^\([\w-]+\)=$|^:[\w-]+:.*$|^%.*$|https?://\S+",
                    re.MULTILINE)
MATHS = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)
WORD = re.compile(r"[^\W\d_][\w'’-]*")
SENTENCE_END = re.compile(r"[.!?:](?=\s|$)|\n\s*\n|\n(?=[-*|]|\d+\. )")
ASKS = re.compile(r"\?|^\*\*|^(?:[-*]|\d+\.) ")
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?:[eE][-−+]?\d+)?(?![\w.]*\w)")


# --- What a chapter consists of, in reading order ------------------------------------------------------------------


@dataclass(frozen=True)
class Passage:
    """A piece of a chapter: its kind, its text, and the number of its cell, from 1.

    The kinds: heading, prose, exercise, question (a quick one), lesson, output; and what is folded: figure (its code),
    check, hint, explanation (of the options of a question, which may recall what was just read), and answer, which is a
    solution or another folded box with all that stands in it.
    """

    kind: str
    text: str
    cell: int


def directive_kind(name, body):
    """What a directive is to the reader; prose for a box that is open."""
    folded = re.search(r"^:class:.*\bdropdown\b", body, re.MULTILINE)
    if name.startswith("exercise"):
        return "exercise"
    if name == "hint" or re.search(r"^:class:.*\bhint\b", body, re.MULTILINE):
        return "hint"
    return "answer" if folded or name.startswith("solution") else "prose"


def parts_of_question(text):
    """(kind, text) of the two parts of a quick question: what it asks, and the box that is folded in it."""
    asked, fence, folded = text.partition("\n```{admonition}")
    yield "question", asked
    yield "explanation", fence + folded


def pieces(source):
    """(kind, text) of each piece of a Markdown cell: a heading, a paragraph, a directive; "start" and "end" for the two
    ends of a solution that spans cells."""
    lines, paragraph = iter(source.splitlines()), []

    def finished():
        if paragraph:
            yield "prose", "\n".join(paragraph)
            paragraph.clear()

    for line in lines:
        opening = OPENING.match(line)
        if opening:
            yield from finished()
            body = []
            for inner in lines:
                if inner.strip() == opening["fence"]:
                    break
                body.append(inner)
            ends = {"solution-start": "start", "solution-end": "end"}
            text = "\n".join([line[opening.end():], *body])
            if re.search(r"^:class: question$", text, re.MULTILINE):
                yield from parts_of_question(text)
                continue
            yield ends.get(opening["kind"]) or directive_kind(opening["kind"], text), text
        elif HEADING.match(line) or not line.strip():
            yield from finished()
            if line.strip():
                yield "heading", line
        else:
            paragraph.append(line)
    yield from finished()


def shown(cell):
    """The words of the outputs of a cell: no tags, no style, no script, no picture, nothing that is folded."""
    text = "\n".join(text_of(output) for output in cell.outputs)
    text = re.sub(r"<(style|script|svg|details)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", text)


def passages(notebook):
    """The passages of a chapter in the order in which they stand."""
    found, in_solution = [], False
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code":
            role = role_of(cell)
            for kind, text in ((role, cell.source), ("output", shown(cell))):
                found.append(Passage("answer" if in_solution else kind, text, number))
            continue
        for kind, text in pieces(cell.source):
            if kind in ("start", "end"):
                in_solution = kind == "start"
            else:
                found.append(Passage("answer" if in_solution else kind, text, number))
    return found


# --- No answer above its question ----------------------------------------------------------------------------------


def value(text):
    """A number as written -> (what it is worth, how many digits say so), signs left out."""
    digits, _, power = text.replace(",", "").replace("−", "-").lower().partition("e")
    significant = digits.replace(".", "").lstrip("0")
    return float(f"{digits}e{power or 0}"), len(significant)


def numbers(text):
    """The numbers of a text, as written; without those of citations, links, labels and options."""
    return [number.rstrip(",") for number in NUMBER.findall(UNREAD.sub(" ", text.replace("\\,", "")))]


def is_telling(number):
    """Whether a number can be recognised as an answer: two digits of it, zeros at the end left out, and a point, a
    power, or three places. A small integer stands everywhere, and one from 1900 to 2100 is a year."""
    worth, _ = value(number)
    if number.isdigit() and (worth < 100 or 1900 <= worth <= 2100):
        return False
    digits = re.split("[eE]", number)[0].replace(".", "").replace(",", "")
    return len(digits.strip("0")) >= 2


def gives_away(number, answer):
    """Whether a number says an answer: it is equal, or rounds to an answer of three digits and more."""
    (seen, _), (asked, digits) = value(number), value(answer)
    return seen == asked or (digits >= 3 and float(f"{seen:.{digits - 1}e}") == asked)


def question_of(before):
    """The passages that ask what the folded box after them answers, the last one first: the exercise; or the paragraph
    above it, with those above that one that ask too, begin in bold type, or are items of a list."""
    question = []
    for passage in reversed(before):
        if passage.kind == "exercise" and not question:
            return [passage]
        if passage.kind == "prose" and (not question or ASKS.search(passage.text)):
            question.append(passage)
        elif question or passage.kind not in FOLDED:
            break
    return question


def seen_above(passage):
    """What a reader, or one who opens a check, may know of a passage: of the code of a figure only its asserts."""
    if passage.kind != "figure":
        return passage.text
    asserts = [node for node in ast.walk(ast.parse(passage.text)) if isinstance(node, ast.Assert)]
    return "\n".join(ast.unparse(node) for node in asserts)


def answers_given_away(notebook):
    """Every number of a folded answer that stands above its question in the same section, as phrases.

    What is in view counts, and so does a check, which belongs below. A number that the question itself names is no
    answer, and neither is a small integer.
    """
    everything, told = passages(notebook), set()
    for place, answer in enumerate(everything):
        if answer.kind != "answer":
            continue
        question = question_of(everything[:place])
        if not question:
            continue
        asked = {value(number)[0] for passage in question for number in numbers(passage.text)}
        start = everything.index(question[-1])
        above = [passage for passage in section_before(everything[:start]) if passage.kind not in FOLDED]
        answers = [number for number in numbers(answer.text) if is_telling(number) and value(number)[0] not in asked]
        for passage in above:
            seen = numbers(seen_above(passage))
            for number in answers:
                if any(gives_away(other, number) for other in seen) and (number, answer.cell) not in told:
                    told.add((number, answer.cell))
                    yield f"cell {passage.cell} has {number}, an answer of cell {answer.cell}"


def section_before(everything):
    """The passages since the last heading."""
    last = max((place for place, passage in enumerate(everything) if passage.kind == "heading"), default=0)
    return everything[last:]


# --- The numbers of a chapter --------------------------------------------------------------------------------------


def long_lines(notebook):
    """(cell number, line) of each line of code in view that is too long."""
    return [(passage.cell, line) for passage in passages(notebook) if passage.kind == "lesson"
            for line in passage.text.splitlines() if len(line) > LONGEST_LINE]


def sentences(text):
    """The number of words of each sentence; a formula is a word."""
    text = MATHS.sub(lambda found: "\n\n" if found[0].startswith("$$") else " formula ", UNREAD.sub(" ", text))
    return [length for part in SENTENCE_END.split(text) if (length := len(WORD.findall(part)))]


def reflection(notebook):
    """What the mirror shows of a chapter, by name of the column."""
    everything = passages(notebook)
    code = [passage.text for passage in everything if passage.kind == "lesson"]
    lines = [line for text in code for line in text.splitlines() if line.strip()]
    text = [passage.text for passage in everything if passage.kind in ("prose", "exercise", "question")]
    words = sentences("\n\n".join(text))
    short = sum(length <= SHORT_SENTENCE for length in words)
    return {
        "cells": len(code),
        "lines": len(lines),
        f"over {LONGEST_LINE}": len(long_lines(notebook)),
        "asserts": sum(isinstance(node, ast.Assert) for text in code for node in ast.walk(ast.parse(text))),
        "words": sum(words),
        "short": f"{short / max(len(words), 1):.0%}",
    }


MEASURE = """() => {
  const first = document.querySelector("article figure");
  return {"first figure": first ? Math.round(first.getBoundingClientRect().top + scrollY) : "none",
          "height": document.documentElement.scrollHeight};
}"""
CUT_OFF = """() => [...document.querySelectorAll("div.cell_input pre")]
  .filter(code => code.checkVisibility({visibilityProperty: true}) && code.scrollWidth > code.clientWidth)
  .map(code => code.textContent.trim().slice(0, 60))"""


def measured(page, address, script):
    """What a script says about a page of the site, once its fonts are there."""
    page.set_viewport_size(WIDE)
    page.goto(address, wait_until="load")
    page.evaluate("document.fonts.ready.then(() => 0)")
    return page.evaluate(script)


@contextmanager
def a_page():
    """A page of the browser, or None where there is no browser or no site."""
    program = find_browser()
    if program is None or not SITE.is_dir():
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_FLAGS)
        yield browser.new_page()
        browser.close()


def table(rows):
    """Rows of one set of columns as lines of text, numbers to the right."""
    columns = list(rows[0])
    widths = {name: max(len(name), *(len(str(row[name])) for row in rows)) for name in columns}

    def line(row):
        first, *others = (str(row[name]).rjust(widths[name]) for name in columns)
        return "  ".join([first.strip().ljust(widths[columns[0]]), *others])

    return [line({name: name for name in columns}), *map(line, rows)]


def main(arguments=None):
    """Print the table."""
    paths = list(map(Path, sys.argv[1:] if arguments is None else arguments)) or chapters()
    rows = []
    with a_page() as page:
        for path in paths:
            row = {"chapter": path.stem} | reflection(nbformat.read(path, as_version=4))
            built = SITE / "notebooks" / f"{path.stem}.html"
            if page and built.is_file():
                row |= measured(page, built.as_uri(), MEASURE)
            rows.append(row)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    print(*table([{name: row.get(name, "") for name in columns} for row in rows]), sep="\n")
    print(f"In view, before anything is opened. Short: sentences of at most {SHORT_SENTENCE} words.", end=" ")
    print("Pixels at a width of 1280." if "height" in columns else "No pixels: there is no browser, or no built site.")


if __name__ == "__main__":
    main()
