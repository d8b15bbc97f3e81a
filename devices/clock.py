"""Map a device's own clock to the host's: a line through the quickest arrivals, so that batches do not matter."""

from dataclasses import dataclass
from math import inf

BLOCK_MS = 500.0
WINDOW_BLOCKS = 120
STEEPEST = 0.01
LATE_MS = 3.0
LATE_FOR_MS = 3000.0
PRIOR_MS2 = 1.1e5
TRIMS, NEIGHBOURS = 2, 4


@dataclass(frozen=True, slots=True)
class Quickest:
    """The frame of one block that arrived with the least delay: its device time and its lag behind it."""

    device_ms: float
    lag_ms: float
    arrival_ms: float


class DeviceClock:
    """Say when a frame was measured, in host milliseconds, from its device time and its arrival.

    An arrival is the true time plus a delay that is never below a constant but often far above it (USB timers,
    a busy program). So of each half second only the quickest frame counts. A least-squares line through the
    quickest of the last minute gives offset and drift. The drift is pulled towards zero until the span is long
    enough to know it, so that the line is of use from the second block on. The constant part of the delay
    cannot be seen in one direction; it stays in the result.
    """

    def __init__(self) -> None:
        """Know nothing yet: the first frame is taken to have arrived at once."""
        self._last_ms = -inf
        self.restart()

    def restart(self) -> None:
        """Forget the line, since the device's clock began again; host time still never goes back."""
        self._blocks: list[Quickest] = []
        self._late: list[Quickest] = []
        self._quickest: Quickest | None = None
        self._line = (0.0, 0.0, 0.0)

    @property
    def drift_ppm(self) -> float:
        """Return by how many millionths the device's clock is slow (below 0: fast)."""
        return self._line[2] * 1e6

    def ahead_ms(self, device_ms: float, arrival_ms: float) -> float:
        """Return how far ``device_ms`` lies after its own arrival; clearly above 0 no clock can be that steady."""
        if not self._blocks:
            return -inf
        return self._fitted(device_ms) - arrival_ms

    def host_ms(self, device_ms: float, arrival_ms: float) -> float:
        """Return the host time of ``device_ms``: never after its arrival, never before the last one returned."""
        best, lag_ms = self._quickest, arrival_ms - device_ms
        # Few frames are the quickest of their block or the first of the next, and this is run 5,000 times a second.
        if best is None or lag_ms < best.lag_ms or device_ms // BLOCK_MS != best.device_ms // BLOCK_MS:
            self._take(Quickest(device_ms, lag_ms, arrival_ms))
        self._last_ms = min(max(self._fitted(device_ms), self._last_ms), arrival_ms)
        return self._last_ms

    def mapped_ms(self, device_ms: float, arrival_ms: float) -> float:
        """Return the host time of an earlier ``device_ms`` that came late on purpose: nothing is learned from it."""
        return min(self._fitted(device_ms) if self._quickest else arrival_ms, arrival_ms)

    def _fitted(self, device_ms: float) -> float:
        middle_ms, lag_ms, slope = self._line
        return device_ms + lag_ms + slope * (device_ms - middle_ms)

    def _take(self, frame: Quickest) -> None:
        best = self._quickest
        if best is not None and frame.device_ms // BLOCK_MS != best.device_ms // BLOCK_MS:
            self._close_block(best)
            best = None
        if best is None or frame.lag_ms < best.lag_ms:
            self._quickest = best = frame
        if not self._blocks:
            self._line = (0.0, best.lag_ms, 0.0)

    def _close_block(self, block: Quickest) -> None:
        self._blocks = [*self._blocks[1 - WINDOW_BLOCKS :], block]
        kept = self._plausible()
        self._late = [] if block is kept[-1] else [*self._late, block]
        if self._late and block.arrival_ms - self._late[0].arrival_ms > LATE_FOR_MS:
            self._blocks, self._late = self._late, []
            kept = self._plausible()
        self._line = _lower_line(kept)

    def _plausible(self) -> list[Quickest]:
        """Return the blocks that no other one shows to be late, given that no clock drifts by more than 1 %.

        A stall of the host for more than a block delays even the quickest frame of it.
        """
        floor = [block.lag_ms for block in self._blocks]
        for order in (range(1, len(floor)), range(len(floor) - 2, -1, -1)):
            for i in order:
                j = i - order.step
                apart_ms = abs(self._blocks[i].device_ms - self._blocks[j].device_ms)
                floor[i] = min(floor[i], floor[j] + STEEPEST * apart_ms)
        return [b for b, low_ms in zip(self._blocks, floor, strict=True) if b.lag_ms <= low_ms + LATE_MS]


def _lower_line(blocks: list[Quickest]) -> tuple[float, float, float]:
    """Return the line through the quickest half of the blocks.

    While a program is busy even the quickest frame of a block may have waited, and waiting only ever adds. So a line is
    laid through all, of each few neighbours the half that lies lowest is kept, and the line is laid again (least
    trimmed squares, but no end of the line loses more than the other).
    """
    line = _line_through(blocks)
    for _ in range(TRIMS if len(blocks) >= 2 * NEIGHBOURS else 0):
        middle_ms, lag_ms, slope = line
        kept: list[Quickest] = []
        for first in range(0, len(blocks), NEIGHBOURS):
            few = blocks[first : first + NEIGHBOURS]
            few = sorted(few, key=lambda b: b.lag_ms - lag_ms - slope * (b.device_ms - middle_ms))
            kept += few[: (len(few) + 1) // 2]
        line = _line_through(kept)
    return line


def _line_through(blocks: list[Quickest]) -> tuple[float, float, float]:
    """Return (middle, lag there, slope) of the least-squares line of lag over device time, slope drawn to 0.

    The prior is a slope of 3,000 ppm against 1 ms of noise of a block: (1 / 0.003)^2 ms^2.
    """
    middle_ms = sum(b.device_ms for b in blocks) / len(blocks)
    lag_ms = sum(b.lag_ms for b in blocks) / len(blocks)
    spread = sum((b.device_ms - middle_ms) ** 2 for b in blocks)
    together = sum((b.device_ms - middle_ms) * (b.lag_ms - lag_ms) for b in blocks)
    return middle_ms, lag_ms, together / (spread + PRIOR_MS2)
