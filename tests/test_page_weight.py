"""What a first visit loads, whether the page moves while it settles, and how much code it has room for."""

import pytest
from fontTools.ttLib import TTFont

PAGES = ["book/welcome", "notebooks/04-sigmoid", "notebooks/09-relu", "notebooks/18-softmax"]
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 375, "height": 800}
MOST_BYTES = 1_500_000  # before compression
MOST_SHIFT = 0.05

SHIFTS = """() => new Promise((done) => {
  let total = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(total))));
})"""

every_page = pytest.mark.parametrize("name", PAGES)
pytestmark = pytest.mark.browser


@pytest.fixture
def first_visit(browser, site_url):
    """Open a page with an empty cache: what was loaded in bytes, by address, and the page."""
    contexts = []

    def begin(name, size=WIDE, **options):
        contexts.append(browser.new_context(viewport=size, **options))
        page = contexts[-1].new_page()
        session = contexts[-1].new_cdp_session(page)
        session.send("Network.enable")
        addresses, loaded = {}, {}

        def answered(event):
            addresses[event["requestId"]] = event["response"]["url"]

        def received(event):
            address = addresses[event["requestId"]]
            if not address.startswith("data:"):
                loaded[address] = loaded.get(address, 0) + event["dataLength"]

        session.on("Network.responseReceived", answered)
        session.on("Network.dataReceived", received)
        page.goto(f"{site_url}{name}.html", wait_until="networkidle")
        return page, loaded

    yield begin
    for context in contexts:
        context.close()


@every_page
def test_a_first_visit_is_light(first_visit, name):
    _, loaded = first_visit(name)
    largest = sorted(((size, address) for address, size in loaded.items()), reverse=True)[:8]
    assert sum(loaded.values()) <= MOST_BYTES, largest


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@every_page
def test_a_page_stands_still_while_it_settles(first_visit, name, size):
    page, _ = first_visit(name, size)
    page.evaluate("document.fonts.ready.then(() => 0)")
    assert page.evaluate(SHIFTS) < MOST_SHIFT


# --- Formulas and icons --------------------------------------------------------------------------------------------

WITHOUT_SHAPE = """() => [...document.querySelectorAll("mjx-c")]
  .filter((one) => ["none", ""].includes(getComputedStyle(one, "::before").content)).map((one) => one.className)"""
ICONS = """() => [...document.querySelectorAll(".fa-solid, .fas, .fa-regular, .fa-brands")].map((one) => {
  const style = getComputedStyle(one, "::before");
  return [one.className, style.content.replaceAll('"', ""), style.fontFamily];
})"""


@every_page
def test_formulas_need_no_script(first_visit, name):
    page, _ = first_visit(name, java_script_enabled=False)
    formulas = page.locator("mjx-container")
    assert formulas.count() == page.locator("mjx-container:has(mjx-assistive-mml math)").count() > 0
    assert page.locator(".math:not(:has(mjx-container))").count() == 0


@every_page
def test_every_character_of_a_formula_has_its_shape(first_visit, name):
    page, _ = first_visit(name)
    assert page.evaluate(WITHOUT_SHAPE) == []


def test_every_icon_is_in_its_font(first_visit, site):
    page, _ = first_visit(PAGES[1])
    fonts = site / "_static" / "vendor" / "fontawesome" / "webfonts"
    drawn = {chr(code) for file in fonts.glob("*.ttf") for code in TTFont(file).getBestCmap()}
    icons = page.evaluate(ICONS)
    assert len(icons) >= 10
    for name, character, family in icons:
        assert character in drawn and "Font Awesome" in family, name


# --- Room for code -------------------------------------------------------------------------------------------------

# A lesson cell with one line of so many characters: the width of its text, of its box, and of the page.
ROOM = """(length) => {
  const pre = document.querySelector("div.cell_input pre");
  pre.textContent = "x".repeat(length);
  return [pre.scrollWidth, pre.clientWidth, document.documentElement.scrollWidth];
}"""
SCROLL_BAR = 17  # px, which a browser with a head may take from the page's width


def test_79_characters_of_code_fit_beside_both_contents(first_visit):
    page, _ = first_visit(PAGES[1], WIDE | {"width": WIDE["width"] - SCROLL_BAR})
    assert page.locator(".bd-sidebar-primary").is_visible() and page.locator(".bd-sidebar-secondary").is_visible()
    text, box, _ = page.evaluate(ROOM, 79)
    assert text == box


@pytest.mark.parametrize("size, length", [(WIDE, 100), (NARROW, 79)], ids=["wide", "narrow"])
def test_longer_code_scrolls_inside_its_box(first_visit, size, length):
    page, _ = first_visit(PAGES[1], size)
    text, box, whole = page.evaluate(ROOM, length)
    assert text > box and whole == size["width"]
    assert page.evaluate("""() => {
      const pre = document.querySelector("div.cell_input pre");
      pre.scrollLeft = 50;
      return pre.scrollLeft;
    }""") == 50


@every_page
def test_wide_things_scroll_inside_on_a_phone(first_visit, name):
    page, _ = first_visit(name, NARROW)
    assert page.evaluate("""() => { window.scrollTo(200, 0); return window.scrollX; }""") == 0
