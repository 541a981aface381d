"""Every link of the built site leads somewhere, and nothing on it is fetched from elsewhere."""

import re
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

FETCHED = {
    "script": "src", "img": "src", "source": "src", "iframe": "src", "video": "src", "audio": "src", "object": "data",
}
FETCHED_LINKS = {"stylesheet", "icon", "preload", "modulepreload", "prefetch", "preconnect", "manifest"}
ELSEWHERE = re.compile(r"(?:url\(|@import\s+)['\"]?\s*(?:https?:)?//[^)'\";]+")


class Page(HTMLParser):
    """The anchors, relations, links, fetched addresses and images of one page."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.relations, self.links, self.fetched, self.images = set(), set(), [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img":
            self.images.append(given)
        if given.get(FETCHED.get(tag)):
            self.fetched.append(given[FETCHED[tag]])
        if tag == "link":
            relations = set(given.get("rel", "").split())
            self.relations |= relations
            if FETCHED_LINKS & relations:
                self.fetched.append(given["href"])


@pytest.fixture(scope="module")
def pages(site):
    """Every page of the site, by its path."""
    found = {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    return {path: page for path, page in found.items() if "_static" not in path.parts}


def is_elsewhere(address):
    return bool(urlsplit(address).scheme or urlsplit(address).netloc)


def test_every_internal_link_leads_somewhere(pages):
    broken = []
    for path, page in pages.items():
        for link in page.links:
            if is_elsewhere(link):
                continue
            file, anchor = urldefrag(unquote(link))
            target = (path.parent / urlsplit(file).path).resolve() if file else path
            if not target.is_file():
                broken.append(f"{path.name}: {link}, no such page")
            elif anchor and target in pages and anchor not in pages[target].anchors:
                broken.append(f"{path.name}: {link}, no such place")
    assert not broken, "\n".join(broken)


def test_links_elsewhere_lead_to_the_web(pages):
    elsewhere = {(path.name, link) for path, page in pages.items() for link in page.links if is_elsewhere(link)}
    assert not [pair for pair in elsewhere if urlsplit(pair[1]).scheme not in ("https", "http", "mailto")]


def test_nothing_is_fetched_from_elsewhere(pages):
    for path, page in pages.items():
        for address in page.fetched:
            if address.startswith("data:"):
                continue
            assert not is_elsewhere(address), f"{path.name}: {address}"
            assert (path.parent / unquote(urlsplit(address).path)).is_file(), f"{path.name}: {address} is missing"


def test_no_page_leaves_the_browser_to_guess_an_icon(pages):
    assert not [path.name for path, page in pages.items() if "icon" not in page.relations]


def test_style_sheets_fetch_nothing_from_elsewhere(site):
    for sheet in site.rglob("*.css"):
        addresses = ELSEWHERE.findall(sheet.read_text(encoding="utf-8"))
        assert not addresses, f"{sheet.name}: {addresses}"


def test_every_image_has_alt_text(pages):
    bare = {path.name for path, page in pages.items() for image in page.images if not image.get("alt")}
    assert not bare


def test_every_citation_stands_in_the_bibliography(site, pages):
    bibliography = pages[(site / "book" / "bibliography.html").resolve()]
    cited = {urldefrag(link).fragment for page in pages.values() for link in page.links if "bibliography.html#" in link}
    assert cited and cited <= bibliography.anchors


def test_chapters_carry_the_numbers_of_their_files(site):
    for page in (site / "notebooks").glob("*.html"):
        number = int(page.name.split("-")[0])
        # Chapter 0 stands before the numbered parts.
        shown = f'<span class="section-number">{number}. </span>' if number else ""
        assert f"<h1>{shown}" in page.read_text(encoding="utf-8"), page.name


def test_the_fonts_of_mathjax_are_all_that_is_left_of_it(site):
    parts = [path for path in (site / "_static" / "mathjax").rglob("*") if path.is_file()]
    assert parts and {path.suffix for path in parts} == {".woff"}
