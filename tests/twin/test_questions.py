"""What lies far back in a long record, beside slips and beyond pages, still counts."""

from datetime import timedelta

import pytest

from asklepion.app import House
from asklepion.records import Category
from asklepion.twin.engine import questions
from asklepion.twin.wire import Card
from tests.conftest import People

from .build import (
    DAY,
    MINUTE,
    Resource,
    condition,
    examined,
    lab,
    measured,
    medicine,
    observation,
    patient,
    pressure,
    quantity,
    well,
)
from .test_service import HER, allow, bring_in, hers, his

PART = 1000  # resources of one import


async def bring_in_many(house: House, people: People, resources: list[Resource]) -> None:
    for start in range(0, len(resources), PART):
        await bring_in(house, people, *resources[start : start + PART])


async def cards_of(house: House, people: People) -> dict[str, Card]:
    return {card.id: card for card in await house.twin.cards(hers(people), HER)}


def needs(card: Card) -> dict[str, str]:
    return {need.key: need.why_key.rpartition(".")[2] for need in card.missing}


def inputs(card: Card) -> dict[str, object]:
    return {one.key: one.value for one in card.inputs}


def checked() -> list[Resource]:
    """As examined, under ids of its own."""
    return [resource | {"id": f"old-{resource['id']}"} for resource in examined()]


def glucose(count: int) -> list[Resource]:
    """Readings of a sensor, every five minutes until a minute ago."""
    return [
        lab("2339-0", 100, "mg/dL", MINUTE + n * timedelta(minutes=5)) | {"id": f"g-{n}"}
        for n in range(count)
    ]


async def test_a_thousand_newer_results_of_one_kind_hide_none_of_another(
    house: House, people: People
) -> None:
    await bring_in_many(house, people, [patient(), *examined(), *glucose(1000)])

    cards = await cards_of(house, people)
    body = await house.twin.body(hers(people), HER)

    assert (cards["egfr"].state, cards["prevent10"].state) == ("computed", "computed")
    findings = [one.label_key for organ in body.organs for one in organ.findings]
    assert {"twin.input.egfr", "twin.input.glucose", "twin.input.bmi"} <= set(findings)


@pytest.mark.parametrize(
    "slip",
    [
        {"status": "entered-in-error"},
        {"status": "cancelled"},
        {"valueQuantity": quantity(70, "furlong")},
        {"valueQuantity": quantity(70, "/min") | {"comparator": "<"}},
    ],
)
async def test_a_slip_hides_no_valid_value_before_it(
    house: House, people: People, slip: Resource
) -> None:
    slips = [
        measured("8867-4", 250, "/min", timedelta(seconds=n)) | slip | {"id": f"slip-{n}"}
        for n in range(30)
    ]
    await bring_in(house, people, patient(), *well(), *slips)

    cards = await cards_of(house, people)
    vitals = {vital.key: vital for vital in await house.twin.vitals(hers(people), HER)}

    assert cards["news2"].state == "computed"
    assert inputs(cards["news2"])["heart_rate"] == 70
    assert vitals["heart_rate"].latest.value == 70


async def test_many_pressures_that_were_slips_hide_no_valid_one(
    house: House, people: People
) -> None:
    slips = [
        pressure(250, 10, n * MINUTE, f"slip-{n}") | {"status": "entered-in-error"}
        for n in range(120)
    ]
    await bring_in(house, people, patient(), *examined(), *slips)

    cards = await cards_of(house, people)

    assert inputs(cards["prevent10"])["sbp"] == 138


async def test_a_result_that_has_only_the_moment_of_its_release_counts_by_it(
    house: House, people: People
) -> None:
    older = [lab("2160-0", 3, "mg/dL", n * DAY) | {"id": f"old-{n}"} for n in range(30, 50)]
    released = lab("2160-0", 0.97, "mg/dL")
    released["issued"] = released.pop("effectiveDateTime")
    await bring_in(house, people, patient(), *older, released)

    cards = await cards_of(house, people)

    assert inputs(cards["egfr"])["creatinine"] == 0.97


async def test_a_condition_and_a_medicine_far_down_a_long_list_count(
    house: House, people: People
) -> None:
    colds = [condition("82272006", "Common cold") | {"id": f"cold-{n}"} for n in range(1100)]
    past = [
        medicine("161", "Paracetamol", status="completed") | {"id": f"p-{n}"} for n in range(1100)
    ]
    last = [
        condition("44054006", "Type 2 diabetes mellitus"),
        medicine("617311", "Atorvastatin 40 MG Oral Tablet"),
    ]
    await bring_in_many(house, people, [patient(), *examined(), *colds, *past, *last])

    cards = await cards_of(house, people)
    body = await house.twin.body(hers(people), HER)

    known = inputs(cards["prevent10"])
    assert (known["dm"], known["statin"], known["bp_tx"]) == (True, True, False)
    assert body.is_whole
    (pancreas,) = [organ for organ in body.organs if organ.id == "pancreas"]
    assert "Type 2 diabetes mellitus" in {finding.text for finding in pancreas.findings}


async def test_of_a_list_too_long_to_be_read_to_its_end_nothing_is_said_to_be_absent(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "PAGES", 1)
    colds = [condition("82272006", "Common cold") | {"id": f"cold-{n}"} for n in range(1001)]
    await bring_in_many(
        house, people, [patient(), *well(), *checked(), medicine("83367", "Atorvastatin"), *colds]
    )

    cards = await cards_of(house, people)
    body = await house.twin.body(hers(people), HER)
    line = await house.twin.timeline(hers(people), HER)

    assert needs(cards["prevent10"]) == {"dm": "unread", "prior_cvd": "unread"}
    assert inputs(cards["prevent10"])["statin"] is True
    assert inputs(cards["prevent10"])["bp_tx"] is False
    told = {limit.key.rpartition(".")[2] for limit in cards["egfr"].limits}
    assert (cards["egfr"].state, "pregnancy_unknown" in told) == ("computed", True)
    assert (body.is_whole, line.is_whole) == (False, False)


async def test_what_was_found_counts_even_where_the_list_goes_on(
    house: House, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "PAGES", 1)
    colds = [condition("82272006", "Common cold") | {"id": f"cold-{n}"} for n in range(1000)]
    await bring_in_many(
        house, people, [patient(), condition("44054006", "Type 2 diabetes"), *examined(), *colds]
    )

    cards = await cards_of(house, people)

    assert inputs(cards["prevent10"])["dm"] is True
    assert needs(cards["prevent10"]) == {"prior_cvd": "unread"}


async def test_conditions_beyond_the_first_page_lie_on_the_timeline(
    house: House, people: People
) -> None:
    colds = [condition("82272006", "Common cold") | {"id": f"cold-{n}"} for n in range(1000)]
    last = condition("38341003", "Hypertension", onsetDateTime="2026-02-01")
    await bring_in_many(house, people, [patient(), *colds, last])

    line = await house.twin.timeline(hers(people), HER)

    assert (line.entries[0].text, len(line.entries), line.is_whole) == ("Hypertension", 1001, True)


async def test_a_doctor_reads_further_pages_within_what_she_allowed(
    house: House, people: People
) -> None:
    colds = [condition("82272006", "Common cold") | {"id": f"cold-{n}"} for n in range(1001)]
    await bring_in_many(house, people, [patient(), *examined(), *colds])
    await allow(house, people, Category.CONDITIONS)

    body = await house.twin.body(his(people), HER)

    found = {one.kind for organ in body.organs for one in organ.findings}
    assert (found, body.is_whole) == ({"condition"}, True)


async def test_a_reading_at_home_every_few_seconds_hides_nothing(
    house: House, people: People
) -> None:
    beats = [
        observation(
            f"hr-{n}", "8867-4", n * timedelta(seconds=2), valueQuantity=quantity(70, "/min")
        )
        for n in range(1, 1500)
    ]
    await bring_in_many(house, people, [patient(), *well(), *checked(), *beats])

    cards = await cards_of(house, people)

    assert {card.state for card in cards.values()} == {"computed"}
