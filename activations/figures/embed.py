"""A figure inside a page: its panels in a row, a PNG for places that let no SVG through, and a key for its ids."""

import base64
import hashlib
import io
import re
from html import escape

import matplotlib
from PIL import Image

from activations.figures.style import STYLE


def png(figures, columns=2, dpi=100):
    """The figures side by side on white paper as one small PNG."""
    images = [_raster(figure, dpi) for figure in figures]
    rows = [images[i : i + columns] for i in range(0, len(images), columns)]
    width = max(sum(image.width for image in row) for row in rows)
    sheet = Image.new("RGB", (width, sum(max(image.height for image in row) for row in rows)), "white")
    top = 0
    for row in rows:
        left = 0
        for image in row:
            sheet.paste(image, (left, top))
            left += image.width
        top += max(image.height for image in row)
    buffer = io.BytesIO()
    sheet.quantize(48, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _raster(figure, dpi):
    with matplotlib.rc_context(STYLE):
        buffer = io.BytesIO()
        unpacked = {"compress_level": 0}  # it is read back at once
        figure.savefig(buffer, format="png", dpi=dpi, facecolor="white", pil_kwargs=unpacked)
    return Image.open(buffer).convert("RGB")


def fallback(figures, alt, columns=2):
    """The <img> that is seen where neither style nor SVG survives."""
    data = base64.b64encode(png(figures, columns)).decode()
    return f'<img class="sts-fallback" alt="{escape(alt)}" src="data:image/png;base64,{data}">'


def panel_html(figure, drawing):
    """One panel of a row; panels share a row in the ratio of their shapes, so that they are equally high."""
    return f'<div class="sts-panel" style="--a:{figure.get_figwidth() / figure.get_figheight():.3f}">{drawing}</div>'


def content_key(html):
    """A short id made from all but the PNG, whose bytes may differ between machines that draw the same figure."""
    return "s" + hashlib.sha256(re.sub('base64,[^"]*', "", html).encode()).hexdigest()[:9]
