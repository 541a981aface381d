"""Finished figures as the output of a cell: drawn by hand, curves of expressions, bars of numbers."""

import inspect
from collections.abc import Mapping
from html import escape

import matplotlib
import numpy as np
from sympy import Expr, Symbol

from activations.figures.axes import decorate, freeze, new_axes, number_style, short
from activations.figures.embed import content_key, fallback, panel_html
from activations.figures.limits import as_limits, check_ylim, comfortable
from activations.figures.lines import broken_line
from activations.figures.numbers import axes_tables, folded
from activations.figures.style import COLOURS, LINESTYLES, SIZE, STYLE, THEME_CSS
from activations.figures.svg import svg
from activations.numerics import to_numpy
from activations.symbols import unify, x


class Picture:
    """A finished figure as the output of a cell: themed SVG with a caption, and a PNG where SVG is not let through."""

    def __init__(self, figures, *, caption, alt, columns=2):
        for name, text in (("caption", caption), ("alt", alt)):
            if not (isinstance(text, str) and text.strip()):
                raise TypeError(f"picture: {name} must be a sentence, not {text!r}")
        self.figures, self.caption, self.alt, self.columns = list(figures), caption, alt, columns
        for figure in self.figures:
            freeze(figure)

    def __repr__(self):
        return f"Picture: {self.caption}"

    def _repr_html_(self):
        several = len(self.figures) > 1
        drawings = [svg(f, f"@key@{i}", None if several else self.alt) for i, f in enumerate(self.figures)]
        least = min(10.0, 3.1 * min(figure.get_figheight() for figure in self.figures))
        panels = "".join(map(panel_html, self.figures, drawings))
        tables = folded([one for figure in self.figures for axes in figure.axes for one in axes_tables(axes)])
        role = f' role="img" aria-label="{escape(self.alt)}"' if several else ""
        html = (
            f'<figure class="sts sts-picture"><style>{THEME_CSS}</style>'
            f'<div class="sts-panels" style="--h:{least:.3g}rem{";--m:1.45" if several else ""}"{role}>{panels}</div>'
            f"{fallback(self.figures, self.alt, self.columns)}{tables}"
            f"<figcaption>{escape(self.caption)}</figcaption></figure>"
        )
        return html.replace("@key@", content_key(html))


def picture(draw, *, caption, alt, size=SIZE, columns=2):
    """Draw with matplotlib and return the Picture: `draw(axes)`, or `draw(first, second, ...)` for panels side by side.

    Each panel is a figure of its own of `size` inches, so that a narrow page stacks them. `caption` is plain text below
    the picture; `alt` says what is to be seen. Raises TypeError if either is missing.
    """
    count = len([p for p in inspect.signature(draw).parameters.values() if p.default is p.empty])
    pairs = [new_axes(size) for _ in range(count)]
    with matplotlib.rc_context(STYLE):
        draw(*(axes for _, axes in pairs))
        for _, axes in pairs:
            handles, labels = axes.get_legend_handles_labels()
            if handles and axes.get_legend() is None:
                linear = axes.get_yscale() == "linear"  # the ticks of another scale are the drawer's
                decorate(axes, title=axes.get_title(loc="left"), legend=True, ticks=linear)
    return Picture([figure for figure, _ in pairs], caption=caption, alt=alt, columns=columns)


def curves(lines, *, over=(x, -6, 6), caption, alt, title=None, xlabel=None, ylabel=None, log=False, ylim=None,
           size=SIZE):
    """A Picture of curves. `lines` maps each label to an expression in one variable or to a pair of arrays (xs, ys).

    `over` is (variable, lo, hi), `ylim` (lo, hi); a plain Symbol of the variable's name is the variable. A curve is not
    drawn across a jump. Raises TypeError for anything else in `lines`, ValueError for limits that are not two finite
    numbers in order or for an expression with a further symbol, CompileError for one without numerical form.
    """
    if not isinstance(lines, Mapping) or not lines:
        raise TypeError(f"curves: lines must be a dictionary {{label: expression}}, not {lines!r}")
    variable, lo, hi = _interval(over)
    check_ylim("curves", ylim)
    drawn = {label: _points(label, line, variable, lo, hi) for label, line in lines.items()}

    def draw(axes):
        for i, (label, (xs, ys)) in enumerate(drawn.items()):
            axes.plot(xs, ys, label=label, linestyle=LINESTYLES[i // len(COLOURS) % len(LINESTYLES)])
        limits = ylim or (None if log else comfortable(np.concatenate([np.ravel(ys) for _, ys in drawn.values()])))
        on_grid = any(isinstance(line, Expr) for line in lines.values())
        decorate(axes, title=title, xlabel=xlabel or (str(variable) if on_grid else None), ylabel=ylabel, log=log,
                 ylim=limits, xlim=(lo, hi) if on_grid else None, legend=len(drawn) > 1)

    return picture(draw, caption=caption, alt=alt, size=size)


def _interval(over):
    """The variable as a real symbol, and its limits as floats."""
    written = isinstance(over, tuple) and len(over) == 3 and isinstance(over[0], Symbol)
    limits = as_limits(*over[1:]) if written else None
    if limits is None:
        raise ValueError(f"curves: over must be (variable, lo, hi) with two finite numbers lo < hi, not {over!r}")
    return unify(over[0], Symbol(over[0].name, real=True))[0], *limits


def _points(label, line, variable, lo, hi):
    if isinstance(line, Expr):
        expr, variable = unify(line, variable)
        for symbol in sorted(expr.free_symbols - {variable}, key=str):
            raise ValueError(f"curves: {label!r} has the symbol {symbol} besides {variable}; put a number for it")
        function = to_numpy([expr], [variable])
        values = np.asarray(function(np.linspace(lo, hi, 201)))
        lower, upper = comfortable(values)
        return broken_line(function, lo, hi, upper - lower)[0]
    if isinstance(line, tuple) and len(line) == 2:
        xs, ys = (np.asarray(part, float) for part in line)
        if xs.shape != ys.shape:
            raise ValueError(f"curves: the arrays of {label!r} differ in shape: {xs.shape} and {ys.shape}")
        return xs, ys
    hint = "; give its .expr" if isinstance(getattr(line, "expr", None), Expr) else ""
    raise TypeError(f"curves: {label!r} must be a SymPy expression or a pair of arrays, "
                    f"not {type(line).__name__}{hint}")


def bars(values, *, caption, alt, title=None, xlabel=None, ylabel=None, log=False, ylim=None, size=SIZE):
    """A Picture of bars with their numbers above them. `values` maps each label to a number; nan is left out.

    Raises TypeError, naming the bar, for what is not a real number, ValueError for limits that are not two finite
    numbers in order.
    """
    check_ylim("bars", ylim)
    if not isinstance(values, Mapping) or not values:
        raise TypeError(f"bars: values must be a dictionary {{label: number}}, not {values!r}")
    heights = np.array([_height(label, value) for label, value in values.items()])

    def draw(axes):
        drawn = axes.bar(range(len(heights)), heights, width=0.68)
        digits, points = number_style(0.8 * 72 * size[0] / (len(heights) + 0.2))
        numbers = [short(height, digits) if digits and np.isfinite(height) else "" for height in heights]
        axes.bar_label(drawn, numbers, padding=2, fontsize=points)
        axes.set_xticks(range(len(heights)), list(values))
        axes.set_xlim(-0.6, len(heights) - 0.4)
        axes.grid(False, axis="x")
        decorate(axes, title=title, xlabel=xlabel, ylabel=ylabel, log=log, ylim=ylim)
        if ylim is None and not log:
            axes.margins(y=0.12)

    return picture(draw, caption=caption, alt=alt, size=size)


def _height(label, value):
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"bars: {label!r} must be a number, not {value!r}") from None
