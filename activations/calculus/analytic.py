"""Where a formula without kinks is analytic: its singular points are among the zeros of its guards."""

import sympy as sp

from activations.calculus.numbers import Unknown

_ENTIRE = (sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.sech, sp.atan, sp.asinh, sp.erf, sp.erfc, sp.erfi,
           sp.Si, sp.Shi, sp.fresnels, sp.fresnelc)  # on the real line
_GUARDED = {  # the expression that must not vanish, for a function of u
    sp.log: lambda u: u, sp.tan: sp.cos, sp.sec: sp.cos, sp.cot: sp.sin, sp.csc: sp.sin,
    sp.coth: lambda u: u, sp.csch: lambda u: u, sp.acoth: lambda u: 1 - u**2,
    sp.asin: lambda u: 1 - u**2, sp.acos: lambda u: 1 - u**2, sp.atanh: lambda u: 1 - u**2,
    sp.erfinv: lambda u: 1 - u**2, sp.acosh: lambda u: u - 1, sp.LambertW: lambda u: u + sp.exp(-1),
    sp.Ci: lambda u: u, sp.Ei: lambda u: u,
}
_IN_EXPONENTIALS = {
    sp.tanh: lambda u: 1 - 2 / (1 + sp.exp(2 * u)), sp.sech: lambda u: 2 / (sp.exp(u) + sp.exp(-u)),
    sp.cosh: lambda u: (sp.exp(u) + sp.exp(-u)) / 2, sp.sinh: lambda u: (sp.exp(u) - sp.exp(-u)) / 2,
}
ANALYTIC = (*_ENTIRE, *_GUARDED)
_BESSEL = (sp.besselj, sp.besseli)  # entire for an order of 0, 1, 2, …
OSCILLATING = (sp.sin, sp.cos, sp.tan, sp.cot, sp.sec, sp.csc, sp.besselj)


def guards(expr, variable):
    """The expressions in the variable at whose zeros the formula may fail to be analytic.

    Raises Unknown for a function of which that is not known.
    """
    found = {}
    _gather(expr, variable, found)
    return [guard for guard in found if guard.has(variable) and not guard.is_nonzero]


def _gather(expr, variable, found):
    if not expr.has(variable):
        return
    for part in expr.args:
        _gather(part, variable, found)
    if expr.is_Symbol or expr.is_Add or expr.is_Mul or isinstance(expr, _ENTIRE):
        return
    if expr.is_Pow:
        if not (expr.exp.is_Integer and expr.exp.is_nonnegative) and expr.base.has(variable):
            found[_base(expr.base)] = True
    elif isinstance(expr, sp.LambertW) and len(expr.args) == 1 or type(expr) in _GUARDED:
        found[_GUARDED[type(expr)](expr.args[0])] = True
    elif not (isinstance(expr, _BESSEL) and expr.args[0].is_Integer and expr.args[0].is_nonnegative):
        raise Unknown(f"nothing is known of {type(expr).__name__} in {expr}")


def _base(base):
    """A base with the same zeros, without a positive factor."""
    return sp.Mul(*(factor for factor in sp.Mul.make_args(base) if not factor.is_nonzero)) or base


def is_meromorphic(expr, variable, at):
    """Whether a formula is built at a point from analytic functions of analytic ones, and their quotients."""
    if not expr.has(variable) or expr.is_Symbol:
        return True
    if expr.is_Add or expr.is_Mul or (expr.is_Pow and expr.exp.is_Integer):
        return all(is_meromorphic(part, variable, at) for part in expr.args)
    return all(guard.subs(variable, at).is_nonzero for guard in guards(expr, variable))


def tame(expr):
    """`expr` with the hyperbolic functions in exponentials: 1 - 2/(1 + exp(2u)) has a slope that cancels nowhere."""
    for function, form in _IN_EXPONENTIALS.items():
        expr = expr.replace(function, form)
    return expr


def period(expr, variable):
    """The period of a formula that depends on the variable through sines and the like of b·x + c alone; else None."""
    waves = [e for e in expr.atoms(*OSCILLATING[:-1]) if e.has(variable)]
    rest = expr.xreplace({wave: sp.Dummy() for wave in waves})
    if not waves or rest.has(variable):
        return None
    speeds = []
    for wave in waves:
        line = wave.args[0].as_poly(variable)
        if line is None or line.degree() != 1 or not line.LC().is_number:
            return None
        speeds.append(abs(line.LC()))
    ratios = [speed / speeds[0] for speed in speeds]
    if not all(ratio.is_Rational for ratio in ratios):
        return None
    whole = sp.ilcm(1, *(r.q for r in ratios))
    step = sp.igcd(0, *(int(r * whole) for r in ratios))
    longest = sp.cancel(2 * sp.pi * whole / (speeds[0] * step))
    return next((longest / k for k in (4, 3, 2) if expr.subs(variable, variable + longest / k) == expr), longest)
