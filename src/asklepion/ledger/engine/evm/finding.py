"""What contracts told, found by who told it and by its topics."""

from collections.abc import Sequence

from asklepion.kit.errors import Incorrect

from ...model import Log
from .store import ChainStore, LogRow

# At each place: any of these, this one, or whatever is there.
Topics = Sequence[Sequence[bytes] | bytes | None]
LAST = 2**63 - 1  # block that can be asked for


def find_logs(
    store: ChainStore,
    addresses: Sequence[bytes],
    topics: Topics,
    first: int,
    last: int | None,
    most: int,
) -> list[Log]:
    """What contracts told, with the transaction in which they did.

    Raises:
        Incorrect: it is more than so many.
    """
    wanted = [
        [] if place is None else [place] if isinstance(place, bytes) else list(place)
        for place in topics
    ]
    end = LAST if last is None else min(last, LAST)
    with store.snapshot():
        rows = store.logs(
            max(first, 0),
            end,
            addresses=addresses,
            topics=wanted,
            most=most + 1,
        )
        if len(rows) > most:
            raise Incorrect(f"More than {most} log entries match.", hint="Ask for fewer blocks.")
        return _with_transactions(store, rows)


def _with_transactions(store: ChainStore, rows: Sequence[LogRow]) -> list[Log]:
    hashes: dict[int, tuple[bytes, ...]] = {}
    found: list[Log] = []
    for row in rows:
        if row.number not in hashes:
            hashes[row.number] = store.hashes_in(row.number)
        found.append(
            Log(
                address=row.address,
                topics=row.topics,
                data=row.content,
                block=row.number,
                transaction=hashes[row.number][row.position],
                index=row.idx,
            )
        )
    return found
