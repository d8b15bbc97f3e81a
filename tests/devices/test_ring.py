"""Check that the ring hands out each reading once, whole and in order, and says which ones were overwritten."""

import sys
import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.decoder import Reading
from devices.ring import SampleRing


def reading(n: int, channels: int = 3) -> Reading:
    """Return a reading all of whose fields say the same number."""
    return Reading(float(n), float(n), float(n), n, n, (n,) * channels)


def readings(start: int, end: int) -> list[Reading]:
    return [reading(n) for n in range(start, end)]


def test_what_is_put_in_comes_out_once_and_in_order() -> None:
    ring = SampleRing(10)
    ring.append(readings(0, 4))
    cursor, found, lost = ring.since(0)
    assert (cursor, found, lost) == (4, readings(0, 4), 0)
    assert ring.since(cursor) == (4, [], 0)
    ring.append(readings(4, 6))
    assert ring.since(cursor) == (6, readings(4, 6), 0)


def test_an_empty_ring_has_nothing() -> None:
    ring = SampleRing(10)
    ring.append([])
    assert ring.since(0) == (0, [], 0)


@pytest.mark.parametrize("before", range(25))
def test_the_end_of_the_ring_is_no_end(before: int) -> None:
    ring = SampleRing(10)
    ring.append(readings(0, before))
    ring.append(readings(before, before + 9))
    assert ring.since(before) == (before + 9, readings(before, before + 9), 0)


def test_who_comes_too_late_is_told_how_many_were_lost() -> None:
    ring = SampleRing(10)
    ring.append(readings(0, 25))
    cursor, found, lost = ring.since(3)
    assert (cursor, lost) == (25, 13)
    assert found == readings(16, 25)
    assert ring.since(cursor) == (25, [], 0)


def test_more_at_once_than_the_ring_holds_keeps_the_newest_and_counts_all() -> None:
    ring = SampleRing(4)
    ring.append(readings(0, 100))
    assert ring.since(0) == (100, readings(97, 100), 97)


def test_each_reader_has_a_pace_of_its_own() -> None:
    ring = SampleRing(10)
    quick: list[Reading] = []
    quick_at = slow_at = 0
    for n in range(0, 30, 3):
        ring.append(readings(n, n + 3))
        quick_at, found, lost = ring.since(quick_at)
        quick += found
        assert lost == 0
    assert quick == readings(0, 30)
    slow_at, found, lost = ring.since(slow_at)
    assert (slow_at, found, lost) == (30, readings(21, 30), 21)


@given(
    st.integers(2, 12),
    st.lists(st.tuples(st.sampled_from(["write", "read", "other"]), st.integers(0, 30)), max_size=60),
)
def test_whatever_the_order_of_writing_and_reading_nothing_is_doubled_or_lost_unsaid(
    capacity: int, steps: list[tuple[str, int]]
) -> None:
    ring, written = SampleRing(capacity), 0
    cursors = {"read": 0, "other": 0}
    for who, count in steps:
        if who == "write":
            ring.append(readings(written, written + count))
            written += count
            continue
        before = cursors[who]
        cursors[who], found, lost = ring.since(before)
        assert found == readings(before + lost, written)
        assert cursors[who] == written
        assert lost == max(0, written - before - (capacity - 1))


@pytest.fixture
def hasty() -> Iterator[None]:
    """Let threads take turns a thousand times more often than usual."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("capacity", [3, 16, 1000])
def test_a_reader_beside_a_writer_sees_whole_readings_in_order_and_every_loss(capacity: int) -> None:
    ring, last, batch = SampleRing(capacity), 60_000, 7
    begun = threading.Event()

    def write() -> None:
        begun.wait()
        for n in range(0, last, batch):
            ring.append(readings(n, min(n + batch, last)))

    writer = threading.Thread(target=write)
    writer.start()
    begun.set()
    cursor = seen = all_lost = 0
    while cursor < last:
        before = cursor
        cursor, found, lost = ring.since(cursor)
        assert len(found) + lost == cursor - before
        assert all(set(r[:5]) == {r.seq} == set(r.values) for r in found)
        assert [r.seq for r in found] == list(range(before + lost, cursor))
        seen, all_lost = seen + len(found), all_lost + lost
    writer.join()
    assert seen + all_lost == last
    assert seen > 0


class Overtaken(list[Reading]):
    """A place for readings in which the writer is quicker: it goes on whenever some are copied out."""

    def __init__(self, size: int) -> None:
        super().__init__([reading(0)] * size)
        self.ring: SampleRing | None = None

    def __getitem__(self, part: slice) -> list[Reading]:  # type: ignore[override]
        copied = super().__getitem__(part)
        if self.ring is not None:
            ring, self.ring = self.ring, None
            ring.append(readings(ring.written, ring.written + 4))
        return copied


@pytest.mark.parametrize("start", range(20, 32))
def test_readings_that_are_overwritten_while_they_are_copied_are_lost_and_not_mixed(start: int) -> None:
    ring = SampleRing(10)
    ring._kept = kept = Overtaken(10)  # type: ignore[assignment]
    ring.append(readings(0, start))
    kept.ring = ring
    cursor, found, lost = ring.since(start - 9)
    assert cursor == start
    assert found == readings(start - 9 + lost, start)
    assert lost == 4
    assert all(b.seq == a.seq + 1 for a, b in pairwise(found))
