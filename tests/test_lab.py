"""The chapters in JupyterLab: rendered, folded and alive, and run by a reader who moves a slider."""

import json
import re
import shutil
import subprocess
import time
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from tools import lab, notebooks

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = notebooks.chapters()
SIGMOID, TANH = (ROOT / "notebooks" / f"{name}.ipynb" for name in ("04-sigmoid", "05-tanh"))
START_SECONDS, RENDER_SECONDS, RUN_SECONDS = 120, 120, 300  # how long to wait on a slow machine, before giving up

# What is on the site alone: JupyterLab sees one chapter, and no glossary; and a reference before all cells are read.
NOT_THERE = re.compile(r"Cross reference target was not found: (term-|exercise-)")
RAW = re.compile(r"\{[a-z]+[:\w-]*\}|\]\(|:::|```|^\([\w-]+\)=$", re.MULTILINE)

ALL_CELLS = "count => document.querySelectorAll('.jp-Notebook .jp-Cell').length === count"
ALL_RENDERED = """() => [...document.querySelectorAll('.jp-MarkdownCell')]
    .every(cell => cell.querySelector('.myst, .jp-InputPlaceholder'))"""
TEXTS = """() => [...document.querySelectorAll('.jp-MarkdownCell .myst')].map(shown => {
    const text = shown.cloneNode(true);
    text.querySelectorAll('.katex, pre, code').forEach(part => part.remove());
    return text.textContent; })"""
OPEN_ANSWERS = """() => [...document.querySelectorAll('.jp-MarkdownCell details, .jp-MarkdownCell .myst-exercise')]
    .filter(box => box.open || box.tagName !== 'DETAILS' && box.textContent.includes('Solution to'))
    .map(box => box.textContent.slice(0, 80))"""
FOLDED = """() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')].map(cell => [
    cell.querySelector('.jp-InputPlaceholder') !== null, cell.querySelector('.jp-OutputPlaceholder') !== null])"""
WAITING = """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
    .filter(prompt => prompt.textContent === '[*]:').length"""


# --- Without a browser ---------------------------------------------------------------------------------------------


def test_nothing_is_kept_outside_its_own_folder(tmp_path, monkeypatch):
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, "/somewhere/else")
    given = lab.environment(tmp_path)
    folders = [value for name, value in given.items() if re.match(r"JUPYTER.*_DIR$|IPYTHONDIR$", name)]
    assert len(folders) >= 4 and all(Path(folder).is_relative_to(tmp_path) for folder in folders)
    ignored = subprocess.run(["git", "check-ignore", "-q", f"{lab.STATE}/"], cwd=ROOT)
    assert ignored.returncode == 0 or not (ROOT / ".git").exists()


def test_the_notebooks_as_they_are_on_disk_are_trusted_and_no_others(tmp_path):
    (tmp_path / "notebooks").mkdir()
    path = tmp_path / "notebooks" / "01-small.ipynb"
    output = nbformat.v4.new_output("display_data", {"text/html": "<script></script>"})
    cell = nbformat.v4.new_code_cell("1", outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    lab.prepare(tmp_path / "state", tmp_path)
    notary = NotebookNotary(data_dir=str(tmp_path / "state" / "data"))
    notebook = nbformat.read(path, as_version=4)
    assert notary.check_signature(notebook)
    notebook.cells[0].outputs[0].data["text/html"] += " "
    assert not notary.check_signature(notebook)


def test_what_a_grader_adds_to_jupyterlab_stays_out_of_it(tmp_path):
    installed = [file for package in ("nbgrader", "notebook") for file in metadata.files(package)]
    served = [json.loads(file.read_text()) for file in installed if "jupyter_server_config.d" in file.parts]
    extensions = [json.loads(file.read_text()) for file in installed
                  if "labextensions" in file.parts and file.name == "package.json"]
    assert {name for one in served for name in one["ServerApp"]["jpserver_extensions"]} == set(lab.NOT_SERVED)
    assert {one["name"] for one in extensions} == set(lab.NOT_SHOWN)
    lab.prepare(tmp_path, tmp_path)
    page = json.loads((tmp_path / "overrides" / "page_config.json").read_text(encoding="utf-8"))
    assert page == {"disabledExtensions": lab.NOT_SHOWN}
    assert f"--ServerApp.jpserver_extensions={dict.fromkeys(lab.NOT_SERVED, False)}" in lab.command(tmp_path)


# --- In a browser --------------------------------------------------------------------------------------------------


class Server:
    """A JupyterLab over a copy of the chapters, so that nothing that it saves comes back into the repository."""

    def __init__(self, folder):
        self.state, self.root = folder / "state", folder / "book"
        for name in ("notebooks", "book"):
            shutil.copytree(ROOT / name, self.root / name, ignore=shutil.ignore_patterns(".*", "_generated"))
        lab.prepare(self.state, self.root)
        self.log = open(folder / "log", "w+", encoding="utf-8")
        own = ["--ServerApp.open_browser=False", "--ServerApp.port=0", "--ServerApp.allow_root=True",
               "--LabApp.expose_app_in_browser=True"]  # `jupyterapp`, by which a test changes the chapter
        self.process = subprocess.Popen(
            [*lab.command(self.state, self.root), *own],
            env=lab.environment(self.state) | {"PYTHONPATH": str(ROOT)},
            cwd=self.root, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
        )  # fmt: skip

    def wait(self):
        """Wait until it answers, and remember its address and its token."""
        latest = time.monotonic() + START_SECONDS
        while True:
            try:
                info = json.loads(next((self.state / "runtime").glob("jpserver-*.json")).read_text(encoding="utf-8"))
                self.url, self.token = info["url"], info["token"]
                return self.ask("api/status")
            except (StopIteration, ValueError, OSError):
                assert self.process.poll() is None and time.monotonic() < latest, f"no JupyterLab:\n{self.said()}"
                time.sleep(0.2)

    def ask(self, path, method="GET"):
        request = Request(self.url + path, method=method, headers={"Authorization": f"token {self.token}"})
        with urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")

    def end_kernels(self):
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")

    def said(self):
        self.log.flush()
        return Path(self.log.name).read_text(encoding="utf-8")[-4000:]

    def end(self):
        """End it, and with it its kernels."""
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("lab"))
    try:
        running.wait()
        yield running
    finally:
        running.end()


class Desk:
    """A window of JupyterLab, with everything that went wrong in it."""

    def __init__(self, browser, server, **options):
        self.server, self.wrong = server, []
        self.context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(1000 * RENDER_SECONDS)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}\n{error.stack}"))
        self.page.on("console", self.note_message)
        self.page.on("request", self.note_request)

    def note_message(self, said):
        if said.type == "error" and len(self.wrong) < 100:  # a page may repeat itself without end
            self.wrong += [f"console: {line}" for line in said.text.splitlines() if not NOT_THERE.match(line)]

    def note_request(self, request):
        asked = urlsplit(request.url)
        if asked.scheme not in ("data", "blob", "about") and asked.netloc != urlsplit(self.server.url).netloc:
            self.wrong.append(f"asked another host: {request.url}")

    def open(self, chapter):
        """Open a chapter alone, and wait until all of its cells are on the page and rendered."""
        self.page.goto(f"{self.server.url}lab/tree/notebooks/{chapter.name}?reset&token={self.server.token}")
        return self.see(chapter)

    def turn_to(self, chapter):
        """Open a chapter in place of the one that is open, in the same window."""
        if self.page.url == "about:blank":
            return self.open(chapter)
        self.page.evaluate("() => { for (const open of [...jupyterapp.shell.widgets('main')]) open.dispose(); }")
        self.wait_for(ALL_CELLS, 0)
        self.server.end_kernels()
        self.page.evaluate("path => void jupyterapp.commands.execute('docmanager:open', {path})",
                           f"notebooks/{chapter.name}")
        return self.see(chapter)

    def see(self, chapter):
        self.wait_for(ALL_CELLS, len(nbformat.read(chapter, as_version=4).cells))
        self.wait_for(ALL_RENDERED)
        return self.page

    def wait_for(self, condition, argument=None, seconds=RENDER_SECONDS):
        self.page.wait_for_function(condition, arg=argument, timeout=1000 * seconds)

    def run_all(self):
        """Run all cells, as a reader does, and wait until the last one has answered."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        self.wait_for(f"() => ({WAITING})() > 0")
        self.wait_for(f"() => ({WAITING})() === 0", seconds=RUN_SECONDS)


@pytest.fixture(scope="module")
def long_open(browser, server):
    """One window for all chapters that are only looked at: to load JupyterLab takes longer than to show a chapter."""
    opened = Desk(browser, server)
    yield opened
    opened.context.close()
    server.end_kernels()


@pytest.fixture
def shown(long_open):
    """That window, with nothing against it that was there before; at the end nothing may have gone wrong in it."""
    long_open.wrong.clear()
    yield long_open
    assert_nothing_wrong(long_open)


def assert_nothing_wrong(desk):
    assert not desk.wrong, "\n".join(line[:300] for line in desk.wrong[:20])


@pytest.fixture
def desk(browser, server):
    """A window; at the end of the test nothing may have gone wrong in it."""
    opened = Desk(browser, server)
    yield opened
    opened.context.close()
    server.end_kernels()
    assert_nothing_wrong(opened)


@pytest.mark.browser
def test_it_opens_on_the_first_chapter(desk, server):
    desk.page.goto(f"{server.url}?token={server.token}")
    desk.wait_for(ALL_CELLS, len(nbformat.read(CHAPTERS[0], as_version=4).cells))
    assert urlsplit(desk.page.url).path == f"/lab/tree/notebooks/{CHAPTERS[0].name}"
    desk.wait_for(ALL_RENDERED)


@pytest.mark.browser
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_is_rendered_and_its_solutions_are_folded(shown, path):
    page = shown.turn_to(path)
    raw = [text[max(0, found.start() - 40):found.end() + 40] for text in page.evaluate(TEXTS)
           for found in RAW.finditer(text)]  # fmt: skip
    assert raw == []
    assert page.evaluate(OPEN_ANSWERS) == []
    assert page.locator(".jp-MarkdownCell .myst-exercise").count() > 0
    cells = nbformat.read(path, as_version=4).cells
    inside = notebooks.inside_solutions(cells)
    for number, (cell, solution, (code, output)) in enumerate(zip(cells, inside, page.evaluate(FOLDED), strict=True)):
        role = notebooks.role_of(cell)
        assert code == (solution or role != "lesson"), f"cell {number + 1}"
        assert output == (cell.cell_type == "code" and (solution or role == "check")), f"cell {number + 1}"


@pytest.mark.browser
def test_a_folded_part_of_a_solution_tells_nothing_and_opens(desk):
    page, cells = desk.open(SIGMOID), nbformat.read(SIGMOID, as_version=4).cells
    folded = [cell.cell_type == "markdown" and inside
              for cell, inside in zip(cells, notebooks.inside_solutions(cells), strict=True)]  # fmt: skip
    cell = page.locator(".jp-Notebook .jp-Cell").nth(folded.index(True))
    words = cell.locator(".jp-PlaceholderText")
    assert words.evaluate("shown => getComputedStyle(shown).fontSize") == "0px"
    assert words.evaluate("shown => getComputedStyle(shown, '::before').content") == '"Text"'
    words.locator("xpath=..").click()
    cell.locator(".myst p").first.wait_for()


@pytest.mark.browser
def test_a_stored_figure_moves_before_a_cell_has_run(desk):
    figure = desk.open(SIGMOID).locator(".jp-OutputArea figure").first
    slider, reading = figure.locator("input[type=range]").first, figure.locator("output").last
    before, picture = reading.inner_text(), figure.locator("svg").first.inner_html()
    slider.press("ArrowRight")
    assert reading.inner_text() != before
    assert figure.locator("svg").first.inner_html() != picture


@pytest.mark.browser
def test_a_preview_of_a_link_asks_no_other_host(desk):
    page = desk.open(SIGMOID)
    page.locator(".myst a[href^='https://github.com/']").first.hover()
    page.get_by_text("Error loading from GitHub.").first.wait_for(state="attached")
    refused = [fault for fault in desk.wrong if "Content Security Policy" in fault]
    assert refused and desk.wrong == refused
    desk.wrong.clear()


@pytest.mark.browser
def test_a_chapter_that_was_only_read_is_saved_as_it_was(desk, server):
    saved = server.root / "notebooks" / SIGMOID.name
    before = saved.stat().st_mtime_ns
    page = desk.open(SIGMOID)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()  # the kernel has told its language
    page.locator(".jp-Notebook .jp-Cell").first.click()
    page.keyboard.press("Control+s")
    page.locator(".lm-TabBar-tab.jp-mod-current:not(.jp-mod-dirty)", has_text=SIGMOID.name).wait_for()
    assert saved.read_bytes() == SIGMOID.read_bytes()
    assert saved.stat().st_mtime_ns > before


@pytest.mark.browser
def test_a_link_to_another_chapter_opens_it_here(desk):
    page = desk.open(SIGMOID)
    page.get_by_role("link", name="Vanishing gradients").first.click()
    page.get_by_role("tab", name="07-vanishing-gradients.ipynb").wait_for()


@pytest.mark.browser
def test_a_chapter_runs_and_a_slider_of_its_kernel_moves(desk):
    page = desk.open(TANH)
    desk.run_all()
    assert page.locator(".jp-CodeCell .jp-RenderedText[data-mime-type*='stderr']").count() == 0
    explorer = page.locator(".jp-OutputArea .widget-vbox:has(.widget-slider):has(img)").first
    handle, readout = explorer.locator(".noUi-handle").first, explorer.locator(".widget-readout").first
    picture = explorer.locator("img").first
    before, drawn = readout.inner_text(), picture.get_attribute("src")
    handle.press("ArrowRight")
    desk.wait_for("([shown, before]) => shown.textContent !== before", [readout.element_handle(), before])
    desk.wait_for("([shown, before]) => shown.src !== before", [picture.element_handle(), drawn])
