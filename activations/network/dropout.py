"""Units left out at random while the network trains, so that none may rely on another."""

import numpy as np


class Dropout:
    """Each activation becomes 0 with probability `share`, the others 1/(1 − share) times larger (Srivastava 2014)."""

    def __init__(self, share, rng):
        self.share, self.rng = share, rng

    def __call__(self, a, f):
        """What the next layer gets, and its slope in `a`."""
        slope = self._kept(a) / a.dtype.type(1 - self.share)
        return a * slope, slope

    def _kept(self, a):
        return (self.rng.random(a.shape) >= self.share).astype(a.dtype)


class AlphaDropout(Dropout):
    """Each activation becomes f(−∞) with probability `share`, then all are scaled and shifted (Klambauer 2017).

    Activations of mean 0 and variance 1, as SELU makes them, have them afterwards too.
    """

    def __call__(self, a, f):
        kept, keep = self._kept(a), 1 - self.share
        low = float(f(np.array([-np.inf]))[0])
        if not np.isfinite(low):
            raise ValueError(f"alpha dropout puts f(−∞) in place of an activation, and here it is {low}; use dropout")
        scale = (keep + low**2 * keep * self.share) ** -0.5
        shifted = np.where(kept, a, a.dtype.type(low))
        return a.dtype.type(scale) * (shifted - a.dtype.type(self.share * low)), a.dtype.type(scale) * kept


def dropout_of(dropout, alpha_dropout, seed):
    """The `Dropout` that a network is told, or None."""
    for name, share in (("dropout", dropout), ("alpha_dropout", alpha_dropout)):
        if not 0 <= share < 1:
            raise ValueError(f"{name} must be from 0 to below 1; got {share}")
    if dropout and alpha_dropout:
        raise ValueError("dropout and alpha_dropout exclude each other")
    if not (dropout or alpha_dropout):
        return None
    rng = np.random.default_rng(seed).spawn(1)[0]  # not the stream that the first weights come from
    return Dropout(dropout, rng) if dropout else AlphaDropout(alpha_dropout, rng)
