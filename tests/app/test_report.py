"""Reports: from the records to a page, in HTML and in PDF, in every language, with nothing from outside."""

import re
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from unittest.mock import ANY

import pytest
from pypdf import PdfReader
from records import CODE, NEW, OLD, at, day, fill, look

from app import audit, files, report_pdf
from app.cli import main
from app.goals_command import prescription
from app.logbook import DATABASE, Logbook
from app.report_blocks import Items, Kind, Page, Paragraph, Plot, Table
from app.report_command import FOR, Wanted, made, run
from app.report_page import html
from app.report_rows import Asked, gathered
from app.report_words import _one_decimal, page
from app.store import Store
from app.texts import load
from engine.hand import Side
from engine.probes import observe, series
from engine.report import Report, Span
from engine.retrace import Force, Trace

LAST = day(9)
VOID = {"meta", "col", "br", "hr", "img", "link", "input"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("records"))


@pytest.fixture(scope="module")
def found(folder: Path) -> Report:
    return gathered(folder, Asked(CODE, Span(LAST.toordinal() - 27, LAST.toordinal()), LAST.toordinal(), UTC))


@pytest.fixture(scope="module")
def pages(folder: Path, found: Report) -> Callable[[str, Kind], Page]:
    """Return each page once: drawing takes its time."""
    prescribed = prescription(folder, CODE)
    return cache(lambda language, kind: page(found, kind, load(language, strict=True), prescribed))


@pytest.fixture(scope="module")
def texts(pages: Callable[[str, Kind], Page]) -> Callable[[str, Kind], str]:
    return cache(lambda language, kind: html(pages(language, kind)))


@pytest.fixture(scope="module")
def printed(pages: Callable[[str, Kind], Page]) -> bytes:
    return report_pdf.pdf(pages("en", "clinician"))


class Tags(HTMLParser):
    """Reads HTML and notes what does not fit: tags that are not closed, ids that are there twice, what is outside."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.ids: set[str] = set()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        for name, value in attrs:
            self._look(tag, name, value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def _look(self, tag: str, name: str, value: str) -> None:
        if name == "id" and value in self.ids:
            self.wrong.append(f"id {value} is there twice")
        self.ids |= {value} if name == "id" else set()
        if name in ("src", "href", "action", "data", "poster") and not value.startswith(("data:", "#")):
            self.wrong.append(f"{tag} {name}={value}")
        if name.startswith("on"):
            self.wrong.append(f"{tag} {name}")


# --- what is gathered -----------------------------------------------------------------------------------


def test_done_is_set_beside_planned(found: Report) -> None:
    assert found.total is not None
    assert (found.total.kept.active_days, found.total.bouts, found.total.tries) == (10, 20, 10 * (8 + 5))
    assert sum(week.tries for week in found.weeks) == found.total.tries
    assert found.total.bouts_due == 2 * len(found.due_days)
    assert min(found.due_days) == day(0).toordinal(), "nothing was planned before the first practice"


def test_probes_have_the_limits_of_the_first_five(found: Report) -> None:
    [probe] = found.probes
    assert [len(piece) for piece in probe.series.pieces] == [10]
    assert probe.series.limit is not None
    assert probe.series.limit.n == 5
    assert probe.seen.kind == "beyond-better"
    assert probe.breaks == ()


def test_another_sensor_breaks_the_line(tmp_path: Path) -> None:
    fill(tmp_path, 8, changed_on=6)
    asked = Asked(CODE, Span(LAST.toordinal() - 27, LAST.toordinal()), LAST.toordinal(), UTC)
    report = gathered(tmp_path, asked)
    [probe] = report.probes
    assert [len(piece) for piece in probe.series.pieces] == [6, 2]
    assert [(broken.day, broken.why) for broken in probe.breaks] == [
        (day(6).toordinal(), ("device", "calibration"))
    ]  # fmt: skip
    assert probe.series.limit is None, "a new piece has no limit yet"
    said = page(report, "clinician", load("en"), prescription(tmp_path, CODE)).sections[2].blocks
    assert Items(rows=(ANY, "From 16 Mar 2026 on another measure: device, calibration.")) in said


def test_the_best_the_worst_and_the_last_try_are_drawn_as_they_were_played(found: Report) -> None:
    assert [(one.tried.way[0], one.which) for one in found.shown] == [
        (game, which) for game in ("cup", "brook") for which in ("best", "worst", "last")
    ]  # fmt: skip
    assert {one.tried.way[0]: type(one.picture) for one in found.shown} == {"cup": Force, "brook": Trace}
    assert all(one.tried.trial.hit for one in found.shown if one.which == "best")


def test_what_was_told_and_what_happened_is_there(found: Report) -> None:
    assert [row.during for row in found.sore][:2] == [3, 4]
    assert [row.next_day for row in found.sore][:3] == [2, 2, None], "a weekend is too long to tell"
    keys = [row.key for row in found.happened]
    assert {"report.ended", "report.stopped", "news.numb", "report.cleared"} <= set(keys)
    assert found.skipped == (("fatigue", 1),)
    assert found.activities[0].change == 3


def test_changes_of_rung_come_with_their_reason_and_probes_are_none(found: Report) -> None:
    assert found.steps
    assert all(step.was != step.tried.trial.level for step in found.steps)
    assert not any(step.tried.is_probe for step in found.steps)


def test_only_the_days_that_were_asked_for_count(folder: Path) -> None:
    last = day(2).toordinal()
    few = gathered(folder, Asked(CODE, Span(last - 6, last), LAST.toordinal(), UTC))
    assert few.total is not None
    assert few.total.kept.active_days == 3
    assert [len(probe.series.pieces[0]) for probe in few.probes] == [3]


# --- the page in HTML -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", files.languages())
def test_a_page_is_whole_and_needs_nothing_from_outside(
    pages: Callable[[str, Kind], Page], texts: Callable[[str, Kind], str], language: str
) -> None:  # fmt: skip
    assert pages(language, "clinician").sections, "all of its words are there"
    drawn = FOR if language in ("en", "de") else FOR[1:]  # to draw every picture four times takes long
    for kind in drawn:
        text = texts(language, kind)
        tags = Tags()
        tags.feed(text)
        assert (tags.open, tags.wrong) == ([], [])
        assert "script" not in tags.seen
        assert not re.search(r"https?:|url\((?!#)|@import|//\w+\.\w", text)
        assert f'<html lang="{language}">' in text
        assert load(language).say("report.honest") in text


def test_every_picture_is_told_in_words_and_keeps_its_letters(
    pages: Callable[[str, Kind], Page], texts: Callable[[str, Kind], str]
) -> None:  # fmt: skip
    text = texts("en", "clinician")
    blocks = [block for section in pages("en", "clinician").sections for block in section.blocks]
    plots = [block for block in blocks if isinstance(block, Plot)]
    assert len(plots) >= 7
    assert text.count("<svg") == text.count('role="img"') == len(plots)
    assert all(plot.told for plot in plots)
    assert "Sway of the force" in text
    sizes = {float(size) for size in re.findall(r"font(?:-size)?: (?:bold )?([\d.]+)px", text)}
    assert sizes
    assert min(sizes) >= 10


def test_a_clinician_reads_counts_and_causes_and_what_the_patient_read(pages: Callable[[str, Kind], Page]) -> None:
    found = pages("en", "clinician")
    glance = {row[0]: row[-1] for row in section_rows(found, "At a glance")}
    assert glance["Ended because of pain, of all bouts"] == "1 of 20"
    assert "%" not in "".join(glance.values())
    happened = section_rows(found, "Stops, flags, rests and locks")
    assert any(row[1] == "Warning sign told: Numb where it was not" for row in happened)
    said = [block.text for block in section(found, "Journal") if isinstance(block, Paragraph)]
    assert "How the hand felt: Stiff: told 10 times." in said
    assert "your therapist" not in "".join(row[1] for row in happened)


def test_what_is_made_with_a_mouse_is_no_force_of_the_hand(pages: Callable[[str, Kind], Page]) -> None:
    found = pages("en", "clinician")
    [played] = [value for name, value in found.facts if name == "Played with"]
    assert "mouse (no force of the hand, no aid on the hand)" in played
    note = Paragraph("Made with mouse: no force of the hand.", "note")
    assert note in section(found, "Single tries of each game")
    assert note not in section(found, "Fixed probes, with the own limits of this hand"), "these are by a sensor"


def test_own_words_are_escaped(texts: Callable[[str, Kind], str]) -> None:
    text = texts("en", "clinician")
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; {{ 7 * 7 }} {% raw %} @why.pain" in text


def test_print_keeps_rows_and_pictures_whole_on_both_papers() -> None:
    css = files.read_text(files.asset("report", "page.css"))
    assert "@page" in css
    assert not re.search(r"[;{ ]size:", css), "the printer's paper is the one"
    assert re.search(r"tr, figure.*\{ break-inside: avoid; \}", css)


def test_numbers_have_the_comma_of_the_language(texts: Callable[[str, Kind], str]) -> None:
    assert re.search(r"\d\.\d+ %, ", texts("en", "clinician"))
    assert re.search(r"\d,\d+ %, ", texts("de", "clinician"))
    assert not re.search(r"\d\.\d+ %", texts("de", "clinician"))


# --- the page in PDF ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
def test_pages_of_patient_and_helper_are_one_sheet_with_fonts_inside(
    pages: Callable[[str, Kind], Page], language: str
) -> None:  # fmt: skip
    kinds: tuple[Kind, ...] = ("patient", "caregiver")
    for kind in kinds:
        [sheet] = PdfReader(BytesIO(report_pdf.pdf(pages(language, kind)))).pages
        fonts = sheet["/Resources"]["/Font"]  # type: ignore[index]
        own = [font.get_object() for font in fonts.values()]
        assert own
        for font in own:
            assert "/FontFile2" in font["/FontDescriptor"].get_object(), f"{kind}: {font['/BaseFont']}"
        assert pages(language, kind).title in sheet.extract_text()


def test_a_clinicians_pdf_has_its_text_inside_of_both_papers(
    pages: Callable[[str, Kind], Page], printed: bytes
) -> None:  # fmt: skip
    reader = PdfReader(BytesIO(printed))
    text, outside = "", []

    def look(piece: str, matrix: list[float], text_matrix: list[float], *_: object) -> None:
        y = matrix[1] * text_matrix[4] + matrix[3] * text_matrix[5] + matrix[5]
        x = matrix[0] * text_matrix[4] + matrix[2] * text_matrix[5] + matrix[4]
        if piece.strip() and not (30 <= x <= 580 and 60 <= y <= 830):
            outside.append((piece, x, y))

    for sheet in reader.pages:
        assert [round(float(side)) for side in sheet.mediabox] == [0, 0, 595, 842]
        text += sheet.extract_text(visitor_text=look)
    assert outside == []
    assert 3 <= len(reader.pages) <= 12
    assert reader.metadata is not None
    assert CODE in str(reader.metadata.title)
    for section in pages("en", "clinician").sections:
        assert section.title in text
    assert '<script>alert("1")</script> & {{ 7 * 7 }} {% raw %}' in text


# --- the command ----------------------------------------------------------------------------------------


def test_the_command_writes_files_and_says_where(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    wanted = Wanted(str(folder), CODE, out=tmp_path, kinds=("patient",), language="es", opened=True)
    assert run(wanted, lambda: datetime.combine(LAST, datetime.min.time(), UTC) + timedelta(hours=12), UTC) == 0
    names = [f"report-patient-{CODE}-{LAST.isoformat()}-4w-es.{end}" for end in ("html", "pdf")]
    assert capsys.readouterr().out.split() == [str(tmp_path / name) for name in names]
    assert (tmp_path / names[1]).read_bytes().startswith(b"%PDF-")
    assert shown == [(tmp_path / names[0]).as_uri()]


def test_who_did_not_practise_has_a_report_that_says_so(tmp_path: Path) -> None:
    first, second, third = made(Wanted(str(tmp_path), CODE, language="en"), LAST, UTC)
    assert "Nothing was practised in these weeks." in html(first)
    assert load("en").say("report.you-rest") in html(second)
    assert load("en").say("explain.help-ask") in html(third)


def test_weeks_without_practice_say_when_the_last_was(folder: Path) -> None:
    late = LAST + timedelta(days=100)
    [found] = made(Wanted(str(folder), CODE, kinds=("clinician",), language="en"), late, UTC)
    text = html(found)
    assert "Nothing was practised in these weeks. The last practice was on 23 Mar 2026." in text
    assert not any(isinstance(block, Table) and block.numbers < 99 for s in found.sections for block in s.blocks)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--patient", "Z9-ZZ9"], "there is no patient called Z9-ZZ9"),
        (["--until", "soon"], "--until: must be a date such as"),
        (["--until", "2999-01-01"], "has not come yet"),
        (["--language", "xx"], "there is no language called xx"),
    ],
)
def test_what_cannot_be_is_said_in_words(
    folder: Path, args: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--data", str(folder), *args]) == 1
    printed = capsys.readouterr().err
    assert said in printed
    assert "Traceback" not in printed


@pytest.mark.parametrize("weeks", ["0", "99", "four"])
def test_weeks_are_told_their_bounds(weeks: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["report", "--weeks", weeks])
    assert f"must be a whole number from 1 to 52, not {weeks}" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["report", "export"])
@pytest.mark.parametrize("kind", ["missing", "file", "empty"])
def test_where_nothing_is_kept_nothing_is_made(
    command: str, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "data"
    if kind == "file":
        place.write_text("")
    elif kind == "empty":
        place.mkdir()
    out = ["--out", str(tmp_path / "out")]
    assert main([command, "--data", str(place), *out]) == 1
    assert f"nothing is kept in {place}; is --data right?" in capsys.readouterr().err
    assert [path.name for path in tmp_path.rglob("*")] == ([] if kind == "missing" else ["data"])


def test_a_report_takes_the_place_of_none_unless_asked(tmp_path: Path) -> None:
    fill(tmp_path, 1)
    wanted = Wanted(str(tmp_path), CODE, out=tmp_path, kinds=("caregiver",), language="en", pdf=False)
    noon = datetime.combine(LAST, datetime.min.time(), UTC) + timedelta(hours=12)
    assert run(wanted, lambda: noon, UTC) == 0
    with pytest.raises(ValueError, match=r"4w-en\.html: is there already; --force replaces it"):
        run(wanted, lambda: noon, UTC)
    assert run(replace(wanted, force=True), lambda: noon, UTC) == 0
    assert run(replace(wanted, weeks=5), lambda: noon, UTC) == 0


def test_a_place_that_cannot_be_written_is_named_with_a_remedy(tmp_path: Path) -> None:
    fill(tmp_path, 1)
    place = tmp_path / "a file"
    place.write_text("")
    wanted = Wanted(str(tmp_path), CODE, out=place, kinds=("caregiver",), language="en", pdf=False)
    with pytest.raises(ValueError, match=r"a file.*choose another place with --out"):
        run(wanted, lambda: datetime.combine(LAST, datetime.min.time(), UTC), UTC)


def test_damaged_records_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "regrasp.sqlite3").write_bytes(b"no database" * 1000)
    assert main(["report", "--data", str(tmp_path), "--no-pdf"]) == 1
    assert "damaged" in capsys.readouterr().err


def test_nothing_of_pyplot_is_ever_used(texts: Callable[[str, Kind], str]) -> None:
    assert texts("en", "clinician")
    assert "matplotlib.pyplot" not in sys.modules


def test_early_probes_and_late_ones_give_the_same_limits_as_all_of_them(tmp_path: Path) -> None:
    fill(tmp_path, 12, changed_on=2)
    with closing(Store.open(tmp_path / DATABASE, make=False, checked=False)) as store:
        every = list(store.probes(CODE))
        few = list(store.probes(CODE, at(11), 3))
    assert len(every) == 12 * 5
    assert [one.session for one in few[::5]] == [2 * n for n in (1, 2, 3, 4, 5, 10, 11, 12)]
    assert [one for one in every if one in few] == few
    assert {one.source.device for one in few[:10]} == {"serial:GB-0001"}


def test_after_years_the_logbook_reads_few_old_probes_and_sees_the_same_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = 14
    monkeypatch.setattr("app.history.EARLY_PROBES", 6)
    fill(tmp_path, days, changed_on=1)
    late = datetime.combine(day(days), datetime.min.time(), UTC) + timedelta(days=3650)
    with closing(Store.open(tmp_path / DATABASE, make=False, checked=False)) as store:
        every = {one.session for one in store.probes(CODE)}
    with closing(Logbook(tmp_path, lambda: late, UTC)) as logbook:
        few = logbook.probes(CODE)
    with closing(Logbook(tmp_path, lambda: datetime.fromisoformat(at(days)), UTC)) as logbook:
        whole = logbook.probes(CODE)
    assert {row.session for row in few} < {row.session for row in whole} == every
    assert [observe(one).change for one in series(few)] == [observe(one).change for one in series(whole)]
    assert [one.limit for one in series(few)] == [one.limit for one in series(whole)]


# --- looking at the hand --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two looks at the right hand, and two at the left one with another sensor."""
    folder = fill(tmp_path_factory.mktemp("assessed"), 3)
    for on, away_mm, throughput in ((0, 1.25, 2.0), (8, 1.0, 3.0)):
        look(folder, on, Side.RIGHT, away_mm, throughput)
        look(folder, on, Side.LEFT, away_mm, throughput, NEW if on else OLD)
    return folder


def section(found: Page, title: str) -> tuple[object, ...]:
    return next((one.blocks for one in found.sections if one.title == title), ())


def test_the_last_assessment_stands_beside_the_one_before_for_both_hands(assessed: Path) -> None:
    [found] = made(Wanted(str(assessed), CODE, kinds=("clinician",), language="en"), LAST, UTC)
    note, table, missing = section(found, "Looking at the hand")
    assert isinstance(table, Table)
    assert table.head == ("Item", "Left hand", "Before", "Right hand", "Before")
    line, ring = table.rows
    assert line[0] == "A line\nDistance from the line, mm [38\u00a0%] · Smoothness (SPARC) [35\u00a0%]"
    assert line[3:] == ("1 · −2\n20 Mar: good try", "1.25 · −2\n2 Mar: since then −20% · 0%")
    assert line[1:3] == ("1 · −2\n20 Mar: good try", "2 Mar: not compared: device, calibration")
    assert ring[4] == "2\n2 Mar: since then +50%"
    assert isinstance(missing, Paragraph)
    assert missing.text.startswith("Not done: Firm squeeze, Hold lightly,")
    assert isinstance(note, Paragraph)
    assert "chance" in note.text
    assert "assess" not in " ".join(cell for row in section_rows(found, "What misses came from") for cell in row)


def section_rows(found: Page, title: str) -> list[tuple[str, ...]]:
    return [row for block in section(found, title) if isinstance(block, Table) for row in block.rows]


def test_a_look_before_these_weeks_is_only_named(assessed: Path) -> None:
    late = LAST + timedelta(days=60)
    look_before = made(Wanted(str(assessed), CODE, kinds=("clinician", "patient"), language="en"), late, UTC)
    said = "".join(html(one) for one in look_before)
    assert "You looked" not in said
    asked = Asked(CODE, Span(day(1).toordinal(), day(2).toordinal()), LAST.toordinal(), UTC)
    found = page(gathered(assessed, asked), "clinician", load("en"), prescription(assessed, CODE))
    assert section(found, "Looking at the hand") == (
        Paragraph("Nothing in these weeks. The last time was on 2 Mar 2026."),
    )


@pytest.mark.parametrize("language", files.languages())
def test_the_patient_reads_only_on_which_days_the_hand_was_looked_at(assessed: Path, language: str) -> None:
    first, second = made(Wanted(str(assessed), CODE, kinds=("patient", "caregiver"), language=language), LAST, UTC)
    say = load(language, strict=True).say
    months = say("report.months").split()
    dates = ", ".join(say("report.date-short", {"d": d, "month": months[2]}) for d in ("2", "20"))
    texts = [block.text for one in first.sections for block in one.blocks if isinstance(block, Paragraph)]
    assert say("report.you-looked", {"list": dates}) in texts
    assert "SPARC" not in html(first) + html(second)


def test_only_the_sittings_of_two_weeks_are_read(assessed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    trials = Store.trials
    monkeypatch.setattr(Store, "trials", lambda store, session: (read.append(session), trials(store, session))[1])
    gathered(assessed, Asked(CODE, Span(LAST.toordinal() - 27, LAST.toordinal()), LAST.toordinal(), UTC))
    assert len(read) == len(set(read)) == 4


# --- the first page, and what is noted of it -------------------------------------------------------------


def test_the_first_page_has_dose_pain_and_what_changed(printed: bytes) -> None:
    sheet = PdfReader(BytesIO(printed)).pages[0].extract_text()
    for words in ("Minutes, done of planned", "Most pain: before, in play, after", "2 / 4 / 4", "Pain and effort",
                  "two probes running", "Stops, flags, rests and locks: 14. The last, on 23 Mar"):  # fmt: skip
        assert words in " ".join(sheet.split())


@pytest.mark.parametrize(
    ("text", "said"),
    [("22.2222", "22.2"), ("9.96", "10"), ("-0.25", "-0.2"), ("22.2", "22.2"), ("7", "7"), ("1.2.3", "1.2.3")],
)
def test_difficulties_are_said_with_one_decimal_at_most(text: str, said: str) -> None:
    assert _one_decimal(text) == said


def test_a_report_is_noted_and_says_where_the_log_ends_with_that_line(tmp_path: Path) -> None:
    fill(tmp_path, 1)
    noon = datetime.combine(LAST, datetime.min.time(), UTC) + timedelta(hours=12)
    wanted = Wanted(str(tmp_path), CODE, 3, out=tmp_path, kinds=("clinician", "caregiver"), language="en", pdf=False)
    assert run(wanted, lambda: noon, UTC) == 0
    line = audit.lines(tmp_path)[-1]
    assert (line.what, line.values, line.at) == (
        "report.made", {"weeks": 3, "kinds": ["clinician", "caregiver"]}, noon.isoformat()
    )  # fmt: skip
    clinician, caregiver = (
        (tmp_path / f"{name}-{CODE}-{LAST.isoformat()}-3w-en.html").read_text("utf-8")
        for name in ("report", "report-caregiver")
    )
    assert f"<dt>Log (check with regrasp audit verify)</dt><dd>{line.seq}:{line.hash}</dd>" in clinician
    assert line.hash not in caregiver
    assert audit.verify(tmp_path, audit.Head(line.seq, line.hash)).wrong == ""


def test_a_log_that_cannot_be_written_stops_no_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path, 1)
    (tmp_path / audit.FILE).mkdir()
    wanted = Wanted(str(tmp_path), CODE, out=tmp_path, kinds=("clinician",), language="en", pdf=False)
    assert run(wanted, lambda: datetime.fromisoformat(at(0)), UTC) == 0
    printed = capsys.readouterr()
    assert "the audit log could not note this (report.made)" in printed.err
    assert "<dt>Log</dt>" not in Path(printed.out.strip()).read_text("utf-8")
