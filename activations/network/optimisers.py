"""How the gradient becomes a step: stochastic gradient descent with momentum, Adam, and clipping before either."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SGD:
    """velocity ← momentum · velocity + rate · gradient, and a step of −velocity (Polyak 1964)."""

    rate: float = 0.1
    momentum: float = 0.0

    def __post_init__(self):
        _check(self, "rate", self.rate >= 0, "at least 0")
        _check(self, "momentum", 0 <= self.momentum < 1, "from 0 to below 1")

    def begin(self, size, dtype):
        """A function that turns one gradient after the other, a vector, into what is to be subtracted, in place."""
        velocity = np.zeros(size, dtype)

        def subtracted(gradient):
            gradient *= self.rate
            if not self.momentum:
                return gradient
            np.multiply(velocity, self.momentum, out=velocity)
            return np.add(velocity, gradient, out=velocity)

        return subtracted


@dataclass(frozen=True)
class Adam:
    """A step of −rate · m̂ / (√v̂ + epsilon), with the running means m of the gradient and v of its square.

    m ← beta1 · m + (1 − beta1) · gradient, and m̂ = m / (1 − beta1ᵗ) at step t; v and v̂ likewise (Kingma & Ba 2015).
    """

    rate: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self):
        _check(self, "rate", self.rate >= 0, "at least 0")
        _check(self, "beta1", 0 <= self.beta1 < 1, "from 0 to below 1")
        _check(self, "beta2", 0 <= self.beta2 < 1, "from 0 to below 1")
        _check(self, "epsilon", self.epsilon > 0, "above 0")

    def begin(self, size, dtype):
        """A function that turns one gradient after the other, a vector, into what is to be subtracted, in place."""
        m, v, square = np.zeros(size, dtype), np.zeros(size, dtype), np.empty(size, dtype)
        t = 0

        def subtracted(gradient):
            nonlocal t
            t += 1
            np.multiply(gradient, gradient, out=square)
            np.multiply(square, 1 - self.beta2, out=square)
            np.multiply(v, self.beta2, out=v)
            np.add(v, square, out=v)
            np.multiply(m, self.beta1, out=m)
            gradient *= 1 - self.beta1
            np.add(m, gradient, out=m)
            np.sqrt(v, out=square)
            np.multiply(square, (1 - self.beta2**t) ** -0.5, out=square)
            np.add(square, self.epsilon, out=square)
            np.divide(m, square, out=gradient)
            gradient *= self.rate / (1 - self.beta1**t)
            return gradient

        return subtracted


def _check(settings, name, is_right, words):
    if not is_right:
        raise ValueError(f"{name} must be {words}; got {getattr(settings, name)}")


class Descent:
    """One training: it takes the gradients of some arrays, clips them, and moves the arrays downhill, in place.

    `clip_value` cuts every entry of the gradient to −clip_value … clip_value. `clip_norm` shortens the gradient, all
    arrays taken as one vector, to that length where it is longer: its direction stays.
    """

    def __init__(self, arrays, optimiser, clip_value=None, clip_norm=None):
        for name, value in (("clip_value", clip_value), ("clip_norm", clip_norm)):
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be above 0, or None; got {value}")
        self.arrays, self.clip_value, self.clip_norm = arrays, clip_value, clip_norm
        ends = np.cumsum([array.size for array in arrays])
        self._gradient = np.empty(ends[-1], arrays[0].dtype)
        parts = np.split(self._gradient, ends[:-1])
        self.gradients = [part.reshape(array.shape) for part, array in zip(parts, arrays, strict=True)]
        self._subtracted = optimiser.begin(ends[-1], arrays[0].dtype)

    def step(self, gradients):
        """Move every array, given the gradient in each of them, in the same order."""
        for kept, gradient in zip(self.gradients, gradients, strict=True):
            kept[...] = gradient
        if self.clip_value is not None:
            np.clip(self._gradient, -self.clip_value, self.clip_value, out=self._gradient)
        if self.clip_norm is not None:
            norm = np.linalg.norm(self._gradient)
            if norm > self.clip_norm:
                self._gradient *= self.clip_norm / norm
        step, start = self._subtracted(self._gradient), 0
        for array in self.arrays:
            array -= step[start:start + array.size].reshape(array.shape)
            start += array.size
