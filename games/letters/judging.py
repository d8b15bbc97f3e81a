"""Judge what was written: on which side of the way, what would just have been passed, how steady and how smooth.

A trial is a hit when all is written and the pencil kept to the way for at least 80 % of the time it moved, so twice
the 80th percentile of the distance from the middle is the width that would just have been passed.
"""

from math import ceil, log2
from typing import TYPE_CHECKING

from engine.game import Cause, Just, Outcome, Result
from engine.measures import evenness, rounded, steadiness
from engine.ticks import MS_PER_TICK
from games.letters.sheet import UNTIMED_MS, Params

if TYPE_CHECKING:
    from games.letters.writing import State

OUTSIDE = 0.20
WRITTEN = ("", "left-of-path", "right-of-path")
LEAST_N = 12
KINDS = {"lines": 0.0, "strokes": 3.0, "digits": 6.0, "letters": 10.0, "small": 14.0, "word": 18.0}


def side(away: tuple[float, ...], width_mm: float) -> Cause:
    """Return on which side of the way the pencil was too long, seen in the direction of the stroke, or nothing."""
    outside = [off for off in away if abs(off) > width_mm / 2]
    if len(outside) <= OUTSIDE * max(1, len(away)):
        return ""
    return "left-of-path" if sum(1 if off > 0 else -1 for off in outside) > 0 else "right-of-path"


def just_width(away: tuple[float, ...]) -> float:
    """Return the width that keeps 80 % of these distances within it: twice their 80th percentile."""
    ordered = sorted((abs(off) for off in away), reverse=True)
    return 2 * ordered[int(OUTSIDE * len(ordered))]


def outcome_of(state: "State") -> Outcome:
    """Return how the trial ended and what was measured."""
    led_ms = 0.0 if state.led_from_ms is None or state.ended_ms is None else state.ended_ms - state.led_from_ms
    half, away, pieces = state.params.width_mm / 2, state.away, state.sheet.pieces
    whole = sum(len(piece.points) for piece in pieces)
    done = sum(len(piece.points) for piece in pieces[: state.piece]) + state.best_mm
    measures = [
        ("completion", 1.0 if state.cause in WRITTEN else rounded(min(1.0, done / whole))),
        ("on_path", rounded(sum(abs(off) <= half for off in away) / max(1, len(away)))),
        ("led_ms", rounded(led_ms)),
        ("lifts", float(state.lifts)),
        ("strokes_n", float(len(state.sheet.strokes))),
        ("letter_mm", rounded(state.sheet.high)),
    ]
    if len(away) >= LEAST_N:
        measures.append(("steady", steadiness(away, half)))
    if len(state.speeds) > 2 and not state.nudged:
        measures.append(("smooth", evenness(state.speeds)))
    result = Result.HIT if not state.cause else Result.OMISSION if state.cause == "no-try" else Result.MISS
    just = _just(state, led_ms)
    return Outcome(result, state.cause, tuple(measures), just, cut_short=state.cause == "too-late")


def _just(state: "State", led_ms: float) -> tuple[Just, ...]:
    """Return what would just have been passed; of a trial that was too late, the time so far, for each sign.

    The time is judged at each tick before the last one; what is not timed passes however long it takes.
    """
    if state.cause == "too-late":
        return (("limit_ms", rounded(led_ms / state.sheet.signs_n)),)
    if state.cause not in WRITTEN:
        return ()
    each_ms = ceil(max(led_ms - MS_PER_TICK, 0.0) / state.sheet.signs_n * 1e4 - 1e-6) / 1e4
    timed: Just = ("limit_ms", rounded(min(each_ms, UNTIMED_MS)))
    return (("width_mm", rounded(just_width(state.away))), timed) if state.away else (timed,)


def index(params: Params) -> float:
    """Return an ordinal index: narrow, small and many strokes, what is written, haste and fewer helps (own)."""
    size = 2.0 * log2(120 / params.letter_mm)
    signs = KINDS[params.kind] + (params.strokes_n - 1) + 0.5 * (params.letters_n - 2)
    haste = 2.0 * log2(UNTIMED_MS / params.limit_ms)
    return 100 / params.width_mm + size + signs + haste + 3.0 * (1 - params.guide) + (3.0 if params.memory else 0.0)
