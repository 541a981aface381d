"""What all views of a panel share: the figure, the artists that sliders move, and where they stand on the page."""

import struct
import zlib

import matplotlib
import numpy as np
from matplotlib.transforms import Affine2D

from activations.figures.axes import freeze, new_axes
from activations.figures.numbers import grain, table, told
from activations.figures.style import SIZE, STYLE
from activations.figures.svg import LIVE, svg


class View:
    """A panel drawn: its figure, the artists that sliders move, and where they stand for the script."""

    size, kind = SIZE, ""

    def __init__(self, panel):
        self.written, self.compiled, self.probe, self.background = panel.written, panel.compiled, panel.probe, None
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
        self.top, self.bottom = height * (1 - box.y1), height * (1 - box.y0)

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

    def evaluate(self, values, option):
        """The panel's values at that state of the sliders, as an array."""
        return np.array([float(v) for v in self.compiled[option](values)])

    def spec(self):
        """What the script must know about the panel, as plain data."""
        return {"kind": self.kind, "ids": self.ids, "log": int(self.log), "x": _digits(self.across),
                "y": _digits(self.down), "grain": self.grain}

    @property
    def grain(self):
        """What is smaller than the millionth part of the panel's height is told as 0; on a logarithm nothing is."""
        return 0 if self.log else grain(abs(np.subtract(*self.axes.get_ylim())), 6)

    def table(self, key, state):
        """The panel as a table of numbers at that state of the controls; the script follows the sliders in it."""
        head, names, values = self.tell(state.values, state.option)
        rows = [[told(float(value), self.grain) for value in row] for row in values]
        return table(head, zip(names, rows, strict=True), self.written.title, key)

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
