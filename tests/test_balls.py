"""An enclosure holds the true value: at points, over intervals, at all precisions, against mpmath at many digits."""

from functools import cache

import mpmath
import pytest
import sympy as sp
from flint import acb, arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from activations.numerics.balls import BallError, exact, interval, is_finite, precision, real, to_balls
from activations.numerics.intervals import Interval

x, y = sp.symbols("x y", real=True)
t = sp.Symbol("t")
FIXED = settings(max_examples=250, deadline=None, derandomize=True, database=None)
POINTS = [
    fmpq(p, q)
    for p, q in ((-13, 2), (-3, 1), (-5, 4), (-1, 1), (-1, 3), (0, 1), (1, 7), (1, 2), (1, 1), (7, 3), (19, 4), (12, 1))
]


def truth(expr, *values):
    """mpmath's value at 70 digits, None where it has none."""
    with mpmath.workdps(70):
        try:
            value = mpmath.mpmathify(_in_mpmath(expr, len(values))(*(mpmath.mpf(int(v.p)) / int(v.q) for v in values)))
        except (
            ZeroDivisionError,
            ValueError,
            TypeError,
            OverflowError,
            NotImplementedError,
            NameError,
            mpmath.libmp.NoConvergence,
        ):
            return None
        return value if mpmath.isfinite(value) else None


@cache
def _in_mpmath(expr, count):
    return sp.lambdify([x, y][:count], expr, "mpmath")


def as_ball(value):
    """mpmath's value as a ball with room for mpmath's own error."""
    with precision(300), mpmath.workdps(70):
        size = arb(mpmath.nstr(abs(value), 60)) + arb("1e-30")
        part = [arb(mpmath.nstr(p, 65)) + arb(0, size * arb("1e-45")) for p in (value.real, value.imag)]
        return acb(*part)


def holds(enclosure, value):
    """Whether an enclosure that is finite overlaps the true value; one that is not says nothing."""
    if isinstance(enclosure, Interval):
        if enclosure.is_nan():
            return True
        if not value.imag.contains(0):
            return False
        return not (enclosure.low > value.real or enclosure.high < value.real)
    if not is_finite(enclosure):
        return True
    return acb(arb(enclosure) if isinstance(enclosure, fmpq) else enclosure).overlaps(value)


# --- At points -------------------------------------------------------------------------------------------------------

NAMED = [
    sp.sin(x),
    sp.cos(x),
    sp.tan(x),
    sp.cot(x),
    sp.sec(x),
    sp.csc(x),
    sp.asin(x),
    sp.acos(x),
    sp.atan(x),
    sp.acot(x),
    sp.sinh(x),
    sp.cosh(x),
    sp.tanh(x),
    sp.coth(x),
    sp.sech(x),
    sp.csch(x),
    sp.asinh(x),
    sp.acosh(x),
    sp.atanh(x),
    sp.asec(x),
    sp.acsc(x),
    sp.acoth(x),
    sp.asech(x),
    sp.acsch(x),
    sp.exp(x),
    sp.log(x),
    sp.sqrt(x),
    sp.erf(x),
    sp.erfc(x),
    sp.erfi(x),
    sp.erfinv(x),
    sp.erf2(x, 1),
    sp.gamma(x),
    sp.loggamma(x),
    sp.digamma(x),
    sp.trigamma(x),
    sp.polygamma(3, x),
    sp.Si(x),
    sp.Ci(x),
    sp.Ei(x),
    sp.Shi(x),
    sp.Chi(x),
    sp.zeta(x),
    sp.factorial(x),
    sp.fresnels(x),
    sp.fresnelc(x),
    sp.LambertW(x),
    sp.LambertW(x, -1),
    sp.besselj(0, x),
    sp.besselj(sp.Rational(1, 2), x),
    sp.bessely(1, x),
    sp.besseli(2, x),
    sp.besselk(0, x),
    sp.Abs(x),
    sp.sign(x),
    sp.floor(x),
    sp.ceiling(x),
    sp.frac(x),
    sp.Mod(x, 3),
    sp.Mod(x, -3),
    sp.Mod(x, sp.pi),
    sp.Max(x, 1, sp.sqrt(2)),
    sp.Min(x, -1),
    sp.Heaviside(x),
    sp.harmonic(x),
    sp.beta(x, 2),
    sp.binomial(x, 2),
    x ** sp.Rational(1, 3),
    x ** sp.Rational(-3, 2),
    x**-3,
    x**0.5,
    sp.exp(sp.I * x),
    sp.Abs(sp.exp(sp.I * x) - 2),
    sp.re(sp.sqrt(x)),
    sp.im(sp.log(x)),
    sp.arg(x),
    sp.conjugate(sp.sqrt(x)),
    sp.Piecewise((sp.log(x), x > 0), (0, True)),
    2**x,
    sp.GoldenRatio * x,
    sp.Catalan + x,
    sp.Sum(x**y, (y, 0, 4)),
    sp.Product(x + y, (y, 1, 4)),
    sp.KroneckerDelta(x, 1),
    sp.sinc(x),
]


@pytest.mark.parametrize("expr", NAMED, ids=str)
def test_named_functions_hold_mpmaths_value(expr):
    function, known = to_balls(expr, (x,)), 0
    for point in POINTS:
        value = truth(expr.doit() if expr.has(sp.Sum, sp.Product) else expr, point)
        if value is not None:
            value = as_ball(value)
            for bits in (53, 200):
                with precision(bits):
                    ball = function(point)
                    assert holds(ball, value), (point, ball, value)
            known += is_finite(ball)
    assert known >= (1 if expr.has(sp.erfinv) else 3)  # an enclosure that says nothing would hold everything


@pytest.mark.parametrize("expr", NAMED, ids=str)
def test_named_functions_over_intervals_hold_the_points_inside(expr):
    function = to_balls(expr, (x,))
    plain = expr.doit() if expr.has(sp.Sum, sp.Product) else expr
    for low, high in (
        (-2, -1),
        (-1, 1),
        (0, 1),
        (1, 3),
        (-3, 3),
        (sp.Rational(5, 4), sp.Rational(3, 2)),
        (2, sp.oo),
        (-sp.oo, -1),
        (-sp.oo, sp.oo),
    ):
        inside = [fmpq(k, 8) for k in range(-28, 29) if low <= sp.Rational(k, 8) <= high]
        box = function(interval(low, high))
        for point in inside:
            value = truth(plain, point)
            if value is not None:
                assert holds(box, as_ball(value)), (low, high, point, box, value)


# --- Expressions at random -------------------------------------------------------------------------------------------

leaves = st.sampled_from([x, y, sp.Integer(2), sp.Rational(-3, 7), sp.pi, sp.sqrt(2), sp.Integer(-1)])
unary = st.sampled_from(
    [
        sp.exp,
        sp.log,
        sp.sin,
        sp.cos,
        sp.tanh,
        sp.atan,
        sp.erf,
        sp.erfc,
        sp.sqrt,
        sp.Abs,
        sp.sign,
        sp.floor,
        sp.cosh,
        sp.sech,
        sp.asinh,
        sp.acosh,
        sp.asin,
        sp.atanh,
        sp.ceiling,
        sp.sinh,
        sp.tan,
        lambda u: u**2,
        lambda u: u**3,
        lambda u: 1 / u,
        lambda u: u**-2,
        lambda u: 1 / (1 + sp.exp(-u)),
        lambda u: sp.log(1 + sp.exp(u)),
        sp.Heaviside,
    ]
)
binary = st.sampled_from(
    [
        lambda u, v: u + v,
        lambda u, v: u - v,
        lambda u, v: u * v,
        lambda u, v: u / v,
        sp.Max,
        sp.Min,
        lambda u, v: sp.Piecewise((u, u < v), (v**2, True)),
        lambda u, v: sp.Piecewise((u, sp.And(u > 0, v < 1)), (v, True)),
    ]
)


def _branches(inner):
    return st.tuples(unary, inner).map(lambda p: _made(*p)) | st.tuples(binary, inner, inner).map(lambda p: _made(*p))


def _made(function, *parts):
    try:
        return function(*parts)
    except (TypeError, ValueError):  # SymPy does not compare complex numbers
        return parts[0]


expressions = st.recursive(leaves, _branches, max_leaves=6)
rationals = st.fractions(min_value=-9, max_value=9, max_denominator=12).map(lambda q: fmpq(q.numerator, q.denominator))


def _compares_complex(expr, *values):
    """Whether mpmath, too, compares what is not real, which has no meaning."""
    parts = {
        a
        for node in expr.atoms(sp.Max, sp.Min, sp.floor, sp.ceiling, sp.Heaviside, sp.core.relational.Relational)
        for a in node.args
    }
    found = [truth(part, *values) for part in parts if isinstance(part, sp.Expr)]
    return any(value is None or value.imag != 0 for value in found)


@FIXED
@given(expressions, rationals, rationals)
def test_random_expressions_at_points_and_at_three_precisions(expr, a, b):
    function = to_balls(expr, (x, y))
    balls = []
    for bits in (53, 200, 1000):
        with precision(bits):
            balls.append(function(a, b))
    with precision(1000):
        finite = [acb(arb(v) if isinstance(v, fmpq) else v) for v in balls if is_finite(v)]
        assert all(v.overlaps(finite[-1]) for v in finite)
    value = truth(expr, a, b)
    if value is not None and abs(value) < mpmath.mpf("1e9") and not _compares_complex(expr, a, b):
        assert all(holds(v, as_ball(value)) for v in balls), (balls, value)


@FIXED
@given(expressions, rationals, st.integers(0, 24), rationals, st.integers(0, 24))
def test_random_expressions_over_intervals_hold_the_points_inside(expr, a, wide, b, tall):
    function = to_balls(expr, (x, y))
    box = function(
        Interval(arb(a).lower(), arb(a + fmpq(wide, 8)).upper()),
        Interval(arb(b).lower(), arb(b + fmpq(tall, 8)).upper()),
    )
    with precision(200):
        for part, other in ((0, 0), (1, 1), (1, 2), (3, 1), (2, 3), (4, 4), (4, 0)):
            value = function(a + fmpq(wide * part, 32), b + fmpq(tall * other, 32))
            if is_finite(value) and is_finite(box) and acb(real(value)).imag == 0 and not real(value).is_nan():
                if isinstance(value, acb) and value.imag != 0:
                    continue  # real or not, the ball does not say
                assert holds(box, acb(real(value))), (box, value)


# --- One by one ------------------------------------------------------------------------------------------------------


def at(expr, *values, symbols=(x,)):
    return to_balls(expr, symbols)(*values)


def test_steps_at_their_jump():
    assert at(sp.Heaviside(x), fmpq(0)) == fmpq(1, 2) and at(sp.Heaviside(x, 3), fmpq(0)) == 3
    assert at(sp.Heaviside(x, 3), arb(0, 1)).contains(3) and at(sp.Heaviside(x, 3), arb(0, 1)).contains(0)
    assert at(sp.Heaviside(x, -2), Interval(arb(-1), arb(1))).contains(-2)
    assert at(sp.sign(x), fmpq(0)) == 0 and at(sp.sign(x), arb(0, 1)).contains(-1)
    assert at(sp.Mod(x, -3), fmpq(7)) == -2 and at(sp.Mod(x, 3), fmpq(-7)) == 2
    assert at(sp.Mod(x, 3), arb(3, 0.5)).contains(fmpq(14, 5)) and at(sp.Mod(x, 3), arb(3, 0.5)).contains(0)
    assert at(sp.floor(x), fmpq(-1, 2)) == -1 and at(sp.ceiling(x), fmpq(-1, 2)) == 0


@pytest.mark.parametrize(
    "expr",
    [
        sp.sign(1 / x),
        sp.Heaviside(1 / x),
        sp.Mod(1 / x, 2),
        sp.Max(1 / x, 0),
        1 / x,
        sp.log(x),
        sp.KroneckerDelta(1 / x, 1),
        1 / sp.sqrt(x),
        sp.gamma(x),
        sp.digamma(x),
        sp.Abs(1 / x),
        sp.floor(1 / x),
        sp.re(1 / x),
        sp.atan2(x, x),
        sp.arg(x),
        sp.Ei(x),
        sp.zeta(x + 1),
    ],
)
def test_undefined_at_0_is_nan(expr):
    assert not is_finite(at(expr, fmpq(0)))


@pytest.mark.parametrize(
    "expr",
    [
        sp.tan(x),
        sp.cot(x),
        sp.sec(x),
        sp.csc(x),
        sp.coth(x),
        sp.csch(x),
        sp.gamma(x),
        sp.Ei(x),
        sp.digamma(x),
        sp.polygamma(1, x),
        sp.zeta(x),
        1 / x,
        x**-3,
        sp.harmonic(x - 1),
    ],
)
def test_over_a_pole_nothing_is_said(expr):
    assert not is_finite(at(expr, Interval(arb(-2), arb(2))))


def test_conditions_are_decided_only_where_they_are_certain():
    assert at(x < 1, Interval(arb(0), arb(1))) is None and at(x <= 1, Interval(arb(0), arb(1))) is True
    assert at(x > 1, Interval(arb(0), arb(1))) is False and at(x >= 1, Interval(arb(0), arb(1))) is None
    assert at(sp.Eq(x, 1), fmpq(1)) is True and at(sp.Eq(x, 1), arb(1, 0.1)) is None
    assert at(sp.Eq(x, 3), Interval(arb(0), arb(1))) is False and at(sp.Ne(x, 3), fmpq(3)) is False
    assert at(sp.Eq(x, y), acb(1, 1), Interval(arb(0), arb(1)), symbols=(x, y)) is False
    assert at(x < y, acb(1, 1), fmpq(2), symbols=(x, y)) is None
    assert at(sp.And(x > 0, x < 2), arb(1)) is True and at(sp.Or(x < 0, x > 2), arb(1)) is False
    assert at(sp.Not(sp.And(x > 0, y > 0)), arb(0, 1), fmpq(-1), symbols=(x, y)) is True
    assert at(sp.Or(x < 0, y > 0), arb(0, 1), fmpq(1), symbols=(x, y)) is True
    assert at(x < sp.oo, Interval(arb(0), arb(9))) is True


def test_pieces_take_the_hull_of_what_is_open():
    expr = sp.Piecewise((sp.log(x), x > 1), (-5, True))
    assert at(expr, fmpq(0)) == -5 and at(expr, Interval(arb(-3), arb(-2))) == -5
    both = at(expr, Interval(arb(1), arb(2)))
    assert both.contains(-5) and both.contains(arb(2).log()) and is_finite(both)
    assert not is_finite(at(expr, Interval(arb(-1), arb(2))))
    assert not is_finite(at(sp.Piecewise((1, x > 1)), fmpq(0)))


def test_powers():
    assert at(x**3, fmpq(-2, 3)) == fmpq(-8, 27) and at(x**-2, fmpq(2)) == fmpq(1, 4)
    for power in (2, 3, 7):
        around, beside = at(x**power, arb(0, 0.5)), at(x**power, acb(arb(0, 0.5), arb(0, 0.5)))
        assert around.contains(arb(0.5) ** power) and around.abs_upper() < 0.51
        assert beside.contains(acb(0.5, 0.5) ** power) and beside.contains(0) and beside.abs_upper() < 1.1
    huge = at(x ** (10**7), fmpq(3, 2))
    assert is_finite(huge) and huge > arb(10) ** 1760912 and huge < arb(10) ** 1760913
    assert at(x ** (10**5), fmpq(3, 2)) > 0 and at((-1) ** x, fmpq(3)) == -1
    assert at(x**y, fmpq(0), fmpq(1, 2), symbols=(x, y)) == 0
    assert not is_finite(at(x**y, fmpq(0), fmpq(-1, 2), symbols=(x, y)))
    assert not is_finite(at(x**y, fmpq(0), fmpq(-1), symbols=(x, y)))
    assert not is_finite(at(sp.exp(sp.exp(x)), arb(10**6)))
    cube_root = at(x ** sp.Rational(1, 3), Interval(arb(0), arb(8)))
    assert cube_root.low == 0 and cube_root.contains(2) and cube_root.high < 2.001


def test_roots_of_what_is_known_not_to_be_negative():
    p = sp.Symbol("p", nonnegative=True)
    assert at(sp.sqrt(p), Interval(arb(-1), arb(4)), symbols=(p,)).low == 0
    assert at(sp.sqrt(p), arb(0, 0.25), symbols=(p,)).contains(0.5)
    assert at(sp.sqrt(x), fmpq(-4)).imag.contains(2) and not is_finite(at(sp.sqrt(p), fmpq(-4), symbols=(p,)))
    assert not is_finite(at(sp.sqrt(x), Interval(arb(-1), arb(4)))) and at(sp.sqrt(x), arb(4)) == 2


def test_floats_are_the_decimal_and_the_binary_number():
    tenth = at(sp.Float(0.1), symbols=())
    with precision(300):
        assert tenth.contains(fmpq(1, 10)) and tenth.contains(arb(0.1)) and not tenth.contains(fmpq(1, 9))
        third = exact(sp.Float(1) / 3)
        assert third.contains(arb(1 / 3))
    assert at(sp.Float(0.5), symbols=()) == fmpq(1, 2) and at(sp.Float(-2.5), symbols=()) == fmpq(-5, 2)
    small = at(-sp.Float("1e-100000"), symbols=())
    assert small < 0 and small > -arb("1.01e-100000")


def test_constants_belong_to_the_precision_of_the_call():
    function = to_balls(sp.pi + 0 * x + sp.sqrt(2) * x, (x,))
    for bits in (53, 400, 53, 1000):
        with precision(bits):
            ball = function(fmpq(1))
            assert ball.rad() < arb(2) ** (4 - bits) and ball.overlaps(arb.pi() + arb(2).sqrt())


def test_a_symbol_in_disguise_is_not_a_constant():
    f, z = sp.Function("f"), sp.IndexedBase("z")
    for stand_in in (f(0), z[0]):
        function = to_balls((stand_in + 1) ** 2, (stand_in,))
        assert function(fmpq(1)) == 4 and function(fmpq(5)) == 36


def test_sums_and_products():
    k = sp.Symbol("k", integer=True)
    assert at(sp.Sum(k**2, (k, 1, x)), fmpq(4)) == 30 and at(sp.Sum(k, (k, 1, 0)), symbols=()) == 0
    assert at(sp.Product(k, (k, 1, x)), fmpq(5)) == 120 and at(sp.Product(k, (k, 1, x)), fmpq(0)) == 1
    assert at(sp.Sum(x, (x, 1, x)), fmpq(3)) == 6
    assert at(sp.Sum(k * t, (t, 1, k), (k, 1, 3)), symbols=()) == 1 + 2 * 3 + 3 * 6
    for outside in (fmpq(-1), fmpq(7, 2), fmpq(10**6), arb(3), Interval(arb(1), arb(2))):
        assert not is_finite(at(sp.Sum(k, (k, 1, x)), outside))
    assert not is_finite(at(sp.Sum(1 / k, (k, 1, sp.oo)), symbols=()))
    assert at(sp.Sum(1 / k, (k, 1, 9000)), symbols=()).overlaps(arb(9001).digamma() + arb.const_euler())


def test_the_work_is_bounded():
    k, m = sp.symbols("k m", integer=True)
    assert not is_finite(at(sp.Sum(sp.sin(k * m), (k, 1, 9999), (m, 1, 9999)), symbols=()))
    assert at(sp.Sum(sp.sin(k), (k, 1, 9999)), symbols=()).rad() < 1e-6  # and the next call has its own share


@pytest.mark.parametrize(
    "expr, blame",
    [
        (y + 1, "the symbol y"),
        (sp.Function("f")(x), "nothing is known of f"),
        (sp.Limit(x, x, 0), "nothing is known of Limit"),
        (sp.Derivative(sp.Function("f")(x), x), "nothing is known of"),
        (sp.Integral(x, x), "no limits"),
        (sp.LambertW(x, y), "nothing is known of LambertW"),
        (sp.Matrix([1]), "nothing is known of"),
        ((x, x), "one value"),
        ("x +", "not an expression"),
        (sp.harmonic(x, 2), "nothing is known of harmonic"),
        (sp.zeta(x, 2), "nothing is known of zeta"),
        (sp.Eq(sp.true, x > 0, evaluate=False), "does not compare"),
        (sp.Xor(x > 0, x < 5), "nothing is known of Xor"),
        (sp.KroneckerDelta(x, y, (1, 3)), "symbol y|KroneckerDelta|Tuple"),
        (sp.Interval(0, 1), "one value"),
    ],
)
def test_what_has_no_enclosure_is_named(expr, blame):
    with pytest.raises(BallError, match=blame):
        to_balls(expr, (x,))


def test_symbols_are_told_apart():
    with pytest.raises(BallError, match="given twice"):
        to_balls(x, (x, x))
    with pytest.raises(BallError, match="ends before it begins"):
        interval(2, 1)
    assert to_balls(x - y, (x, y))(fmpq(3), fmpq(1)) == 2 and to_balls(True, ())() is True and to_balls(1, ())() == 1
    assert interval(-sp.oo, sp.pi).contains(3) and not interval(-sp.oo, sp.pi).contains(4)
    with pytest.raises(TypeError):
        to_balls(x, (x,))(fmpq(1), fmpq(2))


def test_real_parts():
    assert real(acb(2, arb(0, 1))) == 2 and real(acb(2, 1)).is_nan() and real(fmpq(1, 2)) == 0.5


EVERY = [
    fmpq(0),
    fmpq(-1, 3),
    arb(2),
    arb(0, 3),
    arb.nan(),
    arb.pos_inf(),
    acb(1, 2),
    acb(arb(0, 1), arb(0, 1)),
    Interval(arb(-1), arb(2)),
    Interval(arb(0), arb.pos_inf()),
    Interval(arb.nan(), arb.nan()),
]


@pytest.mark.parametrize(
    "expr",
    [
        *NAMED,
        x + y,
        x * y,
        x / y,
        x**y,
        sp.Max(x, y),
        sp.Mod(x, y),
        sp.Heaviside(x, y),
        sp.Piecewise((x, y > 0), (y, True)),
        sp.Eq(x, y),
        x < y,
        sp.besselj(y, x),
        sp.KroneckerDelta(x, y),
        sp.arg(x + sp.I * y),
        sp.Integral(x * t, (t, 0, y)),
        sp.Integral(sp.exp(-x * t), (t, y, sp.oo)),
        sp.Sum(x * t, (t, 0, y)),
    ],
    ids=str,
)
@pytest.mark.parametrize("contour", [None, "analytic"])
def test_no_foreign_error_leaves(expr, contour):
    try:
        function = to_balls(expr, (x, y), contour)
    except BallError:
        return
    for first in EVERY:
        for second in EVERY if expr.has(y) else EVERY[:1]:
            function(first, second)


# --- Beside the real line --------------------------------------------------------------------------------------------

CUT = [
    (sp.log(x), -1),
    (sp.sqrt(x), -1),
    (x ** sp.Rational(1, 3), -1),
    (x**y, -1),
    (sp.asin(x), 2),
    (sp.acos(x), -2),
    (sp.atanh(x), 2),
    (sp.acosh(x), 0),
    (sp.atan(x), 2j),
    (sp.asinh(x), -2j),
    (sp.loggamma(x), -1),
    (sp.Ci(x), -1),
    (sp.Ei(x), -1),
    (sp.LambertW(x), -1),
    (sp.bessely(0, x), -1),
    (sp.besselk(1, x), -1),
    (sp.Chi(x), -1),
    (sp.besselj(sp.Rational(1, 2), x), -1),
    (sp.Abs(x), 0),
    (sp.sign(x), 0),
    (sp.Heaviside(x), 0),
    (sp.Max(x, 1), 1),
    (sp.Min(x, 1), 1),
    (sp.floor(x), 3),
    (sp.ceiling(x), 3),
    (sp.Mod(x, 2), 2),
    (sp.Piecewise((0, x < 2), (x, True)), 2),
]


@pytest.mark.parametrize("expr, cut", CUT, ids=str)
def test_on_a_cut_or_kink_the_analytic_continuation_is_nan(expr, cut):
    function = to_balls(expr, (x, y), "analytic")
    off = acb(complex(cut).real + 0.25, complex(cut).imag + 0.25)
    on = acb(complex(cut).real, complex(cut).imag) + acb(arb(0, 0.125), arb(0, 0.125))
    assert not acb(function(on, fmpq(1, 3))).is_finite()
    assert acb(function(off, fmpq(1, 3))).is_finite()


def test_beside_the_line_the_branch_of_the_real_part_goes_on():
    z = acb(-2, 1)
    assert acb(at_beside(sp.Abs(x), z)).contains(-z) and acb(at_beside(sp.sign(x), z)) == -1
    assert acb(at_beside(sp.Max(x, 1), acb(3, 1))) == acb(3, 1) and acb(at_beside(sp.Min(x, 1), acb(3, 1))) == 1
    assert acb(at_beside(sp.floor(x), acb(2.5, 9))) == 2 and acb(at_beside(sp.Heaviside(x), acb(1, 9))) == 1
    assert acb(at_beside(sp.Sum(sp.Abs(x) * t, (t, 1, 2)), z)) == -3 * z
    for expr in (sp.re(t), sp.im(t), sp.conjugate(t), sp.arg(t)):
        with pytest.raises(BallError, match="not analytic"):
            to_balls(expr, (t,), "analytic")


def at_beside(expr, value):
    return to_balls(expr, (x,), "analytic")(value)
