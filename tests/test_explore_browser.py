"""Explorers without a kernel, in a real browser: every way to move them, and the numbers that they show."""

import itertools
import json
import re

import numpy as np
import pytest
from explorers import hills
from ipywidgets import FloatLogSlider, FloatSlider, IntSlider
from stepping import step_cost
from sympy import Function, Heaviside, Matrix, Max, Piecewise, erfc, exp, floor, log, nan, sqrt, symbols, tanh

from activations import catalogue, x
from activations.explorer import Bars, Cells, Curves, explore
from activations.explorer.controls import slider_ends

pytestmark = pytest.mark.browser

alpha, beta, T, w, b, depth = symbols("alpha beta T w b depth")
z = symbols("z1:4")
f = Function("f")
RATIO = 1e-12


def swish():
    return explore(x / (1 + exp(-beta * x)), beta=FloatSlider(1, min=-1, max=5, step=0.05), caption="Swish.")


def softmax():
    p = [exp(k / T) / sum(exp(j / T) for j in z) for k in z]
    scores = {str(k): FloatSlider(v, min=-3, max=3, step=0.1) for k, v in zip(z, (2, 1, 0), strict=True)}
    return explore(Bars(p, ylim=(0, 1.1)), Cells(Matrix(3, 3, lambda i, j: p[i].diff(z[j]))),
                   T=FloatLogSlider(1.3, base=10, min=-1, max=1, step=0.05), **scores)


def chain():
    where = [(z[0], w * alpha + b), (z[1], w * f(z[0]) + b), (z[2], w * f(z[1]) + b)]
    slopes = [f(k).diff(k) for k in z]
    bars = [slopes[0] * slopes[1] * slopes[2], Piecewise((slopes[1] * slopes[2], depth > 1), (nan, True)),
            Piecewise((slopes[2], depth > 2), (nan, True))]
    options = {name: catalogue[name].at() for name in ("sigmoid", "relu", "gelu")}
    return explore(Bars(bars, log=True, ylim=(1e-6, 10)), where=where, f=options,
                   alpha=FloatSlider(0.5, min=-2, max=2, step=0.1), w=FloatSlider(1.5, min=-3, max=3, step=0.1),
                   b=FloatSlider(0.25, min=-2, max=2, step=0.05), depth=IntSlider(3, min=1, max=3))


def several():
    gelu = x * erfc(-beta * x / sqrt(2)) / 2
    return explore(Curves({"gelu": gelu, "step": Heaviside(x - alpha), "relu": Max(0, x)}, over=(x, -4, 4)),
                   Curves(tanh(beta * x), title="Second"), beta=FloatSlider(1, min=0.2, max=4, step=0.1),
                   alpha=FloatSlider(0.5, min=-3, max=3, step=0.1), probe=-1.5)


def sparse():
    """A start at which a curve has no values, the probe's point lies outside, and bars are absent."""
    bars = [Piecewise((nan, alpha < 2), (alpha, True)), Max(0, alpha - 2), -alpha, 1e-3 * alpha, alpha / 3]
    return explore(Curves({"log": log(alpha - 2) * x, "line": tanh(x) + alpha}, ylim=(-2, 4)), Bars(bars),
                   Bars(bars * 2, log=True), Cells(Matrix([[log(alpha - 2), -alpha]])),
                   alpha=FloatSlider(1.5, min=1, max=3, step=0.1))


def steps():
    """A function without a derivative beside one that has it."""
    return explore(f(w * x), f={"floor": floor(x), "tanh": tanh(x)}, w=FloatSlider(1, min=0.3, max=2, step=0.05))


HEAD = '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Test</title>'
MAKERS = {make.__name__: make for make in (swish, softmax, chain, several, sparse, steps, hills)}


@pytest.fixture(scope="module")
def explorers():
    return {name: make() for name, make in MAKERS.items()}


@pytest.fixture(scope="module")
def folder(explorers, tmp_path_factory):
    """Pages from disk: one for each explorer, and one that holds them all, the first of them twice."""
    folder = tmp_path_factory.mktemp("pages")
    pages = {name: [explorer.html] for name, explorer in explorers.items()}
    pages["all"] = [*itertools.chain(*pages.values()), explorers["swish"].html]
    for name, figures in pages.items():
        (folder / f"{name}.html").write_text(HEAD + "<p>Text.</p>".join(figures), encoding="utf-8")
    return folder


@pytest.fixture
def visit(browser, folder):
    """Open a page; at the end of the test nothing may have been said on the console, nor asked of the network."""
    contexts, faults = [], []

    def open_page(name, width=1000, theme="light", **options):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: request.url.startswith(("file:", "data:")) or faults.append(request.url))
        page.goto((folder / f"{name}.html").as_uri())
        page.evaluate(f"document.documentElement.dataset.theme = {theme!r}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def shapes(figure):
    """Everything that a slider may move, as one text."""
    return figure.locator(".sts-panels").inner_html()


def points(d):
    """The points of a path as an array of pairs."""
    pairs = d.replace("L", "M").strip("Mz").split("M")
    return np.array([pair.split(" ") for pair in pairs if pair], float).reshape(-1, 2)


def number(output):
    return float(output.get_attribute("data-value"))


# --- Moving --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MAKERS)
def test_every_slider_moves_with_the_mouse(visit, name):
    page = visit(name)
    figure = page.locator("figure")
    for slider in figure.locator("input").all():
        before = shapes(figure)
        box = slider.bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + box["height"] / 2, steps=3)
        page.mouse.up()
        assert shapes(figure) != before, slider.get_attribute("name")


@pytest.mark.parametrize("name", MAKERS)
def test_every_slider_moves_by_touch(visit, name):
    page = visit(name, width=375, has_touch=True, is_mobile=True)
    figure, session = page.locator("figure"), page.context.new_cdp_session(page)
    for slider in figure.locator("input").all():
        slider.scroll_into_view_if_needed()
        before, box = shapes(figure), slider.bounding_box()
        assert box["height"] >= 40, "a finger needs room"
        y = box["y"] + box["height"] / 2
        for kind, part in (("touchStart", 0.6), ("touchMove", 0.4), ("touchMove", 0.2), ("touchEnd", None)):
            points = [] if part is None else [{"x": box["x"] + part * box["width"], "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        assert shapes(figure) != before, slider.get_attribute("name")


@pytest.mark.parametrize("name", MAKERS)
def test_every_slider_moves_with_the_keyboard_alone(visit, name):
    page = visit(name)
    figure = page.locator("figure")
    names = [one.get_attribute("name") for one in figure.locator("input").all()]
    reached = []
    for _ in range(len(names) + 1):
        page.keyboard.press("Tab")
        name_here = page.evaluate("document.activeElement.name")
        if name_here in names:
            for key in ("ArrowLeft", "ArrowDown", "ArrowRight", "Home", "End"):
                before = shapes(figure), page.evaluate("document.activeElement.value")
                page.keyboard.press(key)
                if page.evaluate("document.activeElement.value") != before[1]:
                    assert shapes(figure) != before[0], (name_here, key)
            reached.append(name_here)
    assert reached == names


def test_arrow_keys_do_not_reach_the_page_around(visit):
    page = visit("swish")
    page.evaluate("window.heard = 0; document.addEventListener('keydown', () => { window.heard += 1; })")
    page.locator("input").first.press("ArrowRight")
    assert page.evaluate("window.heard") == 0


@pytest.mark.parametrize("name", MAKERS)
def test_sweeping_each_slider_draws_numbers_and_a_new_picture_each_time(visit, name):
    page = visit(name)
    faults = page.locator("figure").evaluate("""(figure) => {
      const faults = [], look = () => figure.querySelector(".sts-panels").innerHTML;
      for (const input of figure.querySelectorAll("input")) {
        const seen = new Set(), low = Number(input.min), high = Number(input.max);
        const stops = { depth: [1, 2], log2: [0, 1, 2, 3] }[input.name] ??
          [0, 0.2, 0.4, 0.6, 0.8, 1].map((t) => low + t * (high - low));
        for (const stop of stops) {
          input.value = stop;
          input.dispatchEvent(new Event("input", {bubbles: true}));
          seen.add(look());
          if (/NaN|Infinity|undefined/.test(look())) faults.push(input.name + " at " + stop);
        }
        if (seen.size < stops.length) faults.push(input.name + " has only " + seen.size + " pictures");
        figure.explorer.reset();
      }
      return faults;
    }""")
    assert faults == []


def test_a_slope_that_is_undefined_reads_so_and_has_no_tangent(visit):
    page = visit("steps")
    figure = page.locator("figure")
    tangent = figure.locator("[id$='0-tangent'] path")
    assert figure.locator("[id$='-f']").inner_text() == "1.0000"
    assert figure.locator("[id$='-df']").inner_text() == "undefined" and tangent.get_attribute("d") == ""
    figure.get_by_label("f", exact=True).select_option("tanh")
    assert figure.locator("[id$='-df']").inner_text() == "0.4200" and tangent.get_attribute("d") != ""


def test_the_chooser_changes_the_function(visit):
    page = visit("chain")
    figure, seen = page.locator("figure"), set()
    for option in ("sigmoid", "relu", "gelu"):
        figure.get_by_label("f", exact=True).select_option(option)
        seen.add(shapes(figure))
    assert len(seen) == 3


def test_the_probe_moves_point_tangent_and_numbers(visit):
    page = visit("swish")
    figure, probe = page.locator("figure"), page.get_by_label("x₀", exact=True)
    parts = [figure.locator("[id$='0-point'] use"), figure.locator("[id$='0-tangent'] path")]
    before = [part.evaluate("one => one.outerHTML") for part in parts]
    curve = figure.locator("[id$='0-c0'] path").get_attribute("d")
    probe.fill("-2")
    assert all(part.evaluate("one => one.outerHTML") != old for part, old in zip(parts, before, strict=True))
    assert figure.locator("[id$='0-c0'] path").get_attribute("d") == curve
    silu = catalogue["silu"]
    assert number(figure.locator("[id$='-f']")) == pytest.approx(silu.f(-2.0), rel=RATIO)
    assert number(figure.locator("[id$='-df']")) == pytest.approx(silu.df(-2.0), rel=RATIO)
    assert figure.locator("[id$='-f']").inner_text() == "−0.2384"


def test_a_slider_speaks_and_shows_its_value(visit):
    page = visit("swish")
    slider = page.get_by_label("β", exact=True)
    slider.press("Home")
    output = page.locator("output").first
    assert slider.get_attribute("aria-valuetext") == output.inner_text() == "−1.00"
    assert number(output) == -1


def test_reset_restores_picture_and_controls(visit):
    page = visit("chain")
    figure = page.locator("figure")
    before = shapes(figure), page.get_by_label("w", exact=True).input_value()
    page.get_by_label("f", exact=True).select_option("relu")
    page.get_by_label("w", exact=True).fill("2")
    assert shapes(figure) != before[0]
    page.get_by_role("button", name="Reset").click()
    assert (shapes(figure), page.get_by_label("w", exact=True).input_value()) == before


def test_a_start_between_two_steps_is_kept_exactly(visit, explorers):
    page = visit("softmax")
    assert page.locator("figure").evaluate("figure => figure.explorer.state.values[0]") == 1.3
    assert explorers["softmax"].model.start.values["T"] == 1.3


# --- The same numbers as NumPy -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MAKERS)
def test_javascript_agrees_with_numpy(visit, explorers, name):
    page, explorer, rng = visit(name), explorers[name], np.random.default_rng(3)
    for i, view in enumerate(explorer.views):
        variables = [(view.lo, view.hi)] if view.kind == "curves" else []
        ends = variables + [(s.min, s.max) for s in explorer.model.sliders.values()]
        points = [[float(rng.uniform(low, high)) for low, high in ends] for _ in range(300)]
        points = [[round(v) if "depth" in explorer.sliders and k == len(p) - 1 else v for k, v in enumerate(p)]
                  for p in points]
        for option, compiled in enumerate(view.compiled):
            script = f"(figure, points) => points.map((p) => figure.explorer.code[{i}][{option}](...p).map(String))"
            found = page.locator("figure").evaluate(script, points)
            expected = [[float(v) for v in compiled.numpy(*map(float, p))] for p in points]
            np.testing.assert_allclose(np.array(found, float), expected, rtol=RATIO, atol=1e-300)


@pytest.mark.parametrize("name", MAKERS)
def test_the_script_draws_where_matplotlib_drew(visit, explorers, name):
    """At the start, and after a step, the page's curves lie on those of the kernel."""
    page, explorer = visit(name), MAKERS[name]()
    for step in (False, True):
        if step:
            slider = next(iter(explorer.sliders))
            explorer.sliders[slider].value = slider_ends(explorer.sliders[slider])[1]
            page.locator("input").first.press("End")
        for i, view in enumerate(explorer.views):
            written = page.locator(f"[id$='{i}-numbers'] text").all_text_contents()
            assert written == [text.get_text() for text in view.texts]
            tangent = ["tangent"] if view is explorer.probed else []
            for name_here in [*view.ids, *tangent]:
                found = points(page.locator(f"[id$='{i}-{name_here}'] path").get_attribute("d"))
                if view.kind != "curves":
                    x0, y0, width, height = view.drawn[name_here].get_bbox().bounds
                    if height and len(found):
                        corners = [view.place(x0, y0), view.place(x0 + width, y0 + height)]
                        np.testing.assert_allclose(np.sort(found[[0, 2]], 0), np.sort(corners, 0), atol=0.02)
                    continue
                xs, ys = view.drawn[name_here].get_data()
                finite = np.isfinite(ys)
                drawn = np.stack(view.place(xs[finite], ys[finite]), axis=1)
                assert found.shape == drawn.shape
                np.testing.assert_allclose(found, np.clip(drawn, -9999, 9999), atol=0.02)


def test_the_map_is_painted_where_the_axes_are_and_in_the_colours_of_the_theme(visit, explorers):
    """A pixel of the middle of each quarter, from the PNG that the script made."""
    read = """async (figure) => {
      const image = figure.querySelector("svg image"), picture = new Image();
      picture.src = image.getAttribute("href");
      await picture.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [picture.width, picture.height];
      const context = canvas.getContext("2d");
      context.drawImage(picture, 0, 0);
      return [["x", "y", "width", "height"].map((name) => Number(image.getAttribute(name))), canvas.width,
        [...context.getImageData(0, 0, canvas.width, canvas.height).data]]; }"""
    view, figure = explorers["hills"].views[0], visit("hills").locator("figure")
    box, side, pixels = figure.evaluate(read)
    left, top = view.place(-1, 1)
    right, bottom = view.place(1, -1)
    assert box == pytest.approx([left, top, right - left, bottom - top], abs=0.02)
    alpha_of = np.array(pixels).reshape(side, side, 4)[::-1, :, 3] / 255
    shade = 2 * view.levels[0] / 15 - 1
    np.testing.assert_allclose(alpha_of, 0.5 * np.abs(shade), atol=1 / 255)
    blue = np.array(pixels).reshape(side, side, 4)[::-1][view.levels[0] == 15][0]
    assert blue[2] > 150 > blue[0]


# --- Cost, company, looks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MAKERS)
def test_a_step_costs_two_milliseconds_at_most(visit, name):
    assert step_cost(visit(name).locator("figure")) <= 2


def test_several_explorers_on_a_page_keep_to_themselves(visit):
    page = visit("all")
    figures = page.locator("figure").all()
    assert len(figures) == len(MAKERS) + 1
    for i, figure in enumerate(figures):
        before = [shapes(other) for other in figures]
        figure.locator("input").first.press("ArrowRight")
        after = [shapes(other) for other in figures]
        assert [old != new for old, new in zip(before, after, strict=True)] == [k == i for k in range(len(figures))]


def test_the_same_explorer_twice_has_ids_of_its_own(visit):
    page = visit("all")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    first, last = page.locator("figure").first, page.locator("figure").last
    assert last.get_by_label("β", exact=True).count() == first.get_by_label("β", exact=True).count() == 1
    referring = """[...document.querySelectorAll("[href]:not([href^='data:']),[clip-path],label,output[for]")]"""
    dangling = page.evaluate(referring + """.filter((one) => {
      const target = one.htmlFor ?? (one.getAttribute("href") || one.getAttribute("clip-path")).match(/#([^)]+)/)[1];
      return !one.closest("figure").querySelector(`[id="${target}"]`);
    }).length""")
    assert dangling == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_nothing_sticks_out_and_ink_follows_the_theme(visit, width, theme):
    page = visit("all", width=width, theme=theme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ink = page.locator("figure").first.evaluate("one => getComputedStyle(one).color")
    assert ink == ("rgb(27, 31, 36)" if theme == "light" else "rgb(230, 232, 235)")
    curve = page.locator("[id$='0-c0'] path").first.evaluate("one => getComputedStyle(one).stroke")
    assert curve == ("rgb(0, 114, 178)" if theme == "light" else "rgb(90, 180, 240)")


@pytest.mark.parametrize("name", MAKERS)
def test_all_drawn_text_lies_inside_its_drawing(visit, name):
    for width in (1000, 375):
        outside = visit(name, width=width).locator("figure").evaluate("""(figure) => {
          const outside = [];
          for (const svg of figure.querySelectorAll("svg")) {
            const frame = svg.getBoundingClientRect();
            for (const one of svg.querySelectorAll("use:not([y]),text")) {
              const box = one.getBoundingClientRect();
              if (box.width && (box.left < frame.left - 1 || box.right > frame.right + 1 ||
                                box.top < frame.top - 1 || box.bottom > frame.bottom + 1)) outside.push(one.outerHTML);
            }
          }
          return outside;
        }""")
        assert outside == []


def test_without_script_the_picture_with_its_words_is_seen(browser, folder):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((folder / "swish.html").as_uri())
        image = page.locator("figure img")
        assert image.is_visible() and image.bounding_box()["height"] > 100
        assert "with sliders β" in image.get_attribute("alt")
        assert page.locator("form").is_hidden() and page.locator("svg").is_hidden()


def test_with_script_the_spare_picture_is_hidden(visit):
    page = visit("swish")
    assert page.locator("figure img").is_hidden() and page.locator("svg").is_visible()


def test_the_spec_is_plain_data(explorers):
    for explorer in explorers.values():
        json.dumps([view.spec() for view in explorer.views], allow_nan=False)


# --- The figure as a table -------------------------------------------------------------------------------------------


def told(page):
    """The numbers of the figure's tables as they are read, one list for each table."""
    return page.evaluate("""[...document.querySelectorAll(".sts-table table")].map((table) =>
      [...table.querySelectorAll("tbody td")].map((cell) => cell.textContent))""")


@pytest.mark.parametrize("name", MAKERS)
def test_the_open_table_tells_what_the_kernel_would_store(visit, explorers, name):
    """Opened it says what stood there closed; after a step it says the kernel's numbers for where the sliders are."""
    page, explorer = visit(name), explorers[name]
    stored = told(page)
    page.locator("summary").click()
    assert told(page) == stored
    page.locator("input").first.press("End")
    values = page.locator("figure").evaluate("figure => figure.explorer.state.values")
    values = dict(zip(explorer.model.sliders, values, strict=True))
    assert values != explorer.model.start.values
    state = explorer.model.start._replace(values=values)
    bodies = [view.table("", state).partition("<tbody>")[2] for view in explorer.views]
    expected = [re.findall("<td>([^<]*)</td>", body) for body in bodies]
    assert told(page) == expected and expected != stored
    page.get_by_role("button", name="Reset").click()
    assert told(page) == stored


def test_the_table_tells_the_curve_at_the_slider_s_value(visit):
    page = visit("swish")
    page.locator("summary").click()
    page.get_by_label("β", exact=True).fill("2.5")
    swish = catalogue["swish"]
    for k, at in enumerate(range(-6, 7)):
        value, slope = (float(text.replace("−", "-")) for text in told(page)[0][2 * k : 2 * k + 2])
        assert value == pytest.approx(float(swish.f(float(at), beta=2.5)), rel=6e-3, abs=1e-5)
        assert slope == pytest.approx(float(swish.df(float(at), beta=2.5)), rel=6e-3, abs=1e-5)


def test_a_closed_table_follows_when_it_is_opened(visit):
    page = visit("chain")
    before = told(page)
    changed = "before => document.querySelector('.sts-table tbody td').textContent !== before"
    page.get_by_label("f", exact=True).select_option("relu")
    assert told(page) == before
    page.locator("summary").press("Enter")
    page.wait_for_function(changed, arg=before[0][0])


def test_what_is_read_at_the_point_is_said_once_the_reader_pauses(visit):
    page = visit("swish")
    said = page.locator("[role=status]")
    assert said.text_content() == "" and page.locator("output:not([aria-live=off])").count() == 0
    page.evaluate("""window.times = 0; new MutationObserver(() => { window.times += 1; })
      .observe(document.querySelector("[role=status]"), {childList: true})""")
    for _ in range(5):
        page.get_by_label("β", exact=True).press("ArrowRight")
    page.wait_for_function("document.querySelector('[role=status]').textContent")
    assert said.text_content() == page.locator(".sts-reading").text_content() != ""
    assert page.evaluate("window.times") == 1
