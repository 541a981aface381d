"""Train the networks of chapter 19 and store how they did: `python -m tools.circles`.

Writes activations/results/circles.csv, a line for each run with the number of training and test points that are right
after 1, 2, 4, …, 256 epochs, and circles_regions.json, the regions that are drawn. Some five minutes on a core.
"""

import csv
import json
import platform
import time

import numpy as np
import sklearn

from activations.circles import (
    BATCH,
    EPOCHS,
    FACTOR,
    FILE,
    FRAMES,
    NOISE,
    RATE,
    TEST_SEED,
    data,
    outlines,
    region_key,
    setting,
    trained,
)

SEEDS, FEWER = range(20), range(10)
WIDTHS = (1, 2, 3, 4, 8, 32)
DEPTHS = (1, 2, 4, 8)
DEEP = (8, 16, 32, 8)
ELEMENTWISE = [
    "identity", "sigmoid", "tanh", "hardtanh", "lecun_tanh", "softsign", "arctan", "symmetrical_sigmoid", "log_log",
    "bent_identity", "gaussian", "absolute", "sinusoid", "cosine", "sinc", "relu", "relu6", "leaky_relu", "elu",
    "celu", "selu", "softplus", "squareplus", "squared_relu", "silu", "hardswish", "mish", "gelu", "quick_gelu"]
TABLE = list(dict.fromkeys([
    *[setting("relu", width) for width in WIDTHS],
    *[setting("relu", [8] * depth) for depth in DEPTHS],
    setting("relu", DEEP),
    *[setting(name, width) for width in (2, 8) for name in ELEMENTWISE],
]))  # fmt: skip
OTHER_POINTS = [setting("relu", 8, points) for points in range(1, 20)]  # from seed 0 of the weights
COLUMNS = ["activation", "hidden", "points", "seed", "train", "test"]


def drawn(key, seed):
    """The epochs after which the region of that run is kept."""
    if key.activation == "relu" and (len(key.hidden) == 1 or key.hidden == DEEP) and seed < 3:
        return EPOCHS
    return EPOCHS[-1:] if key.hidden == (2,) and seed < 10 or seed < 3 and len(key.hidden) > 1 else ()


def counts(networks, examples):
    """How many of the examples are right after each of the `EPOCHS`."""
    return [round(networks[epoch].accuracy(*examples) * len(examples.X)) for epoch in EPOCHS]


def once(key, seed):
    """The networks of one run, and the numbers of training and test points that are right."""
    networks = trained(key.activation, key.hidden, seed, key.points)
    return networks, [counts(networks, part) for part in data(key.points)]


def relative(line):
    """The corners of an outline, each from the one before, as one list of numbers."""
    return np.diff(line, axis=0, prepend=0).ravel().tolist()


def runs():
    """(key, seed) of every run, in the order of the file."""
    return [(key, seed) for key in TABLE for seed in seeds(key)] + [(key, 0) for key in OTHER_POINTS]


def seeds(key):
    """Twenty seeds for ReLU, ten for the others."""
    return SEEDS if key.activation == "relu" else FEWER


def made_with():
    """The settings and the versions, in a line."""
    return (f"make_circles noise={NOISE} factor={FACTOR}, 200 training points of seed `points`, 2000 test points of "
            f"seed {TEST_SEED}; Adam rate={RATE}, batches of {BATCH}; how many are right after "
            f"{', '.join(map(str, EPOCHS))} epochs; "
            f"Python {platform.python_version()}, NumPy {np.__version__}, scikit-learn {sklearn.__version__}")


def main():
    rows, regions, start = [], {}, time.perf_counter()
    for key, seed in runs():
        networks, right = once(key, seed)
        shape = "-".join(map(str, key.hidden))
        rows.append([key.activation, shape, key.points, seed, *(" ".join(map(str, part)) for part in right)])
        for epoch in drawn(key, seed) if not key.points else ():
            lines = list(map(relative, outlines(networks[epoch])))
            regions[region_key(key.activation, key.hidden, seed, epoch)] = lines
        if seed == 0:
            print(f"{time.perf_counter() - start:4.0f} s  {key}", flush=True)
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# {made_with()}\n")
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])
    text = json.dumps({"made with": made_with(), "regions": regions}, separators=(",", ":"))
    FRAMES.write_text(text.replace('],"', '],\n"') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
