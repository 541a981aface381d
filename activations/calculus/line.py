"""A function on the whole real line: its pieces, each analytic, the joints between them, and what it is worth there."""

from dataclasses import dataclass

import sympy as sp

from activations.calculus.analytic import guards, period
from activations.calculus.limits import limit
from activations.calculus.numbers import Unknown, below, remembered, same
from activations.calculus.pieces import KINKED, pieces
from activations.calculus.roots import between, chart
from activations.symbols import unify, x


def of_x(expr):
    """`expr` as a function of x alone, a decimal as the fraction that it writes.

    Raises ValueError naming a symbol that has no value yet.
    """
    expr = unify(sp.sympify(expr), x)[0]
    if not isinstance(expr, sp.Expr):
        raise ValueError(f"{expr} is not an expression in x, such as x**2 or tanh(x)")
    narrowed = [s for s in expr.free_symbols if s.name == "x" and s != x]
    if narrowed:
        raise ValueError("x is declared narrower than real here; the properties are those for all real x: "
                         'use Symbol("x", real=True)')
    other = sorted(str(s) for s in expr.free_symbols - {x})
    if other:
        raise ValueError(f"{', '.join(other)} must have a value first: only x may be left in {expr}")
    if expr.has(sp.I, sp.zoo, sp.oo, -sp.oo, sp.nan):
        raise ValueError(f"{expr} is not a real number for real x")
    return expr.xreplace({number: sp.Rational(str(number)) for number in expr.atoms(sp.Float)})


@dataclass(frozen=True)
class Line:
    """f as (open interval, formula), from left to right; of a periodic f two periods about 0."""

    expr: sp.Expr
    pieces: tuple
    period: object  # None if there is none

    @property
    def window(self):
        """The one period that is listed of a periodic f."""
        return sp.Interval.Lopen(-self.period / 2, self.period / 2)

    @property
    def joints(self):
        """The points where one piece hands over to the next; of a periodic f those of one period about 0."""
        return [at for at in (where.end for where, _ in self.pieces[:-1]) if self.counts(at)]

    def counts(self, at):
        """Whether a point is in the one period that is listed, ]-period/2, period/2]."""
        half = self.period and self.period / 2
        return not half or (below(-half, at) and not below(half, at))

    def around(self, at):
        """The formulas that hold just left and just right of a point."""
        left = next(f for where, f in self.pieces if below(where.start, at) and not below(where.end, at))
        right = next(f for where, f in self.pieces if not below(at, where.start) and below(at, where.end))
        return left, right

    def sides(self, at):
        """The limits of f from the left and from the right of a point."""
        left, right = self.around(at)
        return limit(left, at, "-"), limit(right, at, "+")

    def value(self, at):
        """f(at), in the shortest words that a side has for it."""
        value = self.expr.subs(x, at)
        if value.is_Rational:
            return value
        equal = [side for side in self.sides(at) if same(side, value)]
        return min([*equal, value], key=lambda number: (number.has(sp.Float), number.count_ops()))

    def is_outer(self, end):
        """Whether an end of a piece is where the two periods of a periodic f are cut off."""
        return self.period is not None and abs(end) == self.period


@remembered
def line(expr):
    """The pieces of f. Raises ValueError where it has no real value, Unknown where they are not found."""
    expr = of_x(expr)
    span = period(expr, x)
    if span and not expr.has(*KINKED) and sp.simplify(expr.diff(x)) == 0:
        expr, span = expr.subs(x, 0), None
    low, high = (-span, span) if span else (-sp.oo, sp.oo)
    found = []
    for where, formula in pieces(expr, x, low, high):
        if formula.has(sp.nan, sp.zoo):
            raise ValueError(_undefined(expr, between(where.start, where.end)))
        singular = _singular_points(formula, where)
        for start, end in zip((where.start, *singular), (*singular, where.end), strict=True):
            at = between(start, end)
            if not _is_real(formula.subs(x, at)):
                raise ValueError(_undefined(expr, at))
            found.append((sp.Interval.open(start, end), formula))
    for at in (where.end for where, _ in found[:-1]):
        if not _is_real(expr.subs(x, at)):
            raise ValueError(_undefined(expr, at))
    return Line(expr, tuple(found), span)


def outer_formula(expr, at):
    """The formula that f follows towards -∞ or ∞."""
    found = pieces(expr, x, -sp.oo, sp.oo)
    return found[0 if at is -sp.oo else -1][1]


def _singular_points(formula, where):
    found = []
    for guard in dict.fromkeys(guards(formula, x)):
        for at in _guard_zeros(guard, where):
            if not any(same(at, other) for other in found):
                found.append(at)
    return sorted(found)


def _guard_zeros(guard, where):
    low, high = where.start, where.end
    inner = [at for part in dict.fromkeys(guards(guard, x)) for at in chart(part, low, high).zeros]
    ends = [low, *sorted(set(inner)), high]
    return [*inner, *(at for a, b in zip(ends, ends[1:], strict=False) for at in chart(guard, a, b).zeros)]


def _is_real(value):
    """Whether a value is a finite real number."""
    if value.is_finite is False or value.is_real is False or value.has(sp.nan, sp.zoo, sp.oo, sp.AccumBounds):
        return False
    if value.is_real and value.is_finite:
        return True
    number = sp.N(value, 30)
    if not number.is_number or not number.as_real_imag()[0].is_Float:
        raise Unknown(f"whether {value} is a real number is not known")
    return number.is_real or abs(number.as_real_imag()[1]) < 1e-25


def _undefined(expr, at):
    at = at if at.is_Rational else sp.N(at, 6)
    return f"{expr} has no real value at x = {at}, and must have one for all real x"
