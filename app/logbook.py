"""Keep what is done as it is done: each finished trial is on the disk before the next one begins.

When the disk refuses, nothing is thrown away: what waits is tried again with every following trial and at the
end, and the trouble is a key of the texts that the screens show.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import files
from engine.diary import Entry
from engine.guard import Moment
from engine.recording import End, Trial
from engine.session import Frame

if TYPE_CHECKING:
    from app.history import Played
    from app.store import Store, Unfinished
    from engine.assessment import Sitting
    from engine.probes import Row

DATABASE = "regrasp.sqlite3"
NOW = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time by the wall clock, in UTC."""
    return datetime.now(UTC)


class Logbook:
    """The records of one computer; ``trouble`` is the key of what is wrong with keeping them, or ""."""

    def __init__(self, data_dir: Path, now: NOW = utc_now, zone: tzinfo | None = None) -> None:
        self.data_dir = data_dir
        self.trouble = ""
        self._now = now
        self.zone = zone
        self._untold: list[tuple[str, Entry]] = []
        self._store: Store | None = None
        self._session: int | None = None
        self._header: dict[str, Any] = {}
        self._continues: int | None = None
        self._lines: list[str] = []
        self._waiting: list[tuple[Trial | End, list[str]]] = []
        self._name = ""

    def open(self) -> None:
        """Open the database, or remember why it cannot be used."""
        from app.store import Store, StoreError

        if self._store is not None:
            return
        try:
            self._store = Store.open(self.data_dir / DATABASE)
            self.trouble = ""
        except StoreError as error:
            self.trouble = error.message_key

    def unfinished(self, patient: str) -> "Unfinished | None":
        """Return the patient's last session if it was cut off, with at least one trial kept."""
        found = self._asked(lambda store: store.unfinished(patient))
        return found if found is not None and found.trials else None

    def beliefs(self, patient: str) -> dict[str, tuple[str, float]]:
        """Return the last belief of each way of playing, as (JSON, minutes since then)."""
        rows = self._asked(lambda store: store.beliefs(patient)) or {}
        return {key: (text, self._minutes_since(at)) for key, (text, at) in rows.items()}

    def fingers(self, patient: str) -> dict[str, str]:
        """Return what is known of single fingers for each way of playing, as JSON."""
        return self._asked(lambda store: store.fingers(patient)) or {}

    def begin(self, header: dict[str, Any], continues: int | None = None) -> None:
        """Begin a session: its header is kept with its first trial at the latest."""
        self._session, self._header, self._continues = None, header, continues
        self._lines, self._waiting = [], []
        self._name = f"{self._now():%Y%m%d-%H%M%S}-{header['profile']['patient']}"
        self._try(self._begin_now)

    def keep(self, frame: Frame) -> None:
        """Keep what one tick brought: lines wait for the next trial or end, which are written at once."""
        self._lines.extend(frame.lines)
        for done in (frame.trial, frame.end):
            if done is not None:
                self._waiting.append((done, self._lines))
                self._lines = []
        if self._waiting and (frame.trial or frame.end):
            self._try(self._write_waiting)
            if frame.end is not None:
                self._save_recording()

    def moment(self) -> Moment:
        """Return the time by the wall clock, and the local date."""
        now = self._now()
        return Moment(now.timestamp(), now.astimezone(self.zone).date().toordinal())

    def note(self, patient: str, kind: str, values: Mapping[str, Any]) -> None:
        """Keep an entry of the patient's diary; what the disk refuses is kept here, and tried again with the next."""
        now = self.moment()
        self._untold.append((patient, Entry(now.utc_s, now.day, kind, dict(values))))
        self._try(self._write_untold)

    def diary(self, patient: str, kinds: Sequence[str] = (), last: int | None = None) -> tuple[Entry, ...]:
        """Return the entries of a patient's diary, oldest first, also those that still wait for the disk."""
        kept = self._asked(lambda store: store.diary(patient, kinds, last)) or ()
        waiting = tuple(e for who, e in self._untold if who == patient and (not kinds or e.kind in kinds))
        found = (*kept, *waiting)
        return found if last is None else found[len(found) - min(last, len(found)) :]

    def played(self, patient: str) -> "tuple[Played, ...]":
        """Return what was played in all sessions of a patient, oldest first."""
        return self._asked(lambda store: store.played(patient)) or ()

    def probes(self, patient: str) -> "tuple[Row, ...]":
        """Return the tries of a patient's probes, oldest first, each with the local day it was played on.

        Of those of more than half a year ago there are only as many as later ones are compared with.
        """
        from app.history import EARLY_PROBES, PROBES_D, probe_row

        since = (self._now() - timedelta(days=PROBES_D)).astimezone(UTC).isoformat()

        def read(store: "Store") -> "tuple[Row, ...]":
            found = store.probes(patient, since, EARLY_PROBES)
            return tuple(probe_row(one, self._day_of(one.started)) for one in found)

        return self._asked(read) or ()

    def _day_of(self, at: str) -> int:
        return datetime.fromisoformat(at).astimezone(self.zone).date().toordinal()

    def sittings(self, patient: str) -> "tuple[Sitting, ...]":
        """Return the sittings of a patient's assessments, oldest first."""
        from app.assessed import sittings

        return self._asked(lambda store: sittings(store, patient, self.zone)) or ()

    def seconds_a_try(self, patient: str) -> dict[str, float]:
        """Return how long a try of each game took on average, in seconds."""
        return self._asked(lambda store: store.seconds_a_try(patient)) or {}

    def _write_untold(self, store: "Store") -> None:
        while self._untold:
            patient, entry = self._untold[0]
            at = datetime.fromtimestamp(entry.at_s, UTC).isoformat()
            store.note(patient, at, entry.day, entry.kind, entry.values)
            self._untold.pop(0)

    def set_aside(self, session: int) -> None:
        """End a session that was cut off and is not gone on with, so that it is not asked about again."""
        at = self._now().isoformat()
        self._try(lambda store: store.end(session, at, End(0, "cut off"), []))

    def today(self) -> str:
        """Return the local date by the wall clock (yyyy-mm-dd)."""
        return self._now().astimezone(self.zone).date().isoformat()

    def close(self) -> None:
        """Write what still waits, and let go of the database."""
        if self._waiting:
            self._try(self._write_waiting)
        if self._untold:
            self._try(self._write_untold)
        if self._store is not None:
            self._store.close()
            self._store = None

    def _begin_now(self, store: "Store") -> None:
        if self._session is None:
            self._session = store.begin(self._header, self._now().isoformat(), self._continues)

    def _write_waiting(self, store: "Store") -> None:
        self._begin_now(store)
        assert self._session is not None
        while self._waiting:
            done, lines = self._waiting[0]
            if isinstance(done, Trial):
                store.add(self._session, done, lines)
            elif done.why:
                store.reason(self._session, self._now().isoformat(), done.why, lines)
            else:
                store.end(self._session, self._now().isoformat(), done, lines)
            self._waiting.pop(0)

    def _try(self, write: Callable[["Store"], None]) -> None:
        from app.store import StoreError

        self.open()
        if self._store is None:
            return
        try:
            write(self._store)
            self.trouble = ""
        except StoreError as error:
            self.trouble = error.message_key

    def _asked(self, read: Callable[["Store"], Any]) -> Any:
        from app.store import StoreError

        self.open()
        try:
            return read(self._store) if self._store is not None else None
        except StoreError as error:
            self.trouble = error.message_key
            return None

    def _save_recording(self) -> None:
        """Write the recording beside the database: a copy for people, the database stays the record."""
        if self._store is None or self._session is None:
            return
        session = self._session
        lines = self._asked(lambda store: list(store.recording_lines(session)))
        try:
            files.save_recording(self.data_dir, self._name, lines or [])
        except files.FilesError as error:
            self.trouble = error.message_key.replace("files.", "store.")

    def _minutes_since(self, at: str) -> float:
        """Return the minutes since ``at``; a clock that was set back counts as no time at all."""
        return max(0.0, (self._now() - datetime.fromisoformat(at)).total_seconds() / 60)
