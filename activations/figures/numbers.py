"""A figure as tables of numbers, for those who do not see it.

The tables say no more than the figure does: a dozen points of each curve, every bar, every cell, in three digits.
"""

from html import escape

import numpy as np

from activations.figures.axes import short

MOST = 13  # rows of a curve, and lines of cells either way
_SURER = 1 + 1e-10  # where a value lies in the middle between two that are told, a last bit must not decide


def folded(tables):
    """The tables in a box that is closed at first; nothing where there is no table."""
    if not tables:
        return ""
    return (f'<details class="sts-table"><summary>The figure as a table</summary><div tabindex="0" role="group" '
            f'aria-label="Table of numbers">{"".join(tables)}</div></details>')


def table(head, rows, caption=None, key=None):
    """A table: `head` names the columns, a row is its name and as many texts as there are other columns."""
    identity = f' id="{key}"' if key else ""
    caption = f"<caption>{_words(caption)}</caption>" if caption else ""
    corner, *names = map(_words, head)
    first = f'<th scope="col">{corner}</th>' if corner else "<td></td>"
    columns = first + "".join(f'<th scope="col">{name}</th>' for name in names)
    body = "".join(f'<tr><th scope="row">{_words(name)}</th>' + "".join(f"<td>{text}</td>" for text in texts) + "</tr>"
                   for name, texts in rows)
    return f"<table{identity}>{caption}<thead><tr>{columns}</tr></thead><tbody>{body}</tbody></table>"


def told(value, grain=0):
    """A number as a table tells it: three digits of the nearest multiple of `grain`, "none" for nan."""
    if np.isnan(value):
        return "none"
    if grain and np.isfinite(value):
        value = np.floor(value / grain * _SURER + 0.5) * grain
    return short(value * _SURER)


def grain(height, digits):
    """The power of ten that many digits below the size of what the axis shows."""
    return float(f"1e{int(np.floor(np.log10(height))) - digits}")


def round_numbers(lo, hi):
    """About a dozen multiples of a round step from lo to hi, MOST at the most."""
    unit = 10.0 ** np.floor(np.log10((hi - lo) / MOST))
    for step in (unit, 2 * unit, 5 * unit, 10 * unit, 20 * unit):
        first, last = np.ceil(lo / step - 1e-9), np.floor(hi / step + 1e-9)
        if last - first < MOST:
            return [float(f"{k * step:.10g}") + 0.0 for k in np.arange(first, last + 1)]


def _words(text):
    """A label as text of a page, without the signs that make it mathematics for matplotlib."""
    return escape(str(text).replace("$", ""))


# --- Finished pictures -------------------------------------------------------------------------------------------


def axes_tables(axes):
    """The tables of what is drawn on an axes of matplotlib: its bars, its images, its curves."""
    title = axes.get_title(loc="left") or axes.get_title()
    return [table(head, rows, title) for kind in (_bars, _images, _curves) for head, rows in kind(axes)]


def _grain(axes):
    """What the height of the axes can tell apart; 0 where it is logarithmic."""
    return 0 if axes.get_yscale() == "log" else grain(abs(np.subtract(*axes.get_ylim())), 4)


def _label(artist, axes, number):
    """The label of a curve or of bars; where there is none, that of the axis or a number."""
    label = str(artist.get_label())
    return label if label and not label.startswith("_") else axes.get_ylabel() if number == 1 else f"curve {number}"


def _bars(axes):
    """One table with a row for each place on the axis; it has a column for each set of bars."""
    sets = [one for one in axes.containers if hasattr(one, "patches")]
    if not sets:
        return
    named = {float(tick): text.get_text() for tick, text in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)}
    columns = [{} for _ in sets]
    for bars, column in zip(sets, columns, strict=True):
        for bar in bars.patches:
            middle = bar.get_x() + bar.get_width() / 2
            nearest = min(named, key=lambda tick: abs(tick - middle), default=np.inf)
            name = named[nearest] if abs(nearest - middle) < 0.45 and len(set(named.values())) == len(named) else ""
            column[name or short(middle * _SURER)] = told(bar.get_height(), _grain(axes))
    names = list(dict.fromkeys(name for column in columns for name in column))
    head = [axes.get_xlabel() or "bar", *(_label(one, axes, i) or "value" for i, one in enumerate(sets, 1))]
    yield head, [(name, [column.get(name, "none") for column in columns]) for name in names]


def _images(axes):
    """A table of each matrix that is shown; of a large one a dozen rows and columns."""
    for image in axes.images:
        values = np.ma.filled(image.get_array().astype(float), np.nan)
        if values.ndim != 2:
            continue
        left, right, bottom, top = image.get_extent()
        rows, columns = (np.unique(np.linspace(0, size - 1, min(size, MOST)).round().astype(int))
                         for size in values.shape)
        if image.origin == "upper":
            bottom, top = top, bottom
        across = [left + (k + 0.5) * (right - left) / values.shape[1] for k in columns]
        up = [bottom + (k + 0.5) * (top - bottom) / values.shape[0] for k in rows]
        size = np.nanmax(np.abs(values)) or 1
        yield (["", *(short(at * _SURER) for at in across)],
               [(short(at * _SURER), [told(values[k, j], grain(size, 3)) for j in columns])
                for k, at in zip(rows, up, strict=True)])


def _curves(axes):
    """A table for all curves that are told at the same places, in a dozen points of each."""
    groups, number = {}, 0
    for line in axes.get_lines():
        xs, ys = (np.asarray(part, float) for part in line.get_data(orig=False))
        if line.get_transform() != axes.transData or len(xs) < 2:
            continue
        number += 1
        kept = _kept(xs)
        names = tuple(short(at * _SURER) for at in xs[kept])
        groups.setdefault(names, []).append((_label(line, axes, number) or "y", ys[kept]))
    for names, lines in groups.items():
        values = zip(*(ys for _, ys in lines), strict=True)
        yield ([axes.get_xlabel() or "x", *(label for label, _ in lines)],
               [(name, [told(value, _grain(axes)) for value in row])
                for name, row in zip(names, values, strict=True)])


def _kept(xs):
    """The indices of at most MOST points: all, or those next to round numbers, or evenly many of a closed curve."""
    finite = np.flatnonzero(np.isfinite(xs))
    if len(finite) <= MOST:
        return finite
    if (np.diff(xs[finite]) < 0).any() or xs[finite[0]] == xs[finite[-1]]:
        return finite[np.linspace(0, len(finite) - 1, MOST).round().astype(int)]
    wanted = round_numbers(xs[finite[0]], xs[finite[-1]])
    return np.unique([finite[np.argmin(np.abs(xs[finite] - at))] for at in wanted])
