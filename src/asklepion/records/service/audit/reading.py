"""Lines of the access log of one patient, read in pages, and which of them are wanted."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta

from asklepion.kit.clock import to_us

from ...model import AccessEntry
from ...store import access
from ..books import code_of, entry_of
from ..parts import Parts

PAGE = 250  # lines opened at once: less than a frame
MOST = 5000  # lines read for one answer
END = 1 << 62

# What a line tells of, for those who look through a long list.
LOOKED, CHANGED, ALLOWED, REFUSED, DEVICE = "looked", "changed", "allowed", "refused", "device"
KINDS = (LOOKED, CHANGED, ALLOWED, REFUSED, DEVICE)
CHANGES = frozenset({"write", "delete", "import", "erase"})
PERMISSIONS = frozenset(
    {"grant", "refuse", "revoke", "share", "unshare", "break-glass", "decide", "review"}
)


def kind_of(entry: AccessEntry) -> str:
    """What a line tells of: a look, a change, a permission, a refusal, or a device's reading."""
    if entry.outcome != "permit":
        return REFUSED
    if entry.via == "device":
        return DEVICE
    if entry.action in CHANGES:
        return CHANGED
    return ALLOWED if entry.action in PERMISSIONS else LOOKED


def day_of(entry: AccessEntry, zone_min: int) -> str:
    """The day of a line where the reader is, such as 2026-03-01."""
    return (entry.at + timedelta(minutes=zone_min)).date().isoformat()


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Which lines are wanted."""

    kinds: frozenset[str] = frozenset(KINDS)
    actor: str = ""  # an account
    since: int = -END  # [microseconds since 1970]
    until: int = END  # the first moment that does not count
    text: str = ""

    def takes(self, entry: AccessEntry) -> bool:
        """Whether a line is wanted; its moment was looked at before."""
        return (
            kind_of(entry) in self.kinds
            and self.actor in ("", entry.actor)
            and (not self.text or self.text.casefold() in _words(entry))
        )


EVERYTHING = Wish()


def _words(entry: AccessEntry) -> str:
    """What of a line can be looked for."""
    return "\n".join(
        [
            entry.actor_name,
            entry.via,
            entry.action,
            *entry.what,
            *map(code_of, entry.categories),
            *entry.refs,
            *entry.detail.values(),
        ]
    ).casefold()


class LineReader:
    """Reads lines and opens them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def newest_first(
        self, patient: str, *, before: int | None = None, since: int = -END, until: int = END
    ) -> AsyncGenerator[list[AccessEntry]]:
        """All lines of some time, a page at a time; whoever reads them says when it is enough."""
        at = END if before is None else before
        while True:
            async with self._parts.db.read() as tx:
                rows = await access.find_span(
                    tx, patient, before=at, since=since, until=until, limit=PAGE
                )
            if rows:
                yield await self.open(rows)
            if len(rows) < PAGE:
                return
            at = rows[-1].number

    async def one(self, id: str) -> AccessEntry | None:
        """One line, if it is about a patient."""
        async with self._parts.db.read() as tx:
            row = await access.find(tx, id)
        if row is None or not row.patient:
            return None
        return next(iter(await self.open([row])), None)

    async def open(self, rows: list[access.AccessRow]) -> list[AccessEntry]:
        """Lines as they are shown."""
        return [entry_of(row) for row in await self._parts.books.open(rows)]

    def days_ago(self, days: int) -> int:
        """The moment so many days before now [microseconds since 1970]."""
        return to_us(self._parts.clock.now() - timedelta(days=days))
