"""Where a step is looked at, and what is seen there: each side in a ball, at points where falsehood hides."""

from functools import cache, cached_property, reduce
from itertools import islice
from random import Random

import sympy as sp
from flint import acb, arb, fmpq
from sympy.core.relational import Relational

from activations.calculus import regions
from activations.derivation import models
from activations.derivation.budget import within
from activations.derivation.verdict import plain
from activations.numerics.balls import exact, is_finite, precision, real, to_balls

_PRECISIONS = (256, 1024, 4096)  # bits; more only where cancellation asks for it
_AGREED = 200  # bits that two sides must share to count as equal at a point
_RESIDUE = 400  # where all cancels, how small what is left must be
_QUADRATURE, _QUADRATURE_AGREED = (160, 256), 100  # the same for an integral that SymPy cannot do
_CUTTING = 1_000_000  # Python calls that the search for kinks may spend
_DEEP, _DEEP_AGREED = (256, 4096, 16384), 3900  # where a closer look is taken: at a constant, and at a few points
_DEEP_QUADRATURE, _DEEP_QUADRATURE_AGREED = (160, 320), 230
TIE = "equal"  # to the last digit of the highest precision


# what SymPy writes out digit by digit at an integer, however large
_WRITTEN_OUT = (sp.zeta, sp.gamma, sp.loggamma, sp.factorial, sp.binomial, sp.harmonic, sp.polygamma, sp.bernoulli)


class Sampler:
    """Two scalar expressions as functions of the same symbols, with points at which to compare them."""

    def __init__(self, left, right, ordered=False):
        variants = [models.models(number, left, right) for number in range(models.COUNT)]
        self.models = variants if variants[0] else variants[:1]
        self.pairs = [[_numerical(side, model) for side in (left, right)] for model in self.models]
        sides = self.pairs[0]
        free = set().union(*(side.free_symbols for pair in self.pairs for side in pair))  # one model may solve f′ = 0
        self.symbols = tuple(sorted(free, key=lambda s: (len(str(s)), str(s))))
        self.integral = any(side.has(sp.Integral) for side in sides)
        self.compared = {s for side in sides for part in _comparisons(side) for s in part.free_symbols}
        self.compared |= free if ordered else set()
        self.reach = min(map(_reach, sides))
        # Where nothing says otherwise, real input that has no real value has none.
        self.on_line = ordered or not any(side.has(sp.I) for side in sides)

    @cached_property
    def functions(self):
        """For each model, both sides as functions of balls; BallError where one has no enclosure."""
        return [tuple(to_balls(side, self.symbols) for side in pair) for pair in self.pairs]

    def points(self, count):
        """`count` points, the same in every run, moderate ones first, then those in the gaps between kinks.

        From the ninth on each symbol has a scale of its own. Where a symbol may be complex, so is the second half.
        """
        random = Random(count)
        for index in range(count if self.symbols else 1):
            yield tuple(self._draw(symbol, random, index, count) for symbol in self.symbols)
        yield from self._near_constants
        yield from self._in_gaps

    def _draw(self, symbol, random, index, count):
        unreal = symbol.is_extended_real is None and symbol not in self.compared and 2 * index >= count
        for attempt in range(500):
            if symbol.is_integer:
                value = _whole(random, index)
            else:
                value = _decimal(random, 0 if unreal else index, len(self.symbols) > 1)
            if symbol.is_irrational:
                value *= sp.sqrt(2)
            if unreal:
                value += sp.I * _decimal(random, 0, False)
            if allowed(symbol, value) or attempt == 0 and allowed(symbol, -value) and symbol.is_integer:
                return value if allowed(symbol, value) else -value
        raise ValueError(f"no value was found that satisfies the assumptions of the symbol {symbol}")

    @cached_property
    def _near_constants(self):
        """Points of the size of the very large or small numbers that the two sides name."""
        found, random = [], Random(11)
        sizes = sorted({size for side in self.pairs[0] for number in side.atoms(sp.Rational)
                        for size in (abs(number), 1 / abs(number) if number else sp.S.Zero)
                        if size > 10**6 and size.p.bit_length() + size.q.bit_length() < 1000})
        for size in sizes[:6] if not self.integral else []:
            for share in (sp.Rational(137, 100), sp.Rational(1037, 10), sp.Rational(73, 10**4)):
                for value in (size * share, -size * share, share / size, -share / size):
                    point = tuple(sp.floor(value) if s.is_integer else value for s in self.symbols)
                    held = tuple(self._draw(s, random, 9, 100) for s in self.symbols)
                    for index in range(len(self.symbols)):
                        moved = (*held[:index], point[index], *held[index + 1:])
                        if allowed(self.symbols[index], moved[index]):
                            found.append(moved)
        return found

    @cached_property
    def _in_gaps(self):
        """Points inside every interval on which both sides are smooth in one symbol, the others being held."""
        left, right = self.pairs[0]
        both = sp.Tuple(left, right)
        kinked = {s for node in _comparisons(both) | both.atoms(sp.Abs, sp.tan) for s in node.free_symbols}
        found, random = [], Random(7)
        moving = [s for s in self.symbols if s in kinked and s.is_extended_real and not s.is_integer]
        for symbol in moving if not self.integral else []:
            for index in range(1 if len(self.symbols) == 1 else 5):
                scale = 3 * index if self.reach is sp.oo else 0
                held = {s: self._draw(s, random, scale, 100) for s in self.symbols if s != symbol}
                gap = sp.Add(left, -right, evaluate=False).subs(held)
                inside = _smooth(gap, symbol)
                for value in (*(inside or ()), *_turns(gap, symbol)):
                    if allowed(symbol, value):
                        found.append(tuple(value if s == symbol else held[s] for s in self.symbols))
                if inside is None:
                    break  # nor are the kinks found where the others are held elsewhere
        return found

    def compare(self, point, relation, model=0, closely=False):
        """True; None (nothing to compare, or not decided); TIE (equal, where < or > was claimed); or the values (left,
        right) that refute the relation: balls that lie apart, or None for the side that has no value there."""
        functions = self.functions[model % len(self.functions)]
        bits, agreed = (_QUADRATURE, _QUADRATURE_AGREED) if self.integral else (_PRECISIONS, _AGREED)
        if closely:
            first = self.compare(point, relation, model)
            if first is not True and first is not TIE:
                return first
            bits, agreed = ((_DEEP_QUADRATURE, _DEEP_QUADRATURE_AGREED) if self.integral else (_DEEP, _DEEP_AGREED))
        on_line = self.on_line and all(value.is_real for value in point)
        for precise in bits:
            with precision(precise):
                at = [exact(value) for value in point]
                found = [f(*at) for f in functions]
                values = [value if isinstance(value, fmpq) else real(value) for value in found] if on_line else found
                if all(map(is_finite, values)):
                    verdict = _verdict(*values, relation, agreed, precise, precise == bits[-1])
                    if verdict is not None:
                        return verdict
        return first if closely else self._one_sided(values, found, point, model)

    def _one_sided(self, values, found, point, model):
        """(left, right) with None for a side that is known to have no value where the other has one, else None."""
        missing = [not is_finite(value) for value in values]
        if missing[0] == missing[1]:
            return None
        place = missing.index(True)
        if not is_finite(found[place]):  # undefined, or lost in the digits? SymPy knows
            exactly = self.exactly(point, model)
            if exactly is None or exactly[place].is_finite is not False and not exactly[place].has(sp.nan, sp.zoo):
                return None
        return tuple(None if none else value for none, value in zip(missing, values, strict=True))

    def exactly(self, point, model=0):
        """Both sides at a point as SymPy's numbers; None where it cannot hold them, as exp(exp(10⁹)) or 10⁹!."""
        pair = self.pairs[model % len(self.pairs)]
        reach = sp.Min(self.reach, 100) if any(side.has(*_WRITTEN_OUT) for side in pair) else self.reach
        if any(abs(value) > reach for value in point):
            return None
        return [side.subs(dict(zip(self.symbols, point, strict=True))) for side in pair]

    def tightest(self, relation, points):
        """Points where the two sides come closest, by a pattern search from the tightest of `points`."""
        symbols = [s for s in self.symbols if s.is_extended_real]
        if self.integral or len(symbols) != len(self.symbols) or not symbols:
            return []
        search = _Search(self, 1 if relation[0] == "<" else -1)
        starts = sorted((gap, index) for index, point in enumerate(points) if (gap := search.gap(point)) is not None)
        return [found for _, index in starts[:3] if (found := search.run(points[index])) is not None]

    def text(self, point, model=0):
        """`x = -1.37, f(u) = …`: the point in words."""
        values = [f"{s} = {plain(v)}" for s, v in zip(self.symbols, point, strict=True)]
        used = self.models[model % len(self.models)]
        return ", ".join(values + [f"{f}({', '.join(map(str, m.variables))}) = {m.expr}" for f, m in used.items()])


def _verdict(left, right, relation, agreed, bits, last):
    """What two finite values say about the relation; None where more digits are needed (after the `last`: missing)."""
    if isinstance(left, fmpq) and isinstance(right, fmpq):
        if relation == "=":
            return True if left == right else (left, right)
        gap = right - left if relation[0] == "<" else left - right
        return (left, right) if gap < 0 else True if gap > 0 or relation.endswith("=") else TIE
    if relation == "=":
        gap = left - right
        if not acb(gap).contains(0):
            return left, right
        residue = _RESIDUE if bits > 1000 else None if agreed == _AGREED else agreed
        return True if _is_small(gap, left, right, agreed, residue) else None
    gap = arb(right - left if relation[0] == "<" else left - right)
    if gap < 0:
        return left, right
    if gap > 0:
        return True
    if not last and not gap == 0:
        return None
    if not _is_small(gap, left, right, agreed):
        return None
    return True if relation.endswith("=") else TIE


def _is_small(gap, left, right, agreed, residue=_RESIDUE):
    """Whether a ball around 0 is so small, against the two values or by itself, that these count as equal."""
    gap, size = acb(gap), max(abs(acb(left)).abs_upper(), abs(acb(right)).abs_upper())
    radius = (gap.real.rad() + gap.imag.rad()).upper()
    return radius <= size * arb(2) ** -agreed or (residue is not None and radius <= arb(2) ** -residue)


class _Search:
    """A pattern search for the least of ±(right − left), one coordinate after another, inside the symbols' domains."""

    _BITS, _ROUNDS, _DIGITS = 256, 130, 40

    def __init__(self, sampler, sign):
        self.sampler, self.sign = sampler, sign

    def gap(self, point):
        with precision(self._BITS):
            left, right = (real(f(*(exact(v) for v in point))) for f in self.sampler.functions[0])
            gap = arb(self.sign * (right - left))
            return gap.mid() if gap.is_finite() else None

    def run(self, point):
        """The point that the search ends at, or None where it found nothing better."""
        symbols, best = self.sampler.symbols, self.gap(point)
        start, steps = point, [1 if s.is_integer else max(abs(v) / 2, sp.Rational(1, 10**6))
                               for s, v in zip(symbols, point, strict=True)]
        for _ in range(self._ROUNDS // len(symbols)):
            for place, symbol in enumerate(symbols):
                trials = [self._moved(point, place, side * steps[place]) for side in (-1, 1)]
                gaps = [(gap, trial) for trial in trials
                        if allowed(symbol, trial[place]) and (gap := self.gap(trial)) is not None]
                least = min(gaps, key=lambda pair: pair[0], default=None)
                if least is not None and least[0] < best:
                    best, point = least
                    steps[place] = 2 * steps[place] if symbol.is_integer else steps[place]
                else:
                    steps[place] = max(1, steps[place] // 2) if symbol.is_integer else steps[place] / 2
        return point if point != start else None

    def _moved(self, point, place, step):
        value = point[place] + step
        if not value.is_Integer:
            scale = sp.Integer(10) ** self._DIGITS
            value = sp.Rational(int((value * scale).p // (value * scale).q), scale)
        return (*point[:place], value, *point[place + 1:])


# --- Values for a symbol ---------------------------------------------------------------------------------------------


def allowed(symbol, value):
    """Whether a value satisfies all that is assumed of a symbol."""
    return all(getattr(value, f"is_{fact}") in (truth, None) for fact, truth in symbol.assumptions0.items())


def _whole(random, index):
    """An integer: small ones first, then of any size."""
    if index < 8 or index % 2:
        return sp.Integer(random.randint(-8, 12))
    return sp.Integer(random.randint(-(10 ** (2 + index % 11)), 10 ** (2 + index % 11)))


_SCALES = (0, 0, -1, 1, -2, 0, 1, -4, 2, 3, -9, 4, 0, 6, -1, 9, 1, 0)


def _decimal(random, index, freely):
    """A decimal of three digits, either sign; its last digit is odd and not 5, so that no round number is hit.

    From index 8 on of another scale for each index, or of any where several symbols are to differ `freely`.
    """
    scale = 0 if index < 8 else random.choice(_SCALES) if freely else _SCALES[index % len(_SCALES)]
    digits = 10 * random.randint(10, 39 if scale == 2 or index < 8 else 99) + random.choice((1, 3, 7, 9))
    return random.choice((-1, 1)) * digits * sp.Integer(10) ** (scale - 2)


def _smooth(expr, symbol):
    """Three rational points inside every interval on which `expr` is smooth in its one symbol; None if not found."""
    pieces = within(_CUTTING, regions, expr, symbol)
    if pieces is None:
        return None
    return [value for where, _ in islice(pieces, 60) if (where.start, where.end) != (-sp.oo, sp.oo)
            for value in _inside(where.start, where.end)]


def _turns(expr, symbol):
    """Points close to those where a sine or cosine in `expr` turns, or a tangent jumps."""
    for node in sorted(expr.atoms(sp.sin, sp.cos, sp.tan), key=sp.default_sort_key)[:4]:
        line = node.args[0].as_poly(symbol)
        if line is not None and line.degree() == 1 and all(part.is_number for part in line.all_coeffs()):
            slope, shift = line.all_coeffs()
            for quarter in range(-2, 4):
                near = sp.N((quarter * sp.pi / 2 - shift) / slope, 45)
                yield from (sp.Rational(str(near)) + side for side in (0, sp.Rational(-1, 10**9)))


def _inside(low, high):
    shares = (sp.Rational(371, 1000), sp.Rational(17, 1000), sp.Rational(983, 1000))
    if low is -sp.oo:
        return [_rational(high - step, None, high) for step in (sp.Rational(137, 100), sp.Rational(1, 1000))]
    if high is sp.oo:
        return [_rational(low + step, low, None) for step in (sp.Rational(137, 100), sp.Rational(1, 1000))]
    return [_rational(low + (high - low) * share, low, high) for share in shares]


def _rational(value, low, high):
    """A rational close to `value`, inside its interval."""
    if value.is_Rational:
        return value
    digits = 20
    while True:
        near = sp.Rational(str(sp.N(value, digits)))
        if (low is None or near > low) and (high is None or near < high):
            return near
        digits += 20


# --- Expressions in numbers ------------------------------------------------------------------------------------------


def _comparisons(expr):
    """The parts of `expr` that only real numbers can enter."""
    return expr.atoms(Relational, sp.Max, sp.Min, sp.sign, sp.Heaviside, sp.floor, sp.ceiling)


def _reach(expr):
    """How far out SymPy may be asked: a function of what grows like exp has too many digits there, a power far more."""
    reach = sp.oo
    for node in expr.atoms(sp.Function, sp.Pow, sp.exp):
        if isinstance(node, sp.log) or node.is_Pow and node.exp.is_number:
            continue
        power = node.is_Pow and node.base is not sp.E
        if any(_grows(part) for argument in node.args for part in sp.preorder_traversal(argument)):
            reach = min(reach, 4 if power else 10_000)
        elif power:
            reach = min(reach, 10_000)
    return reach


def _grows(node):
    return isinstance(node, (sp.exp, sp.sinh, sp.cosh, sp.gamma, sp.factorial)) and bool(node.free_symbols) or (
        node.is_Pow and bool(node.exp.free_symbols))


@cache
def _numerical_form(expr, substituted):
    expr = reduce(lambda e, pair: e.replace(*pair), substituted, expr)
    expr = expr.doit(integrals=False) if substituted or expr.has(sp.Subs) else expr
    return expr.xreplace({z: sp.Symbol(str(z), real=z.is_real) for z in expr.atoms(sp.Indexed)})


def _numerical(expr, model):
    """`expr` with concrete functions for the undefined ones, and symbols for its entries z[i]."""
    return _numerical_form(expr, tuple(model.items()))
