"""A bar for each expression, with its number above."""

import matplotlib
import numpy as np
from matplotlib.patches import Rectangle

from activations.explorer.views.view import View
from activations.figures.axes import decorate, number_style, short
from activations.figures.limits import room_for
from activations.figures.style import AXIS, BLUE, ORANGE, STYLE


class BarsView(View):
    kind = "bars"

    def __init__(self, panel, states):
        super().__init__(panel)
        self._draw(states)

    def _draw(self, states):
        axes, panel, names = self.axes, self.written, self.written.names
        n = len(names)
        with matplotlib.rc_context(STYLE):
            drawn = {f"b{i}": axes.add_patch(Rectangle((i - 0.34, 0), 0.68, 1, color=BLUE)) for i in range(n)}
            axes.set_xticks(range(n), names)
            axes.grid(False, axis="x")
            decorate(axes, title=panel.title, xlabel=panel.xlabel, ylabel=panel.ylabel, log=panel.log,
                     xlim=(-0.6, n - 0.4), ylim=panel.ylim or self._auto_limits(states))
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

    def _auto_limits(self, states):
        seen = [self.evaluate(*state) for state in states]
        if not self.written.log:
            lo, hi = room_for(seen[0], seen, pad=0.0)
            lo, hi = min(0.0, lo), max(0.0, hi)
            return lo - (0.12 * (hi - lo) if lo < 0 else 0), hi + 0.12 * (hi - lo)
        with np.errstate(divide="ignore"):
            seen = [np.log10(np.abs(heights)) for heights in seen]
        lo, hi = room_for(seen[0], seen, pad=0.0)
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

    def tell(self, values, option):
        """The names of the columns and of the rows of the panel's table, and its numbers.

        A bar that is drawn without a label has its number there: a row without a name says nothing to who hears it.
        """
        head = [self.written.xlabel or "bar", self.written.ylabel or "value"]
        names = [name or str(place) for place, name in enumerate(self.written.names, 1)]
        return head, names, self.evaluate(values, option)[:, None]

    def spec(self):
        marks = {name: round(float(getattr(self, name)), 2) for name in ("base", "top", "bottom")}
        return super().spec() | marks | {"digits": self.digits, "size": self.texts[0].get_fontsize()}

    def data(self):
        shapes = [np.round([self.drawn[name].get_height() for name in self.ids], 9), np.nan_to_num(self.values)]
        return shapes, [] if np.isfinite(self.values).any() else ["no bar has a finite value"]

    def describe(self):
        return f"{len(self.ids)} bars"
