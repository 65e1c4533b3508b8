import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import StreamingResponse
from starlette.types import Message

from asklepion.identity import Account, Caller, Identity
from asklepion.identity.http import COOKIE, Recognise, SameOrigin, doorkeepers, router
from asklepion.kit.http import answer_errors, caller
from tests.identity.conftest import EMAIL, PASSWORD

ORIGIN = {"origin": "http://house"}


@pytest.fixture
def database_url() -> str:
    """What is said by HTTP does not depend on the kind of database: SQLite will do."""
    return ""


@pytest.fixture
def app(identity: Identity) -> FastAPI:
    app = FastAPI()
    app.state.rooms = {Identity: identity}
    app.include_router(router)
    answer_errors(app)

    @app.post("/change")
    async def change(request: Request) -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        return {"name": caller(request).name}

    @app.websocket("/socket")
    async def socket(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]
        await socket.accept()
        await socket.send_text(caller(socket).name)
        await socket.close()

    @app.websocket("/talk")
    async def talk(socket: WebSocket) -> None:  # pyright: ignore[reportUnusedFunction]
        await socket.accept()
        while True:
            await socket.send_text(await socket.receive_text())

    @app.get("/stream")
    async def stream() -> StreamingResponse:  # pyright: ignore[reportUnusedFunction]
        async def lines() -> AsyncGenerator[str]:
            while True:
                yield "more"
                await asyncio.sleep(0)

        return StreamingResponse(lines())

    app.add_middleware(SameOrigin, origins=["https://clinic.example"])
    app.add_middleware(Recognise, identity=identity)
    return app


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncGenerator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://house"
    ) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, email: str = EMAIL) -> httpx.Response:
    client.headers["origin"] = str(client.base_url).removesuffix("/")
    body = {"email": email, "password": PASSWORD}
    return await client.post("/api/identity/session", json=body)


@pytest.fixture
async def client(stranger: httpx.AsyncClient, nora: Account) -> httpx.AsyncClient:
    """Nora, signed in."""
    assert (await sign_in(stranger)).status_code == 200
    return stranger


async def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get(
    stranger: httpx.AsyncClient, nora: Account
) -> None:
    answer = await sign_in(stranger)

    cookie = SimpleCookie(answer.headers["set-cookie"])[COOKIE]
    assert cookie["httponly"] is True
    assert (cookie["samesite"], cookie["path"], cookie["secure"]) == ("lax", "/", "")
    assert cookie.value not in answer.text
    assert answer.json() == {
        "account": nora.id,
        "name": "Nora Lind",
        "roles": ["patient"],
        "person": None,
        "language": "en",
    }


async def test_over_https_the_cookie_is_for_https_alone(app: FastAPI, nora: Account) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://clinic.example") as client:
        answer = await client.post(
            "/api/identity/session", json={"email": EMAIL, "password": PASSWORD}
        )

    assert SimpleCookie(answer.headers["set-cookie"])[COOKIE]["secure"] is True


async def test_who_is_signed_in_is_told_who_she_is(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/identity/me")).json()["name"] == "Nora Lind"


async def test_signing_out_ends_the_session_and_takes_the_cookie_away(
    client: httpx.AsyncClient,
) -> None:
    token = client.cookies[COOKIE]

    answer = await client.delete("/api/identity/session")

    assert answer.status_code == 204
    assert COOKIE not in client.cookies
    again = await client.get("/api/identity/me", headers={"cookie": f"{COOKIE}={token}"})
    assert again.status_code == 401


async def test_a_wrong_password_is_answered_with_words_that_repeat_nothing(
    stranger: httpx.AsyncClient, nora: Account
) -> None:
    answer = await stranger.post(
        "/api/identity/session", json={"email": EMAIL, "password": "wrong password"}
    )

    assert answer.status_code == 401
    assert answer.json()["issue"][0]["code"] == "login"
    assert "set-cookie" not in answer.headers
    assert "nora" not in answer.text


async def test_too_many_attempts_are_told_how_long_to_wait(
    stranger: httpx.AsyncClient, nora: Account
) -> None:
    wrong = {"email": EMAIL, "password": "wrong password"}
    for _ in range(10):
        await stranger.post("/api/identity/session", json=wrong)

    answer = await stranger.post("/api/identity/session", json=wrong)

    assert answer.status_code == 503
    assert "15 minutes" in answer.json()["issue"][0]["details"]["text"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/identity/me"),
        ("PATCH", "/api/identity/me"),
        ("POST", "/api/identity/password"),
        ("GET", "/api/identity/accounts"),
        ("POST", "/api/identity/accounts"),
        ("PATCH", "/api/identity/accounts/x"),
    ],
)
async def test_a_stranger_gets_nothing_whatever_is_sent(
    stranger: httpx.AsyncClient, method: str, path: str
) -> None:
    for headers in ({}, {"cookie": f"{COOKIE}=guess", **ORIGIN}, {"authorization": "Bearer guess"}):
        for body in (None, {}, {"name": "x"}):
            answer = await stranger.request(method, path, json=body, headers=headers)
            assert answer.status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/identity/accounts"),
        ("POST", "/api/identity/accounts"),
        ("PATCH", "/api/identity/accounts/x"),
    ],
)
async def test_only_operators_reach_the_accounts(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    assert (await client.request(method, path)).status_code == 403


async def test_language_and_name_are_changed_by_oneself(client: httpx.AsyncClient) -> None:
    answer = await client.patch("/api/identity/me", json={"language": "zh-CN", "name": "N. Lind"})

    assert (answer.json()["language"], answer.json()["name"]) == ("zh-CN", "N. Lind")
    assert (await client.get("/api/identity/me")).json() == answer.json()


@pytest.mark.parametrize(
    "body", [{"language": "tlh"}, {"name": ""}, {"roles": ["operator"]}, [], 3]
)
async def test_nothing_else_is(client: httpx.AsyncClient, body: Any) -> None:
    assert (await client.patch("/api/identity/me", json=body)).status_code == 400


async def test_a_body_that_cannot_be_read_is_not_repeated(stranger: httpx.AsyncClient) -> None:
    for body in ({"email": 5, "password": "heron"}, {"email": "heron", "password": ["heron"]}):
        answer = await stranger.post("/api/identity/session", json=body)

        assert answer.status_code == 400
        assert "heron" not in answer.text


async def test_the_password_is_changed_and_this_session_goes_on(client: httpx.AsyncClient) -> None:
    body = {"old": PASSWORD, "new": "eight loud herons"}

    answer = await client.post("/api/identity/password", json=body)

    assert answer.status_code == 204
    assert (await client.get("/api/identity/me")).status_code == 200


async def test_an_operator_lets_people_in_and_sees_who_they_are(
    stranger: httpx.AsyncClient, keeper: Caller
) -> None:
    await sign_in(stranger, "keeper@clinic.example")
    body = {"email": "o@clinic.example", "password": PASSWORD, "name": "Omar", "person": None}

    made = await stranger.post("/api/identity/accounts", json={**body, "roles": ["clinician"]})
    renamed = await stranger.patch(
        f"/api/identity/accounts/{made.json()['id']}", json={"name": "Omar Said"}
    )
    shown = (await stranger.get("/api/identity/accounts")).json()

    assert (made.status_code, renamed.status_code) == (201, 200)
    assert {account["name"] for account in shown} == {"Kay Keeper", "Omar Said"}
    assert "password" not in str(shown)


@pytest.mark.parametrize("id", ["nobody", "%00", "x" * 100, "a%20b"])
async def test_an_account_that_is_not_there_is_answered_with_words(
    stranger: httpx.AsyncClient, keeper: Caller, id: str
) -> None:
    await sign_in(stranger, "keeper@clinic.example")

    renamed = await stranger.patch(f"/api/identity/accounts/{id}", json={"name": "Nobody"})
    listed = await stranger.get(f"/api/identity/accounts?after={id}")

    assert renamed.status_code in (400, 404)
    assert listed.status_code in (200, 400)


async def test_the_first_operator_comes_in_by_the_one_time_link(
    stranger: httpx.AsyncClient, identity: Identity
) -> None:
    body = {"email": "a@clinic.example", "password": PASSWORD, "name": "Ada", "language": "zh-CN"}
    token = await identity.opening_link()

    wrong = await stranger.post("/api/identity/opening", json={**body, "token": "guess"})
    right = await stranger.post("/api/identity/opening", json={**body, "token": token})
    again = await stranger.post("/api/identity/opening", json={**body, "token": token})

    assert (wrong.status_code, right.status_code, again.status_code) == (403, 201, 410)
    assert right.json()["roles"] == ["operator"]


# Other sites


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://house"},
        {"origin": "HTTP://HOUSE:80"},
        {"origin": "https://clinic.example"},
        {"origin": "https://house"},
        {"sec-fetch-site": "same-origin"},
        {"origin": "http://house", "sec-fetch-site": "same-origin"},
    ],
)
async def test_what_a_page_of_this_house_sends_is_let_in(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    del client.headers["origin"]

    answer = await client.post("/change", headers=headers)

    assert answer.json() == {"name": "Nora Lind"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://elsewhere"},
        {"origin": "http://house:81"},
        {"origin": "http://house.elsewhere"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://[broken"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://elsewhere", "sec-fetch-site": "same-origin"},
        {"origin": "http://house", "sec-fetch-site": "cross-site"},
        {"authorization": "Basic x", "origin": "http://elsewhere"},
    ],
)
async def test_what_another_site_makes_a_browser_send_is_turned_away(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    del client.headers["origin"]

    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = await client.request(method, "/change", headers=headers)
        assert answer.status_code == 403
        assert answer.json()["resourceType"] == "OperationOutcome"


async def test_a_page_that_came_unencrypted_does_not_speak_for_an_encrypted_house(
    app: FastAPI, nora: Account
) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://house") as client:
        await sign_in(client)
        client.headers.pop("origin")

        safe = await client.post("/change", headers={"origin": "https://house"})
        unsafe = await client.post("/change", headers={"origin": "http://house"})

    assert (safe.status_code, unsafe.status_code) == (200, 403)


async def test_another_site_cannot_sign_anybody_in(
    stranger: httpx.AsyncClient, nora: Account
) -> None:
    body = {"email": EMAIL, "password": PASSWORD}

    answer = await stranger.post(
        "/api/identity/session", json=body, headers={"origin": "http://elsewhere"}
    )

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_reading_is_left_to_the_browser_s_own_rules(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/identity/me", headers={"origin": "http://elsewhere"})

    assert answer.status_code == 200


async def test_a_script_with_a_bearer_token_needs_no_origin(
    client: httpx.AsyncClient, identity: Identity, keeper: Caller
) -> None:
    token = await identity.token("keeper@clinic.example")
    del client.headers["origin"]

    answer = await client.post("/change", headers={"authorization": f"bearer  {token}"})

    assert answer.json() == {"name": "Kay Keeper"}


# Sockets


async def knock(app: FastAPI, headers: dict[str, str]) -> list[Message]:
    """Open /socket by hand; returns all that the house sent."""
    sent: list[Message] = []
    waiting: list[Message] = [{"type": "websocket.connect"}]

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "websocket.disconnect", "code": 1000}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/socket",
        "raw_path": b"/socket",
        "root_path": "",
        "query_string": b"",
        "scheme": "ws",
        "subprotocols": [],
        "headers": [(k.encode(), v.encode()) for k, v in {"host": "house", **headers}.items()],
        "client": ("192.0.2.1", 1),
        "server": ("house", 80),
    }
    await app(scope, receive, send)
    return sent


async def test_a_socket_knows_who_opened_it(app: FastAPI, client: httpx.AsyncClient) -> None:
    cookie = f"a=b; {COOKIE}={client.cookies[COOKIE]}; c=d"

    sent = await knock(app, {"cookie": cookie, "origin": "http://house"})

    assert [message.get("text") for message in sent] == [None, "Nora Lind", None]


async def test_a_socket_that_another_site_opens_never_opens(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    cookie = f"{COOKIE}={client.cookies[COOKIE]}"

    for origin in ({"origin": "http://elsewhere"}, {"origin": "null"}, {}):
        sent = await knock(app, {"cookie": cookie, **origin})
        assert [message["type"] for message in sent] == ["websocket.close"]


def open_line(app: FastAPI, kind: str, path: str, cookie: str) -> "tuple[Line, asyncio.Task[None]]":
    """A line into the house that stays open."""
    line = Line()
    scope = {
        "type": kind,
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "scheme": "ws" if kind == "websocket" else "http",
        "subprotocols": [],
        "headers": [
            (b"host", b"house"),
            (b"origin", b"http://house"),
            (b"cookie", cookie.encode()),
        ],
        "client": ("192.0.2.1", 1),
        "server": ("house", 80),
    }
    return line, asyncio.create_task(app(scope, line.heard.get, line.said.put))


class Line:
    """What goes in and what comes out."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Message] = asyncio.Queue()
        self.said: asyncio.Queue[Message] = asyncio.Queue(maxsize=1)


Ending = Callable[[Identity, Account, str], Awaitable[None]]


async def by_signing_out(identity: Identity, _: Account, token: str) -> None:
    await identity.sign_out(token)


async def by_a_new_password(identity: Identity, nora: Account, _: str) -> None:
    await identity.change_password(nora.caller, old=PASSWORD, new="a quite different sentence")


async def by_suspending_the_account(identity: Identity, nora: Account, _: str) -> None:
    await identity.closings.begin(Identity.console(), b"", nora.id, "Dismissed.", at_once=True)


@pytest.mark.parametrize("end", [by_signing_out, by_a_new_password, by_suspending_the_account])
async def test_when_a_session_ends_so_does_every_line_it_opened(
    app: FastAPI,
    client: httpx.AsyncClient,
    identity: Identity,
    nora: Account,
    end: Ending,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(doorkeepers, "AGAIN_S", 0.0)
    token = client.cookies[COOKIE]
    socket, talking = open_line(app, "websocket", "/talk", f"{COOKIE}={token}")
    stream, reading = open_line(app, "http", "/stream", f"{COOKIE}={token}")
    async with asyncio.timeout(20):
        socket.heard.put_nowait({"type": "websocket.connect"})
        assert (await socket.said.get())["type"] == "websocket.accept"
        socket.heard.put_nowait({"type": "websocket.receive", "text": "hello"})
        assert (await socket.said.get())["text"] == "hello"
        assert (await stream.said.get())["status"] == 200
        assert (await stream.said.get())["body"] == b"more"

        await end(identity, nora, token)

        socket.heard.put_nowait({"type": "websocket.receive", "text": "still here?"})
        closed = await socket.said.get()
        assert (closed["type"], closed["code"]) == ("websocket.close", 4401)
        while (last := await stream.said.get())["more_body"]:
            pass
        assert last["body"] == b""
        await asyncio.gather(talking, reading)
