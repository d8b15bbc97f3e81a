"""Zip: close a jacket, a bag or a tent with a slow, even pull; the zip snags when it is hurried."""

from math import log2, pi

from engine.game import Follow, Game, Intent
from games.zip.look import scene
from games.zip.pull import Params, State, pace, start, step

CURVATURE = {"straight": 0.0, "bend": pi / 2, "wave": 1.3 * pi}
PICTURES = ("zip-snag", "zip-caught", "zip-scarf", "zip-tag", "zip-lantern")


def intent(state: State) -> Intent | None:
    """Return the way before the hand, at the pace that suits it there."""
    if state.ended_ms is not None:
        return None
    return Follow(state.track.ahead(state.hand_mm), pace(state, state.at_mm), bounded=True)


def index(params: Params) -> float:
    """Return the steering index, ordinal: length over width plus curvature (Accot & Zhai 1997), and shares of its own.

    How slow and how even the pull must be, and where cloth is near, each add a share (own construction).
    """
    steering = params.length_mm / params.width_mm + CURVATURE[params.bends]
    return steering + 6.0 * log2(200.0 / params.fastest_mm_s) + 0.3 * params.slowest_mm_s + 2.0 * params.spots


GAME = Game(
    "zip", "trace", Params, start, step, scene, intent, index,
    self_paced=lambda params: params.slowest_mm_s <= 0, pictures=PICTURES,
    eases=(
        ("too-fast", "fastest_mm_s"), ("left-of-path", "width_mm"), ("right-of-path", "width_mm"),
        ("too-late", "slowest_mm_s"),
    ),
    hints=("too-fast", "left-of-path", "right-of-path", "too-late", "unfinished"),
    edges=("too-fast", "left-of-path"),
)  # fmt: skip
