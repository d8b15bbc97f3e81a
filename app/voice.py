"""Speak a line with the system's own voice; where there is none, stay silent without an error."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

Command = Sequence[str]
WINDOWS = (
    "Add-Type -AssemblyName System.Speech; "
    "(New-Object System.Speech.Synthesis.SpeechSynthesizer).Speak([Console]::In.ReadToEnd())"
)


def command_of(language: str, found: Callable[[str], str | None] = shutil.which, system: str = sys.platform) -> Command:
    """Return the command of the voice there is, which reads its words from standard input; empty without one."""
    if system == "win32":
        shell = found("powershell")
        return (shell, "-NoProfile", "-Command", WINDOWS) if shell else ()
    for name, more in (("say", ()), ("spd-say", ("-w", "-e", "-l", language)), ("espeak-ng", ("-v", language)),
                       ("espeak", ("-v", language))):  # fmt: skip
        path = found(name)
        if path:
            return (path, *more) if name != "espeak-ng" and name != "espeak" else (path, *more, "--stdin")
    return ()


class Voice:
    """The voice of this computer: one line at a time, the newest one."""

    def __init__(self, command: Callable[[str], Command] = command_of) -> None:
        self._command = command
        self._speaking: subprocess.Popen[bytes] | None = None

    def is_there(self, language: str) -> bool:
        """Tell whether this computer has a voice."""
        return bool(self._command(language))

    def say(self, text: str, language: str) -> None:
        """Say a line; whatever was being said is left."""
        self.hush()
        command = self._command(language)
        if not command:
            return
        with suppress(OSError):
            quiet = subprocess.DEVNULL
            self._speaking = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet)
            assert self._speaking.stdin is not None
            self._speaking.stdin.write(text.encode("utf-8"))
            self._speaking.stdin.close()

    def hush(self) -> None:
        """Stop speaking."""
        if self._speaking is not None:
            with suppress(OSError):
                self._speaking.terminate()
            with suppress(OSError, subprocess.TimeoutExpired):
                self._speaking.wait(0.2)
            self._speaking = None
