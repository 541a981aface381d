"""What the tests share: the built site, a server for it, and a real browser."""

import fcntl
import functools
import http.server
import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from tools.browser import BROWSER_FLAGS, find_browser

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def site():
    """The folder of the built site, brought up to date by whichever worker comes first, by the Python that tests."""
    (ROOT / "_build").mkdir(exist_ok=True)
    book = ["make", "--old-file=.venv/.ready", f"BIN={Path(sys.executable).parent}", "book"]
    with open(ROOT / "_build" / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        own = os.environ | {"PYTHONPATH": str(ROOT)}
        made = subprocess.run(book, cwd=ROOT, env=own, capture_output=True, text=True)
    if made.returncode:
        pytest.fail(f"make book failed:\n{made.stderr[-4000:]}", pytrace=False)
    return ROOT / "_build" / "html"


def pytest_terminal_summary(terminalreporter):
    """Say in one line for all that were skipped alike why they were."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason, count in Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped).items():
        terminalreporter.write_line(f"{count} tests skipped, {reason}")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing about it."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def site_url(site):
    """The address of the built site on a local server."""
    handler = functools.partial(QuietHandler, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    """A running Chromium; without one the test is skipped, or fails where STEP_TO_SOFTMAX_BROWSER=required."""
    program = find_browser()
    if program is None:
        missing = "no browser: apt install chromium, or name one with CHROMIUM=/path/to/chrome"
        if os.environ.get("STEP_TO_SOFTMAX_BROWSER") == "required":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=BROWSER_FLAGS)
        yield chromium
        chromium.close()
