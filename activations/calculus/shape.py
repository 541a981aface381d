"""The shape of f: where it turns, what values it takes, where it is steepest, whether it rises throughout."""

from collections import namedtuple
from functools import cache

import sympy as sp
from flint import arb

from activations.calculus.analytic import OSCILLATING, period, tame
from activations.calculus.joints import is_kink, jumps
from activations.calculus.limits import limit, towards
from activations.calculus.line import line, of_x, outer_formula
from activations.calculus.numbers import Undecided, ball, below, largest, neat, same, smallest
from activations.calculus.roots import Chart, chart
from activations.numerics.balls import precision
from activations.symbols import x

Extremum = namedtuple("Extremum", "kind at value")
Steepest = namedtuple("Steepest", "value at attained")
Saturation = namedtuple("Saturation", "left right")
Turns = namedtuple("Turns", "chart within")  # `within`: None, or the bound up to which the turning points were found

_WITHIN = (10, 40)  # of a formula that turns for ever those turning points are found


def limits(expr):
    """The limits of f at -∞ and at ∞; an `AccumBounds` where f oscillates for ever, as sin does."""
    expr = of_x(expr)
    if period(expr, x):
        image = range_of(expr)
        bounds = image.inf if same(image.inf, image.sup) else sp.AccumBounds(image.inf, image.sup)
        return bounds, bounds
    return tuple(limit(outer_formula(expr, end), end) for end in (-sp.oo, sp.oo))


@cache
def _turns(slope, where, bound=_WITHIN[0]):
    """The chart of a slope in a region; where it changes sign for ever, in |x| ≤ bound."""
    try:
        return Turns(chart(slope, where.start, where.end), None)
    except Undecided:
        if not slope.has(*OSCILLATING) or (where.start.is_finite and where.end.is_finite):
            raise
    span = period(slope, x)
    if span:
        signs = set(chart(slope, -span, span).signs) - {0}
        if len(signs) == 1:
            return Turns(Chart((), tuple(signs)), None)
    return Turns(chart(slope, largest([where.start, -sp.Integer(bound)]), smallest([where.end, sp.Integer(bound)])),
                 bound)


def extrema(expr):
    """The strict local minima and maxima of f as `(kind, at, value)`, from left to right.

    A periodic function is searched over one period about 0; of one that oscillates for ever those with |x| ≤ 10 are
    listed. The level parts of a function are not extrema.
    """
    f = line(expr)
    found = []
    for where, formula in f.pieces:
        for at, behind in _turns(tame(formula).diff(x), where).chart.crossings:
            if f.counts(at):
                found.append(Extremum("minimum" if behind > 0 else "maximum", at, neat(limit(formula, at))))
    for at in f.joints:
        value, (left, right) = f.value(at), f.sides(at)
        before, after = _directions(f, at)
        steps = [-before if same(left, value) else _compared(left, value),
                 after if same(right, value) else _compared(right, value)]
        if steps in ([1, 1], [-1, -1]):
            found.append(Extremum("minimum" if steps[0] > 0 else "maximum", at, value))
    return tuple(sorted(found, key=lambda e: e.at))


def _compared(a, b):
    return 1 if below(b, a) else -1


def _directions(f, at):
    """The signs of f′ just left and just right of a joint."""
    left = next((where, g) for where, g in f.pieces if same(where.end, at))
    right = next((where, g) for where, g in f.pieces if same(where.start, at))
    before, after = (_turns(tame(formula).diff(x), where).chart.signs for where, formula in (left, right))
    return before[-1], after[0]


def range_of(expr):
    """The image of f as a SymPy set: an Interval whose ends are open where they are only approached."""
    f = line(expr)
    images = [_image(f, where, formula) for where, formula in f.pieces]
    return sp.Union(*images, *(sp.FiniteSet(f.value(where.end)) for where, _ in f.pieces[:-1]))


def _image(f, where, formula):
    """The image of an open region: its ends are limits, its inner extrema are attained."""
    if not formula.has(x):
        return sp.FiniteSet(formula)
    ends = [_end_value(f, formula, where.start, "+"), _end_value(f, formula, where.end, "-")]
    if ends in ([-sp.oo, sp.oo], [sp.oo, -sp.oo]):
        return sp.Interval(-sp.oo, sp.oo)
    ends = [e for end in ends for e in ((end.min, end.max) if isinstance(end, sp.AccumBounds) else (end,))]
    for bound in _WITHIN:
        turns = _turns(tame(formula).diff(x), where, bound)
        attained = [neat(limit(formula, at)) for at, _ in turns.chart.crossings]
        if turns.within:
            attained += [formula.subs(x, at) for at in (-bound, bound) if sp.Integer(at) in where]
        elif set(turns.chart.signs) == {0}:
            return sp.FiniteSet(limit(formula, where.start, "+"))
        low, high = smallest(ends + attained), largest(ends + attained)
        if not turns.within or all(_stays(formula, end, low, high, bound) for end in _infinite(where)):
            return sp.Interval(low, high, *(not any(same(end, value) for value in attained) for end in (low, high)))
    raise Undecided(f"the range of {formula} is not known")


def _end_value(f, formula, end, side):
    """The limit at an end of a piece, as f's own value where it is that."""
    found = limit(formula, end, side)
    if end.is_finite and not f.is_outer(end):
        value = f.value(end)
        return value if same(found, value) else found
    return found


def _infinite(where):
    return [end for end in (where.start, where.end) if end in (sp.oo, -sp.oo)]


def _stays(formula, end, low, high, bound):
    """Whether a formula stays between two heights beyond a bound, strictly or not."""
    if low is -sp.oo and high is sp.oo:
        return True
    try:
        rest = towards(formula, end, 0, starts=(bound,))
    except Undecided:
        return False
    values = rest.enclosure()
    if values.is_nan():
        factor = rest.relative()[1]
        return (high is sp.oo and factor.lower() >= 0 and _at_most(low, arb(0))) or (
            low is -sp.oo and factor.upper() <= 0 and _at_least(high, arb(0)))
    return _at_most(low, values) and _at_least(high, values)


def _at_most(number, values):
    with precision(256):
        return number is -sp.oo or values.lower() >= ball(number).upper()


def _at_least(number, values):
    with precision(256):
        return number is sp.oo or values.upper() <= ball(number).lower()


def steepest(expr):
    """sup|f′| as `(value, at, attained)`: `at` is the set of points where it is reached or, if not, approached.

    Between jumps only: a jump has no slope. Of a periodic function one period is searched.
    """
    f = line(expr)
    reached, approached, endless = [], [], []
    for where, formula in f.pieces:
        slope = formula.diff(x)
        if not slope.has(x):
            reached.append((abs(slope), sp.Intersection(where, f.window) if f.period else where))
            continue
        span = period(slope, x) if where == sp.S.Reals else None
        if span:
            turns = chart(tame(formula).diff(x, 2), -span, span).zeros
            reached += [(neat(abs(slope.subs(x, at))), sp.FiniteSet(at)) for at in turns
                        if below(-span / 2, at) and not below(span / 2, at)]
            continue
        turns = _turns(tame(formula).diff(x, 2), where)
        reached += [(neat(abs(limit(slope, at))), sp.FiniteSet(at)) for at in turns.chart.zeros if f.counts(at)]
        for end, side in ((where.start, "+"), (where.end, "-")):
            if not f.is_outer(end) and not (end.is_finite and not f.counts(end)):
                heights, smooth = _end_slopes(f, slope, end, side, turns.within)
                (reached if smooth else approached).extend((height, sp.FiniteSet(end)) for height in heights)
        if turns.within:
            reached += [(abs(slope.subs(x, at)), sp.FiniteSet(at)) for at in (-turns.within, turns.within)
                        if sp.Integer(at) in where]
            endless += [(slope, end, turns.within) for end in _infinite(where)]
    top = largest([value for value, _ in reached + approached])
    if top is not sp.oo and not all(_stays(slope, end, -top, top, within) for slope, end, within in endless):
        raise Undecided(f"the largest slope of {expr} is not known")
    attained = any(same(value, top) for value, _ in reached)
    places = [place for value, place in (reached if attained else approached) if same(value, top)]
    return Steepest(top, sp.Union(*places), attained)


def _end_slopes(f, slope, end, side, within):
    """The size of the slope at an end of a piece, as a list, and whether it is attained there."""
    found = limit(slope, end, side)
    if isinstance(found, sp.AccumBounds):
        finite = found.max.is_finite and found.min.is_finite
        return ([] if finite else [sp.oo]), False
    return [abs(found)], end.is_finite and not is_kink(f, end)


def saturation(expr):
    """How f saturates on the left and on the right: "hard" if f′ = 0 from some point on, "soft" if f′ → 0, or None.

    The definition of Gulcehre et al. (2016), "Noisy activation functions".
    """
    expr = of_x(expr)
    if period(expr, x):
        return Saturation(*["hard" if monotonic(expr) == "constant" else None] * 2)
    return Saturation(*(_saturation(outer_formula(expr, end).diff(x), end) for end in (-sp.oo, sp.oo)))


def _saturation(slope, end):
    if slope == 0:
        return "hard"
    if limit(slope, end) != 0:
        return None
    if towards(slope, end, 0).leading() is None and sp.simplify(slope) == 0:
        return "hard"
    return "soft"


def monotonic(expr):
    """"strictly increasing", "increasing" (level in places), the same for decreasing, "constant", or None."""
    f = line(expr)
    directions, level, unknown = set(), False, None
    for where, formula in f.pieces:
        try:
            turns = _turns(tame(formula).diff(x), where)
        except Undecided as error:
            unknown = error
            continue
        level |= 0 in turns.chart.signs
        directions |= set(turns.chart.signs)
        if turns.within:
            unknown = Undecided(f"whether {formula} is monotonic is not known")
    for at in jumps(expr):
        left, right = f.sides(at)
        directions |= {_step(left, f.value(at)), _step(f.value(at), right)}
    directions -= {0}
    if {1, -1} <= directions:
        return None
    if unknown:
        raise unknown
    if not directions:
        return "constant"
    return ("" if level else "strictly ") + ("increasing" if directions == {1} else "decreasing")


def _step(a, b):
    return 0 if same(a, b) else 1 if below(a, b) else -1
