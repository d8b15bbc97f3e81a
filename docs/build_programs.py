"""Write the page of each program into docs/programs.md anew: ``uv run python docs/build_programs.py``."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from app import rooms
from app.prescriptions import page_lines
from app.texts import load

DOC = Path(__file__).parent / "programs.md"
HEAD = "\n### "


def pages() -> str:
    """Return the page of every program that comes with Regrasp, in English, as Markdown."""
    texts = load("en", strict=True)
    shown = {name: "\n".join(page_lines(found, texts)) for name, found in rooms.all_prescriptions().items()}
    return "".join(f"{HEAD}{name}\n\n```text\n{page}\n```\n" for name, page in shown.items())


def remade(text: str) -> str:
    """Return the text of the document with its pages made anew."""
    return text.partition(HEAD)[0] + pages()


if __name__ == "__main__":
    DOC.write_text(remade(DOC.read_text("utf-8")), "utf-8")
