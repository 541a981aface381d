"""Sphinx extension: an anchor of the first edition that a page has no more leads to what has taken its place.

The table `moved_anchors.yml` says for each page which. The element with the new anchor gets the old one as well,
in the page itself, so that an old link works without script and from disk.
"""

import yaml
from docutils import nodes
from sphinx.util import logging

from tools.notebooks import ROOT

TABLE = ROOT / "tools" / "moved_anchors.yml"
logger = logging.getLogger(__name__)


def table():
    """The whole table: page -> old anchor -> new anchor."""
    return yaml.safe_load(TABLE.read_text(encoding="utf-8"))


def moved(docname):
    """The old anchors of a page with the new ones."""
    return table().get(docname.rpartition("/")[2], {})


def add_old_anchors(app, doctree):
    """Let each old anchor of a page lead where the table says; warn where it cannot."""
    docname = app.env.docname
    app.env.note_dependency(str(TABLE))
    elements = {anchor: node for node in doctree.findall(nodes.Element) for anchor in node.get("ids", ())}
    for old, new in moved(docname).items():
        if old in elements:
            logger.warning("the anchor %r has not moved", old, location=docname)
        elif new not in elements:
            logger.warning("the anchor %r cannot lead to %r: there is none", old, new, location=docname)
        else:
            elements[new]["ids"].append(old)  # the first id stays the element's own, the others become spans


def setup(app):
    """Connect it to the build, after all anchors of a page are known."""
    app.connect("doctree-read", add_old_anchors, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
