"""Try a trial, tick by tick: safety before the game, what is meant, what is heard, and why it cannot go on."""

from dataclasses import dataclass, replace

from engine import heard, meant, safety
from engine.chooser import Turn
from engine.course import Course
from engine.feedback import quiet
from engine.focus import Focus
from engine.game import Cue, Event, Outcome, Setting
from engine.instruments import Instruments
from engine.phases import Phase, Playing
from engine.presence import Presence
from engine.profile import Profile
from engine.safety import Limits, Verdict
from engine.sample import Sample


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial one tick later: what is heard, and the outcome once it is over."""

    playing: Playing
    cues: tuple[Cue, ...]
    outcome: Outcome | None


class Trying:
    """The attempts of one session, and what safety sees of them; each ``profile`` has the scale of the game itself."""

    def __init__(
        self, course: Course, instruments: Instruments, presence: Presence, limits: Limits, focus: Focus
    ) -> None:
        self._watch = safety.Watch()
        self._course = course
        self._instruments = instruments
        self._presence = presence
        self._limits = limits
        self._focus = focus

    def meant(self, phase: Phase, samples: tuple[Sample, ...], profile: Profile, now: int) -> tuple[Event, ...]:
        """Return what one tick's samples mean in the game."""
        course, felt = self._course, self._instruments
        samples = meant.inward(self._focus, samples)
        events = felt.events(samples, now, profile, course.game.skill, course.flipped)
        if meant.is_force(phase, course.game, course.played_with):
            return events
        felt.let_go()
        return meant.without_force(events, now)

    def judge(self, phase: Phase, events: tuple[Event, ...], now: int) -> Verdict:
        """Return whether the game may go on: asked before the game, so that no game can skip it."""
        asked = self._asked(phase) if isinstance(phase, Playing) else 0.0
        self._watch = safety.seen(self._watch, events, now, asked, self._limits)
        return safety.verdict(self._watch, now, self._limits)

    def calm(self) -> None:
        """Begin to count anew after a rest or a pause."""
        self._watch = safety.calmed(self._watch)

    def begin(self, turn: Turn, setting: Setting, now: int) -> Playing:
        """Begin an attempt at the next trial."""
        course = self._course
        course.attempt += 1
        self._watch = replace(self._watch, over_since=None)
        self._instruments.begin()
        state = course.game.start(turn.params, course.chance(course.attempt), setting)
        return Playing(now, state, turn.choice, course.attempt)

    def why_not(self, playing: Playing, ruling: Verdict, patience: float, now: int) -> str:
        """Return why the trial under way must be paused, or ""."""
        if ruling == "rest":
            return "hard" if self._watch.force > self._limits.hard else "taps"
        skill = self._course.game.skill
        missing = self._instruments.missing(skill, now) or ("unplugged" if self._instruments.is_loose(skill) else "")
        return missing or ("idle" if self._presence.is_idle(self._course.game, playing, patience, now) else "")

    def step(self, playing: Playing, events: tuple[Event, ...], ruling: Verdict, profile: Profile, now: int) -> Tried:
        """Let the game step."""
        game, asked = self._course.game, self._asked(playing) if profile.tone else 0.0
        own = meant.in_trial(events, playing.since)
        if self._course.played_with == "switch":
            playing, own = meant.by_switch(playing, own, game, profile, now)
        stepped = game.step(playing.state, now - playing.since, own)
        playing, warned = heard.reminded(replace(playing, state=stepped.state), ruling, now)
        self._note(ruling)
        playing, noted = heard.noted(playing, self._instruments.senses.force, asked, now)
        cues = (*stepped.cues, *warned)
        if self._course.feedback.mutes(len(self._course.in_block)):
            cues = quiet(cues)
        return Tried(playing, (*map(self._placed, cues), *noted), stepped.outcome)

    def _note(self, ruling: Verdict) -> None:
        """Keep that a reminder was given: a force that rose too fast is on record, a long one counts anew."""
        if ruling == "gently":
            self._instruments.abrupt = True
        elif ruling == "softer":
            self._watch = replace(self._watch, over_since=None)

    def _asked(self, playing: Playing) -> float:
        return float(self._course.game.peak(playing.state.params))

    def _placed(self, cue: Cue) -> Cue:
        """Return the cue where it is seen: mirrored for the left hand, and at the edge that is seen."""
        x, y = self._focus.out(1600 - cue.x if self._course.flipped else cue.x, cue.y)
        return replace(cue, x=x, y=y)
