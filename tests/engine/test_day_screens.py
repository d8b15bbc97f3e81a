"""The screens around a bout: numbers large enough, STOP and home at their places, all in the half that is seen."""

import pytest

from engine import day_screens, focus, guard, menu, screens
from engine.day_screens import Day
from engine.hand import Side
from engine.profile import Profile
from engine.sample import Sample
from engine.scene import STAGE_W, Bar, Picture, Scene, Words

SIDES = (None, Side.LEFT, Side.RIGHT)
DAY = Day(("cup", "brook"), 12, 1, 2, (("reason.first", ()),), True)


def asked_scenes(profile: Profile) -> tuple[Scene, ...]:
    """Return every screen with a scale."""
    scenes = tuple(day_screens.scale(name, profile, True) for name in ("pain", "fatigue"))
    return (*scenes, day_screens.pain_now(profile), day_screens.effort(profile))


def in_play(profile: Profile) -> tuple[Scene, ...]:
    """Return the screens that come in a session."""
    waiting, tired = day_screens.waiting(30.0, 120.0, profile), day_screens.tired(90.0, profile)
    return (day_screens.pain_now(profile), day_screens.effort(profile), waiting, tired)


def at_home(profile: Profile) -> tuple[Scene, ...]:
    """Return screens before and after a session."""
    return (
        day_screens.today(DAY, profile), day_screens.scale("pain", profile), day_screens.news(profile),
        day_screens.flags(0, (), profile), day_screens.flags(1, guard.FLAGS, profile),
        day_screens.closed("guard.pain-high", profile, ("next.tomorrow", ()), ("mirror", "imagine")),
        day_screens.reflect("well", profile), day_screens.use(("drinking", "cooking", "money"), profile),
        day_screens.journal(("warm",), "", (True, False), profile), day_screens.words("A", profile),
    )  # fmt: skip


@pytest.mark.parametrize("unseen", SIDES)
def test_the_eleven_numbers_are_large_in_their_order_and_the_first_to_be_scanned(unseen: Side | None) -> None:
    for scene in asked_scenes(Profile(unseen=unseen)):
        numbers = scene.buttons[:11]
        assert [button.action for button in numbers] == [f"scale {n}" for n in range(11)]
        assert [button.values for button in numbers] == [(("text", str(n)),) for n in range(11)]
        assert all(button.w >= 92 and button.h >= 110 for button in numbers)
        assert [button.x for button in numbers] == sorted(button.x for button in numbers)
        assert len({(button.y, button.size) for button in numbers}) == 1


def test_five_faces_stand_above_the_scale_of_pain_from_its_first_number_to_its_last() -> None:
    scene = day_screens.scale("pain", Profile())
    faces = [shape for shape in scene.shapes if isinstance(shape, Picture) and "face" in shape.name]
    assert [face.name for face in faces] == [f"icon-face-{n}" for n in range(5)]
    assert (faces[0].x, faces[-1].x) == (scene.buttons[0].x, scene.buttons[10].x)


@pytest.mark.parametrize("asked", ["fatigue"])
def test_a_scale_without_faces_has_columns_that_grow(asked: str) -> None:
    columns = [s for s in day_screens.scale(asked, Profile()).shapes if isinstance(s, Bar)]
    assert len(columns) == 11
    assert [c.h for c in columns] == sorted({c.h for c in columns})


@pytest.mark.parametrize("unseen", SIDES)
def test_stop_is_at_its_place_on_every_screen_in_play(unseen: Side | None) -> None:
    profile = Profile(unseen=unseen)
    for scene in in_play(profile):
        assert [button for button in scene.buttons if button.action == "stop"] == [screens.stop_button(profile)]
        assert not any(button.action == "home" for button in scene.buttons)


@pytest.mark.parametrize("unseen", SIDES)
def test_the_fifth_at_the_edge_that_is_not_seen_holds_nothing(unseen: Side | None) -> None:
    profile = Profile(unseen=unseen)
    left = 320.0 if unseen is Side.LEFT else 0.0
    right = 1280.0 if unseen is Side.RIGHT else STAGE_W
    for scene in (*in_play(profile), *at_home(profile), day_screens.emergency(profile), day_screens.contact(profile)):
        for shape in scene.shapes:
            wide = getattr(shape, "w", getattr(shape, "width", 2 * getattr(shape, "r", 0.0)))
            if isinstance(shape, Words) or not hasattr(shape, "x") or shape in focus.anchor(profile):
                continue
            assert left <= shape.x - wide / 2 <= shape.x + wide / 2 <= right, shape


def test_home_stands_where_it_always_does_unless_that_side_is_not_seen() -> None:
    usual = next(b for b in screens.pick(("cup",)).buttons if b.action == "home")
    for unseen in (None, Side.RIGHT):
        assert all(usual in scene.buttons for scene in at_home(Profile(unseen=unseen)))
    for scene in at_home(Profile(unseen=Side.LEFT)):
        assert next(b for b in scene.buttons if b.action == "home").x == STAGE_W - usual.x


def test_today_shows_each_game_the_minutes_the_bout_and_why() -> None:
    scene = day_screens.today(DAY, Profile())
    pictures = [shape.name for shape in scene.shapes if isinstance(shape, Picture)]
    assert {"tile-cup", "tile-brook", "icon-seat", "icon-arm", "icon-light", "icon-plug"} <= set(pictures)
    words = {shape.key: dict(shape.values) for shape in scene.shapes if isinstance(shape, Words)}
    assert words["day.minutes"] == {"n": "12"}
    assert words["day.bout"] == {"n": "1", "of": "2"}
    assert "reason.first" in words
    assert [button.action for button in scene.buttons] == ["start", "home"]
    keys = day_screens.today(Day(("cup",), 5), Profile())
    assert "setup.keys" in [shape.key for shape in keys.shapes if isinstance(shape, Words)]


def test_what_is_ticked_has_a_sign_and_not_only_a_colour() -> None:
    chips = {b.action: b for b in day_screens.journal(("warm",), "", (), Profile()).buttons}
    assert (chips["chip warm"].icon, chips["chip warm"].picture) == ("icon-ok", "icon-warm")
    assert (chips["chip numb"].icon, chips["chip numb"].picture) == ("icon-numb", "")
    flags = {b.action: b for b in day_screens.flags(0, ("snap",), Profile()).buttons}
    assert (flags["flag snap"].icon, flags["flag numb"].icon) == ("icon-ok", "icon-numb")


def test_all_red_flags_are_asked_about() -> None:
    pages = [day_screens.flags(page, (), Profile()).buttons for page in range(day_screens.FLAG_PAGES)]
    asked = [button.action for page in pages for button in page if button.action.startswith("flag ")]
    assert asked == [f"flag {name}" for name in guard.FLAGS]
    assert [any(b.action == "flags done" for b in page) for page in pages] == [False] * (len(pages) - 1) + [True]


def test_where_there_is_no_practice_something_else_may_be_offered_but_not_after_a_red_flag() -> None:
    instead = ("mirror", "imagine")
    shown = [b.action for b in day_screens.closed("guard.pain-high", Profile(), None, instead).buttons]
    assert shown == ["play mirror", "play imagine", "home"]
    for scene in (
        day_screens.closed("guard.red-flag", Profile(), None, instead),
        day_screens.closed("guard.day-full", Profile()),
    ):
        assert [b.action for b in scene.buttons] == ["home"]


def test_the_week_shows_its_last_seven_days_and_a_day_without_practice_is_grass() -> None:
    for week, flowers in (((True, False, True), 2), ((False,) * 7, 0), ((True,) * 9, 7), ((), 0)):
        scene = day_screens.journal((), "", week, Profile())
        assert sum(isinstance(s, Picture) and s.name == "daisy" for s in scene.shapes) == flowers


def test_milestones_stand_on_the_last_page_but_not_too_many() -> None:
    scene = day_screens.next_time(("next.tomorrow", ()), (("next.open", ()),) * 5, Profile())
    assert sum(isinstance(s, Words) and s.key == "next.open" for s in scene.shapes) == day_screens.TOLD_WORDS
    assert [button.action for button in scene.buttons] == ["home"]


@pytest.mark.parametrize(
    ("key", "action"), [("KEY_0", "scale 0"), ("KEY_7", "scale 7"), ("NUM_9", "scale 9"), ("T", "scale 10")]
)
def test_a_number_may_be_typed(key: str, action: str) -> None:
    buttons, profile = day_screens.pain_now(Profile()).buttons, Profile()
    state, chosen = day_screens.keyed(menu.opened(0), buttons, (Sample(f"key.{key}", 0.0, 1.0),), 60, profile)
    assert (chosen, state.opened) == (action, 60)


@pytest.mark.parametrize("sample", [Sample("key.KEY_7", 0.0, 0.0), Sample("key.A", 0.0, 1.0), Sample("grip", 0.0, 7.0)])
def test_other_keys_and_keys_that_go_up_choose_nothing(sample: Sample) -> None:
    buttons, state = day_screens.pain_now(Profile()).buttons, menu.opened(0)
    assert day_screens.keyed(state, buttons, (sample,), 600, Profile()) == (state, "")


def test_a_number_that_is_typed_as_the_screen_opens_or_where_there_is_none_chooses_nothing() -> None:
    buttons, state, sample = day_screens.pain_now(Profile()).buttons, menu.opened(0), Sample("key.KEY_7", 0.0, 1.0)
    assert day_screens.keyed(state, buttons, (sample,), 59, Profile()) == (state, "")
    assert day_screens.keyed(state, day_screens.news(Profile()).buttons, (sample,), 600, Profile()) == (state, "")


@pytest.mark.parametrize(("left", "shown"), [(119.6, "2:00"), (75.0, "1:15"), (0.0, "0:00"), (-3.0, "0:00")])
def test_the_wait_after_pain_says_how_long_it_still_is(left: float, shown: str) -> None:
    words = [shape.values for shape in day_screens.waiting(left, 120.0, Profile()).shapes if isinstance(shape, Words)]
    assert (("text", shown),) in words
