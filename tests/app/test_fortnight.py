"""A scripted fortnight and the way back, through the visit itself: learning, a flare-up, a gap, and a lock."""

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fortnight import CODE, GAMES, SCRIPT, ZONE, Clock, Opening, Player, Row, at, program_text, table
from practice import GAMES as ALL
from practice import LADDERS

from app import files, rooms
from app.daily import Daily
from app.logbook import Logbook
from app.texts import load
from engine.game import FORCES
from engine.guard import NEVER

sys.path.insert(0, str(files.ROOT / "docs"))
import build_fortnight

CAP = 0.30
STEADY = (False, 0, 1.0, False)  # nothing is held: may rise, no rung lower, the whole volume, with force
HELD = (True, 0, 1.0, False)
OFFERED = ("mirror", "imagine")
# What each opening comes to: why there is no practice, or what holds in it; and where the patient stands after it.
EXPECTED: tuple[tuple[int, int, str | tuple[bool, int, float, bool], str, str], ...] = (
    (at(1, "mon"), 10, STEADY, "unasked", "steady"),
    (at(1, "tue"), 10, STEADY, "unasked", "steady"),
    (at(1, "tue"), 11, "room.gap", "unasked", "steady"),
    (at(1, "wed"), 10, HELD, "easy-over", "steady"),
    (at(1, "thu"), 10, HELD, "easy-over", "steady"),
    (at(1, "fri"), 10, HELD, "easy-over", "steady"),
    (at(1, "sat"), 10, "room.rest-day", "easy-over", "steady"),
    (at(2, "mon"), 10, STEADY, "short-over", "steady"),
    (at(2, "mon"), 15, (True, 2, 0.5, True), "short-over", "steady"),
    (at(2, "tue"), 10, (True, 1, 0.7, False), "unasked", "stepped"),
    (at(2, "wed"), 10, STEADY, "ended", "steady"),
    (at(2, "wed"), 15, "guard.still-hurts", "ended", "steady"),
    (at(2, "thu"), 10, STEADY, "ended", "resting"),
    (at(2, "fri"), 10, "guard.flare-up", "ended", "resting"),
    (at(3, "mon"), 10, (True, 2, 0.5, False), "unasked", "re-entry"),
    (at(3, "tue"), 10, (True, 2, 0.7, False), "unasked", "re-entry"),
    (at(3, "wed"), 10, (True, 2, 0.85, False), "unasked", "re-entry"),
    (at(4, "fri"), 10, (True, 1, 1.0, False), "unasked", "steady"),  # back again, and a rung lower for the gap
    (at(5, "mon"), 10, STEADY, "unasked", "steady"),
    (at(5, "tue"), 10, "", "ended", "locked"),  # sent home with what to do
    (at(5, "wed"), 10, "guard.red-flag", "ended", "locked"),
    (at(5, "thu"), 10, "guard.red-flag", "ended", "locked"),
    (at(5, "thu"), 16, "", "unasked", "re-entry"),  # cleared
    (at(5, "fri"), 10, (True, 2, 0.5, False), "unasked", "re-entry"),
)  # fmt: skip
# What was said of it before play, or in its place.
SAID = {
    (at(1, "tue"), 11): "room.gap",
    (at(1, "wed"), 10): "guard.not-told",
    (at(1, "thu"), 10): "guard.hold",
    (at(1, "fri"), 10): "guard.hold",
    (at(1, "sat"), 10): "room.rest-day",
    (at(2, "mon"), 15): "guard.pain-in-play",
    (at(2, "tue"), 10): "guard.next-day",
    (at(2, "wed"), 15): "guard.still-hurts",
    (at(2, "fri"), 10): "guard.flare-up",
    (at(3, "mon"), 10): "guard.re-entry",
    (at(3, "tue"), 10): "guard.re-entry",
    (at(3, "wed"), 10): "guard.re-entry",
    (at(4, "fri"), 10): "guard.back-again",
    (at(5, "tue"), 10): "guard.red-flag",
    (at(5, "wed"), 10): "guard.red-flag",
    (at(5, "thu"), 10): "guard.red-flag",
    (at(5, "fri"), 10): "guard.cleared",
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[Row, ...]:
    return Player(tmp_path_factory.mktemp("fortnight")).play()


def of(rows: Sequence[Row], day: int, hour: int = 10) -> Row:
    return next(row for row in rows if (row.opening.day, row.opening.hour) == (day, hour))


def played(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.trials]


def test_each_day_the_plan_does_what_it_must(rows: tuple[Row, ...]) -> None:
    found = []
    for row in rows:
        held = row.allowed and (row.allowed.no_rise, row.allowed.step_down, row.allowed.volume, row.allowed.no_grip)
        found.append((row.opening.day, row.opening.hour, held or row.why, row.after.day, row.after.plan))
    assert found == list(EXPECTED)


def test_nothing_is_played_where_there_is_no_practice_and_something_else_is_offered(rows: tuple[Row, ...]) -> None:
    closed = [row for row in rows if row.why]
    assert len(closed) == 6
    assert not any(row.trials or row.blocks for row in closed)
    assert {row.why: row.offered for row in closed} == {
        "room.gap": OFFERED, "room.rest-day": OFFERED, "guard.still-hurts": OFFERED, "guard.flare-up": OFFERED,
        "guard.red-flag": (),
    }  # fmt: skip


def test_the_patient_is_told_why_a_day_is_other_than_planned(rows: tuple[Row, ...]) -> None:
    told = [key for row in rows for key in row.said if key.startswith(("guard.", "room."))]
    assert told == list(SAID.values())
    assert {at: of(rows, *at).said for at in SAID if SAID[at] not in of(rows, *at).said} == {}


def test_after_days_away_there_is_a_kind_word_and_a_weekend_is_none(rows: tuple[Row, ...]) -> None:
    welcomed = [row.opening.day for row in rows if {"return.short", "return.long"} & set(row.said)]
    assert welcomed == [at(3, "mon"), at(4, "fri"), at(5, "fri")]


def test_the_next_time_that_is_told_is_a_day_of_practice(rows: tuple[Row, ...]) -> None:
    assert "next.tomorrow" in of(rows, at(2, "wed")).said
    assert "next.on" in of(rows, at(2, "thu")).said, "Saturday would be allowed, but Monday is the next planned day"
    assert "next.on" in of(rows, at(2, "fri")).said


def test_pain_in_play_is_waited_for_two_minutes_before_it_is_asked_again(rows: tuple[Row, ...]) -> None:
    waited = [(row.opening.day, row.waited_s) for row in rows if row.waited_s]
    assert waited == [(at(2, "mon"), 120), (at(2, "wed"), 120), (at(2, "thu"), 120)]
    assert of(rows, at(2, "mon")).end == "done"
    assert of(rows, at(2, "wed")).end == "pain"


def test_nothing_is_harder_than_last_time_on_a_day_that_is_held(rows: tuple[Row, ...]) -> None:
    """Where it is to be lower, it is that many rungs below the last day that was not held."""
    last: dict[str, float] = {}
    free: dict[str, float] = {}
    held = 0
    for row in played(rows):
        assert row.allowed is not None
        for game in row.games:
            if not row.allowed.no_rise:
                continue
            held += 1
            rungs = row.allowed.step_down * 100 / len(LADDERS[game].levels)
            most = free.get(game, 0.0) - rungs if rungs else last.get(game, 0.0)
            assert row.hardest[game] <= max(0.01, most + 0.02), (row.date, game)
        for trial in row.trials:
            last[trial.game] = trial.difficulty
            if not row.allowed.no_rise and trial.cause != "no-try":
                free[trial.game] = trial.difficulty
    assert held >= 18


def test_less_volume_is_fewer_tries(rows: tuple[Row, ...]) -> None:
    whole = max(row.planned for row in played(rows) if row.allowed is not None and row.allowed.volume == 1.0)
    less = [row for row in played(rows) if row.allowed is not None and row.allowed.volume < 1.0]
    assert [row.allowed.volume for row in less if row.allowed] == [0.5, 0.7, 0.5, 0.7, 0.85, 0.5]
    for row in less:
        assert row.allowed is not None
        assert row.planned <= (row.allowed.volume + 0.1) * whole, row.date


def test_what_was_planned_is_played_but_for_a_day_that_pain_ends(rows: tuple[Row, ...]) -> None:
    assert all(len(row.trials) == row.planned for row in played(rows) if row.after.day != "ended")


def test_no_force_is_asked_for_on_a_short_day(rows: tuple[Row, ...]) -> None:
    short = [row for row in played(rows) if row.allowed is not None and row.allowed.no_grip]
    assert [row.opening for row in short] == [Opening(at(2, "mon"), short[0].opening.say, 15)]
    assert not any(ALL[trial.game].skill in FORCES for row in short for trial in row.trials)
    assert any(ALL[trial.game].skill in FORCES for row in played(rows) for trial in row.trials)


def test_no_try_asks_for_more_force_than_the_cap(rows: tuple[Row, ...]) -> None:
    peaks = []
    for trial in (trial for row in played(rows) for trial in row.trials):
        game = ALL[trial.game]
        values = {key: tuple(v) if isinstance(v, list) else v for key, v in trial.params.items()}
        peaks.append(game.peak(game.params(**values)))
    assert 0.0 < max(peaks) <= CAP


def test_each_change_of_difficulty_has_a_reason_in_words(rows: tuple[Row, ...]) -> None:
    say, changes = load("en", strict=True).say, 0
    last: dict[str, float] = {}
    for row in played(rows):
        for trial in row.trials:
            if trial.difficulty != last.get(trial.game):
                changes += 1
                assert say(trial.reason, {**trial.reason_values, "game": f"@game.{trial.game}"})
            last[trial.game] = trial.difficulty
        assert len(row.summary) >= len(row.games), "the summary has a reason for each game"
    assert changes > 50


def test_every_answer_is_in_the_diary(rows: tuple[Row, ...]) -> None:
    for row in rows:
        if row.why or row.opening.cleared_by:
            continue
        say = row.opening.say
        told = {"pain": say.pain, "fatigue": say.fatigue, "flags": list(say.flags) or None}
        [checkin] = [entry.values for entry in row.entries if entry.kind == "checkin"]
        assert {key: checkin.get(key) for key in told} == told, row.date
        in_play = [entry.values for entry in row.entries if entry.kind == "told"]
        asked = [say.in_play[min(n, len(say.in_play) - 1)] for n in range(len(in_play))]
        assert [values["pain"] for values in in_play] == asked, row.date
        assert bool(in_play) == bool(row.trials)
        assert [values.get("effort") for values in in_play][:1] == [3] * bool(in_play)
        kinds = [entry.kind for entry in row.entries]
        assert ("skipped" in kinds) == (say.pain is None)
        assert ("reflect" in kinds, "journal" in kinds, "bout" in kinds) == (bool(row.trials),) * 3, row.date
    assert [e.kind for e in of(rows, at(5, "thu"), 16).entries] == ["cleared", "clear"]


def test_the_patient_learns_and_comes_back_to_it(rows: tuple[Row, ...]) -> None:
    def hardest(*weeks: int) -> float:
        return max(max(row.hardest.values()) for row in played(rows) if row.opening.day // 7 + 1 in weeks)

    assert of(rows, at(1, "mon")).trials[0].difficulty < hardest(1)
    assert hardest(3, 4) < hardest(1), "the way back is lower"
    assert hardest(5) > hardest(1)


@pytest.mark.parametrize("last", ["home", "start"])
def test_a_day_that_is_other_than_planned_is_told_before_play_and_to_leave_it_is_no_practice(
    tmp_path: Path, last: str
) -> None:
    with closing(Logbook(tmp_path, Clock(datetime(2026, 5, 4, 8, tzinfo=UTC)), ZONE)) as logbook:
        daily = Daily(logbook, CODE, rooms.all_prescriptions()["stroke-home"])
        daily.begin()
        assert [daily.act(action) for action in ("start", "scale 4", "news no", "more")] == ["stay"] * 4
        assert daily.act(last) == {"home": "home", "start": "play"}[last]
        assert (daily.standing.day, daily.standing.done_on) == ({"home": "easy-over", "start": "easy"}[last], NEVER)
        assert (daily.program is not None) == (last == "start")


def test_the_program_is_the_one_for_home_after_a_stroke_with_shorter_bouts() -> None:
    made, whole = rooms.prescription_of(program_text(), "here"), rooms.all_prescriptions()["stroke-home"]
    dose = replace(whole.dose, minutes=4, rest_s=20, least_rest_s=10, rest_after=8)
    fences = tuple(row for row in whole.fences if row[0] in GAMES)
    milestones = tuple(one for one in whole.milestones if one.game in GAMES)
    assert made == replace(whole, games=GAMES, dose=dose, fences=fences, milestones=milestones)


def test_the_page_has_what_was_played(rows: tuple[Row, ...]) -> None:
    assert len(rows) == len(SCRIPT)
    assert table(rows) in build_fortnight.PAGE.read_text("utf-8"), "remake it with: python docs/build_fortnight.py"
