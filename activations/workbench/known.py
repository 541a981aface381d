"""What the workbench knows of the catalogue: every function by name, compiled with the slope along each argument."""

import json

import sympy as sp

from activations import calculus
from activations.activation import Activation, GatedActivation
from activations.numerics import javascript_helpers, to_javascript
from activations.symbols import i, j, x, z
from activations.workbench.spelling import spelling

MOST_SCORES = 5  # softmax(x, a, b, c, d)
_INEQUALITIES = (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)
_OWN = "erf( scaled_erfc("  # what the functions of numbers.js call


def known(catalogue):
    """JavaScript that defines the helpers and ENTRIES: all that the workbench is told of each function.

    An entry has its name, title, the names of its arguments, the defaults of those that may be left out, the formula as
    one may type it, and its pieces: lists of [condition, function], by the number of arguments where it takes any.
    """
    entries = [_entry(one) for one in catalogue.values()]
    text = ",\n".join(f"  {entry}" for entry in entries)
    return f"{javascript_helpers(text + _OWN)}\nconst ENTRIES = [\n{text},\n];\n"


def _entry(entry):
    if isinstance(entry, Activation):
        symbols = [x, *(one.symbol for one in entry.parameters.values())]
        defaults = [None, *(float(one.default) for one in entry.parameters.values())]
        return _written(entry, symbols, defaults, spelling(entry.expr), _pieces(entry.expr, symbols))
    if isinstance(entry, GatedActivation):
        symbols = sorted(entry.expr.free_symbols, key=str)
        return _written(entry, symbols, [None] * len(symbols), spelling(entry.expr), _pieces(entry.expr, symbols))
    return _vector(entry)


def _written(entry, symbols, defaults, formula, pieces, most=None):
    facts = {"name": entry.name, "title": entry.title, "formula": formula, "defaults": defaults,
             "parameters": [_name(symbol) for symbol in symbols]}
    if most:
        facts["most"] = most
    return json.dumps(facts, ensure_ascii=False)[:-1] + f', "code": {pieces}}}'


def _name(symbol):
    return {"lamda": "lambda"}.get(symbol.name, symbol.name)


# --- Scalar and gated ------------------------------------------------------------------------------------------------


def _pieces(expr, symbols):
    """The smooth pieces between kinks, each with its condition and its function (arguments) => [f, slopes...]."""
    if expr.has(sp.Abs, sp.sign):
        expr = expr.rewrite(sp.Piecewise)
    expr = sp.piecewise_fold(expr)
    if not _cut(expr):
        return f"[[null, {_compiled(expr, symbols)}]]"
    pieces = [(value, None if condition == sp.true else spelling(condition)) for value, condition in expr.args]
    return "[" + ", ".join(f"[{json.dumps(when)}, {_compiled(value, symbols)}]" for value, when in pieces) + "]"


def _cut(expr):
    """Whether an expression has cases parted by inequalities; those parted by a single point are compiled whole."""
    return isinstance(expr, sp.Piecewise) and any(
        condition.atoms(*_INEQUALITIES) for _, condition in expr.args if condition != sp.true)


def _compiled(expr, symbols):
    return to_javascript([expr, *(_slope(expr, symbol) for symbol in symbols)], symbols)


def _slope(expr, symbol):
    slope = calculus.derivative(expr, symbol)
    return sp.factor(slope) if slope.is_rational_function() else slope


# --- Vectors ---------------------------------------------------------------------------------------------------------


def _vector(entry):
    """The first component, of two scores and more.

    Adding a number to all scores changes nothing, so the slope along the first is minus the sum of the others, which
    has no 1 - p to cancel.
    """
    variants = []
    for count in range(2, MOST_SCORES + 1):
        scores = sp.symbols(f"z_1:{count + 1}", real=True)
        expr = _first(entry, scores)
        others = [expr.diff(one) for one in scores[1:]]
        variants.append(f"[[null, {to_javascript([expr, -sp.Add(*others), *others], scores)}]]")
    scores = sp.symbols("z_1:4", real=True)
    formula = spelling(_first(entry, scores))
    return _written(entry, scores, [None] * len(scores), formula, "[" + ", ".join(variants) + "]", MOST_SCORES)


def _first(entry, scores):
    (sum_,) = entry.expr.atoms(sp.Sum)
    total = sp.Add(*(sum_.function.subs(z[j], one) for one in scores))
    return entry.expr.subs(sum_, total).subs(z[i], scores[0])
