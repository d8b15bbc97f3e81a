"""Draw the hand with what it holds: each tool in the grip it is for, moved as it is used."""

from dataclasses import dataclass
from math import cos, radians, sin

from engine.scene import Path, Picture, Role, Shape
from games.kitchen.places import BOWL, Pair
from games.kitchen.play import LOOSE
from games.kitchen.recipes import STRANGERS, Act
from games.kitchen.values import State

GRIP, ARM = 0.56, 0.92
HAND_W, HAND_H = 520 * GRIP, 620 * GRIP
OPEN_AT: Pair = (1210.0, 470.0)
AWAY_MS, BOUNCE_MS, DROP = 320.0, 200.0, 10.0
LEAN, SWING, TURN, CARD_MOST = -16.0, 14.0, 22.0, 128.0
ICONS = {Act.TAP: "icon-touch", Act.SQUEEZE: "icon-grip", Act.STIR: "icon-again", Act.POUR: "kitchen-do-pour"}
STRANGE = {"pin": (126.0, 126.0), "grater": (88.0, 128.0), "sieve": (128.0, 128.0)}


@dataclass(frozen=True, slots=True)
class Held:
    """How a tool is held: its size, where the hand has it and where it ends (both from its middle).

    ``wide`` grips go around the thing, others close on a handle. ``over`` is where the hand is, from the middle of the
    bowl, ``tilt`` the tool's angle in the hand before anything is done and ``turn`` how much further a pour turns
    it there, ``falls`` where what it sheds falls.
    """

    w: float
    h: float
    hold: Pair
    wide: bool
    end: Pair
    over: Pair
    tilt: float = 0.0
    falls: float = 0.0
    turn: float = 0.0


HELD: dict[str, Held] = {
    "egg": Held(150, 150, (4, -6), True, (0, -72), (50, 130), falls=40),
    "shaker": Held(128, 185, (0, -26), True, (0, 92), (40, 165), 164.0, 10),
    "oats": Held(146, 190, (0, -30), True, (0, 94), (50, 175), 156.0, 10),
    "teabag": Held(136, 177, (16, 70), False, (0, -88), (20, 165)),
    "herbs": Held(140, 165, (0, -64), False, (0, 40), (60, 150), 78.0, -30),
    "lemon": Held(196, 191, (8, -8), True, (-6, -88), (20, 150)),
    "tomato": Held(184, 184, (4, -10), True, (-6, -84), (20, 150)),
    "honey": Held(128, 185, (0, -30), True, (0, 92), (20, 180), 180.0),
    "spoon": Held(124, 253, (-4, 96), False, (0, -104), (60, 190)),
    "whisk": Held(124, 253, (0, 88), False, (0, -110), (60, 190)),
    "milk": Held(216, 225, (88, -16), False, (-94, 86), (170, 130)),
    "water": Held(216, 225, (88, -16), False, (-94, 86), (170, 130)),
    "kettle": Held(226, 213, (18, 86), False, (-100, 8), (130, 200)),
    "oil": Held(150, 217, (0, -66), True, (0, 107), (190, 120), 40.0, turn=48.0),
}  # fmt: skip


def named(tool: str) -> str:
    """Return the name of a tool's picture."""
    return tool if tool == "kettle" else f"kitchen-{tool}"


def card_size(name: str) -> Pair:
    """Return how large a tool is drawn on its card."""
    if name in STRANGERS:
        return STRANGE[name]
    held = HELD[name]
    share = CARD_MOST / max(held.w, held.h)
    return held.w * share, held.h * share


def _turned(place: Pair, away: Pair, angle: float) -> Pair:
    """Return ``place`` plus ``away`` turned by ``angle`` degrees."""
    c, s = cos(radians(angle)), sin(radians(angle))
    return place[0] + away[0] * c - away[1] * s, place[1] + away[0] * s + away[1] * c


def _carried(name: str, hand: Pair, swing: float = 0.0, press: float = 0.0, lean: float = 0.0) -> list[Shape]:
    """Return tool, hand and arm in the order of painting; ``swing`` turns them all, ``lean`` only the tool."""
    held = HELD[name]
    angle = held.tilt + swing + lean
    middle = _turned(hand, (-held.hold[0], -held.hold[1]), angle)
    tool = Picture(named(name), *middle, held.w * (1 - 0.14 * press), held.h * (1 + 0.05 * press), angle=angle)
    at = _turned(hand, (0.0, 12.0), swing)
    arm = _arm(at, swing)
    if held.wide:
        back = Picture("grip-back", *at, HAND_W, HAND_H, angle=swing)
        return [back, tool, Picture("grip-front", *at, HAND_W, HAND_H, angle=swing), arm]
    return [tool, Picture("kitchen-fist", *at, HAND_W, HAND_H, angle=swing), arm]


def _arm(hand: Pair, swing: float) -> Picture:
    """Return the arm: from the cuff, which covers the wrist, it goes down to the elbow."""
    wrist = _turned(hand, (HAND_W / 2 - 10, -12.0), swing)
    at = _turned(wrist, ((410 - 35) * ARM, 0.0), swing - DROP)
    return Picture("kitchen-arm", *at, 820 * ARM, 204 * ARM, angle=swing - DROP)


def open_hand(at: Pair = OPEN_AT) -> list[Shape]:
    """Return the hand that waits, open, for what it is to take."""
    x, y = at
    size = (HAND_W, HAND_H)
    return [
        Picture("grip-open-arm", x + HAND_W, y, *size),
        Picture("grip-open-back", x, y, *size),
        Picture("grip-open-front", x, y, *size),
    ]


def put_away(state: State) -> list[Shape]:
    """Return the hand that goes back with what it has used, and then is open; a firm one is asked to let go."""
    share = (state.now_ms - state.since_ms) / AWAY_MS
    if state.setting.calm or share >= 1:
        clings = state.force > LOOSE and share > 3 and state.setting.played_with != "mouse"
        asked = [Picture("icon-softer", OPEN_AT[0] - 30, OPEN_AT[1] + 160, 120, 120)] if clings else []
        return [*open_hand(), *asked]
    name, eased = state.recipe.tools[state.at - 1], share * share * (3 - 2 * share)
    x, y = HELD[name].over
    return _carried(name, (BOWL[0] + x + 520 * eased, BOWL[1] + y))


def hand_at_work(state: State) -> list[Shape]:
    """Return hand and tool over the bowl, as the act moves them, and what runs out of the tool."""
    name, act, held = state.wanted.name, state.wanted.act, HELD[state.wanted.name]
    at = (BOWL[0] + held.over[0], BOWL[1] + held.over[1])
    if act is Act.TAP:
        gone = state.now_ms - state.doing.tapped_ms
        dip = 54.0 * (1 - abs(2 * gone / BOUNCE_MS - 1)) if 0 <= gone < BOUNCE_MS else 0.0
        return _carried(name, (at[0], at[1] - dip))
    firm = min(1.2, state.force / max(0.02, state.target))
    pours = firm if act is Act.POUR else 0.0
    swing, turn = SWING * pours, (held.turn or TURN) * pours
    end = _turned(at, (held.end[0] - held.hold[0], held.end[1] - held.hold[1]), held.tilt + swing + turn)
    return [*_running(state, end), *_carried(name, at, swing, firm if act is Act.SQUEEZE else 0.0, turn)]


def stirring_hand(state: State) -> tuple[list[Shape], list[Shape]]:
    """Return spoon or whisk, which stands in the bowl, and the hand at its upper end, which is before the bowl."""
    name, held = state.wanted.name, HELD[state.wanted.name]
    hand = _turned(state.doing.spoon, (held.hold[0] - held.end[0], held.hold[1] - held.end[1]), LEAN)
    tool, fist, arm = _carried(name, hand, lean=LEAN)
    return [tool], [fist, arm]


def _running(state: State, end: Pair) -> list[Shape]:
    """Return what runs out of a jug that is tilted, or out of a fruit that is pressed, while the force is right."""
    if state.phase != "act" or state.doing.part == "reach":
        return []
    if state.wanted.act is Act.POUR:
        if state.force < 0.6 * state.target:
            return []
        way = (end, (end[0] - 9, end[1] - 22), (end[0] - 12, BOWL[1] - 16))
        if state.wanted.name == "oil":
            return _drops(state, (end[0] - 6, end[1]), 3)
        role: Role = "white" if state.wanted.name == "milk" else "water"
        return [Path(way, "ink", 24), Path(way, role, 15)]
    return _drops(state, end, 1)


def _drops(state: State, end: Pair, count: int) -> list[Shape]:
    """Return drops that fall into the bowl, evenly one behind the other."""
    begun = 0.5 if state.setting.calm else state.now_ms % 500 / 500
    shares = [(begun + k / count) % 1.0 for k in range(count)]
    return [Picture("drop", end[0], end[1] - 16 - (end[1] - BOWL[1]) * share, 36, 50) for share in shares]
