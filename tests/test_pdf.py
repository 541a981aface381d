"""The book as one PDF: two chapters and the bibliography of the real one go all the way, by the real browser."""

import io
import re
import shutil
from unicodedata import normalize

import pytest
import yaml
from bs4 import BeautifulSoup
from pypdf import PdfReader, PdfWriter

from tools import pdf

NAMES = ["book/welcome", "notebooks/11-elu-and-celu", "notebooks/13-softplus", "book/bibliography"]
PART = "Part IV · Rectifiers"


# --- A page --------------------------------------------------------------------------------------------------------

HTML = """<html><head>{}<link rel="stylesheet" href="../_static/a.css?v=1"></head><body><article class="bd-article">
<section id="one"><h1>1. One<a class="headerlink">#</a></h1>
<figure class="sts sts-explorer" data-explorer="k"><a class="full-screen-link"></a><svg id="k0"></svg>
<img class="sts-fallback" src="data:,"></figure>
<p><a href="#one">a</a> <a href="../book/two.html#x">b</a> <a href="../book/two.html">c</a> <a href="away.zip">d</a></p>
<div class="exercise admonition"><p class="admonition-title">Exercise 1.1 (A &lt; B)</p></div>
<div class="dropdown admonition hint"><p class="admonition-title">Hint</p><p>Think.</p></div>
<div class="solution dropdown admonition" id="s"><p class="admonition-title">Solution to<a href="#e">It</a></p></div>
<div class="dropdown admonition"><p class="admonition-title">Going further</p></div>
<div class="dropdown admonition"><p class="admonition-title">What you <em>should</em> see</p></div>
<div class="cell tag_check"><p>assert</p></div></section>
<section id="empty"><h2>Empty</h2><div class="toctree-wrapper"></div></section></article></body></html>"""
STEMS = {"notebooks/01-one": "01-one", "book/two": "two"}


@pytest.fixture(params=["", "https://a.example/it/notebooks/01-one.html"], ids=["from disk", "with an address"])
def page(request):
    link = f'<link rel="canonical" href="{request.param}">' if request.param else ""
    return pdf.Page("notebooks/01-one", HTML.format(link), STEMS)


def test_a_link_leads_into_the_book_or_to_the_site(page):
    links = {link.get_text(): link["href"] for link in page.article.select("section > p a[href]")}
    assert [links["a"], links["b"], links["c"]] == ["#01-one--one", "#two--x", "#two"]
    assert links.get("d") == (page.address and "https://a.example/it/notebooks/away.zip")
    moves = page.article.select_one("figure .moves")
    assert moves.get_text() == "It moves on the site: notebooks/01-one.html#full-screen-1"
    assert bool(moves.select(f'a[href="{page.address}#full-screen-1"]')) == (page.address is not None)


def test_what_paper_has_no_use_for_stays_behind(page):
    assert page.title == "1. One" and page.sheets == ["../_static/a.css"]
    assert "assert" not in page.article.get_text() and "Empty" not in page.article.get_text()
    assert not page.article.select("img, .headerlink, .full-screen-link")
    assert page.article.select_one("svg")["id"] == "k0"


def test_a_folded_box_goes_to_the_end_and_is_linked_both_ways(page):
    titles = {kind: [box.select_one(".admonition-title").get_text() for box in boxes]
              for kind, boxes in page.boxes.items()}
    asked = "Exercise 1.1 (A < B), page 000"
    assert titles == {"hint": [asked], "solution": [asked], "answer": ["What you should see, page 000"]}
    assert page.article.select_one(".admonition:not(.exercise)").get_text().strip() == "Going further"
    lines = page.article.select(".taken")
    assert [line.get_text() for line in lines] == [
        "Hint, page 000", "Solution, page 000", "What you should see, page 000"]
    for line, box in zip(lines, [page.boxes[kind][0] for kind in ("hint", "solution", "answer")], strict=True):
        assert line.a["href"] == f"#{box['id']}" and box.a["href"] == f"#{line['id']}"
        assert line.select_one(".page-number")["data-of"] == box["id"]


def test_parts_are_those_of_the_table_of_contents():
    chapters = [{"file": "a"}, {"file": "b"}]
    first = pdf.Part(None, ["w"])
    assert pdf.parts({"root": "w", "chapters": chapters}) == [first, pdf.Part(None, ["a", "b"])]
    assert pdf.parts({"root": "w", "parts": [{"caption": "I", "chapters": chapters}]}) == [
        first, pdf.Part("I", ["a", "b"])]


def test_a_title_of_the_outline_is_said_once():
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    part = writer.add_outline_item(title="One", page_number=0)
    for title in ("TwoTwo", "Tanhtan", "AnnAnna"):
        writer.add_outline_item(title=title, page_number=0, parent=part)
    writer.write(out)
    titles = [title for _, title, _ in outline(PdfReader(io.BytesIO(pdf.mended(out.getvalue()))))]
    assert titles == ["One", "Two", "Tanhtan", "AnnAnna"]


# --- The whole way -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(site, tmp_path_factory):
    """A book of a few pages of the site."""
    made = tmp_path_factory.mktemp("book")
    (made / "_build").mkdir()
    (made / "_build" / "html").symlink_to(site)
    shutil.copyfile(pdf.ROOT / "_config.yml", made / "_config.yml")
    listed = [{"caption": PART, "chapters": [{"file": name} for name in NAMES[1:3]]},
              {"caption": "Back matter", "chapters": [{"file": NAMES[3]}]}]
    (made / "_toc.yml").write_text(yaml.safe_dump({"root": NAMES[0], "parts": listed}, allow_unicode=True))
    return made


@pytest.fixture(scope="module")
def reader(browser, folder):
    """The PDF of that book."""
    with pdf.paper(browser) as page:
        return PdfReader(pdf.write(folder, page, say=lambda _: None))


def outline(reader, entries=None, level=1):
    """(level, title, page from 1) of each entry."""
    for entry in reader.outline if entries is None else entries:
        if isinstance(entry, list):
            yield from outline(reader, entry, level + 1)
        else:
            yield level, entry.title, reader.get_destination_page_number(entry) + 1


def links(reader):
    """(page from 1, address or None, name of the place or None) of each link."""
    for number, page in enumerate(reader.pages, start=1):
        for found in map(lambda one: one.get_object(), page.get("/Annots", [])):
            yield number, found.get("/A", {}).get("/URI"), found.get("/Dest")


@pytest.mark.browser
def test_the_whole_way(reader, folder):
    text = [normalize("NFKC", page.extract_text()) for page in reader.pages]  # "fi" is one letter in the fonts
    assert reader.metadata.title == "From Step to Softmax"
    assert reader.root_object["/MarkInfo"]["/Marked"] and reader.root_object["/Lang"] == "en"

    # The outline has each heading of the site, a chapter below its part, and the solutions after the last chapter.
    entries = list(outline(reader))
    places = {title: number for _, title, number in reversed(entries)}  # the first of its name
    assert [title for level, title, _ in entries if level == 1] == [
        "Contents", "From Step to Softmax", PART, "Hints", "Answers", "Solutions", "Back matter"]
    chapters = []
    for name in NAMES[1:3]:
        html = (folder / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")
        article = BeautifulSoup(html, "html.parser").select_one("article")
        for heading in article.select("h1, h2, h3"):
            chapters.append((int(heading.name[1]) + 1, heading.get_text().removesuffix("#").strip()))
    first = entries.index(next(entry for entry in entries if entry[1] == PART)) + 1
    assert [entry[:2] for entry in entries[first : first + len(chapters)]] == chapters

    # Every link inside leads to a page; the others leave for the web. The contents name the pages.
    places_of = pdf.numbers(reader)
    inside = [(number, name.removeprefix("/")) for number, _, name in links(reader) if name]
    assert len(inside) > 80 and {name for _, name in inside} <= set(places_of)
    outside = [address for _, address, name in links(reader) if not name]
    assert outside and all(re.match("https?://", address) for address in outside)
    last_chapter = places_of["the-hints"] - 1
    assert any(number <= last_chapter and name.startswith("bibliography--") for number, name in inside)
    for title, anchor in {"11. ELU and CELU": "11-elu-and-celu", "Solutions": "the-solutions"}.items():
        assert places_of[anchor] == places[title] > 2
        assert re.search(rf"{title}\s+{places[title]}\b", text[1]), text[1]
    boxes = [name for name in places_of if re.search(r"--box-\d+$", name)]
    assert len(boxes) > 15 and min(places_of[name] for name in boxes) > last_chapter
    for box in boxes:
        line = box.replace("--box-", "--line-")
        assert places_of[line] <= last_chapter
        assert f"page {places_of[box]}" in text[places_of[line] - 1]

    # Figures are drawn, not photographed; formulas and code are text; what was folded is not there.
    assert not any(len(page.images) for page in reader.pages)
    whole = "\n".join(text)
    assert whole.count("It moves on the site: notebooks/") == 4
    assert re.search(r"log\(1 ?\+ ?e", whole) and "derive(" in whole
    assert "Checked by computation" not in whole and "How this figure is made" not in whole
    assert "13. Softplus" in text[places["13. Softplus"]], "the running head"
    for number, page in enumerate(text[1:], start=2):
        assert re.search(rf"^{number}$", page, re.MULTILINE), number


@pytest.mark.browser
def test_every_font_is_embedded(reader):
    fonts = {}
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            fonts[font.get_object()["/BaseFont"] if "/BaseFont" in font.get_object() else id(font)] = font.get_object()
    assert len(fonts) > 5
    for name, font in fonts.items():
        if font["/Subtype"] == "/Type3":
            continue  # its shapes are in it
        described = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(described["/FontDescriptor"]), name


@pytest.mark.browser
def test_a_link_to_nowhere_is_named(browser, tmp_path):
    file = tmp_path / "it.html"
    file.write_text('<!doctype html><title>It</title><main><a href="#gone">a</a> <a href="#to" id="to">b</a></main>')
    with pytest.raises(pdf.PdfError, match="lead nowhere: gone$"), pdf.paper(browser) as page:
        pdf.print_book(page, file)
