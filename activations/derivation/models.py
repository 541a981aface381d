"""Undefined functions in numbers: several concrete ones stand for any, so that what holds of one alone is refuted."""

import sympy as sp
from sympy.core.function import AppliedUndef

COUNT = 3


def models(number, *sides):
    """The concrete function that stands for each undefined one in the model of that number, different for each."""
    found = {f.func: len(f.args) for side in sides for f in side.atoms(AppliedUndef)}
    return {f: _model(number, place, found[f]) for place, f in enumerate(sorted(found, key=str))}


def _model(number, place, arity):
    """A smooth function of `arity` arguments without a symmetry between them.

    A sum of a wave, an exponential or a bell, and a square: no differential equation with few small whole coefficients
    has them all among its solutions.
    """
    u = sp.symbols(f"u1:{arity + 1}") if arity > 1 else (sp.Symbol("u"),)
    share = sp.Rational(place, 3)

    def mixed(*weights):
        return sum((weights[i % len(weights)] + i + share) * v for i, v in enumerate(u))

    wave = sp.sin(mixed(sp.Integer(1), sp.Rational(7, 5)) + place + 1)
    line = mixed(sp.Rational(1, 3), sp.Rational(-3, 7))
    kinds = (
        wave + line,
        wave.xreplace({v: 7 * v / 11 for v in u}) + sp.exp(mixed(sp.Rational(3, 7), sp.Rational(-2, 5)) / 4),
        sp.cos(line + place) * sp.Rational(5, 3) + line**2 / 7 + line**3 / 19 - sp.exp(-((line + 1) ** 2) / 9) * 2,
    )
    return sp.Lambda(u, kinds[number])
