"""The network itself: forward, backward, and down the gradient."""

from copy import copy
from itertools import chain

import numpy as np

from activations.network.dropout import dropout_of
from activations.network.hidden import hidden_layers
from activations.network.history import History, statistics
from activations.network.layers import Layer, initial_layers
from activations.network.optimisers import SGD, Descent
from activations.network.outputs import OUTPUTS

GRADIENTS = ("weights", "biases", "errors")  # what `gradient_norms` measures
ROWS = 256  # examples in a pass that only looks
FEW = 32  # examples that tell after each epoch whether the network is still finite


class Network:
    """A classifier of layers sizes[0] → … → sizes[-1], with an activation in every hidden layer.

    `activation` has `f(values)` and `df(values)`, as each entry of the catalogue has, or is a list with one for each
    hidden layer; `parameters` are passed on to both. `learn` names parameters that are trained, in each layer a number
    of its own that starts at the value given or the default. `dropout` or `alpha_dropout` is the share of activations
    that is left out in training. `output` is "softmax", one class for each example, or "sigmoid", a yes or no for each
    class. The other arguments are those of `initial_layers`.
    """

    def __init__(self, sizes, activation, *, init="glorot", gain=1.0, seed=0, dtype=float, output="softmax", learn=(),
                 dropout=0.0, alpha_dropout=0.0, **parameters):
        if output not in OUTPUTS:
            raise ValueError(f"output must be {' or '.join(map(repr, OUTPUTS))}; got {output!r}")
        self.output = OUTPUTS[output]
        self.layers = initial_layers(sizes, init, gain, seed, dtype)
        self.hidden = hidden_layers(len(sizes) - 2, activation, learn, dtype, **parameters)
        self.dropout = dropout_of(dropout, alpha_dropout, seed)

    @property
    def learned(self):
        """The learned parameters of each hidden layer, name → value."""
        return [{name: float(value[0]) for name, value in hidden.learned.items()} for hidden in self.hidden]

    @property
    def f(self):
        """The function of the hidden layers. Another one may be put in its place, and `df` stays."""
        return self.hidden[0].f

    @f.setter
    def f(self, function):
        for hidden in self.hidden:
            hidden.f = function

    def forward(self, X):
        """The pre-activations z of each layer, and the activations a: X first, the probabilities last."""
        return self._forward(self._inputs(X))[:2]

    def probabilities(self, X):
        """What the network says: (examples, classes)."""
        return self.forward(X)[1][-1]

    def backward(self, X, Y):
        """The activations a, as in `forward`, and the errors δ = ∂C/∂z of each layer, (examples, n_out)."""
        return self._backward(self._inputs(X), self._targets(X, Y))[:2]

    def gradients(self, X, Y):
        """∂C/∂weights and ∂C/∂biases, a `Layer` for each layer."""
        return _gradients(*self.backward(X, Y))

    def learned_gradients(self, X, Y):
        """∂C/∂(each learned parameter) of each hidden layer, name → array (1,)."""
        return self._backward(self._inputs(X), self._targets(X, Y))[2]

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

    def statistics(self, X):
        """The `Statistics` of the hidden layers: mean, variance, saturated and dead share, each (hidden layers,)."""
        zs, activations = self.forward(X)
        slopes = [hidden.df(z) for hidden, z in zip(self.hidden, zs, strict=False)]
        return statistics(activations[1:-1], slopes)

    def loss(self, X, Y):
        """The cost C: the mean over the examples of −Σ y log p, or for "sigmoid" of its binary cross-entropies."""
        return self._look(self._inputs(X), self._targets(X, Y))[0]

    def accuracy(self, X, Y):
        """The share of examples whose largest probability is at the largest entry of Y; for "sigmoid" the share of
        all yes-or-no answers that are right.
        """
        return self._look(self._inputs(X), self._targets(X, Y))[1]

    def train(self, X, Y, *, epochs=10, rate=None, batch=32, seed=0, of="weights", optimiser=None, clip_value=None,
              clip_norm=None, progress=iter):
        """Change the layers by stochastic gradient descent and return the `History`.

        Each epoch passes once through the examples in a random order, `batch` at a time. `optimiser` is an `SGD` or
        an `Adam`, and begins anew with each training; `rate`, 0.1 unless told, is short for SGD(rate). `clip_value`
        and `clip_norm` are those of `Descent`, `of` that of `gradient_norms`; `progress=tqdm` shows a bar. Raises
        FloatingPointError as soon as an epoch leaves the loss infinite or nan.
        """
        if epochs < 0 or batch < 1:
            raise ValueError(f"epochs must be at least 0 and batch at least 1; got {epochs} and {batch}")
        if rate is not None and optimiser is not None:
            raise TypeError("give the rate to the optimiser, as in optimiser=Adam(rate=0.001)")
        optimiser = optimiser or SGD(0.1 if rate is None else rate)
        X, Y = self._inputs(X), self._targets(X, Y)
        descent = Descent(self._arrays(), optimiser, clip_value, clip_norm)
        rng, past = np.random.default_rng(seed), [self._snapshot()]
        for epoch in progress(range(1, epochs + 1)):
            for chosen in np.split(rng.permutation(len(X)), range(batch, len(X), batch)):
                self._step(X[chosen], Y[chosen], descent)
            past.append(self._snapshot())
            self._check(X, Y, f"after epoch {epoch}; try a rate below {optimiser.rate}")
        return History(past, X.copy(), Y.copy(), of)

    def step(self, X, Y, rate):
        """One step downhill, in place: every weight, bias and learned parameter moves by −rate times its gradient."""
        self._step(self._inputs(X), self._targets(X, Y), Descent(self._arrays(), SGD(rate)))

    def _step(self, X, Y, descent):
        activations, deltas, learned = self._backward(X, Y, self.dropout)
        slopes = chain.from_iterable(slopes.values() for slopes in learned)
        descent.step([*chain.from_iterable(_gradients(activations, deltas)), *slopes])

    def _arrays(self):
        """All that training changes, in the order of the gradients in `_step`."""
        learned = chain.from_iterable(hidden.learned.values() for hidden in self.hidden)
        return [*chain.from_iterable(self.layers), *learned]

    def _check(self, X, Y, when):
        """Raise FloatingPointError if the loss is no longer finite; a few examples tell, as weights go for all."""
        if not np.isfinite(self._look(X[:FEW], Y[:FEW])[0]):
            raise FloatingPointError(f"the loss is {self._look(X, Y)[0]} {when}")

    def _look(self, X, Y):
        """The loss and the accuracy, by passes of a few hundred examples, whose arrays stay in the cache."""
        loss, right = 0, 0
        for start in range(0, len(X), ROWS):
            targets = Y[start:start + ROWS]
            zs, activations, _ = self._forward(X[start:start + ROWS])
            loss = loss + self.output.cost(zs[-1], targets)
            right += self.output.right(activations[-1], targets)
        return loss / Y.dtype.type(len(Y)), right / len(Y)

    def _snapshot(self):
        """The network as it is now."""
        past = copy(self)
        past.layers = [Layer(layer.weights.copy(), layer.biases.copy()) for layer in self.layers]
        past.hidden = [hidden.copy() for hidden in self.hidden]
        return past

    def _forward(self, X, dropout=None):
        """Pre-activations, activations, and of each hidden layer the slope of its dropout, if any."""
        zs, activations, kept = [], [X], []
        for weights, biases in self.layers:
            z = activations[-1] @ weights
            z += biases
            zs.append(z)
            if len(zs) == len(self.layers):
                activations.append(self.output.probabilities(z))
                break
            f = self.hidden[len(zs) - 1].f
            a, slope = dropout(f(z), f) if dropout else (f(z), None)
            activations.append(a)
            kept.append(slope)
        return zs, activations, kept

    def _backward(self, X, Y, dropout=None):
        """Activations, errors, and the gradients in the learned parameters of each hidden layer."""
        zs, activations, kept = self._forward(X, dropout)
        delta = activations[-1] - Y
        delta /= len(Y)
        deltas, learned = [delta], []
        for place in reversed(range(len(self.hidden))):
            delta = delta @ self.layers[place + 1].weights.T  # ∂C/∂a of this hidden layer
            if dropout:
                delta *= kept[place]
            hidden, z = self.hidden[place], zs[place]
            learned.append(hidden.slopes(z, delta))
            delta *= hidden.df(z)
            deltas.append(delta)
        return activations, deltas[::-1], learned[::-1]

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
        self.output.check(Y)
        return Y


def _gradients(activations, deltas):
    return [Layer(a.T @ delta, delta.sum(axis=0)) for a, delta in zip(activations, deltas, strict=False)]
