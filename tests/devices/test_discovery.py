"""Check what is taken for what among ports, that a sensor is found again, and that nothing else is ever opened."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import discovery
from devices.discovery import Remembered, candidates, finder, may_open, remembered_as
from devices.transport import PortFacts

UNO = PortFacts("/dev/ttyACM0", 0x2341, 0x0043, "5573", "1-2:1.0", "ttyACM0")
CH340 = PortFacts("/dev/ttyUSB0", 0x1A86, 0x7523, "", "1-3", "USB2.0-Serial")
PRUSA = PortFacts("/dev/ttyACM1", 0x2C99, 0x0002, "CZPX", "1-4:1.0", "Original Prusa i3 MK3")
MODEM = PortFacts("/dev/ttyACM2", 0x12D1, 0x1001, "", "1-5", "n/a")


def remembered(port: PortFacts) -> Remembered:
    return remembered_as(port, "00A7")


def names(found: Iterable[PortFacts], *known: Remembered) -> list[str]:
    return [c.port.name for c in candidates(found, known) if may_open(c)]


@pytest.mark.parametrize(
    ("vendor", "product", "guess", "name"),
    [
        (0x2341, 0x0043, "board", "Arduino Uno"),
        (0x2341, 0x0042, "adapter", "Arduino Mega, which is also in many 3-D printers"),
        (0x2341, 0x9999, "board", "Arduino"),
        (0x2E8A, 0x000A, "board", "Raspberry Pi Pico"),
        (0x303A, 0x1001, "board", "Espressif ESP32"),
        (0x16C0, 0x0483, "board", "Teensy"),
        (0x16C0, 0x0484, "other", "said by USB"),
        (0x1A86, 0x7523, "adapter", "CH340 adapter"),
        (0x1A86, 0x55D4, "adapter", "CH9102 adapter"),
        (0x10C4, 0xEA60, "adapter", "CP210x adapter"),
        (0x0403, 0x6001, "adapter", "FTDI adapter"),
        (0x067B, 0x2303, "adapter", "Prolific adapter"),
        (0x2C99, 0x0002, "printer", "Prusa 3-D printer"),
        (0x23C1, 0xD314, "printer", "MakerBot 3-D printer"),
        (0x27B1, 0x0001, "printer", "RAMBo, a 3-D printer's board"),
        (0x1D50, 0x614E, "printer", "Klipper, a 3-D printer's firmware"),
        (0x1D50, 0x614F, "other", "said by USB"),
    ],
)
def test_a_port_is_what_its_makers_number_says(vendor: int, product: int, guess: str, name: str) -> None:
    (found,) = candidates([PortFacts("P", vendor, product, "", "", "said by USB")])
    assert (found.guess, found.name, found.remembered) == (guess, name, None)


def test_what_usb_does_not_name_is_unknown() -> None:
    assert {c.name for c in candidates([MODEM, replace(MODEM, description="")])} == {"unknown USB device"}


def test_the_likeliest_sensor_comes_first_and_a_printer_last() -> None:
    found = candidates([PRUSA, MODEM, CH340, UNO, replace(UNO, name="/dev/ttyACM9", serial="1")], [remembered(UNO)])
    assert [c.guess for c in found] == ["remembered", "board", "adapter", "other", "printer"]


def test_only_a_remembered_sensor_may_be_opened() -> None:
    found = (UNO, CH340, PRUSA, MODEM)
    assert names(found) == []
    assert names((UNO,)) == []  # also where it is the only one
    assert names(found, remembered(CH340)) == [CH340.name]


def test_a_sensor_with_a_usb_serial_number_is_known_in_any_socket_under_any_name() -> None:
    moved = replace(UNO, name="/dev/ttyACM7", location="3-1:1.0")
    assert names((moved, CH340), remembered(UNO)) == [moved.name]
    assert names((replace(UNO, serial="5574"),), remembered(UNO)) == []


def test_a_chip_without_a_serial_number_is_known_by_its_socket_only() -> None:
    assert names((replace(CH340, name="/dev/ttyUSB4"),), remembered(CH340)) == ["/dev/ttyUSB4"]
    assert names((replace(CH340, location="1-9"),), remembered(CH340)) == []
    nowhere = replace(CH340, location="")
    assert names((nowhere,), remembered(nowhere)) == []


def test_of_chips_that_all_carry_the_same_serial_number_the_socket_decides() -> None:
    ours = PortFacts("/dev/ttyUSB0", 0x10C4, 0xEA60, "0001", "1-1", "")
    other = replace(ours, name="/dev/ttyUSB1", location="1-2")
    assert names((ours, other), remembered(ours)) == [ours.name]
    assert names((replace(ours, location="2-1"), other), remembered(ours)) == []


def test_the_sensor_remembered_last_owns_a_socket_that_two_were_in() -> None:
    first, second = remembered_as(CH340, "00A7"), remembered_as(CH340, "00B8")
    (found,) = candidates([CH340], [first, second])
    assert found.remembered == second


def test_a_sensor_is_found_again_under_the_name_of_the_moment() -> None:
    plugged: list[PortFacts] = [UNO]
    find = finder(remembered(UNO), lambda: plugged)
    assert find() == "/dev/ttyACM0"
    plugged[:] = [CH340]
    assert find() is None
    plugged[:] = [replace(PRUSA, name="/dev/ttyACM0"), replace(UNO, name="/dev/ttyACM1")]
    assert find() == "/dev/ttyACM1"


def test_a_sensor_of_another_speed_is_found_with_its_speed() -> None:
    find = finder(remembered_as(UNO, "00A7", baud=500_000), lambda: [UNO])
    assert find() == "/dev/ttyACM0@500000"


def test_looking_asks_the_ports_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serial.tools.list_ports.comports", list)
    assert finder(remembered(UNO))() is None


facts = st.builds(
    PortFacts,
    name=st.sampled_from(["A", "B", "C"]),
    vendor=st.sampled_from([0x2341, 0x1A86, 0x2C99]),
    product=st.sampled_from([0x0043, 0x7523]),
    serial=st.sampled_from(["", "0001", "X"]),
    location=st.sampled_from(["", "1-1", "1-2"]),
    description=st.just(""),
)


@given(
    found=st.lists(facts, max_size=4, unique_by=lambda port: port.name),
    known=st.lists(facts.map(remembered), max_size=3),
)
def test_nothing_that_differs_in_maker_product_or_serial_number_is_ever_opened(
    found: list[PortFacts], known: list[Remembered]
) -> None:
    rated = candidates(found, known)
    assert sorted(c.port.name for c in rated) == sorted(port.name for port in found)
    for c in rated:
        same = [k for k in known if (k.vendor, k.product, k.serial) == (c.port.vendor, c.port.product, c.port.serial)]
        assert may_open(c) == (c.remembered is not None) == (c.guess == "remembered")
        assert not may_open(c) or c.remembered in same
        if may_open(c) and not c.port.serial:
            assert c.port.location in {k.location for k in same} - {""}
    for k in known:
        assert finder(k, lambda: found)() in {port.name for port in found} | {None}


def test_the_table_names_no_product_twice_by_two_guesses() -> None:
    assert all(guess in discovery.BEST for guess, _ in (*discovery.PRODUCTS.values(), *discovery.VENDORS.values()))
