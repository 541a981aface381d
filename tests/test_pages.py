"""The pages without code: what they tell a reader to type works."""

import re
from pathlib import Path

import numpy as np
import pytest
import scipy.special
import sympy

from tools.welcome_figure import write

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "book"
PAGES = [ROOT / "README.md", *sorted(BOOK.glob("*.md"))]


def python_blocks(page):
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), flags=re.S | re.M)


def commands(page):
    return re.findall(r"\bmake(?: [A-Z]+=\S+)* ([a-z]+)\b", "".join(code_of(page)))


def code_of(page):
    return re.findall(r"^```sh\n.*?^```|`[^`\n]+`", page.read_text(encoding="utf-8"), flags=re.S | re.M)


@pytest.mark.parametrize("page", [page for page in PAGES if python_blocks(page)], ids=lambda page: page.name)
def test_the_python_on_a_page_runs(page):
    names = {}
    for block in python_blocks(page):
        exec(compile(block, page.name, "exec"), names)
    if page.name == "how-to-use.md":
        assert names["network"].accuracy(*names["test"]) > 0.9


def test_the_derivation_of_the_page_fails_as_the_page_says():
    from activations.derivation import DerivationError

    block = next(block for block in python_blocks(BOOK / "how-to-use.md") if "derive(" in block)
    assert "(1 - tanh(x)**2," in block
    with pytest.raises(DerivationError):
        exec(block.replace("(1 - tanh(x)**2,", "(1 - tanh(x),"), {})


@pytest.mark.parametrize("page", [page for page in PAGES if commands(page)], ids=lambda page: page.name)
def test_the_commands_on_a_page_exist(page):
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    assert set(commands(page)) <= targets


def test_the_commands_without_make_are_those_of_the_makefile():
    page = (BOOK / "how-to-use.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"^```bat\n(.*?)^```", page, flags=re.S | re.M)
    recipes = (ROOT / "Makefile").read_text(encoding="utf-8").replace(" --progress-bar off", "")
    recipes = recipes.replace("$(JOBS)", "2").replace("$(PYTHON)", "python").replace("$(BIN)/", ".venv\\Scripts\\")
    typed = [line.removesuffix(" notebooks") for line in block.splitlines()]
    assert len(typed) == 8 and not [line for line in typed if line not in recipes]


def test_the_map_of_the_readme_leads_to_files():
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("## Where things are")[1]
    for cell in re.findall(r"^\| (`.*?) \|", table, flags=re.M):
        paths = re.findall(r"`(.*?)`", cell)
        folder = (ROOT / paths[0]).parent
        assert all((ROOT / path).exists() or (folder / path).exists() for path in paths), cell


def rows_with_spellings():
    """(SymPy code, NumPy code) of each row of the tables of the notation that have these two columns."""
    for table in (BOOK / "notation.md").read_text(encoding="utf-8").split("\n\n"):
        lines = table.strip().splitlines()
        if "| SymPy | NumPy, SciPy |" in lines[0]:
            for line in lines[2:]:
                yield [re.findall(r"`(.+?)`", cell) for cell in line.split("|")[3:5]]


def sympy_names():
    names = {name: getattr(sympy, name) for name in sympy.__all__}
    names |= {name: sympy.Symbol(name, real=True) for name in ("x", "w", "a", "b", "p", "alpha", "T")}
    names |= {name: sympy.Symbol(name, integer=True) for name in "ij"}
    z = sympy.symbols("z1:4", real=True)
    return names | {"C": names["w"] ** 2, "f": sympy.Function("f"), "z": z}


def sympy_vectors():
    return sympy_names() | {"p": sympy.symbols("p1:4", real=True)}


def numpy_names():
    names = {name: getattr(scipy.special, name) for name in scipy.special.__all__}
    z = np.array([1.0, -2.0, 0.5])
    names |= {"np": np, "x": np.linspace(0.1, 3, 5), "a": 0, "b": 1, "alpha": 1.0, "z": z, "T": 2.0}
    names |= {"y": names["x"] ** 2, "p": scipy.special.softmax(z)}
    return names | {"rng": np.random.default_rng(0), "mu": 0.0, "nu": 1.0}


def test_the_spellings_of_the_notation_can_be_typed():
    rows = list(rows_with_spellings())
    assert len(rows) > 25
    with np.errstate(all="raise"):
        for symbolic, numeric in rows:
            for code in symbolic:
                assert eval(code, sympy_vectors() if "*p" in code else sympy_names()) is not None
            for code in numeric:
                assert eval(code, numpy_names()) is not None


def functions_of_x():
    pairs = [(symbolic, numeric) for symbolic, numeric in rows_with_spellings() if symbolic and numeric]
    return [pair for pair in pairs if re.search(r"\bx\b", pair[0][0]) and "diff" not in pair[0][0]]


@pytest.mark.parametrize(("symbolic", "numeric"), functions_of_x(), ids=lambda spellings: spellings[0])
def test_both_spellings_of_a_function_mean_the_same(symbolic, numeric):
    for formula, code in zip(symbolic, numeric, strict=True):
        names = numpy_names()
        expected = [float(eval(formula, sympy_names() | {"a": 0, "b": 1, "x": x})) for x in names["x"]]
        assert np.asarray(eval(code, names)) == pytest.approx(expected, rel=1e-12)


def test_the_welcome_page_moves(tmp_path):
    first, second = tmp_path / "a" / "first.html", tmp_path / "b" / "second.html"
    write(first)
    write(second)
    html = first.read_text(encoding="utf-8")
    assert html == second.read_text(encoding="utf-8")
    assert "<svg" in html and 'type="range"' in html and "<script" in html
    page = (BOOK / "welcome.md").read_text(encoding="utf-8")
    assert ":file: _generated/welcome-explorer.html" in page
