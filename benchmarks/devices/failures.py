"""Run the test of every fault and write its report, docs/failures.md."""

import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "devices" / "test_failure_table.py"
REPORT = ROOT / "docs" / "failures.md"
COLUMNS = ("fault", "seen", "after", "practice")
HEAD = ("fault", "what is seen", "after (measured here)", "what happens to the practice")
INTRODUCTION = """# When a sensor fails

What can go wrong between a hand and the program, what the program sees of it, how soon, and what becomes of the
practice. Each row is a test in `tests/devices/test_failure_table.py`, which plays the fault with real
bytes over a pseudo-terminal. The times were measured by these tests in one run on {cores} cores; they are
no promise: with real boards come their boot time (1 to 2 s for an Uno) and the delay of USB.

Written by `uv run python -m benchmarks.devices failures`; do not edit this table.

"""
BY_HAND = "\n# When the computer fails\n"  # from here on the page is written by hand

Row = dict[str, str]


def run() -> tuple[int, list[Row]]:
    """Run the tests; return pytest's exit status and a row a fault, as the tests recorded them."""
    with tempfile.TemporaryDirectory() as made:
        told = Path(made) / "told.xml"
        command = [sys.executable, "-m", "pytest", "-q", str(TESTS), "-k", "not report", f"--junitxml={told}"]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        return status, rows(told.read_text(encoding="utf-8")) if told.is_file() else []


def rows(junit: str) -> list[Row]:
    """Return the rows that tests recorded in a JUnit report, in the order of the table."""
    found: list[Row] = []
    for case in ElementTree.fromstring(junit).iter("testcase"):
        row = {p.get("name", ""): p.get("value", "") for p in case.iter("property")}
        if "fault" in row:
            found.append(row)
    return sorted(found, key=lambda row: int(row["row"]))


def written(found: Sequence[Row], cores: int) -> str:
    """Return the page."""
    lines = [f"| {' | '.join(HEAD)} |", "| --- " * len(HEAD) + "|"]
    lines += ["| " + " | ".join(row.get(column, "") for column in COLUMNS) + " |" for row in found]
    return INTRODUCTION.format(cores=cores) + "\n".join(lines) + "\n"


def keep(found: Sequence[Row], cores: int, path: Path = REPORT) -> None:
    """Write the page; what was written by hand after the table stays."""
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    _, heading, by_hand = before.partition(BY_HAND)
    path.write_text(written(found, cores) + heading + by_hand, encoding="utf-8")
