"""Make the report of the simulated fortnight into ``docs/report``: ``uv run python docs/build_report.py``.

The clinician's page as ``regrasp report`` writes it, in HTML and PDF; and where ``pdftoppm`` is installed pictures of
the first sheets of it and of the patient's, in grey as a cheap printer has them.
"""

import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fortnight import CODE, FIRST, SCRIPT, ZONE, Player  # noqa: E402
from PIL import Image  # noqa: E402

from app import files  # noqa: E402
from app.report_command import NAMES, Wanted, made  # noqa: E402
from app.report_page import html  # noqa: E402
from app.report_pdf import pdf  # noqa: E402

FOLDER = Path(__file__).parent / "report"
WEEKS, DOTS_AN_INCH, GREYS = 5, 66, 8
LAST = FIRST + timedelta(days=SCRIPT[-1].day)
PICTURES: dict[str, str] = {"clinician": "sheet-clinician.png", "patient": "sheet-patient.png"}


def build(data_dir: Path, folder: Path, language: str = "en") -> None:
    """Write the reports about the weeks that are kept in ``data_dir``."""
    wanted = Wanted(str(data_dir), CODE, WEEKS, LAST.isoformat(), language=language)
    today = datetime(LAST.year, LAST.month, LAST.day, 18, tzinfo=UTC).astimezone(ZONE).date()
    with tempfile.TemporaryDirectory() as aside:
        for page in made(wanted, today, ZONE):
            place = folder if page.kind == "clinician" else Path(aside)
            files.write_whole(place / f"{NAMES[page.kind]}.html", html(page))
            files.write_whole(place / f"{NAMES[page.kind]}.pdf", pdf(page))
            if page.kind in PICTURES:
                picture(place / f"{NAMES[page.kind]}.pdf", folder / PICTURES[page.kind])


def picture(sheets: Path, called: Path) -> None:
    """Make a picture of the first sheet of a PDF."""
    tool = shutil.which("pdftoppm")
    if tool is None:
        print("pdftoppm (poppler) is not installed: no pictures", file=sys.stderr)
        return
    options = ["-png", "-gray", "-singlefile", "-r", str(DOTS_AN_INCH)]
    subprocess.run([tool, *options, str(sheets), str(called.with_suffix(""))], check=True)
    with Image.open(called) as image:
        small = image.quantize(GREYS, dither=Image.Dither.NONE)
    small.save(called, optimize=True)


def main() -> None:
    """Play the fortnight, or take the folder that is named, and write all of it."""
    with tempfile.TemporaryDirectory() as made_here:
        data_dir = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made_here)
        if len(sys.argv) < 2:
            Player(data_dir).play()
        build(data_dir, FOLDER)


if __name__ == "__main__":
    main()
