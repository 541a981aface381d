"""A derivation: a chain of expressions, each with its reason, that typesets itself and checks itself.

Each line is compared with the one before, first in numbers (50 digits, at points drawn from the symbols' own
assumptions), then by SymPy. What counts is what holds on whole intervals: a kink, a jump or a removable
singularity at a single point is neither tested nor held against a step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from random import Random

import sympy as sp
from mpmath import mp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from activations.calculus import regions

DIGITS, POINTS = 50, 200
_FEW = 40  # points that a step must pass before SymPy is asked
_PRECISIONS = (60, 240, 960)  # digits computed with; more only where cancellation asks for it
_QUADRATURE = (30, 6, (40, 60))  # digits, points and precisions for an integral that SymPy cannot do
_RELATIONS = {"=": "=", "<=": r"\le", ">=": r"\ge", "<": "<", ">": ">"}
_FAILS = {
    "=": "does not equal",
    "<=": "is not at least",
    ">=": "is not at most",
    "<": "is not greater than",
    ">": "is not less than",
}


class DerivationError(AssertionError):
    """A false step: `step`, `reason`, `point`, `left` and `right` say which one, and where it fails (or None)."""

    def __init__(self, message, *, step, reason, point=None, left=None, right=None):
        super().__init__(message)
        self.step, self.reason, self.point, self.left, self.right = step, reason, point, left, right


@dataclass(frozen=True)
class Step:
    """One line of a derivation: `proved` by SymPy, or else `note` says how it was checked."""

    expr: sp.Basic
    reason: str
    relation: str = "="
    proved: bool = True
    note: str = ""

    def _latex(self):
        text = f"{self.reason} ({self.note})" if self.note else self.reason
        return rf"&{_RELATIONS[self.relation]} {sp.latex(self.expr)} && \text{{{_escape(text)}}}"


@dataclass(frozen=True, repr=False)
class Derivation:
    """A derivation whose steps all hold; it displays as aligned equations with the reasons beside them."""

    start: sp.Basic
    steps: tuple[Step, ...]

    @property
    def end(self):
        """The last expression of the chain."""
        return self.steps[-1].expr

    @property
    def proved(self):
        """Whether SymPy proved every step."""
        return all(step.proved for step in self.steps)

    def _repr_latex_(self):
        # `aligned`, because Sphinx puts the output of a cell into a display of its own, where `align` may not stand.
        rows = " \\\\\n".join(step._latex() for step in self.steps)
        return f"$$\\begin{{aligned}}\n{sp.latex(self.start)} {rows}\n\\end{{aligned}}$$"

    def __repr__(self):
        count, proved = len(self.steps), sum(step.proved for step in self.steps)
        verdict = "all proved" if proved == count else f"{proved} proved, {count - proved} checked in numbers"
        return f"Derivation of {count} step{'s' * (count > 1)}, {verdict}"


def derive(start, *steps, where=None):
    """The derivation `start` = expr₁ = expr₂ = …, checked line by line.

    A step is `(expr, reason)`, or `(expr, reason, relation)` with a relation out of = <= >= < >. A reason may hold
    $mathematics$. `where` maps names to definitions, `{sigma(x): 1/(1 + exp(-x))}`: a name is displayed as it stands
    and replaced by its definition for the check. A name is a symbol, f(x) or p[i]; one that is differentiated shows
    its variable, p(x) and not p, or SymPy takes it for a constant. A function without a definition stands for any
    smooth one; sums up to a symbol n are checked at n = 1, 2, 3 and at every value of the free indices.

    Raises DerivationError at the first false step, with a point where it fails; TypeError or ValueError for what is
    not a derivation. Decimals count as written: 0.1 is one tenth. A symbol not declared real takes complex values
    too, unless a line compares it (Piecewise, Max, sign, <=). Where real input has no real value, a line is undefined.
    A strict inequality, too, may become an equality at single points.
    """
    start = _line(start, "the start")
    steps = [_step(step, number) for number, step in enumerate(steps, 1)]
    if not steps:
        raise ValueError("a derivation needs at least one step: derive(start, (expr, reason), ...)")
    if {step.relation[0] for step in steps} >= {"<", ">"}:
        raise ValueError("a derivation goes one way: it cannot have both ≤ and ≥")
    names = _Names(where)
    lines = [start, *(step.expr for step in steps)]
    meanings = [_Meaning(names.unfold(line)) for line in lines]
    checked = []
    for number, step in enumerate(steps, 1):
        comparison = _Comparison(number, step, lines[number - 1])
        proved, note = comparison.run(meanings[number - 1], meanings[number])
        checked.append(Step(step.expr, step.reason, step.relation, proved, note))
    return Derivation(start, tuple(checked))


# --- What may stand in a derivation ------------------------------------------------------------------------------


def _line(expr, place):
    """`expr` as a SymPy expression, matrix or array; TypeError naming its place if it is none of them."""
    try:
        line = sp.sympify(expr, strict=True)
    except sp.SympifyError:
        raise TypeError(f"{place} is {expr!r}, which is not a SymPy expression") from None
    if isinstance(line, Relational):
        raise TypeError(f"{place} is the relation {line}; write the expression on its right side alone")
    if isinstance(line, sp.MatrixBase):
        return sp.ImmutableMatrix(line)
    if not isinstance(line, (sp.Expr, sp.MatrixExpr, sp.NDimArray)):
        raise TypeError(f"{place} is {expr!r}, which is not a SymPy expression")
    return line


def _step(step, number):
    """The tuple that the caller wrote as a Step."""
    if not isinstance(step, tuple) or len(step) not in (2, 3):
        raise TypeError(f"step {number} is not a pair (expr, reason) but {step!r}")
    expr, reason, relation = (*step, "=")[:3]
    if not isinstance(reason, str):
        raise TypeError(f"the reason of step {number} is not a string but {reason!r}")
    if relation not in _RELATIONS:
        raise ValueError(f"step {number} has the relation {relation!r}; it is one of {' '.join(_RELATIONS)}")
    return Step(_line(expr, f"step {number} (“{reason}”)"), reason, relation)


def _escape(text):
    """`text` for the inside of \\text: what stands between dollar signs is mathematics and stays as it is."""
    marks = {"\\": r"\\", "{": r"\{", "}": r"\}"}
    if text.count("$") % 2:
        return text.translate(str.maketrans(marks | {"$": r"\$"}))
    parts = text.split("$")
    parts[::2] = [part.translate(str.maketrans(marks)) for part in parts[::2]]
    return "$".join(parts)


# --- Names and their definitions ---------------------------------------------------------------------------------


class _Names:
    """The names of `where`: each a symbol, f(x) or p[i], with its definition."""

    def __init__(self, where):
        if where is not None and not isinstance(where, Mapping):
            raise TypeError(f"where is a mapping from names to definitions, not {where!r}")
        self.definitions = {}
        for name, body in (where or {}).items():
            head, parameters = _name(name)
            self.definitions[head] = parameters, _line(body, f"the definition of {name}")
        for head in self.definitions:
            self._refuse_cycle(head, ())

    def _refuse_cycle(self, head, path):
        if head in path:
            raise ValueError(f"the definition of {head} in `where` goes back to {head} itself")
        for node in sp.preorder_traversal(self.definitions[head][1]):
            if _head(node) in self.definitions:
                self._refuse_cycle(_head(node), (*path, head))

    def definition(self, expr):
        """The definition of the name `expr`, or None if it is not a name."""
        if _head(expr) not in self.definitions:
            return None
        parameters, body = self.definitions[_head(expr)]
        actual = {p: a for p, a in zip(parameters, _arguments(expr), strict=True) if p != a}
        return body.subs(actual, simultaneous=True) if actual else body

    def unfold(self, expr, keep=frozenset()):
        """`expr` with every name replaced by its definition, except for the names in `keep`."""
        if not self.definitions or expr in keep:
            return expr
        body = self.definition(expr)
        if body is not None:
            return self.unfold(body, keep)
        if isinstance(expr, sp.Derivative):
            return self._unfold_derivative(expr, keep)
        if isinstance(expr, (sp.MatrixBase, sp.NDimArray)):
            return expr.applyfunc(lambda entry: self.unfold(entry, keep))
        arguments = [self.unfold(a, keep) for a in expr.args]
        return expr if arguments == list(expr.args) else expr.func(*arguments)

    def _unfold_derivative(self, expr, keep):
        """A derivative with respect to a name holds that name for a variable: it is replaced after differentiating."""
        named = [v for v in expr.variables if v not in keep and self.definition(v) is not None]
        inner = self.unfold(expr.expr, keep | set(named))
        if not named:
            return sp.Derivative(inner, *expr.variable_count)
        plain = {v: sp.Dummy(str(v), real=v.is_real) for v in named if not isinstance(v, sp.Indexed)}
        counts = [(plain.get(v, v), count) for v, count in expr.variable_count]
        slope = sp.Derivative(inner.xreplace(plain), *counts).doit()
        return self.unfold(slope.subs({d: self.unfold(v, keep) for v, d in plain.items()}), keep)


def _head(expr):
    """What a name is looked up by: the symbol itself, the f of f(x), the p of p[i]."""
    if isinstance(expr, AppliedUndef):
        return expr.func
    return expr.base if isinstance(expr, sp.Indexed) else expr


def _arguments(expr):
    return expr.args if isinstance(expr, AppliedUndef) else getattr(expr, "indices", ())


def _name(key):
    """Head and parameters of a key of `where`."""
    if isinstance(key, (sp.Symbol, AppliedUndef, sp.Indexed)):
        parameters = _arguments(key)
        if len(set(parameters)) == len(parameters) and all(isinstance(p, (sp.Symbol, sp.Idx)) for p in parameters):
            return _head(key), parameters
    raise TypeError(f"{key!r} in `where` is not a name: a name is a symbol, f(x) or p[i]")


# --- What a line says --------------------------------------------------------------------------------------------


class _Meaning:
    """An unfolded line: its shape, its entries as written, and their values with every doit done."""

    def __init__(self, expr):
        self.expr = _explicit(_exact(expr))
        self.shape = getattr(self.expr, "shape", ())
        self.entries = list(sp.flatten(self.expr)) if self.shape else [self.expr]

    @cached_property
    def values(self):
        return [_value(entry) for entry in self.entries]


def _exact(expr):
    """`expr` with each decimal read as the fraction that it displays."""
    return expr.xreplace({f: sp.Rational(str(f)) for f in expr.atoms(sp.Float)})


def _explicit(expr):
    """A matrix or array expression written out by entries; scalars are left as they are."""
    if isinstance(expr, sp.Expr) and not getattr(expr, "shape", ()):
        return expr
    expr = expr.doit()
    try:
        return expr.as_explicit() if isinstance(expr, sp.MatrixExpr) else expr
    except (ValueError, TypeError):
        raise ValueError(f"a matrix of symbolic size cannot be checked entry by entry: {expr}") from None


def _value(expr):
    """`expr` with its derivatives, sums, limits and integrals worked out as far as SymPy can."""
    if expr.has(sp.Indexed) and _is_general(expr):  # the sums stay as they are: `_sums_tidied` knows better
        return expr.replace(lambda e: isinstance(e, sp.Derivative), lambda e: sp.diff(e.expr, *e.variable_count))
    integrals = sorted(expr.atoms(sp.Integral), key=sp.default_sort_key)
    value = expr.xreplace({node: _integrated(node) for node in integrals}).doit(integrals=False)
    if value.has(sp.Sum, sp.Product, sp.Derivative, sp.Limit, sp.Subs):
        value = value.doit(integrals=False)  # again: the derivative of a sum, for one, leaves a sum to be done
    return value


def _integrated(node):
    """An integral in closed form if SymPy finds one that numbers confirm, else with its integrand worked out."""
    node = sp.Integral(node.function.doit(), *node.limits)
    closed = sp.Add(*(part.doit(meijerg=True) if _is_gaussian(part) else part.doit() for part in _parts(node)))
    return closed if not closed.has(sp.Integral) and _agrees_with_quadrature(node, closed) else node


def _parts(node):
    """A definite integral as a sum of integrals over the intervals on which its integrand has no kink."""
    if len(node.limits) != 1 or len(node.limits[0]) != 3:
        return [node]
    variable, low, high = node.limits[0]
    pieces = regions(node.function, variable) or [(sp.S.Reals, node.function)]
    spans = [(sp.Intersection(where, sp.Interval(low, high)), f) for where, f in pieces]
    if any(not isinstance(span, (sp.Interval, sp.FiniteSet, type(sp.S.EmptySet))) for span, _ in spans):
        return [node]  # limits that are symbols
    return [sp.Integral(f, (variable, span.start, span.end)) for span, f in spans if isinstance(span, sp.Interval)]


def _is_gaussian(integral):
    """Whether the exponent is a square, as in an expectation: SymPy's other methods then run for minutes in vain."""
    variables = integral.variables
    return any(e.args[0].diff(v, 2) != 0 for e in integral.atoms(sp.exp) for v in variables)


def _agrees_with_quadrature(expr, value):
    """Whether SymPy's closed form of a definite integral is right to 6 digits at two points."""
    if expr.atoms(AppliedUndef) or any(len(limit) != 3 for limit in expr.limits):
        return True
    sides = _Sides(expr, value)
    with mp.workdps(15):
        for point in sides.points(2):
            area, closed = (_number(f, point) for f in sides.functions)
            if area is not None and (closed is None or abs(area - closed) > 1e-6 * max(1e-9, abs(closed))):
                return False
    return True


# --- Numbers -----------------------------------------------------------------------------------------------------


class _Sides:
    """Two scalar expressions as mpmath functions of the same symbols, with points at which to compare them."""

    def __init__(self, left, right, ordered=False):
        self.models = _models(left, right)
        left, right = (_numerical(side, self.models) for side in (left, right))
        self.symbols = tuple(sorted(left.free_symbols | right.free_symbols, key=lambda s: (len(str(s)), str(s))))
        self.integral = left.has(sp.Integral) or right.has(sp.Integral)
        self.compared = {s for side in (left, right) for part in _comparisons(side) for s in part.free_symbols}
        self.compared |= set(self.symbols) if ordered else set()
        self.between = _between_kinks(left, right, self.symbols)
        self.deep = max(_depth(left), _depth(right)) > 2
        self.functions = [_function(self.symbols, side) for side in (left, right)]

    def points(self, count):
        """`count` points, the same in every run, moderate ones first, and one in each gap between two kinks.

        Where a symbol may be complex, so is the second half of them.
        """
        random = Random(count)
        for index in range(count if self.symbols else 1):
            yield [self._draw(symbol, random, index, count) for symbol in self.symbols]
        yield from self.between

    def _draw(self, symbol, random, index, count):
        unreal = symbol.is_extended_real is None and symbol not in self.compared and 2 * index >= count
        for _ in range(500):
            value = _whole(random) if symbol.is_integer else _decimal(random, 0 if unreal else index, self.deep)
            if unreal:
                value += sp.I * _decimal(random, 0, self.deep)
            if _allowed(symbol, value):
                return value
        raise ValueError(f"no value was found that satisfies the assumptions of the symbol {symbol}")

    def text(self, point):
        """`x = -1.37, f(u) = …`: the point in words."""
        values = [f"{s} = {_plain(v)}" for s, v in zip(self.symbols, point, strict=True)]
        models = [f"{f}({', '.join(map(str, m.variables))}) = {m.expr}" for f, m in self.models.items()]
        return ", ".join(values + models)


def _between_kinks(left, right, symbols):
    """A point inside every interval on which both sides are smooth, for a single real symbol."""
    both = sp.Tuple(left, right)
    if len(symbols) != 1 or symbols[0].is_integer or not (_comparisons(both) or both.has(sp.Abs)):
        return []
    ends = [(where.start, where.end) for where, _ in regions(left - right, symbols[0]) or []]
    share, step = sp.Rational(371, 1000), sp.Rational(137, 100)
    inside = [low + (high - low) * share if (high - low).is_finite else high - step if high.is_finite else low + step
              for low, high in ends if (low, high) != (-sp.oo, sp.oo)]
    return [[value] for value in inside if value.is_Rational and _allowed(symbols[0], value)]


def _allowed(symbol, value):
    return all(getattr(value, f"is_{fact}") in (truth, None) for fact, truth in symbol.assumptions0.items())


@cache  # the right side of a step is the left side of the next
def _function(symbols, expr):
    try:
        return sp.lambdify(symbols, expr, modules="mpmath")
    except NotImplementedError:
        raise ValueError(f"{expr} cannot be computed in numbers; are all its symbols declared real?") from None


def _whole(random):
    return sp.Integer(random.randint(-8, 12))


def _decimal(random, index, small):
    """A decimal of three digits, either sign; its last digit is odd and not 5, so that no round number is hit."""
    scales = (0, 0, -1, 1, -2, 0, 1, -4, 0, 2, -9, 0) if index >= 8 else (0,)
    scale = min(scales[index % len(scales)], 0 if small else 2)
    digits = 10 * random.randint(10, 39 if scale == 2 or index < 8 else 99) + random.choice((1, 3, 7, 9))
    return random.choice((-1, 1)) * digits * sp.Integer(10) ** (scale - 2)


def _comparisons(expr):
    """The parts of `expr` that only real numbers can enter."""
    return expr.atoms(Relational, sp.Max, sp.Min, sp.sign, sp.Heaviside)


def _depth(expr):
    """How deep exponentials are nested: three of them leave the range of any number format."""
    below = max((_depth(a) for a in expr.args), default=0)
    return below + isinstance(expr, (sp.exp, sp.sinh, sp.cosh, sp.erf, sp.erfc, sp.gamma))


def _models(*sides):
    """A concrete smooth function for every undefined one, different for each."""
    found = {f.func: len(f.args) for side in sides for f in side.atoms(AppliedUndef)}
    return {f: _model(number, found[f]) for number, f in enumerate(sorted(found, key=str))}


def _model(number, arity):
    arguments = sp.symbols(f"u1:{arity + 1}") if arity > 1 else [sp.Symbol("u")]
    phase = sum((position + 1 + sp.Rational(number, 3)) * u for position, u in enumerate(arguments))
    return sp.Lambda(tuple(arguments), sp.sin(phase + number + 1) + phase / 3)


def _numerical(expr, models):
    """`expr` in a form that mpmath can evaluate."""
    for function, model in models.items():
        expr = expr.replace(function, model)
    expr = expr.doit(integrals=False) if models or expr.has(sp.Subs) else expr
    expr = expr.replace(sp.KroneckerDelta, lambda i, j: sp.Piecewise((1, sp.Eq(i, j)), (0, True)))
    expr = expr.replace(sp.Heaviside, lambda u, *_: sp.Piecewise((0, u < 0), (1, True)))
    expr = expr.xreplace({z: sp.Symbol(str(z), real=z.is_real) for z in expr.atoms(sp.Indexed)})
    return expr.replace(sp.Integral, _split_at_zero)


def _split_at_zero(integrand, *limits):
    """An integral over both signs as two, because a kink at 0 would spoil the quadrature."""
    (variable, *ends), *outer = limits
    if outer or len(ends) != 2 or not (ends[0].is_negative and ends[1].is_positive):
        return sp.Integral(integrand, *limits)
    return sp.Integral(integrand, (variable, ends[0], 0)) + sp.Integral(integrand, (variable, 0, ends[1]))


def _mp(value):
    """A SymPy number at the precision that mpmath has now."""
    re, im = value.as_real_imag()
    re, im = (mp.mpf(int(part.p)) / int(part.q) for part in (re, im))
    return mp.mpc(re, im) if im else re


def _number(function, point):
    """function(point), or None where it has no finite value or, for real input, no real one."""
    try:
        value = mp.mpmathify(function(*(_mp(v) for v in point)))
    except (ArithmeticError, ValueError, TypeError, mp.NoConvergence):
        return None
    if not mp.isfinite(value):
        return None
    if isinstance(value, mp.mpc) and all(v.is_real for v in point):
        return value.real if abs(value.imag) <= mp.mpf(10) ** -40 * abs(value) else None
    return value


def _holds(left, right, relation, digits):
    """Whether left ~ right up to rounding in the last of `digits` digits."""
    slack = mp.mpf(10) ** -digits * max(abs(left), abs(right))
    if relation == "=":
        return abs(left - right) <= slack
    if isinstance(left, mp.mpc) or isinstance(right, mp.mpc):
        return False
    gap = right - left if relation[0] == "<" else left - right
    return gap >= -slack if relation.endswith("=") else gap > 0


_TIE = "equal"


def _compare(functions, point, relation, digits, precisions):
    """True, None (nothing to compare), _TIE (equal, where < or > was claimed), or the pair of values that refutes it.

    Noise from cancellation shrinks as the precision grows, a true difference stays.
    """
    before = None
    for precision in precisions:
        with mp.workdps(precision):
            left, right = (_number(f, point) for f in functions)
            if left is None and right is None:
                return None
            if left is None or right is None:
                continue
            if _holds(left, right, relation, digits):
                return True
            gap = left - right
            seen = abs(gap) > mp.mpf(10) ** (-0.9 * precision)
            if before is not None and seen and abs(gap - before) <= abs(gap) * mp.mpf(10) ** -6:
                return left, right
            before = gap
    if left is None or right is None:
        return left, right
    if not gap:
        return _TIE
    return True if abs(gap) < mp.mpf(10) ** (-precision // 2) else None


def _plain(value):
    """A point's coordinate as a short decimal."""
    re, im = value.as_real_imag()
    if not im:
        return f"{float(re):.15g}"
    return f"{float(re):.15g} {'-' if im < 0 else '+'} {abs(float(im)):.15g}i"


def _tell_apart(left, right):
    """Both values with as many digits as it takes to see that they differ."""
    with mp.workdps(_PRECISIONS[0]):
        for digits in (8, 16, 24, 32, 40, 54):
            texts = ["undefined" if v is None else mp.nstr(v, digits) for v in (left, right)]
            if texts[0] != texts[1]:
                break
    return texts


# --- Sums over a symbolic index ----------------------------------------------------------------------------------


def _is_general(expr):
    """Whether `expr` speaks of a number of terms, or of an index, that is left open."""
    return any(
        any(limit.free_symbols for _, *ends in node.limits for limit in ends)
        if isinstance(node, (sp.Sum, sp.Product))
        else bool(sp.Tuple(*_arguments(node) or node.args).atoms(sp.Symbol))
        for node in expr.atoms(sp.Sum, sp.Product, sp.KroneckerDelta, sp.Indexed)
    )


def _instances(left, right):
    """(`n = 2, i = 1, …`, left, right) for every small size and every value of the free indices."""
    both = sp.Tuple(left, right)
    spans = [ends for node in both.atoms(sp.Sum, sp.Product) for _, *ends in node.limits if len(ends) == 2]
    spans = sorted((s for s in spans if s[1].free_symbols), key=str) or [(sp.S.One, sp.Symbol("n", integer=True))]
    free = sorted((s for s in both.free_symbols if isinstance(s, (sp.Symbol, sp.Idx))), key=str)
    used = {s for node in both.atoms(sp.Indexed, sp.KroneckerDelta) for a in _arguments(node) or node.args
            for s in a.free_symbols}
    sizes = {s for low, high in spans for s in (low + high).free_symbols}
    sizes |= {s for i in free if isinstance(i, sp.Idx) and i.upper is not None for s in i.upper.free_symbols}
    indices = [s for s in free if s in used and s not in sizes]
    sizes = sorted(sizes, key=str)
    for lengths in product((1, 2, 3) if indices else (1, 2, 3, 4), repeat=len(sizes)):
        size = dict(zip(sizes, map(sp.Integer, lengths), strict=True))
        for chosen in product(*(_span(i, spans[0], size) for i in indices)):
            case = size | dict(zip(indices, chosen, strict=True))
            words = ", ".join(f"{s} = {v}" for s, v in case.items() if s in free)
            yield words, *(_instance(side, tuple(case.items())) for side in (left, right))


def _span(index, default, size):
    """The integers that a free index runs through."""
    ends = (index.lower, index.upper) if isinstance(index, sp.Idx) and index.upper is not None else default
    low, high = (int(end.subs(size)) for end in ends)
    return [sp.Integer(value) for value in range(low, high + 1)]


@cache
def _instance(expr, case):
    """`expr` at given sizes and indices, its sums written out, its elements z[1], z[2], … as plain symbols."""
    expr = _written_out(expr, dict(case))
    return expr.xreplace({z: sp.Symbol(str(z), **z.base.label.assumptions0) for z in expr.atoms(sp.Indexed)}).doit()


def _written_out(expr, case):
    """`expr` with numbers in place of sizes and indices, and its finite sums and products written out."""
    if expr in case:
        return case[expr]
    if not expr.args:
        return expr
    if isinstance(expr, (sp.Sum, sp.Product)) and len(expr.limits[-1]) == 3:
        *inner, (index, low, high) = expr.limits
        low, high = (_written_out(end, case) for end in (low, high))
        if low.is_Integer and high.is_Integer:
            term = expr.func(expr.function, *inner) if inner else expr.function
            terms = [_written_out(term, case | {index: sp.Integer(v)}) for v in range(low, high + 1)]
            return (sp.Add if isinstance(expr, sp.Sum) else sp.Mul)(*terms)
    return expr.func(*(_written_out(a, case) for a in expr.args))


def _sums_tidied(expr):
    """`expr` with constant factors taken out of its sums, one index for all, and Σⱼ fⱼ δⱼₖ = fₖ done, k in range."""
    expr = expr.replace(lambda e: isinstance(e, sp.Sum) and len(e.limits) == 1 and len(e.limits[0]) == 3, _tidied)
    positive = sorted((s for s in expr.atoms(sp.Sum) if s.function.is_positive), key=sp.default_sort_key)
    return expr.xreplace({total: sp.Dummy("total", positive=True) for total in positive})


def _tidied(total):
    index, low, high = total.limits[0]
    return sp.Add(*(_term_tidied(term, index, low, high) for term in sp.Add.make_args(total.function.expand())))


def _term_tidied(term, index, low, high):
    constant, varying = term.as_independent(index, as_Add=False)
    for factor in sp.Mul.make_args(varying):
        if isinstance(factor, sp.KroneckerDelta):
            other = next(a for a in factor.args if a != index)
            return constant * (varying / factor).xreplace({index: other})
    plain = sp.Symbol("summation", integer=True)
    return constant * sp.Sum(varying.xreplace({index: plain}), (plain, low, high))


# --- Proofs ------------------------------------------------------------------------------------------------------


def _proves(left, right, relation):
    """Whether SymPy shows left ~ right; False only means that it could not decide."""
    gap = left - right if relation[0] in "=>" else right - left
    if gap.has(sp.zoo, sp.nan, sp.Limit):
        return False
    if relation != "=":
        return _by_cases(gap, lambda e: _is_signed(e, relation.endswith("=")))
    if _vanishes(gap) or _by_cases(gap, _vanishes):
        return True
    return not gap.has(sp.Piecewise, sp.Integral) and _vanishes(gap, _SIMPLIFIED)


def _vanishes(gap, forms=None):
    """Whether SymPy reduces `gap` to 0; bounded by size and not by time, so the same on every machine."""
    gap = _slopes_named(_sums_tidied(gap))
    size = gap.count_ops()
    return any(size < limit and form(gap) == 0 for limit, form in forms or _CHEAP)


def _as_exp(gap):
    return gap.rewrite(sp.exp) if gap.has(sp.Function) else gap


def _logarithms_gone(gap):
    """exp(gap) - 1: if it is 0 then gap = 2πik, and the numbers have already said that gap is 0."""
    return _numerator(sp.exp(_as_exp(gap).expand()) - 1) if gap.has(sp.log) else gap


def _numerator(expr):
    """The numerator of `expr` over one denominator, multiplied out."""
    return sp.fraction(sp.together(expr))[0].expand()


_CHEAP = (
    (1500, lambda gap: gap),
    (1500, lambda gap: gap.expand()),
    (1500, _numerator),
    (1500, lambda gap: _numerator(_as_exp(gap))),
    (1500, lambda gap: _numerator(gap.replace(sp.erfc, lambda u: 1 - sp.erf(u)))),
    (500, _logarithms_gone),
)
_SIMPLIFIED = ((150, sp.simplify), (150, lambda gap: sp.simplify(_as_exp(gap))))


def _is_signed(gap, or_zero):
    """Whether SymPy knows gap ≥ 0 (or > 0)."""
    if gap.count_ops() > 150:
        return False
    forms = (lambda e: e, sp.factor, sp.simplify, lambda e: sp.factor(sp.together(e.rewrite(sp.exp))))
    return any((f.is_nonnegative if or_zero else f.is_positive) is True for f in (form(gap) for form in forms))


def _by_cases(gap, decide):
    """`decide` on each interval between the kinks of `gap` in one real symbol, or on the whole if it has none."""
    kinked = {s for node in gap.atoms(sp.Abs) | _comparisons(gap) for s in node.free_symbols}
    symbols = [s for s in kinked if s.is_extended_real]
    if len(symbols) != 1:
        return not kinked and decide(gap)
    pieces = regions(gap, symbols[0])
    if not pieces or any(where.has(sp.Float) for where, _ in pieces):
        return False  # borders found in numbers may not be all there are
    return all(decide(_inside(piece, where, symbols[0])) for where, piece in pieces)


def _inside(piece, interval, symbol):
    """`piece` on an open interval, which a positive symbol t runs through."""
    t, (low, high) = sp.Dummy("t", positive=True), interval.args[:2]
    if high is sp.oo:
        return piece if low is -sp.oo else piece.subs(symbol, low + t)
    return piece.subs(symbol, high - t if low is -sp.oo else low + (high - low) * t / (1 + t))


def _slopes_named(expr):
    """`expr` with f′(u), for f undefined, as a plain function of u, so that equal slopes look equal."""
    for kind in (sp.Subs, sp.Derivative):
        for node in sorted(expr.atoms(kind), key=sp.default_sort_key):
            slope = node.expr if kind is sp.Subs else node
            if isinstance(slope, sp.Derivative) and isinstance(slope.expr, AppliedUndef):
                at = dict(zip(node.variables, node.point, strict=True)) if kind is sp.Subs else {}
                inner = slope.expr
                order = [f"{inner.args.index(v)}_{n}" for v, n in slope.variable_count if v in inner.args]
                expr = expr.xreplace({node: sp.Function("_".join([str(inner.func), *order]))(*inner.subs(at).args)})
    return expr


# --- One step ----------------------------------------------------------------------------------------------------


@dataclass
class _Comparison:
    """Step `number` against the line before it."""

    number: int
    step: Step
    before: sp.Basic

    def run(self, left, right):
        """(proved, note) if the step holds; raises DerivationError if it does not."""
        if left.shape != right.shape:
            raise self._error(f"the shapes differ, {_shape(left)} and {_shape(right)}")
        verdicts = [self._entry(place, left, right, position) for position, place in enumerate(_places(left.shape))]
        note = next((note for proved, note in verdicts if not proved), "")
        return not note, note

    def _entry(self, place, left, right, position):
        a, b = left.values[position], right.values[position]
        if self.step.relation in ("=", "<=", ">=") and a == b and not a.has(sp.nan):
            return True, ""
        if a.has(sp.DiracDelta) or b.has(sp.DiracDelta):
            return self._distribution(a, b)
        raw = left.entries[position], right.entries[position]
        cases = list(_instances(*raw)) if any(map(_is_general, raw)) else [("", a, b)]
        ordered = self.step.relation != "="
        sides = [(", ".join(filter(None, (place, words))), _Sides(*pair, ordered)) for words, *pair in cases]
        for where, side in sides:
            self._sample(where, side, _FEW if len(sides) == 1 else 3)
        if _proves(a, b, self.step.relation):
            return True, ""
        counts = [self._sample(where, side, max(5, POINTS // len(sides)), True) for where, side in sides]
        return False, _note(sum(counts), sides)

    def _distribution(self, a, b):
        if self.step.relation == "=" and _vanishes(a - b):
            return True, ""
        raise self._error("SymPy cannot show that these distributions are equal, and they have no values to compare")

    def _sample(self, where, sides, count, closely=False):
        """Compare the two sides at `count` points and return at how many both had a value."""
        digits, most, precisions = _QUADRATURE if sides.integral else (DIGITS, count, _PRECISIONS)
        relation, compared, ties, undefined = self.step.relation, 0, [], []
        # A single integer may be an exception (n = -1 in the integral of x**n); a real point is never met by chance.
        allowed = count // 5 if any(s.is_integer for s in sides.symbols) else 1 if sides.symbols else 0
        points = list(sides.points(min(count, most)))
        one_real = [s.is_integer for s in sides.symbols] in ([None], [False])
        hunt = closely and relation != "=" and one_real and not sides.integral
        hunted = _tightest(sides.functions, points, 1 if relation[0] == "<" else -1) if hunt else []
        for point in points + hunted:
            verdict = _compare(sides.functions, point, relation, digits, precisions)
            if verdict is True:
                compared += 1
            elif verdict is _TIE:
                ties.append(point)
            elif verdict is not None and None not in verdict:
                raise self._false(where, sides, point, verdict)
            elif verdict is not None:
                undefined.append((point, verdict))
            if len(undefined) > allowed:
                raise self._false(where, sides, *undefined[0])
        if undefined and not compared:
            raise self._false(where, sides, *undefined[0])
        if len(ties) > compared:
            raise self._error(f"the two sides are equal{' at ' * bool(sides.symbols)}{sides.text(ties[0])}")
        if not compared:
            raise self._error("no point was found at which both lines have a value")
        return compared

    def _false(self, where, sides, point, values):
        left, right = _tell_apart(*values)
        place = ", ".join(filter(None, (where, sides.text(point))))
        at = f"at {place} " if place else ""
        error = self._error(f"{at}the left side is {left}, the right side is {right}" + _hint(sides, point))
        error.point = dict(zip(sides.symbols, point, strict=True))
        error.left, error.right = values
        return error

    def _error(self, message):
        before = f"step {self.number - 1}" if self.number > 1 else "the start"
        head = f"step {self.number} (“{self.step.reason}”) {_FAILS[self.step.relation]} {before}: {message}"
        lines = f"{head}\n  {before}: {_short(self.before)}\n  step {self.number}: {_short(self.step.expr)}"
        return DerivationError(lines, step=self.number, reason=self.step.reason)


def _tightest(functions, points, sign):
    """Points where sign·(right − left) is smallest, by a pattern search from the two tightest of `points`."""

    def gap(value):
        left, right = (_number(f, [value]) for f in functions)
        return mp.inf if None in (left, right) or isinstance(left - right, mp.mpc) else sign * (right - left)

    found = []
    with mp.workdps(30):
        for _, value in sorted((gap(p[0]), p[0]) for p in points if p[0].is_real)[:2]:
            best, step = gap(value), abs(value) / 2
            for _ in range(40):
                least, trial = min((gap(v), v) for v in (value - step, value + step))
                value, best, step = (trial, least, step) if least < best else (value, best, step / 2)
            found.append([sp.Rational(round(value * 10**12), 10**12)])
    return found


def _places(shape):
    """`entry (1, 2)` for each entry of a matrix, and nothing for a scalar."""
    if not shape:
        return [""]
    return [f"entry ({', '.join(str(i + 1) for i in index)})" for index in product(*map(range, shape))]


def _short(expr):
    """`expr` as text, cut where it would drown the message."""
    text = str(expr)
    return text if len(text) <= 300 else text[:299] + "…"


def _shape(line):
    return "×".join(map(str, line.shape)) or "a scalar"


def _note(count, sides):
    digits = _QUADRATURE[0] if any(s.integral for _, s in sides) else DIGITS
    points = f"at {count} point{'s' * (count > 1)} " if any(s.symbols for _, s in sides) else ""
    return f"checked {points}to {digits} digits"


def _hint(sides, point):
    """A word for the student who forgot to say that x is real."""
    loose = [str(s) for s, v in zip(sides.symbols, point, strict=True) if not v.is_real]
    return f" ({', '.join(loose)} not declared real: Symbol({loose[0]!r}, real=True))" if loose else ""
