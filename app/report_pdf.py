"""Lay out a page of a report as PDF: the same blocks as in HTML, pictures as lines and letters, fonts embedded.

What is printed lies within A4 and US Letter alike, so that it prints in its own size on both.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.path import Path as Outline
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    ListFlowable,
    ListItem,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import Paragraph as Text
from reportlab.platypus import Table as Grid

from app import report_plots
from app.lettering import font_file
from app.report_blocks import Block, Items, Lines, Page, Paragraph, Plot, Table
from app.report_page import grouped, is_small

FONT, BOLD = "Regrasp", "Regrasp-Bold"
LETTER_HIGH = 279.4 * mm
SIDE, FOOT = 16 * mm, 17 * mm
# As high as fits below the upper edge of Letter, and so wide as fits on A4.
TOP = 13 * mm
HIGH = LETTER_HIGH - TOP - FOOT
WIDE = A4[0] - 2 * SIDE
INK, SOFT, LINE = HexColor(report_plots.INK), HexColor("#46535f"), HexColor("#b9c4cd")
ACCENT = HexColor(report_plots.BLUE)
SMALLER = (1.14, 1.06, 1.0, 0.94, 0.88)
SCALES = {"clinician": (1.0,), "patient": SMALLER, "caregiver": SMALLER}


def pdf(page: Page) -> bytes:
    """Return the page as PDF; what is for the patient and for helpers in letters so large that one sheet is enough."""
    _take_fonts()
    for scale in SCALES[page.kind]:
        content, sheets = _built(page, _Styles(scale))
        if sheets == 1:
            break
    return content


def _built(page: Page, styles: "_Styles") -> tuple[bytes, int]:
    """Return the PDF and how many sheets it has."""
    made, foot = BytesIO(), _Foot(page)
    frame = Frame(SIDE, A4[1] - TOP - HIGH, WIDE, HIGH, 0, 0, 0, 0)
    document = BaseDocTemplate(
        made, pagesize=A4, title=f"{page.title} · {page.under}", author="", subject=page.honest, lang=page.language,
        creator="Regrasp", initialFontName=FONT, invariant=1,
    )  # fmt: skip
    document.addPageTemplates([PageTemplate("page", [frame], onPage=foot)])
    document.build(list(_story(page, styles)))
    return made.getvalue(), int(document.page)


@cache
def _take_fonts() -> None:
    for name, bold in ((FONT, False), (BOLD, True)):
        pdfmetrics.registerFont(TTFont(name, str(font_file(bold))))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)


class _Styles:
    """The looks of text, all ``scale`` times as large as usual."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self.plain = self._style("plain", 10.5, 2)
        self.cell = self._style("cell", 9.5, 0)
        self.number = ParagraphStyle("number", self.cell, alignment=2)
        self.bold = ParagraphStyle("bold", self.cell, fontName=BOLD)
        self.bold_number = ParagraphStyle("bold-number", self.bold, alignment=2)
        self.note = ParagraphStyle("note", self._style("note", 9.5, 2), textColor=SOFT)
        self.lead = self._style("lead", 13.5, 3)
        self.warn = ParagraphStyle("warn", self.plain, fontName=BOLD, borderColor=INK, borderWidth=1.4, borderPadding=5,
                                   leftIndent=6, rightIndent=6, spaceBefore=8, spaceAfter=8)  # fmt: skip
        self.title = ParagraphStyle("title", self._style("title", 11, 1), fontName=BOLD, spaceBefore=5)
        self.head = ParagraphStyle("head", self._style("head", 13.5, 3), fontName=BOLD, spaceBefore=11 * scale**2)
        self.first = ParagraphStyle("first", self._style("first", 20, 2), fontName=BOLD)

    def _style(self, name: str, size: float, after: float) -> ParagraphStyle:
        size *= self._scale
        return ParagraphStyle(name, fontName=FONT, fontSize=size, leading=1.32 * size, textColor=INK, spaceAfter=after)

    def of(self, paragraph: Paragraph) -> ParagraphStyle:
        """Return the look of a paragraph."""
        style: ParagraphStyle = getattr(self, paragraph.kind or "plain")
        return style


class _Foot:
    """What stands at the foot of every page: what this is not, and its number."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def __call__(self, canvas: Any, document: Any) -> None:
        text = Text(escape(self._page.honest), ParagraphStyle("foot", fontName=FONT, fontSize=8, leading=9.6,
                                                              textColor=SOFT))  # fmt: skip
        _, high = text.wrap(WIDE - 24 * mm, 12 * mm)
        edge = A4[1] - LETTER_HIGH + FOOT - 4 * mm
        canvas.setStrokeColor(LINE)
        canvas.line(SIDE, edge, A4[0] - SIDE, edge)
        text.drawOn(canvas, SIDE, edge - high - 2)
        canvas.setFont(FONT, 8)
        canvas.setFillColor(SOFT)
        number = self._page.number.replace("{n}", str(document.page))
        canvas.drawRightString(A4[0] - SIDE, edge - 10, f"{self._page.patient} · {number}")


def _story(page: Page, styles: _Styles) -> Iterator[Flowable]:
    yield Text(escape(page.title), styles.first)
    yield Text(escape(page.under), styles.note)
    for name, value in page.facts:
        yield Text(f"<b>{escape(name)}</b>: {escape(value)}", styles.plain)
    yield HRFlowable(width="100%", thickness=2.4, color=ACCENT, spaceBefore=4, spaceAfter=2)
    for section in page.sections:
        head: list[Flowable] = [Text(escape(section.title), styles.head),
                                HRFlowable(width="100%", thickness=0.8, color=INK, spaceAfter=3)]  # fmt: skip
        for group in grouped(section.blocks):
            flow = [*head, *(flowable for block in group for flowable in _flowables(block, styles))]
            if is_small(group):
                yield KeepTogether(flow)
            else:
                yield KeepTogether(flow[:3])
                yield from flow[3:]
            head = []


def _flowables(block: Block, styles: _Styles) -> Iterator[Flowable]:
    if isinstance(block, Paragraph):
        yield Text(escape(block.text), styles.of(block))
    elif isinstance(block, Items):
        rows: list[Any] = [ListItem(Text(escape(row), styles.plain), leftIndent=12) for row in block.rows]
        yield ListFlowable(rows, bulletType="bullet", start="•", bulletFontName=FONT, bulletFontSize=10, leftIndent=12)
    elif isinstance(block, Table):
        yield _grid(block, styles)
    elif isinstance(block, Plot):
        yield Drawn(block.figure)
    else:
        yield from _lines(block, styles)


def _grid(table: Table, styles: _Styles) -> Flowable:
    def cell(text: str, place: int, head: bool) -> Text:
        is_number = place >= table.numbers
        bold, plain = (styles.bold_number, styles.number) if is_number else (styles.bold, styles.cell)
        return Text(escape(text).replace("\n", "<br/>"), bold if head else plain)

    rows = [[cell(text, n, True) for n, text in enumerate(table.head)]]
    rows += [[cell(text, n, False) for n, text in enumerate(row)] for row in table.rows]
    look: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, 0), 1, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, LINE), ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4), ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]  # fmt: skip
    return Grid(rows, [width * WIDE for width in table.widths], repeatRows=1, style=look, spaceAfter=4)


def _lines(block: Lines, styles: _Styles) -> Iterator[Flowable]:
    yield Text(escape(block.label), styles.plain)
    for _ in range(block.n):
        yield Spacer(1, 8 * mm)
        yield HRFlowable(width="100%", thickness=0.5, color=SOFT, spaceBefore=0, spaceAfter=0)


# --- pictures -------------------------------------------------------------------------------------------


class Drawn(Flowable):
    """A picture of matplotlib, drawn as lines and letters in its own size, smaller only where there is no room."""

    def __init__(self, figure: Figure) -> None:
        super().__init__()
        self._figure = figure
        self._wide, self._high = figure.get_size_inches() * 72
        self._scale = min(1.0, WIDE / self._wide)
        self.width, self.height = self._wide * self._scale, self._high * self._scale

    def wrap(self, *_: float) -> tuple[float, float]:
        """Return how much room it takes."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw it on the page."""
        canvas = self.canv
        canvas.saveState()
        canvas.scale(self._scale, self._scale)
        with report_plots.styled():
            FigureCanvasAgg(self._figure)
            self._figure.set_dpi(72)
            self._figure.draw(_Ink(canvas, self._wide, self._high))
        canvas.restoreState()


class _Ink(RendererBase):
    """Draws what matplotlib asks for on a page of PDF: outlines and letters, in points from the lower left corner."""

    def __init__(self, canvas: Any, wide: float, high: float) -> None:
        super().__init__()
        self._canvas, self._wide, self._high = canvas, wide, high

    def flipy(self) -> bool:
        """Return that y grows upwards."""
        return False

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Return the size in points."""
        return self._wide, self._high

    def points_to_pixels(self, points: Any) -> Any:
        """Return points as they are."""
        return points

    def draw_path(self, gc: GraphicsContextBase, path: Outline, transform: Any, rgbFace: Any = None) -> None:
        """Draw one outline, filled with a colour where there is one."""
        canvas = self._canvas
        canvas.saveState()
        self._clip(gc)
        stroke = gc.get_linewidth() > 0 and gc.get_rgb()[3] > 0
        fill = rgbFace is not None and (len(rgbFace) < 4 or rgbFace[3] > 0)
        self._look(gc, rgbFace if fill else None)
        canvas.drawPath(self._outline(path, transform), stroke=int(stroke), fill=int(fill))
        canvas.restoreState()

    def draw_text(
        self, gc: GraphicsContextBase, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False,
        mtext: Any = None,
    ) -> None:  # fmt: skip
        """Draw one line of letters, with its left end at (x, y)."""
        canvas, (red, green, blue, *_) = self._canvas, gc.get_rgb()
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(angle)
        canvas.setFillColor(Color(red, green, blue))
        canvas.setFont(_font(prop), prop.get_size_in_points())
        canvas.drawString(0, 0, s)
        canvas.restoreState()

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        """Return how much room a line takes, and how far it reaches below its base line, in points."""
        size, name = prop.get_size_in_points(), _font(prop)
        ascent, descent = pdfmetrics.getAscentDescent(name, size)
        return pdfmetrics.stringWidth(s, name, size), 0.8 * (ascent - descent), -0.8 * descent

    def _look(self, gc: GraphicsContextBase, face: Sequence[float] | None) -> None:
        canvas, (red, green, blue, alpha) = self._canvas, gc.get_rgb()
        canvas.setStrokeColor(Color(red, green, blue, alpha))
        canvas.setLineWidth(gc.get_linewidth())
        canvas.setLineJoin({"miter": 0, "round": 1, "bevel": 2}[gc.get_joinstyle()])
        canvas.setLineCap({"butt": 0, "round": 1, "projecting": 2}[gc.get_capstyle()])
        offset, dashes = gc.get_dashes()
        if dashes is not None:
            canvas.setDash(np.asarray(dashes, dtype=float).tolist(), offset)
        if face is not None:
            red, green, blue, *rest = face
            canvas.setFillColor(Color(red, green, blue, *rest[:1]))

    def _clip(self, gc: GraphicsContextBase) -> None:
        box = gc.get_clip_rectangle()
        if box is not None:
            path = self._canvas.beginPath()
            path.rect(*box.bounds)
            self._canvas.clipPath(path, stroke=0, fill=0)

    def _outline(self, path: Outline, transform: Any) -> Any:
        made, at = self._canvas.beginPath(), (0.0, 0.0)
        for points, code in path.iter_segments(transform, remove_nans=True, simplify=None):
            p = np.asarray(points, dtype=float).tolist()
            if code == Outline.MOVETO:
                made.moveTo(*p)
            elif code == Outline.LINETO:
                made.lineTo(*p)
            elif code == Outline.CURVE4:
                made.curveTo(*p)
            elif code == Outline.CURVE3:  # a curve of degree two, as one of degree three
                first = [a + 2 / 3 * (c - a) for a, c in zip(at, p[:2], strict=True)]
                second = [b + 2 / 3 * (c - b) for b, c in zip(p[2:], p[:2], strict=True)]
                made.curveTo(*first, *second, *p[2:])
            else:
                made.close()
            at = (p[-2], p[-1]) if code != Outline.CLOSEPOLY else at
        return made


def _font(prop: Any) -> str:
    return BOLD if prop.get_weight() in ("bold", 700) else FONT
