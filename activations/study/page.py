"""What a study shows: paragraphs, tables, formulas and figures, as HTML in a notebook and as text elsewhere."""

from html import escape

import numpy as np

from activations.figures import numbers
from activations.figures.style import THEME_CSS

_CSS = THEME_CSS.strip() + """
.sts-study h3{margin:1.25rem 0 .25rem;font-size:1.05rem;line-height:1.3}
.sts-study p{margin:.35rem 0;max-width:46rem}
.sts-formula{margin:.5rem 0;padding:.1rem 0;overflow:auto hidden;font-size:1.1em}
.sts-numbers{overflow-x:auto;font-size:.9rem;line-height:1.4}
.sts.sts .sts-numbers table{width:auto;margin:.5rem 0;font-variant-numeric:tabular-nums;border-collapse:collapse}
.sts.sts .sts-numbers :is(th,td){padding:.15rem .75rem .15rem 0;text-align:left;color:inherit;background:none;\
border:0 solid var(--sts-grid);border-bottom-width:1px;vertical-align:top}
.sts-numbers caption{caption-side:top;color:inherit;font-weight:600;text-align:left}
.sts-numbers :is(th[scope=row]){white-space:nowrap}
.sts-numbers td{min-width:5rem}
.sts :is(.sts-numbers,.sts-formula):focus-visible{outline:2px solid var(--sts-blue);outline-offset:2px}
"""


class Numbers:
    """A table of texts: `head` names the columns, a row is its name and a text for each other column."""

    def __init__(self, head, rows, caption):
        self.head, self.rows, self.caption = head, rows, caption

    def _repr_html_(self):
        rows = [(name, map(escape, texts)) for name, *texts in self.rows]
        return (f'<div class="sts-numbers" tabindex="0" role="group" aria-label="{escape(self.caption)}">'
                f"{numbers.table(self.head, rows, self.caption)}</div>")

    def __repr__(self):
        widths = [max(map(len, column)) for column in zip(self.head, *self.rows, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
                 for row in (self.head, *self.rows)]
        return "\n".join([self.caption + ":", *lines])


class Formula:
    """An equation in MathML, and as a line of text."""

    def __init__(self, html, text):
        self._html, self._text = html, text

    def _repr_html_(self):
        return self._html

    def __repr__(self):
        return self._text


class Part:
    """A part of a study: a `title`, and `blocks` of text (str) or of what displays itself."""

    title = ""

    @property
    def blocks(self):
        raise NotImplementedError

    def section(self):
        """Its HTML without the style of the whole."""
        return f"<section><h3>{escape(self.title)}</h3>{''.join(map(_html, self.blocks))}</section>"

    def _repr_html_(self):
        return page([self])

    def __repr__(self):
        return "\n".join([self.title, "-" * len(self.title), *map(_text, self.blocks)])


class Shown(Part):
    """A part made of what is given."""

    def __init__(self, title, *blocks):
        self.title, self._blocks = title, blocks

    @property
    def blocks(self):
        return self._blocks


class NotStudied(Part):
    """A part that this function does not allow, and `why`."""

    def __init__(self, title, why):
        self.title, self.why = title, why

    @property
    def blocks(self):
        return [f"Not studied: {self.why}"]


def page(parts):
    """The parts as one piece of HTML."""
    return f'<div class="sts sts-study"><style>{_CSS}</style>{"".join(part.section() for part in parts)}</div>'


def _html(block):
    if isinstance(block, str):
        return f"<p>{escape(block)}</p>"
    return block.html if hasattr(block, "html") else block._repr_html_()


def _text(block):
    return block if isinstance(block, str) else repr(block)


def number(value, digits=3):
    """A number in so many significant digits, with a true minus sign; powers of ten only far from 1."""
    if not np.isfinite(value):
        return {np.inf: "∞", -np.inf: "−∞"}.get(value, "nan")
    value = float(f"{value:.{digits - 1}e}") + 0.0
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        text = np.format_float_positional(value, trim="-")
    else:
        mantissa, power = f"{value:.{digits - 1}e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(power)}"
    return text.replace("-", "−")
