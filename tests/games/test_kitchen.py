"""Kitchen: the right tool, then the right touch - thinking and moving told apart, by hand, pointer, keys and arrows."""

from collections.abc import Callable
from dataclasses import replace
from math import cos, pi, sin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import ghost
from engine.chance import Chance
from engine.game import Event, Follow, Grip, Nudge, Outcome, Point, Press, Setting, Squeeze, Tap, Touch
from engine.hand import FINGERS, Finger, Side
from engine.scene import Circle, Picture, Scene, Words, mirrored
from engine.ticks import to_ms
from games.kitchen import GAME
from games.kitchen.held import HELD, named
from games.kitchen.picture import BITS, FILLS, GAUGE_HIGH, GAUGE_LOW, VESSELS, scene
from games.kitchen.places import BOWL, CARD_Y, ROUND, aside_mm, card_at, card_x, mm_of, on_ring
from games.kitchen.play import index, intent, just_passed, peak, ring_passed, start, step
from games.kitchen.recipes import DISHES, STRANGERS, TOOLS, Act, Recipe, chosen, drawn, possible
from games.kitchen.values import Params, State

SETTING = Setting(played_with="serial")
LEFT_HAND = Setting(played_with="serial", hand=Side.LEFT)
TAPS = Params(acts=("tap",), steps=2, band=0.05, hold_ms=800, taps=2, ring_mm=10)
SQUEEZES = replace(TAPS, acts=("squeeze",))
POURS = replace(TAPS, acts=("pour",))
STIRS = replace(TAPS, acts=("stir", "tap"))
ALL = replace(TAPS, acts=("tap", "squeeze", "stir", "pour"), steps=4)

Play = Callable[[State, float], tuple[Event, ...]]


def events_of(state: State, asked_ms: float) -> tuple[Event, ...]:
    """Return what a good player does: after a moment, whatever is asked, at once and right."""
    wish, now = intent(state), state.now_ms
    if isinstance(wish, Squeeze):
        return (Grip(wish.share if wish.share else max(0.0, state.force - 0.001), now),)
    if asked_ms < 200:
        return ()
    if isinstance(wish, Press):
        return (Tap(wish.finger, now),) if round(asked_ms) % 200 < 9 else ()
    if isinstance(wish, Touch):
        return (Point(wish.x_mm, wish.y_mm, "down", now),) if round(asked_ms) % 200 < 9 else ()
    if isinstance(wish, Follow):
        return (Point(*ghost.along(wish.ahead, 0.5), "move", now),)
    return ()


def played(
    params: Params, play: Play = events_of, seed: int = 1, setting: Setting = SETTING, most_s: float = 190
) -> tuple[Outcome, State]:
    """Return the outcome of ``play``, a function of the state and of how long this part lasts, and the last state."""
    state, part, since = start(params, Chance(seed), setting), ("", 0), 0.0
    for tick in range(round(most_s * 120)):
        if (state.phase, state.at) != part:
            part, since = (state.phase, state.at), to_ms(tick)
        made = step(state, tick, play(replace(state, now_ms=to_ms(tick)), to_ms(tick) - since))
        state = made.state
        if made.outcome is not None:
            return made.outcome, state
    raise AssertionError("the trial never ends")


def doing(act: Act, play: Play) -> Play:
    """Return a good player, but ``play`` while this act is asked for."""
    return lambda state, ms: (
        play(state, ms) if state.phase == "act" and state.wanted.act is act else events_of(state, ms)
    )


def touching(name: Callable[[State], str]) -> Play:
    """Return a good player who takes the card called ``name(state)``."""

    def play(state: State, ms: float) -> tuple[Event, ...]:
        if state.phase != "choose":
            return events_of(state, ms)
        x = card_x(state.cards.index(name(state)), state.recipe.places)
        return (Point(*mm_of((x, CARD_Y), state.setting), "down", state.now_ms),) if ms > 300 else ()

    return play


# A good trial


@pytest.mark.parametrize("params", [TAPS, SQUEEZES, POURS, STIRS, ALL])
@pytest.mark.parametrize("with_", ["keys", "mouse", "serial"])
def test_a_recipe_cooked_as_asked_is_a_hit_with_whatever_it_is_played(params: Params, with_: str) -> None:
    outcome, _ = played(params, setting=Setting(played_with=with_))
    measures = dict(outcome.measures)
    assert (outcome.result, outcome.cause) == ("hit", "")
    assert (measures["completion"], measures["thought"], measures["moved"]) == (1.0, 1.0, 1.0)


def test_thinking_and_moving_are_measured_apart() -> None:
    wrong, _ = played(ALL, touching(lambda state: state.recipe.tools[state.at + 1] if state.at else state.wanted.name))
    clumsy, _ = played(ALL, doing(Act.SQUEEZE, lambda state, ms: (Grip(0.4, state.now_ms),)))
    assert (dict(wrong.measures)["thought"], dict(wrong.measures)["moved"]) == (0.5, 1.0)
    assert dict(clumsy.measures)["thought"] == 1.0
    assert dict(clumsy.measures)["moved"] < 1.0
    assert dict(wrong.measures)["thinking_ms"] > 0
    assert dict(wrong.measures)["moving_ms"] > 0


def test_a_single_card_is_no_choice_that_counts() -> None:
    state = start(TAPS, Chance(1), SETTING)
    assert [sum(map(bool, row)) for row in state.recipe.cards] == [2, 1]
    _, end = played(TAPS)
    assert end.score.choices == 1


# Thinking


def test_a_card_that_no_step_needs_is_the_wrong_tool() -> None:
    outcome, state = played(
        replace(ALL, distractors=1),
        touching(lambda state: next(name for name in state.cards if name and name not in state.recipe.tools)),
    )
    assert (outcome.result, outcome.cause, outcome.just) == ("miss", "wrong-tool", ())
    assert state.picked in STRANGERS


def test_a_card_of_a_later_step_is_the_wrong_order() -> None:
    outcome, _ = played(ALL, touching(lambda state: state.recipe.tools[1]))
    assert (outcome.result, outcome.cause) == ("miss", "wrong-order")


def test_after_a_wrong_card_the_right_one_is_pointed_at() -> None:
    _, state = played(ALL, touching(lambda state: state.recipe.tools[1]))
    shown = [shape for shape in scene(state).shapes if isinstance(shape, Picture)]
    finger = next(shape for shape in shown if shape.name == "hand-point")
    x = card_x(state.cards.index(state.recipe.tools[0]), state.recipe.places)
    assert abs(finger.x - x) < 90


@pytest.mark.parametrize("place", range(4))
def test_each_finger_takes_the_card_at_its_place(place: int) -> None:
    state = start(replace(ALL, distractors=1), Chance(3), Setting(played_with="keys"))
    made = step(state, 50, (Tap(FINGERS[place + 1], to_ms(50)),)).state
    assert made.picked == state.cards[place]


def test_arrows_light_a_card_and_the_thumb_takes_it() -> None:
    state = start(ALL, Chance(3), SETTING)
    place, tick = state.cards.index(state.wanted.name), 60
    state = step(state, tick, (Tap(Finger.THUMB, to_ms(tick)),)).state
    assert state.picked == ""
    for _ in range(place + 1):
        tick += 60
        state = step(state, tick, (Nudge(0.375, 0.0, to_ms(tick)),)).state
    assert state.lit == place
    assert step(state, tick + 1, (Tap(Finger.THUMB, to_ms(tick + 1)),)).state.phase == "act"


def test_a_long_push_goes_on_to_the_next_card_slowly_and_stays_at_the_last() -> None:
    state, seen = start(ALL, Chance(3), SETTING), []
    for tick in range(60, 500):
        state = step(state, tick, (Nudge(0.375, 0.0, to_ms(tick)),)).state
        seen.append(state.lit)
    assert seen[0] == 0
    assert seen[60] == 0
    assert seen[-1] == 3


def test_a_press_beside_all_cards_or_on_an_empty_place_takes_nothing() -> None:
    state = start(TAPS, Chance(1), SETTING)
    assert step(state, 50, (Point(0.0, 60.0, "down", to_ms(50)),)).state.picked == ""
    assert step(state, 50, (Tap(Finger.LITTLE, to_ms(50)),)).state.picked == ""
    emptied = replace(state, at=1)
    gone = emptied.cards.index("")
    assert step(emptied, 50, (Tap(FINGERS[gone + 1], to_ms(50)),)).state.picked == ""


def test_force_says_nothing_while_a_card_is_chosen() -> None:
    state = start(SQUEEZES, Chance(1), SETTING)
    made = step(state, 50, (Grip(0.13, to_ms(50)),)).state
    assert (made.phase, made.score.peak) == ("choose", 0.0)


def test_left_alone_is_an_omission_and_a_recipe_that_is_left_halfway_is_not() -> None:
    outcome, _ = played(ALL, lambda state, ms: ())
    assert (outcome.result, outcome.cause) == ("omission", "no-try")
    halfway, _ = played(ALL, lambda state, ms: events_of(state, ms) if state.at < 1 else ())
    assert (halfway.result, halfway.cause, halfway.cut_short) == ("miss", "too-late", True)


# Acting


@pytest.mark.parametrize(("share", "cause"), [(0.04, "too-soft"), (0.25, "too-hard")])
def test_a_squeeze_beside_the_band_is_told_by_its_side(share: float, cause: str) -> None:
    outcome, _ = played(replace(SQUEEZES, limit_ms=3000), doing(Act.SQUEEZE, lambda s, ms: (Grip(share, s.now_ms),)))
    assert (outcome.result, outcome.cause, outcome.just) == ("miss", cause, ())


@pytest.mark.parametrize(("after", "cause"), [(0.04, "too-soft"), (0.25, "too-hard")])
def test_a_hold_that_is_lost_is_told_by_its_side_with_the_band_it_needed(after: float, cause: str) -> None:
    outcome, _ = played(SQUEEZES, doing(Act.SQUEEZE, lambda s, ms: (Grip(s.target if ms < 500 else after, s.now_ms),)))
    assert (outcome.result, outcome.cause, outcome.cut_short) == ("miss", cause, True)
    assert dict(outcome.just)["band"] > SQUEEZES.band


@pytest.mark.parametrize("act", [Act.TAP, Act.SQUEEZE, Act.STIR])
def test_an_act_that_is_not_done_is_unfinished_and_under_a_clock_too_late(act: Act) -> None:
    params = replace(TAPS, acts=(act,) if act is not Act.STIR else ("stir", "tap"))
    slow, _ = played(params, doing(act, lambda state, ms: ()))
    late, _ = played(replace(params, limit_ms=4000), doing(act, lambda state, ms: ()))
    assert (slow.result, slow.cause) == ("miss", "unfinished")
    assert (late.result, late.cause) == ("miss", "too-late")
    assert 4000 < dict(late.just)["limit_ms"] < 4020


def test_a_pour_that_ends_abruptly_let_go_too_quickly_where_it_counts() -> None:
    def abruptly(state: State, ms: float) -> tuple[Event, ...]:
        return (Grip(0.0 if state.doing.part == "lower" else state.target, state.now_ms),)

    outcome, _ = played(replace(POURS, lower_ms=900), doing(Act.POUR, abruptly))
    assert (outcome.result, outcome.cause) == ("miss", "let-go-too-quickly")
    assert dict(outcome.just)["lower_ms"] < 900
    assert played(POURS, doing(Act.POUR, abruptly))[0].result == "hit"


def test_a_pour_that_never_ends_is_told_kindly() -> None:
    outcome, _ = played(POURS, doing(Act.POUR, lambda state, ms: (Grip(state.target, state.now_ms),)))
    assert (outcome.result, outcome.cause) == ("miss", "too-late")


def test_three_touches_beside_the_bowl_miss_it_and_fewer_do_not() -> None:
    def beside(times: int) -> Play:
        def play(state: State, ms: float) -> tuple[Event, ...]:
            if state.doing.strays < times:
                return (Point(130.0, -60.0, "down", state.now_ms),) if round(ms) % 200 < 9 else ()
            return events_of(state, ms)

        return doing(Act.TAP, play)

    assert played(TAPS, beside(3))[0].cause == "missed-target"
    assert played(TAPS, beside(2))[0].result == "hit"


def test_taps_that_come_too_many_choose_nothing() -> None:
    def drumming(state: State, ms: float) -> tuple[Event, ...]:
        if state.phase == "choose" or (state.phase == "rest" and ms > 900):
            return events_of(state, ms)
        return (Tap(Finger.INDEX, state.now_ms),) if round(ms) % 150 < 9 else ()

    outcome, _ = played(TAPS, drumming, setting=Setting(played_with="keys"))
    assert outcome.result == "hit"


def test_between_two_steps_the_hand_is_waited_for_until_it_is_open() -> None:
    def clinging(state: State, ms: float) -> tuple[Event, ...]:
        if state.phase == "rest":
            return (Grip(state.target if ms < 3000 else 0.0, state.now_ms),)
        return events_of(state, ms)

    state, since = start(SQUEEZES, Chance(1), SETTING), {"rest": 0.0}
    part = ("", 0.0)
    for tick in range(2400):
        if state.phase != part[0]:
            if part[0] == "rest":
                break
            part = (state.phase, to_ms(tick))
        since["rest"] = to_ms(tick) - part[1]
        state = step(state, tick, clinging(replace(state, now_ms=to_ms(tick)), since["rest"])).state
        if state.phase == "rest":
            rested = state.now_ms - state.since_ms
            assert ("icon-softer" in pictures(state)) == (rested > 960 and state.force > 0.03)
    assert state.phase == "choose"
    assert since["rest"] >= 2990


# Stirring


def round_the_bowl(size: float, way: float = -1.0, period_s: float = 3.0) -> Play:
    """Return a player who stirs evenly, ``size`` times as far out as the ring."""

    def play(state: State, ms: float) -> tuple[Event, ...]:
        a = 0.5 * pi + way * 2 * pi * ms / 1000 / period_s
        grown = 1.0 if ms < 60 else size
        place = BOWL[0] + ROUND[0] * grown * cos(a), BOWL[1] + ROUND[1] * grown * sin(a)
        return (Point(*mm_of(place, state.setting), "move", state.now_ms),)

    return doing(Act.STIR, play)


@pytest.mark.parametrize("way", [-1.0, 1.0])
def test_stirring_either_way_round_is_right(way: float) -> None:
    assert played(STIRS, round_the_bowl(1.0, way))[0].result == "hit"


def test_an_even_stir_is_smooth_and_one_in_fits_and_starts_is_not() -> None:
    def jerkily(state: State, ms: float) -> tuple[Event, ...]:
        return events_of(state, ms) if ms % 1000 < 500 else ()

    even, uneven = played(STIRS)[0], played(STIRS, doing(Act.STIR, jerkily))[0]
    assert even.result == uneven.result == "hit"
    assert dict(even.measures)["smooth"] > 0.8
    assert dict(uneven.measures)["smooth"] < 0.4


def test_stirring_far_outside_the_ring_misses_it_and_says_the_ring_it_needed() -> None:
    outcome, _ = played(STIRS, round_the_bowl(1.7))
    assert (outcome.result, outcome.cause) == ("miss", "missed-target")
    assert dict(outcome.just)["ring_mm"] > STIRS.ring_mm
    assert played(replace(STIRS, ring_mm=14), round_the_bowl(1.3))[0].result == "hit"


def test_a_leap_across_the_bowl_is_no_stirring() -> None:
    def leaping(state: State, ms: float) -> tuple[Event, ...]:
        a = 0.5 * pi + (pi if round(ms / 8.33) % 2 else 0.0)
        return (Point(*mm_of(on_ring(a), state.setting), "move", state.now_ms),)

    assert played(replace(STIRS, limit_ms=5000), doing(Act.STIR, leaping))[0].cause == "too-late"


def test_two_rounds_ask_for_two() -> None:
    outcome, state = played(replace(STIRS, rounds=2), round_the_bowl(1.0))
    assert outcome.result == "hit"
    assert max(state.score.move_ms) > 5500


def test_arrows_alone_can_stir() -> None:
    def pushing(state: State, ms: float) -> tuple[Event, ...]:
        wish = intent(state)
        assert isinstance(wish, Follow)
        (x, y), (to_x, to_y) = mm_of(state.doing.spoon, state.setting), ghost.along(wish.ahead, 6.0)
        far = 45 / 120
        dx, dy = (far if abs(d) > 1 else 0.0 for d in (to_x - x, to_y - y))
        return (Nudge(dx if to_x > x else -dx, dy if to_y > y else -dy, state.now_ms),)

    assert played(STIRS, doing(Act.STIR, pushing))[0].result == "hit"


# What would just have been passed


@given(st.floats(0.004, 0.045), st.integers(1, 40))
@settings(max_examples=20, deadline=None)
def test_a_hold_just_passes_the_band_that_is_stated(size: float, seed: int) -> None:
    def swaying(state: State, ms: float) -> tuple[Event, ...]:
        off = size * sin(ms / 90) if state.doing.part == "hold" else 0.0
        return (Grip(state.target + off, state.now_ms),)

    outcome, _ = played(SQUEEZES, doing(Act.SQUEEZE, swaying), seed)
    assert outcome.result == "hit"
    band = dict(outcome.just)["band"]
    assert played(replace(SQUEEZES, band=band + 0.0002), doing(Act.SQUEEZE, swaying), seed)[0].result == "hit"
    narrow = replace(SQUEEZES, band=max(0.001, band - 0.0002))
    assert played(narrow, doing(Act.SQUEEZE, swaying), seed)[0].result == "miss"


def test_a_hit_states_every_requirement_there_was() -> None:
    assert [name for name, _ in played(TAPS)[0].just] == ["limit_ms"]
    assert {name for name, _ in played(ALL)[0].just} == {"limit_ms", "ring_mm"}
    swaying = doing(Act.SQUEEZE, lambda s, ms: (Grip(s.target + 0.01, s.now_ms),))
    assert dict(played(ALL, swaying)[0].just)["band"] == pytest.approx(0.01, abs=1e-4)


def test_the_just_passed_values_are_eightieth_percentiles() -> None:
    assert just_passed(tuple(n / 1000 for n in range(100)), 100) == pytest.approx(0.079)
    assert ring_passed(tuple((n / 10, 1) for n in range(100))) == pytest.approx(7.9)
    assert ring_passed(()) == 0.0


def test_the_time_that_is_stated_is_just_enough() -> None:
    def slowly(state: State, ms: float) -> tuple[Event, ...]:
        return events_of(state, ms - 2000) if state.phase == "choose" else events_of(state, ms)

    needed = dict(played(TAPS, slowly)[0].just)["limit_ms"]
    assert 2000 < needed < 2500
    assert played(replace(TAPS, limit_ms=needed + 0.001), slowly)[0].result == "hit"
    assert played(replace(TAPS, limit_ms=needed - 0.001), slowly)[0].result != "hit"


# Recipes


def test_every_dish_is_made_of_known_tools_each_used_once_and_drawn() -> None:
    for dish, tools in DISHES.items():
        assert 5 <= len(tools) <= 6
        assert len(set(tools)) == len(tools)
        assert {TOOLS[name].act for name in tools} == set(Act)
        assert dish in FILLS
        assert dish in VESSELS
    assert set(HELD) == set(TOOLS)
    assert {tool.leaves for tool in TOOLS.values()} - {""} == set(BITS)


@given(
    st.lists(st.sampled_from(list(Act)), min_size=1, unique=True), st.integers(2, 6), st.integers(0, 3),
    st.integers(0, 200),
)  # fmt: skip
def test_at_every_step_the_right_card_lies_there_once_with_at_most_three_others(
    acts: list[Act], steps: int, distractors: int, seed: int
) -> None:
    recipe = drawn(tuple(acts), steps, distractors, Chance(seed))
    assert 1 <= len(recipe.tools) <= steps
    for n, (name, row) in enumerate(zip(recipe.tools, recipe.cards, strict=True)):
        lying = [card for card in row if card]
        assert lying.count(name) == 1
        assert len(row) == recipe.places <= 4
        assert len(set(lying)) == len(lying)
        assert not set(lying) & set(recipe.tools[:n])
        assert len([card for card in lying if card not in recipe.tools]) == min(distractors, 3)


def test_a_card_stays_where_it_lies_until_it_is_used() -> None:
    recipe = drawn(tuple(Act), 5, 1, Chance(4))
    for n, (before, after) in enumerate(zip(recipe.cards, recipe.cards[1:], strict=False)):
        changed = [a for a, b in zip(before, after, strict=True) if a != b]
        assert changed == [recipe.tools[n]]


def test_a_recipe_has_all_of_its_acts_where_there_is_room() -> None:
    assert {TOOLS[name].act for name in chosen("soup", tuple(Act), 4)} == set(Act)
    assert chosen("pancake", ("tap",), 2) == ("egg", "shaker")
    assert set(possible(("tap",), 2)) == {"pancake", "soup", "salad", "porridge"}
    assert possible(tuple(Act), 6) == ("pancake", "soup", "salad", "porridge")


# What is seen


def pictures(state: State) -> list[str]:
    return [shape.name for shape in scene(state).shapes if isinstance(shape, Picture)]


def test_the_recipe_lies_open_fades_or_is_seen_once() -> None:
    shown, fades = (start(replace(ALL, memory=word), Chance(1), SETTING) for word in ("shown", "fades"))
    tool = named(shown.recipe.tools[0])
    assert pictures(replace(shown, now_ms=9000)).count(tool) == 2
    assert pictures(replace(fades, now_ms=1000)).count(tool) == 2
    assert pictures(replace(fades, now_ms=9000)).count(tool) == 1
    once = start(replace(ALL, memory="once"), Chance(1), SETTING)
    assert once.phase == "look"
    assert intent(once) is None
    assert pictures(once).count(tool) == 1
    looked = step(once, 120 * 8, ()).state
    assert looked.phase == "choose"
    assert pictures(looked).count(tool) == 1


def test_keys_are_written_on_the_cards_only_when_played_with_keys() -> None:
    labels = (("index", "J"), ("middle", "K"), ("ring", "L"), ("little", ";"))

    def caps(setting: Setting) -> set[str]:
        seen = scene(start(ALL, Chance(1), setting)).shapes
        return {dict(shape.values)["text"] for shape in seen if isinstance(shape, Words)}

    assert {"J", "K", "L", ";"} <= caps(Setting(played_with="keys", labels=labels))
    assert not {"J", "K", "L", ";"} & caps(SETTING)


def test_the_chosen_tool_is_in_the_hand_and_a_jug_tilts_with_the_force() -> None:
    state = start(POURS, Chance(1), SETTING)
    state = step(state, 50, (Tap(FINGERS[state.cards.index(state.wanted.name) + 1], to_ms(50)),)).state
    name = named(state.wanted.name)

    def angle(force: float) -> float:
        seen = scene(replace(state, force=force)).shapes
        return max(shape.angle for shape in seen if isinstance(shape, Picture) and shape.name == name)

    assert "hand-point" not in pictures(state)
    assert {"kitchen-fist", "grip-front"} & set(pictures(state))
    assert angle(state.target) > angle(0.0) + 15


def test_with_the_mouse_the_gauge_stands_at_the_pointers_own_height() -> None:
    state = start(SQUEEZES, Chance(1), Setting(played_with="mouse"))
    place = mm_of((card_x(state.cards.index(state.wanted.name), state.recipe.places), CARD_Y), SETTING)
    state = step(state, 50, (Point(*place, "down", to_ms(50)), Grip(0.22, to_ms(50)))).state
    ball = [shape for shape in scene(state).shapes if isinstance(shape, Circle) and shape.fill == "primary"]
    assert ball[0].y == pytest.approx((GAUGE_LOW + GAUGE_HIGH) / 2)


def test_at_the_end_the_dish_is_ready_and_hot_dishes_steam() -> None:
    for seed in range(12):
        _, state = played(TAPS, seed=seed)
        seen = pictures(state)
        assert f"kitchen-dish-{state.recipe.dish}" in seen
        assert ("steam" in seen) == (state.recipe.dish in ("pancake", "tea", "soup", "porridge"))


def at_work_on(dish: str, at: int) -> list[str]:
    """Return what is seen of a dish when ``at`` of all its steps are done."""
    tools = DISHES[dish]
    recipe = Recipe(dish, tools, tuple((tool,) for tool in tools))
    return pictures(replace(start(ALL, Chance(1), SETTING), recipe=recipe, at=at))


@pytest.mark.parametrize("dish", DISHES)
def test_each_dish_is_made_in_a_vessel_of_its_kind(dish: str) -> None:
    seen = at_work_on(dish, 1)
    fronts = [name for name in seen if name.endswith("-front") and not name.startswith("grip")]
    assert fronts == [f"kitchen-{VESSELS[dish][1]}-front"]
    assert seen.index(f"kitchen-{VESSELS[dish][0]}-back") < seen.index(fronts[0])
    assert (fronts == ["kitchen-cup-front"]) == (dish == "tea")


@pytest.mark.parametrize(
    ("dish", "fills"),
    [
        ("tea", ["water", "tea", "milk-tea", "milk-tea"]),
        ("soup", ["dressing", "soup", "soup", "soup", "soup"]),
        ("lemonade", ["lemonade"] * 4),
        ("salad", ["dressing"] * 5),
    ],
)
def test_what_is_in_the_vessel_is_what_was_put_into_it(dish: str, fills: list[str]) -> None:
    for at, fill in enumerate(fills, 1):
        assert [name for name in at_work_on(dish, at) if "-fill-" in name] == [f"kitchen-fill-{fill}"]


@pytest.mark.parametrize("phase", ["look", "choose"])
def test_a_left_hand_sees_the_recipe_at_the_other_side_and_reads_it_the_same_way(phase: str) -> None:
    begun = replace(start(ALL, Chance(1), SETTING), phase=phase, at=1)
    recipe = [steps_of(scene(begun)), steps_of(mirrored(scene(replace(begun, setting=LEFT_HAND))))]
    (right, tick), (left, other_tick) = recipe
    assert [text for text, *_ in right] == [text for text, *_ in left] == ["2", "3", "4"]
    (_, first_x, first_y), (_, other_x, other_y) = right[0], left[0]
    assert [(x - first_x, y - first_y) for _, x, y in right] == [(x - other_x, y - other_y) for _, x, y in left]
    assert phase == "look" or (first_x < 400 and other_x > 1200)
    assert not tick.flip
    assert not other_tick.flip
    assert tick.x - first_x == pytest.approx(other_tick.x - other_x)


def steps_of(seen: Scene) -> tuple[list[tuple[str, float, float]], Picture]:
    """Return number and place of each step that is still to be done, and the tick of the first one."""
    numbers = [
        (dict(shape.values)["text"], round(shape.x, 3), round(shape.y, 3))
        for shape in seen.shapes
        if isinstance(shape, Words) and dict(shape.values)["text"].isdigit()
    ]
    (tick,) = (shape for shape in seen.shapes if isinstance(shape, Picture) and shape.name == "icon-ok")
    return numbers, tick


def test_calm_pictures_do_not_sway() -> None:
    state = start(TAPS, Chance(1), Setting(played_with="serial", calm=True))
    state = step(state, 50, (Tap(FINGERS[state.cards.index(state.wanted.name) + 1], to_ms(50)),)).state
    assert scene(replace(state, now_ms=2000)) == scene(replace(state, now_ms=2450))


# Demand


def test_the_index_grows_with_every_demand() -> None:
    harder = (
        replace(ALL, steps=5), replace(ALL, distractors=1), replace(ALL, memory="fades"), replace(ALL, band=0.03),
        replace(ALL, hold_ms=1500), replace(ALL, lower_ms=500), replace(ALL, taps=3), replace(ALL, rounds=2),
        replace(ALL, ring_mm=6), replace(ALL, limit_ms=8000),
    )  # fmt: skip
    assert all(index(params) > index(ALL) for params in harder)
    assert index(replace(ALL, memory="once")) > index(replace(ALL, memory="fades"))
    assert index(TAPS) < index(ALL)


def test_force_is_asked_only_where_there_is_something_to_squeeze() -> None:
    assert peak(TAPS) == 0.0
    assert peak(ALL) == pytest.approx(ALL.target + ALL.band)
    assert GAME.self_paced(ALL)
    assert not GAME.self_paced(replace(ALL, limit_ms=6000))


def test_a_near_miss_still_takes_a_card_and_the_ring_lies_around_the_middle() -> None:
    x = card_x(1, 4)
    assert card_at((x, CARD_Y + 110), 4) == 1
    assert card_at((x, CARD_Y + 200), 4) is None
    assert card_at((20.0, CARD_Y), 4) is None
    assert aside_mm(on_ring(1.0), SETTING) == pytest.approx(0.0, abs=1e-6)
    assert aside_mm(BOWL, SETTING) < -10


@given(st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_no_trial_with_a_single_act_left_out_is_ever_a_hit(seed: int) -> None:
    chance = Chance(seed)
    left_out = chance.below(4)
    params = replace(ALL, limit_ms=4000)
    outcome, _ = played(params, lambda s, ms: () if s.phase == "act" and s.at == left_out else events_of(s, ms), seed)
    assert outcome.result == "miss"
    assert dict(outcome.measures)["completion"] == left_out / 4
