"""List a patient's goals and own activities, rate a goal, and add one in the patient's own words."""

import sys
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app import audit, files, rooms, settings
from app.files import FilesError
from app.logbook import Logbook
from app.patients import Patients
from app.texts import MOTHER_TONGUE, Texts, load
from engine import goals
from engine.goals import Activity, Attained, Standing
from engine.prescription import Goal, Prescription

GOALS = "goals.toml"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked: whose goals, said in which language, and what to do: ``rate`` (goal, score) or ``add`` words."""

    data: str | None = None
    patient: str | None = None
    language: str | None = None
    rate: tuple[int, int] | None = None
    add: str = ""
    weight: float = 1.0


def run(wanted: Wanted) -> int:
    """Do what is ``wanted``, then list how everything stands; raise ``FilesError`` or ``ValueError``."""
    data_dir = files.data_dir(wanted.data)
    patient, language = whose(data_dir, wanted.patient, wanted.language)
    if wanted.add:
        add(data_dir, patient, Goal(wanted.add.strip(), weight=wanted.weight))
        audit.note(data_dir, "goal.added", {"goals": len(own_goals(data_dir, patient))}, patient=patient)
    known = goals_of(data_dir, patient)
    with closing(Logbook(data_dir)) as logbook:
        if wanted.rate:
            number, score = wanted.rate
            logbook.note(patient, "goal", goals.rated(number - 1, score, known))
        told = logbook.diary(patient, ("goal", "activity"))
        if logbook.trouble:
            raise ValueError(load(MOTHER_TONGUE).say(logbook.trouble))
    attained = goals.attained(known, goals.ratings_of(told, known))
    _print(lines_of(patient, attained, goals.activities(told), load(language)))
    return 0


def lines_of(patient: str, attained: Attained, own: Iterable[Activity], texts: Texts) -> list[str]:
    """Return what is listed: each goal, the T-score, and each activity; numbers, and no verdict."""
    lines = [f"{patient}: {texts.say('goal.mine')}"]
    lines += [f"  {n}. {_goal_line(row, texts)}" for n, row in enumerate(attained.rows, start=1)]
    if not attained.rows:
        lines.append(f"  {texts.say('goal.none')}")
    if attained.t is not None and attained.first_t is not None:
        lines.append(f"  T {attained.t:.1f} (first {attained.first_t:.1f}; 50 is as agreed)")
    rows = list(own)
    if rows:
        lines.append(texts.say("activity.mine"))
    return lines + [f"  {_activity_line(row, texts)}" for row in rows]


def _goal_line(row: Standing, texts: Texts) -> str:
    if row.latest is None or row.first is None:
        return f"{row.goal.words}: {texts.say('goal.unrated')}"
    meaning = row.goal.levels[row.latest + 2] if row.goal.levels else texts.say(goals.level_key(row.latest))
    return f"{row.goal.words}: {row.first:+d} -> {row.latest:+d}  {meaning}"


def _activity_line(row: Activity, texts: Texts) -> str:
    changed = row.told_change
    more = f"  {texts.say('activity.changed', {'n': f'{changed:+d}'})}" if changed is not None else ""
    return f"{texts.say('plain', {'text': row.words})}: {row.first} -> {row.latest}{more}"


# --- what is kept of a patient --------------------------------------------------------------------------


def must_be_kept(data_dir: Path) -> Path:
    """Return the folder; raise ``ValueError`` where there is none, or nothing is in it."""
    if not data_dir.is_dir() or next(data_dir.iterdir(), None) is None:
        raise ValueError(f"nothing is kept in {data_dir}; is --data right?")
    return data_dir


def whose(data_dir: Path, patient: str | None, language: str | None) -> tuple[str, str]:
    """Return a patient's code and language: what was asked for, else the only patient, and the language of the patient.

    Raise ``ValueError`` where there is no such patient or language, or where there are several to choose from.
    """
    patients = Patients(data_dir)
    known = [card.code for card in patients.all()]
    if patient is None and len(known) > 1:
        raise ValueError(f"there are several patients: {', '.join(known)}; choose one with --patient")
    first = known[0] if known else settings.load(data_dir)[0].patient
    code = first if patient is None or patient == first else patients.card(patient).code
    chosen = language or patients.profile(code)[0].language
    if chosen not in files.languages():
        raise ValueError(f"there is no language called {chosen}; there are {', '.join(files.languages())}")
    return code, chosen


def prescription(data_dir: Path, patient: str) -> Prescription:
    """Return what is prescribed for a patient, else the gentle program; raise ``LevelError`` or ``FilesError``."""
    text = Patients(data_dir).program_text(patient)
    return rooms.gentle() if text is None else rooms.prescription_of(text, f"{patient}/program.toml")


def own_goals(data_dir: Path, patient: str) -> tuple[Goal, ...]:
    """Return the goals of the patient's own file; raise ``LevelError`` naming it, or ``FilesError``."""
    path = Patients(data_dir).folder(patient) / GOALS
    try:
        return goals.parse(files.read_text(path), str(path))
    except FilesError as error:
        if error.message_key == "files.missing":
            return ()
        raise


def goals_of(data_dir: Path, patient: str) -> tuple[Goal, ...]:
    """Return all goals of a patient: those of the program first, then the patient's own, each once."""
    found: dict[str, Goal] = {}
    for goal in (*prescription(data_dir, patient).goals, *own_goals(data_dir, patient)):
        found.setdefault(goal.words, goal)
    return tuple(found.values())


def add(data_dir: Path, patient: str, goal: Goal) -> None:
    """Add a goal to the patient's own file; the program, which is a clinician's, is left as it is.

    Raise ``ValueError`` for one that is there already, and ``FilesError``.
    """
    if goal.words in {one.words for one in goals_of(data_dir, patient)}:
        raise ValueError(f"{goal.words}: is a goal already")
    kept = own_goals(data_dir, patient)
    files.write_whole(Patients(data_dir).folder(patient) / GOALS, goals.to_toml((*kept, goal)))


def _print(lines: Iterable[str]) -> None:
    """Print lines; a letter that this terminal does not know becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        print(line.encode(encoding, "replace").decode(encoding))
