"""Somebody leaves the house: every door that her account opened is shut, and what is hers stays."""

import shutil
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from asklepion.app import House, open_house, restore_house
from asklepion.cli import verifying
from asklepion.clinic import Ask, Visit
from asklepion.identity import Identity, Role
from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Forbidden, NotFound
from asklepion.records import Act, Asking, Category, Choice, Ground
from asklepion.settings import Settings
from tests.clinic.people import open_visit, seen
from tests.conftest import EMAILS, PASSWORD, QUICK, People, knock
from tests.passkeys import HERE, SoftKey
from tests.smart import let_in, let_in_service

DELAY = timedelta(hours=48)
WHY = "Left on the last of February."
CONSOLE, NO_SESSION = Identity.console(), b""
READ = "launch/patient patient/*.rs"


@pytest.fixture
async def visit(house: House, people: People) -> Visit:
    """The doctor waits; the patient has walked in."""
    return await open_visit(house, people)


async def enter(client: AsyncClient, who: str) -> AsyncClient:
    """Sign in, in a browser."""
    client.headers["origin"] = HERE
    body = {"email": EMAILS[who], "password": PASSWORD}
    assert (await client.post("/api/identity/session", json=body)).is_success
    return client


@pytest.fixture
async def desk(app: FastAPI, people: People) -> AsyncGenerator[AsyncClient]:
    """The operator's browser."""
    async with knock(app) as client:
        yield await enter(client, "operator")


@pytest.fixture
async def home(app: FastAPI, people: People) -> AsyncGenerator[AsyncClient]:
    """The patient's browser."""
    async with knock(app) as client:
        yield await enter(client, "patient")


async def close(house: House, account: str, clock: StoppedClock) -> None:
    """Close somebody's account, and let the time for it pass."""
    await house.identity.closings.begin(CONSOLE, NO_SESSION, account, WHY)
    clock.at += DELAY
    assert await house.identity.closings.close_due() == 1
    while await house.events.deliver():
        pass


async def allow(house: House, people: People, clock: StoppedClock) -> str:
    """The patient lets her doctor see something, for a week."""
    return await house.records.grant(
        Asking(caller=people.patient, purpose="PATRQT"),
        patient="Patient/p-1",
        actor="Practitioner/d-1",
        categories=[Category.VITALS],
        until=clock.at + timedelta(days=7),
    )


async def test_an_operator_closes_it_in_the_browser_and_she_keeps_it_in_hers(
    desk: AsyncClient, home: AsyncClient, people: People
) -> None:
    path = f"/api/identity/accounts/{people.patient.account}/closing"

    begun = await desk.post(path, json={"reason": WHY})
    told = (await home.get("/api/identity/notices")).json()
    listed = {each["id"]: each for each in (await desk.get("/api/identity/accounts")).json()}
    kept = await home.delete("/api/identity/closing")

    assert begun.status_code == 201
    assert begun.json() == {
        "state": "closing",
        "reason": WHY,
        "by": "Operator",
        "is_own": False,
        "asked_at": "2026-03-01T12:00:00.000Z",
        "ends_at": "2026-03-03T12:00:00.000Z",
    }
    assert told["closing"] == begun.json()
    assert listed[people.patient.account]["closing"] == begun.json()
    assert listed[people.doctor.account]["closing"] is None
    assert kept.status_code == 204
    assert (await home.get("/api/identity/notices")).json()["closing"] is None
    assert (await desk.delete(path)).status_code == 404
    acts = (await desk.get(f"/api/identity/accounts/{people.patient.account}/acts")).json()
    assert {(act["kind"], act["reason"]) for act in acts} == {
        ("account closing", WHY),
        ("account kept", ""),
    }
    assert all(act["leaf"] >= 0 for act in acts)


async def test_she_closes_her_own_account_in_the_browser(home: AsyncClient) -> None:
    begun = await home.post("/api/identity/closing", json={})

    assert (begun.status_code, begun.json()["is_own"]) == (201, True)
    assert (await home.get("/api/identity/keys")).json()["delay_h"] == 48
    assert (await home.post("/api/identity/closing", json={})).status_code == 409


async def test_scripts_apps_and_strangers_close_nothing(
    app: FastAPI,
    stranger: AsyncClient,
    operator: AsyncClient,
    patient: AsyncClient,
    people: People,
    home: AsyncClient,
    desk: AsyncClient,
) -> None:
    doctor = f"/api/identity/accounts/{people.doctor.account}"
    for verb, path in (("closing", f"{doctor}/closing"), ("return", f"{doctor}/return")):
        body = {"reason": WHY}
        assert (await stranger.post(path, json=body)).status_code == 401, verb
        assert (await home.post(path, json=body)).status_code == 403, verb
        assert (await operator.post(path, json=body)).status_code == 403, verb  # a script's token
        assert (await home.delete(path)).status_code == 403, verb
    assert (await patient.post("/api/identity/closing", json={})).status_code == 403
    assert (await stranger.delete("/api/identity/closing")).status_code == 401
    assert (await home.get(f"{doctor}/acts")).status_code == 403
    for body in ({}, {"reason": ""}, {"reason": "x", "now": True}):
        assert (await desk.post(f"{doctor}/closing", json=body)).status_code == 400
    assert (await desk.get(f"{doctor}/acts")).json() == []


async def test_a_new_invitation_by_http_from_the_desk_to_the_new_device(
    app: FastAPI, desk: AsyncClient, home: AsyncClient, people: People, clock: StoppedClock
) -> None:
    path = f"/api/identity/accounts/{people.patient.account}/return"
    first = (await desk.post(path, json={"reason": "Seen, with her passport."})).json()
    assert first["ready_at"] == "2026-03-03T12:00:00.000Z"
    assert first["qr"].startswith("<svg")
    assert (await home.get("/api/identity/notices")).json()["return"]["by"] == "Operator"
    assert (await home.delete("/api/identity/return")).status_code == 204
    link = (await desk.post(path, json={"reason": "It was really her."})).json()
    token = link["url"].partition("/#/welcome?token=")[2]
    async with knock(app) as device:
        device.headers["origin"] = HERE
        early = await device.post("/api/identity/invitations/read", json={"token": token})
        assert (early.status_code, "not good yet" in early.text) == (403, True)
        clock.at += DELAY

        read = (await device.post("/api/identity/invitations/read", json={"token": token})).json()
        credential = SoftKey().create(read["options"])
        body = {"token": token, "credential": credential, "name": "New phone"}
        me = await device.post("/api/identity/invitations/accept", json=body)

        assert me.json()["account"] == people.patient.account
        assert (await device.get("/api/identity/me")).is_success
    assert (await home.get("/api/identity/me")).status_code == 401


async def test_apps_of_a_suspended_account_go_on_with_nothing(
    app: FastAPI, house: House, people: People, operator: AsyncClient, doctor: AsyncClient
) -> None:
    scope = "user/*.rs offline_access"
    chart = await let_in(app, operator)
    told = await chart.connect(doctor, scope)
    waiting = await chart.decided(doctor, scope)  # allowed, and not fetched yet

    await house.identity.closings.begin(
        CONSOLE, NO_SESSION, people.doctor.account, WHY, at_once=True
    )

    async with knock(app, told["access_token"]) as door:
        assert (await door.get("/fhir/R4/Observation")).status_code == 401
    assert (await chart.again(told["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await chart.exchange(waiting["code"])).json()["error"] == "invalid_grant"
    assert (await doctor.get("/api/identity/me")).status_code == 401


async def test_apps_go_on_with_nothing_from_the_very_moment_that_the_delay_is_over(
    app: FastAPI,
    house: House,
    people: People,
    operator: AsyncClient,
    patient: AsyncClient,
    clock: StoppedClock,
) -> None:
    chart = await let_in(app, operator)
    await house.identity.closings.begin(CONSOLE, NO_SESSION, people.patient.account, WHY)
    clock.at += DELAY - timedelta(minutes=1)
    told = await chart.connect(patient, f"{READ} offline_access")

    clock.at += timedelta(minutes=1)  # nobody has looked what is due

    async with knock(app, told["access_token"]) as door:
        assert (await door.get("/fhir/R4/Patient/p-1")).status_code == 401
    assert (await chart.again(told["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await patient.get("/api/identity/me")).status_code == 401
    assert await house.identity.caller_of(people.patient.account) is None


async def test_a_service_whose_account_is_suspended_gets_no_token(
    app: FastAPI, house: House, people: People, operator: AsyncClient
) -> None:
    robot = await let_in_service(app, operator, "Practitioner/robot")
    form = {"grant_type": "client_credentials", "scope": "system/*.rs"}
    assert (await robot.send(form)).is_success
    account = await house.identity.find_by_person("Practitioner/robot")
    assert account is not None

    await house.identity.closings.begin(CONSOLE, NO_SESSION, account.id, WHY, at_once=True)

    assert (await robot.send(form)).json()["error"] == "invalid_client"


async def test_a_dismissed_doctor_s_licence_stands_no_more_and_his_visit_ends(
    house: House, people: People, visit: Visit, clock: StoppedClock
) -> None:
    doctor, licences = people.doctor.account, house.identity.credentials.licences
    asking = Asking(caller=people.doctor, visit=visit.id)
    await house.clinic.ask(people.doctor, visit.id, Ask(categories=(Category.VITALS,)))
    await house.clinic.grant(
        people.patient, visit.id, [Category.VITALS], clock.at + timedelta(minutes=30)
    )
    assert await seen(house, people, visit) == 1
    assert await licences.mark(people.patient, doctor, HERE, "q" * 20)

    await house.identity.closings.begin(CONSOLE, NO_SESSION, doctor, "Dismissed.", at_once=True)
    while await house.events.deliver():
        pass

    assert await licences.licensed([doctor]) == set()
    with pytest.raises(NotFound):
        await licences.mark(people.patient, doctor, HERE, "q" * 20)
    with pytest.raises(Forbidden):
        await house.identity.credentials.require_licence(people.doctor)
    found = await house.records.search(asking, "Observation", [("patient", "Patient/p-1")])
    assert found.entries == []
    alone = await house.clinic.current(people.patient)
    assert alone is not None
    assert alone.why_alone == "licence"
    (line,) = [
        line
        for line in await house.identity.credentials.issuing.register(CONSOLE)
        if line.account == doctor
    ]
    assert line.state.name == "SUSPENDED"

    await house.identity.closings.stop(CONSOLE, NO_SESSION, doctor)

    assert await licences.licensed([doctor]) == {doctor}
    assert await licences.mark(people.patient, doctor, HERE, "q" * 20)


async def test_what_an_operator_revoked_meanwhile_does_not_stand_again(
    house: House, people: People
) -> None:
    doctor, issuing = people.doctor.account, house.identity.credentials.issuing
    await house.identity.closings.begin(CONSOLE, NO_SESSION, doctor, "Dismissed.", at_once=True)
    (line,) = [line for line in await issuing.register(CONSOLE) if line.account == doctor]
    await issuing.change(CONSOLE, line.id, type(line.state)["REVOKED"])

    await house.identity.closings.stop(CONSOLE, NO_SESSION, doctor)

    assert await house.identity.credentials.licences.licensed([doctor]) == set()


async def test_what_patients_allowed_to_whoever_left_ends_and_his_licence_is_revoked(
    house: House, people: People, visit: Visit, clock: StoppedClock
) -> None:
    consent = await allow(house, people, clock)

    await close(house, people.doctor.account, clock)

    hers = Asking(caller=people.patient, purpose="PATRQT")
    said = {each.consent: each for each in await house.records.consents.said(hers, "Patient/p-1")}
    assert not said[consent].stands
    (line,) = [
        line
        for line in await house.identity.credentials.issuing.register(CONSOLE)
        if line.account == people.doctor.account
    ]
    assert (line.state.name, line.name) == ("REVOKED", "Doctor")


async def test_a_relative_who_leaves_stands_in_for_nobody_any_more(
    house: House, people: People, visit: Visit, clock: StoppedClock
) -> None:
    aunt = await house.identity.create_account(
        CONSOLE,
        email="ida@example.org",
        password=PASSWORD,
        name="Ida",
        roles=[Role.PATIENT],
        person="RelatedPerson/ida",
    )
    hers = Asking(caller=people.patient, purpose="PATRQT")
    both = ("RelatedPerson/ida", "Practitioner/d-1")
    alone = await house.records.consents.say(
        hers, "Patient/p-1", Choice(actors=both[:1], acts=Act.ACCESS | Act.DECIDE)
    )
    shared = await house.records.consents.say(hers, "Patient/p-1", Choice(actors=both))
    asking = Asking(caller=aunt.caller, purpose="FAMRQT")
    assert await house.records.consents.represents(asking)

    await close(house, aunt.id, clock)

    said = {each.consent: each for each in await house.records.consents.said(hers, "Patient/p-1")}
    assert not said[alone.id].stands
    assert said[shared.id].stands  # the doctor's is his
    accesses = await house.records.accesses(hers, "Patient/p-1")
    assert [(each.via, each.actor) for each in accesses if each.action == "revoke"] == [
        ("account", "house")
    ]


async def test_what_a_patient_allowed_stands_and_her_record_stays_when_she_leaves(
    house: House, people: People, visit: Visit, clock: StoppedClock
) -> None:
    consent = await allow(house, people, clock)

    await close(house, people.patient.account, clock)

    asking = Asking(caller=people.doctor)
    found = await house.records.search(asking, "Observation", [("patient", "Patient/p-1")])
    assert len(found.entries) == 1
    permit = await house.records.permits(asking, "Patient/p-1")
    assert permit is not None
    assert permit.consent == consent
    assert await house.clinic.names(people.patient.account) == {people.patient.account: "Patient"}


async def test_every_act_stands_in_the_ledger_and_verify_names_one_that_was_altered(
    house: House, people: People, clock: StoppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    size = await house.ledger.size()
    await close(house, people.patient.account, clock)
    assert await house.ledger.size() == size + 2
    assert await verifying.everything(house, as_json=False) == 0

    async with house.db.begin() as tx:
        await tx.run("UPDATE identity_act SET reason = 'No reason.' WHERE kind = 'account closed'")

    assert await verifying.everything(house, as_json=False) == 1
    assert "identity_act" in capsys.readouterr().out


async def test_an_act_that_nobody_can_read_any_more_is_named_and_the_others_are_looked_at(
    house: House, people: People, clock: StoppedClock, capsys: pytest.CaptureFixture[str]
) -> None:
    await close(house, people.patient.account, clock)
    await close(house, people.doctor.account, clock)
    acts = await house.identity.closings.acts(CONSOLE)
    beyond, short, other, _ = acts

    async with house.db.begin() as tx:
        change = "UPDATE identity_act SET {} WHERE id = :id"
        await tx.run(change.format("at = 9000000000000000000"), id=beyond.id)
        await tx.run(change.format("key = :key"), id=short.id, key=b"")
        await tx.run(change.format("reason = 'No reason.'"), id=other.id)

    assert await verifying.everything(house, as_json=False) == 1
    told = capsys.readouterr().out
    assert f"identity_act {beyond.id}: cannot be read" in told
    assert f"identity_act {short.id}: cannot be read" in told
    assert f"identity_act {other.id}: does not match leaf {other.leaf}" in told


async def test_erasing_a_patient_takes_her_closed_account_along(
    house: House, people: People, visit: Visit, clock: StoppedClock
) -> None:
    await close(house, people.patient.account, clock)

    await house.records.erase(
        Asking(caller=CONSOLE, purpose="HOPERAT"), "Patient/p-1", Ground.WITHDRAWN
    )

    assert await house.identity.find(people.patient.account) is None
    assert await house.identity.closings.acts(CONSOLE, people.patient.account) == []
    assert [*await house.ledger.verify(), *await house.records.verify()] == []


async def test_an_act_whose_row_somebody_took_away_is_missed(
    house: House, people: People, clock: StoppedClock
) -> None:
    await close(house, people.doctor.account, clock)
    assert await house.ledger.verify() == []

    async with house.db.begin() as tx:
        row = await tx.one("SELECT max(leaf) FROM identity_act")
        assert row
        await tx.run("DELETE FROM identity_act WHERE leaf = :leaf", leaf=row[0])

    (found,) = await house.ledger.verify()
    assert str(found).startswith(f"ledger_leaf {row[0]}: nothing is kept")


async def test_a_backup_gives_no_closed_account_back_of_who_was_erased_since(
    settings: Settings, clock: StoppedClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = tmp_path_factory.mktemp("again")
    async with open_house(settings, clock, serving=False, hasher=QUICK) as house:
        asking = Asking(caller=CONSOLE, purpose="HOPERAT")
        await house.records.update(asking, {"resourceType": "Patient", "id": "p-1"})
        left: list[str] = []
        for name, person in (("Mei", "Patient/p-1"), ("Tom", "Practitioner/d-1")):
            account = await house.identity.create_account(
                CONSOLE,
                email=f"{name}@example.org",
                password=PASSWORD,
                name=name,
                roles=[Role.PATIENT if name == "Mei" else Role.CLINICIAN],
                person=person,
            )
            await close(house, account.id, clock)
            left.append(account.id)
        backup = await house.backups.make(settings.data / "backups" / "first", house.clock)
        await house.records.erase(asking, "Patient/p-1", Ground.WITHDRAWN)
    shutil.copytree(settings.data / "keys", again / "keys")
    other = Settings(data=again, mqtt_port=0, port=0, open=False)

    await restore_house(other, backup, clock)

    async with open_house(other, clock, serving=False, hasher=QUICK) as house:
        assert await house.identity.find(left[0]) is None
        assert await house.identity.closings.acts(CONSOLE, left[0]) == []
        assert [*await house.ledger.verify(), *await house.records.verify()] == []
        tom = await house.identity.find(left[1])
        assert tom is not None
        assert tom.is_closed
        assert len(await house.identity.closings.acts(CONSOLE, tom.id)) == 2
        assert await verifying.everything(house, as_json=True) == 0


async def test_who_kept_her_account_after_the_backup_still_comes_in_when_it_is_restored(
    settings: Settings, clock: StoppedClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = tmp_path_factory.mktemp("again")
    async with open_house(settings, clock, serving=False, hasher=QUICK) as house:
        mei = await house.identity.create_account(
            CONSOLE,
            email="mei@example.org",
            password=PASSWORD,
            name="Mei",
            roles=[Role.PATIENT],
            person="Patient/p-1",
        )
        await house.identity.closings.begin(CONSOLE, NO_SESSION, mei.id, WHY)
        backup = await house.backups.make(settings.data / "backups" / "first", house.clock)
        await house.identity.closings.keep(mei.caller)
    shutil.copytree(settings.data / "keys", again / "keys")
    other = Settings(data=again, mqtt_port=0, port=0, open=False)
    clock.at += 2 * DELAY

    await restore_house(other, backup, clock)

    async with open_house(other, clock, serving=False, hasher=QUICK) as house:
        identity = house.identity
        assert await identity.closings.close_due() == 0
        session = await identity.sign_in("mei@example.org", PASSWORD, address="192.0.2.7")
        closing = await identity.closings.of(session.caller)
        assert closing is not None
        assert (closing.state, closing.ends_at) == ("closing", clock.at + DELAY)
        heard = [(told.kind, told.about) for told, _ in await identity.notices.of(session.caller)]
        assert ("closing-begun", "2026-03-07T12:00:00.000Z") in heard
        clock.at += DELAY
        assert await identity.closings.close_due() == 1
