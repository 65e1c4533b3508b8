"""The pulse that a simulation begins with: what is nearest to rest, and what it rests on."""

from datetime import timedelta
from typing import Any

import pytest

from asklepion.app import House
from asklepion.twin.engine.resting import LEAST
from asklepion.twin.engine.simulating import Plan, make_simulation, plan, read_wish
from tests.conftest import NOON, People
from tests.twin.build import DAY, Resource, chart, measured, patient, pressure
from tests.twin.test_service import HER, bring_in, hers

STANDING: dict[str, Any] = {
    "kind": "circulation",
    "length": 60,
    "events": [{"at": 0, "kind": "tilt", "values": {"degrees": 90}}],
}
PULSE, AT_REST = "8867-4", "40443-4"


def beats(*values: float, code: str = PULSE, ago: timedelta = timedelta(hours=6)) -> list[Resource]:
    """Readings, the newest first, evenly apart."""
    return [
        measured(code, value, "/min", (at + 1) * ago) | {"id": f"{code}-{at}"}
        for at, value in enumerate(values)
    ]


def planned(*readings: Resource, **told: float) -> Plan:
    body = (patient(), pressure(120, 75), measured("29463-7", 68, "kg"))
    size = measured("39156-5", 25, "kg/m2")
    return plan(chart(*body, size, *readings), read_wish(STANDING | {"told": told}), NOON)


def pulse(of: Plan) -> Any:
    return {one.key: one.value for one in of.inputs}["heart_rate"]


def said(of: Plan) -> tuple[str, dict[str, str | float]]:
    pulse = make_simulation(of, None).pulse
    assert pulse
    return pulse.key.rpartition(".")[2], dict(pulse.params)


def test_of_many_readings_a_low_one_stands_for_rest_and_not_the_last_run() -> None:
    running = planned(*beats(148, 139, 71, 84, 66, 92, 63, 77, 101, 69))

    assert pulse(running) == 69
    assert said(running) == ("low", {"n": 10, "days": 3})


@pytest.mark.parametrize("count", range(LEAST, 26))
def test_a_fifth_of_the_readings_lie_below_it_to_the_whole_one(count: int) -> None:
    low = planned(*beats(*(60.0 + at for at in range(count))))

    assert pulse(low) - 60 == count // 5
    assert said(low)[0] == "low"


@pytest.mark.parametrize("count", range(2, 26))
def test_one_false_reading_among_others_does_not_become_the_pulse_at_rest(count: int) -> None:
    false = planned(*beats(*([78.0] * (count - 1)), 31))

    assert pulse(false) == 78
    assert said(false)[0] == ("latest" if count < LEAST else "low")


def test_what_was_measured_as_pulse_at_rest_goes_before_all_others() -> None:
    known = planned(*beats(148, 139, 90, 84, 88), *beats(64, 58, 61, code=AT_REST, ago=DAY))

    assert pulse(known) == 61
    assert said(known) == ("resting", {"n": 3})


def test_a_pulse_at_rest_of_long_ago_says_nothing_of_now() -> None:
    old = planned(*beats(80), *beats(55, code=AT_REST, ago=40 * DAY))

    assert pulse(old) == 80
    assert said(old) == ("latest", {})


def test_of_a_few_readings_the_latest_counts_and_that_it_may_be_no_rest_is_said() -> None:
    few = planned(*beats(96, 71, 70))

    assert pulse(few) == 96
    assert said(few) == ("latest", {})


def test_what_is_told_goes_before_everything() -> None:
    told = planned(*beats(148, 139, 90, 84, 88), heart_rate=73)

    assert pulse(told) == 73
    assert said(told) == ("told", {})


def test_without_any_pulse_nothing_is_said_of_one() -> None:
    none = planned()

    assert pulse(none) is None
    assert make_simulation(none, None).pulse is None


@pytest.mark.parametrize("database_url", [""])
async def test_the_record_is_asked_for_weeks_of_pulses(house: House, people: People) -> None:
    body = [patient(), pressure(120, 75), measured("29463-7", 68, "kg")]
    running = beats(*([150.0] * 12), *([62.0] * 12))
    await bring_in(house, people, *body, measured("39156-5", 25, "kg/m2"), *running)

    seen = await house.twin.simulation(hers(people), HER, STANDING)

    assert seen.pulse
    assert seen.pulse.params == {"n": 24, "days": 7}
    assert {one.key: one.measured for one in seen.fit}["heart_rate"] == 62
