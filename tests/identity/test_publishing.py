"""Keys that apps publish are fetched once in a while, and remembered."""

from datetime import timedelta
from typing import Any

import pytest

from asklepion.identity.service.apps.publishing import Published, fetch_json
from asklepion.identity.service.outside import Letter, Reply, Unfit
from asklepion.kit.clock import StoppedClock


@pytest.mark.parametrize("reply", [Reply(302, b"{}"), Reply(404, b"{}"), Reply(200, b"{")])
async def test_only_json_that_is_there_counts_as_published(reply: Reply) -> None:
    async def reach(letter: Letter) -> Reply:
        assert letter.most <= 65_536  # a key set is small
        return reply

    with pytest.raises(Unfit):
        await fetch_json("https://app.example/keys", reach=reach)


async def test_what_was_fetched_is_remembered_and_fetched_again_for_a_new_key(
    clock: StoppedClock,
) -> None:
    fetched: list[str] = []

    async def fetch(address: str) -> Any:
        fetched.append(address)
        return {"keys": [len(fetched)]}

    published = Published(clock, fetch)

    async def keys(*, is_missing: bool = False) -> int:
        return (await published.keys("https://app.example/k", is_missing=is_missing))["keys"][0]

    assert [await keys(), await keys(), await keys(is_missing=True)] == [1, 1, 1]
    clock.at += timedelta(seconds=31)  # not sooner, or anybody could make the house ask and ask
    assert [await keys(), await keys(is_missing=True), await keys()] == [1, 2, 2]
    clock.at += timedelta(minutes=6)
    assert await keys() == 3


async def test_only_so_much_of_what_was_fetched_is_remembered(clock: StoppedClock) -> None:
    fetched: list[str] = []

    async def fetch(address: str) -> Any:
        fetched.append(address)
        return {"keys": []}

    published = Published(clock, fetch)
    for number in range(300):
        await published.keys(f"https://app.example/{number}")
    fetched.clear()

    await published.keys("https://app.example/299")
    await published.keys("https://app.example/0")

    assert fetched == ["https://app.example/0"]
