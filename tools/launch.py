"""Sphinx extension: buttons that open a chapter on Binder, on Colab or in a JupyterLite, from one setting.

The setting is the address of the repository, `repository: url` in _config.yml. The theme makes the buttons. Without
an address there are none. With one, Colab gets the portable edition, since it shows the roles and directives of the
source as raw text; it reads notebooks from GitHub alone, so that edition stands in a branch of its own, which the
workflow that publishes the site writes. A JupyterLite is built elsewhere: its button comes with `jupyterlite_url`.
"""

from urllib.parse import urlsplit

PORTABLE_BRANCH = "portable"  # of the repository: the chapters in their portable edition, and nothing beside them


def site_address(config):
    """Where the site is published, with a slash at its end: `html: baseurl`, else the GitHub Pages of the repository;
    "" where neither is known."""
    repository = urlsplit(config.html_theme_options.get("repository_url") or "")
    address = config.html_baseurl
    if not address and repository.hostname == "github.com":
        owner, name = repository.path.strip("/").removesuffix(".git").split("/")
        address = f"https://{owner.lower()}.github.io/" + ("" if name.lower() == f"{owner.lower()}.github.io" else name)
    return address and address.rstrip("/") + "/"


def settle_addresses(app, config):
    """Tell the site its address, and take the buttons away where no repository is named."""
    config.html_baseurl = site_address(config)
    if not config.html_theme_options.get("repository_url"):
        config.html_theme_options["launch_buttons"] = {}


def open_the_portable_edition(app, pagename, templatename, context, doctree):
    """Let the button of Colab open the portable edition."""
    branch = app.config.html_theme_options.get("repository_branch") or "main"
    for group in context["header_buttons"]:
        for button in group.get("buttons", ()):
            if button["text"] == "Colab":
                button["url"] = button["url"].replace(f"/blob/{branch}/notebooks/", f"/blob/{PORTABLE_BRANCH}/")


def setup(app):
    """Connect it to the configuration, and to the pages after the theme."""
    app.connect("config-inited", settle_addresses)
    app.connect("html-page-context", open_the_portable_edition, priority=502)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
