"""The controls of an explorer as they are written: sliders, choosers and the probe."""

import ipywidgets as widgets
import numpy as np

from activations.explorer.panels import ExploreError, check_expression, pretty, shown

SLIDERS = (widgets.FloatSlider, widgets.IntSlider, widgets.FloatLogSlider)


def read_controls(controls):
    """({name: slider}, {name: {label: expression}}) of the keywords of `explore`.

    Raises TypeError for what is neither a slider nor a dictionary of expressions, ExploreError for a slider that cannot
    move and a chooser without options.
    """
    sliders = {name: control for name, control in controls.items() if isinstance(control, SLIDERS)}
    choosers = {name: control for name, control in controls.items() if isinstance(control, dict)}
    for name, control in controls.items():
        if name not in sliders and name not in choosers:
            raise TypeError(f"explore: {name} must be a FloatSlider, IntSlider or FloatLogSlider, or a dictionary of "
                            f"expressions to choose from, not {shown(control)}{_instead(name, control)}")
    for name, slider in sliders.items():
        _check_slider(name, slider, sliders)
        slider.description = slider.description or pretty(name)
    for name, options in choosers.items():
        for label, option in options.items():
            check_expression(option, "explore", f"option {label!r} of {name}")
        if not options:
            raise ExploreError(f"explore: the chooser {name} has no options")
    return sliders, choosers


def _instead(name, control):
    """The slider that a tuple (min, max) or (min, max, step) stands for elsewhere."""
    if not (isinstance(control, tuple) and len(control) in (2, 3)):
        return ""
    lo, hi, *step = control
    return f"; write {name}=FloatSlider(min={lo}, max={hi}{''.join(f', step={size}' for size in step)})"


def _check_slider(name, slider, sliders):
    if not -np.inf < slider.min < slider.max < np.inf:
        raise ExploreError(f"explore: the slider {name} has no room: min={slider.min}, max={slider.max}")
    if not slider.step or slider.step <= 0:
        raise ExploreError(f"explore: the slider {name} needs a positive step, not {slider.step}")
    for other, same in sliders.items():
        if same is slider and other != name:
            raise ExploreError(f"explore: {name} and {other} share one slider; give each its own")


def slider_ends(slider):
    """The least and the greatest value of a slider."""
    if isinstance(slider, widgets.FloatLogSlider):
        return slider.base**slider.min, slider.base**slider.max
    return slider.min, slider.max


def probe_slider(curves, probe):
    """The slider of the abscissa x₀ of those curves; it starts at `probe`, or right of the middle for None and True.

    Raises TypeError for what is not a number, ExploreError for one outside the curves.
    """
    lo, hi = curves.limits
    step = _round_down((hi - lo) / 240)
    digits = max(0, -int(np.floor(np.log10(step) + 1e-9)))
    if probe is None or probe is True:
        start = round(lo + 7 * (hi - lo) / 12, digits)
    else:
        try:
            start = float(probe)
        except (TypeError, ValueError):
            raise TypeError(f"explore: probe is the number x₀ where it starts, or False, not {probe!r}") from None
    if not lo <= start <= hi:
        raise ExploreError(f"explore: the probe {start:g} lies outside {lo:g} to {hi:g}")
    return widgets.FloatSlider(start, min=lo, max=hi, step=step, description=pretty(curves.over[0]) + "₀",
                               readout_format=f".{digits}f")


def _round_down(size):
    """The largest of …, 0.1, 0.2, 0.5, 1, … that is not above `size`: round numbers are multiples of it."""
    unit = 10.0 ** np.floor(np.log10(size))
    return float(f"{max(part for part in (1, 2, 5) if part * unit <= size * (1 + 1e-9)) * unit:.1g}")
