"""What a check says of an answer: rich text in a notebook, plain text elsewhere."""

from dataclasses import dataclass
from html import escape

_HEADS = {True: "Right.", False: "Not yet.", None: "Not answered yet."}


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
        hints = "" if self.right else "".join(
            f"<details><summary>Hint {number} of {len(self.hints)}</summary><p>{escape(text)}</p></details>"
            for number, text in enumerate(self.hints, 1))
        return f'<div role="status"><p><strong>{escape(self._said)}</strong> {escape(self.words)}</p>{hints}</div>'
