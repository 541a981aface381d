"""Exercises that check an answer and say what is wrong with it.

    check("sigmoid-derivative", answer)     right or not, and why
    hint("sigmoid-derivative")              a first hint; hint("sigmoid-derivative", 2) the next

An answer is a SymPy expression, a number, an array, a Python function, or the list of steps of a derivation: what the
exercise asks for. `exercises` is the Mapping of all of them.
"""

from activations.exercises.exercise import Exercises
from activations.exercises.items import ITEMS

exercises = Exercises(ITEMS)


def check(name, answer=...):
    """The report on an answer to the exercise; without an answer it says what is asked."""
    return exercises[name].check(answer)


def hint(name, number=1):
    """One of the hints of the exercise, from 1, the smallest help."""
    hints = exercises[name].hints
    if not isinstance(number, int) or not 1 <= number <= len(hints):
        raise ValueError(f"{name} has the hints 1 to {len(hints)}, not {number!r}")
    return hints[number - 1]


__all__ = ["check", "exercises", "hint"]
