"""Kite: into the ribbon, along with it, and down - and the ribbon that a flight would just have passed."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from math import pi, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import rooms
from engine.calibration import mouse_height
from engine.chance import Chance
from engine.game import Cue, Grip, Outcome, Setting, Squeeze
from engine.scene import Circle, Path, Picture, mirrored
from engine.ticks import TICKS_PER_S, to_ms
from games.kite import GAME
from games.kite.drawn import SUN_X, SUN_Y, scene
from games.kite.flight import (
    CLOUD_MS,
    LOW,
    SLACK,
    STEEPEST,
    Params,
    State,
    course,
    height,
    index,
    intent,
    just_passed,
    lag,
    peak,
    smoothness,
    start,
    step,
)

LEVEL = Params(amplitude=0.0, band=0.03, frequency=0.1, flight_ms=3000, reach_ms=6000)
WAVES = Params(amplitude=0.05, band=0.02, frequency=0.2, flight_ms=6000, reach_ms=6000)
Hand = Callable[[State], float]


def flown(params: Params, hand: Hand, most_s: float = 40.0) -> tuple[Outcome, list[Cue], list[State]]:
    """Return the outcome, the cues and the states of a flight by ``hand``, the force in answer to a state."""
    state, cues, states = start(params, Chance(3), Setting()), [], []
    for tick in range(round(most_s * TICKS_PER_S)):
        made = step(state, tick, (Grip(max(0.0, hand(state)), to_ms(tick)),))
        state = made.state
        cues.extend(made.cues)
        states.append(state)
        if made.outcome is not None:
            return made.outcome, cues, states
    raise AssertionError("the flight never ends")


def off_by(away: Callable[[State], float], opens_s: float = 1.0) -> Hand:
    """Return a hand that is off by so much in the flight, and opens evenly after it."""

    def hand(state: State) -> float:
        if state.phase == "land":
            return state.landing * (1 - (state.now_ms - state.since_ms) / 1000 / opens_s) if opens_s else 0.0
        return state.target + away(state) if state.phase == "fly" else LOW

    return hand


def late_by(ms: float) -> Hand:
    """Return a hand that does so much later what the ribbon does."""
    return lambda state: state.course[max(0, len(state.away) - round(ms * TICKS_PER_S / 1000))]


def test_a_hand_that_goes_with_the_ribbon_is_a_hit() -> None:
    outcome, _, _ = flown(WAVES, off_by(lambda _: 0.005))
    assert (outcome.result, outcome.cause) == ("hit", "")
    assert dict(outcome.measures)["rmse"] == pytest.approx(0.005, abs=1e-4)
    assert dict(outcome.measures)["on_target"] == 1.0


@pytest.mark.parametrize(("off", "cause"), [(-0.05, "too-soft"), (0.05, "too-hard")])
def test_a_force_beside_the_ribbon_is_told_by_its_side(off: float, cause: str) -> None:
    outcome, _, _ = flown(WAVES, off_by(lambda _: off))
    assert (outcome.result, outcome.cause, outcome.cut_short) == ("miss", cause, False)


@pytest.mark.parametrize(
    ("force", "result", "cause"),
    [(0.0, "omission", "no-try"), (0.05, "miss", "too-soft"), (0.25, "miss", "too-hard")],
)
def test_a_kite_that_never_comes_into_the_ribbon_is_told_why(force: float, result: str, cause: str) -> None:
    outcome, cues, _ = flown(LEVEL, lambda _: force)
    assert (outcome.result, outcome.cause, outcome.just) == (result, cause, ())
    assert [cue.name for cue in cues] == ["soft"]


@pytest.mark.parametrize("late_ms", [400, 600])
def test_a_force_that_only_comes_too_late_is_told_so(late_ms: float) -> None:
    outcome, _, _ = flown(replace(WAVES, band=0.01), late_by(late_ms))
    assert outcome.cause == "too-late"
    assert dict(outcome.measures)["lag_ms"] == pytest.approx(late_ms, abs=30)


def test_a_force_that_is_late_and_beside_it_is_not_blamed_on_time() -> None:
    outcome, _, _ = flown(replace(WAVES, band=0.01), lambda state: late_by(400)(state) - 0.04 * bool(state.away))
    assert outcome.cause == "too-soft"


def test_no_lag_is_told_of_a_ribbon_that_is_level_or_of_a_hand_that_does_something_else() -> None:
    assert lag((LOW,) * 600, tuple(0.01 * sin(n / 9) for n in range(600))) == (0.0, 0.0)
    other, _, _ = flown(WAVES, off_by(lambda s: LOW - s.target))
    assert "lag_ms" not in dict(other.measures)


def test_the_ribbon_waits_until_the_kite_has_come_into_it() -> None:
    _, cues, states = flown(WAVES, lambda s: LOW if s.now_ms > 4000 else 0.03)
    assert all(state.away == () for state in states if state.now_ms < 4000)
    assert next(state.now_ms for state in states if state.away) == pytest.approx(4300, abs=60)
    assert cues[0].name == "kite-wind"


def test_a_flight_is_flown_to_its_end_even_when_nothing_can_save_it() -> None:
    _, _, states = flown(WAVES, off_by(lambda _: -0.08))
    assert len(states[-1].away) == WAVES.flight_ms * TICKS_PER_S / 1000


def test_a_fifth_of_the_flight_may_be_outside_the_ribbon() -> None:
    def astray(share: float) -> str:
        return flown(LEVEL, off_by(lambda s: 0.1 if len(s.away) < share * len(s.course) else 0.0))[0].result

    assert (astray(SLACK - 0.005), astray(SLACK + 0.005)) == ("hit", "miss")


@settings(max_examples=40, deadline=None)
@given(st.floats(0.004, 0.06), st.floats(0.3, 3.0), st.floats(-0.02, 0.02))
def test_the_same_force_passes_the_ribbon_that_is_stated_and_fails_a_narrower_one(
    size: float, frequency: float, offset: float
) -> None:
    hand = off_by(lambda s: offset + size * sin(2 * pi * frequency * s.flown_ms / 1000))
    short = replace(LEVEL, flight_ms=2000)
    band = dict(flown(short, hand)[0].just)["band"]
    assert flown(replace(short, band=band), hand)[0].result == "hit"
    assert flown(replace(short, band=band - 0.0001), hand)[0].result == "miss"


def test_the_just_passed_ribbon_is_the_80th_percentile_of_the_deviation() -> None:
    assert just_passed(tuple((-1) ** n * n / 1000 for n in range(100))) == pytest.approx(0.079)


def test_after_a_hit_the_time_into_the_ribbon_is_stated_too() -> None:
    def slow(state: State) -> float:
        return LOW if state.now_ms >= 2500 else 0.0

    just = dict(flown(LEVEL, slow)[0].just)
    assert flown(replace(LEVEL, reach_ms=just["reach_ms"]), slow)[0].result == "hit"
    assert flown(replace(LEVEL, reach_ms=just["reach_ms"] - 10), slow)[0].result == "omission"


def test_a_steady_hand_is_steadier_and_a_jerky_one_less_smooth() -> None:
    calm = dict(flown(LEVEL, off_by(lambda _: 0.01))[0].measures)
    jerky = dict(flown(LEVEL, off_by(lambda s: 0.02 * (-1) ** (len(s.away) // 12)))[0].measures)
    assert (calm["steady"], calm["smooth"]) == (1.0, 1.0)
    assert jerky["steady"] < 0.5
    assert jerky["smooth"] < 0.5


def test_smoothness_does_not_mind_what_the_ribbon_itself_does() -> None:
    assert smoothness((0.01,) * 600) == 1.0


def test_a_hand_that_opens_gently_is_relaxed_one_that_stays_closed_is_not_and_neither_fails() -> None:
    def landed(opens_s: float) -> Outcome:
        return flown(LEVEL, off_by(lambda _: 0.0, opens_s))[0]

    def kept(state: State) -> float:
        return LOW

    gentle, sudden, closed = landed(1.0), landed(0.0), flown(LEVEL, kept)[0]
    assert [outcome.result for outcome in (gentle, sudden, closed)] == ["hit"] * 3
    assert dict(gentle.measures)["relaxed"] == 1.0
    assert dict(sudden.measures)["relaxed"] < 0.1
    assert dict(closed.measures)["relaxed"] == 0.0


def test_a_hit_earns_all_five_bows_one_after_the_other_and_a_miss_does_not() -> None:
    _, cues, states = flown(WAVES, off_by(lambda _: 0.0))
    assert [cue.name for cue in cues if cue.name.startswith("hit")] == [f"hit-{n}" for n in range(1, 6)]
    assert states[-1].bows == 5
    _, _, states = flown(WAVES, off_by(lambda s: 0.0 if s.flown_ms < 4000 else -0.06))
    assert 0 < states[-1].bows < 5


@given(st.floats(0, 0.08), st.floats(0.05, 0.5), st.integers(1, 3), st.integers(0, 50))
def test_the_ribbon_begins_low_never_steps_and_never_asks_for_more_than_the_peak(
    amplitude: float, frequency: float, winds: int, seed: int
) -> None:
    params = Params(amplitude, 0.02, frequency, 4000, 6000, winds)
    middle = course(params, Chance(seed))
    assert middle[0] == LOW
    assert min(middle) >= LOW
    assert max(middle) + params.band <= peak(params) + 1e-4
    assert max(abs(b - a) for a, b in pairwise(middle)) <= STEEPEST / TICKS_PER_S + 2e-4


def test_over_the_whole_ladder_no_force_is_above_three_tenths_and_keys_can_follow() -> None:
    ladder = rooms.all_ladders()["kite"]
    for difficulty in range(0, 101, 2):
        params = ladder.params(difficulty)
        assert peak(params) <= 0.30
        middle = course(params, Chance(difficulty))
        assert max(abs(b - a) for a, b in zip(middle, middle[12:], strict=False)) <= STEEPEST / 10


def test_no_state_asks_for_more_than_the_peak() -> None:
    def wished(state: State) -> float:
        wish = intent(state)
        assert isinstance(wish, Squeeze)
        assert wish.share <= peak(state.params)
        return wish.share

    assert flown(WAVES, wished)[0].result == "hit"


@pytest.mark.parametrize(
    "harder",
    [{"band": 0.015}, {"amplitude": 0.06}, {"frequency": 0.3}, {"flight_ms": 9000}, {"winds": 2}, {"ahead_ms": 2000},
     {"hidden": 0.3}, {"reach_ms": 3000}],
)  # fmt: skip
def test_whatever_is_asked_more_makes_the_index_grow(harder: dict[str, float]) -> None:
    assert index(replace(WAVES, **harder)) > index(WAVES)  # type: ignore[arg-type]


def at(params: Params, force: Hand, ms: float, played_with: str = "serial", calm: bool = False) -> State:
    """Return the state of a flight after so many ms."""
    state = start(params, Chance(3), Setting(played_with=played_with, calm=calm))
    for tick in range(round(ms * TICKS_PER_S / 1000)):
        state = step(state, tick, (Grip(force(state), to_ms(tick)),)).state
    return state


def names(state: State) -> list[str]:
    return [shape.name for shape in scene(state).shapes if isinstance(shape, Picture)]


@pytest.mark.parametrize(("force", "icon"), [(0.03, "icon-firmer"), (0.2, "icon-softer")])
def test_beside_the_ribbon_it_is_shown_which_way(force: float, icon: str) -> None:
    assert icon in names(at(LEVEL, lambda _: force, 500))
    assert not {"icon-firmer", "icon-softer"} & set(names(at(LEVEL, lambda _: LOW, 500)))


def opened(hand: Hand) -> Hand:
    """Return the same hand, that stays open in the end."""
    return lambda state: 0.0 if state.phase == "end" else hand(state)


def picture(state: State, name: str) -> Picture:
    return next(shape for shape in scene(state).shapes if isinstance(shape, Picture) and shape.name == name)


def test_after_a_hit_the_kite_rises_to_the_bright_sun_with_all_bows_and_others_come_to_fly_along() -> None:
    _, cues, states = flown(WAVES, opened(off_by(lambda _: 0.0)))
    glad = [state for state in states if state.phase == "end"]
    kites = [picture(state, "kite") for state in glad]
    assert kites[0].y < 200, "it has landed before"
    assert max(abs(b.x - a.x) + abs(b.y - a.y) for a, b in pairwise(kites[1:])) < 20
    last, sun = kites[-1], picture(glad[-1], "kite-sun")
    assert abs(last.x - SUN_X) + abs(last.y - SUN_Y) < 160
    assert (sun.x, sun.y, sun.alpha) == (SUN_X, SUN_Y, 1.0)
    assert picture(states[100], "kite-sun").alpha < 0.3
    assert {"kite-open-front", "kite-friend", "kite-pal"} <= set(names(glad[-1]))
    assert not {"kite-friend", "kite-pal"} & {name for state in states[: -len(glad) : 40] for name in names(state)}
    assert [cue.name for cue in cues][-1] == "kite-wind"


def test_calm_pictures_show_the_happy_end_at_once() -> None:
    _, _, states = flown(LEVEL, off_by(lambda _: 0.0))
    calm = replace(next(state for state in states if state.phase == "end"), setting=Setting(calm=True))
    assert (picture(calm, "kite").x, picture(calm, "kite").y) == pytest.approx((1072, 620))


@pytest.mark.parametrize(
    ("off", "cause", "icon"), [(-0.06, "too-soft", "icon-firmer"), (0.06, "too-hard", "icon-softer")]
)
def test_after_a_miss_the_kite_is_seen_again_where_it_was_outside_with_what_to_do(
    off: float, cause: str, icon: str
) -> None:
    outcome, _, states = flown(replace(WAVES, hidden=0.4), opened(off_by(lambda _: off)))
    last = states[-1]
    assert outcome.cause == cause
    assert last.force == 0.0
    force = last.course[last.told] + last.away[last.told]
    assert picture(last, "kite").y == pytest.approx(height(force, last.setting))
    assert picture(last, "kite").alpha == 1.0
    assert [name for name in names(last) if name.startswith("icon")] == [icon]
    assert "kite-cloud" not in names(last)
    assert any(isinstance(shape, Path) and shape.role == "water" for shape in scene(last).shapes)


def test_what_is_shown_after_a_miss_lies_on_the_side_that_it_mostly_was() -> None:
    def swaying(state: State) -> float:
        return -0.09 if state.flown_ms < 600 else 0.06

    _, _, states = flown(WAVES, off_by(swaying))
    assert states[-1].cause == "too-hard"
    assert states[-1].away[states[-1].told] > WAVES.band


@pytest.mark.parametrize("force", [0.05, 0.25])
def test_a_kite_that_never_came_into_the_ribbon_is_still_seen_where_it_was_when_the_hand_opens(force: float) -> None:
    _, _, states = flown(LEVEL, lambda state: 0.0 if state.phase == "end" else force)
    assert states[-1].force == 0.0
    assert picture(states[-1], "kite").y == pytest.approx(height(force, states[-1].setting))
    assert ("icon-firmer" if force < LOW else "icon-softer") in names(states[-1])


def test_the_hand_is_open_without_force_and_closed_with_it() -> None:
    assert "kite-open-front" in names(at(LEVEL, lambda _: 0.0, 100))
    assert "grip-front" in names(at(LEVEL, lambda _: LOW, 100))


def test_in_a_cloud_the_kite_and_all_that_tells_of_it_are_not_seen_but_the_ribbon_is() -> None:
    cloudy = replace(WAVES, hidden=0.4, flight_ms=8000)
    into = SETTLED + CLOUD_MS * 0.8
    for force in (off_by(lambda _: 0.0), off_by(lambda _: -0.06)):
        state = at(cloudy, force, into)
        assert state.is_blind
        assert not {"kite", "kite-bow", "icon-firmer", "icon-softer"} & set(names(state))
        assert not [shape for shape in scene(state).shapes if isinstance(shape, Circle)]
        roles = {shape.role for shape in scene(state).shapes if isinstance(shape, Path)}
        assert "water" in roles
        assert not {"good", "ink"} & roles
    assert "kite" in names(at(cloudy, off_by(lambda _: 0.0), SETTLED + CLOUD_MS * 0.3))


SETTLED = 310.0


@pytest.mark.parametrize("ahead_ms", [6000.0, 1500.0])
def test_only_so_much_of_the_ribbon_is_seen_before_it_comes(ahead_ms: float) -> None:
    state = at(replace(WAVES, ahead_ms=ahead_ms, flight_ms=12_000), lambda _: LOW, 100)
    ribbon = [shape for shape in scene(state).shapes if isinstance(shape, Path) and shape.role == "water"]
    assert max(x for path in ribbon for x, _ in path.points) == pytest.approx(640 + 0.16 * ahead_ms, abs=1)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.27])
def test_with_the_mouse_the_kite_is_as_high_as_the_pointer(share: float) -> None:
    state = at(LEVEL, lambda _: share, 100, "mouse")
    kite = next(shape for shape in scene(state).shapes if isinstance(shape, Picture) and shape.name == "kite")
    assert kite.y == pytest.approx(mouse_height(share))
    assert kite.y == pytest.approx(height(share, state.setting))


def test_calm_pictures_have_no_drifting_streaks_and_no_waving_tail() -> None:
    one, other = (scene(at(LEVEL, lambda _: 0.0, ms, calm=True)) for ms in (200, 900))
    assert one == other
    assert scene(at(LEVEL, lambda _: 0.0, 200)) != scene(at(LEVEL, lambda _: 0.0, 900))


def test_for_a_left_hand_the_hand_is_on_the_right_and_the_wind_comes_from_the_left() -> None:
    seen = mirrored(scene(at(WAVES, lambda _: LOW, 1000)))
    reel = next(shape for shape in seen.shapes if isinstance(shape, Picture) and shape.name == "kite-reel")
    kite = next(shape for shape in seen.shapes if isinstance(shape, Picture) and shape.name == "kite")
    assert kite.x < reel.x


def test_the_game_says_what_eases_its_misses_in_words_of_its_own() -> None:
    assert dict(GAME.eases) == {"too-soft": "band", "too-hard": "band", "too-late": "frequency"}
    assert set(GAME.hints) <= set(dict(GAME.eases))
