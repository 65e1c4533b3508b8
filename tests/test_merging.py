"""Two records become one in the whole house: accounts and devices follow, and come back."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from asklepion.app import House, open_house
from asklepion.identity import Identity
from asklepion.kit.errors import Conflict
from asklepion.records import Asking
from asklepion.settings import Settings

from .conftest import EMAILS, QUICK, People
from .records.people import observation
from .serving import PEOPLE, Server, furnish, kill, opened

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


FACTS = 300  # of each of the two: enough to be killed in the midst of moving them


def brought(folder: Path) -> Path:
    """Two records of one person, as a file."""
    lines: list[dict[str, object]] = []
    for number, reference in enumerate(("Patient/p-1", "Patient/p-2")):
        lines.append(person(reference))
        for n in range(FACTS):
            lines.append(observation(f"o-{number}-{n}", reference, value=n))
    path = folder / "two.ndjson"
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return path


@pytest.mark.parametrize("after_s", [0.02, 0.3])
def test_a_merge_in_which_the_power_goes_is_there_or_it_is_not(
    tmp_path: Path, after_s: float
) -> None:
    house = tmp_path / "house"
    tokens = asyncio.run(furnish(house, {"operator": PEOPLE["operator"]}))
    wish = {"survivor": "p-1", "merged": "p-2", "reason": "document"}

    async def merge_and_kill(server: Server) -> None:
        headers = {"authorization": f"Bearer {tokens['operator']}"}
        async with httpx.AsyncClient(base_url=server.url, headers=headers) as client:
            asked = asyncio.create_task(client.post("/api/records/merges", json=wish))
            await asyncio.sleep(after_s)
            kill(server)
            await asyncio.gather(asked, return_exceptions=True)

    async def look_again() -> tuple[int, int, int]:
        settings = Settings(data=house, mqtt_port=0, port=0, open=False)
        async with open_house(settings, serving=False, hasher=QUICK) as opened_again:
            found = [*await opened_again.ledger.verify(), *await opened_again.records.verify()]
            assert found == []
            async with opened_again.db.read() as tx:
                sql = "SELECT count(*) FROM records_res WHERE patient = :who"
                counts = [await tx.one(sql, who=f"Patient/p-{n}") for n in (1, 2)]
                merges = await tx.one("SELECT count(*) FROM records_merge")
        return tuple(row[0] for row in (*counts, merges) if row)  # pyright: ignore

    with opened(house) as server:
        assert server.command("import", str(brought(tmp_path))).returncode == 0
        asyncio.run(merge_and_kill(server))

    assert asyncio.run(look_again()) in {
        (FACTS + 1, FACTS + 1, 0),
        (2 * FACTS + 1, 1, 1),
    }
