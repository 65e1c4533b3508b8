"""Who is where in other workers, as far as they told."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ..wire import FromWorld, control
from .passing import Alive, Guest, Here, PassOn, Tell

ARRIVES_S = 1.0  # so long one who was sent to a worker is not counted there yet
GONE_S = 1.6  # without a word for so long, a worker is not sent anybody
LOST_S = 4.0  # and after so long, nobody is there any more


@dataclass(frozen=True)
class Afar:
    """Somebody in a place that lives in another worker."""

    guest: Guest
    hall: str
    _pass_on: PassOn

    @property
    def account(self) -> str:
        """The account: for the house, never for visitors."""
        return self.guest.account

    @property
    def who(self) -> str:
        """What stands for them."""
        return self.guest.who

    @property
    def name(self) -> str:
        """As others see it."""
        return self.guest.name

    @property
    def is_host(self) -> bool:
        """Whether they keep order where they are."""
        return self.guest.is_host

    @property
    def is_silent(self) -> bool:
        """Whether a host took the word from them."""
        return self.guest.is_silent

    @property
    def place_id(self) -> str:
        """The place they are in."""
        return self.hall.partition(":")[0]

    def tell(self, message: FromWorld) -> None:
        """Say something to them, by their worker."""
        self._pass_on(Tell(account=self.account, frame=control(message)))


@dataclass
class _Hall:
    worker: str
    guests: tuple[Guest, ...]


class Presence:
    """Takes in what workers tell of who is in them.

    Args:
        missed: is told the account and the place of whoever is in it no more.
    """

    def __init__(
        self,
        tell_time: Callable[[], float],
        pass_on: PassOn,
        missed: Callable[[str, str], None] = lambda account, place: None,
    ) -> None:
        self._time = tell_time
        self._pass_on = pass_on
        self._missed = missed
        self._halls: dict[str, _Hall] = {}
        self._where: dict[str, tuple[str, Guest]] = {}  # by account: hall, and who they are there
        self._heard: dict[str, float] = {}
        self._people: dict[str, int] = {}
        self._sent: list[tuple[str, float]] = []  # who was sent where, a moment ago

    # --- what they told

    def hear_alive(self, told: Alive) -> bool:
        """A worker lives; whether it has places of which we have not heard."""
        self._heard[told.worker], self._people[told.worker] = self._time(), told.people
        mine = set(told.halls)
        held = {hall for hall, known in self._halls.items() if known.worker == told.worker}
        for hall in held - mine:
            self._change(hall, None)
        return not mine <= held

    def hear_here(self, told: Here) -> None:
        """Who is in a place; that nobody is counts from the worker that has it alone."""
        known = self._halls.get(told.hall)
        if not told.guests and known and known.worker != told.worker:
            return
        self._change(told.hall, _Hall(told.worker, told.guests) if told.guests else None)

    def forget(self, worker: str) -> None:
        """A worker ended: nobody is there any more."""
        self._heard.pop(worker, None)
        self._people.pop(worker, None)
        for hall in [hall for hall, known in self._halls.items() if known.worker == worker]:
            self._change(hall, None)

    def sweep(self) -> list[str]:
        """Forget the workers that have said nothing for long; returns which."""
        now = self._time()
        lost = [worker for worker, at in self._heard.items() if now - at > LOST_S]
        for worker in lost:
            self.forget(worker)
        return lost

    def _change(self, hall: str, after: _Hall | None) -> None:
        before = self._halls.pop(hall, None)
        if after:
            self._halls[hall] = after
        there = {guest.account for guest in after.guests} if after else set[str]()
        for guest in after.guests if after else ():
            self._where[guest.account] = hall, guest
        for guest in before.guests if before else ():
            if guest.account in there:
                continue
            if self._where.get(guest.account, ("",))[0] == hall:
                del self._where[guest.account]
            self._missed(guest.account, hall.partition(":")[0])

    # --- what is asked

    def find(self, account: str) -> Afar | None:
        """Somebody who is elsewhere."""
        found = self._where.get(account)
        return Afar(found[1], found[0], self._pass_on) if found else None

    def find_who(self, who: str) -> Afar | None:
        """Somebody who is elsewhere, by what stands for them."""
        found = [(hall, guest) for hall, guest in self._where.values() if guest.who == who]
        return Afar(found[0][1], found[0][0], self._pass_on) if found else None

    def halls_of(self, place: str) -> Iterator[tuple[str, str]]:
        """The copies of a place that live elsewhere, and in which worker."""
        for hall, known in self._halls.items():
            if hall.partition(":")[0] == place:
                yield hall, known.worker

    def worker_of(self, account: str) -> str:
        """The worker in which somebody is; empty where they are in none."""
        found = self._where.get(account)
        hall = self._halls.get(found[0]) if found else None
        return hall.worker if hall else ""

    def inside(self, hall: str) -> tuple[Guest, ...]:
        """Those in one place."""
        found = self._halls.get(hall)
        return found.guests if found else ()

    def people_in(self, place: str) -> list[Afar]:
        """Those in a place, in all of its copies."""
        halls = [hall for hall, _ in self.halls_of(place)]
        return [Afar(guest, h, self._pass_on) for h in halls for guest in self.inside(h)]

    def choose(self, but: Iterable[str] = ()) -> str:
        """The worker with the fewest people among those that live; empty where none does."""
        now, left_out = self._time(), set(but)
        self._sent = [(worker, at) for worker, at in self._sent if now - at < ARRIVES_S]
        on_the_way = Counter(worker for worker, _ in self._sent)
        alive = [
            (self._people.get(worker, 0) + on_the_way[worker], worker)
            for worker, at in self._heard.items()
            if now - at < GONE_S and worker not in left_out
        ]
        if not alive:
            return ""
        worker = min(alive)[1]
        self._sent.append((worker, now))  # whoever asks next is sent to another
        return worker
