"""The three roles of a cell on the site: what is folded, the control that opens all, and the numbers of the book."""

import re

import nbformat
import pytest
import small_book

from tools import cell_roles, notebooks

PAGE = "notebooks/01-small.html"
OPEN = "[...document.querySelectorAll('details.fold')].map(fold => fold.open)"
SHIFTS = """() => new Promise(done => new PerformanceObserver(list =>
  done(list.getEntries().reduce((sum, shift) => sum + shift.value, 0)))
  .observe({type: "layout-shift", buffered: true}) ?? setTimeout(() => done(0), 300))"""


@pytest.fixture(scope="module")
def small_site(tmp_path_factory):
    """The folder of a small book, and that of its site."""
    folder = small_book.write(tmp_path_factory.mktemp("book"))
    status, printed = small_book.build(folder)
    assert status == 0, printed
    return folder / "_build" / "html"


def article(site):
    return re.search(r"<article.*?</article>", (site / PAGE).read_text(encoding="utf-8"), re.DOTALL)[0]


@pytest.fixture
def opened(browser, small_site):
    """Open the chapter of the small book from disk, several times in the same window: fragment, and context options."""
    contexts, wrong = [], []

    def begin(fragment="", context=None, **options):
        if context is None:
            context = browser.new_context(viewport={"width": 1280, "height": 800}, **options)
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"{small_site.as_uri()}/{PAGE}{fragment}")
        return page

    yield begin
    for context in contexts:
        context.close()
    assert not wrong


# --- What the page holds -------------------------------------------------------------------------------------------


def test_the_code_of_a_figure_is_folded_below_its_output(small_site):
    text = article(small_site)
    figure = text[text.index("tag_figure") :]
    assert figure.index('class="picture"') < figure.index('<details class="fold fold-figure">') < figure.index("HTML")
    assert "How this figure is made" in figure


def test_a_check_is_folded_whole_and_a_lesson_is_not(small_site):
    text = article(small_site)
    checks = re.findall(r'<details class="fold fold-check">(.*?)</details>', text, re.DOTALL)
    assert len(checks) == 2 and len(re.findall("<details", text)) == 3
    assert "Checked by computation: 2 statements" in checks[0]
    assert "Checked by computation: 1 statement<" in checks[1] and "Below one." in checks[1]


def test_the_words_of_a_fold_are_its_name(small_site):
    assert "Toggle hidden content" not in (small_site / PAGE).read_text(encoding="utf-8")


def test_a_page_without_folds_has_no_control(small_site):
    welcome = (small_site / "book" / "welcome.html").read_text(encoding="utf-8")
    assert "fold-control" not in welcome and "cell_roles" not in welcome
    assert "fold-control" in (small_site / PAGE).read_text(encoding="utf-8")


def test_an_old_anchor_stands_in_the_page(small_site):
    assert re.search(r'<section id="later">\s*<span id="before"></span>', article(small_site))


# --- The numbers of the book ---------------------------------------------------------------------------------------


def test_the_page_says_how_much_is_checked_and_follows_the_chapters(tmp_path):
    book = small_book.write(tmp_path)
    status, printed = small_book.build(book)
    assert status == 0, printed
    welcome = book / "_build" / "html" / "book" / "welcome.html"
    assert "It has 3 statements in 1 chapters." in welcome.read_text(encoding="utf-8")
    more = [*small_book.CELLS, ("code", "derive(half, (1 / 2, 'divide'))\nassert half", ())]
    (book / "notebooks" / "01-small.ipynb").write_text(small_book.chapter(more), encoding="utf-8")
    status, printed = small_book.build(book)
    assert status == 0, printed
    assert "It has 5 statements in 1 chapters." in welcome.read_text(encoding="utf-8")


def test_what_cannot_be_counted_fails_the_build(tmp_path):
    book = small_book.write(tmp_path)
    (book / "book" / "welcome.md").write_text("# Welcome\n\n{counted}`words`\n")
    (book / "tools" / "moved_anchors.yml").write_text("01-small: {before: gone, later: small}\n")
    status, printed = small_book.build(book)
    assert status != 0
    assert "cannot count 'words': there are statements, chapters" in printed
    assert "the anchor 'before' cannot lead to 'gone': there is none" in printed
    assert "the anchor 'later' has not moved" in printed


def test_the_statements_of_the_book_are_those_of_all_cells():
    found = cell_roles.counts()
    assert found["chapters"] == len(notebooks.chapters())
    code = "\n".join(cell.source for path in notebooks.chapters()
                     for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    assert found["statements"] == notebooks.statements(code) > 500


# --- In a browser --------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_the_control_opens_and_folds_all_and_says_so(opened):
    page = opened()
    control = page.get_by_role("button", name="Open all code and checks")
    assert page.evaluate(OPEN) == [False] * 3
    width = control.bounding_box()["width"]
    control.press("Enter")
    assert page.evaluate(OPEN) == [True] * 3
    control = page.get_by_role("button", name="Fold all code and checks", expanded=True)
    assert control.bounding_box()["width"] == width
    assert page.get_by_role("status").inner_text() == "All code and checks are open."
    control.press("Space")
    assert page.evaluate(OPEN) == [False] * 3
    assert page.get_by_role("status").inner_text() == "All code and checks are folded."


@pytest.mark.browser
def test_the_control_follows_what_the_reader_opens(opened):
    page = opened()
    for fold in page.locator("details.fold > summary").all():
        fold.press("Enter")
    page.get_by_role("button", name="Fold all code and checks", expanded=True).wait_for()
    page.locator("details.fold > summary").first.press("Enter")
    page.get_by_role("button", name="Open all code and checks", expanded=False).wait_for()


@pytest.mark.browser
def test_the_choice_is_remembered_and_shifts_nothing(opened):
    page = opened()
    folded = page.evaluate(SHIFTS)
    page.locator("#fold-control").click()
    again = opened(context=page.context)
    assert again.evaluate(OPEN) == [True] * 3
    assert again.get_by_role("button", name="Fold all code and checks", expanded=True).is_visible()
    assert again.evaluate(SHIFTS) <= folded + 0.001
    again.locator("#fold-control").click()
    assert opened(context=page.context).evaluate(OPEN) == [False] * 3


@pytest.mark.browser
def test_a_page_that_is_remembered_open_is_open_before_it_is_drawn(opened):
    page = opened()
    page.locator("#fold-control").click()
    page.context.add_init_script("""document.addEventListener("readystatechange", () => {
      window.atReady ??= [...document.querySelectorAll("details.fold")].map(fold => fold.open); });""")
    again = opened(context=page.context)
    assert again.evaluate("window.atReady") == [True] * 3  # the first change is before DOMContentLoaded


REFUSED = """Object.defineProperty(window, "localStorage", {value: {
  getItem: key => { if (/folds/.test(key)) throw new DOMException("refused", "SecurityError"); return null; },
  setItem: key => { if (/folds/.test(key)) throw new DOMException("refused", "SecurityError"); },
  removeItem: () => {}}});"""


@pytest.mark.browser
def test_the_control_works_where_storage_is_refused(browser, opened):
    context = browser.new_context()
    context.add_init_script(REFUSED)
    page = opened(context=context)
    page.locator("#fold-control").click()
    assert page.evaluate(OPEN) == [True] * 3
    context.close()


@pytest.mark.browser
def test_a_link_into_a_fold_opens_it(opened):
    page = opened()
    page.evaluate("document.querySelectorAll('details.fold pre')[1].id = 'inside'")
    # Chromium opens a fold for an anchor by itself, but not for one that the history is given.
    page.evaluate("history.replaceState(null, '', '#inside'); dispatchEvent(new HashChangeEvent('hashchange'))")
    page.wait_for_function(f"{OPEN}[1]")
    assert page.evaluate(OPEN) == [False, True, False]
    page.wait_for_function("document.getElementById('inside').getBoundingClientRect().top < innerHeight")


@pytest.mark.browser
def test_a_link_to_words_in_a_fold_opens_it(opened):
    page = opened("#:~:text=Below%20one")
    page.wait_for_function(f"{OPEN}[2]")
    assert page.evaluate(OPEN) == [False, False, True]


@pytest.mark.browser
def test_without_script_every_fold_opens_and_no_control_is_shown(opened):
    page = opened(java_script_enabled=False)
    assert page.locator("#fold-control").is_hidden()
    summary = page.locator("details.fold-check > summary").first
    assert page.get_by_text("assert half + half").is_hidden()
    summary.press("Enter")
    assert page.locator("details.fold-check pre").first.is_visible()


@pytest.mark.browser
def test_on_paper_a_fold_is_as_the_reader_left_it_and_the_control_is_gone(opened):
    page = opened()
    page.locator("details.fold > summary").first.click()
    page.emulate_media(media="print")
    assert page.evaluate(OPEN) == [True, False, False]
    assert page.locator("#fold-control").is_hidden()
    assert page.get_by_text("Checked by computation: 2 statements").is_visible()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 375])
def test_the_control_fits_into_the_head_of_the_page(opened, width):
    page = opened()
    page.set_viewport_size({"width": width, "height": 800})
    control, others = page.locator("#fold-control").bounding_box(), page.locator(".theme-switch-button:visible").first
    middle = others.bounding_box()["y"] + others.bounding_box()["height"] / 2
    assert control["y"] >= 0 and control["x"] + control["width"] <= width
    assert abs(control["y"] + control["height"] / 2 - middle) < 6
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.get_by_role("button", name="Open all code and checks").is_visible()
