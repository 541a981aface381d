"""One step against the line before it: refuted at a point, proved, or checked at many points."""

from itertools import product

import sympy as sp

from activations.derivation.algebra import cases, distributions_agree, is_signed, reduces_to_zero, vanishes
from activations.derivation.budget import within
from activations.derivation.enclosure import encloses, is_constant
from activations.derivation.floating import in_floating_point
from activations.derivation.points import TIE, Sampler, allowed
from activations.derivation.several import by_orders, how_shown
from activations.derivation.sums import instances, is_general
from activations.derivation.verdict import Verdict, false_step, number_of, tell_apart
from activations.numerics.balls import BallError

_POINTS = 200
_FEW = 40  # points that a step must pass before SymPy is asked
_TIES, _COMPARING = 60, 60_000  # points at which SymPy may be asked for equality, and Python calls for each
_PROVING = 10_000_000  # Python calls that the search for a proof may spend; no chapter needs half of them
_CLOSELY = 2  # points that are compared to a thousand digits
_AREAS = 6  # points where an integral has to be computed


def judge(number, reason, relation, lines, meanings):
    """The Verdict on a step; raises DerivationError where it is false or cannot be decided."""
    return _Judge(number, reason, relation, lines).run(*meanings)


class _Undecided(Exception):
    """No point was found at which both sides have an enclosure."""


class _Judge:
    def __init__(self, number, reason, relation, lines):
        self.number, self.reason, self.relation, self.lines = number, reason, relation, lines

    def run(self, left, right):
        if left.shape != right.shape:
            raise self._error(f"the shapes differ, {_shape(left)} and {_shape(right)}")
        verdicts = [self._entry(place, left, right, position) for position, place in enumerate(_places(left.shape))]
        checked = [verdict for verdict in verdicts if not verdict.proved]
        if checked:
            return checked[0]
        return next((verdict for verdict in verdicts if verdict.how == "enclosure"), Verdict("algebra"))

    def _entry(self, place, left, right, position):
        a, b = left.values[position], right.values[position]
        infinite = _infinite(a), _infinite(b)
        if all(infinite):
            return self._both_infinite(a, b)
        if any(infinite):
            return self._one_infinite(a, b)
        if a == b and not a.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
            if self.relation in ("=", "<=", ">="):
                return Verdict("algebra")
            raise self._error("the two sides are equal")
        if a.has(sp.DiracDelta) or b.has(sp.DiracDelta):
            return self._distribution(a, b)
        raw = left.entries[position], right.entries[position]
        cases = list(instances(*raw)) if any(map(is_general, raw)) else [("", a, b)]
        sides = [(", ".join(filter(None, (place, words))), Sampler(*pair, self.relation != "="))
                 for words, *pair in cases]
        if len(sides) > 1 and not any(side.has(sp.Indexed, sp.KroneckerDelta) for side in raw):
            sides.append((place, Sampler(*raw, self.relation != "=")))  # numbers of terms beyond those few
        try:
            for where, side in sides:
                self._sample(where, side, _FEW if len(sides) == 1 else 3)
        except BallError as error:
            return self._without_numbers(a, b, error)
        except _Undecided:
            return self._in_floating_point(a, b)
        how = within(_PROVING, self._proof, a, b)
        if how:
            return Verdict(how)
        if not any(side.symbols for _, side in sides):
            digits = 30 if any(side.integral for _, side in sides) else 60
            return Verdict("points", (), f"checked to {digits} digits")
        points = [point for where, side in sides
                  for point in self._sample(where, side, max(5, _POINTS // len(sides)), True)]
        return Verdict("points", tuple(points))

    def _without_numbers(self, a, b, error):
        """The verdict where a side has no enclosure: SymPy's, or none."""
        if self.relation == "=" and reduces_to_zero(a - b):
            return Verdict("algebra")
        loose = sorted(s.name for s in a.free_symbols | b.free_symbols if s.is_extended_real is None)
        if loose:
            raise ValueError(f"step {self.number} (“{self.reason}”) cannot be computed in numbers, since {loose[0]} is "
                             f"not declared real: Symbol({loose[0]!r}, real=True)") from error
        raise self._error(f"it could not be decided: {error}") from error

    def _in_floating_point(self, a, b):
        """The verdict where no point has an enclosure: digits of two numbers, which refute nothing."""
        if self.relation == "=" and vanishes(a - b):
            return Verdict("algebra")
        gap = None if (a - b).free_symbols else in_floating_point(a - b)
        if gap is not None and gap != gap.real:
            gap = None
        near = gap is not None and abs(gap) <= 1e-14 * max(1, abs(in_floating_point(a) or 0))
        rises = gap is not None and (gap < 0) == (self.relation[0] == "<") and not near
        if near and self.relation.endswith("=") or rises and self.relation != "=":
            return Verdict("points", (), "compared in floating point, to 14 digits")
        raise self.undecided()

    def _proof(self, a, b):
        """How the step is proved, or None."""
        if self.relation == "=":
            return "algebra" if vanishes(a - b) or by_orders(a - b, reduces_to_zero) or is_constant(a - b) else None
        gap = b - a if self.relation[0] == "<" else a - b
        strict = not self.relation.endswith("=")
        pieces = cases(gap)
        if strict and any(map(reduces_to_zero, [gap, *pieces])):
            raise self._error("the two sides are equal on an interval")
        if is_signed(gap, not strict) or pieces and all(is_signed(piece, not strict) for piece in pieces):
            return "algebra"
        if encloses(gap, strict):
            return "enclosure"
        return how_shown(gap, strict)

    def _both_infinite(self, a, b):
        """∞ = ∞ compares nothing, but as a limit it is what both lines say."""
        if a != b or self.relation in "<>":
            raise self._error(f"the two sides are {a} and {b}")
        return Verdict("points", (), "both sides are infinite, by SymPy")

    def _one_infinite(self, a, b):
        """∞ is greater than any number, and equal to none."""
        smaller, larger = (a, b) if self.relation[0] == "<" else (b, a)
        if self.relation == "=" or not (larger is sp.oo or smaller is -sp.oo):
            raise self._error(f"one side is {a if _infinite(a) else b}, the other is not infinite")
        return Verdict("points", (), "one side is infinite, by SymPy")

    def _distribution(self, a, b):
        if self.relation == "=" and distributions_agree(a - b):
            return Verdict("algebra")
        raise self._error("SymPy cannot show that these distributions are equal, and they have no values to compare")

    def _sample(self, where, sides, count, closely=False):
        """Compare the two sides at `count` points and more; returns those at which both had a value."""
        seen = _Seen(self, where, sides)
        points = []
        for index, point in enumerate(sides.points(min(count, _AREAS) if sides.integral else count)):
            points.append(point)
            for model in range(len(sides.models) if index < 6 else 1):
                seen.look(point, model + index if len(sides.models) > 1 else 0)
        if closely and self.relation != "=":
            for point in sides.tightest(self.relation, points):
                seen.look(point, 0)
        return seen.found(count)

    def false(self, where, sides, point, model, values):
        """The error for values that refute the step."""
        left, right = tell_apart(*values)
        place = ", ".join(filter(None, (where, sides.text(point, model))))
        at = f"at {place} " if place else ""
        error = self._error(f"{at}the left side is {left}, the right side is {right}" + _hint(sides, point))
        error.point = dict(zip(sides.symbols, point, strict=True))
        error.left, error.right = map(number_of, values)
        return error

    def _error(self, message):
        return false_step(self.number, self.reason, self.relation, self.lines, message)

    def equal(self, where, sides, point):
        text = ", ".join(filter(None, (where, sides.text(point))))
        return self._error(f"the two sides are equal{' at ' * bool(text)}{text}")

    def undecided(self):
        return self._error("it could not be decided: no point was found at which both lines have a value")


class _Seen:
    """What was seen at the points of one pair of sides."""

    def __init__(self, judge, where, sides):
        self.judge, self.where, self.sides = judge, where, sides
        self.compared, self.ties, self.undefined = [], [], []

    def look(self, point, model):
        relation, sides = self.judge.relation, self.sides
        closely = not sides.symbols or len(self.compared) < (1 if sides.integral else _CLOSELY)
        verdict = sides.compare(point, relation, model, closely)
        if verdict is True:
            self.compared.append(dict(zip(sides.symbols, point, strict=True)))
        elif verdict is TIE:
            self._tie(point)
        elif verdict is not None and None not in verdict:
            raise self.judge.false(self.where, sides, point, model, verdict)
        elif verdict is not None:
            self.undefined.append((point, model, verdict))

    def _tie(self, point):
        """A strict inequality may become an equality at a single point, but not at an integer or on an interval."""
        sides, relation = self.sides, self.judge.relation
        self.ties.append(point)
        if not sides.symbols or any(s.is_integer for s in sides.symbols):
            raise self.judge.equal(self.where, sides, point)
        share = sp.Rational(1, 10**9)
        for place, symbol in enumerate(sides.symbols):
            beside = [(*point[:place], point[place] * (1 + side * share), *point[place + 1:]) for side in (-1, 1)]
            if all(allowed(symbol, near[place]) and sides.compare(near, relation) is TIE for near in beside) and (
                    point[place] != 0 and self._exactly_equal(point)):
                raise self.judge.equal(self.where, sides, point)

    def _exactly_equal(self, point):
        """By SymPy, which is asked at so many ties: far out all of a saturated function's points are ties."""
        exactly = self.sides.exactly(point) if len(self.ties) <= _TIES else None
        return exactly is not None and within(_COMPARING, reduces_to_zero, exactly[0] - exactly[1])

    def found(self, count):
        """The points compared; raises where too many had no value on one side, or there was nothing to compare."""
        # A single integer may be an exception (n = -1 in the integral of x**n); a real point is never met by chance.
        allowed_undefined = count // 5 if any(s.is_integer for s in self.sides.symbols) else bool(self.sides.symbols)
        if self.undefined and (not self.compared or len(self.undefined) > allowed_undefined):
            point, model, values = self.undefined[0]
            raise self.judge.false(self.where, self.sides, point, model, values)
        if len(self.ties) > len(self.compared):
            raise self.judge.equal(self.where, self.sides, self.ties[0])
        if not self.compared:
            raise _Undecided
        return self.compared


def _infinite(value):
    return value in (sp.oo, -sp.oo, sp.zoo)


def _places(shape):
    """`entry (1, 2)` for each entry of a matrix, and nothing for a scalar."""
    if not shape:
        return [""]
    return [f"entry ({', '.join(str(i + 1) for i in index)})" for index in product(*map(range, shape))]


def _shape(line):
    return "×".join(map(str, line.shape)) or "a scalar"


def _hint(sides, point):
    """A word for the student who forgot to say that x is real."""
    loose = [str(s) for s, v in zip(sides.symbols, point, strict=True) if not v.is_real]
    return f" ({', '.join(loose)} not declared real: Symbol({loose[0]!r}, real=True))" if loose else ""
