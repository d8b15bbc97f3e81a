"""Make the example of a report into ``docs/report``: ``uv run python docs/build_report.py``.

The patient of the fortnight practises on for some weeks, and looks at the hand twice. The clinician's page is written
as ``regrasp report`` does, in HTML and PDF; and where ``pdftoppm`` is installed pictures of the first sheets of it and
of the patient's, in grey as a cheap printer has them, and one of the limits of probes, from made records.
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import records  # noqa: E402
from fortnight import CODE, FIRST, SCRIPT, ZONE, Opening, Player, Row, Say, at  # noqa: E402
from PIL import Image, ImageChops  # noqa: E402

from app import files, settings  # noqa: E402
from app.logbook import Logbook  # noqa: E402
from app.report_blocks import Page, Plot  # noqa: E402
from app.report_command import NAMES, Wanted, made, noted  # noqa: E402
from app.report_page import html  # noqa: E402
from app.report_pdf import pdf  # noqa: E402
from app.texts import load  # noqa: E402
from app.visit import Visit, Wish  # noqa: E402
from engine.hand import Side  # noqa: E402

FOLDER = Path(__file__).parent / "report"
WEEKS, DOTS_AN_INCH, GREYS = 5, 72, 8
PICTURES: dict[str, str] = {"clinician": "sheet-clinician.png", "patient": "sheet-patient.png"}
SAYS = (
    Say(pain=2, in_play=(2,)), Say(pain=1, in_play=(2,), effort=(4,)), Say(pain=2, in_play=(3,), effort=(4,)),
    Say(pain=3, in_play=(3,), effort=(2,)), Say(pain=1, in_play=(1,)),
)  # fmt: skip
HURTS = Say(pain=2, in_play=(5, 5), effort=(6,))
LOOKS = ((8, "tue"), (11, "tue"))
DAYS = tuple((week, day) for week in range(6, 12) for day in ("mon", "tue", "wed", "thu", "fri"))
MORE = tuple(
    Opening(at(*day), HURTS if day == (9, "tue") else SAYS[(n + n // 5) % len(SAYS)]) for n, day in enumerate(DAYS)
)
LAST = FIRST + timedelta(days=MORE[-1].day)
# A hand that varies, gets another sensor, and becomes steadier.
SWAYS = (39, 36, 40, 35, 38, 37, 36, 39, 50, 46, 52, 44, 49, 53, 47, 50, 45, 47, 41, 43, 36, 33, 27, 28)
CHANGED_ON = 8


class Example(Player):
    """The patient of the fortnight, who looks at the hand as well."""

    def look(self, opening: Opening) -> Row:
        """Open the program for a look at the right hand, and do all of it."""
        self.clock.set(opening)
        logbook = Logbook(self.folder, self.clock, ZONE)
        visit = Visit(self.folder, settings.load(self.folder)[0], logbook, Wish(assess=True, hand=Side.RIGHT, seed=1))
        self.clock.visit = visit
        visit.ready()
        row = self._walk(visit, Row(opening, visit.daily.standing, visit.daily.standing))
        assert visit.session is not None, f"no look at the hand on {row.date}: {row.why}"
        row = self._practise(visit, row)
        visit.close()
        return row

    def play_all(self) -> None:
        """Play the fortnight and the weeks after it; on two days a look at the hand takes the place of practice."""
        looks = [at(*day) for day in LOOKS]
        for opening in (*SCRIPT, *MORE):
            if opening.day in looks:
                self.look(opening)
            else:
                self.play((opening,))


def build(data_dir: Path, folder: Path, language: str = "en") -> None:
    """Write the reports about the weeks that are kept in ``data_dir``."""
    wanted = Wanted(str(data_dir), CODE, WEEKS, LAST.isoformat(), language=language)
    now = datetime(LAST.year, LAST.month, LAST.day, 18, tzinfo=UTC)
    pages = made(wanted, now.astimezone(ZONE).date(), ZONE)
    with tempfile.TemporaryDirectory() as aside:
        for page in noted(data_dir, wanted, pages, lambda: now):
            place = folder if page.kind == "clinician" else Path(aside)
            files.write_whole(place / f"{NAMES[page.kind]}.html", html(page))
            files.write_whole(place / f"{NAMES[page.kind]}.pdf", pdf(page))
            if page.kind in PICTURES:
                picture(place / f"{NAMES[page.kind]}.pdf", folder / PICTURES[page.kind])


def build_limits(folder: Path) -> None:
    """Write the picture of the limits of a hand's probes, and of the break at another sensor."""
    with tempfile.TemporaryDirectory() as aside:
        records.fill(Path(aside), len(SWAYS), CHANGED_ON, tuple(sway / 1000 for sway in SWAYS))
        last = records.day(len(SWAYS) - 1)
        [page] = made(Wanted(aside, CODE, kinds=("clinician",), language="en"), last, UTC)
        sheet = Path(aside) / "limits.pdf"
        files.write_whole(sheet, pdf(_only_probes(page)))
        picture(sheet, folder / "sheet-limits.png", is_cut=True)


def _only_probes(page: Page) -> Page:
    title = load(page.language).say("report.probes")
    [section] = [one for one in page.sections if one.title == title]
    assert any(isinstance(block, Plot) for block in section.blocks)
    return replace(page, facts=(), honest="", under="", title="", sections=(section,))


def picture(sheets: Path, called: Path, is_cut: bool = False) -> None:
    """Make a picture of the first sheet of a PDF, cut to what is drawn above the foot where that is wanted."""
    tool = shutil.which("pdftoppm")
    if tool is None:
        print("pdftoppm (poppler) is not installed: no pictures", file=sys.stderr)
        return
    options = ["-png", "-gray", "-singlefile", "-r", str(DOTS_AN_INCH)]
    subprocess.run([tool, *options, str(sheets), str(called.with_suffix(""))], check=True)
    with Image.open(called) as image:
        small = _cut(image) if is_cut else image.copy()
    small.quantize(GREYS, dither=Image.Dither.NONE).save(called, optimize=True)


def _cut(image: Image.Image) -> Image.Image:
    """Return what is drawn between the head and the foot of a sheet."""
    wide, high = image.size
    above = image.crop((0, round(0.055 * high), wide, round(0.86 * high)))
    left, top, right, bottom = ImageChops.invert(above).getbbox() or (0, 0, wide, high)
    return above.crop((max(0, left - 12), max(0, top - 12), min(wide, right + 12), bottom + 12))


def main() -> None:
    """Play the weeks, or take the folder that is named, and write all of it."""
    with tempfile.TemporaryDirectory() as made_here:
        data_dir = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made_here)
        if len(sys.argv) < 2:
            Example(data_dir).play_all()
        build(data_dir, FOLDER)
        build_limits(FOLDER)


if __name__ == "__main__":
    main()
