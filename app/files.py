"""Read and write files: the only room that knows paths and calls ``open()``.

Whatever is written is written whole or not at all, and whatever cannot be read or written is said as a
``FilesError`` with a key of the texts, never as a bare error of the system.
"""

import errno
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

ROOT = Path(__file__).resolve().parent.parent
ASSETS, LEVELS, PROGRAMS, TASKS = ROOT / "assets", ROOT / "levels", "programs", "tasks"
LOCK, RECORDINGS = "regrasp.lock", "recordings"
CHUNK_BYTES = 1 << 12
GZIP = b"\x1f\x8b"
NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_FOLDER = {errno.ENOTDIR, errno.EEXIST}
NOT_A_FILE = {errno.EISDIR, errno.ENOTDIR}


class FilesError(Exception):
    """A file or folder cannot be used: a key of the texts, the place, and what the system said.

    Keys: ``files.missing``, ``files.not-text``, ``files.unreadable``, ``files.damaged``, ``files.full``,
    ``files.read-only``, ``files.is-a-file``, ``files.is-a-folder``, ``files.not-writable``,
    ``files.running``.
    """

    def __init__(self, message_key: str, place: str, detail: str = "") -> None:
        super().__init__(f"{message_key}: {place}" + (f": {detail}" if detail else ""))
        self.message_key, self.place, self.detail = message_key, place, detail


# --- what comes with the program ------------------------------------------------------------------------


def asset(*parts: str) -> Path:
    """Return the path of a file below ``assets/``, in a checkout and in an installed copy alike."""
    return ASSETS.joinpath(*parts)


def level_texts() -> list[tuple[str, str]]:
    """Return (path like ``levels/cup/01-easy.toml``, text) of every level file, sorted by path."""
    return [pair for pair in _toml_texts(LEVELS, "*/*.toml") if pair[0].split("/")[1] not in (PROGRAMS, TASKS)]


def task_texts() -> list[tuple[str, str]]:
    """Return (path like ``levels/tasks/01-drinking.toml``, text) of every task of daily life, sorted."""
    return _toml_texts(LEVELS, f"{TASKS}/*.toml")


def program_texts() -> list[tuple[str, str]]:
    """Return (path like ``levels/programs/gentle.toml``, text) of every prescription, sorted."""
    return _toml_texts(LEVELS, f"{PROGRAMS}/*.toml")


def texts_below(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Return (path, text) of the given TOML files, and of all TOML files below the given folders."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.toml")) if path.is_dir() else [path]
    return [(path.as_posix(), read_text(path)) for path in found if path.parent.name not in (PROGRAMS, TASKS)]


def texts_in(paths: Iterable[Path]) -> list[tuple[str, str]]:
    """Return (path, text) of the given files, and of every TOML file below the given folders."""
    found = [row for path in paths for row in (sorted(path.rglob("*.toml")) if path.is_dir() else [path])]
    return [(path.as_posix(), read_text(path)) for path in found]


def languages() -> tuple[str, ...]:
    """Return the languages that there are texts for, English always among them."""
    return tuple(sorted({"en", *(path.stem for path in asset("texts").glob("*.toml"))}))


def _toml_texts(folder: Path, pattern: str) -> list[tuple[str, str]]:
    paths = {path.relative_to(folder.parent).as_posix(): path for path in folder.glob(pattern)}
    return [(name, read_text(paths[name])) for name in sorted(paths)]


# --- reading and writing --------------------------------------------------------------------------------


def read_text(path: Path) -> str:
    """Return the UTF-8 text of a file, line ends as ``\\n``; raise ``FilesError`` saying why it cannot."""
    try:
        return path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise FilesError("files.not-text", str(path), f"byte {error.start} is not UTF-8") from None
    except (OSError, ValueError) as error:
        raise _unread(path, error) from None


def write_whole(path: Path, content: str | bytes) -> None:
    """Replace a file so that a crash at any moment leaves the old or the new content; raise ``FilesError``.

    A text is written as UTF-8. When this returns the content is on the disk.
    """
    plain = content.encode("utf-8") if isinstance(content, str) else content
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _write_through(part, plain)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
        _sync_folder(target.parent)
    except OSError as error:
        raise _unwritten(path, error) from None


def append_line(path: Path, line_of: Callable[[bytes], str]) -> None:
    """Add a line to a file that only grows; ``line_of`` makes it from what is there. Raise ``FilesError``.

    Nobody else adds one meanwhile, and when this returns it is on the disk.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "a+b") as file:
            _wait_and_lock(file.fileno())
            file.seek(0)
            line = line_of(file.read())
            file.write(line.encode("utf-8") + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritten(path, error) from None


def read_bytes(path: Path, most: int | None = None) -> bytes:
    """Return what stands in a file; raise ``FilesError``, and ``ValueError`` where that is more than ``most`` bytes."""
    try:
        if most is not None and path.stat().st_size > most:
            raise ValueError(f"{path}: is larger than {most} bytes")
        return path.read_bytes()
    except OSError as error:
        raise _unread(path, error) from None


def pieces(path: Path, size: int) -> Iterator[bytes]:
    """Yield a file in pieces of this many bytes; raise ``FilesError``."""
    try:
        with open(path, "rb") as file:
            yield from iter(lambda: file.read(size), b"")
    except OSError as error:
        raise _unread(path, error) from None


def remove(path: Path) -> None:
    """Remove a file or a folder with all that is in it; nothing happens where there is none. Raise ``FilesError``."""
    try:
        for below in sorted(path.iterdir()) if path.is_dir() and not path.is_symlink() else []:
            remove(below)
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritten(path, error) from None


def set_aside(path: Path) -> None:
    """Keep a file as ``<name>.old`` before another takes its place; raise ``FilesError``."""
    try:
        path.replace(path.with_name(path.name + ".old"))
    except OSError as error:
        raise _unwritten(path, error) from None


def _write_through(path: Path, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Put the new name on the disk too; Windows cannot, and does not need to."""
    if sys.platform != "win32":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unread(path: Path, error: Exception) -> FilesError:
    key = "files.missing" if isinstance(error, FileNotFoundError) else "files.unreadable"
    return FilesError(key, str(path), _said(error))


def _unwritten(path: Path, error: Exception) -> FilesError:
    code = getattr(error, "errno", None)
    named = ((NO_ROOM, "files.full"), (NO_RIGHT, "files.read-only"), (NOT_A_FILE, "files.is-a-folder"))
    key = next((key for codes, key in named if code in codes), "files.not-writable")
    return FilesError(key, str(path), _said(error))


def _said(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


# --- the place where a patient's play is kept -----------------------------------------------------------


def data_place(chosen: str | None) -> Path:
    """Return where ``data_dir`` would keep things, without making anything there."""
    return Path(_named(chosen)).expanduser().absolute()


def data_dir(chosen: str | None) -> Path:
    """Return the folder for what is kept: ``chosen``, else ``REGRASP_DATA``, else the usual one.

    It is made if it is missing, for this user only. Raise ``FilesError`` if nothing can be written there.
    """
    named = _named(chosen)
    try:
        folder = Path(named).expanduser().absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _try_writing(folder)
    except (OSError, ValueError, RuntimeError) as error:
        raise _unusable(named, error) from None
    return folder


def _named(chosen: str | None) -> str:
    return chosen or os.environ.get("REGRASP_DATA") or _usual_dir()


def _usual_dir() -> str:
    from platformdirs import user_data_dir

    return user_data_dir("regrasp", appauthor=False)


def _try_writing(folder: Path) -> None:
    trial = folder / f".regrasp.{os.getpid()}.part"
    try:
        _write_through(trial, b"regrasp\n")
    finally:
        trial.unlink(missing_ok=True)


def _unusable(named: str, error: Exception) -> FilesError:
    if getattr(error, "errno", None) in NO_FOLDER:
        return FilesError("files.is-a-file", named, _said(error))
    return _unwritten(Path(named), error)


class RunningLock:
    """Hold the folder for this running copy; ``FilesError`` ``files.running`` if another one holds it.

    The system lets go of it when the process ends, however it ends, so a lock never outlives its copy.
    """

    def __init__(self, data_dir: Path) -> None:
        path = data_dir / LOCK
        try:
            # Never removed: a copy that opened the file before it went away would hold a lock nobody sees.
            self._file: IO[bytes] = open(path, "ab")  # noqa: SIM115
        except OSError as error:
            raise _unwritten(path, error) from None
        try:
            _lock(self._file.fileno())
        except OSError as error:
            self._file.close()
            if error.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK):
                raise FilesError("files.running", str(path), _said(error)) from None
            raise _unwritten(path, error) from None

    def close(self) -> None:
        """Let another copy run."""
        self._file.close()

    def __enter__(self) -> "RunningLock":
        """Return the lock, held since it was made."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let another copy run."""
        self.close()


if sys.platform == "win32":

    def _lock(handle: int) -> None:
        import msvcrt

        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _wait_and_lock(handle: int) -> None:
        import msvcrt

        os.lseek(handle, 0x7FFF0000, os.SEEK_SET)  # a byte far behind the end: those that are there can be read
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)

else:

    def _lock(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _wait_and_lock(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)


# --- recordings -----------------------------------------------------------------------------------------


def save_recording(data_dir: Path, name: str, lines: Iterable[str]) -> Path:
    """Write ``recordings/<name>.jsonl.gz`` whole and return its path; raise ``FilesError``.

    What no file name may hold becomes ``-``; an older recording of that name is replaced.
    """
    import gzip
    import io

    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as out:
        for line in lines:
            out.write(line.encode("utf-8") + b"\n")
    path = data_dir / RECORDINGS / f"{file_name(name)}.jsonl.gz"
    write_whole(path, packed.getvalue())
    return path


def recording_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a recording, packed (``.jsonl.gz``) or plain (``.jsonl``); raise ``FilesError``.

    A packed one that was cut off yields every line that is whole. One that is damaged inside yields lines up
    to shortly before the damage and then raises.
    """
    rest = b""
    for chunk, last in _chunks(path):
        *whole, rest = (rest + chunk).split(b"\n")
        if last and rest:
            whole.append(rest)
        for line in whole:
            yield _line_text(path, line)


def _chunks(path: Path) -> Iterator[tuple[bytes, bool]]:
    """Yield (bytes, whether the file ends here as it should), unpacked if need be."""
    try:
        with open(path, "rb") as file:
            start = file.read(len(GZIP))
            file.seek(0)
            pieces = iter(lambda: file.read(CHUNK_BYTES), b"")
            if start == GZIP:
                yield from _unpacked(path, pieces)
            else:
                for piece in pieces:
                    yield piece, False
                yield b"", True
    except OSError as error:
        raise _unread(path, error) from None


def _unpacked(path: Path, pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Unpack with zlib itself: Python's gzip file throws away what it already has when the end is missing."""
    import zlib

    member = zlib.decompressobj(wbits=31)
    for piece in pieces:
        while piece:
            if member.eof:
                member = zlib.decompressobj(wbits=31)
            try:
                yield member.decompress(piece), False
            except zlib.error as error:
                raise FilesError("files.damaged", str(path), str(error)) from None
            piece = member.unused_data
    if member.eof:
        yield b"", True


def _line_text(path: Path, line: bytes) -> str:
    try:
        return line.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError:
        raise FilesError("files.not-text", str(path), "a line is not UTF-8") from None


def file_name(name: str) -> str:
    """Return a name with ``-`` for whatever no file name may hold."""
    return re.sub(r"[^\w.-]", "-", name).lstrip(".")[:150] or "recording"


# --- folders that are written as a whole ----------------------------------------------------------------


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yield a new folder beside ``target``, which takes its place at the end; after an error nothing is left of it.

    Only this user can look into it. A folder that stood there is replaced. Raise ``FilesError`` for whatever the system
    says meanwhile, such as that the disk is full.
    """
    import shutil

    place = target.absolute()
    part = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.mkdir(mode=0o700)
        yield part
        _take_place(part, place)
        _sync_folder(place.parent)
    except OSError as error:
        raise _unusable(str(target), error) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _take_place(part: Path, target: Path) -> None:
    """Put a folder where another may stand, which is gone only when the new one is there."""
    import shutil

    old = target.with_name(f".{target.name}.{os.getpid()}.old")
    if target.exists():
        os.replace(target, old)
    try:
        os.replace(part, target)
    except OSError:
        if old.exists():
            os.replace(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def text_out(path: Path) -> IO[str]:
    """Return a new file to write text into as it is given, UTF-8; ``OSError`` goes to ``whole_folder``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "x", encoding="utf-8", newline="")


def bytes_out(path: Path) -> IO[bytes]:
    """Return a new file to write bytes into; ``OSError`` goes to ``whole_folder``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "xb")


@contextmanager
def packed_out(path: Path) -> Iterator[IO[str]]:
    """Yield a text to be packed by gzip, the same bytes for the same text; ``OSError`` goes to ``whole_folder``."""
    import gzip
    import io

    with bytes_out(path) as file, gzip.GzipFile("", "wb", fileobj=file, mtime=0, compresslevel=6) as packed:
        text = io.TextIOWrapper(packed, encoding="utf-8", newline="")
        yield text
        text.flush()
        text.detach()


# --- demonstrations -------------------------------------------------------------------------------------


def new_folder(wanted: Path, fresh: bool) -> Path:
    """Make a folder and return it; ``fresh`` takes ``name-2`` and so on where one stands already."""
    folder, n = wanted, 1
    while fresh and folder.exists():
        n += 1
        folder = wanted.with_name(f"{wanted.name}-{n}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(str(folder), error) from None
    return folder


def save_picture(path: Path, image: Any) -> None:
    """Write a Pillow image as PNG; raise ``FilesError``."""
    from io import BytesIO

    buffer = BytesIO()
    image.save(buffer, format="PNG")
    write_whole(path, buffer.getvalue())
