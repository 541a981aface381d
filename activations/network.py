"""The NumPy network of the experiments: a list of layers and a four-line loop.

An example is a row. `X` is (examples, sizes[0]); `Y` is (examples, sizes[-1]), and each of its rows is a
probability distribution, as a rule a single 1. The weights of a layer are (n_in, n_out), its biases (n_out,).
The output is softmax and the cost C the mean cross-entropy: ∂C/∂z of the last layer is (p − y) / examples.
"""

from copy import copy
from difflib import get_close_matches
from functools import cached_property, partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.special import log_softmax

VARIANCES = {
    "lecun": lambda n_in, n_out: 1 / n_in,
    "glorot": lambda n_in, n_out: 2 / (n_in + n_out),
    "he": lambda n_in, n_out: 2 / n_in,
}
GRADIENTS = ("weights", "biases", "errors")  # what `gradient_norms` measures
ROWS = 256  # examples in a pass that only looks


class Layer(NamedTuple):
    """The weights (n_in, n_out) and biases (n_out,) of a layer, or the gradients of the cost in them."""

    weights: np.ndarray
    biases: np.ndarray


class History:
    """What `train` saw on its examples; row 0 is before the first step, row k after epoch k.

    `loss` and `accuracy` are (epochs + 1,), `gradient_norms` is (epochs + 1, layers). The norms cost as much as the
    training itself, so they are computed once they are asked for, from the layers as each epoch left them.
    """

    def __init__(self, loss, accuracy, norms):
        self.loss, self.accuracy, self._norms = np.array(loss), np.array(accuracy), norms

    @cached_property
    def gradient_norms(self):
        """`Network.gradient_norms`, of what `train` was told."""
        return np.array(self._norms())

    def __iter__(self):
        return iter((self.loss, self.accuracy, self.gradient_norms))


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


class Network:
    """A classifier of layers sizes[0] → … → sizes[-1], with one activation in every hidden layer.

    `activation` has `f(values)` and `df(values)`, as each entry of the catalogue has; `parameters` are passed
    on to both. The other arguments are those of `initial_layers`.
    """

    def __init__(self, sizes, activation, *, init="glorot", gain=1.0, seed=0, dtype=float, **parameters):
        if not (hasattr(activation, "f") and hasattr(activation, "df")):
            raise TypeError(f"activation must have f and df, as catalogue['relu'] has; got {activation!r}")
        self.layers = initial_layers(sizes, init, gain, seed, dtype)
        self.f = partial(activation.f, **parameters)
        self.df = partial(activation.df, **parameters)
        self.f(np.zeros(1, dtype))  # a wrong parameter fails here, not in the middle of training

    def forward(self, X):
        """The pre-activations z of each layer, and the activations a: X first, the probabilities last."""
        return self._forward(self._inputs(X))

    def backward(self, X, Y):
        """The activations a, as in `forward`, and the errors δ = ∂C/∂z of each layer, (examples, n_out)."""
        return self._backward(self._inputs(X), self._targets(X, Y))

    def gradients(self, X, Y):
        """∂C/∂weights and ∂C/∂biases, a `Layer` for each layer."""
        return _gradients(*self.backward(X, Y))

    def gradient_norms(self, X, Y, of="weights"):
        """How large the gradient of each layer is: (layers,).

        `of` is "weights", the Euclidean norm of ∂C/∂weights; "biases", that of ∂C/∂biases; or "errors", the median
        over the examples of the norm of each one's own error, ∂(its own cost)/∂z. Weights and biases add up what the
        examples want, which may cancel; errors do not.
        """
        if of not in GRADIENTS:
            raise ValueError(f"of must be {', '.join(map(repr, GRADIENTS[:-1]))} or {GRADIENTS[-1]!r}; got {of!r}")
        activations, deltas = self.backward(X, Y)
        if of == "errors":  # C is the mean of the examples' own costs, so δ has a share 1/n of each one's error
            return np.array([len(delta) * np.median(np.linalg.norm(delta, axis=1)) for delta in deltas])
        return np.array([np.linalg.norm(getattr(layer, of)) for layer in _gradients(activations, deltas)])

    def loss(self, X, Y):
        """The cost C: the mean over the examples of −Σ y log p, taken from log-softmax, so never log 0."""
        return self._look(self._inputs(X), self._targets(X, Y))[0]

    def accuracy(self, X, Y):
        """The share of examples whose largest probability is at the largest entry of Y."""
        return self._look(self._inputs(X), self._targets(X, Y))[1]

    def train(self, X, Y, *, epochs=10, rate=0.1, batch=32, seed=0, of="weights"):
        """Change the layers by stochastic gradient descent and return the `History`.

        Each epoch passes once through the examples in a random order, `batch` at a time. `of` is that of
        `gradient_norms`. Raises FloatingPointError as soon as an epoch leaves the loss infinite or nan.
        """
        if epochs < 0 or batch < 1:
            raise ValueError(f"epochs must be at least 0 and batch at least 1; got {epochs} and {batch}")
        X, Y = self._inputs(X), self._targets(X, Y)
        rng, rows, past = np.random.default_rng(seed), [self._look(X, Y)], [self._snapshot()]
        for epoch in range(1, epochs + 1):
            for chosen in np.split(rng.permutation(len(X)), range(batch, len(X), batch)):
                self._step(X[chosen], Y[chosen], rate)
            rows.append(self._look(X, Y))
            past.append(self._snapshot())
            if not np.isfinite(rows[-1][0]):
                raise FloatingPointError(f"the loss is {rows[-1][0]} after epoch {epoch}; try a rate below {rate}")
        examples = X.copy(), Y.copy()
        return History(*zip(*rows, strict=True), lambda: [net.gradient_norms(*examples, of) for net in past])

    def step(self, X, Y, rate):
        """One step downhill, in place: every weight and bias moves by −rate times its gradient."""
        self._step(self._inputs(X), self._targets(X, Y), rate)

    def _step(self, X, Y, rate):
        for layer, gradient in zip(self.layers, _gradients(*self._backward(X, Y)), strict=True):
            for values, slope in zip(layer, gradient, strict=True):
                slope *= rate
                values -= slope

    def _look(self, X, Y):
        """The loss and the accuracy, by passes of a few hundred examples, whose arrays stay in the cache."""
        loss, right = 0, 0
        for start in range(0, len(X), ROWS):
            targets = Y[start:start + ROWS]
            zs, activations = self._forward(X[start:start + ROWS])
            loss = loss - np.sum(targets * log_softmax(zs[-1], axis=1))
            right += np.sum(activations[-1].argmax(axis=1) == targets.argmax(axis=1))
        return loss / Y.dtype.type(len(Y)), right / len(Y)

    def _snapshot(self):
        """The network as it is now."""
        past = copy(self)
        past.layers = [Layer(layer.weights.copy(), layer.biases.copy()) for layer in self.layers]
        return past

    def _forward(self, X):
        zs, activations = [], [X]
        for weights, biases in self.layers:
            z = activations[-1] @ weights
            z += biases
            zs.append(z)
            activations.append(self.f(z) if len(zs) < len(self.layers) else _softmax(z))
        return zs, activations

    def _backward(self, X, Y):
        zs, activations = self._forward(X)
        delta = activations[-1] - Y
        delta /= len(Y)
        deltas = [delta]
        for layer, z in zip(self.layers[:0:-1], zs[-2::-1], strict=True):
            delta = delta @ layer.weights.T
            delta *= self.df(z)
            deltas.append(delta)
        return activations, deltas[::-1]

    def _inputs(self, X):
        weights = self.layers[0].weights
        X = np.asarray(X, weights.dtype)
        if X.ndim != 2 or X.shape[1] != len(weights) or not len(X):
            raise ValueError(f"X must be (examples, {len(weights)}), one example or more; got {X.shape}")
        return X

    def _targets(self, X, Y):
        biases = self.layers[-1].biases
        Y = np.asarray(Y, biases.dtype)
        if Y.shape != (len(X), len(biases)):
            hint = "; np.eye(classes)[numbers] turns class numbers into rows" if Y.ndim == 1 else ""
            raise ValueError(f"Y must have shape {(len(X), len(biases))}; got {Y.shape}{hint}")
        if not np.allclose(Y.sum(axis=1), 1):
            raise ValueError("each row of Y must sum to 1")
        return Y


def _gradients(activations, deltas):
    return [Layer(a.T @ delta, delta.sum(axis=0)) for a, delta in zip(activations, deltas, strict=False)]


def _softmax(scores):
    probabilities = scores - scores.max(axis=1, keepdims=True)
    np.exp(probabilities, out=probabilities)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return probabilities


class Examples(NamedTuple):
    """Inputs X and targets Y, one example a row."""

    X: np.ndarray
    Y: np.ndarray


def digits(test=360, seed=0):
    """Scikit-learn's 1,797 handwritten digits, 8 × 8 pixels, split at random: (training, test) `Examples`.

    X is (examples, 64), shifted and scaled so that the training pixels have mean 0 and variance 1; Y is
    (examples, 10) with a 1 at the digit. `test` is the number of examples kept back.
    """
    from sklearn.datasets import load_digits  # a second of imports that a network on other data does not need

    images, numbers = load_digits(return_X_y=True)
    if not 0 <= test < len(images):
        raise ValueError(f"test must leave some of the {len(images)} images to train on; got {test}")
    order = np.random.default_rng(seed).permutation(len(images))
    kept, held = order[test:], order[:test]
    X = (images - images[kept].mean()) / images[kept].std()
    Y = np.eye(10)[numbers]
    return Examples(X[kept], Y[kept]), Examples(X[held], Y[held])
