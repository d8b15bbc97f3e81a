"""Draw the robin's tune: beads on a twine, the drum and its tongues, and the hand that plays."""

from math import pi, sin

from engine.hand import FINGERS, Finger, Side
from engine.scene import Bar, Circle, Path, Picture, Scene, Shape, Words, turned_over
from games.melody.drum import DRAWN, ENDS, HAND_SIZE, HAND_X, HAND_Y, PADS, TIPS, TO_END, TONGUE_H, TONGUE_W, TONGUES
from games.melody.play import TOGETHER_MS, State

LIT_MS, MOVE_MS, FADE_MS, POP_MS, STRUCK_MS, JOY_MS = 520.0, 350.0, 1500.0, 180.0, 360.0, 450.0
RESTS_LOWER = 52.0
PALM = (811.0, 115.0)
CAP_DOWN, THUMB_CAP_DOWN = 92.0, 72.0
ROW_X, ROW_Y, ROW_STEP, ROW_GAP, ROW_W = 824.0, 628.0, 14.0, 108.0, 830.0
BEAD, SMALL, INLAY = 88.0, 74.0, 78.0
BIRD = (176.0, 643.0)
TWINE_ENDS = ((346.0, 646.0), (1304.0, 646.0))
BLOSSOMS = ((58.0, 566.0, 84.0), (322.0, 588.0, 66.0), (1330.0, 604.0, 70.0), (1472.0, 566.0, 92.0),
            (1560.0, 664.0, 66.0))  # fmt: skip


def scene(state: State) -> Scene:
    """Return the picture of the tune: it runs from left to right for both hands, only what is played mirrors."""
    drum = Picture("melody-drum", 800, 250, 820, 700)
    tune: list[Shape] = [
        Picture("melody-branch", 200, 590, 400, 200),
        Picture("melody-twig", 1440, 610, 320, 210),
        *_blossoms(state),
        *_row(state),
    ]
    robin = _robin(state)
    if state.setting.hand is Side.LEFT:
        tune, robin = turned_over(tune), turned_over(robin)
    return Scene("orchard", (drum, *tune, *_tongues(state), *_hand(state), *robin))


def _eased(share: float) -> float:
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def _popped(age_ms: float) -> float:
    """Return the size of something that has just come: it grows a little too large, and settles."""
    share = min(1.0, max(0.0, age_ms / POP_MS))
    return 0.5 + 0.5 * share + 0.22 * sin(pi * share)


def _won(state: State) -> bool:
    return state.ended_ms is not None and not any(note.cause for note in state.tune)


def _since_end(state: State) -> float:
    return max(0.0, state.now_ms - (state.ended_ms or 0.0) - TOGETHER_MS)


# What sounds, and what is asked for now


def _sounding(state: State) -> Finger | None:
    """Return the tongue that the robin lets sound now."""
    if not state.sung or state.now_ms >= state.turn_ms:
        return None
    n = state.sung - 1
    lit_ms = min(LIT_MS, 0.75 * state.params.beat_ms)
    return state.tune[n].finger if state.now_ms < state.sung_ms[n] + lit_ms else None


def _lit(state: State) -> Finger | None:
    """Return the finger that is lit: of the note that sounds, or of the next one where that is to be seen."""
    note = state.waited
    if note is None:
        return _shown_again(state) if state.ended_ms is not None else _sounding(state)
    return note.finger if state.params.recall == "lit" or note.cause else None


def _shown_again(state: State) -> Finger | None:
    """Return, when the tune is over, the finger that its hint is about; off the beat it is not which, but when."""
    failed = next((note for note in state.tune if note.cause), None)
    return None if failed is None or failed.cause in ("too-early", "too-late") else failed.finger


def _sees(state: State, n: int) -> bool:
    """Tell whether the bead of note ``n`` can be seen at its place."""
    note = state.tune[n]
    if state.now_ms < state.turn_ms:
        return n < state.sung and state.params.recall != "memory"
    if note.played_ms is not None or note.cause or state.ended_ms is not None:
        return True
    return state.params.recall in ("lit", "shown") or _left(state) > 0


def _left(state: State) -> float:
    """Return how much is left of beads that fade."""
    if state.params.recall != "fading":
        return 0.0
    return 1 - _eased((state.now_ms - state.turn_ms) / FADE_MS)


# The beads


def _row(state: State) -> list[Shape]:
    """Return the twine with one bead a note, as high as it sounds, and what marks the next one."""
    places = [_place(state, n) for n in range(len(state.tune))]
    shapes: list[Shape] = [Path((TWINE_ENDS[0], *places, TWINE_ENDS[1]), "path", 6)]
    for n, (x, y) in enumerate(places):
        next_one = state.waited is not None and n == state.at
        if next_one:
            shapes.append(Picture("melody-halo", x, y, *(_pulsed(state, BEAD + 44),) * 2))
        shapes.extend(_bead(state, n, x, y, next_one))
        if next_one and _lit(state) is None:
            shapes.extend(_closing(state, x, y, BEAD / 2 + 6))
    return shapes


def _place(state: State, n: int) -> tuple[float, float]:
    """Return where the bead of note ``n`` hangs: a tune that is not to be seen hangs straight."""
    beats = [note.beats for note in state.tune[:-1]]
    gap = min(ROW_GAP, ROW_W / max(1, sum(beats)))
    x = ROW_X + gap * (sum(beats[:n]) - sum(beats) / 2)
    note, height = state.tune[n], float(FINGERS.index(state.tune[n].finger)) if _sees(state, n) else 2.0
    if state.params.recall == "fading" and state.waited is not None and note.played_ms is None and not note.cause:
        height = 2.0 + (height - 2.0) * _left(state)
    return x, ROW_Y + ROW_STEP * height


def _bead(state: State, n: int, x: float, y: float, next_one: bool) -> list[Shape]:
    """Return the bead of note ``n``, or the empty place of one that is not to be seen."""
    note, name = state.tune[n], f"melody-bead-{state.tune[n].finger}"
    if not _sees(state, n):
        return [Picture("melody-slot", x, y, SMALL, SMALL)]
    if state.now_ms < state.turn_ms:
        size = BEAD * (1.0 if state.setting.calm else _popped(state.now_ms - state.sung_ms[n]))
        return [Picture(name, x, y, size, size)]
    sure = note.played_ms is not None or bool(note.cause) or state.ended_ms is not None
    size = BEAD if sure or next_one else SMALL
    left = 1.0 if sure or state.params.recall in ("lit", "shown") else _left(state)
    under: list[Shape] = [Picture("melody-slot", x, y, SMALL, SMALL)] if left < 1 else []
    ring: list[Shape] = [Circle(x, y, BEAD / 2 + 7, line="guide", line_width=8)] if note.cause else []
    return [*under, Picture(name, x, y, size, size, alpha=left), *ring]


def _pulsed(state: State, size: float) -> float:
    return size if state.setting.calm else size * (1 + 0.05 * sin(2 * pi * state.now_ms / 1200))


def _closing(state: State, x: float, y: float, r: float) -> list[Shape]:
    """Return the ring that closes, around a lit tongue or else the next bead, until the beat."""
    if not state.params.timed or not state.at:
        return []
    left = (state.due_ms - state.now_ms) / (state.due_ms - state.asked_ms)
    return [Circle(x, y, r + 74 * max(0.0, min(1.0, left)), line="focus", line_width=8)]


# The drum


def _tongues(state: State) -> list[Shape]:
    """Return the tongues; the one that sounds or is asked for glows, one that was struck gives way."""
    lit = _lit(state)
    shapes: list[Shape] = []
    for finger in FINGERS:
        turn, (x, y) = -DRAWN[finger][2], _struck_place(state, finger)
        if finger is lit:
            shapes.append(Picture("melody-glow", x, y, TONGUE_W + 56, TONGUE_H + 56, turn))
        name = f"melody-tongue-{finger}" if finger in state.params.fingers else "melody-tongue"
        shapes.append(Picture(name, x, y, TONGUE_W, TONGUE_H, turn))
        shapes.extend(_ripple(state, finger))
    return shapes


def _struck_ms(state: State, finger: Finger) -> float:
    """Return how long ago a tongue was struck, by the player or in the robin's tune."""
    times = [at_ms for struck, at_ms in state.struck if struck is finger]
    times += [at for at, note in zip(state.sung_ms[: state.sung], state.tune, strict=False) if note.finger is finger]
    return state.now_ms - max(times) if times else float("inf")


def _struck_place(state: State, finger: Finger) -> tuple[float, float]:
    (x, y), ago = TONGUES[finger], _struck_ms(state, finger)
    if state.setting.calm or ago > STRUCK_MS:
        return x, y
    give = 9 * (1 - ago / STRUCK_MS) * sin(2 * pi * ago / 120 + pi / 2) ** 2 / TONGUE_H
    return x + (PALM[0] - x) * give, y + (PALM[1] - y) * give


def _ripple(state: State, finger: Finger) -> list[Shape]:
    """Return the ring of sound that leaves a tongue that was struck."""
    ago = _struck_ms(state, finger)
    if ago > STRUCK_MS:
        return []
    share = max(0.0, ago / STRUCK_MS)
    (x, y), r = PADS[finger], 60.0 if state.setting.calm else 48 + 44 * share
    return [Circle(x, y, r, line="white", line_width=8, alpha=0.9 * (1 - share))]


def _hand(state: State) -> list[Shape]:
    """Return the hand: it rests lower while it listens, and comes up to the tongues to play."""
    down, lit = _lowered(state), _lit(state)
    shapes: list[Shape] = [Picture("hand", HAND_X, HAND_Y - down, HAND_SIZE, HAND_SIZE)]
    if lit is not None:
        shapes.append(Picture(f"hand-{lit}", HAND_X, HAND_Y - down, HAND_SIZE, HAND_SIZE))
    for finger in FINGERS:
        if finger in state.params.fingers:
            inlay: list[Shape] = [Picture(f"melody-bead-{finger}", *PADS[finger], INLAY, INLAY)]
            shapes += turned_over(inlay, PADS[finger][0]) if state.setting.hand is Side.LEFT else inlay
    if state.waited is not None:
        if lit is not None:
            shapes.extend(_closing(state, *PADS[lit], INLAY / 2 + 4))
        shapes.extend(Circle(*PADS[finger], 58, line="guide", line_width=8) for finger in state.waited.wrong)
    return shapes + _key_caps(state, down)


def _lowered(state: State) -> float:
    """Return how far below the tongues the hand rests now."""
    gone = state.now_ms - state.turn_ms + MOVE_MS
    up = float(gone >= 0) if state.setting.calm else _eased(gone / MOVE_MS)
    return RESTS_LOWER * (1 - up)


def _key_caps(state: State, down: float) -> list[Shape]:
    """Return what is written on the key of each finger in play, below its tip."""
    shapes: list[Shape] = []
    for finger, label in state.setting.labels:
        if finger in state.params.fingers:
            (x, y), (end_x, end_y) = TIPS[Finger(finger)], ENDS[Finger(finger)]
            share = (THUMB_CAP_DOWN if finger == Finger.THUMB else CAP_DOWN) / TO_END
            x, y = x - (end_x - x) * share, y - (end_y - y) * share - down
            wide = 56 if len(label) < 3 else 112
            shapes.append(Bar(x, y, wide, 52, "card", 12, "ink", 4))
            shapes.append(Words("plain", x, y, 30, bold=True, width=wide, values=(("text", label),)))
    return shapes


# The robin


def _robin(state: State) -> list[Shape]:
    """Return the robin: it sings, listens, and is glad when its tune comes back."""
    x, y = BIRD
    if _won(state):
        hop = 0.0 if state.setting.calm else 14 * sin(pi * min(1.0, _since_end(state) / JOY_MS))
        return [Picture("melody-robin-joy", x, y + 8 + hop, 230, 202)]
    if _sounding(state) is None:
        return [Picture("melody-robin", x, y, 200, 182)]
    ago = (state.now_ms - state.sung_ms[state.sung - 1]) / LIT_MS
    rise = 0.0 if state.setting.calm else 24 * ago
    note = Picture("melody-note", x + 122 + rise, y + 44 + rise, 56, 66, alpha=1 - 0.6 * min(1.0, ago))
    return [Picture("melody-robin-sing", x, y, 200, 182), note]


def _blossoms(state: State) -> list[Shape]:
    """Return the buds on the twigs; they open when the tune was right."""
    won = _won(state)
    share = _popped(_since_end(state) * POP_MS / JOY_MS) if won and not state.setting.calm else 1.0
    name, grown = ("melody-blossom", share) if won else ("melody-bud", 0.62)
    return [Picture(name, x, y, size * grown, size * grown) for x, y, size in BLOSSOMS]


PICTURES = (
    "melody-halo", "melody-slot", "melody-glow", "melody-note", "melody-robin", "melody-robin-sing",
    "melody-robin-joy", "melody-blossom",
    *(f"melody-bead-{finger}" for finger in FINGERS), *(f"hand-{finger}" for finger in FINGERS),
)  # fmt: skip
