"""The house towards apps outside, over HTTP, with a wallet that shares no code with it."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from joserfc import jws
from joserfc.jwk import ECKey

from asklepion.app import House, open_house
from asklepion.doors import serve
from asklepion.identity.engine.vc import did, jose, pairwise, status
from asklepion.identity.service.vc import Card
from asklepion.identity.store.held import Held
from asklepion.kit.clock import StoppedClock
from asklepion.settings import Settings
from tests.conftest import EMAILS, LICENCE, NOON, QUICK, People, knock
from tests.identity.wallet import Wallet, payload_of

HERE = "http://localhost"
pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
async def wallet(app: FastAPI) -> AsyncGenerator[Wallet]:
    """Somebody's telephone, which has never been here."""
    async with knock(app) as client:
        yield Wallet(client, now=NOON.timestamp())


async def offered(doctor: AsyncClient) -> dict[str, Any]:
    (card,) = (await doctor.get("/api/identity/credentials")).json()
    answer = await doctor.post(f"/api/identity/credentials/{card['id']}/offer")
    assert answer.status_code == 201
    return answer.json()


async def register(operator: AsyncClient) -> list[dict[str, Any]]:
    return (await operator.get("/api/identity/issued")).json()


async def asked(reader: AsyncClient, *names: str) -> dict[str, Any]:
    body = {"kind": "licence", "claims": list(names or ("region", "speciality"))}
    answer = await reader.post("/api/identity/requests", json=body)
    assert answer.status_code == 201
    return answer.json()


async def seen(reader: AsyncClient, request: dict[str, Any]) -> list[dict[str, Any]] | None:
    return (await reader.get(f"/api/identity/requests/{request['id']}")).json()["shown"]


# OpenID4VCI


async def test_an_app_outside_takes_a_licence_and_shows_two_claims_of_it(
    doctor: AsyncClient, patient: AsyncClient, wallet: Wallet, operator: AsyncClient
) -> None:
    offer = await offered(doctor)
    await wallet.take(offer["uri"], offer["pin"])
    request = await asked(patient, "region", "languages")
    told = await wallet.read_request(request["uri"])

    answer = await wallet.answer(told, wallet.shown(["region", "languages"], told))

    assert answer.status_code == 200
    shown = await seen(patient, request)
    assert shown is not None
    assert shown[0]["why"] == ""
    assert shown[0]["claims"] == {"region": "KE", "languages": LICENCE["languages"]}
    lines = await register(operator)
    assert sum(line["copies"] for line in lines) == 1


async def test_what_is_revoked_is_revoked_in_every_app_that_holds_a_copy(
    doctor: AsyncClient, patient: AsyncClient, operator: AsyncClient, wallet: Wallet
) -> None:
    offer = await offered(doctor)
    await wallet.take(offer["uri"], offer["pin"])
    line = next(line for line in await register(operator) if line["copies"] == 1)

    body = {"state": "revoked"}
    await operator.patch(f"/api/identity/issued/{line['id']}", json=body)

    request = await asked(patient)
    told = await wallet.read_request(request["uri"])
    await wallet.answer(told, wallet.shown(["region", "speciality"], told))
    shown = await seen(patient, request)
    assert shown is not None
    assert shown[0]["why"] == "revoked"
    state = payload_of(wallet.credential.split("~")[0])["status"]["status_list"]
    answer = await wallet.http.get(f"/api/identity/status/{state['uri'].rpartition('/')[2]}")
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    assert answer.headers["cache-control"] == "public, max-age=30"
    assert status.read_token(payload_of(answer.text)["status_list"], state["idx"]) == 1


async def test_a_code_is_good_once(doctor: AsyncClient, wallet: Wallet) -> None:
    offer = await offered(doctor)
    told = wallet.read_offer(offer["uri"])
    assert (await wallet.token(told, offer["pin"])).status_code == 200

    again = await wallet.token(told, offer["pin"])

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


async def test_six_digits_are_not_guessed(doctor: AsyncClient, wallet: Wallet) -> None:
    offer = await offered(doctor)
    told = wallet.read_offer(offer["uri"])
    right = offer["pin"]

    for guess in range(5):
        wrong = f"{(int(right) + guess + 1) % 1_000_000:06}"
        assert (await wallet.token(told, wrong)).json()["error"] == "invalid_grant"

    late = await wallet.token(told, right)
    assert late.json()["error"] == "invalid_grant"


async def test_an_offer_ends_after_ten_minutes(
    doctor: AsyncClient, wallet: Wallet, clock: StoppedClock
) -> None:
    offer = await offered(doctor)
    clock.at += timedelta(minutes=10)

    late = await wallet.token(wallet.read_offer(offer["uri"]), offer["pin"])

    assert late.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({}, "invalid_request"),
        ({"pre-authorized_code": "made-up", "tx_code": "123456"}, "invalid_grant"),
        ({"pre-authorized_code": "made-up"}, "invalid_request"),
        ({"tx_code": "123456"}, "invalid_request"),
    ],
)
async def test_what_is_no_code_is_told_so_in_the_words_of_oauth(
    wallet: Wallet, form: dict[str, str], error: str
) -> None:
    if error not in ("unsupported_grant_type",):
        form["grant_type"] = "urn:ietf:params:oauth:grant-type:pre-authorized_code"

    answer = await wallet.http.post("/api/identity/vci/token", data=form)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


async def test_a_proof_is_the_app_s_own_for_us_and_for_once(
    doctor: AsyncClient, wallet: Wallet
) -> None:
    offer = await offered(doctor)
    told = wallet.read_offer(offer["uri"])
    token = (await wallet.token(told, offer["pin"])).json()["access_token"]
    nonce = await wallet.nonce()
    good = wallet.proof(HERE, nonce)
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()

    for error, proof in (
        ("invalid_proof", wallet.proof("https://elsewhere.example", nonce)),
        ("invalid_proof", wallet.proof(HERE, nonce, iat=int(wallet.now) - 999)),
        ("invalid_proof", wallet.proof(HERE, nonce, typ="JWT")),
        ("invalid_proof", f"{unsigned}.{good.split('.')[1]}."),
        ("invalid_proof", good[:-6] + "AAAAAA"),
        ("invalid_proof", "nothing"),
        ("invalid_nonce", wallet.proof(HERE, "made-up")),
        ("invalid_nonce", wallet.proof(HERE, f"x.9999999999.{'0' * 64}")),
    ):
        answer = await wallet.ask(token, "licence", proof)
        assert (answer.status_code, answer.json()["error"]) == (400, error), proof

    answer = await wallet.ask(token, "badge", good)
    assert answer.json()["error"] == "unknown_credential_configuration"
    assert (await wallet.ask("made-up", "licence", good)).status_code == 401
    assert (await wallet.ask(token, "licence", good)).status_code == 200


async def test_a_nonce_and_a_token_are_good_once(doctor: AsyncClient, wallet: Wallet) -> None:
    tokens: list[str] = []
    for _ in range(2):
        offer = await offered(doctor)
        told = wallet.read_offer(offer["uri"])
        tokens.append((await wallet.token(told, offer["pin"])).json()["access_token"])
    proof = wallet.proof(HERE, await wallet.nonce())
    assert (await wallet.ask(tokens[0], "licence", proof)).status_code == 200

    again = await wallet.ask(tokens[1], "licence", proof)
    assert again.json()["error"] == "invalid_nonce"
    fresh = wallet.proof(HERE, await wallet.nonce())
    assert (await wallet.ask(tokens[0], "licence", fresh)).status_code == 401
    assert (await wallet.ask(tokens[1], "licence", fresh)).status_code == 200


async def test_a_nonce_ends_after_five_minutes(
    doctor: AsyncClient, wallet: Wallet, clock: StoppedClock
) -> None:
    nonce = await wallet.nonce()
    clock.at += timedelta(minutes=5)
    wallet.now = clock.at.timestamp()
    offer = await offered(doctor)
    token = (await wallet.token(wallet.read_offer(offer["uri"]), offer["pin"])).json()

    answer = await wallet.ask(token["access_token"], "licence", wallet.proof(HERE, nonce))

    assert answer.json()["error"] == "invalid_nonce"


async def test_what_was_revoked_meanwhile_is_given_to_no_app(
    doctor: AsyncClient, operator: AsyncClient, wallet: Wallet
) -> None:
    offer = await offered(doctor)
    told = wallet.read_offer(offer["uri"])
    token = (await wallet.token(told, offer["pin"])).json()["access_token"]
    for line in await register(operator):
        await operator.patch(f"/api/identity/issued/{line['id']}", json={"state": "suspended"})

    answer = await wallet.ask(token, "licence", wallet.proof(HERE, await wallet.nonce()))

    assert answer.json()["error"] == "credential_request_denied"
    (card,) = (await doctor.get("/api/identity/credentials")).json()
    assert (await doctor.post(f"/api/identity/credentials/{card['id']}/offer")).status_code == 409


# OpenID4VP


@pytest.fixture
async def holder(doctor: AsyncClient, wallet: Wallet) -> Wallet:
    """The doctor's telephone, with her licence in it."""
    offer = await offered(doctor)
    await wallet.take(offer["uri"], offer["pin"])
    return wallet


async def test_a_request_says_by_whom_it_is_and_is_signed_by_them(
    patient: AsyncClient, wallet: Wallet
) -> None:
    request = await asked(patient)
    told = await wallet.read_request(request["uri"])
    text = (await wallet.http.get(f"/api/identity/requests/{request['id']}/object")).text

    name = told["client_id"].removeprefix("decentralized_identifier:")
    key = did.jwk_of(name)
    assert jose.verify(text, key, typ=("oauth-authz-req+jwt",)) == told
    assert told["response_mode"] == "direct_post"
    assert told["aud"] == "https://self-issued.me/v2"


async def test_an_answer_counts_once_for_its_request_alone(
    patient: AsyncClient, other_patient: AsyncClient, holder: Wallet
) -> None:
    first, second = await asked(patient), await asked(other_patient)
    one, two = [await holder.read_request(each["uri"]) for each in (first, second)]
    text = holder.shown(["region", "speciality"], one)

    replayed = await holder.answer(two, text)
    assert replayed.status_code == 400
    assert "nonce" in replayed.json()["error_description"]
    assert (await holder.answer(one, text)).status_code == 200
    assert (await holder.answer(one, text)).status_code == 400
    assert await seen(other_patient, second) is None
    assert (
        await holder.http.get(f"/api/identity/requests/{first['id']}/object")
    ).status_code == 404


async def test_an_answer_for_another_reader_by_another_key_or_of_other_claims_is_refused(
    patient: AsyncClient, holder: Wallet
) -> None:
    request = await asked(patient)
    told = await holder.read_request(request["uri"])
    both = ["region", "speciality"]
    alone = holder.shown(both, told)
    body, _, binding = alone.rpartition("~")
    header, claims, _ = binding.split(".")
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none","typ":"kb+jwt"}').rstrip(b"=").decode()

    for word, text in (
        (
            "audience",
            holder.shown(both, told, aud="decentralized_identifier:did:web:other.example"),
        ),
        ("audience", holder.shown(both, told, aud=told["response_uri"])),
        ("nonce", holder.shown(both, told, nonce="another")),
        ("stale", holder.shown(both, told, iat=int(holder.now) - 4000)),
        ("binding", holder.shown(both, told, key=ECKey.generate_key("P-256"))),
        ("binding", holder.shown(both, told, sd_hash="AAAA")),
        ("binding", f"{body}~"),
        ("binding", f"{body}~{unsigned}.{claims}."),
        ("disclosure", f"{body}~{body.split('~')[1]}~{binding}"),
        ("not what was asked", holder.shown(["region"], told)),
    ):
        answer = await holder.answer(told, text)
        assert answer.status_code == 400, word
        assert word in answer.json()["error_description"]
    assert header
    assert await seen(patient, request) is None
    assert (await holder.answer(told, alone)).status_code == 200


@pytest.mark.parametrize(
    "change",
    [{"state": "guessed"}, {"vp_token": "{}"}, {"vp_token": "["}, {"vp_token": '{"licence": "x"}'}],
)
async def test_what_is_no_answer_is_refused_in_the_words_of_oauth(
    patient: AsyncClient, holder: Wallet, change: dict[str, str]
) -> None:
    told = await holder.read_request((await asked(patient))["uri"])

    answer = await holder.answer(told, holder.shown(["region", "speciality"], told), **change)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_what_ran_out_is_said_to_whoever_asked(
    patient: AsyncClient,
    doctor: AsyncClient,
    operator: AsyncClient,
    wallet: Wallet,
    clock: StoppedClock,
) -> None:
    soon = {"until": "2026-03-06T12:00:00Z", "email": EMAILS["doctor"]}
    body = {"kind": "licence", "claims": LICENCE, **soon}
    id = (await operator.post("/api/identity/issued", json=body)).json()["id"]
    offer = (await doctor.post(f"/api/identity/credentials/{id}/offer")).json()
    await wallet.take(offer["uri"], offer["pin"])
    clock.at += timedelta(days=5)
    wallet.now = clock.at.timestamp()
    request = await asked(patient)
    told = await wallet.read_request(request["uri"])

    assert (await wallet.answer(told, wallet.shown(["region", "speciality"], told))).is_success

    shown = await seen(patient, request)
    assert shown is not None
    assert shown[0]["why"] == "expired"


async def test_strangers_do_not_send_the_house_to_ask_others_again_and_again(
    patient: AsyncClient, wallet: Wallet
) -> None:
    told = await wallet.read_request((await asked(patient))["uri"])
    stranger = pairwise.p256(b"s" * 32, "stranger")
    text = jose.sign({"typ": "dc+sd-jwt"}, {"iss": "https://127.0.0.1/far"}, stranger) + "~"

    answers = [await wallet.answer(told, text) for _ in range(31)]

    assert {answer.status_code for answer in answers[:30]} == {400}
    assert answers[30].status_code == 503


async def test_nobody_reads_what_another_was_shown(
    patient: AsyncClient, other_patient: AsyncClient, stranger: AsyncClient
) -> None:
    request = await asked(patient)

    path = f"/api/identity/requests/{request['id']}"
    assert (await other_patient.get(path)).status_code == 404
    assert (await stranger.get(path)).status_code == 401


# The house's own holder, towards this house


async def test_who_holds_her_licence_here_answers_a_request_of_this_house(
    doctor: AsyncClient, patient: AsyncClient
) -> None:
    request = await asked(patient, "region", "languages")
    body = {"request": request["uri"]}
    considered = (await doctor.post("/api/identity/credentials/consider", json=body)).json()
    assert considered["is_here"]
    assert considered["is_enough"]
    (choice,) = considered["choices"]
    assert choice["claims"] == ["region", "languages"]

    chosen = {choice["wanted"]: choice["card"]["id"]}
    answer = {"ticket": considered["ticket"], "chosen": chosen}
    assert (await doctor.post("/api/identity/credentials/answer", json=answer)).status_code == 204

    shown = await seen(patient, request)
    assert shown is not None
    assert shown[0]["claims"] == {"region": "KE", "languages": LICENCE["languages"]}
    (told,) = (await doctor.get("/api/identity/credentials/history")).json()
    assert (told["how"], told["to"], told["claims"]) == (
        "request",
        "localhost",
        ["region", "languages"],
    )
    again = await doctor.post("/api/identity/credentials/answer", json=answer)
    assert again.status_code == 410


async def test_two_answers_at_once_are_one_answer(
    doctor: AsyncClient, patient: AsyncClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    holding = house.identity.credentials.holding
    card = holding.card

    async def slowly(held: Held) -> Card:
        await asyncio.sleep(0.1)
        return await card(held)

    monkeypatch.setattr(holding, "card", slowly)
    body = {"request": (await asked(patient, "region"))["uri"]}
    considered = (await doctor.post("/api/identity/credentials/consider", json=body)).json()
    (choice,) = considered["choices"]
    path, ticket = "/api/identity/credentials/answer", considered["ticket"]
    wrong = {"ticket": ticket, "chosen": {choice["wanted"]: "another"}}
    assert (await doctor.post(path, json=wrong)).status_code == 400

    answer = {"ticket": ticket, "chosen": {choice["wanted"]: choice["card"]["id"]}}
    both = await asyncio.gather(*(doctor.post(path, json=answer) for _ in range(2)))

    assert sorted(each.status_code for each in both) == [204, 410]


async def test_who_has_nothing_that_answers_is_told_so(
    patient: AsyncClient, other_patient: AsyncClient
) -> None:
    request = await asked(patient)
    body = {"request": request["uri"]}

    considered = (await other_patient.post("/api/identity/credentials/consider", json=body)).json()

    assert (considered["choices"], considered["is_enough"]) == ([], False)
    nothing: dict[str, Any] = {"ticket": considered["ticket"], "chosen": {}}
    refused = await other_patient.post("/api/identity/credentials/answer", json=nothing)
    assert refused.status_code == 400


async def test_an_offer_of_this_house_can_be_taken_up_here_too(doctor: AsyncClient) -> None:
    offer = await offered(doctor)
    wrong = {"offer": offer["uri"], "pin": "000000" if offer["pin"] != "000000" else "111111"}
    path = "/api/identity/credentials/receive"
    assert (await doctor.post(path, json=wrong)).status_code == 403

    answer = await doctor.post(path, json={"offer": offer["uri"], "pin": offer["pin"]})

    assert answer.status_code == 201
    assert answer.json()["kind"] == "licence"
    assert len((await doctor.get("/api/identity/credentials")).json()) == 2


async def test_a_copy_taken_up_here_follows_what_becomes_of_the_original(
    doctor: AsyncClient, operator: AsyncClient
) -> None:
    offer = await offered(doctor)
    body = {"offer": offer["uri"], "pin": offer["pin"]}
    await doctor.post("/api/identity/credentials/receive", json=body)

    (line,) = [line for line in await register(operator) if line["copies"] == 1]
    await operator.patch(f"/api/identity/issued/{line['id']}", json={"state": "revoked"})

    cards = (await doctor.get("/api/identity/credentials")).json()
    assert [card["state"] for card in cards] == ["revoked", "revoked"]


async def test_another_s_licence_taken_up_here_makes_nobody_a_clinician(
    doctor: AsyncClient, patient: AsyncClient, people: People
) -> None:
    offer = await offered(doctor)
    body = {"offer": offer["uri"], "pin": offer["pin"]}

    assert (await patient.post("/api/identity/credentials/receive", json=body)).status_code == 201

    asked = {"account": people.patient.account}
    assert (await patient.get("/api/identity/marks", params=asked)).json() == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "{}",
        "[]",
        '{"credential_issuer": "https://localhost", "grants": {}}',
        "openid-credential-offer://?credential_offer_uri=http://127.0.0.1/offer",
        "openid-credential-offer://?credential_offer_uri=https://127.0.0.1/offer",
        "openid-credential-offer://?credential_offer_uri=https://169.254.169.254/",
        "x" * 16_384,
    ],
)
async def test_what_is_no_offer_leads_nowhere(doctor: AsyncClient, text: str) -> None:
    answer = await doctor.post("/api/identity/credentials/receive", json={"offer": text})

    assert answer.status_code in (400, 409)


@pytest.mark.parametrize(
    "text",
    [
        "openid4vp://?",
        "openid4vp://?client_id=x509_san_dns:a&request_uri=https://127.0.0.1/x",
        "openid4vp://?client_id=redirect_uri:https://a.example/x&response_uri=https://b.example/x",
        "openid4vp://?client_id=decentralized_identifier:did:web:a.example"
        "&request_uri=https://10.0.0.1/x",
    ],
)
async def test_what_is_no_request_leads_nowhere(doctor: AsyncClient, text: str) -> None:
    answer = await doctor.post("/api/identity/credentials/consider", json={"request": text})

    assert answer.status_code in (400, 409)


@pytest.mark.parametrize(
    "claims",
    [
        '{"iss": "did:key:KEY", "x": "\\ud800"}',
        '{"iss": "did:key:KEY", "x": NaN}',
        '{"iss": "did:key:KEY", "x": 1e999}',
        '{"iss": "did:key:KEY", "iss": "did:web:other.example"}',
        '{"iss": "did:key:KEY", "exp": 1e300}',
        '{"iss": "did:key:KEY", "status": {"status_list": {"idx": 1e300, "uri": "x"}}}',
        '{"iss": "https://[", "x": 1}',
        '{"iss": ["did:key:KEY"], "cnf": {"jwk": {"kty": ["EC"]}}}',
    ],
)
async def test_whatever_somebody_signed_himself_is_answered_and_never_our_fault(
    wallet: Wallet, patient: AsyncClient, claims: str
) -> None:
    text = claims.replace("did:key:KEY", did.did_of(wallet.public))
    header = {"alg": "ES256", "typ": "dc+sd-jwt"}
    jwt = jws.serialize_compact(header, text, wallet.key, ["ES256"])
    body = {"presentation": f"{jwt}~", "audience": HERE, "nonce": "n" * 20}

    for client in (wallet.http, patient):
        answer = await client.post("/api/identity/verify", json=body)
        assert answer.status_code == 200
        assert answer.json()["why"] != ""


# Links and marks over HTTP


async def test_a_link_is_opened_by_a_stranger_and_verified_by_the_house_if_he_cannot(
    doctor: AsyncClient, stranger: AsyncClient, operator: AsyncClient
) -> None:
    (card,) = (await doctor.get("/api/identity/credentials")).json()
    body = {"claims": ["name", "region"], "minutes": 10}
    link = (await doctor.post(f"/api/identity/credentials/{card['id']}/links", json=body)).json()
    token = link["address"].partition("#")[2]
    asking = {"token": token, "nonce": "n" * 24, "audience": HERE}

    shown = (await stranger.post("/api/identity/showings/open", json=asking)).json()["presentation"]

    checking = {"presentation": shown, "nonce": "n" * 24, "audience": HERE}
    verdict = (await stranger.post("/api/identity/verify", json=checking)).json()
    assert (verdict["why"], verdict["claims"]) == ("", {"name": "Doctor", "region": "KE"})
    elsewhere = asking | {"audience": "https://elsewhere.example"}
    answer = await stranger.post("/api/identity/showings/open", json=elsewhere)
    assert answer.status_code == 404
    for line in await register(operator):
        await operator.patch(f"/api/identity/issued/{line['id']}", json={"state": "revoked"})
    verdict = (await stranger.post("/api/identity/verify", json=checking)).json()
    assert verdict["why"] == "revoked"


async def test_marks_say_whose_licence_stands(
    patient: AsyncClient, people: People, operator: AsyncClient
) -> None:
    params = {"account": [each.account for each in (people.doctor, people.patient)]}
    path = "/api/identity/marks"
    assert (await patient.get(path, params=params)).json() == [people.doctor.account]

    question = {"nonce": "q" * 24}
    mark = (await patient.post(f"{path}/{people.doctor.account}", json=question)).json()
    checking = {"presentation": mark["presentation"], "audience": mark["audience"], **question}
    verdict = (await patient.post("/api/identity/verify", json=checking)).json()
    assert verdict["why"] == ""
    assert "registration_number" not in verdict["claims"]

    for line in await register(operator):
        await operator.patch(f"/api/identity/issued/{line['id']}", json={"state": "revoked"})
    assert (await patient.get(path, params=params)).json() == []
    assert (await patient.get(path)).json() == []


async def test_an_operator_issues_over_http_and_nobody_else(
    operator: AsyncClient, patient: AsyncClient, doctor: AsyncClient
) -> None:
    body = {
        "kind": "licence",
        "email": EMAILS["other_doctor"],
        "claims": LICENCE,
        "until": "2027-03-01T12:00:00Z",
    }
    for client in (patient, doctor):
        assert (await client.post("/api/identity/issued", json=body)).status_code == 403
        assert (await client.get("/api/identity/issued")).status_code == 403

    answer = await operator.post("/api/identity/issued", json=body)

    assert answer.status_code == 201
    assert answer.json()["state"] == "valid"
    wrong = {**body, "claims": {**LICENCE, "region": "Kenia"}}
    assert (await operator.post("/api/identity/issued", json=wrong)).status_code == 400


async def test_a_house_with_an_address_is_its_did_web_and_signs_by_it(
    settings: Settings, clock: StoppedClock, stranger: AsyncClient
) -> None:
    assert (await stranger.get("/.well-known/did.json")).status_code == 404
    told = replace(  # another house, with a database of its own
        settings, address="https://house.example", data=settings.data / "web", database_url=""
    )
    async with open_house(told, clock, hasher=QUICK) as house, knock(serve(house)) as client:
        document = (await client.get("/.well-known/did.json")).json()
        metadata = (await client.get("/.well-known/openid-credential-issuer")).json()
        issuer, kid, key = await house.identity.credentials.issuers.signer()

    assert document["id"] == issuer == "did:web:house.example"
    assert kid in document["assertionMethod"]
    named = next(each for each in document["verificationMethod"] if each["id"] == kid)
    assert named["publicKeyJwk"] == {part: key[part] for part in ("kty", "crv", "x", "y")}
    assert all("d" not in each["publicKeyJwk"] for each in document["verificationMethod"])
    assert metadata["credential_issuer"] == "https://house.example"


async def test_pages_of_other_origins_may_do_what_apps_do_and_nothing_more(
    stranger: AsyncClient, house: House
) -> None:
    origin = {"origin": "https://wallet.example"}

    nonce = await stranger.post("/api/identity/vci/nonce", headers=origin)
    assert nonce.headers.get_list("access-control-allow-origin") == ["*"]
    for path in ("/api/identity/requests", "/api/identity/issued", "/api/identity/verify"):
        refused = await stranger.post(path, headers=origin, json={})
        assert refused.status_code in (401, 403)
        assert "access-control-allow-origin" not in refused.headers
