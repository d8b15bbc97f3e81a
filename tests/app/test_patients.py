"""Patients of one computer: nobody is lost or mixed up, damage stops nobody else, and no PIN can be tried out."""

import gzip
import io
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from app import files, patients, settings
from app.cli import main
from app.files import FilesError
from app.logbook import DATABASE, Logbook
from app.patients import CLINIC, Checked, Lock, Patients, code_of, folder_of
from app.visit import Visit, Wish
from engine.hand import Side
from engine.profile import Profile
from engine.simulate import Patient, Traits
from engine.who_screens import PICTURES

CODE = re.compile(r"[A-HJ-NP-Z][2-9]-[A-HJ-NP-Z]{2}[2-9]")
RIGHT, WRONG = "4711", "0000"
# What the issue asks for, written out: the seconds to wait after so many wrong PINs.
WAITS = (0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900, 900, 900, 900, 900, 900, 900)
ALONE = Profile(patient="P-0001", hand=Side.LEFT, palette="dark", word="ROSA")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a hash cost next to nothing: what it costs is not what is looked at here."""
    monkeypatch.setattr(patients, "COST", 2)


class Killed(BaseException):
    """The power is gone."""


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, bool], None]]:
    """Return a way to cut the power at the n-th change of the disk, just before or just after it."""
    with monkeypatch.context() as patch:
        real: dict[str, Callable[..., None]] = {name: getattr(files, name) for name in ("write_whole", "set_aside")}

        def arm(n: int, after: bool) -> None:
            left = [n]

            def changed(name: str) -> Callable[..., None]:
                def change(*args: Any) -> None:
                    left[0] -= 1
                    if left[0] == 0 and not after:
                        raise Killed
                    real[name](*args)
                    if left[0] == 0:
                        raise Killed

                return change

            for name in real:
                patch.setattr(files, name, changed(name))

        yield arm


def codes(folder: Path) -> list[str]:
    return [card.code for card in Patients(folder).all()]


# Who there is


def test_a_computer_on_which_nobody_played_has_no_patients(tmp_path: Path) -> None:
    assert Patients(tmp_path).all() == ()
    assert list(tmp_path.iterdir()) == []


def test_the_settings_of_one_person_alone_are_that_person(tmp_path: Path) -> None:
    settings.save(tmp_path, ALONE)
    alone = Patients(tmp_path)
    assert [card.code for card in alone.all()] == ["P-0001"]
    assert (alone.notes, alone.profile("P-0001"), alone.place("P-0001")) == ((), (ALONE, ()), tmp_path)
    alone.save("P-0001", replace(ALONE, palette="contrast"))
    assert settings.load(tmp_path)[0].palette == "contrast"


def test_who_comes_first_is_alone_here(tmp_path: Path) -> None:
    known = Patients(tmp_path)
    known.save("P-0001", ALONE)
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]
    assert [card.code for card in known.all()] == ["P-0001"]


def test_with_a_second_patient_the_first_moves_into_a_folder_as_it_is(tmp_path: Path) -> None:
    by_hand = settings.profile_text(ALONE) + "# a line that somebody wrote\n"
    (tmp_path / "settings.toml").write_text(by_hand, "utf-8")
    card = Patients(tmp_path).add("cat")
    both = Patients(tmp_path)
    assert [(c.code, c.n) for c in both.all()] == [("P-0001", 0), (card.code, 1)]
    assert both.profile("P-0001") == (ALONE, ())
    assert (tmp_path / "patients" / "P-0001" / "settings.toml").read_text("utf-8") == by_hand
    assert not (tmp_path / "settings.toml").exists()
    assert both.profile(card.code)[0].patient == card.code


def test_the_pin_of_one_person_alone_moves_along(tmp_path: Path) -> None:
    settings.save(tmp_path, ALONE)
    Patients(tmp_path).set_pin("P-0001", RIGHT)
    Patients(tmp_path).add()
    assert [card.locked for card in Patients(tmp_path).all()] == [True, False]
    assert Patients(tmp_path).check_pin("P-0001", RIGHT) == Checked(True)


def test_who_played_without_keeping_settings_is_not_lost_either(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_bytes(b"")
    new = Patients(tmp_path).add()
    assert codes(tmp_path) == ["P-0001", new.code]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", range(1, 9))
def test_nobody_is_lost_when_the_power_goes_while_a_patient_is_added(
    tmp_path: Path, cut: Callable[[int, bool], None], step: int, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.save(tmp_path, ALONE)
    (tmp_path / "settings.toml.old").write_text("# an older one", "utf-8")
    with monkeypatch.context():
        cut(step, after)
        done = True
        try:
            Patients(tmp_path).add("cat", Profile(hand=Side.LEFT))
        except Killed:
            done = False
        cut(0, False)  # the power is back
    assert done == (step > 6), "six changes of the disk"
    known = Patients(tmp_path)
    there = known.all()
    assert there[0].code == "P-0001"
    assert known.profile("P-0001") == (ALONE, ())
    assert len(there) == 1 or (there[1].picture, len(there)) == ("cat", 2)
    assert known.notes == ()
    another = known.add("fish")
    now = Patients(tmp_path)
    assert {c.code for c in now.all()} == {c.code for c in there} | {another.code}
    assert now.profile("P-0001") == (ALONE, ())
    olds = [path.read_text("utf-8") for path in tmp_path.rglob("settings.toml.old")]
    assert "# an older one" in olds


def test_what_a_crash_left_of_a_move_never_counts_again(tmp_path: Path) -> None:
    settings.save(tmp_path, ALONE)
    Patients(tmp_path).add()
    settings.save(tmp_path, ALONE)  # as if the power had gone just before this was set aside
    known = Patients(tmp_path)
    known.save("P-0001", replace(ALONE, palette="contrast"))
    assert len(known.all()) == 2
    assert known.profile("P-0001")[0].palette == "contrast"
    known.add()
    assert not (tmp_path / "settings.toml").exists()
    assert known.profile("P-0001")[0].palette == "contrast"


def test_codes_are_drawn_by_chance_and_differ_in_two_places_at_least(tmp_path: Path) -> None:
    known = Patients(tmp_path)
    made = [known.add().code for _ in range(14)]
    assert all(CODE.fullmatch(code) for code in made)
    apart = [sum(a != b for a, b in zip(one, other, strict=True)) for one in made for other in made if one < other]
    assert min(apart) >= 2
    assert codes(tmp_path) == made, "in the order in which they came"


def test_a_code_of_anybody_known_is_not_given_again(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "20260101-101010-B2-AA2.jsonl.gz").write_bytes(b"")
    (tmp_path / "patients" / "c2-aa2").mkdir(parents=True)
    draws = iter([0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1, 4, 1, 0, 1, 0, 0])
    assert Patients(tmp_path, below=lambda _n: next(draws)).add(taken=("A2-AA2", "D2-AA2")).code == "E3-BA2"


def test_when_no_code_is_left_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no code is left"):
        Patients(tmp_path, below=lambda _n: 0).add(taken=("A2-AA2",))


def test_a_new_patient_has_a_picture_that_nobody_has_while_there_is_one(tmp_path: Path) -> None:
    known = Patients(tmp_path)
    assert known.free_pictures() == PICTURES
    assert {known.add().picture for _ in PICTURES} == set(PICTURES)
    assert known.free_pictures() == PICTURES
    with pytest.raises(ValueError, match="no picture called dog"):
        known.add("dog")


def test_a_new_patient_has_the_language_screen_and_sensor_of_this_computer_and_nobodys_aids(tmp_path: Path) -> None:
    own = replace(ALONE, language="fr", grip="tindeq", units_per_mm=6.0, scan_s=2.0, unseen=Side.LEFT)
    settings.save(tmp_path, own)
    code = Patients(tmp_path).add().code
    wanted = Profile(patient=code, language="fr", grip="tindeq", units_per_mm=6.0)
    assert Patients(tmp_path).profile(code) == (wanted, ())


def test_a_program_lies_in_the_folder_also_of_one_person_alone(tmp_path: Path) -> None:
    settings.save(tmp_path, ALONE)
    alone = Patients(tmp_path)
    assert alone.program_text("P-0001") is None
    files.write_whole(alone.folder("P-0001") / "program.toml", 'name = "x"\n')
    assert alone.program_text("P-0001") == 'name = "x"\n'
    alone.add()
    assert alone.program_text("P-0001") == 'name = "x"\n'


def test_a_code_is_found_in_any_letters_and_an_unknown_one_is_named(tmp_path: Path) -> None:
    code = Patients(tmp_path).add().code
    assert Patients(tmp_path).card(code.lower()).code == code
    with pytest.raises(ValueError, match=f"there is no patient called X; there are: {code}"):
        Patients(tmp_path).card("X")


def test_the_screens_before_anybody_is_chosen_have_their_own_settings_or_look_as_the_first(tmp_path: Path) -> None:
    settings.save(tmp_path, replace(ALONE, scan_s=2.0))
    known = Patients(tmp_path)
    assert known.house().scan_s == 2.0, "who is alone is known"
    known.add()
    assert (known.house().palette, known.house().scan_s, known.house().patient) == ("dark", 0.0, "P-0001")
    settings.save(tmp_path / "tiles", Profile(language="es", scan_s=3.0))
    assert (known.house().language, known.house().scan_s) == ("es", 3.0)


@given(st.from_regex(r"\A[\w.-]{1,40}\Z") | st.from_regex(r"\A_*(con|CON|\.\.?|nul\.x|com1|)_*\Z"))
def test_every_code_has_a_folder_of_its_own_below_the_others(code: str) -> None:
    folder = folder_of(code) if code else "x"
    assert not code or code_of(folder) == code
    assert folder not in (".", "..")
    assert folder.upper() not in ("CON", "NUL", "COM1")
    assert folder[-1] != "."


def test_a_code_that_leads_elsewhere_stays_below_the_patients(tmp_path: Path) -> None:
    settings.save(tmp_path, replace(ALONE, patient=".."))
    Patients(tmp_path).add()
    assert codes(tmp_path)[0] == ".."
    assert Patients(tmp_path).place("..").resolve().parent == (tmp_path / "patients").resolve()


# Damage


DAMAGE = (
    "",
    "not TOML [",
    'picture = "dog"\nn = -3\npin = 12\nwrong = "x"\n',
    "picture = []\nwrong_at = nan\n",
    "\x00",
)


@budget(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(name=st.sampled_from(["card.toml", "settings.toml"]), text=st.sampled_from(DAMAGE) | st.binary(max_size=40))
def test_a_damaged_file_of_one_patient_never_stops_the_others(
    tmp_path_factory: pytest.TempPathFactory, name: str, text: str | bytes
) -> None:
    folder = tmp_path_factory.mktemp("data")
    made = [Patients(folder).add().code for _ in range(2)]
    path = folder / "patients" / made[0] / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    known = Patients(folder)
    assert {card.code for card in known.all()} == set(made)
    assert known.profile(made[1])[0].patient == made[1]
    assert known.profile(made[0])[0].patient == made[0]
    known.set_pin(made[0], RIGHT)
    assert known.check_pin(made[0], RIGHT) == Checked(True)


def test_what_is_damaged_is_named_with_its_place(tmp_path: Path) -> None:
    code = Patients(tmp_path).add().code
    place = tmp_path / "patients" / code
    (place / "card.toml").write_text('picture = "dog"\nn = 1\npin = "x"\n', "utf-8")
    (place / "settings.toml").write_text('hand = "both"\n', "utf-8")
    known = Patients(tmp_path)
    known.all()
    assert [note.split(": ")[:2] for note in known.notes] == [
        [f"patients/{code}/card.toml", "picture"], [f"patients/{code}/card.toml", "pin"],
    ]  # fmt: skip
    assert known.profile(code)[1][0].startswith(f"patients/{code}/settings.toml: hand: ")
    known.set_pin(code, RIGHT)
    assert (place / "card.toml.old").read_text("utf-8").startswith('picture = "dog"'), "what was written by hand stays"


def test_a_patient_whose_card_is_gone_is_still_there(tmp_path: Path) -> None:
    code = Patients(tmp_path).add().code
    (tmp_path / "patients" / code / "card.toml").unlink()
    known = Patients(tmp_path)
    assert [card.code for card in known.all()] == [code]
    assert known.notes == (f"patients/{code}/card.toml: is missing; the usual is used",)


def test_other_things_among_the_patients_are_left_alone(tmp_path: Path) -> None:
    code = Patients(tmp_path).add().code
    (tmp_path / "patients" / "notes.txt").write_text("x", "utf-8")
    (tmp_path / "patients" / "empty").mkdir()
    assert codes(tmp_path) == [code]


# Names


def test_names_stand_on_the_tiles_alone(tmp_path: Path) -> None:
    code = Patients(tmp_path).add().code
    (tmp_path / "names.toml").write_text(f'"{code}" = " @Anna  Obermaier "\nX = 3\nY = "{"y" * 99}"\n', "utf-8")
    known = Patients(tmp_path)
    assert known.all()[0].name == "Anna Obermaier"
    assert [note.split(":")[1].strip() for note in known.notes] == ["'X'", "'Y'"]


def test_a_name_never_comes_into_a_record(tmp_path: Path) -> None:
    known = Patients(tmp_path)
    code = known.add().code
    (tmp_path / "names.toml").write_text(f'"{code}" = "Zwetschgenmaier"\n', "utf-8")
    known.all()
    known.set_pin(code, RIGHT)
    known.check_pin(code, WRONG)
    known.save(code, known.profile(code)[0])
    visit = Visit(known.place(code), known.profile(code)[0], Logbook(tmp_path), Wish("ladybirds", trials=2))
    visit.ready()
    patient = Patient(Traits(0.8), 1)
    while visit.session is not None and len(visit.session.trials) < 2:
        visit.tick(patient.samples(visit.session))
    visit.close()
    kept = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    unpacked = [gzip.decompress(b) for name, b in kept.items() if name.endswith(".gz")]
    assert DATABASE in kept
    assert unpacked
    assert [name for name, text in kept.items() if b"Zwetschgenmaier" in text] == ["names.toml"]
    assert not any(b"Zwetschgenmaier" in text for text in unpacked)


def test_only_the_patients_know_where_names_are() -> None:
    rooms = ("app", "engine", "games", "devices")
    found = [p for room in rooms for p in (files.ROOT / room).rglob("*.py") if "names.toml" in p.read_text("utf-8")]
    assert [path.name for path in found] == ["patients.py"]


# PINs


def test_the_pin_itself_is_nowhere_on_the_disk(tmp_path: Path) -> None:
    known = Patients(tmp_path)
    codes_made = [known.add().code for _ in range(2)]
    for whose in (*codes_made, CLINIC):
        known.set_pin(whose, "918273")
    written = [path.read_text("utf-8") for path in tmp_path.rglob("*.toml")]
    assert not any("918273" in text for text in written)
    hashes = [tomllib.loads(text)["pin"] for text in written if "pin =" in text]
    assert len(set(hashes)) == 3, "salted: the same PIN looks different each time"


@pytest.mark.parametrize("pin", ["", "123", "1234567", "12a4", "１２３４", "²³¹²"])
def test_a_pin_is_four_to_six_digits(tmp_path: Path, pin: str) -> None:
    known = Patients(tmp_path)
    known.set_pin(CLINIC, RIGHT)
    if pin:
        with pytest.raises(ValueError, match="4 to 6 digits"):
            known.set_pin(CLINIC, pin)
    assert known.check_pin(CLINIC, pin) == Checked(False)
    assert all(known.check_pin(CLINIC, pin).left_s == 0 for _ in range(9)), "and what is none is not counted"


def test_without_a_pin_everything_is_right(tmp_path: Path) -> None:
    assert Patients(tmp_path).check_pin(CLINIC, "") == Checked(True)


def test_the_wait_is_as_long_as_asked_for() -> None:
    assert [Lock("x", wrong).wait_s for wrong in range(len(WAITS))] == list(WAITS)


def test_the_wrong_one_is_counted_before_it_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Patients(tmp_path)
    known.set_pin(CLINIC, RIGHT)

    def killed(*_: object) -> bool:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(patients, "_fits", killed)
        for _ in range(5):
            with pytest.raises(Killed):
                Patients(tmp_path).check_pin(CLINIC, WRONG)
    assert not Patients(tmp_path).check_pin(CLINIC, RIGHT).right, "who cuts the power wins nothing"


def test_where_nothing_can_be_written_wrong_pins_are_counted_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = Patients(tmp_path)
    known.set_pin(CLINIC, RIGHT)

    def refused(*_: object) -> None:
        raise FilesError("files.full", "x")

    monkeypatch.setattr(files, "write_whole", refused)
    for _ in range(5):
        known.check_pin(CLINIC, WRONG)
    assert known.check_pin(CLINIC, RIGHT).left_s > 0


def test_a_clock_before_the_last_wrong_pin_waits_the_whole_time_again() -> None:
    lock = Lock("x", 6, 1000.0)
    assert [lock.left_s(at) for at in (1000.0, 1015.0, 1060.0, 999.9, 0.0)] == [60.0, 45.0, 0.0, 60.0, 60.0]


deeds = st.lists(
    st.tuples(st.sampled_from(["right", "wrong", "wrong", "wrong"]), st.none())
    | st.tuples(st.just("pass"), st.floats(0, 1000))
    | st.tuples(st.just("clock"), st.floats(-2000, 2000))
    | st.tuples(st.just("restart"), st.none()),
    max_size=40,
)


@budget(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=deeds)
def test_the_lock_does_what_a_plain_model_of_it_does(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, float | None]]
) -> None:
    folder = tmp_path_factory.mktemp("data")
    wall = [1_800_000_000.0]
    known = Patients(folder, lambda: wall[0])
    known.set_pin(CLINIC, RIGHT)
    wrong, last = 0, 0.0
    for what, amount in deeds:
        if what in ("pass", "clock"):
            wall[0] += amount or 0.0
        elif what == "restart":
            known = Patients(folder, lambda: wall[0])
        else:
            got = known.check_pin(CLINIC, RIGHT if what == "right" else WRONG)
            since = wall[0] - last
            if wrong >= 5 and (since < 0 or since < WAITS[min(wrong, 19)]):
                left = WAITS[min(wrong, 19)] if since < 0 else WAITS[min(wrong, 19)] - since
                assert got == Checked(False, pytest.approx(left))
            elif what == "right":
                assert got == Checked(True)
                wrong = 0
            else:
                wrong, last = wrong + 1, wall[0]
                assert got == Checked(False, WAITS[min(wrong, 19)])


# Commands


def said(args: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = main(args)
    out, err = capsys.readouterr()
    return status, out, err


def typed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_the_commands_list_add_and_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path)]
    assert said([*data, "patients"], capsys)[1].startswith("Nobody practises here yet")
    status, out, _ = said([*data, "patients", "add", "--picture", "cat", "--hand", "left"], capsys)
    code = out.split()[0]
    assert (status, out.split()[1:]) == (0, ["cat", "left"])
    assert CODE.fullmatch(code)
    rows = said([*data, "patients"], capsys)[1].splitlines()
    assert [row.split()[:3] for row in rows] == [["code", "picture", "hand"], [code, "cat", "left"]]
    (tmp_path / "names.toml").write_text(f'"{code}" = "Anna"\n', "utf-8")
    shown = said([*data, "patients", "show", code.lower()], capsys)[1]
    assert f"code            {code}\n" in shown
    assert "Anna" not in shown
    status, _, err = said([*data, "patients", "show", "nobody"], capsys)
    assert (status, err) == (1, f"regrasp: there is no patient called nobody; there are: {code}\n")


def test_a_forgotten_pin_is_cleared_by_the_staff(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ["--data", str(tmp_path), "patients"]
    code = Patients(tmp_path).add().code
    typed(monkeypatch, RIGHT, RIGHT)
    assert said([*data, "pin", code], capsys)[0] == 0
    typed(monkeypatch, "998877", "998877")
    assert said([*data, "pin", "--clinic"], capsys)[0] == 0
    typed(monkeypatch, "111111")
    status, _, err = said([*data, "pin", code, "--clear"], capsys)
    assert (status, Patients(tmp_path).has_pin(code)) == (1, True)
    assert err.startswith("regrasp: This PIN does not fit.")
    typed(monkeypatch, "998877")
    assert said([*data, "pin", code, "--clear"], capsys)[:2] == (0, "The PIN is cleared.\n")
    assert not Patients(tmp_path).has_pin(code)


def test_a_pin_that_is_typed_in_two_ways_is_not_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ["--data", str(tmp_path), "patients"]
    for lines, why in (((RIGHT, WRONG), "not the same"), (("12",), "4 to 6 digits"), ((), "4 to 6 digits")):
        typed(monkeypatch, *lines)
        status, _, err = said([*data, "pin", "--clinic"], capsys)
        assert status == 1
        assert why in err
    assert not Patients(tmp_path).has_pin(CLINIC)
