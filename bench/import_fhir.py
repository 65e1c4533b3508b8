"""How fast does a record come in, checked, indexed, decided and written down?

The peer is the least that could be called an import: the same files through Python's `json` into
one SQLite table, one commit a file, in the same run on the same disk; without checking,
references, index, history, consent or log. It shows what all of that costs.
"""

import asyncio
import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from asklepion.app import open_house
from asklepion.identity import Identity
from asklepion.records import Asking, ImportStep, Records
from asklepion.settings import Settings

from ._fhir import Watch, find_bundles, tell

PEER = "json into one table"


async def take_in(records: Records, source: Path) -> tuple[ImportStep, Watch]:
    """One import."""
    asking = Asking(caller=Identity.console(), purpose="HOPERAT", via="import")
    with Watch() as watch:
        steps = [step async for step in records.take_in(asking, source)]
    return steps[-1], watch


def peer(source: Path, folder: Path) -> tuple[int, Watch]:
    """The peer's import."""
    count = 0
    with closing(sqlite3.connect(folder / "peer.sqlite", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE held (type TEXT, id TEXT, body TEXT, PRIMARY KEY (type, id))")
        with Watch() as watch:
            for path in sorted(source.glob("*.json")):
                entries = json.loads(path.read_bytes())["entry"]
                resources = [entry["resource"] for entry in entries]
                rows = [(r["resourceType"], r["id"], json.dumps(r)) for r in resources]
                db.execute("BEGIN")
                db.executemany("INSERT OR REPLACE INTO held VALUES (?, ?, ?)", rows)
                db.execute("COMMIT")
                count += len(rows)
    return count, watch


async def main() -> None:
    """On a fresh SQLite file that waits for the disk at every commit."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "bundles").mkdir()
        source, kind = find_bundles(folder / "bundles")
        count, theirs = await asyncio.to_thread(peer, source, folder)
        settings = Settings(data=folder / "house")
        async with open_house(settings, serving=False) as house:
            first, ours = await take_in(house.records, source)
            again, repeated = await take_in(house.records, source)
            assert first.refused == 0
            assert (again.new, again.changed) == (0, 0)
            for unit, mine, other in (
                ("resources/s", ours.wall, theirs.wall),
                ("resources/CPU-s", ours.cpu, theirs.cpu),
            ):
                tell(
                    f"import of {kind} bundles",
                    first.accepted / mine,
                    unit,
                    higher_is_better=True,
                    peer=PEER,
                    peer_value=count / other,
                )
            for unit, spent in (("resources/s", repeated.wall), ("resources/CPU-s", repeated.cpu)):
                rate = again.accepted / spent
                tell(f"the same {kind} bundles again", rate, unit, higher_is_better=True)


if __name__ == "__main__":
    asyncio.run(main())
