"""List the software that Regrasp runs on here in the CycloneDX format: what is installed, which version and licence."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import metadata
from pathlib import Path
from platform import python_implementation, python_version
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from app import files
from app.logbook import utc_now
from app.version import NAME, checkout, version

SPEC = "1.6"
REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
EXTRA = re.compile(r"extra\s*==\s*[\"']")
LONGEST_LICENCE = 80  # more is a whole licence text where its name should stand


@dataclass(frozen=True, slots=True)
class Distribution:
    """One thing that is installed: ``needs`` are the names of what it needs and what is installed too."""

    name: str
    version: str
    licence: str = ""
    is_expression: bool = False
    needs: tuple[str, ...] = ()

    @property
    def purl(self) -> str:
        """Return what it is called wherever packages are named."""
        return f"pkg:pypi/{self.name}@{self.version}"


def run(out: Path | None, now: Callable[[], datetime] = utc_now) -> int:
    """Print the list, or write it to ``out``; raise ``FilesError``."""
    text = json.dumps(bill(installed(), now()), indent=2) + "\n"
    if out is None:
        print(text, end="")
    else:
        files.write_whole(out, text)
        print(out)
    return 0


# --- what is installed ----------------------------------------------------------------------------------


def installed() -> tuple[Distribution, ...]:
    """Return Regrasp first and then all that it needs, also through others, by name.

    What belongs to an extra of another package is left out, and so is what is not installed; the extras of Regrasp
    itself are in it where they are installed.
    """
    own, extras = _own_needs()
    found: dict[str, Distribution] = {}
    waiting = [*own, *extras]
    while waiting:
        name = _normal(waiting.pop())
        if name in found:
            continue
        one = _of(name)
        if one is not None:
            found[name] = one
            waiting += one.needs
    there = {name: _with_needs(one, found) for name, one in sorted(found.items())}
    root = Distribution(NAME, version(), "Apache-2.0", True, tuple(sorted({*own, *extras} & {*there})))
    return (root, *there.values())


def _with_needs(one: Distribution, there: Iterable[str]) -> Distribution:
    needs = tuple(sorted(set(one.needs) & set(there)))
    return Distribution(one.name, one.version, one.licence, one.is_expression, needs)


def _own_needs() -> tuple[list[str], list[str]]:
    """Return what Regrasp needs and what its extras need: of the checkout, else of what is installed."""
    table: Any = checkout()
    if table:
        more = [row for rows in table.get("optional-dependencies", {}).values() for row in rows]
        return _names(table.get("dependencies", [])), _names(more)
    rows = metadata.requires(NAME) or []
    return _names(row for row in rows if not EXTRA.search(row)), _names(row for row in rows if EXTRA.search(row))


def _of(name: str) -> Distribution | None:
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    licence, is_expression = _licence(found)
    rows = [row for row in found.requires or [] if not EXTRA.search(row)]
    return Distribution(name, found.version, licence, is_expression, tuple(_names(rows)))


def _names(rows: Iterable[str]) -> list[str]:
    return [_normal(found[1]) for found in map(REQUIREMENT.match, rows) if found]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _licence(found: metadata.Distribution) -> tuple[str, bool]:
    """Return what a distribution says of its licence, and whether that is an SPDX expression."""
    said: Any = found.metadata
    if said.get("License-Expression"):
        return str(said["License-Expression"]), True
    rows = [row.rsplit(" :: ", 1)[-1] for row in said.get_all("Classifier") or [] if row.startswith("License ::")]
    plain = str(said.get("License") or "").strip()
    named = plain if plain and len(plain) <= LONGEST_LICENCE and "\n" not in plain else ""
    return "; ".join(rows) or named, False


# --- the list -------------------------------------------------------------------------------------------


def bill(found: Iterable[Distribution], at: datetime) -> dict[str, Any]:
    """Return the CycloneDX document of Regrasp, the first one, and all others; the same ones at a time give the same.

    The form is that of CycloneDX 1.6 (ECMA-424).
    """
    root, *others = found
    python = {"type": "platform", "bom-ref": "python", "name": python_implementation(), "version": python_version()}
    components = [python, *map(_component, others)]
    dependencies = [{"ref": one.purl, "dependsOn": list(_refs(one, others))} for one in (root, *others)]
    dependencies[0]["dependsOn"] = [*_refs(root, others), "python"]
    body = {"components": components, "dependencies": [*dependencies, {"ref": "python", "dependsOn": []}]}
    identity = uuid5(NAMESPACE_OID, json.dumps([root.purl, at.isoformat(), body], sort_keys=True))
    return {
        "bomFormat": "CycloneDX", "specVersion": SPEC, "serialNumber": f"urn:uuid:{identity}", "version": 1,
        "metadata": {
            "timestamp": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "component": _component(root, "application"),
        },
        **body,
    }  # fmt: skip


def _refs(one: Distribution, others: Iterable[Distribution]) -> Iterator[str]:
    return (other.purl for other in others if other.name in one.needs)


def _component(one: Distribution, kind: str = "library") -> dict[str, Any]:
    row: dict[str, Any] = {"type": kind, "bom-ref": one.purl, "name": one.name, "version": one.version}
    if one.is_expression:
        row["licenses"] = [{"expression": one.licence}]
    elif one.licence:
        row["licenses"] = [{"license": {"name": one.licence}}]
    return row | {"purl": one.purl}
