"""Open the chapters in JupyterLab, with the settings that the course needs.

    python -m tools.lab [options of jupyter lab]

The chapters are rendered as MyST, solutions and checks are folded, and the stored figures move before a kernel has run.
JupyterLab keeps what it has to remember in .lab/, not in the reader's home, and asks no other host for anything.
"""

import json
import os
import shutil
import signal
import subprocess
import sys

import nbformat
from nbformat.sign import NotebookNotary

from tools.notebooks import ROOT

STATE = ROOT / ".lab"
START = "notebooks/00-reading-the-code.ipynb"
STYLE = ROOT / "tools" / "lab.css"

# Only this machine is asked: jupyterlab-myst would fetch a preview of a link to GitHub, Wikipedia or a DOI.
POLICY = "frame-ancestors 'self'; connect-src 'self' ws: wss: data: blob:"

# What the reader can change in JupyterLab's settings, with what it starts from here.
OVERRIDES = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
    "@jupyterlab/extensionmanager-extension:plugin": {"enabled": False},
    "@jupyterlab/filebrowser-extension:browser": {"navigateToCurrentDirectory": True},
    # Every cell is on the page: the browser's search finds its words, and a reference finds what it refers to.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"},
}

# nbgrader, by which a teacher grades, brings panels and menus that a reader has no use for: they stay out of this page.
NOT_SERVED = [*(f"nbgrader.server_extensions.{name}" for name in (
    "assignment_list", "course_list", "formgrader", "validate_assignment")), "notebook"]
NOT_SHOWN = ["@jupyter/nbgrader", "@jupyter-notebook/lab-extension"]


def environment(state):
    """The environment of a JupyterLab that keeps its settings, signatures and history below the folder state."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    own = {name: str(state / folder) for name, folder in folders.items()}
    return os.environ | own | {"JUPYTER_PREFER_ENV_PATH": "1"}  # the kernel of this Python, not one from elsewhere


def command(state, root=ROOT):
    """The command line of a JupyterLab over the folder root."""
    return [
        sys.executable, "-m", "jupyterlab",
        f"--ServerApp.root_dir={root}",  # not notebooks/: the chapters link to pages beside it
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.tornado_settings={{'headers': {{'Content-Security-Policy': {POLICY!r}}}}}",
        f"--ServerApp.jpserver_extensions={dict.fromkeys(NOT_SERVED, False)}",
        f"--LabApp.app_settings_dir={state / 'overrides'}",
        f"--LabApp.default_url=/lab/tree/{START}",
        "--LabApp.custom_css=True",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        "--ContentsManager.pre_save_hook=tools.lab.drop_additions",
    ]  # fmt: skip


def drop_additions(model, **_):
    """Before a notebook is saved: drop what JupyterLab adds to each that it opens, and saves unasked after two minutes.

    So a chapter that was only read stays as it was, and `make test` and `git pull` have nothing against it.
    """
    if model["type"] == "notebook":
        metadata = model["content"]["metadata"]
        if "language_info" in metadata:
            metadata["language_info"] = {"name": metadata["language_info"]["name"]}
        for cell in model["content"]["cells"]:
            cell["metadata"].pop("collapsed", None)  # the older name of what "jupyter" says


def trust(notebooks, state):
    """Sign notebooks for the JupyterLab of the folder state, so that it shows their stored figures alive."""
    notary = NotebookNotary(data_dir=str(state / "data"))
    for path in notebooks:
        notary.sign(nbformat.read(path, as_version=4))


def prepare(state, root=ROOT):
    """Make the folder state ready for a JupyterLab over the folder root, whose notebooks are the reader's own."""
    for folder in ("data", "overrides", "config/custom"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    for name, settings in (("overrides", OVERRIDES), ("page_config", {"disabledExtensions": NOT_SHOWN})):
        text = json.dumps(settings, indent=2) + "\n"
        (state / "overrides" / f"{name}.json").write_text(text, encoding="utf-8")
    shutil.copyfile(STYLE, state / "config" / "custom" / "custom.css")
    trust(sorted((root / "notebooks").rglob("*.ipynb")), state)


def main():
    """Run JupyterLab until it is stopped; returns its exit status."""
    prepare(STATE)
    server = subprocess.Popen(command(STATE) + sys.argv[1:], env=environment(STATE), cwd=ROOT)  # which imports tools
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for JupyterLab, which asks first and ends its kernels
    return server.wait()


if __name__ == "__main__":
    sys.exit(main())
