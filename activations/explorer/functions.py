"""Undefined functions in an expression, such as f(x), and the expressions that are put in for them."""

from functools import cache

from sympy import Derivative, Lambda, Subs
from sympy.core.function import AppliedUndef

from activations.calculus import derivative
from activations.explorer.panels import ExploreError


def undefined(expressions):
    """The names of the undefined functions that occur."""
    return {type(node).__name__ for expr in expressions for node in expr.atoms(AppliedUndef)}


def check_arguments(expressions):
    """Raise ExploreError for an undefined function of more than one variable."""
    for node in set().union(*(expr.atoms(AppliedUndef) for expr in expressions)):
        if len(node.args) != 1:
            raise ExploreError(f"explore: {node} has {len(node.args)} arguments, and a function to choose has one")


def put_functions(expr, functions):
    """The expression with a Lambda of one variable put in for each undefined function of that name, and the derivatives
    of the function with it."""
    for name, function in functions.items():
        expr = _put_function(expr, name, function)
    return expr


def _put_function(expr, name, function):
    def applied(node):
        return isinstance(node, AppliedUndef) and type(node).__name__ == name

    def differentiated(node):
        return isinstance(node, Derivative) and applied(node.expr) and node.expr.args == node.variables[:1]

    def slope(node):
        return _nth_derivative(function, len(node.variables))(node.variables[0])

    if not any(map(applied, expr.atoms(AppliedUndef))):
        return expr
    if expr.has(Derivative):
        expr = expr.replace(differentiated, slope)
    expr = expr.replace(applied, lambda node: function(*node.args))
    return expr.doit() if expr.has(Derivative, Subs) else expr


@cache
def _nth_derivative(function, n):
    if n == 0:
        return function
    (variable,) = function.variables
    return Lambda(variable, derivative(_nth_derivative(function, n - 1).expr, variable))
