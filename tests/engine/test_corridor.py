"""The corridor of a day: every way through its pages, what is told and skipped, and how few presses it takes."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import corridor, day_screens, guard, menu
from engine.corridor import After, Before, CheckIn, Corridor, Ending, Told
from engine.day_screens import REFLECTIONS, SENSATIONS, Day
from engine.hand import Side
from engine.profile import Profile
from engine.sample import Sample

DAY = Day(("cup", "brook"), 12, 1, 2)
TASKS = ("drinking", "buttoning", "writing", "cooking", "opening")
ENDING = Ending(3, TASKS, (True, False, True), ("next.tomorrow", ()))
EVERY = (*(f"scale {n}" for n in range(-1, 13)), "start", "go on", "home", "skip", "back", "more", "told", "flags done",
         "news no", "news tired", "news new", "news", "flag nose", *(f"flag {name}" for name in guard.FLAGS),
         "say steady", "say force", "say rests", "try drinking", "try flying", "done", "words", "words done",
         "words erase", *(f"chip {name}" for name in SENSATIONS), "chip blue", "")  # fmt: skip


def walked(start: Corridor, *actions: str) -> Corridor:
    """Return where these presses lead; each is on the screen that was seen before it."""
    for action in actions:
        shown = {button.action for button in corridor.scene(start, Profile()).buttons}
        assert action in shown, (action, start)
        start = corridor.act(start, action)
    return start


def checked_in(*actions: str, day: Day = DAY) -> CheckIn:
    """Return what was told by these presses, which lead to the end."""
    there = walked(corridor.before(day), *actions)
    assert isinstance(there, Before)
    assert corridor.is_done(there)
    return corridor.answers(there)


def looked_back(*actions: str, ending: Ending = ENDING) -> After:
    """Return where these presses lead after a bout."""
    there = walked(corridor.after(ending), *actions)
    assert isinstance(there, After)
    return there


# --- before ---------------------------------------------------------------------------------------------


def test_who_has_nothing_to_tell_needs_three_presses() -> None:
    assert checked_in("start", "scale 2", "news no") == CheckIn(pain=2, news="no")


def test_after_a_gap_there_is_one_kind_screen_more() -> None:
    there = corridor.before(replace(DAY, greeting="return.long"))
    assert there.page == "welcome"
    assert checked_in("go on", "start", "scale 0", "news no", day=replace(DAY, greeting="return.long")).pain == 0


@pytest.mark.parametrize("number", range(11))
def test_the_number_that_is_pressed_is_the_answer(number: int) -> None:
    assert checked_in("start", f"scale {number}", "news no").pain == number
    tired = checked_in("start", "scale 1", "news tired", f"scale {number}")
    assert (tired.pain, tired.fatigue, tired.news) == (1, number, "tired")


def test_every_question_may_be_skipped_and_that_is_kept() -> None:
    assert checked_in("start", "skip", "skip") == CheckIn(skipped=("pain", "news"))
    assert checked_in("start", "skip", "news tired", "skip") == CheckIn(skipped=("pain", "fatigue"), news="tired")
    assert checked_in("start", "scale 3", "news new", "skip") == CheckIn(3, skipped=("flags",), news="new")


def test_an_answer_after_the_way_back_takes_the_place_of_the_first_and_of_a_skip() -> None:
    assert checked_in("start", "scale 7", "back", "scale 1", "news no").pain == 1
    assert checked_in("start", "skip", "back", "scale 1", "news no").skipped == ()
    assert checked_in("start", "scale 1", "back", "skip", "news no") == CheckIn(None, skipped=("pain",), news="no")
    back = checked_in("start", "scale 1", "news tired", "back", "news no")
    assert back == CheckIn(1, news="no")


@pytest.mark.parametrize("flag", guard.FLAGS)
def test_a_red_flag_leads_to_what_is_to_be_done(flag: str) -> None:
    page = guard.FLAGS.index(flag) // day_screens.A_PAGE
    turns = ["more"] * (day_screens.FLAG_PAGES - 1)
    turns.insert(page, f"flag {flag}")
    there = walked(corridor.before(DAY), "start", "scale 1", "news new", *turns, "flags done")
    assert there.page == ("emergency" if flag in guard.EMERGENCY else "contact")
    key = "guard.emergency" if flag in guard.EMERGENCY else "guard.red-flag"
    assert key in [getattr(shape, "key", "") for shape in corridor.scene(there, Profile()).shapes]
    done = walked(there, "told")
    assert isinstance(done, Before)
    assert corridor.is_done(done)
    assert corridor.answers(done) == CheckIn(1, flags=(flag,), news="new")


def test_several_flags_may_be_ticked_and_unticked_and_an_emergency_comes_first() -> None:
    ticks = ("flag numb", "flag snap", "more", "flag face", "flag wound", "flag wound", "flags done")
    there = walked(corridor.before(DAY), "start", "scale 1", "news new", *ticks)
    assert isinstance(there, Before)
    assert (there.page, there.told.flags) == ("emergency", ("snap", "numb", "face"))


def test_none_of_the_flags_goes_on() -> None:
    assert checked_in("start", "scale 1", "news new", "more", "flags done") == CheckIn(1, news="new")


def test_what_was_ticked_counts_also_when_the_rest_is_skipped_or_home_is_pressed() -> None:
    ticked = walked(corridor.before(DAY), "start", "scale 1", "news new", "flag snap")
    for way in ("skip", "home"):
        there = corridor.act(ticked, way)
        assert (there.page, corridor.is_done(there)) == ("contact", False)
    both = walked(ticked, "more", "flag chest", "home")
    assert both.page == "emergency"
    back = walked(ticked, "back", "skip")
    assert isinstance(back, Before)
    assert (back.page, back.told.flags) == ("contact", ("snap",))


def test_who_goes_back_and_says_that_nothing_is_new_takes_the_flags_back() -> None:
    told = checked_in("start", "scale 1", "news new", "flag snap", "back", "news no")
    assert told == CheckIn(1, news="no")


def test_the_pages_of_flags_turn_both_ways() -> None:
    there = walked(corridor.before(DAY), "start", "scale 1", "news new", "more", "back", "back")
    assert there.page == "news"


@pytest.mark.parametrize("presses", [(), ("start",), ("start", "scale 1"), ("start", "scale 1", "news tired")])
def test_home_leaves_and_keeps_what_was_told(presses: tuple[str, ...]) -> None:
    there = walked(corridor.before(DAY), *presses, "home")
    assert isinstance(there, Before)
    assert there.left
    assert corridor.is_done(there)
    assert corridor.answers(there).pain == (1 if "scale 1" in presses else None)
    assert corridor.act(there, "start") == there


@given(st.lists(st.sampled_from(EVERY), max_size=30), st.booleans())
def test_no_presses_break_the_corridor_or_lose_a_red_flag(actions: list[str], back: bool) -> None:
    there: Corridor = corridor.before(replace(DAY, greeting="return.long" if back else ""))
    for action in actions:
        before, there = there, corridor.act(there, action)
        shown = {button.action for button in corridor.scene(before, Profile()).buttons}
        assert there == before or action in shown or corridor.is_done(before)
        assert isinstance(there, Before)
        told = corridor.answers(there)
        assert set(told.flags) <= set(guard.FLAGS)
        assert (told.pain is None) or "pain" not in told.skipped
        assert (told.fatigue is None) or "fatigue" not in told.skipped
        if corridor.is_done(there) and told.flags and not corridor.is_done(before):
            assert before.page in ("emergency", "contact")


# --- after ----------------------------------------------------------------------------------------------


def test_after_a_bout_four_pages_lead_home() -> None:
    there = looked_back("say steady", "try cooking", "chip warm", "chip easy", "done", "home")
    assert there.left
    assert corridor.is_done(there)
    assert corridor.told(there) == Told("well", "steady", "cooking", ("warm", "easy"))


def test_after_a_bout_every_page_may_be_skipped_and_that_is_kept() -> None:
    there = looked_back("skip", "skip", "skip", "home")
    assert corridor.told(there) == Told("well", skipped=("reflect", "use", "journal"))


def test_what_was_ticked_in_the_journal_stays_when_it_is_skipped() -> None:
    there = looked_back("skip", "skip", "chip numb", "chip warm", "chip warm", "skip")
    assert (there.told.sensations, there.told.skipped) == (("numb",), ("reflect", "use"))


def test_the_question_and_the_tasks_change_from_day_to_day() -> None:
    asked = [corridor.told(corridor.after(replace(ENDING, day=day))).question for day in range(6)]
    assert asked == [*REFLECTIONS] * 2
    offered = [corridor.offered(replace(ENDING, day=day)) for day in range(5)]
    assert len(set(offered)) == 5
    assert {task for three in offered for task in three} == set(TASKS)
    assert corridor.offered(Ending(4)) == ()


@pytest.mark.parametrize("day", range(3))
def test_every_answer_of_every_question_is_taken(day: int) -> None:
    question = [*REFLECTIONS][day]
    for answer, _, _ in REFLECTIONS[question]:
        there = looked_back(f"say {answer}", ending=replace(ENDING, day=day))
        assert (there.page, there.told.answer) == ("use", answer)


def test_without_tasks_there_is_no_nudge() -> None:
    assert looked_back("skip", ending=replace(ENDING, tasks=())).page == "journal"


def keys(text: str) -> tuple[Sample, ...]:
    """Return keys that go down and up again; "<" takes a sign away."""
    names = {" ": "SPACE", "<": "BACKSPACE", ".": "PERIOD", "7": "KEY_7", "8": "NUM_8"}
    return tuple(Sample(f"key.{names.get(sign, sign.upper())}", 0.0, down) for sign in text for down in (1.0, 0.0))


def test_own_words_are_typed_and_kept() -> None:
    there, left = corridor.typed(looked_back("skip", "skip", "words"), keys("  my  mug7x< 8 days. "), Profile())
    assert left == ()
    assert isinstance(there, After)
    assert there.told.words == "My mug7 8 days. "
    there = walked(there, "words erase", "words done", "done", "home")
    assert isinstance(there, After)
    assert there.told == Told("well", words="My mug7 8 days.", skipped=("reflect", "use"))


def test_enter_arrows_and_the_pointer_are_left_for_the_menu_and_with_one_switch_the_space_bar() -> None:
    page = looked_back("skip", "skip", "words")
    others = (Sample("key.ENTER", 0.0, 1.0), Sample("key.RIGHT", 0.0, 1.0), Sample("mouse", 0.0, 1.0, 8, 9))
    assert corridor.typed(page, others, Profile()) == (page, others)
    space = keys(" ")
    assert corridor.typed(page, space, Profile(scan_s=2.0)) == (page, space)
    assert corridor.typed(page, space, Profile())[1] == ()


def test_keys_are_words_on_their_page_only() -> None:
    for there in (corridor.before(DAY), corridor.after(ENDING)):
        assert corridor.typed(there, keys("abc"), Profile()) == (there, keys("abc"))


@given(st.text(alphabet="ab. <7", max_size=300))
def test_own_words_always_fit_a_line(text: str) -> None:
    there, _ = corridor.typed(looked_back("skip", "skip", "words"), keys(text), Profile())
    assert isinstance(there, After)
    words = there.told.words
    assert len(words) <= corridor.LONGEST
    assert all(len(word) <= corridor.LONGEST_RUN for word in words.split(" "))
    assert "  " not in words
    assert not words.startswith((" ", "@"))


@given(st.lists(st.sampled_from(EVERY), max_size=30), st.integers(0, 9))
def test_no_presses_break_the_way_out(actions: list[str], day: int) -> None:
    there: Corridor = corridor.after(replace(ENDING, day=day))
    for action in actions:
        before, there = there, corridor.act(there, action)
        shown = {button.action for button in corridor.scene(before, Profile()).buttons}
        assert there == before or action in shown


# --- reached by everybody -------------------------------------------------------------------------------


def pages() -> list[Corridor]:
    """Return the corridor at each of its pages."""
    start, end = corridor.before(replace(DAY, greeting="return.long")), corridor.after(ENDING)
    new = walked(start, "go on", "start", "scale 1", "news new")
    made = [start, walked(start, "go on"), walked(start, "go on", "start"), walked(start, "go on", "start", "skip"),
            walked(start, "go on", "start", "skip", "news tired"), new, walked(new, "more"),
            walked(new, "flag snap", "home"), walked(new, "more", "flag face", "home"),
            end, walked(end, "skip"), walked(end, "skip", "skip"), walked(end, "skip", "skip", "words"),
            walked(end, "skip", "skip", "skip")]  # fmt: skip
    assert len({(there.page, getattr(there, "flag_page", 0)) for there in made}) == len(made)
    return made


@pytest.mark.parametrize("unseen", [None, Side.LEFT, Side.RIGHT])
def test_one_switch_reaches_every_button_of_every_page(unseen: Side | None) -> None:
    profile = Profile(unseen=unseen, scan_s=1.0)
    for there in pages():
        buttons = corridor.scene(there, profile).buttons
        for place, button in enumerate(buttons):
            state, tick = menu.opened(0), 0
            for _ in range(place):
                tick += 120
                state, _ = menu.step(state, buttons, (), tick, profile)
            state, action = menu.step(state, buttons, (Sample("key.SPACE", 0.0, 1.0),), tick + 80, profile)
            assert action == button.action


def test_arrows_and_enter_reach_every_button_of_every_page() -> None:
    for there, hand in product(pages(), (Side.LEFT, Side.RIGHT)):
        profile = Profile(hand=hand)
        buttons = corridor.scene(there, profile).buttons
        state = menu.opened(0, keyed=True)
        for button in buttons:
            pressed, action = menu.step(state, buttons, (Sample("key.ENTER", 0.0, 1.0),), 200, profile)
            assert action == button.action
            assert pressed.focus == state.focus
            state, _ = menu.step(state, buttons, (Sample("key.RIGHT", 0.0, 1.0),), 200, profile)


def test_the_actions_of_a_page_are_all_different() -> None:
    for there in pages():
        actions = [button.action for button in corridor.scene(there, Profile()).buttons]
        assert len(set(actions)) == len(actions)
