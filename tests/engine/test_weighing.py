"""Check that a sensor is weighed step by step, that nothing unsteady is taken, and that nothing measured is lost."""

from dataclasses import replace
from math import inf, nan
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import sensor_screens
from engine.sample import Sample
from engine.signals.health import NO_DATA, SATURATED
from engine.signals.newtons import STANDARD_GRAVITY, newtons
from engine.ticks import seconds, to_ms
from engine.weighing import (
    FIRST_KG,
    HEAVIEST_KG,
    MEASURE_MOST_S,
    MEASURE_S,
    SMALLEST_KG,
    Weighing,
    finished,
    pressed,
    stepped,
)

SPAN, ZERO, PER_KG = 2.0**24, 84_000.0, 40_000.0
ACTIONS = ("measure", "less-kg", "more-kg", "another")


class Bench:
    """A sensor on a hook, with ``kg`` on it; ``swing`` is how far it swings, in counts."""

    def __init__(self, now_is: Weighing | None = None, span: float = SPAN) -> None:
        self.weighing, self.tick, self.span = now_is or Weighing(), 0, span
        self.kg, self.swing, self.flags, self.there = 0.0, 0.0, 0, True
        self._chance = Random(3)

    def go(self, s: float) -> "Bench":
        """Let seconds pass, with 80 readings in each."""
        for _ in range(seconds(s)):
            counts = ZERO + self.kg * PER_KG + self._chance.gauss(0, 50) + self.swing * (-1) ** self.tick
            samples = [Sample("grip", to_ms(self.tick), counts, flags=self.flags)] if self.tick % 3 < 2 else []
            self.weighing = stepped(self.weighing, samples, self.tick, self.there, self.span)
            self.tick += 1
        return self

    def press(self, action: str) -> "Bench":
        self.weighing = pressed(self.weighing, action, self.tick)
        return self

    def measure(self, kg: float) -> "Bench":
        """Hang ``kg`` on it and measure."""
        self.kg = kg
        return self.press("measure").go(MEASURE_S + 0.2)

    @property
    def step(self) -> str:
        return self.weighing.step


def weighed(*weights: float) -> Bench:
    """Return the bench after the empty sensor and these weights."""
    bench = Bench().go(0.1).measure(0.0)
    for n, kg in enumerate(weights):
        if n:
            bench.press("another")
        while bench.weighing.kg != kg:
            before = bench.weighing.kg
            bench.press("more-kg" if before < kg else "less-kg")
            assert bench.weighing.kg != before
        bench.measure(kg)
        assert bench.step == "loaded"
    return bench


def test_from_plugging_in_to_a_calibration_every_step_comes_in_its_turn() -> None:
    bench = Bench()
    assert bench.step == "plug"
    assert bench.go(0.1).step == "zero"
    assert bench.press("measure").step == "measuring"
    assert bench.go(MEASURE_S - 0.1).step == "measuring"
    assert bench.go(0.3).step == "load"
    assert bench.weighing.kg == FIRST_KG
    assert bench.measure(2.0).step == "loaded"
    assert bench.press("another").step == "load"
    assert bench.weighing.kg == 2 * FIRST_KG
    bench.measure(4.0)
    done = finished(bench.weighing, "00A7", "2026-11-21")
    assert done.step == "done"
    assert done.made is not None
    assert (done.made.serial, [kg for kg, _ in done.made.points]) == ("00A7", [0.0, 2.0, 4.0])
    assert newtons(done.made, ZERO + 3 * PER_KG) == pytest.approx(3 * STANDARD_GRAVITY, abs=0.05)
    assert done.made.worst_n < 0.05


def test_the_weight_is_set_in_halves_up_to_five_and_in_wholes_above_and_stays_within_its_ends() -> None:
    bench = Bench().go(0.1).measure(0.0)
    seen = [bench.weighing.kg]
    for _ in range(70):
        seen.append(bench.press("more-kg").weighing.kg)
    assert seen[:10] == [2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0, 7.0, 8.0]
    assert seen[-1] == HEAVIEST_KG
    down = [bench.press("less-kg").weighing.kg for _ in range(80)]
    assert down[-1] == SMALLEST_KG
    assert {5.0, 4.5, 4.0} <= set(down)
    assert all(kg > 0 and kg * 2 == int(kg * 2) for kg in (*seen, *down))


@pytest.mark.parametrize("empty", [True, False])
def test_a_sensor_that_swings_is_measured_again_and_nothing_of_it_is_taken(empty: bool) -> None:
    bench = Bench().go(0.1) if empty else weighed(2.0).press("another")
    before = bench.weighing.points
    bench.swing = 3000.0
    bench.measure(0.0 if empty else 4.0)
    assert (bench.step, bench.weighing.note) == ("zero" if empty else "load", "unsteady")
    assert (bench.weighing.points, bench.weighing.readings) == (before, ())
    bench.swing = 0.0
    bench.measure(0.0 if empty else 4.0)
    assert bench.weighing.note == ""
    assert len(bench.weighing.points) == len(before) + 1


def test_a_heavy_weight_may_swing_a_little_more_than_the_empty_sensor() -> None:
    bench = weighed(2.0).press("another")
    bench.swing = 300.0
    assert bench.measure(4.0).step == "loaded"
    empty = Bench().go(0.1)
    empty.swing = 300.0
    assert empty.measure(0.0).weighing.note == "unsteady"


def test_a_weight_that_was_not_hung_on_it_is_noticed() -> None:
    bench = Bench().go(0.1).measure(0.0).measure(0.0)
    assert (bench.step, bench.weighing.note, len(bench.weighing.points)) == ("load", "same", 1)
    assert bench.press("more-kg").weighing.note == ""
    assert bench.measure(2.5).step == "loaded"


def test_a_sensor_of_which_nothing_is_known_is_weighed_too() -> None:
    bench = Bench(span=0.0).go(0.1).measure(0.0).measure(2.0)
    assert bench.step == "loaded"


def test_the_same_weight_once_more_takes_the_place_of_the_first() -> None:
    bench = weighed(2.0, 4.0).press("another").press("less-kg")
    while bench.weighing.kg > 4.0:
        bench.press("less-kg")
    first = dict(bench.weighing.points)[4.0]
    bench.measure(4.0)
    assert [kg for kg, _ in bench.weighing.points] == [0.0, 2.0, 4.0]
    assert dict(bench.weighing.points)[4.0] != first


@pytest.mark.parametrize("step", ["zero", "measuring empty", "load", "measuring", "loaded"])
def test_a_sensor_that_is_pulled_out_is_waited_for_and_what_was_measured_stays(step: str) -> None:
    bench = {
        "zero": lambda: Bench().go(0.1),
        "measuring empty": lambda: Bench().go(0.1).press("measure").go(1.0),
        "load": lambda: weighed(2.0).press("another"),
        "measuring": lambda: weighed(2.0).press("another").press("measure").go(1.0),
        "loaded": lambda: weighed(2.0, 4.0),
    }[step]()
    before = bench.weighing
    bench.there = False
    bench.go(5.0)
    assert (bench.step, bench.weighing.points, bench.weighing.readings) == ("plug", before.points, ())
    for action in ACTIONS:
        assert bench.press(action).step == "plug"
    bench.there = True
    bench.go(0.1)
    assert bench.step == {"measuring empty": "zero", "measuring": "load"}.get(step, step)
    assert (bench.weighing.points, bench.weighing.kg) == (before.points, before.kg)


def test_what_was_said_of_a_sensor_is_not_said_of_the_next_one() -> None:
    told = Weighing("plug", note="nameless")
    assert stepped(told, (), 5, False).note == "nameless"
    assert stepped(told, (), 6, True) == Weighing("zero")


def test_after_a_finished_calibration_the_sensor_may_be_pulled_out() -> None:
    done = finished(weighed(2.0).weighing, "00A7", "2026-11-21")
    assert stepped(done, (), 9999, False) == done


@pytest.mark.parametrize("flags", [SATURATED, NO_DATA])
def test_a_reading_at_the_end_of_the_range_or_none_is_no_weight_and_no_wait_for_ever(flags: int) -> None:
    bench = weighed(2.0).press("another")
    before = bench.weighing.points
    bench.flags = flags
    bench.kg = 4.0
    bench.press("measure").go(MEASURE_MOST_S + 0.1)
    assert (bench.step, bench.weighing.note, bench.weighing.points) == ("load", "unsteady", before)
    bench.flags = 0
    assert bench.measure(4.0).step == "loaded"


def test_a_slow_sensor_is_weighed_once_it_has_said_enough() -> None:
    weighing = pressed(Weighing("zero"), "measure", 0)
    for tick in range(seconds(8)):
        samples = [Sample("grip", to_ms(tick), ZERO)] if tick % 30 == 0 else []
        weighing = stepped(weighing, samples, tick, True, SPAN)
    assert weighing.points == ((0.0, ZERO),)


def test_weights_that_contradict_each_other_lead_back_to_the_empty_sensor() -> None:
    for points in (
        ((0.0, 84_000.0), (2.0, 164_000.0), (4.0, 120_000.0)),
        ((0.0, 84_000.0), (2.0, 84_000.0)),
        ((0.0, 84_000.0), (2.0, 40_000.0), (4.0, 164_000.0)),
    ):
        again = finished(Weighing("loaded", 4.0, points), "00A7", "2026-11-21")
        assert again == Weighing("zero", note="unsteady")


def test_a_sensor_whose_counts_fall_with_the_weight_is_calibrated_with_a_gain_below_zero() -> None:
    done = finished(Weighing("loaded", 4.0, ((0.0, 84_000.0), (4.0, -76_000.0))), "00A7", "2026-11-21")
    assert done.made is not None
    assert done.made.gain == pytest.approx(-4 * STANDARD_GRAVITY / 160_000)


@pytest.mark.parametrize("serial", ["", "  "])
def test_without_a_serial_number_nothing_is_kept_and_it_says_so(serial: str) -> None:
    before = weighed(2.0).weighing
    told = finished(before, serial, "2026-11-21")
    assert told == replace(before, note="nameless")
    assert told.made is None


def test_nothing_is_finished_before_a_weight_was_measured() -> None:
    for now_is in (Weighing(), Weighing("zero"), Weighing("load"), Weighing("measuring"), Weighing("done")):
        assert finished(now_is, "00A7", "2026-11-21") is now_is


anything = st.one_of(
    st.tuples(st.just("press"), st.sampled_from([*ACTIONS, "measure", "another", "", "home"])),
    st.tuples(st.just("save"), st.sampled_from(["00A7", "é", ""])),
    st.tuples(
        st.just("feel"),
        st.lists(
            st.builds(
                Sample,
                st.sampled_from(["grip", "grip", "grip", "mouse", "link.grip", "key.J"]),
                st.floats(0, 1e6),
                st.one_of(st.floats(), st.sampled_from([ZERO, ZERO + PER_KG, inf, -inf, nan, 1e308, -1e308])),
                flags=st.integers(0, 7),
            ),
            max_size=30,
        ),
    ),
    st.tuples(st.just("hang"), st.sampled_from([1.0, 1.0, 1.0, 0.0, -2.0, 1e300])),
    st.tuples(st.just("link"), st.booleans()),
    st.tuples(st.just("wait"), st.integers(0, 2000)),
)


def test_any_button_and_any_sample_in_any_order_raise_nothing_and_never_lose_a_weight() -> None:
    reached: set[str] = set()

    begun = (Weighing(), Bench().go(0.1).measure(0.0).weighing, weighed(2.0).weighing)

    @settings(max_examples=90)
    @given(st.sampled_from(begun), st.lists(anything, max_size=40), st.sampled_from([0.0, 1.0, 1024.0, SPAN, inf]))
    def endure(weighing: Weighing, deeds: list[tuple[str, Any]], span: float) -> None:
        tick, there = 0, True
        reached.add(weighing.step)
        for kind, what in deeds:
            before = weighing
            if kind == "press":
                weighing = pressed(weighing, what, tick)
            elif kind == "hang":
                counts = ZERO + (what * weighing.kg * PER_KG if weighing.loading else 0.0)
                weighing = pressed(weighing, "measure", tick)
                reached.add(weighing.step)
                weighing = stepped(weighing, [Sample("grip", 0, counts)] * 30, tick, there, span)
                tick += seconds(MEASURE_S)
                weighing = stepped(weighing, (), tick, there, span)
            elif kind == "save":
                weighing = finished(weighing, what, "2026-11-21")
            else:
                there = what if kind == "link" else there
                tick += what if kind == "wait" else 1
                weighing = stepped(weighing, what if kind == "feel" else (), tick, there, span)
            look(before, weighing, kind, tick)
            reached.add(weighing.step)

    endure()
    assert reached == {"plug", "zero", "load", "measuring", "loaded", "done"}


def look(before: Weighing, weighing: Weighing, kind: str, tick: int) -> None:
    """Look at what must be so after each deed."""
    if weighing.points != before.points and weighing != Weighing("zero", note="unsteady"):
        assert before.step == "measuring" or kind == "hang"
        assert {kg for kg, _ in before.points} <= {kg for kg, _ in weighing.points}
    assert SMALLEST_KG <= weighing.kg <= HEAVIEST_KG
    assert 0.0 <= weighing.share <= 1.0
    assert (weighing.made is not None) == (weighing.step == "done")
    shown = {button.action for button in sensor_screens.weigh(weighing).buttons}
    allowed = {a.removeprefix("weigh ") for a in shown if a.startswith("weigh ")}
    assert {a for a in ACTIONS if pressed(weighing, a, tick) != weighing} <= allowed, "no hidden button acts"


@given(
    st.lists(st.floats(0.5, 60).map(lambda kg: round(kg * 2) / 2), min_size=1, max_size=5, unique=True),
    st.floats(50, 200_000),
    st.floats(-1e6, 1e6),
)
def test_whatever_the_weights_the_calibration_reads_them_back(kgs: list[float], per_kg: float, zero: float) -> None:
    points = ((0.0, zero), *((kg, zero + kg * per_kg) for kg in kgs))
    done = finished(Weighing("loaded", kgs[-1], points), "00A7", "2026-11-21")
    assert done.made is not None
    for kg, counts in points:
        assert newtons(done.made, counts) == pytest.approx(kg * STANDARD_GRAVITY, abs=1e-3)
