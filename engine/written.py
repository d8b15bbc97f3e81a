"""Write a trial down once it is over: what was asked, what came of it, and what is believed from now on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from engine import just
from engine.adaptive import Belief
from engine.chooser import Chooser
from engine.game import AnyGame
from engine.hand import Side
from engine.level import Ladder
from engine.phases import Over
from engine.program import Block
from engine.recording import Trial
from engine.source import Source


@dataclass(frozen=True, slots=True)
class Around:
    """What a trial was played in: its ``index`` in the session, its block and the ``number`` of that, and the sensor.

    ``marks`` and ``interrupted`` as in ``engine.recording.Trial``.
    """

    index: int
    number: int
    block: Block
    game: AnyGame
    ladder: Ladder
    hand: Side
    played_with: str
    source: Source
    marks: tuple[str, ...]
    interrupted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What a trial taught: the difficulty it would just have passed, and what is known then of fingers and hand."""

    passed: float | None
    censored: bool
    fingers: str
    belief: Belief


def learned(over: Over, around: Around, chooser: Chooser, before: Sequence[Trial], rest_after: int) -> Learned:
    """Learn from the trial, after those ``before`` it in its block; a rest comes ``rest_after`` so many."""
    chosen, outcome, block, way = over.playing.chosen, over.outcome, around.block, around.played_with
    passed, censored = just.passed(around.ladder, around.game.index, chosen.difficulty, outcome)
    fingers = chooser.learned_fingers(block, way, chosen, outcome.answers)
    hit = outcome.result == "hit"
    belief = chooser.learned(block, way, chosen.difficulty, hit, passed, censored)
    done = len(before) + 1
    if done % rest_after == 0 or done >= block.trials:  # where a rest follows, the stretch that it ends counts as well
        rows = [*((trial.hit, trial.difficulty) for trial in before), (hit, chosen.difficulty)]
        belief = chooser.stretched(block, way, rows[-(done % rest_after or rest_after) :])
    return Learned(passed, censored, fingers, belief)


def trial(over: Over, around: Around, known: Learned, told: bool) -> Trial:
    """Return the trial as it is kept; ``told`` says whether the patient was told how it went."""
    playing, outcome = over.playing, over.outcome
    return Trial(
        index=around.index,
        block=around.number,
        game=around.game.name,
        hand=around.hand,
        played_with=around.played_with,
        level=around.ladder.place(playing.chosen.difficulty)[0].rung,
        difficulty=playing.chosen.difficulty,
        result=outcome.result,
        cause=outcome.cause,
        attempt=playing.attempt,
        start_tick=playing.since,
        end_tick=over.at,
        params={key: list(v) if isinstance(v, tuple) else v for key, v in asdict(playing.state.params).items()},
        measures=dict(outcome.measures),
        just=outcome.just,
        finger=outcome.finger or "",
        predicted=playing.chosen.predicted,
        reason=playing.chosen.reason.key,
        reason_values=dict(playing.chosen.reason.values),
        belief=known.belief.to_json(),
        passed=known.passed,
        censored=known.censored,
        answers=outcome.answers,
        fingers=known.fingers,
        source=around.source,
        marks=around.marks,
        interrupted=around.interrupted,
        told=told,
        judged=over.judged,
    )
