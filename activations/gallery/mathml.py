"""An expression as MathML, which browsers and JupyterLab show and screen readers speak without any script."""

import sympy as sp
from sympy.printing.mathml import MathMLPresentationPrinter

_ENTITIES = {"&InvisibleTimes;": "&#8290;", "&pi;": "π", "<mo><</mo>": "<mo>&lt;</mo>",
             "<mo>></mo>": "<mo>&gt;</mo>"}
_LONGEST = 12  # operations of a constant that is still shown as it is written


class _E(sp.Function):
    """e to a power, which SymPy moves below a fraction line where the power has a minus sign."""


class _Printer(MathMLPresentationPrinter):
    """SymPy's printer with what it leaves in words, cases and Kronecker's delta, and with powers of e in their place."""

    def _element(self, tag, *children):
        element = self.dom.createElement(tag)
        for child in children:
            element.appendChild(self.dom.createTextNode(child) if isinstance(child, str) else child)
        return element

    def _print_Piecewise(self, expr):
        table = self._element("mtable")
        table.setAttribute("columnalign", "left left")
        for value, condition in expr.args:
            when = [self._element("mtext", "otherwise")] if condition == sp.true else [self._print(_around_x(condition))]
            table.appendChild(self._element("mtr", self._element("mtd", self._print(value)),
                                            self._element("mtd", *when)))
        return self._element("mrow", self._element("mo", "{"), table)

    def _print__E(self, expr):
        return self._element("msup", self._element("mi", "e"), self._print(expr.args[0]))

    def _print_Pow(self, expr):
        if not isinstance(expr.base, _E) or expr.exp.is_negative:
            return super()._print_Pow(expr)
        return self._print(_E(expr.exp * expr.base.args[0]))

    def _print_KroneckerDelta(self, expr):
        indices = self._element("mrow", *map(self._print, expr.args))
        return self._element("msub", self._element("mi", "δ"), indices)


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
            return node.q > 12
        return node.is_number and not node.is_Atom and node.count_ops() > _LONGEST

    def short(node):
        digits = sp.Float(node, 6)
        return sp.Float(f"{float(digits):.6g}", len(f"{abs(float(digits)):.6g}".replace(".", "").lstrip("0")) or 1)

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
