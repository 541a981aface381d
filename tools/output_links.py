"""Sphinx extension: a link in the output of a cell leads to the page of the chapter.

Such a link names the notebook, as JupyterLab needs it; Sphinx, which turns the links of the text, leaves outputs alone.
"""

import re

NOTEBOOK = re.compile(r'(<a href="(?!https?:|[^"]*_sources/)[\w./-]+)\.ipynb(?=["#])')


def lead_to_pages(html):
    """The HTML of a page whose links to notebooks of the book lead to their pages."""
    return NOTEBOOK.sub(r"\1.html", html)


def turn_links(app, pagename, templatename, context, doctree):
    """Turn the links between the theme's frame."""
    if context.get("body"):
        context["body"] = lead_to_pages(context["body"])


def setup(app):
    """Connect it to the build."""
    app.connect("html-page-context", turn_links)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
