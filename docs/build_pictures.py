"""Paint the pictures of the README anew: ``uv run python docs/build_pictures.py``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from app import rooms
from app.demo import Demo, play, session_of
from app.picture import picture
from engine import screens
from engine.phases import Playing, Summary
from engine.scene import Scene
from engine.session import Session
from engine.ticks import seconds

FOLDER = Path(__file__).parent / "pictures"
TRIAL, AFTER_S = 9, {"ladybirds": 2.2, "cup": 2.6, "brook": 3.2}


def scenes() -> dict[str, Scene]:
    """Return the scenes to show: home, each game in play, and the summary of a whole practice."""
    found = {"home": screens.home()}

    def look(session: Session, _: object) -> None:
        phase, name = session.phase, session.game.name
        if isinstance(phase, Playing) and len(session.trials) % 12 == TRIAL:
            if session.now - phase.since >= seconds(AFTER_S[name]) and name not in found:
                found[name] = session.scene()
        elif isinstance(phase, Summary):
            found.setdefault("summary", session.scene())

    demo = Demo(trials=12, ability=0.45, seed=4)
    play(session_of(demo), demo, look)
    return found


def main() -> None:
    """Write every picture, and one row of the three games in the other palettes."""
    FOLDER.mkdir(exist_ok=True)
    found = scenes()
    for name, scene in found.items():
        picture(scene, width=960).quantize(192).save(FOLDER / f"{name}.png", optimize=True)
    for palette, name in zip(("dark", "contrast"), list(rooms.all_games()), strict=False):
        picture(found[name], palette, width=960).quantize(192).save(FOLDER / f"{name}-{palette}.png", optimize=True)


if __name__ == "__main__":
    main()
