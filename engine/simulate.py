"""Play like a patient, at the level of raw samples: slow or wrong fingers, forces that lag and sway, unsteady lines.

A simulated patient sees what a person sees (what the game asks for, some time ago) and answers with keys, raw
sensor counts or pointer positions, so that demonstrations, tests and benchmarks go through the same corridor as a
person. ``ability`` 0..1 sets all of it; practice and fatigue move it. The numbers are plausible, not clinical.
"""

from dataclasses import dataclass, replace
from math import exp, hypot, log, log2

from engine.calibration import Scale, mouse_height, to_stage
from engine.chance import Chance
from engine.fitting import Firm, Tare
from engine.game import FORCES, Follow, Intent, Press, Squeeze, Touch
from engine.ghost import along
from engine.hand import FINGERS, Finger
from engine.phases import Asked, Demo, Judge, Paused, Playing, Rest, Review, Seek, Summary, Why
from engine.profile import KEYS
from engine.sample import Sample
from engine.session import Session
from engine.ticks import TICKS_PER_S, seconds, to_ms, to_ticks

COUNTS = Scale(84_000.0, 884_000.0)
SENSOR_EVERY = 2
LOOK_S = 1.2


@dataclass(frozen=True, slots=True)
class Traits:
    """What a patient is like: ability 0..1, how much practice adds and fatigue takes away, lapses of attention.

    ``weak`` are fingers that react later than the others, each with the factor of its reaction time. ``pain`` and
    ``effort`` (0 to 10) are told when they are asked about, one after the other, the last one ever after.
    """

    ability: float = 0.5
    practice: float = 0.0
    practice_trials: float = 120.0
    fatigue: float = 0.0
    fatigue_trials: float = 40.0
    lapse: float = 0.02
    reaction_ms: float | None = None
    weak: tuple[tuple[str, float], ...] = ()
    pain: tuple[int, ...] = (0,)
    effort: tuple[int, ...] = (3,)

    def __post_init__(self) -> None:
        """Refuse an ability outside 0..1."""
        if not 0.0 <= self.ability <= 1.0:
            raise ValueError(f"ability: must lie in 0..1, not {self.ability}")

    def now(self, trials: int, since_rest: int) -> float:
        """Return the ability after so many trials, and so many since the last rest."""
        learnt = self.practice * (1 - exp(-trials / self.practice_trials))
        tired = self.fatigue * (1 - exp(-since_rest / self.fatigue_trials))
        return min(1.0, max(0.0, self.ability + learnt - tired))


@dataclass(frozen=True, slots=True)
class Body:
    """The moving parts: force and where it wanders, pointer and its offset, keys to lift, what is answered when.

    ``at`` is where the pointer is (mm); ``hurry`` is by how much its speed strays from what is asked, as a logarithm.
    """

    force: float = 0.0
    wander: float = 0.0
    slow: float = 0.0
    bias: float = 0.0
    offset_mm: float = 0.0
    pointing: bool = False
    speed: float = 1.0
    answered: Finger | None = None
    press_at: int | None = None
    press: tuple[Finger, ...] = ()
    at: tuple[float, float] = (0.0, 0.0)
    touching: bool = False
    hurry: float = 0.0
    lifts: tuple[tuple[int, str], ...] = ()


class Patient:
    """A simulated patient who plays a session; ask it for the samples of each tick."""

    def __init__(self, traits: Traits, seed: int | str = 0) -> None:
        self.traits = traits
        self._chance = Chance(f"patient-{seed}")
        self._body = Body()
        self._seen: list[tuple[int, Intent | None]] = []
        self._trial: tuple[int, int] = (-1, -1)
        self._rested = 0
        self._phase_at = 0
        self._phase: type[object] | None = None
        self._told: dict[str, int] = {}

    def samples(self, session: Session) -> tuple[Sample, ...]:
        """Return what the devices feel of this patient at the session's next tick."""
        tick, phase = session.now, session.phase
        if type(phase) is not self._phase:
            self._phase, self._phase_at = type(phase), tick
        if isinstance(phase, Playing):
            moved = self._play(session, phase, tick)
        else:
            moved = [*self._settle(session, tick), *self._choose(session, tick)]
        return (*self._lifted(tick), *moved, *self._sensor(session, tick))

    # Screens

    def _choose(self, session: Session, tick: int) -> list[Sample]:
        """Press the screen's first button, after a look at it."""
        phase = session.phase
        if isinstance(phase, Rest):
            self._rested = len(session.trials)
            if tick < phase.ready + seconds(0.5):
                return []
        if isinstance(phase, Asked):
            return self._answered(session, phase, tick - self._phase_at)
        if not isinstance(phase, Demo | Judge | Review | Seek | Rest | Paused | Summary | Why):
            return []
        waited = tick - self._phase_at
        if waited < seconds(LOOK_S) or waited % seconds(LOOK_S):
            return []
        return self._pressed("ENTER", tick)

    def _answered(self, session: Session, asked: Asked, waited: int) -> list[Sample]:
        """Press the number of how it is on the scale."""
        since = waited % seconds(LOOK_S)
        if waited < seconds(LOOK_S) or since > 1:
            return []
        told = self.traits.pain if asked.what == "pain" else self.traits.effort
        number = told[min(self._told.get(asked.what, 0), len(told) - 1)]
        button = next(b for b in session.scene().buttons if b.action == f"scale {number}")
        if since:
            self._told[asked.what] = self._told.get(asked.what, 0) + 1
            self._phase = None  # the next question looks the same from here
        return [Sample("mouse", to_ms(session.now), 0.0 if since else 1.0, button.x, button.y)]

    def _pressed(self, key: str, tick: int, held_ticks: int = 10) -> list[Sample]:
        self._body = replace(self._body, lifts=(*self._body.lifts, (tick + held_ticks, key)))
        return [Sample(f"key.{key}", to_ms(tick), 1.0)]

    def _lifted(self, tick: int) -> list[Sample]:
        due = [key for at, key in self._body.lifts if at <= tick]
        if due:
            left = tuple((at, key) for at, key in self._body.lifts if at > tick)
            self._body = replace(self._body, lifts=left)
        return [Sample(f"key.{key}", to_ms(tick), 0.0) for key in due]

    def _settle(self, session: Session, tick: int) -> list[Sample]:
        """Let go of everything between trials; squeeze firmly where the session asks for it."""
        phase = session.phase
        wanted = 1.0 if isinstance(phase, Firm) else 0.0
        force = self._body.force + (wanted - self._body.force) * 0.03
        self._body = replace(self._body, force=0.0 if isinstance(phase, Tare) else force, press_at=None)
        if self._body.pointing or self._body.touching:
            self._body = replace(self._body, pointing=False, touching=False)
            return [Sample("mouse", to_ms(tick), 0.0, 800.0, 450.0)]
        return []

    # Playing

    def _play(self, session: Session, playing: Playing, tick: int) -> list[Sample]:
        if (len(session.trials), playing.attempt) != self._trial:
            self._trial = (len(session.trials), playing.attempt)
            self._begin(session)
        intent = session.game.intent(playing.state)
        self._seen.append((tick, intent))
        ability = self.traits.now(len(session.trials), len(session.trials) - self._rested)
        if session.game.skill == "tap":
            return self._tap(session, intent, ability, tick)
        late = self._late(ability, tick)
        if session.game.skill == "grip":
            return self._grip(session, late, ability, tick)
        if session.game.skill == "trace":
            return self._trace(session, intent, ability, tick)
        return self._mix(session, intent, late, ability, tick)

    def _mix(
        self, session: Session, intent: Intent | None, late: Intent | None, ability: float, tick: int
    ) -> list[Sample]:
        """Do what is asked now, with whatever it takes; the hand that is not asked to squeeze lets go."""
        made: list[Sample] = []
        if isinstance(intent, Press) or self._body.press:
            made = self._tap(session, intent, ability, tick)
        elif isinstance(intent, Touch) or self._body.touching:
            made = self._touch(session, intent, late, ability, tick)
        elif isinstance(intent, Follow):
            if not self._body.pointing and self._body.press_at is None:
                self._body = replace(self._body, press_at=tick + to_ticks(400 + 800 * (1 - ability)))
            if self._body.pointing or tick >= (self._body.press_at or 0):
                made = self._trace(session, intent, ability, tick)
                self._body = replace(self._body, press_at=None)
        elif self._body.pointing:
            self._body = replace(self._body, pointing=False)
            made = [Sample("mouse", to_ms(tick), 0.0, *self._place(session))]
        if session.game.skill in FORCES:
            wanted = late if isinstance(intent, Squeeze) else None
            squeezed = self._grip(session, wanted, ability, tick)
            made += squeezed if isinstance(intent, Squeeze) or session.played_with == "keys" else []
        return made

    def _begin(self, session: Session) -> None:
        """Begin a trial: each one is a little different."""
        self._seen = []
        ability = self.traits.now(len(session.trials), len(session.trials) - self._rested)
        bias = self._chance.bell() * 0.35 * sway(ability)
        speed = exp(0.15 * self._chance.bell())
        self._body = replace(
            self._body, bias=bias, speed=speed, answered=None, press_at=None, press=(), at=(0.0, 0.0), touching=False,
            hurry=0.0,
        )  # fmt: skip

    def _late(self, ability: float, tick: int) -> Intent | None:
        """Return what was asked one reaction time ago."""
        ago = tick - to_ticks(180 + 350 * (1 - ability))
        while len(self._seen) > 1 and self._seen[1][0] <= ago:
            self._seen.pop(0)
        return self._seen[0][1] if self._seen and self._seen[0][0] <= ago else None

    def _tap(self, session: Session, intent: Intent | None, ability: float, tick: int) -> list[Sample]:
        body = self._body
        if isinstance(intent, Press) and body.press_at is None:
            pressed = self._fingers(session, intent.finger, ability)
            at = self._on_the_beat(session, intent.due_ms, ability) if intent.due_ms is not None else None
            if at is None:
                wait_ms = self._reaction(session, ability) * dict(self.traits.weak).get(intent.finger, 1.0)
                at = tick + to_ticks(wait_ms)
            self._body = replace(body, press_at=max(at, tick + 1), press=pressed)
            return []
        if body.press_at is None or tick < body.press_at:
            return []
        keys = {finger: key for key, finger in reversed(KEYS[session.plan.profile.hand])}
        self._body = replace(body, press_at=None, press=())
        made: list[Sample] = []
        for finger in body.press:
            made.extend(self._pressed(keys[finger], tick))
        return made

    def _on_the_beat(self, session: Session, due_ms: float, ability: float) -> int:
        """Return the tick of a press that is meant for ``due_ms`` of the trial: rhythm is kept, more or less."""
        phase = session.phase
        since = phase.since if isinstance(phase, Playing) else session.now
        return since + to_ticks(max(0.0, due_ms + beat(ability) * self._chance.bell()))

    def _reaction(self, session: Session, ability: float) -> float:
        """Draw a reaction time in ms: lognormal, longer with more fingers to choose from."""
        mean = self.traits.reaction_ms or 3000.0 * (380.0 / 3000.0) ** ability
        slow = 2.5 if self._chance.chances(self.traits.lapse) else 1.0
        return mean * slow * exp(0.22 * self._chance.bell() - 0.0242)

    def _fingers(self, session: Session, wanted: Finger, ability: float) -> tuple[Finger, ...]:
        """Draw which fingers go down: sometimes a neighbour instead, sometimes one that comes along."""
        phase = session.phase
        playable = getattr(phase.state.params, "fingers", FINGERS) if isinstance(phase, Playing) else FINGERS
        near = [f for f in FINGERS if abs(FINGERS.index(f) - FINGERS.index(wanted)) == 1]
        weak = (1 - ability) ** 1.5
        if len(playable) > 1 and self._chance.chances(0.06 * weak + 0.004):
            return (self._chance.choice(near),)
        if self._chance.chances(0.07 * weak + 0.003):
            return (wanted, self._chance.choice(near))
        return (wanted,)

    def _grip(self, session: Session, intent: Intent | None, ability: float, tick: int) -> list[Sample]:
        wanted = intent.share if isinstance(intent, Squeeze) else 0.0
        rate = intent.rate if isinstance(intent, Squeeze) else 1.0
        body = self._swayed(ability, wanted)
        lag_s = 0.12 + 0.25 * (1 - ability)
        towards = (wanted - body.force) / (lag_s * TICKS_PER_S)
        hasty = 2.2 if wanted == 0 and body.bias > 0.35 * (0.8 + 2 * ability) * sway(ability) else 1.0
        limit = min(0.6, rate * hasty) / TICKS_PER_S
        self._body = replace(body, force=max(0.0, body.force + max(-limit, min(limit, towards))))
        felt = self._felt(wanted)
        if session.played_with == "mouse":
            return [Sample("mouse", to_ms(tick), 0.0, *session.focus.out(800.0, round(mouse_height(felt), 1)))]
        if session.played_with == "keys":
            return self._hold_key(session, felt, tick)
        return []

    def _swayed(self, ability: float, wanted: float) -> Body:
        """Let the force wander: a fast tremble and a slow drift, larger for a weaker hand."""
        body, size = self._body, sway(ability)
        fast = body.wander * (1 - 1 / 36) + self._chance.bell() * size * 0.23
        slow = body.slow * (1 - 1 / 240) + self._chance.bell() * size * 0.075
        return replace(body, wander=fast, slow=slow)

    def _felt(self, wanted: float) -> float:
        body = self._body
        grown = min(1.0, body.force / 0.10)
        return max(0.0, body.force + grown * (body.bias + body.wander + body.slow))

    def _hold_key(self, session: Session, felt: float, tick: int) -> list[Sample]:
        """Hold or let go of the key that squeezes, to come near the force that is wanted."""
        down = any(key == "SPACE" for _, key in self._body.lifts)
        now = session.force
        if not down and now < felt - 0.01:
            return self._pressed("SPACE", tick, 100_000)
        if down and now > felt + 0.01:
            self._body = replace(self._body, lifts=tuple(row for row in self._body.lifts if row[1] != "SPACE"))
            return [Sample("key.SPACE", to_ms(tick), 0.0)]
        return []

    def _sensor(self, session: Session, tick: int) -> list[Sample]:
        """Return the force sensor's own reading, whatever the hand does."""
        if session.plan.played_with["grip"] != "serial" or tick % SENSOR_EVERY:
            return []
        felt = self._felt(1.0) if isinstance(session.phase, Playing) else self._body.force
        counts = COUNTS.zero + felt * (COUNTS.full - COUNTS.zero) + 60 * self._chance.bell()
        return [Sample("grip", to_ms(tick), float(round(counts)), device_ms=to_ms(tick))]

    def _trace(self, session: Session, intent: Intent | None, ability: float, tick: int) -> list[Sample]:
        if not isinstance(intent, Follow) or tick - self._phase_at < to_ticks(400 + 800 * (1 - ability)):
            return []
        speed = self._body.speed * pace(ability)
        if intent.bounded:
            speed = self._bounded(intent.speed_mm_s, ability)
        here, there = along(intent.ahead, speed / TICKS_PER_S), along(intent.ahead, 3.0)
        ahead = along(intent.ahead, 6.0)
        long = hypot(ahead[0] - there[0], ahead[1] - there[1]) or 1.0
        dx, dy = (ahead[0] - there[0]) / long, (ahead[1] - there[1]) / long
        keep = exp(-speed / TICKS_PER_S / 25.0)
        lean = self._body.bias / sway(ability) * wobble(ability)
        step = self._chance.bell() * wobble(ability) * (1 - keep * keep) ** 0.5
        offset = self._body.offset_mm * keep + step if self._body.pointing else 0.0
        place = (here[0] - dy * (offset + lean), here[1] + dx * (offset + lean))
        pressed = 1.0
        if not self._body.pointing:
            place = intent.ahead[0]
        self._body = replace(self._body, offset_mm=offset, pointing=True, at=place)
        return [Sample("mouse", to_ms(tick), pressed, *self._place(session))]

    def _bounded(self, asked_mm_s: float, ability: float) -> float:
        """Return the speed of this tick, near the one that is asked: on the careful side, and uneven."""
        keep, size = 1 - 1 / (0.4 * TICKS_PER_S), unevenness(ability)
        hurry = self._body.hurry * keep + self._chance.bell() * size * (1 - keep * keep) ** 0.5
        self._body = replace(self._body, hurry=hurry)
        return float(0.85 * asked_mm_s * self._body.speed ** (2 * size) * exp(hurry))

    def _place(self, session: Session) -> tuple[float, float]:
        per_mm = session.focus.units_per_mm(session.plan.profile.units_per_mm)
        return session.focus.out(*to_stage(*self._body.at, per_mm, session.flipped))

    def _touch(
        self, session: Session, intent: Intent | None, late: Intent | None, ability: float, tick: int
    ) -> list[Sample]:
        """Move to a place and touch it: the time grows with the distance (Fitts 1954), the place is missed a little."""
        body = self._body
        if body.touching:
            self._body = replace(body, touching=False, press_at=None)
            return [Sample("mouse", to_ms(tick), 0.0, *self._place(session))]
        if not isinstance(intent, Touch):
            return []
        if body.press_at is None:
            far = hypot(intent.x_mm - body.at[0], intent.y_mm - body.at[1])
            wait_ms = self._reaction(session, ability) / 2 + (90 + 260 * (1 - ability)) * log2(far / 8 + 1)
            self._body = replace(body, press_at=tick + to_ticks(wait_ms))
            return []
        if tick < body.press_at:
            return []
        aim = late if isinstance(late, Touch) else intent
        size = wobble(ability)
        at = (aim.x_mm + size * self._chance.bell(), aim.y_mm + size * self._chance.bell())
        self._body = replace(body, touching=True, at=at)
        return [Sample("mouse", to_ms(tick), 1.0, *self._place(session))]


def sway(ability: float) -> float:
    """Return the standard deviation of a held force, as a share of the maximum."""
    return float(0.009 * (0.045 / 0.009) ** (1 - ability))


def wobble(ability: float) -> float:
    """Return the standard deviation of a traced line about the middle, in mm."""
    return float(6.5 ** (1 - ability))


def beat(ability: float) -> float:
    """Return the standard deviation of a press about the beat, in ms."""
    return float(22.0 * (150.0 / 22.0) ** (1 - ability))


def unevenness(ability: float) -> float:
    """Return the standard deviation of the logarithm of a speed that is kept."""
    return float(0.07 * (0.5 / 0.07) ** (1 - ability))


def pace(ability: float) -> float:
    """Return the speed of tracing in mm/s."""
    return exp(log(70.0) * ability + log(22.0) * (1 - ability))
