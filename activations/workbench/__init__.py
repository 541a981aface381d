"""A page on which a reader types a formula and sees its curve, its exact slope and ten layers of it."""

from activations.workbench.page import workbench_html

__all__ = ["workbench_html"]
