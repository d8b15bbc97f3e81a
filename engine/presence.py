"""See whether the patient is there: when something was done last, and when nobody is there any more."""

from collections.abc import Sequence

from engine import host
from engine.game import AnyGame
from engine.phases import Demo, Phase, Playing, Waiting
from engine.sample import Sample
from engine.ticks import seconds

IDLE_S, SELF_PACED_IDLE_S = 10.0, 60.0
IDLE_LOOK = 12  # ticks: how often it is looked whether something is asked
BY_THEMSELVES = ("grip", "link", "level", "host")  # channels that speak without anybody's doing
MOVED = 0.02


class Presence:
    """Whether anybody does anything; ``idle`` are the ticks in which something was asked and nothing done."""

    def __init__(self) -> None:
        self.idle = 0
        self._at = 0
        self._force = 0.0

    def note(self, samples: Sequence[Sample], force: float, now: int) -> None:
        """Remember when the patient last did something; a sensor that streams by itself is not doing."""
        moved = abs(force - self._force) > MOVED
        if moved or any(not sample.channel.startswith(BY_THEMSELVES) for sample in samples):
            self.idle, self._at, self._force = 0, now, force

    def is_idle(self, game: AnyGame, playing: Playing, patience: float, now: int) -> bool:
        """Tell whether nobody has done anything for too long; while the game only shows something, nobody need."""
        if now % IDLE_LOOK == 0 and game.intent(playing.state) is not None:
            self.idle += IDLE_LOOK
        idle_s = SELF_PACED_IDLE_S if game.self_paced(playing.state.params) else IDLE_S
        return self.idle > seconds(idle_s * patience)

    def is_deserted(self, phase: Phase, now: int) -> bool:
        """Tell whether nobody has done anything for so long that the practice is over; while it hurts nobody need."""
        since = max(self._at, phase.until if isinstance(phase, Waiting) else 0)
        return now - since >= seconds(host.LONG_S)


def goes_on_by_itself(phase: Phase, known: bool) -> bool:
    """Tell whether a trial is under way, or the demonstration of a ``known`` game, which goes over into one."""
    return (known and isinstance(phase, Demo)) or isinstance(phase, Playing)
