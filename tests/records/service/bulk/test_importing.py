"""Bulk import: a job that takes a file in, and tells of what it refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from asklepion.kit.errors import Forbidden, NotFound
from asklepion.records import Asking, Ground
from asklepion.records.service.bulk import importing
from tests.records.conftest import Office, open_office
from tests.records.people import AMARA_ASKS, MEI, MEI_ASKS, OPERATOR_ASKS, observation, patient


def file_of(office: Office, *resources: Any, name: str = "handed.ndjson") -> Path:
    folder = office.records.bulk.imports.folder
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("".join(json.dumps(each) + "\n" for each in resources))
    return path


BROKEN = {"resourceType": "Observation", "id": "broken", "status": "unheard of"}


async def begin(office: Office, path: Path, asking: Asking = OPERATOR_ASKS) -> str:
    return (await office.records.bulk.imports.begin(asking, path, request="http://house")).id


async def test_what_is_good_is_kept_and_the_rest_is_told_line_by_line(office: Office) -> None:
    path = file_of(office, patient(MEI), observation("pulse"), BROKEN, 7)
    id = await begin(office, path)

    await office.records.bulk.work()

    imports = office.records.bulk.imports
    report = await imports.report(OPERATOR_ASKS, id, "http://files")
    assert report["output"] == [
        {"type": "Observation", "count": 1},
        {"type": "Patient", "count": 1},
    ]
    assert report["error"] == [
        {"type": "OperationOutcome", "url": "http://files/refused/0", "count": 2}
    ]
    refused = [json.loads(it) for it in (await imports.refusals(OPERATOR_ASKS, id)).splitlines()]
    assert [it["issue"][0]["location"] for it in refused] == [
        ["handed.ndjson:3"],
        ["handed.ndjson:4"],
    ]
    assert "unheard of" not in json.dumps(refused)
    assert (await office.records.read(MEI_ASKS, "Observation", "pulse"))["status"] == "final"
    assert not path.exists()


async def test_only_operators_bring_in_much_and_only_they_see_how_it_went(office: Office) -> None:
    path = file_of(office, patient(MEI))
    for asking in (MEI_ASKS, AMARA_ASKS):
        with pytest.raises(Forbidden):
            await begin(office, path, asking)
    id = await begin(office, path)
    await office.records.bulk.work()

    with pytest.raises(NotFound):
        await office.records.bulk.imports.report(MEI_ASKS, id, "")


async def test_an_import_that_was_stopped_begins_again_and_takes_nothing_twice(
    office: Office, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "OFTEN", 1)
    id = await begin(office, file_of(office, patient(MEI), BROKEN, observation("pulse")))
    (job,) = await office.records.bulk._going("import")  # pyright: ignore[reportPrivateUsage]
    asking = Asking(caller=OPERATOR_ASKS.caller, via="import")
    await office.records.bulk.imports._take_in(  # pyright: ignore[reportPrivateUsage]
        job, asking, office.records.bulk.imports.folder / "handed.ndjson"
    )  # everything but its end

    again = await open_office(database_url, office.folder, office.clock)
    await again.records.bulk.imports.clear()
    await again.records.bulk.work()

    report = await again.records.bulk.imports.report(OPERATOR_ASKS, id, "")
    assert report["extension"]["unchanged"] == 2
    assert report["error"][0]["count"] == 1
    assert len((await again.records.bulk.imports.refusals(OPERATOR_ASKS, id)).splitlines()) == 1
    await again.records.stop()
    await again.db.close()


async def test_an_import_that_is_cancelled_leaves_no_file(office: Office) -> None:
    path = file_of(office, patient(MEI))
    id = await begin(office, path)

    await office.records.bulk.cancel(OPERATOR_ASKS, id)
    await office.records.bulk.work()

    assert not path.exists()
    assert await office.count("records_res") == 0


async def test_a_file_that_nobody_waits_for_is_removed_at_the_start(office: Office) -> None:
    path = file_of(office, patient(MEI))
    kept = file_of(office, patient(MEI), name="kept.ndjson")
    await begin(office, kept)

    assert await office.records.bulk.imports.clear() == 1

    assert kept.exists()
    assert not path.exists()


async def test_an_erasure_ends_imports_that_could_bring_somebody_back(office: Office) -> None:
    await office.keep(patient(MEI))
    path = file_of(office, patient(MEI), observation("pulse"))
    id = await begin(office, path)

    await office.records.erase(OPERATOR_ASKS, MEI, Ground.WITHDRAWN)
    await office.records.bulk.work()

    assert not path.exists()
    assert await office.count("records_res WHERE type IN ('Patient', 'Observation')") == 0
    with pytest.raises(NotFound):
        await office.records.bulk.imports.report(OPERATOR_ASKS, id, "")
