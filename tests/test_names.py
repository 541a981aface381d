"""The names of `where`: what stands for what, and that no variable is caught on the way."""

import pytest
import sympy as sp
from sympy import Derivative, Function, IndexedBase, Integral, Limit, Rational, Sum, Symbol, exp, symbols

from activations.derivation import DerivationError, derive
from activations.derivation.names import Names
from activations.symbols import x

t, y = symbols("t y", real=True)
i, j = symbols("i j", integer=True)
n = Symbol("n", integer=True, positive=True)
F, G, sigma = Function("F"), Function("G"), Function("sigma")
p, z = IndexedBase("p"), IndexedBase("z", real=True)
A, B = symbols("A B", real=True)


def unfolded(expr, where):
    return Names(where.items()).unfold(expr)


@pytest.mark.parametrize(("where", "at", "value"), [
    ({F(x): Integral(x * t, (t, 0, 1))}, F(t), t / 2),
    ({F(x): Integral(x * t, (t, 0, 1))}, F(t + 1), (t + 1) / 2),
    ({F(x): Sum(x * j, (j, 1, 3))}, F(j), 6 * j),
    ({F(x): Limit((x + t) * (1 + t), t, 0)}, F(t), t),
    ({F(x): Integral(Integral(x * t * y, (t, 0, 1)), (y, 0, 1))}, F(t + y), (t + y) / 4),
    ({F(x, y): Integral(x * y * t, (t, 0, 2))}, F(t, x), 2 * t * x),
])
def test_an_argument_is_not_caught_by_a_sum_or_an_integral_in_the_definition(where, at, value):
    assert (unfolded(at, where).doit() - value).expand() == 0
    assert derive(at, (value, "worked out"), where=where).proved


def test_the_parameters_of_a_definition_are_exchanged_at_once():
    assert unfolded(F(y, x), {F(x, y): x - 2 * y}) == y - 2 * x


def test_a_symbol_in_a_definition_is_not_caught_by_the_integral_around_the_name():
    with pytest.raises(DerivationError, match="step 1"):
        derive(Integral(F(t) * x, (x, 0, 1)), (Rational(1, 3), "caught"), where={F(t): x})
    assert derive(Integral(F(t) * x, (x, 0, 1)), (x / 2, "F is a constant in it"), where={F(t): x}).proved


def test_what_depends_on_the_variable_of_an_integral_must_show_it():
    message = r"A depends on x, over which integral runs: write it with its variable, A\(x\), in `where`"
    with pytest.raises(ValueError, match=message):
        derive(Integral(A, (x, 0, 1)), (Rational(1, 2), "r"), where={A: x})
    with pytest.raises(ValueError, match="over which sum runs"):
        derive(Sum(A, (j, 1, 3)), (6, "r"), where={A: j})
    assert derive(Integral(A * x, (x, 0, 1)), (y / 2, "constant"), where={A: y}).proved


def test_definitions_within_definitions():
    where = {A: B + 1, B: sigma(x) * 2, sigma(x): 1 / (1 + exp(-x))}
    assert unfolded(A, where) == 1 + 2 / (1 + exp(-x))
    assert unfolded(sp.ImmutableMatrix([[A, 1], [B, A]]), where)[1, 0] == 2 / (1 + exp(-x))
    assert unfolded(p[2] + p[j], {p[i]: z[i] * i}) == 2 * z[2] + j * z[j]


def test_without_definitions_nothing_changes():
    assert unfolded(Integral(F(t), (t, 0, 1)), {}) == Integral(F(t), (t, 0, 1))
    assert unfolded(F(A), {B: y}) == F(A)


def test_a_derivative_by_a_name_holds_it_for_a_variable():
    where = {A: x**2}
    assert unfolded(Derivative(A**3, A), where).doit() == 3 * x**4
    assert unfolded(Derivative(A**3, x), where).doit() == 6 * x**5
    assert unfolded(Derivative(A**3 * x, A, x), where).doit() == 3 * x**4
    assert unfolded(Derivative(G(F(x)), F(x)), {F(x): x**2, G(x): x**5}).doit() == 5 * x**8


@pytest.mark.parametrize(("where", "line", "message"), [
    ({A: B, B: A}, A, "the definition of A in `where` goes back to A itself"),
    ({F(x): F(x - 1) + 1}, F(x), "the definition of F in `where` goes back to F itself"),
    ({F(x): G(x), G(x): sp.sin(F(x))}, x, "goes back to F itself"),
    ({F(x): x}, F(x, y), r"F takes 1 argument in `where`, and 2 arguments in F\(x, y\)"),
    ({F(x, y): x}, F(x), r"F takes 2 arguments in `where`, and 1 argument in F\(x\)"),
    ({p[i, j]: z[i]}, p[i], r"p takes 2 arguments in `where`, and 1 argument in p\[i\]"),
])
def test_definitions_that_cannot_be_used(where, line, message):
    with pytest.raises(ValueError, match=message):
        derive(line, (line + 1, "r"), where=where)


@pytest.mark.parametrize("name", [F(2), F(x, x), F(x + 1), p[1], sp.Integer(3), "F", x + 1])
def test_what_is_no_name(name):
    with pytest.raises(TypeError, match="in `where` is not a name: a name is a symbol"):
        derive(x, (x, "r"), where={name: x})


def test_a_plain_symbol_is_the_course_symbol_of_that_name():
    plain = Symbol("x")
    assert derive(F(x), (plain**2, "by definition"), where={F(plain): plain**2}).proved
    area = Integral(F(Symbol("t")), (Symbol("t"), 0, 1))
    assert derive(area, (Rational(1, 3), "an area"), where={F(x): plain**2}).proved
    assert derive(sp.sqrt(plain**2), (sp.Abs(x), "real in one place is real in all")).proved


def test_a_conflict_of_assumptions_is_named():
    with pytest.raises(ValueError, match="symbol x is declared"):
        derive(x, (Symbol("x", real=False), "r"))
