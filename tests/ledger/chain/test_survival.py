"""The power goes in the midst of a block: what was acknowledged is there, and the rest is not."""

import multiprocessing
import os
import random
import shutil
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from asklepion.kit.clock import StoppedClock
from asklepion.kit.errors import Conflict, NotFound
from asklepion.ledger import EmbeddedChain
from tests.ledger.chain.histories import History
from tests.ledger.chain.peers import (
    CHAIN_ID,
    POOR,
    RICH,
    Signer,
    address_of,
    probe,
    sign,
    until_deployed,
)
from tests.serving import command, environment_of, kill, opened

KILLS = 20


def write_for_ever(path: Path, seed: int, told: Connection) -> None:
    """Make blocks, and say of each transaction that it is kept once it is."""
    history = History(path, seed)
    for key in history.nonces:
        history.nonces[key] = history.machine.nonce(address_of(key))
    history.contracts = [history.machine.find(history.store.hashes_in(1)[0]).contract]
    while True:
        data = probe().data("fill", seed, 9, seed)
        raws = [history.by(key, history.contracts[0], data) for key in history.nonces]
        for mined in history.make(*raws):
            told.send_bytes(mined.transaction)


def test_killed_in_the_midst_of_blocks_twenty_times_it_loses_nothing(tmp_path: Path) -> None:
    path, chance = tmp_path / "chain.sqlite", random.Random(4)
    first = History(path)
    first.deploy()
    first.close()
    processes = multiprocessing.get_context("fork")
    acknowledged: set[bytes] = set()

    for turn in range(KILLS):
        hear, tell = processes.Pipe(duplex=False)
        writer = processes.Process(target=write_for_ever, args=(path, turn + 1, tell), daemon=True)
        writer.start()
        tell.close()
        acknowledged.add(hear.recv_bytes())
        time.sleep(chance.random() * 0.2)
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
        while True:
            try:
                acknowledged.add(hear.recv_bytes())
            except EOFError:
                break
        again = History(path)
        assert again.machine.audit() == []
        assert all(again.store.transaction(hash) for hash in acknowledged)
        again.close()

    assert len(acknowledged) > KILLS


def test_a_house_that_was_killed_has_every_transaction_that_it_answered(tmp_path: Path) -> None:
    with opened(tmp_path) as server, server.client() as client:
        key = (tmp_path / "keys" / "chain-admin.key").read_bytes()
        answered: list[str] = []
        next = until_deployed(server)
        for nonce in range(next, next + 4):
            raw = sign(key, address_of(POOR), nonce=nonce)
            question = {"jsonrpc": "2.0", "id": 1, "method": "eth_sendRawTransaction"}
            said = client.post("/api/chain", json=question | {"params": ["0x" + raw.hex()]}).json()
            answered.append(said["result"])
        kill(server)

    again = History(tmp_path / "chain.sqlite")
    kept = [again.store.transaction(bytes.fromhex(each[2:])) for each in answered]
    assert all(kept)
    assert again.machine.audit() == []
    again.close()


async def test_opening_reads_no_more_of_a_long_chain_than_of_a_short_one(
    tmp_path: Path, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What time that takes is measured in bench/chain.py; here it is what is read."""
    history = History(tmp_path / "chain.sqlite")
    history.go_on(30)
    history.close()
    asked: list[str] = []
    chain = EmbeddedChain(tmp_path / "chain.sqlite", chain_id=CHAIN_ID, clock=clock)
    real = EmbeddedChain._begin  # pyright: ignore[reportPrivateUsage]

    def begin(self: EmbeddedChain, desk: object) -> None:
        real(self, desk)  # pyright: ignore
        desk.store._db.set_trace_callback(asked.append)  # pyright: ignore

    monkeypatch.setattr(EmbeddedChain, "_begin", begin)
    await chain.ready()
    await chain.stop()

    assert len(asked) < 10


async def test_only_the_serving_process_makes_blocks_and_a_command_beside_it_looks(
    tmp_path: Path, clock: StoppedClock
) -> None:
    path = tmp_path / "chain.sqlite"
    beside = EmbeddedChain(path, chain_id=CHAIN_ID, clock=clock, mines=False)
    with pytest.raises(NotFound, match="no chain yet"):
        await beside.head()
    house = EmbeddedChain(path, chain_id=CHAIN_ID, clock=clock, accounts=[RICH])
    rich = Signer(house)
    at = await rich.deploy(7)

    seen = await Signer(beside).ask(at, "value")
    with pytest.raises(Conflict, match="Only the running house"):
        await beside.send(await rich.sign(at))
    await rich.do(at, probe().data("store", 8, b""))

    assert seen == 7
    assert await Signer(beside).ask(at, "value") == 8
    assert await beside.verify() == []
    await beside.stop()
    await house.stop()


async def test_a_file_of_another_chain_is_not_opened(tmp_path: Path, clock: StoppedClock) -> None:
    path = tmp_path / "chain.sqlite"
    one = EmbeddedChain(path, chain_id=CHAIN_ID, clock=clock, accounts=[RICH])
    await one.head()
    await one.stop()
    other = EmbeddedChain(path, chain_id=CHAIN_ID + 1, clock=clock, accounts=[RICH])

    with pytest.raises(Conflict, match=f"holds chain {CHAIN_ID}, not {CHAIN_ID + 1}"):
        await other.head()

    await other.stop()


async def test_a_copy_of_one_moment_is_a_whole_chain(
    embedded: EmbeddedChain, tmp_path: Path, clock: StoppedClock
) -> None:
    rich = Signer(embedded)
    at = await rich.deploy(7)
    await embedded.copy_to(tmp_path / "copy.sqlite")
    await rich.do(at, probe().data("store", 8, b""))
    other = tmp_path / "other"
    other.mkdir()
    shutil.move(tmp_path / "copy.sqlite", other / "chain.sqlite")

    restored = EmbeddedChain(other / "chain.sqlite", chain_id=CHAIN_ID, clock=clock)

    assert await Signer(restored).ask(at, "value") == 7
    assert await restored.verify() == []
    assert (await Signer(restored).do(at, probe().data("store", 9, b""))).status
    await restored.stop()


async def test_the_next_block_is_later_even_where_the_clock_stands(
    embedded: EmbeddedChain, clock: StoppedClock
) -> None:
    rich, blocks = Signer(embedded), list[int]()
    for _ in range(3):
        mined = await rich.do(address_of(POOR), value=1)
        block = await embedded.block(mined.block)
        assert block is not None
        blocks.append(block.timestamp)

    now = int(clock.now().timestamp())
    assert blocks == [now + 1, now + 2, now + 3]
    assert (await embedded.head()).number == 3


def test_a_backup_has_the_chain_beside_it_and_a_restore_puts_it_back(tmp_path: Path) -> None:
    house, other = tmp_path / "house", tmp_path / "other"
    house.mkdir()
    with opened(house) as server, server.client() as client:
        question = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber"}
        client.post("/api/chain", json=question).raise_for_status()
        made = server.command("backup", str(tmp_path / "backup"))
    assert made.returncode == 0, made.stderr
    shutil.copytree(house / "keys", other / "keys")

    restored = command(environment_of(other), "restore", str(tmp_path / "backup.asklepion"))

    assert restored.returncode == 0, restored.stderr
    one, again = (History(each / "chain.sqlite") for each in (house, other))
    newest = again.machine.store.newest()
    assert newest is not None
    # The house may have made another block before it closed.
    assert newest == one.machine.store.block_by_number(newest.number)
    one.close()
    again.close()
