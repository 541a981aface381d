"""An area holds the true one, or says nothing: kinks, far tails, singular ends, narrow peaks, parameters, nesting."""

import mpmath
import pytest
import sympy as sp
from flint import acb, arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from activations.numerics.balls import is_finite, precision, to_balls
from activations.numerics.intervals import Interval
from activations.numerics.tails import Bound, _Reader, tail

x, y, a = sp.symbols("x y a", real=True)
p = sp.Symbol("p", positive=True)
t = sp.Symbol("t")
oo, pi, exp, sqrt = sp.oo, sp.pi, sp.exp, sp.sqrt
phi = exp(-(x**2) / 2) / sqrt(2 * pi)
sigmoid = 1 / (1 + exp(-x))
FIXED = settings(max_examples=40, deadline=None, derandomize=True, database=None)
FAR = sp.Integer(10) ** 30


def area(body, low, high, *values, symbols=(), variable=x):
    return to_balls(sp.Integral(body, (variable, low, high)), symbols)(*values)


def is_close(ball, value, digits=12):
    """Whether a real enclosure is narrow and holds the value."""
    value = to_balls(sp.sympify(value), ())()
    ball = ball if isinstance(ball, acb) else acb(ball)
    return ball.overlaps(acb(arb(value))) and (ball - arb(value)).abs_upper() < arb(10) ** -digits * (
        1 + abs(arb(value))
    )


KNOWN = [
    (x, 2, 1, -sp.Rational(3, 2)),
    (x, 1, 1, 0),
    (sp.floor(x), 0, sp.Rational(7, 2), sp.Rational(9, 2)),
    (abs(sp.cos(x)), 0, pi, 2),
    (abs(x - sqrt(2)), 0, 3, sp.Rational(13, 2) - 3 * sqrt(2)),
    (sp.sign(x), -1, 2, 1),
    (sp.Heaviside(x - 1), 0, 3, 2),
    (sp.Mod(x, 2), 0, 5, sp.Rational(9, 2)),
    (sp.Max(x, 2 - x), 0, 2, 3),
    (sp.Piecewise((1, sp.Abs(x - 3) < sp.Rational(1, 10**4)), (0, True)), 0, 10, sp.Rational(2, 10**4)),
    (1 / x**2, 1, oo, 1),
    (x ** sp.Rational(-3, 2), 1, oo, 2),
    (1 / (1 + x**2), -oo, oo, pi),
    (exp(-x), oo, 0, -1),
    (exp(-x) * x**100, 0, oo, sp.factorial(100)),
    (exp(-sp.Abs(x)), -oo, oo, 2),
    (exp(-sqrt(x)), 0, oo, 2),
    (exp(-(10**8) * (x - sp.Rational(1, 3)) ** 2), -oo, oo, sqrt(pi) / 10**4),
    (exp(-((x - 10**4) ** 2)), -oo, oo, sqrt(pi)),
    (sp.erfc(x), 0, oo, 1 / sqrt(pi)),
    (sp.sech(x), -oo, oo, pi),
    (sigmoid * (1 - sigmoid), -oo, oo, 1),
    (1 - sp.tanh(x), 0, oo, sp.log(2)),
    (1 - sp.tanh(x) ** 2, -oo, oo, 2),
    (1 - sp.erf(x), 0, oo, 1 / sqrt(pi)),
    (sp.log(1 + exp(-x)), 0, oo, pi**2 / 12),
    (exp(-(x**2) / 2) * sp.cos(x), -oo, oo, sqrt(2 * pi) * exp(-sp.Rational(1, 2))),
    (2**-x, 0, oo, 1 / sp.log(2)),
    (exp(-sqrt(1 + x**2)) * x / sqrt(1 + x**2), 0, oo, exp(-1)),
    (1 / sqrt(x), 0, 1, 2),
    (sp.log(x), 0, 1, -1),
    (1 / sqrt(1 - x), 0, 1, 2),
    (1 / sqrt(x - 2), 2, 3, 2),
    (exp(-x) / sqrt(x), 0, oo, sqrt(pi)),
    (sp.log(x) ** 2 * sqrt(x), 0, 1, sp.Rational(16, 27)),
    (phi, -oo, oo, 1),
    (x**2 * phi, -oo, oo, 1),
    (sp.Max(0, x) ** 2 * phi, -oo, oo, sp.Rational(1, 2)),
    (sp.tanh(x) * phi, -oo, oo, 0),
    (sp.cosh(x) * phi, -oo, oo, exp(sp.Rational(1, 2))),
    (abs(x) ** 3 * phi, -oo, oo, 2 * sqrt(2 / pi)),
    (sp.erf(x / sqrt(2)) * x * phi, -oo, oo, 1 / sqrt(pi)),
    (exp(sp.I * x).rewrite(sp.cos), 0, pi, 2 * sp.I),
    (exp(sp.I * x), 0, pi, 2 * sp.I),
    (sp.Integral(x * y, (y, 0, x)), 0, 1, sp.Rational(1, 8)),
    (sp.Integral(exp(-x * y) * x, (y, 0, 1)), 0, 1, exp(-1)),
    (sp.Sum(x**y, (y, 0, 2)), 0, 1, sp.Rational(11, 6)),
    (sp.sin(x) / x, 0, 1, sp.Si(1)),
    (sp.sinh(x), -1, 1, 0),
    (1 / sqrt(x**3 + x), 1, 4, 2 * sp.Integral(1 / sqrt(x**4 + 1), (x, 1, 2))),
    (sp.asin(x), 0, 1, pi / 2 - 1),
]


@pytest.mark.parametrize("body, low, high, value", KNOWN, ids=str)
def test_known_areas(body, low, high, value):
    with precision(128):
        ball = area(body, low, high)
        if value.has(sp.I) if isinstance(value, sp.Expr) else False:
            assert ball.real.contains(0) and ball.imag.contains(2) and ball.is_finite()
        else:
            assert is_close(ball, value), ball


@pytest.mark.parametrize(
    "body, low, high",
    [
        (1 / x, 0, 1),
        (1 / x, -1, 1),
        (1 / x**2, -1, 1),
        (1 / x, 1, oo),
        (exp(x), 0, oo),
        (exp(-x), -oo, 0),
        (sp.S.One, 0, oo),
        (sp.sin(x), 0, oo),
        (sp.tan(x), 0, 2),
        (x, -oo, oo),
        (1 / (x - 1), 0, 1),
        (1 / sqrt(x), 1, oo),
        (sp.tanh(x), 0, oo),
        (1 / x ** sp.Rational(3, 2), 0, 1),
        (exp(1 / x), 0, 1),
        (1 / (x * sp.log(x)), 2, oo),
        (sp.Max(0, x - FAR * 10**20), 0, oo),
        (sp.Max(0, x - FAR) * exp(-x) + sp.Heaviside(x - FAR), 0, oo),
        (sp.gamma(x), -1, 1),
        (1 / sp.sin(x), 1, 4),
        (x, oo, oo),
        (sp.log(x) / x, 1, oo),
        (1 / (x - sqrt(2)), 1, 2),
        (exp(-x) + 1 / x, 1, oo),
        (sp.cosh(x) * phi ** sp.Rational(0), 0, oo),
    ],
)
def test_divergent_areas_are_never_finite(body, low, high):
    assert not is_finite(area(body, low, high))


@pytest.mark.parametrize(
    "bump, size",
    [
        (sp.Max(0, 1 - abs(x - FAR)), 1),
        (sp.Max(0, 1 - abs(x - FAR * 10**20)), 1),
        (exp(-((x - FAR) ** 2)), sqrt(pi)),
        (sp.Piecewise((1, sp.And(x > FAR, x < FAR + 1)), (0, True)), 1),
        (1 / (1 + (x - FAR) ** 2), pi),
        (exp(-abs(x - FAR)), 2),
    ],
)
def test_a_bump_far_out_is_not_missed(bump, size):
    for body, rest in ((bump, 0), (bump + exp(-x), 1)):
        for ball in (area(body, 0, oo), -area(body.xreplace({x: -x}), 0, -oo)):
            assert not is_finite(ball) or acb(ball).overlaps(acb(arb(to_balls(sp.sympify(size + rest), ())())))


def test_what_rises_late_but_is_bounded_by_its_decay():
    ball = area(sp.Max(0, x - 10**50) * exp(-x), 0, oo)
    assert is_finite(ball) and ball.contains(0) and ball.abs_upper() < 1e-15
    assert is_close(area(sp.Heaviside(x - 20) * exp(-x), 0, oo), exp(-20), 12)


@pytest.mark.parametrize(
    "value", [fmpq(1, 3), arb(1) / 3, arb(fmpq(1, 3), 1e-20), Interval(arb(0.25), arb(0.5)), acb(fmpq(1, 3))]
)
def test_parameters_of_every_kind(value):
    ball = area(exp(-a * x), 0, 2, value, symbols=(a,))
    assert acb(ball).overlaps(acb(3 * (1 - (arb(-2) / 3).exp())))
    kink = area(sp.Max(0, x + a) * phi, -oo, oo, value, symbols=(a,))
    third = sp.Rational(1, 3)
    exact = third * (1 + sp.erf(third / sqrt(2))) / 2 + phi.subs(x, third)
    assert not is_finite(kink) or acb(kink).overlaps(acb(to_balls(exact, ())()))


def test_kink_at_a_parameter_is_close():
    ball = area(sp.Max(0, x + a) * phi, -oo, oo, fmpq(1, 3), symbols=(a,))
    with precision(53):
        assert is_finite(ball) and ball.rad() < 1e-10


@pytest.mark.parametrize("limit", [arb.pi(), arb(3, 0.25), Interval(arb(3), arb(3.5))])
def test_inexact_limits_hold_every_limit_inside(limit):
    ball = area(sp.sin(x), 0, a, limit, symbols=(a,))
    reverse = area(sp.sin(x), a, 0, limit, symbols=(a,))
    for inside in (3, 3.125, arb.pi(), 3.2):
        if limit.contains(inside):
            want = 1 - arb(inside).cos()
            assert is_finite(ball) and ball.overlaps(want) and reverse.overlaps(-want)


def test_limits_where_there_are_none():
    for value in (arb.nan(), acb(1, 1), arb(0, arb.pos_inf()), Interval(arb(0), arb.pos_inf())):
        assert not acb(area(x**2, 0, a, value, symbols=(a,))).is_finite()
    assert is_close(area(exp(-x), 0, a, arb.pos_inf(), symbols=(a,)), 1)


def test_the_variable_is_its_own():
    assert is_close(to_balls(sp.Integral(t, (t, 0, t)), (t,))(fmpq(3)), sp.Rational(9, 2))
    assert is_close(to_balls(sp.Integral(t, (t, 0, t), (t, 0, 1)), ())(), sp.Rational(1, 6))
    ball = to_balls(sp.Integral(sqrt(p), (p, -1, 1)), ())()  # declared positive, used below 0
    assert acb(ball).overlaps(acb(fmpq(2, 3), fmpq(2, 3)))


def test_complex_integrands_keep_their_imaginary_part():
    assert not is_finite(area(sqrt(x), -1, 1)) or area(sqrt(x), -1, 1).overlaps(acb(fmpq(2, 3), fmpq(2, 3)))
    modulus = area(sp.Abs(exp(sp.I * x) + t, evaluate=False), 0, 1, fmpq(1), symbols=(t,))
    want = to_balls(4 * sp.sin(sp.Rational(1, 2)), ())()
    assert not acb(modulus).is_finite() or acb(modulus).overlaps(acb(want))
    assert isinstance(area(sp.log(1 + x**2), 0, 1), arb) and isinstance(area(phi, -oo, oo), arb)


@pytest.mark.parametrize(
    "body, value",
    [
        (sp.Integral(abs(x - y), (y, 0, 1)), sp.Rational(1, 3)),
        (sp.Integral(sp.Max(x, y), (y, 0, 1)), sp.Rational(2, 3)),
        (sp.Integral(abs(y), (y, -1, x)), sp.Rational(2, 3)),
        (sp.Integral(sp.sign(y - x), (y, 0, 1)), 0),
        (sp.Integral(sp.floor(y + x), (y, 0, 1)), sp.Rational(1, 2)),
        (sp.Integral(sqrt(y), (y, 0, x)), sp.Rational(4, 15)),
        (sp.Integral(exp(-y * (1 + x)), (y, 0, oo)), sp.log(2)),
        (sp.Integral(sp.log(y + x), (y, 0, 1)), 2 * sp.log(2) - sp.Rational(3, 2)),
        (sp.Integral(sp.Heaviside(y), (y, -1, x)), sp.Rational(1, 2)),
        (sp.Sum(abs(x - y / 2), (y, 0, 2)), sp.Rational(5, 4)),
        (abs(sp.Integral(y, (y, -1, x)) + sp.Rational(1, 4)), None),
        (sp.Integral(sp.besselj(0, x * y), (y, 0, 1)), None),
    ],
)
def test_nested_areas(body, value):
    ball = area(body, 0, 1)
    if value is None:
        with mpmath.workdps(30):
            inner = {sp.Abs: lambda u: abs((u * u - 1) / 2 + mpmath.mpf(1) / 4)}.get(type(body)) or (
                lambda u: mpmath.quad(lambda v: mpmath.besselj(0, u * v), [0, 1])
            )
            want = arb(mpmath.nstr(mpmath.quad(inner, [0, 1 / mpmath.sqrt(2), 1]), 20)) + arb(0, 1e-15)
    else:
        want = arb(to_balls(sp.sympify(value), ())())
    assert not is_finite(ball) or acb(ball).overlaps(acb(want)), ball


def test_nested_areas_that_are_smooth_are_close():
    assert is_close(area(sp.Integral(abs(y) * x, (y, -1, 1)), 0, 1), sp.Rational(1, 2))
    assert is_close(area(sp.Integral(exp(-y * (1 + x)), (y, 0, oo)), 0, 1), sp.log(2))


def test_an_area_beside_the_line_is_analytic_in_its_limit_and_parameter():
    limit = to_balls(sp.Integral(sp.sin(y), (y, 0, x)), (x,), "analytic")
    z = acb(1, 0.5) + acb(arb(0, 1e-6), arb(0, 1e-6))
    assert limit(z).overlaps(1 - acb(1, 0.5).cos())
    kinked = to_balls(sp.Integral(abs(y), (y, -1, x)), (x,), "analytic")
    assert kinked(acb(1, 0.5)).overlaps((acb(1, 0.5) ** 2 + 1) / 2) and not kinked(z - 1).is_finite()
    inside = to_balls(sp.Integral(abs(x - y), (y, 0, 1)), (x,), "analytic")
    assert not acb(inside(acb(0.5, 0.25))).is_finite()
    cut = to_balls(sp.Integral(sqrt(x - y), (y, 0, 1)), (x,), "analytic")
    assert not acb(cut(acb(arb(-1), arb(0, 0.25)))).is_finite() and acb(cut(acb(3, 1))).is_finite()


def test_the_work_is_bounded():
    for body in (
        sp.sin(1 / x),
        sp.sin(exp(x**2) * 1000),
        sp.Integral(sp.sin(x * y * 1000), (y, 0, x)),
        sp.floor(1000000 * x),
    ):
        ball = area(body, sp.Rational(1, 1000), 5)
        assert not is_finite(ball) or acb(ball).real.abs_upper() < 10**8
    assert is_close(area(sp.sin(x), 0, pi), 2)


# --- At random -------------------------------------------------------------------------------------------------------

factors = st.sampled_from(
    [
        sp.sin(x),
        sp.cos(3 * x),
        sp.tanh(x),
        sigmoid,
        x,
        x**2,
        sp.Max(0, x),
        abs(x - 1),
        sp.erf(x),
        sp.atan(x),
        sp.Min(1, x),
        sp.sign(x - sp.Rational(1, 3)),
        sp.log(1 + exp(x)),
        sqrt(1 + x**2),
        1 / (2 + sp.cos(x)),
    ]
)
decays = st.sampled_from([phi, exp(-abs(x)), exp(-((x - 2) ** 2)), 1 / (1 + x**4), sp.sech(x), sigmoid * (1 - sigmoid)])
BREAKS = [-60, -20, -8, -3, -1, 0, mpmath.mpf(1) / 3, 1, 2, 3, 5, 8, 20, 60]


def quad(body, low, high, breaks):
    with mpmath.workdps(25):
        inside = [low, *(b for b in breaks if low < b < high), high]
        value = mpmath.quad(sp.lambdify(x, body, "mpmath"), inside)
        return arb(mpmath.nstr(value, 20)) + arb(0, 1e-12)


@FIXED
@given(factors, factors, st.integers(-12, 12), st.integers(1, 20))
def test_random_areas_between_ends(first, second, low, width):
    body, low, high = first * second + first, sp.Rational(low, 4), sp.Rational(low + width, 4)
    ball = area(body, low, high)
    assert is_finite(ball) and arb(ball).rad() < 1e-6
    assert ball.overlaps(quad(body, mpmath.mpf(low.p) / low.q, mpmath.mpf(high.p) / high.q, BREAKS))


@FIXED
@given(factors, decays)
def test_random_areas_without_ends(factor, decay):
    ball = area(factor * decay, -oo, oo)
    if is_finite(ball):
        assert acb(ball).overlaps(acb(quad(factor * decay, -mpmath.inf, mpmath.inf, BREAKS)))
    assert is_finite(ball) or decay == 1 / (1 + x**4)


@FIXED
@given(factors, decays, st.integers(2, 9), st.booleans())
def test_random_tails_hold_the_tail(factor, decay, start, left):
    sign = -1 if left else 1
    positive = sp.Dummy("y", positive=True)
    bound = tail((factor * decay).xreplace({x: sign * positive}), positive, (), (), arb(start))
    true = mpmath.quad(
        sp.lambdify(x, abs(factor * decay).xreplace({x: sign * x}), "mpmath"),
        [start, start + 1, start + 4, 40, 400, mpmath.inf],
    )
    assert bound >= arb(mpmath.nstr(true * (1 - mpmath.mpf("1e-9")), 15))


@FIXED
@given(factors, decays, st.integers(2, 9))
def test_random_envelopes_hold_the_values(factor, decay, start):
    positive = sp.Dummy("y", positive=True)
    for expr in (
        factor,
        decay,
        factor + decay,
        factor - 2 * decay,
        factor / decay,
        exp(factor),
        exp(-factor),
        1 / (2 + factor),
    ):
        body = expr.xreplace({x: positive})
        envelope = _Reader(positive, (), (), arb(start)).envelope(body)
        function = to_balls(body, (positive,))
        for at in (start, start + fmpq(1, 3), start + 5, 40, 300):
            with precision(400):
                size = arb(abs(function(arb(at))))
                for bound, side in ((envelope.upper, 1), (envelope.lower, -1)):
                    if bound is not None and is_finite(size):
                        log = bound.log + bound.power * arb(at).log() - bound.rate * at
                        assert not (log - size.log()) * side < -arb("1e-9"), (expr, at, bound)
                if envelope.sign and is_finite(size):
                    assert not function(arb(at)) * envelope.sign < 0


def test_bounds():
    decay = Bound(arb(0), arb(3), arb(1))  # y³·exp(-y), greatest at 3
    assert decay.greatest(arb(2)) >= 3 * arb(3).log() - 3 and decay.greatest(arb(2)) < 3 * arb(3).log() - 2.9
    assert decay.greatest(arb(5)) >= 3 * arb(5).log() - 5 and decay.greatest(arb(5)) < 3 * arb(5).log() - 4.9
    assert decay.area(arb(5)) >= (125 + 75 + 30 + 6) * arb(-5).exp() and not decay.area(arb(2)).is_finite()
    assert Bound(arb(0), arb(-2)).area(arb(4)) >= fmpq(1, 4) and not Bound(arb(0), arb(-1)).area(arb(4)).is_finite()
    assert Bound(arb(0), arb(-1), arb(1)).area(arb(2)) < (-arb(2)).exp()
    assert (
        not Bound(arb(0), arb(1)).greatest(arb(2)).is_finite()
        and not Bound(arb(0), arb(-9), arb(-1)).area(arb(2)).is_finite()
    )


def test_a_tail_that_cannot_be_made_small_is_in_the_radius():
    ball = area(x ** sp.Rational(-101, 100), 1, oo)
    assert is_finite(ball) and ball.contains(100)


def test_a_logarithm_close_to_1_from_below_is_larger_than_its_argument():
    positive = sp.Dummy("y", positive=True)
    bound = _Reader(positive, (), (), arb(2)).envelope(sp.log(1 - exp(-positive))).upper
    assert bound.log + bound.power * arb(2).log() - bound.rate * 2 >= (-(1 - arb(-2).exp()).log()).log()


def test_a_complex_lower_limit():
    lower = to_balls(sp.Integral(sp.sin(y), (y, x, 0)), (x,), "analytic")
    assert lower(acb(1, 0.5)).overlaps(acb(1, 0.5).cos() - 1)


def test_what_is_not_real_is_not_continued_as_if_it_were():
    modulus = area(sp.Abs(exp(sp.I * x) + t, evaluate=False), 0, 1, fmpq(1), symbols=(t,))
    assert not acb(modulus).is_finite()
