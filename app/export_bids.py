"""Write a BIDS dataset for motion: each session's pointer, keys, pads and force as evenly sampled tracking systems."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from app import files
from app.export_raw import recorded
from app.export_tables import Bout, Material
from app.version import version
from engine import host
from engine.calibration import to_mm
from engine.recording import Trial
from engine.ticks import TICKS_PER_S, to_ms

VERSION = "1.10.0"  # of the specification of BIDS that the dataset keeps
TASK = "practice"
HOLE_S = 0.25  # a stream without a reading for so long has a hole, and a hole stays a hole
NO_READING = 2  # flag of a sample without a reading
NONE = "n/a"
DESCRIPTION = "Hand exercise games, one after the other, with rests: events.tsv says which, when and how they went."
SAID = "Each game shows by pictures what to do, and demonstrates it before it is played for the first times."
STAGE = {
    "SpatialAxes": "RUL",
    "RotationOrder": NONE,
    "Description": "Middle of the picture on the screen: x to the right, y up. In mm, by the measured size of the "
    "screen; where it was never measured, by a guess (sessions.tsv: measured).",
}
EVENTS = {
    "trial_type": "game", "hand": "which hand", "played_with": "what it was played with",
    "result": "hit, miss, or omission: nothing was tried", "cause": "why it was no hit",
    "finger": "finger of a miss, or the only one that was asked for", "level": "rung of the ladder, from 1",
    "difficulty": "0 easiest, 100 hardest, on this game's ladder",
    "probe": "1: a fixed block, on which progress is judged",
    "block": "number of the program's block, from 0", "idx": "number of the try in its session, from 0",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Channel:
    """One column of a motion file. A ``streamed`` one has a hole where no reading came; others hold until changed."""

    name: str
    type: str = "MISC"
    component: str = NONE
    point: str = NONE
    units: str = NONE
    meaning: str = ""
    streamed: bool = False


@dataclass(slots=True)
class System:
    """One tracking system of a session: its channels, and when each got which value."""

    label: str
    name: str
    channels: dict[str, Channel] = field(default_factory=dict)
    updates: list[tuple[float, dict[str, str]]] = field(default_factory=list)
    serial: str = ""

    def take(self, at_ms: float, values: Mapping[Channel, float | None]) -> None:
        """Take in a reading; ``None`` is a value that is not known."""
        self.channels |= {channel.name: channel for channel in values}
        told = {channel.name: NONE if value is None else f"{value:.10g}" for channel, value in values.items()}
        self.updates.append((at_ms, told))


X = Channel("pointer_x", "POS", "x", "pointer", "mm", "across, see reference_frame")
Y = Channel("pointer_y", "POS", "y", "pointer", "mm", "up, see reference_frame")
PRESSED = Channel("pointer_pressed", point="pointer", meaning="1 while mouse, pen or finger is down")
COUNTS = Channel("grip_counts", point="hand", meaning="raw reading of the sensor", streamed=True)
NEWTONS = Channel("grip_force", point="hand", units="N", meaning="force by the sensor's calibration", streamed=True)
SHARE = Channel("grip_force", point="hand", units="1", meaning="share of the hand's own squeeze", streamed=True)
LATENCY = Channel("latency", "LATENCY", units="s", meaning="time of this row from the start of the session")
AGE = Channel("age", units="s", meaning="how old the newest reading of this row is")


def write(folder: Path, material: Material) -> Counter[str]:
    """Write the dataset; return how many rows each motion file got. Raise ``StoreError``."""
    counts: Counter[str] = Counter()
    subject = f"sub-{re.sub('[^A-Za-z0-9]', '', material.scope.patient) or 'patient'}"
    sessions: list[dict[str, Any]] = []
    for bout in material.bouts(marked=False):
        found = systems_of(bout, recorded(material, bout))
        if found:
            counts.update(_write_session(folder, subject, bout, found, material.scope.research))
            sessions.append(_session_row(bout, material.scope.research))
    _write_top(folder, subject, sessions, material.scope.patient)
    return counts


# --- the readings ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class Fitted:
    """What turns the counts of the force sensor into a force at a moment."""

    gain_n: float = 0.0
    zero: float | None = None
    full: float = 0.0

    def force(self, counts: float, in_newtons: bool) -> float | None:
        """Return newtons, or the share of the hand's own squeeze; ``None`` while that is not known."""
        if self.zero is None:
            return None
        if in_newtons:
            return self.gain_n * (counts - self.zero) if self.gain_n else None
        return (counts - self.zero) / (self.full - self.zero) if self.full > self.zero else None


class Readings:
    """Take in a recording from its start, and tell what each tracking system read."""

    def __init__(self, bout: Bout) -> None:
        """Begin with what the header knows of screen and sensor."""
        header = bout.kept.header
        self.systems: dict[str, System] = {}
        self._units_per_mm = float(bout.profile.get("units_per_mm") or 4.6)
        scale = header.get("scale") or {}
        self._fitted = Fitted(zero=scale.get("zero"), full=float(scale.get("full") or 0.0))
        self._device, self._devices, self._force = "", [""], SHARE
        self._source(header.get("source") or {})

    def take(self, value: Any) -> None:
        """Take in one line of the recording."""
        if isinstance(value, list):
            for row in value[1:]:
                self._sample(row[0], float(row[1]), [*row[2:], *[0.0] * (7 - len(row))])
        elif "source" in value:
            self._source(value["source"])
        elif "fit" in value:
            self._fitted.zero, self._fitted.full = value["fit"]["zero"], value["fit"].get("full", 0.0)

    def _source(self, row: dict[str, Any]) -> None:
        """Begin a tracking system of its own for each sensor: one hardware, one file."""
        self._fitted.gain_n = float(row.get("gain_n") or 0.0)
        device = str(row.get("device") or "")
        if device != self._device:
            self._device, self._fitted.zero = device, self._fitted.zero if not self._device else None
        if device not in self._devices:
            self._devices.append(device)

    def _sample(self, channel: str, at_ms: float, rest: Sequence[float]) -> None:
        kind, _, name = channel.partition(".")
        if channel == host.SCREEN and rest[0] > 0:
            self._units_per_mm = rest[0]
        elif channel == "mouse":
            x_mm, y_mm = to_mm(rest[1], rest[2], self._units_per_mm, False)
            self._system("pointer", "pointer").take(at_ms, {X: x_mm, Y: y_mm, PRESSED: rest[0]})
        elif channel in ("grip", "link.grip"):
            self._grip(at_ms, None if channel != "grip" or int(rest[4]) & NO_READING else rest[0])
        elif kind == "key":
            self._system("keys", "keyboard").take(at_ms, {Channel(f"key_{name}", meaning="1 while down"): rest[0]})
        elif kind in ("pad", "level"):
            meaning = "1 while down" if kind == "pad" else "raw counts"
            pad = Channel(f"{kind}_{name}", point=name, meaning=meaning, streamed=kind == "level")
            self._system("pads", "tap board").take(at_ms, {pad: rest[0]})

    def _grip(self, at_ms: float, counts: float | None) -> None:
        n = max(1, self._devices.index(self._device))
        label = "grip" if n == 1 else f"grip{n}"
        if counts is None and label not in self.systems:
            return
        system = self._system(label, "force sensor")
        if not system.updates:
            kind, _, system.serial = self._device.partition(":")
            system.name = f"force sensor {kind}".strip()
        force = system.channels.get(SHARE.name) or (NEWTONS if self._fitted.gain_n else SHARE)
        value = None if counts is None else self._fitted.force(counts, force is NEWTONS)
        system.take(at_ms, {COUNTS: counts, force: None if value is None else round(value, 5)})

    def _system(self, label: str, name: str) -> System:
        return self.systems.setdefault(label, System(label, name))


def systems_of(bout: Bout, values: Iterator[Any]) -> tuple[System, ...]:
    """Return the tracking systems that read anything in a session."""
    readings = Readings(bout)
    for value in values:
        readings.take(value)
    return tuple(readings.systems.values())


def rows_of(system: System, ticks: int) -> Iterator[list[str]]:
    """Yield a row for each tick: its time, how old its newest reading is, and the last values up to it."""
    held = dict.fromkeys(system.channels, NONE)
    streamed = [name for name, channel in system.channels.items() if channel.streamed]
    updates = iter(sorted(system.updates, key=lambda update: update[0]))
    coming = next(updates, None)
    last_ms: float | None = None
    for tick in range(ticks):
        now_ms = to_ms(tick)
        while coming is not None and coming[0] <= now_ms + 1e-6:
            last_ms = coming[0]
            held |= coming[1]
            coming = next(updates, None)
        age_s = None if last_ms is None else (now_ms - last_ms) / 1000
        if streamed and age_s is not None and age_s > HOLE_S:
            held |= dict.fromkeys(streamed, NONE)
        yield [f"{now_ms / 1000:.6f}", NONE if age_s is None else f"{max(0.0, age_s):.6f}", *held.values()]


# --- the files ------------------------------------------------------------------------------------------


def _write_session(folder: Path, subject: str, bout: Bout, systems: Sequence[System], research: bool) -> Counter[str]:
    session = _label(bout)
    place = folder / subject / session / "motion"
    stem = f"{subject}_{session}_task-{TASK}"
    ticks = _ticks(bout, systems)
    counts: Counter[str] = Counter()
    scans = []
    for system in systems:
        name = f"{stem}_tracksys-{system.label}_motion.tsv"
        counts[name] = _write_table(place / name, None, rows_of(system, ticks))
        _write_system(place, f"{stem}_tracksys-{system.label}", system, ticks, research)
        scans.append({"filename": f"motion/{name}"} | ({} if research else {"acq_time": _utc(bout.kept.started)}))
    _write_rows(place / f"{stem}_events.tsv", [_event(trial) for trial in bout.trials], ("onset", "duration", *EVENTS))
    described = {name: {"Description": meaning} for name, meaning in EVENTS.items()}
    shown_by = {"StimulusPresentation": {"SoftwareName": "Regrasp", "SoftwareVersion": version()}}
    _write_json(place / f"{stem}_events.json", described | shown_by)
    _write_rows(folder / subject / session / f"{subject}_{session}_scans.tsv", scans, tuple(scans[0]))
    return counts


def _write_system(place: Path, stem: str, system: System, ticks: int, research: bool) -> None:
    """Write what describes a motion file: its sidecar, and its channels with their frame of reference."""
    channels = [LATENCY, AGE, *system.channels.values()]
    types = Counter(channel.type for channel in channels)
    points = {channel.point for channel in channels} - {NONE}
    _write_json(place / f"{stem}_motion.json", {
        "TaskName": TASK, "TaskDescription": DESCRIPTION, "Instructions": SAID, "TrackingSystemName": system.name,
        "SamplingFrequency": TICKS_PER_S, "SamplingFrequencyEffective": TICKS_PER_S,
        "RecordingDuration": round(ticks / TICKS_PER_S, 6), "MissingValues": NONE, "SubjectArtefactDescription": NONE,
        "MotionChannelCount": len(channels), "TrackedPointsCount": len(points),
        **{f"{kind}ChannelCount": types[kind] for kind in ("POS", "MISC", "LATENCY")},
        **{f"{kind}ChannelCount": 0 for kind in ("ACCEL", "ANGACCEL", "GYRO", "JNTANG", "MAGN", "ORNT", "VEL")},
        "SoftwareVersions": f"Regrasp {version()}",
        **({"DeviceSerialNumber": system.serial} if system.serial and not research else {}),
    })  # fmt: skip
    rows = [
        {"name": c.name, "component": c.component, "type": c.type, "tracked_point": c.point, "units": c.units,
         "description": c.meaning or NONE, "reference_frame": "stage" if c.type == "POS" else NONE} for c in channels
    ]  # fmt: skip
    _write_rows(place / f"{stem}_channels.tsv", rows, tuple(rows[0]))
    levels = {"stage": STAGE, NONE: {"Description": "has no place in space"}}
    _write_json(place / f"{stem}_channels.json", {"reference_frame": {"Description": "where places are counted from",
                                                                      "Levels": levels}})  # fmt: skip


def _write_top(folder: Path, subject: str, sessions: list[dict[str, Any]], patient: str) -> None:
    """Write what stands above the sessions."""
    _write_json(folder / "dataset_description.json", {
        "Name": f"Hand exercise games of {patient}", "BIDSVersion": VERSION, "DatasetType": "raw",
        "GeneratedBy": [{"Name": "Regrasp", "Version": version()}],
    })  # fmt: skip
    people = [{"participant_id": subject, "code": patient}] if sessions else []
    _write_rows(folder / "participants.tsv", people, ("participant_id", "code"))
    _write_json(folder / "participants.json", {"code": {"Description": "the patient's code; never a name"}})
    if sessions:
        _write_rows(folder / subject / f"{subject}_sessions.tsv", sessions, tuple(sessions[0]))
        _write_json(folder / subject / f"{subject}_sessions.json", {
            "day": {"Description": "local day, counted from that of the first session", "Units": "d"},
            "minutes": {"Description": "length up to its end, rests included", "Units": "min"},
            "measured": {"Description": "1: the size of the screen was measured, so that mm are mm; 0: a guess"},
        })  # fmt: skip


def _session_row(bout: Bout, research: bool) -> dict[str, Any]:
    display = bout.kept.header.get("display") or {}
    at = {} if research else {"acq_time": _utc(bout.kept.started)}
    measured = int(bool(display.get("mm_per_px")))
    return {"session_id": _label(bout), **at, "day": bout.day, "minutes": bout.minutes, "measured": measured}


def _event(trial: Trial) -> dict[str, Any]:
    onset, length = trial.start_tick / TICKS_PER_S, (trial.end_tick - trial.start_tick) / TICKS_PER_S
    return {
        "onset": f"{onset:.6f}", "duration": f"{length:.6f}", "trial_type": trial.game, "hand": str(trial.hand),
        "played_with": trial.played_with, "result": str(trial.result), "cause": str(trial.cause),
        "finger": trial.finger, "level": trial.level, "difficulty": trial.difficulty,
        "probe": int(trial.reason == "reason.probe"), "block": trial.block, "idx": trial.index,
    }  # fmt: skip


def _ticks(bout: Bout, systems: Sequence[System]) -> int:
    """Return how many rows each system of a session has: up to its end, its last try or its last reading."""
    ends = [trial.end_tick for trial in bout.trials] + ([bout.ending[0].tick] if bout.ending else [])
    last_ms = max((system.updates[-1][0] for system in systems), default=0.0)
    return max(*ends, int(last_ms / to_ms(1)) + 1, 0) + 1 if ends else int(last_ms / to_ms(1)) + 2


def _label(bout: Bout) -> str:
    return f"ses-{bout.kept.id:04d}"


def _utc(iso: str) -> str:
    return datetime.fromisoformat(iso).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _write_rows(path: Path, rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    _write_table(path, names, ([str(row[name]) or NONE for name in names] for row in rows))


def _write_table(path: Path, names: Sequence[str] | None, rows: Iterator[list[str]]) -> int:
    """Write tab-separated rows, below a heading where there is one; return how many."""
    n = 0
    with files.text_out(path) as out:
        if names is not None:
            out.write("\t".join(names) + "\n")
        for row in rows:
            out.write("\t".join(row) + "\n")
            n += 1
    return n


def _write_json(path: Path, value: Any) -> None:
    with files.text_out(path) as out:
        out.write(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
