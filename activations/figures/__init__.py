"""The course's one figure style, and figures built from expressions.

A figure is drawn by matplotlib and becomes inline SVG whose colours are CSS variables, so that it follows the light or
dark theme of the page. Beside it travels a PNG for places that let no SVG through. The bytes are deterministic.
"""

import base64
import hashlib
import inspect
import io
import re
from html import escape
from xml.etree import ElementTree

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator
from PIL import Image
from sympy import Expr

from activations.numerics import to_numpy
from activations.symbols import x

# --- Style -------------------------------------------------------------------------------------------------------

# name -> (on light paper, on dark paper); all tell apart under the common colour blindnesses
PALETTE = {
    "blue": ("#0072b2", "#5ab4f0"),
    "orange": ("#d55e00", "#ff9a57"),
    "green": ("#00835f", "#2fc79a"),
    "purple": ("#a8508c", "#e79ac8"),
    "ochre": ("#9a6a00", "#e8b93c"),
    "slate": ("#5b6675", "#aab4c2"),
}
_SURFACES = {
    "ink": ("#1b1f24", "#e6e8eb"),
    "axis": ("#868e96", "#7d858f"),
    "grid": ("#e4e7ea", "#33383f"),
    "paper": ("#ffffff", "#121212"),
}
BLUE, ORANGE, GREEN, PURPLE, OCHRE, SLATE = COLOURS = [light for light, _ in PALETTE.values()]
INK, AXIS, GRID, PAPER = [light for light, _ in _SURFACES.values()]
SIZE = (4.8, 3.2)

STYLE = {
    "figure.facecolor": PAPER, "axes.facecolor": PAPER, "savefig.facecolor": "none",
    "font.family": "DejaVu Sans", "font.size": 12, "text.color": INK, "mathtext.fontset": "dejavusans",
    "axes.edgecolor": AXIS, "axes.labelcolor": INK, "axes.titlesize": 11.5, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.titlepad": 8, "axes.labelsize": 12, "axes.linewidth": 0.8,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "axes.unicode_minus": True,
    "axes.grid": True, "grid.color": GRID, "grid.linewidth": 0.8, "axes.xmargin": 0.0, "axes.ymargin": 0.06,
    "axes.prop_cycle": matplotlib.cycler(color=COLOURS),
    "xtick.color": AXIS, "ytick.color": AXIS, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "xtick.labelsize": 11, "ytick.labelsize": 11,
    "xtick.bottom": False, "ytick.left": False, "xtick.minor.bottom": False, "ytick.minor.left": False,
    "lines.linewidth": 2.2, "lines.solid_capstyle": "round", "lines.markersize": 5, "patch.linewidth": 0,
    "legend.frameon": False, "legend.fontsize": 11.5, "legend.handlelength": 1.5, "legend.columnspacing": 1.3,
    "legend.handletextpad": 0.5, "legend.borderaxespad": 0.2, "legend.borderpad": 0.1, "legend.labelspacing": 0.3,
    "image.cmap": "RdBu", "svg.fonttype": "path", "svg.hashsalt": "from-step-to-softmax", "path.simplify": True,
    "figure.constrained_layout.h_pad": 0.03, "figure.constrained_layout.w_pad": 0.03,
}

_THEMES = "html[data-theme=dark] .sts,body[data-jp-theme-light=false] .sts,body.vscode-dark .sts"


def _variables(dark):
    return "".join(f"--sts-{name}:{pair[dark]};" for name, pair in (PALETTE | _SURFACES).items())


THEME_CSS = f"""
.sts{{{_variables(0)}margin:.5rem 0;color:var(--sts-ink)}}
{_THEMES}{{{_variables(1)}}}
.sts-panels{{display:flex;flex-wrap:wrap;gap:.5rem 1rem;justify-content:center}}
.sts-panel{{--w:calc(var(--a)*var(--h,10rem));flex:var(--a) 1 var(--w);min-width:0;\
max-width:calc(var(--m,2.1)*var(--w))}}
.sts svg{{display:block;width:100%;height:auto;overflow:visible}}
.sts.sts figcaption{{max-width:44rem;margin:.5rem auto 0;font-size:.92em;line-height:1.45;text-align:center;\
color:inherit;font-weight:400}}
.sts-fallback{{max-width:100%;height:auto;background:#fff}}
.sts:has(svg)>.sts-fallback{{display:none}}
html[data-theme] .bd-content div.cell_output .text_html:has(.sts.sts){{background:none;color:inherit;padding:0}}
@media print{{.sts{{break-inside:avoid}}}}
"""


def new_axes(size=SIZE):
    """A figure of that size in inches without pyplot, and its one axes in the course's style."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=size, dpi=130, layout="constrained")
        FigureCanvasAgg(figure)
        return figure, figure.add_subplot()


def freeze(figure):
    """Lay the figure out once and keep that layout, whatever is drawn later."""
    with matplotlib.rc_context(STYLE):
        figure.get_layout_engine().execute(figure)
        figure.set_layout_engine(None)  # with "none" an idle engine stays, and savefig draws everything twice for it


def decorate(axes, *, title=None, xlabel=None, ylabel=None, xlim=None, ylim=None, log=False, legend=False,
             ticks=True):
    """Give an axes its labels, limits, scale and legend; what is None stays as it is."""
    if log:
        axes.set_yscale("log")
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_locator(LogLocator(numticks=7))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    elif ticks:
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    for setting, value in (("xlabel", xlabel), ("ylabel", ylabel), ("xlim", xlim), ("ylim", ylim)):
        if value is not None:
            getattr(axes, f"set_{setting}")(value)
    handles, labels = axes.get_legend_handles_labels()
    if legend and handles:
        columns = _legend_columns(labels, axes.figure.get_figwidth())
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns)
    if title:
        rows = -(-len(labels) // columns) if legend and handles else 0
        axes.set_title(title, pad=8 + 16 * rows)


def _legend_columns(labels, width):
    """As many columns as fit a figure of that width in inches."""
    longest = max(len(re.sub(r"[${}\\]", "", label)) for label in labels)
    return max(1, min(len(labels), int((width - 0.6) / (0.5 + 0.088 * longest))))


def short(value, digits=3):
    """A number in few characters: 0.0883, 25, 4.4e−8; with two digits 0.088, with one 9e−2."""
    if not np.isfinite(value):
        return "–" if np.isnan(value) else "∞" if value > 0 else "−∞"
    size = float(f"{abs(value):.12g}")  # a tick of 0.001 may be one unit in the last place below it
    if value == 0 or float(f"1e-{digits}") <= size < 1e5:
        text = f"{float(f'{value + 0.0:.{max(2, digits)}g}'):g}" if size < 1000 else f"{value:.0f}"
    else:
        mantissa, exponent = f"{value:.{min(1, digits - 1)}e}".split("e")
        text = f"{mantissa.removesuffix('.0')}e{int(exponent)}"
    return text.replace("-", "−")


def number_style(room):
    """(digits, size) of the numbers above bars that have so many points of room each: what `short` takes, in points."""
    styles = ((50, (3, 10.5)), (42, (2, 10.5)), (25, (1, 8.5)), (0, (0, 8.5)))
    return next(style for least, style in styles if room >= least)


# --- Lines that break at jumps -----------------------------------------------------------------------------------


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


def comfortable(values, pad=0.06):
    """Limits for an axis that show the values; extremes that would flatten all the rest are left out."""
    finite = np.sort(np.asarray(values, float)[np.isfinite(values)])
    if not len(finite):
        return -1.0, 1.0
    lo, hi = finite[0], finite[-1]
    inner_lo, inner_hi = np.percentile(finite, [5, 95])
    reach = 4 * max(inner_hi - inner_lo, 1e-9 + 0.05 * abs(inner_hi))
    lo, hi = max(lo, inner_lo - reach), min(hi, inner_hi + reach)
    if hi - lo < 1e-12 * max(1, abs(hi)):
        lo, hi = lo - 0.5 * max(1, abs(lo)), hi + 0.5 * max(1, abs(hi))
    return lo - pad * (hi - lo), hi + pad * (hi - lo)


# --- SVG that follows the theme ----------------------------------------------------------------------------------

LIVE = "live-"  # artists whose gid begins so keep their id, for scripts to find
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?|-?\d+e-?\d+")
_VARIABLES = {light: "currentColor" if name == "ink" else f"var(--sts-{name})"
              for name, (light, _) in (PALETTE | _SURFACES).items()}
_COLOUR = re.compile("|".join(_VARIABLES), re.IGNORECASE)


def svg(figure, key, label=None):
    """The figure as an <svg> element for inline HTML: themed, responsive, its ids beginning with `key`."""
    buffer = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    root = ElementTree.fromstring(buffer.getvalue())
    _clean(root)
    _rename(root, key)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    root.set("stroke-linejoin", "round")
    root.attrib |= {"role": "img", "aria-label": label} if label else {"aria-hidden": "true"}
    return re.sub(r">\s+<", "><", ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)).strip()


def _clean(parent):
    """Strip namespaces, metadata, invisible paths and empty groups; shorten numbers; put variables for colours."""
    for element in list(parent):
        element.tag = element.tag.split("}")[1]
        _clean(element)
        if element.get("style"):
            element.set("style", _COLOUR.sub(lambda m: _VARIABLES[m[0].lower()], element.get("style").replace(": ", ":")
                                             .replace("; ", ";")))
        _shorten(element)
        kept = element.get("id", "").startswith(LIVE)
        unseen = element.tag == "path" and element.get("style", "").startswith("fill:none") and (
            "stroke" not in element.get("style"))
        empty = element.tag in ("g", "defs") and not len(element) and not kept
        if element.tag in ("metadata", "style", "title") or unseen or empty:
            parent.remove(element)
    parent.tag = parent.tag.split("}")[-1]
    parent.text = parent.tail = None


def _shorten(element):
    for name in list(element.attrib):
        value = element.attrib.pop(name)
        name = name.split("}")[-1]
        if name in ("d", "x", "y", "points", "width", "height", "transform"):
            value = _NUMBER.sub(_two_decimals if name != "transform" else _few_digits, value)
            value = re.sub(r"\s*([MLQCzZ])\s*", r"\1", value.replace("\n", " ").strip())
        element.set(name, value)


def _two_decimals(match):
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".").replace("-0", "-0") or "0"


def _few_digits(match):
    value = float(match[0])
    return f"{value:.6g}" if abs(value) < 1 else _two_decimals(match)


def _rename(root, key):
    """Give each id that something refers to a short name of its own, and drop the others and bare groups."""
    names = {}
    for element in root.iter():
        for name in ("href", "clip-path"):
            for reference in re.findall(r"#([^)]+)", element.get(name, "")):
                names.setdefault(reference, f"{key}-{len(names)}")
    for element in root.iter():
        identity = element.attrib.pop("id", None)
        if identity in names:
            element.set("id", names[identity])
        elif identity and identity.startswith(LIVE):
            element.set("id", f"{key}-{identity.removeprefix(LIVE)}")
        for name in ("href", "clip-path"):
            if element.get(name):
                element.set(name, re.sub(r"#([^)]+)", lambda m: f"#{names[m[1]]}", element.get(name)))
    _unwrap(root)


def _unwrap(parent):
    """Replace groups without attributes by their children."""
    for element in parent:
        _unwrap(element)
    children = []
    for element in parent:
        children += list(element) if element.tag == "g" and not element.attrib else [element]
    parent[:] = children


# --- PNG ---------------------------------------------------------------------------------------------------------


def png(figures, columns=2, dpi=100):
    """The figures side by side on white paper as one small PNG."""
    images = [_raster(figure, dpi) for figure in figures]
    rows = [images[i : i + columns] for i in range(0, len(images), columns)]
    width = max(sum(image.width for image in row) for row in rows)
    sheet = Image.new("RGB", (width, sum(max(image.height for image in row) for row in rows)), "white")
    top = 0
    for row in rows:
        left = 0
        for image in row:
            sheet.paste(image, (left, top))
            left += image.width
        top += max(image.height for image in row)
    buffer = io.BytesIO()
    sheet.quantize(48, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _raster(figure, dpi):
    with matplotlib.rc_context(STYLE):
        buffer = io.BytesIO()
        unpacked = {"compress_level": 0}  # it is read back at once
        figure.savefig(buffer, format="png", dpi=dpi, facecolor="white", pil_kwargs=unpacked)
    return Image.open(buffer).convert("RGB")


def fallback(figures, alt, columns=2):
    """The <img> that is seen where neither style nor SVG survives."""
    data = base64.b64encode(png(figures, columns)).decode()
    return f'<img class="sts-fallback" alt="{escape(alt)}" src="data:image/png;base64,{data}">'


def panel_html(figure, drawing):
    """One panel of a row; panels share a row in the ratio of their shapes, so that they are equally high."""
    return f'<div class="sts-panel" style="--a:{figure.get_figwidth() / figure.get_figheight():.3f}">{drawing}</div>'


def content_key(html):
    """A short id made from all but the PNG, whose bytes may differ between machines that draw the same figure."""
    return "s" + hashlib.sha256(re.sub('base64,[^"]*', "", html).encode()).hexdigest()[:9]


# --- Finished figures --------------------------------------------------------------------------------------------


class Picture:
    """A finished figure as the output of a cell: themed SVG with a caption, and a PNG where SVG is not let through."""

    def __init__(self, figures, *, caption, alt, columns=2):
        for name, text in (("caption", caption), ("alt", alt)):
            if not (isinstance(text, str) and text.strip()):
                raise TypeError(f"picture: {name} must be a sentence, not {text!r}")
        self.figures, self.caption, self.alt, self.columns = list(figures), caption, alt, columns
        for figure in self.figures:
            freeze(figure)

    def __repr__(self):
        return f"Picture: {self.caption}"

    def _repr_html_(self):
        several = len(self.figures) > 1
        drawings = [svg(f, f"@key@{i}", None if several else self.alt) for i, f in enumerate(self.figures)]
        least = min(10.0, 3.1 * min(figure.get_figheight() for figure in self.figures))
        panels = "".join(map(panel_html, self.figures, drawings))
        role = f' role="img" aria-label="{escape(self.alt)}"' if several else ""
        html = (
            f'<figure class="sts sts-picture"><style>{THEME_CSS}</style>'
            f'<div class="sts-panels" style="--h:{least:.3g}rem{";--m:1.45" if several else ""}"{role}>{panels}</div>'
            f"{fallback(self.figures, self.alt, self.columns)}<figcaption>{escape(self.caption)}</figcaption></figure>"
        )
        return html.replace("@key@", content_key(html))


def picture(draw, *, caption, alt, size=SIZE, columns=2):
    """Draw with matplotlib and return the Picture: `draw(axes)`, or `draw(first, second, ...)` for panels side by side.

    Each panel is a figure of its own of `size` inches, so that a narrow page stacks them. `caption` is plain text below
    the picture; `alt` says what is to be seen. Raises TypeError if either is missing.
    """
    count = len([p for p in inspect.signature(draw).parameters.values() if p.default is p.empty])
    pairs = [new_axes(size) for _ in range(count)]
    with matplotlib.rc_context(STYLE):
        draw(*(axes for _, axes in pairs))
        for _, axes in pairs:
            handles, labels = axes.get_legend_handles_labels()
            if handles and axes.get_legend() is None:
                decorate(axes, title=axes.get_title(loc="left"), legend=True)
    return Picture([figure for figure, _ in pairs], caption=caption, alt=alt, columns=columns)


def curves(lines, *, over=(x, -6, 6), caption, alt, title=None, xlabel=None, ylabel=None, log=False, ylim=None,
           size=SIZE):
    """A Picture of curves. `lines` maps each label to an expression in one variable or to a pair of arrays (xs, ys).

    `over` is (variable, lo, hi). A curve is not drawn across a jump. Raises TypeError for anything else in `lines`.
    """
    variable, lo, hi = over
    drawn = {label: _points(label, line, variable, float(lo), float(hi)) for label, line in lines.items()}

    def draw(axes):
        for i, (label, (xs, ys)) in enumerate(drawn.items()):
            axes.plot(xs, ys, label=label, linestyle=LINESTYLES[i // len(COLOURS) % len(LINESTYLES)])
        limits = ylim or (None if log else comfortable(np.concatenate([np.ravel(ys) for _, ys in drawn.values()])))
        on_grid = any(isinstance(line, Expr) for line in lines.values())
        decorate(axes, title=title, xlabel=xlabel or (str(variable) if on_grid else None), ylabel=ylabel, log=log,
                 ylim=limits, xlim=(lo, hi) if on_grid else None, legend=len(drawn) > 1)

    return picture(draw, caption=caption, alt=alt, size=size)


LINESTYLES = ("-", "--", ":")


def _points(label, line, variable, lo, hi):
    if isinstance(line, Expr):
        function = to_numpy([line], [variable])
        values = np.asarray(function(np.linspace(lo, hi, 201)))
        lower, upper = comfortable(values)
        return broken_line(function, lo, hi, upper - lower)[0]
    if isinstance(line, tuple) and len(line) == 2:
        return np.asarray(line[0], float), np.asarray(line[1], float)
    raise TypeError(f"curves: {label!r} must be a SymPy expression or a pair of arrays, not {type(line).__name__}")


def bars(values, *, caption, alt, title=None, xlabel=None, ylabel=None, log=False, ylim=None, size=SIZE):
    """A Picture of bars with their numbers above them. `values` maps each label to a number; nan is left out."""
    heights = np.asarray(list(values.values()), float)

    def draw(axes):
        drawn = axes.bar(range(len(heights)), heights, width=0.68)
        digits, points = number_style(0.8 * 72 * size[0] / (len(heights) + 0.2))
        numbers = [short(height, digits) if digits and np.isfinite(height) else "" for height in heights]
        axes.bar_label(drawn, numbers, padding=2, fontsize=points)
        axes.set_xticks(range(len(heights)), list(values))
        axes.set_xlim(-0.6, len(heights) - 0.4)
        axes.grid(False, axis="x")
        decorate(axes, title=title, xlabel=xlabel, ylabel=ylabel, log=log, ylim=ylim)
        if ylim is None and not log:
            axes.margins(y=0.12)

    return picture(draw, caption=caption, alt=alt, size=size)
