"""Curves over a variable, the point that reads one of them, and its tangent."""

import matplotlib
import numpy as np

from activations.explorer.panels import pretty
from activations.explorer.views.view import View
from activations.figures.axes import decorate
from activations.figures.limits import room_for
from activations.figures.lines import broken_line
from activations.figures.numbers import round_numbers, told
from activations.figures.style import COLOURS, INK, LINESTYLES, ORANGE, PAPER, SLATE, STYLE

POINTS = 200


class CurvesView(View):
    kind, reach = "curves", 62.0

    def __init__(self, panel, states):
        super().__init__(panel)
        self.lo, self.hi = self.written.limits
        self.told_at = round_numbers(self.lo, self.hi)
        self._draw([self._style(*shown) for shown in panel.shown], states)

    def _style(self, label, i, is_slope):
        """The label, colour and kind of line of a curve or its slope."""
        colour = COLOURS[i % len(COLOURS)]
        if is_slope:
            return _prime(label), ORANGE if len(self.written.lines) == 1 else colour, "--"
        return label, colour, LINESTYLES[i // len(COLOURS) % len(LINESTYLES)]

    def _draw(self, styles, states):
        axes, panel = self.axes, self.written
        with matplotlib.rc_context(STYLE):
            drawn = {f"c{i}": axes.plot([], [], color=colour, linestyle=line, label=label)[0]
                     for i, (label, colour, line) in enumerate(styles)}
            self.ids = list(drawn)
            if self.probe:
                drawn["tangent"] = axes.plot([], [], color=SLATE, linewidth=1.4)[0]
                drawn["point"] = axes.plot([self.lo], [0], "o", color=INK, markersize=8, markeredgecolor=PAPER,
                                           markeredgewidth=1.5)[0]
            decorate(axes, title=panel.title, xlabel=panel.xlabel or pretty(panel.over[0]), ylabel=panel.ylabel,
                     xlim=(self.lo, self.hi), ylim=panel.ylim or self._auto_limits(states), legend=len(styles) > 1)
        self.drawn = drawn
        self.finish(drawn)

    def _auto_limits(self, states):
        points = np.linspace(self.lo, self.hi, 121)
        seen = [np.asarray(self.compiled[option](values, points)) for values, option in states]
        return room_for(seen[0], [curve for curves in seen for curve in curves])

    def update(self, values, option):
        """Move the curves to where the sliders are."""
        bottom, top = self.axes.get_ylim()
        self.option, compiled = option, self.compiled[option]
        lines = broken_line(lambda points: compiled(values, points), self.lo, self.hi, top - bottom, POINTS)
        for name, (xs, ys) in zip(self.ids, lines, strict=True):
            self.drawn[name].set_data(xs, ys)

    def update_probe(self, x0, values, option):
        """Move the point and its tangent; returns f(x₀) and f′(x₀)."""
        y, slope = (float(v) for v in self.probe[option](values, x0)[:2])
        self.drawn["point"].set_data([x0], [y])
        dx, dy = self.across[0], self.down[0] * slope
        part = self.reach / np.hypot(dx, dy) if np.isfinite(slope) else np.nan
        ends = np.array([-part, part])
        self.drawn["tangent"].set_data(x0 + ends, y + slope * ends)
        return y, slope

    def tell(self, values, option):
        """The names of the columns and of the rows of the panel's table, and its numbers."""
        labels = [self.drawn[name].get_label() for name in self.ids]
        numbers = np.transpose(self.compiled[option](values, np.array(self.told_at)))
        return [pretty(self.written.over[0]), *labels], map(told, self.told_at), numbers

    def spec(self):
        bottom, top = self.axes.get_ylim()
        return super().spec() | {"lo": self.lo, "hi": self.hi, "n": POINTS, "lines": self.ids,
                                 "height": float(f"{top - bottom:.7g}"), "at": self.told_at}

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
        for k, name in enumerate(self.ids):
            xs, ys = self.drawn[name].get_data()
            label, finite = self.drawn[name].get_label(), np.isfinite(ys)
            down = np.clip(self.place(xs, np.where(finite, ys, 0))[1], self.top - 2, self.bottom + 2)
            shapes.append(np.round(np.where(finite, down, -1), 2))
            stray = np.isnan(ys[1:-1]) & finite[:-2] & finite[2:] & (xs[2:] - xs[:-2] > 1e-6 * (self.hi - self.lo))
            if k in self.compiled[self.option].undefined:
                continue
            if not finite.any():
                faults.append(f"the curve {label} has no finite value")
            elif stray.any():
                faults.append(f"the curve {label} is nan at {pretty(self.written.over[0])} = {xs[1:-1][stray][0]:g}")
        return shapes, faults

    def describe(self):
        lines = self.written.lines
        labels = " and ".join(lines) if len(lines) > 1 else str(self.written.expressions[0])
        return f"curve{'s' if len(lines) > 1 else ''} of {labels if len(labels) < 70 else labels[:67] + '...'}"


def _prime(label):
    """f(x) becomes f′(x), tanh becomes tanh′."""
    return label.replace("(", "′(", 1) if "(" in label else label + "′"
