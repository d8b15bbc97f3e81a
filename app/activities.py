"""Lead what is done without a score: the mirror, the imagined movement, and what is felt away from the screen."""

from collections.abc import Sequence

from engine import imagine, mirror, sensor_screens
from engine.chance import Chance
from engine.imagine import Imagined
from engine.mirror import Mirror
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import Scene
from engine.sensor_screens import TOUCHED

TOUCH, MIRROR, IMAGINE = "touch", "mirror", "imagine"
UNSCORED = (MIRROR, IMAGINE, TOUCH)
EXPLORE = "explore"  # is a session, but has no score either
ACTIVITIES = (MIRROR, IMAGINE, EXPLORE, TOUCH)
LEAST_S = 5.0


class Activities:
    """The activity that is under way, if there is one, and what is to be written down of it."""

    def __init__(self) -> None:
        self.spoken = ""  # the key of a line that is to be said now
        self._mirror: Mirror | None = None
        self._imagined: Imagined | None = None
        self._line = ""
        self._touched: set[str] = set()

    @property
    def under_way(self) -> bool:
        """Tell whether an activity is under way in which there may be a voice."""
        return self._imagined is not None

    def begin(self, kind: str, now: int, seed: int) -> None:
        """Begin one of ``UNSCORED`` at tick ``now``."""
        if kind == MIRROR:
            self._mirror = Mirror(now)
        elif kind == IMAGINE:
            self._imagined, self._line = imagine.start(now, Chance(seed)), ""

    def step(self, samples: Sequence[Sample], now: int, profile: Profile) -> bool:
        """Let a tick pass; return whether the activity is over by itself."""
        self.spoken = ""
        if self._mirror is not None:
            self._mirror = mirror.step(self._mirror, samples, profile)
            return mirror.is_over(self._mirror, now)
        if self._imagined is not None:
            self._imagined = imagine.step(self._imagined, samples, now)
            line = imagine.line(self._imagined, now)
            self.spoken, self._line = line if line != self._line else "", line
        return False

    def pressed(self, what: str, now: int) -> None:
        """Do what a button of the imagined movement says."""
        if self._imagined is not None:
            self._imagined = imagine.pressed(self._imagined, what, now)

    def touched(self, what: str) -> None:
        """Note what was felt away from the screen."""
        self._touched.add(what)

    def for_menu(self, samples: Sequence[Sample], profile: Profile) -> Sequence[Sample]:
        """Leave out the keys that mean something else here: a thumb in the mirror, the arrows that answer a card."""
        own = {"key.SPACE"} if self._mirror is not None and not profile.scan_s else set()
        if self._imagined is not None and self._imagined.stage == "cards":
            own |= {"key.LEFT", "key.RIGHT"}
        return [sample for sample in samples if sample.channel not in own] if own else samples

    def scene(self, kind: str, page: int, now: int, profile: Profile) -> Scene:
        """Return the picture of an activity."""
        if kind == MIRROR:
            return mirror.scene(self._mirror or Mirror(now), now, profile)
        if kind == IMAGINE and self._imagined is not None:
            return imagine.scene(self._imagined, now)
        return sensor_screens.touch(page, self._touched)

    def ended(self, now: int) -> tuple[str, list[str]]:
        """End the activity; return its kind, and the notes that are to be kept of it: none after a mere look at it."""
        kind, notes = "", []
        if self._touched:
            kind, notes = TOUCH, [f"{TOUCH}.{name}" for name in TOUCHED if name in self._touched]
        elif self._mirror is not None and self._mirror.seconds(now) >= LEAST_S:
            kind, notes = MIRROR, [mirror.note(self._mirror, now)]
        elif self._imagined is not None and imagine.lasted_s(self._imagined, now) >= LEAST_S:
            kind, notes = IMAGINE, imagine.notes(self._imagined, now)
        self._mirror, self._imagined, self._touched = None, None, set()
        return kind, notes
