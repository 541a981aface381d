"""The kinds of answers: how each is read, compared with the solution, and what is wrong with it in one sentence."""

import math
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from numbers import Number as PythonNumber

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational

from activations.derivation import DerivationError, derive
from activations.exercises.sandbox import SECONDS, run
from activations.symbols import unify


@dataclass(frozen=True)
class Mistake:
    """An answer that is often given and wrong, of the same kind as the solution, and the sentence that names it."""

    answer: object
    words: str


@dataclass(frozen=True)
class Finding:
    """Whether an answer is right; None where that could not be decided. `words` say why."""

    right: bool | None
    words: str


class NotOfTheKind(Exception):
    """The answer is nothing that could be compared; the message says what is handed in and what is asked for."""


class NotAnswered(Exception):
    """The answer is what the exercise had put there, three dots."""


# --- Expressions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expression:
    """A SymPy expression, right if it *equals* the solution, however it is written.

    `names` are functions that may stand in the answer, with their definitions: {sigma(x): 1/(1 + exp(-x))}; `letters`
    are those that may stand there although the solution does not have them; `without` are functions that the exercise
    wants the answer to do without. For a matrix, lists of its rows will do, or one list for a column.
    """

    solution: sp.Basic
    mistakes: tuple[Mistake, ...] = ()
    names: dict = field(default_factory=dict)
    letters: tuple[str, ...] = ()
    without: tuple = ()
    asks = "a SymPy expression"

    def judge(self, answer):
        """The `Finding` about an answer."""
        answer = self._read(answer)
        try:
            derive(self.solution, (answer, "your answer"), where=self.names)
            whole = str(self.solution)
            return Finding(True, f"It equals {whole if len(whole) <= 60 else 'the solution'}, for every value of "
                                 f"{self._letters()}.")
        except DerivationError as error:
            if error.point is None and "could not be decided" in str(error):
                return Finding(None, "Whether it equals the solution could not be decided. Write it more shortly.")
            place = error
        except (TypeError, ValueError) as error:
            raise NotOfTheKind(f"It could not be compared with the solution: {error}.") from None
        return Finding(False, self._known(answer) or self._nearly(answer) or self._told(place))

    def _read(self, answer):
        if isinstance(answer, str):
            raise NotOfTheKind(f"Your answer is the text {answer!r}. Hand in the expression itself, without quotation "
                               f"marks.")
        if callable(answer) and not isinstance(answer, sp.Basic):
            raise NotOfTheKind("Your answer is a Python function. This exercise asks for an expression: call it with "
                               "the symbol, or write the formula alone.")
        if isinstance(self.solution, sp.MatrixBase) and isinstance(answer, (list, tuple)):
            try:
                answer = sp.Matrix(answer)
            except (TypeError, ValueError):
                pass
        try:
            expr = sp.sympify(answer, strict=True)
        except (sp.SympifyError, TypeError):
            expr = None
        if isinstance(expr, Relational) or expr in (sp.true, sp.false):
            raise NotOfTheKind("Your answer is an equation or a comparison. Hand in its right side alone.")
        if not isinstance(expr, (sp.Expr, sp.MatrixBase)):
            raise NotOfTheKind(f"Your answer is {_kind(answer)}. This exercise asks for {self.asks} in "
                               f"{self._letters()}.")
        if (shape := getattr(expr, "shape", ())) != getattr(self.solution, "shape", ()):
            asked = getattr(self.solution, "shape", ())
            raise NotOfTheKind(f"Your answer has the {_shape(shape)}, and the solution has the {_shape(asked)}.")
        if expr.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
            raise NotOfTheKind(f"Your answer is {expr}, in which something infinite or undefined is left.")
        if expr.has(sp.Derivative, sp.Integral, sp.Limit, sp.Sum) and not self.solution.has(
                sp.Derivative, sp.Integral, sp.Limit, sp.Sum):
            raise NotOfTheKind("Something in your answer is announced and not carried out, a derivative, an integral, "
                               "a sum or a limit. Let SymPy do it, with .doit(), or do it by hand.")
        if unwanted := sorted(str(part.func) for part in expr.atoms(*self.without)) if self.without else ():
            raise NotOfTheKind(f"Your answer contains {unwanted[0]}, and the exercise asks for a form without it.")
        allowed = {*self.letters, *(symbol.name for symbol in self._symbols())}
        foreign = sorted(symbol.name for symbol in expr.free_symbols if symbol.name not in allowed)
        if foreign:
            raise NotOfTheKind(f"Your answer contains {' and '.join(foreign)}. It should be written in "
                               f"{self._letters()} alone.")
        known = {part.func for whole in (self.solution, *self.names) for part in whole.atoms(AppliedUndef)}
        unknown = {part for part in expr.atoms(AppliedUndef) if part.func not in known}
        if unknown:
            raise NotOfTheKind(f"Your answer contains {sorted(map(str, unknown))[0]}, which the exercise does not "
                               f"define. Write its formula.")
        return expr

    def _symbols(self):
        return self.solution.free_symbols.union(*(sp.sympify(meaning).free_symbols - sp.sympify(name).free_symbols
                                                  for name, meaning in self.names.items()))

    def _letters(self):
        *most, last = sorted(symbol.name for symbol in self._symbols()) or ["numbers"]
        return f"{', '.join(most)} and {last}" if most else last

    def _known(self, answer):
        """The words of the mistake that the answer equals; None if it is none of those listed."""
        return next((mistake.words for mistake in self.mistakes if self._equal(mistake.answer, answer)), None)

    def _equal(self, one, other):
        try:
            derive(one, (other, "the same"), where=self.names)
        except (DerivationError, TypeError, ValueError):
            return False
        return True

    def _nearly(self, answer):
        """What the answer and the solution have to do with each other, where it is a number that stands between."""
        if getattr(self.solution, "shape", ()):
            return None
        if self._equal(-self.solution, answer):
            return "All of it is right but its sign."
        answer, solution = unify(answer, self.solution)
        points = [dict(zip(sorted(self._symbols(), key=str), values, strict=False))
                  for values in ((0.3, 1.7, 0.9, 2.3), (0.8, 1.1, 1.9, 0.7), (1.9, 0.6, 1.3, 1.2))]
        try:
            pairs = [(float(answer.subs(at)), float(solution.subs(at))) for at in points]
            factors = [mine / right for mine, right in pairs]
            shifts = [mine - right for mine, right in pairs]
        except (TypeError, ZeroDivisionError, AttributeError):
            return None
        if not self._symbols():
            return None
        for found, whole, words in (
                (factors, lambda number: number * solution, "All of it is right but for the factor {}."),
                (shifts, lambda number: number + solution, "All of it is right but for the added number {}.")):
            number = sp.nsimplify(found[0], rational=True, tolerance=1e-9)
            if max(found) - min(found) < 1e-9 and number and self._equal(whole(number), answer):
                return words.format(number)
        return None

    def _told(self, error):
        """Where the answer and the solution differ, with both values."""
        if error.point is None or error.left is None or error.right is None:
            return "It does not equal the solution."
        place = " and ".join(f"{symbol} = {_short(value)}" for symbol, value in error.point.items())
        mine, right = _short(error.right), _short(error.left)
        if not place:
            return f"It is {mine}, and should be something else."
        return f"At {place} it is {mine}, and should be {right}." if mine != right else (
            f"At {place} it is {mine}, as it should be, but to no more digits than these.")


# --- Numbers and arrays ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Number:
    """A number: an exact one is right if it equals the solution, a decimal if it is right to `digits` digits, as one is
    that was rounded to so many.
    """

    solution: object
    mistakes: tuple[Mistake, ...] = ()
    digits: int = 6
    asks = "a number"

    def judge(self, answer):
        """The `Finding` about an answer."""
        value = self._read(answer)
        solution = float(sp.N(self.solution, 30))
        if self._close(value, solution):
            return Finding(True, f"It is {solution:.{max(self.digits, 6)}g}.")
        for mistake in self.mistakes:
            if self._close(value, float(sp.N(mistake.answer, 30))):
                return Finding(False, mistake.words)
        if self._close(-value, solution):
            return Finding(False, "Right but for the sign.")
        gap = abs(value - solution) / (abs(solution) or 1)
        if gap < 0.01 and not solution.is_integer():
            right = max(1, min(math.floor(-math.log10(gap)), self.digits - 1))
            return Finding(False, f"Right to {right} digit{'s' if right > 1 else ''}. Give {self.digits}, or the exact "
                                  f"expression.")
        return Finding(False, f"{value:.6g} is too {'large' if value > solution else 'small'}.")

    def _read(self, answer):
        if isinstance(answer, np.ndarray) and answer.shape == ():
            answer = answer[()]
        if isinstance(answer, (bool, np.bool_)) or not isinstance(answer, (PythonNumber, np.number, sp.Basic)):
            raise NotOfTheKind(f"Your answer is {_kind(answer)}. This exercise asks for a number.")
        if isinstance(answer, sp.Basic) and answer.free_symbols:
            letters = " and ".join(sorted(symbol.name for symbol in answer.free_symbols))
            raise NotOfTheKind(f"Your answer still contains {letters}. This exercise asks for a number.")
        try:
            value = complex(sp.N(answer, 30)) if isinstance(answer, sp.Basic) else complex(answer)
        except TypeError:
            raise NotOfTheKind(f"Your answer is {answer}, of which no number could be made.") from None
        if value.imag:
            raise NotOfTheKind("Your answer is a complex number, and the solution is real.")
        if not math.isfinite(value.real):
            raise NotOfTheKind(f"Your answer is {value.real}, and the solution is a finite number.")
        return value.real

    def _close(self, value, solution):
        rounded = float(f"{solution:.{self.digits}g}")
        return abs(value - solution) <= 0.5 * 10.0**-self.digits * (abs(solution) or 1) or value == rounded


@dataclass(frozen=True)
class Several:
    """Some numbers at once, a list in the order in which they are asked for, each with its own mistakes.

    `parts` are the numbers, by what the words of a report call each.
    """

    parts: dict[str, Number]
    asks = "a list of numbers"

    @property
    def solution(self):
        """The numbers that are right."""
        return [part.solution for part in self.parts.values()]

    @property
    def mistakes(self):
        """The mistakes of all parts, each as an answer that is right elsewhere."""
        return tuple(Mistake([mistake.answer if other is part else other.solution for other in self.parts.values()],
                             mistake.words)
                     for part in self.parts.values() for mistake in part.mistakes)

    def judge(self, answer):
        """The `Finding` about an answer."""
        if isinstance(answer, (sp.MatrixBase, np.ndarray)):
            answer = np.asarray(answer).ravel().tolist()
        asked = ", ".join(self.parts)
        if not isinstance(answer, (list, tuple, sp.Tuple)):
            raise NotOfTheKind(f"Your answer is {_kind(answer)}. This exercise asks for a list of {len(self.parts)} "
                               f"numbers: {asked}.")
        if len(answer) != len(self.parts):
            raise NotOfTheKind(f"Your list has the length {len(answer)}. This exercise asks for {len(self.parts)} "
                               f"numbers: {asked}.")
        found = []
        for (name, part), given in zip(self.parts.items(), answer, strict=True):
            try:
                finding = part.judge(given)
            except NotOfTheKind as error:
                raise NotOfTheKind(f"{name}: {error}") from None
            if not finding.right:
                found.append(f"{name}: {finding.words}")
        return Finding(not found, " ".join(found) or "Every number is right.")


@dataclass(frozen=True)
class Array:
    """An array of numbers: right in its shape, and in each entry to `digits` digits of the largest."""

    solution: np.ndarray
    mistakes: tuple[Mistake, ...] = ()
    digits: int = 6
    asks = "an array"

    def judge(self, answer):
        """The `Finding` about an answer."""
        solution = np.asarray(self.solution, float)
        if isinstance(answer, sp.MatrixBase) and 1 in answer.shape and solution.ndim == 1:
            answer = list(answer)
        values = _array(answer)
        if values.shape == solution.shape and self._close(values, solution):
            return Finding(True, "Every entry is right.")
        for mistake in self.mistakes:
            wrong = np.asarray(mistake.answer, float)
            if wrong.shape == values.shape and self._close(values, wrong):
                return Finding(False, mistake.words)
        if values.shape != solution.shape:
            raise NotOfTheKind(f"Your answer has the {_shape(values.shape)}, and the solution has the "
                               f"{_shape(solution.shape)}.")
        return Finding(False, _first_gap(values, solution, self._tolerance(solution)))

    def _tolerance(self, solution):
        return 0.5 * 10.0**-self.digits * max(np.abs(solution).max(initial=0), 1e-300)

    def _close(self, values, solution):
        return bool(np.all(np.abs(values - solution) <= self._tolerance(solution)))


# --- Python functions --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Code:
    """A Python function of NumPy arrays, right if it returns what the solution does for each of the `calls`.

    A call is a tuple of arguments. A result is right to `digits` digits in float64, and in the smaller types to what
    they hold. With `keeps_type` it has the type that the solution's has.
    """

    solution: Callable
    calls: tuple[tuple, ...]
    mistakes: tuple[Mistake, ...] = ()
    digits: int = 9
    keeps_type: bool = False
    seconds: float = SECONDS
    asks = "a Python function"

    def judge(self, answer):
        """The `Finding` about an answer."""
        if not callable(answer) or isinstance(answer, (sp.Basic, type)):
            raise NotOfTheKind(f"Your answer is {_kind(answer)}. This exercise asks for a function: hand in its name, "
                               f"without brackets.")
        outcomes = run(answer, self.calls, self.seconds)
        if any("ellipsis" in outcome.words for outcome in outcomes):
            raise NotAnswered
        for outcome, arguments in zip(outcomes, self.calls, strict=False):
            if fault := self._fault(outcome, arguments):
                return Finding(False, fault)
        wrong = [place for place, outcome in enumerate(outcomes)
                 if not self._agrees(outcome.value, self._expected(place))]
        if not wrong:
            return Finding(True, f"It was called {len(self.calls)} times, and each result is right.")
        for mistake in self.mistakes:
            if all(self._agrees(outcome.value, self._of(mistake.answer, place))
                   for place, outcome in enumerate(outcomes)):
                return Finding(False, mistake.words)
        place = wrong[0]
        return Finding(False, f"{self._call(self.calls[place])}: "
                              f"{self._difference(outcomes[place].value, self._expected(place))}")

    def _fault(self, outcome, arguments):
        """What went wrong before the numbers count, in a sentence; None if nothing did."""
        call = self._call(arguments)
        if outcome.kind == "cannot travel":
            return f"Your function could not be taken to where it is tried: {outcome.words}. Let it use nothing but " \
                   f"its arguments and imported modules."
        if outcome.kind == "raised":
            return f"{call}: your function stops with {outcome.words}."
        if outcome.kind == "too slow":
            return f"{call}: your function had not come back after {self.seconds:g} seconds. Does a loop never end?"
        if outcome.kind == "too large":
            return f"{call}: your function asks for more memory than there is."
        if outcome.kind == "died":
            return f"{call}: your function ended the whole of Python."
        if outcome.kind == "returned nothing":
            ending = "It prints its result: return it instead." if outcome.printed else "Is the return missing?"
            return f"{call}: your function returns nothing. {ending}"
        if outcome.kind == "returned something else":
            return f"{call}: your function returns something of the type {outcome.words}, and not numbers."
        if outcome.changed:
            return f"{call}: your function changes its own input. Work on a copy, or make a new array."
        return None

    def _agrees(self, value, expected):
        return value.shape == expected.shape and not self._wrong_type(value, expected) and bool(
            np.all(_same(value, expected, self._tolerance(value, expected))))

    def _wrong_type(self, value, expected):
        return self.keeps_type and value.dtype != expected.dtype

    def _tolerance(self, value, expected):
        coarsest = max(10.0**-self.digits, *(8 * np.finfo(one.dtype).eps for one in (value, expected)
                                             if one.dtype.kind == "f"), 0.0)
        return coarsest * np.maximum(np.abs(expected.astype(float)), np.finfo(float).tiny)

    def _expected(self, place):
        return self._of(self.solution, place)

    def _of(self, function, place):
        with np.errstate(all="ignore"):
            return np.asarray(function(*deepcopy(self.calls[place])))

    def _difference(self, value, expected):
        if value.shape != expected.shape:
            return f"the result has the {_shape(value.shape)}, and should have the {_shape(expected.shape)}."
        if self._wrong_type(value, expected):
            return f"the result is {value.dtype}, and should be {expected.dtype} as the input is."
        return _first_gap(value, expected, self._tolerance(value, expected))

    @staticmethod
    def _call(arguments):
        """The arguments in words: "For -1000.0", "For an array of shape (2, 3)"."""
        told = []
        for argument in map(np.asarray, arguments):
            kind = f" in {argument.dtype}" if argument.dtype in (np.float32, np.float16) else ""
            told.append(f"{np.array2string(argument, threshold=6, precision=6, separator=', ')}{kind}"
                        if argument.size <= 6 else f"an array of the {_shape(argument.shape)}{kind}")
        return f"For {' and '.join(told)}".replace("\n", "")


# --- Derivations -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Chain:
    """The steps of a derivation: each must follow from the one before; by which route is the student's choice.

    `start` is what the derivation starts with, `written_in` the names or symbols that the last line may contain:
    {sigma(x)} for "in σ alone". `names` are the definitions that the steps may use.
    """

    start: sp.Basic
    written_in: tuple
    names: dict = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()  # a wrong line, and its words
    asks = "a list of steps"

    def judge(self, answer):
        """The `Finding` about an answer."""
        steps = self._read(answer)
        try:
            derive(self.start, *steps, where=self.names)
        except DerivationError as error:
            return Finding(False, self._told(error, steps))
        except (TypeError, ValueError) as error:
            raise NotOfTheKind(f"The steps could not be read: {error}.") from None
        if any(relation != "=" for _, _, relation in steps):
            return Finding(False, "Every step is true, but not every one is an equality, as this exercise asks.")
        end = steps[-1][0]
        if left := self._left_over(end):
            aim = " and ".join(map(str, self.written_in))
            return Finding(False, f"Every step follows from the one before. The last line, {end}, still contains "
                                  f"{left}: go on until it is written in {aim} alone.")
        count = len(steps)
        return Finding(True, f"{'The step follows' if count == 1 else f'All {count} steps follow'}, and the last line "
                             f"is what was asked for.")

    def _read(self, answer):
        if isinstance(answer, (sp.Basic, str)) or not isinstance(answer, (list, tuple)) or not answer:
            raise NotOfTheKind(f"Your answer is {_kind(answer)}. This exercise asks for a list of steps, each an "
                               f"expression, or a pair of an expression and its reason.")
        if len(answer) in (2, 3) and isinstance(answer, tuple) and isinstance(answer[1], str):
            answer = [answer]
        steps = []
        for number, step in enumerate(answer, 1):
            step = step if isinstance(step, tuple) else (step,)
            if not step or len(step) > 3:
                raise NotOfTheKind(f"Step {number} has {len(step)} parts. It should be an expression, or a pair of an "
                                   f"expression and its reason.")
            expr, reason, relation = (*step, *("", "=")[len(step) - 1:])
            steps.append((expr, reason or f"step {number}", relation))
        return steps

    def _left_over(self, end):
        """What the last line contains and should not; empty if nothing."""
        end, *allowed = (part if part.is_Symbol else part.as_dummy()  # no matter which letter a sum runs over
                         for part in unify(sp.sympify(end), *map(sp.sympify, self.written_in)))
        stands = {part: sp.Dummy() for part in allowed}
        rest = end.xreplace(stands).doit(deep=False) if not end.has(sp.Derivative) else end
        if rest.has(sp.Derivative, sp.Integral, sp.Limit):
            return "something that is not carried out"
        left = sorted(str(symbol) for symbol in rest.free_symbols - set(stands.values()))
        return " and ".join(left)

    def _told(self, error, steps):
        place = f"Step {error.step} does not follow"
        line = steps[error.step - 1][0]
        for mistake in self.mistakes:
            try:
                derive(mistake.answer, (line, "the same"), where=self.names)
            except (DerivationError, TypeError, ValueError):
                continue
            return f"{place}. {mistake.words}"
        if error.point and error.left is not None and error.right is not None:
            at = " and ".join(f"{symbol} = {_short(value)}" for symbol, value in error.point.items())
            return f"{place}: at {at} the line before is {_short(error.left)}, and this line is {_short(error.right)}."
        return f"{place} from the line before."


# --- Words -------------------------------------------------------------------------------------------------------


def _array(answer):
    if isinstance(answer, str) or answer is None:
        raise NotOfTheKind(f"Your answer is {_kind(answer)}. This exercise asks for an array.")
    try:
        values = np.asarray(answer.tolist() if isinstance(answer, sp.MatrixBase) else answer)
        values = values.astype(float) if values.dtype.kind in "biufO" else None
    except (TypeError, ValueError):
        values = None
    if values is None:
        raise NotOfTheKind(f"Your answer is {_kind(answer)}, of which no array of numbers could be made.")
    return values


def _same(values, expected, tolerance):
    """Entry by entry: equal, both nan, or as near as the tolerance."""
    values, expected = values.astype(float), expected.astype(float)
    with np.errstate(invalid="ignore"):
        near = np.abs(values - expected) <= tolerance
    return near | (values == expected) | (np.isnan(values) & np.isnan(expected))


def _first_gap(values, expected, tolerance):
    """The first entry that is wrong, with both values."""
    place = tuple(np.argwhere(~_same(values, expected, np.broadcast_to(tolerance, values.shape)))[0])
    mine, right = float(values[place]), float(expected[place])
    where = f"entry {list(map(int, place))} is" if place else "the result is"
    mine, right = f"{mine:.9g}", f"{right:.9g}"
    return f"{where} {mine}, and should be {right}." if mine != right else (
        f"{where} {mine}, as it should be, but to no more digits than these.")


def _shape(shape):
    return f"shape {tuple(map(int, shape))}" if len(shape) else "shape of a single number"


def _kind(answer):
    if isinstance(answer, str):
        return f"the text {answer!r}"
    if isinstance(answer, sp.Basic):
        return f"the expression {answer}"
    return f"of the type {type(answer).__name__}"


def _short(value):
    """A number as a reader likes it."""
    real, imaginary = sp.sympify(value).as_real_imag()
    if imaginary:
        return f"{complex(value):.6g}"
    return f"{float(real):.6g}".replace("-", "−")
