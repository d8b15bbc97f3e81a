"""Measure how long a report takes, and how much memory, after years of daily practice.

``python benchmarks/report_years.py [--years 10] [--keep FOLDER]`` writes a database as two bouts a day leave it (tries,
headers, beliefs and diary in their real size, copied from golden sessions; samples of the last year), then makes the
reports in a process of their own and prints a table. It takes some minutes and, for ten years, 6 GB of disk.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from records import CODE, golden  # noqa: E402
from sqlalchemy import insert  # noqa: E402

from app import files, settings  # noqa: E402
from app.logbook import DATABASE  # noqa: E402
from app.patients import PROGRAM, Patients  # noqa: E402
from app.store import COPIED, DIARY, ENDS, SAMPLES, SESSIONS, TRIALS, Store, _json, _packed  # noqa: E402
from engine import guard  # noqa: E402
from engine.chance import Chance  # noqa: E402
from engine.profile import Profile  # noqa: E402
from engine.recording import header_line  # noqa: E402

LAST = date(2026, 11, 20)
HOURS, TRIES, PROBES = (9, 16), 60, 6
SESSIONS_OF = ("cup-right-mouse", "brook-left-keys", "ladybirds-right-keys")
AT_ONCE = 60
CHILD = """
import resource, sys, time
began = time.perf_counter()
sys.path[:0] = [sys.argv[1]]
from app.cli import main
status = main(sys.argv[2:])
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(status, time.perf_counter() - began, time.process_time(), megabytes)
"""


class Years:
    """The rows of some years, session by session."""

    def __init__(self, years: int) -> None:
        self._first = LAST - timedelta(days=365 * years - 1)
        self._days = 365 * years
        self._golden = [golden(name) for name in SESSIONS_OF]
        header = self._golden[0].header
        plain = {key: value for key, value in header.items() if key not in ("regrasp", "format", "rules")}
        plain["profile"] = header["profile"] | {"patient": CODE, "hand": "right"}
        plain["program"] = header["program"] | {"blocks": [{"game": "cup", "trials": TRIES}]}
        self._header = header_line(plain)
        self._likes = [[(json.loads(_json(asdict(t))), _packed(lines)) for t, lines in g.tries] for g in self._golden]
        self._chance, self._trial = Chance(1), 0
        self._rungs = [5, 5, 5]
        self._standing = guard.to_plain(guard.start())

    def rows(self) -> Iterator[dict[Any, list[dict[str, Any]]]]:
        """Yield the rows of one session after the other, by table."""
        for n in range(self._days * len(HOURS)):
            day = self._first + timedelta(days=n // len(HOURS))
            at = datetime(day.year, day.month, day.day, HOURS[n % len(HOURS)], tzinfo=UTC)
            yield self._session(n + 1, n % len(HOURS) == 0, day, at)

    def _session(self, number: int, is_first: bool, day: date, at: datetime) -> dict[Any, list[dict[str, Any]]]:
        trials, samples, tick = [], [], 100
        for idx in range(TRIES):
            probe = is_first and idx < 2 * PROBES
            kind = (idx // PROBES) % 2 if probe else (idx * 3) // TRIES
            like, lines = self._likes[kind][idx % len(self._likes[kind])]
            self._trial += 1
            trials.append(self._row(like, number, idx, tick, probe, kind))
            if day > LAST - timedelta(days=365):
                samples.append({"session": number, "part": idx, "lines": lines})
            tick += like["end_tick"] - like["start_tick"] + 240
        return {
            SESSIONS: [{"id": number, "patient": CODE, "started": at.isoformat(), "header": self._header}],
            TRIALS: trials, SAMPLES: samples,
            ENDS: [{"session": number, "at": at.isoformat(), "tick": tick, "how": "done", "why": "", "part": TRIES}],
            DIARY: list(self._diary(day, at)),
        }  # fmt: skip

    def _row(
        self, like: dict[str, Any], session: int, idx: int, tick: int, probe: bool, kind: int
    ) -> dict[str, Any]:  # fmt: skip
        learnt = 1 - 0.4 * (1 - 0.999 ** (self._trial / 60))
        wobble = learnt * (0.8 + 0.4 * self._chance.share())
        changes: dict[str, Any] = {
            "index": idx, "block": kind if probe else 2 + kind, "hand": "right", "start_tick": tick,
            "end_tick": tick + like["end_tick"] - like["start_tick"],
            "level": 3 if probe else self._rung(kind),
            "difficulty": 20.0 if probe else like["difficulty"],
            "reason": "reason.probe" if probe else like["reason"],
            "measures": {name: round(value * wobble, 4) for name, value in like["measures"].items()},
            "just": [[name, round(value * wobble, 4)] for name, value in like["just"]],
        }  # fmt: skip
        plain = like | changes
        row = {name: plain[name] for name in COPIED} | {"session": session, "idx": idx, "part": idx}
        return row | {"measures": _json(plain["measures"]), "trial": _json(plain)}

    def _rung(self, kind: int) -> int:
        """Return the rung of the next try: it moves at every eighth, as it does in play."""
        if self._chance.chances(0.125):
            self._rungs[kind] = min(9, max(2, self._rungs[kind] + self._chance.choice((-1, 1))))
        return self._rungs[kind]

    def _diary(self, day: date, at: datetime) -> Iterator[dict[str, Any]]:
        pain = int(4 * self._chance.share())
        told: tuple[tuple[str, dict[str, Any]], ...] = (
            ("checkin", {"pain": pain}), ("told", {"pain": pain, "effort": 4}), ("told", {"pain": pain, "effort": 5}),
            ("bout", {}), ("journal", {"sensations": ["stiff"]}),
        )  # fmt: skip
        for kind, values in told:
            standing = {} if kind == "journal" else {"standing": self._standing}
            yield {"patient": CODE, "at": at.isoformat(), "day": day.toordinal(), "kind": kind,
                   "entry": _json(values | standing)}  # fmt: skip


def build(folder: Path, years: int) -> None:
    """Write the database, a profile and a program."""
    settings.save(folder, Profile())
    own = Patients(folder).folder(CODE)
    own.mkdir(parents=True)
    [program] = [text for path, text in files.program_texts() if path.endswith("stroke-home.toml")]
    (own / PROGRAM).write_text(program, "utf-8")
    store = Store.open(folder / DATABASE)
    waiting: list[dict[Any, list[dict[str, Any]]]] = []
    for rows in Years(years).rows():
        waiting.append(rows)
        if len(waiting) == AT_ONCE:
            _write(store, waiting)
            waiting = []
    _write(store, waiting)
    store.close()


def _write(store: Store, waiting: list[dict[Any, list[dict[str, Any]]]]) -> None:
    with store._writing() as db:
        for table in (SESSIONS, TRIALS, SAMPLES, ENDS, DIARY):
            rows = [row for one in waiting for row in one[table]]
            if rows:
                db.execute(insert(table), rows)


WHAT = (
    ("all three pages, HTML and PDF", ()),
    ("clinician, HTML and PDF", ("--for", "clinician")),
    ("clinician, HTML only", ("--for", "clinician", "--no-pdf")),
    ("patient, HTML and PDF", ("--for", "patient")),
    ("clinician, 26 weeks, HTML only", ("--for", "clinician", "--no-pdf", "--weeks", "26")),
)


def measured(folder: Path, out: Path, more: tuple[str, ...]) -> tuple[float, float, float]:
    """Return seconds by the clock and of CPU, and megabytes (peak), of one report in a process of its own.

    The better of two runs: the first may still have to compile.
    """
    fixed = ["report", "--data", str(folder), "--until", LAST.isoformat(), "--out", str(out), "--language", "en"]
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(out.parent / "compiled")
    command = [sys.executable, "-c", CHILD, str(ROOT), *fixed, *more]
    runs = []
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
        status, seconds, cpu_s, megabytes = done.stdout.split("\n")[-2].split()
        if status != "0":
            raise SystemExit(done.stderr)
        runs.append((float(seconds), float(cpu_s), float(megabytes)))
    return min(runs)


def main() -> None:
    """Build, measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--keep", type=Path, help="build the database here once, and leave it there")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = args.keep or Path(made)
        if not (folder / DATABASE).exists():
            folder.mkdir(parents=True, exist_ok=True)
            began = time.perf_counter()
            build(folder, args.years)
            print(f"built in {time.perf_counter() - began:.0f} s", file=sys.stderr)
        size = (folder / DATABASE).stat().st_size / 1e9
        days = 365 * args.years
        print(f"{days} days, {2 * days} bouts, {2 * days * TRIES} tries, database {size:.1f} GB\n")
        print("| report of the last weeks (4) | seconds | of CPU | peak memory, MB |\n| --- | --- | --- | --- |")
        for name, more in WHAT:
            seconds, cpu_s, megabytes = measured(folder, Path(made) / "out", more)
            print(f"| {name} | {seconds:.1f} | {cpu_s:.1f} | {megabytes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
