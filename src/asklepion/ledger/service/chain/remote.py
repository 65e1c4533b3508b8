"""A chain elsewhere, by its node's JSON-RPC. https://ethereum.org/en/developers/docs/apis/json-rpc/"""

import asyncio
import itertools
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import httpx
from eth_hash.auto import keccak

from asklepion.kit.errors import Busy, Conflict, Fault, HouseError, Incorrect, NotFound
from asklepion.kit.log import get_log

from ...engine.evm.finding import Topics
from ...engine.evm.signature import refuse_malleable
from ...engine.evm.words import reason_of
from ...model import ZERO, Block, Finding, Log, Mined, Reverted

log = get_log(__name__)

TIMEOUT_S = 10.0
AT_ONCE = 16  # questions that the node has to answer
TRIES = 3
PAUSE_S = 0.25  # before the second try; twice as long before each further one
POLL_S = (0.05, 2.0)  # first and longest wait between two looks at what became of a transaction


class RemoteChain:
    """Any EVM node.

    Args:
        url: of its JSON-RPC; it may hold a secret, so it stands in no message.
        chain_id: what its chain must be.
        confirmations: how many blocks, its own included, a transaction must lie under.
    """

    def __init__(
        self,
        url: str,
        *,
        chain_id: int,
        confirmations: int = 1,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._id = chain_id
        self._confirmations = max(confirmations, 1)
        self._transport = transport
        self._client: httpx.AsyncClient | None = None
        self._numbers = itertools.count(1)
        self._is_checked = False
        self._seats = asyncio.Semaphore(AT_ONCE)

    async def start(self) -> None:
        """Nothing to do: the node is asked for its chain's number before anything else is."""

    async def stop(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    @property
    def id(self) -> int:
        """The number that goes into every signature."""
        return self._id

    async def head(self) -> Block:
        """The newest block that lies under enough others."""
        newest = _number(await self.ask("eth_blockNumber"))
        found = await self.block(max(newest - self._confirmations + 1, 0))
        if found is None:
            raise Busy("The chain's node has lost its newest block.", hint="Try again.")
        return found

    async def block(self, which: int | bytes) -> Block | None:
        """One block by its number or its hash."""
        if isinstance(which, bytes):
            answer = await self.ask("eth_getBlockByHash", _hex(which), False)
        else:
            answer = await self.ask("eth_getBlockByNumber", hex(which), False)
        return None if answer is None else _read(_block, answer)

    async def call(
        self, to: bytes, data: bytes, *, sender: bytes = ZERO, at: int | None = None
    ) -> bytes:
        """What a contract answers."""
        message = {"from": _hex(sender), "to": _hex(to), "data": _hex(data)}
        where = "latest" if at is None else hex(at)
        return _read(_bytes, await self.ask("eth_call", message, where))

    async def estimate(
        self, to: bytes | None, data: bytes, *, sender: bytes = ZERO, value: int = 0
    ) -> int:
        """How much gas a transaction should be given."""
        message = {"from": _hex(sender), "data": _hex(data), "value": hex(value)}
        if to is not None:
            message["to"] = _hex(to)
        return _number(await self.ask("eth_estimateGas", message))

    async def send(self, raw: bytes) -> bytes:
        """Hand in a signed transaction; returns its hash."""
        refuse_malleable(raw)  # not every node does
        hash = keccak(raw)
        try:
            await self.ask("eth_sendRawTransaction", _hex(raw))
        except Incorrect as error:
            if _says(error, "already known", "already imported", "known transaction"):
                return hash
            if await self._is_known(hash):  # the first try came through, and its answer was lost
                return hash
            raise _refusal(error) from error
        return hash

    async def mined(self, transaction: bytes, *, timeout_s: float = 30) -> Mined:
        """What became of a transaction, once it lies under enough blocks of the same chain."""
        until, pause = time.monotonic() + timeout_s, POLL_S[0]
        is_known = False
        while True:
            found = await self.find(transaction)
            if found is not None and await self.is_settled(found):
                return found
            is_known = is_known or found is not None or await self._is_known(transaction)
            if not is_known:
                raise NotFound("Nobody knows of that transaction.", hint="Send it first.")
            if time.monotonic() + pause > until:
                raise Busy("The transaction is in no block for good yet.", hint="Ask again later.")
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, POLL_S[1])

    async def is_settled(self, mined: Mined) -> bool:
        """Whether enough blocks lie upon it, and its own is still of the chain."""
        newest = _number(await self.ask("eth_blockNumber"))
        if newest - mined.block + 1 < self._confirmations:
            return False
        block = await self.block(mined.block)
        return block is not None and block.hash == mined.block_hash

    async def _is_known(self, transaction: bytes) -> bool:
        return await self.ask("eth_getTransactionByHash", _hex(transaction)) is not None

    async def find(self, transaction: bytes) -> Mined | None:
        """What became of a transaction, as far as that is known now."""
        answer = await self.ask("eth_getTransactionReceipt", _hex(transaction))
        return None if answer is None else _read(_mined, answer)

    async def logs(
        self,
        *,
        address: bytes | None = None,
        topics: Topics = (),
        first: int = 0,
        last: int | None = None,
    ) -> list[Log]:
        """What contracts told in some blocks, oldest first."""
        wanted: dict[str, Any] = {
            "fromBlock": hex(first),
            "toBlock": "latest" if last is None else hex(last),
            "topics": [_place(each) for each in topics],
        }
        if address is not None:
            wanted["address"] = _hex(address)
        answer = await self.ask("eth_getLogs", wanted)
        return _read(_logs, answer)

    async def nonce(self, address: bytes) -> int:
        """The nonce that an account's next transaction has, after those that wait."""
        return _number(await self.ask("eth_getTransactionCount", _hex(address), "pending"))

    async def settled_nonce(self, address: bytes) -> int:
        """How many of an account's transactions lie under enough blocks."""
        newest = _number(await self.ask("eth_blockNumber"))
        deep = hex(max(newest - self._confirmations + 1, 0))
        return _number(await self.ask("eth_getTransactionCount", _hex(address), deep))

    async def balance(self, address: bytes) -> int:
        """What an account has [wei]."""
        return _number(await self.ask("eth_getBalance", _hex(address), "latest"))

    async def code(self, address: bytes) -> bytes:
        """A contract's code; empty where there is none."""
        return _read(_bytes, await self.ask("eth_getCode", _hex(address), "latest"))

    async def verify(self) -> list[Finding]:
        """Nothing of it is stored here."""
        return []

    # Asking the node

    async def ask(self, method: str, *parameters: Any) -> Any:
        """What the node answers, once it is known to be on the right chain.

        Raises:
            Busy: it cannot be reached.
            Conflict: it is on another chain.
            Incorrect: it refuses.
            Reverted: a contract refuses.
        """
        if not self._is_checked:
            found = _number(await self._ask("eth_chainId", ()))
            if found != self._id:
                raise Conflict(
                    f"The chain's node is on chain {found}, not {self._id}.",
                    hint="Set ASKLEPION_CHAIN_ID and ASKLEPION_CHAIN_URL to the same chain.",
                )
            self._is_checked = True
        return await self._ask(method, parameters)

    async def _ask(self, method: str, parameters: Sequence[Any]) -> Any:
        question = {
            "jsonrpc": "2.0",
            "id": next(self._numbers),
            "method": method,
            "params": list(parameters),
        }
        pause = PAUSE_S
        for left in reversed(range(TRIES)):
            try:
                return _answer(await self._post(question))
            except (httpx.TransportError, httpx.HTTPStatusError) as error:
                log.warn("chain's node not reached", method=method, kind=type(error).__name__)
                if not left:
                    hint = "See that it runs, and ASKLEPION_CHAIN_URL."
                    raise Busy("The chain's node cannot be reached.", hint=hint) from error
            await asyncio.sleep(pause)
            pause *= 2

    async def _post(self, question: Mapping[str, Any]) -> Any:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=TIMEOUT_S, transport=self._transport)
        async with self._seats:
            answer = await self._client.post(self._url, json=question)
        if answer.status_code >= 500 or answer.status_code == 429:
            answer.raise_for_status()
        try:
            return answer.json()
        except ValueError as error:
            raise Fault("The chain's node does not speak JSON-RPC.") from error


def _answer(said: Any) -> Any:
    told = _dict(said)
    if not {"result", "error"} & told.keys():
        raise Fault("The chain's node does not speak JSON-RPC.")
    error = told.get("error")
    if error is None:
        return told.get("result")
    fault = _dict(error)
    message, data = str(fault.get("message", ""))[:300], fault.get("data")
    if "revert" in message.lower() or fault.get("code") == 3:
        reason = _data(data)
        words = f"execution reverted: {reason_of(reason)}" if reason else "execution reverted"
        raise Reverted(words, data=reason)
    if _says_any(message, "out of gas", "gas required exceeds"):
        raise Reverted("execution failed: out of gas")
    if _says_any(message, "missing trie node", "header not found", "unknown block", "pruned"):
        raise NotFound("The chain's node keeps that block's state no more.")
    raise Incorrect(f"The chain's node refused: {message}")


def _dict(value: Any) -> dict[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def _data(data: Any) -> bytes:
    """The ABI-encoded reason, where the node gives it: as text, or one level down."""
    if isinstance(data, dict):
        data = _dict(data).get("data")
    if isinstance(data, str):
        text = data.removeprefix("Reverted ").removeprefix("0x")
        try:
            return bytes.fromhex(text)
        except ValueError:
            return b""
    return b""


def _refusal(error: Incorrect) -> HouseError:
    """Why a node takes no transaction, in our kinds."""
    if _says(error, "nonce too low", "nonce is too low", "already been used"):
        return Conflict("The nonce is too low.", hint="Sign it anew.")
    if _says(error, "underpriced"):
        return Conflict("The replacement transaction is underpriced.", hint="Offer more.")
    if _says(error, "insufficient funds", "upfront cost"):
        return Incorrect("There are insufficient funds for gas and value.")
    return error


def _says(error: HouseError, *words: str) -> bool:
    return _says_any(error.message, *words)


def _says_any(message: str, *words: str) -> bool:
    return any(word in message.lower() for word in words)


# Reading what it answers


def _read(how: Any, answer: Any) -> Any:
    try:
        return how(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Fault("The chain's node answers what makes no sense.") from error


def _hex(value: bytes) -> str:
    return f"0x{value.hex()}"


def _bytes(text: str) -> bytes:
    if not text.startswith("0x"):
        raise ValueError(text)
    return bytes.fromhex(text[2:])


def _int(text: str) -> int:
    return int(text, 16)


def _number(answer: Any) -> int:
    return _read(_int, answer)


def _place(each: Sequence[bytes] | bytes | None) -> Any:
    if each is None or isinstance(each, bytes):
        return None if each is None else _hex(each)
    return [_hex(one) for one in each] or None


def _block(told: dict[str, Any]) -> Block:
    return Block(
        number=_int(told["number"]),
        hash=_bytes(told["hash"]),
        parent=_bytes(told["parentHash"]),
        timestamp=_int(told["timestamp"]),
        state_root=_bytes(told["stateRoot"]),
        transactions_root=_bytes(told["transactionsRoot"]),
        receipts_root=_bytes(told["receiptsRoot"]),
        gas_used=_int(told["gasUsed"]),
        gas_limit=_int(told["gasLimit"]),
        base_fee=_int(told.get("baseFeePerGas") or "0x0"),
        transactions=tuple(_bytes(each) for each in told["transactions"]),
    )


def _log(told: dict[str, Any]) -> Log:
    return Log(
        address=_bytes(told["address"]),
        topics=tuple(_bytes(each) for each in told["topics"]),
        data=_bytes(told["data"]),
        block=_int(told["blockNumber"]),
        transaction=_bytes(told["transactionHash"]),
        index=_int(told["logIndex"]),
    )


def _logs(told: list[dict[str, Any]]) -> list[Log]:
    return [_log(each) for each in told]


def _mined(told: dict[str, Any]) -> Mined:
    to, contract = told.get("to"), told.get("contractAddress")
    return Mined(
        transaction=_bytes(told["transactionHash"]),
        block=_int(told["blockNumber"]),
        block_hash=_bytes(told["blockHash"]),
        index=_int(told["transactionIndex"]),
        sender=_bytes(told["from"]),
        to=_bytes(to) if to else None,
        contract=_bytes(contract) if contract else None,
        status=_int(told["status"]) == 1,
        gas_used=_int(told["gasUsed"]),
        logs=tuple(_log(each) for each in told["logs"]),
    )
