"""What the gallery says of one function, as plain words and numbers; nothing is drawn or marked up here."""

from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from activations import calculus
from activations.activation import Activation, GatedActivation, VectorActivation
from activations.calculus.numbers import Unknown
from activations.calculus.properties import number_text, set_text
from activations.gallery.chapters import chapter_of
from activations.symbols import a, b, x

# The words that the search knows, in the order of a row. Each is true, false, or not known of a function.
TRAITS = {
    "bounded": "the values stay between two numbers",
    "smooth": "the slope changes without a jump, so there is no kink",
    "monotonic": "never falls, or never rises",
    "zero-centred": "mean 0 for standard normal input",
    "saturating": "the slope tends to 0 on both sides",
    "adjustable": "it has parameters to set or to learn",
}


@dataclass(frozen=True)
class Row:
    """A function with its formulas, the curve that is drawn of it, and what is computed of that curve.

    `formulas` and `slopes` are (what, expression) pairs. `curve` is an expression in x; where the function has more
    inputs than one, `drawn` says in words at which values the others stand, and only what then holds of the function
    itself is told.
    """

    entry: object
    formulas: list
    slopes: list
    curve: sp.Expr
    drawn: str = ""
    told: frozenset = frozenset(TRAITS)

    @property
    def name(self):
        return self.entry.name

    @property
    def title(self):
        return self.entry.title

    @property
    def chapter(self):
        return chapter_of(self.name)

    @cached_property
    def properties(self):
        return calculus.properties(self.curve)

    @cached_property
    def traits(self):
        """{trait: True, False, or None where it is not known or not asked}."""
        p = self.properties
        found = {
            "bounded": lambda: bool(p.range.inf.is_finite and p.range.sup.is_finite),
            "smooth": lambda: p.smoothness >= 1,
            "monotonic": lambda: bool(p.monotonic),
            "zero-centred": lambda: bool(p.zero_centred),
            "saturating": lambda: all(p.saturation),
            "adjustable": lambda: bool(getattr(self.entry, "parameters", {})),
        }
        return {trait: known(found[trait]) if trait in self.told else None for trait in TRAITS}

    @cached_property
    def joints(self):
        """The places of jumps and of kinks, in words; "" where there are none."""
        jumps = known(lambda: self.properties.jumps) or []
        kinks = [at for at in known(lambda: self.properties.kinks) or [] if at not in jumps]
        return "; ".join(f"{what} at {', '.join(map(number_text, places))}"
                         for what, places in (("jump", jumps), ("kink", kinks)) if places)

    @cached_property
    def saturation(self):
        """How it saturates, in words: "soft saturation" on both sides, or "hard saturation left"; "" where it does not.
        """
        left, right = (known(lambda: self.properties.saturation) if "saturating" in self.told else None) or ("", "")
        if left == right:
            return f"{left} saturation" if left else ""
        return ", ".join(f"{how} saturation {side}" for how, side in ((left, "left"), (right, "right")) if how)

    @cached_property
    def range(self):
        """The set of values in words; None where it is not told."""
        return known(lambda: set_text(self.properties.range)) if "bounded" in self.told else None

    @cached_property
    def lowest(self):
        return known(lambda: float(self.properties.range.inf)) if "bounded" in self.told else None

    @cached_property
    def steepest(self):
        return known(lambda: float(self.properties.steepest.value)) if "bounded" in self.told else None

    @cached_property
    def mean(self):
        return known(lambda: float(self.properties.normal_mean)) if "zero-centred" in self.told else None

    @cached_property
    def gain(self):
        return known(lambda: float(self.properties.gain)) if "zero-centred" in self.told else None


def known(compute):
    """What is computed, or None where that could not be decided."""
    try:
        return compute()
    except Unknown:
        return None


def row(entry):
    """The row of an entry of the catalogue. Raises TypeError for what is none."""
    if isinstance(entry, Activation):
        return Row(entry, [("f(x)", entry.expr)], [("f′(x)", entry.derivative)], entry.at())
    if isinstance(entry, GatedActivation):
        slopes = [(f"∂f/∂{symbol}", slope) for symbol, slope in entry.partials.items()]
        return Row(entry, [("f(a, b)", entry.expr)], slopes, entry.expr.subs({a: 1, b: x}),
                   "over the gate b, with a = 1", frozenset({"smooth", "adjustable"}))
    if isinstance(entry, VectorActivation):
        first = entry.components(2)[0]
        scores = sp.symbols("z_1:3", real=True)
        told = frozenset({"bounded", "smooth", "monotonic", "adjustable"})
        return Row(entry, [("fᵢ(z)", entry.expr)], [("∂fᵢ/∂zₖ", entry.derivative)],
                   first.subs(dict(zip(scores, (x, 0), strict=True))), "over the first of two scores, the other at 0",
                   told)
    raise TypeError(f"the gallery shows entries of a catalogue, not {entry!r}")
