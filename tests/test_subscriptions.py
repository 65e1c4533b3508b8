"""Subscriptions of a running house: over a real websocket, and through a power cut."""

import asyncio
import json
import threading
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from tests.records.hook import Hook, open_hook, subscription, values
from tests.records.people import observation
from tests.serving import Server, furnish, kill, start, stop

ME = "Patient/p-1"
WAIT_S = 30


@pytest.fixture
def hook() -> Generator[Hook]:
    """An endpoint in a thread of its own."""
    loop, ready, over = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    held: list[Hook] = []

    async def serve() -> None:
        async with open_hook() as hook:
            held.append(hook)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(WAIT_S)
    yield held[0]
    loop.call_soon_threadsafe(over.set)
    thread.join(WAIT_S)
    loop.close()


def wait_for(condition: object) -> None:
    deadline = time.monotonic() + WAIT_S
    while not condition():  # pyright: ignore
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


def post(client: httpx.Client, type: str, body: object) -> str:
    answer = client.post(f"/fhir/R4/{type}", json=body)
    assert answer.is_success, answer.text
    return answer.json()["id"]


def add(server: Server, token: str, name: str) -> str:
    """One more observation of the patient."""
    with server.client(token) as client:
        resource = {k: v for k, v in observation(name, ME).items() if k != "id"}
        return post(client, "Observation", resource)


def told_of(hook: Hook) -> dict[str, str]:
    """The id of what was told, by the number of the event."""
    found: dict[str, str] = {}
    for call in list(hook.calls):
        for event in values(call.bundle)["events"]:
            known = found.setdefault(event["event-number"], event["focus"])
            assert known == event["focus"]  # a number means one thing for ever
    return {number: focus.rpartition("/")[2] for number, focus in found.items()}


def test_what_was_acknowledged_is_told_after_a_power_cut(tmp_path: Path, hook: Hook) -> None:
    tokens = asyncio.run(furnish(tmp_path))
    server = start(tmp_path, hook_hosts="127.0.0.1")
    try:
        with server.client(tokens["patient"]) as client:
            post(client, "Subscription", subscription(hook.url, max_count=2))
        wait_for(lambda: hook.calls)  # the greeting
        hook.status = 503
        kept = [add(server, tokens["patient"], "before")]
        wait_for(lambda: told_of(hook))
        kept += [add(server, tokens["patient"], f"more-{number}") for number in range(5)]
        kill(server)
        hook.status = 200
        server = start(tmp_path, hook_hosts="127.0.0.1")
        wait_for(lambda: set(told_of(hook).values()) >= set(kept))
        stop(server)
    finally:
        kill(server)

    told = told_of(hook)
    assert sorted(told, key=int) == [str(number + 1) for number in range(len(kept))]
    assert told["1"] == kept[0]


def bound(server: Server, token: str, id: str) -> tuple[str, str]:
    """A token for the socket, and its address."""
    with server.client(token) as client:
        told = client.get(f"/fhir/R4/Subscription/{id}/$get-ws-binding-token").json()
    held = {each["name"]: each for each in told["parameter"]}
    return held["token"]["valueString"], held["websocket-url"]["valueUrl"]


def heard(socket: Connection) -> dict[str, object]:
    return values(json.loads(socket.recv(timeout=WAIT_S)))


def test_a_socket_is_bound_with_a_token_and_hears_until_the_consent_ends(tmp_path: Path) -> None:
    tokens = asyncio.run(furnish(tmp_path))
    server = start(tmp_path)
    consent = {
        "actor": "Practitioner/d-1",
        "categories": ["vitals"],
        "until": "2099-01-01T00:00:00Z",
    }
    try:
        with server.client(tokens["operator"]) as client:
            client.put("/fhir/R4/Patient/p-1", json={"resourceType": "Patient", "id": "p-1"})
        with server.client(tokens["patient"]) as client:
            where = "/api/records/patients/p-1/consents"
            allowed = client.post(where, json=consent).json()["consent"]
        with server.client(tokens["doctor"]) as client:
            wish = subscription(filters=(f"Observation?patient={ME}",))
            id = post(client, "Subscription", wish)
        early = add(server, tokens["patient"], "early")  # told as soon as somebody listens
        token, address = bound(server, tokens["doctor"], id)

        with connect(address) as stranger:
            stranger.send("bind-with-token wrong")
            with pytest.raises(ConnectionClosed):
                stranger.recv(timeout=WAIT_S)
        with connect(address) as socket:
            socket.send(f"bind-with-token {token}")
            greeting, first = heard(socket), heard(socket)
            later = add(server, tokens["patient"], "later")
            second = heard(socket)
            with server.client(tokens["patient"]) as client:
                client.delete(f"/api/records/consents/{allowed}")
            add(server, tokens["patient"], "after")
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=WAIT_S)
        with connect(address) as again:  # a token is good once
            again.send(f"bind-with-token {token}")
            with pytest.raises(ConnectionClosed):
                again.recv(timeout=WAIT_S)
        stop(server)
    finally:
        kill(server)

    assert greeting["type"] == "handshake"
    events = [told["events"] for told in (first, second)]
    assert [each[0]["focus"].rpartition("/")[2] for each in events] == [early, later]  # pyright: ignore
    assert [each[0]["event-number"] for each in events] == ["1", "2"]  # pyright: ignore
