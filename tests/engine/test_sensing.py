"""Check that only readings that can be believed go on, and that a sensor that was handled is fitted anew."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import inf, isfinite
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensed import BOARD, FULL, OTHER, TOP, ZERO

from engine.calibration import Scale
from engine.sample import Sample
from engine.sensing import PAUSES, Sensing, begun, felt, fitted, plugged
from engine.signals.health import DROPPED, GAP, NO_DATA, RESET, SATURATED

FITTED = fitted(Sensing(BOARD), Scale(ZERO, FULL))
Counts = Callable[[int], float]


def grip(value: float, at_ms: float = 0.0, flags: int = 0) -> Sample:
    return Sample("grip", at_ms, value, device_ms=at_ms, flags=flags)


def link(answers: bool, at_ms: float = 0.0) -> Sample:
    return Sample("link.grip", at_ms, float(answers))


def noisy(counts: float, first: int, n: int, seed: int = 1) -> list[Sample]:
    """Return n readings around ``counts``, as an HX711 sends them."""
    chance = Random(seed)
    return [grip(float(round(counts + chance.gauss(0, 60))), 12.5 * k) for k in range(first, first + n)]


def after(sensing: Sensing, samples: Iterable[Sample]) -> Sensing:
    for sample in samples:
        sensing, _ = felt(sensing, (sample,))
    return sensing


@pytest.mark.parametrize(
    ("bad", "pause"),
    [
        (grip(TOP), "strong"),
        (grip(-(2.0**23)), "strong"),
        (grip(ZERO, flags=SATURATED), "strong"),
        (grip(ZERO, flags=NO_DATA), "cell"),
        (grip(inf), "cell"),
        (grip(-inf), "cell"),
        (grip(ZERO, flags=NO_DATA | SATURATED), "cell"),
    ],
)
def test_a_reading_that_says_nothing_goes_no_further_and_pauses_until_a_good_one_comes(bad: Sample, pause: str) -> None:
    sensing, good = felt(FITTED, (bad,))
    assert (good, sensing.pause) == ((), pause)
    sensing, good = felt(sensing, (grip(ZERO, 12.5),))
    assert (good, sensing.pause) == ((grip(ZERO, 12.5),), "")
    assert len(sensing.marks) == 1


def test_readings_with_lost_ones_before_them_are_believed_and_marked() -> None:
    rows = (grip(ZERO, 0.0, DROPPED), grip(ZERO, 12.5, GAP), grip(ZERO, 25.0, RESET))
    sensing, good = felt(FITTED, rows)
    assert good == rows
    assert (sensing.marks, sensing.pause) == (("gap", "reset"), "")
    assert begun(sensing).marks == ()


def test_a_stuck_value_pauses_within_half_a_second_and_a_living_one_never() -> None:
    quiet = after(FITTED, noisy(ZERO, 0, 300))
    assert quiet.marks == ()
    stuck = after(quiet, (grip(ZERO + 5, 12.5 * k) for k in range(300, 343)))
    assert stuck.pause == "stuck"
    assert after(quiet, (grip(ZERO + 5, 12.5 * k) for k in range(300, 338))).pause == ""
    assert felt(stuck, (grip(ZERO + 6, 5000.0),))[0].pause == ""


def test_a_jump_no_hand_can_make_is_left_out_and_the_readings_around_it_are_not() -> None:
    quiet = after(FITTED, noisy(ZERO, 0, 300))
    sensing, good = felt(quiet, (grip(ZERO, 3750.0), grip(ZERO + 700_000, 3762.5), grip(ZERO, 3775.0)))
    assert [s.value for s in good] == [ZERO, ZERO]
    assert (sensing.marks, sensing.pause) == (("impossible-step",), "")


def test_a_step_that_lasts_is_soon_believed_since_a_hand_may_have_come_meanwhile() -> None:
    quiet = after(FITTED, noisy(ZERO, 0, 300))
    sensing = after(quiet, noisy(ZERO + 700_000, 300, 8))
    assert sensing.health.troubles == frozenset()


@pytest.mark.parametrize("full", [40_000.0, 150_000.0, 800_000.0])
def test_a_hand_far_stronger_than_its_firm_squeeze_is_believed_again_when_it_has_let_go(full: float) -> None:
    weak = fitted(Sensing(BOARD), Scale(ZERO, ZERO + full))
    squeezed = after(weak, [*noisy(ZERO, 0, 200), *noisy(ZERO + 6 * full, 200, 200)])
    assert squeezed.health.troubles == frozenset()
    let_go = after(squeezed, noisy(ZERO, 400, 80))
    assert let_go.health.troubles == frozenset(), "a second after the hand let go"


def test_a_lost_link_forgets_the_troubles_but_not_what_befell_the_trial() -> None:
    sensing, _ = felt(FITTED, (grip(ZERO, 0.0, GAP), grip(TOP, 12.5)))
    assert sensing.pause == "strong"
    gone, _ = felt(sensing, (link(False),))
    assert (gone.pause, gone.marks, gone.loose) == ("", ("gap", "saturated"), True)
    assert gone.scale == FITTED.scale


@pytest.mark.parametrize("links", [(False,), (True,), (False, True), (True, False)])
def test_a_sensor_whose_link_was_lost_or_came_back_is_loose_until_it_is_fitted(links: tuple[bool, ...]) -> None:
    sensing, good = felt(FITTED, [link(one) for one in links])
    assert sensing.loose
    assert len(good) == len(links), "the session is told of the link"
    assert felt(sensing, (grip(ZERO),))[0].loose
    assert begun(sensing).loose


def test_another_device_drops_scale_health_and_marks_and_the_same_one_keeps_them() -> None:
    sensing, _ = felt(FITTED, (grip(ZERO, 0.0, GAP),))
    other = plugged(sensing, OTHER)
    assert other == Sensing(OTHER, loose=True)
    weighed = plugged(sensing, replace(BOARD, calibration="1a2b3c4d", gain_n=2.5e-4))
    assert (weighed.scale, weighed.marks, weighed.loose) == (FITTED.scale, ("gap",), False)
    assert weighed.source.calibration == "1a2b3c4d"


def test_the_first_device_that_says_who_it_is_takes_over_what_is_known_from_before() -> None:
    known = Sensing(scale=Scale(ZERO, FULL))
    assert plugged(known, BOARD) == replace(known, source=BOARD)


rows = st.lists(
    st.one_of(
        st.builds(
            grip,
            st.one_of(
                st.floats(allow_nan=False),
                st.integers(-(2**24), 2**24).map(float),
                st.sampled_from([ZERO, FULL, TOP, -(2.0**23)]),
            ),
            st.floats(0, 1e7),
            st.sampled_from([0, 0, 0, NO_DATA, SATURATED, DROPPED, GAP, RESET, GAP | SATURATED, 1 << 40]),
        ),
        st.builds(link, st.booleans()),
        st.sampled_from(
            [Sample("key.J", 1.0, 1.0), Sample("mouse", 2.0), Sample("pad.index", 3.0, 1.0), Sample("", 0)]
        ),
    ),
    max_size=40,
)
scales = st.sampled_from([None, Scale(ZERO, FULL), Scale(ZERO, ZERO + 1000), Scale(ZERO, ZERO - 400_000)])


@given(rows, scales, st.sampled_from([BOARD, replace(BOARD, span=0.0, low=0.0, high=0.0), replace(BOARD, span=1024.0)]))
def test_whatever_comes_nothing_is_invented_reordered_or_left_out_without_a_mark(
    samples: list[Sample], scale: Scale | None, source: object
) -> None:
    sensing = Sensing(source, scale)  # type: ignore[arg-type]
    passed: list[Sample] = []
    for sample in samples:
        sensing, good = felt(sensing, (sample,))
        assert good in ((), (sample,))
        passed += good
        if sample.channel != "grip":
            assert good, "only a reading of force may be left out"
        elif not good:
            assert sensing.health.troubles <= set(sensing.marks)
            assert sensing.pause or sensing.health.troubles == {"impossible-step"}
        else:
            assert isfinite(sample.value)
            assert not sample.flags & (NO_DATA | SATURATED)
            assert sensing.pause == ""
    again, all_good = felt(Sensing(source, scale), samples)  # type: ignore[arg-type]
    assert all_good == tuple(passed), "one tick or many, it is the same"
    assert again == sensing


def test_every_reason_to_pause_is_one_that_the_screen_can_say() -> None:
    from app import texts
    from engine import screens

    words = texts.load("en", strict=True)
    for reason in (*PAUSES.values(), "unplugged"):
        assert words.say(f"pause.{reason}")
        assert screens.paused(reason).buttons
