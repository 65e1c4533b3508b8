"""Whoever writes may ask what of it is known here already, so that nothing is sent twice."""

from typing import Any

import pytest

from asklepion.app import House
from asklepion.identity import Caller, Role
from asklepion.kit.errors import Unauthenticated
from asklepion.records import Asking
from tests.conftest import People

HER = "Patient/p-1"


def weight(value: float) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": HER},
        "valueQuantity": {"value": value, "unit": "kg"},
    }


async def test_a_device_learns_which_ids_it_wrote_itself_and_nothing_of_others(
    house: House, people: People
) -> None:
    operator = Asking(caller=people.operator, purpose="HOPERAT")
    await house.records.update(operator, {"resourceType": "Patient", "id": "p-1"})
    scales = [
        Asking(
            caller=Caller(account=name, roles=frozenset({Role.DEVICE}), acts_for=HER),
            purpose="PATRQT",
            via="device",
        )
        for name in ("scale", "other-scale")
    ]
    for asking, id in zip(scales, ("mine", "other"), strict=True):
        await house.records.create(asking, weight(70), id=id)

    asked = ["mine", "other", "nobody-s"]
    known = [await house.records.wrote(each, "Observation", asked) for each in scales]

    assert known == [{"mine"}, {"other"}]


async def test_what_was_deleted_since_counts_as_written(house: House, people: People) -> None:
    operator = Asking(caller=people.operator, purpose="HOPERAT")
    await house.records.update(operator, {"resourceType": "Patient", "id": "p-1"})
    hers = Asking(caller=people.patient, purpose="PATRQT")
    await house.records.create(hers, weight(70), id="mine")

    await house.records.delete(hers, "Observation", "mine")

    assert await house.records.wrote(hers, "Observation", ["mine"]) == {"mine"}


async def test_a_stranger_learns_nothing(house: House) -> None:
    with pytest.raises(Unauthenticated):
        await house.records.wrote(Asking(caller=Caller()), "Observation", ["mine"])
