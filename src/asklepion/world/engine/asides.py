"""Who of one place speaks privately with whom: by slot. Reads no clock and knows no names."""

from asklepion.kit.errors import Conflict, NotFound

MOST_ASIDES = 16  # in one place
MOST_IN_ONE = 6
ASKED_S = 60.0  # how long a question stands
NEAR_M = 4.0  # so near must stand whom one asks
FAR_M = 8.0  # who is farther from every other member has left


class Asides:
    """An aside is a number for as long as two or more are in it; number 0 is everybody else."""

    def __init__(self) -> None:
        self._of: dict[int, int] = {}  # slot: aside
        self._asked: dict[tuple[int, int], tuple[int, float]] = {}  # aside, whom: who asks, until
        self._count = 0

    @property
    def count(self) -> int:
        """The highest number that was given so far."""
        return self._count

    def begin_after(self, count: int) -> None:
        """Give new asides higher numbers: so many there were where people come from."""
        self._count = max(self._count, count)

    def resume(self, slot: int, aside: int) -> None:
        """Put one who comes back into the aside they were in, also before the others come."""
        if aside:
            self._of[slot] = aside
            self.begin_after(aside)

    def of(self, slot: int) -> int:
        """The aside that somebody is in; 0 is none."""
        return self._of.get(slot, 0)

    def members(self, aside: int) -> list[int]:
        """The slots in an aside."""
        return sorted(slot for slot, one in self._of.items() if one == aside and aside)

    def all(self) -> dict[int, list[int]]:
        """Every aside with its members."""
        return {aside: self.members(aside) for aside in sorted(set(self._of.values()))}

    def are_together(self, one: int, other: int) -> bool:
        """Whether two may hear each other: in one aside, or both in none."""
        return self.of(one) == self.of(other)

    def ask(self, by: int, to: int, now: float) -> int:
        """Note that somebody asks another; the number of the aside it would be.

        Raises:
            Conflict: the other is in one, it is full, or there are too many in this place.
        """
        self._forget(now)
        aside = self.of(by) or self._wanted(by)
        if self.of(to):
            raise Conflict("They speak privately already.")
        going = [whom for number, whom in self._asked if number == aside and whom != to]
        if len(self.members(aside) or [by]) + len(going) >= MOST_IN_ONE:
            raise Conflict("More are too many.", hint=f"At most {MOST_IN_ONE} speak privately.")
        if not aside:
            if len({*self._of.values(), *(number for number, _ in self._asked)}) >= MOST_ASIDES:
                raise Conflict("Too many speak privately here.")
            aside = self._count = self._count + 1
        self._asked[(aside, to)] = (by, now + ASKED_S)
        return aside

    def asker(self, aside: int, slot: int, now: float) -> int:
        """Who asked somebody into an aside.

        Raises:
            NotFound: nobody did, or it was too long ago.
        """
        self._forget(now)
        found = self._asked.get((aside, slot))
        if not found:
            raise NotFound("Nobody asks you that any more.")
        return found[0]

    def join(self, aside: int, slot: int, now: float) -> list[int]:
        """Let one in who was asked; the slots that are in another aside than before.

        Raises:
            NotFound: nobody asked them, or whoever asked is elsewhere now.
        """
        by = self.asker(aside, slot, now)
        if self.of(by) not in (0, aside):
            self.decline(aside, slot)
            raise NotFound("Nobody asks you that any more.")
        changed = self.leave(slot) if self.of(slot) else []
        self._asked.pop((aside, slot), None)
        joined = [one for one in (by, slot) if self.of(one) != aside]
        self._of.update(dict.fromkeys(joined, aside))
        return sorted({*changed, *joined})

    def decline(self, aside: int, slot: int) -> None:
        """Forget that somebody was asked."""
        self._asked.pop((aside, slot), None)

    def leave(self, slot: int) -> list[int]:
        """Let one out, and the last one with them; the slots that are in none any more."""
        aside = self._of.pop(slot, 0)
        if not aside:
            return []
        rest = self.members(aside)
        is_over = len(rest) < 2
        self._asked = {
            key: asked
            for key, asked in self._asked.items()
            if asked[0] != slot and not (is_over and key[0] == aside)
        }
        if not is_over:
            return [slot]
        for one in rest:
            del self._of[one]
        return [slot, *rest]

    def go(self, slot: int) -> list[int]:
        """Somebody left the place: the slot may be another's next."""
        changed = self.leave(slot)
        self._asked = {
            key: asked for key, asked in self._asked.items() if slot not in (key[1], asked[0])
        }
        return [one for one in changed if one != slot]

    def _wanted(self, by: int) -> int:
        """The aside that somebody asked others into, and nobody has come yet."""
        mine = (number for (number, _), (who, _) in self._asked.items() if who == by)
        return next((number for number in mine if not self.members(number)), 0)

    def _forget(self, now: float) -> None:
        self._asked = {key: asked for key, asked in self._asked.items() if asked[1] > now}
