"""What one patient made becomes another's: in the rows that wait, and in what lies open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..engine import Author, Loose
from ..store.things import ItemRow, MarkRow

ITEM, MARK = "world_item", "world_mark"


@dataclass(frozen=True)
class Move:
    """Whose it was, whose it is now, and how much: all, or only what is named."""

    old: str
    new: str
    only: Sequence[str] | None = None

    def takes(self, patient: str, tag: str) -> bool:
        """Whether something goes along: whose it is, and the table, column and maker of it."""
        return patient == self.old and (self.only is None or tag in self.only)

    def item(self, row: ItemRow) -> ItemRow:
        """The row as it is after this."""
        if self.takes(row.patient, f"{ITEM}.patient:{row.account}"):
            row = row._replace(patient=self.new)
        if self.takes(row.host, f"{ITEM}.host:{row.place}"):
            row = row._replace(host=self.new)
        return row

    def mark(self, row: MarkRow) -> MarkRow:
        """The row as it is after this."""
        if self.takes(row.patient, f"{MARK}.patient:{row.account}"):
            row = row._replace(patient=self.new)
        if self.takes(row.host, f"{MARK}.host:{row.place}"):
            row = row._replace(host=self.new)
        return row

    def change(self, loose: Loose) -> None:
        """Let a thing that lies open be whose it is after this, and what is drawn on it."""
        if self.takes(loose.patient, f"{ITEM}.patient:{loose.account}"):
            loose.patient = self.new
        for id, by in loose.authors.items():
            if self.takes(by.patient, f"{MARK}.patient:{by.account}"):
                loose.authors[id] = Author(by.account, self.new)

    def tags(self, things: Iterable[Loose]) -> set[str]:
        """What of these goes along."""
        found: set[str] = set()
        for loose in things:
            if loose.patient == self.old:
                found.add(f"{ITEM}.patient:{loose.account}")
            found |= {
                f"{MARK}.patient:{by.account}"
                for by in loose.authors.values()
                if by.patient == self.old
            }
        return found if self.only is None else found & set(self.only)

    def tags_of_rows(self, items: Iterable[ItemRow], marks: Iterable[MarkRow]) -> set[str]:
        """What of these rows goes along."""
        found: set[str] = set()
        for table, rows in ((ITEM, items), (MARK, marks)):
            for row in rows:
                if row.patient == self.old:
                    found.add(f"{table}.patient:{row.account}")
                if row.host == self.old:
                    found.add(f"{table}.host:{row.place}")
        return found if self.only is None else found & set(self.only)

    def tags_of_home(self, place: str, host: str) -> set[str]:
        """What of a home that lies open goes along."""
        if host != self.old:
            return set()
        found = {f"{table}.host:{place}" for table in (ITEM, MARK)}
        return found if self.only is None else found & set(self.only)
