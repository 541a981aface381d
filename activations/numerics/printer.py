"""What the two languages share in writing out a stable form: sums, products, powers, pairs of floats, sharing, errors.

`numpy_printer` and `javascript_printer` mix `StablePrinter` into SymPy's printer of their language, which knows the
names of its functions.
"""

from functools import cache, reduce

import sympy as sp

from activations.numerics.stable import stabilise
from activations.numerics.stable_functions import EXPONENTIALS


class CompileError(ValueError):
    """An expression that has no numerical form; the message names the part that is to blame."""


class StablePrinter:
    """Prints stable expressions as source text of floats; what is needed twice is computed once and named.

    A language gives `functions` (names that its own printer lacks), `shared_kinds` (what is worth a name), the
    templates `and_sign`, `or_sign`, and the methods `literal`, `choice`, `two`, `assign` and `piecewise`.
    """

    functions, shared_kinds = {}, sp.Function

    def __init__(self, symbols):
        super().__init__({"fully_qualified_modules": True} if "fully_qualified_modules" in self._default_settings
                         else {})
        self.names = {symbol: f"v{i}" for i, symbol in enumerate(symbols)}
        self.statements, self.shared, self.counts = [], {}, {}

    # --- Names and sharing ---

    def bind(self, symbol, expr):
        """Give a symbol the value of an expression for everything that is printed later."""
        text = self._print(expr)
        self.names[symbol] = f"v{len(self.names)}"
        self.assign(self.names[symbol], text)

    def count(self, expr):
        """Note how often each value occurs, so that `_print` knows which are worth a name."""
        for node in sp.preorder_traversal(expr):
            if isinstance(node, self.shared_kinds) and not isinstance(node, sp.Piecewise):
                self.counts[node] = self.counts.get(node, 0) + 1

    def name(self, text):
        name = f"t{len(self.statements)}"
        self.assign(name, text)
        return name

    def _print(self, expr, **_):
        if expr in self.shared:
            return self.shared[expr]
        if isinstance(expr, sp.Expr) and not expr.free_symbols and not expr.has(sp.Integral, sp.Sum):
            return self.number(expr)
        # SymPy's printers have methods for the functions that they know, which would come before those of this class.
        own = isinstance(expr, sp.Function) and (
            isinstance(expr, EXPONENTIALS) or type(expr).__name__ in self.functions)
        text = self._print_Function(expr) if own else super()._print(expr)
        if self.counts.get(expr, 0) > 1:
            text = self.shared[expr] = self.name(text)
        return text

    # --- What has no numerical form ---

    def emptyPrinter(self, expr):  # noqa: N802 (SymPy's name)
        kind = type(expr).__name__
        if isinstance(expr, (sp.Derivative, sp.Subs)):
            raise CompileError(f"cannot compile {expr}: SymPy knows no formula for this derivative")
        if expr.is_Function:
            raise CompileError(f"cannot compile {expr}: no numerical form of the function {kind} is known in "
                               f"{self.language}{self.advice(expr)}")
        raise CompileError(f"cannot compile {expr}: {kind} has no numerical form here")

    _print_not_supported = _print_Basic = _print_Derivative = _print_Subs = _print_Integral = _print_Sum = emptyPrinter
    _print_Limit = _print_Product = _print_AccumulationBounds = _print_Indexed = emptyPrinter

    def advice(self, expr):
        """What to write instead of a function that the language lacks, as the end of a sentence."""
        return "; write it with functions such as exp, log, tanh, erf, sin, or as a Piecewise of them"

    # --- Numbers, symbols, arithmetic ---

    def number(self, expr):
        value = _constant(expr)
        if not (value.is_extended_real or value is sp.nan):
            raise CompileError(f"cannot compile the constant {expr}: it is not a real number")
        text = self.literal(float(value))
        return f"({text})" if text.startswith("-") else text

    def _print_Symbol(self, expr):
        if expr not in self.names:
            raise CompileError(f"the symbol {expr} has no value: it is neither an argument nor bound")
        return self.names[expr]

    _print_Dummy = _print_Symbol

    def _print_Add(self, expr):
        return "(" + "+".join(map(self._print, expr.as_ordered_terms())) + ")"

    def _print_Mul(self, expr):
        """p·factors/q/divisors: a rational factor costs one rounding, a quotient by u² never forms u²."""
        constant, rest = expr.as_independent(*expr.free_symbols, as_Add=False)
        p, q = (constant.p, constant.q) if constant.is_Rational and not _is_float(constant) else (constant, 1)
        above = [] if p == 1 else [self.number(sp.sympify(p))]
        below = [] if q == 1 else [self.number(sp.Integer(q))]
        for factor in rest.as_ordered_factors():
            base, power = factor.as_base_exp()
            if power.is_Integer and power < 0 and not isinstance(base, sp.exp):
                below += [self._print(base)] * int(-power) if base.is_Symbol else [self._print(base**-power)]
            else:
                above.append(self._print(factor))
        return "(" + "/".join(["*".join(above or ["1.0"]), *below]) + ")"

    def _print_Pow(self, expr, **_):
        base, power = expr.as_base_exp()
        if power == sp.S.Half:
            return f"{self.functions['sqrt']}({self._print(base)})"
        if power.is_number and power.is_negative:
            return f"(1.0/{self._print(base ** -power)})"
        if power in (2, 3, 4):
            text = self._print(base)
            return "(" + "*".join([text if base.is_Symbol else self.name(text)] * int(power)) + ")"
        return f"{self.functions['power']}({self._print(base)},{self._print(power)})"

    def _print_ExpBase(self, expr):
        return self._print_Function(expr)

    # --- Conditions ---

    def _print_Piecewise(self, expr):
        return self.piecewise(expr)

    def condition(self, expr):
        if isinstance(expr, sp.core.relational.Relational):
            return f"({self._print(expr.lhs)}{expr.rel_op}{self._print(expr.rhs)})"
        if isinstance(expr, (sp.And, sp.Or)):
            sign = self.and_sign if isinstance(expr, sp.And) else self.or_sign
            return "(" + sign.join(sorted(map(self.condition, expr.args))) + ")"
        if isinstance(expr, sp.ITE):
            return self.choice(*map(self.condition, expr.args))
        if expr in (sp.true, sp.false):
            return f"(0{'<' if expr else '>'}1)"
        raise CompileError(f"cannot compile the condition {expr}: write it with <, <=, >, >=, ==, & and |")

    def choices(self, expr):
        """A Piecewise as one choice inside the other; nan where no condition holds."""
        text = self.literal(float("nan"))
        for value, condition in reversed(expr.args):
            value = self._print(value)
            text = value if condition is sp.true else self.choice(self.condition(condition), value, text)
        return text

    def _print_Max(self, expr):
        name = self.functions["minimum" if isinstance(expr, sp.Min) else "maximum"]
        return reduce(lambda a, b: f"{name}({a},{b})", map(self._print, sorted(expr.args, key=sp.default_sort_key)))

    _print_Min = _print_Max

    # --- Functions ---

    def _print_Function(self, expr):
        name = type(expr).__name__
        if isinstance(expr, EXPONENTIALS) and self.needs_pair(expr.args[0]):
            return f"{name}_pair({self.whole_pair(expr.args[0])})"
        if name in self.functions:
            return f"{self.functions[name]}({','.join(map(self._print, expr.args))})"
        if isinstance(self.known_functions.get(name), str):
            return f"{self._module_format(self.known_functions[name])}({','.join(map(self._print, expr.args))})"
        return self.emptyPrinter(expr)

    def _module_format(self, name):
        return name

    def needs_pair(self, u):
        return not one_rounding(u)

    def whole_pair(self, u):
        return self.pair(u)

    def pair(self, expr):
        """A polynomial as an unevaluated sum of two floats: exp(u) for large u needs u to twice the precision."""
        if not expr.free_symbols:
            return self.two(*map(self.number, high_and_low(expr)))
        if isinstance(expr, sp.Add):
            return reduce(lambda a, b: f"plus({a},{b})", map(self.pair, expr.as_ordered_terms()))
        if expr.is_Pow and expr.exp.is_Integer and 2 <= expr.exp <= 4 and expr.base.is_Symbol:
            return reduce(lambda a, b: f"times({a},{b})", [self.pair(expr.base)] * int(expr.exp))
        if expr.is_Mul and not one_rounding(expr):
            constant, rest = expr.as_independent(*expr.free_symbols, as_Add=False)
            whole = [f for f in rest.as_ordered_factors() if not (f.is_Pow and f.exp.is_negative)]
            quotient = sp.Mul(*(f for f in rest.as_ordered_factors() if f not in whole))
            parts = [part for part in (constant, *whole, quotient) if part != 1]
            if len(parts) > 1:
                return reduce(lambda a, b: f"times({a},{b})", map(self.pair, parts))
        return self.two(self._print(expr), "0.0")


def high_and_low(constant):
    """The float nearest to a constant, and what it leaves."""
    high = float(constant)
    return sp.Float(high), constant - sp.Rational(high)


def one_rounding(u):
    """Is u formed from its symbols with at most one rounding, so that a pair of floats would gain nothing?"""
    constant, rest = u.as_independent(*u.free_symbols, as_Add=False)
    if isinstance(rest, sp.Function):
        return constant in (1, -1)
    if rest.is_Symbol:
        return constant.is_Rational and (_is_power_of_two(abs(constant.p)) or _is_power_of_two(constant.q))
    return constant in (1, -1) and rest.is_Mul and len(rest.args) == 2 and all(
        f.as_base_exp()[0].is_Symbol and f.as_base_exp()[1] in (1, -1) for f in rest.args)


def _is_float(constant):
    """Was the rational number written as a float such as 0.1, whose denominator is a large power of 2?"""
    return constant.q > 2**10 and _is_power_of_two(constant.q)


def _is_power_of_two(n):
    return n > 0 and n & (n - 1) == 0


@cache
def _constant(expr):
    return sp.N(expr, 30)


def printed(printer, expressions, bindings):
    """Print the bindings, then the expressions in their stable form; returns the source of each expression."""
    bindings = list(dict(bindings).items())
    named = [*printer.names, *(symbol for symbol, _ in bindings)]
    real = {symbol: sp.Symbol(symbol.name, real=True) for symbol in named if symbol.is_real is None}
    printer.names = {real.get(s, s): name for s, name in printer.names.items()}
    bindings = [(real.get(symbol, symbol), _stable(value, real)) for symbol, value in bindings]
    stable = [_stable(expr, real) for expr in expressions]
    for expr in [*(value for _, value in bindings), *stable]:
        printer.count(expr)
    for symbol, value in bindings:
        printer.bind(symbol, value)
    return [printer._print(expr) for expr in stable], stable


def _stable(expr, real):
    """The stable form, floats taken for the rational numbers that they are, so that the rules see 2.0 as 2."""
    expr = sp.sympify(expr).xreplace(real)
    finite = {number: sp.Rational(number) for number in expr.atoms(sp.Float) if number.is_finite}
    return stabilise(expr.xreplace(finite))
