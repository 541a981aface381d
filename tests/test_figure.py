"""The figures of the course: theme, determinism, jumps, captions, numbers."""

import io
import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from sympy import Heaviside, Max, Rational, Symbol, exp, oo, pi, tanh

from activations import catalogue
from activations.figures import Picture, bars, curves, picture
from activations.figures.axes import decorate, new_axes, number_style, short
from activations.figures.embed import content_key, panel_html, png
from activations.figures.limits import as_limits, comfortable, room_for
from activations.figures.lines import broken_line, simpler
from activations.figures.style import COLOURS, PALETTE
from activations.figures.svg import svg
from activations.symbols import x

WORDS = {"caption": "A caption.", "alt": "What is to be seen."}


def html(figure):
    return figure._repr_html_()


def drawings(figure):
    return [ElementTree.fromstring(one) for one in re.findall(r"<svg.*?</svg>", html(figure), re.DOTALL)]


def test_curves_become_one_themed_svg_with_caption_and_words():
    text = html(curves({"tanh": tanh(x)}, **WORDS))
    assert text.count("<svg") == 1
    assert 'aria-label="What is to be seen."' in text and 'alt="What is to be seen."' in text
    assert "<figcaption>A caption.</figcaption>" in text
    assert "stroke:var(--sts-blue)" in text and "currentColor" in text
    assert not re.search("|".join(COLOURS), text.split("</style>", 1)[1])


def test_svg_scales_and_holds_nothing_that_changes_between_runs():
    (root,) = drawings(curves({"tanh": tanh(x)}, **WORDS))
    assert root.get("viewBox") and not root.get("width")
    text = ElementTree.tostring(root, encoding="unicode")
    assert "metadata" not in text and "<style" not in text and "date" not in text
    assert not re.search(r' d="[^"]*\.\d{3}', text), "coordinates have two decimals at most"


def test_the_bytes_are_the_same_each_time():
    def make():
        return html(curves({"tanh": tanh(x), "relu": Max(0, x)}, **WORDS))

    assert make() == make()


def test_a_finished_figure_is_drawn_once_for_each_format(monkeypatch):
    figure = curves({"f": x}, **WORDS).figures[0]
    draw, drawn = Figure.draw, []
    monkeypatch.setattr(Figure, "draw", lambda self, renderer: drawn.append(self) or draw(self, renderer))
    svg(figure, "key")
    png([figure])
    assert len(drawn) == 2


def test_ids_begin_with_the_key_of_the_content():
    first, second = (html(curves({"f": expr}, **WORDS)) for expr in (tanh(x), exp(x)))
    ids = [set(re.findall(r' id="(\w+)-', text)) for text in (first, second)]
    assert not ids[0] & ids[1]
    for text in (first, second):
        assert set(re.findall(r'(?:href="|url\()#([^")]+)', text)) <= set(re.findall(r' id="([^"]+)"', text))


def test_the_key_does_not_depend_on_how_a_machine_rasterises():
    first, second = (f'<figure><img src="data:image/png;base64,{data}"></figure>' for data in ("AAAA", "BBBB"))
    assert content_key(first) == content_key(second) != content_key(first.replace("figure", "div"))


def test_no_text_is_left_where_svg_and_style_are_stripped():
    """But the caption, and the table of numbers, which is text on purpose."""
    shown = html(curves({"tanh": tanh(x)}, title="Title", **WORDS))
    text = re.sub(r"<style>.*?</style>|<details.*?</details>", "", shown, flags=re.DOTALL)
    assert re.sub(r"<[^>]+>", "", text) == "A caption."


def test_dark_and_light_colours_have_contrast():
    def luminance(colour):
        channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c < 0.04 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return np.dot([0.2126, 0.7152, 0.0722], linear)

    for name, (light, dark) in PALETTE.items():
        assert 1.05 / (luminance(light) + 0.05) >= 3, name
        assert (luminance(dark) + 0.05) / (luminance("#121212") + 0.05) >= 3, name


def test_a_jump_is_not_bridged():
    (xs, ys), = broken_line(lambda points: [np.where(points < 0.3, 0.0, 1.0)], -1, 1, height=1.2)
    gap = np.flatnonzero(np.isnan(ys))
    assert len(gap) == 1
    assert xs[gap] == pytest.approx(0.3, abs=1e-9)
    assert (ys[gap[0] - 1], ys[gap[0] + 1]) == (0, 1)


@pytest.mark.parametrize("steepness", [1, 20, 300, 1e4])
def test_a_steep_curve_is_not_torn(steepness):
    (_, ys), = broken_line(lambda points: [np.tanh(steepness * points)], -1, 1, height=2.2)
    assert not np.isnan(ys).any()


def test_a_jump_through_a_middle_value_breaks_on_both_sides():
    (_, ys), = broken_line(lambda points: [np.sign(points)], -1, 1, height=2.2)
    assert np.isnan(ys).sum() == 2


@pytest.mark.parametrize("at", [0.5, 0.52, 0.3, 1 / 3])
def test_a_step_with_a_value_between_is_not_bridged_wherever_it_stands(at):
    (xs, ys), = broken_line(lambda points: [np.heaviside(points - at, 0.5)], -4, 4, height=1.2, points=200)
    drawn = np.abs(np.diff(ys))
    assert np.nanmax(drawn) < 0.1 and np.isnan(ys).any()
    assert np.nanmax(xs[ys == 0]) == pytest.approx(at, abs=1e-9)


def test_a_pole_is_not_bridged():
    (_, ys), = broken_line(lambda points: [1 / (points - 0.123)], -1, 1, height=10)
    assert np.isnan(ys).any()


def test_the_step_is_drawn_without_a_vertical_line():
    text = html(curves({"step": Heaviside(x)}, **WORDS))
    paths = re.findall(r'd="(M[^"]+)"[^>]*var\(--sts-blue\)', text)
    assert any(path.count("M") >= 2 for path in paths)


def test_arrays_and_expressions_share_an_axes():
    text = html(curves({"points": (np.arange(3), [0.0, 1.0, 0.5]), "tanh": tanh(x)}, **WORDS))
    assert "var(--sts-blue)" in text and "var(--sts-orange)" in text


def test_log_curves_and_a_variable_of_another_name():
    t = Symbol("t", real=True)
    assert "<svg" in html(curves({"e": exp(-t)}, over=(t, 0, 5), log=True, **WORDS))


def test_curves_name_what_they_cannot_draw():
    with pytest.raises(TypeError, match="'g'.*str"):
        curves({"f": tanh(x), "g": "tanh"}, **WORDS)


@pytest.mark.parametrize("missing", ["caption", "alt"])
def test_a_picture_needs_its_words(missing):
    with pytest.raises(TypeError, match=missing):
        curves({"tanh": tanh(x)}, **(WORDS | {missing: ""}))


def test_a_picture_of_two_panels_is_two_drawings_with_one_description():
    pair = picture(lambda left, right: (left.plot([0, 1], [0, 1]), right.plot([0, 1], [1, 0])), **WORDS)
    assert isinstance(pair, Picture) and len(drawings(pair)) == 2
    assert html(pair).count('aria-label="What is to be seen."') == 1
    assert repr(pair) == "Picture: A caption."


def test_bars_leave_nan_out_and_write_numbers():
    figure = bars({"a": 1.0, "b": float("nan"), "c": 4.4e-8}, log=True, **WORDS)
    written = [text.get_text() for text in figure.figures[0].axes[0].texts]
    assert written == ["1", "", "4.4e−8"]


@pytest.mark.parametrize("count", [2, 5, 6, 7, 8, 10, 40])
def test_the_numbers_of_bars_do_not_touch(count):
    figure = bars({str(i): 1.234e-5 * 9.0**-i for i in range(count)}, log=True, **WORDS).figures[0]
    boxes = [text.get_window_extent(figure.canvas.get_renderer()) for text in figure.axes[0].texts if text.get_text()]
    assert len(boxes) == (count if count < 11 else 0)
    assert all(left.x1 <= right.x0 for left, right in itertools.pairwise(boxes))


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (0.25, "0.25"), (0.0883, "0.0883"), (25.0, "25"), (-1.5, "−1.5"), (4.38e-8, "4.4e−8"), (2e6, "2e6"),
     (12345.6, "12346"), (999.6, "1000"), (-0.0, "0"), (np.nan, "–"), (np.inf, "∞"), (-np.inf, "−∞")],
)
def test_short_numbers(value, text):
    assert short(value) == text


@pytest.mark.parametrize(
    ("value", "two", "one"), [(0.2249, "0.22", "0.22"), (0.0883, "0.088", "9e−2"), (2.56e-3, "2.6e−3", "3e−3")])
def test_shorter_numbers_where_room_is_scarce(value, two, one):
    assert (short(value, 2), short(value, 1)) == (two, one)


def test_comfortable_limits_show_the_curve_and_leave_spikes_out():
    lo, hi = comfortable(np.tanh(np.linspace(-6, 6, 101)))
    assert -1.3 < lo < -1 and 1 < hi < 1.3
    spike = np.append(np.sin(np.linspace(0, 6, 500)), 1e6)
    assert comfortable(spike)[1] < 20
    assert comfortable(np.full(5, np.nan)) == (-1, 1)
    lo, hi = comfortable(np.full(9, 2.0))
    assert lo < 2 < hi


def test_a_logarithmic_picture_keeps_the_ticks_that_it_was_drawn_with():
    def draw(axes):
        axes.plot([1, 2], [1e-3, 1e3], label="a")
        axes.set(yscale="log", ylim=(3e-4, 3e3))
        axes.set_yticks([1e-3, 1, 1e3])

    made = picture(draw, caption="A picture.", alt="A line.")
    assert [*made.figures[0].axes[0].get_yticks()] == [1e-3, 1, 1e3]


def test_a_legend_stands_above_the_axes():
    figure, axes = new_axes()
    for i in range(6):
        axes.plot([0, 1], [i, i], label=f"a rather long label {i}")
    decorate(axes, title="Title", legend=True)
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    legend, title = axes.get_legend().get_window_extent(renderer), axes._left_title.get_window_extent(renderer)
    assert legend.y0 >= axes.get_window_extent(renderer).y1 - 1
    assert title.y0 >= legend.y1 - 2
    assert legend.x1 <= figure.bbox.x1


def test_png_is_small_and_deterministic():
    def make():
        return png(curves({"tanh": tanh(x)}, **WORDS).figures)

    assert make() == make()
    assert len(make()) < 15_000


# --- What is written wrongly -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: curves(tanh(x), **WORDS), TypeError, r"dictionary \{label: expression\}, not tanh\(x\)"),
        (lambda: curves({}, **WORDS), TypeError, "lines must be a dictionary"),
        (lambda: curves({"f": catalogue["tanh"]}, **WORDS), TypeError, r"'f' must .*, not Activation; give its .expr$"),
        (lambda: curves({"f": "x"}, **WORDS), TypeError, "'f' must be a SymPy expression or .* arrays, not str$"),
        (lambda: curves({"f": ([1], [2], [3])}, **WORDS), TypeError, "a pair of arrays, not tuple"),
        (lambda: curves({"f": ([1, 2], [1])}, **WORDS), ValueError, r"'f' differ in shape: \(2,\) and \(1,\)"),
        (lambda: curves({"f": Symbol("k") * x}, **WORDS), ValueError, "'f' has the symbol k besides x; put a number"),
        (lambda: curves({"f": x}, over=(x, 0, oo), **WORDS), ValueError, r"finite numbers lo < hi, not \(x, 0, oo\)$"),
        (lambda: curves({"f": x}, over=(x, 1, 1), **WORDS), ValueError, "over must be"),
        (lambda: curves({"f": x}, over=(0, 1), **WORDS), ValueError, "over must be"),
        (lambda: curves({"f": x}, over=("x", 0, 1), **WORDS), ValueError, "over must be"),
        (lambda: curves({"f": x}, ylim=(0, oo), **WORDS), ValueError, r"ylim must be \(lo, hi\).* not \(0, oo\)$"),
        (lambda: curves({"f": x}, ylim=3, **WORDS), ValueError, "ylim must be .* not 3$"),
        (lambda: bars([1, 2], **WORDS), TypeError, r"values must be a dictionary \{label: number\}, not \[1, 2\]"),
        (lambda: bars({}, **WORDS), TypeError, "values must be a dictionary"),
        (lambda: bars({"a": x}, **WORDS), TypeError, "'a' must be a number, not x$"),
        (lambda: bars({"a": 1}, ylim=(1, 0), **WORDS), ValueError, "bars: ylim must be"),
    ],
)
def test_errors_say_what_would_be_right(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_plain_symbol_is_the_variable_of_that_name():
    plain = Symbol("x")
    wanted = html(curves({"f": tanh(x)}, over=(x, -1, 1), **WORDS))
    assert html(curves({"f": tanh(plain)}, over=(x, -1, 1), **WORDS)) == wanted
    assert html(curves({"f": tanh(x)}, over=(plain, -1, 1), **WORDS)) == wanted


@pytest.mark.parametrize(("lo", "hi", "limits"), [
    (0, 1, (0, 1)), (Rational(1, 2), pi, (0.5, np.pi)), (1, 1, None), (2, 1, None), (0, np.inf, None), (-oo, 0, None),
    (np.nan, 1, None), (0, np.nan, None), ("a", 1, None), (x, 1, None), (None, 1, None), ([0], 1, None)])
def test_limits_are_two_finite_numbers_in_order(lo, hi, limits):
    assert as_limits(lo, hi) == limits


def test_an_axis_has_room_for_the_start_and_for_other_states_unless_they_dwarf_it():
    line = np.linspace(0, 10, 101)
    assert room_for(line, [line], pad=0) == (0, 10) and room_for(line, [line]) == (-0.6, 10.6)
    assert room_for(line, [line, line - 5, line + 5], pad=0) == pytest.approx((-4.9, 14.9))
    assert room_for(line, [line, 100 * line - 500], pad=0) == (-20, 30)
    assert room_for(np.append(line, [1e6, -1e6]), [line], pad=0) == pytest.approx((-18.2, 28.2), abs=0.5)
    assert room_for(line + 1000, [line + 1000, 100 * line], pad=0) == (980, 1010)
    assert room_for(line, [line, line - 19], pad=0.5) == pytest.approx((-33.25, 24.45), abs=0.3)
    assert room_for(np.full(9, np.nan), [line], pad=0) == pytest.approx((0.1, 9.9))
    assert room_for(np.full(9, np.nan), [np.full(9, np.nan)], pad=0) == (-0.5, 0.5)
    assert room_for(np.full(9, 3.0), [np.full(9, 3.0)], pad=0) == (2.5, 3.5)
    assert room_for(np.full(9, 3.0), [np.full(9, 3.5)], pad=0) == (3, 3.5)


def test_comfortable_limits_by_number():
    assert comfortable(np.linspace(0, 10, 101)) == pytest.approx((-0.6, 10.6))
    assert comfortable(np.linspace(0, 10, 101), pad=0) == (0, 10)
    assert comfortable(np.append(np.linspace(0, 10, 999), 1e6), pad=0) == pytest.approx((0, 9.5 + 4 * 9), abs=0.1)
    assert comfortable(np.append(np.linspace(0, 10, 999), -1e6), pad=0) == pytest.approx((0.5 - 4 * 9, 10), abs=0.1)
    assert comfortable(np.full(9, 2.0), pad=0) == (1, 3) and comfortable(np.zeros(9), pad=0) == (-0.5, 0.5)


def test_panels_are_as_wide_as_their_figures():
    wide, _ = new_axes((6, 3))
    assert panel_html(wide, "<svg>") == '<div class="sts-panel" style="--a:2.000"><svg></div>'


def test_the_png_has_the_figures_side_by_side_in_rows():
    figures = [new_axes(size)[0] for size in ((2, 1), (3, 2), (1, 1))]
    for figure, colour in zip(figures, ("red", "lime", "blue"), strict=True):
        figure.axes[0].set_position([0, 0, 1, 1])
        figure.axes[0].set_facecolor(colour)
        figure.set_layout_engine(None)
        figure.axes[0].set_axis_on()
        figure.axes[0].grid(False)
        figure.axes[0].tick_params(labelleft=False, labelbottom=False)
    sheet = Image.open(io.BytesIO(png(figures))).convert("RGB")
    assert sheet.size == (500, 300)
    middles = [sheet.getpixel(at) for at in ((100, 50), (350, 100), (50, 250))]
    assert middles == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    assert [sheet.getpixel(at) for at in ((100, 150), (300, 250))] == [(255, 255, 255)] * 2
    assert sheet.getpixel((100, 0)) == (255, 0, 0) and sheet.getpixel((0, 50)) != (255, 255, 255)
    assert Image.open(io.BytesIO(png(figures[:1], dpi=50))).size == (100, 50)


def test_bars_leave_room_for_their_numbers_unless_the_limits_are_given():
    def ylim(**options):
        return bars({"a": 1.0, "b": 2.0}, **options, **WORDS).figures[0].axes[0].get_ylim()

    assert ylim() == pytest.approx((0, 2.24)) and ylim(ylim=(0, 3)) == (0, 3)
    low, high = ylim(log=True)
    assert high == pytest.approx(2 * (2 / low) ** (0.06 / 1.06), rel=1e-6)


@pytest.mark.parametrize(("room", "style"), [(50, (3, 10.5)), (49, (2, 10.5)), (42, (2, 10.5)), (41, (1, 8.5)),
                                             (25, (1, 8.5)), (24, (0, 8.5)), (0, (0, 8.5))])
def test_the_numbers_of_bars_shrink_with_their_room(room, style):
    assert number_style(room) == style


def test_a_picture_with_panels_side_by_side_is_as_high_as_its_lowest_panel_asks():
    single = html(curves({"f": x}, size=(4, 2), **WORDS))
    assert '<div class="sts-panels" style="--h:6.2rem">' in single
    pair = html(picture(lambda left, right: left.plot([0, 1], [0, 1]), **WORDS))
    assert '<div class="sts-panels" style="--h:9.92rem;--m:1.45" role="img"' in pair
    assert "--h:10rem" in html(curves({"f": x}, size=(4, 4), **WORDS))


@pytest.mark.parametrize(("letters", "columns"), [(1, 4), (6, 4), (7, 3), (20, 1), (60, 1)])
def test_a_legend_has_as_many_columns_as_fit(letters, columns):
    figure, axes = new_axes((4.8, 3.2))
    for _ in range(4):
        axes.plot([0, 1], [0, 1], label="a" * letters)
    decorate(axes, legend=True)
    assert axes.get_legend()._ncols == columns


@pytest.mark.parametrize(("value", "text"), [(0.001, "0.001"), (0.00099, "9.9e−4"), (99999, "99999"), (1e5, "1e5"),
                                             (999, "999"), (1000.4, "1000")])
def test_where_short_numbers_change_their_form(value, text):
    assert short(value) == text


def test_a_simpler_line_keeps_the_corners_that_are_seen():
    straight = np.array([[0, 0], [1, 0], [2, 0], [3, 0]])
    assert simpler(straight, 0.1).tolist() == [[0, 0], [3, 0]]
    bent = np.array([[0, 0], [4, 3], [8, 0], [9, 0]])
    assert simpler(bent, 1).tolist() == [[0, 0], [4, 3], [9, 0]]
    hill = np.array([[0, 0], [1, 2], [2, 0]])
    assert len(simpler(hill, 2)) == 2 and len(simpler(hill, 1.99)) == 3  # as far as the tolerance is near enough
    square = np.array([[0, 0], [1, 0], [2, 0], [2, 2], [0, 2], [0, 0]])
    assert simpler(square, 0.5).tolist() == [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]
