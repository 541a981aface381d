"""A formula as MathML, which a browser typesets by itself and a screen reader reads."""

import sympy as sp
from sympy.printing.mathml import MathMLPresentationPrinter

_DECIMALS = 10**6  # 851/500 reads 1.702; 1/3 and 5/12 stay fractions


class _Printer(MathMLPresentationPrinter):
    """SymPy's, with a brace around the pieces of a Piecewise, with e and |x|, and with decimals as they were written.
    """

    def _element(self, name, *children, **attributes):
        element = self.dom.createElement(name)
        for key, value in attributes.items():
            element.setAttribute(key, value)
        for child in children:
            element.appendChild(self.dom.createTextNode(child) if isinstance(child, str) else child)
        return element

    def _print_Piecewise(self, expr):
        rows = [self._element("mtr", self._element("mtd", self._print(value)),
                              self._element("mtd", self._condition(condition))) for value, condition in expr.args]
        table = self._element("mtable", *rows, columnalign="left left", displaystyle="true")
        return self._element("mrow", self._element("mo", "{", stretchy="true"), table)

    def _condition(self, condition):
        if condition == sp.true:
            return self._element("mtext", "otherwise")
        return self._element("mrow", self._element("mtext", "if\u00a0"), self._print(condition))

    def _print_Exp1(self, _):
        return self._element("mi", "e")

    def _print_Rational(self, expr):
        if expr.q > 12 and _DECIMALS % expr.q == 0:
            return self._print(sp.Symbol(f"{float(expr):.15g}".replace("-", "−")))
        return super()._print_Rational(expr)

    def _print_Abs(self, expr):
        return self._element("mrow", self._element("mo", "|"), self._print(expr.args[0]), self._element("mo", "|"))


def mathml(left, expr):
    """`left` = expr as a displayed equation; `left` is a name such as f or f′, of x."""
    printer = _Printer()
    body = printer._print(expr).toxml()
    name = "".join(f"<mi>{letter}</mi>" for letter in left)
    return (f'<math display="block" class="sts-formula"><mrow>{name}'
            f'<mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo><mo>=</mo>{body}'
            "</mrow></math>")
