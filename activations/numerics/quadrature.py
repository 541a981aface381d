"""The area under an expression as a ball: Arb's rigorous quadrature, kinks and unbounded ends included.

Kinks need no search: beside the real line the integrand takes the branch of its real part, a ball that meets two
branches counts as not analytic, and Arb halves it. An unbounded end is cut off where what lies beyond, enclosed on
blocks that grow by a quarter, no longer matters, and so is a singular end, where the blocks shrink. Beyond the last of
many blocks that add nothing the integrand is taken to add nothing: the one step here that is not a proof.
"""

import flint
from flint import acb, arb, fmpq
from sympy import I

from activations.numerics.balls import BallError, real, to_balls
from activations.numerics.intervals import Interval, as_interval

_EVALUATIONS = 10_000  # of one integrand, as a bound on the work
_RATIO, _BLOCKS = fmpq(5, 4), 1200  # the blocks of a tail: how much longer each is than the last, and how many
_FALLING = 60  # this many blocks must add nothing before what is beyond them counts as nothing


def area(body, variable, outer):
    """∫ body d(variable) as a function (low, high, *values of the outer symbols) of balls; nan where it finds none."""
    symbols = (variable, *outer)
    on_line = to_balls(body, symbols)
    contours = {analytic: _contour(body, symbols, analytic) for analytic in (False, True)}

    def value(low, high, *rest):
        low, high, *rest = map(_as_ball, (low, high, *rest))

        def along(z, analytic):
            return acb(contours[analytic](z, *rest))

        if isinstance(low, acb) or isinstance(high, acb):  # inside another integral, beside the real line
            return acb.integral(along, low, high, eval_limit=_EVALUATIONS)
        if low.is_nan() or high.is_nan():
            return arb.nan()
        if low > high:
            return -value(high, low, *rest)
        lost, cuts = arb(0), []
        whole = high - low
        for end, sign in ((low, -1), (high, 1)):
            size = whole / 64 if whole.is_finite() else arb(16)
            near_end = as_interval(end).union(end - sign * size) if end.is_finite() else None
            if near_end and as_interval(real(on_line(near_end, *rest))).is_finite():
                cuts.append(end)
                continue
            at, beyond = _cut_off(lambda z: on_line(z, *rest), end, sign, size)
            if not beyond.is_finite():
                return arb.nan()
            lost, cuts = lost + beyond, [*cuts, at]
        ends = _halved(*cuts)
        total = sum((acb.integral(along, a, b, eval_limit=_EVALUATIONS) for a, b in zip(ends, ends[1:], strict=False)),
                    acb(0))
        total = total + acb(arb(0, lost.upper())) if lost != 0 else total
        return total.real if total.imag.contains(0) and not body.has(I) else total

    return value


def _contour(body, symbols, analytic):
    try:
        return to_balls(body, symbols, "analytic" if analytic else "hull")
    except BallError:
        return lambda *_: acb(arb.nan(), arb.nan())  # without a continuation there is no enclosure


def _as_ball(value):
    return value.ball() if isinstance(value, Interval) else value if isinstance(value, acb) else arb(value)


def _cut_off(on_line, end, sign, size):
    """Where to cut off an end that is infinite or singular, and a bound on what is lost beyond; infinite if too much.

    `sign` is the side of the interval that the end is on. The blocks begin at `size` from a finite end, or from 0.
    """
    if end.is_finite():
        edges = [end - sign * size * _RATIO**-k for k in range(_BLOCKS)]
    else:
        edges = [sign * size * _RATIO**k for k in range(_BLOCKS)]
    blocks = []
    for near, far in zip(edges, edges[1:], strict=False):
        height = as_interval(abs(on_line(as_interval(near).union(far)))).high
        if not height.is_finite():
            break  # an exponential has left Arb's range, or the integrand is not finite
        blocks.append((far, (height * abs(far - near)).upper()))
    lost, least = arb(0), arb(2) ** -flint.ctx.prec
    for number, (far, share) in enumerate(reversed(blocks)):
        if not lost + share < least:
            return far, lost if number > _FALLING else arb.pos_inf()
        lost += share
    return edges[0], lost if len(blocks) > _FALLING else arb.pos_inf()


def _halved(low, high):
    """The interval cut at 0 and at powers of 4, so that what happens near 0 is not missed in a long one."""
    inner = [arb(0), *(sign * arb(4) ** k for k in range(1, 200) for sign in (1, -1))]
    between = sorted((at for at in inner if low < at < high), key=float)
    return [low, *between, high]
