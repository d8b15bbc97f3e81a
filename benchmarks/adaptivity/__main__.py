"""Compare the adaptive core with its peers; from the repository: python -m benchmarks.adaptivity [tune]."""

import argparse
import os
import sys
from collections.abc import Sequence

# A worker a core is enough: arrays this small are slower when a library spreads each of them over all cores.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from benchmarks.adaptivity import corridor, measure, report  # noqa: E402

EACH, QUICK_EACH = 30, 8
CORRIDOR_SEEDS = (1, 2)
COMMAND = "uv run python -m benchmarks.adaptivity"


def main(words: Sequence[str] | None = None) -> int:
    """Measure and report, or tune; return the exit status."""
    asked = _parser().parse_args(words)
    if asked.what == "tune":
        return tune(asked.workers)
    each = asked.each or (QUICK_EACH if asked.quick else EACH)
    run = report.Run(asked.seed, each, measure.play(report.cases(each, asked.only), asked.seed, asked.workers))
    timing = "" if asked.only else report.timed()
    games = "" if asked.only or asked.quick else corridor.report(corridor.measured(CORRIDOR_SEEDS))
    section = report.written(run, f"{COMMAND} --each {each} --seed {asked.seed}", timing, games)
    if asked.quick or asked.only:
        print(section)
        return 0
    report.draw(run)
    report.keep(section)
    print(f"written: {report.RESULTS.name} and {report.PLOT.name}", file=sys.stderr)
    return 0


def tune(workers: int) -> int:
    """Print the best settings of every peer that has any; return the exit status."""
    for name, rows in measure.tune(workers).items():
        print(name)
        for share, settings in rows[:5]:
            print(f"    {share:.4f}", ", ".join(f"{key} = {value}" for key, value in settings.items()))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks.adaptivity", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("measure", "tune"), default="measure", help="what to do")
    parser.add_argument("--each", type=int, help=f"patients of each of the thirteen kinds ({EACH})")
    parser.add_argument("--seed", type=int, default=1, help="seed of the patients (1)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (one a core)")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_EACH} of each, printed and not kept")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only these methods; printed, not kept")
    return parser


if __name__ == "__main__":
    sys.exit(main())
