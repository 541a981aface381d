"""Lines of points: curves that break at jumps, and the same line with fewer corners."""

import numpy as np


def broken_line(function, lo, hi, height, points=240):
    """Points of a curve from lo to hi for each value of a vector function, with a nan wherever it jumps.

    `function` maps an array of n abscissae to values of shape (k, n); `height` is what the axes show, against which a
    jump is judged. Returns a list of k pairs (xs, ys); matplotlib leaves out what is not finite.
    """
    xs = lo + (hi - lo) * np.arange(points + 1) / points
    values = np.asarray(function(xs))
    return [_broken(function, row, xs, values[row], height) for row in range(len(values))]


def _broken(function, row, xs, ys, height):
    steps = np.abs(np.diff(np.where(np.isfinite(ys), ys, np.nan)))
    padded = np.concatenate(([np.inf], steps, [np.inf]))
    neighbour = np.fmin(padded[:-2], padded[2:])
    suspects = np.flatnonzero((steps > 0.02 * height) & (steps > 3 * neighbour))
    if not len(suspects):
        return xs, ys
    left, right = xs[suspects], xs[suspects + 1]
    low, high = ys[suspects], ys[suspects + 1]
    for _ in range(40):
        middle = left + (right - left) * 0.4871  # never a round number, where a step may have its one value between
        value = np.asarray(function(middle))[row]
        goes_left = ~(np.abs(value - low) <= np.abs(high - value))
        left, low = np.where(goes_left, left, middle), np.where(goes_left, low, value)
        right, high = np.where(goes_left, middle, right), np.where(goes_left, value, high)
    jumps = ~(np.abs(high - low) < steps[suspects] / 2)
    where = np.repeat(suspects[jumps] + 1, 3)
    nothing = np.full(jumps.sum(), np.nan)
    more_x = np.stack([left[jumps], left[jumps], right[jumps]], axis=1).ravel()
    more_y = np.stack([low[jumps], nothing, high[jumps]], axis=1).ravel()
    return np.insert(xs, where, more_x), np.insert(ys, where, more_y)


def simpler(line, tolerance):
    """The line (points, 2), open or closed, with fewer corners, nowhere farther from it than the tolerance (Douglas
    and Peucker). Squares are compared, so that for whole numbers no rounding decides."""
    kept, open_parts = {0, len(line) - 1}, [(0, len(line) - 1)]
    while open_parts:
        first, last = open_parts.pop()
        if last - first < 2:
            continue
        (across, up), between = line[last] - line[first], line[first + 1:last] - line[first]
        length = across * across + up * up
        far = (between @ [-up, across]) ** 2 if length else np.sum(between**2, axis=1)
        if far.max() > tolerance**2 * (length or 1):
            place = first + 1 + int(far.argmax())
            kept.add(place)
            open_parts += [(first, place), (place, last)]
    return line[sorted(kept)]
