"""What an assessment found stands beside the one of another week, and only like is compared with like."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import looked
from engine.assessment import BY_NAME, ITEMS, WITHIN_DAYS, Found, Quality, Sitting
from engine.game import Result
from engine.hand import Side
from engine.looked import ASKED, AWAY, HEADLINES, NEWTONS, SMOOTH, STRAYS, UNSTEADY, Row
from engine.recording import Fit, Trial
from engine.source import Source

SENSOR = Source("serial:GB-1", "cal-1", 80.0, "one-euro 1.0 Hz")
HOLD = {"in_band": 0.9, "away_p80": 0.02, "cv": 0.05, "target": 0.2, "asked": 0.2}
LINE = {"inside": 0.9, "away_mean_mm": 1.0, "sparc_part": -2.0, "length_mm": 130.0}


def trial(item: str, measures: dict[str, float], **changes: object) -> Trial:
    one = BY_NAME[item]
    made = Trial(
        index=0, block=0, game=one.game, hand=Side.RIGHT, played_with="serial" if one.skill == "grip" else "mouse",
        level=one.rung, difficulty=0.0, result=Result.HIT, cause="", attempt=1, start_tick=0, end_tick=9, params={},
        measures=measures, just=(), finger="", predicted=0.7, reason="reason.probe", reason_values={}, belief="{}",
        source=SENSOR,
    )  # fmt: skip
    return replace(made, **changes)  # type: ignore[arg-type]


def pair(now: Trial, before: Trial) -> Row:
    """Return the row of two tries of an item, weeks apart."""
    found = looked.looked([Sitting(10, "right", (before,)), Sitting(30, "right", (now,))], "right")
    assert found is not None
    [row] = found.rows
    return row


@given(st.lists(st.integers(1, 400), max_size=12))
def test_the_look_before_is_of_another_week(days: list[int]) -> None:
    found = looked.days_of(days)
    assert found[:1] == tuple(sorted(days)[-1:])
    earlier = [day for day in days if day <= max(days) - WITHIN_DAYS]
    assert found[1:] == tuple(sorted(earlier)[-1:])


def test_every_item_has_a_headline_and_every_hand_its_own_rows() -> None:
    assert set(HEADLINES) == {item.name for item in ITEMS}
    assert looked.looked([Sitting(3, "left", (trial("line", LINE),))], "right") is None
    found = looked.looked([Sitting(3, "left", (trial("line", LINE),))], "left")
    assert found is not None
    assert (found.hand, found.day, found.before, [row.item for row in found.rows]) == ("left", 3, 0, ["line"])


def test_a_change_is_a_share_of_what_was_before_whatever_its_sign() -> None:
    row = pair(trial("line", LINE | {"away_mean_mm": 0.5, "sparc_part": -1.5}), trial("line", LINE))
    assert row.unlike == ()
    assert row.change(AWAY) == pytest.approx(-0.5)
    assert row.change(SMOOTH) == pytest.approx(0.25), "nearer to 0 is higher"
    assert row.change(STRAYS) is None, "what was not measured has no change"


@pytest.mark.parametrize(
    ("changes", "unlike"),
    [
        ({"played_with": "mouse"}, ("way", "notes")),
        ({"source": replace(SENSOR, device="serial:GB-2", calibration="cal-2")}, ("device", "calibration")),
        ({"source": replace(SENSOR, aid="strap")}, ("aid",)),
        ({"measures": HOLD | {"target": 0.25}}, ("task",)),
        ({"measures": HOLD | {"lowered": 1.0}}, ("notes",)),
        ({"measures": HOLD | {"in_band": 0.1}}, ("quality",)),
    ],
)
def test_what_is_not_alike_is_not_compared(changes: dict[str, object], unlike: tuple[str, ...]) -> None:
    was = trial("hold-20", HOLD)
    row = pair(replace(was, **changes), was)  # type: ignore[arg-type]
    assert row.unlike == unlike
    assert row.change(UNSTEADY) is None


@pytest.mark.parametrize("name", ASKED)
def test_another_size_or_force_is_another_task(name: str) -> None:
    now, before = (trial("ring", {"touches": 12.0, name: size}) for size in (2.0, 1.0))
    assert "task" in pair(now, before).unlike


def test_the_grip_is_compared_where_the_sensor_is_the_same() -> None:
    def sitting(day: int, newtons: float, device: str) -> Sitting:
        source = replace(SENSOR, device=device, gain_n=newtons / 100)
        fit = Fit(0, "firm", 0.0, 100.0)
        return Sitting(day, "right", (trial("hold-20", HOLD, source=source),), (fit,))

    found = looked.looked([sitting(1, 40.0, "serial:GB-1"), sitting(20, 50.0, "serial:GB-1")], "right")
    assert found is not None
    assert found.rows[0].change(NEWTONS) == pytest.approx(0.25)
    found = looked.looked([sitting(1, 40.0, "serial:GB-1"), sitting(20, 50.0, "serial:GB-2")], "right")
    assert found is not None
    assert found.rows[0].unlike == ("device",)


def test_what_was_done_only_before_stands_there_and_nothing_is_compared() -> None:
    found = looked.looked(
        [Sitting(1, "right", (trial("line", LINE),)), Sitting(20, "right", (trial("hold-20", HOLD),))], "right"
    )
    assert found is not None
    assert [(row.item, row.now is None, row.before is None) for row in found.rows] == [
        ("hold-20", False, True), ("line", True, False),
    ]  # fmt: skip
    assert all(row.change(measure) is None for row in found.rows for measure in row.measures)


def test_a_value_of_nothing_before_has_no_share() -> None:
    was = Found("line", Quality("good"), (("away_mean_mm", 0.0),))
    assert Row("line", replace(was, measures=(("away_mean_mm", 1.0),)), was).change(AWAY) is None
