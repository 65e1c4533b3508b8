"""What is signed and was taken away: by somebody, which is noticed; by an erasure, which is not."""

import shutil

import pytest

from asklepion.app import House, open_house, restore_house
from asklepion.identity import Identity, Role
from asklepion.kit.clock import StoppedClock
from asklepion.records import Asking, Ground
from asklepion.settings import Settings
from tests.conftest import NOON, PASSWORD, QUICK
from tests.test_signed import CONSOLE, PATIENT, allow, her

__all__ = ["her"]  # a fixture


async def amiss(house: House) -> list[str]:
    """What `asklepion verify --all` names of log and records."""
    found = [*await house.ledger.verify(), *await house.records.verify()]
    return [str(each) for each in found]


@pytest.mark.parametrize("table", ["records_signed", "records_access", "ledger_chain_head"])
async def test_a_row_that_somebody_took_away_whole_is_missed(
    house: House, her: Asking, table: str
) -> None:
    await allow(house, her)
    await allow(house, her)
    await house.contracts.bind()
    assert await amiss(house) == []

    async with house.db.begin() as tx:
        row = await tx.one(f"SELECT max(leaf) FROM {table}")
        assert row
        assert await tx.run(f"DELETE FROM {table} WHERE leaf = :leaf", leaf=row[0]) == 1

    what = "nothing is kept of what it stands for: a row was removed"
    assert f"ledger_leaf {row[0]}: {what}" in await amiss(house)


async def test_what_an_erasure_took_away_is_not_missed_and_leaves_its_place_alone(
    house: House, her: Asking
) -> None:
    await allow(house, her)
    async with house.db.read() as tx:
        leaves = [leaf for (leaf,) in await tx.all("SELECT leaf FROM records_signed")]

    await house.records.erase(her, PATIENT, Ground.WITHDRAWN)

    assert await amiss(house) == []
    async with house.db.read() as tx:
        left = await tx.all("SELECT * FROM records_signed_gone")
    assert [leaf for leaf, _seal in left] == leaves


async def test_nobody_can_pass_a_theft_off_as_an_erasure(house: House, her: Asking) -> None:
    await allow(house, her)
    async with house.db.begin() as tx:
        sql = "INSERT INTO records_signed_gone SELECT leaf, :seal FROM records_signed"
        assert await tx.run(sql, seal=bytes(32)) == 1
        await tx.run("DELETE FROM records_signed")

    (found,) = await amiss(house)
    assert "records_signed_gone" in found
    assert "is not what an erasure leaves" in found


async def test_a_restored_backup_misses_nothing_of_whoever_was_erased_since(
    settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with open_house(settings, StoppedClock(NOON), serving=False, hasher=QUICK) as house:
        await house.records.update(CONSOLE, {"resourceType": "Patient", "id": "p-1"})
        await house.records.update(CONSOLE, {"resourceType": "Practitioner", "id": "d-1"})
        await house.identity.create_account(
            Identity.console(), email="her@example.org", password=PASSWORD, name="Somebody",
            roles=[Role.PATIENT], person=PATIENT,
        )  # fmt: skip
        token = await house.identity.token("her@example.org")
        her = Asking(caller=await house.identity.recognise(bearer=token))
        await allow(house, her)
        backup = await house.backups.make(settings.data / "backups" / "first", house.clock)
        await house.records.erase(CONSOLE, PATIENT, Ground.WITHDRAWN)
    other = tmp_path_factory.mktemp("again")
    shutil.copytree(settings.data / "keys", other / "keys")
    again = Settings(data=other, mqtt_port=0, port=0, open=False)

    await restore_house(again, backup, StoppedClock(NOON))

    async with open_house(again, StoppedClock(NOON), serving=False) as house:
        assert await amiss(house) == []
