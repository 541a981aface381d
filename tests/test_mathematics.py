"""Formulas typeset while the site is built."""

import pytest
from docutils import nodes

from tools.mathematics import FONTS, MATHJAX, Typesetter, display_tex


@pytest.fixture(scope="module")
def typesetter():
    return Typesetter()


def test_a_formula_becomes_boxes_and_words(typesetter):
    html = typesetter.typeset(r"\frac{1}{2}", False)
    assert html.startswith("<mjx-container") and "<mjx-frac" in html
    assert "<mfrac><mn>1</mn><mn>2</mn></mfrac>" in html  # for screen readers


def test_a_display_is_set_apart(typesetter):
    assert 'display="true"' in typesetter.typeset("x", True)
    assert 'display="true"' not in typesetter.typeset("x", False)


@pytest.mark.parametrize("tex", [r"\frac{1", r"\nosuchmacro x", r"\left( x"])
def test_a_formula_that_cannot_be_read_is_refused(typesetter, tex):
    with pytest.raises(ValueError):
        typesetter.typeset(tex, False)


def test_each_page_gets_the_style_of_its_own_characters(typesetter):
    typesetter.take_style_sheet("x")
    typesetter.typeset("a", False)
    first = typesetter.take_style_sheet("../fonts")
    typesetter.typeset("b", False)
    second = typesetter.take_style_sheet("../fonts")
    assert "mjx-c1D44E" in first and "mjx-c1D44F" not in first  # italic a, italic b
    assert "mjx-c1D44F" in second and "mjx-c1D44E" not in second
    assert 'url("../fonts/MathJax_Main-Regular.woff")' in first
    assert typesetter.take_style_sheet("../fonts") == ""


def test_the_fonts_are_in_the_package():
    assert (MATHJAX / FONTS / "MathJax_Main-Regular.woff").exists()


@pytest.mark.parametrize("source, nowrap, tex", [
    ("x", False, "x"),
    (r"a \\ b", False, r"\begin{split}a \\ b\end{split}"),
    ("a\n\nb", False, r"\begin{align}\begin{aligned}a\\b\end{aligned}\end{align}"),
    (r"\begin{align}a \\ b\end{align}", True, r"\begin{align}a \\ b\end{align}"),
])
def test_blank_lines_part_equations(source, nowrap, tex):
    assert display_tex(nodes.math_block(source, source, nowrap=nowrap)) == tex
