"""On a real machine: the formula as it is typed, and its stable form, in two precisions, against 50 digits."""

import re
from typing import NamedTuple

import numpy as np
import sympy as sp

from activations.numerics import CompileError, to_numpy
from activations.study.exact import exact
from activations.study.page import Numbers, Part, number
from activations.symbols import x

_SIZES = [1e-16, 1e-12, 1e-8, 1e-4, 0.01, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 60, 80, 100,
          150, 200, 300, 400, 500, 700, 720, 800, 1000, 1e4]
POINTS = np.float32([*(-size for size in reversed(_SIZES)), 0, *_SIZES])  # numbers that both precisions hold
_RIGHT = {  # units in the last place, and the digits that so many leave right; the last ones are the processor's
    np.float64: (1e5, 10),
    np.float32: (300, 4),
}


class Column(NamedTuple):
    """What one code gives at the `points`, beside the exact values: `faults` has "" or what is wrong at each.

    A fault is nan, ∞ for a number that has a place, or fewer than two right digits. `worst` is the largest error
    elsewhere, in units in the last place.
    """

    name: str
    kind: type
    points: np.ndarray
    faults: list
    worst: float

    @property
    def breaks(self):
        """The points with a fault, as {fault: [(first, last), ...]} from left to right."""
        found, before = {}, ""
        for at, fault in zip(self.points, self.faults, strict=True):
            if fault:
                runs = found.setdefault(fault, [])
                if fault == before:
                    runs[-1] = (runs[-1][0], float(at))
                else:
                    runs.append((float(at), float(at)))
            before = fault
        return found

    @property
    def words(self):
        """What is wrong and where, in a few words."""
        if not any(self.faults):
            return "nothing broke"
        return "; ".join(f"{fault} at {_runs(runs)}" for fault, runs in self.breaks.items())

    @property
    def accuracy(self):
        """How right it is at the worst point that is not broken, in words that no last bit should change."""
        units, digits = _RIGHT[self.kind]
        return f"{digits} digits right, or more" if self.worst <= units else f"fewer than {digits} digits right"


class Machine(Part):
    """`columns` has a `Column` for each code; `left_out` counts the points at which the function has no value."""

    title = "On a real machine"

    def __init__(self, expr, slope):
        self.columns, self.notes = [], []
        for name, formula in (("f", expr), ("f′", slope)):
            if formula is None:
                continue
            true = exact(formula, x, POINTS)
            kept = np.array([value is not None for value in true], bool)
            if not kept.any():
                self.notes.append(f"{name} has no value that mpmath could compute, so nothing is compared.")
                continue
            if not kept.all():
                self.notes.append(f"{name} has no value at {np.sum(~kept)} of the {len(POINTS)} points, "
                                  f"which are left out.")
            at, values = POINTS[kept], [value for value in true if value is not None]
            self.columns += [self._column(f"{name}, {code}", make, formula, kind, at, values)
                             for code, make, kind in (
                                 ("plain float64", plain, np.float64), ("plain float32", plain, np.float32),
                                 ("stable float64", _stable, np.float64), ("stable float32", _stable, np.float32))]
        self.columns = [column for column in self.columns if column]

    def _column(self, name, make, formula, kind, at, true):
        try:
            with np.errstate(all="ignore"):
                got = np.broadcast_to(np.asarray(make(formula)(at.astype(kind))), at.shape)
                got = np.where(got.imag == 0, got.real, np.nan)
        except (CompileError, NameError, TypeError, AttributeError, NotImplementedError, ValueError) as error:
            self.notes.append(f"{name}: no such code, {re.split('[;(]', str(error) + ';')[0].strip()}.")
            return None
        return Column(name, kind, at, *_compared(got.astype(kind), true, kind))

    @property
    def nothing_broke(self):
        """Did the plain formula hold at every point?"""
        return not any(any(column.faults) for column in self.columns if "plain" in column.name)

    @property
    def blocks(self):
        verdict = ("Nothing broke at the points tried: the formula may be typed as it stands."
                   if self.nothing_broke else
                   "Typed as it stands, the formula breaks; the form that the course computes with is the stable one.")
        if any(any(column.faults) for column in self.columns if "stable" in column.name):
            verdict += " The stable form breaks too, at the points named: it is no cure for this function."
        rows = [(column.name, column.words, column.accuracy) for column in self.columns]
        head = ["code", "broken", "elsewhere, at the worst"]
        return [f"Compared with mpmath at {len(POINTS)} points from {number(POINTS[0])} to {number(POINTS[-1])}. "
                f"A value is broken if it is nan, infinite without need, or without two right digits.",
                verdict if rows else "", *self.notes,
                *([Numbers(head, rows, "The same formula in four codes")] if rows else [])]


def plain(expr):
    """The formula as one would type it in NumPy, its constants as Python's floats, which keep float32 what it is."""
    constants = {part: part.evalf(17) for part in sp.preorder_traversal(expr)
                 if not part.args and part.is_NumberSymbol or part.args and part.is_number and not part.is_Rational}
    return sp.lambdify(x, expr.xreplace(constants), ["scipy", "numpy"])


def _stable(expr):
    return to_numpy(expr, [x])


def _compared(got, true, kind):
    """What is wrong at each point, and the largest error elsewhere in units in the last place."""
    faults, worst = [], 0.0
    for value, right in zip(got, true, strict=True):
        with np.errstate(all="ignore"):
            target = kind(float(right)) if abs(right) < 1e308 else kind(np.inf if right > 0 else -np.inf)
        fault = _fault(value, target)
        faults.append(fault)
        if not fault and np.isfinite(target) and abs(target) >= np.finfo(kind).tiny:
            worst = max(worst, float(abs(float(value) - right) / float(np.spacing(abs(target)))))
    return faults, worst


def _fault(value, target):
    if np.isnan(value):
        return "nan"
    if np.isinf(value):
        return "" if value == target or abs(target) > 0.9 * np.finfo(target.dtype).max else "∞"
    if np.isinf(target):
        return "" if abs(value) > 0.9 * np.finfo(target.dtype).max else "no right digit"
    if target == 0:  # there is no digit to be right; a few last bits of what cancelled are no fault
        return "" if abs(value) <= 1000 * np.finfo(target.dtype).eps else "no right digit"
    small = np.finfo(target.dtype).tiny  # below it a machine may keep fewer digits, or none: no fault, and no error
    return "" if abs(float(value) - float(target)) <= max(0.01 * abs(float(target)), float(small)) else (
        "no right digit")


def _runs(runs):
    """From left to right, three of them at the most."""
    words = [f"x = {number(low)}" if low == high else f"{number(low)} to {number(high)}" for low, high in runs]
    return ", ".join(words[:3]) + (f" and {len(words) - 3} more" if len(words) > 3 else "")
