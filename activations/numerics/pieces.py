"""A Piecewise in one variable as its pieces from left to right, so that it needs no choice at every point."""

from functools import cmp_to_key
from typing import NamedTuple

import sympy as sp

from activations.numerics.stable_functions import StableFunction


class Pieces(NamedTuple):
    """values[0] up to breaks[0], then values[1], and so on; at breaks[k] values[k] if closed[k], else the next."""

    symbol: sp.Symbol
    values: tuple
    breaks: tuple
    closed: tuple


def intervals(expr, symbols):
    """The `Pieces` of a Piecewise in the first of the symbols that all its conditions compare with bounds of known
    order; None where there is none."""
    relations = set().union(*(condition.atoms(sp.core.relational.Relational) for _, condition in expr.args))
    symbol = next((s for s in symbols if all(_bound(relation, s) is not None for relation in relations)), None)
    if not relations or symbol is None or expr.args[-1][1] is not sp.true:
        return None
    bounds = {_bound(relation, symbol)[0] for relation in relations}
    try:
        breaks = sorted(bounds, key=cmp_to_key(_order))
    except TypeError:
        return None
    places = range(2 * len(breaks) + 1)  # interval, break, interval, ..., interval
    values = [next(value for value, condition in expr.args if _holds(condition, symbol, breaks, place))
              for place in places]
    closed = []
    for place in places[1::2]:
        if values[place] not in (values[place - 1], values[place + 1]):
            return None
        closed.append(values[place] == values[place - 1])
    return Pieces(symbol, tuple(values[::2]), tuple(breaks), tuple(closed))


def _bound(relation, symbol):
    """A linear relation as (bound, sign) for symbol < bound, with the sign <, <=, > or >=; None for another."""
    difference = sp.expand(relation.lhs - relation.rhs)
    slope = difference.coeff(symbol)
    bound = symbol - difference / slope if slope.is_number and slope != 0 else symbol
    bound = sp.expand(bound)
    if isinstance(relation, (sp.Eq, sp.Ne)) or bound.has(symbol) or bound.is_infinite:
        return None
    return bound, relation.rel_op if slope.is_positive else relation.reversed.rel_op


def _order(a, b):
    """Below 0 where a ≤ b, above 0 where a ≥ b; TypeError where that is not known."""
    difference = a - b
    if difference.is_nonpositive:
        return -1
    if difference.is_nonnegative:
        return 1
    raise TypeError(f"the order of {a} and {b} is not known")


def _holds(condition, symbol, breaks, place):
    """Is the condition true in a place: 2k for the interval left of breaks[k], 2k + 1 for breaks[k] itself?"""
    if condition in (sp.true, sp.false):
        return bool(condition)
    if isinstance(condition, (sp.And, sp.Or)):
        parts = (_holds(part, symbol, breaks, place) for part in condition.args)
        return all(parts) if isinstance(condition, sp.And) else any(parts)
    if isinstance(condition, sp.Not):
        return not _holds(condition.args[0], symbol, breaks, place)
    if isinstance(condition, sp.ITE):
        test, yes, no = condition.args
        return _holds(yes if _holds(test, symbol, breaks, place) else no, symbol, breaks, place)
    bound, sign = _bound(condition, symbol)
    at = 2 * breaks.index(bound) + 1
    return {"<": place < at, "<=": place <= at, ">": place > at, ">=": place >= at}[sign]


def finite_at_breaks(pieces):
    """Has every piece, as far as SymPy can tell, a finite real value at the ends of its interval?"""
    return all(is_finite(value if end is None else value.subs(pieces.symbol, end)) and is_harmless(value, pieces.symbol)
               for value, ends in zip(pieces.values, _ends(pieces), strict=True) for end in ends)


def is_finite(value):
    """False for what SymPy knows to be infinite, nan or not real: times 0 it would not be 0."""
    return not (value.has(sp.nan, sp.zoo, sp.oo) or value.is_extended_real is False or value.is_finite is False)


def is_harmless(value, symbol=None):
    """False where a symbol other than the given one could make the value infinite or nan: x/w at w = 0, log w."""
    others = value.free_symbols - {symbol}
    for node in sp.preorder_traversal(value):
        if not node.free_symbols & others:
            continue
        if node.is_Pow and not (node.exp.is_integer and node.exp.is_nonnegative):
            root = node.exp.is_integer or node.base.is_nonnegative
            if not root or not (node.exp.is_nonnegative or node.base.is_nonzero):
                return False
        elif isinstance(node, sp.log) and not node.args[0].is_positive:
            return False
        elif isinstance(node, sp.Function) and not isinstance(node, _EVERYWHERE):
            return False
    return True


_EVERYWHERE = (sp.exp, sp.log, sp.sin, sp.cos, sp.tanh, sp.atan, sp.asinh, sp.erf, sp.erfc, sp.Abs, sp.sign, sp.Max,
               sp.Min, sp.Piecewise, sp.Heaviside, StableFunction)


def _ends(pieces):
    """(left, right) of each piece's interval, None where it has no end."""
    return list(zip((None, *pieces.breaks), (*pieces.breaks, None), strict=True))


def parts(pieces):
    """{value: intervals where it holds} without the value 0; an interval is two ends (bound, does it belong to it)."""
    found = {}
    closed = zip((False, *(not c for c in pieces.closed)), (*pieces.closed, False), strict=True)
    for value, ends, belongs in zip(pieces.values, _ends(pieces), closed, strict=True):
        if value != 0:
            found.setdefault(value, []).append(tuple(zip(ends, belongs, strict=True)))
    return found


def vanishes(value, symbol, end):
    """Is the value, in floating point too, exactly 0 at that end of its interval?"""
    return end is None or symbol - end in sp.Mul.make_args(value) or (end == 0 and value.subs(symbol, 0) == 0)


def clipped_line(pieces):
    """(line, lowest, highest) of a continuous Piecewise of one line with constants beside it; else None."""
    lines = [value for value in pieces.values if value.has(pieces.symbol)]
    if len(lines) != 1 or len(pieces.values) > 3 or (len(pieces.values) == 3 and lines[0] != pieces.values[1]):
        return None
    line, slope = lines[0], lines[0].diff(pieces.symbol)
    if slope.has(pieces.symbol) or not (slope.is_positive or slope.is_negative):
        return None
    left, right = (value if value != line else None for value in (pieces.values[0], pieces.values[-1]))
    for constant, at in ((left, pieces.breaks[0]), (right, pieces.breaks[-1])):
        if constant is not None and sp.expand(line.subs(pieces.symbol, at) - constant) != 0:
            return None
    return (line, left, right) if slope.is_positive else (line, right, left)


def gate_of(pieces):
    """g where the Piecewise is x·g with g a line cut off at constants, as in x·min(max(0, x + 3), 6)/6; else None."""
    if not all(pieces.symbol in sp.Mul.make_args(value) for value in pieces.values if value != 0):
        return None
    gate = pieces._replace(values=tuple(value / pieces.symbol for value in pieces.values))
    if clipped_line(gate) is None:
        return None
    lasts = [pieces.symbol <= end if closed else pieces.symbol < end
             for end, closed in zip(gate.breaks, gate.closed, strict=True)]
    return sp.Piecewise(*zip(gate.values, [*lasts, True], strict=True))
