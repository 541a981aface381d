"""The weights and biases of a layer, and their values before training."""

from difflib import get_close_matches
from itertools import pairwise
from typing import NamedTuple

import numpy as np

VARIANCES = {
    "lecun": lambda n_in, n_out: 1 / n_in,
    "glorot": lambda n_in, n_out: 2 / (n_in + n_out),
    "he": lambda n_in, n_out: 2 / n_in,
}


class Layer(NamedTuple):
    """The weights (n_in, n_out) and biases (n_out,) of a layer, or the gradients of the cost in them."""

    weights: np.ndarray
    biases: np.ndarray


def initial_layers(sizes, init="glorot", gain=1.0, seed=0, dtype=float):
    """Layers with normal random weights and zero biases.

    `init` names the variance of the weights, "lecun" 1/n_in, "glorot" 2/(n_in + n_out) or "he" 2/n_in, or is
    itself their standard deviation, a number. `gain` multiplies the standard deviation.
    """
    if len(sizes) < 2 or not all(isinstance(n, (int, np.integer)) and n > 0 for n in sizes):
        raise ValueError(f"sizes must be two or more whole numbers above 0, inputs first; got {sizes}")
    if isinstance(init, str) and init not in VARIANCES:
        close = get_close_matches(init, VARIANCES) or list(VARIANCES)
        raise ValueError(f"unknown init {init!r}; did you mean {' or '.join(map(repr, close))}, or a number?")
    rng = np.random.default_rng(seed)
    layers = []
    for n_in, n_out in pairwise(sizes):
        deviation = gain * (VARIANCES[init](n_in, n_out) ** 0.5 if isinstance(init, str) else init)
        weights = deviation * rng.standard_normal((n_in, n_out))
        layers.append(Layer(weights.astype(dtype), np.zeros(n_out, dtype)))
    return layers
