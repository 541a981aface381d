"""An expression as numbers: its stable form, and that form as NumPy, as JavaScript and as balls."""

from activations.numerics.compile import CompileError, javascript_helpers, to_javascript, to_numpy
from activations.numerics.stable import stabilise

__all__ = ["CompileError", "javascript_helpers", "stabilise", "to_javascript", "to_numpy"]
