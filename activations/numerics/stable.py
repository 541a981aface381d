"""Rewriting an expression into an equal one that floating point evaluates accurately.

`stabilise` replaces what overflows or cancels by functions that do neither: 1/(1 + exp(-u)) becomes expit(u),
exp(u) - 1 becomes expm1(u), and so on. `compile` writes the result out in NumPy and in JavaScript.
"""

from functools import cache
from itertools import combinations_with_replacement

import sympy as sp
from sympy.codegen.cfunctions import expm1, hypot, log1p

# --- The functions that stable forms are made of -----------------------------------------------------------------


class expit(sp.Function):
    """1/(1 + exp(-u)), the logistic sigmoid."""


class log1pexp(sp.Function):
    """log(1 + exp(u)), the softplus."""


class logsumexp(sp.Function):
    """log(exp(u) + exp(v) + ...)."""


class scaled_erfc(sp.Function):
    """erfc(u), given u and exp(-u²) so that the square can be formed without rounding."""


class conjugate_sum(sp.Function):
    """u + sqrt(u² + c), given u and c."""


class root_minus_one(sp.Function):
    """sqrt(1 + u²) - 1."""


class damped(sp.Function):
    """d·r where d decays exponentially: 0 once d has reached 0, however large r has grown by then."""


class near_zero(sp.Function):
    """A sum that cancels near u = 0, given u, a radius, its Taylor polynomial inside, and the sum outside."""


# --- Rewriting into a stable form --------------------------------------------------------------------------------


@cache  # both languages ask for the same expressions
def stabilise(expr):
    """Rewrite an expression into an equal one that floating point evaluates to full relative accuracy."""
    if not expr.free_symbols or not expr.args:
        return expr
    if isinstance(expr, sp.Piecewise):
        return sp.Piecewise(*((stabilise(value), condition) for value, condition in expr.args), evaluate=False)
    if isinstance(expr, sp.Heaviside):
        return stabilise(expr.rewrite(sp.Piecewise))
    if isinstance(expr, (sp.Mul, sp.Pow)):
        return _stable_product(expr)
    rebuilt = expr.func(*map(stabilise, expr.args))
    if isinstance(expr, sp.Add):
        return _stable_sum(rebuilt, expr)
    if isinstance(rebuilt, sp.log):
        return _stable_log(rebuilt)
    if isinstance(rebuilt, sp.erfc):
        return _erfc(rebuilt.args[0])
    return rebuilt


def _erfc(u):
    return scaled_erfc(u, sp.exp(-sp.expand(u**2)))


def _stable_sum(total, original):
    """Replace pairs of terms that cancel: c·g(u) ± c becomes one function without the cancellation."""
    terms = list(sp.Add.make_args(total)) if isinstance(total, sp.Add) else [total]
    for rule in (_against_constant, _against_root):
        terms = _merge_pairs(terms, rule)
    result = sp.Add(*terms)
    if isinstance(result, sp.Add) and len(terms) == len(sp.Add.make_args(original)):
        return _taylor_branch(result, original)
    return result


def _merge_pairs(terms, rule):
    for i, first in enumerate(terms):
        for j, second in enumerate(terms):
            merged = rule(first, second) if i != j else None
            if merged is not None:
                return _merge_pairs([t for k, t in enumerate(terms) if k not in (i, j)] + [merged], rule)
    return terms


def _split_function(term, kind):
    """c·g(u) as (c, g(u)) for the one factor of that kind, or None."""
    factors = sp.Mul.make_args(term)
    found = [factor for factor in factors if isinstance(factor, kind)]
    return (sp.Mul(*(f for f in factors if f is not found[0])), found[0]) if len(found) == 1 else None


def _against_constant(term, c):
    """k·g(u) + c with k = ±c, for each g whose value ±1 the constant cancels; None where no rule applies."""
    halved = _split_function(term, expit)
    if halved is not None and halved[0] == -2 * c:
        return -c * sp.tanh(halved[1].args[0] / 2)
    for kind in (sp.exp, sp.erf, sp.tanh, expit, hypot):
        parts = _split_function(term, kind)
        if parts is not None and parts[0] in (c, -c):
            return _cancelled(kind, parts[1].args, parts[0], plus=parts[0] == c)
    parts = _split_function(1 / term, hypot)
    if parts is not None and 1 / parts[0] in (c * parts[1].args[0], -c * parts[1].args[0]):
        u, root = 1 / parts[0] / c, parts[1].args[1]
        return c * conjugate_sum(u, root**2) / parts[1]
    factors = [f for f in sp.Mul.make_args(term) if f.is_Pow and isinstance(f.base, sp.tanh) and f.exp == 2]
    if factors and term == -c * factors[0]:
        u = factors[0].base.args[0]
        return 4 * c * expit(2 * u) * expit(-2 * u)
    return None


def _cancelled(kind, arguments, k, plus):
    """k·(g(u) + 1) or k·(g(u) - 1) in the form that keeps the small difference."""
    u = arguments[0]
    if kind is sp.tanh:
        return 2 * k * expit(2 * u) if plus else -2 * k * expit(-2 * u)
    if kind is sp.erf:
        return k * _erfc(-u) if plus else -k * _erfc(u)
    if kind is sp.exp and not plus:
        return k * expm1(u)
    if kind is expit and not plus:
        return -k * expit(-u)
    if kind is hypot and not plus and arguments[1] == 1:
        return k * root_minus_one(u)
    return None


def _against_root(term, root):
    """k·u + k·sqrt(u² + c) without the cancellation at large negative u."""
    parts = _split_function(root, hypot)
    if parts is None:
        return None
    k, h = parts
    u, c = h.args[0], h.args[1] ** 2
    if term == k * u:
        return k * conjugate_sum(u, c)
    if term == -k * u:
        return k * conjugate_sum(-u, c)
    return None


def _taylor_branch(total, original):
    """Give a sum in one symbol whose terms cancel at 0, such as x - tanh(x), its Taylor polynomial there."""
    if len(original.free_symbols) != 1 or original.has(sp.Piecewise, sp.Abs, sp.sign, sp.Max, sp.Min):
        return total
    (u,) = original.free_symbols
    if not _cancels(original, u):
        return total
    for radius in (sp.Rational(1, 2), sp.Rational(1, 4), sp.Rational(1, 8)):
        exact = original.subs(u, radius).evalf(40)
        for order in (12, 16, 20, 24, 28):
            try:
                polynomial = sp.series(original, u, 0, order).removeO()
            except sp.PoleError:  # an essential singularity at 0, as in sin(1/u)
                return total
            if abs(polynomial.subs(u, radius).evalf(40) / exact - 1) < 1e-17:
                return near_zero(u, radius, sp.horner(polynomial), total)
    return total


def _cancels(total, u):
    """Is the sum, close to u = 0, less than a hundredth of its largest term? False where it has no real value there."""
    try:
        values = [term.subs(u, sp.Rational(1, 1000)).evalf(40) for term in sp.Add.make_args(total)]
        ratio = abs(sum(values)) / max(map(abs, values))
        return bool(ratio.is_real and ratio <= sp.Rational(1, 100))
    except (TypeError, ZeroDivisionError, AttributeError):
        return False


def _exponents(total):
    """A sum of exponentials with positive coefficients as [(c, u), ...] for c·exp(u), or None."""
    found = []
    for term in sp.Add.make_args(total):
        c, rest = term.as_coeff_Mul()
        if not c.is_positive or not (rest == 1 or isinstance(rest, sp.exp)):
            return None
        found.append((c, sp.S.Zero if rest == 1 else rest.args[0]))
    return found if len(found) > 1 else None


def _over_sum(exponents, k):
    """exp(u_k) / Σ c_i exp(u_i), written so that no exponential needs to overflow."""
    chosen = exponents[k][1]
    if len(exponents) == 2 and all(c == 1 for c, _ in exponents):
        return expit(chosen - exponents[1 - k][1])
    return 1 / sp.Add(*(c * sp.exp(sp.expand(u - chosen)) for c, u in exponents))


def _stable_product(product):
    """Rewrite quotients of exponentials, roots of squares, and products that decay."""
    factors = _as_tanh(list(sp.Mul.make_args(product)))
    exponent = sp.Add(*(f.args[0] for f in factors if isinstance(f, sp.exp)))
    quotients, others = [], []
    for factor in factors:
        base, power = factor.as_base_exp()
        exponents = _exponents(base) if power.is_Integer and power < 0 else None
        if exponents:
            taken = _numerators(exponents, -power, exponent)
            exponent -= sum(exponents[k][1] for k in taken)
            quotients += [_over_sum(exponents, k) for k in taken]
            others.append(base ** (power + len(taken)))
        elif not isinstance(factor, sp.exp):
            others.append(_stable_power(base, power) if factor.is_Pow else stabilise(factor))
    exponent = sp.expand(exponent)
    decays = quotients + ([sp.exp(exponent)] if exponent != 0 else [])
    others = [f for factor in others for f in sp.Mul.make_args(factor)]
    decays += [f for f in others if isinstance(f.as_base_exp()[0], (expit, scaled_erfc))]
    rest = sp.Mul(*(f for f in others if f not in decays))
    if not decays:
        return rest
    decay = sp.Mul(*decays)
    constant, rest = rest.as_independent(*rest.free_symbols, as_Add=False) if rest.free_symbols else (rest, sp.S.One)
    return constant * (decay if rest == 1 else damped(decay, rest))


def _stable_power(base, power):
    """sqrt(u² + c) as hypot(u, sqrt(c)), which neither overflows nor loses small u; other powers part by part."""
    base = stabilise(base)
    terms = sp.Add.make_args(base)
    for square, c in (terms, terms[::-1]) if len(terms) == 2 and abs(power) == sp.S.Half else ():
        root = sp.sqrt(square)
        if isinstance(root, sp.Abs) and c.is_nonnegative:
            return hypot(root.args[0], sp.sqrt(c)) ** (2 * power)
    return base ** stabilise(power)


def _numerators(exponents, power, exponent):
    """Which `power` terms of the sum multiply to exp(exponent), as indices; at worst the constant term alone."""
    indices = range(len(exponents))
    for taken in combinations_with_replacement(indices, min(int(power), 4)):
        if sp.expand(exponent - sum(exponents[k][1] for k in taken)) == 0:
            return list(taken)
    for taken in indices:
        if exponent != 0 and sp.expand(exponent - exponents[taken][1]) == 0:
            return [taken]
    ones = [k for k in indices if exponents[k][1] == 0]
    return ones[:1] * int(power)


def _as_tanh(factors):
    """Replace (exp(a) - exp(b))/(exp(a) + exp(b)) among the factors by tanh((a - b)/2)."""
    for factor in factors:
        exponents = _exponents(1 / factor)
        for (c, u), (d, v) in (exponents, exponents[::-1]) if exponents and len(exponents) == 2 else ():
            numerator = c * sp.exp(u) - d * sp.exp(v)
            if c == d == 1 and numerator in factors:
                return [f for f in factors if f not in (factor, numerator)] + [sp.tanh((u - v) / 2)]
    return factors


def _stable_log(expr):
    (argument,) = expr.args
    if isinstance(argument, expit):
        return -log1pexp(-argument.args[0])
    exponents = _exponents(argument)
    if exponents is None or any(c != 1 for c, _ in exponents):
        return log1p(argument - 1) if isinstance(argument, sp.Add) and 1 in argument.args else expr
    u, v = exponents[0][1], exponents[-1][1]
    if len(exponents) == 2 and 0 in (u, v):
        return log1pexp(u + v)
    return logsumexp(*(u for _, u in exponents))
