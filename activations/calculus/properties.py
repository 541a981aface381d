"""All that is known about f as a small table."""

import re
from dataclasses import dataclass
from functools import cached_property
from html import escape

import sympy as sp

from activations.calculus.joints import jumps, kinks, one_sided_slopes, smoothness
from activations.calculus.line import of_x
from activations.calculus.moments import gain, normal_mean, zero_centred
from activations.calculus.numbers import Unknown
from activations.calculus.shape import extrema, limits, monotonic, range_of, saturation, steepest
from activations.calculus.slopes import derivative

_LISTED = 12  # extrema in the table


@dataclass(frozen=True, repr=False)
class Properties:
    """What is known about f, each part computed when it is first asked for; it displays as a small table.

    A part that cannot be decided with a bounded amount of work raises `Unknown`, a ValueError; the table then says
    "not known".
    """

    expr: sp.Expr

    derivative = cached_property(lambda self: derivative(self.expr))
    limits = cached_property(lambda self: limits(self.expr))
    range = cached_property(lambda self: range_of(self.expr))
    jumps = cached_property(lambda self: jumps(self.expr))
    kinks = cached_property(lambda self: kinks(self.expr))
    slopes_at_kinks = cached_property(lambda self: {c: one_sided_slopes(self.expr, c) for c in self.kinks})
    smoothness = cached_property(lambda self: smoothness(self.expr))
    extrema = cached_property(lambda self: extrema(self.expr))
    steepest = cached_property(lambda self: steepest(self.expr))
    saturation = cached_property(lambda self: saturation(self.expr))
    monotonic = cached_property(lambda self: monotonic(self.expr))
    normal_mean = cached_property(lambda self: normal_mean(self.expr))
    zero_centred = cached_property(lambda self: zero_centred(self.expr))
    gain = cached_property(lambda self: gain(self.expr))

    @cached_property
    def rows(self):
        """The table: (what, in words) pairs, "not known" where that could not be decided."""
        return [(what, self._known(words)) for what, words in (
            ("Limits", lambda: "{} as x → −∞, {} as x → ∞".format(*map(number_text, self.limits))),
            ("Range", lambda: set_text(self.range)),
            ("Saturation", lambda: "left: {}, right: {}".format(*(how or "none" for how in self.saturation))),
            ("Monotonic", lambda: self.monotonic or "no"),
            ("Extrema", lambda: _extrema_text(self.extrema)),
            ("Largest slope", lambda: _steepest_text(self.steepest)),
            ("Kinks", lambda: "; ".join(map(self._kink_text, self.kinks)) or "none"),
            ("Smoothness", lambda: _smoothness_text(self.smoothness)),
            ("Mean for normal input", self._mean_text),
            ("Gain", lambda: number_text(self.gain)),
        )]

    @staticmethod
    def _known(words):
        try:
            return words()
        except Unknown:
            return "not known"

    def _mean_text(self):
        return f"{number_text(self.normal_mean)}, {'zero-centred' if self.zero_centred else 'not zero-centred'}"

    def _kink_text(self, at):
        if at in self.jumps:
            return f"{number_text(at)} (jump)"
        return f"{number_text(at)} (slopes {' | '.join(map(number_text, self.slopes_at_kinks[at]))})"

    def _repr_html_(self):
        rows = ((what, re.sub(r"C\^(\S+)", r"C<sup>\1</sup>", escape(words))) for what, words in self.rows)
        cells = "".join(f'<tr><th scope="row">{what}</th><td>{words}</td></tr>' for what, words in rows)
        return f'<table class="activation-properties"><tbody>{cells}</tbody></table>'

    def __repr__(self):
        return "\n".join(f"{what}: {words}" for what, words in self.rows)


def properties(expr):
    """Everything that `calculus` computes about f, each part when it is first asked for."""
    return Properties(of_x(expr))


def number_text(number):
    """A number in six significant digits, with a true minus sign."""
    if isinstance(number, sp.AccumBounds):  # SymPy's name for what a function that has no limit keeps swinging between
        return f"between {number_text(number.min)} and {number_text(number.max)}"
    if number in (sp.oo, -sp.oo):
        return "∞" if number > 0 else "−∞"
    size = abs(sp.N(number, 15))
    words = f"{float(number):.6g}" if size == 0 or 1e-300 < size < 1e300 else str(sp.N(number, 6))
    return words.replace("-", "−")


def _extrema_text(extrema):
    """The extrema in words, the outer ones of many left out."""
    middle = sorted(extrema, key=lambda e: abs(e.at))[:_LISTED]
    words = [f"{e.kind} {number_text(e.value)} at {number_text(e.at)}" for e in sorted(middle, key=lambda e: e.at)]
    more = [f"and {len(extrema) - _LISTED} more"] if len(extrema) > _LISTED else []
    return "; ".join(words + more) or "none"


def set_text(values):
    """`[−0.278465, ∞)`, `{0, 1}` or a union of them."""
    if isinstance(values, sp.Union):
        return " ∪ ".join(set_text(part) for part in sorted(values.args, key=lambda part: part.inf))
    if isinstance(values, sp.FiniteSet):
        return "{" + ", ".join(number_text(v) for v in sorted(values)) + "}"
    left, right = "(" if values.left_open else "[", ")" if values.right_open else "]"
    return f"{left}{number_text(values.start)}, {number_text(values.end)}{right}"


def _steepest_text(steep):
    if not steep.attained:
        return f"{number_text(steep.value)}, approached as x → {', '.join(number_text(v) for v in sorted(steep.at))}"
    points = isinstance(steep.at, sp.FiniteSet)
    where = f"at {', '.join(number_text(v) for v in sorted(steep.at))}" if points else f"on {set_text(steep.at)}"
    return f"{number_text(steep.value)} {where}"


def _smoothness_text(order):
    if order == -1:
        return "not continuous"
    return "C^∞" if order is sp.oo else f"C^{order}"
