"""How the tests share the cores: one by one, but the cells of a notebook together, since each needs those before it."""

from xdist.scheduler import LoadScopeScheduling


class NotebookScheduling(LoadScopeScheduling):
    """Sends a notebook to one core as a whole, and every other test to whichever core is free."""

    def _split_scope(self, nodeid):
        file = nodeid.partition("::")[0]
        return file if file.endswith(".ipynb") else nodeid


def pytest_xdist_make_scheduler(config, log):
    """Asked by pytest-xdist, whatever --dist says."""
    return NotebookScheduling(config, log)
