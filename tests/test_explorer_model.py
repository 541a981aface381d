"""The model of an explorer: symbols, definitions, choosers, slopes and what is compiled."""

import numpy as np
import pytest
import sympy as sp
from explorers import alpha, b, chain, compiled, f, slider, w, z
from ipywidgets import FloatLogSlider
from sympy import Function, Max, Piecewise, Symbol, ceiling, exp, floor, pi, symbols, tanh

from activations import x
from activations.explorer import Bars, Curves, ExploreError, explore, model


def test_an_unbound_symbol_in_a_binding_is_named():
    with pytest.raises(ExploreError, match="symbol b, which has no slider"):
        explore(Bars([z[0] ** 2]), where=[(z[0], w + b)], w=slider())


def test_the_slider_is_matched_by_name_whatever_is_assumed_of_the_symbol():
    for symbol in (Symbol("beta"), Symbol("beta", positive=True), Symbol("beta", real=True)):
        values = compiled(explore(tanh(symbol * x), beta=slider()))(0.5, 2.0)
        assert values == pytest.approx([np.tanh(1), 2 / np.cosh(1) ** 2])


def test_the_slope_goes_through_the_bindings():
    explorer = explore(z[0] ** 2, where=[(z[0], w * x + 1)], w=slider())
    assert compiled(explorer)(3.0, 2.0) == pytest.approx([49, 28])


def test_a_chosen_function_is_put_in_with_its_derivatives():
    explorer = explore(Bars([f(w), f(w).diff(w), f(w).diff(w, 2), f(2 * w).diff(w)]), w=slider(),
                       f={"tanh": tanh(x), "cube": x**3})
    t = np.tanh(0.7)
    first, second = compiled(explorer, option=0)(0.7), compiled(explorer, option=1)(0.7)
    assert first == pytest.approx([t, 1 - t**2, -2 * t * (1 - t**2), 2 / np.cosh(1.4) ** 2])
    assert second == pytest.approx([0.343, 3 * 0.49, 4.2, 24 * 0.49])


def test_an_option_may_have_a_slider_of_its_own():
    explorer = explore(f(x), f={"leaky": Max(alpha * x, x), "tanh": tanh(x)}, alpha=slider(0.1, 0, 0.9))
    assert compiled(explorer)(-2.0, 0.25) == pytest.approx([-0.5, 0.25])


def test_the_chain_is_the_product_of_its_slopes():
    explorer = chain()
    s = [1 / (1 + np.exp(-1.5 * 0.5))]
    for _ in range(3):
        s.append(1 / (1 + np.exp(-1.5 * s[-1])))
    slopes = [v * (1 - v) for v in s]
    assert explorer.views[0].values == pytest.approx([np.prod(slopes[k:]) for k in range(4)])


# --- Symbols and definitions -----------------------------------------------------------------------------------------


def test_a_plain_x_is_the_course_s_x_everywhere():
    plain, k, t = Symbol("x"), Symbol("k"), Symbol("t")
    values = compiled(explore(tanh(plain) * k + x, k=slider()))(0.5, 2.0)
    assert values == pytest.approx([2 * np.tanh(0.5) + 0.5, 2 / np.cosh(0.5) ** 2 + 1])
    assert compiled(explore(f(x), f={"cube": plain**3}))(2.0) == pytest.approx([8, 12])
    assert compiled(explore(Curves(x**2, over=(plain, 0, 1))))(0.5) == pytest.approx([0.25, 1])
    positive = Curves(t**2, over=(Symbol("t", positive=True), 0, 1))
    assert compiled(explore(positive))(0.5) == pytest.approx([0.25, 1])
    assert compiled(explore(k * x, where={Symbol("k", real=True): 3 * plain}))(2.0) == pytest.approx([12, 12])


def test_definitions_may_come_as_a_mapping_in_any_order_or_as_pairs():
    first, second = Symbol("a1"), Symbol("a2")
    definitions = {second: first**2, first: w * x + 1}
    for where in (definitions, list(definitions.items()), tuple(reversed(definitions.items()))):
        assert compiled(explore(second, where=where, w=slider()))(3.0, 2.0) == pytest.approx([49, 28])


def test_what_is_not_needed_is_not_asked_for():
    assert compiled(explore(z[0], where={z[0]: x + 1, z[1]: w * x}))(3.0) == pytest.approx([4, 1])


def test_functions_may_be_defined_as_well_as_symbols():
    s, g, t = Function("s"), Function("g"), Symbol("t")
    explorer = explore(s(w * x), where={g(t): exp(t), s(t): 1 / (1 + g(-t))}, w=slider())
    y = 1 / (1 + np.exp(-1.0))
    assert compiled(explorer)(0.5, 2.0) == pytest.approx([y, 2 * y * (1 - y)])
    slope = explore(Bars([s(w).diff(w)]), where={s(t): t**3}, w=slider())
    assert compiled(slope)(2.0) == pytest.approx([12])


def test_a_defined_function_may_use_a_chosen_one():
    g, t = Function("g"), Symbol("t")
    explorer = explore(g(2 * x), where={g(t): f(t) + 1}, f={"square": x**2, "cube": x**3})
    assert compiled(explorer, option=0)(1.0) == pytest.approx([5, 8])
    assert compiled(explorer, option=1)(1.0) == pytest.approx([9, 24])


# --- Choosers --------------------------------------------------------------------------------------------------------


def test_two_choosers_make_every_combination_the_last_one_fastest():
    g = Function("g")
    explorer = explore(Bars([f(w) + 10 * g(w)]), f={"1": x, "2": x**2}, g={"3": x**3, "4": x**4, "5": x**5}, w=slider())
    found = [compiled(explorer, option=option)(2.0)[0] for option in range(6)]
    assert found == [2 + 80, 2 + 160, 2 + 320, 4 + 80, 4 + 160, 4 + 320]
    explorer.choosers["f"].value, explorer.choosers["g"].value = "2", "4"
    assert explorer._state().option == 4


def test_choosers_that_never_meet_may_have_many_options():
    """Eleven times eleven combinations of curves that each ask for one chooser: 22 functions are compiled, not 121."""
    powers, g = {f"{k}": x**k for k in range(1, 12)}, Function("g")
    explorer = explore(Curves({"f": f(x), "g": 2 * g(x), "w": w * x}, derivative=True, ylim=(-9, 9)), f=powers, g=powers,
                       w=slider())
    (view,) = explorer.views
    assert len(view.compiled) == 121
    assert view.compiled[11 * 1 + 2]({"w": 5.0}, 2.0) == pytest.approx([4, 4, 16, 24, 10, 5])
    assert view.compiled[11 * 2 + 1].numpy(2.0, 5.0) == pytest.approx([8, 12, 8, 8, 10, 5])
    assert explorer.sweep()
    assert len(explorer.html) < 80_000


def test_an_option_of_many_without_a_derivative_leaves_the_others_theirs():
    many = {"floor": floor(x)} | {f"{k}": x**k for k in range(1, 12)}
    explorer = explore(Curves({"f": f(x), "g": Function("g")(x)}, derivative=True, ylim=(-9, 9)), f=many, g=many)
    assert explorer.views[0].ids == ["c0", "c1", "c2", "c3"]
    assert explorer.views[0].compiled[0].undefined == {1, 3}
    assert explorer.sweep()


def test_what_does_not_hang_on_a_chooser_is_compiled_once_and_numpy_only_when_chosen():
    g = Function("g")
    explorer = explore(Curves(f(x), ylim=(0, 1)), Curves(g(x), ylim=(0, 1)), Bars([w], ylim=(0, 1)), w=slider(),
                       f={"1": x, "2": x**2}, g={"3": x**3, "4": x**4})
    first, second, bars = (view.compiled for view in explorer.views)
    assert first[0] is first[1] and first[2] is first[3] and first[1] is not first[2]
    assert second[0] is second[2] and second[0] is not second[1] and len(set(map(id, bars))) == 1
    assert "numpy" in vars(first[0]) and "numpy" not in vars(first[2])
    explorer.choosers["f"].value = "2"
    assert "numpy" in vars(first[2]) and "numpy" not in vars(second[1])


# --- Functions without a derivative ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expr", "at", "value"), [(floor(x), 1.5, 1), (ceiling(x), 1.5, 2), (Max(0, floor(x)), 2.5, 2)])
def test_a_function_without_a_derivative_is_drawn_without_one(expr, at, value):
    explorer = explore(expr, probe=at)
    assert explorer.views[0].ids == ["c0"]
    assert explorer.scene.reading == (value, pytest.approx(np.nan, nan_ok=True))
    assert "f′(x₀)</b> = undefined" in explorer._reading.value
    assert np.isnan(explorer.probed.drawn["tangent"].get_ydata()).all()
    assert explorer.sweep()


def test_only_the_slope_that_is_missing_is_left_out():
    explorer = explore(Curves({"floor": floor(w * x), "tanh": tanh(w * x)}, derivative=True), w=slider())
    assert [line.get_label() for line in explorer.views[0].axes.get_lines()[:3]] == ["floor", "tanh", "tanh′"]
    assert compiled(explorer)(0.7, 2.0) == pytest.approx([1, np.tanh(1.4), 2 / np.cosh(1.4) ** 2])
    assert explorer.probed.probe[0].numpy(0.7, 2.0) == pytest.approx([1, np.nan], nan_ok=True)


def test_an_option_without_a_derivative_leaves_the_others_theirs():
    explorer = explore(f(x), f={"floor": floor(x), "tanh": tanh(x)})
    assert explorer.views[0].ids == ["c0", "c1"]
    assert [one.undefined for one in explorer.views[0].compiled] == [{1}, set()]
    assert compiled(explorer, option=0)(1.5) == pytest.approx([1, np.nan], nan_ok=True)
    assert compiled(explorer, option=1)(0.0) == pytest.approx([0, 1])
    assert explorer.sweep()


def test_a_slope_without_numerical_form_counts_as_none(monkeypatch):
    class bend(sp.Function):
        """It has a form, but its slope has none."""

        @classmethod
        def eval(cls, u):
            return None

        def fdiff(self, argindex=1):
            return sp.zeta(self.args[0])

    def knowing_bend(function):
        return lambda expressions, *rest: function([expr.replace(bend, sp.tanh) for expr in expressions], *rest)

    for name in ("to_javascript", "to_numpy"):
        monkeypatch.setattr(model, name, knowing_bend(getattr(model, name)))
    explorer = explore(Curves({"a": bend(x), "b": x**2}, derivative=True))
    assert explorer.views[0].ids == ["c0", "c1", "c2"]
    assert compiled(explorer)(0.5) == pytest.approx([np.tanh(0.5), 0.25, 1])


def test_a_slope_that_sympy_fails_at_counts_as_none(monkeypatch):
    def fails(expr, variable):
        raise NotImplementedError

    monkeypatch.setattr(model, "derivative", fails)
    assert explore(tanh(x)).views[0].ids == ["c0"]


@pytest.mark.parametrize("expr", [Piecewise((x, x > 0)), Piecewise((x, x > 1), (-x, x < -1)), Piecewise((x, x > 10))])
def test_a_function_with_holes_is_drawn_where_it_is_defined(expr):
    explorer = explore(expr, probe=-3.0)
    assert explorer.views[0].ids == ["c0", "c1"] and "<svg" in explorer.html
    values = [float(expr.subs(x, at)) for at in np.linspace(-6, 6, 7)]
    assert compiled(explorer)(np.linspace(-6, 6, 7))[0] == pytest.approx(values, nan_ok=True)


# --- The probe and the states ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "start", "step", "format_"),
    [((x, -6, 6), 1.0, 0.05, ".2f"), ((x, 0, 1), 0.583, 0.002, ".3f"), ((x, 0, 2400), 1400, 10, ".0f"),
     ((x, -3, 4), 1.08, 0.02, ".2f"), ((x, 0, 240), 140, 1, ".0f")])
def test_the_probe_starts_right_of_the_middle_and_moves_in_round_steps(over, start, step, format_):
    slider = explore(Curves(x, over=over)).model.probe
    assert (slider.value, slider.step, slider.readout_format) == (start, step, format_)
    assert (slider.min, slider.max, slider.description) == (*over[1:], "x₀")


def test_the_probe_stands_on_the_first_panel_of_curves_unless_it_is_left_out():
    panels = [Bars([w]), Curves({"g": w * x, "h": x}), Curves(x)]
    explorer = explore(*panels, w=slider())
    assert explorer.model.probed == 1 and explorer.model.readings == ("g(x₀)", "g′(x₀)")
    assert explorer.scene.reading == pytest.approx((1.0, 1.0))
    assert explore(Curves(x, over=(x, 0, 2400)), probe=True).model.start.x0 == 1400
    assert explore(*panels, w=slider(), probe=1).model.start.x0 == 1.0
    assert explore(*panels, w=slider(), probe=-6).model.start.x0 == -6
    assert explore(*panels, w=slider(), probe=pi / 2).model.start.x0 == pytest.approx(np.pi / 2)
    assert explore(*panels, w=slider(), probe=False).model.probed is None
    assert explore(Bars([w]), w=slider(), probe=False).model.start.x0 is None


def test_an_axis_is_asked_to_hold_the_start_each_end_and_the_corners():
    names = symbols("p:6", real=True)
    few = explore(Bars([sum(names[:2])]), p0=slider(1, 0, 2), p1=FloatLogSlider(1, base=2, min=-1, max=1))
    points = [(values["p0"], values["p1"]) for values, option in few.model.states()]
    assert points == [(1, 1), (0, 1), (2, 1), (1, 0.5), (1, 2), (0, 0.5), (0, 2), (2, 0.5), (2, 2)]
    five = explore(Bars([sum(names[:5])]), **{f"p{i}": slider() for i in range(5)}).model.states()
    six = explore(Bars([sum(names)]), **{f"p{i}": slider() for i in range(6)}).model.states()
    assert (len(five), len(six)) == (1 + 10 + 32, 1 + 12)
    chosen = explore(Bars([f(w)], ylim=(0, 1)), f={"a": x, "b": x**2}, w=slider()).model.states()
    assert len(chosen) == 2 * (1 + 2 + 2) and [option for _, option in chosen[:4]] == [0, 1, 0, 1]
