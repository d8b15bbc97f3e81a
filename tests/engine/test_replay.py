"""Check that a recording plays again to the very same trials, and that the first that differs is named."""

from dataclasses import replace
from functools import cache

import pytest
from practice import GAMES, key, plan_of, play, press, rest_for

from engine.plan import to_header
from engine.program import Block
from engine.recording import End, Recording, header_line, parse
from engine.replay import verify
from engine.sample import Sample
from engine.session import Session


@cache
def recorded(ability: float = 0.6, grip: str = "serial") -> Recording:
    """Return a session of all games, through the lines of its recording."""
    plan = plan_of(Block("ladybirds", 4), Block("cup", 3), Block("brook", 2), grip=grip, rest_s=2.0, least_rest_s=1.0)
    session = Session(plan, GAMES)
    lines = [header_line(to_header(plan))]
    for frame in play(session, ability):
        lines += frame.lines
    return parse(lines)


@pytest.mark.parametrize("grip", ["serial", "keys", "mouse"])
@pytest.mark.parametrize("ability", [0.3, 0.9])
def test_a_recording_plays_again_to_the_very_same_trials(grip: str, ability: float) -> None:
    verification = verify(recorded(ability, grip), GAMES)
    assert verification.difference == ""
    assert verification.same
    assert verification.trials == 9
    assert verification.ticks > 3000


def test_a_changed_measure_names_its_trial_and_both_values() -> None:
    recording = recorded()
    trials = list(recording.trials)
    trials[5] = replace(trials[5], difficulty=99.0)
    got = verify(replace(recording, trials=tuple(trials)), GAMES)
    assert not got.same
    assert got.trials == 5
    assert got.difference == f"trial 6 (cup): difficulty was 99.0, and is {recording.trials[5].difficulty}"


def test_a_changed_sample_names_the_first_trial_that_differs() -> None:
    recording = recorded()
    third = recording.trials[2]
    samples = dict(recording.samples)
    tick = next(
        t
        for t in samples
        if third.start_tick < t < third.end_tick and any(s.channel.startswith("key") for s in samples[t])
    )
    samples[tick] = tuple(replace(s, at_ms=s.at_ms + 25.0) for s in samples[tick])
    got = verify(replace(recording, samples=tuple(samples.items())), GAMES)
    assert not got.same
    assert got.trials == 2
    assert got.difference.startswith("trial 3 (ladybirds): ")


def test_a_sample_that_is_left_out_is_noticed() -> None:
    recording = recorded()
    first = recording.trials[0]
    samples = tuple((t, s) for t, s in recording.samples if not first.start_tick < t < first.end_tick)
    assert verify(replace(recording, samples=samples), GAMES).difference.startswith("trial 1 (ladybirds): ")


def test_a_trial_that_did_not_happen_and_one_that_is_not_recorded_are_named() -> None:
    recording = recorded()
    more = replace(recording, trials=(*recording.trials, recording.trials[-1]))
    assert verify(more, GAMES).difference == "trial 9 (brook) did not happen"
    fewer = replace(recording, trials=recording.trials[:-1])
    assert verify(fewer, GAMES).difference == "trial 9 (brook) happened, but is not in the recording"


def test_another_end_is_named() -> None:
    recording = recorded()
    assert recording.end is not None
    stopped = replace(recording, end=End(recording.end.tick, "stopped"))
    assert verify(stopped, GAMES).difference == "the session ended stopped, and now ended done"


def test_a_recording_that_was_cut_off_or_closed_replays_as_far_as_it_goes() -> None:
    recording = recorded()
    cut = recording.trials[3].end_tick
    part = Recording(recording.header, tuple(s for s in recording.samples if s[0] <= cut), recording.trials[:4])
    assert verify(part, GAMES).same
    assert verify(replace(part, end=End(cut + 1, "closed")), GAMES).same


def test_other_rules_are_said_and_nothing_is_played() -> None:
    recording = recorded()
    got = verify(replace(recording, header=recording.header | {"rules": 0}), GAMES)
    assert (got.trials, got.ticks) == (0, 0)
    assert got.difference.startswith("it was recorded under rules 0, this program plays rules ")


@pytest.mark.parametrize("gone", ["seed", "profile", "program", "levels", "played_with", "beliefs", "scale"])
def test_a_header_with_something_missing_is_refused_by_its_name(gone: str) -> None:
    recording = recorded()
    header = {name: value for name, value in recording.header.items() if name != gone}
    with pytest.raises(ValueError, match=f"header: '{gone}' is missing or wrong"):
        verify(replace(recording, header=header), GAMES)


def test_a_stop_replays_with_its_reason() -> None:
    plan = plan_of(Block("ladybirds", 2))
    session = Session(plan, GAMES)
    frames = rest_for(session, 1.0)
    frames += [session.tick((key(session, "ESCAPE"),))]
    frames += rest_for(session, 2.0)
    frames += press(session, "ENTER")
    frames += press(session, "ENTER")
    recording = parse([header_line(to_header(plan)), *(line for frame in frames for line in frame.lines)])
    assert recording.end is not None
    assert (recording.end.how, recording.end.why) == ("stopped", "pain")
    assert verify(recording, GAMES).same


def test_samples_are_replayed_as_they_were_written_to_the_microsecond() -> None:
    plan = plan_of(Block("ladybirds", 1))
    session = Session(plan, GAMES)
    lines: list[str] = [header_line(to_header(plan))]
    for n in range(900):
        made = (Sample("key.J", n * 25 / 3 + 0.00049, float(n % 2)),) if n > 120 and n % 7 < 2 else ()
        made = (Sample("key.ENTER", 1000.0, float(n == 118 or n == 120)),) if 118 <= n <= 120 else made
        lines += session.tick(made).lines
    assert len(session.trials) == 1
    assert verify(parse(lines), GAMES).same
