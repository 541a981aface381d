"""What is given to `study`, read: an expression in x with its parameters, an activation, or a name of the catalogue."""

from difflib import get_close_matches

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from activations.activation import Activation, Parameter
from activations.catalogue import catalogue
from activations.symbols import unify, x


def read(expr, parameters):
    """The `Activation` of what was given, and the value of every parameter by name.

    A parameter is a number, or a slider, whose value is the default and whose ends are the ends. Raises TypeError for
    what is no expression or for a parameter that it does not have, ValueError for an expression that is no function
    of x with real values or has a symbol without a value.
    """
    if isinstance(expr, str):
        expr = _named(expr)
    given = {name: _number(name, value) for name, value in parameters.items()}
    if not isinstance(expr, Activation):
        return _activation(expr, parameters, given)
    values = {name: parameter.default for name, parameter in expr.parameters.items()} | given
    expr.f(0.0, **{name: float(value) for name, value in given.items()})  # a wrong parameter is named here
    return expr, values


def _named(name):
    scalar = [entry.name for entry in catalogue.scalar]
    if name in scalar:
        return catalogue[name]
    close = get_close_matches(name, scalar, n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else (
        "write a formula with SymPy and without quotes, as in study(x * atan(x)) after "
        "from sympy import atan and from activations import x")
    if name in catalogue:
        hint = "it takes more than one number; study looks at functions of one variable"
    raise ValueError(f"study: {name!r} is a text and no function of one variable in the catalogue; {hint}")


def _activation(expr, parameters, given):
    if isinstance(expr, (int, float)):
        expr = sp.sympify(expr)
    if not isinstance(expr, sp.Expr):
        kind = "a function of Python" if callable(expr) else type(expr).__name__
        raise TypeError(f"study: give a SymPy expression in x, such as x * tanh(x), not {kind}: {expr!r}")
    expr = unify(expr, x)[0]
    others = sorted(symbol.name for symbol in expr.free_symbols if symbol.name != "x")
    if unknown := sorted({type(call).__name__ for call in expr.atoms(AppliedUndef)}):
        raise ValueError(f"study: {' and '.join(unknown)} in {expr} is a name without a definition; put in its formula")
    if expr.has(sp.I, sp.zoo, sp.oo, -sp.oo, sp.nan):
        raise ValueError(f"study: {expr} is not a real number for real x")
    if not any(symbol.name == "x" for symbol in expr.free_symbols):
        has = f"its symbols: {', '.join(others)}" if others else "it is a constant"
        raise ValueError(f"study: the expression {expr} has no x ({has}); the variable is from activations import x")
    if missing := [name for name in others if name not in given]:
        raise ValueError(f"study: the expression {expr} has the symbol {' and '.join(missing)} beside x; give a value, "
                         f"as in study(..., {', '.join(f'{name}=1' for name in missing)})")
    expr = expr.xreplace({number: sp.Rational(str(number)) for number in expr.atoms(sp.Float)})
    activation = Activation(expr, name="f", **given)
    ends = {name: _ends(activation.parameters[name], value) for name, value in parameters.items()}
    return Activation(activation.expr, name="f", parameters=activation.parameters | ends), given


def _number(name, value):
    value = getattr(value, "value", value)
    if isinstance(value, sp.Expr) and value.is_number and value.is_real:
        return value
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"study: {name} is a number or a slider, not {value!r}")
    if not np.isfinite(value):
        raise ValueError(f"study: {name} is finite, not {value!r}")
    return sp.Rational(str(value))


def _ends(parameter, slider):
    """The parameter with the ends of the slider that was given for it."""
    if not hasattr(slider, "min"):
        return parameter
    low, high, step = slider.min, slider.max, slider.step
    if hasattr(slider, "base"):  # a FloatLogSlider has the exponents
        low, high = slider.base**low, slider.base**high
        step = (high - low) / 100
    return Parameter(parameter.symbol, parameter.default, low, high, step, "")
