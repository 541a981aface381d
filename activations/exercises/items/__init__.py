"""The exercises, a file for each part of the course."""

from activations.exercises.items import outputs, rectifiers, sigmoids

ITEMS = [*sigmoids.ITEMS, *rectifiers.ITEMS, *outputs.ITEMS]
