"""Turn the pages of what a session tells of itself: the summary, how the hand moved, and why it was as hard."""

from collections.abc import Sequence

from engine import screens, seen
from engine.phases import Phase, Quality, Rest, Summary, Why
from engine.recording import Trial
from engine.screens import ReasonRow


def reasons(trials: Sequence[Trial]) -> tuple[ReasonRow, ...]:
    """Return why the latest trial of each game was as hard as it was, and asked one finger most: (key, values)."""
    rows = []
    for trial in {trial.game: trial for trial in trials}.values():
        values = (*trial.reason_values.items(), ("game", trial.game))
        rows += [(key, values) for key in screens.sentences(trial.reason, trial.reason_values)]
    return tuple(rows)


def turned(phase: Phase, action: str, trials: Sequence[Trial]) -> Phase | None:
    """Return the page that an action leads to, ``None`` where it turns none."""
    if action == "why" and isinstance(phase, Rest | Summary):
        return Why(phase)
    if isinstance(phase, Summary) and action == "quality":
        return Quality(phase)
    if isinstance(phase, Summary) and action == "more":
        return Summary((phase.page + 1) % seen.summary_pages(trials))
    if isinstance(phase, Why) and action == "more":
        return Why(phase.back, (phase.page + 1) % screens.why_pages(reasons(trials)))
    return phase.back if isinstance(phase, Why | Quality) and action == "back" else None
