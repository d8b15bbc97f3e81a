"""Publish what a session feels to the Lab Streaming Layer: only when asked to, for it goes over the local network."""

import platform
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from math import nan
from typing import Any

from devices.device import Clock
from engine.hand import FINGERS
from engine.sample import Sample

COLUMNS = ("grip", *(f"pad.{finger}" for finger in FINGERS), *(f"level.{finger}" for finger in FINGERS))
SAMPLES_TYPE, MARKERS_TYPE = "RegraspSamples", "Markers"


class LslOut:
    """Two streams: ``<name> samples``, a row of ``COLUMNS`` at each change, and ``<name> markers``, texts.

    Anyone in the same network can listen, nothing is encrypted, and the computer's name goes with it; so a marker
    must never name a patient. Nothing here disturbs a session: without pylsl it does nothing and says so.
    """

    def __init__(self, clock: Clock, name: str = "Regrasp", taps: Mapping[str, str] | None = None) -> None:
        """Open the streams; ``clock`` returns the session's milliseconds.

        ``taps`` says which key is which finger (``{"key.J": "index"}``); other keys are never published.
        """
        self._clock = clock
        self._columns = {channel: n for n, channel in enumerate(COLUMNS)}
        self._columns |= {key: COLUMNS.index(f"pad.{finger}") for key, finger in (taps or {}).items()}
        self._row = [nan, *(0.0 for _ in FINGERS), *(nan for _ in FINGERS)]
        self._pylsl: Any = None
        self._samples: Any = None
        self._markers: Any = None
        self._trouble: str | None = None
        try:
            self._begin(name)
        except (ImportError, OSError, RuntimeError):
            self._trouble = "device.no-lsl"

    def samples(self, samples: Sequence[Sample]) -> None:
        """Publish samples of a session: one row for each moment at which a column changed."""
        known = sorted((s for s in samples if s.channel in self._columns), key=lambda sample: sample.at_ms)
        for at_ms, together in groupby(known, key=lambda sample: sample.at_ms):
            for sample in together:
                self._row[self._columns[sample.channel]] = float(sample.value)
            self._push(self._samples, list(self._row), at_ms)

    def marker(self, text: str, at_ms: float) -> None:
        """Publish that something happened at ``at_ms`` of the session, such as ``trial begin 3`` or ``hit``."""
        self._push(self._markers, [text], at_ms)

    def message(self) -> str | None:
        """Return ``device.no-lsl`` if nothing can be published, else ``None``."""
        return self._trouble

    def close(self) -> None:
        """End both streams; a second call does nothing."""
        self._samples = self._markers = self._trouble = None

    def _begin(self, name: str) -> None:
        import pylsl

        self._pylsl = pylsl
        place = f"{name}-{platform.node()}"
        rows = pylsl.StreamInfo(
            f"{name} samples", SAMPLES_TYPE, len(COLUMNS), pylsl.IRREGULAR_RATE, pylsl.cf_double64, f"{place}-samples"
        )
        channels = rows.desc().append_child("channels")
        for column in COLUMNS:
            channels.append_child("channel").append_child_value("label", column).append_child_value("unit", "raw")
        texts = pylsl.StreamInfo(
            f"{name} markers", MARKERS_TYPE, 1, pylsl.IRREGULAR_RATE, pylsl.cf_string, f"{place}-markers"
        )
        self._samples, self._markers = pylsl.StreamOutlet(rows), pylsl.StreamOutlet(texts)

    def _push(self, outlet: Any, row: list[Any], at_ms: float) -> None:
        if outlet is not None:
            stamp_s = self._pylsl.local_clock() - (self._clock() - at_ms) / 1000
            with suppress(OSError, RuntimeError):
                outlet.push_sample(row, stamp_s)
