"""Derivations of one step made by rewriting, which are true, and mutants of them, which are shown to be false.

`true_claim` starts from a random tree and rewrites it; what it makes holds by the rules alone. `false_claim` changes
one node of such a claim and keeps the result only where mpmath, at 60 digits and at 120, sees the two sides apart.
Both draw from a `random.Random`, or from one of hypothesis, and use nothing of `activations` but the symbol x.
"""

from dataclasses import dataclass, replace
from itertools import count

import mpmath
import sympy as sp
from sympy import (
    Abs,
    Derivative,
    Integral,
    Max,
    Min,
    Piecewise,
    Rational,
    Sum,
    cosh,
    erf,
    exp,
    log,
    sin,
    sinh,
    sqrt,
    tanh,
)

from activations.symbols import x

y, t = sp.symbols("y t", real=True)
p, q = sp.symbols("p q", positive=True)
n, k = sp.symbols("n k", integer=True, positive=True)
w = sp.Symbol("w")  # complex
f, g = sp.Function("f"), sp.Function("g")
FLIPPED = {"=": "=", "<=": ">=", ">=": "<=", "<": ">", ">": "<"}


@dataclass(frozen=True)
class Claim:
    """left relation right; `value` is what left stands for, with no derivative, integral, sum or name in it."""

    left: sp.Expr
    relation: str
    right: sp.Expr
    value: sp.Expr
    where: dict | None = None
    kind: str = ""

    def __str__(self):
        where = f"   where {self.where}" if self.where else ""
        return f"{self.left}  {self.relation}  {self.right}   [{self.kind}]{where}"


def sigmoid(u):
    return 1 / (1 + exp(-u))


# --- Trees -----------------------------------------------------------------------------------------------------------

_TAME = (tanh, sigmoid, erf, sin, sp.cos, sp.atan, lambda u: 1 / (1 + u**2))  # bounded, so exp of them is harmless
_WILD = (lambda u: u**2, lambda u: u**3, lambda u: sqrt(1 + u**2), lambda u: log(1 + u**2), lambda u: log(1 + exp(u)))
_KINKED = (Abs, lambda u: Max(0, u), lambda u: Min(1, u), lambda u: Max(u, y),
           lambda u: Piecewise((u, x > 1), (u**2, True)))
_POSITIVE = (lambda u: 1 + u**2, lambda u: sqrt(1 + u**2), sigmoid, lambda u: exp(tanh(u)), lambda u: log(1 + exp(u)))


def leaf(random, symbols=(x, x, x, y, p)):
    kind = random.randint(0, 5)
    if kind == 0:
        return Rational(random.randint(1, 5), random.randint(1, 3))
    symbol = random.choice(symbols)
    return symbol if kind < 4 else random.randint(2, 3) * symbol if kind == 4 else symbol - random.randint(1, 2)


def tree(random, depth=2, kinks=True, symbols=(x, x, x, y, p)):
    """A random expression that is real for real symbols."""
    if depth == 0:
        return leaf(random, symbols)
    kind = random.randint(0, 11)
    inner = lambda: tree(random, depth - 1, kinks, symbols)  # noqa: E731
    if kind < 3:
        return inner() + inner()
    if kind < 5:
        return inner() * inner()
    if kind < 8:
        return random.choice(_TAME)(inner())
    if kind == 8 and kinks:
        return random.choice(_KINKED)(inner())
    if kind == 9:
        return random.choice((exp, sinh, cosh))(leaf(random, symbols) * random.choice((1, -1)))
    if kind == 10:
        return random.choice((log(p), sqrt(p), 1 / p, p**2)) if p in symbols else random.choice(_TAME)(inner())
    return random.choice(_WILD)(inner())


def positive_tree(random):
    return random.choice((p, exp(leaf(random)), random.choice(_POSITIVE)(leaf(random)), random.choice(_POSITIVE)(x)))


# --- Rules that keep the value ---------------------------------------------------------------------------------------


def _zero(random):
    """A form of 0 that does not look like it."""
    u, v = tree(random, 1), leaf(random)
    return random.choice((
        (u + v) ** 2 - u**2 - 2 * u * v - v**2,
        (u - v) * (u + v) - u**2 + v**2,
        log(p**2 * q) - 2 * log(p) - log(q),
        cosh(v) - sinh(v) - exp(-v),
        Max(u, v) + Min(u, v) - u - v,
        tanh(v) - 2 * sigmoid(2 * v) + 1,
        sp.atan(p) + sp.atan(1 / p) - sp.pi / 2,
    ))


def _one(random):
    """A form of 1."""
    u, v = leaf(random), positive_tree(random)
    return random.choice((
        sp.sin(u) ** 2 + sp.cos(u) ** 2, cosh(u) ** 2 - sinh(u) ** 2, sigmoid(u) + sigmoid(-u), erf(u) + sp.erfc(u),
        sp.Mul(1 / (1 + v), 1 + v, evaluate=False), tanh(u) ** 2 + 1 / cosh(u) ** 2, exp(u) * exp(-u, evaluate=False),
        v / (v + p) + p / (v + p),
    ))


_NODES = {  # kind of node -> what it may be written as, in its argument(s)
    tanh: (lambda u: sinh(u) / cosh(u), lambda u: 2 * sigmoid(2 * u) - 1, lambda u: 1 - 2 / (exp(2 * u) + 1),
           lambda u: 2 * tanh(u / 2) / (1 + tanh(u / 2) ** 2), lambda u: (exp(u) - exp(-u)) / (exp(u) + exp(-u))),
    sin: (lambda u: 2 * sin(u / 2) * sp.cos(u / 2), lambda u: 3 * sin(u / 3) - 4 * sin(u / 3) ** 3),
    sp.cos: (lambda u: 1 - 2 * sin(u / 2) ** 2, lambda u: sp.cos(u / 2) ** 2 - sin(u / 2) ** 2),
    sinh: (lambda u: (exp(u) - exp(-u)) / 2, lambda u: 2 * sinh(u / 2) * cosh(u / 2), lambda u: tanh(u) * cosh(u)),
    cosh: (lambda u: (exp(u) + exp(-u)) / 2, lambda u: 1 + 2 * sinh(u / 2) ** 2, lambda u: sqrt(1 + sinh(u) ** 2)),
    exp: (lambda u: cosh(u) + sinh(u), lambda u: exp(-u) * exp(2 * u, evaluate=False),
          lambda u: (1 + tanh(u / 2)) / (1 - tanh(u / 2))),
    erf: (lambda u: 1 - sp.erfc(u), lambda u: sp.erfc(-u) - 1),
    sp.atan: (lambda u: sp.asin(u / sqrt(1 + u**2)), lambda u: 2 * sp.atan(u / (1 + sqrt(1 + u**2)))),
    Abs: (lambda u: Max(u, -u), lambda u: Piecewise((u, u > 0), (-u, True)), lambda u: u * sp.sign(u),
          lambda u: 2 * Max(0, u) - u, lambda u: sqrt(u**2)),
    Max: (lambda u, v: (u + v + Abs(u - v)) / 2, lambda u, v: Piecewise((u, u > v), (v, True)),
          lambda u, v: u + Max(0, v - u), lambda u, v: -Min(-u, -v)),
    Min: (lambda u, v: (u + v - Abs(u - v)) / 2, lambda u, v: u - Max(0, u - v)),
    log: (lambda u: 2 * log(sqrt(u)), lambda u: -log(1 / u), lambda u: log(3 * u) - log(3)),
}


def _rewrite_node(random, expr):
    """One node that has a name written by a textbook identity."""
    nodes = sorted((e for kind in _NODES for e in expr.atoms(kind) if isinstance(e, kind)), key=sp.default_sort_key)
    if not nodes:
        return expr
    node = random.choice(nodes)
    kind = exp if isinstance(node, exp) else node.func
    if kind is log and not node.args[0].is_positive or len(node.args) > 2:
        return expr
    return expr.xreplace({node: random.choice(_NODES[kind])(*node.args)})


def _inside(random, expr, change):
    """`change` of one part of `expr` that is a number; of all of it at times."""
    parts = [e for e in sp.preorder_traversal(expr) if isinstance(e, sp.Expr) and not e.is_number]
    part = random.choice(parts) if parts and random.randint(0, 2) else expr
    if any(not e.is_Symbol and isinstance(e, sp.Symbol) for e in part.atoms()):
        return expr
    return expr.xreplace({part: change(part)})


EQUAL = {
    "expand": lambda r, e: sp.expand(e),
    "factor": lambda r, e: sp.factor(e),
    "together": lambda r, e: sp.together(e),
    "exponentials": lambda r, e: e.rewrite(exp) if not e.has(sp.erf, sp.atan) else e,
    "trigonometry": lambda r, e: sp.expand_trig(e),
    "identity": _rewrite_node,
    "identities": lambda r, e: _rewrite_node(r, _rewrite_node(r, e)),
    "add and subtract": lambda r, e: e + _zero(r),
    "add inside": lambda r, e: _inside(r, e, lambda part: part + _zero(r)),
    "times one": lambda r, e: _inside(r, e, lambda part: part * _one(r)),
    "split": lambda r, e: _inside(r, e, lambda part: (lambda u: part * u / (1 + u) + part / (1 + u))(positive_tree(r))),
    "by cases": lambda r, e: Piecewise((e, leaf(r, (x,)) > 0), (e + _zero(r), True)),
}


def rewritten(random, expr, most=3):
    """(`expr` in another form, by which rules)."""
    names = []
    for _ in range(random.randint(1, most)):
        if expr.count_ops() > 70:
            break
        names.append(random.choice(list(EQUAL)))
        expr = EQUAL[names[-1]](random, expr)
    return expr, "; ".join(names)


# --- Equations -------------------------------------------------------------------------------------------------------


def _plain(random):
    u = tree(random, random.randint(1, 3))
    return Claim(u, "=", u, u)


def _slope(random):
    """The product, quotient or chain rule, written out."""
    u, v = tree(random, 2, kinks=random.randint(0, 3) == 0), tree(random, 1, kinks=False)
    whole, value = random.choice((
        (u * v, u.diff(x) * v + u * v.diff(x)),
        (u / (1 + v**2), (u.diff(x) * (1 + v**2) - 2 * u * v * v.diff(x)) / (1 + v**2) ** 2),
        (tanh(u), u.diff(x) * (1 - tanh(u) ** 2)),
        (sigmoid(u), u.diff(x) * sigmoid(u) * (1 - sigmoid(u))),
        (erf(v), 2 * exp(-v**2) / sqrt(sp.pi) * v.diff(x)),
        (sqrt(1 + v**2), v * v.diff(x) / sqrt(1 + v**2)),
    ))
    return Claim(Derivative(whole, x), "=", value, value)


def _area(random):
    """The integral of a slope between two limits, over t."""
    whole = tree(random, 1, kinks=False, symbols=(x,)) + random.randint(1, 3) * tree(random, 1, False, (x, p))
    low, high = random.choice(((0, 1), (-1, 2), (0, y), (0, p), (-1, 1), (p, 2 * p), (Rational(-1, 2), Rational(3, 2))))
    value = whole.subs(x, high) - whole.subs(x, low)
    return Claim(Integral(whole.diff(x).subs(x, t), (t, low, high)), "=", value, value)


def _total(random):
    """A telescoping or geometric sum up to n."""
    term = random.choice((k**2, k**3, k / (k + 1), 1 / (k + 1), 2**k, Rational(1, 3) ** k,
                          k * (k - 1) + tanh(x) * k, y * k**2))
    value = (term.subs(k, n) - term.subs(k, 0)).expand()
    return Claim(Sum((term - term.subs(k, k - 1)).simplify(), (k, 1, n)), "=", value, value)


def _unknown(random):
    """Rules for a function of which nothing is known."""
    u = tree(random, 1, kinks=False, symbols=(x,))
    model = lambda e: e.replace(f, lambda s: sin(s) + s**2 / 3 + exp(s / 5)).doit()  # noqa: E731
    left, right = random.choice((
        (Derivative(f(x) * u, x), f(x).diff(x) * u + f(x) * u.diff(x)),
        (Derivative(f(x) ** 2, x), 2 * f(x) * f(x).diff(x)),
        ((f(x) + u) ** 2, f(x) ** 2 + 2 * u * f(x) + u**2),
        (Max(f(x), u), (f(x) + u + Abs(f(x) - u)) / 2),
    ))
    return Claim(left, "=", right, model(right))


def _named(random):
    """A name and its definition."""
    body, at = tree(random, 1, symbols=(x, y)), tree(random, 1, kinks=False)
    value = body.subs(x, at) * (1 + y)
    return Claim(g(at) * (1 + y), "=", value, value, {g(x): body})


def _complex(random):
    """Identities over the complex numbers."""
    u = random.choice((w, w + 1, 2 * w, w - y))
    left, right = random.choice((
        ((u + x) ** 2, u**2 + 2 * u * x + x**2),
        (sp.cos(u), (exp(sp.I * u) + exp(-sp.I * u)) / 2),
        (sinh(u + y), sinh(u) * cosh(y) + cosh(u) * sinh(y)),
        (exp(sp.I * x + y), exp(y) * (sp.cos(x) + sp.I * sin(x))),
        (1 / (u + sp.I * p), (u - sp.I * p) / (u**2 + p**2)),
    ))
    return Claim(left, "=", right, right)


_EQUATIONS = {"plain": _plain, "slope": _slope, "area": _area, "sum": _total, "unknown": _unknown, "named": _named,
              "complex": _complex}
_WEIGHTS = ("plain", "plain", "plain", "slope", "slope", "area", "sum", "unknown", "named", "complex")


def equation(random):
    name = random.choice(_WEIGHTS)
    claim = _EQUATIONS[name](random)
    if name in ("unknown", "complex"):
        return replace(claim, right=random.choice((lambda e: e, sp.expand, sp.factor))(claim.right), kind=name)
    right, rules = rewritten(random, claim.right)
    return replace(claim, right=right, kind=f"{name}: {rules}")


# --- Inequalities ----------------------------------------------------------------------------------------------------


def _bound(random):
    """(left, relation, right) of a bound that every first course knows."""
    u, v = tree(random, random.randint(0, 1)), leaf(random)
    positive = positive_tree(random)
    return random.choice((
        (u, "<=", u + v**2), (u, "<=", u + Abs(v)), (u, "<", u + positive), (u, "<=", Max(u, v)), (Min(u, v), "<=", u),
        (tanh(u), "<=", 1), (sin(u), "<=", 1), (erf(v), "<=", 1), (u, "<=", Abs(u)), (u, "<", sqrt(1 + u**2)),
        (sigmoid(v) * (1 - sigmoid(v)), "<=", Rational(1, 4)), (Max(0, v), "<", log(1 + exp(v))), (1 + v, "<=", exp(v)),
        (2 * u * v, "<=", u**2 + v**2), (sqrt(p * q), "<=", (p + q) / 2), (log(p), "<=", p - 1), (tanh(p), "<", p),
        (p, "<", sinh(p)), (sin(p), "<=", p), (4 * p * q, "<=", (p + q) ** 2), (v / (1 + v**2), "<=", Rational(1, 2)),
        (Abs(u + v), "<=", Abs(u) + Abs(v)), (Abs(u) - Abs(v), "<=", Abs(u - v)), (1, "<=", cosh(v)), (n, "<", 2**n),
        (1 + n * p, "<=", (1 + p) ** n), (1 - 1 / p, "<=", log(p)), (sp.atan(p), "<", p), (v * tanh(v), "<=", Abs(v)),
    ))


def _both_sides(random, left, right):
    """A function that rises, of both sides."""
    other, positive = leaf(random), positive_tree(random)
    return random.choice((
        lambda e: e + other, lambda e: positive * e, lambda e: e / positive, lambda e: 3 * e, lambda e: e, lambda e: e,
        lambda e: e**3, tanh, sp.atan, lambda e: e * (1 + other**2), sigmoid, lambda e: e + e**3,
    ))


def inequality(random, disguised):
    """A known bound, lifted to both sides of a rising function; `disguised` by the rules above."""
    left, relation, right = _bound(random)
    left, right = sp.sympify(left), sp.sympify(right)
    lifted = _both_sides(random, left, right)
    left, right = lifted(left), lifted(right)
    if random.randint(0, 3) == 0:  # both sides turned around
        left, relation, right = -left, FLIPPED[relation], -right
    if random.randint(0, 1):
        left, relation, right = right, FLIPPED[relation], left
    value, rules = left, ""
    if disguised:
        right, rules = rewritten(random, right, 2)
    return Claim(left, relation, right, value, kind=f"bound: {rules}")


def true_claim(random):
    return equation(random) if random.randint(0, 2) else inequality(random, bool(random.randint(0, 1)))


# --- Mutants ---------------------------------------------------------------------------------------------------------


def _part(random, expr, test=lambda e: True):
    parts = [e for e in sp.preorder_traversal(expr) if isinstance(e, sp.Expr) and test(e)]
    return random.choice(parts) if parts else None


def _changed(test, change):
    def mutation(random, expr):
        part = _part(random, expr, test)
        try:
            return expr if part is None else expr.xreplace({part: change(random, part)})
        except ValueError:  # SymPy refuses a Max of what has become complex
            return expr

    return mutation


def _without_one(random, expr):
    args = list(expr.args)
    del args[random.randint(0, len(args) - 1)]
    return expr.func(*args)


_SWAPS = {tanh: erf, erf: tanh, sin: sp.cos, sp.cos: sin, sinh: cosh, cosh: sinh, Max: Min, Min: Max, sp.atan: tanh}
MUTATIONS = {
    "sign": _changed(lambda e: not e.is_number, lambda r, e: -e),
    "factor": _changed(lambda e: True, lambda r, e: e * r.choice((2, Rational(1, 2), Rational(1001, 1000)))),
    "exponent": _changed(lambda e: e.is_Pow, lambda r, e: sp.Pow(e.base, e.exp + r.choice((1, -1)))),
    "shift": _changed(lambda e: e.is_Symbol and e.is_real and not e.is_integer,
                      lambda r, e: e + Rational(1, 10 ** r.randint(0, 6))),
    "dropped term": _changed(lambda e: e.is_Add, _without_one),
    "dropped factor": _changed(lambda e: e.is_Mul, _without_one),
    "branch": _changed(lambda e: isinstance(e, Piecewise) and len(e.args) == 2,
                       lambda r, e: Piecewise((e.args[1][0], e.args[0][1]), (e.args[0][0], True))),
    "function": _changed(lambda e: e.func in _SWAPS, lambda r, e: _SWAPS[e.func](*e.args)),
    "constant": _changed(lambda e: e.is_Rational, lambda r, e: e + r.choice((1, -1))),
    "small constant": lambda r, e: e + r.choice((1, -1)) * Rational(1, 10 ** r.randint(1, 30)),
    "small term": lambda r, e: e + tree(r, 1) / 10 ** r.randint(1, 30),
    "far hinge": lambda r, e: e + r.choice((1, -1)) * Max(0, x - Rational(r.randint(1, 400), 10)),
    "window": lambda r, e: e + Piecewise((1, (x > r.randint(1, 9)) & (x < 10)), (0, True)),
}


def _with_other_limit(random, claim):
    """An integral or a sum with one limit changed."""
    variable, low, high = claim.left.limits[0]
    step = random.choice((1, -1, Rational(1, 3))) if isinstance(claim.left, Integral) else 1
    ends = random.choice(((low + step, high), (low, high + step)))
    return replace(claim, left=claim.left.func(claim.left.function, (variable, *ends)), kind=f"{claim.kind} | limit")


def _strict(claim):
    return replace(claim, relation=claim.relation[0], kind=f"{claim.kind} | strict on an interval")


def false_claim(random):
    """A claim that is false, with what was done to it in `kind`."""
    for _ in count():
        claim = true_claim(random)
        if claim.relation != "=" and random.randint(0, 4) == 0:
            mutant = replace(claim, relation=FLIPPED[claim.relation], kind=f"{claim.kind} | turned round")
        elif claim.relation.endswith("=") and claim.relation != "=" and random.randint(0, 2) == 0:
            if equal_on_an_interval(random, claim):
                return _strict(claim)
            continue
        else:
            name = random.choice(list(MUTATIONS))
            right = MUTATIONS[name](random, claim.right)
            mutant = replace(claim, right=right, kind=f"{claim.kind} | {name}")
        finite = mutant.right.is_finite is not False and not mutant.right.has(sp.nan, sp.zoo, sp.oo)
        if finite and differs(random, mutant):
            return mutant


# --- The independent check -------------------------------------------------------------------------------------------


def _points(random, symbols, many, most=50):
    for _ in range(many):
        yield {s: _number(random, s, most) for s in symbols}


def _number(random, symbol, most):
    """A decimal of four digits, down to 1e-6 of `most` in size."""
    if symbol.is_integer:
        return sp.Integer(random.randint(1, 9))
    value = most * Rational(random.randint(1001, 9999), 10 ** random.randint(4, 8))
    value *= 1 if symbol.is_positive else random.choice((1, -1))
    return value if symbol.is_extended_real else value + sp.I * Rational(random.randint(-999, 999), 370)


def _values(exprs, symbols):
    """The expressions as functions of a point, good to 40 digits; None where the digits do not hold."""
    functions = [sp.lambdify(symbols, e, "mpmath") for e in exprs]

    def at(point):
        found = []
        for digits in (60, 120):
            with mpmath.workdps(digits):
                arguments = [mpmath.mpmathify(sp.N(point[s], digits + 10)) for s in symbols]
                try:
                    found.append([mpmath.mpmathify(function(*arguments)) for function in functions])
                except (ZeroDivisionError, ValueError, OverflowError, TypeError):
                    return None
        with mpmath.workdps(120):
            steady = all(abs(a - b) <= mpmath.mpf(10) ** -40 * (abs(b) + mpmath.mpf(10) ** -40)
                         for a, b in zip(*found, strict=True))
        return found[1] if steady and all(map(mpmath.isfinite, found[1])) else None

    return at


def _modelled(claim):
    """Both sides as plain expressions: a function of which nothing is known stands for one that is."""
    def model(e):
        return e.replace(f, lambda s: sin(s) + s**2 / 3 + exp(s / 5)).doit()

    return model(claim.value), model(claim.right)


def differs(random, claim):
    """Whether the claim fails, by far more than rounding, at a point and at two beside it."""
    sides = _modelled(claim)
    symbols = tuple(sorted(set().union(*(s.free_symbols for s in sides)), key=str))
    at = _values(sides, symbols)

    def fails(point):
        values = at(point)
        if values is None:
            return False
        with mpmath.workdps(120):
            gap, room = values[0] - values[1], mpmath.mpf(10) ** -35 * (1 + sum(map(abs, values)))
            if claim.relation == "=":
                return abs(gap) > room
            real = not any(isinstance(v, mpmath.mpc) for v in values)
            return real and (gap if claim.relation[0] == "<" else -gap) > room

    return any(all(fails({s: v if s.is_integer else v * (1 + Rational(step, 10**8)) for s, v in point.items()})
                   for step in (0, 1, -1)) for point in _points(random, symbols, 25 if symbols else 1))


def equal_on_an_interval(random, claim):
    """Whether the two sides are the same, to 110 digits, at seven points side by side, none of them far out."""
    sides = _modelled(claim)
    symbols = tuple(sorted(set().union(*(s.free_symbols for s in sides)), key=str))
    functions = [sp.lambdify(symbols, side, "mpmath") for side in sides]
    if any(symbol.is_integer for symbol in symbols) or not symbols:
        return False

    def same(point):
        with mpmath.workdps(120):
            arguments = [mpmath.mpmathify(sp.N(point[s], 130)) for s in symbols]
            left, right = (mpmath.mpf(function(*arguments)) for function in functions)
            return abs(left - right) <= mpmath.mpf(10) ** -110 * (1 + abs(left)) and 1e-3 < abs(left) < 1e6

    return any(all(same({s: v * (1 + Rational(step, 1000 + 7 * i)) for i, (s, v) in enumerate(point.items())})
                   for step in range(-3, 4)) for point in _points(random, symbols, 6, most=1))
