"""Appends to a log until it is killed: a process of its own for test_killing.py.

Each line that it writes says what is acknowledged by then: the leaves so far, or a checkpoint.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from asklepion.kit.clock import SystemClock
from asklepion.kit.db import connect_database
from asklepion.kit.keys import Keys
from asklepion.ledger import MIGRATIONS, Ledger, commit

KEY = bytes(range(32))


def event(number: int) -> dict[str, Any]:
    """What is committed at one place."""
    return {"id": str(number), "action": "read"}


async def append_for_ever(folder: Path) -> None:
    """Batches of all sizes, with a signature after every few."""
    db = connect_database(f"sqlite:///{folder}/ledger.sqlite")
    await db.migrate({"ledger": MIGRATIONS}, folder / "backups", SystemClock())
    ledger = Ledger(db=db, clock=SystemClock(), keys=Keys(folder / "keys"))
    size = await ledger.size()
    for turn in range(1_000_000):
        count = 1 + turn * 7 % 60
        async with db.begin() as tx:
            await ledger.append(tx, [commit(event(size + n), KEY) for n in range(count)])
        size += count
        print(json.dumps({"size": size}), flush=True)
        if turn % 3 == 0:
            print(json.dumps({"note": (await ledger.checkpoint()).note}), flush=True)


if __name__ == "__main__":
    asyncio.run(append_for_ever(Path(sys.argv[1])))
