"""Golden sessions: recorded once, they must replay equal on every supported Python until the rules change."""

from pathlib import Path

import pytest

from app import files, rooms
from engine.recording import parse
from engine.replay import verify

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.jsonl.gz"))


def test_there_is_a_golden_session_of_every_game() -> None:
    assert {path.name.split("-")[0] for path in GOLDEN} >= set(rooms.all_games())


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name.partition(".")[0])
def test_a_golden_session_replays_equal(path: Path) -> None:
    recording = parse(files.recording_lines(path))
    assert len(recording.trials) == 8
    assert {trial.hit for trial in recording.trials} >= {True}
    shown = verify(recording, rooms.all_games())
    assert shown.difference == ""
    assert shown.trials == 8
