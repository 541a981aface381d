"""What can be told of a network by layer, and how it went in the course of a training."""

from functools import cached_property
from typing import NamedTuple

import numpy as np

FLAT = 0.01


class Statistics(NamedTuple):
    """Of each hidden layer: `mean` and `variance` of its activations over examples and units; and two shares.

    `saturated` is the share of the activations where |f′(z)| < 0.01, so that less than a hundredth of an error gets
    through; `dead` the share of the units of which that holds at every example. Each is (hidden layers,), or
    (epochs + 1, hidden layers) in a `History`.
    """

    mean: np.ndarray
    variance: np.ndarray
    saturated: np.ndarray
    dead: np.ndarray


def statistics(activations, slopes):
    """The `Statistics` of the activations and the slopes f′(z) of each hidden layer, (examples, units)."""
    flat = [np.abs(slope) < FLAT for slope in slopes]
    return Statistics(np.array([a.mean() for a in activations]), np.array([a.var() for a in activations]),
                      np.array([part.mean() for part in flat]), np.array([part.all(axis=0).mean() for part in flat]))


class History:
    """What `train` saw on its examples; row 0 is before the first step, row k after epoch k.

    `networks` has the network as each epoch left it. All else is computed from them once it is asked for, since it
    costs as much as the training itself: `loss` and `accuracy` are (epochs + 1,), `gradient_norms` is
    (epochs + 1, layers), `statistics` has (epochs + 1, hidden layers).
    """

    def __init__(self, networks, X, Y, of="weights"):
        self.networks, self._examples, self._of = networks, (X, Y), of

    @cached_property
    def _looks(self):
        return list(zip(*(net._look(*self._examples) for net in self.networks), strict=True))

    @cached_property
    def loss(self):
        """`Network.loss`."""
        return np.array(self._looks[0])

    @cached_property
    def accuracy(self):
        """`Network.accuracy`."""
        return np.array(self._looks[1])

    @cached_property
    def gradient_norms(self):
        """`Network.gradient_norms`, of what `train` was told."""
        return np.array([net.gradient_norms(*self._examples, self._of) for net in self.networks])

    @cached_property
    def statistics(self):
        """`Network.statistics`."""
        rows = [net.statistics(self._examples[0]) for net in self.networks]
        return Statistics(*map(np.array, zip(*rows, strict=True)))

    def __iter__(self):
        return iter((self.loss, self.accuracy, self.gradient_norms))
