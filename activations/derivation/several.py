"""Proofs in several symbols: by the order of two of them, by squares, by a substitution that leaves a simpler gap."""

import sympy as sp

from activations.derivation.algebra import is_heavy, is_signed, reduces_to_zero
from activations.derivation.budget import within
from activations.derivation.enclosure import encloses
from activations.derivation.substitutions import floors_alike, without_exponentials, without_roots

_ORDERS = 6  # cases of cases
_CALLS = 400_000  # Python calls for one form
_LARGE = 150  # operations of a gap that is looked at


def how_shown(gap, strict):
    """"algebra" or "enclosure" where gap ≥ 0 (or > 0) is proved for all values of its symbols, else None."""
    if gap.count_ops() > _LARGE or is_heavy(gap) or gap.has(sp.Integral, sp.Sum, sp.Limit, sp.zoo, sp.nan, sp.I):
        return None
    if between_ends(gap, strict):
        return "algebra"
    means = {"algebra"}

    def decide(case):
        if _is_shown(case, strict):
            return True
        means.add("enclosure")
        reduced = (_by_ratio(case), _by_difference(case))
        return any(encloses(gap_of_one, strict) for gap_of_one in reduced if gap_of_one is not None)

    return max(means) if by_orders(gap, decide) else None


def by_orders(gap, decide, depth=_ORDERS):
    """`decide` for either sign of what stands in an |u|, a max or a min, until there is none of them left."""
    if depth == 0 or gap.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.Limit):
        return False
    gap = gap.replace(sp.Abs, lambda u: sp.Mul(*map(sp.Abs, sp.Mul.make_args(u))))
    for node in sorted(gap.atoms(sp.Abs, sp.Max, sp.Min), key=sp.default_sort_key):
        edge = node.args[0] if isinstance(node, sp.Abs) else node.args[0] - node.args[1]
        cases = [_ordered(gap, edge, sign) for sign in (1, -1)]
        if None not in cases:
            return all(by_orders(case, decide, depth - 1) for case in cases)
    return not gap.has(sp.Abs, sp.Max, sp.Min, sp.sign, sp.Heaviside, sp.Piecewise) and decide(gap)


def _ordered(gap, edge, sign):
    """`gap` where the edge has that sign: one of its symbols by the others and the edge's size."""
    for symbol in sorted(edge.free_symbols, key=sp.default_sort_key):
        line = edge.as_poly(symbol)
        if not symbol.is_extended_real or line is None or line.degree() != 1 or not line.LC().is_Rational:
            continue
        size = sp.Dummy("d", **({"nonnegative": True} if symbol.is_integer else {"positive": True}))
        value = ((sign * size - line.nth(0)) / line.LC()).expand()
        if any(getattr(symbol, fact) and not getattr(value, fact) for fact in ("is_nonnegative", "is_nonpositive")):
            continue
        case = gap.xreplace({symbol: value})
        return case.replace(lambda e: isinstance(e, (sp.Abs, sp.Max, sp.Min)),
                            lambda e: e.func(*map(sp.expand, e.args)))
    return None


def between_ends(gap, strict):
    """Whether a gap that is linear in one bounded part of it is above 0 at both bounds of that part.

    Such a part is r in floor(u) = u - r, 0 ≤ r < 1, and the sine or cosine of a real u.
    """
    r = sp.Dummy("r", real=True)
    gap = floors_alike(gap)
    for node in sorted(gap.atoms(sp.floor, sp.sin, sp.cos), key=sp.default_sort_key):
        if not node.args[0].is_extended_real:
            continue
        for part in (sp.Abs(node), node):
            value = node.args[0] - r if isinstance(node, sp.floor) else r
            line = gap.xreplace({part: value}).expand().as_poly(r)
            if line is None or line.degree() != 1:
                continue
            low = 0 if isinstance(node, sp.floor) or part != node else -1
            ends = [sp.expand(line.eval(end)) for end in (low, 1)]
            reached = (True, not isinstance(node, sp.floor))  # a fraction is never 1
            if all(is_signed(end, not (strict and at)) for end, at in zip(ends, reached, strict=True)):
                return True
    return False


def _is_shown(gap, strict):
    tried = []
    for form in (lambda e: e, without_roots, without_exponentials, _without_logarithms, _over_one_root):
        found = within(_CALLS, form, gap)
        if found is None or found in tried or is_heavy(found):
            continue
        tried.append(found)
        if is_signed(found, not strict) or within(_CALLS, _is_product_of_squares, found, strict, otherwise=False):
            return True
    return False


# --- Squares ---------------------------------------------------------------------------------------------------------


def _is_product_of_squares(gap, strict):
    """Whether each factor of numerator and denominator keeps a sign, and these signs make up a positive one."""
    sign = 1
    for factor in sp.Mul.make_args(sp.factor(sp.together(gap))):
        base, power = factor.as_base_exp()
        if power.is_Integer and power % 2 == 0 and base.is_extended_real and not strict:
            continue
        if is_signed(factor, not strict) or _is_sum_of_squares(factor, strict):
            continue
        if not (is_signed(-factor, not strict) or _is_sum_of_squares(-factor, strict)):
            return False
        sign = -sign
    return sign > 0


def _is_sum_of_squares(gap, strict):
    """Whether completing the square in one symbol after another leaves nothing below 0."""
    gap = gap.expand()
    if gap == 0:
        return not strict
    if is_signed(gap, not strict):
        return True
    for symbol in sorted(gap.free_symbols, key=sp.default_sort_key):
        square = gap.as_poly(symbol)
        if square is not None and square.degree() == 2 and square.LC().is_positive:
            a, b, c = square.all_coeffs()
            if _is_sum_of_squares(sp.together(c - b**2 / (4 * a)), strict):
                return True
    return False


# --- Substitutions ---------------------------------------------------------------------------------------------------


def _without_logarithms(gap):
    """exp(gap) - 1, which has the sign of gap, where gap is a sum of logarithms."""
    power = sp.exp(without_exponentials(gap) or gap)
    return None if power.has(sp.exp) or is_heavy(power) or not gap.has(sp.log) else sp.together(power - 1)


def _over_one_root(gap):
    """B - A² for a gap √B - A, or A² - B for A - √B where A ≥ 0: above 0 where the gap is."""
    gap = without_roots(gap) or gap
    roots = [power for power in gap.atoms(sp.Pow) if power.exp == sp.S.Half and power.free_symbols]
    if len(roots) != 1:
        return None
    s = sp.Dummy("s")
    line = gap.xreplace({roots[0]: s}).as_poly(s)
    if line is None or line.degree() != 1 or not roots[0].base.is_nonnegative:
        return None
    factor, rest = line.all_coeffs()
    square = (factor**2 * roots[0].base - rest**2).expand()
    if factor.is_positive:
        return square
    return -square if factor.is_negative and is_signed(rest, True) else None


def _by_ratio(gap):
    """A gap in two positive symbols that is q·h(p/q) or h(p/q), as h of one symbol."""
    symbols = sorted(gap.free_symbols, key=sp.default_sort_key)
    if len(symbols) != 2 or not all(s.is_positive for s in symbols):
        return None
    return _of_one(gap, symbols[0], lambda ratio: ratio * symbols[1], symbols[1], True)


def _by_difference(gap):
    """A gap in two real symbols that depends on their difference alone, or a power of e times that."""
    symbols = sorted(gap.free_symbols, key=sp.default_sort_key)
    if len(symbols) != 2:
        return None
    for moving, held in (symbols, symbols[::-1]):
        if held.is_extended_real and moving.is_extended_real:
            found = _of_one(gap, moving, lambda d, h=held: h + d, held, moving.is_positive)
            if found is not None:
                return found
    return None


def _of_one(gap, moving, value, held, positive):
    other = sp.Dummy("u", positive=True) if positive else sp.Dummy("u", real=True)

    def reduced():
        inner = gap.xreplace({moving: value(other)}).expand()
        inner = inner.replace(sp.log, lambda u: sp.expand_log(sp.log(sp.factor(u.expand()))))
        inner = sp.factor(inner.expand())
        factors = [f for f in sp.Mul.make_args(inner) if f.has(held)]
        return inner / sp.Mul(*factors) if all(f.is_positive for f in factors) else inner

    found = within(_CALLS, reduced)
    return None if found is None or found.has(held) or reduces_to_zero(found) else found
