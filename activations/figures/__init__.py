"""The course's one figure style, and figures built from expressions.

A figure is drawn by matplotlib and becomes inline SVG whose colours are CSS variables, so that it follows the light or
dark theme of the page. Beside it travels a PNG for places that let no SVG through. The bytes are deterministic.
"""

from activations.figures.pictures import Picture, bars, curves, picture
from activations.figures.style import BLUE, OCHRE, ORANGE

__all__ = ["BLUE", "OCHRE", "ORANGE", "Picture", "bars", "curves", "picture"]
