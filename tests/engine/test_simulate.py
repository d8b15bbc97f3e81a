"""Check that simulated patients are plausible: the abler the steadier and faster, and the same each time."""

from collections.abc import Callable

import pytest
from practice import LONGEST, session_of

from engine.hand import Side
from engine.measures import mean
from engine.profile import Profile
from engine.program import Block
from engine.recording import Trial
from engine.session import Session
from engine.simulate import Patient, Traits, pace, sway, wobble

ABILITIES = (0.15, 0.5, 0.9)


def played(
    game: str, traits: Traits, level: int, trials: int = 6, grip: str = "serial", seed: int = 1
) -> tuple[Trial, ...]:
    """Return the trials of a patient who stays on one rung."""
    session = session_of(Block(game, trials, level=level), grip=grip, rest_after=1000)
    patient = Patient(traits, seed)
    while not session.over and session.now < LONGEST:
        session.tick(patient.samples(session))
    assert len(session.trials) == trials
    return session.trials


def of_each(measure: Callable[[tuple[Trial, ...]], float], game: str, level: int) -> list[float]:
    return [measure(played(game, Traits(ability, lapse=0.0), level)) for ability in ABILITIES]


def values(trials: tuple[Trial, ...], name: str) -> list[float]:
    return [trial.measures[name] for trial in trials if name in trial.measures]


def falls(numbers: list[float]) -> bool:
    return all(b < a for a, b in zip(numbers, numbers[1:], strict=False))


def test_an_abler_hand_holds_a_force_more_steadily() -> None:
    assert falls(of_each(lambda trials: mean(values(trials, "sway")), "cup", 2))


def test_an_abler_hand_answers_sooner() -> None:
    assert falls(of_each(lambda trials: mean(values(trials, "reaction_ms")), "ladybirds", 3))


def test_an_abler_hand_leads_the_boat_faster_and_more_narrowly() -> None:
    trips = [played("brook", Traits(ability, lapse=0.0), 1, 3) for ability in ABILITIES]
    assert falls([mean(values(trials, "led_ms")) for trials in trips])
    assert falls([mean([dict(t.just)["width_mm"] for t in trials if t.just]) for trials in trips])


@pytest.mark.parametrize(("game", "level"), [("ladybirds", 12), ("cup", 10), ("brook", 7)])
def test_an_abler_hand_hits_more_often(game: str, level: int) -> None:
    weak, strong = (sum(t.hit for t in played(game, Traits(a), level)) for a in (0.1, 0.95))
    assert strong > weak


@pytest.mark.parametrize("grip", ["keys", "mouse", "serial"])
def test_a_patient_plays_the_cup_in_every_way(grip: str) -> None:
    trials = played("cup", Traits(0.9, lapse=0.0), 1, 5, grip)
    assert sum(trial.hit for trial in trials) >= 4
    assert {trial.played_with for trial in trials} == {grip}


def test_the_curves_of_ability_go_the_right_way_between_their_ends() -> None:
    assert (sway(0.0), sway(1.0)) == (pytest.approx(0.045), pytest.approx(0.009))
    assert (wobble(0.0), wobble(1.0)) == (pytest.approx(6.5), pytest.approx(1.0))
    assert (pace(0.0), pace(1.0)) == (pytest.approx(22.0), pytest.approx(70.0))


def test_practice_adds_and_fatigue_takes_away_and_a_rest_gives_it_back() -> None:
    traits = Traits(0.5, practice=0.2, fatigue=0.1)
    assert traits.now(0, 0) == 0.5
    assert traits.now(500, 0) == pytest.approx(0.7, abs=0.01)
    assert traits.now(30, 30) < traits.now(30, 0)
    assert 0.0 <= Traits(0.0, fatigue=0.9).now(500, 500) <= Traits(1.0, practice=0.9).now(500, 0) <= 1.0


@pytest.mark.parametrize("ability", [-0.01, 1.01, float("nan")])
def test_an_ability_outside_the_scale_is_refused(ability: float) -> None:
    with pytest.raises(ValueError, match="ability: must lie in"):
        Traits(ability)


def test_lapses_make_some_answers_slow() -> None:
    sure = values(played("ladybirds", Traits(0.6, lapse=0.0), 3, 20), "reaction_ms")
    vague = values(played("ladybirds", Traits(0.6, lapse=0.9), 3, 20), "reaction_ms")
    assert mean(vague) > 1.5 * mean(sure)


def test_the_same_patient_does_the_same_and_another_seed_something_else() -> None:
    ours, again, other = (played("ladybirds", Traits(0.5), 3, 4, seed=seed) for seed in (3, 3, 4))
    assert ours == again
    assert ours != other


def test_a_patient_without_a_trial_under_way_presses_nothing_but_buttons() -> None:
    session = session_of("ladybirds", profile=Profile(hand=Side.LEFT))
    patient, keys = Patient(Traits(0.5)), set()
    while session.trials == () and session.now < 2000:
        before = type(session.phase).__name__
        samples = patient.samples(session)
        keys |= {(before, sample.channel) for sample in samples if sample.value > 0}
        _ticked(session, samples)
    assert {key for phase, key in keys if phase == "Demo"} == {"key.ENTER"}
    assert {key for phase, key in keys if phase == "Playing"} <= {"key.F", "key.D", "key.S", "key.A", "key.SPACE"}


def _ticked(session: Session, samples: object) -> None:
    session.tick(samples)  # type: ignore[arg-type]
