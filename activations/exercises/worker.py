"""The other side of the sandbox: reads a function and its calls, and writes what each came to, a line of JSON each.

It imports nothing of the course, so that it starts at once. The first argument is the limit in seconds.
"""

import base64
import contextlib
import faulthandler
import io
import json
import math
import os
import sys
import time

BYTES = 4 * 2**30  # of address space, where the system can limit it
PATIENCE = 3  # times the limit: how long the clock may run while the function waits, or others have the processor


def main(seconds):
    _limit_memory()
    # Whatever the function writes to, nothing but the replies reaches what the other side reads.
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    import cloudpickle

    with contextlib.redirect_stdout(io.StringIO()):
        function, calls = cloudpickle.loads(sys.stdin.buffer.read())
    waited = PATIENCE * seconds if _limit_processor(seconds) else seconds
    faulthandler.dump_traceback_later(waited, exit=True)  # a thread in C: it also ends a loop that never yields
    for arguments in calls:
        told = _call(function, arguments)
        replies.write(json.dumps(told) + "\n")
        replies.flush()
        if not told["kind"].startswith("returned"):
            break
    os._exit(0)  # at once, whatever the function has left running


def _limit_memory():
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _limit_processor(seconds):
    """Have the system end the process after so many seconds of computing, however busy it is; False where it cannot."""
    try:
        import resource

        used = math.ceil(time.process_time() + seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (used, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    except (ImportError, ValueError, OSError):  # Windows, or less is left
        return False
    return True


def _call(function, arguments):
    """What function(*arguments) came to, as plain data."""
    import numpy as np

    before = [np.array(argument, copy=True) for argument in arguments]
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), np.errstate(all="ignore"):
            value = function(*arguments)
    except MemoryError:
        return {"kind": "too large"}
    except BaseException as error:  # exit() as well
        return {"kind": "raised", "words": f"{type(error).__name__}: {error}".removesuffix(": ")}
    changed = any(not np.array_equal(was, now, equal_nan=was.dtype.kind == "f")
                  for was, now in zip(before, arguments, strict=True))
    return _told(value) | {"printed": printed.getvalue()[:200], "changed": changed}


def _told(value):
    """A value as plain data: an array, nothing, or what else it is."""
    import numpy as np

    if value is None:
        return {"kind": "returned nothing"}
    try:
        array = np.asarray(value)
    except (ValueError, TypeError):
        array = None
    if array is None or array.dtype.kind not in "biuf":
        return {"kind": "returned something else", "words": type(value).__name__}
    data = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"kind": "returned", "value": [array.dtype.str, list(array.shape), data]}


if __name__ == "__main__":
    main(float(sys.argv[1]))
