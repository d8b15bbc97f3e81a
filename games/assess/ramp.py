"""Ramp: follow a line that rises slowly, stay on it for a moment, and let go."""

from engine.game import Game
from games.assess.force import Params, State, index, intent, peak, scene, start, step

__all__ = ["GAME", "RUNGS", "Params", "State"]

RUNGS = ({"asked": 0.20, "target": 0.20, "band": 0.03, "rise_ms": 5000, "hold_ms": 2000},)

GAME = Game("assess-ramp", "grip", Params, start, step, scene, intent, index, peak, self_paced=lambda _: True)
