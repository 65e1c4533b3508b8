import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.kit.errors import Incorrect
from asklepion.records.engine import Index, Indexer
from asklepion.records.engine.dates import BEGINNING, END, span_of
from asklepion.records.engine.parameters import number_of

HERE = "https://here.example/fhir/R4"
LOINC = "http://loinc.org"


def numbered(index: Index, type: str, code: str) -> list[Any]:
    """What is found under one parameter in the tables that know it."""
    number = number_of(type, code)
    rows: list[tuple[Any, ...]] = [*index.strings, *index.dates, *index.numbers, *index.references]
    return sorted(row[1] if len(row) == 2 else row[1:] for row in rows if row[0] == number)


def test_a_name_is_found_by_each_of_its_parts_and_in_both_orders(indexer: Indexer) -> None:
    name = {"family": "Muñoz", "given": ["Ana", "María"], "prefix": ["Dr."], "use": "usual"}

    index = indexer.index({"resourceType": "Patient", "name": [name]})

    assert numbered(index, "Patient", "name") == [
        *("ana", "ana maria munoz", "dr", "maria", "munoz", "munoz ana maria", "munozana maria")
    ]
    assert numbered(index, "Patient", "given") == ["ana", "maria"]


def test_a_chinese_name_is_found_as_it_is_written(indexer: Indexer) -> None:
    name = {"family": "王", "given": ["小明"]}

    index = indexer.index({"resourceType": "Patient", "name": [name]})

    assert "王小明" in numbered(index, "Patient", "name")


def test_a_code_is_found_alone_with_its_system_and_by_its_system(indexer: Indexer) -> None:
    code = {"coding": [{"system": LOINC, "code": "8867-4"}, {"code": "HR"}]}
    number = number_of("Observation", "code")

    index = indexer.index({"resourceType": "Observation", "code": code})

    keys = indexer.keys
    assert set(index.tokens) == {
        keys.code(number, "8867-4"),
        keys.coding(number, LOINC, "8867-4"),
        keys.system(number, LOINC),
        keys.code(number, "hr"),
        keys.coding(number, "", "hr"),
        keys.present(number),
    }


def test_a_value_is_found_by_its_amount_its_unit_and_the_code_beside_it(indexer: Indexer) -> None:
    quantity = {"value": 72, "unit": "beats/min", "system": "http://unitsofmeasure.org"}
    pulse = {
        "resourceType": "Observation",
        "code": {"coding": [{"system": LOINC, "code": "8867-4"}]},
        "valueQuantity": quantity | {"code": "/min"},
    }
    value, pair = (number_of("Observation", it) for it in ("value-quantity", "code-value-quantity"))

    index = indexer.index(pulse)

    assert index.numbers == [(value, 72.0)]
    assert set(index.quantities) == {
        (indexer.keys.unit(value, "/min"), 72.0),
        (indexer.keys.unit(value, "beats/min"), 72.0),
        (indexer.keys.pair(pair, "8867-4", ""), 72.0),
        (indexer.keys.pair(pair, "8867-4", "/min"), 72.0),
        (indexer.keys.pair(pair, "8867-4", "beats/min"), 72.0),
    }


@pytest.mark.parametrize(
    ("written", "amount"),
    [(Decimal("1.50"), 1.5), (10**400, math.inf), (-(10**400), -math.inf), (-3, -3.0)],
)
def test_amounts_are_found_whatever_kind_of_number_they_were_read_as(
    indexer: Indexer, written: Any, amount: float
) -> None:
    risk = {"resourceType": "RiskAssessment", "prediction": [{"probabilityDecimal": written}]}
    weight = {"resourceType": "Observation", "valueQuantity": {"value": written}}

    assert [value for _, value in indexer.index(risk).numbers] == [amount]
    assert [value for _, value in indexer.index(weight).numbers] == [amount]


def test_a_period_lasts_from_its_start_to_its_end_or_for_ever(indexer: Indexer) -> None:
    visit = {"resourceType": "Encounter", "period": {"start": "2026-03", "end": "2026-04-05"}}
    march, fifth = span_of("2026-03"), span_of("2026-04-05")
    assert march is not None
    assert fifth is not None

    assert numbered(indexer.index(visit), "Encounter", "date") == [(march[0], fifth[1])]
    visit["period"] = {"start": "2026-03"}
    assert numbered(indexer.index(visit), "Encounter", "date") == [(march[0], END)]
    visit["period"] = {"end": "2026-04-05"}
    assert numbered(indexer.index(visit), "Encounter", "date") == [(BEGINNING, fifth[1])]
    visit["period"] = {"id": "x"}
    assert numbered(indexer.index(visit), "Encounter", "date") == []


@pytest.mark.parametrize("version", ["", "/_history/4"])
@pytest.mark.parametrize("base", ["", f"{HERE}/"])
def test_a_reference_is_the_same_however_it_is_written(
    indexer: Indexer, base: str, version: str
) -> None:
    written = f"{base}Patient/1{version}"

    index = indexer.index({"resourceType": "Observation", "subject": {"reference": written}})

    assert numbered(index, "Observation", "subject") == [indexer.key_of("Patient", "1")]


def test_a_reference_elsewhere_or_inside_is_not_taken_for_one_here(indexer: Indexer) -> None:
    there = {"reference": "https://there.example/Patient/1"}
    inside = {"reference": "#1"}
    resource = {"resourceType": "Observation", "subject": there, "performer": [inside]}

    index = indexer.index(resource)

    assert numbered(index, "Observation", "subject") != [indexer.key_of("Patient", "1")]
    assert numbered(index, "Observation", "performer") == []


def test_only_what_a_parameter_filters_for_is_found_by_it(indexer: Indexer) -> None:
    phones = [{"system": "phone", "value": "1"}, {"system": "email", "value": "a@b.example"}]

    index = indexer.index({"resourceType": "Patient", "telecom": phones})

    mail, phone = number_of("Patient", "email"), number_of("Patient", "phone")
    assert indexer.keys.code(mail, "a@b.example") in index.tokens
    assert indexer.keys.code(mail, "1") not in index.tokens
    assert indexer.keys.code(phone, "1") in index.tokens


@pytest.mark.parametrize(
    ("fields", "is_dead"),
    [
        ({}, False),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": True}, True),
        ({"deceasedDateTime": "2026"}, True),
    ],
)
def test_somebody_is_dead_or_alive_however_it_is_said(
    indexer: Indexer, fields: dict[str, Any], is_dead: bool
) -> None:
    index = indexer.index({"resourceType": "Patient", **fields})

    key = indexer.keys.code(number_of("Patient", "deceased"), str(is_dead).lower())
    assert key in index.tokens


def test_what_has_no_type_is_not_indexed(indexer: Indexer) -> None:
    with pytest.raises(Incorrect):
        indexer.index({"resourceType": "Potato"})


def test_no_row_comes_twice(synthea: list[dict[str, Any]], indexer: Indexer) -> None:
    for resource in synthea[:2000]:
        index = indexer.index(resource)
        for rows in (index.tokens, index.strings, index.dates, index.references, index.quantities):
            assert len(set(rows)) == len(rows)


def test_another_key_makes_other_rows_and_the_same_key_the_same(
    synthea: list[dict[str, Any]], indexer: Indexer
) -> None:
    same, other = Indexer(bytes(32)), Indexer(bytes(31) + b"\x01")

    for resource in synthea[:500]:
        tokens = set(indexer.index(resource).tokens)
        assert set(same.index(resource).tokens) == tokens
        assert not set(other.index(resource).tokens) & tokens


def test_a_key_never_changes_since_databases_hold_it(indexer: Indexer) -> None:
    assert indexer.key_of("Patient", "1") == 269789703414606975
    assert indexer.keys.coding(1, LOINC, "8867-4") == -5255268211488218590


texts = st.text(alphabet=st.characters(min_codepoint=32), min_size=1, max_size=20)


@given(a=st.tuples(texts, texts), b=st.tuples(texts, texts))
def test_different_codings_have_different_keys(a: tuple[str, str], b: tuple[str, str]) -> None:
    keys = Indexer(bytes(32)).keys
    a, b = (a[0], a[1].lower()), (b[0], b[1].lower())

    assert (keys.coding(1, *a) == keys.coding(1, *b)) == (a == b)
    kinds = {keys.coding(1, *a), keys.code(1, a[1]), keys.system(1, a[0]), keys.uri(1, a[1])}
    kinds |= {keys.exact(1, a[1]), keys.unit(1, a[1]), keys.pair(1, *a), keys.present(1)}
    assert len(kinds | {keys.target(a[1])}) == 9
