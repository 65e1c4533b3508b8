"""Two records become one in the whole house: accounts and devices follow, and come back."""

import pytest

from asklepion.app import House
from asklepion.identity import Identity
from asklepion.kit.errors import Conflict
from asklepion.records import Asking

from .conftest import EMAILS, People

CONSOLE = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
OLD, NEW = "Patient/p-2", "Patient/p-new"


def person(reference: str) -> dict[str, object]:
    return {
        "resourceType": "Patient",
        "id": reference.removeprefix("Patient/"),
        "name": [{"family": "Invented"}],
    }


async def calls(house: House, who: str) -> str | None:
    bearer = await house.identity.token(EMAILS[who])
    return (await house.identity.recognise(cookie=None, bearer=bearer)).person


async def test_an_account_and_its_devices_follow_a_merge_and_come_back(
    house: House, people: People
) -> None:
    for reference in (OLD, NEW):
        await house.records.update(CONSOLE, person(reference))
    device = await house.devices.register(
        people.other_patient, patient=OLD, name="Cuff", kinds=["blood-pressure"]
    )
    duplicates = house.records.duplicates

    merge = await duplicates.merge(CONSOLE, NEW, OLD, "document")
    follows = await calls(house, "other_patient")
    bearer = await house.identity.token(EMAILS["other_patient"])
    caller = await house.identity.recognise(cookie=None, bearer=bearer)
    moved = await house.devices.list(caller, NEW)
    await duplicates.unmerge(CONSOLE, merge.id)

    assert follows == NEW
    assert len(moved) == 1
    assert device
    assert await calls(house, "other_patient") == OLD
    assert len(await house.devices.list(people.other_patient, OLD)) == 1


async def test_where_both_can_sign_in_nothing_is_merged_until_it_is_confirmed(
    house: House, people: People
) -> None:
    for reference in ("Patient/p-1", OLD):
        await house.records.update(CONSOLE, person(reference))
    duplicates = house.records.duplicates

    with pytest.raises(Conflict, match="Both can sign in"):
        await duplicates.merge(CONSOLE, "Patient/p-1", OLD, "document")
    await duplicates.merge(CONSOLE, "Patient/p-1", OLD, "document", has_confirmed_accounts=True)

    assert await calls(house, "patient") == "Patient/p-1"
    assert await calls(house, "other_patient") == OLD
