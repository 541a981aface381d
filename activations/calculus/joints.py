"""What happens where one piece hands over to the next: jumps, kinks, one-sided slopes, the order of smoothness."""

import sympy as sp

from activations.calculus.analytic import is_meromorphic
from activations.calculus.limits import limit, towards
from activations.calculus.line import line
from activations.calculus.monomials import growth
from activations.calculus.numbers import Undecided, Unknown, same
from activations.symbols import x

_ORDERS = 24  # derivatives that are compared at a joint


def one_sided_slopes(expr, at):
    """The limits of f′ from the left and from the right of a point."""
    return _slopes(line(expr), sp.sympify(at))


def _slopes(f, at):
    left, right = f.around(at)
    return limit(left.diff(x), at, "-"), limit(right.diff(x), at, "+")


def is_jump(f, at):
    return not all(same(side, f.value(at)) for side in f.sides(at))


def is_kink(f, at):
    """Whether f is not differentiable at a joint."""
    if is_jump(f, at):
        return True
    left, right = _slopes(f, at)
    return left.is_infinite or right.is_infinite or not same(left, right)


def jumps(expr):
    """The points at which f is not continuous; of a periodic f those of one period about 0."""
    f = line(expr)
    return tuple(at for at in f.joints if is_jump(f, at))


def kinks(expr):
    """The points at which f is not differentiable, jumps included."""
    f = line(expr)
    return tuple(at for at in f.joints if is_kink(f, at))


def smoothness(expr):
    """The largest k for which f is k times continuously differentiable: -1 for a jump, ∞ if there is no end."""
    f = line(expr)
    return min((-1 if is_jump(f, at) else _order(*f.around(at), at) for at in f.joints), default=sp.oo)


def _order(left, right, at):
    """How many derivatives of two formulas that meet continuously at a point agree there."""
    if _continues(left, right, at):
        return sp.oo
    flat = _is_flat(left - right, at)
    for order in range(1, _ORDERS + 1):
        left, right = left.diff(x), right.diff(x)
        slopes = limit(left, at, "-"), limit(right, at, "+")
        if any(slope.is_infinite for slope in slopes) or not same(*slopes):
            return order - 1
        if flat and order >= 4:
            return sp.oo
    raise Unknown(f"how smooth the function is at {at} is not known: {_ORDERS} derivatives agree")


def _continues(left, right, at):
    """Whether two formulas are one function that is analytic about a point, but for a gap that its limit fills."""
    if left != right and (left - right).count_ops() < 60 and sp.simplify(left - right) != 0:
        return False
    return (left == right or (left - right).count_ops() < 60) and all(
        is_meromorphic(formula, x, at) for formula in (left, right))


def _is_flat(gap, at):
    """Whether the gap between two formulas vanishes on one side or the other like exp(-1/h)."""
    try:
        germs = [towards(gap, at, side) for side in (-1, 1)]
    except Undecided:
        return False
    tops = [germ.leading() for germ in germs]
    return any(top and top[0].exponent and growth(top[0]) < 0 for top in tops)
