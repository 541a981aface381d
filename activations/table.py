"""A small table of computed numbers for a chapter."""

from html import escape
from numbers import Real

import numpy as np
import sympy as sp


class Table:
    """Rows under a header, shown as an HTML table in a notebook and as aligned text elsewhere."""

    def __init__(self, header, rows, caption):
        self.header, self.rows, self.caption = header, rows, caption

    def _repr_html_(self):
        def row(cells, tag):
            tags = [tag if cell else "td" for cell in cells]  # a corner without a word heads nothing
            return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for tag, cell in zip(tags, cells, strict=True)
                                    ) + "</tr>"

        body = "".join(row(cells, "td") for cells in self.rows)
        caption = f"<caption>{escape(self.caption)}</caption>" if self.caption else ""
        return f'<table class="numbers">{caption}<thead>{row(self.header, "th")}</thead><tbody>{body}</tbody></table>'

    def __repr__(self):
        columns = zip(self.header, *self.rows, strict=True)
        widths = [max(map(len, column)) for column in columns]
        return "\n".join("  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))
                         for cells in (self.header, *self.rows))


def table(columns, *, digits=4, caption=None):
    """A table from {header: column}; numbers are shown to `digits` significant digits, all else as it is written.

    Raises ValueError where the columns differ in length.
    """
    lengths = {header: len(column) for header, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns of a table are equally long, not {lengths}")
    rows = [[_cell(value, digits) for value in row] for row in zip(*columns.values(), strict=True)]
    return Table(list(columns), rows, caption)


def _cell(value, digits):
    if isinstance(value, (bool, np.bool_, str)):
        return str(value)
    if isinstance(value, (int, np.integer, sp.Integer)):
        return str(value)
    if isinstance(value, Real) or (getattr(value, "is_number", False) and value.is_extended_real):
        return f"{float(value):.{digits}g}"
    return str(value)
