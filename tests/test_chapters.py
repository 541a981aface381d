"""The chapters outside their notebooks: every slider live, every formula in a browser, every function covered."""

import ast
import sys
import warnings
from contextlib import contextmanager
from functools import cache

import nbformat
import numpy as np
import pytest
from ipywidgets import FloatLogSlider, IntSlider
from stepping import step_cost

from activations import catalogue
from activations.activation import GatedActivation, VectorActivation
from activations.explorer.model import Apart
from activations.gallery.chapters import TAUGHT
from tools.notebooks import chapters, missing
from tools.welcome_figure import welcome

CHAPTERS = {path.stem: path for path in chapters()}
PAGES = ["welcome", *CHAPTERS]
every_page = pytest.mark.parametrize("page_name", PAGES)


def checks(statement):
    """Does the statement raise where it is wrong: an assert, or a derivation?"""
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    return isinstance(statement, ast.Assert) or any(call.func.id == "derive" for call in calls)


def mark_checks(source):
    """The source as a tree in which every statement that checks runs inside the context manager `checking`."""
    class Marked(ast.NodeTransformer):
        def generic_visit(self, node):
            super().generic_visit(node)
            if not isinstance(node, (ast.Assert, ast.Expr, ast.Assign)) or not checks(node):
                return node
            return ast.copy_location(ast.With([ast.withitem(ast.Name("checking", ast.Load()))], [node]), node)

    return ast.fix_missing_locations(Marked().visit(ast.parse(source)))


class Run:
    """A chapter run cell by cell: the explorers that it makes, what its checks read of the catalogue, and what share
    of the work that a step may cost its proofs have spent."""

    def __init__(self, page_name):
        self.page_name, self.explorers, self.read, self.inside, self.spent = page_name, [], set(), False, []
        namespace = {"__name__": page_name, "checking": self}
        with self.watching():
            for cell in nbformat.read(CHAPTERS[page_name], as_version=4).cells:
                if cell.cell_type == "code":
                    exec(compile(mark_checks(cell.source), page_name, "exec"), namespace)

    def __enter__(self):
        self.inside = True

    def __exit__(self, *_):
        self.inside = False

    @contextmanager
    def watching(self):
        """Note each new explorer, each attribute of a catalogue entry that the chapter itself reads, and each proof."""
        run, module = self, sys.modules["activations.explorer.live"]
        judge = sys.modules["activations.derivation.step"]
        plain_within = judge.within
        entry = sys.modules["activations.activation"]._Entry
        plain = module.Explorer

        class Caught(plain):
            def __init__(self, *args, **options):
                super().__init__(*args, **options)
                run.explorers.append(self)

        def noting(self, name):
            if run.inside and sys._getframe(1).f_code.co_filename == run.page_name:
                run.read.add((object.__getattribute__(self, "name"), name))
            return object.__getattribute__(self, name)

        def measured(calls, function, *arguments, otherwise=None):
            def metered(*given):
                found = function(*given)
                if found is not None:
                    run.spent.append((1 - sys.getprofile().allowance() / calls, arguments))
                return found

            return plain_within(calls, metered, *arguments, otherwise=otherwise)

        module.Explorer, entry.__getattribute__, judge.within = Caught, noting, measured
        try:
            yield
        finally:
            module.Explorer, judge.within = plain, plain_within
            del entry.__getattribute__


@cache
def run(page_name):
    if reason := missing(CHAPTERS[page_name]):
        pytest.skip(f"{page_name}: {reason}")
    return Run(page_name)


def explorers(page_name):
    """The explorers of a page, in order."""
    return [welcome()] if page_name == "welcome" else run(page_name).explorers


@pytest.mark.parametrize("page_name", CHAPTERS)
def test_no_proof_comes_near_the_end_of_its_means(page_name):
    """What one run spends another may spend twice: SymPy's work depends on the addresses of its symbols."""
    near = [(f"{share:.0%}", *map(str, step)) for share, step in run(page_name).spent if share > 0.5]
    assert not near


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


def agree(found, wanted):
    """Equal to 1e-12; where a value passes through 0 by cancellation, to 4 eps of the largest of its kind."""
    largest = np.abs(np.where(np.isfinite(wanted), wanted, 0)).max(axis=0)
    allowed = np.maximum(1e-12 * np.abs(wanted), 4 * np.finfo(float).eps * largest) + 1e-300
    with np.errstate(invalid="ignore"):
        return np.all((np.abs(found - wanted) <= allowed) | (found == wanted) | np.isnan(found) & np.isnan(wanted))


@pytest.mark.browser
@every_page
def test_javascript_equals_numpy(browser, page_name):
    """Every expression of every explorer, every option of its choosers, the probe included."""
    rng, page = np.random.default_rng(0), browser.new_page()
    for number, explorer in enumerate(explorers(page_name)):
        page.set_content(explorer.html)
        page.wait_for_function("document.querySelector('figure').explorer")
        for i, view in enumerate(explorer.views):
            compared = [(f"code[{i}]", view.compiled)] + ([("probe", view.probe)] if view is explorer.probed else [])
            rows = arguments(explorer, view, rng)
            for where, options in compared:
                tried = options.tried if isinstance(options, Apart) else range(len(options))
                for option, compiled in zip(tried, options, strict=True):
                    run = f"(figure, rows) => rows.map(row => figure.explorer.{where}[{option}](...row).map(String))"
                    found = np.array(page.locator("figure").evaluate(run, rows), float)
                    wanted = np.array([compiled.numpy(*row) for row in rows])
                    assert agree(found, wanted), f"{page_name}, explorer {number + 1}, {where}, option {option}"
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


# --- Every function of the catalogue is in a chapter ---------------------------------------------------------------

FORMULA = {"expr", "at", "components"}
SLOPE = {"derivative", "derivative_at", "partials", "jacobian"}


def drawn(explorer, names):
    """Which of the functions an explorer draws, as it starts or with one slider moved."""
    left = {name: catalogue[name] for name in names}
    for values in stops(explorer):
        for view in explorer.views:
            for compiled in view.compiled:
                left = {n: entry for n, entry in left.items() if not draws(entry, view, compiled.numpy, values)}
        if not left:
            break
    return names - set(left)


def stops(explorer):
    """The sliders' values at the start, then with each slider at each of its steps."""
    start = {name: float(slider.value) for name, slider in explorer.model.sliders.items()}
    yield start
    for name, slider in explorer.model.sliders.items():
        if not isinstance(slider, FloatLogSlider):
            for value in np.arange(slider.min, slider.max + slider.step / 2, slider.step):
                yield start | {name: float(value)}


def draws(entry, view, compiled, values):
    """Is one of the curves this function, at the sliders' values? For a vector: are the bars its components?"""
    if isinstance(entry, VectorActivation):
        scores = [value for name, value in values.items() if name.startswith("z")]
        return view.kind != "curves" and len(scores) > 1 and same(compiled(*values.values()), entry.f(np.array(scores)))
    if view.kind != "curves":
        return False
    points = np.linspace(view.lo, view.hi, 41)[1:-1] + 1e-3
    curves = compiled(points, *values.values())
    return any(same(curve, wanted) for wanted in expected(entry, points, values) for curve in curves)


def expected(entry, points, sliders):
    """The values of a function at the points: with the sliders as parameters, or as the other input of a gate."""
    if isinstance(entry, GatedActivation):
        for other in sliders.values():
            pair = np.stack(np.broadcast_arrays(points, other), axis=-1)
            yield from (entry.f(pair)[:, 0], entry.f(pair[:, ::-1])[:, 0])
    else:
        own = {name: value for name, value in sliders.items() if name in entry.parameters}
        yield entry.f(points)
        yield entry.f(points, **own)


def same(values, wanted):
    return np.shape(values) == np.shape(wanted) and np.allclose(values, wanted, rtol=1e-9, atol=1e-12)


def test_every_function_has_a_chapter():
    assert sorted(name for names in TAUGHT.values() for name in names.split()) == sorted(catalogue)


@pytest.mark.parametrize("page_name", TAUGHT)
def test_a_chapter_states_differentiates_and_draws_its_functions(page_name):
    own = set(TAUGHT[page_name].split())
    read = run(page_name).read
    assert not own - {name for name, part in read if part in FORMULA}, "no assert compares the expression"
    assert not own - {name for name, part in read if part in SLOPE}, "no assert compares the derivative"
    left = own
    for explorer in explorers(page_name):
        left = left - drawn(explorer, left)
    assert not left, "no explorer draws it"
