"""The compiled NumPy function: every kind of array, pieces without choices, float32, blocks, nan and infinity."""

import tracemalloc

import numpy as np
import pytest
import sympy as sp
from sympy import And, Or, Piecewise, exp, log, sin, tanh

from activations import catalogue, x
from activations.numerics import numpy_printer, to_numpy
from activations.numerics.numpy_functions import HELPERS
from activations.numerics.pieces import clipped_line, finite_at_breaks, intervals

y, c = sp.Symbol("y", real=True), sp.Symbol("c", nonnegative=True)
AT = np.array([-np.inf, -7.5, -3, -1.25, -1, -0.5, -2.0**-40, 0, 5e-324, 0.25, 0.5, 1, 1.5, 2, 3, 40, 1e300, np.inf])

PIECES = [
    Piecewise((0, x <= 0), (x, True)), Piecewise((0, x < 0), (1, True)), Piecewise((0, x <= 0), (1, True)),
    Piecewise((2, x > 1), (3, x >= -1), (5, True)), Piecewise((-1, x <= -1), (1, x >= 1), (x, True)),
    Piecewise((1, x <= -1), (-1, x >= 1), (-x, True)), Piecewise((0, x <= -3), (1, x >= 3), (x / 6 + sp.S.Half, True)),
    Piecewise((0, x <= -3), (x, x >= 3), (x * (x + 3) / 6, True)), Piecewise((x, x > 0), (x / 100, True)),
    Piecewise((x, x > 0), (2 * (exp(x) - 1), True)), Piecewise((1, x > 0), (2 * exp(x), True)),
    Piecewise((0, And(x >= -1, x <= 1)), (x, True)), Piecewise((0, Or(x < -1, x > 1)), (tanh(x), True)),
    Piecewise((x + 1, x < -1), (x - 1, x > 1), (0, True)), Piecewise((x**2, x > 0), (0, True)),
    Piecewise((7, sp.Eq(x, 0)), (x, True)), Piecewise((sin(x) / x, sp.Ne(x, 0)), (1, True)),
    Piecewise((log(x), x > 0), (0, True)), Piecewise((1 / x, x > 0), (-1, True)),
    Piecewise((3, 2 * x + 1 > 0), (x, True)),
    Piecewise((3, 1 - x > 0), (x, True)), Piecewise((x - 1, x >= 1), (x + 1, True)), Piecewise((1, x > 0), (x, True)),
    Piecewise((x, x > 1), (1, True)), Piecewise((2 * x, x < 1), (2, True)), Piecewise((3 - x, x > 1), (2, True)),
    Piecewise((2 - x, x >= 1), (0, True)), Piecewise((1, x**2 > 1), (0, True)),
    Piecewise((x + 2, x < -1), (x, x < 2), (2, True)),
    Piecewise((5, sp.Not(x > 1)), (x, True)), Piecewise((x, sp.ITE(x > 1, True, x < -1)), (0, True)),
    Piecewise((1, x < -1), (2, x < 1)), Piecewise((2, x < 1), (sp.nan, True)), Piecewise((x, x <= 1), (sp.nan, True)),
    Piecewise((x, x <= -1), (7, x < 1), (1, True)),
    Piecewise((-sp.oo, x < 0), (1, True)), Piecewise((sp.nan, x**2 > 1), (2, True)),
]


@pytest.mark.parametrize("expr", PIECES, ids=str)
def test_pieces(expr):
    """Each point has the value of the first piece whose condition holds; nan stays nan."""
    got = to_numpy(expr, [x])(AT)
    for at, value in zip(AT, got, strict=True):
        exact = sp.Rational(at) if np.isfinite(at) else sp.oo * int(np.sign(at))
        want = next((v for v, condition in expr.args if condition.subs(x, exact) == sp.true), sp.nan)
        want = sp.limit(want, x, exact) if np.isinf(at) and want.has(x) else sp.sympify(want).subs(x, exact)
        if want.is_number and not want.has(sp.AccumBounds) and not (np.isinf(at) and np.isnan(value)):
            assert float(value) == pytest.approx(float(sp.N(want, 30)), rel=1e-15, abs=0, nan_ok=True), at
    assert np.isnan(to_numpy(expr, [x])(np.nan)) and np.isnan(to_numpy(expr, [x])([np.nan, 1.0])[0])


def test_gates_are_0_to_the_end():
    """x times a line cut off at constants, by one clip; what is 0 outside is 0 at infinity too."""
    left = to_numpy(Piecewise((x, x <= 0), (x * (3 - x) / 3, x < 3), (0, True)), [x])
    right = to_numpy(Piecewise((0, x <= -3), (x, x >= 3), (x * (x + 3) / 6, True)), [x])
    assert left([-2.0, 1.5, 3.0, 4.0, np.inf]).tolist() == [-2, 0.75, 0, 0, 0]
    assert right([-np.inf, -4.0, -3.0, 1.5, 4.0, np.inf]).tolist() == [0, 0, 0, 1.125, 4, np.inf]


def test_pieces_are_read():
    relu, band = Piecewise((0, x <= 0), (x, True)), Piecewise((x, x < -c), (0, x <= c), (1, True))
    assert intervals(relu, [x]) == (x, (0, x), (0,), (True,))
    assert intervals(band, [x, c]) == (x, (x, 0, 1), (-c, c), (False, True))
    assert intervals(Piecewise((x, x < y), (0, x <= c), (1, True)), [x]) is None  # y and c in either order
    assert intervals(Piecewise((1, sp.Eq(x, 0)), (0, True)), [x]) is None
    assert intervals(Piecewise((1, x <= 0)), [x]) is None
    assert clipped_line(intervals(Piecewise((-1, x <= -1), (1, x >= 1), (x, True)), [x])) == (x, -1, 1)
    assert clipped_line(intervals(Piecewise((x, x <= -1), (-1, x < 1), (5, True)), [x])) is None
    assert clipped_line(intervals(Piecewise((0, x <= 0), (x, x < 1), (1, x < 2), (3, True)), [x])) is None
    assert not finite_at_breaks(intervals(Piecewise((log(x), x > 0), (0, True)), [x]))
    assert not finite_at_breaks(intervals(Piecewise((sp.sqrt(x - 1), x > 0), (0, True)), [x]))


def test_thresholds_of_unknown_order_and_arrays_of_them():
    lo, hi = sp.symbols("l u", real=True)
    f = to_numpy(Piecewise((lo, x < lo), (hi, x > hi), (x, True)), [x, lo, hi])
    assert f([-2.0, 0.5, 2.0], -1.0, 1.0).tolist() == [-1, 0.5, 1]
    assert f([-2.0, 0.5, 2.0], 1.0, -1.0).tolist() == [1, 1, -1]
    g = to_numpy(Piecewise((lo, x < y), (hi, x < c), (3, True)), [x, lo, hi, y, c])
    assert g([-2.0, 0.5, 2.0], 4.0, 5.0, -1.0, 1.0).tolist() == [4, 5, 3]
    assert np.isnan(g([np.nan], 4.0, 5.0, -1.0, 1.0)).all()
    relu = to_numpy(Piecewise((y, x < y), (x, True)), [x, y])
    assert relu([[0.0], [2.0]], [1.0, 3.0]).tolist() == [[1, 3], [2, 3]]


VALUES = np.linspace(-9, 9, 100_003)
SOME = [sin(x), x, sp.Integer(2), tanh(x) * exp(-x**2), Piecewise((x, x > 0), (x / 3, True)), x / (1 + exp(-x)),
        x - tanh(x)]


@pytest.mark.parametrize("expr", SOME, ids=str)
def test_every_kind_of_array_has_the_same_values(expr):
    f = to_numpy(expr, [x])
    want = np.array([f(value) for value in VALUES[::5003]])
    assert f(VALUES)[::5003] == pytest.approx(want, rel=1e-15, abs=1e-300)
    frozen = VALUES.copy()
    frozen.flags.writeable = False
    big = np.repeat(VALUES, 3).reshape(-1, 3)
    for values in (frozen, VALUES[::-1][::-1], big[:, 1], VALUES.astype(VALUES.dtype.newbyteorder()),
                   np.asfortranarray(big)[:, 0], big.T[2]):
        assert np.array_equal(f(values), f(VALUES))
    assert f(big).shape == big.shape and np.array_equal(f(big)[:, 0], f(VALUES))
    assert f(np.empty((0, 3))).shape == (0, 3) and f([]).dtype == float
    assert f(np.array([True, False])).tolist() == f([1.0, 0.0]).tolist()
    assert f(np.arange(3)).tolist() == f([0.0, 1.0, 2.0]).tolist() and f(3).shape == ()
    for dtype in (np.float16, np.float32):
        assert f(dtype([1, 2])).dtype == dtype and f(dtype(2)).dtype == dtype


def test_blocks_leave_nothing_out(monkeypatch):
    f = to_numpy([sp.sin(x) * y, x + y**2], [x, y])
    other = np.cos(VALUES)
    whole = [np.sin(VALUES) * other, VALUES + other * other]
    for block in (1, 3, 2**18, 8 * len(VALUES), 8 * len(VALUES) - 8):
        monkeypatch.setattr(numpy_printer, "BLOCK", block if block > 100 else block * 1000)
        assert all(np.allclose(got, want, rtol=1e-15) for got, want in zip(f(VALUES, other), whole, strict=True))
        wide = f(VALUES[::1000, None], other[::1000])
        assert np.allclose(wide[1], VALUES[::1000, None] + other[::1000] ** 2, rtol=1e-15)
        assert np.allclose(f(VALUES, 2.0)[0], 2 * np.sin(VALUES), rtol=1e-15)


def test_nan_in_any_argument_gives_nan_in_every_result():
    steps = [Piecewise((1, x > 0), (0, True)), exp(Piecewise((1, x > y), (0, True)))]
    f = to_numpy([x, y, x * y, sp.Integer(1), *steps, y**x], [x, y])
    nan = np.nan
    for values in ((nan, 1.0), (1.0, nan), ([nan], 1.0), (1.0, [nan]), ([nan], [1.0]), ([1.0], [nan])):
        assert np.isnan(f(*values)).all(), values
    assert not np.isnan(f([1.0], [2.0])).any() and not np.isnan(f([np.inf], [np.inf])[:5]).any()
    bound = to_numpy(sp.Symbol("d"), [x], {sp.Symbol("d"): Piecewise((1, x > 0), (0, True))})
    assert np.isnan(bound([np.nan])).all() and bound([1.0, -1.0]).tolist() == [1, 0]


def test_float32_is_used_where_it_is_enough():
    for expr, enough in ((x / (1 + sp.Abs(x)), True), (x / 3, True), (exp(-x**2), False), (x - tanh(x), False),
                         (exp(x / 3 + 1), False), (sp.Max(x, 0), True)):
        compiled = numpy_printer._Compiled([expr], [x], ())
        with np.errstate(all="ignore"):
            assert compiled.float32_is_enough((None,)) == enough, expr
        assert not compiled.float32_is_enough((1.0,))


@np.errstate(all="ignore")
def test_how_near_float32_must_come():
    within = numpy_printer._within
    one = np.float32([1, np.nan, np.inf, 0])
    assert within(one, one, 0) and within(np.float32([1 + 3 * 2.0**-23]), one[:1], 3)
    assert not within(np.float32([1 + 4 * 2.0**-23]), one[:1], 3) and within(np.float32([1e-38]), one[3:], 3)
    assert not within(np.float32([2e-38]), one[3:], 3) and not within(one[:1], one[1:2], 3)
    samples = numpy_printer._sample()
    assert samples.dtype == np.float32 and np.isfinite(samples).all() and samples.min() == -samples.max() < -3e38
    assert 0 in samples and np.abs(samples[samples != 0]).min() < 1e-44 and len(samples) > 10_000


def test_the_slope_of_a_squasher_needs_few_new_arrays():
    """In a training, memory that is new costs more than the arithmetic on it."""
    values = np.linspace(-9, 9, 20_000)
    for name, most in (("sigmoid", 2), ("tanh", 3)):
        catalogue[name].df(values)
        tracemalloc.start()
        catalogue[name].df(values)
        assert tracemalloc.get_traced_memory()[1] < (most + 0.2) * values.nbytes
        tracemalloc.stop()


def test_pairs_hold_twice_the_precision():
    third, tenth = (0.1 + 0.2, 0.0), (1 / 3, 2.0**-56)
    high, low = HELPERS["times"](tuple(map(np.float64, third)), tuple(map(np.float64, tenth)))
    assert sp.Rational(high) + sp.Rational(low) == pytest.approx(
        sp.Rational(third[0]) * (sp.Rational(tenth[0]) + sp.Rational(tenth[1])), rel=1e-30)
    high, low = HELPERS["plus"](third, tenth)
    assert sp.Rational(high) + sp.Rational(low) == sp.Rational(third[0]) + sp.Rational(tenth[0]) + sp.Rational(tenth[1])


@pytest.mark.parametrize(("u", "at"), [
    (-((x / 3) ** 2), 79.0), (-1.7 * x - x**3 / 7, 16.3), (2 * x / 7 * y, 700.1), (-x**4 / 10, 9.1),
    (x**3 * y / 11, 13.1)])
def test_exponents_of_several_roundings(u, at):
    """exp and the sigmoid of a polynomial, where an error of a unit in the last place of u would be 1e-13."""
    exact = u.xreplace({number: sp.Rational(number) for number in u.atoms(sp.Float)})
    want = exp(exact.xreplace({x: sp.Rational(at), y: sp.Rational(-3)}))
    got = to_numpy([exp(u), 1 / (1 + exp(-u))], [x, y])(at, -3.0)
    assert float(abs(sp.Rational(float(got[0])) / want - 1)) < 4e-16
    assert float(abs(sp.Rational(float(got[1])) * (1 + 1 / want) - 1)) < 5e-16


def test_a_piece_that_a_parameter_makes_undefined_is_not_looked_at_elsewhere():
    w, size = sp.Symbol("w", real=True), sp.Symbol("size", real=True)
    quotient = to_numpy(sp.Piecewise((x / w, x > 0), (0, True)), [x, w])
    assert quotient(np.array([-1.0, 0.0, 1.0]), 0.0).tolist() == [0, 0, np.inf]
    logarithm = sp.Piecewise((sp.log(sp.Abs(w)) / sp.Abs(w), sp.Abs(w) > 4), (0, True))
    shown = to_numpy(sp.Piecewise((logarithm, size <= sp.Abs(w)), (sp.nan, True)), [size, w])
    assert np.array_equal(shown(np.array([0.0, 1.0]), 0.0), [0, np.nan], equal_nan=True)
    assert np.allclose(shown(np.array([0.0, 5.0]), -5.0), np.log(5) / 5)


def test_squareplus_without_a_bend_is_relu():
    xs = np.array([-np.inf, -1e300, -1.0, -0.0, 0.0, 1.0, np.inf])
    assert np.array_equal(catalogue["squareplus"].f(xs, b=0.0), np.maximum(xs, 0))
