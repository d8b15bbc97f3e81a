"""Draw the pictures of a report: readable in print, in grey and by those who see colours otherwise.

Marks and line styles say as much as colours do, no colour means right or wrong, and no letter is below 10 points.
Figures are made as objects, without the state of pyplot.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from itertools import groupby, pairwise
from math import ceil, hypot
from textwrap import wrap
from typing import Any

from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.path import Path as Outline
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Affine2D

from app.lettering import font_file
from app.texts import Texts
from engine.goals import weekday
from engine.probes import Point
from engine.report import WEEK, Bout, Causes, Played, Probe, Report, Shown, Sore, Span
from engine.retrace import Force, Pair, Trace
from engine.trend import BASELINE, personal_limit

FAMILY = "Liberation Sans"
WIDE_IN = 7.0  # as wide as the text of a page: nothing is scaled, so that 10 points stay 10 points
INK, SOFT, PALE = "#1d2a35", "#66737f", "#dbe6ee"
BLUE, AMBER, TEAL = "#0b5a8f", "#d98c1f", "#2f8f83"
LONGEST_D = 26 * WEEK  # of a line of probes: beyond half a year dots run together
STYLE: Any = {
    "font.family": [FAMILY], "font.size": 10, "axes.titlesize": 10, "axes.labelsize": 10, "xtick.labelsize": 10,
    "ytick.labelsize": 10, "legend.fontsize": 10, "axes.edgecolor": SOFT, "axes.labelcolor": INK, "text.color": INK,
    "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True,
    "grid.color": "#e3e8ec", "grid.linewidth": 0.6, "axes.axisbelow": True, "lines.linewidth": 1.4,
    "lines.markersize": 5, "legend.frameon": False, "axes.titlelocation": "left", "axes.titleweight": "bold",
    "svg.fonttype": "none", "figure.facecolor": "none", "axes.facecolor": "none", "path.simplify": True,
}  # fmt: skip


@cache
def _take_fonts() -> None:
    for bold in (False, True):
        font_manager.fontManager.addfont(str(font_file(bold)))


@contextmanager
def styled(name: str = "") -> Iterator[None]:
    """Let pictures be made and drawn in the style of a report, and leave everything else as it was.

    What a picture is made of gets ids by its ``name``, so that two pictures of a page never share one.
    """
    _take_fonts()
    with rc_context(STYLE | {"svg.hashsalt": name or FAMILY}):
        yield


def day_text(day: int, texts: Texts, short: bool = True) -> str:
    """Return a day as it is written in the language: without the year where it is ``short``."""
    on = date.fromordinal(day)
    values = {"d": str(on.day), "month": texts.say("report.months").split()[on.month - 1], "year": str(on.year)}
    return texts.say("report.date-short" if short else "report.date", values)


# --- probes ---------------------------------------------------------------------------------------------


def probes(shown: Sequence[Probe], span: Span, texts: Texts) -> Figure:
    """Return the series of one game and hand beside each other: dots, own limits, and where lines break."""
    with styled():
        figure, axes = _figure(2.3, 1, max(2, len(shown)))
        for probe, axis in zip(shown, axes, strict=False):
            _probe(axis, probe, span, texts)
        for axis in axes[len(shown) :]:
            axis.set_axis_off()
    return figure


def _probe(axis: Axes, probe: Probe, span: Span, texts: Texts) -> None:
    measure, factor = probe.series.measure, 100.0 if probe.series.measure.unit == "%" else 1.0
    aim = texts.say("report.aim-lower" if measure.better == "lower" else "report.aim-higher")
    lines = wrap(texts.say(measure.words), 44)
    unit = f"{measure.unit}, {aim}" if measure.unit else aim
    axis.set_title("\n".join([*lines, ""]), pad=2)
    axis.text(0, 1.02, unit, transform=axis.transAxes, color=SOFT)
    first = max(span.last - max(LONGEST_D, span.last - span.first), probe.series.pieces[0][0].day) - 1
    ends = [*(piece[0].day - 0.5 for piece in probe.series.pieces[1:]), span.last + 1]
    for piece, end in zip(probe.series.pieces, ends, strict=True):
        _limit(axis, piece, (max(first, piece[0].day - 0.5), end), factor)
        _piece(axis, [point for point in piece if point.day >= first], factor, probe.seen.kind != "not-enough")
    for broken in probe.breaks:
        if broken.day >= first:
            axis.axvline(broken.day - 0.5, color=INK, linestyle=(0, (2, 2)), linewidth=1)
    _dates(axis, first, span.last + 1, texts, 3)
    if probe.series.measure.unit == "%" and probe.series.measure.coarse:
        axis.set_ylim(-4, 106)
        axis.set_yticks((0, 25, 50, 75, 100))
    else:
        _roomy(axis)
    _numbers(axis, texts)


def _limit(axis: Axes, piece: Sequence[Point], days: Pair, factor: float) -> None:
    """Draw the limit that the first probes of a piece set, over its days."""
    limit = personal_limit([point.value for point in piece if point.scored][:BASELINE])
    if limit is not None and days[0] < days[1]:
        axis.fill_between(days, factor * limit.low, factor * limit.high, color=PALE, linewidth=0)
        axis.plot(days, [factor * limit.mean] * 2, color=SOFT, linestyle=(0, (4, 3)), linewidth=1)


def _piece(axis: Axes, points: Sequence[Point], factor: float, joined: bool) -> None:
    scored = [point for point in points if point.scored]
    new = [point for point in points if not point.scored]
    axis.plot([p.day for p in scored], [factor * p.value for p in scored], color=BLUE, marker="o",
              markersize=4 if len(scored) < 40 else 2.5, linewidth=int(joined))  # fmt: skip
    axis.plot([p.day for p in new], [factor * p.value for p in new], color=BLUE, marker="o", markersize=5,
              linestyle="none", fillstyle="none")  # fmt: skip


# --- dose, pain, rungs ----------------------------------------------------------------------------------


def dose(found: Report, texts: Texts) -> Figure:
    """Return the minutes of each day beside what was planned."""
    span = found.head.span
    with styled():
        figure, (axis,) = _figure(1.9)
        for day, row in groupby(found.bouts, key=lambda bout: bout.done.day):
            _stacked(axis, day, list(row))
        if found.dose is not None and not found.dose.is_free:
            asked = found.dose.bouts * found.dose.minutes
            days = sorted(found.due_days)
            axis.hlines([asked] * len(days), [day - 0.45 for day in days], [day + 0.45 for day in days], color=INK,
                        linewidth=1.6)  # fmt: skip
        axis.set_ylabel(texts.say("report.minutes"))
        axis.set_ylim(bottom=0)
        _dates(axis, span.first - 0.7, span.last + 0.7, texts)
        _numbers(axis, texts)
    return figure


def _stacked(axis: Axes, day: int, bouts: Sequence[Bout]) -> None:
    below = 0.0
    for n, bout in enumerate(bouts):
        colour = (BLUE, TEAL)[n % 2]
        axis.bar(day, bout.done.minutes, 0.66, below, color=colour, edgecolor="white", linewidth=0.8)
        below += bout.done.minutes


MARKS: tuple[tuple[str, Callable[[Sore], int | None], dict[str, Any]], ...] = (
    ("report.before", lambda row: row.before, {"marker": "o", "color": BLUE, "linewidth": 1.2}),
    ("report.during", lambda row: row.during,
     {"marker": "^", "color": AMBER, "linestyle": "none", "markersize": 5.5, "zorder": 3}),
    ("report.after", lambda row: row.after,
     {"marker": "s", "color": INK, "linestyle": "none", "fillstyle": "none", "markersize": 6}),
    ("report.next-day", lambda row: row.next_day, {"marker": "x", "color": TEAL, "linestyle": "none"}),
)  # fmt: skip


def pain(rows: Sequence[Sore], span: Span, texts: Texts, high_in: float = 3.1) -> Figure:
    """Return pain before, at its most during and after each bout and on the next day, and effort below it."""
    with styled():
        figure, (above, below) = _figure(high_in, 2, 1, heights=(3, 1.2))
        places = _spread(rows)
        apart = 0.28 if len({row.day for row in rows}) == len(rows) else 0.13  # so that equal values are all seen
        for n, (key, of, look) in enumerate(MARKS):
            told = [(at + (n - 1.5) * apart, of(row)) for at, row in zip(places, rows, strict=True)]
            known = [(at, value) for at, value in told if value is not None]
            above.plot([at for at, _ in known], [value for _, value in known], label=texts.say(key), **look)
        above.set_ylim(-0.4, 10.4)
        above.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, handletextpad=0.3, columnspacing=1.4)
        efforts = [(at, row.effort) for at, row in zip(places, rows, strict=True) if row.effort is not None]
        below.bar([at for at, _ in efforts], [value for _, value in efforts], 0.4, color=SOFT)
        below.set_ylim(0, 10)
        below.set_yticks((0, 5, 10))
        above.set_yticks((0, 2, 4, 6, 8, 10))
        for axis in (above, below):
            _dates(axis, span.first - 0.7, span.last + 0.7, texts)
        above.tick_params(labelbottom=False)
        for axis, key in ((above, "report.pain-axis"), (below, "report.effort-axis")):
            axis.text(0.008, 0.97, texts.say(key), transform=axis.transAxes, va="top", fontweight="bold")
    return figure


def _spread(rows: Sequence[Sore]) -> list[float]:
    """Return where bouts stand: those of one day beside each other."""
    places: list[float] = []
    for day, own in groupby(rows, key=lambda row: row.day):
        count = len(list(own))
        places += [day + (n - (count - 1) / 2) * 0.45 for n in range(count)]
    return places


def levels(played: Played, band: tuple[float, float], span: Span, texts: Texts) -> Figure:
    """Return the rung of each day of one way of playing, and the share of tries that went well."""
    with styled():
        figure, (left, right) = _figure(1.7, 1, 2)
        days = [row.day for row in played.days]
        ends = [row.low for row in played.days], [row.high for row in played.days]
        left.vlines(days, *ends, color=SOFT, linewidth=2.5)
        left.plot(days, [row.rung for row in played.days], color=BLUE, marker="D", markersize=4.5, linewidth=1)
        left.set_ylabel(texts.say("report.rung"))
        left.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        _roomy(left, 1)
        known = [(row.day, 100 * row.success) for row in played.days if row.success is not None]
        right.axhspan(100 * band[0], 100 * band[1], color=PALE, linewidth=0)
        right.plot([day for day, _ in known], [share for _, share in known], color=BLUE, marker="o", linewidth=0.8)
        right.set_ylabel(texts.say("report.success"))
        right.set_ylim(-4, 106)
        right.set_yticks((0, 25, 50, 75, 100))
        for axis in (left, right):
            _dates(axis, span.first - 0.7, span.last + 0.7, texts, 3)
    return figure


def causes(found: Sequence[Causes], texts: Texts) -> Figure:
    """Return how many misses came from what, game by game."""
    rows = [(f"{texts.say(f'game.{one.game}')}: {texts.say(f'miss.{cause}')}", n)
            for one in found for cause, n, _ in one.rows]  # fmt: skip
    with styled():
        figure, (axis,) = _figure(0.45 + 0.24 * len(rows))
        places = range(len(rows), 0, -1)
        axis.barh(list(places), [n for _, n in rows], 0.62, color=BLUE)
        for place, (_, n) in zip(places, rows, strict=True):
            axis.text(n, place, f" {n}", va="center")
        axis.set_yticks(list(places), [label for label, _ in rows])
        axis.set_xlim(0, 1.08 * max((n for _, n in rows), default=1))
        axis.set_ylim(0.4, len(rows) + 0.6)
        axis.grid(visible=False, axis="y")
        axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    return figure


# --- single tries ---------------------------------------------------------------------------------------

FORCES = {"best": "report.steadiest", "worst": "report.unsteadiest", "last": "report.latest"}
TRACES = {"best": "report.closest", "worst": "report.widest", "last": "report.latest"}


def tries(shown: Sequence[Shown], texts: Texts) -> Figure:
    """Return the tries of one way of playing beside each other."""
    is_force = isinstance(shown[0].picture, Force)
    with styled():
        figure, axes = _figure(2.0 if is_force else 1.9, 1, 3)
        top = max((share for one in shown for share in _shares(one.picture)), default=0.0)
        rung = texts.say("report.rung")
        for one, axis in zip(shown, axes, strict=False):
            trial = one.tried.trial
            said = texts.say(f"miss.{trial.cause}") if trial.cause else ""
            head = f"{texts.say((FORCES if is_force else TRACES)[one.which])}: {day_text(one.tried.day, texts)}"
            axis.set_title(f"{head}\n", pad=2)
            under = ", ".join(filter(None, (f"{rung} {trial.level}", said)))
            axis.text(0, 1.03, under, transform=axis.transAxes, color=SOFT)
            if isinstance(one.picture, Force):
                _force(axis, one.picture, top, texts)
            else:
                _trace(axis, one.picture, float(trial.params.get("narrow", 1.0)))
        for axis in axes[len(shown) :]:
            axis.set_axis_off()
        if is_force:
            axes[0].set_ylabel(texts.say("report.force"))
    return figure


def _shares(picture: Force | Trace) -> Iterator[float]:
    """Yield all shares of force that are to be seen."""
    if isinstance(picture, Force):
        yield from (share for _, share in picture.done)
        yield from (share + picture.band for _, share in picture.asked)


def _force(axis: Axes, force: Force, top: float, texts: Texts) -> None:
    for asked in _runs(force.asked):
        at = [s for s, _ in asked]
        low = [100 * max(0.0, share - force.band) for _, share in asked]
        axis.fill_between(at, low, [100 * (share + force.band) for _, share in asked], color=PALE, linewidth=0)
        axis.plot(at, [100 * share for _, share in asked], color=SOFT, linestyle=(0, (4, 3)), linewidth=1)
    axis.plot([s for s, _ in force.done], [100 * share for _, share in force.done], color=BLUE, linewidth=1.3)
    axis.set_ylim(-2, 108 * top or 100)
    axis.set_xlabel(texts.say("report.seconds"))
    axis.xaxis.set_major_locator(MaxNLocator(5))
    _numbers(axis, texts)


def _runs(points: Sequence[tuple[float, float]]) -> Iterator[list[tuple[float, float]]]:
    """Yield runs without a gap in time: between them nothing was asked."""
    run: list[tuple[float, float]] = []
    for point in points:
        if run and point[0] - run[-1][0] > 0.2:
            yield run
            run = []
        run.append(point)
    yield run


def _trace(axis: Axes, trace: Trace, narrow: float) -> None:
    axis.set_aspect("equal", adjustable="datalim")
    axis.set_axis_off()
    way = trace.way
    gaps = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(way)]
    is_whole = bool(gaps) and max(gaps) < 8.0
    if trace.width_mm and is_whole:
        axis.fill(*_sides(way, trace.width_mm / 2, narrow), color=PALE, linewidth=0)
    style = {"linestyle": "-"} if is_whole else {"linestyle": "none", "marker": ".", "markersize": 2}
    axis.plot([x for x, _ in way], [y for _, y in way], color=SOFT, linewidth=0.8, **style)
    axis.plot([x for x, _ in trace.led], [y for _, y in trace.led], color=BLUE, linewidth=1.3)
    axis.plot(*trace.led[0], color=BLUE, marker="o", markersize=5)
    axis.margins(0.08, 0.12)


def _sides(way: Sequence[Pair], half: float, narrow: float) -> tuple[list[float], list[float]]:
    """Return the two sides of a way as one ring of x and of y; at its end it is ``narrow`` times as wide."""
    left, right = [], []
    for n, (x, y) in enumerate(way):
        (ax, ay), (bx, by) = way[max(0, n - 1)], way[min(len(way) - 1, n + 1)]
        far, away = hypot(bx - ax, by - ay) or 1.0, half * (1 + (narrow - 1) * n / len(way))
        dx, dy = -(by - ay) / far * away, (bx - ax) / far * away
        left.append((x + dx, y + dy))
        right.append((x - dx, y - dy))
    ring = [*left, *reversed(right)]
    return [x for x, _ in ring], [y for _, y in ring]


# --- the calendar of the patient ------------------------------------------------------------------------

STEP = 2.4  # from one weekday to the next, in weeks


def flowers(days: dict[int, int], span: Span, names: Sequence[str], texts: Texts) -> Figure:
    """Return a calendar of whole weeks with a flower on each day of practice; ``names`` are those of the weekdays."""
    first = span.first - weekday(span.first)
    weeks = ceil((span.last - first + 1) / WEEK)
    with styled():
        figure, (axis,) = _figure(0.3 + 0.36 * weeks)
        axis.set_axis_off()
        axis.set_xlim(-1.9, 7.2 * STEP)
        axis.set_ylim(-weeks + 0.4, 1.2)
        axis.set_aspect("equal", adjustable="box")
        for n, name in enumerate(names):
            axis.text(1.0 + STEP * n, 0.85, name, ha="center", va="center", fontsize=11, color=SOFT)
        for week in range(weeks):
            axis.text(-1.8, -week, day_text(first + WEEK * week, texts), va="center", color=SOFT)
        known = [day for day in range(first, first + weeks * WEEK) if day in days or span.first <= day <= span.last]
        places = {day: (1.0 + STEP * weekday(day), -((day - first) // WEEK)) for day in known}
        flowers, others = ([at for day, at in places.items() if (day in days) is wanted] for wanted in (True, False))
        _dots(axis, flowers, _petals(), 22, "#cfe0ee", BLUE)
        _dots(axis, flowers, "o", 7, AMBER, INK)
        _dots(axis, others, "o", 2, SOFT, SOFT)
    return figure


def _dots(axis: Axes, places: Sequence[Pair], mark: Any, size: float, face: str, edge: str) -> None:
    axis.plot([x for x, _ in places], [y for _, y in places], linestyle="none", marker=mark, markersize=size,
              markerfacecolor=face, markeredgecolor=edge, markeredgewidth=0.6)  # fmt: skip


def _petals() -> Outline:
    """Return the petals of a flower as one mark."""
    petal = Affine2D().scale(0.42, 0.24).translate(0.58, 0.0)
    return Outline.make_compound_path(
        *(Outline.unit_circle().transformed(petal + Affine2D().rotate_deg(angle)) for angle in range(0, 360, 45))
    )


# --- what they share ------------------------------------------------------------------------------------


def _figure(
    high_in: float, rows: int = 1, columns: int = 1, heights: Sequence[float] | None = None
) -> tuple[Figure, list[Axes]]:
    layout = ConstrainedLayoutEngine(w_pad=0.04, h_pad=0.04, wspace=0.04)
    figure = Figure(figsize=(WIDE_IN, high_in), dpi=72, layout=layout)
    grid = figure.subplots(rows, columns, squeeze=False, height_ratios=heights)
    return figure, list(grid.flat)


def _dates(axis: Axes, first: float, last: float, texts: Texts, most: int = 6) -> None:
    """Write days below an axis: whole weeks apart where there is room for no more."""
    axis.set_xlim(first, last)
    span = max(1.0, last - first)
    step = next((step for step in (1, 2, 7, 14, 28, 56, 91, 182, 364) if span / step <= most), 364)
    ticks = [day for day in range(ceil(last) - 1, ceil(first) - 1, -step) if first <= day <= last]
    axis.set_xticks(ticks, [day_text(day, texts) for day in ticks])
    axis.grid(visible=False, axis="x")


def _roomy(axis: Axes, least: float = 0.0) -> None:
    """Leave room above and below, so that nothing stands on an edge; at least so much of it."""
    low, high = axis.get_ylim()
    more = max(0.06 * (high - low), least)
    axis.set_ylim(low - more if low - more >= 0 or low < 0 else min(0.0, low), high + more)


def _numbers(axis: Axes, texts: Texts) -> None:
    axis.yaxis.set_major_formatter(lambda value, _: texts.number(f"{value:g}"))
    if axis.get_xlabel():
        axis.xaxis.set_major_formatter(lambda value, _: texts.number(f"{value:g}"))
