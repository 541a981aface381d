"""The HTML that an explorer leaves behind: the same each time, with words, without a kernel."""

import re
from html.parser import HTMLParser

import pytest
from explorers import alpha, chain, slider, softmax, swish
from ipywidgets import FloatLogSlider

from activations import catalogue, x
from activations.explorer import Curves, explore


class Page(HTMLParser):
    """Every tag of a page with its attributes, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.mark.parametrize("make", [swish, softmax, chain])
def test_the_html_is_the_same_each_time_and_wherever_the_sliders_are(make):
    first, second = make(), make()
    second.sweep()
    for one in second.sliders.values():
        one.value = one.min if not isinstance(one, FloatLogSlider) else one.base**one.min
    assert first.html == second.html
    assert second._state() != first._state(), "making the HTML does not move the live sliders"


def test_controls_have_labels_and_outputs_and_the_figure_has_words():
    page = Page(swish(caption="Drag β.", alt="A curve & its slope.").html)
    inputs = page.all("input")
    assert [one["name"] for one in inputs] == ["beta", "probe"]
    assert all(one["type"] == "range" for one in inputs)
    assert {one["for"] for one in page.all("label")} == {one["id"] for one in inputs}
    assert {one["id"] for one in inputs} <= {one.get("for") for one in page.all("output")}
    assert page.all("img")[0]["alt"] == "A curve & its slope."
    assert any(one.get("aria-label") == "A curve & its slope." for one in page.all("div"))
    assert inputs[0] | {"min": "0.1", "max": "3", "step": "0.05", "value": "1", "data-start": "1.0"} == inputs[0]


def test_curves_carry_ids_that_the_script_finds():
    page = Page(swish().html)
    key = page.all("figure")[0]["data-explorer"]
    ids = {one.get("id") for _, one in page.tags}
    assert {f"{key}0-c0", f"{key}0-c1", f"{key}0-point", f"{key}0-tangent", f"{key}-f", f"{key}-df"} <= ids


def test_the_script_is_classic_and_evaluates_no_text():
    for make in (swish, softmax, chain):
        html = make().html
        assert Page(html).all("script") == [{}]
        assert not re.search(r"\beval\(|new Function|\bimport\b|https?://(?!www\.w3\.org)", html)


def test_no_stray_text_is_left_where_script_style_and_svg_are_stripped():
    html = re.sub(r"<(script|style|form|details)\b.*?</\1>", "", softmax().html, flags=re.DOTALL)
    assert "".join(Page(html).text).strip() == ""
    assert '<div hidden="hidden">' in html


def test_labels_cannot_break_out_of_the_page():
    html = explore(Curves({"</script><b>": alpha * x}), alpha=slider(description="<i>"), caption="a < b", alt='"<').html
    assert html.count("</script>") == 1 and "<b>" not in html and "<i>" not in html


def test_the_html_stays_small():
    assert len(swish().html) < 40_000
    assert len(softmax().html) < 60_000


def test_the_first_picture_of_the_html_is_that_of_the_start():
    explorer = swish()
    path = re.search(r'<g id="\w+0-c0">(?:<[^>]*>)*?<path d="M([\d.]+) ([\d.]+)', explorer.html)
    across, down = explorer.views[0].place(-6, catalogue["silu"].f(-6.0))
    assert [float(v) for v in path.groups()] == pytest.approx([across, down], abs=0.02)


def test_no_word_of_a_caption_is_taken_for_an_id():
    html = swish(caption="KEY idea: @ key").html
    assert "KEY idea: @ key" in html and "@key@" not in html


def test_each_chooser_option_has_its_function():
    explorer = chain()
    assert len(Page(explorer.html).all("option")) == 3
    assert [len(view.compiled) for view in explorer.views] == [3]
