"""The people in one place, and what each of them hears."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..engine import Asides, Captioners, Frames, Hall, Ring, Seats, Signing, is_crowding
from ..model import Place, Spot, Ties
from ..wire import (
    MOST_CAPTIONERS,
    Away,
    FromWorld,
    Joined,
    Left,
    MayCaption,
    Moved,
    Presence,
    Signs,
    Welcome,
    WentAside,
    control,
)
from .apartness import Apartness
from .visit import Visit

if TYPE_CHECKING:
    from .standing import Stood


@dataclass(kw_only=True)
class Gathering:
    """A hall with the visits in it."""

    key: str  # the place's id; with the account behind it where each has a place of their own
    hall: Hall
    ties: Ties = field(default_factory=Ties)
    signing: Signing = field(default_factory=Signing)
    visits: dict[int, Visit] = field(default_factory=dict[int, Visit])
    signs: tuple[Presence, ...] = ()
    ring: Ring = field(default_factory=Ring)
    is_served: Callable[[], bool] | None = None  # whether it lives in this worker; None: where else
    asides: Asides = field(default_factory=Asides)
    is_awaited: Callable[[], bool] = lambda: False  # whether some who were here are to come back
    went_aside: Callable[[], None] | None = None  # is told when who speaks privately changed

    def __post_init__(self) -> None:
        self.is_stage = self.hall.place.is_stage
        self.hands = 0  # were raised since the first came
        self.apartness = Apartness(self.ties, self.visits)
        self.captioners = Captioners(MOST_CAPTIONERS, self._tell_captioner)
        self.seats = Seats(self.hall.place, self.hall.ground)

    def tell(
        self, message: FromWorld, *, by: Visit | None = None, but: Visit | None = None
    ) -> None:
        """Say something to everybody here, but not to whoever is apart from whom it is of."""
        if self.is_served and not self.is_served():
            return
        frame = control(message)
        for visit in list(self.visits.values()):
            if visit is not but and not (by and self.apartness.parts(visit, by)):
                visit.send(frame)

    def join(
        self,
        visit: Visit,
        at: Spot | None,
        signs: tuple[Presence, ...],
        stood: Stood | None = None,
    ) -> None:
        """Let somebody in: they see everybody, and everybody hears of them.

        Args:
            stood: as what they come back; None for whoever comes anew.

        Raises:
            Busy: the place is full; nothing has changed.
        """
        slot, spot = self.hall.enter(at)
        visit.gathering, visit.slot, visit.hand, visit.has_word = self, slot, 0, False
        visit.is_on_sfu = False
        if stood:
            self._resume(visit, stood)
        visit.outbox.clear_view()
        self.signs = self.signs if self.visits else signs
        self.visits[slot] = visit
        self.apartness.look()
        self._welcome(visit, spot, signs)
        self.tell(Joined(person=visit.person), by=visit, but=visit)

    def _resume(self, visit: Visit, stood: Stood) -> None:
        visit.hand, self.hands = stood.hand, max(self.hands, stood.hand)
        visit.has_word = stood.has_word and self.is_stage
        self.asides.resume(visit.slot, stood.aside)

    def hand_over(self, old: Visit, new: Visit) -> None:
        """Give the body of one visit to another: the same person, on a new line."""
        new.take_over(old)
        self.visits[new.slot] = new
        self.tell(Away(slot=new.slot, is_away=False), by=new, but=new)

    def take_up(self, visit: Visit, signs: tuple[Presence, ...]) -> None:
        """Let one who is here go on where they stood when the line broke."""
        self._welcome(visit, self.hall.spot(visit.slot), signs)
        for speaker, typist in self.captioners.with_one(visit.slot):
            visit.tell(MayCaption(slot=speaker, by=typist, may=True))

    def _tell_captioner(self, speaker: int, typist: int, may: bool) -> None:
        for slot in (speaker, typist):
            if visit := self.visits.get(slot):
                visit.tell(MayCaption(slot=speaker, by=typist, may=may))

    def _welcome(self, visit: Visit, spot: Spot, signs: tuple[Presence, ...]) -> None:
        people = tuple(o.person for o in self.visits.values() if not self.apartness.parts(visit, o))
        visit.signs, visit.is_back = signs, False
        visit.tell(
            Welcome(
                place=self.hall.place.id,
                you=visit.slot,
                spot=spot,
                people=people,
                signs=signs,
                key=visit.key,
                is_stage=self.is_stage,
            )
        )
        visit.send(self.whole_for(visit))

    def let_go(self, slot: int) -> None:
        """Let somebody out: they hear nothing of this place any more."""
        gone = self.visits.pop(slot)
        self.hall.leave(slot)
        self.signing.leave(slot)
        self.captioners.leave(slot)
        self.apartness.look()
        self.tell(Left(slot=slot), by=gone)
        self.tell_asides(self.asides.go(slot))

    def tell_asides(self, changed: Iterable[int]) -> None:
        """Tell of those who speak privately now, or with everybody again."""
        slots = list(changed)
        if slots and self.went_aside:
            self.went_aside()
        for slot in slots:
            if visit := self.visits.get(slot):
                self.tell(WentAside(slot=slot, aside=self.asides.of(slot)), by=visit)

    def may_hear(self, one: Visit, other: Visit) -> bool:
        """Whether voices may find a way between two: in one aside; on stage, to a speaker."""
        aside = self.asides.of(one.slot)
        if aside != self.asides.of(other.slot):
            return False
        return aside > 0 or not self.is_stage or one.may_speak or other.may_speak

    def hearers(self, visit: Visit) -> list[Visit]:
        """Who hears what somebody says: those in their aside, or nearly everybody."""
        members = self.asides.members(self.asides.of(visit.slot))
        among = [self.visits[slot] for slot in members] if members else self.visits.values()
        return [other for other in among if not self.apartness.parts(visit, other)]

    def part_or_meet(self, one: Visit, other: Visit) -> None:
        """Two who are here went apart, or came together again: as if each had left or come."""
        self.apartness.look()
        are_apart = self.apartness.parts(one, other)
        if are_apart:
            self.captioners.part(one.slot, other.slot)
        for mine, theirs in ((one, other), (other, one)):
            mine.outbox.clear_view()
            mine.tell(Left(slot=theirs.slot) if are_apart else Joined(person=theirs.person))
            mine.send(self.whole_for(mine))

    def hear(self, visit: Visit, body: bytes, now: float) -> None:
        """Take in a pose, unless it leads too near to one who wants room; who sits stays there."""
        body = self.seats.judge(visit.slot, body)
        kept = self.apartness.bubbles_for(visit)
        if kept and is_crowding(self.hall.legs, visit.slot, body, kept):
            if visit.corrections.spend(now):
                visit.tell(Moved(spot=self.hall.spot(visit.slot)))
            return
        self.hall.hear(visit.slot, body)

    def whole_for(self, visit: Visit) -> bytes:
        """All poses that somebody may see."""
        return self.apartness.seen_by(visit, self.hall.whole(visit.slot)) or b""

    def tick(self, now: float) -> None:
        """Show everybody what changed, and put back whose last step was not possible."""
        turn = self.hall.tick()
        self._show(turn.frames)
        for slot, hands in self.signing.tick(self.hall.spots, self.apartness.hidden_from):
            self.visits[slot].show_hands(hands)
        for slot in turn.stopped:
            visit = self.visits.get(slot)
            if visit and visit.corrections.spend(now):
                visit.tell(Moved(spot=self.hall.spot(slot)))

    def _show(self, frames: Frames) -> None:
        visits, veiled = self.visits, self.apartness.veiled
        for frame, slots in frames:
            for slot in slots:
                if slot not in veiled:
                    visits[slot].show(frame)
                elif seen := self.apartness.seen_by(visits[slot], frame):
                    visits[slot].show(seen)

    def remember(self, now: float) -> None:
        """Keep where everybody stands for a minute, in case somebody reports another."""
        legs = self.hall.legs
        self.ring.stand(
            now,
            {v.account: (float(legs.x[s]), float(legs.z[s])) for s, v in self.visits.items()},
        )

    def hang(self, over_doors: Callable[[Place, str], tuple[Presence, ...]]) -> None:
        """Hang out new signs over the doors, if they say something new to whom they are told.

        Args:
            over_doors: what they say in a place to an account; "" is apart from nobody.
        """
        place = self.hall.place
        signs = over_doors(place, "")
        self.signs = signs
        frame = control(Signs(signs=signs))
        for visit in list(self.visits.values()):
            is_apart = self.ties.has_apart(visit.account)
            seen = over_doors(place, visit.account) if is_apart else signs
            if seen != visit.signs:
                visit.signs = seen
                visit.send(control(Signs(signs=seen)) if is_apart else frame)
