"""How a node goes on beside the real line, so that what a quadrature is told is analytic is analytic.

What compares numbers compares their real parts: on a ball that meets no kink that is the branch which the real line
beside it has. On one that meets a kink or a branch cut the value is nan.
"""

import sympy as sp
from flint import acb, arb, fmpq
from sympy.core.relational import Relational

from activations.numerics import ball_functions, ball_rules
from activations.numerics.ball_rules import RELATIONS, UNDEFINED, BallError
from activations.numerics.intervals import as_acb

_COMPARING = (sp.Abs, sp.sign, sp.Heaviside, sp.Max, sp.Min, sp.floor, sp.ceiling, sp.frac, sp.Mod, Relational)


def compared(expr, beside):
    """The parts that must be real on the line, since beside it only their real parts are looked at."""
    return {part for node in expr.atoms(*_COMPARING) for part in node.args if part.free_symbols & beside}


def rule(expr):
    """(function of the parts' values, the parts); None where the rule on the line serves."""
    if isinstance(expr, (sp.Abs, sp.sign, sp.Heaviside, sp.Max, sp.Min)):
        return (lambda value: value), (_as_branches(expr),)
    if isinstance(expr, Relational) and expr.rel_op in RELATIONS:
        relation = RELATIONS[expr.rel_op]
        return (lambda a, b: relation(_real_part(a), _real_part(b))), expr.args
    if isinstance(expr, sp.Piecewise):
        return _branch, [part for branch in expr.args for part in branch]
    if isinstance(expr, (sp.floor, sp.ceiling)):
        whole = ball_rules.floor if isinstance(expr, sp.floor) else ball_rules.ceiling
        return (lambda value: _step(whole(_real_part(value)))), expr.args
    if isinstance(expr, sp.Mod):
        value, modulus = expr.args
        return (lambda value: value), (value - modulus * sp.floor(value / modulus),)
    if isinstance(expr, (sp.re, sp.im, sp.conjugate, sp.arg, sp.KroneckerDelta)):
        raise BallError(f"{expr} is not analytic beside the real line")
    if isinstance(expr, sp.Pow) and not expr.exp.is_Integer:
        return (lambda base, power: as_acb(base).pow(as_acb(power), analytic=True)), expr.args
    if isinstance(expr, sp.log):
        return (lambda value: as_acb(value).log(analytic=True)), expr.args
    return _uncut(expr)


def _uncut(expr):
    """The rule of a function with a name, with nan on its branch cut."""
    name = type(expr).__name__
    outside = _CUTS.get(name)
    if name in ("besselj", "besseli") and not expr.args[0].is_Integer:
        outside = _negative
    if outside is None:
        return None
    function, parts = ball_functions.rule(expr) or ball_rules.rule(expr)
    return (lambda *values: UNDEFINED if outside(as_acb(values[-1])) else function(*values)), parts


def _as_branches(expr):
    """|u|, sign, Heaviside, max and min as a Piecewise."""
    try:
        if isinstance(expr, (sp.Max, sp.Min)):
            first, *others = expr.args
            rest = expr.func(*others)
            return sp.Piecewise((first, first >= rest if isinstance(expr, sp.Max) else first <= rest), (rest, True))
        u = expr.args[0]
        left, right = {sp.Abs: (-u, u), sp.sign: (-1, 1), sp.Heaviside: (0, 1)}[expr.func]
        return sp.Piecewise((left, u < 0), (right, True))
    except TypeError as error:  # SymPy knows that a part is not real
        raise BallError(f"{expr} compares what is not real") from error


def _real_part(value):
    return value.real if isinstance(value, acb) else value


def _branch(*parts):
    """The branch whose condition holds; nan where the balls leave it open."""
    for value, condition in zip(parts[::2], parts[1::2], strict=True):
        if condition is not False:
            return value if condition else UNDEFINED
    return UNDEFINED


def _step(value):
    return value if isinstance(value, fmpq) or value.is_exact() else UNDEFINED


def _negative(z):
    """Whether a ball may meet the real numbers up to 0."""
    return z.imag.contains(0) and not z.real > 0


# name -> whether a complex ball may meet a branch cut
_CUTS = {name: (lambda z: z.imag.contains(0) and not abs(z.real) < 1) for name in ("asin", "acos", "atanh", "erfinv")}
_CUTS |= {name: (lambda z: z.real.contains(0) and not abs(z.imag) < 1) for name in ("atan", "asinh")}
_CUTS |= {"acosh": lambda z: z.imag.contains(0) and not z.real > 1}
_CUTS |= {"erfcinv": lambda z: z.imag.contains(0) and not abs(z.real - 1) < arb(1)}
_CUTS |= {name: _negative for name in ("loggamma", "Ci", "Chi", "Ei", "LambertW", "bessely", "besselk")}
