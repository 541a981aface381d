"""Quick questions: what fails the build, every question of the book, and the answers of the built pages."""

import json
import re
from collections import Counter

import nbformat
import pytest
import small_book
from axe_playwright_python.sync_playwright import Axe
from docutils import nodes
from docutils.core import publish_doctree
from myst_parser.docutils_ import Parser

from tools import notebooks
from tools import questions as quick

CHAPTERS = notebooks.chapters()
BLOCK = re.compile(r"^````\{admonition\} (?P<title>.*)\n:class: question\n(?:.*\n)*?````$", re.MULTILINE)
SETTINGS = {"myst_enable_extensions": ["dollarmath"], "report_level": 5}

OPTIONS = "1. One.\n2. Two.\n3. Three.\n"
WHY = "1. It is not one.\n2. **Right.** It is two.\n3. It is not three.\n"
EXPLORER = """<figure class="sts sts-explorer" data-explorer="abc"><form>
<label for="o">f</label>
<select id="o" data-kind="chooser" data-index="0"><option>relu</option><option>tanh</option></select>
<input type="range" name="w" min="-2" max="2" step="0.1" value="1" data-start="1.0" data-kind="slider" data-index="0">
<input type="range" name="k" min="-1" max="2" step="0.5" value="0" data-start="1.0" data-kind="slider" data-index="1">
<input type="range" name="probe" min="-3" max="3" step="1" value="0" data-start="0.0" data-kind="probe" data-index="0">
</form><script>run({"panels":[],"sliders":[{"base":0,"digits":1},{"base":10,"digits":null}],"choosers":[2]})</script>
</figure>"""


def box(asked=OPTIONS, why=WHY, title="Quick question: how many?", text="How many?\n\n"):
    return (f"````{{admonition}} {title}\n:class: question\n{text}{asked}\n"
            f"```{{admonition}} Why\n:class: dropdown\n{why}```\n````")


def sliders(*lines):
    return box("".join(f"% {line}\n" for line in lines), "At two.\n")


def page(*items):
    """A page of explorers, whose HTML begins with <, and of other text in MyST."""
    document = publish_doctree("", settings_overrides=SETTINGS)
    for item in items:
        if item.startswith("<"):
            document += nodes.raw("", item, format="html")
        else:
            document += publish_doctree(item, parser=Parser(), settings_overrides=SETTINGS).children
    return document


def found(*items):
    return [what for _, what in quick.questions_of(page(*items))]


def book_page(path):
    """The questions and explorers of a chapter in the order in which they stand."""
    items = []
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            items += [block[0] for block in BLOCK.finditer(cell.source)]
        items += [html for output in cell.get("outputs", ())
                  if 'data-explorer="' in (html := output.get("data", {}).get("text/html", ""))]
    return page(*items)


@pytest.fixture(scope="module")
def book():
    """Chapter -> its questions: (title, what the page knows of it)."""
    return {path.stem: [(node[0].astext(), node, known) for node, known in quick.questions_of(book_page(path))]
            for path in CHAPTERS}


# --- The form ------------------------------------------------------------------------------------------------------


def test_a_choice_knows_its_right_option():
    assert found(box()) == [{"name": "quick-question-how-many", "kind": "choice", "right": 1}]


def test_a_question_at_the_sliders_knows_its_explorer_and_its_goals():
    one, again = found(EXPLORER, EXPLORER, sliders("1.5 <= w | Go up. | Go down.", "f = tanh"),
                       sliders("explorer 1", "slope <= -1e-2").replace("how many", "how steep"))  # fmt: skip
    assert (one["explorer"], one["copy"], again["copy"]) == ("abc", 1, 0)
    goal, chosen = json.loads(one["goals"])
    assert (goal["low"], goal["high"], goal["below"], goal["above"]) == (1.5, None, "Go up.", "Go down.")
    assert (chosen["name"], chosen["option"]) == ("f", 1)
    assert [(goal["name"], goal["high"]) for goal in json.loads(again["goals"])] == [("slope", -0.01)]


def test_the_positions_of_an_explorer_are_those_of_its_sliders():
    known = quick.explorer(EXPLORER)
    assert len(known.sliders["w"].values) == 41 and known.sliders["w"].values[-1] == pytest.approx(2)
    assert known.sliders["k"].values == pytest.approx([10**e for e in (-1, -0.5, 0, 0.5, 1, 1.5, 2)])
    assert known.choosers == {"f": ["relu", "tanh"]}
    assert quick.explorer("<figure></figure>") is None


FAULTS = [
    (box(why="1. No.\n2. Yes.\n3. Never.\n"), "no option is right"),
    (box(why="1. **Right.** It is.\n2. **Right.** So is this.\n3. No.\n"), "more than one option is right"),
    (box(why="1. No, **Right.** is wrong.\n2. Yes.\n3. Never.\n"), "no option is right"),
    (box(why="1. No.\n2. **Right.** It is.\n"), "it has 3 options and 2 explanations"),
    (box(why="1. No.\n2. **Right.**\n3. Never.\n"), "option 2 has no explanation"),
    (box(why="1. No.\n2. **Right.** It is.\n3. No.\n"), "two of its explanations are the same"),
    (box("1. One.\n2. Two.\n", "1. No.\n2. **Right.** It is.\n"), "it should have 2 wrong options or more"),
    (box("1. One.\n2. Two.\n3. One.\n"), "two of its options are the same"),
    (box("1. One.\n\n   More.\n2. Two.\n3. Three.\n"), "option 1 should be one paragraph"),
    (box(why="It is two.\n"), "its answer should be one numbered list"),
    (box(text=""), "it asks nothing"),
    (box().replace(":class: dropdown\n", ""), "it does not end in a folded answer"),
    (box(""), "either options or a comment"),
    (box("% 1.5 <= w\n\n" + OPTIONS), "either options or a comment"),
    (sliders("explorer 1"), "its comment states no position"),
    (sliders("explorer 2", "1.5 <= w"), "there is no explorer 2 above it"),
    (sliders("1.5 <= v"), "the explorer has no 'v': there are w, k, probe, f, value, slope"),
    (sliders("w = tanh"), "the explorer has no 'w'"),
    (sliders("f = gelu"), "'f' has no option 'gelu': there are relu, tanh"),
    (sliders("w > 1.5"), "cannot read 'w > 1.5'"),
    (sliders("w"), "cannot read 'w'"),
    (sliders("1 <= w | a | b | c"), "cannot read"),
    (sliders("0.5 <= w <= 1.5", "f = relu"), "the explorer solves it where it starts"),
    (sliders("1.51 <= w <= 1.59"), "no position of 'w' solves it"),
    (sliders("3 <= k <= 3.1"), "no position of 'k' solves it"),
]


@pytest.mark.parametrize("source, said", FAULTS, ids=[said for _, said in FAULTS])
def test_what_does_not_have_the_form_of_a_question_is_refused(source, said):
    (error,) = found(EXPLORER, source)
    assert isinstance(error, quick.QuestionError) and said in str(error)


def test_an_explorer_stands_above_its_question_and_titles_differ():
    missing, _ = found(sliders("1.5 <= w"), EXPLORER, box())[0], None
    assert "there is no explorer above it" in str(missing)
    _, same = found(box(), box())
    assert "another one of this chapter has the same title" in str(same)


def test_a_faulty_question_fails_the_build_and_a_page_counts_the_others(tmp_path):
    written = small_book.write(tmp_path)
    cells = [*small_book.CELLS, ("markdown", box(), ()),
             ("markdown", box(title="Quick question: bad?", why=OPTIONS.replace("One", "None")), ())]  # fmt: skip
    (written / "notebooks" / "01-small.ipynb").write_text(small_book.chapter(cells), encoding="utf-8")
    with open(written / "book" / "welcome.md", "a") as welcome:
        welcome.write("\n```{question-progress}\n```\n")
    status, printed = small_book.build(written)
    assert status != 0
    assert "notebooks/01-small: the question 'Quick question: bad?': no option is right" in printed
    html = written / "_build" / "html"
    chapter = (html / "notebooks" / "01-small.html").read_text(encoding="utf-8")
    assert chapter.count('data-kind="choice"') == 1 and "questions.js" in chapter
    assert re.search(r"<td>1</td>", (html / "book" / "welcome.html").read_text(encoding="utf-8"))


# --- The questions of the book -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_has_two_or_three_questions(book, path):
    asked = book[path.stem]
    assert [f"{title}: {known}" for title, _, known in asked if isinstance(known, Exception)] == []
    assert 2 <= len(asked) <= 3
    source = notebooks.prose(path)
    assert source.count("Quick question:") == len(asked) and source.count(":class: question") == len(asked)
    assert all(title.startswith("Quick question: ") for title, _, _ in asked)


def test_the_right_options_are_in_all_places_and_every_second_chapter_asks_at_its_sliders(book):
    every = [(title, node, known) for asked in book.values() for title, node, known in asked]
    places = Counter(known["right"] for _, _, known in every if known["kind"] == "choice")
    assert min(places[place] for place in range(3)) >= sum(places.values()) / 6
    assert max(places.values()) <= sum(places.values()) / 2
    at_sliders = [any(known["kind"] == "sliders" for _, _, known in asked) for asked in book.values()]
    assert sum(at_sliders) >= len(CHAPTERS) / 2
    assert len({title for title, _, _ in every}) == len(every)


# --- In a browser --------------------------------------------------------------------------------------------------

SIGMOID = "notebooks/04-sigmoid.html"
REFUSED = """for (const name of ["getItem", "setItem", "removeItem"]) {
  const plain = Storage.prototype[name]; // the theme needs it, and fails without
  Storage.prototype[name] = function (key, ...rest) {
    if (/questions/.test(key)) throw new DOMException("refused", "SecurityError");
    return plain.call(this, key, ...rest);
  };
}"""
NOTHING_CUT = """() => {
  const all = [...document.querySelectorAll(".question, .question *")].map((part) => part.getBoundingClientRect());
  return document.documentElement.scrollWidth <= innerWidth && all.every((part) => part.right <= innerWidth);
}"""
# Whether the start solves a question with a read-out, and whether some position of the sliders does.
SOLUTIONS = """() => [...document.querySelectorAll('.question[data-kind="sliders"]')].map((box) => {
  const goals = JSON.parse(box.dataset.goals);
  const figure = document.querySelectorAll(`figure[data-explorer="${box.dataset.explorer}"]`)[Number(box.dataset.copy)];
  const {spec, probe, state} = figure.explorer;
  if (!goals.some((goal) => ["value", "slope"].includes(goal.name))) return [box.dataset.name, false, true];
  const inputs = [...figure.querySelectorAll("input[type=range]")].filter((one) => one.dataset.kind !== "chooser");
  const met = ({low, high}, at) => (low === null || at >= low - 1e-9) && (high === null || at <= high + 1e-9);
  const named = (input) => goals.filter((goal) => goal.name === input.name);
  const places = inputs.map((input) => {
    const [low, high, step] = [input.min, input.max, input.step].map(Number);
    const base = input.dataset.kind === "slider" ? spec.sliders[Number(input.dataset.index)].base : 0;
    return Array.from({length: Math.round((high - low) / step) + 1}, (_, k) => low + k * step)
      .map((place) => base ? base ** place : place).filter((at) => named(input).every((goal) => met(goal, at)));
  });
  const option = spec.choosers.reduce((total, size, k) => total * size + state.chosen[k], 0);
  const solves = (at) => {
    const x = at[inputs.findIndex((one) => one.dataset.kind === "probe")];
    const values = at.filter((_, k) => inputs[k].dataset.kind === "slider");
    const [value, slope] = probe[option](x, ...values);
    return goals.every((goal) => goal.name === "value" ? met(goal, value) : goal.name === "slope" ? met(goal, slope) :
      met(goal, at[inputs.findIndex((one) => one.name === goal.name)]));
  };
  const some = (at) => at.length === places.length ? solves(at) : places[at.length].some((one) => some([...at, one]));
  return [box.dataset.name, solves(inputs.map((one) => Number(one.dataset.start))), some([])];
})"""


@pytest.fixture
def opened(browser, site):
    """Open a page of the site from disk, several in the same context; nothing may go wrong, nobody else be asked."""
    contexts, wrong = [], []

    def begin(name=SIGMOID, context=None, script=None, **options):
        if context is None:
            context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
            contexts.append(context)
            if script:
                context.add_init_script(script)
        window = context.new_page()
        window.on("pageerror", lambda error: wrong.append(str(error)))
        window.on("request", lambda asked: asked.url.startswith(("file:", "data:", "blob:")) or wrong.append(asked.url))
        window.goto((site / name).as_uri())
        return window

    yield begin
    for context in contexts:
        context.close()
    assert not wrong


def told(question):
    return question.get_by_role("status").inner_text()


@pytest.mark.browser
def test_a_choice_answers_at_once_by_mouse_and_by_keyboard(opened):
    window = opened(color_scheme="light")
    first, _, last = window.locator(".admonition.question").all()
    assert window.get_by_text("what is missing to 1").filter(visible=True).count() == 0
    assert told(first) == told(last) == ""
    group = first.get_by_role("group", name=re.compile("A sigmoid neuron says 0.9. How steep is it"))
    group.get_by_text("0.25").click()
    assert told(first).startswith("Not this one. That is the slope at the centre")
    group.get_by_role("radio", name="0.09").check()
    assert told(first).startswith("Right. The slope is the value times")
    assert first.locator(".verdict mjx-container").is_visible()  # the formula of the explanation
    assert first.get_by_text("answered").is_visible()

    # Arrow keys pass over the options; Space, Enter and the button answer.
    options = last.get_by_role("radio")
    options.first.focus()
    window.keyboard.press("ArrowDown")
    window.keyboard.press("ArrowDown")
    assert options.nth(2).is_checked() and told(last) == ""
    window.keyboard.press("Space")
    assert told(last).startswith("Not this one. The flatness is in the squared error alone.")
    window.keyboard.press("ArrowUp")
    assert told(last) == ""
    window.keyboard.press("Tab")
    assert last.get_by_role("button", name="Check this answer").evaluate("one => one === document.activeElement")
    window.keyboard.press("Enter")
    assert told(last).startswith("Right.") and last.get_by_role("button").count() == 0
    window.keyboard.press("Shift+Tab")
    window.keyboard.press("ArrowUp")
    window.keyboard.press("Enter")
    assert told(last).startswith("Not this one. Neither can grow much")

    kept = json.loads(window.evaluate("localStorage['from-step-to-softmax.questions']"))["04-sigmoid"]
    assert list(kept.values()) == [{"first": False, "right": True}] * 2
    for theme in ("light", "dark"):
        window.emulate_media(color_scheme=theme)
        window.wait_for_function("theme => document.documentElement.dataset.theme === theme", arg=theme)
        found = Axe().run(window, ".admonition.question").response["violations"]
        assert [(rule["id"], node["html"]) for rule in found for node in rule["nodes"]] == []
    window.set_viewport_size({"width": 375, "height": 700})
    assert window.evaluate(NOTHING_CUT)
    window.emulate_media(media="print")
    assert first.locator("summary").is_visible() and not first.get_by_role("status").is_visible()
    assert opened(context=window.context).get_by_text("answered", exact=True).count() == 2


@pytest.mark.browser
def test_a_question_at_the_sliders_is_solved_by_keyboard(opened):
    window = opened()
    question = window.locator('.question[data-kind="sliders"]')
    figure = window.locator(f'figure[data-explorer="{question.get_attribute("data-explorer")}"]')
    assert question.get_by_text("The weight alone says").is_hidden()

    def press(name, key, times):
        figure.locator(f"input[name={name}]").focus()
        for _ in range(times):
            window.keyboard.press(key)

    press("probe", "ArrowRight", 28)
    question.get_by_text("The point is still left of 1.5.").wait_for()
    press("probe", "ArrowRight", 2)
    question.get_by_text("Too flat at the point").wait_for()
    press("w", "ArrowRight", 30)
    press("b", "ArrowLeft", 60)
    question.get_by_text("There. At the crossing the slope is").wait_for()
    assert question.get_by_text("answered").is_visible()
    kept = json.loads(window.evaluate("localStorage['from-step-to-softmax.questions']"))["04-sigmoid"]
    assert list(kept.values()) == [{"first": True, "right": True}]


@pytest.mark.browser
def test_progress_is_counted_exported_and_erased(opened):
    window = opened()
    window.locator(".admonition.question").first.get_by_role("radio", name="0.09").check()
    window.goto(window.url.replace(SIGMOID, "book/how-to-use.html"))
    place = window.locator(".question-progress")
    assert place.get_by_text("questions answered right, 1 of them at first").is_visible()
    place.get_by_text("Chapter by chapter").click()
    assert place.get_by_role("row", name="Sigmoid").get_by_role("cell").all_inner_texts()[1:] == ["1", "1"]
    with window.expect_download() as download:
        place.get_by_role("button", name="Export as a file").click()
    exported = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert list(exported["questions"]) == ["04-sigmoid"]
    found = Axe().run(window, ".question-progress").response["violations"]
    assert [rule["id"] for rule in found] == []

    erase = place.get_by_role("button", name="Erase …")
    erase.press("Enter")
    assert place.get_by_text("Erase the answers to 1 question?").is_visible()
    place.get_by_role("button", name="Keep them").press("Enter")
    assert place.get_by_role("status").inner_text() == "Kept."
    assert place.get_by_text("answered right, 1 of").is_visible()
    erase.press("Enter")
    window.keyboard.press("Enter")  # the focus is on the confirmation
    assert place.get_by_role("status").inner_text() == "Erased." and erase.evaluate("e => e === document.activeElement")
    assert place.get_by_text("answered right, 0 of").is_visible()
    assert window.evaluate("localStorage['from-step-to-softmax.questions']") is None


@pytest.mark.browser
def test_where_the_browser_keeps_nothing_all_else_works(opened):
    window = opened(script=REFUSED)
    question = window.locator(".admonition.question").first
    question.get_by_role("radio", name="0.09").check()
    assert told(question).startswith("Right.")
    window.goto(window.url.replace(SIGMOID, "book/how-to-use.html"))
    assert window.get_by_text("this browser refuses to keep it").is_visible()


@pytest.mark.browser
def test_without_script_the_explanations_are_folded_below_the_options(opened):
    window = opened(java_script_enabled=False)
    question = window.locator(".admonition.question").first
    assert question.get_by_role("listitem").all_inner_texts()[:2] == ["0.9", "0.09"]
    assert question.get_by_role("radio").count() == 0
    why = question.get_by_text("what is missing to 1")
    assert why.is_hidden()
    question.get_by_text("Which is right, and why").click()
    assert why.is_visible()


@pytest.mark.browser
def test_no_start_solves_a_question_about_what_is_read_and_some_position_does(opened, book):
    reading = [chapter for chapter, asked in book.items() for _, _, known in asked
               if re.search('"name": "(value|slope)"', known.get("goals", ""))]
    assert reading
    window = opened(f"notebooks/{reading[0]}.html")
    for chapter in dict.fromkeys(reading):
        window.goto(window.url.rpartition("/")[0] + f"/{chapter}.html")
        assert [found for found in window.evaluate(SOLUTIONS) if found[1] or not found[2]] == []
