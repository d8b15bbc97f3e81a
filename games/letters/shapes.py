"""Hold the strokes of every sign: own plain school print on a unit grid, each in the order and direction it is written.

The baseline is y = 0 and a capital is 1 high. A stroke is a polyline; where it turns sharply it is later cut into
pieces that are written without lifting.
"""

from math import cos, pi, radians, sin

Pair = tuple[float, float]
Stroke = tuple[Pair, ...]
Sign = tuple[Stroke, ...]
ARC_STEP = 5.0


def line(*points: Pair) -> Stroke:
    """Return straight ways from point to point."""
    return points


def bow(x: float, y: float, rx: float, ry: float, begin: float, end: float) -> Stroke:
    """Return a part of an ellipse about (x, y), from one angle to the other in degrees, anticlockwise if it grows."""
    steps = max(2, round(abs(end - begin) / ARC_STEP))
    angles = (radians(begin + (end - begin) * k / steps) for k in range(steps + 1))
    return tuple((x + rx * cos(a), y + ry * sin(a)) for a in angles)


def _wave() -> Stroke:
    return tuple((2.0 * k / 80, 0.5 + 0.36 * sin(4 * pi * k / 80)) for k in range(81))


def _loops() -> Stroke:
    """Return a row of three loops, as in a line of joined small e."""
    turns = [2 * pi * 3 * k / 150 for k in range(151)]
    return tuple((0.62 * t / (2 * pi) + 0.24 * sin(t), 0.5 - 0.5 * cos(t)) for t in turns)


def _whirl() -> Stroke:
    """Return one turn and a half from the middle outwards."""
    turns = [(3 * pi * k / 100, 0.1 + 0.4 * k / 100) for k in range(101)]
    return tuple((0.5 + r * cos(a), 0.5 + r * sin(a)) for a, r in turns)


LINES: dict[str, Sign] = {
    "down": (line((0, 1), (0, 0)),),
    "across": (line((0, 0.5), (1.3, 0.5)),),
    "slant": (line((0, 1), (0.8, 0)),),
    "back-slant": (line((0.8, 1), (0, 0)),),
}

STROKES: dict[str, Sign] = {
    "bridge": (bow(0.75, 0.15, 0.75, 0.75, 180, 0),),
    "bowl": (bow(0.75, 0.85, 0.75, 0.75, 180, 360),),
    "wave": (_wave(),),
    "zigzag": (line((0, 1), (0.4, 0), (0.8, 1), (1.2, 0), (1.6, 1)),),
    "loops": (_loops(),),
    "whirl": (_whirl(),),
}

DIGITS: dict[str, Sign] = {
    "0": (bow(0.33, 0.5, 0.33, 0.5, 90, 450),),
    "1": (line((0, 0.72), (0.26, 1), (0.26, 0)),),
    "2": ((*bow(0.31, 0.7, 0.3, 0.3, 165, -35), (0.0, 0.0), (0.64, 0.0)),),
    "3": ((*bow(0.3, 0.76, 0.27, 0.24, 150, -90), *bow(0.3, 0.26, 0.32, 0.26, 90, -150)),),
    "4": (line((0.42, 1), (0, 0.33), (0.7, 0.33)), line((0.5, 0.62), (0.5, 0))),
    "5": (((0.1, 1.0), *bow(0.28, 0.31, 0.31, 0.31, 130, -145)), line((0.1, 1), (0.56, 1))),
    "6": ((*bow(0.61, 0.3, 0.6, 0.7, 100, 180), *bow(0.31, 0.3, 0.3, 0.3, 186, 540)),),
    "7": (line((0, 1), (0.62, 1), (0.2, 0)),),
    "8": (
        (
            *bow(0.31, 0.755, 0.26, 0.245, 60, 270), *bow(0.31, 0.255, 0.31, 0.255, 85, -270),
            *bow(0.31, 0.755, 0.26, 0.245, -85, 60),
        ),
    ),
    "9": ((*bow(0.31, 0.7, 0.3, 0.3, 0, 360), (0.56, 0.0)),),
}  # fmt: skip

CAPITALS: dict[str, Sign] = {
    "A": (line((0.42, 1), (0, 0)), line((0.42, 1), (0.84, 0)), line((0.14, 0.34), (0.7, 0.34))),
    "B": (
        line((0, 1), (0, 0)),
        (
            (0.0, 1.0), *bow(0.3, 0.76, 0.25, 0.24, 90, -90), (0.0, 0.52), *bow(0.33, 0.26, 0.28, 0.26, 90, -90),
            (0.0, 0.0),
        ),
    ),
    "C": (bow(0.44, 0.5, 0.44, 0.5, 48, 312),),
    "D": (line((0, 1), (0, 0)), ((0.0, 1.0), *bow(0.22, 0.5, 0.5, 0.5, 90, -90), (0.0, 0.0))),
    "E": (line((0, 1), (0, 0)), line((0, 1), (0.58, 1)), line((0, 0.52), (0.5, 0.52)), line((0, 0), (0.6, 0))),
    "F": (line((0, 1), (0, 0)), line((0, 1), (0.58, 1)), line((0, 0.52), (0.48, 0.52))),
    "G": ((*bow(0.44, 0.5, 0.44, 0.5, 48, 352), (0.88, 0.47), (0.5, 0.47)),),
    "H": (line((0, 1), (0, 0)), line((0.7, 1), (0.7, 0)), line((0, 0.52), (0.7, 0.52))),
    "I": (line((0, 1), (0, 0)),),
    "J": (((0.44, 1.0), *bow(0.22, 0.24, 0.22, 0.24, 0, -165)),),
    "K": (line((0, 1), (0, 0)), line((0.6, 1), (0.03, 0.46), (0.64, 0))),
    "L": (line((0, 1), (0, 0), (0.56, 0)),),
    "M": (line((0, 1), (0, 0)), line((0, 1), (0.42, 0.24), (0.84, 1), (0.84, 0))),
    "N": (line((0, 1), (0, 0)), line((0, 1), (0.7, 0), (0.7, 1))),
    "O": (bow(0.44, 0.5, 0.44, 0.5, 90, 450),),
    "P": (line((0, 1), (0, 0)), ((0.0, 1.0), *bow(0.3, 0.745, 0.27, 0.255, 90, -90), (0.0, 0.49))),
    "Q": (bow(0.44, 0.5, 0.44, 0.5, 90, 450), line((0.54, 0.26), (0.9, -0.06))),
    "R": (line((0, 1), (0, 0)), ((0.0, 1.0), *bow(0.3, 0.745, 0.27, 0.255, 90, -90), (0.04, 0.49), (0.6, 0.0))),
    "S": ((*bow(0.32, 0.745, 0.28, 0.255, 35, 265), *bow(0.31, 0.245, 0.31, 0.245, 85, -150)),),
    "T": (line((0.35, 1), (0.35, 0)), line((0, 1), (0.7, 1))),
    "U": (((0.0, 1.0), *bow(0.34, 0.33, 0.34, 0.33, 180, 360), (0.68, 1.0)),),
    "V": (line((0, 1), (0.4, 0), (0.8, 1)),),
    "W": (line((0, 1), (0.28, 0), (0.56, 0.8), (0.84, 0), (1.12, 1)),),
    "X": (line((0, 1), (0.72, 0)), line((0.72, 1), (0, 0))),
    "Y": (line((0, 1), (0.38, 0.48)), line((0.76, 1), (0.38, 0.48), (0.38, 0))),
    "Z": (line((0, 1), (0.68, 1), (0, 0), (0.7, 0)),),
}  # fmt: skip


def _bump(height: float, left: float = 0.0, wide: float = 0.46) -> Stroke:
    """Return a stem down from ``height``, up again and over into a bump: as in n and h."""
    top = bow(left + wide / 2, 0.38, wide / 2, 0.22, 180, 0)
    return ((left, height), (left, 0.0), (left, 0.38), *top, (left + wide, 0.0))


def _ring(*then: Pair) -> Stroke:
    """Return a round a, led on into what follows: as in a, d, g and q."""
    return (*bow(0.25, 0.3, 0.25, 0.3, 40, 360), *then)


SMALL: dict[str, Sign] = {
    "a": (_ring((0.5, 0.6), (0.5, 0.0)),),
    "b": (((0.0, 1.0), (0.0, 0.0), (0.0, 0.3), *bow(0.25, 0.3, 0.25, 0.3, 180, -180)),),
    "c": (bow(0.27, 0.3, 0.27, 0.3, 50, 310),),
    "d": (_ring((0.5, 1.0), (0.5, 0.0)),),
    "e": (((0.02, 0.32), *bow(0.26, 0.3, 0.26, 0.3, 4, 318)),),
    "f": (((0.4, 0.93), *bow(0.3, 0.84, 0.16, 0.16, 60, 180), (0.14, 0.0)), line((0, 0.6), (0.34, 0.6))),
    "g": (_ring((0.5, 0.6), *bow(0.25, -0.14, 0.25, 0.24, 0, -160)),),
    "h": (_bump(1.0),),
    "i": (line((0, 0.6), (0, 0)), line((0, 0.88), (0, 0.82))),
    "j": (((0.3, 0.6), *bow(0.13, -0.18, 0.17, 0.2, 0, -130)), line((0.3, 0.88), (0.3, 0.82))),
    "k": (line((0, 1), (0, 0)), line((0.4, 0.6), (0.02, 0.27), (0.44, 0))),
    "l": (line((0, 1), (0, 0)),),
    "m": ((*_bump(0.6, wide=0.36), *_bump(0.0, 0.36, 0.36)[1:]),),
    "n": (_bump(0.6),),
    "o": (bow(0.28, 0.3, 0.28, 0.3, 90, 450),),
    "p": (((0.0, 0.6), (0.0, -0.4), (0.0, 0.3), *bow(0.25, 0.3, 0.25, 0.3, 180, -180)),),
    "q": (_ring((0.5, 0.6), (0.5, -0.4)),),
    "r": (((0.0, 0.6), (0.0, 0.0), (0.0, 0.38), *bow(0.21, 0.38, 0.21, 0.22, 180, 50)),),
    "s": ((*bow(0.2, 0.455, 0.18, 0.145, 40, 265), *bow(0.2, 0.155, 0.2, 0.155, 85, -150)),),
    "t": (((0.2, 0.9), *bow(0.36, 0.14, 0.16, 0.14, 180, 290)), line((0, 0.6), (0.42, 0.6))),
    "u": (((0.0, 0.6), *bow(0.23, 0.22, 0.23, 0.22, 180, 360), (0.46, 0.6), (0.46, 0.0)),),
    "v": (line((0, 0.6), (0.26, 0), (0.52, 0.6)),),
    "w": (line((0, 0.6), (0.2, 0), (0.4, 0.5), (0.6, 0), (0.8, 0.6)),),
    "x": (line((0, 0.6), (0.46, 0)), line((0.46, 0.6), (0, 0))),
    "y": (((0.0, 0.6), *bow(0.23, 0.22, 0.23, 0.22, 180, 360), (0.46, 0.6), *bow(0.21, -0.14, 0.25, 0.24, 0, -160)),),
    "z": (line((0, 0.6), (0.46, 0.6), (0, 0), (0.48, 0)),),
}

TABLES: dict[str, dict[str, Sign]] = {
    "lines": LINES, "strokes": STROKES, "digits": DIGITS, "letters": CAPITALS, "small": SMALL, "word": CAPITALS,
}  # fmt: skip
WORDS: dict[int, tuple[str, ...]] = {
    2: ("OK", "TV", "PC", "CD"),
    3: ("BUS", "BAR", "ZOO", "SOL"),
    4: ("MAMA", "LIMO", "TAXI", "SOFA", "KIWI", "YOGA", "KILO", "AUTO"),
}
