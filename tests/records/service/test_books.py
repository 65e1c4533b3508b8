import asyncio

import pytest

from asklepion.kit.errors import NotFound
from asklepion.ledger import verify_receipt
from asklepion.records import AccessEntry, Category

from ..conftest import Office
from ..people import (
    AMARA,
    AMARA_ASKS,
    BORIS_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    MOST,
    OPERATOR_ASKS,
    VISIT,
    VITALS,
    observation,
)


async def last(office: Office, count: int = 1) -> list[AccessEntry]:
    return await office.records.accesses(MEI_ASKS, MEI, count=count)


async def test_every_look_is_one_line_with_who_when_what_and_why(full: Office) -> None:
    consent = await full.allow(MOST)

    await full.records.search(AMARA_ASKS, "Observation", [("patient", MEI)])

    (entry,) = await last(full)
    assert (entry.action, entry.outcome) == ("search", "permit")
    assert (entry.actor, entry.actor_name) == ("account-amara", "Name of account-amara")
    assert (entry.actor_person, entry.purpose, entry.visit) == (AMARA, "TREAT", VISIT)
    assert (entry.consent, entry.via, entry.at) == (consent, "rest", full.clock.now())
    assert (entry.what, entry.categories) == ({"Observation": 2}, (Category.VITALS,))
    assert sorted(entry.refs) == ["Observation/pulse-1", "Observation/pulse-2"]


async def test_a_look_at_nothing_and_a_look_refused_are_looks(full: Office) -> None:
    await full.records.search(AMARA_ASKS, "Observation", [("patient", MEI)])
    with pytest.raises(NotFound):
        await full.records.read(BORIS_ASKS, "Observation", "pulse-1")

    read, search = await last(full, 2)

    assert (search.action, search.outcome, search.what) == ("search", "deny", {})
    assert (read.action, read.outcome, read.actor) == ("read", "deny", "account-boris")
    assert read.refs == ("Observation/pulse-1",)


async def test_a_search_is_kept_as_it_was_asked(full: Office) -> None:
    await full.allow(MOST)

    await full.records.search(
        AMARA_ASKS, "Observation", [("patient", MEI), ("code", "8867-4"), ("_count", "5")]
    )

    (entry,) = await last(full)
    assert entry.detail == {"query": "Observation?patient=Patient/mei&code=8867-4&_count=5"}


async def test_nobody_reads_in_her_own_list_whom_else_somebody_looked_for(full: Office) -> None:
    await full.allow(MOST)
    await full.allow(MOST, asking=JONAS_ASKS)

    await full.records.search(
        AMARA_ASKS, "Patient", [("name", "Lin,Weber"), ("birthdate", "gt1950"), ("_count", "5")]
    )

    (entry,) = await last(full)
    assert entry.what == {"Patient": 1}
    assert entry.detail["query"] == "Patient?name=…&birthdate=…&_count=5"


async def test_a_change_is_told_from_something_new(full: Office) -> None:
    kept = await full.records.create(MEI_ASKS, observation("x"))
    await full.records.update(MEI_ASKS, {**kept.resource, "status": "amended"})

    changed, new = await last(full, 2)

    assert (new.detail, changed.detail) == ({}, {"interaction": "update"})


async def test_writing_is_a_line_as_well(full: Office) -> None:
    await full.records.create(MEI_ASKS, observation("x"))
    await full.records.delete(MEI_ASKS, "Observation", "pulse-1")
    consent = await full.allow(VITALS)
    await full.records.revoke(MEI_ASKS, consent)

    entries = await last(full, 4)

    assert [entry.action for entry in entries] == ["revoke", "grant", "delete", "write"]
    assert entries[0].consent == consent


async def test_each_patient_has_her_own_list_and_counts_it_without_a_gap(full: Office) -> None:
    await full.allow(VITALS)
    await full.allow(VITALS, asking=JONAS_ASKS)
    found = await full.records.search(AMARA_ASKS, "Observation", [])
    assert len(found.entries) == 3

    hers = await full.records.accesses(MEI_ASKS, MEI, count=500)
    his = await full.records.accesses(JONAS_ASKS, JONAS, count=500)

    assert hers[0].what == {"Observation": 2}
    assert his[0].what == {"Observation": 1}
    for entries in (hers, his):
        assert [entry.number for entry in entries] == list(range(len(entries), 0, -1))


async def test_only_she_reads_her_list(full: Office) -> None:
    await full.allow(frozenset(Category))

    for asking in (AMARA_ASKS, JONAS_ASKS, OPERATOR_ASKS):
        with pytest.raises(NotFound):
            await full.records.accesses(asking, MEI)


async def test_the_list_goes_on_page_by_page(full: Office) -> None:
    for _ in range(5):
        await full.records.read(MEI_ASKS, "Patient", "mei")

    first = await full.records.accesses(MEI_ASKS, MEI, count=3)
    second = await full.records.accesses(MEI_ASKS, MEI, count=3, before=first[-1].number)

    numbers = [entry.number for entry in (*first, *second)]
    assert numbers == list(range(numbers[0], numbers[0] - 6, -1))


async def test_every_line_has_a_receipt_that_holds_offline(full: Office) -> None:
    await full.records.read(MEI_ASKS, "Patient", "mei")
    (entry,) = await last(full)

    receipt = await full.records.receipt(MEI_ASKS, entry.id)

    verdict = verify_receipt(receipt, trusted=full.ledger.verifier_key)
    assert verdict.holds
    assert receipt["event"]["id"] == entry.id
    assert receipt["index"] == entry.index
    for asking in (AMARA_ASKS, JONAS_ASKS, OPERATOR_ASKS):
        with pytest.raises(NotFound):
            await full.records.receipt(asking, entry.id)
    with pytest.raises(NotFound):
        await full.records.receipt(MEI_ASKS, "there-is-none")


async def test_looks_at_the_same_time_share_commits_and_none_is_lost(full: Office) -> None:
    before = (await last(full))[0].number

    await asyncio.gather(
        *(full.records.read(MEI_ASKS, "Observation", "pulse-1") for _ in range(60))
    )

    after = await full.records.accesses(MEI_ASKS, MEI, count=500)
    assert after[0].number == before + 60
    assert len({entry.index for entry in after}) == len(after)
    assert await full.records.verify() == []


async def test_nothing_leaves_when_it_cannot_be_written_down(
    full: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> list[int]:
        raise OSError("the disk is full")

    monkeypatch.setattr(full.ledger, "append", broken)

    with pytest.raises(OSError, match="full"):
        await full.records.read(MEI_ASKS, "Observation", "pulse-1")
    with pytest.raises(OSError, match="full"):
        await full.records.search(MEI_ASKS, "Observation", [])
    with pytest.raises(OSError, match="full"):
        await full.records.create(MEI_ASKS, observation("x"))
    monkeypatch.undo()
    found = await full.records.search(MEI_ASKS, "Observation", [("_total", "accurate")])
    assert found.total == 3


async def test_one_who_leaves_while_waiting_disturbs_nobody(full: Office) -> None:
    tasks = [
        asyncio.create_task(full.records.read(MEI_ASKS, "Observation", "pulse-1"))
        for _ in range(12)
    ]
    await asyncio.sleep(0)
    tasks[0].cancel()
    tasks[5].cancel()

    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert sum(isinstance(each, dict) for each in results) >= 10
    assert await full.records.verify() == []


TAMPERING = [
    "UPDATE records_access SET patient = 'Patient/else' WHERE id = :id",
    "UPDATE records_access SET actor = 'somebody else' WHERE id = :id",
    "UPDATE records_access SET made_at = made_at + 60000000 WHERE id = :id",
    "UPDATE records_access SET number = number + 1000 WHERE id = :id",
    "UPDATE records_access SET leaf = leaf + 1000 WHERE id = :id",
    "UPDATE records_access SET key = event WHERE id = :id",
    "UPDATE records_access SET event = key WHERE id = :id",
    "UPDATE records_access SET event = (SELECT event FROM records_access WHERE number = 1"
    " AND patient = 'Patient/mei') WHERE id = :id",
]


@pytest.mark.parametrize("sql", TAMPERING)
async def test_whoever_changes_a_line_is_found_out(full: Office, sql: str) -> None:
    for _ in range(3):
        await full.records.read(MEI_ASKS, "Patient", "mei")
    entry = (await last(full, 2))[1]
    assert await full.records.verify() == []

    async with full.db.begin() as tx:
        assert await tx.run(sql, id=entry.id) == 1

    assert entry.id in [finding.row for finding in await full.records.verify()]


async def test_whoever_takes_away_a_line_is_found_out(full: Office) -> None:
    for _ in range(3):
        await full.records.read(MEI_ASKS, "Patient", "mei")
    newest, *_, oldest = await last(full, 500)

    for entry in (newest, oldest):
        async with full.db.begin() as tx:
            await tx.run("DELETE FROM records_access WHERE id = :id", id=entry.id)
        assert MEI in [finding.row for finding in await full.records.verify()]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE records_access_head SET number = number - 1 WHERE patient = :of",
        "DELETE FROM records_access_head WHERE patient = :of",
    ],
)
async def test_whoever_changes_the_count_is_found_out(full: Office, sql: str) -> None:
    for of in (MEI, "*"):
        async with full.db.begin() as tx:
            await tx.run(sql, of=of)
        assert of in [finding.row for finding in await full.records.verify()]


async def test_the_log_holds_nothing_in_the_clear(full: Office) -> None:
    await full.records.search(MEI_ASKS, "Patient", [("family", "Lin")])

    async with full.db.read() as tx:
        rows = await tx.all("SELECT event FROM records_access")
    assert rows
    for word in (b"Lin", b"account", b"search", b"Patient"):
        assert not any(word in row[0] for row in rows)
