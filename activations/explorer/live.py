"""A figure with sliders, made from SymPy expressions: live ipywidgets in a kernel, plain HTML without one.

matplotlib draws each panel once; its SVG carries ids on everything that a slider can move. In a kernel the same artists
are redrawn over a cached background. On a page a small script moves them, with the expressions compiled to JavaScript.
"""

import warnings
from functools import cached_property
from html import escape

import ipywidgets as widgets
import numpy as np

from activations.explorer.model import Model, State
from activations.explorer.page import page
from activations.explorer.panels import ExploreError, as_panel
from activations.explorer.scene import Scene
from activations.figures.axes import short
from activations.figures.style import BLUE, ORANGE


def explore(*panels, where=(), caption=None, alt=None, probe=None, **sliders):
    """A figure of the panels, side by side, with a slider for every symbol.

    A panel is a SymPy expression in x, or Curves, Bars, Cells or Frames. A keyword names a symbol and gives its
    FloatSlider, IntSlider or FloatLogSlider; or it names an undefined function and gives {label: expression in x} to
    choose from. `where` is a mapping from names to definitions: {a: w*x + b, g(x): x**2}; a definition may use the
    others. A sequence of pairs does as well. `caption` is plain text below the figure, `alt` says what is to be seen.
    `probe` is the abscissa x₀ where a point, its tangent and its numbers start; False leaves the probe out. Symbols of
    one name are one symbol, and it is real. A function without a derivative is drawn without one, and its slope reads
    "undefined".

    Raises TypeError for what is not SymPy or not a slider. Raises ExploreError, a ValueError, for a symbol without
    slider, a slider without symbol, a name with two meanings, limits that are not finite, a probe outside its curves,
    an expression that is not real or cannot be compiled, and choosers with more than 100 combinations of
    their options, where two of them meet in one expression.
    """
    return Explorer(panels, where=where, caption=caption, alt=alt, probe=probe, controls=sliders)


class Explorer(widgets.VBox):
    """What `explore` returns: widgets while a kernel runs, and HTML that needs none."""

    def __init__(self, panels, *, where, caption, alt, probe, controls):
        if not panels:
            raise TypeError("explore: give at least one expression or panel")
        for name, text in (("caption", caption), ("alt", alt)):
            if not isinstance(text, str | None):
                raise TypeError(f"explore: {name} must be a sentence, not {text!r}")
        self.caption, self.model = caption, Model([as_panel(panel) for panel in panels], where, controls, probe)
        self.scene, self.error = Scene(self.model), None
        self.views, self.probed = self.scene.views, self.scene.probed
        self.alt = alt or self.scene.describe()
        self.choosers = {name: widgets.Dropdown(options=list(options), description=name)
                         for name, options in self.model.choosers.items()}
        self.sliders = dict(self.model.sliders) | ({"probe": self.model.probe} if self.probed else {})
        super().__init__(self._layout(), layout=widgets.Layout(max_width="48rem"))
        self._show(self.views)
        for control in [*self.sliders.values(), *self.choosers.values()]:
            control.observe(self._step, "value")

    def _layout(self):
        self._images = [_live_image(view.figure) for view in self.views]
        self._reading, self._message = widgets.HTML(), widgets.HTML()
        controls = [*self.choosers.values(), *self.sliders.values()]
        for control in controls:
            control.layout.width = control.layout.width or "21rem"
            control.style.description_width = "3.5rem"
        for slider in self.sliders.values():
            slider.style.handle_color = BLUE
        reset = widgets.Button(description="Reset", layout=widgets.Layout(width="5rem"))
        reset.on_click(self.reset)
        rows = [_row(self._images), _row(controls), _row([self._reading, reset]), _row([self._message])]
        return rows + ([_row([widgets.HTML(escape(self.caption))])] if self.caption else [])

    def reset(self, *_):
        """Put every control back to where it started."""
        start = self.model.start
        for name, value in start.values.items():
            self.sliders[name].value = value
        for chooser in self.choosers.values():
            chooser.index = 0
        if self.probed:
            self.sliders["probe"].value = start.x0

    def _state(self):
        values = {name: slider.value for name, slider in self.model.sliders.items()}
        option = 0
        for chooser in self.choosers.values():
            option = option * len(chooser.options) + chooser.index
        return State(values, option, self.sliders["probe"].value if self.probed else None)

    def _show(self, views):
        """Put the pictures of these views, and what is read at the probe, into the widgets."""
        for view, image in zip(self.views, self._images, strict=True):
            if view in views:
                image.value = view.image()
        if self.probed in views:
            self._reading.value = " &emsp; ".join(
                f"<b style='color:{colour}'>{escape(name)}</b> = {_reading(value)}"
                for name, value, colour in zip(self.model.readings, self.scene.reading, (BLUE, ORANGE), strict=True))

    def _step(self, change):
        """One movement of a control; what goes wrong is shown in the widget, where a kernel's log would hide it."""
        controls = self.sliders | self.choosers
        changed = next((name for name, control in controls.items() if control is change["owner"]), None)
        try:
            self._show(self.scene.move(self._state(), changed))
            self.error, self._message.value = None, ""
        except Exception as error:  # whatever it is, the reader must see it
            self.error = error
            self._message.value = f"<b style='color:{ORANGE}'>{escape(f'{type(error).__name__}: {error}')}</b>"

    def sweep(self, points=5):
        """Move every control from its minimum to its maximum and back to its start; returns [(name, value), ...].

        Raises ExploreError if a movement fails, warns, changes nothing that is drawn, or leaves a curve without values.
        """
        moves = []
        for name, control in (self.choosers | self.sliders).items():
            start, last = control.value, None
            for value in _stations(control, points):
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    control.value = value
                    self._check_move(name, control.value)
                now = self.scene.drawn()
                if last is not None and _same(now, last):
                    raise ExploreError(f"explore: moving {name} to {control.value!r} changes nothing")
                last = now
                moves.append((name, control.value))
            control.value = start
        return moves

    def _check_move(self, name, value):
        faults = self.scene.faults()
        if self.error or faults:
            raise ExploreError(f"explore: at {name} = {value!r}: {self.error or faults[0]}") from self.error

    def __repr__(self):
        return f"Explorer: {self.scene.describe()}"

    def _repr_mimebundle_(self, include=None, exclude=None, **_):
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude) or {}
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return data | {"text/plain": repr(self), "text/html": self.html}

    @cached_property
    def html(self):
        """The figure as it starts, as a page shows it."""
        self.scene.move(self.model.start)
        html = page(self.scene, self.caption, self.alt)
        self.scene.move(self._state())
        return html


def _row(children):
    layout = widgets.Layout(flex_flow="row wrap", justify_content="center", align_items="center", grid_gap="0 1.5rem")
    return widgets.Box(children, layout=layout)


def _live_image(figure):
    """An Image as wide as the panel is on the page."""
    shape = figure.get_figwidth() / figure.get_figheight()
    layout = widgets.Layout(flex=f"{shape:.3f} 1 {10 * shape:.3g}rem", max_width=f"{23 * shape:.3g}rem",
                            min_width="0", object_fit="contain", width="auto")
    return widgets.Image(format="png", layout=layout)


def _reading(value):
    """A number as the read-out shows it: 0.7311, 1.234e−5, undefined."""
    if not np.isfinite(value):
        return "undefined" if np.isnan(value) else short(value)
    if value and not 1e-3 <= abs(value) < 1e4:
        mantissa, exponent = f"{value:.3e}".split("e")
        text = f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    else:
        text = f"{value + 0.0:.4f}"
    return text.replace("-", "−")


def _stations(control, points):
    """The values that a sweep stops at: every option of a chooser, evenly spread values of a slider."""
    if isinstance(control, widgets.Dropdown):
        return control.options
    if isinstance(control, widgets.FloatLogSlider):
        return [float(v) for v in control.base ** np.linspace(control.min, control.max, points)]
    values = np.linspace(control.min, control.max, points).tolist()
    return sorted(set(map(round, values))) if isinstance(control, widgets.IntSlider) else values


def _same(first, second):
    return all(np.shape(a) == np.shape(b) and np.array_equal(a, b, equal_nan=True)
               for a, b in zip(first, second, strict=True))
