"""Writes the moving figure of the welcome page, a page without code: `python -m tools.welcome_figure`."""

from pathlib import Path

from ipywidgets import FloatSlider
from sympy import Symbol

from activations import catalogue, x
from activations.explorer import Curves, explore

PAGE = Path(__file__).resolve().parent.parent / "book" / "_generated" / "welcome-explorer.html"


def welcome():
    """The sigmoid σ(kx) with its slope, and a slider for k."""
    k = Symbol("k", positive=True)
    return explore(
        Curves(catalogue["sigmoid"].expr.subs(x, k * x), over=(x, -6, 6), ylim=(-0.1, 2.1)),
        k=FloatSlider(1.0, min=0.1, max=8, step=0.05, description="k"),
        caption="A soft step and its slope. The larger k, the harder the step.",
        alt="An S-shaped curve that rises from 0 to 1, and its slope, a bump around 0.",
    )


def write(page=PAGE):
    """Write the figure as HTML, to be included by book/welcome.md."""
    page.parent.mkdir(exist_ok=True)
    page.write_text(welcome()._repr_mimebundle_()["text/html"], encoding="utf-8")


if __name__ == "__main__":
    write()
