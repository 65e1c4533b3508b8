"""A patient takes her whole record with her, and nobody else does."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Busy, NotFound
from asklepion.ledger import read_receipt, verify_receipt
from asklepion.records import Asking, Choice
from asklepion.records.engine.takeout import page_of
from asklepion.records.service.spool import Spool

from ..conftest import Office, open_office
from ..people import (
    AMARA_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    VITALS,
    Resource,
    note,
    observation,
    patient,
)
from ..serving import Client


async def take(office: Office, asking: Asking = MEI_ASKS, **more: Any) -> zipfile.ZipFile:
    taken = await office.records.taking.take(asking, MEI, **more)
    try:
        whole = b"".join([piece async for piece in taken.pieces])
    finally:
        taken.close()
    return zipfile.ZipFile(io.BytesIO(whole))


def resources(archive: zipfile.ZipFile, folder: str = "fhir") -> list[Resource]:
    return [
        json.loads(line)
        for name in archive.namelist()
        if name.startswith(f"{folder}/")
        for line in archive.read(name).splitlines()
    ]


def plain(resource: Resource) -> Resource:
    """Without what each house stamps by itself."""
    return {k: v for k, v in resource.items() if k != "meta"}


async def test_all_that_is_hers_is_in_it_and_nothing_of_others(full: Office) -> None:
    archive = await take(full)

    ids = {f"{it['resourceType']}/{it['id']}" for it in resources(archive)}
    assert ids >= {MEI, "Observation/pulse-1", "Observation/sodium", "Condition/pressure"}
    assert not any("jonas" in id for id in ids)
    assert archive.testzip() is None


async def test_what_another_lets_her_see_is_not_hers_to_take_along(full: Office) -> None:
    points = {**observation("of-both"), "focus": [{"reference": JONAS}]}
    both = {
        "resourceType": "Appointment",
        "id": "theirs",
        "status": "proposed",
        "participant": [{"actor": {"reference": JONAS}, "status": "accepted"}],
    }
    await full.keep(points, both)
    await full.records.consents.say(JONAS_ASKS, JONAS, Choice(actors=(MEI,)))
    assert await full.records.read(MEI_ASKS, "Patient", "jonas")

    ids = {it["id"] for it in resources(await take(full))}

    assert "of-both" in ids
    assert not ids & {"jonas", "theirs", "jonas-pulse"}


async def test_taken_into_an_empty_house_it_is_the_same_record(
    full: Office, tmp_path: Path, clock: StoppedClock
) -> None:
    await full.keep({**note(), "id": "note-1"}, {**binary(), "id": "scan"})
    archive = await take(full)
    bundle = tmp_path / "record-001.json"
    bundle.write_bytes(archive.read("bundle/record-001.json"))
    other = await open_office("", tmp_path / "other", clock)

    try:
        steps = [step async for step in other.records.take_in(OPERATOR_ASKS, bundle)]
        again = await take(other)
    finally:
        await other.records.stop()
        await other.db.close()

    assert [step.reason for step in steps if step.kind == "refused"] == []
    before = sorted(map(json.dumps, map(plain, resources(archive))))
    assert sorted(map(json.dumps, map(plain, resources(again)))) == before
    assert len(before) > 6


def binary() -> Resource:
    return {
        "resourceType": "Binary",
        "contentType": "image/png",
        "securityContext": {"reference": MEI},
        "data": "iVBORw0=",
    }


async def test_files_inside_the_record_are_files(full: Office) -> None:
    await full.keep({**note(), "id": "note-1"}, {**binary(), "id": "scan"})

    archive = await take(full)

    assert archive.read("files/DocumentReference-note-1.txt") == b"Rest."
    assert archive.read("files/Binary-scan.png").startswith(b"\x89PNG")


async def test_every_line_of_who_looked_has_a_receipt_that_holds_offline(full: Office) -> None:
    await full.allow(VITALS)
    await full.records.search(AMARA_ASKS, "Observation", [("patient", "mei")])

    archive = await take(full)

    lines = [json.loads(line) for line in archive.read("access-log.ndjson").splitlines()]
    assert any(line["who"] == "Name of account-amara" for line in lines)
    for line in lines:
        verdict = verify_receipt(read_receipt(archive.read(line["receipt"])))
        assert verdict.holds
    (permit,) = json.loads(archive.read("consents.json"))
    assert permit["categories"] == ["vitals"]


async def test_older_versions_come_along_when_she_asks_for_them(full: Office) -> None:
    await full.records.update(MEI_ASKS, observation("pulse-1", value=75, at="2026-02-01"))

    without, with_all = await take(full), await take(full, with_history=True)

    assert resources(without, "history") == []
    versions = [it for it in resources(with_all, "history") if it["id"] == "pulse-1"]
    assert [it["valueQuantity"]["value"] for it in versions] == [75, 72]


async def test_it_is_written_down_as_a_copy_taken(full: Office) -> None:
    await take(full)

    entry = (await full.records.accesses(MEI_ASKS, MEI))[0]
    assert (entry.action, entry.via, entry.outcome) == ("export", "take-out", "permit")


@pytest.mark.parametrize("asking", [JONAS_ASKS, AMARA_ASKS, OPERATOR_ASKS])
async def test_nobody_else_takes_it_and_it_is_as_if_she_were_not_here(
    full: Office, asking: Asking
) -> None:
    await full.allow(VITALS)

    with pytest.raises(NotFound) as hers:
        await full.records.taking.take(asking, MEI)
    with pytest.raises(NotFound) as nobodys:
        await full.records.taking.take(asking, "Patient/never-was")

    assert str(hers.value) == str(nobodys.value)


async def test_one_copy_at_a_time_and_one_that_nobody_waits_for_is_no_more(full: Office) -> None:
    first = await full.records.taking.take(MEI_ASKS, MEI)
    with pytest.raises(Busy, match="already"):
        await full.records.taking.take(MEI_ASKS, MEI)
    await anext(first.pieces)
    await first.pieces.aclose()
    first.close()

    async def gone() -> bool:
        return True

    with pytest.raises(Busy, match="Nobody waits"):
        await full.records.taking.take(MEI_ASKS, MEI, is_gone=gone)
    assert (await take(full)).testzip() is None
    uploads = full.folder / "uploads"
    assert not uploads.exists() or list(uploads.iterdir()) == []


async def test_the_index_reads_in_both_languages_and_runs_nothing(full: Office) -> None:
    evil = patient(MEI, "<script>alert(1)</script>")
    await full.records.update(MEI_ASKS, evil)

    page = (await take(full)).read("index.html").decode()

    assert "Measurements and findings · 测量与检验" in page
    assert "<script" not in page
    assert "72 /min" in page
    assert "http" not in page.replace("http-equiv", "")


def test_an_index_of_nothing_is_a_page() -> None:
    assert "".join(page_of("2026-01-01", {}, {}, [], [])).endswith("</html>")


@given(st.lists(st.binary(max_size=2000), max_size=60), st.booleans())
def test_a_spool_gives_back_what_it_took_in(
    tmp_path_factory: pytest.TempPathFactory, records: list[bytes], is_large: bool
) -> None:
    spool = Spool(tmp_path_factory.getbasetemp())
    more = [b"x" * 70_000] * 5 if is_large else []
    for record in [*records, *more]:
        spool.add(record)

    assert list(spool.records()) == list(spool.records()) == [*records, *more]
    spool.close()


async def test_over_http_it_comes_as_a_file(mei: Client, operator: Client) -> None:
    answer = await mei.get("/api/records/patients/mei/record", params={"history": "true"})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    assert int(answer.headers["x-things"]) >= 5
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {"README.txt", "index.html", "consents.json"} <= set(archive.namelist())
    theirs = await operator.get("/api/records/patients/mei/record")
    nobodys = await operator.get("/api/records/patients/never/record")
    assert (theirs.status_code, theirs.content) == (nobodys.status_code, nobodys.content)
    assert theirs.status_code == 404
