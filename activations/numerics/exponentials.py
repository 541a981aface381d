"""Sums of exponentials, their products and quotients, written so that no exponential needs to overflow."""

from itertools import combinations_with_replacement

import sympy as sp

from activations.numerics.stable_functions import expit, expm1


def exponents(total):
    """A sum of exponentials with positive coefficients as [(c, u), ...] for c·exp(u), or None."""
    found = signed_exponents(total)
    return found if found and all(c.is_positive for c, _ in found) else None


def signed_exponents(total):
    """A sum of exponentials as [(c, u), ...] for c·exp(u) with numbers c; None for another sum, or a constant one."""
    found = []
    for term in sp.Add.make_args(total):
        c, rest = term.as_coeff_Mul()
        if rest.is_number and c != 0:
            c, rest = term, sp.S.One
        if not (c.is_positive or c.is_negative) or not (rest == 1 or isinstance(rest, sp.exp)):
            return None
        found.append((c, sp.S.Zero if rest == 1 else rest.args[0]))
    return found if len(found) > 1 and total.free_symbols else None


def as_exponentials(factors):
    """The factors with sinh and cosh written as exponentials, where a quotient has one below and one above."""
    factors = hyperbolic_ratios(factors)
    below = [factor for factor in factors if factor.as_base_exp()[1].is_negative]
    above = [factor for factor in factors if factor not in below]
    kinds = (sp.sinh, sp.cosh, sp.exp)
    if not (any(f.has(sp.sinh, sp.cosh) for f in factors) and _grow(below, kinds) and _grow(above, kinds)):
        return factors
    rewritten = sp.Mul(*(factor.replace(lambda node: isinstance(node, (sp.sinh, sp.cosh)),
                                        lambda node: sp.expand(node.rewrite(sp.exp))) for factor in factors))
    return list(sp.Mul.make_args(rewritten))


def _grow(factors, kinds):
    return any(factor.has(*kinds) for factor in factors)


def over_one_bar(product):
    """A product with a quotient of sums of exponentials inside a sum, as second derivatives have it, as one quotient,
    in which what cancels has cancelled; the product itself where its numerator is no sum of exponentials then."""
    if not any(_is_quotient(term) for factor in sp.Mul.make_args(product) if factor.is_Add for term in factor.args):
        return product
    above, below = sp.fraction(sp.together(product))
    above = sp.expand(above)
    return above / below if signed_exponents(above) else product


def _is_quotient(term):
    powers = [factor.as_base_exp() for factor in sp.Mul.make_args(term)]
    return any(power.is_negative and exponents(base) for base, power in powers) and any(
        power.is_positive and signed_exponents(base) for base, power in powers)


def hyperbolic_ratios(factors):
    """Replace sinh(u)/cosh(u) among the factors by tanh(u), and cosh(u)/sinh(u) by its inverse, to any power."""
    powers = {}
    for factor in factors:
        base, power = factor.as_base_exp()
        powers[base] = powers.get(base, 0) + power
    for base in list(powers):
        if isinstance(base, sp.sinh):
            other = sp.cosh(base.args[0])
            up, down = powers[base], powers.get(other, sp.S.Zero)
            if up.is_Integer and down.is_Integer and up * down < 0:
                shared = min(abs(up), abs(down)) * sp.sign(up)
                powers[base], powers[other] = up - shared, down + shared
                ratio = sp.tanh(base.args[0])
                powers[ratio] = powers.get(ratio, 0) + shared
    changed = [base**power for base, power in powers.items() if power != 0]
    return changed if sp.tanh in map(type, powers) and changed != factors else factors


def quotients(factors):
    """Take sums of exponentials below with what is above: ([quotients], exponent left over, [other factors])."""
    factors = _as_tanh(factors)
    exponent = sp.Add(*(f.args[0] for f in factors if isinstance(f, sp.exp)))
    sums, below, found, others = [], [], [], []
    for factor in factors:
        base, power = factor.as_base_exp()
        below_sum = signed_exponents(base) if power.is_Integer and power < 0 else None
        if below_sum and all(c.is_positive for c, _ in below_sum):
            below.append([base, below_sum, -power])
        elif below_sum and power == -1 and (ratio := _over_difference(below_sum, exponent)):
            found.append(ratio[0])
            exponent -= ratio[1]
        elif power.is_Integer and power > 0 and (above := signed_exponents(base)):
            sums.append([factor, above, power])
        elif not isinstance(factor, sp.exp):
            others.append(factor)
    for factor, above, power in sums:
        usable = next((entry for entry in below if entry[2] >= power), None)
        if usable is None:
            others.append(factor)
            continue
        copies = usable[2] if power == 1 else 1
        usable[2] -= power * copies
        found.append(_sum_over_sum(above, usable[1], copies) ** power)
    for base, below_sum, power in below:
        if power == 1 and _is_multiple(exponent, below_sum):
            found.append(over_sum(below_sum, exponent))
            exponent = sp.S.Zero
            continue
        taken = _numerators(below_sum, power, exponent) if power else []
        exponent -= sum(below_sum[k][1] for k in taken)
        found += [over_sum(below_sum, below_sum[k][1]) for k in taken]
        others.append(base ** (len(taken) - power))
    return found, sp.expand(exponent), others


def _is_multiple(exponent, below):
    """Is it a rational multiple of an exponent of the sum, but neither 0 nor one of them?"""
    ratios = [sp.expand(exponent) / sp.expand(u) for _, u in below if u != 0]
    return exponent != 0 and 1 not in ratios and any(ratio.is_Rational for ratio in ratios)


def over_sum(below, chosen):
    """exp(chosen) / Σ c_i exp(u_i), written so that no exponential needs to overflow."""
    if len(below) == 2 and all(c == 1 for c, _ in below) and chosen in (below[0][1], below[1][1]):
        other = below[1][1] if chosen == below[0][1] else below[0][1]
        return expit(chosen - other)
    return 1 / sp.Add(*(c * sp.exp(sp.expand(u - chosen)) for c, u in below))


def _sum_over_sum(above, below, copies):
    """Σ k_j exp(v_j) / (Σ c_i exp(u_i))^copies; k·(exp(v) - exp(w)) above is k·(exp(v) + exp(w))·tanh((v - w)/2)."""
    if len(above) == 2 and above[0][0] == -above[1][0]:
        (k, v), (_, w) = above
        return k * sp.tanh((v - w) / 2) * _sum_over_sum([(1, v), (1, w)], below, copies)
    return sp.Add(*(k * _over_power(v, below, copies) for k, v in above))


def _over_power(v, below, copies):
    """exp(v) / (Σ c_i exp(u_i))^copies."""
    taken = [below[k][1] for k in _numerators(below, copies, v)] if copies > 1 else []
    factors = sp.Mul(*(over_sum(below, u) for u in taken[1:]))
    return factors * over_sum(below, sp.expand(v - sum(taken[1:]))) * over_sum(below, sp.S.Zero) ** (
        copies - max(len(taken), 1))


def _over_difference(below, exponent):
    """(exp(v)/(c·exp(u) + d·exp(w)), v), c and d of unlike sign, for the v = u or w that the exponent is, or None."""
    for (c, u), (d, w) in (below, below[::-1]) if len(below) == 2 else ():
        if u != 0 and sp.expand(exponent - u) == 0:
            ratio = sp.expand(w - u)
            return 1 / (d * expm1(ratio) if c == -d else c + d * sp.exp(ratio)), u
    return None


def _numerators(below, power, exponent):
    """Which `power` terms of the sum, or which one, multiply to exp(exponent), as indices; [] where none do."""
    indices = range(len(below))
    for taken in combinations_with_replacement(indices, min(int(power), 4)):
        if sp.expand(exponent - sum(below[k][1] for k in taken)) == 0:
            return list(taken)
    for taken in indices:
        if sp.expand(exponent - below[taken][1]) == 0:
            return [taken]
    return []


def _as_tanh(factors):
    """Replace (exp(a) - exp(b))/(exp(a) + exp(b)) among the factors by tanh((a - b)/2)."""
    for factor in factors:
        below = exponents(1 / factor)
        for (c, u), (d, v) in (below, below[::-1]) if below and len(below) == 2 else ():
            numerator = c * sp.exp(u) - d * sp.exp(v)
            if c == d and numerator in factors:
                return [f for f in factors if f not in (factor, numerator)] + [sp.tanh((u - v) / 2)]
    return factors
