"""A figure with sliders, made from SymPy expressions: live ipywidgets in a kernel, plain HTML without one.

matplotlib draws each panel once; its SVG carries ids on everything that a slider can move. In a kernel the same artists
are redrawn over a cached background. On a page a small script moves them, with the expressions compiled to JavaScript.
"""

import hashlib
import json
import re
import struct
import warnings
import zlib
from dataclasses import dataclass, field
from functools import cache, cached_property
from html import escape
from itertools import product
from pathlib import Path

import ipywidgets as widgets
import matplotlib
import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D
from sympy import Derivative, Expr, Lambda, MatrixBase, Subs, Symbol
from sympy.core.function import AppliedUndef, UndefinedFunction
from sympy.printing.pretty.pretty_symbology import pretty_symbol

from activations.calculus import derivative
from activations.compile import CompileError, javascript_helpers, to_javascript, to_numpy
from activations.figure import (
    AXIS,
    BLUE,
    COLOURS,
    INK,
    LINESTYLES,
    LIVE,
    PAPER,
    RED,
    SIZE,
    SLATE,
    STYLE,
    THEME_CSS,
    broken_line,
    content_key,
    decorate,
    fallback,
    freeze,
    new_axes,
    number_style,
    panel_html,
    short,
    svg,
)
from activations.symbols import x

POINTS = 200
SLIDERS = (widgets.FloatSlider, widgets.IntSlider, widgets.FloatLogSlider)
_HERE = Path(__file__).parent
_CSS = THEME_CSS.strip() + "\n" + (_HERE / "explore.css").read_text().strip()
_SCRIPT = re.sub(r"^\s*(//.*)?\n?", "", (_HERE / "explore.js").read_text(), flags=re.MULTILINE).strip()
_RUNTIME = "explorer_" + hashlib.sha256(_SCRIPT.encode()).hexdigest()[:8]


class ExploreError(ValueError):
    """An explorer that cannot work; the message names the symbol, slider or expression that is to blame."""


# --- What a chapter writes ---------------------------------------------------------------------------------------


@dataclass
class Curves:
    """Curves over a variable: one expression or {label: expression}, `over` = (variable, lo, hi).

    `derivative` draws f′ as a dashed curve as well; left out, it does so for a single expression.
    """

    curves: Expr | dict
    over: tuple = (x, -6, 6)
    ylim: tuple | None = None
    derivative: bool | None = None
    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None


@dataclass
class Bars:
    """A bar for each expression. With `log` a bar shows the magnitude, and 0 has no bar; nan is left out."""

    heights: list
    labels: list | None = None
    log: bool = False
    ylim: tuple | None = None
    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None


@dataclass
class Cells:
    """The entries of a matrix as squares, shaded by value up to `scale`, blue for positive and red for negative."""

    matrix: MatrixBase
    labels: list | None = None
    columns: list | None = None
    scale: float | None = None
    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None


def explore(*panels, where=(), caption=None, alt=None, probe=None, **sliders):
    """A figure of the panels, side by side, with a slider for every symbol.

    A panel is a SymPy expression in x, or Curves, Bars or Cells. A keyword names a symbol and gives its FloatSlider,
    IntSlider or FloatLogSlider; or it names an undefined function and gives {label: expression in x} to choose from.
    `where` binds further symbols to expressions, in order. `probe` is the abscissa x₀ where a point, its tangent and
    its numbers start; False leaves the probe out. Raises TypeError for what is not SymPy or not a slider, and
    ExploreError for a symbol without slider, a slider without symbol, or an expression that cannot be compiled.
    """
    return Explorer(panels, where=where, caption=caption, alt=alt, probe=probe, controls=sliders)


# --- The model: symbols, bindings, choosers ----------------------------------------------------------------------


@dataclass
class _Compiled:
    """One list of expressions as a NumPy function and as JavaScript; `uses` names the sliders that matter to it."""

    numpy: object
    javascript: str
    uses: set = field(default_factory=set)


class _Model:
    """The sliders' symbols, the shared bindings and the choosers' options; it compiles the panels' expressions."""

    def __init__(self, panels, where, controls):
        self.sliders = {name: c for name, c in controls.items() if isinstance(c, SLIDERS)}
        self.choosers = {name: c for name, c in controls.items() if isinstance(c, dict)}
        for name, control in controls.items():
            if name not in self.sliders and name not in self.choosers:
                raise TypeError(f"explore: {name} must be a FloatSlider, IntSlider or FloatLogSlider, or a dictionary "
                                f"of expressions to choose from, not {type(control).__name__}")
        for name, slider in self.sliders.items():
            _check_slider(name, slider)
        for name, options in self.choosers.items():
            for label, option in options.items():
                _check_expression(option, f"option {label!r} of {name}")
            if not options:
                raise ExploreError(f"explore: the chooser {name} has no options")
        self.symbols = {"x": x}
        options = [option for options in self.choosers.values() for option in options.values()]
        self._learn([*options, *(value for _, value in where), *(e for panel in panels for e in _expressions(panel))])
        self.where = [(self.unify(symbol), self.unify(_check_expression(value, f"binding of {symbol}")))
                      for symbol, value in where]
        self.used, self.chosen = set(), set()

    def _learn(self, expressions):
        """Symbols of one name become one symbol: the first that is known to be real, or one that is."""
        for expr in expressions:
            for symbol in sorted(getattr(expr, "free_symbols", ()), key=lambda s: (s.name, str(s.assumptions0))):
                if symbol.is_real:
                    self.symbols.setdefault(symbol.name, symbol)
        for name in self.sliders:
            self.symbols.setdefault(name, Symbol(name, real=True))

    def unify(self, expr):
        """The expression with one symbol for each name."""
        for symbol in expr.free_symbols:
            self.symbols.setdefault(symbol.name, Symbol(symbol.name, real=True))
        return expr.xreplace({symbol: self.symbols[symbol.name] for symbol in expr.free_symbols})

    @cached_property
    def options(self):
        """Every combination of choices, as {function name: expression}."""
        return [dict(zip(self.choosers, map(self.unify, choice), strict=True))
                for choice in product(*(options.values() for options in self.choosers.values()))]

    def compile(self, expressions, variables=()):
        """The expressions as functions of the variables and all sliders, once for each combination of choices."""
        expressions = [self.unify(expr) for expr in expressions]
        for name in sorted(_undefined([*expressions, *(value for _, value in self.where)])):
            if name not in self.choosers:
                raise ExploreError(f"explore: the expression has the undefined function {name}; "
                                   f"add {name}={{label: expression in x, ...}}")
        return [self._compile(expressions, list(variables), choice) for choice in self.options]

    def _compile(self, expressions, variables, choice):
        chosen = [_choose(expr, choice) for expr in expressions]
        where = self._needed(chosen, [(symbol, _choose(value, choice)) for symbol, value in self.where])
        self.chosen |= _undefined([*expressions, *(value for _, value in self.where)])
        bound = {symbol for symbol, _ in where}
        free = set().union(*(e.free_symbols for e in chosen), *(v.free_symbols for _, v in where)) - bound
        for symbol in sorted(free - set(variables), key=str):
            if symbol.name not in self.sliders:
                raise ExploreError(f"explore: the expression has the symbol {symbol}, which has no slider; "
                                   f"add {symbol}=FloatSlider(...)")
        for variable in variables:
            if variable.name in self.sliders:
                raise ExploreError(f"explore: {variable} is the variable of the curves and cannot have a slider too")
        uses = {symbol.name for symbol in free - set(variables)}
        self.used |= uses
        arguments = variables + [self.symbols[name] for name in self.sliders]
        try:
            return _Compiled(to_numpy(chosen, arguments, where), to_javascript(chosen, arguments, where), uses)
        except CompileError as error:
            raise ExploreError(f"explore: {error}") from error

    @staticmethod
    def _needed(expressions, where):
        """The bindings that the expressions depend on, in order."""
        needed, wanted = [], set().union(*(e.free_symbols for e in expressions))
        for symbol, value in reversed(where):
            if symbol in wanted:
                needed.insert(0, (symbol, value))
                wanted |= value.free_symbols
        return needed

    def slope(self, expr, variable):
        """d(expr)/d(variable) through the bindings that contain the variable."""
        depends = {variable}
        for symbol, value in self.where:
            if value.free_symbols & depends:
                depends.add(symbol)
        expr = self.unify(expr)
        for symbol, value in reversed(self.where):
            if symbol in depends:
                expr = expr.subs(symbol, value)
        if expr.atoms(AppliedUndef):
            return expr.diff(variable)
        return derivative(expr, variable)

    def states(self):
        """The start, then every slider at its ends: what an axis must have room for, as (values, option) pairs."""
        start = {name: slider.value for name, slider in self.sliders.items()}
        ends = {name: _ends(slider) for name, slider in self.sliders.items()}
        single = [start | {name: end} for name in ends for end in ends[name]]
        corners = [dict(zip(ends, corner, strict=True)) for corner in product(*ends.values())] if len(ends) <= 5 else []
        return [(values, option) for values in [start, *single, *corners] for option in range(len(self.options))]

    def check_used(self):
        """Every slider and every chooser must move something."""
        for name in self.sliders:
            if name not in self.used:
                raise ExploreError(f"explore: no expression has the symbol {name} that the slider {name} would move")
        for name in self.choosers:
            if name not in self.chosen:
                raise ExploreError(f"explore: no expression has the function {name} that the chooser {name} offers")


def _expressions(panel):
    """What a panel shows, as it was given."""
    if isinstance(panel, Curves):
        return panel.curves.values() if isinstance(panel.curves, dict) else [panel.curves]
    if isinstance(panel, Bars):
        return panel.heights if isinstance(panel.heights, (list, tuple)) else ()
    return [panel.matrix]


def _check_expression(expr, what="panel"):
    if isinstance(expr, MatrixBase):
        raise TypeError(f"explore: the {what} is a matrix; show it with Cells(...)")
    if not isinstance(expr, Expr):
        raise TypeError(f"explore: the {what} must be a SymPy expression, not {expr!r} ({type(expr).__name__})")
    return expr


def _check_slider(name, slider):
    if not slider.min < slider.max:
        raise ExploreError(f"explore: the slider {name} has no room: min={slider.min}, max={slider.max}")
    if not slider.step or slider.step <= 0:
        raise ExploreError(f"explore: the slider {name} needs a positive step, not {slider.step}")


def _undefined(expressions):
    """The names of the undefined functions that occur."""
    return {type(node).__name__ for expr in expressions for node in expr.atoms(AppliedUndef)}


def _choose(expr, choice):
    """Put the chosen expressions for the undefined functions, their derivatives included."""
    for name, option in choice.items():
        expr = _put_function(expr, name, option)
    return expr


def _put_function(expr, name, option):
    def applied(node):
        return isinstance(node, AppliedUndef) and type(node).__name__ == name

    def differentiated(node):
        return isinstance(node, Derivative) and applied(node.expr) and node.expr.args == node.variables[:1]

    def slope(node):
        return Lambda(x, _nth_derivative(option, len(node.variables)))(node.variables[0])

    expr = expr.replace(differentiated, slope)
    expr = expr.replace(applied, lambda node: Lambda(x, option)(*node.args))
    return expr.doit() if expr.has(Derivative, Subs) else expr


def _ends(slider):
    if isinstance(slider, widgets.FloatLogSlider):
        return slider.base**slider.min, slider.base**slider.max
    return slider.min, slider.max


@cache
def _nth_derivative(expr, n):
    return expr if n == 0 else derivative(_nth_derivative(expr, n - 1), x)


# --- The views: a panel as matplotlib artists --------------------------------------------------------------------


class _View:
    """A panel drawn: its figure, the artists that sliders move, and where they stand for the script."""

    size, kind = SIZE, ""

    def __init__(self, panel, model):
        self.panel, self.model, self.background = panel, model, None
        self.figure, self.axes = new_axes(self.size)
        self.artists, self.texts, self.ids = [], [], []

    def finish(self, names):
        """Freeze the layout, name the artists and note the affine map from data to points."""
        freeze(self.figure)
        for name, artist in names.items():
            artist.set_gid(LIVE + name)
            artist.set_animated(True)
        self.artists = [*names.values(), *self.texts]
        width, height = 72 * self.figure.get_size_inches()
        box = self.axes.get_position()
        (x0, x1), (y0, y1) = self.axes.get_xlim(), self.axes.get_ylim()
        self.log = self.axes.get_yscale() == "log"
        if self.log:
            y0, y1 = np.log10([y0, y1])
        across, down = width * box.width / (x1 - x0), -height * box.height / (y1 - y0)
        self.across = (across, width * box.x0 - across * x0)
        self.down = (down, height * (1 - box.y0) - down * y0)
        self.top, self.bottom, self.height = height * (1 - box.y1), height * (1 - box.y0), height

    def place(self, u, v):
        """The point (u, v) of the data in points from the top left corner."""
        v = np.log10(v) if self.log else v
        return self.across[0] * u + self.across[1], self.down[0] * v + self.down[1]

    def number(self):
        """A text whose position is given in points, as in the SVG."""
        to_pixels = Affine2D().translate(0, -72 * self.figure.get_figheight()).scale(1 / 72, -1 / 72)
        text = self.axes.text(0, 0, "", ha="center", va="baseline", fontsize=10.5, animated=True,
                              transform=to_pixels + self.figure.dpi_scale_trans)
        text.set_in_layout(False)
        self.texts.append(text)
        return text

    def arguments(self, values):
        return [values[name] for name in self.model.sliders]

    def evaluate(self, values, option):
        """The panel's values at that state of the sliders, as an array."""
        return np.array([float(v) for v in self.compiled[option].numpy(*self.arguments(values))])

    def spec(self):
        """What the script must know about the panel, as plain data."""
        return {"kind": self.kind, "ids": self.ids, "log": int(self.log), "x": _digits(self.across),
                "y": _digits(self.down)}

    def markup(self, key):
        """The SVG; its numbers are left to the script, so that no stray text remains where SVG is stripped."""
        for text in self.texts:
            text.set_visible(False)
        markup = svg(self.figure, key)
        for text in self.texts:
            text.set_visible(True)
        self.background = None
        return markup.replace("</svg>", f'<g id="{key}-numbers"></g></svg>') if self.texts else markup

    def image(self):
        """The panel as PNG, drawn over the cached background."""
        canvas = self.figure.canvas
        with matplotlib.rc_context(STYLE):
            if self.background is None:
                canvas.draw()
                self.background = canvas.copy_from_bbox(self.figure.bbox)
            canvas.restore_region(self.background)
            for artist in self.artists:
                self.axes.draw_artist(artist)
        return _quick_png(np.asarray(canvas.buffer_rgba()))


def _digits(values):
    return [float(f"{value:.7g}") for value in values]


def _quick_png(pixels):
    """An RGB PNG without filters: bigger than the usual, several times quicker to write."""
    height, width = pixels.shape[:2]
    rows = np.zeros((height, 1 + 3 * width), np.uint8)
    rows[:, 1:] = pixels[:, :, :3].reshape(height, -1)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
              (b"IDAT", zlib.compress(rows.tobytes(), 1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(data)) + kind + data
                                          + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)


def _limits(start, states, pad=0.06):
    """Limits with room for the start as a whole and for the other states, unless these dwarf it."""
    def ends(values, low, high):
        finite = values[np.isfinite(values)]
        return np.percentile(finite, [low, high]) if finite.size else np.array([np.nan, np.nan])

    lo, hi = ends(start, 0, 100)
    inner = ends(start, 5, 95)
    if hi - lo > 8 * (inner[1] - inner[0]) > 0:
        lo, hi = max(lo, inner[0] - 2 * (inner[1] - inner[0])), min(hi, inner[1] + 2 * (inner[1] - inner[0]))
    others = np.array([ends(values, 1, 99) for values in states])
    if np.isnan(lo):
        lo, hi = (0.0, 0.0) if np.isnan(others).all() else (np.nanmin(others), np.nanmax(others))
    span = (hi - lo) or 1.0
    if not np.isnan(others).all():
        lo, hi = max(min(lo, np.nanmin(others)), lo - 2 * span), min(max(hi, np.nanmax(others)), hi + 2 * span)
    if hi - lo < 1e-9 * max(1.0, abs(hi)):
        lo, hi = lo - 0.5, hi + 0.5
    grain = 10.0 ** (np.floor(np.log10(hi - lo)) - 2)
    return tuple(float(f"{round(end / grain) * grain:.6g}") for end in (lo - pad * (hi - lo), hi + pad * (hi - lo)))


class _CurvesView(_View):
    kind, reach = "curves", 62.0

    def __init__(self, panel, model, probe):
        super().__init__(panel, model)
        self._read_panel()
        expressions, styles = [], []
        for i, (label, expr) in enumerate(self.lines.items()):
            expressions.append(expr)
            styles.append((label, COLOURS[i % len(COLOURS)], LINESTYLES[i // len(COLOURS) % len(LINESTYLES)]))
            if self.derivative:
                expressions.append(model.slope(expr, self.variable))
                colour = RED if len(self.lines) == 1 else COLOURS[i % len(COLOURS)]
                styles.append((_prime(label), colour, "--"))
        self.compiled = model.compile(expressions, [self.variable])
        self.probe = self._probe_functions(expressions) if probe else None
        self._draw(styles)

    def _read_panel(self):
        panel, over = self.panel, self.panel.over
        if not (isinstance(over, tuple) and len(over) == 3 and isinstance(over[0], Symbol) and over[1] < over[2]):
            raise ExploreError(f"explore: over must be (variable, lo, hi) with lo < hi, not {over!r}")
        self.variable, self.lo, self.hi = self.model.unify(over[0]), float(over[1]), float(over[2])
        name = _pretty(over[0])
        self.lines = panel.curves if isinstance(panel.curves, dict) else {f"f({name})": panel.curves}
        for label, expr in self.lines.items():
            _check_expression(expr, f"curve {label!r}" if isinstance(panel.curves, dict) else "panel")
        if not self.lines:
            raise ExploreError("explore: Curves has no expression")
        self.derivative = len(self.lines) == 1 if panel.derivative is None else panel.derivative
        word = re.fullmatch(r"(\w+)(\([\w, ]*\))?", next(iter(self.lines)))
        self.name = word[1] if word else "f"

    def _probe_functions(self, expressions):
        if self.derivative:
            return self.compiled
        return self.model.compile([expressions[0], self.model.slope(expressions[0], self.variable)], [self.variable])

    def _draw(self, styles):
        axes, panel = self.axes, self.panel
        with matplotlib.rc_context(STYLE):
            drawn = {f"c{i}": axes.plot([], [], color=colour, linestyle=line, label=label)[0]
                     for i, (label, colour, line) in enumerate(styles)}
            self.ids = list(drawn)
            if self.probe:
                drawn["tangent"] = axes.plot([], [], color=SLATE, linewidth=1.4)[0]
                drawn["point"] = axes.plot([self.lo], [0], "o", color=INK, markersize=8, markeredgecolor=PAPER,
                                           markeredgewidth=1.5)[0]
            decorate(axes, title=panel.title, xlabel=panel.xlabel or _pretty(panel.over[0]), ylabel=panel.ylabel,
                     xlim=(self.lo, self.hi), ylim=panel.ylim or self._auto_limits(), legend=len(styles) > 1)
        self.drawn = drawn
        self.finish(drawn)

    def _auto_limits(self):
        def values(state, option):
            return np.asarray(self._function(state, option)(np.linspace(self.lo, self.hi, 121)))

        states = [values(*state) for state in self.model.states()]
        return _limits(states[0], [curve for state in states for curve in state])

    def _function(self, values, option):
        compiled, arguments = self.compiled[option].numpy, self.arguments(values)
        return lambda points: compiled(points, *arguments)

    def update(self, values, option):
        """Move the curves to where the sliders are."""
        bottom, top = self.axes.get_ylim()
        lines = broken_line(self._function(values, option), self.lo, self.hi, top - bottom, POINTS)
        for name, (xs, ys) in zip(self.ids, lines, strict=True):
            self.drawn[name].set_data(xs, ys)

    def update_probe(self, x0, values, option):
        """Move the point and its tangent; returns f(x₀) and f′(x₀)."""
        y, slope = (float(v) for v in self.probe[option].numpy(x0, *self.arguments(values))[:2])
        self.drawn["point"].set_data([x0], [y])
        dx, dy = self.across[0], self.down[0] * slope
        part = self.reach / np.hypot(dx, dy) if np.isfinite(slope) else np.nan
        ends = np.array([-part, part])
        self.drawn["tangent"].set_data(x0 + ends, y + slope * ends)
        return y, slope

    def spec(self):
        bottom, top = self.axes.get_ylim()
        return super().spec() | {"lo": self.lo, "hi": self.hi, "n": POINTS, "lines": self.ids,
                                 "height": float(f"{top - bottom:.7g}")}

    def markup(self, key):
        """The SVG; matplotlib leaves out a point that lies outside, so it is drawn inside and the script moves it."""
        if not self.probe:
            return super().markup(key)
        point = self.drawn["point"]
        xs, ys = point.get_data()
        point.set_data(xs, np.clip(np.nan_to_num(ys), *self.axes.get_ylim()))
        markup = super().markup(key)
        point.set_data(xs, ys)
        return markup

    def data(self):
        """What is seen of the curves, in points, and what is wrong with them: no finite value, or a stray nan."""
        shapes, faults = [], []
        for name in self.ids:
            xs, ys = self.drawn[name].get_data()
            label, finite = self.drawn[name].get_label(), np.isfinite(ys)
            down = np.clip(self.place(xs, np.where(finite, ys, 0))[1], self.top - 2, self.bottom + 2)
            shapes.append(np.round(np.where(finite, down, -1), 2))
            stray = np.isnan(ys[1:-1]) & finite[:-2] & finite[2:] & (xs[2:] - xs[:-2] > 1e-6 * (self.hi - self.lo))
            if not finite.any():
                faults.append(f"the curve {label} has no finite value")
            elif stray.any():
                faults.append(f"the curve {label} is nan at {_pretty(self.variable)} = {xs[1:-1][stray][0]:g}")
        return shapes, faults

    def describe(self):
        labels = " and ".join(self.lines) if len(self.lines) > 1 else str(next(iter(self.lines.values())))
        return f"curve{'s' if len(self.lines) > 1 else ''} of {labels if len(labels) < 70 else labels[:67] + '...'}"


class _BarsView(_View):
    kind = "bars"

    def __init__(self, panel, model):
        super().__init__(panel, model)
        if not isinstance(panel.heights, (list, tuple)) or not panel.heights:
            raise TypeError(f"explore: Bars needs a list of SymPy expressions, not {panel.heights!r}")
        heights = [_check_expression(expr, f"bar {i}") for i, expr in enumerate(panel.heights)]
        self.labels = [str(label) for label in panel.labels or range(1, len(heights) + 1)]
        if len(self.labels) != len(heights):
            raise ExploreError(f"explore: Bars has {len(heights)} expressions but {len(self.labels)} labels")
        self.compiled = model.compile(heights)
        self._draw()

    def _draw(self):
        axes, panel, n = self.axes, self.panel, len(self.labels)
        with matplotlib.rc_context(STYLE):
            drawn = {f"b{i}": axes.add_patch(Rectangle((i - 0.34, 0), 0.68, 1, color=BLUE)) for i in range(n)}
            axes.set_xticks(range(n), self.labels)
            axes.grid(False, axis="x")
            decorate(axes, title=panel.title, xlabel=panel.xlabel, ylabel=panel.ylabel, log=panel.log,
                     xlim=(-0.6, n - 0.4), ylim=panel.ylim or self._auto_limits())
            if not panel.log:
                axes.axhline(0, color=AXIS, linewidth=0.8)
        self.ids, self.drawn = list(drawn), drawn
        for _ in self.ids:
            self.number()
        self.finish(drawn)
        self.base = self.bottom if panel.log else float(np.clip(self.place(0, 0)[1], self.top, self.bottom))
        self.digits, points = number_style(self.across[0])
        for text in self.texts:
            text.set_fontsize(points)

    def _auto_limits(self):
        states = [self.evaluate(*state) for state in self.model.states()]
        if not self.panel.log:
            lo, hi = _limits(states[0], states, pad=0.0)
            lo, hi = min(0.0, lo), max(0.0, hi)
            return lo - (0.12 * (hi - lo) if lo < 0 else 0), hi + 0.12 * (hi - lo)
        with np.errstate(divide="ignore"):
            states = [np.log10(np.abs(state)) for state in states]
        lo, hi = _limits(states[0], states, pad=0.0)
        return 10 ** np.floor(lo - 0.5), 10 ** np.ceil(hi + 0.2)

    def update(self, values, option):
        """Stretch the bars to where the sliders are."""
        bottom, top = self.axes.get_ylim()
        self.values = self.evaluate(values, option)
        base = bottom if self.log else float(np.clip(0.0, bottom, top))
        for i, (name, value) in enumerate(zip(self.ids, self.values, strict=True)):
            size = base if np.isnan(value) else np.clip(abs(value) if self.log else value, bottom, top)
            self.drawn[name].set_bounds(i - 0.34, base, 0.68, size - base)
            self.drawn[name].set_color(RED if value < 0 else BLUE)
            across, down = self.place(i, size)
            self.texts[i].set_position((across, down + 11 if down > self.base else down - 4))
            self.texts[i].set_text("" if np.isnan(value) or not self.digits else short(value, self.digits))

    def spec(self):
        marks = {name: round(float(getattr(self, name)), 2) for name in ("base", "top", "bottom")}
        return super().spec() | marks | {"digits": self.digits, "size": self.texts[0].get_fontsize()}

    def data(self):
        shapes = [np.round([self.drawn[name].get_height() for name in self.ids], 9), np.nan_to_num(self.values)]
        return shapes, [] if np.isfinite(self.values).any() else ["no bar has a finite value"]

    def describe(self):
        return f"{len(self.ids)} bars"


class _CellsView(_View):
    kind = "cells"

    def __init__(self, panel, model):
        if not isinstance(panel.matrix, MatrixBase):
            raise TypeError(f"explore: Cells needs a SymPy Matrix, not {type(panel.matrix).__name__}")
        self.rows, self.columns = panel.matrix.shape
        side = max(self.rows, self.columns)
        self.size = (0.8 + 3.4 * self.columns / side, 0.6 + 3.0 * self.rows / side + (0.3 if panel.title else 0))
        super().__init__(panel, model)
        self.compiled = model.compile(list(panel.matrix))
        states = [self.evaluate(*state) for state in model.states()]
        largest = [np.abs(np.where(np.isfinite(state), state, 0)).max() for state in states]
        self.scale = float(panel.scale or max(largest[0], np.median(largest)) or 1)
        self._draw()

    def _draw(self):
        axes, panel = self.axes, self.panel
        row_labels = panel.labels or range(1, self.rows + 1)
        column_labels = panel.columns or (row_labels if self.rows == self.columns else range(1, self.columns + 1))
        for labels, count, what in ((row_labels, self.rows, "rows"), (column_labels, self.columns, "columns")):
            if len(labels) != count:
                raise ExploreError(f"explore: Cells has {count} {what} but {len(labels)} labels")
        with matplotlib.rc_context(STYLE):
            drawn = {f"m{i}": axes.add_patch(Rectangle((i % self.columns - 0.47, i // self.columns - 0.47), 0.94, 0.94,
                                                       color=BLUE)) for i in range(self.rows * self.columns)}
            axes.set_xticks(range(self.columns), list(column_labels))
            axes.set_yticks(range(self.rows), list(row_labels))
            axes.grid(False)
            for spine in axes.spines.values():
                spine.set_visible(False)
            decorate(axes, title=panel.title, xlabel=panel.xlabel, ylabel=panel.ylabel,
                     xlim=(-0.5, self.columns - 0.5), ylim=(self.rows - 0.5, -0.5), ticks=False)
        self.ids, self.drawn = list(drawn), drawn
        for _ in self.ids:
            self.number()
        self.finish(drawn)

    def update(self, values, option):
        """Shade the cells by where the sliders are."""
        self.values = self.evaluate(values, option)
        for i, (name, value) in enumerate(zip(self.ids, self.values, strict=True)):
            depth = min(1.0, abs(value) / self.scale) if np.isfinite(value) else 0.0
            self.drawn[name].set_facecolor((RED if value < 0 else BLUE, max(0.5 * depth, 1e-3)))  # 0 leaves no path
            self.drawn[name].set_edgecolor("none")
            u, v = self.place(i % self.columns, i // self.columns)
            self.texts[i].set_position((u, v + 3.8))
            self.texts[i].set_text(short(value))

    def spec(self):
        return super().spec() | {"scale": float(f"{self.scale:.12g}"), "columns": self.columns}

    def data(self):
        faults = [] if np.isfinite(self.values).all() else ["a cell has no finite value"]
        return [np.round(self.values / self.scale, 6)], faults

    def describe(self):
        return f"{self.rows} × {self.columns} cells"


def _prime(label):
    """f(x) becomes f′(x), tanh becomes tanh′."""
    return label.replace("(", "′(", 1) if "(" in label else label + "′"


def _pretty(symbol):
    return pretty_symbol(str(symbol))


# --- The explorer ------------------------------------------------------------------------------------------------


class Explorer(widgets.VBox):
    """What `explore` returns: widgets while a kernel runs, and HTML that needs none."""

    def __init__(self, panels, *, where, caption, alt, probe, controls):
        if not panels:
            raise TypeError("explore: give at least one expression or panel")
        self.panels = [_as_panel(panel) for panel in panels]
        self.caption, self.model = caption, _Model(self.panels, where, controls)
        self._build_views(probe)
        self.model.check_used()
        self._build_widgets(probe)
        self.alt = alt or self._describe()
        self.start = self._state()
        self.error = None
        super().__init__(self._layout(), layout=widgets.Layout(max_width="48rem"))
        self._redraw()
        for control in [*self.sliders.values(), *self.choosers.values()]:
            control.observe(self._step, "value")

    def _build_views(self, probe):
        self.views, self.probed = [], None
        for panel in self.panels:
            if isinstance(panel, Curves):
                probing = probe is not False and self.probed is None
                view = _CurvesView(panel, self.model, probing)
                self.probed = view if probing else self.probed
            else:
                view = (_BarsView if isinstance(panel, Bars) else _CellsView)(panel, self.model)
            self.views.append(view)
        if self.probed is None and probe not in (None, False):
            raise ExploreError("explore: a probe needs a panel of curves")

    def _build_widgets(self, probe):
        self.sliders = dict(self.model.sliders)
        self.choosers = {name: widgets.Dropdown(options=list(options), description=name)
                         for name, options in self.model.choosers.items()}
        for name, slider in self.sliders.items():
            slider.description = slider.description or pretty_symbol(name)
        if self.probed:
            view, digits = self.probed, 2
            step = (view.hi - view.lo) / 240
            step = float(f"{step:.1g}")
            digits = max(0, -int(np.floor(np.log10(step) + 1e-9)))
            start = round(view.lo + 7 * (view.hi - view.lo) / 12, digits) if probe in (None, True) else float(probe)
            if not view.lo <= start <= view.hi:
                raise ExploreError(f"explore: the probe {start:g} lies outside {view.lo:g} to {view.hi:g}")
            self.sliders["probe"] = widgets.FloatSlider(
                start, min=view.lo, max=view.hi, step=step, description=_pretty(view.panel.over[0]) + "₀",
                readout_format=f".{digits}f")

    @property
    def _probed_names(self):
        """What is read at the probe: f(x₀) and f′(x₀), or with the first curve's own name and the variable's."""
        variable = _pretty(self.probed.panel.over[0]) + "₀"
        return f"{self.probed.name}({variable})", f"{self.probed.name}′({variable})"

    def _layout(self):
        self._images = [_live_image(view.figure) for view in self.views]
        self._reading, self._message = widgets.HTML(), widgets.HTML()
        controls = [*self.choosers.values(), *self.sliders.values()]
        for control in controls:
            control.layout.width = control.layout.width or "21rem"
            control.style.description_width = "3.5rem"
        for slider in self.sliders.values():
            slider.style.handle_color = BLUE
        reset = widgets.Button(description="Reset", layout=widgets.Layout(width="5rem"))
        reset.on_click(self.reset)
        rows = [_row(self._images), _row(controls), _row([self._reading, reset]), _row([self._message])]
        return rows + ([_row([widgets.HTML(escape(self.caption))])] if self.caption else [])

    def reset(self, *_):
        """Put every control back to where it started."""
        for name, value in self.start[0].items():
            self.sliders[name].value = value
        for chooser in self.choosers.values():
            chooser.index = 0
        if self.probed:
            self.sliders["probe"].value = self.start[2]

    def _state(self):
        values = {name: slider.value for name, slider in self.model.sliders.items()}
        option = 0
        for chooser in self.choosers.values():
            option = option * len(chooser.options) + chooser.index
        return values, option, self.sliders["probe"].value if self.probed else None

    def _redraw(self, changed=None, state=None):
        """Redraw the panels that the changed control matters to; all of them if none is named."""
        values, option, x0 = state or self._state()
        for view, image in zip(self.views, self._images, strict=True):
            touched = changed is None or changed in self.choosers or changed in view.compiled[option].uses
            if touched:
                view.update(values, option)
            if view is self.probed and (touched or changed == "probe"):
                self._show(*view.update_probe(x0, values, option))
            elif not touched:
                continue
            image.value = view.image()

    def _show(self, y, slope):
        self.reading = (y, slope)
        self._reading.value = " &emsp; ".join(
            f"<b style='color:{colour}'>{escape(name)}</b> = {_reading(value)}"
            for name, value, colour in zip(self._probed_names, self.reading, (BLUE, RED), strict=True))

    def _step(self, change):
        """One movement of a control; what goes wrong is shown in the widget, where a kernel's log would hide it."""
        controls = self.sliders | self.choosers
        changed = next((name for name, control in controls.items() if control is change["owner"]), None)
        try:
            self._redraw(changed)
            self.error, self._message.value = None, ""
        except Exception as error:  # whatever it is, the reader must see it
            self.error = error
            self._message.value = f"<b style='color:{RED}'>{escape(f'{type(error).__name__}: {error}')}</b>"

    def sweep(self, points=5):
        """Move every control from its minimum to its maximum and back to its start; returns [(name, value), ...].

        Raises ExploreError if a movement fails, warns, changes nothing that is drawn, or leaves a curve without values.
        """
        moves = []
        for name, control in (self.choosers | self.sliders).items():
            start, last = control.value, None
            for value in _stations(control, points):
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    control.value = value
                    self._check_move(name, control.value)
                now = self._drawn()
                if last is not None and _same(now, last):
                    raise ExploreError(f"explore: moving {name} to {control.value!r} changes nothing")
                last = now
                moves.append((name, control.value))
            control.value = start
        return moves

    def _check_move(self, name, value):
        faults = [fault for view in self.views for fault in view.data()[1]]
        if self.error or faults:
            raise ExploreError(f"explore: at {name} = {value!r}: {self.error or faults[0]}") from self.error

    def _drawn(self):
        point = [np.array(self.reading), self.probed.drawn["point"].get_data()] if self.probed else []
        return [shape for view in self.views for shape in view.data()[0]] + point

    # --- without a kernel

    def _describe(self):
        names = [slider.description for slider in self.sliders.values()] + list(self.choosers)
        return f"{'; '.join(view.describe() for view in self.views)}, with sliders {', '.join(names)}"

    def __repr__(self):
        return f"Explorer: {self._describe()}"

    def _repr_mimebundle_(self, include=None, exclude=None, **_):
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude) or {}
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return data | {"text/plain": repr(self), "text/html": self.html}

    @cached_property
    def html(self):
        """The figure in its first state with sliders that move it by script, in about 40 kB."""
        self._redraw(state=self.start)
        drawings = "".join(panel_html(view.figure, view.markup(f"@key@{i}")) for i, view in enumerate(self.views))
        image = fallback([view.figure for view in self.views], self.alt)
        self._redraw()
        caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        several = ' style="--m:1.45"' if len(self.views) > 1 else ""
        html = (
            f'<figure class="sts sts-explorer" data-explorer="@key@" data-lm-suppress-shortcuts="true">'
            f'<style>{_CSS}</style><div class="sts-panels"{several} role="img" aria-label="{escape(self.alt)}">'
            f"{drawings}</div>{image}{self._controls_html()}{caption}<script>{self._script()}</script></figure>"
        )
        return html.replace("@key@", content_key(html))

    def _controls_html(self):
        model, rows = self.model, []
        for i, (name, options) in enumerate(model.choosers.items()):
            rows.append(_select(f"@key@-o{i}", name, i, options))
        for i, name in enumerate(model.sliders):
            rows.append(_range(f"@key@-p{i}", name, self.sliders[name], "slider", i, self.start[0][name]))
        if self.probed:
            rows.append(_range("@key@-x", "probe", self.sliders["probe"], "probe", 0, self.start[2]))
        reading = _readings(self._probed_names) if self.probed else ""
        rows.append(f'<div class="sts-foot{"" if reading else " sts-bare"}"><div class="sts-reading">{reading}</div>'
                    f'<button type="button">Reset</button></div>')
        return f'<div hidden="hidden"><form class="sts-controls" autocomplete="off">{"".join(rows)}</form></div>'

    def _script(self):
        probe = self.probed
        spec = {
            "panels": [view.spec() for view in self.views],
            "sliders": [_slider_spec(slider) for slider in self.model.sliders.values()],
            "choosers": [len(options) for options in self.model.choosers.values()],
            "probe": _slider_spec(self.sliders["probe"]) | {"panel": self.views.index(probe), "reach": probe.reach}
            if probe else None,
        }
        code = _array(_array(compiled.javascript for compiled in view.compiled) for view in self.views)
        if probe and probe.probe is probe.compiled:
            seen = f"code[{self.views.index(probe)}]"
        else:
            seen = _array(compiled.javascript for compiled in probe.probe) if probe else "[]"
        helpers = javascript_helpers(code + seen)
        data = json.dumps(spec, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        return (f"(()=>{{const run=window.{_RUNTIME}=window.{_RUNTIME}||({_SCRIPT});\n{helpers}\nconst code={code};\n"
                f'run(document.currentScript,"@key@",{data},code,{seen});}})();')


def _row(children):
    layout = widgets.Layout(flex_flow="row wrap", justify_content="center", align_items="center", grid_gap="0 1.5rem")
    return widgets.Box(children, layout=layout)


def _live_image(figure):
    """An Image as wide as the panel is on the page."""
    shape = figure.get_figwidth() / figure.get_figheight()
    layout = widgets.Layout(flex=f"{shape:.3f} 1 {10 * shape:.3g}rem", max_width=f"{23 * shape:.3g}rem",
                            min_width="0", object_fit="contain", width="auto")
    return widgets.Image(format="png", layout=layout)


def _array(items):
    return "[" + ",\n".join(items) + "]"


def _as_panel(panel):
    if isinstance(panel, (Curves, Bars, Cells)):
        return panel
    if isinstance(panel, UndefinedFunction):
        raise TypeError(f"explore: {panel} is a function, not an expression; write {panel}(x)")
    return Curves(_check_expression(panel))


def _reading(value):
    """A number as the read-out shows it: 0.7311, 1.234e−5, undefined."""
    if not np.isfinite(value):
        return "undefined" if np.isnan(value) else short(value)
    if value and not 1e-3 <= abs(value) < 1e4:
        mantissa, exponent = f"{value:.3e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    else:
        text = f"{value + 0.0:.4f}"
    return text.replace("-", "−")


def _stations(control, points):
    """The values that a sweep stops at: every option of a chooser, evenly spread values of a slider."""
    if isinstance(control, widgets.Dropdown):
        return control.options
    if isinstance(control, widgets.FloatLogSlider):
        return [float(v) for v in control.base ** np.linspace(control.min, control.max, points)]
    values = np.linspace(control.min, control.max, points).tolist()
    return sorted(set(map(round, values))) if isinstance(control, widgets.IntSlider) else values


def _same(first, second):
    return all(np.shape(a) == np.shape(b) and np.array_equal(a, b, equal_nan=True)
               for a, b in zip(first, second, strict=True))


def _slider_spec(slider):
    if isinstance(slider, widgets.FloatLogSlider):
        return {"base": slider.base, "digits": None}
    return {"base": 0, "digits": 0 if isinstance(slider, widgets.IntSlider) else _decimals(slider)}


def _decimals(slider):
    """As many decimals as the slider's step and minimum need, at most 6."""
    return max(len(f"{value:.6f}".rstrip("0").split(".")[1]) for value in (slider.step, slider.min))


def _control(identity, label, element):
    return f'<div class="sts-control"><label for="{identity}">{escape(label)}</label>{element}</div>'


def _readings(names):
    return "".join(f'<span><span class="sts-{kind}">{escape(name)}</span> = <output id="@key@-{kind}"></output></span>'
                   for kind, name in zip(("f", "df"), names, strict=True))


def _select(identity, name, index, options):
    listed = "".join(f"<option>{escape(str(label))}</option>" for label in options)
    select = f'<select id="{identity}" data-kind="chooser" data-index="{index}">{listed}</select>'
    return _control(identity, name, select)


def _range(identity, name, slider, kind, index, value):
    """A native range input and its read-out; a logarithmic slider moves in exponents."""
    log = isinstance(slider, widgets.FloatLogSlider)
    position = np.log(value) / np.log(slider.base) if log else value
    element = (
        f'<input type="range" id="{identity}" name="{escape(name)}" min="{slider.min:.12g}" max="{slider.max:.12g}" '
        f'step="{slider.step:.12g}" value="{position:.12g}" data-start="{float(value)!r}" data-kind="{kind}" '
        f'data-index="{index}"><output for="{identity}" aria-live="off"></output>')
    return _control(identity, slider.description, element)
