"""What a student has not filled in yet: three dots, or a function with nothing in it."""

import dis
from collections.abc import Mapping
from types import FunctionType

import numpy as np

_NOTHING = {"RESUME", "NOP", "CACHE", "COPY_FREE_VARS"}  # instructions that do nothing


def is_stub(answer):
    """Whether an answer is still what the exercise put there: nothing, an empty function, or three dots somewhere.

    A function is empty if all that it does is to return nothing or three dots; a docstring does not fill it.
    """
    if answer is None or answer is ...:
        return True
    if isinstance(answer, FunctionType):
        return _is_empty(answer)
    if isinstance(answer, Mapping):
        answer = list(answer.values())
    if isinstance(answer, np.ndarray) and answer.dtype == object:
        answer = list(answer.flat)
    return isinstance(answer, (list, tuple)) and any(part is ... or isinstance(part, (list, tuple)) and is_stub(part)
                                                     for part in answer)


def _is_empty(function):
    does = [step for step in dis.get_instructions(function) if step.opname not in _NOTHING]
    returned = does[0].argval if does and does[0].opname in ("LOAD_CONST", "RETURN_CONST") else function
    return returned in (None, ...) and does[-1].opname in ("RETURN_VALUE", "RETURN_CONST") and len(does) <= 2
