"""Read back what was assessed: a patient's sittings, with their trials and how the sensor was fitted."""

import json
from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from engine.assessment import PREFIX, Sitting
from engine.recording import Fit

if TYPE_CHECKING:
    from app.store import Store

FIT = '{"fit"'


def sittings(store: "Store", patient: str, zone: tzinfo | None = None) -> tuple[Sitting, ...]:
    """Return every sitting of an assessment, oldest first; raise ``StoreError``."""
    found = store.sessions_of_games(patient, PREFIX)
    return tuple(
        Sitting(_day(started, zone), hand, store.trials(session), fits_of(store.recording_lines(session)))
        for session, started, hand in found
    )


def fits_of(lines: Iterable[str]) -> tuple[Fit, ...]:
    """Return how the sensor was fitted, from the lines of a recording."""
    rows = [json.loads(line)["fit"] for line in lines if line.startswith(FIT)]
    return tuple(Fit(**row | {"tries": tuple(row.get("tries", ()))}) for row in rows)


def _day(started: str, zone: tzinfo | None) -> int:
    return datetime.fromisoformat(started).astimezone(zone).date().toordinal()
