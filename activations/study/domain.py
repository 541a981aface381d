"""Where a function has a value, for all that follows needs one for every number that a neuron may add up to."""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from activations import calculus
from activations.study.exact import exact
from activations.study.page import number
from activations.symbols import x

_STEP, _REACH = 8, 12
TRIED = np.arange(-_REACH * _STEP, _REACH * _STEP + 1) / _STEP


class Gap(NamedTuple):
    """Numbers from `low` to `high` at which there is no value; the ends belong to it or not."""

    low: float
    high: float
    with_low: bool
    with_high: bool

    @property
    def share(self):
        """How probable it is that a standard normal number falls in."""
        return float(ndtr(self.high) - ndtr(self.low))

    def __str__(self):
        low, high = number(self.low, 4), number(self.high, 4)
        if self.low == self.high:
            return f"x = {low}"
        left = f"{low} {'≤' if self.with_low else '<'} " if np.isfinite(self.low) else ""
        right = f" {'≤' if self.with_high else '<'} {high}" if np.isfinite(self.high) else ""
        return f"{left}x{right}" if left and right or right else f"x {'≥' if self.with_low else '>'} {low}"


def gaps(expr):
    """The `Gap`s of an expression in x among the multiples of 1/8 from −12 to 12."""
    missing = np.array([value is None for value in exact(expr, x, TRIED)])
    edges = np.flatnonzero(np.diff(np.concatenate([[False], missing, [False]]).astype(int)))
    found = []
    for first, last in edges.reshape(-1, 2) - [0, 1]:
        if first == last and 0 < first < len(TRIED) - 1 and not _near(expr, TRIED[first]):
            found.append(Gap(TRIED[first], TRIED[first], True, True))
            continue
        low, with_low = (-np.inf, False) if first == 0 else _edge(expr, TRIED[first], TRIED[first - 1])
        high, with_high = (np.inf, False) if last == len(TRIED) - 1 else _edge(expr, TRIED[last], TRIED[last + 1])
        found.append(Gap(low, high, with_low, with_high))
    return found


def _near(expr, at):
    """Is there no value on either side of a point?"""
    return any(value is None for value in exact(expr, x, [at - 2.0**-20, at + 2.0**-20]))


def _edge(expr, outside, inside):
    """Where the values begin between two points, and whether that point has none."""
    while abs(inside - outside) > 2.0**-30:
        middle = (inside + outside) / 2
        outside, inside = (middle, inside) if exact(expr, x, [middle])[0] is None else (outside, middle)
    at = round(inside, 6)
    return at, exact(expr, x, [at])[0] is None


def fault(expr):
    """Why an expression in x is not a function on the whole line, in one sentence; None if nothing was found.

    Raises ValueError where there is no value anywhere.
    """
    found = gaps(expr)
    if any(gap.low == -np.inf and gap.high == np.inf for gap in found):
        raise ValueError(f"study: {expr} has no real value, or mpmath knows none, at any of the points tried")
    if found:
        several = len(found) > 3
        where = ", ".join(map(str, found[:3])) + (" and elsewhere" if several else "")
        share = sum(gap.share for gap in found)
        return f"{expr} has no real value at {where}. " + (
            f"A standard normal number falls there with probability {share:.2f}." if share > 0.005 else
            "Given a value there by a Piecewise, it is a function on the whole line."
            if all(gap.low == gap.high for gap in found) else
            "Few numbers fall there, but a network reaches them.")
    try:
        calculus.jumps(expr)
    except calculus.Unknown:
        return None
    except ValueError as error:
        return f"{str(error).split(', and must')[0]}."
    return None
