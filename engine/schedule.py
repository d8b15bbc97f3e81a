"""Decide what one bout plays: how much room there is, which games, in which order, behind which fence, and why.

A prescription says what is meant for weeks, the history what was done, and the safety machine what today allows; the
program of one bout comes out. Days are running numbers of local dates, as in ``engine.guard.Moment``.
Sources: practice in blocks first, then mixed (contextual interference: Shea & Morgan 1979; a setting, as the evidence
after stroke is mixed: Muratori 2013); small rises of the load from week to week are a convention, not a finding.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import ceil

from engine import assessment, goals
from engine.adaptive import Reason
from engine.chance import Chance
from engine.feedback import Feedback
from engine.game import FORCES, Skill
from engine.guard import NIGHT_S, Allowed, Moment
from engine.prescription import DAYS, UNSAID, Criterion, Dose, Prescription, session_limits
from engine.program import Block, Program
from engine.safety import Limits

LEAST_MINUTES = 2.0  # less is no bout: it counts in minutes alone, and no room for it is none
WEEK, WEEKS_BACK = 7, 3
LEAST_RUN, LEAST_TRIES = 3, 5
MOST_GAMES = 3
SHORT, PROBES = 0.5, 1 / 3
TRIAL_S = (1.0, 60.0)
ENDS = ("done", "self", "pain", "tired", "other")

# --- what was done --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GameDone:
    """One block as it was played: tries and hits (what was not tried is left out), and the rung most tries were on.

    ``difficulty`` is that of the last try.
    """

    game: str
    trials: int
    hits: int
    rung: int
    probe: bool = False
    difficulty: float = 0.0


@dataclass(frozen=True, slots=True)
class Done:
    """One session that is over, finished or cut off; ``at_s`` is when it ended (seconds since 1970, UTC).

    ``games`` are its blocks in order. ``end`` is one of ``ENDS``; ``held`` says that nothing was to get harder then,
    ``hand`` which hand played.
    """

    day: int
    at_s: float
    minutes: float
    trials: int = 0
    taps: int = 0
    games: tuple[GameDone, ...] = ()
    end: str = "done"
    held: bool = False
    hand: str = ""

    @property
    def is_look(self) -> bool:
        """Tell whether this was an assessment, and no practice."""
        return bool(self.games) and all(block.game.startswith(assessment.PREFIX) for block in self.games)

    @property
    def is_long(self) -> bool:
        """Tell whether the hours between two bouts begin after it."""
        return self.trials > 0 and self.minutes >= LEAST_MINUTES

    @property
    def is_bout(self) -> bool:
        """Tell whether this was long enough to be called a bout of practice."""
        return self.is_long and not self.is_look


def confirmed(history: Iterable[Done], moment: Moment) -> tuple[Done, ...]:
    """Return the history after the date was confirmed: what lies in its future happened today, by then."""
    return tuple(replace(d, day=min(d.day, moment.day), at_s=min(d.at_s, moment.utc_s)) for d in history)


# --- how much room there is -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """What was done lately, as minutes.

    ``today`` is the day that counts as today: no earlier than the last one with practice, so that a clock that was set
    back finds what it had left. ``week_minutes`` are those of the seven days up to it, the first of them with practice
    is ``week_from``. Weeks of practice are counted from the first day on (anew after three weeks without any):
    ``ramp_minutes`` are those of this one, which began on ``ramp_from``, ``best_week_minutes`` those of the best of the
    three before it, ``None`` in the first. ``last_at_s`` is when the last bout ended.
    """

    today: int
    day_minutes: float = 0.0
    day_bouts: int = 0
    week_minutes: float = 0.0
    week_from: int = 0
    ramp_minutes: float = 0.0
    ramp_from: int = 0
    best_week_minutes: float | None = None
    last_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """How many minutes may still be played today; 0 is none, and ``why`` is the key of the words for it.

    ``until`` is the day, and ``until_s`` the second since 1970, from which there may be some again (0: not known).
    ``day`` is the day that counts as today. ``extra`` says that the bout would be more than was planned.
    """

    minutes: float
    why: str = ""
    until: int = 0
    until_s: float = 0.0
    day: int = 0
    extra: bool = False


def load(history: Sequence[Done], moment: Moment) -> Load:
    """Return what was done lately, seen from a moment; all sessions count, of whichever hand.

    An assessment counts in minutes and for the hours after it, and is no bout.
    """
    if not history:
        return Load(moment.day, ramp_from=moment.day)
    today = _today(history, moment)
    minutes: dict[int, float] = {}
    for done in history:
        minutes[done.day] = minutes.get(done.day, 0.0) + max(0.0, done.minutes)
    ramp_from, weeks = _week_of_practice(sorted(minutes), today)
    best = [_sum(minutes, ramp_from - WEEK * back) for back in range(1, min(weeks, WEEKS_BACK) + 1)]
    week = [day for day in minutes if today - WEEK < day <= today]
    return Load(
        today, minutes.get(today, 0.0), sum(done.is_bout for done in history if done.day == today),
        sum(minutes[day] for day in week), min(week, default=today), _sum(minutes, ramp_from), ramp_from,
        max(best, default=None), max((done.at_s for done in history if done.is_long), default=None),
    )  # fmt: skip


def room(prescription: Prescription, load: Load, moment: Moment, extra: bool = False) -> Room:
    """Return how much room there is for a bout now.

    The day's and the week's most, the ramp and the hours between two bouts always hold. A bout on a day that is not
    planned, or one more than planned, takes the patient's own wish (``extra``), and counts like any other.
    """
    dose, today = prescription.dose, load.today
    is_planned = _is_planned(dose, today) and load.day_bouts < dose.bouts
    if not (extra or is_planned):
        why = "room.enough" if load.day_bouts else "room.rest-day"
        return Room(0.0, why, _next_planned(dose, today + 1), day=today)
    ready_s = 0.0 if load.last_at_s is None else load.last_at_s + dose.gap_h * 3600
    if moment.utc_s < ready_s:
        return Room(0.0, "room.gap", until_s=ready_s, day=today)
    bounds = [
        (dose.day_minutes - load.day_minutes, "room.day", today + 1),
        (dose.week_minutes - load.week_minutes, "room.week", load.week_from + WEEK),
    ]
    if load.best_week_minutes is not None:
        most = max(dose.ramp * load.best_week_minutes, 2 * dose.minutes)
        bounds.append((most - load.ramp_minutes, "room.ramp", load.ramp_from + WEEK))
    left, why, until = min(bounds)
    if left < LEAST_MINUTES:
        return Room(0.0, why, until, day=today)
    return Room(left, day=today, extra=not is_planned)


def _today(history: Sequence[Done], moment: Moment) -> int:
    """Return the day that counts: a new one only after a later date and a night, as for the safety machine."""
    latest, last_s = max(done.day for done in history), max(done.at_s for done in history)
    return moment.day if moment.day > latest and moment.utc_s >= last_s + NIGHT_S else latest


def _week_of_practice(days: Sequence[int], today: int) -> tuple[int, int]:
    """Return on which day this week of practice began, and how many there were before it."""
    start = days[0]
    for earlier, later in pairwise([*days, today]):
        if later - earlier > WEEK * WEEKS_BACK:
            start = later
    weeks = (today - start) // WEEK
    return start + WEEK * weeks, weeks


def _sum(minutes: Mapping[int, float], first: int) -> float:
    return sum(minutes.get(day, 0.0) for day in range(first, first + WEEK))


def _is_planned(dose: Dose, day: int) -> bool:
    return DAYS[goals.weekday(day)] in dose.days


def _next_planned(dose: Dose, day: int) -> int:
    """Return the first planned day from ``day`` on."""
    return next(n for n in range(day, day + WEEK) if _is_planned(dose, n))


@dataclass(frozen=True, slots=True)
class Due:
    """What is due today: ``bout`` (number ``bout`` of ``of``), ``wait``, ``rest-day``, ``done`` or ``full``.

    ``day`` is the day of the next bout, and ``at_s`` from when on it may be today (0: now, or not today).
    """

    kind: str
    bout: int = 0
    of: int = 0
    day: int = 0
    at_s: float = 0.0
    why: str = ""


def due(prescription: Prescription, load: Load, moment: Moment) -> Due:
    """Return what is due today, and when the next bout is."""
    found, dose = room(prescription, load, moment), prescription.dose
    number = (min(load.day_bouts + 1, dose.bouts), dose.bouts)
    if found.minutes > 0:
        return Due("bout", *number, day=load.today)
    if found.why == "room.gap":
        return Due("wait", *number, day=load.today, at_s=found.until_s, why=found.why)
    kind = {"room.rest-day": "rest-day", "room.enough": "done"}.get(found.why, "full")
    return Due(kind, load.day_bouts, dose.bouts, day=_next_planned(dose, found.until), why=found.why)


# --- which games ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Playable:
    """What is known of a game: its skill, its number of rungs, and how long this hand takes for a try, in seconds.

    ``force`` is the share of force that its easiest level asks for.
    """

    skill: Skill
    rungs: int
    trial_s: float = 8.0
    force: float = 0.0

    @property
    def lasts_s(self) -> float:
        """Return how long a try takes, within what is believable."""
        return min(TRIAL_S[1], max(TRIAL_S[0], self.trial_s))


Shelf = Mapping[str, Playable]
Tasks = Mapping[str, Sequence[str]]


def games_for(prescription: Prescription, tasks: Tasks) -> tuple[str, ...]:
    """Return the games of a prescription in order: its own, those of its tasks, and those of its blocks."""
    of_tasks = [game for task in prescription.tasks for game in tasks.get(task, ())]
    return tuple(dict.fromkeys((*prescription.games, *of_tasks, *(block.game for block in prescription.blocks))))


def choices(
    prescription: Prescription, shelf: Shelf, tasks: Tasks, allowed: Allowed, cap: float | None = UNSAID
) -> tuple[str, ...]:
    """Return the games that fit today, in order: none of force where no grip is allowed or the cap is too low."""
    limits = session_limits(prescription, cap)
    pool = games_for(prescription, tasks)
    return tuple(game for game in pool if game in shelf and _fits(shelf[game], allowed, limits, cap))


def _fits(playable: Playable, allowed: Allowed, limits: Limits, cap: float | None) -> bool:
    if playable.skill not in FORCES:
        return True
    return not allowed.no_grip and cap is not None and playable.force <= limits.cap


# --- one bout -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bout:
    """What one bout plays; without a ``program`` ``why`` is the key of the words for it.

    ``order`` is the order of practice, ``minutes`` how long it will take, rests included, as far as that is known.
    """

    program: Program | None
    why: str = ""
    order: str = ""
    minutes: float = 0.0


def bout(
    prescription: Prescription, shelf: Shelf, tasks: Tasks, allowed: Allowed, history: Sequence[Done], room: Room,
    chance: Chance, chosen: Sequence[str] = (), cap: float | None = UNSAID, since: int = 0,
) -> Bout:  # fmt: skip
    """Return the bout to be played now, or why there is none.

    ``history`` is that of the hand that plays; ``chosen`` are the games that the patient picked, and ``cap`` is what
    ``prescription.cap_of`` says today. The program was prescribed on day ``since``: its fence moves by what came after.
    """
    if not allowed.play:
        return Bout(None, f"guard.{allowed.why}")
    if room.minutes <= 0:
        return Bout(None, room.why)
    fitting = choices(prescription, shelf, tasks, allowed, cap)
    if not fitting:
        return Bout(None, "room.nothing")
    laid = _Laid(prescription, shelf, allowed, history, room)
    games = _games(prescription, fitting, history, chosen)
    if prescription.blocks:
        order, blocks = "", laid.as_written(fitting)
    else:
        order = order_of(prescription, history, games)
        blocks = laid.in_order(games, order, chance)
    if not blocks:
        return Bout(None, "room.nothing")
    told = tuple(_with_feedback(block, prescription, history) for block in blocks)
    program = _program(prescription, told, room, cap, allowed)
    names = tuple(dict.fromkeys(block.game for block in blocks))
    fences = tuple((game, fence_of(prescription, game, history, shelf[game].rungs, since)) for game in names)
    return Bout(replace(program, fences=fences), order=order, minutes=laid.seconds_of(blocks) / 60)


def order_of(prescription: Prescription, history: Iterable[Done], games: Sequence[str]) -> str:
    """Return the order of practice of these games: as far on as the least practised of them, blocked for a single one.

    A game moves on by each ``order.blocks`` good blocks. Nothing moves it back.
    """
    order = prescription.order
    kinds = (order.kind, *order.then)
    if len(games) < 2:
        return "blocked"
    pieces = [piece for done in history for piece in _pieces(done)]
    good = [sum(p.game == game and p.hits >= order.success * p.trials for p in pieces) for game in games]
    return kinds[min(min(good) // order.blocks, len(order.then))]


def _games(
    prescription: Prescription, fitting: Sequence[str], history: Sequence[Done], chosen: Sequence[str]
) -> tuple[str, ...]:
    """Return the games of a bout: those that were picked, then those that were played longest ago."""
    dose = prescription.dose
    picked = [game for game in dict.fromkeys(chosen) if game in fitting][:MOST_GAMES]
    most = max(len(picked), prescription.choose, min(MOST_GAMES, ceil(dose.minutes / dose.game_minutes)))
    played = {game.game: n for n, game in enumerate(game for done in history for game in done.games)}
    in_turn = sorted((game for game in fitting if game not in picked), key=lambda game: played.get(game, -1))
    return (*picked, *in_turn)[:most]


@dataclass(frozen=True, slots=True)
class _Laid:
    """Lays blocks into the time there is: the minutes of the dose, their share of today, and the room."""

    prescription: Prescription
    shelf: Shelf
    allowed: Allowed
    history: Sequence[Done]
    room: Room

    @property
    def _most_s(self) -> float:
        return min(self.prescription.dose.minutes, self.room.minutes) * 60

    def seconds_of(self, blocks: Iterable[Block]) -> float:
        """Return how long blocks take, with the rests in and between them."""
        return self._lasts_s([(block.game, block.trials) for block in blocks])

    def in_order(self, games: Sequence[str], order: str, chance: Chance) -> tuple[Block, ...]:
        """Return probes, then the games in the order of practice.

        The tries of a whole bout without probes, times the volume, are what today holds: so a larger volume never has
        fewer. Probes take their place among them.
        """
        probes = self._probes(games)
        probed = [(block.game, block.trials) for block in probes]
        tried = sum(trials for _, trials in probed)
        whole = self._most(games, order, [], self.prescription.dose.minutes * 60, self._most_tries(games))
        today = max(1, int(whole * self.allowed.volume + 1e-9))
        runs = self._runs(games, order, self._most(games, order, probed, self._most_s, max(1, today - tried)))
        if self._lasts_s([*probed, *runs]) > self._most_s:
            return ()
        before = probes[-1].game if probes else ""
        return (*probes, *(Block(game, trials) for game, trials in _shuffled(runs, order, before, chance)))

    def as_written(self, fitting: Collection[str]) -> tuple[Block, ...]:
        """Return the prescribed blocks as far as they fit into the room, with today's share of their tries."""
        fit = [block for block in self.prescription.blocks if block.game in fitting and self._may_stand(block)]
        while fit and self.seconds_of(fit) > self.room.minutes * 60:
            last = fit.pop()
            if last.trials > 1 and not last.explore:
                fit.append(replace(last, trials=last.trials - 1))
        return tuple(replace(b, trials=max(1, int(b.trials * self.allowed.volume + 1e-9))) for b in fit)

    def _lasts_s(self, runs: Sequence[tuple[str, int]]) -> float:
        dose = self.prescription.dose
        rests = sum((trials - 1) // dose.rest_after for _, trials in runs) + max(0, len(runs) - 1)
        return sum(trials * self.shelf[game].lasts_s for game, trials in runs) + rests * dose.rest_s

    def _most(self, games: Sequence[str], order: str, before: list[tuple[str, int]], most_s: float, tries: int) -> int:
        """Return the most tries up to ``tries`` that fit into ``most_s`` after what is ``before``, at least 1."""
        each_s = self.prescription.dose.game_minutes * 60
        for total in range(tries, 1, -1):
            runs = self._runs(games, order, total)
            if self._lasts_s([*before, *runs]) <= most_s and self._longest_s(runs) <= each_s:
                return total
        return 1

    def _most_tries(self, games: Sequence[str]) -> int:
        return int(self.prescription.dose.minutes * 60 / min(self.shelf[game].lasts_s for game in games)) + 1

    def _longest_s(self, runs: Sequence[tuple[str, int]]) -> float:
        played: dict[str, float] = {}
        for game, trials in runs:
            played[game] = played.get(game, 0.0) + trials * self.shelf[game].lasts_s
        return max(played.values())

    def _runs(self, games: Sequence[str], order: str, total: int) -> list[tuple[str, int]]:
        """Return ``total`` tries as runs: of one game each in blocks, else in rounds of all of them.

        Blocked games get the same time each, mixed ones the same tries; a game that would get fewer than three waits
        for the next bout.
        """
        for several in range(len(games), 0, -1):
            among = games[:several]
            speeds = [1 / self.shelf[game].lasts_s if order == "blocked" else 1.0 for game in among]
            counts = _split(total, speeds)
            if min(counts) >= LEAST_RUN:
                break
        if order == "blocked" or len(among) == 1:
            return list(zip(among, counts, strict=True))
        run = self.prescription.order.run
        rounds = max(1, (min(counts) + run // 2) // run)
        parts = [_split(count, [1.0] * rounds) for count in counts]
        return [(game, part[n]) for n in range(rounds) for game, part in zip(among, parts, strict=True)]

    def _probes(self, games: Sequence[str]) -> tuple[Block, ...]:
        """Return today's probes: of games of this bout, once a day each, in a third of its time, longest ago first.

        There are none on a day that is short or a step down, and none beyond the last rung where nothing may rise.
        """
        probed = {game.game: done.day for done in self.history for game in done.games if game.probe}
        rows = [row for row in self.prescription.probe if row[0] in games and probed.get(row[0]) != self.room.day]
        blocks: list[Block] = []
        may = [row for row in rows if self._may_probe(*row)]
        for game, rung in sorted(may, key=lambda row: probed.get(row[0], -1)):
            block = Block(game, self.prescription.probe_trials, rung, probe=True)
            if self.seconds_of([*blocks, block]) + self.prescription.dose.rest_s <= PROBES * self._most_s:
                blocks.append(block)
        return tuple(blocks)

    def _may_probe(self, game: str, rung: int) -> bool:
        last = _last_rung(self.history, game)
        is_light = self.allowed.volume <= SHORT or self.allowed.step_down > 0
        is_harder = self.allowed.no_rise and (last is None or rung > last)
        return rung <= self.shelf[game].rungs and not is_light and not is_harder

    def _may_stand(self, block: Block) -> bool:
        return not block.probe or self._may_probe(block.game, block.level or 1)


def _split(total: int, weights: Sequence[float]) -> list[int]:
    """Return ``total`` in whole parts that go by their weights and add up to it."""
    ends = [round(total * part / sum(weights)) for part in accumulate(weights)]
    ends[-1] = total
    return [end - begin for begin, end in pairwise([0, *ends])]


def _shuffled(runs: Sequence[tuple[str, int]], order: str, last: str, chance: Chance) -> Iterator[tuple[str, int]]:
    """Yield the runs, each round of them in a random order where that is asked for: none of the game before it."""
    among = len(dict.fromkeys(game for game, _ in runs))
    for n in range(0, len(runs), among):
        left = list(runs[n : n + among])
        while left:
            others = [run for run in left if run[0] != last]
            run = chance.choice(others or left) if order == "random" else left[0]
            left.remove(run)
            last = run[0]
            yield run


def _program(
    prescription: Prescription, blocks: tuple[Block, ...], room: Room, cap: float | None, allowed: Allowed
) -> Program:
    dose, limits = prescription.dose, session_limits(prescription, cap)
    return Program(
        prescription.name, blocks, dose.rest_s, dose.least_rest_s, dose.rest_after, prescription.aim,
        replace(limits, minutes=min(limits.minutes, room.minutes)), prescription.expected,
        prescription.maximum and not allowed.no_grip, prescription.feedback,
        cap_n=prescription.cleared.cap_n or 0.0, speed=prescription.speed, scan=prescription.scan,
    )  # fmt: skip


def _with_feedback(block: Block, prescription: Prescription, history: Sequence[Done]) -> Block:
    """Return a block with the step of fading feedback that it has come to."""
    tries = tries_at(history, block.game)
    steps = [step.feedback for step in prescription.fade if step.after <= tries]
    told: Feedback | None = steps[-1] if steps else None
    return block if told is None or block.probe or block.explore else replace(block, feedback=told)


def tries_at(history: Sequence[Done], game: str) -> int:
    """Return how often a game was tried on its present rung or above."""
    rung = _last_rung(history, game)
    rows = [row for done in history for row in done.games if row.game == game and not row.probe]
    return 0 if rung is None else sum(row.trials for row in rows if row.rung >= rung)


def _last_rung(history: Sequence[Done], game: str) -> int | None:
    rows = (row for done in reversed(history) for row in reversed(done.games))
    return next((row.rung for row in rows if row.game == game and not row.probe), None)


# --- the fence ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Move:
    """One move of the top of a fence: on which day, of which game, from and to which rung, and why."""

    day: int
    game: str
    was: int
    high: int
    reason: Reason


def fence_of(
    prescription: Prescription, game: str, history: Iterable[Done], rungs: int, since: int = 0
) -> tuple[int, int]:
    """Return the lowest and the highest rung of a game now."""
    fence = dict(prescription.fences).get(game)
    if fence is None:
        return 1, rungs
    moves = fence_moves(prescription, game, history, rungs, since)
    top = rungs if fence.highest is None else min(rungs, fence.highest)
    high = moves[-1].high if moves else top
    return min(fence.lowest, high), high


def fence_moves(
    prescription: Prescription, game: str, history: Iterable[Done], rungs: int, since: int = 0
) -> tuple[Move, ...]:
    """Return how the top of a game's fence has moved since day ``since``, each move with its reason.

    It rises, up to ``furthest``, after good blocks at the top, and sinks, down to ``lowest``, after bad ones where the
    sinking would be felt. Blocks in which nothing was to get harder raise nothing. A fence without a highest rung
    stands still.
    """
    fence = dict(prescription.fences).get(game)
    if fence is None or fence.highest is None:
        return ()
    ends = (min(fence.lowest, rungs), min(fence.furthest or fence.highest, rungs))
    top, good, bad = min(fence.highest, rungs), 0, 0
    moves: list[Move] = []
    for done, piece in ((d, p) for d in history if d.day >= since for p in _pieces(d) if p.game == game):
        is_good, is_bad = _verdict(prescription, piece, top, done.held)
        good = good + 1 if is_good else good if piece.rung < top and not is_bad else 0
        bad = bad + 1 if is_bad else 0
        for key, count, rule, way in (("fence.rise", good, prescription.advance, 1),
                                      ("fence.sink", bad, prescription.regress, -1)):  # fmt: skip
            if count < rule.blocks:
                continue
            to = min(ends[1], max(ends[0], top + way * rule.rungs))
            if to != top:
                moves.append(Move(done.day, game, top, to, _reason(key, game, top, to, rule)))
            top, good, bad = to, 0, 0
            break
    return tuple(moves)


def _verdict(prescription: Prescription, piece: GameDone, top: int, held: bool) -> tuple[bool, bool]:
    """Tell whether a block was good at the top, and whether it was bad near it."""
    share, advance, regress = piece.hits / piece.trials, prescription.advance, prescription.regress
    is_good = share >= advance.success and piece.rung >= top
    is_bad = share < regress.success and piece.rung >= top - regress.rungs and not is_good
    return is_good and not held, is_bad


def _reason(key: str, game: str, was: int, to: int, rule: Criterion) -> Reason:
    values = (("game", f"@game.{game}"), ("from", str(was)), ("to", str(to)), ("blocks", str(rule.blocks)))
    return Reason(key, (*values, ("share", f"{round(rule.success * 100)}")))


def _pieces(done: Done) -> Iterator[GameDone]:
    """Yield the blocks of a session that say something; short runs of one game are put together until they do."""
    open_: dict[str, GameDone] = {}
    for row in done.games:
        if row.probe or row.trials <= 0:
            continue
        before = open_.pop(row.game, None)
        whole = replace(row, trials=row.trials + before.trials, hits=row.hits + before.hits) if before else row
        if whole.trials >= LEAST_TRIES:
            yield whole
        else:
            open_[row.game] = whole


# --- what was kept of the plan --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Adherence:
    """How much of the plan was done, as ``engine.goals.Adherence``, and the shares of bouts that ended early.

    ``self_ended`` ended by the patient's own choice, ``pain_ended`` by pain; a share of nothing is ``None``.
    """

    bouts_share: float | None
    minutes_share: float | None
    active_days: int
    longest_gap: int
    self_ended: float | None
    pain_ended: float | None


def adherence(
    prescription: Prescription, history: Iterable[Done], from_day: int, to_day: int, paused: Collection[int] = ()
) -> Adherence:
    """Return the adherence of the days from ``from_day`` to ``to_day``.

    Neither ``paused`` days (illness) count nor assessments.
    """
    days = [done for done in history if from_day <= done.day <= to_day]
    rows = [done for done in days if done.trials > 0 and not done.is_look]
    bouts = [(done.day, done.minutes) for done in rows]
    found = goals.adherence(bouts, prescription.dose, from_day, to_day, paused)
    ended = [sum(done.end == end for done in rows) / len(rows) if rows else None for end in ("self", "pain")]
    return Adherence(found.bouts, found.minutes, found.active_days, found.longest_gap, *ended)
