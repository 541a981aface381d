"""A chapter of the book, read and resolved by Sphinx, as a notebook of plain Markdown.

What MyST, sphinx-exercise and the bibliography make of a chapter is in its document tree. Here the tree is written as
Markdown that every notebook program shows: classic Jupyter, JupyterLab, VS Code, Colab. Between the text stand the code
cells of the source, as they are stored.
"""

import base64
import mimetypes
import posixpath
import re
from html import escape
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.util import logging

from tools.mathematics import display_tex
from tools.notebooks import METADATA

logger = logging.getLogger(__name__)

SPECIAL = re.compile(r"[\\`*$]|<(?=[A-Za-z/!?])|(?<!\w)_|_(?!\w)")  # what Markdown would take for more than a character
CHECKBOX = re.compile(r'<input\b[^>]*type="checkbox"')
LINK_IN_OUTPUT = re.compile(r'<a href="([\w./-]+)\.ipynb(#[^"]*)?"')
ALIGNMENTS = {"text-left": ":---", "text-center": ":---:", "text-right": "---:"}


def is_code_cell(node):
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def kind(node):
    """The name of a node's class: extensions define their own, which need not be imported for that."""
    return type(node).__name__


def indented(text, width):
    """The text as it stands in a list item: all lines but the first moved in."""
    return text.replace("\n", "\n" + " " * width).replace("\n" + " " * width + "\n", "\n\n")


def joined(parts, between="\n\n"):
    return between.join(part for part in parts if part)


# --- A piece of the tree as Markdown -------------------------------------------------------------------------------


class Markdown:
    """Writes the nodes of a chapter as Markdown.

    `link(address)` gives the address to which a link within the book leads, which is "notebooks/05-tanh#anchor" here,
    or "" for text without a link. `number(node)` gives the number of an exercise or of an equation. The places in the
    book that were referred to are in `seen`.
    """

    def __init__(self, link, number):
        self.link, self.number, self.seen = link, number, []

    # Blocks

    def blocks(self, children):
        """The nodes as Markdown blocks, a blank line apart."""
        return joined(map(self.block, children))

    def block(self, node):
        """One node as a block; a kind that has no form in Markdown is a warning, and its text is kept."""
        for name in (base.__name__ for base in type(node).__mro__):
            if writer := getattr(self, f"write_{name}", None):
                return writer(node)
        if isinstance(node, (nodes.Inline, nodes.Text)):
            return self.inline([node])
        logger.warning("the portable edition has no form for a %s", kind(node), location=node)
        return node.astext()

    def write_paragraph(self, node):
        return self.inline(node.children).strip()

    write_rubric = write_caption = write_line = write_paragraph

    def write_math_block(self, node):
        tex = display_tex(node).strip()
        tag = f" \\tag{{{self.number(node)}}}" if node.get("number") else ""
        return tex if node["nowrap"] else f"$$\n{tex}{tag}\n$$"

    def write_literal_block(self, node):
        return f"```{node.get('language', '')}\n{node.astext().rstrip()}\n```"

    def write_block_quote(self, node):
        return "\n".join(f"> {line}".rstrip() for line in self.blocks(node.children).splitlines())

    def items(self, node, markers):
        """The items of a list; tight where each is one paragraph and perhaps another list."""
        tight = all(isinstance(child, nodes.Sequential) for item in node for child in item[1:])
        written = []
        for marker, item in zip(markers, node, strict=True):
            content = joined(map(self.block, item.children), "\n" if tight else "\n\n")
            written.append(f"{marker} {indented(content, len(marker) + 1)}")
        return joined(written, "\n" if tight else "\n\n")

    def write_bullet_list(self, node):
        return self.items(node, ["-"] * len(node))

    def write_enumerated_list(self, node):
        first = node.get("start", 1)
        return self.items(node, [f"{number}." for number in range(first, first + len(node))])

    def write_definition_list(self, node):
        return joined(f"**{self.inline(item[0].children)}**\n\n{self.blocks(item[-1].children)}" for item in node)

    def write_table(self, node):
        rows = list(node.findall(nodes.row))
        if not list(node.findall(nodes.thead)):
            rows.insert(0, nodes.row("", *(nodes.entry() for _ in rows[0])))
        cells = [[self.entry(entry) for entry in row] for row in rows]
        alignments = [next((ALIGNMENTS[name] for name in entry["classes"] if name in ALIGNMENTS), "---")
                      for entry in rows[-1]]
        title = joined(self.write_paragraph(child) for child in node if isinstance(child, nodes.title))
        return joined([title, "\n".join(f"| {' | '.join(row)} |" for row in [cells[0], alignments, *cells[1:]])])

    def entry(self, entry):
        """The content of a table's cell, on one line and without what would end the cell."""
        for formula in entry.findall(nodes.math):
            formula.children = [nodes.Text(formula.astext().replace("|", r"\vert "))]
        return self.blocks(entry.children).replace("\n", " ").replace("|", "&#124;")

    def write_image(self, node):
        """A picture, inside the notebook where it is a file of the book."""
        path = Path(node.document.settings.env.srcdir, node["uri"])
        address = node["uri"]
        if path.is_file():
            mime = mimetypes.guess_type(path.name)[0]
            address = f"data:{mime};base64,{base64.b64encode(path.read_bytes()).decode()}"
        return f"![{node.get('alt', '')}]({address})"

    def write_Admonition(self, node):
        """A box: folded where it is folded on the site, else its title in bold type above it."""
        titles = [child for child in node if isinstance(child, nodes.title)]
        body = self.blocks(child for child in node if child not in titles)
        if "dropdown" in node["classes"]:
            title = self.plain(titles[0]) if titles else kind(node).capitalize()
            return f"<details>\n<summary>{title}</summary>\n\n{body}\n\n</details>"
        return f"**{self.inline(titles[0].children) if titles else kind(node).capitalize()}**\n\n{body}"

    def write_exercise_node(self, node):
        """An exercise under a heading of its own: "Exercise 4.1 (The curvature, by hand)"."""
        title, *body = node.children
        return f"### {self.exercise_title(node)}\n\n{self.blocks(body)}"

    write_exercise_enumerable_node = write_exercise_node

    def exercise_title(self, node):
        number = self.number(node)
        return f"Exercise{f' {number}' if number else ''}{self.inline(node[0].children)}".removesuffix(" Exercise")

    def write_container(self, node):
        return self.blocks(node.children)

    write_figure = write_compound = write_topic = write_legend = write_line_block = write_container

    def write_raw(self, node):
        return node.astext().strip() if "html" in node["format"] else ""

    def write_transition(self, node):
        return "---"

    def write_Invisible(self, node):
        return ""

    write_comment = write_target = write_substitution_definition = write_index = write_Invisible

    # Inline

    def inline(self, children):
        """Inline nodes as Markdown."""
        return "".join(map(self.span, children))

    def span(self, node):
        if isinstance(node, nodes.Text):
            return SPECIAL.sub(r"\\\g<0>", str(node))
        if isinstance(node, nodes.math):
            return f"${' '.join(node.astext().split())}$"
        if isinstance(node, nodes.literal):
            fence = "``" if "`" in node.astext() else "`"
            return f"{fence}{node.astext()}{fence}"
        if isinstance(node, nodes.image):
            return self.write_image(node)
        if isinstance(node, nodes.raw):
            return "☐" if CHECKBOX.search(node.astext()) else node.astext()  # ticked or not: that would be an answer
        if isinstance(node, nodes.reference):
            return self.reference(node)
        if isinstance(node, (nodes.comment, nodes.target)) or kind(node) == "index":
            return ""
        words = self.inline(node.children)
        before, after = {"emphasis": ("*", "*"), "strong": ("**", "**"), "subscript": ("<sub>", "</sub>"),
                         "superscript": ("<sup>", "</sup>"), "problematic": ("", "")}.get(kind(node), ("", ""))
        return f"{before}{words}{after}"

    def reference(self, node):
        """A link, or its words alone where it leads to a place that this edition does not have."""
        words = self.inline(node.children)
        address = node.get("refuri", "")
        if node.get("internal"):
            self.seen.append(address)
            address = self.link(address)
        return f"[{words}]({address})" if address else words

    def plain(self, node):
        """A title for HTML: formulas stay, all other marks go."""
        return "".join(f"${part.astext()}$" if isinstance(part, nodes.math) else escape(part.astext(), quote=False)
                       for part in node.children)


# --- A chapter as cells --------------------------------------------------------------------------------------------


class Chapter(Markdown):
    """Writes a chapter as the cells of a notebook: Markdown, and the code cells of the source between it.

    Solutions go to a section at the end, or with `solved=False` leave a cell to write in.
    """

    def __init__(self, source, docname, link, number, solved=True):
        super().__init__(link, number)
        self.source, self.docname, self.solved = source, docname, solved
        self.cells, self.solutions, self.text = [], [], []
        self.has_stub = False  # whether the exercise that was last written brings a cell to answer in

    def write(self, tree):
        """The cells of the chapter, its solutions at the end."""
        self.walk(tree.children, 0)
        self.finish()
        if self.solutions:
            self.text.append("## Solutions")
            self.finish()
        self.cells += self.solutions
        return self.cells

    def walk(self, children, depth):
        """Write nodes one after the other; a section begins a cell, and so does an exercise."""
        for node in children:
            if isinstance(node, nodes.section) and not isinstance(node[0], nodes.title):  # what is in an exercise
                self.walk(node.children, depth)
            elif isinstance(node, nodes.section):
                self.finish()
                self.walk(node.children, depth + 1)
            elif isinstance(node, nodes.title):
                self.text.append(f"{'#' * depth} {self.inline(node.children)}")
            elif kind(node) == "solution_node":
                self.finish()
                self.solution(node, depth)
            elif kind(node) in ("exercise_node", "exercise_enumerable_node"):
                self.finish()
                self.has_stub = False
                before, body = self.exercise_title(node), node.children[1:]
                self.text.append(f"{'#' * (depth + 1)} {before}")
                self.walk(body, depth)
            elif is_code_cell(node):
                self.code(node)
            elif any(map(is_code_cell, node.findall(nodes.container))):  # a box around cells
                self.walk(node.children, depth)
            else:
                self.text.append(self.block(node))

    def solution(self, node, depth):
        """Write a solution among the solutions, or a place for the reader's own."""
        title, *body = node.children
        exercise = self.inline(title.children).strip()
        if self.solved:
            chapter, self.cells = self.cells, self.solutions
            self.text.append(f"### {exercise}")
            self.walk(body, depth)
            self.finish()
            self.cells = chapter
        elif not self.has_stub:
            name = re.sub(r"^.*?(Exercise [\d.]+).*$", r"\1", title.astext(), flags=re.DOTALL)
            in_code = any("check" not in cell["cell_metadata"].get("tags", ())
                          for cell in node.findall(nodes.container) if is_code_cell(cell))
            if in_code:
                self.add(nbformat.v4.new_code_cell(f"# {name}: your answer"))
            else:
                self.text.append(f"*{name}, your answer:*")
                self.finish()

    def code(self, node):
        """Write the code cell of the source, with its outputs."""
        self.finish()
        cell = nbformat.from_dict(self.source.cells[node["cell_index"]])
        cell.metadata.pop("mystnb", None)
        if self.cells is self.solutions and "check" not in cell.metadata.get("tags", ()):
            cell.metadata.pop("jupyter", None)  # here it need not be folded: nobody comes upon it by chance
        for output in cell.outputs:
            if html := output.get("data", {}).get("text/html"):
                output.data["text/html"] = LINK_IN_OUTPUT.sub(self.output_link, html)
        self.has_stub = True
        self.add(cell)

    def output_link(self, found):
        """The beginning of a link in an output, which leads where the links of the text lead."""
        place = posixpath.normpath(posixpath.join(posixpath.dirname(self.docname), found[1]))
        address = self.link(f"{place}{found[2] or ''}")
        return f'<a href="{address}"' if address else "<a"

    def finish(self):
        """Make a Markdown cell of the text so far."""
        text = joined(self.text)
        self.text = []
        if text:
            self.add(nbformat.v4.new_markdown_cell(text))

    def add(self, cell):
        self.cells.append(cell)


def notebook(cells, slug):
    """The cells as a notebook, numbered in this order."""
    count = 0
    for place, cell in enumerate(cells, start=1):
        cell.id = f"{slug}-{place:02d}"
        if cell.cell_type == "code" and cell.execution_count:
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
    return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
