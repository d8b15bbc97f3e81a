"""Market: into each thing's window, over to the basket, the hand opened in time - and what would just have passed."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import rooms
from app.palette import PALETTES, contrast
from engine.calibration import mouse_height
from engine.chance import Chance
from engine.game import Grip, Outcome, Setting, Squeeze
from engine.level import check
from engine.scene import Bar, Circle, Picture, Role, Scene, mirrored
from engine.testing import play_well
from engine.ticks import to_ms
from games.market import GAME
from games.market.picture import GAUGE_W, GAUGE_X, SLOTS, place
from games.market.rules import ARRIVE_MS, GRACE_MS, OPEN, SLACK, Params, State, deviation, start
from games.market.things import BY_NAME, HEAVIER, LIGHTER, THINGS, greatest, load

USUAL = Params(kinds=1, window=0.03, weight=0.1, carry_ms=1500.0, reach_ms=5000.0, release_ms=5000.0)
Force = Callable[[State, float], float]


def played(params: Params, force: Force, seed: int = 3) -> tuple[Outcome, list[State]]:
    """Return the outcome of ``force``, a function of the state and the seconds in its phase, and all states."""
    state, since, states = start(params, Chance(seed), Setting()), 0, []
    for tick in range(120 * 90):
        asked = max(0.0, force(state, (tick - since) / 120))
        made = GAME.step(state, tick, (Grip(asked, to_ms(tick)),))
        if (made.state.phase, made.state.at) != (state.phase, state.at):
            since = tick
        state = made.state
        states.append(state)
        if made.outcome is not None:
            return made.outcome, states
    raise AssertionError("the trial never ends")


def off_by(share: float = 0.0, fall_s: float = 1.2) -> Force:
    """Return a force that is off by so many windows while carrying, and is let go evenly."""

    def force(state: State, s: float) -> float:
        if state.phase == "release":
            return state.centre * (1 - s / fall_s)
        if state.phase in ("arrive", "end"):
            return 0.0
        side = state.load.below if share < 0 else state.load.above
        return state.centre + (share * state.params.window * side if state.phase == "carry" else 0.0)

    return force


def balls(state: State) -> list[Circle]:
    """Return the discs of the ball on the gauge."""
    return [shape for shape in GAME.scene(state).shapes if isinstance(shape, Circle)]


def window(state: State) -> Bar:
    """Return the window on the gauge."""
    return next(shape for shape in GAME.scene(state).shapes if isinstance(shape, Bar) and shape.w == GAUGE_W)


def names(scene: Scene) -> list[str]:
    return [shape.name for shape in scene.shapes if isinstance(shape, Picture)]


def test_a_thing_that_is_held_in_its_window_and_let_go_is_a_hit() -> None:
    outcome, states = played(USUAL, off_by(0.5))
    assert (outcome.result, outcome.cause) == ("hit", "")
    assert [phase for phase, after in pairwise(s.phase for s in states) if phase != after] == [
        "arrive", "reach", "carry", "release",
    ]  # fmt: skip


@pytest.mark.parametrize(("share", "cause"), [(-1.1, "too-soft"), (1.1, "too-hard")])
def test_a_thing_slips_below_its_window_and_gives_in_above_it(share: float, cause: str) -> None:
    outcome, _ = played(USUAL, off_by(share))
    assert (outcome.result, outcome.cause, outcome.cut_short) == ("miss", cause, True)


@pytest.mark.parametrize(("share", "cause"), [(0.03, "too-soft"), (0.3, "too-hard")])
def test_a_force_that_never_finds_the_window_is_told_by_its_side(share: float, cause: str) -> None:
    outcome, _ = played(USUAL, lambda state, _: share)
    assert (outcome.result, outcome.cause, outcome.just) == ("miss", cause, ())


def test_nothing_at_all_is_an_omission() -> None:
    assert played(USUAL, lambda state, _: 0.0)[0].result == "omission"


def test_a_thing_that_is_never_let_go_is_too_late() -> None:
    outcome, _ = played(USUAL, lambda state, _: state.centre)
    assert (outcome.result, outcome.cause) == ("miss", "too-late")


def test_letting_go_too_quickly_is_told_where_it_counts() -> None:
    gentle = replace(USUAL, lower_ms=700.0)
    outcome, _ = played(gentle, off_by(fall_s=0.4))
    assert outcome.cause == "let-go-too-quickly"
    assert played(gentle, off_by(fall_s=1.5))[0].result == "hit"
    assert played(USUAL, off_by(fall_s=0.4))[0].result == "hit"
    lowered_ms = dict(outcome.just)["lower_ms"]
    assert 0 < lowered_ms < 700
    assert played(replace(gentle, lower_ms=lowered_ms), off_by(fall_s=0.4))[0].result == "hit"


def test_a_way_down_that_is_too_short_to_tell_is_not_judged() -> None:
    wide = replace(USUAL, window=0.09, lower_ms=700.0)
    outcome, _ = played(wide, off_by(fall_s=0.05))
    assert outcome.result == "hit"
    assert "lowered_ms" not in dict(outcome.measures)


def test_a_moment_outside_the_window_is_forgiven_up_to_a_fifth_of_the_carry() -> None:
    def force(outside_s: float) -> Force:
        good = off_by()
        return lambda state, s: 0.2 if state.phase == "carry" and 0.3 < s < 0.3 + outside_s else good(state, s)

    whole_s = USUAL.carry_ms / 1000
    assert played(USUAL, force(SLACK * whole_s - 0.03))[0].result == "hit"
    assert played(USUAL, force(SLACK * whole_s + 0.03))[0].cause == "too-hard"


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.95, 0.95), st.integers(0, 30))
def test_the_same_forces_just_pass_the_window_that_is_stated_and_just_fail_a_narrower_one(
    share: float, seed: int
) -> None:
    away = share * USUAL.window

    def force(state: State, s: float) -> float:
        side = state.load.below if share < 0 else state.load.above
        return state.centre + away * side if state.phase == "carry" else off_by()(state, s)

    outcome, _ = played(USUAL, force, seed)
    window = dict(outcome.just)["window"]
    assert outcome.result == "hit"
    assert window == pytest.approx(abs(away), abs=2e-4)
    assert played(replace(USUAL, window=max(0.008, window)), force, seed)[0].result == "hit"
    if window > 0.009:
        assert played(replace(USUAL, window=window - 0.0002), force, seed)[0].result == "miss"


def test_after_a_hit_the_latest_finding_and_the_longest_letting_go_are_stated() -> None:
    def force(state: State, s: float) -> float:
        late_s = 2.0 if state.at == 0 else 1.0
        return 0.04 if state.phase == "reach" and s < late_s else off_by(fall_s=1.0 + state.at)(state, s)

    two = replace(USUAL, kinds=2, window=0.03, weight=0.12)
    just = dict(played(two, force)[0].just)
    assert just["reach_ms"] == pytest.approx(2000, abs=30)
    assert 1500 < just["release_ms"] < 2000
    for name in ("reach_ms", "release_ms"):
        assert played(replace(two, **{name: just[name]}), force)[0].result == "hit"
        assert played(replace(two, **{name: just[name] - 20}), force)[0].result == "miss"


def test_a_miss_before_the_last_thing_is_cut_short_and_the_rest_is_not_known() -> None:
    two = replace(USUAL, kinds=2, lower_ms=900.0, weight=0.14)
    outcome, states = played(two, off_by(fall_s=0.3))
    assert (outcome.cause, states[-1].at, outcome.cut_short) == ("let-go-too-quickly", 0, True)


@given(st.floats(0, 0.5))
@settings(max_examples=20, deadline=None)
def test_it_is_never_a_hit_with_one_force_that_is_never_changed(share: float) -> None:
    outcome, _ = played(replace(USUAL, carry_ms=500.0, reach_ms=1500.0, release_ms=1500.0), lambda state, _: share)
    assert outcome.result != "hit"


# What is to be carried


def test_force_grows_with_weight_and_with_less_friction() -> None:
    pear = BY_NAME["pear"]
    dry, heavy, wet = (load(pear, w, f, 1.0, surprises=False) for w, f in ((0.1, 1.0), (0.15, 1.0), (0.1, 0.8)))
    assert heavy.look == pytest.approx(1.5 * dry.look, abs=1e-3)
    assert wet.look == pytest.approx(dry.look / 0.8, abs=1e-3)
    assert wet.below < dry.below, "what is slippery slips sooner"
    assert BY_NAME["egg"].above < BY_NAME["jar"].above, "what is fragile gives in sooner"


def test_each_trial_has_as_many_different_things_as_asked_for_light_and_firm_in_turn() -> None:
    for seed in range(30):
        state = start(replace(USUAL, kinds=4, spread=1.0), Chance(seed), Setting())
        looks = [one.look for one in state.loads]
        assert len({one.name for one in state.loads}) == 4
        signs = [b > a for a, b in pairwise(looks)]
        assert all(a != b for a, b in pairwise(signs))


def test_all_things_come_sooner_or_later() -> None:
    seen = {start(USUAL, Chance(seed), Setting()).load.name for seed in range(80)}
    assert seen == {thing.name for thing in THINGS}


@pytest.mark.parametrize("name", ["jar", "pear"])
def test_what_surprises_weighs_the_other_way_and_is_felt_only_when_lifted(name: str) -> None:
    one = load(BY_NAME[name], 0.1, 1.0, 1.0, surprises=True)
    assert one.real == pytest.approx(one.look * (LIGHTER if name == "jar" else HEAVIER), abs=1e-4)


def test_the_window_glides_to_the_true_weight_without_a_step_and_never_beyond_the_peak() -> None:
    params = replace(USUAL, surprise=1.0, spread=1.0)
    for seed in range(6):
        outcome, states = played(params, off_by(), seed)
        assert outcome.result == "hit"
        assert states[0].centre == states[0].load.look != states[-1].load.real == states[-1].centre
        assert max(abs(b.centre - a.centre) for a, b in pairwise(states)) < 0.003
        assert max(s.high for s in states) <= GAME.peak(params)


def test_what_surprises_may_be_found_anew_for_a_while_before_it_is_judged() -> None:
    params = replace(USUAL, surprise=1.0, window=0.012, spread=1.0)
    outcome, states = played(params, lambda state, _: 0.0 if state.phase == "arrive" else state.load.look)
    heavier = states[0].load.real > states[0].load.look
    assert (outcome.cause, outcome.cut_short) == ("too-soft" if heavier else "too-hard", True)
    assert states[-1].away, "it fails only once it is carried"
    given = [s.now_ms for s in states if s.phase == "adjust"]
    assert given[-1] - given[0] == pytest.approx(GRACE_MS, abs=30)


def test_no_thing_on_the_ladder_asks_for_more_than_three_tenths_of_the_maximum() -> None:
    ladder = rooms.all_ladders()["market"]
    for level in ladder.levels:
        assert max(GAME.peak(level.params(position)) for position in (0.0, 0.5, 1.0)) <= 0.30


def test_the_peak_is_the_greatest_window_of_all_things() -> None:
    assert greatest(0.1, 1.0, 1.0, False, 0.03) == pytest.approx(0.1 * 1.45 / 0.9 + 0.03 * 1.2, abs=1e-3)


def test_a_force_of_an_open_hand_never_holds_anything() -> None:
    state = replace(start(replace(USUAL, window=0.12), Chance(1), Setting()), force=OPEN)
    assert abs(deviation(state)) > state.params.window


# Quality


def test_the_quality_of_a_calm_hand_is_near_one_and_of_a_trembling_one_less() -> None:
    def trembling(state: State, s: float) -> float:
        rest = 0.05 if state.phase == "arrive" and s > ARRIVE_MS / 2000 else 0.0
        if state.phase == "release":
            return state.centre * (1 - s / 1.5) + 0.015 * (int(s * 6) % 2)
        return off_by()(state, s) + rest + (0.02 * (int(s * 8) % 2) if state.phase == "carry" else 0.0)

    two = replace(USUAL, kinds=2, window=0.04)
    calm, shaky = dict(played(two, off_by())[0].measures), dict(played(two, trembling)[0].measures)
    for name in ("steady", "smooth", "relaxed"):
        assert 0 <= shaky[name] < calm[name] <= 1, name
    assert calm["relaxed"] == 1.0
    assert calm["smooth"] > 0.95


def test_over_grip_is_the_force_used_beside_the_least_that_does_not_slip() -> None:
    outcome, states = played(USUAL, off_by(0.5))
    one = states[-1].load
    used, least = one.real + 0.5 * USUAL.window * one.above, one.real - USUAL.window * one.below
    assert dict(outcome.measures)["over_grip"] == pytest.approx(used / least, abs=0.01)


# What is asked and seen


def test_the_intent_is_the_middle_of_the_window_and_an_open_hand_between_things() -> None:
    _, states = played(replace(USUAL, kinds=2, lower_ms=500.0), off_by())
    for state in states[:-1]:
        wish = GAME.intent(state)
        assert isinstance(wish, Squeeze)
        asked = state.centre if state.phase in ("reach", "carry") else 0.0
        assert wish.share == asked
        if state.phase == "release":
            assert wish.rate <= 0.2


def test_a_surprise_is_noticed_before_the_force_is_changed() -> None:
    _, states = played(replace(USUAL, surprise=1.0, spread=1.0), off_by())
    wishes = [GAME.intent(state) for state in states if state.phase == "adjust"]
    assert wishes[0] == Squeeze(states[0].load.look)
    assert wishes[-1] == Squeeze(states[0].load.real)


def test_each_parameter_makes_it_harder_by_the_index_and_the_ladder_rises() -> None:
    harder = {
        "kinds": 2, "window": 0.02, "weight": 0.12, "carry_ms": 3000.0, "reach_ms": 3000.0, "release_ms": 3000.0,
        "lower_ms": 500.0, "spread": 0.5, "friction": 0.8, "surprise": 0.5, "hidden": 0.5,
    }  # fmt: skip
    for name, value in harder.items():
        assert GAME.index(replace(USUAL, **{name: value})) > GAME.index(USUAL), name
    ladder = rooms.all_ladders()["market"]
    check(ladder, GAME.index)
    assert len(ladder.levels) >= 14


def test_what_is_squeezed_too_hard_is_seen_to_give_in_and_what_is_held_too_softly_to_slide() -> None:
    _, hard = played(USUAL, off_by(1.2))
    carried = [s for s in hard if s.phase == "carry"]
    assert f"market-{carried[-1].load.name}-squeezed" in names(GAME.scene(carried[-1]))
    _, well = played(USUAL, off_by())
    _, soft = played(USUAL, off_by(-1.5))
    n = len([s for s in soft if s.phase == "carry"]) - 1
    at_soft, at_well = ([s for s in states if s.phase == "carry"][n] for states in (soft, well))
    assert place(at_soft)[1] < place(at_well)[1] - 10
    assert not [name for name in names(GAME.scene(at_well)) if name.endswith("squeezed")]


def test_all_that_was_carried_lies_in_the_basket_and_flowers_are_given() -> None:
    outcome, scenes = play_well(GAME, replace(USUAL, kinds=3))
    assert outcome.result == "hit"
    seen = names(scenes[-1])
    assert "market-gift" in seen
    assert len([name for name in seen if name.removeprefix("market-") in BY_NAME]) == 3 <= len(SLOTS)


def test_the_gauge_is_veiled_in_the_last_part_of_the_carry() -> None:
    _, states = played(replace(USUAL, hidden=0.5), off_by())
    carried = [len(GAME.scene(state).shapes) for state in states if state.phase == "carry"]
    assert carried[20] > carried[-1] + 4


def test_wet_things_carry_drops_and_dry_ones_none() -> None:
    dry, wet = (start(replace(USUAL, friction=friction), Chance(1), Setting()) for friction in (1.0, 0.8))
    assert "market-drops" in names(GAME.scene(wet))
    assert "market-drops" not in names(GAME.scene(dry))


def test_with_the_mouse_the_ball_on_the_gauge_is_at_the_height_of_the_pointer() -> None:
    state = replace(start(USUAL, Chance(1), Setting(played_with="mouse")), phase="reach", force=0.17)
    assert [ball.y for ball in balls(state)] == [pytest.approx(mouse_height(0.17), abs=0.5)] * 2


def test_the_gauge_stands_still_over_all_goods_and_clear_of_the_start_button_on_either_side() -> None:
    _, states = played(replace(USUAL, kinds=4, spread=1.0), off_by())
    for state in states[::20]:
        shapes = GAME.scene(state).shapes
        card = next((shape for shape in shapes if isinstance(shape, Bar) and shape.fill == "card"), None)
        if card is None:
            continue
        left, right = card.x - card.w / 2, card.x + card.w / 2
        assert card.x == GAUGE_X
        assert left > 235 + 200
        assert right < 1365 - 200
        later = shapes[shapes.index(card) :]
        assert not [shape for shape in later if isinstance(shape, Picture) and not shape.name.startswith("icon")]
    assert states[-1].phase == "end"


def test_the_first_thing_is_there_from_the_start_and_what_waits_stands_clear_of_the_gauge() -> None:
    state = start(replace(USUAL, kinds=4), Chance(2), Setting())
    assert place(state) == place(replace(state, phase="reach"))
    goods = [
        s for s in GAME.scene(state).shapes if isinstance(s, Picture) and s.name.removeprefix("market-") in BY_NAME
    ]
    assert len(goods) == 4
    assert not [one for one in goods if abs(one.x - GAUGE_X) < one.w / 2 + 50]


@pytest.mark.parametrize(("share", "cause"), [(-1.6, "too-soft"), (1.6, "too-hard")])
def test_after_a_miss_the_ball_stays_where_it_was_wrong_and_the_picture_agrees(share: float, cause: str) -> None:
    outcome, states = played(USUAL, lambda state, s: 0.0 if state.phase == "end" else off_by(share)(state, s))
    last = states[-1]
    assert (outcome.cause, last.force) == (cause, 0.0)
    side = -1 if share < 0 else 1
    for ball in balls(last):
        assert side * (ball.y - window(last).y) > window(last).h / 2
    assert [name for name in names(GAME.scene(last)) if name.startswith("icon")] == [
        "icon-firmer" if share < 0 else "icon-softer"
    ]


@pytest.mark.parametrize("share", [0.02, 0.3])
def test_after_a_miss_before_the_lift_the_window_and_the_ball_stay_as_they_were(share: float) -> None:
    params = replace(USUAL, surprise=1.0, spread=1.0)
    _, states = played(params, lambda state, _: 0.0 if state.phase == "end" else share)
    before = next(a for a, b in pairwise(states) if b.phase == "end")
    assert before.phase == "reach"
    assert window(states[-1]).y == window(before).y
    assert [ball.y for ball in balls(states[-1])] == [ball.y for ball in balls(before)]


def test_after_letting_go_too_quickly_no_gauge_speaks_of_the_force() -> None:
    outcome, states = played(replace(USUAL, lower_ms=700.0), off_by(fall_s=0.4))
    assert outcome.cause == "let-go-too-quickly"
    assert not balls(states[-1])


@pytest.mark.parametrize("palette", list(PALETTES))
def test_the_ball_is_told_from_every_window_in_every_palette(palette: str) -> None:
    colours = PALETTES[palette]
    state = replace(start(USUAL, Chance(1), Setting()), phase="reach", force=0.1)
    ring, ball = balls(state)
    assert ring.r > ball.r + 6
    pairs: list[tuple[Role | None, Role | None]] = [(ring.fill, "good"), (ring.fill, "target"), (ring.line, "card")]
    for one, other in [*pairs, (ball.fill, ring.fill)]:
        assert one is not None
        assert other is not None
        assert contrast(colours[one], colours[other]) >= 3.0, (one, other)


def test_every_scene_keeps_clear_of_the_flower_row_and_a_left_hand_sees_it_from_the_other_side() -> None:
    _, states = played(replace(USUAL, kinds=4, surprise=1.0), off_by())
    for state in states[::25]:
        seen = GAME.scene(state)
        assert [round(1600 - shape.x) for shape in mirrored(seen).shapes if isinstance(shape, Picture)] == [
            round(shape.x) for shape in seen.shapes if isinstance(shape, Picture)
        ]
        for shape in seen.shapes:
            if isinstance(shape, Picture) and shape.name != "market-basket-front":
                assert shape.y - shape.h / 2 > 55, shape.name


@pytest.mark.parametrize("surprise", [0.0, 1.0])
def test_nothing_moves_by_a_leap_from_tick_to_tick(surprise: float) -> None:
    def ramped(state: State, s: float) -> float:
        return min(off_by(fall_s=1.0)(state, s), state.force + 0.4 / 120)

    _, states = played(replace(USUAL, kinds=3, surprise=surprise, spread=1.0, carry_ms=800.0), ramped)
    for a, b in pairwise(states):
        arms = [next(s for s in GAME.scene(one).shapes if getattr(s, "name", "") == "market-arm") for one in (a, b)]
        assert abs(arms[0].x - arms[1].x) < 15, (a.phase, b.phase)  # type: ignore[union-attr]
        assert abs(arms[0].y - arms[1].y) < 15, (a.phase, b.phase)  # type: ignore[union-attr]
        if a.at == b.at:
            assert abs(place(a)[0] - place(b)[0]) < 15, (a.phase, b.phase)
