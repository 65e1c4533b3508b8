"""What people decide about each other is kept, holds everywhere, and goes with them."""

import json
from datetime import timedelta
from typing import Any

import pytest
from httpx import AsyncClient

from asklepion.app import House, open_house
from asklepion.identity import AccountClosed, Caller, Identity, Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Busy, Conflict, Forbidden, Incorrect, NotFound, Unauthenticated
from asklepion.records import Asking, Ground
from asklepion.settings import Settings
from asklepion.world import Code
from asklepion.world.model import Deed, Followers, Outcome, Report, Why
from asklepion.world.service import Visit, Wish
from asklepion.world.wire import Caption, Enter, Kind, LetCaption, Say, Signal, control
from tests.conftest import QUICK, People

ROLE_CODES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
CONSOLE = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")


def heard(visit: Visit, kind: str = "") -> list[dict[str, Any]]:
    """What was said to a visitor since the last look."""
    found: list[dict[str, Any]] = []
    while (frame := visit.outbox.take()) is not None:
        if frame[0] == Kind.CONTROL:
            found.append(json.loads(frame[1:]))
    if kind:
        return [message for message in found if message["type"] == kind]
    return [message for message in found if message["type"] != "items"]  # what lies here


async def come(house: House, caller: Caller, place: str = "plaza") -> Visit:
    visit = house.world.open(caller)
    await house.world.hear(visit, control(Enter(place=place)))
    heard(visit)
    return visit


async def say(house: House, visit: Visit, text: str) -> None:
    await house.world.hear(visit, control(Say(text=text)))


def about(visit: Visit) -> list[str]:
    return [message["about"] for message in heard(visit, "told")]


# --- order


async def test_a_host_sends_somebody_out_who_is_told_why_and_may_come_back(
    house: House, people: People
) -> None:
    keeper, guest = await come(house, people.operator), await come(house, people.patient)

    wish = Wish(deed=Deed.KICK, who=guest.who, reason="Please calm down.")
    await house.company.order.act(people.operator, "plaza", wish)

    told, expelled = heard(guest)
    assert (told["about"], told["reason"], told["place"]) == ("kick", "Please calm down.", "plaza")
    assert (expelled["type"], expelled["code"]) == ("expelled", Code.KICKED)
    assert guest.gathering is None
    assert [m["slot"] for m in heard(keeper, "left")]
    await house.world.hear(guest, control(Enter(place="plaza")))
    assert guest.gathering is not None


async def test_a_ban_holds_until_its_time_is_over(
    house: House, people: People, clock: StoppedClock
) -> None:
    await come(house, people.operator)
    guest = await come(house, people.patient)
    wish = Wish(deed=Deed.BAN, who=guest.who, reason="Threats.", minutes=60)
    await house.company.order.act(people.operator, "plaza", wish)
    heard(guest)

    await house.world.hear(guest, control(Enter(place="plaza")))
    assert [m["code"] for m in heard(guest, "refused")] == [Code.BANNED]
    await house.world.hear(guest, control(Enter(place="clinic")))
    assert heard(guest, "welcome")  # elsewhere it says nothing

    clock.at += timedelta(minutes=61)
    await house.world.hear(guest, control(Enter(place="plaza")))
    assert heard(guest, "welcome")


async def test_a_ban_survives_the_house_and_ends_when_it_is_lifted(
    settings: Settings, clock: StoppedClock
) -> None:
    async with open_house(settings, clock, hasher=QUICK) as house:
        host, guest = [await account(house, n, r) for n, r in (("h", OPERATOR), ("g", PATIENT))]
        visit = await come(house, guest)
        wish = Wish(deed=Deed.BAN, who=visit.who, reason="Threats.")
        act = await house.company.order.act(host, "plaza", wish)

    async with open_house(settings, clock, hasher=QUICK) as house:
        visit = house.world.open(guest)
        await house.world.hear(visit, control(Enter(place="plaza")))
        assert [m["code"] for m in heard(visit, "refused")] == [Code.BANNED]

        await house.company.order.lift(host, act.id)
        assert about(visit) == ["lifted"]
        await house.world.hear(visit, control(Enter(place="plaza")))
        assert heard(visit, "welcome")
        with pytest.raises(Conflict):
            await house.company.order.lift(host, act.id)


OPERATOR, PATIENT = Role.OPERATOR, Role.PATIENT


async def account(house: House, name: str, role: Role) -> Caller:
    made = await house.identity.create_account(
        Identity.console(),
        email=f"{name}@example.org",
        password="olive tree by the sea",
        name=name.title(),
        roles=[role],
        person=f"Patient/{name}" if role is PATIENT else None,
    )
    return made.caller


async def test_from_whom_the_word_was_taken_nothing_is_handed_on_until_it_is_over(
    house: House, people: People, clock: StoppedClock
) -> None:
    await come(house, people.operator)
    loud, other = await come(house, people.patient), await come(house, people.other_patient)
    heard(loud)
    wish = Wish(deed=Deed.MUTE, who=loud.who, reason="Shouting.", minutes=5)
    await house.company.order.act(people.operator, "plaza", wish)
    assert [(m["slot"], m["is_silent"]) for m in heard(other, "silenced")] == [(loud.slot, True)]
    assert [m["type"] for m in heard(loud)] == ["told", "standing", "silenced"]

    await say(house, loud, "HELLO")
    await house.world.hear(loud, control(Signal(to=other.slot, data="offer")))

    assert [m["code"] for m in heard(loud, "refused")] == [Code.SILENCED] * 2
    assert [m for m in heard(other) if m["type"] in ("said", "signalled")] == []
    late = await come(house, people.doctor)
    assert loud.person.is_silent
    clock.at += timedelta(minutes=6)
    for _ in range(20):
        house.world.tick()
    assert [m["is_silent"] for m in heard(late, "silenced")] == [False]
    await say(house, loud, "Sorry.")
    assert [m["text"] for m in heard(other, "said")] == ["Sorry."]


async def test_in_slow_mode_each_says_one_line_in_so_many_seconds_but_hosts(
    house: House, people: People, clock: StoppedClock
) -> None:
    host, guest = await come(house, people.operator), await come(house, people.patient)
    await house.company.order.act(people.operator, "plaza", Wish(deed=Deed.SLOW, every_s=30))
    assert [m["slow_s"] for m in heard(guest, "standing")] == [30]

    for visit in (guest, guest, host, host):
        await say(house, visit, "a line")
    assert [m["code"] for m in heard(guest, "refused")] == [Code.SLOW_MODE]
    assert heard(host, "refused") == []
    clock.at += timedelta(seconds=31)
    await say(house, guest, "another")
    assert heard(guest, "refused") == []


async def test_who_is_no_host_keeps_no_order_and_no_host_puts_out_another(
    house: House, people: People
) -> None:
    order = house.company.order
    guest, other = await come(house, people.patient), await come(house, people.other_patient)
    kick = Wish(deed=Deed.KICK, who=other.who, reason="x")
    with pytest.raises(Forbidden, match="no host"):
        await order.act(people.patient, "plaza", kick)
    with pytest.raises(Forbidden):
        await order.acts(people.patient, "plaza")
    for caller in (people.doctor, people.other_doctor):
        await come(house, caller, "clinic")
    colleague = house.world.visit_of(people.other_doctor.account)
    assert colleague
    with pytest.raises(Forbidden, match="host too"):
        wish = Wish(deed=Deed.KICK, who=colleague.who, reason="x")
        await order.act(people.doctor, "clinic", wish)
    with pytest.raises(NotFound):
        wish = Wish(deed=Deed.KICK, who=guest.who, reason="x")
        await order.act(people.doctor, "clinic", wish)
    with pytest.raises(Incorrect, match="told why"):
        await order.act(people.operator, "plaza", Wish(deed=Deed.KICK, who=guest.who))


async def test_of_who_is_where_a_host_learns_only_where_he_is_himself(
    house: House, people: People
) -> None:
    await come(house, people.patient, "clinic")

    with pytest.raises(Forbidden, match="not there"):
        house.company.order.present(people.doctor, "consulting-room-1")
    with pytest.raises(Forbidden, match="not there"):
        await house.company.order.acts(people.doctor, "consulting-room-1")
    assert house.company.order.present(people.doctor, "clinic") == []
    await come(house, people.doctor, "clinic")
    assert len(house.company.order.present(people.doctor, "clinic")) == 2


async def test_hosts_read_what_was_done_and_what_the_other_says_to_it(
    house: House, people: People, operator: AsyncClient, patient: AsyncClient
) -> None:
    await come(house, people.operator)
    guest = await come(house, people.patient)
    body = {"deed": "ban", "who": guest.who, "reason": "Threats."}
    assert (await operator.post("/api/world/places/plaza/order", json=body)).status_code == 201
    (mine,) = (await patient.get("/api/world/company")).json()["acts"]

    said = await patient.post(
        f"/api/world/acts/{mine['id']}/appeal", json={"words": "It was not me."}
    )
    again = await patient.post(f"/api/world/acts/{mine['id']}/appeal", json={"words": "Please."})

    assert (said.status_code, again.status_code) == (204, 409)
    (act,) = (await operator.get("/api/world/places/plaza/order")).json()["acts"]
    assert (act["name"], act["by"], act["appeal"]) == ("Patient", "Operator", "It was not me.")
    assert act["stands"]
    assert "account" not in json.dumps(act)
    assert (await patient.get("/api/world/places/plaza/order")).status_code == 403


# --- blocks


async def test_whoever_blocks_another_is_gone_to_them_at_once_everywhere_and_for_good(
    settings: Settings, clock: StoppedClock
) -> None:
    async with open_house(settings, clock, hasher=QUICK) as house:
        ada, bo = [await account(house, name, PATIENT) for name in ("ada", "bo")]
        mine, theirs = await come(house, ada), await come(house, bo)
        heard(mine)
        await house.company.people.block(ada, theirs.who)

        assert [m["slot"] for m in heard(mine, "left")] == [theirs.slot]
        assert [m["slot"] for m in heard(theirs, "left")] == [mine.slot]
        await say(house, theirs, "Where are you?")
        assert heard(mine) == []
        for asked in (house.company.people.ask, house.company.people.block):
            with pytest.raises(NotFound):
                await asked(bo, mine.who)
        assert (await house.company.people.blocked(bo)) == []

    async with open_house(settings, clock, hasher=QUICK) as house:
        mine, theirs = await come(house, ada, "clinic"), await come(house, bo, "clinic")
        assert heard(mine, "joined") == []
        (block,) = await house.company.people.blocked(ada)
        assert block.name == "Bo"
        with pytest.raises(NotFound):
            await house.company.people.unblock(bo, block.id)

        await house.company.people.unblock(ada, block.id)

        assert [m["person"]["name"] for m in heard(mine, "joined")] == ["Bo"]
        assert [m["person"]["name"] for m in heard(theirs, "joined")] == ["Ada"]


async def test_a_host_still_puts_out_one_by_whom_he_was_blocked(
    house: House, people: People
) -> None:
    host, guest = await come(house, people.operator), await come(house, people.patient)
    await house.company.people.block(people.patient, host.who)

    (seen,) = house.company.order.present(people.operator, "plaza")[1:]
    wish = Wish(deed=Deed.KICK, who=seen.who, reason="Threats.")
    await house.company.order.act(people.operator, "plaza", wish)

    assert guest.gathering is None


# --- friends


async def test_two_who_ask_each_other_are_friends_and_see_where_only_if_both_want(
    house: House, people: People
) -> None:
    ada, bo, friends = people.patient, people.other_patient, house.company.people
    mine, theirs = await come(house, ada), await come(house, bo)
    await friends.ask(ada, theirs.who)
    assert about(theirs) == ["asked"]
    (asked,) = await friends.friends(bo)
    assert (asked.state, asked.name) == ("asks", "Patient")

    await friends.accept(bo, asked.id)

    assert about(mine) == ["friends"]
    (one,), (two,) = await friends.friends(ada), await friends.friends(bo)
    assert (one.state, one.place, two.place) == ("friends", "", "")
    await friends.show(ada, one.id, shows=True)
    assert (await friends.friends(bo))[0].place == ""
    await friends.show(bo, two.id, shows=True)
    assert (await friends.friends(ada))[0].place == "plaza"
    await house.world.hear(theirs, control(Enter(place="clinic")))
    assert (await friends.friends(ada))[0].place == ""  # who is in a clinic is a health fact

    await friends.end(ada, one.id)
    assert await friends.friends(bo) == []


async def test_a_friend_is_invited_and_a_link_shows_the_way(
    house: House, people: People, patient: AsyncClient, other_patient: AsyncClient
) -> None:
    mine, theirs = await come(house, people.patient), await come(house, people.other_patient)
    await patient.post(f"/api/world/people/{theirs.who}/ask")
    await other_patient.post(f"/api/world/people/{mine.who}/ask")
    heard(theirs)
    (friend,) = (await patient.get("/api/world/company")).json()["friends"]

    asked = await patient.post(
        f"/api/world/friends/{friend['id']}/invite", json={"place": "clinic"}
    )

    assert asked.status_code == 204
    ((told),) = heard(theirs, "told")
    assert (told["about"], told["place"], told["name"]) == ("invited", "clinic", "Patient")
    link = (await patient.get("/api/world/places/clinic/invitation")).json()
    assert link["url"].endswith("/#/clinic")
    assert link["svg"].startswith("<svg")


async def test_one_walks_after_another_only_if_they_let_one_and_they_shake_one_off(
    house: House, people: People
) -> None:
    ada, bo, verbs = people.patient, people.other_patient, house.company.people
    mine, theirs = await come(house, ada), await come(house, bo)
    heard(mine)
    with pytest.raises(Forbidden, match="do not want"):
        verbs.follow(ada, theirs.who)

    await verbs.set_self(bo, followers=Followers.ANYBODY)
    heard(theirs)
    verbs.follow(ada, theirs.who)

    assert about(theirs) == ["followed"]
    verbs.shake_off(bo, mine.who)
    assert about(mine) == ["parted"]
    await house.world.hear(theirs, control(Enter(place="clinic")))
    with pytest.raises(NotFound):
        verbs.follow(ada, theirs.who)


# --- reports


async def test_a_report_seals_the_last_minute_and_reading_it_is_written_down_first(
    house: House, people: People, settings: Settings
) -> None:
    reports = house.company.reports
    mine, theirs = await come(house, people.patient), await come(house, people.other_patient)
    await say(house, theirs, "a very bad word indeed")
    for _ in range(21):
        house.world.tick()

    report = await reports.report(people.patient, theirs.who, Why.INSULT)

    async with house.db.read() as tx:
        rows = await tx.all("SELECT account, sealed FROM world_minute")
    assert {account for account, _ in rows} == {
        people.patient.account,
        people.other_patient.account,
    }
    assert all(b"very bad word" not in bytes(sealed) for _, sealed in rows)
    assert await house.company.order.acts(people.operator, "plaza") == []
    minute = await reports.open(people.operator, report.id)
    did = minute.parts[people.other_patient.account]
    assert [words for _, _, words in did.did] == ["a very bad word indeed"]
    assert did.stood
    (read,) = await house.company.order.acts(people.operator, "plaza")
    assert (read.deed, read.by, read.reason) == (Deed.READ, people.operator.account, report.number)
    heard(mine)

    await reports.answer(people.operator, report.id, Outcome.ACTED, "They were spoken to.")

    (told,) = heard(mine, "told")
    assert (told["about"], told["id"], told["reason"]) == (
        "answered",
        report.number,
        "They were spoken to.",
    )
    assert [r.outcome for r in await reports.mine(people.patient)] == [Outcome.ACTED]


async def typed_for(house: House, people: People, about: str) -> Report:
    """The patient reports one of two: the doctor typed something that the other patient said."""
    await come(house, people.patient)
    speaker, typist = await come(house, people.other_patient), await come(house, people.doctor)
    found = {"other_patient": speaker, "doctor": typist}
    await house.world.hear(speaker, control(LetCaption(to=typist.slot, may=True)))
    line = Caption(text="my knee hurts", piece=1, of=speaker.slot)
    await house.world.hear(typist, control(line))
    return await house.company.reports.report(people.patient, found[about].who, Why.INSULT)


async def test_a_report_says_whose_words_somebody_typed(
    house: House, people: People, operator: AsyncClient
) -> None:
    report = await typed_for(house, people, "doctor")

    minute = (await operator.post(f"/api/world/reports/{report.id}/open")).json()

    names = await house.company.people.names([people.doctor.account, people.other_patient.account])
    assert {one["name"]: [line[1:] for line in one["typed"]] for one in minute["people"]} == {
        one["name"]: [] for one in minute["people"]
    } | {names[people.doctor.account]: [[names[people.other_patient.account], "my knee hurts"]]}
    assert all(one["did"] == [] for one in minute["people"])


@pytest.mark.parametrize(
    ("leaves", "stays"), [("other_patient", "doctor"), ("doctor", "other_patient")]
)
async def test_what_was_typed_for_somebody_goes_with_either_of_the_two(
    house: House, people: People, leaves: str, stays: str
) -> None:
    report = await typed_for(house, people, stays)
    gone: Caller = getattr(people, leaves)

    async with house.db.begin() as tx:
        await house.events.tell(tx, AccountClosed(gone.account, ""))
    await house.events.deliver()

    async with house.db.read() as tx:
        assert await tx.all("SELECT * FROM world_minute_typed") == []
    minute = await house.company.reports.open(people.operator, report.id)
    assert gone.account not in minute.parts
    assert all(did.typed == [] for did in minute.parts.values())


async def test_nobody_reads_reports_but_operators_and_none_that_is_about_them(
    house: House, people: People
) -> None:
    reports = house.company.reports
    await come(house, people.patient)
    keeper = await come(house, people.operator)
    report = await reports.report(people.patient, keeper.who, Why.HARASSMENT)

    for caller in (people.patient, people.doctor):
        with pytest.raises(Forbidden):
            await reports.all(caller)
        with pytest.raises(Forbidden):
            await reports.open(caller, report.id)
    with pytest.raises(Forbidden, match="party"):
        await reports.open(people.operator, report.id)
    with pytest.raises(Unauthenticated):
        await reports.mine(Caller())


async def test_who_reports_without_end_is_asked_to_wait(house: House, people: People) -> None:
    await come(house, people.patient)
    other = await come(house, people.other_patient)
    for _ in range(10):
        await house.company.reports.report(people.patient, other.who, Why.OTHER)

    with pytest.raises(Busy):
        await house.company.reports.report(people.patient, other.who, Why.OTHER)


# --- children


async def test_a_guardian_says_that_a_child_is_one_and_nobody_else_does(
    house: House, people: People
) -> None:
    mother = await guardian_of(house, people)
    visit = await come(house, people.patient)
    verbs = house.company.people
    with pytest.raises(Forbidden, match="do not decide"):
        await verbs.set_child(people.other_patient, "p-1", is_child=True, phrases_only=True)

    (child,) = await verbs.children(mother)
    await verbs.set_child(mother, child.patient, is_child=True, phrases_only=True)

    (standing,) = heard(visit, "standing")
    assert standing["phrases_only"]
    assert standing["bubble_m"] > 0
    await say(house, visit, "Hello")
    assert [m["code"] for m in heard(visit, "refused")] == [Code.PHRASES_ONLY]


async def test_a_child_is_friends_with_whoever_decides_for_it_and_no_other_adult(
    house: House, people: People
) -> None:
    mother, verbs = await guardian_of(house, people), house.company.people
    child, stranger = people.patient, people.other_patient
    await verbs.set_child(mother, "p-1", is_child=True, phrases_only=False)
    visits = [await come(house, caller) for caller in (child, stranger, mother)]
    for visit in visits:
        heard(visit)

    await verbs.ask(stranger, visits[0].who)
    await verbs.ask(child, visits[1].who)
    assert await verbs.friends(child) == []
    assert heard(visits[0]) == heard(visits[1]) == []
    await house.world.hear(visits[1], control(Signal(to=visits[0].slot, data="offer")))
    await house.world.hear(visits[0], control(Signal(to=visits[1].slot, data="offer")))
    assert heard(visits[0]) == heard(visits[1]) == []

    await verbs.ask(mother, visits[0].who)
    await verbs.ask(child, visits[2].who)
    assert [friend.state for friend in await verbs.friends(child)] == ["friends"]
    heard(visits[0])
    await house.world.hear(visits[2], control(Signal(to=visits[0].slot, data="offer")))
    assert [m["type"] for m in heard(visits[0])] == ["signalled"]


async def guardian_of(house: House, people: People) -> Caller:
    """Her mother, who decides in her place until she is of age."""
    await house.records.update(
        CONSOLE, {"resourceType": "Patient", "id": "p-1", "birthDate": "2016-05-01"}
    )
    relative = {
        "resourceType": "RelatedPerson",
        "id": "r-1",
        "active": True,
        "patient": {"reference": "Patient/p-1"},
        "relationship": [
            {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "MTH"}
                ]
            }
        ],
    }
    await house.records.update(CONSOLE, relative)
    made = await house.identity.create_account(
        Identity.console(),
        email="mother@example.org",
        password="olive tree by the sea",
        name="Mother",
        roles=[Role.PATIENT],
        person="RelatedPerson/r-1",
    )
    return made.caller


# --- gone


async def test_with_somebody_all_that_is_kept_about_them_goes(
    house: House, people: People, clock: StoppedClock
) -> None:
    await house.records.update(CONSOLE, {"resourceType": "Patient", "id": "p-2"})
    ada, bo = people.patient, people.other_patient
    keeper = await come(house, people.operator)
    mine, theirs = await come(house, ada), await come(house, bo)
    await say(house, theirs, "hello")
    await house.company.people.set_self(bo, bubble=True)
    await house.company.people.ask(bo, mine.who)
    await house.company.people.ask(ada, theirs.who)
    await house.company.reports.report(ada, theirs.who, Why.INSULT)
    await house.company.reports.report(bo, keeper.who, Why.OTHER)
    wish = Wish(deed=Deed.MUTE, who=theirs.who, reason="Shouting.")
    await house.company.order.act(people.operator, "plaza", wish)
    await house.company.people.block(ada, theirs.who)

    erasure = await house.records.erase(CONSOLE, "Patient/p-2", Ground.WITHDRAWN)
    if not erasure.done_at:
        clock.at += timedelta(days=60)
        await house.records.carry_out_erasures()

    async with house.db.read() as tx:
        for table in TABLES:
            rows = await tx.all(f"SELECT * FROM {table}")
            assert bo.account not in repr(rows), table
    ties = house.world.ties
    assert not ties.are_apart(ada.account, bo.account)
    assert bo.account not in repr(ties)


async def test_with_an_account_that_closes_its_blocks_and_friends_go(
    house: House, people: People
) -> None:
    ada, bo = people.patient, people.other_patient
    mine, theirs = await come(house, ada), await come(house, bo)
    await house.company.people.ask(ada, theirs.who)
    await house.company.people.block(bo, mine.who)

    async with house.db.begin() as tx:
        await house.events.tell(tx, AccountClosed(bo.account, "Patient/p-2"))
    await house.events.deliver()

    assert await house.company.people.blocked(bo) == []
    assert not house.world.ties.are_apart(ada.account, bo.account)
    async with house.db.read() as tx:
        for table in TABLES:
            assert bo.account not in repr(await tx.all(f"SELECT * FROM {table}"))


TABLES = (
    "world_block",
    "world_friend",
    "world_self",
    "world_act",
    "world_report",
    "world_minute",
    "world_minute_typed",
)


# --- what stands for somebody between two


async def test_a_mark_stands_for_somebody_between_two_alone_also_the_next_time(
    house: House, people: People, patient: AsyncClient, other_patient: AsyncClient
) -> None:
    mine, theirs = await come(house, people.patient), await come(house, people.other_patient)
    doctor = await come(house, people.doctor)
    url = "/api/world/people/{}/mark"

    mark = (await patient.get(url.format(theirs.who))).json()["mark"]
    back = (await other_patient.get(url.format(mine.who))).json()["mark"]
    third = (await other_patient.get(url.format(doctor.who))).json()["mark"]
    house.world.shut(theirs)
    gone = await patient.get(url.format(theirs.who))
    again = await come(house, people.other_patient)

    assert len({mark, back, third}) == 3
    assert people.other_patient.account not in mark
    assert gone.status_code == 404
    assert again.who != theirs.who
    assert (await patient.get(url.format(again.who))).json()["mark"] == mark
    await house.company.people.block(people.other_patient, mine.who)
    assert (await patient.get(url.format(again.who))).status_code == 404


# --- photos


async def test_in_a_photo_whoever_does_not_want_to_be_in_one_is_a_plain_figure(
    house: House, people: People
) -> None:
    await come(house, people.operator)
    patient, doctor = await come(house, people.patient), await come(house, people.doctor)
    ask = house.company.people.photograph
    assert ask(people.operator, "plaza") == []

    await house.company.people.set_self(people.patient, in_photos=False)

    assert ask(people.operator, "plaza") == [patient.who]
    assert ask(people.patient, "plaza") == []  # of oneself one may
    await house.company.people.set_self(people.patient, bubble=True)
    assert ask(people.doctor, "plaza") == [patient.who]  # another wish leaves this one be
    assert doctor.who not in ask(people.operator, "plaza")


async def test_what_one_wants_of_photos_is_kept(settings: Settings, clock: StoppedClock) -> None:
    async with open_house(settings, clock, hasher=QUICK) as house:
        guest = await account(house, "g", PATIENT)
        await house.company.people.set_self(guest, in_photos=False)

    async with open_house(settings, clock, hasher=QUICK) as house:
        assert not house.world.ties.self_of(guest.account).in_photos


async def test_no_photo_is_taken_where_one_is_not_nor_in_a_guarded_room(
    house: House, people: People
) -> None:
    ask = house.company.people.photograph
    with pytest.raises(Forbidden, match="not there"):
        ask(people.doctor, "plaza")

    async def let_in(_: Caller, __: str) -> None:
        return

    house.world.guard("consulting-room-1", let_in)
    await come(house, people.doctor, "consulting-room-1")

    with pytest.raises(Forbidden, match="stays in it"):
        ask(people.doctor, "consulting-room-1")
