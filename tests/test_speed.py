"""The measures of `make bench`: every line by hand computes its function, a failure is reported and not the end."""

import sys

import numpy as np
import pytest

from activations import catalogue
from tools import bench, speed


@pytest.mark.parametrize("name", [entry.name for entry in catalogue.scalar])
def test_the_line_by_hand_is_the_function(name):
    values = np.linspace(-4.03, 4.01, 57)
    for function, by_hand in zip((catalogue[name].f, catalogue[name].df), speed.BY_HAND[name], strict=True):
        assert by_hand(values) == pytest.approx(function(values), rel=1e-9, abs=1e-12)


def test_every_cell_of_the_tables_is_printed(capsys):
    speed.print_activations(speed.activation_ratios(["relu", "tanh"], size=100, runs=1))
    speed.print_training(speed.training_ratios(["relu"], hidden=((3,),), batches=(200,), epochs=1))
    printed = capsys.readouterr().out
    assert "relu" in printed and "tanh" in printed and "batch 200" in printed and printed.count("within") == 2


def test_a_command_that_fails_is_reported(capsys):
    assert bench._seconds(sys.executable, "-c", "raise SystemExit('no such page')") is None
    assert "no such page" in capsys.readouterr().out
    assert bench._seconds(sys.executable, "-c", "pass") > 0


def test_the_bench_goes_on_after_a_failure(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench"])
    monkeypatch.setattr(bench, "live_step", lambda: (1.0, 2.0))
    monkeypatch.setattr(bench, "page_bytes", dict)
    monkeypatch.setattr(bench, "build_seconds", lambda: 3.0)
    monkeypatch.setattr(bench, "nbval_seconds", lambda: iter([("08", None), ("09", 4.0)]))
    for table in ("activation_ratios", "training_ratios"):
        monkeypatch.setattr(speed, table, dict)
    with pytest.raises(SystemExit, match="failed: 08"):
        bench.main()
    printed = capsys.readouterr().out
    assert "08" in printed and "failed" in printed and "4.0 s" in printed.splitlines()[-1]
