"""Ten layers of a function: what they do to a signal on its way in and to a gradient on its way back."""

from functools import cache
from typing import NamedTuple

import numpy as np
from matplotlib.ticker import LogLocator

from activations import calculus, experiments
from activations.figures import picture
from activations.figures.style import LINESTYLES
from activations.study.page import Numbers, Part, number

COMPARED = ("relu", "gelu")
TITLES = {"relu": "ReLU", "gelu": "GELU"}
_FAR = 38.0  # where the normal density is the smallest float


def gain(activation, **parameters):
    """1/√E[f(Z)²] for a standard normal Z: as a float; None where E[f(Z)²] is infinite, ∞ where it is 0.

    Rigorous where `calculus` knows it, else by quadrature.
    """
    try:
        return float(calculus.gain(activation.at(**parameters)))
    except calculus.Unknown:
        return _by_quadrature(lambda z: activation.f(z, **parameters))


def _by_quadrature(f):
    """The gain from panels of width 1; None where the outer ones still count."""
    from scipy.integrate import quad  # half a second of imports that few functions need

    with np.errstate(all="ignore"):
        panels = np.array([quad(lambda z: f(z) ** 2 * np.exp(-(z**2) / 2), low, low + 1, limit=200)[0]
                           for low in np.arange(-_FAR, _FAR)])
    panels, total = panels / np.sqrt(2 * np.pi), panels.sum() / np.sqrt(2 * np.pi)
    if not np.isfinite(total) or max(abs(panels[0]), abs(panels[-1])) > 1e-6 * total:
        return None
    return float(total**-0.5) if total > 0 else np.inf


class Passage(NamedTuple):
    """What ten layers do, each an array with a row for each of six seeds.

    `means` and `variances` (6, 10) are those of the activations of each hidden layer, over neurons and images;
    `errors` (6, 11) the size of ∂(an image's cost)/∂z in each layer, the median over the images.
    """

    gain: float
    means: np.ndarray
    variances: np.ndarray
    errors: np.ndarray

    @property
    def kept(self):
        """The share of the last layer's error that reaches the first, for each seed."""
        with np.errstate(all="ignore"):
            return self.errors[:, 0] / self.errors[:, -1]

    @property
    def overflows(self):
        return not all(np.all(np.isfinite(part)) for part in self[1:])


def passage(activation, own, **parameters):
    """The `Passage` of the digits through the ten-layer network, its weights scaled by the gain `own`."""
    X, Y = experiments.data()[0]
    rows = []
    with np.errstate(all="ignore"):
        for seed in experiments.SEEDS:
            net = experiments.ten_layers(activation, seed, init="lecun", gain=own, **parameters)
            hidden = net.forward(X)[1][1:-1]
            rows.append(([layer.mean() for layer in hidden], [layer.var() for layer in hidden],
                         net.gradient_norms(X, Y, of="errors")))
    return Passage(own, *(np.array(part) for part in zip(*rows, strict=True)))


@cache
def _of_the_catalogue(name):
    return passage(name, experiments.own_gain(name))


class TenLayers(Part):
    """`passages` has a `Passage` for "f" and for those that it is compared with."""

    title = "Ten layers"

    def __init__(self, activation, own, parameters):
        self.passages = {"f": passage(activation, own, **parameters)} | {
            name: _of_the_catalogue(name) for name in COMPARED}

    @property
    def blocks(self):
        rows = [(TITLES.get(name, name), number(one.gain), _spread(one.means[:, -1]), _spread(one.variances[:, -1]),
                 _spread(one.kept)) for name, one in self.passages.items()]
        f = self.passages["f"]
        words = ("Ten hidden layers of 30 neurons before training, the digits as the signal; the variance of the "
                 "weights is gain²/n_in with each function's own gain. Median of six draws of the weights (lowest to "
                 "highest).")
        if f.overflows:
            words += " The numbers of f overflow on the way: ten layers of it cannot be computed with."
        elif not f.errors[:, :-1].any():
            words += " The slope of f is 0 wherever it has one: no gradient reaches any layer but the last."
        return [words, Numbers(["function", "gain", "mean in layer 10", "variance in layer 10",
                                "error in layer 1 / in the last"], rows, "After ten layers"), self._picture()]

    def _picture(self):
        def draw(means, variances, errors):
            for style, (name, one) in zip(LINESTYLES, self.passages.items(), strict=True):
                layers, label = np.arange(1, 12), TITLES.get(name, name)
                for axes, values in ((means, one.means), (variances, one.variances),
                                     (errors, one.errors / one.errors[:, -1:])):
                    middle = np.median(values, axis=0)
                    middle = np.where(np.isfinite(middle) & ((axes is means) | (middle > 0)), middle, np.nan)
                    axes.plot(layers[:len(middle)], middle, style, label=label)
            for axes, title in ((means, "mean"), (variances, "variance"), (errors, "error, the last layer's = 1")):
                axes.set_title(title)
                axes.set_xlabel("layer")
                axes.set_xticks([1, 4, 7, 10])
            for axes in (variances, errors):
                axes.set_yscale("log")
                low, high = axes.get_ylim()
                within = high / low
                steps = (1, 1.5, 2, 3, 5, 7) if within < 10 else (1, 2, 5) if within < 300 else (1,)
                axes.yaxis.set_major_locator(LogLocator(subs=steps, numticks=6))
                if len(steps) > 1:
                    axes.yaxis.set_major_formatter("{x:g}")

        with np.errstate(all="ignore"):
            return picture(draw, size=(3.8, 3.0), columns=3,
                           caption="By layer: mean and variance of the activations, and the size of the error on its "
                                   "way back. What is 0 or infinite is not drawn.",
                           alt="Three panels with a curve each for f, ReLU and GELU: mean, variance and error by layer")


def _spread(values):
    """Median (lowest to highest), in two digits."""
    low, middle, high = (number(one, 2) if np.isfinite(one) else "overflow"
                         for one in (np.min(values), np.median(values), np.max(values)))
    return middle if low == high else f"{middle} ({low} to {high})"
