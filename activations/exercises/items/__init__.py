"""The exercises, a file for each part of the course."""

from activations.exercises.items import beginnings, depth, outputs, rectifiers, relu, sigmoids, squashers

ITEMS = [*beginnings.ITEMS, *sigmoids.ITEMS, *squashers.ITEMS, *depth.ITEMS, *relu.ITEMS, *rectifiers.ITEMS,
         *outputs.ITEMS]
