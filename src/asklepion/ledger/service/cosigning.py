"""The house's side of witnessing: it shows its witnesses each new state, and keeps what they say.

A witness that refuses has seen another log than the one that is here: an older state was put back,
or the log was rewritten. That is told in the house's own log, and by `asklepion verify --all`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx

from asklepion.kit.clock import Clock, to_us
from asklepion.kit.db import Database
from asklepion.kit.errors import HouseError, Incorrect
from asklepion.kit.log import get_log

from ..engine import note
from ..engine.cosigning import MOST_REQUEST, Request, WitnessKey, cosigned_by
from ..model import Checkpoint, Cosignature, Finding, WitnessState
from ..store import cosigning as store
from .receipting import Ledger

log = get_log(__name__)

EVERY_S = 10.0  # between two looks for a new state
LONGEST_S = 600.0  # between two tries where a witness does not answer
TIMEOUT_S = 5.0
TRIES = 4  # a witness may have seen more meanwhile
TABLE = "ledger_witness"
PUT_BACK = "it has seen {seen} entries, and here are {here}: an older state was put back"
REWRITTEN = "the {seen} entries it has seen are not those here: the log was rewritten"
SHOWN = "; it shows a state of {size} entries that this house itself signed"


@dataclass(frozen=True)
class WitnessAt:
    """A witness, and where it is asked."""

    url: str  # with a slash at its end
    key: WitnessKey


class Silent(Exception):
    """A witness gave no answer that says anything."""


def read_witnesses(text: str) -> tuple[WitnessAt, ...]:
    """The witnesses of a setting: of each its address and its key, with commas between.

    Raises:
        Incorrect: one cannot be read.
    """
    found: list[WitnessAt] = []
    for each in filter(None, (part.strip() for part in text.split(","))):
        url, _, key = each.partition(" ")
        if not url.startswith(("http://", "https://")):
            raise Incorrect(
                "A witness has no address.",
                hint="Write each as https://witness.example/ NAME+HASH+KEY, with commas between.",
            )
        found.append(WitnessAt(url.rstrip("/") + "/", WitnessKey.read(key.strip())))
    return tuple(found)


class Witnesses:
    """Everybody outside who watches our log.

    Args:
        transport: how they are reached; by the network where nothing is said.
    """

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ledger: Ledger,
        known: Sequence[WitnessAt] = (),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ledger = ledger
        self._known = known
        self._transport = transport

    async def run(self) -> None:
        """Show new states to every witness, for ever; none waits for another."""
        async with asyncio.TaskGroup() as tasks:
            for witness in self._known:
                tasks.create_task(self._follow(witness))

    async def _follow(self, witness: WitnessAt) -> None:
        wait_s = EVERY_S
        while True:
            state = await self.ask(witness)
            is_well = state is not None and not state.refused
            wait_s = EVERY_S if is_well else min(2 * wait_s, LONGEST_S)
            await asyncio.sleep(wait_s)

    async def verify(self) -> list[Finding]:
        """Ask every witness now; those that refuse our log, or did when last heard."""
        await asyncio.gather(*(self.ask(witness, anew=True) for witness in self._known))
        async with self._db.read() as tx:
            states = await store.states(tx)
        names = {str(witness.key): witness.key.name for witness in self._known}
        return [
            Finding(TABLE, names[key], f"it refuses this log: {state.refused}{_shown(state)}")
            for key, state in sorted(states.items())
            if key in names and state.refused
        ]

    async def silent(self) -> list[str]:
        """The names of those that have not cosigned the newest state."""
        size = (await self._ledger.checkpoint()).size
        async with self._db.read() as tx:
            states = await store.states(tx)
        return [
            witness.key.name
            for witness in self._known
            if states.get(str(witness.key), WitnessState("")).size != size
        ]

    async def ask(self, witness: WitnessAt, *, anew: bool = False) -> WitnessState | None:
        """Show one witness our newest state; what it said, or nothing where it is silent.

        Args:
            anew: also where it has seen a state of this size already.
        """
        age = timedelta(seconds=0 if anew else EVERY_S)
        key = str(witness.key)
        async with self._db.read() as tx:
            known = (await store.states(tx)).get(key, WitnessState(key))
        try:
            checkpoint = await self._ledger.checkpoint(not_older_than=age)
            is_seen = checkpoint.size == known.size and not (anew or known.refused)
            if checkpoint.size == 0 or is_seen:
                return known
            said = await self._exchange(witness, known, checkpoint)
        except Silent as error:
            log.warn("witness silent", witness=witness.key.name, why=str(error))
            return None
        except HouseError as error:
            log.fault("witness not asked", error, witness=witness.key.name)
            return None
        if said.refused:
            log.warn("witness refuses this log", witness=witness.key.name, why=said.refused)
        async with self._db.begin() as tx:
            await store.keep_state(tx, said)
        return said

    async def _exchange(
        self, witness: WitnessAt, known: WitnessState, checkpoint: Checkpoint
    ) -> WitnessState:
        timeout = httpx.Timeout(TIMEOUT_S)
        async with httpx.AsyncClient(
            timeout=timeout, transport=self._transport, trust_env=False, follow_redirects=False
        ) as client:
            try:
                async with asyncio.timeout(TRIES * TIMEOUT_S):
                    return await self._converse(client, witness, known, checkpoint)
            except (OSError, httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError) as error:
                raise Silent(type(error).__name__) from error

    async def _converse(
        self,
        client: httpx.AsyncClient,
        witness: WitnessAt,
        known: WitnessState,
        checkpoint: Checkpoint,
    ) -> WitnessState:
        old = known.size
        for _ in range(TRIES):
            if old > checkpoint.size:
                checkpoint = await self._ledger.checkpoint()
            if old > checkpoint.size:
                why = PUT_BACK.format(seen=old, here=checkpoint.size)
                return await self._refused(client, witness, known, why)
            proof = await self._ledger.consistency(old, checkpoint.size) if old else []
            request = Request(old=old, proof=proof, checkpoint=self._bare(checkpoint))
            status, answer = await _post(client, witness.url, str(request))
            match status:
                case 200:
                    return await self._cosigned(witness, checkpoint, answer)
                case 409 if answer.strip().isdigit() and int(answer) != old:
                    old = int(answer)
                case 409 | 422:
                    why = REWRITTEN.format(seen=old)
                    return await self._refused(client, witness, known, why)
                case _:
                    raise Silent(f"HTTP {status}")
        raise Silent("it names another size each time")

    @staticmethod
    def _bare(checkpoint: Checkpoint) -> Checkpoint:
        """The checkpoint with our own signature alone."""
        text = note.signed_text(checkpoint.note)
        own = checkpoint.note[len(text) + 1 :].splitlines(keepends=True)[0]
        return replace(checkpoint, note=f"{text}\n{own}", witnesses=())

    async def _cosigned(
        self, witness: WitnessAt, checkpoint: Checkpoint, answer: str
    ) -> WitnessState:
        line = cosigned_by(checkpoint.note, answer, witness.key)
        if line is None:
            raise Silent("its cosignature is not genuine")
        key = str(witness.key)
        async with self._db.begin() as tx:
            await store.add_cosignature(tx, Cosignature(checkpoint.size, key, line))
        return WitnessState(key, checkpoint.size, told_at=to_us(self._clock.now()))

    async def _refused(
        self, client: httpx.AsyncClient, witness: WitnessAt, known: WitnessState, why: str
    ) -> WitnessState:
        """Keep why, and whether the witness can show what it saw: a note signed with our key."""
        shown = ""
        try:
            answer = await client.get(f"{witness.url}seen", params={"origin": self._ledger.origin})
            own = note.Verifier.read(self._ledger.verifier_key)
            if answer.is_success and note.is_signed_by(answer.text, own):
                shown = answer.text
        except (OSError, httpx.HTTPError, HouseError) as error:
            log.warn("witness shows nothing", witness=witness.key.name, why=type(error).__name__)
        return replace(known, refused=why, evidence=shown, told_at=to_us(self._clock.now()))


async def _post(client: httpx.AsyncClient, url: str, body: str) -> tuple[int, str]:
    content = body.encode()
    headers = {"content-type": "text/plain; charset=utf-8"}
    async with client.stream(
        "POST", f"{url}add-checkpoint", content=content, headers=headers
    ) as answer:
        seen = b""
        async for piece in answer.aiter_bytes():
            seen += piece
            if len(seen) > MOST_REQUEST:
                raise Silent("its answer has no end")
    return answer.status_code, seen.decode("utf-8", "replace")


def _shown(state: WitnessState) -> str:
    if not state.evidence:
        return ""
    try:
        return SHOWN.format(size=note.read_checkpoint(state.evidence, more=True).size)
    except Incorrect:
        return ""
