"""What SymPy and rigorous numbers say about an activation: derivative, kinks, limits, range, extrema, saturation."""

from activations.calculus.joints import jumps, kinks, one_sided_slopes, smoothness
from activations.calculus.moments import gain, normal_mean, zero_centred
from activations.calculus.numbers import Unknown
from activations.calculus.pieces import as_pieces, regions
from activations.calculus.properties import Properties, properties
from activations.calculus.shape import (
    Extremum,
    Saturation,
    Steepest,
    extrema,
    limits,
    monotonic,
    range_of,
    saturation,
    steepest,
)
from activations.calculus.slopes import derivative

__all__ = [
    "Extremum", "Properties", "Saturation", "Steepest", "Unknown", "as_pieces", "derivative", "extrema", "gain",
    "jumps", "kinks", "limits", "monotonic", "normal_mean", "one_sided_slopes", "properties", "range_of", "regions",
    "saturation", "smoothness", "steepest", "zero_centred",
]
