"""What the frameworks do: the stored measurements, PyTorch asked again, and a reader who does not have PyTorch."""

import csv
import importlib.util
import re
import subprocess
import sys
from operator import attrgetter

import nbformat
import pytest

from activations import catalogue, frameworks
from activations.frameworks import COLUMNS, FILE, FRAMEWORKS, measured, stored, versions
from tools import framework_probe, notebooks
from tools.frameworks import asked, main, questions, truth

QUESTIONS = list(questions())
KINDS = {"version", "default", "kink", "spelling", "edge", "tail", "name"}
NUMBER = re.compile(r"-?(\d+(\.\d+)?(e[+-]\d+)?|inf)|nan")
CHAPTER = notebooks.ROOT / "notebooks" / "21-frameworks.ipynb"

# Left to the processor: how far a polynomial for erf, or a float16 product, is off in its last digits.
UNSTEADY = {("gelu", "slope"), ("silu", "value"), ("sigmoid", "value"), ("softsign", "slope")}


# --- The file ------------------------------------------------------------------------------------------------------


def test_the_file_answers_each_question_of_the_script_and_no_other():
    with FILE.open(encoding="utf-8", newline="") as file:
        columns, *lines = csv.reader(file)
    assert columns == COLUMNS
    found = [(line[0], line[1], line[2], *line[3:6]) for line in lines]
    wanted = [(group, name, " ".join(f"{key}={number:g}" for key, number in given.items()), at, dtype, what)
              for group, name, given, at, dtype, what in QUESTIONS]
    assert found == wanted and len(set(found)) == len(found)
    assert {row.group for row in stored()} == KINDS


def test_every_answer_is_a_number_or_says_why_there_is_none():
    for row in stored():
        assert list(row.answers) == list(FRAMEWORKS.values())
        for answer in row.answers.values():
            if row.group in ("version", "name") or row.function == "type":
                assert answer
            else:
                assert NUMBER.fullmatch(answer) or answer in ("none", "error", "undefined"), row


def test_the_truth_is_what_the_catalogue_says_now():
    assert [row.true for row in stored()] == [truth(*question) for question in QUESTIONS]


@pytest.mark.parametrize(("name", "at", "what", "wanted"), [
    ("gelu", "-9", "value", -1.015729565358455e-18), ("sigmoid", "40", "slope", 4.248354255291589e-18),
    ("tanh", "20", "slope", 1.699341702116636e-17), ("squareplus", "-10000", "value", 9.9999999e-5),
])  # fmt: skip
def test_the_truth_is_true(name, at, what, wanted):
    """Against numbers from elsewhere: erfc, 1/(4 cosh²), and the difference of squares."""
    assert float(measured("tail", function=name, at=at, what=what)[0].true) == pytest.approx(wanted, rel=5e-6)


def test_the_slopes_on_both_sides_of_a_kink():
    sides = {(row.function, row.at): row.true for row in measured("kink")}
    assert sides["relu", "0"] == "0 | 1" and sides["hardtanh", "1"] == "1 | 0" and sides["absolute", "0"] == "-1 | 1"
    assert sides["selu", "0"] == "1.7581 | 1.0507" and sides["hardswish", "3"] == "1.5 | 1"


def test_the_slope_that_the_library_takes_at_a_kink_is_pytorchs():
    for row in measured("kink"):
        entry = catalogue[row.function]
        given = {key: float(number) for key, number in (pair.split("=") for pair in row.parameters.split())}
        if row.function != "step":
            assert entry.df(float(row.at), **given) == pytest.approx(float(row.answers["PyTorch"]), rel=1e-5), row


@pytest.mark.parametrize("name", [name for name, entry in catalogue.items() if entry.frameworks])
def test_every_name_of_the_catalogue_exists(name):
    (row,) = measured("name", function=name)
    wanted = catalogue[name].frameworks
    assert row.answers["PyTorch"] == wanted.get("PyTorch", "none")
    assert row.answers["JAX"] == wanted.get("JAX", "none")
    assert row.keras == wanted.get("Keras", "none")


def test_keras_is_told_once_where_its_backends_agree():
    assert measured("kink", function="relu")[0].keras == "0"
    assert measured("kink", function="hardtanh", at="1")[0].keras == "0 / 1 / 1"


def test_what_was_not_measured_is_named():
    with pytest.raises(KeyError, match="rellu.*the groups: version, default, kink"):
        measured("kink", function="rellu")


def test_the_versions_are_those_that_are_pinned():
    pinned = dict(re.findall(r"^(\w+)==([\d.]+)", (notebooks.ROOT / "requirements-frameworks.txt").read_text(), re.M))
    assert versions() == {
        "PyTorch": pinned["torch"], "JAX": pinned["jax"],
        **{f"Keras on {title}": f"{pinned['keras']}, on {pinned[package]}"
           for title, package in (("PyTorch", "torch"), ("JAX", "jax"), ("TensorFlow", "tensorflow"))},
    }  # fmt: skip
    assert f"\ntorch=={pinned['torch']}\n" in (notebooks.ROOT / "requirements-torch.txt").read_text()


# --- PyTorch, asked again ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def torch_probe():
    pytest.importorskip("torch", reason="PyTorch is not installed: make torch", exc_type=ImportError)
    return framework_probe.Torch()


def test_pytorch_still_answers_as_stored(torch_probe, capsys):
    if torch_probe.version() != versions()["PyTorch"]:
        pytest.skip("another version of PyTorch than the one that was measured")
    for question, row in zip(QUESTIONS, stored(), strict=True):
        found, wanted = framework_probe.answer(torch_probe, *asked("torch", question)), row.answers["PyTorch"]
        if row.group == "tail" and (row.function, row.what) in UNSTEADY and wanted != "0" and wanted != "-0":
            assert float(found) == pytest.approx(float(wanted), rel=0.2), row
        elif NUMBER.fullmatch(wanted):
            assert float(found) == pytest.approx(float(wanted), rel=1e-5, nan_ok=True), row
        else:
            assert found == wanted, row


@pytest.mark.parametrize("name", [name for name, entry in catalogue.items() if "PyTorch" in entry.frameworks])
def test_pytorch_has_what_the_catalogue_says(torch_probe, name):
    module, _, rest = catalogue[name].frameworks["PyTorch"].partition(".")
    assert module == "torch" and callable(attrgetter(rest)(torch_probe.torch))


def test_what_a_probe_is_asked_and_cannot_answer(torch_probe, capsys):
    ask = framework_probe.answer
    assert ask(torch_probe, "no_such_function", {}, "0", "float64", "value") == "none"
    assert ask(torch_probe, "step", {}, "0", "float64", "slope") == "error"
    assert "heaviside" in capsys.readouterr().err
    assert ask(torch_probe, "torch.nn.functional.rellu", {}, "0", "float64", "exists") == "none"
    assert ask(torch_probe, None, {}, "0", "float64", "exists") == "none"
    assert ask(torch_probe, "leaky_relu", {"alpha": 0.5}, "-2", "float32", "value") == "-1"


def test_a_framework_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(frameworks, "FILE", tmp_path / "none.csv")
    without = tmp_path / "python"
    without.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E "$@"\n')
    without.chmod(0o755)
    with pytest.raises(SystemExit, match="torch was not measured:(.|\n)*No module named"):
        main(without)


# --- Without PyTorch -----------------------------------------------------------------------------------------------


@pytest.fixture
def needy(tmp_path, monkeypatch):
    """A chapter that imports a package which nobody has, but which is optional."""
    monkeypatch.setitem(notebooks.OPTIONAL, "no_such_package", "Nothing is not installed: make nothing")
    path = tmp_path / "01-needy.ipynb"
    cell = nbformat.v4.new_code_cell("from no_such_package import nothing", execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Needy"), cell])
    path.write_text(notebooks.canonical(notebook, "needy"))
    return path


def test_a_chapter_says_what_it_lacks(needy):
    assert notebooks.missing(needy) == "Nothing is not installed: make nothing"
    assert notebooks.missing(notebooks.ROOT / "notebooks" / "04-sigmoid.ipynb") == ""
    has_torch = importlib.util.find_spec("torch") is not None
    assert notebooks.missing(CHAPTER) == ("" if has_torch else "PyTorch is not installed: make torch")


def test_it_is_left_as_it_is_and_that_is_no_failure(needy, capsys):
    before = needy.read_bytes()
    assert notebooks.main(["run", str(needy)]) == 0
    assert "01-needy: left as it is, Nothing is not installed: make nothing" in capsys.readouterr().out
    assert needy.read_bytes() == before


WITHOUT_TORCH = """\
import importlib.util as util, pytest
find = util.find_spec
util.find_spec = lambda name, *more: None if name == "torch" else find(name, *more)
raise SystemExit(pytest.main())
"""


def test_its_cells_are_skipped_and_the_reason_is_told():
    """The chapter itself under nbval, in a Python that does not find PyTorch."""
    command = [sys.executable, "-c", WITHOUT_TORCH, "-q", "-p", "no:cacheprovider", str(CHAPTER)]
    done = subprocess.run(command, cwd=notebooks.ROOT, capture_output=True, text=True)
    cells = sum(cell.cell_type == "code" for cell in nbformat.read(CHAPTER, as_version=4).cells)
    assert done.returncode == 0 and f"{cells} skipped" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
    assert f"{cells} tests skipped, 21-frameworks: PyTorch is not installed: make torch" in done.stdout
