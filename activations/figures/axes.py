"""Axes in the course's style, and how they write numbers."""

import re

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from activations.figures.style import SIZE, STYLE


def new_axes(size=SIZE):
    """A figure of that size in inches without pyplot, and its one axes in the course's style."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=size, dpi=130, layout="constrained")
        FigureCanvasAgg(figure)
        return figure, figure.add_subplot()


def freeze(figure):
    """Lay the figure out once and keep that layout, whatever is drawn later."""
    with matplotlib.rc_context(STYLE):
        figure.get_layout_engine().execute(figure)
        figure.set_layout_engine(None)  # with "none" an idle engine stays, and savefig draws everything twice for it


def decorate(axes, *, title=None, xlabel=None, ylabel=None, xlim=None, ylim=None, log=False, legend=False,
             ticks=True):
    """Give an axes its labels, limits, scale and legend; what is None stays as it is."""
    if log:
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_locator(LogLocator(numticks=7))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    elif ticks:
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    for setting, value in (("xlabel", xlabel), ("ylabel", ylabel), ("xlim", xlim), ("ylim", ylim)):
        if value is not None:
            getattr(axes, f"set_{setting}")(value)
    handles, labels = axes.get_legend_handles_labels()
    if legend and handles:
        columns = _legend_columns(labels, axes.figure.get_figwidth())
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns)
    if title:
        rows = -(-len(labels) // columns) if legend and handles else 0
        axes.set_title(title, pad=8 + 16 * rows)


def _legend_columns(labels, width):
    """As many columns as fit a figure of that width in inches."""
    longest = max(len(re.sub(r"[${}\\]", "", label)) for label in labels)
    return max(1, min(len(labels), int((width - 0.6) / (0.5 + 0.088 * longest))))


def short(value, digits=3):
    """A number in few characters: 0.0883, 25, 4.4e−8; with two digits 0.088, with one 9e−2."""
    if not np.isfinite(value):
        return "–" if np.isnan(value) else "∞" if value > 0 else "−∞"
    size = float(f"{abs(value):.12g}")  # a tick of 0.001 may be one unit in the last place below it
    if value == 0 or float(f"1e-{digits}") <= size < 1e5:
        text = f"{float(f'{value + 0.0:.{max(2, digits)}g}'):g}" if size < 1000 else f"{value:.0f}"
    else:
        mantissa, exponent = f"{value:.{min(1, digits - 1)}e}".split("e")
        text = f"{mantissa.removesuffix('.0')}e{int(exponent)}"
    return text.replace("-", "−")


def number_style(room):
    """(digits, size) of the numbers above bars that have so many points of room each: what `short` takes, in points."""
    styles = ((50, (3, 10.5)), (42, (2, 10.5)), (25, (1, 8.5)), (0, (0, 8.5)))
    return next(style for least, style in styles if room >= least)
