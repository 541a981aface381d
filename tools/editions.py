"""Sphinx extension: every chapter also in a portable edition, which runs without this repository.

The chapters are written in MyST, which JupyterLab with its extension and the site show. Elsewhere its roles would stand
as raw text. So the build of the site writes each chapter a second time in plain Markdown (tools/portable.py): with the
solutions at the end, or with a cell in place of each for students. The site's download button gives the former.

sphinx-tojupyter 0.6, which does the like, was tried: it writes MyST-NB's code cells as text and drops their outputs,
makes a heading of every folded box, garbles the titles of exercises, leaves solutions in their places, and links to a
notebook of the glossary, which there is not. It brings dask, distributed, nbdime and GitPython.
"""

import shutil
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.builders import Builder
from sphinx.errors import ExtensionError

from tools.launch import menu_buttons
from tools.notebooks import slug_of
from tools.portable import Chapter, Markdown, is_code_cell, notebook

GLOSSARY, BIBLIOGRAPHY = "book/glossary", "book/bibliography"
FOLDER = "editions"  # of the site, and beside it
WHEEL = f"activations-{version('activations')}-py3-none-any.whl"

# The first cell of a chapter. Its exception shows as its message, with no traceback, and stops "Run all".
FIRST_CELL = '''\
# Nothing to do where the course's library is installed. Where it is missing,
# this cell says how to get it.
from importlib.util import find_spec

class LibraryIsMissing(Exception):
    def _render_traceback_(self):
        return [str(self)]

if find_spec("activations") is None:
    raise LibraryIsMissing("""\\
This chapter needs the library of the course, and it is not installed here.
{advice}
Then restart the kernel and begin again with this cell.""")'''
ADVICE = """\
{where}Run this in a cell of its own:

    %pip install {wheel}
"""
WITHOUT_ADDRESS = """\
It is in the archive of all chapters, which the site of the course offers.
Put its file {wheel} beside this chapter.
"""


class PortableBuilder(Builder):
    """Resolves the chapters for the portable edition; a link within the book is left as "notebooks/05-tanh#anchor"."""

    name = "portable"
    format = "notebook"

    def get_outdated_docs(self):
        return "the portable edition"

    def get_target_uri(self, docname, typ=None):
        return docname

    def get_relative_uri(self, from_, to, typ=None):
        return to

    def prepare_writing(self, docnames):
        pass

    def write_doc(self, docname, doctree):
        pass


@contextmanager
def building_with(app, builder):
    """Resolve references for another builder: the transforms ask the application for its builder."""
    own, app.builder = app.builder, builder
    try:
        yield
    finally:
        app.builder = own


def resolved(env, docname):
    """The tree of a page with its references resolved. Outputs are left out: they are taken from the source."""
    tree = env.get_doctree(docname)
    for cell in list(tree.findall(is_code_cell)):
        cell.children = []
    env.apply_post_transforms(tree, docname)
    return tree


# --- Links ---------------------------------------------------------------------------------------------------------


def linker(site, beside, docname):
    """Where a link from a chapter leads: to a chapter beside it, else to the published site, else nowhere."""

    def link(address):
        target, _, anchor = address.partition("#")
        if not target or target == docname:
            return ""
        if target in beside:
            return f"{target.rpartition('/')[2]}.ipynb"
        return site and f"{site}{target}.html" + (f"#{anchor}" if anchor else "")

    return link


class Appendix:
    """The entries of the glossary and the bibliography, for the chapters that refer to them."""

    def __init__(self, env):
        self.entries = {}
        if GLOSSARY in env.found_docs:
            for item in resolved(env, GLOSSARY).findall(nodes.definition_list_item):
                for term in item.findall(nodes.term):
                    self.entries |= {f"{GLOSSARY}#{name}": item for name in term["ids"]}
        if BIBLIOGRAPHY in env.found_docs:
            for item in resolved(env, BIBLIOGRAPHY).findall(nodes.citation):
                self.entries |= {f"{BIBLIOGRAPHY}#{name}": item for name in item["ids"]}

    def cells(self, seen, link):
        """The cells "Terms" and "References": what the chapter refers to, by name."""
        writer = Markdown(link, None)
        found = {id(entry): entry for entry in map(self.entries.get, seen) if entry is not None}.values()
        terms = [f"- **{writer.inline(entry[0].children)}**: {writer.blocks(entry[-1].children)}"
                 for entry in found if isinstance(entry, nodes.definition_list_item)]
        works = [f"- {writer.block(entry[-1])}"
                 for entry in found if isinstance(entry, nodes.citation)]
        for heading, entries in (("Terms", terms), ("References", works)):
            if entries:
                yield nbformat.v4.new_markdown_cell(f"## {heading}\n\n" + "\n".join(sorted(entries, key=str.casefold)))


# --- The editions --------------------------------------------------------------------------------------------------


def first_cell(folder):
    """The cell that says how to get the library where it is missing.

    The library is in a folder or at an address, which ends in a slash; with "" the reader has to fetch the archive.
    """
    advice = ADVICE.format(where="" if folder else WITHOUT_ADDRESS.format(wheel=WHEEL), wheel=f"{folder}{WHEEL}")
    return nbformat.v4.new_code_cell(FIRST_CELL.format(advice=advice), metadata={"jupyter": {"source_hidden": True}})


def numbering(env):
    """A function that gives the number of an exercise or an equation, "4.1", or "" for one without."""

    def number(node):
        kind = "displaymath" if isinstance(node, nodes.math_block) else "exercise"
        numbers = env.toc_fignumbers.get(node.get("docname"), {}).get(kind, {})
        return ".".join(map(str, numbers.get(node["ids"][0], ()))) if node["ids"] else ""

    return number


def write_editions(app, failure):
    """Write the chapters of the finished site in their editions: to the site those that are downloaded one by one, and
    beside it those of the archive, which link to each other."""
    if failure is not None or app.builder.format != "html":
        return
    env, site = app.env, app.config.html_baseurl
    chapters = sorted(name for name in env.found_docs if env.doc2path(name).endswith(".ipynb"))
    beside = Path(app.outdir).parent / FOLDER
    shutil.rmtree(beside, ignore_errors=True)
    editions = {  # folder: chapters beside it, where its library is, whether with solutions
        Path(app.outdir) / FOLDER: ((), site and f"{site}{FOLDER}/", True),
        beside / "portable": (chapters, "../", True),
        beside / "student": (chapters, "../", False),
    }
    for folder in editions:
        folder.mkdir(parents=True, exist_ok=True)
    with building_with(app, PortableBuilder(app, env)):
        appendix = Appendix(env)
        for docname in chapters:
            tree, source = resolved(env, docname), nbformat.read(env.doc2path(docname), as_version=4)
            for folder, (linked, library, solved) in editions.items():
                link = linker(site, linked, docname)
                chapter = Chapter(source, docname, link, numbering(env), solved)
                cells = [first_cell(library), *chapter.write(tree), *appendix.cells(chapter.seen, link)]
                path = folder / f"{docname.rpartition('/')[2]}.ipynb"
                nbformat.write(notebook(cells, slug_of(path)), path)


def offer_the_portable_edition(app, pagename, templatename, context, doctree):
    """Let the download button of a chapter give its portable edition."""
    if doctree is None or not app.env.doc2path(pagename).endswith(".ipynb"):
        return
    links = [button for button in menu_buttons(context) if button.get("label") == "download-source-button"]
    if not links:
        raise ExtensionError(f"{pagename} has no download button for the portable edition")
    for link in links:
        link["url"] = context["pathto"](f"{FOLDER}/{pagename.rpartition('/')[2]}.ipynb", 1)
        link["tooltip"] = "Download a notebook that runs anywhere"


def setup(app):
    """Register the builder, and connect the rest to the build of the site."""
    app.add_builder(PortableBuilder)
    app.connect("html-page-context", offer_the_portable_edition, priority=502)
    app.connect("build-finished", write_editions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
