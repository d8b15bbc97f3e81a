"""Let be heard in a trial what goes beyond the game: the reminders of safety, and the note of a force."""

from dataclasses import replace
from math import ceil

from engine.game import Cue
from engine.phases import Playing
from engine.safety import Verdict
from engine.ticks import seconds

NOTES, NOTE_ASKED, NOTE_S = 8, 6, 0.12
REMINDERS = ("softer", "gently")
REMINDED_S = 2.0


def reminded(playing: Playing, ruling: Verdict, now: int) -> tuple[Playing, tuple[Cue, ...]]:
    """Return the trial with the reminder that safety asks for, and its sound where it is not shown already."""
    if ruling not in REMINDERS:
        return playing, ()
    told = playing.reminder == ruling and now < playing.softer_until
    playing = replace(playing, softer_until=now + seconds(REMINDED_S), reminder=ruling)
    return playing, () if told else (Cue("warn"),)


def noted(playing: Playing, force: float, asked: float, now: int) -> tuple[Playing, tuple[Cue, ...]]:
    """Let a force be heard while one is ``asked``: the sixth of eight notes is the most that is asked for."""
    if asked <= 0 or now - playing.note_at < seconds(NOTE_S):
        return playing, ()
    note = min(NOTES, ceil(NOTE_ASKED * force / asked - 0.5))
    if note == playing.note:
        return playing, ()
    cues = (Cue(f"force-{note}", level=0.6),) if note > 0 else ()
    return replace(playing, note=note, note_at=now), cues
