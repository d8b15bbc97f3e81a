"""Say when play is broken off for a rest or to be shown again, and how long a rest is."""

from collections.abc import Sequence
from itertools import takewhile

from engine import fatigue
from engine.fatigue import Fatigue
from engine.phases import Rest
from engine.program import Program
from engine.recording import Trial
from engine.ticks import seconds

MISSES_FOR_DEMO = 3


def needs_demo(in_block: Sequence[Trial]) -> bool:
    """Tell whether so many tries were missed in a row that the demonstration is shown again."""
    running = sum(1 for _ in takewhile(lambda trial: not trial.hit, reversed(in_block)))
    return running > 0 and running % MISSES_FOR_DEMO == 0


def rest(program: Program, tired: Fatigue | None, now: int) -> Rest:
    """Return the rest that begins now, longer for a hand that has slowed."""
    rest_s = program.rest_s if tired is None else fatigue.rest_s(program.rest_s, tired.fade)
    least_s = min(program.least_rest_s, program.rest_s)
    if tired is not None and tired.flag:
        least_s = max(least_s, program.rest_s)
    return Rest(now, now + seconds(least_s), now + seconds(rest_s), tired=bool(tired and tired.flag))
