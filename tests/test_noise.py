"""No chapter notices the last bit: run on numbers that another machine might have, it shows and asserts the same."""

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import noise
import numpy as np
import pytest

from tools.notebooks import chapters

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ("1",)  # `python tests/noise.py CHAPTER 1 2 3` tries more


def noticed(path):
    """What a notebook notices, as lines, for each seed."""
    done = subprocess.run(
        [sys.executable, noise.__file__, str(path), *SEEDS],
        cwd=path.parent,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_a_chapter_does_not_notice_the_last_bit(path):
    found = [f"seed {seed}: {line}" for seed, lines in noticed(path).items() for line in lines]
    assert not found, "\n".join([f"{path.stem} hangs on last bits, and another machine may have others:", *found])


# --- Does the noise arrive? ----------------------------------------------------------------------------------------

IMPORTS = """\
import numpy as np
from scipy import special
from sklearn.datasets import load_digits, make_circles
from activations import catalogue, network
rng, v = np.random.default_rng(0), np.arange(1, 40) / 7
"""
DIVERGING = """\
(train, _), relu = network.digits(), catalogue["relu"]
X, Y = train.X[:200], train.Y[:200]
net = network.Network([64, *[30] * 6, 10], relu, init="he", gain=1.5)
with np.errstate(all="ignore"):
    for _ in range(13):
        net.step(X, Y, rate=0.2)
round(float(net.loss(X, Y)), 2)
"""
NOISY = {
    "draws": "rng.normal(size=20).tolist()",
    "draws of another kind": "rng.random(20).tolist(), rng.uniform(1, 2, 20).tolist()",
    "data": "network.digits(test=1700)[0].X[:20].tolist()",
    "made data": "make_circles(20, random_state=0)[0].tolist()",
    "first weights": 'network.initial_layers([5, 4], dtype="float32")[0].weights.tolist()',
    **{name: f"np.{name}(v).tolist()" for name in ("exp", "expm1", "log", "log1p", "tanh", "sin")},
    **{f"special.{name}": f"special.{name}(v / 9).tolist()" for name in ("erf", "erfc", "expit", "ndtr", "softmax")},
    "float32": 'np.exp(v.astype("float32")).tolist()',
    "power": "np.power(v, 3.3).tolist()",
    "operator **": "(v**3.3).tolist()",
    "power of a number": "[float(at) ** 3.3 for at in v]",
    "product": "(v[:, None] @ v[None]).tolist()",
    "library": 'catalogue["silu"].f(v).tolist(), catalogue["gelu"].df(v).tolist(), catalogue["tanh"].f(v).tolist()',
    "diverging run": DIVERGING,
    "threshold": "grid = -np.arange(0, 60, 0.01)\nfloat(grid[np.expm1(grid) == -1].max())",
    "assert": "assert np.exp(v).tolist() == EXP",
    "warning": "if np.exp(v).tolist() != EXP: np.array([1e308]) * 10",
}
CALM = {
    "whole": "2.0**10, 10.0**3, np.array([3.0]) ** 4, np.array([0.5]) ** 7, np.log10(1000.0)",
    "ends": "np.exp([0.0, -np.inf, np.inf, -1000]), np.tanh([0.0, 30, 1000]), special.erf([0.0, 9]), np.expm1(-50.0)",
    "near 0": "np.exp(1e-17), np.expm1(1e-17), np.tanh(1e-17), np.cos(1e-9), np.sin(1e-9)",
    "bounds": "assert (np.abs(np.tanh(v * 5)) <= 1).all() and (special.expit(9 * v) <= 1).all()",
    "the same again": "assert (np.exp(v) == np.exp(v)).all() and (np.tanh(-v) == -np.tanh(v)).all()",
    "pixels": "load_digits().data[:9], load_digits().data.sum(), load_digits().data[0] @ load_digits().data[1]",
    "products of nothing": "np.zeros((3, 2)) @ [[0.1], [0.2]], np.float16([6e-5, 8e-5]) @ np.float16([6e-5, 8e-5])",
    "integers": "rng.integers(9, size=5), np.eye(2) @ [[3, 4], [5, 6]], rng.permutation(5.0 * np.arange(4))",
    "float16": 'np.exp(np.float16([1, 2, 3]))',
    "undefined": "np.array([np.nan, np.inf, 0]) ** 3, np.float64(np.nan)",
    "five digits": 'f"{special.erfc(2.0):.5g} {np.log(3):.5g}"',
    "printed": 'print(f"{np.exp(1):.5f}")',
}


def plain_output(source, names):
    """The outputs that a cell has without noise, as they would be stored."""
    shown = io.StringIO()
    *body, last = source.rstrip().split("\n")
    with contextlib.redirect_stdout(shown):
        exec("\n".join(body), names)
        try:
            value = eval(last, names)
        except SyntaxError:
            value = exec(last, names)
    printed = [nbformat.v4.new_output("stream", name="stdout", text=shown.getvalue())] if shown.getvalue() else []
    if value is None:
        return printed
    from IPython.lib.pretty import pretty

    return [*printed, nbformat.v4.new_output("execute_result", {"text/plain": pretty(value)})]


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """Every cell above in one notebook, and what is noticed in it: cell number -> lines, for each seed."""
    names = {}
    exec(IMPORTS, names)
    first = f"{IMPORTS}EXP = {np.exp(names['v']).tolist()}"
    cells = []
    for source in [first, *NOISY.values(), *CALM.values()]:
        cells.append(nbformat.v4.new_code_cell(source, outputs=plain_output(source, names)))
    path = tmp_path_factory.mktemp("noise") / "tried.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return [[[line for line in lines if line.startswith(f"code cell {number} ")] for number in range(len(cells))]
            for lines in noticed(path).values()]


@pytest.mark.parametrize("kind", NOISY)
def test_what_hangs_on_the_last_bit_is_noticed(tried, kind):
    number = 1 + list(NOISY).index(kind)
    assert any(lines[number] for lines in tried)


@pytest.mark.parametrize("kind", CALM)
def test_what_is_the_same_on_every_machine_is_not(tried, kind):
    number = 1 + len(NOISY) + list(CALM).index(kind)
    assert not [line for lines in tried for line in lines[number]]


def test_what_is_noticed_is_named(tried):
    by_kind = {kind: next(lines[1 + i] for lines in tried if lines[1 + i]) for i, kind in enumerate(NOISY)}
    assert "asserts what no longer holds: assert np.exp(v)" in by_kind["assert"][0]
    assert "shows stderr where none is stored" in by_kind["warning"][0] and "overflow" in by_kind["warning"][0]
    assert "shows other text/plain: " in by_kind["exp"][0]


# --- The size of it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_nudge_is_one_unit_up_or_down_or_none(dtype):
    values = np.random.default_rng(0).normal(size=3000).astype(dtype)
    moved = noise.nudge(values)
    assert moved.dtype == values.dtype
    units = (moved.astype(float) - values) / np.spacing(np.abs(values))
    counts = [np.sum(np.abs(units - step) < 0.6) for step in (-1, 0, 1)]  # just below a power of two a unit is half
    assert sum(counts) == len(values) and min(counts) > 800


def test_another_seed_nudges_otherwise(monkeypatch):
    values = np.linspace(1, 2, 100)
    first = noise.nudge(values)
    assert (noise.nudge(values) == first).all()
    monkeypatch.setattr(noise, "seed", 1)
    assert (noise.nudge(values) != first).any()


def test_a_product_is_nudged_by_the_size_of_its_terms():
    right, left = np.arange(1, 8) / 7, np.tile(np.arange(1, 8) / 3, (60, 1))
    found = noise.product(left, right)
    assert len(np.unique(found)) == 3 and np.allclose(found, left @ right, rtol=4e-16, atol=0)  # equal rows part
    cancelling = noise.product(np.tile([0.1, -0.1], (60, 1)), np.ones(2))
    assert 0 < np.abs(cancelling).max() <= np.spacing(0.2)
    assert (noise.product(np.eye(2), np.array([3.0, 4.0])) == [3, 4]).all()


def test_a_nudged_function_keeps_the_ways_of_its_ufunc():
    exp, values = noise.Nudged(np.exp), np.linspace(-2, 2, 9)
    out = np.zeros(9)
    assert exp(values, out=out) is out and np.allclose(out, np.exp(values), rtol=4e-16, atol=0)
    kept = exp(values, out=np.zeros(9), where=values > 0)
    assert (kept[values <= 0] == 0).all() and np.allclose(kept[values > 0], np.exp(values[values > 0]))
    assert exp(values, dtype="float32").dtype == np.float32 and exp(np.float32(1)).dtype == np.float32
    assert isinstance(exp(1), np.float64) and exp.nin == 1 and exp.__name__ == "exp"
    assert exp(1j) == np.exp(1j) and noise.Nudged(np.power)(2, 3) == 8


@pytest.mark.parametrize("base, exponent, exact", [
    (2, 0.5, False), (3, 5, True), (3, 40, False), (0.1, 2, False), (0.5, 30, True), (2, -9, True), (10, -1, False),
    (10, 22, True), (10, 23, False), (0, 3, True), (np.inf, 2, True)])
def test_a_power_is_exact_where_a_float_holds_it(base, exponent, exact):
    assert noise.power_is_exact(base, exponent) == exact
