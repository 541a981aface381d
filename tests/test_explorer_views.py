"""The views of an explorer: what is drawn, and how far the axes reach."""

import matplotlib
import numpy as np
import pytest
from explorers import alpha, beta, hills, slider
from sympy import Heaviside, Matrix, Max, Piecewise, nan, tanh

from activations import x
from activations.explorer import Bars, Cells, Curves, Frames, explore
from activations.figures import BLUE, ORANGE
from activations.figures.style import COLOURS


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


def texts(explorer, panel=0):
    return [text.get_text() for text in explorer.views[panel].texts]


def test_bars_stand_where_their_values_are_and_carry_their_numbers():
    explorer = explore(Bars([alpha, -alpha / 2], ylim=(-2, 4)), alpha=slider(2.0))
    view = explorer.views[0]
    first, second = view.drawn.values()
    assert [first.get_x(), first.get_y(), first.get_width(), first.get_height()] == [-0.34, 0, 0.68, 2]
    assert [second.get_x(), second.get_y(), second.get_height()] == pytest.approx([0.66, 0, -1])
    assert [matplotlib.colors.to_hex(bar.get_facecolor()) for bar in (first, second)] == [BLUE, ORANGE]
    assert texts(explorer) == ["2", "−1"]
    (x0, y0), (x1, y1) = (text.get_position() for text in view.texts)
    assert (x0, y0) == pytest.approx((view.place(0, 2)[0], view.place(0, 2)[1] - 4))
    assert (x1, y1) == pytest.approx((view.place(1, -1)[0], view.place(1, -1)[1] + 11))
    assert view.data() == ([pytest.approx([2, -1]), pytest.approx([2, -1])], [])
    assert view.axes.get_xlim() == (-0.6, 1.6) and view.describe() == "2 bars"


def test_many_bars_have_no_numbers_and_bars_that_are_nan_are_a_fault():
    assert set(texts(explore(Bars([alpha] * 40), alpha=slider()))) == {""}
    empty = explore(Bars([Piecewise((nan, alpha < 5), (1, True))] * 2), alpha=slider())
    assert empty.views[0].data()[1] == ["no bar has a finite value"]


@pytest.mark.parametrize(
    ("heights", "log", "limits"),
    [([alpha], False, (0, 3.36)), ([-alpha], False, (-3.36, 0.36)), ([alpha, -alpha], False, (-3.65, 3.65)),
     ([alpha], True, (1e-2, 1e1)), ([10 * alpha, 0 * alpha], True, (1e-1, 1e2))])
def test_bars_have_room_above_or_below(heights, log, limits):
    axes = explore(Bars(heights, log=log), alpha=slider()).views[0].axes
    assert axes.get_ylim() == pytest.approx(limits, rel=0.02)


def test_cells_are_shaded_by_value_up_to_the_scale():
    matrix = Matrix([[alpha, -alpha, 0], [4 * alpha, Piecewise((nan, alpha < 5), (1, True)), 1]])
    explorer = explore(Cells(matrix, scale=2), alpha=slider(1.0))
    view = explorer.views[0]
    shades = [cell.get_facecolor() for cell in view.drawn.values()]
    assert [shade[3] for shade in shades] == [0.25, 0.25, 1e-3, 0.5, 1e-3, 0.25]
    assert [matplotlib.colors.to_hex(shade) for shade in shades[:2]] == [BLUE, ORANGE]
    assert texts(explorer) == ["1", "−1", "0", "4", "–", "1"]
    corners = [(cell.get_x(), cell.get_y(), cell.get_width(), cell.get_height()) for cell in view.drawn.values()]
    assert corners[0] == pytest.approx((-0.47, -0.47, 0.94, 0.94)) and corners[5][:2] == pytest.approx((1.53, 0.53))
    u, v = view.place(2, 1)
    assert view.texts[5].get_position() == pytest.approx((u, v + 3.8))
    assert view.axes.get_xlim() == (-0.5, 2.5) and view.axes.get_ylim() == (1.5, -0.5)
    assert view.data()[1] == ["a cell has no finite value"] and view.describe() == "2 × 3 cells"
    assert view.size == pytest.approx((4.2, 2.6)) and view.spec()["columns"] == 3


def test_without_a_scale_the_largest_value_that_is_common_is_shaded_fully():
    assert explore(Cells(Matrix([[alpha]])), alpha=slider(1, 0, 3)).views[0].scale == 1
    assert explore(Cells(Matrix([[2 - alpha]])), alpha=slider(2, 0, 4)).views[0].scale == 2
    assert explore(Cells(Matrix([[0 * alpha]])), Bars([alpha]), alpha=slider()).views[0].scale == 1


def test_curves_have_their_colours_and_lines():
    explorer = explore(Curves({str(i): x + i for i in range(7)}, derivative=True))
    lines = explorer.views[0].axes.get_lines()
    assert [line.get_color() for line in lines[:14:2]] == [*COLOURS, COLOURS[0]]
    assert [line.get_linestyle() for line in lines[:14:2]] == ["-"] * 6 + ["--"]
    assert [line.get_color() for line in lines[1:4:2]] == COLOURS[:2] and lines[1].get_label() == "0′"
    single = explore(tanh(x)).views[0]
    lines = single.axes.get_lines()
    assert [(line.get_label(), line.get_color(), line.get_linestyle()) for line in lines[:2]] == [
        ("f(x)", BLUE, "-"), ("f′(x)", ORANGE, "--")]
    assert single.axes.get_legend() and not explore(Curves(x, derivative=False)).views[0].axes.get_legend()
    assert len(lines[0].get_xdata()) == 201


def test_the_tangent_touches_at_the_point_and_is_as_long_on_paper_whatever_its_slope():
    for steepness in (0.5, 1, 4):
        view = explore(Curves(steepness * x, ylim=(-6, 6)), probe=1.0).views[0]
        xs, ys = view.drawn["tangent"].get_data()
        assert ys == pytest.approx(steepness * xs) and np.mean(xs) == pytest.approx(1)
        (u0, u1), (v0, v1) = view.place(xs, ys)
        assert np.hypot(u1 - u0, v1 - v0) == pytest.approx(2 * view.reach)
        assert [float(at[0]) for at in view.drawn["point"].get_data()] == [1, steepness]


def test_curves_are_described_by_their_labels_or_by_the_expression():
    assert explore(x**2).views[0].describe() == "curve of x**2"
    assert explore(Curves({"a": x, "b": x})).views[0].describe() == "curves of a and b"
    assert explore(Curves({"a" * 35: x, "b" * 30: x})).views[0].describe().endswith(" " + "b" * 27 + "...")
    assert explore(Curves({"a" * 34: x, "b" * 30: x})).views[0].describe().endswith(" " + "b" * 30)


def test_a_frame_is_the_one_that_the_sliders_choose_with_its_note():
    explorer = hills()
    (view,) = explorer.views
    assert (view.now, view.texts[0].get_text()) == (0, "hill 0")
    explorer.sliders["log2"].value = 8
    explorer.choosers["hill"].value = "right"
    assert (view.now, view.texts[0].get_text()) == (7, "hill 7")
    np.testing.assert_array_equal(view.levels[7], np.floor(15 * view.written.maps[7] + 0.5))
    assert view.shown.get_array()[6, 7, 3] == pytest.approx(0.5 * abs(2 * view.levels[7][6, 7] / 15 - 1))


def test_a_frame_number_is_rounded_and_stays_within_the_frames():
    maps = np.zeros((3, 2, 2))
    (view,) = explore(Frames(maps, 10 * alpha), alpha=slider(0, -1, 1)).views
    assert [view.frame({"alpha": at}, 0) for at in (-1, 0.04, 0.06, 0.16, 1)] == [0, 0, 1, 2, 2]
