"""Predictions from a record: for clinicians, with consent, and only where it is intensive care."""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from asklepion.app import House
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound
from asklepion.records import Category
from asklepion.twin import Card
from asklepion.twin.engine.card_icu import Ward, input_of, intensive_cards
from asklepion.twin.engine.learned import icu, sepsis
from asklepion.twin.engine.texts import KEYS
from asklepion.twin.engine.watched import WATCHED, read_watched
from tests.conftest import NOON, People

from .build import Resource, chart, lab, measured, patient, pressure, well
from .test_service import HER, allow, bring_in, hers, his

HOUR = timedelta(hours=1)
IDS = ("icu_death", "icu_stay", "sepsis")


def watched(hours: int = 48, *, temperature: float = 37.9, unit: str = "Cel") -> list[Resource]:
    """Somebody watched hour by hour until now, who has a fever and a fast pulse."""
    return [
        patient(),
        *({**one, "id": f"{one['id']}-{at}"} for at, one in _watched(hours, temperature, unit)),
    ]


def _watched(hours: int, temperature: float, unit: str) -> Iterator[tuple[int, Resource]]:
    for hour in range(hours):
        ago = hour * HOUR + timedelta(minutes=5)
        yield hour, measured("8867-4", 104 + hour % 5, "/min", ago)
        yield hour, measured("9279-1", 22, "/min", ago)
        yield hour, measured("59408-5", 95, "%", ago)
        yield hour, pressure(104, 58, ago)
        if hour % 4 == 0:
            yield hour, measured("8310-5", temperature, unit, ago)
            yield hour, measured("9269-2", 13, "{score}", ago)
        if hour % 24 == 0:
            yield hour, lab("2160-0", 1.9, "mg/dL", ago)
            yield hour, lab("2524-7", 3.1, "mmol/L", ago)
            yield hour, lab("6690-2", 17.2, "10*3/uL", ago)


def cards(*resources: Resource, hidden: frozenset[str] = frozenset()) -> dict[str, Card]:
    observations = [one for one in resources if one["resourceType"] == "Observation"]
    of = Ward(chart=chart(*resources, hidden=hidden), found=read_watched(observations), now=NOON)
    return {card.id: card for card in intensive_cards(of)}


def missing(card: Card) -> dict[str, str]:
    return {need.key: need.why_key.rpartition(".")[2] for need in card.missing}


async def foretold(house: House, people: People) -> dict[str, Card]:
    """What a clinician is told once she has said, of each probability, that she would not guess."""
    for card in await house.twin.predictions(his(people), HER):
        if card.state == "asked_first":
            assert (card.value, card.interval, card.reasons) == (None, None, [])
            await house.twin.estimates.give(his(people), HER, card.id, None)
    return {card.id: card for card in await house.twin.predictions(his(people), HER)}


def test_after_two_days_of_close_watching_each_model_speaks_with_interval_and_reasons() -> None:
    told = cards(*watched())

    assert tuple(told) == IDS
    for card in told.values():
        assert card.state == "computed", card.missing
        assert card.value is not None
        assert card.interval is not None
        assert card.interval.low <= card.value <= card.interval.high
        assert card.as_of
        score = sum(reason.adds for reason in card.reasons)
        chance = card.value / 100
        meant = math.log(chance / (1 - chance)) if card.unit == "%" else math.log(card.value)
        assert score == pytest.approx(meant, abs=1e-3)
    assert told["sepsis"].band


def test_whoever_is_not_watched_as_in_intensive_care_gets_no_number_but_what_is_missing() -> None:
    told = cards(patient(), *well())

    for card in told.values():
        assert card.value is None
        assert missing(card)["watched"] == "too_few"
    assert missing(told["icu_death"])["coma_scale"] == "too_few"
    assert missing(cards(patient(birthDate="2012-01-01"))["sepsis"])["age"] == "outside"


def test_a_gap_of_hours_ends_what_counts_as_watched() -> None:
    resources = [one for one in watched() if "8867-4" not in one["id"]]
    beats = [one for one in watched() if "8867-4" in one["id"]]

    told = cards(*resources, *beats[:10], *beats[17:])

    assert missing(told["icu_death"])["watched"] == "too_few"
    assert told["sepsis"].state == "computed"


def test_the_unit_of_a_thermometer_changes_no_prediction() -> None:
    celsius, fahrenheit = (
        cards(*watched(temperature=value, unit=unit))
        for value, unit in ((38, "Cel"), (100.4, "[degF]"))
    )

    assert [card.value for card in celsius.values()] == pytest.approx(
        [card.value for card in fahrenheit.values()]
    )


def test_what_is_hidden_is_named_and_not_guessed() -> None:
    told = cards(*watched(), hidden=frozenset({"creatinine"}))

    assert missing(told["icu_death"]) == {"creatinine": "not_allowed"}


def test_no_code_means_two_measures() -> None:
    codes = [code for one in WATCHED for code in one.measure.codes]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
async def test_predictions_are_for_clinicians_whom_the_patient_let_in(
    house: House, people: People, stranger: Any, patient: Any, doctor: Any
) -> None:
    await bring_in(house, people, *watched())

    with pytest.raises(Forbidden, match="for clinicians"):
        await house.twin.predictions(hers(people), HER)
    with pytest.raises(NotFound):
        await house.twin.predictions(his(people), HER)
    path = "/api/twin/p-1/predictions"
    codes = [(await door.get(path)).status_code for door in (stranger, patient, doctor)]
    assert codes == [401, 403, 404]
    await allow(house, people, *Category)
    assert (await doctor.get(path)).status_code == 200
    told = await foretold(house, people)

    assert {told[id].state for id in IDS} == {"computed"}
    references = {one.reference for one in told["icu_death"].inputs if one.reference}
    assert "Observation/o-8867-4-0" in references


@pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
async def test_without_laboratory_values_shown_death_cannot_be_told_but_sepsis_can(
    house: House, people: People
) -> None:
    await bring_in(house, people, *watched())
    await allow(house, people, *(each for each in Category if each != Category.LABORATORY))

    told = await foretold(house, people)

    assert missing(told["icu_death"]) == {"creatinine": "not_allowed"}
    assert told["sepsis"].state == "computed"


def test_every_feature_belongs_to_an_input_that_has_words() -> None:
    for feature in (*icu.KEYS, *sepsis.KEYS):
        assert f"twin.input.{input_of(feature)}" in KEYS, feature


@pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
async def test_an_answer_stands_as_long_as_its_horizon_and_a_stay_ends_with_the_discharge(
    house: House, people: People, clock: StoppedClock
) -> None:
    await bring_in(house, people, *watched())
    await house.records.grant(
        hers(people),
        patient=HER,
        actor="Practitioner/d-1",
        categories=[*Category],
        until=NOON + timedelta(days=30),
    )
    estimates = house.twin.estimates
    death = await estimates.give(his(people), HER, "icu_death", 30)
    await estimates.give(his(people), HER, "sepsis", 10)
    assert death.estimate
    assert death.interval
    id, tell = death.estimate.id, estimates.tell_outcome

    with pytest.raises(Conflict, match="yet"):
        await tell(his(people), HER, id, happened=False, on=NOON.date())
    clock.at += timedelta(hours=2)
    with pytest.raises(Conflict, match="already"):
        await estimates.give(his(people), HER, "sepsis", 12)
    clock.at += timedelta(hours=4, minutes=1)
    later = list(_watched(7, 37.9, "Cel"))
    await bring_in(
        house,
        people,
        *(
            one
            | {"id": f"{one['id']}-later-{at}"}
            | {"effectiveDateTime": (clock.at - at * HOUR).isoformat()}
            for at, one in later
        ),
    )
    again = await estimates.give(his(people), HER, "sepsis", 12)
    counted = await estimates.calibration(people.doctor)
    clock.at += timedelta(days=4)
    with pytest.raises(Incorrect):
        await tell(his(people), HER, id, happened=False, on=NOON.date() - timedelta(days=1))
    left = await tell(his(people), HER, id, happened=False, on=NOON.date() + timedelta(days=3))
    died = await tell(his(people), HER, id, happened=True, on=NOON.date() + timedelta(days=2))

    assert again.estimate
    assert counted.waiting == 3
    assert left.outcome
    assert (left.outcome.happened, left.outcome.on) == (False, str(day(3)))
    assert died.outcome
    assert (died.outcome.happened, died.outcome.on) == (True, str(day(2)))
    assert (died.version, len(died.version)) == (death.version, 12)
    assert died.model_interval == death.interval
    assert died.model_interval.meaning_key == "twin.card.interval.venn_abers"


def day(after: int) -> date:
    return NOON.date() + timedelta(days=after)
