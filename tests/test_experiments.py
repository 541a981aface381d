"""The stored runs of the ten-layer network against the script that makes them and against live ones."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from activations import catalogue, experiments
from activations.experiments import Results, first_over_last, gradients, own_gain, results, run, setting, ten_layers
from tools.experiments import COLUMNS, TABLE, once

SEEDS = range(6)
KEYS = [setting(name, **how) for name, how in TABLE]
SAMPLE = [(key, place % 6) for place, key in enumerate(key for key in KEYS if key.epochs == 5)]
LONG = [(setting("tanh", epochs=20), 1), (setting("softplus", epochs=20), 3)]
NOISY = """\
import noise
noise.install()
noise.seed = 1
from activations.experiments import run
print(run("relu", seed=0))
"""


def disagreement(key, seed, found):
    """What a live run says against the stored `Results`, or "": the loss to five digits, the accuracy to one image."""
    loss, right = once(key, seed)
    accuracy = right / 360
    if not np.isclose(loss, found.first_losses[seed], rtol=1e-5, equal_nan=True):
        return f"after one epoch the loss is {loss:.6g}, and {found.first_losses[seed]:.6g} is stored"
    if abs(accuracy - found.accuracies[seed]) > 1.5 / 360:
        return f"the accuracy is {accuracy:.3f}, and {found.accuracies[seed]:.3f} is stored"
    return ""


def label(value):
    return "-".join(str(part) for part in value if part != ()) if isinstance(value, tuple) else str(value)


@pytest.mark.parametrize(("key", "seed"), SAMPLE + LONG, ids=label)
def test_a_stored_run_is_what_a_live_one_gives(key, seed):
    assert not disagreement(key, seed, experiments.stored()[key])


def test_a_run_does_not_notice_the_last_bit():
    """Begun from other last bits, and with others in every product and every function, it ends at the same number."""
    tests = Path(__file__).parent
    paths = os.pathsep.join([str(tests), str(tests.parent)])
    done = subprocess.run([sys.executable, "-c", NOISY], env=os.environ | {"PYTHONPATH": paths}, capture_output=True,
                          text=True)
    assert done.stdout == f"{results('relu').accuracies[0]}\n", done.stderr[-2000:]


def test_the_first_epoch_of_a_longer_run_is_that_of_the_shorter():
    pairs = [(key, key._replace(epochs=5)) for key in KEYS if key.epochs == 20]
    assert pairs
    for longer, shorter in pairs:
        assert experiments.stored()[longer].first_losses == pytest.approx(experiments.stored()[shorter].first_losses)


def test_the_file_has_each_run_of_the_script_and_no_other():
    assert list(experiments.stored()) == KEYS and len(set(KEYS)) == len(KEYS)
    with experiments.FILE.open(encoding="utf-8", newline="") as file:
        columns, *lines = csv.reader(file)
    assert columns == COLUMNS
    assert [int(line[columns.index("seed")]) for line in lines] == [*SEEDS] * len(KEYS)


def test_every_function_of_the_table_is_sampled():
    assert {key.activation for key, _ in SAMPLE} == {name for name, _ in TABLE}
    assert {seed for _, seed in SAMPLE} == set(SEEDS)


@pytest.mark.parametrize(("field", "change", "says"), [
    ("first_losses", 1e-4, "after one epoch"),
    ("accuracies", 2 / 360, "the accuracy is"),
    ("accuracies", -2 / 360, "the accuracy is"),
])  # fmt: skip
def test_a_changed_number_is_noticed(field, change, says):
    key, good = setting("selu"), results("selu")
    assert not disagreement(key, 2, good)
    values = getattr(good, field).copy()
    values[2] += change
    assert says in disagreement(key, 2, good._replace(**{field: values}))


def test_run_gives_the_stored_number():
    assert run("selu", seed=4) == results("selu").accuracies[4]
    assert run("celu", 0, alpha=3, init="he", rate=0.1) == 0


def test_what_a_results_says():
    six = Results(np.ones(6), np.array([0.5, 0.75, 0, 0.25, 1, 0.75]))
    assert (six.median, six.lowest, six.highest, six.diverged) == (0.625, 0, 1, 1)
    assert str(six) == "0.62 (0.00 to 1.00)"


def test_a_default_may_be_written_out():
    assert setting("elu") == setting("elu", alpha=1) == setting("elu", alpha=1.0, gain=1)
    assert len({setting("elu"), setting("elu", alpha=3), setting("elu", init="he"), setting("elu", rate=0.2)}) == 4


@pytest.mark.parametrize(("error", "says", "do"), [
    (KeyError, "relu", lambda: results("rellu")),
    (TypeError, "alpa", lambda: results("elu", alpa=1)),
    (KeyError, "not stored.*alpha.*7.*`run` trains it", lambda: results("elu", alpha=7)),
])  # fmt: skip
def test_errors_name_what_is_wrong(error, says, do):
    with pytest.raises(error, match=says):
        do()


@pytest.mark.parametrize("name", ["relu", "tanh", "gelu", "selu", "hardtanh", "softplus", "sinusoid"])
def test_the_own_gain_is_that_of_the_catalogue(name):
    assert own_gain(name) == pytest.approx(float(catalogue[name].properties.gain), rel=1e-9)


def test_the_own_gain_of_a_parameter():
    assert own_gain("leaky_relu", alpha=0.3) == pytest.approx((2 / 1.09) ** 0.5, rel=1e-9)
    assert own_gain("swish", beta=40) == pytest.approx(2**0.5, rel=1e-3)


def test_a_network_is_rounded_from_the_start_and_after_every_step():
    net = ten_layers("tanh")
    for _ in range(2):
        assert all((values == np.float32(values)).all() for layer in net.layers for values in layer)
        net.step(*experiments.data()[0], rate=0.1)


@pytest.mark.parametrize("of", ["weights", "biases", "errors"])
def test_gradients_are_those_of_each_network(of):
    norms = gradients("tanh", of=of)
    assert norms.shape == (6, 11)
    assert norms[3] == pytest.approx(ten_layers("tanh", 3).gradient_norms(*experiments.data()[0], of=of))
    assert first_over_last("tanh", of) == pytest.approx(norms[:, 0] / norms[:, -1])


def test_errors_fall_where_weight_gradients_do_not():
    """Halved weights: errors shrink on their way back, but the activations that they meet there are larger."""
    assert np.median(first_over_last("relu", "errors", gain=0.5)) < 0.002
    assert np.median(first_over_last("relu", "weights", gain=0.5)) > 1
