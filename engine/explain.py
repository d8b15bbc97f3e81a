"""Explain a prescription to patient and helper, in plain words, on one page."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from engine.prescription import DAYS, Dose, Prescription

TITLE, HEAD, ITEM, TEXT = "title", "head", "item", "text"
MOST_MILESTONES, MOST_GOALS = 3, 2
NAMES = dict(zip(DAYS, ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), strict=True))
Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or two: a key of the texts with values (``@`` before a key), and how it stands on the page.

    ``kind`` is ``title``, ``head``, ``item`` (a line of a list) or ``text``, of which several after each other flow
    into one block.
    """

    key: str
    values: Values = ()
    kind: str = TEXT


def page(
    prescription: Prescription,
    forces: Collection[str],
    parts: Mapping[str, tuple[str, ...]],
    title: str = "",
    today_iso: str = "",
) -> tuple[Paragraph, ...]:
    """Return the page about a prescription.

    ``forces`` are the games of force, ``parts`` the games of each task, ``title`` the name as it is said (the
    prescription's own without one). ``today_iso`` tells whether a date of clearance is past.
    """
    return (
        Paragraph("explain.title", (("name", title or _own(prescription.name)),), TITLE),
        Paragraph("explain.for"),
        *_hand(prescription),
        *_headed("explain.what-head", _what(prescription)),
        *_headed("explain.when-head", _when(prescription.dose)),
        *_headed("explain.harder-head", _harder(prescription)),
        *_headed("explain.never-head", _never(prescription, forces, parts, today_iso)),
        *_headed("explain.hurts-head", _hurts(prescription)),
        *_headed("explain.flare-head", _flare(prescription)),
        *_headed("explain.again-head", _again(prescription)),
        *_headed("explain.help-head", _helped()),
    )


def played(prescription: Prescription, parts: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return every game that a prescription leads to, each once: its own, those of its tasks, and of its blocks."""
    games = [*prescription.games, *(game for task in prescription.tasks for game in parts[task])]
    return tuple(dict.fromkeys([*games, *(block.game for block in prescription.blocks)]))


def _headed(key: str, body: Iterator[Paragraph]) -> Iterator[Paragraph]:
    yield Paragraph(key, kind=HEAD)
    yield from body


def _own(text: str) -> str:
    """Return somebody's own words so that they are never taken for a key."""
    return text.lstrip("@")


def _hand(prescription: Prescription) -> Iterator[Paragraph]:
    keys = {"patient": "explain.hand", "left": "explain.left", "right": "explain.right", "both": "explain.both"}
    yield Paragraph(keys[prescription.hand])
    if prescription.words.strip():
        yield Paragraph("explain.words", (("words", _own(prescription.words)),))


def _what(prescription: Prescription) -> Iterator[Paragraph]:
    if prescription.blocks:
        yield Paragraph("explain.blocks")
    elif prescription.choose == 1:
        yield Paragraph("explain.choose-one")
    elif prescription.choose:
        yield Paragraph("explain.choose", _numbers(n=prescription.choose))
    else:
        yield Paragraph("explain.turn")
    for game in dict.fromkeys((*prescription.games, *(block.game for block in prescription.blocks))):
        yield Paragraph("explain.game", (("game", f"@game.{game}"), ("what", f"@does.{game}")), ITEM)
    for task in prescription.tasks:
        yield Paragraph("explain.task", (("task", f"@task.{task}"),), ITEM)
    offered = [("a", "explain.instead-1"), ("b", "explain.instead-2"), ("c", "explain.instead-3")]
    activities = prescription.activities[: len(offered)]
    if activities:
        values = tuple((offered[n][0], f"@game.{name}") for n, name in enumerate(activities))
        yield Paragraph(offered[len(activities) - 1][1], values)


def _when(dose: Dose) -> Iterator[Paragraph]:
    yield _days(dose.days)
    minutes = _numbers(n=dose.bouts, minutes=dose.minutes, gap=dose.gap_h)
    yield Paragraph(_how_often(dose), minutes)
    yield Paragraph("explain.rest", _numbers(minutes=dose.game_minutes, seconds=dose.rest_s))
    yield Paragraph("explain.most", _numbers(day=dose.day_minutes, week=dose.week_minutes))


def _how_often(dose: Dose) -> str:
    if dose.is_free:
        return "explain.free"
    if dose.bouts == 1:
        return "explain.once"
    return "explain.bouts" if dose.gap_h else "explain.bouts-near"


def _days(days: tuple[str, ...]) -> Paragraph:
    in_order = [day for day in DAYS if day in days]
    if len(in_order) == len(DAYS):
        return Paragraph("explain.days-all")
    if in_order == list(DAYS[:5]):
        return Paragraph("explain.days-work")
    keys = (
        "explain.days-1", "explain.days-2", "explain.days-3", "explain.days-4", "explain.days-5", "explain.days-6",
    )  # fmt: skip
    values = tuple((f"d{n}", f"@next.{NAMES[day]}") for n, day in enumerate(in_order, start=1))
    return Paragraph(keys[len(in_order) - 1], values)


def _harder(prescription: Prescription) -> Iterator[Paragraph]:
    low, high = prescription.aim.band
    yield Paragraph("explain.band", _numbers(low=100 * low, high=100 * high))
    yield Paragraph("explain.clock" if prescription.speed else "explain.no-clock")
    yield Paragraph("explain.steps", _numbers(up=prescription.advance.blocks, down=prescription.regress.blocks))
    if prescription.order.kind != "blocked":
        yield Paragraph("explain.mixed")
    elif set(prescription.order.then) - {"blocked"}:
        yield Paragraph("explain.later-mixed")
    if prescription.fade:
        yield Paragraph("explain.fade")
    if prescription.probe:
        yield Paragraph("explain.probe")


def _never(
    prescription: Prescription, forces: Collection[str], parts: Mapping[str, tuple[str, ...]], today_iso: str
) -> Iterator[Paragraph]:
    if not set(played(prescription, parts)) & set(forces):
        yield Paragraph("explain.no-force")
        return
    cleared = prescription.cleared
    if prescription.stage == "healing" and not cleared.is_whole:
        yield Paragraph("explain.locked")
        return
    if prescription.stage == "healing" and today_iso < cleared.date:
        yield Paragraph("explain.locked-until", (("date", cleared.date),))
    cap = prescription.limits.cap if cleared.cap is None else min(cleared.cap, prescription.limits.cap)
    yield Paragraph("explain.cap-most" if prescription.maximum else "explain.cap", _numbers(cap=100 * cap))
    if cleared.cap_n is not None:
        yield Paragraph("explain.newtons", _numbers(cap=cleared.cap_n))
    yield Paragraph("explain.maximum" if prescription.maximum else "explain.no-maximum")
    yield Paragraph("explain.gentle")


def _hurts(prescription: Prescription) -> Iterator[Paragraph]:
    limits = prescription.thresholds
    yield Paragraph("explain.asked", _numbers(none=limits.none, rise=limits.rise))
    yield Paragraph("explain.stop", _numbers(stop=limits.stop, rise=limits.stop_rise))
    if limits.hold < limits.stop:
        yield Paragraph("explain.hold", _numbers(hold=limits.hold))
    strikes = "explain.next-day-one" if limits.strikes == 1 else "explain.next-day"
    yield Paragraph(strikes, _numbers(rise=limits.next_day, strikes=limits.strikes))
    yield Paragraph("explain.effort", _numbers(effort=limits.effort))
    yield Paragraph("explain.flags", kind=ITEM)
    yield Paragraph("explain.emergency", kind=ITEM)


def _flare(prescription: Prescription) -> Iterator[Paragraph]:
    flare = prescription.flare_up
    yield Paragraph("explain.flare", _numbers(ended=flare.ended, within=flare.within_days))
    rest = "explain.flare-rest-one" if flare.rest_days == 1 else "explain.flare-rest"
    yield Paragraph(rest, _numbers(days=flare.rest_days))
    shares = tuple(100 * share for share in flare.re_entry)
    values = (*_numbers(down=flare.step_down), ("shares", ", ".join(map(_number, shares))))
    yield Paragraph("explain.flare-back", values)


def _again(prescription: Prescription) -> Iterator[Paragraph]:
    weeks = prescription.reassess_weeks
    key = {0: "explain.again-open", 1: "explain.again-one"}.get(weeks, "explain.again")
    yield Paragraph(key, _numbers(weeks=weeks))
    for stone in prescription.milestones[:MOST_MILESTONES]:
        values = (("game", f"@game.{stone.game}"), *_numbers(rung=stone.rung), ("words", _own(stone.words)))
        yield Paragraph("explain.stone-words" if stone.words.strip() else "explain.stone", values)
    for goal in prescription.goals[:MOST_GOALS]:
        yield Paragraph("explain.goal", (("words", _own(goal.words)),))


def _helped() -> Iterator[Paragraph]:
    for key in ("explain.help-seat", "explain.help-ask", "explain.help-hand", "explain.help-use"):
        yield Paragraph(key, kind=ITEM)
    yield Paragraph("explain.help-call")


def _numbers(**values: float) -> Values:
    return tuple((name, _number(value)) for name, value in values.items())


def _number(value: float) -> str:
    """Return a number for people: whole, or with one place that is not 0."""
    return f"{value:.1f}".removesuffix(".0")
