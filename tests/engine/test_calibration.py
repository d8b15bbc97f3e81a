"""Check that raw samples become events: fingers, shares of force, places in mm, the same whatever is played with."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calibration import (
    EASE_PER_S,
    MOUSE_HIGH,
    MOUSE_LOW,
    MOUSE_SHARE,
    NUDGE_MM_S,
    SQUEEZE_PER_S,
    Scale,
    Senses,
    events_of,
    is_flipped,
    mouse_height,
    to_mm,
    to_stage,
)
from engine.game import Event, Grip, Lift, Nudge, Point, Skill, Tap
from engine.hand import Finger, Side
from engine.profile import Profile
from engine.sample import Sample
from engine.ticks import seconds, to_ms

RIGHT, LEFT = Profile(), Profile(hand=Side.LEFT)
SCALE = Scale(1000.0, 5000.0)


def down(name: str, at_ms: float) -> Sample:
    return Sample(f"key.{name}", at_ms, 1.0)


def up(name: str, at_ms: float) -> Sample:
    return Sample(f"key.{name}", at_ms, 0.0)


def felt(
    *samples: Sample, profile: Profile = RIGHT, skill: Skill = "tap", with_: str = "keys"
) -> tuple[Senses, tuple[Event, ...]]:
    return events_of(Senses(), samples, 100.0, profile, skill, with_, SCALE, is_flipped(profile.hand, mirrors=True))


def test_a_key_is_a_tap_of_its_finger_at_its_own_time_and_then_a_lift() -> None:
    _, events = felt(down("J", 12.3), up("J", 90.0), down("SPACE", 95.0))
    assert events == (Tap(Finger.INDEX, 12.3), Lift(Finger.INDEX, 90.0), Tap(Finger.THUMB, 95.0))


def test_the_left_hand_has_its_own_keys_and_the_numbers_count_for_both() -> None:
    assert felt(down("F", 1), down("J", 2), down("KEY_2", 300), profile=LEFT)[1] == (
        Tap(Finger.INDEX, 1),
        Tap(Finger.INDEX, 300),
    )
    assert felt(down("F", 1))[1] == ()


def test_a_key_that_repeats_while_it_is_held_is_one_tap() -> None:
    _, events = felt(*(down("J", t) for t in range(0, 900, 100)))
    assert events == (Tap(Finger.INDEX, 0),)


def test_a_bounce_within_the_time_of_the_profile_is_no_second_tap_and_later_it_is_one() -> None:
    assert felt(down("J", 0), up("J", 30), down("J", 79.9))[1] == (Tap(Finger.INDEX, 0), Lift(Finger.INDEX, 30))
    assert len([e for e in felt(down("J", 0), up("J", 30), down("J", 80))[1] if isinstance(e, Tap)]) == 2
    slow = replace(RIGHT, debounce_ms=300.0)
    assert len([e for e in felt(down("J", 0), up("J", 30), down("J", 200), profile=slow)[1] if isinstance(e, Tap)]) == 1


def test_a_bounce_of_one_finger_does_not_hold_up_another() -> None:
    assert felt(down("J", 0), down("K", 5))[1] == (Tap(Finger.INDEX, 0), Tap(Finger.MIDDLE, 5))


def test_two_keys_of_one_finger_share_its_debounce() -> None:
    assert felt(down("P", 0), down("SEMICOLON", 40))[1] == (Tap(Finger.LITTLE, 0),)


def test_a_lift_of_a_key_that_was_not_down_is_nothing() -> None:
    assert felt(up("J", 5))[1] == ()


def test_an_unknown_key_is_no_finger() -> None:
    assert felt(down("Z", 5), up("Z", 6))[1] == ()


def ramp(ticks: int, held: bool, start: Senses, key: str = "SPACE") -> Senses:
    senses = start
    sample = (down(key, 0.0),) if held else (up(key, 0.0),)
    for tick in range(ticks):
        senses, _ = events_of(senses, sample if tick == 0 else (), to_ms(tick), RIGHT, "grip", "keys", Scale())
    return senses


def test_a_held_key_squeezes_ever_harder_and_a_key_let_go_eases() -> None:
    squeezed = ramp(seconds(2.0), True, Senses())
    assert squeezed.force == pytest.approx(2.0 * SQUEEZE_PER_S, abs=2e-4)
    eased = ramp(seconds(1.0), False, squeezed)
    assert eased.force == pytest.approx(2.0 * SQUEEZE_PER_S - EASE_PER_S, abs=4e-4)
    assert ramp(seconds(10), False, eased).force == 0.0
    assert ramp(seconds(20), True, Senses()).force == 1.0


def test_the_key_of_any_finger_squeezes_and_so_does_the_pressed_mouse() -> None:
    for name in ("SPACE", "J", "KEY_3"):
        assert ramp(60, True, Senses(), name).force > 0
    for name in ("ENTER", "LEFT", "ESCAPE"):
        assert ramp(60, True, Senses(), name).force == 0
    pressed, _ = felt(Sample("mouse", 1.0, 1.0, 5, 5), skill="grip")
    assert ramp(60, False, pressed).force > 0.04


def test_each_tick_of_a_key_played_grip_brings_a_force_even_without_a_sample() -> None:
    _, events = events_of(Senses(force=0.2), (), 50.0, RIGHT, "grip", "keys", Scale())
    assert events == (Grip(round(0.2 - EASE_PER_S / 120, 6), 50.0),)


def test_the_height_of_the_mouse_is_the_force() -> None:
    for share in (0.0, 0.1, 0.3, MOUSE_SHARE):
        _, events = felt(Sample("mouse", 9.0, 0, 300, mouse_height(share)), skill="grip", with_="mouse")
        assert events[-1] == Grip(pytest.approx(share, abs=1e-6), 9.0)
    for y, share in ((MOUSE_LOW - 200, 0.0), (MOUSE_HIGH + 100, MOUSE_SHARE)):
        assert felt(Sample("mouse", 9.0, 0, 0, y), skill="grip", with_="mouse")[0].force == share


def test_a_sensor_gives_the_share_between_its_zero_and_the_firm_squeeze() -> None:
    for counts, share in ((1000, 0.0), (3000, 0.5), (5000, 1.0), (7000, 1.5), (0, 0.0)):
        _, events = felt(Sample("grip", 7.0, counts), skill="grip", with_="serial")
        assert events == (Grip(share, 7.0, share),)


def test_a_reading_without_data_is_no_force_and_counts_mean_nothing_to_other_players() -> None:
    assert felt(Sample("grip", 7.0, 3000, flags=2), skill="grip", with_="serial")[1] == ()
    assert felt(Sample("grip", 7.0, 3000), skill="grip", with_="mouse")[1] == ()
    saturated = felt(Sample("grip", 7.0, 3000, flags=1), skill="grip", with_="serial")[1]
    assert saturated == (Grip(0.5, 7.0, 0.5),)


def test_the_link_of_the_sensor_is_remembered() -> None:
    gone, events = felt(Sample("link.grip", 1.0, 0.0), with_="serial")
    assert not gone.answers("serial")
    assert gone.answers("keys")
    assert gone.answers("pads")
    assert events == ()
    back, _ = events_of(gone, (Sample("link.grip", 2.0, 1.0),), 3.0, RIGHT, "grip", "serial", SCALE)
    assert back.answers("serial")


def test_the_pointer_goes_down_moves_and_goes_up_in_millimetres_from_the_middle() -> None:
    rows = ((0, 800, 450), (1, 800, 450), (1, 846, 496), (0, 846, 496))
    _, events = felt(*(Sample("mouse", t, v, x, y) for t, (v, x, y) in enumerate(rows)), skill="trace")
    assert events == (
        Point(0.0, 0.0, "move", 0),
        Point(0.0, 0.0, "down", 1),
        Point(10.0, 10.0, "move", 2),
        Point(10.0, 10.0, "up", 3),
    )


def test_the_left_hand_points_in_a_mirror() -> None:
    assert to_mm(846, 496, 4.6, flipped=False) == (10.0, 10.0)
    assert to_mm(846, 496, 4.6, flipped=True) == (-10.0, 10.0)


@given(st.floats(-150, 150), st.floats(-90, 90), st.sampled_from([RIGHT, LEFT]), st.sampled_from([2.0, 4.6, 9.0]))
def test_a_place_in_mm_survives_the_way_to_the_stage_and_back(
    x: float, y: float, profile: Profile, scale: float
) -> None:
    flipped = is_flipped(profile.hand, mirrors=True)
    back = to_mm(*to_stage(x, y, scale, flipped), scale, flipped)
    assert back == (pytest.approx(x, abs=0.005), pytest.approx(y, abs=0.005))


def held(*names: str, profile: Profile = RIGHT, skill: Skill = "trace") -> list[Nudge]:
    _, events = felt(*(down(name, 0.0) for name in names), profile=profile, skill=skill, with_="mouse")
    return [event for event in events if isinstance(event, Nudge)]


def test_held_arrows_push_evenly_in_all_directions_and_opposite_ones_cancel() -> None:
    step = round(NUDGE_MM_S / 120, 4)
    assert held("RIGHT") == [Nudge(step, 0.0, 100.0)]
    assert held("DOWN") == [Nudge(0.0, -step, 100.0)]
    slant = held("UP", "RIGHT")[0]
    assert (slant.dx_mm**2 + slant.dy_mm**2) ** 0.5 == pytest.approx(step, abs=1e-3)
    assert held("LEFT", "RIGHT") == []
    assert held("RIGHT", skill="tap") == []


def test_the_arrows_push_where_they_point_for_the_left_hand_too() -> None:
    assert held("RIGHT", profile=LEFT)[0].dx_mm < 0, "the picture is mirrored afterwards"
    assert held("UP", profile=LEFT)[0].dy_mm > 0


def test_the_shown_force_is_smoothed_and_the_raw_one_is_kept_for_safety() -> None:
    senses, raws, shown = Senses(), [], []
    for n in range(80):
        counts = 3000 + (200 if n % 2 else -200)
        senses, (event,) = events_of(senses, (Sample("grip", 12.5 * n, counts),), 0.0, RIGHT, "grip", "tindeq", SCALE)
        assert isinstance(event, Grip)
        raws.append(event.raw)
        shown.append(event.share)
    assert max(raws[20:]) - min(raws[20:]) == pytest.approx(0.1)
    assert max(shown[20:]) - min(shown[20:]) < 0.04


def test_a_pad_is_a_finger_and_bounces_like_a_key() -> None:
    rows = (("pad.ring", 1), ("pad.ring", 0), ("pad.ring", 1), ("pad.palm", 1), ("pad.index", 1))
    samples = [Sample(channel, 10.0 * n, value) for n, (channel, value) in enumerate(rows)]
    _, events = felt(*samples, with_="pads")
    assert events == (Tap(Finger.RING, 0.0), Lift(Finger.RING, 10.0), Tap(Finger.INDEX, 40.0))
    gone, _ = felt(Sample("link.pads", 0.0, 0.0), with_="pads")
    assert not gone.answers("midi")
