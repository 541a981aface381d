"""An expression as numbers: its stable form, and that form as NumPy, as JavaScript and as balls."""

from activations.numerics.javascript_functions import javascript_helpers
from activations.numerics.javascript_printer import to_javascript
from activations.numerics.numpy_printer import to_numpy
from activations.numerics.printer import CompileError
from activations.numerics.stable import stabilise

__all__ = ["CompileError", "javascript_helpers", "stabilise", "to_javascript", "to_numpy"]
