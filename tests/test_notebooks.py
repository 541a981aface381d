"""The chapters keep their form: canonical files, lessons to read aloud, exercises with hints and solutions."""

import ast
import os
import re
import subprocess
import sys
from collections import Counter
from itertools import chain
from pathlib import Path

import nbformat
import pytest
import yaml

from tools import mirror, notebooks
from tools.notebooks import prose

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = notebooks.chapters()
every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)

FENCED = re.compile(r"^(?P<fence>`{3,}|:{3,})\{(?P<kind>[\w-]+)\}(?P<argument>.*)$", re.MULTILINE)
LABEL = re.compile(r"^(?:\(([^)\s]+)\)=|:(?:label|name):\s*(\S+)|.*\$\$\s*\(([^)]+)\))\s*$")  # target, option, equation


def read(path):
    return nbformat.read(path, as_version=4)


def cells(path, kind):
    """(number from 1, cell) of each cell of a kind."""
    return [(i, cell) for i, cell in enumerate(read(path).cells, 1) if cell.cell_type == kind]


def directives(path):
    """(kind, argument, the text up to the next directive) of each directive of a chapter, in order.

    An admonition of the class hint counts as a hint.
    """
    text = prose(path)
    found = list(FENCED.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)]
    bodies = [text[match.end() : end] for match, end in zip(found, ends, strict=True)]
    hints = [re.search(r":class:.*\bhint\b", body) and "hint" for body in bodies]
    return [(h or m["kind"], m["argument"].strip(), body) for h, m, body in zip(hints, found, bodies, strict=True)]


def outputs(path, kind):
    """(cell number, text/plain, data of that kind) of each output that has it."""
    for number, cell in cells(path, "code"):
        for output in cell.outputs:
            if kind in output.get("data", {}):
                yield number, output.data.get("text/plain", ""), output.data[kind]


def test_there_are_chapters():
    assert CHAPTERS


@every_chapter
def test_is_canonical(path):
    found = notebooks.check(path)
    assert not found, "make notebooks stores it anew:\n" + "\n".join(found)


@every_chapter
def test_is_in_the_table_of_contents(path):
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    listed = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    assert f"notebooks/{path.stem}" in listed


def test_the_table_of_contents_is_in_reading_order():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    listed = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    numbered = [name for name in listed if name.startswith("notebooks/")]
    assert numbered == sorted(numbered)


@every_chapter
def test_begins_with_its_title(path):
    first = read(path).cells[0]
    assert first.cell_type == "markdown" and first.source.startswith("# ")
    titles = re.findall(r"^# .*", re.sub(r"```.*?```", "", prose(path), flags=re.DOTALL), re.MULTILINE)
    assert len(titles) == 1, titles


def unreadable(source):
    """What keeps a lesson from being read aloud, as phrases: a long line, or two things said in one."""
    yield from (f"a line of {len(line)} characters" for line in source.splitlines() if len(line) > mirror.LONGEST_LINE)
    for node in ast.walk(ast.parse(source)):
        targets = getattr(node, "targets", [getattr(node, "target", None)])
        if isinstance(node, ast.NamedExpr):
            yield f"line {node.lineno}: a walrus"
        elif isinstance(node, ast.Assign | ast.For) and any(isinstance(part, ast.Starred) for target in targets
                                                            for part in ast.walk(target)):
            yield f"line {node.lineno}: a starred target"
    starts = Counter(node.lineno for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt))
    yield from (f"line {line}: {number} statements" for line, number in starts.items() if number > 1)


@every_chapter
def test_lessons_can_be_read_aloud(path):
    lessons = [(number, cell) for number, cell in cells(path, "code") if notebooks.role_of(cell) == "lesson"]
    assert not [f"cell {number}, {fault}" for number, cell in lessons for fault in unreadable(cell.source)]


@pytest.mark.parametrize(
    "source, fault",
    [
        ("x = 1\nprint(x, *range(3))\nfirst, second = 1, 2", None),
        ("for i in range(3):\n    total = i", None),
        ("x" * 79, None),
        ("x" * 80, "a line of 80 characters"),
        ("print(y := 3)", "line 1: a walrus"),
        ("x = 1\n*rest, last = 1, 2", "line 2: a starred target"),
        ("for first, *rest in pairs:\n    print(first)", "line 1: a starred target"),
        ("x = 1; y = 2", "line 1: 2 statements"),
        ("if x: y = 2", "line 1: 2 statements"),
    ],
)
def test_what_cannot_be_read_aloud_is_named(source, fault):
    assert list(unreadable(source)) == ([fault] if fault else [])


@every_chapter
def test_nothing_is_hidden_from_nbval(path):
    for number, cell in cells(path, "code"):
        assert not re.search(r"nbval|PYTEST_VALIDATE", cell.source + str(cell.metadata), re.IGNORECASE), number
        assert not cell.source.rstrip().endswith(";"), f"cell {number} ends in a semicolon"
        assert "raises-exception" not in cell.metadata.get("tags", []), number


@every_chapter
def test_asserts_something(path):
    assert sum(notebooks.statements(cell.source) for _, cell in cells(path, "code")) >= 3


@every_chapter
def test_figures_have_captions_and_words_for_those_who_cannot_see(path):
    for number, _, html in outputs(path, "text/html"):
        for figure in re.findall(r"<figure.*?</figure>", html, re.DOTALL):
            assert re.search(r"<figcaption[^>]*>\s*\S", figure), f"cell {number}: a figure without a caption"
            for image in re.findall(r"<img[^>]*>", figure):
                assert re.search(r'alt="[^"]+"', image), f"cell {number}: an image without alt text"
            assert re.search(r'aria-label="[^"]+"|alt="[^"]+"', figure), f"cell {number}: a figure without words"


@every_chapter
def test_explorers_are_stored_as_plain_html(path):
    for number, plain, html in chain(outputs(path, "text/html"), outputs(path, "text/plain")):
        if re.match(r"VBox\(|Explorer\(", plain):
            assert "<figure" in html or html is plain, f"cell {number}"
    shown = [n for n, cell in cells(path, "code") if re.search(r"^explore\(", cell.source, re.MULTILINE)]
    stored = {n for n, _, html in outputs(path, "text/html") if "data-explorer=" in html}
    assert stored >= set(shown), "an explorer without text/html"
    assert stored, "no explorer"


@every_chapter
def test_pictures_are_never_bare(path):
    for number, _, _ in chain(outputs(path, "image/png"), outputs(path, "image/svg+xml")):
        pytest.fail(f"cell {number}: a picture without caption, alt text and theme; use the figures of activations")


@every_chapter
def test_every_exercise_has_a_hint_and_a_solution_both_folded(path):
    found = directives(path)
    labels = [re.search(r":label:\s*(\S+)", body)[1] for kind, _, body in found if kind == "exercise"]
    assert len(labels) >= 4 and len(set(labels)) == len(labels)
    solved = [argument for kind, argument, _ in found if kind in ("solution", "solution-start")]
    assert sorted(solved) == sorted(labels)
    kinds = [kind.removesuffix("-start") for kind, _, _ in found]
    kinds = [kind for kind in kinds if kind in ("exercise", "hint", "solution")]
    assert kinds == ["exercise", "hint", "solution"] * len(labels)
    for kind, argument, body in found:
        if kind in ("hint", "solution", "solution-start"):
            assert re.search(r":class:.*\bdropdown\b", body), f"{kind} {argument} is not folded"
    opened, closed = ([kind for kind, _, _ in found].count(f"solution-{end}") for end in ("start", "end"))
    assert opened == closed


@every_chapter
def test_every_link_has_words(path):
    assert re.findall(r"(?<!!)\[\]\([^)]*\)", prose(path)) == [], "JupyterLab shows the address of such a link"


@every_chapter
def test_a_link_to_a_label_says_so(path):
    links = re.findall(r"(?<!`)\[[^\]\n]+\]\(([^)\s]+)\)", prose(path))
    unclear = [link for link in links if not re.match(r"https?://|#|[\w./-]+\.(ipynb|md)(#|$)", link)]
    assert unclear == [], "JupyterLab wants a # before a label"


def test_labels_are_unique():
    first = {}
    for path in [*CHAPTERS, *sorted((ROOT / "book").glob("*.md"))]:
        text = prose(path) if path.suffix == ".ipynb" else path.read_text(encoding="utf-8")
        for line in text.splitlines():
            if found := LABEL.match(line):
                label = found[1] or found[2] or found[3]
                assert label not in first, f"{label} in {path.name} and {first[label]}"
                first[label] = path.name


# --- Tampering, and a notebook that fails --------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    """A stored notebook of one sum."""
    path = tmp_path / "01-small.ipynb"
    shown = nbformat.v4.new_output("execute_result", {"text/plain": "42"}, execution_count=1)
    cell = nbformat.v4.new_code_cell("12 + 30", execution_count=1, outputs=[shown])
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Small"), cell])
    path.write_text(notebooks.canonical(notebook, "small"))
    return path


def nbval(path):
    """Strict nbval on one notebook: the exit status and what it printed."""
    alone = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "nbval.plugin", "-p", "no:cacheprovider", "--color=no"]
    options = ["--nbval", "--nbval-current-env", str(path)]
    done = subprocess.run([*command, *options], cwd=path.parent, env=alone, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_a_flipped_number_fails_and_is_named(small):
    assert nbval(small)[0] == 0
    small.write_text(small.read_text().replace('"42"', '"43"'))
    status, printed = nbval(small)
    assert status == 1 and "01-small.ipynb::Cell 0" in printed and "43" in printed


def test_what_is_not_canonical_is_named(small, capsys):
    notebooks.main(["check", str(small)])
    assert "1 of 1 notebooks canonical" in capsys.readouterr().out
    text = small.read_text()
    spoilt = {
        "notebook, cells 1, id: 'mine' should be 'small-01'": text.replace("small-01", "mine"),
        "notebook, metadata: 'widgets' should not be stored": text.replace(
            ' "metadata": {\n  "kernelspec"', ' "metadata": {\n  "widgets": {},\n  "kernelspec"'
        ),
        "cell 2 (In [7]): the execution count should be 1": text.replace("count\": 1", "count\": 7"),
        "its output holds an address in memory: '0x7f00aa11'": text.replace('"42"', '"<f at 0x7f00aa11>"'),
        "the keys, the indent or the line ends differ": text.replace("\n ", "\n  "),
    }
    for fault, changed in spoilt.items():
        assert changed != text
        small.write_text(changed)
        assert any(fault in found for found in notebooks.check(small)), fault


def test_a_run_stores_what_is_canonical(small):
    before = small.read_text()
    small.write_text(before.replace('"42"', '"43"').replace("small-02", "mine"))
    assert notebooks.main(["run", str(small)]) == 0
    assert small.read_text() == before


def test_a_notebook_is_brought_into_form_without_a_run(small, capsys):
    before = small.read_text()
    small.write_text(before.replace('"42"', '"43"').replace("small-02", "mine"))
    assert notebooks.main(["form", str(small)]) == 0
    assert small.read_text() == before.replace('"42"', '"43"')
    assert "01-small: stored\n1 of 1 notebooks canonical" in capsys.readouterr().out
    assert notebooks.main(["form", str(small)]) == 0
    assert capsys.readouterr().out == "1 of 1 notebooks canonical\n"


def test_what_only_a_run_can_mend_is_named(small, capsys):
    small.write_text(small.read_text().replace('count": 1', 'count": 7').replace("small-02", "mine"))
    assert notebooks.main(["form", str(small)]) == 1
    assert "cell 2 (In [7]): the execution count should be 1\n0 of 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    "source, reason",
    [
        ("1 / 0", "ZeroDivisionError"),
        ("import warnings\nwarnings.warn('mind')", "wrote to stderr"),
        ("object()", "its output holds an address in memory"),
    ],
)
def test_a_failing_notebook_is_named_and_left_alone(small, capsys, source, reason):
    notebook = read(small)
    notebook.cells.append(nbformat.v4.new_code_cell(source))
    nbformat.write(notebook, small)
    before = small.read_bytes()
    assert notebooks.main(["run", str(small)]) == 1
    printed = capsys.readouterr().err
    assert "01-small: not stored" in printed and "cell 3 (In [2])" in printed and reason in printed
    assert small.read_bytes() == before and not list(small.parent.glob("*.new"))


# --- The three roles of a code cell -------------------------------------------------------------------------------


def code(source, *tags, **metadata):
    cell = nbformat.v4.new_code_cell(source, metadata=metadata)
    if tags:
        cell.metadata["tags"] = list(tags)
    return cell


def stored(cell):
    """The metadata of a cell after it was stored, and after it was stored again."""
    once = nbformat.reads(notebooks.canonical(nbformat.v4.new_notebook(cells=[cell]), "one"), as_version=4)
    twice = nbformat.reads(notebooks.canonical(once, "one"), as_version=4)
    assert twice == once
    return dict(once.cells[0].metadata)


def test_a_lesson_is_stored_with_nothing_that_folds_it():
    assert stored(code("12 + 30")) == {}
    left_over = {"jupyter": {"source_hidden": True}, "mystnb": {"code_prompt_show": "How this figure is made"}}
    assert stored(code("12 + 30", **left_over)) == {}
    assert stored(code("12 + 30", mystnb={"figure": {"name": "sum"}})) == {"mystnb": {"figure": {"name": "sum"}}}


def test_a_figure_is_stored_with_its_code_folded_and_its_output_open():
    metadata = stored(code("explore(f)", "figure"))
    assert metadata["tags"] == ["figure", "hide-input"]
    assert metadata["mystnb"]["code_prompt_show"] == "How this figure is made"
    assert metadata["mystnb"]["code_prompt_hide"] == "Fold how this figure is made"
    assert metadata["jupyter"] == {"source_hidden": True}


def test_a_check_is_stored_folded_whole_with_its_count():
    metadata = stored(code("assert 1 < 2\nfor n in range(9):\n    assert n < 9", "check"))
    assert metadata["tags"] == ["check", "hide-cell"]
    assert metadata["mystnb"]["code_prompt_show"] == "Checked by computation: 2 statements"
    assert metadata["mystnb"]["code_prompt_hide"] == "Fold the check of 2 statements"
    assert metadata["jupyter"] == {"source_hidden": True, "outputs_hidden": True}
    alone = stored(code("assert 1 < 2", "check"))["mystnb"]
    assert alone["code_prompt_show"] == "Checked by computation: 1 statement"


def test_a_cell_whose_role_was_changed_keeps_nothing_of_the_old_one():
    as_figure = stored(code("assert 1 < 2", "figure"))
    changed = code("assert 1 < 2", **as_figure | {"tags": ["check", "hide-input"]})
    assert stored(changed) == stored(code("assert 1 < 2", "check"))


def md(source, **metadata):
    return nbformat.v4.new_markdown_cell(source, metadata=metadata)


def stored_cells(*cells):
    """Cells as they are stored, and stored again."""
    once = nbformat.reads(notebooks.canonical(nbformat.v4.new_notebook(cells=list(cells)), "one"), as_version=4)
    assert nbformat.reads(notebooks.canonical(once, "one"), as_version=4) == once
    return once.cells


START, END = "```{solution-start} exercise-one\n:class: dropdown\n```\n\nIt is 42.", "```{solution-end}\n```\n\n## Next"


def test_what_stands_in_a_solution_is_collapsed_and_what_stands_around_it_is_not():
    cells = [md("# One"), code("1"), md(START), code("2"), code("assert 3", "check"), code("4", "figure"), md("Five."),
             md(END), code("6"), md("Seven.")]
    found = [cell.metadata.get("jupyter") for cell in stored_cells(*cells)]
    whole = {"source_hidden": True, "outputs_hidden": True}
    assert found == [None, None, None, whole, whole, whole, {"source_hidden": True}, None, None, None]


def test_a_solution_may_begin_where_another_ends():
    cells = [md(START), code("1"), md(END + "\n\n" + START), code("2"), md(END), code("3")]
    found = [bool(cell.metadata.get("jupyter")) for cell in stored_cells(*cells)]
    assert found == [False, True, False, True, False, False]


def test_what_has_left_a_solution_is_open_again():
    left = [md("Five.", jupyter={"source_hidden": True}), code("1", jupyter={"outputs_hidden": True})]
    assert [cell.metadata for cell in stored_cells(*left)] == [{}, {}]


@pytest.mark.parametrize(
    "source, wanted",
    [
        ("See [](05-tanh.ipynb).", "See [Tanh](05-tanh.ipynb)."),
        ("[](../book/glossary.md), [](05-tanh.ipynb)", "[Glossary](../book/glossary.md), [Tanh](05-tanh.ipynb)"),
        ("[words](05-tanh.ipynb)", None),
        ("[](99-absent.ipynb)", None),
        ("[](#a-label)", None),
        ("![](05-tanh.ipynb)", None),
        ("`[](05-tanh.ipynb)`", None),
    ],
)
def test_a_link_without_words_gets_the_title_of_its_page(source, wanted):
    assert stored_cells(md(source))[0].source == (wanted or source)


@pytest.mark.parametrize(
    "source, number",
    [
        ("x = 1", 0),
        ("# assert x\n'assert y'", 0),
        ("assert x and y", 1),
        ("def f():\n    assert x\n\nif y: assert z", 2),
        ("derive(f, (g, 'reason'))\nassert x", 2),
        ("derived = derivation(f)", 0),
    ],
)
def test_statements_are_asserts_and_derivations(source, number):
    assert notebooks.statements(source) == number


@pytest.mark.parametrize(
    "cell, fault",
    [
        (code("assert x", "figure", "check"), "a cell has one role, and this one is tagged figure and check"),
        (code("x", "picture"), "the tag 'picture' names no role"),
        (code("assert x", "check", "remove-cell"), "the tag 'remove-cell' names no role"),
        (code("x", "hide-input"), "the tag 'hide-input' folds a cell without a role"),
        (code("x = 1", "check"), "a check without an assert checks nothing"),
        (code("%time x", "check"), "it cannot be read as Python"),
        (nbformat.v4.new_markdown_cell("x", metadata={"tags": ["check"]}), "only a code cell has a role"),
    ],
)
def test_a_role_at_fault_is_named_before_the_notebook_runs(small, capsys, cell, fault):
    notebook = read(small)
    notebook.cells.append(cell)
    nbformat.write(notebook, small)
    assert any(f"cell 3: {fault}" in found for found in notebooks.check(small))
    before = small.read_bytes()
    assert notebooks.main(["run", str(small)]) == 1
    assert f"cell 3: {fault}" in capsys.readouterr().err
    assert small.read_bytes() == before


def test_a_check_whose_count_is_out_of_date_is_not_canonical(small):
    notebook = read(small)
    notebook.cells.append(code("assert 1 < 2", "check"))
    nbformat.write(notebook, small)
    assert notebooks.main(["run", str(small)]) == 0
    assert not notebooks.check(small)
    small.write_text(small.read_text().replace("assert 1 < 2", "assert 1 < 2\\nassert 2 < 3"))
    assert any("'Checked by computation: 1 statement' should be" in found for found in notebooks.check(small))


def test_an_unknown_notebook_is_named(capsys):
    with pytest.raises(SystemExit):
        notebooks.main(["run", "absent.ipynb"])
    assert "no such notebook: absent.ipynb" in capsys.readouterr().err
