"""The names of `where`: each a symbol, f(x) or p[i], with its definition."""

from collections.abc import Mapping

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef


class Names:
    """The definitions by name; `unfold` puts them in place of the names, and no variable is caught by another's sum."""

    def __init__(self, definitions):
        self.definitions = {}
        for name, body in definitions:
            head, parameters = _name(name)
            self.definitions[head] = parameters, body
        for head in self.definitions:
            self._refuse_cycle(head, ())
        heads = {head for head in self.definitions if isinstance(head, sp.Symbol)}
        # What a variable bound by a sum or an integral must not be called while definitions are put into it.
        self.taken = heads.union(*(body.free_symbols - set(parameters)
                                   for parameters, body in self.definitions.values()))

    @staticmethod
    def read(where, line):
        """[(name, definition), ...] as SymPy objects; `line` turns what was written into one."""
        if where is not None and not isinstance(where, Mapping):
            raise TypeError(f"where is a mapping from names to definitions, not {where!r}")
        for name in where or {}:
            _name(name)
        return [(name, line(body, f"the definition of {name}")) for name, body in (where or {}).items()]

    def _refuse_cycle(self, head, path):
        if head in path:
            raise ValueError(f"the definition of {head} in `where` goes back to {head} itself")
        for node in sp.preorder_traversal(self.definitions[head][1]):
            if _head(node) in self.definitions:
                self._refuse_cycle(_head(node), (*path, head))

    def definition(self, expr):
        """The definition of the name `expr`, or None if it is not a name."""
        if _head(expr) not in self.definitions:
            return None
        parameters, body = self.definitions[_head(expr)]
        arguments = arguments_of(expr)
        if len(arguments) != len(parameters):
            raise ValueError(f"{_head(expr)} takes {_count(parameters)} in `where`, and {_count(arguments)} in {expr}")
        actual = {p: a for p, a in zip(parameters, arguments, strict=True) if p != a}
        if not actual:
            return body
        return _renamed(body, set().union(*(a.free_symbols for a in actual.values()))).subs(actual, simultaneous=True)

    def unfold(self, expr, keep=frozenset()):
        """`expr` with every name replaced by its definition, except for the names in `keep`."""
        if not self.definitions or expr in keep:
            return expr
        body = self.definition(expr)
        if body is not None:
            return self.unfold(body, keep)
        if isinstance(expr, sp.Derivative):
            return self._unfold_derivative(expr, keep)
        if isinstance(expr, (sp.MatrixBase, sp.NDimArray)):
            return expr.applyfunc(lambda entry: self.unfold(entry, keep))
        if isinstance(expr, ExprWithLimits):
            self._refuse_constants(expr)
            expr = _renamed(expr, self.taken, outermost=True)
        arguments = [self.unfold(a, keep) for a in expr.args]
        return expr if arguments == list(expr.args) else expr.func(*arguments)

    def _refuse_constants(self, expr):
        """A symbol whose definition varies with the variable of an integral would be taken for a constant in it."""
        for symbol in expr.function.free_symbols & set(self.definitions):
            caught = set(expr.variables) & self.definitions[symbol][1].free_symbols
            if caught:
                variable = min(caught, key=str)
                raise ValueError(f"{symbol} depends on {variable}, over which {type(expr).__name__.lower()} runs: "
                                 f"write it with its variable, {symbol}({variable}), in `where` and in the lines")

    def _unfold_derivative(self, expr, keep):
        """A derivative with respect to a name holds that name for a variable: it is replaced after differentiating."""
        named = [v for v in expr.variables if v not in keep and self.definition(v) is not None]
        inner = self.unfold(expr.expr, keep | set(named))
        if not named:
            return sp.Derivative(inner, *expr.variable_count)
        held = {v: sp.Dummy(str(v), real=v.is_real) for v in named if not isinstance(v, sp.Indexed)}
        counts = [(held.get(v, v), count) for v, count in expr.variable_count]
        slope = sp.Derivative(inner.xreplace(held), *counts).doit()
        return self.unfold(slope.subs({d: self.unfold(v, keep) for v, d in held.items()}), keep)


def _renamed(expr, taken, outermost=False):
    """`expr` with fresh symbols in place of those that its sums, integrals and limits bind, where they are `taken`."""
    def fresh(node):
        bound = node.variables if isinstance(node, ExprWithLimits) else node.args[1:2]
        others = {s: sp.Dummy(s.name, **s.assumptions0) for s in bound if s in taken}
        return node.xreplace(others) if others else node

    if outermost:
        return fresh(expr)
    return expr.replace(lambda node: isinstance(node, (ExprWithLimits, sp.Limit)), fresh)


def _count(arguments):
    return f"{len(arguments)} argument{'s' * (len(arguments) != 1)}"


def _head(expr):
    """What a name is looked up by: the symbol itself, the f of f(x), the p of p[i]."""
    if isinstance(expr, AppliedUndef):
        return expr.func
    return expr.base if isinstance(expr, sp.Indexed) else expr


def arguments_of(expr):
    """The x of f(x), the i of p[i]; nothing for anything else."""
    return expr.args if isinstance(expr, AppliedUndef) else expr.indices if isinstance(expr, sp.Indexed) else ()


def _name(key):
    """Head and parameters of a key of `where`."""
    if isinstance(key, (sp.Symbol, AppliedUndef, sp.Indexed)):
        parameters = arguments_of(key)
        if len(set(parameters)) == len(parameters) and all(isinstance(p, (sp.Symbol, sp.Idx)) for p in parameters):
            return _head(key), parameters
    raise TypeError(f"{key!r} in `where` is not a name: a name is a symbol, f(x) or p[i]")
