"""Real examples for the network."""

from typing import NamedTuple

import numpy as np


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
