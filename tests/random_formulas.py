"""Random formulas for the workbench: each as a text that one may type, and as a SymPy expression."""

import random
from fractions import Fraction

import mpmath
import sympy as sp

from activations import catalogue, x


class Above(sp.Function):
    """1 where u > 0 and 0 elsewhere, with slope 0: a choice that SymPy does not try to simplify."""

    nargs = 1

    def fdiff(self, argindex=1):
        return sp.S.Zero


MODULES = [{"Above": lambda u: mpmath.mpf(u > 0)}, "mpmath"]  # for lambdify


def choose(difference, yes, no):
    """yes where the difference is positive, no elsewhere."""
    return yes * Above(difference) + no * (1 - Above(difference))


K, B = sp.Symbol("k", real=True), sp.Symbol("b", real=True)
LEAVES = ["x", "x", "x", "x", "k", "b", *map(Fraction, ("2", "3", "0.5", "0.25", "1.5", "7"))]
PLAIN = {
    "exp": sp.exp, "sin": sp.sin, "cos": sp.cos, "tanh": sp.tanh, "arctan": sp.atan, "erf": sp.erf, "erfc": sp.erfc,
    "asinh": sp.asinh, "sinh": sp.sinh, "cosh": sp.cosh, "log": sp.log, "sqrt": sp.sqrt,
    "log1p": lambda u: sp.log(1 + u), "expm1": lambda u: sp.exp(u) - 1, "Phi": lambda u: sp.erfc(-u / sp.sqrt(2)) / 2,
    "phi": lambda u: sp.exp(-(u**2) / 2) / sp.sqrt(2 * sp.pi), "abs": lambda u: choose(u, u, -u),
    "relu": lambda u: choose(u, u, 0), "softsign": lambda u: u / (1 + choose(u, u, -u)),
}
NAMED = ["sigmoid", "silu", "gelu", "mish", "softplus", "bent_identity", "gaussian"]
BINARY = ["+", "-", "*", "*", "/", "max", "min", "where"]


def formulas(count, seed):
    """(text, function that makes the expression) of so many formulas with x in them."""
    rng = random.Random(seed)
    made = []
    while len(made) < count:
        tree = _tree(rng, rng.choice((2, 2, 3, 3)))
        if "x" in _leaves(tree):
            made.append((_text(tree, rng), tree))
    return made


def _tree(rng, depth):
    if depth == 0 or rng.random() < 0.08:
        return rng.choice(LEAVES)
    kind = rng.random()
    if kind < 0.35:
        return ("call", rng.choice([*PLAIN, *NAMED, *NAMED]), _tree(rng, depth - 1))
    if kind < 0.45:
        return ("power", _tree(rng, depth - 1), rng.choice((2, 3, 4, -1)))
    return (rng.choice(BINARY), _tree(rng, depth - 1), _tree(rng, depth - 1))


def _leaves(tree):
    return {leaf for part in tree[1:] for leaf in _leaves(part)} if isinstance(tree, tuple) else {tree}


# --- As one may type it --------------------------------------------------------------------------------------------


def _text(tree, rng):
    latex = rng.random() < 0.4
    if isinstance(tree, Fraction):
        return f"{float(tree):g}"
    if isinstance(tree, str):
        return tree
    kind, *parts = tree
    if kind == "call":
        name, inner = parts[0], _text(parts[1], rng)
        if name == "abs" and "|" not in inner:
            return rng.choice((f"abs({inner})", f"|{inner}|", rf"\left|{inner}\right|"))
        if name == "exp":
            return rng.choice((f"exp({inner})", f"e^{{{inner}}}", f"e**({inner})"))
        if latex and name == "sqrt":
            return rf"\sqrt{{{inner}}}"
        if latex and name in ("sin", "cos", "tanh", "log", "arctan", "Phi"):
            return rf"\{name}\left({inner}\right)"
        return rf"\sigma({inner})" if latex and name == "sigmoid" else f"{name}({inner})"
    if kind == "power":
        sign = rng.choice(("^", "**"))
        power = f"{{{parts[1]}}}" if sign == "^" and latex else f"({parts[1]})" if parts[1] < 0 else str(parts[1])
        return f"({_text(parts[0], rng)}){sign}{power}"
    left, right = (_text(part, rng) for part in parts)
    if kind in ("max", "min"):
        return f"{kind}({left}, {right})"
    if kind == "where":
        return rng.choice((f"where({left} > {right}, {left}, x)", f"({left} if {left} > {right} else x)"))
    if kind == "/":
        return rf"\frac{{{left}}}{{{right}}}" if latex else f"({left})/({right})"
    if kind == "*":
        return rng.choice((f"({left})*({right})", f"({left})({right})", rf"({left}) \cdot ({right})"))
    return f"({left} {kind} {right})" if latex else f"(({left}){kind}({right}))"


# --- As SymPy has it -----------------------------------------------------------------------------------------------


def expression(tree, stain=lambda expr: expr):
    """The SymPy expression; `stain` is applied to the result of every step."""
    if isinstance(tree, Fraction):
        return sp.Rational(tree.numerator, tree.denominator)
    if isinstance(tree, str):
        return stain({"x": x, "k": K, "b": B}[tree])
    kind, *parts = tree
    if kind == "call":
        inner = expression(parts[1], stain)
        return stain(PLAIN[parts[0]](inner) if parts[0] in PLAIN else catalogue[parts[0]].at().subs(x, inner))
    if kind == "power":
        return stain(expression(parts[0], stain) ** parts[1])
    left, right = (expression(part, stain) for part in parts)
    if kind in ("max", "min", "where"):
        yes, no = {"max": (left, right), "min": (right, left), "where": (left, x)}[kind]
        return stain(choose(left - right, yes, no))
    return stain({"+": left + right, "-": left - right, "*": left * right, "/": left / right}[kind])
