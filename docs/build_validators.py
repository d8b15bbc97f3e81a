"""Let the validators of FHIR and BIDS look at exports, and write what they say: ``python docs/build_validators.py``."""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import kept  # noqa: E402

from app.export_command import Wanted, run  # noqa: E402

PAGE = Path(__file__).parent / "validators.md"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
VALIDATOR = "import sys; from bids_validator_deno import cli; sys.exit(cli())"
INTRODUCTION = """# What the validators say of an export

`uv run python docs/build_validators.py` makes this page: it exports small records (`tests/kept.py`: a played session
with a pointer, one with a calibrated force sensor, one that was cut off, a diary, a grip test) and lets the validators
look. They are only needed for tests, and are in the group `dev`; `tests/app/test_export_fhir.py` and
`tests/app/test_export_bids.py` let them look at each change. A validator says that the form is right. It does not say
that what is told is right: for that, tests compare the values with the records.
"""
FHIR = """\
fhir.resources {}, models R4B (of what is used here R4B is as R4), read strictly: a key that there is not in the
standard is an error.
"""
TERMS = """\
Not looked at: whether a code of LOINC or UCUM exists, since there is no server of terms here (the three codes of
LOINC were looked up before, and units have a code of UCUM only where it is a simple one), and profiles of a country.
"""
WARNINGS = """\
The warnings are about what nobody here knows and nobody should make up: authors and licence of a dataset, the
institution, and maker and serial number of a keyboard or mouse. Fill in `dataset_description.json` before a dataset is
shared.
"""


def fhir(folder: Path) -> list[str]:
    """Return what the models of FHIR say of the bundle."""
    from fhir.resources.R4B.bundle import Bundle

    text = (folder / "bundle.json").read_text(encoding="utf-8")
    kinds = Counter(entry["resource"]["resourceType"] for entry in json.loads(text)["entry"])
    try:
        Bundle.model_validate_json(text)
        said = "valid: 0 errors"
    except ValueError as error:
        said = f"not valid:\n{error}"
    here = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common())
    return [
        "## FHIR",
        "",
        FHIR.format(version("fhir.resources")),
        "```text",
        f"bundle.json: {here}",
        said,
        "```",
        "",
        TERMS,
    ]


def bids(folder: Path, name: str) -> list[str]:
    """Return what the validator of BIDS says of a dataset."""
    ran = subprocess.run(
        [sys.executable, "-c", VALIDATOR, "--json", str(folder)], capture_output=True, text=True, check=False
    )
    told = json.loads(ran.stdout)
    issues: list[dict[str, Any]] = told["issues"]["issues"]
    severities = Counter(issue["severity"] for issue in issues)
    rows = Counter((issue["severity"], issue["code"], issue.get("subCode") or "") for issue in issues)
    said = [f"{severity:8} {code} {sub}".rstrip() + f": {n}" for (severity, code, sub), n in sorted(rows.items())]
    summary = told["summary"]
    seen = f"modalities: {', '.join(summary['modalities'])}, tasks: {', '.join(summary['tasks'])}"
    said.insert(0, f"errors: {severities['error']}, warnings: {severities['warning']}, exit status {ran.returncode}")
    return [f"### {name}", "", "```text", f"{summary['totalFiles']} files, {seen}", *said, "```", ""]


def page() -> str:
    """Return the page."""
    with tempfile.TemporaryDirectory() as folder:
        data = kept.make(Path(folder))
        for name, form, offsets in (("fhir", "fhir", False), ("bids", "bids", False), ("research", "bids", True)):
            run(Wanted(str(data), format=form, out=data / name, offsets=offsets), NOW, UTC)
        lines = [*fhir(data / "fhir"), "## BIDS", ""]
        lines += [f"bids-validator-deno {version('bids-validator-deno')}, which needs no network.", ""]
        lines += bids(data / "bids", "`--format bids`") + bids(data / "research", "`--format bids --offsets`")
    return "\n".join([INTRODUCTION, *lines, WARNINGS])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(PAGE)
