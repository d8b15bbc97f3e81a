"""Play any game in the real window as somebody would who understands it, or who errs on purpose, by real events.

The seed of a session is known, so a twin of it can be led beside the window, on a clock of its own: the very same
session, which feels what the window is made to feel. The twin says what its game asks for (``Game.intent``), a
``Spoil`` may bend that, and hands do it: keys, the pointer, a simulated sensor. The twin is never asked how the trial
went; that is read from the database that the program in the window keeps.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Any

from screen import AGAIN_S, DEAF_S, PATIENCE_S, Board, Copy, Screen, started, wait_for

from app import rooms
from app.palette import PALETTES
from engine import screens, sensor_screens
from engine.calibration import mouse_height, to_stage
from engine.fitting import Firm
from engine.game import Follow, Intent, Press, Squeeze, Touch
from engine.ghost import along
from engine.hand import Finger
from engine.phases import Demo, Playing
from engine.plan import Plan, from_header
from engine.profile import KEYS, Profile
from engine.program import Block
from engine.recording import Trial
from engine.sample import Sample
from engine.scene import STAGE_H, STAGE_W, Bar, Button, Circle
from engine.session import Session
from engine.source import FILTER, SENSORS, Source
from engine.ticks import TICKS_PER_S, to_ms

FRAME_S = 1 / 60
REACTION_S, HOLD_S, WAY_S, STAY_S = 0.45, 0.12, 0.40, 0.20
LINGER_S = 0.35  # a hand lets go a little after it may: the window may be behind on a busy computer
MOST_FRAME_S = 0.05
EASE_PER_S, FIRM = 0.35, 0.5
BESIDE_FORCE = 0.004
ASK_S, STILL_S = 0.08, 8.0
USUAL = Profile()
START = next(s for s in screens.demonstration(USUAL, "ladybirds", "keys", False, False) if isinstance(s, Button))
FIRM_RING = next((s.x, s.y, s.r, s.r) for s in sensor_screens.firm(0.0).shapes if isinstance(s, Circle))
CARD = PALETTES["light"]["card"]
BOARD = Source("serial:T0042", "", 80.0, FILTER, "count", 2.0**24, -(2.0**23), 2.0**23 - 1)
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Together:
    """Want to press two fingers at once."""

    fingers: tuple[Finger, Finger]


@dataclass(frozen=True, slots=True)
class Hover:
    """Want to have the pointer at (x, y) mm, without pressing."""

    x_mm: float
    y_mm: float


Wanted = Intent | Together | Hover | None
Spoil = Callable[[Intent | None, Any], Wanted]
"""Bend what is intended in a state of the game, to err in one way; what is not bent is done as it should be."""


def as_asked(intent: Intent | None, state: Any) -> Wanted:
    """Want what the game asks for."""
    return intent


# --- the twin -------------------------------------------------------------------------------------------


class Cell:
    """What the twin feels of the simulated sensor: 80 readings a second of the share that the hand squeezes with."""

    def __init__(self) -> None:
        """Begin with an open hand."""
        self.share = 0.0
        self._read = 0

    def readings(self, tick: int) -> list[Sample]:
        """Return the readings up to a tick."""
        made = []
        while (self._read + 1) * 12.5 <= to_ms(tick):
            self._read += 1
            counts = round(84_000 + 1_000_000 * self.share) + self._read * 7 % 5 - 2
            made.append(Sample("grip", self._read * 12.5, float(counts), device_ms=self._read * 12.5))
        return made


class Twin:
    """The same session as in the window, without a window."""

    def __init__(self, plan: Plan) -> None:
        """Begin the session of ``plan``."""
        self.session = Session(plan, rooms.all_games())
        self.trials: list[Trial] = []
        self.cell = Cell() if self.played_with in SENSORS else None
        self._born_s = 0.0
        self._waiting: list[Sample] = []

    @property
    def played_with(self) -> str:
        """Return what the game is played with."""
        return self.session.played_with

    @property
    def profile(self) -> Profile:
        """Return who plays."""
        return self.session.plan.profile

    @property
    def state(self) -> Any:
        """Return the state of the trial under way; ``None`` between trials."""
        phase = self.session.phase
        return phase.state if isinstance(phase, Playing) else None

    @property
    def first(self) -> Any:
        """Return the state that the first trial begins with: its demonstration shows the very same one."""
        phase = self.session.phase
        assert isinstance(phase, Demo)
        return phase.state

    @property
    def intent(self) -> Intent | None:
        """Return what the game asks for now."""
        return self.session.game.intent(self.state) if self.state is not None else None

    @property
    def trial_ms(self) -> float:
        """Return the time since the trial began."""
        phase = self.session.phase
        return to_ms(self.session.now - phase.since) if isinstance(phase, Playing) else 0.0

    def press_start(self) -> None:
        """Fit the sensor, watch the demonstration for a moment and press START, faster than real time."""
        while not isinstance(self.session.phase, Demo):
            assert self.cell is not None
            self.cell.share = 1.0 if isinstance(self.session.phase, Firm) else 0.0
            self._tick(())
        for _ in range(TICKS_PER_S):
            if self.cell is not None:
                self.cell.share = 0.0
            self._tick(())
        start = next(button for button in self.session.scene().buttons if button.action == "start")
        for down in (0.0, 1.0, 0.0):
            self._tick((Sample("mouse", to_ms(self.session.now), down, start.x, start.y),))
        assert isinstance(self.session.phase, Playing)

    def set_clock(self, now_s: float) -> None:
        """Let the twin's time be that of the clock from now on."""
        self._born_s = now_s - self.session.now / TICKS_PER_S

    def go(self, now_s: float, felt: Sequence[Sample] = ()) -> None:
        """Let the time pass up to ``now_s`` with what was felt, each at its own second of the clock."""
        self._waiting += [replace(sample, at_ms=(sample.at_ms - self._born_s) * 1000) for sample in felt]
        while self.session.now / TICKS_PER_S < now_s - self._born_s:
            waiting, self._waiting = self._waiting, []
            self._tick(waiting)

    def hurry(self, most_s: float = 200.0) -> None:
        """Let the trial under way come to its end without anything being done."""
        last = self.session.now + most_s * TICKS_PER_S
        while isinstance(self.session.phase, Playing) and self.session.now < last:
            self._tick(())

    def _tick(self, samples: Sequence[Sample]) -> None:
        more = self.cell.readings(self.session.now) if self.cell else []
        frame = self.session.tick((*samples, *more), (BOARD,) if self.cell else ())
        if frame.trial is not None:
            self.trials.append(frame.trial)


def plan_of(game: str, level: int, seed: int, device: str = "", trials: int = 1) -> Plan:
    """Return the plan that ``regrasp play`` makes of these, for one who never played before."""
    blocks = (Block(game, trials, level),)
    program = replace(rooms.built_in_program(), name="play", blocks=blocks)
    played_with = {"tap": "keys", "grip": device or "keys", "trace": "mouse"}
    return Plan(seed, USUAL, program, rooms.all_ladders(), played_with)  # type: ignore[arg-type]


# --- the hands ------------------------------------------------------------------------------------------


class Hands:
    """Keys and pointer of a screen and a sensor, and what they were made to do since that was last asked.

    Without a copy of the program nothing is done but remembered, for a rehearsal.
    """

    def __init__(self, copy: Copy | None = None, board: Board | None = None, profile: Profile = USUAL) -> None:
        """Open a tool that obeys line by line at once."""
        self._copy, self._board = copy, board
        keys = profile.keys or KEYS[profile.hand]
        self._names = {finger: key for key, finger in reversed(keys)}
        self._felt: list[Sample] = []
        self.at: Pair = (START.x, START.y)
        self.down = False
        self.held: set[Finger] = set()
        self._tool: subprocess.Popen[str] | None = None
        if copy is not None:
            self._tool = subprocess.Popen(["xdotool", "-"], stdin=subprocess.PIPE, env=copy.screen.env, text=True)

    def __enter__(self) -> "Hands":
        """Return the hands."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of everything."""
        self.open(0.0)
        if self._tool is not None:
            with suppress(OSError, subprocess.TimeoutExpired):
                self._tool.communicate(timeout=5)
            self._tool.kill()

    def open(self, now_s: float) -> None:
        """Let go of every key, of the pointer and of the sensor."""
        for finger in tuple(self.held):
            self.key(finger, False, now_s)
        if self.down:
            self.press(False, now_s)
        self.squeeze(0.0)

    def felt(self) -> list[Sample]:
        """Return what was done since the last call; ``at_ms`` is the second of the clock."""
        felt, self._felt = self._felt, []
        return felt

    def key(self, finger: Finger, down: bool, now_s: float) -> None:
        """Press or release the key of a finger."""
        name = self._names[finger]
        (self.held.add if down else self.held.discard)(finger)
        keysym = name.lower().removeprefix("num_")
        self._do(f"key{'down' if down else 'up'} --delay 0 {keysym}")
        self._felt.append(Sample(f"key.{name}", now_s, float(down)))

    def point(self, x: float, y: float, now_s: float) -> None:
        """Move the pointer to a point of the stage, or what pixel is nearest to it."""
        if self._copy is not None:
            place = self._copy.px(x, y)
            x, y = self._copy.stage(*place)
            self._do(f"mousemove {place[0]} {place[1]}")
        self.at = (x, y)
        self._felt.append(Sample("mouse", now_s, float(self.down), x, y))

    def press(self, down: bool, now_s: float) -> None:
        """Press or release the pointer."""
        self.down = down
        self._do(f"mouse{'down' if down else 'up'} 1")
        self._felt.append(Sample("mouse", now_s, float(down), *self.at))

    def squeeze(self, share: float) -> None:
        """Squeeze the sensor with a share of the firm squeeze."""
        if self._board is not None:
            self._board(f"force {FIRM * share:.4f}")

    def _do(self, line: str) -> None:
        if self._tool is not None:
            assert self._tool.stdin is not None
            self._tool.stdin.write(line + "\n")
            self._tool.stdin.flush()


# --- who plays ------------------------------------------------------------------------------------------


class Player:
    """Do with hands what the twin's game asks for, as a spoil has it."""

    def __init__(self, twin: Twin, hands: Hands, spoil: Spoil = as_asked) -> None:
        self.twin, self.hands, self.spoil = twin, hands, spoil
        self._asked: object = None
        self._since_s = 0.0
        self._from: Pair = hands.at
        self._until: dict[Finger, float] = {}
        self._up_s: float | None = None
        self._leads = False
        self._goal = twin.session.force
        self._now_s = 0.0
        self._frame_s = FRAME_S

    def step(self, now_s: float) -> None:
        """Let the time pass up to ``now_s``, and do what is to be done then."""
        self.twin.go(now_s, self.hands.felt())
        self._frame_s, self._now_s = min(MOST_FRAME_S, max(0.0, now_s - self._now_s)), now_s
        self._release()
        wanted = self.spoil(self.twin.intent, self.twin.state) if self.twin.state is not None else None
        if self._up_s is not None:
            return
        if self._leads and not isinstance(wanted, Follow):
            self._leads = False
            self.hands.press(False, now_s)
            return
        if not isinstance(wanted, Squeeze) and self._goal > 0:
            self._squeeze(Squeeze(0.0))
            if self._goal > 0:
                return
        self._do(wanted)

    def _do(self, wanted: Wanted) -> None:
        if isinstance(wanted, Press):
            self._press((wanted.finger,), wanted.due_ms)
        elif isinstance(wanted, Together):
            self._press(wanted.fingers, None)
        elif isinstance(wanted, Touch):
            self._touch(wanted)
        elif isinstance(wanted, Follow):
            self._follow(wanted)
        elif isinstance(wanted, Squeeze):
            self._squeeze(wanted)
        elif isinstance(wanted, Hover):
            self.hands.point(*self._stage(wanted.x_mm, wanted.y_mm), self._now_s)
        if wanted is None or isinstance(wanted, Hover):
            self._asked = None

    def _noticed(self, what: object) -> bool:
        """Tell whether something is wanted for longer than just now; its reaction begins when it is new."""
        if self._asked != what:
            self._asked, self._since_s, self._from = what, self._now_s, self.hands.at
            return False
        return True

    def _release(self) -> None:
        """Lift the fingers and the pointer that have pressed for long enough."""
        for finger in [finger for finger, until in self._until.items() if self._now_s >= until]:
            del self._until[finger]
            self.hands.key(finger, False, self._now_s)
        if self._up_s is not None and self._now_s >= self._up_s:
            self._up_s = None
            self.hands.press(False, self._now_s)

    def _press(self, fingers: tuple[Finger, ...], due_ms: float | None) -> None:
        if not self._noticed(fingers) or self.hands.held:
            return
        if due_ms is None and self._now_s < self._since_s + REACTION_S:
            return
        if due_ms is not None and self.twin.trial_ms < due_ms:
            return
        for finger in fingers:
            self.hands.key(finger, True, self._now_s)
            self._until[finger] = self._now_s + HOLD_S
        self._asked = None

    def _reached(self, x: float, y: float) -> bool:
        """Move the pointer to a point of the stage in a gentle curve of speed; tell whether it has stayed there."""
        share = min(1.0, (self._now_s - self._since_s) / WAY_S)
        eased = share * share * (3 - 2 * share)
        from_x, from_y = self._from
        self.hands.point(from_x + (x - from_x) * eased, from_y + (y - from_y) * eased, self._now_s)
        return self._now_s >= self._since_s + WAY_S + FRAME_S

    def _touch(self, wanted: Touch) -> None:
        if not self._noticed(Touch):
            return
        if self._reached(*self._stage(wanted.x_mm, wanted.y_mm)):
            self.hands.press(True, self._now_s)
            self._up_s, self._asked = self._now_s + STAY_S, None

    def _follow(self, wanted: Follow) -> None:
        if not self._leads:
            if self._noticed(Follow) and self._reached(*self._stage(*wanted.ahead[0])):
                self.hands.press(True, self._now_s)
                self._leads, self._asked = True, None
            return
        place = along(wanted.ahead, wanted.speed_mm_s * self._frame_s)
        self.hands.point(*self._stage(*place), self._now_s)

    def _stage(self, x_mm: float, y_mm: float) -> Pair:
        x, y = to_stage(x_mm, y_mm, self.twin.profile.units_per_mm, self.twin.session.flipped)
        return min(STAGE_W - 4, max(4.0, x)), min(STAGE_H - 4, max(4.0, y))

    def _squeeze(self, wanted: Squeeze) -> None:
        """Move the force evenly towards what is wanted; letting go begins a little late."""
        lets_go = wanted.share <= 0
        self._noticed("open" if lets_go else "squeeze")
        lingers = lets_go and self._now_s < self._since_s + LINGER_S
        share = self._goal if lingers else wanted.share
        step = self._frame_s * min(EASE_PER_S, wanted.rate)
        if wanted.rate > 10:  # all at once
            step = 1.0
        self._goal += max(-step, min(step, share - self._goal))
        self._hold(self._goal)

    def _hold(self, goal: float) -> None:
        if self.twin.played_with == "mouse":
            self.hands.point(STAGE_W / 2, mouse_height(goal), self._now_s)
        elif self.twin.cell is not None:
            self.twin.cell.share = goal
            self.hands.squeeze(goal)
        else:
            self._ramp(goal)

    def _ramp(self, goal: float) -> None:
        """Hold the key that squeezes while the force is below what is wanted."""
        thumb, off = Finger.THUMB, self.twin.session.force - goal
        if goal > 0 and off < -BESIDE_FORCE and thumb not in self.hands.held:
            self.hands.key(thumb, True, self._now_s)
        elif (goal <= 0 or off > BESIDE_FORCE) and thumb in self.hands.held:
            self.hands.key(thumb, False, self._now_s)


def rehearsed(plan: Plan, spoil: Spoil = as_asked, most_s: float = 200.0) -> Trial:
    """Return the trial that a player makes without a window, as fast as that goes."""
    twin = Twin(plan)
    twin.press_start()
    now_s = 0.0
    twin.set_clock(now_s)
    with Hands(profile=twin.profile) as hands:
        player = Player(twin, hands, spoil)
        while not twin.trials:
            assert now_s < most_s, f"no end after {most_s:g} s: {twin.session.phase}"
            now_s += FRAME_S
            player.step(now_s)
    return twin.trials[0]


# --- in the window --------------------------------------------------------------------------------------


class Puppet:
    """One who plays in the window of a copy of the program, trial after trial."""

    def __init__(self, copy: Copy, hands: Hands, twin: Twin, began_s: float) -> None:
        """Begin with the first trial, which began at that second of the clock."""
        self.copy, self.hands, self.twin = copy, hands, twin
        self.twin.set_clock(began_s)
        self._over_s: float | None = None

    def play(self, spoil: Spoil = as_asked, patience_s: float = 60.0) -> dict[str, Any]:
        """Play one trial, and return it as it stands in the database."""
        self._meet()
        count = len(self.copy.trials())
        player = Player(self.twin, self.hands, spoil)
        began_s = done_s = asked_s = time.monotonic()
        while True:
            now_s = time.monotonic()
            if now_s >= asked_s + ASK_S:
                kept, asked_s = self.copy.trials(), now_s
                if len(kept) > count:
                    break
                self._can_go_on(now_s - began_s < patience_s)
            if len(self.twin.trials) <= count:
                player.step(now_s)
                done_s = now_s
            elif now_s > done_s + STILL_S:
                self.hands.open(now_s)
            time.sleep(max(0.0, FRAME_S - (time.monotonic() - now_s)))
        self._over_s = time.monotonic()
        self.hands.open(self._over_s)
        for trial in self.twin.trials[count:]:
            assert kept[count]["params"] == trial.params, "the twin played another trial"
        return kept[count]

    def _can_go_on(self, patient: bool) -> None:
        assert self.copy.process.poll() is None, f"the program ended: {self.copy.said.read_text()}"
        if not patient:
            self.copy.keep_picture("in-vain")
            raise AssertionError(f"the trial does not end; that of the twin: {self.twin.session.phase}")

    def _meet(self) -> None:
        """Let the twin be where the window is, after a trial that has just been over."""
        if self._over_s is None:
            return
        if self.twin.cell is not None:
            self.twin.cell.share = 0.0
        self.twin.hurry()
        self.twin.set_clock(self._over_s)


@contextmanager
def played(
    screen: Screen, folder: Path, game: str, level: int, seed: int, device: str = "", trials: int = 1
) -> Iterator[Puppet]:
    """Yield a puppet in front of a window in which a game has just begun; no part of it remains."""
    command = ["play", game, "--level", str(level), "--trials", str(trials), "--seed", str(seed)]
    with ExitStack() as stack:
        board = None
        if device == "serial":
            board = stack.enter_context(Board(folder / "grip"))
            command += ["--device", f"serial:{folder / 'grip'}"]
        elif device:
            command += ["--device", device]
        copy = stack.enter_context(started(screen, folder, *command))
        if board is not None:
            _squeeze_firmly(copy, board)
        copy.wait_to_see(START)
        hears_s = time.monotonic() + DEAF_S
        twin = Twin(_plan_in_window(copy))
        twin.press_start()
        hands = stack.enter_context(Hands(copy, board, twin.profile))
        time.sleep(max(0.0, hears_s - time.monotonic()))
        yield Puppet(copy, hands, twin, _press_start(copy, hands))


def _squeeze_firmly(copy: Copy, board: Board) -> None:
    """Let the sensor be fitted to the hand."""
    copy.wait_for("the firm squeeze to be asked for", lambda: copy.share(CARD, FIRM_RING)[0] > 0.9)
    board(f"force {FIRM}")
    copy.wait_to_see(START)
    board("force 0")


def _plan_in_window(copy: Copy) -> Plan:
    """Return the plan of the session in the window, as its records have it."""
    [row] = copy.wait_for("the session's header", lambda: copy.rows("SELECT header FROM sessions WHERE id = 1"))
    return from_header(json.loads(row["header"]), rooms.all_games())


def _press_start(copy: Copy, hands: Hands) -> float:
    """Press START, see that it worked, and return the second of the clock at which it was let go."""
    for _ in range(8):
        hands.point(START.x, START.y, 0.0)
        hands.press(True, 0.0)
        time.sleep(HOLD_S)
        hands.press(False, 0.0)
        pressed_s = time.monotonic()
        hands.felt()  # the twin has pressed its own
        with suppress(AssertionError):
            wait_for("the trial to begin", lambda: not copy.shows(START), AGAIN_S)
            return pressed_s
    raise AssertionError("START does nothing")


def see_the_hint(copy: Copy, cause: str, patience_s: float = PATIENCE_S) -> None:
    """Wait for the card that says what to change: its lower right corner, where no word is."""
    card = next(shape for shape in screens.hint(cause) if isinstance(shape, Bar))
    corner = (card.x + card.w / 2 - 50, card.y - card.h / 2 + 12, 30, 8)
    copy.wait_for("the hint", lambda: copy.share(CARD, corner)[0] > 0.9, patience_s)


# --- ways to err ----------------------------------------------------------------------------------------


def aside(far_mm: Callable[[Any], float]) -> Spoil:
    """Lead so far to the left of the way, seen ahead; the way is left little by little."""

    def bent(intent: Intent | None, state: Any) -> Wanted:
        if not isinstance(intent, Follow) or not getattr(state, "hooked", True):
            return intent
        grown = min(1.0, max(0.0, getattr(state, "at_mm", 8.0)) / 8.0)
        return replace(intent, ahead=_shifted(intent.ahead, far_mm(state) * grown))

    return bent


def _shifted(ahead: tuple[Pair, ...], far_mm: float) -> tuple[Pair, ...]:
    """Return the next bit of a way, so far to its left."""
    moved = []
    for (ax, ay), (bx, by) in pairwise(ahead[:16]):
        long = hypot(bx - ax, by - ay)
        if long > 1e-6:
            out_x, out_y = -(by - ay) / long * far_mm, (bx - ax) / long * far_mm
            moved += [(ax + out_x, ay + out_y), (bx + out_x, by + out_y)]
    return tuple(moved) or ahead
