"""The explorers of the chapters, outside their notebooks: every slider live, every formula in a browser."""

import sys
import warnings
from functools import cache

import nbformat
import numpy as np
import pytest
from ipywidgets import FloatLogSlider, IntSlider
from stepping import step_cost

from tools.notebooks import chapters
from tools.welcome_figure import welcome

CHAPTERS = {path.stem: path for path in chapters()}
PAGES = ["welcome", *CHAPTERS]
every_page = pytest.mark.parametrize("page_name", PAGES)


@cache
def explorers(page_name):
    """The explorers of a chapter, caught as its cells make them."""
    if page_name == "welcome":
        return [welcome()]
    module, found = sys.modules["activations.explore"], []
    plain = module.Explorer

    class Caught(plain):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            found.append(self)

    module.Explorer = Caught
    try:
        namespace = {"__name__": page_name}
        for cell in nbformat.read(CHAPTERS[page_name], as_version=4).cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, page_name, "exec"), namespace)
    finally:
        module.Explorer = plain
    return found


@every_page
def test_every_slider_moves_live(page_name):
    """Each control to its minimum, its maximum and points between: no error, warning, stray nan or idle step."""
    assert explorers(page_name)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        for explorer in explorers(page_name):
            assert len(explorer.sweep(points=7)) >= 7


def states(explorer, rng):
    """Positions of the sliders: the start, all at one end, all at the other, and forty more."""
    sliders = explorer.model.sliders.values()
    ends = [(s.base**s.min, s.base**s.max) if isinstance(s, FloatLogSlider) else (s.min, s.max) for s in sliders]
    between = [[low + rng.random() * (high - low) for low, high in ends] for _ in range(40)]
    rows = [[float(s.value) for s in sliders], [low for low, _ in ends], [high for _, high in ends], *between]
    whole = [isinstance(s, IntSlider) for s in sliders]
    return [[float(round(v)) if is_whole else float(v) for v, is_whole in zip(row, whole, strict=True)] for row in rows]


def arguments(explorer, view, rng):
    """What the script of a panel is called with: along the curve, or for the bars, at each state of the sliders."""
    rows = states(explorer, rng)
    if view.kind != "curves":
        return rows
    return [[float(at), *row] for row in rows for at in np.linspace(view.lo, view.hi, 25)]


@pytest.mark.browser
@every_page
def test_javascript_equals_numpy(browser, page_name):
    """Every expression of every explorer, every option of its choosers, the probe included: to 1e-12."""
    rng, page = np.random.default_rng(0), browser.new_page()
    for number, explorer in enumerate(explorers(page_name)):
        page.set_content(explorer.html)
        page.wait_for_function("document.querySelector('figure').explorer")
        for i, view in enumerate(explorer.views):
            compared = [(f"code[{i}]", view.compiled)] + ([("probe", view.probe)] if view is explorer.probed else [])
            rows = arguments(explorer, view, rng)
            for where, options in compared:
                for option, compiled in enumerate(options):
                    run = f"(figure, rows) => rows.map(row => figure.explorer.{where}[{option}](...row).map(String))"
                    found = np.array(page.locator("figure").evaluate(run, rows), float)
                    wanted = np.array([compiled.numpy(*row) for row in rows])
                    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-300,
                                               err_msg=f"{page_name}, explorer {number + 1}, {where}, option {option}")
    page.close()


@pytest.mark.browser
@every_page
def test_a_step_costs_two_milliseconds_at_most(browser, page_name):
    page = browser.new_page()
    for explorer in explorers(page_name):
        page.set_content(explorer.html)
        page.wait_for_function("document.querySelector('figure').explorer")
        assert step_cost(page.locator("figure")) <= 2, repr(explorer)
    page.close()
