"""Two records become one, and two again; nobody sees more than before, nothing is lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from asklepion.identity import Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.db import Tx
from asklepion.kit.errors import Conflict, Forbidden, Incorrect, NotFound
from asklepion.records import Asking, Category, ConsentEnded, Ground
from tests.conftest import NOON
from tests.records.conftest import Office, open_office
from tests.records.people import (
    AMARA,
    AMARA_ASKS,
    BORIS,
    BORIS_ASKS,
    JONAS,
    JONAS_ASKS,
    MEI,
    MEI_ASKS,
    OPERATOR_ASKS,
    Resource,
    caller,
    condition,
    group_of,
    note,
    observation,
    organization,
    patient,
    practitioner,
)

EVERYBODY = (MEI_ASKS, JONAS_ASKS, AMARA_ASKS, BORIS_ASKS)


async def merge(office: Office, survivor: str = MEI, merged: str = JONAS, **more: Any) -> str:
    done = await office.records.duplicates.merge(
        OPERATOR_ASKS, survivor, merged, "document", **more
    )
    return done.id


async def unmerge(office: Office, id: str, take: Sequence[str] = ()) -> Any:
    return await office.records.duplicates.unmerge(OPERATOR_ASKS, id, take=take)


async def seen(office: Office, asking: Asking, type: str = "") -> dict[str, Resource]:
    """Everything somebody finds, without the numbers and moments of versions."""
    found = await office.records.search(asking, type, [("_count", "500")])
    return {
        f"{it['resourceType']}/{it['id']}": {k: v for k, v in it.items() if k != "meta"}
        for it in found.entries
    }


async def test_everything_of_the_merged_one_is_the_survivors(full: Office) -> None:
    before = await seen(full, JONAS_ASKS)

    await merge(full)

    hers = await seen(full, MEI_ASKS)
    assert {"Observation/jonas-pulse", "Condition/jonas-gout"} <= hers.keys()
    assert hers["Observation/jonas-pulse"]["subject"] == {"reference": MEI}
    assert hers[MEI]["link"] == [{"other": {"reference": JONAS}, "type": "replaces"}]
    his = await seen(full, JONAS_ASKS)
    assert his.keys() - {"Organization/clinic", AMARA, BORIS} == {JONAS}
    assert (his[JONAS]["active"], his[JONAS]["link"]) == (
        False,
        [{"other": {"reference": MEI}, "type": "replaced-by"}],
    )
    assert before.keys() >= his.keys()
    assert await full.records.verify() == []


CATEGORIES = "https://asklepion.local/fhir/CodeSystem/record-category"
SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"


def consent_of(who: str) -> Resource:
    """A Consent that says nothing yet."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": SCOPES, "code": "patient-privacy"}]},
        "category": [{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}],
        "patient": {"reference": who},
        "policyRule": {"coding": [{"code": "OPTOUT"}]},
    }


async def test_what_the_merged_one_allowed_is_over_and_what_she_denied_stays_denied(
    full: Office,
) -> None:
    await full.allow(frozenset(Category), asking=JONAS_ASKS, actor=AMARA, visit=None)
    await full.allow(frozenset(Category), actor=BORIS, visit=None)
    await full.records.refuse(
        JONAS_ASKS, patient=JONAS, actor=BORIS, categories=[Category.CONDITIONS]
    )
    denial = {
        **consent_of(JONAS),
        "provision": {
            "type": "deny",
            "actor": [{"role": {"text": "x"}, "reference": {"reference": BORIS}}],
            "class": [{"system": CATEGORIES, "code": "conditions"}],
        },
    }
    await full.records.create(JONAS_ASKS, denial)
    await full.hear()

    await merge(full)

    assert not (await seen(full, AMARA_ASKS, "Observation")).keys()
    boris = (await seen(full, BORIS_ASKS)).keys()
    assert "Observation/jonas-pulse" in boris  # hers now, and she allows him
    assert not {"Condition/jonas-gout", "Condition/pressure"} & boris
    ended = [it for it in await full.hear() if isinstance(it, ConsentEnded)]
    assert [(it.patient, it.actor, it.why) for it in ended] == [(JONAS, AMARA, "merged")]


CODES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"


async def test_whoever_stands_in_for_the_merged_one_does_not_for_the_survivor(
    full: Office,
) -> None:
    guardian = {
        "resourceType": "RelatedPerson",
        "id": "kin",
        "patient": {"reference": JONAS},
        "relationship": [{"coding": [{"system": CODES, "code": "GUARD"}]}],
    }
    await full.keep(guardian)
    kin = caller("account-kin", "RelatedPerson/kin", Role.PATIENT)
    asking = Asking(caller=kin, purpose="FAMRQT")
    before = await seen(full, asking)
    assert "Observation/jonas-pulse" in before

    id = await merge(full)
    await full.records.update(MEI_ASKS, {**(await seen(full, MEI_ASKS))[MEI], "gender": "other"})
    between = await seen(full, asking)
    await unmerge(full, id)

    assert not {it for it in between if it.startswith(("Observation", "Condition"))}
    assert MEI not in between
    assert await seen(full, asking) == before


async def test_a_denial_is_moved_without_what_it_makes_an_exception_of(full: Office) -> None:
    who = {"role": {"text": "x"}, "reference": {"reference": AMARA}}
    denial = {
        **consent_of(JONAS),
        "provision": {"type": "deny", "provision": [{"type": "permit", "actor": [who]}]},
    }
    made = await full.records.create(JONAS_ASKS, denial)
    assert "Condition/jonas-gout" in await seen(full, AMARA_ASKS)

    id = await merge(full)
    between = await seen(full, AMARA_ASKS)
    await unmerge(full, id)

    assert not {it for it in between if it.startswith(("Observation", "Condition"))}
    assert "Condition/jonas-gout" in await seen(full, AMARA_ASKS)
    assert (await full.records.read(JONAS_ASKS, "Consent", made.id))["provision"]["provision"]


async def test_nobody_reads_in_older_versions_what_was_the_merged_ones(full: Office) -> None:
    await full.records.update(JONAS_ASKS, observation("jonas-pulse", JONAS, value=65))

    await merge(full)

    page = await full.records.history(MEI_ASKS, "Observation", "jonas-pulse")
    assert [row.version for row in page.rows] == [3]


async def test_a_note_stays_its_authors(full: Office) -> None:
    await full.allow(frozenset(Category), asking=JONAS_ASKS, visit=None)
    await full.allow({Category.VITALS}, visit=None)
    written = await full.records.create(AMARA_ASKS, note(JONAS, "Zm9v"))

    await merge(full)

    assert f"DocumentReference/{written.id}" in await seen(full, AMARA_ASKS)


async def test_both_read_in_their_lists_that_they_were_merged_and_parted(full: Office) -> None:
    id = await merge(full)
    await unmerge(full, id)

    for asking, who in ((MEI_ASKS, MEI), (JONAS_ASKS, JONAS)):
        parted, merged, *_ = await full.records.accesses(asking, who)
        assert (merged.action, parted.action, parted.via) == ("merge", "unmerge", "duplicates")
        assert merged.what == {"Condition": 1, "Observation": 1, "Patient": 2}


async def test_what_names_both_names_the_survivor_and_then_both_again(full: Office) -> None:
    await full.keep(group_of([MEI, JONAS]))
    for asking in (MEI_ASKS, JONAS_ASKS):
        await full.allow(frozenset(Category), asking=asking, visit=None)
    before = (await seen(full, AMARA_ASKS))["Group/cohort"]

    id = await merge(full)
    between = (await seen(full, MEI_ASKS))["Group/cohort"]
    await unmerge(full, id)
    await full.allow(frozenset(Category), asking=JONAS_ASKS, visit=None)

    assert [it["entity"]["reference"] for it in between["member"]] == [MEI, MEI]
    assert (await seen(full, AMARA_ASKS))["Group/cohort"] == before
    assert "Group/cohort" not in await seen(full, MEI_ASKS)


async def test_a_group_of_others_is_seen_by_whoever_may_see_who_is_in_it_now(
    full: Office,
) -> None:
    third = "Patient/third"
    await full.keep(patient(third, "Third"), group_of([JONAS, third]))
    third_asks = replace(MEI_ASKS, caller=replace(MEI_ASKS.caller, account="3", person=third))
    for asking in (MEI_ASKS, third_asks):
        await full.allow(frozenset(Category), asking=asking, visit=None)
    assert "Group/cohort" not in await seen(full, AMARA_ASKS)

    id = await merge(full)
    merged = await seen(full, AMARA_ASKS)
    await unmerge(full, id)

    assert "Group/cohort" in merged
    assert "Group/cohort" not in await seen(full, AMARA_ASKS)


async def test_what_came_since_stays_unless_it_is_named(full: Office) -> None:
    id = await merge(full)
    full.wait(1)
    await full.keep(observation("stays"), observation("goes"))

    for wrong in ("Observation/pulse-1", "Observation/none", "Organization/clinic", "odd"):
        with pytest.raises(Incorrect, match="go along"):
            await unmerge(full, id, [wrong])
    await unmerge(full, id, ["Observation/goes"])

    assert "Observation/stays" in await seen(full, MEI_ASKS)
    his = await seen(full, JONAS_ASKS)
    assert his["Observation/goes"]["subject"] == {"reference": JONAS}
    assert "Observation/jonas-pulse" in his


async def test_what_was_changed_since_goes_back_as_it_is_now(full: Office) -> None:
    id = await merge(full)
    await full.records.update(MEI_ASKS, observation("jonas-pulse", MEI, value=99))
    await full.records.update(MEI_ASKS, {**(await seen(full, MEI_ASKS))[MEI], "gender": "other"})
    await full.records.delete(MEI_ASKS, "Condition", "jonas-gout")

    done = await unmerge(full, id)

    his, hers = await seen(full, JONAS_ASKS), await seen(full, MEI_ASKS)
    assert his["Observation/jonas-pulse"]["valueQuantity"]["value"] == 99
    assert (hers[MEI]["gender"], "link" in hers[MEI]) == ("other", False)
    assert done.left == ("Condition/jonas-gout",)
    assert await full.records.verify() == []


# Who may, and what stands against it


async def test_only_operators_merge(full: Office) -> None:
    for asking in EVERYBODY:
        with pytest.raises(Forbidden):
            await full.records.duplicates.merge(asking, MEI, JONAS, "number")
        with pytest.raises(Forbidden):
            await full.records.duplicates.unmerge(asking, "x")


async def test_what_cannot_be_merged_is_refused(full: Office) -> None:
    duplicates = full.records.duplicates
    with pytest.raises(Incorrect):
        await merge(full, MEI, MEI)
    with pytest.raises(NotFound):
        await merge(full, MEI, "Patient/none")
    with pytest.raises(Incorrect, match="reason"):
        await duplicates.merge(OPERATOR_ASKS, MEI, JONAS, "a hunch")
    id = await merge(full)
    for pair in ((MEI, JONAS), (JONAS, MEI)):
        with pytest.raises(Conflict, match="merged already"):
            await merge(full, *pair)
    await unmerge(full, id)
    with pytest.raises(Conflict, match="undone already"):
        await unmerge(full, id)


async def test_merges_on_top_of_each_other_are_undone_from_the_top(full: Office) -> None:
    third = "Patient/third"
    await full.keep(patient(third, "Third"))
    before = await seen(full, JONAS_ASKS)
    first = await merge(full, MEI, JONAS)
    full.wait(1)
    second = await merge(full, third, MEI)

    with pytest.raises(Conflict, match="later one first"):
        await unmerge(full, first)
    await unmerge(full, second)
    await unmerge(full, first)

    assert await seen(full, JONAS_ASKS) == before


class Accounts:
    """Who can sign in, in place of the room of accounts."""

    def __init__(self, **persons: str) -> None:
        self.persons = persons

    async def has_account(self, _: Tx, person: str) -> bool:
        return person in self.persons.values()

    async def follow(
        self, _: Tx, old: str, new: str, only: Sequence[str] | None = None
    ) -> list[str]:
        found = [name for name, person in self.persons.items() if person == old]
        if new in self.persons.values():
            return []
        moved = [name for name in found if only is None or name in only]
        self.persons |= dict.fromkeys(moved, new)
        return moved


async def test_an_account_follows_and_comes_back(full: Office) -> None:
    accounts = Accounts(jonas=JONAS)
    full.records.duplicates.introduce(accounts.follow, accounts.has_account)

    id = await merge(full)
    assert accounts.persons == {"jonas": MEI}
    await unmerge(full, id)

    assert accounts.persons == {"jonas": JONAS}


async def test_where_both_can_sign_in_it_has_to_be_confirmed(full: Office) -> None:
    accounts = Accounts(jonas=JONAS, mei=MEI)
    full.records.duplicates.introduce(accounts.follow, accounts.has_account)

    with pytest.raises(Conflict, match="Both can sign in"):
        await merge(full)
    id = await merge(full, has_confirmed_accounts=True)
    await unmerge(full, id)

    assert accounts.persons == {"jonas": JONAS, "mei": MEI}


async def test_whoever_is_erased_after_a_merge_is_erased_as_both(full: Office) -> None:
    await merge(full)

    erasure = await full.records.erase(OPERATOR_ASKS, MEI, Ground.WITHDRAWN)

    assert erasure.state == "done"
    assert {it.state for it in await full.records.erasures(OPERATOR_ASKS)} == {"done"}
    for table in ("records_res", "records_hist", "records_access"):
        async with full.db.read() as tx:
            sql = f"SELECT count(*) FROM {table} WHERE patient IN (:a, :b)"
            assert await tx.one(sql, a=MEI, b=JONAS) == (0,), table
    for table in ("records_merge", "records_moved"):
        assert await full.count(table) == 0
    assert await full.records.verify() == []


async def test_an_erasure_that_is_taken_back_is_taken_back_for_both(
    database_url: str, tmp_path: Path, clock: StoppedClock
) -> None:
    office = await open_office(database_url, tmp_path, clock, retention_years=10)
    await office.keep(patient(MEI), patient(JONAS, "Weber"))
    await merge(office)

    erasure = await office.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)
    waiting = await office.records.erasures(OPERATOR_ASKS)
    await office.records.cancel_erasure(MEI_ASKS, erasure.id)

    assert sorted(it.patient for it in waiting) == [JONAS, MEI]
    assert {it.asked_by for it in waiting} == {"patient"}
    assert await office.records.erasures(OPERATOR_ASKS) == []
    await office.records.stop()
    await office.db.close()


async def test_whoever_was_parted_is_erased_alone(full: Office) -> None:
    await unmerge(full, await merge(full))
    before = await seen(full, JONAS_ASKS)

    await full.records.erase(MEI_ASKS, MEI, Ground.WITHDRAWN)

    assert await seen(full, JONAS_ASKS) == before
    assert await full.records.verify() == []


async def test_a_merge_that_fails_at_its_end_changes_nothing(
    full: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [await seen(full, asking) for asking in EVERYBODY]
    monkeypatch.setattr(type(full.records.duplicates._merger), "_tell", _fails)  # pyright: ignore

    with pytest.raises(OSError, match="power"):
        await merge(full)

    assert [await seen(full, asking) for asking in EVERYBODY] == before
    assert await full.count("records_merge") == 0
    assert await full.records.verify() == []


async def _fails(*_: object) -> None:
    raise OSError("the power goes")


# The law


def _resources(draw: Any) -> list[Resource]:
    made: list[Resource] = [
        organization(),
        practitioner(),
        practitioner(BORIS, "987"),
        {**patient(MEI), **draw(st.sampled_from([{}, {"active": True}]))},
        {**patient(JONAS, "Weber"), **draw(st.sampled_from([{}, {"active": True}]))},
        patient("Patient/third", "Third"),
    ]
    people = st.sampled_from([MEI, JONAS, "Patient/third"])
    for number in range(draw(st.integers(0, 7))):
        who = draw(people)
        kind = draw(st.sampled_from(["vital-signs", "laboratory", "social-history"]))
        made.append(observation(f"o{number}", who, kind=kind, value=draw(st.integers(1, 99))))
    made += [condition(f"c{n}", draw(people)) for n in range(draw(st.integers(0, 3)))]
    made += [{**note(draw(people), "Zm9v"), "id": f"n{n}"} for n in range(draw(st.integers(0, 2)))]
    members = draw(st.lists(people, min_size=1, max_size=3, unique=True))
    made.append(group_of(members))
    made.append(
        {
            "resourceType": "RelatedPerson",
            "id": "kin",
            "patient": {"reference": draw(people)},
        }
    )
    return made


@st.composite
def houses(draw: Any) -> tuple[list[Resource], list[tuple[str, str, frozenset[Category]]]]:
    """What is kept, and what the survivor and a third allow."""
    some = st.frozensets(st.sampled_from(list(Category)), min_size=1)
    allowed = [(who, actor, draw(some)) for who in (MEI,) for actor in (AMARA, BORIS)]
    return _resources(draw), allowed


SEARCHES = (
    ("Observation", [("subject", JONAS)]),
    ("Observation", [("subject", MEI)]),
    ("Observation", [("patient.family", "Weber")]),
    ("Condition", [("patient", JONAS)]),
    ("Group", [("member", JONAS)]),
    ("Patient", [("family", "Weber"), ("_revinclude", "Observation:patient")]),
    ("Patient", [("active", "true")]),
    ("Patient", [("link:missing", "false")]),
)


async def everything(office: Office) -> list[Any]:
    """What everybody finds, reads, and sees as the newest version."""
    told: list[Any] = []
    for asking in EVERYBODY:
        found = await seen(office, asking)
        told.append(found)
        for type, params in SEARCHES:
            page = await office.records.search(asking, type, params)
            told.append(
                sorted(f"{e['resourceType']}/{e['id']}" for e in [*page.entries, *page.included])
            )
        for reference in sorted(found):
            type, id = reference.split("/")
            row = (await office.records.history(asking, type, id)).rows[0]
            told.append((reference, row.patient, row.category, row.author, row.deleted))
    return told


async def there_and_back(
    office: Office,
    resources: list[Resource],
    allowed: list[tuple[str, str, frozenset[Category]]],
    *,
    is_twice: bool,
) -> None:
    await office.keep(*resources)
    for _, actor, categories in allowed:
        await office.allow(categories, actor=actor, visit=None)
    before = await everything(office)
    his: dict[str, Resource] = {}

    for _ in range(2 if is_twice else 1):
        id = await merge(office)
        his = await seen(office, JONAS_ASKS)
        await unmerge(office, id)
        office.wait(1)

    facts = {it for it in his if it.startswith(("Observation", "Condition", "Document"))}
    assert facts == set()
    assert await everything(office) == before
    assert await office.records.verify() == []


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],  # each try opens a house: making a failure smaller would take long
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=houses(), is_twice=st.booleans())
def test_whatever_was_merged_is_after_it_is_undone_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    made: tuple[list[Resource], list[tuple[str, str, frozenset[Category]]]],
    is_twice: bool,
) -> None:
    async def live() -> None:
        folder = tmp_path_factory.mktemp("house")
        office = await open_office("", folder, StoppedClock(NOON))
        try:
            await there_and_back(office, *made, is_twice=is_twice)
        finally:
            await office.records.stop()
            await office.db.close()

    asyncio.run(live())
