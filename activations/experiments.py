"""The ten-layer run: one network trained in one way, so that only the activation and its first weights differ.

Digits of 8 × 8 pixels → ten hidden layers of 30 neurons → ten classes. Stochastic gradient descent, rate 0.05, batches
of 32, five epochs, on 1,437 images; the accuracy is the share of 360 other images that come out right. The seeds 0 to
5 decide the first weights and the order of the images. Every activation gets the same settings, and none of them is
adjusted to do well: nothing is chosen on the test images.

    results("elu", alpha=3).median              the stored accuracy of six runs
    run("elu", seed=0, alpha=3)                 one of them, trained while you wait: a third of a second
    gradients("elu", of="errors", alpha=3)      before training: a row for each seed, a column for each layer
    ten_layers("elu", seed=0, alpha=3)          the network itself, before training

These settings can be given to all of them: the activation's own parameters; `init` and `gain`, as `Network` has them,
where `init="own"`, unless told, is the variance 1/n_in times the square of the activation's `own_gain`. `results` and
`run` also take `epochs` and `rate`. All but `results` take an `Activation` in place of a name.
"""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from activations.activation import Activation
from activations.catalogue import catalogue
from activations.network import Network, digits

SIZES = (64, *[30] * 10, 10)
SEEDS = range(6)
BATCH = 32
FILE = Path(__file__).parent / "results" / "ten_layers.csv"


class Setting(NamedTuple):
    """What tells one stored experiment from another; `parameters` has every parameter of the activation."""

    activation: str
    parameters: tuple
    init: str
    gain: float
    epochs: int
    rate: float


class Results(NamedTuple):
    """Six stored runs, one for each seed: the test accuracies, 0 for a run whose loss became infinite.

    `first_losses` are on the training images after one epoch.
    """

    first_losses: np.ndarray
    accuracies: np.ndarray

    @property
    def median(self):
        return float(np.median(self.accuracies))

    @property
    def lowest(self):
        return float(self.accuracies.min())

    @property
    def highest(self):
        return float(self.accuracies.max())

    @property
    def diverged(self):
        """How many of the six runs ended with an infinite loss."""
        return int(np.sum(self.accuracies == 0))

    def __str__(self):
        return f"{self.median:.2f} ({self.lowest:.2f} to {self.highest:.2f})"


def setting(name, *, init="own", gain=1.0, epochs=5, rate=0.05, **parameters):
    """The `Setting`, with the default of each parameter that is not given."""
    activation = catalogue[name]
    activation.f(0.0, **parameters)  # a wrong parameter is named here
    given = {key: parameter.default for key, parameter in activation.parameters.items()} | parameters
    pairs = tuple((key, float(value)) for key, value in sorted(given.items()))
    return Setting(name, pairs, init, float(gain), int(epochs), float(rate))


def results(name, **how):
    """The `Results` that are stored for that setting; KeyError, with those there are, if it was never run."""
    wanted, found = setting(name, **how), stored()
    if wanted not in found:
        like = "\n".join(str(key) for key in found if key.activation == name) or "none"
        raise KeyError(f"not stored: {wanted}. `run` trains it. Stored for {name}: {like}")
    return found[wanted]


@cache
def stored():
    """Everything in the file: {Setting: Results}, in its order; nothing where there is no file."""
    runs, images = {}, len(data()[1].X)
    if not FILE.exists():
        return runs
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            numbers = float(row["first loss"]), int(row["right"]) / images
            runs.setdefault(_setting(row), []).append(numbers)
    return {key: Results(*np.array(rows).T) for key, rows in runs.items()}


def _setting(row):
    """The `Setting` that a line of the file names."""
    pairs = (pair.split("=") for pair in row["parameters"].split())
    parameters = {name: float(value) for name, value in pairs}
    numbers = {key: float(row[key]) for key in ("gain", "epochs", "rate")}
    return setting(row["activation"], init=row["init"], **numbers, **parameters)


def run(name, seed=0, *, epochs=5, rate=0.05, **how):
    """The test accuracy of one run; 0 if its loss becomes infinite."""
    try:
        net, _ = trained(ten_layers(name, seed, **how), seed, epochs, rate)
    except FloatingPointError:
        return 0.0
    return float(net.accuracy(*data()[1]))


def trained(net, seed=0, epochs=5, rate=0.05):
    """The network after training in place, and its `History`."""
    with np.errstate(over="ignore", invalid="ignore"):
        history = net.train(*data()[0], epochs=epochs, rate=rate, batch=BATCH, seed=seed)
    return net, history


class SteadyNetwork(Network):
    """A `Network` that takes the same steps on every machine: it computes in float64 and keeps its weights in float32.

    In ten layers a difference in the last bit, which is the processor's, may grow in five epochs to a tenth of the
    accuracy. Rounded to half as many digits after each step, it is gone before it grows.
    """

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.round()

    def _step(self, X, Y, descent):
        super()._step(X, Y, descent)
        self.round()

    def round(self):
        """Every weight, bias and learned parameter as float32 has it."""
        for values in self._arrays():
            values[:] = values.astype(np.float32)


def ten_layers(name, seed=0, *, init="own", gain=1.0, **parameters):
    """The network of the run, before training."""
    if init == "own":
        init, gain = "lecun", gain * own_gain(name, **parameters)
    return SteadyNetwork(SIZES, _activation(name), init=init, gain=gain, seed=seed, **parameters)


def _activation(name):
    """The activation of that name in the catalogue; an `Activation` is taken as it is."""
    return name if isinstance(name, Activation) else catalogue[name]


def gradients(name, of="weights", **how):
    """`gradient_norms` on the training images before training: (6, 11), a row for each seed, a column for each layer.

    `of` is "weights", "biases" or "errors".
    """
    return np.array([ten_layers(name, seed, **how).gradient_norms(*data()[0], of=of) for seed in SEEDS])


def first_over_last(name, of="weights", **how):
    """The first layer's gradient over the last layer's, before training, for each seed: (6,)."""
    norms = gradients(name, of, **how)
    return norms[:, 0] / norms[:, -1]


@cache
def own_gain(name, **parameters):
    """1/√E[f(Z)²] for a standard normal Z, by quadrature from kink to kink."""
    from scipy.integrate import quad  # a second of imports that nothing else needs
    from scipy.stats import norm

    activation = _activation(name)
    kinks = [float(kink) for kink in activation.properties_at(**parameters).kinks]
    ends = [-15.0, *sorted(kinks), 15.0]
    pieces = [quad(lambda z: activation.f(z, **parameters) ** 2 * norm.pdf(z), *ends[i:i + 2], epsabs=1e-13)[0]
              for i in range(len(ends) - 1)]
    return sum(pieces) ** -0.5


@cache
def data():
    """The training and the test images."""
    return digits()
