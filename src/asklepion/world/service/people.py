"""What people decide about each other: blocks, friends, following, and what a guardian sets."""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace

from asklepion.identity import Caller, Identity, Role
from asklepion.kit.clock import Clock, to_iso
from asklepion.kit.db import Database
from asklepion.kit.errors import Forbidden, Incorrect, NotFound
from asklepion.kit.ids import Ids
from asklepion.records import Act as May
from asklepion.records import Asking, Records

from ..model import Access, Followers, Right, Self, Sign, rights_of
from ..store import people as store
from ..wire import About, Code, Told
from .passing import Befriended, CameTogether, SelfSet, Unfriended, WentApart
from .presence import Afar
from .visit import Visit
from .world import World

NOBODY = "There is nobody here whom that stands for."
MARK_LETTERS = 24
NOT_THAT = "There is no such friend."


@dataclass(frozen=True, kw_only=True)
class Blocked:
    """Somebody whom one blocked."""

    id: str
    name: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Friend:
    """A friend, one who asks to be, or one who was asked."""

    id: str
    name: str
    state: str  # friends, asks, asked
    shows: bool  # I let them see where I am
    shown: bool  # and they me
    place: str = ""  # where they are, if both let the other see


@dataclass(frozen=True, kw_only=True)
class Child:
    """Somebody in whose place one decides, as the world treats them."""

    patient: str
    name: str
    is_child: bool
    phrases_only: bool


class People:
    """The verbs between people."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        ids: Ids,
        world: World,
        identity: Identity,
        records: Records,
        marks: bytes,
    ) -> None:
        """Args:
        marks: the house's secret that `mark` is made with.
        """
        self._marks = marks
        self._db = db
        self._clock = clock
        self._ids = ids
        self._world = world
        self._ties = world.ties
        self._identity = identity
        self._records = records

    def mark(self, caller: Caller, who: str) -> str:
        """What stands for somebody between the caller and them, for ever, and tells others nothing.

        Raises:
            NotFound: nobody whom the caller sees is that.
        """
        caller.require_known()
        found = self._world.find(caller, who)
        if not found:
            raise NotFound(NOBODY, hint="They may have left.")
        pair = f"{caller.account} {found.account}".encode()
        return hmac.new(self._marks, pair, hashlib.sha256).hexdigest()[:MARK_LETTERS]

    # Oneself

    async def set_self(
        self,
        caller: Caller,
        *,
        bubble: bool | None = None,
        followers: Followers | None = None,
        in_photos: bool | None = None,
    ) -> Self:
        """Say whether strangers keep their distance, who may follow, and if one is in photos."""
        caller.require_known()
        before = self._ties.self_of(caller.account)
        after = replace(
            before,
            bubble=before.bubble if bubble is None else bubble,
            followers=followers or before.followers,
            in_photos=before.in_photos if in_photos is None else in_photos,
        )
        await self._keep_self(caller.account, after)
        return after

    async def _keep_self(self, account: str, mine: Self) -> None:
        async with self._db.begin() as tx:
            await store.keep_self(tx, account, mine)
            tx.after_commit(lambda: self._world.tie(SelfSet(account=account, mine=mine)))
        if visit := self._world.visit_of(account):
            self._world.stand_again(visit)

    def photograph(self, caller: Caller, place: str) -> list[str]:
        """Ask to take a photo of where one is; who is to be shown as a plain figure.

        Returns:
            What stands for each of those (`who` of a Person).

        Raises:
            Forbidden: one is not there, or nobody takes photos there.
        """
        caller.require_known()
        visit = self._world.visit_of(caller.account)
        here = self._world.place_of(visit) if visit else None
        if visit is None or here is None or here.id != place:
            raise Forbidden("You are not there.", hint="Go there first.")
        if Right.PHOTO not in rights_of(here, caller):
            is_guarded = here.access is Access.GUARDED
            raise Forbidden(
                "No photos are taken here: what happens in this room stays in it."
                if is_guarded
                else "You may take no photos here.",
                hint="Take one in another place.",
            )
        others, shows = self._world.around(visit), self._ties.shows_in_photo
        return [other.who for other in others if not shows(other.account, caller.account)]

    # Blocks

    async def block(self, caller: Caller, who: str) -> None:
        """Be gone to somebody, and they to oneself, everywhere and until one takes it back.

        Raises:
            NotFound: nobody whom one sees is that.
        """
        other = self._see(caller, who)
        if other.account == caller.account:
            raise Incorrect("Nobody blocks themselves.")
        async with self._db.begin() as tx:
            now = self._clock.now()
            await store.add_block(tx, self._ids.new(), caller.account, other.account, now)
            await store.end_friends(tx, caller.account, other.account)
            tx.after_commit(lambda: self._part(caller.account, other.account))

    def _part(self, account: str, other: str) -> None:
        self._world.tie(WentApart(account=account, other=other))
        self._world.look_again(account, other)

    async def unblock(self, caller: Caller, id: str) -> None:
        """Take a block back.

        Raises:
            NotFound: the caller has no such block.
        """
        caller.require_known()
        async with self._db.begin() as tx:
            other = await store.take_block(tx, id, caller.account)
            if other is None:
                raise NotFound("There is no such block.")
        self._world.tie(CameTogether(account=caller.account, other=other))
        self._world.look_again(caller.account, other)

    async def blocked(self, caller: Caller) -> list[Blocked]:
        """Whom the caller blocked."""
        caller.require_known()
        async with self._db.read() as tx:
            found = await store.blocks_of(tx, caller.account)
        names = await self.names(other for _, other, _ in found)
        return [Blocked(id=id, name=names[other], at=to_iso(at)) for id, other, at in found]

    # Friends

    async def ask(self, caller: Caller, who: str) -> None:
        """Ask somebody to be friends; who asks each other are.

        Between a child and an adult who does not decide in its place nothing happens, and neither
        is told so.

        Raises:
            NotFound: nobody whom one sees is that.
        """
        other = self._see(caller, who)
        if other.account == caller.account:
            raise Incorrect("Everybody is their own friend already.")
        await self._befriend(caller, other.account)

    async def accept(self, caller: Caller, id: str) -> None:
        """Say yes to one who asked.

        Raises:
            NotFound: nobody asks so.
        """
        await self._befriend(caller, (await self._friend(caller, id, "asks"))[1])

    async def _befriend(self, caller: Caller, other: str) -> None:
        pair = (caller.account, other)
        if not await self._may_befriend(caller, other):
            return
        async with self._db.begin() as tx:
            await store.add_friend(tx, self._ids.new(), *pair, self._clock.now())
        if pair not in self._ties.friends:
            self._world.tie(Befriended(account=caller.account, other=other))
        are = self._ties.are_friends(*pair)
        self._world.tell(other, Told(about=About.FRIENDS if are else About.ASKED, name=caller.name))

    async def _may_befriend(self, caller: Caller, other: str) -> bool:
        is_mine, is_theirs = (self._ties.self_of(a).is_child for a in (caller.account, other))
        found = await self._identity.find(other)
        if is_mine == is_theirs or found is None:
            return found is not None
        child, adult = (caller, found.caller) if is_mine else (found.caller, caller)
        return child.person in await self._decides_for(adult)

    async def end(self, caller: Caller, id: str) -> None:
        """Be friends no more, take back what one asked, or say no. The other is not told.

        Raises:
            NotFound: there is no such friend.
        """
        _, other = await self._friend(caller, id)
        async with self._db.begin() as tx:
            await store.end_friends(tx, caller.account, other)
        self._world.tie(Unfriended(account=caller.account, other=other))

    async def show(self, caller: Caller, id: str, *, shows: bool) -> None:
        """Let a friend see where one is, or not.

        Raises:
            NotFound: there is no such friend.
        """
        _, other = await self._friend(caller, id, "friends")
        async with self._db.begin() as tx:
            await store.show_friend(tx, caller.account, other, shows=shows)
        self._world.tie(Befriended(account=caller.account, other=other, shows=shows))

    async def invite(self, caller: Caller, id: str, place: str) -> None:
        """Ask a friend who is in the world to come to a place.

        Raises:
            NotFound: there is no such friend, or no such place.
        """
        _, other = await self._friend(caller, id, "friends")
        self._world.read_place(caller, place)
        self._world.tell(other, Told(about=About.INVITED, name=caller.name, place=place))

    async def friends(self, caller: Caller) -> list[Friend]:
        """The caller's friends, and who asks or was asked to be one."""
        found = await self._around(caller)
        names = await self.names(other for _, other, _ in found)
        ties, me = self._ties, caller.account
        return [
            Friend(
                id=id,
                name=names[other],
                state=state,
                shows=ties.friends.get((me, other), False),
                shown=ties.friends.get((other, me), False),
                place=self._place_of(other) if ties.show_each_other(me, other) else "",
            )
            for id, other, state in found
        ]

    def _place_of(self, account: str) -> str:
        """Where somebody is, if it is a place that names who is there: elsewhere it tells more."""
        visit = self._world.visit_of(account)
        place = self._world.place_of(visit) if visit else None
        return place.id if place and place.sign is Sign.NAMES else ""

    async def _around(self, caller: Caller) -> list[tuple[str, str, str]]:
        """Id, account and state of everybody with whom there is something."""
        caller.require_known()
        me = caller.account
        async with self._db.read() as tx:
            rows = await store.friends_around(tx, me)
        mine = {other: id for id, account, other in rows if account == me}
        theirs = {account: id for id, account, other in rows if other == me}
        hidden = {other for other in theirs if self._ties.are_apart(me, other)}
        both = [(mine[o], o, "friends" if o in theirs else "asked") for o in mine]
        return both + [(theirs[o], o, "asks") for o in theirs if o not in mine and o not in hidden]

    async def _friend(self, caller: Caller, id: str, state: str = "") -> tuple[str, str]:
        """Id and account of one of them."""
        for found, other, is_now in await self._around(caller):
            if found == id and state in ("", is_now):
                return found, other
        raise NotFound(NOT_THAT, hint="GET /api/world/company lists them.")

    # Following

    def follow(self, caller: Caller, who: str) -> None:
        """Walk after somebody who is here and lets one; they are told.

        Raises:
            NotFound: nobody here whom one sees is that.
            Forbidden: they want nobody, or only friends, to walk after them.
        """
        other = self._see(caller, who)
        mine = self._world.visit_of(caller.account)
        if not mine or not mine.hall or mine.hall != other.hall:
            raise NotFound(NOBODY, hint="They may have left.")
        if not self._ties.may_follow(caller.account, other.account):
            raise Forbidden("They do not want that.", hint="Ask them, or be friends first.")
        other.tell(Told(about=About.FOLLOWED, name=caller.name, id=mine.who))

    def shake_off(self, caller: Caller, who: str) -> None:
        """Have somebody walk after one no more."""
        mine = self._world.visit_of(caller.account)
        if mine:
            self._see(caller, who).tell(Told(about=About.PARTED, name=caller.name, id=mine.who))

    # Children

    async def children(self, caller: Caller) -> list[Child]:
        """Those with an account in whose place the caller decides."""
        found: list[Child] = []
        for patient in await self._decides_for(caller):
            if account := await self._identity.find_by_person(patient):
                mine = self._ties.self_of(account.id)
                found.append(
                    Child(
                        patient=patient.removeprefix("Patient/"),
                        name=account.name,
                        is_child=mine.is_child,
                        phrases_only=mine.phrases_only,
                    )
                )
        return found

    async def set_child(
        self, caller: Caller, patient: str, *, is_child: bool, phrases_only: bool
    ) -> None:
        """Say that somebody is a child, and whether they speak in phrases: a guardian or operator.

        Raises:
            Forbidden: the caller decides nothing in their place.
            NotFound: they have no account.
        """
        caller.require_known()
        person = f"Patient/{patient}"
        if not caller.has(Role.OPERATOR) and person not in await self._decides_for(caller):
            raise Forbidden("You do not decide in their place.", hint="Ask an operator.")
        account = await self._identity.find_by_person(person)
        if account is None:
            raise NotFound("They have no account.")
        mine = self._ties.self_of(account.id)
        after = replace(mine, is_child=is_child, phrases_only=is_child and phrases_only)
        await self._keep_self(account.id, after)
        visit = self._world.visit_of(account.id)
        here = self._world.place_of(visit) if visit else None
        if here and is_child and not here.is_child_safe:
            self._world.expel(account.id, here.id, Code.NOT_FOR_CHILDREN)

    async def _decides_for(self, caller: Caller) -> list[str]:
        asking = Asking(caller=caller, purpose="FAMRQT")
        found = await self._records.consents.represents(asking)
        return sorted(patient for patient, acts in found.items() if acts & May.DECIDE)

    # All

    def _see(self, caller: Caller, who: str) -> Visit | Afar:
        caller.require_known()
        found = self._world.find(caller, who)
        if found is None:
            raise NotFound(NOBODY, hint="They may have left.")
        return found

    async def names(self, accounts: Iterable[str]) -> dict[str, str]:
        """What the people behind these accounts are called."""
        return {id: found.name if (found := await self._identity.find(id)) else ""
                for id in set(accounts)}  # fmt: skip
