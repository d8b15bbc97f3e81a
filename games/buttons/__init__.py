"""Buttons: touch a button, then its hole, and the coat closes there."""

from engine.game import Game
from games.buttons.drawn import PICTURES, scene
from games.buttons.rules import UNTIMED_MS, Params, State, index, intent, place_of, start, step, throughput

__all__ = ["GAME", "Params", "State", "index", "intent", "place_of", "scene", "start", "step", "throughput"]

GAME = Game(
    "buttons", "aim", Params, start, step, scene, intent, index,
    self_paced=lambda p: p.limit_ms >= UNTIMED_MS, pictures=PICTURES,
    eases=(("missed-target", "target_mm"), ("wrong-order", "buttons"), ("too-late", "limit_ms")),
    hints=("missed-target", "wrong-order", "too-late", "unfinished"),
)  # fmt: skip
