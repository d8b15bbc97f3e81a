"""List, check, explain and set what is prescribed: the programs that come with Regrasp, and a clinician's own."""

import sys
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from app import files, rooms
from app.texts import MOTHER_TONGUE, Texts, load
from engine import explain
from engine.diary import paused_days
from engine.explain import ITEM, TITLE, Paragraph
from engine.game import FORCES
from engine.level import LevelError
from engine.prescription import Fence, Prescription, to_plain

if TYPE_CHECKING:
    from app.logbook import Logbook

WIDE, DEEP = 80, 60  # a page of A4 as plain text: letters a line, and lines
TRY_S, LEAST_TRIES = 10.0, 5  # what a try takes (docs/played.md), and how many are worth coming for
PARTS_OF_A_RUNG = 8
MOST_ERRORS = 50


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out about one file: everything that is wrong, and what is only odd, as lines to read."""

    path: str
    errors: tuple[LevelError, ...] = ()
    odd: tuple[LevelError, ...] = ()


# --- commands ---------------------------------------------------------------------------------------------


def list_templates() -> int:
    """Print the programs that come with Regrasp."""
    texts = load(MOTHER_TONGUE)
    rows = [(name, texts.say(f"program.{name}"), _dose(found)) for name, found in rooms.all_prescriptions().items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    _print("  ".join(map(str.ljust, row, (*widths[:-1], 0))) for row in rows)
    return 0


def check(paths: Iterable[Path]) -> int:
    """Print what is wrong and what is odd in the given files and folders, else in all templates; 1 if anything is."""
    given = list(paths)
    texts = files.texts_in(given) if given else files.program_texts()
    found = [checked(text, path) for path, text in texts]
    for one in found:
        _print([f"{one.path}: OK"] if not one.errors else map(str, one.errors))
        _print(f"  note: {row.key}: {row.what}" for row in one.odd)
    if not found:
        _print(["there is no program file"])
    return 0 if found and not any(one.errors for one in found) else 1


def explain_to(named: str, language: str, out: Path | None, today_iso: str, force: bool = False) -> int:
    """Print the page about a template or a file, or write it to ``out``; raise ``ValueError`` or ``FilesError``."""
    if language not in files.languages():
        raise ValueError(f"there is no language called {language}; there are {', '.join(files.languages())}")
    lines = page_lines(found_as(named)[1], load(language), today_iso)
    if out is None:
        _print(lines)
    elif out.exists() and not force:
        raise ValueError(f"{out}: is there already; --force replaces it")
    else:
        files.write_whole(out, "\n".join(lines) + "\n")
        print(out)
    return 0


def set_for(named: str, patient: str, data: str | None) -> int:
    """Copy a checked program to where a patient's own is kept, and note it in the diary; raise as ``explain_to``."""
    from app import audit
    from app.patients import CLINIC, PROGRAM, Patients
    from app.patients_command import must_be_staff

    text, prescription = found_as(named)
    data_dir = files.data_dir(data)
    with files.RunningLock(data_dir):  # an open window would go on with the old one
        patients = Patients(data_dir)
        code = patients.card(patient).code
        if patients.has_pin(CLINIC):
            must_be_staff(patients)
        path = patients.folder(code) / PROGRAM
        before = ""
        if path.is_file():
            before = sha256(files.read_bytes(path)).hexdigest()
            files.set_aside(path)
        files.write_whole(path, text)
        trouble = _noted(data_dir, code, prescription)
        after = sha256(text.encode()).hexdigest()
        told = {"name": prescription.name, "before": before, "after": after, "dose": _dose(prescription)}
        audit.note(data_dir, "program.set", told, patient=code)
    _print(f"  note: {row.key}: {row.what}" for row in oddities(prescription))
    print(f"{path}: {code} now has the program {prescription.name}")
    if trouble:
        print(f"regrasp: the diary could not note it: {load(MOTHER_TONGUE).say(trouble)}", file=sys.stderr)
    return 1 if trouble else 0


def pause(patient: str, until: str, data: str | None) -> int:
    """Note that the plan is paused from today on, until a date (yyyy-mm-dd) or until it is resumed; raise errors."""
    row: dict[str, Any] = {}
    if until:
        try:
            row["until"] = date.fromisoformat(until).toordinal()
        except ValueError:
            raise ValueError(f"--until: must be a date such as 2026-12-24, not {until}") from None
    with _open_book(data, patient) as (logbook, code):
        if row and row["until"] <= logbook.moment().day:
            raise ValueError(f"--until: must be a day to come, not {until}")
        logbook.note(code, "paused", row)
        _must_be_kept(logbook)
    told = f"until {until}" if until else "until it is resumed (regrasp program resume) or practice begins again"
    print(f"{code}: the plan is paused {told}. These days do not count as missed.")
    return 0


def resume(patient: str, data: str | None) -> int:
    """Note that a paused plan goes on from today; raise ``ValueError`` or ``FilesError``."""
    with _open_book(data, patient) as (logbook, code):
        today = logbook.moment().day
        if today not in paused_days(logbook.diary(code, ("paused", "resumed"), last=2), today):
            print(f"{code}: the plan is not paused.")
            return 0
        logbook.note(code, "resumed", {})
        _must_be_kept(logbook)
    print(f"{code}: the plan goes on from today.")
    return 0


@contextmanager
def _open_book(data: str | None, patient: str) -> Iterator[tuple["Logbook", str]]:
    from app.logbook import Logbook
    from app.patients import Patients

    data_dir = files.data_dir(data)
    with files.RunningLock(data_dir), closing(Logbook(data_dir)) as logbook:
        yield logbook, Patients(data_dir).card(patient).code


def _must_be_kept(logbook: "Logbook") -> None:
    if logbook.trouble:
        raise ValueError(load(MOTHER_TONGUE).say(logbook.trouble))


def _noted(data_dir: Path, code: str, prescription: Prescription) -> str:
    """Note in the diary what is prescribed from now on; return the key of what was wrong with that, or ""."""
    from app.logbook import Logbook

    with closing(Logbook(data_dir)) as logbook:
        logbook.note(code, "program", {"name": prescription.name, "program": to_plain(prescription)})
        return logbook.trouble


def found_as(named: str) -> tuple[str, Prescription]:
    """Return text and prescription of a template or of a file; raise ``ValueError`` that names what was meant."""
    texts = {Path(path).stem: (path, text) for path, text in files.program_texts()}
    path = Path(named)
    if named not in texts or path.is_file():
        if not path.exists() and path.name == named and not path.suffix:
            near = get_close_matches(named, texts, 1)
            told = f"did you mean {near[0]}?" if near else f"there are {', '.join(texts)}"
            raise ValueError(f"there is no program and no file called {named}; {told}")
        text = files.read_text(path)
        return text, rooms.prescription_of(text, named)
    return texts[named][1], rooms.prescription_of(texts[named][1], texts[named][0])


def _dose(found: Prescription) -> str:
    dose = found.dose
    games = f"{found.choose} of {len(found.games)} games" if found.choose else f"{len(found.games) or 'fixed'} games"
    times = "free," if dose.is_free else "once" if dose.bouts == 1 else f"{dose.bouts} times"
    return (
        f"{found.stage}, {len(dose.days)} days a week, {times} {dose.minutes:g} min, {games}, cap {found.limits.cap:g}"
    )


# --- the page ---------------------------------------------------------------------------------------------


def page_of(prescription: Prescription, today_iso: str = "") -> tuple[Paragraph, ...]:
    """Return the page about a prescription as keys and values, for a screen or for paper."""
    forces = [name for name, game in rooms.all_games().items() if game.skill in FORCES]
    parts = {task.name: task.games for task in rooms.all_tasks()}
    is_known = rooms.all_prescriptions().get(prescription.name) is not None
    return explain.page(prescription, forces, parts, f"@program.{prescription.name}" if is_known else "", today_iso)


def page_lines(prescription: Prescription, texts: Texts, today_iso: str = "") -> list[str]:
    """Return the page about a prescription as lines of plain text, in the language of ``texts``."""
    lines: list[str] = []
    flow: list[str] = []
    for paragraph in page_of(prescription, today_iso):
        said = texts.say(paragraph.key, paragraph.values)
        if paragraph.kind == explain.TEXT:
            flow.append(said)
            continue
        lines += _flowed(flow)
        flow = []
        lines += _laid_out(paragraph.kind, said)
    return lines + _flowed(flow)


def _laid_out(kind: str, said: str) -> list[str]:
    if kind == ITEM:
        return wrap(said, WIDE, initial_indent="- ", subsequent_indent="  ")
    heading = wrap(said.upper(), WIDE)
    return heading if kind == TITLE else ["", *heading]


def _flowed(flow: list[str]) -> list[str]:
    return wrap(" ".join(flow), WIDE)


# --- everything that is wrong -----------------------------------------------------------------------------


def checked(text: str, path: str) -> Checked:
    """Return everything that is wrong in one file, and else what is odd in it."""
    errors = tuple(errors_of(text, path))
    return Checked(path, errors) if errors else Checked(path, (), tuple(oddities(rooms.prescription_of(text, path))))


def errors_of(text: str, path: str) -> Iterator[LevelError]:
    """Yield each error of a program file: what is wrong is taken away, and the rest is read again."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        yield LevelError(path, "", f"is not readable as TOML: {error}")
        return
    told: set[str] = set()
    for _ in range(MOST_ERRORS):
        try:
            rooms.prescription_in(table, path)
            return
        except LevelError as error:
            key = error.key
            if not any(key == known or key.startswith(f"{known}.") for known in told):
                yield error
            while key in told:  # that was not enough: what it stands in goes as well
                key = key.rpartition(".")[0]
            told |= {error.key, key}
            if not key or not _taken_away(table, key):
                return


def _taken_away(table: dict[str, Any], key: str) -> bool:
    """Take what a key points at out of a table, its place in a list kept; tell whether it was done."""
    here: Any = table
    *way, last = key.split(".")
    for name in way:
        here = _inside(here, name)
    if isinstance(here, list) and key.startswith("feedback"):
        del here[int(last) - 1]
    elif isinstance(here, list) and _inside(here, last) is not None:
        here[int(last) - 1] = _stand_in(key.partition(".")[0], here)
    elif isinstance(here, dict) and last in here:
        del here[last]
    elif way:
        return _taken_away(table, ".".join(way))
    if key == "name":
        table["name"] = "?"
    return _filled(table)


def _stand_in(key: str, rows: list[Any]) -> Any:
    """Return something right for a place in a list, so that those after it keep their places."""
    game = next((name for name in rooms.all_games() if name not in rows), next(iter(rooms.all_games())))
    rows_of = {"blocks": {"game": game}, "milestones": {"game": game, "rung": 1}, "goals": {"words": "?"}}
    return rows_of.get(key, game if key == "games" else rooms.all_tasks()[0].name)


def _inside(here: Any, name: str) -> Any:
    if isinstance(here, list):
        return here[int(name) - 1] if name.isdecimal() and 0 < int(name) <= len(here) else None
    return here.get(name) if isinstance(here, dict) else None


def _filled(table: dict[str, Any]) -> bool:
    """Let there be something to play, or what was taken away would be told as missing."""
    if not any(table.get(key) for key in ("games", "tasks", "blocks")):
        table["games"] = [next(iter(rooms.all_games()))]
    return True


# --- what is odd ------------------------------------------------------------------------------------------


def oddities(found: Prescription) -> Iterator[LevelError]:
    """Yield what can be prescribed, but hardly can be meant; each names a key and what may be done about it."""
    games = explain.played(found, {task.name: task.games for task in rooms.all_tasks()})
    fences = dict(found.fences)
    told: list[tuple[str, str]] = []
    for game in games:
        told += _of_fence(found, game, fences.get(game, Fence()))
    told += [(f"fence.{game}", "this game is not played in this program") for game in fences if game not in games]
    told += _of_probe(found, games)
    told += _of_milestones(found)
    told += _of_healing(found, games)
    told += _of_dose(found, games)
    yield from (LevelError("", key, what) for key, what in told)


def cap_in(found: Prescription) -> float:
    """Return the largest share of force that the program itself allows."""
    return min(found.limits.cap, found.cleared.cap if found.cleared.cap is not None else 1.0)


def asked_on(game: str, rung: int) -> tuple[float, float]:
    """Return the least and the most force that a rung of a game asks for, as shares."""
    level, peak = rooms.all_ladders()[game].levels[rung - 1], rooms.all_games()[game].peak
    peaks = [peak(level.params(n / PARTS_OF_A_RUNG)) for n in range(PARTS_OF_A_RUNG + 1)]
    return min(peaks), max(peaks)


def _fence_of(found: Prescription, game: str) -> range:
    """Return the rungs that a game may ever come to, by its fence."""
    fence = dict(found.fences).get(game, Fence())
    top = fence.furthest or fence.highest or len(rooms.all_ladders()[game].levels)
    return range(fence.lowest, top + 1)


def _of_fence(found: Prescription, game: str, fence: Fence) -> Iterator[tuple[str, str]]:
    cap, rungs = cap_in(found), _fence_of(found, game)
    over = [rung for rung in rungs if asked_on(game, rung)[1] > cap]
    never = [rung for rung in over if asked_on(game, rung)[0] > cap]
    if len(never) == len(rungs):
        yield f"fence.{game}", f"every rung asks for more than the cap of {cap:g}: the game is never played"
    elif over:
        most = max(asked_on(game, rung)[1] for rung in over)
        told = f"the cap of {cap:g} hides rungs {_rows(over)}, wholly or in part: they ask for up to {most:.2f}"
        yield f"fence.{game}", f"{told}; end the fence below them, or raise limits.cap"
    top = fence.furthest or fence.highest
    if top is None or found.speed:
        return
    is_free = rooms.all_games()[game].self_paced
    timed = [rung for rung in rungs if not is_free(rooms.all_ladders()[game].levels[rung - 1].params(1.0))]
    if timed:
        yield f"fence.{game}", f"speed is false, so that rungs {_rows(timed)}, by the clock, are never reached"


def _of_probe(found: Prescription, games: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for game, rung in found.probe:
        if game not in games:
            yield f"probe.{game}", "this game is not played in this program"
        if rung not in _fence_of(found, game):
            yield f"probe.{game}", f"rung {rung} lies outside of the fence of {game}"
        if asked_on(game, rung)[1] > cap_in(found):
            yield f"probe.{game}", f"rung {rung} asks for more than the cap of {cap_in(found):g}"


def _of_milestones(found: Prescription) -> Iterator[tuple[str, str]]:
    for n, stone in enumerate(found.milestones, start=1):
        if stone.rung not in _fence_of(found, stone.game):
            yield f"milestones.{n}.rung", f"rung {stone.rung} lies outside of the fence of {stone.game}"


def _of_healing(found: Prescription, games: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    forced = [game for game in games if rooms.all_games()[game].skill in FORCES]
    if found.stage == "healing" and not found.cleared.is_whole and forced:
        yield "cleared", f"without date and cap these stay locked while tissue heals: {', '.join(forced)}"
        if len(forced) == len(games):
            yield "games", "all of them ask for force, so that nothing can be played until then"
    if found.cleared.cap is not None and found.cleared.cap > found.limits.cap:
        yield "cleared.cap", f"is above limits.cap, which goes first: no more than {found.limits.cap:g} is asked for"


def _of_dose(found: Prescription, games: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    dose = found.dose
    needed = _least_minutes(found)
    if needed > dose.minutes:
        yield "dose.minutes", f"a bout of {dose.minutes:g} minutes cannot hold its games: they take about {needed:.0f}"
    if dose.game_minutes > dose.minutes:
        yield "dose.game_minutes", f"one game may be longer than a bout of {dose.minutes:g} minutes"
    if not dose.is_free and dose.bouts * dose.minutes > dose.day_minutes:
        yield "dose.day_minutes", f"cannot hold {dose.bouts} bouts of {dose.minutes:g} minutes"
    if not dose.is_free and len(dose.days) * dose.bouts * dose.minutes > dose.week_minutes:
        yield (
            "dose.week_minutes",
            f"cannot hold {len(dose.days)} days of {dose.bouts} bouts of {dose.minutes:g} minutes",
        )
    if found.choose > len(games):
        yield "choose", f"there are only {len(games)} games to choose from"


def _least_minutes(found: Prescription) -> float:
    """Return about how long a bout must be: its blocks as they stand, or a few tries of each game, rests and probe."""
    rest_s = found.dose.rest_s
    if found.blocks:
        tries = sum(block.trials for block in found.blocks)
        within = sum((block.trials - 1) // found.dose.rest_after for block in found.blocks)
        return (TRY_S * tries + rest_s * (len(found.blocks) - 1 + within)) / 60
    count = max(1, found.choose)
    probed_s = found.probe_trials * TRY_S if found.probe else 0.0
    return (count * LEAST_TRIES * TRY_S + (count - 1) * rest_s + probed_s) / 60


def _rows(rungs: list[int]) -> str:
    """Return rungs as a short list, such as 4-8, 10."""
    parts: list[list[int]] = []
    for rung in rungs:
        if parts and rung == parts[-1][-1] + 1:
            parts[-1].append(rung)
        else:
            parts.append([rung])
    return ", ".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)


def _print(lines: Iterable[str]) -> None:
    """Print lines; a letter that this terminal does not know becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        print(line.encode(encoding, "replace").decode(encoding))
