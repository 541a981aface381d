"""Compare the activations on the digits and store what came out: `python -m tools.digits`, some five minutes.

Writes activations/results/digits_*.csv: the rates that were tried, the runs, their curves, and the versions.
"""

import csv
import platform
import time
import warnings

import numpy as np
import scipy
import sklearn

from activations import digits
from activations.digits import BATCH, CHOOSING, COMPETITORS, EPOCHS, FOLDER, LAST, NAMES, RATES, SEEDS, SIZES, parts

RATE_COLUMNS = ["activation", "optimiser", "rate", "mean accuracy"]
RUN_COLUMNS = ["activation", "optimiser", "program", "times", "clip", "seed", "right"]
CURVES = ["loss", "right", "gradient 1", "gradient 2", "gradient 3", "dead 1", "dead 2", "saturated 1", "saturated 2"]
CURVE_COLUMNS = ["activation", "optimiser", "seed", "epoch", *CURVES]
THEIRS = {"sigmoid": "logistic", "tanh": "tanh", "relu": "relu"}
LOUDER, CLIP = 4, 1  # times the chosen rate, and the norm of the clipped gradient
CLIPPED = [(1, CLIP), (LOUDER, None), (LOUDER, CLIP)]


def right(net):
    """How many of the 360 test images the network gets right; 0 for one that diverged."""
    return 0 if net is None else round(net.accuracy(*parts()[2]) * 360)


def rate_rows(name, how):
    for rate in RATES[how]:
        nets = [digits.trained(name, how, rate, seed)[0] for seed in CHOOSING]
        mean = np.mean([0 if net is None else net.accuracy(*parts()[1]) for net in nets])
        yield [name, how, f"{rate:g}", f"{mean:.6f}"]


def curve_rows(name, how, seed, history):
    """The lines of one run, an epoch each."""
    past = [history.networks[epoch] for epoch in EPOCHS]
    for epoch, net in zip(EPOCHS, past, strict=True):
        found = net.statistics(parts()[0].X)
        numbers = [net.loss(*parts()[0]), right(net), *net.gradient_norms(*parts()[0]), *found.dead, *found.saturated]
        yield [name, how, seed, epoch, *(f"{value:.5g}" for value in numbers)]


def theirs(name, how, seed):
    """scikit-learn's network at the same sizes, rate, batch and epochs."""
    from sklearn.neural_network import MLPClassifier

    (X, Y), _, test = parts()
    other = MLPClassifier(SIZES[1:-1], activation=THEIRS[name], solver=how, alpha=0, momentum=0, batch_size=BATCH,
                          learning_rate_init=digits.rate(name, how), max_iter=LAST, tol=0, n_iter_no_change=LAST + 1,
                          random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it has not converged, as it says
        other.fit(X, Y.argmax(axis=1))
    return int(np.sum(other.predict(test.X) == test.Y.argmax(axis=1)))


def about():
    versions = {"Python": platform.python_version(), "NumPy": np.__version__, "SciPy": scipy.__version__,
                "scikit-learn": sklearn.__version__}
    settings = {"sizes": SIZES, "batch": BATCH, "epochs": LAST, "seeds": list(SEEDS),
                "seeds for the rate": list(CHOOSING), "rates": RATES}
    return [[key, str(value)] for key, value in (versions | settings).items()]


def write(file, columns, rows):
    with (FOLDER / f"digits_{file}.csv").open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows([columns, *rows])


def main():
    start = time.perf_counter()

    def said(words):
        print(f"{time.perf_counter() - start:4.0f} s  {words}", flush=True)

    rates = []
    for name in COMPETITORS:
        for how in RATES:
            rates += rate_rows(name, how)
        said(f"rates of {name}")
    write("rates", RATE_COLUMNS, rates)
    digits._rates.cache_clear()
    runs, lines = [], []
    for name in COMPETITORS:
        for how in RATES:
            for seed in SEEDS:
                net, history = digits.run(name, how, seed)
                runs.append([name, how, "ours", 1, "", seed, right(net)])
                lines += curve_rows(name, how, seed, history)
                if name in THEIRS:
                    runs.append([name, how, "scikit-learn", 1, "", seed, theirs(name, how, seed)])
        for times, clip in CLIPPED if name in NAMES else ():
            for seed in SEEDS:
                net, _ = digits.trained(name, "sgd", times * digits.rate(name, "sgd"), seed, clip)
                runs.append([name, "sgd", "ours", times, "" if clip is None else clip, seed, right(net)])
        said(f"runs of {name}")
    write("runs", RUN_COLUMNS, runs)
    write("curves", CURVE_COLUMNS, lines)
    write("about", ["what", "value"], about())


if __name__ == "__main__":
    main()
