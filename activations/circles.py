"""The two rings of chapter 19: one small network, trained in one way, so that only its shape, its activation or its
seed differ.

Scikit-learn's `make_circles`, radii ½ and 1, with noise of standard deviation 0.15 on both coordinates: 200 points to
train on, 2,000 others to test. Adam with rate 0.03, batches of 40, 256 epochs; each activation starts with the weights
that suit it (`experiments.own_gain`). The seed decides the first weights and the order of the points. Nothing is chosen
on the test points: there is one setting, for all.

    results("relu", 8).test[:, -1]         the stored test accuracies after 256 epochs, one for each seed
    results("relu", (8, 16, 32, 8))        several hidden layers
    trained("relu", 8, seed=0)             the networks after 0, 1, …, 256 epochs, trained while you wait: half a second
    region("relu", 8, seed=0, epoch=256)   the stored part of the plane that is taken for the inner ring, as outlines
"""

import csv
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path as MplPath

from activations.catalogue import catalogue
from activations.experiments import SteadyNetwork, own_gain
from activations.figures.lines import simpler
from activations.figures.style import BLUE, SLATE
from activations.network import Adam
from activations.network.data import Examples

NOISE, FACTOR, TEST_SEED = 0.15, 0.5, 2000
RATE, BATCH = 0.03, 40
EPOCHS = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # where a run is looked at
SIDE, UNIT = 1.6, 0.01  # the square that is drawn, −SIDE to SIDE each way; an outline is kept in whole UNITs
FILE = Path(__file__).parent / "results" / "circles.csv"
FRAMES = FILE.with_name("circles_regions.json")


class Setting(NamedTuple):
    """What tells one stored experiment from another; the seed of the training points is one of them."""

    activation: str
    hidden: tuple
    points: int = 0


class Results(NamedTuple):
    """Runs with different seeds: the shares of points that are right, (seeds, 9), a column for each of `EPOCHS`."""

    train: np.ndarray
    test: np.ndarray

    def at(self, epoch=EPOCHS[-1]):
        """The test shares after that epoch, one for each seed."""
        return self.test[:, EPOCHS.index(epoch)]

    def __str__(self):
        last = self.at()
        return f"{np.median(last):.3f} ({last.min():.3f} to {last.max():.3f})"


def setting(name, hidden, points=0):
    """The `Setting`; `hidden` is the width of one hidden layer, or a sequence of widths."""
    widths = (hidden,) if isinstance(hidden, int) else tuple(hidden)
    return Setting(catalogue[name].name, widths, points)


@cache
def data(points=0):
    """The training points of that seed, and the test points: two `Examples`, 1 in column 1 of Y for the inner ring."""
    return rings(200, points), rings(2000, TEST_SEED)


def rings(count, seed):
    """`Examples` on the two rings, half of them on each."""
    from sklearn.datasets import make_circles  # a second of imports

    X, inner = make_circles(count, noise=NOISE, factor=FACTOR, random_state=seed)
    return Examples(X, np.eye(2)[inner])


def untrained(name, hidden, seed=0):
    """The network before training."""
    sizes = (2, *setting(name, hidden).hidden, 2)
    return SteadyNetwork(sizes, catalogue[name], init="lecun", gain=own_gain(name), seed=seed)


def trained(name, hidden, seed=0, points=0, epochs=EPOCHS[-1]):
    """The network as each epoch left it: a list of epochs + 1, the first before training."""
    net = untrained(name, hidden, seed)
    history = net.train(*data(points)[0], epochs=epochs, optimiser=Adam(RATE), batch=BATCH, seed=seed)
    return history.networks


def results(name, hidden, points=0):
    """The stored `Results` of that setting; KeyError, with those there are, if it was never run."""
    wanted, found = setting(name, hidden, points), stored()
    if wanted not in found:
        like = "\n".join(str(key) for key in found if key.activation == wanted.activation) or "none"
        raise KeyError(f"not stored: {wanted}. `trained` trains it. Stored for {name}: {like}")
    return found[wanted]


@cache
def stored():
    """Everything in the file: {Setting: Results}, in its order; nothing where there is no file."""
    runs = {}
    if not FILE.exists():
        return runs
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            key = setting(row["activation"], map(int, row["hidden"].split("-")), int(row["points"]))
            runs.setdefault(key, []).append([np.fromstring(row[part], sep=" ") for part in ("train", "test")])
    sizes = [len(part.X) for part in data()]
    return {key: Results(*(part / size for part, size in zip(np.swapaxes(rows, 0, 1), sizes, strict=True)))
            for key, rows in runs.items()}


def ceiling():
    """The largest share of points that any border can be expected to get right, and the radius of that border.

    The distance of a noisy point from the centre follows Rice's distribution. The best border stands where both
    densities are equal.
    """
    from scipy.optimize import brentq
    from scipy.stats import rice

    inner, outer = (rice(radius / NOISE, scale=NOISE) for radius in (FACTOR, 1))
    border = brentq(lambda r: inner.pdf(r) - outer.pdf(r), FACTOR, 1)
    return (inner.cdf(border) + outer.sf(border)) / 2, border


# --- Regions -----------------------------------------------------------------------------------------------------


def outlines(net, steps=80):
    """Where the network says "inner ring", as closed outlines in whole `UNIT`s: arrays (corners, 2).

    A point inside an odd number of them is in the region.
    """
    from contourpy import contour_generator

    side = np.linspace(-SIDE, SIDE, steps + 1)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    z = net.forward(grid)[0][-1]
    score = (z[:, 1] - z[:, 0]).reshape(len(side), -1)
    polygons, starts = contour_generator(side, side, score, fill_type="OuterOffset").filled(0, np.inf)
    found = []
    for corners, offsets in zip(polygons, starts, strict=True):
        for first, last in zip(offsets[:-1], offsets[1:], strict=True):
            line = np.rint(simpler(corners[first:last], UNIT) / UNIT).astype(int)[:-1]
            if len(line) > 2:
                found.append(line)
    return found


def region_key(name, hidden, seed, epoch):
    """The name of a region in the file."""
    return f"{name} {'-'.join(map(str, setting(name, hidden).hidden))} {seed} {epoch}"


def region(name, hidden, seed=0, epoch=EPOCHS[-1]):
    """The stored region, as `outlines` gives it; KeyError if it is not stored."""
    return [np.cumsum(np.reshape(line, (-1, 2)), axis=0) for line in _regions()[region_key(name, hidden, seed, epoch)]]


@cache
def _regions():
    return json.loads(FRAMES.read_text(encoding="utf-8"))["regions"]


def mark(name, hidden, seed=0, epoch=EPOCHS[-1]):
    """The marks of a run in a few words: "training 0.95, test 0.93"."""
    found, place = results(name, hidden), EPOCHS.index(epoch)
    return f"training {found.train[seed, place]:.2f}, test {found.test[seed, place]:.2f}"


def shades(lines, size=28):
    """The region on a grid of size × size squares, the lowest row first: how much of each square is inside."""
    fine = 4 * size
    centres = (np.arange(fine) + 0.5) * (2 * SIDE / UNIT) / fine - SIDE / UNIT
    grid = np.stack(np.meshgrid(centres, centres), axis=-1).reshape(-1, 2)
    inside = np.zeros(len(grid), bool)
    for line in lines:
        inside ^= MplPath(line).contains_points(grid)
    return inside.reshape(size, 4, size, 4).mean(axis=(1, 3))


def draw(axes, lines, title):
    """The region on an axes of matplotlib, and the two rings without their noise, dashed."""
    side = SIDE / UNIT
    if lines:
        closed = [MplPath(np.concatenate([line, line[:1]]), closed=True) for line in lines]
        axes.add_patch(PathPatch(MplPath.make_compound_path(*closed), color=BLUE, alpha=0.35, linewidth=0))
    for radius in (FACTOR, 1):
        axes.add_patch(Circle((0, 0), radius / UNIT, fill=False, color=SLATE, linewidth=1, linestyle="--"))
    axes.add_patch(Rectangle((-side, -side), 2 * side, 2 * side, fill=False, color=SLATE, linewidth=1))
    axes.set(xlim=(-side, side), ylim=(-side, side), aspect="equal", title=title)
    axes.set_axis_off()
