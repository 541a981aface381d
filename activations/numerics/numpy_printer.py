"""A stable form as a NumPy function of arrays of any shape: written out, and evaluated block by block."""

import math
from functools import lru_cache

import numpy as np
import scipy.special
import sympy as sp
from sympy.printing.numpy import SciPyPrinter

from activations.numerics import numpy_functions
from activations.numerics.pieces import (
    clipped_line,
    finite_at_breaks,
    gate_of,
    intervals,
    is_finite,
    is_harmless,
    parts,
    vanishes,
)
from activations.numerics.printer import StablePrinter, high_and_low, one_rounding, printed
from activations.numerics.stable_functions import damped, expit, near_zero

BLOCK = 2**18  # bytes of an array that are computed at a time: what lies between the steps then stays in the cache
def to_numpy(expr, arguments, bindings=()):
    """Compile an expression, or a list of them, to a NumPy function of the arguments.

    `bindings` gives further symbols, in order, the values of expressions. The function takes arrays that broadcast
    and gives back the floating type of its arguments, float64 for integers; ±inf gives what the stable form gives
    there, nan in an argument gives nan. It computes in float64; in float32 where the arguments have that type and
    the result comes within 4 units in its last place. Raises CompileError, naming the part that has no numerical form.
    """
    several = isinstance(expr, (list, tuple))
    compiled = _Compiled([sp.sympify(e) for e in (expr if several else [expr])], arguments, bindings)
    return compiled if several else lambda *values: compiled(*values)[0]


class _Compiled:
    """The function that `to_numpy` returns for a list of expressions."""

    def __init__(self, expressions, arguments, bindings):
        self.source = expressions, tuple(arguments), bindings
        self.exact, self.unseen, self.short = _program(*self.source, pairs=True)
        self.plain = None  # the program without pairs of floats, made when the first float32 comes
        self.float32_is_enough = lru_cache(self._float32_is_enough)

    def __call__(self, *values):
        arrays = [_real(value) for value in values]
        kept = [array.dtype for array in arrays if array.dtype.kind == "f" and array.ndim]
        kept = kept or [array.dtype for array in arrays if array.dtype.kind == "f"]
        dtype = np.result_type(*kept) if kept else np.dtype(float)
        if dtype.itemsize > 8:
            dtype = np.dtype(float)
        with np.errstate(all="ignore"):
            return self._evaluate(arrays, dtype)

    def _evaluate(self, arrays, dtype):
        shapes = {array.shape for array in arrays if array.ndim}
        (shape,) = shapes if len(shapes) == 1 else [np.broadcast_shapes(*shapes)]
        constants = [None if array.ndim else float(array) for array in arrays]
        if any(map(np.isnan, filter(None, constants))):
            return [np.full(shape, np.nan, dtype)[()] for _ in self.unseen]
        program, working = self.exact, np.float64
        if dtype.itemsize < 8:
            program = self._plain_program()
            if dtype == np.float32 and self.float32_is_enough(tuple(constants)):
                working = np.float32
        values = [array if constant is None else working(constant)
                  for array, constant in zip(arrays, constants, strict=True)]
        size = BLOCK // working().itemsize
        if len(shapes) != 1 or self.short or math.prod(shape) <= size:
            outputs = []
            for result in self._results(program, working, values):
                outputs.append(_own(result, shape, dtype, values + outputs))
        else:
            outputs = [np.empty(shape, dtype) for _ in self.unseen]
            self._in_blocks(program, working, values, [output.reshape(-1) for output in outputs], size)
        return [output[()] for output in outputs]

    def _in_blocks(self, program, working, values, outputs, size):
        """Compute the flat outputs, so many floats at a time."""
        values = [value.reshape(-1) if value.ndim else value for value in values]
        for start in range(0, len(outputs[0]), size):
            block = [value[start:start + size] if value.ndim else value for value in values]
            for output, result in zip(outputs, self._results(program, working, block), strict=True):
                output[start:start + size] = result

    def _results(self, program, working, values):
        """What the program gives in the working precision, nan put where it hides one."""
        values = [value if value.dtype == working else value.astype(working) for value in values]
        results = program(working, *values)
        for k, hidden in enumerate(self.unseen):
            for i in hidden:
                if values[i].ndim:
                    results[k] = results[k] + np.clip(values[i], 0, 0)
        return results

    def _plain_program(self):
        if self.plain is None:
            self.plain, *_ = _program(*self.source, pairs=False)
        return self.plain

    def _float32_is_enough(self, constants):
        """Does float32 come within 3 units in the last place at a few thousand points, for these constants?"""
        if constants.count(None) != 1:
            return False
        plain = self._plain_program()
        narrow, wide = (plain(kind, *(_sample().astype(kind) if c is None else kind(c) for c in constants))
                        for kind in (np.float32, np.float64))
        return all(_within(np.float32(got), np.float32(want), 3) for got, want in zip(narrow, wide, strict=True))


def _within(got, want, units):
    """Is each float32 of `got` within so many units in the last place of `want`, or the smallest normal number?"""
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    allowed = np.maximum(units * np.spacing(np.abs(want)).astype(float), np.finfo(np.float32).tiny)
    return bool(np.all(same | (np.abs(got.astype(float) - want) <= allowed)))


@lru_cache(1)
def _sample():
    """Float32 numbers of both signs: 12 of each exponent, and 4,000 where curves bend and exponentials end."""
    exponents, fractions = np.meshgrid(np.arange(-149, 128), np.linspace(1, 1.99, 12))
    positive = np.concatenate([np.ldexp(fractions, exponents).ravel(), np.linspace(0.003, 12, 2000),
                               np.linspace(12, 128, 2000), [0.0]])
    values = np.unique(np.concatenate([-positive, positive]).astype(np.float32))
    return values[np.isfinite(values)]


def _real(value):
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"real numbers are needed, not {array.dtype}")
    return array


def _program(expressions, arguments, bindings, pairs):
    """The Python function (type, *arguments) -> results, and for each result the arguments whose nan it hides."""
    printer = _NumpyPrinter(arguments, pairs)
    results, stable = printed(printer, expressions, bindings)
    results = [result if expr.free_symbols or not arguments else f"numpy.clip(v0,{result},{result})"  # nan stays nan
               for result, expr in zip(results, stable, strict=True)]
    names = ",".join(["real", *(f"v{i}" for i in range(len(arguments)))])
    body = "\n ".join([*printer.statements, f"return [{','.join(results)}]"])
    namespace = {"numpy": np, "scipy": scipy} | numpy_functions.HELPERS
    exec(f"def compiled({names}):\n {body}", namespace)
    bound = {symbol for symbol in list(printer.names)[len(arguments):] if not symbol.is_Dummy}
    unseen = [[i for i, symbol in enumerate(list(printer.names)[:len(arguments)])
               if bound or not (_carries(expr, symbol) or i == 0 and not expr.free_symbols)] for expr in stable]
    short = not set("*/+&|") & set(body) and not any(name in body for name in numpy_functions.HELPERS)
    return namespace["compiled"], unseen, short


def _own(result, shape, dtype, others):
    """The result with that shape and type, sharing no memory with the other arrays; copied only where it must be."""
    result = np.asarray(result)
    if result.shape == shape and result.dtype == dtype and result.base is None and not any(
            result is other for other in others):
        return result
    return np.array(np.broadcast_to(result, shape), dtype)


def _carries(expr, symbol):
    """Does nan in the symbol surely make the printed expression nan?"""
    if expr == symbol:
        return True
    if isinstance(expr, damped):
        return _carries(expr.args[0], symbol)
    if isinstance(expr, near_zero):
        return _carries(expr.args[3], symbol)
    if isinstance(expr, sp.Piecewise):
        pieces = intervals(expr, [symbol])
        return pieces is not None and finite_at_breaks(pieces) and any(value.has(symbol) for value in pieces.values)
    if isinstance(expr, sp.Pow) and not expr.exp.is_number:
        return False
    if isinstance(expr, (sp.Add, sp.Mul, sp.Pow, sp.Function)) and len(expr.free_symbols) == 1 or isinstance(
            expr, (sp.Add, sp.Mul)):
        return any(_carries(argument, symbol) for argument in expr.args)
    return False


class _NumpyPrinter(StablePrinter, SciPyPrinter):
    language = "NumPy and SciPy"
    functions = {name: name for name in numpy_functions.HELPERS if name != "damped"} | {
        "sqrt": "numpy.sqrt", "power": "numpy.power", "minimum": "numpy.minimum", "maximum": "numpy.maximum",
        "ceiling": "numpy.ceil", "sign": "numpy.sign", "Abs": "numpy.abs"}
    shared_kinds = (sp.Function, sp.Add, sp.Mul, sp.Pow)
    and_sign, or_sign = "&", "|"

    def __init__(self, symbols, pairs):
        super().__init__(symbols)
        self.language, self.pairs, self.clamped, self.named_pairs = type(self).language, pairs, {}, {}

    _module_format = SciPyPrinter._module_format

    def assign(self, name, text):
        self.statements.append(f"{name}={text}")

    @staticmethod
    def literal(value):
        return repr(value) if np.isfinite(value) else f"numpy.{value}".replace("numpy.-", "-numpy.")

    @staticmethod
    def choice(condition, yes, no):
        return f"numpy.where({condition},{yes},{no})"

    @staticmethod
    def two(high, low):
        return f"({high},{low})"

    # --- What NumPy does without a choice at every point ---

    def piecewise(self, expr):
        """Σ pieces, each taken at x clipped to its interval and times 0 outside; choices where that cannot be."""
        pieces = intervals(expr, self.names)
        if pieces is None or not finite_at_breaks(pieces):
            return self.constants(expr) or self.choices(expr)
        clipped = clipped_line(pieces)
        if clipped:
            line, low, high = clipped
            return self.clip(self.line(line, pieces.symbol), self._print_or_none(low), self._print_or_none(high))
        gate = gate_of(pieces)
        if gate:
            ends = [end if value == 0 else None for end, value in
                    ((pieces.breaks[0], pieces.values[0]), (pieces.breaks[-1], pieces.values[-1]))]
            return f"({self._print(self.inside(pieces.symbol, pieces.symbol, *ends))}*{self.piecewise(gate)})"
        terms = [self.part(pieces.symbol, value, inside) for value, inside in parts(pieces).items()]
        return "(" + ("+".join(terms) or "0.0") + ")"

    def part(self, symbol, value, places):
        """One value, exactly 0 outside of the intervals where it holds."""
        inside = "|".join(self.interval(symbol, *place) for place in places)
        if not value.has(symbol):
            return f"numpy.multiply({inside},{self._print(value)},dtype=real)"
        if len(places) > 1 and value == symbol:
            return f"{self._print(symbol)}*({inside})"
        if len(places) > 1:
            return "+".join(self.part(symbol, value, [place]) for place in places)
        ((left, _), (right, _)) = places[0]
        text = self._print(self.inside(value, symbol, left, right))
        return text if all(vanishes(value, symbol, end) for end in (left, right)) else f"{text}*{inside}"

    def interval(self, symbol, left, right):
        """The condition that the symbol lies between two ends, each given with whether it belongs to the interval."""
        at = self._print(symbol)
        return "(" + "&".join(f"({at}{sign}{'=' * closed}{self._print(end)})" for sign, (end, closed) in
                              ((">", left), ("<", right)) if end is not None) + ")"

    def constants(self, expr):
        """A Piecewise of values without the first argument as Σ values, each where its condition is the first; or None.
        """
        first = next(iter(self.names))
        usable = all(not value.has(first) and is_finite(value) and is_harmless(value) for value, _ in expr.args)
        if not usable or expr.args[-1][1] is not sp.true:
            return None
        terms, left = [], ""
        for value, condition in expr.args:
            here = "" if condition is sp.true else self.name(self.condition(condition))
            terms.append(f"numpy.multiply({left}{'&' if left and here else ''}{here},{self._print(value)},dtype=real)")
            if here:
                left = self.name(f"{left}{'&' if left else ''}numpy.logical_not({here})")
        return "(" + "+".join(terms) + ")"

    def line(self, line, symbol):
        """a·x + b as (x + b/a)·a where b/a is a float, so that nothing cancels near the zero of the line."""
        slope = line.diff(symbol)
        shift = sp.expand(line - slope * symbol) / slope
        if not shift.is_Rational or shift == 0 or sp.Rational(float(shift)) != shift:
            return self._print(line)
        dummy = sp.Dummy(real=True)
        self.names[dummy] = f"({self._print(symbol)}+{self.number(shift)})"
        return self._print(slope * dummy)

    def inside(self, value, symbol, left, right):
        """The value with the symbol clipped to the interval."""
        key = symbol, left, right
        if key not in self.clamped:
            self.clamped[key] = sp.Dummy(real=True)
            text = self.clip(self._print(symbol), *map(self._print_or_none, (left, right)))
            self.names[self.clamped[key]] = self.name(text)
        value = value.xreplace({symbol: self.clamped[key]})
        self.count(value)
        return value

    def _print_or_none(self, expr):
        return None if expr is None else self._print(expr)

    @staticmethod
    def clip(text, low, high):
        if low is None or high is None:
            return f"numpy.maximum({text},{low})" if high is None else f"numpy.minimum({text},{high})"
        return f"numpy.clip({text},{low},{high})"

    def _print_near_zero(self, expr):
        u, radius, polynomial, elsewhere = expr.args
        powers, coefficients = zip(*sorted(sp.Poly(polynomial, u).as_dict().items()), strict=True)
        first = powers[0][0]
        step = math.gcd(*(power - first for power, in powers)) or 1
        by_power = dict(zip((power for power, in powers), coefficients, strict=True))
        numbers = [self.number(by_power.get(power, sp.S.Zero)) for power in range(first, powers[-1][0] + 1, step)]
        return (f"where_near({self._print(u)},{self.number(radius)},[{','.join(numbers)}],{first},{step},"
                f"{self._print(elsewhere)})")

    def _print_damped(self, expr):
        """A product where what is damped does not grow with what damps it."""
        decay, rest = expr.args
        if decay.free_symbols & rest.free_symbols:
            return f"damped({self._print(decay)},{self._print(rest)})"
        return f"({self._print(decay)}*{self._print(rest)})"

    def _print_Mul(self, expr):
        """expit(u)·expit(-u), the slope of expit, by one exponential."""
        factors = {factor.args[0]: factor for factor in sp.Mul.make_args(expr) if isinstance(factor, expit)}
        u = next((u for u in factors if -u in factors), None)
        if u is None:
            return super()._print_Mul(expr)
        u = -u if u.could_extract_minus_sign() else u
        slope = f"expit_slope_pair({self.whole_pair(u)})" if self.needs_pair(u) else f"expit_slope({self._print(u)})"
        rest = expr / (factors[u] * factors[-u])
        return slope if rest == 1 else f"({self._print(rest)}*{slope})"

    # --- How exact an exponent must be: one rounding of u costs exp(u) up to 700 · 2⁻⁵³ < 1e-13, two are too many ---

    def needs_pair(self, u):
        return self.pairs and not (one_rounding(u) or _is_exact_multiple(u))

    def whole_pair(self, u):
        """The pair of an exponent, computed once."""
        if u not in self.named_pairs:
            self.named_pairs[u] = self.name(self.pair(u))
        return self.named_pairs[u]

    def pair(self, expr):
        constant, rest = expr.as_independent(*expr.free_symbols, as_Add=False)
        if rest.is_Symbol and not one_rounding(expr):
            high, low = high_and_low(constant)
            return self.two(f"{self.number(high)}*{self._print(rest)}", f"{self.number(low)}*{self._print(rest)}")
        return super().pair(expr)

    def _print_scaled_erfc(self, expr):
        u, exponential = expr.args
        if not self.pairs or not isinstance(exponential, sp.exp):
            return f"scipy.special.erfc({self._print(u)})"
        square = -exponential.args[0]
        pair = self.pair(square) if self.needs_pair(square) else self.two(self._print(square), "0.0")
        return f"erfc_of_root({self._print(u)},{pair})"

    def _print_LambertW(self, expr):
        return f"scipy.special.lambertw({','.join(map(self._print, expr.args))}).real"


def _is_exact_multiple(u):
    """Is u a power of 2 times a function, a square or a product of two symbols, so that one rounding is left?"""
    constant, rest = u.as_independent(*u.free_symbols, as_Add=False)
    if not constant.is_Rational or not sp.log(abs(constant), 2).is_Integer:
        return False
    return isinstance(rest, sp.Function) or (rest.is_Pow and rest.base.is_Symbol and rest.exp == 2) or (
        rest.is_Mul and len(rest.args) == 2 and all(factor.is_Symbol for factor in rest.args))
