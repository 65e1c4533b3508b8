"""Terminology over HTTP: what is held here is told, and what is not is said not to be."""

from typing import Any

import pytest
from httpx import AsyncClient, Response

from asklepion.records.engine import validate

from .conftest import Office
from .people import AMARA_CALLS
from .serving import ClientOf

V3 = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
GENDER = "http://hl7.org/fhir/administrative-gender"
FRUIT = "http://example.org/fruit"
SYSTEM = {
    "resourceType": "CodeSystem",
    "id": "fruit",
    "url": FRUIT,
    "status": "active",
    "content": "complete",
    "caseSensitive": False,
    "property": [{"code": "colour", "type": "string"}],
    "concept": [
        {
            "code": "fruit",
            "display": "Fruit",
            "property": [{"code": "notSelectable", "valueBoolean": True}],
            "concept": [
                {
                    "code": "apple",
                    "display": "Apple",
                    "definition": "What keeps the doctor away.",
                    "designation": [{"language": "zh-CN", "value": "苹果"}],
                    "property": [{"code": "colour", "valueString": "red"}],
                    "concept": [{"code": "cox", "display": "Cox's Orange"}],
                },
                {
                    "code": "quince",
                    "display": "Quince",
                    "property": [{"code": "status", "valueCode": "retired"}],
                },
            ],
        }
    ],
}


def value_set(id: str, *include: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ValueSet",
        "id": id,
        "url": f"http://example.org/{id}",
        "status": "active",
        "compose": {"include": list(include), **more},
    }


def is_a(op: str, value: str, property: str = "concept") -> dict[str, Any]:
    return {"system": FRUIT, "filter": [{"property": property, "op": op, "value": value}]}


KINDS = value_set("kinds", is_a("is-a", "apple"))


@pytest.fixture
async def client(client_of: ClientOf, full: Office) -> AsyncClient:
    await full.keep(SYSTEM, KINDS)
    return client_of(AMARA_CALLS)


async def get(client: AsyncClient, path: str, **params: Any) -> Response:
    return await client.get(f"/fhir/R4/{path}", params=params)


def codes(answer: Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    assert not validate(answer.json())
    return [it["code"] for it in answer.json()["expansion"].get("contains", [])]


def told(answer: Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    assert not validate(answer.json())
    return {
        it["name"]: next(value for key, value in it.items() if key.startswith("value"))
        for it in answer.json()["parameter"]
        if "part" not in it
    }


async def expanded(client: AsyncClient, resource: dict[str, Any], **params: Any) -> Response:
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "valueSet", "resource": resource},
            *({"name": name, "valueString": str(it)} for name, it in params.items()),
        ],
    }
    return await client.post("/fhir/R4/ValueSet/$expand", json=body)


COMPOSED: list[tuple[dict[str, Any], list[str]]] = [
    (value_set("a", {"system": FRUIT}), ["fruit", "apple", "cox", "quince"]),
    (value_set("a", is_a("is-a", "apple")), ["apple", "cox"]),
    (value_set("a", is_a("descendent-of", "fruit")), ["apple", "cox", "quince"]),
    (value_set("a", is_a("is-not-a", "apple")), ["fruit", "quince"]),
    (value_set("a", is_a("generalizes", "cox")), ["fruit", "apple", "cox"]),
    (value_set("a", is_a("=", "red", "colour")), ["apple"]),
    (value_set("a", is_a("regex", "c.*", "code")), ["cox"]),
    (value_set("a", is_a("in", "cox,quince", "code")), ["cox", "quince"]),
    (value_set("a", is_a("exists", "true", "colour")), ["apple"]),
    (value_set("a", {"valueSet": ["http://example.org/kinds"]}), ["apple", "cox"]),
    (
        value_set("a", {"system": FRUIT, "valueSet": ["http://example.org/kinds"]}),
        ["apple", "cox"],
    ),
    (value_set("a", {"system": FRUIT}, exclude=[is_a("is-a", "apple")]), ["fruit", "quince"]),
    (value_set("a", {"system": FRUIT}, inactive=False), ["fruit", "apple", "cox"]),
    (value_set("a", {"system": FRUIT, "concept": [{"code": "apple"}]}), ["apple"]),
]


async def test_a_value_set_is_expanded_as_it_is_composed(client: AsyncClient) -> None:
    for compose, expected in COMPOSED:
        assert codes(await expanded(client, compose)) == expected


async def test_an_expansion_is_narrowed_paged_and_named_in_the_reader_s_language(
    client: AsyncClient,
) -> None:
    whole = value_set("a", {"system": FRUIT})

    assert codes(await expanded(client, whole, filter="orange cox")) == ["cox"]
    assert codes(await expanded(client, whole, count=1, offset=1)) == ["apple"]
    assert codes(await expanded(client, whole, activeOnly="true")) == ["fruit", "apple", "cox"]
    assert codes(await expanded(client, whole, excludeNotForUI="true", count=1)) == ["apple"]
    chinese = await expanded(client, whole, displayLanguage="zh-CN", includeDesignations="true")
    apple = chinese.json()["expansion"]["contains"][1]
    assert apple["display"] == "苹果"
    assert apple["designation"][0]["language"] == "zh-CN"
    assert chinese.json()["expansion"]["contains"][0]["abstract"] is True
    assert chinese.json()["expansion"]["total"] == 4


async def test_r4_s_own_value_sets_are_held(client: AsyncClient) -> None:
    genders = await get(
        client, "ValueSet/$expand", url="http://hl7.org/fhir/ValueSet/administrative-gender"
    )

    assert codes(genders) == ["male", "female", "other", "unknown"]
    assert genders.json()["expansion"]["contains"][0]["display"] == "Male"
    kept = await get(client, "ValueSet/kinds/$expand")
    assert codes(kept) == ["apple", "cox"]


async def test_what_is_not_held_in_full_is_not_guessed(client: AsyncClient) -> None:
    snomed = "http://snomed.info/sct"
    ask = {
        "ValueSet/$expand": {"url": "http://hl7.org/fhir/ValueSet/body-site"},
        "ValueSet/$validate-code": {
            "url": "http://hl7.org/fhir/ValueSet/body-site",
            "system": snomed,
            "code": "1",
        },
        "CodeSystem/$validate-code": {"url": snomed, "code": "73211009"},
        "CodeSystem/$lookup": {"system": snomed, "code": "73211009"},
        "CodeSystem/$subsumes": {"system": snomed, "codeA": "1", "codeB": "2"},
    }

    for path, params in ask.items():
        answer = await get(client, path, **params)
        assert answer.status_code == 422, path
        assert answer.json()["issue"][0]["code"] == "not-supported"


async def test_too_many_codes_are_told_page_by_page(client: AsyncClient) -> None:
    url = "http://terminology.hl7.org/ValueSet/v3-ActCode"

    whole = await get(client, "ValueSet/$expand", url=url)
    page = await get(client, "ValueSet/$expand", url=url, count=5)

    assert whole.json()["issue"][0]["code"] == "too-costly"
    assert len(codes(page)) == 5


CHECKED: list[tuple[dict[str, str], bool]] = [
    ({"system": FRUIT, "code": "cox"}, True),
    ({"system": FRUIT, "code": "COX"}, True),
    ({"code": "cox"}, True),
    ({"system": FRUIT, "code": "quince"}, False),
    ({"system": FRUIT, "code": "pear"}, False),
    ({"system": "http://example.org/other", "code": "cox"}, False),
    ({"system": FRUIT, "code": "apple", "display": "苹果"}, True),
    ({"system": FRUIT, "code": "apple", "display": "Pear"}, False),
]


async def test_whether_a_value_set_holds_a_code(client: AsyncClient) -> None:
    for params, is_valid in CHECKED:
        by_url = await get(
            client, "ValueSet/$validate-code", url="http://example.org/kinds", **params
        )
        by_id = await get(client, "ValueSet/kinds/$validate-code", **params)
        assert told(by_url)["result"] is is_valid
        assert by_id.json() == by_url.json()


async def test_of_several_codings_one_is_enough(client: AsyncClient) -> None:
    concept = {"coding": [{"system": "http://loinc.org", "code": "1"}, {"code": "male"}]}
    concept["coding"][1]["system"] = GENDER
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "url", "valueUri": "http://hl7.org/fhir/ValueSet/administrative-gender"},
            {"name": "codeableConcept", "valueCodeableConcept": concept},
        ],
    }

    answer = await client.post("/fhir/R4/ValueSet/$validate-code", json=body)

    assert told(answer) == {
        "result": True,
        "display": "Male",
        "code": "male",
        "system": GENDER,
    }


async def test_a_code_is_looked_up_with_its_names_and_relations(client: AsyncClient) -> None:
    answer = await get(
        client, "CodeSystem/$lookup", system=FRUIT, code="apple", displayLanguage="zh"
    )

    assert told(answer)["display"] == "苹果"
    assert told(answer)["definition"] == "What keeps the doctor away."
    parts = [it["part"] for it in answer.json()["parameter"] if it["name"] == "property"]
    found = {(part[0]["valueCode"], next(iter(list(part[1].values())[1:]))) for part in parts}
    assert {("parent", "fruit"), ("child", "cox"), ("colour", "red")} <= found
    missing = await get(client, "CodeSystem/$lookup", system=FRUIT, code="pear")
    assert missing.status_code == 404


RELATED = [
    ("apple", "apple", "equivalent"),
    ("fruit", "cox", "subsumes"),
    ("cox", "fruit", "subsumed-by"),
    ("cox", "quince", "not-subsumed"),
]


async def test_one_code_subsumes_another(client: AsyncClient) -> None:
    for a, b, outcome in RELATED:
        by_url = await get(client, "CodeSystem/$subsumes", system=FRUIT, codeA=a, codeB=b)
        by_id = await get(client, "CodeSystem/fruit/$subsumes", codeA=a, codeB=b)
        assert told(by_url)["outcome"] == outcome == told(by_id)["outcome"]


async def test_a_code_is_translated_there_and_back(client: AsyncClient) -> None:
    url = "http://hl7.org/fhir/ConceptMap/cm-administrative-gender-v2"

    there = await get(client, "ConceptMap/$translate", system=GENDER, code="male")
    by_url = await get(client, "ConceptMap/$translate", url=url, system=GENDER, code="male")
    none = await get(client, "ConceptMap/$translate", system=FRUIT, code="cox")

    for answer in (there, by_url):
        assert told(answer)["result"] is True
        matches = [it["part"] for it in answer.json()["parameter"] if it["name"] == "match"]
        codings = [it["valueCoding"] for part in matches for it in part if it["name"] == "concept"]
        assert {"system": "http://terminology.hl7.org/CodeSystem/v2-0001", "code": "M"} in [
            {key: it[key] for key in ("system", "code")} for it in codings
        ]
    back = await get(
        client,
        "ConceptMap/$translate",
        system="http://terminology.hl7.org/CodeSystem/v2-0001",
        code="M",
        reverse="true",
    )
    assert "male" in back.text
    assert told(none)["result"] is False


async def test_a_map_that_is_kept_here_is_used_as_well(client: AsyncClient, full: Office) -> None:
    element = {"code": "cox", "target": [{"code": "1", "equivalence": "wider"}]}
    group = {"source": FRUIT, "target": "http://example.org/shelf", "element": [element]}
    kept = {"resourceType": "ConceptMap", "id": "shelf", "status": "active", "group": [group]}
    await full.keep(kept)

    every = await get(client, "ConceptMap/$translate", system=FRUIT, code="cox")
    by_id = await get(client, "ConceptMap/shelf/$translate", system=FRUIT, code="cox")
    elsewhere = await get(
        client, "ConceptMap/$translate", system=FRUIT, code="cox", targetsystem="http://other"
    )

    assert told(every)["result"] is told(by_id)["result"] is True
    assert told(elsewhere)["result"] is False


async def test_a_code_of_another_system_is_none_of_this_one(client: AsyncClient) -> None:
    for path in ("CodeSystem/fruit/$validate-code", "CodeSystem/$validate-code"):
        ask = {"code": "cox", "url": FRUIT} if "fruit/" not in path else {"code": "cox"}
        other = await get(client, path, system="http://example.org/other", **ask)
        same = await get(client, path, system=FRUIT, **ask)
        assert told(other)["result"] is False
        assert told(same)["result"] is True


async def test_the_terminology_capabilities_say_what_is_held_in_full(client: AsyncClient) -> None:
    answer = await client.get("/fhir/R4/metadata", params={"mode": "terminology"})

    assert not validate(answer.json())
    content = {it["uri"]: it["extension"][0]["valueCode"] for it in answer.json()["codeSystem"]}
    assert content[GENDER] == "complete"
    assert content["http://snomed.info/sct"] == "not-present"


WRONG: list[tuple[str, dict[str, str]]] = [
    ("ValueSet/$expand", {}),
    ("ValueSet/$expand", {"url": "http://example.org/none"}),
    ("ValueSet/$expand", {"url": "http://example.org/kinds", "nonsense": "1"}),
    ("ValueSet/$expand", {"url": "http://example.org/kinds", "count": "-1"}),
    ("ValueSet/nobody/$expand", {}),
    ("ValueSet/$validate-code", {"url": "http://example.org/kinds"}),
    ("CodeSystem/$lookup", {"code": "a"}),
    ("CodeSystem/$subsumes", {"codeA": "a"}),
    ("ConceptMap/$translate", {}),
    ("metadata", {"mode": "none"}),
]


async def test_a_wrong_question_is_refused(client: AsyncClient) -> None:
    for path, params in WRONG:
        answer = await get(client, path, **params)
        assert answer.status_code in (400, 404)
        assert answer.json()["resourceType"] == "OperationOutcome"


BROKEN: list[Any] = [
    {"include": 1},
    {"include": [1]},
    {"include": [{"system": FRUIT, "filter": [{}]}]},
    {"include": [{"system": FRUIT, "concept": [{}]}]},
    {"include": [{"system": [], "concept": 1}]},
    {"include": [{"valueSet": [{}]}]},
    {"include": [is_a("regex", "(", "code")]},
    {"include": [{"valueSet": ["http://example.org/itself"]}]},
]


async def test_a_broken_value_set_breaks_nothing(client: AsyncClient) -> None:
    for compose in BROKEN:
        resource = {**value_set("itself"), "compose": compose}
        assert 400 <= (await expanded(client, resource)).status_code < 500, compose
