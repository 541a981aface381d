"""The area under an expression as a ball: Arb's rigorous quadrature, kinks and unbounded ends included.

Kinks need no search: beside the real line the integrand takes the branch of its real part, a ball that meets two
branches counts as not analytic, and Arb halves it. An unbounded end is cut off where a bound on all that lies beyond
(`tails`) no longer matters, and so is a singular end, as an unbounded one in the reciprocal of the distance.
"""

import flint
import sympy as sp
from flint import acb, arb, fmpq

from activations.numerics import contours
from activations.numerics.balls import BallError, is_finite, to_balls
from activations.numerics.intervals import Interval, as_acb, as_interval
from activations.numerics.tails import tail
from activations.numerics.work import left, shared, spend

_EVALUATIONS, _INSIDE = 10_000, 2_000  # of one integrand, and of one inside another's, as a bound on the work
_UNDEFINED = acb(arb.nan(), arb.nan())
_ENTIRE = (sp.Add, sp.Mul, sp.exp, sp.sin, sp.cos, sp.tanh, sp.sinh, sp.cosh, sp.erf, sp.erfc)


def area(body, variable, outer, beside=frozenset(), limits_beside=False):
    """∫ body d(variable) as a function (low, high, *values of the outer symbols) of balls; nan where it finds none.

    `beside` are those of the outer symbols that leave the real line, and so may the limits, or not; in what does the
    area is analytic, or nan.
    """
    whole = _Area(body, variable, outer, frozenset(beside))

    def value(low, high, *values):
        low, high = _limit(low), _limit(high)
        if not limits_beside and (isinstance(low, acb) or isinstance(high, acb)):
            return _UNDEFINED
        with shared() as whole.outermost:
            return whole.value(low, high, values)

    return value


class _Area:
    def __init__(self, body, variable, outer, beside):
        self.body, self.variable, self.outer, self.beside = body, variable, outer, beside
        symbols = (variable, *outer)
        self.on_line = to_balls(body, symbols, beside)
        self.analytic, self.compared = _continued(body, symbols, beside | {variable})
        self.outermost = False
        self.far, self.near = {}, {}  # the integrand with its end moved to infinity, or to 0

    def value(self, low, high, values, moved=False):
        start, end = _centre(low), _centre(high)
        if start.is_nan() or end.is_nan():
            return arb.nan()
        total = self.between(start, end, values, moved) if start <= end else -self.between(end, start, values, moved)
        for limit, centre, sign in ((low, start, -1), (high, end, 1)):
            total = total + sign * self.rest_of(limit, centre, values)
        return total

    def rest_of(self, limit, centre, values):
        """The area between the centre of an inexact limit and the limit itself."""
        if isinstance(limit, arb) and (limit.is_exact() or not limit.is_finite()):
            return arb(0)
        balls = [_as_ball(value) for value in values]
        if isinstance(limit, acb):
            return (limit - centre) * self.analytic(acb(centre).union(limit), *balls)
        return (limit - centre) * _as_ball(self.on_line(limit, *balls))

    def between(self, low, high, values, moved=False):
        """The area between two ends that are exact or infinite; once `moved`, singular at 0 only."""
        if low == high:
            return arb(0) if low.is_finite() else arb.nan()
        if not self.continues(low, high, values):
            return arb.nan()
        size = _power_of_two((high - low) / 64) if (high - low).is_finite() else arb(1)
        open_ends = [not self.is_tame(end, end - sign * size, values) for end, sign in ((low, -1), (high, 1))]
        if any(is_open and end.is_finite() and end != 0 for end, is_open in zip((low, high), open_ends, strict=True)):
            return arb.nan() if moved else self.moved_to_zero(low, high, open_ends, values)
        lost, cuts = arb(0), []
        for end, sign, is_open in ((low, -1, open_ends[0]), (high, 1, open_ends[1])):
            at, beyond = self.cut_off(end, sign, size, values) if is_open else (end, arb(0))
            if not beyond.is_finite():
                return arb.nan()
            lost, cuts = lost + beyond, [*cuts, at]
        total = self.added(cuts, values) if cuts[0] < cuts[1] else _UNDEFINED
        error = arb(0, lost.upper())
        if isinstance(self.on_line(Interval(low, high), *values), acb):
            return total + acb(error, error)
        return total.real + error  # all that is added is real

    def continues(self, low, high, values):
        """Whether what is compared is real on the whole line, as its continuation takes for granted."""
        line = Interval(low, high)
        return all(not isinstance(part(line, *values), acb) for part in self.compared)

    def is_tame(self, end, inside, values):
        """Whether the integrand is finite near a finite end."""
        if not end.is_finite():
            return False
        near = as_interval(end).union(inside)
        if is_finite(self.on_line(near, *values)):
            return True
        return is_finite(self.on_line(near.ball(), *(_as_ball(value) for value in values)))

    def cut_off(self, end, sign, size, values):
        """Where to cut off an end that is infinite, or at 0 and singular, and a bound on what is lost beyond."""
        if any(isinstance(value, acb) for value in values) and not _is_entire(self.body, self.beside):
            return end, arb.pos_inf()
        far = sp.Dummy("y", positive=True)
        key = (bool(end.is_finite()), sign)
        if key not in self.far:
            try:
                at = -sign / far if end.is_finite() else sign * far
                self.far[key] = self.body.xreplace({self.variable: at}) / (far**2 if end.is_finite() else 1), far
            except TypeError:  # a comparison that SymPy refuses there
                self.far[key] = None
        if self.far[key] is None:
            return end, arb.pos_inf()
        body, far = self.far[key]
        start = max(arb(4), 1 / size) if end.is_finite() else arb(4)
        least, best = arb(2) ** -flint.ctx.prec, None
        for step in _steps():
            from_here = start * arb(2) ** step
            beyond = tail(body, far, self.outer, values, from_here)
            if best is None or beyond < best[1]:
                best = from_here, beyond
            if beyond < least:
                break
        at, beyond = best
        return (-sign / at if end.is_finite() else sign * at), beyond

    def moved_to_zero(self, low, high, open_ends, values):
        """The area in two halves, each with its end at 0, where a number close to the end keeps all its digits."""
        middle, total = ((low + high) / 2).mid() if (high - low).is_finite() else None, arb(0)
        if middle is None:
            middle = (low + 1 if low.is_finite() else high - 1).mid()
        for end, sign, is_open in ((low, -1, open_ends[0]), (high, 1, open_ends[1])):
            near, far = (low, middle) if sign < 0 else (middle, high)
            if not (is_open and end.is_finite() and end != 0):
                total = total + self.between(near, far, values, moved=True)
                continue
            number = _rational(end)
            if number is None:
                return arb.nan()
            key = (number, sign)
            if key not in self.near:
                distance = sp.Dummy("t", positive=True)
                body = self.body.xreplace({self.variable: number - sign * distance})
                self.near[key] = _Area(body, distance, self.outer, self.beside)
            self.near[key].outermost = self.outermost
            total = total + self.near[key].value(arb(0), abs(end - middle), values, moved=True)
        return total

    def added(self, cuts, values):
        """The area between two exact ends, by Arb."""
        balls = [_as_ball(value) for value in values]

        def along(z, analytic):
            program = self.analytic if analytic else self.on_line
            if not spend(program.cost):
                return _UNDEFINED
            return as_acb(program(z if analytic else z.real, *balls))

        total, ends = acb(0), _pieces(*cuts)
        for a, b in zip(ends, ends[1:], strict=False):
            evaluations = min(_EVALUATIONS if self.outermost else _INSIDE, left() // (2 * self.analytic.cost))
            if evaluations <= 0:
                return _UNDEFINED
            total = total + acb.integral(along, a, b, eval_limit=evaluations)
        return total


def _continued(body, symbols, beside):
    """The integrand beside the real line, and those of its parts whose being real has to be seen to."""
    try:
        analytic = to_balls(body, symbols, beside)
        parts = [part for part in contours.compared(body, beside) if not part.is_extended_real]
        return analytic, [to_balls(part, symbols) for part in parts]
    except BallError:  # without a continuation there is no enclosure, nor one of a part that an inner integral binds
        undefined = lambda *_: _UNDEFINED  # noqa: E731
        undefined.cost = 1
        return undefined, [undefined]


def _limit(value):
    """A limit of integration as a ball, complex only where it leaves the real line."""
    value = _as_ball(value)
    return value.real if isinstance(value, acb) and value.imag == 0 else value


def _centre(limit):
    """The exact real number, or the infinite one, that an area is computed up to."""
    limit = limit.real if isinstance(limit, acb) else limit
    return limit.mid() if limit.is_finite() else limit if limit.is_exact() else arb.nan()


def _as_ball(value):
    return value.ball() if isinstance(value, Interval) else value if isinstance(value, acb) else arb(value)


def _rational(number):
    """An exact Arb number of moderate size as a SymPy number, else None."""
    mantissa, exponent = number.man_exp()
    return sp.Integer(int(mantissa)) * sp.Integer(2) ** int(exponent) if abs(int(exponent)) < 10_000 else None


def _power_of_two(number):
    """A power of 2 close to a positive number."""
    mantissa, exponent = number.mid().man_exp()
    return arb(2) ** (int(exponent) + int(mantissa).bit_length() - 1)


def _is_entire(body, symbols):
    """Whether no branch cut or kink of the integrand depends on these symbols."""
    return all(isinstance(node, _ENTIRE) or node.is_Symbol or isinstance(node, sp.Pow) and node.exp.is_Integer
               for node in sp.preorder_traversal(body) if node.free_symbols & symbols)


def _steps():
    """How many times to double where a tail begins, each try twice as far as the last and more."""
    step, furthest = 0, 2 * flint.ctx.prec + 64
    while step < furthest:
        yield step
        step += 1 + step // 3


def _pieces(low, high):
    """The interval cut at 0 and at powers of 4, so that what happens near 0 is not missed in a long one."""
    inner = [arb(0)]
    for size, sign in ((high, 1), (-low, -1)):
        power = arb(4)
        while power < size and len(inner) < 2000:
            inner.append(sign * power)
            power = power * 4
    between = sorted((at for at in inner if low < at < high), key=lambda at: fmpq(*_fraction(at)))
    return [low, *between, high]


def _fraction(number):
    mantissa, exponent = (int(part) for part in number.man_exp())
    return (mantissa << exponent, 1) if exponent >= 0 else (mantissa, 1 << -exponent)
