"""What no page uses is left out of the site."""

import pytest

from tools.light_pages import classes_in, lighten, lighten_page


@pytest.mark.parametrize("css, left", [
    (".used{color:red}", ".used{color:red}"),
    (".unused{color:red}", ""),
    (".used,.unused{color:red}", ".used{color:red}"),
    (".used .unused{color:red}", ""),
    (".used.unused{color:red}", ""),
    ("p:not(.unused){color:red}", "p:not(.unused){color:red}"),
    (":is(.unused,.used){color:red}", ":is(.unused,.used){color:red}"),
    ("p>a[href]{color:red}", "p>a[href]{color:red}"),
    (".bs-tooltip-top{color:red}", ".bs-tooltip-top{color:red}"),
    ("@media print{.unused{color:red}}", ""),
    ("@media print{.used{color:red}.unused{color:red}}", "@media print{.used{color:red}}"),
    ("@font-face{font-family:x}", "@font-face{font-family:x}"),
    ("@keyframes turn{from{color:red}}", "@keyframes turn{from{color:red}}"),
])
def test_a_selector_needs_its_classes(css, left):
    assert lighten(css, {"used"}) == left


def test_classes_come_from_elements_and_scripts():
    page = '<p class="one two">three</p><script>list.add("four-five")</script>'
    assert {"one", "two", "four-five", "six"} <= classes_in([page], ['"six"'])
    assert "three" not in classes_in([page], [])


SEARCH = '<script src="../_static/searchtools.js"></script>\n<script src="../searchindex.js"></script>\n'
ICONS = '<script defer src="../_static/scripts/fontawesome.js?digest=1"></script>\n'
KEPT = '<script src="../_static/doctools.js?v=1"></script>\n'


def test_only_the_search_page_has_the_search_engine():
    assert lighten_page(SEARCH + ICONS + KEPT, "index.html", {}) == KEPT
    assert lighten_page(SEARCH + ICONS + KEPT, "search.html", {}) == SEARCH + KEPT


def test_a_lightened_style_sheet_has_a_version_of_its_own():
    link = '<link href="../_static/styles/a.css?digest=1"/><link href="_static/b.css"/>'
    assert lighten_page(link, "x.html", {"styles/a.css": "9"}) == link.replace("?digest=1", "?v=9")
