"""Say a report in the words of a language: one page for the clinician, one for the patient, one for those who help."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import groupby

from app import prescriptions, report_looked, report_plots, rooms
from app.report_blocks import Block, Items, Kind, Lines, Page, Paragraph, Plot, Section, Table
from app.texts import Texts
from engine import explain, goals, handtests, probes
from engine.explain import HEAD, ITEM
from engine.guard import EMERGENCY, FLAGS
from engine.prescription import Prescription
from engine.probes import Line
from engine.report import WEEK, Device, Dosed, Happened, Head, Probe, Report, Sore, Span, Step, Way
from engine.retrace import FORCE_GAMES
from engine.screens import sentences, spoken

FIRST_PAGE_IN = 2.3  # high is the picture of pain, so that it has room on the first page
LATELY_D = 5 * WEEK  # of the patient's page: more has no room on it
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TITLES: dict[Kind, str] = {
    "clinician": "report.clinician", "patient": "report.patient", "caregiver": "report.caregiver",
}  # fmt: skip
STAGES = {
    "healing": "report.stage-healing", "training": "report.stage-training", "maintenance": "report.stage-maintenance",
}  # fmt: skip
BREAKS = {
    "device": "report.break-device", "calibration": "report.break-calibration", "rate": "report.break-rate",
    "filter": "report.break-filter", "aid": "report.break-aid", "rules": "report.break-rules",
    "cap": "report.break-cap", "difficulty": "report.break-difficulty", "level": "report.break-level",
    "way": "report.break-way",
}  # fmt: skip
SKIPPED = {
    "pain": "report.skip-pain", "news": "report.skip-news", "fatigue": "report.skip-fatigue",
    "flags": "report.skip-flags", "reflect": "report.skip-reflect", "use": "report.skip-use",
    "journal": "report.skip-journal",
}  # fmt: skip
STATES_TOLD = {
    "easy": "report.to-easy", "short": "report.to-short", "waiting": "report.to-waiting", "ended": "report.to-ended",
    "steady": "report.to-steady", "stepped": "report.to-stepped", "resting": "report.to-resting",
    "re-entry": "report.to-re-entry", "locked": "report.to-locked",
}  # fmt: skip
BY_KEY = ("keys", "mouse", "switch")  # feel no force
QUIET = ("within", "shown", "no-spread", "not-enough")  # nothing is to be seen, or not yet
STATES = {"reached": "milestone.reached", "next": "milestone.next", "later": "milestone.later"}
FOR_HELPERS = ("explain.when-head", "explain.what-head", "explain.hurts-head", "explain.flare-head")
NO = "–"
DECIMALS = re.compile(r"-?\d+\.\d{2,}")


def page(found: Report, kind: Kind, texts: Texts, prescribed: Prescription) -> Page:
    """Return a page about a report, in the language of ``texts``."""
    words = _Words(found, texts, prescribed)
    made: Mapping[Kind, Callable[[], Iterable[Section]]] = {
        "clinician": words.for_clinician, "patient": words.for_patient, "caregiver": words.for_caregiver,
    }  # fmt: skip
    facts = words.facts() if kind == "clinician" else ()
    sections = tuple(section for section in made[kind]() if section.blocks)
    return Page(
        kind, found.head.patient, texts.language, texts.say(TITLES[kind]), words.under(), tuple(facts),
        texts.say("report.honest"), sections, texts.say("report.page", {"n": "{n}"}),
    )  # fmt: skip


class _Words:
    """One report as it is put into words."""

    def __init__(self, found: Report, texts: Texts, prescribed: Prescription) -> None:
        self._found, self._texts, self._prescribed = found, texts, prescribed
        self._say = texts.say

    # The head

    def under(self) -> str:
        """Return whose it is, of which days, and when it was made."""
        head = self._found.head
        made = self._say("report.made", {"date": self._day(head.made_on, short=False)})
        return f"{head.patient} · {self._span(head.span)} · {made}"

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield what stands in the head, as (name, value)."""
        head = self._found.head
        hands = [self._say(f"set-value.hand.{hand}") for hand in head.hands]
        yield self._say("report.hand"), ", ".join(hands) or NO
        yield self._say("report.program"), self._program(head)
        yield self._say("report.played-with"), "; ".join(map(self._device, head.devices)) or NO
        yield self._say("report.versions"), self._say("report.version", {k: v or NO for k, v in head.versions})

    def _program(self, head: Head) -> str:
        is_known = head.program in rooms.all_prescriptions()
        name = f"@program.{head.program}" if is_known else head.program.lstrip("@")
        values = {"name": name, "stage": f"@{STAGES[head.stage]}"} if head.stage in STAGES else {"name": name}
        since = {"date": self._day(head.since, short=False)} if head.since else {}
        return self._say("report.since" if since else "report.always", values | since)

    def _device(self, device: Device) -> str:
        kind, _, serial = device.name.partition(":")
        known = f"way.{kind}" in self._texts.table
        name = " ".join((self._say(f"way.{kind}") if known else kind, serial)).strip()
        unfit = self._say("report.no-force" if kind in BY_KEY else "report.uncalibrated")
        fit = self._say("report.calibrated", {"id": device.calibration}) if device.calibration else unfit
        has_aid = device.aid not in ("", "none")
        aid = self._say("report.with-aid", {"aid": f"@set-value.aid.{device.aid}"}) if has_aid else ""
        values = {"name": name, "calibration": fit, "span": self._span(device.span),
                  "aid": aid or self._say("report.no-aid")}  # fmt: skip
        return self._say("report.device", values)

    def _by_key(self, played_with: str, game: str) -> Iterator[Block]:
        """Yield that no force was felt, for a game that speaks of force."""
        known = rooms.all_games().get(game)
        if played_with in BY_KEY and known is not None and known.skill == FORCE_GAMES:
            yield self._note("report.by-key", {"name": f"@way.{played_with}"})

    # For the clinician

    def for_clinician(self) -> Iterator[Section]:
        """Yield the sections of the clinician's page."""
        found = self._found
        if found.is_empty:
            yield Section(self._say("report.glance"), self._nothing())
        else:
            yield Section(self._say("report.glance"), tuple(self._glance()))
            yield self._pain(found.sore, "report.pain", found.head.span, FIRST_PAGE_IN)
            yield Section(self._say("report.probes"), tuple(self._probes()))
            yield Section(self._say("report.looked"), tuple(report_looked.looked(found, self._texts)))
            dose = Plot(report_plots.dose(found, self._texts), self._say("report.dose-note"))
            yield Section(self._say("report.dose"), (dose, self._note("report.dose-note")))
            yield Section(self._say("report.level"), tuple(self._levels()))
            yield Section(self._say("report.causes"), tuple(self._causes()))
            yield Section(self._say("report.shown"), tuple(self._shown()))
        yield Section(self._say("report.happened"), tuple(self._happened()))
        yield Section(self._say("report.goals"), tuple(self._goals()))
        yield Section(self._say("report.tests"), tuple(self._tests()))
        yield Section(self._say("report.journal"), tuple(self._journal()))
        notes = (Lines(self._say("report.note"), 5), Lines(self._say("report.questions"), 3))
        yield Section(self._say("report.notes"), notes)
        yield Section(self._say("report.steps"), tuple(self._steps()))

    def _nothing(self) -> tuple[Block, ...]:
        said = [self._say("report.nothing")]
        if self._found.last_day is not None:
            said.append(self._say("report.last", {"date": self._day(self._found.last_day, short=False)}))
        return (Paragraph(" ".join(said), "warn"),)

    def _glance(self) -> Iterator[Block]:
        found = self._found
        assert found.total is not None
        weeks = found.weeks
        columns = (*weeks, found.total)
        head = ("", *(self._span(week.span, short=True) for week in weeks), self._say("report.all"))
        rows = tuple((self._say(key), *map(of, columns)) for key, of in self._rows(found.total))
        first = 0.34 if len(weeks) < 6 else 0.22
        widths = (first, *([(1 - first) / len(columns)] * len(columns)))
        yield Table(head, rows, widths, numbers=1)
        yield Items((*self._seen(), *self._events()))

    def _seen(self) -> Iterator[str]:
        """Yield what is observed in fixed probes: with its numbers where there is something, all else together."""
        quiet: list[Probe] = []
        for probe in self._found.probes:
            if probe.seen.kind in QUIET:
                quiet.append(probe)
            else:
                said = self._spoken(probes.long(probe.seen)[:1])
                yield self._say("report.you-game", {"game": self._where(probe), "what": said})
        yield from self._grouped(quiet)

    def _events(self) -> Iterator[str]:
        happened = self._found.happened
        if happened:
            last = happened[-1]
            said = {"n": str(len(happened)), "date": self._day(last.day), "what": self._what(last)}
            yield self._say("report.events", said)

    def _rows(self, total: Dosed) -> Iterator[tuple[str, Callable[[Dosed], str]]]:
        yield "report.row-minutes", lambda one: self._of(one.minutes, one.minutes_due)
        yield "report.row-bouts", lambda one: self._of(one.bouts, one.bouts_due)
        yield "report.row-tries", lambda one: self._of(one.tries, one.tries_planned)
        yield "report.row-days", lambda one: str(one.kept.active_days)
        yield "report.row-gap", lambda one: str(one.kept.longest_gap)
        yield "report.row-self", lambda one: self._count(one.self_ended, one.bouts)
        yield "report.row-pain", lambda one: self._count(one.pain_ended, one.bouts)
        yield "report.row-hurts", lambda one: self._hurts(one.span)

    def _hurts(self, span: Span) -> str:
        """Return the most pain of some days: before, in play and after."""
        own = [row for row in self._found.sore if span.first <= row.day <= span.last]
        told = ([row.before for row in own], [row.during for row in own], [row.after for row in own])
        return " / ".join(_plain(max((v for v in values if v is not None), default=None)) for values in told)

    def _probes(self) -> Iterator[Block]:
        if not self._found.probes:
            yield Paragraph(self._say("report.no-probes"))
            return
        yield self._note("report.probes-note")
        for (game, hand), group in groupby(self._found.probes, key=lambda one: (one.series.game, one.series.hand)):
            own = tuple(group)
            where = {"game": f"@game.{game}", "hand": f"@set-value.hand.{hand}", "rung": str(own[-1].rung)}
            said = [self._spoken(probes.long(one.seen)) for one in own]
            title = self._say("report.probe-of", where)
            figure = report_plots.probes(own, self._found.head.span, self._texts)
            yield Paragraph(title, "title")
            yield Items((*said, *self._breaks(own)))
            yield from self._by_key(own[-1].played_with, game)
            yield Plot(figure, f"{title}. {' '.join(said)}")

    def _breaks(self, own: Iterable[Probe]) -> Iterator[str]:
        told = dict.fromkeys(broken for probe in own for broken in probe.breaks)
        for broken in told:
            why = ", ".join(self._say(BREAKS[name]) for name in broken.why if name in BREAKS)
            yield self._say("report.break", {"date": self._day(broken.day, short=False), "why": why or NO})

    def _spoken(self, lines: Iterable[Line]) -> str:
        return " ".join(self._say(key, values) for key, values in lines)

    def _pain(self, rows: tuple[Sore, ...], title: str, span: Span, high_in: float) -> Section:
        told = any((row.before, row.during, row.after, row.effort) != (None,) * 4 for row in rows)
        if not told:
            return Section(self._say(title), ())
        figure = report_plots.pain(rows, span, self._texts, high_in)
        return Section(self._say(title), (Plot(figure, self._say("report.pain-note")), self._note("report.pain-note")))

    def _levels(self) -> Iterator[Block]:
        ways = {played.way for played in self._found.played}
        for played in self._found.played:
            figure = report_plots.levels(played, self._found.band, self._found.head.span, self._texts)
            name = self._way(played.way, ways)
            yield Paragraph(name, "title")
            yield from self._by_key(played.way[2], played.way[0])
            yield Plot(figure, f"{name}. {self._say('report.level-note')}")
        if ways:
            yield self._note("report.level-note")

    def _causes(self) -> Iterator[Block]:
        found = [one for one in self._found.causes if one.rows]
        if not found:
            yield Paragraph(self._say("report.none"))
            return
        said = [self._say("report.missed", {"game": f"@game.{one.game}", "n": str(one.missed), "of": str(one.tries)})
                for one in self._found.causes]  # fmt: skip
        yield Plot(report_plots.causes(found, self._texts), "; ".join(said))
        yield Paragraph("; ".join(said) + ".")
        rows = tuple(
            (self._say(f"game.{one.game}"), self._say(f"miss.{cause}"), self._say(f"knob.{eases}"))
            for one in found for cause, _, eases in one.rows if eases
        )  # fmt: skip
        head = tuple(map(self._say, ("report.game", "report.cause", "report.eases")))
        if rows:
            yield Table(head, rows, (0.2, 0.3, 0.5))
        yield self._note("report.causes-note")

    def _shown(self) -> Iterator[Block]:
        shown = self._found.shown
        ways = {one.tried.way for one in shown}
        for way, group in groupby(shown, key=lambda one: one.tried.way):
            name = self._way(way, ways)
            yield Paragraph(name, "title")
            yield from self._by_key(way[2], way[0])
            yield Plot(report_plots.tries(tuple(group), self._texts), f"{name}. {self._say('report.shown-note')}")
        if shown:
            yield self._note("report.shown-note")

    def _happened(self) -> Iterator[Block]:
        found = self._found
        rows = tuple((self._day(one.day), self._what(one), self._read(one)) for one in found.happened)
        if rows:
            head = ("report.when", "report.what", "report.read")
            yield Table(tuple(map(self._say, head)), rows, (0.12, 0.42, 0.46))
        else:
            yield Paragraph(self._say("report.none"))
        if found.skipped:
            said = ", ".join(self._times(self._say(SKIPPED.get(name, name)), n) for name, n in found.skipped)
            yield Paragraph(self._say("report.skipped", {"list": said}))

    def _what(self, one: Happened) -> str:
        """Say what happened to the one who reads the report: not in the words that the patient read."""
        if one.key.startswith("news."):
            return self._say("report.flag", {"what": f"@{one.key}"})
        if not one.key.startswith("guard."):
            return self._say(one.key, one.values)
        what = self._say(STATES_TOLD.get(one.state, "report.to-open"))
        told = ", ".join(self._say(key, {"n": n}) for key, n in one.told)
        return self._say("report.led", {"what": what, "told": told}) if told else what

    def _read(self, one: Happened) -> str:
        return self._say(one.key) if one.key.startswith("guard.") else ""

    def _times(self, what: str, n: int, one: str = "report.one-time", more: str = "report.times") -> str:
        return self._say(one if n == 1 else more, {"what": what, "n": str(n)})

    def _goals(self) -> Iterator[Block]:
        found, rows = self._found, []
        for row in found.goals.rows if found.goals else ():
            rows.append((row.goal.words, _signed(row.first), _signed(row.latest), self._meaning(row)))
        for own in found.activities:
            rows.append((own.words, _plain(own.first), _plain(own.latest), _signed(own.told_change)))
        if rows:
            head = ("report.goal", "report.first", "report.now", "report.difference")
            yield Table(tuple(map(self._say, head)), tuple(rows), (0.46, 0.12, 0.12, 0.3))
        if found.goals and found.goals.t is not None and found.goals.first_t is not None:
            scores = {"t": f"{found.goals.t:.1f}", "first": f"{found.goals.first_t:.1f}"}
            yield Paragraph(self._say("report.gas", scores))
        stones = [
            self._say("report.stone", {"game": f"@game.{one.milestone.game}", "rung": str(one.milestone.rung),
                                       "state": f"@{STATES[one.state]}"})
            for one in found.milestones
        ]  # fmt: skip
        if stones:
            yield Paragraph(self._say("report.stones", {"list": "; ".join(stones)}))

    def _meaning(self, row: goals.Standing) -> str:
        if row.latest is None:
            return self._say("goal.unrated")
        return row.goal.levels[row.latest + 2] if row.goal.levels else self._say(goals.level_key(row.latest))

    def _tests(self) -> Iterator[Block]:
        rows = []
        for row in self._found.tests:
            part, values = handtests.part_words(row.part)
            hand = self._say(f"set-value.hand.{row.hand}") if row.hand else ""
            name = ", ".join(filter(None, (row.words or self._say(row.key), self._say(part, values), hand)))
            value = NO if row.value is None else f"{self._texts.number(_short(row.value))} {row.unit}".strip()
            since = getattr(row.since, "by", None)
            change = f"{self._texts.number(f'{since:+g}')}" if isinstance(since, int | float) else ""
            rows.append((self._day(row.on, short=False), name, value, change))
        if rows:
            head = ("report.when", "report.test", "report.value", "report.difference")
            yield Table(tuple(map(self._say, head)), tuple(rows), (0.18, 0.44, 0.18, 0.2))

    def _journal(self) -> Iterator[Block]:
        found = self._found
        if found.sensations:
            said = "; ".join(self._times(self._say(f"journal.{name}"), n, "report.told-once", "report.told-times")
                             for name, n in found.sensations)  # fmt: skip
            yield Paragraph(self._say("report.felt", {"list": said}))
        if found.tasks:
            said = "; ".join(self._times(self._say(f"task.{name}"), n) for name, n in found.tasks)
            yield Paragraph(self._say("report.tasks", {"list": said}))
        for question, group in groupby(found.answers, key=lambda row: row[0][0]):
            said = "; ".join(self._times(self._say(f"reflect.{answer}"), n) for (_, answer), n in group)
            yield Paragraph(self._say("report.answered", {"question": f"@reflect.{question}", "list": said}))
        words = tuple(f"{self._day(one.day)}: {one.words}" for one in found.journal if one.words.strip())
        if words:
            yield Items(words)
        if not (found.sensations or words or found.tasks or found.answers):
            yield Paragraph(self._say("report.no-journal"))

    def _steps(self) -> Iterator[Block]:
        ways = {step.tried.way for step in self._found.steps}
        rows = tuple(self._step(step, ways) for step in self._found.steps)
        if self._found.fences:
            yield Items(tuple(f"{self._day(one.day)}: {self._say(one.key, one.values)}" for one in self._found.fences))
        if rows:
            head = ("report.when", "report.game", "report.change", "report.why")
            yield Table(tuple(map(self._say, head)), rows, (0.12, 0.22, 0.1, 0.56))

    def _step(self, step: Step, ways: Collection[Way]) -> tuple[str, ...]:
        trial = step.tried.trial
        reasons = ((name, _one_decimal(value)) for name, value in trial.reason_values.items())
        values = {"game": f"@game.{trial.game}", **dict(spoken(reasons))}
        why = " ".join(self._say(key, values) for key in sentences(trial.reason, trial.reason_values))
        was = f"{step.was} → {trial.level}" if step.was is not None else str(trial.level)
        return self._day(step.tried.day), self._way(step.tried.way, ways), was, why

    # For the patient

    def for_patient(self) -> Iterator[Section]:
        """Yield the sections of the patient's page."""
        found, say = self._found, self._say
        yield Section(say("report.you-did"), tuple(self._did()))
        told = tuple(self._told())
        yield Section(say("report.you-changed"), (Items(told),) if told else ())
        lately = max(found.head.span.first, found.head.span.last - LATELY_D + 1)
        rows = tuple(row for row in found.sore if row.day >= lately)
        pain = self._pain(rows, "report.you-pain", Span(lately, found.head.span.last), 2.0)
        yield Section(pain.title, tuple(block for block in pain.blocks if isinstance(block, Plot)))
        yield Section(say("report.you-next"), tuple(self._next()))

    def _did(self) -> Iterator[Block]:
        found, total = self._found, self._found.total
        if total is None or found.is_empty:
            yield Paragraph(self._say("report.you-rest"), "lead")
            return
        values = {"days": str(total.kept.active_days), "minutes": f"{total.minutes:.0f}"}
        yield Paragraph(self._say("report.you-days", values), "lead")
        tries: dict[int, int] = {}
        for bout in found.bouts:
            tries[bout.done.day] = tries.get(bout.done.day, 0) + bout.done.trials
        names = [self._say(f"next.{day}")[:2] for day in WEEKDAYS]
        span = found.head.span
        lately = Span(max(span.first, span.last - LATELY_D + 1), span.last)
        yield Plot(report_plots.flowers(tries, lately, names, self._texts), self._say("report.flowers"))
        yield Paragraph(self._span(lately), "note")
        yield Paragraph(self._say("report.you-tries", {"n": str(total.tries)}), "lead")
        looked = report_looked.days(found, self._texts)
        if looked:
            yield Paragraph(self._say("report.you-looked", {"list": looked}))

    def _told(self) -> Iterator[str]:
        """Yield what is observed, once for all games of which it is the same; the first measure of a game counts."""
        rows = ((probe, probes.HEADLINES.get(probe.series.game)) for probe in self._found.probes)
        shown = [probe for probe, own in rows if own is None or own[0] == probe.series.measure]
        yield from self._grouped(shown, "report.you-early")

    def _grouped(self, found: Iterable[Probe], early: str = "progress.not-enough") -> Iterator[str]:
        """Yield the short sentence of each observation, once for all games of which it is the same.

        ``early`` is what is said where there is not enough data.
        """
        by_sentence: dict[str, dict[str, None]] = {}
        for probe in found:
            is_early = probe.seen.kind == "not-enough"
            said = self._say(early) if is_early else self._spoken([probes.short(probe.seen)])
            by_sentence.setdefault(said, {})[self._where(probe)] = None
        for said, games in by_sentence.items():
            yield self._say("report.you-game", {"game": "; ".join(games), "what": said})

    def _where(self, probe: Probe) -> str:
        where = {"game": f"@game.{probe.series.game}", "hand": f"@set-value.hand.{probe.series.hand}"}
        return self._say("stands.where", where)

    def _next(self) -> Iterator[Block]:
        found, say = self._found, self._say
        if found.plan == "locked" or found.next_day is None:
            yield Paragraph(say("next.therapist"), "lead")
        else:
            day = f"{say(f'next.{WEEKDAYS[goals.weekday(found.next_day)]}')}, {self._day(found.next_day)}"
            yield Paragraph(say("next.on", {"day": day}), "lead")
        coming = next((one.milestone for one in found.milestones if one.state == "next"), None)
        if coming is not None:
            rung = {"game": f"@game.{coming.game}", "rung": str(coming.rung)}
            yield Paragraph(say("explain.stone", rung))
        yield Paragraph(say("report.you-thanks"))
        yield Lines(say("report.you-ask"), 2)

    # For those who help

    def for_caregiver(self) -> Iterator[Section]:
        """Yield the sections of the page for those who help."""
        total, say = self._found.total, self._say
        if total is None or self._found.is_empty:
            yield Section(say("report.lately"), (Paragraph(say("report.nothing")),))
        else:
            values = {"days": str(total.kept.active_days), "minutes": f"{total.minutes:.0f}"}
            yield Section(say("report.lately"), (Paragraph(say("report.they-days", values)),
                                                 Paragraph(say("report.plain-words"))))  # fmt: skip
        explained = self._explained()
        yield explained["explain.help-head"]
        yield Section(say("report.watch"), tuple(self._flags()))
        for head in FOR_HELPERS:
            if head in explained:
                yield explained[head]

    def _flags(self) -> Iterator[Block]:
        say = self._say
        yield Items(tuple(say(f"news.{flag}") for flag in FLAGS if flag not in EMERGENCY))
        yield Paragraph(say("report.emergency"), "warn")

    def _explained(self) -> dict[str, Section]:
        """Return what the program's own page says, by the keys of its headings."""
        found: dict[str, list[explain.Paragraph]] = {}
        _, *rows = prescriptions.page_of(self._prescribed)
        key = ""
        for row in rows:
            if row.key in ("explain.flags", "explain.emergency"):  # they have a section of their own here
                continue
            if row.kind == HEAD:
                key = row.key
            elif key:
                found.setdefault(key, []).append(row)
        return {key: Section(self._say(key), tuple(self._flowed(rows))) for key, rows in found.items()}

    def _flowed(self, rows: Iterable[explain.Paragraph]) -> Iterator[Block]:
        for kind, group in groupby(rows, key=lambda row: row.kind == ITEM):
            said = [self._say(row.key, row.values) for row in group]
            yield Items(tuple(said)) if kind else Paragraph(" ".join(said))

    # Small words

    def _note(self, key: str, values: Mapping[str, str] | None = None) -> Paragraph:
        return Paragraph(self._say(key, values or {}), "note")

    def _day(self, day: int, short: bool = True) -> str:
        return report_plots.day_text(day, self._texts, short)

    def _span(self, span: Span, short: bool = False) -> str:
        if short:
            first, last = (self._day(day).replace(" ", "\u00a0") for day in (span.first, span.last))
            return f"{first} – {last}"
        ends = {"from": self._day(span.first, short=False), "to": self._day(span.last, short=False)}
        return self._say("report.span", ends)

    def _way(self, way: Way, among: Collection[Way]) -> str:
        """Return game and hand, and what it was played with where one hand played a game in several ways."""
        game, hand, played_with = way
        where = self._say("stands.where", {"game": f"@game.{game}", "hand": f"@set-value.hand.{hand}"})
        several = len({other for other in among if other[:2] == way[:2]}) > 1
        return f"{where}, {self._say(f'way.{played_with}')}" if several else where

    @staticmethod
    def _of(done: float, planned: float) -> str:
        return f"{done:.0f} / {planned:.0f}" if planned else f"{done:.0f}"

    def _count(self, n: int, of: int) -> str:
        return self._say("report.count", {"n": str(n), "of": str(of)}) if of else NO


def _signed(value: int | None) -> str:
    return NO if value is None else f"{value:+d}"


def _plain(value: int | None) -> str:
    return NO if value is None else str(value)


def _one_decimal(text: str) -> str:
    """Return a number that has more decimals with one, and any other text as it is; a record keeps all of them."""
    return f"{float(text):.1f}".removesuffix(".0") if DECIMALS.fullmatch(text) else text


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
