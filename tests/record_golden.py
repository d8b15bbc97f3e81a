"""Record the golden sessions anew, after a change of rules: ``uv run python tests/record_golden.py``.

Raise ``RULES`` in engine/recording.py first, and say in the changelog what changed.
"""

import gzip
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from app import rooms
from engine.hand import Side
from engine.plan import Plan, to_header
from engine.profile import Profile
from engine.program import Block, Program
from engine.recording import header_line
from engine.session import Session
from engine.simulate import Patient, Traits

FOLDER = Path(__file__).parent / "golden"
SESSIONS = (("ladybirds", Side.RIGHT, "keys"), ("cup", Side.LEFT, "serial"), ("cup", Side.RIGHT, "mouse"),
            ("brook", Side.LEFT, "keys"), ("melody", Side.LEFT, "keys"), ("buttons", Side.LEFT, "keys"),
            ("kite", Side.RIGHT, "serial"), ("market", Side.LEFT, "mouse"), ("letters", Side.LEFT, "keys"),
            ("zip", Side.RIGHT, "keys"), ("kitchen", Side.LEFT, "serial"))  # fmt: skip


def record(game: str, hand: Side, grip: str, trials: int = 8) -> list[str]:
    """Return the lines of a session of ``game`` that a simulated patient plays."""
    program = Program("golden", (Block(game, trials),), rest_s=2, least_rest_s=1, rest_after=5)
    profile = Profile(patient="GOLD-1", hand=hand, word="ROSA")
    played_with = {"tap": "keys", "grip": grip, "trace": "mouse"}
    plan = Plan(20, profile, program, {game: rooms.all_ladders()[game]}, played_with)
    session, patient = Session(plan, rooms.all_games()), Patient(Traits(0.55), "golden")
    lines = [header_line(to_header(plan))]
    while not session.over:
        lines.extend(session.tick(patient.samples(session)).lines)
    return lines


def main() -> None:
    """Write every golden session."""
    FOLDER.mkdir(exist_ok=True)
    for game, hand, grip in SESSIONS:
        text = "\n".join(record(game, hand, grip)) + "\n"
        (FOLDER / f"{game}-{hand}-{grip}.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
