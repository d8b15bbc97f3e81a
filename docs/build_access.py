"""Measure the contrast of every pair of colours that carries words or meaning, and write the table into access.md.

Run ``python docs/build_access.py`` after a change of a palette; a test compares the table with the colours.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from app.palette import PALETTES, contrast
from engine.scene import Role

PAGE = Path(__file__).parent / "access.md"
BEGIN, END = "<!-- contrast: begin -->", "<!-- contrast: end -->"
# What stands on what: words (7:1), and shapes that mean something (3:1).
WORDS: tuple[tuple[Role, Role, str], ...] = (
    ("ink", "card", "words on cards and buttons"), ("ink", "ground", "words on the ground"),
    ("quiet", "card", "small words on cards"), ("quiet", "ground", "small words on the ground"),
    ("on-primary", "primary", "words on the main button"), ("white", "stop", "the word on STOP"),
)  # fmt: skip
SHAPES: tuple[tuple[Role, Role, str], ...] = (
    ("target", "ground", "the bar on the edge that is not seen, targets"), ("target", "card", "targets on a card"),
    ("line", "ground", "edges of cards and buttons"), ("line", "card", "lines on a card"),
    ("ink", "card", "the edge of a caption"), ("guide", "ground", "guides, a try that was no hit"),
    ("guide", "card", "guides on a card"), ("good", "ground", "what went well"), ("good", "card", "what is ticked"),
    ("warn", "ground", "the edge of a warning"), ("warn", "card", "the edge of a warning on a card"),
    ("focus", "ground", "the ring of focus, the lines of one switch"), ("focus", "card", "the ring of focus on a card"),
    ("ink", "ground", "the edge of STOP"), ("primary", "card", "the main button on a card"),
    ("primary", "ground", "the main button"),
    ("bank", "water", "banks"), ("path", "water", "paths on water"),
    ("path", "ground", "paths"),
)  # fmt: skip


def rows(pairs: tuple[tuple[Role, Role, str], ...], least: float) -> list[str]:
    """Return the rows of a table: what it is, its two roles, and the ratio in each palette."""
    made = []
    for one, other, what in pairs:
        ratios = [contrast(table[one], table[other]) for table in PALETTES.values()]
        made.append(f"| {what} | {one} on {other} | {least:g} | " + " | ".join(f"{r:.1f}" for r in ratios) + " |")
    return made


def table() -> str:
    """Return the whole table."""
    head = [f"| what | colours | at least | {' | '.join(PALETTES)} |", "|---|---|---|" + "---|" * len(PALETTES)]
    return "\n".join([*head, *rows(WORDS, 7.0), *rows(SHAPES, 3.0)])


def main() -> None:
    """Write the table between its marks."""
    text = PAGE.read_text("utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n{table()}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
