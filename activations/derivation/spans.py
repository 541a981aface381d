"""The open intervals on which a gap in one symbol is one formula without a kink or a pole."""

from itertools import pairwise

import sympy as sp

from activations.derivation.algebra import exact_regions, is_heavy
from activations.derivation.budget import within
from activations.derivation.continuity import guards

_LIMIT = 400_000  # Python calls that SymPy may spend on the zeros of a denominator


def spans_of(gap, symbol, domain):
    """[(open interval, formula without kinks)] on a domain, or None where the borders are not all known."""
    pieces = exact_regions(gap, symbol)
    if pieces is None:
        return None
    spans = [(sp.Intersection(where, domain), piece) for where, piece in pieces]
    return [(part, piece) for span, piece in spans if isinstance(span, sp.Interval)
            for part in _between_poles(piece, symbol, span)]


def _between_poles(piece, symbol, span):
    """The span, cut where SymPy finds that a guard of the formula is 0."""
    cuts = set()
    for guard, _ in guards(piece, symbol) or ():
        zeros = None if is_heavy(guard) else within(_LIMIT, sp.solveset, guard, symbol, span)
        cuts |= set(zeros) if isinstance(zeros, sp.FiniteSet) else set()
    ends = [span.start, *sorted(cut for cut in cuts if span.contains(cut) == True), span.end]  # noqa: E712
    return [sp.Interval.open(a, b) for a, b in pairwise(ends)]


def domain_of(symbol):
    """The open interval that a symbol may lie in; for whole numbers it reaches half a step beyond."""
    half = sp.Rational(1, 2) if symbol.is_integer else 0
    if symbol.is_positive:
        return sp.Interval.open(half, sp.oo)
    if symbol.is_nonnegative:
        return sp.Interval.open(-half, sp.oo)
    if symbol.is_negative:
        return sp.Interval.open(-sp.oo, -half)
    return sp.Interval.open(-sp.oo, half) if symbol.is_nonpositive else sp.S.Reals
