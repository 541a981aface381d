"""The nearest relatives of a function in the catalogue: by distance, after the best scaling."""

from functools import cache
from itertools import groupby
from typing import NamedTuple

import numpy as np

from activations.catalogue import catalogue
from activations.figures import curves
from activations.study.page import Numbers, Part, number
from activations.symbols import x

WIDEST = 4.0  # g(b·x) with b from 1/4 to 4
_NUMBER = 1600
Z = (np.arange(-_NUMBER, _NUMBER) + 0.5) * (8 / _NUMBER)  # between the kinks, which lie at round numbers
_ROOT = np.sqrt(np.exp(-(Z**2) / 2) / np.sqrt(2 * np.pi) * (8 / _NUMBER))  # of the weights of a normal mean
_WIDTHS = WIDEST ** np.linspace(-1, 1, 41)
_SHORT = [k / 1000 for k in range(250, 1000)] + [k / 100 for k in range(100, 401)]  # widths of three digits
_SAME = 1e-3  # distances that are the same for this purpose


class Relative(NamedTuple):
    """scale·g(width·x), the nearest that the function g of that name comes.

    The width has three digits. `distance` is √E[(f(Z) − scale·g(width·Z))²] over √E[f(Z)²] for a standard normal Z,
    so 0 is the same function and 1 is nothing in common; `unwidened` is the same with width 1.
    """

    name: str
    distance: float
    scale: float
    width: float
    unwidened: float

    @property
    def title(self):
        return catalogue[self.name].title

    @property
    def label(self):
        """scale·g(width·x) with the numbers, a 1 left out."""
        scale, width = ("" if text == "1" else f"{text} " for text in (number(self.scale), number(self.width)))
        return f"{scale}{self.name}({width}x)"

    @property
    def expr(self):
        """scale·g(width·x), at the default parameters."""
        return self.scale * catalogue[self.name].at().subs(x, self.width * x)


def nearest(values):
    """The `Relative`s of the function that has these values at `Z`, all of the catalogue, nearest first.

    Of several that are equally near, to a tenth of a percent, the one whose width is next to 1 comes first.
    """
    f = values * _ROOT
    found = [_fit(name, f / np.linalg.norm(f), np.linalg.norm(f)) for name in _table()]
    return sorted(found, key=lambda one: (_rounded(one), round(abs(np.log(one.width)), 3), round(one.distance, 9)))


def _rounded(relative):
    return round(relative.distance / _SAME)


def _fit(name, f, size):
    grid = [_distance(f, g)[0] for g in _table()[name]]
    first = _nearest_to_1(_WIDTHS, grid)
    low, high = (_WIDTHS[min(max(first + step, 0), len(_WIDTHS) - 1)] for step in (-1, 1))
    fine = [width for width in _SHORT if low <= width <= high]
    width = fine[_nearest_to_1(fine, [_distance(f, _values(name, width))[0] for width in fine])]
    distance, scale = _distance(f, _values(name, width))
    return Relative(name, distance, scale * float(size), width, _distance(f, _values(name, 1.0))[0])


def _nearest_to_1(widths, distances):
    """The place of the width with the least distance; of several, as for ReLU, where the width is a scale, next to 1.
    """
    near = np.flatnonzero(np.array(distances) <= min(distances) + 1e-9)
    return min(near, key=lambda i: abs(np.log(widths[i])))


def _distance(f, g):
    """The distance of a unit vector f from the line of g, and where on it the nearest point is."""
    square = g @ g
    scale = float(f @ g / square) if square > 0 else 0.0
    return float(np.linalg.norm(f - scale * g)), scale


def _values(name, width):
    return catalogue[name].f(width * Z) * _ROOT


@cache
def _table():
    """The values of every function of one variable at all widths."""
    return {entry.name: [_values(entry.name, width) for width in _WIDTHS] for entry in catalogue.scalar}


class Relatives(Part):
    """The catalogue by distance: `relatives[0]` is the nearest `Relative`; iterable, with a length."""

    title = "Nearest relatives"
    _SHOWN = 5

    def __init__(self, expr, values):
        self.expr, self.all = expr, nearest(values)

    def __getitem__(self, place):
        return self.all[place]

    def __len__(self):
        return len(self.all)

    @property
    def blocks(self):
        groups = [list(group) for _, group in groupby(self.all, key=_rounded)][:self._SHOWN]
        rows = [(_titles(group), percent(group[0].distance), number(group[0].scale),
                 number(group[0].width), percent(group[0].unwidened)) for group in groups]
        first, second = groups[0][0], (groups[1] if len(groups) > 1 else self.all[1:])[0]
        drawn = {"f(x)": self.expr} | {one.label: one.expr for one in (first, second)}
        return [
            "Every function g of the catalogue at its default parameters, stretched to a·g(b·x) so that it comes as "
            "near as it can: the weights after a neuron can do a, those before it b, from 1/4 to 4. The distance is "
            "the root of the mean square of the difference for standard normal x, in percent of that of f. Functions "
            "in one row are equally far, to a tenth of a percent; the numbers are those of the first.",
            Numbers(["function", "distance", "a", "b", "with b = 1"], rows, "The five nearest"),
            curves(drawn, over=(x, -4, 4), title=None,
                   caption=f"The function and its two nearest relatives, {first.title} and {second.title}, stretched.",
                   alt=f"Curves of the function, of {first.title} and of {second.title} from −4 to 4")]


def _titles(group):
    """Their names, four at the most."""
    return ", ".join([one.title for one in group[:4]] + [f"{len(group) - 4} more"] * (len(group) > 4))


def percent(share):
    """A share in percent, in two digits; what is below a hundredth of a percent is 0."""
    return f"{number(100 * share, 2)} %" if share >= 1e-4 else "0 %"
