"""What `where` of `explore` says: names and their definitions."""

from collections.abc import Mapping

from sympy import Symbol
from sympy.core.function import AppliedUndef

from activations.explorer.panels import ExploreError, check_expression


def read_bindings(where):
    """({symbol: expression}, {f(t): expression}) of a mapping, or a sequence of pairs, from names to definitions.

    Raises TypeError for anything else, ExploreError for a name that is defined twice.
    """
    pairs = list(where.items()) if isinstance(where, Mapping) else where
    if not (isinstance(pairs, (list, tuple)) and all(isinstance(one, tuple) and len(one) == 2 for one in pairs)):
        raise TypeError(f"explore: where maps names to definitions, as in {{a: w*x + b}}, not {where!r}")
    symbols, functions = {}, {}
    for name, definition in pairs:
        check_expression(definition, "explore", f"definition of {name}")
        if isinstance(name, Symbol):
            kind, taken = symbols, {symbol.name for symbol in symbols}
        elif isinstance(name, AppliedUndef) and len(name.args) == 1 and isinstance(name.args[0], Symbol):
            kind, taken = functions, {type(function).__name__ for function in functions}
        else:
            raise TypeError(f"explore: where defines a symbol, or a function of one such as f(x), not {name!r}")
        if getattr(name, "name", None) in taken or type(name).__name__ in taken:
            raise ExploreError(f"explore: where defines {name} twice")
        kind[name] = definition
    return symbols, functions


def in_order(bindings):
    """The bindings {symbol: expression} as pairs, each after those it uses, else in the order that they have.

    Raises ExploreError for a definition that goes back to itself.
    """
    placed, waiting = {}, set()

    def place(symbol):
        if symbol in placed:
            return
        if symbol in waiting:
            raise ExploreError(f"explore: the definition of {symbol} goes back to {symbol} itself")
        waiting.add(symbol)
        for other in bindings:
            if other in bindings[symbol].free_symbols:
                place(other)
        placed[symbol] = bindings[symbol]

    for symbol in bindings:
        place(symbol)
    return list(placed.items())


def needed(expressions, bindings):
    """The bindings that the expressions depend on, in order."""
    needed, wanted = [], set().union(*(e.free_symbols for e in expressions))
    for symbol, value in reversed(bindings):
        if symbol in wanted:
            needed.insert(0, (symbol, value))
            wanted |= value.free_symbols
    return needed
