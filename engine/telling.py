"""Tell how a trial went: at once, after the patient has judged it, when it is asked for, in sum, or not at all."""

from collections.abc import Sequence

from engine.feedback import Feedback
from engine.game import Cue
from engine.phases import After, Judge, Offered, Over, Review
from engine.recording import Trial
from engine.scene import Scene
from engine.ticks import seconds, to_ticks

OFFERED_S = 5.0
AFTER_HIT_MS, AFTER_MISS_MS = 900.0, 1700.0


def asked(over: Over, feedback: Feedback, now: int) -> Judge | Offered | None:
    """Return what the patient is asked of a trial that is over, before it is told; ``None`` when nothing is."""
    if feedback.judge and not over.judged and over.outcome.result != "omission":
        return Judge(over)
    return Offered(now + seconds(OFFERED_S), over) if feedback.given == "request" else None


def aloud(trial: Trial, muted: bool) -> tuple[Cue, ...]:
    """Return what is heard of how a trial went, if that was kept back until now and is told."""
    return (Cue("hit-5" if trial.hit else "soft"),) if muted and trial.told else ()


def after(trial: Trial, scene: Scene, now: int) -> After:
    """Return what is seen after a trial, a little longer where there is a hint to be read."""
    wait_ms = AFTER_MISS_MS if trial.told and not trial.hit else AFTER_HIT_MS
    return After(now + to_ticks(wait_ms), scene, trial.cause, trial.told)


def review(in_block: Sequence[Trial], feedback: Feedback, of: int) -> Review | None:
    """Return the latest tries to look back on together, where that is due in a block ``of`` so many."""
    if not feedback.is_due(len(in_block), of):
        return None
    latest = in_block[-((len(in_block) - 1) % feedback.every + 1) :]
    return Review(tuple((trial.hit, trial.cause) for trial in latest))
