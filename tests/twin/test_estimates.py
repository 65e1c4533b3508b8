"""A doctor says what she thinks before she sees what a model says; both are scored later."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asklepion.app import House
from asklepion.identity import Identity
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound
from asklepion.records import Asking, Category, Ground
from asklepion.twin.engine.estimates import LEAST, Pair, calibrate, wilson
from asklepion.twin.wire import Card
from tests.conftest import NOON, People

from .build import condition, patient
from .test_service import HER, allow, bring_in, hers, his, record

PATH = "/api/twin/p-1"
UNTIL = NOON + timedelta(days=40 * 365)
NUMBERS = ("value", "interval", "band", "parts", "would_change")


def by_id(cards: list[Card]) -> dict[str, Card]:
    return {card.id: card for card in cards}


def colleague(people: People) -> Asking:
    return Asking(caller=people.other_doctor, purpose="TREAT")


async def open_to_both(house: House, people: People) -> None:
    await bring_in(house, people, *record())
    for actor in ("Practitioner/d-1", "Practitioner/d-2"):
        await house.records.grant(
            hers(people), patient=HER, actor=actor, categories=[*Category], until=UNTIL
        )


async def test_a_number_comes_only_after_ones_own_and_only_to_whoever_gave_it(
    house: House, people: People
) -> None:
    await open_to_both(house, people)
    estimates = house.twin.estimates

    before = by_id(await house.twin.cards(his(people), HER))
    shown = await estimates.give(his(people), HER, "prevent10", 12.5)
    after = by_id(await house.twin.cards(his(people), HER))
    others = by_id(await house.twin.cards(colleague(people), HER))
    hers_own = by_id(await house.twin.cards(hers(people), HER))

    assert [before[id].state for id in before] == [
        *("computed", "computed"),
        *("asked_first", "asked_first"),
    ]
    assert not any(getattr(before["prevent10"], name) for name in NUMBERS)
    assert before["prevent10"].inputs
    assert before["prevent10"].horizon.params == {"years": 10}
    assert shown.estimate
    assert (shown.state, shown.estimate.share) == ("computed", 12.5)
    assert after["prevent10"] == shown
    assert after["prevent30"].state == "asked_first"
    assert others["prevent10"].state == "asked_first"
    assert others["prevent10"].estimate is None
    assert hers_own["prevent10"].value == shown.value
    assert hers_own["prevent10"].estimate is None
    assert await estimates.of(colleague(people), HER) == []


async def test_who_would_rather_not_say_sees_the_number_and_that_is_kept_too(
    house: House, people: People, clock: StoppedClock
) -> None:
    await open_to_both(house, people)

    shown = await house.twin.estimates.give(his(people), HER, "prevent10", None)
    with pytest.raises(Conflict, match="already"):
        await house.twin.estimates.give(his(people), HER, "prevent10", shown.value)
    (kept,) = await house.twin.estimates.of(hers(people), HER)
    clock.at += timedelta(days=31)
    later = by_id(await house.twin.cards(his(people), HER))

    assert shown.value is not None
    assert (kept.share, kept.model_share, kept.by) == (None, shown.value, "Practitioner/d-1")
    assert kept.version == "PREVENT 2024 base"
    assert later["prevent10"].state == "asked_first"  # she is asked again after a month


# Every way on which the risk of the next ten years could come out.
WAYS = ("cards", "PCE", "prevention", "futures", "report")


async def seen_by(house: House, people: People, doctor: Any) -> dict[str, str]:
    """What state each way to a probability is in; what is held back holds no number."""
    cards = (await doctor.get(f"{PATH}/cards")).json()
    learned = (await doctor.get(f"{PATH}/predictions")).json()
    scores = (await doctor.get(f"{PATH}/scores")).json()
    told = {"race": "white", "bp_tx": False}
    score = (await doctor.post(f"{PATH}/scores/pce", json=told)).json()
    prevention = (await doctor.get(f"{PATH}/prevention")).json()
    futures = (await doctor.post(f"{PATH}/futures", json={})).json()
    given = (await doctor.get(f"{PATH}/estimates")).json()
    whole = (await doctor.get(f"{PATH}/refresh")).json()
    assert [whole[part] for part in ("cards", "predictions", "scores", "prevention")] == [
        *(cards, learned, scores, prevention)
    ]
    page = await house.twin.reporting.of(his(people), HER, "en")
    printed = by_id([*page.cards])["prevent10"].state
    shares = [one for one in (*cards, *learned) if one["unit"] == "%"]
    held = [one for one in (*shares, score, prevention, futures) if one["state"] == "asked_first"]
    assert not any(one.get("value") or one.get("result") for one in held)
    assert not any(one.get("outlooks") or one.get("levers") for one in held)
    of_list = [one["state"] for one in scores if one["name"] in ("SCORE2", "PCE")]
    return {
        "cards": next(one["state"] for one in cards if one["id"] == "prevent10"),
        "PCE": score["state"],
        "prevention": prevention["state"],
        "futures": futures["state"],
        "report": printed if printed == page.prevention.state else "differs",
        "predictions": "computed" if any(one["value"] for one in learned) else "cannot",
        "scores": "computed" if "computed" in of_list else "cannot",
        "estimates": "computed" if given else "nothing",
    }


async def test_over_http_no_way_leads_past_the_question(
    house: House, people: People, stranger: Any, patient: Any, other_patient: Any, doctor: Any
) -> None:
    await bring_in(house, people, *record())
    guess = {"card": "prevent10", "share": 8}
    without = [
        (await one.post(f"{PATH}/estimates", json=guess)).status_code
        for one in (stranger, other_patient, doctor)
    ]
    await allow(house, people, *Category)

    held = (await doctor.get(f"{PATH}/cards")).json()[2]
    before = await seen_by(house, people, doctor)
    wrong = [
        (await doctor.post(f"{PATH}/estimates", json={"card": "prevent10", **more})).status_code
        for more in ({"share": 101}, {"share": -1}, {}, {"share": "x"})
    ]
    no_share = await doctor.post(f"{PATH}/estimates", json={"card": "egfr", "share": 3})
    told = await doctor.post(f"{PATH}/estimates", json=guess)
    after = await seen_by(house, people, doctor)
    refused = await patient.post(f"{PATH}/estimates", json=guess)
    listed = [(await one.get(f"{PATH}/estimates")) for one in (patient, doctor, stranger)]

    assert without == [401, 403, 404]
    assert set(before.values()) <= {"asked_first", "cannot", "nothing"}, before
    assert {way for way, state in before.items() if state == "asked_first"} == set(WAYS)
    assert {after[way] for way in WAYS} == {"computed"}
    assert (held["state"], held["value"], held["estimate"]) == ("asked_first", None, None)
    assert set(wrong) == {400}
    assert no_share.status_code == 404
    assert told.json()["value"] > 0
    assert refused.status_code == 403
    assert [one.status_code for one in listed] == [200, 200, 401]
    assert listed[0].json() == listed[1].json()
    assert (await patient.get("/api/twin/calibration")).status_code == 403
    assert (await doctor.get("/api/twin/calibration")).json()["waiting"] == 1


async def test_what_came_of_it_is_told_by_the_doctor_or_found_in_the_record(
    house: House, people: People, clock: StoppedClock
) -> None:
    await open_to_both(house, people)
    estimates = house.twin.estimates
    mine = await estimates.give(his(people), HER, "prevent10", 20)
    theirs = await estimates.give(colleague(people), HER, "prevent10", 5)
    assert mine.estimate
    assert theirs.estimate
    id = mine.estimate.id

    with pytest.raises(Conflict, match="yet"):
        await estimates.tell_outcome(his(people), HER, id, happened=False, on=None)
    with pytest.raises(Incorrect):
        await estimates.tell_outcome(
            his(people), HER, id, happened=True, on=(NOON - timedelta(days=400)).date()
        )
    with pytest.raises(NotFound):
        await estimates.tell_outcome(
            colleague(people), HER, id, happened=True, on=clock.now().date()
        )
    clock.at += timedelta(days=400)
    told = await estimates.tell_outcome(
        his(people), HER, id, happened=True, on=NOON.date() + timedelta(days=300)
    )
    infarction = condition("22298006", "Myocardial infarction", onsetDateTime="2026-12-26")
    await bring_in(house, people, infarction)
    (found,) = await estimates.of(colleague(people), HER)

    assert told.outcome
    assert (told.outcome.happened, told.outcome.on) == (True, "2026-12-26")
    assert found.outcome
    assert (found.outcome.happened, found.outcome.reference) == (True, "Condition/c-22298006")


async def test_when_the_time_is_over_and_nothing_is_in_the_record_it_did_not_happen(
    house: House, people: People, clock: StoppedClock
) -> None:
    await open_to_both(house, people)
    await house.twin.estimates.give(his(people), HER, "prevent10", 20)

    (before,) = await house.twin.estimates.of(his(people), HER)
    clock.at += timedelta(days=3653)
    (after,) = await house.twin.estimates.of(his(people), HER)

    assert before.outcome is None
    assert after.outcome
    assert not after.outcome.happened


async def test_who_is_asked_each_month_is_counted_once_for_each_ten_years(
    house: House, people: People, clock: StoppedClock
) -> None:
    await open_to_both(house, people)
    estimates = house.twin.estimates
    for share in (20, 14, 15):
        await estimates.give(his(people), HER, "prevent10", share)
        clock.at += timedelta(days=31)

    counted = await estimates.calibration(people.doctor)

    assert len(await estimates.of(his(people), HER)) == 3
    assert (counted.waiting, counted.scored) == (1, 0)


async def test_it_is_sealed_follows_a_merge_and_goes_with_her(house: House, people: People) -> None:
    await open_to_both(house, people)
    console = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    await house.records.update(console, patient(id="p-new"))
    await house.twin.estimates.give(his(people), HER, "prevent10", 77.5)
    duplicates = house.records.duplicates

    async with house.db.read() as tx:
        rows = await tx.all("SELECT sealed FROM twin_estimate")
    merge = await duplicates.merge(console, "Patient/p-new", HER, "document")
    async with house.db.read() as tx:
        moved = await tx.all("SELECT patient FROM twin_estimate")
    await duplicates.unmerge(console, merge.id)
    kept = await house.twin.estimates.of(hers(people), HER)
    await house.records.erase(hers(people), HER, Ground.WITHDRAWN)
    async with house.db.read() as tx:
        left = await tx.all("SELECT id FROM twin_estimate")

    assert b"77.5" not in bytes(rows[0][0])
    assert [tuple(row) for row in moved] == [("Patient/p-new",)]
    assert [one.share for one in kept] == [77.5]
    assert left == []


async def test_nobody_but_a_clinician_is_asked(house: House, people: People) -> None:
    await bring_in(house, people, *record())

    with pytest.raises(Forbidden):
        await house.twin.estimates.give(hers(people), HER, "prevent10", 10)


def test_of_fewer_than_a_handful_nothing_is_said() -> None:
    few = calibrate([Pair(10, 12, False)] * (LEAST - 1), waiting=2, declined=1)

    assert few.forecasters == []
    assert (few.scored, few.waiting, few.declined) == (LEAST - 1, 2, 1)


pairs = st.builds(
    Pair,
    st.floats(0, 100),
    st.floats(0, 100),
    st.booleans(),
)


@given(st.lists(pairs, min_size=LEAST, max_size=40))
@settings(max_examples=30)
def test_both_together_never_fare_worse_than_the_worse_of_the_two(told: list[Pair]) -> None:
    found = {one.who: one for one in calibrate(told, waiting=0, declined=0).forecasters}

    assert found["both"].brier <= max(found["doctor"].brier, found["model"].brier) + 1e-12
    for one in found.values():
        assert 0 <= one.brier <= 1
        assert sum(group.count for group in one.groups) == len(told)
        for group in one.groups:
            assert group.interval.low <= group.happened + 1e-9
            assert group.happened <= group.interval.high + 1e-9


def test_an_interval_of_wilson_is_the_published_one() -> None:
    # Newcombe, Stat Med 1998;17:857-872, table I, method 3: 81/263 and 15/148
    first, second = wilson(81, 263), wilson(15, 148)

    assert (round(first.low, 2), round(first.high, 2)) == (25.53, 36.62)
    assert (round(second.low, 2), round(second.high, 2)) == (6.24, 16.05)
