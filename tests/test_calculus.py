"""What calculus.py computes, against the facts of the curriculum and against independent quadrature."""

import mpmath
import pytest
import sympy as sp
from mpmath import mp
from sympy import AccumBounds, FiniteSet, Interval, LambertW, Rational, Symbol, Union, exp, oo, pi, sqrt

from activations import catalogue, x
from activations.calculus import (
    Extremum,
    Unknown,
    derivative,
    extrema,
    gain,
    jumps,
    kinks,
    limits,
    monotonic,
    normal_mean,
    one_sided_slopes,
    properties,
    range_of,
    regions,
    saturation,
    smoothness,
    steepest,
    zero_centred,
)

NAMES = [activation.name for activation in catalogue.scalar]
HALF = Rational(1, 2)


def f(name, **parameters):
    return catalogue[name].at(**parameters)


def near(value, expected):
    """Whether `value` rounds to the decimal string `expected`."""
    places = len(expected.partition(".")[2])
    return f"{float(value):.{places}f}" == expected


# --- The derivative ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_derivative_is_the_slope_of_each_piece(name):
    slope = derivative(f(name))
    for where, formula in regions(f(name)):
        at = where.start + 1 if where.start.is_finite else where.end - 1 if where.end.is_finite else Rational(3, 7)
        at = at if at in where else (where.start + where.end) / 2
        assert abs(sp.N(slope.subs(x, at) - formula.diff(x).subs(x, at), 30)) < 1e-25


@pytest.mark.parametrize(("name", "at", "slope"), [
    ("relu", 0, 0), ("absolute", 0, 0), ("relu6", 6, 0), ("step", 0, 0), ("signum", 0, 0), ("elu", 0, 1),
    ("hardswish", 3, 1), ("hardswish", -3, 0), ("softsign", 0, 1), ("sinc", 0, 0), ("leaky_relu", 0, Rational(1, 100)),
])
def test_the_conditions_decide_at_a_kink(name, at, slope):
    assert derivative(f(name)).subs(x, at) == slope


def test_softsign_does_not_cancel():
    assert derivative(f("softsign")) == 1 / (1 + sp.Abs(x)) ** 2


def test_max_and_min():
    assert derivative(sp.Max(0, x)).subs(x, 0) == 0
    assert derivative(sp.Min(sp.Max(0, x), 6)).subs(x, 6) == 0
    assert derivative(sp.Max(0, sp.Min(1, x / 6 + HALF))).subs(x, 1) == Rational(1, 6)


# --- Kinks and smoothness ----------------------------------------------------------------------------------------

SLOPES = {
    "relu": {0: (0, 1)}, "relu6": {0: (0, 1), 6: (1, 0)}, "leaky_relu": {0: (Rational(1, 100), 1)},
    "absolute": {0: (-1, 1)}, "hardswish": {-3: (0, -HALF), 3: (Rational(3, 2), 1)},
    "hardsigmoid": {-3: (0, Rational(1, 6)), 3: (Rational(1, 6), 0)}, "hardtanh": {-1: (0, 1), 1: (1, 0)},
    "softshrink": {-HALF: (1, 0), HALF: (0, 1)}, "srelu": {-1: (Rational(1, 5), 1), 1: (1, Rational(1, 5))},
    "prelu": {0: (Rational(1, 4), 1)},
    "hardsigmoid_keras2": {-5 * HALF: (0, Rational(1, 5)), 5 * HALF: (Rational(1, 5), 0)},
    "hardsigmoid_binaryconnect": {-1: (0, HALF), 1: (HALF, 0)},
}
JUMPS = {"step": (0,), "signum": (0,), "threshold": (1,), "hardshrink": (-HALF, HALF)}


@pytest.mark.parametrize("name", NAMES)
def test_kinks_and_jumps(name):
    assert jumps(f(name)) == JUMPS.get(name, ())
    if name in ("selu", "rrelu"):
        assert kinks(f(name)) == (0,)
    else:
        assert kinks(f(name)) == (*JUMPS.get(name, ()), *SLOPES.get(name, {}))


@pytest.mark.parametrize("name", SLOPES)
def test_one_sided_slopes(name):
    assert {at: one_sided_slopes(f(name), at) for at in kinks(f(name))} == SLOPES[name]


def test_selu_slopes():
    left, right = one_sided_slopes(f("selu"), 0)
    assert near(left, "1.7581") and near(right, "1.0507")


@pytest.mark.parametrize("name", NAMES)
def test_smoothness(name):
    once = {"softsign", "elu", "celu", "squared_relu"}
    expected = -1 if name in JUMPS else 1 if name in once else 0 if name in SLOPES or name in ("selu", "rrelu") else oo
    assert smoothness(f(name)) == expected


def test_elu_is_smooth_only_for_alpha_1_and_celu_always():
    assert smoothness(f("elu", alpha=HALF)) == 0 and one_sided_slopes(f("elu", alpha=HALF), 0) == (HALF, 1)
    assert smoothness(f("celu", alpha=HALF)) == 1


def test_higher_orders():
    assert smoothness(x**3 * sp.Abs(x)) == 3
    assert smoothness(sp.Piecewise((sp.sin(x) / x, sp.Ne(x, 0)), (0, True))) == -1


# --- Limits, range, saturation -----------------------------------------------------------------------------------

ZERO_TO_ONE, REALS = Interval.open(0, 1), Interval(-oo, oo)
SHAPE = {  # name: limits, range, saturation, monotonic
    "step": ((0, 1), FiniteSet(0, 1), ("hard", "hard"), "increasing"),
    "signum": ((-1, 1), FiniteSet(-1, 0, 1), ("hard", "hard"), "increasing"),
    "identity": ((-oo, oo), REALS, (None, None), "strictly increasing"),
    "sigmoid": ((0, 1), ZERO_TO_ONE, ("soft", "soft"), "strictly increasing"),
    "logsigmoid": ((-oo, 0), Interval.open(-oo, 0), (None, "soft"), "strictly increasing"),
    "hardsigmoid": ((0, 1), Interval(0, 1), ("hard", "hard"), "increasing"),
    "tanh": ((-1, 1), Interval.open(-1, 1), ("soft", "soft"), "strictly increasing"),
    "hardtanh": ((-1, 1), Interval(-1, 1), ("hard", "hard"), "increasing"),
    "lecun_tanh": ((-Rational("1.7159"), Rational("1.7159")),
                   Interval.open(-Rational("1.7159"), Rational("1.7159")), ("soft", "soft"), "strictly increasing"),
    "tanhshrink": ((-oo, oo), REALS, (None, None), "strictly increasing"),
    "softsign": ((-1, 1), Interval.open(-1, 1), ("soft", "soft"), "strictly increasing"),
    "arctan": ((-pi / 2, pi / 2), Interval.open(-pi / 2, pi / 2), ("soft", "soft"), "strictly increasing"),
    "log_log": ((0, 1), ZERO_TO_ONE, ("soft", "soft"), "strictly increasing"),
    "bent_identity": ((-oo, oo), REALS, (None, None), "strictly increasing"),
    "gaussian": ((0, 0), Interval.Lopen(0, 1), ("soft", "soft"), None),
    "absolute": ((oo, oo), Interval(0, oo), (None, None), None),
    "sinusoid": ((AccumBounds(-1, 1), AccumBounds(-1, 1)), Interval(-1, 1), (None, None), None),
    "cosine": ((AccumBounds(-1, 1), AccumBounds(-1, 1)), Interval(-1, 1), (None, None), None),
    "relu": ((0, oo), Interval(0, oo), ("hard", None), "increasing"),
    "relu6": ((0, 6), Interval(0, 6), ("hard", "hard"), "increasing"),
    "leaky_relu": ((-oo, oo), REALS, (None, None), "strictly increasing"),
    "srelu": ((-oo, oo), REALS, (None, None), "strictly increasing"),
    "threshold": ((0, oo), Union(FiniteSet(0), Interval.open(1, oo)), ("hard", None), "increasing"),
    "hardshrink": ((-oo, oo), Union(FiniteSet(0), Interval.open(-oo, -HALF), Interval.open(HALF, oo)),
                   (None, None), "increasing"),
    "softshrink": ((-oo, oo), REALS, (None, None), "increasing"),
    "elu": ((-1, oo), Interval.open(-1, oo), ("soft", None), "strictly increasing"),
    "celu": ((-1, oo), Interval.open(-1, oo), ("soft", None), "strictly increasing"),
    "softplus": ((0, oo), Interval.open(0, oo), ("soft", None), "strictly increasing"),
    "squareplus": ((0, oo), Interval.open(0, oo), ("soft", None), "strictly increasing"),
    "squared_relu": ((0, oo), Interval(0, oo), ("hard", None), "increasing"),
    "silu": ((0, oo), Interval(-LambertW(exp(-1)), oo), ("soft", None), None),
    "hardswish": ((0, oo), Interval(-Rational(3, 8), oo), ("hard", None), None),
}


@pytest.mark.parametrize("name", SHAPE)
def test_shape(name):
    expr = f(name)
    assert (limits(expr), range_of(expr), tuple(saturation(expr)), monotonic(expr)) == SHAPE[name]


@pytest.mark.parametrize("name", ["mish", "gelu", "gelu_tanh", "quick_gelu", "swish"])
def test_shape_of_the_gates(name):
    expr = f(name)
    (lowest,) = extrema(expr)
    assert limits(expr) == (0, oo) and tuple(saturation(expr)) == ("soft", None) and monotonic(expr) is None
    assert range_of(expr) == Interval(lowest.value, oo) and lowest.kind == "minimum"


def test_selu_approaches_minus_lambda_alpha():
    left, right = limits(f("selu"))
    assert near(left, "-1.758099340847377") and right == oo
    assert range_of(f("selu")).left_open


@pytest.mark.parametrize(("expr", "expected"), [
    (x * sp.sin(x), AccumBounds(-oo, oo)), (sp.sin(x) / x, 0), (sp.sin(x) ** 2, AccumBounds(0, 1)), (x + sp.sin(x), oo),
    (sp.log(1 + sp.Abs(x)), oo), (x - sqrt(x**2 + 1), 0), (x * exp(-x), 0), (sp.Max(x, 3 - exp(-x)), oo),
])
def test_limits_to_the_right(expr, expected):
    assert limits(expr)[1] == expected


def test_a_plateau_that_is_attained_closes_the_range():
    assert range_of(sp.Min(1, sp.tanh(x) + HALF)) == Interval.Lopen(-HALF, 1)


def test_borders_that_sympy_cannot_solve_for_are_found_in_numbers():
    (at,) = kinks(sp.Max(x, 3 - exp(x)))
    assert abs(at + exp(at) - 3).n(30) < 1e-25 and smoothness(sp.Max(x, 3 - exp(x))) == 0
    assert len(kinks(sp.Max(sp.atan(x), x / 2))) == 3


# --- Extrema and steepest slopes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "at", "value"), [
    ("silu", "-1.2784645", "-0.2784645"), ("mish", "-1.1924312", "-0.3088434"), ("gelu", "-0.7517915", "-0.1699712"),
    ("hardswish", "-1.5", "-0.375"),
])
def test_minima(name, at, value):
    (lowest,) = extrema(f(name))
    assert lowest.kind == "minimum" and near(lowest.at, at) and near(lowest.value, value)


def test_closed_forms():
    assert extrema(f("silu")) == (Extremum("minimum", -1 - LambertW(exp(-1)), -LambertW(exp(-1))),)
    assert extrema(f("sinusoid")) == (Extremum("minimum", -pi / 2, -1), Extremum("maximum", pi / 2, 1))
    assert extrema(f("cosine")) == (Extremum("maximum", 0, 1), Extremum("minimum", pi, -1))
    assert extrema(f("gaussian")) == (Extremum("maximum", 0, 1),)
    assert extrema(f("absolute")) == (Extremum("minimum", 0, 0),)
    assert [e.kind for e in extrema(f("sinc"))] == ["maximum", "minimum", "maximum", "minimum", "maximum"]
    for name in ("relu", "sigmoid", "tanhshrink", "identity", "step", "softshrink"):
        assert extrema(f(name)) == ()


@pytest.mark.parametrize(("name", "value", "at"), [
    ("silu", "1.0998393", "2.39936"), ("mish", "1.0884982", "1.49057"), ("gelu", "1.1289041", "1.4142136"),
])
def test_steepest_of_the_gates(name, value, at):
    steep = steepest(f(name))
    assert steep.attained and near(steep.value, value) and near(next(iter(steep.at)), at)


def test_the_slope_of_mish_against_mpmath():
    with mp.workdps(30):
        at = mp.findroot(lambda t: mp.diff(lambda u: u * mp.tanh(mp.log1p(mp.exp(u))), t, 2), 1.5)
        assert abs(sp.N(next(iter(steepest(f("mish")).at)), 30) - sp.Float(str(at), 30)) < 1e-20


@pytest.mark.parametrize(("name", "value", "at", "attained"), [
    ("sigmoid", Rational(1, 4), FiniteSet(0), True), ("tanh", 1, FiniteSet(0), True),
    ("softplus", 1, FiniteSet(oo), False),
    ("gaussian", sqrt(2) * exp(-HALF), FiniteSet(-sqrt(2) / 2, sqrt(2) / 2), True),
    ("relu", 1, Interval.open(0, oo), True), ("elu", 1, Interval(0, oo), True), ("step", 0, REALS - FiniteSet(0), True),
    ("hardswish", Rational(3, 2), FiniteSet(3), False), ("squared_relu", oo, FiniteSet(oo), False),
    ("sinusoid", 1, FiniteSet(0, pi), True), ("bent_identity", Rational(3, 2), FiniteSet(oo), False),
    ("log_log", exp(-1), FiniteSet(0), True), ("tanhshrink", 1, FiniteSet(-oo, oo), False),
])
def test_steepest(name, value, at, attained):
    assert tuple(steepest(f(name))) == (value, at, attained)


def test_gelu_is_steepest_exactly_at_the_square_root_of_two():
    steep = steepest(f("gelu"))
    assert steep.at == FiniteSet(sqrt(2))
    assert sp.simplify(steep.value - (1 + sp.erf(1)) / 2 - exp(-1) / sqrt(pi)) == 0


def test_selu_is_steepest_on_the_left_of_its_kink():
    assert near(steepest(f("selu")).value, "1.7581") and not steepest(f("selu")).attained


@pytest.mark.parametrize("name", NAMES)
def test_no_point_of_a_fine_grid_beats_extrema_range_and_slope(name):
    expr = f(name)
    low, high, top = map(float, (range_of(expr).inf, range_of(expr).sup, steepest(expr).value))
    with mp.workdps(30):
        for where, formula in regions(expr):
            height, slope = (sp.lambdify(x, e, "mpmath") for e in (formula, formula.diff(x)))
            for at in (mp.mpf(i) / 7 for i in range(-90, 91)):
                if float(where.start) < at < float(where.end) and at != 0:
                    assert low - 1e-12 <= height(at) <= high + 1e-12
                    assert abs(slope(at)) <= top + 1e-12


# --- Under a normal input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "value"), [
    ("relu", "1.4142135624"), ("tanh", "1.5925"), ("sigmoid", "1.8462"), ("gelu", "1.5335"), ("silu", "1.6765"),
    ("selu", "1.000000000000"), ("identity", "1.000000"), ("step", "1.4142136"),
])
def test_gain(name, value):
    assert near(gain(f(name)), value)


def test_means():
    assert abs(normal_mean(f("relu")) - 1 / sqrt(2 * pi)).n(30) < 1e-20
    assert abs(normal_mean(f("prelu", alpha=Rational(1, 4))) - (1 - Rational(1, 4)) / sqrt(2 * pi)).n(30) < 1e-20
    assert normal_mean(f("gaussian")).round(20) == (1 / sqrt(3)).n(30).round(20)


@pytest.mark.parametrize("name", NAMES)
def test_mean_against_quadrature_of_another_kind(name):
    with mp.workdps(20):
        total = mp.mpf(0)
        for where, formula in regions(f(name)):
            low, high = (mp.mpf(float(e)) for e in (max(where.start, -12), min(where.end, 12)))
            function = sp.lambdify(x, formula * exp(-(x**2) / 2) / sqrt(2 * pi), "mpmath")
            total += mp.quad(function, mpmath.linspace(low, high, 13), method="gauss-legendre") if low < high else 0
        assert abs(total - mp.mpf(str(normal_mean(f(name))))) < mp.mpf("1e-15")


def test_zero_centred():
    odd = {"signum", "identity", "tanh", "hardtanh", "lecun_tanh", "tanhshrink", "softsign", "arctan", "sinusoid",
           "symmetrical_sigmoid", "srelu", "hardshrink", "softshrink"}
    assert {name for name in NAMES if zero_centred(f(name))} == odd | {"selu"}


# --- All of it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_properties_display(name):
    found = catalogue[name].properties
    assert repr(found).startswith("Limits: ") and len(repr(found).splitlines()) == len(found.rows) == 10
    assert found._repr_html_().count("<tr>") == 10
    assert "nan" not in repr(found) and "None" not in repr(found)


def test_the_order_of_smoothness_is_set_as_a_superscript():
    assert "<td>C<sup>∞</sup></td>" in catalogue["tanh"].properties._repr_html_()


def test_properties_of_silu_in_words():
    assert repr(properties(f("silu"))) == """\
Limits: 0 as x → −∞, ∞ as x → ∞
Range: [−0.278465, ∞)
Saturation: left: soft, right: none
Monotonic: no
Extrema: minimum −0.278465 at −1.27846
Largest slope: 1.09984 at 2.39936
Kinks: none
Smoothness: C^∞
Mean for normal input: 0.206621, not zero-centred
Gain: 1.67653"""


def test_properties_are_computed_once_and_do_not_change():
    found = properties(f("hardswish"))
    assert found.extrema is found.extrema
    assert found.slopes_at_kinks == {-3: (0, -HALF), 3: (Rational(3, 2), 1)}
    with pytest.raises(AttributeError):
        found.expr = x


@pytest.mark.parametrize("compute", [properties, range_of, kinks, limits, gain, extrema, steepest, smoothness])
def test_a_parameter_without_value_is_named(compute):
    with pytest.raises(ValueError, match="alpha must have a value"):
        compute(Symbol("alpha", positive=True) * x)


@pytest.mark.parametrize(("expr", "message"), [
    (sp.log(x), "no real value at x = -1"), (1 / x, "no real value at x = 0"),
    (sp.tan(x), "no real value at x = -1.57"),
    (sp.Piecewise((x, x < 0), (x**2, x > 1)), "no real value at x = 1/2"), (sp.I * x, "not a real number"),
    (x > 0, "not an expression"), (Symbol("x", positive=True), "declared narrower"),
])
def test_what_is_not_an_activation(expr, message):
    with pytest.raises(ValueError, match=message):
        repr(properties(expr))


def test_what_cannot_be_decided_is_not_known():
    rows = dict(properties(sp.floor(x)).rows)
    assert set(rows.values()) == {"not known"}
    with pytest.raises(Unknown, match="jumps"):
        range_of(sp.floor(x))


def test_a_plain_symbol_and_decimals_are_understood():
    assert range_of(Symbol("x") ** 2) == Interval(0, oo)
    assert steepest(0.1 * Symbol("x")).value == Rational(1, 10)


def test_straight_edges_with_irrational_numbers_are_solved_exactly():
    window = sp.Piecewise((1, (x > sp.sqrt(2)) & (x < sp.sqrt(sp.Rational(201, 100)))), (0, True))
    assert [where.end for where, _ in regions(window)] == [sp.sqrt(2), sp.sqrt(201) / 10, sp.oo]
    assert [where.end for where, _ in regions(sp.Max(0, sp.pi * x - sp.E))] == [sp.E / sp.pi, sp.oo]
    assert regions(sp.Max(x, sp.exp(7)))[0] == (sp.Interval.open(-sp.oo, sp.exp(7)), sp.exp(7))
