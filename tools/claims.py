"""The claims that the chapters check, gathered on one page.

    python -m tools.claims      write book/claims.md anew from the chapters

In a chapter, a claim is a label, the claim in bold, the cells that decide, and the verdict:

    (claim-sigmoid-open)=
    **Claim: "A sigmoid never reaches 0 or 1."**
    ...
    **Verdict: true for real numbers, false on a machine.** One sentence for this page. Others for the chapter.
"""

import re
import sys
from collections import Counter
from dataclasses import dataclass

import nbformat

from activations.derivation.verdict import HOW
from tools.notebooks import ROOT, chapters, prose

PAGE = ROOT / "book" / "claims.md"
INTRODUCTION = """\
# Claims checked

Statements about activation functions that one often reads or hears. Each chapter takes up a few and lets a cell decide.
This page lists them all with the verdict. A claim is a link to the place where it is proved, corrected or refuted.

The derivations on the pages of the chapters have {steps} steps, and the machine has read each of them, as it has
those in the folded checks. {algebra} are proved by
algebra, {enclosure} by enclosures that cover every value of the variable, and {points} {are} checked at points only:
where that is so, the line says it. [What a derivation claims](#what-a-derivation-claims) says what that means.
"""
STEP = re.compile(r"(\d+) (proved by algebra|proved by enclosure|checked at points)")
LABEL = re.compile(r"^\((claim-[\w-]+)\)=$", re.MULTILINE)
CLAIM = re.compile(r'^\*\*Claim: "(.+?)"\*\*$', re.MULTILINE)
VERDICT = re.compile(r"^\*\*Verdict: (.+?)\.\*\* +(.+)$", re.MULTILINE)
SENTENCE = re.compile(r"(?:\$[^$]*\$|[^$])*?[.!?](?=\s|$)")  # a full stop inside a formula does not end it


class ClaimError(Exception):
    """A chapter whose claims are not written as the page needs them; says where."""


@dataclass(frozen=True)
class Claim:
    """A claim as its chapter states and decides it."""

    label: str
    text: str
    verdict: str
    reason: str


def claims(text, name):
    """The claims in the text of a chapter, in order; ClaimError if labels, claims and verdicts do not alternate."""
    marks = sorted((m.start(), kind, m) for kind, pattern in enumerate((LABEL, CLAIM, VERDICT))
                   for m in pattern.finditer(text))
    for place, (_, kind, mark) in enumerate(marks):
        if kind != place % 3:
            wanted = ("a label (claim-…)=", '**Claim: "…"**', "**Verdict: ….** and a sentence")[place % 3]
            raise ClaimError(f"{name}: {wanted} should stand before {mark[0]!r}")
    if not marks or len(marks) % 3:
        raise ClaimError(f"{name}: " + ("the last claim has no verdict" if marks else "no claim is checked"))
    rows = zip(marks[::3], marks[1::3], marks[2::3], strict=True)
    return [Claim(label[1], claim[1], verdict[1], SENTENCE.match(verdict[2])[0])
            for (_, _, label), (_, _, claim), (_, _, verdict) in rows]


def steps(notebook):
    """How many steps of a notebook's derivations are proved by algebra, by enclosure, or checked at points."""
    counts = Counter()
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            text = output.get("data", {}).get("text/plain", "")
            if text.startswith("Derivation of "):
                counts.update({words: int(number) for number, words in STEP.findall(text)})
    return counts


def introduction():
    """The opening of the page, with the steps of the whole book counted."""
    counts = sum((steps(nbformat.read(path, as_version=4)) for path in chapters()), Counter())
    algebra, enclosure, points = (counts[words] for words in HOW.values())
    return INTRODUCTION.format(steps=counts.total(), algebra=algebra, enclosure=enclosure, points=points,
                               are="is" if points == 1 else "are")


def page():
    """The text of the page, made from the chapters."""
    parts = [introduction()]
    for path in chapters():
        text = prose(path)
        parts.append(f"## {text.splitlines()[0].removeprefix('# ')}\n")
        for claim in claims(text, path.stem):
            verdict = claim.verdict[0].upper() + claim.verdict[1:]
            parts.append(f"[“{claim.text}”](#{claim.label})\n: **{verdict}.** {claim.reason}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    try:
        gathered = page()
    except ClaimError as error:
        sys.exit(str(error))
    PAGE.write_text(gathered, encoding="utf-8")
    print(f"Wrote {PAGE.relative_to(ROOT)}, {gathered.count('](#claim-')} claims")
