"""Lay out what is to be written on the sheet: which signs, where, and cut into pieces that are led along one by one."""

from dataclasses import dataclass
from itertools import pairwise
from math import acos, degrees, hypot

from engine.chance import Chance
from engine.game import Setting
from engine.level import choice, number, yes
from engine.measures import rounded
from games.letters.shapes import TABLES, WORDS, Pair, Sign, Stroke

UNTIMED_MS = 120_000.0
STEP_MM, SHARP = 1.0, 50.0
GAP, LEAST_MM = 0.26, 25.0
ROOM_W, ROOM_H = 950.0, 500.0
MIDDLE_X, MIDDLE_Y = 4.0, 4.0
SEEN_AHEAD_MM = 200.0


@dataclass(frozen=True, slots=True)
class Params:
    """What is written, how large and how exactly, and what helps.

    ``letter_mm`` is the height of a capital, ``width_mm`` the way the line must keep to. Signs have at most
    ``strokes_n`` strokes, words without a patient's own ``letters_n`` letters. ``guide`` is the share of each stroke
    that is dotted; from ``memory`` the letter is shown and then gone. ``limit_ms`` is the time for each sign.
    """

    kind: str = choice("lines", "strokes", "digits", "letters", "small", "word")
    letter_mm: float = number(25, 110)
    width_mm: float = number(3, 30)
    strokes_n: int = number(1, 4, default=4, whole=True)
    letters_n: int = number(2, 4, default=2, whole=True)
    guide: float = number(0, 1, default=1)
    memory: bool = yes(default=False)
    limit_ms: float = number(2000, UNTIMED_MS, default=UNTIMED_MS)


@dataclass(frozen=True, slots=True)
class Piece:
    """A smooth part of a stroke: points about 1 mm apart, the way along them, and whether the pen is lifted before."""

    points: tuple[Pair, ...]
    along: tuple[float, ...]
    lift: bool
    stroke: int

    @property
    def length(self) -> float:
        """Return the length in mm."""
        return self.along[-1]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is to be written: its pieces in order, how many strokes and signs, and where it stands in mm.

    ``rest`` is for each piece the way after it, as far ahead as a player looks; ``left`` to ``right`` and the
    ``base`` line say where it stands, ``high`` is the height of a capital there.
    """

    text: str
    pieces: tuple[Piece, ...]
    rest: tuple[tuple[Pair, ...], ...]
    strokes: tuple[tuple[Pair, ...], ...]
    signs_n: int
    left: float
    right: float
    base: float
    high: float


def lay_out(params: Params, chance: Chance, setting: Setting) -> Sheet:
    """Return the sheet of ``params``; smaller where the stage is too small for it."""
    return _placed(params, _text(params, chance, setting), setting)


def _text(params: Params, chance: Chance, setting: Setting) -> tuple[str, ...]:
    """Return the names of the signs: the patient's own word, or drawn by chance.

    A long word is written smaller; only what does not fit even so is cut.
    """
    table = TABLES[params.kind]
    if params.kind != "word":
        return (chance.choice([name for name, sign in table.items() if len(sign) <= params.strokes_n]),)
    own = [letter for letter in setting.word.upper() if letter in table]
    if len(own) < 2:
        return tuple(chance.choice(WORDS[params.letters_n]))
    least_mm = min(params.letter_mm, LEAST_MM)
    while len(own) > 2 and _wide([table[letter] for letter in own]) * least_mm > ROOM_W / setting.units_per_mm:
        own.pop()
    return tuple(own)


def _wide(signs: list[Sign]) -> float:
    """Return how wide signs in a row are, in heights of a capital."""
    sides = [_sides(sign) for sign in signs]
    return sum(round(right - left, 6) for left, right in sides) + GAP * (len(signs) - 1)


def _sides(sign: Sign) -> Pair:
    across = [x for stroke in sign for x, _ in stroke]
    return min(across), max(across)


def _placed(params: Params, text: tuple[str, ...], setting: Setting) -> Sheet:
    signs = [TABLES[params.kind][name] for name in text]
    wide, low = _wide(signs), min(0.0, min(y for sign in signs for stroke in sign for _, y in stroke))
    room_w, room_h = ROOM_W / setting.units_per_mm, ROOM_H / setting.units_per_mm
    high = min(params.letter_mm, room_w / max(wide, 0.1), room_h / (1 - low))
    base = MIDDLE_Y - high * (1 + low) / 2
    at, strokes = -wide / 2, list[Stroke]()
    for sign in signs:
        left, right = _sides(sign)
        strokes += [tuple((MIDDLE_X + (at + x - left) * high, base + y * high) for x, y in stroke) for stroke in sign]
        at += right - left + GAP
    pieces = [piece for n, stroke in enumerate(strokes) for piece in _pieces(stroke, n)]
    rest = tuple(_rest(pieces, k) for k in range(len(pieces)))
    half = wide * high / 2
    return Sheet(
        "".join(text), tuple(pieces), rest, tuple(strokes), len(signs), MIDDLE_X - half, MIDDLE_X + half, base, high
    )


def _rest(pieces: list[Piece], k: int) -> tuple[Pair, ...]:
    """Return the way after piece ``k``, as far as a player looks ahead."""
    way: list[Pair] = []
    for piece in pieces[k + 1 :]:
        way.extend(piece.points)
        if len(way) > SEEN_AHEAD_MM:
            break
    return tuple(way)


def _pieces(stroke: Stroke, n: int) -> list[Piece]:
    """Return the smooth pieces of a stroke: it is cut where it turns sharply."""
    bare = [stroke[0], *(b for a, b in pairwise(stroke) if hypot(b[0] - a[0], b[1] - a[1]) > 1e-6)]
    cuts = [k for k in range(1, len(bare) - 1) if turn(bare[k - 1], bare[k], bare[k + 1]) > SHARP]
    made = []
    for first, last in pairwise([0, *cuts, len(bare) - 1]):
        points = _even(bare[first : last + 1])
        along = [0.0]
        for a, b in pairwise(points):
            along.append(along[-1] + hypot(b[0] - a[0], b[1] - a[1]))
        made.append(Piece(tuple((rounded(x), rounded(y)) for x, y in points), tuple(along), first == 0, n))
    return made


def turn(a: Pair, b: Pair, c: Pair) -> float:
    """Return by how many degrees the way from a over b to c turns at b."""
    (ux, uy), (vx, vy) = (b[0] - a[0], b[1] - a[1]), (c[0] - b[0], c[1] - b[1])
    long = hypot(ux, uy) * hypot(vx, vy)
    return degrees(acos(max(-1.0, min(1.0, (ux * vx + uy * vy) / long)))) if long else 0.0


def _even(points: list[Pair]) -> list[Pair]:
    """Return points about 1 mm apart along the polyline, both ends kept."""
    out, left = [points[0]], STEP_MM
    for a, b in pairwise(points):
        piece = hypot(b[0] - a[0], b[1] - a[1])
        gone = left
        while gone < piece:
            out.append((a[0] + (b[0] - a[0]) * gone / piece, a[1] + (b[1] - a[1]) * gone / piece))
            gone += STEP_MM
        left = gone - piece
    if len(out) > 1 and hypot(out[-1][0] - points[-1][0], out[-1][1] - points[-1][1]) <= STEP_MM / 2:
        out.pop()
    return [*out, points[-1]]
