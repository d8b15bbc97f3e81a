"""Say what is meant by what is done: by the pointer on a smaller stage, by a force nobody asked for, by one switch."""

from collections.abc import Sequence
from dataclasses import replace

from engine import sweep
from engine.focus import Focus
from engine.game import AnyGame, Event, Grip, Lift, Press, Squeeze, Tap, Touch
from engine.phases import Phase, Playing
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import Button
from engine.source import SENSORS
from engine.ticks import to_ms


def inward(focus: Focus, samples: tuple[Sample, ...]) -> tuple[Sample, ...]:
    """Return the samples as the game takes them: the pointer on the game's own stage."""
    if focus.whole:
        return samples
    return tuple(
        replace(s, x=at[0], y=at[1]) if s.channel == "mouse" and (at := focus.into(s.x, s.y)) else s for s in samples
    )


def is_force(phase: Phase, game: AnyGame, played_with: str) -> bool:
    """Tell whether a force is meant: a key or the pointer only stands for one while the game asks for it."""
    if game.skill != "mixed" or played_with in SENSORS:
        return True
    return isinstance(phase, Playing) and isinstance(game.intent(phase.state), Squeeze)


def without_force(events: Sequence[Event], now: int) -> tuple[Event, ...]:
    """Return the events with no force in them."""
    return (*(event for event in events if not isinstance(event, Grip)), Grip(0.0, to_ms(now)))


def in_trial(events: Sequence[Event], since: int) -> tuple[Event, ...]:
    """Return the events in the trial's own time, which began at the tick ``since``."""
    return tuple(replace(event, at_ms=round(event.at_ms - to_ms(since), 3)) for event in events)


def by_switch(
    playing: Playing, events: tuple[Event, ...], game: AnyGame, profile: Profile, now: int
) -> tuple[Playing, tuple[Event, ...]]:
    """Let the one switch stand for the finger that is asked for, or for the place where two lines meet.

    When, not which or where, is what is practised. ``profile`` has the scale of the game's own stage.
    """
    intent = game.intent(playing.state)
    if game.skill == "aim":
        now_ms, scan_s, asked = to_ms(now - playing.since), profile.scan_s or 2.5, isinstance(intent, Touch)
        swept, told = sweep.step(playing.sweep or sweep.Sweep(), events, profile.units_per_mm, scan_s, asked, now_ms)
        return replace(playing, sweep=swept), told
    if not isinstance(intent, Press):
        return playing, events
    return playing, tuple(replace(e, finger=intent.finger) if isinstance(e, Tap | Lift) else e for e in events)


def goes_down(samples: Sequence[Sample], held: bool, key: str, button: Button) -> bool:
    """Tell whether ``key`` or ``button`` goes down now: what must act at once does not wait for the release."""
    for sample in samples:
        if sample.channel == key and sample.value > 0:
            return True
        if sample.channel == "mouse":
            if sample.value > 0 and not held and button.holds(sample.x, sample.y):
                return True
            held = sample.value > 0
    return False
