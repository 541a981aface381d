"""What SymPy can say about an activation: derivative, kinks, limits, range, extrema, saturation, smoothness."""

import re
from collections import namedtuple
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from html import escape

import sympy as sp
from mpmath import mp
from sympy.core.relational import Relational

from activations.symbols import x

# --- Pieces ------------------------------------------------------------------------------------------------------


def regions(expr, variable=x):
    """[(open interval, formula without kinks)] from left to right, or None where the borders are not numbers."""
    expr = sp.sympify(expr)
    borders = _borders(expr, variable)
    if borders is None:
        return None
    ends = [-sp.oo, *borders, sp.oo]
    spans = zip(ends, ends[1:], strict=False)
    return [(sp.Interval.open(a, b), _resolve(expr, variable, _between(a, b))) for a, b in spans]


def _borders(expr, variable):
    """Where |u|, sign(u), max, min and the conditions of a Piecewise change over, in order; None if not numbers."""
    found = set()
    for edge in _edges(expr):
        if not edge.has(variable):
            continue
        pieces = regions(edge, variable)
        roots = None if pieces is None else [_real_roots(e, variable) for _, e in pieces]
        if roots is None or None in roots:
            return None
        found |= {r for (where, _), several in zip(pieces, roots, strict=True) for r in several if r in where.closure}
    return sorted(found) if all(r.is_number for r in found) else None


def _edges(expr):
    """The expressions at whose zeros the outermost nodes of `expr` that are not smooth change over."""
    if isinstance(expr, (sp.Abs, sp.sign, sp.Heaviside)):
        yield expr.args[0]
    elif isinstance(expr, sp.sinc):
        yield expr.args[0]
    elif isinstance(expr, (sp.Max, sp.Min)):
        yield from (a - b for i, a in enumerate(expr.args) for b in expr.args[:i])
    elif isinstance(expr, Relational):
        yield expr.lhs - expr.rhs
    for argument in expr.args:
        yield from _edges(argument)


def _real_roots(expr, variable):
    """The real zeros of a smooth expression, where SymPy cannot solve it those in |x| ≤ 45; None if they never end."""
    if not expr.has(variable):
        return []
    line = expr.as_poly(variable)
    if line is not None and line.degree() == 1 and line.LC().is_nonzero:
        return [sp.cancel(-line.nth(0) / line.LC())]
    zeros = sp.solveset(expr, variable, sp.S.Reals)
    if isinstance(zeros, (sp.FiniteSet, type(sp.S.EmptySet))):
        return list(zeros)
    endless = zeros.has(sp.ImageSet) or expr.has(*_OSCILLATING) or expr.free_symbols != {variable}
    return None if endless else _roots(expr.subs(variable, x), -sp.oo, sp.oo)


def _between(low, high):
    """A point inside ]low, high[."""
    if low is -sp.oo:
        return sp.S.Zero if high is sp.oo else high - 1
    return low + 1 if high is sp.oo else (low + high) / 2


def _resolve(expr, variable, point):
    """`expr` with each |u|, sign, max, min and Piecewise replaced by the branch that it takes at `point`."""
    if not expr.args or not expr.has(sp.Abs, sp.sign, sp.Heaviside, sp.Max, sp.Min, sp.Piecewise, sp.sinc):
        return expr
    if isinstance(expr, sp.Piecewise):
        for branch, condition in expr.args:
            truth = condition if condition in (True, False) else condition.subs(variable, point)
            if truth == True:  # noqa: E712 - SymPy's true is not Python's
                return _resolve(branch, variable, point)
            if truth != False:  # noqa: E712
                return expr
    arguments = [_resolve(a, variable, point) for a in expr.args]
    if isinstance(expr, (sp.Max, sp.Min)):
        winner = expr.func(*(a.subs(variable, point) for a in arguments))
        return next((a for a in arguments if a.subs(variable, point) == winner), expr)
    if isinstance(expr, sp.sinc):
        return sp.sin(arguments[0]) / arguments[0]
    if isinstance(expr, (sp.Abs, sp.sign, sp.Heaviside)):
        side = sp.sign(arguments[0].subs(variable, point))
        if side not in (-1, 1):
            return expr
        return {sp.Abs: side * arguments[0], sp.sign: side, sp.Heaviside: (1 + side) / 2}[expr.func]
    return expr.func(*arguments)


# --- The derivative ----------------------------------------------------------------------------------------------


def _greatest(node, least):
    """Max (or Min) of `node`'s arguments as a Piecewise in which a constant wins a tie."""
    args = sorted(node.args, key=lambda a: (bool(a.free_symbols), a.sort_key()))
    best = args[-1]
    for a in reversed(args[:-1]):
        best = sp.Piecewise((a, a >= best if not least else a <= best), (best, True))
    return best


def as_pieces(expr):
    """`expr` as one flat Piecewise in place of Max, Min, Heaviside and sinc; in a tie a constant wins."""
    if not expr.has(sp.Max, sp.Min, sp.Piecewise, sp.Heaviside, sp.sinc):
        return expr
    if expr.func in (sp.Max, sp.Min):
        args = [as_pieces(a) for a in expr.args]
        nested = next((a for a in args if isinstance(a, sp.Piecewise)), None)
        if nested is None:
            return _greatest(expr.func(*args), expr.func is sp.Min)
        others = [a for a in args if a is not nested]
        return _flat(sp.Piecewise(*[(as_pieces(expr.func(e, *others)), c) for e, c in nested.args]))
    if isinstance(expr, sp.Heaviside):
        return expr.rewrite(sp.Piecewise)
    if isinstance(expr, sp.sinc):
        u = expr.args[0]
        return sp.Piecewise((sp.sin(u) / u, sp.Ne(u, 0)), (1, True))
    if isinstance(expr, sp.Piecewise):
        return _flat(sp.Piecewise(*[(as_pieces(e), c) for e, c in expr.args]))
    return _flat(expr.func(*[as_pieces(a) for a in expr.args]))


def _flat(expr):
    """`expr` with nested pieces folded into one Piecewise, its linear conditions solved for their variable."""
    expr = sp.piecewise_fold(expr)
    if not isinstance(expr, sp.Piecewise):
        return expr
    return sp.Piecewise(*[(e, c if c in (True, False) else c.simplify()) for e, c in expr.args])


def _smooth_derivative(expr, variable):
    """d(expr)/d(variable) for an expression without pieces; |u| is kept whole, so that x·sign(x) becomes |x|."""
    slope = sp.diff(expr, variable).replace(sp.DiracDelta, lambda *_: sp.S.Zero)
    size, side = sp.Dummy("size", nonnegative=True), sp.Dummy("side", real=True)
    slope = slope.subs({sp.Abs(variable): size, sp.sign(variable): side})
    slope = slope.expand().subs(variable * side, size) if slope.has(side) else slope
    if slope.has(size):  # 1/(1 + |x|) - |x|/(1 + |x|)² would cancel; over a common denominator it is 1/(1 + |x|)²
        slope = sp.factor(sp.together(slope))
    return slope.subs({size: sp.Abs(variable), side: sp.sign(variable)})


def derivative(expr, variable=x):
    """d(expr)/d(variable) in a tidy form.

    The conditions of a Piecewise decide the value at a kink; in Max and Min the constant wins a tie
    (so max(0, x) has slope 0 at 0); |x| has slope sign(x); a jump has slope 0.
    """
    pieces = as_pieces(sp.sympify(expr))
    if not isinstance(pieces, sp.Piecewise):
        return _smooth_derivative(pieces, variable)
    return sp.Piecewise(*[(_smooth_derivative(e, variable), c) for e, c in pieces.args])


# --- Numbers -----------------------------------------------------------------------------------------------------

_DIGITS = 40  # what roots and extrema are computed with; 30 of them are given
_GIVEN = 30
_WINDOW = 45  # roots are looked for in |x| ≤ 45, where every activation of the course has settled
_SEVERAL = 6  # more extrema than this is an oscillation: those with |x| ≤ 10 are listed


@cache
def _in_mpmath(expr):
    try:
        function = sp.lambdify(x, sp.N(expr, 60), modules="mpmath")  # constants once, not at each point
    except NotImplementedError:
        raise ValueError(f"{expr} has a part that cannot be evaluated") from None

    def value(at):
        """The finite real value at a point, or nan."""
        try:
            result = mp.mpmathify(function(at))
        except (ArithmeticError, ValueError, TypeError, mp.NoConvergence):
            return mp.nan
        return result if isinstance(result, mp.mpf) and mp.isfinite(result) else mp.nan

    return value


def _exact(number):
    """The short exact number behind an mpf of 30 good digits (rational, √rational, π·rational, …), or a Float."""
    for back, forth in _CLOSED_FORMS:
        try:
            fraction = _fraction(forth(number))
        except (ValueError, ZeroDivisionError):
            continue
        if fraction is not None:
            return back(fraction, number)
    return sp.Float(mp.nstr(number, _GIVEN), _GIVEN)


_CLOSED_FORMS = (  # the number from the fraction q, the fraction from the number r
    (lambda q, r: q, lambda r: r),
    (lambda q, r: (1 if r > 0 else -1) * sp.sqrt(q), lambda r: r * r),
    (lambda q, r: q * sp.pi, lambda r: r / mp.pi),
    (lambda q, r: q - sp.LambertW(sp.exp(q)), lambda r: r + mp.exp(r) if abs(r) < 50 else mp.pi),
)


def _fraction(number):
    """The fraction with a denominator of at most 10⁴ that `number` is to 30 digits, or None."""
    if isinstance(number, mp.mpc) or not abs(number) < 10**9:
        return None
    fraction = Fraction(int(mp.nint(number * mp.mpf(10) ** _GIVEN)), 10**_GIVEN).limit_denominator(10**4)
    near = abs(number - mp.mpf(fraction.numerator) / fraction.denominator) < mp.mpf(10) ** (2 - _GIVEN)
    return sp.Rational(fraction.numerator, fraction.denominator) if near else None


def _neat(value):
    """An exact value tidied, or its 30 digits if that leaves it long."""
    value = value.replace(sp.exp, _exp_of_lambert)
    if value.has(sp.Float):
        return sp.N(value, _GIVEN)
    value = value if value.count_ops() > 60 else sp.simplify(value)
    return value if value.count_ops() < 25 else sp.N(value, _GIVEN)


def _exp_of_lambert(exponent):
    """exp(u), with exp(W(z)) = z/W(z) used where u holds Lambert's W."""
    for inverse in exponent.atoms(sp.LambertW):
        times = exponent.expand().coeff(inverse)
        return sp.exp((exponent - times * inverse).expand()) * (inverse.args[0] / inverse) ** times
    return sp.exp(exponent)


def _same(a, b):
    """Whether two numbers agree to 25 digits."""
    if a == b or a in (sp.oo, -sp.oo) or b in (sp.oo, -sp.oo):
        return a == b
    return abs(sp.N(a, 50) - sp.N(b, 50)) < sp.Float("1e-25") * max(1, abs(sp.N(a, 5)))


def _roots(expr, low, high):
    """The points of ]low, high[ at which a smooth `expr` changes sign, in order."""
    function, found = _in_mpmath(expr), []
    with mp.workdps(_DIGITS):
        grid = _grid(low, high)
        values = [function(at) for at in grid]
        for i in range(len(grid) - 1):
            if values[i] * values[i + 1] < 0 and min(abs(values[i]), abs(values[i + 1])) > mp.mpf(10) ** -25:
                root = mp.findroot(function, (grid[i], grid[i + 1]), solver="anderson", verify=False)
                if grid[i] <= root <= grid[i + 1]:
                    found.append(_exact(root))
    return found


def _grid(low, high):
    """Points of ]low, high[, closer together near 0 and on no round number."""
    low, high = (mp.mpf(sp.N(end, _DIGITS)) for end in (max(low, -_WINDOW), min(high, _WINDOW)))
    if not low < high:
        return []
    steps = max(60, int(40 * (mp.asinh(high) - mp.asinh(low))))
    start, width = mp.asinh(low), mp.asinh(high) - mp.asinh(low)
    inner = [(i + mp.mpf("0.4142")) / steps for i in range(steps)]
    return [mp.sinh(start + width * share) for share in (mp.mpf("1e-9"), *inner, 1 - mp.mpf("1e-9"))]


# --- Values and slopes at the ends and at the kinks --------------------------------------------------------------


def _of_x(expr):
    """`expr` as a function of x alone; ValueError naming a symbol that has no value yet."""
    expr = sp.sympify(expr)
    other = sorted(str(s) for s in expr.free_symbols - {x})
    if other:
        raise ValueError(f"{', '.join(other)} must have a value first: only x may be left in {expr}")
    return expr


@cache
def _pieces(expr):
    """The regions of `expr`, or ValueError if SymPy does not find their borders."""
    pieces = regions(_of_x(expr))
    if pieces is None:
        raise ValueError(f"the points where {expr} changes over could not be found")
    for where, formula in pieces:
        for at in _grid(where.start, where.end)[::20]:
            if mp.isnan(_in_mpmath(formula)(at)):
                raise ValueError(f"{expr} has no real value at x = {mp.nstr(at, 6)}, and must have one for all real x")
    return tuple(pieces)


@cache
def _limit(formula, at, side="-"):
    """The limit of a formula without kinks: at a finite point from one side, or at ±∞.

    At ±∞ it is read off at 10³⁰ and 10⁴⁰ in 200 digits; SymPy is asked where that does not settle it, or f may
    oscillate.
    """
    if at not in (sp.oo, -sp.oo):
        value = formula.subs(x, at)
        return value if value.is_finite else sp.limit(formula, x, at, side)
    if not formula.has(x):
        return formula
    if formula.has(*_OSCILLATING):
        return _settled(sp.limit(formula, x, at), formula)
    function, sign = _in_mpmath(formula), 1 if at is sp.oo else -1
    with mp.workdps(200):
        near, far = (sign * mp.mpf(10) ** power for power in ((2, 3) if _is_tower(formula) else (30, 40)))
        first, last = function(near), function(far)
        if abs(last - first) < mp.mpf(10) ** -28:
            return _exact(last) if abs(last) > mp.mpf(10) ** -28 else sp.S.Zero
        if abs(last) > 10**6 and abs(last) > 100 * abs(first) and first * last > 0:
            return sp.oo * mp.sign(last)
    return sp.limit(formula, x, at)


def _settled(limit, formula):
    """SymPy's limit of a formula with sines: a number, ±∞, or the AccumBounds that it oscillates between."""
    if limit.is_number and not limit.has(sp.AccumBounds):
        return limit
    if limit.has(sp.oo, -sp.oo):
        return sp.AccumBounds(-sp.oo, sp.oo)
    heights = [_limit(formula, at) for at in _turning_points(formula, sp.S.Reals)]
    return sp.AccumBounds(min(heights), max(heights)) if heights and _period(formula) else limit


def _period(formula):
    return sp.periodicity(formula, x) if formula.has(*_OSCILLATING) else None


_OSCILLATING = (sp.sin, sp.cos, sp.tan, sp.cot)


def _is_tower(expr):
    """Whether `expr` has an exponential of an exponential: too large a number at 10³⁰."""
    return any(e.args[0].has(sp.exp) for e in expr.atoms(sp.exp, sp.sinh, sp.cosh, sp.erf, sp.erfc))


def limits(expr):
    """The limits of f at -∞ and at ∞; an `AccumBounds` where f oscillates for ever, as sin does."""
    pieces = _pieces(expr)
    return _limit(pieces[0][1], -sp.oo), _limit(pieces[-1][1], sp.oo)


def _slope_limits(expr):
    pieces = _pieces(expr)
    return _limit(pieces[0][1].diff(x), -sp.oo), _limit(pieces[-1][1].diff(x), sp.oo)


def _around(expr, at):
    """The formulas that hold just left and just right of a point."""
    pieces = _pieces(expr)
    return (next(f for where, f in pieces if where.start < at <= where.end),
            next(f for where, f in pieces if where.start <= at < where.end))


def one_sided_slopes(expr, at):
    """The limits of f′ from the left and from the right of a point."""
    left, right = _around(expr, sp.sympify(at))
    return _limit(left.diff(x), at, "-"), _limit(right.diff(x), at, "+")


def _one_sided_values(expr, at):
    left, right = _around(expr, at)
    return _limit(left, at, "-"), _limit(right, at, "+")


def _joints(expr):
    """The points where one formula hands over to the next."""
    return [where.end for where, _ in _pieces(expr)[:-1]]


def jumps(expr):
    """The points at which f is not continuous."""
    return tuple(c for c in _joints(expr) if not all(_same(v, expr.subs(x, c)) for v in _one_sided_values(expr, c)))


def kinks(expr):
    """The points at which f is not differentiable, jumps included."""
    broken = jumps(expr)
    return tuple(c for c in _joints(expr) if c in broken or not _same(*one_sided_slopes(expr, c)))


def smoothness(expr):
    """The largest k for which f is k times continuously differentiable: -1 for a jump, ∞ if there is no end."""
    broken = jumps(expr)
    return min((-1 if c in broken else _order(*_around(expr, c), c) for c in _joints(expr)), default=sp.oo)


def _order(left, right, at):
    """How many derivatives of two formulas that meet at a point agree there; ∞ if the first ten do."""
    if left == right:
        return sp.oo
    for order in range(1, 11):
        left, right = left.diff(x), right.diff(x)
        if not _same(_limit(left, at, "-"), _limit(right, at, "+")):
            return order - 1
    return sp.oo


# --- Shape -------------------------------------------------------------------------------------------------------

Extremum = namedtuple("Extremum", "kind at value")
Steepest = namedtuple("Steepest", "value at attained")
Saturation = namedtuple("Saturation", "left right")


def _turning_points(formula, where):
    """Where a formula's slope changes sign inside a region; of a periodic formula those of one period about 0."""
    slope = formula.diff(x)
    period = _period(formula) if where == sp.S.Reals else None
    if not period:
        return _roots(slope, where.start, where.end)
    return [at for at in _roots(slope, -period, period) if -period / 2 < at <= period / 2]


@cache
def _turns(expr):
    """(region, formula, points where f′ changes sign inside it) for each region."""
    return tuple((where, f, tuple(_turning_points(f, where))) for where, f in _pieces(expr))


def extrema(expr):
    """The strict local minima and maxima of f as `(kind, at, value)`, from left to right.

    A periodic function is searched over one period about 0, any other in |x| ≤ 45; of one that oscillates, those
    with |x| ≤ 10 are listed. The level parts of a function are not extrema.
    """
    found = []
    for _, formula, points in _turns(expr):
        bend = formula.diff(x, 2)
        for at in points:
            kind = "minimum" if sp.N(_limit(bend, at)) > 0 else "maximum"
            found.append(Extremum(kind, at, _neat(_limit(formula, at))))
    for at in _joints(expr):
        left, right = _directions(expr, at)
        if at not in jumps(expr) and left * right < 0:
            found.append(Extremum("minimum" if right > 0 else "maximum", at, expr.subs(x, at)))
    found = found if len(found) <= _SEVERAL else [e for e in found if abs(e.at) <= 10]
    return tuple(sorted(found, key=lambda e: e.at))


def _directions(expr, at):
    """The signs of f′ just left and just right of a point."""
    left, right = _around(expr, at)
    step = sp.Rational(1, 1000)
    return tuple(sp.sign(sp.N(f.diff(x).subs(x, point))) for f, point in ((left, at - step), (right, at + step)))


def range_of(expr):
    """The image of f as a SymPy set: an Interval whose ends are open where they are only approached."""
    images = [_image(*turn) for turn in _turns(expr)]
    return sp.Union(*images, *(sp.FiniteSet(expr.subs(x, c)) for c in _joints(expr)))


def _image(where, formula, points):
    """The image of an open region: its ends are limits, its inner extrema are attained."""
    if not formula.has(x):
        return sp.FiniteSet(formula)
    ends = [_limit(formula, where.start, "+"), _limit(formula, where.end, "-")]
    ends = [e for end in ends for e in ((end.min, end.max) if isinstance(end, sp.AccumBounds) else (end,))]
    attained = [_neat(_limit(formula, at)) for at in points]
    low, high = min(ends + attained), max(ends + attained)
    if low == high:
        raise ValueError(f"{formula} is not finite on all of {where}")
    return sp.Interval(low, high, *(not any(_same(end, value) for value in attained) for end in (low, high)))


def steepest(expr):
    """sup|f′| as `(value, at, attained)`: `at` is the set of points where it is reached or, if not, approached.

    Between jumps only: a jump has no slope. Of a periodic function one period is searched.
    """
    reached, approached = [], []
    for where, formula in _pieces(expr):
        slope = formula.diff(x)
        if not slope.has(x):
            reached.append((abs(slope), where))
            continue
        points = _turning_points(slope, where)
        reached += [(_neat(abs(_limit(slope, at))), sp.FiniteSet(at)) for at in points]
        for end, side in ((where.start, "+"), (where.end, "-")):
            limit = _limit(slope, end, side)
            if isinstance(limit, sp.AccumBounds) and limit.max.is_finite:
                continue  # the peaks of an oscillation are among the points
            smooth = end in _joints(expr) and end not in kinks(expr)
            height = sp.oo if isinstance(limit, sp.AccumBounds) else abs(limit)
            (reached if smooth else approached).append((height, sp.FiniteSet(end)))
    top = max((value for value, _ in reached + approached), key=lambda v: sp.N(v, _GIVEN))
    attained = any(_same(value, top) for value, _ in reached)
    places = [place for value, place in (reached if attained else approached) if _same(value, top)]
    return Steepest(top, sp.Union(*places), attained)


def saturation(expr):
    """How f saturates on the left and on the right: "hard" if f′ = 0 from some point on, "soft" if f′ → 0, or None.

    The definition of Gulcehre et al. (2016), "Noisy activation functions".
    """
    pieces, sides = _pieces(expr), []
    for end, (_, formula) in zip((-sp.oo, sp.oo), (pieces[0], pieces[-1]), strict=True):
        slope = formula.diff(x)
        sides.append("hard" if slope == 0 else "soft" if _limit(slope, end) == 0 else None)
    return Saturation(*sides)


def monotonic(expr):
    """"strictly increasing", "increasing" (level in places), the same for decreasing, "constant", or None."""
    directions, level = set(), False
    for where, formula, points in _turns(expr):
        slope = formula.diff(x)
        level |= not formula.has(x)
        directions |= {1, -1} if points else {_direction(slope, where)}
    for c in jumps(expr):
        left, right = _one_sided_values(expr, c)
        steps = [expr.subs(x, c) - left, right - expr.subs(x, c)]
        directions |= {int(sp.sign(step)) for step in steps}
    directions -= {0}
    if len(directions) != 1:
        return None if directions else "constant"
    return ("" if level else "strictly ") + ("increasing" if directions == {1} else "decreasing")


def _direction(slope, where):
    """The sign of a slope that does not change sign in a region: that of its largest value on the grid."""
    function = _in_mpmath(slope)
    return int(mp.sign(max((function(at) for at in _grid(where.start, where.end)), key=abs, default=0)))


# --- Under a standard normal input -------------------------------------------------------------------------------


@cache
def _normal_moment(expr, power):
    """E[f(Z)^power] for a standard normal Z, by quadrature between the joints to 25 digits."""
    with mp.workdps(30):
        total = mp.mpf(0)
        for where, formula in _pieces(expr):
            function = _in_mpmath(formula)
            low, high = (mp.mpf(sp.N(end, 35)) for end in (max(where.start, -16), min(where.end, 16)))
            if low < high:
                inner = [mp.mpf(c) for c in (-8, -4, -2, 0, 2, 4, 8) if low < c < high]
                total += mp.quad(lambda t, f=function: f(t) ** power * mp.npdf(t), [low, *inner, high], maxdegree=8)
        return sp.Float(mp.nstr(total, 25), 25) if abs(total) > mp.mpf(10) ** -22 else sp.S.Zero


def normal_mean(expr):
    """E[f(Z)] for a standard normal Z."""
    return _normal_moment(_of_x(expr), 1)


def zero_centred(expr):
    """Whether E[f(Z)] = 0 for a standard normal Z, as for every odd function."""
    return normal_mean(expr) == 0


def gain(expr):
    """1/√E[f(Z)²] for a standard normal Z: the factor on the weights that keeps the size of a signal."""
    square = _normal_moment(_of_x(expr), 2)
    return 1 / sp.sqrt(square) if square else sp.oo


# --- All of it ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Properties:
    """What is known about f, each part computed when it is first asked for; it displays as a small table."""

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
        """The table: (what, in words) pairs."""
        left, right = self.limits
        centre = "zero-centred" if self.zero_centred else "not zero-centred"
        return [
            ("Limits", f"{_text(left)} as x → −∞, {_text(right)} as x → ∞"),
            ("Range", _set_text(self.range)),
            ("Saturation", f"left: {self.saturation.left or 'none'}, right: {self.saturation.right or 'none'}"),
            ("Monotonic", self.monotonic or "no"),
            ("Extrema", "; ".join(f"{e.kind} {_text(e.value)} at {_text(e.at)}" for e in self.extrema) or "none"),
            ("Largest slope", _steepest_text(self.steepest)),
            ("Kinks", "; ".join(map(self._kink_text, self.kinks)) or "none"),
            ("Smoothness", _smoothness_text(self.smoothness)),
            ("Mean for normal input", f"{_text(self.normal_mean)}, {centre}"),
            ("Gain", _text(self.gain)),
        ]

    def _kink_text(self, at):
        if at in self.jumps:
            return f"{_text(at)} (jump)"
        return f"{_text(at)} (slopes {' | '.join(map(_text, self.slopes_at_kinks[at]))})"

    def _repr_html_(self):
        rows = ((what, re.sub(r"C\^(\S+)", r"C<sup>\1</sup>", escape(words))) for what, words in self.rows)
        cells = "".join(f'<tr><th scope="row">{what}</th><td>{words}</td></tr>' for what, words in rows)
        return f'<table class="activation-properties"><tbody>{cells}</tbody></table>'

    def __repr__(self):
        return "\n".join(f"{what}: {words}" for what, words in self.rows)


def properties(expr):
    """Everything this module computes about f, each when it is first asked for."""
    return Properties(_of_x(expr))


def _text(number):
    """A number in six significant digits, with a true minus sign."""
    if isinstance(number, sp.AccumBounds):  # SymPy's name for what a function that has no limit keeps swinging between
        return f"between {_text(number.min)} and {_text(number.max)}"
    if number in (sp.oo, -sp.oo):
        return "∞" if number > 0 else "−∞"
    return f"{float(number):.6g}".replace("-", "−")


def _set_text(values):
    """`[−0.278465, ∞)`, `{0, 1}` or a union of them."""
    if isinstance(values, sp.Union):
        return " ∪ ".join(_set_text(part) for part in sorted(values.args, key=lambda part: part.inf))
    if isinstance(values, sp.FiniteSet):
        return "{" + ", ".join(_text(v) for v in sorted(values)) + "}"
    left, right = "(" if values.left_open else "[", ")" if values.right_open else "]"
    return f"{left}{_text(values.start)}, {_text(values.end)}{right}"


def _steepest_text(steep):
    if not steep.attained:
        return f"{_text(steep.value)}, approached as x → {', '.join(_text(v) for v in sorted(steep.at))}"
    points = isinstance(steep.at, sp.FiniteSet)
    where = f"at {', '.join(_text(v) for v in sorted(steep.at))}" if points else f"on {_set_text(steep.at)}"
    return f"{_text(steep.value)} {where}"


def _smoothness_text(order):
    if order == -1:
        return "not continuous"
    return "C^∞" if order is sp.oo else f"C^{order}"
