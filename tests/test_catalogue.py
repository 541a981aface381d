"""The catalogue against mpmath: every function and derivative, at extremes and where the naive formula fails."""

import warnings

import mpmath
import numpy as np
import pytest
import sympy as sp
from oracle import exact, excess, points

from activations import catalogue, x

SCALAR = catalogue.scalar
POINTS = points()


def float32_points():
    """Float32 numbers: 40 of every exponent in both signs, and 20,000 in the region where curves bend."""
    random = np.random.default_rng(1)
    exponents = np.repeat(np.arange(-149, 128), 40)
    positive = np.concatenate([np.ldexp(random.uniform(1, 2, len(exponents)), exponents), random.uniform(0, 20, 20000)])
    positive = positive.astype(np.float32)
    return np.unique(np.concatenate([-positive, positive, np.float32([0.0])]))


FLOAT32 = float32_points()
by_name = pytest.mark.parametrize("activation", SCALAR, ids=lambda a: a.name)
both = pytest.mark.parametrize("derivative", [False, True], ids=["f", "df"])


def corners(activation):
    """The defaults, then every parameter at the low end of its slider, then at the high end, where allowed."""
    yield {}
    for end in ("min", "max"):
        at_end = {name: getattr(p, end) for name, p in activation.parameters.items()}
        if at_end and len(set(at_end.values())) == len(at_end):
            yield at_end


@by_name
@both
def test_accuracy_against_mpmath(activation, derivative):
    """At the defaults over all points, at the slider's ends over every fifth."""
    for parameters in corners(activation):
        values = POINTS[::5] if parameters else POINTS
        expr = (activation.derivative if derivative else activation.expr).subs(
            {p.symbol: sp.Rational(float(parameters.get(name, p.default)))
             for name, p in activation.parameters.items()})
        slope = expr.diff(x).replace(sp.DiracDelta, lambda *_: sp.S.Zero)
        want = exact(expr, [x], values)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            got = (activation.df if derivative else activation.f)(values, **parameters)
        off = excess(got, want, lambda some, slope=slope: exact(slope, [x], some), values)
        worst = int(np.argmax(off))
        assert off[worst] <= 1, (
            f"{activation.name}{'′' * derivative} {parameters} at {values[worst]!r}: {got[worst]!r}, "
            f"exactly {mpmath.nstr(want[worst], 20)}: {off[worst]:.3g} times the allowed error")


@by_name
@both
def test_float32_in_float32_out(activation, derivative):
    """Within 4 units in the last place of float32 of the float64 value, or within its smallest normal number; dtype and
    shape are kept for float16 too."""
    function = activation.df if derivative else activation.f
    got = function(FLOAT32)
    assert got.dtype == np.float32
    with np.errstate(all="ignore"):
        want = function(FLOAT32.astype(float)).astype(np.float32)
        unit = np.maximum(np.spacing(np.abs(want)), np.finfo(np.float32).tiny / 4)
        off = np.where(got == want, 0, np.abs(got.astype(float) - want) / unit)
    assert np.max(off) <= 4, (activation.name, FLOAT32[np.argmax(off)])
    assert function(np.float16([[1, -2]])).dtype == np.float16
    assert function(np.float16([[1, -2]])).shape == (1, 2)


@by_name
@both
def test_infinity_gives_the_limit_and_nan_gives_nan(activation, derivative):
    expr = (activation.derivative if derivative else activation.expr).subs(
        {p.symbol: p.default for p in activation.parameters.values()})
    got = (activation.df if derivative else activation.f)([-np.inf, np.inf, np.nan])
    far = [float(value) for value in exact(expr, [x], [-1e30, 1e30])]
    for value, near_infinity in zip(got, far, strict=False):
        if activation.name in ("sinusoid", "cosine"):
            assert np.isnan(value)
        elif abs(near_infinity) > 1e20:
            assert value == np.copysign(np.inf, near_infinity)
        else:
            assert value == pytest.approx(near_infinity, rel=1e-15, abs=1e-25)
    assert np.isnan(got[2])


@by_name
def test_derivative_is_the_slope_of_f(activation):
    """f′ by mpmath's numerical differentiation of f: an oracle that never saw SymPy's rules."""
    expr = activation.at()
    f, df = (sp.lambdify(x, e, "mpmath") for e in (expr, activation.derivative_at()))
    with mpmath.workdps(40):
        for at in ("-7.3", "-2.2", "-0.7", "-0.1", "0.3", "0.8", "1.7", "4.4", "9.1"):
            at = mpmath.mpf(at)
            slope = mpmath.diff(f, at)
            assert abs(slope - df(at)) <= mpmath.mpf(10) ** -12 * (1 + abs(slope)), (activation.name, at)


def test_gelu_keeps_its_left_tail():
    assert catalogue["gelu"].f(-9.0) == pytest.approx(-1.0157295702e-18, rel=1e-9)


def test_shapes_scalars_and_integers():
    relu = catalogue["relu"]
    assert relu.f(3) == 3.0 and np.ndim(relu.f(3)) == 0
    assert relu.f([[-1, 2], [3, -4]]).tolist() == [[0, 2], [3, 0]]
    assert relu.f(np.array([], np.float32)).shape == (0,)
    assert catalogue["identity"].df(np.zeros((2, 3))).tolist() == [[1, 1, 1]] * 2


def test_parameters_may_be_arrays():
    """PReLU with one slope per channel."""
    slopes = np.array([0.1, 0.5])
    assert catalogue["prelu"].f([[-1.0, -1.0]], alpha=slopes).tolist() == [[-0.1, -0.5]]


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: catalogue["relus"], KeyError, "did you mean relu"),
    (lambda: catalogue["qqq"], KeyError, "there are: step"),
    (lambda: catalogue["gelu"].f(1.0, alpha=1), TypeError, "gelu has no parameter 'alpha'; its parameters: none"),
    (lambda: catalogue["elu"].f(1.0, alpha=0), ValueError, "alpha is greater than 0"),
    (lambda: catalogue["elu"].f(1.0, alpha=np.nan), ValueError, "alpha is finite"),
    (lambda: catalogue["elu"].f(1.0, alpha="big"), TypeError, "alpha is a real number"),
    (lambda: catalogue["softshrink"].f(1.0, lamda=-1), ValueError, "lamda is at least 0"),
    (lambda: catalogue["rrelu"].f(1.0, l=0.5, u=0.1), ValueError, "l <= u"),
    (lambda: catalogue["relu"].f(1j), TypeError, "real numbers are needed"),
    (lambda: catalogue["relu"].f("one"), TypeError, "real numbers are needed"),
    (lambda: catalogue["softmax"].f(1.0), ValueError, "has no axis -1"),
    (lambda: catalogue["softmax"].f(np.zeros((2, 0))), ValueError, "no scores along axis -1"),
    (lambda: catalogue["glu"].f(np.zeros(3)), ValueError, "odd"),
])
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message.replace("(", r"\(")):
        call()


def test_every_entry_is_documented():
    for name, entry in catalogue.items():
        assert name == entry.name and entry.title and entry._repr_latex_().startswith("$")
    assert len(catalogue) >= 50 and "gelu" in catalogue and list(catalogue)[0] == "step"


def test_sliders_start_at_the_defaults():
    for activation in SCALAR:
        for name, slider in activation.sliders().items():
            assert slider.min <= slider.value == float(activation.parameters[name].default) <= slider.max


# --- softmax and its relatives, the gates ------------------------------------------------------------------------

SCORES = [[1.0, 2.0, 3.0], [1000.0, 0.0, -1000.0], [710.0, 709.0, 700.0], [-1e308, 0.0, 5.0], [3.0, 3.0, 3.0],
          [-30.0, 0.5, -1.25], [30.0, -0.5, 1.25]]


@pytest.mark.parametrize("name", ["softmax", "softmin", "log_softmax"])
@pytest.mark.parametrize("scores", SCORES)
def test_vector_functions_against_mpmath(name, scores):
    entry = catalogue[name]
    symbols = sp.symbols("z_1:4", real=True)
    components = entry.components(3)
    want = [exact(c, symbols, [scores])[0] for c in components]
    np.testing.assert_allclose(entry.f(scores), np.array(want, float), rtol=1e-13, atol=1e-300)
    jacobian = [[exact(c.diff(s), symbols, [scores])[0] for s in symbols] for c in components]
    np.testing.assert_allclose(entry.jacobian(scores), np.array(jacobian, float), rtol=1e-14, atol=1e-300)


def test_vector_functions_along_any_axis():
    z = np.random.default_rng(0).normal(size=(4, 3, 2)).astype(np.float32)
    p = catalogue["softmax"].f(z, axis=1)
    assert p.shape == z.shape and p.dtype == np.float32
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(p[2, :, 1], catalogue["softmax"].f(z[2, :, 1]), rtol=1e-6)
    assert catalogue["softmax"].jacobian(z, axis=1).shape == (4, 2, 3, 3)


def test_softmax_masks_and_nan():
    assert catalogue["softmax"].f([0.0, -np.inf]).tolist() == [1, 0]
    assert np.isnan(catalogue["softmax"].f([0.0, np.nan])).all()
    assert catalogue["softmax"].f([0.0, np.inf]).tolist() == [0, 1]
    assert catalogue["softmin"].f([0.0, np.inf, 0.0]).tolist() == [0.5, 0, 0.5]
    assert catalogue["log_softmax"].f([0.0, np.inf]).tolist() == [-np.inf, 0]
    assert np.isnan(catalogue["softmax"].f([0.0, np.inf, np.inf])).all()
    assert np.isnan(catalogue["softmax"].f([-np.inf, -np.inf])).all()


def test_jacobian_with_masks_and_nan():
    half = [[0.25, -0.25, 0], [-0.25, 0.25, 0], [0, 0, 0]]
    assert catalogue["softmax"].jacobian([0.0, 0.0, -np.inf]).tolist() == half
    assert catalogue["softmax"].jacobian([0.0, np.inf]).tolist() == [[0, 0], [0, 0]]
    assert catalogue["log_softmax"].jacobian([0.0, np.inf]).tolist() == [[1, -1], [0, 0]]
    assert catalogue["softmax"].jacobian([7.0]).tolist() == [[0]]
    assert np.isnan(catalogue["softmax"].jacobian([0.0, np.nan])).all()
    assert np.isnan(catalogue["log_softmax"].jacobian([[np.inf, np.inf], [0, 0]])[0]).all()


@pytest.mark.parametrize("name", ["glu", "reglu", "geglu", "swiglu"])
def test_gates(name):
    gate = catalogue[name]
    values = np.array([[1.5, -2.0, 3.0, -9.0], [0.0, 1.0, -40.0, 2.0]])
    halves = list(zip(values[:, :2].ravel(), values[:, 2:].ravel(), strict=True))
    symbols = list(gate.partials)
    want = [exact(gate.expr, symbols, [pair])[0] for pair in halves]
    np.testing.assert_allclose(gate.f(values).ravel(), np.array(want, float), rtol=1e-13)
    for got, partial in zip(gate.df(values), gate.partials.values(), strict=True):
        want = [exact(partial, symbols, [pair])[0] for pair in halves]
        np.testing.assert_allclose(got.ravel(), np.array(want, float), rtol=1e-13)
    assert gate.f(values.T, axis=0).shape == (2, 2)
