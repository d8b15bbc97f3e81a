"""Where one side is not seen, all is in the other: games in a window, screens at the edge, and a bar to look for."""

from functools import cache
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from practice import GAMES, plan_of, session_of

from app import rooms
from engine import focus, screens
from engine.focus import SEEN, Focus, anchor, in_sight
from engine.game import Follow, Press, Touch
from engine.hand import Side
from engine.phases import After, Playing
from engine.plan import from_header, to_header
from engine.profile import Profile
from engine.program import Block
from engine.recording import header_line, parse
from engine.replay import verify
from engine.scene import STAGE_H, STAGE_W, Arc, Bar, Button, Circle, Path, Picture, Scene, Shape, Words
from engine.session import Session
from engine.simulate import Patient, Traits

SIDES = (Side.LEFT, Side.RIGHT)
TRIALS = 4


def ends(shape: Shape) -> tuple[float, float]:
    """Return the leftmost and the rightmost x of a shape."""
    if isinstance(shape, Path):
        return min(x for x, _ in shape.points), max(x for x, _ in shape.points)
    half = shape.r if isinstance(shape, Circle | Arc) else (shape.width if isinstance(shape, Words) else shape.w) / 2
    return shape.x - half, shape.x + half


def is_seen(shape: Shape, profile: Profile, share: float) -> bool:
    """Tell whether a shape stands within a share of the stage, from the edge that is seen."""
    left, right = ends(shape)
    if profile.seen is Side.RIGHT:
        return left >= STAGE_W * (1 - share) - 0.01
    return right <= STAGE_W * share + 0.01


@cache
def played(game: str, unseen: Side | None, hand: Side = Side.RIGHT, scan: bool = False) -> tuple[Session, list[Scene]]:
    """Return a session that a skilled patient played, and what was seen on the way."""
    session = session_of(Block(game, TRIALS, 3), profile=Profile(unseen=unseen, hand=hand), grip="serial", scan=scan)
    patient, seen = Patient(Traits(0.9, lapse=0.0), 3), []
    while not session.over:
        if session.now % 30 == 0 and isinstance(session.phase, Playing | After):
            seen.append(session.scene())
        session.tick(patient.samples(session))
    return session, seen


def covers(scene: Scene, where: Focus) -> list[Bar]:
    """Return what covers the stage around the window of a game."""
    bars = [s for s in scene.shapes if isinstance(s, Bar) and s.fill == "ground" and s.alpha == 1.0]
    right, high = where.left + STAGE_W * where.scale, where.low + STAGE_H * where.scale
    return [b for b in bars if b.x + b.w / 2 <= where.left or b.x - b.w / 2 >= right or b.y - b.h / 2 >= high
            or b.y + b.h / 2 <= where.low]  # fmt: skip


@pytest.mark.parametrize("unseen", SIDES)
@pytest.mark.parametrize("game", GAMES)
def test_no_game_shows_anything_beyond_the_seen_part_but_the_bar(game: str, unseen: Side) -> None:
    session, seen = played(game, unseen)
    profile, where = session.plan.profile, session.focus
    window = Bar(where.middle, 0, STAGE_W * where.scale, 9)
    assert is_seen(window, profile, SEEN)
    assert seen
    for scene in seen:
        around = covers(scene, where)
        assert sum(b.w * b.h for b in around) == pytest.approx(STAGE_W * STAGE_H * (1 - where.scale**2))
        last = max(scene.shapes.index(bar) for bar in around)
        over = [shape for shape in scene.shapes[last + 1 :] if shape not in anchor(profile)]
        assert all(is_seen(shape, profile, SEEN) for shape in over)
        assert anchor(profile)[0] in scene.shapes


@pytest.mark.parametrize(("game", "unseen"), list(zip(GAMES, cycle(SIDES), strict=False)))
def test_a_game_in_sight_is_won_about_as_often(game: str, unseen: Side) -> None:
    near, whole = (sum(trial.hit for trial in played(game, side)[0].trials) for side in (unseen, None))
    assert len(played(game, unseen)[0].trials) == TRIALS
    assert near >= whole - 1
    assert near >= TRIALS / 2


@pytest.mark.parametrize("unseen", SIDES)
def test_a_left_hand_is_mirrored_in_sight_too(unseen: Side) -> None:
    for game in ("cup", "brook", "buttons"):
        assert sum(trial.hit for trial in played(game, unseen, Side.LEFT)[0].trials) >= TRIALS / 2


@pytest.mark.parametrize("units_per_mm", [1.5, 4.6, 7.4, 9.0])
@pytest.mark.parametrize("game", GAMES)
def test_all_that_is_asked_for_lies_in_the_window_and_is_as_large_as_it_says(game: str, units_per_mm: float) -> None:
    profile = Profile(unseen=Side.LEFT, units_per_mm=units_per_mm)
    session = session_of(Block(game, 1), profile=profile, grip="serial")
    patient = Patient(Traits(0.9, lapse=0.0), 3)
    own = session.focus.units_per_mm(units_per_mm)
    assert own * session.focus.scale == pytest.approx(units_per_mm)
    while not session.trials and session.now < 20_000:
        if isinstance(session.phase, Playing):
            intent = session.game.intent(session.phase.state)
            places = intent.ahead[:1] if isinstance(intent, Follow) else ()
            places = ((intent.x_mm, intent.y_mm),) if isinstance(intent, Press | Touch) else places
            for x, y in places:
                assert -20 <= STAGE_W / 2 + x * own <= STAGE_W + 20
                assert -20 <= STAGE_H / 2 + y * own <= STAGE_H + 20
        session.tick(patient.samples(session))
    assert session.trials


@given(st.floats(0, STAGE_W), st.floats(0, STAGE_H), st.sampled_from([None, *SIDES]))
def test_where_the_pointer_is_read_is_where_the_thing_is_seen(x: float, y: float, unseen: Side | None) -> None:
    where = focus.of(Profile(unseen=unseen), False)
    back = where.out(*where.into(x, y))
    assert back == pytest.approx((x, y), abs=0.011)
    assert where.into(*where.out(x, y)) == pytest.approx((x, y), abs=0.02)


@pytest.mark.parametrize("unseen", SIDES)
def test_targets_move_across_only_when_the_program_says_so(unseen: Side) -> None:
    session, seen = played("brook", unseen, scan=True)
    assert session.focus.whole
    assert all(anchor(session.plan.profile)[0] in scene.shapes for scene in seen)
    assert not any(covers(scene, played("brook", unseen)[0].focus) for scene in seen)


def test_who_sees_both_sides_sees_no_bar_and_no_window() -> None:
    session, seen = played("cup", None)
    assert session.focus.whole
    assert anchor(session.plan.profile) == ()
    assert not any(isinstance(s, Bar) and s.h > STAGE_H - 30 for scene in seen for s in scene.shapes)


@pytest.mark.parametrize(("grip", "game"), [("keys", "brook"), ("mouse", "cup"), ("keys", "buttons")])
def test_a_session_in_sight_is_recorded_raw_and_replays_equal(grip: str, game: str) -> None:
    plan = plan_of(Block(game, 2), profile=Profile(unseen=Side.LEFT), grip=grip)
    session, patient = Session(plan, GAMES), Patient(Traits(0.7), 5)
    lines = [header_line(to_header(plan))]
    while not session.over:
        lines.extend(session.tick(patient.samples(session)).lines)
    recording = parse(lines)
    assert all(
        s.x >= session.focus.left for _, row in recording.samples for s in row if s.channel == "mouse" and s.value
    )
    shown = verify(recording, rooms.all_games())
    assert shown.difference == ""
    assert shown.trials == 2


def test_a_recording_from_before_there_was_a_window_is_replayed_on_the_whole_stage() -> None:
    header = to_header(plan_of("cup", profile=Profile(unseen=Side.LEFT)))
    assert from_header(header, GAMES).program.scan is False
    del header["program"]["scan"]
    assert from_header(header, GAMES).program.scan is True


@pytest.mark.parametrize("unseen", SIDES)
def test_screens_stand_in_sight_once_with_the_bar_and_keep_stop_at_its_place(unseen: Side) -> None:
    profile = Profile(unseen=unseen)
    stop = screens.stop_button(profile)
    for scene in (
        screens.home(),
        screens.pick(tuple(GAMES)),
        screens.settings(profile, 0),
        screens.paused("idle") + (stop,),
    ):
        shown = in_sight(scene, profile)
        assert in_sight(shown, profile) == shown
        assert all(is_seen(s, profile, focus.IN_SIGHT) for s in shown.shapes if s not in anchor(profile))
        assert anchor(profile)[0] in shown.shapes
    assert stop in shown.shapes
    assert in_sight(screens.home(), Profile()) == screens.home()


def test_the_small_button_that_leads_away_is_at_the_seen_edge() -> None:
    for profile, x in ((Profile(unseen=Side.LEFT), STAGE_W - 119.0), (Profile(unseen=Side.RIGHT), 119.0)):
        buttons = in_sight(screens.pick(("cup",)), profile).buttons
        assert [b.x for b in buttons if b.action == "home"] == [x]
        assert all(isinstance(b, Button) for b in buttons)


def test_a_shape_of_each_kind_is_made_smaller_about_the_same_point() -> None:
    where = Focus(100.0, 10.0, 0.5)
    shapes = (
        Circle(200, 100, 40, "good", "ink", 6), Arc(200, 100, 40, 0.5, "good", 10),
        Bar(200, 100, 80, 60, "card", 12, "ink", 6),
        Path(((200.0, 100.0), (400.0, 100.0)), "ink", 8), Path(((200.0, 100.0), (400.0, 100.0)), "ink", (8.0, 2.0)),
        Picture("cup", 200, 100, 80, 60, 30), Words("home.title", 200, 100, 60, width=400),
        Button("a", 200, 100, 80, 60),
    )  # fmt: skip
    for shape, moved in zip(shapes, where.moved(shapes), strict=True):
        assert [v / 2 + 100 for v in ends(shape)] == pytest.approx(list(ends(moved)))
    words = where.moved(shapes)[6]
    assert isinstance(words, Words)
    assert (words.x, words.y, words.size) == (200, 60, 30)
    assert where.moved((Words("home.title", 0, 0, 30),))[0].size == focus.LEAST_LETTERS
