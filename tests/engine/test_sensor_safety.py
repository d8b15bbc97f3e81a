"""Check that whatever a sensor sends, nothing unsafe, invented or half-felt becomes of it, and that it replays."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from practice import GAMES, key, mouse, plan_of, rest_for
from sensed import BOARD, FULL, OTHER, STALE_MS, TOP, ZERO, Hand

from engine.calibration import Scale
from engine.fitting import Fitting
from engine.game import AnyGame, Grip, Step
from engine.phases import Demo, Paused, Playing, Stopped, Summary, Why
from engine.plan import from_header, to_header
from engine.profile import Profile
from engine.program import Block
from engine.recording import header_line, parse
from engine.replay import verify
from engine.safety import Limits, Watch, seen, verdict
from engine.sample import Sample
from engine.session import Session
from engine.signals.health import DROPPED, GAP, NO_DATA, RESET, SATURATED
from engine.source import Source
from engine.ticks import seconds, to_ms

STEP_MS = 1000 / 120
QUICK = (Phase.explicit, Phase.generate)  # a failing example of whole sessions takes minutes to be made smaller


class Spy:
    """Games that keep what they are given in a trial, and count how often any of them was stepped."""

    def __init__(self) -> None:
        self.steps = 0
        self.session: Session | None = None
        self.felt: list[Grip] = []
        self.games = {name: replace(game, step=self._watching(game)) for name, game in GAMES.items()}

    def _watching(self, game: AnyGame) -> Any:
        def step(state: Any, tick: int, events: Any) -> Step[Any]:
            self.steps += 1
            if self.session is not None and isinstance(self.session.phase, Playing):
                since_ms = to_ms(self.session.phase.since)
                self.felt += [replace(e, at_ms=e.at_ms + since_ms) for e in events if isinstance(e, Grip)]
            return game.step(state, tick, events)

        return step


class Ordeal:
    """A session with a sensor to which anything happens, looked at after every tick."""

    def __init__(self, cap: float = 0.4, known: bool = True, **changes: Any) -> None:
        self.spy, self.cap = Spy(), cap
        changes = {"limits": Limits(cap=cap), "rest_after": 100} | changes
        plan = plan_of(Block("cup", 50), grip="serial", **changes)
        plan = replace(plan, scale=Scale(ZERO, FULL), source=BOARD) if known else plan
        self.session = self.spy.session = Session(plan, self.spy.games)
        self.hand = Hand(self.session)
        self.scale = plan.scale
        self.well = True
        self.stuck_since: int | None = None

    def tick(self, *more: Sample, share: float | None = None) -> None:
        """Let one tick pass and look at everything."""
        ended, steps, self.spy.felt = self.session.end, self.spy.steps, []
        frame = self.hand.tick(*more, share=share)
        grips = [s for s in self.hand.given if s.channel == "grip"]
        self.well = _good(grips[-1]) if grips else self.well
        if self.session.played_with == "serial":
            self.look_at_forces(grips)
        self.look_at_phase()
        if frame.trial is not None and frame.trial.played_with == "serial":
            sensor = self.hand.sensor
            assert self.well, "a trial was finished while the sensor was in trouble"
            assert sensor.linked, "a trial was finished without the sensor"
            assert to_ms(self.session.now) - sensor.heard_ms <= STALE_MS + 2 * STEP_MS, "a trial on a force of before"
            assert self.stuck_since is None or self.session.now - self.stuck_since < seconds(0.7)
        for row in (json.loads(line)["fit"] for line in frame.lines if line.startswith('{"fit":')):
            self.scale = Scale(row["zero"], row["full"]) if row["full"] else self.scale
        if ended is not None:
            assert self.spy.steps == steps, "a game went on after the end"

    def look_at_forces(self, grips: list[Sample]) -> None:
        """Each force that the game felt must be a good reading of this tick, by the scale that is on record."""
        good = {round(s.at_ms, 2): s for s in grips if _good(s)}
        for force in self.spy.felt:
            sample = good[round(force.at_ms, 2)]
            assert self.scale is not None
            assert force.raw == pytest.approx(self.scale.share(sample.value), abs=2e-6)
            assert force.raw is not None
            assert force.raw <= self.session.plan.program.limits.hard, "the game went on above the hard limit"
        assert len(self.spy.felt) <= len(good)

    def look_at_phase(self) -> None:
        phase = self.session.phase
        if isinstance(phase, Playing | Demo):
            assert self.session.game.peak(phase.state.params) <= self.cap
        if self.session.end is not None:
            assert not isinstance(phase, Playing | Demo | Paused | Fitting)

    def replays(self) -> None:
        """Play the recording again: it must give the very same trials and fits."""
        self.hand.frames.append(self.session.close())
        header = header_line(to_header(self.session.plan))
        recording = parse([header, *self.hand.lines])
        assert recording.trials == self.session.trials
        assert recording.end is not None
        again = Hand(Session(from_header(recording.header, GAMES), GAMES))
        samples, sources = dict(recording.samples), dict(recording.sources)
        for tick in range(self.session.now):
            there = (sources[tick],) if tick in sources else ()
            again.frames.append(again.session.tick(samples.get(tick, ()), there))
        assert again.session.trials == recording.trials
        assert tuple(again.fits) == recording.fits
        assert again.session.end in (None, self.session.end)


def _good(sample: Sample) -> bool:
    """Tell whether a reading says something of the force, by what its sender made of it."""
    return not sample.flags & (SATURATED | NO_DATA) and abs(sample.value) != inf and -(2**23) < sample.value < TOP


# --- what can happen ------------------------------------------------------------------------------------

KEYS = ["ENTER", "SPACE", "TAB", "LEFT", "F1", "J"]
faults = st.one_of(
    st.sampled_from([("pull", 0), ("mute", 0), ("well", 0), ("stick", 0), ("other", 0), ("board", 0)]),
    st.tuples(st.just("plug"), st.sampled_from([0.0, 0.0, 0.03, -0.2])),
    st.tuples(st.just("flags"), st.sampled_from([SATURATED, NO_DATA, 0])),
    st.tuples(st.just("once"), st.sampled_from([GAP, RESET, DROPPED, SATURATED, NO_DATA, GAP | RESET])),
    st.tuples(st.just("odd"), st.sampled_from([TOP, -(2.0**23), 1e300, -1e300, inf, 0.0, -5e6, 1e9, 7e6, 600_000.0])),
    st.tuples(st.just("squeeze"), st.sampled_from([0.0, 0.1, 0.3, 0.75, 0.9, 1.5, 6.0])),
    st.tuples(st.just("rate"), st.sampled_from([0.5, 2.0, 8.0, 30.0])),
    st.tuples(st.just("noise"), st.sampled_from([0.0, 60.0, 60.0, 5000.0])),
)
presses = st.one_of(
    st.tuples(st.just("key"), st.sampled_from(KEYS)),
    st.tuples(st.just("click"), st.integers(0, 3)),
)
waits = st.sampled_from([1, 2, 9, 31, 33, 70, 130])
settling = st.tuples(st.just(("settle", 0)), st.sampled_from([200, 350]))
happenings = st.one_of(st.tuples(faults, waits), st.tuples(faults, waits), st.tuples(presses, waits), settling)


def befall(ordeal: Ordeal, deed: tuple[str, Any]) -> Iterator[Sample]:
    """Do one thing to the sensor, or yield what was pressed."""
    kind, what = deed
    hand, sensor, session = ordeal.hand, ordeal.hand.sensor, ordeal.session
    plain: dict[str, Callable[[], object]] = {
        "pull": sensor.pull,
        "plug": lambda: (sensor.plug(ZERO + what * (FULL - ZERO)), setattr(sensor, "share", 0.0)),
        "mute": lambda: setattr(sensor, "mute", True),
        "well": sensor.well,
        "flags": lambda: setattr(sensor, "flags", what),
        "once": lambda: setattr(sensor, "once", sensor.once | what),
        "odd": lambda: setattr(sensor, "odd", what),
        "other": lambda: setattr(sensor, "source", OTHER),
        "board": lambda: setattr(sensor, "source", BOARD),
        "stick": lambda: setattr(sensor, "value", ZERO + round(sensor.share * (FULL - ZERO))),
        "settle": lambda: settle(ordeal),
        "rate": lambda: setattr(hand, "rate", what),
        "noise": lambda: setattr(sensor, "noise", what),
    }
    plain.get(kind, lambda: None)()
    ordeal.stuck_since = None if sensor.value is None else ordeal.stuck_since or session.now
    if kind == "key":
        yield from (key(session, what), key(session, what, down=False))
    if kind == "click" and session.scene().buttons:
        button = session.scene().buttons[what % len(session.scene().buttons)]
        yield from (mouse(session, button.x, button.y, down=True), mouse(session, button.x, button.y))


def settle(ordeal: Ordeal) -> None:
    """Let everything be as it should."""
    hand, sensor = ordeal.hand, ordeal.hand.sensor
    sensor.well()
    sensor.plug(ZERO)
    sensor.source, sensor.noise, sensor.share, sensor.once, sensor.odd, hand.rate = BOARD, 60.0, 0.0, 0, None, 0.8


def endure(ordeal: Ordeal, rows: list[tuple[tuple[str, Any], int]]) -> None:
    """Let things happen one after the other, and time pass in between."""
    for deed, wait in rows:
        pressed = list(befall(ordeal, deed))
        share = float(deed[1]) if deed[0] == "squeeze" else None
        for n in range(wait):
            ordeal.tick(*pressed[n : n + 1], share=share)


@settings(max_examples=28, phases=QUICK)
@given(
    st.lists(happenings, min_size=4, max_size=14),
    st.sampled_from([0, 125, 300]),
    st.sampled_from([0.2, 0.4]),
    st.booleans(),
    st.sampled_from(["key", "button", ""]),
    st.lists(happenings, max_size=2),
)
def test_whatever_a_sensor_sends_nothing_unsafe_invented_or_half_felt_comes_of_it_and_it_replays(
    before: Any, skilled: int, cap: float, tone: bool, stop: str, after: Any
) -> None:
    ordeal = Ordeal(cap, profile=Profile(tone=tone))
    for _ in range(skilled):
        ordeal.tick()
    endure(ordeal, before)
    session = ordeal.session
    if stop and session.end is None and not session.over:
        button = next(b for b in session.scene().buttons if b.action == "stop")
        ordeal.tick(mouse(session, 5, 5))
        ordeal.tick(mouse(session, button.x, button.y, down=True) if stop == "button" else key(session, "ESCAPE"))
        assert session.end is not None
        assert session.end.how == "stopped"
    endure(ordeal, after)
    assert session.end is None or isinstance(session.phase, Stopped | Summary | Why) or session.over
    ordeal.replays()


@settings(max_examples=20, phases=QUICK)
@given(st.lists(st.tuples(faults, waits), min_size=3, max_size=10), st.sampled_from([0, 250]), st.booleans())
def test_once_the_sensor_is_well_again_play_goes_on_whatever_befell_it(rows: Any, skilled: int, known: bool) -> None:
    ordeal = Ordeal(known=known)
    for _ in range(skilled):
        ordeal.tick()
    endure(ordeal, [row for row in rows if row[0][0] != "squeeze" or row[0][1] < 2])
    settle(ordeal)
    ordeal.stuck_since = None
    done, last = len(ordeal.session.trials), ordeal.session.now + seconds(60)
    while len(ordeal.session.trials) == done:
        assert ordeal.session.now < last, f"still in {ordeal.session.phase}, {ordeal.session._sensing}"
        ordeal.tick()


def test_the_ordeal_sees_what_it_must_not_see_so_the_tests_above_can_fail() -> None:
    ordeal = Ordeal()
    while not ordeal.session.trials:
        ordeal.tick()
    assert ordeal.spy.steps > 100
    ordeal.spy.felt = [Grip(0.1, 12.5, 0.1)]
    with pytest.raises(KeyError):
        ordeal.look_at_forces([])
    ordeal.spy.felt = [Grip(0.9, 12.5, 0.9)]
    with pytest.raises(AssertionError, match="above the hard limit"):
        ordeal.look_at_forces([Sample("grip", 12.5, ZERO + 0.9 * (FULL - ZERO))])


def test_a_recording_of_a_window_that_was_closed_just_before_a_trial_was_over_replays() -> None:
    whole, ordeal = Ordeal(), Ordeal()
    while not whole.session.trials:
        whole.tick()
    while ordeal.session.now < whole.session.now - 1:
        ordeal.tick()
    assert ordeal.session.trials == ()
    ordeal.hand.frames.append(ordeal.session.close())
    recording = parse([header_line(to_header(ordeal.session.plan)), *ordeal.hand.lines])
    assert verify(recording, GAMES).difference == ""


def test_a_recording_with_every_fault_in_it_replays_by_the_one_command_for_it() -> None:
    ordeal = Ordeal(known=False)
    rows = [("once", GAP), ("once", RESET), ("odd", 7e6), ("flags", SATURATED), ("flags", NO_DATA), ("stick", 0),
            ("pull", 0), ("other", 0)]  # fmt: skip
    for row in rows:
        done = len(ordeal.session.trials)
        while not isinstance(ordeal.session.phase, Playing):
            ordeal.tick()
        endure(ordeal, [(("squeeze", 0.1), 40), (row, 80), (("settle", 0), 200)])
        ordeal.hand.sensor.source = OTHER if row[0] == "other" else ordeal.hand.sensor.source
        while len(ordeal.session.trials) == done:
            ordeal.tick()
    ordeal.tick(key(ordeal.session, "ESCAPE"))
    recording = parse([header_line(to_header(ordeal.session.plan)), *ordeal.hand.lines])
    found = verify(recording, GAMES)
    assert (found.difference, found.trials) == ("", len(rows))
    befell = {mark for trial in recording.trials for mark in (*trial.marks, *trial.interrupted)}
    assert befell >= {"gap", "reset", "impossible-step", "strong", "cell", "stuck", "unplugged"}
    assert len({trial.source.device for trial in recording.trials}) == 2
    assert {fit.kind for fit in recording.fits} == {"tare", "firm"}


# --- the moments that matter ----------------------------------------------------------------------------


def holding() -> Ordeal:
    """Return a session in the middle of holding a cup, known to its own noise."""
    ordeal = Ordeal(rest_after=100)
    while not isinstance(ordeal.session.phase, Playing):
        ordeal.tick()
    for _ in range(seconds(1.0)):
        ordeal.tick(share=0.1)
    assert isinstance(ordeal.session.phase, Playing)
    return ordeal


def test_a_spike_that_the_shown_force_would_hide_pauses_at_once() -> None:
    ordeal = holding()
    session, at_ms = ordeal.session, to_ms(ordeal.session.now)
    shown = []
    for n, share in enumerate((0.3, 0.55, 0.81)):
        session.tick((Sample("grip", at_ms + 3 * n, ZERO + share * (FULL - ZERO)),), (BOARD,))
        shown.append(session.force)
    assert max(shown) < 0.6, "smoothed, nobody would see it"
    assert session.phase == Paused("hard")


@pytest.mark.parametrize("n", range(3))
def test_the_strongest_of_several_readings_in_one_tick_pauses(n: int) -> None:
    ordeal = holding()
    shares = [0.3, 0.3, 0.3]
    shares[n] = 0.85
    events = [Grip(0.2, 12.5 * k, share) for k, share in enumerate(shares)]
    assert verdict(seen(Watch(), events, 5, 0.1, Limits()), 5, Limits()) == "rest"
    session, at_ms = ordeal.session, to_ms(ordeal.session.now)
    rows = [0.3, 0.6, *(max(0.6, share) for share in shares), 0.4]
    session.tick([Sample("grip", at_ms + k, ZERO + v * (FULL - ZERO)) for k, v in enumerate(rows)], (BOARD,))
    assert session.phase == Paused("hard")


@pytest.mark.parametrize("tells", [True, False])
def test_no_trial_ends_on_a_force_that_nobody_has_felt_for_250_ms(tells: bool) -> None:
    whole = trial_ticks()
    for first in range(10, whole + 30, 17):
        ordeal = started()
        ordeal.hand.sensor.tells = tells
        for _ in range(first):
            ordeal.tick()
        ordeal.hand.sensor.mute = True
        done = len(ordeal.session.trials)
        for _ in range(seconds(1.5)):
            ordeal.tick(share=0.0 if first > whole - 60 else None)
        assert len(ordeal.session.trials) - done <= 1
        if tells:
            assert ordeal.session.phase == Paused("unplugged")


def started() -> Ordeal:
    """Return a session whose first trial begins now; its demonstration is not looked at."""
    ordeal = Ordeal()
    while not isinstance(ordeal.session.phase, Demo):
        ordeal.tick()
    ordeal.session._phase = ordeal.session._fresh_trial()
    return ordeal


def trial_ticks() -> int:
    """Return how many ticks the first trial takes."""
    ordeal, began = started(), 0
    began = ordeal.session.now
    while not ordeal.session.trials:
        ordeal.tick()
    return ordeal.session.now - began


def test_a_trouble_at_any_moment_of_a_trial_keeps_it_from_ending() -> None:
    for first in range(0, trial_ticks() + 20, 13):
        for flags in (SATURATED, NO_DATA):
            ordeal = started()
            for _ in range(first):
                ordeal.tick()
            ordeal.hand.sensor.flags = flags
            for _ in range(seconds(0.8)):
                ordeal.tick()
            if not ordeal.session.trials:
                assert ordeal.session.phase == Paused("strong" if flags == SATURATED else "cell")


def test_a_force_above_the_hard_limit_while_the_demonstration_plays_pauses_the_trial_at_its_first_tick() -> None:
    ordeal = Ordeal()
    while not isinstance(ordeal.session.phase, Demo):
        ordeal.tick()
    for _ in range(seconds(2)):
        ordeal.tick(share=0.95)
    steps = ordeal.spy.steps
    ordeal.session._phase = ordeal.session._fresh_trial()
    ordeal.tick(share=0.95)
    assert ordeal.session.phase == Paused("hard")
    assert ordeal.spy.steps == steps


def test_a_sensor_is_no_danger_to_a_game_that_is_played_with_keys() -> None:
    spy = Spy()
    session = spy.session = Session(plan_of(Block("cup", 1), grip="keys"), spy.games)
    rest_for(session, 1.0)
    session._phase = session._fresh_trial()
    for n in range(seconds(2)):
        session.tick((Sample("grip", to_ms(session.now), (TOP, 1e9, -1e9)[n % 3], flags=n % 4),), (BOARD, OTHER))
    assert isinstance(session.phase, Playing)
    assert {force.raw for force in spy.felt} == {None}
    assert {force.share for force in spy.felt} == {0.0}


def test_sources_of_both_kinds_side_by_side_are_told_once_each() -> None:
    pads = Source("pads:P7", rate_hz=200.0)
    session = Session(plan_of(Block("ladybirds", 1), grip="serial", tap="pads"), GAMES)
    lines = [line for _ in range(300) for line in session.tick((), (BOARD, pads)).lines]
    assert [line for line in lines if "source" in line] == [lines[0], lines[1]]
