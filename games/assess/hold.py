"""Hold: squeeze up to a line and stay on it for five seconds; a light one first, then a firmer one."""

from engine.game import Game
from games.assess.force import Params, State, index, intent, peak, scene, start, step

__all__ = ["GAME", "RUNGS", "Params", "State"]

RUNGS = (
    {"asked": 0.20, "target": 0.20, "band": 0.03, "hold_ms": 5000},
    {"asked": 0.40, "target": 0.40, "band": 0.03, "hold_ms": 5000},
)

GAME = Game("assess-hold", "grip", Params, start, step, scene, intent, index, peak, self_paced=lambda _: True)
