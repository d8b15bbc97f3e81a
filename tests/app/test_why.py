"""``regrasp why``: each change of difficulty in one plain line, from the records or a recording, and plain errors."""

import io
import json
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, replace
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app import files, rooms, standout, why
from app.cli import main
from app.store import FILE, VERSION, Store
from app.texts import PLACE, load
from engine import adaptive, screens
from engine.game import Result
from engine.hand import Side
from engine.recording import Trial, header_line, trial_line
from engine.source import Source
from engine.ticks import TICKS_PER_S
from engine.trend import Plateau

START, LATER = "2025-01-02T03:04:05+00:00", "2025-01-09T10:00:00+00:00"
TRIAL = Trial(
    index=0, block=0, game="cup", hand=Side.RIGHT, played_with="keys", level=2, difficulty=30.0, result=Result.HIT,
    cause="", attempt=1, start_tick=0, end_tick=9, params={}, measures={}, just=(), finger="", predicted=0.7,
    reason="reason.up", reason_values={"from": "28", "to": "30", "hits": "8", "of": "10"}, belief="{}",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """What a command printed, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Return the printed lines."""
        return self.out.splitlines()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return the printed JSON lines but the last, which says what stands out."""
        return [json.loads(line) for line in self.lines[:-1]]

    @property
    def stands_out(self) -> list[dict[str, Any]]:
        """Return what the last printed JSON line says."""
        found: list[dict[str, Any]] = json.loads(self.lines[-1])["stands_out"]
        return found

    @property
    def parts(self) -> tuple[list[str], list[str]]:
        """Return the lines before and after the empty one."""
        before, _, after = self.out.partition("\n\n")
        return before.splitlines(), after.splitlines()


def regrasp(*words: object) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main([str(word) for word in words])
        except SystemExit as ended:
            status = int(ended.code or 0)
    return Said(status, out.getvalue(), err.getvalue())


def trials(*difficulties: float, **more: Any) -> list[Trial]:
    return [
        replace(TRIAL, index=n, difficulty=d, start_tick=n * 10 * TICKS_PER_S, **more)
        for n, d in enumerate(difficulties)
    ]


def header(patient: str = "P-0001", language: str = "en") -> dict[str, Any]:
    return {"profile": {"patient": patient, "language": language}, "program": {"blocks": []}}


def keep(
    folder: Path, played: list[Trial], patient: str = "P-0001", language: str = "en", started: str = START
) -> None:
    """Keep one session in a real database."""
    with closing(Store.open(folder / FILE)) as store:
        session = store.begin(header(patient, language), started)
        for trial in played:
            store.add(session, trial, [trial_line(trial)])


def recording(folder: Path, played: list[Trial], name: str = "20250102-030405-P-0001.jsonl") -> Path:
    path = folder / name
    files.write_whole(path, "\n".join([header_line(header()), *map(trial_line, played)]) + "\n")
    return path


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- a real demonstration


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said]:
    """Return the folder that a demonstration left, with a blank in its name, and what it said."""
    folder = tmp_path_factory.mktemp("demo of today")
    return folder, regrasp("demo", "--game", "ladybirds", "--trials", "12", "--ability", "0.4", "--out", folder)


def test_a_demonstration_says_how_to_ask_why_and_that_very_command_answers(demo: tuple[Path, Said]) -> None:
    folder, said = demo
    command = shlex.split(said.lines[-1].partition(": ")[2])
    assert command == ["regrasp", "why", str(folder)]
    answer = regrasp(*command[1:])
    assert (answer.status, answer.err) == (0, "")
    with closing(Store.open(folder / FILE)) as store:
        played = store.trials(1)
    changed = [b for a, b in zip((None, *played), played, strict=False) if a is None or a.difficulty != b.difficulty]
    assert len(changed) >= 5
    assert len(answer.parts[0]) == len(changed)
    for line, trial in zip(answer.parts[0], changed, strict=True):
        assert f"#{trial.index + 1} " in line
        assert load("en").say(trial.reason, trial.reason_values) in line
        assert line.split()[2:4] == ["Ladybirds", "right"]


def test_the_recording_of_a_demonstration_says_the_same_as_its_records(demo: tuple[Path, Said]) -> None:
    folder, _ = demo
    (path,) = (folder / "recordings").iterdir()
    from_file, from_store = regrasp("why", path, "--json").rows, regrasp("why", "--data", folder, "--json").rows
    assert from_file
    for one, other in zip(from_file, from_store, strict=True):
        assert {**one, "session": 1, "at": ""} == {**other, "at": ""}
        assert one["at"][:17] == other["at"][:17] or abs(int(one["at"][17:19]) - int(other["at"][17:19])) in (1, 59)
    assert regrasp("why", path).lines[-1].split("  ")[-1] == regrasp("why", folder).lines[-1].split("  ")[-1]


# --- what a change is


def test_a_line_for_the_first_trial_and_for_each_at_another_difficulty(tmp_path: Path) -> None:
    keep(tmp_path, trials(10, 10, 12, 12, 8.25))
    rows = regrasp("why", tmp_path, "--json").rows
    assert [(row["index"], row["from"], row["to"]) for row in rows] == [(0, None, 10), (2, 10, 12), (4, 12, 8.25)]
    lines = regrasp("why", tmp_path).lines
    assert [line.split("  Harder")[0].split("right  ")[1].rstrip() for line in lines] == [
        "#1         10", "#3   10 -> 12", "#5   12 -> 8.25",
    ]  # fmt: skip


def test_each_game_hand_and_way_of_playing_is_compared_with_itself_only() -> None:
    ways = ({}, {"game": "brook"}, {"hand": Side.LEFT}, {"played_with": "serial"})
    mixed = [why.Played(replace(TRIAL, difficulty=d, **way)) for d in (10.0, 10.0, 12.0) for way in ways]  # type: ignore[arg-type]
    assert [change.was for change in why.changes_of(mixed)] == [None] * 4 + [10.0] * 4
    assert [change.played.trial.game for change in why.changes_of(mixed, "brook")] == ["brook"] * 2


STEPS = st.lists(st.tuples(st.sampled_from(["cup", "brook"]), st.sampled_from(list(Side)), st.integers(0, 3)))


@given(STEPS)
def test_from_the_changes_alone_every_difficulty_can_be_told(steps: list[tuple[str, Side, int]]) -> None:
    played = [
        why.Played(replace(TRIAL, index=n, game=game, hand=hand, difficulty=float(d)))
        for n, (game, hand, d) in enumerate(steps)
    ]
    changes = {change.played.trial.index: change for change in why.changes_of(played)}
    known: dict[tuple[str, str, str], float] = {}
    for one in played:
        if one.trial.index in changes:
            change = changes[one.trial.index]
            assert change.was == known.get(one.way)
            assert change.was != one.trial.difficulty
            known[one.way] = change.played.trial.difficulty
        assert known[one.way] == one.trial.difficulty


def test_the_next_session_is_compared_with_the_one_before(tmp_path: Path) -> None:
    keep(tmp_path, trials(10, 12))
    keep(tmp_path, trials(12, 14), started=LATER)
    rows = regrasp("why", tmp_path, "--json").rows
    assert [(row["session"], row["index"], row["to"]) for row in rows] == [(1, 0, 10), (1, 1, 12), (2, 1, 14)]
    assert [row["at"] for row in rows] == [
        "2025-01-02T03:04:05.000+00:00", "2025-01-02T03:04:15.000+00:00", "2025-01-09T10:00:10.000+00:00",
    ]  # fmt: skip


def test_the_last_ones_are_shown_newest_last_twenty_unless_asked_otherwise(tmp_path: Path) -> None:
    keep(tmp_path, trials(*range(50)))
    assert [row["index"] for row in regrasp("why", tmp_path, "--json").rows] == list(range(30, 50))
    assert [row["index"] for row in regrasp("why", tmp_path, "--json", "--last", "2").rows] == [48, 49]
    assert len(regrasp("why", tmp_path, "--last", "1000000").lines) == 50


def test_one_game_only(tmp_path: Path) -> None:
    keep(tmp_path, [*trials(10, 12), *trials(0, 0, 30, 32, game="brook")[2:]])
    assert [row["game"] for row in regrasp("why", tmp_path, "--game", "brook", "--json").rows] == ["brook", "brook"]
    none = regrasp("why", tmp_path, "--game", "ladybirds")
    assert (none.status, none.out) == (0, "No try of ladybirds is kept for P-0001 yet.\n")
    assert regrasp("why", tmp_path, "--game", "ladybirds", "--json").out == ""


# --- whose


def test_the_only_patient_is_meant_and_among_several_one_is_asked_for(tmp_path: Path) -> None:
    keep(tmp_path, trials(10), "B-2")
    assert regrasp("why", tmp_path, "--json").rows[0]["patient"] == "B-2"
    keep(tmp_path, trials(11), "A-1")
    asked = regrasp("why", "--data", tmp_path)
    assert (asked.status, asked.out) == (1, "")
    assert asked.err == "regrasp: there are several patients: A-1, B-2; choose one with --patient\n"
    assert [row["to"] for row in regrasp("why", "--data", tmp_path, "--patient", "A-1", "--json").rows] == [11]


def test_an_unknown_patient_is_said_with_those_that_there_are(tmp_path: Path) -> None:
    keep(tmp_path, trials(10), "B-2")
    assert regrasp("why", tmp_path, "--patient", "C").err == "regrasp: there is no patient called C; there is B-2\n"
    path = recording(tmp_path, trials(10))
    other = regrasp("why", path, "--patient", "C")
    assert (other.status, other.err) == (1, f"regrasp: {path}: is a recording of P-0001, not of C\n")
    assert regrasp("why", path, "--patient", "P-0001").status == 0


# --- how it is said


def test_json_gives_key_and_values_as_they_were_recorded(tmp_path: Path) -> None:
    values = {"from": "28", "to": "30", "cause": "too-soft"}
    keep(tmp_path, trials(30, reason="reason.ease", reason_values=values))
    assert regrasp("why", tmp_path, "--json").rows == [
        {
            "patient": "P-0001", "session": 1, "at": "2025-01-02T03:04:05.000+00:00", "tick": 0, "game": "cup",
            "hand": "right", "played_with": "keys", "index": 0, "level": 2, "from": None, "to": 30.0,
            "reason": "reason.ease", "values": values, "rule": "",
        }
    ]  # fmt: skip


def test_the_patients_language_is_spoken_unless_another_is_asked_for(tmp_path: Path) -> None:
    keep(tmp_path, trials(30, reason="reason.ease", reason_values={"from": "28", "to": "30", "cause": "too-soft"}),
         language="de")  # fmt: skip
    assert "Becher  rechts" in regrasp("why", tmp_path).out
    assert "Was jetzt hilft: Etwas fester." in regrasp("why", tmp_path).out
    assert "helps now: A little firmer." in regrasp("why", tmp_path, "--language", "en").out
    keep(tmp_path, trials(32), language="xx")
    assert "Cup  right" in regrasp("why", tmp_path).out


def test_difficulties_are_written_with_the_comma_of_a_language_and_recorded_with_the_point(tmp_path: Path) -> None:
    keep(tmp_path, trials(66.5, reason="reason.ease", reason_values={"from": "28", "to": "66.5", "cause": "too-soft"}))
    english, german = (regrasp("why", tmp_path, "--language", language).out for language in ("en", "de"))
    assert (english.count("66.5"), english.count("66,5")) == (2, 0)
    assert (german.count("66.5"), german.count("66,5")) == (0, 2)
    assert regrasp("why", tmp_path, "--json", "--language", "de").rows[0]["values"]["to"] == "66.5"


@pytest.mark.parametrize("language", files.languages())
@pytest.mark.parametrize("reason", screens.REASONS)
def test_every_reason_makes_one_whole_line_in_every_language(reason: str, language: str) -> None:
    values = dict.fromkeys(("from", "to", "hits", "of", "days", "share"), "7") | {"cause": "too-late", "finger": "ring"}
    change = why.Change(why.Played(replace(TRIAL, reason=reason, reason_values=values), START), 28.0)
    (line,) = why.lines_of([change], load(language, strict=True), UTC)
    assert "{" not in line
    assert "@" not in line
    assert "\n" not in line
    assert ("[" in line) == (reason in why.RULES)


def test_that_another_finger_is_asked_more_often_is_a_change_as_well_and_said_after_the_reason(tmp_path: Path) -> None:
    base = {"from": "28", "to": "30", "hits": "8", "of": "10"}
    fingers = ("", "ring", "ring", "", "ring", "little")
    played = [
        replace(one, reason_values=base | ({"finger": finger} if finger else {}))
        for one, finger in zip(trials(*[30] * 6), fingers, strict=True)
    ]
    keep(tmp_path, played)
    lines = regrasp("why", tmp_path).lines
    assert [line.split("#")[1][0] for line in lines] == ["1", "2", "6"]
    assert lines[1].endswith("8 of 10 went well. The ring finger is asked more often, because it finds this harder.")
    assert "little finger" in lines[2]
    assert [row["values"].get("finger") for row in regrasp("why", tmp_path, "--json").rows] == [None, "ring", "little"]


def test_a_rule_that_outranked_the_core_is_named_and_no_other(tmp_path: Path) -> None:
    keep(tmp_path, [*trials(30), *trials(0, 24, reason="reason.cap", reason_values={"to": "24"})[1:]])
    lines = regrasp("why", tmp_path).lines
    assert lines[1].endswith("It is at 24. Your program allows no more force. [Rule: the most force allowed]")
    assert "Rule" not in lines[0]
    assert [row["rule"] for row in regrasp("why", tmp_path, "--json").rows] == ["", "cap"]
    assert set(why.RULES) <= set(screens.REASONS)


def test_a_reason_of_another_program_is_said_as_well_as_can_be(tmp_path: Path) -> None:
    keep(tmp_path, trials(30, reason="reason.full-moon", reason_values={}))
    assert regrasp("why", tmp_path).out.endswith("full moon\n")


def test_the_way_of_playing_is_named_where_one_hand_played_a_game_in_two(tmp_path: Path) -> None:
    keep(tmp_path, [*trials(30), *trials(0, 40, played_with="serial")[1:]])
    assert ["keys" in line or "sensor" in line for line in regrasp("why", tmp_path).lines] == [True, True]
    keep(tmp_path, trials(30), "P-2")
    assert "keys" not in regrasp("why", tmp_path, "--patient", "P-2").out


def test_times_are_by_this_computers_clock_and_without_one_since_the_beginning() -> None:
    change = why.Change(why.Played(replace(TRIAL, start_tick=95 * TICKS_PER_S), START), 28.0)
    english = load("en")
    assert why.lines_of([change], english, UTC)[0].startswith("2025-01-02 03:05  Cup")
    assert why.lines_of([change], english, timezone(timedelta(hours=-5)))[0].startswith("2025-01-01 22:05  Cup")
    unknown = replace(change, played=replace(change.played, started=""))
    assert why.lines_of([unknown], english)[0].startswith("1:35  Cup")


@pytest.mark.parametrize(
    ("name", "at"), [("20250102-030405-P-1.jsonl", "2025-01-02T03:04:05.000+00:00"), ("mine.jsonl", None),
                     ("20259999-030405-P-1.jsonl", None)],
)  # fmt: skip
def test_when_a_recording_began_is_told_by_its_name_alone(tmp_path: Path, name: str, at: str | None) -> None:
    assert [row["at"] for row in regrasp("why", recording(tmp_path, trials(10), name), "--json").rows] == [at]


def test_a_terminal_without_accents_gets_question_marks_and_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path, trials(30), language="es")
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert main(["why", str(tmp_path)]) == 0
    sys.stdout.flush()
    assert "M?s dif?cil" in raw.getvalue().decode("ascii")


# --- what stands out


def misses(**causes: int) -> list[Trial]:
    """Return 40 trials, of which so many were missed for each cause."""
    missed = [cause.replace("_", "-") for cause, n in causes.items() for _ in range(n)]
    first = [replace(TRIAL, result=Result.MISS, cause=cause) for cause in missed]
    return [replace(trial, index=n) for n, trial in enumerate([*first, *[TRIAL] * (40 - len(first))])]


def sessions(folder: Path, *abilities: float | None, tries: int = 5, **more: Any) -> None:
    """Keep a session for each ability at its end."""
    for day, ability in enumerate(abilities):
        belief = "" if ability is None else json.dumps({"version": 2, "ability": ability, "spread": 3.0})
        keep(folder, trials(*[30] * tries, belief=belief, **more), started=f"2025-03-{day + 1:02d}T09:00:00+00:00")


def test_misses_are_counted_by_their_cause_and_what_would_ease_most_of_them_is_named(tmp_path: Path) -> None:
    keep(tmp_path, misses(let_go_too_quickly=3, too_soft=6))
    said = regrasp("why", tmp_path).parts[1]
    assert said == [
        "What stands out (the therapist decides)",
        "Cup, right hand: 9 of 40 tries missed: 6 too soft, 3 let go too quickly. A wider band would help first.",
    ]
    assert regrasp("why", tmp_path, "--json").stands_out == [
        {
            "game": "cup", "hand": "right", "played_with": "keys", "tries": 40, "missed": 9,
            "causes": {"too-soft": 6, "let-go-too-quickly": 3}, "eases": "band", "plateau": None,
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("causes", "eases"),
    [({"too_soft": 2}, ""), ({"too_soft": 3}, "band"), ({"too_late": 5, "too_soft": 4}, ""),
     ({"too_soft": 2, "too_hard": 2, "let_go_too_quickly": 3}, "band"), ({"too_late": 4, "too_soft": 4}, "band"),
     ({"full_moon": 9}, "")],
)  # fmt: skip
def test_a_parameter_is_named_only_if_most_misses_come_from_it(
    tmp_path: Path, causes: dict[str, int], eases: str
) -> None:
    keep(tmp_path, misses(**causes))
    (found,) = regrasp("why", tmp_path, "--json").stands_out
    assert (found["eases"], found["missed"]) == (eases, sum(causes.values()))


def test_where_all_goes_well_nothing_stands_out(tmp_path: Path) -> None:
    keep(tmp_path, trials(10, 12, 14))
    assert len(regrasp("why", tmp_path).lines) == 3
    (found,) = regrasp("why", tmp_path, "--json").stands_out
    assert (found["tries"], found["missed"], found["causes"]) == (3, 0, {})


def test_only_tries_from_the_first_shown_change_on_are_counted(tmp_path: Path) -> None:
    missed: dict[str, Any] = {"result": Result.MISS, "cause": "too-soft"}
    keep(tmp_path, [*trials(10, 12, **missed), *trials(0, 0, 14, 14, 16, **missed)[2:]])
    counts = [
        found["tries"]
        for last in ("1", "2", "3", "4", "9")
        for found in regrasp("why", tmp_path, "--json", "--last", last).stands_out
    ]
    assert counts == [1, 3, 4, 5, 5]


def test_each_game_hand_and_way_of_playing_stands_out_by_itself(tmp_path: Path) -> None:
    missed: dict[str, Any] = {"result": Result.MISS, "cause": "too-late"}
    mixed = [*misses(too_soft=1), *(replace(TRIAL, played_with="serial", **missed) for _ in range(3)),
             *(replace(TRIAL, game="brook", hand=Side.LEFT, **missed) for _ in range(3))]  # fmt: skip
    keep(tmp_path, [replace(trial, index=n) for n, trial in enumerate(mixed)])
    assert regrasp("why", tmp_path).parts[1][1:] == [
        "Cup, right hand, keys: 1 of 40 tries missed: 1 too soft.",
        "Cup, right hand, sensor: 3 of 3 tries missed: 3 too late.",
        "Brook, left hand: 3 of 3 tries missed: 3 too late. More time would help first.",
    ]
    assert len(regrasp("why", tmp_path, "--game", "brook").parts[1]) == 2
    assert [found["game"] for found in regrasp("why", tmp_path, "--game", "brook", "--json").stands_out] == ["brook"]


def test_that_little_has_changed_is_said_by_the_last_ability_of_each_session(tmp_path: Path) -> None:
    sessions(tmp_path, *[50.0] * 10)
    assert regrasp("why", tmp_path).parts[1] == []
    sessions(tmp_path, 50.5)
    assert regrasp("why", tmp_path).parts[1][1:] == [
        "Cup, right hand: little has changed over the last 10 sessions. "
        "Things to talk about: more variety, another level, a new assessment."
    ]
    assert regrasp("why", tmp_path, "--json").stands_out[0]["plateau"] == {"sessions": 10, "gain": 0.0, "lower": False}


@pytest.mark.parametrize(
    ("abilities", "tries"),
    [([30.0 + n for n in range(14)], 5), ([None] * 14, 5), ([50.0] * 14, standout.FEWEST - 1), ([-5.0] * 14, 5)],
)  # fmt: skip
def test_a_gain_no_ability_and_short_sessions_are_no_plateau(
    tmp_path: Path, abilities: list[float | None], tries: int
) -> None:
    sessions(tmp_path, *abilities, tries=tries)
    (found,) = regrasp("why", tmp_path, "--json").stands_out
    assert found["plateau"] is None


@pytest.mark.parametrize(
    "other", [Source("serial:B"), Source("serial:A", calibration="c2"), Source("serial:A", rate_hz=200.0),
              Source("serial:A", aid="splint")],
)  # fmt: skip
def test_another_device_calibration_rate_or_aid_breaks_the_trend(tmp_path: Path, other: Source) -> None:
    sessions(tmp_path, *[50.0] * 11, source=Source("serial:A"))
    assert regrasp("why", tmp_path, "--json").stands_out[0]["plateau"] is not None
    sessions(tmp_path, 50.0, source=other)
    assert regrasp("why", tmp_path, "--json").stands_out[0]["plateau"] is None


def test_a_way_down_is_not_called_little(tmp_path: Path) -> None:
    sessions(tmp_path, *(80.0 - 2 * n for n in range(11)))
    (line,) = regrasp("why", tmp_path).parts[1][1:]
    assert "less easily over the last 10 sessions" in line
    assert "little" not in line


@pytest.mark.parametrize(
    "belief", ["", "{}", "[]", "no", '{"ability":"x"}', '{"ability":NaN}', '{"ability":null}', "[" * 10**5, None, 3]
)  # fmt: skip
def test_a_belief_without_an_ability_tells_none(belief: Any) -> None:
    assert standout.ability_of(belief) is None


def test_a_belief_as_the_core_writes_it_tells_its_ability() -> None:
    belief = adaptive.start(adaptive.Aim(), 62.0)
    assert standout.ability_of(belief.to_json()) == belief.ability


@pytest.mark.parametrize("language", files.languages())
def test_every_cause_and_parameter_has_words_in_every_language(language: str) -> None:
    texts = load(language, strict=True)
    level = Plateau(10, 0.0)
    for name, game in rooms.all_games().items():
        for cause, param in game.eases:
            way = (name, Side.LEFT, "keys")
            found = standout.Standing(way, 9, 3, ((cause, 3),), param, level)
            lower = replace(found, plateau=replace(level, lower=True), missed=0)
            lines = standout.lines_of([found, lower], texts)
            assert len(lines) == 5
            assert [line for line in lines if PLACE.search(line) or "@" in line] == []


# --- what can be wrong


def sentence(said: Said) -> str:
    """Return the one sentence that a command ended with."""
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("regrasp: ")
    assert said.err.count("\n") == 1
    assert "went wrong" not in said.err
    return said.err


def test_without_records_it_is_said_and_nothing_is_made(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere" / "deep"
    assert f"{missing}: nothing has been practised here yet" in sentence(regrasp("why", "--data", missing))
    assert "nothing has been practised here yet" in sentence(regrasp("why", tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_is_said_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / FILE).touch()
    assert "no records here that can be read" in sentence(regrasp("why", tmp_path))
    assert (tmp_path / FILE).read_bytes() == b""
    (tmp_path / FILE).unlink()
    Store.open(tmp_path / FILE).close()
    assert "nothing has been practised here yet" in sentence(regrasp("why", tmp_path))


def test_the_records_of_a_newer_program_are_said_and_stay_as_they_are(tmp_path: Path) -> None:
    keep(tmp_path, trials(10))
    with closing(sqlite3.connect(tmp_path / FILE)) as newer, newer:
        newer.execute(f"INSERT INTO schema VALUES ({VERSION + 1})")
    before = (tmp_path / FILE).read_bytes()
    assert "come from a newer Regrasp. Please update." in sentence(regrasp("why", tmp_path))
    assert (tmp_path / FILE).read_bytes() == before


def test_damaged_records_are_said(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    assert "The records are damaged." in sentence(regrasp("why", tmp_path))


@pytest.mark.parametrize("n", ["0", "-3", "many", "1.5", "1000001"])
def test_a_number_that_is_none_is_refused_in_words(tmp_path: Path, n: str) -> None:
    said = regrasp("why", tmp_path, f"--last={n}")
    assert said.status == 2
    assert said.err.endswith(f"must be a whole number from 1 to 1000000, not {n}\n")
    with pytest.raises(ValueError, match="must be a whole number from 1"):
        why.run(why.Wanted(tmp_path, last=0))


def test_an_unknown_game_or_language_is_said_with_those_that_there_are(tmp_path: Path) -> None:
    assert "there is no game called chess; there are ladybirds" in sentence(regrasp("why", tmp_path, "--game", "chess"))
    said = sentence(regrasp("why", tmp_path, "--language", "../de"))
    assert "there is no language called ../de; there are de, en, es, fr" in said


def test_a_file_that_is_missing_or_no_recording_is_said(tmp_path: Path) -> None:
    assert "This file is not there." in sentence(regrasp("why", tmp_path / "no.jsonl"))
    (tmp_path / "notes.txt").write_text("hello\nyou\n")
    assert "notes.txt: line 1: is not JSON" in sentence(regrasp("why", tmp_path / "notes.txt"))


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.floats(), st.text(max_size=5), st.just({}), st.just([]), st.integers()
)


@given(st.sampled_from(sorted(asdict(TRIAL))), ANYTHING)
@example("difficulty", float("nan"))
@example("reason_values", {"to": None})
@example("reason_values", {"cause": 3})
@example("start_tick", 10**400)
@example("level", [])
def test_a_recording_that_was_changed_by_hand_is_answered_or_refused_in_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, name: str, value: Any
) -> None:
    row = {**asdict(TRIAL), name: value}
    path = tmp_path_factory.mktemp("changed") / "20250102-030405-P.jsonl"
    files.write_whole(path, header_line(header()) + "\n" + json.dumps({"trial": row}) + "\n" + trial_line(TRIAL) + "\n")
    for more in ((), ("--json",)):
        said = regrasp("why", path, "--data", path.parent, *more)
        if said.status:
            sentence(said)
        else:
            assert said.lines


# --- beside a running program


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Path]:
    """Return a folder in which a running copy holds the lock, the database and a transaction that writes."""
    keep(tmp_path, trials(10, 12))
    with files.RunningLock(tmp_path), closing(Store.open(tmp_path / FILE)) as store, store._writing():
        yield tmp_path


def test_it_answers_while_the_program_is_open_and_writes(busy: Path) -> None:
    assert len(regrasp("why", busy).lines) == 2


def test_asking_changes_nothing(tmp_path: Path) -> None:
    keep(tmp_path, trials(10, 12))
    before = files_in(tmp_path)
    assert regrasp("why", tmp_path).status == 0
    assert files_in(tmp_path) == before


def test_help_brings_nothing_heavy_along() -> None:
    program = (
        "import sys; from app.cli import main\n"
        "try: main(['why', '--help'])\n"
        "except SystemExit: print('HEAVY', *sorted({'arcade', 'sqlalchemy', 'PIL', 'serial', 'numpy', 'engine', "
        "'hypothesis', 'sqlite3'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=files.ROOT, capture_output=True, text=True, check=True)
    assert "--patient CODE" in done.stdout
    assert done.stdout.splitlines()[-1] == "HEAVY"
