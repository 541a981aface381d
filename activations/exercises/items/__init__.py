"""The exercises, a file for each part of the course."""

from activations.exercises.items import outputs, practice, rectifiers, sigmoids, smooth

ITEMS = [*sigmoids.ITEMS, *rectifiers.ITEMS, *smooth.ITEMS, *outputs.ITEMS, *practice.ITEMS]
