"""Keys over HTTP, at the front door of the whole house."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from asklepion.app import House
from asklepion.kit.clock import StoppedClock
from tests.conftest import EMAILS, PASSWORD, People, knock
from tests.identity.test_wallets import CHAIN, WALLET, sign
from tests.passkeys import SoftKey

ME = "/api/identity/me"
ORIGIN = {"origin": "http://localhost"}


@pytest.fixture
def database_url() -> str:
    """What is said by HTTP does not depend on the kind of database: SQLite will do."""
    return ""


@pytest.fixture
async def browser(app: FastAPI) -> AsyncGenerator[AsyncClient]:
    """A browser in which nobody has signed in."""
    async with knock(app) as client:
        client.headers.update(ORIGIN)
        yield client


async def post(client: AsyncClient, path: str, **body: Any) -> Any:
    answer = await client.post(f"/api/identity{path}", json=body)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


async def sign_in(client: AsyncClient, who: str) -> None:
    await post(client, "/session", email=EMAILS[who], password=PASSWORD)


async def add(client: AsyncClient, key: SoftKey, name: str) -> None:
    options = await post(client, "/passkeys/options")
    await post(client, "/passkeys", credential=key.create(options), name=name)


async def test_a_passkey_from_adding_it_to_coming_in(browser: AsyncClient, people: People) -> None:
    phone = SoftKey()
    await sign_in(browser, "patient")
    await add(browser, phone, "My phone")
    keys = (await browser.get("/api/identity/keys")).json()
    assert [each["name"] for each in keys["passkeys"]] == ["My phone"]
    assert keys["has_password"] is True
    await browser.delete("/api/identity/session")
    assert (await browser.get(ME)).status_code == 401

    options = await post(browser, "/passkeys/door/options")
    me = await post(browser, "/passkeys/door", credential=phone.get(options))

    assert me["account"] == people.patient.account
    assert (await browser.get(ME)).json() == me
    notices = (await browser.get("/api/identity/notices")).json()["notices"]
    assert [(each["kind"], each["is_seen"]) for each in notices] == [("passkey-added", False)]
    await post(browser, "/notices/seen", id=notices[0]["id"])
    assert (await browser.get("/api/identity/notices")).json()["notices"][0]["is_seen"]


async def test_a_script_s_token_neither_adds_nor_removes_keys(patient: AsyncClient) -> None:
    for path in ("/passkeys/options", "/devices", "/printed"):
        answer = await patient.post(f"/api/identity{path}")
        assert answer.status_code == 403, path
    answer = await patient.delete("/api/identity/password")
    assert answer.status_code == 403


async def test_a_token_beside_another_s_cookie_proves_nothing_for_her(
    browser: AsyncClient, house: House, people: People, clock: StoppedClock
) -> None:
    await sign_in(browser, "patient")
    clock.at += timedelta(minutes=11)
    assert not (await browser.get("/api/identity/proof")).json()["is_fresh"]
    thief = {"authorization": f"Bearer {await house.identity.token(EMAILS['doctor'])}"}

    await browser.post("/api/identity/proof/password", json={"password": PASSWORD}, headers=thief)

    assert not (await browser.get("/api/identity/proof")).json()["is_fresh"]
    assert (await browser.delete("/api/identity/printed")).status_code == 403


async def test_an_operator_invites_somebody_who_comes_in_without_a_password(
    browser: AsyncClient, app: FastAPI, operator: AsyncClient
) -> None:
    guest = {"email": "guest@example.org", "name": "Gus", "roles": ["patient"]}
    account = (await operator.post("/api/identity/accounts", json=guest)).json()
    link = (await operator.post(f"/api/identity/accounts/{account['id']}/invitation")).json()
    assert link["url"].startswith("http://localhost/#/welcome?token=")
    assert link["qr"].startswith("<svg")
    listed = (await operator.get("/api/identity/accounts")).json()
    assert [each["name"] for each in listed if each["is_awaited"]] == ["Gus"]
    token = link["url"].partition("token=")[2]

    read = await post(browser, "/invitations/read", token=token)
    credential = SoftKey().create(read["options"])
    me = await post(
        browser, "/invitations/accept", token=token, credential=credential, name="Phone"
    )

    assert (read["name"], me["name"]) == ("Gus", "Gus")
    listed = (await operator.get("/api/identity/accounts")).json()
    assert not any(each["is_awaited"] for each in listed)
    assert (await browser.get(ME)).is_success
    again = await operator.post(f"/api/identity/accounts/{account['id']}/invitation")
    assert again.status_code == 409


async def test_a_second_device_by_http(browser: AsyncClient, app: FastAPI, people: People) -> None:
    await sign_in(browser, "patient")
    link = await post(browser, "/devices")
    async with knock(app) as tablet:
        tablet.headers.update(ORIGIN)
        opened = await post(tablet, "/devices/open", token=link["url"].partition("token=")[2])
        waiting = await post(tablet, "/devices/wait", token=opened["claim"])
        assert waiting["options"] is None
        look = (await browser.get(f"/api/identity/devices/{link['id']}")).json()
        assert opened["number"] in look["choices"]
        await post(browser, f"/devices/{link['id']}/confirm", number=opened["number"])
        options = (await post(tablet, "/devices/wait", token=opened["claim"]))["options"]
        credential = SoftKey().create(options)
        await post(
            tablet, "/devices/join", token=opened["claim"], credential=credential, name="Tablet"
        )
        assert (await tablet.get(ME)).json()["account"] == people.patient.account


async def test_by_paper_and_by_friends_over_http(
    browser: AsyncClient, app: FastAPI, people: People
) -> None:
    phone = SoftKey()
    await sign_in(browser, "patient")
    code = (await post(browser, "/printed"))["code"]
    await post(browser, "/printed/rehearsal", code=code)
    await browser.delete("/api/identity/session")
    begun = await post(browser, "/printed/begin", email=EMAILS["patient"], code=code)
    credential = phone.create(begun["options"])
    await post(
        browser,
        "/printed/finish",
        token=begun["ticket"],
        credential=credential,
        name="New phone",
        drops_old=True,
    )
    assert (await browser.get(ME)).json()["account"] == people.patient.account

    await post(browser, "/guardians", email=EMAILS["doctor"])
    guardians = (await browser.get("/api/identity/guardians")).json()
    assert guardians["guardians"] == [{"email": EMAILS["doctor"], "name": "", "accepted_at": None}]
    async with knock(app) as friend:
        friend.headers.update(ORIGIN)
        key = SoftKey()
        await sign_in(friend, "doctor")
        await add(friend, key, "Work phone")
        options = await post(friend, "/proof/options")
        await post(friend, "/proof", credential=key.get(options))
        assert (await friend.get("/api/identity/proof")).json() == {
            "is_fresh": True,
            "by": "passkey",
        }
        await post(friend, f"/wards/{people.patient.account}")
        async with knock(app) as lost:
            lost.headers.update(ORIGIN)
            asking = await post(lost, "/recovery/options", email=EMAILS["patient"])
            made = SoftKey().create(asking)
            asked = await post(
                lost, "/recovery/ask", email=EMAILS["patient"], credential=made, name="Newest"
            )
            look = await post(lost, "/recovery/look", token=asked["claim"])
        assert (look["state"], look["agreed"], look["needed"]) == ("open", 0, 2)
        told = (await friend.get("/api/identity/guardians")).json()
        wish = told["wishes"][0]["account"]
        options = await post(friend, f"/wards/{wish}/recovery/options", code=asked["code"])
        agreed = await post(
            friend,
            f"/wards/{wish}/recovery",
            code=asked["code"],
            credential=key.get(options),
        )
        assert (agreed["state"], agreed["agreed"]) == ("open", 1)
    running = (await browser.get("/api/identity/notices")).json()["running"]
    assert (await browser.delete(f"/api/identity/recovery/{running[0]['id']}")).is_success
    assert (await browser.get("/api/identity/notices")).json()["running"] == []


async def test_a_wallet_over_http(browser: AsyncClient, people: People) -> None:
    await sign_in(browser, "patient")
    chosen = {"address": WALLET, "chain": CHAIN}
    text = (await post(browser, "/wallets/message", **chosen))["message"]
    await post(browser, "/wallets", message=text, signature=sign(text))
    opens = await browser.patch(f"/api/identity/wallets/{WALLET}", json={"opens": True})
    assert opens.is_success
    await browser.delete("/api/identity/session")

    text = (await post(browser, "/wallets/door/message", **chosen))["message"]
    me = await post(browser, "/wallets/door", message=text, signature=sign(text))

    assert me["account"] == people.patient.account


TOLD = {"id": "secret", "rawId": "secret", "type": "public-key"}
NONE: dict[str, Any] = {}
SENT: tuple[Any, ...] = (
    None,
    NONE,
    TOLD | {"response": NONE},
    TOLD | {"response": {"clientDataJSON": "secret"}},
)


@pytest.mark.parametrize("path", ["/passkeys/door", "/passkeys", "/proof", "/recovery/ask"])
async def test_whatever_stands_in_a_credential_the_answer_repeats_none_of_it(
    browser: AsyncClient, people: People, path: str
) -> None:
    await sign_in(browser, "patient")
    for credential in SENT:
        body: dict[str, Any] = {"credential": credential}
        if path == "/passkeys":
            body["name"] = "x"
        if path == "/recovery/ask":
            body |= {"name": "x", "email": "a@b.example"}
        answer = await browser.post(f"/api/identity{path}", json=body)
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["issue"][0]["diagnostics"]
        assert "secret" not in answer.text


async def test_erased_she_leaves_no_key(browser: AsyncClient, house: House, people: People) -> None:
    await sign_in(browser, "patient")
    await post(browser, "/printed")
    await post(browser, "/guardians", email=EMAILS["doctor"])
    text = (await post(browser, "/wallets/message", address=WALLET, chain=CHAIN))["message"]
    await post(browser, "/wallets", message=text, signature=sign(text))
    await add(browser, SoftKey(), "Her phone")

    async with house.db.begin() as tx:
        gone, _ = await house.identity.forget(tx, "Patient/p-1")
        left = [
            table
            for table in TABLES
            if await tx.one(f"SELECT 1 FROM {table} WHERE account = :id", id=people.patient.account)
        ]

    assert left == []
    assert {gone[table] for table in TABLES if table in KEPT} == {1}
    assert (await browser.get(ME)).status_code == 401


TABLES = (
    "identity_passkey",
    "identity_challenge",
    "identity_printed",
    "identity_link",
    "identity_notice",
    "identity_guardian",
    "identity_guarding",
    "identity_recovery",
    "identity_wallet",
    "identity_session",
)
KEPT = ("identity_passkey", "identity_printed", "identity_guardian", "identity_wallet")
