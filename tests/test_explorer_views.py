"""The views of an explorer: what is drawn, and how far the axes reach."""

import numpy as np
import pytest
from explorers import alpha, beta, slider
from sympy import Heaviside, Max, Piecewise, nan, tanh

from activations import x
from activations.explorer import Bars, explore


def test_nan_bars_are_absent_and_zero_has_no_height_on_a_log_axis():
    explorer = explore(Bars([alpha, 0 * alpha + Max(0, alpha - 2), Piecewise((nan, alpha < 2), (1, True))], log=True,
                            ylim=(1e-2, 10)), alpha=slider())
    view = explorer.views[0]
    assert [text.get_text() for text in view.texts] == ["1", "0", ""]
    assert [bar.get_height() > 0 for bar in view.drawn.values()] == [True, False, False]


def test_bars_beyond_the_axis_stop_at_its_edge():
    explorer = explore(Bars([alpha, -alpha], ylim=(-1, 1)), alpha=slider(2.0))
    assert [bar.get_height() for bar in explorer.views[0].drawn.values()] == [1, -1]


def test_the_axis_has_room_for_every_position_of_the_sliders():
    explorer = explore(alpha * tanh(beta * x), alpha=slider(1, 0.5, 2), beta=slider(1, 0.5, 1.5))
    bottom, top = explorer.views[0].axes.get_ylim()
    assert bottom < -2 and top > 2
    assert top < 5


def test_jumps_are_not_bridged_wherever_the_slider_puts_them():
    explorer = explore(Heaviside(x - alpha), alpha=slider(0.5, -3, 3))
    for value in (-1.0, 0.5, 1.23):
        explorer.sliders["alpha"].value = value
        xs, ys = explorer.views[0].drawn["c0"].get_data()
        assert np.nanmin(xs[ys > 0.5]) == pytest.approx(value, abs=1e-6)
        assert np.isnan(ys).any()
