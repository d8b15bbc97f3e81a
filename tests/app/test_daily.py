"""A patient's day without a screen: what is offered, chosen, asked and closed, and how it comes back after a gap."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app import patients_command, rooms
from app.daily import BROKEN, CLOCK, Daily, in_order
from app.history import Played, of_rows
from app.logbook import Logbook
from app.patients import CLINIC, Patients
from engine import diary
from engine.diary import Entry
from engine.guard import Event
from engine.plan import Day
from engine.prescription import Fence
from engine.probes import Row
from engine.profile import Profile
from engine.program import Block
from engine.scene import Words
from engine.schedule import Done, GameDone

ZONE = ZoneInfo("Europe/Berlin")


class Clock:
    """A wall clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday

    def __call__(self) -> datetime:
        return self.now

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def logbook(tmp_path: Path, clock: Clock) -> Iterator[Logbook]:
    with closing(Logbook(tmp_path, clock, ZONE)) as logbook:
        yield logbook


def ward(logbook: Logbook) -> Daily:
    return Daily(logbook, "K7-RB4", rooms.all_prescriptions()["ward"])


def home(logbook: Logbook) -> Daily:
    return Daily(logbook, "K7-RB4", rooms.gentle())


def checked_in(daily: Daily, pain: int = 0) -> str:
    daily.begin()
    for action in ("start", f"scale {pain}"):
        assert daily.act(action) == "stay"
    return daily.act("news no")


def test_the_patient_picks_among_what_fits_and_the_plan_is_made_of_it(logbook: Logbook) -> None:
    daily = ward(logbook)
    daily.begin()
    assert daily.prescription.choose == 2
    assert daily.act("choose") == "stay"
    wanted = daily._offered[3:5]
    for game in wanted:
        daily.act(f"choose {game}")
    for action in ("start", "scale 1"):
        daily.act(action)
    assert daily.act("news no") == "play"
    assert daily.program is not None
    assert set(wanted) <= {block.game for block in daily.program.blocks}
    [entry] = logbook.diary("K7-RB4", ("chosen",))
    assert entry.values["games"] == list(wanted)


def test_what_was_told_is_in_the_diary_before_play_begins(logbook: Logbook) -> None:
    daily = ward(logbook)
    assert checked_in(daily, pain=3) == "play"
    [entry] = logbook.diary("K7-RB4", ("checkin",))
    assert entry.values["pain"] == 3
    assert Daily(logbook, "K7-RB4", daily.prescription).standing == daily.standing, "it survives a restart"


def test_too_much_pain_closes_the_day_says_why_and_until_when(logbook: Logbook, clock: Clock) -> None:
    daily = home(logbook)
    assert checked_in(daily, pain=8) == "stay"
    assert daily.closed == "guard.pain-high"
    again = home(logbook)
    again.begin((Block("brook", 5),), "play")
    assert again.closed == "guard.pain-high", "no other way leads to play either"
    clock.later(hours=20)
    assert checked_in(home(logbook)) == "play"


def test_who_goes_home_after_telling_pain_has_told_it(logbook: Logbook) -> None:
    daily = ward(logbook)
    daily.begin()
    daily.act("start")
    daily.act("scale 8")
    assert daily.act("home") == "home"
    assert ward(logbook).standing.day == "ended"


def test_a_clock_that_went_back_two_days_asks_for_the_date_first(logbook: Logbook, clock: Clock) -> None:
    assert checked_in(ward(logbook)) == "play"
    clock.later(days=-3)
    daily = ward(logbook)
    daily.begin()
    assert daily.closed == CLOCK
    daily.act("clock right")
    assert daily.closed != CLOCK


def test_a_program_that_cannot_be_read_closes_practice_whatever_is_wanted(logbook: Logbook, tmp_path: Path) -> None:
    patients = Patients(tmp_path)
    code = patients.add().code
    folder = patients.folder(code)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "program.toml").write_text('name = "x"\ngames = ["cupp"]\n', encoding="utf-8")
    daily = Daily.of(logbook, tmp_path, code, "right", "keys")
    daily.begin()
    assert daily.closed == BROKEN
    assert not daily.may_grip
    assert "cupp" in daily.trouble


def test_after_a_gap_the_first_bout_begins_lower_and_nothing_rises_in_it(
    logbook: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily = ward(logbook)
    today = daily.moment.day
    done = Done(today - 20, daily.moment.utc_s - 20 * 86_400, 12.0, 20, games=(GameDone("cup", 20, 16, 5),))
    monkeypatch.setattr(Daily, "history", property(lambda self: (done,)))
    day = daily.of_plan()
    assert isinstance(day, Day)
    assert day.down >= 1
    daily.begin()
    assert daily.corridor is not None
    assert daily.corridor.page == "welcome"  # type: ignore[union-attr]


def test_a_healing_hand_stops_at_pain_of_four_whatever_its_file_says(logbook: Logbook) -> None:
    healing = replace(rooms.gentle(), stage="healing", thresholds=replace(rooms.gentle().thresholds, stop=4))
    daily = Daily(logbook, "K7-RB4", healing)
    assert daily.prescription.thresholds.stop <= 4
    assert not daily.may_grip, "force is locked until a clinician decides date and cap"
    daily.begin((Block("cup", 5),), "play")
    daily.act("start")
    daily.act("scale 0")
    assert daily.act("news no") == "stay"
    assert daily.closed == "room.nothing"


def test_a_bout_that_was_cut_off_is_over_and_is_asked_about_anew(logbook: Logbook) -> None:
    assert checked_in(ward(logbook)) == "play"
    killed = ward(logbook)
    assert killed.standing.day == "open"
    killed.begin()
    assert killed.standing.day == "unasked"
    assert not killed.allowed.play


def test_a_stop_for_pain_from_the_command_line_counts_as_well(logbook: Logbook) -> None:
    daily = home(logbook)
    daily.note(Event("stop", why="pain"))
    daily.begin()
    assert daily.closed == "guard.stopped-pain"


def with_history(monkeypatch: pytest.MonkeyPatch, *done: Done) -> None:
    monkeypatch.setattr(Daily, "history", property(lambda self: done))


def test_where_both_hands_are_prescribed_the_other_one_is_next(
    logbook: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = Daily(logbook, "K7-RB4", replace(rooms.gentle(), hand="both"))
    assert both.hand in ("left", "right")
    with_history(monkeypatch, Done(1, 86_400.0, 9.0, 10, hand="right"))
    assert both.hand == "left"
    with_history(monkeypatch, Done(1, 86_400.0, 9.0, 10, hand="left"))
    assert both.hand == "right"
    assert home(logbook).hand == ""


def test_after_its_weeks_the_plan_says_that_it_is_to_be_looked_at(logbook: Logbook) -> None:
    program = rooms.all_prescriptions()["stroke-home"]
    today = logbook.moment().day
    young = Daily(logbook, "K7-RB4", program, since=today - 7 * program.reassess_weeks + 1)
    old = Daily(logbook, "K7-RB4", program, since=today - 7 * program.reassess_weeks)
    assert (young.is_to_be_looked_at, old.is_to_be_looked_at) == (False, True)


def test_what_lies_after_what_came_later_happened_by_then(clock: Clock) -> None:
    moment = Logbook(Path(), clock, ZONE).moment()
    future = Done(moment.day + 1000, moment.utc_s + 1000 * 86_400, 12.0, 20)
    yesterday = Done(moment.day - 1, moment.utc_s - 86_400, 12.0, 20)
    assert [done.day for done in in_order((future, yesterday), moment)] == [moment.day - 1, moment.day - 1]
    assert [done.day for done in in_order((yesterday, future), moment)] == [moment.day - 1, moment.day]


def test_after_a_journey_west_what_was_played_belongs_to_the_same_day_as_the_pain_that_was_told(
    logbook: Logbook, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.now = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # half past midnight in Berlin, on the 24th
    daily = ward(logbook)
    daily.prescription = replace(daily.prescription, dose=replace(daily.prescription.dose, day_minutes=20.0))
    assert checked_in(daily) == "play"
    day = daily.standing.today
    played = Played(1, clock.now.isoformat(), "right", 0, "brook", 1, "reason.up", "hit", "", 40, 120 * 60 * 20, "done")
    monkeypatch.setattr(Logbook, "played", lambda *_: (played,))
    logbook.zone = ZoneInfo("America/New_York")  # where it is the 23rd, in the evening
    clock.later(hours=6)
    west = Daily(logbook, "K7-RB4", daily.prescription)
    assert of_rows((played,), logbook.zone)[0].day == day - 1, "by the zone alone it would be a day that is over"
    assert [done.day for done in west.history] == [day]
    clock.later(hours=5)  # the 24th there as well: for the pain that was told it is the same day
    assert west.moment.day == west.standing.today == day
    west.begin()
    assert west.closed == "room.day"


def test_probes_that_went_beyond_the_hands_own_limits_are_told_kindly_and_once_a_week(
    logbook: Logbook, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def row(session: int, idx: int, value: float) -> Row:
        measures = {"reaction_ms": value + 3 * idx, "right": 1.0}
        return Row(session, session, "ladybirds", "right", "keys", 2, "same", idx, "hit", measures, 10.0)

    usual = [500.0, 510.0, 490.0, 505.0, 495.0, 502.0, 500.0]
    probed = [row(n, idx, value) for n, value in enumerate([*usual, 900.0, 910.0]) for idx in range(6)]
    monkeypatch.setattr(Logbook, "probes", lambda *_: tuple(probed[:-12]))
    assert not ward(logbook).is_harder
    monkeypatch.setattr(Logbook, "probes", lambda *_: tuple(probed))
    daily = ward(logbook)
    daily.begin()
    assert "return.lower" in {shape.key for shape in daily.scene(Profile()).shapes if isinstance(shape, Words)}
    for action in ("go on", "start", "scale 0"):
        assert daily.act(action) == "stay"
    assert daily.act("news no") == "play"
    daily.note(Event("bout"))
    clock.later(days=1)
    again = ward(logbook)
    again.begin()
    assert again.corridor.page == "today"  # type: ignore[union-attr]
    clock.later(days=7)
    assert ward(logbook).is_harder


def test_a_paused_plan_says_so_misses_nothing_and_goes_on_with_practice(
    logbook: Logbook, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily = ward(logbook)
    today = daily.moment.day
    logbook.note("K7-RB4", "paused", {})
    clock.later(days=7)
    assert daily.is_paused
    monkeypatch.setattr(Logbook, "played", lambda *_: ())
    daily.since = today
    assert daily.adherence(4).bouts_share is None, "nothing was due"
    daily.begin()
    assert "day.paused" in {shape.key for shape in daily.scene(Profile()).shapes if isinstance(shape, Words)}
    for action in ("start", "scale 0"):
        daily.act(action)
    assert daily.act("news no") == "play"
    assert not daily.is_paused
    clock.later(days=3)
    assert daily.adherence(4).bouts_share == 0.0


def test_a_pause_ends_before_its_day_or_when_it_is_resumed() -> None:
    def entry(day: int, kind: str, **values: int) -> Entry:
        return Entry(day * 86_400.0, day, kind, values)

    assert diary.paused_days((), 9) == frozenset()
    assert diary.paused_days((entry(3, "paused", until=6),), 9) == {3, 4, 5}
    assert diary.paused_days((entry(3, "paused"),), 5) == {3, 4, 5}
    assert diary.paused_days((entry(3, "paused"), entry(5, "resumed"), entry(8, "paused")), 9) == {3, 4, 8, 9}
    assert diary.paused_days((entry(3, "paused", until=9), entry(5, "paused", until=7)), 20) == {3, 4, 5, 6}
    assert diary.paused_days((entry(3, "resumed"),), 9) == frozenset()


def test_each_move_of_a_fence_is_written_down_once(logbook: Logbook, monkeypatch: pytest.MonkeyPatch) -> None:
    program = replace(rooms.gentle(), fences=(("cup", Fence(1, 3, 6)),))
    daily = Daily(logbook, "K7-RB4", program)
    today = daily.moment.day
    cup, now_s = (GameDone("cup", 10, 9, 3),), daily.moment.utc_s
    rows = [Done(today - n, now_s - n * 86_400, 12.0, 10, games=cup) for n in (2, 1)]
    with_history(monkeypatch, *rows)
    for _ in range(2):
        daily.look_back()
    [entry] = logbook.diary("K7-RB4", ("fence",))
    assert (entry.values["from"], entry.values["to"], entry.values["reason"]) == (3, 4, "fence.rise")


def test_a_therapist_clears_a_lock_with_the_pin_of_the_clinic(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    patients = Patients(tmp_path)
    code = patients.add().code
    with closing(Logbook(tmp_path)) as logbook:
        Daily.of(logbook, tmp_path, code, "right", "keys").note(Event("checkin", 1, flags=("numb",)))
    patients.set_pin(CLINIC, "4711")
    monkeypatch.setattr(patients_command, "_asked", lambda _: "0000")
    with pytest.raises(ValueError, match="PIN"):
        patients_command.clear(str(tmp_path), code, "AB")
    monkeypatch.setattr(patients_command, "_asked", lambda _: "4711")
    assert patients_command.clear(str(tmp_path), code, "AB") == 0
    with closing(Logbook(tmp_path)) as logbook:
        assert Daily.of(logbook, tmp_path, code, "right", "keys").standing.plan == "re-entry"
        assert logbook.diary(code, ("cleared",))[0].values == {"by": "AB"}
    assert "small steps" in capsys.readouterr().out


def test_where_the_records_cannot_be_read_nobody_knows_of_a_lock_and_nothing_is_played(tmp_path: Path) -> None:
    (tmp_path / "regrasp.sqlite3").write_bytes(b"this is no database" * 100)
    with closing(Logbook(tmp_path)) as logbook:
        daily = home(logbook)
        daily.begin()
        assert daily.closed == "room.unknown"
