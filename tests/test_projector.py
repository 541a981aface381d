"""Each explorer alone on a full screen: its link, its address, the way there and back."""

import re

import pytest
from test_accessibility import violations
from test_site import NARROW, WIDE, bases, visit  # noqa: F401

from tools.projector import add_links

FIGURE = ('<figure class="sts sts-explorer" data-explorer="{0}"><form></form><details class="sts-table"></details>{1}'
          "<script></script></figure>")


def test_every_explorer_has_an_address_and_a_link_that_names_it():
    pictures = '<figure class="sts sts-picture"><details class="sts-table"></details></figure>'
    captioned = FIGURE.format("b", "<figcaption>x &lt; 1 &amp; y</figcaption>")
    html = add_links(FIGURE.format("a", "") + pictures + captioned)
    assert re.findall(r'<figure id="(.*?)" class="sts sts-explorer" data-explorer="(.)"', html) == [
        ("explorer-1", "a"), ("explorer-2", "b")]
    assert re.findall(r'href="(.*?)" aria-label="(.*?)"', html) == [
        ("#full-screen-1", "Full screen: figure 1"), ("#full-screen-2", "Full screen: x &lt; 1 &amp; y")]
    assert html.count("full-screen-link") == 2 and pictures in html


# --- On the site ---------------------------------------------------------------------------------------------------

PAGE = "notebooks/04-sigmoid"
FITS = """() => {
  const dialog = document.querySelector("dialog.full-screen"), drawn = [...dialog.querySelectorAll(".sts-panel svg")];
  return {scrolls: dialog.scrollHeight > dialog.clientHeight,
          boxes: drawn.map((one) => one.getBoundingClientRect().toJSON())};
}"""
PLACES = """() => [...document.querySelectorAll("#explorer-2 form input")].map((one) => Number(one.value))"""


@pytest.mark.browser
def test_an_explorer_alone_on_the_screen_and_back(visit):  # noqa: F811
    one = visit("file", color_scheme="light")
    page = one.open(PAGE)
    figure, link = page.locator("#explorer-2"), page.locator("#explorer-2 .full-screen-link")
    before = figure.bounding_box()
    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="4.4. One neuron")
    dialog.wait_for()

    # It is large, whole, and the first slider is at hand; the others are, by their number.
    page.wait_for_function("document.querySelector('dialog .sts-panel svg').getBoundingClientRect().width > 400")
    fits = page.evaluate(FITS)
    assert not fits["scrolls"] and len(fits["boxes"]) == 2
    for box in fits["boxes"]:
        assert box["width"] > 1.2 * before["width"] / 2 and box["left"] >= 0 and box["right"] <= WIDE["width"]
    assert page.evaluate("document.activeElement.name") == "w"
    page.keyboard.press("3")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.name") == "probe"
    shared, places = page.url, page.evaluate(PLACES)
    assert shared.endswith("#full-screen-2:" + ":".join(f"{place:g}" for place in places))

    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        assert not violations(page, "dialog.full-screen")

    # Back: the page as it was, at the explorer, which keeps what was set.
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#full-screen-2"
    after = figure.bounding_box()  # the page may have grown below it, where a question answers to the sliders
    assert (after["width"], after["height"]) == (before["width"], before["height"])
    assert page.evaluate(PLACES) == places
    assert page.url.endswith("#explorer-2")

    # The address, given to another, opens it there; the browser's way back closes it.
    other = page.context.new_page()
    other.goto(shared)
    other.get_by_role("dialog", name="4.4. One neuron").wait_for()
    assert other.evaluate(PLACES) == places
    other.set_viewport_size(NARROW)
    assert other.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    other.get_by_role("button", name="Back to the page").click()
    assert other.locator("dialog.full-screen").count() == 0
    other.locator("#explorer-1 .full-screen-link").click()
    other.get_by_role("dialog").wait_for()
    other.go_back()
    other.get_by_role("dialog").wait_for(state="detached")
    assert other.locator("article #explorer-1 svg").is_visible()


@pytest.mark.browser
def test_without_script_no_link_is_shown(browser, site):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site.as_uri()}/{PAGE}.html#full-screen-2")
        assert page.locator(".full-screen-link").count() == 5
        assert page.locator(".full-screen-link:visible").count() == 0
        assert page.get_by_role("heading", name="4.4. One neuron").is_visible()
