"""Lay out a page of a report as one HTML file: no network, no script, good on a screen and on paper."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from io import StringIO

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from app import files, report_plots
from app.report_blocks import Block, Items, Page, Paragraph, Plot, Table

MOST_LINES = 16  # of a table or list that is kept on one page
# What a picture needs as a file of its own and not within a page, or says twice; the page's own font holds in it.
SPARE = tuple(
    (re.compile(found, re.DOTALL), put)
    for found, put in (
        (r"^.*?(?=<svg)|<metadata>.*?</metadata>|<!--.*?-->", ""),
        (r"<style[^>]*>.*?</style>", ""),
        (r' xmlns(:\w+)?="[^"]*"| version="1.1"', ""),
        (r' id="(?!m[0-9a-f]{10}"|p[0-9a-f]{10}")[^"]*"', ""),
        (r"font-family: [^;\"]*; ?", ""),
        (r' transform="rotate\(-?0 [^"]*\)"', ""),
        (r'<path d="[^"]*" style="fill: none"/>', ""),
        (r"xlink:href", "href"),
        (r"(-?\d+\.\d)\d+", r"\1"),
        (r"\n\s*", ""),
        (r"<defs></defs>|<defs/>", ""),
        (r"<g></g>", ""),
        (r"<g></g>", ""),
    )
)


def html(page: Page) -> str:
    """Return the page as HTML; what a patient wrote is escaped."""
    style = files.read_text(files.asset("report", "page.css"))
    return _template().get_template("page.html.j2").render(page=page, style=Markup(style))


@cache
def _template() -> Environment:
    made = Environment(loader=FileSystemLoader(files.asset("report")), autoescape=True, undefined=StrictUndefined)
    made.tests |= {
        "paragraph": lambda one: isinstance(one, Paragraph), "items": lambda one: isinstance(one, Items),
        "table": lambda one: isinstance(one, Table), "plot": lambda one: isinstance(one, Plot),
    }  # fmt: skip
    made.filters |= {"drawn": drawn, "grouped": grouped, "small": is_small}
    return made


def drawn(plot: Plot) -> Markup:
    """Return a picture so that it is not escaped: its letters are, by matplotlib."""
    return Markup(svg(plot))


def svg(plot: Plot) -> str:
    """Return a picture as SVG to stand within a page: letters stay letters."""
    drawn = StringIO()
    with report_plots.styled(plot.told):
        plot.figure.savefig(drawn, format="svg", metadata={"Date": None})
    text = drawn.getvalue()
    for found, put in SPARE:
        text = found.sub(put, text)
    return text


def grouped(blocks: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    """Yield blocks that belong together on one page: a picture with what stands above it, and a note below it."""
    group: list[Block] = []
    for block in blocks:
        is_note = isinstance(block, Paragraph) and block.kind == "note"
        if any(isinstance(one, Plot | Table) for one in group) and not is_note:
            yield tuple(group)
            group = []
        group.append(block)
    if group:
        yield tuple(group)


def is_small(blocks: Sequence[Block]) -> bool:
    """Tell whether these blocks have room on one page together."""
    rows = (row for block in blocks if isinstance(block, Table | Items) for row in block.rows)
    cells = ((row,) if isinstance(row, str) else row for row in rows)
    return sum(1 + max(cell.count("\n") for cell in row) for row in cells) <= MOST_LINES
