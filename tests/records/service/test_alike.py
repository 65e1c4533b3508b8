"""Searches that differ only in their codes are one statement, and nobody can tell."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from asklepion.kit.db import Tx
from asklepion.kit.errors import Incorrect
from asklepion.records import Asking, Category, Found

from ..conftest import Office
from ..people import (
    AMARA_ASKS,
    BORIS_ASKS,
    JONAS,
    JONAS_ASKS,
    LOINC,
    MEI,
    MEI_ASKS,
    Resource,
    observation,
    patient,
)

Params = list[tuple[str, str]]
CODES = ("8867-4", "9279-1", "2951-2", "85354-9", "8480-6", "never")
NEWEST = [("_sort", "-date")]
USABLE = [("status:not", "entered-in-error,cancelled")]
FRAMES: Sequence[Params] = (
    [("patient", MEI), *USABLE, *NEWEST],
    [("patient", MEI), ("date:missing", "true"), ("_sort", "-_lastUpdated")],
    [("patient", MEI), ("category", "laboratory")],
    [("patient", MEI), ("date", "ge2026-01-05"), *NEWEST],
    [("subject.family", "Lin"), ("_sort", "date,-_id")],
    [*NEWEST],
)


def measured() -> Iterator[Resource]:
    """Sixty readings: some of two codes, some on one day, some undated, some in error."""
    for n in range(60):
        of = JONAS if n % 7 == 6 else MEI
        kind = "laboratory" if n % 3 == 2 else "vital-signs"
        day = date(2026, 1, 1) + timedelta(days=n // 4)
        one = observation(f"o-{n:02}", of, kind=kind, value=n, at=str(day))
        codes = CODES[n % 3 : n % 3 + 1 + (n % 5 == 0)]
        one["code"] = {"coding": [{"system": LOINC, "code": code} for code in codes]}
        if n % 11 == 0:
            del one["effectiveDateTime"]
            one["issued"] = f"{day}T09:00:00Z"
        if n % 13 == 0:
            one["status"] = "entered-in-error"
        yield one


def wanted(frame: Params) -> list[tuple[str, Params]]:
    """Many searches that are alike: overlapping codes, several at once, other counts."""
    codes = [*CODES, f"{LOINC}|8867-4", ",".join(CODES[:3]), ",".join(CODES)]
    counts = ("1", "3", "8", "1000", "2", "50", "4", "5", "7")
    return [
        ("Observation", [("code", code), *frame, ("_count", count)])
        for code, count in zip(codes, counts, strict=True)
    ] + [("Observation", [("code", "2951-2"), *frame])]


def told(found: Found) -> Any:
    return found.entries, found.next, found.total


async def alone(office: Office, asking: Asking, searches: Sequence[tuple[str, Params]]) -> Any:
    return [told(await office.records.search(asking, type, params)) for type, params in searches]


@pytest.fixture
async def measurements(office: Office) -> Office:
    await office.keep(patient(MEI), patient(JONAS, "Weber", "1955-12-24"), *measured())
    return office


async def test_together_they_find_what_each_finds_alone_page_and_cursor(
    measurements: Office,
) -> None:
    office = measurements
    await office.allow({Category.VITALS})
    await office.allow(set(Category), asking=JONAS_ASKS)
    searches = [search for frame in FRAMES for search in wanted(frame)]

    for asking in (MEI_ASKS, AMARA_ASKS, JONAS_ASKS, BORIS_ASKS):
        found = await office.records.search_all(asking, searches)

        assert [told(one) for one in found] == await alone(office, asking, searches)
    assert sum(len(one.entries) for one in await _of(office, MEI_ASKS, searches)) > 200


async def test_what_a_narrower_consent_hides_counts_for_no_page(measurements: Office) -> None:
    office = measurements
    searches = wanted(FRAMES[0])
    whole = await _of(office, MEI_ASKS, searches)
    await office.allow({Category.VITALS})

    seen = await _of(office, AMARA_ASKS, searches)

    hidden = [one for found in whole for one in found.entries if _kind(one) == "laboratory"]
    assert hidden
    assert not [one for found in seen for one in found.entries if _kind(one) == "laboratory"]
    assert await alone(office, AMARA_ASKS, searches) == [told(one) for one in seen]
    assert len(seen[6].entries) == 4  # a page is full of what may be seen, whatever lies between


async def test_they_are_one_statement_and_one_line_in_her_log(
    measurements: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = Tx.all

    async def counted(self: Tx, sql: str, **values: Any) -> Any:
        asked.append(sql)
        return await ask(self, sql, **values)

    monkeypatch.setattr(Tx, "all", counted)
    searches = wanted(FRAMES[0])
    before = len(await measurements.records.accesses(MEI_ASKS, MEI))
    asked.clear()
    await measurements.records.search_all(MEI_ASKS, searches)
    together = len([sql for sql in asked if "records_date" in sql])

    lines = (await measurements.records.accesses(MEI_ASKS, MEI))[: -before or None]
    assert together == 1
    assert len(lines) == 1
    assert len(lines[0].refs) > 10


async def test_one_that_cannot_be_read_is_refused_as_it_is_alone(measurements: Office) -> None:
    for codes in ("a|b|c", "8867-4,,"):
        searches = [*wanted(FRAMES[0]), ("Observation", [("code", codes), *FRAMES[0]])]

        with pytest.raises(Incorrect, match="code"):
            await measurements.records.search_all(MEI_ASKS, searches)


async def test_what_is_sorted_by_codes_or_counted_goes_by_itself_and_is_the_same(
    measurements: Office,
) -> None:
    frames: Sequence[Params] = (
        [("patient", MEI), ("_sort", "code,-_id")],
        [("patient", MEI), ("_total", "accurate"), *NEWEST],
        [("patient", MEI), ("_summary", "count")],
        [("patient", MEI), ("_include", "Observation:subject"), *NEWEST],
    )
    searches = [search for frame in frames for search in wanted(frame)]

    found = await measurements.records.search_all(MEI_ASKS, searches)

    assert [told(one) for one in found] == await alone(measurements, MEI_ASKS, searches)


async def _of(
    office: Office, asking: Asking, searches: Sequence[tuple[str, Params]]
) -> list[Found]:
    return await office.records.search_all(asking, searches)


def _kind(observation: Resource) -> str:
    return observation["category"][0]["coding"][0]["code"]
