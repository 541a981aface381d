"""The catalogue's formulas against the same functions written independently in mpmath, from their papers and manuals.

The accuracy tests compare each function with its own expression; a wrong sign in the expression itself is caught here.
"""

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

from activations import catalogue, x


def clip(value, low, high):
    return max(low, min(high, value))


def logistic(u):
    return mp.mpf(1) / (1 + mp.exp(-u))


def leaky(x, slope):
    return max(x, 0) + slope * min(x, 0)


def gelu_by_tanh(x):
    return x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3)))


SCALAR = {
    "step": lambda x: 1 if x >= 0 else 0,
    "signum": lambda x: mp.sign(x),
    "identity": lambda x: x,
    "sigmoid": logistic,
    "logsigmoid": lambda x: -mp.log1p(mp.exp(-x)),
    "hardsigmoid": lambda x: clip(x + 3, 0, 6) / 6,
    "hardsigmoid_keras2": lambda x: clip(mp.mpf("0.2") * x + mp.mpf("0.5"), 0, 1),
    "hardsigmoid_binaryconnect": lambda x: clip((x + 1) / 2, 0, 1),
    "tanh": lambda x: (mp.exp(2 * x) - 1) / (mp.exp(2 * x) + 1),
    "hardtanh": lambda x: clip(x, -1, 1),
    "lecun_tanh": lambda x: mp.mpf("1.7159") * mp.tanh(2 * x / 3),
    "tanhshrink": lambda x: x - mp.tanh(x),
    "softsign": lambda x: x / (1 + abs(x)),
    "arctan": lambda x: mp.atan(x),
    "symmetrical_sigmoid": lambda x: 2 * logistic(x) - 1,
    "log_log": lambda x: -mp.expm1(-mp.exp(x)),
    "bent_identity": lambda x: x + (mp.hypot(x, 1) - 1) / 2,
    "gaussian": lambda x: mp.exp(-x * x),
    "absolute": lambda x: abs(x),
    "sinusoid": lambda x: mp.sin(x),
    "cosine": lambda x: mp.sin(x + mp.pi / 2),
    "sinc": lambda x: mp.sinc(x),
    "relu": lambda x: max(x, 0),
    "relu6": lambda x: clip(x, 0, 6),
    "leaky_relu": lambda x, alpha=0.01: leaky(x, alpha),
    "prelu": lambda x, alpha=0.25: leaky(x, alpha),
    "rrelu": lambda x, l=1 / 8, u=1 / 3: leaky(x, (l + u) / 2),  # noqa: E741
    "srelu": lambda x, t_l=-1, a_l=0.2, t_r=1, a_r=0.2: (
        clip(x, t_l, t_r) + a_l * min(x - t_l, 0) + a_r * max(x - t_r, 0)),
    "threshold": lambda x, theta=1, v=0: x if x > theta else v,
    "hardshrink": lambda x, lamda=0.5: x if abs(x) > lamda else 0,
    "softshrink": lambda x, lamda=0.5: mp.sign(x) * max(abs(x) - lamda, 0),
    "elu": lambda x, alpha=1: max(x, 0) + alpha * mp.expm1(min(x, 0)),
    "celu": lambda x, alpha=1: max(x, 0) + alpha * mp.expm1(min(x, 0) / alpha),
    "selu": lambda x: mp.mpf("1.0507009873554804934193349852946") * (
        max(x, 0) + mp.mpf("1.6732632423543772848170429916717") * mp.expm1(min(x, 0))),
    "softplus": lambda x, beta=1: mp.log1p(mp.exp(beta * x)) / beta,
    "squareplus": lambda x, b=4: (x + mp.sqrt(x * x + b)) / 2,
    "squared_relu": lambda x: max(x, 0) ** 2,
    "silu": lambda x: x * logistic(x),
    "swish": lambda x, beta=1: x * logistic(beta * x),
    "hardswish": lambda x: x * clip(x + 3, 0, 6) / 6,
    "mish": lambda x: x * mp.tanh(mp.log1p(mp.exp(x))),
    "gelu": lambda x: x * mp.ncdf(x),
    "gelu_tanh": gelu_by_tanh,
    "quick_gelu": lambda x: x * logistic(mp.mpf("1.702") * x),
}
OTHER_PARAMETERS = {
    "leaky_relu": {"alpha": 0.25}, "prelu": {"alpha": -0.5}, "rrelu": {"l": 0.25, "u": 0.5},
    "srelu": {"t_l": -2.0, "a_l": 0.5, "t_r": 0.5, "a_r": -0.25}, "threshold": {"theta": -0.5, "v": 2.0},
    "hardshrink": {"lamda": 1.5}, "softshrink": {"lamda": 1.5}, "elu": {"alpha": 0.5}, "celu": {"alpha": 2.5},
    "softplus": {"beta": 3.0}, "squareplus": {"b": 0.25}, "swish": {"beta": 2.0},
}
AT = [-7.25, -3.5, -2.75, -1.25, -0.75, -0.25, 0.0, 0.125, 0.625, 1.25, 2.25, 2.75, 4.5, 6.5]


@pytest.mark.parametrize("name", SCALAR)
def test_formula(name):
    for parameters in ({}, OTHER_PARAMETERS.get(name)):
        if parameters is None:
            continue
        want = [float(SCALAR[name](mp.mpf(at), **parameters)) for at in AT]
        np.testing.assert_allclose(catalogue[name].f(AT, **parameters), want, rtol=1e-13, atol=1e-15, err_msg=name)


def test_every_function_has_an_independent_formula():
    assert [a.name for a in catalogue.scalar] == list(SCALAR)
    assert {name for name, entry in catalogue.items() if getattr(entry, "parameters", None)} == set(OTHER_PARAMETERS)


SCORES = [0.5, -1.25, 2.0, 0.75]


def test_vector_formulas():
    exponentials = [mp.exp(score) for score in SCORES]
    p = [float(e / sum(exponentials)) for e in exponentials]
    q = [float(1 / e / sum(1 / other for other in exponentials)) for e in exponentials]
    np.testing.assert_allclose(catalogue["softmax"].f(SCORES), p, rtol=1e-14)
    np.testing.assert_allclose(catalogue["softmin"].f(SCORES), q, rtol=1e-14)
    np.testing.assert_allclose(catalogue["log_softmax"].f(SCORES), np.log(p), rtol=1e-14)
    np.testing.assert_allclose(catalogue["softmax"].jacobian(SCORES), np.diag(p) - np.outer(p, p), atol=1e-16)
    np.testing.assert_allclose(catalogue["softmin"].jacobian(SCORES), np.outer(q, q) - np.diag(q), atol=1e-16)
    np.testing.assert_allclose(catalogue["log_softmax"].jacobian(SCORES), np.eye(4) - np.array(p), atol=2e-16)


@pytest.mark.parametrize(("name", "gate"), [
    ("glu", "sigmoid"), ("reglu", "relu"), ("geglu", "gelu"), ("swiglu", "silu")])
def test_gate_formulas(name, gate):
    first, second = mp.mpf(1.5), mp.mpf(-0.75)
    want = float(first * SCALAR[gate](second))
    assert float(catalogue[name].f([1.5, -0.75])[0]) == pytest.approx(want, rel=1e-14, abs=1e-300)


def test_selu_constants_to_32_digits():
    """λ and λ·α of the expression itself, against the digits that Klambauer et al. publish."""
    right, left = (piece for piece, _ in catalogue["selu"].derivative.args)
    scale = sp.N(right, 40)
    assert abs(scale - sp.Float("1.0507009873554804934193349852946", 40)) < sp.Float("1e-31", 40)
    alpha = sp.N(left.subs(x, 0), 40) / scale
    assert abs(alpha - sp.Float("1.6732632423543772848170429916717", 40)) < sp.Float("1e-31", 40)


# The slope that PyTorch's backward pass takes at a kink, from its derivative formulas and kernels.
SLOPE_AT = [
    ("step", 0, 0), ("signum", 0, 0), ("hardsigmoid", -3, 0), ("hardsigmoid", 3, 0), ("hardtanh", -1, 0),
    ("hardtanh", 1, 0), ("absolute", 0, 0), ("relu", 0, 0), ("relu6", 0, 0), ("relu6", 6, 0), ("leaky_relu", 0, 0.01),
    ("prelu", 0, 0.25), ("rrelu", 0, 11 / 48), ("threshold", 1, 0), ("hardshrink", 0.5, 0), ("hardshrink", -0.5, 0),
    ("softshrink", 0.5, 0), ("softshrink", -0.5, 0), ("elu", 0, 1), ("celu", 0, 1), ("selu", 0, 1.7580993408473766),
    ("hardswish", -3, 0), ("hardswish", 3, 1),
]


@pytest.mark.parametrize(("name", "at", "slope"), SLOPE_AT)
def test_slope_at_a_kink(name, at, slope):
    assert float(catalogue[name].df(float(at))) == pytest.approx(slope, rel=1e-14)


def test_kinks_are_said_in_words():
    assert catalogue["relu"].kink == "slope 0 at 0"
    assert catalogue["hardswish"].kink == "slope 0 at -3, slope 1 at 3"
    assert catalogue["step"].kink == "slope 0 at 0 (a jump)"
    assert catalogue["gelu"].kink is None
