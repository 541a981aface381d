"""The exercises, a file for each part of the course."""

from activations.exercises.items import (
    beginnings,
    depth,
    outputs,
    practice,
    rectifiers,
    relu,
    sigmoids,
    smooth,
    squashers,
)

ITEMS = [*beginnings.ITEMS, *sigmoids.ITEMS, *squashers.ITEMS, *depth.ITEMS, *relu.ITEMS, *rectifiers.ITEMS,
         *smooth.ITEMS, *outputs.ITEMS, *practice.ITEMS]
