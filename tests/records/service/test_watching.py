import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from asklepion.kit.errors import Busy, Unauthenticated
from asklepion.records import Asking, Category

from ..conftest import Office
from ..people import (
    AMARA_ASKS,
    BORIS_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    STRANGER_ASKS,
    VISIT,
    VITALS,
    observation,
)

SOON_S = 5.0  # far more than it takes, on however busy a machine


class Stream:
    """A stream that is read while the house goes on."""

    def __init__(self, items: AsyncGenerator[dict[str, Any]]) -> None:
        self._items = items

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(SOON_S):
            return await anext(self._items)

    async def rest(self) -> list[dict[str, Any]]:
        async with asyncio.timeout(SOON_S):
            return [item async for item in self._items]

    async def is_quiet(self) -> bool:
        try:
            async with asyncio.timeout(0.6):
                await anext(self._items)
        except TimeoutError:
            return True
        return False


@asynccontextmanager
async def watching(office: Office, asking: Asking, patient: str = MEI) -> AsyncGenerator[Stream]:
    """A stream, and a house that delivers what is told."""
    delivering = asyncio.create_task(office.events.run())
    items = office.records.watch(replace(asking, via="live"), patient)
    try:
        yield Stream(items)
    finally:
        await items.aclose()
        delivering.cancel()
        await asyncio.gather(delivering, return_exceptions=True)


async def test_what_is_new_is_there_at_once_with_its_line_in_the_log(full: Office) -> None:
    async with watching(full, MEI_ASKS) as stream:
        assert (await stream.next())["kind"] == "permit"
        await full.keep(observation("newest", value=77))
        item = await stream.next()

    assert item["kind"] == "resource"
    assert item["resource"]["valueQuantity"]["value"] == 77
    (entry,) = await full.records.accesses(MEI_ASKS, MEI, count=1)
    assert (entry.action, entry.via, entry.refs) == ("read", "live", ("Observation/newest",))


async def test_a_doctor_is_told_what_he_may_see_and_nothing_else(full: Office) -> None:
    consent = await full.allow(VITALS)
    async with watching(full, AMARA_ASKS) as stream:
        first = await stream.next()
        await full.keep(observation("secret", kind="laboratory"))
        await full.keep(observation("others", JONAS))
        await full.keep(observation("newest"))
        item = await stream.next()

    assert first == {
        "kind": "permit",
        "categories": ["vitals"],
        "until": "2026-03-01T12:30:00Z",
        "visit": VISIT,
        "consent": consent,
    }
    assert item["resource"]["id"] == "newest"


async def test_it_ends_the_moment_it_is_taken_back(full: Office) -> None:
    consent = await full.allow(VITALS)
    async with watching(full, AMARA_ASKS) as stream:
        await stream.next()
        await full.records.revoke(MEI_ASKS, consent)
        await full.keep(observation("after"))

        rest = await stream.rest()

    assert rest == [{"kind": "ended", "why": "revoked"}]


async def test_it_ends_within_a_second(full: Office) -> None:
    consent = await full.allow(VITALS)
    async with watching(full, AMARA_ASKS) as stream:
        await stream.next()
        waiting = asyncio.create_task(stream.rest())
        await asyncio.sleep(0.3)
        await full.records.revoke(MEI_ASKS, consent)
        begun = asyncio.get_running_loop().time()
        await waiting

    assert asyncio.get_running_loop().time() - begun < 1


async def test_it_ends_by_the_clock(full: Office) -> None:
    await full.allow(VITALS, minutes=30)
    async with watching(full, AMARA_ASKS) as stream:
        await stream.next()
        full.wait(30)

        assert await stream.rest() == [{"kind": "ended", "why": "expired"}]


async def test_what_came_before_the_end_is_not_shown_after_it(full: Office) -> None:
    await full.allow(VITALS, minutes=30)
    async with watching(full, AMARA_ASKS) as stream:
        await stream.next()
        await full.keep(observation("almost"))
        full.wait(30)

        assert [item["kind"] for item in await stream.rest()] == ["ended"]


async def test_it_tells_when_something_else_is_allowed(full: Office) -> None:
    await full.allow(VITALS)
    async with watching(full, AMARA_ASKS) as stream:
        await stream.next()
        await full.allow({Category.LABORATORY})
        item = await stream.next()

    assert item["categories"] == ["vitals", "laboratory"]


@pytest.mark.parametrize("asking", [AMARA_ASKS, BORIS_ASKS, JONAS_ASKS, OPERATOR_ASKS])
async def test_without_a_permit_it_ends_at_once_whoever_it_is_about(
    full: Office, asking: Asking
) -> None:
    for patient in (MEI, "Patient/there-is-none"):
        async with watching(full, asking, patient) as stream:
            assert await stream.rest() == [{"kind": "ended", "why": "not allowed"}]


async def test_a_stranger_watches_nothing(full: Office) -> None:
    async with watching(full, STRANGER_ASKS) as stream:
        with pytest.raises(Unauthenticated):
            await stream.next()


async def test_whoever_reads_too_slowly_is_told_to_read_again(full: Office) -> None:
    from asklepion.records.service.watching import MOST_WAITING

    async with watching(full, MEI_ASKS) as stream:
        await stream.next()
        await full.keep(*(observation(f"many-{n}") for n in range(MOST_WAITING + 1)))
        for _ in range(400):
            if not await full.count("kit_outbox"):
                break
            await asyncio.sleep(0.05)

        assert (await stream.next()) == {"kind": "resync"}


async def test_an_import_is_one_word_and_not_a_thousand(full: Office) -> None:
    import orjson

    path = full.folder / "more.ndjson"
    lines = [orjson.dumps(observation(f"more-{n}")) for n in range(100)]
    path.write_bytes(b"\n".join(lines))
    async with watching(full, MEI_ASKS) as stream:
        await stream.next()
        async for _ in full.records.take_in(OPERATOR_ASKS, path):
            pass

        assert (await stream.next()) == {"kind": "resync"}


async def test_what_is_deleted_is_told(full: Office) -> None:
    async with watching(full, MEI_ASKS) as stream:
        await stream.next()
        await full.records.update(MEI_ASKS, observation("pulse-1", value=1))
        await full.records.delete(MEI_ASKS, "Observation", "pulse-1")

        assert (await stream.next()) in (
            {"kind": "deleted", "reference": "Observation/pulse-1"},
        ) or (await stream.next())["kind"] == "deleted"


async def test_one_account_keeps_only_so_many_streams_open(full: Office) -> None:
    from asklepion.records.service.watching import MOST_STREAMS

    streams = [full.records.watch(MEI_ASKS, MEI) for _ in range(MOST_STREAMS)]
    for stream in streams:
        await anext(stream)

    with pytest.raises(Busy):
        await anext(full.records.watch(MEI_ASKS, MEI))
    for stream in streams:
        await stream.aclose()
    again = full.records.watch(MEI_ASKS, MEI)
    assert (await anext(again))["kind"] == "permit"
    await again.aclose()
