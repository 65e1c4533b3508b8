"""Searches through the whole room: every modifier, through other resources, in any order."""

from typing import Any

import pytest

from asklepion.kit.errors import Incorrect, Unsupported
from asklepion.records.store.plans import select_page

from ..conftest import Office
from ..people import (
    AMARA_ASKS,
    JONAS,
    LOINC,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    Resource,
    condition,
    observation,
    organization,
    patient,
)

Params = list[tuple[str, str]]


async def ids(
    office: Office, type: str, *params: tuple[str, str], asking: Any = MEI_ASKS
) -> list[str]:
    """Ids of every page, in the order that was asked for."""
    found: list[str] = []
    cursor: Params = []
    while True:
        page = await office.records.search(asking, type, [*params, *cursor])
        found += [each["id"] for each in page.entries]
        if page.next is None:
            return found if "_sort" in dict(params) else sorted(found)
        cursor = [("_cursor", page.next)]


def coded(id: str, *codings: tuple[str, str, str], text: str = "") -> Resource:
    coding = [{"system": s, "code": c} | ({"display": d} if d else {}) for s, c, d in codings]
    code: dict[str, Any] = {"coding": coding} | ({"text": text} if text else {})
    return {**condition(id), "code": code}


ICD = "http://hl7.org/fhir/sid/icd-10"


async def test_a_code_is_found_by_the_words_people_read(office: Office) -> None:
    await office.keep(
        patient(MEI),
        coded("a", (ICD, "I10", "Essential hypertension")),
        coded("b", (ICD, "J45", "Asthma"), text="哮喘 with hypertension of the lung"),
    )

    assert await ids(office, "Condition", ("code:text", "hypertension")) == ["a", "b"]
    assert await ids(office, "Condition", ("code:text", "ESSENTIAL hypertension")) == ["a"]
    assert await ids(office, "Condition", ("code:text", "哮喘")) == ["b"]
    assert await ids(office, "Condition", ("code:text", "喘哮")) == []
    assert await ids(office, "Condition", ("_content", "asthma")) == ["b"]
    with pytest.raises(Incorrect, match="words"):
        await ids(office, "Condition", ("code:text", "?"))


async def test_narratives_and_notes_are_found_by_their_words(office: Office) -> None:
    div = (
        '<div xmlns="http://www.w3.org/1999/xhtml"><p>Fell from a <b>ladder</b>&amp; rose</p></div>'
    )
    await office.keep(
        patient(MEI),
        {**condition("a"), "text": {"status": "generated", "div": div}},
        {**condition("b"), "note": [{"text": "Climbs no ladder since."}]},
    )

    assert await ids(office, "Condition", ("_text", "ladder")) == ["a"]
    assert await ids(office, "Condition", ("_text", "xmlns")) == []
    assert await ids(office, "Condition", ("_content", "ladder")) == ["a", "b"]
    assert await ids(office, "Condition", ("_content", "no ladder,rose")) == ["a", "b"]


async def test_an_identifier_is_found_by_its_type_and_value(office: Office) -> None:
    kind = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
    record = {"type": kind, "system": "http://a.example", "value": "12"}
    await office.keep({**patient(MEI), "identifier": [record]})
    v2 = "http://terminology.hl7.org/CodeSystem/v2-0203"

    assert await ids(office, "Patient", ("identifier:of-type", f"{v2}|MR|12")) == ["mei"]
    assert await ids(office, "Patient", ("identifier:of-type", f"{v2}|SS|12")) == []
    with pytest.raises(Incorrect):
        await ids(office, "Patient", ("identifier:of-type", "MR|12"))


async def test_codes_are_found_by_value_sets_of_the_definitions_and_by_ones_kept_here(
    office: Office,
) -> None:
    url = "http://a.example/ValueSet/heart"
    inner: Resource = {
        "resourceType": "ValueSet",
        "id": "inner",
        "url": f"{url}/inner",
        "status": "active",
        "compose": {"include": [{"system": ICD, "concept": [{"code": "I10"}, {"code": "I20"}]}]},
    }
    outer = {
        **inner,
        "id": "outer",
        "url": url,
        "compose": {
            "include": [{"valueSet": [inner["url"]]}],
            "exclude": [{"system": ICD, "concept": [{"code": "I20"}]}],
        },
    }
    wide = {**inner, "id": "wide", "url": f"{url}/wide", "compose": {"include": [{"system": ICD}]}}
    await office.keep(
        patient(MEI),
        *(inner, outer, wide),
        *(coded(code, (ICD, code, "")) for code in ("I10", "I20", "J45")),
    )

    assert await ids(office, "Condition", ("code:in", url)) == ["I10"]
    assert await ids(office, "Condition", ("code:in", f"{url}/inner")) == ["I10", "I20"]
    assert await ids(office, "Condition", ("code:not-in", url)) == ["I20", "J45"]
    assert await ids(office, "Patient", ("_has:Condition:patient:code:in", url)) == ["mei"]
    gender = "http://hl7.org/fhir/ValueSet/administrative-gender"
    assert await ids(office, "Patient", ("gender:in", gender)) == ["mei"]
    with pytest.raises(Unsupported, match="code by code"):
        await ids(office, "Condition", ("code:in", f"{url}/wide"))
    with pytest.raises(Unsupported, match="not here"):
        await ids(office, "Condition", ("code:in", f"{url}/none"))


async def test_addresses_are_found_above_and_below(office: Office) -> None:
    base: Resource = {"resourceType": "ValueSet", "status": "active"}
    urls = ["http://a.example/fhir", "http://a.example/fhir/x/1", "http://a.example/fhirs"]
    await office.keep(*({**base, "id": f"v{n}", "url": url} for n, url in enumerate(urls)))

    assert await ids(office, "ValueSet", ("url:below", "http://a.example/fhir")) == ["v0", "v1"]
    assert await ids(office, "ValueSet", ("url:below", "http://a.example/fhir/x/")) == ["v1"]
    assert await ids(office, "ValueSet", ("url:above", "http://a.example/fhir/x/1/2")) == [
        "v0",
        "v1",
    ]
    assert await ids(office, "ValueSet", ("url", "http://a.example/fhirs")) == ["v2"]
    assert await ids(office, "ValueSet", ("url:missing", "true")) == []


async def test_what_is_part_of_a_place_is_found_below_it(office: Office) -> None:
    def location(id: str, whole: str = "") -> Resource:
        part = {"partOf": {"reference": f"Location/{whole}"}} if whole else {}
        return {"resourceType": "Location", "id": id, **part}

    visit = {
        "resourceType": "Encounter",
        "id": "visit",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": MEI},
        "location": [{"location": {"reference": "Location/bed"}}],
    }
    await office.keep(
        patient(MEI), location("house"), location("ward", "house"), location("bed", "ward"), visit
    )

    assert await ids(office, "Encounter", ("location:below", "Location/house")) == ["visit"]
    assert await ids(office, "Encounter", ("location:below", "bed")) == ["visit"]
    assert await ids(office, "Encounter", ("location:above", "bed")) == ["visit"]
    assert await ids(office, "Encounter", ("location:above", "ward")) == []
    assert await ids(office, "Location", ("partof:below", "house")) == ["bed", "ward"]
    with pytest.raises(Incorrect, match="modifier"):
        await ids(office, "Encounter", ("patient:below", "mei"))


async def test_places_are_found_near_a_point(office: Office) -> None:
    def location(id: str, north: float, east: float) -> Resource:
        position = {"latitude": north, "longitude": east}
        return {"resourceType": "Location", "id": id, "position": position}

    await office.keep(
        location("stephansdom", 48.2085, 16.3731),
        location("belvedere", 48.1915, 16.3810),  # about 2.0 km away
        location("bratislava", 48.1486, 17.1077),  # about 55 km away
        location("fiji", -17.7, 179.9),
        {"resourceType": "Location", "id": "nowhere"},
    )
    here = "48.2085|16.3731"

    assert await ids(office, "Location", ("near", f"{here}|1|km")) == ["stephansdom"]
    assert await ids(office, "Location", ("near", f"{here}|2000|m")) == ["belvedere", "stephansdom"]
    assert len(await ids(office, "Location", ("near", f"{here}|56"))) == 3
    assert len(await ids(office, "Location", ("near", f"{here}|54"))) == 2
    assert await ids(office, "Location", ("near", "-17.7|-179.9|30|km")) == ["fiji"]
    assert len(await ids(office, "Location", ("near", f"{here}|30000"))) == 4
    assert await ids(office, "Location", ("near:missing", "true")) == ["nowhere"]
    for wrong in (
        "48",
        "a|b",
        "91|0",
        "0|0|-1|km",
        "0|0|1|parsec",
        "NaN|0",
        "sNaN|0",
        "0|0|Infinity",
    ):
        with pytest.raises(Incorrect, match="near"):
            await ids(office, "Location", ("near", wrong))


async def test_values_that_stand_together_are_found_together(office: Office) -> None:
    said = {k: v for k, v in observation("said").items() if k != "valueQuantity"}
    dated = {**said, "id": "dated", "valueDateTime": "2026-02-01T10:00:00Z"}
    gene: Resource = {
        "resourceType": "MolecularSequence",
        "id": "gene",
        "coordinateSystem": 0,
        "patient": {"reference": MEI},
        "referenceSeq": {
            "chromosome": {"coding": [{"code": "1"}]},
            "genomeBuild": "GRCh38",
            "windowStart": 100,
            "windowEnd": 200,
        },
        "variant": [{"start": 120, "end": 121}, {"start": 150, "end": 190}],
    }
    await office.keep(patient(MEI), {**said, "valueString": "Very well"}, dated, gene)

    async def at(name: str, value: str) -> list[str]:
        return await ids(office, "MolecularSequence", (name, value))

    text, date = "code-value-string", "code-value-date"
    assert await ids(office, "Observation", (text, "8867-4$very")) == ["said"]
    assert await ids(office, "Observation", (text, f"{LOINC}|8867-4$VERY W")) == ["said"]
    assert await ids(office, "Observation", (text, "8480-6$very")) == []
    assert await ids(office, "Observation", (date, "8867-4$gt2026-01")) == ["dated"]
    assert await ids(office, "Observation", (date, f"{LOINC}|8867-4$2026-02-02")) == []
    assert await at("chromosome-variant-coordinate", "1$ge140$lt195") == ["gene"]
    assert await at("chromosome-variant-coordinate", "1$140$lt195") == []
    assert await at("chromosome-variant-coordinate", "1$120$121") == ["gene"]
    assert await at("chromosome-variant-coordinate", "1$120$190") == []
    assert await at("chromosome-window-coordinate", "1$lt150$gt150") == ["gene"]
    with pytest.raises(Incorrect, match="3 values"):
        await at("chromosome-window-coordinate", "1$5")


async def test_anything_can_be_sorted_by_and_what_has_none_comes_last(office: Office) -> None:
    await office.keep(
        patient(MEI),
        organization("x"),
        *(coded(id, (ICD, id, "")) for id in ("b", "c", "a")),
        {k: v for k, v in condition("none").items() if k != "code"},
    )
    for sort, order in (
        ("code", ["a", "b", "c", "none"]),
        ("-code", ["c", "b", "a", "none"]),
        ("subject,-code", ["c", "b", "a", "none"]),
        ("recorded-date,code", ["a", "b", "c", "none"]),
        ("-_id", ["none", "c", "b", "a"]),
        ("code:x", []),
    ):
        if not order:
            with pytest.raises(Incorrect):
                await ids(office, "Condition", ("_sort", sort))
            continue
        assert await ids(office, "Condition", ("_sort", sort)) == order
        assert await ids(office, "Condition", ("_sort", sort), ("_count", "1")) == order


async def test_pages_in_any_order_neither_repeat_nor_lose_a_row_while_others_write(
    office: Office,
) -> None:
    def numbered(n: int) -> Resource:
        return coded(f"c{n:02}", (ICD, f"{n * 7 % 10}", "")) | {"recordedDate": f"20{n % 5 + 10}"}

    await office.keep(patient(MEI), *(numbered(n) for n in range(0, 40, 2)))
    for sort in ("", "code", "-code,recorded-date", "recorded-date", "-recorded-date", "_id"):
        params: Params = [("_sort", sort)] if sort else []
        before = set(await ids(office, "Condition", *params))
        found: list[str] = []
        cursor: Params = []
        number = 1
        while True:
            asked = [*params, ("_count", "3"), *cursor]
            page = await office.records.search(MEI_ASKS, "Condition", asked)
            found += [each["id"] for each in page.entries]
            if page.next is None:
                break
            cursor = [("_cursor", page.next)]
            await office.keep(numbered(number))
            number += 2

        assert len(found) == len(set(found))
        assert before <= set(found)
        for n in range(1, number, 2):
            await office.records.delete(MEI_ASKS, "Condition", f"c{n:02}")


async def test_what_refers_further_comes_along_step_by_step(office: Office) -> None:
    await office.keep(
        organization("top"),
        {**organization("clinic"), "partOf": {"reference": "Organization/top"}},
        {**patient(MEI), "managingOrganization": {"reference": "Organization/clinic"}},
        {**patient("Patient/other"), "link": [{"other": {"reference": MEI}, "type": "seealso"}]},
        observation("pulse"),
    )

    async def along(type: str, *params: tuple[str, str]) -> list[str]:
        page = await office.records.search(OPERATOR_ASKS, type, list(params))
        return sorted(each["id"] for each in page.included)

    async def hers(type: str, *params: tuple[str, str]) -> list[str]:
        page = await office.records.search(MEI_ASKS, type, list(params))
        return sorted(each["id"] for each in page.included)

    subject = ("_include", "Observation:subject")
    step = ("_include:iterate", "Patient:organization")
    up = ("_include:iterate", "Organization:partof")
    assert await hers("Observation", subject) == ["mei"]
    assert await hers("Observation", subject, step) == ["clinic", "mei"]
    assert await hers("Observation", subject, step, up) == ["clinic", "mei", "top"]
    assert await hers("Observation", ("_include:iterate", "*")) == ["clinic", "mei", "top"]
    assert await along("Organization", ("_revinclude", "Patient:organization")) == []
    back = ("_revinclude:iterate", "Observation:patient")
    whole = await hers("Organization", ("_revinclude", "Patient:organization"), back)
    assert whole == ["mei", "pulse"]
    assert await hers("Organization", ("_id", "clinic"), ("_revinclude:iterate", "*")) == whole
    assert await hers("Observation", ("_include", "Observation:subject:Group")) == []
    for wrong in ("Patient:organization", "Observation:code", "Potato:x", "Observation:subject:P"):
        with pytest.raises(Incorrect):
            await hers("Observation", ("_include", wrong))


async def test_what_goes_by_an_address_is_chained_and_comes_along(office: Office) -> None:
    url = "http://a.example/Questionnaire/mood"
    form: Resource = {
        "resourceType": "Questionnaire",
        "id": "mood",
        "url": url,
        "status": "active",
        "title": "Mood of the day",
    }
    answer: Resource = {
        "resourceType": "QuestionnaireResponse",
        "id": "answer",
        "questionnaire": f"{url}|2",
        "status": "completed",
        "subject": {"reference": MEI},
    }
    await office.keep(patient(MEI), form, answer)

    assert await ids(office, "QuestionnaireResponse", ("questionnaire.title", "mood")) == ["answer"]
    assert await ids(office, "QuestionnaireResponse", ("questionnaire.title", "food")) == []
    include = [("_include", "QuestionnaireResponse:questionnaire")]
    page = await office.records.search(MEI_ASKS, "QuestionnaireResponse", include)
    assert [each["id"] for each in page.included] == ["mood"]
    back = [("_revinclude", "QuestionnaireResponse:questionnaire")]
    page = await office.records.search(MEI_ASKS, "Questionnaire", back)
    assert [each["id"] for each in page.included] == ["answer"]


async def test_what_stands_in_a_list_is_found_by_it(office: Office) -> None:
    items = [{"item": {"reference": f"Condition/{id}"}} for id in ("a", "c")]
    problems = {
        "resourceType": "List",
        "id": "problems",
        "status": "current",
        "mode": "working",
        "subject": {"reference": MEI},
        "entry": items,
    }
    await office.keep(patient(MEI), *(condition(id) for id in "abc"), problems)

    assert await ids(office, "Condition", ("_list", "problems")) == ["a", "c"]
    assert await ids(office, "Condition", ("_list", "none")) == []
    assert await ids(office, "Condition", ("_list", "problems"), asking=AMARA_ASKS) == []


async def test_one_search_goes_through_several_types(office: Office) -> None:
    await office.keep(
        patient(MEI), condition("a"), observation("b"), organization("clinic"), patient(JONAS)
    )

    everything = await ids(office, "", asking=MEI_ASKS)
    assert everything == ["a", "b", "clinic", "mei"]
    some = ("_type", "Condition,Observation")
    assert await ids(office, "", some) == ["a", "b"]
    assert await ids(office, "", some, ("subject", MEI)) == ["a", "b"]
    assert await ids(office, "", some, ("code", "8867-4"), ("_sort", "code")) == ["b"]
    assert await ids(office, "", some, ("_sort", "-code")) == ["b", "a"]
    assert await ids(office, "", ("_id", "a,clinic")) == ["a", "clinic"]
    assert await ids(office, "", ("_lastUpdated", "ge2026"), ("_count", "1")) == everything
    with pytest.raises(Incorrect):
        await ids(office, "", ("code", "8867-4"))
    with pytest.raises(Incorrect):
        await ids(office, "", ("_type", "Potato"))


async def test_there_or_not_there_can_be_asked_of_every_parameter(office: Office) -> None:
    herd = {**observation("herd"), "subject": {"reference": "Group/herd"}}
    named = {**observation("named"), "subject": {"display": "Somebody"}}
    await office.keep(patient(MEI), observation("hers"))
    await office.keep(
        {k: v for k, v in {**named, "performer": [{"reference": MEI}]}.items()},
        {**herd, "performer": [{"reference": MEI}]},
    )

    assert await ids(office, "Observation", ("patient:missing", "false")) == ["hers"]
    assert await ids(office, "Observation", ("patient:missing", "true")) == ["herd", "named"]
    assert await ids(office, "Observation", ("subject:missing", "true")) == []
    assert await ids(office, "Observation", ("_tag:missing", "false")) == []
    assert len(await ids(office, "Observation", ("_id:missing", "false"))) == 3
    with pytest.raises(Incorrect):
        await ids(office, "Observation", ("code-value-quantity:missing", "true"))


async def test_searches_of_one_shape_are_written_once(full: Office) -> None:
    await ids(full, "Observation", ("patient", MEI), ("code", "8867-4"), ("_sort", "-date"))
    before = select_page.cache_info()

    for code in ("2951-2", "8480-6", "85354-9"):
        await ids(full, "Observation", ("patient", JONAS), ("code", code), ("_sort", "-date"))

    after = select_page.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 3)


async def test_a_code_is_found_by_what_it_is_a_kind_of_and_by_any_value_set_that_can_be_told(
    office: Office,
) -> None:
    act = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    for code in ("AMB", "ACUTE", "HH"):
        visit = {"resourceType": "Encounter", "id": code.lower(), "status": "finished"}
        visit = {**visit, "subject": {"reference": MEI}}
        await office.keep({**visit, "class": {"system": act, "code": code}})

    below = await ids(office, "Encounter", ("class:below", f"{act}|_ActEncounterCode"))
    inpatient = await ids(office, "Encounter", ("class:below", f"{act}|IMP"))
    above = await ids(office, "Encounter", ("class:above", f"{act}|ACUTE"))
    of_v3 = "http://terminology.hl7.org/ValueSet/v3-ActEncounterCode"
    among = await ids(office, "Encounter", ("class:in", of_v3))

    assert sorted(below) == sorted(among) == ["acute", "amb", "hh"]
    assert inpatient == above == ["acute"]
