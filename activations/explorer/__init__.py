"""A figure with sliders, made from SymPy expressions: live ipywidgets in a kernel, plain HTML without one."""

from activations.explorer.live import Explorer, explore
from activations.explorer.panels import Bars, Cells, Curves, ExploreError, Frames

__all__ = ["Bars", "Cells", "Curves", "ExploreError", "Explorer", "Frames", "explore"]
