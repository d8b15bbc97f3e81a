"""Check that the demonstration shows how it is done, for every game and rung, calmly and without a fault."""

import pytest
from practice import GAMES, LADDERS

from engine import ghost
from engine.chance import Chance
from engine.game import Event, Follow, Grip, Intent, Lift, Outcome, Point, Press, Setting, Squeeze, Tap
from engine.ghost import Ghost, along
from engine.hand import Finger
from engine.ticks import seconds, to_ms

EASY_S, ANY_S = 20.0, 60.0
HURRIED = {("ladybirds", rung) for rung in range(19, 22)}  # no thinking hand is as quick as these ask for


def shown(game: str, params: object, seed: int) -> tuple[Outcome, float]:
    """Return how the demonstration ends, and after how many seconds."""
    state, hand = GAMES[game].start(params, Chance(seed), Setting()), Ghost()
    for tick in range(seconds(200)):
        hand, events = ghost.move(hand, GAMES[game].intent(state), tick)
        step = GAMES[game].step(state, tick, events)
        state = step.state
        if step.outcome is not None:
            return step.outcome, tick / 120
    raise AssertionError(f"the demonstration of {game} does not end: {state}")


RUNGS = [(game, level.rung) for game in GAMES for level in LADDERS[game].levels]


@pytest.mark.parametrize(("game", "rung"), RUNGS)
def test_the_demonstration_of_every_rung_ends_in_a_hit(game: str, rung: int) -> None:
    level = LADDERS[game].levels[rung - 1]
    for position, seed in ((0.0, 1), (1.0, 2)):
        outcome, took_s = shown(game, level.params(position), seed)
        assert took_s < (EASY_S if rung <= 8 else ANY_S)
        if (game, rung) not in HURRIED:
            assert (outcome.result, outcome.cause) == ("hit", "")


def moved(intents: list[Intent | None], hand: Ghost | None = None) -> tuple[Ghost, list[Event]]:
    hand, felt = hand or Ghost(), []
    for tick, intent in enumerate(intents):
        hand, events = ghost.move(hand, intent, tick)
        felt += events
    return hand, felt


def test_it_looks_before_it_presses_presses_once_and_lifts_again() -> None:
    press = Press(Finger.RING, 1.0, 2.0)
    _, felt = moved([press] * seconds(1.2))
    assert [type(event) for event in felt] == [Tap, Lift]
    assert felt[0].at_ms == pytest.approx(ghost.THINK_MS, abs=10)
    assert felt[1].at_ms - felt[0].at_ms == pytest.approx(ghost.HOLD_MS, abs=10)


def test_it_thinks_anew_when_another_finger_is_asked_for() -> None:
    half = seconds(0.6)
    _, felt = moved([Press(Finger.RING, 1.0, 2.0)] * half + [Press(Finger.INDEX, 1.0, 2.0)] * half)
    assert felt == []


def test_it_squeezes_steadily_and_lets_go_no_faster_than_asked() -> None:
    up, felt = moved([Squeeze(0.2)] * seconds(2))
    shares = [event.share for event in felt if isinstance(event, Grip)]
    assert shares[-1] == pytest.approx(0.2)
    assert max(b - a for a, b in zip(shares, shares[1:], strict=False)) <= ghost.SQUEEZE_PER_S / 120 + 1e-5
    _, felt = moved([Squeeze(0.0, 0.05)] * seconds(1), up)
    assert isinstance(felt[-1], Grip)
    assert felt[-1].share == pytest.approx(0.15, abs=0.001)


def test_it_goes_down_on_the_way_and_follows_it() -> None:
    way = ((0.0, 0.0), (100.0, 0.0))
    _, felt = moved([Follow(way)])
    assert felt == [Point(0.0, 0.0, "down", 0.0)]
    hand, felt = moved([Follow(way)] * 2)
    assert felt[-1] == Point(pytest.approx(0.25, abs=1e-3), 0.0, "move", to_ms(1))
    assert hand.acting


def test_it_does_nothing_where_nothing_is_to_be_done() -> None:
    assert moved([None] * 100) == (Ghost(), [])


def test_a_distance_along_a_bent_way_goes_round_the_corner_and_stops_at_the_end() -> None:
    way = ((0.0, 0.0), (3.0, 0.0), (3.0, 0.0), (3.0, 4.0))
    assert [along(way, far) for far in (0.0, 2.0, 5.0, 99.0)] == [(0.0, 0.0), (2.0, 0.0), (3.0, 2.0), (3.0, 4.0)]


def test_the_drawn_hand_points_at_the_place_with_its_finger_tip_and_presses_when_it_does() -> None:
    assert ghost.hand(Ghost(), 4.6) == ()
    assert ghost.hand(Ghost(at=(1, 1), force=0.1), 4.6) == ()
    one, other = (ghost.hand(Ghost(at=at, led=led), 4.6)[0] for at, led in (((0, 0), False), ((10, 20), True)))
    assert (one.name, other.name) == ("hand-point", "hand-point-press")  # type: ignore[union-attr]
    assert (other.x - one.x, other.y - one.y) == (pytest.approx(46), pytest.approx(92))  # type: ignore[union-attr]
