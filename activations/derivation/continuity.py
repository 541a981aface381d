"""Where a formula is smooth: what must keep its sign on an interval for it to have no pole, jump or branch there."""

import sympy as sp
from sympy.functions.elementary.piecewise import ExprCondPair
from sympy.logic.boolalg import Boolean

_ENTIRE = (sp.Add, sp.Mul, sp.exp, sp.sin, sp.cos, sp.sinh, sp.cosh, sp.tanh, sp.sech, sp.erf, sp.erfc, sp.erfi,
           sp.atan, sp.asinh, sp.Si, sp.Shi, sp.fresnels, sp.fresnelc)
_KINKED = (sp.Abs, sp.sign, sp.Max, sp.Min, sp.Heaviside, sp.floor, sp.ceiling, sp.Piecewise, ExprCondPair, Boolean)
_ON_POSITIVE = (sp.log, sp.gamma, sp.loggamma, sp.digamma, sp.Ci, sp.Chi, sp.Ei)
_INSIDE_ONE = (sp.asin, sp.acos, sp.atanh, sp.erfinv)


def guards(expr, u, kinks=False):
    """[(formula, whether it must be above 0 and not only other than 0)]; None where a part of `expr` is not known.

    Where all of them hold on an open interval, `expr` is analytic there; with `kinks`, but for these.
    """
    found = {}
    for node in sp.preorder_traversal(expr):
        if not node.has(u) or node.is_Symbol or isinstance(node, _ENTIRE):
            continue
        if kinks and isinstance(node, _KINKED):
            continue
        guard = _guard(node)
        if guard is None:
            return None
        if guard[0] is not None:
            found[guard] = True
    return list(found)


def _guard(node):
    if isinstance(node, sp.Pow):
        base, power = node.as_base_exp() if node.base is not sp.E else (sp.E, node.exp)
        if base.is_positive is True or power.is_Integer and power > 0:
            return None, True
        return base, not power.is_Integer
    if isinstance(node, _ON_POSITIVE):
        return node.args[0], True
    if isinstance(node, _INSIDE_ONE):
        return 1 - node.args[0] ** 2, True
    if isinstance(node, (sp.tan, sp.sec)):
        return sp.cos(node.args[0]), False
    if isinstance(node, (sp.cot, sp.csc)):
        return sp.sin(node.args[0]), False
    if isinstance(node, (sp.coth, sp.csch)):
        return node.args[0], False
    if isinstance(node, sp.acosh):
        return node.args[0] - 1, True
    if isinstance(node, sp.polygamma) and node.args[0].is_Integer:
        return node.args[1], True
    if isinstance(node, sp.LambertW) and len(node.args) == 1:
        return node.args[0] + sp.exp(-1), True
    if isinstance(node, (sp.besselj, sp.besseli)) and node.args[0].is_Integer:
        return None, True
    return None
