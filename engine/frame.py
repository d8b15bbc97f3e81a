"""Say what one tick of a session brought, and how that is written into a recording."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.care import Told
from engine.game import Cue
from engine.recording import End, Fit, Trial, end_line, fit_line, note_line, trial_line


@dataclass(frozen=True, slots=True)
class Frame:
    """What one tick brought: sounds, a finished trial, the recording's new lines, the end, and whether it is over."""

    cues: tuple[Cue, ...] = ()
    trial: Trial | None = None
    lines: tuple[str, ...] = ()
    end: End | None = None
    over: bool = False
    told: tuple[Told, ...] = ()


def lines_of(frame: Frame, told: Iterable[Told], fits: Iterable[Fit], notes: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the lines of a recording for what a tick brought; ``notes`` are lines already."""
    trials = (trial_line(trial) for trial in (frame.trial,) if trial)
    ends = (end_line(end) for end in (frame.end,) if end)
    return (*map(told_line, told), *map(fit_line, fits), *notes, *trials, *ends)


def told_line(told: Told) -> str:
    """Return the line of a recording for what was told: a note."""
    event = told.event
    values = {name: getattr(event, name) for name in ("pain", "effort", "why")}
    said = [f"{name}-{value}" for name, value in values.items() if value not in (None, "")]
    return note_line(".".join(["guard", event.kind, *said, told.standing.day, told.standing.plan]))
