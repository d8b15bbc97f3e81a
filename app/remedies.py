"""Say what is in the way of a sensor, and what to do about it on this system."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from app import files
from app.files import FilesError
from devices.transport import SOCKET, PortFacts, speed_of

RULES = "/etc/udev/rules.d/60-regrasp.rules"
USB_DEVICES = Path("/sys/bus/usb/devices")
TAKEN_BY_BRAILLE = {(0x1A86, 0x7523), (0x10C4, 0xEA60)}
DAEMONS = ("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin", "/sbin", "/bin")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, and what to do, each a sentence or two."""

    what: str
    do: str

    def __str__(self) -> str:
        """Return both."""
        return f"{self.what} {self.do}"


WORDS = {
    "device.none": ("Nothing is there.", "Plug the sensor in, and look for its port with: regrasp devices"),
    "bench.unheard": (
        "No such sensor was found.",
        "Switch it on and bring it near; no other program and no telephone may be connected to it.",
    ),
    "device.wrong": (
        "Something is there, but it does not speak the protocol of docs/glp1.md.",
        "Another speed: serial:PORT@BAUD. Another maker's sketch: plain:PORT[@BAUD].",
    ),
    "device.silent": (
        "It opens, but nothing comes.",
        "Unplug it and plug it in again; check that the board runs its sketch, and that the cable carries data.",
    ),
    "device.newer": ("The sensor speaks a newer protocol than this program.", "Update Regrasp."),
    "device.stale": ("The sensor has gone quiet.", "It goes on by itself; else check cable and power."),
    "device.lost": ("The sensor was unplugged.", "Plug it in again: it goes on by itself."),
    "device.cell": ("The board answers, but its force cell does not.", "Check the small plug of the cell."),
    "device.strong": (
        "The force is at the end of the sensor's range.",
        "Squeeze more softly, or build it with a cell for more.",
    ),
    "device.slow": (
        "The sensor sends fewer than 30 readings a second, too few to play with.",
        "An HX711 board: set its RATE pin high (80 a second).",
    ),
    "device.cable": ("More than 1 in 100 lines is damaged.", "Use a shorter or better cable, away from motors."),
    "device.clock": ("The sensor's clock is off by more than 2 %.", "Check its crystal, or its ticks in the I line."),
    "device.not-pads": ("This is no tap board: none of its channels is a finger.", "Use serial:PORT."),
    "device.no-ble": ("Bluetooth sensors need more of Python.", "Once: uv sync --extra ble"),
    "device.no-lsl": ("The lab streaming layer needs more of Python.", "Once: uv sync --extra lsl"),
    "device.no-midi": ("MIDI needs more of Python.", "Once: uv sync --extra midi"),
    "device.no-radio": ("Bluetooth is missing, switched off, or may not be used.", "Switch it on."),
    "device.battery": ("The sensor's battery is nearly empty.", "Charge it."),
    "device.unverified": (
        "It sends plain numbers without a check value, as other makers' sketches do: a damaged one cannot be seen.",
        "To use it all the same: plain:PORT[@BAUD].",
    ),
    "device.no-midi-port": ("No MIDI pads or keys are plugged in.", "Plug them in and switch them on."),
    "device.midi-learn": ("It is not known yet which pad is which finger.", "Tap thumb to little finger, one by one."),
    "device.no-file": ("This file is missing, or is no record.", "Make one with: regrasp devices record"),
    "device.ended": ("The record has come to its end.", "Play it once more to see it again."),
}


def trouble_of(key: str, port: str = "", facts: PortFacts | None = None, system: str = sys.platform) -> Trouble:
    """Return what a device's message means, and what to do on this system."""
    if key == "device.rights":
        return Trouble("This computer does not let you use the port.", rights_remedy(port, facts, system))
    if key == "device.busy":
        return Trouble("Another program uses the port.", busy_remedy(system))
    if key == "device.none" and port.startswith(SOCKET):
        return Trouble("Nothing answers there.", "Check host and port, and that the program at the other end runs.")
    what, do = WORDS.get(key, (f"The device says: {key.rpartition('.')[2]}.", "Unplug it and plug it in again."))
    return Trouble(what, do)


def may_not_use(port: str, system: str = sys.platform) -> bool:
    """Tell whether the rights of a port's file forbid to use it; it is not opened. Only files have rights."""
    if system == "win32" or port.startswith(SOCKET):
        return False
    name, _ = speed_of(port)
    return os.path.exists(name) and not os.access(name, os.R_OK | os.W_OK)


def rights_remedy(port: str, facts: PortFacts | None = None, system: str = sys.platform) -> str:
    """Return what gives this user the right to use a port."""
    if system == "win32":
        return "Close other programs that use it; else unplug it, wait a moment and plug it in again."
    if system == "darwin":
        return "Allow the accessory in System Settings, Privacy & Security; install the driver of its USB chip."
    rule = udev_rule(facts) if facts else ""
    group, member = _group_of(speed_of(port)[0])
    if not group:
        return rule or "Ask whoever looks after this computer for the right to use it."
    if member:
        return "You are in its group already: log out and in again."
    return f"Once: sudo usermod -aG {group} $USER, then log out and in again.{' Or: ' + rule if rule else ''}"


def udev_rule(facts: PortFacts) -> str:
    """Return the rule that gives a board to who sits at this Linux computer, and keeps ModemManager off it."""
    vendor = f'ATTRS{{idVendor}}=="{facts.vendor:04x}"'
    lines = f'{vendor}, ENV{{ID_MM_DEVICE_IGNORE}}="1" and SUBSYSTEM=="tty", {vendor}, TAG+="uaccess"'
    return f"put two lines into {RULES}: {lines}; then sudo udevadm control --reload, and plug it in again."


def busy_remedy(system: str = sys.platform) -> str:
    """Return what to do about a port that is in use."""
    close = "Close it: the Arduino window, a serial monitor, or another Regrasp."
    if system.startswith("linux") and daemon("ModemManager"):
        return f"{close} ModemManager tries new ports for some 10 s: wait, or keep it off (docs/devices-command.md)."
    return close


def hints(found: tuple[PortFacts, ...], system: str = sys.platform, usb: Path = USB_DEVICES) -> tuple[str, ...]:
    """Return what may keep sensors from being seen or used on this computer."""
    if system == "darwin":
        return (
            ()
            if found
            else ("No port: macOS may ask to allow a new accessory; old USB chips need the driver of their maker.",)
        )
    if system == "win32":
        return (
            ()
            if found
            else ("No port: see Device Manager; USB chips such as the CH340 need the driver of their maker.",)
        )
    said = []
    if taken_by_braille(found, usb):
        said.append(
            "A USB adapter is plugged in but has no port: brltty (for braille displays) before version 6.5 takes such "
            "chips. Update brltty; do not remove it where somebody reads braille."
        )
    if daemon("ModemManager") and any(Path(port.name).name.startswith("ttyACM") for port in found):
        said.append("ModemManager runs here and may keep a new port busy for some 10 s.")
    return tuple(said)


def taken_by_braille(found: tuple[PortFacts, ...], usb: Path = USB_DEVICES) -> bool:
    """Tell whether an adapter that brltty is known to take is plugged in without a port, and brltty is here."""
    if not daemon("brltty"):
        return False
    plugged = [ids for ids in map(_ids, sorted(usb.glob("*"))) if ids in TAKEN_BY_BRAILLE]
    return len(plugged) > sum((port.vendor, port.product) in TAKEN_BY_BRAILLE for port in found)


def daemon(name: str) -> bool:
    """Tell whether a program of that name is installed, also where users do not look."""
    return shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *DAEMONS))) is not None


def _ids(device: Path) -> tuple[int, int] | None:
    try:
        return int(files.read_text(device / "idVendor"), 16), int(files.read_text(device / "idProduct"), 16)
    except (FilesError, ValueError):
        return None


def _group_of(path: str) -> tuple[str, bool]:
    """Return the group that may use a port's file ("" if none), and whether this user was just put into it."""
    if sys.platform == "win32":
        return "", False
    import grp
    import pwd
    import stat

    try:
        about = os.stat(path)
        group = grp.getgrgid(about.st_gid)
        user = pwd.getpwuid(os.getuid()).pw_name
    except (OSError, KeyError):
        return "", False
    if group.gr_gid == 0 or not about.st_mode & stat.S_IRGRP or not about.st_mode & stat.S_IWGRP:
        return "", False
    if about.st_gid in (os.getegid(), *os.getgroups()):
        return "", False
    return group.gr_name, user in group.gr_mem
