"""Letters: strokes are written in order and direction, the pencil never hops, and each kind of miss is told apart."""

from dataclasses import dataclass, replace
from math import hypot
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.chance import Chance
from engine.game import Follow, Nudge, Outcome, Point, Setting
from engine.ghost import along
from engine.hand import Side
from engine.scene import Circle, Path, Picture, Scene, Words
from engine.ticks import to_ms
from games.letters.judging import just_width, side
from games.letters.picture import scene
from games.letters.shapes import TABLES, WORDS
from games.letters.sheet import MIDDLE_X, UNTIMED_MS, Params, lay_out
from games.letters.writing import AHEAD_MM, BACK_MM, PERSISTENT, SHOW_MS, State, intent, place_of, project, start, step

HERE = Setting()
CAPITALS = Params("letters", 80.0, 12.0)
DOWN = Params("lines", 80.0, 20.0, strokes_n=1)


def sheet_of(text: str, params: Params = CAPITALS, setting: Setting = HERE) -> State:
    """Return a state in which the sign ``text`` is to be written."""
    return next(s for n in range(300) if (s := start(params, Chance(n), setting)).sheet.text == text)


@dataclass
class Writer:
    """A pen that is led about, a tick at a time."""

    state: State
    tick: int = 0
    outcome: Outcome | None = None

    def do(self, x: float, y: float, phase: str, ticks: int = 1) -> "Writer":
        """Let the pen be at (x, y), ``ticks`` after the last event."""
        for _ in range(ticks - 1):
            self.rest()
        self.rest(Point(x, y, phase, to_ms(self.tick + 1)))  # type: ignore[arg-type]
        return self

    def rest(self, *events: Point | Nudge) -> "Writer":
        self.tick += 1
        if self.outcome is None:
            made = step(self.state, self.tick, events)
            self.state, self.outcome = made.state, made.outcome
        return self

    def stroke(self, off_mm: float = 0.0, mm: float = 0.5, lifting: bool = True, back: bool = False) -> "Writer":
        """Write the next stroke ``off_mm`` to the left of its middle, ``mm`` a tick."""
        pieces = [p for p in self.state.sheet.pieces if p.stroke == self.state.now_at.stroke]
        for nth, piece in enumerate(pieces):
            for k in range(round(piece.length / mm) + 1):
                x, y = beside(piece, min(k * mm, piece.length), off_mm)
                self.do(x, y, "down" if lifting and nth == k == 0 else "move")
        if lifting:
            self.do(*(self.state.pen or (0.0, 0.0)), "up")
        return self

    def end(self) -> Outcome:
        for _ in range(30_000):
            if self.outcome is not None:
                return self.outcome
            self.rest()
        raise AssertionError("the trial never ends")


def beside(piece, far: float, off_mm: float) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    (ax, ay), (bx, by) = place_of(piece, max(far - 0.5, 0.0)), place_of(piece, min(far + 0.5, piece.length))
    long = hypot(bx - ax, by - ay)
    x, y = place_of(piece, far)
    return round(x - (by - ay) / long * off_mm, 3), round(y + (bx - ax) / long * off_mm, 3)


def written(state: State, off_mm: float = 0.0, **more: float) -> Outcome:
    """Return the outcome of one who writes all of it, lifting between the strokes."""
    writer = Writer(state)
    for _ in state.sheet.strokes:
        writer.stroke(off_mm, **more)  # type: ignore[arg-type]
    return writer.end()


# Hits


@pytest.mark.parametrize("kind", list(TABLES))
def test_every_sign_of_every_kind_can_be_written_stroke_by_stroke(kind: str) -> None:
    names = TABLES[kind] if kind != "word" else WORDS[3]
    for name in names:
        outcome = written(sheet_of(name, Params(kind, 60.0, 8.0, letters_n=3)), mm=1.0)
        assert (outcome.result, name) == ("hit", name)
        assert dict(outcome.measures)["on_path"] == 1.0


def test_led_on_without_lifting_the_next_stroke_begins_where_it_should() -> None:
    writer = Writer(sheet_of("A"))
    first = writer.state.sheet.pieces[0].points[0]
    writer.do(*first, "down")
    for _ in range(3):
        writer.stroke(lifting=False)
    assert writer.end().result == "hit"
    assert dict(writer.end().measures)["lifts"] == 0


def test_the_way_from_one_stroke_to_the_next_is_free() -> None:
    writer = Writer(sheet_of("H")).do(-1000.0, 0.0, "up")
    writer.stroke()
    before = writer.state.away
    writer.do(90.0, 90.0, "move").do(-90.0, -90.0, "move")
    assert writer.state.away == before
    assert not writer.state.hooked


def test_a_letter_that_is_clicked_once_is_written_by_the_pointer_alone() -> None:
    writer = Writer(sheet_of("T"))
    x, y = writer.state.aim
    writer.do(x, y, "down").do(x, y, "up")
    assert writer.state.loose
    assert writer.state.hooked
    for _ in range(2):
        writer.stroke(lifting=False)
    assert writer.end().result == "hit"


def test_a_dot_is_written_by_a_touch() -> None:
    writer = Writer(sheet_of("i", Params("small", 60.0, 8.0))).stroke()
    x, y = writer.state.aim
    assert writer.do(x + 4, y, "down").do(x + 4, y, "up", 9).end().result == "hit"


def test_lifting_in_mid_stroke_is_allowed_and_the_stroke_goes_on_near_where_it_was_left() -> None:
    writer = Writer(sheet_of("I"))
    (x, y), end = writer.state.aim, writer.state.sheet.pieces[0].points[-1]
    writer.do(x, y, "down").do(x, y - 10, "move").do(x, y - 20, "move").do(x, y - 30, "move", 40)
    writer.do(x, y - 30, "up")
    assert (writer.state.hooked, writer.state.lifts) == (False, 1)
    assert not writer.do(x + 25, y - 30, "down").state.hooked
    writer.do(x + 25, y - 30, "up")
    writer.do(x + 5, y - 32, "down")
    assert writer.state.hooked
    for far in range(35, 81, 2):
        writer.do(x, y - far, "move")
    assert hypot(writer.state.aim[0] - end[0], writer.state.aim[1] - end[1]) < 4
    assert writer.end().result == "hit"


def test_the_arrow_keys_write_and_the_pencil_hops_to_the_next_stroke_once_they_are_let_go_of() -> None:
    writer = Writer(sheet_of("T"))
    while writer.state.piece == 0:
        writer.rest(Nudge(0.0, -45 / 120, to_ms(writer.tick + 1)))
    start_of_bar = writer.state.sheet.pieces[1].points[0]
    for _ in range(50):
        writer.rest(Nudge(0.0, -45 / 120, to_ms(writer.tick + 1)))
    assert not writer.state.hooked
    assert writer.state.aim == pytest.approx(start_of_bar)
    writer.rest()
    for _ in range(400):
        writer.rest(Nudge(45 / 120, 0.0, to_ms(writer.tick + 1)))
    outcome = writer.end()
    assert outcome.result == "hit"
    assert "smooth" not in dict(outcome.measures)  # keys move as evenly as they do, not the hand


@settings(max_examples=20)
@given(st.floats(-4.9, 4.9), st.sampled_from("AEOSK"))
def test_who_stays_within_the_way_never_misses(off_mm: float, name: str) -> None:
    params = replace(CAPITALS, width_mm=10.0)
    assert written(sheet_of(name, params), off_mm, mm=2.0).result == "hit"


# Misses


@pytest.mark.parametrize(("off_mm", "cause"), [(8.0, "left-of-path"), (-8.0, "right-of-path")])
def test_beside_the_way_is_told_by_its_side_in_the_direction_of_the_stroke(off_mm: float, cause: str) -> None:
    outcome = written(sheet_of("I"), off_mm)
    assert (outcome.result, outcome.cause) == ("miss", cause)


def test_a_stroke_begun_at_its_end_shows_the_way_and_only_one_who_persists_misses_for_it() -> None:
    writer = Writer(sheet_of("I"))
    end = writer.state.sheet.pieces[0].points[-1]
    writer.do(*end, "down").do(*end, "up", 90)
    assert (writer.state.erred, writer.state.cause, writer.state.hooked) == ("wrong-way", "", False)
    assert Writer(writer.state, writer.tick).stroke().end().result == "hit"
    for _ in range(PERSISTENT - 1):
        writer.do(*end, "down").do(*end, "up", 90)
    assert (writer.end().result, writer.end().cause, writer.end().just) == ("miss", "wrong-way", ())


def test_a_ring_that_is_led_round_the_wrong_way_is_told() -> None:
    writer = Writer(sheet_of("O"))
    ring = writer.state.sheet.pieces[0]
    writer.do(*ring.points[0], "down")
    for point in ring.points[:-70:-1]:
        writer.do(*point, "move")
    assert writer.state.erred == "wrong-way"


def test_a_stroke_that_is_led_back_again_is_told() -> None:
    writer = Writer(sheet_of("I"))
    x, y = writer.state.aim
    writer.do(x, y, "down")
    for far in (*range(40), *range(40, 20, -1)):
        writer.do(x, y - far, "move")
    assert (writer.state.erred, writer.state.cause) == ("wrong-way", "")


def test_another_stroke_first_is_told_and_only_one_who_persists_misses_for_it() -> None:
    writer = Writer(sheet_of("H"))
    other = writer.state.sheet.pieces[1].points[0]
    for n in range(PERSISTENT):
        assert writer.state.strikes == (0, n)
        writer.do(*other, "down").do(*other, "up", 90)
    assert (writer.end().result, writer.end().cause) == ("miss", "wrong-order")


def test_a_pen_that_is_put_down_on_the_empty_paper_does_nothing() -> None:
    writer = Writer(sheet_of("H")).do(150.0, -80.0, "down").do(150.0, -60.0, "move").do(150.0, -60.0, "up")
    assert (writer.state.written, writer.state.strikes, writer.state.hooked) == ((), (0, 0), False)


def test_a_limit_of_time_counts_for_each_letter_of_a_word() -> None:
    params = Params("word", 50.0, 10.0, letters_n=2, limit_ms=2000.0)
    outcome = written(sheet_of("OK", params), mm=0.25)
    assert (outcome.result, outcome.cause, outcome.cut_short) == ("miss", "too-late", True)
    led_ms = dict(outcome.measures)["led_ms"]
    assert 4000 < led_ms < 4020
    assert dict(outcome.just)["limit_ms"] == pytest.approx(led_ms / 2, abs=1e-3)


def test_a_sheet_that_is_left_alone_is_an_omission_and_one_that_is_left_half_written_is_unfinished() -> None:
    assert (Writer(sheet_of("L")).end().result, Writer(sheet_of("L")).end().cause) == ("omission", "no-try")
    writer = Writer(sheet_of("L"))
    (x, y) = writer.state.aim
    outcome = writer.do(x, y, "down").do(x, y - 20, "move").do(x, y - 20, "up", 60).end()
    assert (outcome.result, outcome.cause, outcome.just) == ("miss", "unfinished", ())


# What would just have been passed, and how it was moved


@pytest.mark.parametrize("off_mm", [2.0, -4.5, 8.0])
def test_the_same_writing_just_passes_the_width_that_is_stated_and_fails_a_narrower_one(off_mm: float) -> None:
    width = dict(written(sheet_of("S"), off_mm).just)["width_mm"]
    assert written(sheet_of("S", replace(CAPITALS, width_mm=width + 0.001)), off_mm).result == "hit"
    assert written(sheet_of("S", replace(CAPITALS, width_mm=width - 0.001)), off_mm).result == "miss"


@pytest.mark.parametrize("letters_n", [2, 3])
def test_the_time_that_is_just_passed_is_exact_to_the_tick(letters_n: int) -> None:
    params = Params("word", 40.0, 10.0, letters_n=letters_n)
    name = WORDS[letters_n][0]
    limit_ms = dict(written(sheet_of(name, params)).just)["limit_ms"]
    assert written(sheet_of(name, replace(params, limit_ms=limit_ms))).result == "hit"
    assert written(sheet_of(name, replace(params, limit_ms=limit_ms - 0.01))).cause == "too-late"


def test_what_is_not_timed_passes_however_long_it_takes() -> None:
    writer = Writer(sheet_of("I"))
    (x, y) = writer.state.aim
    writer.do(x, y, "down").do(x, y, "move", 120 * 130)
    for far in range(0, 81, 2):
        writer.do(x, y - far, "move")
    outcome = writer.end()
    assert (outcome.result, dict(outcome.just)["limit_ms"]) == ("hit", UNTIMED_MS)


@given(st.lists(st.floats(-15, 15), min_size=1, max_size=80))
def test_the_just_width_is_the_narrowest_that_is_passed(away: list[float]) -> None:
    width = just_width(tuple(away))
    assert side(tuple(away), width) == ""
    assert width == 0.0 or side(tuple(away), width * 0.999) != ""


def test_a_pen_that_rests_counts_for_nothing_but_is_less_smooth() -> None:
    def outcome(rests: int) -> dict[str, float]:
        writer = Writer(sheet_of("I"))
        (x, y) = writer.state.aim
        writer.do(x, y, "down")
        for far in range(81):
            writer.do(x + (9 if far == 40 else 0), y - far, "move", rests if far in (41, 60) else 1)
        return dict(writer.end().measures)

    even, halting = outcome(1), outcome(90)
    assert even["on_path"] == halting["on_path"]
    assert halting["smooth"] < even["smooth"] - 0.1


def test_an_unsteady_line_is_less_steady() -> None:
    def steady(wave_mm: float) -> float:
        writer = Writer(sheet_of("I"))
        (x, y) = writer.state.aim
        writer.do(x, y, "down")
        for far in range(81):
            writer.do(x + wave_mm * (1 if far // 8 % 2 else -1), y - far, "move")
        return dict(writer.end().measures)["steady"]

    assert steady(0.0) == 1.0
    assert steady(1.0) > steady(3.0) > 0.0


# What is written, and where


def test_the_pencil_never_hops_to_another_part_of_the_letter() -> None:
    for name in ("loops", "whirl", "zigzag"):
        sheet = sheet_of(name, Params("strokes", 60.0, 10.0)).sheet
        for piece in sheet.pieces:
            for at_mm in range(0, int(piece.length), 7):
                for point in piece.points[::9]:
                    found, _ = project(piece, float(at_mm), point)
                    assert at_mm - BACK_MM - 1.1 <= found <= at_mm + AHEAD_MM + 2.1


@given(st.sampled_from(list(TABLES)), st.integers(0, 200), st.floats(25, 110), st.floats(3.5, 9.0))
def test_whatever_is_written_fits_the_sheet(kind: str, seed: int, letter_mm: float, units: float) -> None:
    setting = Setting(units_per_mm=units, word="WILHELMW")
    sheet = lay_out(Params(kind, letter_mm, 8.0, letters_n=4), Chance(seed), setting)
    for piece in sheet.pieces:
        assert all(-476 <= (x - MIDDLE_X) * units <= 476 and -245 <= y * units <= 290 for x, y in piece.points)
        assert piece.length > 1.0


def test_letters_have_no_more_strokes_than_asked() -> None:
    for strokes_n in (1, 2, 3, 4):
        drawn = {start(replace(CAPITALS, strokes_n=strokes_n), Chance(n), HERE).sheet.text for n in range(200)}
        assert max(len(TABLES["letters"][name]) for name in drawn) == strokes_n


def test_the_patients_own_word_is_written_whole_where_it_fits() -> None:
    def text(word: str) -> str:
        return start(Params("word", 60.0, 8.0, letters_n=2), Chance(1), Setting(word=word)).sheet.text

    assert [text("ROSA"), text("KATHARIN"), text("BO")] == ["ROSA", "KATHARIN", "BO"]
    assert text("") in WORDS[2]
    assert text("X") in WORDS[2]


def test_capitals_are_written_from_the_top_and_verticals_first() -> None:
    for name, sign in TABLES["letters"].items():
        if name not in "CGSQJU":
            assert sign[0][0][1] == max(y for stroke in sign for _, y in stroke), name
    for name in "BDEFHKLMNPRT":
        (ax, ay), (bx, by) = TABLES["letters"][name][0][:2]
        assert (ax, ay, by) == (bx, 1, 0), name


def test_the_intent_goes_through_all_strokes_and_ends() -> None:
    state, seen = sheet_of("E"), set()
    for tick in range(3000):
        now = intent(state)
        if now is None:
            break
        assert isinstance(now, Follow)
        seen.add(state.piece)
        x, y = along(now.ahead, 1.0)
        state = step(state, tick, (Point(x, y, "move" if tick else "down", to_ms(tick)),)).state
    assert seen == {0, 1, 2, 3}
    assert state.ended_ms is not None


# What is seen


def dots(picture: Scene) -> list[Path]:
    return [shape for shape in picture.shapes if isinstance(shape, Path) and shape.dash > 0 and shape.role == "guide"]


def shown(picture: Scene, name: str) -> list[Picture]:
    return [shape for shape in picture.shapes if isinstance(shape, Picture) and shape.name == name]


def test_the_dotted_guide_grows_shorter_and_then_only_the_starts_are_seen() -> None:
    def far(guide: float) -> int:
        return sum(len(path.points) for path in dots(scene(sheet_of("H", replace(CAPITALS, guide=guide)))))

    assert far(1.0) > far(0.5) > far(0.1) > far(0.0) == 0
    rings = [s for s in scene(sheet_of("H", replace(CAPITALS, guide=0.0))).shapes if isinstance(s, Circle)]
    assert len(rings) == 2 + 2  # where to begin now, and where the two other strokes begin


def test_from_memory_the_letter_is_shown_first_and_then_gone_until_it_is_written() -> None:
    writer = Writer(sheet_of("A", replace(CAPITALS, memory=True)))
    assert intent(writer.state) is None
    assert sum(isinstance(s, Path) and s.role == "guide" for s in scene(writer.state).shapes) == 3
    while writer.tick < 0.12 * SHOW_MS + 5:
        writer.rest()
    bare = scene(writer.state)
    assert not dots(bare)
    assert not [s for s in bare.shapes if isinstance(s, Circle) or (isinstance(s, Path) and s.role in ("guide", "ink"))]
    assert intent(writer.state) is not None
    writer.rest()
    for _ in range(4 * 120 + 5):
        writer.rest()
    assert [s for s in scene(writer.state).shapes if isinstance(s, Circle)]  # help for one who hesitates
    for _ in range(3):
        writer.stroke()
    assert writer.end().result == "hit"
    assert shown(scene(writer.state), "letters-sprig")


def test_after_a_wrong_start_the_whole_way_is_shown_even_from_memory() -> None:
    writer = Writer(sheet_of("I", replace(CAPITALS, guide=0.0)))
    assert not dots(scene(writer.state))
    writer.do(*writer.state.sheet.pieces[0].points[-1], "down")
    assert dots(scene(writer.state))


def test_the_hand_holds_the_pencil_where_the_pen_is_and_calm_pictures_show_the_pencil_alone() -> None:
    writer = Writer(sheet_of("I"))
    (x, y) = writer.state.aim
    (waiting,) = shown(scene(writer.state), "letters-hand")
    (leading,) = shown(scene(writer.do(x, y, "down").do(x, y - 30, "move").state), "letters-hand")
    assert leading.y < waiting.y - 100
    assert not leading.flip
    calm = scene(sheet_of("I", setting=Setting(calm=True)))
    assert shown(calm, "letters-pencil")
    assert not shown(calm, "letters-hand")


def test_for_the_left_hand_only_the_hand_is_the_other_one() -> None:
    right, left = (scene(sheet_of("G", setting=Setting(hand=side))) for side in (Side.RIGHT, Side.LEFT))
    assert lines_off_the_card(right) == lines_off_the_card(left) != []
    (one,), (other,) = shown(right, "letters-hand"), shown(left, "letters-hand")
    assert (one.flip, other.flip) == (False, True)
    tip_x = next(s.x for s in right.shapes if isinstance(s, Circle))
    assert one.x - tip_x == pytest.approx(tip_x - other.x)


def lines_off_the_card(seen: Scene) -> list[Path]:
    """Return the lines on the sheet, without those of the model."""
    (card,) = shown(seen, "letters-card")
    paths = [shape for shape in seen.shapes if isinstance(shape, Path)]
    return [path for path in paths if not all(abs(x - card.x) < card.w / 2 for x, _ in path.points)]


@pytest.mark.parametrize("which", [Side.RIGHT, Side.LEFT])
def test_the_model_stands_where_the_writing_hand_never_lies_and_reads_from_left_to_right(which: Side) -> None:
    state = start(Params("word", 60.0, 8.0), Chance(1), Setting(word="KATHARIN", hand=which))
    (card,) = shown(scene(state), "letters-card")
    model = [s for s in scene(state).shapes if isinstance(s, Path) and all(abs(x - card.x) < 126 for x, _ in s.points)]
    first, last = (fmean(x for x, _ in stroke.points) for stroke in (model[0], model[-1]))
    assert first < card.x < last
    for n in range(len(state.sheet.pieces)):
        (hand,) = shown(scene(replace(state, piece=n)), "letters-hand")
        assert abs(hand.x - card.x) > (hand.w + card.w) / 2 - 60, "only the faint sleeve may come near"


def test_what_was_written_turns_to_ink_with_a_flower_and_a_miss_stays_in_pencil_beside_the_model() -> None:
    def last(off_mm: float) -> Scene:
        writer = Writer(sheet_of("I")).stroke(off_mm)
        writer.end()
        return scene(writer.state)

    assert shown(last(0.0), "letters-sprig")
    assert not dots(last(0.0))
    assert dots(last(8.0))
    assert not shown(last(8.0), "letters-sprig")


def test_one_who_waits_is_told_what_to_do() -> None:
    writer = Writer(sheet_of("I"))
    assert not [s for s in scene(writer.state).shapes if isinstance(s, Words)]
    for _ in range(5 * 120):
        writer.rest()
    assert [s.key for s in scene(writer.state).shapes if isinstance(s, Words)] == ["hint.letters.take"]
