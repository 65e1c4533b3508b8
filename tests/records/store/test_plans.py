import random
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from asklepion.records.engine import compile_search, next_cursor, rewrite_references
from asklepion.records.store.plans import (
    ANYTHING,
    include_values,
    select_included,
    select_page,
    shape_of,
)

from .shelf import NAMES, NOON, Resource, Shelf

LOINC, UCUM = "http://loinc.org", "http://unitsofmeasure.org"


def patient(id: str, **fields: Any) -> Resource:
    return {"resourceType": "Patient", "id": id, **fields}


def reading(id: str, code: str = "8867-4", value: float = 72, unit: str = "/min") -> Resource:
    return {
        "resourceType": "Observation",
        "id": id,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": "Patient/ann"},
        "valueQuantity": {"value": value, "system": UCUM, "code": unit},
    }


def named(family: str, *given: str) -> dict[str, Any]:
    return {"name": [{"family": family, "given": list(given)}]}


async def test_names_are_found_by_their_beginning_in_any_case_script_and_accent(
    shelf: Shelf,
) -> None:
    await shelf.put(
        patient("ana", **named("Muñoz", "Ana")),
        patient("li", **named("王", "小明")),
        patient("zoe", **named("O'Brien-Smith", "Zoë")),
        patient("mun", **named("Mun", "Percent%_")),
    )

    assert await shelf.find("Patient", ("name", "MUNO")) == ["ana"]
    assert await shelf.find("Patient", ("name", "mun")) == ["ana", "mun"]
    assert await shelf.find("Patient", ("name", "王小")) == ["li"]
    assert await shelf.find("Patient", ("name:contains", "小明")) == ["li"]
    assert await shelf.find("Patient", ("name", "zoe obrien")) == ["zoe"]
    assert await shelf.find("Patient", ("name:contains", "smith")) == ["zoe"]
    assert await shelf.find("Patient", ("name:contains", "cent%_")) == ["mun"]
    assert await shelf.find("Patient", ("name:exact", "Muñoz")) == ["ana"]
    assert await shelf.find("Patient", ("name:exact", "muñoz")) == []
    assert await shelf.find("Patient", ("name", "王,ana")) == ["ana", "li"]
    assert await shelf.find("Patient", ("name", "ana"), ("family", "mun")) == ["ana"]


async def test_dates_are_compared_by_all_they_may_mean(shelf: Shelf) -> None:
    born = ("1970", "1970-05", "1970-05-17", "1971-01-01")
    await shelf.put(*(patient(date, birthDate=date) for date in born))

    assert await shelf.find("Patient", ("birthdate", "1970")) == ["1970", "1970-05", "1970-05-17"]
    assert await shelf.find("Patient", ("birthdate", "1970-05")) == ["1970-05", "1970-05-17"]
    assert await shelf.find("Patient", ("birthdate", "ne1970-05")) == ["1970", "1971-01-01"]
    assert await shelf.find("Patient", ("birthdate", "gt1970-05-17")) == [
        *("1970", "1970-05", "1971-01-01")
    ]
    assert await shelf.find("Patient", ("birthdate", "sa1970")) == ["1971-01-01"]
    assert await shelf.find("Patient", ("birthdate", "eb1970-05-17")) == []
    assert await shelf.find("Patient", ("birthdate", "ge1970-05"), ("birthdate", "lt1971")) == [
        *("1970", "1970-05", "1970-05-17")
    ]
    either = await shelf.find("Patient", ("birthdate", "1971-01-01,1970-05-17"))
    assert either == ["1970-05-17", "1971-01-01"]


async def test_codes_are_found_with_and_without_their_system(shelf: Shelf) -> None:
    other = reading("other")
    other["code"]["coding"] = [{"system": "http://a.example", "code": "8867-4"}]
    bare = reading("bare")
    bare["code"]["coding"] = [{"code": "8867-4"}]
    await shelf.put(reading("loinc"), other, bare)

    assert await shelf.find("Observation", ("code", "8867-4")) == ["loinc", "other", "bare"]
    assert await shelf.find("Observation", ("code", f"{LOINC}|8867-4")) == ["loinc"]
    assert await shelf.find("Observation", ("code", "|8867-4")) == ["bare"]
    assert await shelf.find("Observation", ("code", f"{LOINC}|")) == ["loinc"]
    assert await shelf.find("Observation", ("code:not", f"{LOINC}|8867-4")) == ["other", "bare"]
    assert await shelf.find("Observation", ("combo-code", "8867-4"), ("_id", "bare,no")) == ["bare"]
    status = "http://hl7.org/fhir/observation-status"
    assert len(await shelf.find("Observation", ("status", f"{status}|FINAL"))) == 3
    assert await shelf.find("Observation", ("category:missing", "false")) == []
    assert len(await shelf.find("Observation", ("category:missing", "true"))) == 3
    assert len(await shelf.find("Observation", ("subject:missing", "false"))) == 3


async def test_amounts_are_found_by_number_unit_and_the_code_they_belong_to(shelf: Shelf) -> None:
    both = reading("both", "85354-9")
    del both["valueQuantity"]
    both["component"] = [
        {key: reading("", code, value, "mm[Hg]")[key] for key in ("code", "valueQuantity")}
        for code, value in (("8480-6", 150), ("8462-4", 80))
    ]
    await shelf.put(reading("slow", value=49.6), reading("fast", value=150), both)

    assert await shelf.find("Observation", ("value-quantity", "gt60")) == ["fast"]
    assert await shelf.find("Observation", ("value-quantity", "50")) == ["slow"]
    assert await shelf.find("Observation", ("value-quantity", "49.6||/min")) == ["slow"]
    assert await shelf.find("Observation", ("value-quantity", f"150|{UCUM}|/min")) == ["fast"]
    assert await shelf.find("Observation", ("value-quantity", "150||kg")) == []
    assert await shelf.find("Observation", ("combo-value-quantity", "150")) == ["fast", "both"]
    pairs = "component-code-value-quantity"
    assert await shelf.find("Observation", (pairs, "8480-6$gt140||mm[Hg]")) == ["both"]
    assert await shelf.find("Observation", (pairs, f"{LOINC}|8480-6$gt140")) == ["both"]
    assert await shelf.find("Observation", (pairs, "8462-4$gt140")) == []
    assert await shelf.find("Observation", (pairs, "http://a.example|8480-6$gt140")) == []
    assert await shelf.find("Observation", ("combo-code-value-quantity", "8867-4$lt60")) == ["slow"]


def ward() -> list[Resource]:
    """Two patients, a herd, a house, a visit, and what was measured in them."""
    bob = {"reference": "Patient/bob"}
    visit = {"resourceType": "Encounter", "id": "visit", "subject": bob}
    return [
        patient("ann", **named("Abel", "Ann"), gender="female"),
        patient("bob", **named("Baker", "Bob"), gender="male"),
        {"resourceType": "Organization", "id": "h", "name": "Hill House"},
        {"resourceType": "Group", "id": "bob", "type": "animal"},
        visit | {"serviceProvider": {"reference": "Organization/h"}},
        reading("hers"),
        reading("seen") | {"subject": bob, "encounter": {"reference": "Encounter/visit"}},
        reading("herd") | {"subject": {"reference": "Group/bob"}},
    ]


async def test_references_lead_both_ways(shelf: Shelf) -> None:
    await shelf.put(*ward())

    async def observations(*params: tuple[str, str]) -> list[str]:
        return await shelf.find("Observation", *params)

    assert await observations(("patient", "ann")) == ["hers"]
    assert await observations(("patient", "Patient/bob")) == ["seen"]
    assert await observations(("patient", "Group/bob")) == []
    assert await observations(("subject", "bob")) == ["seen", "herd"]
    assert await observations(("subject:Group", "bob")) == ["herd"]
    assert await observations(("patient.name", "bak")) == ["seen"]
    assert await observations(("subject:Patient.gender:not", "male")) == ["hers"]
    assert await observations(("subject:Patient._id", "ann")) == ["hers"]
    assert await observations(("subject.gender", "male,female")) == ["hers", "seen"]
    assert await observations(("encounter.service-provider.name", "hill")) == ["seen"]
    assert await observations(("encounter:Encounter.service-provider.name", "dale")) == []
    pulse = ("_has:Observation:patient:code", f"{LOINC}|8867-4")
    assert await shelf.find("Patient", pulse) == ["ann", "bob"]
    assert await shelf.find("Patient", pulse, ("name", "b")) == ["bob"]
    away = ("_has:Observation:patient:_has:Nothing:x:y", "1")
    with pytest.raises(Exception, match="not understood"):
        await shelf.find("Patient", away)
    placed = ("_has:Encounter:service-provider:patient.name", "baker")
    assert await shelf.find("Organization", placed) == ["h"]


async def test_what_may_not_be_seen_helps_nobody_to_find_anything(shelf: Shelf) -> None:
    hidden = patient("ann", **named("Abel", "Ann")) | {"category_for_the_test": 0}
    await shelf.put(hidden, reading("hers"))
    visible = "{r}.category <> 0"

    assert await shelf.find("Observation", ("patient.name", "abel")) == ["hers"]
    assert await shelf.find("Observation", ("patient.name", "abel"), visible=visible) == []
    assert await shelf.find("Patient", ("name", "abel"), visible=visible) == []
    assert await shelf.find("Observation", ("patient", "ann"), visible=visible) == ["hers"]


async def test_pages_follow_each_other_without_gap_or_repetition(shelf: Shelf) -> None:
    chance = random.Random(4)
    people = [
        patient(
            f"p{number:02}",
            **({"birthDate": f"19{chance.randint(10, 14)}"} if number % 5 else {}),
            **(named(chance.choice("ABC")) if number % 7 else {}),
        )
        for number in range(40)
    ]
    await shelf.put(*people)

    for sort in ("birthdate", "-birthdate,name", "-name,birthdate", "_lastUpdated", "-_id", ""):
        params = [("_sort", sort)] if sort else []
        whole = await shelf.find("Patient", *params)
        pages: list[str] = []
        cursor: list[tuple[str, str]] = []
        while True:
            query = compile_search("Patient", params + cursor, indexer=shelf.indexer, now=NOON)
            async with shelf.db.read() as tx:
                values = {**query.values, "type": "Patient", "limit": 7}
                rows = await tx.all(select_page(query.shape), **values)
                names: dict[int, str] = {row[0]: row[1] for row in await tx.all(NAMES)}
            pages += [names[row[0]] for row in rows]
            if len(rows) < 7:
                break
            cursor = [("_cursor", next_cursor(query, shelf.indexer, rows[-1]))]
        assert pages == whole
        assert sorted(whole) == [it["id"] for it in people]


async def test_sorting_goes_by_value_and_what_has_none_comes_last(shelf: Shelf) -> None:
    await shelf.put(
        patient("none"), patient("old", birthDate="1930"), patient("young", birthDate="2001-02-03")
    )

    assert await shelf.find("Patient", ("_sort", "birthdate")) == ["old", "young", "none"]
    assert await shelf.find("Patient", ("_sort", "-birthdate")) == ["young", "old", "none"]
    assert await shelf.find("Patient", ("_sort", "-_lastUpdated")) == ["young", "old", "none"]
    assert await shelf.find("Patient", ("_lastUpdated", "2026-03-01")) == ["none", "old", "young"]
    assert await shelf.find("Patient", ("_lastUpdated", "lt2026-03-01")) == []


async def test_what_belongs_together_comes_along(shelf: Shelf) -> None:
    await shelf.put(patient("ann"), patient("bob"), reading("hers"), reading("too"))

    async def along(type: str, name: str, value: str, visible: str = ANYTHING) -> list[str]:
        query = compile_search(type, [(name, value)], indexer=shelf.indexer, now=NOON)
        (include,) = query.includes
        async with shelf.db.read() as tx:
            values = {**query.values, "type": type, "limit": 100}
            page = [row[0] for row in await tx.all(select_page(query.shape), **values)]
            sql = select_included(shape_of(include, len(page)), visible)
            rows = await tx.all(sql, **include_values(include, page), limit=100)
            names: dict[int, str] = {row[0]: row[1] for row in await tx.all(NAMES)}
        return [names[row[0]] for row in rows]

    assert await along("Observation", "_include", "Observation:subject") == ["ann"]
    assert await along("Observation", "_include", "Observation:subject:Group") == []
    assert await along("Observation", "_include", "*") == ["ann"]
    assert await along("Patient", "_revinclude", "Observation:patient") == ["hers", "too"]
    assert await along("Patient", "_revinclude", "Observation:*") == ["hers", "too"]
    assert await along("Patient", "_revinclude", "Condition:patient") == []
    unseen = "{r}.type <> 'Patient'"
    assert await along("Observation", "_include", "Observation:subject", unseen) == []


# ------------------------------------------------------------- against a plain look through all

Look = Callable[[Resource], bool]


def coded(concept: Any, code: str) -> bool:
    return code in [it["code"] for it in concept["coding"]]


def refers(resource: Resource, key: str, to: str) -> bool:
    return resource.get(key, {}).get("reference") == to


def searches_for(one: Resource) -> Sequence[tuple[Look, Sequence[tuple[str, str]]]]:
    """Five ways to look for an Observation: what it must be, and how one asks for that."""
    her, code = one["subject"]["reference"], one["code"]["coding"][0]["code"]
    at, value = one["effectiveDateTime"], one["valueQuantity"]["value"]

    def is_hers(it: Resource) -> bool:
        return refers(it, "subject", her)

    def is_it(it: Resource) -> bool:
        return coded(it["code"], code)

    def is_more(it: Resource) -> bool:
        return is_it(it) and it.get("valueQuantity", {}).get("value", -1e9) > value

    def is_later(it: Resource) -> bool:
        is_after = datetime.fromisoformat(it["effectiveDateTime"]) >= datetime.fromisoformat(at)
        return is_after and "category" in it and coded(it["category"][0], "vital-signs")

    return (
        (is_hers, [("patient", her)]),
        (is_it, [("code", f"{LOINC}|{code}")]),
        (lambda it: is_it(it) and is_hers(it), [("code", code), ("subject", her)]),
        (is_more, [("code-value-quantity", f"{code}$gt{value}")]),
        (is_later, [("category", "vital-signs"), ("date", f"ge{at}")]),
    )


@pytest.fixture
async def real(shelf: Shelf, test_data: Path) -> Shelf:
    """Three Synthea patients with all that is theirs."""
    for file in sorted((test_data / "synthea").glob("*_*_*.json"))[:3]:
        entries = orjson.loads(file.read_bytes())["entry"]
        mapping = {
            it["fullUrl"]: f"{it['resource']['resourceType']}/{it['resource']['id']}"
            for it in entries
        }
        await shelf.put(*(rewrite_references(it["resource"], mapping) for it in entries))
    return shelf


async def test_a_search_finds_what_a_look_through_everything_finds(real: Shelf) -> None:
    chance = random.Random(3)
    by_type: dict[str, list[Resource]] = {}
    for resource in real.resources:
        by_type.setdefault(resource["resourceType"], []).append(resource)

    async def agrees(type: str, look: Look, *params: tuple[str, str]) -> int:
        expected = sorted(it["id"] for it in by_type[type] if look(it))
        assert sorted(await real.find(type, *params, limit=10_000)) == expected, params
        return len(expected)

    count = 0
    for one in chance.sample([it for it in by_type["Observation"] if "valueQuantity" in it], 8):
        for look, params in searches_for(one):
            count += await agrees("Observation", look, *params)
    assert count > 100
    for one in by_type["Patient"]:
        her, family = f"Patient/{one['id']}", one["name"][0]["family"]
        assert await agrees("Patient", lambda it, one=one: it is one, ("family:exact", family))
        hers = await agrees(
            "Condition", lambda it, her=her: refers(it, "subject", her), ("patient.family", family)
        )
        assert hers > 0
    ill = by_type["Condition"][0]
    found = await real.find("Patient", ("_has:Condition:patient:_id", ill["id"]))
    assert found == [ill["subject"]["reference"].removeprefix("Patient/")]
