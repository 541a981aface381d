"""Sphinx extension: where the book is kept and where it is published, as the workflow that publishes it says.

BOOK_REPOSITORY and BOOK_BRANCH name the repository, BOOK_SITE the site. They take the place of `repository: url`,
`repository: branch` and `html: baseurl` in _config.yml, so that a fork has its own addresses with nothing to edit.
What is not set stays as _config.yml has it.
"""

import os


def take_addresses(app, config):
    """Put the addresses of the environment into the configuration."""
    for variable, option in (("BOOK_REPOSITORY", "repository_url"), ("BOOK_BRANCH", "repository_branch")):
        if os.environ.get(variable):
            config.html_theme_options[option] = os.environ[variable]
    config.html_baseurl = os.environ.get("BOOK_SITE") or config.html_baseurl


def setup(app):
    """Connect it to the configuration, before whoever reads the addresses."""
    app.connect("config-inited", take_addresses, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
