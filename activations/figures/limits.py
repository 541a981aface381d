"""How far an axis reaches: as it was asked for, or as the values need it."""

import numpy as np


def as_limits(lo, hi):
    """The two limits as floats, or None where they are not two finite numbers with lo < hi."""
    try:
        lo, hi = float(lo), float(hi)
    except (TypeError, ValueError):
        return None
    return (lo, hi) if -np.inf < lo < hi < np.inf else None


def check_ylim(who, ylim):
    """Raise ValueError, in the name of `who`, for limits that are given and are not two finite numbers in order."""
    if ylim is not None and not (isinstance(ylim, (tuple, list)) and len(ylim) == 2 and as_limits(*ylim)):
        raise ValueError(f"{who}: ylim must be (lo, hi), two finite numbers with lo < hi, not {ylim!r}")


def comfortable(values, pad=0.06):
    """Limits for an axis that show the values; extremes that would flatten all the rest are left out."""
    finite = np.sort(np.asarray(values, float)[np.isfinite(values)])
    if not len(finite):
        return -1.0, 1.0
    lo, hi = finite[0], finite[-1]
    inner_lo, inner_hi = np.percentile(finite, [5, 95])
    reach = 4 * max(inner_hi - inner_lo, 1e-9 + 0.05 * abs(inner_hi))
    lo, hi = max(lo, inner_lo - reach), min(hi, inner_hi + reach)
    if hi - lo < 1e-12 * max(1, abs(hi)):
        lo, hi = lo - 0.5 * max(1, abs(lo)), hi + 0.5 * max(1, abs(hi))
    return lo - pad * (hi - lo), hi + pad * (hi - lo)


def room_for(start, states, pad=0.06):
    """Limits with room for the start as a whole and for the other states, unless these dwarf it."""
    def ends(values, low, high):
        finite = values[np.isfinite(values)]
        return np.percentile(finite, [low, high]) if finite.size else np.array([np.nan, np.nan])

    lo, hi = ends(start, 0, 100)
    inner = ends(start, 5, 95)
    if hi - lo > 8 * (inner[1] - inner[0]) > 0:
        lo, hi = max(lo, inner[0] - 2 * (inner[1] - inner[0])), min(hi, inner[1] + 2 * (inner[1] - inner[0]))
    others = np.array([ends(values, 1, 99) for values in states])
    if np.isnan(lo):
        lo, hi = (0.0, 0.0) if np.isnan(others).all() else (np.nanmin(others), np.nanmax(others))
    span = (hi - lo) or 1.0
    if not np.isnan(others).all():
        lo, hi = max(min(lo, np.nanmin(others)), lo - 2 * span), min(max(hi, np.nanmax(others)), hi + 2 * span)
    if hi - lo < 1e-9 * max(1.0, abs(hi)):
        lo, hi = lo - 0.5, hi + 0.5
    grain = 10.0 ** (np.floor(np.log10(hi - lo)) - 2)
    return tuple(float(f"{round(end / grain) * grain:.6g}") for end in (lo - pad * (hi - lo), hi + pad * (hi - lo)))
