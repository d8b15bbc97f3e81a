"""Mirror: the better hand moves, and the drawn other hand is seen to do the same. Nothing is scored.

On one half of the stage lies a faint outline of the better hand, whose fingers answer to its keys, to pads and to
touches; in the mirror, on the other half, the hand that practises is drawn in full and follows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot

from engine.calibration import FINGER_NAMES
from engine.hand import FINGERS, Finger, Side
from engine.profile import KEYS, NUMBERS, Profile
from engine.sample import Sample
from engine.scene import STAGE_W, Bar, Button, Circle, Path, Picture, Scene, Shape, Words
from engine.ticks import TICKS_PER_S, seconds

SIZE, RIGHT_X, Y = 600.0, 1190.0, 400.0
TIPS = {
    Finger.THUMB: (88, 452), Finger.INDEX: (236, 168), Finger.MIDDLE: (404, 92), Finger.RING: (566, 160),
    Finger.LITTLE: (712, 330),
}  # fmt: skip
REACH = 95.0
PROMPT_S, LONGEST_S = 3.0, 300.0


@dataclass(frozen=True, slots=True)
class Mirror:
    """What goes on: since which tick, which fingers are held by which key or touch, how many presses there were."""

    since: int
    held: tuple[tuple[str, Finger], ...] = ()
    presses: int = 0
    touching: bool = False

    @property
    def fingers(self) -> frozenset[Finger]:
        """Return the fingers that are down."""
        return frozenset(finger for _, finger in self.held)

    def seconds(self, now: int) -> float:
        """Return how long it has gone on, in seconds."""
        return (now - self.since) / TICKS_PER_S


def step(mirror: Mirror, samples: Sequence[Sample], profile: Profile) -> Mirror:
    """Return the mirror after a tick's samples."""
    keys = dict(NUMBERS) | dict(KEYS[profile.hand.other])
    for sample in samples:
        kind, _, name = sample.channel.partition(".")
        if kind == "key" and name in keys:
            mirror = _moved(mirror, name, keys[name], sample.value > 0)
        elif kind == "pad" and name in FINGER_NAMES:
            mirror = _moved(mirror, f"pad {name}", Finger(name), sample.value > 0)
        elif kind == "mouse":
            mirror = _touched(mirror, sample, profile)
    return mirror


def _moved(mirror: Mirror, by: str, finger: Finger, down: bool) -> Mirror:
    others = tuple(row for row in mirror.held if row[0] != by)
    if not down:
        return replace(mirror, held=others)
    pressed = len(others) == len(mirror.held)
    return replace(mirror, held=(*others, (by, finger)), presses=mirror.presses + pressed)


def _touched(mirror: Mirror, sample: Sample, profile: Profile) -> Mirror:
    down, was = sample.value > 0, mirror.touching
    mirror = replace(mirror, touching=down)
    if not down:
        return _moved(mirror, "touch", Finger.THUMB, down=False)
    if was:
        return mirror
    away = {f: hypot(x - sample.x, y - sample.y) for f in FINGERS for x, y in [_tip(f, profile.hand.other)]}
    nearest = min(FINGERS, key=lambda finger: away[finger])
    return _moved(mirror, "touch", nearest, down=True) if away[nearest] <= REACH else mirror


def is_over(mirror: Mirror, now: int) -> bool:
    """Tell whether it has gone on for as long as it may."""
    return now - mirror.since >= seconds(LONGEST_S)


def prompted(mirror: Mirror, now: int) -> Finger:
    """Return the finger that a daisy suggests: from thumb to little finger and back, three seconds each."""
    round_trip = (*FINGERS, *FINGERS[-2:0:-1])
    return round_trip[int((now - mirror.since) / seconds(PROMPT_S)) % len(round_trip)]


def _x(side: Side) -> float:
    return RIGHT_X if side is Side.RIGHT else STAGE_W - RIGHT_X


def _tip(finger: Finger, side: Side) -> tuple[float, float]:
    """Return where the tip of a finger of the hand on ``side`` is seen."""
    x, y = TIPS[finger]
    across = (x - 400) * SIZE / 800
    return _x(side) + (across if side is Side.RIGHT else -across), Y + (400 - y) * SIZE / 800


def scene(mirror: Mirror, now: int, profile: Profile) -> Scene:
    """Return the picture: the better hand faint, the mirror's edge, and the hand that is seen to move."""
    better, own = profile.hand.other, profile.hand
    shapes: list[Shape] = [Words("mirror.title", 860, 822, 44, bold=True, width=1080, lines=2)]
    shapes += [Path(((800, 110), (800, 715)), "card", 26), Path(((800, 110), (800, 715)), "guide", 6)]
    suggested = prompted(mirror, now)
    for side, alpha in ((better, 0.35), (own, 1.0)):
        flip = side is Side.LEFT
        shapes.append(Picture("hand", _x(side), Y, SIZE, SIZE, flip=flip, alpha=alpha))
        for finger in FINGERS:
            if finger in mirror.fingers:
                shapes.append(Picture(f"hand-{finger}", _x(side), Y, SIZE, SIZE, flip=flip, alpha=alpha))
        shapes.append(Picture("daisy", *_tip(suggested, side), 76, 76, alpha=0.4 + 0.5 * alpha))
    shapes += [Circle(*_tip(finger, own), 64, line="focus", line_width=6) for finger in sorted(mirror.fingers)]
    shapes += _caps(better, profile.labels(better))
    return Scene("meadow", (*shapes, Button("home", 119, 810, 190, 140, "icon-home", "button.home", size=30)))


def _caps(side: Side, labels: Mapping[Finger, str]) -> list[Shape]:
    """Return what is written on the keys of the better hand."""
    shapes: list[Shape] = []
    for finger in FINGERS:
        (x, y), label = _tip(finger, side), labels[finger]
        wide = 54 if len(label) < 3 else 110
        below = y - 92
        shapes.append(Bar(x, below, wide, 50, "card", 12, "ink", 4))
        shapes.append(Words("plain", x, below, 28, bold=True, width=wide, values=(("text", label),)))
    return shapes


def note(mirror: Mirror, now: int) -> str:
    """Return what is kept of it: presses and seconds, no score."""
    return f"mirror.{mirror.presses}.{round(mirror.seconds(now))}"
