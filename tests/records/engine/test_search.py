from datetime import UTC, datetime
from operator import ge, gt, le, lt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.kit.errors import Incorrect, Unsupported
from asklepion.records.engine import Indexer, Query, compile_search, next_cursor
from asklepion.records.engine.asked import Asked, date_bounds, number_bounds, split, unescape
from asklepion.records.engine.dates import span_of
from asklepion.records.engine.parameters import parameters_of
from asklepion.records.engine.tables import resource_types
from asklepion.records.store.plans import select_page, select_total

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
INDEXER = Indexer(bytes(32), base="https://here.example/fhir/R4")


def plan(type: str, *params: tuple[str, str], is_lenient: bool = False) -> Query:
    return compile_search(type, params, indexer=INDEXER, now=NOW, is_lenient=is_lenient)


@pytest.mark.parametrize(
    "name",
    [
        *("nonsense", "code:of", "onset-date:exact", "code:exact", "code.name"),
        *("patient.nonsense", "_has:Condition:code:x", "_has:Nothing:patient:code"),
        *("_has:Condition", "subject:Potato", "_sort:desc", "_count:exact", "x' OR 1=1 --"),
        "encounter.subject.general-practitioner.organization.name",
    ],
)
def test_what_is_not_understood_is_refused_by_name_or_left_out_and_named(name: str) -> None:
    with pytest.raises(Incorrect):
        plan("Condition", (name, "5"))

    lenient = plan("Condition", (name, "5"), ("code", "1"), is_lenient=True)
    assert lenient.left_out == (name,)
    assert len(lenient.shape.clauses) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("_filter", "a"), ("_query", "a"), ("_contained", "true"), ("_containedType", "a")],
        *[("code:above", "http://loinc.org|1"), ("code:below", "http://snomed.info/sct|1")],
        ("_list", "$current-problems"),
        *[("code:in", "http://a.example/nowhere"), ("code:not-in", "http://a.example/x|1")],
    ],
)
def test_what_is_not_done_says_so(name: str, value: str) -> None:
    with pytest.raises(Unsupported, match=r"not done|false only|not here|functional"):
        plan("Condition", (name, value))


@pytest.mark.parametrize(
    ("type", "name", "value"),
    [
        ("Patient", "birthdate", "1970-02-30"),
        ("Patient", "birthdate", "xx1970"),
        ("Patient", "name", ""),
        ("Patient", "name", "a,,b"),
        ("Patient", "name", "?!"),
        ("Patient", "name", "a" * 5000),
        ("Patient", "identifier", "a|b|c"),
        ("Patient", "identifier", "|"),
        ("Patient", "active:missing", "perhaps"),
        ("Patient", "_count", "-1"),
        ("Patient", "_count", "many"),
        ("Patient", "_total", "roughly"),
        ("Patient", "_cursor", "AAAA"),
        ("Patient", "_include", "Observation:subject"),
        ("Patient", "_include", "Patient:name"),
        ("Patient", "_revinclude", "subject"),
        ("Observation", "value-quantity", "1e999"),
        ("Observation", "value-quantity", "NaN"),
        ("Observation", "value-quantity", "5|mg"),
        ("Observation", "code-value-quantity", "8480-6"),
        ("Observation", "code-value-quantity", "$5"),
        ("Observation", "focus", "1"),
        ("Observation", "code", ",".join("a" * 300)),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_even_for_the_lenient(
    type: str, name: str, value: str
) -> None:
    for is_lenient in (False, True):
        with pytest.raises(Incorrect) as refused:
            plan(type, (name, value), is_lenient=is_lenient)
        assert len(value) < 3 or value not in refused.value.message


def test_every_parameter_of_every_type_can_be_asked_for() -> None:
    values = {"token": "a|b", "string": "ab", "date": "ge2020", "reference": "Patient/1"}
    values |= {"number": "lt5", "quantity": "5||mg", "uri": "http://a.example"}
    values |= {"special": "48.2|16.4|5|km"}
    count = 0
    for type in sorted(resource_types()):
        for it in parameters_of(type).values():
            value = values.get(it.kind) or "$".join(values[part.kind] for part in it.parts)
            query = plan(type, (it.code, value))
            assert select_page(query.shape)
            assert select_total(query.shape)
            count += 1

    assert count == 2573


def test_searches_of_one_shape_are_one_text() -> None:
    one = plan("Observation", ("patient", "Patient/1"), ("code", "a"), ("_sort", "-date"))
    two = plan("Observation", ("patient", "Patient/2"), ("code", "b|c"), ("_sort", "-date"))
    three = plan("Observation", ("patient", "Patient/2"), ("code", "b,c"), ("_sort", "-date"))

    assert one.shape == two.shape != three.shape
    assert select_page(one.shape) is select_page(two.shape)


def test_values_never_stand_in_the_text() -> None:
    value = "Zebra'"
    query = plan("Patient", ("name:contains", value), ("identifier", value), ("_id", value))

    assert "zebra" not in select_page(query.shape).lower()


def test_a_list_of_values_fills_up_to_a_power_of_two() -> None:
    three = plan("Observation", ("code", "a,b,c"))
    four = plan("Observation", ("code", "a,b,c,d"))

    assert three.shape == four.shape


def test_what_is_asked_about_the_answer_is_no_condition() -> None:
    query = plan(
        "Observation",
        *[("_count", "7"), ("_total", "accurate"), ("_format", "json"), ("_pretty", "true")],
        *[("_include", "Observation:subject"), ("_include", "Observation:patient")],
        *[("_revinclude", "Provenance:target"), ("_include", "*")],
    )

    assert query.shape.clauses == ()
    assert (query.count, query.wants_total, query.only_total) == (7, True, False)
    assert [(it.is_reverse, it.target_type) for it in query.includes] == [
        (False, None),
        (False, "Patient"),
        (True, "Provenance"),
        (False, None),
    ]


@pytest.mark.parametrize("params", [[("_summary", "count")], [("_count", "0")]])
def test_one_may_ask_for_the_total_alone(params: list[tuple[str, str]]) -> None:
    assert plan("Patient", *params).only_total


def test_a_cursor_goes_on_only_where_it_was_made_and_tells_nothing() -> None:
    query = plan("Patient", ("_sort", "name,-birthdate"))
    cursor = next_cursor(query, INDEXER, [12, "wanda secret", -5])

    after = plan("Patient", ("_sort", "name,-birthdate"), ("_cursor", cursor))

    assert after.shape.has_after
    held = [after.values[name] for name in ("after_rid", "after0", "after1")]
    assert held == [12, "wanda secret", -5]
    assert "wanda" not in cursor
    for params in ([("_sort", "name")], [("_sort", "name,birthdate")], []):
        with pytest.raises(Incorrect, match="cursor"):
            plan("Patient", *params, ("_cursor", cursor))
    with pytest.raises(Incorrect, match="cursor"):
        plan("Person", ("_sort", "name,-birthdate"), ("_cursor", cursor))
    with pytest.raises(Incorrect, match="cursor"):
        plan("Patient", ("_sort", "name,-birthdate"), ("_cursor", cursor[:-2] + "AA"))


# ------------------------------------------------------------------ laws of comparing

ASKED = Asked("x", "", "")
days = st.dates(datetime(1990, 1, 1).date(), datetime(2030, 1, 1).date()).map(str)
dates = st.tuples(days, st.sampled_from([4, 7, 10])).map(lambda it: it[0][: it[1]])
spans = st.tuples(dates, dates).map(lambda it: _span(*it))
numbers = st.decimals(-1000, 1000, allow_nan=False, places=2).map(str)


def _span(a: str, b: str) -> dict[str, float]:
    first, second = span_of(a), span_of(b)
    assert first is not None
    assert second is not None
    return {"lo": min(first[0], second[0]), "hi": max(first[1], second[1])}


def keeps(row: dict[str, float], either: list[list[tuple[str, str, int | float]]]) -> bool:
    compare = {"<": lt, "<=": le, ">": gt, ">=": ge}
    return any(all(compare[op](row[column], value) for column, op, value in way) for way in either)


@given(row=spans, date=dates)
def test_prefixes_of_dates_keep_their_laws(row: dict[str, float], date: str) -> None:
    def asked(prefix: str) -> bool:
        return keeps(row, date_bounds(ASKED, prefix + date, 0))

    assert asked("") == asked("eq")
    assert asked("eq") != asked("ne")
    assert asked("ge") == (asked("gt") or asked("eq"))
    assert asked("le") == (asked("lt") or asked("eq"))
    assert asked("gt") >= asked("sa")
    assert asked("lt") >= asked("eb")
    assert not (asked("sa") and asked("eb"))


@given(date=dates)
def test_a_date_lies_in_every_coarser_one_and_in_itself(date: str) -> None:
    row = _span(date, date)

    for length in (4, 7, 10):
        coarse = date_bounds(ASKED, date[:length], 0)
        assert keeps(row, coarse) or len(date) < length


@given(number=numbers, other=numbers)
def test_prefixes_of_numbers_keep_their_laws(number: str, other: str) -> None:
    row = {"value": float(other)}

    def asked(prefix: str) -> bool:
        return keeps(row, number_bounds(ASKED, prefix + number))

    assert asked("eq") != asked("ne")
    assert asked("ge") != asked("lt")
    assert asked("le") != asked("gt")
    assert keeps({"value": float(number)}, number_bounds(ASKED, number))


@pytest.mark.parametrize(
    ("asked", "found", "not_found"),
    [
        ("100", [99.5, 100, 100.49], [99.49, 100.5]),
        ("100.00", [100, 100.004], [100.006]),
        ("1e2", [51, 149], [49, 151]),
        ("ne100", [99, 101], [100]),
        ("ap100", [91, 109], [89, 111]),
        ("gt-1", [0], [-1]),
    ],
)
def test_how_exactly_a_number_is_written_says_how_exactly_it_is_meant(
    asked: str, found: list[float], not_found: list[float]
) -> None:
    bounds = number_bounds(ASKED, asked)

    assert all(keeps({"value": it}, bounds) for it in found)
    assert not any(keeps({"value": it}, bounds) for it in not_found)


@given(parts=st.lists(st.text(alphabet="ab,|$\\"), min_size=1))
def test_escaped_signs_part_nothing(parts: list[str]) -> None:
    escaped = ["".join("\\" + char if char in ",|$\\" else char for char in part) for part in parts]

    assert [unescape(part) for part in split(",".join(escaped), ",")] == parts
