"""Breaking the glass: for a reason, for a time, seen by her at once, and judged."""

from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from asklepion.identity import Role
from asklepion.kit.errors import Busy, Conflict, Forbidden, Incorrect, NotFound
from asklepion.records import Asking, Category, Choice, ConsentEnded, GlassBroken
from asklepion.records.service.emergencies import FINDS_AN_HOUR, MOST_A_DAY, Sought

from ..conftest import Office
from ..people import (
    AMARA,
    AMARA_ASKS,
    BORIS_ASKS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    TRAINEE_ASKS,
    caller,
)

WHY = "Found unconscious in the street."
HOUR = timedelta(hours=1)
URGENT = replace(AMARA_ASKS, purpose="BTG", visit=None)
COLLEAGUE = Asking(caller=caller("account-otto", None, Role.OPERATOR), purpose="HOPERAT")


async def sees(office: Office, asking: Asking = URGENT) -> bool:
    return bool((await office.records.search(asking, "Observation", [])).entries)


async def test_a_broken_glass_opens_the_record_for_its_time_and_its_purpose_alone(
    full: Office,
) -> None:
    glass = full.records.emergencies

    broken = await glass.open(AMARA_ASKS, MEI, WHY, HOUR)

    assert await sees(full)
    assert not await sees(full, AMARA_ASKS)
    assert not await sees(full, replace(BORIS_ASKS, purpose="BTG"))
    assert (await glass.mine(AMARA_ASKS))[0].id == broken.id
    full.wait(60)
    assert not await sees(full)
    assert await glass.mine(AMARA_ASKS) == []
    assert await full.records.expire() == 1
    told = await full.hear()
    assert ConsentEnded(f"glass/{broken.id}", MEI, AMARA, None, "expired") in told


async def test_she_is_told_at_once_and_reads_who_and_why(full: Office) -> None:
    async with aclosing(full.records.watch(MEI_ASKS, MEI)) as live:
        assert (await anext(live))["kind"] == "permit"
        broken = await full.records.emergencies.open(AMARA_ASKS, MEI, WHY, HOUR)
        while await full.events.deliver():
            pass
        assert await anext(live) == {"kind": "emergency", "id": broken.id}

    (mine,) = await full.records.emergencies.of_patient(MEI_ASKS, MEI)
    assert (mine.reason, mine.actor_name, mine.state) == (WHY, "Name of account-amara", "open")
    lines = await full.records.accesses(MEI_ASKS, MEI)
    assert lines[0].action == "break-glass"
    assert lines[0].detail["reason"] == WHY
    for other in (JONAS_ASKS, AMARA_ASKS, OPERATOR_ASKS):
        with pytest.raises(NotFound):
            await full.records.emergencies.of_patient(other, MEI)


async def test_every_look_through_the_glass_is_in_her_list(full: Office) -> None:
    broken = await full.records.emergencies.open(AMARA_ASKS, MEI, WHY, HOUR)

    await sees(full)

    line = (await full.records.accesses(MEI_ASKS, MEI))[0]
    assert (line.purpose, line.consent) == ("BTG", f"glass/{broken.id}")
    assert await full.records.verify() == []


@pytest.mark.parametrize("asking", [MEI_ASKS, JONAS_ASKS, OPERATOR_ASKS, TRAINEE_ASKS])
async def test_nobody_but_a_clinician_breaks_it(full: Office, asking: Asking) -> None:
    with pytest.raises(Forbidden):
        await full.records.emergencies.open(asking, MEI, WHY, HOUR)


async def test_it_needs_a_reason_an_end_and_somebody_who_is_known(full: Office) -> None:
    glass = full.records.emergencies
    with pytest.raises(Incorrect, match="reason"):
        await glass.open(AMARA_ASKS, MEI, "urgent", HOUR)
    with pytest.raises(Incorrect, match="four hours"):
        await glass.open(AMARA_ASKS, MEI, WHY, timedelta(hours=5))
    with pytest.raises(NotFound):
        await glass.open(AMARA_ASKS, "Patient/nobody", WHY, HOUR)

    assert await full.count("records_glass") == 0
    assert not [it for it in await full.hear() if isinstance(it, GlassBroken)]


async def test_who_breaks_it_all_day_is_stopped(full: Office) -> None:
    glass = full.records.emergencies
    for _ in range(MOST_A_DAY):
        await glass.open(AMARA_ASKS, MEI, WHY, HOUR)

    with pytest.raises(Busy):
        await glass.open(AMARA_ASKS, MEI, WHY, HOUR)

    denied = (await full.records.accesses(MEI_ASKS, MEI))[0]
    assert (denied.action, denied.outcome) == ("break-glass", "deny")


async def test_who_broke_it_she_and_an_operator_may_end_it(full: Office) -> None:
    glass = full.records.emergencies
    for ends in (AMARA_ASKS, MEI_ASKS, OPERATOR_ASKS):
        broken = await glass.open(AMARA_ASKS, MEI, WHY, HOUR)
        with pytest.raises(NotFound):
            await glass.end(JONAS_ASKS, broken.id)
        assert await sees(full)

        await glass.end(ends, broken.id)

        assert not await sees(full)


async def test_another_than_who_did_it_judges_it_once_and_she_reads_that(full: Office) -> None:
    glass = full.records.emergencies
    broken = await glass.open(AMARA_ASKS, MEI, WHY, HOUR)
    assert [it.id for it in await glass.to_judge(OPERATOR_ASKS)] == [broken.id]
    with pytest.raises(Forbidden):
        await glass.to_judge(AMARA_ASKS)
    with pytest.raises(Forbidden):
        await glass.judge(MEI_ASKS, broken.id, is_justified=True, remark="I am fine with it.")

    await glass.judge(OPERATOR_ASKS, broken.id, is_justified=True, remark="The ward confirms it.")

    (hers,) = await glass.of_patient(MEI_ASKS, MEI)
    assert (hers.state, hers.remark) == ("justified", "The ward confirms it.")
    assert await glass.to_judge(OPERATOR_ASKS) == []
    assert [it.id for it in await glass.to_judge(OPERATOR_ASKS, state="justified")] == [broken.id]
    with pytest.raises(Conflict):
        await glass.judge(COLLEAGUE, broken.id, is_justified=False, remark="I do not think so.")
    assert {it.action for it in (await full.records.accesses(MEI_ASKS, MEI))[:3]} == {"review"}


async def test_nobody_judges_himself(full: Office) -> None:
    both = caller("account-both", AMARA, Role.CLINICIAN, Role.OPERATOR)
    broken = await full.records.emergencies.open(Asking(caller=both), MEI, WHY, HOUR)

    with pytest.raises(Forbidden, match="himself"):
        await full.records.emergencies.judge(
            Asking(caller=both), broken.id, is_justified=True, remark="I was right to."
        )


async def test_a_denial_that_names_no_purpose_stands_in_an_emergency_too(full: Office) -> None:
    vitals = Choice(is_denial=True, categories=frozenset({Category.VITALS}))
    await full.records.consents.say(MEI_ASKS, MEI, vitals)
    await full.records.emergencies.open(AMARA_ASKS, MEI, WHY, HOUR)

    seen = await full.records.search(URGENT, "Observation", [])

    assert [it["id"] for it in seen.entries] == ["sodium"]


async def test_a_patient_is_found_by_what_is_known_of_her_if_that_is_one_alone(
    full: Office,
) -> None:
    glass = full.records.emergencies
    found = await glass.find(AMARA_ASKS, Sought(family="lin", born="1980-04-02"))

    assert found == MEI
    assert (await full.records.accesses(MEI_ASKS, MEI))[0].action == "find"
    for nobody in (
        Sought(family="Lin", born="1980-04-03"),
        Sought(id="nobody"),
        Sought(identifier="http://a.example|1"),
    ):
        with pytest.raises(NotFound, match="Nobody, or more"):
            await glass.find(AMARA_ASKS, nobody)
    for little in (Sought(family="Lin"), Sought(identifier="urn:mrn|"), Sought(identifier="|1")):
        with pytest.raises(Incorrect):
            await glass.find(AMARA_ASKS, little)
    for many_days in ("ge1900-01-01", "lt1985", "1980", "1980-04-02,1980-04-03"):
        with pytest.raises(Incorrect):
            await glass.find(AMARA_ASKS, Sought(family="l", born=many_days))
    for other in (JONAS_ASKS, OPERATOR_ASKS):
        with pytest.raises(Forbidden):
            await glass.find(other, Sought(family="Lin", born="1980-04-02"))


async def test_why_something_is_shown_is_told_and_to_whom_else_only_to_her(full: Office) -> None:
    consent = await full.allow([Category.VITALS], visit=None)
    broken = await full.records.emergencies.open(BORIS_ASKS, MEI, WHY, HOUR)
    told = await full.records.explain(AMARA_ASKS, "Observation/pulse-1")
    hers = await full.records.explain(MEI_ASKS, "Observation/pulse-1")

    assert [(it.kind, it.consent) for it in told.because] == [("consent", f"Consent/{consent}")]
    assert told.others == []
    assert [it.kind for it in hers.because] == ["herself"]
    assert {(actor, it.kind, it.consent) for actor, it in hers.others} == {
        (AMARA, "consent", f"Consent/{consent}"),
        ("Practitioner/boris", "emergency", f"glass/{broken.id}"),
    }
    with pytest.raises(NotFound):
        await full.records.explain(AMARA_ASKS, "Observation/sodium")


async def test_nobody_fishes_for_people(full: Office) -> None:
    glass = full.records.emergencies
    for _ in range(FINDS_AN_HOUR):
        with pytest.raises(NotFound):
            await glass.find(AMARA_ASKS, Sought(id="nobody"))

    with pytest.raises(Busy):
        await glass.find(AMARA_ASKS, Sought(family="Lin", born="1980-04-02"))
    full.wait(61)
    assert await glass.find(AMARA_ASKS, Sought(family="Lin", born="1980-04-02")) == MEI
