"""The pages that gather from the chapters: the claims with their verdicts, and the glossary."""

import re

import nbformat
import pytest

from tools import claims
from tools.notebooks import ROOT, chapters, prose

TERM = re.compile(r"\{term\}`(?:[^`<]*<)?([^`<>]+)>?`")


# --- Claims --------------------------------------------------------------------------------------------------------


def test_the_page_of_claims_says_what_the_chapters_say():
    assert claims.PAGE.read_text(encoding="utf-8") == claims.page(), "make notebooks writes it anew"


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_every_chapter_checks_one_to_four_claims_under_its_own_name(path):
    found = claims.claims(prose(path), path.stem)
    assert 1 <= len(found) <= 4
    own = f"claim-{path.stem.split('-', 1)[1]}-"
    assert not [claim.label for claim in found if not claim.label.startswith(own)]


def test_the_steps_of_a_chapter_are_counted_by_how_they_hold():
    def output(text):
        return {"cell_type": "code", "outputs": [{"output_type": "execute_result", "data": {"text/plain": text}}]}

    cells = [output("Derivation of 4 steps: 1 proved by algebra, 2 proved by enclosure, 1 checked at points"),
             output("Derivation of 12 steps: 12 proved by algebra"), output("3 proved by algebra"),
             {"cell_type": "markdown"}]
    counts = claims.steps(nbformat.from_dict({"cells": cells}))
    assert counts == {"proved by algebra": 13, "proved by enclosure": 2, "checked at points": 1}


def test_the_page_counts_the_steps_of_every_chapter():
    words = r"have (\d+) steps.*?(\d+) are proved by\nalgebra, (\d+) by enclosures.*?, and (\d+) (?:is|are) checked"
    counted = re.search(words, claims.introduction(), re.DOTALL)
    total, *parts = map(int, counted.groups())
    assert total == sum(parts) > 50


RIGHT = '(claim-small-a)=\n**Claim: "It is."**\n\nWhy.\n\n**Verdict: true.** At $x = 1.5$ it is. More follows.'


def test_a_claim_is_read_with_its_verdict_and_one_sentence():
    assert claims.claims(f"# Small\n\n{RIGHT}", "01-small") == [
        claims.Claim("claim-small-a", "It is.", "true", "At $x = 1.5$ it is.")
    ]


@pytest.mark.parametrize(
    "text, reason",
    [
        ("", "no claim is checked"),
        (RIGHT.replace("Verdict: true", "True"), "the last claim has no verdict"),
        (RIGHT.replace("(claim-small-a)=\n", ""), "a label"),
        (RIGHT.replace("**Claim", "Claim"), 'Claim: "…"'),
        (RIGHT + "\n\n**Verdict: false.** It is not.", "a label"),
    ],
)
def test_a_claim_that_lacks_a_part_is_named(text, reason):
    with pytest.raises(claims.ClaimError, match="01-small") as caught:
        claims.claims(f"# Small\n\n{text}", "01-small")
    assert reason in str(caught.value)


# --- The glossary --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def glossary():
    """Each term and what stands under it."""
    text = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    (entries,) = re.findall(r"```\{glossary\}\n(.*?)\n```", text, re.DOTALL)
    return [entry.split("\n", 1) for entry in entries.split("\n\n")]


def test_every_term_is_defined_once_and_in_order(glossary):
    terms = [term.lower() for term, _ in glossary]
    assert terms == sorted(set(terms))


def used(path):
    """The terms that a chapter marks as such."""
    return {term.lower() for term in TERM.findall(prose(path))}


def test_every_entry_leads_to_a_chapter_that_leads_back(glossary):
    marked = {path.name: used(path) for path in chapters()}
    for term, meaning in glossary:
        (chapter,) = re.findall(r"\]\(\.\./notebooks/([\w-]+\.ipynb)\)", meaning)
        assert term.lower() in marked[chapter], f"{term}: {chapter} does not mark it"
