"""What can be said of a step: that it is proved, and how; that it was checked, and where; that it is false."""

from dataclasses import dataclass

import sympy as sp
from flint import acb, arb
from mpmath import mp

from activations.numerics.balls import precision

RELATIONS = {"=": "=", "<=": r"\le", ">=": r"\ge", "<": "<", ">": ">"}
_FAILS = {
    "=": "does not equal",
    "<=": "is not at least",
    ">=": "is not at most",
    "<": "is not greater than",
    ">": "is not less than",
}


class DerivationError(AssertionError):
    """A false step: `step`, `reason`, `point`, `left` and `right` say which one, and where it fails (or None)."""

    def __init__(self, message, *, step, reason, point=None, left=None, right=None):
        super().__init__(message)
        self.step, self.reason, self.point, self.left, self.right = step, reason, point, left, right


@dataclass(frozen=True)
class Verdict:
    """How a step was found to hold: `how` is "algebra", "enclosure" or "points".

    `points` are those it was checked at, as {symbol: value}; `remark` says what else a reader must know.
    """

    how: str
    points: tuple = ()
    remark: str = ""

    @property
    def proved(self):
        return self.how != "points"

    @property
    def note(self):
        if self.proved:
            return ""
        if self.remark:
            return self.remark
        count = len(self.points)
        return f"checked at {count} point{'s' * (count != 1)}{_span(self.points)}"


def _span(points):
    """` from x = -3.1e9 to 7.4e9`: which points, where they lie on a line."""
    symbols = {symbol for point in points for symbol in point}
    if len(symbols) != 1 or not all(value.is_real for point in points for value in point.values()):
        return ""
    (symbol,) = symbols
    values = [point[symbol] for point in points]
    return f" from {symbol} = {float(min(values)):.3g} to {float(max(values)):.3g}".replace("-", "−")


def false_step(number, reason, relation, lines, message, **where):
    """The DerivationError of a step: which one, what it claims, and why it does not hold."""
    before = f"step {number - 1}" if number > 1 else "the start"
    head = f"step {number} (“{reason}”) {_FAILS[relation]} {before}: {message}"
    text = f"{head}\n  {before}: {_short(lines[0])}\n  step {number}: {_short(lines[1])}"
    return DerivationError(text, step=number, reason=reason, **where)


def _short(expr):
    """`expr` as text, cut where it would drown the message."""
    text = str(expr)
    return text if len(text) <= 300 else text[:299] + "…"


def tell_apart(left, right):
    """Both values in words, with as many digits as it takes to see that they differ."""
    for digits in (8, 16, 24, 32, 40, 54, 80, 160, 320, 1000):
        with precision(4 * digits + 100):
            texts = ["undefined" if value is None else _digits(value, digits) for value in (left, right)]
        if texts[0] != texts[1]:
            break
    return texts


def _digits(value, digits):
    with mp.workdps(digits + 20):
        if isinstance(value, acb):
            return mp.nstr(mp.mpc(_mpf(value.real, digits), _mpf(value.imag, digits)), digits)
        return mp.nstr(_mpf(arb(value), digits), digits)


def _mpf(ball, digits):
    return mp.mpf(ball.mid().str(digits + 15, radius=False))


def number_of(value):
    """A value as a SymPy number of 60 digits, or None."""
    if value is None:
        return None
    if isinstance(value, acb):
        return number_of(value.real) + sp.I * number_of(value.imag)
    with precision(400):
        return sp.Float(arb(value).mid().str(60, radius=False), 60)


def plain(value):
    """A point's coordinate as a short decimal."""
    re, im = value.as_real_imag()
    if not im:
        return f"{float(re):.15g}"
    return f"{float(re):.15g} {'-' if im < 0 else '+'} {abs(float(im)):.15g}i"
