"""Say in plain words why each change of difficulty was made, from the records or from one recording."""

import json
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import files, rooms, standout
from app.logbook import DATABASE
from app.texts import MOTHER_TONGUE, Texts, load
from engine.level import EASIEST, HARDEST
from engine.recording import RecordingError, Trial, parse
from engine.screens import sentences, spoken
from engine.ticks import TICKS_PER_S, to_ms

if TYPE_CHECKING:
    from app.store import Kept, Store, StoreError

NAME_WITH_TIME = re.compile(r"(20\d{6}-\d{6})-")
MOST_TICKS = 10**8  # nine days: no session is so long
# What outranks the adaptive core. Where it does not, the core itself chose, and no rule is named.
RULES = {
    "reason.rescue": "rule.misses",
    "reason.floor": "rule.fence",
    "reason.ceiling": "rule.fence",
    "reason.cap": "rule.cap",
    "reason.fixed": "rule.level",
    "reason.after-rest": "rule.away",
    "reason.tired": "rule.tired",
    "reason.clock": "rule.clock",
    "reason.held": "rule.held",
    "reason.probe": "rule.probe",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked: a recording or folder, else the data folder; whose changes, how many, which game, said how."""

    file: Path | None = None
    data: str | None = None
    patient: str | None = None
    last: int = 20
    game: str | None = None
    language: str | None = None
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Played:
    """One trial, and when its session began (ISO-8601, UTC; empty where nothing tells); ``session`` is its id."""

    trial: Trial
    started: str = ""
    session: int | None = None

    @property
    def way(self) -> tuple[str, str, str]:
        """Return game, hand and way of playing: each has a difficulty of its own."""
        return (self.trial.game, self.trial.hand, self.trial.played_with)

    @property
    def at(self) -> datetime | None:
        """Return when the trial began, if that is known."""
        began = datetime.fromisoformat(self.started) if self.started else None
        return began + timedelta(milliseconds=to_ms(self.trial.start_tick)) if began else None


@dataclass(frozen=True, slots=True)
class Change:
    """A trial at another difficulty than ``was``, the one before in the same way, or that asks other fingers most.

    The first one has none before.
    """

    played: Played
    was: float | None

    @property
    def rule(self) -> str:
        """Return the text key of the rule that outranked the adaptive core, or ""."""
        return RULES.get(self.played.trial.reason, "")


@dataclass(frozen=True, slots=True)
class Answer:
    """Whose changes they are, the language to say them in, the changes, newest last, and what else stands out."""

    patient: str
    language: str
    changes: tuple[Change, ...]
    standings: tuple[standout.Standing, ...] = ()


def run(wanted: Wanted) -> int:
    """Print the changes that are ``wanted``; raise ``ValueError`` or ``FilesError`` that says why it cannot be."""
    _refuse_unknown(wanted)
    found = answer(wanted)
    if wanted.as_json:
        closing_row = [standout.row_of(found.patient, found.standings)] if found.changes else []
        _print(map(json.dumps, [*(row_of(found.patient, change) for change in found.changes), *closing_row]))
    elif found.changes:
        texts = load(found.language)
        _print([*lines_of(found.changes, texts), *standout.lines_of(found.standings, texts)])
    else:
        about = f" of {wanted.game}" if wanted.game else ""
        _print([f"No try{about} is kept for {found.patient} yet."])
    return 0


def answer(wanted: Wanted) -> Answer:
    """Return the changes that are ``wanted``; raise as ``run`` does."""
    folder = wanted.file if wanted.file is not None and wanted.file.is_dir() else None
    if wanted.file is not None and folder is None:
        return _of_recording(wanted.file, wanted)
    return _of_records((folder or files.data_place(wanted.data)) / DATABASE, wanted)


def changes_of(played: Iterable[Played], game: str | None = None) -> Iterator[Change]:
    """Yield the first trial of each way of playing, and each at another difficulty than the one before.

    Yield those as well from which on another finger than before is asked more often.
    """
    before: dict[tuple[str, str, str], float] = {}
    most: dict[tuple[str, str, str], str] = {}
    for one in played:
        _must_be_sound(one.trial)
        was, finger = before.get(one.way), one.trial.reason_values.get("finger", "")
        moved = was != one.trial.difficulty or finger not in ("", most.get(one.way, ""))
        before[one.way], most[one.way] = one.trial.difficulty, finger or most.get(one.way, "")
        if moved and game in (None, one.trial.game):
            yield Change(one, was)


def _must_be_sound(trial: Trial) -> None:
    """Raise ``ValueError`` for a trial that was changed by hand into what no program wrote."""
    whole = all(type(n) is int and 0 <= n < MOST_TICKS for n in (trial.index, trial.level, trial.start_tick))
    on_scale = type(trial.difficulty) in (int, float) and EASIEST <= trial.difficulty <= HARDEST
    values = list(trial.reason_values.values()) if isinstance(trial.reason_values, dict) else [None]
    words = all(isinstance(word, str) for word in (trial.game, trial.played_with, trial.reason, trial.cause, *values))
    if not (whole and on_scale and words):
        raise ValueError(f"trial {trial.index}: its difficulty or its reason cannot be read")


def _refuse_unknown(wanted: Wanted) -> None:
    if wanted.last < 1:
        raise ValueError(f"the number of changes must be a whole number from 1 on, not {wanted.last}")
    if wanted.game is not None and wanted.game not in rooms.all_games():
        raise ValueError(f"there is no game called {wanted.game}; there are {', '.join(rooms.all_games())}")
    if wanted.language is not None and wanted.language not in files.languages():
        raise ValueError(f"there is no language called {wanted.language}; there are {', '.join(files.languages())}")


# --- where the trials come from -------------------------------------------------------------------------


def _of_recording(path: Path, wanted: Wanted) -> Answer:
    try:
        recording = parse(files.recording_lines(path))
    except RecordingError as error:
        raise ValueError(f"{path}: {error}") from None
    patient = str(_profile(recording.header).get("patient", ""))
    if wanted.patient not in (None, patient):
        raise ValueError(f"{path}: is a recording of {patient}, not of {wanted.patient}")
    started = _started_by_name(path.name)
    played = (Played(trial, started) for trial in recording.trials)
    return _answer(wanted, patient, recording.header, played)


def _of_records(path: Path, wanted: Wanted) -> Answer:
    if not path.is_file():
        raise ValueError(f"{path.parent}: nothing has been practised here yet, there are no records")
    with _opened(path) as store:
        patient = _patient(store.patients(), wanted.patient, path.parent)
        sessions = store.sessions(patient)
        return _answer(wanted, patient, sessions[-1].header, _played_in(store, sessions))


def _answer(wanted: Wanted, patient: str, header: dict[str, Any], played: Iterable[Played]) -> Answer:
    own = _profile(header).get("language")
    language = wanted.language or (own if own in files.languages() else MOTHER_TONGUE)
    tries: list[standout.Try] = []
    made = ((len(tries) - 1, change) for change in changes_of(_noted(played, wanted.game, tries), wanted.game))
    last = tuple(deque(made, maxlen=wanted.last))
    shown = last[0][0] if last else 0
    eases = {name: {str(cause): param for cause, param in game.eases} for name, game in rooms.all_games().items()}
    return Answer(patient, language, tuple(change for _, change in last), standout.standings(tries, shown, eases))


def _noted(played: Iterable[Played], game: str | None, tries: list[standout.Try]) -> Iterator[Played]:
    """Yield what was ``played``, each noted in ``tries`` before, unless it is of another game than is asked for."""
    for one in played:
        if game in (None, one.trial.game):
            tries.append(standout.Try.of(one.trial, one.session))
        yield one


def _played_in(store: "Store", sessions: "Iterable[Kept]") -> Iterator[Played]:
    for session in sessions:
        for trial in store.trials(session.id):
            yield Played(trial, session.started, session.id)


def _patient(known: tuple[str, ...], asked: str | None, folder: Path) -> str:
    if not known:
        raise ValueError(f"{folder}: nothing has been practised here yet")
    if asked is None and len(known) > 1:
        raise ValueError(f"there are several patients: {', '.join(known)}; choose one with --patient")
    if asked not in (None, *known):
        raise ValueError(f"there is no patient called {asked}; there {_are(known)}")
    return asked or known[0]


def _are(codes: tuple[str, ...]) -> str:
    return f"{'is' if len(codes) == 1 else 'are'} {', '.join(codes)}"


def _profile(header: dict[str, Any]) -> dict[str, Any]:
    profile = header.get("profile")
    return profile if isinstance(profile, dict) else {"patient": header.get("patient", "")}


def _started_by_name(name: str) -> str:
    """Return when a recording began, which only its name tells: ``20251121-034600-P-0001.jsonl.gz``, in UTC."""
    found = NAME_WITH_TIME.match(name)
    try:
        return datetime.strptime(found[1], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).isoformat() if found else ""
    except ValueError:
        return ""


@contextmanager
def _opened(path: Path) -> "Iterator[Store]":
    from app.store import Store, StoreError

    try:
        with closing(Store.open(path, make=False)) as store:
            yield store
    except StoreError as error:
        raise ValueError(_sentence(error, path)) from error


def _sentence(error: "StoreError", path: Path) -> str:
    if error.message_key in ("store.newer", "store.damaged", "store.busy"):
        return f"{path}: {load(MOTHER_TONGUE).say(error.message_key)}"
    return f"{path}: there are no records here that can be read ({error.detail})"


# --- how they are said ----------------------------------------------------------------------------------


def row_of(patient: str, change: Change) -> dict[str, Any]:
    """Return a change as plain values for JSON: the reason's key and values as they were recorded."""
    trial, at = change.played.trial, change.played.at
    return {
        "patient": patient,
        "session": change.played.session,
        "at": at.isoformat(timespec="milliseconds") if at else None,
        "tick": trial.start_tick,
        "game": trial.game,
        "hand": str(trial.hand),
        "played_with": trial.played_with,
        "index": trial.index,
        "level": trial.level,
        "from": change.was,
        "to": trial.difficulty,
        "reason": trial.reason,
        "values": trial.reason_values,
        "rule": change.rule.removeprefix("rule."),
    }


def lines_of(changes: Iterable[Change], texts: Texts, zone: tzinfo | None = None) -> list[str]:
    """Return one line for each change: when (by this computer's clock), where, from what to what, and why."""
    made = list(changes)
    ways = {change.played.way for change in made}
    rows = [_cells(change, ways, texts, zone) for change in made]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, (*widths[:-1], 0))) for row in rows]


def _cells(change: Change, ways: set[tuple[str, str, str]], texts: Texts, zone: tzinfo | None) -> tuple[str, ...]:
    trial = change.played.trial
    hand = texts.say(f"set-value.hand.{trial.hand}")
    if len([way for way in ways if way[:2] == change.played.way[:2]]) > 1:
        hand += f", {texts.say(f'way.{trial.played_with}')}"
    was = f"{texts.number(_number(change.was)):>3} -> " if change.was is not None else " " * 7
    values = {"game": f"@game.{trial.game}", **dict(spoken(trial.reason_values.items()))}
    why = " ".join(texts.say(key, values) for key in sentences(trial.reason, trial.reason_values))
    rule = f" [{texts.say(change.rule)}]" if change.rule else ""
    game = texts.say(f"game.{trial.game}")
    now = texts.number(_number(trial.difficulty))
    return (_when(change.played, zone), game, hand, f"#{trial.index + 1}", was + now, why + rule)


def _when(played: Played, zone: tzinfo | None) -> str:
    """Return date and time; where they are not known, minutes and seconds since the session began."""
    if played.at is not None:
        return f"{played.at.astimezone(zone):%Y-%m-%d %H:%M}"
    minutes, s = divmod(played.trial.start_tick // TICKS_PER_S, 60)
    return f"{minutes}:{s:02d}"


def _number(difficulty: float) -> str:
    return f"{difficulty:.2f}".rstrip("0").rstrip(".")


def _print(lines: Iterable[str]) -> None:
    """Print lines; a letter that this terminal does not know becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        print(line.encode(encoding, "replace").decode(encoding))
