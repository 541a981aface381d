"""The derivative in a tidy form, with the value at a kink that the conditions decide."""

import sympy as sp

from activations.calculus.pieces import as_pieces
from activations.symbols import unify, x


def derivative(expr, variable=x):
    """d(expr)/d(variable) in a tidy form.

    The conditions of a Piecewise decide the value at a kink; in Max and Min the constant wins a tie
    (so max(0, x) has slope 0 at 0); |x| has slope sign(x); a jump has slope 0.
    """
    expr, variable = unify(sp.sympify(expr), variable)
    pieces = as_pieces(expr)
    if not isinstance(pieces, sp.Piecewise):
        return _smooth_derivative(pieces, variable)
    return sp.Piecewise(*[(_smooth_derivative(e, variable), c) for e, c in pieces.args])


def _smooth_derivative(expr, variable):
    """d(expr)/d(variable) for an expression without pieces; |u| is kept whole, so that x·sign(x) becomes |x|."""
    slope = sp.diff(expr, variable).replace(sp.DiracDelta, lambda *_: sp.S.Zero)
    size, side = sp.Dummy("size", nonnegative=True), sp.Dummy("side", real=True)
    slope = slope.subs({sp.Abs(variable): size, sp.sign(variable): side})
    slope = slope.expand().subs(variable * side, size) if slope.has(side) else slope
    if slope.has(size):  # 1/(1 + |x|) - |x|/(1 + |x|)² would cancel; over a common denominator it is 1/(1 + |x|)²
        slope = sp.factor(sp.together(slope))
    return slope.subs({size: sp.Abs(variable), side: sp.sign(variable)})
