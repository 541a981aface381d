"""The model of an explorer: from what is written to what is compiled, in one pass.

Symbols of one name become one symbol, definitions and chosen functions are put in, slopes are taken, and each panel
gets its expressions as NumPy and as JavaScript for every combination of choices. Nothing after the model compiles.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import NamedTuple

from numpy import ravel_multi_index, unravel_index
from sympy import Derivative, Dummy, I, Lambda, Subs, Symbol, nan, zoo
from sympy.core.function import AppliedUndef

from activations.calculus import derivative
from activations.explorer.bindings import in_order, needed, read_bindings
from activations.explorer.controls import probe_slider, read_controls, slider_ends
from activations.explorer.functions import check_arguments, put_functions, undefined
from activations.explorer.panels import Curves, ExploreError, pretty
from activations.numerics import CompileError, to_javascript, to_numpy
from activations.symbols import unify, x

MOST_COMBINATIONS = 100  # of choices that meet in one expression: a page holds the functions of each


class State(NamedTuple):
    """Where all controls stand: {slider: value}, the number of the combination of choices, the probe's x₀ or None."""

    values: dict
    option: int
    x0: float | None


class Compiled:
    """A list of expressions as a NumPy function and as JavaScript, for one combination of choices.

    `uses` names the sliders that matter to it; at the indices `undefined` there is nothing but nan. Of many
    combinations few are ever chosen while a kernel runs, so NumPy waits until its function is asked for.
    """

    def __init__(self, expressions, variables, sliders, bindings, uses, undefined):
        self.sliders, self.uses, self.undefined = list(sliders), uses, undefined
        self._source = expressions, [*variables, *sliders.values()], bindings
        self.javascript = to_javascript(*self._source)

    @cached_property
    def numpy(self):
        """The function of the variables and then of all sliders, in the order of the keywords."""
        return to_numpy(*self._source)

    def __call__(self, values, *variables):
        """The values of the expressions with the sliders at {name: value}."""
        return self.numpy(*variables, *(values[name] for name in self.sliders))


class Apart:
    """The functions of a panel in which no two choosers meet: a page holds each chooser's own, not all combinations.

    `parts` has (the number of the chooser or None, a Compiled of one expression for each of its options) for each
    expression. It is read like a list over the combinations; iteration passes over those of `tried`, in which each
    option of each chooser occurs.
    """

    def __init__(self, parts, sizes):
        self.parts, self.sizes = parts, sizes
        self.tried = tried(sizes)

    def __len__(self):
        return prod(self.sizes)

    def __getitem__(self, option):
        chosen = unravel_index(option, self.sizes)
        return Joined([options[0 if chooser is None else chosen[chooser]] for chooser, options in self.parts])

    def __iter__(self):
        return map(self.__getitem__, self.tried)


class Joined:
    """Several Compiled of one expression each, read as one."""

    def __init__(self, parts):
        self.parts = parts
        self.uses = set().union(*(part.uses for part in parts))
        self.undefined = {i for i, part in enumerate(parts) if part.undefined}

    def numpy(self, *arguments):
        return [part.numpy(*arguments)[0] for part in self.parts]

    def __call__(self, values, *variables):
        return [part(values, *variables)[0] for part in self.parts]


def tried(sizes):
    """Numbers of combinations in which each option occurs: all first ones, all second ones, …"""
    return [int(ravel_multi_index([min(k, size - 1) for size in sizes], sizes)) for k in range(max(sizes))]


@dataclass(frozen=True)
class CompiledPanel:
    """A panel as it was written and what a view needs to draw it: its functions for each combination of choices, in a
    list or Apart.

    For curves also (label, number of the curve, is it a slope) of each function, and where this is the panel with the
    probe the functions whose first two values are f(x₀) and f′(x₀).
    """

    written: object
    compiled: list | Apart
    shown: list = ()
    probe: list | Apart | None = None


class Model:
    """All that an explorer knows before anything is drawn: `panels` compiled, `sliders`, `choosers`, `start`.

    `probed` is the index of the panel with the probe, or None; then `probe` is its slider and `readings` names what is
    read there.
    """

    def __init__(self, panels, where, controls, probe):
        self.sliders, self.choosers = read_controls(controls)
        self._sizes = [len(options) for options in self.choosers.values()]
        self.apart = prod(self._sizes) > MOST_COMBINATIONS
        if max(self._sizes, default=0) > MOST_COMBINATIONS:
            self._refuse_combinations()
        symbols, functions = read_bindings(where)
        check_arguments([*symbols.values(), *functions.values(), *(e for panel in panels for e in panel.expressions)])
        self._symbols = self._unify(panels, symbols | functions)
        self._slider_symbols = {name: self._symbols[Symbol(name, real=True)] for name in self.sliders}
        self._check_names(panels, symbols, functions)
        self._define(symbols, functions)
        self._used, self._asked, self._done = set(), set(), {}
        self._place_probe(panels, probe)
        self.panels = [self._curves(panel, i == self.probed) if isinstance(panel, Curves) else
                       CompiledPanel(panel, self._compile(list(map(self._read, panel.expressions))))
                       for i, panel in enumerate(panels)]
        self._check_used()
        self.start = State({name: slider.value for name, slider in self.sliders.items()}, 0,
                           None if self.probed is None else self.probe.value)

    # --- Names

    def _unify(self, panels, definitions):
        """{symbol: the one symbol of its name} for all that occur; each is real."""
        variables = [panel.over[0] for panel in panels if isinstance(panel, Curves)]
        expressions = [*variables, *definitions, *definitions.values(), *(option for options in self.choosers.values()
                       for option in options.values()), *(expr for panel in panels for expr in panel.expressions)]
        written = set().union(*(expr.atoms(Symbol) for expr in expressions))
        names = {symbol.name for symbol in written if not isinstance(symbol, Dummy)} | set(self.sliders)
        symbols = sorted(written | {x} | {Symbol(name, real=True) for name in names}, key=str)
        try:
            return dict(zip(symbols, unify(*symbols), strict=True))
        except ValueError as error:
            raise ExploreError(f"explore: {error}") from error

    def _read(self, expr):
        """The expression with one symbol for each name and with the functions that `where` defines."""
        return put_functions(expr.xreplace(self._symbols), self._functions)

    def _define(self, symbols, functions):
        """Read what `where` defines, and what each combination of choices makes of it."""
        self._functions = {}
        for name, definition in functions.items():
            self._functions[type(name).__name__] = Lambda(self._symbols[name.args[0]], self._read(definition))
        self.bindings = in_order({self._symbols[symbol]: self._read(value) for symbol, value in symbols.items()})
        self._options = {name: [Lambda(self._symbols[x], self._read(option)) for option in options.values()]
                         for name, options in self.choosers.items()}
        if self.apart:
            if undefined([value for _, value in self.bindings]):
                self._refuse_combinations()
            return
        self._choices = []
        for chosen in product(*self._options.values()):
            choice = dict(zip(self._options, chosen, strict=True))
            self._choices.append((choice, [(symbol, put_functions(value, choice)) for symbol, value in self.bindings]))

    def _check_names(self, panels, symbols, functions):
        for symbol in symbols:
            if symbol.name in self.sliders:
                raise ExploreError(f"explore: {symbol} has a slider and a definition; keep one of them")
        for function in functions:
            if type(function).__name__ in self.choosers:
                raise ExploreError(f"explore: {function} has a chooser and a definition; keep one of them")
        for variable in (panel.over[0] for panel in panels if isinstance(panel, Curves)):
            if variable.name in self.sliders:
                raise ExploreError(f"explore: {variable} is the variable of the curves and cannot have a slider too")
            if any(symbol.name == variable.name for symbol in symbols):
                raise ExploreError(f"explore: {variable} is the variable of the curves and cannot be defined too")

    def _refuse_combinations(self):
        raise ExploreError(f"explore: the choosers {', '.join(self.choosers)} have "
                           f"{' × '.join(map(str, self._sizes))} = {prod(self._sizes)} combinations, and "
                           f"{MOST_COMBINATIONS} is the most where two of them meet; offer fewer options")

    def _check_used(self):
        """Every slider and every chooser must move something."""
        for name in self.sliders:
            if name not in self._used:
                raise ExploreError(f"explore: no expression has the symbol {name} that the slider {name} would move")
        for name in self.choosers:
            if name not in self._asked:
                raise ExploreError(f"explore: no expression has the function {name} that the chooser {name} offers")

    # --- Panels

    def _place_probe(self, panels, probe):
        """The first panel of curves has the probe, unless it is False."""
        places = [i for i, panel in enumerate(panels) if isinstance(panel, Curves)] if probe is not False else []
        self.probed = places[0] if places else None
        if not places and probe is not None and probe is not False:
            raise ExploreError("explore: a probe needs a panel of curves")
        if places:
            curves = panels[self.probed]
            self.probe, at = probe_slider(curves, probe), pretty(curves.over[0]) + "₀"
            self.readings = f"{curves.name}({at})", f"{curves.name}′({at})"

    def _curves(self, panel, probing):
        """A panel of curves; a slope that is undefined whatever is chosen is left out of what is drawn."""
        variable = self._symbols[panel.over[0]]
        values = [self._read(expr) for expr in panel.expressions]
        shown = [(label, i, is_slope) for i, label in enumerate(panel.lines) for is_slope in (False, True)
                 if panel.slopes or not is_slope]

        def compiled(shown):
            functions = [self._slope(values[i], variable) if is_slope else values[i] for _, i, is_slope in shown]
            return self._compile(functions, [variable], {k for k, (_, _, is_slope) in enumerate(shown) if is_slope})

        drawn = compiled(shown)
        nowhere = set.intersection(*(one.undefined for one in drawn))
        if nowhere:
            shown = [one for k, one in enumerate(shown) if k not in nowhere]
            drawn = compiled(shown)
        reads_slope = len(shown) > 1 and shown[1][1:] == (0, True)
        pair = [("", 0, False), ("", 0, True)]
        return CompiledPanel(panel, drawn, shown, (drawn if reads_slope else compiled(pair)) if probing else None)

    def _slope(self, expr, variable):
        """d(expr)/d(variable) through the bindings that contain the variable; nan where SymPy knows none."""
        depends = {variable}
        for symbol, value in self.bindings:
            if value.free_symbols & depends:
                depends.add(symbol)
        for symbol, value in reversed(self.bindings):
            if symbol in depends:
                expr = expr.subs(symbol, value)
        try:
            return expr.diff(variable) if expr.atoms(AppliedUndef) else derivative(expr, variable)
        except (ValueError, TypeError, NotImplementedError):
            return nan

    # --- Compilation

    def _compile(self, expressions, variables=(), slopes=frozenset()):
        """Expressions that are read, as functions of the variables and all sliders, for each combination of choices."""
        asked = undefined([*expressions, *(value for _, value in self.bindings)])
        for name in sorted(asked - set(self.choosers)):
            if name in self.sliders:
                raise ExploreError(f"explore: {name} has a slider, and the expression has a function of that name; "
                                   f"call one of them otherwise")
            raise ExploreError(f"explore: the expression has the undefined function {name}; "
                               f"add {name}={{label: expression in x, ...}}")
        self._asked |= asked
        if self.apart:
            return self._compile_apart(expressions, variables, slopes)
        return [self._compile_choice([put_functions(expr, choice) for expr in expressions], variables, bindings, slopes)
                for choice, bindings in self._choices]

    def _compile_apart(self, expressions, variables, slopes):
        """Each expression for each option of the one chooser that it asks for."""
        parts = []
        for i, expr in enumerate(expressions):
            names = undefined([expr])
            if len(names) > 1:
                self._refuse_combinations()
            chosen = [{name: option} for name in names for option in self._options[name]] or [{}]
            parts.append((list(self.choosers).index(*names) if names else None,
                          [self._compile_choice([put_functions(expr, choice)], variables, self.bindings,
                                                {0} if i in slopes else set()) for choice in chosen]))
        return Apart(parts, self._sizes)

    def _compile_choice(self, chosen, variables, bindings, slopes):
        """One combination of choices; what does not depend on a chooser is compiled once."""
        bindings = needed(chosen, bindings)
        key = tuple(chosen), tuple(variables), tuple(bindings), frozenset(slopes)
        if key not in self._done:
            self._check_symbols(chosen, variables, bindings)
            _check_real([*(e for i, e in enumerate(chosen) if i not in slopes), *(value for _, value in bindings)])
            self._done[key] = self._compiled(chosen, variables, bindings, slopes)
        return self._done[key]

    def _compiled(self, chosen, variables, bindings, slopes):
        """Compile, with nan for each slope that SymPy leaves unevaluated or that has no numerical form."""
        sliders = self._slider_symbols

        def compiled(missing):
            given = [nan if i in missing else expr for i, expr in enumerate(chosen)]
            free = set().union(*(e.free_symbols for e in [*given, *(value for _, value in bindings)]))
            uses = {name for name, symbol in sliders.items() if symbol in free}
            self._used |= uses
            return Compiled(given, variables, sliders, bindings, uses, missing)

        def has_form(expr):
            try:
                return bool(to_javascript([expr], [*variables, *sliders.values()], bindings))
            except CompileError:
                return False

        missing = {i for i in slopes if chosen[i] is nan or chosen[i].has(Derivative, Subs)}
        try:
            try:
                return compiled(missing)
            except CompileError:
                return compiled(missing | {i for i in slopes - missing if not has_form(chosen[i])})
        except CompileError as error:
            raise ExploreError(f"explore: {error}") from error

    def _check_symbols(self, chosen, variables, bindings):
        """Every symbol is a variable, bound, or has a slider."""
        known = {*variables, *self._slider_symbols.values(), *(symbol for symbol, _ in bindings)}
        free = set().union(*(e.free_symbols for e in chosen), *(value.free_symbols for _, value in bindings))
        for symbol in sorted(free - known, key=str):
            if symbol.name in self.choosers:
                raise ExploreError(f"explore: {symbol} is a function to choose, and the expression has a symbol of "
                                   f"that name; write {symbol}(x)")
            raise ExploreError(f"explore: the expression has the symbol {symbol}, which has no slider; "
                               f"add {symbol}=FloatSlider(...)")

    # --- Positions of the controls

    def states(self):
        """The start, then every slider at its ends: what an axis must have room for, as (values, option) pairs."""
        start = {name: slider.value for name, slider in self.sliders.items()}
        ends = {name: slider_ends(slider) for name, slider in self.sliders.items()}
        single = [start | {name: end} for name in ends for end in ends[name]]
        corners = [dict(zip(ends, corner, strict=True)) for corner in product(*ends.values())] if len(ends) <= 5 else []
        options = tried(self._sizes) if self.apart else range(len(self._choices))
        return [(values, option) for values in [start, *single, *corners] for option in options]


def _check_real(expressions):
    for expr in expressions:
        if expr.has(I, zoo):
            raise ExploreError(f"explore: {expr} is not real, and an axis shows real numbers; take re(...), im(...) or "
                               f"Abs(...) of it")
