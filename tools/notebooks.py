"""Run the chapters afresh and keep them in one canonical form.

    python -m tools.notebooks run [notebook ...]      run each, store its outputs
    python -m tools.notebooks check [notebook ...]    say which are not in canonical form, and why

Without names, both take every chapter in notebooks/. A notebook that fails is left as it was.
"""

import argparse
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
CELL_METADATA = {"tags", "mystnb"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_TIMEOUT = 300  # seconds

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


def prose(path):
    """The text of a notebook: its Markdown cells, a blank line apart."""
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def place(index, cell):
    """A cell as a reader finds it: its position from 1 and its In number."""
    count = cell.get("execution_count")
    return f"cell {index + 1}" + (f" (In [{count}])" if count else "")


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
    for index, cell in enumerate(notebook.cells):
        kept = {
            "cell_type": cell.cell_type,
            "id": f"{slug}-{index + 1:02d}",
            "metadata": {key: value for key, value in cell.metadata.items() if key in CELL_METADATA},
            "source": "\n".join(line.rstrip() for line in cell.source.strip("\n").split("\n")),
        }
        if cell.cell_type == "code":
            kept["execution_count"] = cell.execution_count
            kept["outputs"] = [
                canonical_output(output, cell.execution_count) for output in joined_streams(cell.outputs)
            ]
        cells.append(kept)
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    stored = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
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
    """Run one notebook and store it; returns whether it could be stored."""
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


def report(path):
    """Print what keeps one notebook from the canonical form; returns whether it is canonical."""
    found = check(path)
    for fault in found:
        print(f"{path.stem}: {fault}")
    return not found


def main(arguments=None):
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__.splitlines()[0])
    parser.add_argument("action", choices=("run", "check"))
    parser.add_argument("paths", nargs="*", type=Path, help="notebooks; all chapters when left out")
    options = parser.parse_args(arguments)
    paths = options.paths or chapters()
    if absent := [str(path) for path in paths if not path.is_file()]:
        parser.error(f"no such notebook: {', '.join(absent)}")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # small matrices: threads would wait for each other
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"  # the kernel of this environment, not one installed elsewhere
    done = [(run if options.action == "run" else report)(path.resolve()) for path in paths]
    print(f"{sum(done)} of {len(done)} notebooks {'stored' if options.action == 'run' else 'canonical'}")
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main())
