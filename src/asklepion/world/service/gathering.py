"""The people in one place, and what each of them hears."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..engine import Hall
from ..model import Spot
from ..wire import Away, FromWorld, Joined, Left, Moved, Presence, Signs, Welcome, control
from .visit import Visit


@dataclass(kw_only=True)
class Gathering:
    """A hall with the visits in it."""

    key: str  # the place's id; with the account behind it where each has a place of their own
    hall: Hall
    visits: dict[int, Visit] = field(default_factory=dict[int, Visit])
    signs: tuple[Presence, ...] = ()

    def tell(self, message: FromWorld, *, but: Visit | None = None) -> None:
        """Say something to everybody here."""
        frame = control(message)
        for visit in list(self.visits.values()):
            if visit is not but:
                visit.send(frame)

    def join(self, visit: Visit, at: Spot | None, signs: tuple[Presence, ...]) -> None:
        """Let somebody in: they see everybody, and everybody hears of them.

        Raises:
            Busy: the place is full; nothing has changed.
        """
        slot, spot = self.hall.enter(at)
        visit.gathering, visit.slot, visit.is_hand_up = self, slot, False
        visit.outbox.clear_view()
        self.signs = self.signs if self.visits else signs
        self.visits[slot] = visit
        self._welcome(visit, spot)
        self.tell(Joined(person=visit.person), but=visit)

    def hand_over(self, old: Visit, new: Visit) -> None:
        """Give the body of one visit to another: the same person, on a new line."""
        new.gathering, new.slot, new.is_hand_up = self, old.slot, old.is_hand_up
        old.gathering, old.slot = None, -1
        new.is_back, self.visits[new.slot] = True, new
        self.tell(Away(slot=new.slot, is_away=False), but=new)

    def take_up(self, visit: Visit) -> None:
        """Let one who is here go on where they stood when the line broke."""
        self._welcome(visit, self.hall.spot(visit.slot))

    def _welcome(self, visit: Visit, spot: Spot) -> None:
        welcome = Welcome(
            place=self.hall.place.id,
            you=visit.slot,
            spot=spot,
            people=tuple(other.person for other in self.visits.values()),
            signs=self.signs,
            key=visit.key,
        )
        visit.tell(welcome)
        visit.send(self.hall.whole(visit.slot))

    def let_go(self, slot: int) -> None:
        """Let somebody out: they hear nothing of this place any more."""
        del self.visits[slot]
        self.hall.leave(slot)
        self.tell(Left(slot=slot))

    def tick(self, now: float) -> None:
        """Show everybody what changed, and put back whose last step was not possible."""
        turn = self.hall.tick()
        for frame, slots in turn.frames:
            for slot in slots:
                self.visits[slot].show(frame)
        for slot in turn.stopped:
            visit = self.visits.get(slot)
            if visit and visit.corrections.spend(now):
                visit.tell(Moved(spot=self.hall.spot(slot)))

    def hang(self, signs: tuple[Presence, ...]) -> None:
        """Hang out new signs over the doors, if they say something new."""
        if signs != self.signs:
            self.signs = signs
            self.tell(Signs(signs=signs))

    def names(self) -> Iterable[str]:
        """Who is here, as others see them, in the order they came."""
        return (visit.name for visit in self.visits.values())
