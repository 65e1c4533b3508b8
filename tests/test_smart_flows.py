"""SMART App Launch, from being let in to being taken back, over the real front door.

Source: https://hl7.org/fhir/smart-app-launch/STU2.2/
"""

from datetime import timedelta
from typing import Any

from fastapi import FastAPI
from httpx import AsyncClient
from joserfc import jwt
from joserfc.jwk import KeySet

from asklepion.app import House
from asklepion.identity import Caller, Role
from asklepion.kit.clock import StoppedClock
from asklepion.records import Asking, Category

from .conftest import EMAILS, PASSWORD, People, knock
from .smart import ALL, BACK, FHIR, HERE, LAUNCH, let_in, let_in_service

READ = "launch/patient patient/*.rs"


async def keep(house: House, people: People) -> None:
    """Two patients, and one measurement of each."""
    entries: list[dict[str, Any]] = []
    for id, code in (("p-1", "8867-4"), ("p-2", "8310-5")):
        resources = (
            {"resourceType": "Patient", "id": id, "name": [{"family": f"Invented {id}"}]},
            {
                "resourceType": "Observation",
                "id": f"o-{id}",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
                "subject": {"reference": f"Patient/{id}"},
            },
        )
        entries += [
            {
                "resource": it,
                "request": {"method": "PUT", "url": f"{it['resourceType']}/{it['id']}"},
            }
            for it in resources
        ]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    await house.records.transact(Asking(caller=people.operator), bundle)


async def allow(house: House, patient: Caller, actor: str) -> str:
    """The patient lets somebody see her vital signs and who she is."""
    return await house.records.grant(
        Asking(caller=patient, purpose="PATRQT"),
        patient=patient.person or "",
        actor=actor,
        categories=[Category.VITALS, Category.DEMOGRAPHICS],
        until=house.clock.now() + timedelta(hours=1),
    )


def bearer(answer: dict[str, Any]) -> str:
    return answer["access_token"]


async def ids(app: FastAPI, token: str, what: str = "Observation") -> list[str]:
    """What an app finds with its token."""
    async with knock(app, token) as door:
        answer = await door.get(f"/fhir/R4/{what}")
    assert answer.status_code == 200, answer.text
    return sorted(entry["resource"]["id"] for entry in answer.json().get("entry", []))


async def test_what_apps_read_first_is_true_of_this_house(stranger: AsyncClient) -> None:
    told = (await stranger.get("/fhir/R4/.well-known/smart-configuration")).json()
    openid = (await stranger.get("/.well-known/openid-configuration")).json()
    (rest,) = (await stranger.get("/fhir/R4/metadata")).json()["rest"]

    assert told["authorization_endpoint"] == f"{HERE}/authorize"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert {"launch-ehr", "launch-standalone", "permission-v2"} <= set(told["capabilities"])
    assert openid["issuer"] == told["issuer"] == HERE
    (uris,) = rest["security"]["extension"]
    assert {each["url"]: each["valueUri"] for each in uris["extension"]} == {
        "authorize": told["authorization_endpoint"],
        "token": told["token_endpoint"],
        "introspect": told["introspection_endpoint"],
        "revoke": told["revocation_endpoint"],
    }
    for name in ("token_endpoint", "introspection_endpoint", "revocation_endpoint"):
        assert (await stranger.post(told[name])).status_code == 400
    assert (await stranger.get(told["jwks_uri"])).json()["keys"][0]["kty"] == "RSA"


async def test_a_patient_opens_her_record_to_an_app_and_it_sees_nobody_else_s(
    app: FastAPI, house: House, people: People, operator: AsyncClient, patient: AsyncClient
) -> None:
    await keep(house, people)
    chart = await let_in(app, operator)

    told = await chart.connect(patient, f"openid fhirUser profile {READ}", nonce="n-1")

    assert told["patient"] == "p-1"
    assert told["scope"] == f"openid fhirUser profile {READ}"
    assert told["token_type"] == "Bearer"
    assert told["expires_in"] == 600
    assert "refresh_token" not in told
    assert await ids(app, bearer(told)) == ["o-p-1"]
    async with knock(app, bearer(told)) as door:
        assert (await door.get("/fhir/R4/Patient/p-1")).status_code == 200
        assert (await door.get("/fhir/R4/Observation/o-p-2")).status_code == 404
        assert (await door.put("/fhir/R4/Patient/p-1", json={})).status_code in (400, 403)


async def test_the_house_says_who_the_person_is_under_its_own_key(
    app: FastAPI,
    stranger: AsyncClient,
    people: People,
    operator: AsyncClient,
    doctor: AsyncClient,
) -> None:
    chart = await let_in(app, operator)
    told = await chart.connect(doctor, "openid fhirUser profile user/*.rs", nonce="n-1")
    keys = KeySet.import_key_set((await stranger.get("/api/smart/jwks.json")).json())

    token = jwt.decode(told["id_token"], keys, algorithms=["RS256"])

    assert token.claims == {
        "iss": HERE,
        "sub": people.doctor.account,
        "aud": chart.id,
        "iat": 1772366400,
        "exp": 1772366400 + 600,
        "nonce": "n-1",
        "fhirUser": f"{FHIR}/Practitioner/d-1",
        "name": "Doctor",
    }


async def test_a_clinician_s_app_sees_of_the_chosen_patient_what_she_allows_him(
    app: FastAPI, house: House, people: People, operator: AsyncClient, doctor: AsyncClient
) -> None:
    await keep(house, people)
    await allow(house, people.patient, "Practitioner/d-1")
    consent = await allow(house, people.other_patient, "Practitioner/d-1")
    chart = await let_in(app, operator, method="client_secret")

    asked = (await chart.ask(doctor, READ)).json()
    told = await chart.connect(doctor, READ, patient="Patient/p-2")
    found = await ids(app, bearer(told))
    await house.records.revoke(Asking(caller=people.other_patient), consent)

    assert asked["chooses_patient"]
    assert asked["patient"] is None
    assert told["patient"] == "p-2"
    assert found == ["o-p-2"]
    assert await ids(app, bearer(told)) == []


async def test_without_a_patient_chosen_there_is_no_answer_for_the_app(
    app: FastAPI, people: People, operator: AsyncClient, doctor: AsyncClient
) -> None:
    chart = await let_in(app, operator)
    body = {"query": chart.query(READ), "scopes": READ.split()}

    answer = await doctor.post("/api/identity/apps/decide", json=body)

    assert answer.status_code == 400
    assert "redirect" not in answer.text


async def test_an_app_opened_in_a_visit_knows_whom_it_is_about(
    app: FastAPI, house: House, people: People, operator: AsyncClient, doctor: AsyncClient
) -> None:
    await keep(house, people)
    await allow(house, people.patient, "Practitioner/d-1")
    chart = await let_in(app, operator)
    (listed,) = (await doctor.get("/api/identity/apps")).json()
    opened = await doctor.post(
        "/api/identity/apps/open",
        json={"client": listed["id"], "patient": "Patient/p-1", "visit": "v-1", "encounter": "e-1"},
    )
    url = opened.json()["url"]
    assert url.startswith(f"{LAUNCH}?iss=")
    launch = url.rpartition("launch=")[2]

    told = await chart.connect(doctor, "launch launch/encounter patient/*.rs", launch=launch)

    assert (told["patient"], told["encounter"]) == ("p-1", "e-1")
    assert told["need_patient_banner"] is True
    assert await ids(app, bearer(told)) == ["o-p-1"]
    again = (await chart.ask(doctor, "launch patient/*.rs", launch=launch)).json()
    assert "error=invalid_request" in again["redirect"]


async def test_another_s_launch_is_good_for_nobody(
    app: FastAPI, people: People, operator: AsyncClient, doctor: AsyncClient, patient: AsyncClient
) -> None:
    chart = await let_in(app, operator)
    opened = await doctor.post("/api/identity/apps/open", json={"client": chart.id})
    launch = opened.json()["url"].rpartition("launch=")[2]

    asked = await chart.ask(patient, "launch patient/*.rs", launch=launch)

    assert "error=invalid_request" in asked.json()["redirect"]


async def test_an_app_opened_about_somebody_else_sees_of_her_what_its_person_sees(
    app: FastAPI, house: House, people: People, operator: AsyncClient, patient: AsyncClient
) -> None:
    await keep(house, people)
    chart = await let_in(app, operator)
    opened = await patient.post(
        "/api/identity/apps/open", json={"client": chart.id, "patient": "Patient/p-2"}
    )
    launch = opened.json()["url"].rpartition("launch=")[2]

    told = await chart.connect(patient, "launch patient/*.rs", launch=launch)

    assert told["patient"] == "p-2"
    assert await ids(app, bearer(told)) == []
    assert await ids(app, bearer(told), "Patient") == []


async def test_what_was_unticked_is_not_given_and_the_app_is_told(
    app: FastAPI, house: House, people: People, operator: AsyncClient, patient: AsyncClient
) -> None:
    await keep(house, people)
    chart = await let_in(app, operator)
    asked = "patient/Observation.rs patient/Patient.rs offline_access"

    told = await chart.connect(patient, asked, only="patient/Patient.rs")

    assert told["scope"] == "patient/Patient.rs"
    assert "refresh_token" not in told
    assert await ids(app, bearer(told)) == []
    assert await ids(app, bearer(told), "Patient") == ["p-1"]


async def test_a_no_is_told_to_the_app_and_gives_nothing(
    app: FastAPI, people: People, operator: AsyncClient, patient: AsyncClient
) -> None:
    chart = await let_in(app, operator)

    back = await chart.decided(patient, READ, only="nothing")

    assert back["error"] == "access_denied"
    assert "code" not in back
    assert (await patient.get("/api/identity/apps/connected")).json() == []


async def test_scopes_of_smart_1_mean_what_they_meant(
    app: FastAPI, house: House, people: People, operator: AsyncClient, patient: AsyncClient
) -> None:
    await keep(house, people)
    chart = await let_in(app, operator, scopes="launch/patient patient/*.read")

    told = await chart.connect(patient, "launch/patient patient/Observation.read")

    assert told["scope"] == "launch/patient patient/Observation.read"
    assert await ids(app, bearer(told)) == ["o-p-1"]
    assert await ids(app, bearer(told), "Patient") == []


async def test_an_app_asks_for_no_more_than_it_was_let_in_with(
    app: FastAPI, people: People, operator: AsyncClient, patient: AsyncClient
) -> None:
    chart = await let_in(app, operator, scopes="patient/Observation.rs openid")

    asked = (
        await chart.ask(patient, "openid patient/*.rs patient/Observation.r system/*.rs")
    ).json()

    assert [scope["text"] for scope in asked["scopes"]] == ["openid", "patient/Observation.r"]


async def test_an_app_that_may_come_back_does_and_each_time_with_new_tokens(
    app: FastAPI,
    house: House,
    people: People,
    operator: AsyncClient,
    patient: AsyncClient,
    clock: StoppedClock,
) -> None:
    await keep(house, people)
    for method in ("none", "client_secret"):
        chart = await let_in(app, operator, method=method)
        first = await chart.connect(patient, f"{READ} offline_access")
        clock.at += timedelta(minutes=11)
        async with knock(app, bearer(first)) as door:
            assert (await door.get("/fhir/R4/Observation")).status_code == 401

        second = (await chart.again(first["refresh_token"])).json()
        less = (await chart.again(second["refresh_token"], scope="launch/patient")).json()
        third = (await chart.again(less["refresh_token"])).json()

        assert second["patient"] == "p-1"
        assert second["scope"] == first["scope"]
        assert await ids(app, bearer(second)) == ["o-p-1"]
        assert less["scope"] == "launch/patient"
        assert third["scope"] == first["scope"]
        assert len({each["refresh_token"] for each in (first, second, less, third)}) == 4


async def test_with_online_access_an_app_comes_back_until_the_person_signs_out(
    app: FastAPI, people: People, operator: AsyncClient
) -> None:
    chart = await let_in(app, operator)
    async with knock(app) as person:
        signed_in = await person.post(
            "/api/identity/session", json={"email": EMAILS["patient"], "password": PASSWORD}
        )
        assert signed_in.status_code == 200
        person.headers["origin"] = HERE
        told = await chart.connect(person, f"{READ} online_access")
        told = (await chart.again(told["refresh_token"])).json()
        assert await ids(app, bearer(told)) == []

        await person.delete("/api/identity/session")

    async with knock(app, bearer(told)) as door:
        assert (await door.get("/fhir/R4/Observation")).status_code == 401
    assert (await chart.again(told["refresh_token"])).json()["error"] == "invalid_grant"


async def test_who_gave_something_sees_it_and_takes_it_back_at_once(
    app: FastAPI, house: House, people: People, operator: AsyncClient, patient: AsyncClient
) -> None:
    await keep(house, people)
    chart = await let_in(app, operator)
    told = await chart.connect(patient, f"{READ} offline_access")
    await ids(app, bearer(told))

    (listed,) = (await patient.get("/api/identity/apps/connected")).json()
    ended = await patient.delete(f"/api/identity/apps/connected/{chart.id}")

    assert listed["client"]["name"] == "Growth Charts"
    assert listed["is_offline"]
    assert listed["used_at"] == "2026-03-01T12:00:00.000Z"
    assert ended.status_code == 204
    async with knock(app, bearer(told)) as door:
        assert (await door.get("/fhir/R4/Patient/p-1")).status_code == 401
    assert (await chart.again(told["refresh_token"])).json()["error"] == "invalid_grant"
    assert (await patient.get("/api/identity/apps/connected")).json() == []
    again = await patient.delete(f"/api/identity/apps/connected/{chart.id}")
    assert again.status_code == 404


async def test_a_new_password_and_turning_the_app_out_end_everything_given(
    app: FastAPI, people: People, operator: AsyncClient, patient: AsyncClient
) -> None:
    chart = await let_in(app, operator)
    first = await chart.connect(patient, READ)
    changed = await patient.post(
        "/api/identity/password", json={"old": PASSWORD, "new": "another tree by the sea"}
    )
    assert changed.status_code == 204
    async with knock(app, bearer(first)) as door:
        assert (await door.get("/fhir/R4/Patient")).status_code == 401
    async with knock(app) as person:
        await person.post(
            "/api/identity/session",
            json={"email": EMAILS["patient"], "password": "another tree by the sea"},
        )
        person.headers["origin"] = HERE
        second = await chart.connect(person, READ)
        assert await ids(app, bearer(second), "Patient") == []

        assert (await operator.delete(f"/api/identity/apps/clients/{chart.id}")).status_code == 204

        async with knock(app, bearer(second)) as door:
            assert (await door.get("/fhir/R4/Patient")).status_code == 401
        assert (await chart.ask(person, READ)).status_code == 400


async def test_the_patient_reads_by_which_app_somebody_looked(
    app: FastAPI,
    house: House,
    people: People,
    operator: AsyncClient,
    doctor: AsyncClient,
    patient: AsyncClient,
) -> None:
    await keep(house, people)
    await allow(house, people.patient, "Practitioner/d-1")
    chart = await let_in(app, operator)
    told = await chart.connect(doctor, "user/*.rs")
    await ids(app, bearer(told))

    newest, *_ = (await patient.get("/api/records/patients/p-1/accesses")).json()
    receipt = await patient.get(f"/api/records/accesses/{newest['id']}/receipt")

    assert (newest["actor_name"], newest["app_name"]) == ("Doctor", "Growth Charts")
    assert (newest["app"], newest["via"]) == (chart.id, "app")
    assert receipt.json()["event"]["app_name"] == "Growth Charts"
    assert await house.records.verify() == []


async def test_an_app_asks_what_its_token_is_good_for_and_gives_it_back(
    app: FastAPI, people: People, operator: AsyncClient, patient: AsyncClient
) -> None:
    chart = await let_in(app, operator, method="private_key_jwt")
    told = await chart.connect(patient, f"openid fhirUser {READ} offline_access")

    active = await chart.send({"token": bearer(told)}, "/api/smart/introspect")
    gone = await chart.send({"token": bearer(told)}, "/api/smart/revoke")
    after = await chart.send({"token": bearer(told)}, "/api/smart/introspect")
    whole = await chart.send({"token": told["refresh_token"]}, "/api/smart/revoke")

    assert active.json()["active"]
    assert active.json()["patient"] == "p-1"
    assert active.json()["fhirUser"] == f"{FHIR}/Patient/p-1"
    assert gone.status_code == whole.status_code == 200
    assert after.json() == {"active": False}
    assert (await chart.again(told["refresh_token"])).json()["error"] == "invalid_grant"


async def test_a_service_sees_by_itself_what_patients_allow_it_and_nothing_more(
    app: FastAPI, house: House, people: People, operator: AsyncClient
) -> None:
    await keep(house, people)
    chart = await let_in_service(app, operator, "Practitioner/service-1")
    form = {"grant_type": "client_credentials", "scope": "system/Observation.rs system/*.cruds"}

    told = (await chart.send(form)).json()
    before = await ids(app, bearer(told))
    consent = await allow(house, people.patient, "Practitioner/service-1")
    during = await ids(app, bearer(told))
    await house.records.revoke(Asking(caller=people.patient), consent)

    assert told["scope"] == "system/Observation.rs"
    assert told["expires_in"] == 300
    assert "refresh_token" not in told
    assert (before, during, await ids(app, bearer(told))) == ([], ["o-p-1"], [])


async def test_nobody_signs_in_as_a_service_nor_speaks_as_it(
    app: FastAPI, house: House, people: People, operator: AsyncClient, stranger: AsyncClient
) -> None:
    chart = await let_in_service(app, operator, "Practitioner/service-1")
    accounts = (await operator.get("/api/identity/accounts")).json()
    (service,) = [each for each in accounts if each["person"] == "Practitioner/service-1"]

    for password in ("!", "", PASSWORD):
        answer = await stranger.post(
            "/api/identity/session", json={"email": service["email"], "password": password}
        )
        assert answer.status_code in (400, 401)
    taken = await operator.post(
        "/api/identity/accounts",
        json={
            "email": "new@example.org",
            "password": PASSWORD,
            "name": "New",
            "roles": [Role.CLINICIAN],
            "person": "Practitioner/service-1",
        },
    )

    assert taken.status_code == 409
    assert (await operator.delete(f"/api/identity/apps/clients/{chart.id}")).status_code == 204


async def test_only_operators_let_apps_in(
    app: FastAPI, people: People, patient: AsyncClient, doctor: AsyncClient, stranger: AsyncClient
) -> None:
    body = {"name": "X", "publisher": "Y", "method": "none", "redirects": [BACK], "scopes": ALL}

    for person, status in ((patient, 403), (doctor, 403), (stranger, 401)):
        assert (await person.post("/api/identity/apps/clients", json=body)).status_code == status
        assert (await person.get("/api/identity/apps/clients")).status_code == status


async def test_whoever_is_erased_leaves_nothing_that_she_gave(
    app: FastAPI,
    house: House,
    people: People,
    operator: AsyncClient,
    doctor: AsyncClient,
    patient: AsyncClient,
) -> None:
    await keep(house, people)
    chart = await let_in(app, operator)
    hers = await chart.connect(patient, f"{READ} offline_access")
    his = await chart.connect(doctor, READ, patient="Patient/p-1")
    await doctor.post(
        "/api/identity/apps/open", json={"client": chart.id, "patient": "Patient/p-1"}
    )

    erased = await patient.post("/api/records/patients/p-1/erase", json={"confirm": "p-1"})

    assert erased.status_code == 200, erased.text
    for token in (bearer(hers), bearer(his)):
        async with knock(app, token) as door:
            assert (await door.get("/fhir/R4/Patient")).status_code == 401
    async with house.db.read() as tx:
        for table in ("identity_grant", "identity_launch", "identity_code", "identity_app_token"):
            assert await tx.one(f"SELECT * FROM {table}") is None, table
