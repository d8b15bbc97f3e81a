"""Lines are spoken with the system's own voice where there is one; without one, nothing happens."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.voice import Voice, command_of


def only(*names: str) -> Callable[[str], str | None]:
    return lambda name: f"/bin/{name}" if name in names else None


@pytest.mark.parametrize(
    ("there", "command"),
    [
        (("say", "espeak"), ("/bin/say",)),
        (("spd-say", "espeak"), ("/bin/spd-say", "-w", "-e", "-l", "de")),
        (("espeak-ng",), ("/bin/espeak-ng", "-v", "de", "--stdin")),
        (("espeak",), ("/bin/espeak", "-v", "de", "--stdin")),
        ((), ()),
    ],
)
def test_the_voice_that_there_is_gets_the_language(there: tuple[str, ...], command: tuple[str, ...]) -> None:
    assert tuple(command_of("de", only(*there), "linux")) == command


def test_on_windows_its_own_speech_is_used() -> None:
    assert command_of("de", only("powershell"), "win32")[0] == "/bin/powershell"
    assert command_of("de", only(), "win32") == ()


def test_without_a_voice_it_stays_silent_without_an_error() -> None:
    voice = Voice(lambda _: ())
    voice.say("Hello", "en")
    voice.hush()
    Voice(lambda _: ("/there/is/no/such/voice",)).say("Hello", "en")


def test_the_newest_line_is_said_and_the_former_one_left(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    program = f"import sys, time; t = sys.stdin.read(); open({str(heard)!r}, 'a').write(t + '.'); time.sleep(30)"
    voice = Voice(lambda _: (sys.executable, "-c", program))
    began = time.monotonic()
    for line in ("Guten Tag", "Grüß Gott"):
        voice.say(line, "de")
        while not (heard.exists() and line in heard.read_text()) and time.monotonic() - began < 20:
            time.sleep(0.02)
    voice.hush()
    assert heard.read_text() == "Guten Tag.Grüß Gott."
    assert time.monotonic() - began < 25
