"""The small library of the course From Step to Softmax: one SymPy expression per activation, all else made from it."""

from activations.activation import Activation
from activations.catalogue import catalogue
from activations.derivation import derive
from activations.explorer import Bars, Cells, Curves, Frames, explore
from activations.figures import bars, curves, picture
from activations.study import study
from activations.symbols import x
from activations.table import table

__all__ = [
    "Activation", "Bars", "Cells", "Curves", "Frames", "bars", "catalogue", "curves", "derive", "explore", "picture",
    "study", "table", "x"]
