"""A real endpoint on this machine, and subscriptions to it."""

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from .people import Resource

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
TOPICS = "https://asklepion.local/fhir/SubscriptionTopic"


@dataclass(kw_only=True)
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def bundle(self) -> Resource:
        return json.loads(self.body)


@dataclass(kw_only=True)
class Hook:
    """What was sent to it; it answers with `status`, after `delay_s`."""

    url: str = ""
    calls: list[Call] = field(default_factory=list[Call])
    status: int = 200
    delay_s: float = 0.0
    more: str = ""  # headers of the answer
    tasks: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])

    def take(self) -> list[Call]:
        taken, self.calls[:] = list(self.calls), []
        return taken

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.tasks.add(task)
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()
            self.tasks.discard(task)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        pairs = [line.split(":", 1) for line in head[1:] if line]
        headers = {name.lower(): value.strip() for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.calls.append(Call(method=method, path=path, headers=headers, body=body))
        await asyncio.sleep(self.delay_s)
        writer.write(f"HTTP/1.1 {self.status} X\r\ncontent-length: 0\r\n{self.more}\r\n".encode())
        await writer.drain()


@asynccontextmanager
async def open_hook(tls: ssl.SSLContext | None = None) -> AsyncGenerator[Hook]:
    hook = Hook()
    server = await asyncio.start_server(hook.answer, "127.0.0.1", 0, ssl=tls)
    hook.url = f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield hook
    for task in list(hook.tasks):
        task.cancel()
    await asyncio.gather(*hook.tasks, return_exceptions=True)
    server.close()
    await server.wait_closed()


def subscription(
    url: str = "",
    *,
    topic: str = "patient-data-changed",
    filters: tuple[str, ...] = (),
    content: str = "full-resource",
    header: tuple[str, ...] = (),
    criteria: str = "",
    **channel: int,
) -> Resource:
    """One to an endpoint, or without a URL to a websocket.

    Args:
        criteria: a plain search in a topic's place.
        channel: heartbeat_period, timeout, max_count.
    """
    numbers = [
        {
            "url": f"{BACKPORT}/backport-{name.replace('_', '-')}",
            "valuePositiveInt" if name == "max_count" else "valueUnsignedInt": value,
        }
        for name, value in channel.items()
    ]
    made: dict[str, Any] = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "To know what is new",
        "criteria": criteria or f"{TOPICS}/{topic}",
        "channel": {
            "type": "rest-hook" if url else "websocket",
            "payload": "application/fhir+json",
        },
    }
    if url:
        made["channel"]["endpoint"] = url
    if numbers:
        made["channel"]["extension"] = numbers
    if header:
        made["channel"]["header"] = list(header)
    if content:
        held = [{"url": f"{BACKPORT}/backport-payload-content", "valueCode": content}]
        made["channel"]["_payload"] = {"extension": held}
    if filters:
        url = f"{BACKPORT}/backport-filter-criteria"
        made["_criteria"] = {"extension": [{"url": url, "valueString": it} for it in filters]}
    return made


def values(bundle: Resource) -> dict[str, Any]:
    """The status in a notification, by name; of its events a list."""
    told: dict[str, Any] = {"events": []}
    for each in bundle["entry"][0]["resource"]["parameter"]:
        if each["name"] == "notification-event":
            told["events"].append(
                {part["name"]: value(part) for part in each["part"] if part["name"] != "timestamp"}
            )
        else:
            told[each["name"]] = value(each)
    return told


def value(parameter: Resource) -> Any:
    held: Any = next(held for name, held in parameter.items() if name.startswith("value"))
    return held["reference"] if "valueReference" in parameter else held
