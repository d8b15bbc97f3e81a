"""Write reports about some weeks of practice: for the clinician, the patient and those who help, as HTML and PDF."""

import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo
from pathlib import Path

from app import audit, files
from app.goals_command import prescription, whose
from app.logbook import NOW, utc_now
from app.report_blocks import Kind, Page
from app.report_rows import Asked, gathered
from app.texts import load
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


def run(wanted: Wanted, now: NOW | None = None, zone: tzinfo | None = None) -> int:
    """Write what is ``wanted`` and print where; raise ``ValueError``, ``LevelError`` or ``FilesError`` in words."""
    today = (now or utc_now)().astimezone(zone).date()
    pages = noted(files.data_place(wanted.data), wanted, made(wanted, today, zone), now or utc_now)
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

    name = f"{NAMES[page.kind]}-{page.patient}-{today.isoformat()}"
    folder = wanted.out or Path()
    written = [folder / f"{name}.html"]
    files.write_whole(written[0], html(page))
    if wanted.pdf:
        from app.report_pdf import pdf

        written.append(folder / f"{name}.pdf")
        files.write_whole(written[1], pdf(page))
    return written
