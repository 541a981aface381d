"""What floating point makes of formulas that overflow, cancel or have constants in them, against mpmath."""

import warnings

import mpmath
import numpy as np
import pytest
import sympy as sp
from sympy import Abs, cos, cosh, coth, erf, erfc, exp, log, sech, sin, sinh, sqrt, tanh

from activations import x
from activations.calculus import derivative
from activations.numerics import CompileError, stabilise, to_javascript, to_numpy
from activations.numerics.stable_functions import StableFunction, damped, near_zero

sigmoid, gelu = 1 / (1 + exp(-x)), x * (1 + erf(x / sqrt(2))) / 2
three = exp(x) + exp(-x) + 1


def tangent(f, at):
    return f.subs(x, at) + f.diff(x).subs(x, at) * (x - at)


CONSTANTS = [
    x * sigmoid.subs(x, 2), x * sigmoid.subs(x, sp.Float(2.0)), tangent(sigmoid, 1), tangent(sigmoid, sp.Float(1.3)),
    tangent(gelu, sp.Rational(-3, 4)), tangent(gelu, sp.Float(0.7)), tangent(log(1 + exp(x)), sp.Float(-0.4)),
    x * log(cosh(2)) + erfc(3), exp(x) - sp.Float(1.0), 2.0 / (1.0 + exp(-2.0 * x)) - 1.0,
    x**2.0 + Abs(x) ** 0.5, 0.1 * x]
SUMS = [
    exp(x) - 1 - x, exp(x) - 1 - x - x**2 / 2, 1 - cos(x), cos(x) - 1, (1 - cos(x)) / x**2, coth(x) - 1 / x,
    cosh(x) - 1, cosh(x) - sinh(x), cosh(x) + sinh(x), exp(2 * x) - exp(x), exp(x) - exp(-x), sqrt(x**2 + 1) - x,
    sqrt(x**2 + x + 1) - sqrt(x**2 + x), x - log(1 + exp(x)), x - sp.atan(x), (exp(x) - exp(-x)) / 2 / x,
    (exp(x) - 1) / x]
QUOTIENTS = [
    three.diff(x) / three, log(three).diff(x, 2), sinh(x) / cosh(x), cosh(x) / sinh(x), cosh(x) / cosh(2 * x),
    sinh(x) / cosh(2 * x), sinh(x) / (1 + cosh(x)), (sinh(x) / cosh(x)) ** 2, sech(x) ** 2, exp(x) / (exp(x) - 1),
    x / (exp(x) - 1), 2**x / (1 + 2**x), x * exp(-(x**2)), exp(-((x - 1) ** 2) / 9), exp(x) * erfc(x),
    exp(x**2) * erfc(x), sigmoid.diff(x, 2), exp(x) / (3 + exp(x) + exp(2 * x)) ** 2,
    (exp(x) + exp(2 * x)) / (1 + exp(x) + exp(2 * x)), exp(x) / (exp(x) - 2), 5 * exp(2 * x) / (3 - exp(2 * x)),
    exp(x) / (1 + exp(x)) ** 3, exp(2 * x) / (1 + exp(x)) ** 2, exp(x) / (exp(2 * x) + 3),
    exp(2 * x) / (2 * exp(x) + exp(3 * x)) ** 2, exp(x / 2) / (1 + exp(x)), exp(3 * x) / (1 + exp(x)),
    exp(-x) / (exp(x) + exp(-x)) ** 2, (exp(2 * x) - exp(x)) / (exp(2 * x) + exp(x)), 1 / (exp(x) + exp(-x)) ** 2,
    (exp(x) - exp(3 * x)) / (exp(3 * x) + exp(x)), 3 * cosh(x) - 3 * sinh(x), 2 * sinh(x / 2) - 2 * cosh(x / 2)]
LOGARITHMS = [
    log(three), log(cosh(x)), log(2 * cosh(x)), log(sinh(x)), log((1 + exp(x)) / 2), log((exp(3 * x) + exp(x)) / 2),
    log(3 + exp(x)), log(2 + 2 * exp(x)), log(1 + exp(x)) - log(2), log(1 + x**2), log(2 + x**2), log(1 + x**2 / 2),
    log(x + sqrt(x**2 + 1)), log(exp(x) - 1), log(1 - sigmoid), log(1 + tanh(x)), log(x**2), 2 * log(sech(x))]
KNOWN = [sp.sinc(x), sp.cot(x), sp.csch(x), sp.sec(x), sp.Mod(x, 3), sp.frac(x), sp.ceiling(x), sp.acot(x),
         sp.Max(x, x / 9), sp.atan2(x, 2), sp.Heaviside(x)]
AT = np.array([-800, -300.5, -37, -20.25, -3.1, -0.6, -1e-3, -1e-9, -1e-150, 1e-200, 1e-12, 1e-3, 0.7, 2.2, 19.3, 36,
               600, 800, 1e10, 1e200])


def exact(expr, at):
    """The value by mpmath with 900 digits, None where it is not a real number of ordinary size."""
    with mpmath.workdps(900):
        try:
            value = sp.lambdify(x, expr, "mpmath")(mpmath.mpf(float(at)))
        except (ZeroDivisionError, OverflowError, ValueError):
            return None
        value = mpmath.mpmathify(value)
        return value if mpmath.im(value) == 0 and mpmath.isfinite(value) and abs(value) < 1.7e308 else None


@pytest.mark.parametrize("expr", CONSTANTS + SUMS + QUOTIENTS + LOGARITHMS + KNOWN, ids=str)
def test_values(expr):
    """Relative 2e-13, absolute 1e-300 below; what has a limit at 0 may give it there."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        got = to_numpy(expr, [x])(AT)
    to_javascript([expr], [x])
    for at, value in zip(AT, got, strict=True):
        want = exact(expr, at)
        overflow = expr == SUMS[12] and at == 1e200  # the square root of x² + x + 1 has no form of its own
        if want is not None and not overflow:
            assert abs(float(value) - want) <= max(2e-13 * abs(want), 1e-300), (at, value, float(want))


@pytest.mark.parametrize("function", StableFunction.__subclasses__(), ids=lambda f: f.__name__)
def test_a_constant_stable_function_has_the_value_of_its_formula(function):
    arguments = {"near_zero": (sp.S.One, sp.S.Half, sp.S.One, sp.S(3)), "logsumexp": (1, 2, 3)}.get(
        function.__name__, (sp.S(2), sp.S(3), sp.S(4))[:function.formula.__code__.co_argcount])
    assert sp.N(function(*arguments), 20) == pytest.approx(sp.N(function.formula(*arguments), 20))


n = sp.Symbol("n", positive=True)


@pytest.mark.parametrize(("expr", "at", "exponents", "values"), [
    (derivative(x**n), 0, [0, 0.5, 1, 2, 3], [0, np.inf, 1, 0, 0]),
    (derivative(derivative(x**n)), 0, [0, 0.5, 1, 2, 3], [0, -np.inf, 0, 2, 0]),
    (derivative(x**n), -2, [1, 2, 3], [1, -4, 12]),
    (sp.diff(Abs(x) ** n, x), -2, [1, 2], [-1, -4]),
    (sp.diff((x / 3) ** n, x), 0, [1, 2], [1 / 3, 0]),
])
def test_slopes_of_powers(expr, at, exponents, values):
    assert to_numpy(expr, [x, n])(float(at), exponents) == pytest.approx(np.array(values, float))


def test_no_taylor_polynomial_at_a_kink():
    assert to_numpy(Abs(x) - sin(x), [x])([-0.1, 0.1]) == pytest.approx([0.1 + np.sin(0.1), 0.1 - np.sin(0.1)])


def test_the_hyperbolic_tangent_is_recognised():
    assert stabilise((exp(x) - exp(-x)) / (exp(x) + exp(-x))) == tanh(x)
    assert stabilise((1 - exp(3 * x)) / (exp(3 * x) + 1)) == -tanh(3 * x / 2)


def test_what_decays_is_named():
    assert stabilise(derivative(x**n)) == damped(n, x ** (n - 1))
    assert not stabilise((2 + cos(x)) / x).has(near_zero) and stabilise((1 - cos(x)) / x).has(near_zero)
    assert stabilise(x * sigmoid.subs(x, 2)) == x * sigmoid.subs(x, 2)


@pytest.mark.parametrize(("expr", "message"), [
    (sp.floor(x).diff(x), "no formula for this derivative"), (sp.DiracDelta(x), "DiracDelta is known in"),
    (sp.Subs(sp.Derivative(sp.Function("f")(x), x), x, 2 * x), "no formula for this derivative"),
])
def test_a_slope_without_a_form_is_named(expr, message):
    for compiled in (lambda: to_numpy(expr, [x]), lambda: to_javascript([expr], [x])):
        with pytest.raises(CompileError, match=message):
            compiled()


@pytest.mark.parametrize("expr", [sp.gamma(x), sp.besselj(0, x), sp.LambertW(x)], ids=str)
def test_what_javascript_lacks_says_what_to_do(expr):
    assert float(to_numpy(expr, [x])(2.5)) == pytest.approx(float(expr.subs(x, sp.Rational(5, 2))), rel=1e-14)
    with pytest.raises(CompileError, match=r"in JavaScript; it can be drawn with curves\(\.\.\.\)"):
        to_javascript([expr], [x])
    assert sin(x) in stabilise(sp.sinc(x)).atoms(sin)
