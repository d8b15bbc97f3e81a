"""Feedback comes when the program says so: once for all games, in the session."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import GAMES, click, plan_of, play, press, rest_for, session_of, wait

from app import rooms
from engine import feedback, program, recording
from engine.feedback import GIVEN, Feedback, commonest, quiet
from engine.game import Cue
from engine.level import LevelError
from engine.phases import After, Judge, Offered, Playing, Review, Stopped
from engine.plan import from_header, to_header
from engine.program import Block
from engine.recording import Trial
from engine.replay import verify
from engine.scene import Circle, Picture, Words
from engine.session import Frame, Session
from engine.simulate import Patient, Traits


def told_of(given: str, trials: int = 8, **more: Any) -> tuple[Trial, ...]:
    session = session_of(Block("ladybirds", trials), feedback=Feedback(given, **more))
    play(session, ability=0.5)
    assert len(session.trials) == trials
    return session.trials


def test_each_try_is_told_unless_the_program_says_otherwise() -> None:
    assert rooms.built_in_program().feedback == Feedback("each")
    assert all(trial.told for trial in told_of("each"))


def test_only_every_fourth_try_is_told() -> None:
    assert [trial.told for trial in told_of("every", every=4)] == [n % 4 == 3 for n in range(8)]


def test_within_the_bandwidth_no_news_is_good_news() -> None:
    trials = told_of("bandwidth", bandwidth=5.0, trials=30)
    assert any(trial.told for trial in trials)
    for trial in trials:
        wide = trial.passed is None or trial.difficulty - trial.passed > 5.0
        assert trial.told == (not trial.hit and wide)


@given(
    st.sampled_from(GIVEN), st.integers(2, 20), st.integers(1, 60), st.booleans(), st.floats(0, 100),
    st.none() | st.floats(0, 100),
)  # fmt: skip
def test_a_hit_is_never_told_by_a_bandwidth_and_nothing_is_told_at_once_by_a_summary_or_on_request(
    given: str, every: int, done: int, hit: bool, difficulty: float, passed: float | None
) -> None:
    schedule = Feedback(given, every)
    told = schedule.tells(done, hit, difficulty, passed)
    assert not (told and hit and given == "bandwidth")
    assert not (told and given in ("summary", "request"))
    if told and given != "bandwidth":  # what will be told is heard at once
        assert not schedule.mutes(done - 1)


def results_heard(frames: list[Frame]) -> list[str]:
    return [cue.name for frame in frames for cue in frame.cues if cue.name in feedback.TELLING]


def test_the_sounds_that_betray_a_result_are_kept_back_with_it_and_the_world_is_still_heard() -> None:
    cues = (Cue("land"), Cue("hit-1"), Cue("soft"), Cue("splash"), Cue("arrive"))
    assert quiet(cues) == (Cue("land"), Cue("splash"))
    session = session_of(Block("ladybirds", 4), feedback=Feedback("summary", 4))
    frames = play(session, until=lambda s: isinstance(s.phase, Review))
    assert not results_heard(frames)
    assert any(cue.name == "land" for frame in frames for cue in frame.cues)


def test_a_summary_looks_back_on_the_tries_since_the_last_one_and_at_the_end_of_the_block() -> None:
    session = session_of(Block("ladybirds", 7), feedback=Feedback("summary", 5))
    looked: list[int] = []
    patient = Patient(Traits(0.5, lapse=0.0), 1)
    before = None
    while not session.over:
        session.tick(patient.samples(session))
        if isinstance(session.phase, Review) and session.phase is not before:
            before = session.phase
            looked.append(len(before.tries))
            hits = tuple(trial.hit for trial in session.trials[-len(before.tries) :])
            assert tuple(hit for hit, _ in before.tries) == hits
            flowers = [s for s in session.scene().shapes if isinstance(s, Picture) and s.name == "daisy"]
            assert len(flowers) == sum(hits)
    assert looked == [5, 2]


def test_a_try_of_which_nothing_is_told_is_a_seed_until_it_is_looked_back_on() -> None:
    session = session_of(Block("ladybirds", 6), feedback=Feedback("summary", 3))
    play(session, ability=0.9, until=lambda s: isinstance(s.phase, Review))
    rest_for(session, 0.6)
    click(session, "go on")
    play(session, ability=0.9, until=lambda s: len(s.trials) == 4 and isinstance(s.phase, Playing))
    row = [shape for shape in session.scene().shapes if getattr(shape, "y", 0) == 32]
    flowers = sum(isinstance(shape, Picture) and shape.name == "daisy" for shape in row)
    seeds = [shape for shape in row if isinstance(shape, Circle) and shape.fill == "card" and shape.r == 12]
    assert flowers == sum(trial.hit for trial in session.trials[:3])
    assert len(seeds) == 1


def test_without_being_told_no_hint_is_seen_after_a_miss() -> None:
    for schedule, seen in (("each", True), ("bandwidth", False)):
        session = session_of(Block("ladybirds", 5, level=10), feedback=Feedback(schedule, bandwidth=50))
        play(session, ability=0.1, until=lambda s: isinstance(s.phase, After) and not s.trials[-1].hit)
        trial = session.trials[-1]
        hints = [s for s in session.scene().shapes if isinstance(s, Words) and s.key.startswith("hint.")]
        assert bool(hints) == (seen or trial.told)


def judging(**more: Any) -> Session:
    session = session_of(Block("ladybirds", 2), feedback=Feedback(judge=True, **more))
    play(session, ability=0.9, until=lambda s: isinstance(s.phase, Judge))
    return session


@pytest.mark.parametrize(("answer", "judged"), [("well", "hit"), ("less", "miss")])
def test_the_patient_judges_before_the_result_is_told(answer: str, judged: str) -> None:
    session = judging()
    assert session.trials == ()
    rest_for(session, 0.6)
    frames = click(session, answer)
    (trial,) = session.trials
    assert trial.judged == judged
    assert results_heard(frames) == ["hit-5" if trial.hit else "soft"]
    assert isinstance(session.phase, After)
    assert trial.end_tick < session.now - 1


def test_how_often_the_judgement_was_right_is_said_at_the_end() -> None:
    session = judging()
    rest_for(session, 0.6)
    click(session, "well")
    play(session, ability=0.9, until=lambda s: s.end is not None)
    said = next(s for s in session.scene().shapes if isinstance(s, Words) and s.key == "summary.judged")
    right = sum(trial.judged == trial.result for trial in session.trials)
    assert dict(said.values) == {"n": str(right), "of": "2"}


@pytest.mark.parametrize("schedule", [Feedback(judge=True), Feedback("request")])
@pytest.mark.parametrize("end", ["stop", "close", "limit"])
def test_a_try_that_waits_for_an_answer_is_kept_whatever_ends_the_session(schedule: Feedback, end: str) -> None:
    limits = replace(rooms.built_in_program().limits, minutes=1.0)
    session = session_of(Block("ladybirds", 9), feedback=schedule, limits=limits)
    play(session, ability=0.9, until=lambda s: isinstance(s.phase, Judge | Offered))
    done = len(session.trials)
    if end == "close":
        frame = session.close()
    elif end == "stop":
        frame = press(session, "ESCAPE")[0]
        assert isinstance(session.phase, Stopped)
    else:
        frame = Frame()
        while frame.end is None:
            frame = press(session, "ENTER")[0] if isinstance(session.phase, Offered) else session.tick()
        assert frame.end.how == "limit"
        return
    assert len(session.trials) == done + 1
    assert frame.trial == session.trials[-1]
    assert [line[:8] for line in frame.lines[-2:]] == ['{"trial"', '{"end":{']


def test_on_request_the_result_is_offered_for_some_seconds() -> None:
    session = session_of(Block("ladybirds", 3), feedback=Feedback("request"))
    play(session, ability=0.9, until=lambda s: isinstance(s.phase, Offered))
    assert not session.trials
    rest_for(session, 0.6)
    frames = click(session, "ask")
    assert session.trials[-1].told
    assert results_heard(frames) == ["hit-5" if session.trials[-1].hit else "soft"]
    play(session, ability=0.9, until=lambda s: isinstance(s.phase, Offered))
    wait(session, After, most_s=6.0)
    assert not session.trials[-1].told


@pytest.mark.parametrize("given", GIVEN)
def test_nothing_is_played_after_stop_whatever_the_schedule(given: str) -> None:
    session = session_of(Block("ladybirds", 30), feedback=Feedback(given, 2, judge=given != "each"))
    patient = Patient(Traits(0.6), 2)
    while len(session.trials) < 3:
        session.tick(patient.samples(session))
    press(session, "ESCAPE")
    done = len(session.trials)
    for _ in range(3000):
        session.tick(patient.samples(session))
        assert not isinstance(session.phase, Playing | Judge | Offered | Review)
    assert len(session.trials) == done


@pytest.mark.parametrize("given", GIVEN)
def test_a_recording_with_any_schedule_and_judgement_replays_the_same(given: str) -> None:
    plan = plan_of(Block("ladybirds", 5), feedback=Feedback(given, 2, judge=True))
    session, patient = Session(plan, GAMES), Patient(Traits(0.6), 3)
    lines = [recording.header_line(to_header(plan))]
    while not session.over:
        lines.extend(session.tick(patient.samples(session)).lines)
    kept = recording.parse(lines)
    assert {trial.judged for trial in kept.trials} <= {"hit", "miss", ""}
    assert verify(kept, GAMES).same
    assert from_header(kept.header, GAMES).program.feedback == plan.program.feedback


def test_the_commonest_cause_is_the_one_that_is_said() -> None:
    assert commonest(["", "too-soft", "too-hard", "too-hard", ""]) == "too-hard"
    assert commonest(["too-soft", "too-hard"]) == "too-hard"
    assert commonest(["", ""]) == commonest([]) == ""


@pytest.mark.parametrize(
    ("row", "key"),
    [('given = "sometimes"', "given"), ("every = 1", "every"), ("bandwidth = -1", "bandwidth"), ("judge = 1", "judge")],
)
def test_a_schedule_that_there_is_not_is_refused_with_file_and_key(row: str, key: str) -> None:
    text = f'[[blocks]]\ngame = "cup"\n[feedback]\n{row}\n'
    with pytest.raises(LevelError, match=rf"^x\.toml: feedback: {key}"):
        program.parse(text, "x.toml", {"cup"})
    with pytest.raises(LevelError, match=r"^x\.toml: feedback: must be a table"):
        program.parse('feedback = 3\n[[blocks]]\ngame = "cup"\n', "x.toml", {"cup"})


def test_a_program_says_its_schedule() -> None:
    text = '[[blocks]]\ngame = "cup"\n[feedback]\ngiven = "every"\nevery = 3\njudge = true\n'
    made = program.parse(text, "x.toml", {"cup"})
    assert made.feedback == Feedback("every", 3, judge=True)
    assert program.from_plain(program.to_plain(made), "x.toml", {"cup"}) == made
