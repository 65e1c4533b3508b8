"""A database with resources in it, searched through plans alone."""

from datetime import UTC, datetime
from typing import Any

from asklepion.kit.clock import to_us
from asklepion.kit.db import Database
from asklepion.records.engine import Indexer, compile_search
from asklepion.records.store.plans import ANYTHING, select_page, select_total
from asklepion.records.store.rows import Row, Writing, insert

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
NAMES = "SELECT rid, id FROM records_res"
Resource = dict[str, Any]


class Shelf:
    """A database with resources in it, searched through plans alone."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.indexer = Indexer(bytes(32))
        self.resources: list[Resource] = []

    async def put(self, *resources: Resource) -> None:
        writings = [
            Writing(
                Row(
                    rid=0,
                    key=self.indexer.key_of(it["resourceType"], it["id"]),
                    type=it["resourceType"],
                    id=it["id"],
                    version=1,
                    updated_at=to_us(NOON) + len(self.resources) + number,
                    patient="",
                    category=it.get("category_for_the_test", 15),
                    author="",
                    labels=8,
                    deleted=0,
                    digest=b"",
                    body=b"",
                ),
                self.indexer.index(it),
            )
            for number, it in enumerate(resources)
        ]
        async with self.db.begin() as tx:
            await insert(tx, writings)
        self.resources += resources

    async def find(
        self, type: str, *params: tuple[str, str], visible: str = ANYTHING, limit: int = 1000
    ) -> list[str]:
        """Ids in the order of the answer; the total must agree."""
        query = compile_search(type, params, indexer=self.indexer, now=NOON)
        values = {**query.values, "type": type, "limit": limit}
        async with self.db.read() as tx:
            rids = [row[0] for row in await tx.all(select_page(query.shape, visible), **values)]
            total = await tx.one(select_total(query.shape, visible), **values)
            names: dict[int, str] = {row[0]: row[1] for row in await tx.all(NAMES)}
        assert len(rids) == len(set(rids))
        assert query.shape.has_after or total == (len(rids),) or len(rids) == limit
        return [names[rid] for rid in rids]
