"""An expression as formulas without kinks on the intervals between its borders, and as one flat Piecewise."""

import sympy as sp
from sympy.core.relational import Relational

from activations.calculus.analytic import guards
from activations.calculus.numbers import Unknown, below, same
from activations.calculus.roots import between, chart
from activations.symbols import unify, x

KINKED = (sp.Abs, sp.sign, sp.Heaviside, sp.Max, sp.Min, sp.Piecewise, sp.sinc)


def regions(expr, variable=x):
    """[(open interval, formula without kinks)] from left to right, or None where the borders are not all known."""
    expr, variable = unify(sp.sympify(expr), variable)
    try:
        return pieces(expr, variable, -sp.oo, sp.oo)
    except Unknown:
        return None


def pieces(expr, variable, low, high):
    """As `regions`, on ]low, high[; Unknown where the borders are not all known."""
    ends = [low, *_borders(expr, variable, low, high), high]
    return [(sp.Interval.open(a, b), _resolve(expr, variable, between(a, b)))
            for a, b in zip(ends, ends[1:], strict=False)]


def _borders(expr, variable, low, high):
    """Where |u|, sign(u), max, min and the conditions of a Piecewise change over, in order."""
    found = []
    for edge in dict.fromkeys(_edges(expr)):
        if not edge.has(variable):
            continue
        for where, formula in pieces(edge, variable, low, high):
            inside = _zeros(formula, variable, where.start, where.end)
            for border in (*inside, *(end for end in (where.start, where.end) if end.is_finite)):
                if border not in (low, high) and not any(same(border, other) for other in found):
                    found.append(border)
    return _in_order(found)


def _in_order(numbers):
    ordered = []
    for number in numbers:
        place = next((i for i, other in enumerate(ordered) if below(number, other)), len(ordered))
        ordered.insert(place, number)
    return ordered


def _zeros(formula, variable, low, high):
    """The zeros and the poles of a formula without kinks; none of one that is 0 throughout."""
    if not formula.has(variable) or formula.is_nonzero:
        return ()
    if formula.free_symbols != {variable}:
        line = formula.as_poly(variable)
        if line is not None and line.degree() == 1 and line.LC().is_nonzero:
            root = sp.cancel(-line.nth(0) / line.LC())
            if root.is_number:
                return (root,) if (low is -sp.oo or below(low, root)) and (high is sp.oo or below(root, high)) else ()
        raise Unknown(f"where {formula} changes its sign is not known")
    formula = formula.subs(variable, x)
    poles = []
    for guard in guards(formula, x):
        poles += chart(guard, low, high).zeros
    poles = _in_order(dict.fromkeys(poles))
    ends = [low, *poles, high]
    return (*poles, *(zero for a, b in zip(ends, ends[1:], strict=False) for zero in chart(formula, a, b).zeros))


def _edges(expr):
    """The expressions at whose zeros the outermost nodes of `expr` that are not smooth change over."""
    if isinstance(expr, (sp.Abs, sp.sign, sp.Heaviside, sp.sinc)):
        yield expr.args[0]
    elif isinstance(expr, (sp.Max, sp.Min)):
        yield from (a - b for i, a in enumerate(expr.args) for b in expr.args[:i])
    elif isinstance(expr, Relational):
        yield expr.lhs - expr.rhs
    elif isinstance(expr, (sp.floor, sp.ceiling, sp.Mod, sp.frac)):
        raise Unknown(f"the jumps of {expr} are not searched for")
    for argument in expr.args:
        yield from _edges(argument)


def _resolve(expr, variable, point):
    """`expr` with each |u|, sign, max, min and Piecewise replaced by the branch that it takes at `point`."""
    if not expr.args or not expr.has(*KINKED):
        return expr
    if isinstance(expr, sp.Piecewise):
        for branch, condition in expr.args:
            truth = condition if condition in (True, False) else condition.subs(variable, point)
            if truth == True:  # noqa: E712 - SymPy's true is not Python's
                return _resolve(branch, variable, point)
            if truth != False:  # noqa: E712
                return expr
        return sp.nan
    arguments = [_resolve(a, variable, point) for a in expr.args]
    if isinstance(expr, (sp.Max, sp.Min)):
        winner = expr.func(*(a.subs(variable, point) for a in arguments))
        return next((a for a in arguments if a.subs(variable, point) == winner), expr)
    if isinstance(expr, sp.sinc):
        return sp.sin(arguments[0]) / arguments[0]
    if isinstance(expr, (sp.Abs, sp.sign, sp.Heaviside)):
        side = sp.sign(arguments[0].subs(variable, point))
        if side not in (-1, 1):
            return expr
        return {sp.Abs: side * arguments[0], sp.sign: side, sp.Heaviside: (1 + side) / 2}[expr.func]
    return expr.func(*arguments)


def _greatest(node, least):
    """Max (or Min) of `node`'s arguments as a Piecewise in which a constant wins a tie."""
    args = sorted(node.args, key=lambda a: (bool(a.free_symbols), a.sort_key()))
    best = args[-1]
    for a in reversed(args[:-1]):
        best = sp.Piecewise((a, a >= best if not least else a <= best), (best, True))
    return best


def as_pieces(expr):
    """`expr` as one flat Piecewise in place of Max, Min, Heaviside and sinc; in a tie a constant wins."""
    if not expr.has(sp.Max, sp.Min, sp.Piecewise, sp.Heaviside, sp.sinc):
        return expr
    if expr.func in (sp.Max, sp.Min):
        args = [as_pieces(a) for a in expr.args]
        nested = next((a for a in args if isinstance(a, sp.Piecewise)), None)
        if nested is None:
            return _greatest(expr.func(*args), expr.func is sp.Min)
        others = [a for a in args if a is not nested]
        return _flat(sp.Piecewise(*[(as_pieces(expr.func(e, *others)), c) for e, c in nested.args]))
    if isinstance(expr, sp.Heaviside):
        return expr.rewrite(sp.Piecewise)
    if isinstance(expr, sp.sinc):
        u = expr.args[0]
        return sp.Piecewise((sp.sin(u) / u, sp.Ne(u, 0)), (1, True))
    if isinstance(expr, sp.Piecewise):
        return _flat(sp.Piecewise(*[(as_pieces(e), c) for e, c in expr.args]))
    return _flat(expr.func(*[as_pieces(a) for a in expr.args]))


def _flat(expr):
    """`expr` with nested pieces folded into one Piecewise, its linear conditions solved for their variable."""
    expr = sp.piecewise_fold(expr)
    if not isinstance(expr, sp.Piecewise):
        return expr
    return sp.Piecewise(*[(e, c if c in (True, False) else c.simplify()) for e, c in expr.args])
