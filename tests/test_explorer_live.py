"""Explorers in a kernel: how they move, what a sweep finds, and what a notebook keeps of them."""

import io
import warnings

import numpy as np
import pytest
from explorers import alpha, beta, chain, slider, softmax, swish
from ipywidgets import FloatLogSlider
from PIL import Image
from sympy import Max, Piecewise, exp, log, nan, tanh

from activations import catalogue, x
from activations.explorer import Bars, Curves, ExploreError, explore
from tools.bench import live_step

SCALAR = [name for name, activation in catalogue.items() if hasattr(activation, "sliders")]


def live_pixels(explorer, panel=0):
    return np.asarray(Image.open(io.BytesIO(explorer._images[panel].value)).convert("RGB")).astype(int)


@pytest.mark.parametrize("at", [2.0, 1.0, 0.0])
def test_the_probe_reads_value_and_slope_at_the_start(at):
    assert swish(probe=at).scene.reading == pytest.approx(
        [catalogue["silu"].f(at), catalogue["silu"].df(at)], rel=1e-13)


@pytest.mark.parametrize("name", SCALAR)
def test_every_activation_sweeps_without_a_fault(name):
    activation = catalogue[name]
    moves = explore(activation.expr, **activation.sliders()).sweep()
    assert {moved for moved, _ in moves} == {"probe", *activation.parameters}


@pytest.mark.parametrize("make", [swish, softmax, chain])
def test_a_sweep_visits_both_ends_and_comes_back(make):
    explorer = make()
    start, pixels = explorer._state(), live_pixels(explorer)
    moves = explorer.sweep()
    for name, control in explorer.sliders.items():
        values = [value for moved, value in moves if moved == name]
        ends = (control.min, control.max)
        if isinstance(control, FloatLogSlider):
            ends = (control.base**control.min, control.base**control.max)
        assert (min(values), max(values)) == pytest.approx(ends) and len(values) >= 4
    assert explorer._state() == start
    assert np.array_equal(live_pixels(explorer), pixels)


def test_each_step_changes_the_picture_and_only_the_panels_it_touches(monkeypatch):
    explorer = explore(Curves(tanh(beta * x)), Bars([alpha, alpha**2]), alpha=slider(), beta=slider())
    first, second = live_pixels(explorer, 0), live_pixels(explorer, 1)
    with monkeypatch.context() as patch:
        patch.setattr(explorer.views[0], "update", lambda *_: 1 / 0)
        explorer.sliders["alpha"].value = 2.0
    assert explorer.error is None and np.array_equal(live_pixels(explorer, 0), first)
    assert not np.array_equal(live_pixels(explorer, 1), second)
    explorer.sliders["beta"].value = 2.0
    assert not np.array_equal(live_pixels(explorer, 0), first)


def test_a_step_draws_what_a_fresh_explorer_would():
    moved = swish()
    moved.sliders["beta"].value = 2.5
    fresh = explore(x / (1 + exp(-beta * x)), Curves(beta * x, title="unseen"), beta=slider(2.5))
    assert np.array_equal(moved.views[0].drawn["c0"].get_ydata(), fresh.views[0].drawn["c0"].get_ydata())


def test_a_step_is_three_times_as_fast_as_a_new_figure():
    explorer, plain = live_step(15)
    assert plain >= 3 * explorer, f"{explorer:.1f} ms against {plain:.1f} ms"


def test_reset_puts_everything_back():
    explorer = chain()
    start, pixels = explorer._state(), live_pixels(explorer)
    explorer.sliders["w"].value, explorer.choosers["f"].value = 3.0, "tanh"
    assert not np.array_equal(live_pixels(explorer), pixels)
    explorer.reset()
    assert explorer._state() == start and np.array_equal(live_pixels(explorer), pixels)


def test_a_failing_step_shows_its_error_and_a_good_one_clears_it(monkeypatch):
    explorer = swish()
    with monkeypatch.context() as patch:
        patch.setattr(explorer.views[0], "update", lambda *_: 1 / 0)
        explorer.sliders["beta"].value = 2.0
        assert "ZeroDivisionError" in explorer._message.value
        with pytest.raises(ExploreError, match="division by zero"):
            explorer.sweep()
    explorer.sliders["beta"].value = 1.5
    assert explorer._message.value == "" and explorer.error is None


def test_a_sweep_finds_a_warning(monkeypatch):
    explorer = swish()
    update = explorer.views[0].update

    def warning(values, option):
        if values["beta"] > 2:
            warnings.warn("overflow", RuntimeWarning, stacklevel=1)
        update(values, option)

    monkeypatch.setattr(explorer.views[0], "update", warning)
    with pytest.raises(ExploreError, match="beta = .*overflow"):
        explorer.sweep()


def test_a_sweep_finds_a_curve_without_values_a_stray_nan_and_an_idle_slider():
    with pytest.raises(ExploreError, match="no finite value"):
        explore(log(alpha - 2) * x, alpha=slider(2.5, 1, 3)).sweep()
    with pytest.raises(ExploreError, match=r"is nan at x = 0"):
        explore(Curves(Piecewise((nan, (x > -0.01) & (x < 0.01)), (alpha * x, True)), derivative=False),
                alpha=slider(), probe=False).sweep()
    with pytest.raises(ExploreError, match="moving alpha to .* changes nothing"):
        explore(Curves(tanh(x) + Max(alpha, 5), ylim=(0, 9)), alpha=slider()).sweep()


def test_the_bundle_has_widget_html_and_a_short_text():
    bundle = swish(caption="Drag β.")._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"} <= set(bundle)
    assert bundle["text/plain"] == "Explorer: curve of x/(1 + exp(-beta*x)), with sliders β, x₀"
    assert "Drag β." in bundle["text/html"]
