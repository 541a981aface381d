"""How fast the library computes, beside what one would write by hand: activations on a million floats, and training.

Every line of `BY_HAND` is the obvious one with NumPy and SciPy, at the default parameters; it may overflow or cancel.
"""

import time
from functools import partial
from statistics import median

import numpy as np
from scipy import special

from activations import catalogue
from activations.network import SGD, Adam, Network, digits

SIZE = 1_000_000
ROOT_2, PHI_0 = 2**0.5, (2 * np.pi) ** -0.5
SCALE, ALPHA = 1.0507009873554804934, 1.6732632423543772848
TANH_FORM, CUBIC = (2 / np.pi) ** 0.5, 0.044715


def _density(x):
    return PHI_0 * np.exp(-x * x / 2)


def _silu_slope(x, beta=1.0):
    s = special.expit(beta * x)
    return s * (1 + beta * x * (1 - s))


def _mish_slope(x):
    t = np.tanh(np.logaddexp(0, x))
    return t + x * special.expit(x) * (1 - t * t)


def _gelu_tanh_slope(x):
    t = np.tanh(TANH_FORM * (x + CUBIC * x * x * x))
    return (1 + t) / 2 + x * (1 - t * t) * TANH_FORM * (1 + 3 * CUBIC * x * x) / 2


def _sigmoid_slope(x):
    s = special.expit(x)
    return s * (1 - s)


def _sinc_slope(x):
    with np.errstate(all="ignore"):
        return np.where(x == 0, 0, (np.cos(x) - np.sin(x) / x) / x)


def _between(x, low, high, slope):
    return np.where((x > low) & (x < high), x.dtype.type(slope), x.dtype.type(0))


def _either(x, right, left):
    return np.where(x > 0, x.dtype.type(right), x.dtype.type(left))


# name -> the lines for f and f′
BY_HAND = {
    "step": (lambda x: np.heaviside(x, 1), np.zeros_like),
    "signum": (np.sign, np.zeros_like),
    "identity": (np.copy, np.ones_like),
    "sigmoid": (special.expit, _sigmoid_slope),
    "logsigmoid": (special.log_expit, lambda x: special.expit(-x)),
    "hardsigmoid": (lambda x: np.clip(x / 6 + 0.5, 0, 1), lambda x: _between(x, -3, 3, 1 / 6)),
    "hardsigmoid_keras2": (lambda x: np.clip(0.2 * x + 0.5, 0, 1), lambda x: _between(x, -2.5, 2.5, 0.2)),
    "hardsigmoid_binaryconnect": (lambda x: np.clip((x + 1) / 2, 0, 1), lambda x: _between(x, -1, 1, 0.5)),
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "hardtanh": (lambda x: np.clip(x, -1, 1), lambda x: _between(x, -1, 1, 1)),
    "lecun_tanh": (lambda x: 1.7159 * np.tanh(x * (2 / 3)), lambda x: 1.7159 * 2 / 3 * (1 - np.tanh(x * (2 / 3)) ** 2)),
    "tanhshrink": (lambda x: x - np.tanh(x), lambda x: np.tanh(x) ** 2),
    "softsign": (lambda x: x / (1 + np.abs(x)), lambda x: 1 / (1 + np.abs(x)) ** 2),
    "arctan": (np.arctan, lambda x: 1 / (1 + x * x)),
    "symmetrical_sigmoid": (lambda x: np.tanh(x / 2), lambda x: (1 - np.tanh(x / 2) ** 2) / 2),
    "log_log": (lambda x: -np.expm1(-np.exp(x)), lambda x: np.exp(x - np.exp(x))),
    "bent_identity": (lambda x: (np.sqrt(x * x + 1) - 1) / 2 + x, lambda x: x / (2 * np.sqrt(x * x + 1)) + 1),
    "gaussian": (lambda x: np.exp(-x * x), lambda x: -2 * x * np.exp(-x * x)),
    "absolute": (np.abs, np.sign),
    "sinusoid": (np.sin, np.cos),
    "cosine": (np.cos, lambda x: -np.sin(x)),
    "sinc": (lambda x: np.sinc(x / np.pi), _sinc_slope),
    "relu": (lambda x: np.maximum(x, 0), lambda x: _either(x, 1, 0)),
    "relu6": (lambda x: np.clip(x, 0, 6), lambda x: _between(x, 0, 6, 1)),
    "leaky_relu": (lambda x: np.where(x > 0, x, 0.01 * x), lambda x: _either(x, 1, 0.01)),
    "prelu": (lambda x: np.where(x > 0, x, 0.25 * x), lambda x: _either(x, 1, 0.25)),
    "rrelu": (lambda x: np.where(x > 0, x, 11 / 48 * x), lambda x: _either(x, 1, 11 / 48)),
    "srelu": (lambda x: np.where(x <= -1, -1 + 0.2 * (x + 1), np.where(x >= 1, 1 + 0.2 * (x - 1), x)),
              lambda x: np.where((x > -1) & (x < 1), x.dtype.type(1), x.dtype.type(0.2))),
    "threshold": (lambda x: np.where(x > 1, x, 0), lambda x: np.where(x > 1, x.dtype.type(1), x.dtype.type(0))),
    "hardshrink": (lambda x: np.where(np.abs(x) > 0.5, x, 0),
                   lambda x: np.where(np.abs(x) > 0.5, x.dtype.type(1), x.dtype.type(0))),
    "softshrink": (lambda x: np.sign(x) * np.maximum(np.abs(x) - 0.5, 0),
                   lambda x: np.where(np.abs(x) > 0.5, x.dtype.type(1), x.dtype.type(0))),
    "elu": (lambda x: np.where(x > 0, x, np.expm1(x)), lambda x: np.where(x > 0, x.dtype.type(1), np.exp(x))),
    "celu": (lambda x: np.where(x > 0, x, np.expm1(x)), lambda x: np.where(x > 0, x.dtype.type(1), np.exp(x))),
    "selu": (lambda x: np.where(x > 0, SCALE * x, SCALE * ALPHA * np.expm1(x)),
             lambda x: np.where(x > 0, x.dtype.type(SCALE), SCALE * ALPHA * np.exp(x))),
    "softplus": (lambda x: np.logaddexp(0, x), special.expit),
    "squareplus": (lambda x: (x + np.sqrt(x * x + 4)) / 2, lambda x: (1 + x / np.sqrt(x * x + 4)) / 2),
    "squared_relu": (lambda x: np.maximum(x, 0) ** 2, lambda x: 2 * np.maximum(x, 0)),
    "silu": (lambda x: x * special.expit(x), _silu_slope),
    "swish": (lambda x: x * special.expit(x), _silu_slope),
    "hardswish": (lambda x: x * np.clip(x + 3, 0, 6) / 6,
                  lambda x: np.where(x <= -3, 0, np.where(x >= 3, 1, (2 * x + 3) / 6))),
    "mish": (lambda x: x * np.tanh(np.logaddexp(0, x)), _mish_slope),
    "gelu": (lambda x: x * special.ndtr(x), lambda x: special.ndtr(x) + x * _density(x)),
    "gelu_tanh": (lambda x: x * (1 + np.tanh(TANH_FORM * (x + CUBIC * x * x * x))) / 2, _gelu_tanh_slope),
    "quick_gelu": (lambda x: x * special.expit(1.702 * x), lambda x: _silu_slope(x, 1.702)),
}


def activation_ratios(names=tuple(BY_HAND), size=SIZE, runs=7):
    """{(name, "f" or "f′", dtype): (milliseconds, milliseconds by hand)}: medians of runs that take turns."""
    times = {}
    for dtype in (np.float64, np.float32):
        values = (3 * np.random.default_rng(0).standard_normal(size)).astype(dtype)
        for name in names:
            ours = (catalogue[name].f, catalogue[name].df)
            for which, function, by_hand in zip(("f", "f′"), ours, BY_HAND[name], strict=True):
                times[name, which, dtype.__name__] = in_turns(partial(function, values), partial(by_hand, values), runs)
    return times


def in_turns(ours, theirs, runs):
    """The median milliseconds of each of two calls that take turns; each is made twice, and the second counts."""
    rows = [(_milliseconds(ours), _milliseconds(theirs)) for _ in range(runs)]
    return tuple(map(median, zip(*rows, strict=True)))


def _milliseconds(function):
    """Of this thread alone, whatever else the machine does; the first call finds memory as another left it."""
    function()
    start = time.thread_time()
    function()
    return 1000 * (time.thread_time() - start)


# --- Training -------------------------------------------------------------------------------------------------------

THEIRS = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu", "identity": "identity"}
HIDDEN, BATCHES = ((30,), (30, 30), (100,), (100, 100)), (16, 32, 200)
# name -> our optimiser, and what scikit-learn is told
OPTIMISERS = {
    "sgd": (SGD(0.05), dict(solver="sgd", momentum=0)),
    "momentum": (SGD(0.005, momentum=0.9), dict(solver="sgd", momentum=0.9, nesterovs_momentum=False)),
    "adam": (Adam(0.001), dict(solver="adam")),
}


def training_ratios(names=tuple(THEIRS), hidden=HIDDEN, batches=BATCHES, optimisers=tuple(OPTIMISERS), epochs=5):
    """{(activation, hidden layers, batch, optimiser): (milliseconds an epoch, those of scikit-learn's MLPClassifier)}.

    Both train the digits in float64, with the same sizes, batch and rate.
    """
    return {(name, sizes, batch, optimiser): _epoch(name, sizes, batch, optimiser, epochs)
            for name in names for sizes in hidden for batch in batches for optimiser in optimisers}


def _epoch(name, hidden, batch, optimiser, epochs):
    from sklearn.neural_network import MLPClassifier

    (X, Y), _ = digits()
    numbers = Y.argmax(axis=1)
    ours = Network([64, *hidden, 10], catalogue[name])
    how, settings = OPTIMISERS[optimiser]
    theirs = MLPClassifier(hidden, activation=THEIRS[name], alpha=0, batch_size=batch, learning_rate_init=how.rate,
                           **settings)
    theirs.partial_fit(X, numbers, classes=range(10))

    def many_epochs():
        for _ in range(epochs):
            theirs.partial_fit(X, numbers)

    one, other = in_turns(lambda: ours.train(X, Y, epochs=epochs, optimiser=how, batch=batch), many_epochs, runs=5)
    return one / epochs, other / epochs


# --- Tables ---------------------------------------------------------------------------------------------------------


def print_activations(times):
    """A row for each activation: milliseconds and ratio to the line by hand, f and f′, in float64 and in float32."""
    columns = [(which, dtype) for dtype in ("float64", "float32") for which in ("f", "f′")]
    print(f"{SIZE:,} floats, ms (times the line by hand)   " + "".join(f"{w:>10} {d}" for w, d in columns))
    for name in dict.fromkeys(name for name, *_ in times):
        cells = [times[name, which, dtype] for which, dtype in columns]
        print(f"{name:<40}" + "".join(f"{ours:10.2f} ({ours / hand:5.2f})" for ours, hand in cells), flush=True)
    for dtype, goal in (("float64", 1.5), ("float32", 2.0)):
        ratios = [ours / hand for (*_, d), (ours, hand) in times.items() if d == dtype]
        print(f"within {goal} in {dtype}: {sum(ratio <= goal for ratio in ratios)} of {len(ratios)}")


def print_training(times):
    """A row for each network: milliseconds an epoch, and the ratio to scikit-learn's."""
    print("an epoch of the digits, ms, and times scikit-learn's")
    for (name, hidden, batch, optimiser), (ours, theirs) in times.items():
        network = f"{name:<9} {str(hidden):<11} batch {batch:<4} {optimiser:<9}"
        print(f"{network} {ours:9.1f} ({ours / theirs:5.2f})", flush=True)
