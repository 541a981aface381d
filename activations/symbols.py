"""The symbols that the formulas of the course are written in."""

from sympy import IndexedBase, Symbol, symbols

x = Symbol("x", real=True)
a, b = symbols("a b", real=True)  # the value and the gate of a gated activation
z = IndexedBase("z", real=True)  # the scores of a vector activation
i, j, k, n = symbols("i j k n", integer=True, positive=True)
