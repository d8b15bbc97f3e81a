"""Each new game is played in a real window by real keys, pointer or sensor: to a hit, and some to a miss.

All kinds of misses are played by hand, by ``play_every_game.py``; what came of it is in ``docs/played.md``.
"""

from pathlib import Path

import pytest
from play_every_game import EXCUSES, ROWS, at_speed, causes_of, later_card, take
from puppet import Spoil, as_asked, played, see_the_hint
from screen import Screen

from app import rooms

SEED = 1


def test_each_cause_that_a_game_names_is_in_the_table_of_what_is_played_by_hand() -> None:
    named = {(game, cause) for game in rooms.all_games() for cause in causes_of(game)}
    tried = {(row.game, row.cause) for row in ROWS}
    assert len(named) > 50
    assert named - tried == set(EXCUSES)
    assert {game for game, cause in tried if not cause} == set(rooms.all_games())


@pytest.mark.parametrize(
    ("game", "device", "misses"),
    [
        ("melody", "", []),
        ("buttons", "", []),
        ("kite", "mouse", []),
        ("market", "serial", []),
        ("letters", "", []),
        ("zip", "", [("too-fast", at_speed(lambda state: 3 * state.params.fastest_mm_s))]),
        ("kitchen", "", [("wrong-order", take(later_card))]),
    ],
)
def test_a_game_is_played_to_a_hit_and_to_misses_that_are_told(
    screen: Screen, tmp_path: Path, game: str, device: str, misses: list[tuple[str, Spoil]]
) -> None:
    with played(screen, tmp_path, game, 1, SEED, device, trials=1 + len(misses)) as puppet:
        for cause, spoil in [("", as_asked), *misses]:
            trial = puppet.play(spoil)
            assert (trial["game"], trial["cause"]) == (game, cause)
            assert trial["result"] == ("miss" if cause else "hit")
            if cause:
                see_the_hint(puppet.copy, cause)
        assert len(puppet.copy.trials()) == 1 + len(misses)
