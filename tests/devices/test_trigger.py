"""Check that a trigger is a steady stream of relative force, with true times."""

import json
from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.trigger import DEVICE, Trigger
from engine.sample import Sample


def grips(felt: tuple[Sample, ...]) -> list[tuple[float, float]]:
    return [(sample.at_ms, sample.value) for sample in felt if sample.channel == "grip"]


def test_a_trigger_that_is_held_still_is_said_again_every_12_5_ms() -> None:
    trigger = Trigger()
    trigger.connected(True, 100)
    trigger.trigger("right", 0.5, 110)
    felt = trigger.poll(150)
    assert felt[0] == Sample("link.grip", 100, 1.0)
    assert grips(felt) == [(100, 0), (110, 32768), (122.5, 32768), (135, 32768), (147.5, 32768)]
    assert grips(trigger.poll(159)) == []
    assert grips(trigger.poll(160)) == [(160, 32768)]


def test_changes_keep_their_own_times() -> None:
    trigger = Trigger()
    trigger.trigger("left", 0.2, 10)
    trigger.trigger("left", 1.0, 11)
    trigger.trigger("left", 0.0, 13)
    assert grips(trigger.poll(14)) == [(10, 0), (10, 13107), (11, 65535), (13, 0)]


def test_the_trigger_that_is_pulled_farther_counts() -> None:
    trigger = Trigger()
    trigger.trigger("left", 0.2, 1)
    trigger.trigger("right", 0.6, 2)
    trigger.trigger("left", 0.0, 3)
    trigger.trigger("right", 0.0, 4)
    assert [value for _, value in grips(trigger.poll(5))] == [0, 13107, 39321, 39321, 0]


def test_one_trigger_can_be_asked_for_by_its_name() -> None:
    trigger = Trigger("left")
    trigger.trigger("right", 1.0, 1)
    assert trigger.poll(2) == ()
    trigger.trigger("left", 1.0, 3)
    assert grips(trigger.poll(4))[-1] == (3, 65535)


@pytest.mark.parametrize(("share", "value"), [(-0.5, 0), (1.7, 65535), (0.0, 0), (1e-9, 0)])
def test_a_share_is_kept_between_rest_and_end(share: float, value: int) -> None:
    trigger = Trigger()
    trigger.trigger("left", share, 1)
    assert grips(trigger.poll(1))[-1] == (1, value)


@pytest.mark.parametrize("share", [nan, inf, -inf])
def test_what_is_no_number_is_no_pull(share: float) -> None:
    trigger = Trigger()
    trigger.trigger("left", share, 1)
    assert trigger.poll(2) == ()


def test_a_controller_that_goes_is_lost_and_takes_the_pull_with_it() -> None:
    trigger = Trigger()
    assert trigger.message() == "device.none"
    assert trigger.describe()["model"] is None
    trigger.connected(True, 1, "Pad 3000")
    trigger.trigger("left", 0.9, 2)
    assert trigger.message() is None
    trigger.connected(False, 10)
    trigger.connected(False, 11)
    felt = trigger.poll(100)
    assert felt[-1] == Sample("link.grip", 10, 0.0)
    assert trigger.message() == "device.lost"
    trigger.connected(True, 120)
    assert trigger.poll(121) == (Sample("link.grip", 120, 1.0), Sample("grip", 120, 0))
    assert trigger.describe()["model"] == "Pad 3000"


def test_a_controller_without_a_name_is_still_somebody() -> None:
    trigger = Trigger()
    trigger.connected(True, 1)
    assert trigger.describe()["model"] == "game controller"


def test_a_window_that_loses_the_focus_lets_go_once() -> None:
    trigger = Trigger()
    trigger.trigger("left", 0.9, 1)
    trigger.trigger("right", 0.4, 1)
    trigger.poll(1)
    trigger.release_all(5)
    trigger.release_all(6)
    assert grips(trigger.poll(7)) == [(5, 26214), (5, 0)]


def test_of_a_long_stall_only_the_last_second_is_filled() -> None:
    trigger = Trigger()
    trigger.trigger("left", 0.5, 0)
    trigger.poll(0)
    felt = grips(trigger.poll(60_000))
    assert len(felt) == 80
    assert felt[-1] == (60_000, 32768)


def test_it_says_that_it_is_relative_and_then_nothing_after_the_end() -> None:
    trigger = Trigger()
    said = trigger.describe()
    assert (said["relative"], said["span"], said["unit"]) == (True, 65535.0, "count")
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    trigger.close()
    trigger.trigger("left", 0.5, 1)
    trigger.connected(True, 2)
    assert trigger.poll(3) == ()
    assert trigger.message() is None
    assert (DEVICE.name, DEVICE.skills) == ("trigger", {"grip"})


STEPS = st.lists(
    st.tuples(st.floats(0, 60), st.sampled_from(["left", "right", "poll", "gone", "back", "let go"]), st.floats(0, 1)),
    max_size=40,
)


@given(STEPS)
def test_the_stream_is_steady_whatever_happens(steps: list[tuple[float, str, float]]) -> None:
    trigger, felt, now_ms = Trigger(), [], 0.0
    for wait_ms, what, share in [*steps, (0.0, "poll", 0.0)]:
        now_ms += wait_ms
        if what == "poll":
            felt += trigger.poll(now_ms)
            assert all(sample.at_ms <= now_ms for sample in felt)
        elif what in ("gone", "back"):
            trigger.connected(what == "back", now_ms)
        elif what == "let go":
            trigger.release_all(now_ms)
        else:
            trigger.trigger(what, share, now_ms)
    assert [s.at_ms for s in felt] == sorted(s.at_ms for s in felt)
    assert all(0 <= s.value <= 65535 for s in felt)
    for before, after in pairwise(felt):
        if (after.channel, after.value) != ("link.grip", 1.0):
            assert after.at_ms - before.at_ms <= 12.5 + 1e-9
    links = [s.value for s in felt if s.channel == "link.grip"]
    assert links == [float(n % 2 == 0) for n in range(len(links))]
