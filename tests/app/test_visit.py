"""A visit without a display: first start, going on after a practice that was cut off, settings of this time only."""

from pathlib import Path

from practice import WELL

from app import settings
from app.logbook import Logbook
from app.visit import Visit, Wish, readable, rested
from engine import adaptive
from engine.fingers import Fingers
from engine.hand import Side
from engine.profile import Profile
from engine.program import Program
from engine.sample import Sample
from engine.simulate import Patient, Traits
from engine.ticks import seconds, to_ms


def visit_in(folder: Path, wish: Wish | None = None) -> Visit:
    visit = Visit(folder, settings.load(folder)[0], Logbook(folder), wish)
    visit.ready()
    return visit


def click(visit: Visit, action: str) -> None:
    """Press and let go of a button, once the screen may be pressed."""
    for _ in range(seconds(0.6)):
        visit.tick()
    button = next(button for button in visit.scene().buttons if button.action == action)
    for down in (1.0, 0.0):
        visit.tick([Sample("mouse", to_ms(visit.now), down, button.x, button.y)])


def actions(visit: Visit) -> list[str]:
    return [button.action for button in visit.scene().buttons]


def cut_off(folder: Path, trials: int) -> None:
    """Leave a practice of which some trials were kept and which never ended."""
    visit = visit_in(folder, Wish("ladybirds", trials=5))
    patient, session = Patient(Traits(0.8), 1), visit.session
    assert session is not None
    while len(session.trials) < trials:
        visit.tick(patient.samples(session))
    visit.logbook.close()


def test_the_very_first_start_asks_for_the_hand_and_the_next_one_does_not(tmp_path: Path) -> None:
    visit = visit_in(tmp_path)
    assert actions(visit) == ["hand left", "hand right"]
    click(visit, "hand left")
    assert "practice" in actions(visit)
    again = visit_in(tmp_path)
    assert (again.profile.hand, "practice" in actions(again)) == (Side.LEFT, True)


def test_a_practice_that_was_cut_off_is_offered_even_when_the_hand_is_asked_for_first(tmp_path: Path) -> None:
    cut_off(tmp_path, 2)
    visit = visit_in(tmp_path)
    click(visit, "hand right")
    assert actions(visit) == ["again", "home"]
    for action in ("again", *WELL):
        click(visit, action)
    assert visit.session is not None
    assert [(b.game, b.trials) for b in visit.session.plan.program.blocks] == [("ladybirds", 3)]
    assert visit.session.plan.beliefs, "what was learnt about the hand goes on as well"
    assert set(visit.session.plan.fingers) == set(visit.session.plan.beliefs), "and of its fingers"


def test_who_does_not_go_on_is_not_asked_again(tmp_path: Path) -> None:
    settings.save(tmp_path, Profile())
    cut_off(tmp_path, 1)
    visit = visit_in(tmp_path)
    click(visit, "home")
    visit.close()
    assert "practice" in actions(visit_in(tmp_path))


def test_a_hand_that_was_asked_for_this_time_is_not_kept_with_other_settings(tmp_path: Path) -> None:
    settings.save(tmp_path, Profile())
    visit = Visit(tmp_path, Profile(), Logbook(tmp_path), Wish(hand=Side.LEFT))
    assert visit.profile.hand is Side.LEFT
    click(visit, "settings")
    click(visit, "set palette")
    kept = settings.load(tmp_path)[0]
    assert (kept.hand, kept.palette) == (Side.RIGHT, "dark")


def test_fingers_of_which_nothing_can_be_read_are_begun_anew() -> None:
    assert readable(Fingers().to_json())
    assert not readable("{}")


def test_a_belief_that_cannot_be_read_is_begun_anew() -> None:
    program = Program("x", ())
    assert rested("{}", program, 5.0) == adaptive.start(program.aim).to_json()
