"""An assessment is led from the screen of games to its end: one hand, then the other; it can stop and go on."""

import gzip
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from practice import WELL

from app import rooms
from app.cli import main
from app.daily import Daily
from app.logbook import Logbook
from app.visit import Visit, Wish
from engine import assessment
from engine.hand import Side
from engine.phases import Rest, Summary
from engine.profile import Profile
from engine.recording import parse
from engine.replay import verify
from engine.sample import Sample
from engine.scene import Words
from engine.session import Session
from engine.simulate import Patient, Traits
from engine.ticks import seconds, to_ms
from games.assess import choice, taps

CODE = Profile().patient


class Clinic:
    """A visit that is driven by clicks, and whose hand is a simulated one; its clock is set by hand."""

    def __init__(self, folder: Path, profile: Profile | None = None, wish: Wish | None = None) -> None:
        (folder / "settings.toml").write_text('hand = "right"\n')
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        self.logbook = Logbook(folder, lambda: self.now, UTC)
        self.visit = Visit(folder, profile or Profile(), self.logbook, wish)
        self.visit.ready()

    @property
    def actions(self) -> list[str]:
        return [button.action for button in self.visit.scene().buttons]

    @property
    def words(self) -> list[str]:
        return [shape.key for shape in self.visit.scene().shapes if isinstance(shape, Words)]

    def click(self, *actions: str) -> "Clinic":
        for action in actions:
            for _ in range(seconds(0.6)):
                self.visit.tick()
            button = next(b for b in self.visit.scene().buttons if b.action == action)
            for value in (1.0, 0.0):
                self.visit.tick((Sample("mouse", to_ms(self.visit.now + 1), value, button.x, button.y),))
        return self

    def to_assess(self) -> "Clinic":
        self.click("pick")
        while "play assess" not in self.actions:
            self.click("more")
        return self.click("play assess")

    def play(self, until: int = 99) -> None:
        """Let a simulated patient play up to so many tries, and then go on to the screen that follows."""
        session = self.visit.session
        assert session is not None
        patient = Patient(Traits(0.9, lapse=0.0), 1)
        while self.visit.session is not None and len(session.trials) < until:
            begun_ms = to_ms(self.visit.now - session.now)
            self.visit.tick([replace(s, at_ms=s.at_ms + begun_ms) for s in patient.samples(session)])
            assert session.now < seconds(900)
        self.now += timedelta(seconds=session.now / 120)


@pytest.fixture(autouse=True, scope="module")
def shorter() -> Iterator[None]:
    """Let the longest items be short: how long they take is not what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(taps, "RUNGS", ({"tap_ms": 3000},))
        patch.setattr(choice, "RUNGS", ({"count": 6},))
        yield


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    made = Clinic(tmp_path)
    yield made
    made.logbook.close()


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Clinic, Session]]:
    """Return a visit in which the right hand was just looked at, and the session of it."""
    made = Clinic(tmp_path_factory.mktemp("assessed"))
    made.to_assess().click(*WELL)
    session = made.visit.session
    assert session is not None
    made.play()
    yield made, session
    made.logbook.close()


def words_of(session: Session) -> list[str]:
    return [shape.key for shape in session.scene().shapes if isinstance(shape, Words)]


def test_nothing_is_told_of_it_but_thanks(assessed: tuple[Clinic, Session]) -> None:
    _, session = assessed
    assert session.plan.profile.hand is Side.RIGHT
    assert {trial.told for trial in session.trials} == {False}
    assert {trial.reason for trial in session.trials} == {"reason.probe"}
    assert isinstance(session.phase, Summary)
    assert "assess.thanks" in words_of(session)


def test_every_item_is_kept_and_the_other_hand_comes_next(assessed: tuple[Clinic, Session]) -> None:
    clinic, _ = assessed
    found = assessment.results(clinic.logbook.sittings(CODE), "right")
    assert len(found) == len(assessment.ITEMS) - 1, "without a sensor there is no grip"
    again = Clinic(clinic.logbook.data_dir)
    again.now = clinic.now
    again.to_assess().click(*WELL)
    assert again.visit.session is not None, "no hours lie between the two hands"
    assert again.visit.session.plan.profile.hand is Side.LEFT
    again.logbook.close()


def test_the_overview_offers_the_other_hand_or_to_go_on_later(assessed: tuple[Clinic, Session]) -> None:
    clinic, _ = assessed
    assert "assess.more" in clinic.words
    assert clinic.actions == ["assess left", "home"]


def test_a_rest_offers_no_reason_for_what_is_the_same_every_time(clinic: Clinic) -> None:
    clinic.to_assess().click(*WELL)
    clinic.play(until=1)
    session = clinic.visit.session
    assert session is not None
    while not isinstance(session.phase, Rest):
        clinic.visit.tick()
    assert "why" not in [button.action for button in session.scene().buttons]


def test_the_minutes_count_as_practice_and_pain_is_asked_at_the_end(assessed: tuple[Clinic, Session]) -> None:
    clinic, _ = assessed
    assert [e.values["pain"] for e in clinic.logbook.diary(CODE, ("told",))][-1:] == [0]
    [done] = clinic.visit.daily.history
    assert done.minutes > 1


def test_what_it_found_says_where_games_begin_that_were_never_played(
    assessed: tuple[Clinic, Session], clinic: Clinic
) -> None:
    assert clinic.visit.daily.frame.expected == ()
    again = Clinic(assessed[0].logbook.data_dir)
    expected = dict(again.visit.daily.frame.expected)
    assert set(expected) == set(rooms.all_games())
    assert expected["cup"] > 20
    again.logbook.close()


def test_a_recording_of_an_assessment_gives_the_same_again(assessed: tuple[Clinic, Session]) -> None:
    clinic, session = assessed
    [path] = clinic.logbook.data_dir.rglob("*.jsonl.gz")
    shown = verify(parse(gzip.decompress(path.read_bytes()).decode().splitlines()), rooms.everything())
    assert shown.same
    assert shown.trials == len(session.trials) == len(assessment.ITEMS) - 1


@pytest.mark.parametrize("crashes", [True, False])
def test_it_may_stop_anywhere_and_goes_on_with_what_is_left(clinic: Clinic, crashes: bool) -> None:
    clinic.to_assess().click(*WELL)
    clinic.play(until=2)
    if not crashes:
        clinic.visit.close()
    clinic.logbook.close()
    again = Clinic(clinic.logbook.data_dir)
    again.now += timedelta(days=2)
    assert ("again" in again.actions) is crashes
    again = again.click("again") if crashes else again.to_assess()
    again.click(*WELL)
    session = again.visit.session
    assert session is not None
    asked = assessment.asked(session.plan.program.blocks)
    assert asked == tuple(item.name for item in assessment.ITEMS[3:]), "what was done is not asked again"
    again.logbook.close()


def test_a_closed_day_closes_the_assessment_as_well(clinic: Clinic) -> None:
    clinic.to_assess().click("start", "scale 8", "news no")
    assert clinic.visit.session is None
    assert clinic.visit.daily.closed == "guard.pain-high"


def test_after_a_stop_for_pain_it_says_at_once_that_the_day_is_over_and_offers_only_home(clinic: Clinic) -> None:
    clinic.to_assess().click(*WELL)
    clinic.play(until=2)
    clinic.click("stop")
    while clinic.actions != ["home"]:
        clinic.click("pain")
    while clinic.visit.session is not None:
        clinic.click("home")
    assert "guard.stopped-pain" in clinic.words
    assert clinic.actions == ["home"]


def test_the_plan_says_what_it_is_how_long_it_takes_and_of_how_many_parts(clinic: Clinic) -> None:
    clinic.to_assess()
    shown = {shape.key: dict(shape.values) for shape in clinic.visit.scene().shapes if isinstance(shape, Words)}
    assert "assess.look-right" in shown
    assert shown["assess.parts"] == {"n": str(len(assessment.ITEMS) - 1)}
    assert int(shown["day.minutes"]["n"]) >= 4
    assert not {"day.title", "day.bout"} & set(shown)


def test_what_was_tried_counts_as_done_and_comes_once_more_after_what_was_not(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.to_assess().click(*WELL)
    clinic.play(until=2)
    clinic.visit.close()
    clinic.logbook.close()
    poor = assessment.Quality("repeat", ("out-of-band",))
    monkeypatch.setattr(assessment, "quality", lambda *_: poor)
    again = Clinic(clinic.logbook.data_dir)
    again.visit._show("assess")
    texts = [(shape.key, shape.values) for shape in again.visit.scene().shapes if isinstance(shape, Words)]
    assert ("assess.of", (("n", "2"), ("of", "10"))) in texts
    assert ("assess.again", (("n", "2"),)) in texts
    again.click("assess right")
    assert "assess.repeats" in again.words
    again.click(*WELL)
    assert again.visit.session is not None
    blocks = again.visit.session.plan.program.blocks
    names = [(block.game, block.level) for block in blocks]
    assert names[0] == ("assess-ramp", 1)
    assert names[-2:] == [("assess-hold", 1), ("assess-hold", 2)]
    again.logbook.close()


def test_the_command_line_leads_straight_to_one_hand(tmp_path: Path) -> None:
    clinic = Clinic(tmp_path, wish=Wish(assess=True, hand=Side.LEFT))
    clinic.click(*WELL)
    assert clinic.visit.session is not None
    assert clinic.visit.session.plan.profile.hand is Side.LEFT
    clinic.logbook.close()


def test_a_simulated_patient_does_it_without_a_screen(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [assessment.BY_NAME[name] for name in ("grip", "hold-40", "ring")]
    monkeypatch.setattr(assessment, "possible", lambda *_: few)
    assert main(["assess", "--simulate", "--hand", "left", "--ability", "0.9", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["left"]["items"]) == {"grip", "hold-40", "ring"}
    assert told["left"]["items"]["hold-40"]["notes"] == ["lowered"]
    assert set(told["left"]["expected"]) == {"buttons"}
    assert main(["assess", "--simulate", "--hand", "both", "--ability", "0.9"]) == 0
    told = capsys.readouterr().out
    assert "right hand" in told
    assert "less force asked than usual, because of the cap" in told
    assert "No norms" in told


def test_without_anything_kept_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(Logbook(tmp_path)) as logbook:
        logbook.open()
    assert main(["assess", "--show", "--data", str(tmp_path)]) == 0
    assert "no assessment is kept" in capsys.readouterr().out


def test_the_plan_offers_it_when_it_is_time_to_look_at_the_program_again(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.click("practice")
    assert "assess" not in clinic.actions
    monkeypatch.setattr(Daily, "is_to_be_looked_at", True)
    clinic.click("home", "practice")
    clinic.click("assess", *WELL)
    assert clinic.visit.session is not None
    assert clinic.visit.session.plan.program.name == assessment.NAME
