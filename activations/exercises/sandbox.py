"""A student's function, run where it can do no harm: in a process of its own, with a limit of time and memory.

The function travels by cloudpickle, so it may be written in a notebook. What comes back is plain text and numbers.
"""

import base64
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import cloudpickle
import numpy as np

SECONDS = 10.0  # of computing, for all calls together; a right answer takes milliseconds
_WORKER = Path(__file__).with_name("worker.py")
_STARTING = 300  # seconds that a busy machine may need until the function is there, and to end one that waits


class Outcome(NamedTuple):
    """What one call came to.

    `kind` is "returned", with the `value` as an array; "returned nothing" or "returned something else", with its type
    in `words`; "raised", with the error in `words`; "too slow", "too large", "died", or "cannot travel". `printed` is
    what the function wrote, and `changed` whether its inputs are not what they were.
    """

    kind: str
    value: np.ndarray | None = None
    words: str = ""
    printed: str = ""
    changed: bool = False


def run(function, calls, seconds=SECONDS):
    """The `Outcome` of function(*arguments) for each of the `calls`, up to the first that does not return."""
    try:
        parcel = cloudpickle.dumps((function, calls))
    except Exception as error:  # whatever a student's function holds on to
        return [Outcome("cannot travel", words=str(error))]
    try:
        # -P: the folder of the worker is no place to import from.
        done = subprocess.run([sys.executable, "-P", str(_WORKER), str(seconds)], input=parcel, capture_output=True,
                              timeout=_STARTING + seconds,
                              env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
    except subprocess.TimeoutExpired:
        return [Outcome("too slow")]
    outcomes = [_read(line) for line in done.stdout.splitlines()]
    if len(outcomes) < len(calls) and all(outcome.kind.startswith("returned") for outcome in outcomes):
        slow = b"Timeout (" in done.stderr or hasattr(signal, "SIGXCPU") and done.returncode == -signal.SIGXCPU
        outcomes.append(Outcome("too slow" if slow else "died"))
    return outcomes


def _read(line):
    told = json.loads(line)
    if told["kind"] == "returned":
        dtype, shape, data = told.pop("value")
        told["value"] = np.frombuffer(base64.b64decode(data), dtype).reshape(shape)
    return Outcome(**told)
