"""The editions: every chapter as a notebook that runs anywhere, for students without solutions, all in one archive."""

import ast
import builtins
import os
import re
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import nbformat
import pytest

from tools import archive, editions
from tools.archive import EDITIONS, NAME
from tools.editions import WHEEL
from tools.notebooks import ROOT, chapters

CODE = re.compile(r"(`{3,}).*?^\1|(`+)[^`]+?\2", re.DOTALL | re.MULTILINE)
MATHS = re.compile(r"\$\$.*?\$\$|\$[^$]+\$", re.DOTALL)
DIRECTIVE = r"^\s*[`:]{3,}\s*\{"
RAW_MYST = {
    "a role": r"\{[a-z][\w:-]*\}`",
    "a colon fence": r"^\s*:{3,}",
    "an option": r"^\s*:[a-z][\w-]*:",
    "a label": r"^\s*\([\w-]+\)=",
    "attributes": r"\]\{|^\s*\{[.#]",
    "a substitution": r"\{\{",
    "a comment": r"^\s*%(?!\w)",
    "a link without words": r"(?<!!)\[\]\(",
    "a link to a page of the book": r"\]\((?!https?:)[^)]*\.(?:md|html)\b",
    "a citation's key": r"\b[a-z]+(?:19|20)\d\d[a-z]?\b(?!\w*[/.])",
}
LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
SOLUTION = re.compile(r"^[`:]{3,}\{solution-start\}.*?^[`:]{3,}\{solution-end\}|^(`{3,}|:{3,})\{solution\}.*?^\1$",
                      re.DOTALL | re.MULTILINE)
MARK = "\n\x00{}\x00\n"  # stands for a code cell among the text


def read(path):
    return nbformat.read(path, as_version=4)


def folder_of(site, edition):
    return site / editions.FOLDER if edition == "download" else site.parent / editions.FOLDER / edition


def text_of(cells):
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def code_of(cells):
    return [cell.source for cell in cells if cell.cell_type == "code"]


def shown(cell):
    """What the outputs of a cell show, wherever their links lead."""
    outputs = [str(output.get("data") or output.get("text")) for output in cell.outputs]
    return [re.sub(r'<a( href="[^"]*")?', "<a", output) for output in outputs]


def bare(text):
    """The letters and digits of a text, without what is a role, a formula or code."""
    return re.sub(r"[\W_]+", "", text)


def in_solutions(source):
    """The code of the solutions of a chapter, and long pieces of their words."""
    everything = "\n".join(cell.source if cell.cell_type == "markdown" else MARK.format(place)
                           for place, cell in enumerate(source.cells))
    code, words = [], []
    for found in SOLUTION.finditer(everything):
        code += [source.cells[int(place)].source for place in re.findall("\x00(\\d+)\x00", found[0])]
        body = re.sub(r"^[`:]{3,}.*$|^:[\w-]+:.*$|\x00\d+\x00", "", found[0], flags=re.MULTILINE)
        pieces = re.split(r"\{[\w:]+\}`[^`]*`|`[^`]*`|\$[^$]+\$|\]\([^)]*\)|\n", body)
        words += [bare(piece) for piece in pieces if len(bare(piece)) > 25]
    return code, words


# --- What the build writes -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["download", *EDITIONS])
def edition(request, site):
    """An edition: its name, and (source, edition) of each chapter by name."""
    folder = folder_of(site, request.param)
    return request.param, {path.stem: (read(path), read(folder / path.name)) for path in chapters()}


def test_every_chapter_is_a_valid_notebook(edition):
    for _, made in edition[1].values():
        nbformat.validate(made)
        counts = [cell.execution_count for cell in made.cells if cell.get("execution_count")]
        assert counts == list(range(1, len(counts) + 1))


def test_no_syntax_of_myst_is_left(edition):
    left = []
    for name, (_, made) in edition[1].items():
        assert not re.search(DIRECTIVE, text_of(made.cells), re.MULTILINE), name
        text = MATHS.sub(" ", CODE.sub("`code`", text_of(made.cells)))
        left += [f"{name}: {what}, {found[0]!r}" for what, pattern in RAW_MYST.items()
                 if (found := re.search(pattern, text, re.MULTILINE))]
        assert text.count("<details>") == text.count("</details>")
        fences = [line for line in text_of(made.cells).splitlines() if line.lstrip().startswith("```")]
        assert len(fences) % 2 == 0, name
    assert not left, "\n".join(left)


def test_every_code_cell_is_there_with_its_outputs(edition):
    kind, pairs = edition
    for name, (source, made) in pairs.items():
        solutions, _ = in_solutions(source)
        lesson = [code for code in code_of(source.cells) if code not in solutions]
        first, *written = code_of(made.cells)
        assert "import activations" not in first and 'find_spec("activations")' in first
        if kind == "student":
            written = [code for code in written if not re.fullmatch(r"# Exercise [\d.]+: your answer", code)]
        assert written == lesson + (solutions if kind != "student" else []), name
        outputs = {cell.source: shown(cell) for cell in source.cells if cell.cell_type == "code"}
        for cell in made.cells[1:]:
            if cell.get("outputs"):
                assert shown(cell) == outputs[cell.source], name


def test_solutions_stand_at_the_end_or_nowhere(edition):
    kind, pairs = edition
    for name, (source, made) in pairs.items():
        _, words = in_solutions(source)
        exercises = len(re.findall(r"\{exercise\}", text_of(source.cells)))
        lesson, heading, solutions = text_of(made.cells).partition("\n## Solutions\n")
        assert words and exercises and bool(heading) == (kind != "student")
        for piece in words:
            assert piece not in bare(lesson), f"{name}: {piece}"
            assert kind == "student" or piece in bare(solutions), name
        assert len(re.findall(r"^#{3,4} Exercise [\d.]+ \(", lesson, re.MULTILINE)) == exercises, name
        assert lesson.count("<summary>Hint</summary>") == text_of(source.cells).count("{hint}")
        if kind == "student":
            places = [cell for cell in made.cells if re.match(r"[#*] ?Exercise [\d.]+[:,] your answer", cell.source)]
            assert len(places) <= exercises and (places or "check(" in "".join(code_of(made.cells)))


def test_every_link_leads_somewhere(edition, site):
    kind, pairs = edition
    for name, (_, made) in pairs.items():
        links = LINK.findall(CODE.sub(" ", text_of(made.cells)))
        outputs = " ".join(str(output) for cell in made.cells for output in cell.get("outputs", ()))
        links += re.findall(r'<a href="([^"#]+\.ipynb)[^"]*"', outputs)
        assert links
        for link in links:
            beside = kind != "download" and (folder_of(site, kind) / link).is_file()
            assert link.startswith(("https://", "http://")) or beside, f"{name}: {link}"


def test_no_cell_needs_what_stands_below_it(edition):
    """A name that only a solution binds would be missing above the solutions, and for students everywhere."""
    for name, (_, made) in edition[1].items():
        bound = set(dir(builtins)) | {"__name__"}
        for place, code in enumerate(code_of(made.cells)):
            tree = list(ast.walk(ast.parse(re.sub(r"^%.*$", "", code, flags=re.MULTILINE))))
            used = {node.id for node in tree if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
            bound |= {node.id for node in tree if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
            named = (ast.FunctionDef, ast.ClassDef, ast.ExceptHandler)
            bound |= {node.name for node in tree if isinstance(node, named)}
            bound |= {node.arg for node in tree if isinstance(node, ast.arg)}
            bound |= {(node.asname or node.name).split(".")[0] for node in tree if isinstance(node, ast.alias)}
            assert not used - bound, f"{name}, code cell {place}: {used - bound}"


def test_the_download_button_gives_the_portable_edition(site):
    for chapter in chapters():
        html = (site / "notebooks" / f"{chapter.stem}.html").read_text("utf-8")
        button, = re.findall(r'<a href="([^"]*)"[^>]*download-source-button', html)
        assert button == f"../editions/{chapter.name}" and (site / "editions" / chapter.name).is_file()


def test_a_site_without_an_address_has_no_launch_button(site):
    """A site that is built to be published knows its address, and its buttons have the form that the hosts ask for."""
    form = re.compile(r"https://mybinder\.org/v2/gh/[\w.-]+/[\w.-]+/[\w./-]+\?urlpath=lab/tree/notebooks/[\w-]+\.ipynb|"
                      r"https://colab\.research\.google\.com/github/[\w.-]+/[\w.-]+/blob/portable/[\w-]+\.ipynb")
    for page in (site / "notebooks").glob("*.html"):
        html = page.read_text("utf-8")
        group = re.search(r'<div class="dropdown dropdown-launch-buttons">.*?</ul>', html, re.DOTALL)
        if 'rel="canonical"' not in html:
            assert not group and "mybinder" not in html and "colab.research" not in html.partition("<article")[0]
        for link in re.findall(r'href="([^"]*)"', group[0] if group else ""):
            assert form.fullmatch(link) and link.endswith(f"/{page.stem}.ipynb")


# --- The archive ---------------------------------------------------------------------------------------------------


RUN = """\
import sys
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

for path in sys.argv[1:]:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    folder = path.rpartition("/")[0]
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}})
    try:
        client.execute()
    except CellExecutionError:
        pass
    nbformat.write(notebook, path + ".ran")
"""


@pytest.fixture(scope="module")
def student(site, tmp_path_factory):
    """The archive unpacked in an empty folder, and a fresh environment beside it, without the library.

    No step waits on the network: the environment has the packages of the Python that tests, all but the library, as
    though pip had fetched them. So pip still has to find each requirement of the archive met.
    """
    home = tmp_path_factory.mktemp("student")
    with zipfile.ZipFile(site / editions.FOLDER / f"{NAME}.zip") as packed:
        packed.extractall(home)
    venv.create(home / "env")
    packages, = (home / "env").glob("lib/python*/site-packages")
    for folder in [Path(path) for path in sys.path if path.endswith("site-packages")]:
        for entry in folder.iterdir():
            ours = re.match(r"(__editable__[._]+)?activations|.*\.pth$", entry.name)
            if not ours and not (packages / entry.name).exists():
                (packages / entry.name).symlink_to(entry)
    return home / NAME, home / "env" / "bin" / "python"


def run(student, *command):
    """Run Python in the unpacked archive as a student would: nothing of the repository is in reach."""
    folder, python = student
    own = {name: value for name, value in os.environ.items()
           if not name.startswith(("PYTHONPATH", "VIRTUAL_ENV", "PIP_"))}
    own |= {"PYTHONNOUSERSITE": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1", "JUPYTER_PREFER_ENV_PATH": "1",
            "JUPYTER_DATA_DIR": str(folder / ".jupyter"), "IPYTHONDIR": str(folder / ".ipython")}
    done = subprocess.run([python, *command], cwd=folder, env=own, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ran(student, *names):
    """Run notebooks of the archive, given by edition and number; returns them with their outputs."""
    folder, _ = student
    paths = [str(next((folder / edition).glob(f"{number}-*.ipynb"))) for edition, number in names]
    run(student, "-c", RUN, *paths)
    return [read(f"{path}.ran") for path in paths]


def test_the_archive_runs_with_pip_alone(student):
    """Without the library a chapter says how to get it; with it, chapters of both editions run to their ends."""
    alone, = ran(student, ("portable", "00"))
    said, = alone.cells[0].outputs
    assert said.output_type == "error" and said.traceback == [said.evalue]
    command = re.search(r"%pip install (\S+)", said.evalue)[1]
    assert "not installed here" in said.evalue and command == f"../{WHEEL}"
    assert not any(cell.get("execution_count") for cell in alone.cells[1:])

    folder, _ = student
    assert (folder / "portable" / command).is_file()
    printed = run(student, "-m", "pip", "--python", str(student[1]), "install", "-r", "requirements.txt", WHEEL)
    assert "Successfully installed activations" in printed
    where = Path(run(student, "-c", "import activations; print(activations.__file__)").strip())
    assert student[1].parent.parent in where.parents and not where.is_symlink()

    for notebook in ran(student, ("portable", "00"), ("student", "03")):
        for place, cell in enumerate(notebook.cells):
            if cell.cell_type == "code":
                assert cell.execution_count, f"cell {place} did not run"
                assert not [out for out in cell.outputs if out.output_type == "error"]


def test_the_archive_holds_both_editions_and_what_runs_them(site):
    with zipfile.ZipFile(site / editions.FOLDER / f"{NAME}.zip") as packed:
        names = {name.removeprefix(f"{NAME}/") for name in packed.namelist()}
        assert {f"{kind}/{path.name}" for kind in EDITIONS for path in chapters()} < names
        assert {"README.md", "LICENSE", "requirements.txt", "requirements-torch.txt", WHEEL} < names
        requirements = packed.read(f"{NAME}/requirements.txt").decode()
        with packed.open(f"{NAME}/{WHEEL}") as wheel, zipfile.ZipFile(wheel) as library:
            metadata = library.read(f"activations-{WHEEL.split('-')[1]}.dist-info/METADATA").decode()
            held = set(library.namelist())
    ours = {str(path.relative_to(ROOT)) for path in (ROOT / "activations").rglob("*")
            if path.is_file() and "__pycache__" not in path.parts}
    assert ours <= held, ours - held
    pins = re.findall(r"^[\w-]+[<>=]\S+", requirements, re.MULTILINE)
    assert set(pins) < set(re.findall(r"^[\w-]+[<>=]\S+", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE))
    assert len(re.findall(r"^Requires-Dist: ", metadata, re.MULTILINE)) == len(pins) > 8
    assert not {"pytest", "jupyter-book", "playwright"} & {re.match(r"[\w-]+", pin)[0] for pin in pins}


def test_what_the_library_imports_is_among_its_requirements():
    imported = set()
    for path in (ROOT / "activations").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                imported.add(node.module.split(".")[0])
    packages = imported - set(sys.stdlib_module_names) - {"activations"}
    requirements = archive.course_requirements((ROOT / "requirements.txt").read_text("utf-8"))
    listed = {re.match(r"[\w-]+", line)[0] for line in requirements.splitlines()}
    distributions = {"flint": "python-flint", "sklearn": "scikit-learn", "IPython": "ipykernel",
                     "contourpy": "matplotlib", "PIL": "matplotlib"}  # the latter two come with it
    assert {distributions.get(name, name) for name in packages} <= listed


def test_without_a_site_the_archive_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(archive, "SITE", tmp_path / "html")
    assert archive.main() == 1 and "the site is not built: make book" in capsys.readouterr().err
    monkeypatch.setattr(archive, "BUILD", tmp_path)
    (tmp_path / WHEEL).write_bytes(b"")
    with pytest.raises(archive.ArchiveError, match="no portable edition of 00-.*make book"):
        archive.contents(tmp_path / WHEEL)


def test_changed_files_of_the_project_are_named():
    with pytest.raises(archive.ArchiveError, match="no section"):
        archive.course_requirements("numpy>=2\n")
    with pytest.raises(archive.ArchiveError, match="dependencies"):
        archive.with_dependencies("[project]\nname = 'activations'\n", "numpy>=2  # arrays\n")
    assert '["numpy>=2,<3"]' in archive.with_dependencies("dependencies = []  # elsewhere", "numpy>=2,<3  # arrays\n")
