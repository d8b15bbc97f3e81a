"""The import contracts hold, and each of them breaks when a forbidden import is planted: a check that can fail."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("engine", "games", "devices", "app")
pytest.importorskip("importlinter", reason="import-linter is not installed")

PLANTED = [
    ("The shell is above games and devices, which are above the engine", "engine/ticks.py", "import app"),
    ("The shell is above games and devices, which are above the engine", "games/cup/rules.py", "import devices.mouse"),
    ("Each engine file stands on its floor", "engine/level.py", "import engine.session"),
    ("The engine and the games touch nothing", "engine/measures/basics.py", "import time"),
    ("The engine and the games touch nothing", "games/brook.py", "import arcade"),
    ("Only engine.chance draws chance", "app/sparkle.py", "import random"),
    ("Devices know no picture and no database", "devices/mouse.py", "import pyglet"),
    ("Only one module touches pyserial", "devices/serial_grip.py", "import serial"),
    ("Games are independent of each other", "games/cup/rules.py", "import games.brook"),
    ("arcade only in window, painter and speaker", "app/demo.py", "import arcade"),
    ("The database only in the store", "app/logbook.py", "import sqlalchemy"),
]


def linted(where: Path) -> str:
    """Return what import-linter says of the tree at ``where``."""
    code = "import sys; from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=where, env=os.environ | {"PYTHONPATH": str(where), "NO_COLOR": "1"},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return ran.stdout + ran.stderr


def copy_to(folder: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_every_contract_is_kept(tmp_path: Path) -> None:
    said = linted(copy_to(tmp_path))
    assert "0 broken" in said, said


@pytest.mark.parametrize(("contract", "path", "line"), PLANTED, ids=[f"{p[1]}: {p[2]}" for p in PLANTED])
def test_a_contract_breaks_when_a_forbidden_import_is_planted(
    tmp_path: Path, contract: str, path: str, line: str
) -> None:
    target = copy_to(tmp_path) / path
    target.write_text(f"{target.read_text()}\n{line}\n")
    said = " ".join(linted(tmp_path).split())
    assert f"{contract} BROKEN" in said, said


def test_a_new_engine_file_must_say_on_which_floor_it_stands(tmp_path: Path) -> None:
    (copy_to(tmp_path) / "engine" / "attic.py").write_text('"""Stand nowhere."""\n')
    assert "attic" in linted(tmp_path)


def test_every_contract_has_a_planted_import() -> None:
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} == {planted[0] for planted in PLANTED}


def test_files_are_opened_in_one_room_only() -> None:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            if path.relative_to(ROOT).as_posix() != "app/files.py":
                assert " open(" not in path.read_text().replace("Image.open(", "").replace("def open(", ""), path
