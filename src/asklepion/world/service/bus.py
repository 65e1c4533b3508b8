"""The bus between workers (NATS): sealed words to all, or to one who answers.

Whoever reads the bus learns nothing from it, and what somebody else writes on it is not heard, nor
what was said before and is written again.
Where it breaks, it is mended by itself; meanwhile places go on, and nobody hears of the others.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import msgspec
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import ConnectionReconnectingError, OutboundBufferLimitError
from nats.errors import Error as NatsError

from asklepion.kit.errors import Busy, Fault
from asklepion.kit.log import get_log

from .passing import Passed, Told
from .replays import Replays, Stamp
from .sealing import Secret

log = get_log(__name__)

ANSWER_S = 0.5  # so quickly one who lives answers
OPENING_S = 5
AGAIN_S = 0.25  # between attempts to reach a bus that is gone
FRONT = "front"  # the one that answers HTTP, and keeps the gates

Hears: TypeAlias = Callable[[Passed], None]
Answers: TypeAlias = Callable[[Passed], Awaitable[Passed]]


class _Sealed(msgspec.Struct, frozen=True, array_like=True):
    """What is sealed in one message."""

    stamp: Stamp
    said: Told


class Bus:
    """One end of it.

    Args:
        name: by which others ask this one; see `FRONT`.
        tell_time: microseconds, by the clock of all workers.
    """

    def __init__(self, url: str, secret: Secret, name: str, tell_time: Callable[[], int]) -> None:
        self.name = name
        self._url = url
        self._secret = secret
        self._root = f"asklepion.{secret.house}"
        self._client: Client | None = None
        self._reader = msgspec.msgpack.Decoder(_Sealed)
        self._time = tell_time
        self._start = secrets.token_urlsafe(12)
        self._count = 0
        self._replays = Replays(tell_time)

    async def open(self, hears: Hears, answers: Answers, is_back: Callable[[], None]) -> None:
        """Begin to hear and to answer.

        Args:
            is_back: is told when the bus is reached again after it was gone.

        Raises:
            Fault: nothing answers at this address.
        """

        async def mended() -> None:
            is_back()

        async def failed(error: Exception) -> None:
            log.warn("the bus between workers failed", why=type(error).__name__)

        async def hear(told: Msg) -> None:
            sealed = self._open(told.data, told.subject)
            if sealed and self._replays.is_told_first(sealed.stamp):
                hears(sealed.said)

        async def answer(asked: Msg) -> None:
            sealed = self._open(asked.data, asked.subject)
            if sealed and self._replays.is_asked_first(sealed.stamp):
                try:
                    said = await answers(sealed.said)
                except Exception as error:
                    return log.fault("a question of another worker was not answered", error)
                await asked.respond(self._seal(said, _answer_to(asked.data)))

        try:
            async with asyncio.timeout(OPENING_S):  # it tries for ever
                self._client = await nats.connect(  # pyright: ignore[reportUnknownMemberType]
                    self._url,
                    name=f"asklepion {self.name}",
                    connect_timeout=OPENING_S,
                    allow_reconnect=True,
                    reconnect_time_wait=AGAIN_S,  # pyright: ignore[reportArgumentType]
                    max_reconnect_attempts=-1,
                    ping_interval=10,
                    no_echo=True,
                    reconnected_cb=mended,
                    error_cb=failed,
                )
        except (OSError, NatsError, TimeoutError) as error:
            hint = "Start it (Debian: nats-server), or see ASKLEPION_NATS_URL."
            raise Fault("The bus between workers does not answer.", hint=hint) from error
        heard = {"all": hear, f"to.{self.name}": _beside(answer)}
        for name, callback in heard.items():
            subject = f"{self._root}.{name}"
            await self._client.subscribe(  # pyright: ignore[reportUnknownMemberType]
                subject, cb=callback
            )
        await self._client.flush(OPENING_S)

    async def close(self) -> None:
        """Say what is still to be said, and leave."""
        if self._client:
            client, self._client = self._client, None
            try:
                async with asyncio.timeout(OPENING_S):
                    await client.drain()
            except (NatsError, TimeoutError):
                await client.close()

    async def tell(self, message: Passed) -> None:
        """Say something to all others.

        Raises:
            Busy: the bus is gone, and takes nothing more until it is back.
        """
        subject = f"{self._root}.all"
        if not self._client:
            return
        try:
            await self._client.publish(subject, self._seal(message, subject))
        except (OutboundBufferLimitError, ConnectionReconnectingError) as error:
            raise Busy("The bus is gone.", hint="Try again in a moment.") from error

    async def ask(self, name: str, message: Passed, patience_s: float = ANSWER_S) -> Passed:
        """Ask one, and wait for the answer.

        Raises:
            Busy: it is not there, or does not answer in time.
        """
        subject = f"{self._root}.to.{name}"
        try:
            if not self._client:
                raise NatsError
            question = self._seal(message, subject)
            said = await self._client.request(subject, question, timeout=patience_s)
        except (NatsError, TimeoutError) as error:
            raise Busy("That worker does not answer.", hint="Try again in a moment.") from error
        answer = self._open(said.data, _answer_to(question))
        if answer is None:
            raise Busy("That worker does not answer.", hint="Try again in a moment.")
        return answer.said

    def _seal(self, message: Passed, context: str) -> bytes:
        self._count += 1
        stamp = Stamp(self._start, self._count, self._time())
        return self._secret.seal(msgspec.msgpack.encode((stamp, message)), context)

    def _open(self, sealed: bytes, subject: str) -> _Sealed | None:
        body = self._secret.open(sealed, subject)
        try:
            return None if body is None else self._reader.decode(body)
        except msgspec.MsgspecError:
            return None  # of another version of this program


def _answer_to(question: bytes) -> str:
    """What an answer is sealed for: this question alone, which was never asked before."""
    return f"answer {hashlib.sha256(question).hexdigest()}"


def _beside(work: Callable[[Msg], Awaitable[None]]) -> Callable[[Msg], Awaitable[None]]:
    """Take the next question while one is thought about."""
    running: set[asyncio.Task[None]] = set()

    async def go(asked: Msg) -> None:
        await work(asked)

    async def begin(asked: Msg) -> None:
        task = asyncio.create_task(go(asked))
        running.add(task)
        task.add_done_callback(running.discard)

    return begin
