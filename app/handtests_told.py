"""Say what tests by hand are kept of a patient: lines for a terminal, with what was published beside them."""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date

from app.texts import MOTHER_TONGUE, Texts, load
from engine import handtests
from engine.handtests import SAID, Entry, Row, Test

NO_VERDICT = "Differences are to the first result on the same device. What they mean is not said here."
PUBLISHED = "Published for groups of people (SRD, MDC: beyond the error of the test; MCID: a change they felt):"


def printed(lines: Iterable[str]) -> None:
    """Print lines; a letter that this terminal does not know becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    for line in lines:
        print(line.encode(encoding, "replace").decode(encoding))


def units_of(test: Test) -> str:
    """Return the numbers that a test takes: ``kg (0 to 120), lb ...``, with the parts where there are several."""
    said: dict[str, list[str]] = {}
    for part in test.parts:
        ranges = ", ".join(f"{u.name or 'your unit'} ({u.lowest:g} to {u.highest:g})" for u in part.units)
        named = _part_said(part.name) or ("each hand" if part.per_hand else "one number")
        said.setdefault(ranges, []).append(named)
    return "; ".join(f"{ranges}: {', '.join(dict.fromkeys(parts))}" for ranges, parts in said.items())


def _part_said(part: str) -> str:
    key, values = handtests.part_words(part)
    return load(MOTHER_TONGUE).say(key, values) if key else ""


def summary(patient: str, entry: Entry) -> list[str]:
    """Return an entry as lines for a terminal."""
    texts = load(MOTHER_TONGUE)
    lines = [f"{patient}, {date.fromordinal(entry.on)}: {entry.words or texts.say(handtests.test_of(entry.test).key)}"]
    for score in entry.scores:
        hand = SAID[score.hand] if score.hand or not score.part else ""
        named = ", ".join(word for word in (hand, _part_said(score.part)) if word)
        part = handtests.test_of(entry.test).part(score.part, bool(score.hand))
        lines.append(f"   {named}: {said(score.values) or part.unable} {score.unit if score.values else ''}".rstrip())
    told = (entry.device, f"handle {entry.handle}" if entry.handle else "", f"by {entry.by}" if entry.by else "")
    more = ", ".join(word for word in told if word)
    return [*lines, f"   {more}"] if more else lines


def kept_lines(patient: str, entry: Entry) -> list[str]:
    """Return what is said when an entry was kept, and how it is corrected."""
    if not entry.scores:
        return [f"{patient}: entry {entry.corrects} is withdrawn. It stays in the record, marked by {entry.id}."]
    instead = f", in place of {entry.corrects}, which stays in the record" if entry.corrects else ""
    mend = f"regrasp tests enter {entry.test} --patient {patient} --corrects {entry.id}"
    lines = [f"Kept as {entry.id}{instead}. To correct it: {mend}"]
    if handtests.test_of(entry.test).named and not entry.device:
        lines.append("No device was named: this result is not compared with any other. Name it with --device.")
    return lines


def said(values: Iterable[float]) -> str:
    """Return numbers as short as they are."""
    return " ".join(f"{value:.10g}" for value in values)


def table(patient: str, rows: Sequence[Row], texts: Texts) -> list[str]:
    """Return the results of a patient as a table, with what was published for them."""
    if not rows:
        return [f"{patient}: no test is written down yet. regrasp tests lists what can be entered."]
    cells: list[tuple[str, ...]] = [("date", "test", "result", "done with", "since the first", "entry")]
    cells += [_cells(row, texts) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    limits = dict.fromkeys(
        f"   {texts.say(row.key)}{f', {_part_said(limit.part)}' if limit.part else ''}: {limit.said}; {limit.source}"
        for row in rows if row.since for limit in row.since.limits
    )  # fmt: skip
    return [f"{patient}: {NO_VERDICT}", *lines, *([PUBLISHED, *limits] if limits else [])]


def _cells(row: Row, texts: Texts) -> tuple[str, ...]:
    named = (row.words or texts.say(row.key), SAID[row.hand] if row.hand else "", _part_said(row.part))
    part = next(p for p in handtests.test_of(row.test).parts if row.part in (p.name, ""))
    mean = f" (mean of {row.trials})" if row.trials > 1 else ""
    result = f"{said([row.value])} {row.unit}{mean}" if row.value is not None else part.unable
    done_with = ", ".join(w for w in (row.device, f"handle {row.handle}" if row.handle else "") if w)
    name = ", ".join(word for word in named if word)
    return (str(date.fromordinal(row.on)), name, result, done_with, _since(row), row.id)


def _since(row: Row) -> str:
    if row.since is None:
        unnamed = handtests.test_of(row.test).named and not row.device
        return "no device named: not compared" if unnamed else "a new series: not compared" if row.new_series else ""
    if row.since.change is None:
        return ""
    share = f" ({100 * row.since.share:+.0f} %)" if row.since.share is not None else ""
    return f"{row.since.change:+g} {row.unit}{share} since {date.fromordinal(row.since.first_on)}"


def history(entries: Sequence[Entry]) -> list[str]:
    """Return the entries that were corrected or withdrawn, as lines."""
    lines = ["Entries that were corrected or withdrawn:"]
    known = {entry.id: entry for entry in entries}
    for entry in entries:
        if entry.corrects in known:
            how = f"corrected by {entry.id}" if entry.scores else f"withdrawn by {entry.id}"
            before = known[entry.corrects]
            values = "; ".join(f"{SAID[s.hand]} {said(s.values)} {s.unit}" for s in before.scores)
            lines.append(f"   {before.id}  {date.fromordinal(before.on)}  {before.test}  {values}  {how}")
    return lines if len(lines) > 1 else []


def json_of(row: Row) -> dict[str, object]:
    """Return a row as a plain value for JSON."""
    plain = asdict(row) | {"on": date.fromordinal(row.on).isoformat(), "loinc": row.loinc}
    if row.since is not None:
        first = {"first_on": date.fromordinal(row.since.first_on).isoformat()}
        plain["since"] = asdict(row.since) | first
    return plain
