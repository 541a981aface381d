"""Sphinx extension: quick questions, which a page answers by itself.

A question is an admonition of the class `question`, so that JupyterLab and every other reader of MyST shows it as a box
with a folded answer. The text of a choice ends in a numbered list of options; the folded box in it has one explanation
for each, in the same order, and the one of the right option begins with **Right.**:

    ````{admonition} Quick question: how steep?
    :class: question
    How large can the slope of a sigmoid be?

    1. 1
    2. $\\frac14$
    3. as large as you like

    ```{admonition} Answer
    :class: dropdown
    1. A slope of 1 would take ...
    2. **Right.** The product ...
    3. That is the slope of σ(wx) ...
    ```
    ````

A question at the sliders has no list. A comment says which positions solve it, a line for each slider or read-out of
the last explorer above (or of the second of the page, after a line `% explorer 2`), and what to tell those who are
below or above:

    % 3.9 <= w <= 4.1 | Still too flat. | Too steep.

A bound may be missing. `probe` is the point x₀, `value` and `slope` are what is read there, and `name = option` asks
for an option of a chooser. What does not have this form fails the build. On the site the question becomes a form by the
script `questions.js`; without it, and on paper, the explanations are folded below the options.
"""

import json
import re
from dataclasses import asdict, dataclass
from html import escape
from html.parser import HTMLParser

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

CLASS = "question"
RIGHT = "Right."
READ_OUTS = ("value", "slope")
FEWEST_WRONG = 2
NUMBER = r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?"
WITHIN = re.compile(rf"(?:(?P<low>{NUMBER}) <= )?(?P<name>\w+)(?: <= (?P<high>{NUMBER}))?")
CHOSEN = re.compile(r"(?P<name>[^=<>]+?) = (?P<option>.+)")
SLIDERS = re.compile(r'"sliders":(\[.*?\])')

logger = logging.getLogger(__name__)


class QuestionError(Exception):
    """A question that does not have its form; says what is wrong with it."""


# --- The explorers of a page ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slider:
    """A slider: the values that it can take, and the one at which it starts."""

    values: tuple
    start: float


@dataclass(frozen=True)
class Explorer:
    """An explorer as a stored page has it: its key, which of the equal ones it is, sliders and choosers by name."""

    key: str
    copy: int
    sliders: dict
    choosers: dict

    @property
    def names(self):
        """What a question can ask of it."""
        return [*self.sliders, *self.choosers, *(READ_OUTS if "probe" in self.sliders else ())]


class Controls(HTMLParser):
    """Gathers the sliders and choosers of an explorer from its HTML."""

    def __init__(self, html):
        super().__init__()
        self.key, self.ranges, self.choosers = None, [], {}
        self.label = self.inside = None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.inside = tag
        if "data-explorer" in given:
            self.key = given["data-explorer"]
        elif tag == "input" and given.get("type") == "range":
            self.ranges.append(given)
        elif tag == "select":
            self.choosers[self.label] = []

    def handle_data(self, text):
        if self.inside == "label":
            self.label = text
        elif self.inside == "option":
            self.choosers[self.label].append(text)

    def handle_endtag(self, tag):
        self.inside = None


def explorer(html, before=()):
    """The explorer that a piece of HTML holds, after those before it on the page; None if it holds none."""
    if 'data-explorer="' not in html:
        return None
    found = Controls(html)
    specs, sliders = json.loads(SLIDERS.search(html)[1]), {}
    for given in found.ranges:
        base = specs[int(given["data-index"])]["base"] if given["data-kind"] == "slider" else 0
        low, high, step = (float(given[name]) for name in ("min", "max", "step"))
        places = [low + step * n for n in range(int((high - low) / step + 1e-9) + 1)]
        values = tuple(base**place if base else place for place in places)
        sliders[given["name"]] = Slider(values, float(given["data-start"]))
    return Explorer(found.key, sum(other.key == found.key for other in before), sliders, found.choosers)


# --- What solves a question ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Goal:
    """Where a slider or a read-out must be, or which option of a chooser, and what to tell those who are elsewhere."""

    name: str
    low: float | None = None
    high: float | None = None
    option: int | None = None
    below: str = ""
    above: str = ""

    def is_met(self, value):
        """Whether a value solves it, as the script has it: no last bit decides."""
        if self.option is not None:
            return value == self.option
        far = [bound for bound, sign in ((self.low, 1), (self.high, -1))
               if bound is not None and sign * (bound - value) > 1e-9 * max(1, abs(bound))]
        return not far


def goal_of(line, target):
    """The goal that a line of the comment states about an explorer."""
    condition, *hints = [part.strip() for part in line.split("|")]
    within, chosen = WITHIN.fullmatch(condition), CHOSEN.fullmatch(condition)
    if not (within and (within["low"] or within["high"]) or chosen) or len(hints) > 2:
        raise QuestionError(f"cannot read {line!r}: it should be like '3.9 <= w <= 4.1 | Too flat. | Too steep.'")
    name = (within or chosen)["name"]
    if name not in target.names or (chosen and name not in target.choosers):
        raise QuestionError(f"the explorer has no {name!r}: there are {', '.join(target.names)}")
    told = dict(zip(("below", "above"), hints, strict=False))
    if chosen:
        options = target.choosers[name]
        if chosen["option"] not in options:
            raise QuestionError(f"{name!r} has no option {chosen['option']!r}: there are {', '.join(options)}")
        return Goal(name, option=options.index(chosen["option"]), **told)
    return Goal(name, *(float(within[end]) if within[end] else None for end in ("low", "high")), **told)


def check_reach(goals, target):
    """Raise if the explorer solves the question where it starts, or nowhere. A read-out is known to the script only."""
    plain = [goal for goal in goals if goal.name not in READ_OUTS]
    starts = [target.sliders[goal.name].start if goal.name in target.sliders else 0 for goal in plain]
    if len(plain) == len(goals) and all(goal.is_met(start) for goal, start in zip(goals, starts, strict=True)):
        raise QuestionError("the explorer solves it where it starts")
    for goal in plain:
        if goal.name in target.sliders and not any(map(goal.is_met, target.sliders[goal.name].values)):
            raise QuestionError(f"no position of {goal.name!r} solves it")


# --- The form of a question ----------------------------------------------------------------------------------------


def is_question(node):
    """Whether a node is the box of a question."""
    return isinstance(node, nodes.admonition) and CLASS in node["classes"]


def parts(box):
    """What a box holds: its title, the text, the options or None, the comment's lines, and the folded answer."""
    title, *rest = box.children
    comments = [node for node in rest if isinstance(node, nodes.comment)]
    rest = [node for node in rest if node not in comments]
    if not rest or not (isinstance(rest[-1], nodes.admonition) and "dropdown" in rest[-1]["classes"]):
        raise QuestionError("it does not end in a folded answer")
    *text, answer = rest
    options = text.pop() if text and isinstance(text[-1], nodes.enumerated_list) else None
    if not text or not isinstance(text[-1], nodes.paragraph):
        raise QuestionError("it asks nothing: a paragraph should come before the options")
    lines = [line.strip() for node in comments for line in node.astext().splitlines() if line.strip()]
    return title, text, options, lines, answer


def right_option(options, answer):
    """The place of the right option, from 0; raises if the options and the explanations do not have their form."""
    if len(answer.children) != 2 or not isinstance(answer[1], nodes.enumerated_list):
        raise QuestionError("its answer should be one numbered list, an explanation for each option")
    explained = answer[1].children
    if len(explained) != len(options):
        raise QuestionError(f"it has {len(options)} options and {len(explained)} explanations")
    for place, option in enumerate(options, start=1):
        if len(option) != 1 or not isinstance(option[0], nodes.paragraph):
            raise QuestionError(f"option {place} should be one paragraph")
        if not explained[place - 1].astext().removeprefix(RIGHT).strip():
            raise QuestionError(f"option {place} has no explanation")
    right = [place for place, item in enumerate(explained) if item.astext().startswith(RIGHT)
             and next(item.findall(nodes.strong), nodes.Text("")).astext() == RIGHT]
    if len(right) != 1:
        raise QuestionError(f"{'no' if not right else 'more than one'} option is right: "
                            f"one explanation should begin with **{RIGHT}**")
    if len(options) - 1 < FEWEST_WRONG:
        raise QuestionError(f"it should have {FEWEST_WRONG} wrong options or more")
    for kind, items in (("options", options), ("explanations", explained)):
        if len({item.astext() for item in items}) < len(items):
            raise QuestionError(f"two of its {kind} are the same")
    return right[0]


def target_of(lines, explorers):
    """The explorer that a question is about, among those above it, and the lines that state the goals."""
    named = re.fullmatch(r"explorer (\d+)", lines[0])
    place = int(named[1]) if named else len(explorers)
    if not 0 < place <= len(explorers):
        raise QuestionError(f"there is no explorer {place} above it" if named else "there is no explorer above it")
    return explorers[place - 1], lines[1:] if named else lines


def read(box, explorers):
    """What the page must know of a question, by the names of its attributes; raises QuestionError."""
    _, _, options, lines, answer = parts(box)
    if options is not None and not lines:
        return {"kind": "choice", "right": right_option(options, answer)}
    if options is not None or not lines:
        raise QuestionError("it should have either options or a comment that says which positions solve it")
    target, stated = target_of(lines, explorers)
    goals = [goal_of(line, target) for line in stated]
    if not goals:
        raise QuestionError("its comment states no position that solves it")
    check_reach(goals, target)
    return {"kind": "sliders", "explorer": target.key, "copy": target.copy,
            "goals": json.dumps([asdict(goal) for goal in goals], ensure_ascii=False)}


def questions_of(document):
    """(box, what the page must know of it or the QuestionError) for each question of a page, in reading order."""
    explorers, seen = [], set()
    for node in document.findall(lambda node: isinstance(node, nodes.raw) or is_question(node)):
        if isinstance(node, nodes.raw):
            explorers += filter(None, [explorer(node.astext(), explorers)])
            continue
        name = nodes.make_id(node[0].astext())
        try:
            if name in seen:
                raise QuestionError("another one of this chapter has the same title")
            seen.add(name)
            yield node, {"name": name} | read(node, explorers)
        except QuestionError as error:
            yield node, error


# --- The site ------------------------------------------------------------------------------------------------------


class question(nodes.Admonition, nodes.Element):
    """The box of a question on the site."""


class progress(nodes.General, nodes.Element):
    """The place of the table that says which questions have been answered."""


class ProgressDirective(SphinxDirective):
    """The directive {question-progress}: how many questions each chapter has, and which of them were answered here."""

    def run(self):
        self.env.metadata[self.env.docname]["question-progress"] = True
        return [progress()]


def note_questions(app, document):
    """Remember the questions of a page; warn of each that does not have its form, which fails the build."""
    names = []
    for box, found in questions_of(document):
        if isinstance(found, QuestionError):
            logger.warning("%s: the question %r: %s", app.env.docname, box[0].astext(), found, location=box)
        else:
            box["question"] = found
            names.append(found["name"])
    if names:
        app.env.metadata[app.env.docname]["questions"] = names


def pages_with_progress(app, env):
    """The pages that count the questions of others are written anew when anything was read."""
    return [name for name, known in env.metadata.items() if "question-progress" in known]


def raw(html):
    return nodes.raw("", html, format="html")


class BuildQuestions(SphinxPostTransform):
    """Gives each question the form that it has on the site."""

    default_priority = 210  # MyST-NB is done at 199
    formats = ("html",)

    def run(self, **_):
        for box in list(self.document.findall(lambda node: is_question(node) and "question" in node)):
            box.replace_self(built(box))


def built(box):
    """The box for the site: the text, the options, and the explanations folded below them."""
    title, text, options, _, answer = parts(box)
    made = question(**{key: value for key, value in box["question"].items()}, ids=[box["question"]["name"]])
    made += [title, *text]
    if options is not None:
        options["classes"].append("options")
        made += options
    summary = escape(answer[0].astext())
    made += [raw(f'<details class="answer"><summary>{summary}</summary>'), *answer.children[1:], raw("</details>")]
    return made


def visit_question(translator, node):
    attributes = {f"data-{name}": str(node[name]) for name in ("kind", "right", "explorer", "copy", "goals")
                  if name in node.attributes}
    chapter = translator.builder.current_docname.rpartition("/")[2]
    attributes |= {"data-chapter": chapter, "data-name": node["name"]}
    translator.body.append(translator.starttag(node, "div", CLASS="admonition question", **attributes))


def depart_question(translator, node):
    translator.body.append("</div>\n")


def visit_progress(translator, node):
    """Write the table, which says without script how many questions there are, and the place for all else."""
    env, builder = translator.builder.env, translator.builder
    rows = []
    for docname, known in sorted(env.metadata.items()):
        if names := known.get("questions"):
            address = builder.get_relative_uri(builder.current_docname, docname)
            title = translator.encode(env.titles[docname].astext())
            rows.append(f'<tr data-chapter="{docname.rpartition("/")[2]}" data-names="{" ".join(names)}">'
                        f'<th scope="row"><a href="{address}#{names[0]}">{title}</a></th><td>{len(names)}</td></tr>')
    translator.body.append(
        '<div class="question-progress"><details><summary>Chapter by chapter</summary>'
        '<div class="pst-scrollable-table-container"><table class="table">'
        '<thead><tr><th scope="col">Chapter</th><th scope="col">Questions</th></tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table></div></details></div>\n')
    raise nodes.SkipNode


def add_files(app, pagename, templatename, context, doctree):
    """Give a page that has questions, or tells of them, the style and the script."""
    known = app.env.metadata.get(pagename, {})
    if "questions" in known or "question-progress" in known:
        app.add_css_file("questions.css")
        app.add_js_file("questions.js", loading_method="defer")


def setup(app):
    """Connect all of it to the build."""
    app.add_node(question, html=(visit_question, depart_question))
    app.add_node(progress, html=(visit_progress, None))
    app.add_directive("question-progress", ProgressDirective)
    app.add_post_transform(BuildQuestions)
    app.connect("doctree-read", note_questions)
    app.connect("env-updated", pages_with_progress)
    app.connect("html-page-context", add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
