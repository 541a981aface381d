"""The model of an explorer: what its panels show, and the sliders, bindings and choosers that move it."""

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product

import ipywidgets as widgets
from sympy import Derivative, Expr, Lambda, MatrixBase, Subs, Symbol
from sympy.core.function import AppliedUndef

from activations.calculus import derivative
from activations.numerics import CompileError, to_javascript, to_numpy
from activations.symbols import x

SLIDERS = (widgets.FloatSlider, widgets.IntSlider, widgets.FloatLogSlider)


class ExploreError(ValueError):
    """An explorer that cannot work; the message names the symbol, slider or expression that is to blame."""


# --- The panels that a chapter writes ------------------------------------------------------------------------------


@dataclass
class Curves:
    """Curves over a variable: one expression or {label: expression}, `over` = (variable, lo, hi).

    `derivative` draws f′ as a dashed curve as well; left out, it does so for a single expression.
    """

    curves: Expr | dict
    over: tuple = (x, -6, 6)
    ylim: tuple | None = None
    derivative: bool | None = None
    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None


@dataclass
class Bars:
    """A bar for each expression. With `log` a bar shows the magnitude, and 0 has no bar; nan is left out."""

    heights: list
    labels: list | None = None
    log: bool = False
    ylim: tuple | None = None
    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None


@dataclass
class Cells:
    """The entries of a matrix as squares, shaded by value up to `scale`, blue for positive and orange for negative."""

    matrix: MatrixBase
    labels: list | None = None
    columns: list | None = None
    scale: float | None = None
    title: str | None = None
    xlabel: str | None = None
    ylabel: str | None = None


# --- The model: symbols, bindings, choosers ----------------------------------------------------------------------


class Compiled:
    """One list of expressions as a NumPy function and as JavaScript; `uses` names the sliders that matter to it.

    Of many options few are ever chosen while a kernel runs, so NumPy waits until its function is asked for.
    """

    def __init__(self, expressions, arguments, where, uses):
        self.uses, self._source = uses, (expressions, arguments, where)
        self.javascript = to_javascript(*self._source)

    @cached_property
    def numpy(self):
        return to_numpy(*self._source)


class Model:
    """The sliders' symbols, the shared bindings and the choosers' options; it compiles the panels' expressions."""

    def __init__(self, panels, where, controls):
        self.sliders = {name: c for name, c in controls.items() if isinstance(c, SLIDERS)}
        self.choosers = {name: c for name, c in controls.items() if isinstance(c, dict)}
        for name, control in controls.items():
            if name not in self.sliders and name not in self.choosers:
                raise TypeError(f"explore: {name} must be a FloatSlider, IntSlider or FloatLogSlider, or a dictionary "
                                f"of expressions to choose from, not {type(control).__name__}")
        for name, slider in self.sliders.items():
            _check_slider(name, slider)
        for name, options in self.choosers.items():
            for label, option in options.items():
                check_expression(option, f"option {label!r} of {name}")
            if not options:
                raise ExploreError(f"explore: the chooser {name} has no options")
        self.symbols = {"x": x}
        options = [option for options in self.choosers.values() for option in options.values()]
        self._learn([*options, *(value for _, value in where), *(e for panel in panels for e in _expressions(panel))])
        self.where = [(self.unify(symbol), self.unify(check_expression(value, f"binding of {symbol}")))
                      for symbol, value in where]
        self.used, self.chosen = set(), set()

    def _learn(self, expressions):
        """Symbols of one name become one symbol: the first that is known to be real, or one that is."""
        for expr in expressions:
            for symbol in sorted(getattr(expr, "free_symbols", ()), key=lambda s: (s.name, str(s.assumptions0))):
                if symbol.is_real:
                    self.symbols.setdefault(symbol.name, symbol)
        for name in self.sliders:
            self.symbols.setdefault(name, Symbol(name, real=True))

    def unify(self, expr):
        """The expression with one symbol for each name."""
        for symbol in expr.free_symbols:
            self.symbols.setdefault(symbol.name, Symbol(symbol.name, real=True))
        return expr.xreplace({symbol: self.symbols[symbol.name] for symbol in expr.free_symbols})

    @cached_property
    def options(self):
        """Every combination of choices, as {function name: expression}."""
        return [dict(zip(self.choosers, map(self.unify, choice), strict=True))
                for choice in product(*(options.values() for options in self.choosers.values()))]

    def compile(self, expressions, variables=()):
        """The expressions as functions of the variables and all sliders, once for each combination of choices."""
        expressions = [self.unify(expr) for expr in expressions]
        undefined = _undefined([*expressions, *(value for _, value in self.where)])
        for name in sorted(undefined):
            if name not in self.choosers:
                raise ExploreError(f"explore: the expression has the undefined function {name}; "
                                   f"add {name}={{label: expression in x, ...}}")
        self.chosen |= undefined
        return [self._compile([_choose(expr, choice) for expr in expressions], list(variables), where)
                for choice, where in zip(self.options, self._bindings, strict=True)]

    @cached_property
    def _bindings(self):
        """The bindings for each combination of choices."""
        return [[(symbol, _choose(value, choice)) for symbol, value in self.where] for choice in self.options]

    def _compile(self, chosen, variables, bindings):
        where = self._needed(chosen, bindings)
        bound = {symbol for symbol, _ in where}
        free = set().union(*(e.free_symbols for e in chosen), *(v.free_symbols for _, v in where)) - bound
        for symbol in sorted(free - set(variables), key=str):
            if symbol.name not in self.sliders:
                raise ExploreError(f"explore: the expression has the symbol {symbol}, which has no slider; "
                                   f"add {symbol}=FloatSlider(...)")
        for variable in variables:
            if variable.name in self.sliders:
                raise ExploreError(f"explore: {variable} is the variable of the curves and cannot have a slider too")
        uses = {symbol.name for symbol in free - set(variables)}
        self.used |= uses
        arguments = variables + [self.symbols[name] for name in self.sliders]
        try:
            return Compiled(chosen, arguments, where, uses)
        except CompileError as error:
            raise ExploreError(f"explore: {error}") from error

    @staticmethod
    def _needed(expressions, where):
        """The bindings that the expressions depend on, in order."""
        needed, wanted = [], set().union(*(e.free_symbols for e in expressions))
        for symbol, value in reversed(where):
            if symbol in wanted:
                needed.insert(0, (symbol, value))
                wanted |= value.free_symbols
        return needed

    def slope(self, expr, variable):
        """d(expr)/d(variable) through the bindings that contain the variable."""
        depends = {variable}
        for symbol, value in self.where:
            if value.free_symbols & depends:
                depends.add(symbol)
        expr = self.unify(expr)
        for symbol, value in reversed(self.where):
            if symbol in depends:
                expr = expr.subs(symbol, value)
        if expr.atoms(AppliedUndef):
            return expr.diff(variable)
        return derivative(expr, variable)

    def states(self):
        """The start, then every slider at its ends: what an axis must have room for, as (values, option) pairs."""
        start = {name: slider.value for name, slider in self.sliders.items()}
        ends = {name: slider_ends(slider) for name, slider in self.sliders.items()}
        single = [start | {name: end} for name in ends for end in ends[name]]
        corners = [dict(zip(ends, corner, strict=True)) for corner in product(*ends.values())] if len(ends) <= 5 else []
        return [(values, option) for values in [start, *single, *corners] for option in range(len(self.options))]

    def check_used(self):
        """Every slider and every chooser must move something."""
        for name in self.sliders:
            if name not in self.used:
                raise ExploreError(f"explore: no expression has the symbol {name} that the slider {name} would move")
        for name in self.choosers:
            if name not in self.chosen:
                raise ExploreError(f"explore: no expression has the function {name} that the chooser {name} offers")


def _expressions(panel):
    """What a panel shows, as it was given."""
    if isinstance(panel, Curves):
        return panel.curves.values() if isinstance(panel.curves, dict) else [panel.curves]
    if isinstance(panel, Bars):
        return panel.heights if isinstance(panel.heights, (list, tuple)) else ()
    return [panel.matrix]


def check_expression(expr, what="panel"):
    if isinstance(expr, MatrixBase):
        raise TypeError(f"explore: the {what} is a matrix; show it with Cells(...)")
    if not isinstance(expr, Expr):
        raise TypeError(f"explore: the {what} must be a SymPy expression, not {expr!r} ({type(expr).__name__})")
    return expr


def _check_slider(name, slider):
    if not slider.min < slider.max:
        raise ExploreError(f"explore: the slider {name} has no room: min={slider.min}, max={slider.max}")
    if not slider.step or slider.step <= 0:
        raise ExploreError(f"explore: the slider {name} needs a positive step, not {slider.step}")


def _undefined(expressions):
    """The names of the undefined functions that occur."""
    return {type(node).__name__ for expr in expressions for node in expr.atoms(AppliedUndef)}


def _choose(expr, choice):
    """Put the chosen expressions for the undefined functions, their derivatives included."""
    for name, option in choice.items():
        expr = _put_function(expr, name, option)
    return expr


def _put_function(expr, name, option):
    def applied(node):
        return isinstance(node, AppliedUndef) and type(node).__name__ == name

    def differentiated(node):
        return isinstance(node, Derivative) and applied(node.expr) and node.expr.args == node.variables[:1]

    def slope(node):
        return Lambda(x, _nth_derivative(option, len(node.variables)))(node.variables[0])

    if not any(map(applied, expr.atoms(AppliedUndef))):
        return expr
    if expr.has(Derivative):
        expr = expr.replace(differentiated, slope)
    expr = expr.replace(applied, lambda node: Lambda(x, option)(*node.args))
    return expr.doit() if expr.has(Derivative, Subs) else expr


def slider_ends(slider):
    if isinstance(slider, widgets.FloatLogSlider):
        return slider.base**slider.min, slider.base**slider.max
    return slider.min, slider.max


@cache
def _nth_derivative(expr, n):
    return expr if n == 0 else derivative(_nth_derivative(expr, n - 1), x)
