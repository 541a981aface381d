"""A stable form as a NumPy function of arrays of any shape: written out, and evaluated block by block."""

from functools import lru_cache

import numpy as np
import scipy.special
import sympy as sp
from sympy.printing.numpy import SciPyPrinter

from activations.numerics import numpy_functions
from activations.numerics.pieces import clipped_line, finite_at_breaks, intervals, parts, vanishes
from activations.numerics.printer import StablePrinter, high_and_low, one_rounding, printed
from activations.numerics.stable_functions import damped, near_zero

BLOCK = 8192  # floats that are computed at a time: what lies between the steps then stays in the cache


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
        self.exact, self.unseen = _program(*self.source, pairs=True)
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
        shapes = [array.shape for array in arrays if array.ndim]
        shape = shapes[0] if len(set(shapes)) == 1 else np.broadcast_shapes(*shapes)
        constants = [None if array.ndim else float(array) for array in arrays]
        long = [array for array in arrays if array.ndim]
        program, working = self.exact, np.float64
        if dtype.itemsize < 8:
            program = self._plain_program()
            if dtype == np.float32 and self.float32_is_enough(tuple(constants)):
                working = np.float32
        outputs = [np.empty(shape, dtype) for _ in self.unseen]
        if any(constant != constant for constant in constants if constant is not None):
            for output in outputs:
                output.fill(np.nan)
        elif len(set(shapes)) == 1:
            flat = [array.reshape(-1) for array in long]
            for start in range(0, flat[0].size, BLOCK):
                block = slice(start, start + BLOCK)
                self._run(program, working, constants, [array[block] for array in flat],
                          [output.reshape(-1)[block] for output in outputs])
        else:
            self._run(program, working, constants, long, outputs)
        return [output[()] for output in outputs]

    def _run(self, program, working, constants, long, outputs):
        """Compute the outputs in place, in the working precision."""
        long = iter(long)
        values = [next(long).astype(working, copy=False) if constant is None else working(constant)
                  for constant in constants]
        for output, result, unseen in zip(outputs, program(working, *values), self.unseen, strict=True):
            output[...] = result
            for i in unseen:
                if constants[i] is None:
                    output += np.clip(values[i], 0, 0)

    def _plain_program(self):
        if self.plain is None:
            self.plain, _ = _program(*self.source, pairs=False)
        return self.plain

    def _float32_is_enough(self, constants):
        """Does float32 come within 3 units in the last place at a few thousand points, for these constants?"""
        if constants.count(None) != 1:
            return False
        narrow, wide = (self.plain(kind, *(_sample().astype(kind) if c is None else kind(c) for c in constants))
                        for kind in (np.float32, np.float64))
        return all(_within(np.float32(got), np.float32(want), 3) for got, want in zip(narrow, wide, strict=True))


def _within(got, want, units):
    """Is each float32 of `got` within so many units in the last place of `want`?"""
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    return bool(np.all(same | (np.abs(got.astype(float) - want) <= units * np.spacing(np.abs(want)).astype(float))))


@lru_cache(1)
def _sample():
    """Float32 numbers of both signs: 12 of each exponent, and 2,000 in the region where curves bend."""
    exponents, fractions = np.meshgrid(np.arange(-149, 128), np.linspace(1, 1.99, 12))
    positive = np.concatenate([np.ldexp(fractions, exponents).ravel(), np.linspace(0.003, 12, 2000), [0.0]])
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
    names = ",".join(["real", *(f"v{i}" for i in range(len(arguments)))])
    body = "\n ".join([*printer.statements, f"return [{','.join(results)}]"])
    namespace = {"numpy": np, "scipy": scipy} | numpy_functions.HELPERS
    exec(f"def compiled({names}):\n {body}", namespace)
    bound = {symbol for symbol in list(printer.names)[len(arguments):] if not symbol.is_Dummy}
    unseen = [[i for i, symbol in enumerate(list(printer.names)[:len(arguments)])
               if bound or not _carries(expr, symbol)] for expr in stable]
    return namespace["compiled"], unseen


def _carries(expr, symbol):
    """Does nan in the symbol surely make the printed expression nan?"""
    if expr == symbol:
        return True
    if isinstance(expr, damped):
        return _carries(expr.args[0], symbol)
    if isinstance(expr, near_zero):
        return _carries(expr.args[3], symbol)
    if isinstance(expr, sp.Piecewise):
        pieces = intervals(expr)
        return pieces is not None and any(
            (symbol == pieces.symbol and piece.has(symbol)) for piece in pieces.values)
    if isinstance(expr, sp.Pow) and not expr.exp.is_number:
        return False
    if isinstance(expr, (sp.Add, sp.Mul, sp.Pow, sp.Function)) and len(expr.free_symbols) == 1 or isinstance(
            expr, (sp.Add, sp.Mul)):
        return any(_carries(argument, symbol) for argument in expr.args)
    return False


class _NumpyPrinter(StablePrinter, SciPyPrinter):
    language = "NumPy and SciPy"
    functions = {name: name for name in numpy_functions.HELPERS} | {
        "sqrt": "numpy.sqrt", "power": "numpy.power", "minimum": "numpy.minimum", "maximum": "numpy.maximum",
        "ceiling": "numpy.ceil", "sign": "numpy.sign", "Abs": "numpy.abs"}
    shared_kinds = (sp.Function, sp.Add, sp.Mul, sp.Pow)
    and_sign, or_sign = "&", "|"

    def __init__(self, symbols, pairs):
        super().__init__(symbols)
        self.language, self.pairs, self.clamped = type(self).language, pairs, {}

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
        pieces = intervals(expr)
        if pieces is None or not finite_at_breaks(pieces):
            return self.choices(expr)
        clipped = clipped_line(pieces)
        if clipped:
            return self.clip(*map(self._print_or_none, clipped))
        return "(" + ("+".join(self.part(pieces.symbol, *part) for part in parts(pieces)) or "0.0") + ")"

    def part(self, symbol, value, left, right, with_left, with_right):
        """One piece, exactly 0 outside of its interval."""
        at = self._print(symbol)
        inside = "&".join(f"({at}{sign}{'=' * closed}{self._print(end)})" for end, sign, closed in
                          ((left, ">", with_left), (right, "<", with_right)) if end is not None)
        if not value.has(symbol):
            return f"numpy.multiply({inside},{self._print(value)},dtype=real)"
        text = self._print(self.inside(value, symbol, left, right))
        return text if all(vanishes(value, symbol, end) for end in (left, right)) else f"{text}*({inside})"

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
        u, radius, polynomial, elsewhere = map(self._print, expr.args)
        return f"where_near({u},{radius},{polynomial},{elsewhere})"

    # --- How exact an exponent must be: one rounding of u costs exp(u) up to 700 · 2⁻⁵³ < 1e-13, two are too many ---

    def needs_pair(self, u):
        return self.pairs and not (one_rounding(u) or _is_square(u))

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


def _is_square(u):
    """Is u a power of 2 times a product of two symbols or a square?"""
    constant, rest = u.as_independent(*u.free_symbols, as_Add=False)
    exact = constant.is_Rational and 1 in (abs(constant.p), constant.q) and abs(sp.log(abs(constant), 2)).is_Integer
    return bool(exact) and (rest.is_Pow and rest.base.is_Symbol and rest.exp == 2 or (
        rest.is_Mul and len(rest.args) == 2 and all(factor.is_Symbol for factor in rest.args)))
