"""A chain that was put back older than the log: what it lost is a fault until somebody says why."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from asklepion.app import House, open_house
from asklepion.cli import keeping, verifying
from asklepion.kit.clock import StoppedClock
from asklepion.settings import Settings
from tests.conftest import NOON, QUICK
from tests.test_signed import CONSOLE

CHAIN = "chain.sqlite"
LATER = NOON + timedelta(hours=1)  # so that no block is made again as it was


async def busy(house: House, name: str) -> None:
    """Something happens, and log and chain are told of each other."""
    await house.records.update(CONSOLE, {"resourceType": "Patient", "id": name})
    await house.contracts.bind()
    await house.contracts.bind()


def put_back(copy: Path, data: Path) -> None:
    """As `asklepion restore` does it with the chain beside a backup that was made before."""
    for file in data.glob(f"{CHAIN}*"):
        file.unlink()
    shutil.copyfile(copy, data / CHAIN)


@pytest.fixture
async def restored(settings: Settings, tmp_path: Path) -> Settings:
    """A house whose chain lost the last of what the log knows of it."""
    copy = tmp_path / "copy.sqlite"
    async with open_house(settings, StoppedClock(NOON), hasher=QUICK) as house:
        await busy(house, "a")
        await house.chain.copy_to(copy)  # pyright: ignore
        await busy(house, "b")
    put_back(copy, settings.data)
    return settings


async def verified(house: House, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    """What `asklepion verify --all --json` says, and its exit code."""
    capsys.readouterr()
    code = await verifying.everything(house, as_json=True)
    return code, json.loads(capsys.readouterr().out)


async def test_what_a_restore_lost_is_told_as_that_once_an_operator_said_so(
    restored: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_house(restored, StoppedClock(LATER), hasher=QUICK) as house:
        code, told = await verified(house, capsys)
        assert (code, told["acknowledged"]) == (1, [])
        rows = [each["row"] for each in told["findings"] if each["table"] == "ledger_chain_head"]
        assert rows

        assert not await keeping.acknowledge(house, lambda _: False, as_json=False)
        assert (await verified(house, capsys))[0] == 1
        assert await keeping.acknowledge(house, lambda _: True, as_json=True)
        said = json.loads(capsys.readouterr().out)
        assert [str(it["leaf"]) for it in said["lost"]] == rows

        await busy(house, "c")  # the chain grows again, with other blocks at the same numbers
        code, told = await verified(house, capsys)
        assert (code, told["findings"]) == (0, [])
        assert [each["row"] for each in told["acknowledged"]] == rows
        assert {each["leaf"] for each in told["acknowledged"]} == {said["leaf"]}
        assert all(each["at"].startswith("2026") for each in told["acknowledged"])
        await verifying.everything(house, as_json=False)
        shown = capsys.readouterr().out
        assert f"acknowledged loss of {told['acknowledged'][0]['at']}, leaf {said['leaf']}" in shown

        assert await keeping.acknowledge(house, lambda _: False, as_json=False)
        assert "No block is missing" in capsys.readouterr().out


async def test_an_acknowledgement_silences_nothing_that_it_does_not_name(
    restored: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_house(restored, StoppedClock(LATER), hasher=QUICK) as house:
        assert await keeping.acknowledge(house, lambda _: True, as_json=False)
        copy = tmp_path / "second.sqlite"
        await house.chain.copy_to(copy)  # pyright: ignore
        await busy(house, "c")
        async with house.db.read() as tx:
            (newest,) = await tx.one("SELECT max(leaf) FROM ledger_chain_head") or (0,)
    put_back(copy, restored.data)

    async with open_house(
        restored, StoppedClock(LATER + timedelta(hours=1)), hasher=QUICK
    ) as house:
        code, told = await verified(house, capsys)
        assert code == 1
        assert told["acknowledged"]  # still told
        lost = [each["row"] for each in told["findings"] if each["table"] == "ledger_chain_head"]
        assert str(newest) in lost
        assert not {each["row"] for each in told["acknowledged"]} & set(lost)


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("UPDATE ledger_loss SET event = :other", "cannot be read"),
        ("UPDATE ledger_loss SET key = :other", "does not match leaf"),
        ("UPDATE ledger_loss SET leaf = 0", "does not match leaf 0"),
        ("DELETE FROM ledger_loss", "nothing is kept of what it stands for"),
    ],
)
async def test_an_acknowledgement_that_somebody_altered_or_took_away_counts_nothing(
    restored: Settings, capsys: pytest.CaptureFixture[str], sql: str, what: str
) -> None:
    async with open_house(restored, StoppedClock(LATER), hasher=QUICK) as house:
        assert await keeping.acknowledge(house, lambda _: True, as_json=False)
        async with house.db.begin() as tx:
            assert await tx.run(sql, **({"other": bytes(32)} if ":other" in sql else {}))

        code, told = await verified(house, capsys)

        assert code == 1
        assert told["acknowledged"] == []
        said = [f"{each['table']} {each['what']}" for each in told["findings"]]
        assert any(what in each for each in said), said
        assert any("ledger_chain_head" in each for each in said), said
