"""Tests done by hand are entered, corrected, timed and shown in a terminal, and kept in a real database."""

import json
import os
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from app import handtests_command
from app.cli import main
from app.handtests_form import Desk
from app.handtests_told import units_of
from app.logbook import Logbook
from app.patients import Patients
from app.terminal import Terminal, Typed
from engine import handtests
from engine.handtests import TESTS, Entry

TODAY = date.today().isoformat()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return the folder of one patient."""
    patients = Patients(tmp_path)
    patients.add("", patients.newcomer())
    return tmp_path


def run(data: Path, *words: str) -> int:
    """Run ``regrasp tests`` with these words."""
    return main(["tests", *words, "--data", str(data)])


def kept(data: Path) -> tuple[Entry, ...]:
    """Return the tests that the database holds."""
    with closing(Logbook(data)) as logbook:
        (card,) = Patients(data).all()
        return handtests.read(logbook.diary(card.code, ("test",)))


class Script(Typed):
    """Somebody who types one line after the other; a number is a time to wait before it."""

    def __init__(self, *lines: str | float) -> None:
        """Begin with the first line."""
        self.now_s, self.ended = 100.0, False
        self._left, self._due_s = list(lines), 0.0

    def line(self) -> str | None:
        """Return the next line when its time has come."""
        if self._left and isinstance(self._left[0], float):
            self._due_s = self.now_s + float(self._left.pop(0))
        if self.now_s < self._due_s:
            return None
        self.ended = not self._left
        return str(self._left.pop(0)) if self._left else None

    def sleep(self, seconds: float) -> None:
        """Let time go by without waiting."""
        self.now_s += seconds

    def desk(self) -> Desk:
        """Return a desk at which this is typed."""
        return Desk(Terminal(), self, lambda: self.now_s, self.sleep)


@pytest.fixture
def typing(data: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Return what runs a command with a script of lines that are typed."""

    def typed(command: tuple[str, ...], *lines: str | float) -> int:
        monkeypatch.setattr(handtests_command, "Desk", Script(*lines).desk)
        return run(data, *command)

    return typed


def test_the_page_about_them_holds_every_test_its_terms_and_what_was_published() -> None:
    page = (Path(handtests_command.__file__).parents[1] / "docs/hand-tests.md").read_text("utf-8")
    for test in TESTS:
        assert f"| `{test.name}` |" in page
        assert f"| {test.how} | {units_of(test)} | {test.licence} |" in page
        for limit in test.limits:
            assert f"| {limit.said} | {limit.source} |" in page


# --- from the command line ------------------------------------------------------------------------------


def test_the_list_names_every_test_with_its_terms(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tests"]) == 0
    said = capsys.readouterr().out
    assert all(f"\n{test.name}  (" in said and test.licence in said for test in TESTS)


def test_a_test_is_kept_shown_and_compared(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    same = ("--device", "Jamar 12", "--handle", "2")
    words = ("enter", "jamar", "--right", "30", "31", "29", "--left", "40,5", *same, "--on", "2026-01-05", "--by", "OT")
    assert run(data, *words) == 0
    assert run(data, "enter", "grip", "--right", "33", "34", "35", *same) == 0
    first, last = kept(data)
    assert (date.fromordinal(first.on).isoformat(), first.by, first.handle) == ("2026-01-05", "OT", 2)
    assert date.fromordinal(last.on).isoformat() == TODAY
    capsys.readouterr()
    assert run(data, "show") == 0
    said = capsys.readouterr().out
    assert "Grip strength, right hand  34 kg (mean of 3)" in said
    assert "+4 kg (+13 %) since 2026-01-05" in said
    assert "SRD 2.9 kg, affected hand (stroke); Chen 2009" in said


def test_the_results_can_be_read_by_other_programs(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(data, "enter", "bbt", "--right", "30", "--left", "50", "--on", "2026-01-05")
    run(data, "enter", "bbt", "--right", "36")
    capsys.readouterr()
    assert run(data, "show", "--json") == 0
    *_, last = json.loads(capsys.readouterr().out)
    assert (last["test"], last["hand"], last["value"], last["unit"], last["on"]) == (
        "box-and-block", "right", 36, "blocks", TODAY,
    )  # fmt: skip
    assert (last["since"]["change"], last["since"]["first_on"]) == (6, "2026-01-05")
    assert last["since"]["limits"][0]["source"].startswith("Chen 2009")


def test_two_dynamometers_are_not_compared(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(data, "enter", "grip", "--right", "30", "--device", "Jamar 12", "--on", "2026-01-05")
    run(data, "enter", "grip", "--right", "50", "--device", "K-Force", "--on", "2026-01-06")
    run(data, "enter", "grip", "--right", "50", "--on", "2026-01-07")
    assert "No device was named: this result is not compared" in capsys.readouterr().out
    assert run(data, "show") == 0
    said = capsys.readouterr().out
    assert "a new series: not compared" in said
    assert "no device named: not compared" in said
    assert "SRD" not in said.split("\n", 1)[1]


def test_a_correction_takes_over_what_is_not_told_anew_and_keeps_the_earlier_entry(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(data, "enter", "grip", "--right", "13", "--left", "40", "--device", "Jamar", "--on", "2026-01-05")
    (wrong,) = kept(data)
    assert run(data, "enter", "grip", "--right", "31", "--corrects", wrong.id) == 0
    assert f"in place of {wrong.id}, which stays in the record" in capsys.readouterr().out
    earlier, now = kept(data)
    assert earlier == wrong
    assert [score.values for score in now.scores] == [(31,), (40,)]
    assert (now.on, now.device, now.corrects) == (wrong.on, "Jamar", wrong.id)
    assert run(data, "enter", "grip", "--corrects", now.id, "--unit", "lb") == 0
    assert run(data, "withdraw", kept(data)[-1].id, "--by", "OT") == 0
    capsys.readouterr()
    assert run(data, "show", "--all") == 0
    said = capsys.readouterr().out
    assert "no test is written down yet" in said
    assert f"{wrong.id}  2026-01-05  grip  right hand 13 kg; left hand 40 kg  corrected by {now.id}" in said
    assert "withdrawn by" in said
    assert run(data, "withdraw", wrong.id) == 1
    assert "was corrected by" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("enter", "grop", "--right", "3"), "there is no test called grop; there is grip"),
        (("enter", "grip", "--right", "300"), "right hand, trial 1: must be a number"),
        (("enter", "grip", "--right", "30", "--on", "2999-01-01"), "on: must be a date up to today"),
        (("enter", "grip", "--right", "30", "--on", "5.1.2026"), "on: must be a date such as 2026-11-21, not 5.1.2026"),
        (("enter", "grip", "--right", "30", "--corrects", "nix"), "corrects: there is no entry nix"),
        (("enter", "own", "--total", "3"), "words: say with --words what the test is"),
        (("time", "dash"), "there is no clock for dash; there is one for nine-hole-peg and box-and-block"),
        (("show", "--patient", "ZZ-ZZZ"), "ZZ-ZZZ"),
    ],
)
def test_what_cannot_be_kept_is_said_in_one_line_and_nothing_is_kept(
    data: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(data, *words) == 1
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert kept(data) == ()


def test_an_own_test_is_kept_in_the_therapists_words(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(data, "enter", "own", "--words", "Lift a kettle", "--unit", "s", "--left", "4.2", "x") == 0
    assert kept(data)[0].scores[0].values == (4.2,)
    run(data, "show")
    assert "Lift a kettle, left hand" in capsys.readouterr().out


def test_a_damaged_database_is_told_and_nothing_is_lost(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "regrasp.sqlite3").write_bytes(b"this is no database" * 60)
    assert run(data, "enter", "grip", "--right", "30") == 1
    assert capsys.readouterr().err.count("\n") == 1


# --- field by field -------------------------------------------------------------------------------------


def test_a_form_asks_one_field_after_the_other_and_a_wrong_one_again(
    data: Path, typing: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ("", "30", "much", "31", "29", "40", "", "Jamar 12", "9", "2", "", "OT", "maybe", "y")
    assert typing(("enter", "grip"), *lines) == 0
    (entry,) = kept(data)
    assert [(s.hand, s.values, s.unit) for s in entry.scores] == [("right", (30, 31, 29), "kg"), ("left", (40,), "kg")]
    assert (entry.device, entry.handle, entry.by) == ("Jamar 12", 2, "OT")
    said = capsys.readouterr().out
    for told in ("Licence: free method", "right hand, trial 2: must be a number", "handle: must be a whole number",
                 "type y or n", "Keep this? y or n"):  # fmt: skip
        assert told in said


def test_the_device_of_the_last_time_is_offered(data: Path, typing: Callable[..., int]) -> None:
    run(data, "enter", "grip", "--right", "30", "--device", "Jamar 12", "--on", "2026-01-05")
    assert typing(("enter", "grip"), "", "30", "", "", "=", "", "", "", "y") == 0
    assert kept(data)[-1].device == "Jamar 12"


def test_a_finger_that_felt_nothing_and_one_left_out(data: Path, typing: Callable[..., int]) -> None:
    lines = ("g", "0.07", "x", "-", *[""] * 7, "Semmes kit", "2026-01-05", "", "y")
    assert typing(("enter", "monofilament"), *lines) == 0
    (entry,) = kept(data)
    assert [(s.part, s.values, s.unit) for s in entry.scores] == [("thumb", (0.07,), "g"), ("index", (), "g")]
    assert date.fromordinal(entry.on).isoformat() == "2026-01-05"


def test_a_form_that_corrects_shows_what_was_there_and_enter_keeps_it(
    data: Path, typing: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    run(data, "enter", "mal", "--total", "2.1", "9", "--on", "2026-01-05")
    assert kept(data) == ()
    run(data, "enter", "mal", "--total", "2.1", "0.9", "--on", "2026-01-05")
    assert typing(("enter", "mal", "--corrects", kept(data)[0].id), "", "1.9", "", "", "y") == 0
    assert [score.values for score in kept(data)[-1].scores] == [(2.1,), (1.9,)]
    assert "amount, points [2.1]" in capsys.readouterr().out


@pytest.mark.parametrize("lines", [(), ("",), ("", "30", "q"), ("", "30", *[""] * 7, "n")], ids=len)
def test_a_form_that_is_left_or_denied_keeps_nothing(
    data: Path, typing: Callable[..., int], lines: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typing(("enter", "grip"), *lines) == 1
    assert capsys.readouterr().out.endswith("Nothing was kept.\n")
    assert kept(data) == ()


@pytest.mark.parametrize("name", [test.name for test in TESTS])
def test_every_test_can_be_entered_by_typing_its_lowest_numbers(
    data: Path, typing: Callable[..., int], name: str
) -> None:
    test = handtests.test_of(name)
    first = [""] if len({u.name for u in test.parts[0].units}) > 1 else []
    own = ["s", "Kettle"] if name == "own" else []
    fields = [part for _ in "rl" for part in test.hand_parts] + list(test.whole_parts)
    numbers = [f"{part.units[0].lowest:g}" for part in fields for _ in range(part.trials)]
    ends = [""] * (2 + bool(test.device) + bool(test.handles))
    assert typing(("enter", name), *first, *own, *[n.replace("-1e+06", "-9") for n in numbers], *ends, "y") == 0
    (entry,) = kept(data)
    assert sum(len(score.values) for score in entry.scores) == len(numbers)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no pty")
def test_a_form_works_in_a_real_terminal(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outer, inner = os.openpty()
    os.write(outer, b"28\n26\n\ny\n")
    with open(inner, "w", encoding="utf-8", closefd=False) as screen:
        monkeypatch.setattr(handtests_command, "Desk", lambda: Desk(Terminal(screen), Typed(inner)))
        assert run(data, "enter", "arat", "--by", "OT") == 0
    seen = os.read(outer, 65536).decode()
    os.close(outer)
    assert "Action Research Arm Test" in seen
    assert [score.values for score in kept(data)[0].scores] == [(28,), (26,)]


# --- clocks ---------------------------------------------------------------------------------------------


def test_a_stopwatch_measures_from_one_enter_to_the_next(
    data: Path, typing: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert typing(("time", "nhpt", "--device", "Board 2"), "middle", "left", 2.0, "", 0.2, "", 23.4, "", "y") == 0
    (entry,) = kept(data)
    assert (entry.test, entry.device) == ("nine-hole-peg", "Board 2")
    assert entry.scores[0].hand == "left"
    assert entry.scores[0].values[0] == pytest.approx(23.6, abs=0.03)
    assert "hand: type right or left" in capsys.readouterr().out


def test_a_peg_test_that_was_not_finished_has_no_number(data: Path, typing: Callable[..., int]) -> None:
    assert typing(("time", "nhpt", "--hand", "right"), "", 40.0, "x", "y") == 0
    assert kept(data)[0].scores[0].values == ()


def test_it_can_be_timed_again_before_it_is_kept(data: Path, typing: Callable[..., int]) -> None:
    assert typing(("time", "nhpt", "--hand", "right"), "", 9.0, "", "r", "", 20.0, "", "y") == 0
    assert [entry.scores[0].values[0] > 19 for entry in kept(data)] == [True]


def test_sixty_seconds_are_counted_down_and_then_the_blocks_are_asked_for(
    data: Path, typing: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ("", 12.0, "", "", 60.5, "many", "41", "y")
    assert typing(("time", "bbt", "--hand", "right"), *lines) == 0
    assert kept(data)[0].scores[0].values == (41,)
    said = capsys.readouterr().out
    assert "Stopped before the end" in said
    assert "blocks: must be a whole number from 0 to 150 blocks, not many" in said


def test_the_clock_is_one_that_never_goes_back() -> None:
    import time

    assert time.get_clock_info("perf_counter").monotonic
    assert Desk.__dataclass_fields__["clock"].default is time.perf_counter
