"""FHIRPath: what the official suite does not ask."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.kit.errors import Incorrect
from asklepion.records.engine.fhirpath import Environment, Moment, Node, compile_path, plain

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p",
    "contained": [{"resourceType": "Organization", "id": "o", "name": "Ward"}],
    "birthDate": "1980-02",
    "name": [{"family": "Li", "given": ["Wei", None], "_given": [None, {"id": "x"}]}],
    "managingOrganization": {"reference": "#o"},
    "generalPractitioner": [{"reference": "Practitioner/d"}],
}


def values(text: str, focus: Any = PATIENT, **environment: Any) -> list[Any]:
    found = compile_path(text).evaluate(focus, Environment(**environment))
    return [plain(it) for it in found]


def test_the_same_text_is_compiled_once() -> None:
    assert compile_path("name.given") is compile_path("name.given")


def test_an_error_says_at_which_character() -> None:
    with pytest.raises(Incorrect, match="character 8"):
        compile_path("name = )")


@pytest.mark.parametrize(
    "text",
    ["", "name.", "name[", "'", "1 +", "@2015-13", "name given", "$that", "f(", "{1}", "``x"],
)
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(Incorrect):
        compile_path(text)


@given(st.text(alphabet="name.()[]{}'`@%$|&=<>~!0123+-*/\\ ,", max_size=40))
def test_whatever_is_sent_is_an_expression_or_incorrect(text: str) -> None:
    try:
        compile_path(text).evaluate(PATIENT, Environment(steps_most=1000))
    except Incorrect:
        return


def test_an_element_that_is_not_there_is_found_before_it_is_run() -> None:
    with pytest.raises(Incorrect, match="no element"):
        compile_path("name.where(use = 'usual').givn").check("Patient")

    compile_path("name.where(use = 'usual').given").check("Patient")


def test_a_reference_is_resolved_within_its_resource_or_by_who_is_asked() -> None:
    asked: list[str] = []

    def resolve(reference: str) -> dict[str, Any] | None:
        asked.append(reference)
        return {"resourceType": "Practitioner", "id": "d", "gender": "female"}

    assert values("managingOrganization.resolve().name") == ["Ward"]
    assert values("generalPractitioner.resolve()") == []
    assert values("generalPractitioner.resolve().gender", resolve=resolve) == ["female"]
    assert asked == ["Practitioner/d"]


def test_a_reference_in_a_bundle_is_resolved_there() -> None:
    bundle = {
        "resourceType": "Bundle",
        "entry": [{"fullUrl": "https://x.example/Practitioner/d", "resource": {
            "resourceType": "Practitioner", "gender": "male"}}],
    }  # fmt: skip

    assert values("generalPractitioner.resolve().gender", root=bundle) == ["male"]


def test_terminology_is_asked_when_there_is_one() -> None:
    asked: list[Any] = []

    def member_of(item: Any, url: str) -> bool:
        asked.append((item, url))
        return True

    assert values("name.family.memberOf('urn:x')") == []
    assert values("name.family.memberOf('urn:x')", member_of=member_of) == [True]
    assert asked == [("Li", "urn:x")]


def test_variables_are_those_that_are_given() -> None:
    assert values("%limit + 1", variables={"limit": 2}) == [3]
    assert values("%resource.id = %context.id") == [True]
    with pytest.raises(Incorrect, match="variable"):
        values("%other")


def test_without_a_clock_nobody_knows_the_time() -> None:
    with pytest.raises(Incorrect, match="clock"):
        values("now()")

    assert values("today()", now=datetime(2026, 3, 1, 12, tzinfo=UTC)) == [
        Moment("date", (2026, 3, 1))
    ]


def test_trace_tells_and_changes_nothing() -> None:
    told: list[tuple[str, list[Any]]] = []

    def tell(name: str, items: list[Any]) -> None:
        told.append((name, items))

    found = values("name.family.trace('f')", trace=tell)

    assert found == ["Li"]
    assert [(name, [plain(it) for it in items]) for name, items in told] == [("f", ["Li"])]


def test_an_item_of_a_list_may_have_only_an_id() -> None:
    found = compile_path("name.given").evaluate(PATIENT)

    assert [it.value for it in found if isinstance(it, Node)] == ["Wei", None]
    assert values("name.given.id") == ["x"]


def test_numbers_are_decimal_however_they_were_read() -> None:
    quantity = {"resourceType": "Observation", "valueQuantity": {"value": 0.1, "code": "mg"}}

    assert values("(value.value + 0.2) = 0.3", quantity) == [True]
    assert values("value < 1 'g'", quantity) == [True]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("37 'Cel' = 310.15 'K'", [True]),
        ("98.6 '[degF]' = 37 'Cel'", [True]),
        ("120 'mm[Hg]' > 15 'kPa'", [True]),
        ("1 'mmol/L' = 1000 'umol/L'", [True]),
        ("60 '/min' = 1 's-1'", [True]),
        ("5 'ug/(kg.min)' = 5 'ug/kg/min'", [True]),
        ("1 '[iU]' = 1 'U'", []),
        ("1 'mg' = 1 'mL'", []),
        ("4 '{tablet}' = 4 '1'", [True]),
        ("1 'g' + 1 'mg' = 1.001 'g'", [True]),
        ("1000 'g'.toQuantity('kg') = 1 'kg'", [True]),
        ("@2024-02-29 + 1 year = @2025-02-28", [True]),
        ("@2024-01-31 + 1 month = @2024-02-29", [True]),
        ("@T23:00 + 2 hours = @T01:00", [True]),
        ("@2014 + 24 months = @2016", [True]),
        ("@9999-12-31 + 1 day", []),
        ("@2015-01-01T23:30:00-02:00 = @2015-01-02T01:30:00Z", [True]),
        ("birthDate = @1980-02-03", []),
        ("birthDate > @1979", [True]),
        ("2147483647 + 1", []),
        ("10.power(50) * 10.power(50)", []),
        ("'abcdef'.replaceMatches('(b)(c)', '$2$1')", ["acbdef"]),
        ("iif(name.exists(), 'yes', 'no')", ["yes"]),
        ("(3 | 1 | 2).sort($this).first()", [1]),
        ("name is HumanName and name is Element", [True]),
        ("Patient is DomainResource", [True]),
        ("contained.ofType(Organization).name", ["Ward"]),
    ],
)  # fmt: skip
def test_computes(text: str, found: list[Any]) -> None:
    assert values(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "-" * 5000 + "1",
        "1" + "+1" * 20_000,
        "repeat($this | $this.combine('x' & $this.toString()))",
        "(1|2|3|4|5|6|7|8).repeatAll(1|2|3|4|5|6|7|8)",
        "(1|2|3).repeat($this + 1)",
        "'" + "a" * 1000 + "'.toChars().aggregate($total & $total & 'aaaaaaaaaa', 'a').length()",
        "'" + "a" * 1000 + "'.toChars().aggregate($total.combine($total).combine($this))",
        "'" + "a" * 5000 + "'.toChars().select($this.combine('" + "b" * 5000 + "'.toChars()))",
        "'abc'.matches('(?=a)')",
        "'abc'.matches('(((a{1000}){1000}){1000})')",
    ],
)
def test_a_hostile_expression_ends_soon_and_is_refused(text: str) -> None:
    with pytest.raises(Incorrect):
        compile_path(text).evaluate(PATIENT)


def test_a_pattern_that_would_hang_others_does_not_hang_us() -> None:
    assert values("'" + "a" * 5000 + "!'.matches('^(a+)+$')") == [False]


def test_a_long_chain_is_no_deep_one() -> None:
    assert values(" + ".join(["1"] * 2000)) == [2000]
    assert values("1" + ".first()" * 1000) == [1]


amounts = st.decimals(-10_000, 10_000, places=3)


@given(amounts, amounts)
def test_sums_are_exact(a: Decimal, b: Decimal) -> None:
    assert values("%a + %b - %b = %a", variables={"a": a, "b": b}) == [True]


days = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))


@given(days, st.integers(-20_000, 20_000))
def test_days_that_are_added_can_be_taken_away(at: datetime, count: int) -> None:
    moment = Moment.of(at.replace(tzinfo=UTC))
    there = moment.plus(Decimal(count), "day")

    assert there is not None
    assert there.plus(Decimal(-count), "day") == moment
    assert there.compare(moment) == (count > 0) - (count < 0)
