"""The limits of formulas without kinks, at a point and at ±∞."""

from functools import cache

import sympy as sp

from activations.calculus.analytic import OSCILLATING, guards, period
from activations.calculus.asymptotics import germ
from activations.calculus.numbers import GIVEN, Undecided, largest, smallest
from activations.calculus.roots import STARTS, chart
from activations.symbols import x


@cache
def limit(formula, at, side="-"):
    """The limit of a formula without kinks: at a finite point from one side, or at ±∞, where it may be AccumBounds.

    Raises Undecided where it is not known.
    """
    if not formula.has(x):
        return formula
    if at not in (sp.oo, -sp.oo):
        value = formula.subs(x, at)
        value = sp.N(value, GIVEN) if at.has(sp.Float) else value
        if value.is_finite and value.is_real:
            return value
        return towards(formula, at, 1 if side == "+" else -1).limit()
    try:
        return towards(formula, at, 0).limit()
    except Undecided:
        if not formula.has(*OSCILLATING):
            raise
    return _swing(formula, at)


def towards(formula, at, side, starts=STARTS):
    """The germ of a formula towards an end, from the first start that allows one."""
    for start in starts:
        try:
            return germ(formula, x, at, side, start)
        except Undecided as error:
            last = error
    raise last


def _swing(formula, at):
    """What a formula with sines swings between at ±∞: size(x)·wave(x) + rest(x), with size and rest free of sines."""
    terms = sp.Add.make_args(formula)
    rest = sp.Add(*(term for term in terms if not term.has(*OSCILLATING)))
    size, wave = sp.S.One, formula - rest
    if not period(wave, x):
        factors = sp.Mul.make_args(wave)
        size = sp.Mul(*(factor for factor in factors if not factor.has(*OSCILLATING)))
        wave = sp.Mul(*(factor for factor in factors if factor.has(*OSCILLATING)))
    low, high = _heights(wave, at)
    size, rest = (limit(part, at) for part in (size, rest))
    if rest.is_infinite and size.is_infinite or size.has(sp.AccumBounds) or rest.has(sp.AccumBounds):
        raise Undecided(f"the limit of {formula} at {at} is not known")
    if rest.is_infinite:
        return rest
    if size.is_infinite and (low > 0 or high < 0):
        return size * low
    ends = [end * size + rest if end != 0 else rest for end in (low, high)]
    if size.is_infinite and rest != 0 and 0 in (low, high):
        raise Undecided(f"the limit of {formula} at {at} is not known")
    return sp.AccumBounds(smallest(ends), largest(ends))


def _heights(wave, at):
    """The least and the greatest value that a wave keeps coming back to."""
    span = period(wave, x)
    if span:
        if guards(wave, x):
            raise Undecided(f"{wave} has poles")
        turns = chart(wave.diff(x), -span, span).zeros
        heights = [wave.subs(x, turn) for turn in turns]
        return smallest(heights), largest(heights)
    base, power = wave.as_base_exp()
    if isinstance(base, (sp.sin, sp.cos)) and power.is_Integer and power > 0 and limit(base.args[0], at).is_infinite:
        return sp.S(-1 if power % 2 else 0), sp.S.One
    raise Undecided(f"the limit of {wave} at {at} is not known")
