"""An expression as a function of balls: midpoints with a rigorous radius, so that what comes out encloses the truth.

python-flint (Arb) does the arithmetic. A value is an exact rational (`fmpq`) as long as only rational operations have
met it, then a real ball (`arb`), and a complex one (`acb`) where a root or a logarithm leaves the real line. Put in an
`Interval`, and an interval comes out that encloses all values over it. What is undefined, or beyond the bound on the
work, is nan. What each kind of node does is in `ball_rules`, the functions with a name in `ball_functions`.
"""

from contextlib import contextmanager
from functools import lru_cache

import flint
import sympy as sp
from flint import arb, fmpq, fmpz
from sympy.logic.boolalg import Boolean

from activations.numerics import ball_rules, contours
from activations.numerics.ball_rules import BallError, real
from activations.numerics.intervals import Interval, as_interval
from activations.numerics.work import alone, shared, spend

__all__ = ["BallError", "exact", "interval", "is_finite", "precision", "real", "to_balls"]


@contextmanager
def precision(bits):
    """Compute with that many bits."""
    before, flint.ctx.prec = flint.ctx.prec, bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def exact(number):
    """A SymPy number as an exact value where it is rational, else as a ball of the present precision."""
    number = _sympified(number)
    if number.is_Rational:
        return fmpq(int(number.p), int(number.q))
    return to_balls(number, ())()


def interval(low, high):
    """All numbers between two SymPy numbers, of which either may be infinite."""
    low, high = (as_interval(real(exact(end))) for end in (low, high))
    if low.low > high.high:
        raise BallError(f"an interval from {low} to {high} ends before it begins")
    return Interval(low.low, high.high)


def is_finite(value):
    return isinstance(value, fmpq) or value.is_finite()


def to_balls(expr, symbols, contour=None):
    """`expr` as a function of the symbols' values, one for each, at the precision of the call.

    With `contour="analytic"` it goes on beside the real line in all symbols, on complex balls, as a quadrature needs
    it: what compares numbers compares their real parts, and where a ball meets a kink or a branch cut the value is
    nan. `contour` may also be the set of those symbols that leave the real line.
    Raises BallError where a part has no enclosure: an undefined function, a limit, an endless sum.
    """
    symbols = tuple(symbols)
    beside = frozenset(symbols) if contour == "analytic" else frozenset(contour or ())
    return _compiled(_sympified(expr), symbols, beside)


def _sympified(expr):
    try:
        expr = sp.sympify(expr)
    except (sp.SympifyError, TypeError, SyntaxError, AttributeError) as error:
        raise BallError(f"{expr!r} is not an expression") from error
    if not isinstance(expr, (sp.Expr, Boolean)):
        raise BallError(f"{expr} is not an expression with one value")
    return expr


@lru_cache(maxsize=4096)
def _compiled(expr, symbols, beside):
    twice = [symbol for index, symbol in enumerate(symbols) if symbol in symbols[:index]]
    if twice:
        raise BallError(f"the symbol {twice[0]} is given twice")
    program = _Program(symbols, beside)
    try:
        result = program.add(expr)
    except RecursionError:
        raise BallError("the expression is nested too deeply") from None

    def run(*values):
        return program.run(values)[result]

    run.cost = 1 + len(program.steps)
    return run


class _Program:
    """The nodes of an expression in the order of evaluation, each once; what is constant once for each precision."""

    def __init__(self, symbols, beside):
        self.symbols, self.beside = symbols, beside
        self.places = {symbol: index for index, symbol in enumerate(symbols)}
        self.fixed = {place: False for place in range(len(symbols))}  # place -> whether no symbol's value enters
        self.steps, self.constants, self.known = [], [], {}

    def add(self, expr):
        """The place of an expression's value."""
        if expr not in self.places:
            rule, parts = self.rule(expr)
            places = [self.add(part) for part in parts]
            fixed = all(self.fixed[part] for part in places)
            place = len(self.symbols) + len(self.steps) + len(self.constants)
            (self.constants if fixed else self.steps).append((rule, places, place))
            self.fixed[place] = fixed
            self.places[expr] = place
        return self.places[expr]

    def rule(self, expr):
        """(function of the parts' values, the parts) of a node."""
        rule = contours.rule(expr) if self.beside & expr.free_symbols else None
        if rule is not None:
            return rule
        if isinstance(expr, (sp.Integral, sp.Sum, sp.Product)):
            return _bound_rule(expr, self.symbols, self.beside)
        return ball_rules.rule(expr)

    def run(self, values):
        known = self.known.get(flint.ctx.prec)
        if known is None:
            known = self.known[flint.ctx.prec] = self.constant_values()
        count = len(self.symbols)
        if len(values) != count:
            raise TypeError(f"{len(values)} values for {count} symbols")
        values = [*values, *known]
        for rule, places, place in self.steps:
            values[place] = rule(*[values[p] for p in places])
        return values

    def constant_values(self):
        values = [None] * (len(self.symbols) + len(self.steps) + len(self.constants))
        with alone():
            for rule, places, place in self.constants:
                values[place] = rule(*[values[p] for p in places])
        return values[len(self.symbols):]


# --- Sums and integrals ----------------------------------------------------------------------------------------------

_TERMS = 10_000  # of a finite sum


def _bound_rule(expr, symbols, beside):
    """A sum, product or integral over one variable as a function of its limits and of the symbols in it."""
    if len(expr.limits[-1]) != 3:
        raise BallError(f"{expr} has no limits to be computed between")
    variable, low, high = expr.limits[-1]
    inner = sp.Dummy(variable.name, **_assumptions(variable, low, high, isinstance(expr, sp.Integral)))
    body = expr.func(expr.function, *expr.limits[:-1]) if len(expr.limits) > 1 else expr.function
    body = body.xreplace({variable: inner})
    outer = tuple(symbol for symbol in symbols if body.has(symbol))
    if isinstance(expr, sp.Integral):
        from activations.numerics.quadrature import area  # needs this module for the integrand

        return area(body, inner, outer, beside & set(outer), bool(beside & (low.free_symbols | high.free_symbols))), (
            low, high, *outer)
    return _total(to_balls(body, (inner, *outer), beside & set(outer)), isinstance(expr, sp.Sum)), (low, high, *outer)


def _assumptions(variable, low, high, on_line):
    """What may be assumed of the variable between these limits: a sign that they do not have is not one of it."""
    known = variable.assumptions0
    if not on_line:
        return {"integer": True} if known.get("integer") else {}
    for sign, ends in (("extended_nonnegative", "is_extended_nonnegative"),
                       ("extended_nonpositive", "is_extended_nonpositive")):
        if known.get(sign) and getattr(low, ends) and getattr(high, ends) and not known.get("integer"):
            return known
    return {"real": True}


def _total(term, is_sum):
    def total(low, high, *rest):
        whole = all(isinstance(end, fmpq) and end.q == 1 for end in (low, high))
        if not whole or not -1 <= high - low < _TERMS:  # SymPy counts a sum that ends before it begins backwards
            return arb.nan()
        result = fmpq(0 if is_sum else 1)
        with shared():
            for i in range(int(low.p), int(high.p) + 1):
                if not spend(term.cost):
                    return arb.nan()
                value = term(fmpq(fmpz(i)), *rest)
                result = ball_rules.small(result + value if is_sum else result * value)
        return result

    return total
