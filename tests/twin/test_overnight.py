"""What changed since the night before: of one patient, and of all whom a doctor may see."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from asklepion.app import House
from asklepion.identity import Caller, Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Forbidden
from asklepion.records import Asking, Category, Choice
from asklepion.twin.wire import Overnight, Since
from tests.conftest import NOON, People

from .build import DAY, Resource, lab, pressure
from .test_nightly import of_another
from .test_service import HER, allow, bring_in, hers, his, record

SQLITE = pytest.mark.parametrize("database_url", [""], ids=["sqlite"])
pytestmark = SQLITE
TWO, THREE = "Patient/p-2", "Patient/p-3"
UNTIL = NOON + timedelta(days=400)


def creatinine(value: float, id: str = "worse") -> Resource:
    """A result of a day after noon."""
    return lab("2160-0", value, "mg/dL", -DAY) | {"id": id}


async def let_in(house: House, patient: str, actor: str, *categories: Category) -> str:
    """This patient allows it; everything, where no kind is named."""
    return await house.records.grant(
        Asking(caller=_as(patient), purpose="PATRQT"),
        patient=patient,
        actor=actor,
        categories=categories or [*Category],
        until=UNTIL,
    )


def _as(patient: str) -> Caller:
    return Caller(account=patient, name=patient, roles=frozenset({Role.PATIENT}), person=patient)


async def a_night_passes(
    house: House, people: People, clock: StoppedClock, *changes: Resource
) -> None:
    """One night, what happens on the day after it, and the next night."""
    await house.twin.nightly.over_all()
    clock.at += DAY
    if changes:
        await bring_in(house, people, *changes)
    await house.twin.nightly.over_all()


def by_name(found: list[Since]) -> dict[str, Since]:
    return {one.now.name: one for one in found}


def whom(found: Overnight) -> list[str]:
    return [one.patient for one in found.found]


async def lines(house: House, patient: str) -> list[Any]:
    """Her log's lines of the list."""
    asking = Asking(caller=_as(patient), purpose="PATRQT")
    return [
        one
        for one in await house.records.accesses(asking, patient, count=500)
        if one.via == "overnight list"
    ]


async def test_a_change_says_which_reading_moved_it_and_whether_error_explains_it(
    house: House, people: People, clock: StoppedClock
) -> None:
    await bring_in(house, people, *record())

    await a_night_passes(house, people, clock, creatinine(3.9))

    found = (await house.twin.nightly.of(hers(people), HER)).found
    kidneys = by_name(found)["egfr"]
    (moved,) = kidneys.moved_by
    assert (moved.key, moved.now, moved.unit) == ("creatinine", 3.9, "mg/dL")
    assert moved.before == pytest.approx(1, abs=0.2)
    assert moved.reference == "Observation/worse"
    assert (kidneys.is_beyond, kidneys.is_worse) == (True, True)
    assert found[0].is_beyond
    await a_night_passes(house, people, clock)
    calm = by_name((await house.twin.nightly.of(hers(people), HER)).found)["egfr"]
    assert (calm.before, calm.moved_by) == (calm.now.value, [])
    assert (calm.is_beyond, calm.is_worse) == (False, None)


async def test_what_an_earlier_version_kept_of_the_night_before_can_still_be_compared(
    house: House, people: People, clock: StoppedClock
) -> None:
    nightly = house.twin.nightly
    await bring_in(house, people, *record())
    await nightly.over_all()
    async with house.db.begin() as tx:
        kept = await nightly.telling.read(tx, HER)
        assert kept
        old = msgspec.json.decode(msgspec.json.encode(kept))
        for one in old["found"]:
            del one["moved_by"], one["is_beyond"], one["is_worse"], one["now"]["rests"]
        await nightly.telling.keep(tx, {HER: msgspec.json.encode(old)}, clock.at)
    clock.at += DAY
    await bring_in(house, people, creatinine(3.9))

    await nightly.over_all()

    kidneys = by_name((await nightly.of(hers(people), HER)).found)["egfr"]
    assert kidneys.before
    assert kidneys.is_beyond
    assert kidneys.moved_by == []


async def three(house: House, people: People) -> None:
    """Three people with the same record; the doctor may see all of each."""
    await bring_in(house, people, *record())
    for id in ("p-2", "p-3"):
        await bring_in(house, people, *of_another(record(), id))
    for who in (HER, TWO, THREE):
        await let_in(house, who, "Practitioner/d-1")


async def test_the_list_tells_whose_numbers_changed_most_first(
    house: House, people: People, clock: StoppedClock
) -> None:
    await three(house, people)
    little = of_another([creatinine(1.3)], "p-3")

    await a_night_passes(house, people, clock, creatinine(3.9), *little)

    told = await house.twin.nightly.overnight(his(people))
    assert whom(told) == [HER, THREE]
    assert (told.looked_at, told.is_whole) == (3, True)
    first, last = told.found
    assert (first.most.now.name, first.most.is_beyond, first.most.is_worse) == ("egfr", True, True)
    assert (last.most.now.name, last.more) == ("egfr", first.more)


async def test_each_one_looked_at_has_one_line_that_says_so_and_no_record_is_opened(
    house: House, people: People, clock: StoppedClock
) -> None:
    await three(house, people)
    await a_night_passes(house, people, clock, creatinine(3.9))

    await house.twin.nightly.overnight(his(people))

    for who in (HER, TWO, THREE):
        (line,) = await lines(house, who)
        assert (line.actor_person, line.outcome) == ("Practitioner/d-1", "permit")
        assert dict(line.what) == {"Patient": 1}
        assert line.consent


async def test_a_telephone_number_takes_nobody_off_the_list(
    house: House, people: People, clock: StoppedClock
) -> None:
    await three(house, people)
    await a_night_passes(house, people, clock, creatinine(3.9))
    clock.at += timedelta(hours=1)
    await correct(house, people, HER, telecom=[{"system": "phone", "value": "+1 555 0100"}])

    told = await house.twin.nightly.overnight(his(people))

    assert whom(told) == [HER]
    assert (told.looked_at, told.outdated) == (3, 0)


async def test_whose_night_no_longer_holds_is_counted_apart(
    house: House, people: People, clock: StoppedClock
) -> None:
    await three(house, people)
    await a_night_passes(house, people, clock, creatinine(3.9))
    clock.at += timedelta(hours=1)
    await correct(house, people, HER, birthDate="1950-01-01")

    told = await house.twin.nightly.overnight(his(people))

    assert whom(told) == []
    assert (told.looked_at, told.outdated) == (3, 1)


async def correct(house: House, people: People, patient: str, **elements: Any) -> None:
    """An operator corrects who she is."""
    hers = Asking(caller=_as(patient), purpose="PATRQT")
    kept = await house.records.read(hers, *patient.split("/", 1))
    asking = Asking(caller=people.operator, purpose="HOPERAT", via="import")
    await house.records.update(asking, kept | elements)


async def test_the_list_names_no_entry_and_no_value_that_moved_a_number(
    house: House, people: People, clock: StoppedClock, doctor: Any
) -> None:
    await three(house, people)
    await a_night_passes(house, people, clock, creatinine(3.9))

    told = await doctor.get("/api/twin/overnight")

    (one,) = told.json()["found"]
    assert one["most"]["now"]["name"] == "egfr"
    assert one["most"]["moved_by"] == []
    for word in ("Observation/", "creatinine", "rests", "3.9"):
        assert word not in told.text


async def test_of_one_patient_the_line_counts_the_entries_that_moved_a_number(
    house: House, people: People, clock: StoppedClock, doctor: Any
) -> None:
    await bring_in(house, people, *record())
    await let_in(house, HER, "Practitioner/d-1")
    await a_night_passes(house, people, clock, creatinine(3.9))

    told = await doctor.get("/api/twin/p-1/nightly")

    (line, *_) = await house.records.accesses(hers(people), HER)
    moved = [by for one in told.json()["found"] for by in one["moved_by"]]
    named = {by[key] for by in moved for key in ("reference", "before_reference")} - {None}
    results = {name for name in named if name.startswith("Observation/")}
    assert "Observation/worse" in results
    assert len(results) >= 2  # the newer one, and the one it is compared with
    assert dict(line.what) == {"Patient": 1, "Observation": len(results)}
    assert line.via == "risk cards"
    assert "rests" not in told.text


async def test_whoever_closed_something_that_a_number_rests_on_is_not_looked_at(
    house: House, people: People, clock: StoppedClock
) -> None:
    await bring_in(house, people, *record(), *of_another(record(), "p-2"))
    await let_in(house, TWO, "Practitioner/d-1")
    await allow(house, people, *(one for one in Category if one is not Category.VITALS))
    await a_night_passes(house, people, clock, creatinine(3.9), *of_another([creatinine(2)], "p-2"))

    told = await house.twin.nightly.overnight(his(people))

    assert whom(told) == [TWO]
    assert await lines(house, HER) == []


async def test_what_is_taken_back_leaves_the_list_at_once(
    house: House, people: People, clock: StoppedClock
) -> None:
    await bring_in(house, people, *record())
    consent = await let_in(house, HER, "Practitioner/d-1")
    await a_night_passes(house, people, clock, creatinine(3.9))
    before = whom(await house.twin.nightly.overnight(his(people)))

    await house.records.revoke(hers(people), consent)
    after = await house.twin.nightly.overnight(his(people))

    assert before == [HER]
    assert (whom(after), after.looked_at) == ([], 0)
    assert len(await lines(house, HER)) == 1


async def test_whoever_lets_every_clinician_look_is_on_no_list_of_one_she_did_not_name(
    house: House, people: People, clock: StoppedClock
) -> None:
    await bring_in(house, people, *record())
    await house.records.consents.say(hers(people), HER, Choice(end=UNTIL))
    await a_night_passes(house, people, clock, creatinine(3.9))

    told = await house.twin.nightly.overnight(his(people))

    assert await house.twin.nightly.of(his(people), HER)  # one by one she may be looked at
    assert (whom(told), told.looked_at) == ([], 0)


async def test_a_number_that_waits_for_the_doctors_own_leaves_no_trace_on_the_list(
    house: House, people: People, clock: StoppedClock
) -> None:
    await bring_in(house, people, *record())
    await let_in(house, HER, "Practitioner/d-1")
    # Higher pressure moves PREVENT in ten and thirty years, and no number that is not held.
    high = pressure(152, 88, -timedelta(hours=1), "high")
    calm = pressure(121, 76, -timedelta(hours=1), "calm")
    await house.twin.nightly.over_all()
    clock.at += DAY
    await bring_in(house, people, calm)
    await house.twin.nightly.over_all()
    without = await house.twin.nightly.overnight(his(people))
    clock.at += DAY
    await bring_in(house, people, high)
    await house.twin.nightly.over_all()

    held = await house.twin.nightly.overnight(his(people))
    for card in ("prevent10", "prevent30"):
        await house.twin.estimates.give(his(people), HER, card, 9)
    opened = await house.twin.nightly.overnight(his(people))

    assert whom(held) == whom(without) == []
    assert (held.looked_at, held.is_whole) == (without.looked_at, without.is_whole)
    assert [one.most.now.unit for one in opened.found] == ["%"]
    alone = by_name((await house.twin.nightly.of(his(people), HER)).found)
    assert "sbp" in [one.key for one in alone["prevent10"].moved_by]


async def test_the_card_says_which_numbers_wait_and_nothing_of_whether_they_changed(
    house: House, people: People, clock: StoppedClock
) -> None:
    await bring_in(house, people, *record())
    await let_in(house, HER, "Practitioner/d-1")
    await a_night_passes(house, people, clock)

    held = (await house.twin.nightly.of(his(people), HER)).held
    await house.twin.estimates.give(his(people), HER, "prevent10", 9)
    fewer = (await house.twin.nightly.of(his(people), HER)).held
    own = (await house.twin.nightly.of(hers(people), HER)).held

    assert held == ["twin.card.prevent10.title", "twin.card.prevent30.title"]
    assert fewer == ["twin.card.prevent30.title"]
    assert own == []


async def test_over_http_only_clinicians_get_the_list(
    house: House,
    people: People,
    clock: StoppedClock,
    stranger: Any,
    patient: Any,
    doctor: Any,
) -> None:
    await bring_in(house, people, *record())
    await let_in(house, HER, "Practitioner/d-1")
    path = "/api/twin/overnight"
    codes = [(await one.get(path)).status_code for one in (stranger, patient)]
    empty = (await doctor.get(path)).json()
    await a_night_passes(house, people, clock, creatinine(3.9))

    told = (await doctor.get(path)).json()

    assert codes == [401, 403]
    assert empty == {"found": [], "looked_at": 0, "outdated": 0, "is_whole": True}
    assert [one["patient"] for one in told["found"]] == [HER]
    with pytest.raises(Forbidden):
        await house.twin.nightly.overnight(hers(people))


async def test_asked_for_it_or_nothing_nobody_is_refused_and_without_numbers_nobody_is_looked_at(
    house: House, people: People, clock: StoppedClock, doctor: Any
) -> None:
    path, more = "/api/twin/p-1/nightly", {"or_nothing": "true"}
    await bring_in(house, people, *record())
    closed = await doctor.get(path, params=more)
    consent = await let_in(house, HER, "Practitioner/d-1")
    count = len(await house.records.accesses(hers(people), HER))
    early = await doctor.get(path, params=more)
    same = len(await house.records.accesses(hers(people), HER))
    await a_night_passes(house, people, clock, creatinine(3.9))

    told = (await doctor.get(path, params=more)).json()
    (line, *_) = await house.records.accesses(hers(people), HER)
    await house.records.revoke(hers(people), consent)
    after = await doctor.get(path, params=more)

    assert [(one.status_code, one.json()) for one in (closed, early, after)] == [(200, None)] * 3
    assert same == count
    assert told["found"][0]["now"]["name"] == "egfr"
    assert (line.actor_person, line.via) == ("Practitioner/d-1", "risk cards")


async def test_a_night_that_holds_no_longer_is_no_look(
    house: House, people: People, clock: StoppedClock, doctor: Any
) -> None:
    await bring_in(house, people, *record())
    await let_in(house, HER, "Practitioner/d-1")
    await a_night_passes(house, people, clock, creatinine(3.9))
    clock.at += timedelta(hours=1)
    await correct(house, people, HER, birthDate="1950-01-01")
    count = len(await house.records.accesses(hers(people), HER, count=500))

    nothing = await doctor.get("/api/twin/p-1/nightly", params={"or_nothing": "true"})
    refused = await doctor.get("/api/twin/p-1/nightly")

    assert (nothing.status_code, nothing.json(), refused.status_code) == (200, None, 404)
    assert len(await house.records.accesses(hers(people), HER, count=500)) == count
