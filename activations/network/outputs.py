"""What the last layer's scores z mean, and what a mistake costs: softmax or sigmoid with its cross-entropy.

The cost C is the mean over the examples, and for both ∂C/∂z = (p − y) / examples.
"""

import numpy as np
from scipy.special import expit, log_softmax


class Softmax:
    """One class for each example: each row of Y is a probability distribution, as a rule a single 1."""

    @staticmethod
    def probabilities(z):
        probabilities = z - z.max(axis=1, keepdims=True)
        np.exp(probabilities, out=probabilities)
        probabilities /= probabilities.sum(axis=1, keepdims=True)
        return probabilities

    @staticmethod
    def cost(z, Y):
        """The sum over the examples of −Σ y log p, taken from log-softmax, so never log 0."""
        return -np.sum(Y * log_softmax(z, axis=1))

    @staticmethod
    def right(p, Y):
        """How many examples have their largest probability at the largest entry of Y."""
        return np.sum(p.argmax(axis=1) == Y.argmax(axis=1))

    @staticmethod
    def check(Y):
        if not np.allclose(Y.sum(axis=1), 1):
            raise ValueError("each row of Y must sum to 1")


class Sigmoid:
    """A question with yes or no for each class, whatever the others say: each entry of Y is from 0 to 1."""

    @staticmethod
    def probabilities(z):
        return expit(z)

    @staticmethod
    def cost(z, Y):
        """The sum over examples and classes of −y log p − (1 − y) log(1 − p) = log(1 + eᶻ) − y z."""
        return np.sum(np.logaddexp(0, z) - Y * z)

    @staticmethod
    def right(p, Y):
        """How many answers are right, p > ½ read as yes; as a share, so that an example counts as one."""
        return np.sum(np.mean((p > 0.5) == (Y > 0.5), axis=1))

    @staticmethod
    def check(Y):
        if not np.all((Y >= 0) & (Y <= 1)):
            raise ValueError("each entry of Y must be from 0 to 1")


OUTPUTS = {"softmax": Softmax, "sigmoid": Sigmoid}
