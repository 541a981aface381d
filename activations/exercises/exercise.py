"""An exercise that can check an answer, and all of them by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from activations.exercises.answers import NotAnswered, NotOfTheKind
from activations.exercises.report import Report
from activations.exercises.stub import is_stub


@dataclass(frozen=True)
class Exercise:
    """What is asked, in words; the `answer`, which is one of the kinds of `answers`; and hints, smallest help first."""

    name: str
    asks: str
    answer: object
    hints: tuple[str, ...]

    def check(self, given=...):
        """The `Report` on a given answer. Nothing that a student hands in makes it raise."""
        unanswered = Report(self.name, None, f"Asked for: {self.asks}.", self.hints)
        if is_stub(given):
            return unanswered
        try:
            finding = self.answer.judge(given)
        except NotAnswered:
            return unanswered
        except NotOfTheKind as error:
            return Report(self.name, False, str(error), self.hints)
        except Exception as error:  # an answer that nobody thought of must not stop a class
            words = f"Your answer could not be read: {type(error).__name__}: {error}."
            return Report(self.name, False, words, self.hints)
        head = "Not decided." if finding.right is None else ""
        return Report(self.name, finding.right, finding.words, self.hints, head)


class Exercises(Mapping):
    """Exercises by name, in the order of the chapters; an unknown name raises KeyError with close matches."""

    def __init__(self, exercises):
        self._all = {exercise.name: exercise for exercise in exercises}

    def __getitem__(self, name):
        if name not in self._all:
            close = get_close_matches(str(name), self._all, n=3) or list(self._all)
            raise KeyError(f"there is no exercise {name!r}; did you mean {' or '.join(map(repr, close))}?")
        return self._all[name]

    def __iter__(self):
        return iter(self._all)

    def __len__(self):
        return len(self._all)
