import asyncio
import json
import sys
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Busy, Forbidden, NotFound, Unauthenticated
from asklepion.records import Asking, Category, ImportStep, Limits, RecordImported
from asklepion.records.service.aliases import Aliases

from ..conftest import Office, open_office
from ..people import (
    AMARA,
    AMARA_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    NEW_ASKS,
    OPERATOR_ASKS,
    STRANGER_ASKS,
    TRAINEE_ASKS,
    VITALS,
    Resource,
    caller,
    condition,
    observation,
    organization,
    patient,
    practitioner,
)

NPI = "http://hl7.org/fhir/sid/us-npi"


def bundle(*resources: Resource, type: str = "transaction") -> Resource:
    entries: list[dict[str, Any]] = []
    for each in resources:
        request = {"method": "POST", "url": each["resourceType"]}
        url = f"urn:uuid:{each['id']}"
        entries.append({"fullUrl": url, "resource": each, "request": request})
    return {"resourceType": "Bundle", "type": type, "entry": entries}


def write(path: Path, *documents: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(document) for document in documents))
    return path


async def take(
    office: Office, source: Path, asking: Asking = OPERATOR_ASKS, name: str = ""
) -> tuple[ImportStep, list[ImportStep]]:
    """The last step of an import, and all of its refusals."""
    steps = [step async for step in office.records.take_in(asking, source, name=name)]
    assert steps[-1].kind == "done"
    return steps[-1], [step for step in steps if step.kind == "refused"]


def counts(step: ImportStep) -> tuple[int, int, int, int]:
    return step.new, step.changed, step.unchanged, step.refused


async def test_a_bundle_is_kept_under_its_own_ids_with_its_references_turned(
    office: Office, tmp_path: Path
) -> None:
    pulse = {**observation("b"), "subject": {"reference": "urn:uuid:mei"}}
    path = write(tmp_path / "x.json", bundle(patient(MEI), pulse))

    done, refused = await take(office, path)

    assert (counts(done), refused) == ((2, 0, 0, 0), [])
    read = await office.records.read(MEI_ASKS, "Observation", "b")
    assert read["subject"] == {"reference": MEI}
    assert await office.hear() == [RecordImported(MEI, 2)]
    (entry,) = await office.records.accesses(MEI_ASKS, MEI, count=1)
    assert await office.records.verify() == []
    assert (await office.records.accesses(MEI_ASKS, MEI))[-1].action == "import"
    assert entry.number == 2


async def test_the_same_again_adds_nothing(office: Office, tmp_path: Path) -> None:
    path = write(tmp_path / "x.json", bundle(patient(MEI), observation("b"), organization()))
    await take(office, path)
    await office.hear()
    rows = [await office.count(f"records_{table}") for table in ("res", "hist", "tok", "access")]

    done, _ = await take(office, path)

    assert counts(done) == (0, 0, 3, 0)
    assert await office.hear() == []
    again = [await office.count(f"records_{table}") for table in ("res", "hist", "tok", "access")]
    assert again == rows


async def test_what_repeats_with_other_contents_is_one_resource_and_the_next_time_the_same(
    office: Office, tmp_path: Path
) -> None:
    fuller = {**organization(), "active": True}
    write(tmp_path / "in/a.json", bundle(organization(), organization(), fuller))
    write(tmp_path / "in/b.json", bundle(organization()))

    first, _ = await take(office, tmp_path / "in")
    second, _ = await take(office, tmp_path / "in")

    assert counts(first) == (1, 1, 2, 0)
    assert counts(second) == (0, 0, 4, 0)
    assert (await office.records.read(MEI_ASKS, "Organization", "clinic"))["active"]


async def test_an_older_file_does_not_undo_what_came_since(office: Office, tmp_path: Path) -> None:
    path = write(tmp_path / "x.json", bundle(patient(MEI), observation("b", value=72)))
    await take(office, path)
    await office.records.update(MEI_ASKS, observation("b", value=90))

    done, _ = await take(office, path)

    assert counts(done) == (0, 0, 2, 0)
    read = await office.records.read(MEI_ASKS, "Observation", "b")
    assert read["valueQuantity"]["value"] == 90


async def test_what_was_deleted_comes_back_by_importing_it_again(
    office: Office, tmp_path: Path
) -> None:
    path = write(tmp_path / "x.json", bundle(patient(MEI), observation("b")))
    await take(office, path)
    await office.records.delete(MEI_ASKS, "Observation", "b")

    await take(office, path)

    assert (await office.records.read(MEI_ASKS, "Observation", "b"))["meta"]["versionId"] == "3"


@pytest.mark.parametrize("type", ["transaction", "batch", "collection", "searchset", "document"])
async def test_every_kind_of_bundle_that_holds_facts_is_taken(
    office: Office, tmp_path: Path, type: str
) -> None:
    done, _ = await take(office, write(tmp_path / "x.json", bundle(patient(MEI), type=type)))

    assert counts(done) == (1, 0, 0, 0)


async def test_lines_and_a_resource_alone_are_taken(office: Office, tmp_path: Path) -> None:
    write(tmp_path / "in/a.ndjson", patient(MEI), observation("b"), bundle(condition("c")))
    write(tmp_path / "in/b.json", observation("d"))

    done, _ = await take(office, tmp_path / "in")

    assert counts(done) == (4, 0, 0, 0)
    assert done.by_type == {"Condition": 1, "Observation": 2, "Patient": 1}


async def test_a_resource_without_an_id_gets_one_and_keeps_it(
    office: Office, tmp_path: Path
) -> None:
    nameless = {k: v for k, v in observation("x").items() if k != "id"}
    path = write(tmp_path / "x.ndjson", patient(MEI), nameless)

    assert counts((await take(office, path))[0]) == (2, 0, 0, 0)
    assert counts((await take(office, path))[0]) == (0, 0, 2, 0)


async def test_every_refused_entry_is_named_and_the_rest_is_kept(
    office: Office, tmp_path: Path
) -> None:
    bad = {**observation("bad"), "status": "secret-value"}
    whole = bundle(patient(MEI), bad, observation("good"), {**observation("x"), "id": "no good"})
    whole["entry"] += [
        {"fullUrl": "urn:uuid:1"},
        {"resource": {"resourceType": "Cat", "id": "1"}},
        {"resource": observation("y"), "request": {"method": "DELETE", "url": "Observation/y"}},
        "junk",
        {"resource": {**observation("huge"), "valueQuantity": {"value": 10**40}}},
    ]
    path = write(tmp_path / "in/x.json", whole)
    write(tmp_path / "in/y.json", {"resourceType": "Bundle", "type": "message", "entry": []})
    (tmp_path / "in/z.txt").write_text("hello")

    done, refused = await take(office, tmp_path / "in")

    assert counts(done) == (2, 0, 0, 9)
    assert [(each.file, each.entry, each.reference) for each in refused] == [
        (path.name, 2, "Observation/bad"),
        (path.name, 4, "Observation"),
        (path.name, 5, ""),
        (path.name, 6, ""),
        (path.name, 7, ""),
        (path.name, 8, ""),
        (path.name, 9, "Observation/huge"),
        ("y.json", 0, "Bundle"),
        ("z.txt", 0, ""),
    ]
    assert "Observation.status" in refused[0].reason
    assert not any("secret-value" in each.reason for each in refused)
    assert done.entries == 11


@pytest.mark.parametrize("reference", [f"Practitioner?identifier={NPI}|77", "urn:uuid:doctor"])
async def test_files_that_speak_of_each_other_come_in_any_order(
    office: Office, tmp_path: Path, reference: str
) -> None:
    told = {**observation("b"), "performer": [{"reference": reference, "display": "Dr"}]}
    write(tmp_path / "in/a.json", bundle(patient(MEI), told))
    write(tmp_path / "in/b.json", bundle(practitioner("Practitioner/doctor", "77")))

    done, _ = await take(office, tmp_path / "in")

    assert counts(done) == (3, 0, 0, 0)
    read = await office.records.read(MEI_ASKS, "Observation", "b")
    assert read["performer"] == [{"reference": "Practitioner/doctor", "display": "Dr"}]
    assert counts((await take(office, tmp_path / "in"))[0]) == (0, 0, 3, 0)


async def test_what_points_to_nobody_we_know_keeps_what_it_says(
    office: Office, tmp_path: Path
) -> None:
    told = {
        **observation("b"),
        "performer": [
            {"reference": f"Practitioner?identifier={NPI}|88", "display": "Dr"},
            {"reference": "urn:uuid:never-seen"},
        ],
    }

    done, _ = await take(office, write(tmp_path / "a.json", bundle(patient(MEI), told)))

    assert counts(done) == (2, 0, 0, 0)
    read = await office.records.read(MEI_ASKS, "Observation", "b")
    identifier = {"system": NPI, "value": "88"}
    assert read["performer"] == [
        {"display": "Dr", "type": "Practitioner", "identifier": identifier},
        {"reference": "urn:uuid:never-seen"},
    ]


async def test_a_consent_in_a_file_opens_nothing(office: Office, tmp_path: Path) -> None:
    await office.keep(patient(MEI), observation("b"))
    consent = await office.allow(VITALS)
    resource = await office.records.read(MEI_ASKS, "Consent", consent)
    await office.records.revoke(MEI_ASKS, consent)
    path = write(tmp_path / "x.json", bundle({**resource, "id": "copied"}))

    for asking in (OPERATOR_ASKS, MEI_ASKS):
        await take(office, path, asking)

        assert await office.records.permits(AMARA_ASKS, MEI) is None
        with pytest.raises(NotFound):
            await office.records.read(AMARA_ASKS, "Observation", "b")
    assert await office.records.read(MEI_ASKS, "Consent", "copied")


# Who may bring in what


async def test_a_patient_brings_in_what_is_hers_and_nothing_else(
    full: Office, tmp_path: Path
) -> None:
    shared = {**organization(), "name": "Not the same"}
    path = write(
        tmp_path / "x.json",
        bundle(
            patient(MEI, "Newname"),
            observation("b"),
            observation("theirs", JONAS),
            observation("jonas-pulse"),
            organization(),
            shared,
            organization("new"),
        ),
    )

    done, refused = await take(full, path, MEI_ASKS)

    assert counts(done) == (1, 1, 1, 4)
    assert [each.entry for each in refused] == [3, 4, 6, 7]
    assert (await full.records.read(JONAS_ASKS, "Observation", "jonas-pulse"))["valueQuantity"]
    organizations = await full.records.search(MEI_ASKS, "Organization", [])
    assert [each["name"] for each in organizations.entries] == ["A clinic by the sea"]


@pytest.mark.parametrize("asking", [AMARA_ASKS, TRAINEE_ASKS, JONAS_ASKS])
async def test_who_may_not_is_refused_entry_by_entry(
    full: Office, tmp_path: Path, asking: Asking
) -> None:
    path = write(tmp_path / "x.json", bundle(patient(MEI, "New"), observation("b")))

    done, refused = await take(full, path, asking)

    assert counts(done) == (0, 0, 0, 2)
    assert all(each.reason for each in refused)
    with pytest.raises(NotFound):
        await full.records.read(MEI_ASKS, "Observation", "b")


async def test_a_stranger_brings_in_nothing(full: Office, tmp_path: Path) -> None:
    with pytest.raises(Unauthenticated):
        await take(full, write(tmp_path / "x.json", patient(MEI)), STRANGER_ASKS)


async def test_a_patient_without_a_record_claims_the_one_she_brings(
    office: Office, tmp_path: Path
) -> None:
    path = write(tmp_path / "x.ndjson", observation("b"), patient(MEI))

    steps = [step async for step in office.records.take_in(NEW_ASKS, path)]

    assert (steps[0].kind, steps[0].patient) == ("claimed", MEI)
    assert counts(steps[-1]) == (2, 0, 0, 0)
    hers = Asking(caller=caller("account-new", MEI))
    assert await office.records.read(hers, "Observation", "b")


async def test_nothing_is_kept_before_whoever_listens_has_heard_of_the_claim(
    office: Office, tmp_path: Path
) -> None:
    path = write(tmp_path / "x.ndjson", patient(MEI))
    steps = office.records.take_in(NEW_ASKS, path)

    assert (await anext(steps)).kind == "claimed"
    await steps.aclose()

    assert await office.count("records_res") == 0


async def test_what_is_known_of_somebody_cannot_be_claimed_by_bringing_only_her_name(
    office: Office, tmp_path: Path
) -> None:
    await take(office, write(tmp_path / "a.ndjson", observation("b")), OPERATOR_ASKS)

    done, (refused,) = await take(office, write(tmp_path / "b.ndjson", patient(MEI)), NEW_ASKS)

    assert counts(done) == (0, 0, 0, 1)
    assert refused.reason.startswith("is of a Patient who is known here")


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        ([patient(MEI)], "is of a Patient who is known here"),
        ([patient("Patient/a"), patient("Patient/b")], "holds more than one Patient"),
        ([observation("b")], "holds no Patient"),
    ],
)
async def test_what_cannot_be_claimed_is_refused(
    full: Office, tmp_path: Path, resources: Sequence[Resource], reason: str
) -> None:
    done, (refused,) = await take(full, write(tmp_path / "x.ndjson", *resources), NEW_ASKS)

    assert counts(done) == (0, 0, 0, 1)
    assert refused.reason.startswith(reason)


async def test_each_imports_one_file_at_a_time_and_a_trainee_none(office: Office) -> None:
    with (
        office.records.admitted(MEI_ASKS),
        office.records.admitted(OPERATOR_ASKS),
        pytest.raises(Busy),
        office.records.admitted(MEI_ASKS),
    ):
        pass
    with office.records.admitted(MEI_ASKS):
        pass
    with pytest.raises(Forbidden), office.records.admitted(TRAINEE_ASKS):
        pass


# How much, and what happens in between


async def test_limits_are_kept_and_told(
    database_url: str, tmp_path: Path, clock: StoppedClock
) -> None:
    office = await open_office(database_url, tmp_path, clock, Limits(document=900, file=4000))
    write(tmp_path / "in/a.json", bundle(patient(MEI)))
    write(tmp_path / "in/b.json", bundle(*(observation(f"x{n}") for n in range(5))))
    (tmp_path / "in/c.json").write_text(" " * 5000)

    done, refused = await take(office, tmp_path / "in")
    await office.db.close()

    assert counts(done) == (1, 0, 0, 2)
    assert [each.file for each in refused] == ["b.json", "c.json"]


async def test_two_who_bring_in_the_same_at_once_disturb_each_other_not(
    office: Office, tmp_path: Path
) -> None:
    people = [practitioner(f"Practitioner/{n}", str(n)) for n in range(40)]
    first = write(tmp_path / "a.json", bundle(*people))
    second = write(tmp_path / "b.json", bundle(*reversed(people)))

    done = await asyncio.gather(take(office, first), take(office, second))

    assert sum(each.new for each, _ in done) == 40
    assert sum(each.unchanged for each, _ in done) == 40


async def test_others_are_answered_while_an_import_runs(full: Office, tmp_path: Path) -> None:
    lines = [observation(f"many-{n}", JONAS) for n in range(3000)]
    running = asyncio.create_task(take(full, write(tmp_path / "x.ndjson", *lines)))
    times: list[float] = []
    clock = asyncio.get_running_loop().time
    while not running.done():
        begun = clock()
        await full.records.read(MEI_ASKS, "Patient", "mei")
        times.append(clock() - begun)

    assert counts((await running)[0]) == (3000, 0, 0, 0)
    assert len(times) > 3


KILLED = """
import asyncio, sys
from pathlib import Path
from asklepion.kit.clock import StoppedClock
from tests.conftest import NOON
from tests.records.conftest import open_office
from tests.records.people import OPERATOR_ASKS

async def main():
    office = await open_office(sys.argv[1], Path(sys.argv[2]), StoppedClock(NOON))
    async for step in office.records.take_in(OPERATOR_ASKS, Path(sys.argv[3])):
        print(step.kind, step.accepted, flush=True)

asyncio.run(main())
"""


async def test_what_was_told_as_taken_survives_a_kill_and_the_rest_comes_with_a_second_run(
    database_url: str, tmp_path: Path, clock: StoppedClock
) -> None:
    for n in range(30):
        file = tmp_path / f"in/{n:02}.json"
        write(file, bundle(*(observation(f"x{n}-{m}", JONAS) for m in range(60))))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", KILLED, database_url, str(tmp_path), str(tmp_path / "in")),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    told = 0
    async for line in process.stdout:
        told = int(line.split()[1])
        if told >= 300:
            process.kill()
            break
    await process.wait()

    office = await open_office(database_url, tmp_path, clock)
    kept = await office.count("records_res")
    findings = await office.records.verify() + await office.ledger.verify()
    done, _ = await take(office, tmp_path / "in")
    await office.db.close()

    assert kept >= told >= 300
    assert kept % 60 == 0  # each bundle is a whole
    assert findings == []
    assert counts(done) == (1800 - kept, 0, kept, 0)


# Real data


async def test_real_bundles_lose_nothing_and_add_nothing_the_second_time(
    database_url: str, tmp_path: Path, clock: StoppedClock, test_data: Path
) -> None:
    source: Counter[str] = Counter()
    for path in sorted((test_data / "synthea").glob("*.json")):
        for entry in json.loads(path.read_text())["entry"]:
            source[f"{entry['resource']['resourceType']}/{entry['resource']['id']}"] += 1
    office = await open_office(database_url, tmp_path, clock)

    first, refused = await take(office, test_data / "synthea")
    async with office.db.read() as tx:
        rows = await tx.all("SELECT type, id FROM records_res WHERE deleted = 0")
    versions = await office.count("records_hist")
    second, _ = await take(office, test_data / "synthea")

    assert refused == []
    assert (first.entries, first.accepted) == (11072, 11072)
    assert len(rows) == 10966
    assert {f"{type}/{id}" for type, id in rows} == set(source)
    by_type = Counter(reference.partition("/")[0] for reference in source)
    assert first.by_type == dict(sorted(by_type.items()))
    assert counts(second) == (0, 0, 11072, 0)
    assert await office.count("records_hist") == versions
    assert await office.records.verify() == []
    await _no_urn_is_left(office)
    await office.db.close()


async def _no_urn_is_left(office: Office) -> None:
    async with office.db.read() as tx:
        rows = await tx.all("SELECT body FROM records_res")
    assert not any(b'"reference":"urn:' in row[0] for row in rows)


async def test_a_zip_of_real_bundles_in_folders_is_taken_as_well(
    office: Office, tmp_path: Path, test_data: Path
) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted((test_data / "synthea").glob("N*.json")):
            archive.write(each, f"export/{each.stem}/{each.name}")
    count = len(json.loads(next((test_data / "synthea").glob("N*.json")).read_text())["entry"])

    done, refused = await take(office, path, name="all.zip")

    assert (done.accepted, refused) == (count, [])


async def test_real_summaries_and_consents_are_taken(
    office: Office, tmp_path: Path, test_data: Path
) -> None:
    done, refused = await take(office, test_data / "fhir" / "ips")
    assert done.accepted > 40
    assert len(refused) <= 2

    done, refused = await take(office, test_data / "fhir" / "pcf")
    assert done.accepted > 20
    assert await office.count("records_permit") == 0


def test_every_category_has_its_own_word() -> None:
    from asklepion.records import CATEGORY_OF, code_of

    assert [CATEGORY_OF[code_of(category)] for category in Category] == list(Category)
    assert AMARA


async def test_a_message_vouches_for_its_own_numbers_and_not_for_hers(office: Office) -> None:
    await office.keep(patient(MEI))
    mei = await office.records.read(MEI_ASKS, "Patient", "mei")
    stolen, own = ({"system": "urn:oid:1.2.3", "value": value} for value in ("MRN-9", "MRN-1"))
    await office.records.update(MEI_ASKS, {**mei, "identifier": [stolen]})
    sender = replace(OPERATOR_ASKS, via="hl7")

    await office.records.update(sender, {**patient(MEI), "identifier": [stolen, own]})

    aliases = Aliases(office.records.scoping.indexer)
    async with office.db.read() as tx:
        assert await aliases.find(tx, [own]) == {MEI}
        assert await aliases.find(tx, [stolen]) == set()
