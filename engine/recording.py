"""Write down a session so that it can be replayed: a header, raw samples by tick, trials as checkpoints.

The form is JSON Lines. The first line is the header, an object. A line that is a list holds one tick's samples,
``[tick, row, row, ...]`` (rows as in ``engine.sample``). ``{"source": {...}}`` says which device forces come from, from
its tick on, and ``{"fit": {...}}`` how it was fitted to the hand. ``{"trial": {...}}`` ends a trial, ``{"end": {...}}``
the session. A recording that was cut off anywhere is still good up to its last whole line.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from engine import source as sources
from engine.game import Answer, Just, Result
from engine.hand import Finger, Side
from engine.sample import Sample, from_row, to_row
from engine.source import Source

FORMAT = 1
RULES = 3


class RecordingError(ValueError):
    """A recording cannot be read: says which line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One finished trial: where it stood, how it ended, what was measured, and why it was this hard.

    ``params`` are the level's values that were played; ``measures`` and ``just`` as in ``engine.game.Outcome``;
    ``belief`` is the adaptive core's belief after it, as JSON; ``attempt`` counts starts of this trial, since one
    that was interrupted is begun again. ``passed`` is the difficulty that this performance would just have passed,
    ``None`` where that is not known; ``censored`` says that it is at least that (a hit) or at most that (a miss).
    ``fingers`` is what is known of the single fingers after it (``engine.fingers``), as JSON, empty where nothing is.
    ``source`` is the device it was played with. ``marks`` say what befell it in the attempt that counts (``gap``: lost
    readings, ``reset``: it began again), ``interrupted`` why earlier attempts were broken off. ``told`` says whether
    it was told how it went as soon as it was over, ``judged`` what the patient thought before that (``hit``, ``miss``;
    empty where nobody asked).
    """

    index: int
    block: int
    game: str
    hand: Side
    played_with: str
    level: int
    difficulty: float
    result: Result
    cause: str
    attempt: int
    start_tick: int
    end_tick: int
    params: dict[str, Any]
    measures: dict[str, float]
    just: tuple[Just, ...]
    finger: str
    predicted: float
    reason: str
    reason_values: dict[str, str]
    belief: str
    passed: float | None = None
    censored: bool = False
    answers: tuple[Answer, ...] = ()
    fingers: str = ""
    source: Source = Source()
    marks: tuple[str, ...] = ()
    interrupted: tuple[str, ...] = ()
    told: bool = True
    judged: str = ""

    @property
    def hit(self) -> bool:
        """Tell whether the trial was passed."""
        return self.result is Result.HIT


@dataclass(frozen=True, slots=True)
class End:
    """How a session ended: ``done``, ``stopped``, ``closed``, ``limit``, ``away`` or ``cut off``, and at which tick.

    STOP ends it at once; the patient's reason comes later, as a second ``End`` that differs in ``why`` alone.
    """

    tick: int
    how: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Fit:
    """How a force sensor was fitted to the hand at a tick, in raw units.

    ``kind`` is ``tare``, ``firm`` (a comfortable firm squeeze) or ``maximum``; ``zero`` the reading at rest, ``full``
    at the hand's own 100 % (0 while that is not known), ``noise`` the spread of a quiet second. ``moved`` says that the
    zero has shifted by more than 2 % of the range since the last tare. ``tries`` are the trials of a maximum.
    """

    tick: int
    kind: str
    zero: float
    full: float = 0.0
    noise: float = 0.0
    moved: bool = False
    tries: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole session: header, samples as (tick, samples), trials and, unless it was cut off, its end.

    ``sources`` are (tick, device that forces come from then on), ``fits`` how it was fitted, ``notes`` what was done
    without a score.
    """

    header: dict[str, Any]
    samples: tuple[tuple[int, tuple[Sample, ...]], ...]
    trials: tuple[Trial, ...]
    end: End | None = None
    sources: tuple[tuple[int, Source], ...] = ()
    fits: tuple[Fit, ...] = ()
    notes: tuple[str, ...] = ()


def header_line(header: dict[str, Any]) -> str:
    """Return the first line of a recording."""
    return _line({"regrasp": "recording", "format": FORMAT, "rules": RULES, **header})


def samples_line(tick: int, samples: Sequence[Sample]) -> str:
    """Return the line of one tick's samples."""
    return _line([tick, *(to_row(sample) for sample in samples)])


def source_line(tick: int, source: Source) -> str:
    """Return the line of the device that forces come from, from ``tick`` on."""
    return _line({"source": {"tick": tick, **sources.to_plain(source)}})


def fit_line(fit: Fit) -> str:
    """Return the line of one fitting of the sensor."""
    return _line({"fit": asdict(fit)})


def note_line(note: str) -> str:
    """Return the line of something that was done without a score."""
    return _line({"note": note})


def trial_line(trial: Trial) -> str:
    """Return the line of one finished trial."""
    return _line({"trial": asdict(trial)})


def end_line(end: End) -> str:
    """Return the last line of a session that was ended."""
    return _line({"end": asdict(end)})


def as_written(sample: Sample) -> Sample:
    """Return the sample as the recording will hold it, so that play and replay see the very same numbers."""
    return replace(sample, at_ms=round(sample.at_ms, 3), device_ms=round(sample.device_ms, 3))


def parse(lines: Iterable[str]) -> Recording:
    """Return the recording of ``lines``; raise ``RecordingError`` naming the line that is wrong.

    A last line that was cut off is left out.
    """
    rows = _rows(lines)
    header = next(rows, (1, None))[1]
    if not isinstance(header, dict) or header.get("regrasp") != "recording":
        raise RecordingError("line 1: this is not a recording of Regrasp")
    if not isinstance(header.get("format", 0), int):
        raise RecordingError("line 1: format: must be a whole number")
    if header.get("format", 0) > FORMAT:
        raise RecordingError("line 1: this recording was written by a newer program; please update")
    body = _Body()
    for number, row in rows:
        try:
            body.take(row)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
            raise RecordingError(f"line {number}: {error}") from None
    return Recording(
        header,
        tuple(body.samples),
        tuple(body.trials),
        body.end,
        tuple(body.sources),
        tuple(body.fits),
        tuple(body.notes),
    )


@dataclass(slots=True)
class _Body:
    """What the lines after the header held so far."""

    samples: list[tuple[int, tuple[Sample, ...]]] = field(default_factory=list)
    trials: list[Trial] = field(default_factory=list)
    sources: list[tuple[int, Source]] = field(default_factory=list)
    fits: list[Fit] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    end: End | None = None

    def take(self, row: Any) -> None:
        """Take in one line's value."""
        if isinstance(row, list):
            self.samples.append((_tick(row[0]), tuple(from_row(r) for r in row[1:])))
        elif "trial" in row:
            self.trials.append(trial_from_plain(row["trial"]))
        elif "source" in row:
            self.sources.append((_tick(row["source"]["tick"]), sources.from_plain(row["source"])))
        elif "fit" in row:
            self.fits.append(Fit(**row["fit"] | {"tries": tuple(row["fit"].get("tries", ()))}))
        elif "note" in row:
            self.notes.append(str(row["note"]))
        elif "end" in row:
            self.end = End(**row["end"])
        else:
            raise ValueError("is neither samples, a trial, a source, a fit, a note nor an end")


def trial_from_plain(row: dict[str, Any]) -> Trial:
    """Return the trial of a plain row, as ``dataclasses.asdict`` made it."""
    known = {f.name for f in fields(Trial)}
    values = {key: value for key, value in row.items() if key in known}
    made = {"just": _just(values.get("just")), "answers": tuple(map(_answer, values.get("answers", ())))}
    made |= {name: tuple(values.get(name, ())) for name in ("marks", "interrupted")}
    source = sources.from_plain(values.get("source", {}))
    return Trial(**values | made | {"hand": Side(values["hand"]), "result": Result(values["result"]), "source": source})


def _answer(row: dict[str, Any]) -> Answer:
    return Answer(Finger(row["finger"]), bool(row["hit"]), _just(row["just"]))


def _just(row: Any) -> tuple[Just, ...]:
    """Return the pairs of a plain row; under rules 1 it was a single pair or nothing."""
    pairs = [row] if row and isinstance(row[0], str) else row or []
    return tuple((str(name), float(value)) for name, value in pairs)


def _tick(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("a tick must be a whole number from 0")
    return value


def _rows(lines: Iterable[str]) -> Any:
    """Yield (line number, value); a damaged line raises unless it is the last one."""
    waiting: tuple[int, str] | None = None
    for number, line in enumerate(lines, start=1):
        if waiting is not None:
            yield waiting[0], _value(*waiting)
        waiting = (number, line)
    if waiting is not None:
        try:
            yield waiting[0], _value(*waiting)
        except RecordingError:
            if waiting[0] == 1:
                raise


def _value(number: int, line: str) -> Any:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise RecordingError(f"line {number}: is not JSON") from None
    if not isinstance(value, list | dict):
        raise RecordingError(f"line {number}: must be a list or an object")
    return value


def _line(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
