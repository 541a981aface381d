"""Run the chapters afresh and keep them in one canonical form.

    python -m tools.notebooks run [notebook ...]      run each, store its outputs
    python -m tools.notebooks form [notebook ...]     store each in canonical form, with the outputs that it has
    python -m tools.notebooks check [notebook ...]    say which are not in canonical form, and why

Without names, all take every chapter in notebooks/ and every graded set in notebooks/exercises/. A notebook that fails
is left as it was, and so is one that needs a package which readers may do without, where that is not installed.

The role of a code cell is its one tag: none for a lesson, `figure`, or `check`. Its author writes no more than that;
what the site and JupyterLab need to fold it is added here when the notebook is stored. So is what JupyterLab needs to
fold a solution that spans several cells, and the words of a link to a page that was written without.
"""

import argparse
import ast
import functools
import importlib.util
import os
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, DeadKernelError

ROOT = Path(__file__).resolve().parent.parent
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
METADATA = {"kernelspec": KERNEL, "language_info": {"name": "python"}}  # of every notebook
CELL_METADATA = {"tags", "mystnb", "jupyter", "nbgrader"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_TIMEOUT = 300  # seconds

# The tag by which MyST-NB folds the cells of a role, and what JupyterLab collapses of them.
FOLDING_TAG = {"figure": "hide-input", "check": "hide-cell"}
COLLAPSED = {"figure": {"source_hidden": True}, "check": {"source_hidden": True, "outputs_hidden": True}}
PROMPTS = {"code_prompt_show", "code_prompt_hide"}

# A solution that spans several cells is a box on the site. JupyterLab, which knows no box around cells, collapses them.
SOLUTION_EDGE = re.compile(r"^[`:]{3,}\{solution-(start|end)\}", re.MULTILINE)
COLLAPSED_IN_SOLUTION = {"code": COLLAPSED["check"], "markdown": {"source_hidden": True}}

# The site gives a link without words the title of its page, JupyterLab the name of its file.
WORDLESS_LINK = re.compile(r"(?<![!\\`])\[\]\(([^)\s#]+\.(?:ipynb|md))\)")

# Packages that a reader may do without, and how they are installed. A chapter that imports one is skipped without it.
OPTIONAL = {"torch": "PyTorch is not installed: make torch"}

# What a stored output must not hold: it differs from run to run, or from machine to machine.
UNSTABLE = {
    "the path of a machine": r"(?<![\w.])/(?:home|root|tmp|work|Users|var|opt)/\w|[A-Z]:\\+Users",
    "an address in memory": r"\b0x[0-9a-f]{6,}\b",
    "the repr of a figure": r"<Figure |\bFigure\(",
    "the repr of an artist": r"<matplotlib\.|\bLine2D\(",
}
ANSI = re.compile(r"\x1b\[[0-9;]*m")
PICTURE_DATA = re.compile(r"base64,[A-Za-z0-9+/=]+")


class NotebookError(Exception):
    """A notebook that cannot be stored; says which cell and why."""


def chapters():
    """The chapters, in reading order; the graded exercises in notebooks/exercises/ are not among them."""
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def sets():
    """The graded sets, as their teachers see them, with solutions and hidden tests."""
    return sorted((ROOT / "notebooks" / "exercises").glob("*.ipynb"))


def prose(path):
    """The text of a notebook: its Markdown cells, a blank line apart."""
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def missing(path):
    """Why a notebook cannot be run here, as a phrase: an optional package that it imports is not installed; else ""."""
    code = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    imported = set(re.findall(r"^\s*(?:import|from) (\w+)", "\n".join(code), re.MULTILINE))
    lacking = [why for name, why in OPTIONAL.items() if name in imported and importlib.util.find_spec(name) is None]
    return lacking[0] if lacking else ""


def place(index, cell):
    """A cell as a reader finds it: its position from 1 and its In number."""
    count = cell.get("execution_count")
    return f"cell {index + 1}" + (f" (In [{count}])" if count else "")


def role_of(cell):
    """The role of a cell: "figure", "check", or "lesson" for one without such a tag."""
    tags = cell.metadata.get("tags", [])
    return next((role for role in FOLDING_TAG if role in tags), "lesson")


def statements(source):
    """How many statements a cell proves: its asserts, and its derivations, each a chain whose steps are judged."""
    nodes = list(ast.walk(ast.parse(source)))
    asserted = sum(isinstance(node, ast.Assert) for node in nodes)
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    return asserted + sum(isinstance(name, ast.Name) and name.id == "derive" for name in called)


def counted(number):
    """A number of statements in words: "1 statement", "4 statements"."""
    return f"{number} statement{'' if number == 1 else 's'}"


def role_faults(cell):
    """What is wrong with the tags of a cell, or with a check that checks nothing, as phrases."""
    tags = cell.metadata.get("tags", [])
    roles = [tag for tag in tags if tag in FOLDING_TAG]
    if tags and cell.cell_type != "code":
        yield f"only a code cell has a role, and this one is tagged {', '.join(tags)}"
    elif len(roles) > 1:
        yield f"a cell has one role, and this one is tagged {' and '.join(roles)}"
    elif foreign := [tag for tag in tags if tag not in roles and tag not in FOLDING_TAG.values()]:
        yield f"the tag {foreign[0]!r} names no role: a code cell has no tag, or 'figure', or 'check'"
    elif tags and not roles:
        yield f"the tag {tags[0]!r} folds a cell without a role: tag it 'figure' or 'check'"
    elif roles:
        try:
            proved = statements(cell.source)
        except SyntaxError as error:
            yield f"it cannot be read as Python: {error.msg}"
        else:
            if roles == ["check"] and not proved:
                yield "a check without an assert checks nothing"


def prompts(role, source):
    """What the site writes on a folded cell, and on the same cell when it is open."""
    if role == "figure":
        return {"code_prompt_show": "How this figure is made", "code_prompt_hide": "Fold how this figure is made"}
    count = counted(statements(source))
    return {"code_prompt_show": f"Checked by computation: {count}", "code_prompt_hide": f"Fold the check of {count}"}


def cell_metadata(cell):
    """The metadata that a cell is stored with: what its role needs, and of the rest what its author may set.

    A cell whose role is at fault keeps its metadata, for its author to mend.
    """
    kept = {key: value for key, value in cell.metadata.items() if key in CELL_METADATA}
    if any(role_faults(cell)):
        return kept
    if cell.cell_type != "code":
        kept.pop("jupyter", None)
        return kept
    role = role_of(cell)
    mystnb = {key: value for key, value in kept.pop("mystnb", {}).items() if key not in PROMPTS}
    kept.pop("jupyter", None)
    kept.pop("tags", None)
    if role != "lesson":
        kept |= {"tags": [role, FOLDING_TAG[role]], "jupyter": COLLAPSED[role]}
        mystnb |= prompts(role, cell.source)
    return kept | ({"mystnb": mystnb} if mystnb else {})


def inside_solutions(cells):
    """For each cell, whether all of it stands in a solution that began in a cell before and ends in a later one."""
    inside = False
    for cell in cells:
        edges = SOLUTION_EDGE.findall(cell.source) if cell.cell_type == "markdown" else []
        yield inside and not edges
        inside = edges[-1] == "start" if edges else inside


@functools.cache
def title_of(page):
    """The title of a page of the book, a chapter or a file in Markdown; None where there is no such page or title."""
    if not page.is_file():
        return None
    found = re.search(r"^# (.+)$", prose(page) if page.suffix == ".ipynb" else page.read_text("utf-8"), re.MULTILINE)
    return found and found[1].strip()


def with_words(source):
    """The text of a chapter whose links to pages all have words: the title of the page where none were given."""

    def link(found):
        return f"[{title_of((ROOT / 'notebooks' / found[1]).resolve()) or ''}]({found[1]})"

    return WORDLESS_LINK.sub(link, source)


def text_of(output):
    """All the text that an output shows, pictures left out."""
    parts = [output.get("text", ""), *(v for k, v in output.get("data", {}).items() if k.startswith("text/"))]
    return PICTURE_DATA.sub("", "\n".join(parts))


def output_faults(output):
    """What keeps an output from being stored, as phrases."""
    if output.output_type == "error":
        yield f"raised {output.ename}: {output.evalue}"
    elif output.get("name") == "stderr":
        yield f"wrote to stderr: {output.text.strip()}"
    for what, pattern in UNSTABLE.items():
        if found := re.search(pattern, text_of(output)):
            yield f"its output holds {what}: {found[0]!r}"


def faults(notebook):
    """Everything in a notebook that only its author can mend, each with its cell."""
    expected = 0
    for index, cell in enumerate(notebook.cells):
        yield from (f"{place(index, cell)}: {fault}" for fault in role_faults(cell))
        if cell.cell_type != "code":
            continue
        expected += 1
        if cell.execution_count != expected:
            yield f"{place(index, cell)}: the execution count should be {expected}"
        for output in cell.outputs:
            yield from (f"{place(index, cell)}: {fault}" for fault in output_faults(output))


def canonical_output(output, count):
    """An output without what a kernel adds to it: widget views, metadata, split streams are joined before."""
    if output.output_type == "stream":
        return {"output_type": "stream", "name": output.name, "text": output.text}
    if output.output_type == "error":
        return dict(output)
    data = {kind: value for kind, value in output.data.items() if kind != WIDGET_VIEW}
    kept = {"output_type": output.output_type, "data": data, "metadata": {}}
    return kept | ({"execution_count": count} if output.output_type == "execute_result" else {})


def joined_streams(outputs):
    """Neighbouring pieces of one stream as one: a kernel splits them where its clock says."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output.output_type == "stream" and last.get("name") == output.name:
            last["text"] += output.text
        else:
            joined.append(output.copy())
    return joined


def canonical(notebook, slug):
    """The one form that a notebook is stored in, as text: sorted, with cell ids made from slug and position."""
    notebook = nbformat.from_dict(notebook)
    cells = []
    for index, (cell, inside) in enumerate(zip(notebook.cells, inside_solutions(notebook.cells), strict=True)):
        source = with_words(cell.source) if cell.cell_type == "markdown" else cell.source
        kept = {
            "cell_type": cell.cell_type,
            "id": f"{slug}-{index + 1:02d}",
            "metadata": cell_metadata(cell) | ({"jupyter": COLLAPSED_IN_SOLUTION[cell.cell_type]} if inside else {}),
            "source": "\n".join(line.rstrip() for line in source.strip("\n").split("\n")),
        }
        if cell.cell_type == "code":
            kept["execution_count"] = cell.execution_count
            kept["outputs"] = [
                canonical_output(output, cell.execution_count) for output in joined_streams(cell.outputs)
            ]
        cells.append(kept)
    stored = {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}
    return nbformat.writes(nbformat.from_dict(stored)) + "\n"


def slug_of(path):
    """What a chapter's cell ids start with: its file name without the number."""
    return re.sub(r"[^A-Za-z0-9-]", "-", re.sub(r"^\d+-", "", Path(path).stem))


def differences(stored, wanted, where="notebook"):
    """The places where two JSON trees differ, as phrases."""
    if isinstance(stored, dict) and isinstance(wanted, dict):
        for key in sorted(stored.keys() | wanted.keys()):
            if key not in wanted:
                yield f"{where}: {key!r} should not be stored"
            elif key not in stored:
                yield f"{where}: {key!r} is missing"
            else:
                yield from differences(stored[key], wanted[key], f"{where}, {key}")
    elif isinstance(stored, list) and isinstance(wanted, list) and len(stored) == len(wanted):
        for position, pair in enumerate(zip(stored, wanted, strict=True), start=1):
            yield from differences(*pair, f"{where} {position}")
    elif stored != wanted:
        yield f"{where}: {str(stored)[:60]!r} should be {str(wanted)[:60]!r}"


def check(path):
    """What keeps a stored notebook from the canonical form, as phrases; none when it is canonical."""
    text = Path(path).read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    wanted = canonical(notebook, slug_of(path))
    found = list(faults(notebook))
    if text != wanted:
        pair = (nbformat.reads(text, as_version=nbformat.NO_CONVERT), nbformat.reads(wanted, as_version=4))
        found += list(differences(*pair)) or ["notebook: the keys, the indent or the line ends differ"]
    return found


def report_progress(path):
    """A hook that shows the running cell, where there is a terminal to show it on."""

    def show(cell, cell_index):
        if sys.stdout.isatty():
            print(f"\r{path.stem}: cell {cell_index + 1}", end="", flush=True)

    return show


def stopped_at(notebook):
    """The place of the last cell that ran."""
    ran = [pair for pair in enumerate(notebook.cells) if pair[1].get("execution_count")]
    return place(*ran[-1]) if ran else "the first code cell"


def execute(path):
    """Run a notebook in a fresh kernel of this Python; returns it with its outputs or raises NotebookError."""
    notebook = nbformat.read(path, as_version=4)
    if found := [f"{place(*pair)}: {fault}" for pair in enumerate(notebook.cells) for fault in role_faults(pair[1])]:
        raise NotebookError("\n".join(found))
    os.environ.setdefault("TQDM_DISABLE", "1")  # the kernel inherits it: no progress bar in a stored output
    client = NotebookClient(
        notebook,
        kernel_name=KERNEL["name"],
        timeout=CELL_TIMEOUT,
        store_widget_state=False,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        on_cell_start=report_progress(path),
    )
    try:
        client.execute()
    except (CellControlSignal, DeadKernelError) as error:
        raise NotebookError(f"{stopped_at(notebook)}: {ANSI.sub('', str(error)).strip()}") from error
    if found := list(faults(notebook)):
        raise NotebookError("\n".join(found))
    return notebook


def store(path, text):
    """Put text in place of a file at once, so that an interrupted write loses nothing."""
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8", newline="\n")
    os.replace(beside, path)


def run(path):
    """Run one notebook and store it; returns whether it could be stored, or was rightly left as it is."""
    if reason := missing(path):
        print(f"{path.stem}: left as it is, {reason}", flush=True)
        return True
    started = time.monotonic()
    print(f"{path.stem}: running", flush=True)
    try:
        notebook = execute(path)
    except NotebookError as error:
        print(f"\r{path.stem}: not stored\n{error}", file=sys.stderr)
        return False
    store(path, canonical(notebook, slug_of(path)))
    print(f"\r{path.stem}: {len(notebook.cells)} cells stored after {time.monotonic() - started:.0f} s", flush=True)
    return True


def form(path):
    """Store one notebook in canonical form without running it; returns whether nothing is left for its author."""
    text = path.read_text(encoding="utf-8")
    wanted = canonical(nbformat.reads(text, as_version=4), slug_of(path))
    if text != wanted:
        store(path, wanted)
        print(f"{path.stem}: stored")
    return report(path)


def report(path):
    """Print what keeps one notebook from the canonical form; returns whether it is canonical."""
    found = check(path)
    for fault in found:
        print(f"{path.stem}: {fault}")
    return not found


# Each action of the command line, and what a notebook is that passed it.
ACTIONS = {"run": (run, "run or left as they are"), "form": (form, "canonical"), "check": (report, "canonical")}


def main(arguments=None):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=tuple(ACTIONS))
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks; all chapters and graded sets when left out")
    options = parser.parse_args(arguments)
    paths = options.paths or [*chapters(), *sets()]
    if absent := [str(path) for path in paths if not path.is_file()]:
        parser.error(f"no such notebook: {', '.join(absent)}")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads would wait for each other
    os.environ["TQDM_DISABLE"] = "1"  # a bar is for those who wait, not for the stored output
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # the kernel of this environment, not one installed elsewhere
    action, result = ACTIONS[options.action]
    done = [action(path.resolve()) for path in paths]
    print(f"{sum(done)} of {len(done)} notebooks {result}")
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
