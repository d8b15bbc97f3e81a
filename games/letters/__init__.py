"""Letters: write strokes, digits, letters and words with a pencil, in order and direction, on a lined sheet."""

from engine.game import Game
from games.letters.judging import index
from games.letters.picture import scene
from games.letters.sheet import Params
from games.letters.writing import intent, start, step

GAME = Game(
    "letters", "trace", Params, start, step, scene, intent, index,
    self_paced=lambda p: p.limit_ms >= 20_000,
    pictures=("letters-card", "letters-hand", "letters-pencil", "letters-sprig"),
    eases=(
        ("left-of-path", "width_mm"), ("right-of-path", "width_mm"), ("too-late", "limit_ms"),
        ("wrong-way", "guide"), ("wrong-order", "guide"), ("unfinished", "letter_mm"),
    ),
    hints=("left-of-path", "right-of-path", "too-late", "wrong-way", "wrong-order", "unfinished"),
    mirrors=False, pointed=False,
)  # fmt: skip
