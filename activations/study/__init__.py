"""`study(expr)`: any function of one variable through the whole course in one call."""

from functools import cached_property

import numpy as np
import sympy as sp

from activations.experiments import own_gain
from activations.explorer import Curves, ExploreError, explore
from activations.figures import curves
from activations.study.domain import fault
from activations.study.formula import mathml
from activations.study.layers import TenLayers, gain
from activations.study.machine import Machine
from activations.study.page import Formula, NotStudied, Part, Shown, number, page
from activations.study.read import read
from activations.study.relatives import Relatives, Z
from activations.study.training import Training
from activations.symbols import x

__all__ = ["Study", "study"]


def study(expr, *, train=True, **parameters):
    """Everything that the course asks about a function, for one of your own: `study(x * atan(x))`.

    `expr` is a SymPy expression in x, an `Activation`, or the name of one in the catalogue. Every other symbol of it
    gets a value by keyword, `study(x / (1 + exp(-k * x)), k=2)`, or a FloatSlider. `train=False` leaves the training
    out of what is shown. The parts of the `Study` that comes back are computed when they are asked for; what the
    function does not allow is a `NotStudied` that says why.

    Raises TypeError for what is no expression, ValueError for a text, an expression without x, a symbol without a
    value, a name without a formula, and an expression without a real value anywhere.
    """
    return Study(expr, train=train, **parameters)


class Study:
    """What `study` returns. It displays as one page; each part displays by itself as well."""

    PARTS = ("equation", "derivative", "properties", "explorer", "machine", "gain", "layers", "relatives", "training")

    def __init__(self, expr, *, train=True, **parameters):
        self.activation, self.parameters = read(expr, parameters)
        self.train = train
        self.expr = self.activation.at(**self.parameters)
        self.fault = fault(self.expr)

    # --- The function

    @cached_property
    def equation(self):
        """The formula as it was given, with the values of its parameters."""
        values = ", ".join(f"{name} = {number(float(value), 6)}" for name, value in self.parameters.items())
        notes = [f"Here with {values}."] if values else []
        if self.fault:
            notes.append(f"Only a part of this study is possible. {self.fault}")
        return Shown("The function", _formula("f", self.activation.expr), *notes)

    @cached_property
    def derivative(self):
        """f′, and the slope that the code takes at kinks."""
        if self._slope is None:
            return NotStudied("The derivative", f"SymPy knows no formula for the derivative of {self.expr}.")
        notes = []
        if not self.fault:
            try:
                kink = self.activation.kink if self.parameters == self._defaults else None
                notes = [f"At a kink the code takes: {kink}."] if kink else []
            except ValueError:
                pass
        return Shown("The derivative", _formula("f′", self.activation.derivative), *notes)

    @cached_property
    def properties(self):
        """The computed properties, as those of a function of the catalogue."""
        return self._whole("Properties") or self.activation.properties_at(**self.parameters)

    @cached_property
    def explorer(self):
        """The curve with its slope, a slider for each parameter, and a probe; a picture where JavaScript has no form.
        """
        given = self.activation
        sliders = given.sliders()
        for name, slider in sliders.items():
            slider.value = float(self.parameters[name])
        try:
            return explore(Curves({"f(x)": given.expr}, derivative=self._slope is not None, over=(x, -6, 6)),
                           caption="The function and its slope.", **sliders)
        except (ExploreError, ValueError) as error:
            reason = str(error).removeprefix("explore: ").split(";")[0]
        try:
            return curves({"f(x)": self.expr}, caption=f"The function. No sliders: {reason}",
                          alt="The curve of the function")
        except (ValueError, TypeError) as error:
            return NotStudied("The explorer", f"{error}")

    @cached_property
    def machine(self):
        """The formula as it stands, and its stable form, in float64 and float32 against 50 digits."""
        return Machine(self.expr, self._slope)

    # --- The function in a network

    @cached_property
    def gain(self):
        """1/√E[f(Z)²], the factor on the weights: a part with the float `value`."""
        missing = self._whole("Initialisation gain")
        if missing or self._gain is None or np.isinf(self._gain):
            return missing or NotStudied("Initialisation gain", self._no_gain)
        relu, tanh = (number(own_gain(name), 4) for name in ("relu", "tanh"))
        part = Shown("Initialisation gain",
                     f"1/√E[f(Z)²] = {number(self._gain, 4)} for a standard normal Z: weights with variance gain²/n_in "
                     f"keep the mean square of a signal from layer to layer. ReLU has {relu}, tanh {tanh}.")
        part.value = self._gain
        return part

    @cached_property
    def layers(self):
        """What ten layers do to a signal and to a gradient, beside ReLU and GELU."""
        return self._network("Ten layers") or TenLayers(self.activation, self._gain, self._floats)

    @cached_property
    def relatives(self):
        """The functions of the catalogue by distance, the nearest first."""
        missing = self._whole("Nearest relatives")
        if missing or self._gain is None or np.isinf(self._gain):
            return missing or NotStudied("Nearest relatives", self._no_gain)
        return Relatives(self.expr, self.activation.f(Z, **self._floats))

    @cached_property
    def training(self):
        """Six trainings on the digits, beside ReLU and GELU."""
        missing = self._network("A training on the digits")
        if not missing and self.layers.passages["f"].overflows:
            missing = NotStudied(Training.title, "its numbers overflow in ten layers before the first step.")
        return missing or Training(self.activation, self._gain, self._floats)

    # --- What stands in the way

    @property
    def _defaults(self):
        return {name: parameter.default for name, parameter in self.activation.parameters.items()}

    @property
    def _floats(self):
        return {name: float(value) for name, value in self.parameters.items()}

    @cached_property
    def _slope(self):
        """f′ with the parameters put in; None where SymPy knows none."""
        try:
            slope = self.activation.derivative_at(**self.parameters)
        except (ValueError, TypeError, NotImplementedError):
            return None
        return None if slope.has(sp.Derivative, sp.Subs) else slope

    @cached_property
    def _gain(self):
        return gain(self.activation, **self._floats)

    @property
    def _no_gain(self):
        if self._gain is None:
            return f"the mean square of {self.expr} for a standard normal input is infinite or not known."
        return f"{self.expr} is 0 for every input."

    def _whole(self, title):
        """None if f has a value everywhere, else the part that is missing."""
        return NotStudied(title, self.fault) if self.fault else None

    def _network(self, title):
        if self.fault:
            return NotStudied(title, self.fault)
        if self._slope is None:
            return NotStudied(title, f"without a formula for the derivative of {self.expr} nothing can be trained.")
        if self._gain is None or np.isinf(self._gain):
            return NotStudied(title, self._no_gain)
        return None

    # --- The page

    @property
    def _shown(self):
        """The parts to show; what is impossible for one and the same reason is said once."""
        titles, impossible = {"properties": "Properties", "explorer": "The explorer"}, {}
        for name in self.PARTS:
            if name == "training" and not self.train:
                yield Shown(Training.title, "Left out, as train=False asks; the attribute training trains it.")
                continue
            part = getattr(self, name)
            if isinstance(part, NotStudied):
                impossible.setdefault(part.why, []).append(part.title)
            else:
                yield part if isinstance(part, Part) else Shown(titles[name], part)
        if impossible:
            yield Shown("What cannot be studied", *(f"{', '.join(parts)}: {why}" for why, parts in impossible.items()))

    def _repr_html_(self):
        return page(self._shown)

    def __repr__(self):
        return "\n\n".join(map(repr, self._shown))


def _formula(name, expr):
    return Formula(mathml(name, expr), f"{name}(x) = {expr}")
