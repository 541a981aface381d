"""Rewriting an expression into an equal one that floating point evaluates accurately.

`stabilise` replaces what overflows or cancels by functions that do neither: 1/(1 + exp(-u)) becomes expit(u),
exp(u) - 1 becomes expm1(u), and so on. The printers write the result out in NumPy and in JavaScript.
"""

from functools import cache

import sympy as sp

from activations.numerics.exponentials import as_exponentials, exponents, over_one_bar, quotients
from activations.numerics.stable_functions import (
    conjugate_sum,
    damped,
    exp_erfc,
    expit,
    expm1,
    hypot,
    log1p,
    log1pexp,
    log1psquare,
    logcosh,
    logsinh,
    logsumexp,
    root_minus_one,
    scaled_erfc,
)
from activations.numerics.taylor import cancels, taylor_branch

# What a target may lack, by functions that both have.
_PLAIN = {
    sp.sec: lambda u: 1 / sp.cos(u), sp.csc: lambda u: 1 / sp.sin(u), sp.cot: lambda u: sp.cos(u) / sp.sin(u),
    sp.sech: lambda u: 1 / sp.cosh(u), sp.csch: lambda u: 1 / sp.sinh(u), sp.coth: lambda u: 1 / sp.tanh(u),
    sp.asec: lambda u: sp.acos(1 / u), sp.acsc: lambda u: sp.asin(1 / u), sp.acot: lambda u: sp.atan(1 / u),
    sp.asech: lambda u: sp.acosh(1 / u), sp.acsch: lambda u: sp.asinh(1 / u), sp.acoth: lambda u: sp.atanh(1 / u),
    sp.sinc: lambda u: sp.Piecewise((sp.sin(u) / u, sp.Ne(u, 0)), (1, True)), sp.frac: lambda u: u - sp.floor(u),
    sp.Heaviside: lambda u, at_0=sp.S.Half: sp.Heaviside(u, at_0).rewrite(sp.Piecewise),
}


@cache  # both languages ask for the same expressions
def stabilise(expr):
    """Rewrite an expression into an equal one that floating point evaluates to full relative accuracy."""
    if not expr.free_symbols or not expr.args:
        return expr
    if isinstance(expr, sp.Piecewise):
        return sp.Piecewise(*((stabilise(value), condition) for value, condition in expr.args), evaluate=False)
    if type(expr) in _PLAIN:
        return stabilise(_PLAIN[type(expr)](*expr.args))
    of_numbers = [power for power in expr.atoms(sp.Pow) if power.exp.free_symbols and power.base.is_number
                  and power.base.is_positive]
    if of_numbers:
        return stabilise(expr.xreplace({power: sp.exp(power.exp * sp.log(power.base)) for power in of_numbers}))
    expr = _joined_powers(expr)
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


# --- Powers with a symbol in the exponent -------------------------------------------------------------------------


def _is_symbolic_power(expr):
    return expr.is_Pow and bool(expr.exp.free_symbols and expr.base.free_symbols)


def _joined_powers(expr):
    """n·x^n/x as n·x^(n - 1), which has a value at 0; the terms of a sum that share such a power as one product."""
    if not isinstance(expr, (sp.Mul, sp.Add)) or not any(map(_is_symbolic_power, expr.atoms(sp.Pow))):
        return expr
    if isinstance(expr, sp.Mul):
        return _joined_product(expr)
    by_power = {}
    for term in expr.args:
        factors = sp.Mul.make_args(_joined_product(term))
        powers = sp.Mul(*filter(_is_symbolic_power, factors))
        by_power.setdefault(powers, []).append(sp.Mul(*(f for f in factors if not _is_symbolic_power(f))))
    return sp.Add(*(power * sp.factor_terms(sp.Add(*coefficients)) for power, coefficients in by_power.items()))


def _joined_product(product):
    """The powers of one base as one power, that of x/3 taken for one of x."""
    return sp.powsimp(sp.Mul(*map(sp.expand_power_base, sp.Mul.make_args(product))), combine="exp")


# --- Sums ---------------------------------------------------------------------------------------------------------


def _stable_sum(total, original):
    """Replace pairs of terms that cancel: c·g(u) ± c becomes one function without the cancellation."""
    terms = list(sp.Add.make_args(total)) if isinstance(total, sp.Add) else [total]
    for rule in (_against_constant, _against_root, _against_exponential, _against_logarithm):
        terms = _merge_pairs(terms, rule)
    result = sp.Add(*terms)
    return taylor_branch(result, original) if isinstance(result, sp.Add) and cancels(result) else result


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
    for kind in (sp.exp, sp.erf, sp.tanh, expit, hypot, sp.cos, sp.cosh):
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
    if kind is sp.cos:
        return 2 * k * sp.cos(u / 2) ** 2 if plus else -2 * k * sp.sin(u / 2) ** 2
    if plus:
        return None
    if kind is sp.exp:
        return k * expm1(u)
    if kind is expit:
        return -k * expit(-u)
    if kind is sp.cosh:
        return 2 * k * sp.sinh(u / 2) ** 2
    return k * root_minus_one(u) if arguments[1] == 1 else None


def _against_root(term, root):
    """k·u + k·sqrt(u² + c) without the cancellation at large negative u; k·sqrt(a) - k·sqrt(b) where a - b is known."""
    parts = _split_function(root, hypot)
    if parts is not None:
        k, h = parts
        u, c = h.args[0], h.args[1] ** 2
        return k * conjugate_sum(term / k, c) if term in (k * u, -k * u) else None
    first, second = _square_root(term), _square_root(root)
    if first is not None and second is not None and first[0] == -second[0]:
        difference = sp.expand(first[1] - second[1])
        if difference.is_number:
            return first[0] * difference / (sp.sqrt(first[1]) + sp.sqrt(second[1]))
    return None


def _square_root(term):
    """c·sqrt(u) as (c, u), or None."""
    roots = [factor for factor in sp.Mul.make_args(term) if factor.is_Pow and factor.exp == sp.S.Half
             and factor.free_symbols]
    return (term / roots[0], roots[0].base) if len(roots) == 1 else None


def _against_exponential(first, second):
    """k·exp(u) - k·exp(w), of which both may overflow: by sinh where w = -u, by expm1 where w is a part of u; and
    k·cosh(u) ± k·sinh(u)."""
    one, other = _split_function(first, sp.cosh), _split_function(second, sp.sinh)
    if one and other and one[1].args == other[1].args and one[0] in (other[0], -other[0]):
        return one[0] * sp.exp(one[1].args[0] * other[0] / one[0])
    one, other = _split_function(first, sp.exp), _split_function(second, sp.exp)
    if one is None or other is None or one[0] != -other[0]:
        return None
    k, (u,), (w,) = one[0], one[1].args, other[1].args
    ratio = u / w
    if ratio == -1:
        return 2 * k * sp.sinh(u)
    return k * sp.exp(w) * expm1(sp.expand(u - w)) if ratio.is_Rational and ratio > 1 else None


def _against_logarithm(term, other):
    """k·log(exp(u) + exp(v)) less k·log(2), which is 0 where both are, or less k·u, which is most of it."""
    parts = _split_function(term, (log1pexp, logsumexp))
    if parts is None:
        return None
    k, logarithm = parts
    arguments = logarithm.args if isinstance(logarithm, logsumexp) else (sp.S.Zero, *logarithm.args)
    if len(arguments) != 2:
        return None
    for u, v in (arguments, arguments[::-1]):
        if u != 0 and sp.expand(other + k * u) == 0:
            return k * log1pexp(v - u)
    return k * _log_of_mean(*arguments) if sp.expand(other + k * sp.log(2)) == 0 else None


def _log_of_mean(u, v):
    """log((exp(u) + exp(v))/2)."""
    if u + v == 0:
        return logcosh(u)
    return sp.Max(u, v) + log1p(expm1(-sp.Abs(sp.expand(u - v))) / 2)


# --- Products -----------------------------------------------------------------------------------------------------


def _stable_product(product):
    """Rewrite quotients of exponentials, roots of squares, and products that decay."""
    stable = _rewritten_product(product)
    factors = sp.Mul.make_args(product)
    if any(f.is_Add and cancels(f) for f in factors) and any(
            f.is_Pow and f.base.is_Symbol and f.exp.is_negative for f in factors):
        return taylor_branch(stable, product)
    return stable


def _rewritten_product(product):
    found, exponent, others = quotients(as_exponentials(list(sp.Mul.make_args(over_one_bar(product)))))
    others = [_stable_factor(factor) for factor in others]
    decays = found + ([sp.exp(exponent)] if exponent != 0 else [])
    others = [f for factor in others for f in sp.Mul.make_args(factor)]
    decays += [f for f in others if isinstance(f.as_base_exp()[0], (expit, scaled_erfc))]
    rest = sp.Mul(*(f for f in others if f not in decays))
    if not decays:
        return _vanishing_coefficient(rest)
    tails = [f for f in decays if isinstance(f, scaled_erfc)]
    if exponent != 0 and len(tails) == 1:
        (u, _) = tails[0].args
        kept = [f for f in decays if f not in (tails[0], sp.exp(exponent))]
        decays = [*kept, exp_erfc(exponent, u, sp.expand(exponent - u**2))]
    decay = sp.Mul(*decays)
    constant, rest = rest.as_independent(*rest.free_symbols, as_Add=False) if rest.free_symbols else (rest, sp.S.One)
    return constant * (decay if rest == 1 else damped(decay, rest))


def _stable_factor(factor):
    base, power = factor.as_base_exp()
    return _stable_power(base, power) if factor.is_Pow else stabilise(factor)


def _vanishing_coefficient(product):
    """n·x^(n - 1) as damped(n, x^(n - 1)): at n = 0 it is 0 for every x, 0 included."""
    factors = sp.Mul.make_args(product)
    powers = [factor for factor in factors if _is_symbolic_power(factor)]
    exponents_have = set().union(*(power.exp.free_symbols for power in powers))
    coefficients = [f for f in factors if f not in powers and f.free_symbols and f.free_symbols <= exponents_have]
    if not powers or not coefficients:
        return product
    rest = sp.Mul(*(f for f in factors if f not in powers and f not in coefficients))
    return damped(sp.Mul(*coefficients), sp.Mul(*powers)) * rest


def _stable_power(base, power):
    """sqrt(u² + c) as hypot(u, sqrt(c)), which neither overflows nor loses small u; other powers part by part."""
    base = stabilise(base)
    terms = sp.Add.make_args(base)
    for square, c in (terms, terms[::-1]) if len(terms) == 2 and abs(power) == sp.S.Half else ():
        root = sp.sqrt(square)
        if isinstance(root, sp.Abs) and c.is_nonnegative:
            return hypot(root.args[0], sp.sqrt(c)) ** (2 * power)
    return base ** stabilise(power)


# --- Logarithms ---------------------------------------------------------------------------------------------------


def _stable_log(expr):
    (argument,) = expr.args
    if isinstance(argument, expit):
        return -log1pexp(-argument.args[0])
    total = exponents(argument)
    if total is not None:
        return _log_of_sum(total)
    constant, rest = argument.as_coeff_Mul()
    base, power = rest.as_base_exp()
    if constant.is_positive and isinstance(base, (sp.cosh, sp.sinh, expit, expm1)) and power.is_Rational:
        terms = sp.Add.make_args(sp.log(constant) + power * _LOGARITHMS[type(base)](*base.args))
        return sp.Add(*_merge_pairs(list(terms), _against_logarithm))
    if constant == 1 and power.is_Integer and power % 2 == 0 and base.is_real:
        return power * sp.log(sp.Abs(base))
    if isinstance(argument, conjugate_sum) and argument.args[1].is_positive:
        u, c = argument.args
        return sp.asinh(u / sp.sqrt(c)) + sp.log(c) / 2
    if isinstance(argument, sp.Add) and 1 in argument.args:
        root = _real_root(argument - 1)
        return log1p(argument - 1) if root is None else log1psquare(root)
    c, square = argument.as_coeff_Add()
    root = _real_root(square)
    return 2 * sp.log(hypot(root, sp.sqrt(c))) if root is not None and c.is_positive else expr


_LOGARITHMS = {
    sp.cosh: logcosh, sp.sinh: logsinh, expit: lambda u: -log1pexp(-u),
    expm1: lambda u: sp.log(2) + u / 2 + logsinh(u / 2)}


def _real_root(expr):
    """A real u with u² = expr, for c·v² with a positive number c; None for another expression."""
    c, square = expr.as_coeff_Mul()
    return sp.sqrt(c) * square.base if c.is_positive and square.is_Pow and square.exp == 2 and (
        square.base.is_real) else None


def _log_of_sum(total):
    """log(Σ c_i exp(u_i)), by the exponents alone where all c_i are one number."""
    c = total[0][0]
    if any(other != c for other, _ in total):
        return logsumexp(*(sp.log(other) + u for other, u in total))
    u, v = total[0][1], total[-1][1]
    if len(total) == 2 and c == sp.S.Half:
        return _log_of_mean(u, v)
    return sp.log(c) + (log1pexp(u + v) if len(total) == 2 and 0 in (u, v) else logsumexp(*(w for _, w in total)))
