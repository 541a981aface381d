"""Train the ten-layer network with every activation and store how well it did: `python -m tools.experiments`.

Writes activations/results/ten_layers.csv, a line for each run; some six minutes on a core of its own. With --missing
only what is not yet in the file is run. Each run is done twice: as it is ("right", the number of test images), and
from first weights that differ in their last digit ("again").
"""

import argparse
import csv
import time

import numpy as np

from activations.experiments import FILE, SEEDS, data, results, setting, stored, ten_layers, trained

TABLE = [
    # Each activation with its own gain
    *[(name, {}) for name in (
        "identity", "sigmoid", "tanh", "hardtanh", "lecun_tanh", "softsign", "arctan", "gaussian", "sinusoid",
        "relu", "relu6")],
    *[("leaky_relu", {"alpha": alpha}) for alpha in (0.01, 0.1, 0.3)],
    ("elu", {}), ("elu", {"alpha": 3}), ("celu", {"alpha": 3}), ("selu", {}), ("softplus", {}), ("squareplus", {}),
    ("silu", {}), *[("swish", {"beta": beta}) for beta in (0.5, 2, 5)], ("hardswish", {}), ("mish", {}), ("gelu", {}),
    # Weights that suit another one
    *[("sigmoid", how | {"epochs": epochs}) for epochs in (5, 20) for how in (
        {"init": "glorot"}, {"init": "glorot", "gain": 4}, {"init": "glorot", "gain": 4, "centred": True})],
    *[(name, {"init": "lecun"}) for name in ("sigmoid", "tanh", "relu", "softplus")],
    *[(name, {"init": "he"}) for name in ("tanh", "elu", "softplus", "squareplus", "silu", "mish", "gelu")],
    ("elu", {"alpha": 3, "init": "he"}), ("celu", {"alpha": 3, "init": "he"}),
    # Half the rate
    *[(name, {"rate": 0.05}) for name in (
        "identity", "tanh", "relu", "elu", "selu", "silu", "hardswish", "mish", "gelu")],
    ("leaky_relu", {"alpha": 0.3, "rate": 0.05}), ("elu", {"alpha": 3, "rate": 0.05}),
    ("celu", {"alpha": 3, "rate": 0.05}), ("swish", {"beta": 0.5, "rate": 0.05}),
    # Longer
    *[(name, {"epochs": 20}) for name in ("tanh", "relu", "softplus", "squareplus", "gelu")],
    ("softplus", {"epochs": 20, "init": "he"}),
]  # fmt: skip
COLUMNS = ["activation", "parameters", "init", "gain", "centred", "epochs", "rate", "seed", "first loss", "right",
           "again"]


def measured(key, seed):
    """The training loss after the first epoch, the test images right, and those of a run that began next to it."""
    return *once(key, seed), once(key, seed, nudged=True)[1]


def once(key, seed, nudged=False):
    """The training loss after the first epoch and the number of test images right: nan and 0 if the run diverged."""
    net = ten_layers(key.activation, seed, init=key.init, gain=key.gain, centred=key.centred, **dict(key.parameters))
    if nudged:
        rng = np.random.default_rng(0)
        for layer in net.layers:
            layer.weights[:] += np.spacing(np.float32(layer.weights)) * rng.integers(-1, 2, layer.weights.shape)
        net.round()
    try:
        net, history = trained(net, seed, key.epochs, key.rate)
    except FloatingPointError:
        return float("nan"), 0
    return history.loss[1], round(net.accuracy(*data()[1]) * len(data()[1].X))


def rows(key, runs):
    """The lines of the file for one setting."""
    parameters = " ".join(f"{name}={value:g}" for name, value in key.parameters)
    centred = "yes" if key.centred else "no"
    for seed, (loss, right, again) in zip(SEEDS, runs, strict=True):
        yield [key.activation, parameters, key.init, f"{key.gain:g}", centred, key.epochs, f"{key.rate:g}", seed,
               f"{loss:.6g}", right, again]


def kept(key):
    """The runs of a setting as they stand in the file."""
    found = stored()[key]
    right, again = (np.rint(values * len(data()[1].X)).astype(int) for values in (found.accuracies, found.again))
    return zip(found.first_losses, right, again, strict=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--missing", action="store_true", help="keep what is in the file, run the rest")
    missing = parser.parse_args().missing
    lines, start = [], time.perf_counter()
    for name, how in TABLE:
        key = setting(name, **how)
        lines += rows(key, kept(key) if missing and key in stored() else [measured(key, seed) for seed in SEEDS])
        print(f"{time.perf_counter() - start:4.0f} s  {name} {how}", flush=True)
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *lines])
    stored.cache_clear()
    for name, how in TABLE:
        print(f"{results(name, **how)}  {name} {how}")


if __name__ == "__main__":
    main()
