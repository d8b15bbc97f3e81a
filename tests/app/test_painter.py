"""The painter's pictures on the graphics card are those that are painted without one."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROBE = Path(__file__).with_name("painter_probe.py")
NO_GL = 77


@pytest.mark.parametrize(
    "check",
    [
        "same_picture", "letterbox", "same_scene_costs_no_upload", "another_size", "sparkles", "caches_are_bounded",
        "to_stage", "blend_is_given_back", "missing_things", "close",
    ],
)  # fmt: skip
def test_on_a_hidden_graphics_card(check: str) -> None:
    done = subprocess.run(
        [sys.executable, str(PROBE), check], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode == NO_GL:
        pytest.skip(f"no OpenGL without a screen here: {done.stdout.strip()}")
    assert done.returncode == 0, done.stdout + done.stderr
