"""The symbols that the formulas of the course are written in, and one symbol for each name."""

from sympy import Dummy, IndexedBase, Symbol, symbols
from sympy.core.facts import InconsistentAssumptions

x = Symbol("x", real=True)
a, b = symbols("a b", real=True)  # the value and the gate of a gated activation
z = IndexedBase("z", real=True)  # the scores of a vector activation
i, j, k, n = symbols("i j k n", integer=True, positive=True)


def unify(*expressions):
    """The expressions, as a list, with one symbol for each name: what the symbols of a name assume is joined.

    So a plain Symbol("x") beside the course's real x is that x. What is not a SymPy object passes through as it is.
    Raises ValueError, naming the symbol and the fact, where two symbols of one name contradict each other.
    """
    by_name = {}
    for expr in expressions:
        for symbol in getattr(expr, "atoms", lambda *_: ())(Symbol):
            if not isinstance(symbol, Dummy):
                by_name.setdefault(symbol.name, set()).add(symbol)
    joined = {symbol: _join(name, symbols) for name, symbols in by_name.items() if len(symbols) > 1
              for symbol in symbols}
    return [expr.xreplace(joined) if joined and hasattr(expr, "xreplace") else expr for expr in expressions]


def _join(name, symbols):
    """One symbol of that name with the assumptions of all."""
    facts, agreed = {}, True
    for symbol in symbols:
        for fact, truth in symbol.assumptions0.items():
            agreed = facts.setdefault(fact, truth) == truth and agreed
    try:
        joined = Symbol(name, **facts) if agreed else None
    except InconsistentAssumptions:
        joined = None
    if joined is None:
        told = " and as ".join(sorted({_given(symbol) for symbol in symbols}))
        raise ValueError(f"the symbol {name} is declared as {told}, which cannot all be; "
                         f"declare it once and use it everywhere")
    # Where one of them already says it all, that one is taken: it is equal to what the reader's own lines hold.
    return next((symbol for symbol in symbols if symbol.assumptions0 == joined.assumptions0), joined)


def _given(symbol):
    """What was written in Symbol(name, ...), in words."""
    facts = symbol._assumptions_orig.items()
    return ", ".join(fact if truth else f"not {fact}" for fact, truth in facts) or "complex"
