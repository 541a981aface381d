"""A figure as SVG whose colours are CSS variables, so that it follows the theme of the page."""

import io
import re
from xml.etree import ElementTree

import matplotlib

from activations.figures.style import PALETTE, STYLE, SURFACES

LIVE = "live-"  # artists whose gid begins so keep their id, for scripts to find
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?|-?\d+e-?\d+")
_VARIABLES = {light: "currentColor" if name == "ink" else f"var(--sts-{name})"
              for name, (light, _) in (PALETTE | SURFACES).items()}
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
    return f"{float(match[0]):.2f}".rstrip("0").rstrip(".") or "0"


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
