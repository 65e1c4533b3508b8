"""Searches find what a look through everything finds, in the same order, page by page."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asklepion.records.engine.dates import span_of

from ..conftest import Office
from ..people import LOINC, MEI, MEI_ASKS, OPERATOR_ASKS, Resource, patient

CODES = ("a", "b", "c")
DATES = ("2025", "2025-06", "2025-06-15", "2026-01-01T10:00:00Z")
VALUES = (1, 2.5, 100)
GROUPS = count()
GROUP = "http://a.example/group"

Look = Callable[[Resource], bool]


@dataclass(frozen=True)
class Ask:
    """One parameter, and the same as a look at a resource."""

    name: str
    value: str
    look: Look

    def __repr__(self) -> str:
        return f"{self.name}={self.value}"


def code_of(it: Resource) -> str:
    return it["code"]["coding"][0]["code"]


def span(it: Resource) -> tuple[int, int] | None:
    return span_of(it["effectiveDateTime"]) if "effectiveDateTime" in it else None


def by_date(prefix: str, date: str) -> Ask:
    asked = span_of(date)
    assert asked
    lo, hi = asked

    def look(it: Resource) -> bool:
        found = span(it)
        if found is None:
            return False
        inside = lo <= found[0] and found[1] <= hi
        match prefix:
            case "":
                return inside
            case "ne":
                return not inside
            case "gt":
                return found[1] > hi
            case "lt":
                return found[0] < lo
            case "ge":
                return found[1] > hi or found[0] >= lo
            case "le":
                return found[0] < lo or found[1] <= hi
            case "sa":
                return found[0] > hi
            case _:
                return found[1] < lo

    return Ask("date", f"{prefix}{date}", look)


def by_value(prefix: str, value: float) -> Ask:
    looks: dict[str, Callable[[float], bool]] = {
        "gt": lambda it: it > value,
        "lt": lambda it: it < value,
        "ge": lambda it: it >= value,
        "le": lambda it: it <= value,
    }
    return Ask(
        "value-quantity",
        f"{prefix}{value}",
        lambda it: "valueQuantity" in it and looks[prefix](it["valueQuantity"]["value"]),
    )


def by_code(codes: list[str], modifier: str) -> Ask:
    def look(it: Resource) -> bool:
        return (code_of(it) in codes) != (modifier == ":not")

    return Ask(f"code{modifier}", ",".join(f"{LOINC}|{code}" for code in codes), look)


def by_absence(is_missing: bool) -> Ask:
    return Ask(
        "date:missing",
        str(is_missing).lower(),
        lambda it: ("effectiveDateTime" in it) != is_missing,
    )


codes = st.sampled_from(CODES)
asks = st.one_of(
    st.builds(
        by_date,
        st.sampled_from(["", "ne", "gt", "lt", "ge", "le", "sa", "eb"]),
        st.sampled_from(DATES),
    ),
    st.builds(by_value, st.sampled_from(["gt", "lt", "ge", "le"]), st.sampled_from(VALUES)),
    st.builds(by_code, st.lists(codes, min_size=1), st.sampled_from(["", ":not"])),
    st.builds(by_absence, st.booleans()),
)
facts = st.lists(
    st.tuples(codes, st.sampled_from([None, *DATES]), st.sampled_from([None, *VALUES])),
    max_size=9,
)
sorts = st.lists(
    st.sampled_from(["date", "-date", "code", "-code", "value-quantity", "-value-quantity", "_id"]),
    max_size=3,
    unique_by=lambda it: it.removeprefix("-"),
)


def observation(number: int, group: str, fact: tuple[str, Any, Any]) -> Resource:
    code, date, value = fact
    made: Resource = {
        "resourceType": "Observation",
        "id": f"{group}-{number}",
        "meta": {"tag": [{"system": GROUP, "code": group}]},
        "status": "final",
        "subject": {"reference": MEI},
        "code": {"coding": [{"system": LOINC, "code": code}]},
    }
    if date is not None:
        made["effectiveDateTime"] = date
    if value is not None:
        made["valueQuantity"] = {"value": value}
    return made


def key(it: Resource, code: str) -> Any:
    match code:
        case "date":
            found = span(it)
            return found[0] if found else None
        case "code":
            return code_of(it)
        case "value-quantity":
            return it.get("valueQuantity", {}).get("value")
        case _:
            return it["id"]


def in_order(found: list[Resource], sort: list[str]) -> list[tuple[Any, ...]]:
    """What the keys are, row by row, in the right order; what is missing is last."""
    rows = [tuple(key(it, code.removeprefix("-")) for code in sort) for it in found]
    for position in reversed(range(len(sort))):
        known = [row for row in rows if row[position] is not None]
        none = [row for row in rows if row[position] is None]
        is_down = sort[position].startswith("-")
        rows = sorted(known, key=lambda row: row[position], reverse=is_down) + none
    return rows


async def pages(office: Office, params: list[tuple[str, str]], size: int) -> list[Resource]:
    found: list[Resource] = []
    cursor: list[tuple[str, str]] = []
    while True:
        asked = [*params, ("_count", str(size)), *cursor]
        page = await office.records.search(MEI_ASKS, "Observation", asked)
        found += page.entries
        assert len(page.entries) <= size
        if page.next is None:
            return found
        assert len(page.entries) == size
        cursor = [("_cursor", page.next)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=facts, asked=st.lists(asks, max_size=3), sort=sorts, size=st.integers(1, 4))
async def test_a_search_finds_what_a_look_through_everything_finds(
    office: Office, facts: list[Any], asked: list[Ask], sort: list[str], size: int
) -> None:
    group = f"g{next(GROUPS)}"
    kept = [observation(number, group, fact) for number, fact in enumerate(facts)]
    await office.records.create(OPERATOR_ASKS, patient(MEI), id="mei")
    await office.keep(*kept)
    params = [("_tag", f"{GROUP}|{group}"), *((ask.name, ask.value) for ask in asked)]
    expected = [it for it in kept if all(ask.look(it) for ask in asked)]

    in_sort = [("_sort", ",".join(sort))] if sort else []
    found = await pages(office, [*params, *in_sort], size)
    total = await office.records.search(MEI_ASKS, "Observation", [*params, ("_summary", "count")])

    assert sorted(it["id"] for it in found) == sorted(it["id"] for it in expected)
    assert total.total == len(expected)
    keys = [tuple(key(it, code.removeprefix("-")) for code in sort) for it in found]
    assert keys == in_order(expected, sort)
