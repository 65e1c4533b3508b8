"""The patient reads her access log: folded, searched as FHIR, taken along with its proofs."""

import asyncio
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from asklepion.kit.errors import Busy, Forbidden, Incorrect, NotFound, Unsupported
from asklepion.records import Asking, verify_export
from asklepion.records.http.auditing import zipped
from asklepion.records.service.audit import Wish
from asklepion.records.service.looking import Seen

from ..conftest import Office
from ..people import (
    AMARA_ASKS,
    BORIS_ASKS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    MOST,
    OPERATOR_ASKS,
    observation,
)

BASE = "http://house/fhir/R4"
OTHERS = (AMARA_ASKS, JONAS_ASKS, OPERATOR_ASKS)
CARDS = replace(AMARA_ASKS, via="risk cards")
PULSES = [("patient", MEI), ("code", "8867-4")]
Change = Callable[[bytes], bytes]


async def look_again(office: Office, times: int, asking: Asking = CARDS) -> None:
    for _ in range(times):
        await office.records.search(asking, "Observation", PULSES)
        office.wait(1)


# Folded


async def test_what_was_done_forty_times_is_one_line(full: Office) -> None:
    await full.allow(MOST, minutes=300)
    await look_again(full, 40)

    newest, *_ = (await full.records.audit.grouped(MEI_ASKS, MEI)).groups

    assert (newest.count, newest.newest.via, newest.what) == (40, "risk cards", {"Observation": 2})
    assert (newest.newest.at - newest.oldest.at).total_seconds() == 39 * 60


async def test_lines_in_between_do_not_tear_a_group_apart(full: Office) -> None:
    await full.allow(MOST, minutes=300)
    for _ in range(3):
        await look_again(full, 1)
        await full.records.read(AMARA_ASKS, "Patient", "mei")

    groups = (await full.records.audit.grouped(MEI_ASKS, MEI)).groups

    assert [(it.newest.action, it.count) for it in groups[:2]] == [("read", 3), ("search", 3)]


async def test_a_group_opens_to_each_of_its_lines(full: Office) -> None:
    await full.allow(MOST, minutes=300)
    await look_again(full, 5)
    await full.records.read(AMARA_ASKS, "Patient", "mei")
    audit = full.records.audit
    group = (await audit.grouped(MEI_ASKS, MEI)).groups[1]

    first, before = await audit.alike(MEI_ASKS, MEI, group.newest.id, count=3)
    second, end = await audit.alike(MEI_ASKS, MEI, group.oldest.id, count=3, before=before)

    assert [it.number for it in first + second] == list(
        range(group.newest.number, group.oldest.number - 1, -1)
    )
    assert end is None
    assert (await full.records.receipt(MEI_ASKS, second[-1].id))["event"]["id"] == second[-1].id


async def test_a_day_begins_where_the_reader_is(full: Office) -> None:
    await full.allow(MOST, minutes=3000)
    await look_again(full, 1)
    full.wait(60 * 12)
    await look_again(full, 1)
    audit = full.records.audit

    at_home = [it for it in (await audit.grouped(MEI_ASKS, MEI)).groups if it.newest.via != "rest"]
    days = {
        zone: [
            it.day
            for it in (await audit.grouped(MEI_ASKS, MEI, zone_min=zone)).groups
            if it.newest.via == "risk cards"
        ]
        for zone in (-840, 0, 840)
    }

    assert len(at_home) == len(days[0])
    assert {len(found) for found in days.values()} == {1, 2}
    for zone in (-840, 0, 840):
        groups = (await audit.grouped(MEI_ASKS, MEI, zone_min=zone)).groups
        for group in groups:
            lines, _ = await audit.alike(MEI_ASKS, MEI, group.newest.id, count=500, zone_min=zone)
            assert len(lines) == group.count


async def test_pages_end_with_days_and_miss_nothing(full: Office) -> None:
    await full.allow(MOST, minutes=60 * 24 * 10)
    for _ in range(5):
        await look_again(full, 3)
        await full.records.read(AMARA_ASKS, "Patient", "mei")
        full.wait(60 * 24)
    audit = full.records.audit
    whole = (await audit.grouped(MEI_ASKS, MEI, count=200)).groups

    found: list[tuple[str, str, int]] = []
    before = None
    for _ in range(20):
        page = await audit.grouped(MEI_ASKS, MEI, count=1, before=before)
        found += [(it.day, it.newest.id, it.count) for it in page.groups]
        assert len({it.day for it in page.groups}) == 1
        before = page.next
        if before is None:
            break

    assert found == [(it.day, it.newest.id, it.count) for it in whole]


@pytest.mark.parametrize(
    ("wish", "actions"),
    [
        (Wish(kinds=frozenset({"refused"})), ["read"]),
        (Wish(kinds=frozenset({"allowed"})), ["grant"]),
        (Wish(kinds=frozenset({"changed"})), ["write", "write"]),
        (Wish(actor="account-boris"), ["read"]),
        (Wish(text="RISK"), ["search"]),
        (Wish(text="8867-4"), ["search"]),
        (Wish(text="nothing of this"), []),
        (Wish(until=0), []),
    ],
)
async def test_lines_are_found_by_person_kind_time_and_words(
    full: Office, wish: Wish, actions: list[str]
) -> None:
    await full.allow(MOST, minutes=300)
    await look_again(full, 2)
    await full.records.create(MEI_ASKS, observation("x"))
    with pytest.raises(NotFound):
        await full.records.read(BORIS_ASKS, "Observation", "pulse-1")

    groups = (await full.records.audit.grouped(MEI_ASKS, MEI, wish=wish)).groups

    assert [it.newest.action for it in groups] == actions


async def test_each_day_tells_how_often_who_looked(full: Office) -> None:
    await full.allow(MOST, minutes=60 * 24 * 3)
    await look_again(full, 2)
    full.wait(60 * 24)
    await look_again(full, 3)
    today = full.clock.now().date().isoformat()

    tally = await full.records.audit.tally(MEI_ASKS, MEI)

    amara = {day: count for (day, actor), count in tally.counts.items() if "amara" in actor}
    assert (amara[today], sum(amara.values())) == (3, 5)
    assert tally.actors["account-amara"].actor_name == "Name of account-amara"


# As FHIR


async def search(office: Office, asking: Asking, *params: tuple[str, str]) -> Any:
    seen = await office.records.look(asking, ["AuditEvent"], params, base=BASE)
    return seen.bundle


def ids(bundle: Any) -> list[str]:
    return [it["resource"]["id"] for it in orjson.loads(orjson.dumps(bundle)).get("entry", [])]


async def all_pages(office: Office, *params: tuple[str, str]) -> list[list[str]]:
    pages: list[list[str]] = []
    cursor: list[tuple[str, str]] = []
    for _ in range(100):
        bundle = await search(office, MEI_ASKS, ("patient", MEI), *params, *cursor)
        pages.append(ids(bundle))
        links = {it["relation"]: it["url"] for it in bundle["link"]}
        if "next" not in links:
            return pages
        cursor = [("_cursor", links["next"].partition("_cursor=")[2])]
    raise AssertionError("no end")


def external(id: str, at: str) -> dict[str, Any]:
    return {
        "resourceType": "AuditEvent",
        "id": id,
        "type": {"system": "http://dicom.nema.org/resources/ontology/DCM", "code": "110112"},
        "recorded": at,
        "action": "R",
        "agent": [{"requestor": True, "who": {"display": "Another house"}}],
        "source": {"observer": {"display": "Another house"}},
        "entity": [{"what": {"reference": MEI}}],
    }


async def test_she_searches_her_log_as_fhir(full: Office) -> None:
    await full.allow(MOST)
    await full.records.search(CARDS, "Observation", PULSES)
    with pytest.raises(NotFound):
        await full.records.read(BORIS_ASKS, "Observation", "pulse-1")
    refused, looked, *_ = await full.records.accesses(MEI_ASKS, MEI)

    async def found(*params: tuple[str, str]) -> list[str]:
        return ids(await search(full, MEI_ASKS, ("patient", MEI), *params))

    assert await found(("outcome", "8")) == [refused.id]
    assert looked.id in await found(("agent", "Practitioner/amara"), ("action", "E"))
    assert await found(("subtype", "AuthZ-Consent"), ("outcome", "0")) == [f"{looked.id}-decision"]
    assert await found(("subtype", "urn:asklepion:access-action|grant")) != []
    assert await found(("entity", "Observation/pulse-1"), ("type", "rest"), ("action", "E")) == [
        looked.id
    ]
    assert await found(("_id", looked.id)) == [looked.id]
    assert await found(("date", "lt2020")) == []
    assert await found(("agent-name:contains", "nobody")) == []


async def test_one_is_read_by_its_id(full: Office) -> None:
    await full.allow(MOST)
    await full.records.search(CARDS, "Observation", PULSES)
    (line,) = await full.records.accesses(MEI_ASKS, MEI, count=1)

    for id in (line.id, f"{line.id}-decision"):
        seen = await full.records.look(MEI_ASKS, ["AuditEvent", id], [], base=BASE)
        assert seen.row is not None
        assert json.loads(seen.row.body)["id"] == id
    for id in (f"{line.id}-other", "none"):
        with pytest.raises(NotFound):
            await full.records.look(MEI_ASKS, ["AuditEvent", id], [], base=BASE)


async def test_what_others_wrote_down_stands_among_it_by_its_time(full: Office) -> None:
    now = full.clock.now()
    for number in range(7):
        await full.records.read(MEI_ASKS, "Patient", "mei")
        at = full.clock.now().strftime("%Y-%m-%dT%H:%M:%S.500Z")
        await full.keep(external(f"out-{number}", at), external(f"also-{number}", at))
        full.wait(1)
    await full.keep(external("old", "1999-01-01T00:00:00Z"))
    assert now < full.clock.now()
    limit = ("date", f"lt{full.clock.now():%Y-%m-%dT%H:%M:%SZ}")

    (whole,) = await all_pages(full, ("_count", "500"), limit)
    paged = await all_pages(full, ("_count", "3"), limit)

    assert [it for page in paged for it in page] == whole
    assert len(set(whole)) == len(whole)
    assert all(len(page) <= 3 for page in paged)
    assert {f"out-{n}" for n in range(7)} | {f"also-{n}" for n in range(7)} < set(whole)
    assert whole[-1] == "old"
    moments = await recorded(full, whole)
    assert moments == sorted(moments, reverse=True)


async def recorded(office: Office, found: list[str]) -> list[str]:
    moments: list[str] = []
    for id in found:
        seen: Seen = await office.records.look(MEI_ASKS, ["AuditEvent", id], [], base=BASE)
        assert seen.row is not None
        moments.append(json.loads(seen.row.body)["recorded"][:19])
    return moments


@pytest.mark.parametrize(
    ("param", "error"),
    [
        (("colour", "red"), Incorrect),
        (("_cursor", "made-up"), Incorrect),
        (("date", "yesterday"), Incorrect),
        (("_sort", "agent"), Unsupported),
        (("_total", "accurate"), Unsupported),
        (("_include", "AuditEvent:patient"), Unsupported),
        (("agent:Practitioner.name", "x"), Unsupported),
    ],
)
async def test_what_is_not_understood_is_refused(
    full: Office, param: tuple[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        await search(full, MEI_ASKS, ("patient", MEI), param)


async def test_nobody_else_sees_anything_of_it(full: Office) -> None:
    await full.allow(frozenset(MOST))
    await full.records.search(CARDS, "Observation", PULSES)
    (line,) = await full.records.accesses(MEI_ASKS, MEI, count=1)
    audit = full.records.audit

    for asking in OTHERS:
        for params in ([("patient", MEI)], [("_id", line.id)], [("entity", MEI)], []):
            assert ids(await search(full, asking, *params)) == []
        for id in (line.id, f"{line.id}-decision"):
            with pytest.raises(NotFound) as hidden:
                await full.records.look(asking, ["AuditEvent", id], [], base=BASE)
            with pytest.raises(NotFound) as absent:
                await full.records.look(asking, ["AuditEvent", "none"], [], base=BASE)
            assert str(hidden.value) == str(absent.value)
        for ask in (
            audit.grouped(asking, MEI),
            audit.alike(asking, MEI, line.id),
            audit.tally(asking, MEI),
        ):
            with pytest.raises(NotFound):
                await ask
        with pytest.raises(NotFound):
            await audit.export(asking, MEI)


# To take along


async def export(office: Office, folder: Path) -> Path:
    path = folder / "export.zip"
    pieces = zipped(await office.records.audit.export(MEI_ASKS, MEI, base=BASE))
    path.write_bytes(b"".join([piece async for piece in pieces]))
    return path


def altered(path: Path, name: str, change: Change) -> Path:
    """The same export with one file changed."""
    target = path.with_name("altered.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for each in old.namelist():
            text = old.read(each)
            new.writestr(each, change(text) if each == name else text)
    return target


async def test_an_export_holds_offline_with_every_line(full: Office, tmp_path: Path) -> None:
    await full.allow(MOST)
    await look_again(full, 3)
    path = await export(full, tmp_path)

    checked = verify_export(path, trusted=full.ledger.verifier_key)

    (line,) = await full.records.accesses(MEI_ASKS, MEI, count=1)
    assert (checked.holds, checked.is_trusted, checked.wrong) == (True, True, "")
    assert checked.lines == line.number
    assert (line.action, line.detail) == ("export", {"taken": "access log"})
    with zipfile.ZipFile(path) as archive:
        events = [json.loads(it) for it in archive.read("audit-events.ndjson").splitlines()]
        assert archive.testzip() is None
        page = archive.read("index.html").decode()
    assert {it["resourceType"] for it in events} == {"AuditEvent"}
    assert len(events) > checked.lines
    assert "Name of account-amara" in page


async def test_an_export_under_another_key_is_not_trusted(full: Office, tmp_path: Path) -> None:
    path = await export(full, tmp_path)
    other = full.ledger.verifier_key[:-4] + "AAA="

    assert verify_export(path).holds
    assert not verify_export(path).is_trusted
    assert not verify_export(path, trusted=other).holds


def _line(number: int, change: Change) -> Change:
    def work(text: bytes) -> bytes:
        lines = text.splitlines(keepends=True)
        lines[number] = change(lines[number])
        return b"".join(lines)

    return work


CHANGES: list[tuple[str, Change, str]] = [
    ("receipts.ndjson", _line(2, lambda it: it.replace(b'"permit"', b'"deny"')), "line 3 "),
    ("receipts.ndjson", _line(3, lambda it: it.replace(b'"query":"O', b'"query":"P')), "line 4 "),
    ("receipts.ndjson", _line(1, lambda it: it.replace(b'"detail":{', b'"detail":{"a":"b",')), "2"),
    ("receipts.ndjson", _line(1, lambda _: b""), "line 2 "),
    ("receipts.ndjson", lambda it: it[: it.rindex(b"\n", 0, -1) + 1], "ends after line"),
    ("receipts.ndjson", lambda it: it[:-10], "does not end"),
    ("receipts.ndjson", _line(1, lambda _: b"[]\n"), "line 2 "),
    ("receipts.ndjson", _line(1, lambda _: b"{}\n"), "line 2 "),
    ("receipts.ndjson", _line(1, lambda _: b"\xff\n"), "line 2 "),
    ("audit-events.ndjson", lambda it: it.replace(b"PatientQuery", b"PatientReads"), "line 4, "),
    ("audit-events.ndjson", lambda it: it + b"{}\n", "goes on"),
    ("audit-events.ndjson", lambda it: it[:-5], "not as it was written"),
    ("index.html", lambda it: it.replace(b"account-amara", b"account-boris"), "line "),
    ("README.txt", lambda it: it + b".", "goes on"),
]


@pytest.mark.parametrize(("name", "change", "where"), CHANGES)
async def test_whatever_is_altered_is_named_by_file_and_place(
    full: Office, tmp_path: Path, name: str, change: Change, where: str
) -> None:
    await full.allow(MOST)
    path = await export(full, tmp_path)
    with zipfile.ZipFile(path) as archive:
        lines = archive.read("receipts.ndjson").count(b"\n")
    assert lines >= 3
    await full.records.search(CARDS, "Observation", PULSES)
    path = await export(full, tmp_path)

    checked = verify_export(altered(path, name, change))

    assert not checked.holds
    assert checked.wrong.startswith(name)
    assert where in checked.wrong


async def test_a_damaged_or_another_zip_is_refused_in_words(full: Office, tmp_path: Path) -> None:
    path = await export(full, tmp_path)
    text = path.read_bytes()
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("hello.txt", "hello")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(text[:-100])

    for bad in (other, cut, altered(path, "manifest.json", lambda _: b"[1]")):
        with pytest.raises(Incorrect):
            verify_export(bad)
    more = tmp_path / "more.zip"
    more.write_bytes(text)
    with zipfile.ZipFile(more, "a") as archive:
        archive.writestr("virus.exe", "x")
    assert "virus.exe" in verify_export(more).wrong
    flipped = bytearray(text)
    flipped[text.index(b"receipts.ndjson") + 40] ^= 1
    (tmp_path / "flipped.zip").write_bytes(flipped)
    assert not verify_export(tmp_path / "flipped.zip").holds


async def test_many_lines_are_exported_and_checked_in_pieces(full: Office, tmp_path: Path) -> None:
    for _ in range(12):
        await full.records.search_all(MEI_ASKS, [("Observation", PULSES)])
    await asyncio.gather(
        *(full.records.search(MEI_ASKS, "Observation", PULSES) for _ in range(600))
    )

    sink = io.BytesIO()
    async for piece in zipped(await full.records.audit.export(MEI_ASKS, MEI)):
        sink.write(piece)
    path = tmp_path / "many.zip"
    path.write_bytes(sink.getvalue())

    checked = verify_export(path)
    assert checked.wrong == ""
    assert checked.lines > 600


async def test_a_list_is_taken_along_once_at_a_time_and_may_be_left_in_the_midst(
    full: Office,
) -> None:
    pieces = zipped(await full.records.audit.export(MEI_ASKS, MEI))
    assert await anext(pieces)
    with pytest.raises(Busy):
        await full.records.audit.export(MEI_ASKS, MEI)

    await pieces.aclose()

    assert [piece async for piece in zipped(await full.records.audit.export(MEI_ASKS, MEI))]


# For operators


async def test_operators_see_who_was_often_refused_and_nothing_of_whom(full: Office) -> None:
    for _ in range(7):
        with pytest.raises(NotFound):
            await full.records.read(BORIS_ASKS, "Observation", "pulse-1")
    with pytest.raises(NotFound):
        await full.records.read(AMARA_ASKS, "Observation", "pulse-1")
    with pytest.raises(NotFound):
        await full.records.read(JONAS_ASKS, "Observation", "pulse-1")

    found = await full.records.audit.oddities(OPERATOR_ASKS)

    assert [(it.account, it.denials, it.is_unusual) for it in found] == [
        ("account-boris", 7, True),
        ("account-amara", 1, False),
    ]
    assert "mei" not in str(found)
    for asking in (MEI_ASKS, AMARA_ASKS):
        with pytest.raises(Forbidden):
            await full.records.audit.oddities(asking)
    full.wait(60 * 24 * 8)
    assert await full.records.audit.oddities(OPERATOR_ASKS) == []
