"""The views of an explorer: each panel as matplotlib artists, which sliders move and a page's script moves alike."""

import re
import struct
import zlib

import matplotlib
import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D
from sympy import MatrixBase, Symbol
from sympy.printing.pretty.pretty_symbology import pretty_symbol

from activations.explorer.model import ExploreError, check_expression
from activations.figures import (
    AXIS,
    BLUE,
    COLOURS,
    INK,
    LINESTYLES,
    LIVE,
    ORANGE,
    PAPER,
    SIZE,
    SLATE,
    STYLE,
    broken_line,
    decorate,
    freeze,
    new_axes,
    number_style,
    short,
    svg,
)

POINTS = 200


class View:
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


class CurvesView(View):
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
                colour = ORANGE if len(self.lines) == 1 else COLOURS[i % len(COLOURS)]
                styles.append((_prime(label), colour, "--"))
        self.compiled = model.compile(expressions, [self.variable])
        self.probe = self._probe_functions(expressions) if probe else None
        self._draw(styles)

    def _read_panel(self):
        panel, over = self.panel, self.panel.over
        if not (isinstance(over, tuple) and len(over) == 3 and isinstance(over[0], Symbol) and over[1] < over[2]):
            raise ExploreError(f"explore: over must be (variable, lo, hi) with lo < hi, not {over!r}")
        self.variable, self.lo, self.hi = self.model.unify(over[0]), float(over[1]), float(over[2])
        name = pretty(over[0])
        self.lines = panel.curves if isinstance(panel.curves, dict) else {f"f({name})": panel.curves}
        for label, expr in self.lines.items():
            check_expression(expr, f"curve {label!r}" if isinstance(panel.curves, dict) else "panel")
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
            decorate(axes, title=panel.title, xlabel=panel.xlabel or pretty(panel.over[0]), ylabel=panel.ylabel,
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
                faults.append(f"the curve {label} is nan at {pretty(self.variable)} = {xs[1:-1][stray][0]:g}")
        return shapes, faults

    def describe(self):
        labels = " and ".join(self.lines) if len(self.lines) > 1 else str(next(iter(self.lines.values())))
        return f"curve{'s' if len(self.lines) > 1 else ''} of {labels if len(labels) < 70 else labels[:67] + '...'}"


class BarsView(View):
    kind = "bars"

    def __init__(self, panel, model):
        super().__init__(panel, model)
        if not isinstance(panel.heights, (list, tuple)) or not panel.heights:
            raise TypeError(f"explore: Bars needs a list of SymPy expressions, not {panel.heights!r}")
        heights = [check_expression(expr, f"bar {i}") for i, expr in enumerate(panel.heights)]
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
            self.drawn[name].set_color(ORANGE if value < 0 else BLUE)
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


class CellsView(View):
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
            self.drawn[name].set_facecolor((ORANGE if value < 0 else BLUE, max(0.5 * depth, 1e-3)))  # 0 leaves no path
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


def pretty(symbol):
    return pretty_symbol(str(symbol))
