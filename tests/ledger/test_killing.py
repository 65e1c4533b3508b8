"""The power goes in the midst of appends, twenty times: nothing acknowledged is lost."""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import httpx

from asklepion.kit.clock import SystemClock
from asklepion.kit.db import connect_database
from asklepion.kit.keys import Keys
from asklepion.ledger import Ledger, commit, is_consistent, open_witness, verify_receipt
from asklepion.ledger.engine import note
from tests.ledger.killing import KEY, event
from tests.ledger.test_witness import SIGNER, TREE, request
from tests.serving import ROOT, environment_of

TIMES = 20
OPENING_S = 60


def killed(folder: Path, after_s: float) -> list[dict[str, int | str]]:
    """Let it append, kill it so long after its first word; what it had acknowledged."""
    words = [sys.executable, "-m", "tests.ledger.killing", str(folder)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ}) as process:
        assert process.stdout
        first = process.stdout.readline()
        time.sleep(after_s)
        process.kill()
        rest, _ = process.communicate()
    lines = (first + rest).splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


async def look(folder: Path, said: list[dict[str, int | str]], held: list[str]) -> None:
    """All that was acknowledged is there, verifies, and grew from all that was signed before."""
    db = connect_database(f"sqlite:///{folder}/ledger.sqlite")
    ledger = Ledger(db=db, clock=SystemClock(), keys=Keys(folder / "keys"))
    size = await ledger.size()
    acknowledged = max(int(each["size"]) for each in said if "size" in each)
    held += [str(each["note"]) for each in said if "note" in each]
    assert size >= acknowledged
    assert await ledger.verify() == []
    leaves = await ledger.leaves(0, size)
    assert leaves == {n: commit(event(n), KEY) for n in range(size)}
    newest = await ledger.checkpoint()
    for old in map(note.read_checkpoint, held):
        proof = await ledger.consistency(old.size, newest.size)
        assert is_consistent(old.size, newest.size, old.root, newest.root, proof)
    receipt = await ledger.receipt(acknowledged - 1, event(acknowledged - 1), KEY)
    assert verify_receipt(receipt, trusted=ledger.verifier_key).is_trusted
    held.append(newest.note)
    await db.close()


def test_twenty_kills_in_the_midst_of_appends_lose_nothing_that_was_acknowledged(
    tmp_path: Path,
) -> None:
    chance = random.Random(7)
    held: list[str] = []
    for _ in range(TIMES):
        said = killed(tmp_path, chance.uniform(0, 0.15))
        asyncio.run(look(tmp_path, said, held))

    assert len(held) >= 2 * TIMES


def test_a_witness_that_is_killed_after_each_cosignature_never_takes_a_step_back(
    tmp_path: Path,
) -> None:
    async def prepare() -> None:
        async with open_witness(tmp_path / "witness", SystemClock()) as witness:
            await witness.follow(str(SIGNER.verifier))

    asyncio.run(prepare())
    words = [sys.executable, "-m", "asklepion", "witness", "serve", "--port", "0"]
    words += ["--data", str(tmp_path / "witness")]
    for old, new in ((0, 5), (5, 20), (20, 40)):
        environment = environment_of(tmp_path)
        with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment) as process:
            try:
                assert process.stdout
                told = json.loads(process.stdout.readline())
                url = f"http://127.0.0.1:{told['port']}/add-checkpoint"
                if old:
                    back = httpx.post(url, content=request(0, old - 1), timeout=OPENING_S)
                    assert (back.status_code, back.text) == (409, f"{old}\n")
                answer = httpx.post(url, content=request(old, new), timeout=OPENING_S)
            finally:
                process.kill()
        assert answer.status_code == 200
        assert told["key"].split("+")[0] in answer.text

    async def seen() -> tuple[int, bytes]:
        async with open_witness(tmp_path / "witness", SystemClock()) as witness:
            (log,) = await witness.followed()
            return log.size, log.root

    assert asyncio.run(seen()) == (40, TREE.root(40))
