"""Packages: what goes into one comes out of it whole, nothing twice, and nothing that is wrong comes in at all."""

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import audit, files, goals_command, package, package_command, patients, sealing
from app.cli import main
from app.logbook import DATABASE
from app.merging import Told, interleaved
from app.package_command import Delivery, Wish, make, take_in
from app.patients import CLINIC, PROGRAM, Patients
from app.sealing import Age, drawn, must_be_strong
from app.store import Store, StoreError
from engine import diary, guard
from engine.diary import values_of
from engine.game import Result
from engine.guard import Event, Moment
from engine.hand import Side
from engine.recording import End, Trial, trial_line

GOOD = "tofi-baku-zemo-ladi"
# "Regrasp", closed with GOOD and a work factor of 2^10 by other software that follows the age specification.
SMALL = base64.b64decode(
    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCBBQUVDQXdRRkJnY0lDUW9MREEwT0R3IDEwCkxMS2xUaE91dHUxL3cwRS9pcnhlRkhmOW8z"
    "cXcwM0twRnVTRXdDZzhIbE0KLS0tIEo4ZzZMbzlYRXNCYlFqM2VBc2MrRlNYN0lHQVZEVWVzazBKNW5BT0VPSlkKMjM0NTY3ODk6Ozw9Pj9AQej8"
    "zGaG3Vtf1FWR9uXSSFRAKFlvtIz6"
)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRIAL = Trial(
    index=0, block=0, game="cup", hand=Side.RIGHT, played_with="keys", level=2, difficulty=31.5, result=Result.HIT,
    cause="", attempt=1, start_tick=0, end_tick=1200, params={"hold_ms": 800.0}, measures={"error": 0.03}, just=(),
    finger="", predicted=0.78, reason="reason.up", reason_values={}, belief="{}",
)  # fmt: skip


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patients, "COST", 2)


class Thin:
    """A cipher that costs nothing: it only knows whether the passphrase is the one, as age does."""

    def close(self, plain: bytes, passphrase: str) -> bytes:
        return sealing.AGE + hashlib.sha256(passphrase.encode() + plain).digest() + plain

    def open(self, closed: bytes, passphrase: str) -> bytes:
        digest, plain = closed[len(sealing.AGE) :][:32], closed[len(sealing.AGE) + 32 :]
        if hashlib.sha256(passphrase.encode() + plain).digest() != digest:
            raise ValueError("it cannot be opened: the passphrase is wrong, or the file was damaged on the way")
        return plain


@pytest.fixture
def phrase(tmp_path: Path) -> Path:
    path = tmp_path / "phrase.txt"
    path.write_text(GOOD + "\n", "utf-8")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A computer at home, on which one patient practised twice and told something each time."""
    folder = tmp_path / "home"
    Patients(folder).add("cat")
    practise(folder, 0, 1)
    return folder


def code_in(folder: Path) -> str:
    return Patients(folder).all()[0].code


def practise(folder: Path, *days: int, code: str = "", trials: int = 2, ends: bool = True) -> None:
    code = code or code_in(folder)
    with closing(Store.open(folder / DATABASE)) as store:
        for day in days:
            started = (NOON + timedelta(days=day)).isoformat()
            header = {"profile": {"patient": code, "hand": "right"}, "seed": day, "program": {"name": "gentle"}}
            session = store.begin(header, started)
            for n in range(trials):
                trial = replace(TRIAL, index=n, start_tick=n * 1200, end_tick=n * 1200 + 1200)
                store.add(session, trial, [f'[{n},["grip",{day}.5,ü]]', trial_line(trial)])
            if ends:
                store.end(session, started, End(3000, "done"), ["{}"])
            store.note(code, started, day, "journal", {"words": f"day {day}"})


def tell(folder: Path, day: int, event: Event, code: str = "") -> None:
    code = code or code_in(folder)
    at = NOON + timedelta(days=day, hours=1)
    with closing(Store.open(folder / DATABASE)) as store:
        entries = store.diary(code, diary.GUARDED)
        moment = Moment(at.timestamp(), 20_000 + day)
        now = guard.step(diary.standing(entries), event, moment)
        store.note(code, at.isoformat(), moment.day, event.kind, values_of(event, now))


def standing(folder: Path, code: str) -> guard.Standing:
    with closing(Store.open(folder / DATABASE)) as store:
        return diary.standing(store.diary(code, diary.GUARDED))


def content(folder: Path, code: str) -> Any:
    """Return everything that is kept of a patient, in the order in which it is read."""
    with closing(Store.open(folder / DATABASE)) as store:
        return [store.whole(session) for session, _ in store.heads(code)], store.told(code)


def packed(folder: Path, name: str = "p", code: str | None = None, **more: Any) -> Path:
    path = folder.parent / f"{name}.regrasp"
    assert make(Wish(str(folder), code, path, closed=False, force=True, **more)) == 0
    return path


def taken(folder: Path, file: Path, **more: Any) -> int:
    return take_in(Delivery(str(folder), file, **more), Thin())


def rows_of(folder: Path) -> bytes:
    """Return what the folder holds but for the audit log and the lock: what must not change."""
    kept = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in (audit.FILE, files.LOCK) and not path.name.startswith(DATABASE):
            kept[path.name] = path.read_bytes()
    with closing(Store.open(folder / DATABASE)) as store:
        rows = [row for code in (*store.patients(), "K7-RB4") for row in store.rows(code)]
    return repr((kept, rows)).encode()


def ids(folder: Path, code: str) -> list[str]:
    with closing(Store.open(folder / DATABASE)) as store:
        return [row.started[:10] for row in store.sessions(code)]


def rewritten(path: Path, change: Callable[[dict[str, bytes]], Any]) -> Path:
    """Write a package again with other members, its list of contents made to fit if ``change`` returns true."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    if change(members):
        manifest = json.loads(members[package.MANIFEST])
        manifest["members"] = {
            name: {"bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            for name, body in members.items() if name != package.MANIFEST
        }  # fmt: skip
        members[package.MANIFEST] = json.dumps(manifest).encode()
    out = path.with_name("other.regrasp")
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out


# The cipher


def test_a_package_is_closed_as_an_age_file_that_is_slow_to_guess() -> None:
    closed = Age().close(b"sessions", GOOD)
    header, scrypt = closed.split(b"\n")[:2]
    assert header == b"age-encryption.org/v1"
    assert scrypt.startswith(b"-> scrypt ")
    assert int(scrypt.split()[-1]) >= 15  # the power of two of the work; what it costs to open is spent elsewhere
    assert b"sessions" not in closed


def test_what_other_software_closed_is_opened_and_a_wrong_passphrase_or_damage_is_said() -> None:
    assert Age().open(SMALL, GOOD) == b"Regrasp"
    for closed, passphrase in ((SMALL, GOOD + "x"), (SMALL[:-1], GOOD), (SMALL[:-1] + b"!", GOOD), (SMALL[:40], GOOD)):
        with pytest.raises(ValueError, match="the passphrase is wrong, or the file was damaged"):
            Age().open(closed, passphrase)


@pytest.mark.parametrize(
    ("weak", "why"),
    [("", "16"), ("correct horse b", "16"), ("abababababababababab", "8 different"), ("K7-rb4 at the window", "code"),
     ("abcdefghijklmnopqrst", "in a row"), ("12345678123456781234", "in a row"), ("x" * 300, "16 to 256")],
)  # fmt: skip
def test_a_weak_passphrase_is_refused_with_advice(weak: str, why: str) -> None:
    with pytest.raises(ValueError, match=why) as told:
        must_be_strong(weak, "K7-RB4")
    assert "--make" in str(told.value)


def test_what_is_drawn_is_strong_and_never_the_same() -> None:
    made = {drawn() for _ in range(50)}
    assert len(made) == 50
    for one in made:
        must_be_strong(one, "K7-RB4")


# There and back


def test_all_that_is_kept_comes_over_and_no_name_and_no_pin(home: Path, tmp_path: Path, phrase: Path) -> None:
    code = code_in(home)
    Patients(home).set_pin(code, "4711")
    (home / "names.toml").write_text(f'"{code}" = "Anna Zwetschge"\n', "utf-8")
    (Patients(home).folder(code) / PROGRAM).write_text(files.program_texts()[0][1], "utf-8")
    tell(home, 1, Event("checkin", 3))
    out = tmp_path / "sealed.age"
    assert make(Wish(str(home), code, out, passphrase_file=phrase), Thin()) == 0
    inside = package.read(Thin().open(out.read_bytes(), GOOD))
    everything = "".join(inside.members.text(name) for name in inside.members.rows)
    assert "Zwetschge" not in everything
    assert "scrypt" not in everything
    clinic = tmp_path / "clinic"
    assert taken(clinic, out, passphrase_file=phrase) == 0
    assert content(clinic, code) == content(home, code)
    assert Patients(clinic).card(code).picture == "cat"
    assert not Patients(clinic).has_pin(code)
    assert Patients(clinic).program_text(code) == Patients(home).program_text(code)
    assert [card.code for card in Patients(clinic).all()] == [code]
    assert standing(clinic, code) == standing(home, code)


def test_the_same_package_again_changes_nothing(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clinic, file = tmp_path / "clinic", packed(home)
    taken(clinic, file)
    before = rows_of(clinic)
    capsys.readouterr()
    assert taken(clinic, file) == 0
    assert rows_of(clinic) == before
    assert "nothing in it is new" in capsys.readouterr().out


def test_a_later_package_adds_only_what_is_new_and_an_older_one_nothing(home: Path, tmp_path: Path) -> None:
    code, clinic, early = code_in(home), tmp_path / "clinic", packed(home, "early")
    taken(clinic, early)
    practise(home, 2, trials=1, ends=False)
    taken(clinic, packed(home, "late"))
    assert content(clinic, code) == content(home, code)
    before = rows_of(clinic)
    taken(clinic, early)
    assert rows_of(clinic) == before


def test_a_session_that_went_on_gets_the_rest(home: Path, tmp_path: Path) -> None:
    code, clinic = code_in(home), tmp_path / "clinic"
    practise(home, 2, trials=1, ends=False)
    taken(clinic, packed(home, "cut off"))
    with closing(Store.open(home / DATABASE)) as store:
        session = store.sessions(code)[-1].id
        trial = replace(TRIAL, index=1, start_tick=1200, end_tick=2400)
        store.add(session, trial, ['[1,["grip",1.0,1]]'])
        store.end(session, NOON.isoformat(), End(2500, "stopped"), [])
        store.reason(session, NOON.isoformat(), "pain", [])
        store.begin({"patient": code, "seed": 99}, NOON.isoformat())
    taken(clinic, packed(home, "ended"))
    assert content(clinic, code) == content(home, code)


def test_practice_on_both_computers_stands_in_the_order_of_time(home: Path, tmp_path: Path) -> None:
    code, clinic = code_in(home), tmp_path / "clinic"
    taken(clinic, packed(home))
    stranger = Patients(clinic).add().code
    practise(clinic, 3, 5, code=code)
    practise(clinic, 4, code=stranger)
    practise(home, 2, 4, 6)
    with closing(Store.open(clinic / DATABASE)) as store:
        first = store.sessions(code)[-1]
        again = store.begin({"patient": code, "seed": 77}, (NOON + timedelta(days=5, hours=1)).isoformat(), first.id)
        assert again > first.id
    taken(clinic, packed(home, "later"))
    assert ids(clinic, code) == [f"2026-03-{n:02}" for n in (2, 3, 4, 5, 6, 7, 7, 8)]
    assert [json.loads(row.entry)["words"] for row in content(clinic, code)[1]] == [f"day {n}" for n in range(7)]
    with closing(Store.open(clinic / DATABASE)) as store:
        heads = [head for _, head in store.heads(code)]
        assert [head.continues for head in heads] == [None, None, None, None, None, None, 5, None]
        assert all(store.trials(session) for session, head in store.heads(code) if head.continues is None)
        assert len(store.sessions(stranger)) == 1
        with pytest.raises(StoreError, match="only ever added"), store._writing() as db:
            db.exec_driver_sql("DELETE FROM sessions")
    taken(home, packed(clinic, "back", code=code), code=code)
    assert content(home, code) == content(clinic, code)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 30), unique=True), st.lists(st.integers(0, 30), unique=True))
def test_of_two_lists_in_order_comes_one_in_order(here: list[int], there: list[int]) -> None:
    merged = interleaved(sorted(here), sorted(there), lambda n: n)
    assert list(merged) == sorted({*here, *there})
    mixed = interleaved(here, there, lambda n: n)
    assert [n for n in mixed if n in here] == here
    assert sorted(mixed) == sorted({*here, *there})


# Whose it is


def test_another_person_with_the_same_code_is_refused_with_a_remedy(home: Path, tmp_path: Path) -> None:
    code, clinic, file = code_in(home), tmp_path / "clinic", packed(home)
    own = Patients(clinic)
    own.seat(own.guest(code, "dog", own.newcomer()))
    practise(clinic, 8, code=code)
    before = rows_of(clinic)
    with pytest.raises(ValueError, match="another person with the same code.*--as"):
        taken(clinic, file)
    assert rows_of(clinic) == before
    assert taken(clinic, file, code="K7-RB4") == 0
    assert ids(clinic, "K7-RB4") == ids(home, code)
    assert ids(clinic, code) == ["2026-03-10"]
    with closing(Store.open(clinic / DATABASE)) as store:
        assert {kept.header["profile"]["patient"] for kept in store.sessions("K7-RB4")} == {"K7-RB4"}
    with pytest.raises(ValueError, match="kept here as K7-RB4 already.*--as K7-RB4"):
        taken(clinic, file)
    assert taken(clinic, file, code="k7-rb4") == 0
    assert ids(clinic, "K7-RB4") == ids(home, code)


def test_the_same_person_under_another_code_can_be_said_to_be_the_same(home: Path, tmp_path: Path) -> None:
    clinic, file = tmp_path / "clinic", packed(home)
    own = Patients(clinic)
    mine = own.add().code
    practise(clinic, 8, code=mine)
    assert taken(clinic, file, code=mine, same_person=True) == 0
    assert ids(clinic, mine) == ["2026-03-02", "2026-03-03", "2026-03-10"]


def test_the_same_thing_with_another_content_is_refused_and_nothing_comes_in(home: Path, tmp_path: Path) -> None:
    code, clinic = code_in(home), tmp_path / "clinic"
    file = packed(home)
    taken(clinic, file)

    def other(members: dict[str, bytes]) -> bool:
        members["sessions/000002.jsonl"] = members["sessions/000002.jsonl"].replace(b'\\"hit\\"', b'\\"miss\\"')
        members["diary.jsonl"] += b'["2026-03-09T12:00:00+00:00",9,"journal","{}"]\n'
        return True

    before = rows_of(clinic)
    with pytest.raises(ValueError, match=r"begun at 2026-03-03T12.* another content.*Nothing"):
        taken(clinic, rewritten(file, other))
    assert rows_of(clinic) == before
    assert len(ids(clinic, code)) == 2


@pytest.mark.parametrize("code", ["../..", "a/b", "", "Anna Berg", "x" * 41])
def test_a_code_that_is_none_is_refused(home: Path, tmp_path: Path, code: str) -> None:
    def renamed(members: dict[str, bytes]) -> bool:
        manifest = json.loads(members[package.MANIFEST])
        members[package.MANIFEST] = json.dumps(manifest | {"patient": code}).encode()
        return False

    with pytest.raises(ValueError, match="damaged: the patient's code"):
        taken(tmp_path / "clinic", rewritten(packed(home), renamed))
    if code:
        with pytest.raises(ValueError, match="never a name"):
            taken(tmp_path / "clinic", packed(home), code=code)


# What stays


def test_settings_and_program_that_are_here_stay_and_goals_are_added(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, clinic = code_in(home), tmp_path / "clinic"
    taken(clinic, packed(home))
    here, there = Patients(clinic), Patients(home)
    goal = '[[goals]]\nwords = "{}"\n'
    (here.folder(code) / "goals.toml").write_text(goal.format("Tie shoes"), "utf-8")
    (there.folder(code) / "goals.toml").write_text(goal.format("Open a jar") + goal.format("Tie shoes"), "utf-8")
    (here.folder(code) / PROGRAM).write_text(files.program_texts()[0][1], "utf-8")
    (there.folder(code) / PROGRAM).write_text(files.program_texts()[1][1], "utf-8")
    here.save(code, replace(here.profile(code)[0], text_scale=1.5))
    capsys.readouterr()
    taken(clinic, packed(home))
    assert here.profile(code)[0].text_scale == 1.5
    assert here.program_text(code) == files.program_texts()[0][1]
    assert "does not hold here. To set it: regrasp program set" in capsys.readouterr().out
    assert (here.folder(code) / package_command.BESIDE).read_text("utf-8") == files.program_texts()[1][1]
    assert [goal.words for goal in goals_command.own_goals(clinic, code)] == ["Tie shoes", "Open a jar"]


def test_a_full_disk_half_way_leaves_everything_as_it_was(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = tmp_path / "clinic"
    practised = Patients(clinic).add().code
    practise(clinic, 8, code=practised)
    before, file = rows_of(clinic), packed(home)
    real = package.Package.whole

    def cut(self: package.Package, n: int, code: str = "") -> Any:
        if n == 1:
            raise ValueError("no room")
        return real(self, n, code)

    with monkeypatch.context() as patch:
        patch.setattr(package.Package, "whole", cut)
        with pytest.raises(ValueError, match="no room"):
            taken(clinic, file)
    assert rows_of(clinic) == before
    taken(clinic, file)
    assert content(clinic, code_in(home))[0]


# Locks


SAID = {"well": Event("checkin", 1), "pain": Event("checkin", 8), "clear": Event("clear"),
        "flag": Event("checkin", 2, flags=("numb",))}  # fmt: skip
STORY = st.lists(st.tuples(st.sampled_from(sorted(SAID)), st.integers(1, 40)), max_size=4)


def written(told: list[Told], story: list[tuple[str, int]], day: int) -> list[Told]:
    """Return a diary with what was said after it, each so many hours after the last."""
    told, at = list(told), NOON + timedelta(days=day)
    for kind, hours in story:
        at += timedelta(hours=hours)
        moment = Moment(at.timestamp(), at.date().toordinal())
        now = guard.step(package_command._standing(told), SAID[kind], moment)
        told.append(Told(at.isoformat(), moment.day, SAID[kind].kind, json.dumps(values_of(SAID[kind], now))))
    return told


def joined(here: list[Told], there: list[Told]) -> list[Told]:
    """Return what a store makes of two diaries, the second one brought by a package."""
    if set(there) <= set(here):
        return here
    last = package_command._joined(there, NOON + timedelta(days=90), here)
    return [*interleaved(here, there, lambda row: row.at), *([last] if last else [])]


@settings(max_examples=150, deadline=None)
@given(STORY, STORY, STORY)
def test_no_package_opens_a_lock(
    both: list[tuple[str, int]], one: list[tuple[str, int]], other: list[tuple[str, int]]
) -> None:
    common = written([], both, 0)
    here, there = written(common, one, 20), written(common, other, 20)
    mine, theirs = package_command._standing(here), package_command._standing(there)
    diary_now = joined(here, there)
    now = package_command._standing(diary_now)
    assert (mine.plan == "locked") <= (now.plan == "locked")
    assert (theirs.plan == "locked" and not set(there) <= set(here)) <= (now.plan == "locked")
    assert set(now.flags) >= (set(mine.flags) if mine.plan == "locked" else set())
    assert joined(diary_now, there) == diary_now
    moment = Moment((NOON + timedelta(days=40)).timestamp(), (NOON + timedelta(days=40)).date().toordinal())
    if set(here) - set(there) and set(there) - set(here):
        assert guard.allowed(now, moment).play <= guard.allowed(mine, moment).play


@pytest.mark.parametrize("late", [False, True])
def test_a_lock_here_stays_also_where_it_was_cleared_elsewhere(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], late: bool
) -> None:
    code, clinic = code_in(home), tmp_path / "clinic"
    tell(home, 2, Event("checkin", 2, flags=("numb",)))
    taken(clinic, packed(home))
    tell(clinic, 4, Event("clear"), code)
    if late:
        tell(home, 5, Event("checkin", 1))
    assert (standing(home, code).plan, standing(clinic, code).plan) == ("locked", "re-entry")
    capsys.readouterr()
    back = packed(clinic, "back")
    taken(home, back)
    assert standing(home, code).plan == "locked"
    assert f"stays so. To let it go on: regrasp clear {code}" in capsys.readouterr().out
    before = rows_of(home)
    taken(home, back)
    assert rows_of(home) == before


# What is refused


def damaged(name: str, members: dict[str, bytes]) -> bool:
    manifest = json.loads(members[package.MANIFEST])
    if name == "newer":
        manifest["database"] += 1
    elif name == "a member more":
        members["sessions/000009.jsonl"] = b"[]\n"
    elif name == "a member less":
        del members["sessions/000002.jsonl"]
    elif name == "outside":
        members["../../evil.toml"] = b"x"
    elif name == "changed":
        members["diary.jsonl"] = members["diary.jsonl"].replace(b"day 1", b"day 7")
    elif name == "not this session":
        members["sessions/000001.jsonl"] = members["sessions/000002.jsonl"]
        return True
    elif name == "no trial":
        members["sessions/000001.jsonl"] = members["sessions/000001.jsonl"].replace(b'\\"game\\"', b'\\"gone\\"')
        return True
    elif name == "its own past":
        manifest["sessions"][0][2] = 1
    elif name == "of something else":
        manifest["regrasp"] = "recording"
    members[package.MANIFEST] = json.dumps(manifest).encode()
    return False


@pytest.mark.parametrize(
    ("name", "why"),
    [("newer", "newer Regrasp.*update"), ("a member more", "damaged"), ("a member less", "damaged"),
     ("outside", "does not belong"), ("changed", "not as it was written"), ("not this session", "not the session"),
     ("no trial", "damaged"), ("its own past", "does not come before"), ("of something else", "something else")],
)  # fmt: skip
def test_what_is_wrong_with_a_package_is_said_and_nothing_comes_in(
    home: Path, tmp_path: Path, name: str, why: str
) -> None:
    clinic = tmp_path / "clinic"
    with pytest.raises(ValueError, match=why):
        taken(clinic, rewritten(packed(home), lambda members: damaged(name, members)))
    assert not (clinic / DATABASE).exists() or ids(clinic, code_in(home)) == []
    assert not list(tmp_path.rglob("evil.toml"))


def test_a_package_that_unpacks_to_far_too_much_is_refused(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = packed(home)
    monkeypatch.setattr(package, "MOST_MEMBER_BYTES", 200)
    with pytest.raises(ValueError, match="larger than it may be"):
        taken(tmp_path / "clinic", file)
    monkeypatch.setattr(package, "MOST_BYTES", 100)
    with pytest.raises(ValueError, match="larger than 100 bytes"):
        taken(tmp_path / "clinic", file)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Path]:
    folder = tmp_path_factory.mktemp("whole") / "home"
    Patients(folder).add()
    practise(folder, 0)
    return packed(folder).read_bytes(), folder


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_any_damage_is_a_plain_error_or_changes_nothing(whole: tuple[bytes, Path], data: st.DataObject) -> None:
    plain, _ = whole
    at = data.draw(st.integers(0, len(plain) - 1))
    harm = data.draw(st.sampled_from(["cut", "flip", "insert"]))
    bad = {"cut": plain[:at], "flip": plain[:at] + bytes([plain[at] ^ 0x41]) + plain[at + 1 :],
           "insert": plain[:at] + b"\x00" + plain[at:]}[harm]  # fmt: skip
    good = package.read(plain)
    try:
        found = package.read(bad)
        sessions = [found.whole(n) for n in range(len(found.heads))]
    except ValueError as error:
        assert str(error)
        return
    assert (found.told, found.texts, found.patient) == (good.told, good.texts, good.patient)
    assert sessions == [good.whole(n) for n in range(len(good.heads))]


# Commands


def test_the_passphrase_is_asked_twice_and_never_shown(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_command, "Age", Thin)
    out, data = str(tmp_path / "k.age"), ["--data", str(home)]
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n{GOOD}x\n"))
    assert main([*data, "package", "--out", out]) == 1
    assert "not the same" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main([*data, "package", "--out", out]) == 1
    assert not Path(out).exists()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n{GOOD}\n"))
    assert main([*data, "package", "--out", out]) == 0
    assert main([*data, "package", "--out", out]) == 1
    told = capsys.readouterr()
    assert "is there already" in told.err
    assert GOOD not in told.out + told.err
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))
    assert main(["--data", str(tmp_path / "clinic"), "import", out]) == 1
    assert "passphrase is wrong" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))
    assert main(["--data", str(tmp_path / "clinic"), "import", out]) == 0


def test_a_passphrase_is_made_and_shown_once_and_an_open_package_is_told_to_be_open(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(package_command, "Age", Thin)
    out = tmp_path / "m.age"
    assert main(["--data", str(home), "package", "--out", str(out), "--make"]) == 0
    shown = capsys.readouterr().out.splitlines()[0].split()[-1]
    assert package.read(Thin().open(out.read_bytes(), shown)).patient == code_in(home)
    assert main(["--data", str(home), "package", "--out", str(tmp_path / "o.zip"), "--no-passphrase"]) == 0
    assert "whoever gets it can read it" in capsys.readouterr().out


def test_where_the_clinic_has_a_pin_it_is_asked_for(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = packed(home)
    Patients(home).set_pin(CLINIC, "4711")
    monkeypatch.setattr("sys.stdin", io.StringIO("0000\n0000\n"))
    assert main(["--data", str(home), "package", "--no-passphrase", "--out", str(tmp_path / "x")]) == 1
    assert main(["--data", str(home), "import", str(file)]) == 1
    assert capsys.readouterr().err.count("does not fit") == 2
    assert not (tmp_path / "x").exists()


def test_a_package_and_its_arrival_are_in_the_log_without_the_code(home: Path, tmp_path: Path) -> None:
    clinic = tmp_path / "clinic"
    taken(clinic, packed(home))
    assert [line.what for line in audit.lines(home)] == ["software", "package.made"]
    assert [line.what for line in audit.lines(clinic)] == ["software", "package.imported"]
    assert code_in(home).encode() not in (home / audit.FILE).read_bytes()


def test_nobody_kept_means_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not there"):
        make(Wish(str(tmp_path / "none"), out=tmp_path / "x", closed=False))
    assert not (tmp_path / "x").exists()
    assert asdict(Delivery(None, tmp_path))["same_person"] is False
