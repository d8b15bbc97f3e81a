"""Make a small database as months of practice leave it, without playing: golden tries, made probes, and a diary."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from app import files, settings
from app.logbook import DATABASE
from app.patients import PROGRAM, Patients
from app.store import Store
from engine import guard
from engine.game import Result
from engine.hand import Side
from engine.profile import Profile
from engine.recording import End, Trial, trial_from_plain
from engine.source import Source

CODE = Profile().patient
FIRST = date(2026, 3, 2)  # a Monday
GOLDEN = Path(__file__).parent / "golden"
EVIL = '<script>alert("1")</script> & {{ 7 * 7 }} {% raw %} @why.pain'
SWAYS = (0.050, 0.042, 0.047, 0.044, 0.049, 0.046, 0.043, 0.048, 0.020, 0.018)
OLD = Source("serial:GB-0001", "cal-1", 80.0, "one-euro 1.0 Hz")
NEW = replace(OLD, device="serial:GB-0002", calibration="cal-2")


@dataclass(frozen=True, slots=True)
class Golden:
    """A golden session: its header, and each of its tries with the lines that were kept with it."""

    header: dict[str, Any]
    tries: tuple[tuple[Trial, tuple[str, ...]], ...]


@cache
def golden(name: str) -> Golden:
    """Return a golden session by the name of its file."""
    lines = list(files.recording_lines(GOLDEN / f"{name}.jsonl.gz"))
    found, waiting = [], []
    for line in lines[1:]:
        waiting.append(line)
        if line.startswith('{"trial"'):
            found.append((trial_from_plain(json.loads(line)["trial"]), tuple(waiting)))
            waiting = []
    return Golden(json.loads(lines[0]), tuple(found))


def day(n: int) -> date:
    """Return the n-th day of practice: Monday, Wednesday and Friday, from ``FIRST`` on."""
    return FIRST + timedelta(days=7 * (n // 3) + 2 * (n % 3))


def at(n: int, minutes: float = 0.0) -> str:
    """Return a time on the n-th day of practice, in UTC."""
    return (datetime.combine(day(n), datetime.min.time(), UTC) + timedelta(hours=9, minutes=minutes)).isoformat()


def fill(
    folder: Path, days: int = len(SWAYS), changed_on: int | None = None, sways: Sequence[float] = SWAYS
) -> Path:  # fmt: skip
    """Write what ``days`` days of practice leave, with another sensor from the day number ``changed_on`` on.

    The probe of each day has one of ``sways``, over and over.
    """
    settings.save(folder, Profile())
    own = Patients(folder).folder(CODE)
    own.mkdir(parents=True)
    [program] = [text for path, text in files.program_texts() if path.endswith("stroke-home.toml")]
    (own / PROGRAM).write_text(program, "utf-8")
    with closing(Store.open(folder / DATABASE)) as store:
        for n in range(days):
            source = NEW if changed_on is not None and n >= changed_on else OLD
            _practise(store, n, source, sways[n % len(sways)])
            _tell(store, n)
    return folder


LINE = {"length_mm": 130.0, "completion": 1.0, "inside": 0.9, "away_mean_mm": 1.0, "sparc_part": -2.0}
RING = {"touches": 12.0, "throughput": 3.0, "ring_mm": 105.0, "target_mm": 16.0}


def look(folder: Path, on: int, hand: Side, away_mm: float, throughput: float, source: Source = OLD) -> None:
    """Write a look at a hand on the n-th day: a line and a ring, with the mouse."""
    one = golden("brook-left-keys")
    header = one.header | {"profile": one.header["profile"] | {"patient": CODE}}
    like = replace(one.tries[0][0], hand=hand, played_with="mouse", reason="reason.probe", reason_values={},
                   result=Result.HIT, cause="", level=1, source=source, belief="")  # fmt: skip
    rows = (("assess-trace", LINE | {"away_mean_mm": away_mm}), ("assess-ring", RING | {"throughput": throughput}))
    with closing(Store.open(folder / DATABASE)) as store:
        session = store.begin(header, at(on, 20))
        for n, (game, measures) in enumerate(rows):
            store.add(session, replace(like, index=n, block=n, game=game, measures=measures), ())
        store.end(session, at(on, 24), End(like.end_tick + 1, "done"), ())


def _practise(store: Store, n: int, source: Source, sway: float) -> None:
    one = golden(("cup-right-mouse", "brook-left-keys", "ladybirds-right-keys")[n % 3])
    header = one.header | {"profile": one.header["profile"] | {"patient": CODE}}
    session = store.begin(header, at(n))
    for trial, lines in one.tries:
        store.add(session, trial, lines)
    store.end(session, at(n, 5), End(one.tries[-1][0].end_tick + 1, "pain" if n == 1 else "done"), ())
    session = store.begin(header, at(n, 10))
    for trial in _probe(one.tries[0][0], sway, source):
        store.add(session, trial, ())


def _probe(like: Trial, sway: float, source: Source) -> Iterator[Trial]:
    for n in range(5):
        yield replace(
            like, index=n, game="cup", hand=Side.RIGHT, played_with="serial", level=3, difficulty=20.0,
            reason="reason.probe", reason_values={}, measures={"sway": sway + 0.001 * (n - 2)}, result=Result.HIT,
            cause="", source=source, belief="",
        )  # fmt: skip


def _tell(store: Store, n: int) -> None:
    ordinal, steady = day(n).toordinal(), {"standing": guard.to_plain(guard.start())}
    flags = {"flags": ["numb"]} if n == 3 else {}
    rows: list[tuple[str, dict[str, Any]]] = [
        ("checkin", {"pain": 2, **flags} | steady),
        ("told", {"pain": 3 + (n == 1), "effort": 4} | steady),
        ("journal", {"sensations": ["stiff"], "words": EVIL if n == 2 else ""}),
    ]
    if n == 1:
        rows.append(("stop", {"why": "pain"} | steady))
    if n == 4:
        rows += [("skipped", {"questions": ["fatigue"]}), ("cleared", {"by": EVIL})]
    if n == 5:
        rows += [("activity", {"words": EVIL, "score": 3}), ("activity", {"words": EVIL, "score": 6})]
    for minute, (kind, values) in enumerate(rows):
        store.note(CODE, at(n, minute), ordinal, kind, values)
