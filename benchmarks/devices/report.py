"""Write what was measured about the devices as a section of RESULTS.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.devices import decode
from benchmarks.devices.feeder import MISSING
from benchmarks.devices.reading import Case, Measured, Plan
from benchmarks.devices.ways import OURS, THREADED
from benchmarks.spread import ratios, spread, table

RESULTS = Path(__file__).parents[1] / "RESULTS.md"
BEGIN, END = "<!-- devices -->", "<!-- /devices -->"
PACKAGES = ("pyserial",)
FASTEST = 5000
AIM_P50_MS, AIM_SD_MS = 0.1, 0.05

INTRODUCTION = """## Reading a sensor

A program in C plays a GLP/1 sensor on a pseudo-terminal: real check values, frames paced by absolute times,
`CLOCK_MONOTONIC` in each frame, so that every single reading's error is known (Python's `perf_counter` is the same
clock on Linux). No board and no USB are involved. Ways to read run in turn, each in a process of its own.

{machine}
"""
DECODE = """### Decoders alone

Frames a second from memory, {rounds} rounds in turn over {frames:,} frames, median (range); the last column is
time against `split(",")` with an exclusive-or check as in NMEA, which has no clock, no sequence, and lets much
damage through (58 to 83 % of some kinds). SensorDecoder is the whole of it: fields checked, gaps and resets marked,
device time mapped to host time.
"""
FLOOD = """The same from a port that sends as fast as it is emptied ({seconds:g} s, {rounds} rounds). Every way uses the
same SensorDecoder; the pseudo-terminal and the sensor in C give about as much as the fastest rows show:
"""
LATENCY = """### From the sensor to Python

Milliseconds from the moment a frame is made until its reading can be had in Python, and the CPU of the whole reader
process. All ways decode with the same SensorDecoder, clock mapping included, and the program takes what came 60
times a second, so only the reading differs; ours alone follows the link (who answers, silence, damage). The last way
of each rate, `poll` and `os.read` without any of that, is about the least that Python can do. Median (range) of
{rounds} rounds in turn, {seconds} s each at {rates} readings a second. "Lost" is counted from the sequence
numbers of all rounds.
"""
STAMPS = """### Time stamps

Error of each reading's time in milliseconds, for {seconds:g} s at 80 readings a second after {settle:g} s to settle.
"Mapped" is what a game gets; "arrival" is what a program has that takes the time when it has read. The mean of the
mapped stamp is the quickest way from the sensor to Python, which nobody can see from one end. "Busy" is pure Python
in the main thread. Where pictures and readings are exactly in step, every reading may meet the program at its busiest,
and none is quick; two real clocks never stay so, but it is the worst there is.
"""
CYCLES = """### Unplugged and plugged in again

{cycles:,} times the port is closed at the sensor's end and made anew under the same name, with the reader's back-off
shortened to {wait:g} ms (0.25 to 2 s in the program).
"""


@dataclass(frozen=True, slots=True)
class Found:
    """All that a run has measured; what needs a C compiler is ``None`` without one."""

    decoded: dict[tuple[int, int], dict[str, list[float]]]
    floods: dict[str, list[Measured]] | None = None
    latencies: dict[tuple[float, str], list[Measured]] | None = None
    stamps: dict[Case, Measured] | None = None
    cycles: dict[str, Measured] | None = None


def written(found: Found, plan: Plan, machine: str, wait_ms: float) -> str:
    """Return the whole section in Markdown."""
    parts = [INTRODUCTION.format(machine=machine), DECODE.format(rounds=plan.decode_rounds, frames=plan.decode_frames)]
    parts.append(decoded(found.decoded))
    if found.floods is None or found.latencies is None or found.stamps is None or found.cycles is None:
        return "\n".join([*parts, MISSING, ""])
    rates, seconds = (", ".join(f"{n:,}" for n in column) for column in zip(*plan.seconds, strict=True))
    parts += [FLOOD.format(seconds=plan.flood_s, rounds=plan.rounds), flooded(found.floods)]
    parts += [LATENCY.format(rounds=plan.rounds, seconds=seconds, rates=rates), late(found.latencies)]
    parts += [STAMPS.format(seconds=plan.stamps_s, settle=plan.stamps_settle_s), stamped(found.stamps)]
    parts += [CYCLES.format(cycles=plan.cycles, wait=wait_ms), cycled(found.cycles)]
    return "\n".join([*parts, "### Aims\n", *verdicts(found), ""])


def decoded(found: dict[tuple[int, int], dict[str, list[float]]]) -> str:
    """Return the table of the decoders."""
    head = ("decoder", "channels", "fed", "frames/s", "µs a frame", "time / split and XOR")
    return table(head, decode.rows(found))


def flooded(found: dict[str, list[Measured]]) -> str:
    """Return the table of the ways on a port that is always full."""
    body = [
        [name, _of(rows, "per_s", ",.0f"), _of(rows, "us", ".1f"), _of(rows, "cpu", ".0f", 100)]
        for name, rows in found.items()
    ]
    return table(("way", "frames/s", "µs of CPU a frame", "% of a core"), body)


def late(found: dict[tuple[float, str], list[Measured]]) -> str:
    """Return the table of the ways by rate."""
    body = []
    for (rate, name), rows in found.items():
        against = "" if name == THREADED else _cpu_against(rows, found[rate, THREADED])
        lost, all_of_them = (sum(row[key] for row in rows) for key in ("lost", "readings"))
        body.append(
            [
                f"{rate:,} · {name}",
                *(_of(rows, p) for p in ("p50", "p95", "p99")),
                _of(rows, "cpu", ".1f", 100),
                against,
                f"{lost:,} of {lost + all_of_them:,}",
            ]
        )
    head = ("readings/s · way", "p50 ms", "p95 ms", "p99 ms", "% of a core", "CPU / serial.threaded", "lost")
    return table(head, body)


def stamped(found: dict[Case, Measured]) -> str:
    """Return the table of the errors of time stamps."""
    body = [
        [
            case.name,
            *(f"{row[kind][key]:.3f}" for kind in ("mapped", "arrival") for key in ("mean", "sd", "p99")),
            f"{row['drift_ppm']:+,.0f}",
        ]
        for case, row in found.items()
    ]
    head = [f"{kind}: {key}" for kind in ("mapped", "arrival") for key in ("mean", "SD", "p99")]
    return table(("case", *head, "drift found, ppm"), body)


def cycled(found: dict[str, Measured]) -> str:
    """Return the table of what is held, and a sentence about the way back."""
    many, real = found["many"], found["real"]
    body = [[f"{point['cycle']:,}", *_held(point)] for point in many["curve"]]
    body.append(["closed", *_held(many["closed"])])
    ways = [
        f"{name}: LOST {_middle(found[kind]['lost_ms'], '.1f')} ms after the cable is pulled, STREAMING "
        f"{_middle(found[kind]['back_ms'], '.0f')} ms after it is plugged in"
        for kind, name in (
            ("many", "With the short back-off"),
            ("real", f"With that of the program, out for 0.1 to 3 s, {len(real['back_ms'])} times"),
        )
    ]
    told = ".\n".join(ways) + ".\nMedian (range)."
    return table(("cycles", "threads", "open files", "memory, kB"), body) + f"\n{told}\n"


def verdicts(found: Found) -> list[str]:
    """Return a sentence for each aim, met or missed."""
    assert found.latencies is not None
    assert found.stamps is not None
    assert found.cycles is not None
    ours, threaded = found.latencies[FASTEST, OURS], found.latencies[FASTEST, THREADED]
    cpu, their_cpu = (median(row["cpu"] for row in rows) for rows in (ours, threaded))
    p50 = median(row["p50"] for row in ours)
    lost = sum(row["lost"] for row in ours)
    begun, ended = found.cycles["many"]["curve"][0], found.cycles["many"]["curve"][-1]
    kept = all(ended[key] == begun[key] for key in ("threads", "files"))
    grown = ended["kb"] - begun["kb"]
    return [
        _aim(cpu < their_cpu, f"at {FASTEST:,} readings/s less CPU than serial.threaded with the same decoder",
             f"{100 * cpu:.1f} % of a core against {100 * their_cpu:.1f} %"),
        _aim(p50 <= AIM_P50_MS, f"at {FASTEST:,} readings/s a median of at most {AIM_P50_MS} ms", f"{p50:.3f} ms"),
        _aim(lost == 0, f"at {FASTEST:,} readings/s no loss", f"{lost} lost"),
        *(_exact(case, row) for case, row in found.stamps.items() if case.busy_ms and not case.batch_ms),
        _aim(kept, "no thread and no file left behind by unplugging", f"{ended['threads']} threads and "
             f"{ended['files']} files after {ended['cycle']:,} cycles, {begun['threads']} and {begun['files']} before; "
             f"memory {grown:+,} kB"),
    ]  # fmt: skip


def _exact(case: Case, row: Measured) -> str:
    sd = row["mapped"]["sd"]
    what = f"{sd:.3f} ms, where arrivals have {row['arrival']['sd']:.1f} ms"
    return _aim(sd <= AIM_SD_MS, f"time stamps within SD {AIM_SD_MS} ms, {case.name}", what)


def _aim(met: bool, aim: str, what: str) -> str:
    return f"- {'Met' if met else '**Missed**'}: {aim}: {what}."


def _of(rows: Sequence[Measured], key: str, form: str = ".3f", factor: float = 1.0) -> str:
    return spread([row[key] for row in rows]).shown(form, factor)


def _cpu_against(ours: Sequence[Measured], theirs: Sequence[Measured]) -> str:
    return ratios([row["cpu"] for row in ours], [row["cpu"] for row in theirs]).shown()


def _held(point: dict[str, int]) -> list[str]:
    return [str(point["threads"]), str(point["files"]), f"{point['kb']:,}"]


def _middle(values: Sequence[float], form: str) -> str:
    return spread(values).shown(form)


def keep(section: str, path: Path = RESULTS) -> None:
    """Put the section between its markers in the results; append them where there are none."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Results\n"
    if BEGIN not in text:
        text = f"{text.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    path.write_text(f"{before}{BEGIN}\n{section}{END}{after}", encoding="utf-8")
