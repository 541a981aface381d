"""What a check says of an answer: rich text in a notebook, plain text elsewhere."""

from dataclasses import dataclass
from html import escape

_HEADS = {True: "Right.", False: "Not yet.", None: "Not answered yet."}
_COLOURS = {True: "#2e8b57", False: "#c8641e", None: "#808080"}  # of the bar beside it, on a light and a dark page


@dataclass(frozen=True, repr=False)
class Report:
    """The verdict on the answer to the exercise `name`.

    `right` is True, False, or None where nothing could be judged; `words` say why. `hints` are those of the exercise,
    from the smallest help to the largest.
    """

    name: str
    right: bool | None
    words: str
    hints: tuple[str, ...] = ()
    head: str = ""

    def __bool__(self):
        return self.right is True

    @property
    def _said(self):
        return self.head or _HEADS[self.right]

    def __repr__(self):
        ask = "" if self.right or not self.hints else f' hint("{self.name}") helps.'
        return f"{self._said} {self.words}{ask}"

    def _repr_html_(self):
        hints = "" if self.right else self._folded(1)
        return (f'<div class="answer-report" role="status" '
                f'style="border-left: 4px solid {_COLOURS[self.right]}; padding-left: 0.8em">'
                f'<p style="margin: 0.3em 0"><strong>{escape(self._said)}</strong> {escape(self.words)}</p>'
                f'{hints}</div>')

    def _folded(self, number):
        """The hint of that number, folded, and in it the next one."""
        if number > len(self.hints):
            return ""
        return (f'<details style="margin: 0.3em 0"><summary style="cursor: pointer">Hint {number} of '
                f'{len(self.hints)}</summary><p style="margin: 0.3em 0">{escape(self.hints[number - 1])}</p>'
                f'{self._folded(number + 1)}</details>')
