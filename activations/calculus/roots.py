"""The zeros of an analytic formula by isolation, and its sign between them.

A stretch on which balls keep 0 out has no zero; where the slope keeps 0 out and the ends differ in sign there is one
(Moore, Kearfott and Cloud (2009), "Introduction to Interval Analysis", chapter 8). Unbounded stretches, and ends at
which the formula is 0 or singular, are left to `asymptotics`. Polynomials go to Arb's own isolation.
"""

from fractions import Fraction
from functools import cache
from math import ceil, floor
from typing import NamedTuple

import sympy as sp
from flint import acb, arb, fmpq, fmpz_poly
from mpmath import mp

from activations.calculus.analytic import tame
from activations.calculus.asymptotics import germ
from activations.calculus.numbers import Undecided, digits, names, remembered, same, sign_of
from activations.numerics.balls import BallError, exact, precision, to_balls
from activations.numerics.intervals import Interval
from activations.symbols import x

_WORK = 400_000  # steps of evaluation, over all boxes of one formula
_MANY = 400  # zeros of one formula
_BITS, _MORE = 128, 640
_NARROW = fmpq(1, 2**3)  # a box of that width, against its place, is looked at for a zero that is no simple one
_LEAST = fmpq(1, 2**70)
_LEAST_BITS = fmpq(1, 2**6)
STARTS = (5, 16, 64, 512, 2**16, 2**36)  # from where on a formula is tried to be known


class Chart(NamedTuple):
    """The zeros of a formula in an open interval, in order, and its signs before, between and after them."""

    zeros: tuple
    signs: tuple

    @property
    def crossings(self):
        """(zero, sign behind it) where the sign changes."""
        return [(at, behind) for at, before, behind in zip(self.zeros, self.signs, self.signs[1:], strict=False)
                if before != behind]


@remembered
def chart(expr, low, high):
    """The chart of a formula in x that is analytic on ]low, high[; an identity with 0 has the one sign 0.

    Raises Undecided where a bounded amount of work does not tell.
    """
    expr = sp.sympify(expr)
    if not expr.has(x):
        return Chart((), (sign_of(expr),))
    if expr.is_positive or expr.is_negative:
        return Chart((), (1 if expr.is_positive else -1,))
    expr = tame(expr)
    found = _zeros(expr, low, high)
    if found is None:
        return Chart((), (0,))
    ends = [low, *found, high]
    signs = [_sign_inside(expr, a, b) for a, b in zip(ends, ends[1:], strict=False)]
    return Chart(tuple(found), tuple(signs))


def between(low, high):
    """A point inside ]low, high[."""
    if low is -sp.oo:
        return sp.S.Zero if high is sp.oo else high - 1
    return low + 1 if high is sp.oo else (low + high) / 2


def _sign_inside(expr, low, high):
    """The sign of a formula that has no zero in ]low, high[."""
    function = to_balls(expr, (x,))
    point = between(low, high)
    for shift in (0, 1, 2):  # where a value is too small even for so many bits, nearer to a finite end
        for bits in (_BITS, _MORE, 4096):
            with precision(bits):
                value = _real(function(exact(point)))
            if value > 0 or value < 0:
                return 1 if value > 0 else -1
        point = between(low, point) if shift % 2 else between(point, high)
    raise Undecided(f"the sign of {expr} at {point} is not known")


def _zeros(expr, low, high):
    """The zeros in ]low, high[, in order; None for 0 itself."""
    found = []
    for factor in _factors(expr):
        if factor == 0:
            return None
        zeros = _polynomial(factor, low, high) or _isolated(factor, low, high)
        found += [at for at in zeros if not any(same(at, other) for other in found)]
    return sorted(found, key=lambda at: sp.N(at, 40))


def _factors(expr):
    """Expressions in x that together have the zeros of `expr`."""
    if expr.is_Mul:
        return [part for factor in expr.args for part in _factors(factor)]
    if expr.is_Pow and not expr.exp.has(x):
        return _factors(expr.base) if expr.exp.is_positive else []
    if expr == 0:
        return [expr]
    if not expr.has(x) or expr.is_nonzero or isinstance(expr, sp.exp):
        return []
    if expr.is_Add:
        product = _as_product(expr)
        if not product.is_Add:
            return _factors(product)
    return [expr]


@cache
def _as_product(expr):
    """A sum as a product over a common denominator: a rational function of x, one or two exponentials and the like."""
    names = {}
    for part in sorted(expr.atoms(sp.exp), key=lambda e: (abs(e.exp.as_coeff_Mul()[0]), sp.default_sort_key(e))):
        _with_names(part, names)  # the slowest first: the others are its powers
    plain = _with_names(expr, names)
    if len(names) > 4 or expr.count_ops() > 150 or not plain.is_rational_function():
        return sp.factor_terms(expr)
    if any(abs(power.exp) > 12 for power in plain.atoms(sp.Pow)):
        return sp.factor_terms(expr)
    back = {name: value for value, name in names.items()}
    return sp.factor(sp.together(plain)).xreplace(back)


def _with_names(expr, names):
    """`expr` with a symbol for each part that is no rational function, powers of one exponential as powers."""
    if expr.is_Rational or expr == x:
        return expr
    if isinstance(expr, sp.exp) or (expr.is_Pow and expr.base is sp.E):
        exponent = expr.exp
        for value in names:
            ratio = exponent / value.exp if isinstance(value, sp.exp) else sp.nan
            if ratio.is_Integer:
                return names[value] ** ratio
        return names.setdefault(expr, sp.Dummy(positive=True)) if not _is_fall(exponent) else (
            1 / _with_names(sp.exp(-exponent), names))
    if expr.is_Pow and expr.exp.is_Integer:
        return _with_names(expr.base, names) ** expr.exp
    if expr.is_Add or expr.is_Mul:
        return expr.func(*(_with_names(part, names) for part in sorted(expr.args, key=sp.Basic.count_ops)))
    return names.setdefault(expr, sp.Dummy())


def _is_fall(exponent):
    return exponent.could_extract_minus_sign()


# --- Polynomials ------------------------------------------------------------------------------------------------------


class _All(list):
    """A list that counts as true though it be empty: the zeros are known to be these."""

    def __bool__(self):
        return True


def _polynomial(expr, low, high):
    """The zeros of a polynomial with rational coefficients, or of any straight line; None for another formula."""
    polynomial = expr.as_poly(x)
    if polynomial is None or polynomial.gens != (x,):
        return None
    if polynomial.degree() == 1 and polynomial.LC().is_nonzero:
        at = sp.cancel(-polynomial.nth(0) / polynomial.LC())
        return _All([at] if _strictly_inside(at, low, high) else [])
    if not all(coefficient.is_Rational for coefficient in polynomial.all_coeffs()):
        return None
    whole = sp.Poly(polynomial, domain="QQ").clear_denoms()[1]
    factors = fmpz_poly([int(c) for c in reversed(whole.all_coeffs())]).factor()[1]
    return _All(at for factor, _ in factors for at in _real_zeros(factor) if _strictly_inside(at, low, high))


def _real_zeros(factor):
    """The real zeros of an irreducible polynomial, of degree 1 and 2 in radicals."""
    c = [sp.Integer(int(value)) for value in factor.coeffs()]
    if len(c) == 2:
        return [-c[0] / c[1]]
    if len(c) == 3:
        below_root = c[1] ** 2 - 4 * c[0] * c[2]
        if below_root < 0:
            return []
        return [(-c[1] - sp.sqrt(below_root)) / (2 * c[2]), (-c[1] + sp.sqrt(below_root)) / (2 * c[2])]
    with precision(160):
        balls = [root.real for root, _ in factor.complex_roots() if root.imag == 0]
    return [_short(root, lambda value: _contains_zero(factor, value)) for root in balls]


def _contains_zero(factor, number):
    with precision(_MORE):
        return factor(arb(0) + exact(number)).contains(0)


def _strictly_inside(at, low, high):
    return (low is -sp.oo or sign_of(at - low) > 0) and (high is sp.oo or sign_of(high - at) > 0)


# --- Isolation -------------------------------------------------------------------------------------------------------


def _real(value):
    """A ball as a real one; nan where it may be complex or infinite."""
    if isinstance(value, fmpq):
        return arb(value)
    if isinstance(value, acb):
        return value.real if value.imag == 0 else arb.nan()
    return value if value.is_finite() else arb.nan()


class _Formula:
    """A formula and its slope as functions of balls, with the work that is left."""

    def __init__(self, expr):
        try:
            self.expr, self.left = expr, _WORK
            self._function, self._slope = to_balls(expr, (x,)), None
        except BallError as error:
            raise Undecided(str(error)) from None
        self._cost = 5 + int(expr.count_ops())

    def __call__(self, at):
        self._spend(self._cost)
        return _real(self._function(at))

    def slope(self, at):
        if self._slope is None:
            self._slope = to_balls(self.expr.diff(x), (x,))
        self._spend(3 * self._cost)
        return _real(self._slope(at))

    def keeps_its_sign(self, wide, of_slope=False):
        """Whether the formula, or its slope, has no zero in an interval: a wide ball spoils an exponential."""
        self._spend(8 * self._cost)
        try:
            value = (self._slope if of_slope else self._function)(wide)
        except (TypeError, AttributeError):  # a part that intervals do not know, or that is complex
            return False
        return isinstance(value, Interval) and not value.is_nan() and (value > 0 or value < 0)

    def _spend(self, cost):
        self.left -= cost
        if self.left < 0:
            raise Undecided(f"the zeros of {self.expr} were not all found")

    def sign(self, at):
        """The sign at an exact point; None if it cannot be told from 0."""
        for bits in (_BITS, _MORE):
            with precision(bits):
                value = self(at)
            if value > 0 or value < 0:
                return 1 if value > 0 else -1
        return None


def _isolated(expr, low, high):
    """The zeros of a formula that is analytic on ]low, high[."""
    formula = _Formula(expr)
    left, right = _cut(formula, low, 1), _cut(formula, high, -1)
    if not left < right:
        return []
    found, boxes = [], _boxes(left, right)
    while boxes:
        a, b = boxes.pop()
        box, narrow = arb(a).union(arb(b)), b - a < _NARROW * max(1, abs(a))
        with precision(_MORE if b - a < _LEAST_BITS else _BITS):
            value = formula(box)
            if value > 0 or value < 0:
                continue
            slope = formula.slope(box)
            rises = slope > 0 or slope < 0
            if not rises and slope.is_finite():
                value = formula(box.mid()) + slope * (box - box.mid())
                if value > 0 or value < 0:
                    continue
        if not (rises or narrow):
            wide = Interval(arb(a).lower(), arb(b).upper())
            if formula.keeps_its_sign(wide):
                continue
            rises = formula.keeps_its_sign(wide, of_slope=True)
        if rises:
            ends = formula.sign(a), formula.sign(b)
            if None not in ends:
                if ends[0] != ends[1]:
                    found.append(_refined(formula, a, b))
                    if len(found) > _MANY:
                        raise Undecided(f"{expr} has more than {_MANY} zeros")
                continue
        if narrow:
            at = _multiple_zero(formula, a, b)
            if at:
                zero, near, far = at
                if zero not in found:
                    found.append(zero)
                boxes += [(p, q) for p, q in ((a, near), (far, b)) if p < q]
                continue
            if b - a < _LEAST * max(1, abs(a)):
                raise Undecided(f"{expr} is near 0 about {float(a):.6g}, and may have a zero there or not")
        middle = a + (b - a) * fmpq(503, 1009)
        boxes += [(middle, b), (a, middle)]
    return found


def _boxes(left, right):
    """[left, right] cut at 0 and at powers of 2, each moved a little, as a stack with the leftmost on top."""
    inner, size = [fmpq(13, 1009)], fmpq(1039, 1009)
    while size < max(abs(left), abs(right)):
        inner += [size, -size]
        size *= 2
    cuts = [left, *sorted(c for c in inner if left < c < right), right]
    return list(zip(cuts, cuts[1:], strict=False))[::-1]


def _cut(formula, end, side):
    """The rational number next to an end such that between them the formula has no zero."""
    if end not in (sp.oo, -sp.oo):
        with precision(_BITS):
            at = _outer(exact(end), side)
            value = formula(arb(at).union(arb(exact(end))))
        if value > 0 or value < 0:
            return at
    last = None
    for start in STARTS:
        try:
            germ(formula.expr, x, end, side, start).sign()
        except Undecided as error:
            last = error
            continue
        if end in (sp.oo, -sp.oo):
            return fmpq(-side * start)
        return _outer(exact(end), -side) + fmpq(side, start)
    raise Undecided(f"{formula.expr} towards {end}: {last}")


def _outer(value, side):
    """A rational at the edge of a ball: the lower one for side = 1."""
    if isinstance(value, fmpq):
        return value
    return _fraction(value.lower() if side > 0 else value.upper())


def _fraction(value):
    mantissa, power = value.mid().man_exp()
    mantissa, power = int(mantissa), int(power)
    return fmpq(mantissa * 2**power) if power >= 0 else fmpq(mantissa, 2**-power)


def _refined(formula, a, b):
    """The one zero in ]a, b[, where the slope keeps its sign: exact if it has a short name, else in 30 digits."""
    first = formula.sign(a)
    with precision(256):
        box = arb(a).union(arb(b))
        while box.rad() > abs(box.mid()) * arb(2) ** -130 and box.rad() > arb(2) ** -400:
            middle = box.mid()
            value, size = formula(middle), box.rad()
            newton = middle - value / formula.slope(box)
            if newton.is_finite() and newton.rad() * 2 < size:
                box = box.intersection(newton)
            elif value > 0 or value < 0:
                box = middle.union(box.upper() if (value > 0) == (first > 0) else box.lower())
            else:
                break
    return _short(box, lambda number: _may_be_zero(formula, number))


def _may_be_zero(formula, number):
    with precision(_MORE):
        return formula(exact(number)).contains(0)


def _short(box, is_zero):
    """The exact number with a short name in a tiny ball that passes the test, else its 30 digits."""
    with mp.workdps(50):
        mantissa, power = box.mid().man_exp()
        number = mp.ldexp(mp.mpf(int(mantissa)), int(power))
        return next((name for name in names(number) if is_zero(name)), digits(number) if number else sp.S.Zero)


def _multiple_zero(formula, a, b):
    """(zero, near, far): a simple number in [a, b] that is the only zero between `near` and `far`; None if none is."""
    for zero in _simple_numbers(a, b):
        if not _may_be_zero(formula, zero):
            continue
        for start in (8, 64, 4096, 2**20, 2**36):
            try:
                germs = [germ(formula.expr, x, zero, side, start) for side in (-1, 1)]
                if all(g.sign() and g.limit() == 0 for g in germs):
                    at = exact(zero)
                    return zero, _outer(at, -1) - fmpq(1, start), _outer(at, 1) + fmpq(1, start)
            except Undecided:
                continue
    return None


def _simple_numbers(a, b):
    low, high = (Fraction(int(v.p), int(v.q)) for v in (a, b))
    plain = _simplest(low, high)
    if plain.denominator <= 1000:
        yield sp.Rational(plain.numerator, plain.denominator)
    turn = _simplest(low / Fraction(sp.pi.n(40).__str__()), high / Fraction(sp.pi.n(40).__str__()))
    if turn.denominator <= 24:
        yield sp.Rational(turn.numerator, turn.denominator) * sp.pi


def _simplest(low, high):
    """The fraction in [low, high] with the smallest denominator."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -_simplest(-high, -low)
    if ceil(low) <= high:
        return Fraction(ceil(low))
    whole = floor(low)
    return whole + 1 / _simplest(1 / (high - whole), 1 / (low - whole))
