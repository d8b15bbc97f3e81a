"""Cup: squeeze into the band to lift a full cup, hold, carry or pour it, then let go gently to set it down."""

from engine.game import Game
from games.cup.drawn import PICTURES, scene
from games.cup.rules import SETTLE_MS, SLACK, Params, State, bump_way, index, intent, just_passed, peak, start, step

__all__ = [
    "GAME", "SETTLE_MS", "SLACK", "Params", "State", "bump_way", "index", "intent", "just_passed", "peak", "scene",
    "start", "step",
]  # fmt: skip

GAME = Game(
    "cup", "grip", Params, start, step, scene, intent, index, peak,
    self_paced=lambda p: p.reach_ms > 8000, pictures=PICTURES,
    eases=(("too-soft", "band"), ("too-hard", "band"), ("let-go-too-quickly", "lower_ms")),
    hints=("too-late",),
    edges=("too-soft", "too-hard"),
)  # fmt: skip
