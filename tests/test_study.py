"""`study`: each part against what is known of the catalogue, and every kind of function that it may be given."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import sympy as sp
from ipywidgets import FloatLogSlider, FloatSlider
from scipy.stats import norm
from sympy import Piecewise, exp, log, sqrt, tanh

from activations import Activation, catalogue, experiments, study, x
from activations.experiments import Results
from activations.study import layers, machine, training
from activations.study.formula import mathml
from activations.study.machine import Machine
from activations.study.page import NotStudied
from activations.study.relatives import Relatives, Z

k = sp.Symbol("k", real=True)
scalar = pytest.mark.parametrize("name", [entry.name for entry in catalogue.scalar])
NOISY = """\
import re
import noise
noise.install()
noise.seed = 1
from sympy import exp, tanh
from activations import experiments, study, x
experiments.SEEDS = range(2)
print(re.sub('base64,[^"]*', "", study(x * tanh(exp(x)))._repr_html_()))
"""


# --- Relatives and gain ---------------------------------------------------------------------------------------------


@scalar
def test_a_function_of_the_catalogue_is_its_own_nearest_relative(name):
    found = Relatives(catalogue[name].at(), catalogue[name].f(Z))
    own = next(one for one in found if one.name == name)
    assert own.distance < 1e-12 and own.width == 1 and own.scale == pytest.approx(1)
    assert found[0].distance < 1e-12 and found[0].width == 1
    assert len(found) == len(catalogue.scalar)


def test_a_gate_of_1_point_7_is_a_gelu():
    found = study(x / (1 + exp(-1.7 * x))).relatives
    assert [found[0].name, found[0].width] == ["quick_gelu", pytest.approx(1, abs=2e-3)]
    by_name = {one.name: one for one in found}
    assert by_name["silu"].distance < 1e-12 and by_name["silu"].width == 1.7
    assert by_name["silu"].scale == pytest.approx(1 / 1.7)
    assert by_name["gelu"].distance == pytest.approx(0.01, rel=0.05)


def test_scale_and_width_are_found_and_the_distance_is_one_of_normal_numbers():
    found = study(-3 * tanh(x / 2)).relatives[0]
    assert (found.name, found.width) == ("symmetrical_sigmoid", 1) and found.scale == pytest.approx(-3)
    # |x| beside x: E[|Z| Z] = 0, so nothing in common
    by_name = {one.name: one for one in study(sp.Abs(x)).relatives}
    assert by_name["identity"].distance == pytest.approx(1)
    # ReLU beside x: half of ReLU's mean square is left
    by_name = {one.name: one for one in study("relu", train=False).relatives}
    assert by_name["identity"].distance == pytest.approx(sqrt(0.5)) and by_name["identity"].scale == pytest.approx(0.5)
    # x + x³ beside x: E[Z(Z + Z³)] = 4 and E[(Z + Z³)²] = 22
    by_name = {one.name: one for one in study(x + x**3).relatives}
    assert by_name["identity"].distance == pytest.approx(sqrt(6 / 22)) and by_name["identity"].scale == pytest.approx(4)


@scalar
def test_the_gain_is_that_of_the_catalogue(name):
    assert study(catalogue[name].at()).gain.value == pytest.approx(experiments.own_gain(name), rel=1e-9)


def test_the_gain_where_calculus_knows_none():
    assert layers._by_quadrature(catalogue["gelu"].f) == pytest.approx(experiments.own_gain("gelu"))
    assert layers._by_quadrature(lambda z: np.exp(z**2 / 4)) is None
    assert layers._by_quadrature(lambda z: 0.0 * z) == np.inf
    square = sum(n**2 * (norm.cdf(n + 1) - norm.cdf(n)) for n in range(-9, 9))
    assert study(sp.floor(x)).gain.value == pytest.approx(square**-0.5)


# --- On a real machine ----------------------------------------------------------------------------------------------


def columns(expr):
    return {column.name: column for column in Machine(expr, sp.diff(expr, x)).columns}


def test_where_the_plain_formula_breaks():
    found = columns(log(1 + exp(x)))
    assert found["f, plain float64"].breaks == {"no right digit": [(-700, -40)], "∞": [(720, 10000)]}
    assert found["f, plain float32"].breaks == {"no right digit": [(-80, -15)], "∞": [(100, 10000)]}
    assert found["f′, plain float64"].breaks == {"nan": [(720, 10000)]}
    for name in ("f, stable float64", "f, stable float32", "f′, stable float64", "f′, stable float32"):
        assert found[name].words == "nothing broke" and found[name].worst < 8
    assert not Machine(log(1 + exp(x)), None).nothing_broke
    silu = Machine(catalogue["silu"].expr, catalogue["silu"].derivative)
    assert not silu.columns[0].breaks and not silu.nothing_broke  # it is the slope that breaks


@pytest.mark.parametrize(("value", "right", "fault"), [
    (1e-16, 0, ""), (1e-3, 0, "no right digit"), (1.005, 1, ""), (1.02, 1, "no right digit"), (-1, 1, "no right digit"),
    (np.nan, 1, "nan"), (np.inf, 1, "∞"), (np.inf, np.inf, ""), (0, 1e-310, ""), (0, 1e-300, "no right digit"),
])  # fmt: skip
def test_what_counts_as_broken(value, right, fault):
    assert machine._fault(np.float64(value), np.float64(right)) == fault


def test_nothing_broke():
    found = study(x * sp.atan(x), train=False).machine
    assert found.nothing_broke and "Nothing broke at the points tried" in repr(found)
    assert {column.accuracy for column in found.columns} == {"10 digits right, or more", "4 digits right, or more"}


def test_a_stable_form_that_is_wrong_is_noticed(monkeypatch):
    monkeypatch.setattr(machine, "_stable", lambda expr: lambda values: np.where(values > 30, 0.97, 1) * values)
    found = {column.name: column for column in Machine(x, None).columns}
    assert found["f, stable float64"].breaks == {"no right digit": [(40, 10000)]}
    assert found["f, plain float64"].breaks == {}
    monkeypatch.setattr(machine, "_stable", lambda expr: lambda values: values * (1 + 1e-8))
    found = {column.name: column for column in Machine(x, None).columns}
    assert found["f, stable float64"].accuracy == "fewer than 10 digits right"


def test_the_plain_formula_stays_in_float32():
    for entry in catalogue.scalar:
        if entry.name != "step":  # two whole numbers, which have no precision
            assert machine.plain(entry.at())(np.float32([0.5, 2])).dtype == np.float32, entry.name


def test_points_without_a_value_are_left_out():
    found = study(log(x), train=False).machine
    assert [len(column.points) for column in found.columns if column.name.startswith("f,")] == [34] * 4
    assert "f has no value at 35 of the 69 points" in repr(found)


# --- Ten layers, and the training -----------------------------------------------------------------------------------


def test_an_activation_may_stand_for_its_name():
    relu = Activation(sp.Max(0, x))
    assert experiments.own_gain(relu) == experiments.own_gain("relu")
    assert experiments.run(relu, seed=1) == experiments.run("relu", seed=1)
    assert np.array_equal(experiments.gradients(relu), experiments.gradients("relu"))


def test_relu_among_relu_and_gelu():
    s = study("relu")
    for mine, stored in zip(s.layers.passages["f"], s.layers.passages["relu"], strict=True):
        assert mine == pytest.approx(stored, rel=1e-6)
    assert s.layers.passages["gelu"].gain == experiments.own_gain("gelu")
    assert np.array_equal(s.training.results["f"].accuracies, experiments.results("relu").accuracies)
    assert "a difference within the spread is none" in s.training.against("gelu")


def test_ten_layers_measure_the_signal_and_the_error():
    passage = study(tanh(x)).layers.passages["f"]
    hidden = experiments.ten_layers("tanh", seed=3).forward(experiments.data()[0].X)[1][10]
    assert passage.means[3, -1] == pytest.approx(hidden.mean())
    assert passage.variances[3, -1] == pytest.approx(hidden.var())
    assert passage.kept[3] == pytest.approx(experiments.first_over_last("tanh", of="errors")[3])


def test_a_step_lets_no_error_through():
    found = study("step").layers
    assert not found.passages["f"].kept.any() and "no gradient reaches any layer but the last" in repr(found)
    assert "no gradient" not in repr(study(x).layers)


def test_numbers_that_overflow():
    s = study(sp.sinh(x) / 1000)
    assert s.layers.passages["f"].overflows and "overflow" in repr(s.layers)
    assert isinstance(s.training, NotStudied)


def test_what_six_runs_say(monkeypatch):
    monkeypatch.setattr(training, "trained", lambda *_, **__: np.linspace(0.9, 0.95, 6))
    found = study(x).training
    found.results["relu"] = Results(np.ones(6), np.linspace(0.8, 0.89, 6))
    found.results["gelu"] = Results(np.ones(6), np.linspace(0.85, 0.90, 6))
    assert found.against("relu") == "In this setting every run of f is better than every run of ReLU."
    assert "overlap" in found.against("gelu")
    found.results["gelu"] = Results(np.ones(6), np.linspace(0.96, 0.97, 6))
    assert "worse than every run of GELU" in found.against("gelu")


def test_a_run_that_diverges_says_so(monkeypatch):
    monkeypatch.setattr(training, "trained", lambda *_, **__: np.array([0, 0, 0.5, 0, 0, 0.5]))
    assert "f         diverged  diverged  0.50     4" in repr(study(x).training)


def test_parts_are_computed_when_asked_for(monkeypatch):
    monkeypatch.setattr(training, "trained", lambda *_, **__: pytest.fail("trained unasked"))
    s = study(x * sp.atan(x), train=False)
    assert "Left out, as train=False asks" in repr(s) and "<h3>A training on the digits</h3>" in s._repr_html_()
    assert s.relatives is s.relatives
    with pytest.raises(pytest.fail.Exception):
        s.training  # noqa: B018


def test_the_bar_goes_and_can_be_left_out(monkeypatch):
    """The bar of a notebook does not read TQDM_DISABLE itself."""
    monkeypatch.setattr("tqdm.auto.tqdm", lambda seeds, **how: how["disable"] or how["leave"])
    for told, hidden in (("1", True), ("0", False), ("", False)):
        monkeypatch.setenv("TQDM_DISABLE", told)
        assert training._with_bar(range(3)) is hidden


# --- What it may be given -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("expr", "says"), [
    (log(x), "no real value at x ≤ 0. A standard normal number falls there with probability 0.50"),
    (sqrt(x), "at x < 0. A"),
    (1 / x, "at x = 0. Given a value there by a Piecewise"),
    (log(sp.Abs(x)), "at x = 0."),
    (sp.sin(x) / x, "at x = 0. Given"),
    (sp.asin(x), "at x < −1, x > 1. A standard normal number falls there with probability 0.32"),
    (log(x - sp.Rational(1, 3)), "at x ≤ 0.3333. A"),
    (sqrt(2 - x), "at x > 2. A"),
    (sqrt(x**2 - 1), "at −1 < x < 1. A standard normal number falls there with probability 0.68"),
    (sp.tan(x), "no real value at x = -1.57080"),
    (1 / (x**2 - 2), "no real value at x = -1.41421"),
    (Piecewise((x, x > 0)), "at x ≤ 0"),
    (sp.gamma(x), "and elsewhere"),
])  # fmt: skip
def test_a_function_on_a_part_of_the_line(expr, says):
    s = study(expr)
    assert says in s.fault
    for part in (s.properties, s.gain, s.layers, s.relatives, s.training):
        assert isinstance(part, NotStudied) and part.why == s.fault
    assert repr(s).count("Only a part of this study is possible.") == 1
    assert len(s.machine.columns) >= 2 and not isinstance(s.derivative, NotStudied)


@pytest.mark.parametrize("expr", [
    Piecewise((0, x < 0), (1, True)), sp.Heaviside(x), sp.Max(0, x) * sp.Min(1, x), sp.sign(x) * sqrt(sp.Abs(x)),
    x**3, sp.sin(50 * x), 1e-30 * x, exp(x), sp.cosh(x), sp.besselj(0, x), sp.LambertW(exp(x)), sp.Symbol("x") ** 2,
])  # fmt: skip
def test_functions_of_every_kind(expr):
    s = study(expr, train=False)
    assert s.fault is None
    for part in (s.equation, s.derivative, s.properties, s.machine, s.gain, s.layers, s.relatives):
        assert not isinstance(part, NotStudied) and repr(part)
    assert np.isfinite(s.gain.value) and s.relatives[0].distance <= 1


def test_a_mean_square_that_is_infinite():
    s = study(exp(x**2))
    assert s.fault is None and "C^∞" in repr(s.properties)
    for part in (s.gain, s.layers, s.relatives, s.training):
        assert isinstance(part, NotStudied) and "mean square" in part.why


def test_a_slope_that_sympy_does_not_know():
    s = study(sp.floor(x))
    assert "SymPy knows no formula" in s.derivative.why and "nothing can be trained" in s.training.why
    assert s.relatives[0].distance > 0 and all(column.name.startswith("f,") for column in s.machine.columns)


@pytest.mark.parametrize(("given", "parameters", "error", "says"), [
    ("x * atn(x)", {}, ValueError, "is a text and no function of one variable in the catalogue; write a formula"),
    ("gelo", {}, ValueError, "did you mean 'gelu'"),
    ("softmax", {}, ValueError, "takes more than one number"),
    (sp.Function("foo")(x) * x, {}, ValueError, "foo in x*foo(x) is a name without a definition"),
    (x * k, {}, ValueError, "has the symbol k beside x; give a value, as in study(..., k=1)"),
    (x * k, {"k": 1, "m": 2}, TypeError, "has no symbol m beside x; its symbols: k"),
    (x * k, {"k": "big"}, TypeError, "k is a number or a slider, not 'big'"),
    (x * k, {"k": float("nan")}, ValueError, "k is finite"),
    (x * sp.Symbol("p", positive=True), {"p": -1}, ValueError, "p is greater than 0"),
    (sp.Symbol("t") ** 2, {"t": 1}, ValueError, "has no x (its symbols: t)"),
    (5, {}, ValueError, "has no x (it is a constant)"),
    (x - x, {}, ValueError, "has no x"),
    (np.tanh, {}, TypeError, "a function of Python"),
    (x > 0, {}, TypeError, "give a SymPy expression in x"),
    (None, {}, TypeError, "give a SymPy expression in x"),
    (sp.I * x, {}, ValueError, "is not a real number for real x"),
    (sqrt(-1 - x**2), {}, ValueError, "no real value"),
    ("elu", {"gamma": 1}, TypeError, "no parameter 'gamma'"),
])  # fmt: skip
def test_what_cannot_be_studied_is_said_at_once(given, parameters, error, says):
    with pytest.raises(error, match=re.escape(says)):
        study(given, **parameters)


def test_parameters_are_numbers_or_sliders():
    s = study(x * sp.atan(k * x), k=FloatSlider(1.5, min=0.5, max=3, step=0.25))
    slider = s.explorer.sliders["k"]
    assert (slider.value, slider.min, slider.max, slider.step) == (1.5, 0.5, 3, 0.25)
    assert s.expr == x * sp.atan(sp.Rational(3, 2) * x) and "Here with k = 1.5." in repr(s.equation)
    assert s.gain.value == study(x * sp.atan(1.5 * x)).gain.value
    assert study("elu", alpha=2).gain.value == pytest.approx(experiments.own_gain("elu", alpha=2))
    two = study(sp.Max(k * x, x) + sp.Symbol("c"), k=0.1, c=-0.2)
    assert set(two.explorer.sliders) == {"k", "c", "probe"}
    wide = study(x * sp.atan(k * x), k=FloatLogSlider(1, min=-1, max=1)).explorer.sliders["k"]
    assert (wide.value, wide.min, wide.max) == (1, 0.1, 10)
    assert study(0.1 * x).expr == x / 10  # a decimal is what it writes


def test_infinity_may_have_no_known_limit():
    one, right, left = Activation(log(x)).f(np.array([1.0, np.inf, -np.inf]))
    assert (one, right) == (0, np.inf) and np.isnan(left)
    assert Activation(sp.besselj(0, x)).f(np.array([0.0]))[0] == 1


# --- What is shown --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shown():
    return study(Piecewise((x, x > 0), (x / (1 + exp(-k * x)), True)), k=1.702, train=False)


def test_the_page_is_the_same_each_time(shown):
    again = study(Piecewise((x, x > 0), (x / (1 + exp(-k * x)), True)), k=1.702, train=False)
    assert shown._repr_html_() == again._repr_html_() and repr(shown) == repr(again)


def test_tables_and_headings_can_be_heard(shown):
    html = shown._repr_html_()
    assert re.findall("<h3>(.*?)</h3>", html) == [
        "The function", "The derivative", "Properties", "The explorer", "On a real machine", "Initialisation gain",
        "Ten layers", "Nearest relatives", "A training on the digits"]
    assert not re.search(r"<th[^>]*>\s*</th>", html) and not re.search(r"<th(?![^>]*scope=)[^ea]", html)
    identities = re.findall(r'\bid="([^"]+)"', html)
    assert identities and len(identities) == len(set(identities))
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", html).replace("http://www.w3.org", "")


def test_as_text_it_has_every_part(shown):
    text = repr(shown)
    for words in ("f(x) = Piecewise", "At a kink the code takes: slope 0.5 at 0.", "Range: [−0.16361, ∞)", "Explorer:",
                  "f, plain float32", "1/√E[f(Z)²] = 1.403", "ReLU      1.41", "Mish", "Left out"):
        assert words in text
    assert "<" not in text.replace("x < 0", "")


def test_each_part_displays_by_itself(shown):
    for part in (shown.equation, shown.derivative, shown.machine, shown.gain, shown.layers, shown.relatives):
        assert part._repr_html_().startswith('<div class="sts sts-study">') and repr(part).startswith(part.title)


def test_a_formula_is_mathml():
    html = mathml("f′", Piecewise((sp.Abs(x), x > 0), (exp(x) * sp.Rational("1.702") / 3, True)))
    root = ElementTree.fromstring(html)
    text = "".join(root.itertext())
    assert "1.702" not in text and "851" in text  # 1.702/3 is no decimal
    assert "otherwise" in text and "ⅇ" not in text
    assert "1.702" in "".join(ElementTree.fromstring(mathml("f", sp.Rational("1.702") * x)).itertext())


def test_what_is_shown_does_not_notice_the_last_bit(monkeypatch):
    """With two seeds, for this chain is slow under noise."""
    monkeypatch.setattr(experiments, "SEEDS", range(2))
    layers._of_the_catalogue.cache_clear()
    tests = Path(__file__).parent
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])}
    noisy = subprocess.run([sys.executable, "-c", NOISY], env=env, capture_output=True, text=True)
    html = re.sub('base64,[^"]*', "", study(x * tanh(exp(x)))._repr_html_())
    layers._of_the_catalogue.cache_clear()
    assert html.count("<h3>") == 9 and noisy.stdout == f"{html}\n", noisy.stderr[-2000:]
