"""Sums over a symbolic index: tried at small sizes and every value of the free indices, and tidied for a proof."""

from functools import cache
from itertools import product

import sympy as sp

from activations.derivation.names import arguments_of


def is_general(expr):
    """Whether `expr` speaks of a number of terms, or of an index, that is left open."""
    return any(
        any(limit.free_symbols for _, *ends in node.limits for limit in ends)
        if isinstance(node, (sp.Sum, sp.Product))
        else bool(sp.Tuple(*arguments_of(node) or node.args).atoms(sp.Symbol))
        for node in expr.atoms(sp.Sum, sp.Product, sp.KroneckerDelta, sp.Indexed)
    )


def instances(left, right):
    """(`n = 2, i = 1, …`, left, right) for every small size and every value of the free indices."""
    both = sp.Tuple(left, right)
    totals = both.atoms(sp.Sum, sp.Product)
    bound = {s for node in totals for s in node.variables}
    spans = [ends for node in totals for _, *ends in node.limits if len(ends) == 2]
    spans = sorted((s for s in spans if s[1].free_symbols and not sp.Tuple(*s).free_symbols & bound), key=str)
    spans = spans or [(sp.S.One, sp.Symbol("n", integer=True))]
    free = sorted((s for s in both.free_symbols if isinstance(s, (sp.Symbol, sp.Idx))), key=str)
    used = {s for node in both.atoms(sp.Indexed, sp.KroneckerDelta) for a in arguments_of(node) or node.args
            for s in a.free_symbols}
    sizes = {s for span in spans for s in sp.Tuple(*span).free_symbols}
    sizes |= {s for i in free if isinstance(i, sp.Idx) and i.upper is not None for s in i.upper.free_symbols}
    indices = [s for s in free if s in used and s not in sizes]
    sizes = sorted(sizes, key=str)
    lengths_tried = {0: (1, 2, 3, 4, 7, 20), 1: (1, 2, 3, 5)}.get(len(indices), (1, 2, 3))
    for lengths in product(lengths_tried, repeat=len(sizes)):
        size = dict(zip(sizes, map(sp.Integer, lengths), strict=True))
        for chosen in product(*(_span(i, spans[0], size) for i in indices)):
            case = size | dict(zip(indices, chosen, strict=True))
            words = ", ".join(f"{s} = {v}" for s, v in case.items() if s in free)
            yield words, *(_instance(side, tuple(case.items())) for side in (left, right))


def _span(index, default, size):
    """The integers that a free index runs through."""
    ends = (index.lower, index.upper) if isinstance(index, sp.Idx) and index.upper is not None else default
    low, high = (int(end.subs(size)) for end in ends)
    return [sp.Integer(value) for value in range(low, high + 1)]


@cache
def _instance(expr, case):
    """`expr` at given sizes and indices, its sums written out, its elements z[1], z[2], … as plain symbols."""
    expr = _written_out(expr, dict(case))
    return expr.xreplace({z: sp.Symbol(str(z), **z.base.label.assumptions0) for z in expr.atoms(sp.Indexed)}).doit()


def _written_out(expr, case):
    """`expr` with numbers in place of sizes and indices, and its finite sums and products written out."""
    if expr in case:
        return case[expr]
    if not expr.args:
        return expr
    if isinstance(expr, (sp.Sum, sp.Product)) and len(expr.limits[-1]) == 3:
        *inner, (index, low, high) = expr.limits
        low, high = (_written_out(end, case) for end in (low, high))
        if low.is_Integer and high.is_Integer:
            term = expr.func(expr.function, *inner) if inner else expr.function
            terms = [_written_out(term, case | {index: sp.Integer(v)}) for v in range(low, high + 1)]
            return (sp.Add if isinstance(expr, sp.Sum) else sp.Mul)(*terms)
    return expr.func(*(_written_out(a, case) for a in expr.args))


def tidied(expr):
    """`expr` with constant factors taken out of its sums, one index for all, and Σⱼ fⱼ δⱼₖ = fₖ done, k in range."""
    expr = expr.replace(lambda e: isinstance(e, sp.Sum) and len(e.limits) == 1 and len(e.limits[0]) == 3, _tidied)
    positive = sorted((s for s in expr.atoms(sp.Sum) if s.function.is_positive), key=sp.default_sort_key)
    return expr.xreplace({total: sp.Dummy("total", positive=True) for total in positive})


def _tidied(total):
    index, low, high = total.limits[0]
    return sp.Add(*(_term_tidied(term, index, low, high) for term in sp.Add.make_args(total.function.expand())))


def _term_tidied(term, index, low, high):
    constant, varying = term.as_independent(index, as_Add=False)
    for factor in sp.Mul.make_args(varying):
        if isinstance(factor, sp.KroneckerDelta) and index in factor.args and factor.args[0] != factor.args[1]:
            other = next(a for a in factor.args if a != index)
            if other.has(index):
                continue
            return constant * (varying / factor).xreplace({index: other})
    plain = sp.Symbol("summation", integer=True)
    return constant * sp.Sum(varying.xreplace({index: plain}), (plain, low, high))
