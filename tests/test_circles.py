"""The stored runs of chapter 19 against the script that makes them and against live ones."""

import csv

import numpy as np
import pytest
from sklearn.datasets import make_circles

from activations import catalogue, circles
from activations.circles import EPOCHS, results, setting
from tools.circles import COLUMNS, DEEP, ELEMENTWISE, TABLE, counts, drawn, once, runs

SAMPLE = [(setting("relu", 2), 0), (setting("relu", 32), 7), (setting("tanh", 8), 3), (setting("gelu", 2), 9),
          (setting("sinusoid", 2), 4), (setting("relu", [8] * 4), 1), (setting("relu", DEEP), 2),
          (setting("relu", 8, 5), 0)]  # fmt: skip


def differs(right, found, seed):
    """What a live run says against the stored `Results`, or "": at most two test points and one training point."""
    for part, counted, size, most in (("training", right[0], 200, 1), ("test", right[1], 2000, 2)):
        stored = getattr(found, part.removesuffix("ing"))[seed] * size
        off = np.abs(counted - stored)
        if off.max() > most + 0.5:
            return f"{part}: {counted[off.argmax()]} are right after {EPOCHS[off.argmax()]} epochs, not {stored}"
    return ""


@pytest.mark.parametrize(("key", "seed"), SAMPLE, ids=str)
def test_a_stored_run_is_what_a_live_one_gives(key, seed):
    networks, right = once(key, seed)
    assert not differs(right, results(*key), seed)
    for epoch in drawn(key, seed) if not key.points else ():
        stored = circles.region(key.activation, key.hidden, seed, epoch)
        live = circles.outlines(networks[epoch])
        assert np.abs(circles.shades(stored) - circles.shades(live)).mean() < 1e-3
    assert counts(networks, circles.data(key.points)[1]) == right[1]


@pytest.mark.parametrize(("part", "change"), [("train", 2 / 200), ("test", -3 / 2000)])
def test_a_changed_number_is_noticed(part, change):
    key = setting("relu", 8)
    good = results(*key)
    right = [np.rint(good.train[0] * 200), np.rint(good.test[0] * 2000)]
    assert not differs(right, good, 0)
    values = getattr(good, part).copy()
    values[0, 4] += change
    assert part in differs(right, good._replace(**{part: values}), 0)


def test_the_file_has_each_run_of_the_script_and_no_other():
    with circles.FILE.open(encoding="utf-8", newline="") as file:
        about, *lines = file
    assert all(word in about for word in ("Adam rate=0.03", "NumPy", "scikit-learn", "Python"))
    columns, *rows = csv.reader(lines)
    assert columns == COLUMNS
    found = [(setting(row[0], map(int, row[1].split("-")), int(row[2])), int(row[3])) for row in rows]
    assert found == runs() and len(set(runs())) == len(found)
    assert {key for key in circles.stored() if not key.points} == set(TABLE)


def test_every_setting_has_ten_seeds_or_more_at_each_look():
    for key, found in circles.stored().items():
        assert found.train.shape == found.test.shape == (len(found.test), len(EPOCHS))
        assert key.points or len(found.test) >= 10


def test_all_elementwise_functions_without_parameters_that_have_a_slope_are_there():
    assert set(ELEMENTWISE) <= set(catalogue) and len(set(ELEMENTWISE)) == len(ELEMENTWISE)


def test_the_regions_are_those_that_the_script_draws_and_lie_in_the_square():
    wanted = {circles.region_key(key.activation, key.hidden, seed, epoch)
              for key, seed in runs() if not key.points for epoch in drawn(key, seed)}
    assert set(circles._regions()) == wanted
    edge = circles.SIDE / circles.UNIT
    assert all(np.abs(line).max() <= edge for name in wanted for line in circles.region(*parts(name)))


def parts(name):
    activation, hidden, seed, epoch = name.split()
    return activation, list(map(int, hidden.split("-"))), int(seed), int(epoch)


def test_a_region_is_where_the_network_says_inner():
    net = circles.trained("relu", 3, seed=0, epochs=32)[-1]
    side = np.linspace(-1.5, 1.5, 28)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    said = net.probabilities(grid)[:, 1] > 0.5
    inside = np.zeros(len(grid), bool)
    for line in circles.outlines(net):
        inside ^= circles.MplPath(line * circles.UNIT).contains_points(grid)
    assert 0.05 < said.mean() < 0.95
    assert np.mean(said == inside) > 0.985


def test_shades_are_the_inside_of_the_outlines_the_lowest_row_first_and_holes_are_left_out():
    square = np.array([(-160, -160), (0, -160), (0, 0), (-160, 0)])
    hole = np.array([(-120, -120), (-120, -40), (-40, -40), (-40, -120)])
    shades = circles.shades([square], size=4)
    assert shades[:2, :2].min() == 1 and shades.sum() == 4
    assert circles.shades([square, hole], size=4).sum() == pytest.approx(3)
    assert circles.shades([], size=4).sum() == 0


def test_the_ceiling_is_what_a_million_points_say():
    best, border = circles.ceiling()
    points, inner = make_circles(400_000, noise=circles.NOISE, factor=circles.FACTOR, random_state=3)
    distance = np.linalg.norm(points, axis=1)
    assert np.mean((distance < border) == inner) == pytest.approx(best, abs=1e-3)
    assert all(np.mean((distance < border + step) == inner) < best for step in (-0.05, 0.05))


def test_the_test_points_are_none_of_the_training_points():
    seeds = {key.points for key in circles.stored()}
    assert circles.TEST_SEED not in seeds
    assert circles.data()[1].X.shape == (2000, 2)


@pytest.mark.parametrize(("error", "says", "do"), [
    (KeyError, "rellu|relu", lambda: results("rellu", 8)),
    (KeyError, "not stored.*`trained` trains it", lambda: results("relu", 7)),
])  # fmt: skip
def test_errors_name_what_is_wrong(error, says, do):
    with pytest.raises(error, match=says):
        do()


def test_what_a_results_says():
    three = circles.Results(np.ones((3, 9)), np.repeat([[0.5], [0.75], [0.7]], 9, axis=1))
    assert str(three) == "0.700 (0.500 to 0.750)"
    assert three.at(1).tolist() == [0.5, 0.75, 0.7]
