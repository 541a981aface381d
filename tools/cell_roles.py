"""Sphinx extension: the three roles of a code cell on the site, and what of the book is checked, counted.

The tags that `tools.notebooks` stores let MyST-NB fold the code of a figure and the whole of a check. Here the code
of a figure comes to stand below its picture, each fold is a slim line, and a page that has folds gets the control
that opens all of them. The role {counted}`statements`, or {counted}`chapters`, writes a number that the chapters give.
"""

import nbformat
from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxRole

from tools.notebooks import ROOT, chapters, statements

CONTENTS = ROOT / "_toc.yml"


class FoldByRole(SphinxPostTransform):
    """Marks what MyST-NB has folded with the role of its cell, and puts the code of a figure below its output."""

    default_priority = 200  # MyST-NB folds at 199
    formats = ("html",)

    def run(self, **_):
        for cell in self.document.findall(nodes.container):
            for role in ("figure", "check"):
                if f"tag_{role}" in cell["classes"]:
                    fold = next(child for child in cell.children if isinstance(child, HideCodeCellNode))
                    fold["classes"] = ["fold", f"fold-{role}"]
                    cell.remove(fold)
                    cell.append(fold)


def open_fold(translator, node):
    """Begin a fold: a line that says what is in it, or how to fold it again; MyST-NB's own hides its words from a
    screen reader behind "Toggle hidden content"."""
    words = "".join(f'<span class="{state}">{translator.encode(node[prompt])}</span>'
                    for state, prompt in (("folded", "prompt_show"), ("unfolded", "prompt_hide")))
    translator.body.append(f'<details class="{" ".join(node["classes"])}"><summary>{words}</summary>\n')


def close_fold(translator, node):
    """End a fold."""
    translator.body.append("</details>\n")


def add_control(app, pagename, templatename, context, doctree):
    """Give a page that has folds the control, its style and its script."""
    context["has_folds"] = doctree is not None and any(doctree.findall(HideCodeCellNode))
    if context["has_folds"]:
        app.add_css_file("cell_roles.css")
        app.add_js_file("cell_roles.js", loading_method=None)  # at once: it opens folds before the page is drawn


def counts():
    """What can be counted: the statements of all chapters that a computation checks, and the chapters."""
    notebooks = [nbformat.read(path, as_version=4) for path in chapters()]
    sources = [cell.source for notebook in notebooks for cell in notebook.cells if cell.cell_type == "code"]
    return {"statements": sum(map(statements, sources)), "chapters": len(notebooks)}


class Counted(SphinxRole):
    """The role {counted}: a number that the chapters give. The page is read again when one of them has changed."""

    def run(self):
        found = counts()
        if self.text not in found:
            message = self.inliner.reporter.error(f"cannot count {self.text!r}: there are {', '.join(found)}",
                                                  line=self.lineno)
            return [self.inliner.problematic(self.rawtext, self.rawtext, message)], [message]
        for path in (CONTENTS, *chapters()):
            self.env.note_dependency(str(path))
        return [nodes.Text(f"{found[self.text]:,}")], []


def setup(app):
    """Connect all of it to the build."""
    app.add_post_transform(FoldByRole)
    app.add_node(HideCodeCellNode, override=True, html=(open_fold, close_fold))
    app.add_role("counted", Counted())
    app.connect("html-page-context", add_control)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
