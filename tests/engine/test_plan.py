"""Check that a recording's header holds all that a session needs, so that nothing else is needed again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import GAMES, LADDERS, plan_of

from engine.calibration import Scale
from engine.hand import Finger, Side
from engine.plan import Plan, belief_key, from_header, profile_from_plain, to_header
from engine.profile import Profile

profiles = st.builds(
    Profile,
    hand=st.sampled_from(Side),
    unseen=st.none() | st.sampled_from(Side),
    dwell_s=st.floats(0, 3),
    keys=st.lists(st.tuples(st.text(max_size=3), st.sampled_from(Finger)), max_size=3).map(tuple),
)


@given(profiles, st.integers(0, 2**40), st.none() | st.builds(Scale, st.floats(0, 10), st.floats(20, 30)))
def test_a_plan_survives_its_header_and_json(profile: Profile, seed: int, scale: Scale | None) -> None:
    made = plan_of("cup", profile=profile, seed=seed)
    plan = Plan(seed, profile, made.program, LADDERS, made.played_with, {"cup/left/keys": "{}"}, scale, {"x": "{}"})
    assert from_header(json.loads(json.dumps(to_header(plan))), GAMES) == plan


def test_a_header_from_before_single_fingers_were_looked_at_is_still_read() -> None:
    header = to_header(plan_of("cup"))
    del header["fingers"]
    assert from_header(header, GAMES) == plan_of("cup")


def test_levels_are_written_out_so_that_later_files_do_not_count() -> None:
    header = json.loads(json.dumps(to_header(plan_of("cup"))))
    assert len(header["levels"]["cup"]) == len(LADDERS["cup"].levels)
    assert from_header(header, GAMES).ladders["cup"].params(50.0) == LADDERS["cup"].params(50.0)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("profile", 3),
        ("profile", {}),
        ("program", []),
        ("levels", {"chess": [{}]}),
        ("scale", {"low": 1}),
        ("beliefs", 3),
        ("fingers", 3),
    ],
)
def test_a_wrong_header_is_refused_in_words(key: str, value: object) -> None:
    header = to_header(plan_of("cup")) | {key: value}
    with pytest.raises(ValueError, match="header: "):
        from_header(header, GAMES)


def test_what_a_later_profile_adds_is_left_out() -> None:
    assert profile_from_plain({"hand": "left", "mood": "good"}) == Profile(hand=Side.LEFT)


def test_each_way_of_playing_has_its_own_belief() -> None:
    assert belief_key("cup", Side.LEFT, "serial") == "cup/left/serial"
