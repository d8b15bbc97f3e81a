"""Check how one opening of the port lives and dies, without waiting: times are just numbers here."""

from collections.abc import Callable

import pytest
from grip_board import line

from devices.decoder import Decoder, Felt, Reading
from devices.link import Link, Linked, LinkState

I_LINE = line("I,1,Test,1.0.0,A1,1,80,1000000")
C_LINE = line("C,0,grip,force,count,0,9,0,0")


class Bench:
    """A link with a clock that is turned by hand, in steps of a read's time-out or of a frame."""

    def __init__(self, known: bool = False) -> None:
        self.now_ms = 0.0
        self.link = Link(0.0, known)
        self.sent: list[tuple[float, bytes]] = []
        self.got: list[Felt | Linked] = []
        self.seq = 0

    def read(self, data: bytes, after_ms: float) -> None:
        command = self.link.to_send(self.now_ms)
        if command:
            self.sent.append((self.now_ms, command))
        self.now_ms += after_ms
        self.got += self.link.receive(data, self.now_ms)

    def frames(self, count: int, flags: int = 0) -> None:
        for _ in range(count):
            self.seq += 1
            self.read(line(f"F,{self.seq},{self.seq * 12500},{flags},77"), 12.5)

    def wait(self, ms: float, data: bytes = b"") -> None:
        end_ms = self.now_ms + ms
        while self.now_ms < end_ms:
            self.read(data, 50)

    def links(self) -> list[float]:
        return [float(s.answers) for s in self.got if isinstance(s, Linked)]


def streaming() -> Bench:
    """Return a bench whose sensor has answered and streams."""
    bench = Bench()
    bench.frames(1)
    bench.read(I_LINE, 2)
    bench.read(C_LINE, 2)
    bench.frames(2)
    return bench


def test_it_asks_one_thing_at_a_time_and_then_streams() -> None:
    bench = Bench()
    bench.frames(3)
    assert [command for _, command in bench.sent] == [b"ID?\n"]
    assert bench.got == []
    bench.read(I_LINE, 2)
    bench.frames(1)
    assert [command for _, command in bench.sent] == [b"ID?\n", b"CH?\n"]
    bench.read(C_LINE, 2)
    assert bench.link.state is LinkState.IDENTIFYING
    bench.frames(1)
    assert bench.link.state is LinkState.STREAMING
    assert [type(s) for s in bench.got] == [Linked, Reading]
    assert bench.got[0].at_ms == bench.got[1].at_ms
    bench.wait(100)
    assert len(bench.sent) == 2


def test_a_cable_that_cannot_send_only_costs_time() -> None:
    bench = Bench()
    bench.frames(150)
    assert bench.got == []
    bench.frames(20)
    assert bench.link.state is LinkState.STREAMING
    assert bench.now_ms < 2200
    assert list(dict.fromkeys(command for _, command in bench.sent)) == [b"ID?\n", b"CH?\n"]
    assert all(b - a >= 500 for (a, one), (b, two) in zip(bench.sent, bench.sent[1:], strict=False) if one == two)


def test_a_board_that_boots_for_two_seconds_is_waited_for_and_then_asked() -> None:
    bench = Bench()
    bench.wait(2000)
    assert bench.link.state is LinkState.IDENTIFYING
    bench.read(line("B,1,1"), 10)
    asked = len(bench.sent)
    bench.frames(1)
    assert bench.sent[asked][1] == b"ID?\n"
    bench.read(I_LINE + C_LINE, 2)
    bench.frames(1)
    assert bench.link.state is LinkState.STREAMING


def test_a_board_that_was_stopped_is_started() -> None:
    bench = Bench()
    bench.read(I_LINE + C_LINE, 2)
    bench.wait(50)
    assert bench.sent[-1][1] == b"START\n"
    bench.frames(1)
    assert bench.link.state is LinkState.STREAMING


def test_silence_pauses_after_a_quarter_of_a_second_and_reopens_after_three() -> None:
    bench = streaming()
    bench.wait(250)
    assert (bench.link.state, bench.links()) == (LinkState.STREAMING, [1.0])
    bench.wait(50)
    assert (bench.link.state, bench.links(), bench.link.message) == (LinkState.STALE, [1.0, 0.0], "device.stale")
    bench.wait(2700)
    assert bench.link.state is LinkState.STALE
    bench.wait(100)
    assert (bench.link.state, bench.links()) == (LinkState.LOST, [1.0, 0.0])


def test_a_pause_ends_with_the_next_frame() -> None:
    bench = streaming()
    bench.wait(400)
    bench.frames(1)
    assert (bench.link.state, bench.links(), bench.link.message) == (LinkState.STREAMING, [1.0, 0.0, 1.0], None)
    assert isinstance(bench.got[-1], Reading)


def test_lines_without_frames_do_not_keep_a_link_alive() -> None:
    bench = streaming()
    bench.wait(300, line("S,1,2,3"))
    assert bench.link.state is LinkState.STALE


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "device.silent"), (b"$GPGGA,123519,4807.038,N*47\r\n", "device.wrong"), (b"\x80\xff" * 9, "device.wrong"),
     (b"123.5\n", "device.unverified")],
)  # fmt: skip
def test_what_is_no_sensor_is_refused_after_four_seconds(data: bytes, message: str) -> None:
    bench = Bench()
    bench.wait(4000, data)
    assert bench.link.state is LinkState.IDENTIFYING
    bench.wait(50, data)
    assert (bench.link.state, bench.link.message, bench.got) == (LinkState.REFUSED, message, [])


@pytest.mark.parametrize("data", [b"", b"noise\n"])
def test_a_sensor_that_answered_before_is_not_refused_but_opened_again(data: bytes) -> None:
    bench = Bench(known=True)
    bench.wait(4050, data)
    assert bench.link.state is LinkState.LOST


@pytest.mark.parametrize("make", [Bench, streaming])
@pytest.mark.parametrize("first", ["I,2,Test,9,A1,1,80,1000000", "B,2,1"])
def test_a_newer_sensor_is_refused(make: Callable[[], Bench], first: str) -> None:
    bench = make()
    before = [s for s in bench.got if isinstance(s, Reading)]
    bench.read(line("F,9,999999,0,1") + line(first), 5)
    assert (bench.link.state, bench.link.message) == (LinkState.REFUSED, "device.newer")
    assert [s for s in bench.got if isinstance(s, Reading)] == before
    assert bench.links() in ([], [1.0, 0.0])


@pytest.mark.parametrize(("flags", "message"), [(0, None), (1, "device.strong"), (2, "device.cell"), (4, None)])
def test_the_marks_of_a_frame_are_said(flags: int, message: str | None) -> None:
    bench = streaming()
    bench.frames(1, flags)
    assert bench.link.message == message
    assert bench.got[-1].flags == flags


def test_no_sample_of_a_column_that_was_not_yet_known_gets_through() -> None:
    bench = Bench()
    two = [line(f"F,{n},{n * 12500},0,5,{n}") for n in range(4)]
    bench.read(two[0], 12)
    bench.read(two[1] + line("I,1,Test,1.0.0,A1,2,80,1000000") + line("C,0,thumb,force,count,0,9,0,0"), 12)
    bench.read(two[2] + line("C,1,grip,force,count,0,9,0,0"), 12)
    bench.read(two[3], 12)
    assert [s.values if isinstance(s, Reading) else s.answers for s in bench.got] == [True, (5, 3)]


def test_the_distance_of_the_sensor_is_asked_and_its_least_kept() -> None:
    bench = streaming()
    for took_ms in (14, 6, 9, 30, 11):
        bench.frames(80)
        token = bench.sent[-1][1].strip().partition(b",")[2].decode()
        assert bench.sent[-1][1] == f"PING,{token}\n".encode()
        bench.now_ms = bench.sent[-1][0]
        bench.read(line(f"P,{token},5"), took_ms)
    assert bench.link.talk.round_trip_ms == 6
    bench.frames(400)
    assert sum(command.startswith(b"PING") for _, command in bench.sent) == 5


def test_an_answer_to_a_question_nobody_asked_means_nothing() -> None:
    bench = streaming()
    bench.read(line("P,77,5") + line("P,x,5"), 5)
    assert bench.link.talk.round_trip_ms is None


def test_a_sensor_that_refuses_the_question_is_not_asked_for_long() -> None:
    bench = Bench()
    bench.frames(2)
    bench.read(line("E,1,unknown command") * 2, 5)
    bench.read(b"", 5)
    assert bench.sent[-1][1] == b"CH?\n"


def slow(rate_hz: float, flags: int = 0) -> Bench:
    bench = streaming()
    for n in range(3, 33):
        bench.read(line(f"F,{n},{int(n * 1e6 / rate_hz)},{flags},77"), 1000 / rate_hz)
    return bench


def test_a_sensor_too_slow_to_play_with_is_refused() -> None:
    bench = slow(10)
    assert (bench.link.state, bench.link.message) == (LinkState.REFUSED, "device.slow")
    assert bench.links()[-1] == 0.0
    assert slow(40).link.state is LinkState.STREAMING


def test_a_sensor_whose_cell_does_not_answer_is_not_called_slow() -> None:
    bench = slow(10, flags=2)
    assert (bench.link.state, bench.link.message) == (LinkState.STREAMING, "device.cell")


def test_a_bad_cable_is_told_and_forgotten_when_it_is_good_again() -> None:
    bench = streaming()
    for _ in range(10):
        bench.frames(30)
        bench.read(b"$F,1,2,0*0000\n", 1)
    assert bench.link.message == "device.cable"
    bench.frames(480)
    assert bench.link.message is None


def test_a_clock_that_is_far_off_is_told() -> None:
    bench = streaming()
    for n in range(3, 900):
        bench.read(line(f"F,{n},{n * 12875},0,77"), 12.5)
    assert bench.link.message == "device.clock"
    steady = streaming()
    steady.frames(900)
    assert steady.link.message is None


def test_a_board_of_another_kind_is_refused_by_name() -> None:
    def pads_only(decoder: Decoder) -> str | None:
        return "device.not-pads"

    link = Link(0.0, suits=pads_only)
    assert link.receive(b"", 5) == []
    assert link.state is LinkState.IDENTIFYING
    link.receive(I_LINE + C_LINE, 10)
    assert (link.state, link.message) == (LinkState.REFUSED, "device.not-pads")


def test_a_sketch_without_the_protocol_is_offered_as_unverified() -> None:
    bench = Bench()
    for n in range(90):
        bench.read(f"{n * 50},{84000 + 37 * n % 50}\r\n".encode(), 50)
    assert (bench.link.state, bench.link.message, bench.got) == (LinkState.REFUSED, "device.unverified", [])
