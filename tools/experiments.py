"""Train the ten-layer network with every activation and store how well it did: `python -m tools.experiments`.

Writes activations/results/ten_layers.csv, a line for each run; some six minutes on a core of its own. With --missing
only what is not yet in the file is run.
"""

import argparse
import csv
import time

import numpy as np

from activations.experiments import FILE, SEEDS, data, results, setting, stored, ten_layers, trained

COMPARED = [("tanh", {}), ("relu", {}), ("leaky_relu", {"alpha": 0.3}), ("elu", {}), ("selu", {}), ("softplus", {}),
            ("silu", {}), ("mish", {}), ("gelu", {})]
TABLE = [
    # Each activation with its own gain
    *[(name, {}) for name in (
        "identity", "sigmoid", "tanh", "hardtanh", "lecun_tanh", "softsign", "arctan", "gaussian", "sinusoid",
        "relu", "relu6")],
    *[("leaky_relu", {"alpha": alpha}) for alpha in (0.01, 0.1, 0.3)],
    ("elu", {}), ("elu", {"alpha": 3}), ("celu", {"alpha": 3}), ("selu", {}), ("softplus", {}), ("squareplus", {}),
    ("silu", {}), *[("swish", {"beta": beta}) for beta in (0.5, 2, 5)], ("hardswish", {}), ("mish", {}), ("gelu", {}),
    # Weights that suit another one
    ("sigmoid", {"init": "glorot"}), ("sigmoid", {"init": "glorot", "gain": 4}),
    *[(name, {"init": "lecun"}) for name in ("tanh", "relu", "softplus")],
    *[(name, {"init": "he"}) for name in (
        "tanh", "relu", "elu", "selu", "softplus", "squareplus", "silu", "mish", "gelu")],
    ("elu", {"alpha": 3, "init": "he"}), ("celu", {"alpha": 3, "init": "he"}),
    # Twice the rate, and four times as long
    *[(name, how | {"rate": 0.1}) for name, how in COMPARED],
    *[(name, how | {"epochs": 20}) for name, how in COMPARED],
]  # fmt: skip
COLUMNS = ["activation", "parameters", "init", "gain", "epochs", "rate", "seed", "first loss", "right"]


def once(key, seed):
    """The training loss after the first epoch and the number of test images right: nan and 0 if the run diverged."""
    net = ten_layers(key.activation, seed, init=key.init, gain=key.gain, **dict(key.parameters))
    try:
        net, history = trained(net, seed, key.epochs, key.rate)
    except FloatingPointError:
        return float("nan"), 0
    return history.loss[1], round(net.accuracy(*data()[1]) * len(data()[1].X))


def rows(key, runs):
    """The lines of the file for one setting."""
    parameters = " ".join(f"{name}={value:g}" for name, value in key.parameters)
    for seed, (loss, right) in zip(SEEDS, runs, strict=True):
        yield [key.activation, parameters, key.init, f"{key.gain:g}", key.epochs, f"{key.rate:g}", seed, f"{loss:.6g}",
               right]


def kept(key):
    """The runs of a setting as they stand in the file."""
    found = stored()[key]
    return zip(found.first_losses, np.rint(found.accuracies * len(data()[1].X)).astype(int), strict=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--missing", action="store_true", help="keep what is in the file, run the rest")
    missing = parser.parse_args().missing
    lines, start = [], time.perf_counter()
    for name, how in TABLE:
        key = setting(name, **how)
        lines += rows(key, kept(key) if missing and key in stored() else [once(key, seed) for seed in SEEDS])
        print(f"{time.perf_counter() - start:4.0f} s  {name} {how}", flush=True)
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *lines])
    stored.cache_clear()
    for name, how in TABLE:
        print(f"{results(name, **how)}  {name} {how}")


if __name__ == "__main__":
    main()
