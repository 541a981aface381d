"""Maps of a plane computed before, of which one is shown, with the points that they are about."""

import matplotlib
import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from activations.explorer.views.view import View
from activations.figures.axes import decorate, short
from activations.figures.style import BLUE, ORANGE, STYLE

LEVELS = 15  # steps of a shade: a letter of the page for each place of a map
DEPTH = 0.5  # the alpha of a full shade
MOST = 9  # rows and columns of a map that its table tells


class FramesView(View):
    kind = "frames"
    size = (3.7, 3.9)

    def __init__(self, panel, states):
        super().__init__(panel)
        written = panel.written
        self.levels = np.floor(written.maps * LEVELS + 0.5).astype(int)
        self.picked = [np.unique(np.linspace(0, size - 1, min(size, MOST)).round().astype(int))
                       for size in written.maps.shape[1:]]
        self._draw()

    def _draw(self):
        axes, panel = self.axes, self.written
        left, right, bottom, top = panel.extent
        with matplotlib.rc_context(STYLE):
            self.shown = axes.imshow(np.zeros((*panel.maps.shape[1:], 4)), origin="lower", extent=panel.extent,
                                     interpolation="bilinear", aspect="auto")
            place = axes.add_patch(Rectangle((left, bottom), right - left, top - bottom, color=BLUE, alpha=1e-3))
            for blue, colour, marker in ((True, BLUE, "o"), (False, ORANGE, "x")):
                chosen = [bool(mark) == blue for mark in panel.blue]
                if any(chosen):
                    axes.plot(*panel.places[chosen].T, marker, color=colour, markersize=3.2, markeredgewidth=1.2)
            axes.grid(False)
            decorate(axes, title=panel.title, xlabel=panel.xlabel, ylabel=panel.ylabel or " ",
                     xlim=(left, right), ylim=(bottom, top))
            axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
            axes.set_xlabel((panel.xlabel or "") + "\n")  # a line for the note
        self.number()
        self.finish({"frame": place})
        self.shown.set_animated(True)
        self.artists = [self.shown, *axes.get_lines(), *self.texts]
        self.texts[0].set_position((72 * self.figure.get_figwidth() / 2, 72 * self.figure.get_figheight() - 4))

    def frame(self, values, option):
        """The number of the frame where the sliders are."""
        return int(np.clip(np.round(self.evaluate(values, option)[0]), 0, len(self.levels) - 1))

    def update(self, values, option):
        """Show the frame that the sliders choose, and its note."""
        self.now = self.frame(values, option)
        shade = 2 * self.levels[self.now] / LEVELS - 1
        colours = np.where((shade < 0)[..., None], matplotlib.colors.to_rgb(ORANGE), matplotlib.colors.to_rgb(BLUE))
        self.shown.set_data(np.concatenate([colours, DEPTH * np.abs(shade)[..., None]], axis=-1))
        self.texts[0].set_text(self.written.notes[self.now] if self.written.notes else "")

    def tell(self, values, option):
        """The names of the columns and of the rows of the panel's table, and its numbers: the map, highest row first.
        """
        left, right, bottom, top = self.written.extent
        rows, columns = self.picked
        _, height, width = self.written.maps.shape
        across = [short(left + (k + 0.5) * (right - left) / width) for k in columns]
        up = [short(bottom + (k + 0.5) * (top - bottom) / height) for k in rows[::-1]]
        return ["", *across], up, self.levels[self.frame(values, option)][np.ix_(rows[::-1], columns)] / LEVELS

    @property
    def grain(self):
        """A value is told in hundredths."""
        return 0.01

    def markup(self, key):
        """The SVG without the map, which the script paints."""
        self.shown.set_visible(False)
        markup = super().markup(key)
        self.shown.set_visible(True)
        return markup

    def spec(self):
        rows, columns = self.picked
        width = self.written.maps.shape[2]
        return super().spec() | {
            "columns": width, "depth": DEPTH, "extent": list(map(float, self.written.extent)),
            "note": [float(x) for x in self.texts[0].get_position()],
            "picked": [int(row * width + column) for row in rows[::-1] for column in columns],
            "frames": ["".join(f"{level:x}" for level in levels.ravel()) for levels in self.levels],
            "notes": list(self.written.notes or []),
        }

    def data(self):
        return [self.levels[self.now]], []

    def describe(self):
        return f"{len(self.levels)} maps of a plane"
