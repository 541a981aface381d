"""A training on the digits: six runs of the ten-layer network, beside those of ReLU and GELU."""

import os

import numpy as np

from activations import experiments
from activations.experiments import Results
from activations.study.layers import COMPARED, TITLES
from activations.study.page import Numbers, Part


def trained(activation, own, **parameters):
    """The accuracies on the test images, one for each seed; 0 for a run that diverged."""
    return np.array([experiments.run(activation, seed, init="lecun", gain=own, **parameters)
                     for seed in _with_bar(experiments.SEEDS)])


def _with_bar(seeds):
    """The seeds with a bar on the screen while they run, which goes when they are done; TQDM_DISABLE=1 leaves it out.
    """
    from tqdm.auto import tqdm  # a tenth of a second that only a training waits for

    hidden = os.environ.get("TQDM_DISABLE", "0") not in ("", "0")  # the bar of a notebook does not ask by itself
    return tqdm(seeds, desc="training on the digits", leave=False, disable=hidden)


class Training(Part):
    """`results` has six accuracies as `Results` for "f" and for those that it is compared with."""

    title = "A training on the digits"

    def __init__(self, activation, own, parameters):
        accuracies = trained(activation, own, **parameters)
        self.results = {"f": Results(np.full(6, np.nan), accuracies)} | {
            name: experiments.results(name) for name in COMPARED}

    def against(self, name):
        """What the six runs say about f beside that function, in one sentence."""
        f, other = self.results["f"], self.results[name]
        if f.lowest > other.highest:
            return f"In this setting every run of f is better than every run of {TITLES[name]}."
        if f.highest < other.lowest:
            return f"In this setting every run of f is worse than every run of {TITLES[name]}."
        return f"f and {TITLES[name]}: the runs overlap, and a difference within the spread is none."

    @property
    def blocks(self):
        rows = [(TITLES.get(name, name), *map(_share, (one.median, one.lowest, one.highest)), str(one.diverged))
                for name, one in self.results.items()]
        return ["The same network trained for five epochs: rate 0.05, batches of 32, own gain, nothing adjusted to any "
                "of the three. The share of 360 test images that come out right.",
                Numbers(["function", "median", "lowest", "highest", "diverged"], rows, "Six seeds"),
                " ".join(self.against(name) for name in COMPARED)]


def _share(value):
    return f"{value:.2f}" if value else "diverged"
