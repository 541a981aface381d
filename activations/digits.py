"""The comparison on the digits: nine activations, ten seeds each, with rates chosen on images of their own.

8 × 8 pixels → 32 → 32 → ten classes; batches of 32, twenty epochs. Of the 1,437 training images 287 are the validation
images; the rate of each activation under each optimiser is the one of `RATES` with the highest mean accuracy on them
over three seeds. The 360 test images are looked at once, by networks that are finished. Weights have the variance
1/n_in times the square of the activation's own gain. A seed decides the first weights and the order of the images, the
same for every activation, so that runs of one seed make a pair.

    accuracies("gelu", "sgd")            the stored test accuracies of ten runs
    curves("relu", "adam")["dead 1"]     (seeds, epochs of EPOCHS), what the column of that name says
    rate("relu", "sgd")                  the rate that was chosen
    run("relu", "sgd", seed=0)           the network and its history, trained while you wait
    compare(accuracies(…), accuracies(…))   is the difference larger than chance?
"""

import csv
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np

from activations.catalogue import catalogue
from activations.experiments import SteadyNetwork, data, own_gain
from activations.network import SGD, Adam, Examples

SIZES = (64, 32, 32, 10)
BATCH, LAST = 32, 20
SEEDS, CHOOSING = range(10), range(100, 103)
NAMES = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "silu", "mish", "gelu")
ALPHA_DROPOUT = 0.05  # of "selu with alpha dropout", a tenth competitor
DROPPED = "selu with alpha dropout"
COMPETITORS = (*NAMES, DROPPED)
RATES = {"sgd": (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0), "adam": (0.002, 0.005, 0.01, 0.02, 0.05)}
EPOCHS = (0, 1, 2, 3, 5, 7, 10, 15, 20)  # of which the curves are stored
FOLDER = Path(__file__).parent / "results"


@cache
def parts():
    """Training, validation and test `Examples`: 1,150, 287 and 360 images."""
    (X, Y), test = data()
    return Examples(X[287:], Y[287:]), Examples(X[:287], Y[:287]), test


def network(name, seed=0):
    """The network of a run, before training."""
    key, dropped = ("selu", ALPHA_DROPOUT) if name == DROPPED else (name, 0.0)
    return SteadyNetwork(SIZES, catalogue[key], init="lecun", gain=own_gain(key), seed=seed, alpha_dropout=dropped)


def optimiser(name, rate):
    """The optimiser that is called "sgd" or "adam" here."""
    return SGD(rate) if name == "sgd" else Adam(rate)


def trained(name, how, step, seed=0, clip_norm=None, epochs=LAST, **options):
    """The network after training with that optimiser and rate, and its history; (None, None) if it diverges."""
    net = network(name, seed)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            history = net.train(*parts()[0], epochs=epochs, batch=BATCH, seed=seed, optimiser=optimiser(how, step),
                                clip_norm=clip_norm, **options)
    except FloatingPointError:
        return None, None
    return net, history


def run(name, how, seed=0, **options):
    """The network and the history of one run at the stored rate, trained while you wait."""
    return trained(name, how, rate(name, how), seed, **options)


def read(file):
    """The rows of a stored file, as dictionaries."""
    with (FOLDER / f"digits_{file}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@cache
def _rates():
    tried = {}
    for row in read("rates"):
        step, mean = float(row["rate"]), float(row["mean accuracy"])
        tried.setdefault((row["activation"], row["optimiser"]), {})[step] = mean
    return tried


def tried(name, how):
    """The mean accuracy on the validation images at each rate."""
    return _rates()[name, how]


def rate(name, how):
    """The rate that was chosen: the first with the highest mean."""
    means = tried(name, how)
    return max(means, key=means.get)


@cache
def _runs():
    found = {}
    for row in read("runs"):
        key = row["activation"], row["optimiser"], row["program"], float(row["times"]), row["clip"]
        found.setdefault(key, []).append(int(row["right"]) / 360)
    return {key: np.array(rows) for key, rows in found.items()}


def accuracies(name, how, program="ours", times=1, clip=None):
    """The stored test accuracies, one for each seed; 0 for a run that diverged.

    `program` is "ours" or "scikit-learn", `times` multiplies the chosen rate, `clip` is a norm.
    """
    return _runs()[name, how, program, float(times), "" if clip is None else f"{clip:g}"]


@cache
def _curves():
    rows = read("curves")
    keys = [key for key in rows[0] if key not in ("activation", "optimiser", "seed", "epoch")]
    found = {}
    for row in rows:
        found.setdefault((row["activation"], row["optimiser"]), []).append([float(row[key]) for key in keys])
    shape = len(SEEDS), len(EPOCHS)
    return {pair: dict(zip(keys, np.array(values).T.reshape(-1, *shape), strict=True))
            for pair, values in found.items()}


def curves(name, how):
    """What was stored by epoch: column → (seeds, epochs of EPOCHS)."""
    return _curves()[name, how]


def compare(one, other):
    """The mean difference of paired accuracies, and its p-value by the paired t-test."""
    from scipy.stats import ttest_rel  # half a second of imports that nothing else needs

    difference = float(np.mean(one - other))
    return difference, float(ttest_rel(one, other).pvalue) if np.ptp(one - other) else float(difference == 0)


def holm(pvalues):
    """The p-values after Holm's correction, in the same order: all of them may be held against one level at once."""
    order = np.argsort(pvalues)
    scaled = np.sort(pvalues) * np.arange(len(pvalues), 0, -1)
    corrected = np.empty(len(pvalues))
    corrected[order] = np.minimum(1, np.maximum.accumulate(scaled))
    return corrected


def pairs(how, names=COMPETITORS):
    """Every pair of competitors: (one, other, mean difference, corrected p), the surest first."""
    rows = [(a, b, *compare(accuracies(a, how), accuracies(b, how))) for a, b in combinations(names, 2)]
    corrected = holm([row[3] for row in rows])
    return sorted(((a, b, d, float(p)) for (a, b, d, _), p in zip(rows, corrected, strict=True)),
                  key=lambda row: row[3])
