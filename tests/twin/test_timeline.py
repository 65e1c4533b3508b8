import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asklepion.twin.engine.fhir import read_name
from asklepion.twin.engine.timeline import make_entries, moment_on_line, page
from asklepion.twin.wire import Timeline
from tests.conftest import NOON

from .build import DAY, MINUTE, concept, condition, lab, measured, medicine, pressure, well


def note(words: str, **more: Any) -> dict[str, Any]:
    data = base64.b64encode(words.encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "id": "d-1",
        "status": "current",
        "type": concept("11488-4", "Consult note", "http://loinc.org"),
        "date": "2026-02-27T10:00:00Z",
        "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}],
        **more,
    }


def visit(id: str, start: str) -> dict[str, Any]:
    return {
        "resourceType": "Encounter",
        "id": id,
        "status": "finished",
        "class": {"code": "AMB", "display": "ambulatory"},
        "type": [concept("185349003", "Check up")],
        "period": {"start": start, "end": "2026-02-27T11:00:00Z"},
    }


def test_a_life_is_told_newest_first_and_each_kind_by_its_name() -> None:
    entries = make_entries(
        [
            condition("38341003", "Hypertension"),
            medicine("308136", "Amlodipine"),
            visit("e-1", "2026-02-27T10:00:00+01:00"),
            note("She feels well."),
            {
                "resourceType": "Immunization",
                "id": "i-1",
                "status": "completed",
                "vaccineCode": concept("140", "Influenza vaccine"),
                "occurrenceDateTime": "2025-11-01",
            },
            {
                "resourceType": "Procedure",
                "id": "x-1",
                "status": "completed",
                "code": concept("73761001", "Colonoscopy"),
                "performedPeriod": {"start": "2023-12-01", "end": "2023-12-02"},
            },
        ]
    )

    assert [(entry.kind, entry.text) for entry in entries] == [
        ("note", "Consult note"),
        ("visit", "Check up"),
        ("immunisation", "Influenza vaccine"),
        ("procedure", "Colonoscopy"),
        ("medicine", "Amlodipine"),
        ("condition", "Hypertension"),
    ]
    assert entries[0].note == "She feels well."
    assert entries[1].at == "2026-02-27T09:00:00.000Z"
    assert entries[3].until == "2023-12-02T00:00:00.000Z"
    assert all(entry.kind_key == f"twin.kind.{entry.kind}" for entry in entries)


def test_what_was_measured_on_one_day_is_one_entry() -> None:
    entries = make_entries(
        [*well(), lab("2160-0", 0.9, "mg/dL", MINUTE), pressure(120, 80, 2 * DAY)]
    )

    assert [(entry.kind, entry.count) for entry in entries] == [
        ("vitals", 7),
        ("results", 1),
        ("vitals", 1),
    ] or [(entry.kind, entry.count) for entry in entries] == [
        ("results", 1),
        ("vitals", 7),
        ("vitals", 1),
    ]
    last = entries[-1]
    assert [(value.value, value.unit) for value in last.values] == [(120, "mm[Hg]"), (80, "mm[Hg]")]


def test_of_what_was_measured_often_that_day_the_newest_value_is_shown() -> None:
    pulses = [measured("8867-4", 60 + n, "/min", (n + 1) * MINUTE) for n in range(20)]

    (entry,) = make_entries([*pulses, measured("59408-5", 97, "%", 30 * MINUTE)])

    assert [value.value for value in entry.values] == [60, 97]
    assert entry.count == 21


def test_what_was_measured_at_another_visit_is_another_entry() -> None:
    here = measured("8867-4", 70, "/min") | {"encounter": {"reference": "Encounter/e-1"}}
    there = measured("8867-4", 71, "/min") | {"encounter": {"reference": "Encounter/e-2"}}

    assert len(make_entries([here, there])) == 2


def test_what_was_entered_in_error_did_not_happen() -> None:
    assert make_entries([visit("e-1", "2026-01-01") | {"status": "entered-in-error"}]) == []


def test_what_has_no_date_lies_nowhere_on_the_line() -> None:
    nowhere = condition("38341003", "Hypertension")
    del nowhere["onsetDateTime"]

    assert make_entries([nowhere]) == []


def test_a_note_that_is_no_text_is_not_shown_as_one() -> None:
    broken = note("x")
    broken["content"][0]["attachment"]["data"] = "%%%"

    (entry,) = make_entries([broken])

    assert (entry.kind, entry.note) == ("document", "")


def test_a_note_is_told_whole_however_long() -> None:
    words = "She slept badly, and so did he. " * 3000

    (entry,) = make_entries([note(words)])

    assert entry.note == words


def test_a_note_names_who_wrote_it_as_it_was_signed() -> None:
    signed = [{"reference": "Practitioner/d-1", "display": "Dr. Tao Chen"}]

    (entry,) = make_entries([note("Well.", author=signed)], {"Practitioner/d-1": "T. Chen"})

    assert entry.author == "Dr. Tao Chen"


def test_a_note_without_a_signature_is_known_by_its_author_s_own_name() -> None:
    authors = [{"reference": "#c"}, {"reference": "Practitioner/d-1"}, {"type": "Practitioner"}]
    contained = [{"resourceType": "Organization", "id": "c", "name": "Ward 7"}]
    written = note("Well.", author=authors, contained=contained)

    (entry,) = make_entries([written], {"Practitioner/d-1": "Tao Chen"})
    (unknown,) = make_entries([note("Well.", author=[{"reference": "Practitioner/d-9"}])])

    assert entry.author == "Ward 7, Tao Chen"
    assert unknown.author == ""


@pytest.mark.parametrize(
    ("named", "read"),
    [
        ({"name": [{"text": "Dr. T. Chen", "family": "Chen"}]}, "Dr. T. Chen"),
        (
            {"name": [{"prefix": ["Dr."], "given": ["Tao", "Li"], "family": "Chen"}]},
            "Dr. Tao Li Chen",
        ),
        ({"name": [{"given": ["涛"], "family": "陈"}]}, "陈涛"),
        ({"name": "Ward 7"}, "Ward 7"),
        ({}, ""),
    ],
)
def test_names_are_read_as_people_write_them(named: dict[str, Any], read: str) -> None:
    assert read_name(named) == read


# Pages


moments = st.lists(
    st.datetimes(datetime(2026, 2, 25), datetime(2026, 3, 1)).map(
        lambda at: at.replace(tzinfo=UTC)
    ),
    max_size=30,
)


def at(number: int, moment: datetime) -> dict[str, Any]:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    if number % 3:
        return visit(f"e-{number}", moment.isoformat())
    reading = measured("8867-4", number, "/min")
    return reading | {"id": f"o-{number}", "effectiveDateTime": moment.isoformat()}


def fetch(
    resources: list[dict[str, Any]], before: datetime | None, most: int
) -> tuple[list[dict[str, Any]], datetime | None]:
    """As the service asks: the newest of each type, and how far that reaches without a gap."""
    found: list[dict[str, Any]] = []
    reaches: list[datetime] = []
    for type in ("Encounter", "Observation"):
        of_type = [
            (moment_on_line(r), r)
            for r in resources
            if r["resourceType"] == type
            and (before is None or (moment_on_line(r) or NOON) < before)
        ]
        of_type.sort(key=lambda pair: pair[0] or NOON, reverse=True)
        found += [resource for _, resource in of_type[:most]]
        if len(of_type) > most:
            reaches.append(of_type[most - 1][0] or NOON)
    return found, max(reaches, default=None)


@given(moments=moments, count=st.integers(1, 10), most=st.integers(2, 40))
def test_page_after_page_everything_comes_exactly_once(
    moments: list[datetime], count: int, most: int
) -> None:
    resources = [at(number, moment) for number, moment in enumerate(dict.fromkeys(moments))]
    pages: list[Timeline] = []
    before: datetime | None = None

    while True:
        found, oldest = fetch(resources, before, most)
        pages.append(page(found, oldest=oldest, count=count))
        if pages[-1].before is None:
            break
        before = datetime.fromisoformat(pages[-1].before)

    references = [ref for one in pages for entry in one.entries for ref in entry.references]
    assert sorted(references) == sorted(f"{r['resourceType']}/{r['id']}" for r in resources)
    told = [entry.at for one in pages for entry in one.entries]
    assert told == sorted(told, reverse=True)


def test_a_day_is_not_torn_apart_while_it_fits_on_a_page() -> None:
    pulses = [
        measured("8867-4", 60 + n, "/min", 2 * DAY + n * MINUTE) | {"id": f"o-{n}"}
        for n in range(5)
    ]

    first = page([visit("e-1", "2026-03-01T10:00:00Z"), *pulses], oldest=None, count=2)

    assert [entry.count for entry in first.entries] == [1, 5]
    assert first.before is None


def test_a_day_with_more_than_was_fetched_is_told_in_parts() -> None:
    pulses = [
        measured("8867-4", 60, "/min", n * timedelta(seconds=5)) | {"id": f"o-{n}"}
        for n in range(1, 101)
    ]
    oldest = moment_on_line(pulses[-1])

    first = page(pulses, oldest=oldest, count=50)

    assert first.entries[0].count == 99
    assert first.before is not None
    assert datetime.fromisoformat(first.before) > (oldest or NOON)


def test_a_value_whose_code_is_known_brings_a_name_that_every_reader_can_read() -> None:
    own = lab("99999-9", 4, "1", DAY)

    named = {
        value.text: value.label_key
        for entry in make_entries([pressure(120, 80), lab("2160-0", 1.1, "mg/dL", DAY), own])
        for value in entry.values
    }

    assert named == {
        "name of 8480-6": "twin.input.sbp",
        "name of 8462-4": "twin.input.dbp",
        "name of 2160-0": "twin.input.creatinine",
        "name of 99999-9": "",
    }
