"""Say in a report what assessments found: one row for each item, both hands beside each other, and the one before."""

from collections.abc import Iterator, Mapping, Sequence

from app.report_blocks import Block, Paragraph, Table
from app.report_plots import day_text
from app.texts import Texts
from engine.assessment import ITEMS, Found, Quality
from engine.looked import HEADLINES, NEWTONS, Looked, Row
from engine.probes import shown
from engine.report import Report
from engine.trend import Measure

FLAGS = {"good": "report.good", "repeat": "report.again", "missing": "report.not-done"}
WHY = {
    "no-try": "report.poor-no-try", "unfinished": "report.poor-unfinished", "interrupted": "report.poor-interrupted",
    "sensor": "report.poor-sensor", "scatter": "report.poor-scatter", "early": "report.poor-early",
    "wrong": "report.poor-wrong", "few": "report.poor-few", "out-of-band": "report.poor-band",
    "off-line": "report.poor-line",
}  # fmt: skip
NOTES = {"lowered": "report.note-lowered", "keys": "report.note-keys", "pointed": "report.note-pointed"}
UNLIKE = {
    "way": "report.break-way", "device": "report.break-device", "calibration": "report.break-calibration",
    "rate": "report.break-rate", "filter": "report.break-filter", "aid": "report.break-aid",
    "task": "report.break-task", "notes": "report.break-notes", "quality": "report.break-quality",
}  # fmt: skip
SIDES = {"left": "assess.left", "right": "assess.right"}
WIDTHS = {1: (0.42, 0.30, 0.28), 2: (0.26, 0.21, 0.16, 0.21, 0.16)}
BETWEEN, NO = " · ", "–"


def looked(found: Report, texts: Texts) -> Iterator[Block]:
    """Yield what is told of the newest assessments: a table where one was made in these weeks."""
    if not found.looked:
        return
    last = max(one.day for one in found.looked)
    if last < found.head.span.first:
        yield Paragraph(texts.say("report.looked-last", {"date": day_text(last, texts, short=False)}))
        return
    words = _Words(found.looked, texts)
    yield Paragraph(texts.say("report.looked-note"), "note")
    yield words.table()
    yield from words.missing()


def days(found: Report, texts: Texts) -> str:
    """Return the days of these weeks on which a hand was looked at, as they are listed."""
    span = found.head.span
    return ", ".join(day_text(day, texts) for day in found.looked_days if span.first <= day <= span.last)


class _Words:
    """The results of each hand as they are put into words."""

    def __init__(self, hands: Sequence[Looked], texts: Texts) -> None:
        self._texts, self._say = texts, texts.say
        self._hands = hands
        self._rows: list[Mapping[str, Row]] = [{row.item: row for row in one.rows} for one in hands]

    def table(self) -> Table:
        """Return the table: names and units, and for each hand the values, and those of before."""
        head = [self._say("report.item")]
        for one in self._hands:
            head += [self._say(SIDES[one.hand]), self._say("report.earlier")]
        rows = tuple(self._row(item.name) for item in ITEMS if any(item.name in own for own in self._rows))
        return Table(tuple(head), rows, WIDTHS[len(self._hands)])

    def missing(self) -> Iterator[Block]:
        """Yield which items no hand has done."""
        names = [self._say(f"assess.{item.name}") for item in ITEMS if all(item.name not in own for own in self._rows)]
        if names:
            yield Paragraph(self._say("report.not-looked", {"list": ", ".join(names)}))

    def _row(self, item: str) -> tuple[str, ...]:
        names = BETWEEN.join(map(self._name, HEADLINES[item]))
        cells = [f"{self._say(f'assess.{item}')}\n{names}"]
        for own in self._rows:
            row = own.get(item, Row(item))
            cells += [self._now(row), self._before(row)]
        return tuple(cells)

    def _name(self, measure: Measure) -> str:
        published = f" [{100 * measure.published.share:.0f}\u00a0%]" if measure.published else ""
        return f"{self._say(measure.words)}{f', {measure.unit}' if measure.unit else ''}{published}"

    def _now(self, row: Row) -> str:
        if row.now is None:
            return self._say("report.not-done")
        return f"{self._values(row, row.now)}\n{self._how(row.now)}"

    def _before(self, row: Row) -> str:
        if row.before is None:
            return NO
        on = day_text(row.before.day, self._texts)
        if row.unlike:
            why = ", ".join(self._say(UNLIKE[name]) for name in row.unlike)
            said = self._say("report.unlike", {"list": why})
            return self._say("report.quality", {"date": on, "list": said})
        changes = [self._change(row.change(measure)) for measure in row.measures]
        known = {"list": BETWEEN.join(changes)} if set(changes) != {NO} else None
        said = self._say("report.then", known) if known else self._flag(row.before.quality)
        return f"{self._values(row, row.before)}\n{self._say('report.quality', {'date': on, 'list': said})}"

    def _values(self, row: Row, found: Found) -> str:
        if row.measures == (NEWTONS,) and found.value(NEWTONS.name) is None:
            return self._say("report.no-newtons")
        return BETWEEN.join(self._value(found.value(measure.name), measure) for measure in row.measures)

    def _value(self, value: float | None, measure: Measure) -> str:
        return NO if value is None else self._texts.number(shown(value, measure)).replace("-", "−")

    def _change(self, share: float | None) -> str:
        if share is None:
            return NO
        percent = round(100 * share)
        said = self._say("report.percent", {"n": f"{percent:+d}".replace("-", "−") if percent else "0"})
        return said.replace(" ", "\u00a0")

    def _how(self, found: Found) -> str:
        said = self._flag(found.quality)
        return self._say("report.quality", {"date": day_text(found.day, self._texts), "list": said})

    def _flag(self, quality: Quality) -> str:
        why = [self._say(keys[name]) for keys, names in ((WHY, quality.why), (NOTES, quality.notes))
               for name in names if name in keys]  # fmt: skip
        return "; ".join((self._say(FLAGS[quality.flag]), *why))
