"""The tables of numbers that stand beside the figures, for those who do not see them."""

import re

import numpy as np
import pytest
from explorers import chain, softmax, swish
from ipywidgets import FloatSlider

from activations import catalogue, x
from activations.explorer import Bars, Curves, explore
from activations.figures import bars, curves, picture
from activations.figures.numbers import MOST, grain, round_numbers, told


def tables(html):
    """The tables of a figure, each as a list of rows of texts."""
    folded = re.search(r'<details class="sts-table">.*?</details>', html, re.DOTALL)
    return [[re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", one)]
            for one in re.findall(r"<table.*?</table>", folded[0])] if folded else []


def number(text):
    return float(text.replace("−", "-"))


# --- Numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value, finest, text", [
    (0.73105858, 0, "0.731"), (-0.5, 0, "−0.5"), (np.nan, 0, "none"), (-np.inf, 0.1, "−∞"), (-1e-17, 1e-6, "0"),
    (1e-17, 0, "1e−17"), (0.12344, 1e-3, "0.123"), (12345.6, 1e-3, "12346"), (0, 0, "0"), (4.4e-8, 0, "4.4e−8")])
def test_a_number_is_told_in_three_digits(value, finest, text):
    assert told(value, finest) == text


@pytest.mark.parametrize("middle", [2.125, 3.375, 0.0625, -0.4375, 0.15625, 5e-4, 1234.5, 0.999500, 0.0009995])
def test_no_last_bit_decides_which_way_a_middle_is_rounded(middle):
    for finest in (0, 1e-3, 1e-4):
        near = np.nextafter(middle, [-np.inf, np.inf])
        assert {told(value, finest) for value in near} == {told(middle, finest)}


def test_the_grain_follows_the_height():
    assert [grain(height, 4) for height in (1.2, 12, 0.5)] == [1e-4, 1e-3, 1e-5]


@pytest.mark.parametrize("lo, hi", [(-6, 6), (-8, 8), (0, 1), (-1, 2.5), (0.3, 0.7), (0, 19), (1e-3, 4e4), (-2.1, 1.7)])
def test_round_numbers_are_about_a_dozen_inside_the_interval(lo, hi):
    found = round_numbers(lo, hi)
    assert 5 <= len(found) <= MOST and lo <= found[0] and found[-1] <= hi
    assert all(len(f"{abs(value):g}".strip("0.").replace(".", "")) <= 3 for value in found)


# --- Explorers -----------------------------------------------------------------------------------------------------


def test_an_explorer_has_the_numbers_of_its_curves():
    (found,) = tables(swish().html)
    silu = catalogue["silu"]
    assert found[0] == ["x", "f(x)", "f′(x)"]
    assert [number(row[0]) for row in found[1:]] == list(range(-6, 7))
    for at, value, slope in found[1:]:
        assert number(value) == pytest.approx(float(silu.f(number(at))), rel=6e-3, abs=1e-6)
        assert number(slope) == pytest.approx(float(silu.df(number(at))), rel=6e-3, abs=1e-6)


def test_an_explorer_has_every_bar_and_every_cell():
    heights, jacobian = tables(softmax().html)
    assert heights == [["bar", "value"], ["p₁", "0.665"], ["p₂", "0.245"], ["p₃", "0.09"]]
    assert jacobian[0] == ["", "1", "2", "3"] and len(jacobian) == 4
    assert jacobian[1] == ["1", "0.223", "−0.163", "−0.0599"]
    assert len(tables(chain().html)[0]) == 5


def test_a_bar_without_a_label_has_its_number_as_the_name_of_its_row():
    (found,) = tables(explore(Bars([x, x**2, x**3], ["", "two", ""]), x=FloatSlider(2.0, min=1, max=3)).html)
    assert found == [["bar", "value"], ["1", "2"], ["two", "4"], ["3", "8"]]


def test_the_table_tells_the_start_wherever_the_live_sliders_are():
    moved = swish()
    moved.sliders["beta"].value = 3
    assert tables(moved.html) == tables(swish().html)


def test_a_constant_and_a_slope_that_does_not_exist_have_their_columns():
    (found,) = tables(explore(Curves({"one": 0 * x + 1, "x": x}), probe=False).html)
    assert found[1] == ["−6", "1", "−6"]


def test_labels_do_not_break_the_table():
    html = explore(Curves({"<b>": x, "$a$": -x}), probe=False).html
    assert tables(html)[0][0] == ["x", "&lt;b&gt;", "a"]


# --- Pictures ------------------------------------------------------------------------------------------------------

WORDS = {"caption": "c", "alt": "a"}


def test_bars_are_all_told_with_their_labels():
    (found,) = tables(bars({"a": 1.5, "b": np.nan, "c": -0.25}, xlabel="layer", ylabel="norm", **WORDS)._repr_html_())
    assert found == [["layer", "norm"], ["a", "1.5"], ["b", "none"], ["c", "−0.25"]]


def test_curves_over_the_same_places_share_a_table():
    xs = np.arange(20.0)
    (found,) = tables(curves({"square": (xs, xs**2), "line": (xs, -xs)}, xlabel="epoch", **WORDS)._repr_html_())
    assert found[0] == ["epoch", "square", "line"]
    assert found[1:] == [[str(k), str(k * k), f"−{k}" if k else "0"] for k in range(0, 20, 2)]


def test_curves_over_other_places_have_tables_of_their_own():
    found = tables(curves({"few": ([1, 2, 4], [1, 2, 3]), "many": (range(100), range(100))}, **WORDS)._repr_html_())
    assert [len(one) for one in found] == [4, 11]
    assert found[0] == [["x", "few"], ["1", "1"], ["2", "2"], ["4", "3"]]


def test_a_logarithmic_curve_keeps_its_small_numbers():
    (found,) = tables(curves({"gap": ([1, 2], [1, 1e-12])}, log=True, **WORDS)._repr_html_())
    assert found[2] == ["2", "1e−12"]


def test_a_drawing_by_hand_tells_bars_matrices_closed_curves_and_no_guide_lines():
    def draw(first, second, third):
        first.bar([0, 1], [3, 4], label="A")
        first.bar([0.3, 1.3], [5, 6], width=0.3, label="B")
        first.axhline(1)
        second.imshow(np.arange(6.0).reshape(2, 3), aspect="auto")
        angle = np.linspace(0, 2 * np.pi, 200)
        third.plot(np.cos(angle), np.sin(angle))

    found = tables(picture(draw, **WORDS)._repr_html_())
    assert found[0][0] == ["bar", "A", "B"] and len(found) == 3
    assert found[1] == [["", "0", "1", "2"], ["0", "0", "1", "2"], ["1", "3", "4", "5"]]
    assert len(found[2]) == 1 + MOST and found[2][1] == ["1", "0"]


def test_a_picture_without_numbers_has_no_table():
    html = picture(lambda axes: axes.text(0.5, 0.5, "words"), **WORDS)._repr_html_()
    assert "<details" not in html


def test_the_tables_of_a_figure_stay_small():
    for make in (swish, softmax, chain):
        assert len(re.search(r"<details.*?</details>", make().html)[0]) < 1500
