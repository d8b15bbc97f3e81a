"""Kite: grip the line so that the kite stays in a ribbon of wind that rises and falls."""

from engine.game import Game
from games.kite.drawn import PICTURES, scene
from games.kite.flight import Params, index, intent, peak, start, step

GAME = Game(
    "kite", "grip", Params, start, step, scene, intent, index, peak,
    self_paced=lambda p: p.reach_ms > 8000, pictures=PICTURES,
    eases=(("too-soft", "band"), ("too-hard", "band"), ("too-late", "frequency")),
    hints=("too-soft", "too-hard", "too-late"),
    edges=("too-soft", "too-hard"),
)  # fmt: skip
