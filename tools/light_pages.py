"""Sphinx extension: a page asks only for what it uses.

The theme brings its icons twice (a script of 1.5 MB and fonts of 0.3 MB, for the twenty that are shown), its search
engine on every page, and style rules for parts that no page of this book has. The finished site goes without.
"""

import hashlib
import logging
import re
from io import BytesIO
from pathlib import Path

import tinycss2
from fontTools import subset
from fontTools.ttLib import TTFont

# The icons come from the fonts, which the style sheet asks for. The search engine works on the search page alone.
ICON_SCRIPT = r"scripts/fontawesome\.js"
SEARCH_SCRIPTS = r"(?:searchtools|language_data|searchindex)\.js"
SCRIPT = r'[ \t]*<script[^>]* src="[^"]*{}[^"]*"></script>\n?'
# Classes that Bootstrap's script puts together from parts, so that no file holds their names.
COMPOSED = ("bs-tooltip-", "bs-popover-")
NESTING = ("media", "supports", "layer", "container")
PRIVATE_USE = set(map(chr, range(0xE000, 0xF900)))  # where the icon fonts have their characters
ICON_FONTS = "vendor/fontawesome/webfonts"

logging.getLogger("fontTools.subset").setLevel(logging.WARNING)  # it tells of every table


# --- Style sheets --------------------------------------------------------------------------------------------------


def classes_in(pages, scripts):
    """All the names that may be classes on a page: those it begins with, and every word of its scripts."""
    names = set()
    for html in pages:
        for listed in re.findall(r'\bclass="([^"]*)"', html):
            names.update(listed.split())
        scripts = [*scripts, *re.findall(r"<script\b[^>]*>(.*?)</script>", html, re.DOTALL)]
    for script in scripts:
        names.update(re.findall(r"[\w-]+", script))
    return names


def lighten(css, used):
    """The style sheet without the selectors that name a class which is not among the used."""
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return "\n".join(filter(None, (lighten_rule(rule, used) for rule in rules)))


def lighten_rule(rule, used):
    if rule.type == "at-rule" and rule.lower_at_keyword in NESTING and rule.content is not None:
        inner = "\n".join(filter(None, (lighten_rule(one, used) for one in tinycss2.parse_rule_list(
            rule.content, skip_comments=True, skip_whitespace=True))))
        return f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}" if inner else ""
    if rule.type != "qualified-rule":
        return rule.serialize()
    selectors = [one for one in split_at_commas(rule.prelude) if is_used(one, used)]
    if not selectors:
        return ""
    return f"{','.join(map(tinycss2.serialize, selectors)).strip()}{{{tinycss2.serialize(rule.content).strip()}}}"


def split_at_commas(tokens):
    parts = [[]]
    for token in tokens:
        if token == ",":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def is_used(selector, used):
    """Whether each class that an element must have is used; what is inside :not(), :is() and the like is let pass."""
    needed = (name.value for dot, name in zip(selector, selector[1:], strict=False)
              if dot == "." and name.type == "ident")
    return all(name in used or name.startswith(COMPOSED) for name in needed)


# --- Icons ---------------------------------------------------------------------------------------------------------


def lighten_font(data, characters):
    """The font with these characters alone."""
    font = TTFont(BytesIO(data), recalcTimestamp=False)
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, name_IDs=[0, 1, 2, 13, 14])
    worker = subset.Subsetter(options)
    worker.populate(unicodes=characters)
    worker.subset(font)
    out = BytesIO()
    font.save(out)
    return out.getvalue()


def lighten_icons(static, sheets):
    """Leave in the icon fonts only the characters that the style sheets show; without Brotli, in TrueType only."""
    shown = {ord(one) for css in sheets.values() for one in css if one in PRIVATE_USE}
    for file in (static / ICON_FONTS).glob("*.ttf"):
        file.write_bytes(lighten_font(file.read_bytes(), shown))
    for file in (static / ICON_FONTS).glob("*.woff2"):
        file.unlink()
    return {file: re.sub(r'url\([^)]*\.woff2\) format\("woff2"\),', "", css) for file, css in sheets.items()}


# --- The site ------------------------------------------------------------------------------------------------------


def lighten_page(html, name, versions):
    """The page without the scripts that it has no use for, asking for the style sheets in their new version."""
    html = re.sub(SCRIPT.format(ICON_SCRIPT), "", html)
    if name != "search.html":
        html = re.sub(SCRIPT.format(SEARCH_SCRIPTS), "", html)
    return re.sub(r'(?<=_static/)([\w./-]+\.css)(\?[^"]*)?(?=")',
                  lambda found: f"{found[1]}?v={versions[found[1]]}" if found[1] in versions else found[0], html)


def lighten_site(app, failure):
    """Leave out of the finished site what none of its pages uses."""
    if failure is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    static = site / "_static"
    (static / "scripts" / "fontawesome.js").unlink(missing_ok=True)
    pages = {file: file.read_text(encoding="utf-8") for file in site.rglob("*.html") if static not in file.parents}
    scripts = [file.read_text(encoding="utf-8") for file in static.rglob("*.js")]
    used = classes_in(pages.values(), scripts)
    sheets = {file: lighten(file.read_text(encoding="utf-8"), used) for file in sorted(static.rglob("*.css"))}
    versions = {}
    for file, css in lighten_icons(static, sheets).items():
        file.write_text(css, encoding="utf-8")
        versions[file.relative_to(static).as_posix()] = hashlib.sha256(css.encode()).hexdigest()[:8]
    for file, html in pages.items():
        file.write_text(lighten_page(html, file.name, versions), encoding="utf-8")


def setup(app):
    """Connect it to the end of the build."""
    app.connect("build-finished", lighten_site, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
