"""The workflow that tests the book and publishes it, and how the address of a fork gets into the fork's site."""

import os
import re
import shutil
import subprocess
from types import SimpleNamespace

import pytest
import small_book
import yaml

from tools.addresses import take_addresses

ROOT = small_book.ROOT
WORKFLOW = ROOT / ".github" / "workflows" / "publish.yml"


@pytest.fixture(scope="module")
def jobs():
    """The jobs of the workflow, by name."""
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]


def steps(jobs):
    return [step for job in jobs.values() for step in job["steps"]]


# --- The workflow --------------------------------------------------------------------------------------------------


def test_each_job_may_do_only_what_it_does(jobs):
    assert yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["permissions"] == {}
    assert {name: job["permissions"] for name, job in jobs.items()} == {
        "test": {"contents": "read", "pages": "read"},
        "deploy": {"pages": "write", "id-token": "write"},
        "portable": {"contents": "write"},
    }
    checkout = next(step for step in steps(jobs) if "actions/checkout" in step.get("uses", ""))
    assert checkout["with"]["persist-credentials"] is False


def test_each_action_is_held_to_a_commit_with_its_version_beside_it():
    uses = re.findall(r"uses: (.*)", WORKFLOW.read_text(encoding="utf-8"))
    assert len(uses) == 7
    for one in uses:
        assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), one


def test_it_holds_no_secret_and_no_address(jobs):
    assert not re.search(r"secrets\.|://|github\.io|github\.com", WORKFLOW.read_text(encoding="utf-8"))
    assert [name for name, job in jobs.items() if "github.token" in str(job)] == ["portable"], "the run's own token"


def test_it_calls_only_what_the_repository_has(jobs):
    targets = re.findall(r"^([\w-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    commands = [line.split() for step in jobs["test"]["steps"] for line in step.get("run", "").splitlines()]
    assert commands == [["make", "book"], [".ci/run"]]
    assert "book" in targets and (ROOT / ".ci" / "run").stat().st_mode & 0o100


def test_what_is_tested_is_what_is_published(jobs):
    work = jobs["test"]["steps"]
    names = [step.get("run") or step["uses"].partition("@")[0] for step in work]
    assert names[-4:] == ["make book", ".ci/run", "actions/upload-pages-artifact", "actions/upload-artifact"]
    site = re.search(r"^SITE := (.*)/index\.html$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
    assert work[-2]["with"]["path"] == site
    assert all("default_branch" in step["if"] for step in work[-2:])
    assert jobs["deploy"]["needs"] == jobs["portable"]["needs"] == "test"
    assert "default_branch" in jobs["deploy"]["if"]
    assert all("pull_request" in jobs[name]["if"] for name in ("deploy", "portable"))
    assert set(work[-4]["env"]) == {"BOOK_REPOSITORY", "BOOK_BRANCH", "BOOK_SITE"}
    assert not any("env" in step for step in work if step is not work[-4]), "the books of the tests have no address"


def test_the_portable_edition_goes_into_a_branch_of_its_own(jobs, tmp_path):
    repository, portable = tmp_path / "it.git", tmp_path / "portable"
    subprocess.run(["git", "init", "--quiet", "--bare", repository], check=True)
    script = jobs["portable"]["steps"][-1]["run"]
    for text in ("first", "second"):
        portable.mkdir()
        (portable / "04-sigmoid.ipynb").write_text(text)
        own = {"REPOSITORY": str(repository), "NAME": "teacher", "TOKEN": "none"}
        subprocess.run(["bash", "-e", "-c", script], cwd=portable, env=os.environ | own, check=True)
        shutil.rmtree(portable)
    asked = ["git", "-C", repository, "show", "portable:04-sigmoid.ipynb"]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout == "second"


# --- The addresses -------------------------------------------------------------------------------------------------


def test_without_the_workflow_the_addresses_are_those_of_the_settings(monkeypatch):
    for variable in ("BOOK_REPOSITORY", "BOOK_BRANCH", "BOOK_SITE"):
        monkeypatch.setenv(variable, "")
    config = SimpleNamespace(html_theme_options={"repository_url": "mine"}, html_baseurl="here")
    take_addresses(None, config)
    assert config == SimpleNamespace(html_theme_options={"repository_url": "mine"}, html_baseurl="here")


def test_a_fork_has_its_own_address_on_each_page(tmp_path, monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY", "https://github.com/teacher/course")
    monkeypatch.setenv("BOOK_BRANCH", "autumn")
    monkeypatch.setenv("BOOK_SITE", "https://teacher.example/course")
    book = small_book.write(tmp_path)
    settings = (book / "_config.yml").read_text(encoding="utf-8")
    theme = "    html_theme_options:\n"
    shown = settings.replace(theme, f"{theme}      use_repository_button: true\n")
    (book / "_config.yml").write_text(shown, encoding="utf-8")
    status, printed = small_book.build(book)
    assert status == 0, printed
    for name in ("book/welcome", "notebooks/01-small"):
        html = (book / "_build" / "html" / f"{name}.html").read_text(encoding="utf-8")
        assert f'<link rel="canonical" href="https://teacher.example/course/{name}.html" />' in html
        assert '<a href="https://github.com/teacher/course"' in html
