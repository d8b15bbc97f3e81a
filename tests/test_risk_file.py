"""The risk file: every row says hazard, cause, control and test, and every test that it names is a real one."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FILE = TESTS.parent / "docs" / "risks.md"
WORDS = ("no control yet", "no test", "reviewed", "none in software")
LEAST = 20  # rows with a test, as the issue asks for


@dataclass(frozen=True, slots=True)
class Risk:
    """One row; ``tests`` are pairs of a module and a sentence, "" where a module is named alone."""

    number: str
    hazard: str
    cause: str
    control: str
    test: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        pieces = re.split(r"`([^`]+)`", self.test)[1:]
        named = zip(pieces[::2], pieces[1::2], strict=True)
        return [(module, said) for module, text in named for said in text.strip(" :;,").split("; ")]


def risks(text: str) -> list[Risk]:
    rows = [line.strip().strip("|").split(" | ") for line in text.splitlines() if re.match(r"\| *\d+ *\|", line)]
    return [Risk(*(cell.strip() for cell in row)) for row in rows]


ROWS = risks(FILE.read_text("utf-8"))


def plain(text: str) -> str:
    """Return a sentence or a name as words alone, where three points stand for any more of them."""
    low = text.lower().replace("...", " @ ").replace("'", "").replace("-", " ").replace("_", " ")
    return " ".join(re.sub(r"[^\w@ ]", " ", low).split())


@cache
def sentences(module: str) -> tuple[str, ...]:
    """Return what the tests of a module below ``tests/``, or of a folder of them, say in their names."""
    place = TESTS / module
    files = sorted(place.glob("test_*.py")) if place.is_dir() else [place.with_suffix(".py")]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    names = [node.name for node in nodes if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    return tuple(plain(name.removeprefix("test_")) for name in names)


def is_said(module: str, said: str) -> bool:
    pattern = ".*".join(map(re.escape, plain(said).split("@")))
    return bool(said) and any(re.fullmatch(pattern.replace(r"\ .*", ".*"), name) for name in sentences(module))


@pytest.mark.parametrize("risk", ROWS, ids=lambda risk: f"row {risk.number}")
def test_every_risk_has_a_cause_a_control_and_a_test_that_is_there(risk: Risk) -> None:
    assert all((risk.hazard, risk.cause, risk.control, risk.test))
    if not risk.tests:
        assert risk.test == "none"
        assert any(words in f"{risk.control} {risk.test}".lower() for words in WORDS)
    missing = [(module, said) for module, said in risk.tests if not is_said(module, said)]
    assert not missing


def test_the_rows_are_numbered_each_once_and_enough_of_them_have_a_test() -> None:
    numbers = [int(risk.number) for risk in ROWS]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert sum(bool(risk.tests) for risk in ROWS) >= LEAST


def test_a_row_without_a_test_or_with_one_that_is_not_there_is_found() -> None:
    def missing(test: str) -> list[tuple[str, str]]:
        (risk,) = risks(f"| 1 | a hazard | a cause | a control | {test} |")
        return [row for row in risk.tests if not is_said(*row)]

    here = "`test_risk_file`: a row without a test ... is found"
    assert missing(f"{here}; the rows are numbered each once, and enough of them have a test") == []
    assert missing(f"{here}; a row without") == [("test_risk_file", "a row without")]
    assert missing("`test_risk_file`") == [("test_risk_file", "")]
    with pytest.raises(FileNotFoundError):
        missing("`engine/test_that_is_not_there`: it is")
