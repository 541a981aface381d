"""The gallery as HTML: a plain table that is whole without script, and a script that sorts and searches it."""

from html import escape
from pathlib import Path

from activations import catalogue as module_catalogue
from activations.calculus.properties import number_text
from activations.figures.embed import content_key
from activations.figures.style import THEME_CSS
from activations.gallery.mathml import mathml
from activations.gallery.rows import TRAITS, row
from activations.gallery.thumbnail import thumbnail

_HERE = Path(__file__).parent
_CSS = THEME_CSS.strip() + "\n" + (_HERE / "gallery.css").read_text().strip()
_SCRIPT = (_HERE / "gallery.js").read_text().strip()

# What a column is called, and what its rows are sorted by; formulas and properties are not sorted.
COLUMNS = ("Function", "Formula and slope", "Properties", "Range", "Largest slope", "Mean", "Gain")
SORTED = {"Function", "Range", "Largest slope", "Mean", "Gain"}
_NONE = '<span aria-label="does not apply">–</span>'


class Gallery:
    """All functions of a catalogue as one table, in its order."""

    def __init__(self, entries):
        self.rows = [row(entry) for entry in entries]

    def __repr__(self):
        lines = [f"{one.name}: {one.title}; {', '.join(_words(one)) or 'none of the properties'}" for one in self.rows]
        return "\n".join([f"Gallery of {len(self.rows)} functions", *lines])

    def _repr_html_(self):
        head = "".join(_head(column) for column in COLUMNS)
        body = "".join(map(_row, self.rows))
        chips = "".join(f'<button type="button" aria-pressed="false" data-trait="{trait}" title="{escape(what)}">'
                        f"{trait}</button>" for trait, what in TRAITS.items())
        html = (
            f'<figure class="sts sts-gallery" data-gallery="@key@" data-lm-suppress-shortcuts="true"><style>{_CSS}'
            f'</style><form class="g-search" hidden="hidden" autocomplete="off"><label for="@key@-q">Search</label>'
            f'<input type="search" id="@key@-q" placeholder="zero-centred, bounded, smooth" spellcheck="false">'
            f'<output role="status" for="@key@-q">{len(self.rows)} of {len(self.rows)} functions</output>'
            f'<div class="g-chips" role="group" aria-label="Properties to search for">{chips}'
            f'<button type="reset">Show all</button></div></form>'
            f'<div class="g-box" role="region" aria-label="All functions of the catalogue" tabindex="0"><table>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
            f"<figcaption>{_CAPTION}</figcaption><script>({_SCRIPT})(document.currentScript);</script></figure>"
        )
        return html.replace("@key@", content_key(html))


_CAPTION = ("The curve is blue, its slope orange and dashed; all are drawn from −4 to 4 on one scale, unless a kink "
            "lies farther out. Everything holds at the default values of the parameters. Mean and gain are those for "
            "standard normal input. A dash: does not apply.")


def gallery(entries=None):
    """The table of every function of the catalogue, or of the given entries."""
    return Gallery(module_catalogue.values() if entries is None else entries)


def _words(one):
    """The traits that hold of a row."""
    return [trait for trait, holds in one.traits.items() if holds]


def _head(column):
    if column not in SORTED:
        return f'<th scope="col">{column}</th>'
    return f'<th scope="col" aria-sort="none"><span>{column}</span></th>'


def _row(one):
    """A <tr> whose data say to the script what is known: its words, what holds, what does not."""
    holds = " ".join(trait for trait, value in one.traits.items() if value)
    fails = " ".join(trait for trait, value in one.traits.items() if value is False)
    words = " ".join([one.name, one.title, one.joints, one.saturation, one.chapter or ""]).lower()
    cells = [
        f'<th scope="row" data-sort="{escape(one.title.lower())}">{_title(one)}{_drawing(one)}</th>',
        f'<td class="g-math">{_formulas(one)}</td>',
        f"<td>{_properties(one)}</td>",
        _cell(one.lowest, escape(one.range or "")),
        *(_cell(value, None if value is None else _short(value)) for value in (one.steepest, one.mean, one.gain)),
    ]
    return (f'<tr data-name="{escape(one.name)}" data-holds="{holds}" data-fails="{fails}" '
            f'data-words="{escape(words)}">{"".join(cells)}</tr>')


def _title(one):
    title = escape(one.title)
    chapter = f'<a href="{one.chapter}.ipynb">{title}</a>' if one.chapter else title
    return f"{chapter}<code>{escape(one.name)}</code>"


def _drawing(one):
    """The curve; a small line says what is drawn of a function with several inputs."""
    label = f"Curve of {one.title} and its slope" + (f", {one.drawn}" if one.drawn else "")
    return thumbnail(one.curve, escape(label)) + (f"<small>{escape(one.drawn)}</small>" if one.drawn else "")


def _formulas(one):
    return "".join(f"<div><span>{what} = </span>{mathml(expr)}</div>" for what, expr in [*one.formulas, *one.slopes])


def _properties(one):
    said = [*_words(one), *(part for part in (one.joints, one.saturation) if part)]
    unknown = [f"{trait}: not known" for trait, holds in one.traits.items() if holds is None and trait in one.told]
    return "".join(f"<span>{escape(word)}</span>" for word in [*said, *unknown]) or _NONE


def _cell(value, words):
    """A cell that sorts by a number; without one it sorts last."""
    return f'<td data-sort="{"" if value is None else f"{value + 0.0:.6g}"}">{words or _NONE}</td>'


def _short(value):
    """Four significant digits, with a true minus sign."""
    return "0" if abs(value) < 1e-12 else number_text(float(f"{value:.4g}"))
