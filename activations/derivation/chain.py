"""`derive`: the chain as the reader wrote it, checked line by line, and the aligned equations that it displays as."""

from dataclasses import dataclass, field
from itertools import pairwise

import sympy as sp
from sympy.core.relational import Relational

from activations.derivation.meaning import Meaning
from activations.derivation.names import Names
from activations.derivation.step import judge
from activations.derivation.verdict import HOW, RELATIONS, Verdict
from activations.symbols import unify


@dataclass(frozen=True)
class Step:
    """One line of a derivation, and what `derive` found out about it."""

    expr: sp.Basic
    reason: str
    relation: str
    verdict: Verdict = field(repr=False)

    @property
    def proved(self):
        """Whether the step holds everywhere: by algebra or by enclosure; else it was checked at points."""
        return self.verdict.proved

    @property
    def note(self):
        """How a step was checked that is not proved; empty for one that is."""
        return self.verdict.note

    def _latex(self):
        text = f"{self.reason} ({self.note})" if self.note else self.reason
        return rf"&{RELATIONS[self.relation]} {sp.latex(self.expr)} && \text{{{_escape(text)}}}"


@dataclass(frozen=True, repr=False)
class Derivation:
    """A derivation whose steps all hold; it displays as aligned equations with the reasons beside them."""

    start: sp.Basic
    steps: tuple[Step, ...]

    @property
    def end(self):
        """The last expression of the chain."""
        return self.steps[-1].expr

    @property
    def proved(self):
        """Whether every step is proved."""
        return all(step.proved for step in self.steps)

    def _repr_latex_(self):
        # `aligned`, because Sphinx puts the output of a cell into a display of its own, where `align` may not stand.
        rows = " \\\\\n".join(step._latex() for step in self.steps)
        return f"$$\\begin{{aligned}}\n{sp.latex(self.start)} {rows}\n\\end{{aligned}}$$"

    def __repr__(self):
        count, kinds = len(self.steps), [step.verdict.how for step in self.steps]
        found = ", ".join(f"{kinds.count(how)} {words}" for how, words in HOW.items() if how in kinds)
        return f"Derivation of {count} step{'s' * (count > 1)}: {found}"


def derive(start, *steps, where=None):
    """The derivation `start` = expr₁ = expr₂ = …, checked line by line.

    A step is `(expr, reason)`, or `(expr, reason, relation)` with a relation out of = <= >= < >. A reason may hold
    $mathematics$. `where` maps names to definitions, `{sigma(x): 1/(1 + exp(-x))}`: a name is displayed as it stands
    and replaced by its definition for the check. A name is a symbol, f(x) or p[i]; one that is differentiated or
    integrated shows its variable, p(x) and not p, or SymPy takes it for a constant.

    A step is refuted where the two sides, each enclosed in a ball with a rigorous radius, lie apart. It is proved by
    algebra (SymPy) or, for an inequality in one variable, by enclosures that cover its domain. Else it is checked at
    points, and says so: `step.note` in words, `step.verdict.points` all of them. A function without a definition
    stands for any smooth one; sums up to a symbol n are checked at several n and at every value of the free indices.

    Raises DerivationError at the first step that is false, with a point where it fails, or that cannot be decided;
    TypeError or ValueError for what is not a derivation. Decimals count as written: 0.1 is one tenth. Symbols of one
    name are one symbol, with all that is assumed of them. A symbol not declared real takes complex values too, unless
    a line compares it (Piecewise, Max, sign, <=). A strict inequality may become an equality at single points.
    """
    lines = [_line(start, "the start")]
    written = [_step(step, number) for number, step in enumerate(steps, 1)]
    if not written:
        raise ValueError("a derivation needs at least one step: derive(start, (expr, reason), ...)")
    if {relation[0] for _, _, relation in written} >= {"<", ">"}:
        raise ValueError("a derivation goes one way: it cannot have both ≤ and ≥")
    lines += [expr for expr, _, _ in written]
    definitions = Names.read(where, _line)
    parts = unify(*lines, *(part for definition in definitions for part in definition))
    lines, definitions = parts[: len(lines)], parts[len(lines):]
    names = Names(zip(definitions[::2], definitions[1::2], strict=True))
    meanings = [Meaning(names.unfold(line)) for line in lines]
    checked = []
    for number, ((_, reason, relation), before, after) in enumerate(
            zip(written, pairwise(lines), pairwise(meanings), strict=True), 1):
        verdict = judge(number, reason, relation, before, after)
        checked.append(Step(before[1], reason, relation, verdict))
    return Derivation(lines[0], tuple(checked))


def _line(expr, place):
    """`expr` as a SymPy expression, matrix or array; TypeError naming its place if it is none of them."""
    try:
        line = sp.sympify(expr, strict=True)
    except sp.SympifyError:
        raise TypeError(f"{place} is {expr!r}, which is not a SymPy expression") from None
    if isinstance(line, Relational):
        raise TypeError(f"{place} is the relation {line}; write the expression on its right side alone")
    if isinstance(line, sp.MatrixBase):
        return sp.ImmutableMatrix(line)
    if not isinstance(line, (sp.Expr, sp.MatrixExpr, sp.NDimArray)) or isinstance(line, sp.Lambda):
        raise TypeError(f"{place} is {expr!r}, which is not a SymPy expression")
    return line


def _step(step, number):
    """(expr, reason, relation) from the tuple that the caller wrote."""
    if not isinstance(step, tuple) or len(step) not in (2, 3):
        raise TypeError(f"step {number} is not a pair (expr, reason) but {step!r}")
    expr, reason, relation = (*step, "=")[:3]
    if not isinstance(reason, str):
        raise TypeError(f"the reason of step {number} is not a string but {reason!r}")
    if relation not in RELATIONS:
        raise ValueError(f"step {number} has the relation {relation!r}; it is one of {' '.join(RELATIONS)}")
    return _line(expr, f"step {number} (“{reason}”)"), reason, relation


def _escape(text):
    """`text` for the inside of \\text: what stands between dollar signs is mathematics and stays as it is."""
    marks = {"\\": r"\\", "{": r"\{", "}": r"\}"}
    if text.count("$") % 2:
        return text.translate(str.maketrans(marks | {"$": r"\$"}))
    parts = text.split("$")
    parts[::2] = [part.translate(str.maketrans(marks)) for part in parts[::2]]
    return "$".join(parts)
