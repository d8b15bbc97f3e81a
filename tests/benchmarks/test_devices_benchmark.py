"""The benchmark of the devices measures what it says: small runs of each part, and the report it writes."""

import sys
import time
from pathlib import Path

import pytest

from benchmarks import run
from benchmarks.devices import alone, cycles, decode, failures, reading, report
from benchmarks.devices.feeder import built, compiler, fed, true_ms
from benchmarks.devices.reading import BUSY, Case, Measured, Plan
from benchmarks.devices.ways import OURS, THREADED, WAYS
from devices import reader

needs_port = pytest.mark.skipif(
    compiler() is None or not sys.platform.startswith("linux"), reason="there is no C compiler, or no pseudo-terminal"
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("feeder"))


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("name", decode.DECODERS)
def test_every_decoder_is_given_frames_that_it_reads(name: str, size: int) -> None:
    lines = decode.frames(70, 5)
    weaker = [decode.nmea_line(line) for line in lines]
    assert decode.DECODERS[name](decode.pieces(weaker if name == decode.NMEA else lines, size)) == 70


def test_the_plain_decoder_reads_the_same_numbers_and_sees_a_single_damage() -> None:
    assert decode.NmeaDecoder().feed(b"$F,1,2,A,-3,4*%02X\n" % _sum(b"F,1,2,A,-3,4")) == [(1, 2, 10, (-3, 4))]
    assert decode.NmeaDecoder().feed(b"$F,1,2,A,-3,5*%02X\n" % _sum(b"F,1,2,A,-3,4")) == []


def _sum(body: bytes) -> int:
    found = 0
    for byte in body:
        found ^= byte
    return found


def test_the_decoders_are_measured_in_turn() -> None:
    found = decode.measured(2, 200)
    assert set(found) == {(1, 64), (1, 1), (5, 64), (5, 1)}
    assert all(len(us) == 2 and min(us) > 0 for taken in found.values() for us in taken.values())
    assert "| split and XOR |" in report.decoded(found)


def test_a_wrapped_time_is_found_again_on_the_hosts_clock() -> None:
    now_us = int(time.perf_counter() * 1e6)
    for ago_us in (0, 1_000, 2_000_000):
        wrapped_ms = (now_us - ago_us) % 2**32 / 1000
        assert true_ms(wrapped_ms, now_us - 5_000_000) == pytest.approx((now_us - ago_us) / 1000, abs=0.01)
    fast_ms = (now_us + 0.003 * 1_000_000) % 2**32 / 1000  # a second after it began, a clock fast by 3,000 ppm
    assert true_ms(fast_ms, now_us - 1_000_000, 3000) == pytest.approx(now_us / 1000, abs=0.01)


def test_percentiles_are_those_of_all_values() -> None:
    assert alone.percentiles(range(101)) == {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    assert alone.spread([1.0, -1.0]) == {"mean": 0.0, "sd": 1.0, "p99": 1.0}


@needs_port
@pytest.mark.parametrize("name", WAYS)
def test_every_way_reads_all_that_the_sensor_sends(name: str, program: Path, tmp_path: Path) -> None:
    with fed(program, tmp_path / "sensor", 500) as sensor:
        found = alone.latency(name, str(sensor.link), 0.1, 0.4, sensor.origin_us)
    assert found["lost"] == 0
    assert 100 < found["readings"] < 400
    assert 0 < found["p50"] < 100
    assert 0 < found["cpu"] < 1.5


@needs_port
def test_our_time_stamps_are_checked_against_the_true_time(program: Path, tmp_path: Path) -> None:
    with fed(program, tmp_path / "sensor", 200, batch_ms=16, skew_ppm=3000) as sensor:
        found = alone.stamps(str(sensor.link), 1.0, 0.5, sensor.origin_us, 0.0, 16.7, 3000)
    assert abs(found["mapped"]["mean"]) < 20
    assert found["arrival"]["mean"] > found["mapped"]["mean"]


@needs_port
def test_cycles_are_counted_and_leave_nothing(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SHORTEST_WAIT_S", "LONGEST_WAIT_S"):
        monkeypatch.setattr(reader, name, getattr(reader, name))  # put back afterwards
    found = cycles.many(program, tmp_path, 4)
    assert [point["cycle"] for point in found["curve"]] == [0, 1, 2, 3, 4]
    assert len({(point["threads"], point["files"]) for point in found["curve"]}) == 1
    assert found["closed"]["threads"] == found["curve"][0]["threads"] - 1
    assert len(found["back_ms"]) == 4
    assert min(found["back_ms"]) > 0


@needs_port
def test_a_way_is_run_in_a_process_alone(program: Path, tmp_path: Path) -> None:
    with fed(program, tmp_path / "sensor", 0):
        found = reading.alone("flood", name=OURS, port=str(tmp_path / "sensor"), seconds=0.2)
    assert found["per_s"] > 1000
    with pytest.raises(RuntimeError, match="KeyError"):
        reading.alone("flood", name="another way", port="", seconds=0)


def found(cpu: float = 0.1, p50: float = 0.05, lost: int = 0, sd: float = 0.01, files: int = 9) -> report.Found:
    """Return what a run may have found."""

    def row(cpu: float) -> Measured:
        return {"p50": p50, "p95": 1.0, "p99": 2.0, "cpu": cpu, "lost": lost, "readings": 100}

    held = [{"cycle": n, "threads": 2, "files": 9 if n == 0 else files, "kb": 1000} for n in (0, 10)]
    times = {"lost_ms": [1.0], "back_ms": [30.0]}
    error = {"mean": 0.1, "sd": sd, "p99": 0.2}
    return report.Found(
        decode.measured(1, 10),
        {OURS: [{"per_s": 1e5, "us": 5.0, "cpu": 0.5}]},
        {(5000, THREADED): [row(0.2)], (5000, OURS): [row(cpu)]},
        {Case(BUSY, 14): {"mapped": error, "arrival": error, "drift_ppm": 0.0, "readings": 9}},
        {"many": {"curve": held, "closed": held[0], **times}, "real": times},
    )


def test_the_report_says_which_aims_are_met() -> None:
    text = report.written(found(), Plan(), "- Machine: one", 5.0)
    assert text.count("- Met:") == 5
    assert "Missed" not in text
    assert "| 5,000 · regrasp: Reader |" in text


@pytest.mark.parametrize("wrong", [{"cpu": 0.3}, {"p50": 0.2}, {"lost": 1}, {"sd": 0.06}, {"files": 10}])
def test_an_aim_that_is_missed_is_said(wrong: dict[str, float]) -> None:
    said = report.verdicts(found(**wrong))  # type: ignore[arg-type]
    assert sum(line.startswith("- **Missed**") for line in said) == 1


def test_without_a_compiler_only_the_decoders_are_reported() -> None:
    text = report.written(report.Found(decode.measured(1, 10)), Plan(), "- Machine: one", 5.0)
    assert "no C compiler" in text
    assert "Aims" not in text


def test_each_section_of_the_results_is_kept_by_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    results = tmp_path / "RESULTS.md"
    results.write_text("# Results\n\nold\n\n<!-- adaptivity -->\n## A\n<!-- /adaptivity -->\n", "utf-8")
    report.keep("## D\n", results)
    report.keep("## E\n", results)
    monkeypatch.setattr(run, "RESULTS", results)
    assert run.kept() == [
        "<!-- adaptivity -->\n## A\n<!-- /adaptivity -->\n",
        "<!-- devices -->\n## E\n<!-- /devices -->\n",
    ]
    assert results.read_text("utf-8").startswith("# Results\n\nold\n\n<!-- adaptivity -->")


def test_the_table_of_faults_is_read_from_the_tests_report(tmp_path: Path) -> None:
    junit = """<testsuites><testsuite>
    <testcase name="b"><properties>
      <property name="row" value="1"/><property name="fault" value="B"/>
    </properties></testcase>
    <testcase name="c"/>
    <testcase name="a"><properties><property name="row" value="0"/><property name="fault" value="A"/>
      <property name="seen" value="s"/><property name="after" value="9 ms"/><property name="practice" value="p"/>
    </properties></testcase></testsuite></testsuites>"""
    rows = failures.rows(junit)
    assert [row["fault"] for row in rows] == ["A", "B"]
    failures.keep(rows, 2, tmp_path / "failures.md")
    page = tmp_path / "failures.md"
    assert "| A | s | 9 ms | p |\n" in page.read_text("utf-8")
    page.write_text(page.read_text("utf-8") + failures.BY_HAND + "\nby hand\n", encoding="utf-8")
    failures.keep(rows[:1], 2, page)
    assert page.read_text("utf-8") == failures.written(rows[:1], 2) + failures.BY_HAND + "\nby hand\n"
