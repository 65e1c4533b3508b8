"""A line to Janus, the SFU: its WebSocket API, as far as rooms for voices need it.

https://janus.conf.meetecho.com/docs/rest.html and /docs/videoroom.html
"""

import asyncio
import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from asklepion.kit.errors import Busy

Heard: TypeAlias = Callable[[dict[str, Any], dict[str, Any] | None], None]  # plugin data, jsep

PLUGIN = "janus.plugin.videoroom"
PROTOCOL = Subprotocol("janus-protocol")
ANSWER_S = 5.0
ALIVE_S = 25.0  # Janus ends a session that says nothing for a minute
SILENT = "The SFU does not answer."
GONE = "The SFU is gone."


class Janus:
    """One session. What Janus says by itself goes to whoever listens to that handle."""

    def __init__(self, line: ClientConnection, secret: str) -> None:
        self._line = line
        self._secret = secret
        self._session = 0
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._listeners: dict[int, Heard] = {}

    @staticmethod
    async def open(url: str, secret: str) -> "Janus":
        """Connect.

        Raises:
            OSError, WebSocketException, TimeoutError: it cannot be reached.
        """
        async with asyncio.timeout(ANSWER_S):
            return Janus(await connect(url, subprotocols=[PROTOCOL]), secret)

    async def run(self, ready: Callable[[], None]) -> None:
        """Keep the session until the line breaks.

        Args:
            ready: is called once rooms can be made.

        Raises:
            Busy: Janus does not answer.
        """
        try:
            async with asyncio.TaskGroup() as group:
                reading = group.create_task(self._read())
                made = await self._ask({"janus": "create"})
                self._session = made["data"]["id"]
                living = group.create_task(self._live())
                ready()
                await reading
                living.cancel()
        finally:
            for waiting in self._waiting.values():
                waiting.cancel()
            with suppress(OSError, WebSocketException):
                await self._line.close()

    async def attach(self, listener: Heard) -> int:
        """A handle to the plugin of rooms."""
        made = await self._ask({"janus": "attach", "plugin": PLUGIN})
        handle: int = made["data"]["id"]
        self._listeners[handle] = listener
        return handle

    async def detach(self, handle: int) -> None:
        """Let go of a handle, and of the voices on it."""
        self._listeners.pop(handle, None)
        await self._ask({"janus": "detach", "handle_id": handle})

    async def send(
        self, handle: int, body: dict[str, Any], jsep: dict[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Ask something of the plugin; its data, and its session description if there is one.

        Raises:
            Busy: Janus refuses, or does not answer.
        """
        message: dict[str, Any] = {"janus": "message", "handle_id": handle, "body": body}
        if jsep:
            message["jsep"] = jsep
        answer = await self._ask(message)
        said: dict[str, Any] = answer["plugindata"]["data"]
        if "error" in said:
            raise Busy(f"The SFU refuses: {said.get('error_code')}.")
        return said, answer.get("jsep")

    async def _ask(self, message: dict[str, Any]) -> dict[str, Any]:
        message = self._signed(message)
        transaction: str = message["transaction"]
        waiting = self._waiting[transaction] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._line.send(json.dumps(message))
                answer = await waiting
        except (TimeoutError, WebSocketException) as error:
            raise Busy(SILENT) from error
        except asyncio.CancelledError as error:
            if waiting.cancelled():  # the line broke, and not whoever waits
                raise Busy(GONE) from error
            raise
        finally:
            self._waiting.pop(transaction, None)
        if answer["janus"] == "error":
            raise Busy(f"The SFU refuses: {answer['error'].get('code')}.")
        return answer

    async def _live(self) -> None:
        while True:
            await asyncio.sleep(ALIVE_S)
            await self._line.send(json.dumps(self._signed({"janus": "keepalive"})))

    async def _read(self) -> None:
        with suppress(WebSocketException):
            async for text in self._line:
                self._hear(cast("dict[str, Any]", json.loads(text)))

    def _hear(self, message: dict[str, Any]) -> None:
        kind, transaction = message.get("janus"), message.get("transaction", "")
        if kind == "ack":
            return  # the answer comes as an event
        if waiting := self._waiting.get(transaction):
            if not waiting.done():
                waiting.set_result(message)
            return
        listener = self._listeners.get(message.get("sender", 0))
        if listener and kind in ("event", "webrtcup", "hangup"):
            said = message.get("plugindata", {}).get("data", {})
            listener({"janus": kind, **said}, message.get("jsep"))

    def _signed(self, message: dict[str, Any]) -> dict[str, Any]:
        session = {"session_id": self._session} if self._session else {}
        secret = {"apisecret": self._secret} if self._secret else {}
        return {"transaction": secrets.token_hex(8), **message, **session, **secret}
