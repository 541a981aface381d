"""Writes the workbench for its page, a page without code: `python -m tools.workbench_page`."""

from pathlib import Path

from activations import catalogue
from activations.workbench import workbench_html

PAGE = Path(__file__).resolve().parent.parent / "book" / "_generated" / "workbench.html"


def write(page=PAGE):
    """Write the workbench as HTML, to be included by book/workbench.md."""
    page.parent.mkdir(exist_ok=True)
    page.write_text(workbench_html(catalogue), encoding="utf-8")


if __name__ == "__main__":
    write()
