"""Write what students get of the graded sets, with nbgrader: `python -m tools.assignments`.

The sets in notebooks/exercises/ are the teacher's: with solutions and hidden tests. From them _build/assignments/ gets

    zips/SET.zip          for the students: the set without both, and how to open it and hand it in
    course/               for the teacher: a course folder of nbgrader, with configuration, sources and gradebook

Every call begins afresh, so the course folder is a template: a class is graded in a copy of it.
"""

import os
import shutil
import sys
from pathlib import Path

import nbformat
from traitlets.config import Config

from tools.notebooks import ROOT, sets
from tools.zips import pack

BUILT = ROOT / "_build" / "assignments"

CONFIGURATION = '''\
"""How nbgrader hands out, collects and grades the sets of From Step to Softmax."""

c = get_config()  # noqa: F821, which nbgrader provides
c.CourseDirectory.course_id = "from-step-to-softmax"
c.ClearSolutions.code_stub = {"python": "# Write your answer here."}
c.ClearSolutions.text_stub = "Write your answer here."
c.Execute.timeout = 30  # seconds for one cell; those of a right answer take a second or two
c.FileNameCollectorPlugin.named_regexp = r".*[/\\\\](?P<student_id>[^/\\\\_]+)_(?P<file_id>[^/\\\\_]+)\\.ipynb$"
'''

README = """\
# {title}

**To open it.** It needs what the chapters of the course need: their library `activations`, SymPy, NumPy and Jupyter.
Put the file `{name}.ipynb` into the folder of the course, run `make lab` there, and open it from the list on the left.
It opens as well in any other Jupyter that runs in an environment with the course's library.

**To work on it.** Run the cells from the top. Write where it says so, and run the test below each answer.
The cells with the tasks and the tests are locked: they are restored before your set is graded.
Before you hand in, choose *Kernel, Restart Kernel and Run All Cells*: it finds what works only with lines you deleted.

**To hand it in.** Save, and rename the file to your name, an underscore, and its name: `ada_{name}.ipynb`.
Your name is the one that your teacher has given you, without spaces or underscores. Hand in this one file.
"""


class AssignmentError(Exception):
    """A set of which no student version can be made; says which and why."""


def graded(notebook):
    """The graded cells of a set in its order, as (name of the item, points, whether a person grades it)."""
    cells = [cell.metadata.nbgrader for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return [(cell.grade_id.removesuffix("-test"), cell.points, cell.solution) for cell in cells]


def title_of(notebook):
    """The title of a set: the first heading of its first cell."""
    return notebook.cells[0].source.splitlines()[0].removeprefix("# ")


def lay_out(course, paths):
    """Make a course folder with nbgrader's configuration and the sources of the sets, and nothing else in it."""
    if any((course / folder).exists() for folder in ("submitted", "downloaded", "autograded")):
        raise AssignmentError(f"{course} holds what students handed in: move it to a place of its own first")
    shutil.rmtree(course, ignore_errors=True)
    course.mkdir(parents=True)
    for path in paths:
        (course / "source" / path.stem).mkdir(parents=True)
        shutil.copyfile(path, course / "source" / path.stem / path.name)
    (course / "nbgrader_config.py").write_text(CONFIGURATION, encoding="utf-8")


def release(course):
    """Make the student versions of all sets of a course folder, by nbgrader; their paths."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    # nbgrader calls alembic, which makes its gradebook, by that name alone.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    settings = Config()
    exec(CONFIGURATION, {"get_config": lambda: settings})
    api = NbGraderAPI(CourseDirectory(root=str(course), config=settings), config=settings)
    for name in sorted(api.get_source_assignments()):
        made = api.generate_assignment(name)
        if not made["success"]:
            raise AssignmentError(f"{name}: {made.get('error') or made.get('log')}")
    return sorted((course / "release").glob("*/*.ipynb"))


def pack_set(student_version, folder):
    """Zip one student version with how to use it; the path of the zip."""
    name = student_version.stem
    title = title_of(nbformat.read(student_version, as_version=4))
    folder.mkdir(parents=True, exist_ok=True)
    return pack(folder / f"{name}.zip", {
        f"{name}/{name}.ipynb": student_version.read_text(encoding="utf-8"),
        f"{name}/README.md": README.format(title=title, name=name),
    })


def make(built=BUILT, paths=None):
    """Lay out the course folder below built, make the student versions of the sets, and zip each."""
    paths = paths or sets()
    print(f"Making the student versions of {len(paths)} sets", flush=True)
    lay_out(built / "course", paths)
    shutil.rmtree(built / "zips", ignore_errors=True)
    for version in release(built / "course"):
        items = graded(nbformat.read(version, as_version=4))
        packed = pack_set(version, built / "zips")
        points = sum(points for _, points, _ in items)
        print(f"  {packed.name}: {len(items)} items, {points:g} points", flush=True)


def main():
    """The command line; returns the exit status."""
    try:
        make()
    except AssignmentError as error:
        print(error, file=sys.stderr)
        return 1
    shown = BUILT.relative_to(Path.cwd()) if BUILT.is_relative_to(Path.cwd()) else BUILT
    print(f"For the students: {shown}/zips/, a zip for each set")
    print(f"For the teacher: {shown}/course/, of which each class gets a copy; book/teachers.md says how")
    return 0


if __name__ == "__main__":
    sys.exit(main())
