"""An activation that a reader makes in one line, and where it goes."""

import numpy as np
import pytest
import sympy as sp
from sympy import Symbol, atan, exp

from activations import Activation, catalogue, x
from activations.activation import _right_at_infinity
from activations.network import Network

plain, beta = Symbol("x"), Symbol("beta")


def test_one_line_is_enough():
    own = Activation(plain * atan(plain))
    assert own.expr == x * atan(x) and own.name == own.title == "x*atan(x)" and own.parameters == {}
    assert own.f([0.0, 1.0]) == pytest.approx([0, np.pi / 4]) and own.df(1) == pytest.approx(np.pi / 4 + 0.5)
    assert own.properties.range.inf == 0 and own.kink is None
    assert repr(Activation(x, "same", "The same")) == "Activation same: x" and Activation(x, "same").title == "same"


def test_a_keyword_is_the_default_of_a_parameter():
    own = Activation(plain / (1 + exp(-beta * plain)), beta=1.5)
    assert own.expr == catalogue["swish"].expr
    assert own.f(2.0) == catalogue["swish"].f(2.0, beta=1.5) and own.f(2.0, beta=0) == 1
    assert (own.parameters["beta"].min, own.parameters["beta"].max) == (-1.5, 4.5)
    assert own.sliders()["beta"].value == 1.5 and own.at().free_symbols == {x}
    assert own.properties_at(beta=1).range == catalogue["silu"].properties.range


@pytest.mark.parametrize(("symbol", "default", "low"), [
    (Symbol("a", positive=True), 2, 0.08),
    (Symbol("a", nonnegative=True), 0.1, 0), (Symbol("a", negative=True), -1, -3)])
def test_a_slider_stays_in_the_domain(symbol, default, low):
    parameter = Activation(symbol * x, a=default).parameters["a"]
    assert parameter.min == pytest.approx(low) and parameter.min <= default <= parameter.max
    assert 40 <= (parameter.max - parameter.min) / parameter.step <= 101


def test_parameters_by_name():
    entry = catalogue["elu"]
    own = Activation(entry.expr, parameters=entry.parameters)
    assert own.f(-1.0, alpha=2) == entry.f(-1.0, alpha=2)
    both = Activation(entry.expr * beta, parameters=entry.parameters, beta=3)
    assert both.f(-1.0) == pytest.approx(3 * entry.f(-1.0)) and list(both.parameters) == ["alpha", "beta"]


def test_it_goes_into_a_network():
    X, Y = np.random.default_rng(0).standard_normal((20, 3)), np.eye(2)[np.arange(20) % 2]
    own = Network([3, 4, 2], Activation(plain / (1 + exp(-beta * plain)), beta=1), beta=2.0)
    theirs = Network([3, 4, 2], catalogue["swish"], beta=2.0)
    assert np.array_equal(own.train(X, Y, epochs=2).loss, theirs.train(X, Y, epochs=2).loss)


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda: Activation("relu"), TypeError, "SymPy expression in x, such as x . tanh.x.; got 'relu'"),
    (lambda: Activation(beta * x), ValueError, r"symbol beta beside x; give a default, .*beta=1\)"),
    (lambda: Activation(x, beta=1), TypeError, "no symbol beta beside x; its symbols: none"),
    (lambda: Activation(beta * x, beta=1j), TypeError, "default of beta is a real number"),
    (lambda: Activation(Symbol("a", positive=True) * x, a=0), ValueError, "a is greater than 0"),
    (lambda: Activation(x * Symbol("x", negative=True) * Symbol("x", positive=True)), ValueError, "symbol x"),
])
def test_errors_say_what_is_right(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_limits_are_looked_for_only_where_they_are_missing():
    assert _right_at_infinity(catalogue["relu"].expr, (x,), ())
    assert _right_at_infinity(sp.sin(x), (x,), ())  # nan is right: there is no limit
    assert not _right_at_infinity(catalogue["softsign"].expr, (x,), ())
    assert not _right_at_infinity(catalogue["prelu"].expr, (x, Symbol("alpha", real=True)), (None,))
    assert catalogue["softsign"].f([-np.inf, 0, np.inf]).tolist() == [-1, 0, 1]
    assert catalogue["prelu"].f([-np.inf, np.inf], alpha=[0.0, 0.0]).tolist() == [0, np.inf]
    both = Activation(sp.Piecewise((x / (1 - x), x < 0), (x, True)))
    assert both.f([-np.inf, np.inf]).tolist() == [-1, np.inf]
