"""From a SymPy expression to NumPy and to JavaScript, in one numerically stable form.

An expression is first rewritten so that floating point can evaluate it (`stabilise`): 1/(1 + exp(-u)) becomes
expit(u), exp(u) - 1 becomes expm1(u), and so on. One emitter then writes that form out in either language, operation
for operation alike, so that the figure on the page and the array in the notebook agree.
"""

from functools import lru_cache, reduce
from itertools import combinations_with_replacement

import mpmath
import numpy as np
import sympy as sp
from scipy import special
from sympy.codegen.cfunctions import expm1, hypot, log1p


class CompileError(ValueError):
    """An expression that has no numerical form; the message names the part that is to blame."""


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
    """A sum that cancels near u = 0: the arguments are u, a radius, the Taylor polynomial inside it, the sum outside."""


# --- Rewriting into a stable form --------------------------------------------------------------------------------


@lru_cache(maxsize=None)
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


@lru_cache(maxsize=None)
def _taylor_branch(total, original):
    """Give a sum in one symbol whose terms cancel at 0, such as x - tanh(x), its Taylor polynomial there."""
    if len(original.free_symbols) != 1 or original.has(sp.Piecewise, sp.Abs, sp.sign, sp.Max, sp.Min):
        return total
    (u,) = original.free_symbols
    cancellation = _cancellation(original, u)
    if cancellation is None or cancellation(sp.Rational(1, 1000)) > sp.Rational(1, 100):
        return total
    for radius in (sp.Rational(1, 2), sp.Rational(1, 4), sp.Rational(1, 8)):
        exact = original.subs(u, radius).evalf(40)
        for order in (12, 16, 20, 24, 28):
            polynomial = sp.series(original, u, 0, order).removeO()
            if abs(polynomial.subs(u, radius).evalf(40) / exact - 1) < 1e-17:
                return near_zero(u, radius, sp.horner(polynomial), total)
    return total


def _cancellation(total, u):
    """|sum| over its largest |term|, as a function of the point; None where it cannot be evaluated."""
    def ratio(point):
        values = [term.subs(u, point).evalf(40) for term in sp.Add.make_args(total)]
        return abs(sum(values)) / max(map(abs, values))
    try:
        return ratio if ratio(sp.Rational(1, 1000)).is_real else None
    except (TypeError, ZeroDivisionError, AttributeError):
        return None


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
        terms = sp.Add.make_args(1 / factor)
        exponents = _exponents(1 / factor) if len(terms) == 2 else None
        for numerator in (terms[0] - terms[1], terms[1] - terms[0]) if exponents else ():
            if numerator in factors:
                (_, u), (_, v) = exponents
                sign = 1 if sp.exp(u) - sp.exp(v) == numerator else -1
                return [f for f in factors if f not in (factor, numerator)] + [sp.tanh(sign * (u - v) / 2)]
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


# --- Writing a stable form out -----------------------------------------------------------------------------------

_PLAIN = ("exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh")
_NUMPY = {name: f"np.{name.replace('asin', 'arcsin').replace('acos', 'arccos').replace('atan', 'arctan')}"
          for name in _PLAIN} | {
    "Abs": "np.abs", "sign": "np.sign", "floor": "np.floor", "ceiling": "np.ceil", "expm1": "np.expm1", "log1p": "np.log1p",
    "hypot": "np.hypot", "sqrt": "np.sqrt", "power": "np.power", "minimum": "np.minimum", "maximum": "np.maximum",
    "erf": "special.erf", "expit": "special.expit"}
_JAVASCRIPT = {name: f"Math.{name}" for name in (*_PLAIN, "sign", "floor", "expm1", "log1p", "hypot", "sqrt")} | {
    "Abs": "Math.abs", "ceiling": "Math.ceil", "power": "Math.pow", "minimum": "Math.min", "maximum": "Math.max"}
_RELATIONS = {sp.Gt: ">", sp.Ge: ">=", sp.Lt: "<", sp.Le: "<=", sp.Eq: "==", sp.Ne: "!="}


class _Emitter:
    """Writes stable expressions as source text; a function value that is needed twice is computed once."""

    def __init__(self, symbols):
        self.names = {symbol: f"v{i}" for i, symbol in enumerate(symbols)}
        self.statements, self.shared, self.counts = [], {}, {}

    def bind(self, symbol, expr):
        """Give a symbol the value of an expression for everything that is emitted later."""
        text = self.emit(expr)
        self.names[symbol] = f"v{len(self.names)}"
        self.assign(self.names[symbol], text)

    def count(self, expr):
        """Note how often each function value occurs, so that `emit` knows which are worth a name."""
        for node in sp.preorder_traversal(expr):
            if isinstance(node, sp.Function) and not isinstance(node, sp.Piecewise):
                self.counts[node] = self.counts.get(node, 0) + 1

    def emit(self, expr):
        if expr in self.shared:
            return self.shared[expr]
        text = self._emit(expr)
        if self.counts.get(expr, 0) > 1:
            text = self.name(text)
            self.shared[expr] = text
        return text

    def name(self, text):
        name = f"t{len(self.statements)}"
        self.assign(name, text)
        return name

    def _emit(self, expr):
        if not expr.free_symbols and isinstance(expr, sp.Expr):
            return self.number(expr)
        if expr.is_Symbol:
            if expr not in self.names:
                raise CompileError(f"the symbol {expr} has no value: it is neither an argument nor bound")
            return self.names[expr]
        for kind, write in (
            (sp.Add, self.sum), (sp.Mul, self.product), (sp.Pow, self.power), (sp.Piecewise, self.piecewise),
            ((sp.Min, sp.Max), self.extreme), (near_zero, self.near_zero), (sp.Function, self.function),
        ):
            if isinstance(expr, kind):
                return write(expr)
        raise CompileError(f"cannot compile {expr}: {type(expr).__name__} has no numerical form here")

    def number(self, expr):
        value = sp.N(expr, 30)
        if not (value.is_extended_real or value is sp.nan):
            raise CompileError(f"cannot compile the constant {expr}: it is not a real number")
        text = self.literal(float(value))
        return f"({text})" if text.startswith("-") else text

    def sum(self, expr):
        return "(" + "+".join(map(self.emit, expr.as_ordered_terms())) + ")"

    def product(self, expr):
        """p·factors/q/divisors: a rational factor costs one rounding, a quotient by u² never forms u²."""
        constant, rest = expr.as_independent(*expr.free_symbols, as_Add=False)
        p, q = (constant.p, constant.q) if constant.is_Rational else (constant, 1)
        above = [] if p == 1 else [self.number(sp.sympify(p))]
        below = [] if q == 1 else [self.number(sp.Integer(q))]
        for factor in rest.as_ordered_factors():
            base, power = factor.as_base_exp()
            if power.is_Integer and power < 0 and not isinstance(base, sp.exp):
                below += [self.emit(base)] * int(-power) if base.is_Symbol else [self.emit(base**-power)]
            else:
                above.append(self.emit(factor))
        return "(" + "/".join(["*".join(above or ["1.0"]), *below]) + ")"

    def power(self, expr):
        base, power = expr.as_base_exp()
        if power == sp.S.Half:
            return f"{self.functions['sqrt']}({self.emit(base)})"
        if power.is_number and power.is_negative:
            return f"(1.0/{self.emit(base ** -power)})"
        if power in (2, 3, 4):
            text = self.emit(base)
            return "(" + "*".join([text if base.is_Symbol else self.name(text)] * int(power)) + ")"
        return f"{self.functions['power']}({self.emit(base)},{self.emit(power)})"

    def piecewise(self, expr):
        text = self.literal(float("nan"))
        for value, condition in reversed(expr.args):
            value = self.emit(value)
            text = value if condition is sp.true else self.choice(self.condition(condition), value, text)
        return text

    def condition(self, expr):
        for kind, sign in _RELATIONS.items():
            if isinstance(expr, kind):
                return f"({self.emit(expr.lhs)}{sign}{self.emit(expr.rhs)})"
        if isinstance(expr, (sp.And, sp.Or)):
            sign = self.conjunction if isinstance(expr, sp.And) else self.disjunction
            return "(" + sign.join(sorted(map(self.condition, expr.args))) + ")"
        raise CompileError(f"cannot compile the condition {expr}: write it with <, <=, >, >=, ==, & and |")

    def extreme(self, expr):
        name = self.functions["minimum" if isinstance(expr, sp.Min) else "maximum"]
        return reduce(lambda a, b: f"{name}({a},{b})", map(self.emit, sorted(expr.args, key=sp.default_sort_key)))

    def near_zero(self, expr):
        u, radius, polynomial, elsewhere = expr.args
        inside = f"({self.functions['Abs']}({self.emit(u)})<{self.number(radius)})"
        return self.choice(inside, self.emit(polynomial), self.emit(elsewhere))

    def function(self, expr):
        name = type(expr).__name__
        if name in ("exp", "expit", "log1pexp") and not _one_rounding(expr.args[0]):
            return f"{name}_pair({self.pair(expr.args[0])})"
        if name not in self.functions and name not in _HELPERS:
            raise CompileError(f"cannot compile {expr}: no numerical form of the function {name} is known")
        return f"{self.functions.get(name, name)}({','.join(map(self.emit, expr.args))})"

    def pair(self, expr):
        """A polynomial as an unevaluated sum of two floats: exp(u) for large u needs u to twice the precision."""
        if not expr.free_symbols:
            high = float(expr)
            return self.two(self.number(sp.Float(high)), self.number(expr - sp.Rational(high)))
        if isinstance(expr, sp.Add):
            return reduce(lambda a, b: f"plus({a},{b})", map(self.pair, expr.as_ordered_terms()))
        if expr.is_Pow and expr.exp.is_Integer and 2 <= expr.exp <= 4 and expr.base.is_Symbol:
            return reduce(lambda a, b: f"times({a},{b})", [self.pair(expr.base)] * int(expr.exp))
        if expr.is_Mul and not _one_rounding(expr):
            constant, rest = expr.as_independent(*expr.free_symbols, as_Add=False)
            whole = [f for f in rest.as_ordered_factors() if not (f.is_Pow and f.exp.is_negative)]
            quotient = sp.Mul(*(f for f in rest.as_ordered_factors() if f not in whole))
            parts = [part for part in (constant, *whole, quotient) if part != 1]
            if len(parts) > 1:
                return reduce(lambda a, b: f"times({a},{b})", map(self.pair, parts))
        return self.two(self.emit(expr), "0.0")


def _one_rounding(u):
    """Is u formed from its symbols with at most one rounding, so that a pair of floats would gain nothing?"""
    constant, rest = u.as_independent(*u.free_symbols, as_Add=False)
    if isinstance(rest, sp.Function):
        return constant in (1, -1)
    if rest.is_Symbol:
        return constant.is_Rational and (_is_power_of_two(abs(constant.p)) or _is_power_of_two(constant.q))
    return constant in (1, -1) and rest.is_Mul and len(rest.args) == 2 and all(
        f.as_base_exp()[0].is_Symbol and f.as_base_exp()[1] in (1, -1) for f in rest.args)


def _is_power_of_two(n):
    return n > 0 and n & (n - 1) == 0


class _NumpyEmitter(_Emitter):
    functions, conjunction, disjunction = _NUMPY, "&", "|"
    literal = staticmethod(lambda value: repr(value) if np.isfinite(value) else f"np.{value}".replace("np.-", "-np."))
    choice = staticmethod(lambda condition, yes, no: f"np.where({condition},{yes},{no})")
    two = staticmethod(lambda high, low: f"({high},{low})")

    def assign(self, name, text):
        self.statements.append(f"{name}={text}")


class _JavascriptEmitter(_Emitter):
    functions, conjunction, disjunction = _JAVASCRIPT, "&&", "||"
    choice = staticmethod(lambda condition, yes, no: f"({condition}?{yes}:{no})")
    two = staticmethod(lambda high, low: f"[{high},{low}]")

    @staticmethod
    def literal(value):
        return repr(value).replace("inf", "Infinity").replace("nan", "NaN")

    def assign(self, name, text):
        self.statements.append(f"const {name}={text};")


def _written(emitter, expressions, where):
    """Emit the bindings, then the expressions; returns the source of each expression."""
    real = {s: sp.Symbol(s.name, real=True) for s in emitter.names if s.is_real is None}
    real |= {s: sp.Symbol(s.name, real=True) for s, _ in where if s.is_real is None}
    emitter.names = {real.get(s, s): name for s, name in emitter.names.items()}
    bindings = [(real.get(symbol, symbol), stabilise(value.xreplace(real))) for symbol, value in where]
    stable = [stabilise(expr.xreplace(real)) for expr in expressions]
    for expr in [*(value for _, value in bindings), *stable]:
        emitter.count(expr)
    for symbol, value in bindings:
        emitter.bind(symbol, value)
    return [emitter.emit(expr) for expr in stable]


# --- NumPy -------------------------------------------------------------------------------------------------------


def to_numpy(expr, arguments, where=()):
    """Compile an expression, or a list of them, to a NumPy function of the arguments.

    `where` binds further symbols, in order, to expressions. The function computes in float64, takes arrays that
    broadcast, gives back the floating type of its arguments, and gives nan wherever an argument is nan. Raises
    CompileError, naming the part that has no numerical form.
    """
    several = isinstance(expr, (list, tuple))
    expressions = [sp.sympify(e) for e in (expr if several else [expr])]
    emitter = _NumpyEmitter(arguments)
    results = _written(emitter, expressions, where)
    names = ",".join(f"v{i}" for i in range(len(arguments)))
    body = "\n ".join([*emitter.statements, f"return [{','.join(results)}]"])
    namespace = {"np": np, "special": special} | {name: numpy_form for name, (numpy_form, _) in _HELPERS.items()}
    exec(f"def compiled({names}):\n {body}", namespace)
    compiled = namespace["compiled"]

    def function(*values):
        arrays = [np.asarray(value) for value in values]
        if any(array.dtype.kind not in "fiub" for array in arrays):
            raise TypeError(f"real numbers are needed, not {next(a.dtype for a in arrays if a.dtype.kind not in 'fiub')}")
        kept = [array.dtype for array in arrays if array.dtype.kind == "f" and array.ndim]
        kept = kept or [array.dtype for array in arrays if array.dtype.kind == "f"]
        dtype = np.result_type(*kept) if kept else np.dtype(float)
        wide = [array.astype(float) for array in arrays]
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        undefined = reduce(np.logical_or, map(np.isnan, wide), False)
        with np.errstate(all="ignore"):
            outputs = [np.where(undefined, np.nan, np.broadcast_to(out, shape)).astype(dtype)[()] for out in compiled(*wide)]
        return outputs if several else outputs[0]

    return function


def _plus(a, b):
    """The sum of two pairs, as a pair (Knuth's two-sum)."""
    total = a[0] + b[0]
    part = total - a[0]
    error = (a[0] - (total - part)) + (b[0] - part) + (a[1] + b[1])
    return total, np.where(np.isfinite(error), error, 0.0)


def _times(a, b):
    """The product of two pairs, as a pair (Dekker's product with Veltkamp's splitting)."""
    product = a[0] * b[0]
    (a_high, a_low), (b_high, b_low) = _split(a[0]), _split(b[0])
    error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low
    error = error + (a[0] * b[1] + a[1] * b[0])
    return product, np.where(np.isfinite(error), error, 0.0)


def _split(a):
    scaled = 134217729.0 * a
    high = scaled - (scaled - a)
    return high, a - high


def _damped(decay, rest):
    return np.where(decay == 0, 0.0, decay * rest)


def _conjugate_sum(u, c):
    h = np.hypot(u, np.sqrt(c))
    return np.where(u >= 0, u + h, c / (h - u))


def _root_minus_one(u):
    return u * (u / (1 + np.hypot(u, 1)))


def _scaled_erfc(u, exp_minus_square):
    return np.where(u > 1, special.erfcx(np.abs(u)) * exp_minus_square, special.erfc(u))


def _logsumexp(*u):
    largest = reduce(np.maximum, u)
    return largest + np.log(sum(np.exp(v - largest) for v in u))


# --- JavaScript --------------------------------------------------------------------------------------------------


def to_javascript(expressions, arguments, where=()):
    """Compile expressions to the source of a JavaScript function (arguments) => [values], stable as `to_numpy` is.

    It calls Math and the helpers that `javascript_helpers` defines. Raises CompileError as `to_numpy` does.
    """
    emitter = _JavascriptEmitter(arguments)
    results = _written(emitter, [sp.sympify(e) for e in expressions], where)
    names = [f"v{i}" for i in range(len(arguments))]
    undefined = "||".join(f"{name}!=={name}" for name in names) or "false"
    guard = f"if({undefined})return [{','.join(['NaN'] * len(results))}];"
    return f"({','.join(names)})=>{{{guard}{''.join(emitter.statements)}return [{','.join(results)}];}}"


def javascript_helpers(source):
    """The definitions of the helper functions that a compiled source mentions, those they need included."""
    needed, text = [], source
    for name in reversed(_HELPERS):
        definition = _HELPERS[name][1]
        if f"{name}(" in text:
            needed.insert(0, definition() if callable(definition) else definition)
            text += needed[0]
    return "\n".join(needed)


def _erf_javascript():
    """erf by its Maclaurin series for |u| < 1, and erfcx by a Chebyshev series in (u - 15/4)/(u + 15/4)."""
    with mpmath.workdps(40):
        series = [float((-1) ** n * 2 / mpmath.sqrt(mpmath.pi) / (mpmath.factorial(n) * (2 * n + 1))) for n in range(20)]
        chebyshev = [float(c) for c in _chebyshev(
            lambda t: (lambda u: (1 + 2 * u) * mpmath.exp(u * u) * mpmath.erfc(u))(mpmath.mpf(15) / 4 * (1 + t) / (1 - t)), 34)]
    return (
        f"const erfSeries={series},erfcxSeries={chebyshev};\n"
        "const erf=(u)=>{if(Math.abs(u)>1)return Math.sign(u)*(1-erfcx(Math.abs(u))*Math.exp(-u*u));"
        "let s=0;for(let i=erfSeries.length;i--;)s=s*u*u+erfSeries[i];return u*s;};\n"
        "const erfcx=(u)=>{const t=2*(u-3.75)/(u+3.75);let a=0,b=0;"
        "for(let i=erfcxSeries.length;i--;){const c=t*a-b+erfcxSeries[i];b=a;a=c;}"
        "return (a-t*b/2)/(1+2*u);};"
    )


def _chebyshev(f, n):
    """The first n coefficients of the Chebyshev series of f on (-1, 1), from its values at 2n nodes."""
    nodes = [mpmath.pi * (2 * k + 1) / (4 * n) for k in range(2 * n)]
    values = [f(mpmath.cos(node)) for node in nodes]
    return [(1 if j else mpmath.mpf(1) / 2) / n * sum(v * mpmath.cos(j * t) for v, t in zip(values, nodes, strict=True))
            for j in range(n)]


# name -> (the NumPy form, the JavaScript definition), each after those it calls
_HELPERS = {
    "plus": (_plus, "const plus=(a,b)=>{const s=a[0]+b[0],p=s-a[0],e=(a[0]-(s-p))+(b[0]-p)+(a[1]+b[1]);"
                    "return [s,isFinite(e)?e:0];};"),
    "times": (_times, "const halves=(a)=>{const s=134217729*a,h=s-(s-a);return [h,a-h];};\n"
                      "const times=(a,b)=>{const p=a[0]*b[0],[c,d]=halves(a[0]),[f,g]=halves(b[0]);"
                      "const e=((c*f-p)+c*g+d*f)+d*g+(a[0]*b[1]+a[1]*b[0]);return [p,isFinite(e)?e:0];};"),
    "expit": (special.expit, "const expit=(u)=>1/(1+Math.exp(-u));"),
    "log1pexp": (lambda u: np.logaddexp(0, u), "const log1pexp=(u)=>Math.max(u,0)+Math.log1p(Math.exp(-Math.abs(u)));"),
    "exp_pair": (lambda u: np.exp(u[0]) * (1 + u[1]), "const exp_pair=(u)=>Math.exp(u[0])*(1+u[1]);"),
    "expit_pair": (lambda u: special.expit(u[0]) * (1 + u[1] * special.expit(-u[0])),
                   "const expit_pair=(u)=>expit(u[0])*(1+u[1]*expit(-u[0]));"),
    "log1pexp_pair": (lambda u: np.logaddexp(0, u[0]) + u[1] * special.expit(u[0]),
                      "const log1pexp_pair=(u)=>log1pexp(u[0])+u[1]*expit(u[0]);"),
    "logsumexp": (_logsumexp, "const logsumexp=(...u)=>{const m=Math.max(...u);"
                              "return m+Math.log(u.reduce((s,v)=>s+Math.exp(v-m),0));};"),
    "damped": (_damped, "const damped=(d,r)=>d===0?0:d*r;"),
    "conjugate_sum": (_conjugate_sum, "const conjugate_sum=(u,c)=>{const h=Math.hypot(u,Math.sqrt(c));"
                                      "return u>=0?u+h:c/(h-u);};"),
    "root_minus_one": (_root_minus_one, "const root_minus_one=(u)=>u*(u/(1+Math.hypot(u,1)));"),
    "erf": (special.erf, lru_cache(maxsize=None)(_erf_javascript)),
    "scaled_erfc": (_scaled_erfc, "const scaled_erfc=(u,e)=>u>0.5?erfcx(u)*e:u<-0.5?2-erfcx(-u)*e:1-erf(u);"),
}
