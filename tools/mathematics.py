"""Sphinx extension: MathJax typesets the formulas while the site is built, so that a page needs no script for them.

The reader's browser gets what MathJax would have made in it: the same boxes and fonts, and MathML for screen readers.
Nothing moves while a page settles, and the formulas stand without JavaScript too.
"""

import functools
import shutil
from importlib.util import find_spec
from pathlib import Path

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

MATHJAX = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static" / "mathjax"
# In the order of their dependence. The whole of the TeX reader costs the build nothing, and the reader never meets it.
COMPONENTS = ("startup", "core", "adaptors/liteDOM", "input/tex-full", "output/chtml", "output/chtml/fonts/tex",
              "a11y/assistive-mml")
FONTS = "output/chtml/fonts/woff-v2"

# MathJax outside a browser: no document to read, no scripts to fetch, and a formula that it cannot read is an error.
BEFORE = """
var window, console = {log() {}, warn() {}, error() {}};
var MathJax = {
  loader: {load: []},
  startup: {input: ["tex"], output: "chtml", adaptor: "liteAdaptor", typeset: false, ready() {}},
  tex: {
    packages: ["base", "ams", "newcommand", "boldsymbol", "cancel", "color"],
    formatError(_, error) { throw new Error(error.message); },
  },
  chtml: {fontURL: "@fonts@"},
};
"""
AFTER = """
MathJax.startup.getComponents();
MathJax.startup.makeMethods();
const {adaptor, output} = MathJax.startup;
function typeset(tex, display) {
  return adaptor.outerHTML(MathJax.tex2chtml(tex, {display}));
}
function takeStyleSheet() {
  const css = adaptor.textContent(MathJax.chtmlStylesheet());
  output.clearCache();
  output.chtmlStyles = null;
  return css;
}
"""


class Typesetter:
    """MathJax in an engine of its own."""

    def __init__(self):
        self._engine = MiniRacer()
        self._engine.eval(BEFORE)
        for name in COMPONENTS:
            self._engine.eval((MATHJAX / f"{name}.js").read_text(encoding="utf-8"))
        self._engine.eval(AFTER)
        self._owed = False

    def typeset(self, tex, display):
        """The HTML of a formula; a ValueError says what MathJax cannot read in it."""
        self._owed = True
        try:
            return self._engine.call("typeset", tex, display)
        except JSEvalException as error:
            raise ValueError(str(error).splitlines()[0]) from None

    def take_style_sheet(self, fonts):
        """The style of all that was typeset since the last call, or "" for nothing; `fonts` is the fonts' address."""
        if not self._owed:
            return ""
        self._owed = False
        return self._engine.call("takeStyleSheet").replace("@fonts@", fonts)


@functools.cache
def typesetter():
    """The one typesetter of the build."""
    return Typesetter()


def display_tex(node):
    """What a block of mathematics says to TeX: blank lines part equations, as in Sphinx's own renderer."""
    if node["nowrap"]:
        return node.astext()
    parts = [part for part in node.astext().split("\n\n") if part.strip()]
    parts = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part for part in parts]
    if len(parts) == 1:
        return parts[0]
    return r"\begin{align}\begin{aligned}" + r"\\".join(parts) + r"\end{aligned}\end{align}"


def write(translator, node, tex, display):
    """Add the formula to the page; one that cannot be read is a warning at its place, which fails the build."""
    try:
        translator.body.append(typesetter().typeset(tex, display))
    except ValueError as error:
        logging.getLogger(__name__).warning("%s in the formula %s", error, tex, location=node)


def visit_inline(translator, node):
    translator.body.append(translator.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    write(translator, node, node.astext(), display=False)
    translator.body.append("</span>")
    raise nodes.SkipNode


def visit_block(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        translator.body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, _("Link to this equation"))
        translator.body.append("</span>")
    write(translator, node, display_tex(node), display=True)
    translator.body.append("</div>\n")
    raise nodes.SkipNode


def add_style_sheet(app, pagename, templatename, context, doctree):
    """Give a page the style of its formulas: a tenth of what all characters would take."""
    css = typesetter().take_style_sheet(context["pathto"]("_static/mathjax", resource=True))
    if css:
        context["metatags"] = context.get("metatags", "") + f"<style>{css}</style>"


def copy_fonts(app):
    """Copy MathJax's fonts into the site; a page asks for those that it shows."""
    if app.builder.format == "html":
        shutil.copytree(MATHJAX / FONTS, Path(app.outdir, "_static", "mathjax"), dirs_exist_ok=True)


def setup(app):
    """Register the renderer under the name that `html_math_renderer` asks for."""
    app.add_html_math_renderer("typeset", (visit_inline, None), (visit_block, None))
    app.connect("html-page-context", add_style_sheet)
    app.connect("builder-inited", copy_fonts)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}  # the engine outlives no fork
