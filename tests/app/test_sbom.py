"""The list of software: valid, complete, the same each time, and without any address."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from app import sbom
from app.cli import main
from app.sbom import Distribution, bill, installed
from app.version import version

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOME = (
    Distribution("regrasp", "1.0", "Apache-2.0", True, ("one",)),
    Distribution("one", "2.0", "MIT License", False, ("two",)),
    Distribution("two", "3.0"),
)


def test_the_list_fits_the_schema_of_cyclonedx() -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(bill(installed(), NOON))) is None
    assert validator.validate_str(json.dumps(bill(SOME, NOON))) is None
    assert validator.validate_str(json.dumps(bill(SOME, NOON) | {"extra": 1})) is not None


def test_everything_that_regrasp_needs_is_in_it_and_nothing_it_does_not() -> None:
    found = {one.name: one for one in installed()}
    assert {"arcade", "numpy", "sqlalchemy", "pyrage", "pyglet", "pillow"} <= set(found)
    assert not {"pytest", "hypothesis", "ruff", "mypy"} & set(found)
    assert found["regrasp"].version == version() != ""
    assert "pyglet" in found["arcade"].needs
    assert found["regrasp"].licence == "Apache-2.0"
    assert all(set(one.needs) <= set(found) for one in found.values())


def test_the_graph_says_what_needs_what() -> None:
    document = bill(SOME, NOON)
    graph = {row["ref"]: row["dependsOn"] for row in document["dependencies"]}
    assert graph == {
        "pkg:pypi/regrasp@1.0": ["pkg:pypi/one@2.0", "python"], "pkg:pypi/one@2.0": ["pkg:pypi/two@3.0"],
        "pkg:pypi/two@3.0": [], "python": [],
    }  # fmt: skip
    assert [row.get("licenses") for row in document["components"]] == [
        None, [{"license": {"name": "MIT License"}}], None,
    ]  # fmt: skip


def test_the_same_software_at_the_same_time_gives_the_same_list() -> None:
    assert bill(installed(), NOON) == bill(installed(), NOON)
    assert bill(SOME, NOON)["serialNumber"] != bill(SOME[:2], NOON)["serialNumber"]


def test_no_address_stands_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "bill.json"
    assert main(["sbom", "--out", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    assert "://" not in out.read_text("utf-8")
    assert main(["sbom"]) == 0
    assert json.loads(capsys.readouterr().out)["specVersion"] == sbom.SPEC
