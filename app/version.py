"""Say which version of Regrasp runs."""

import tomllib
from functools import cache
from importlib import metadata

from app import files

NAME = "regrasp"


@cache
def version() -> str:
    """Return the version: of the checkout where it runs from one, else of what is installed; "" if nobody knows."""
    named = checkout().get("version")
    if isinstance(named, str):
        return named
    try:
        return metadata.version(NAME)
    except metadata.PackageNotFoundError:
        return ""


def checkout() -> dict[str, object]:
    """Return the table ``project`` of the checkout that this runs from, empty for an installed copy."""
    try:
        table = tomllib.loads(files.read_text(files.ROOT / "pyproject.toml")).get("project", {})
    except (files.FilesError, ValueError):
        return {}
    return table if table.get("name") == NAME else {}
