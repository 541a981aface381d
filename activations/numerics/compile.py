"""From a SymPy expression to NumPy and to JavaScript, in one numerically stable form.

`stable.stabilise` rewrites the expression so that floating point can evaluate it. One emitter then writes that form
out in either language, operation for operation alike, so that the figure on the page and the array in the notebook
agree.
"""

from functools import cache, reduce

import mpmath
import numpy as np
import sympy as sp
from scipy import special

from activations.numerics.stable import near_zero, stabilise


class CompileError(ValueError):
    """An expression that has no numerical form; the message names the part that is to blame."""


# --- Writing a stable form out -----------------------------------------------------------------------------------

_PLAIN = ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "floor", "sqrt", "expm1", "log1p", "hypot")
_INVERSE = ("asin", "acos", "atan", "asinh", "acosh", "atanh")
_NUMPY = {name: f"np.{name}" for name in _PLAIN} | {name: f"np.arc{name[1:]}" for name in _INVERSE} | {
    "Abs": "np.abs", "ceiling": "np.ceil", "power": "np.power", "minimum": "np.minimum", "maximum": "np.maximum",
    "erf": "special.erf", "expit": "special.expit"}
_JAVASCRIPT = {name: f"Math.{name}" for name in (*_PLAIN, *_INVERSE)} | {
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
        value = _constant(expr)
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
        if isinstance(expr, sp.ITE):
            return self.choice(*map(self.condition, expr.args))
        if expr in (sp.true, sp.false):
            return f"(0{'<' if expr else '>'}1)"
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


@cache
def _constant(expr):
    return sp.N(expr, 30)


def _written(emitter, expressions, where):
    """Emit the bindings, then the expressions; returns the source of each expression."""
    named = [*emitter.names, *(symbol for symbol, _ in where)]
    real = {symbol: sp.Symbol(symbol.name, real=True) for symbol in named if symbol.is_real is None}
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
        for array in arrays:
            if array.dtype.kind not in "fiub":
                raise TypeError(f"real numbers are needed, not {array.dtype}")
        kept = [array.dtype for array in arrays if array.dtype.kind == "f" and array.ndim]
        kept = kept or [array.dtype for array in arrays if array.dtype.kind == "f"]
        dtype = np.result_type(*kept) if kept else np.dtype(float)
        wide = [array.astype(float, copy=False) for array in arrays]
        shape = np.broadcast_shapes(*(array.shape for array in arrays))
        undefined = [missing for missing in map(np.isnan, wide) if missing.any()]
        with np.errstate(all="ignore"):
            outputs = []
            for output in compiled(*wide):
                outputs.append(_own(output, shape, wide + outputs))
                for missing in undefined:
                    np.copyto(outputs[-1], np.nan, where=missing)
            outputs = [output.astype(dtype, copy=False)[()] for output in outputs]
        return outputs if several else outputs[0]

    return function


def _own(output, shape, others):
    """The output as a float array of that shape that shares no memory with the others; copied only where it must be."""
    output = np.asarray(output, float)
    if output.shape == shape and output.base is None and not any(output is array for array in others):
        return output
    return np.array(np.broadcast_to(output, shape))


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
    u = np.stack(np.broadcast_arrays(*u))
    largest = u.max(axis=0, keepdims=True)
    others = np.exp(u - largest)
    np.put_along_axis(others, u.argmax(axis=0)[None], 0, axis=0)
    return largest[0] + np.log1p(others.sum(axis=0))


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


@cache
def _erf_javascript():
    """erf by its Maclaurin series for |u| < 1, and erfcx by a Chebyshev series in (u - 15/4)/(u + 15/4)."""
    with mpmath.workdps(40):
        unit = 2 / mpmath.sqrt(mpmath.pi)
        series = [float((-1) ** n * unit / (mpmath.factorial(n) * (2 * n + 1))) for n in range(20)]
        chebyshev = [float(c) for c in _chebyshev(_scaled_erfcx, 34)]
    return (
        f"const erfSeries={series},erfcxSeries={chebyshev};\n"
        "const erf=(u)=>{if(Math.abs(u)>1)return Math.sign(u)*(1-erfcx(Math.abs(u))*Math.exp(-u*u));"
        "let s=0;for(let i=erfSeries.length;i--;)s=s*u*u+erfSeries[i];return u*s;};\n"
        "const erfcx=(u)=>{const t=2*(u-3.75)/(u+3.75);let a=0,b=0;"
        "for(let i=erfcxSeries.length;i--;){const c=t*a-b+erfcxSeries[i];b=a;a=c;}"
        "return (a-t*b/2)/(1+2*u);};"
    )


def _scaled_erfcx(t):
    """(1 + 2u)·exp(u²)·erfc(u), smooth and of order 1 for all u ≥ 0, as a function of t = (u - 15/4)/(u + 15/4)."""
    u = mpmath.mpf(15) / 4 * (1 + t) / (1 - t)
    return (1 + 2 * u) * mpmath.exp(u * u) * mpmath.erfc(u)


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
    "logsumexp": (_logsumexp, "const logsumexp=(...u)=>{const m=Math.max(...u),k=u.indexOf(m);"
                              "return m+Math.log1p(u.reduce((s,v,i)=>i===k?s:s+Math.exp(v-m),0));};"),
    "damped": (_damped, "const damped=(d,r)=>d===0?0:d*r;"),
    "conjugate_sum": (_conjugate_sum, "const conjugate_sum=(u,c)=>{const h=Math.hypot(u,Math.sqrt(c));"
                                      "return u>=0?u+h:c/(h-u);};"),
    "root_minus_one": (_root_minus_one, "const root_minus_one=(u)=>u*(u/(1+Math.hypot(u,1)));"),
    "erf": (special.erf, _erf_javascript),
    "scaled_erfc": (_scaled_erfc, "const scaled_erfc=(u,e)=>u>0.5?erfcx(u)*e:u<-0.5?2-erfcx(-u)*e:1-erf(u);"),
}
