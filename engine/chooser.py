"""Decide what each trial asks: the adaptive core's difficulty, and the rules that outrank it.

The program's fence, a level chosen by hand, accuracy before speed, and the cap on force come before the core; where
misses come from one cause, its parameter is eased first. Each of them says so in the reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine import adaptive, fingers, gate, just, knob, safety
from engine.adaptive import Aim, Belief, Choice, Reason
from engine.fingers import Fingers, Weights
from engine.game import Answer, AnyGame
from engine.level import EASIEST, Ladder
from engine.plan import Plan, belief_key
from engine.program import Block
from engine.recording import Trial

LEAST = 1.0


@dataclass(frozen=True, slots=True)
class Turn:
    """What a trial asks: the choice of difficulty, the level's parameters as they are played, and weights of fingers.

    Without ``weights`` every finger is asked as often as the others.
    """

    choice: Choice
    params: Any
    weights: Weights = ()


@dataclass(frozen=True, slots=True)
class Ease:
    """A parameter that is eased before the others since the trial at difficulty ``was``."""

    key: str
    param: str
    cause: str
    was: float


class Chooser:
    """Keep the beliefs of a session, and choose with them."""

    def __init__(self, plan: Plan, games: Mapping[str, AnyGame]) -> None:
        self.plan = plan
        self._games = games
        self._beliefs = {key: Belief.from_json(text) for key, text in plan.beliefs.items()}
        self._fingers = {key: Fingers.from_json(text) for key, text in plan.fingers.items()}
        self._ease: Ease | None = None
        self._clocks: dict[str, float | None] = {}
        self._tops: dict[str, float] = {}
        self._down: int | None = None
        self._lower = 0

    def key(self, block: Block, played_with: str) -> str:
        """Return under which name the belief is kept."""
        return belief_key(block.game, self.plan.profile.hand, played_with)

    def belief(self, block: Block, played_with: str) -> Belief:
        """Return what is believed now; where nothing is known yet, what the program expects of this game."""
        known = self._beliefs.get(self.key(block, played_with))
        return known or adaptive.start(self.plan.program.aim, dict(self.plan.program.expected).get(block.game))

    def turn(self, block: Block, played_with: str, trials: Sequence[Trial]) -> Turn:
        """Return what the next trial asks, after ``trials`` of this session."""
        game, ladder = self._games[block.game], self._ladder(block)
        choice = self._choice(block, played_with)
        own = [trial for trial in trials if trial.game == block.game]
        plain = Turn(choice, ladder.params(choice.difficulty))
        if block.probe:
            return plain
        turn = self._eased(block, played_with, choice, own) or plain
        if game.peak(turn.params) > self.plan.program.limits.cap:  # an eased mixture is no way around the cap
            turn = plain
        return self._with_fingers(block, played_with, turn)

    def learned(
        self, block: Block, played_with: str, difficulty: float, hit: bool, passed: float | None, censored: bool
    ) -> Belief:
        """Learn from a trial, and return what is believed after it."""
        key, before = self.key(block, played_with), self.belief(block, played_with)
        after = adaptive.learn(before, self.aim(block, before, played_with), difficulty, hit, passed, censored)
        # A probe tells of the hand, but it is no step: play goes on from where it was, and not from the probe's rung.
        self._beliefs[key] = replace(after, played=before.played) if block.probe else after
        return self._beliefs[key]

    def learned_fingers(self, block: Block, played_with: str, choice: Choice, answers: Sequence[Answer]) -> str:
        """Learn from each finger that was asked, before the hand as a whole; return what is known of them, as JSON.

        With one switch no finger does what it is asked for. Each answer of a flight is expected to go well more often
        than all of them.
        """
        key = self.key(block, played_with)
        if answers and played_with != "switch":
            belief, known = self.belief(block, played_with), self._fingers.get(key, Fingers())
            expected, slope, ability = choice.predicted ** (1 / len(answers)), belief.summary.slope, belief.ability
            for answer in answers:
                index, ladder = self._games[block.game].index, self._ladder(block)
                passed, censored = just.answered(ladder, index, choice.difficulty, answer)
                known = fingers.learn(known, answer.finger, expected, answer.hit, passed, censored, slope, ability)
            self._fingers[key] = known
        return self._fingers[key].to_json() if key in self._fingers else ""

    def stretched(self, block: Block, played_with: str, stretch: Sequence[tuple[bool, float]]) -> Belief:
        """Note that a stretch of (hit, difficulty) without a rest is over, and return what is believed now."""
        belief, clock = self.belief(block, played_with), self._clock(block)
        if clock is not None and block.level is None:
            hits, difficulties = [hit for hit, _ in stretch], [difficulty for _, difficulty in stretch]
            rung = 100.0 / len(self._ladder(block).levels)
            belief = replace(belief, steady=gate.steadied(belief.steady, hits, difficulties, clock, rung))
            self._beliefs[self.key(block, played_with)] = belief
        return belief

    def hold(self, ways: Sequence[tuple[Block, str]], down: int = 0, lower: int = 0) -> None:
        """Let nothing become harder than it was last; it is never let go again.

        ``down`` are rungs below where the patient stood before anything was held, so that a second day held does not
        sink further; ``lower`` are rungs below what was played last. ``ways`` are the blocks that may come, each with
        what it is played with.
        """
        self._down, self._lower = max(self._down or 0, down), max(self._lower, lower)
        for block, played_with in ways:
            self._top(block, played_with)

    def _top(self, block: Block, played_with: str) -> float:
        """Return the most that is allowed of a game since it is held: what was played last, or the easiest."""
        key = self.key(block, played_with)
        if key not in self._tops:
            played = self.belief(block, played_with).played
            self._tops[key] = EASIEST if played is None else played
        rung, base = 100.0 / len(self._ladder(block).levels), dict(self.plan.day.base) if self.plan.day else {}
        top, stood = self._tops[key] - self._lower * rung, base.get(block.game, self._tops[key])
        return max(EASIEST, round(min(top, stood - (self._down or 0) * rung), 2))

    def rested(self, minutes: float) -> None:
        """Let every belief know of a rest."""
        for key, belief in self._beliefs.items():
            self._beliefs[key] = adaptive.rest(belief, self.plan.program.aim, minutes)

    def aim(self, block: Block, belief: Belief, played_with: str) -> Aim:
        """Return the program's aim, its fence closed around a level chosen by hand, or below the first clock.

        What holds the day down closes it further, and outranks all of it.
        """
        aim = self._fenced(block, belief)
        if self._down is None:
            return aim
        top = min(aim.fence[1], self._top(block, played_with))
        return replace(aim, fence=(min(aim.fence[0], top), top), rungs=None)

    def _fenced(self, block: Block, belief: Belief) -> Aim:
        aim = self._prescribed(block)
        if block.level is not None:
            ladder = self._ladder(block)
            low = ladder.start_of(block.level)
            if block.probe:  # each probe asks the very same, or its values could not be compared
                return replace(aim, fence=(low, low), rungs=None)
            return replace(aim, fence=(low, round(low + 99.9 / len(ladder.levels), 2)))
        clock = self._clock(block)
        is_open = gate.is_open(belief.steady) and self.plan.program.speed
        if clock is None or is_open or not aim.fence[0] <= clock < aim.fence[1]:
            return aim
        return replace(aim, fence=(aim.fence[0], clock))

    def _prescribed(self, block: Block) -> Aim:
        """Return the program's aim with its fence of rungs for this game."""
        aim, rungs = self.plan.program.aim, dict(self.plan.program.fences).get(block.game)
        if rungs is None:
            return aim
        ladder = self._ladder(block)
        most = len(ladder.levels)
        low = ladder.start_of(min(rungs[0], most))
        high = round(ladder.start_of(min(rungs[1], most)) + 99.9 / most, 2)
        low, high = max(low, aim.fence[0]), min(high, aim.fence[1])
        return replace(aim, fence=(min(low, high), high))

    def _with_fingers(self, block: Block, played_with: str, turn: Turn) -> Turn:
        """Return the turn with how often each finger is asked, and with the one that is asked most in its reason."""
        known, among = self._fingers.get(self.key(block, played_with)), getattr(turn.params, "fingers", ())
        if known is None or len(among) < 2:
            return turn
        belief = self.belief(block, played_with)
        band = self.aim(block, belief, played_with).band
        weights = fingers.cues(known, among, belief.summary.slope, turn.choice.predicted, band)
        if all(weight == 1.0 for _, weight in weights):
            return turn
        most, reason = fingers.most_asked(weights), turn.choice.reason
        if most:
            reason = replace(reason, values=(*reason.values, ("finger", most)))
        return replace(turn, choice=replace(turn.choice, reason=reason), weights=weights)

    def _choice(self, block: Block, played_with: str) -> Choice:
        """Return the difficulty; whatever the adaptive core says, no force above the cap is asked for."""
        belief = self.belief(block, played_with)
        aim = self.aim(block, belief, played_with)
        choice = adaptive.choose(belief, aim)
        limits = self.plan.program.limits
        allowed = safety.within_cap(self._games[block.game], self._ladder(block), choice.difficulty, limits)
        assert allowed is not None  # or the session would have been refused
        if allowed < choice.difficulty:
            return replace(choice, difficulty=allowed, reason=Reason("reason.cap", (("to", f"{allowed:g}"),)))
        if self._down is not None and choice.difficulty >= self._top(block, played_with):
            return replace(choice, reason=Reason("reason.held", (("to", f"{choice.difficulty:g}"),)))
        if block.probe:
            return replace(choice, reason=Reason("reason.probe", (("to", str(block.level)),)))
        if block.level is not None:
            return replace(choice, reason=Reason("reason.fixed", (("to", str(block.level)),)))
        if choice.difficulty >= aim.fence[1] < self.plan.program.aim.fence[1]:
            return replace(choice, reason=Reason("reason.clock", (("to", f"{choice.difficulty:g}"),)))
        return choice

    def _eased(self, block: Block, played_with: str, choice: Choice, own: Sequence[Trial]) -> Turn | None:
        """Return the turn with the parameter of the commonest cause eased first, while it is easier than before."""
        key, game, ladder = self.key(block, played_with), self._games[block.game], self._ladder(block)
        ease = self._ease
        if ease is None or ease.key != key or choice.difficulty > ease.was - LEAST:
            ease = self._new_ease(key, game, choice, own)
        self._ease = ease
        if ease is None:
            return None
        mixed = knob.eased(ladder, game.index, ease.was, choice.difficulty, ease.param)
        if mixed is None:
            return None
        values = (("from", f"{ease.was:g}"), ("to", f"{choice.difficulty:g}"), ("cause", ease.cause))
        return Turn(replace(choice, reason=Reason("reason.ease", values)), mixed[0])

    def _new_ease(self, key: str, game: AnyGame, choice: Choice, own: Sequence[Trial]) -> Ease | None:
        if not own or own[-1].hit or choice.difficulty > own[-1].difficulty - LEAST:
            return None
        eases = {str(cause): param for cause, param in game.eases}
        cause = knob.cause_of([trial.cause for trial in own], eases)
        return Ease(key, eases[cause], cause, own[-1].difficulty) if cause else None

    def _ladder(self, block: Block) -> Ladder:
        return self.plan.ladders[block.game]

    def _clock(self, block: Block) -> float | None:
        if block.game not in self._clocks:
            self._clocks[block.game] = gate.clock_from(self._ladder(block), self._games[block.game].self_paced)
        return self._clocks[block.game]
