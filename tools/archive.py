"""Put together the archive with which a student runs the chapters anywhere, with pip alone.

    python -m tools.archive      after the site is built, whose build writes the chapters (tools/editions.py)

It holds the chapters in their portable and their student edition, the library as a wheel, and a requirements.txt with
what running a chapter needs. It goes into the site, the wheel and the requirements beside it for those who download one
chapter. Nothing is fetched: setuptools, which builds the wheel, is among the requirements of the repository.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.editions import FOLDER, WHEEL
from tools.notebooks import ROOT, chapters
from tools.zips import pack

BUILD = ROOT / "_build"
SITE = BUILD / "html"
NAME = "from-step-to-softmax"
EDITIONS = ("portable", "student")
NEEDS = "setuptools>=77"  # as pyproject.toml has it

README = """\
# From Step to Softmax: the chapters

`portable/` holds the chapters, with the solutions at the end of each. `student/` holds them without solutions, and with
a cell in place of each. They run in JupyterLab, a plain Notebook, VS Code and Colab, and need Python 3.11 or later:

```sh
python -m venv .venv
.venv/bin/python -m pip install -r requirements.txt {wheel}
```

On Windows the second line begins with `.venv\\Scripts\\python`. Then open a chapter with the notebook program that you
have, and choose the Python of `.venv` for it. If you have none, this installs one and opens it:

```sh
.venv/bin/python -m pip install jupyterlab
.venv/bin/python -m jupyterlab portable
```

One chapter, 21, runs PyTorch as well: `pip install -r requirements-torch.txt`.

The code is under the MIT licence, text and figures are under CC BY 4.0: see LICENSE.
"""


class ArchiveError(Exception):
    """The archive cannot be made; says why and what to do."""


def course_requirements(text):
    """The lines of a requirements.txt below the heading "# The course", each with its reason."""
    found = re.search(r"^# The course\b.*\n((?:\S.*\n)+)", text, re.MULTILINE)
    if not found:
        raise ArchiveError('requirements.txt has no section "# The course"')
    return found[1]


def with_dependencies(project, requirements):
    """The text of pyproject.toml whose library depends on these requirements, which pip then installs with it."""
    listed = [line.partition("#")[0].strip() for line in requirements.splitlines()]
    changed, count = re.subn(r"^dependencies = \[\].*$", lambda _: f"dependencies = {json.dumps(listed)}", project,
                             flags=re.MULTILINE)
    if count != 1:
        raise ArchiveError("pyproject.toml has no line that begins with 'dependencies = []'")
    return changed


def build_wheel(folder):
    """Build the library into a folder as a wheel that knows what it needs; returns its path."""
    requirements = course_requirements((ROOT / "requirements.txt").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(ROOT / "activations", Path(copy, "activations"), ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "LICENSE", copy)
        project = (ROOT / "pyproject.toml").read_text("utf-8")
        Path(copy, "pyproject.toml").write_text(with_dependencies(project, requirements), encoding="utf-8")
        command = [sys.executable, "-c",
                   "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])", str(folder)]
        made = subprocess.run(command, cwd=copy, env=os.environ | {"SOURCE_DATE_EPOCH": "1767225600"},
                              capture_output=True, text=True)
    wheel = Path(folder, WHEEL)
    if made.returncode or not wheel.is_file():
        raise ArchiveError(f"the library could not be built as {WHEEL}. It takes {NEEDS}: "
                           f"pip install -r requirements.txt -e .\n{made.stderr[-1000:]}")
    return wheel


def contents(wheel):
    """The files of the archive: name -> content."""
    requirements = course_requirements((ROOT / "requirements.txt").read_text("utf-8"))
    files = {
        "README.md": README.format(wheel=wheel.name).encode(),
        "LICENSE": (ROOT / "LICENSE").read_bytes(),
        "requirements.txt": f"# What running a chapter needs.\n{requirements}".encode(),
        "requirements-torch.txt": (ROOT / "requirements-torch.txt").read_bytes(),
        wheel.name: wheel.read_bytes(),
    }
    for edition in EDITIONS:
        for chapter in chapters():
            path = BUILD / FOLDER / edition / chapter.name
            if not path.is_file():
                raise ArchiveError(f"there is no {edition} edition of {chapter.stem}: build the site first, make book")
            files[f"{edition}/{chapter.name}"] = path.read_bytes()
    return files


def write_archive():
    """Write the archive, the wheel and the requirements into the built site; returns the archive's path."""
    folder = SITE / FOLDER
    if not folder.is_dir():
        raise ArchiveError("the site is not built: make book")
    files = contents(build_wheel(folder))
    (folder / "requirements.txt").write_bytes(files["requirements.txt"])
    return pack(folder / f"{NAME}.zip", {f"{NAME}/{name}": content for name, content in files.items()})


def main():
    """The command line; returns the exit status."""
    try:
        path = write_archive()
    except ArchiveError as error:
        print(f"The archive was not made: {error}", file=sys.stderr)
        return 1
    print(f"The archive of the chapters is in {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
