"""A wallet leaves a filter and asks it again: what it is told, how many it has, when they go."""

from typing import Any

import pytest
from httpx import AsyncClient

from asklepion.ledger.service.chain import telling
from asklepion.ledger.service.chain.filters import MOST_IN_ALL, MOST_OF_ONE, Filters
from asklepion.ledger.service.chain.questions import RpcError
from tests.ledger.chain.peers import Signer, probe
from tests.ledger.chain.test_rpc import ask, database_url, hexed, rich

__all__ = ["database_url", "rich"]  # fixtures


async def stored(rich: Signer, at: bytes, value: int) -> None:
    await rich.do(at, probe().data("store", value, b""))


def values(logs: list[dict[str, Any]]) -> list[int]:
    return [int(log["topics"][2], 16) for log in logs]


async def test_a_filter_tells_once_what_contracts_told_since_it_was_left(
    stranger: AsyncClient, rich: Signer
) -> None:
    at = await rich.deploy(7)
    eight = "0x" + "0" * 63 + "8"
    mine = {"address": hexed(at), "topics": [hexed(probe().topic("Stored"))]}
    every = await ask(stranger, "eth_newFilter", mine | {"fromBlock": "0x0"})
    only = await ask(stranger, "eth_newFilter", mine | {"topics": [None, None, eight]})

    assert await ask(stranger, "eth_getFilterChanges", every) == []
    await stored(rich, at, 8)
    await stored(rich, at, 9)

    told = await ask(stranger, "eth_getFilterChanges", every)
    assert values(told) == [8, 9]
    assert await ask(stranger, "eth_getFilterChanges", every) == []
    assert values(await ask(stranger, "eth_getFilterChanges", only)) == [8]
    assert values(await ask(stranger, "eth_getFilterLogs", every)) == [7, 8, 9]
    assert told == (await ask(stranger, "eth_getLogs", mine | {"fromBlock": "0x0"}))[1:]


async def test_a_filter_with_a_last_block_tells_nothing_after_it(
    stranger: AsyncClient, rich: Signer
) -> None:
    at = await rich.deploy(7)
    name = await ask(stranger, "eth_newFilter", {"address": hexed(at), "toBlock": "0x2"})
    await stored(rich, at, 8)
    await stored(rich, at, 9)

    assert values(await ask(stranger, "eth_getFilterChanges", name)) == [8]
    assert await ask(stranger, "eth_getFilterChanges", name) == []


async def test_a_filter_for_blocks_tells_their_hashes_in_order(
    stranger: AsyncClient, rich: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await rich.deploy(7)
    name = await ask(stranger, "eth_newBlockFilter")
    hashes: list[str] = []
    for value in (8, 9, 10):
        await stored(rich, at, value)
        hashes.append((await ask(stranger, "eth_getBlockByNumber", "latest", False))["hash"])

    monkeypatch.setattr(telling, "MOST_NEW", 2)
    assert await ask(stranger, "eth_getFilterChanges", name) == hashes[:2]
    assert await ask(stranger, "eth_getFilterChanges", name) == hashes[2:]
    assert (await ask(stranger, "eth_getFilterLogs", name))["code"] == -32602


async def test_what_is_too_much_for_one_answer_is_told_in_several(
    stranger: AsyncClient, rich: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await rich.deploy(7)
    name = await ask(stranger, "eth_newFilter", {"address": hexed(at)})
    for value in range(8, 13):
        await stored(rich, at, value)
    monkeypatch.setattr(telling, "MOST_LOGS", 2)

    told: list[int] = []
    while more := await ask(stranger, "eth_getFilterChanges", name):
        assert len(more) <= 2
        told += values(more)
    assert told == list(range(8, 13))


async def test_a_filter_that_was_taken_away_is_not_found(stranger: AsyncClient) -> None:
    name = await ask(stranger, "eth_newBlockFilter")

    assert await ask(stranger, "eth_uninstallFilter", name) is True
    assert await ask(stranger, "eth_uninstallFilter", name) is False
    unknowns: list[Any] = [name, "0x1", None, 7, {}]
    for method in ("eth_getFilterChanges", "eth_getFilterLogs"):
        for unknown in unknowns:
            error = await ask(stranger, method, unknown)
            assert error == {"code": -32000, "message": "filter not found"}


@pytest.mark.parametrize(
    "wrong", [None, [], {"topics": [1]}, {"address": "0x"}, {"blockHash": "0x" + "11" * 32}]
)
async def test_a_filter_that_cannot_be_understood_is_refused(
    stranger: AsyncClient, wrong: Any
) -> None:
    assert (await ask(stranger, "eth_newFilter", wrong))["code"] == -32602


async def test_one_caller_holds_so_many_and_all_together_so_many_more(
    stranger: AsyncClient,
) -> None:
    names = [await ask(stranger, "eth_newBlockFilter") for _ in range(MOST_OF_ONE)]
    refused = await ask(stranger, "eth_newBlockFilter")
    assert refused["code"] == -32005
    assert "Uninstall one" in refused["message"]

    await ask(stranger, "eth_uninstallFilter", names[0])
    assert (await ask(stranger, "eth_newBlockFilter")).startswith("0x")

    filters = Filters()
    for number in range(MOST_IN_ALL):
        filters.add(f"caller {number}", None, 0)
    with pytest.raises(RpcError, match="Too many filters"):
        filters.add("one more", None, 0)


def test_a_filter_that_nobody_asks_for_five_minutes_is_gone() -> None:
    moment = [0.0]
    filters = Filters(lambda: moment[0])
    used, unused = filters.add("a", None, 0), filters.add("a", None, 0)

    moment[0] = 299
    assert filters.find(used)
    moment[0] = 301
    assert filters.find(used)
    with pytest.raises(RpcError, match="filter not found"):
        filters.find(unused)
    moment[0] = 602
    assert not filters.drop(used)
    for _ in range(MOST_OF_ONE):  # and what is gone counts no more
        filters.add("a", None, 0)
