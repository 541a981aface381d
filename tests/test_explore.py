"""Explorers in a kernel: what they accept, what they refuse, how they move, and the HTML that they leave behind."""

import io
import re
import warnings
from html.parser import HTMLParser

import numpy as np
import pytest
from ipywidgets import FloatLogSlider, FloatSlider, IntSlider
from PIL import Image
from sympy import Abs, Function, Heaviside, Matrix, Max, Piecewise, Symbol, exp, log, nan, prod, symbols, tanh, zeta

from activations import catalogue, x
from activations.explorer import Bars, Cells, Curves, ExploreError, explore
from tools.bench import live_step

alpha, beta, T, w, b, depth = symbols("alpha beta T w b depth")
z = symbols("z1:4")
f = Function("f")
SIGMOID = 1 / (1 + exp(-x))
SCALAR = [name for name, activation in catalogue.items() if hasattr(activation, "sliders")]


def slider(value=1.0, low=0.1, high=3.0, step=0.05, **options):
    return FloatSlider(value, min=low, max=high, step=step, **options)


def swish(**options):
    return explore(x / (1 + exp(-beta * x)), beta=slider(), **options)


def softmax():
    p = [exp(k / T) / sum(exp(j / T) for j in z) for k in z]
    jacobian = Matrix(3, 3, lambda i, j: p[i].diff(z[j]))
    scores = {str(k): slider(v, -3, 3, 0.1) for k, v in zip(z, (2, 1, 0), strict=True)}
    return explore(Bars(p, labels=["p₁", "p₂", "p₃"], ylim=(0, 1.1)), Cells(jacobian, title="Jacobian"),
                   T=FloatLogSlider(1, base=10, min=-1, max=1, step=0.05), **scores)


def chain(layers=4):
    """Gradient by layer of a chain of neurons, with a chooser and a depth."""
    a, where, inputs = Symbol("a0"), [], []
    for k in range(1, layers + 1):
        inputs.append(Symbol(f"y{k}"))
        where += [(inputs[-1], w * a + b), (Symbol(f"a{k}"), f(inputs[-1]))]
        a = Symbol(f"a{k}")
    bars = [Piecewise((Abs(prod(f(y).diff(y) for y in inputs[k:])), k < depth), (nan, True)) for k in range(layers)]
    options = {"sigmoid": SIGMOID, "tanh": tanh(x), "ReLU": Max(0, x)}
    return explore(Bars(bars, log=True, ylim=(1e-5, 10)), where=where, f=options, a0=slider(0.5, -1, 1),
                   w=slider(1.5, 0.1, 4), b=slider(0, -2, 2), depth=IntSlider(4, min=1, max=layers))


def live_pixels(explorer, panel=0):
    return np.asarray(Image.open(io.BytesIO(explorer._images[panel].value)).convert("RGB")).astype(int)


def compiled(explorer, panel=0, option=0):
    return explorer.views[panel].compiled[option].numpy


# --- What it refuses -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("panels", "options", "error", "message"),
    [
        ([alpha * x], {}, ExploreError, "symbol alpha, which has no slider; add alpha=FloatSlider"),
        ([tanh(x)], {"alpha": slider()}, ExploreError, "symbol alpha that the slider alpha would move"),
        (["tanh(x)"], {}, TypeError, r"'tanh\(x\)' \(str\)"),
        ([3.0], {}, TypeError, "3.0"),
        ([], {}, TypeError, "at least one"),
        ([Matrix([[x]])], {}, TypeError, "Cells"),
        ([f], {}, TypeError, r"f\(x\)"),
        ([lambda: Curves({"one": tanh(x), "two": "x"})], {}, TypeError, "curve 'two'"),
        ([zeta(x)], {}, ExploreError, "zeta"),
        ([f(x)], {}, ExploreError, "undefined function f; add f="),
        ([tanh(x)], {"f": {"tanh": tanh(x)}}, ExploreError, "function f that the chooser f offers"),
        ([f(x)], {"f": {"tanh": "tanh"}}, TypeError, "option 'tanh' of f"),
        ([f(x)], {"f": {}}, ExploreError, "chooser f has no options"),
        ([alpha * x], {"alpha": 1.0}, TypeError, "alpha must be a FloatSlider.*not float"),
        ([alpha * x], {"alpha": slider(1, 1, 1)}, ExploreError, "slider alpha has no room"),
        ([alpha * x], {"alpha": slider(step=0)}, ExploreError, "slider alpha needs a positive step"),
        ([x**2], {"x": slider()}, ExploreError, "x is the variable"),
        ([lambda: Curves(x, over=(x, 2, -2))], {}, ExploreError, "lo < hi"),
        ([tanh(x)], {"probe": 9}, ExploreError, "probe 9 lies outside -6 to 6"),
        ([lambda: Bars([alpha])], {"alpha": slider(), "probe": 1}, ExploreError, "panel of curves"),
        ([lambda: Bars([alpha], labels=["a", "b"])], {"alpha": slider()}, ExploreError, "1 expressions but 2 labels"),
        ([lambda: Bars(alpha)], {"alpha": slider()}, TypeError, "list of SymPy expressions"),
        ([lambda: Cells([[alpha]])], {"alpha": slider()}, TypeError, "SymPy Matrix"),
        ([lambda: Curves({})], {}, ExploreError, "no expression"),
    ],
)
def test_errors_name_the_culprit(panels, options, error, message):
    with pytest.raises(error, match=message):
        explore(*(p() if callable(p) and p.__class__.__name__=="function" else p for p in panels), **options)


def test_an_unbound_symbol_in_a_binding_is_named():
    with pytest.raises(ExploreError, match="symbol b, which has no slider"):
        explore(Bars([z[0] ** 2]), where=[(z[0], w + b)], w=slider())


# --- What it computes ----------------------------------------------------------------------------------------------


def test_the_slider_is_matched_by_name_whatever_is_assumed_of_the_symbol():
    for symbol in (Symbol("beta"), Symbol("beta", positive=True), Symbol("beta", real=True)):
        values = compiled(explore(tanh(symbol * x), beta=slider()))(0.5, 2.0)
        assert values == pytest.approx([np.tanh(1), 2 / np.cosh(1) ** 2])


def test_the_slope_goes_through_the_bindings():
    explorer = explore(z[0] ** 2, where=[(z[0], w * x + 1)], w=slider())
    assert compiled(explorer)(3.0, 2.0) == pytest.approx([49, 28])


def test_a_chosen_function_is_put_in_with_its_derivatives():
    explorer = explore(Bars([f(w), f(w).diff(w), f(w).diff(w, 2), f(2 * w).diff(w)]), w=slider(),
                       f={"tanh": tanh(x), "cube": x**3})
    t = np.tanh(0.7)
    first, second = compiled(explorer, option=0)(0.7), compiled(explorer, option=1)(0.7)
    assert first == pytest.approx([t, 1 - t**2, -2 * t * (1 - t**2), 2 / np.cosh(1.4) ** 2])
    assert second == pytest.approx([0.343, 3 * 0.49, 4.2, 24 * 0.49])


def test_an_option_may_have_a_slider_of_its_own():
    explorer = explore(f(x), f={"leaky": Max(alpha * x, x), "tanh": tanh(x)}, alpha=slider(0.1, 0, 0.9))
    assert compiled(explorer)(-2.0, 0.25) == pytest.approx([-0.5, 0.25])


@pytest.mark.parametrize("at", [2.0, 1.0, 0.0])
def test_the_probe_reads_value_and_slope_at_the_start(at):
    assert swish(probe=at).scene.reading == pytest.approx(
        [catalogue["silu"].f(at), catalogue["silu"].df(at)], rel=1e-13)


def test_a_probe_at_zero_needs_curves_as_any_other():
    with pytest.raises(ExploreError, match="a probe needs a panel of curves"):
        explore(Bars([alpha]), probe=0.0, alpha=slider(0.1, 0, 0.9))


def test_the_chain_is_the_product_of_its_slopes():
    explorer = chain()
    s = [1 / (1 + np.exp(-1.5 * 0.5))]
    for _ in range(3):
        s.append(1 / (1 + np.exp(-1.5 * s[-1])))
    slopes = [v * (1 - v) for v in s]
    assert explorer.views[0].values == pytest.approx([np.prod(slopes[k:]) for k in range(4)])


# --- How it moves --------------------------------------------------------------------------------------------------


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


# --- What it leaves behind -----------------------------------------------------------------------------------------


class Page(HTMLParser):
    """Every tag of a page with its attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


def test_the_bundle_has_widget_html_and_a_short_text():
    bundle = swish(caption="Drag β.")._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"} <= set(bundle)
    assert bundle["text/plain"] == "Explorer: curve of x/(1 + exp(-beta*x)), with sliders β, x₀"
    assert "Drag β." in bundle["text/html"]


@pytest.mark.parametrize("make", [swish, softmax, chain])
def test_the_html_is_the_same_each_time_and_wherever_the_sliders_are(make):
    first, second = make(), make()
    second.sweep()
    for one in second.sliders.values():
        one.value = one.min if not isinstance(one, FloatLogSlider) else one.base**one.min
    assert first.html == second.html
    assert second._state() != first._state(), "making the HTML does not move the live sliders"


def test_controls_have_labels_and_outputs_and_the_figure_has_words():
    page = Page(swish(caption="Drag β.", alt="A curve & its slope.").html)
    inputs = page.all("input")
    assert [one["name"] for one in inputs] == ["beta", "probe"]
    assert all(one["type"] == "range" for one in inputs)
    assert {one["for"] for one in page.all("label")} == {one["id"] for one in inputs}
    assert {one["id"] for one in inputs} <= {one.get("for") for one in page.all("output")}
    assert page.all("img")[0]["alt"] == "A curve & its slope."
    assert any(one.get("aria-label") == "A curve & its slope." for one in page.all("div"))
    assert inputs[0] | {"min": "0.1", "max": "3", "step": "0.05", "value": "1", "data-start": "1.0"} == inputs[0]


def test_curves_carry_ids_that_the_script_finds():
    page = Page(swish().html)
    key = page.all("figure")[0]["data-explorer"]
    ids = {one.get("id") for _, one in page.tags}
    assert {f"{key}0-c0", f"{key}0-c1", f"{key}0-point", f"{key}0-tangent", f"{key}-f", f"{key}-df"} <= ids


def test_the_script_is_classic_and_evaluates_no_text():
    for make in (swish, softmax, chain):
        html = make().html
        assert Page(html).all("script") == [{}]
        assert not re.search(r"\beval\(|new Function|\bimport\b|https?://(?!www\.w3\.org)", html)


def test_each_chooser_option_has_its_function():
    explorer = chain()
    assert len(Page(explorer.html).all("option")) == 3
    assert [len(view.compiled) for view in explorer.views] == [3]


def test_no_stray_text_is_left_where_script_style_and_svg_are_stripped():
    html = re.sub(r"<(script|style|form)\b.*?</\1>", "", softmax().html, flags=re.DOTALL)
    assert "".join(Page(html).text).strip() == ""
    assert '<div hidden="hidden">' in html


def test_labels_cannot_break_out_of_the_page():
    html = explore(Curves({"</script><b>": alpha * x}), alpha=slider(description="<i>"), caption="a < b", alt='"<').html
    assert html.count("</script>") == 1 and "<b>" not in html and "<i>" not in html


def test_the_html_stays_small():
    assert len(swish().html) < 40_000
    assert len(softmax().html) < 60_000


def test_the_first_picture_of_the_html_is_that_of_the_start():
    explorer = swish()
    path = re.search(r'<g id="\w+0-c0">(?:<[^>]*>)*?<path d="M([\d.]+) ([\d.]+)', explorer.html)
    across, down = explorer.views[0].place(-6, catalogue["silu"].f(-6.0))
    assert [float(v) for v in path.groups()] == pytest.approx([across, down], abs=0.02)


def test_no_word_of_a_caption_is_taken_for_an_id():
    html = swish(caption="KEY idea: @ key").html
    assert "KEY idea: @ key" in html and "@key@" not in html
