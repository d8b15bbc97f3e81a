"""Keep how each finger does beside the others of its hand, and say how much more often a weak one is to be asked.

One ability stands for the hand (``engine.adaptive``); a finger's offset says how far it lies beside it, in units of
difficulty. Offsets are learnt one answer at a time by the score of a logistic response, so that a lapse pulls little;
they are shrunk to the hand's mean, and old answers fade. Values in, values out: no clock, no file, no chance.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, isfinite, log, sqrt, tanh
from typing import Any

VERSION = 1
SPREAD = 8.0  # the standard deviation of offsets in a hand, in units of difficulty, before anything is known
FADING = 0.993  # what an answer leaves of the older ones: about .98 for a flight of three
FARTHEST, FARTHEST_LEVEL = 30.0, 180.0
SLOPES = (0.03, 0.6)
FOLLOWS = 0.1
SURE, FEWEST = 2.0, 5  # standard deviations and answers: the weakest of five equal fingers often seems one below
FULL = 0.5  # so many logits of success below the hand's mean, for sure, make a finger the most frequent one
MOST = 2.0
TOLD = 1.3
STEPS = 20

Weights = tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a finger: its offset in units of difficulty, how surely (1 / units²), and its answers."""

    offset: float = 0.0
    information: float = 0.0
    trials: int = 0

    @property
    def spread(self) -> float:
        """Return the standard deviation of the offset, in units of difficulty."""
        return 1 / sqrt(self.information + 1 / SPREAD**2)


@dataclass(frozen=True, slots=True)
class Fingers:
    """What is known of a hand's fingers, by name; the mean of their offsets, weighted by information, is zero.

    ``level`` is how far the margins of single fingers lie above the ability of the hand on the whole: where a trial
    asks for several fingers, its slowest decides, so that each of them does better than all of them.
    """

    known: Mapping[str, Known] = field(default_factory=dict)
    level: float = 0.0

    def of(self, finger: str) -> Known:
        """Return what is known of a finger; nothing of one that was never asked."""
        return self.known.get(finger, Known())

    def to_json(self) -> str:
        """Return a small JSON text."""
        rows = {name: [one.offset, one.information, one.trials] for name, one in self.known.items()}
        return json.dumps({"version": VERSION, "level": self.level, "fingers": rows}, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> "Fingers":
        """Return what ``to_json`` wrote; else raise ``ValueError``."""
        try:
            row = json.loads(text)
            version = row["version"]
            if not isinstance(version, int) or version < 1:
                raise ValueError(f"version {version}")
            if version == VERSION:
                return _read(row)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise ValueError(f"fingers: is damaged: {error}") from None
        raise ValueError("fingers: was written by a newer program; please update")


def learn(
    fingers: Fingers, finger: str, predicted: float, hit: bool, passed: float | None, censored: bool, slope: float,
    ability: float,
) -> Fingers:  # fmt: skip
    """Return what is known after one answer of ``finger``.

    ``predicted`` is the success that was expected of the hand, ``slope`` and ``ability`` those of the belief before
    the trial. Where ``passed``, the difficulty that this answer would just have passed, is known and not ``censored``,
    it counts by how far it lies from the hand's level, else the hit or the miss by how little it was expected.
    """
    steep = _steep(slope)
    known = {name: _faded(one) for name, one in fingers.known.items()}
    own, level = known.get(finger, Known()), fingers.level
    if passed is None or censored:
        expected = _moved(predicted, steep * own.offset)
        score, information = steep * (bool(hit) - expected), steep**2 * expected * (1 - expected)
    else:
        beside = _finite("passed", passed) - _finite("ability", ability) - level - own.offset
        score, information = steep * tanh(steep * beside / 2), steep**2 / 3
        level += FOLLOWS * 2 * score / steep**2
    told = own.information + information
    known[finger] = Known(own.offset + score / (told + 1 / SPREAD**2), told, own.trials + 1)
    return _centred(known, level)


def cues(
    fingers: Fingers, among: Sequence[str], slope: float, predicted: float, band: tuple[float, float],
    most: float = MOST,
) -> Weights:  # fmt: skip
    """Return how often to ask each finger of ``among``: 1 for the least, up to ``most`` for a surely weak one.

    A finger is asked more often the more of its success it loses for sure: at an offset that is two standard
    deviations less weak than it seems, at ``slope`` logits a unit. All are drawn nearer to 1 until the success that is
    expected of the mixture does not fall below the band; all are 1 where there is no room for it.
    """
    if not isfinite(most) or most < 1.0:
        raise ValueError(f"most: must be at least 1, not {most}")
    wanted = {name: _weakness(fingers.of(name), _steep(slope)) for name in among}
    for step in range(STEPS, 0, -1):
        extra = (most - 1.0) * step / STEPS
        weights = tuple((name, min(round(1.0 + extra * weak, 2), most)) for name, weak in wanted.items())
        if success(fingers, weights, slope, predicted) >= band[0]:
            return weights
    return tuple((name, 1.0) for name in wanted)


def success(fingers: Fingers, weights: Weights, slope: float, predicted: float) -> float:
    """Return the success that is expected of asking by ``weights``; ``predicted`` is that of asking all evenly."""
    chances = [_moved(predicted, _steep(slope) * fingers.of(name).offset) for name, _ in weights]
    total = sum(weight for _, weight in weights)
    even = sum(chances) / len(chances)
    mixed = sum(weight * chance for (_, weight), chance in zip(weights, chances, strict=True)) / total
    return predicted - max(0.0, even - mixed)


def most_asked(weights: Weights) -> str:
    """Return the finger that is asked at least 1.3 times as often as the least asked one, or nothing."""
    finger, most = max(weights, key=lambda one: one[1], default=("", 0.0))
    return finger if most and most >= TOLD * min(weight for _, weight in weights) else ""


def _weakness(known: Known, slope: float) -> float:
    """Return 0..1: how weak a finger is for sure; nothing is sure of one that has hardly been asked."""
    if known.trials < FEWEST:
        return 0.0
    return min(1.0, max(0.0, -known.offset - SURE * known.spread) * slope / FULL)


def _faded(known: Known) -> Known:
    """Return what is left of older answers: less is known, and the offset is shrunk further."""
    prior, left = 1 / SPREAD**2, FADING * known.information
    kept = FADING * (known.information + prior) / (left + prior)
    return Known(known.offset * kept, left, known.trials)


def _centred(known: Mapping[str, Known], level: float) -> Fingers:
    """Return the fingers with a mean of zero, which the level takes up, and no offset too far out."""
    mean = sum(one.information * one.offset for one in known.values()) / sum(one.information for one in known.values())
    farthest = max(abs(one.offset - mean) for one in known.values())
    scale = min(1.0, FARTHEST / farthest) if farthest else 1.0
    return Fingers(
        {
            name: Known(round((one.offset - mean) * scale, 4), round(one.information, 8), one.trials)
            for name, one in sorted(known.items())
        },
        round(min(max(level + mean, -FARTHEST_LEVEL), FARTHEST_LEVEL), 4),
    )


def _moved(chance: float, logits: float) -> float:
    """Return the chance whose log odds are ``logits`` higher."""
    if not 0.0 <= chance <= 1.0:
        raise ValueError(f"predicted: must lie in 0..1, not {chance}")
    inner = min(max(chance, 0.001), 0.999)
    return 1 / (1 + exp(-min(max(log(inner / (1 - inner)) + logits, -30.0), 30.0)))


def _steep(slope: float) -> float:
    return min(max(_finite("slope", slope), SLOPES[0]), SLOPES[1])


def _finite(name: str, value: float) -> float:
    if not isfinite(value):
        raise ValueError(f"{name}: must be a finite number, not {value}")
    return value


def _read(row: dict[str, Any]) -> Fingers:
    known = {}
    for name, (offset, information, trials) in row["fingers"].items():
        if not (abs(offset) <= FARTHEST and 0.0 <= information < 1e6 and type(trials) is int and trials >= 0):
            raise ValueError(f"{name}: {offset}, {information}, {trials}")
        known[name] = Known(float(offset), float(information), trials)
    if not abs(row["level"]) <= FARTHEST_LEVEL:
        raise ValueError(f"level: {row['level']}")
    return Fingers(known, float(row["level"]))
