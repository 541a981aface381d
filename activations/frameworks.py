"""What PyTorch, JAX and Keras do where they differ, as `make frameworks` measured it.

    measured("kink")              the rows of one group, in the order of the file
    versions()                    which versions were asked: {"PyTorch": "2.13.0", …}

The groups: "kink" has slopes at kinks, "spelling" those of ReLU as one may write it oneself, "edge" what becomes of nan
and ±inf, "tail" values and slopes far out, "default" what a bare call does, "name" the catalogue's names that exist.
"""

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parent / "results" / "frameworks.csv"

# How the script calls each of them, and how a reader does. Keras does what its backend does.
FRAMEWORKS = {
    "torch": "PyTorch", "jax": "JAX", "keras-torch": "Keras on PyTorch", "keras-jax": "Keras on JAX",
    "keras-tensorflow": "Keras on TensorFlow",
}  # fmt: skip
COLUMNS = ["group", "function", "parameters", "at", "type", "what", "true", *FRAMEWORKS.values()]


class Measurement(NamedTuple):
    """One question, the truth, and what each framework answered; all as texts, as they stand in the file.

    `true` has both one-sided slopes of a kink, "0 | 1". An answer is a number to six digits, "none" (no such function),
    "error" (it refuses) or "undefined" (no gradient).
    """

    group: str
    function: str
    parameters: str
    at: str
    type: str
    what: str
    true: str
    answers: dict

    @property
    def keras(self):
        """What Keras answers, on PyTorch, JAX and TensorFlow; once where they agree."""
        found = [answer for title, answer in self.answers.items() if title.startswith("Keras")]
        return found[0] if len(set(found)) == 1 else " / ".join(found)


@cache
def stored():
    """Every row of the file."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [Measurement(*list(row.values())[:7], {title: row[title] for title in FRAMEWORKS.values()})
                for row in csv.DictReader(file)]


def measured(group, **wanted):
    """The rows of a group that have the wanted fields: `measured("kink", function="relu")`.

    Raises KeyError where there are none.
    """
    found = [row for row in stored() if row.group == group
             and all(getattr(row, key) == value for key, value in wanted.items())]
    if not found:
        groups = ", ".join(dict.fromkeys(row.group for row in stored()))
        raise KeyError(f"nothing was measured for {group!r} {wanted}; the groups: {groups}")
    return found


def versions():
    """The version of each framework that was asked."""
    return measured("version")[0].answers
