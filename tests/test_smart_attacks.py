"""Every attack on apps and their tokens that we know of, tried at the real front door.

Source: RFC 9700 (best current practice for OAuth 2.0), RFC 6819, SMART App Launch 2.2.
"""

import base64
import hmac
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from asklepion.app import House
from asklepion.kit.clock import StoppedClock

from .conftest import EMAILS, PASSWORD, People, knock
from .smart import BACK, FHIR, HERE, TOKEN, Chart, challenge, let_in, let_in_service

READ = "launch/patient patient/*.rs"
OPEN_TO_APPS = "/fhir/R4"


async def status(app: FastAPI, token: str, path: str = "/fhir/R4/Patient") -> int:
    """What an app's token is answered."""
    async with knock(app, token) as door:
        return (await door.get(path)).status_code


@pytest.fixture
async def chart(app: FastAPI, operator: AsyncClient) -> Chart:
    """An app that cannot keep a secret."""
    return await let_in(app, operator)


# Codes


async def test_a_code_brought_twice_takes_back_what_it_was_good_for(
    app: FastAPI, patient: AsyncClient, chart: Chart
) -> None:
    code = (await chart.decided(patient, f"{READ} offline_access"))["code"]
    first = (await chart.exchange(code)).json()
    assert await status(app, first["access_token"]) == 200

    again = await chart.exchange(code)

    assert again.status_code == 400
    assert again.json()["error"] == "invalid_grant"
    assert await status(app, first["access_token"]) == 401
    assert (await chart.again(first["refresh_token"])).status_code == 400


async def test_a_code_is_good_for_a_minute(
    patient: AsyncClient, chart: Chart, clock: StoppedClock
) -> None:
    code = (await chart.decided(patient, READ))["code"]

    clock.at += timedelta(seconds=60)

    assert (await chart.exchange(code)).json()["error"] == "invalid_grant"


async def test_a_code_of_one_app_is_nothing_in_the_hands_of_another(
    app: FastAPI, patient: AsyncClient, operator: AsyncClient, chart: Chart
) -> None:
    other = await let_in(app, operator)
    code = (await chart.decided(patient, READ))["code"]

    other.verifier = chart.verifier

    assert (await other.exchange(code)).json()["error"] == "invalid_grant"
    assert (await chart.exchange(code)).json()["error"] == "invalid_grant"  # it got about


WEAKER: list[dict[str, str]] = [
    {"code_challenge_method": "plain"},
    {"code_challenge_method": ""},
    {"code_challenge": ""},
    {"code_challenge": "", "code_challenge_method": ""},
    {"code_challenge": "short"},
    {"state": ""},
    {"aud": ""},
    {"aud": "https://evil.example/fhir/R4"},
    {"aud": f"{FHIR}.evil.example"},
    {"response_type": "token"},
    {"scope": ""},
    {"scope": "system/*.rs"},
    {"launch": "guessed"},
]


async def test_a_weaker_way_of_asking_is_refused_and_told_to_the_app_alone(
    patient: AsyncClient, chart: Chart
) -> None:
    for other in WEAKER:
        asked = await chart.ask(patient, **({"scope": READ} | other))
        body = {"query": chart.query(**({"scope": READ} | other)), "scopes": READ.split()}
        decided = await patient.post("/api/identity/apps/decide", json=body)

        for answer in (asked, decided):
            assert answer.status_code == 200, other
            assert answer.json()["redirect"].startswith(f"{BACK}?error=")
            assert "code=" not in answer.json()["redirect"]


VERIFIERS = ["", "wrong" * 10, "{challenge}", "short"]


async def test_without_what_pkce_holds_back_a_stolen_code_is_nothing(
    patient: AsyncClient, chart: Chart
) -> None:
    for verifier in VERIFIERS:
        code = (await chart.decided(patient, READ))["code"]

        told = verifier.format(challenge=challenge(chart.verifier))

        assert (await chart.exchange(code, code_verifier=told)).json()["error"] == "invalid_grant"


ELSEWHERE = [
    "",
    "https://evil.example/back",
    "https://charts.example/back/",
    "https://charts.example/back?x=1",
    "https://charts.example/back#x",
    "https://charts.example/BACK",
    "https://charts.example/back/../evil",
    "https://charts.example:444/back",
    "https://charts.example@evil.example/back",
    "https://charts.example.evil.example/back",
    "http://charts.example/back",
    "https://charts.example/back%0d%0a",
    "//charts.example/back",
    "javascript:alert(1)",
]


async def test_nobody_is_sent_to_an_address_that_is_not_the_app_s(
    patient: AsyncClient, chart: Chart
) -> None:
    for redirect in ELSEWHERE:
        asked = await chart.ask(patient, READ, redirect_uri=redirect)
        body = {"query": chart.query(READ, redirect_uri=redirect), "scopes": READ.split()}
        decided = await patient.post("/api/identity/apps/decide", json=body)
        unknown = await chart.ask(patient, READ, client_id="unknown")

        for answer in (asked, decided, unknown):
            assert answer.status_code == 400, redirect
            assert "redirect" not in answer.json()
            assert "evil" not in answer.text


async def test_a_code_goes_only_with_the_address_that_it_was_asked_with(
    app: FastAPI, patient: AsyncClient, operator: AsyncClient
) -> None:
    other = "https://charts.example/other"
    chart = await let_in(app, operator, redirects=[BACK, other])
    code = (await chart.decided(patient, READ))["code"]

    assert (await chart.exchange(code, redirect_uri=other)).json()["error"] == "invalid_grant"


async def test_a_parameter_said_twice_is_taken_neither_way(
    patient: AsyncClient, chart: Chart
) -> None:
    query = chart.query(READ) + "&redirect_uri=https%3A%2F%2Fevil.example"

    answer = await patient.post("/api/identity/apps/ask", json={"query": query})
    form = f"grant_type=refresh_token&client_id={chart.id}&refresh_token=a&refresh_token=b"
    async with knock(chart.app) as door:
        twice = await door.post(
            TOKEN, content=form, headers={"content-type": "application/x-www-form-urlencoded"}
        )

    assert answer.status_code == 400
    assert twice.json()["error"] == "invalid_request"


UNSAFE = [
    "javascript:alert(1)",
    "data:text/html,x",
    "http://charts.example/back",
    "https://charts.example/*",
    "https://charts.example/#x",
    "https://user@charts.example/",
    "https://",
    "https://charts.example/a b",
    "file:///etc/passwd",
]


async def test_an_unsafe_address_is_not_let_in(people: People, operator: AsyncClient) -> None:
    body = {"name": "X", "publisher": "Y", "method": "none", "scopes": READ}
    register = "/api/identity/apps/clients"

    for address in UNSAFE:
        back = await operator.post(register, json={**body, "redirects": [address]})
        launch = {**body, "redirects": [BACK], "launch_url": address}
        assert back.status_code == 400, address
        assert (await operator.post(register, json=launch)).status_code == 400, address


# Other sites


async def test_another_site_cannot_say_yes_for_somebody(
    app: FastAPI, people: People, chart: Chart
) -> None:
    body = {"query": chart.query(READ), "scopes": READ.split()}
    async with knock(app) as person:
        await person.post(
            "/api/identity/session", json={"email": EMAILS["patient"], "password": PASSWORD}
        )
        for headers in (
            {"origin": "https://evil.example"},
            {"origin": "null"},
            {"sec-fetch-site": "cross-site"},
            {"origin": "https://evil.example", "content-type": "text/plain"},
            {},
        ):
            answer = await person.post(
                "/api/identity/apps/decide", content=json.dumps(body), headers=headers
            )
            assert answer.status_code == 403, headers
            assert "redirect" not in answer.text
        assert (await person.get("/api/identity/apps/connected")).json() == []


async def test_nobody_puts_the_page_where_people_decide_into_a_frame(stranger: AsyncClient) -> None:
    headers = (await stranger.get("/authorize")).headers

    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "form-action 'self'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"


async def test_a_page_elsewhere_reads_with_a_token_but_never_with_a_cookie(
    app: FastAPI, people: People, patient: AsyncClient, chart: Chart
) -> None:
    token = (await chart.connect(patient, READ))["access_token"]
    elsewhere = {"origin": "https://charts.example"}
    async with knock(app, token) as door:
        allowed = await door.get("/fhir/R4/Patient", headers=elsewhere)
        asked = await door.options(
            "/fhir/R4/Patient",
            headers={**elsewhere, "access-control-request-method": "GET"},
        )
        closed = await door.get("/api/identity/me", headers=elsewhere)
    async with knock(app) as person:
        form = {"grant_type": "refresh_token", "client_id": chart.id, "refresh_token": "x"}
        told = await person.post(TOKEN, data=form, headers=elsewhere)
        await person.post(
            "/api/identity/session", json={"email": EMAILS["patient"], "password": PASSWORD}
        )
        written = await person.post("/fhir/R4/Patient", json={}, headers=elsewhere)

    assert allowed.headers["access-control-allow-origin"] == "*"
    assert asked.status_code == 204
    assert "authorization" in asked.headers["access-control-allow-headers"]
    assert told.json()["error"] == "invalid_grant"
    assert told.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in closed.headers
    assert written.status_code == 403
    for answer in (allowed, asked, told, closed, written):
        assert "access-control-allow-credentials" not in answer.headers


# Tokens


async def test_a_refresh_token_used_twice_ends_what_it_was_for(
    app: FastAPI, patient: AsyncClient, chart: Chart
) -> None:
    first = await chart.connect(patient, f"{READ} offline_access")
    second = (await chart.again(first["refresh_token"])).json()

    stolen = await chart.again(first["refresh_token"])

    assert stolen.json()["error"] == "invalid_grant"
    assert (await chart.again(second["refresh_token"])).json()["error"] == "invalid_grant"
    assert await status(app, second["access_token"]) == 401


async def test_a_refresh_token_is_the_app_s_own(
    app: FastAPI, patient: AsyncClient, operator: AsyncClient, chart: Chart
) -> None:
    other = await let_in(app, operator)
    told = await chart.connect(patient, f"{READ} offline_access")

    stolen = await other.again(told["refresh_token"])

    assert stolen.json()["error"] == "invalid_grant"
    assert (await chart.again(told["refresh_token"])).status_code == 200


async def test_nothing_is_added_when_an_app_comes_back(patient: AsyncClient, chart: Chart) -> None:
    told = await chart.connect(patient, "launch/patient patient/Observation.rs offline_access")

    for scope in ("patient/*.rs", "patient/Observation.cruds", "openid", "user/*.rs"):
        wider = await chart.again(told["refresh_token"], scope=scope)
        assert wider.json()["error"] == "invalid_scope"
    assert (await chart.again(told["refresh_token"])).status_code == 200


async def test_a_refresh_token_that_nobody_used_for_long_is_over(
    patient: AsyncClient, chart: Chart, clock: StoppedClock
) -> None:
    told = await chart.connect(patient, f"{READ} offline_access")

    clock.at += timedelta(days=90)

    assert (await chart.again(told["refresh_token"])).json()["error"] == "invalid_grant"


async def test_one_kind_of_token_is_never_good_for_another(
    app: FastAPI, patient: AsyncClient, chart: Chart
) -> None:
    back = await chart.decided(patient, f"{READ} offline_access")
    assert await status(app, f"app.{back['code']}") == 401
    told = (await chart.exchange(back["code"])).json()

    swapped = told["refresh_token"].replace("again.", "app.")

    assert await status(app, told["refresh_token"]) == 401
    assert await status(app, swapped) == 401
    assert (await chart.again(told["access_token"])).json()["error"] == "invalid_grant"


async def test_an_app_learns_nothing_of_another_s_tokens_nor_takes_them_back(
    app: FastAPI, patient: AsyncClient, operator: AsyncClient, chart: Chart
) -> None:
    other = await let_in(app, operator, method="client_secret")
    told = await chart.connect(patient, f"{READ} offline_access")

    for token in (told["access_token"], told["refresh_token"]):
        asked = await other.send({"token": token}, "/api/smart/introspect")
        assert asked.json() == {"active": False}
        assert (await other.send({"token": token}, "/api/smart/revoke")).status_code == 200
    unproved = await chart.send({"token": told["access_token"]}, "/api/smart/introspect")

    assert unproved.status_code == 401  # an app without a secret proves nothing
    assert await status(app, told["access_token"]) == 200


async def test_an_app_s_token_opens_nothing_but_fhir(
    app: FastAPI, people: People, operator: AsyncClient, chart: Chart
) -> None:
    """An operator's own, who may do most elsewhere: not one route of the house but FHIR's."""
    token = (await chart.connect(operator, "user/*.cruds"))["access_token"]
    doors = {
        (method, re.sub(r"\{[^}]+\}", "x", path))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if not path.startswith(OPEN_TO_APPS)
    }
    assert len(doors) > 40

    async with knock(app, token) as door:
        for method, path in sorted(doors):
            answer = await door.request(method, path)
            assert answer.status_code == 403, f"{method} {path}"
        for path in (
            "/fhir/R4/Subscription",
            "/fhir/R4/Subscription/x",
            "/fhir/R4/$export",
            "/fhir/R4/Patient/p-1/$summary",
            "/fhir/R4x",
            "/world",
        ):
            assert (await door.get(path)).status_code == 403, path
        assert (await door.get("/fhir/R4/Patient")).status_code == 200


async def test_an_app_s_token_opens_no_socket(
    app: FastAPI, people: People, patient: AsyncClient, chart: Chart
) -> None:
    token = (await chart.connect(patient, READ))["access_token"]
    said: list[Any] = []

    async def hear() -> Any:
        return {"type": "websocket.connect"}

    async def say(message: Any) -> None:
        said.append(message["type"])

    headers = [(b"host", b"localhost"), (b"authorization", f"Bearer {token}".encode())]
    scope = {
        "type": "websocket",
        "path": "/world",
        "raw_path": b"/world",
        "root_path": "",
        "query_string": b"",
        "headers": headers,
        "scheme": "ws",
        "server": ("localhost", 80),
        "client": ("localhost", 1),
        "subprotocols": [],
        "app": app,
    }
    await app(scope, hear, say)

    assert said == ["websocket.close"]


async def test_an_app_does_not_break_the_glass(
    app: FastAPI, doctor: AsyncClient, chart: Chart
) -> None:
    token = (await chart.connect(doctor, "user/*.rs"))["access_token"]

    async with knock(app, token) as door:
        answer = await door.get("/fhir/R4/Patient", headers={"x-purpose-of-use": "BTG"})

    assert answer.status_code == 403


async def test_nothing_that_a_token_is_can_be_read_in_the_database(
    house: House, patient: AsyncClient, app: FastAPI, operator: AsyncClient
) -> None:
    chart = await let_in(app, operator, method="client_secret")
    back = await chart.decided(patient, f"{READ} offline_access openid")
    told = (await chart.exchange(back["code"])).json()
    secrets = [back["code"], told["access_token"], told["refresh_token"], chart.secret]
    secrets += [each.partition(".")[2] for each in secrets[1:3]]

    async with house.db.read() as tx:
        for table in ("client", "grant", "code", "app_token", "launch", "signing_key"):
            rows = await tx.all(f"SELECT * FROM identity_{table}")
            text = " ".join(str(value) for row in rows for value in row)
            assert rows or table == "launch"
            assert not any(secret in text for secret in secrets), table
            assert '"d"' not in text


# Apps that prove themselves


async def test_an_app_with_a_secret_is_nobody_without_it(
    app: FastAPI, patient: AsyncClient, operator: AsyncClient
) -> None:
    chart = await let_in(app, operator, method="client_secret")
    other = await let_in(app, operator, method="client_secret")
    right = base64.b64encode(f"{chart.id}:{chart.secret}".encode()).decode()
    wrong = base64.b64encode(f"{chart.id}:{other.secret}".encode()).decode()

    async def told(form: dict[str, str], basic: str = "") -> tuple[int, str]:
        code = (await chart.decided(patient, READ))["code"]
        form |= {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        form |= {"code_verifier": chart.verifier}
        headers = {"authorization": f"Basic {basic}"} if basic else {}
        async with knock(app) as door:
            answer = await door.post(TOKEN, data=form, headers=headers)
        return answer.status_code, answer.json().get("error", "")

    denied = (401, "invalid_client")
    assert await told({"client_id": chart.id, "client_secret": chart.secret}) == (200, "")
    assert await told({}, right) == (200, "")
    assert await told({"client_id": chart.id}) == denied
    assert await told({"client_id": chart.id, "client_secret": other.secret}) == denied
    assert await told({}, wrong) == denied
    assert await told({}, "not base64!") == denied
    assert await told({"client_id": other.id}, right) == denied
    assert (await told({"client_secret": chart.secret}, right))[0] == 400
    assert await told({"client_id": "unknown", "client_secret": "x"}) == denied


NOW = 1772366400
FORM = {"grant_type": "client_credentials", "scope": "system/*.rs"}


@pytest.fixture
async def service(app: FastAPI, people: People, operator: AsyncClient) -> Chart:
    """An app that acts for itself."""
    return await let_in_service(app, operator, "Practitioner/service-1")


async def refusal(service: Chart, assertion: str) -> str:
    form = service.proof() | FORM | {"client_assertion": assertion}
    async with knock(service.app) as door:
        answer = await door.post(TOKEN, data=form)
    assert answer.status_code in (200, 401)
    return answer.json().get("error", "")


async def test_a_signed_statement_is_taken_once(service: Chart) -> None:
    assertion = service.sign()

    assert await refusal(service, assertion) == ""
    assert await refusal(service, assertion) == "invalid_client"


CLAIMS: list[dict[str, Any]] = [
    {"aud": "https://evil.example/api/smart/token"},
    {"aud": HERE},
    {"aud": None},
    {"sub": "somebody else"},
    {"iss": "somebody else"},
    {"exp": NOW - 60},
    {"exp": NOW + 3600},
    {"exp": None},
    {"exp": "soon"},
    {"exp": True},
    {"jti": ""},
    {"jti": None},
    {"nbf": NOW + 600},
    {"iat": NOW + 600},
]


async def test_a_signed_statement_says_who_for_whom_until_when_and_once(
    service: Chart,
) -> None:
    for claims in CLAIMS:
        assert await refusal(service, service.sign(**claims)) == "invalid_client", claims
    assert await refusal(service, service.sign(aud=["x", HERE + TOKEN])) == ""


async def test_the_address_that_a_request_claims_to_be_sent_to_does_not_count(
    service: Chart,
) -> None:
    """Or a statement meant for another server could be passed on to this one."""
    form = service.proof() | FORM
    form["client_assertion"] = service.sign(aud="https://evil.example/api/smart/token")
    async with knock(service.app) as door:
        answer = await door.post(TOKEN, data=form, headers={"host": "evil.example"})

    assert answer.json()["error"] == "invalid_client"


def forged(service: Chart, header: dict[str, Any], secret: bytes = b"") -> str:
    """A statement whose signature is none, or made with what everybody knows."""
    claims = {"iss": service.id, "sub": service.id, "aud": HERE + TOKEN, "jti": "j"}

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    told = claims | {"exp": NOW + 60}
    head = f"{part(json.dumps(header).encode())}.{part(json.dumps(told).encode())}"
    hashing = {"HS256": "sha256", "HS384": "sha384"}.get(header.get("alg", ""))
    return f"{head}.{part(hmac.digest(secret, head.encode(), hashing) if hashing else secret)}"


async def test_a_statement_signed_by_no_key_or_another_is_nothing(service: Chart) -> None:
    assert service.key is not None
    kid = service.key.kid
    other = ECKey.generate_key("P-384", {"kid": str(kid)})
    rsa = RSAKey.generate_key(2048, {"kid": str(kid)})
    public = json.dumps(service.key.as_dict(private=False)).encode()
    pem = service.key.as_pem(private=False)
    claims = {"iss": service.id, "sub": service.id, "aud": HERE + TOKEN, "exp": NOW + 60}
    forgeries = [forged(service, {"alg": alg, "kid": kid}) for alg in ("none", "None", "NONE", "")]
    forgeries += [forged(service, {"alg": "ES384", "kid": kid}, b"\0" * 96)]
    forgeries += [forged(service, {"kid": kid}), "a.b.c", "", ".", "e30.e30.", "W10.W10."]
    for secret in (public, pem):
        for alg in ("HS256", "HS384"):
            forgeries.append(forged(service, {"alg": alg, "kid": kid}, secret))
    for key, alg in ((other, "ES384"), (rsa, "RS384"), (rsa, "PS384")):
        forgeries.append(jwt.encode({"alg": alg, "kid": kid}, claims | {"jti": "o"}, key, [alg]))
    own = {"alg": "ES384", "kid": "unknown"}
    forgeries.append(jwt.encode(own, claims | {"jti": "k"}, service.key, ["ES384"]))
    inside = {"alg": "ES384", "kid": kid, "jwk": other.as_dict(private=False)}
    forgeries.append(jwt.encode(inside, claims | {"jti": "i"}, other, ["ES384"]))
    elsewhere = {"alg": "ES384", "kid": kid, "jku": "https://evil.example/keys"}
    forgeries.append(jwt.encode(elsewhere, claims | {"jti": "u"}, service.key, ["ES384"]))

    for assertion in forgeries:
        form = FORM | {
            "client_assertion_type": service.proof()["client_assertion_type"],
            "client_assertion": assertion or "x",
        }
        async with knock(service.app) as door:
            answer = await door.post(TOKEN, data=form)
        assert answer.json().get("error") == "invalid_client", assertion


async def test_a_service_gets_no_person_s_rights_and_a_person_s_app_none_of_a_service(
    app: FastAPI, patient: AsyncClient, operator: AsyncClient, service: Chart
) -> None:
    keyed = await let_in(app, operator, method="private_key_jwt")

    for scope in ("patient/*.rs", "user/*.rs", "openid offline_access", "system/*.cruds"):
        asked = await service.send(FORM | {"scope": scope})
        assert asked.json()["error"] == "invalid_scope", scope
    assert (await keyed.send(FORM)).json()["error"] == "unauthorized_client"
    asked = await service.ask(patient, "system/*.rs")
    assert asked.status_code == 400
    assert "redirect" not in asked.json()


async def test_keys_that_are_weak_private_or_shared_are_not_let_in(
    people: People, operator: AsyncClient
) -> None:
    body = {"name": "X", "publisher": "Y", "method": "private_key_jwt", "scopes": "system/*.rs"}
    body |= {"person": "Practitioner/s"}
    good = ECKey.generate_key("P-384", auto_kid=True)
    strong = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=False)
    weak = {**strong, "n": strong["n"][:171]}  # of 1024 bits
    other = ECKey.generate_key("P-256", auto_kid=True)
    shared = OctKey.generate_key(256, {"kid": "s"})
    sets: list[Any] = [
        {"keys": [good.as_dict(private=True)]},
        {"keys": [weak]},
        {"keys": [other.as_dict(private=False)]},
        {"keys": [shared.as_dict()]},
        {"keys": []},
        {"keys": [{"kty": "EC", "crv": "P-384", "x": "!", "y": "!", "kid": "b"}]},
        {},
    ]

    for jwks in sets:
        answer = await operator.post("/api/identity/apps/clients", json={**body, "jwks": jwks})
        assert answer.status_code == 400, jwks
