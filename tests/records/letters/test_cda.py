"""C-CDA documents in FHIR: what a doctor wrote there stands here, and nothing is lost unseen."""

import base64
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.kit.errors import NotFound
from asklepion.records import ImportStep
from asklepion.records.engine import validate
from asklepion.records.engine.foreign import Foreign, Unreadable, read_document

from ..conftest import Office
from ..people import JONAS, JONAS_ASKS, MEI_ASKS, NEW_ASKS, OPERATOR_ASKS, Resource, patient
from . import ccd


def ids(seed: str) -> str:
    return "x" + base64.b32encode(seed.encode()).decode().rstrip("=").lower()[-60:]


def read(*sections: str, **more: Any) -> Foreign:
    return read_document(ccd.document(*sections, **more), ids)


def of_type(foreign: Foreign, type: str) -> list[Resource]:
    return [it for it in foreign.resources.values() if it["resourceType"] == type]


def only(foreign: Foreign, type: str) -> Resource:
    (found,) = of_type(foreign, type)
    return found


def test_every_resource_of_a_document_is_good_fhir() -> None:
    foreign = read()

    for resource in foreign.resources.values():
        assert [i for i in validate(resource) if not i.is_warning] == [], resource["resourceType"]


def test_a_problem_keeps_its_codes_its_words_and_when_it_began() -> None:
    condition = only(read(), "Condition")

    systems = {c["system"]: c["code"] for c in condition["code"]["coding"]}
    assert systems == {
        "http://snomed.info/sct": "195967001",
        "http://hl7.org/fhir/sid/icd-10-cm": "J45.909",
    }
    assert condition["code"]["text"] == "Asthma since childhood"
    assert condition["onsetDateTime"] == "2019-03-04"
    assert condition["clinicalStatus"]["coding"][0]["code"] == "active"
    assert condition["recorder" if "recorder" in condition else "subject"]["reference"]


@pytest.mark.parametrize(
    ("entry", "clinical", "verified"),
    [
        (ccd.problem(status="completed"), "inactive", "confirmed"),
        (ccd.problem(high='<high value="20200101"/>'), "resolved", "confirmed"),
        (ccd.problem(high='<high nullFlavor="UNK"/>'), "resolved", "confirmed"),
        (ccd.problem(negated=True), "active", "refuted"),
    ],
)
def test_whether_a_problem_is_over_or_denied_is_told(
    entry: str, clinical: str, verified: str
) -> None:
    condition = only(read(ccd.section("11450-4", "Problems", entry)), "Condition")

    assert condition["clinicalStatus"]["coding"][0]["code"] == clinical
    assert condition["verificationStatus"]["coding"][0]["code"] == verified


def test_no_known_problem_is_said_by_the_code_for_it() -> None:
    entry = ccd.problem(code="55607006", negated=True)

    condition = only(read(ccd.section("11450-4", "Problems", entry)), "Condition")

    assert condition["code"]["coding"][0]["code"] == "160245001"


def test_every_eight_hours_is_a_timing_and_an_intent_is_a_request() -> None:
    statement = only(read(), "MedicationStatement")
    planned = ccd.MEDICATION.format(mood="INT", period="12")
    request = only(read(ccd.section("18776-5", "Plan", planned)), "MedicationRequest")

    (dosage,) = statement["dosage"]
    assert dosage["timing"]["repeat"] == {"frequency": 1, "period": Decimal(8), "periodUnit": "h"}
    assert dosage["doseAndRate"][0]["doseQuantity"]["code"] == "mg"
    assert statement["effectivePeriod"] == {"start": "2025-09-01"}
    assert request["intent"] == "plan"
    assert request["dosageInstruction"][0]["timing"]["repeat"]["boundsPeriod"]


def test_an_allergy_has_its_substance_and_what_it_did() -> None:
    allergy = only(read(), "AllergyIntolerance")

    assert allergy["code"]["coding"][0]["display"] == "Penicillin G"
    assert (allergy["type"], allergy["category"]) == ("allergy", ["medication"])
    assert allergy["reaction"][0]["severity"] == "moderate"
    assert allergy["onsetDateTime"] == "2010"


def test_the_two_pressures_of_one_moment_are_one_observation() -> None:
    pressure = next(o for o in of_type(read(), "Observation") if "component" in o)

    assert [c["valueQuantity"]["value"] for c in pressure["component"]] == [128, 82]
    assert pressure["effectiveDateTime"] == "2026-01-10T09:15:00+08:00"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (ccd.SODIUM, {"valueQuantity": {"value": Decimal(140), "unit": "mmol/L"}}),
        (
            '<value xsi:type="IVL_PQ"><low value="180" unit="mmol/L" inclusive="false"/></value>',
            {"valueQuantity": {"value": Decimal(180), "comparator": ">"}},
        ),
        ('<value xsi:type="ST">not clotted</value>', {"valueString": "not clotted"}),
        ('<value xsi:type="INT" value="3"/>', {"valueInteger": 3}),
        ('<value xsi:type="TS" value="20260101"/>', {"valueDateTime": "2026-01-01"}),
        ('<value xsi:type="PQ" nullFlavor="NASK"/>', {"dataAbsentReason": "not-asked"}),
    ],
)
def test_a_value_is_what_its_type_says(value: str, told: dict[str, Any]) -> None:
    section = ccd.section("30954-2", "Results", ccd.RESULT.format(value=value))

    result = only(read(section), "Observation")

    (name,) = told
    if name == "dataAbsentReason":
        assert result[name]["coding"][0]["code"] == told[name]
    elif isinstance(told[name], dict):
        assert told[name].items() <= result[name].items()
    else:
        assert result[name] == told[name]


def test_the_narrative_is_kept_without_what_is_active() -> None:
    composition = only(read(), "Composition")

    div = composition["section"][0]["text"]["div"]
    assert "Asthma since childhood" in div
    assert "<td>" in div
    assert "script" not in div
    assert composition["section"][0]["entry"]


def test_the_document_itself_is_kept_byte_for_byte_and_all_points_to_it() -> None:
    text = ccd.document()
    foreign = read_document(text, ids)

    binary, document = only(foreign, "Binary"), only(foreign, "DocumentReference")
    assert base64.b64decode(binary["data"]) == text
    assert document["content"][0]["attachment"]["url"] == f"Binary/{binary['id']}"
    assert binary["securityContext"] == {"reference": foreign.patient}
    provenance = only(foreign, "Provenance")
    assert len(provenance["target"]) > 5
    assert provenance["entity"][0]["what"]["reference"] == f"DocumentReference/{document['id']}"


def test_what_is_not_understood_is_named_with_its_section_and_nothing_is_quoted() -> None:
    (note,) = read().notes

    assert note.where == "Odd things"
    assert note.reason == "entry 1 (act) is kept only in the document"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"<a>", "well-formed"),
        (b"<html></html>", "no clinical document"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DTD"),
        (b"<a>" * 400 + b"</a>" * 400, "deeply"),
        (b"<a>" + b"<b/>" * 200_000 + b"</a>", "too many"),
        (b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>', "of nobody"),
    ],
)
def test_what_is_no_document_is_refused_in_words(text: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_document(text, ids)


PIECES = st.sampled_from(
    [
        b"<",
        b">",
        b'"',
        b"value=",
        b"nullFlavor='UNK'",
        b"<id/>",
        b"</act>",
        b"\xff",
        b"&#0;",
        b"9" * 40,
    ]
)


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 9000), cut=st.integers(0, 300), put=st.lists(PIECES, max_size=4))
def test_a_damaged_document_is_read_or_refused_and_never_more(
    at: int, cut: int, put: list[bytes]
) -> None:
    whole = ccd.document()
    text = whole[:at] + b"".join(put) + whole[at + cut :]

    try:
        foreign = read_document(text, ids)
    except Unreadable:
        return
    assert foreign.patient in foreign.resources


@settings(max_examples=50, deadline=None)
@given(
    old=st.sampled_from(["value", "code", "root", "extension", "unit"]), new=st.text(max_size=30)
)
def test_whatever_an_attribute_says_nothing_breaks(old: str, new: str) -> None:
    try:
        told = quoteattr("".join(c for c in new if c >= " " and not "\ud800" <= c <= "\udfff"))
        text = ccd.document().decode().replace(f'{old}="', f'{old}={told} x{old}="').encode()
        foreign = read_document(text, ids)
    except Unreadable:
        return
    assert foreign.resources


# Through the door


async def take(
    office: Office, path: Path, asking: Any = OPERATOR_ASKS
) -> tuple[ImportStep, list[ImportStep]]:
    steps = [step async for step in office.records.take_in(asking, path)]
    return steps[-1], steps


def put(folder: Path, name: str, text: bytes) -> Path:
    path = folder / name
    path.write_bytes(text)
    return path


async def test_the_same_document_twice_adds_nothing(office: Office, tmp_path: Path) -> None:
    path = put(tmp_path, "ccd.xml", ccd.document())

    first, steps = await take(office, path)
    again, _ = await take(office, path)

    assert first.refused == again.refused == 0, [s.reason for s in steps if s.kind == "refused"]
    assert first.new == first.accepted > 10
    assert (again.new, again.changed, again.unchanged) == (
        0,
        0,
        first.new - 1,
    )  # she herself is left as she is
    (noted,) = (step for step in steps if step.kind == "noted")
    assert (noted.file, noted.reference) == ("ccd.xml", "Odd things")


async def test_two_documents_of_one_number_are_of_one_patient(
    office: Office, tmp_path: Path
) -> None:
    put(tmp_path, "a.xml", ccd.document(number=1))
    put(tmp_path, "b.xml", ccd.document(number=2))

    done, _ = await take(office, tmp_path)

    assert done.by_type["Patient"] == 1
    assert done.by_type["DocumentReference"] == 2
    assert done.by_type["Condition"] == 1


async def test_documents_and_messages_travel_in_zips_and_folders_beside_fhir(
    office: Office, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    put(folder, "a.json", json.dumps(patient("Patient/other", "Reed")).encode())
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        archive.writestr("inside/ccd.xml", ccd.document())
        message = b"MSH|^~\\&|A|B|||2026||ADT^A28|1|P|2.5\rPID|||9^^^H||Sea^Ada"
        archive.writestr("inside/adt.hl7", message)

    done, steps = await take(office, folder)

    assert done.refused == 0, [s.reason for s in steps if s.kind == "refused"]
    assert done.by_type["Patient"] == 3
    assert done.by_type["Composition"] == 1


async def test_a_number_known_with_another_birth_date_is_refused(
    office: Office, tmp_path: Path
) -> None:
    await take(office, put(tmp_path, "a.xml", ccd.document()))

    done, steps = await take(office, put(tmp_path, "b.xml", ccd.document(born="19800101")))

    assert (done.accepted, done.refused) == (0, 1)
    assert "another birth date" in steps[0].reason
    assert "1980" not in steps[0].reason


async def test_a_number_that_a_patient_gives_herself_draws_nothing_into_her_record(
    full: Office, tmp_path: Path
) -> None:
    spoof = patient(JONAS, "Weber", "1955-12-24")
    spoof["identifier"] = [{"system": "urn:oid:1.2.826.0.1.999.1", "value": "M-77"}]
    await full.records.update(JONAS_ASKS, spoof)

    await take(full, put(tmp_path, "a.xml", ccd.document(born="19551224")))

    found = await full.records.search(JONAS_ASKS, "Condition", [])
    assert [it["id"] for it in found.entries] == ["jonas-gout"]


async def test_a_patient_brings_a_document_that_is_about_her(full: Office, tmp_path: Path) -> None:
    text = ccd.document(given="Invented", family="Lin", born="19800402")

    done, steps = await take(full, put(tmp_path, "a.xml", text), MEI_ASKS)

    assert done.refused == 0, [s.reason for s in steps if s.kind == "refused"]
    found = await full.records.search(MEI_ASKS, "AllergyIntolerance", [])
    assert found.entries[0]["patient"]["reference"] == "Patient/mei"
    assert found.entries[0].get("identifier")
    mine = await full.records.read(MEI_ASKS, "Patient", "mei")
    assert mine["name"][0]["family"] == "Lin"
    document = (await full.records.search(MEI_ASKS, "DocumentReference", [])).entries[0]
    assert document["author"][0]["identifier"]["value"] == "1999999999"
    with pytest.raises(NotFound):
        await full.records.read(JONAS_ASKS, "AllergyIntolerance", found.entries[0]["id"])


async def test_a_patient_s_document_about_somebody_else_is_refused(
    full: Office, tmp_path: Path
) -> None:
    done, steps = await take(full, put(tmp_path, "a.xml", ccd.document()), MEI_ASKS)

    assert (done.accepted, done.refused) == (0, 1)
    assert "somebody else" in steps[0].reason


async def test_a_patient_without_a_record_may_begin_it_with_a_document(
    office: Office, tmp_path: Path
) -> None:
    path = put(tmp_path, "a.xml", ccd.document())

    done, steps = await take(office, path, NEW_ASKS)

    assert steps[0].kind == "claimed"
    assert done.refused == 0, [s.reason for s in steps if s.kind == "refused"]
    assert done.by_type["Patient"] == 1


async def test_nobody_claims_a_patient_whose_number_is_known(
    office: Office, tmp_path: Path
) -> None:
    path = put(tmp_path, "a.xml", ccd.document())
    await take(office, path)

    done, steps = await take(office, path, NEW_ASKS)

    assert done.accepted == 0
    assert "known here" in steps[0].reason
