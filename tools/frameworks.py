"""Measure what the frameworks do where they differ: `make frameworks`, or `python -m tools.frameworks [PYTHON]`.

Writes activations/results/frameworks.csv: a line for each question, a column for each framework, and the truth beside
them, which is the catalogue's formula at 50 digits. PYTHON is that of the environment which has the frameworks; a
process of its own asks each of them (`tools/framework_probe.py`), since Keras knows one backend a process.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import mpmath
import sympy as sp

from activations import catalogue, x
from activations.frameworks import COLUMNS, FILE, FRAMEWORKS

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv-frameworks" / "bin" / "python"
PROBE = ROOT / "tools" / "framework_probe.py"
CATALOGUE_NAME = {"torch": "PyTorch", "jax": "JAX"}  # how the catalogue calls them; all else is Keras
DIGITS = 50
NEAR = mpmath.mpf(10) ** -30  # how far from a kink a one-sided slope is taken

# Each question: group, function, parameters, where, type, what is asked. The names of functions that the catalogue
# does not have are those of the probe.
KINKS = {
    "signum": "0", "step": "0", "absolute": "0", "hardsigmoid": "-3 3", "hardtanh": "-1 1", "relu": "0",
    "relu6": "0 6", "prelu": "0", "hardshrink": "-0.5 0.5", "softshrink": "-0.5 0.5", "selu": "0",
    "hardswish": "-3 3",
}  # fmt: skip
SPELLINGS = ["maximum(x, 0)", "maximum(0, x)", "where(x > 0, x, 0)", "clip(x, 0, inf)"]
EDGES = [
    ("step", "nan"), ("signum", "nan"), ("relu", "nan"), ("softsign", "inf -inf"), ("silu", "inf -inf"),
    ("hardswish", "inf -inf"), ("mish", "inf -inf"), ("gelu", "-inf"), ("gelu_tanh", "-inf"), ("elu", "inf -inf"),
    ("softplus", "inf -inf"),
]  # fmt: skip
TAILS = [
    ("gelu", "-9", "float64", "value"), ("gelu", "-9", "float64", "slope"), ("gelu_tanh", "-9", "float64", "value"),
    ("logsigmoid", "40", "float64", "value"), ("softplus", "-40", "float64", "value"),
    ("silu", "-40", "float64", "value"), ("mish", "-40", "float64", "value"),
    ("sigmoid", "40", "float64", "slope"), ("tanh", "20", "float64", "slope"), ("elu", "-40", "float64", "slope"),
    ("celu", "-40", "float64", "slope"), ("selu", "-40", "float64", "slope"),
    ("squareplus", "-10000", "float32", "value"), ("squareplus", "1000", "float16", "value"),
    ("sigmoid", "-12", "float16", "value"), ("silu", "-12", "float16", "value"), ("tanh", "5", "float16", "slope"),
    ("softsign", "300", "float16", "slope"), ("gelu_tanh", "1000", "float16", "slope"),
]  # fmt: skip
DEFAULTS = [("leaky_relu", "-1"), ("leaky_relu layer", "-1"), ("prelu layer", "-1"), ("gelu by default", "1"),
            ("elu", "-1"), ("celu", "-1"), ("squareplus", "0")]  # fmt: skip


def questions():
    """All of them, in the order of the file."""
    yield "version", "version", {}, "", "", ""
    yield "default", "type", {}, "", "float64", ""
    for name, points in DEFAULTS:
        yield "default", name, {}, points, "float64", "value"
    for name, points in KINKS.items():
        for at in points.split():
            yield "kink", name, {}, at, "float64", "slope"
    yield "kink", "leaky_relu", {"alpha": 0.2}, "0", "float64", "slope"
    yield "kink", "elu", {"alpha": 2}, "0", "float64", "slope"
    yield "kink", "threshold", {"theta": 1, "v": 0}, "1", "float64", "slope"
    for name in SPELLINGS:
        yield "spelling", name, {}, "0", "float64", "slope"
    for name, points in EDGES:
        for at in points.split():
            yield "edge", name, {}, at, "float32", "value"
    yield "edge", "relu", {}, "nan", "float32", "slope"
    for name, at, dtype, what in TAILS:
        yield "tail", name, {}, at, dtype, what
    for name, entry in catalogue.items():
        if entry.frameworks:
            yield "name", name, {}, "", "", "exists"


def truth(group, name, parameters, at, _, what):
    """What is true, to six digits; the slopes on both sides of a kink, as "0 | 1"; "" where there is only custom."""
    if group == "spelling":
        name = "relu"
    if group in ("version", "default", "name"):
        return ""
    if at == "nan":
        return "nan"
    entry = catalogue[name]
    if "inf" in at:
        return f"{entry.f(float(at), **parameters) + 0:.6g}"
    expr = entry.derivative_at(**parameters) if what == "slope" else entry.at(**parameters)
    with mpmath.workdps(DIGITS):
        function, point = sp.lambdify(x, expr, "mpmath"), mpmath.mpf(at)
        sides = [point - NEAR, point + NEAR] if group in ("kink", "spelling") else [point]
        return " | ".join(f"{float(function(side)):.6g}" for side in sides)


def asked(which, question):
    """A question as the probe reads it; the name that the catalogue gives, where it is asked whether it exists."""
    _, name, parameters, at, dtype, what = question
    if what == "exists":
        name = catalogue[name].frameworks.get(CATALOGUE_NAME.get(which, "Keras"))
    return [name, parameters, at or "0", dtype or "float64", what]


def answers(which, python=PYTHON):
    """What one framework says to all questions."""
    own = [asked(which, question) for question in questions()]
    done = subprocess.run(
        [str(python), str(PROBE), which], input=json.dumps(own), capture_output=True, text=True, encoding="utf-8",
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"},
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{which} was not measured:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def rows(python=PYTHON):
    """The lines of the file."""
    columns = [answers(which, python) for which in FRAMEWORKS]
    for question, *found in zip(questions(), *columns, strict=True):
        group, name, parameters, at, dtype, what = question
        given = " ".join(f"{key}={value:g}" for key, value in parameters.items())
        yield [group, name, given, at, dtype, what, truth(*question), *found]


def main(python=PYTHON):
    measured = list(rows(python))
    with FILE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *measured])
    for title, version in zip(FRAMEWORKS.values(), measured[0][7:], strict=True):
        print(f"{title} {version}")
    print(f"{len(measured)} questions answered in {FILE.relative_to(ROOT)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
