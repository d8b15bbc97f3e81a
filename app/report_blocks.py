"""Name what a page is made of, so that a page for the browser and one for paper are laid out from the same values."""

from dataclasses import dataclass
from typing import Literal

from matplotlib.figure import Figure

Kind = Literal["clinician", "patient", "caregiver"]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences; ``kind`` is ``lead`` (large), ``note`` (small), ``warn`` (in a frame) or plain."""

    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Items:
    """A list of lines."""

    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its head, its rows, and the share of the width of each column; ``numbers`` from which column on.

    A cell may have several lines.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    numbers: int = 99


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawn picture, with what it shows in words for those who do not see it."""

    figure: Figure
    told: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Empty lines to write on by hand, under a label."""

    label: str
    n: int


Block = Paragraph | Items | Table | Plot | Lines


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page: for whom, in which language, its title, what stands in its head, and its sections.

    ``patient`` is the code; ``facts`` are (name, value); ``honest`` says what the page is not; ``number`` is how a
    page's number is said.
    """

    kind: Kind
    patient: str
    language: str
    title: str
    under: str
    facts: tuple[tuple[str, str], ...]
    honest: str
    sections: tuple[Section, ...]
    number: str
