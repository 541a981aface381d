"""The table of every function of the catalogue: made from the expressions, sorted and searched in the page."""

from activations.gallery.page import Gallery, gallery

__all__ = ["Gallery", "gallery"]
