"""Substitutions that leave a simpler gap: a positive symbol as a power, a real one as a logarithm, W(p) as a symbol."""

import sympy as sp


def without_roots(gap):
    """Each positive symbol under a root as a power."""
    orders = {}
    for power in gap.atoms(sp.Pow):
        if power.exp.is_Rational and power.exp.q > 1:
            for symbol in power.base.free_symbols:
                if symbol.is_positive:
                    orders[symbol] = sp.ilcm(orders.get(symbol, 1), power.exp.q)
    if not orders:
        return None
    return sp.powdenest(gap.xreplace({s: sp.Dummy(s.name, positive=True) ** q for s, q in orders.items()}), force=False)


def without_exponentials(gap):
    """Each real symbol that stands in exponents as the logarithm of a positive one."""
    rates = {}
    for node in gap.atoms(sp.exp):
        for term in sp.Add.make_args(node.args[0].expand()):
            rate, symbol = term.as_coeff_Mul()
            if not (symbol.is_Symbol and symbol.is_real and rate.is_Rational):
                return None
            rates[symbol] = sp.ilcm(rates.get(symbol, 1), rate.q)
    if not rates:
        return None
    bases = {s: sp.Dummy(s.name, positive=True) for s in rates}
    return sp.expand_power_exp(gap.expand(power_exp=True)).replace(
        sp.exp, lambda u: sp.Mul(*(bases[s] ** (rates[s] * u.coeff(s)) for s in rates if u.has(s)))
    ).xreplace({s: rates[s] * sp.log(bases[s]) for s in rates})


def roots_of_squares(gap):
    """The gap with each root of what factors into squares taken, once no positive symbol stands under a root itself."""
    gap = without_roots(gap) or gap
    return gap.replace(lambda e: e.is_Pow and e.exp.is_Rational and e.exp.q == 2 and e.base.is_Add,
                       lambda e: sp.factor(e.base) ** e.exp).expand()


def lambert_named(gap):
    """W(p) as a positive symbol v, so that p = v eᵛ, and W(u eᵘ) as u for u > 0."""
    if not gap.has(sp.LambertW):
        return gap
    for node in sorted(gap.atoms(sp.LambertW), key=sp.default_sort_key):
        if len(node.args) == 1 and node.args[0].is_Symbol and node.args[0].is_positive:
            v = sp.Dummy("v", positive=True)
            gap = gap.xreplace({node: v}).subs(node.args[0], v * sp.exp(v))
    gap = gap.replace(sp.LambertW, _inverse)
    return sp.expand_log(gap).expand()


def _inverse(value, *branch):
    for factor in sp.Mul.make_args(value):
        rest = value / factor
        if isinstance(factor, sp.exp) and not branch and factor.args[0] == rest and rest.is_positive:
            return rest
    return sp.LambertW(value, *branch)


def floors_alike(gap):
    """Remainders and ceilings by floors."""
    return gap.replace(sp.Mod, lambda u, v: u - v * sp.floor(u / v)).replace(sp.ceiling, lambda u: -sp.floor(-u))
