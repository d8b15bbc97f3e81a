"""The command ``regrasp program``: what is listed, found wrong, found odd, explained on one page, and set."""

import importlib.util
import tomllib
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest

from app import files, prescriptions, rooms, settings
from app.cli import main
from app.logbook import Logbook
from app.prescriptions import DEEP, WIDE, asked_on, cap_in, checked, oddities, page_lines, page_of
from app.texts import load
from engine import explain
from engine.feedback import Feedback
from engine.prescription import LISTS, PARTS, Cleared, Fence, Goal, Milestone, Prescription
from engine.profile import Profile
from engine.safety import Limits

TEMPLATES = rooms.all_prescriptions()
GENTLE = rooms.built_in_program()
MINE = Prescription("mine", games=("cup", "brook"))
LANGUAGES = files.languages()
DOC = Path(files.ROOT, "docs", "programs.md")


def odd(**changes: Any) -> list[str]:
    return [row.key for row in oddities(replace(MINE, **changes))]


# --- the programs that come with Regrasp --------------------------------------------------------------------


def test_there_are_a_gentle_start_home_ward_and_maintenance() -> None:
    wanted = {"gentle", "gentle-start", "stroke-home", "nerve-home", "ward", "maintenance"}
    assert wanted <= set(TEMPLATES)


@pytest.mark.parametrize(("path", "text"), files.program_texts(), ids=lambda value: str(value)[:40])
def test_every_template_is_right_named_as_its_file_and_nothing_in_it_is_odd(path: str, text: str) -> None:
    found = checked(text, path)
    assert (found.errors, found.odd) == ((), ())
    assert rooms.prescription_of(text, path).name == Path(path).stem


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_rung_inside_a_templates_fence_asks_for_more_than_its_cap(name: str) -> None:
    found = TEMPLATES[name]
    games = explain.played(found, {task.name: task.games for task in rooms.all_tasks()})
    assert games
    for game in games:
        for rung in prescriptions._fence_of(found, game):
            assert asked_on(game, rung)[1] <= cap_in(found), f"{game}, rung {rung}"


def test_the_ones_for_home_and_ward_have_the_dose_that_was_asked_for() -> None:
    for name in ("stroke-home", "nerve-home"):
        dose = TEMPLATES[name].dose
        assert (dose.bouts, len(dose.days)) == (2, 5)
        assert 10 <= dose.minutes <= 15
    assert len(TEMPLATES["maintenance"].dose.days) * TEMPLATES["maintenance"].dose.bouts in (2, 3)
    assert TEMPLATES["maintenance"].probe
    assert TEMPLATES["ward"].choose == 2
    assert TEMPLATES["nerve-home"].limits.cap <= 0.20


def test_the_built_in_program_is_a_prescription_as_well() -> None:
    found = TEMPLATES["gentle"]
    assert found.blocks == GENTLE.blocks
    assert (found.dose.rest_s, found.dose.least_rest_s) == (GENTLE.rest_s, GENTLE.least_rest_s)
    assert found.dose.is_free
    assert (found.limits, found.aim) == (GENTLE.limits, GENTLE.aim)


def test_programs_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["program", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(TEMPLATES)


# --- check --------------------------------------------------------------------------------------------------


def test_all_that_comes_with_regrasp_is_ok(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["program", "check"]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{path}: OK" for path, _ in files.program_texts()]


def test_every_error_of_a_file_is_told_once_with_key_and_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        'games = ["cap", "brook", "boook"]\nspead = true\n[dose]\nbouts = 12\nminutes = "ten"\n'
        "[thresholds]\nstop = 6\n[fence.brook]\nhighest = 99\n[[milestones]]\ngame = 'cup'\n",
        "utf-8",
    )
    assert main(["program", "check", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    keys = [line.removeprefix(f"{path.as_posix()}: ").partition(":")[0] for line in lines]
    assert sorted(keys) == sorted(
        ["name", "games.1", "games.3", "spead", "dose.bouts", "dose.minutes", "thresholds.stop", "fence.brook.highest",
         "milestones.1.rung"]
    )  # fmt: skip
    assert any("did you mean cup?" in line for line in lines)
    assert any("did you mean speed?" in line for line in lines)


@pytest.mark.parametrize(
    "text", ["", "name = ", "games = 3", "[[games]]\nx = 1", "name = 'x'\nblocks = 7", "dose = []"]
)
def test_no_file_makes_the_check_stumble(text: str) -> None:
    assert checked(text, "x.toml").errors


def test_a_folder_is_checked_with_all_its_files_and_an_empty_one_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["program", "check", str(tmp_path)]) == 1
    assert "no program file" in capsys.readouterr().out
    (tmp_path / "below").mkdir()
    (tmp_path / "a.toml").write_text('name = "a"\ngames = ["cup"]\n')
    (tmp_path / "below" / "b.toml").write_text('name = "b"\n')
    assert main(["program", "check", str(tmp_path)]) == 1
    out = capsys.readouterr().out
    assert "a.toml: OK" in out
    assert "b.toml: games: must name at least one game" in out


def test_a_missing_file_is_told_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["program", "check", "no-such-file.toml"]) == 1
    told = capsys.readouterr().err
    assert "no-such-file.toml" in told
    assert "Traceback" not in told


def test_rungs_that_the_cap_hides_are_named() -> None:
    rows = list(oddities(replace(MINE, limits=Limits(cap=0.20))))
    assert [row.key for row in rows] == ["fence.cup"]
    assert "rungs 4-13, 17-20" in rows[0].what
    assert "0.25" in rows[0].what
    assert odd(limits=Limits(cap=0.20), fences=(("cup", Fence(1, 3)),)) == []
    assert "never played" in next(oddities(replace(MINE, limits=Limits(cap=0.05)))).what


def test_what_is_odd_is_found() -> None:
    assert odd() == []
    assert odd(probe=(("cup", 9),), fences=(("cup", Fence(1, 3)),)) == ["probe.cup"]
    assert odd(probe=(("kite", 1),)) == ["probe.kite"]
    assert odd(fences=(("kite", Fence()),)) == ["fence.kite"]
    assert odd(milestones=(Milestone("cup", 9),), fences=(("cup", Fence(1, 3, 8)),)) == ["milestones.1.rung"]
    assert odd(milestones=(Milestone("cup", 8),), fences=(("cup", Fence(1, 3, 8)),)) == []
    assert odd(speed=False, fences=(("brook", Fence(1, 14)),)) == ["fence.brook"]
    assert odd(choose=3) == ["choose"]
    assert odd(stage="healing", thresholds=replace(MINE.thresholds, stop=4)) == ["cleared"]
    assert odd(cleared=Cleared("2026-12-01", 0.4)) == ["cleared.cap"]
    short = replace(MINE.dose, minutes=3, game_minutes=2, rest_s=120)
    assert odd(choose=2, dose=short) == ["dose.minutes"]
    assert odd(dose=replace(MINE.dose, day_minutes=20, week_minutes=100)) == ["dose.day_minutes", "dose.week_minutes"]
    assert odd(dose=replace(MINE.dose, minutes=4)) == ["dose.game_minutes"]


def test_blocks_that_a_bout_cannot_hold_are_odd() -> None:
    many = tuple(replace(block, trials=60) for block in TEMPLATES["gentle"].blocks)
    assert [row.key for row in oddities(replace(TEMPLATES["gentle"], blocks=many))] == ["dose.minutes"]


# --- explain ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_explained_on_one_page_in_every_language(name: str, language: str) -> None:
    lines = page_lines(TEMPLATES[name], load(language, strict=True))
    assert len(lines) <= DEEP
    assert max(map(len, lines)) <= WIDE
    assert not any("{" in line or "@" in line for line in lines)


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_may_be_prescribed_can_be_said(language: str) -> None:
    texts = load(language, strict=True)
    dose = TEMPLATES["ward"].dose
    assert page_lines(replace(MINE, dose=replace(dose, gap_h=0)), texts)
    for n in range(1, 8):
        days = ("sun", "sat", "mon", "tue", "wed", "thu", "fri")[:n]
        assert page_lines(replace(MINE, dose=replace(dose, days=days)), texts)
    changes: list[dict[str, Any]] = [
        {"hand": hand, "choose": choose} for hand, choose in (("left", 0), ("right", 1), ("both", 2))
    ]
    strict = replace(MINE.thresholds, stop=4, strikes=1)
    heal: dict[str, Any] = {"stage": "healing", "thresholds": strict}
    changes += [heal, heal | {"cleared": Cleared("2026-12-01", 0.15, 20)}]
    changes += [{"maximum": True}, {"games": ("brook",)}, {"games": (), "tasks": ("drinking",)}]
    changes += [{"reassess_weeks": weeks} for weeks in (0, 1, 9)]
    changes += [{"flare_up": replace(MINE.flare_up, step_down=3, rest_days=3)}, {"activities": ("touch",)}]
    changes += [{"words": "@game.cup", "goals": (Goal("@tea {n}"),), "milestones": (Milestone("cup", 2, "mug"),)}]
    changes += [{"feedback": Feedback("request"), "order": replace(MINE.order, kind="random")}]
    for change in changes:
        page = "\n".join(page_lines(replace(MINE, **change), texts, "2026-11-21"))
        assert len(page.splitlines()) <= DEEP, change


def test_a_cap_that_is_stricter_is_what_the_page_says() -> None:
    texts = load("en", strict=True)
    heal = replace(MINE, stage="healing", thresholds=replace(MINE.thresholds, stop=4))
    assert "No game asks for force until" in " ".join(page_lines(heal, texts))
    cleared = replace(heal, cleared=Cleared("2026-12-01", 0.15))
    before, after = (" ".join(page_lines(cleared, texts, day)) for day in ("2026-11-30", "2026-12-01"))
    assert "Until 2026-12-01 no game asks for force." in before
    assert "Until" not in after
    assert "more than 15 percent" in after
    assert "No game asks for force." in " ".join(page_lines(replace(MINE, games=("brook",)), texts))


def test_somebodys_own_words_are_never_taken_for_a_key() -> None:
    found = replace(MINE, name="@game.kite", words="@game.kite")
    assert "Kite" not in "\n".join(page_lines(found, load("en", strict=True)))


def test_a_page_is_keys_and_values_for_a_screen_as_well() -> None:
    page = page_of(TEMPLATES["ward"])
    assert page[0].key == "explain.title"
    assert [row.key for row in page if row.kind == explain.HEAD][:2] == ["explain.what-head", "explain.when-head"]


def test_the_page_is_printed_in_a_language_or_written_to_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["program", "explain", "ward", "--language", "de"]) == 0
    german = capsys.readouterr().out
    assert german.splitlines() == page_lines(TEMPLATES["ward"], load("de"))
    out = tmp_path / "page.txt"
    command = ["program", "explain", "ward", "--language", "de", "--out", str(out)]
    assert main(command) == 0
    assert out.read_text("utf-8") == german
    assert main(command) == 1, "a file is not replaced unasked"
    assert main([*command, "--force"]) == 0


def test_the_language_of_the_settings_is_the_usual_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.save(tmp_path, Profile(language="fr"))
    assert main(["program", "explain", "ward", "--data", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("VOTRE PLAN")


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["explain", "wart"], "did you mean ward?"),
        (["explain", "qqq"], "there are gentle-start"),
        (["explain", "nowhere/x.toml"], "x.toml"),
        (["explain", "ward", "--language", "xx"], "no language called xx"),
    ],
)
def test_what_there_is_not_is_told_in_a_sentence(
    command: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["program", *command]) == 1
    shown = capsys.readouterr()
    assert told in shown.err
    assert "Traceback" not in shown.err + shown.out


# --- set ----------------------------------------------------------------------------------------------------


def test_a_checked_program_is_set_for_a_patient_and_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings.save(tmp_path, Profile(patient="P-0007"))
    for name in ("ward", "maintenance"):
        assert main(["program", "set", name, "--patient", "P-0007", "--data", str(tmp_path)]) == 0
    found = tmp_path / "patients" / "P-0007" / "program.toml"
    template = dict(files.program_texts())["levels/programs/maintenance.toml"]
    assert found.read_text("utf-8") == template
    assert 'name = "ward"' in (found.with_name("program.toml.old")).read_text("utf-8")
    logbook = Logbook(tmp_path)
    entries = logbook.diary("P-0007", ("program",))
    logbook.close()
    assert [entry.values["name"] for entry in entries] == ["ward", "maintenance"]
    again = rooms.prescription_in(dict(entries[1].values["program"]), "diary")
    assert again == TEMPLATES["maintenance"]
    assert "P-0007 now has the program ward" in capsys.readouterr().out


def test_one_of_several_patients_has_a_program_of_their_own(tmp_path: Path) -> None:
    for code in ("P-0001", "P-0002"):
        settings.save(tmp_path / "patients" / code, Profile(patient=code))
    assert main(["program", "set", "ward", "--patient", "P-0002", "--data", str(tmp_path)]) == 0
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("program.toml"))
    assert found == ["patients/P-0002/program.toml"]


def test_a_wrong_program_or_an_unknown_patient_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.save(tmp_path, Profile(patient="P-0007"))
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "x"\ngames = ["cap"]\n')
    assert main(["program", "set", str(wrong), "--patient", "P-0007", "--data", str(tmp_path)]) == 1
    assert "did you mean cup?" in capsys.readouterr().err
    assert main(["program", "set", "ward", "--patient", "../../x", "--data", str(tmp_path)]) == 1
    assert "no patient called" in capsys.readouterr().err
    assert not list(tmp_path.rglob("program.toml"))


# --- docs/programs.md ---------------------------------------------------------------------------------------


def rows_of_the_doc() -> dict[str, list[str]]:
    """Return the cells of each key of the tables: meaning, bounds, usual, source."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in DOC.read_text("utf-8").splitlines()]
    return {row[0].strip("`"): row[1:] for row in rows if len(row) == 5 and row[0].startswith("`")}


def keys_of_the_code() -> dict[str, Any]:
    """Return every key of a program with its usual value."""
    found: dict[str, Any] = {}
    usual = Prescription("usual", tasks=("any",))
    for row in fields(Prescription):
        kind = (PARTS | {"feedback": Feedback}).get(row.name)
        if kind:
            part = getattr(usual, row.name)
            found |= {f"{row.name}.{inner.name}": getattr(part, inner.name) for inner in fields(kind)}
        elif row.name in LISTS and row.name != "blocks":
            found |= {
                f"{row.name}.{inner.name}": "must be there" if inner.default is MISSING else inner.default
                for inner in fields(LISTS[row.name])
            }
        elif row.name == "fences":
            found |= {f"fence.<game>.{inner.name}": inner.default for inner in fields(Fence)}
        elif row.name != "fade":
            found[row.name] = getattr(usual, row.name) if row.name not in ("name", "tasks") else ()
    return found | {"name": "must be there", "feedback.fade": ()}


def written(value: Any) -> str:
    if value in ((), "", None):
        return "none"
    if isinstance(value, tuple):
        return ", ".join(map(written, value))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def test_the_doc_has_every_key_with_its_usual_value() -> None:
    told, known = rows_of_the_doc(), keys_of_the_code()
    assert set(told) == set(known)
    named_otherwise = {"fence.<game>.highest": "the top", "fence.<game>.furthest": "as highest"}
    shown = {key: named_otherwise.get(key, written(value)) for key, value in known.items()}
    assert {key: cells[2] for key, cells in told.items()} == shown


def test_the_bounds_in_the_doc_are_those_that_are_checked() -> None:
    tried = 0
    for key, (_, bounds, *_rest) in rows_of_the_doc().items():
        ends = bounds.split(" to ")
        part, _, name = key.rpartition(".")
        if len(ends) != 2 or part not in (*PARTS, "feedback", "") or key in ("aim.fence", "aim.rungs", "dose.days"):
            continue
        try:
            low, high = map(float, ends)
        except ValueError:
            continue
        for value in (low - 0.5, high + 0.5, low - 1, high + 1):
            inside: Any = int(value) if value == int(value) else value
            table = {"name": "x", "games": ["cup"]} | ({part: {name: inside}} if part else {name: inside})
            errors = list(prescriptions.errors_of(toml_of(table), "x.toml"))
            assert errors, f"{key} = {value} is taken"
            tried += 1
    assert tried > 80


def toml_of(table: dict[str, Any]) -> str:
    lines = []
    for key, value in table.items():
        if isinstance(value, dict):
            lines += [f"{key}.{inner} = {row!r}" for inner, row in value.items()]
        else:
            lines.append(f"{key} = {value!r}")
    text = "\n".join(lines)
    assert tomllib.loads(text)
    return text


def test_the_pages_in_the_doc_are_those_that_are_printed() -> None:
    spec = importlib.util.spec_from_file_location("build_programs", DOC.with_name("build_programs.py"))
    assert spec
    assert spec.loader
    builder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builder)
    assert builder.remade(DOC.read_text("utf-8")) == DOC.read_text("utf-8"), "run docs/build_programs.py"
