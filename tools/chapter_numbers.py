"""Sphinx extension: a chapter's number is the one in its file name, 4 for 04-sigmoid, however many stand before it."""

import re

from docutils import nodes
from sphinx_external_toc.collectors import TocTreeCollectorWithStyles

number_consecutively = TocTreeCollectorWithStyles.assign_section_numbers


def chapter_number(docname):
    """The number that a file name starts with, or None."""
    found = re.match(r"(\d+)-", docname.rpartition("/")[2])
    return int(found[1]) if found else None


def assign_section_numbers(collector, env):
    """Number every section, then put in each chapter's own number; returns the pages whose numbers changed."""
    before = env.toc_secnumbers
    number_consecutively(collector, env)
    for docname in env.toc_secnumbers:
        chapter = chapter_number(docname)
        headings = list(env.tocs[docname].findall(nodes.reference))
        for heading in [env.titles[docname], *headings]:
            if chapter and heading.get("secnumber"):
                heading["secnumber"] = [chapter, *heading["secnumber"][1:]]
        env.toc_secnumbers[docname] = {
            heading["anchorname"]: tuple(heading.get("secnumber") or ()) or None for heading in headings
        }
    return [name for name, sections in env.toc_secnumbers.items() if sections != before.get(name)]


def setup(app):
    """Put this numbering in place of the consecutive one; figures and equations follow it."""
    TocTreeCollectorWithStyles.assign_section_numbers = assign_section_numbers
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
