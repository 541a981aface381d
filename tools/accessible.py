"""Sphinx extension: what the theme and the writers of HTML leave out for those who hear a page or use no mouse."""

import re

# What the writers say of a part -> what it is. A table's corner without a word heads nothing; a list has items.
REPAIRS = {
    r'<th class="head">\s*(<p>\s*</p>)?\s*</th>': "<td></td>",
    'role="doc-biblioentry"': 'role="listitem"',
}
# A box that scrolls must be reached with the keyboard. The theme sees to it for code and tables when a page opens and
# when the window changes, not for formulas and not when a fold is opened.
FOCUS_WHAT_SCROLLS = """(() => {
  const boxes = "mjx-container, main pre, .cell_output > .output, .pst-scrollable-table-container";
  const mark = () => {
    const wide = [...document.querySelectorAll(boxes)].filter((box) => box.scrollWidth > box.clientWidth &&
      getComputedStyle(box).overflowX !== "visible");
    for (const box of document.querySelectorAll("mjx-container[tabindex]")) box.removeAttribute("tabindex");
    for (const box of wide) box.tabIndex = 0;
  };
  const watch = () => {
    new ResizeObserver(mark).observe(document.querySelector("main") || document.body);
    document.addEventListener("toggle", mark, true);
  };
  if (document.readyState === "complete") watch(); else window.addEventListener("load", watch);
})();"""


def repair(html):
    """The HTML of a page with the roles and the heads of tables that its parts have."""
    for said, meant in REPAIRS.items():
        html = re.sub(said, meant, html)
    return html


def repair_page(app, pagename, templatename, context, doctree):
    """Repair what stands between the theme's frame."""
    if context.get("body"):
        context["body"] = repair(context["body"])


def setup(app):
    """Connect both to the build."""
    app.add_js_file(None, body=FOCUS_WHAT_SCROLLS, priority=900)
    app.connect("html-page-context", repair_page, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
