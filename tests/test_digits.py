"""The stored comparison on the digits against the script that makes it and against live runs."""

import csv

import numpy as np
import pytest
from scipy.stats import ttest_rel

from activations import digits
from activations.digits import COMPETITORS, DROPPED, EPOCHS, NAMES, RATES, SEEDS, accuracies, curves, holm, parts, rate
from tools import digits as script

SAMPLE = [(name, how, (3 * place + shift) % 10)
          for place, name in enumerate(COMPETITORS) for shift, how in enumerate(RATES)]  # fmt: skip


def disagreement(net, history, name, how, seed, found):
    """What a live run says against the stored numbers, or "": to one image, and to four digits."""
    if abs(script.right(net) - 360 * accuracies(name, how)[seed]) > 1.5:
        return f"{script.right(net)} images are right"
    for epoch, row in zip(EPOCHS, script.curve_rows(name, how, seed, history), strict=False):
        for key, value in zip(script.CURVES, row[4:], strict=True):
            stored = found[key][seed, EPOCHS.index(epoch)]
            if not np.isclose(float(value), stored, rtol=1e-3, atol=1.5 if key == "right" else 2e-3):
                return f"after epoch {epoch} {key} is {value}, and {stored:g} is stored"
    return ""


@pytest.mark.parametrize(("name", "how", "seed"), SAMPLE)
def test_a_stored_run_is_what_a_live_one_gives(name, how, seed):
    net, history = digits.run(name, how, seed)
    assert not disagreement(net, history, name, how, seed, curves(name, how))


def test_a_changed_number_is_noticed():
    net, history = digits.run("relu", "sgd", 2)
    for key in script.CURVES:
        changed = {name: values.copy() for name, values in curves("relu", "sgd").items()}
        changed[key][2, 3] += 2
        assert key in disagreement(net, history, "relu", "sgd", 2, changed)


@pytest.mark.parametrize(("name", "how"), [("gelu", "adam"), ("tanh", "sgd")])
def test_the_rate_is_that_of_the_validation_images(name, how):
    row = list(script.rate_rows(name, how))[RATES[how].index(rate(name, how))]
    assert float(row[3]) == pytest.approx(digits.tried(name, how)[rate(name, how)], abs=1.5 / 287 / 3)
    assert digits.tried(name, how)[rate(name, how)] == max(digits.tried(name, how).values())


@pytest.mark.parametrize(("times", "clip"), script.CLIPPED)
def test_clipped_runs(times, clip):
    net, _ = digits.trained("silu", "sgd", times * rate("silu", "sgd"), 1, clip)
    assert abs(script.right(net) - 360 * accuracies("silu", "sgd", times=times, clip=clip)[1]) < 1.5


@pytest.mark.parametrize(("name", "how"), [("tanh", "adam"), ("relu", "sgd")])
def test_scikit_learn_beside_it(name, how):
    """Its weights are not rounded, so that last bits may move a few images."""
    stored = 360 * accuracies(name, how, "scikit-learn")
    assert script.theirs(name, how, 4) == pytest.approx(stored[4], abs=6)


def test_the_images_are_parted():
    training, validation, test = parts()
    assert [len(part.X) for part in parts()] == [1150, 287, 360]
    rows = [row.tobytes() for part in (training, validation, test) for row in part.X]
    assert len(set(rows)) > 1790  # a few digits of the 1,797 are drawn alike


def test_the_files_have_every_run_and_no_other():
    assert len(script.about()) == len(digits.read("about"))
    runs = digits.read("runs")
    own, others, clipped = len(COMPETITORS) * 20, len(script.THEIRS) * 20, len(NAMES) * 30
    assert len(runs) == own + others + clipped
    assert all(len(values) == len(SEEDS) for values in digits._runs().values())
    assert len(digits.read("curves")) == own * len(EPOCHS)
    assert len(digits.read("rates")) == len(COMPETITORS) * sum(map(len, RATES.values()))
    for file, columns in (("runs", script.RUN_COLUMNS), ("curves", script.CURVE_COLUMNS)):
        with (digits.FOLDER / f"digits_{file}.csv").open(encoding="utf-8", newline="") as lines:
            assert next(csv.reader(lines)) == columns


def test_the_end_of_a_curve_is_the_accuracy():
    for name in COMPETITORS:
        for how in RATES:
            assert curves(name, how)["right"][:, -1] == pytest.approx(360 * accuracies(name, how))


def test_a_pair_shares_its_first_weights_but_for_the_gain():
    one, other = digits.network("tanh", 3), digits.network(DROPPED, 3)
    ratio = one.layers[0].weights / other.layers[0].weights
    assert ratio == pytest.approx(np.full(ratio.shape, digits.own_gain("tanh")), rel=1e-6)
    assert other.dropout is not None and one.dropout is None


def test_compare_and_holm():
    one, other = np.array([0.9, 0.8, 0.7]), np.array([0.7, 0.75, 0.6])
    difference, p = digits.compare(one, other)
    assert difference == pytest.approx(0.35 / 3) and p == pytest.approx(ttest_rel(one, other).pvalue)
    assert digits.compare(one, one) == (0, 1)
    assert holm(np.array([0.04, 0.01, 0.02])) == pytest.approx([0.04, 0.03, 0.04])
    assert holm(np.array([0.5, 0.9])) == pytest.approx([1, 1])


def test_pairs_are_all_pairs():
    found = digits.pairs("sgd", NAMES)
    assert len(found) == 36 and [row[3] for row in found] == sorted(row[3] for row in found)
