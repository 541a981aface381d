"""A book of one page and one chapter, built as the real one is, whose chapter has a cell of each role."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat

from tools import notebooks

ROOT = Path(__file__).resolve().parent.parent
WELCOME = "# Welcome\n\nIt has {counted}`statements` statements in {counted}`chapters` chapters.\n"
PICTURE = '<p class="picture" style="height: 300px; background: silver">The picture</p>'
FILLER = "\n\n".join(f"Line {number} of the text. " + "It goes on for a while. " * 12 for number in range(6))
CELLS = [
    ("markdown", "# Small\n\n" + FILLER, ()),
    ("code", "half = 0.5\nhalf", ()),
    ("code", "from IPython.display import HTML\n\nHTML(picture)", ("figure",)),
    ("code", "# \"Half of it twice is all.\"\nassert half + half == 1\nassert half > 0", ("check",)),
    ("markdown", "## Later\n\n" + FILLER, ()),
    ("code", "assert half < 1\nprint('Below one.')", ("check",)),
]


def chapter(cells=CELLS):
    """A stored notebook of these cells: (kind, source, tags)."""
    made, count = [], 0
    for kind, source, tags in cells:
        cell = nbformat.v4.new_markdown_cell(source) if kind == "markdown" else nbformat.v4.new_code_cell(source)
        if kind == "code":
            count += 1
            cell.execution_count = count
        if "HTML(picture)" in source:
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/html": PICTURE}, execution_count=count)]
        if "print" in source:
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="Below one.\n")]
        if tags:
            cell.metadata["tags"] = list(tags)
        made.append(cell)
    return notebooks.canonical(nbformat.v4.new_notebook(cells=made), "small")


def write(folder):
    """Write the book: the configuration, the extensions and the style of the real one, and pages of its own."""
    for part in ("tools", "book/_static", "book/_templates"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("_config.yml", "book/references.bib"):
        shutil.copyfile(ROOT / part, folder / part)
    (folder / "_toc.yml").write_text("format: jb-book\nroot: book/welcome\nchapters:\n- file: notebooks/01-small\n")
    (folder / "tools" / "moved_anchors.yml").write_text("01-small: {before: later}\n")
    (folder / "book" / "welcome.md").write_text(WELCOME)
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "01-small.ipynb").write_text(chapter(), encoding="utf-8")
    return folder


def build(folder):
    """Build the book; returns the exit status and what was printed."""
    program = Path(sys.executable).with_name("jupyter-book")
    command = [program, "build", ".", "-n", "-W", "--keep-going"]
    done = subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(folder)}, capture_output=True,
                          text=True)
    return done.returncode, done.stdout + done.stderr
