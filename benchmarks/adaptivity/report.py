"""Write what was measured as a section of RESULTS.md, and draw how much of the time each method was in the band."""

import datetime
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from math import ceil, floor
from pathlib import Path
from time import perf_counter

from PIL import Image, ImageDraw, ImageFont

from benchmarks.adaptivity import measure, peers
from benchmarks.adaptivity.bound import BOUNDS
from benchmarks.adaptivity.measure import MARGINS, Case, Mean, Scores, difference, means, of_kind
from benchmarks.adaptivity.patients import POPULATIONS, patients
from benchmarks.adaptivity.peers import METHODS, OURS, TUNED
from benchmarks.spread import ratios, spread, table

RESULTS = Path(__file__).parents[1] / "RESULTS.md"
PLOT = Path(__file__).with_name("in_band.png")
BEGIN, END = "<!-- adaptivity -->", "<!-- /adaptivity -->"
HITS, MARGIN = OURS
SHOWN = {
    "in_band": "in band",
    "first": "first session",
    "later": "later sessions",
    "too_hard": "too hard",
    "longest": "longest run of misses",
    "threes": "runs of 3 misses in 100",
    "until": "trials until in band",
    "recovery": "trials after a flare-up",
    "first_20": "success of first 20",
}
SHORT = ("in_band", "first", "later", "too_hard", "until", "first_20")
BY_KIND = (
    MARGIN,
    HITS,
    "Bayesian logistic with drift, tuned",
    "bound: knows the population",
    "bound: knows the kind",
    "bound: knows the population, sees margins",
)
TURNS, WARM = 200, 20

INTRODUCTION = """## Success in the band, beside other methods

Simulated patients play 4 sessions of 2 bouts of 30 trials; their ability moves by practice, fatigue, rests, nights,
good and bad days, and flare-ups, and no method is told how (`adaptivity/patients.py`). All methods meet the same
patients and the same luck. "In band" is the share of trials whose true chance of success lay in .70-.85, or as near as
the ends of the scale allow; "too hard" the share below .70 though something easier was there. "Trials until in band"
counts those before the first one in the band; "trials after a flare-up" until three of four were in the band. What
never came counts as all the trials that there were. Means over patients, kinds weighing the same, with 95 % intervals
(normal, from the spread of patients within a kind); differences are taken patient by patient.

Methods stand at their published or default setting (`adaptivity/peers.py` says whose); "tuned" ones have the setting
that did best on {tuning} other patients of the broad population (seed {tuning_seed},
`python -m benchmarks.adaptivity tune`). Methods that need a slope are told that of most of the thirteen kinds. Without
an assessment they begin at difficulty 35. The bounds are particle filters that are told the rules by which the
patients were made; they are run on the first half of the patients.

- Command: `{command}`
- Seed: {seed}; {each} patients of each of the thirteen kinds, {others} of the broad and of the rough population
- Date: {date}
- Machine: {cores} cores, {python}, numpy {numpy}
"""
TITLES = {
    "thirteen": "Thirteen kinds of patient",
    "broad": "A broad population: the kind of patient on which the others were tuned",
    "rough": "A rough population that no method was made for",
}
ASSESSED = """Every method is told the ability with an error of standard deviation 8,
and the peers begin where that ability meets the target.
"""
DISHONEST = """What the core of Regrasp is told of the just-passed difficulty is falsified; hits and misses stay true.
"""
TIME = """A choice and an update of Regrasp's core and of the package questplus {questplus} ({hypotheses} hypotheses,
{stimuli} stimuli), in turn on the same trials, {turns} turns; ratios are pair by pair.
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What was measured: the seed, the patients a kind, and the scores of every case."""

    seed: int
    each: int
    scores: dict[Case, Scores]

    def methods(self, population: str, assessed: bool = False) -> dict[str, Scores]:
        """Return the scores by method, with honest margins."""
        return {
            case.method: found
            for case, found in self.scores.items()
            if (case.population, case.assessed, case.margins) == (population, assessed, "honest")
        }

    def margins(self) -> Iterator[tuple[str, Scores]]:
        """Give the scores of Regrasp by the condition of its margins."""
        for case, found in self.scores.items():
            if (case.method, case.population, case.assessed) == (MARGIN, "thirteen", False):
                yield case.margins, found


def others(each: int) -> int:
    """Return how many patients of a population without kinds are measured beside ``each`` of the thirteen."""
    return 4 * each


def cases(each: int, names: Sequence[str] = ()) -> list[Case]:
    """Return all that a report measures, the slowest first; ``names`` are parts of the names of methods."""
    half = max(2, each // 2)
    found = [
        Case(name, population, max(2, n // 2))
        for population, kinds in POPULATIONS.items()
        for n in [each if len(kinds) > 1 else others(each)]
        for name, (told_kind, _) in BOUNDS.items()
        if len(kinds) > 1 or not told_kind
    ]
    found += [Case(MARGIN, "thirteen", half, margins=name) for name in MARGINS if name != "honest"]
    for name in reversed(METHODS):
        found.append(Case(name, "thirteen", half, assessed=True))
        found += [Case(name, p, each if len(kinds) > 1 else others(each)) for p, kinds in POPULATIONS.items()]
    return [case for case in found if not names or any(part in case.method for part in names)]


def written(run: Run, command: str, timing: str = "", games: str = "") -> str:
    """Return the whole section in Markdown; ``games`` is what came of the real games."""
    parts = [_introduction(run, command)]
    for population in POPULATIONS:
        parts.append(f"### {TITLES[population]}\n\n{by_method(run.methods(population))}")
        if population == "thirteen":
            parts.append(f"![In band by method, with 95 % intervals](adaptivity/{PLOT.name})\n")
    parts.append(f"### By kind: share of trials in the band\n\n{by_kind(run.methods('thirteen'))}")
    parts.append(f"### After an assessment\n\n{ASSESSED}\n{by_method(run.methods('thirteen', True), SHORT)}")
    assessed = run.methods("thirteen", True)
    parts.append(f"Success of the first 20 tries, by kind:\n\n{by_kind(assessed, 'first_20')}")
    if games:
        parts.append(games)
    if MARGIN in run.methods("thirteen") and HITS in run.methods("thirteen"):
        parts.append(f"### When the margins are not honest\n\n{DISHONEST}\n{by_margins(run)}")
    if timing:
        parts.append(f"### Time\n\n{timing}")
    return "\n".join(parts)


def _introduction(run: Run, command: str) -> str:
    return INTRODUCTION.format(
        command=command,
        seed=run.seed,
        each=run.each,
        others=others(run.each),
        tuning=measure.TUNING_EACH,
        tuning_seed=measure.TUNING_SEED,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        cores=os.cpu_count(),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        numpy=version("numpy"),
    )


def by_method(rows: dict[str, Scores], shown: Sequence[str] = tuple(SHOWN)) -> str:
    """Return the table of methods, best first, with the difference to Regrasp patient by patient."""
    ours = rows.get(MARGIN)
    body = []
    for name, found in ranked(rows):
        against = "" if ours is None or name == MARGIN else _signed(difference(rows[name], ours))
        body.append([name, str(len(rows[name])), *(_cell(found[key], key) for key in shown), against])
    return table(["method", "patients", *(SHOWN[key] for key in shown), f"in band, against {MARGIN}"], body)


def ranked(rows: dict[str, Scores]) -> list[tuple[str, dict[str, Mean]]]:
    """Return the means of every method, the one most in the band first."""
    return sorted(((name, means(scores)) for name, scores in rows.items()), key=lambda row: -row[1]["in_band"].value)


def by_kind(rows: dict[str, Scores], what: str = "in_band") -> str:
    """Return the table of the kinds of patients, with one figure of a few methods."""
    names = [name for name in BY_KIND if name in rows]
    body = [
        [
            kind,
            *(_cell(measure.mean((kind, getattr(row, what)) for row in of_kind(rows[name], kind))) for name in names),
        ]
        for kind in POPULATIONS["thirteen"]
    ]
    return table(["kind", *names], body)


def by_margins(run: Run) -> str:
    """Return the table of the conditions of the margins, all on the same patients, against hits only."""
    conditions = dict(run.margins())
    few = min(len(found) for found in conditions.values()) // len(POPULATIONS["thirteen"])
    hits = _first(run.methods("thirteen")[HITS], few)
    rows = {name: _first(conditions[name], few) for name in MARGINS if name in conditions} | {HITS: hits}
    body = []
    for name, scores in rows.items():
        found = means(scores)
        against = "" if name == HITS else _signed(difference(scores, hits))
        body.append([name, str(len(scores)), *(_cell(found[key], key) for key in SHORT), against])
    return table(["margins", "patients", *(SHOWN[key] for key in SHORT), "in band, against hits only"], body)


def _first(scores: Scores, few: int) -> Scores:
    """Return the first patients of each kind."""
    return [(kind, row) for kind in dict(scores) for row in of_kind(scores, kind)[:few]]


def timed(turns: int = TURNS) -> str:
    """Measure a choice and an update of Regrasp and of the package questplus in turn; return a table."""
    method, quest = METHODS[MARGIN](None), peers.quest_plus()
    _, patient = patients("thirteen", 1, 1)[0]
    ours, whole, update = [], [], []
    for _ in range(WARM + turns):
        a = perf_counter()
        difficulty = method.choose()
        b = perf_counter()
        hit, just = patient.play(difficulty)
        c = perf_counter()
        method.learn(difficulty, hit, just, False)
        d = perf_counter()
        stimulus = quest.next_stim
        e = perf_counter()
        quest.update(stim=stimulus, outcome={"response": "hit" if hit else "miss"})
        f = perf_counter()
        ours.append(1e6 * (b - a + d - c))
        whole.append(1e6 * (f - d))
        update.append(1e6 * (f - e))
    rows = [(f"{MARGIN}: choose and learn", ours), ("questplus: next stimulus and update", whole)]
    rows.append(("questplus: update alone", update))
    head = ("a trial", "µs, median (range)", "regrasp / it, median (range)")
    body = [
        (name, spread(us[WARM:]).shown(".0f"), "" if us is ours else ratios(ours[WARM:], us[WARM:]).shown())
        for name, us in rows
    ]
    hypotheses, stimuli = quest.posterior.size, len(peers.EASES)
    told = TIME.format(questplus=version("questplus"), hypotheses=hypotheses, stimuli=stimuli, turns=turns)
    return f"{told}\n{table(head, body)}"


def keep(section: str, path: Path = RESULTS) -> None:
    """Put the section between its markers in the results; append them where there are none."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Results\n"
    if BEGIN not in text:
        text = f"{text.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    path.write_text(f"{before}{BEGIN}\n{section}{END}{after}", encoding="utf-8")


def _cell(mean: Mean, key: str = "in_band") -> str:
    if mean.value != mean.value:
        return ""
    form = {"until": ".1f", "recovery": ".1f", "longest": ".2f", "threes": ".2f"}.get(key, ".3f")
    return " ± ".join(_short(value, form) for value in (mean.value, mean.half) if value == value)


def _short(value: float, form: str = ".3f") -> str:
    return format(value, form).removeprefix("0") if form == ".3f" else format(value, form)


def _signed(mean: Mean) -> str:
    sign = "−" if mean.value < 0 else "+"
    return f"{sign}{_short(abs(mean.value))} ± {_short(mean.half)}"


WIDTH, ROW, TOP, FOOT, LEFT, GAP, PANEL = 1500, 34, 176, 84, 500, 60, 440
INK, FAINT, PAPER = "#222222", "#d9d9d9", "#ffffff"
# The colours of Okabe & Ito, told apart with any colour vision, and by their shapes too.
LOOKS = {
    "regrasp": ("#0072b2", "disc"),
    "bound: told how the patients were made": ("#009e73", "diamond"),
    "tuned": ("#d55e00", "square"),
    "published or default setting": ("#666666", "ring"),
}


def look(name: str) -> str:
    """Return in which of ``LOOKS`` a method is drawn."""
    ours, bound, tuned, published = LOOKS
    return ours if name in OURS else bound if name in BOUNDS else tuned if name in TUNED else published


def draw(run: Run, path: Path = PLOT) -> None:
    """Draw a row a method, best first: a dot with its 95 % interval for the first session, and for all."""
    rows = ranked(run.methods("thirteen"))
    bottom = TOP + ROW * len(rows)
    picture = Image.new("RGB", (WIDTH, bottom + FOOT), PAPER)
    pen = ImageDraw.Draw(picture)
    told = f"Thirteen kinds of simulated patient, {run.each} of each (bounds: half of them); bars are 95 % intervals"
    pen.text((24, 22), "Share of trials whose true chance of success lay in the band .70-.85", INK, font=_font(28))
    pen.text((24, 66), told, INK, font=_font(19))
    for n, (name, _) in enumerate(rows):
        y = TOP + ROW * n + ROW / 2
        if n % 2 == 0:
            pen.rectangle((0, y - ROW / 2, WIDTH, y + ROW / 2), "#f6f6f6")
        pen.text((LEFT - 24, y), name, LOOKS[look(name)][0] if name in OURS else INK, font=_font(19), anchor="rm")
    for n, (title, key) in enumerate((("First session", "first"), ("All four sessions", "in_band"))):
        _panel(pen, LEFT + n * (PANEL + GAP), title, [(look(name), found[key]) for name, found in rows])
    _legend(pen, bottom + 50)
    picture.quantize(64).save(path, optimize=True)


def _panel(pen: ImageDraw.ImageDraw, left: float, title: str, rows: Sequence[tuple[str, Mean]]) -> None:
    ends = [mean.value + side * _half(mean) for _, mean in rows for side in (-1, 1)]
    low = floor(10 * min(ends))
    high = max(low + 1, ceil(10 * max(ends)))
    scale = PANEL / (high - low) * 10
    pen.text((left, TOP - 62), title, INK, font=_font(22))
    for tenth in range(low, high + 1):
        x = left + (tenth - low) * scale / 10
        pen.line((x, TOP, x, TOP + ROW * len(rows)), FAINT, 1)
        pen.text((x, TOP - 14), f".{tenth}" if tenth < 10 else "1.0", INK, font=_font(17), anchor="mm")
    for n, (kind, mean) in enumerate(rows):
        x, y = left + (mean.value - low / 10) * scale, TOP + ROW * n + ROW / 2
        colour, shape = LOOKS[kind]
        half = _half(mean) * scale
        pen.line((x - half, y, x + half, y), colour, 2)
        for end in (x - half, x + half):
            pen.line((end, y - 11, end, y + 11), colour, 2)
        _dot(pen, x, y, colour, shape)


def _half(mean: Mean) -> float:
    return mean.half if mean.half == mean.half else 0.0


def _dot(pen: ImageDraw.ImageDraw, x: float, y: float, colour: str, shape: str) -> None:
    if shape == "diamond":
        pen.polygon(((x, y - 8), (x + 8, y), (x, y + 8), (x - 8, y)), colour)
    elif shape == "square":
        pen.rectangle((x - 5, y - 5, x + 5, y + 5), colour)
    elif shape == "ring":
        pen.ellipse((x - 6, y - 6, x + 6, y + 6), PAPER, colour, 2)
    else:
        pen.ellipse((x - 6, y - 6, x + 6, y + 6), colour)


def _legend(pen: ImageDraw.ImageDraw, y: float) -> None:
    x = 60.0
    for name, (colour, shape) in LOOKS.items():
        _dot(pen, x, y, colour, shape)
        pen.text((x + 20, y), name, INK, font=_font(18), anchor="lm")
        x += 80 + pen.textlength(name, font=_font(18))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
