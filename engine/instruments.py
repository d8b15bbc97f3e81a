"""Keep what a session is played with: the way of each skill, its sensors, and whether they can be played with now."""

from collections.abc import Sequence
from dataclasses import replace

from engine import calibration, sensing
from engine.calibration import Senses
from engine.game import FORCES, LIKE, Event, Skill
from engine.plan import Plan
from engine.profile import Profile
from engine.sample import Sample
from engine.sensing import Sensing
from engine.source import PADS, SENSORS, Source
from engine.ticks import seconds, to_ms

# No game is played on after so long without a reading; a radio and a network send in bunches.
SILENT_S = {**dict.fromkeys(SENSORS, 0.25), "tindeq": 1.0, "lsl": 1.0}


class Instruments:
    """The devices of one session; ``abrupt`` says that a force rose faster than it should in this attempt."""

    def __init__(self, plan: Plan) -> None:
        self.senses = Senses()
        self.sensing = Sensing(plan.source, plan.scale)
        self.abrupt = False
        self._pads = Source()
        self._ways = dict(plan.played_with)
        self._aid = plan.profile.aid
        self._felt_at = 0

    def way(self, skill: Skill) -> str:
        """Return what a skill is played with now."""
        return self._ways.get(skill) or self._ways[LIKE.get(skill, skill)]

    def take(self, source: Source) -> bool:
        """Take in what forces or taps come from; tell whether that is new."""
        if source.device.partition(":")[0] in PADS:
            is_new, self._pads = source != self._pads, source
            return is_new
        is_new = source != self.sensing.source
        if is_new:
            self.sensing = sensing.plugged(self.sensing, source)
        return is_new

    def feel(self, samples: Sequence[Sample], now: int) -> tuple[Sample, ...]:
        """Take in one tick's samples, and return those that can be believed."""
        self.sensing, believed = sensing.felt(self.sensing, samples)
        if any(s.channel == "grip" or (s.channel == "link.grip" and s.value > 0) for s in samples):
            self._felt_at = now
        return believed

    def events(
        self, samples: Sequence[Sample], now: int, profile: Profile, skill: Skill, flipped: bool
    ) -> tuple[Event, ...]:
        """Return what one tick's samples, as a game takes them, mean in it."""
        self.senses, events = calibration.events_of(
            self.senses, samples, to_ms(now), profile, skill, self.way(skill), self.sensing.scale, flipped
        )
        return events

    def begin(self) -> None:
        """Begin an attempt: nothing has befallen the sensor yet."""
        self.sensing, self.abrupt = sensing.begun(self.sensing), False

    def leave_sensor(self, skill: Skill) -> None:
        """Use the keyboard for a skill from now on: its sensor is missing or broken."""
        self._ways[LIKE.get(skill, skill)] = "keys"
        self.let_go()

    def let_go(self) -> None:
        """Forget the force there was."""
        self.senses = replace(self.senses, force=0.0)

    def missing(self, skill: Skill, now: int) -> str:
        """Return why a game cannot be played with its device just now, or ""."""
        way = self.way(skill)
        silent_s = SILENT_S.get(way, 0.0)
        if not self.senses.answers(way) or (silent_s and now - self._felt_at > seconds(silent_s)):
            return "unplugged"
        return self.sensing.pause if way in SENSORS else ""

    def is_loose(self, skill: Skill) -> bool:
        """Tell whether the zero of the sensor must be found anew before play goes on."""
        return self.sensing.loose and self.way(skill) in SENSORS

    def is_unknown_in_newtons(self, skill: Skill, cap_n: float) -> bool:
        """Tell whether a cap in newtons is prescribed, and this sensor cannot say newtons."""
        is_sensor = self.way(skill) in SENSORS and skill in FORCES
        return is_sensor and cap_n > 0 and self.sensing.source.gain_n <= 0

    def source(self, skill: Skill) -> Source:
        """Return what a skill is played with, and the aid there is."""
        way = self.way(skill)
        felt = {**dict.fromkeys(SENSORS, self.sensing.source), **dict.fromkeys(PADS, self._pads)}
        known = felt.get(way, Source())
        return known if known.device else Source(way, aid=self._aid)

    def marks(self, skill: Skill) -> tuple[str, ...]:
        """Return what befell the sensor in this attempt, and ``abrupt`` for a force that rose faster than it should."""
        marks = self.sensing.marks if self.way(skill) in SENSORS else ()
        return (*marks, "abrupt") if self.abrupt else marks
