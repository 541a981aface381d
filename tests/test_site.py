"""The built site as a reader meets it: in a real browser, served and from disk, light and dark, wide and narrow."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 375, "height": 800}
THEMES = {"http": ("light", "dark"), "file": ("dark", "light")}  # the one a page opens in, then the other
RANGES = "figure[data-explorer] input[type=range]"

pytestmark = pytest.mark.browser


def sources():
    """The pages of the table of contents: name -> source file, in reading order."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text())
    names = [toc["root"], *(chapter["file"] for part in toc["parts"] for chapter in part["chapters"])]
    return {name: next(ROOT.glob(f"{name}.*")) for name in names if list(ROOT.glob(f"{name}.*"))}


def has_explorer(source):
    text = source.read_text(encoding="utf-8")
    return "data-explorer" in text or "explorer.html" in text


every_page = pytest.mark.parametrize("name", [*sources(), "index", "search", "genindex"])
every_explorer_page = pytest.mark.parametrize("name", [name for name, file in sources().items() if has_explorer(file)])
every_scheme = pytest.mark.parametrize("scheme", ["http", "file"])


class Visit:
    """One page in a fresh window, with everything that went wrong on it."""

    def __init__(self, browser, base, **options):
        self.base, self.wrong = base, []
        self.context = browser.new_context(viewport=WIDE, **options)
        self.page = self.context.new_page()
        self.page.on("request", self.note_request)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("console", self.note_message)
        self.page.on("requestfailed", lambda request: self.wrong.append(f"failed: {request.url}"))
        self.page.on("response", lambda answer: answer.status >= 400 and self.wrong.append(f"missing: {answer.url}"))

    def note_message(self, said):
        if said.type == "error":
            self.wrong.append(f"console: {said.text} ({said.location['url']})")

    def note_request(self, request):
        own = urlsplit(self.base)
        asked = urlsplit(request.url)
        if asked.scheme not in ("data", "blob", "about") and (asked.scheme, asked.netloc) != (own.scheme, own.netloc):
            self.wrong.append(f"asked another host: {request.url}")

    def open(self, name, query=""):
        """Go to a page and wait until its fonts are there."""
        self.page.goto(f"{self.base}{name}.html{query}", wait_until="load")
        self.page.wait_for_url(lambda address: not address.endswith("/index.html"))
        self.page.wait_for_load_state("load")
        self.page.evaluate("document.fonts.ready.then(() => 0)")
        return self.page


@pytest.fixture(scope="session")
def bases(site, site_url):
    """What the addresses of the site start with, by scheme."""
    return {"http": site_url, "file": f"{site.as_uri()}/"}


@pytest.fixture
def visit(browser, bases):
    """Open pages over http or from disk; nothing may have gone wrong on any of them at the end."""
    visits = []

    def begin(scheme="http", **options):
        visits.append(Visit(browser, bases[scheme], **options))
        return visits[-1]

    yield begin
    wrong = [fault for one in visits for fault in one.wrong]
    for one in visits:
        one.context.close()
    assert not wrong, "\n".join(wrong)


@pytest.fixture(scope="module")
def opened():
    """The visits of the page that was opened last, by (name, scheme)."""
    last = {}
    yield last
    close(last)


def close(visits):
    for one in visits.values():
        one.context.close()
    visits.clear()


# What a figure shows; a browser writes the spaces and semicolons of a style differently once it has been set.
PICTURE = """figure => figure.querySelector(".sts-panels").innerHTML.replace(/ |;(?=")/g, "")"""
# Each test of a shared page starts from the figures as they were when the page was opened.
AS_OPENED = f"""document.querySelectorAll("figure[data-explorer]").forEach(figure => {{
  figure.opened ??= ({PICTURE})(figure);
  figure.explorer.reset();
}})"""


@pytest.fixture
def shared(browser, bases, opened):
    """Open a page once for all the tests that need it over http, or from disk; nothing may go wrong in any of them."""
    used = []

    def begin(name, scheme="http"):
        if any(name != other for other, _ in opened):
            close(opened)
        if (name, scheme) not in opened:
            opened[name, scheme] = Visit(browser, bases[scheme], color_scheme=THEMES[scheme][0])
            opened[name, scheme].open(name)
        used.append(opened[name, scheme])
        used[-1].page.set_viewport_size(WIDE)
        used[-1].page.evaluate(AS_OPENED)
        return used[-1].page

    yield begin
    wrong = [fault for one in used for fault in one.wrong]
    for one in used:
        one.wrong.clear()
    assert not wrong, "\n".join(wrong)


# --- Every page ----------------------------------------------------------------------------------------------------

RAW_TEX = r"""() => {
  const found = [], skipped = "pre, code, script, style, noscript, textarea, mjx-container, .math, kbd";
  const walker = document.createTreeWalker(document.querySelector("main, body"), NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); )
    if (!node.parentElement.closest(skipped) && /\\\(|\\\[|\$[^$]+\$|\\begin\{|\\[dt]?frac|\\left/.test(node.data))
      found.push(node.data.trim().slice(0, 80));
  for (const math of document.querySelectorAll(".math"))
    if (!math.querySelector("mjx-container")) found.push(math.textContent.slice(0, 80));
  for (const error of document.querySelectorAll("mjx-merror, [data-mjx-error]"))
    found.push(error.getAttribute("data-mjx-error") || error.textContent);
  return found;
}"""

TOO_WIDE = r"""() => {
  const room = document.documentElement.clientWidth, cut = (e) => getComputedStyle(e).overflowX !== "visible";
  const scrolls = (e) => e && e !== document.body && (cut(e) || scrolls(e.parentElement));
  if (document.documentElement.scrollWidth <= room) return [];
  const wide = [...document.querySelectorAll("body *")].filter((e) =>
    e.getBoundingClientRect().right > room + 1 && !scrolls(e.parentElement));
  return [`the page is ${document.documentElement.scrollWidth} wide, the window ${room}`,
          ...wide.slice(0, 5).map((e) => e.outerHTML.slice(0, 100))];
}"""

LOST_WIDGETS = r"""() => (document.querySelector("main, body").innerText
  .match(/model not found|Error displaying widget|Loading widget|^(?:VBox|HBox|Explorer)\(.*/gim) || [])"""


@every_scheme
@every_page
def test_page_is_whole_in_both_themes_at_both_widths(shared, name, scheme):
    page = shared(name, scheme)
    for theme in THEMES[scheme]:
        page.emulate_media(color_scheme=theme)
        page.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        for size in (WIDE, NARROW):
            page.set_viewport_size(size)
            assert page.evaluate(TOO_WIDE) == [], f"{theme}, {size['width']} px"
    assert page.evaluate(RAW_TEX) == []
    assert page.evaluate(LOST_WIDGETS) == []


@every_scheme
def test_search_finds_the_chapters(visit, scheme):
    page = visit(scheme).open("search", "?q=sigmoid")
    page.wait_for_selector("#search-results li a")


def test_the_theme_button_changes_the_theme(visit):
    page = visit(color_scheme="light").open("book/welcome")
    seen = set()
    for _ in range(3):
        seen.add(page.evaluate("document.documentElement.dataset.theme"))
        page.locator(".theme-switch-button:visible").first.click()
    assert seen == {"light", "dark"}


SCROLLING = """() => [...document.querySelectorAll(".text_html:has(table.numbers):not(.admonition *)")]
  .map((box) => [box.querySelector("caption")?.textContent ?? "", box.scrollWidth > box.clientWidth,
                 getComputedStyle(box).backgroundImage.split("linear-gradient").length - 1])"""


def test_a_table_that_goes_on_beyond_the_phone_has_a_shadow_there(visit):
    page = visit().open("notebooks/21-frameworks")
    page.set_viewport_size(NARROW)
    tables = page.evaluate(SCROLLING)
    assert {caption.split(".")[0]: scrolls for caption, scrolls, _ in tables}["Slopes at kinks"] is False
    assert any(scrolls for _, scrolls, _ in tables) and {shadows for *_, shadows in tables} == {4}


def test_equations_have_words_for_screen_readers(visit):
    page = visit().open(next(name for name in sources() if name.startswith("notebooks/")))
    assert page.locator("mjx-assistive-mml").count() > 0


# --- Explorers -----------------------------------------------------------------------------------------------------

# What the reader sees of the figure around a slider, and the slider's own position.
STATE = f"""input => [({PICTURE})(input.closest("figure")), input.value]"""
PLACE = """input => {
  input.scrollIntoView({block: "center"});
  const box = input.getBoundingClientRect(), part = (input.value - input.min) / (input.max - input.min);
  return {x: box.x + 8 + part * (box.width - 16), to: box.x + (part < 0.5 ? 0.8 : 0.2) * box.width,
          y: box.y + box.height / 2};
}"""


def by_arrow_keys(page, slider):
    slider.focus()
    at_end = slider.evaluate("input => Number(input.value) >= Number(input.max)")
    for _ in range(3):
        page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")


def by_mouse(page, slider):
    place = slider.evaluate(PLACE)
    page.mouse.move(place["x"], place["y"])
    page.mouse.down()
    page.mouse.move(place["to"], place["y"], steps=4)
    page.mouse.up()


def by_touch(page, slider):
    place = slider.evaluate(PLACE)
    session = page.context.new_cdp_session(page)
    for kind, x in [("touchStart", place["x"]), ("touchMove", place["to"]), ("touchEnd", None)]:
        points = [] if x is None else [{"x": x, "y": place["y"]}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    session.detach()


def unfold(page):
    """Open what is folded, so that the figures inside can be reached."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate("document.querySelectorAll('.toggle-hidden').forEach(one => one.classList.remove('toggle-hidden'))")


WAYS = {
    "arrow keys": (by_arrow_keys, {}),
    "mouse": (by_mouse, {}),
    "touch": (by_touch, {"has_touch": True, "is_mobile": True}),
}


@pytest.mark.parametrize("way", WAYS)
@every_explorer_page
def test_every_slider_moves_its_figure(shared, visit, name, way):
    move, options = WAYS[way]
    page = visit(**options).open(name) if options else shared(name)
    if way == "touch":
        page.set_viewport_size(NARROW)
    unfold(page)
    sliders = page.locator(RANGES).all()
    assert sliders, "no explorer on this page"
    for slider in sliders:
        label = slider.evaluate("input => `${input.closest('figure').dataset.explorer} ${input.id}`")
        before, position = slider.evaluate(STATE)
        move(page, slider)
        after, moved_to = slider.evaluate(STATE)
        assert moved_to != position, f"{label} does not follow the {way}"
        assert after != before, f"{label} moves by {way}, its figure does not"
        assert "NaN" not in after and "Infinity" not in after, label


@every_explorer_page
def test_explorers_move_from_disk(shared, name):
    page = shared(name, "file")
    unfold(page)
    for slider in page.locator(RANGES).all():
        before, _ = slider.evaluate(STATE)
        by_arrow_keys(page, slider)
        assert slider.evaluate(STATE)[0] != before


SWEEP = f"figure => {{ const picture = () => ({PICTURE})(figure);" + """
  const faults = [], controls = figure.querySelectorAll("form input, form select");
  const set = (input, value) => { input.value = value; input.dispatchEvent(new Event("input", {bubbles: true})); };
  for (const input of controls) {
    const start = input.value, places = new Set(), seen = new Set();
    const stops = input.tagName === "SELECT" ? [...input.options].map((one) => one.value)
      : [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1].map((t) => Number(input.min) + t * (input.max - input.min));
    for (const stop of stops) {
      set(input, stop);
      if (/NaN|Infinity|undefined/.test(picture())) faults.push(`${input.id} at ${stop}: not a number in the figure`);
      places.add(input.value);
      seen.add(picture());
    }
    if (seen.size < Math.min(places.size, 4)) faults.push(`${input.id}: only ${seen.size} different pictures`);
    set(input, start);
  }
  return faults;
}"""


@every_explorer_page
def test_sweeping_every_control_end_to_end_draws_numbers(shared, name):
    page = shared(name)
    for figure in page.locator("figure[data-explorer]").all():
        assert figure.evaluate(SWEEP) == []


@every_explorer_page
def test_every_control_has_a_label_and_speaks_its_value(shared, name):
    page = shared(name)
    for control in page.locator("figure[data-explorer] :is(input, select)").all():
        assert control.evaluate("one => [...one.labels].map(label => label.innerText.trim()).join('')")
    for slider in page.locator(RANGES).all():
        assert slider.get_attribute("aria-valuetext")


@every_explorer_page
def test_reset_brings_the_figure_back(shared, name):
    page = shared(name)
    unfold(page)
    for figure in page.locator("figure[data-explorer]").all():
        # A map has the colours of the theme, which another test of the page may have changed.
        opened = figure.evaluate(f"figure => figure.querySelector('svg image') ? ({PICTURE})(figure) : figure.opened")
        for slider in figure.locator("input[type=range]").all():
            by_arrow_keys(page, slider)
            assert figure.evaluate(PICTURE) != opened
            figure.locator("form button").click()
            assert figure.evaluate(PICTURE) == opened


@every_explorer_page
def test_without_script_the_picture_is_still_there(browser, site, name):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site.as_uri()}/{name}.html")
        figures = page.locator("figure[data-explorer]").all()
        assert figures
        for figure in figures:
            assert figure.locator("img[alt]").count() == 1
            assert figure.locator("form").is_hidden()
