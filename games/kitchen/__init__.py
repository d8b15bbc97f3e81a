"""Kitchen: cook a small recipe: choose the tool of each step, then tap, squeeze, stir or pour with it."""

from engine.game import Game
from games.kitchen.picture import PICTURES, scene
from games.kitchen.play import HURRIED_MS, index, intent, peak, start, step
from games.kitchen.values import Params

GAME = Game(
    "kitchen", "mixed", Params, start, step, scene, intent, index, peak,
    self_paced=lambda p: p.limit_ms > HURRIED_MS, pictures=PICTURES,
    eases=(
        ("too-soft", "band"), ("too-hard", "band"), ("let-go-too-quickly", "lower_ms"), ("missed-target", "ring_mm"),
        ("too-late", "limit_ms"), ("wrong-tool", "distractors"), ("wrong-order", "memory"),
    ),
    hints=("missed-target", "let-go-too-quickly", "too-late", "wrong-tool", "wrong-order", "unfinished"),
)  # fmt: skip
