"""Lines of one day that say the same, folded into one: what was done forty times is one line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from ...model import AccessEntry


@dataclass(kw_only=True)
class Group:
    """The same thing done once or more on one day."""

    day: str
    newest: AccessEntry
    oldest: AccessEntry
    count: int = 0
    what: dict[str, int] = field(default_factory=dict[str, int])  # at most in one of them

    def add(self, entry: AccessEntry) -> None:
        """Count one in; they come newest first."""
        self.count += 1
        self.oldest = entry
        for type, count in entry.what.items():
            self.what[type] = max(count, self.what.get(type, 0))

    @property
    def key(self) -> str:
        """The same for what belongs together, also on the next page."""
        return blake2b(repr(key_of(self.newest)).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Grouped:
    """One page of groups, newest first."""

    groups: list[Group]
    next: int | None  # goes on before the line of this number, if there is more
    is_cut: bool = False  # the last day may go on there


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How often each account looked on each day."""

    counts: Mapping[tuple[str, str], int]  # by day and account
    actors: Mapping[str, AccessEntry]  # the newest line of each


Key = tuple[object, ...]


def key_of(entry: AccessEntry) -> Key:
    """What must be the same for lines to be folded into one."""
    return (
        entry.actor,
        entry.actor_name,
        entry.action,
        entry.outcome,
        entry.purpose,
        entry.visit,
        entry.via,
        entry.app or "",
        entry.categories,
        entry.detail.get("reason"),
        entry.detail.get("interaction"),
    )


class Folding:
    """Folds lines that come newest first."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, Key], Group] = {}

    def __len__(self) -> int:
        return len(self._groups)

    def add(self, day: str, entry: AccessEntry) -> None:
        """Take one line in."""
        group = self._groups.setdefault(
            (day, key_of(entry)), Group(day=day, newest=entry, oldest=entry)
        )
        group.add(entry)

    @property
    def groups(self) -> list[Group]:
        """Everything folded so far, by the newest of each."""
        return list(self._groups.values())
