"""An expression as MathML, which browsers and JupyterLab show and screen readers speak without any script."""

import sympy as sp

from activations.figures.mathml import MathMLPrinter

_ENTITIES = {"&InvisibleTimes;": "&#8290;", "&pi;": "π", "<mo><</mo>": "<mo>&lt;</mo>", "<mo>></mo>": "<mo>&gt;</mo>"}
_LONGEST = 12  # operations of a constant, or denominator of a fraction, that is still shown as it is written


class _E(sp.Function):
    """e to a power, which SymPy moves below a fraction line where the power has a minus sign."""


class _Printer(MathMLPrinter):
    """SymPy's printer with what it leaves in words, cases and Kronecker's delta; powers of e stay where they are."""

    def _print_Piecewise(self, expr):
        table = self.element("mtable", columnalign="left left")
        for value, condition in expr.args:
            last = condition == sp.true
            when = self.element("mtext", "otherwise") if last else self._print(_around_x(condition))
            cells = [self.element("mtd", part) for part in (self._print(value), when)]
            table.appendChild(self.element("mtr", *cells))
        return self.element("mrow", self.element("mo", "{"), table)

    def _print__E(self, expr):
        return self.element("msup", self.element("mi", "e"), self._print(expr.args[0]))

    def _print_Pow(self, expr):
        if not isinstance(expr.base, _E) or expr.exp.is_negative:
            return super()._print_Pow(expr)
        return self._print(_E(expr.exp * expr.base.args[0]))

    def _print_KroneckerDelta(self, expr):
        indices = self.element("mrow", *map(self._print, expr.args))
        return self.element("msub", self.element("mi", "δ"), indices)


def mathml(expr):
    """The expression as a <math> element; long constants in six digits, as -1.75810."""
    html = _Printer().doprint(_with_short_constants(expr).replace(sp.exp, _E))
    for entity, character in _ENTITIES.items():
        html = html.replace(entity, character)
    return f"<math>{html}</math>"


def _around_x(condition):
    """The condition as it is spoken, x first: x > λ for λ < x, and x < -λ for λ < -x."""
    if isinstance(condition, sp.core.relational.Relational):
        left, right = condition.args
        if not left.has(sp.Symbol("x", real=True)) and right.has(sp.Symbol("x", real=True)):
            turned = condition.reversed
            return turned.reversedsign if turned.lhs.could_extract_minus_sign() else turned
    return condition


def _with_short_constants(expr):
    """Long constants as decimals: 0.044715 for 8943/200000, and the two of SELU."""
    def is_long(node):
        if isinstance(node, sp.Rational):
            return node.q > _LONGEST
        return node.is_number and not node.is_Atom and node.count_ops() > _LONGEST

    def short(node):
        text = f"{float(node):.6g}"
        return sp.Float(text, len(text.lstrip("-0.").replace(".", "")))

    return _factored(expr).replace(is_long, short) if isinstance(expr, sp.Expr) else expr


def _factored(expr):
    """Constants put together, so that each long one is one number."""
    if not any(node.is_number and node.count_ops() > _LONGEST for node in sp.preorder_traversal(expr)
               if isinstance(node, sp.Expr)):
        return expr
    return expr.replace(lambda node: isinstance(node, sp.Mul), _constant_first)


def _constant_first(product):
    constant, rest = product.as_independent(*product.free_symbols, as_Add=False)
    if constant.count_ops() > _LONGEST:
        return sp.Float(f"{float(constant):.6g}", 6) * rest
    return product
