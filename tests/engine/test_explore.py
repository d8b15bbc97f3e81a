"""Edges can be sought on purpose, at an easy rung, without a score."""

from dataclasses import replace

import pytest
from practice import GAMES, GENTLE, LADDERS, begin, key, mouse, plan_of, play, press, rest_for, session_of

from engine import recording
from engine.calibration import mouse_height
from engine.game import AnyGame
from engine.phases import Found, Paused, Playing, Seek, Stopped, Summary
from engine.plan import from_header, to_header
from engine.program import Block
from engine.replay import verify
from engine.safety import Limits
from engine.sample import Sample
from engine.scene import Words
from engine.session import EDGES_AT, Session
from engine.simulate import COUNTS
from engine.ticks import to_ms

EDGES = [name for name, game in GAMES.items() if game.edges]
CUP = GAMES["cup"]


def exploring(**more: object) -> Session:
    session = session_of(Block("cup", explore=True), grip="mouse", **more)  # type: ignore[arg-type]
    begin(session)
    assert isinstance(session.phase, Seek)
    return session


def seek(session: Session, share: float, most: int = 6000) -> list[str]:
    """Start, and squeeze with ``share`` by the mouse until something was found; return the recording's lines."""
    rest_for(session, 0.6)
    lines = [line for frame in press(session, "ENTER") for line in frame.lines]
    if isinstance(session.phase, Seek):
        lines += [line for frame in press(session, "ENTER") for line in frame.lines]
    for _ in range(most):
        if isinstance(session.phase, Found):
            return lines
        lines += session.tick((mouse(session, 400, mouse_height(share)),)).lines
    raise AssertionError(session.phase)


def test_there_are_edges_to_be_found_too_soft_and_too_hard() -> None:
    assert {"too-soft", "too-hard"} <= set(CUP.edges)


def test_what_was_sought_on_purpose_is_found_and_noted_and_nothing_is_scored_or_learned() -> None:
    session = exploring()
    sought = session.phase.cause  # type: ignore[union-attr]
    params = LADDERS["cup"].params(EDGES_AT)
    share = params.target - params.band if sought == "too-soft" else params.target + params.band
    lines = seek(session, share - 0.012 if sought == "too-soft" else share + 0.012)
    assert session.edges == ((sought, sought),)
    assert f'{{"note":"explore.cup.{sought}.{sought}"}}' in lines
    assert session.trials == ()
    words = {shape.key for shape in session.scene().shapes if isinstance(shape, Words)}
    assert "seek.there" in words


def test_only_an_easy_rung_is_played() -> None:
    session = exploring()
    rest_for(session, 0.6)
    press(session, "ENTER")
    assert isinstance(session.phase, Playing)
    assert session.phase.state.params == LADDERS["cup"].params(EDGES_AT)


def test_every_edge_is_sought_twice_and_then_it_is_over_with_what_was_found() -> None:
    session = exploring()
    while session.end is None:
        if isinstance(session.phase, Seek):
            seek(session, 0.42 if session.phase.cause == "too-hard" else 0.02)
        session.tick((mouse(session, 400, 130),))
    assert isinstance(session.phase, Summary)
    assert session.end.how == "done"
    assert [sought for sought, _ in session.edges] == list(CUP.edges) * 2
    assert session.trials == ()
    assert {"seek.title"} <= {shape.key for shape in session.scene().shapes if isinstance(shape, Words)}


def test_stop_ends_it_at_once_and_nothing_is_played_after_it() -> None:
    session = exploring()
    rest_for(session, 0.6)
    press(session, "ENTER")
    session.tick((key(session, "ESCAPE"),))
    assert isinstance(session.phase, Stopped)
    for _ in range(600):
        session.tick((mouse(session, 400, 400),))
        assert not isinstance(session.phase, Playing | Seek | Found)


@pytest.mark.parametrize("cap", [0.12, 0.2, 0.3, 0.4])
@pytest.mark.parametrize("name", EDGES)
def test_no_force_above_the_cap_is_asked_for(name: str, cap: float) -> None:
    try:
        session = session_of(Block(name, explore=True), grip="keys", limits=Limits(cap=cap))
    except ValueError:  # not even the easiest one is allowed
        assert GAMES[name].peak(LADDERS[name].params(0.0)) > cap
        return
    assert GAMES[name].peak(session.phase.state.params) <= cap  # type: ignore[union-attr]


def test_a_force_that_is_really_too_hard_pauses_as_ever() -> None:
    session = session_of(Block("cup", explore=True), grip="serial", program=GENTLE)
    play(session, until=lambda s: isinstance(s.phase, Playing))
    session.tick((Sample("grip", to_ms(session.now), COUNTS.zero + 0.9 * (COUNTS.full - COUNTS.zero)),))
    for _ in range(40):
        session.tick((Sample("grip", to_ms(session.now), COUNTS.zero + 0.9 * (COUNTS.full - COUNTS.zero)),))
    assert isinstance(session.phase, Paused)
    assert session.phase.reason == "hard"


def test_it_replays_the_same() -> None:
    plan = plan_of(Block("cup", explore=True), grip="mouse")
    session = Session(plan, GAMES)
    lines = [recording.header_line(to_header(plan))]
    for tick in range(4000):
        pressed = (key(session, "ENTER", tick % 90 == 0),) if tick % 45 == 0 else ()
        lines += session.tick((mouse(session, 400, 300.0 + tick % 40), *pressed)).lines
    kept = recording.parse(lines)
    assert kept.notes
    assert from_header(kept.header, GAMES).program.blocks[0].explore
    assert verify(kept, GAMES).same


@pytest.mark.parametrize("name", [name for name, game in GAMES.items() if not game.edges])
def test_a_game_without_edges_is_refused_before_anything_is_played(name: str) -> None:
    with pytest.raises(ValueError, match="no edge to explore"):
        session_of(Block(name, explore=True))


@pytest.mark.parametrize("name", EDGES)
def test_every_edge_has_its_words_and_its_picture(name: str) -> None:
    from engine.screens import SEEK_ICONS

    game: AnyGame = GAMES[name]
    assert set(game.edges) <= set(SEEK_ICONS)
    assert replace(game, edges=()).edges == ()


def test_an_explored_game_may_stand_among_others_in_a_program() -> None:
    session = session_of(Block("cup", explore=True), Block("ladybirds", 2), Block("kite", explore=True), grip="serial")
    play(session, ability=0.6)
    assert session.end is not None
    assert session.end.how == "done"
    assert [trial.game for trial in session.trials] == ["ladybirds"] * 2
    assert [sought for sought, _ in session.edges] == [*CUP.edges, *CUP.edges, *GAMES["kite"].edges * 2]
