"""Measure what a reader waits for: `python -m tools.bench`.

One slider step in a kernel against the plain way, the activations and the training against the lines that one would
write by hand and scikit-learn, the site's pages, a build from nothing, each chapter's test run.
"""

import argparse
import gzip
import io
import subprocess
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path
from statistics import median

import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import FloatSlider
from sympy import Symbol, exp

from activations import x
from activations.explorer import explore
from tools import speed

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "_build" / "html" / "notebooks"
STEPS = 30


def live_step(steps=STEPS):
    """Median milliseconds of one slider step: of an explorer, and of the plain way beside it, taken in turns."""
    plt.switch_backend("agg")
    beta = Symbol("beta")
    explorer = explore(x / (1 + exp(-beta * x)), beta=FloatSlider(1.0, min=0, max=5, step=0.05))

    def move(value):
        explorer.sliders["beta"].value = value

    explorer_times, plain_times = [], []
    for i in range(steps + 3):
        value = 1 + i / 20
        explorer_times.append(_milliseconds(move, value))
        plain_times.append(_milliseconds(plain_step, value))
    return median(explorer_times[3:]), median(plain_times[3:])


def plain_step(beta):
    """What `interact` does at each step in most notebooks: a new pyplot figure of f, f′ and a tangent, shown as PNG."""
    xs = np.linspace(-6, 6, 201)
    sigmoid = 1 / (1 + np.exp(-beta * xs))
    slope = sigmoid + beta * xs * sigmoid * (1 - sigmoid)
    figure, axes = plt.subplots()
    axes.plot(xs, xs * sigmoid, label="f(x)")
    axes.plot(xs, slope, "--", label="f′(x)")
    axes.plot(1, np.interp(1, xs, xs * sigmoid), "o")
    axes.set_ylim(-3.5, 6.5)
    axes.set_xlabel("x")
    axes.grid()
    axes.legend()
    figure.savefig(io.BytesIO(), format="png")
    plt.close(figure)


def _milliseconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return 1000 * (time.perf_counter() - start)


def page_bytes(folder=PAGES):
    """{page: (bytes, bytes as a server sends them with gzip)} of every built chapter."""
    pages = {page.stem: page.read_bytes() for page in sorted(folder.glob("*.html"))}
    return {name: (len(data), len(gzip.compress(data))) for name, data in pages.items()}


def build_seconds():
    """Seconds to build the site from nothing, into a folder that is thrown away; None, with a report, if it fails."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--path-output", folder, "-q", "-n", "-W", "--keep-going")
        return _seconds(Path(sys.executable).with_name("jupyter-book"), "build", ROOT, *options)


def nbval_seconds():
    """(chapter, seconds) that each notebook takes to run afresh and compare; None, with a report, for one that differs.
    """
    for one in sorted((ROOT / "notebooks").glob("*.ipynb")):
        yield one.stem, _seconds(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", one)


def _seconds(*command):
    start = time.perf_counter()
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        print(f"{' '.join(map(str, command))} failed:\n{(done.stdout + done.stderr)[-3000:]}")
        return None
    return time.perf_counter() - start


def main():
    """Print every measure, the quick ones first."""
    parser = argparse.ArgumentParser(description="Measure what a reader waits for.")
    parser.add_argument("--quick", action="store_true", help="leave out the build and the chapters' test runs")
    quick = parser.parse_args().quick
    explorer, plain = live_step()
    print(f"one slider step, explorer            {explorer:9.1f} ms")
    print(f"one slider step, interact + subplots {plain:9.1f} ms")
    print(f"the explorer is faster by            {plain / explorer:9.1f} times", flush=True)
    speed.print_activations(speed.activation_ratios())
    speed.print_training(speed.training_ratios())
    for name, (size, sent) in page_bytes().items():
        print(f"page {name:<31} {size / 1000:9.0f} kB, {sent / 1000:.0f} kB with gzip")
    failed = []
    for name, seconds in () if quick else chain([("the site from nothing", build_seconds())], nbval_seconds()):
        print(f"{name:<36} " + ("   failed" if seconds is None else f"{seconds:9.1f} s"), flush=True)
        failed += [name] * (seconds is None)
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
