"""Say who plays and how: the hand, the keys, what eases seeing, pressing and hearing."""

from dataclasses import dataclass

from engine.hand import Finger, Side
from engine.source import PADS, SENSORS

KEYS: dict[Side, tuple[tuple[str, Finger], ...]] = {
    Side.RIGHT: (
        ("SPACE", Finger.THUMB), ("J", Finger.INDEX), ("K", Finger.MIDDLE), ("L", Finger.RING),
        ("SEMICOLON", Finger.LITTLE), ("P", Finger.LITTLE),
    ),
    Side.LEFT: (
        ("SPACE", Finger.THUMB), ("F", Finger.INDEX), ("D", Finger.MIDDLE), ("S", Finger.RING),
        ("A", Finger.LITTLE), ("Q", Finger.LITTLE),
    ),
}  # fmt: skip
# What is written on a key where it is not its own letter; "@" is a key of the texts.
LABELS = {"SPACE": "@key.space", "SEMICOLON": ";", "COMMA": ",", "PERIOD": "."}
ELSEWHERE = {"SEMICOLON": "P"}  # on keyboards of other languages there is no semicolon at this place
IN_FRENCH = {"A": "Q"}
NUMBERS = tuple((f"KEY_{n}", finger) for n, finger in enumerate(Finger, start=1))
PALETTES = ("light", "dark", "contrast")
GRIPS = ("keys", "mouse", *SENSORS)
TAPS = ("keys", *PADS)
AIDS = ("none", "built-up", "putty", "splint", "strap")


@dataclass(frozen=True, slots=True)
class Profile:
    """One patient at this computer.

    ``patient`` is a code, never a name. ``unseen`` is the side of neglect: controls then stand on the other
    one. ``dwell_s`` and ``scan_s`` are 0 when off. ``keys`` maps key names to fingers; empty means the usual
    keys of the hand. ``units_per_mm`` is the display's scale, in stage units a millimetre. ``grip`` is what forces
    come from (one of ``GRIPS``), ``taps`` what taps come from (one of ``TAPS``), ``port`` the serial port of a sensor.
    ``aid`` is what is on the hand or the grip (one of ``AIDS``); with ``tone`` a force is heard as well as seen.
    ``word`` is a word of the patient's own to write, in capital letters. With ``captions`` it is written down what a
    sound means, with ``read_aloud`` screens are read by the system's voice. Without ``hurry`` no clock ever enters;
    ``patience`` is by how much longer it is waited before play pauses by itself.
    """

    patient: str = "P-0001"
    hand: Side = Side.RIGHT
    unseen: Side | None = None
    language: str = "en"
    palette: str = "light"
    text_scale: float = 1.0
    calm: bool = False
    effects: float = 0.8
    debounce_ms: float = 80.0
    cooldown_ms: float = 500.0
    dwell_s: float = 0.0
    scan_s: float = 0.0
    keys: tuple[tuple[str, Finger], ...] = ()
    units_per_mm: float = 4.6
    grip: str = "keys"
    port: str = ""
    taps: str = "keys"
    aid: str = "none"
    tone: bool = False
    word: str = ""
    captions: bool = False
    read_aloud: bool = False
    hurry: bool = True
    patience: float = 1.0

    @property
    def finger_keys(self) -> dict[str, Finger]:
        """Return the finger of each key that counts, the number row always included."""
        return dict(NUMBERS) | dict(self.keys or KEYS[self.hand])

    def labels(self, hand: Side | None = None) -> dict[Finger, str]:
        """Return what is written on the key of each finger of a hand, its own or the other one, in this language."""
        keys = (self.keys if hand in (None, self.hand) else ()) or KEYS[hand or self.hand]
        there = {**(ELSEWHERE if self.language != "en" else {}), **(IN_FRENCH if self.language == "fr" else {})}
        names = {finger: name if self.keys else there.get(name, name) for name, finger in reversed(keys)}
        plain = {finger: name.removeprefix("KEY_").removeprefix("NUM_") for finger, name in names.items()}
        return {finger: LABELS.get(names[finger], plain[finger]) for finger in names}

    @property
    def seen(self) -> Side:
        """Return the side of the screen where controls stand."""
        return self.unseen.other if self.unseen else Side.RIGHT
