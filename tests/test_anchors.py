"""A link to an anchor of the first edition leads somewhere: the anchor is there, or the table says what is."""

import json
import re
from pathlib import Path

import pytest

from tools import moved_anchors

# The anchors of the sections, labels, exercises, claims and terms of the first edition, by page.
FIRST_EDITION = json.loads(Path(__file__).with_name("first_edition_anchors.json").read_text(encoding="utf-8"))


def anchors(html):
    """The ids of a page, in its order."""
    return re.findall(r'<[a-z][^>]*?\sid="([^"]+)"', html)


def broken(old, html):
    """Which of these old anchors lead nowhere on a page."""
    return sorted(set(old) - set(anchors(html)))


@pytest.mark.parametrize("page", FIRST_EDITION)
def test_every_old_anchor_leads_somewhere(site, page):
    (file,) = (file for folder in ("notebooks", "book") for file in (site / folder).glob(f"{page}.html"))
    gone = broken(FIRST_EDITION[page], file.read_text(encoding="utf-8"))
    assert not gone, f"say in tools/moved_anchors.yml what has taken the place of {', '.join(gone)}"


def test_an_anchor_that_is_gone_is_found():
    html = '<h2 class="a" id="here">Here</h2>\n<span id="moved"></span><p>id="gone"</p>'
    assert broken(["here", "moved", "gone"], html) == ["gone"]


@pytest.mark.parametrize("page", FIRST_EDITION)
def test_what_the_table_moves_is_an_anchor_of_the_first_edition(page):
    assert set(moved_anchors.moved(page)) <= set(FIRST_EDITION[page])


def test_the_table_names_pages_of_the_first_edition():
    table = moved_anchors.table()
    assert set(table) <= set(FIRST_EDITION)
    assert {page for page in FIRST_EDITION if re.match(r"\d\d-", page)} <= set(table)
