"""Melody: a robin sings a short tune; play it back on the tongues of a drum, one finger for each."""

from engine.game import Game
from games.melody.picture import PICTURES, scene
from games.melody.play import Params, index, intent, start, step

GAME = Game(
    "melody", "tap", Params, start, step, scene, intent, index,
    self_paced=lambda p: not p.timed, pictures=PICTURES,
    eases=(
        ("wrong-finger", "notes"), ("no-try", "notes"), ("extra-finger", "unwanted"), ("too-early", "off_ms"),
        ("too-late", "off_ms"),
    ),
    hints=("too-early", "too-late", "no-try", "wrong-finger", "extra-finger"),
)  # fmt: skip

__all__ = ["GAME"]
