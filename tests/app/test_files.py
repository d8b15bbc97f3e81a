"""Files: what is written is whole, what is read never crashes, and a second copy is told so."""

import errno
import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app import files
from app.files import FilesError, RunningLock

PROJECT = Path(files.__file__).resolve().parent.parent
ELSEWHERE = {**os.environ, "PYTHONPATH": str(PROJECT)}
ROOT_MAY_ALL = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the administrator may write everywhere"
)


def failing(code: int) -> Callable[..., Any]:
    def fail(*_: Any) -> Any:
        raise OSError(code, os.strerror(code))

    return fail


def key_of(doing: Callable[[], Any]) -> str:
    with pytest.raises(FilesError) as caught:
        doing()
    assert caught.value.place
    return caught.value.message_key


# --- what comes with the program


def test_an_asset_stands_beside_the_packages() -> None:
    assert files.asset("texts", "en.toml") == PROJECT / "assets" / "texts" / "en.toml"


def test_level_files_are_found_by_game_in_order_and_programs_are_not_among_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("tap/2-b", "cup/01-easy", "tap/1-a", "programs/gentle"):
        path = tmp_path / "levels" / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'name = "{name}"', encoding="utf-8")
    (tmp_path / "levels" / "tap" / "notes.txt").write_text("no level", encoding="utf-8")
    monkeypatch.setattr(files, "LEVELS", tmp_path / "levels")
    paths = [path for path, _ in files.level_texts()]
    assert paths == ["levels/cup/01-easy.toml", "levels/tap/1-a.toml", "levels/tap/2-b.toml"]
    assert files.level_texts()[0][1] == 'name = "cup/01-easy"'
    assert files.program_texts() == [("levels/programs/gentle.toml", 'name = "programs/gentle"')]


def test_files_are_found_in_a_copy_that_was_installed_elsewhere(tmp_path: Path) -> None:
    for package in ("app", "engine"):
        for source in (PROJECT / package).glob("*.py"):
            target = tmp_path / "site" / package / source.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    for place in ("assets/texts/en.toml", "levels/cup/1.toml"):
        (tmp_path / "site" / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / place).write_text("a = 1", encoding="utf-8")
    code = "from app.files import *; print(level_texts(), read_text(asset('texts', 'en.toml')))"
    there = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=there, capture_output=True, text=True)
    assert ran.stdout == "[('levels/cup/1.toml', 'a = 1')] a = 1\n", ran.stderr


def test_english_is_always_a_language() -> None:
    assert "en" in files.languages()


def test_importing_files_loads_nothing_heavy() -> None:
    code = "import app.files, sys; print([m for m in ('sqlalchemy', 'platformdirs', 'gzip') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], env=ELSEWHERE, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


# --- reading and writing


def test_a_text_is_read_without_byte_order_mark_and_with_plain_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\n")
    assert files.read_text(path) == "a\nb\n"


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("für".encode("latin-1"))
    assert key_of(lambda: files.read_text(tmp_path / "none")) == "files.missing"
    assert key_of(lambda: files.read_text(tmp_path / "latin")) == "files.not-text"
    assert key_of(lambda: files.read_text(tmp_path)) == "files.unreadable"
    assert key_of(lambda: files.read_text(Path("\0"))) == "files.unreadable"


@pytest.mark.parametrize("content", ["grün\n", b"\x00\xff", ""])
def test_what_is_written_is_read_again_and_nothing_else_is_left(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "new" / "file"
    files.write_whole(path, b"old")
    files.write_whole(path, content)
    assert path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    assert os.listdir(path.parent) == ["file"]


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize(
    ("code", "key"),
    [(errno.ENOSPC, "files.full"), (errno.EROFS, "files.read-only"), (errno.EIO, "files.not-writable")],
)
def test_a_failed_writing_leaves_the_old_content_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, code: int, key: str
) -> None:
    path = tmp_path / "file"
    files.write_whole(path, "old")
    monkeypatch.setattr(os, step, failing(code))
    assert key_of(lambda: files.write_whole(path, "new")) == key
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_is_not_overwritten_by_a_file(tmp_path: Path) -> None:
    assert key_of(lambda: files.write_whole(tmp_path, "new")) in ("files.is-a-folder", "files.read-only")
    assert tmp_path.is_dir()


def test_a_link_to_a_file_stays_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "real", tmp_path / "link"
    path.write_text("old")
    try:
        link.symlink_to(path)
    except OSError:
        pytest.skip("this system makes no links")
    files.write_whole(link, "new")
    assert link.is_symlink()
    assert path.read_text() == "new"


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is of POSIX")
def test_a_writer_that_is_killed_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "file"
    code = (
        "from app.files import write_whole; from pathlib import Path; import sys, itertools\n"
        "for n in itertools.count(): write_whole(Path(sys.argv[1]), f'{n % 10}' * 300_000); print(n, flush=True)"
    )
    for wait in range(3):
        with subprocess.Popen([sys.executable, "-c", code, path], env=ELSEWHERE, stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            for _ in range(3 + wait):
                child.stdout.readline()
            child.send_signal(signal.SIGKILL)
        text = path.read_text()
        assert text == text[0] * 300_000


# --- the folder for what is kept


def test_the_folder_is_the_argument_else_the_environment_else_the_usual_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name, appauthor: str(tmp_path / "usual" / name))
    monkeypatch.setenv("REGRASP_DATA", str(tmp_path / "named"))
    assert files.data_dir(str(tmp_path / "chosen")) == tmp_path / "chosen"
    assert files.data_dir(None) == tmp_path / "named"
    monkeypatch.setenv("REGRASP_DATA", "")
    assert files.data_dir(None) == tmp_path / "usual" / "regrasp"
    assert all((tmp_path / name).is_dir() for name in ("chosen", "named", "usual/regrasp"))
    assert os.listdir(tmp_path / "chosen") == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a user's folder in another way")
def test_a_new_folder_is_for_this_user_only(tmp_path: Path) -> None:
    assert files.data_dir(str(tmp_path / "new")).stat().st_mode & 0o777 == 0o700


def test_a_folder_that_is_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert key_of(lambda: files.data_dir(str(tmp_path / "file"))) == "files.is-a-file"
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows names the error in another way")
def test_a_folder_below_a_file_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert key_of(lambda: files.data_dir(str(tmp_path / "file" / "in"))) == "files.is-a-file"


@pytest.mark.parametrize("named", ["\0", "a" * 5000])
def test_a_folder_that_cannot_be_is_said_so(named: str) -> None:
    assert key_of(lambda: files.data_dir(named)) == "files.not-writable"


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (errno.ENOSPC, "files.full"),
        (errno.EROFS, "files.read-only"),
        (errno.EACCES, "files.read-only"),
        (errno.EIO, "files.not-writable"),
    ],
)
def test_a_folder_that_takes_no_file_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, key: str
) -> None:
    monkeypatch.setattr(os, "fsync", failing(code))
    assert key_of(lambda: files.data_dir(str(tmp_path))) == key
    assert os.listdir(tmp_path) == []


@ROOT_MAY_ALL
def test_a_folder_without_the_right_to_write_is_said_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert key_of(lambda: files.data_dir(str(tmp_path))) == "files.read-only"
        assert key_of(lambda: files.data_dir(str(tmp_path / "new"))) == "files.read-only"
        assert key_of(lambda: RunningLock(tmp_path)) == "files.read-only"
    finally:
        tmp_path.chmod(0o700)


# --- one copy at a time


@contextmanager
def another_copy(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    code = (
        "from app.files import RunningLock; from pathlib import Path; import sys, time\n"
        "lock = RunningLock(Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, folder], env=ELSEWHERE, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline().strip() == b"held"
            yield child
        finally:
            child.kill()


def test_a_second_running_copy_is_told_so_and_a_dead_one_never_blocks(tmp_path: Path) -> None:
    with another_copy(tmp_path) as other:
        assert key_of(lambda: RunningLock(tmp_path)) == "files.running"
        other.kill()
        other.wait()
        with RunningLock(tmp_path):
            assert key_of(lambda: RunningLock(tmp_path)) == "files.running"


def test_a_lock_file_left_behind_and_a_lock_given_back_do_not_block(tmp_path: Path) -> None:
    (tmp_path / files.LOCK).write_text("12345")
    RunningLock(tmp_path).close()
    with RunningLock(tmp_path):
        assert (tmp_path / files.LOCK).exists()


def test_two_folders_can_be_used_at_the_same_time(tmp_path: Path) -> None:
    one, two = files.data_dir(str(tmp_path / "1")), files.data_dir(str(tmp_path / "2"))
    with RunningLock(one), RunningLock(two):
        assert key_of(lambda: RunningLock(two)) == "files.running"


def test_a_lock_in_a_missing_folder_is_an_error_with_its_place(tmp_path: Path) -> None:
    assert key_of(lambda: RunningLock(tmp_path / "none")) == "files.not-writable"


# --- recordings


LINES = [f'{{"line":{n},"word":"grün"}}' for n in range(3000)]


def test_a_recording_is_read_as_it_was_saved_packed_or_plain(tmp_path: Path) -> None:
    path = files.save_recording(tmp_path, "P-0001-1", iter(LINES))
    assert path == tmp_path / "recordings" / "P-0001-1.jsonl.gz"
    assert list(files.recording_lines(path)) == LINES
    assert gzip.decompress(path.read_bytes()).decode() == "\n".join(LINES) + "\n"
    for end in ("\n", "\r\n"):
        (tmp_path / "a.jsonl").write_bytes((end.join(LINES)).encode())
        assert list(files.recording_lines(tmp_path / "a.jsonl")) == LINES


@pytest.mark.parametrize("name", ["../../x", "a:b/c\\d", "", "..", "x" * 999, "2025-01-02T03:04:05+00:00"])
def test_a_recording_stays_in_its_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    path = files.save_recording(tmp_path, name, LINES[:1])
    assert path.parent == tmp_path / "recordings"
    assert os.listdir(path.parent) == [path.name]
    assert not set(path.name) & set('/\\:*?"<>|')


def test_the_same_recording_is_the_same_bytes(tmp_path: Path) -> None:
    one = files.save_recording(tmp_path, "one", LINES).read_bytes()
    assert files.save_recording(tmp_path, "two", LINES).read_bytes() == one


@pytest.mark.parametrize("share", [0.0, 0.001, 0.2, 0.5, 0.9, 0.999])
def test_a_packed_recording_that_was_cut_off_yields_what_is_whole(tmp_path: Path, share: float) -> None:
    packed = files.save_recording(tmp_path, "whole", LINES).read_bytes()
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(packed[: int(len(packed) * share)])
    lines = list(files.recording_lines(cut))
    assert lines == LINES[: len(lines)]
    if share > 0.1:
        assert abs(len(lines) / len(LINES) - share) < 0.15


def test_recordings_that_were_joined_are_read_one_after_the_other(tmp_path: Path) -> None:
    packed = files.save_recording(tmp_path, "one", LINES).read_bytes()
    (tmp_path / "two.jsonl.gz").write_bytes(packed + packed)
    assert list(files.recording_lines(tmp_path / "two.jsonl.gz")) == LINES + LINES


def test_a_recording_that_is_damaged_inside_is_never_taken_for_whole(tmp_path: Path) -> None:
    path = files.save_recording(tmp_path, "x", LINES)
    packed = bytearray(path.read_bytes())
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(packed)
    assert key_of(lambda: list(files.recording_lines(path))) in ("files.damaged", "files.not-text")


def test_a_recording_that_is_missing_says_so(tmp_path: Path) -> None:
    assert key_of(lambda: list(files.recording_lines(tmp_path / "none.jsonl.gz"))) == "files.missing"


def test_a_failed_saving_leaves_the_older_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = files.save_recording(tmp_path, "x", LINES)
    monkeypatch.setattr(os, "fsync", failing(errno.ENOSPC))
    assert key_of(lambda: files.save_recording(tmp_path, "x", LINES[:5])) == "files.full"
    assert list(files.recording_lines(path)) == LINES
