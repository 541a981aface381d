"""The entries of a matrix as shaded squares, each with its number."""

import matplotlib
import numpy as np
from matplotlib.patches import Rectangle

from activations.explorer.views.view import View
from activations.figures.axes import decorate, short
from activations.figures.numbers import grain
from activations.figures.style import BLUE, ORANGE, STYLE


class CellsView(View):
    kind = "cells"

    def __init__(self, panel, states):
        self.rows, self.columns = panel.written.matrix.shape
        side, title = max(self.rows, self.columns), 0.3 if panel.written.title else 0
        self.size = (0.8 + 3.4 * self.columns / side, 0.6 + 3.0 * self.rows / side + title)
        super().__init__(panel)
        self.scale = float(self.written.scale or self._auto_scale(states))
        self._draw()

    def _auto_scale(self, states):
        """The largest value at the start, or a larger one that half of the states reach."""
        seen = [self.evaluate(*state) for state in states]
        largest = [np.abs(np.where(np.isfinite(values), values, 0)).max() for values in seen]
        return max(largest[0], np.median(largest)) or 1

    def _draw(self):
        axes, panel, (row_labels, column_labels) = self.axes, self.written, self.written.names
        with matplotlib.rc_context(STYLE):
            drawn = {f"m{i}": axes.add_patch(Rectangle((i % self.columns - 0.47, i // self.columns - 0.47), 0.94, 0.94,
                                                       color=BLUE)) for i in range(self.rows * self.columns)}
            axes.set_xticks(range(self.columns), column_labels)
            axes.set_yticks(range(self.rows), row_labels)
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

    @property
    def grain(self):
        """What is smaller than the millionth part of a full shade is told as 0."""
        return grain(self.scale, 6)

    def tell(self, values, option):
        """The names of the columns and of the rows of the panel's table, and its numbers."""
        row_names, column_names = self.written.names
        return ["", *column_names], row_names, self.evaluate(values, option).reshape(self.rows, self.columns)

    def spec(self):
        return super().spec() | {"scale": float(f"{self.scale:.12g}"), "columns": self.columns}

    def data(self):
        faults = [] if np.isfinite(self.values).all() else ["a cell has no finite value"]
        return [np.round(self.values / self.scale, 6)], faults

    def describe(self):
        return f"{self.rows} × {self.columns} cells"
