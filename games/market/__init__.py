"""Market: take things of different size, weight and surface from the stall and lay them into the basket."""

from engine.game import Game
from games.market.picture import PICTURES, scene
from games.market.rules import Params, index, intent, peak, start, step

GAME = Game(
    "market", "grip", Params, start, step, scene, intent, index, peak,
    self_paced=lambda p: p.reach_ms > 8000 and p.release_ms > 8000, pictures=PICTURES,
    eases=(
        ("too-soft", "window"), ("too-hard", "window"), ("let-go-too-quickly", "lower_ms"), ("too-late", "release_ms"),
    ),
    edges=("too-soft", "too-hard"),
    hints=("too-soft", "too-hard", "too-late", "let-go-too-quickly"),
)  # fmt: skip
