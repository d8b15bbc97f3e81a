"""Draw the stall: what is to be carried, the hand that opens and closes around it, the basket, the gauge."""

from dataclasses import replace
from math import cos, pi, radians, sin

from engine.scene import Bar, Circle, Path, Picture, Scene, Shape
from engine.ticks import to_ms, to_ticks
from games.market.rules import ARRIVE_MS, BASKET_X, GIFT_MS, MISS_MS, OPEN, PICK_X, SETTLE_MS, State, glided
from games.market.things import BY_NAME, THINGS, Thing

BASE_Y, LIFT, OVER_Y, ARC, RIM = 172.0, 34.0, 312.0, 46.0, 10.0
WAITING = ((212.0, 178.0, 0.66), (128.0, 198.0, 0.52), (262.0, 214.0, 0.48))
SLOTS = ((-66.0, 154.0), (70.0, 150.0), (-4.0, 132.0), (8.0, 174.0))
BASKET_Y = 72.0
TALLEST = 0.44
GAUGE_X, GAUGE_LOW, GAUGE_HIGH, GAUGE_W = 485.0, 130.0, 690.0, 72.0
TICK, RING, DOT = 50.0, 27.0, 17.0
OPENING = 84.0
STALL_CAUSES = ("too-soft", "too-hard", "no-try")
SAG, DROP_MS = 46.0, 260.0

# The hand is made of pieces that are drawn in one frame, y downwards, holding something ``HELD_WIDE`` at ``HELD_AT``.
# Each piece: name, left, top, width, height, the joint that it turns about, and how far beside the fingers.
SCALE = 0.8
HELD_AT, HELD_WIDE, TURN = (200.0, 420.0), 170.0, 57.3 / 346.0
KNUCKLE, THUMB = (300.0, 172.0), (430.0, 300.0)
Piece = tuple[str, float, float, float, float, tuple[float, float], float]
BEHIND: tuple[Piece, ...] = (("market-fingers", 20, 90, 380, 390, KNUCKLE, 1.0),)
FRONT: tuple[Piece, ...] = (
    ("market-sleeve", 610, 30, 980, 300, KNUCKLE, 0.0),
    ("market-arm", 260, 100, 420, 260, KNUCKLE, 0.0),
    ("market-index", 50, 110, 320, 370, KNUCKLE, 1.0),
    ("market-thumb", 250, 230, 250, 260, THUMB, -0.6),
)


def scene(state: State) -> Scene:
    """Return the picture: the stall, what is to be carried, the hand around it, and the gauge beside the hand."""
    thing, done = BY_NAME[state.load.name], state.phase == "end" and not state.cause
    x, y = place(state)
    hand_x, hand_y = (x, y + _sag(state) + thing.at) if _held(state) else _free(state, thing)
    wide = _aperture(state, thing)
    in_basket = _in_basket(state)
    front = Picture("market-basket-front", BASKET_X, BASKET_Y + 101, 460, 230)
    shapes: list[Shape] = [*_waiting(state), *_basket(state)]
    shapes += [*_pieces(BEHIND, hand_x, hand_y, wide)]
    shapes += [] if in_basket else [front]
    shapes += [] if done else _thing(state, thing, x, y)
    shapes += _pieces(FRONT, hand_x, hand_y, wide)
    shapes += [front] if in_basket else []
    shapes += [_gift(state)] if done else []
    shapes += [] if done or _is_hidden(state) else _gauge(state)
    return Scene("market-stall", tuple(shapes))


# Where things are


def place(state: State) -> tuple[float, float]:
    """Return where the foot of the thing is that is asked for now."""
    if state.phase == "arrive":
        share = _come(state)
        x, y, _ = WAITING[0]
        return x + (PICK_X - x) * share, y + (BASE_Y - y) * share
    if state.phase == "end" and state.cause:
        return _left_at(state)
    x, y = _path(state)
    return x, y - _sag(state)


def _come(state: State) -> float:
    """Return how far the next thing has come, 0..1, behind the gauge; the first one is there from the start."""
    gone_ms = state.now_ms - state.since_ms
    return glided(0.0, 1.0, gone_ms / 600.0) if state.phase == "arrive" and state.at else 1.0


def _path(state: State) -> tuple[float, float]:
    """Return where the thing would be if it did not slip: on the stall, on its way, over the basket or in it."""
    if state.phase == "reach":
        inside = 0.0 if state.inside_ms is None else (state.now_ms - state.inside_ms) / SETTLE_MS
        return PICK_X, BASE_Y + 10 * min(1.0, state.force / state.centre) + (LIFT - 10) * glided(0, 1, inside)
    if state.phase == "adjust":
        return PICK_X, BASE_Y + LIFT + _bob(state)
    if state.phase == "carry":
        share = glided(0.0, 1.0, to_ms(len(state.away)) / state.params.carry_ms)
        rise = BASE_Y + LIFT + (OVER_Y - BASE_Y - LIFT) * share + ARC * sin(pi * share)
        rise += _bob(state) * max(0.0, 1 - 5 * share) if state.load.surprises else 0.0
        return PICK_X + (BASKET_X - PICK_X) * share, rise
    slot_x, slot_y = SLOTS[state.at]
    still = min(1.0, max(0.0, (state.force - OPEN) / (state.low - OPEN))) if state.phase == "release" else 0.0
    return BASKET_X + slot_x * (1 - still), slot_y + (OVER_Y - slot_y) * still


def _bob(state: State) -> float:
    """Let what is lighter than it looks fly up a little, and what is heavier sink back, until it is held right."""
    off = (state.force - state.centre) / state.centre
    return max(-LIFT + 4, min(44.0, 90 * off))


def _left_at(state: State) -> tuple[float, float]:
    """Return where a thing is left after a miss: it falls from where it was, or stays in the hand if that was firm."""
    carried = bool(state.away)
    share = glided(0.0, 1.0, to_ms(len(state.away)) / state.params.carry_ms)
    x = PICK_X + (BASKET_X - PICK_X) * share if carried else PICK_X
    if state.cause in ("let-go-too-quickly", "too-late"):
        return _path(replace(state, phase="release", force=state.force if state.cause == "too-late" else 0.0))
    held = BASE_Y + LIFT + (OVER_Y - BASE_Y - LIFT) * share + ARC * sin(pi * share) if carried else BASE_Y
    if state.cause == "too-hard":
        return x, held
    low = BASE_Y - 30 if abs(x - BASKET_X) > 250 else 130.0
    fallen = min(1.0, (state.now_ms - state.since_ms) / DROP_MS) ** 2
    return x, held + (min(held, low + 30) - held) * fallen


def _held(state: State) -> bool:
    """Tell whether the hand is where the thing is."""
    if state.phase == "end":
        return state.cause in ("too-hard", "too-late", "no-try")
    return state.phase != "arrive"


def _in_basket(state: State) -> bool:
    """Tell whether the hand or what it lets go of is behind the front of the basket."""
    if state.phase == "arrive":
        return state.at > 0 and state.now_ms - state.since_ms < 0.3 * ARRIVE_MS
    carried = len(state.away) > 0.3 * to_ticks(state.params.carry_ms)
    return state.phase == "release" or (state.phase == "end" and (carried or state.cause not in STALL_CAUSES))


def _free(state: State, thing: Thing) -> tuple[float, float]:
    """Return the middle of the empty hand: on its way to the next thing, or above what it has let go of."""
    gone_ms = state.now_ms - state.since_ms
    if state.phase == "arrive":
        return _coming(state, thing, glided(0.0, 1.0, gone_ms / (0.95 * ARRIVE_MS)))
    slot_x, slot_y = SLOTS[state.at]
    if not state.cause or state.cause == "let-go-too-quickly":
        return BASKET_X + slot_x, slot_y + thing.at + (OVER_Y - slot_y) * glided(0.0, 1.0, gone_ms / 500.0)
    x, y = _path(replace(state, phase="carry")) if state.away else (PICK_X, BASE_Y)
    return x, y + thing.at + 30 * glided(0.0, 1.0, gone_ms / MISS_MS)


def _coming(state: State, thing: Thing, share: float) -> tuple[float, float]:
    """Return the middle of the hand on its way from the side, or from what it has just laid down, to the thing."""
    x, y, at = PICK_X + 90, BASE_Y + 110, thing.at
    if state.at:
        slot_x, slot_y = SLOTS[state.at - 1]
        x, y, at = BASKET_X + slot_x, slot_y, BY_NAME[state.loads[state.at - 1].name].at
    rise = (150.0 if state.at else 30.0) * sin(pi * share)
    return x + (PICK_X - x) * share, y + at + (BASE_Y + thing.at - y - at) * share + rise


def _sag(state: State) -> float:
    """Return by how much the thing has slid down in the hand: what is held too softly slips."""
    if state.phase != "carry" or state.force >= state.low:
        return 0.0
    return SAG * min(1.0, (state.low - state.force) / max(0.02, state.low - OPEN))


# The hand


def _aperture(state: State, thing: Thing) -> float:
    """Return how wide the hand is open: it closes with the first force, and presses in what is held too firmly."""
    wide = thing.wide
    if state.phase == "arrive" and state.at:
        before = BY_NAME[state.loads[state.at - 1].name].wide
        wide = before + (wide - before) * glided(0.0, 1.0, (state.now_ms - state.since_ms) / ARRIVE_MS)
    if state.phase == "end" and not _held(state):
        return wide + OPENING
    closed = (state.force - OPEN) / max(0.012, 0.6 * state.low - OPEN)
    touch = 1.0 if state.cause == "too-hard" else min(1.0, max(0.0, closed))
    return wide * _pressed(state)[0] + OPENING * (1 - touch)


def _pressed(state: State) -> tuple[float, float]:
    """Return the width and height of the held thing, as shares: it gives way a little above the middle, more beyond."""
    if state.cause == "too-hard":
        return 0.93, 1.05
    room = state.high - state.centre
    over = min(2.0, max(0.0, (state.force - state.centre) / room)) if _held(state) and room > 0 else 0.0
    return 1 - 0.035 * over, 1 + 0.025 * over


def _pieces(pieces: tuple[Piece, ...], x: float, y: float, wide: float) -> list[Shape]:
    """Return pieces of the hand, holding something ``wide`` units wide in the middle at (x, y)."""
    turn = (wide / SCALE - HELD_WIDE) * TURN
    middle_x, middle_y = _middle(turn)
    shapes: list[Shape] = []
    for name, left, top, w, h, (joint_x, joint_y), share in pieces:
        at_x, at_y = _turned(left + w / 2 - joint_x, top + h / 2 - joint_y, turn * share)
        across, down = joint_x + at_x - middle_x, joint_y + at_y - middle_y
        shapes.append(Picture(name, x + across * SCALE, y - down * SCALE, w * SCALE, h * SCALE, angle=-turn * share))
    return shapes


def _middle(turn: float) -> tuple[float, float]:
    """Return the middle between the tips of fingers and thumb, in the frame of the hand."""
    tips = []
    for (joint_x, joint_y), side, share in ((KNUCKLE, -1.0, 1.0), (THUMB, 1.0, -0.6)):
        tip_x, tip_y = HELD_AT[0] + side * HELD_WIDE / 2 - joint_x, HELD_AT[1] - joint_y
        across, down = _turned(tip_x, tip_y, turn * share)
        tips.append((joint_x + across, joint_y + down))
    return (tips[0][0] + tips[1][0]) / 2, (tips[0][1] + tips[1][1]) / 2


def _turned(across: float, down: float, degrees: float) -> tuple[float, float]:
    """Return a place turned clockwise about the joint, y downwards."""
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return across * c - down * s, across * s + down * c


# Things, basket, gift


def _thing(state: State, thing: Thing, x: float, y: float) -> list[Shape]:
    """Return the thing that is asked for now, standing on (x, y), with its shadow on the stall and its drops."""
    gone_up = max(0.0, y - BASE_Y)
    wide, high = _pressed(state)
    squeezed = state.cause == "too-hard" or (_held(state) and state.force > state.high and not state.cause)
    grown = WAITING[0][2] + (1.0 - WAITING[0][2]) * _come(state)
    fallen = state.cause == "let-go-too-quickly" or (state.cause == "too-soft" and bool(state.away))
    tilt = -9.0 * min(1.0, (state.now_ms - state.since_ms) / DROP_MS) if fallen else 0.0
    faint = max(0.05, 0.24 - gone_up / 900)
    shadow = Bar(x, BASE_Y + 4, thing.wide * (0.9 - gone_up / 600), 16, "shadow", 8, alpha=round(faint, 3))
    w, h = thing.w * wide * grown, thing.h * high * grown
    shapes: list[Shape] = [shadow] if x < BASKET_X - 215 else []
    name = f"market-{thing.name}-squeezed" if squeezed else f"market-{thing.name}"
    shapes.append(Picture(name, x, y + h / 2 - RIM * grown, w, h, angle=tilt))
    return shapes + _drops(state, x, y + thing.h * 0.34 * grown, grown)


def _drops(state: State, x: float, y: float, grown: float) -> list[Shape]:
    """Return drops of water on a thing that is slippery: the wetter, the more slippery."""
    wet = min(1.0, (1 - state.params.friction) / 0.2)
    return [Picture("market-drops", x, y, 98 * grown, 84 * grown, alpha=round(wet, 3))] if wet > 0.1 else []


def _waiting(state: State) -> list[Shape]:
    """Return the things that wait on the stall for their turn, the furthest first; all move up when one has gone."""
    shapes: list[Shape] = []
    moved = _come(state)
    for n, one in reversed(list(enumerate(state.loads[state.at + 1 :]))):
        before = WAITING[min(n + 1, len(WAITING) - 1)]
        x, y, grown = (old + (new - old) * moved for old, new in zip(before, WAITING[n], strict=True))
        thing = BY_NAME[one.name]
        w, h = thing.w * grown, thing.h * grown
        shapes.append(Bar(x, y + 3, w * 0.7, 12, "shadow", 6, alpha=0.2))
        shapes.append(Picture(f"market-{thing.name}", x, y + h / 2 - RIM * grown, w, h))
        shapes += _drops(state, x, y + h * 0.34, grown)
    return shapes


def _basket(state: State) -> list[Shape]:
    """Return the back of the basket and what lies in it."""
    shapes: list[Shape] = [Picture("market-basket-back", BASKET_X, BASKET_Y + 269, 460, 270)]
    done = state.at + (state.phase == "end" and not state.cause)
    for one, (across, y) in zip(state.loads[:done], SLOTS, strict=False):
        thing = BY_NAME[one.name]
        shapes.append(Picture(f"market-{thing.name}", BASKET_X + across, y + thing.h / 2 - RIM, thing.w, thing.h))
    return shapes


def _gift(state: State) -> Shape:
    """Return the hand of whoever keeps the stall, with flowers for the basket."""
    share = 1.0 if state.setting.calm else glided(0.0, 1.0, (state.now_ms - state.since_ms) / (0.6 * GIFT_MS))
    return Picture("market-gift", -700 + 930 * share, 440, 1000, 400)


# The gauge


def _is_hidden(state: State) -> bool:
    """Tell whether the gauge is veiled: in the last part of the carry."""
    if state.phase != "carry" or not state.params.hidden:
        return False
    return to_ms(len(state.away)) > (1 - state.params.hidden) * state.params.carry_ms


def _height(share: float, state: State) -> float:
    """Return the height of a force on the gauge; with the mouse it is the pointer's own height."""
    top = 1.6 * max(max(one.look, one.real) + state.params.window for one in state.loads)
    tallest = TALLEST if state.setting.played_with == "mouse" else max(0.16, top)
    return GAUGE_LOW + min(share, tallest) / tallest * (GAUGE_HIGH - GAUGE_LOW)


def _gauge(state: State) -> list[Shape]:
    """Return the gauge: the window between slipping and giving in, and the force as a ball; a miss stays as it was."""
    if state.phase == "end" and state.cause == "let-go-too-quickly":
        return []
    x, force = GAUGE_X, state.told if state.phase == "end" else state.force
    easing = state.phase in ("release", "arrive") or state.cause == "too-late"
    bottom = _height(0.0 if easing else state.low, state) - (14 if easing else 0)
    top = _height(OPEN if easing else state.high, state)
    at, edge = _height(force, state), GAUGE_W / 2
    good = bottom <= at <= top and state.phase in ("reach", "adjust", "carry")
    shapes: list[Shape] = [
        Bar(x, (GAUGE_LOW + GAUGE_HIGH) / 2, GAUGE_W + 12, GAUGE_HIGH - GAUGE_LOW + 60, "card", 42, "line", 5),
        Bar(x, (bottom + top) / 2, GAUGE_W, top - bottom, "good" if good else "target", 12, "ink", 4),
        *(Path(((x - TICK, y), (x + TICK, y)), "ink", 5) for y in (bottom, top)),
    ]
    if state.phase != "arrive":
        outside = easing or state.phase == "end" or not good
        shapes += _which_way(x - 112, at, bottom, top, easing) if outside else []
    return [*shapes, *_ball(x, at, edge)]


def _ball(x: float, at: float, edge: float) -> list[Shape]:
    """Return the force: a ball with a ring of the card's colour and an edge, clear to see on every window."""
    across = ((x - edge, at), (x + edge, at))
    return [
        Path(across, "card", 16), Path(across, "ink", 8),
        Circle(x, at, RING, "card", "ink", 5), Circle(x, at, DOT, "primary"),
    ]  # fmt: skip


def _which_way(x: float, at: float, bottom: float, top: float, easing: bool) -> list[Shape]:
    """Return the picture for firmer or softer beside the window, while the force is outside of it."""
    if bottom <= at <= top and not easing:
        return []
    icon = "icon-softer" if at > top or easing else "icon-firmer"
    return [Picture(icon, x, (bottom + top) / 2 + (40 if easing else 0), 104, 104)]


PICTURES = (
    *(f"market-{thing.name}{state}" for thing in THINGS for state in ("", "-squeezed")),
    *(piece[0] for piece in (*BEHIND, *FRONT)), "market-drops", "market-gift",
    "market-basket-back", "market-basket-front", "icon-softer", "icon-firmer",
)  # fmt: skip
