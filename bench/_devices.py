"""Cheap devices and a cheap screen: what loads a house without costing much itself.

A device speaks MQTT 3.1.1 by bytes written here, at its own moment of each second, however long the
house takes; a screen reads the live stream of one record.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

PUBLISH_1 = 0x32  # QoS 1
PUBACK, CONNACK = 0x40, 0x20
CONNECT_FLAGS = 0xC2  # user, password, a clean session
KEEP_ALIVE_S = 60


@dataclass
class Told:
    """What was measured; moments by the clock of the machine [s]."""

    sent: int = 0
    refused: int = 0
    receipts_s: list[float] = field(default_factory=list[float])
    screens_s: list[float] = field(default_factory=list[float])
    acknowledged: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    from_at: float = 0.0  # what was due before counts for nothing
    to_at: float = 0.0

    def counts(self, due: float) -> bool:
        """Whether what was due then is measured."""
        return self.from_at <= due < self.to_at


class Device(asyncio.Protocol):
    """One device: connects, then says what it measures."""

    def __init__(self, id: str, secret: str, told: Told) -> None:
        self.id, self._secret, self._told = id, secret, told
        self._waiting: dict[int, float] = {}
        self._number = 0
        self._rest = b""
        self._line: asyncio.Transport | None = None
        self.is_in = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._line = transport
        body = _text("MQTT") + bytes([4, CONNECT_FLAGS]) + KEEP_ALIVE_S.to_bytes(2, "big")
        transport.write(_packet(0x10, body + _text(self.id) + _text(self.id) + _text(self._secret)))

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        now = time.time()
        while len(data) >= 4:
            kind, size, body = data[0] & 0xF0, data[1], data[2:4]
            if kind == CONNACK and not self.is_in.done():
                self.is_in.set_result(body[1] == 0)
            elif kind == PUBACK:
                self._acknowledge(int.from_bytes(body, "big"), now)
            data = data[2 + size :]
        self._rest = data

    def connection_lost(self, exc: Exception | None) -> None:
        self._told.refused += len(self._waiting)

    def _acknowledge(self, number: int, now: float) -> None:
        due = self._waiting.pop(number)
        self._told.acknowledged.add((self.id, moment(due)))
        if self._told.counts(due):
            self._told.receipts_s.append(now - due)

    def say(self, due: float) -> None:
        """Publish the reading of one moment."""
        assert self._line is not None
        self._number = self._number % 65535 + 1
        self._waiting[self._number] = due
        self._told.sent += 1
        value = 60 + (int(due) + self._number) % 30
        said = f'{{"at":"{moment(due)}","values":{{"heart_rate":{value}}}}}'.encode()
        body = _text(f"devices/{self.id}/heart-rate") + self._number.to_bytes(2, "big") + said
        self._line.write(_packet(PUBLISH_1, body))

    def leave(self) -> None:
        """Hang up."""
        if self._line:
            self._line.close()

    @property
    def waits_for(self) -> int:
        """How many receipts are outstanding."""
        return len(self._waiting)


def moment(at: float) -> str:
    """A moment as devices write it, to the millisecond."""
    return datetime.fromtimestamp(round(at, 3), UTC).isoformat(timespec="milliseconds")[:23] + "Z"


def _text(text: str) -> bytes:
    return len(text).to_bytes(2, "big") + text.encode()


def _packet(first: int, body: bytes) -> bytes:
    size, length = len(body), b""
    while True:
        size, part = size >> 7, size & 0x7F
        length += bytes([part | (0x80 if size else 0)])
        if not size:
            return bytes([first]) + length + body


async def speak(devices: list[Device], until: float) -> None:
    """Every device once a second, each at its own moment, until the clock says so."""
    count, number = len(devices), 0
    began = time.time()
    while (due := began + number / count) < until:
        wait_s = due - time.time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)
        elif number % 50 == 0:
            await asyncio.sleep(0)
        devices[number % count].say(due)
        number += 1


async def look(port: int, path: str, bearer: str, told: Told) -> None:
    """A screen that shows one record as it changes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    lines = (f"GET {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {bearer}")
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(f"The stream was not opened: {status!r}")
    while line := await reader.readline():
        if not line.startswith(b"data: "):
            continue
        item = json.loads(line[6:])
        resource = item.get("resource", {})
        if resource.get("resourceType") == "Observation":
            now = time.time()
            due = datetime.fromisoformat(resource["effectiveDateTime"]).timestamp()
            if told.counts(due):
                told.screens_s.append(now - due)
    writer.close()
