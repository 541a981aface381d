"""A SymPy expression in the spelling of the workbench, which its reader can type: `where(x <= 0, 0, x)`."""

import sympy as sp
from sympy.printing.str import StrPrinter


def spelling(expr):
    """The expression as a formula of the workbench, in the names of its symbols."""
    return _Spelling().doprint(expr)


class _Spelling(StrPrinter):
    def _print_Piecewise(self, expr):
        *cases, (last, certain) = expr.args
        if certain != sp.true:
            raise ValueError(f"the workbench needs a value for every x, and {expr} has none where no condition holds")
        text = self._print(last)
        for value, condition in reversed(cases):
            text = f"where({self._print(condition)}, {self._print(value)}, {text})"
        return text

    def _print_Relational(self, expr):
        """x stands on the left, where a reader looks for it."""
        x_last = expr.rhs.is_Symbol and expr.rhs.name == "x" and not expr.lhs.has(expr.rhs)
        relation = expr.reversed if x_last else expr
        sign = "==" if isinstance(relation, sp.Eq) else "!=" if isinstance(relation, sp.Ne) else relation.rel_op
        return f"{self._print(relation.lhs)} {sign} {self._print(relation.rhs)}"

    def _print_And(self, expr):
        return " and ".join(self._part(one) for one in sorted(expr.args, key=sp.default_sort_key))

    def _print_Or(self, expr):
        return " or ".join(self._part(one) for one in sorted(expr.args, key=sp.default_sort_key))

    def _part(self, condition):
        text = self._print(condition)
        return f"({text})" if isinstance(condition, (sp.And, sp.Or)) else text

    def _print_Abs(self, expr):
        return f"abs({self._print(expr.args[0])})"

    def _print_sign(self, expr):
        return self._print(expr.rewrite(sp.Piecewise))

    def _print_Exp1(self, expr):
        return "e"

    def _print_Symbol(self, expr):
        return {"lamda": "lambda"}.get(expr.name, expr.name)

    def _print_exp(self, expr):
        return f"exp({self._print(expr.args[0])})"
