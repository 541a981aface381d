"""A bound on the work of one enclosure: counted in nodes evaluated, so that it is the same on every machine."""

from contextlib import contextmanager

import flint

_NODES = 400_000  # at few bits; at many a node costs more
_left = None  # of the work of the outermost sum or integral, None outside one


@contextmanager
def shared():
    """Work that counts with that of the sum or integral around it; whether there is none around."""
    global _left
    if _left is not None:
        yield False
        return
    _left = _NODES // (1 + flint.ctx.prec // 600)
    try:
        yield True
    finally:
        _left = None


@contextmanager
def alone():
    """Work that counts for itself: a constant is computed once, whoever asks first."""
    global _left
    around, _left = _left, None
    try:
        yield
    finally:
        _left = around


def spend(nodes):
    """Whether there was that much work left; inside `shared` only."""
    global _left
    _left -= nodes
    return _left >= 0


def left():
    """How much work is left; inside `shared` only."""
    return _left
