"""The functions that stable forms are made of, beside those of SymPy: names for what floating point does well."""

import sympy as sp
from mpmath.libmp import prec_to_dps
from sympy.codegen.cfunctions import expm1, hypot, log1p

__all__ = ["EXPONENTIALS", "StableFunction", "conjugate_sum", "damped", "exp_erfc", "expit", "expm1", "hypot", "log1p",
           "log1pexp", "log1psquare", "logcosh", "logsinh", "logsumexp", "near_zero", "root_minus_one", "scaled_erfc"]


class StableFunction(sp.Function):
    """A function that equals its `formula`, an expression of SymPy's own functions."""

    def _eval_evalf(self, prec):
        return sp.N(self.formula(*self.args), prec_to_dps(prec))


class expit(StableFunction):
    """1/(1 + exp(-u)), the logistic sigmoid."""

    @staticmethod
    def formula(u):
        return 1 / (1 + sp.exp(-u))


class log1pexp(StableFunction):
    """log(1 + exp(u)), the softplus."""

    @staticmethod
    def formula(u):
        return sp.log(1 + sp.exp(u))


class logsumexp(StableFunction):
    """log(exp(u) + exp(v) + ...)."""

    @staticmethod
    def formula(*u):
        return sp.log(sp.Add(*map(sp.exp, u)))


class logcosh(StableFunction):
    """log(cosh(u))."""

    @staticmethod
    def formula(u):
        return sp.log(sp.cosh(u))


class logsinh(StableFunction):
    """log(sinh(u)), for u > 0."""

    @staticmethod
    def formula(u):
        return sp.log(sp.sinh(u))


class log1psquare(StableFunction):
    """log(1 + u²), where u² may overflow."""

    @staticmethod
    def formula(u):
        return sp.log(1 + u**2)


class scaled_erfc(StableFunction):
    """erfc(u), given u and exp(-u²) so that the square can be formed without rounding."""

    @staticmethod
    def formula(u, _):
        return sp.erfc(u)


class exp_erfc(StableFunction):
    """exp(v)·erfc(u), given v, u and v - u²: the one may overflow where the other has reached 0."""

    @staticmethod
    def formula(v, u, _):
        return sp.exp(v) * sp.erfc(u)


class conjugate_sum(StableFunction):
    """u + sqrt(u² + c), given u and c."""

    @staticmethod
    def formula(u, c):
        return u + sp.sqrt(u**2 + c)


class root_minus_one(StableFunction):
    """sqrt(1 + u²) - 1."""

    @staticmethod
    def formula(u):
        return sp.sqrt(1 + u**2) - 1


class damped(StableFunction):
    """d·r: 0 once d has reached 0, however large r has grown by then."""

    @staticmethod
    def formula(decay, rest):
        return decay * rest


class near_zero(StableFunction):
    """A sum that cancels near u = 0, given u, a radius, its Taylor polynomial inside, and the sum outside."""

    @staticmethod
    def formula(u, radius, inside, outside):
        return sp.Piecewise((inside, abs(u) < radius), (outside, True))


EXPONENTIALS = (sp.exp, expit, log1pexp)  # what multiplies an error of its argument by that argument
