"""Check what a session makes of a force sensor: how it is fitted, what is said of each trial, what is heard."""

import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from practice import GAMES, GENTLE, begin, click, key, mouse, plan_of, play, press, rest_for, session_of
from sensed import BOARD, FULL, OTHER, TOP, ZERO, Hand, Sensor, notes_of

from engine.calibration import Scale
from engine.fitting import TARE_S, Firm, Greatest, Tare
from engine.hand import Finger
from engine.phases import After, Demo, Paused, Phase, Playing, Rest, Stopped, Summary
from engine.profile import Profile
from engine.program import Block
from engine.recording import Trial
from engine.safety import Limits
from engine.sample import Sample
from engine.scene import Words
from engine.session import NOTE_ASKED, NOTES, Session
from engine.signals.health import GAP, NO_DATA, SATURATED
from engine.signals.maximum import COUNTDOWN_S, REST_LEAST_S, TRIALS, TRIALS_MOST
from engine.source import SENSORS, Source
from engine.ticks import seconds, to_ms

EASY = Block("cup", 3, level=1)


def fresh(*blocks: Block, **changes: Any) -> Hand:
    """Return a hand at a session whose sensor is not fitted yet."""
    return Hand(session_of(*(blocks or (EASY,)), grip="serial", **changes))


def fitted(*blocks: Block, **changes: Any) -> Hand:
    """Return a hand at a session whose sensor is known from an earlier day: only its zero is found anew."""
    plan = replace(plan_of(*(blocks or (EASY,)), grip="serial", **changes), scale=Scale(ZERO, FULL), source=BOARD)
    return Hand(Session(plan, GAMES))


def playing(*blocks: Block, **changes: Any) -> Hand:
    """Return a hand in the middle of holding the first cup."""
    hand = fitted(*blocks, **changes)
    hand.until(Playing)
    hand.go(0.8)
    assert isinstance(hand.session.phase, Playing)
    return hand


def words(hand: Hand) -> list[str]:
    return [shape.key for shape in hand.session.scene().shapes if isinstance(shape, Words)]


def fits(hand: Hand) -> list[tuple[str, float, float]]:
    return [(fit.kind, fit.zero, fit.full) for fit in hand.fits]


# --- zero and firm squeeze ------------------------------------------------------------------------------


def test_zero_and_firm_squeeze_come_before_play_and_each_is_on_record() -> None:
    hand = fresh()
    phases: list[type[Phase]] = []
    while not hand.session.trials:
        if not phases or phases[-1] is not type(hand.session.phase):
            phases.append(type(hand.session.phase))
        hand.tick()
    assert phases == [Tare, Firm, Demo, Playing]
    tare, firm = hand.fits
    assert (tare.kind, tare.full, tare.moved, tare.tries) == ("tare", 0.0, False, ())
    assert (firm.kind, firm.zero) == ("firm", tare.zero)
    assert tare.zero == pytest.approx(ZERO, abs=60)
    assert firm.full == pytest.approx(FULL, rel=0.01)
    assert 0 < tare.noise < 400
    assert tare.tick == seconds(TARE_S)
    assert hand.session.trials[0].hit


def test_a_hand_on_the_sensor_is_asked_to_let_go_until_it_does() -> None:
    hand = fresh()
    hand.sensor.noise, hand.sensor.share = 4000.0, 0.2
    hand.go(3.5, share=0.2)
    assert isinstance(hand.session.phase, Tare)
    assert hand.session.phase.refused
    assert "tare.again" in words(hand)
    assert hand.cues.count("warn") == 3, "once for each second that was refused"
    assert hand.fits == []
    hand.sensor.noise = 60.0
    hand.until(Firm, most_s=3)
    assert len(hand.fits) == 1


def test_a_still_hand_is_noticed_where_the_zero_of_before_is_known() -> None:
    hand = fitted()
    hand.sensor.share = 0.1
    hand.go(TARE_S + 0.1, share=0.1)
    assert isinstance(hand.session.phase, Tare)
    assert hand.session.phase.refused
    hand.until(Demo)
    assert fits(hand) == [("tare", pytest.approx(ZERO, abs=60), pytest.approx(FULL, abs=60))]


@pytest.mark.parametrize(("shift", "moved"), [(0.0, False), (0.01, False), (0.03, True), (-0.5, True)])
def test_after_a_lost_link_the_zero_is_found_anew_and_it_says_whether_it_has_moved(shift: float, moved: bool) -> None:
    hand = playing()
    hand.sensor.pull()
    hand.go(2.0)
    assert hand.session.phase == Paused("unplugged")
    hand.sensor.plug(ZERO + shift * (FULL - ZERO))
    hand.sensor.share = 0.0
    hand.until(Playing)
    assert [(fit.kind, fit.moved) for fit in hand.fits] == [("tare", False), ("tare", moved)]
    zero, full = hand.fits[-1].zero, hand.fits[-1].full
    assert full - zero == pytest.approx(FULL - ZERO)
    assert zero == pytest.approx(hand.sensor.zero, abs=60)
    hand.until(After)
    assert hand.session.trials[0].hit


PHASES: dict[str, Callable[[Hand], Any]] = {
    "demonstration": lambda hand: hand.until(Demo),
    "trial": lambda hand: (hand.until(Playing), hand.go(0.5)),
    "after a trial": lambda hand: hand.until(After),
    "rest": lambda hand: hand.until(Rest),
    "pause": lambda hand: (hand.until(Playing), hand.until(Paused, share=0.9)),
}


@pytest.mark.parametrize(
    ("when", "s"),
    [
        ("demonstration", 0.3),
        ("demonstration", 3.0),
        ("after a trial", 0.3),
        ("after a trial", 3.0),
        ("trial", 0.3),
        ("trial", 3.0),
        ("rest", 0.3),
        ("pause", 3.0),
    ],
)
def test_wherever_the_link_was_lost_the_zero_is_found_before_play_goes_on(when: str, s: float) -> None:
    hand = fitted(EASY, rest_after=1 if when == "rest" else 10, rest_s=5.0, least_rest_s=4.0)
    PHASES[when](hand)
    hand.sensor.share = 0.0
    hand.sensor.pull()
    hand.go(s, share=0.0)
    hand.sensor.plug(ZERO + 100_000)
    back = hand.session.now
    hand.tick()
    hand.until(Playing)
    assert any(fit.kind == "tare" and fit.tick > back for fit in hand.fits)


def test_a_link_that_is_lost_and_back_within_one_tick_asks_for_the_zero_too() -> None:
    hand = playing()
    at_ms = to_ms(hand.session.now)
    hand.tick(Sample("link.grip", at_ms, 0.0), Sample("link.grip", at_ms, 1.0))
    hand.until_true(lambda: len(hand.fits) == 2, most_s=5)


@pytest.mark.parametrize("kind", [Tare, Firm])
def test_a_sensor_that_is_pulled_out_while_it_is_fitted_is_not_fitted_by_what_it_said_before(kind: type) -> None:
    hand = fresh()
    hand.until(kind)
    hand.until_true(lambda: hand.session.phase != kind or hand.sensor.share > 0.9 or kind is Tare)
    hand.go(0.9)
    hand.sensor.pull()
    before = len(hand.fits)
    hand.go(6.0)
    assert len(hand.fits) == before
    hand.sensor.plug(ZERO + 200_000)
    hand.sensor.share = 0.0
    hand.until(Playing)
    assert hand.fits[-1].zero == pytest.approx(ZERO + 200_000, abs=60)


@pytest.mark.parametrize("flags", [SATURATED, NO_DATA])
@pytest.mark.parametrize("kind", [Tare, Firm])
def test_a_reading_that_says_nothing_is_neither_zero_nor_firm_squeeze(kind: type, flags: int) -> None:
    hand = fresh()
    hand.until(kind)
    before = len(hand.fits)
    hand.sensor.flags = flags
    hand.go(6.0, share=0.0)
    assert len(hand.fits) == before
    hand.sensor.well()
    hand.until(Playing)
    assert fits(hand)[-1] == ("firm", pytest.approx(ZERO, abs=60), pytest.approx(FULL, rel=0.01))


def test_who_goes_on_without_the_sensor_plays_the_cup_with_keys_and_taps_as_before() -> None:
    session = session_of(Block("ladybirds", 1), Block("cup", 1), grip="serial", tap="pads")
    rest_for(session, 1.0)
    click(session, "without")
    assert isinstance(session.phase, Demo)
    assert (session.game.name, session.played_with) == ("ladybirds", "pads")
    session._block = 1
    assert session.played_with == "keys"


# --- another device -------------------------------------------------------------------------------------


def test_another_device_is_fitted_from_the_beginning_and_each_trial_says_which_one_it_was() -> None:
    hand = fitted()
    hand.until_true(lambda: len(hand.session.trials) == 1)
    hand.sensor.pull()
    hand.go(1.0)
    hand.sensor.source = OTHER
    hand.sensor.plug(zero=-500_000.0)
    hand.sensor.share = 0.0
    hand.until(Summary)
    assert [fit.kind for fit in hand.fits] == ["tare", "tare", "firm"]
    assert hand.fits[-1].zero == pytest.approx(-500_000, abs=60)
    assert [trial.source.device for trial in hand.session.trials] == ["serial:T0042", "serial:T0043", "serial:T0043"]
    assert [trial.hit for trial in hand.session.trials] == [True] * 3


@pytest.mark.parametrize("zero", [84_000.0, 0.0])
def test_a_device_that_changes_in_mid_trial_pauses_at_once_and_its_counts_are_no_force(zero: float) -> None:
    hand = playing()
    hand.sensor.source, hand.sensor.zero, hand.sensor.full = OTHER, zero, zero + 1.0
    hand.sensor.noise = 0.0
    hand.go(0.1, share=0.1)
    assert not isinstance(hand.session.phase, Playing)
    hand.sensor.full, hand.sensor.noise, hand.sensor.share = zero + FULL - ZERO, 60.0, 0.0
    hand.until_true(lambda: hand.fits[-1].kind == "firm")
    hand.until(Playing)
    assert hand.session.phase.attempt == 2  # type: ignore[union-attr]


def test_a_device_that_changes_while_the_firm_squeeze_is_waited_for_gets_a_zero_of_its_own() -> None:
    hand = fresh()
    hand.until(Firm)
    hand.sensor.source = OTHER
    hand.sensor.plug(zero=300_000.0)
    hand.until(Playing)
    assert [fit.kind for fit in hand.fits] == ["tare", "tare", "firm"]
    assert hand.fits[-1].zero == pytest.approx(300_000, abs=60)


def test_a_calibration_made_meanwhile_changes_the_source_of_the_trials_but_not_the_scale() -> None:
    hand = fitted()
    hand.until_true(lambda: len(hand.session.trials) == 1)
    weighed = replace(BOARD, calibration="1a2b3c4d", gain_n=2.5e-4)
    hand.sensor.source = weighed
    hand.until(Summary)
    assert [trial.source for trial in hand.session.trials] == [BOARD, weighed, weighed]
    assert len(hand.fits) == 1
    said = [json.loads(line)["source"] for line in hand.lines if line.startswith('{"source":')]
    assert [row.get("calibration", "") for row in said] == ["1a2b3c4d"]


def test_the_same_device_is_said_once_however_often_the_window_tells_of_it() -> None:
    hand = fresh()
    hand.until_true(lambda: len(hand.session.trials) == 2)
    assert sum(line.startswith('{"source":') for line in hand.lines) == 1


# --- the hand's maximum ---------------------------------------------------------------------------------


def at_maximum(*phases: str, **changes: Any) -> Hand:
    """Return a hand whose maximum is being measured, in the first of these phases."""
    hand = fresh(maximum=True, **changes)
    hand.until(Greatest)
    if phases:
        to_phase(hand, *phases)
    return hand


def now_in(hand: Hand) -> str:
    phase = hand.session.phase
    return phase.maximum.phase if isinstance(phase, Greatest) else type(phase).__name__


def to_phase(hand: Hand, *names: str) -> None:
    """Go on to a phase of the measurement; most of a rest is skipped."""
    while True:
        hand.until_true(lambda: now_in(hand) in (*names, "rest"), most_s=20)
        if now_in(hand) in names:
            return
        hand.go(1.5)
        hand.skip(max(0.0, hand.session.phase.maximum.seconds_left - 3))  # type: ignore[union-attr]
        hand.until_true(lambda: now_in(hand) != "rest", most_s=5)


def test_a_maximum_is_measured_only_where_the_program_allows_it() -> None:
    seen: dict[bool, set[type[Phase]]] = {}
    for allowed in (False, True):
        hand = fresh(Block("cup", 1, level=1), maximum=allowed)
        phases: set[type[Phase]] = set()
        while not hand.session.trials and Greatest not in phases:
            phases.add(type(hand.session.phase))
            said = words(hand) if hand.session.now % 20 == 0 else []
            assert allowed or not any(key.startswith("maximum.") for key in said)
            hand.tick()
        seen[allowed] = phases
    assert (Firm in seen[False], Greatest in seen[False]) == (True, False)
    assert (Firm in seen[True], Greatest in seen[True]) == (False, True)
    assert not GENTLE.maximum


def test_a_maximum_is_not_asked_for_again_after_a_lost_link() -> None:
    hand = fitted(EASY, maximum=True)
    hand.until(Playing)
    hand.sensor.pull()
    hand.go(1.0)
    hand.sensor.plug()
    hand.until(Playing, Greatest)
    assert isinstance(hand.session.phase, Playing)


def test_three_squeezes_with_a_countdown_and_long_rests_and_the_best_steady_one_is_the_full_scale() -> None:
    hand = at_maximum()
    begun: list[int] = []
    rested: list[int] = []
    was = now_in(hand)
    for n, strong in enumerate((1.1, 1.15, 1.12), start=1):
        hand.strong = strong
        to_phase(hand, "countdown")
        counted = hand.session.now
        assert "maximum.left" in words(hand)
        to_phase(hand, "squeeze")
        assert hand.session.now - counted >= seconds(COUNTDOWN_S) - 2
        begun.append(hand.session.now)
        hand.until_true(lambda: now_in(hand) != "squeeze", most_s=12)
        rested.append(hand.session.now)
        was = now_in(hand)
        assert was == ("rest" if n < TRIALS else "Demo")
    assert all(b - a >= seconds(REST_LEAST_S) for a, b in zip(rested, begun[1:], strict=False))
    hand.until(Playing)
    kinds = [fit.kind for fit in hand.fits]
    assert kinds == ["tare", *["tare"] * TRIALS, "maximum"]
    last = hand.fits[-1]
    assert last.full - last.zero == pytest.approx(1.15 * (FULL - ZERO), rel=0.002)
    assert [tried / (FULL - ZERO) for tried in last.tries] == pytest.approx([1.1, 1.15, 1.12], rel=0.002)
    hand.until(Summary)
    assert [trial.hit for trial in hand.session.trials] == [True] * 3


def test_a_try_is_refused_with_a_hand_on_the_sensor_and_its_zero_is_found_anew() -> None:
    hand = at_maximum()
    hand.says_ready = False
    hand.sensor.noise, hand.sensor.share = 4000.0, 0.1
    hand.go(1.5, share=0.1)
    click_on(hand, "ready", share=0.1)
    assert now_in(hand) == "ready"
    assert words(hand)[0] == "tare.title"
    assert [fit.kind for fit in hand.fits] == ["tare"]
    hand.sensor.noise, hand.sensor.share = 60.0, 0.0
    hand.sensor.zero += 20_000
    hand.go(1.5, share=0.0)
    click_on(hand, "ready", share=0.0)
    assert now_in(hand) == "countdown"
    assert fits(hand)[-1] == ("tare", pytest.approx(ZERO + 20_000, abs=60), 0.0)


def click_on(hand: Hand, action: str, share: float) -> None:
    """Press a button by the pointer, while the hand at the sensor does what it does."""
    hand.go(0.6, share=share)
    button = next(button for button in hand.session.scene().buttons if button.action == action)
    for down in (True, False):
        hand.tick(mouse(hand.session, button.x, button.y, down=down), share=share)


def test_without_a_try_that_counts_a_firm_squeeze_is_asked_for_instead() -> None:
    hand = at_maximum()
    hand.strong = 0.0
    for _ in range(TRIALS_MOST):
        to_phase(hand, "squeeze")
        hand.until_true(lambda: now_in(hand) != "squeeze", most_s=12)
    assert isinstance(hand.session.phase, Firm)
    hand.strong = 0.5
    hand.until(Playing)
    assert [fit.kind for fit in hand.fits][-1] == "firm"
    assert "maximum" not in [fit.kind for fit in hand.fits]
    assert hand.fits[-1].full == pytest.approx(ZERO + 0.5 * (FULL - ZERO), rel=0.02)


def test_a_squeeze_beyond_the_sensor_or_without_its_answer_does_not_count() -> None:
    hand = at_maximum("squeeze")
    hand.go(2.0)
    hand.sensor.flags = SATURATED
    hand.go(0.5)
    hand.sensor.well()
    to_phase(hand, "rest")
    to_phase(hand, "squeeze")
    hand.go(2.0)
    hand.sensor.mute = True
    hand.go(1.0)
    hand.sensor.well()
    to_phase(hand, "rest")
    to_phase(hand, "squeeze")
    hand.until_true(lambda: now_in(hand) != "squeeze", most_s=12)
    phase = hand.session.phase
    assert isinstance(phase, Greatest)
    assert [trial.why for trial in phase.maximum.trials] == ["saturated", "no-data", None]


def test_a_jump_no_hand_can_make_is_no_maximum() -> None:
    hand = fresh(maximum=True)
    hand.sensor.zero, hand.sensor.full = -4_000_000.0, FULL - ZERO - 4_000_000.0
    to_phase(hand, "squeeze")
    hand.go(2.5)
    hand.sensor.odd = 8_000_000.0
    hand.until_true(lambda: now_in(hand) != "squeeze", most_s=12)
    phase = hand.session.phase
    assert isinstance(phase, Greatest)
    assert phase.maximum.trials[0].peak == pytest.approx(FULL - ZERO, rel=0.01)


@pytest.mark.parametrize("when", ["ready", "countdown", "squeeze", "rest"])
@pytest.mark.parametrize("way", ["key", "button"])
def test_stop_ends_the_measurement_at_once_at_any_moment(when: str, way: str) -> None:
    hand = at_maximum(when)
    hand.go(0.3)
    stop = next(button for button in hand.session.scene().buttons if button.action == "stop")
    pressed = mouse(hand.session, stop.x, stop.y, down=True) if way == "button" else key(hand.session, "ESCAPE")
    hand.tick(pressed)
    assert isinstance(hand.session.phase, Stopped)
    before = len(hand.fits)
    hand.go(1.0)
    assert len(hand.fits) == before
    assert isinstance(hand.session.phase, Stopped)


@pytest.mark.parametrize("how", ["stop", "close"])
def test_the_tries_before_stop_or_the_end_of_the_window_are_kept(how: str) -> None:
    hand = at_maximum("squeeze")
    hand.until_true(lambda: now_in(hand) == "rest", most_s=12)
    to_phase(hand, "squeeze")
    hand.go(1.0)
    if how == "stop":
        hand.tick(key(hand.session, "ESCAPE"))
    else:
        hand.frames.append(hand.session.close())
    last = hand.fits[-1]
    assert (last.kind, len(last.tries)) == ("maximum", 1)
    assert last.full - last.zero == pytest.approx(FULL - ZERO, rel=0.01)
    assert hand.lines[-1].startswith('{"end":')


@pytest.mark.parametrize("answer", ["enough", "more"])
def test_tries_that_differ_much_bring_an_offer_of_one_more(answer: str) -> None:
    hand = at_maximum()
    for strong in (0.7, 1.0, 1.2):
        hand.strong = strong
        to_phase(hand, "squeeze")
        hand.until_true(lambda: now_in(hand) != "squeeze", most_s=12)
    assert now_in(hand) == "offer"
    hand.until_true(lambda: hand.sensor.share == 0.0)
    click_on(hand, answer, share=0.0)
    hand.tick()
    assert now_in(hand) == {"enough": "Demo", "more": "rest"}[answer]
    if answer == "more":
        to_phase(hand, "squeeze")
        hand.until(Demo)
    assert [fit.kind for fit in hand.fits].count("maximum") == 1
    assert len(hand.fits[-1].tries) == {"enough": 3, "more": 4}[answer]


def test_a_squeeze_at_the_end_of_the_range_is_no_firm_squeeze_but_a_softer_one_is() -> None:
    hand = fresh()
    hand.until(Firm)
    hand.sensor.full = TOP + 400_000
    hand.go(8.0, share=1.0)
    assert isinstance(hand.session.phase, Firm), "half of it would be taken for all of it"
    hand.go(6.0, share=0.5)
    assert hand.fits[-1].kind == "firm"
    assert hand.fits[-1].full == pytest.approx(ZERO + 0.5 * (hand.sensor.full - ZERO), rel=0.02)


def test_a_link_that_was_lost_in_the_last_try_asks_for_the_zero_before_play() -> None:
    hand = at_maximum()
    for strong in (0.7, 1.0, 1.2):
        hand.strong = strong
        to_phase(hand, "squeeze")
        hand.until_true(lambda: now_in(hand) != "squeeze", most_s=12)
    hand.until_true(lambda: hand.sensor.share == 0.0)
    hand.sensor.pull()
    hand.go(1.0, share=0.0)
    hand.sensor.plug(ZERO + 150_000)
    hand.go(1.0, share=0.0)
    click_on(hand, "enough", share=0.0)
    hand.until(Playing)
    assert [fit.kind for fit in hand.fits[-2:]] == ["maximum", "tare"]
    assert hand.fits[-1].zero == pytest.approx(ZERO + 150_000, abs=60)


# --- what befell a trial --------------------------------------------------------------------------------


def marks(hand: Hand) -> list[tuple[str, ...]]:
    return [trial.marks for trial in hand.session.trials]


def test_what_befalls_the_sensor_is_said_of_the_trial_that_it_befell_and_of_no_other() -> None:
    hand = fitted(Block("cup", 6, level=1))
    deeds: dict[int, Callable[[], None]] = {1: hand.sensor.gap, 2: hand.sensor.reset, 4: hand.sensor.gap}
    for n in range(6):
        hand.until(Playing)
        hand.go(0.4)
        deeds.get(n, lambda: None)()
        if n == 4:
            hand.go(0.2)
            hand.sensor.reset()
        hand.until(After, Summary)
        if n == 3:
            hand.sensor.gap()
    hand.until(Summary)
    assert marks(hand) == [(), ("gap",), ("reset",), (), ("gap", "reset"), ()]
    assert all(trial.attempt == 1 for trial in hand.session.trials)


def test_what_befell_an_attempt_that_was_broken_off_is_not_said_of_the_one_that_counts() -> None:
    hand = playing()
    hand.sensor.gap()
    hand.go(0.1)
    hand.sensor.pull()
    hand.go(0.5)
    hand.sensor.plug()
    hand.until(After)
    trial = hand.session.trials[0]
    assert (trial.attempt, trial.marks, trial.interrupted) == (2, (), ("unplugged",))


def test_a_reading_that_was_left_out_marks_its_trial() -> None:
    hand = playing()
    hand.sensor.odd = TOP - 100_000
    hand.until_true(lambda: len(hand.session.trials) == 2)
    assert marks(hand) == [("impossible-step",), ()]


BROKEN: dict[str, Callable[[Hand], Any]] = {
    "unplugged": lambda hand: hand.sensor.pull(),
    "cell": lambda hand: setattr(hand.sensor, "flags", NO_DATA),
    "strong": lambda hand: setattr(hand.sensor, "flags", SATURATED),
    "stuck": lambda hand: setattr(hand.sensor, "value", ZERO + 80_000.0),
    "hard": lambda hand: hand.until(Paused, share=0.9),
}


@pytest.mark.parametrize("why", sorted(BROKEN))
def test_a_trial_that_was_broken_off_says_why_and_is_begun_again(why: str) -> None:
    hand = playing(Block("cup", 2, level=2))
    hand.rate = 2.5
    for n in range(2):
        hand.until(Playing)
        BROKEN[why](hand)
        hand.until(Paused, most_s=3)
        assert hand.session.phase == Paused(why)
        hand.go(0.3)
        hand.sensor.well()
        hand.until(Playing)
        assert hand.session.phase.attempt == n + 2  # type: ignore[union-attr]
    hand.until(Summary)
    first, second = hand.session.trials
    assert (first.attempt, first.interrupted) == (3, (why, why))
    assert (second.attempt, second.interrupted) == (1, ())


def test_why_a_trial_was_broken_off_is_told_in_order_and_goes_with_it_to_the_keys() -> None:
    hand = playing(Block("cup", 1, level=1))
    hand.until(Paused, share=0.9)
    hand.until(Playing)
    hand.sensor.pull()
    hand.until(Paused)
    hand.go(0.6)
    click(hand.session, "without")
    begin(hand.session)
    play(hand.session, ability=1.0, until=lambda s: bool(s.trials))
    trial = hand.session.trials[0]
    assert (trial.played_with, trial.interrupted) == ("keys", ("hard", "unplugged"))
    assert (trial.source.device, trial.marks) == ("keys", ())


@pytest.mark.parametrize("s", [0.0, 0.2])
def test_a_cell_that_answers_again_lets_play_go_on_by_itself_and_one_that_saturates_waits(s: float) -> None:
    hand = playing()
    hand.sensor.flags = NO_DATA
    hand.until(Paused)
    assert {button.action for button in hand.session.scene().buttons} == {"without", "stop"}
    hand.go(s)
    hand.sensor.well()
    hand.until(Playing, most_s=0.2)
    hand.sensor.flags = SATURATED
    hand.until(Paused)
    hand.sensor.well()
    for _ in range(seconds(1.5)):
        hand.session.tick(hand.sensor.samples(hand.session.now), (BOARD,))
    assert hand.session.phase == Paused("strong"), "somebody squeezes very hard: rest until you want to go on"


def test_an_unplugged_sensor_that_comes_back_without_a_cell_pauses_for_its_cell() -> None:
    hand = playing()
    hand.sensor.pull()
    hand.go(1.0)
    hand.sensor.flags = NO_DATA
    hand.sensor.there = True
    hand.go(3.0)
    assert not isinstance(hand.session.phase, Playing)
    hand.sensor.well()
    hand.until(Playing)
    assert hand.session.trials == ()


# --- where it came from ---------------------------------------------------------------------------------


def test_trials_with_keys_and_mouse_say_so_and_what_was_on_the_hand() -> None:
    for way in ("keys", "mouse"):
        session = session_of(Block("cup", 1, level=1), grip=way, profile=Profile(aid="splint"))
        play(session, ability=1.0, until=lambda s: bool(s.trials))
        assert session.trials[0].source == Source(way, aid="splint")


def test_a_sensor_that_never_said_who_it_is_is_named_by_its_kind() -> None:
    for kind in SENSORS:
        hand = Hand(session_of(Block("cup", 1, level=1), grip=kind, profile=Profile(aid="strap")))
        hand.sensor.source = Source()
        hand.until_true(lambda: bool(hand.session.trials))  # noqa: B023
        assert hand.session.trials[0].source == Source(kind, aid="strap")


class Kind(Sensor):
    """A sensor with other numbers: rounded to so many ``digits``, and within its range where that is known."""

    digits = 0

    def reading(self, at_ms: float) -> Sample:
        counts = self.zero + self.share * (self.full - self.zero) + self.chance.gauss(0.0, self.noise)
        ends = self.source.rails or (-1e12, 1e12)
        return Sample("grip", at_ms, float(round(min(max(counts, ends[0]), ends[1]), self.digits)), device_ms=at_ms)


def kind_of(
    device: str, zero: float, full: float, noise: float, unit: str, low: float = 0.0, high: float = 0.0
) -> Kind:
    kind = Kind(zero, full, noise, Source(device, unit=unit, span=high - low, low=low, high=high))
    kind.digits = 0 if full > 1000 else 2
    return kind


WIDE = (-(2.0**23), 2.0**23 - 1)
FALLS = pytest.mark.xfail(reason="fitting._squeezed: only counts above the zero are a squeeze")


@pytest.mark.parametrize(
    "sensor",
    [
        pytest.param(kind_of("serial:24 bits", 84_000, 884_000, 60, "count", *WIDE), id="24 bits"),
        pytest.param(kind_of("serial:weak hand", -3e6, -3e6 + 9000, 40, "count", *WIDE), id="weak"),
        pytest.param(kind_of("serial:FSR", 30, 700, 0.7, "count", 0, 1023), id="10 bits"),
        pytest.param(kind_of("serial:quiet FSR", 0, 700, 0.0, "count", 0, 1023), id="10 bits, at rest at 0"),
        pytest.param(kind_of("trigger:pad", 0, 65_535, 0.0, "count"), id="trigger"),
        pytest.param(kind_of("tindeq:1719", 30, 150_000, 40, "mN"), id="millinewtons"),
        pytest.param(kind_of("plain:sketch", 84_000, 484_000, 60, "count"), id="somebody else's counts"),
        pytest.param(kind_of("plain:sketch", 5, 30_000, 4, "g"), id="grams"),
        pytest.param(kind_of("plain:sketch", 0.1, 250.0, 0.05, "N"), id="newtons"),
        pytest.param(kind_of("plain:sketch", 0.02, 30.0, 0.01, "kg"), id="kilograms"),
        pytest.param(kind_of("serial:turned", 84_000, -716_000, 60, "count", *WIDE), id="turned round", marks=FALLS),
    ],
)
def test_every_kind_of_sensor_is_fitted_and_played_with(sensor: Kind) -> None:
    kind = sensor.source.device.partition(":")[0]
    hand = Hand(session_of(Block("cup", 2, level=1), grip=kind), replace(sensor, chance=Random(3)))
    hand.sensor.digits = sensor.digits  # type: ignore[attr-defined]
    hand.until(Summary, most_s=16)
    assert [trial.hit for trial in hand.session.trials] == [True, True]
    assert marks(hand) == [(), ()]
    assert hand.fits[-1].full == pytest.approx(sensor.full, rel=0.03)


def tapped(session: Session, sources: tuple[Source, ...], link: bool = True) -> Trial:
    """Tap the right pad a little after each landing until a trial is over."""
    begin(session)
    waited = 0
    while not session.trials:
        phase = session.phase
        intent = session.game.intent(phase.state) if isinstance(phase, Playing) else None
        waited = waited + 1 if intent is not None else 0
        finger = getattr(intent, "finger", Finger.INDEX)
        down = waited == seconds(0.4)
        at_ms = to_ms(session.now)
        taps = (Sample(f"pad.{finger}", at_ms, 1.0), Sample(f"pad.{finger}", at_ms, 0.0)) if down else ()
        session.tick(taps, sources)
        assert session.now < seconds(60)
    return session.trials[0]


def test_taps_on_pads_say_which_board_and_the_grip_beside_it_does_not_mix_in() -> None:
    pads = Source("pads:P7", "", 200.0, "", "count", 1023.0, 0.0, 1023.0, aid="none")
    session = session_of(Block("ladybirds", 1, level=1), grip="serial", tap="pads")
    trial = tapped(session, (BOARD, pads))
    assert (trial.played_with, trial.source, trial.hit) == ("pads", pads, True)
    midi = session_of(Block("ladybirds", 1, level=1), tap="midi")
    assert tapped(midi, (Source("midi:Pad", aid="none"),)).source.device == "midi:Pad"


def test_pads_that_are_pulled_out_pause_the_taps_and_a_lost_grip_does_not() -> None:
    session = session_of(Block("ladybirds", 2, level=1), grip="keys", tap="pads")
    begin(session)
    session.tick((Sample("link.grip", to_ms(session.now), 0.0),))
    assert isinstance(session.phase, Playing)
    session.tick((Sample("link.pads", to_ms(session.now), 0.0),))
    assert session.phase == Paused("unplugged")
    session.tick((Sample("link.pads", to_ms(session.now), 1.0),))
    assert isinstance(session.phase, Playing), "pads have no zero"
    assert tapped_interrupted(session) == ("unplugged",)


def tapped_interrupted(session: Session) -> tuple[str, ...]:
    while not session.trials:
        session.tick()
    return session.trials[0].interrupted


# --- gently ---------------------------------------------------------------------------------------------


def reminded(hand: Hand, rate: float, share: float = 0.38) -> list[str]:
    """Squeeze at a rate in shares a second; return the reminders that were seen."""
    hand.rate = rate
    seen: list[str] = []
    for _ in range(seconds(0.6)):
        hand.tick(share=share)
        if isinstance(hand.session.phase, Playing) and hand.session.now < hand.session.phase.softer_until:
            seen.append(hand.session.phase.reminder)
    return seen


@pytest.mark.parametrize(("rate", "told"), [(0.5, False), (1.0, False), (2.5, False), (4.5, True), (9.0, True)])
def test_a_quick_rise_brings_the_reminder_and_a_normal_one_does_not(rate: float, told: bool) -> None:
    hand = fitted()
    hand.until(Playing)
    seen = reminded(hand, rate)
    assert ("gently" in seen) == told
    assert (hand.cues.count("warn") == 1) == told, "told once, and not again while it is shown"
    assert ("hint.gently" in words(hand)) == told
    hand.rate = 0.8
    hand.until_true(lambda: len(hand.session.trials) == 2)
    assert marks(hand) == [("abrupt",) if told else (), ()]
    assert all(trial.attempt == 1 for trial in hand.session.trials)


def test_the_program_says_what_is_quick() -> None:
    for rise, told in ((1.0, True), (6.0, False)):
        hand = fitted(limits=Limits(rise=rise))
        hand.until(Playing)
        assert ("gently" in reminded(hand, 2.5)) == told


def test_letting_go_quickly_is_no_quick_rise() -> None:
    hand = fitted(limits=Limits(rise=1.0))
    hand.until(Playing)
    assert reminded(hand, 0.5, share=0.3) == []
    assert "gently" not in reminded(hand, 20.0, share=0.0)


def test_keys_and_mouse_are_never_too_quick() -> None:
    for way in ("keys", "mouse"):
        session = session_of(Block("cup", 1, level=1), grip=way, limits=Limits(rise=0.05))
        begin(session)
        cues = []
        for n in range(seconds(1.5)):
            y = 690 if n % 40 < 20 else 130
            sample = key(session, "SPACE", down=n % 40 < 20) if way == "keys" else mouse(session, 800, y)
            cues += [cue.name for cue in session.tick((sample,)).cues]
        assert isinstance(session.phase, Playing)
        assert session.phase.reminder != "gently" or "warn" not in cues


# --- tone -----------------------------------------------------------------------------------------------


def heard(tone: bool, rate: float, most: float = 1.4, way: str = "serial") -> tuple[Hand, list[tuple[int, int, float]]]:
    """Squeeze up to ``most`` times what is asked; return (tick, note, share of what is asked) of each note."""
    hand = fitted(Block("cup", 1, level=2), profile=Profile(tone=tone))
    hand.until(Playing)
    phase = hand.session.phase
    assert isinstance(phase, Playing)
    asked = hand.session.game.peak(phase.state.params)
    hand.rate = rate * asked
    hand.sensor.noise = 0.0
    notes: list[tuple[int, int, float]] = []
    while hand.sensor.share < most * asked - 1e-9 and isinstance(hand.session.phase, Playing):
        for cue in hand.tick(share=most * asked).cues:
            if cue.name.startswith("force-"):
                notes.append((hand.session.now, int(cue.name[6:]), hand.session.force / asked))
    return hand, notes


def test_notes_rise_with_the_force_and_the_sixth_is_what_is_asked_for() -> None:
    _, notes = heard(True, rate=0.35)
    numbers = [note for _, note, _ in notes]
    assert numbers == sorted(numbers)
    assert numbers[:6] == [1, 2, 3, 4, 5, 6]
    at_sixth = [share for _, note, share in notes if note == NOTE_ASKED]
    assert at_sixth == [pytest.approx(1.0, abs=1 / 12 + 0.02)]
    assert max(numbers) <= NOTES


def test_notes_never_come_faster_than_about_eight_a_second() -> None:
    hand = fitted(Block("cup", 1, level=2), profile=Profile(tone=True))
    hand.until(Playing)
    hand.rate = 2.9
    ticks = []
    for n in range(seconds(6)):
        frame = hand.tick(share=0.35 * (n // 20 % 2))
        ticks += [hand.session.now for cue in frame.cues if cue.name.startswith("force-")]
        if not isinstance(hand.session.phase, Playing):
            break
    assert len(ticks) > 10
    gaps = [b - a for a, b in zip(ticks, ticks[1:], strict=False)]
    assert min(gaps) >= seconds(0.12)


def test_without_the_tone_no_force_is_heard_and_with_it_none_outside_a_trial_with_a_force() -> None:
    hand, notes = heard(False, rate=1.0)
    assert notes == []
    hand.until(Summary)
    assert notes_of(hand.frames) == []
    loud = fresh(Block("cup", 1, level=1), profile=Profile(tone=True))
    loud.until(Demo)
    loud.go(2.0, share=0.5)
    assert notes_of(loud.frames) == []
    taps = session_of(Block("ladybirds", 1), profile=Profile(tone=True))
    assert notes_of(play(taps)) == []


def test_a_hand_that_lets_go_is_silent() -> None:
    hand = fitted(Block("cup", 1, level=2), profile=Profile(tone=True))
    hand.until(Playing)
    hand.go(0.3, share=0.1)
    hand.go(0.5, share=0.0)
    before = len(notes_of(hand.frames))
    hand.go(1.0, share=0.0)
    assert before > 0
    assert len(notes_of(hand.frames)) == before


def test_the_sensor_of_this_file_is_steady_enough_for_its_tests() -> None:
    sensor = Sensor()
    made = [s for tick in range(seconds(2)) for s in sensor.samples(tick)]
    assert len(made) == pytest.approx(160, abs=2)
    assert {s.flags for s in made} == {0}
    sensor.gap()
    assert sensor.reading(0.0).flags == GAP
    assert sensor.reading(0.0).flags == 0
    press(session_of(EASY), "ENTER")
