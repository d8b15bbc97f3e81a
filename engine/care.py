"""Look after the patient while a session goes on: when to ask, what the answers mean, and whether the hand tires."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine import fatigue, guard
from engine.game import FORCES, AnyGame
from engine.guard import Allowed, Event
from engine.level import Ladder
from engine.plan import Day, Plan
from engine.program import Block
from engine.recording import Trial
from engine.ticks import TICKS_PER_S, seconds

ASK_AFTER_S, ASK_WITHIN_S = 120.0, 300.0


@dataclass(frozen=True, slots=True)
class Told:
    """What was told or seen at a tick, and where the patient stands after it."""

    tick: int
    event: Event
    standing: guard.Standing


class Care:
    """The safety machine of one session; without a day in the plan nothing is asked."""

    def __init__(self, plan: Plan) -> None:
        self.day: Day | None = plan.day
        self.pain: int | None = None
        self.told: tuple[Told, ...] = ()
        self.left_out: frozenset[str] = frozenset()
        self._asked_at = 0
        self._fatigue: dict[int, bool] = {}

    @property
    def allowed(self) -> Allowed:
        """Return what may be done now."""
        if self.day is None:
            return Allowed(True)
        day = self.day
        allowed = guard.allowed(day.standing, day.moment, day.limits, day.flare)
        if not day.down:
            return allowed
        return replace(allowed, no_rise=True, step_down=max(allowed.step_down, day.down))

    @property
    def may_play(self) -> bool:
        """Tell whether play may go on: always asked before a trial begins."""
        return self.allowed.play

    @property
    def is_ended(self) -> bool:
        """Tell whether the whole day is over, and not just this bout: pain ends a day, effort a bout."""
        return self.day is not None and self.day.standing.day == "ended"

    def is_due(self, now: int, is_last: bool) -> bool:
        """Tell whether pain and effort are to be asked about: after each game, and each five minutes in a long one."""
        since_s = (now - self._asked_at) / TICKS_PER_S
        return self.day is not None and (is_last or since_s >= ASK_AFTER_S)

    def is_overdue(self, now: int) -> bool:
        """Tell whether it is so long since it was asked that it must be asked in mid-game."""
        return self.day is not None and now - self._asked_at >= seconds(ASK_WITHIN_S)

    def note(self, event: Event, now: int) -> None:
        """Take in what was told or seen; the safety machine goes on."""
        if event.kind == "told":
            self._asked_at = now
        if self.day is None:
            return
        at = replace(self.day.moment, utc_s=self.day.moment.utc_s + now / TICKS_PER_S)
        standing = guard.step(self.day.standing, event, at, self.day.limits, self.day.flare)
        self.day = replace(self.day, standing=standing)
        self.told += (Told(now, event, standing),)

    def may_play_block(self, block: Block, game: AnyGame) -> bool:
        """Tell whether a block may be played now: no force where none is allowed, no game that was left out."""
        forced = game.skill in FORCES
        return block.game not in self.left_out and not (forced and self.allowed.no_grip)

    def leave_out(self, game: str) -> None:
        """Play this game no more today: it hurt."""
        self.left_out |= {game}

    def judged(self, trials: Sequence[Trial], game: AnyGame, ladder: Ladder, now: int) -> fatigue.Fatigue:
        """Return whether the hand has slowed at a game, and by how much; what is new is taken in.

        One slowing is told once: the next can only be seen ten tries later.
        """
        own = [trial for trial in trials if trial.game == game.name and trial.cause != "no-try"]
        rows = [(self._lasted_s(trial), game.index(ladder.params(trial.difficulty))) for trial in own]
        found = fatigue.judge(rows)
        if found.flag and not self._fatigue.get(len(found.blocks)):
            self._fatigue[len(found.blocks)] = True
            self.note(Event("tired"), now)
        return found

    @staticmethod
    def _lasted_s(trial: Trial) -> float:
        return round((trial.end_tick - trial.start_tick) / TICKS_PER_S, 3)
