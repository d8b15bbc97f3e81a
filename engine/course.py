"""Follow the program: which block and try it is, what is asked of it, what is written down, and what comes next."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from engine import calibration, edges, resting, safety, telling, written
from engine.care import Care
from engine.chance import Chance
from engine.chooser import Chooser, Turn
from engine.edges import Edges
from engine.fatigue import Fatigue
from engine.feedback import Feedback
from engine.game import AnyGame
from engine.guard import Event
from engine.instruments import Instruments
from engine.level import EASIEST, Ladder
from engine.phases import Asked, Found, Over, Rest, Review, Seek, Waiting
from engine.plan import Plan
from engine.program import Block
from engine.recording import Trial
from engine.ticks import seconds

LOWER_WHEN_TIRED = 1  # rungs


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing more is played; ``how`` as in ``engine.recording.End``."""

    how: str


Next = Asked | Waiting | Rest | Review | Seek | Done | Literal["demo", "try"]


class Course:
    """The way of one session through its program, as far as the day allows; ``number`` is that of the block."""

    def __init__(self, plan: Plan, games: Mapping[str, AnyGame], care: Care, instruments: Instruments) -> None:
        self.number = 0
        self.trials: tuple[Trial, ...] = ()
        self.edges = Edges()
        self.attempt = 0
        self.interrupted: tuple[str, ...] = ()
        self._plan = plan
        self._games = games
        self._played = tuple(games[block.game] for block in plan.program.blocks)
        self._care = care
        self._instruments = instruments
        self._chooser = Chooser(plan, games)
        self._refuse_what_cannot_be_played()
        self.number = self._first()
        self._hold()

    def _refuse_what_cannot_be_played(self) -> None:
        """Raise ``ValueError`` before anything is played if a block names a wrong level, or only too much force."""
        for block in self._plan.program.blocks:
            ladder = self._plan.ladders[block.game]
            if block.level is not None:
                ladder.start_of(block.level)
            if block.explore and not self._games[block.game].edges:
                raise ValueError(f"{block.game}: there is no edge to explore in it")
            if safety.within_cap(self._games[block.game], ladder, EASIEST, self._plan.program.limits) is None:
                raise ValueError(f"{block.game}: even the easiest level asks for more force than the cap allows")

    def _first(self) -> int:
        """Return the number of the first block that may be played today; raise ``ValueError`` where none may."""
        first = self._playable_from(0)
        if first is None and self._care.may_play:
            raise ValueError("program: nothing in it may be played today")
        return first or 0

    # Where it is

    @property
    def block(self) -> Block:
        """Return the block that is played now."""
        return self._plan.program.blocks[min(self.number, len(self._plan.program.blocks) - 1)]

    @property
    def game(self) -> AnyGame:
        """Return the game that is played now."""
        return self._played[min(self.number, len(self._played) - 1)]

    @property
    def played_with(self) -> str:
        """Return what the game is played with now."""
        return self._instruments.way(self.game.skill)

    @property
    def flipped(self) -> bool:
        """Tell whether the game is seen in a mirror, for a left hand."""
        return calibration.is_flipped(self._plan.profile.hand, self.game.mirrors)

    @property
    def feedback(self) -> Feedback:
        """Return the schedule of feedback that holds in this block."""
        return self.block.feedback or self._plan.program.feedback

    @property
    def in_block(self) -> list[Trial]:
        """Return the trials of this block."""
        return [trial for trial in self.trials if trial.block == self.number]

    @property
    def is_begun(self) -> bool:
        """Tell whether anything was tried in this block."""
        return bool(self.in_block or self.edges.in_block > 0 or self.attempt)

    @property
    def sought(self) -> str:
        """Return the edge that is to be found now."""
        return self.edges.sought(self.game)

    def chance(self, attempt: int) -> Chance:
        """Return the chance of the next trial; its demonstration shows the very same one."""
        number = len(self.trials) + len(self.edges.found)
        return Chance(self._plan.seed).child(f"trial-{number}").child(f"attempt-{attempt}")

    def turn(self) -> Turn:
        """Return what the next trial asks."""
        if self.block.explore:
            return edges.turn(self.game, self._ladder, self._plan.program.limits)
        return self._chooser.turn(self.block, self.played_with, self.trials)

    # What is written down

    def write(self, over: Over, told: bool | None = None) -> Trial:
        """Write a trial down and learn from it; the program says whether it is told, where nobody else does."""
        around = written.Around(
            len(self.trials), self.number, self.block, self.game, self._ladder, self._plan.profile.hand,
            self.played_with, self._instruments.source(self.game.skill), self._instruments.marks(self.game.skill),
            self.interrupted,
        )  # fmt: skip
        in_block = self.in_block
        known = written.learned(over, around, self._chooser, in_block, self._plan.program.rest_after)
        told = self._tells(over, known.passed, len(in_block) + 1) if told is None else told
        trial = written.trial(over, around, known, told)
        self.trials += (trial,)
        self.attempt, self.interrupted = 0, ()
        return trial

    def explored(self, over: Over, now: int) -> Found:
        """Keep what came of seeking an edge, and return what is shown of it."""
        found = edges.found(over, self.game, self.sought, now)
        self.edges = self.edges.plus(found.sought, found.found)
        self.attempt, self.interrupted = 0, ()
        return found

    def edge_lines(self, known: int) -> list[str]:
        """Return the lines of a recording for the edges that were explored after the first ``known``."""
        return [edges.line(self.game.name, *edge) for edge in self.edges.found[known:]]

    def rested(self, minutes: float) -> None:
        """Let what is believed know of a rest."""
        self._chooser.rested(minutes)

    def _tells(self, over: Over, passed: float | None, done: int) -> bool:
        """Tell whether the program lets the patient know at once how this trial went."""
        hit, difficulty = over.outcome.result == "hit", over.playing.chosen.difficulty
        return not self.block.probe and self.feedback.tells(done, hit, difficulty, passed)

    # What comes next

    def after_trial(self, now: int) -> Next:
        """Return what follows a trial: the latest tries are looked back on, where that is due, or it goes on."""
        return telling.review(self.in_block, self.feedback, self.block.trials) or self.onwards(now)

    def onwards(self, now: int) -> Next:
        """Return what follows a trial: the next one, the demonstration, a rest, or the next block."""
        in_block = self.in_block
        if len(in_block) >= self.block.trials:
            return self._after_block(now)
        if resting.needs_demo(in_block) and not self.block.probe:
            return "demo"
        if len(in_block) % self._plan.program.rest_after == 0:
            return Asked("pain", rests=True) if self._care.is_overdue(now) else self._rest(now)
        return "try"

    def after_edge(self, now: int) -> Next:
        """Return what follows an edge that was sought: the next one, or the next block."""
        return self._after_block(now) if self.edges.is_through(self.game) else Seek(self.sought)

    def answered(self, asked: Asked, action: str, now: int) -> Next:
        """Take in how much it hurts or how hard it was, and go on as the day then allows."""
        kind, _, number = action.partition(" ")
        said = int(number) if kind == "scale" else None
        if asked.what == "pain" and not asked.again:
            return replace(asked, what="effort", told=said)
        pain, effort = (said, None) if asked.what == "pain" else (asked.told, said)
        self._care.note(Event("told", pain=pain, effort=effort), now)
        return self._cared_for(asked, now)

    def _cared_for(self, asked: Asked, now: int) -> Next:
        """Go on, wait, or end, as the safety machine says."""
        allowed = self._care.allowed
        self._hold()
        if allowed.wait_s:
            self._care.leave_out(self.game.name)
            return Waiting(now, now + seconds(allowed.wait_s))
        if not allowed.play:
            return Done("pain" if self._care.is_ended else "effort")
        if asked.rests and self._care.may_play_block(self.block, self.game):
            return self._rest(now)
        return self._next_block(now)

    def _after_block(self, now: int) -> Next:
        is_last = self._following() is None
        is_due = self._care.is_overdue(now) if self.block.probe and not is_last else self._care.is_due(now, is_last)
        if is_due:
            return Asked("pain")
        return self._next_block(now)

    def _next_block(self, now: int) -> Next:
        """Go on with the next block that may be played; without one the session is done."""
        tired = self._tired(now)
        if not self._care.may_play:
            return Done("tired" if self._care.allowed.why == "tired" else "done")
        following = self._following()
        if following is None:
            return Done("done")
        self.number = following
        self.edges = self.edges.in_next_block()
        self.attempt, self.interrupted = 0, ()
        return resting.rest(self._plan.program, tired, now)

    def _following(self) -> int | None:
        """Return the number of the next block that may be played, ``None`` after the last one."""
        return self._playable_from(self.number + 1)

    def _playable_from(self, number: int) -> int | None:
        blocks = self._plan.program.blocks
        for n in range(number, len(blocks)):
            if self._care.may_play_block(blocks[n], self._games[blocks[n].game]):
                return n
        return None

    def _rest(self, now: int) -> Next:
        """Let the hand rest, longer if it has slowed; it ends where it slowed again."""
        tired = self._tired(now)
        return resting.rest(self._plan.program, tired, now) if self._care.may_play else Done("tired")

    def _tired(self, now: int) -> Fatigue | None:
        """Return whether the hand has slowed, where that is looked at; nothing gets harder once it has."""
        if self._care.day is None or self.block.explore:
            return None
        found = self._care.judged(self.trials, self.game, self._ladder, now)
        self._hold(LOWER_WHEN_TIRED if found.flag else 0)
        return found

    def _hold(self, down: int = 0) -> None:
        """Let nothing become harder where the day says so."""
        allowed = self._care.allowed
        if allowed.no_rise or allowed.step_down or down:
            blocks = self._plan.program.blocks
            ways = [(block, self._instruments.way(self._games[block.game].skill)) for block in blocks]
            self._chooser.hold(ways, allowed.step_down, lower=down)

    @property
    def _ladder(self) -> Ladder:
        return self._plan.ladders[self.block.game]
