"""Read what stands behind ``--device``: one grammar and one help text for every command."""

import re
from dataclasses import dataclass

DEVICES = (
    "keys (a held key or button), mouse, serial (a remembered sensor), serial:PORT[@BAUD], socket:HOST:PORT, "
    "pads[:PORT], plain:PORT[@BAUD] (another maker's sketch, unverified), tindeq[:NAME], lsl[:NAME], trigger, "
    "midi[:PORT] or playback:FILE"
)
BARE = ("keys", "mouse", "serial", "pads", "tindeq", "lsl", "trigger", "midi")
WITH_PORT = ("serial", "pads", "plain")
WITH_NAME = (*WITH_PORT, "tindeq", "lsl", "midi", "playback")
HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:]+):([0-9]{1,5})")
FASTEST_BAUD = 4_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What to open: a kind of device, and its port, name or file; "" where none was said."""

    kind: str
    port: str = ""

    @property
    def is_port(self) -> bool:
        """Tell whether it is a board behind a port, or at the other end of a connection."""
        return self.kind in WITH_PORT

    def __str__(self) -> str:
        """Return it as it is typed."""
        if self.port.startswith("socket:") and self.kind == "serial":
            return self.port
        return f"{self.kind}:{self.port}" if self.port else self.kind


def asked(text: str) -> Asked:
    """Return what ``text`` asks for; raise ``ValueError`` that says what is allowed."""
    kind, colon, rest = text.partition(":")
    if kind == "socket":
        kind, rest = "serial", text
    if kind not in (*BARE, *WITH_NAME):
        raise ValueError(f"must be {DEVICES}, not {text}")
    if not rest and (colon or kind not in BARE):
        raise ValueError(f"{kind}: says nothing behind the colon; must be {DEVICES}")
    if rest and kind not in WITH_NAME:
        raise ValueError(f"{kind} takes nothing behind a colon; must be {DEVICES}")
    if kind in WITH_PORT and rest:
        _refuse_impossible(rest)
    return Asked(kind, rest)


def _refuse_impossible(port: str) -> None:
    """Raise ``ValueError`` for a port that cannot be one."""
    if port.startswith("socket:"):
        host = HOST.fullmatch(port.removeprefix("socket:"))
        if host is None or not 0 < int(host[1]) < 65536:
            raise ValueError(f"must be socket:HOST:PORT with a PORT from 1 to 65535, not {port}")
        return
    name, at, baud = port.rpartition("@")
    if at and baud.isdecimal() and not (name and 0 < int(baud) <= FASTEST_BAUD):
        raise ValueError(f"must be PORT@BAUD with a BAUD from 1 to {FASTEST_BAUD}, not {port}")
