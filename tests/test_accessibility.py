"""Every page of the built site by the rules of axe-core: in both themes, wide and narrow, with all folds open."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from test_site import NARROW, WIDE, bases, every_page, visit  # noqa: F401

from tools.accessible import repair

pytestmark = pytest.mark.browser

SETTLE = """() => {
  const still = document.createElement("style");
  still.textContent = "* { transition: none !important; animation: none !important }";
  document.head.append(still);
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  for (const one of document.querySelectorAll(".toggle-hidden")) one.classList.remove("toggle-hidden");
  return new Promise((settled) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(settled))));
}"""
# The colours take axe longer than all else. They are looked at in both themes, not where they are what stands around
# them, or what was seen before: the text of an article is the same when it is narrow, a formula's that of its sentence,
# and a word of code has that of its kind in the same box, of which one is left.
COLOURS = ["color-contrast", "link-in-text-block"]
SAME_COLOURS = {WIDE["width"]: [["mjx-container > *"]], NARROW["width"]: [["mjx-container > *"], [".bd-article > *"]]}
# What an article contains is the same when it is narrow, and so are most rules about it. These ask for its size; and
# all are asked again on a page of each kind, for what stands around the article.
OF_SIZE = ["scrollable-region-focusable", "target-size"]
KINDS = ["index", "search", "book/workbench", "notebooks/04-sigmoid", "notebooks/22-gallery-and-choice"]
ONE_WORD_OF_A_KIND = """() => {
  const seen = new Set();
  for (const word of document.querySelectorAll(".highlight pre span")) {
    const kind = [word.className, word.closest(".admonition, .cell_output, .cell")?.className].join(" in ");
    if (seen.has(kind)) word.replaceWith(...word.childNodes);
    seen.add(kind);
  }
}"""

# What is let pass. `seen` finds it in a page of the site, `alone` shows it to axe by itself: once no page has it, or
# axe has learned, the line goes.
ACCEPTED = [{
    "rule": "empty-table-header",
    "seen": r'<th class="head"><p><span class="math[^>]*><mjx-container(?:(?!</th>).)*</span></p></th>',
    "owner": "axe-core",
    "reason": "a heading that is a formula has MathML, which screen readers speak and axe does not read",
    "alone": "<table><tr><th><math><mi>x</mi></math></th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
}]


def violations(page, context=None, **options):
    """What axe finds on the page as it stands and is not accepted, a line for each element."""
    found = Axe().run(page, context, {"resultTypes": ["violations"], "preload": False} | options).response["violations"]
    return [f"{rule['id']} ({rule['impact']}): {node['target'][0]}: {node['html'][:150]}"
            for rule in found for node in rule["nodes"] if not is_accepted(page, rule["id"], node)]


def is_accepted(page, rule, node):
    for one in ACCEPTED:
        if rule == one["rule"]:
            html = page.locator(node["target"][0]).evaluate("part => part.outerHTML")
            return re.fullmatch(one["seen"], html, re.DOTALL) is not None
    return False


@every_page
def test_no_rule_of_accessibility_is_violated(visit, name):  # noqa: F811
    page = visit(color_scheme="light").open(name)
    page.evaluate(ONE_WORD_OF_A_KIND)
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        page.evaluate(SETTLE)
        asked = {"rules": {rule: {"enabled": False} for rule in COLOURS}}
        if size is NARROW and name not in KINDS:
            asked = {"runOnly": {"type": "rule", "values": OF_SIZE}}
        assert not violations(page, **asked), size
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
            others = {"exclude": SAME_COLOURS[size["width"]]}
            assert not violations(page, others, runOnly={"type": "rule", "values": COLOURS}), (size, theme)


@pytest.mark.parametrize("accepted", ACCEPTED, ids=lambda one: one["rule"])
def test_what_is_accepted_still_occurs(browser, site, accepted):
    pages = (file.read_text(encoding="utf-8") for file in site.rglob("*.html"))
    assert any(re.search(accepted["seen"], html, re.DOTALL) for html in pages)
    with browser.new_context() as context:
        page = context.new_page()
        head = "<!doctype html><html lang=en><title>Alone</title>"
        page.set_content(f"{head}<main><h1>It</h1>{accepted['alone']}</main>")
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found] == [accepted["rule"]]


def test_what_scrolls_in_a_fold_is_reached_with_the_keyboard(visit):  # noqa: F811
    page = visit().open("notebooks/04-sigmoid")
    page.set_viewport_size(NARROW)
    page.evaluate(SETTLE)
    scrolled = page.evaluate("""[...document.querySelectorAll("main mjx-container[display=true], main pre")]
      .filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.tabIndex)""")
    assert scrolled and set(scrolled) == {0}
    formulas = page.locator("main mjx-container:not([display=true])")
    assert formulas.count() > 50 and formulas.and_(page.locator("[tabindex]")).count() < 5


def test_a_corner_of_a_table_and_the_entries_of_a_list_have_their_roles():
    assert repair('<tr><th class="head"></th><th class="head"><p></p></th></tr>') == "<tr><td></td><td></td></tr>"
    assert repair('<th class="head"><p>a</p></th>') == '<th class="head"><p>a</p></th>'
    assert repair('<div role="list"><div role="doc-biblioentry">') == '<div role="list"><div role="listitem">'
