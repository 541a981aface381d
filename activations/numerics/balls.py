"""An expression as a function of balls: midpoints with a rigorous radius, so that what comes out encloses the truth.

python-flint (Arb) does the arithmetic. A value is an exact rational (`fmpq`) as long as only rational operations have
met it, then a real ball (`arb`), and a complex one (`acb`) where a root or a logarithm leaves the real line. Put in an
`Interval`, and an interval comes out that encloses all values over it.
"""

from contextlib import contextmanager
from functools import cache, reduce

import flint
import sympy as sp
from flint import acb, arb, fmpq, fmpz
from sympy.core.relational import Relational

from activations.numerics.intervals import Interval, as_interval

_UNDEFINED = acb(arb.nan(), arb.nan())
_ZERO_TO_ONE = arb(0).union(arb(1))


class BallError(ValueError):
    """An expression that has no enclosure; the message names the part that is to blame."""


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
    number = sp.sympify(number)
    if number.is_Rational:
        return fmpq(int(number.p), int(number.q))
    return to_balls(number, ())()


def interval(low, high):
    """All numbers between two SymPy numbers, of which either may be infinite."""
    return Interval(as_interval(real(exact(low))).low, as_interval(real(exact(high))).high)


def real(value):
    """A rational as an arb; of a complex value whose imaginary part may be 0, the real part, else nan."""
    if isinstance(value, fmpq):
        return arb(value)
    if isinstance(value, acb):
        return value.real if value.imag.contains(0) else arb.nan()
    return value


def is_finite(value):
    return isinstance(value, fmpq) or value.is_finite()


@cache
def to_balls(expr, symbols, contour=None):
    """`expr` as a function of the symbols' values, one for each, at the precision of the call.

    For an integral along the real line `contour` says how its integrand goes on beside that line, on a complex ball:
    what compares numbers compares real parts, and where a ball meets a kink or a branch cut the value is nan
    ("analytic") or the hull of all branches ("hull").
    Raises BallError where a part has no enclosure: an undefined function, a limit, an endless sum.
    """
    program = _Program(tuple(symbols), contour)
    result = program.add(sp.sympify(expr))
    return lambda *values: program.run(values)[result]


class _Program:
    """The nodes of an expression in the order of evaluation, each once."""

    def __init__(self, symbols, contour):
        self.symbols, self.contour, self.steps = symbols, contour, []
        self.places = {symbol: index for index, symbol in enumerate(symbols)}

    def add(self, expr):
        """The place of an expression's value."""
        if expr not in self.places:
            rule, parts = _on_contour(expr, self.contour) if self.contour else (None, ())
            if rule is None:
                rule, parts = _rule(expr, self.symbols)
            places = [self.add(part) for part in parts]
            constant = None if expr.free_symbols else {}
            self.places[expr] = len(self.symbols) + len(self.steps)
            self.steps.append((rule, places, constant))
        return self.places[expr]

    def run(self, values):
        values = list(values)
        for rule, places, constant in self.steps:
            if constant is None:
                values.append(rule(*(values[p] for p in places)))
                continue
            bits = flint.ctx.prec
            if bits not in constant:
                constant[bits] = rule(*(values[p] for p in places))
            values.append(constant[bits])
        return values


# --- What each kind of node does -----------------------------------------------------------------------------------


def _rule(expr, symbols):
    """(function of the parts' values, the parts) of a node."""
    if expr.is_Symbol:
        raise BallError(f"the symbol {expr} has no value")
    if isinstance(expr, sp.Rational):
        value = fmpq(int(expr.p), int(expr.q))
        return lambda: value, ()
    if isinstance(expr, sp.Float):
        return lambda: arb(str(expr)), ()
    if expr in _CONSTANTS:
        return _CONSTANTS[expr], ()
    if isinstance(expr, (sp.Pow, sp.exp)):
        base, power = expr.as_base_exp() if isinstance(expr, sp.Pow) else (sp.E, expr.args[0])
        return (_exp, (power,)) if base is sp.E else _power_rule(base, power)
    if isinstance(expr, (sp.Integral, sp.Sum, sp.Product)):
        return _bound_rule(expr, symbols)
    if isinstance(expr, sp.Piecewise):
        return _pieces, [part for branch in expr.args for part in branch]
    if isinstance(expr, Relational):
        return _RELATIONS[expr.rel_op], expr.args
    if isinstance(expr, sp.Mod):
        return _mod, expr.args
    for kind, rule in _KINDS:
        if isinstance(expr, kind):
            return rule, expr.args
    name = type(expr).__name__
    if name in _REAL and len(expr.args) == 1:
        return _named(name), expr.args
    if name in _REWRITTEN:  # by a definition that SymPy's own `rewrite` lacks or takes a detour to
        return (lambda value: value), (_REWRITTEN[name](*expr.args),)
    raise BallError(f"{expr} has no enclosure: nothing is known of {name}")


def _sum(*terms):
    return reduce(lambda a, b: a + b, terms)


def _product(*factors):
    return reduce(lambda a, b: a * b, factors)


_HUGE = 20_000  # bits of a rational from which on a ball is cheaper


def _integer_power(power):
    def rule(base):
        if isinstance(base, fmpq):
            if base == 0 and power < 0:
                return arb.nan()
            if (base.p.bit_length() + base.q.bit_length()) * abs(power) < _HUGE:
                return base**power
            base = arb(base)
        return base**power

    return rule


def _power_rule(base, power):
    if power.is_Integer and abs(power) < 10**6:
        return _integer_power(int(power)), (base,)
    if power == sp.S.Half:
        return (_clamped_root if base.is_nonnegative else _root), (base,)
    if power == -sp.S.Half:
        root = _clamped_root if base.is_nonnegative else _root
        return (lambda value: 1 / root(value)), (base,)
    return _power, (base, power)


def _clamped_root(value):
    """The root of what is known to be at least 0, whatever the rounding says."""
    value = _ball(value)
    if isinstance(value, Interval):
        return value.max(0).monotone(arb.sqrt)
    return value.nonnegative_part().sqrt() if isinstance(value, arb) else value.sqrt()


def _root(value):
    value = _ball(value)
    if isinstance(value, Interval):
        return value.monotone(arb.sqrt) if value.low >= 0 else _UNDEFINED
    return value.sqrt() if isinstance(value, arb) and value >= 0 else acb(value).sqrt()


def _power(base, power):
    if isinstance(power, fmpq) and power.q == 1 and abs(power.p) < 10**6:
        return _integer_power(int(power.p))(base)
    base, power = _ball(base), _ball(power)
    if isinstance(base, Interval) or isinstance(power, Interval):
        base = as_interval(base)
        return _exp(power * base.monotone(arb.log)) if base.low > 0 else _UNDEFINED
    if isinstance(base, arb) and isinstance(power, arb):
        if base > 0:
            return (power * base.log()).exp()
        if base == 0 and power > 0:
            return arb(0)
    return acb(base) ** power


def _exp(value):
    value = _ball(value)
    return value.monotone(arb.exp, floor=0) if isinstance(value, Interval) else value.exp()


def _ball(value):
    return arb(value) if isinstance(value, fmpq) else value


def _named(name):
    inside, direction = _REAL[name]
    method = _METHODS.get(name, name)
    on_line = getattr(arb, method)
    off_line = getattr(acb, method, None)

    def rule(value):
        value = _ball(value)
        real_valued = not isinstance(value, acb) and (inside is None or inside(value))
        if isinstance(value, Interval):
            if not real_valued:
                return _UNDEFINED
            if name in _EVEN:
                value = abs(value)
            return value.monotone(on_line, falling=direction < 0) if direction else value.through_ball(on_line)
        if real_valued:
            return on_line(value)
        return off_line(acb(value)) if off_line else arb.nan()

    return rule


# name -> (where it is real, or None for everywhere; 1 if it rises there, -1 if it falls, 0 if neither)
_REAL = {
    "log": (lambda u: u > 0, 1),
    "sin": (None, 0), "cos": (None, 0), "tan": (None, 0),
    "cot": (None, 0), "sec": (None, 0), "csc": (None, 0),
    "asin": (lambda u: abs(u) <= 1, 1), "acos": (lambda u: abs(u) <= 1, -1), "atan": (None, 1),
    "sinh": (None, 1), "cosh": (None, 1), "tanh": (None, 1),
    "coth": (None, 0), "sech": (None, -1), "csch": (None, 0),
    "asinh": (None, 1), "acosh": (lambda u: u >= 1, 1), "atanh": (lambda u: abs(u) < 1, 1),
    "erf": (None, 1), "erfc": (None, -1), "erfi": (None, 1),
    "erfinv": (lambda u: abs(u) < 1, 1), "erfcinv": (lambda u: (u > 0) and (u < 2), -1),
    "gamma": (None, 0), "loggamma": (lambda u: u > 0, 0), "digamma": (None, 0),
    "Si": (None, 0), "Ci": (lambda u: u > 0, 0), "Ei": (None, 0), "Shi": (None, 1),
    "sinc": (None, 0), "zeta": (None, 0), "factorial": (None, 0),
    "fresnels": (None, 0), "fresnelc": (None, 0),
}
_EVEN = {"cosh", "sech"}  # monotone in |u|
_METHODS = {"loggamma": "lgamma", "Si": "si", "Ci": "ci", "Ei": "ei", "Shi": "shi", "factorial": "fac"}
_REWRITTEN = {
    "acot": lambda u: sp.atan(1 / u), "asec": lambda u: sp.acos(1 / u), "acsc": lambda u: sp.asin(1 / u),
    "acoth": lambda u: sp.atanh(1 / u), "asech": lambda u: sp.acosh(1 / u), "acsch": lambda u: sp.asinh(1 / u),
    "frac": lambda u: u - sp.floor(u), "log1p": lambda u: sp.log(1 + u), "expm1": lambda u: sp.exp(u) - 1,
    "polygamma": lambda n, u: sp.digamma(u) if n == 0 else (-1) ** (n + 1) * sp.factorial(n) * sp.zeta(n + 1, u),
    "binomial": lambda n, k: sp.gamma(n + 1) / (sp.gamma(k + 1) * sp.gamma(n - k + 1)),
    "harmonic": lambda n: sp.digamma(n + 1) + sp.EulerGamma,
    "beta": lambda u, v: sp.gamma(u) * sp.gamma(v) / sp.gamma(u + v),
}
_CONSTANTS = {
    sp.pi: lambda: arb.pi(), sp.E: lambda: arb.const_e(), sp.EulerGamma: lambda: arb.const_euler(),
    sp.Catalan: lambda: arb.const_catalan(), sp.I: lambda: acb(0, 1), sp.GoldenRatio: lambda: (1 + arb(5).sqrt()) / 2,
    sp.oo: lambda: arb.pos_inf(), -sp.oo: lambda: arb.neg_inf(), sp.nan: lambda: arb.nan(), sp.zoo: lambda: arb.nan(),
    sp.true: lambda: True, sp.false: lambda: False,
}


def _lambert(value, branch=None):
    value = _ball(value)
    lower = branch is not None and branch == -1
    if branch is not None and branch not in (0, -1):
        raise BallError("only the branches 0 and -1 of Lambert's W are real")
    return acb(value).lambertw(-1 if lower else 0) if isinstance(value, acb) else value.lambertw(-1 if lower else 0)


def _bessel(method):
    return lambda order, value: getattr(_ball(value), method)(_ball(order))


def _absolute(value):
    return abs(value)


def _sign(value):
    return fmpq((value > 0) - (value < 0)) if isinstance(value, fmpq) else value.sgn()


def _heaviside(value, at_zero=None):
    if value == 0:
        return fmpq(1, 2) if at_zero is None else at_zero
    if isinstance(value, acb):
        return arb.nan()
    return fmpq(1) if value > 0 else fmpq(0) if value < 0 else _ZERO_TO_ONE


def _floor(value):
    if isinstance(value, acb):
        return arb.nan()
    return fmpq(value.p // value.q) if isinstance(value, fmpq) else value.floor()


def _ceiling(value):
    return -_floor(-value)


def _mod(value, modulus):
    """value - modulus·⌊value/modulus⌋; over balls that cross a jump, all of [0, modulus)."""
    if modulus == 0 or isinstance(value, acb) or isinstance(modulus, acb):
        return arb.nan()
    ratio = _floor(value / modulus)
    if isinstance(ratio, fmpq) or ratio.is_exact():
        return value - modulus * ratio
    return _hull(fmpq(0), modulus)


def _extreme(better):
    def rule(*values):
        if any(isinstance(value, acb) for value in values):
            return arb.nan()
        if all(isinstance(value, fmpq) for value in values):
            return (max if better == "max" else min)(values)
        if any(isinstance(value, Interval) for value in values):
            values = map(as_interval, values)
        return reduce(lambda a, b: getattr(a, better)(b), map(_ball, values))

    return rule


def _delta(first, second, *_):
    same = _equal(first, second)
    return _ZERO_TO_ONE if same is None else fmpq(1) if same else fmpq(0)


_KINDS = (
    (sp.Add, _sum), (sp.Mul, _product), (sp.Abs, _absolute), (sp.sign, _sign), (sp.Heaviside, _heaviside),
    (sp.floor, _floor), (sp.ceiling, _ceiling), (sp.Max, _extreme("max")), (sp.Min, _extreme("min")),
    (sp.KroneckerDelta, _delta), (sp.LambertW, _lambert),
    (sp.besselj, _bessel("bessel_j")), (sp.bessely, _bessel("bessel_y")), (sp.besseli, _bessel("bessel_i")),
    (sp.besselk, _bessel("bessel_k")),
    (sp.re, lambda v: v.real if isinstance(v, acb) else v),
    (sp.im, lambda v: v.imag if isinstance(v, acb) else fmpq(0)),
    (sp.conjugate, lambda v: v.conjugate() if isinstance(v, acb) else v),
    (sp.arg, lambda v: acb(v).arg()),
    (sp.And, lambda *c: _all(c)), (sp.Or, lambda *c: _negated(_all([_negated(v) for v in c]))),
    (sp.Not, lambda c: _negated(c)), (sp.ITE, lambda c, a, b: a if c is True else b if c is False else None),
)


# --- Conditions: True, False, or None where the balls do not say -----------------------------------------------------


def _equal(a, b):
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        return a == b
    if isinstance(a, Interval) or isinstance(b, Interval):
        return False if a < b or a > b else None
    a, b = _ball(a), _ball(b)
    if not acb(a).overlaps(acb(b)):
        return False
    return True if isinstance(a, arb) and isinstance(b, arb) and a == b else None


def _less(strict):
    def rule(a, b):
        a, b = real(a), real(b)
        if isinstance(b, Interval):
            a = as_interval(a)
        if (a < b) if strict else (a <= b):
            return True
        return False if ((a >= b) if strict else (a > b)) else None

    return rule


def _swapped(rule):
    return lambda a, b: rule(b, a)


def _all(conditions):
    return False if any(c is False for c in conditions) else True if all(c is True for c in conditions) else None


def _negated(condition):
    return None if condition is None else not condition


_RELATIONS = {"<": _less(True), "<=": _less(False), ">": _swapped(_less(True)), ">=": _swapped(_less(False)),
              "==": _equal, "!=": lambda a, b: _negated(_equal(a, b))}


def _pieces(*parts):
    """The first branch whose condition holds; where the balls leave several open, the hull of these."""
    taken = None
    for value, condition in zip(parts[::2], parts[1::2], strict=True):
        if condition is not False:
            taken = value if taken is None else _hull(taken, value)
        if condition is True:
            return taken
    return arb.nan()


def _hull(a, b):
    if isinstance(a, fmpq) and isinstance(b, fmpq) and a == b:
        return a
    if isinstance(a, Interval) or isinstance(b, Interval):
        return _UNDEFINED if isinstance(a, acb) or isinstance(b, acb) else as_interval(a).union(b)
    a, b = _ball(a), _ball(b)
    return acb(a).union(acb(b)) if isinstance(a, acb) or isinstance(b, acb) else a.union(b)


# --- Beside the real line --------------------------------------------------------------------------------------------


def _on_contour(expr, contour):
    """As `_rule`, for the nodes that go on beside the real line in a way of their own; (None, ()) for the others."""
    cut = contour == "analytic"
    if isinstance(expr, (sp.Abs, sp.sign, sp.Heaviside, sp.Max, sp.Min)):
        return (lambda value: value), (_as_branches(expr),)
    if isinstance(expr, Relational):
        rule = _RELATIONS[expr.rel_op]
        return (lambda a, b: rule(_real_part(a), _real_part(b))), expr.args
    if isinstance(expr, sp.Piecewise):
        return (_branch if cut else _pieces), [part for branch in expr.args for part in branch]
    if isinstance(expr, (sp.floor, sp.ceiling)):
        rule = _floor if isinstance(expr, sp.floor) else _ceiling
        return (lambda value: _step(rule(_real_part(value)), cut)), expr.args
    if isinstance(expr, (sp.re, sp.im, sp.conjugate, sp.arg, sp.Mod)):
        raise BallError(f"{expr} is not analytic beside the real line")
    if not cut:
        return None, ()
    if isinstance(expr, sp.Pow) and expr.exp.is_number and not expr.exp.is_Integer:
        return (lambda base, power: acb(_ball(base)).pow(acb(_ball(power)), analytic=True)), expr.args
    if isinstance(expr, sp.log):
        return (lambda value: acb(_ball(value)).log(analytic=True)), expr.args
    if type(expr).__name__ in _CUTS:
        rule, outside = _named(type(expr).__name__), _CUTS[type(expr).__name__]
        return (lambda value: _UNDEFINED if outside(acb(_ball(value))) else rule(value)), expr.args
    return None, ()


def _as_branches(expr):
    """|u|, sign, Heaviside, max and min as a Piecewise."""
    if isinstance(expr, (sp.Max, sp.Min)):
        first, *others = expr.args
        rest = expr.func(*others)
        return sp.Piecewise((first, first >= rest if isinstance(expr, sp.Max) else first <= rest), (rest, True))
    u = expr.args[0]
    left, right = {sp.Abs: (-u, u), sp.sign: (-1, 1), sp.Heaviside: (0, 1)}[expr.func]
    return sp.Piecewise((left, u < 0), (right, True))


def _real_part(value):
    return value.real if isinstance(value, acb) else value


def _branch(*parts):
    """The branch whose condition holds; nan where the balls leave it open."""
    for value, condition in zip(parts[::2], parts[1::2], strict=True):
        if condition is not False:
            return value if condition else _UNDEFINED
    return _UNDEFINED


def _step(value, cut):
    return _UNDEFINED if cut and not (isinstance(value, fmpq) or value.is_exact()) else value


# name -> whether a complex ball may meet a branch cut
_CUTS = {name: (lambda z: z.imag.contains(0) and not abs(z.real) < 1) for name in ("asin", "acos", "atanh", "erfinv")}
_CUTS |= {name: (lambda z: z.real.contains(0) and not abs(z.imag) < 1) for name in ("atan", "asinh")}
_CUTS |= {name: (lambda z: z.imag.contains(0) and not z.real > 1) for name in ("acosh",)}
_CUTS |= {name: (lambda z: z.imag.contains(0) and not z.real > 0) for name in ("loggamma", "Ci", "Ei", "LambertW")}

# --- Sums and integrals ----------------------------------------------------------------------------------------------

_TERMS = 10_000  # of a finite sum


def _bound_rule(expr, symbols):
    """A sum, product or integral over one variable as a function of its limits and of the symbols in it."""
    if len(expr.limits[-1]) != 3:
        raise BallError(f"{expr} has no limits to be computed between")
    variable, low, high = expr.limits[-1]
    inner = sp.Dummy(variable.name, **variable.assumptions0)
    body = expr.func(expr.function, *expr.limits[:-1]) if len(expr.limits) > 1 else expr.function
    body = body.xreplace({variable: inner})
    outer = tuple(sorted((body.free_symbols - {inner}), key=lambda s: (s.name, s.sort_key())))
    if isinstance(expr, sp.Integral):
        from activations.numerics.quadrature import area  # needs this module for the integrand

        return area(body, inner, outer), (low, high, *outer)
    term, combine = to_balls(body, (inner, *outer)), _sum if isinstance(expr, sp.Sum) else _product

    def total(a, b, *rest):
        if not (isinstance(a, fmpq) and isinstance(b, fmpq) and a.q == b.q == 1 and b - a < _TERMS):
            return arb.nan()
        terms = [term(fmpq(fmpz(i)), *rest) for i in range(int(a.p), int(b.p) + 1)]
        return combine(*terms) if terms else fmpq(0 if isinstance(expr, sp.Sum) else 1)

    return total, (low, high, *outer)
