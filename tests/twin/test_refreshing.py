"""Everything from one look is what each says alone: nothing more to see, and nothing less."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from asklepion.app import House
from asklepion.cli.invented import lives
from asklepion.identity import Caller, Identity, Role
from asklepion.kit.errors import NotFound, Unauthenticated
from asklepion.records import Asking, Category
from asklepion.twin import Refreshed
from tests.conftest import NOON, People

from .build import DAY, MINUTE, Resource, lab, measured, observation, patient, pressure
from .test_predicting import watched
from .test_service import HER, allow, bring_in, hers, his, record

FILES = 3  # of Synthea's
FIRST = 200  # readings of one kind: more than any part reads at first
MOST = 4 << 20  # bytes of one of Synthea's files that a test takes in


async def alone(house: House, asking: Asking, patient: str) -> dict[str, Any]:
    """What each verb says by itself."""
    twin = house.twin
    is_clinician = (asking.caller.person or "").startswith("Practitioner/")
    return {
        "cards": await twin.cards(asking, patient),
        "scores": await twin.scores(asking, patient),
        "predictions": await twin.predictions(asking, patient) if is_clinician else [],
        "body": await twin.body(asking, patient),
        "prevention": await twin.foreseeing.prevention(asking, patient),
    }


def parts(told: Refreshed) -> dict[str, Any]:
    names = ("cards", "scores", "predictions", "body", "prevention")
    return {name: getattr(told, name) for name in names}


def crowded() -> list[Resource]:
    """A record in which one thing could hide another."""
    flood = [
        pressure(120 + n % 30, 80, n * DAY, id=f"bp-{n}") for n in range(FIRST)
    ]  # more than are averaged
    unreadable = [
        measured("8867-4", 70, "furlong", n * MINUTE) | {"id": f"hr-{n}"} for n in range(20)
    ]
    undated = lab("2160-0", 2.2, "mg/dL") | {"id": "undated", "issued": NOON.isoformat()}
    del undated["effectiveDateTime"]
    wrong = lab("2093-3", 900, "mg/dL", DAY) | {"id": "wrong", "status": "entered-in-error"}
    readable = measured("8867-4", 66, "/min", 3 * timedelta(hours=1)) | {"id": "hr-old"}
    return [*record(), *flood, *unreadable, undated, wrong, readable]


def ill() -> list[Resource]:
    """Somebody who is watched in intensive care, and was examined before."""
    return [*watched(), *(one for one in record() if one["resourceType"] != "Patient")]


RECORDS = {"usual": record, "crowded": crowded, "ill": ill, "empty": lambda: [patient()]}


@pytest.mark.parametrize("of", RECORDS)
async def test_all_at_once_is_what_each_says_alone(house: House, people: People, of: str) -> None:
    await bring_in(house, people, *RECORDS[of]())
    await allow(house, people, *Category)

    for asking in (hers(people), his(people)):
        told = await house.twin.refresh(asking, HER)

        assert parts(told) == await alone(house, asking, HER)
        assert bool(told.predictions) is (asking == his(people))


async def test_after_her_own_estimates_the_numbers_stand_in_all_of_it(
    house: House, people: People
) -> None:
    await bring_in(house, people, *ill())
    await allow(house, people, *Category)
    before = await house.twin.refresh(his(people), HER)
    asked = [one for one in (*before.cards, *before.predictions) if one.state == "asked_first"]
    for card in asked:
        await house.twin.estimates.give(his(people), HER, card.id, 12)

    after = await house.twin.refresh(his(people), HER)

    assert {card.id for card in asked} >= {"prevent10", "prevent30", "icu_death", "sepsis"}
    assert not [one for one in asked if one.value is not None or one.interval or one.reasons]
    assert before.prevention.state == "asked_first"
    assert not before.prevention.outlooks
    held = {one.name: one.state for one in before.scores}
    assert {held["SCORE2"], held["PCE"]} <= {"asked_first", "cannot"}
    now = {one.id: one for one in (*after.cards, *after.predictions)}
    assert all(now[card.id].value is not None and now[card.id].estimate for card in asked)
    assert after.prevention.outlooks
    assert parts(after) == await alone(house, his(people), HER)


async def test_it_is_one_line_in_her_log(house: House, people: People) -> None:
    await bring_in(house, people, *record())
    await allow(house, people, *Category)
    before = len(await house.records.accesses(hers(people), HER))

    await house.twin.refresh(his(people), HER)

    (line,) = (await house.records.accesses(hers(people), HER))[:-before]
    assert (line.via, line.outcome, line.actor) == ("risk cards", "permit", people.doctor.account)
    assert line.what["Observation"] >= 10


async def test_whoever_may_not_know_of_her_is_told_nothing_and_the_attempt_is_kept(
    house: House, people: People
) -> None:
    await bring_in(house, people, *record())
    before = len(await house.records.accesses(hers(people), HER))

    for asking in (
        his(people),
        Asking(caller=people.other_patient),
        Asking(caller=people.operator),
    ):
        with pytest.raises(NotFound):
            await house.twin.refresh(asking, HER)
    with pytest.raises(Unauthenticated):
        await house.twin.refresh(Asking(caller=Caller()), HER)

    lines = (await house.records.accesses(hers(people), HER))[:-before]
    assert [line.outcome for line in lines] == ["deny"] * 3


async def test_what_she_hides_answers_like_what_was_never_there(
    house: House, people: People
) -> None:
    shown = (Category.VITALS, Category.DEMOGRAPHICS)
    whole = crowded()
    open_to_him = [one for one in whole if _is_vital(one) or one["resourceType"] == "Patient"]
    await bring_in(house, people, *open_to_him)
    await allow(house, people, *shown)
    without = await house.twin.refresh(his(people), HER)

    await bring_in(house, people, *(one for one in whole if one not in open_to_him))

    assert await house.twin.refresh(his(people), HER) == without
    assert b"Atorvastatin" not in msgspec.json.encode(without)
    hers_now = await house.twin.refresh(hers(people), HER)
    assert parts(hers_now) != parts(without)


async def test_what_a_consent_closes_in_between_is_not_taken_for_absent(
    house: House, people: People
) -> None:
    await bring_in(house, people, *record())
    await allow(house, people, *(one for one in Category if one is not Category.CONDITIONS))

    told = await house.twin.refresh(his(people), HER)

    prevent = next(card for card in told.cards if card.id == "prevent10")
    reasons = {need.key: need.why_key.rpartition(".")[2] for need in prevent.missing}
    assert reasons["dm"] == reasons["prior_cvd"] == "not_allowed"


@pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
async def test_over_http_she_and_her_doctor_get_all_of_it(
    house: House, people: People, stranger: Any, patient: Any, other_patient: Any, doctor: Any
) -> None:
    await bring_in(house, people, *record())
    path = "/api/twin/p-1/refresh"
    codes = [(await one.get(path)).status_code for one in (stranger, other_patient, doctor)]
    await allow(house, people, *Category)

    told = [(await one.get(path)).json() for one in (patient, doctor)]

    assert codes == [401, 404, 404]
    assert [bool(one["predictions"]) for one in told] == [False, True]
    assert {one["patient"] for one in told} == {HER}


@pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
async def test_of_the_invented_people_it_says_what_each_says_alone(
    house: House, people: People
) -> None:
    console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    found: list[Resource] = []
    for life in lives(house.clock.now()):
        await house.records.transact(console, life)
        found += [entry["resource"] for entry in life["entry"]]

    for her in [f"Patient/{one['id']}" for one in found if one["resourceType"] == "Patient"]:
        asking = _herself(her)
        assert parts(await house.twin.refresh(asking, her)) == await alone(house, asking, her)
    assert len(found) > 100


@pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
async def test_of_synthetic_records_it_says_what_each_says_alone(
    house: House, people: People, test_data: Path
) -> None:
    for her in [await _take(house, one) for one in _synthetic(test_data)]:
        actor = "Practitioner/d-1"
        await house.records.grant(
            _herself(her), patient=her, actor=actor, categories=[*Category], until=NOON + DAY
        )
        for asking in (_herself(her), his(people)):
            told = await house.twin.refresh(asking, her)

            assert parts(told) == await alone(house, asking, her)
            assert [organ for organ in told.body.organs if organ.findings]


def _synthetic(folder: Path) -> Iterator[list[Resource]]:
    files = sorted((folder / "synthea").glob("*.json"), key=lambda file: file.stat().st_size)
    for file in [one for one in files if one.stat().st_size < MOST][-FILES:]:
        yield [entry["resource"] for entry in json.loads(file.read_bytes())["entry"]]


async def _take(house: House, resources: list[Resource]) -> str:
    """An operator brings these in; returns the patient."""
    console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    entries = [
        {
            "fullUrl": f"urn:uuid:{one['id']}",
            "resource": one,
            "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"},
        }
        for one in resources
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    await house.records.transact(console, bundle)
    return next(f"Patient/{one['id']}" for one in resources if one["resourceType"] == "Patient")


def _herself(patient: str) -> Asking:
    roles = frozenset({Role.PATIENT})
    caller = Caller(account=f"of-{patient}", name="She", roles=roles, person=patient)
    return Asking(caller=caller, purpose="PATRQT")


def _is_vital(resource: Resource) -> bool:
    if resource["resourceType"] != "Observation":
        return False
    kinds = observation("x", "y")["category"]
    return resource["category"] == kinds
