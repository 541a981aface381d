"""A figure with sliders, made from SymPy expressions: live ipywidgets in a kernel, plain HTML without one.

matplotlib draws each panel once; its SVG carries ids on everything that a slider can move. In a kernel the same artists
are redrawn over a cached background. On a page a small script moves them, with the expressions compiled to JavaScript.
"""

import hashlib
import json
import re
import warnings
from functools import cached_property
from html import escape
from pathlib import Path

import ipywidgets as widgets
import numpy as np
from sympy.core.function import UndefinedFunction
from sympy.printing.pretty.pretty_symbology import pretty_symbol

from activations.explorer.model import Bars, Cells, Curves, ExploreError, Model, check_expression
from activations.explorer.views import BarsView, CellsView, CurvesView, pretty
from activations.figures import (
    BLUE,
    ORANGE,
    THEME_CSS,
    content_key,
    fallback,
    panel_html,
    short,
)
from activations.numerics import javascript_helpers

_HERE = Path(__file__).parent
_CSS = THEME_CSS.strip() + "\n" + (_HERE / "explore.css").read_text().strip()
_SCRIPT = re.sub(r"^\s*(//.*)?\n?", "", (_HERE / "explore.js").read_text(), flags=re.MULTILINE).strip()
_RUNTIME = "explorer_" + hashlib.sha256(_SCRIPT.encode()).hexdigest()[:8]


def explore(*panels, where=(), caption=None, alt=None, probe=None, **sliders):
    """A figure of the panels, side by side, with a slider for every symbol.

    A panel is a SymPy expression in x, or Curves, Bars or Cells. A keyword names a symbol and gives its FloatSlider,
    IntSlider or FloatLogSlider; or it names an undefined function and gives {label: expression in x} to choose from.
    `where` binds further symbols to expressions, in order. `probe` is the abscissa x₀ where a point, its tangent and
    its numbers start; False leaves the probe out. Raises TypeError for what is not SymPy or not a slider, and
    ExploreError for a symbol without slider, a slider without symbol, or an expression that cannot be compiled.
    """
    return Explorer(panels, where=where, caption=caption, alt=alt, probe=probe, controls=sliders)


class Explorer(widgets.VBox):
    """What `explore` returns: widgets while a kernel runs, and HTML that needs none."""

    def __init__(self, panels, *, where, caption, alt, probe, controls):
        if not panels:
            raise TypeError("explore: give at least one expression or panel")
        self.panels = [_as_panel(panel) for panel in panels]
        self.caption, self.model = caption, Model(self.panels, where, controls)
        self._build_views(probe)
        self.model.check_used()
        self._build_widgets(probe)
        self.alt = alt or self._describe()
        self.start = self._state()
        self.error = None
        super().__init__(self._layout(), layout=widgets.Layout(max_width="48rem"))
        self._redraw()
        for control in [*self.sliders.values(), *self.choosers.values()]:
            control.observe(self._step, "value")

    def _build_views(self, probe):
        self.views, self.probed = [], None
        for panel in self.panels:
            if isinstance(panel, Curves):
                probing = probe is not False and self.probed is None
                view = CurvesView(panel, self.model, probing)
                self.probed = view if probing else self.probed
            else:
                view = (BarsView if isinstance(panel, Bars) else CellsView)(panel, self.model)
            self.views.append(view)
        if self.probed is None and probe is not None and probe is not False:
            raise ExploreError("explore: a probe needs a panel of curves")

    def _build_widgets(self, probe):
        self.sliders = dict(self.model.sliders)
        self.choosers = {name: widgets.Dropdown(options=list(options), description=name)
                         for name, options in self.model.choosers.items()}
        for name, slider in self.sliders.items():
            slider.description = slider.description or pretty_symbol(name)
        if self.probed:
            view = self.probed
            step = _round_down((view.hi - view.lo) / 240)
            digits = max(0, -int(np.floor(np.log10(step) + 1e-9)))
            chosen = probe is not None and probe is not True  # 1.0 == True, so `in` would not do
            start = float(probe) if chosen else round(view.lo + 7 * (view.hi - view.lo) / 12, digits)
            if not view.lo <= start <= view.hi:
                raise ExploreError(f"explore: the probe {start:g} lies outside {view.lo:g} to {view.hi:g}")
            self.sliders["probe"] = widgets.FloatSlider(
                start, min=view.lo, max=view.hi, step=step, description=pretty(view.panel.over[0]) + "₀",
                readout_format=f".{digits}f")

    @property
    def _probed_names(self):
        """What is read at the probe: f(x₀) and f′(x₀), or with the first curve's own name and the variable's."""
        variable = pretty(self.probed.panel.over[0]) + "₀"
        return f"{self.probed.name}({variable})", f"{self.probed.name}′({variable})"

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
        for name, value in self.start[0].items():
            self.sliders[name].value = value
        for chooser in self.choosers.values():
            chooser.index = 0
        if self.probed:
            self.sliders["probe"].value = self.start[2]

    def _state(self):
        values = {name: slider.value for name, slider in self.model.sliders.items()}
        option = 0
        for chooser in self.choosers.values():
            option = option * len(chooser.options) + chooser.index
        return values, option, self.sliders["probe"].value if self.probed else None

    def _redraw(self, changed=None, state=None):
        """Redraw the panels that the changed control matters to; all of them if none is named."""
        values, option, x0 = state or self._state()
        for view, image in zip(self.views, self._images, strict=True):
            touched = changed is None or changed in self.choosers or changed in view.compiled[option].uses
            if touched:
                view.update(values, option)
            if view is self.probed and (touched or changed == "probe"):
                self._show(*view.update_probe(x0, values, option))
            elif not touched:
                continue
            image.value = view.image()

    def _show(self, y, slope):
        self.reading = (y, slope)
        self._reading.value = " &emsp; ".join(
            f"<b style='color:{colour}'>{escape(name)}</b> = {_reading(value)}"
            for name, value, colour in zip(self._probed_names, self.reading, (BLUE, ORANGE), strict=True))

    def _step(self, change):
        """One movement of a control; what goes wrong is shown in the widget, where a kernel's log would hide it."""
        controls = self.sliders | self.choosers
        changed = next((name for name, control in controls.items() if control is change["owner"]), None)
        try:
            self._redraw(changed)
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
                now = self._drawn()
                if last is not None and _same(now, last):
                    raise ExploreError(f"explore: moving {name} to {control.value!r} changes nothing")
                last = now
                moves.append((name, control.value))
            control.value = start
        return moves

    def _check_move(self, name, value):
        faults = [fault for view in self.views for fault in view.data()[1]]
        if self.error or faults:
            raise ExploreError(f"explore: at {name} = {value!r}: {self.error or faults[0]}") from self.error

    def _drawn(self):
        point = [np.array(self.reading), self.probed.drawn["point"].get_data()] if self.probed else []
        return [shape for view in self.views for shape in view.data()[0]] + point

    # --- without a kernel

    def _describe(self):
        names = [slider.description for slider in self.sliders.values()] + list(self.choosers)
        return f"{'; '.join(view.describe() for view in self.views)}, with sliders {', '.join(names)}"

    def __repr__(self):
        return f"Explorer: {self._describe()}"

    def _repr_mimebundle_(self, include=None, exclude=None, **_):
        bundle = super()._repr_mimebundle_(include=include, exclude=exclude) or {}
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return data | {"text/plain": repr(self), "text/html": self.html}

    @cached_property
    def html(self):
        """The figure in its first state with sliders that move it by script, in about 40 kB."""
        moved = self._state() != self.start
        if moved:
            self._redraw(state=self.start)
        drawings = "".join(panel_html(view.figure, view.markup(f"@key@{i}")) for i, view in enumerate(self.views))
        image = fallback([view.figure for view in self.views], self.alt)
        if moved:
            self._redraw()
        caption = f"<figcaption>{escape(self.caption)}</figcaption>" if self.caption else ""
        several = ' style="--m:1.45"' if len(self.views) > 1 else ""
        html = (
            f'<figure class="sts sts-explorer" data-explorer="@key@" data-lm-suppress-shortcuts="true">'
            f'<style>{_CSS}</style><div class="sts-panels"{several} role="img" aria-label="{escape(self.alt)}">'
            f"{drawings}</div>{image}{self._controls_html()}{caption}<script>{self._script()}</script></figure>"
        )
        return html.replace("@key@", content_key(html))

    def _controls_html(self):
        model, rows = self.model, []
        for i, (name, options) in enumerate(model.choosers.items()):
            rows.append(_select(f"@key@-o{i}", name, i, options))
        for i, name in enumerate(model.sliders):
            rows.append(_range(f"@key@-p{i}", name, self.sliders[name], "slider", i, self.start[0][name]))
        if self.probed:
            rows.append(_range("@key@-x", "probe", self.sliders["probe"], "probe", 0, self.start[2]))
        reading = _readings(self._probed_names) if self.probed else ""
        rows.append(f'<div class="sts-foot{"" if reading else " sts-bare"}"><div class="sts-reading">{reading}</div>'
                    f'<button type="button">Reset</button></div>')
        return f'<div hidden="hidden"><form class="sts-controls" autocomplete="off">{"".join(rows)}</form></div>'

    def _script(self):
        probe = self.probed
        spec = {
            "panels": [view.spec() for view in self.views],
            "sliders": [_slider_spec(slider) for slider in self.model.sliders.values()],
            "choosers": [len(options) for options in self.model.choosers.values()],
            "probe": _slider_spec(self.sliders["probe"]) | {"panel": self.views.index(probe), "reach": probe.reach}
            if probe else None,
        }
        code = _array(_array(compiled.javascript for compiled in view.compiled) for view in self.views)
        if probe and probe.probe is probe.compiled:
            seen = f"code[{self.views.index(probe)}]"
        else:
            seen = _array(compiled.javascript for compiled in probe.probe) if probe else "[]"
        helpers = javascript_helpers(code + seen)
        data = json.dumps(spec, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
        return (f"(()=>{{const run=window.{_RUNTIME}=window.{_RUNTIME}||({_SCRIPT});\n{helpers}\nconst code={code};\n"
                f'run(document.currentScript,"@key@",{data},code,{seen});}})();')


def _row(children):
    layout = widgets.Layout(flex_flow="row wrap", justify_content="center", align_items="center", grid_gap="0 1.5rem")
    return widgets.Box(children, layout=layout)


def _live_image(figure):
    """An Image as wide as the panel is on the page."""
    shape = figure.get_figwidth() / figure.get_figheight()
    layout = widgets.Layout(flex=f"{shape:.3f} 1 {10 * shape:.3g}rem", max_width=f"{23 * shape:.3g}rem",
                            min_width="0", object_fit="contain", width="auto")
    return widgets.Image(format="png", layout=layout)


def _round_down(size):
    """The largest of …, 0.1, 0.2, 0.5, 1, … that is not above `size`: round numbers are multiples of it."""
    unit = 10.0 ** np.floor(np.log10(size))
    return float(f"{max(part for part in (1, 2, 5) if part * unit <= size * (1 + 1e-9)) * unit:.1g}")


def _array(items):
    return "[" + ",\n".join(items) + "]"


def _as_panel(panel):
    if isinstance(panel, (Curves, Bars, Cells)):
        return panel
    if isinstance(panel, UndefinedFunction):
        raise TypeError(f"explore: {panel} is a function, not an expression; write {panel}(x)")
    return Curves(check_expression(panel))


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


def _slider_spec(slider):
    if isinstance(slider, widgets.FloatLogSlider):
        return {"base": slider.base, "digits": None}
    return {"base": 0, "digits": 0 if isinstance(slider, widgets.IntSlider) else _decimals(slider)}


def _decimals(slider):
    """As many decimals as the slider's step and minimum need, at most 6."""
    return max(len(f"{value:.6f}".rstrip("0").split(".")[1]) for value in (slider.step, slider.min))


def _control(identity, label, element):
    return f'<div class="sts-control"><label for="{identity}">{escape(label)}</label>{element}</div>'


def _readings(names):
    return "".join(f'<span><span class="sts-{kind}">{escape(name)}</span> = <output id="@key@-{kind}"></output></span>'
                   for kind, name in zip(("f", "df"), names, strict=True))


def _select(identity, name, index, options):
    listed = "".join(f"<option>{escape(str(label))}</option>" for label in options)
    select = f'<select id="{identity}" data-kind="chooser" data-index="{index}">{listed}</select>'
    return _control(identity, name, select)


def _range(identity, name, slider, kind, index, value):
    """A native range input and its read-out; a logarithmic slider moves in exponents."""
    log = isinstance(slider, widgets.FloatLogSlider)
    position = np.log(value) / np.log(slider.base) if log else value
    element = (
        f'<input type="range" id="{identity}" name="{escape(name)}" min="{slider.min:.12g}" max="{slider.max:.12g}" '
        f'step="{slider.step:.12g}" value="{position:.12g}" data-start="{float(value)!r}" data-kind="{kind}" '
        f'data-index="{index}"><output for="{identity}" aria-live="off"></output>')
    return _control(identity, slider.description, element)
