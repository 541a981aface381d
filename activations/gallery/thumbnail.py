"""A function and its slope as a small SVG. All have one scale, so that slopes compare; a kink far out widens it."""

import numpy as np

from activations import calculus
from activations.figures.lines import broken_line, simpler
from activations.numerics import CompileError, to_numpy
from activations.symbols import x

WIDTH, HEIGHT = 96, 60
REACH = 4.0  # from -4 to 4 across
FLOOR = -1.8  # the lower edge, in the same unit


def thumbnail(curve, label):
    """The <svg> of f and f′ over x; the curve that leaves the picture is cut off at its edge."""
    reach = max([REACH, *(1.25 * abs(float(at)) for at in calculus.kinks(curve))])
    unit = WIDTH / (2 * reach)
    floor = FLOOR * reach / REACH
    across, down = lambda at: unit * (at + reach), lambda at: HEIGHT - unit * (at - floor)
    drawn = [("f", curve), ("df", calculus.derivative(curve))]
    paths = "".join(f'<path class="g-{kind}" d="{d}"/>' for kind, expr in reversed(drawn)
                    if (d := _path(expr, reach, across, down)))
    axes = f'<path class="g-axis" d="M0 {down(0):.1f}H{WIDTH}M{across(0):.1f} 0V{HEIGHT}"/>'
    return (f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{label}">'
            f"{axes}{paths}</svg>")


def _path(expr, reach, across, down):
    """The path of a curve, with only the points that the eye can tell; "" where there is no numerical form."""
    try:
        function = to_numpy([expr], [x])
    except CompileError:
        return ""
    with np.errstate(all="ignore"):
        (xs, ys), = broken_line(function, -reach, reach, 2 * reach, 96)
    path, part = [], []
    for at, value in zip([*across(xs), 0], [*down(np.clip(ys, -3 * reach, 3 * reach)), np.nan], strict=True):
        if np.isfinite(value):
            part.append((_tenths(at), _tenths(value)))
        elif part:
            path.append("M" + "L".join(f"{u / 10:g} {v / 10:g}" for u, v in simpler(np.array(part), 1.5)))
            part = []
    return "".join(path)


def _tenths(value):
    """The value in whole tenths; where it lies in the middle between two, no last bit decides."""
    return int(np.floor(10 * value + 0.5 + 1e-6))
