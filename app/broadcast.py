"""Tell the Lab Streaming Layer what a session feels and does: only when it was asked for, for others can listen."""

from collections.abc import Sequence

from devices.device import Clock
from devices.lsl_out import LslOut
from engine.profile import Profile
from engine.sample import Sample
from engine.session import Frame


class Broadcast:
    """The samples of a session as one stream, what happens in it as another; no marker names a patient."""

    def __init__(self, clock: Clock, profile: Profile) -> None:
        """Open the streams; ``clock`` returns the milliseconds of the samples."""
        taps = {f"key.{key}": finger.value for key, finger in profile.finger_keys.items()}
        self._out = LslOut(clock, taps=taps)
        self._clock = clock

    @property
    def trouble(self) -> str:
        """Return the key of why nothing can be published, or ""."""
        return self._out.message() or ""

    def tell(self, samples: Sequence[Sample], frame: Frame | None) -> None:
        """Publish what one tick felt, a trial that ended, and the end of the session."""
        if samples:
            self._out.samples(samples)
        if frame is None:
            return
        now_ms = self._clock()
        if frame.trial is not None:
            trial = frame.trial
            words = (f"trial {trial.index + 1}", trial.game, trial.result, trial.cause)
            self._out.marker(" ".join(word for word in words if word), now_ms)
        if frame.end is not None:
            self._out.marker(f"end {frame.end.how}", now_ms)

    def close(self) -> None:
        """End both streams."""
        self._out.close()
