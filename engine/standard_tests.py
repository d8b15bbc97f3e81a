"""List the hand tests that are done by hand elsewhere: what is entered, in which range, and what was published."""

from dataclasses import dataclass

from engine.hand import FINGERS

MORE, LESS = "more", "less"  # what counts as more ability on the test's own scale; "" where the scale does not say

CHEN = "Chen 2009, doi:10.1177/1545968308331146"
BERTRAND = "Bertrand 2015, doi:10.1016/j.jht.2015.04.004"
LANG = "Lang 2008, doi:10.1016/j.apmr.2008.02.022"
KIM = "Kim 2014, doi:10.1007/s11999-014-3666-y"
BOHANNON = "Bohannon 2019, doi:10.1589/jpts.31.75"
HERVAULT = "Hervault 2017, doi:10.1097/MRR.0000000000000209"
SORENSEN = "Sorensen 2013, doi:10.1016/j.jhsa.2012.12.032"
BY_DIAGNOSIS = "J Hand Ther 2016;29(1):81-88"
EXCITE = "EXCITE trial, PMC3754443"

STROKE, EARLY = "stroke", "early after stroke"


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number is given in, the range that is let in, and how often it makes one of the test's first unit.

    ``times`` is ``None`` where one cannot be made of the other: such numbers are kept apart.
    """

    name: str
    lowest: float
    highest: float
    decimals: int = 0
    times: float | None = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """One number of a test: once, or for each hand; ``unable`` says in words what it means that there is none."""

    units: tuple[Unit, ...]
    name: str = ""
    per_hand: bool = True
    trials: int = 1
    better: str = MORE
    unable: str = ""

    def unit(self, name: str = "") -> Unit:
        """Return the unit of that name, the first one for ""; raise ``ValueError`` that names those there are."""
        for unit in self.units:
            if name in ("", unit.name):
                return unit
        raise ValueError(f"unit: must be {' or '.join(unit.name for unit in self.units)}, not {name}")


@dataclass(frozen=True, slots=True)
class Limit:
    """A published change, for whom it was found and where: SRD, MDC (90 or 95 % confidence) or MCID.

    ``side`` is the hand it holds for (``affected``, ``other``; "" for either), ``unit`` may be ``%``, of the first
    value, or ``% of scale``; ``highest`` is the upper end where a range was published.
    """

    kind: str
    value: float
    unit: str
    people: str
    source: str
    side: str = ""
    part: str = ""
    highest: float | None = None

    @property
    def said(self) -> str:
        """Return it in English, without the source: ``SRD 2.9 kg, affected hand (stroke)``."""
        most = "" if self.highest is None else f" to {self.highest:g}"
        hand = f", {self.side} hand" if self.side else ""
        return f"{self.kind} {self.value:g}{most} {self.unit}{hand} ({self.people})"


@dataclass(frozen=True, slots=True)
class Test:
    """A test: what is entered, how it is summed up, and on what terms; ``licence`` is no legal advice.

    ``adds`` tells that the parts make one sum, when all are there. ``device`` is the word for what it is done with;
    where ``named`` it must be told before two results are compared. ``handles`` is how many handle positions there are.
    """

    name: str
    parts: tuple[Part, ...]
    how: str
    licence: str
    device: str = ""
    named: bool = False
    handles: int = 0
    adds: bool = False
    limits: tuple[Limit, ...] = ()
    sources: tuple[str, ...] = ()

    __test__ = False  # its name is no sign for those who look for tests of this program

    @property
    def key(self) -> str:
        """Return the key of its name in the texts."""
        return f"tests.{self.name}"

    @property
    def hand_parts(self) -> tuple[Part, ...]:
        """Return what is entered for each hand."""
        return tuple(part for part in self.parts if part.per_hand)

    @property
    def whole_parts(self) -> tuple[Part, ...]:
        """Return what is entered once."""
        return tuple(part for part in self.parts if not part.per_hand)

    def part(self, name: str, per_hand: bool) -> Part:
        """Return a part; raise ``ValueError`` where there is none."""
        for part in self.parts:
            if (part.name, part.per_hand) == (name, per_hand):
                return part
        where = "for each hand" if per_hand else "for both hands together"
        raise ValueError(f"{self.name}: there is no {name or 'value'} {where}")


def _force(highest: float) -> tuple[Unit, ...]:
    """Return the units of a force that stands on a dial; the first one is what is compared."""
    return (
        Unit("kg", 0, highest, 2),
        Unit("lb", 0, round(highest / 0.45359237), 2, 0.45359237),
        Unit("N", 0, round(highest * 9.80665), 1, 1 / 9.80665),
    )


def _points(lowest: float, highest: float, decimals: int = 0) -> tuple[Unit, ...]:
    return (Unit("points", lowest, highest, decimals),)


SECONDS = (Unit("s", 0.5, 600, 2),)
GRIP = _force(120)
PINCH = _force(30)
NAMED = (
    "free method; two makes of dynamometer differ by 50 to 57 % (PMC7191369), so a device is compared only with itself"
)
THREE = "three trials for each hand; their mean counts"
TOTAL = "the total only, worked out elsewhere; no question of it is in this program"
FREE = "free method"
EVERY_FINGER = tuple(str(finger) for finger in FINGERS)


def _pinch(name: str, limits: tuple[Limit, ...] = ()) -> Test:
    parts = (Part(PINCH, trials=3),)
    return Test(name, parts, THREE, NAMED, "pinch gauge", named=True, limits=limits)


def _questionnaire(name: str, parts: tuple[Part, ...], licence: str, limits: tuple[Limit, ...] = ()) -> Test:
    return Test(name, parts, TOTAL, licence, limits=limits)


def _fingers(name: str, units: tuple[Unit, ...], unable: str, how: str) -> Test:
    parts = tuple(Part(units, finger, better=LESS, unable=unable) for finger in EVERY_FINGER)
    return Test(name, parts, how, FREE, "kit")


def _whole(*units: Unit, name: str = "", better: str = MORE) -> Part:
    return Part(units, name, per_hand=False, better=better)


TESTS: tuple[Test, ...] = (
    Test(
        "grip", (Part(GRIP, trials=3),), f"{THREE}; sitting, elbow at a right angle, handle position 2 (ASHT)",
        NAMED, "dynamometer", named=True, handles=5,
        limits=(
            Limit("SRD", 2.9, "kg", STROKE, CHEN, "affected"), Limit("SRD", 4.7, "kg", STROKE, CHEN, "other"),
            Limit("MDC", 2.73, "kg", "first 12 weeks after stroke", BERTRAND, highest=4.68),
            Limit("MCID", 5.0, "kg", EARLY, LANG, "affected dominant"),
            Limit("MCID", 6.2, "kg", EARLY, LANG, "affected non-dominant"),
            Limit("MCID", 6.5, "kg", "fracture of the distal radius", KIM),
            Limit("MCID", 5.0, "kg", "a review of several groups", BOHANNON, highest=6.5),
        ),
        sources=("norms: Massy-Westropp 2011, doi:10.1186/1756-0500-4-127 (not shown: nobody is called normal)",),
    ),
    _pinch("pinch-tip"),
    _pinch("pinch-palmar", (
        Limit("SRD", 1.2, "kg", STROKE, CHEN, "affected"), Limit("SRD", 1.3, "kg", STROKE, CHEN, "other"),
        Limit("SRD", 35, "%", STROKE, CHEN, "affected"),
    )),
    _pinch("pinch-lateral", (
        Limit("SRD", 1.4, "kg", STROKE, CHEN, "affected"), Limit("SRD", 1.0, "kg", STROKE, CHEN, "other"),
        Limit("SRD", 34, "%", STROKE, CHEN, "affected"),
    )),
    Test(
        "nine-hole-peg", (Part(SECONDS, trials=2, better=LESS, unable="not finished"),),
        "seconds for each hand after one go for practice; of two trials the mean counts",
        "free method; the NIH Toolbox version is copyrighted: its codes are not used", "pegboard",
        limits=(
            Limit("SRD", 32.8, "s", STROKE, CHEN, "affected"), Limit("SRD", 54, "%", STROKE, CHEN, "affected"),
            Limit("SRD", 6.2, "s", STROKE, CHEN, "other"),
            Limit("MDC", 19.4, "%", "multiple sclerosis", HERVAULT, "dominant"),
            Limit("MDC", 29.1, "%", "multiple sclerosis", HERVAULT, "non-dominant"),
        ),
        sources=("sralab.org/rehabilitation-measures/nine-hole-peg-test",),
    ),
    Test(
        "box-and-block", (Part((Unit("blocks", 0, 150),), trials=1),),
        "blocks in 60 seconds for each hand; a first go is practice and is not entered", FREE, "box",
        limits=(
            Limit("SRD", 5.5, "blocks", STROKE, CHEN, "affected"), Limit("SRD", 7.8, "blocks", STROKE, CHEN, "other"),
        ),
    ),
    Test(
        "purdue",
        (
            Part((Unit("pins", 0, 30, 2),), "pins", trials=3), _whole(Unit("pairs", 0, 30, 2), name="both"),
            _whole(Unit("parts", 0, 100, 2), name="assembly"),
        ),
        "pins in 30 seconds for each hand (up to three trials, their mean counts); then pairs with both hands, and"
        " parts put together in 60 seconds",
        "a test of Lafayette Instrument; its norms are in its manual and not here", "pegboard",
    ),
    Test(
        "jebsen-taylor",
        tuple(Part((Unit("s", 0.5, 300, 2),), str(n), better=LESS, unable="not finished") for n in range(1, 8)),
        "seven times for each hand, in the order of the test; the sum counts when all seven are there",
        "published 1969; the kit is sold", "kit", adds=True,
    ),
    Test(
        "arat", (Part(_points(0, 57)),), "the total for each arm, 0 to 57",
        "rated by a clinician; forms are widely free",
        limits=(
            Limit("MCID", 12, "points", EARLY, LANG, "affected dominant"),
            Limit("MCID", 17, "points", EARLY, LANG, "affected non-dominant"),
        ),
    ),
    Test(
        "fma-ue", (Part(_points(0, 66)),), "the total for each arm, 0 to 66",
        "rated by a clinician; forms are widely free",
    ),
    Test(
        "wmft",
        (
            Part((Unit("s", 0.1, 120, 2),), "time", better=LESS), Part(_points(0, 5, 2), "function"),
        ),
        "for each arm the time (median or mean, always the same one; 120 s for what was not finished), then the"
        " functional ability, 0 to 5", "© UAB CI Therapy Research Group: totals only",
        limits=(
            Limit("MCID", 1.0, "points", EARLY, LANG, "affected dominant", "function"),
            Limit("MCID", 1.2, "points", EARLY, LANG, "affected non-dominant", "function"),
        ),
    ),
    _questionnaire(
        "dash", (_whole(Unit("points", 0, 100, 2), better=LESS),),
        "© Institute for Work & Health: free for non-commercial clinical and research use; commercial or web software"
        " for repeated use needs a licence (dash.iwh.on.ca/licences). So no questions here",
        (Limit("MCID", 10, "points", "hand, wrist and forearm, no operation", SORENSEN),),
    ),
    _questionnaire(
        "quickdash", (_whole(Unit("points", 0, 100, 2), better=LESS),),
        "© Institute for Work & Health, as DASH. So no questions here",
        (
            Limit("MCID", 14, "points", "hand, wrist and forearm, no operation", SORENSEN),
            Limit("MCID", 15.8, "points", "by diagnosis: wrist, elbow, carpal tunnel", BY_DIAGNOSIS, highest=25.8),
            Limit("MDC90", 22.49, "points", "by diagnosis: wrist, elbow, carpal tunnel", BY_DIAGNOSIS, highest=27.63),
        ),
    ),
    _questionnaire(
        "prwe", (_whole(Unit("points", 0, 100, 1), better=LESS),), "© J. MacDermid: ask for permission to use it",
        (Limit("MCID", 14, "points", "hand, wrist and forearm, no operation", SORENSEN),),
    ),
    _questionnaire(
        "mal",
        (_whole(Unit("points", 0, 5, 2), name="amount"), _whole(Unit("points", 0, 5, 2), name="how-well")),
        "© UAB CI Therapy Research Group: a structured interview; totals only",
        (
            Limit("MCID", 1.0, "points", EARLY, LANG, "affected dominant", "how-well"),
            Limit("MCID", 1.1, "points", EARLY, LANG, "affected non-dominant", "how-well"),
            Limit("MDC90", 16.8, "% of scale", STROKE, EXCITE, part="amount"),
            Limit("MDC90", 15.4, "% of scale", STROKE, EXCITE, part="how-well"),
        ),
    ),
    _questionnaire(
        "promis-ue", (_whole(Unit("T", 5, 95, 1)),),
        "HealthMeasures: nothing may be changed, electronic use needs permission. So no questions here",
    ),
    _questionnaire(
        "copm",
        (_whole(Unit("points", 1, 10, 2), name="performance"), _whole(Unit("points", 1, 10, 2), name="satisfaction")),
        "licensed: the means of performance and satisfaction only",
    ),
    _fingers(
        "monofilament", (Unit("size", 1.65, 6.65, 2), Unit("g", 0.001, 500, 3, None)), "not felt",
        "the thinnest one felt on the tip of each finger, thumb first: its size (1.65 to 6.65) or grams",
    ),
    _fingers(
        "two-point", (Unit("mm", 1, 30, 1),), "not felt",
        "the smallest distance told apart on each fingertip, thumb first, in mm; standing still",
    ),
    _fingers(
        "two-point-moving", (Unit("mm", 1, 30, 1),), "not felt",
        "the smallest distance told apart on each fingertip, thumb first, in mm; moving",
    ),
    Test(
        "own", (
            Part((Unit("", -1e6, 1e6, 3),), trials=3, better="", unable="not done"),
            Part((Unit("", -1e6, 1e6, 3),), per_hand=False, better="", unable="not done"),
        ),
        "a test of your own: what it is, in your words, and its unit; for each hand (up to three trials, the mean"
        " counts) or one number", "your own words; check the terms of the test",
    ),
)  # fmt: skip
BY_NAME = {test.name: test for test in TESTS}
# "jamar" is what many call a grip test; the others are short forms that are in use.
ALIASES = {"jamar": "grip", "nhpt": "nine-hole-peg", "9hpt": "nine-hole-peg", "bbt": "box-and-block", "fma": "fma-ue",
           "jthft": "jebsen-taylor", "2pd": "two-point", "quick-dash": "quickdash", "promis": "promis-ue"}  # fmt: skip
# Grip strength by dynamometer, LOINC 2.80, panel 83145-3: the only tests here whose code was checked.
LOINC = {("grip", "right"): "83174-3", ("grip", "left"): "83173-5"}
