"""Runs a chapter as another machine might: all that it computes on differs in its last bit.

    python tests/noise.py notebooks/08-exploding-gradients.ipynb 1 2     once with each seed, and says what notices

Nudged by one unit in the last place, up, down or not at all, are

- random draws, the data of scikit-learn and of the network, its first weights, and so every product and sum of them;
- what the special functions of NumPy and SciPy return, and `**` and `@` in the chapters and in the library.

A nudge depends on the seed and on the numbers alone, so an equation between two runs of one program still holds, as
it does on each machine. Exact stays what is exact on every machine: 0, infinite, nan; pixels, which are whole
numbers, and sums and products of such; a power that a float can hold; the oddness of tanh; the bounds of a function,
for no library gives tanh 20 above 1; and a result that has settled, as exp has at 0 and at 1e-17 or tanh at 20
(`Nudged.settled`).
"""

import ast
import builtins
import contextlib
import functools
import importlib.abc
import importlib.machinery
import io
import json
import re
import sys
import zlib
from collections import Counter
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PICTURE_DATA = re.compile(r"base64,[A-Za-z0-9+/=]+")

BOUNDS = {
    "tanh": (-1, 1), "sin": (-1, 1), "cos": (-1, 1), "cosh": (1, np.inf), "expm1": (-1, np.inf),
    "erf": (-1, 1), "erfc": (0, 2), "expit": (0, 1), "ndtr": (0, 1),
}  # fmt: skip
ODD = {"tanh", "sin", "tan", "sinh", "arctan", "arcsinh", "erf"}
EVEN = {"cos", "cosh"}
SMALL = np.float16(2048)  # every type holds the whole numbers up to here, and their products are exact
WHOLE = {"exp2", "log2", "log10"}  # exact where the result is a whole number
NUMPY = ["exp", "expm1", "log", "log1p", "power", "float_power", "logaddexp", *ODD - {"erf"}, *EVEN, *WHOLE]
SCIPY = ["expm1", "log1p", "erf", "erfc", "erfcx", "expit", "logit", "log_expit", "ndtr", "log_ndtr", "ndtri", "xlogy"]
REARRANGE = {"choice", "permutation", "permuted", "shuffle"}  # methods of a Generator that draw no new number

MIXING = np.uint64(0xBF58476D1CE4E5B9)
WHOLE_OF_SIZE = {2: np.int16, 4: np.int32, 8: np.int64}

seed = 0


# --- The nudge -----------------------------------------------------------------------------------------------------


def steps(*numbers, salt=""):
    """-1, 0 or 1 for each row of numbers, as by chance, and always the same for the same numbers, salt and seed."""
    shape = np.broadcast_shapes(*(np.shape(values) for values in numbers))
    state = np.full(shape, seed + zlib.crc32(salt.encode()), np.uint64)
    shifted = np.empty_like(state)
    for values in numbers:
        bits = np.asarray(values, float).view(np.uint64)
        for shift in (30, 27, 31):
            np.right_shift(state, np.uint64(shift), out=shifted)
            state ^= bits
            state ^= shifted
            state *= MIXING
    drawn = (state >> np.uint64(33)).astype(np.int32)
    return drawn - drawn // np.int32(3) * np.int32(3) - np.int32(1)  # twice as fast as %


def moved(values, direction, bounds=None):
    """Floats moved by one unit in the last place, away from 0 or towards it; 0, infinite and nan stay."""
    whole = WHOLE_OF_SIZE[values.dtype.itemsize]
    moves = np.where((values != 0) & np.isfinite(values), direction, 0).astype(whole)
    # Of floats of one sign the bits, read as a whole number, are in the order of the sizes.
    near = (np.asarray(values).view(whole) + moves).view(values.dtype)
    if bounds:
        near = np.clip(near, *map(values.dtype.type, bounds))
    return np.where((moves == 0) | np.isinf(near), values, near)


def nudge(values, whole=True):
    """A float or an array of them with every element nudged, small whole numbers only if `whole`; all else stays."""
    if not isinstance(values, np.ndarray | np.generic) or values.dtype.kind != "f":
        return values
    exact = (values == np.trunc(values)) & (np.abs(values) < SMALL)
    near = moved(values, steps(values) if whole else np.where(exact, 0, steps(values)))
    return near if isinstance(values, np.ndarray) and values.ndim else values.dtype.type(near)


class Nudged:
    """A ufunc whose results are nudged; all else is the ufunc's own."""

    def __init__(self, ufunc):
        self.ufunc = ufunc
        functools.update_wrapper(self, ufunc, assigned=("__name__", "__doc__"), updated=())

    def __getattr__(self, name):
        return getattr(self.ufunc, name)

    def __call__(self, *inputs, **options):
        numbers = [np.asarray(value) for value in inputs[: self.ufunc.nin]]
        if any(values.dtype.kind not in "fiub" for values in numbers):
            return self.ufunc(*inputs, **options)
        direction = self.direction(numbers)
        result = self.ufunc(*inputs, **options)
        if not isinstance(result, np.ndarray | np.generic) or result.dtype.kind != "f":
            return result
        if result.dtype == np.float16:  # computed in float32 and rounded: it is there that the last bit differs
            wide = self.ufunc(*(values.astype(np.float32) for values in numbers))
            near = self.near(wide, direction).astype(np.float16)
        else:
            near = self.near(result, direction)
        if isinstance(result, np.generic):
            return result.dtype.type(near)
        np.copyto(result, near, where=options.get("where", True))
        return result

    def direction(self, numbers):
        name = self.__name__
        if "power" in name:
            return np.where(power_is_exact(*numbers), 0, steps(*numbers, salt=name))
        symmetric = name in ODD or name in EVEN
        drawn = steps(*(np.abs(values) if symmetric else values for values in numbers), salt=name)
        return np.where(self.settled(*numbers), 0, drawn) if self.ufunc.nin == 1 else drawn

    def settled(self, at):
        """True where the result has a float so near by, a quarter of a unit or less, that every library returns it:
        near 0, where the function is its tangent, and well inside the tails in which it is rounded to a bound."""
        with np.errstate(all="ignore"):
            value, size = self.ufunc(at), np.abs(at)
            eps, settled = np.finfo(value.dtype).eps, at == 0
            if (size <= eps**0.5 / 4).any():
                settled |= (value == 1) & (size <= eps / 8) | (value == at) & (size <= eps / 4)
                if self.__name__ in ODD | EVEN:
                    settled |= ((value == 1) | (value == at)) & (size <= eps**0.5 / 4)
            for bound in BOUNDS.get(self.__name__, ()):
                if (value == bound).any():
                    settled |= (value == bound) & (self.ufunc(0.95 * at) == bound)
        return settled

    def near(self, result, direction):
        if self.__name__ in WHOLE:
            direction = np.where(result == np.trunc(result), 0, direction)
        return moved(result, direction, BOUNDS.get(self.__name__))


def power_is_exact(base, exponent):
    """Does a float hold the power: a whole exponent, and few enough binary digits?"""
    digits = np.abs(np.frexp(np.asarray(base, float))[0] * 2.0**53)
    with np.errstate(all="ignore"):
        whole = np.where(np.isfinite(digits), digits, 0).astype(np.int64)
        odd = whole / np.maximum(whole & -whole, 1)
        exponent = np.asarray(exponent, float)
        fits = np.where(exponent >= 0, exponent * np.log2(np.maximum(odd, 1)) <= 53, odd == 1)
    return (exponent == np.trunc(exponent)) & fits


def power(base, exponent):
    """`base ** exponent`: nudged where it is one of floats and NumPy does not multiply, divide or take a root."""
    if isinstance(base, np.ndarray) and isinstance(exponent, int | float) and exponent in (-1, 0, 0.5, 1, 2):
        return base**exponent
    if all(isinstance(value, int | float | np.ndarray | np.generic) for value in (base, exponent)):
        result = base**exponent
        if isinstance(result, float | np.ndarray) and getattr(result, "dtype", np.dtype(float)).kind == "f":
            direction = np.where(power_is_exact(base, exponent), 0, steps(base, exponent))
            near = moved(np.asarray(result), direction)
            return near if isinstance(result, np.ndarray) else type(result)(near)
        return result
    return base**exponent


def product(left, right):
    """`left @ right`, nudged as another order of summation does: by one unit in the last place of Σ |left| |right|.

    So where terms cancel, what is left of them is noise, and equal rows need not stay equal: a processor adds those at
    the edge of a block in an order of their own. Small whole numbers stay, on which every order agrees.
    """
    result = left @ right
    if not isinstance(result, np.ndarray | np.generic) or result.dtype.kind != "f":
        return result
    if is_whole(left) and is_whole(right):
        return result
    with np.errstate(all="ignore"):
        size = np.abs(left) @ np.abs(right)
        moves = steps(result, places(np.shape(result)), salt="@")
        near = result + np.where(size >= np.finfo(size.dtype).tiny, np.spacing(size) * moves, 0)
    return np.where(np.isfinite(near), near, result).astype(result.dtype, copy=False)[()]


@functools.cache
def places(shape):
    """The number of each entry, in the shape of the array."""
    return np.arange(np.prod(shape, dtype=int), dtype=float).reshape(shape)


def is_whole(values):
    values = np.asarray(values)
    if values.size and values.flat[0] != np.trunc(values.flat[0]):  # most are seen at once
        return False
    return np.all((values == np.trunc(values)) & (np.abs(values) < SMALL))


# --- Where it comes in ---------------------------------------------------------------------------------------------


class Operators(ast.NodeTransformer):
    """Has `**` and `@` call the functions above."""

    names = {ast.Pow: "nudged_power", ast.MatMult: "nudged_product"}

    def visit_BinOp(self, node):
        self.generic_visit(node)
        name = self.names.get(type(node.op))
        if name is None:
            return node
        return ast.copy_location(ast.Call(ast.Name(name, ast.Load()), [node.left, node.right], []), node)


def parsed(source):
    return ast.fix_missing_locations(Operators().visit(ast.parse(source)))


class Loader(importlib.machinery.SourceFileLoader):
    """Loads a module of the library with its operators nudged, and never from or into a cache."""

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        return compile(parsed(self.get_data(path)), path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    """Finds the library for the loader, and nudges what scikit-learn and the network start from."""

    def find_spec(self, fullname, path, target=None):
        own = fullname.split(".")[0] == "activations"
        if not own and fullname != "sklearn.datasets":
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if own and spec and spec.origin:
            spec.loader = Loader(fullname, spec.origin)
        if fullname in STARTS:
            spec.loader.exec_module = followed_by(STARTS[fullname], spec.loader.exec_module)
        return spec


def followed_by(change, execute):
    def exec_module(module):
        execute(module)
        change(module)

    return exec_module


def nudge_all(values, whole):
    """Every float array in a tuple, a list, a mapping of scikit-learn or a layer of a network, nudged."""
    if isinstance(values, dict):
        for key in values:
            values[key] = nudge_all(values[key], whole)
        return values
    if isinstance(values, tuple | list):
        parts = [nudge_all(value, whole) for value in values]
        return type(values)(*parts) if hasattr(values, "_fields") else type(values)(parts)
    return nudge(values, whole)


def nudging(function, whole=True):
    @functools.wraps(function)
    def nudged(*args, **options):
        return nudge_all(function(*args, **options), whole)

    return nudged


def nudge_data(datasets):
    for name in dir(datasets):
        if name.startswith(("load_", "make_")):
            setattr(datasets, name, nudging(getattr(datasets, name), whole=False))


def nudge_weights(layers):
    layers.initial_layers = nudging(layers.initial_layers)


def nudge_digits(data):
    data.digits = nudging(data.digits, whole=False)


STARTS = {"sklearn.datasets": nudge_data, "activations.network.layers": nudge_weights,
          "activations.network.data": nudge_digits}


def nudge_draws():
    """`default_rng` gives a generator of the same stream whose draws of type float are nudged."""
    plain, kind = np.random.default_rng, np.random.Generator
    methods = {
        name: nudging(method)
        for name, method in vars(kind).items()
        if callable(method) and not name.startswith("_") and name not in REARRANGE
    }
    noisy = type("Generator", (kind,), methods)
    np.random.default_rng = lambda seed=None: noisy(plain(seed).bit_generator)


def install():
    """Nudge all that is named above, before anything has taken it into its own names."""
    taken = [name for name in sys.modules if name.split(".")[0] in ("scipy", "sklearn", "activations")]
    assert not taken, f"imported too early: {taken}"
    nudge_draws()
    for name in NUMPY:
        setattr(np, name, Nudged(getattr(np, name)))
    from scipy import special

    for name in SCIPY:
        setattr(special, name, Nudged(getattr(special, name)))
    builtins.nudged_power, builtins.nudged_product = power, product
    sys.meta_path.insert(0, Finder())


# --- A chapter under noise -----------------------------------------------------------------------------------------


def texts(output):
    """What nbval compares of an output, by kind: the text of a stream, or each text that is shown."""
    if output["output_type"] == "stream":
        return {output["name"]: "".join(output["text"])}
    return {kind: PICTURE_DATA.sub("", "".join(text)) for kind, text in output["data"].items()
            if kind.startswith("text/")}


def written(stream):
    return stream.buffer.getvalue().decode()


class Chapter:
    """A notebook run without a kernel: `noticed` says, one line each, what the noise changed."""

    def __init__(self, path):
        from IPython.core.formatters import DisplayFormatter

        # as JSON: nbformat takes a second and a half to import, in the process of each chapter
        cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
        self.code = [cell for cell in cells if cell["cell_type"] == "code"]
        self.show = DisplayFormatter().format

    def noticed(self):
        found, names = [], {"__name__": "__main__"}
        for number, cell in enumerate(self.code):
            where = f"code cell {number}"
            try:
                shown, false = self.run("".join(cell["source"]), names)
            except Exception as error:
                return [*found, f"{where} raises {type(error).__name__}: {error}"]
            found += [f"{where} asserts what no longer holds: {text}" for text in false]
            if not false:
                found += [f"{where} shows {text}" for text in differences(map(texts, cell["outputs"]), shown)]
        return found

    def run(self, source, names):
        """The outputs of a cell as `texts` gives them, and each assert that fails."""
        said, complained = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        false, value = [], None
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
            for node in parsed(source).body:
                try:
                    if isinstance(node, ast.Expr):
                        value = eval(compile(ast.Expression(node.value), "<cell>", "eval"), names)
                    else:
                        value = exec(compile(ast.Module([node], []), "<cell>", "exec"), names)
                except AssertionError:
                    false.append(ast.get_source_segment(source, node))
            outputs = [{"stdout": written(said)}, {"stderr": written(complained)}]
            if value is not None:
                outputs.append(texts({"output_type": "execute_result", "data": self.show(value)[0]}))
        return [output for output in outputs if any(output.values())], false


def differences(stored, fresh):
    """Each kind of text that only one of them has, with the place where it parts from its like."""
    had, has = (Counter(pair for output in outputs for pair in output.items()) for outputs in (stored, fresh))
    for kind, text in had - has:
        like = next((other for other_kind, other in has - had if other_kind == kind), "")
        at = next((i for i, (a, b) in enumerate(zip(text, like, strict=False)) if a != b), min(len(text), len(like)))
        yield f"other {kind}: {text[max(0, at - 30) : at + 40]!r} is {like[max(0, at - 30) : at + 40]!r}"
    for kind, text in has - had:
        if kind not in {kind for kind, _ in had - has}:
            yield f"{kind} where none is stored: {text[:200]!r}"


def main(path, *seeds):
    global seed
    install()
    chapter, found = Chapter(path), {}
    for text in seeds:
        seed = int(text)
        found[text] = chapter.noticed()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
