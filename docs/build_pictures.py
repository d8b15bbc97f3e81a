"""Paint the pictures of the README anew: ``uv run python docs/build_pictures.py``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from app import rooms
from app.contact import Look, around, moments
from app.picture import picture
from engine.hand import Side
from engine.scene import Scene

FOLDER = Path(__file__).parent / "pictures"
WIDE, COLOURS = 800, 160
SHOWN = {"kitchen": "middle", "cup": "hard", "zip": "middle", "letters": "middle", "kite": "middle"}
AROUND = ("home", "summary", "moved", "task")
OTHER = (("dark", "market"), ("contrast", "kitchen"))
DAY = ("today", "pain", "waiting", "journal", "tiles", "goals-mine")
EASED = {
    "journal-large": ("journal", Look(language="de", text_scale=2.0)),
    "ladybirds-seen-right": ("ladybirds", Look(unseen=Side.LEFT)),
}


def scenes() -> dict[str, Scene]:
    """Return the scenes to show: each game in play, some of the screens around them, and those of a day."""
    found = {game: moments(game, Look())[SHOWN.get(game, "middle")] for game in rooms.all_games()}
    return found | {name: scene for name, scene in around(Look()) if name in (*AROUND, *DAY)}


def eased(name: str, look: Look) -> Scene:
    """Return a scene as somebody sees it whose seeing is eased."""
    return moments(name, look)["middle"] if name in rooms.all_games() else dict(around(look))[name]


def main() -> None:
    """Write every picture, and some of them in the other palettes, or for those whose seeing is eased."""
    FOLDER.mkdir(exist_ok=True)
    found = scenes()
    for name, scene in found.items():
        picture(scene, width=WIDE).quantize(COLOURS).save(FOLDER / f"{name}.png", optimize=True)
    for palette, name in OTHER:
        painted = picture(found[name], palette, width=WIDE).quantize(COLOURS)
        painted.save(FOLDER / f"{name}-{palette}.png", optimize=True)
    for file, (name, look) in EASED.items():
        painted = picture(eased(name, look), look.palette, look.language, look.text_scale, WIDE).quantize(COLOURS)
        painted.save(FOLDER / f"{file}.png", optimize=True)


if __name__ == "__main__":
    main()
