"""The book as one PDF, printed from the built site by the browser of the tests.

    python -m tools.pdf      writes _build/pdf/from-step-to-softmax.pdf

The pages of the table of contents become one long page. The code of figures and the checks stay behind; hints, answers
and solutions go to the end, linked both ways; a figure with sliders says where it moves. The browser prints that twice,
since the page numbers in the text are known only after the first time.
"""

import io
import json
import posixpath
import re
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from urllib.parse import urljoin, urlsplit

import yaml
from bs4 import BeautifulSoup
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject

from tools.browser import BROWSER_FLAGS, find_browser
from tools.notebooks import ROOT

STYLE = ROOT / "tools" / "pdf.css"
NAME = "from-step-to-softmax"
WIDTH = 643  # px, what the margins of pdf.css leave of A4
MOST_PRINTS = 4

# Paper has no use for these. The script of an explorer draws its numbers, and needs its form: pdf.css hides that.
LEFT_BEHIND = ("a.headerlink, a.full-screen-link, details.fold, div.tag_check, mjx-assistive-mml, .toctree-wrapper, "
               ".sts-gallery form, .sts-gallery script, .sts:has(svg) > img.sts-fallback")
HEADINGS = ["h1", "h2", "h3", "h4", "h5"]
EXTRA = "Going further"  # a folded box with this title answers no question: it is printed where it stands
APPENDICES = {"hint": "Hints", "answer": "Answers", "solution": "Solutions"}


class PdfError(Exception):
    """The book cannot be printed; the message says why."""


# --- The pages of the site -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A part of the book: its caption, or None, and the names of its pages."""

    caption: str | None
    names: list


def parts(toc):
    """The parts of a table of contents; the first page comes before the first of them."""
    listed = [Part(part.get("caption"), [chapter["file"] for chapter in part["chapters"]])
              for part in toc.get("parts") or [toc]]
    return [Part(None, [toc["root"]]), *listed]


class Page:
    """A page of the site made ready for the book: its title, its article, and by kind the boxes taken out of it."""

    def __init__(self, name, html, stems):
        self.name, self.stem = name, stems[name]
        soup = BeautifulSoup(html, "html.parser")
        canonical = soup.select_one("link[rel=canonical]")
        self.address = canonical["href"] if canonical else None
        self.sheets = [tag["href"].split("?")[0] for tag in soup.select("head link[rel=stylesheet]")]
        self.formulas = [tag.get_text() for tag in soup.select("head > style") if "mjx-" in tag.get_text()]
        self.article = soup.select_one("article.bd-article")
        self.title = self.article.h1.get_text().removesuffix("#").strip()
        self._say_where_it_moves()
        for one in self.article.select(LEFT_BEHIND):
            one.decompose()
        self._turn_links(stems)
        for section in self.article.select("section"):
            if all(one.name in HEADINGS for one in section.find_all(recursive=False)):
                section.decompose()
        self.boxes = {kind: [] for kind in APPENDICES}
        self._take_boxes()

    def _say_where_it_moves(self):
        for number, figure in enumerate(self.article.select("figure[data-explorer]"), start=1):
            place = self._place(f"#full-screen-{number}")
            figure.append(element(f'<p class="moves">It moves on the site: {place}</p>'))
        for machine in self.article.select(".bench"):
            machine.replace_with(element(f'<p class="moves">It works on the site: {self._place()}</p>'))

    def _place(self, anchor=""):
        """Where this page is on the site: a link if the site knows its address, else the file."""
        words = escape(f"{self.name}.html{anchor}")
        return f'<a href="{escape(self.address + anchor)}">{words}</a>' if self.address else f"<code>{words}</code>"

    def _turn_links(self, stems):
        """Give each anchor the name of its page, and let a link lead to a page of the book, or to the site."""
        for one in self.article.select("[id]"):
            if not one.find_parent(class_="sts"):  # the ids of a figure are those of its content
                one["id"] = f"{self.stem}--{one['id']}"
        folder = posixpath.dirname(self.name)
        for image in self.article.select("img[src]"):
            if not image["src"].startswith("data:"):
                image["src"] = on_site(folder, image["src"])
        for link in self.article.select("a[href]"):
            to = urlsplit(link["href"])
            if to.scheme:
                continue
            file = posixpath.normpath(posixpath.join(folder, to.path)) if to.path else f"{self.name}.html"
            stem = stems.get(file.removesuffix(".html"))
            if stem:
                link["href"] = f"#{stem}--{to.fragment}" if to.fragment else f"#{stem}"
            elif self.address:
                link["href"] = urljoin(self.address, link["href"])
            else:
                link.unwrap()

    def _take_boxes(self):
        """Take each folded box out, and leave a line in its place."""
        asked = None
        for number, box in enumerate(self.article.select(".admonition:is(.exercise, .dropdown)")):
            title = box.select_one(".admonition-title")
            words = " ".join(title.get_text().split())
            if "exercise" in box["class"]:
                asked = words
                continue
            box["class"].remove("dropdown")
            if words.startswith(EXTRA):
                continue
            kind = next((one for one in ("hint", "solution") if one in box["class"]), "answer")
            line, place = f"{self.stem}--line-{number}", f"{self.stem}--box-{number}"
            box.replace_with(element(
                f'<p class="taken" id="{line}"><a href="#{place}">{kind.title() if kind == "solution" else words}</a>, '
                f"page {page_number(place)}</p>"))
            box["id"] = place
            title.replace_with(element(
                f'<p class="admonition-title"><a href="#{line}">{escape(words if kind == "answer" else asked)}</a>'
                f', page {page_number(line)}</p>'))
            self.boxes[kind].append(box)


def element(html):
    """The one element that the HTML holds."""
    return BeautifulSoup(html, "html.parser").contents[0]


def page_number(anchor):
    """The place for the number of the page on which an anchor stands."""
    return f'<span class="page-number" data-of="{escape(anchor)}">000</span>'


def on_site(folder, file):
    """The path of a file of the site, named as in a page of this folder, from where the long page lies."""
    return posixpath.join("../html", posixpath.normpath(posixpath.join(folder, file)))


# --- One long page -------------------------------------------------------------------------------------------------


class Book:
    """The long page as it grows: what stands in it, in the contents, and at the head of the printed pages."""

    def __init__(self, settings):
        self.title, self.author = settings["title"], settings.get("author", "")
        self.pages, self._contents, self._sections, self._heads = [], [], [], []

    def add(self, page, caption=None, in_part=False):
        """Add a page; the first one of a part brings its caption."""
        self.pages.append(page)
        if in_part:  # in the outline a chapter stands below its part
            for heading in page.article.find_all(HEADINGS):
                heading["class"] = [*heading.get("class", ()), f"as-{heading.name}"]
                heading.name = f"h{int(heading.name[1]) + 1}"
        if caption:
            self._contents.append(f'<li class="part">{escape(caption)}</li>')
            caption = f'<h1 class="part">{escape(caption)}</h1>'
        self._add(page.stem, page.title, (caption or "") + page.article.decode_contents())

    def add_appendices(self):
        """Add the boxes of all pages so far, by kind and by page."""
        for kind, title in APPENDICES.items():
            listed = "".join(
                f'<h2><a href="#{page.stem}">{escape(page.title)}</a></h2>{"".join(map(str, page.boxes[kind]))}'
                for page in self.pages if page.boxes[kind])
            if listed:
                self._add(f"the-{kind}s", title, f'<h1 class="as-h1">{title}</h1>{listed}')

    def _add(self, anchor, title, body):
        paper = f"paper-{len(self._heads)}"
        self._heads.append(f"@page {paper} {{ @top-center {{ content: {json.dumps(title, ensure_ascii=False)} }} }}")
        self._contents.append(f'<li><a href="#{anchor}">{escape(title)}</a> {page_number(anchor)}</li>')
        self._sections.append(
            f'<article class="bd-article chapter" id="{anchor}" style="page: {paper}">{body}</article>')

    def html(self):
        """The long page. It lies in a folder beside that of the site."""
        sheets = dict.fromkeys(on_site(posixpath.dirname(page.name), sheet)
                               for page in self.pages for sheet in page.sheets)
        rules = dict.fromkeys(rule for page in self.pages for css in page.formulas for rule in css.split("\n\n"))
        formulas = re.sub(r"url\(\"?[^)]*?(_static/mathjax/[^)\"]*)\"?\)", r'url("../html/\1")', "\n".join(rules))
        links = "".join(f'<link rel="stylesheet" href="{sheet}">' for sheet in sheets)
        style = "\n".join([formulas, STYLE.read_text(encoding="utf-8"), *self._heads])
        address = self.pages[0].address
        site = f'<p><a href="{escape(address)}">{escape(address)}</a></p>' if address else ""
        return (
            '<!DOCTYPE html>\n<html lang="en" data-theme="light" data-mode="light"><head><meta charset="utf-8">'
            f'<title>{escape(self.title)}</title><meta name="author" content="{escape(self.author)}">'
            f'{links}<style>{style}</style></head>\n<body><main class="bd-content">'
            f'<header class="title-page"><p class="title">{escape(self.title)}</p><p>{escape(self.author)}</p>{site}'
            "<p>A figure with sliders is shown as it stands at first. The line below it says where it moves.</p>"
            '</header><nav class="bd-article" id="contents"><h1 class="as-h1">Contents</h1>'
            f'<ul>{"".join(self._contents)}</ul></nav>'
            f'{"".join(self._sections)}</main></body></html>\n')


def read_book(folder, say=print):
    """The whole book, from the site in _build/html of the folder; the boxes come after the last part that has some."""
    book = Book(yaml.safe_load((folder / "_config.yml").read_text(encoding="utf-8")))
    listed = parts(yaml.safe_load((folder / "_toc.yml").read_text(encoding="utf-8")))
    stems = {name: posixpath.basename(name) for part in listed for name in part.names}
    pages = {}
    for number, name in enumerate(stems, start=1):
        file = folder / "_build" / "html" / f"{name}.html"
        pages[name] = Page(name, file.read_text(encoding="utf-8"), stems)
        if number % 10 == 0 or number == len(stems):
            say(f"  {number} of {len(stems)} pages read")
    last = max((number for number, part in enumerate(listed)
                if any(pages[name].boxes[kind] for name in part.names for kind in APPENDICES)), default=None)
    for number, part in enumerate(listed):
        for name in part.names:
            book.add(pages[name], part.caption if name == part.names[0] else None, part.caption is not None)
        if number == last:
            book.add_appendices()
    return book


# --- In the browser ------------------------------------------------------------------------------------------------

# Writes the page numbers, and makes smaller as a whole what is wider than the paper. Returns the links to nowhere.
PREPARE = """(pages) => {
  for (const place of document.querySelectorAll(".page-number")) place.textContent = pages[place.dataset.of] ?? "000";
  for (const box of document.querySelectorAll(".chapter :is(table, mjx-container:not(table *), .sts, pre)")) {
    if (box.parentElement.closest(".made-smaller")) continue;
    const room = box.parentElement.clientWidth || document.querySelector("main").clientWidth;
    const width = Math.max(box.scrollWidth, box.getBoundingClientRect().width);
    if (width <= room + 1) continue;
    box.style.zoom = Math.max(0.4, room / width);
    box.classList.add("made-smaller");
  }
  const led = [...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute("href").slice(1));
  return [...new Set(led)].filter((anchor) => !document.getElementById(decodeURIComponent(anchor)));
}"""


@contextmanager
def paper(browser):
    """A page of the browser, as wide as the paper, that is about to be printed."""
    page = browser.new_page(viewport={"width": WIDTH, "height": 960}, color_scheme="light")
    page.set_default_timeout(600_000)
    page.emulate_media(media="print")
    yield page
    page.close()


@contextmanager
def own_browser():
    """The browser of this machine."""
    program = find_browser()
    if program is None:
        raise PdfError("No browser was found: apt install chromium, or name one with CHROMIUM=/path/to/chrome")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=BROWSER_FLAGS)
        yield browser
        browser.close()


def numbers(reader):
    """On which page, from 1, each anchor stands that a link leads to."""
    return {name.removeprefix("/"): reader.get_destination_page_number(destination) + 1
            for name, destination in reader.named_destinations.items()}


def entries(node):
    """The entries below one of the outline, in their order."""
    entry = node.get("/First")
    while entry:
        entry = entry.get_object()
        yield entry
        yield from entries(entry)
        entry = entry.get("/Next")


def mended(data):
    """The PDF with each title of its outline once: Chromium says one twice that it has moved to the next page."""
    writer = PdfWriter(io.BytesIO(data), incremental=True)
    for entry in entries(writer.root_object.get("/Outlines", {})):
        half, rest = divmod(len(entry["/Title"]), 2)
        if not rest and entry["/Title"][:half] == entry["/Title"][half:]:
            entry[NameObject("/Title")] = TextStringObject(entry["/Title"][:half])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def print_once(page, file, pages):
    """The PDF of the file with these page numbers in it. It is opened anew, since Chromium does not always break the
    pages of a document that it has printed before as it did then."""
    page.goto(file.as_uri(), wait_until="load")
    page.evaluate("document.fonts.ready.then(() => 0)")
    lost = page.evaluate(PREPARE, pages)
    if lost:
        raise PdfError(f"These links lead nowhere: {', '.join(sorted(lost))}")
    return page.pdf(prefer_css_page_size=True, print_background=True, outline=True, tagged=True)


def print_book(page, file, say=print):
    """The PDF of the file, printed until each page number in it is that of the print."""
    pages = {}
    for number in range(1, MOST_PRINTS + 1):
        data = print_once(page, file, pages)
        found = numbers(PdfReader(io.BytesIO(data)))
        say(f"  print {number}: {len(data) / 1e6:.1f} MB")
        if found == pages:
            return mended(data)
        pages = found
    raise PdfError("The page numbers do not settle")


def write(folder, page, say=print):
    """Write the PDF of the book in the folder; returns its path."""
    out = folder / "_build" / "pdf"
    out.mkdir(parents=True, exist_ok=True)
    source, pdf = out / f"{NAME}.html", out / f"{NAME}.pdf"
    say("Reading the pages of the site")
    source.write_text(read_book(folder, say).html(), encoding="utf-8")
    say("Printing them in the browser, twice for the page numbers")
    pdf.write_bytes(print_book(page, source, say))
    return pdf


def main():
    """Print the book that this file belongs to."""
    began = time.monotonic()
    try:
        with own_browser() as browser, paper(browser) as page:
            pdf = write(ROOT, page)
    except PdfError as error:
        sys.exit(str(error))
    size = f"{pdf.stat().st_size / 1e6:.1f} MB, {len(PdfReader(pdf).pages)} pages"
    print(f"The book is in {pdf.relative_to(ROOT)} ({size}, {time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
