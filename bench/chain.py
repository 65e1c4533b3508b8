"""How fast is the house's chain, how much room does it take, and how soon is it open again?

The peer is anvil, a node written in Rust, asked by the same code over HTTP in the same run. It
keeps its chain in memory; ours is on the disk before a transaction is said to be mined.
"""

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from eth_account import Account
from eth_utils.address import to_checksum_address

from asklepion.kit.clock import SystemClock
from asklepion.kit.errors import HouseError
from asklepion.ledger import Chain, EmbeddedChain, RemoteChain
from asklepion.ledger.engine.evm.accounts import address_of
from asklepion.ledger.engine.evm.frames import load_machine
from asklepion.ledger.engine.evm.store import ChainStore
from asklepion.ledger.engine.evm.sweeping import Sweep

CHAIN_ID = 7331
KEY = bytes([1] * 32)
SINGLE, BATCHED = 60, 1000
BLOCKS = int(os.environ.get("BENCH_BLOCKS", "10000"))  # of the long chain
ANVIL = Path(__file__).parent.parent / "contracts" / "node_modules" / ".bin" / "anvil"
# Keeps a word at its own place and at the first one, and tells it: about what an anchor does.
RUNTIME = bytes.fromhex("5f35808055805f5560205fa100")
CREATION = bytes.fromhex("600d8060095f395ff3") + RUNTIME


def tell(
    name: str,
    value: float,
    unit: str,
    peer_value: float | None = None,
    *,
    is_more_better: bool = True,
) -> None:
    """Print one result."""
    row: dict[str, Any] = {"name": name, "value": round(value, 1), "unit": unit}
    row |= {"higher_is_better": is_more_better, "peer": None, "peer_value": None}
    if peer_value is not None:
        row |= {"peer": "anvil", "peer_value": round(peer_value, 1)}
    print(json.dumps(row), flush=True)


def sign(nonce: int, to: bytes | None, data: bytes) -> bytes:
    """A signed transaction."""
    told: dict[str, Any] = {"type": 2, "chainId": CHAIN_ID, "nonce": nonce, "value": 0}
    told |= {"data": data, "gas": 200_000, "maxFeePerGas": 3 * 10**9, "maxPriorityFeePerGas": 0}
    if to is not None:
        told["to"] = to_checksum_address(to)
    return bytes(Account.sign_transaction(told, KEY).raw_transaction)


def word(number: int) -> bytes:
    """A number as a word."""
    return number.to_bytes(32, "big")


async def rates(chain: Chain) -> tuple[float, float, float]:
    """Transactions a second: one by one, all at once, and for each second of our own work."""
    nonce = await chain.nonce(address_of(KEY))
    made = await chain.mined(await chain.send(sign(nonce, None, CREATION)))
    assert made.contract
    raws = [sign(n, made.contract, word(n)) for n in range(nonce + 1, nonce + 1 + SINGLE + BATCHED)]
    begun = time.perf_counter()
    for raw in raws[:SINGLE]:
        assert (await chain.mined(await chain.send(raw))).status
    single = SINGLE / (time.perf_counter() - begun)
    begun, worked = time.perf_counter(), time.process_time()
    hashes = [await chain.send(raw) for raw in raws[SINGLE:]]
    mined = await asyncio.gather(*[chain.mined(each, timeout_s=300) for each in hashes])
    assert all(each.status for each in mined)
    took, worked = time.perf_counter() - begun, time.process_time() - worked
    return single, BATCHED / took, BATCHED / worked


@asynccontextmanager
async def anvil() -> AsyncGenerator[RemoteChain]:
    """Another node of the same chain."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [str(ANVIL), "--port", str(port), "--chain-id", str(CHAIN_ID), "--silent"]
    process = await asyncio.to_thread(subprocess.Popen, words)
    chain = RemoteChain(f"http://127.0.0.1:{port}", chain_id=CHAIN_ID)
    try:
        while True:
            try:
                rich = ["0x" + address_of(KEY).hex(), hex(10**24)]
                await chain.ask("anvil_setBalance", *rich)
                break
            except (HouseError, httpx.HTTPError):
                await asyncio.sleep(0.1)
        yield chain
    finally:
        await chain.stop()
        process.terminate()
        process.wait()


async def bench_rates(folder: Path) -> None:
    """How many transactions a second."""
    chain = EmbeddedChain(
        folder / "rates.sqlite", chain_id=CHAIN_ID, clock=SystemClock(), accounts=[KEY]
    )
    await chain.ready()
    single, batched, of_work = await rates(chain)
    await chain.stop()
    theirs: tuple[float | None, ...] = (None, None)
    if ANVIL.exists():
        async with anvil() as other:
            theirs = await rates(other)
    tell("chain transactions one by one", single, "tx/s", theirs[0])
    tell("chain transactions at once", batched, "tx/s", theirs[1])
    tell("chain transactions for each second of work", of_work, "tx/s")


def bench_room(path: Path) -> None:
    """A long chain of one transaction each: its room before and after old states are swept out."""
    store = ChainStore(path)
    machine: Any = load_machine().Machine(store, CHAIN_ID)
    machine.begin([address_of(KEY)], 1_772_366_400)
    (made,) = machine.make([machine.read(sign(0, None, CREATION))], 0).mined
    begun = time.perf_counter()
    for n in range(1, BLOCKS + 1):
        machine.make([machine.read(sign(n, made.contract, word(n)))], 0)
    tell(f"chain of {BLOCKS} blocks made", BLOCKS / (time.perf_counter() - begun), "blocks/s")
    before = path.stat().st_size
    begun, longest = time.perf_counter(), 0.0
    sweep, more = Sweep(store), True
    while more:
        since = time.perf_counter()
        more = sweep.step(0.02)
        longest = max(longest, time.perf_counter() - since)
    took = time.perf_counter() - begun
    store.close()
    free = _free(path)
    tell("chain room for each block", before / BLOCKS, "B", is_more_better=False)
    kept = (path.stat().st_size - free) / BLOCKS
    tell("chain room for each block, swept", kept, "B", is_more_better=False)
    tell("chain swept", took, "s", is_more_better=False)
    tell("chain held up by one slice of it", longest * 1000, "ms", is_more_better=False)


def _free(path: Path) -> int:
    """Bytes of a file that are free to be used again."""
    db = sqlite3.connect(path)
    pages, size = (db.execute(f"PRAGMA {p}").fetchone()[0] for p in ("freelist_count", "page_size"))
    db.close()
    return pages * size


async def bench_opening(path: Path) -> None:
    """From the start until the newest block is read, and a whole audit."""
    begun = time.perf_counter()
    chain = EmbeddedChain(path, chain_id=CHAIN_ID, clock=SystemClock(), accounts=[KEY])
    head = await chain.head()
    opened = time.perf_counter() - begun
    assert head.number == BLOCKS + 1
    tell(f"chain of {BLOCKS} blocks opened", opened * 1000, "ms", is_more_better=False)
    begun = time.perf_counter()
    assert await chain.verify() == []
    tell("chain audited", BLOCKS / (time.perf_counter() - begun), "blocks/s")
    await chain.stop()


async def main() -> None:
    """All of it, on files that wait for the disk at every block."""
    with tempfile.TemporaryDirectory() as folder:
        await bench_rates(Path(folder))
        await asyncio.to_thread(bench_room, Path(folder) / "long.sqlite")
        await bench_opening(Path(folder) / "long.sqlite")


if __name__ == "__main__":
    asyncio.run(main())
