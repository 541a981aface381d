"""What a line says: its entries as written, and their values with every derivative, sum and integral worked out."""

from functools import cache, cached_property
from itertools import pairwise

import sympy as sp
from sympy.core.function import AppliedUndef

from activations.calculus import regions
from activations.derivation.algebra import inside_of
from activations.derivation.budget import within
from activations.derivation.continuity import guards
from activations.derivation.floating import agrees_in_floating_point
from activations.derivation.points import Sampler
from activations.derivation.sums import is_general
from activations.numerics.balls import BallError

_INTEGRATION = 4_000_000  # Python calls that SymPy may spend on an integral
_DOING = 3_000_000  # and on all else that a line leaves to be done


class Meaning:
    """An unfolded line: its shape, its entries as written, and their values with every doit done."""

    def __init__(self, expr):
        self.expr = _explicit(_exact(expr))
        self.shape = shape_of(self.expr)
        self.entries = list(sp.flatten(self.expr)) if self.shape else [self.expr]

    @cached_property
    def values(self):
        return [_value(entry) for entry in self.entries]


def shape_of(line):
    """The shape of a matrix or array; () for all else, an entry z[i] included."""
    return line.shape if isinstance(line, (sp.MatrixBase, sp.MatrixExpr, sp.NDimArray)) else ()


def _exact(expr):
    """`expr` with each decimal read as the fraction that it displays."""
    return expr.xreplace({f: sp.Rational(str(f)) for f in expr.atoms(sp.Float)})


def _explicit(expr):
    """A matrix or array expression written out by entries; scalars are left as they are."""
    if not shape_of(expr):
        return expr
    expr = expr.doit()
    try:
        return expr.as_explicit() if isinstance(expr, sp.MatrixExpr) else expr
    except (ValueError, TypeError):
        raise ValueError(f"a matrix of symbolic size cannot be checked entry by entry: {expr}") from None


@cache  # the right side of a step is the left side of the next
def _value(expr):
    """`expr` with its derivatives, sums, limits and integrals worked out as far as SymPy can."""
    if expr.has(sp.Indexed) and is_general(expr):  # the sums stay as they are: `sums.tidied` knows better
        return expr.replace(lambda e: isinstance(e, sp.Derivative), lambda e: sp.diff(e.expr, *e.variable_count))
    integrals = sorted(expr.atoms(sp.Integral), key=sp.default_sort_key)
    value = expr.xreplace({node: _integrated(node) for node in integrals})
    if not value.has(sp.Sum, sp.Product, sp.Derivative, sp.Limit, sp.Subs, sp.factorial, sp.binomial):
        return value
    value = _done(value)
    return _done(value) if value.has(sp.Sum, sp.Product, sp.Derivative, sp.Limit, sp.Subs) else value


def _done(expr):
    """`doit` but for the integrals; twice, because the derivative of a sum, for one, leaves a sum to be done."""
    return within(_DOING, lambda: expr.doit(integrals=False), otherwise=expr)


# --- Integrals -------------------------------------------------------------------------------------------------------


def _integrated(node):
    """An integral in closed form if SymPy finds one that numbers confirm, else with its integrand worked out."""
    node = sp.Integral(node.function.doit(integrals=False), *node.limits)
    closed = within(_INTEGRATION, _closed, node)
    return closed if closed is not None and _confirmed(node, closed) else node


def _closed(node):
    """SymPy's closed form, or None."""
    parts = _parts(node)
    if not all(map(_is_hopeful, parts)):
        return None
    value = sp.Add(*(part.doit(meijerg=True) if _is_gaussian(part) else part.doit() for part in parts))
    return None if value.has(sp.Integral, sp.nan) else value


def _parts(node):
    """A definite integral as a sum of integrals over the intervals on which its integrand has no kink."""
    if len(node.limits) != 1 or len(node.limits[0]) != 3:
        return [node]
    variable, low, high = node.limits[0]
    if not (low.is_number and high.is_number) or node.function.atoms(AppliedUndef):
        return [node]
    pieces = regions(node.function, variable)
    if pieces is not None:
        spans = [(sp.Intersection(where, sp.Interval(low, high)), f) for where, f in pieces]
        if all(isinstance(span, (sp.Interval, sp.FiniteSet, type(sp.S.EmptySet))) for span, _ in spans):
            return [sp.Integral(f, (variable, s.start, s.end)) for s, f in spans if isinstance(s, sp.Interval)]
    return _between_turns(node, variable, low, high) or [node]


def _between_turns(node, variable, low, high):
    """|u| on a bounded interval, where u changes sign at finitely many points: as cos does on [0, π]."""
    sizes = sorted(node.function.atoms(sp.Abs), key=sp.default_sort_key)
    if not sizes or not (low.is_finite and high.is_finite):
        return None
    cuts = {low, high}
    for size in sizes:
        zeros = sp.solveset(size.args[0], variable, sp.Interval(low, high))
        if not isinstance(zeros, (sp.FiniteSet, type(sp.S.EmptySet))):
            return None
        cuts |= set(zeros)
    parts = []
    for a, b in pairwise(sorted(cuts)):
        signs = {size: sp.sign(size.args[0].subs(variable, (a + b) / 2)) * size.args[0] for size in sizes}
        parts.append(sp.Integral(node.function.xreplace(signs), (variable, a, b)))
    return parts


def _is_gaussian(integral):
    """Whether the exponent is a square, as in an expectation: SymPy's other methods then run for minutes in vain."""
    variables = integral.variables
    return any(e.args[0].diff(v, 2) != 0 for e in integral.atoms(sp.exp) for v in variables)


def _is_hopeful(integral):
    """Whether what stands beside a bell is such that SymPy's method for bells has ever found the area."""
    if not _is_gaussian(integral):
        return True
    (variable, *_), *_ = integral.limits
    for node in sp.preorder_traversal(integral.function):
        if isinstance(node, sp.exp):
            exponent = node.args[0].as_poly(variable) if node.has(variable) else None
            if node.has(variable) and (exponent is None or exponent.degree() > 2):
                return False
        elif isinstance(node, sp.Pow) and node.exp.is_negative and node.base.has(variable):
            return False
        elif isinstance(node, sp.Function) and node.has(variable) and not isinstance(node, (sp.erf, sp.erfc, sp.sin,
                                                                                           sp.cos, AppliedUndef)):
            return False
    return True


def _confirmed(node, closed):
    """Whether SymPy's closed form of a definite integral is not refuted at three points, and confirmed at one."""
    if node.atoms(AppliedUndef, sp.DiracDelta) or any(len(limit) != 3 for limit in node.limits):
        return True
    sampler = Sampler(node, closed)
    try:
        agreed = [sampler.compare(point, "=") for point in sampler.points(3)]
    except BallError:
        agreed = []
    if any(isinstance(found, tuple) for found in agreed):
        return False
    if True in agreed and node.free_symbols and not _is_tame(node):
        return False  # a pole that lies between the limits for other values of the parameters would go unseen
    return True in agreed or closed.is_finite is False or agrees_in_floating_point(node, closed)


def _is_tame(node):
    """Whether the integrand has no pole or branch point between the limits, whatever the parameters are."""
    body = node.function
    for variable, low, high in node.limits:
        inside = sp.Dummy(variable.name, positive=low.is_extended_nonnegative and high.is_extended_nonnegative or None,
                          negative=low.is_extended_nonpositive and high.is_extended_nonpositive or None, real=True)
        conditions = guards(body.subs(variable, inside), inside, kinks=True)
        if conditions is None:
            return False
        if low.is_number and high.is_number:
            conditions = [(inside_of(guard, sp.Interval.open(low, high), inside), above) for guard, above in conditions]
        if not all(guard.is_positive if above else guard.is_nonzero for guard, above in conditions):
            return False
    return True
