"""Paint the sheet: the dotted way, the written line, the hand that holds the pencil, and the model beside it."""

from dataclasses import replace
from math import atan2, cos, fsum, radians, sin

from engine.hand import Side
from engine.scene import STAGE_W, Bar, Circle, Path, Picture, Role, Scene, Shape, Words
from games.letters.shapes import Pair
from games.letters.sheet import Piece
from games.letters.writing import FADE_MS, GROW_MS, State, place_of, stage

REMIND_MS, ERRED_MS, GLIDE_MS = 4000.0, 3500.0, 260.0
BEAD_AFTER_MS, BEAD_MS = 900.0, 2600.0
PAPER_LEFT, PAPER_RIGHT = 256.0, 1344.0
TIP, HAND_SIDE, HAND_ZOOM = (34.0, 330.0), 520.0, 0.62
CARD_X, CARD_Y, CARD_W, CARD_H = 142.0, 622.0, 252.0, 198.0
SPRIG_W, SPRIG_H, SPRIG_ROOT = 152.0, 190.0, (14 / 160, 188 / 200)
HEAD, LIFTED = 26.0, (9.0, 15.0)


def scene(state: State) -> Scene:
    """Return the picture of the desk: what is to be written, what was written, and the pencil."""
    shapes = [*_ruling(state), *_model(state)]
    if state.ended_ms is not None:
        return Scene("letters-desk", (*shapes, *_finished(state)))
    if state.showing:
        return Scene("letters-desk", (*shapes, *_shown(state), *_hand(state)))
    ahead = _ahead(state)
    shapes += [*_way(state), *ahead, *_pencilled(state, "quiet", 9.0), *_hand(state)]
    over = [replace(path, alpha=0.85) for path in ahead]  # the hand must not hide where to write on
    return Scene("letters-desk", (*shapes, *over, *_begin(state), *_reminder(state)))


def _ruling(state: State) -> list[Shape]:
    """Return the lines to write on."""
    _, base = stage((0, state.sheet.base), state.setting)
    high = state.sheet.high * state.setting.units_per_mm
    rows: tuple[tuple[float, float, float], ...] = (
        (base, 4, 0.6),
        (base + high, 4, 0.6),
        (base + high * 0.55, 2, 0.35),
    )
    return [Path(((PAPER_LEFT, y), (PAPER_RIGHT, y)), "line", width, alpha=alpha) for y, width, alpha in rows]


def _model(state: State) -> list[Shape]:
    """Return the card that shows what is to be written; from memory it is empty once the pencil writes."""
    card_x = STAGE_W - CARD_X if _is_left(state) else CARD_X  # where the writing hand does not lie on it
    card: list[Shape] = [Picture("letters-card", card_x, CARD_Y, CARD_W, CARD_H)]
    if state.params.memory and not state.showing and state.ended_ms is None:
        return card
    sheet = state.sheet
    wide, high = max(sheet.right - sheet.left, 1.0), sheet.high
    low = min(sheet.base, min(y for stroke in sheet.strokes for _, y in stroke))
    zoom = min(96 / (high + sheet.base - low), 196 / wide)
    mid = sheet.base + high / 2 - (sheet.base - low) / 2

    def small(place: Pair) -> Pair:
        return card_x + (place[0] - (sheet.left + sheet.right) / 2) * zoom, CARD_Y - 6 + (place[1] - mid) * zoom

    thick = max(3.5, min(7.0, 0.1 * zoom * high))
    return [*card, *(Path(tuple(map(small, stroke)), "ink", thick) for stroke in sheet.strokes)]


def _shown(state: State) -> list[Shape]:
    """Return the whole letter while it is looked at; it fades before it is written from memory."""
    seen = min(1.0, (state.shown_ms - state.now_ms) / FADE_MS)
    alpha = 1.0 if state.setting.calm else seen
    strokes = (tuple(stage(p, state.setting) for p in stroke) for stroke in state.sheet.strokes)
    return [Path(stroke, "guide", 15, alpha=alpha) for stroke in strokes]


def _helped(state: State) -> bool:
    """Tell whether the way is shown now though it usually is not: after an error."""
    return bool(state.erred) and state.now_ms - state.erred_ms < ERRED_MS


def _waits(state: State) -> bool:
    """Tell whether nobody has written for some seconds."""
    return not state.hooked and state.now_ms - max(state.free_ms, state.shown_ms) > REMIND_MS


def _guide(state: State) -> float:
    """Return the share of each stroke that is dotted now."""
    return 1.0 if _helped(state) else 0.0 if state.params.memory else state.params.guide


def _ahead(state: State) -> list[Path]:
    """Return the dots of what is still to be written of the stroke that is written now."""
    points = _first(state, state.now_at.stroke, _guide(state), max(state.best_mm, 0.01)) if _guide(state) > 0 else []
    return [Path(tuple(stage(p, state.setting) for p in points), "guide", 8, dash=13)] if len(points) > 1 else []


def _way(state: State) -> list[Shape]:
    """Return the corridor of the stroke that is written now, and thin dots for those that follow."""
    guide = _guide(state)
    if guide <= 0:
        return _later_starts(state)
    now, shapes = state.now_at.stroke, list[Shape]()
    for n in range(now + 1, len(state.sheet.strokes)):
        if state.params.guide > 0 and not state.params.memory:
            points = tuple(stage(p, state.setting) for p in _first(state, n, guide))
            shapes.append(Path(points, "line", 5, dash=9, alpha=0.8))
    seen = [stage(p, state.setting) for p in _first(state, now, guide)]
    wide = state.params.width_mm * state.setting.units_per_mm
    if len(seen) > 1:
        shapes.insert(0, Path(tuple(seen), "water", wide, alpha=0.42))
    return shapes + (_later_starts(state) if guide < 1 else [])


def _later_starts(state: State) -> list[Shape]:
    """Return small rings where later strokes begin, where their dots are not seen."""
    if state.params.memory:
        return []
    later = [p for p in state.sheet.pieces if p.lift and p.stroke > state.now_at.stroke]
    return [Circle(*stage(piece.points[0], state.setting), 9, "card", "line", 4) for piece in later]


def _first(state: State, stroke: int, share: float, from_mm: float = 0.0) -> list[Pair]:
    """Return the points of the first ``share`` of a stroke, those of pieces that are written left out."""
    pieces = [piece for piece in state.sheet.pieces if piece.stroke == stroke]
    left = share * sum(piece.length for piece in pieces)
    points: list[Pair] = []
    for piece in pieces:
        if left <= 0:
            break
        seen = piece.points[: int(left) + 2]
        left -= piece.length
        if piece is state.now_at and from_mm > 0:
            seen = seen[int(from_mm) + 1 :]
        elif from_mm > 0 and piece in state.sheet.pieces[: state.piece]:
            continue
        points.extend(seen)
    return points


def _pencilled(state: State, role: Role, width: float, smooth: int = 1) -> list[Shape]:
    """Return what was written so far; ink is a little smoother than the pencil was, over ``smooth`` points."""
    lines = (_smoothed(line, smooth) for line in state.written if len(line) > 1)
    return [Path(tuple(stage(p, state.setting) for p in line), role, width, alpha=0.92) for line in lines]


def _smoothed(line: tuple[Pair, ...], reach: int) -> tuple[Pair, ...]:
    """Return a line of which each point is the mean of its neighbours, as far as both sides have some."""
    out = []
    for k in range(len(line)):
        near = min(reach - 1, k, len(line) - 1 - k)
        part = line[k - near : k + near + 1]
        out.append((fsum(x for x, _ in part) / len(part), fsum(y for _, y in part) / len(part)))
    return tuple(out)


def _begin(state: State) -> list[Shape]:
    """Return the dot where the pencil is to be put down, the arrow that says which way, and what shows it moving."""
    silent = state.params.memory and not (_helped(state) or _waits(state))
    if state.hooked or silent:
        return []
    piece, setting = state.now_at, state.setting
    x, y = stage(state.aim, setting)
    grown = 1.0 if setting.calm else 1.0 + 0.10 * sin(state.now_ms / 1000 * 5.0)
    shapes: list[Shape] = [
        Circle(x, y, 25 * grown, "card", "target", 6),
        Circle(x, y, 12, "target"),
    ]
    if state.params.guide > 0.5 or _helped(state) or _waits(state) or state.best_mm == 0.0:
        shapes += _arrow(piece, state.best_mm, state)
    return shapes + _bead(state)


def _bead(state: State) -> list[Shape]:
    """Return a bead that runs along the stroke, again and again, to show one who waits where it goes."""
    waited = state.now_ms - max(state.free_ms, state.erred_ms, state.shown_ms) - BEAD_AFTER_MS
    if state.setting.calm or waited < 0 or state.best_mm > 0 or _guide(state) < 1:
        return []
    points = _first(state, state.now_at.stroke, 1.0)
    gone = min(1.0, waited % BEAD_MS / (0.8 * BEAD_MS))
    x, y = stage(points[int(gone * (len(points) - 1))], state.setting)
    return [Circle(x, y, 13, "target", "card", 5)]


def _arrow(piece: Piece, at_mm: float, state: State) -> list[Shape]:
    """Return an arrow along the way, from just after ``at_mm``."""
    per_mm = state.setting.units_per_mm
    begin, end = at_mm + 34 / per_mm, min(at_mm + 96 / per_mm, piece.length)
    if end - begin < 18 / per_mm:
        return []
    steps = [place_of(piece, begin + (end - begin) * k / 8) for k in range(9)]
    points = [stage(p, state.setting) for p in steps]
    (bx, by), (tx, ty) = points[-3], points[-1]
    turn = atan2(ty - by, tx - bx)
    wings = tuple((tx - HEAD * cos(turn + s), ty - HEAD * sin(turn + s)) for s in (radians(38), -radians(38)))
    head = (wings[0], (tx, ty), wings[1])
    return [
        Path(tuple(points), "card", 19), Path(head, "card", 19),
        Path(tuple(points), "target", 10), Path(head, "target", 10),
    ]  # fmt: skip


def _hand(state: State) -> list[Shape]:
    """Return the hand with its pencil; calm pictures show the pencil alone. It waits lifted beside the next start."""
    x, y = _tip(state)
    if not state.hooked:
        x, y = x + (-LIFTED[0] if _is_left(state) else LIFTED[0]), y + LIFTED[1]
    size, left = HAND_SIDE * HAND_ZOOM, _is_left(state)
    across = (HAND_SIDE / 2 - TIP[0]) * HAND_ZOOM
    name = "letters-pencil" if state.setting.calm else "letters-hand"
    return [
        Picture(
            name, x + (-across if left else across), y + (TIP[1] - HAND_SIDE / 2) * HAND_ZOOM, size, size, flip=left
        )
    ]


def _is_left(state: State) -> bool:
    """Tell whether the left hand writes: the letters stay as they are, only the hand is the other one."""
    return state.setting.hand is Side.LEFT


def _tip(state: State) -> Pair:
    """Return the stage point of the pencil's tip: at the pen, or on its way to where it is to be put down."""
    if state.pen is not None and (state.hooked or state.pressed or state.loose):
        return stage(state.pen, state.setting)
    goal = stage(state.aim, state.setting)
    gone = (state.now_ms - state.free_ms) / GLIDE_MS
    if state.pen is None or state.setting.calm or gone >= 1:
        return goal
    (ax, ay), eased = stage(state.pen, state.setting), gone * gone * (3 - 2 * gone)
    return ax + (goal[0] - ax) * eased, ay + (goal[1] - ay) * eased


def _finished(state: State) -> list[Shape]:
    """Return what was written, turned into ink, with a flower that grows from it; a miss stays in pencil."""
    if state.cause:
        way: list[Shape] = []
        for stroke in state.sheet.strokes:
            way.append(Path(tuple(stage(p, state.setting) for p in stroke), "guide", 7, dash=13, alpha=0.9))
        return [*way, *_pencilled(state, "quiet", 9.0)]
    gone = 1.0 if state.setting.calm else min(1.0, (state.now_ms - (state.ended_ms or 0.0)) / (0.75 * GROW_MS))
    ink = _pencilled(state, "guide", 9.0 + 7.0 * min(1.0, gone * 1.6), 1 + round(3 * gone))
    eased = 1 - (1 - gone) ** 3
    size = max(0.02, eased)
    x, y = stage(_root(state), state.setting)
    wide, high = SPRIG_W * size, SPRIG_H * size
    left, across = _is_left(state), wide * (0.5 - SPRIG_ROOT[0])
    at_x, at_y = x + (-across if left else across), y + high * (SPRIG_ROOT[1] - 0.5)
    return [*ink, Picture("letters-sprig", at_x, at_y, wide, high, flip=left)]


def _root(state: State) -> Pair:
    """Return where the flower grows, away from the model: the outermost point on the hand's side, rather low."""
    side = -1 if _is_left(state) else 1
    lines = [line for line in state.written if len(line) > 1] or [state.sheet.strokes[-1]]
    return max((p for line in lines for p in line), key=lambda p: side * p[0] - 0.2 * (p[1] - state.sheet.base))


def _reminder(state: State) -> list[Shape]:
    """Return a line that says what to do, while nobody has written for some seconds."""
    if not _waits(state):
        return []
    return [
        Bar(800, 118, 760, 92, "card", 30, "line", 3),
        Words("hint.letters.take", 800, 118, 36, bold=True, width=700),
    ]
