import asyncio
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from asklepion.kit.errors import (
    Forbidden,
    HouseError,
    Incorrect,
    NotFound,
    Unauthenticated,
    Unsupported,
)
from asklepion.records import Asking, Category, ConsentEnded, ConsentGranted

from ..conftest import Office
from ..people import (
    AMARA,
    AMARA_ASKS,
    AMARA_CALLS,
    BORIS,
    BORIS_ASKS,
    DEVICE_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    STRANGER_ASKS,
    VISIT,
    VITALS,
    Resource,
    observation,
)


async def sees(office: Office, asking: Asking = AMARA_ASKS, id: str = "pulse-1") -> bool:
    found = await office.records.search(asking, "Observation", [("_id", id)])
    try:
        await office.records.read(asking, "Observation", id)
    except NotFound:
        assert not found.entries
        return False
    assert found.entries
    return True


async def hers(office: Office, consent: str) -> Resource:
    return await office.records.read(MEI_ASKS, "Consent", consent)


async def test_a_grant_opens_its_categories_to_its_actor_and_is_told(full: Office) -> None:
    consent = await full.allow(VITALS)

    assert await sees(full)
    assert not await sees(full, id="sodium")
    assert not await sees(full, id="jonas-pulse")
    assert not await sees(full, BORIS_ASKS)
    told = await full.hear()
    assert ConsentGranted(consent, MEI, AMARA, VISIT) in told


async def test_a_grant_is_a_consent_she_can_read(full: Office) -> None:
    consent = await full.allow(VITALS)

    resource = await hers(full, consent)

    assert resource["patient"] == {"reference": MEI}
    assert resource["status"] == "active"
    assert resource["provision"]["period"]["end"] == "2026-03-01T12:30:00.000Z"
    assert [c["code"] for c in resource["provision"]["class"]] == ["vitals"]


async def test_what_is_taken_back_is_closed_at_once(full: Office) -> None:
    consent = await full.allow(VITALS)
    await full.hear()

    await full.records.revoke(MEI_ASKS, consent)

    assert not await sees(full)
    assert await full.records.permits(AMARA_ASKS, MEI) is None
    assert (await hers(full, consent))["status"] == "inactive"
    assert ConsentEnded(consent, MEI, AMARA, VISIT, "revoked") in await full.hear()
    await full.records.revoke(MEI_ASKS, consent)  # twice is once


async def test_a_grant_ends_by_the_clock_and_is_told(full: Office) -> None:
    consent = await full.allow(VITALS, minutes=30)
    full.wait(29.9)
    assert await sees(full)
    await full.hear()

    full.wait(0.1)

    assert not await sees(full)
    assert await full.records.permits(AMARA_ASKS, MEI) is None
    assert await full.records.expire() == 1
    assert ConsentEnded(consent, MEI, AMARA, VISIT, "expired") in await full.hear()
    assert await full.records.expire() == 0


async def test_the_house_itself_tells_of_what_is_over(full: Office) -> None:
    import asyncio

    consent = await full.allow(VITALS, minutes=1)
    await full.hear()
    await full.records.start()
    full.wait(2)

    told: list[Any] = []
    for _ in range(100):
        await asyncio.sleep(0.05)
        told += await full.hear()
        if told:
            break

    assert told == [ConsentEnded(consent, MEI, AMARA, VISIT, "expired")]


async def test_a_grant_of_one_visit_is_none_in_another(full: Office) -> None:
    await full.allow(VITALS)

    assert not await sees(full, Asking(caller=AMARA_CALLS, visit="visit-2"))
    assert await sees(full, Asking(caller=AMARA_CALLS))


async def test_a_grant_for_treatment_is_none_for_research(full: Office) -> None:
    await full.allow(VITALS)

    assert not await sees(full, Asking(caller=AMARA_CALLS, purpose="HRESCH"))


async def test_grants_add_up(full: Office) -> None:
    await full.allow(VITALS, minutes=10)
    await full.allow({Category.LABORATORY}, minutes=20)

    permit = await full.records.permits(AMARA_ASKS, MEI)

    assert permit is not None
    assert permit.categories == {Category.VITALS, Category.LABORATORY}
    assert permit.until == full.clock.now() + timedelta(minutes=10)
    full.wait(11)
    permit = await full.records.permits(AMARA_ASKS, MEI)
    assert permit is not None
    assert permit.categories == {Category.LABORATORY}


async def test_nobody_grants_for_another(full: Office) -> None:
    for asking in (JONAS_ASKS, AMARA_ASKS, OPERATOR_ASKS):
        with pytest.raises(Forbidden):
            await full.records.grant(
                asking,
                patient=MEI,
                actor=AMARA,
                categories=VITALS,
                until=full.clock.now() + timedelta(hours=1),
            )


@pytest.mark.parametrize(
    ("minutes", "categories", "actor"),
    [(-1, VITALS, AMARA), (0, VITALS, AMARA), (5, [], AMARA), (5, VITALS, JONAS), (5, VITALS, "*")],
)
async def test_a_grant_of_nothing_to_nobody_or_in_the_past_is_refused(
    full: Office, minutes: float, categories: Any, actor: str
) -> None:
    with pytest.raises(Incorrect):
        await full.allow(categories, minutes=minutes, actor=actor)


async def test_only_the_two_of_a_consent_end_it(full: Office) -> None:
    consent = await full.allow(VITALS)

    for asking in (JONAS_ASKS, BORIS_ASKS, OPERATOR_ASKS):
        with pytest.raises(NotFound) as hidden:
            await full.records.revoke(asking, consent)
        with pytest.raises(NotFound) as unknown:
            await full.records.revoke(asking, "there-is-none")
        assert str(hidden.value) == str(unknown.value)
    await full.hear()
    await full.records.revoke(AMARA_ASKS, consent)
    assert ConsentEnded(consent, MEI, AMARA, VISIT, "revoked") in await full.hear()
    assert not await sees(full)


async def test_taken_back_on_two_paths_at_once_it_is_over_on_both_without_a_word(
    full: Office,
) -> None:
    for _ in range(5):
        consent = await full.allow(VITALS)

        await asyncio.gather(*(full.records.revoke(MEI_ASKS, consent) for _ in range(3)))

        assert (await hers(full, consent))["status"] == "inactive"
        assert not await sees(full)


async def test_with_a_visit_everything_ends_that_was_allowed_for_it_and_nothing_else(
    full: Office,
) -> None:
    first, second = await full.allow(VITALS), await full.allow(VITALS, minutes=5)
    elsewhere = await full.allow(VITALS, visit="visit-2")
    always = await full.allow(VITALS, visit=None)

    ended = await full.records.end_visit(AMARA_ASKS, VISIT, why="visit closed")

    assert ended == 2
    told = [each for each in await full.hear() if isinstance(each, ConsentEnded)]
    assert {(each.consent, each.why) for each in told} == {
        (first, "visit closed"),
        (second, "visit closed"),
    }
    standing = {each.consent for each in await full.records.given(MEI_ASKS, MEI)}
    assert standing == {elsewhere, always}
    assert await full.records.end_visit(MEI_ASKS, VISIT) == 0


async def test_of_a_visit_only_what_is_one_s_own_can_be_ended(full: Office) -> None:
    consent = await full.allow(VITALS)
    to_another = await full.allow(VITALS, actor=BORIS)

    for asking in (JONAS_ASKS, DEVICE_ASKS):
        assert await full.records.end_visit(asking, VISIT) == 0
    assert await full.records.end_visit(BORIS_ASKS, VISIT) == 1
    assert {each.consent for each in await full.records.given(MEI_ASKS, MEI)} == {consent}
    assert (await hers(full, to_another))["status"] == "inactive"
    assert await full.records.end_visit(OPERATOR_ASKS, VISIT) == 1
    assert not await sees(full)
    with pytest.raises(Unauthenticated):
        await full.records.end_visit(STRANGER_ASKS, VISIT)


async def test_what_was_denied_in_a_visit_stays_denied_after_it(full: Office) -> None:
    denial = await template(full)
    denial["provision"]["type"] = "deny"
    await full.records.create(MEI_ASKS, denial)
    await full.allow(VITALS, visit=None)

    await full.records.end_visit(MEI_ASKS, VISIT)

    assert not await sees(full)


async def test_what_is_said_in_another_room_s_transaction_is_forgotten_with_it(
    full: Office,
) -> None:
    kept = await full.allow(VITALS)
    size = await full.ledger.size()

    with pytest.raises(KeyError):
        async with full.db.begin() as tx:
            await full.records.end_visit(MEI_ASKS, VISIT, tx=tx)
            await full.records.grant(
                MEI_ASKS,
                patient=MEI,
                actor=BORIS,
                categories=VITALS,
                until=full.clock.now() + timedelta(hours=1),
                visit=VISIT,
                tx=tx,
            )
            raise KeyError

    assert {each.consent for each in await full.records.given(MEI_ASKS, MEI)} == {kept}
    assert await full.ledger.size() == size


async def test_a_refusal_is_written_down_and_opens_nothing(full: Office) -> None:
    consent = await full.records.refuse(
        MEI_ASKS, patient=MEI, actor=AMARA, categories=VITALS, visit=VISIT
    )

    assert not await sees(full)
    assert (await hers(full, consent))["status"] == "rejected"
    (entry,) = await full.records.accesses(MEI_ASKS, MEI, count=1)
    assert entry.action == "read"
    actions = [each.action for each in await full.records.accesses(MEI_ASKS, MEI)]
    assert "refuse" in actions


async def test_she_sees_what_she_allows(full: Office) -> None:
    consent = await full.allow(VITALS)

    (given,) = await full.records.given(MEI_ASKS, MEI)

    assert (given.consent, given.actor, given.categories) == (consent, AMARA, VITALS)
    for asking in (AMARA_ASKS, JONAS_ASKS, OPERATOR_ASKS):
        with pytest.raises(NotFound):
            await full.records.given(asking, MEI)


# Consents that come in as FHIR


async def template(office: Office) -> Resource:
    """A Consent as the house itself writes it."""
    consent = await office.allow(VITALS)
    resource = await hers(office, consent)
    await office.records.revoke(MEI_ASKS, consent)
    await office.hear()
    del resource["meta"]
    return resource


async def test_a_consent_she_sends_as_fhir_opens_the_same(full: Office) -> None:
    resource = await template(full)

    kept = await full.records.create(MEI_ASKS, resource)

    assert await sees(full)
    await full.records.update(MEI_ASKS, {**resource, "id": kept.id, "status": "inactive"})
    assert not await sees(full)
    await full.records.update(MEI_ASKS, {**resource, "id": kept.id})
    assert await sees(full)
    await full.records.delete(MEI_ASKS, "Consent", kept.id)
    assert not await sees(full)
    ended = [each for each in await full.hear() if isinstance(each, ConsentEnded)]
    assert len(ended) == 2


async def test_a_consent_another_sends_opens_nothing(full: Office) -> None:
    resource = await template(full)

    await full.keep({**resource, "id": "by-an-operator"})
    entry = {"resource": resource, "request": {"method": "POST", "url": "Consent"}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    await full.records.transact(OPERATOR_ASKS, bundle)
    for asking in (AMARA_ASKS, JONAS_ASKS):
        with pytest.raises(Forbidden):
            await full.records.create(asking, resource)

    assert not await sees(full)


async def test_an_operator_who_changes_her_consent_closes_it(full: Office) -> None:
    consent = await full.allow(VITALS)
    resource = deepcopy(await hers(full, consent))
    resource["provision"]["period"]["end"] = "2036-01-01"

    await full.keep(resource)

    assert not await sees(full)


async def test_a_denial_wins_over_a_permit(full: Office) -> None:
    resource = await template(full)
    await full.allow({Category.VITALS, Category.LABORATORY})
    denial = deepcopy(resource)
    denial["provision"] |= {"type": "deny"}
    del denial["provision"]["actor"]  # to everybody

    await full.records.create(MEI_ASKS, denial)

    assert not await sees(full)
    assert await sees(full, id="sodium")
    permit = await full.records.permits(AMARA_ASKS, MEI)
    assert permit is not None
    assert permit.categories == {Category.LABORATORY}


async def test_without_an_end_it_stands_until_it_is_taken_back(full: Office) -> None:
    resource = await template(full)
    del resource["provision"]["period"]["end"]
    kept = await full.records.create(MEI_ASKS, resource)
    full.wait(60 * 24 * 365 * 20)

    assert await sees(full)
    await full.records.revoke(MEI_ASKS, kept.id)
    assert not await sees(full)


async def test_a_day_named_as_the_end_still_counts(full: Office) -> None:
    resource = await template(full)
    resource["provision"]["period"] = {"start": "2026-03-01", "end": "2026-03-02"}
    await full.records.create(MEI_ASKS, resource)

    full.wait(60 * 35.9)
    assert await sees(full)
    full.wait(60 * 0.1)
    assert not await sees(full)


@pytest.mark.parametrize(
    "change",
    [
        {"provision": [{"type": "deny", "provision": [{"type": "permit"}]}]},
        {"code": [{"text": "x"}]},
        {"data": [{"meaning": "instance", "reference": {"display": "that one"}}]},
        {"securityLabel": [{"code": "R"}]},
        {"class": [{"system": "http://a.example/kinds", "code": "Observation"}]},
        {"actor": [{"role": {"text": "x"}, "reference": {"reference": "Device/1"}}]},
        {"type": None},
        {"purpose": [{"display": "no code"}]},
        {"action": [{"coding": [{"code": "collect"}]}]},
    ],
)
async def test_a_consent_that_says_more_than_can_be_kept_is_refused_and_opens_nothing(
    full: Office, change: dict[str, Any]
) -> None:
    resource = await template(full)
    provision = {**resource["provision"], **change}
    resource["provision"] = {k: v for k, v in provision.items() if v not in (None, [])}

    with pytest.raises(Unsupported):
        await full.records.create(MEI_ASKS, resource)
    assert not await sees(full)
    assert [each for each in await full.hear() if isinstance(each, ConsentGranted)] == []


async def test_a_consent_whose_time_is_wrong_is_refused(full: Office) -> None:
    resource = await template(full)
    resource["provision"]["period"] = {"start": "2026-03-02", "end": "2026-03-01"}

    with pytest.raises(Incorrect):
        await full.records.create(MEI_ASKS, resource)


async def test_of_two_people_the_named_one_alone_is_let_in(full: Office) -> None:
    resource = await template(full)
    resource["provision"]["actor"][0]["reference"]["reference"] = BORIS

    await full.records.create(MEI_ASKS, resource)

    assert await sees(full, BORIS_ASKS)
    assert not await sees(full)


async def test_new_readings_are_seen_while_it_stands(full: Office) -> None:
    await full.allow(VITALS)
    await full.keep(observation("newest"))

    assert await sees(full, id="newest")


async def test_what_goes_wrong_in_between_opens_nothing(full: Office) -> None:
    resource = await template(full)
    bad = {**observation("x"), "status": "no such status"}
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"resource": resource, "request": {"method": "POST", "url": "Consent"}},
            {"resource": bad, "request": {"method": "POST", "url": "Observation"}},
        ],
    }

    with pytest.raises(HouseError):
        await full.records.transact(MEI_ASKS, bundle)
    assert not await sees(full)
