"""JSON-RPC of the house's own chain: what wallets and their libraries ask.

https://ethereum.github.io/execution-apis/
"""

import json
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, cast

from asklepion import __version__
from asklepion.kit.errors import Busy, HouseError
from asklepion.kit.log import get_log

from ...engine.evm.frames import load_describing, load_machine
from . import questions as q
from .desk import Desk
from .embedded import EmbeddedChain
from .filters import Filters
from .questions import RpcError, Tag
from .telling import Telling

log = get_log(__name__)

CALL_GAS = 15_000_000  # that one call or estimate may use
CALL_S = 2.0  # that it may take
MINED_S = 3.0  # that a wallet waits for its transaction to be mined
MOST_IN_BATCH = 50
BATCH_S = 5.0  # after which no further question of a batch is begun
MOST_FEES = 1024
MOST_SHARES = 100
MOST_SLOTS = 16  # that one question for proofs may name
MOST_AT_ONCE = 64  # questions that wait
TIP = 10**9  # [wei] that wallets are told to offer; nobody needs to

_spent: ContextVar[list[float]] = ContextVar("spent")  # by this request [s]
_who: ContextVar[str] = ContextVar("who")  # asks it

STOPPED = "The batch computed too much. Ask for less, and again in a moment."

Pays = Callable[[float], Awaitable[bool]]
Method = Callable[["Rpc", list[Any]], Awaitable[Any]]


class Rpc:
    """Answers JSON-RPC; strangers are held to limits of gas, time and number."""

    def __init__(self, chain: EmbeddedChain, filters: Filters | None = None) -> None:
        self._chain = chain
        self._waiting = 0
        self._telling = Telling(self._look, self._at, filters or Filters())

    async def answer(self, body: bytes, pays: Pays, who: str = "") -> bytes:
        """The answer to one question or a batch.

        Args:
            pays: told after each question what it computed [s]; false stops the others.
            who: the filters of one caller are counted together.
        """
        _spent.set([0.0])
        _who.set(who)
        try:
            asked: Any = json.loads(body)
        except (ValueError, RecursionError):
            told: Any = _failed(None, RpcError(q.PARSE, "That is no JSON."))
        else:
            told = await self._all(asked, pays)
        return b"" if told is None else json.dumps(told, separators=(",", ":")).encode()

    async def _all(self, asked: Any, pays: Pays) -> Any:
        if not isinstance(asked, list):
            answer = await self._one(asked)
            await pays(_spent.get()[0])
            return answer
        batch = cast(list[Any], asked)
        if not batch:
            return _failed(None, RpcError(q.INVALID, "The batch is empty."))
        if len(batch) > MOST_IN_BATCH:
            words = f"A batch holds at most {MOST_IN_BATCH} questions."
            return _failed(None, RpcError(q.TOO_MUCH, words))
        answers = await self._in_turn(batch, pays)
        return [each for each in answers if each is not None] or None

    async def _in_turn(self, batch: list[Any], pays: Pays) -> list[Any]:
        """Answer one after another, as long as they are paid for."""
        answers: list[Any] = []
        goes_on, spent = True, _spent.get()
        for each in batch:
            if not goes_on:
                answers.append(_failed(_id(each), RpcError(q.TOO_MUCH, STOPPED)))
                continue
            before = spent[0]
            answers.append(await self._one(each))
            goes_on = await pays(spent[0] - before) and spent[0] < BATCH_S
        return answers

    async def _one(self, asked: Any) -> dict[str, Any] | None:
        question = cast(dict[str, Any], asked) if isinstance(asked, dict) else {}
        id, method = question.get("id"), question.get("method")
        parameters = question.get("params", [])
        if not isinstance(method, str) or not isinstance(id, str | int | float | None):
            return _failed(None, RpcError(q.INVALID, "That is no question."))
        if not isinstance(parameters, list):
            return _failed(id, q.wrong("they are given as a list"))
        try:
            result = await self._ask(method, cast(list[Any], parameters))
        except RpcError as error:
            return _failed(id, error)
        except HouseError as error:
            return _failed(id, q.translated(error))
        except Exception as error:
            log.fault("question not answered", error, method=method[:40])
            return _failed(id, RpcError(q.INTERNAL, "Something went wrong on our side."))
        if "id" not in question:
            return None  # a notification hears nothing
        return {"jsonrpc": "2.0", "id": id, "result": result}

    async def _ask(self, method: str, parameters: list[Any]) -> Any:
        known = METHODS.get(method)
        if known is None:
            raise RpcError(q.NO_METHOD, f"The method {method[:40]} does not exist.")
        if self._waiting >= MOST_AT_ONCE:
            raise RpcError(q.TOO_MUCH, "Too many ask at once. Try again in a moment.")
        self._waiting += 1
        try:
            return await known(self, [*parameters, *[None] * (4 - len(parameters))])
        finally:
            self._waiting -= 1

    async def _look(self, work: Callable[[Desk], Any]) -> Any:
        spent = _spent.get()

        def measured(desk: Desk) -> Any:
            since = time.thread_time()
            try:
                return work(desk)
            finally:
                spent[0] += time.thread_time() - since

        return await self._chain.as_guest(measured)

    async def _at(self, told: Any) -> int | None:
        """The number of the block that is meant; nothing for the newest."""
        found = q.tag(told)
        if found.hash is None:
            return found.number
        hash = found.hash
        row = await self._look(lambda desk: desk.store.block_by_hash(hash))
        if row is None:
            raise RpcError(q.NOT_FOUND, "There is no such block.")
        return row.number

    # The chain

    async def chain_id(self, _: list[Any]) -> str:
        return hex(self._chain.id)

    async def version(self, _: list[Any]) -> str:
        return str(self._chain.id)

    async def client(self, _: list[Any]) -> str:
        return f"asklepion/{__version__}"

    async def no(self, _: list[Any]) -> bool:
        return False

    async def yes(self, _: list[Any]) -> bool:
        return True

    async def none(self, _: list[Any]) -> list[Any]:
        return []

    async def block_number(self, _: list[Any]) -> str:
        row = await self._look(lambda desk: desk.store.newest())
        return hex(row.number)

    async def gas_price(self, _: list[Any]) -> str:
        return hex(await self._look(lambda desk: desk.machine.base_fee()) + TIP)

    async def tip(self, _: list[Any]) -> str:
        return hex(TIP)

    async def fee_history(self, told: list[Any]) -> Any:
        count = told[0] if isinstance(told[0], int) else q.quantity(told[0])
        at, rewards = await self._at(told[1]), len(q.many(told[2], MOST_SHARES))
        if not 0 <= count <= MOST_FEES:
            raise q.wrong(f"at most {MOST_FEES} blocks")

        def describe(desk: Desk) -> Any:
            with desk.store.snapshot():
                head = desk.machine.block_of(desk.store.newest())
                newest = head.number if at is None else min(at, head.number)
                fees = load_describing().describe_fees(
                    desk.store, head, count, newest, desk.machine.base_fee()
                )
            reward = [[hex(TIP)] * rewards for _ in fees["gasUsedRatio"]]
            return fees | ({"reward": reward} if rewards else {})

        return await self._look(describe)

    # Accounts

    async def balance(self, told: list[Any]) -> str:
        who, at = q.address(told[0]), await self._at(told[1])
        return hex(await self._look(lambda desk: desk.machine.balance(who, at)))

    async def code(self, told: list[Any]) -> str:
        who, at = q.address(told[0]), await self._at(told[1])
        return f"0x{(await self._look(lambda desk: desk.machine.code(who, at))).hex()}"

    async def storage(self, told: list[Any]) -> str:
        who, slot, at = q.address(told[0]), q.word(told[1]), await self._at(told[2])
        return f"0x{await self._look(lambda desk: desk.machine.storage(who, slot, at)):064x}"

    async def nonce(self, told: list[Any]) -> str:
        who, at = q.address(told[0]), await self._at(told[1])
        nonce = await self._look(lambda desk: desk.machine.nonce(who, at))
        return hex(self._chain.next_nonce(who, nonce) if q.tag(told[1]).is_pending else nonce)

    async def prove(self, told: list[Any]) -> Any:
        who, at = q.address(told[0]), await self._at(told[2])
        words = [q.word(each) for each in q.many(told[1], MOST_SLOTS)]
        return await self._look(lambda desk: load_describing().prove(desk.machine, who, words, at))

    # Calls and transactions

    async def call(self, told: list[Any]) -> str:
        self._refuse_overrides(told[2:])
        message, at, now = q.message(told[0], CALL_GAS), await self._at(told[1]), self._chain.now()
        answer = await self._look(
            lambda desk: desk.machine.call(
                load_machine().Message(**message), at=at, now=now, within_s=CALL_S
            )
        )
        return f"0x{answer.hex()}"

    async def estimate(self, told: list[Any]) -> str:
        self._refuse_overrides(told[2:])
        q.tag(told[1])
        message, now = q.message(told[0], CALL_GAS), self._chain.now()
        return hex(
            await self._look(
                lambda desk: desk.machine.estimate(
                    load_machine().Message(**message), now=now, within_s=CALL_S
                )
            )
        )

    @staticmethod
    def _refuse_overrides(rest: list[Any]) -> None:
        if any(each is not None for each in rest):
            raise RpcError(q.UNSUPPORTED, "States cannot be overridden here.")

    async def send(self, told: list[Any]) -> str:
        """Hand a transaction in, and answer once it is mined where that can be at once.

        Libraries look whether it is mined, and if not wait for the next block: here it may be made
        just between the two, and the one after it tomorrow.
        """
        hash = await self._chain.send_as_guest(q.data(told[0]))
        with suppress(Busy):  # those before it are missing
            await self._chain.mined(hash, timeout_s=MINED_S)
        return f"0x{hash.hex()}"

    async def transaction(self, told: list[Any]) -> Any:
        hash = q.hash_of(told[0])
        waiting = self._chain.waiting(hash)
        if waiting is not None:
            return await self._look(
                lambda desk: load_describing().describe_waiting(waiting.raw, waiting.sender)
            )
        return await self._look(lambda desk: load_describing().find_transaction(desk.store, hash))

    async def receipt(self, told: list[Any]) -> Any:
        hash = q.hash_of(told[0])
        return await self._look(lambda desk: load_describing().find_receipt(desk.store, hash))

    # Blocks and logs

    async def block(self, told: list[Any]) -> Any:
        which, whole = q.tag(told[0]), q.truth(told[1]) if told[1] is not None else False

        def describe(desk: Desk) -> Any:
            with desk.store.snapshot():
                row = _row(desk, which)
                return row and load_describing().describe_block(desk.store, row, whole=whole)

        return await self._look(describe)

    async def block_by_hash(self, told: list[Any]) -> Any:
        return await self.block([{"blockHash": told[0]}, told[1]])

    async def count(self, told: list[Any]) -> Any:
        block = await self.block([told[0], False])
        return block and hex(len(block["transactions"]))

    async def count_by_hash(self, told: list[Any]) -> Any:
        return await self.count([{"blockHash": told[0]}])

    async def receipts(self, told: list[Any]) -> Any:
        is_hash = isinstance(told[0], str) and len(told[0]) == 66
        which = q.tag({"blockHash": told[0]} if is_hash else told[0])

        def describe(desk: Desk) -> Any:
            with desk.store.snapshot():
                row = _row(desk, which)
                return None if row is None else load_describing().receipts_in(desk.store, row)

        return await self._look(describe)

    async def logs(self, told: list[Any]) -> Any:
        return await self._telling.logs(told[0])

    async def new_filter(self, told: list[Any]) -> str:
        return await self._telling.new_filter(_who.get(), told[0])

    async def new_block_filter(self, _: list[Any]) -> str:
        return await self._telling.new_block_filter(_who.get())

    async def changes(self, told: list[Any]) -> Any:
        return await self._telling.changes(told[0])

    async def filter_logs(self, told: list[Any]) -> Any:
        return await self._telling.filter_logs(told[0])

    async def uninstall(self, told: list[Any]) -> bool:
        return await self._telling.uninstall(told[0])


def _row(desk: Desk, which: Tag) -> Any:
    if which.hash is not None:
        return desk.store.block_by_hash(which.hash)
    if which.number is not None:
        return desk.store.block_by_number(which.number)
    return desk.store.newest()


def _id(asked: Any) -> Any:
    id = cast(dict[str, Any], asked).get("id") if isinstance(asked, dict) else None
    return id if isinstance(id, str | int | float) else None


def _failed(id: Any, error: RpcError) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id, "error": error.as_json()}


METHODS: dict[str, Method] = {
    "eth_accounts": Rpc.none,
    "eth_blockNumber": Rpc.block_number,
    "eth_call": Rpc.call,
    "eth_chainId": Rpc.chain_id,
    "eth_estimateGas": Rpc.estimate,
    "eth_feeHistory": Rpc.fee_history,
    "eth_gasPrice": Rpc.gas_price,
    "eth_getBalance": Rpc.balance,
    "eth_getBlockByHash": Rpc.block_by_hash,
    "eth_getBlockByNumber": Rpc.block,
    "eth_getBlockReceipts": Rpc.receipts,
    "eth_getBlockTransactionCountByHash": Rpc.count_by_hash,
    "eth_getBlockTransactionCountByNumber": Rpc.count,
    "eth_getCode": Rpc.code,
    "eth_getFilterChanges": Rpc.changes,
    "eth_getFilterLogs": Rpc.filter_logs,
    "eth_getLogs": Rpc.logs,
    "eth_getProof": Rpc.prove,
    "eth_getStorageAt": Rpc.storage,
    "eth_getTransactionByHash": Rpc.transaction,
    "eth_getTransactionCount": Rpc.nonce,
    "eth_getTransactionReceipt": Rpc.receipt,
    "eth_maxPriorityFeePerGas": Rpc.tip,
    "eth_newBlockFilter": Rpc.new_block_filter,
    "eth_newFilter": Rpc.new_filter,
    "eth_sendRawTransaction": Rpc.send,
    "eth_syncing": Rpc.no,
    "eth_uninstallFilter": Rpc.uninstall,
    "net_listening": Rpc.yes,
    "net_version": Rpc.version,
    "web3_clientVersion": Rpc.client,
}
