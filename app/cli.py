"""Read the command line: each command in a few lines, everything heavy imported only when it is needed."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.asked import DEVICES, Asked, asked

if TYPE_CHECKING:
    from app.reception import Reception
    from app.visit import Wish
    from engine.hand import Side

LONGEST_S = 4 * 3600
LSL_OUT = "send what is felt over the local network to lab software (LSL); anyone there can read it"
HONEST = "Hand exercise games, practice logging and research. Not a medical device."


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    except Exception as error:
        return _told(error, getattr(args, "data", None))


def _told(error: Exception, data: str | None) -> int:
    """Say what happened in one sentence, without a traceback; a fault of the program is written down for its makers."""
    from app.files import FilesError
    from app.texts import load
    from engine.level import LevelError
    from engine.recording import RecordingError

    if isinstance(error, FilesError):
        text = load("en").say(error.message_key.replace("files.", "file."))
        print(f"regrasp: {error.place}: {text}", file=sys.stderr)
    elif isinstance(error, LevelError | RecordingError | ValueError):
        print(f"regrasp: {error}", file=sys.stderr)
    else:
        print(f"regrasp: Something went wrong ({error}). What was done so far is kept.", file=sys.stderr)
        print(f"Details for the makers: {_written_down(error, data)}", file=sys.stderr)
    return 1


def _written_down(error: Exception, data: str | None) -> str:
    """Write the traceback beside the records; return where."""
    import traceback

    from app import files

    text = "".join(traceback.format_exception(error))
    try:
        place = files.data_dir(data) / "trouble.txt"
        files.write_whole(place, text)
        return str(place)
    except files.FilesError:
        return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="regrasp", description=HONEST)
    parser.add_argument("--data", metavar="DIR", help="where everything is kept (or REGRASP_DATA)")
    parser.add_argument("--fullscreen", action="store_true", help="fill the whole screen")
    parser.add_argument("--lsl-out", action="store_true", help=LSL_OUT)
    parser.add_argument("--kiosk", action="store_true", help="for a ward: full screen, locked after 5 idle minutes")
    parser.add_argument("--patient", metavar="CODE", help="who practises, without asking")
    parser.set_defaults(run=_home)
    commands = parser.add_subparsers(title="commands", metavar="")
    _add_play(commands.add_parser("play", help="play one game at once"))
    _add_assess(commands.add_parser("assess", help="look at a hand: grip, fingers, tracing and aiming, in minutes"))
    _add_demo(commands.add_parser("demo", help="let a simulated patient play, without a screen"))
    _add_why(commands.add_parser("why", help="say in plain words why each change of difficulty was made"))
    _add_patients(commands.add_parser("patients", help="list patients, add one, set or clear a PIN"))
    _add_clear(commands.add_parser("clear", help="a therapist lets practice go on after it was locked"))
    _add_goals(commands.add_parser("goals", help="list a patient's goals and own activities, rate or add a goal"))
    _add_tests(commands.add_parser("tests", help="list tests done by hand, enter, correct, time and show them"))
    _add_report(commands.add_parser("report", help="write reports for clinician, patient and helpers (HTML, PDF)"))
    _add_calendar(commands.add_parser("calendar", help="write the bouts of the next four weeks as a calendar file"))
    _add_export(commands.add_parser("export", help="write a patient's records as tables, raw samples, FHIR or BIDS"))
    _add_devices(commands.add_parser("devices", help="see, test, calibrate and record sensors"))
    _add_pictures(
        commands.add_parser("pictures", help="paint every game and screen, and a contact sheet of each palette")
    )
    _add_program(commands.add_parser("program", help="list, check and explain what is prescribed, and set it"))
    _add_package(commands.add_parser("package", help="put all that is kept of a patient into one file, closed"))
    _add_import(commands.add_parser("import", help="take a package in: what is new is added, nothing is replaced"))
    _add_delete(commands.add_parser("delete", help="delete everything of a patient, and prove it"))
    _add_audit(commands.add_parser("audit", help="show or verify the log of what was done"))
    _add_sbom(commands.add_parser("sbom", help="list the software that Regrasp runs on (CycloneDX)"))
    replay = commands.add_parser("replay", help="verify a recording: the first trial that differs is named")
    replay.add_argument("file", type=Path, help="a recording, .jsonl or .jsonl.gz")
    replay.set_defaults(run=_replay)
    levels = commands.add_parser("levels", help="look at level files").add_subparsers(required=True, metavar="check")
    check = levels.add_parser("check", help="prove that level files are valid, and each rung no easier than before")
    check.add_argument("paths", nargs="*", type=Path, help="files or folders; without any, the levels of Regrasp")
    check.set_defaults(run=_check_levels)
    return parser


def _add_play(play: argparse.ArgumentParser) -> None:
    play.add_argument("game", help="such as ladybirds, cup or brook; a wrong name lists them all")
    play.add_argument("--hand", choices=("left", "right"), help="the hand that plays")
    play.add_argument("--trials", type=_count, default=10, help="how many tries (10)")
    play.add_argument("--level", type=_count, help="stay on this rung of the ladder")
    _add_device(play, None, "what it is played with")
    play.add_argument("--seed", type=int, help="the same seed gives the same session")
    play.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")
    play.add_argument("--fullscreen", action="store_true", default=argparse.SUPPRESS, help="fill the whole screen")
    play.add_argument("--lsl-out", action="store_true", default=argparse.SUPPRESS, help=LSL_OUT)
    play.set_defaults(run=_play)


def _add_assess(assess: argparse.ArgumentParser) -> None:
    assess.add_argument("--hand", choices=("left", "right", "both"), default="both", help="which hand (both, in turn)")
    assess.add_argument("--patient", metavar="CODE", default=argparse.SUPPRESS, help="whose hand")
    assess.add_argument("--show", action="store_true", help="print what is kept, without a screen")
    assess.add_argument("--simulate", action="store_true", help="let a simulated patient do it, and keep nothing")
    assess.add_argument("--ability", type=_share, default=0.5, help="of the simulated patient, 0..1 (0.5)")
    assess.add_argument("--seed", type=int, default=1, help="the same seed gives the same assessment (1)")
    assess.add_argument("--json", action="store_true", help="print results as JSON, and nothing else")
    _add_device(assess, None, "what forces come from")
    assess.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")
    assess.add_argument("--fullscreen", action="store_true", default=argparse.SUPPRESS, help="fill the whole screen")
    assess.set_defaults(run=_assess)


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--game", help="only this game")
    demo.add_argument("--trials", type=_count, default=12, help="how many tries of each game (12)")
    demo.add_argument("--ability", type=_share, default=0.5, help="of the simulated patient, 0..1 (0.5)")
    demo.add_argument("--hand", choices=("left", "right"), default="right", help="the hand that plays")
    demo.add_argument("--seed", type=int, default=1, help="the same seed gives the same session (1)")
    demo.add_argument("--out", type=Path, help="the folder for what it leaves (regrasp-demo)")
    demo.add_argument("--json", action="store_true", help="print the summary as JSON, and nothing else")
    demo.set_defaults(run=_demo)


def _add_why(why: argparse.ArgumentParser) -> None:
    why.add_argument("file", nargs="?", type=Path, help="a recording, or a folder; without it, what is kept here")
    why.add_argument("--patient", metavar="CODE", help="whose changes; needed where there are several patients")
    why.add_argument("--last", metavar="N", type=_many, default=20, help="how many changes, the newest (20)")
    why.add_argument("--game", help="only this game")
    why.add_argument("--language", metavar="CODE", help="of the sentences, such as de (the patient's)")
    why.add_argument("--json", action="store_true", help="print key and values of each reason, one JSON object a line")
    why.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")
    why.set_defaults(run=_why)


def _add_clear(clear: argparse.ArgumentParser) -> None:
    clear.add_argument("patient", metavar="CODE", help="whose practice may go on")
    clear.add_argument("--by", metavar="WHO", default="", help="initials or role of the therapist, kept in the diary")
    clear.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")
    clear.set_defaults(run=_clear)


def _add_patients(patients: argparse.ArgumentParser) -> None:
    patients.description = "Without a command: every patient with picture, hand and last practice. Codes, no names."
    patients.set_defaults(run=_patients)
    commands = patients.add_subparsers(title="commands", metavar="")
    new = commands.add_parser("add", help="add a patient; the code is drawn by chance")
    new.add_argument("--picture", default="", help="such as cat (the first that nobody has)")
    new.add_argument("--hand", choices=("left", "right"), default="right", help="the hand that practises")
    new.set_defaults(run=_patients_add)
    show = commands.add_parser("show", help="show what is kept of a patient")
    show.add_argument("code", metavar="CODE", help="such as K7-RB4")
    show.set_defaults(run=_patients_show)
    pin = commands.add_parser("pin", help="set a PIN that locks the screen; where the clinic has one it is asked first")
    whose = pin.add_mutually_exclusive_group(required=True)
    whose.add_argument("code", metavar="CODE", nargs="?", help="whose PIN")
    whose.add_argument("--clinic", action="store_true", help="the PIN of the staff: leave the kiosk, clear a lock")
    pin.add_argument("--clear", action="store_true", help="no PIN any more, also where it is forgotten")
    pin.set_defaults(run=_patients_pin)
    for parser in (patients, new, show, pin):
        parser.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")


def _add_goals(found: argparse.ArgumentParser) -> None:
    commands = found.add_subparsers(title="commands", metavar="")
    found.set_defaults(run=_goals, number=None, words="")
    rate = commands.add_parser("rate", help="say how far a goal was attained")
    rate.add_argument("number", metavar="N", type=_many, help="the goal's number in the list")
    rate.add_argument("score", metavar="SCORE", type=int, choices=range(-2, 3), help="-2 to 2; 0 is as agreed")
    add = commands.add_parser("add", help="add a goal in the patient's own words")
    add.add_argument("words", metavar="WORDS", help="the goal, in quotation marks")
    for parser in (found, rate, add):
        _add_patient(parser)
    for parser in (rate, add):
        parser.set_defaults(run=_goals)


def _add_tests(found: argparse.ArgumentParser) -> None:
    found.set_defaults(run=_tests)
    commands = found.add_subparsers(title="commands", metavar="")
    enter = commands.add_parser("enter", help="keep a test; without numbers each field is asked for")
    timed = commands.add_parser("time", help="a stopwatch for nine-hole-peg, 60 seconds for box-and-block")
    show = commands.add_parser("show", help="the results of a patient, and differences to the first")
    withdraw = commands.add_parser("withdraw", help="an entry does not count any more; it stays in the record")
    for parser in (enter, timed):
        parser.add_argument("name", metavar="NAME", help="of the test, such as grip; regrasp tests lists them")
        parser.add_argument("--device", metavar="WORDS", default="", help="what it was done with, its name or number")
        parser.add_argument("--on", metavar="DATE", default="", help="when it was done, such as 2026-11-21 (today)")
    for hand in ("right", "left"):
        enter.add_argument(f"--{hand}", nargs="+", metavar="N", default=(), help="of that hand; - leaves one out")
    enter.add_argument("--total", nargs="+", metavar="N", default=(), help="of a questionnaire, or of both hands")
    enter.add_argument("--unit", metavar="UNIT", default="", help="of the numbers, such as lb")
    enter.add_argument("--handle", metavar="N", type=_many, help="position of the handle of a dynamometer, 1 to 5")
    enter.add_argument("--words", metavar="WORDS", default="", help="what an own test is")
    enter.add_argument("--corrects", metavar="ENTRY", default="", help="the entry that it takes the place of")
    timed.add_argument("--hand", choices=("left", "right"), default="", help="the hand; without it, it is asked for")
    show.add_argument("--json", action="store_true", help="print the results as JSON, and nothing else")
    show.add_argument("--all", action="store_true", help="also what was corrected or withdrawn")
    withdraw.add_argument("corrects", metavar="ENTRY", help="its letters and digits, as regrasp tests show lists them")
    for parser in (enter, timed, withdraw):
        parser.add_argument("--by", metavar="WHO", default="", help="role or initials, kept with it")
    runs = {enter: _tests_enter, timed: _tests_time, show: _tests_show, withdraw: _tests_withdraw}
    for parser, run in runs.items():
        parser.add_argument("--patient", metavar="CODE", default=argparse.SUPPRESS, help="whose")
        parser.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")
        parser.set_defaults(run=run)


def _add_report(report: argparse.ArgumentParser) -> None:
    report.add_argument("--weeks", type=_weeks, metavar="N", default=4, help="of how many weeks, 1 to 52 (4)")
    report.add_argument("--until", metavar="DATE", default="", help="the last day, such as 2026-06-05 (today)")
    report.add_argument("--out", type=Path, metavar="FOLDER", help="where the files go (here)")
    kinds = ("clinician", "patient", "caregiver", "all")
    report.add_argument("--for", dest="whom", choices=kinds, default="all", help="for whom (all)")
    report.add_argument("--pdf", action=argparse.BooleanOptionalAction, default=True, help="write PDF as well (yes)")
    report.add_argument("--open", action="store_true", dest="opened", help="open the first one in the browser")
    report.add_argument("--force", action="store_true", help="replace files of the same name")
    _add_patient(report)
    report.set_defaults(run=_report)


def _add_calendar(calendar: argparse.ArgumentParser) -> None:
    calendar.add_argument("--out", type=Path, metavar="FILE", help="the file (regrasp-reminders.ics)")
    _add_patient(calendar)
    calendar.set_defaults(run=_calendar)


def _add_package(made: argparse.ArgumentParser) -> None:
    made.description = "Sessions, tries, samples, diary, program, goals and settings; no name and no PIN."
    made.add_argument(
        "--patient", metavar="CODE", default=argparse.SUPPRESS, help="whose; needed where there are several patients"
    )
    made.add_argument("--out", type=Path, metavar="FILE", help="the file (CODE-DATE.regrasp.age)")
    made.add_argument("--force", action="store_true", help="replace FILE if it is there")
    how = made.add_mutually_exclusive_group()
    how.add_argument("--passphrase-file", type=Path, metavar="FILE", help="its first line closes the package")
    how.add_argument("--make", action="store_true", help="draw a passphrase and show it once")
    how.add_argument("--no-passphrase", action="store_true", help="leave it open: whoever gets the file can read it")
    made.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")
    made.set_defaults(run=_package)


def _add_import(taken: argparse.ArgumentParser) -> None:
    taken.add_argument("file", type=Path, metavar="FILE", help="a package")
    taken.add_argument("--as", dest="code", metavar="CODE", help="take it in under this code instead of its own")
    taken.add_argument("--same-person", action="store_true", help="it is the same person, though nothing agrees yet")
    taken.add_argument("--passphrase-file", type=Path, metavar="FILE", help="its first line opens the package")
    taken.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")
    taken.set_defaults(run=_import)


def _add_delete(gone: argparse.ArgumentParser) -> None:
    gone.add_argument("code", metavar="CODE", help="whose records, settings, program and name are deleted")
    gone.add_argument("--yes", action="store_true", help="do not ask for the code to be typed again")
    gone.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")
    gone.set_defaults(run=_delete)


def _add_audit(log: argparse.ArgumentParser) -> None:
    commands = log.add_subparsers(required=True, title="commands", metavar="COMMAND")
    verify = commands.add_parser("verify", help="name the first line that was changed, taken out or put in")
    verify.add_argument("--head", metavar="N:HASH", help="a head printed earlier, such as on a report")
    verify.set_defaults(run=_audit_verify)
    show = commands.add_parser("show", help="print the log")
    show.add_argument("--patient", metavar="CODE", help="only what was done with this patient")
    show.set_defaults(run=_audit_show)
    for parser in (verify, show):
        parser.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")


def _add_sbom(listed: argparse.ArgumentParser) -> None:
    listed.add_argument("--out", type=Path, metavar="FILE", help="write it to a file")
    listed.set_defaults(run=_sbom)


def _add_patient(parser: argparse.ArgumentParser) -> None:
    unset = argparse.SUPPRESS  # what stands before the command holds
    parser.add_argument("--patient", metavar="CODE", default=unset, help="whose; needed where there are several")
    parser.add_argument("--language", metavar="CODE", default=unset, help="of the words, such as de (the patient's)")
    parser.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")


def _add_export(export: argparse.ArgumentParser) -> None:
    formats = ("csv", "raw", "parquet", "fhir", "bids", "all")
    unset = argparse.SUPPRESS
    export.add_argument("--patient", metavar="CODE", default=unset, help="whose; needed where there are several")
    export.add_argument("--format", choices=formats, default="csv", help="all: csv, raw, fhir and bids (csv)")
    export.add_argument("--out", type=Path, metavar="FOLDER", help="the folder (regrasp-export-CODE)")
    export.add_argument("--offsets", action="store_true", help="for research: no dates but days, no own words")
    export.add_argument("--weeks", type=_count, metavar="N", help="the last N weeks (everything)")
    export.add_argument("--force", action="store_true", help="replace an older export in that folder")
    export.add_argument("--data", metavar="DIR", default=unset, help="where everything is kept")
    export.set_defaults(run=_export)


def _add_pictures(pictures: argparse.ArgumentParser) -> None:
    pictures.add_argument("--palette", choices=("light", "dark", "contrast"), help="only this palette")
    pictures.add_argument("--language", metavar="CODE", default="en", help="of the words, such as de (en)")
    pictures.add_argument("--hand", choices=("left", "right"), default="right", help="the hand that plays")
    pictures.add_argument("--unseen", choices=("left", "right"), help="as for somebody who does not see this side")
    pictures.add_argument("--text", type=_text_size, metavar="SIZE", default=1.0, help="of the words, 1 to 2 (1)")
    pictures.add_argument("--out", type=Path, help="the folder for the pictures (regrasp-pictures)")
    pictures.set_defaults(run=_pictures)


def _add_program(program: argparse.ArgumentParser) -> None:
    commands = program.add_subparsers(required=True, title="commands", metavar="COMMAND")
    listed = commands.add_parser("list", help="list the programs that come with Regrasp")
    listed.set_defaults(run=_program_list)
    check = commands.add_parser("check", help="say all that is wrong in program files, with key and remedy")
    check.add_argument("paths", nargs="*", type=Path, help="files or folders; without any, those of Regrasp")
    check.set_defaults(run=_program_check)
    explain = commands.add_parser("explain", help="explain a program on one page to patient and helper")
    explain.add_argument("--language", metavar="CODE", help="such as de (that of the settings)")
    explain.add_argument("--out", type=Path, metavar="FILE", help="write the page to a file")
    explain.add_argument("--force", action="store_true", help="replace FILE if it is there")
    explain.set_defaults(run=_program_explain)
    setting = commands.add_parser("set", help="make a program that of a patient, checked before")
    setting.add_argument("--patient", metavar="CODE", required=True, help="whose program it is from now on")
    setting.set_defaults(run=_program_set)
    rest = commands.add_parser("pause", help="pause a patient's plan, as in an illness: no day of it counts as missed")
    rest.add_argument("--until", metavar="DATE", default="", help="the day on which it goes on (when it is resumed)")
    rest.set_defaults(run=_program_pause)
    again = commands.add_parser("resume", help="let a paused plan go on from today")
    again.set_defaults(run=_program_resume)
    for parser in (rest, again):
        parser.add_argument("--patient", metavar="CODE", required=True, help="whose plan")
        parser.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")
    for parser in (explain, setting):
        parser.add_argument("program", metavar="FILE|NAME", help="a program file, or the name of one of Regrasp")
        parser.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")


def _add_devices(devices: argparse.ArgumentParser) -> None:
    devices.description = "Without a command: every port and what it is, and every remembered sensor."
    _add_device(devices, argparse.SUPPRESS, "list this one only, and open it")
    devices.add_argument("--json", action="store_true", help="print one JSON object, and nothing else")
    devices.set_defaults(run=_devices)
    commands = devices.add_subparsers(title="commands", metavar="")
    test = commands.add_parser("test", help="show live what a sensor sends, and what to do about it")
    test.add_argument("--seconds", type=_seconds, metavar="N", help="end after so long (when Ctrl-C is pressed)")
    test.add_argument("--json", action="store_true", help="print one JSON object a second")
    test.set_defaults(run=_devices_test)
    calibrate = commands.add_parser("calibrate", help="calibrate a force sensor in newtons, with known weights")
    what = calibrate.add_mutually_exclusive_group()
    what.add_argument("--weights", type=_weights, metavar="KG,KG,...", help="these weights, Enter between them")
    what.add_argument("--check", type=_weight, metavar="KG", help="check with one weight: within 2 %% is good")
    calibrate.set_defaults(run=_devices_calibrate)
    record = commands.add_parser("record", help="record what a device sends, raw, to a file")
    record.add_argument("--seconds", type=_seconds, metavar="N", help="so long (when Ctrl-C is pressed)")
    record.add_argument("--out", type=Path, metavar="FILE", required=True, help="JSON Lines, or FILE.csv")
    record.add_argument("--force", action="store_true", help="replace FILE if it is there")
    record.set_defaults(run=_devices_record)
    for command in (test, calibrate, record):
        _add_device(command, argparse.SUPPRESS, "which (the one remembered sensor)")
    forget = commands.add_parser("forget", help="do not open a sensor by itself any more")
    forget.add_argument("serial", metavar="SERIAL", help="its serial number")
    forget.set_defaults(run=_devices_forget)
    for parser in (devices, test, calibrate, record, forget):
        parser.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help="where everything is kept")


def _add_device(parser: argparse.ArgumentParser, default: str | None, what: str) -> None:
    parser.add_argument("--device", type=_device, default=default, metavar="DEVICE", help=f"{what}: {DEVICES}")


def _many(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if not 1 <= value <= 1_000_000:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to 1000000, not {text}")
    return value


def _count(text: str) -> int:
    value = int(text) if text.isdigit() else 0
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to 1000, not {text}")
    return value


def _weeks(text: str) -> int:
    value = int(text) if text.isdigit() else 0
    if not 1 <= value <= 52:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to 52, not {text}")
    return value


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 1, not {text}")
    return value


def _text_size(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1.0 <= value <= 2.0:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to 2, not {text}")
    return value


def _device(text: str) -> Asked:
    try:
        return asked(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value <= LONGEST_S:
        raise argparse.ArgumentTypeError(f"must be a number of seconds up to {LONGEST_S}, not {text}")
    return value


def _weight(text: str) -> float:
    from app.bench_weigh import kilograms

    try:
        kg = kilograms(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not kg:
        raise argparse.ArgumentTypeError("must be more than nothing")
    return kg


def _weights(text: str) -> tuple[float, ...]:
    weights = tuple(_weight(kg) if kg.strip() != "0" else 0.0 for kg in text.split(","))
    if not any(weights):
        raise argparse.ArgumentTypeError("must be at least one weight above 0, such as 0,2,5,10")
    return weights


# Commands


def _home(args: argparse.Namespace) -> int:
    if not _has_screen():
        return _no_screen(args)
    return _window(args, None)


def _play(args: argparse.Namespace) -> int:
    from app import rooms
    from app.visit import Wish

    if args.game not in rooms.all_games():
        raise ValueError(f"there is no game called {args.game}; there are {', '.join(rooms.all_games())}")
    if args.level is not None:
        rooms.all_ladders()[args.game].start_of(args.level)
    if not _has_screen():
        print("There is no screen here. Try: regrasp demo --game " + args.game, file=sys.stderr)
        return 1
    hand = _side(args.hand) if args.hand else None
    device = args.device
    if device is not None and device.kind == "serial" and rooms.all_games()[args.game].skill == "tap":
        device = Asked("pads", device.port)  # what is tapped on a port is a tap board
    return _window(args, Wish(args.game, args.trials, args.level, args.seed, device, hand))


def _assess(args: argparse.Namespace) -> int:
    from app import assess_command
    from app.visit import Wish

    hands = tuple(_side(side) for side in (("right", "left") if args.hand == "both" else (args.hand,)))
    wanted = assess_command.Wanted(args.data, args.patient, hands, args.ability, args.seed, args.json)
    if args.simulate:
        return assess_command.simulate(wanted)
    if args.show:
        return assess_command.show(wanted)
    if not _has_screen():
        return assess_command.no_screen()
    return _window(args, Wish(device=args.device, hand=hands[0] if len(hands) == 1 else None, assess=True))


def _window(args: argparse.Namespace, wish: "Wish | None") -> int:
    from app import audit, files
    from app.patients import CLINIC, Patients
    from app.reception import Reception

    data_dir = files.data_dir(args.data)
    with files.RunningLock(data_dir):
        audit.note_version(data_dir)
        patients = Patients(data_dir)
        reception = Reception(patients, args.kiosk, args.patient or "")
        for note in (*patients.notes, *(patients.profile(reception.here)[1] if reception.here else ())):
            print(f"regrasp: {note}", file=sys.stderr)
        if args.kiosk and not patients.has_pin(CLINIC):
            print("regrasp: anybody may leave the kiosk; set a PIN: regrasp patients pin --clinic", file=sys.stderr)
        return _opened(args, data_dir, reception, wish)


def _opened(args: argparse.Namespace, data_dir: Path, reception: "Reception", wish: "Wish | None") -> int:
    from app.files import FilesError
    from engine.level import LevelError

    try:
        from app.window import open_window, stay

        window = open_window(data_dir, reception, wish, args.fullscreen, args.lsl_out)
    except (LevelError, FilesError):
        raise
    except Exception as error:  # no display server, no graphics: many kinds, one meaning
        print(f"The window cannot be opened ({error}).", file=sys.stderr)
        return _no_screen(args)
    stay(window)
    return 0


def _side(text: str) -> "Side":
    from engine.hand import Side

    return Side(text)


def _has_screen() -> bool:
    """Tell whether a window can be expected to open here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _no_screen(args: argparse.Namespace) -> int:
    print("There is no screen here, so a simulated patient plays a demonstration.")
    demo = _parser().parse_args(["demo"])
    return _demo(demo)


def _demo(args: argparse.Namespace) -> int:
    from app.demo import Demo, run

    demo = Demo(args.game, args.trials, args.ability, _side(args.hand), args.seed)
    return run(demo, args.out, args.json)


def _pictures(args: argparse.Namespace) -> int:
    from app import files
    from app.contact import Look, run
    from engine.profile import PALETTES

    if args.language not in files.languages():
        raise ValueError(f"there is no language called {args.language}; there are {', '.join(files.languages())}")
    unseen = _side(args.unseen) if args.unseen else None
    look = Look(PALETTES[0], args.language, _side(args.hand), unseen, args.text)
    return run(args.out, (args.palette,) if args.palette else PALETTES, look)


def _clear(args: argparse.Namespace) -> int:
    from app.patients_command import clear

    return clear(args.data, args.patient, args.by)


def _why(args: argparse.Namespace) -> int:
    from app.why import Wanted, run

    return run(Wanted(args.file, args.data, args.patient, args.last, args.game, args.language, args.json))


def _patients(args: argparse.Namespace) -> int:
    from app import patients_command

    return patients_command.run(args.data)


def _patients_add(args: argparse.Namespace) -> int:
    from app import patients_command

    return patients_command.add(args.data, patients_command.Newcomer(args.picture, _side(args.hand)))


def _patients_show(args: argparse.Namespace) -> int:
    from app import patients_command

    return patients_command.show(args.data, args.code)


def _patients_pin(args: argparse.Namespace) -> int:
    from app import patients_command

    return patients_command.pin(args.data, args.code, args.clear)


def _goals(args: argparse.Namespace) -> int:
    from app.goals_command import Wanted, run

    rate = None if args.number is None else (args.number, args.score)
    return run(Wanted(args.data, args.patient, getattr(args, "language", None), rate, args.words))


def _tests(args: argparse.Namespace) -> int:
    from app import handtests_command

    return handtests_command.list_tests()


def _tests_enter(args: argparse.Namespace) -> int:
    from app.handtests_command import Wanted, enter

    told = {name: getattr(args, name) for name in ("unit", "device", "handle", "on", "by", "words", "corrects")}
    numbers = (tuple(args.right), tuple(args.left), tuple(args.total))
    return enter(Wanted(args.data, args.patient, args.name, *numbers, **told))


def _tests_time(args: argparse.Namespace) -> int:
    from app.handtests_command import Wanted, clock

    told = {name: getattr(args, name) for name in ("device", "on", "by", "hand")}
    return clock(Wanted(args.data, args.patient, args.name, **told))


def _tests_show(args: argparse.Namespace) -> int:
    from app.handtests_command import Wanted, show

    return show(Wanted(args.data, args.patient), args.json, args.all)


def _tests_withdraw(args: argparse.Namespace) -> int:
    from app.handtests_command import Wanted, withdraw

    return withdraw(Wanted(args.data, args.patient, corrects=args.corrects, by=args.by))


def _calendar(args: argparse.Namespace) -> int:
    from app.calendar_file import Wanted, run

    return run(Wanted(args.data, args.patient, args.out, getattr(args, "language", None)))


def _export(args: argparse.Namespace) -> int:
    from app.export_command import Wanted, run

    return run(Wanted(args.data, args.patient, args.format, args.out, args.offsets, args.weeks, args.force))


def _package(args: argparse.Namespace) -> int:
    from app.package_command import Wish, make

    closed = not args.no_passphrase
    return make(Wish(args.data, args.patient, args.out, closed, args.passphrase_file, args.make, args.force))


def _import(args: argparse.Namespace) -> int:
    from app.package_command import Delivery, take_in

    return take_in(Delivery(args.data, args.file, args.code, args.same_person, args.passphrase_file))


def _delete(args: argparse.Namespace) -> int:
    from app import forgetting

    return forgetting.run(args.data, args.code, args.yes)


def _audit_verify(args: argparse.Namespace) -> int:
    from app import audit_command

    return audit_command.verify(args.data, args.head)


def _audit_show(args: argparse.Namespace) -> int:
    from app import audit_command

    return audit_command.show(args.data, args.patient)


def _sbom(args: argparse.Namespace) -> int:
    from app import sbom

    return sbom.run(args.out)


def _report(args: argparse.Namespace) -> int:
    from app.report_command import FOR, Wanted, run

    kinds = FOR if args.whom == "all" else tuple(kind for kind in FOR if kind == args.whom)
    when_and_where = (args.weeks, args.until, args.out, kinds, getattr(args, "language", None))
    return run(Wanted(args.data, args.patient, *when_and_where, args.pdf, args.opened, args.force))


def _replay(args: argparse.Namespace) -> int:
    from app import files, rooms
    from engine.recording import parse
    from engine.replay import verify

    shown = verify(parse(files.recording_lines(args.file)), rooms.everything())
    if shown.same:
        print(f"{args.file}: {shown.trials} trials and {shown.ticks} ticks give the same again")
        return 0
    print(f"{args.file}: differs after {shown.trials} trials that agree: {shown.difference}")
    return 1


def _devices(args: argparse.Namespace) -> int:
    from app import sensors

    return sensors.run(getattr(args, "device", None), args.json, args.data)


def _devices_test(args: argparse.Namespace) -> int:
    from app import bench_live

    return bench_live.run(getattr(args, "device", None), args.seconds, args.json, args.data)


def _devices_calibrate(args: argparse.Namespace) -> int:
    from app import bench_weigh

    return bench_weigh.run(getattr(args, "device", None), args.weights, args.check, args.data)


def _devices_record(args: argparse.Namespace) -> int:
    from app import bench_record

    return bench_record.run(getattr(args, "device", None), args.out, args.seconds, args.force, args.data)


def _devices_forget(args: argparse.Namespace) -> int:
    from app import sensors

    return sensors.forget(args.serial, args.data)


def _program_list(args: argparse.Namespace) -> int:
    from app import prescriptions

    return prescriptions.list_templates()


def _program_check(args: argparse.Namespace) -> int:
    from app import prescriptions

    return prescriptions.check(args.paths)


def _program_explain(args: argparse.Namespace) -> int:
    from datetime import date

    from app import files, prescriptions, settings

    language = args.language or settings.load(files.data_place(args.data))[0].language
    return prescriptions.explain_to(args.program, language, args.out, date.today().isoformat(), args.force)


def _program_set(args: argparse.Namespace) -> int:
    from app import prescriptions

    return prescriptions.set_for(args.program, args.patient, args.data)


def _program_pause(args: argparse.Namespace) -> int:
    from app import prescriptions

    return prescriptions.pause(args.patient, args.until, args.data)


def _program_resume(args: argparse.Namespace) -> int:
    from app import prescriptions

    return prescriptions.resume(args.patient, args.data)


def _check_levels(args: argparse.Namespace) -> int:
    from app import files, rooms

    texts = files.texts_below(args.paths) if args.paths else files.level_texts()
    errors, good = rooms.level_errors(texts)
    for error in errors:
        print(error)
    for name, ladder in good.items():
        index = rooms.all_games()[name].index
        ends = [index(ladder.params(d)) for d in (0.0, 100.0)]
        print(f"{name}: {len(ladder.levels)} rungs, index of difficulty {ends[0]:.2f} to {ends[1]:.2f}")
    if not errors and not good:
        print("there is no level file")
    return 1 if errors or not good else 0
