"""What is written in `explore(...)`: the panels of a figure, each checked as soon as it is made."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Number

import numpy as np
from sympy import Expr, Lambda, MatrixBase, MatrixExpr, Symbol
from sympy.core.function import FunctionClass
from sympy.printing.pretty.pretty_symbology import pretty_symbol

from activations.figures.limits import as_limits, check_ylim
from activations.symbols import x


class ExploreError(ValueError):
    """An explorer that cannot work; the message names the symbol, slider or expression that is to blame."""


@dataclass
class Curves:
    """Curves over a variable.

    `curves` is a SymPy expression, or a dictionary {label: expression}. `over` is (variable, lo, hi) and `ylim` is
    (lo, hi), finite numbers with lo < hi; without `ylim` there is room for every position of the sliders. `derivative`
    draws f′ as a dashed curve as well; left out, it does so for a single expression. A function without a derivative is
    drawn without one. `title`, `xlabel` and `ylabel` are strings.

    Raises TypeError for what is not a SymPy expression, ExploreError for no expression or limits that are none.
    """

    curves: Expr | dict
    over: tuple = (x, -6, 6)
    ylim: tuple | None = None
    derivative: bool | None = None
    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None

    def __post_init__(self):
        for label, expr in self.curves.items() if isinstance(self.curves, Mapping) else [(None, self.curves)]:
            check_expression(expr, "Curves", "expression" if label is None else f"curve {label!r}")
        written = isinstance(self.over, (tuple, list)) and len(self.over) == 3 and isinstance(self.over[0], Symbol)
        limits = as_limits(*self.over[1:]) if written else None
        if limits is None:
            raise ExploreError(f"Curves: over must be (variable, lo, hi) with two finite numbers lo < hi, "
                               f"not {self.over!r}")
        _check_ylim("Curves", self.ylim)
        if not self.lines:
            raise ExploreError("Curves: there is no expression to draw")

    @property
    def lines(self):
        """{label: expression}; a single expression is called f."""
        return self.curves if isinstance(self.curves, Mapping) else {f"f({pretty(self.over[0])})": self.curves}

    @property
    def limits(self):
        """The ends of the variable, as floats."""
        return as_limits(*self.over[1:])

    @property
    def name(self):
        """What the first curve is called without its argument; f where its label is no word."""
        word = re.fullmatch(r"(\w+)(\([\w, ]*\))?", next(iter(self.lines)))
        return word[1] if word else "f"

    @property
    def slopes(self):
        """Are the derivatives to be drawn?"""
        return len(self.lines) == 1 if self.derivative is None else self.derivative

    @property
    def expressions(self):
        return list(self.lines.values())


@dataclass
class Bars:
    """A bar for each expression.

    `heights` is a list of SymPy expressions, `labels` a list of as many words, by default 1, 2, 3, …. With `log` a bar
    shows the magnitude, and 0 has no bar; nan is left out. `ylim` is (lo, hi), finite and with `log` positive. `title`,
    `xlabel` and `ylabel` are strings.

    Raises TypeError for what is not a list of SymPy expressions, ExploreError where the labels differ in number or the
    limits are none.
    """

    heights: list
    labels: list | None = None
    log: bool = False
    ylim: tuple | None = None
    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None

    def __post_init__(self):
        if not isinstance(self.heights, (list, tuple)) or not self.heights:
            raise TypeError(f"Bars: heights must be a list of SymPy expressions, not {shown(self.heights)}")
        for i, expr in enumerate(self.heights):
            check_expression(expr, "Bars", f"bar {i}")
        if len(self.names) != len(self.heights):
            raise ExploreError(f"Bars: there are {len(self.heights)} expressions but {len(self.names)} labels")
        _check_ylim("Bars", self.ylim)
        if self.log and self.ylim and not self.ylim[0] > 0:
            raise ExploreError(f"Bars: with log the limits are positive, not {self.ylim!r}")

    @property
    def names(self):
        """A string for each bar."""
        return [str(label) for label in self.labels or range(1, len(self.heights) + 1)]

    @property
    def expressions(self):
        return list(self.heights)


@dataclass
class Cells:
    """The entries of a matrix as squares, shaded by value up to `scale`, blue for positive and orange for negative.

    `matrix` is a SymPy Matrix, `labels` a word for each row and `columns` one for each column (by default those of the
    rows where the matrix is square, else numbers). Without `scale` the largest value that is seen is shaded fully.
    `title`, `xlabel` and `ylabel` are strings.

    Raises TypeError for what is not a Matrix, ExploreError where the labels differ in number or `scale` is not a
    positive number.
    """

    matrix: MatrixBase
    labels: list | None = None
    columns: list | None = None
    scale: float | None = None
    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None

    def __post_init__(self):
        if not isinstance(self.matrix, MatrixBase):
            raise TypeError(f"Cells: matrix must be a SymPy Matrix, not {shown(self.matrix)}")
        for labels, count, what in zip(self.names, self.matrix.shape, ("rows", "columns"), strict=True):
            if len(labels) != count:
                raise ExploreError(f"Cells: there are {count} {what} but {len(labels)} labels")
        if self.scale is not None and as_limits(0, self.scale) is None:
            raise ExploreError(f"Cells: scale must be a positive number, not {self.scale!r}")

    @property
    def names(self):
        """The labels of the rows, and those of the columns."""
        rows, columns = self.matrix.shape
        across = self.labels or range(1, rows + 1)
        return list(across), list(self.columns or (across if rows == columns else range(1, columns + 1)))

    @property
    def expressions(self):
        return list(self.matrix)


@dataclass
class Frames:
    """Maps of a plane that were computed before, of which the sliders choose one.

    `maps` is an array (frames, rows, columns) of numbers from 0, shaded orange, over ½, not shaded, to 1, blue; its
    first row is the lowest. `number` is a SymPy expression of the sliders, which rounded is the number of the frame,
    from 0. `extent` is (left, right, bottom, top). `notes` has a line for each frame, shown above it. `points` is an
    array (points, 2) drawn over all frames, `marks` says of each whether it is blue. `title`, `xlabel` and `ylabel`
    are strings.

    Raises TypeError for maps that are no such array and a number that is no expression, ExploreError for values outside
    0 to 1, an extent without room, and notes or marks that differ in number.
    """

    maps: np.ndarray
    number: Expr
    extent: tuple = (-1, 1, -1, 1)
    notes: list | None = None
    points: np.ndarray | None = None
    marks: list | None = None
    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None

    def __post_init__(self):
        check_expression(self.number, "Frames", "number")
        self.maps = np.asarray(self.maps, float)
        if self.maps.ndim != 3 or not self.maps.size:
            raise TypeError(f"Frames: maps must be an array (frames, rows, columns), not {self.maps.shape}")
        if not ((self.maps >= 0) & (self.maps <= 1)).all():
            raise ExploreError("Frames: the maps must be numbers from 0 to 1")
        extent = isinstance(self.extent, (tuple, list)) and len(self.extent) == 4
        if not extent or as_limits(*self.extent[:2]) is None or as_limits(*self.extent[2:]) is None:
            raise ExploreError(f"Frames: extent must be (left, right, bottom, top), not {self.extent!r}")
        for name, given, count in (("notes", self.notes, len(self.maps)), ("marks", self.marks, len(self.places))):
            if given is not None and len(given) != count:
                raise ExploreError(f"Frames: there are {len(given)} {name}, and {count} are needed")

    @property
    def places(self):
        """The points, (points, 2)."""
        return np.empty((0, 2)) if self.points is None else np.asarray(self.points, float)

    @property
    def blue(self):
        """Whether each of the points is blue."""
        return [True] * len(self.places) if self.marks is None else list(map(bool, self.marks))

    @property
    def expressions(self):
        return [self.number]


def as_panel(panel):
    """A panel as it was given to `explore`; an expression is Curves of it."""
    return panel if isinstance(panel, (Curves, Bars, Cells, Frames)) else Curves(check_expression(panel))


def check_expression(expr, who="explore", what="panel"):
    """The expression; TypeError with a hint for anything that is taken for one."""
    if isinstance(expr, (MatrixBase, MatrixExpr)):
        raise TypeError(f"{who}: the {what} is a matrix; show it with Cells(...)")
    if isinstance(expr, Expr) and not isinstance(expr, Lambda):
        return expr
    if isinstance(expr, (FunctionClass, Lambda)):
        raise TypeError(f"{who}: the {what} is the function {expr}, not an expression; write {expr}(x)")
    raise TypeError(f"{who}: the {what} must be a SymPy expression, not {shown(expr)}{_hint(expr)}")


def _hint(value):
    """What would be right instead, where it can be guessed."""
    if isinstance(getattr(value, "expr", None), Expr):
        return "; give its .expr"
    if isinstance(value, str):
        return "; write it without quotes"
    if hasattr(value, "__array__"):
        return "; arrays are drawn by curves({label: (xs, ys)}, ...)"
    if isinstance(value, Number):
        return f"; write S({value})"
    if callable(value):
        return "; write it as an expression, such as tanh(x)"
    if isinstance(value, (list, tuple, Mapping)):
        return "; for several expressions write Curves({label: expression})"
    return ""


def shown(value):
    """A value in an error: as it is written if that is short, and its type."""
    written, kind = repr(value), type(value).__name__
    short = len(written) < 60 and "\n" not in written and " at 0x" not in written
    return f"{written} ({kind})" if short else f"a {kind}"


def _check_ylim(who, ylim):
    try:
        check_ylim(who, ylim)
    except ValueError as error:
        raise ExploreError(str(error)) from None


def pretty(symbol):
    """The name of a symbol as it is read: alpha as α, z_1 as z₁."""
    return pretty_symbol(str(symbol))
