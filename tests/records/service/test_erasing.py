import asyncio
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from asklepion.kit.db import Database, Tx
from asklepion.kit.errors import Conflict, Forbidden, HouseError, NotFound
from asklepion.kit.vault import Vault
from asklepion.ledger import verify_receipt
from asklepion.records import Erasure, Forgotten, Ground
from asklepion.records.service.erasing import Eraser
from asklepion.records.store import erasures
from asklepion.records.store.erasures import GONE

from ..conftest import Office, open_office
from ..people import (
    AMARA_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    MOST,
    OPERATOR_ASKS,
    UNKNOWN,
    observation,
    patient,
)

# Every table of the room that may hold something of a patient, and how it names her.
NAMING = {
    "records_res": "patient",
    "records_hist": "patient",
    "records_party": "patient",
    "records_permit": "patient",
    "records_access": "patient",
    "records_access_head": "patient",
    "records_erasure": "patient",
    "kit_outbox": "body",
}


def group(*members: str) -> dict[str, Any]:
    return {
        "resourceType": "Group", "id": "twins", "type": "person", "actual": True,
        "text": {"status": "generated", "div": "<div>Lin and Weber</div>"},
        "member": [{"entity": {"reference": who, "display": "A name"}} for who in members],
    }  # fmt: skip


def family(**more: Any) -> dict[str, Any]:
    """Of Jonas; it only points to Mei."""
    return {
        **observation("resembles", JONAS),
        "focus": [{"reference": MEI, "display": "Mei Lin, his cousin"}],
        **more,
    }


def meeting() -> dict[str, Any]:
    """About both."""
    who = [{"actor": {"reference": each}, "status": "accepted"} for each in (MEI, JONAS)]
    return {
        "resourceType": "Appointment", "id": "meeting", "status": "proposed", "participant": who,
    }  # fmt: skip


async def named(office: Office, who: str = MEI) -> dict[str, int]:
    """In which tables somebody is still named, and how often."""
    found: dict[str, int] = {}
    async with office.db.read() as tx:
        for table, column in NAMING.items():
            sql = f"SELECT count(*) FROM {table} WHERE {column} LIKE :who"
            ((count,),) = await tx.all(sql, who=f"%{who}%")
            found |= {table: count} if count else {}
    return found


async def erase(office: Office, ground: Ground = Ground.WITHDRAWN) -> Erasure:
    erasure = await office.records.erase(MEI_ASKS, MEI, ground)
    await office.hear()
    return erasure


async def test_who_is_erased_is_in_no_table_and_everybody_else_is_as_before(full: Office) -> None:
    await full.records.update(MEI_ASKS, observation("pulse-1", value=73))
    await full.allow(MOST)
    await full.records.search(AMARA_ASKS, "Observation", [("patient", MEI)])
    his = await full.records.search(JONAS_ASKS, "Observation", [])
    before = {table: await full.count(table) for table in ("records_str", "records_tok")}
    assert (await named(full)).keys() >= {"records_res", "records_hist", "records_permit"}

    erasure = await erase(full)

    assert erasure.state == "done"
    assert await named(full) == {}
    assert (await full.records.search(JONAS_ASKS, "Observation", [])).entries == his.entries
    async with full.db.read() as tx:
        for table in ("tok", "ref", "date", "str", "num", "tok_num", "party", "hist"):
            sql = f"SELECT count(*) FROM records_{table} x WHERE NOT EXISTS"
            sql += " (SELECT 1 FROM records_res r WHERE r.rid = x.rid)"
            assert await tx.one(sql) == (0,), table
    after = {table: await full.count(table) for table in before}
    assert all(0 < after[table] < before[table] for table in before)
    assert erasure.destroyed["records_res"] == 6
    assert await full.records.verify() == []
    assert await full.ledger.verify() == []


@pytest.mark.parametrize("path", ["Patient/mei", "Observation/pulse-1", "Condition/pressure"])
async def test_for_everybody_she_is_like_somebody_who_never_was(full: Office, path: str) -> None:
    await full.allow(MOST)
    await erase(full)
    type, id = path.split("/")

    for asking in (MEI_ASKS, AMARA_ASKS, JONAS_ASKS, OPERATOR_ASKS):
        with pytest.raises(NotFound) as gone:
            await full.records.read(asking, type, id)
        with pytest.raises(NotFound) as never:
            await full.records.read(asking, type, "nobody-knows")
        assert str(gone.value) == str(never.value)
        assert (await full.records.search(asking, type, [("_id", id)])).entries == []
    with pytest.raises(NotFound):
        await full.records.erase(OPERATOR_ASKS, MEI, Ground.LAW)


async def test_only_she_and_an_operator_may_ask_and_others_learn_nothing(full: Office) -> None:
    await full.allow(MOST)

    for asking in (AMARA_ASKS, JONAS_ASKS):
        with pytest.raises(NotFound) as hers:
            await full.records.erase(asking, MEI, Ground.WITHDRAWN)
        with pytest.raises(NotFound) as nobodys:
            await full.records.erase(asking, UNKNOWN, Ground.WITHDRAWN)
        assert str(hers.value) == str(nobodys.value)
        with pytest.raises(Forbidden):
            await full.records.erasures(asking)
    assert (await full.records.erase(OPERATOR_ASKS, MEI, Ground.LAW)).asked_by == "operator"


async def test_the_receipt_holds_offline_says_what_was_destroyed_and_names_nobody(
    full: Office,
) -> None:
    erasure = await erase(full)

    receipt = await full.records.erasure_receipt(erasure.id)

    assert verify_receipt(receipt, trusted=full.ledger.verifier_key).holds
    event = receipt["event"]
    assert (event["kind"], event["ground"], event["asked_by"]) == (
        "erasure",
        "withdrawn",
        "patient",
    )
    assert event["rows_destroyed"]["records_res"] == 5
    assert len(event["keys_destroyed"]) == 1
    for word in ("mei", "Lin", "account-mei", "pulse"):
        # A whole word: three letters stand in a signature now and then.
        assert not re.search(rf"\b{word}\b", json.dumps(receipt))


async def test_receipts_from_before_still_hold_and_the_log_still_verifies(full: Office) -> None:
    await full.allow(MOST)
    await full.records.search(AMARA_ASKS, "Observation", [("patient", MEI)])
    (entry, *_) = await full.records.accesses(MEI_ASKS, MEI)
    hers = await full.records.receipt(MEI_ASKS, entry.id)
    (his_entry, *_) = await full.records.accesses(JONAS_ASKS, JONAS)

    await erase(full)

    assert verify_receipt(hers, trusted=full.ledger.verifier_key).holds
    his = await full.records.receipt(JONAS_ASKS, his_entry.id)
    assert verify_receipt(his, trusted=full.ledger.verifier_key).holds
    assert await full.records.verify() == []


async def test_a_line_cannot_be_passed_off_as_one_that_an_erasure_left(full: Office) -> None:
    await full.allow(MOST, asking=JONAS_ASKS)
    await erase(full)
    async with full.db.begin() as tx:
        sql = "SELECT key FROM records_access WHERE patient LIKE 'erased%' LIMIT 1"
        ((seal,),) = await tx.all(sql)
        sql = "UPDATE records_access SET id = 'erased-' || leaf, actor = '', made_at = 0,"
        sql += " event = :none, key = :seal WHERE patient = :his"
        await tx.run(sql, none=b"", seal=seal, his=JONAS)

    found = {finding.what for finding in await full.records.verify()}

    assert "is not what an erasure leaves" in found


async def test_a_group_stays_without_her_in_every_version(full: Office) -> None:
    await full.keep(group(JONAS))
    await full.keep(group(JONAS, MEI))
    await full.keep({**group(JONAS, MEI), "name": "Twins"})

    await erase(full)

    for version in (1, 2, 3):
        left = await full.records.vread(JONAS_ASKS, "Group", "twins", version)
        assert [each["entity"]["reference"] for each in left["member"]] == [JONAS]
        assert version == 1 or "text" not in left
    found = await full.records.search(JONAS_ASKS, "Group", [("member", MEI)])
    assert found.entries == []
    found = await full.records.search(JONAS_ASKS, "Group", [("member", JONAS)])
    assert len(found.entries) == 1
    assert await full.records.verify() == []


async def test_what_is_about_her_and_another_goes_with_her_and_he_is_told(full: Office) -> None:
    await full.keep(meeting())

    await erase(full)

    with pytest.raises(NotFound):
        await full.records.read(JONAS_ASKS, "Appointment", "meeting")
    entries = await full.records.accesses(JONAS_ASKS, JONAS)
    (line,) = (entry for entry in entries if entry.action == "erase")
    assert (line.what, line.actor) == ({"Appointment": 1}, "house")


async def test_what_only_points_to_her_points_to_nobody(full: Office) -> None:
    await full.keep(family())
    await full.keep(family(status="amended"))

    await erase(full)

    for version in (1, 2):
        left = await full.records.vread(JONAS_ASKS, "Observation", "resembles", version)
        assert left["focus"] == [{"display": "erased"}]
    found = await full.records.search(JONAS_ASKS, "Observation", [("focus", MEI)])
    assert found.entries == []
    assert await full.records.verify() == []


async def test_what_was_hers_once_and_is_anothers_now_stays_his_without_that_version(
    full: Office,
) -> None:
    await full.records.update(OPERATOR_ASKS, observation("pulse-1", JONAS, value=66))

    await erase(full)

    left = await full.records.read(JONAS_ASKS, "Observation", "pulse-1")
    assert left["valueQuantity"]["value"] == 66
    page = await full.records.history(JONAS_ASKS, "Observation", "pulse-1")
    assert [row.version for row in page.rows] == [2]


async def test_who_looked_at_what_is_nobodys_is_forgotten_with_her(full: Office) -> None:
    async def forget(tx: Tx, who: str) -> Forgotten:
        return Forgotten(rows={"elsewhere": 3}, accounts=("account-mei",))

    full.records.also_forget(forget)
    await full.records.read(MEI_ASKS, "Organization", "clinic")
    await full.records.read(JONAS_ASKS, "Organization", "clinic")

    erasure = await erase(full)

    async with full.db.read() as tx:
        sql = "SELECT actor FROM records_access WHERE patient = '' AND actor LIKE 'account-%'"
        actors = {row[0] for row in await tx.all(sql)}
    assert "account-jonas" in actors
    assert "account-mei" not in actors
    assert erasure.destroyed["elsewhere"] == 3
    assert await full.records.verify() == []


async def test_if_another_room_cannot_forget_her_nothing_is_lost(full: Office) -> None:
    is_broken = [True]

    async def forget(tx: Tx, who: str) -> Forgotten:
        if is_broken[0]:
            raise OSError("the disk is full")
        return Forgotten(rows={})

    full.records.also_forget(forget)
    with pytest.raises(OSError, match="full"):
        await full.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)

    assert (await full.records.read(MEI_ASKS, "Patient", "mei"))["id"] == "mei"
    await full.records.create(MEI_ASKS, observation("later"))
    is_broken[0] = False
    assert await full.records.carry_out_erasures() == 1
    await full.hear()
    assert await named(full) == {}


async def test_somebody_who_was_erased_may_come_again_as_somebody_new(full: Office) -> None:
    await erase(full)

    await full.keep(patient(MEI), observation("pulse-1"))

    assert (await full.records.read(MEI_ASKS, "Observation", "pulse-1"))["id"] == "pulse-1"
    lines = await full.records.accesses(MEI_ASKS, MEI)
    assert [entry.number for entry in lines] == [2, 1]
    assert await full.records.verify() == []


# What the law has kept


async def test_a_record_that_must_be_kept_is_erased_when_it_may_be(
    database_url: str, full: Office
) -> None:
    other = await open_office(database_url, full.folder, full.clock, retention_years=10)
    asked = full.clock.now()

    erasure = await other.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)
    again = await other.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)

    assert (erasure.state, erasure.id) == ("scheduled", again.id)
    assert erasure.due_at == asked.replace(year=asked.year + 10)
    assert [each.due_at for each in await other.records.erasures(OPERATOR_ASKS)] == [erasure.due_at]
    assert (await other.records.read(MEI_ASKS, "Patient", "mei"))["id"] == "mei"
    with pytest.raises(NotFound):
        await other.records.erasure_receipt(erasure.id)
    assert await other.records.carry_out_erasures() == 0
    full.clock.at = erasure.due_at
    assert await other.records.carry_out_erasures() == 1
    await other.hear()
    assert await named(other) == {}
    await other.db.close()


async def test_what_is_written_meanwhile_is_kept_as_long_again(
    database_url: str, full: Office
) -> None:
    other = await open_office(database_url, full.folder, full.clock, retention_years=1)
    erasure = await other.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)
    full.clock.at = erasure.due_at - timedelta(days=1)
    await other.records.create(MEI_ASKS, observation("later"))
    full.clock.at = erasure.due_at

    done = await other.records.carry_out_erasures()

    (waiting,) = await other.records.erasures(OPERATOR_ASKS)
    assert (done, waiting.state) == (0, "scheduled")
    assert waiting.due_at > erasure.due_at
    await other.db.close()


async def test_a_wish_may_be_taken_back_until_it_is_carried_out(
    database_url: str, full: Office
) -> None:
    other = await open_office(database_url, full.folder, full.clock, retention_years=1)
    erasure = await other.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)

    for asking in (AMARA_ASKS, JONAS_ASKS):
        with pytest.raises(NotFound):
            await other.records.cancel_erasure(asking, erasure.id)
    await other.records.cancel_erasure(MEI_ASKS, erasure.id)

    assert await other.records.erasures(OPERATOR_ASKS) == []
    done = await erase(full)
    with pytest.raises(Conflict):
        await full.records.cancel_erasure(OPERATOR_ASKS, done.id)
    await other.db.close()


# What is begun is ended


@pytest.mark.parametrize("step", ["condemn", "destroy", "_prove", "forget_log"])
async def test_an_erasure_that_was_stopped_anywhere_is_ended_at_the_next_start(
    full: Office, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    (place,) = (kind for kind in (Vault, Eraser, Database) if hasattr(kind, step))

    async def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, step, stopped)
    with pytest.raises(KeyboardInterrupt):
        await full.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)
    monkeypatch.undo()
    await full.records.start()
    await full.hear()

    (done,) = await full.records.erasures(OPERATOR_ASKS)
    assert done.state == "done"
    assert verify_receipt(await full.records.erasure_receipt(done.id)).holds
    assert await named(full) == {}
    assert await full.records.verify() == []
    assert await full.ledger.verify() == []


async def test_between_her_rows_and_her_keys_nothing_of_her_is_shown(
    full: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Vault, "destroy", stopped)
    with pytest.raises(KeyboardInterrupt):
        await full.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)

    async with full.db.read() as tx:
        (row,) = await erasures.find_all(tx)
    assert (row.state, row.patient) == (GONE, "")
    with pytest.raises(NotFound):
        await full.records.read(MEI_ASKS, "Patient", "mei")


async def test_whoever_alters_the_row_of_an_erasure_is_found_out(full: Office) -> None:
    erasure = await erase(full)

    for change in ("destroyed = '{}'", "ground = 'law'", "leaf = 0", "event = key"):
        async with full.db.begin() as tx:
            (kept,) = await erasures.find_all(tx)
            await tx.run(f"UPDATE records_erasure SET {change}")
        assert erasure.id in [finding.row for finding in await full.records.verify()], change
        async with full.db.begin() as tx:
            await erasures.keep(tx, kept)
    assert await full.records.verify() == []


async def test_no_erasure_is_too_far_behind_to_be_shown_and_checked(
    full: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasures.find_all, "__kwdefaults__", {"after": "", "limit": 1})
    first = await erase(full)
    second = await full.records.erase(JONAS_ASKS, JONAS, Ground.WITHDRAWN)
    await full.hear()
    async with full.db.begin() as tx:
        await tx.run("UPDATE records_erasure SET leaf = 0")

    shown = {one.id for one in await full.records.erasures(OPERATOR_ASKS)}
    assert shown == {first.id, second.id}
    found = [finding.row for finding in await full.records.verify()]
    assert {first.id, second.id} <= set(found)


async def test_a_stream_of_her_record_ends(full: Office) -> None:
    await full.allow(MOST)
    doctors = full.records.watch(AMARA_ASKS, MEI)
    hers = full.records.watch(MEI_ASKS, MEI)
    assert (await anext(doctors))["kind"] == (await anext(hers))["kind"] == "permit"

    await erase(full)

    assert await anext(hers) == {"kind": "ended", "why": "erased"}
    assert (await anext(doctors))["kind"] == "ended"


async def test_while_somebody_is_erased_nobody_loses_what_he_writes(full: Office) -> None:
    async def write(number: int) -> str:
        asking = JONAS_ASKS if number % 2 else MEI_ASKS
        whose = JONAS if number % 2 else MEI
        try:
            kept = await full.records.create(asking, observation(f"o-{number}", whose))
            return kept.reference if number % 2 else ""
        except HouseError:
            return ""

    writing = [asyncio.create_task(write(number)) for number in range(30)]
    await asyncio.sleep(0.02)
    await full.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)
    kept = [reference for reference in await asyncio.gather(*writing) if reference]

    assert len(kept) == 15
    for reference in kept:
        await full.records.read(JONAS_ASKS, *reference.split("/"))
    found = await full.records.search(MEI_ASKS, "Observation", [])
    assert all(entry["id"] for entry in found.entries)  # written after it: somebody new
    assert await full.records.verify() == []
