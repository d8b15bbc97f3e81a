"""Check the door to pyserial: what opens, what does not and why, and that nothing is imported before."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from serial.tools import list_ports

from devices.transport import PortFacts, SerialTransport, obstacle, open_serial, ports, present

posix = pytest.mark.skipif(os.name != "posix", reason="there are no pseudo-terminals")


@posix
def test_bytes_go_both_ways_in_chunks() -> None:
    import pty
    import tty

    inner, outer = pty.openpty()
    tty.setraw(outer)
    link = open_serial(os.ttyname(outer))
    assert link.read() == b""
    os.write(inner, b"$F,1,2\r\n" * 20)
    assert link.read() == b"$F,1,2\r\n" * 20
    link.write(b"ID?\n")
    assert os.read(inner, 99) == b"ID?\n"
    os.close(outer)
    os.close(inner)
    with pytest.raises(OSError, match=r"."):
        link.read()
    link.close()
    link.close()
    with pytest.raises(OSError, match=r"."):
        link.read()


class Torn:
    """What is left of a pyserial port that was closed under a read."""

    in_waiting = 0

    def read(self, _: int) -> bytes:
        raise TypeError("'NoneType' object cannot be interpreted as an integer")


def test_whatever_pyserial_lets_through_is_an_os_error() -> None:
    with pytest.raises(OSError, match="NoneType"):
        SerialTransport(Torn()).read()  # type: ignore[arg-type]


@posix
def test_what_does_not_open_says_why(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    for path in (tmp_path / "missing", tmp_path, plain):
        with pytest.raises(OSError, match=r".") as caught:
            open_serial(str(path))
        assert obstacle(caught.value) == "gone"


@pytest.mark.parametrize(
    ("error", "why"),
    [(OSError(13, "no"), "rights"), (OSError(16, "no"), "busy"), (OSError(11, "no"), "busy"),
     (OSError(2, "no"), "gone"),
     (OSError("could not open port 'COM3': PermissionError(13, 'Access is denied.', None, 5)"), "busy"),
     (OSError("could not open port 'COM3': FileNotFoundError(2, 'The system', None, 2)"), "gone")],
)  # fmt: skip
def test_the_reason_of_a_port_that_does_not_open_is_known(error: OSError, why: str) -> None:
    assert obstacle(error) == why


def test_only_ports_with_a_usb_device_are_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    def port(device: str, vid: int | None) -> SimpleNamespace:
        return SimpleNamespace(device=device, vid=vid, pid=vid, serial_number=None, location="1-2", description="n/a")

    monkeypatch.setattr(list_ports, "comports", lambda: [port("B", 0x2341), port("S0", None), port("A", 0x1A86)])
    assert ports() == (
        PortFacts("A", 0x1A86, 0x1A86, "", "1-2", "n/a"),
        PortFacts("B", 0x2341, 0x2341, "", "1-2", "n/a"),
    )


@posix
def test_a_port_is_present_while_its_name_is(tmp_path: Path) -> None:
    assert not present(str(tmp_path / "sensor"))
    (tmp_path / "sensor").touch()
    assert present(str(tmp_path / "sensor"))


def test_pyserial_is_not_loaded_before_a_port_is_asked_for() -> None:
    code = "import sys, devices.device as d; print(len(d.every_kind()), 'serial' in sys.modules)"
    root = Path(__file__).parents[2]
    answer = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    count, loaded = answer.stdout.split()
    assert int(count) >= 3
    assert loaded == "False"
