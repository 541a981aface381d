"""The workbench as one piece of HTML with its style and script."""

from pathlib import Path

from activations.figures.style import THEME_CSS
from activations.workbench.known import known

_HERE = Path(__file__).parent
# In the order of their dependence: each uses what stands before it.
CORE = ("formula.js", "numbers.js", "words.js", "curve.js", "layers.js")
SEEN = ("typeset.js", "drawing.js", "address.js", "page.js")


def script(catalogue, parts=CORE + SEEN):
    """The script: what the catalogue knows, and then the parts."""
    return known(catalogue) + "\n" + "\n".join((_HERE / part).read_text(encoding="utf-8") for part in parts)


def workbench_html(catalogue):
    """The workbench for a page of the site; it asks for nothing that is not in it, and needs no kernel."""
    body = (_HERE / "workbench.html").read_text(encoding="utf-8")
    style = THEME_CSS.strip() + "\n" + (_HERE / "workbench.css").read_text(encoding="utf-8")
    code = script(catalogue).replace("</", "<\\/")
    return f"<style>\n{style}</style>\n{body}<script>\n(() => {{\n\"use strict\";\n{code}}})();\n</script>\n"
