"""Synthesise every sound of Regrasp into assets/sounds, always the same, all in C major pentatonic."""

import math
import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Wave = npt.NDArray[np.float64]

RATE = 32_000  # samples a second
PEAK = 10 ** (-5 / 20)  # no sample may be above this
LOUDNESS_WINDOW = 0.125  # seconds, about how long an ear needs to judge loudness
FOLDER = Path(__file__).parent / "sounds"
FOLDER_BYTES = 2_500_000
LONGEST = 1.5  # seconds

SEMITONES = {"C": 0, "D": 2, "E": 4, "G": 7, "A": 9}


class Partial(NamedTuple):
    """One sine of an instrument."""

    ratio: float  # to the note's frequency
    gain: float
    fade: float  # seconds until it has fallen to 1/e


HALO = (Partial(1.0005, 1, 0.35), Partial(2.002, 0.5, 0.25), Partial(3.003, 0.12, 0.18))
KALIMBA = (Partial(1, 1, 0.22), Partial(2, 0.16, 0.12), Partial(3, 0.07, 0.07), Partial(5.4, 0.06, 0.02))
MARIMBA = (Partial(1, 1, 0.16), Partial(2, 0.3, 0.12), Partial(4, 0.3, 0.05), Partial(9.2, 0.04, 0.012))
FELT = (Partial(1, 1, 0.3), Partial(2, 0.42, 0.2), Partial(3, 0.16, 0.13), Partial(4, 0.08, 0.09))
MUTED = (Partial(1, 1, 0.06), Partial(2, 0.4, 0.045), Partial(3, 0.15, 0.03), Partial(4, 0.05, 0.02))
WOOD = (Partial(1, 1, 0.026), Partial(1.5, 0.25, 0.012), Partial(2.7, 0.28, 0.009))
BELL = (Partial(1, 1, 0.6), Partial(1.003, 0.25, 0.6), Partial(2, 0.8, 0.42), Partial(3, 0.4, 0.28))
CERAMIC = (Partial(1, 0.8, 0.04), Partial(1.34, 1, 0.03), Partial(1.78, 0.5, 0.02), Partial(2.67, 0.2, 0.014))


# --- building blocks ------------------------------------------------------------------------------


def note(name: str) -> float:
    """The frequency in Hz of a note such as A4 (440 Hz)."""
    octaves = (SEMITONES[name[0]] - SEMITONES["A"]) / 12 + int(name[1:]) - 4
    return 440.0 * math.pow(2, octaves)


def clock(seconds: float) -> Wave:
    """The time of every sample, from 0."""
    return np.arange(round(seconds * RATE)) / RATE


def decay(seconds: float, fade: float) -> Wave:
    """An envelope that falls like a struck bar and is truly silent at its end."""
    time = clock(seconds)
    return np.exp(-time / fade) * (1 - time / seconds)


def swell(seconds: float, rise: float, fall: float) -> Wave:
    """An envelope that opens softly, stays, and closes softly."""
    time = clock(seconds)
    ramp = np.minimum(np.minimum(time / rise, (seconds - time) / fall), 1)
    return np.sin(np.pi / 2 * ramp) ** 2


def flutter(seconds: float, first_rate: float, last_rate: float) -> Wave:
    """Wing beats: an envelope that opens and closes, its rate going from first to last (in Hz)."""
    time = clock(seconds)
    beats = first_rate * time + (last_rate - first_rate) * time**2 / (2 * seconds)
    return np.sin(np.pi * beats) ** 2


def warmth(frequency: float) -> float:
    """How much of a partial is kept: highs are taken back, for older ears and small speakers."""
    return 1 / (1 + (frequency / 3000) ** 4)


def tone(frequency: float, seconds: float, partials: Sequence[Partial]) -> Wave:
    """A struck note: sines that each fade at their own speed."""
    angle = 2 * np.pi * frequency * clock(seconds)
    sounding = np.zeros_like(angle)
    for ratio, gain, fade in partials:
        sounding += gain * warmth(ratio * frequency) * decay(seconds, fade) * np.sin(ratio * angle)
    return sounding


def uniform(count: int, seed: int) -> Wave:
    """Random numbers from 0 to 1 (SplitMix64), the same with every release of numpy."""
    state = (np.arange(1, count + 1, dtype=np.uint64) + np.uint64(seed << 32)) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (state ^ (state >> np.uint64(31))).astype(np.float64) / 2.0**64


def noise(seconds: float, centre: float, octaves: float, seed: int) -> Wave:
    """Noise around a frequency, a bell curve so many octaves wide either side; its end joins its start."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(uniform(count, seed) - 0.5)
    bins = np.fft.rfftfreq(count, 1 / RATE)
    distance = np.log2(np.maximum(bins, 1) / centre) / octaves
    shaped = np.fft.irfft(spectrum * np.exp(-(distance**2)), count)
    return np.asarray(shaped / np.std(shaped), dtype=np.float64)


def gliding_noise(seconds: float, centres: Sequence[float], octaves: float, seed: int) -> Wave:
    """Noise whose centre moves through the given frequencies: short overlapping grains."""
    grain, step = 0.04, 0.02
    starts = np.arange(0, seconds - grain + step / 2, step)
    middles = np.interp(starts / starts[-1], np.linspace(0, 1, len(centres)), centres)
    window = np.sin(np.pi * clock(grain) / grain)  # two that overlap add up to constant power
    grains = [window * noise(grain, middle, octaves, seed + i) for i, middle in enumerate(middles)]
    return fitted(mix(*zip(starts, np.ones(len(starts)), grains, strict=True)), seconds)


def chirp(frequency: float, rise: float, fade: float) -> Wave:
    """One drop or pop: a short sine that rises by the given share while it fades."""
    time = clock(6 * fade)
    angle = 2 * np.pi * frequency * (time + rise * time**2 / (2 * fade))
    return np.asarray(np.minimum(time / 0.002, 1) * decay(6 * fade, fade) * np.sin(angle), dtype=np.float64)


def mix(*parts: tuple[float, float, Wave]) -> Wave:
    """Lay (start in seconds, gain, wave) over one another."""
    begins = [round(start * RATE) for start, _, _ in parts]
    mixed = np.zeros(max(begin + len(part) for begin, (_, _, part) in zip(begins, parts, strict=True)))
    for begin, (_, gain, part) in zip(begins, parts, strict=True):
        mixed[begin : begin + len(part)] += gain * part
    return mixed


def fitted(sound: Wave, seconds: float) -> Wave:
    """Cut, or lengthened with silence, to last so many seconds."""
    count = round(seconds * RATE)
    return np.pad(sound[:count], (0, max(0, count - len(sound))))


def bubbles(seconds: float, count: int, pitches: Sequence[str], seed: int) -> Wave:
    """Many small drops, evenly scattered in time, going through the pitches from first to last."""
    chance = uniform(3 * count, seed).reshape(3, count)
    starts = (np.arange(count) + chance[0]) / count * seconds
    order = np.clip(np.arange(count) / count + 0.5 * (chance[1] - 0.5), 0, 0.999) * len(pitches)
    size = chance[2]
    drops = [chirp(note(pitches[int(i)]), 0.12, 0.012 + 0.012 * s) for i, s in zip(order, size, strict=True)]
    return mix(*zip(starts, 0.3 + 0.7 * size, drops, strict=True))


# --- instruments ----------------------------------------------------------------------------------


def knock(centre: float, fade: float, seed: int) -> Wave:
    """The soft noise of something being struck."""
    return 0.25 * noise(8 * fade, centre, 0.7, seed) * decay(8 * fade, fade)


def kalimba(name: str, seconds: float) -> Wave:
    """A plucked tongue with a halo that opens just after the pluck."""
    pluck = tone(note(name), seconds, KALIMBA)
    halo = swell(seconds, 0.15, 0.3) * tone(note(name), seconds, HALO)
    return mix((0, 1, pluck), (0, 0.3, halo), (0, 0.4, knock(1400, 0.006, 11)))


def marimba(name: str, seconds: float) -> Wave:
    """A rosewood bar under a soft mallet."""
    return mix((0, 1, tone(note(name), seconds, MARIMBA)), (0, 0.3, knock(700, 0.008, 12)))


def felt(name: str, seconds: float) -> Wave:
    """A piano with felt between hammer and string."""
    soft = np.minimum(clock(seconds) / 0.012, 1)
    return mix((0, 1, soft * tone(note(name), seconds, FELT)), (0, 0.25, knock(500, 0.012, 13)))


def muted(name: str, seconds: float) -> Wave:
    """A string stopped by the hand."""
    return mix((0, 1, tone(note(name), seconds, MUTED)), (0, 0.35, knock(600, 0.008, 14)))


def wood(name: str, seconds: float) -> Wave:
    """A small wooden block."""
    return mix((0, 1, tone(note(name), seconds, WOOD)), (0, 0.5, knock(1100, 0.004, 15)))


# --- the sounds -----------------------------------------------------------------------------------


def land() -> Wave:
    """Two wing beats close, then a soft pluck."""
    wings = noise(0.14, 1100, 0.5, 21) * flutter(0.14, 24, 18) * swell(0.14, 0.04, 0.08)
    return mix((0, 0.25, wings), (0.13, 1, muted("G5", 0.35)))


def fly() -> Wave:
    """Wings that beat faster and higher and are gone."""
    beat = flutter(0.5, 18, 30) * swell(0.5, 0.06, 0.3)
    return gliding_noise(0.5, (600, 900, 1700), 0.35, 100) * beat


def bloom() -> Wave:
    """C E G C, unhurried, the last one left to ring."""
    parts = [(0.16 * i, 1.0, kalimba(name, 0.85)) for i, name in enumerate(("C5", "E5", "G5"))]
    return mix(*parts, (0.48, 1.0, kalimba("C6", 0.95)), (0.48, 0.3, felt("C5", 0.95)))


def cadence() -> Wave:
    """The end of a tune: E, G and home, close together, over a soft low home."""
    parts = [(0.07 * i, 0.8, kalimba(name, 0.7)) for i, name in enumerate(("E4", "G4", "C5"))]
    return mix(*parts, (0.0, 0.35, felt("C4", 0.85)), (0.14, 0.3, tone(note("E5"), 0.7, HALO)))


def slip() -> Wave:
    """A cup sliding a little through the fingers."""
    return gliding_noise(0.34, (700, 1150, 900), 0.5, 200) * swell(0.34, 0.09, 0.2)


def dent() -> Wave:
    """A paper-thin plastic wall giving in."""
    return mix((0, 1, chirp(note("A4"), 0.3, 0.016)), (0, 0.35, knock(1000, 0.005, 24)))


def pour() -> Wave:
    """Water into a cup, its pitch rising while the cup fills."""
    stream = gliding_noise(0.9, (650, 800, 1000), 0.7, 300)
    drops = bubbles(0.8, 60, ("C5", "D5", "E5", "G5", "A5", "C6", "D6", "E6"), 26)
    return fitted(mix((0, 0.16, stream), (0, 1, drops)), 0.9) * swell(0.9, 0.1, 0.2)


def set_down() -> Wave:
    """A cup touching its saucer, with the faint second touch."""
    touch = tone(note("A5"), 0.24, CERAMIC)
    table = tone(note("A4"), 0.15, WOOD)
    return mix((0, 1, touch), (0, 0.7, table), (0.06, 0.3, touch), (0, 0.3, knock(1200, 0.004, 27)))


def splash() -> Wave:
    """A small splash and the drops that fall back."""
    burst = noise(0.4, 1000, 0.8, 28) * swell(0.4, 0.025, 0.37) * decay(0.4, 0.1)
    drops = bubbles(0.26, 6, ("C6", "A5", "D6", "G5", "E6"), 29)
    return mix((0, 0.4, burst), (0.08, 0.4, drops))


def ripple() -> Wave:
    """One lap of calm water that can go round and round, quietest where it joins."""
    lap = 0.25 + 0.75 * np.sin(np.pi * clock(1.0)) ** 2
    drops = bubbles(0.7, 10, ("C5", "E5", "G5", "D5", "A5", "E5", "C5"), 31)
    water = fitted(mix((0, 1, lap * noise(1.0, 600, 0.6, 30)), (0.12, 0.8, drops)), 1.0)
    rising = np.flatnonzero((water[:-1] <= 0) & (water[1:] > 0))
    return np.roll(water, -int(rising[0]))


def kite_wind() -> Wave:
    """A soft breath of wind that rises, passes and is gone."""
    breath = gliding_noise(0.9, (420, 700, 980, 760, 520), 0.55, 700) * swell(0.9, 0.35, 0.5)
    return mix((0, 1, breath), (0.12, 0.25, kalimba("G5", 0.7)))


def button() -> Wave:
    """A thumb on cloth, and the small wooden pop of a button."""
    cloth = noise(0.12, 900, 0.7, 61) * swell(0.12, 0.02, 0.09)
    return mix((0, 0.12, cloth), (0.03, 1, wood("E5", 0.16)), (0.03, 0.35, chirp(note("G4"), 0.2, 0.018)))


def through() -> Wave:
    """A button that slips through its hole: cloth that gives way, a pop, and a low note."""
    cloth = gliding_noise(0.24, (700, 1300, 900), 0.6, 620) * swell(0.24, 0.05, 0.16)
    pop = chirp(note("C5"), 0.25, 0.02)
    return mix((0, 0.16, cloth), (0.14, 0.6, pop), (0.15, 0.8, wood("C5", 0.16)), (0.15, 0.35, marimba("C4", 0.35)))


def zip_pull() -> Wave:
    """A centimetre of zip: a few small teeth, close together."""
    teeth = [(0.022 * i, 0.5 + 0.1 * i, knock(2000 + 120 * i, 0.003, 640 + i)) for i in range(6)]
    cloth = noise(0.15, 1500, 0.6, 650) * swell(0.15, 0.03, 0.1)
    return mix(*teeth, (0, 0.03, cloth), (0.02, 0.18, muted("G4", 0.14)))


def snag() -> Wave:
    """Cloth caught in a zip: a soft, low stop."""
    cloth = gliding_noise(0.2, (1300, 800, 500), 0.6, 660) * swell(0.2, 0.01, 0.17)
    return mix((0, 0.12, cloth), (0.02, 1, muted("A3", 0.25)))


def zip_close() -> Wave:
    """The last of a zip, quicker and higher, and the small click of its end."""
    run = gliding_noise(0.3, (1100, 1600, 2300), 0.4, 670) * flutter(0.3, 30, 55) * swell(0.3, 0.05, 0.05)
    return mix((0, 0.22, run), (0.29, 1, wood("C6", 0.14)), (0.29, 0.5, marimba("G4", 0.35)))


def crack() -> Wave:
    """An egg on the rim of a bowl: a dry crack, the shell that gives, a small drop."""
    shell = mix(
        (0, 1, knock(2100, 0.006, 81)), (0.05, 0.5, knock(1500, 0.009, 82)), (0.09, 0.35, knock(2600, 0.004, 83))
    )
    return mix((0, 0.9, shell), (0, 0.35, tone(note("A4"), 0.15, WOOD)), (0.2, 0.5, bubbles(0.12, 2, ("E5", "C5"), 84)))


def stir() -> Wave:
    """Half a round of a wooden spoon: a soft swish along the bowl, and one touch of its wall."""
    swish = gliding_noise(0.42, (480, 760, 560), 0.6, 850) * swell(0.42, 0.14, 0.24)
    return mix((0, 0.3, swish), (0.3, 0.5, wood("G4", 0.14)))


def rustle() -> Wave:
    """Thin paper that is taken hold of: two soft crackles."""
    crackles = noise(0.3, 2400, 0.6, 61) * flutter(0.3, 22, 9) * swell(0.3, 0.02, 0.2)
    return mix((0, 0.6, crackles), (0.03, 0.4, noise(0.16, 1500, 0.5, 62) * swell(0.16, 0.03, 0.12)))


def basket() -> Wave:
    """Something laid into wickerwork: a soft thump, and the canes that give a little."""
    canes = mix(*((0.05 + 0.035 * i, 0.3 - 0.07 * i, wood(name, 0.08)) for i, name in enumerate(("E5", "D5", "G5"))))
    return mix((0, 1, tone(note("G3"), 0.28, WOOD)), (0, 0.9, knock(320, 0.02, 63)), (0, 0.5, canes))


def squish() -> Wave:
    """A ripe fruit that gives in a little."""
    wet = gliding_noise(0.26, (520, 820, 610), 0.5, 640) * swell(0.26, 0.06, 0.16)
    return mix((0, 0.5, wet), (0.04, 0.5, chirp(note("E4"), 0.35, 0.03)), (0.11, 0.35, chirp(note("G4"), 0.3, 0.02)))


def pencil() -> Wave:
    """A pencil's lead drawn over paper: two soft strokes."""
    grain = gliding_noise(0.24, (1500, 2300, 1700), 0.4, 500)
    return grain * swell(0.24, 0.05, 0.12) * (0.65 + 0.35 * flutter(0.24, 16, 22))


def rest() -> Wave:
    """A low bell, struck softly."""
    soft = np.minimum(clock(1.45) / 0.015, 1)
    return soft * tone(note("C4"), 1.45, BELL)


def stop() -> Wave:
    """One firm, gentle, low block."""
    low = tone(note("G4"), 0.3, [Partial(ratio, gain, 2.6 * fade) for ratio, gain, fade in WOOD])
    high = tone(note("C5"), 0.2, WOOD)
    return mix((0, 1, low), (0, 0.5, high), (0, 0.5, knock(600, 0.008, 32)))


class Sound(NamedTuple):
    """How a sound is made, and how loud."""

    make: Callable[[], Wave]
    loudness: float  # RMS of the loudest eighth of a second, in dB below full scale
    loops: bool = False


NOTE, CALL, KNOCK, WATER = -14.0, -18.0, -21.0, -20.0

SOUNDS = {
    "tap": Sound(lambda: wood("C5", 0.16), KNOCK),
    "press": Sound(lambda: muted("E5", 0.14), KNOCK - 4),
    "land": Sound(land, KNOCK),
    "fly": Sound(fly, WATER),
    "hit-1": Sound(lambda: kalimba("C5", 0.65), NOTE),
    "hit-2": Sound(lambda: kalimba("D5", 0.65), NOTE),
    "hit-3": Sound(lambda: kalimba("E5", 0.65), NOTE),
    "hit-4": Sound(lambda: kalimba("G5", 0.65), NOTE),
    "hit-5": Sound(lambda: kalimba("A5", 0.65), NOTE),
    "force-1": Sound(lambda: muted("G3", 0.25), NOTE - 6),
    "force-2": Sound(lambda: muted("A3", 0.25), NOTE - 6),
    "force-3": Sound(lambda: muted("C4", 0.25), NOTE - 6),
    "force-4": Sound(lambda: muted("D4", 0.25), NOTE - 6),
    "force-5": Sound(lambda: muted("E4", 0.25), NOTE - 6),
    "force-6": Sound(lambda: muted("G4", 0.25), NOTE - 6),
    "force-7": Sound(lambda: muted("A4", 0.25), NOTE - 6),
    "force-8": Sound(lambda: muted("C5", 0.25), NOTE - 6),
    "bloom": Sound(bloom, NOTE),
    "note-1": Sound(lambda: kalimba("G4", 0.85), NOTE),
    "note-2": Sound(lambda: kalimba("A4", 0.85), NOTE),
    "note-3": Sound(lambda: kalimba("C5", 0.85), NOTE),
    "note-4": Sound(lambda: kalimba("D5", 0.85), NOTE),
    "note-5": Sound(lambda: kalimba("E5", 0.85), NOTE),
    "cadence": Sound(cadence, NOTE),
    "soft": Sound(lambda: marimba("C4", 0.5), NOTE),
    "slip": Sound(slip, WATER),
    "dent": Sound(dent, KNOCK),
    "pour": Sound(pour, WATER),
    "set-down": Sound(set_down, KNOCK - 2),
    "splash": Sound(splash, WATER),
    "kite-wind": Sound(kite_wind, WATER),
    "button": Sound(button, KNOCK),
    "through": Sound(through, KNOCK),
    "zip": Sound(zip_pull, KNOCK - 6),
    "snag": Sound(snag, WATER),
    "zip-close": Sound(zip_close, KNOCK),
    "ripple": Sound(ripple, WATER - 3, loops=True),
    "rustle": Sound(rustle, KNOCK - 3),
    "basket": Sound(basket, KNOCK),
    "squish": Sound(squish, WATER - 1),
    "arrive": Sound(lambda: mix((0, 0.9, felt("G4", 0.6)), (0.26, 1, felt("A4", 0.75))), NOTE),
    "crack": Sound(crack, KNOCK - 3),
    "stir": Sound(stir, WATER),
    "pencil": Sound(pencil, WATER - 6),
    "rest": Sound(rest, NOTE),
    "go": Sound(lambda: mix((0, 0.8, marimba("G4", 0.45)), (0.2, 1, marimba("C5", 0.5))), NOTE),
    "stop": Sound(stop, CALL + 1),
    "warn": Sound(lambda: mix((0, 1, muted("A4", 0.22)), (0.15, 1, muted("A4", 0.25))), CALL),
    "pause": Sound(lambda: muted("G4", 0.3), CALL),
    "tick": Sound(lambda: wood("G5", 0.12), KNOCK - 3),
    "tock": Sound(lambda: mix((0, 1, wood("C6", 0.14)), (0, 0.7, wood("C5", 0.14))), KNOCK),
}


# --- finishing and writing ------------------------------------------------------------------------


def trimmed(sound: Wave) -> Wave:
    """Without the silence at either end."""
    heard = np.flatnonzero(np.abs(sound) > 0.001 * np.max(np.abs(sound)))
    return sound[heard[0] : heard[-1] + 1]


def faded(sound: Wave) -> Wave:
    """With edges so short that they are not heard, but nothing clicks."""
    return sound * swell(len(sound) / RATE, 0.003, 0.008)


def centred(sound: Wave) -> Wave:
    """Without any offset, its ends left where they are."""
    hill = np.hanning(len(sound))
    return np.asarray(sound - hill * np.mean(sound) / np.mean(hill), dtype=np.float64)


def loudness(sound: Wave) -> float:
    """The RMS of the loudest eighth of a second, in dB."""
    window = round(LOUDNESS_WINDOW * RATE)
    energy = np.concatenate(([0.0], np.cumsum(np.pad(sound, (0, window)) ** 2)))
    return float(10 * np.log10(np.max(energy[window:] - energy[:-window]) / window))


def finished(sound: Sound) -> Wave:
    """The sound as it is written: clean ends, no offset, its own loudness."""
    made = sound.make()
    clean = centred(made if sound.loops else faded(trimmed(made)))
    return clean * math.pow(10, (sound.loudness - loudness(clean)) / 20)


def write(path: Path, sound: Wave) -> None:
    """Write one mono file of 16 bits; refuse one that is too loud or too long."""
    if np.max(np.abs(sound)) > PEAK or len(sound) > LONGEST * RATE:
        raise ValueError(f"{path.name}: peak {np.max(np.abs(sound)):.2f}, {len(sound) / RATE:.2f} s")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.round(sound * 32767).astype("<i2").tobytes())


def main() -> None:
    """Write every sound; refuse a folder that is too large."""
    FOLDER.mkdir(exist_ok=True)
    for name, sound in SOUNDS.items():
        write(FOLDER / f"{name}.wav", finished(sound))
    size = sum(path.stat().st_size for path in FOLDER.glob("*.wav"))
    if size > FOLDER_BYTES:
        raise ValueError(f"sounds take {size} bytes")


if __name__ == "__main__":
    main()
