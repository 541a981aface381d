"""Proofs by SymPy: a gap that some form of it turns into 0, or whose sign some form of it shows.

The numbers have been asked before: what reaches these forms has not been refuted anywhere.
"""

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from activations.calculus import regions
from activations.derivation.budget import within
from activations.derivation.substitutions import floors_alike, lambert_named, roots_of_squares
from activations.derivation.sums import tidied

_SIMPLIFYING = 1_200_000  # Python calls that one of SymPy's long methods may spend
_POWER, _DEGREE = 100, 2000  # of a polynomial, and of one in an exponential, that is still worked with
_SIGNING = 200_000  # the same where a sign is looked for, which short forms show or none


def vanishes(gap):
    """Whether SymPy reduces `gap` to 0, as a whole or between its kinks; False only means that it could not decide."""
    if gap.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.Limit) or _has_loose_binomial(gap):
        return False
    if reduces_to_zero(gap) or by_cases(gap, reduces_to_zero):
        return True
    return not gap.has(sp.Piecewise, sp.Integral) and not _has_long_logarithms(gap) and reduces_to_zero(gap, LONG)


def reduces_to_zero(gap, forms=None):
    """Whether one of the forms of `gap` is 0."""
    gap = _slopes_named(tidied(gap))
    size = gap.count_ops()
    if is_heavy(gap):
        return gap == 0
    return any(size < limit and within(_SIMPLIFYING, form, gap) == 0 for limit, form in forms or SHORT)


def distributions_agree(gap):
    """Whether `gap`, with distributions in it, is 0: δ(ax) = δ(x)/|a| and f(x) δ(x) = f(0) δ(x) are all it takes."""
    simplified = within(_SIMPLIFYING, lambda: _at_spikes(gap.expand()), otherwise=gap)
    return reduces_to_zero(gap) or simplified == 0


def _at_spikes(gap):
    """Each f(u) δ(au + b) as f(-b/a) δ(u + b/a)/|a|."""
    total = sp.S.Zero
    for term in sp.Add.make_args(gap):
        spikes = [factor for factor in sp.Mul.make_args(term) if isinstance(factor, sp.DiracDelta)]
        symbols = spikes[0].free_symbols if len(spikes) == 1 and len(spikes[0].args) == 1 else ()
        line = spikes[0].args[0].as_poly(*symbols) if len(symbols) == 1 else None
        if line is None or line.degree() != 1:
            total += term
            continue
        (symbol,), (slope, shift) = symbols, line.all_coeffs()
        at, weight = -shift / slope, term / spikes[0]
        value = weight.subs(symbol, at)
        if not value.is_finite or weight.has(sp.sign, sp.Heaviside, sp.floor, sp.Piecewise):
            total += term
            continue
        total += value * sp.DiracDelta(symbol - at) / sp.Abs(slope)
    return total


def is_signed(gap, or_zero, briefly=False):
    """Whether SymPy knows that gap ≥ 0 (or > 0); `briefly` leaves out the form that takes it longest."""
    if gap.has(sp.zoo, sp.nan, sp.Limit) or gap.count_ops() > 200:
        return False
    if is_heavy(gap):
        return (gap.is_nonnegative if or_zero else gap.is_positive) is True
    long = () if briefly or gap.count_ops() > 50 or _has_long_logarithms(gap) else (sp.simplify,)
    forms = (lambda e: e, sp.expand, sp.factor, *long, lambda e: sp.factor(sp.together(_as_exp(e))))
    return any(within(_SIGNING, _shows_its_sign, form, gap, or_zero, otherwise=False) for form in forms)


def _shows_its_sign(form, gap, or_zero):
    found = form(gap)
    return not is_heavy(found) and (found.is_nonnegative if or_zero else found.is_positive) is True


def by_cases(gap, decide):
    """`decide` on each of the `cases`; False where there is none."""
    found = cases(gap)
    return bool(found) and all(map(decide, found))


def cases(gap):
    """`gap` on each interval between its kinks in one real symbol, and at these where they count; [] if unknown."""
    nodes = gap.atoms(sp.Abs, sp.Max, sp.Min, sp.sign, sp.Heaviside, Relational)
    symbols = [s for s in set().union(*(node.free_symbols for node in nodes)) if s.is_extended_real]
    if len(symbols) != 1 or any(node.atoms(AppliedUndef) for node in nodes):
        return []
    (symbol,) = symbols
    pieces = exact_regions(gap, symbol) or []
    inside = [inside_of(piece, where, symbol) for where, piece in pieces if _meets(where, symbol)]
    return [*inside, *at_borders(gap, pieces, symbol)] if inside else []


def exact_regions(gap, symbol):
    """As `calculus.regions`, and None too where a border is found in numbers: these may not be all there are."""
    pieces = regions(gap, symbol)
    return pieces if pieces and not any(where.has(sp.Float) for where, _ in pieces) else None


def at_borders(gap, pieces, symbol):
    """The gap at the borders between its pieces, where these count: a whole number may lie on one."""
    borders = {end for where, _ in pieces for end in where.args[:2] if end.is_finite and end.is_integer is not False}
    return [gap.subs(symbol, end) for end in borders] if symbol.is_integer else []


def _meets(interval, symbol):
    """Whether a symbol can lie in an interval at all: a positive one not left of 0."""
    return not (symbol.is_nonnegative and interval.end <= 0) and not (symbol.is_nonpositive and interval.start >= 0)


def inside_of(piece, interval, symbol):
    """`piece` on an open interval, which a positive symbol t runs through."""
    t, (low, high) = sp.Dummy("t", positive=True), interval.args[:2]
    low = sp.Max(low, 0) if symbol.is_nonnegative else low
    high = sp.Min(high, 0) if symbol.is_nonpositive else high
    if high is sp.oo:
        return piece if low is -sp.oo else piece.subs(symbol, low + t)
    return piece.subs(symbol, high - t if low is -sp.oo else low + (high - low) * t / (1 + t))


def is_heavy(gap):
    """Whether SymPy would write `gap` as a polynomial of a very high degree: exp(10⁹ x) is one in exp(x)."""
    if any(p.exp.is_Integer and abs(p.exp) > _POWER and not p.base.is_number for p in gap.atoms(sp.Pow)):
        return True
    rates = [abs(term.as_coeff_Mul()[0]) for node in gap.atoms(sp.exp)
             for term in sp.Add.make_args(node.args[0].expand())]
    rates = [rate for rate in rates if rate.is_Rational and rate]
    return bool(rates) and (max(rate.p for rate in rates) > _DEGREE
                            or max(rates) * sp.ilcm(1, *(rate.q for rate in rates)) > _DEGREE)


def _has_long_logarithms(gap):
    """Whether SymPy would combine logarithms into a power with a very high exponent."""
    return gap.has(sp.log) and any(abs(r.p) > _DEGREE or r.q > _DEGREE for r in gap.atoms(sp.Rational))


def _has_loose_binomial(gap):
    """Whether the top of a binomial may be a negative integer, where its gamma functions are infinite."""
    return any(top.is_integer is not False and not top.is_nonnegative
               for top, _ in (node.args for node in gap.atoms(sp.binomial)) if top.free_symbols)


# --- Forms -----------------------------------------------------------------------------------------------------------


def _as_exp(gap):
    return gap.rewrite(sp.exp) if gap.has(sp.Function) else gap


def _numerator(expr):
    """The numerator of `expr` over one denominator, multiplied out."""
    return sp.fraction(sp.together(expr))[0].expand()


def _logarithms_gone(gap):
    """exp(gap) - 1: if it is 0 then gap = 2πik, and k = 0 where both sides are real."""
    if not gap.has(sp.log) or not _is_on_line(gap) or _has_long_logarithms(gap):
        return gap
    power = sp.exp(_as_exp(gap).expand()) - 1
    return gap if is_heavy(power) else _numerator(power)


def _is_on_line(gap):
    """Whether only real values of both sides are compared: then their difference is real too."""
    return not gap.has(sp.I) and all(s.is_extended_real for s in gap.free_symbols if isinstance(s, sp.Symbol))


def _inverse_hyperbolics_gone(gap):
    kinds = (sp.asinh, sp.acosh, sp.atanh, sp.acoth)
    return _logarithms_gone(gap.rewrite(sp.log)) if gap.has(*kinds) else gap


def _error_functions_alike(gap):
    gap = gap.replace(sp.erfi, lambda u: -sp.I * sp.erf(sp.I * u))
    return _numerator(gap.replace(sp.erfc, lambda u: 1 - sp.erf(u)))


def _roots_reduced(gap):
    """Each √r as a symbol s, with s² = r used until none is left."""
    gap = sp.fraction(sp.together(_as_exp(gap)))[0]
    roots = sorted({power.base for power in gap.atoms(sp.Pow) if power.exp.is_Rational and power.exp.q == 2},
                   key=lambda base: (-base.count_ops(), sp.default_sort_key(base)))
    for base in roots:
        s = sp.Dummy("s")
        gap = gap.replace(lambda e, b=base: e.is_Pow and e.base == b and e.exp.is_Rational and e.exp.q == 2,
                          lambda e, s=s: s ** (2 * e.exp))
        gap = sp.fraction(sp.together(gap))[0].expand()
        polynomial = sp.Poly(gap, s)
        gap = sum(coefficient * base ** (power // 2) * s ** (power % 2)
                  for (power,), coefficient in polynomial.terms()).subs(s, sp.sqrt(base)).expand()
    return gap


def _gammas_alike(gap):
    return sp.gammasimp(gap.rewrite(sp.gamma)) if gap.has(sp.factorial, sp.binomial, sp.gamma) else gap


SHORT = (
    (1500, lambda gap: gap),
    (1500, lambda gap: gap.expand()),
    (1500, _numerator),
    (1500, lambda gap: _numerator(_as_exp(gap))),
    (1500, _error_functions_alike),
    (500, _logarithms_gone),
    (500, _inverse_hyperbolics_gone),
    (300, lambda gap: gap.expand(trig=True)),
    (300, lambda gap: _numerator(sp.expand_func(gap))),
    (300, _gammas_alike),
    (200, _roots_reduced),
    (200, lambda gap: _numerator(roots_of_squares(gap))),
    (200, lambda gap: _numerator(lambert_named(gap))),
    (200, lambda gap: floors_alike(gap).expand()),
    (200, lambda gap: gap.rewrite(sp.acos).expand() if gap.has(sp.asin) else gap),
)
LONG = ((150, sp.simplify), (150, lambda gap: sp.simplify(_as_exp(gap))), (150, sp.trigsimp))


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
