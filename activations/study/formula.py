"""A formula as MathML, which a browser typesets by itself and a screen reader reads."""

import re
from html import unescape

import sympy as sp

from activations.figures.mathml import MathMLPrinter

_DECIMALS = 10**6  # 851/500 reads 1.702; 1/3 and 5/12 stay fractions
_ENTITY = re.compile(r"&(?!lt;|gt;|amp;|quot;)\w+;")  # names that HTML knows and XML does not


class _Printer(MathMLPrinter):
    """SymPy's, with a brace around the pieces of a Piecewise, and with e and |x|."""

    def _print_Piecewise(self, expr):
        rows = [self.element("mtr", self.element("mtd", self._print(value)),
                              self.element("mtd", self._condition(condition))) for value, condition in expr.args]
        table = self.element("mtable", *rows, columnalign="left left", displaystyle="true")
        return self.element("mrow", self.element("mo", "{", stretchy="true"), table)

    def _condition(self, condition):
        if condition == sp.true:
            return self.element("mtext", "otherwise")
        return self.element("mrow", self.element("mtext", "if\u00a0"), self._print(condition))

    def _print_Exp1(self, _):
        return self.element("mi", "e")

    def _print_ExpBase(self, expr):
        return self.element("msup", self._print_Exp1(expr), self._print(expr.exp))

    def _print_Abs(self, expr):
        return self.element("mrow", self.element("mo", "|"), self._print(expr.args[0]), self.element("mo", "|"))


def _with_decimals(expr):
    """The expression with its decimals as symbols that are named by their digits, so that they stay what they are."""
    numbers = [one for one in expr.atoms(sp.Rational) if one.q > 12 and _DECIMALS % one.q == 0]
    return expr.xreplace({one: sp.sign(one) * sp.Symbol(f"{abs(float(one)):.15g}") for one in numbers})


def mathml(left, expr):
    """`left` = expr as a displayed equation; `left` is a name such as f or f′, of x."""
    printer, expr = _Printer(), _with_decimals(expr)
    body = _ENTITY.sub(lambda found: unescape(found[0]), printer._print(expr).toxml())
    name = "".join(f"<mi>{letter}</mi>" for letter in left)
    return (f'<div class="sts-formula" tabindex="0" role="group" aria-label="{left} of x as a formula">'
            f'<math display="block"><mrow>{name}'
            f'<mo stretchy="false">(</mo><mi>x</mi><mo stretchy="false">)</mo><mo>=</mo>{body}'
            "</mrow></math></div>")
