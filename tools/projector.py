"""Sphinx extension: each explorer has an address on its page, and a link that shows it alone on a full screen.

The second figure with sliders of a page is at #explorer-2, and alone at #full-screen-2. The link is part of the page,
so that nothing moves when the script comes, and is hidden where no script runs.
"""

import re
from html import escape
from itertools import count

EXPLORER = re.compile(
    r'<figure class="sts sts-explorer"(?P<figure>(?:(?!</figure>).)*?)(?P<table><details class="sts-table">'
    r"(?:(?!</figure>).)*?(?:<figcaption>(?P<caption>.*?)</figcaption>.*?)?</figure>)", re.DOTALL)
LINK = ('<a id="full-screen-{number}" class="full-screen-link pst-js-only" href="#full-screen-{number}" '
        'aria-label="Full screen: {name}">Full screen</a>')


def add_links(html):
    """The HTML of a page whose explorers have an address and a link, numbered as they stand."""
    numbers = count(1)

    def add(found):
        number = next(numbers)
        name = found["caption"] or f"figure {number}"
        link = LINK.format(number=number, name=escape(re.sub("<[^>]*>", "", name)).replace("&amp;", "&"))
        return f'<figure id="explorer-{number}" class="sts sts-explorer"{found["figure"]}{link}{found["table"]}'

    return EXPLORER.sub(add, html)


def add_to_page(app, pagename, templatename, context, doctree):
    """Give a page that has explorers their links, the style and the script."""
    if "sts-explorer" in context.get("body", ""):
        context["body"] = add_links(context["body"])
        app.add_css_file("projector.css")
        app.add_js_file("projector.js", loading_method=None)  # at once: where it is asked for, no page is seen before


def setup(app):
    """Connect it to the build."""
    app.connect("html-page-context", add_to_page)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
