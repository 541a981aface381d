"""Sphinx extension: buttons that open a chapter on Binder, on Colab or in a JupyterLite, from one setting.

The setting is the address of the repository, `repository: url` in _config.yml. The theme makes the buttons. Without
an address there are none. With one, Colab gets the portable edition, since it shows the roles and directives of the
source as raw text. By a documented link it opens notebooks of GitHub alone, so that edition, as the site offers it for
download (`_build/html/editions/`), has to stand in a branch of its own, which the workflow that publishes the site
writes. A JupyterLite is built elsewhere: its button comes with `jupyterlite_url`.
"""

from urllib.parse import urlsplit

from sphinx.errors import ExtensionError

PORTABLE_BRANCH = "portable"  # of the repository: the notebooks of _build/html/editions/, and no folder


def repository_parts(address):
    """The host, the owner and the name of the repository at an address, of which a ".git" is no part."""
    parts = urlsplit(address.strip().rstrip("/").removesuffix(".git"))
    owner, _, name = parts.path.strip("/").rpartition("/")
    if parts.scheme not in ("http", "https") or not parts.hostname or not owner or not name:
        raise ExtensionError("repository: url in _config.yml should be like https://github.com/NAME/REPOSITORY, "
                             f"and is {address!r}")
    return parts.hostname, owner, name


def site_address(repository, baseurl):
    """Where the site is published, with a slash at its end: `html: baseurl`, else the GitHub Pages of the repository;
    "" where neither is known."""
    address = baseurl
    if repository and not address:
        host, owner, name = repository_parts(repository)
        if host == "github.com":
            pages = f"{owner.lower()}.github.io"
            address = f"https://{pages}/" if name.lower() == pages else f"https://{pages}/{name}/"
    return address and address.rstrip("/") + "/"


def settle_addresses(app, config):
    """Tell the site its own address, and offer what the repository's host allows: nothing where there is none."""
    options = config.html_theme_options
    repository = options.get("repository_url") or ""
    config.html_baseurl = site_address(repository, config.html_baseurl)
    if not repository:
        options["launch_buttons"] = {}
        return
    host, owner, name = repository_parts(repository)
    options["repository_url"] = f"https://{host}/{owner}/{name}"
    if host != "github.com":
        options["launch_buttons"] |= {"colab_url": ""}  # it reads from GitHub alone


def menu_buttons(context):
    """The buttons in the menus at the head of a page, which the theme has made."""
    return [button for group in context["header_buttons"] for button in group.get("buttons", ())]


def open_the_portable_edition(app, pagename, templatename, context, doctree):
    """Let the buttons of Colab and of a JupyterLite open the portable edition."""
    branch = app.config.html_theme_options.get("repository_branch") or "main"
    for button in menu_buttons(context):
        if button["text"] == "Colab":
            button["url"] = button["url"].replace(f"/blob/{branch}/notebooks/", f"/blob/{PORTABLE_BRANCH}/")
        elif button["text"] == "JupyterLite":
            button["url"] = button["url"].replace("?path=notebooks/", "?path=")


def setup(app):
    """Connect it to the configuration, and to the pages after the theme."""
    app.connect("config-inited", settle_addresses)
    app.connect("html-page-context", open_the_portable_edition, priority=502)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
