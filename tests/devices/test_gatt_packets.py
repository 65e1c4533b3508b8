"""Packets as Bluetooth devices send them, and what is made of them before anything is kept."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.devices.engine.gatt import Source, decode, read_float, read_packets, read_sfloat
from asklepion.devices.engine.gatt.decode import Misread, crc16
from asklepion.devices.engine.gatt.readings import Packet
from asklepion.devices.engine.observations import TERMS, make_measured
from asklepion.devices.model import KINDS, Device
from asklepion.devices.wire import CHARACTERISTICS
from asklepion.records.engine import validate
from tests.conftest import NOON

from . import packets

CUFF = Device(
    id="d-1", patient="Patient/p-1", name="Cuff", kinds=("blood-pressure",), registered_at=NOON
)
PLAIN_CUFF = "0078005000ff07"  # 120/80
HOURS_8_MS = 8 * 3600 * 1000


def source(characteristic: str, hex: str, **more: Any) -> Source:
    service = CHARACTERISTICS[characteristic].service
    told: dict[str, Any] = {"service": service, "characteristic": characteristic, "at": NOON}
    told["value"] = bytes.fromhex(hex.replace(" ", ""))
    return Source(**(told | more))


def read(characteristic: str, hex: str, **more: Any) -> Packet:
    (packet,) = read_packets([source(characteristic, hex, **more)], NOON)
    return packet


def values(packet: Packet) -> dict[str, dict[str, float | str]]:
    assert packet.refused is None
    return {one.kind.name: one.reading.values for one in packet.measured}


def why(packet: Packet) -> str:
    assert packet.refused is not None
    assert packet.refused.hint
    return packet.refused.why


def at(moment: str) -> str:
    """A moment as seven bytes, in hexadecimal."""
    when = datetime.fromisoformat(moment)
    parts = [when.month, when.day, when.hour, when.minute, when.second]
    return (when.year.to_bytes(2, "little") + bytes(parts)).hex()


def test_what_the_browser_and_the_house_both_read_is_up_to_date() -> None:
    assert packets.FILE.read_text() == packets.as_text(), "run `python -m tests.devices.packets`"


# Published numbers: SpeziBluetooth and blessed-kotlin test theirs with these as well.
@pytest.mark.parametrize(
    ("raw", "value"), [(0x0201, 513), (0xFE01, -51.1), (0x02FF, 767), (0xF870, -193.6)]
)
def test_a_medical_number_of_two_bytes(raw: int, value: float) -> None:
    assert read_sfloat(raw) == value


@pytest.mark.parametrize(("raw", "value"), [(0xFF00016C, 36.4), (0xFC03FE01, 26.1633)])
def test_a_medical_number_of_four_bytes(raw: int, value: float) -> None:
    assert read_float(raw) == value


@given(mantissa=st.integers(-2045, 2045), exponent=st.integers(-8, 7))
def test_every_medical_number_is_its_decimal(mantissa: int, exponent: int) -> None:
    raw = (exponent & 0xF) << 12 | mantissa & 0xFFF

    assert read_sfloat(raw) == float(f"{mantissa}e{exponent}")


def test_the_checksum_is_the_published_one() -> None:
    assert crc16(b"123456789") == 0x6F91


@given(name=st.sampled_from(sorted(CHARACTERISTICS)), data=st.binary(max_size=40))
def test_no_bytes_whatever_do_more_than_be_misread(name: str, data: bytes) -> None:
    (packet,) = read_packets([source(name, data.hex())], NOON)
    for one in packet.measured:
        for resource in make_measured(CUFF, one):
            assert validate(resource) == []
    with suppress(Misread):
        for record in decode(CHARACTERISTICS[name], data):
            assert all(number == number for number in record.numbers.values())


def test_every_kind_and_term_that_the_table_names_is_known() -> None:
    for each in CHARACTERISTICS.values():
        for measure in each.measures:
            keys = {part.key for part in KINDS[measure.kind].parts}
            assert set(measure.values) <= keys
            assert set(measure.values.values()) <= {field.name for field in each.fields}
            assert set(measure.terms.values()) <= set(TERMS)


@pytest.mark.parametrize(
    ("characteristic", "hex", "expected"),
    [
        ("2a35", PLAIN_CUFF, {"blood-pressure": {"systolic": 120, "diastolic": 80}}),
        # 16.0 and 10.7 kPa
        ("2a35", "01a0f06bf0ff07", {"blood-pressure": {"systolic": 120, "diastolic": 80.3}}),
        (
            "2a35",
            "04 7800 5000 5d00 4800",
            {
                "blood-pressure": {"systolic": 120, "diastolic": 80, "mean": 93},
                "heart-rate": {"heart_rate": 72},
            },
        ),
        ("2a1c", "006c0100ff", {"temperature": {"temperature": 36.4}}),
        ("2a1c", "01da0300ff", {"temperature": {"temperature": 37}}),  # 98.6 °F
        ("2a37", "0048", {"heart-rate": {"heart_rate": 72}}),
        ("2a37", "1748 00 0004", {"heart-rate": {"heart_rate": 72}}),  # a beat a second long
        ("2a9d", "001838", {"weight": {"weight": 71.8}}),
        ("2a9d", "09d03af600ac02", {"weight": {"weight": 68.293}, "bmi": {"bmi": 24.6}}),
        ("2a5f", "005f005a00", {"spo2": {"spo2": 95}, "heart-rate": {"heart_rate": 90}}),
        (
            "2a18",
            "020700" + at("2026-03-01T11:00:00") + "62b011",
            {"glucose": {"glucose_mg_dl": 98}},
        ),
        (
            "2a18",
            "060700" + at("2026-03-01T11:00:00") + "37c011",
            {"glucose": {"glucose_mmol_l": 5.5}},
        ),
    ],
)
def test_each_device_is_read_in_its_own_units(
    characteristic: str, hex: str, expected: dict[str, Any]
) -> None:
    assert values(read(characteristic, hex, zone_min=0)) == expected


@pytest.mark.parametrize(
    ("characteristic", "hex", "reason"),
    [
        ("2a35", "0078805080ff07", "format"),  # 120 and 80 as 1.2e-06 and 8e-07
        ("2a35", "0080570055ff07", "format"),  # as computers write them
        ("2a1c", "0066661242", "format"),  # 36.6 likewise
        ("2a35", "00ff0750005d00", "no-value"),  # not a number
        ("2a35", "0000085000ff07", "no-value"),  # not at this resolution
        ("2a35", "00fe075000ff07", "no-value"),  # more than it can measure
        ("2a35", "0050007800ff07", "implausible"),  # upside down
        ("2a35", "00", "unreadable"),
        ("2a35", "", "unreadable"),
        ("2a35", PLAIN_CUFF + "00", "unreadable"),
        ("2a35", "80" + PLAIN_CUFF[2:] + "01", "unreadable"),  # parts that nobody knows
        ("2a37", "0448", "status"),  # nobody wears it
        ("2a37", "0000", "implausible"),
        ("2a9d", "00ffff", "no-value"),
        ("2a18", "020700" + at("2026-03-01T11:00:00") + "62b01a", "status"),  # control solution
        ("2a18", "000700" + at("2026-03-01T11:00:00"), "no-value"),
        ("2a5e", "02 5f00 5a00 0080", "status"),  # it says itself that it is invalid
        ("2aa7", "0800640005000000", "unreadable"),  # damaged on its way
        ("2a19", "65", "battery"),
        ("2a35", "00" * 600, "unreadable"),
    ],
)
def test_what_is_no_measurement_is_refused_with_a_reason(
    characteristic: str, hex: str, reason: str
) -> None:
    packet = read(characteristic, hex)

    assert packet.measured == ()
    assert why(packet) == reason


def test_a_pulse_is_only_there_where_the_flag_says_so() -> None:
    with_user = read("2a35", "0878005000ff0748", user=72)  # the same bytes, but a user's number

    assert set(values(with_user)) == {"blood-pressure"}


def test_a_pulse_that_cannot_be_does_not_spoil_the_pressure() -> None:
    assert set(values(read("2a35", "0478005000ff070000"))) == {"blood-pressure"}


def test_flags_without_a_meaning_are_told_where_the_packet_fits_all_the_same() -> None:
    (one,) = read("2a35", "80" + PLAIN_CUFF[2:]).measured

    assert one.marks == ("unknown-flags",)


def test_what_the_cuff_says_of_a_measurement_stands_beside_it() -> None:
    (one,) = read("2a35", "10 7800 5000 ff07 0f00").measured

    assert one.marks == (
        "body-movement",
        "cuff-too-loose",
        "irregular-pulse",
        "pulse-above-range",
    )
    (resource,) = make_measured(CUFF, one)
    assert "irregular pulse" in resource["note"][0]["text"]


def test_another_person_s_measurement_on_the_same_device_is_not_hers() -> None:
    two = "08" + PLAIN_CUFF[2:] + "02"

    assert why(read("2a35", two, user=1)) == "user"
    assert read("2a35", two, user=2).measured
    assert why(read("2a35", two)) == "user"  # nobody said which of them she is


def test_whom_a_device_does_not_know_is_not_taken_for_her() -> None:
    unknown = "08" + PLAIN_CUFF[2:] + "ff"
    on_a_scale = "04" + "1838" + "ff"

    assert why(read("2a35", unknown)) == "user"
    assert why(read("2a35", unknown, user=1)) == "user"
    assert why(read("2a9d", on_a_scale)) == "user"
    assert read("2a35", unknown, user=255).measured  # she said that this is she


# Clocks


def cuff_at(moment: str) -> str:
    return "02" + PLAIN_CUFF[2:] + at(moment)


@pytest.mark.parametrize(
    ("shown", "more", "moment", "clock"),
    [
        ("2026-03-01T19:59:00", {"offset_ms": HOURS_8_MS}, NOON - timedelta(minutes=1), "measured"),
        ("2017-01-01T00:10:00", {"offset_ms": -289_137_000_000}, NOON, "measured"),
        ("2026-03-01T19:59:00", {"zone_min": 480}, NOON - timedelta(minutes=1), "assumed"),
        ("2026-03-01T19:59:00", {}, NOON, "no-zone"),
        ("2026-03-01T20:30:00", {"offset_ms": HOURS_8_MS}, NOON, "jumped"),
        ("2036-03-01T20:30:00", {"zone_min": 480}, NOON, "jumped"),
        ("2017-01-01T00:10:00", {"zone_min": 480}, NOON, "unset"),
    ],
)
def test_a_device_s_clock_is_gone_by_as_far_as_it_is_known(
    shown: str, more: dict[str, int], moment: datetime, clock: str
) -> None:
    (one,) = read("2a35", cuff_at(shown), **more).measured

    assert (one.reading.at, one.clock, one.device_time) == (moment, clock, shown)


@pytest.mark.parametrize(
    ("seven", "clock"),
    [
        ("00000000000000", "unset"),
        ("ea070000000000", "unset"),
        ("ea07021e0c0000", "impossible"),  # 30 February
        ("ea070d010c0000", "impossible"),
        ("ea0703011800 00", "impossible"),
    ],
)
def test_a_clock_that_shows_nothing_possible_is_not_believed_and_that_is_said(
    seven: str, clock: str
) -> None:
    (one,) = read("2a35", "02" + PLAIN_CUFF[2:] + seven, offset_ms=0).measured

    (resource,) = make_measured(CUFF, one)
    assert (one.reading.at, one.clock) == (NOON, clock)
    assert "clock" in resource["note"][0]["text"]
    assert "contained" not in resource


def test_an_oximeter_that_says_its_clock_was_never_set_is_taken_at_its_word() -> None:
    one, _ = read("2a5e", "11 5f00 5a00" + at("2026-03-01T11:00:00"), zone_min=0).measured

    assert (one.reading.at, one.clock) == (NOON, "unset")


def test_what_is_older_than_a_month_comes_too_late() -> None:
    assert why(read("2a35", cuff_at("2026-01-01T12:00:00"), offset_ms=0)) == "old"


def test_what_comes_from_the_future_is_refused() -> None:
    assert why(read("2a35", PLAIN_CUFF, at=NOON + timedelta(hours=1))) == "clock"


def test_a_glucose_reading_is_moved_by_its_own_time_offset() -> None:
    hex = "030700" + at("2026-03-01T10:00:00") + "3c00" + "62b011"

    (one,) = read("2a18", hex, offset_ms=0).measured

    assert one.reading.at == datetime(2026, 3, 1, 11, tzinfo=UTC)


def test_a_meal_is_told_of_the_glucose_it_belongs_to() -> None:
    glucose = source("2a18", "120700" + at("2026-03-01T11:00:00") + "62b011", zone_min=0)
    meal = source("2a34", "02070001")
    other = source("2a34", "02080002")

    packet, *_ = read_packets([glucose, meal, other], NOON)

    assert packet.measured[0].marks == ("capillary-blood", "before-meal")


def test_a_sensor_under_the_skin_is_timed_from_when_it_began() -> None:
    began = source("2aaa", at("2026-03-01T10:00:00") + "0800")  # two hours east
    course = source("2aa7", "060064003c00" + "060065004100")

    _, packet = read_packets([began, course], NOON)

    assert [one.reading.at.isoformat() for one in packet.measured] == [
        "2026-03-01T09:00:00+00:00",
        "2026-03-01T09:05:00+00:00",
    ]


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (None, {}),
        ("00000000000000" + "0800", {"zone_min": 0}),  # its clock was never set
        (at("2026-03-01T10:00:00") + "80ff", {}),  # and nobody knows in which zone
    ],
)
def test_a_sensor_whose_start_nobody_knows_is_not_timed_by_when_its_packets_came(
    start: str | None, more: dict[str, int]
) -> None:
    began = [] if start is None else [source("2aaa", start, **more)]

    *_, packet = read_packets([*began, source("2aa7", "060064000500", zone_min=0)], NOON)

    assert packet.measured == ()
    assert why(packet) == "start"


def test_a_start_without_a_zone_goes_by_that_of_whoever_heard_it() -> None:
    began = source("2aaa", at("2026-03-01T10:00:00") + "80ff", zone_min=120)

    _, packet = read_packets([began, source("2aa7", "060064003c00")], NOON)

    assert packet.measured[0].reading.at == datetime(2026, 3, 1, 9, tzinfo=UTC)


def test_the_start_may_end_in_a_checksum_which_is_checked() -> None:
    start = at("2026-03-01T10:00:00") + "0800"
    checked = start + crc16(bytes.fromhex(start)).to_bytes(2, "little").hex()
    course = source("2aa7", "060064003c00")

    whole, timed = read_packets([source("2aaa", checked), course], NOON)
    damaged, untimed = read_packets([source("2aaa", start + "0000"), course], NOON)

    assert (whole.refused, timed.measured[0].clock) == (None, "assumed")
    assert (why(damaged), why(untimed)) == ("unreadable", "start")


def test_what_follows_a_new_sensor_is_timed_from_that_one() -> None:
    first = source("2aaa", at("2026-03-01T06:00:00") + "0000")
    second = source("2aaa", at("2026-03-01T10:00:00") + "0000")
    course = source("2aa7", "060064003c00")

    _, before, _, after = read_packets([first, course, second, course], NOON)

    assert [one.measured[0].reading.at.hour for one in (before, after)] == [7, 11]


def test_records_that_are_refused_are_told_beside_those_that_are_kept() -> None:
    began = source("2aaa", at("2026-03-01T10:00:00") + "0000")

    _, packet = read_packets([began, source("2aa7", "060064000500" + "0600ff070a00")], NOON)

    assert len(packet.measured) == 1
    assert [each.why for each in packet.missed] == ["no-value"]


def test_the_same_measurement_has_the_same_name_however_often_and_when_it_is_sent() -> None:
    first = read("2a35", cuff_at("2026-03-01T11:00:00"), offset_ms=0).measured[0]
    again = read("2a35", cuff_at("2026-03-01T11:00:00"), offset_ms=1500).measured[0]
    other = read("2a35", cuff_at("2026-03-01T11:00:01"), offset_ms=0).measured[0]
    value = read("2a35", "0279005000ff07" + at("2026-03-01T11:00:00"), offset_ms=0).measured[0]

    ids = [make_measured(CUFF, one)[0]["id"] for one in (first, again, other, value)]

    assert ids[0] == ids[1]
    assert len(set(ids)) == 3


# FHIR


def test_a_pressure_is_a_compound_observation_with_both_codes_and_the_packet() -> None:
    packet = read(
        "2a35",
        "06 7800 5000 5d00" + at("2026-03-01T19:59:00") + "4800",
        offset_ms=HOURS_8_MS + 3000,
        zone_min=480,
    )

    pressure, pulse = (make_measured(CUFF, one)[0] for one in packet.measured)

    assert validate(pressure) == []
    assert validate(pulse) == []
    assert [coding["code"] for coding in pressure["code"]["coding"]] == ["85354-9", "150020"]
    assert [
        (part["code"]["coding"][0]["code"], part["code"]["coding"][1]["code"])
        for part in pressure["component"]
    ] == [("8480-6", "150021"), ("8462-4", "150022"), ("8478-0", "150023")]
    assert pulse["valueQuantity"]["value"] == 72
    (origin,) = pressure["extension"]
    parts = {part["url"]: part for part in origin["extension"]}
    assert parts["packet"]["valueBase64Binary"] == "BngAUABdAOoHAwETOwBIAA=="
    assert parts["deviceTime"]["valueString"] == "2026-03-01T19:59:00"
    (clock,) = pressure["contained"]
    assert clock["effectiveDateTime"] == "2026-03-01T12:00:00.000Z"
    assert clock["valueDateTime"] == "2026-03-01T20:00:03.000+08:00"
    assert pressure["derivedFrom"] == [{"reference": "#clock"}]
    assert pressure["effectiveDateTime"] == "2026-03-01T11:58:57.000Z"


def test_glucose_is_laboratory_and_says_what_was_drawn() -> None:
    (one,) = read("2a18", "020700" + at("2026-03-01T11:00:00") + "62b011", zone_min=0).measured

    (resource,) = make_measured(replace(CUFF, kinds=("glucose",)), one)

    assert resource["category"][0]["coding"][0]["code"] == "laboratory"
    assert [coding["code"] for coding in resource["code"]["coding"]] == ["2339-0", "160184"]
