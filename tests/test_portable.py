"""What of MyST has a form in plain Markdown, and the launch buttons, in a book whose repository has an address."""

import re

import nbformat
import pytest
import small_book
from docutils import nodes
from sphinx.errors import ExtensionError

from tools.editions import WHEEL
from tools.launch import repository_parts, site_address
from tools.portable import LINK_IN_OUTPUT, Chapter, Markdown

REPOSITORY, SITE = "https://github.com/Ann-Lee/softmax", "https://ann-lee.github.io/softmax/"
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'
GLOSSARY = """# Glossary

```{glossary}
kink
  A corner of a curve, see [Small](../notebooks/01-small.ipynb).
```
"""
CHAPTER = [
    ("markdown", r"""# Small

(a-label)=
A {term}`kink`, {term}`kinks <kink>`, two works {cite:p}`cox1958,berkson1944`, and {cite:t}`cox1958`.
Stars 2 \* 3, a name `a_b` and _this_, 5 < 6, money \$5; see [](02-next.ipynb), {ref}`there <a-label>`, <https://example.org>.

% a comment

$$a &= b \\ c &= d$$

```{math}
:label: an-equation
e = mc^2
```

By {eq}`an-equation`, and ![a square](square.svg).

| $x$ | text |
|:---:|-----:|
| $\|x\|$ | a `b`  |

- one
  - inner

    with a paragraph
- two

Term
: Its definition.

```{note}
A note with **bold** text.
```

```python
word = "code"
```
""", ()),
    ("code", "half = 0.5\nhalf", ()),
    ("markdown", r"""````{admonition} Quick question: which?
:class: question
What is $\frac12 + \frac12$?

1. one
2. two
3. three

```{admonition} Which is right, and why
:class: dropdown
1. **Right.** It is.
2. Twice that.
3. Three times that.
```
````

```{admonition} To do
- [ ] first
- [x] second
```

```{exercise} By hand
:label: exercise-small-1
Add them.
```

```{hint}
:class: dropdown
A hint.
```

```{solution} exercise-small-1
:class: dropdown
It is one, secretly.
```

```{exercise} In code, with a stub
:label: exercise-small-2
Write it.
```""", ()),
    ("code", "answer = ...", ()),
    ("markdown", "```{solution-start} exercise-small-2\n:class: dropdown\n```", ()),
    ("code", "secret = 1", ()),
    ("code", "assert secret == 1", ("check",)),
    ("markdown", """```{solution-end}
```

```{exercise} In code
:label: exercise-small-3
Write it again.
```

```{solution-start} exercise-small-3
:class: dropdown
```""", ()),
    ("code", "hidden = 2", ()),
    ("markdown", "```{solution-end}\n```\n\n## After\n\nThe end.", ()),
]
TOC = """format: jb-book
root: book/welcome
parts:
- numbered: true
  chapters:
  - file: notebooks/01-small
  - file: notebooks/02-next
- chapters:
  - file: book/glossary
  - file: book/bibliography
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder _build of a small book whose repository has an address."""
    folder = small_book.write(tmp_path_factory.mktemp("book"))
    config = (folder / "_config.yml").read_text("utf-8")
    assert config.count('  url: ""') == config.count("colab_url:") == 1
    config = config.replace('  url: ""', f"  url: {REPOSITORY}.git").replace(
        "  colab_url:", "  jupyterlite_url: /lite/lab/index.html\n  colab_url:")
    (folder / "_config.yml").write_text(config)
    (folder / "_toc.yml").write_text(TOC)
    (folder / "tools" / "moved_anchors.yml").write_text("{}")
    (folder / "book" / "glossary.md").write_text(GLOSSARY)
    (folder / "book" / "bibliography.md").write_text("# Bibliography\n\n```{bibliography}\n```\n")
    (folder / "notebooks" / "square.svg").write_text(PICTURE)
    (folder / "notebooks" / "01-small.ipynb").write_text(small_book.chapter(CHAPTER))
    (folder / "notebooks" / "02-next.ipynb").write_text(small_book.chapter([("markdown", "# Next", ())]))
    status, printed = small_book.build(folder)
    assert status == 0, printed
    return folder / "_build"


def cells(built, edition):
    folder = built / "html" / "editions" if edition == "download" else built / "editions" / edition
    return nbformat.read(folder / "01-small.ipynb", as_version=4).cells


def text(built, edition="portable"):
    return "\n\n".join(cell.source if cell.cell_type == "markdown" else f"<<{cell.source}>>"
                       for cell in cells(built, edition)[1:])


def test_roles_become_text_and_links(built):
    written = text(built)
    assert f"A [kink]({SITE}book/glossary.html#term-kink), [kinks]({SITE}book/glossary.html#term-kink)" in written
    cited = f"[Cox, 1958]({SITE}book/bibliography.html#"
    assert f"two works [{cited}" in written and "), [Berkson, 1944](https:" in written
    assert f", and Cox [{cited.replace('Cox, ', '')}" in written
    assert r"Stars 2 \* 3, a name `a_b` and *this*, 5 < 6, money \$5; see [Next](02-next.ipynb), there, " in written
    assert "[https://example.org](https://example.org)" in written
    assert "a comment" not in written and "a-label" not in written


def test_blocks_become_plain_markdown(built):
    written = text(built)
    assert "$$\n\\begin{split}a &= b \\\\ c &= d\\end{split}\n$$" in written
    assert "$$\ne = mc^2 \\tag{1.1}\n$$\n\nBy (1.1), and ![a square](data:image/svg+xml;base64," in written
    assert "| $x$ | text |\n| :---: | ---: |\n| $\\vert x\\vert$ | a `b` |" in written
    assert "- one\n  - inner\n\n    with a paragraph\n- two" in written
    assert "**Term**\n\nIts definition." in written
    assert "**Note**\n\nA note with **bold** text." in written
    assert '```python\nword = "code"\n```\n\n<<half = 0.5' in written
    assert "**To do**\n\n- ☐ first\n- ☐ second" in written


def test_a_question_keeps_its_options_and_folds_its_answer(built):
    written = text(built)
    asked = "**Quick question: which?**\n\nWhat is $\\frac12 + \\frac12$?"
    assert f"{asked}\n\n1. one\n2. two\n3. three\n\n<details>\n" in written
    assert "<summary>Which is right, and why</summary>\n\n1. **Right.** It is.\n2. Twice that.\n3. Three" in written


def test_solutions_go_to_the_end(built):
    lesson, _, after = text(built).partition("\n\n## Solutions\n\n")
    assert "## Exercise 1.1 (By hand)\n\nAdd them.\n\n<details>\n<summary>Hint</summary>\n\nA hint." in lesson
    assert lesson.endswith("## After\n\nThe end.") and "secret" not in lesson
    assert after.startswith("### Solution to Exercise 1.1 (By hand)\n\nIt is one, secretly.\n\n")
    assert "(In code, with a stub)\n\n<<secret = 1>>\n\n<<assert secret == 1>>\n\n### Solution to Exercise 1.3" in after
    assert "## Terms\n\n- **kink**: A corner of a curve, see Small.\n\n## References\n\n- David" in after
    assert len(re.findall(r"^- .*(?:1944|1958)", after, re.MULTILINE)) == 2


def test_students_get_a_place_for_each_answer(built):
    written = text(built, "student")
    assert "Solution" not in written and "secret" not in written and "hidden" not in written
    assert written.count("your answer") == 2  # the second exercise has its stub
    assert "*Exercise 1.1, your answer:*" in written and "<<# Exercise 1.3: your answer>>" in written
    assert "<<answer = ...>>" in written and written.count("<summary>Hint") == 1


def test_a_downloaded_chapter_links_to_the_site_and_gets_its_library_from_there(built):
    first, *rest = cells(built, "download")
    assert f"%pip install {SITE}editions/{WHEEL}\n" in first.source and "archive" not in first.source
    assert f"[Next]({SITE}notebooks/02-next.html)" in rest[0].source
    assert f"%pip install ../{WHEEL}\n" in cells(built, "student")[0].source


def test_links_in_outputs_lead_where_those_of_the_text_lead():
    for address, written in (("02-next.ipynb", '<a href="02-next.ipynb">'), ("", "<a>")):
        chapter = Chapter(None, "notebooks/01-small", {"notebooks/02-next#part": address}.get, None)
        assert LINK_IN_OUTPUT.sub(chapter.output_link, '<a href="02-next.ipynb#part">') == written


def test_the_launch_buttons_open_the_chapter(built):
    html = (built / "html" / "notebooks" / "01-small.html").read_text("utf-8")
    group = re.search(r'<div class="dropdown dropdown-launch-buttons">.*?</ul>', html, re.DOTALL)[0]
    assert re.findall(r'href="([^"]*)"', group) == [
        "https://mybinder.org/v2/gh/Ann-Lee/softmax/main?urlpath=lab/tree/notebooks/01-small.ipynb",
        "https://colab.research.google.com/github/Ann-Lee/softmax/blob/portable/01-small.ipynb",
        "/lite/lab/index.html?path=01-small.ipynb",
    ]
    assert not re.findall(r'<img[^>]*src="https?:', html)
    assert f'<link rel="canonical" href="{SITE}notebooks/01-small.html"' in html
    assert "dropdown-launch-buttons" not in (built / "html" / "book" / "welcome.html").read_text("utf-8")


# --- Without a build -----------------------------------------------------------------------------------------------


def test_what_has_no_form_is_a_warning_and_keeps_its_words(caplog):
    written = Markdown(None, None).block(nodes.sidebar("", nodes.paragraph("", "beside")))
    assert written == "beside" and "no form for a sidebar" in caplog.text


@pytest.mark.parametrize(("repository", "baseurl", "site"), [
    ("", "", ""),
    ("", "https://course.example.org/softmax", "https://course.example.org/softmax/"),
    (REPOSITORY, "", SITE),
    (f"{REPOSITORY}.git/", "", SITE),
    ("https://github.com/Ann/Ann.github.io", "", "https://ann.github.io/"),
    (REPOSITORY, "https://course.example.org/", "https://course.example.org/"),
    ("https://gitlab.com/group/part/softmax", "", ""),
])
def test_the_address_of_the_site(repository, baseurl, site):
    assert site_address(repository, baseurl) == site


@pytest.mark.parametrize("address", ["github.com/ann/softmax", "https://github.com/ann", "git@github.com:ann/softmax"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(ExtensionError, match="should be like https://github.com/NAME/REPOSITORY"):
        repository_parts(address)


def test_binder_installs_what_the_repository_names():
    folder = small_book.ROOT / "binder"
    named, = re.findall(r"^-r (.*)$", (folder / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    assert (folder / named).resolve() == small_book.ROOT / "requirements.txt"
    assert re.fullmatch(r"python-3\.\d+\n", (folder / "runtime.txt").read_text("utf-8"))
    after = folder / "postBuild"
    assert after.stat().st_mode & 0o111 and "--editable ." in after.read_text("utf-8")
