"""`$summary`, of real records on a real database, held against the guide itself."""

import json
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from asklepion.cli.invented import lives
from asklepion.identity import Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import NotFound, Unauthenticated
from asklepion.records import Asking, Category
from asklepion.records.engine import validate
from asklepion.records.engine.claims import unkept
from asklepion.records.engine.profiles import keeps
from asklepion.records.service.drafting import encode

from ..conftest import Office, open_office
from ..people import (
    AMARA_ASKS,
    BORIS_ASKS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    STRANGER_ASKS,
    caller,
    observation,
    patient,
)

Json = dict[str, Any]

ROOT = Path(__file__).parents[3]
BASE = "https://house.example/fhir/R4"
PROFILE = "http://hl7.org/fhir/uv/ips/StructureDefinition/{}-uv-ips"


@pytest.fixture(scope="session")
def guide(request: pytest.FixtureRequest) -> Path:
    """The package of IPS 2.0 itself."""
    name = "hl7.fhir.uv.ips-2.0.0.tgz"
    held = ROOT / ".cache" / "fhir" / name
    if not held.exists():
        held = request.getfixturevalue("test_data") / "fhir" / "ips" / name
    if not held.exists():
        pytest.skip(f"neither set-up nor ASKLEPION_TEST_DATA holds {name}")
    return held


@pytest.fixture
async def alone(tmp_path: Path, clock: StoppedClock, guide: Path) -> AsyncGenerator[Office]:
    """With the guide installed, on SQLite: what is written does not depend on the database."""
    office = await open_office("", tmp_path, clock)
    await office.records.packages.install(OPERATOR_ASKS, guide)
    yield office
    await office.records.stop()
    await office.db.close()


def herself(id: str) -> Asking:
    return Asking(caller=caller(f"account-{id}", f"Patient/{id}", Role.PATIENT), purpose="PATRQT")


async def summary(office: Office, asking: Asking, id: str, language: str = "en") -> Json:
    made = await office.records.summaries.of(asking, id, base=BASE, language=language)
    return json.loads(encode(made.document()))


def told(bundle: Json) -> dict[str, list[str]]:
    """Title of each section, and what stands in it."""
    sections = bundle["entry"][0]["resource"]["section"]
    return {it["title"]: [ref["reference"] for ref in it.get("entry", [])] for it in sections}


def wrong(office: Office, bundle: Json) -> list[Any]:
    """What a summary does not keep of R4, of the document's profiles, and of each entry's own."""
    library = office.records.packages.library
    found: list[Any] = [*validate(bundle), *unkept(bundle, library)]
    for entry in bundle["entry"]:
        resource = entry["resource"]
        profile = library.profile(PROFILE.format(resource["resourceType"]))
        found += keeps(resource, profile, library) if profile else []
    return found


async def test_the_demo_s_patients_have_valid_summaries_in_both_languages(alone: Office) -> None:
    for life in lives(datetime(2026, 3, 1, tzinfo=UTC)):
        await alone.records.transact(OPERATOR_ASKS, life)

    for id in ("mei-lin", "jonas-weber"):
        for language in ("en", "zh-CN"):
            assert wrong(alone, await summary(alone, herself(id), id, language)) == []
    mei = told(await summary(alone, herself("mei-lin"), "mei-lin"))
    assert [len(mei[it]) for it in ("Problems", "Allergies and intolerances", "Medicines")] == [
        4, 1, 3,
    ]  # fmt: skip
    assert len(mei["Test results"]) == 40  # ten kinds, four of each
    made = await alone.records.summaries.of(herself("mei-lin"), "mei-lin", base=BASE)
    assert made.printed().startswith(b"%PDF-")


async def test_synthea_s_patients_have_valid_summaries(alone: Office, test_data: Path) -> None:
    files = sorted((test_data / "synthea").glob("*.json"))
    for file in files[::6]:
        async for step in alone.records.take_in(OPERATOR_ASKS, file):
            assert step.kind != "refused"
    async with alone.db.read() as tx:
        ids = [row[0] for row in await tx.all("SELECT id FROM records_res WHERE type = 'Patient'")]

    assert ids
    for id in ids:
        assert wrong(alone, await summary(alone, herself(id), id)) == [], id


def facts(bundle: Json) -> Iterator[str]:
    """What a document says of its patient: type, code, value and day, of what stands now."""
    for entry in bundle["entry"]:
        it = entry["resource"]
        code = it.get("code") or it.get("medicationCodeableConcept") or it.get("vaccineCode")
        if not code or it.get("status") == "stopped" or it["resourceType"].startswith("Pract"):
            continue
        values = [it[name] for name in sorted(it) if name.startswith(("value", "onset", "effect"))]
        yield json.dumps([it["resourceType"], code, values], sort_keys=True)


@pytest.mark.parametrize("number", range(5))
async def test_the_guide_s_own_documents_come_back_with_the_same_facts(
    alone: Office, test_data: Path, number: int
) -> None:
    file = sorted((test_data / "fhir" / "ips").glob("*.json"))[number]
    before = orjson.loads(file.read_bytes())
    async for step in alone.records.take_in(OPERATOR_ASKS, file):
        assert step.kind != "refused", step
    (id,) = [it["resource"]["id"] for it in before["entry"]
             if it["resource"]["resourceType"] == "Patient"]  # fmt: skip

    after = await summary(alone, herself(id), id)

    assert wrong(alone, after) == []
    assert set(facts(before)) - set(facts(after)) == set()
    required = [it for it in after["entry"][0]["resource"]["section"]][:3]
    expected = {it["code"]["coding"][0]["code"]: bool(it.get("entry"))
                for it in before["entry"][0]["resource"]["section"]}  # fmt: skip
    for section in required:
        assert bool(section.get("entry")) == expected[section["code"]["coding"][0]["code"]]


async def test_a_doctor_s_summary_holds_what_she_was_allowed_and_the_rest_is_as_if_unknown(
    full: Office,
) -> None:
    await full.allow([Category.VITALS])

    seen = await summary(full, AMARA_ASKS, "mei")

    assert told(seen)["Vital signs"] == ["Observation/pulse-2", "Observation/pulse-1"]
    assert told(seen)["Problems"] == []
    assert "1980-04-02" not in json.dumps(seen)  # when she was born was not allowed
    assert "Lin" not in json.dumps(seen)
    hers = await summary(full, MEI_ASKS, "mei")
    assert told(hers)["Problems"] == ["Condition/pressure"]
    empty = seen["entry"][0]["resource"]["section"][0]
    nothing = (await summary(full, JONAS_ASKS, "jonas"))["entry"][0]["resource"]["section"][1]
    assert empty["emptyReason"] == nothing["emptyReason"]
    assert empty["text"] == nothing["text"]


async def test_whoever_may_see_nothing_cannot_tell_her_from_nobody(full: Office) -> None:
    answers: set[tuple[str, str]] = set()
    for id in ("mei", "nobody", "not an id", "a" * 200):
        for asking in (AMARA_ASKS, BORIS_ASKS, JONAS_ASKS, OPERATOR_ASKS):
            with pytest.raises(NotFound) as caught:
                await summary(full, asking, id)
            answers.add((caught.value.message, caught.value.hint))
    with pytest.raises(Unauthenticated):
        await summary(full, STRANGER_ASKS, "mei")

    assert len(answers) == 1


async def test_after_it_is_taken_back_there_is_no_summary(full: Office) -> None:
    consent = await full.allow(frozenset(Category))
    assert told(await summary(full, AMARA_ASKS, "mei"))["Problems"]

    await full.records.revoke(MEI_ASKS, consent)

    with pytest.raises(NotFound):
        await summary(full, AMARA_ASKS, "mei")


async def test_each_summary_is_one_line_in_her_log(full: Office) -> None:
    await full.allow(frozenset(Category))
    before = len(await full.records.accesses(MEI_ASKS, MEI))

    await summary(full, AMARA_ASKS, "mei")

    first, *others = await full.records.accesses(MEI_ASKS, MEI)
    assert len(others) == before
    assert (first.action, first.via, first.outcome) == ("read", "summary", "permit")
    assert first.what["Observation"] == 3


async def test_a_device_that_measures_often_does_not_crowd_out_the_rest(full: Office) -> None:
    many = [
        observation(f"often-{n:03}", value=70 + n)
        | {"effectiveDateTime": f"2026-03-01T10:{n // 60:02}:{n % 60:02}Z"}
        for n in range(150)
    ]
    weight = observation("weight", at="2025-06-01")
    weight["code"]["coding"][0]["code"] = "29463-7"
    await full.keep(*many, weight)

    vitals = told(await summary(full, MEI_ASKS, "mei"))["Vital signs"]

    assert vitals == [
        "Observation/often-149", "Observation/pulse-2", "Observation/pulse-1",
        "Observation/weight",
    ]  # fmt: skip


async def test_a_patient_is_found_by_an_identifier_if_she_alone_has_it(full: Office) -> None:
    number = {"system": "urn:oid:1.2.3", "value": "77"}
    await full.keep(patient(MEI) | {"identifier": [number]})
    find = full.records.summaries.find

    assert await find(MEI_ASKS, "urn:oid:1.2.3|77") == "mei"
    for asking, what in ((MEI_ASKS, "urn:oid:1.2.3|78"), (JONAS_ASKS, "urn:oid:1.2.3|77")):
        with pytest.raises(NotFound):
            await find(asking, what)


async def test_over_http_it_speaks_the_language_that_is_asked_for(
    full: Office, client_of: Any
) -> None:
    from ..people import MEI_CALLS

    client = client_of(MEI_CALLS)
    path = "/fhir/R4/Patient/mei/$summary"

    plain = await client.get(path)
    chinese = await client.post(path, headers={"accept-language": "zh-TW, en;q=0.5"})
    pdf = await client.get("/api/records/patients/mei/summary.pdf?language=zh-CN")
    strange = await client.get(path + "?_sort=date")
    other = await client.get(path + "?profile=http://x")
    unnamed = await client.get("/fhir/R4/Patient/$summary")
    wrong = await client.get("/api/records/patients/mei/summary.pdf?language=xx")

    assert plain.json()["language"] == "en"
    assert chinese.json()["entry"][0]["resource"]["title"] == "患者健康摘要"
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")
    statuses = [it.status_code for it in (strange, other, unnamed, wrong)]
    assert statuses == [400, 422, 400, 400]
