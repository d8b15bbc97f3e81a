"""From home through the check-in and a practice back home: by keys alone, by one switch, and by a resting pointer."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from practice import begin, phase_is, play, rest_for, session_of

from app import rooms, settings
from app.logbook import Logbook
from app.visit import Visit, Wish, changed
from engine import screens
from engine.game import ONE_SWITCH, Touch
from engine.hand import Side
from engine.phases import After, Paused, Playing
from engine.profile import Profile
from engine.program import Block
from engine.sample import Sample
from engine.scene import Button
from engine.session import IDLE_S, SELF_PACED_IDLE_S
from engine.simulate import Patient, Traits
from engine.ticks import seconds, to_ms

# What a patient presses who has no pain, is not tired and wants to go on; the first one that is there.
WANTED = (
    "start", "scale 0", "news no", "flags done", "told", "go on", "ready", "say steady", "say force", "say rests",
    "skip", "done", "well", "home",
)  # fmt: skip
LONGEST_S = 400


class Way:
    """One way to press buttons: what the devices feel so that a button is pressed."""

    def __init__(self, way: str) -> None:
        self.way = way
        self._key, self._down = "", False
        self._pressed_at = 0

    def samples(self, visit: Visit, game: str) -> tuple[Sample, ...]:
        """Return what is felt at the next tick."""
        at_ms = to_ms(visit.now)
        if self._down:
            self._down = False
            return (Sample(f"key.{self._key}", at_ms, 0.0),)
        button = self._button(visit, game)
        if button is None or visit.now - self._pressed_at < seconds(0.15):
            return ()
        if self.way == "dwell":
            return (Sample("mouse", at_ms, 0.0, button.x, button.y),)
        key = self._next_key(visit, button)
        if not key:
            return ()
        self._key, self._down, self._pressed_at = key, True, visit.now
        return (Sample(f"key.{key}", at_ms, 1.0),)

    def _button(self, visit: Visit, game: str) -> Button | None:
        buttons = {button.action: button for button in visit.scene().buttons}
        wanted = (f"play {game}", *WANTED)
        if visit.session is None and "practice" in buttons:
            return buttons["pick"]
        if any(action.startswith("play ") for action in buttons):
            wanted = (f"play {game}", "more")
        return next((buttons[action] for action in wanted if action in buttons), None)

    def _next_key(self, visit: Visit, button: Button) -> str:
        focused = [b.action for b in visit.scene().buttons if b.focused >= 1]
        if self.way == "switch":
            return "SPACE" if focused == [button.action] and self._is_steady(visit) else ""
        return "ENTER" if focused == [button.action] else "RIGHT"

    def _is_steady(self, visit: Visit) -> bool:
        """Tell whether the focus has been where it is for a while: just after a step the button before is meant."""
        menu = visit.session._menu if visit.session is not None else visit._menu
        return visit_now(visit) - menu.scanned > seconds(0.5)


def visit_now(visit: Visit) -> int:
    """Return the tick that the menu on the screen counts by."""
    return visit.session.now if visit.session is not None else visit.now


def hand(visit: Visit, patient: Patient, way: str) -> Iterator[Sample]:
    """Yield what a hand does while a try is under way: one switch is one key."""
    session = visit.session
    assert session is not None
    if way == "switch" and session.game.skill == "aim":
        yield from pointed(visit)
        return
    for sample in patient.samples(session):
        switch = way == "switch" and sample.channel.startswith("key.")
        yield replace(sample, channel="key.SPACE") if switch else sample


def pointed(visit: Visit) -> Iterator[Sample]:
    """Yield a press of the one switch as a line comes to where a touch is asked for."""
    session = visit.session
    assert session is not None
    phase = session.phase
    if not isinstance(phase, Playing) or phase.sweep is None:
        return
    intent, line = session.game.intent(phase.state), phase.sweep
    if session.now % 40 == 0:
        yield Sample("key.SPACE", to_ms(visit.now), 0.0)
    if not isinstance(intent, Touch) or not line.axis or session.now % 40 < 3:
        return
    off = line.x_mm - intent.x_mm if line.axis == "x" else line.y_mm - intent.y_mm
    if abs(off) < 2:
        yield Sample("key.SPACE", to_ms(visit.now), 1.0)


def led(folder: Path, profile: Profile, game: str, way: str) -> tuple[Visit, list[str], int]:
    """Lead a visit by one way of pressing; return it, what was seen on the way, and how many tries there were."""
    settings.save(folder, profile)
    visit = Visit(folder, profile, Logbook(folder), Wish(trials=2))
    visit.ready()
    patient, presser, seen, tries = Patient(Traits(0.8, lapse=0.0), 1), Way(way), ["home"], 0
    while not (seen[-1] == "home" and len(seen) > 1):
        assert visit.now < seconds(LONGEST_S), seen
        session = visit.session
        if session is not None and isinstance(session.phase, Playing | After):
            visit.tick(tuple(hand(visit, patient, way)))
            tries = len(session.trials)
        else:
            visit.tick(presser.samples(visit, game))
        now = type(visit.session.phase).__name__ if visit.session is not None else visit._screen
        if now != seen[-1]:
            seen.append(now)
    return visit, seen, tries


@pytest.mark.parametrize(("way", "profile", "game"), [
    ("keys", Profile(), "ladybirds"), ("keys", Profile(), "brook"), ("keys", Profile(), "cup"),
    ("switch", Profile(scan_s=1.5), "ladybirds"), ("switch", Profile(scan_s=1.5), "cup"),
    ("switch", Profile(scan_s=1.5), "buttons"), ("dwell", Profile(dwell_s=0.5, grip="mouse"), "cup"),
])  # fmt: skip
def test_a_whole_day_can_be_led_in_one_way(tmp_path: Path, way: str, profile: Profile, game: str) -> None:
    _, seen, tries = led(tmp_path, profile, game, way)
    assert tries == 2
    assert {"home", "pick", "day", "Demo", "Playing", "Summary"} <= set(seen)


def test_with_one_switch_only_what_it_can_do_is_offered(tmp_path: Path) -> None:
    visit = Visit(tmp_path, Profile(scan_s=2.5), Logbook(tmp_path))
    games = rooms.all_games()
    offered = {game for game in games if game in visit._games()}
    assert offered == {name for name, game in games.items() if game.skill in ONE_SWITCH}
    assert {"ladybirds", "melody", "cup", "kite", "buttons"} <= offered
    assert all(set(task.games) <= offered for task in visit._tasks())
    assert Visit(tmp_path, Profile(), Logbook(tmp_path))._games() == tuple(games)


def test_without_hurry_no_clock_is_in_the_plan(tmp_path: Path) -> None:
    for hurry in (True, False):
        visit = Visit(tmp_path, Profile(hurry=hurry), Logbook(tmp_path))
        assert visit._plan(rooms.built_in_program()).program.speed is hurry


@pytest.mark.parametrize("patience", [1.0, 2.0, 4.0])
def test_the_pause_by_itself_comes_as_late_as_is_wished(patience: float) -> None:
    session = session_of(Block("zip", 1, 1), profile=Profile(patience=patience))
    begin(session)
    assert isinstance(session.phase, Playing)
    idle_s = SELF_PACED_IDLE_S if session.game.self_paced(session.phase.state.params) else IDLE_S
    session._idle = seconds(idle_s * patience - 2)
    rest_for(session, 1.0)
    assert isinstance(session.phase, Playing)
    rest_for(session, 2.0)
    assert session.phase == Paused("idle")


@pytest.mark.parametrize("game", rooms.all_games())
def test_calm_pictures_change_no_more_than_others_and_can_be_played(game: str) -> None:
    changes = []
    for calm in (True, False):
        session = session_of(Block(game, 1), profile=Profile(calm=calm))
        play(session, 0.9, until=phase_is(Playing))
        seen = []
        for _ in range(40):
            seen.append(set(session.scene().shapes))
            rest_for(session, 0.1)
        changes.append(sum(len(after - before) for before, after in pairwise(seen)))
        play(session, 0.9)
        assert session.trials
    assert changes[0] <= changes[1]


def test_each_step_of_a_setting_can_be_reached_and_read_back(tmp_path: Path) -> None:
    for what, name, steps in (
        ("text", "text_scale", screens.TEXT_SIZES), ("scan", "scan_s", screens.SCANS),
        ("dwell", "dwell_s", screens.DWELLS), ("debounce", "debounce_ms", screens.DEBOUNCES),
        ("cooldown", "cooldown_ms", screens.COOLDOWNS), ("patience", "patience", screens.PATIENCE),
    ):  # fmt: skip
        profile, found = Profile(), set()
        for _ in steps:
            profile = changed(profile, what)
            settings.save(tmp_path, profile)
            assert settings.load(tmp_path) == (profile, ())
            found.add(getattr(profile, name))
        assert found == set(steps)
        assert profile == Profile()
    sides = [Profile(unseen=None)]
    for _ in range(3):
        sides.append(changed(sides[-1], "seen"))
    assert [profile.unseen for profile in sides] == [None, Side.RIGHT, Side.LEFT, None]
    assert all(changed(Profile(), name) != Profile() for name in ("captions", "read", "hurry"))
