"""A stable form as a JavaScript function of numbers, operation for operation like the NumPy one."""

import sympy as sp
from sympy.printing.jscode import JavascriptCodePrinter
from sympy.printing.numpy import SciPyPrinter

from activations.numerics.javascript_functions import HELPERS
from activations.numerics.printer import StablePrinter, printed


def to_javascript(expressions, arguments, bindings=()):
    """Compile expressions to the source of a JavaScript function (arguments) => [values], stable as `to_numpy` is.

    It calls Math and the helpers that `javascript_helpers` defines. Raises CompileError as `to_numpy` does.
    """
    printer = _JavascriptPrinter(arguments)
    results, _ = printed(printer, [sp.sympify(e) for e in expressions], bindings)
    names = [f"v{i}" for i in range(len(arguments))]
    undefined = "||".join(f"{name}!=={name}" for name in names) or "false"
    guard = f"if({undefined})return [{','.join(['NaN'] * len(results))}];"
    return f"({','.join(names)})=>{{{guard}{''.join(printer.statements)}return [{','.join(results)}];}}"


class _JavascriptPrinter(StablePrinter, JavascriptCodePrinter):
    functions = {name: name for name in HELPERS} | {
        name: f"Math.{name}" for name in ("sqrt", "expm1", "log1p", "hypot")} | {
        "power": "Math.pow", "minimum": "Math.min", "maximum": "Math.max"}
    and_sign, or_sign = "&&", "||"

    def assign(self, name, text):
        self.statements.append(f"const {name}={text};")

    @staticmethod
    def literal(value):
        return repr(value).replace("inf", "Infinity").replace("nan", "NaN")

    @staticmethod
    def choice(condition, yes, no):
        return f"({condition}?{yes}:{no})"

    @staticmethod
    def two(high, low):
        return f"[{high},{low}]"

    def piecewise(self, expr):
        return self.choices(expr)

    def advice(self, expr):
        if type(expr).__name__ in SciPyPrinter._kf:
            return "; it can be drawn with curves(...), where NumPy computes it, and not by a page with sliders"
        return super().advice(expr)

    def _print_near_zero(self, expr):
        u, radius, polynomial, elsewhere = expr.args
        inside = f"(Math.abs({self._print(u)})<{self.number(radius)})"
        return self.choice(inside, self._print(polynomial), self._print(elsewhere))

    def _print_Mod(self, expr):
        return "modulo(" + ",".join(map(self._print, expr.args)) + ")"
