"""The views of an explorer: each panel as matplotlib artists, which sliders move and a page's script moves alike."""

from activations.explorer.panels import Bars, Cells, Curves, Frames
from activations.explorer.views.bars import BarsView
from activations.explorer.views.cells import CellsView
from activations.explorer.views.curves import CurvesView
from activations.explorer.views.frames import FramesView

_VIEWS = {Curves: CurvesView, Bars: BarsView, Cells: CellsView, Frames: FramesView}


def view(panel, states):
    """The view of a compiled panel; its axes have room for the states where they are not given."""
    return next(kind for written, kind in _VIEWS.items() if isinstance(panel.written, written))(panel, states)
