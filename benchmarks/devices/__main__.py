"""Measure how a sensor is read; from the repository: python -m benchmarks.devices [failures] [--quick]."""

import argparse
import os
import sys
from collections.abc import Sequence

from benchmarks.devices import cycles, decode, failures, reading, report
from benchmarks.devices.feeder import compiler
from benchmarks.devices.reading import QUICK, Plan
from benchmarks.run import machine

COMMAND = "uv run python -m benchmarks.devices"


def main(words: Sequence[str] | None = None) -> int:
    """Measure and report, or test every fault and report that; return the exit status."""
    asked = _parser().parse_args(words)
    if asked.what == "failures":
        return tested()
    plan = QUICK if asked.quick else Plan()
    told = machine(COMMAND, report.PACKAGES)
    section = report.written(measured(plan), plan, f"{told}\n{loaded()}", cycles.SHORT_WAIT_S * 1000)
    if asked.quick:
        print(section)
        return 0
    report.keep(section)
    print(f"written: {report.RESULTS.name}", file=sys.stderr)
    return 0


def measured(plan: Plan) -> report.Found:
    """Return all that is measured; without a C compiler only the decoders."""
    _say("decoders")
    decoded = decode.measured(plan.decode_rounds, plan.decode_frames)
    if compiler() is None or not sys.platform.startswith("linux"):
        return report.Found(decoded)
    _say("a port that is always full")
    floods = reading.floods(plan)
    _say("from the sensor to Python")
    latencies = reading.latencies(plan)
    _say("time stamps")
    stamps = reading.stamps(plan)
    _say("unplugged again and again")
    return report.Found(decoded, floods, latencies, stamps, reading.cycles(plan))


def tested() -> int:
    """Run the test of every fault and write docs/failures.md, if all of them passed."""
    status, rows = failures.run()
    if status:
        return status
    failures.keep(rows, os.cpu_count() or 1)
    print(f"written: {failures.REPORT.name}", file=sys.stderr)
    return 0


def loaded() -> str:
    """Return how busy the machine was at the end, the measuring itself included."""
    return f"- Load at the end {os.getloadavg()[0]:.1f}, the measuring itself included"


def _say(what: str) -> None:
    print(f"{what} ...", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks.devices", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("measure", "failures"), default="measure", help="what to do")
    parser.add_argument("--quick", action="store_true", help="short, printed and not kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
