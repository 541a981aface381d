"""How the tests share the cores: one by one, but those of a notebook together, since each needs what ran before it."""

import os
import re

from xdist.scheduler import LoadScopeScheduling

# The matrices of the chapters are small, and threads would wait for each other. The kernels of nbval inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["TQDM_DISABLE"] = "1"  # no bar in what a chapter prints


class NotebookScheduling(LoadScopeScheduling):
    """Sends a notebook to one core as a whole, and every other test to whichever core is free."""

    def _split_scope(self, nodeid):
        file, _, test = nodeid.partition("::")
        if file.endswith(".ipynb"):
            return file
        chapter = re.search(r"\[.*?(\d\d)-", test)
        if file.endswith(("test_chapters.py", "test_site.py")) and chapter:
            return f"{file}[{chapter[1]}]"  # these run the chapter, or open its page, once for several tests
        return nodeid


def pytest_xdist_make_scheduler(config, log):
    """Asked by pytest-xdist, whatever --dist says."""
    return NotebookScheduling(config, log)
