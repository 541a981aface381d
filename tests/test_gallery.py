"""The gallery: a row for every function, made from its expression; sorted and searched in a real browser."""

import re
from xml.etree import ElementTree

import pytest
import sympy as sp
from sympy import atan, pi

from activations import Activation, catalogue, x
from activations.activation import Catalogue
from activations.gallery import gallery
from activations.gallery.chapters import TAUGHT, chapter_of
from activations.gallery.mathml import mathml
from activations.gallery.rows import TRAITS, row
from activations.gallery.thumbnail import thumbnail

OWN = Activation(x * (atan(x) / pi + sp.Rational(1, 2)), "cauchy_gate", "Cauchy gate")


@pytest.fixture(scope="module")
def html():
    return gallery()._repr_html_()


def names(html):
    return re.findall(r'<tr data-name="(\w+)"', html)


def test_every_function_of_the_catalogue_has_a_row_in_its_order(html):
    assert names(html) == list(catalogue)
    assert html.count("<math>") >= 2 * len(catalogue)
    assert html.count("<svg") == len(catalogue)


def test_one_more_function_appears_with_no_other_edit(monkeypatch):
    more = Catalogue([catalogue["relu"], OWN, catalogue["glu"]])
    monkeypatch.setattr("activations.gallery.page.module_catalogue", more)
    shown = gallery()._repr_html_()
    assert names(shown) == ["relu", "cauchy_gate", "glu"]
    line = shown[shown.index('<tr data-name="cauchy_gate"'):]
    assert 'data-holds="smooth monotonic" data-fails="bounded zero-centred saturating adjustable"' in line
    assert "(−0.31831, ∞)" in line and "Cauchy gate<code>" in line


def test_every_function_leads_to_the_chapter_that_teaches_it(html):
    for name in catalogue:
        line = html[html.index(f'<tr data-name="{name}"'):]
        assert re.search('<a href="([^"]*)"', line)[1] == f"{chapter_of(name)}.ipynb"
    assert chapter_of("cauchy_gate") is None
    assert len(" ".join(TAUGHT.values()).split()) == len(catalogue)


@pytest.mark.parametrize(("name", "holds"), [
    ("tanh", "bounded smooth monotonic zero-centred saturating"), ("sinusoid", "bounded smooth zero-centred"),
    ("relu", "monotonic"), ("softsign", "bounded smooth monotonic zero-centred saturating"),
    ("threshold", "monotonic adjustable"), ("gelu", "smooth"), ("softmax", "bounded smooth monotonic"),
    ("log_softmax", "smooth monotonic"), ("glu", "smooth"), ("reglu", "")])
def test_the_words_of_a_row_are_computed(name, holds):
    assert " ".join(trait for trait, so in row(catalogue[name]).traits.items() if so) == holds


def test_of_several_inputs_only_what_holds_of_the_function_is_told():
    """With a = 1 the GLU is bounded; with any a it is not."""
    glu, softmax = row(catalogue["glu"]), row(catalogue["softmax"])
    assert {trait for trait, so in glu.traits.items() if so is None} == set(TRAITS) - {"smooth", "adjustable"}
    assert (glu.range, glu.steepest, glu.mean, glu.gain) == (None,) * 4
    assert (softmax.range, softmax.steepest, softmax.mean) == ("(0, 1)", 0.25, None)
    assert row(catalogue["reglu"]).joints == "kink at 0"


def test_what_is_no_entry_is_refused():
    with pytest.raises(TypeError, match="entries of a catalogue, not tanh"):
        gallery([sp.tanh(x)])


def test_formulas_are_whole_elements_without_words_of_code(html):
    for formula in set(re.findall("<math>.*?</math>", html)):
        ElementTree.fromstring(formula)
        assert not re.search("piecewise|kronecker|True|Exponential|mfenced", formula)


@pytest.mark.parametrize(("expr", "text"), [
    (catalogue["step"].expr, "{0x<01otherwise"), (catalogue["gelu_tanh"].expr, "0.044715"),
    (catalogue["selu"].derivative, "1.7581"), (catalogue["sigmoid"].derivative, "e-x(1+e-x)2"),
    (catalogue["log_softmax"].derivative, "δik"), (catalogue["softshrink"].expr, "x<-λ")])
def test_a_formula_reads_as_it_is_written(expr, text):
    shown = "".join(ElementTree.fromstring(mathml(expr)).itertext()).replace("\u2062", "").replace("e-x+1", "1+e-x")
    assert text in shown


def test_a_thumbnail_follows_the_curve():
    """A line of slope 1 goes up as far as it goes right; a jump lifts the pen; a kink far out widens the scale."""
    def points(expr):
        d = re.search('class="g-f" d="([^"]*)"', thumbnail(expr, "it"))[1]
        return [[[float(number) for number in point.split()] for point in part.split("L")] for part in d.split("M")[1:]]

    (((x0, y0), (x1, y1)),) = points(x)
    assert x1 - x0 == y0 - y1 == 96
    assert len(points(catalogue["step"].expr)) == 2
    assert max(v for u, v in points(catalogue["relu"].expr)[0]) == points(catalogue["relu"].expr)[0][0][1]
    assert points(catalogue["relu6"].expr)[0][-2][0] == pytest.approx(48 + 48 * 6 / 7.5, abs=0.1)


# --- In a browser ------------------------------------------------------------------------------------------------

SEEN = "[...document.querySelectorAll('.sts-gallery tbody tr')].filter(r => r.offsetParent).map(r => r.dataset.name)"


@pytest.fixture
def page(browser, html):
    """The gallery on a page of its own, where nothing may go wrong in the script."""
    page, errors = browser.new_page(viewport={"width": 375, "height": 800}), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content(f'<!doctype html><html data-theme="light"><body>{html}')
    yield page
    page.close()
    assert not errors


@pytest.mark.browser
@pytest.mark.parametrize(("words", "found"), [
    ("zero-centred, bounded, smooth", "tanh lecun_tanh softsign arctan symmetrical_sigmoid sinusoid"),
    ("zero-centred smooth not monotonic", "sinusoid"), ("JUMP", "step signum threshold hardshrink"),
    ("softm", "softmax softmin log_softmax"), ("no such thing", ""),
    ("not smooth, zero-centered, bound", "signum hardtanh")])
def test_the_search_finds_and_says_how_many(page, words, found):
    page.fill("input[type=search]", words)
    assert page.evaluate(SEEN) == found.split()
    assert page.inner_text("output") == f"{len(found.split())} of {len(catalogue)} functions"


@pytest.mark.browser
def test_the_buttons_write_into_the_search_by_keyboard(page):
    for trait in ("bounded", "smooth"):
        page.focus(f"[data-trait={trait}]")
        page.keyboard.press("Enter")
    assert page.input_value("input[type=search]") == "bounded, smooth"
    assert page.get_attribute("[data-trait=bounded]", "aria-pressed") == "true"
    fewer = page.evaluate(SEEN)
    assert "sigmoid" in fewer and "relu" not in fewer and "hardtanh" not in fewer
    page.keyboard.press("Space")
    assert page.input_value("input[type=search]") == "bounded" and len(page.evaluate(SEEN)) > len(fewer)
    page.click("button[type=reset]")
    page.wait_for_function(f"({SEEN}).length === {len(catalogue)}")


@pytest.mark.browser
def test_a_column_sorts_up_down_and_back(page):
    head = page.locator("th", has_text="Largest slope")
    button = head.locator("button")
    assert head.get_attribute("aria-sort") == "none"
    button.focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    rising = page.evaluate(SEEN)
    assert set(rising[:2]) == {"step", "signum"} and rising[2] == "hardsigmoid"
    button.click()
    assert head.get_attribute("aria-sort") == "descending" and page.evaluate(SEEN)[:2] == ["squared_relu", "selu"]
    without = ["glu", "reglu", "geglu", "swiglu"]
    assert rising[-4:] == page.evaluate(SEEN)[-4:] == without  # what has no number stands last in both
    button.click()
    assert head.get_attribute("aria-sort") == "none" and page.evaluate(SEEN) == list(catalogue)


@pytest.mark.browser
def test_it_scrolls_in_its_box_and_is_whole_without_script(browser, page, html):
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    box = page.locator(".g-box")
    assert box.get_attribute("tabindex") == "0" and box.evaluate("one => one.scrollHeight > one.clientHeight")
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()
    plain.set_content(f"<!doctype html><body>{html}")
    assert plain.locator("form").is_hidden() and plain.locator("tbody tr").count() == len(catalogue)
    assert plain.locator("tbody tr").last.is_visible()
    context.close()


@pytest.mark.browser
def test_on_the_site_every_name_leads_to_its_page(browser, site_url):
    page = browser.new_page()
    page.goto(f"{site_url}notebooks/22-gallery-and-choice.html")
    links = page.locator(".sts-gallery tbody th a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    assert links == [f"{chapter_of(name)}.html" for name in catalogue]
    assert len(page.content()) < 700_000
    page.close()
