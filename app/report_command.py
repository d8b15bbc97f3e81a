"""Write reports about some weeks of practice: for the clinician, the patient and those who help, as HTML and PDF."""

import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from pathlib import Path

from app import audit, files
from app.goals_command import must_be_kept, prescription, whose
from app.logbook import NOW, utc_now
from app.report_blocks import Kind, Page
from app.report_rows import Asked, gathered
from app.texts import MOTHER_TONGUE, load
from engine.report import WEEK, Span

FOR: tuple[Kind, ...] = ("clinician", "patient", "caregiver")
MOST_WEEKS = 52
MADE = "report.made"
NAMES: dict[Kind, str] = {"clinician": "report", "patient": "report-patient", "caregiver": "report-caregiver"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked: whose, of how many weeks up to which day (today), where to, for whom, and in which form."""

    data: str | None = None
    patient: str | None = None
    weeks: int = 4
    until: str = ""
    out: Path | None = None
    kinds: tuple[Kind, ...] = FOR
    language: str | None = None
    pdf: bool = True
    opened: bool = False
    force: bool = False


def run(wanted: Wanted, now: NOW | None = None, zone: tzinfo | None = None) -> int:
    """Write what is ``wanted`` and print where; raise ``ValueError``, ``LevelError`` or ``FilesError`` in words."""
    today = (now or utc_now)().astimezone(zone).date()
    data_dir = must_be_kept(files.data_place(wanted.data))
    pages = made(wanted, today, zone)
    _must_be_free([path for page in pages for path in _places(wanted, page, today)], wanted.force)
    pages = noted(data_dir, wanted, pages, now or utc_now)
    written = [path for page in pages for path in _written(wanted, page, today)]
    for path in written:
        print(path)
    if wanted.opened and written:
        webbrowser.open(written[0].absolute().as_uri())
    return 0


def made(wanted: Wanted, today: date, zone: tzinfo | None = None) -> tuple[Page, ...]:
    """Return the pages that are ``wanted``; raise as ``run`` does."""
    from app.report_words import page

    last = _last_day(wanted, today)
    data_dir = files.data_place(wanted.data)
    patient, language = whose(data_dir, wanted.patient, wanted.language)
    asked = Asked(patient, Span(last - WEEK * wanted.weeks + 1, last), today.toordinal(), zone)
    found, texts = gathered(data_dir, asked), load(language)
    prescribed = prescription(data_dir, patient)
    return tuple(page(found, kind, texts, prescribed) for kind in wanted.kinds)


def noted(data_dir: Path, wanted: Wanted, pages: Sequence[Page], now: NOW = utc_now) -> tuple[Page, ...]:
    """Note in the audit log that the pages were made; return them, the clinician's with where the log ends then.

    What cannot be noted is told in the terminal, and stops nothing.
    """
    kinds = [page.kind for page in pages]
    for code in sorted({page.patient for page in pages}):
        audit.note(data_dir, MADE, {"weeks": wanted.weeks, "kinds": kinds}, patient=code, now=now)
    end = audit.head(data_dir)
    return tuple(_with_head(page, str(end)) if page.kind == "clinician" and end.count else page for page in pages)


def _with_head(page: Page, head: str) -> Page:
    return replace(page, facts=(*page.facts, (load(page.language).say("report.log"), head)))


def _places(wanted: Wanted, page: Page, today: date) -> list[Path]:
    """Return where a page goes: its name says whose, up to which day, of how many weeks, and in which language."""
    last = date.fromordinal(_last_day(wanted, today)).isoformat()
    name = f"{NAMES[page.kind]}-{page.patient}-{last}-{wanted.weeks}w-{page.language}"
    return [(wanted.out or Path()) / f"{name}.{form}" for form in ("html", "pdf")[: 1 + wanted.pdf]]


def _must_be_free(places: Sequence[Path], force: bool) -> None:
    there = next((path for path in places if path.exists()), None)
    if there is not None and not force:
        raise ValueError(f"{there}: is there already; --force replaces it")


def _last_day(wanted: Wanted, today: date) -> int:
    if not 1 <= wanted.weeks <= MOST_WEEKS:
        raise ValueError(f"--weeks: must be a whole number from 1 to {MOST_WEEKS}, not {wanted.weeks}")
    try:
        last = date.fromisoformat(wanted.until) if wanted.until else today
    except ValueError:
        raise ValueError(f"--until: must be a date such as {today.isoformat()}, not {wanted.until}") from None
    if last > today:
        raise ValueError(f"--until: {last.isoformat()} has not come yet")
    return last.toordinal()


def _written(wanted: Wanted, page: Page, today: date) -> Sequence[Path]:
    """Write a page in each form that is wanted, and return where."""
    from app.report_page import html

    places = _places(wanted, page, today)
    _write(places[0], html(page))
    for place in places[1:]:
        from app.report_pdf import pdf

        _write(place, pdf(page))
    return places


def _write(place: Path, content: str | bytes) -> None:
    try:
        files.write_whole(place, content)
    except files.FilesError as error:
        said = load(MOTHER_TONGUE).say(error.message_key.replace("files.", "file."))
        raise ValueError(f"{error.place}: {said} Or choose another place with --out") from None
