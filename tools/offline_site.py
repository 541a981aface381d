"""Sphinx extension: all that a page asks for is served by the site itself."""

import re
from pathlib import Path

from sphinx.errors import ExtensionError

# The address of the site itself leads to its first page. The icon is empty, or the browser asks for a favicon.ico.
FRONT_DOOR = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="icon" href="data:,">
<meta http-equiv="refresh" content="0; url={first}">
</head>
<body><a href="{first}">{title}</a></body>
</html>
"""
# Read from disk, a page may not fetch the others, so the search shows titles without excerpts there.
SEARCH_FROM_DISK = 'if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;'


def refuse_other_hosts(app, pagename, templatename, context, doctree):
    """Stop the build where a page would load a script or a style sheet from another host."""
    for asset in [*context.get("script_files", ()), *context.get("css_files", ())]:
        if re.match(r"(https?:)?//", str(getattr(asset, "filename", asset) or "")):
            raise ExtensionError(f"{pagename} would load {asset.filename} from another host")


def open_front_door(app, failure):
    """Write the page that leads from the address of the site to its first page."""
    if failure is None and app.builder.format == "html":
        page = FRONT_DOOR.format(title=app.config.html_title, first=f"{app.config.root_doc}.html")
        Path(app.outdir, "index.html").write_text(page, encoding="utf-8")


def setup(app):
    """Connect all three to the build."""
    app.add_js_file(None, body=SEARCH_FROM_DISK, priority=900)
    app.connect("html-page-context", refuse_other_hosts, priority=900)
    app.connect("build-finished", open_front_door)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
