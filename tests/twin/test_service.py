from datetime import timedelta
from typing import Any

import pytest

from asklepion.app import House
from asklepion.clinic import ROOMS, Ask
from asklepion.clinic.model import LONGEST_NOTE
from asklepion.identity import Caller
from asklepion.kit.clock import StoppedClock, to_iso
from asklepion.kit.errors import NotFound, Unauthenticated
from asklepion.records import Asking, Category
from asklepion.twin import Bedside
from tests.conftest import NOON, People

from .build import (
    DAY,
    MINUTE,
    Resource,
    condition,
    examined,
    measured,
    medicine,
    observation,
    patient,
    pressure,
    quantity,
    well,
)
from .test_timeline import note

HER = "Patient/p-1"
UNTIL = NOON + timedelta(hours=1)


def hers(people: People) -> Asking:
    return Asking(caller=people.patient, purpose="PATRQT")


def his(people: People) -> Asking:
    return Asking(caller=people.doctor, purpose="TREAT")


async def bring_in(house: House, people: People, *resources: Resource) -> None:
    """An operator brings a record in, under ids of its own."""
    asking = Asking(caller=people.operator, purpose="HOPERAT", via="import")
    entries = [
        {
            "resource": resource,
            "request": {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"},
        }
        for resource in resources
    ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    answer = await house.records.transact(asking, bundle)
    assert {entry["response"]["status"][:3] for entry in answer["entry"]} == {"201"}


def record() -> list[Resource]:
    """Somebody with results of three weeks ago and vital signs of a minute ago."""
    old = [resource | {"id": f"old-{resource['id']}"} for resource in examined()]
    return [
        patient(),
        *old,
        *well(),
        condition("44054006", "Type 2 diabetes mellitus"),
        medicine("617311", "Atorvastatin 40 MG Oral Tablet"),
    ]


async def allow(house: House, people: People, *categories: Category) -> str:
    return await house.records.grant(
        hers(people), patient=HER, actor="Practitioner/d-1", categories=categories, until=UNTIL
    )


async def test_a_patient_sees_her_own_cards(house: House, people: People) -> None:
    await bring_in(house, people, *record())

    cards = {card.id: card for card in await house.twin.cards(hers(people), HER)}

    assert {card.state for card in cards.values()} == {"computed"}
    assert cards["news2"].value == 0
    assert cards["egfr"].value == pytest.approx(67.3, abs=0.5)
    known = {one.key: one.value for one in cards["prevent10"].inputs}
    assert (known["dm"], known["statin"], known["bp_tx"]) == (True, True, False)


async def test_of_an_empty_record_every_card_says_what_it_needs(
    house: House, people: People
) -> None:
    await bring_in(house, people, patient())

    cards = await house.twin.cards(hers(people), HER)

    assert {card.state for card in cards} == {"cannot"}
    assert all(card.missing for card in cards)


async def test_what_is_seen_at_the_bedside_completes_the_score(
    house: House, people: People
) -> None:
    await bring_in(house, people, patient(), *well()[:5])
    bedside = Bedside(acvpu="A", supplemental_o2=False)

    alone, *_ = await house.twin.cards(hers(people), HER)
    told, *_ = await house.twin.cards(hers(people), HER, bedside=bedside)

    assert (alone.state, told.state) == ("cannot", "computed")


async def test_the_newest_of_many_readings_counts_however_fast_the_others_come(
    house: House, people: People
) -> None:
    flood = [
        measured("8867-4", 70, "/min", n * timedelta(seconds=2)) | {"id": f"hr-{n}"}
        for n in range(150)
    ]
    await bring_in(house, people, patient(), *well()[1:], *flood)

    news2, *_ = await house.twin.cards(hers(people), HER)

    assert news2.state == "computed"


async def test_without_consent_there_is_no_such_patient(house: House, people: People) -> None:
    await bring_in(house, people, *record())

    twin = house.twin
    for verb in (twin.cards, twin.scores, twin.body, twin.vitals, twin.timeline):
        with pytest.raises(NotFound):
            await verb(his(people), HER)
        with pytest.raises(NotFound):
            await verb(Asking(caller=people.other_patient), HER)
        with pytest.raises(NotFound):
            await verb(Asking(caller=people.operator), HER)
        with pytest.raises(Unauthenticated):
            await verb(Asking(caller=Caller()), HER)


async def test_a_doctor_sees_what_the_patient_allowed_and_is_told_what_is_hidden(
    house: House, people: People
) -> None:
    await bring_in(house, people, *record())
    await allow(house, people, Category.VITALS, Category.LABORATORY, Category.DEMOGRAPHICS)

    news2, egfr, prevent, _ = await house.twin.cards(his(people), HER)

    assert news2.state == "computed"
    assert "pregnancy_unknown" in {one.key.rpartition(".")[2] for one in news2.limits}
    assert egfr.state == "computed"
    assert {need.key: need.why_key.rpartition(".")[2] for need in prevent.missing} == {
        "bp_tx": "not_allowed",
        "statin": "not_allowed",
        "dm": "not_allowed",
        "smoking": "not_allowed",
        "prior_cvd": "not_allowed",
    }


async def test_with_the_consent_ends_every_sight(house: House, people: People) -> None:
    await bring_in(house, people, *record())
    consent = await allow(house, people, *Category)
    assert len((await house.twin.body(his(people), HER)).organs) > 10

    await house.records.revoke(hers(people), consent)

    with pytest.raises(NotFound):
        await house.twin.body(his(people), HER)


async def test_one_look_is_one_line_in_her_log(house: House, people: People) -> None:
    await bring_in(house, people, *record())
    await allow(house, people, *Category)
    before = len(await house.records.accesses(hers(people), HER))

    await house.twin.cards(his(people), HER)
    await house.twin.body(his(people), HER)
    await house.twin.timeline(his(people), HER)
    await house.twin.vitals(his(people), HER)

    lines = (await house.records.accesses(hers(people), HER))[:-before]
    assert [line.via for line in lines] == ["vitals", "timeline", "body", "risk cards"]
    assert {line.actor for line in lines} == {people.doctor.account}
    assert lines[-1].what["Observation"] >= 10


async def test_a_look_that_was_refused_is_in_her_log_as_well(house: House, people: People) -> None:
    await bring_in(house, people, *record())

    with pytest.raises(NotFound):
        await house.twin.cards(his(people), HER)

    line = (await house.records.accesses(hers(people), HER))[0]
    assert (line.outcome, line.via, line.actor) == ("deny", "risk cards", people.doctor.account)


async def test_the_body_shows_the_person_and_what_is_known_of_her_organs(
    house: House, people: People
) -> None:
    await bring_in(house, people, *record())

    body = await house.twin.body(hers(people), HER)

    organs = {organ.id: organ for organ in body.organs}
    assert (body.sex, body.age) == ("female", 58)
    assert organs["pancreas"].findings[0].text == "Type 2 diabetes mellitus"
    assert organs["kidneys"].state == "calm"
    assert organs["spleen"].state == "unknown"


async def test_vital_signs_come_with_their_course(house: House, people: People) -> None:
    more = [
        measured("8867-4", 60 + n, "/min", n * MINUTE) | {"id": f"hr-{n}"} for n in range(2, 12)
    ]
    await bring_in(house, people, patient(), *well(), *more)

    vitals = {vital.key: vital for vital in await house.twin.vitals(hers(people), HER)}

    assert [point.value for point in vitals["heart_rate"].series] == [*range(71, 61, -1), 70]
    assert vitals["sbp"].latest.value == 121


async def test_the_timeline_comes_in_pages_newest_first(
    house: House, people: People, clock: StoppedClock
) -> None:
    days = [pressure(120, 80, n * DAY, f"bp-{n}") for n in range(1, 31)]
    await bring_in(house, people, patient(), condition("38341003", "Hypertension"), *days)

    told: list[str] = []
    before = None
    while True:
        page = await house.twin.timeline(hers(people), HER, before=before, count=12)
        told += [ref for entry in page.entries for ref in entry.references]
        if page.before is None:
            break
        before = clock.at.fromisoformat(page.before)

    assert told == [*(f"Observation/bp-{n}" for n in range(1, 31)), "Condition/c-38341003"]


async def test_a_day_full_of_readings_of_one_measure_hides_nothing_else_and_ends_no_page(
    house: House, people: People
) -> None:
    def pulse(n: int) -> Resource:
        ago = n * timedelta(seconds=30)
        return observation(f"hr-{n}", "8867-4", ago, valueQuantity=quantity(70, "/min"))

    visit = {
        "resourceType": "Encounter",
        "id": "e-1",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": HER},
        "period": {"start": to_iso(NOON - timedelta(hours=11))},
    }
    morning = NOON - timedelta(hours=11, minutes=30)
    weighed = measured("29463-7", 70, "kg", NOON - morning)
    seen = pulse(1300) | {"id": "hr-seen", "encounter": {"reference": "Encounter/e-1"}}
    await bring_in(
        house,
        people,
        patient(),
        visit,
        weighed,
        seen,
        pressure(120, 80, 2 * DAY),
        condition("38341003", "Hypertension"),
        *(pulse(n) for n in range(1, 1103)),
    )

    page = await house.twin.timeline(hers(people), HER)

    assert page.before is None
    home, met, _ = [entry for entry in page.entries if entry.kind == "vitals"]
    assert home.count >= 1000
    assert home.has_more
    assert {value.text for value in home.values} == {"name of 8867-4", "name of 29463-7"}
    assert (met.count, met.has_more, met.references) == (1, False, ["Observation/hr-seen"])
    assert {entry.kind for entry in page.entries} == {"vitals", "visit", "condition"}


async def test_a_page_that_ends_within_an_ordinary_day_tells_that_day_whole(
    house: House, people: People
) -> None:
    pulses = [
        observation(f"hr-{n}", "8867-4", n * timedelta(hours=1), valueQuantity=quantity(70, "/min"))
        for n in range(1, 1202)
    ]
    await bring_in(house, people, patient(), condition("38341003", "Hypertension"), *pulses)

    page = await house.twin.timeline(hers(people), HER)

    assert page.before is None
    assert sum(entry.count for entry in page.entries if entry.kind == "vitals") == 1201
    assert not any(entry.has_more for entry in page.entries)
    assert page.entries[-1].text == "Hypertension"


async def test_hidden_kinds_do_not_lie_on_the_timeline(house: House, people: People) -> None:
    await bring_in(house, people, *record())
    await allow(house, people, Category.CONDITIONS)

    page = await house.twin.timeline(his(people), HER)

    assert {entry.kind for entry in page.entries} == {"condition"}


async def test_a_note_of_the_clinic_is_on_the_timeline_whole_and_signed(
    house: House, people: People
) -> None:
    await bring_in(house, people, patient())
    words = ("She slept badly. " * 2000)[:LONGEST_NOTE].strip()
    visit = await house.clinic.enter(people.doctor, ROOMS[0])
    visit = await house.clinic.enter(people.patient, ROOMS[0])
    assert visit is not None
    await house.clinic.ask(people.doctor, visit.id, Ask(categories=(Category.NOTES,), minutes=30))
    await house.clinic.grant(people.patient, visit.id, [Category.NOTES], UNTIL)
    await house.clinic.write_note(people.doctor, visit.id, words)

    (entry,) = (await house.twin.timeline(hers(people), HER)).entries

    assert (entry.kind, entry.note, entry.author) == ("note", words, people.doctor.name)


async def test_an_imported_note_is_signed_by_the_practitioner_s_name(
    house: House, people: People
) -> None:
    practitioner = {
        "resourceType": "Practitioner",
        "id": "d-9",
        "name": [{"prefix": ["Dr."], "given": ["Ana"], "family": "Ruiz"}],
    }
    written = note("Well.", author=[{"reference": "Practitioner/d-9"}])
    written["subject"] = {"reference": HER}
    await bring_in(house, people, patient(), practitioner, written)
    await allow(house, people, Category.NOTES)

    for asking in (hers(people), his(people)):
        (entry,) = (await house.twin.timeline(asking, HER)).entries
        assert entry.author == "Dr. Ana Ruiz"


async def test_over_http_a_patient_reads_her_twin(
    house: House, people: People, patient: Any
) -> None:
    await bring_in(house, people, *record())

    answers = {
        name: await patient.get(f"/api/twin/p-1/{name}")
        for name in ("cards", "body", "timeline", "vitals")
    }

    assert {answer.status_code for answer in answers.values()} == {200}
    cards = answers["cards"].json()
    assert [card["id"] for card in cards] == ["news2", "egfr", "prevent10", "prevent30"]
    assert answers["timeline"].json()["before"] is None


async def test_over_http_the_bedside_goes_in_as_it_is_seen(
    house: House, people: People, patient: Any
) -> None:
    await bring_in(house, people, *record())

    told = await patient.get("/api/twin/p-1/cards?acvpu=V&oxygen=true&spo2_scale=1")
    wrong = await patient.get("/api/twin/p-1/cards?acvpu=X")

    assert told.json()[0]["value"] == 3 + 2
    assert wrong.status_code == 400


async def test_over_http_a_clinician_alone_chooses_the_second_scale_for_oxygen(
    house: House, people: People, patient: Any, other_patient: Any, operator: Any, doctor: Any
) -> None:
    await bring_in(house, people, *record())
    await allow(house, people, *Category)
    path = "/api/twin/p-1/cards?acvpu=V&oxygen=true&spo2_scale=2"

    refused = [await one.get(path) for one in (patient, other_patient, operator)]
    told = await doctor.get(path)

    assert {answer.status_code for answer in refused} == {403}
    assert "clinician" in refused[0].text
    assert told.json()[0]["value"] == 3 + 2 + 3  # 98 % under oxygen is too much on scale 2
    assert "twin.limit.news2.scale2" in told.text


@pytest.mark.parametrize("name", ["cards", "scores", "body", "timeline", "vitals"])
async def test_over_http_nobody_else_reads_it(
    house: House, people: People, stranger: Any, doctor: Any, other_patient: Any, name: str
) -> None:
    await bring_in(house, people, *record())

    statuses = [
        (await client.get(f"/api/twin/p-1/{name}")).status_code
        for client in (stranger, doctor, other_patient)
    ]

    assert statuses == [401, 404, 404]


@pytest.mark.parametrize(
    "before",
    ["2026-03-02T00:00:00", "2026-03-02", "0001-01-01T00:00:00%2B14:00", "0500-01-01T00:00:00Z"],
)
async def test_over_http_a_page_ends_at_a_moment_with_its_zone(
    house: House, people: People, patient: Any, before: str
) -> None:
    await bring_in(house, people, *record())

    refused = await patient.get(f"/api/twin/p-1/timeline?before={before}")
    page = await patient.get("/api/twin/p-1/timeline?before=2026-02-10T08:00:00%2B08:00")

    assert refused.status_code == 400
    assert "zone" in refused.text or "moment" in refused.text
    assert {entry["at"][:10] for entry in page.json()["entries"]} <= {
        "2026-02-08",
        "2021-02-03",
        "2020-05-01",
    }
