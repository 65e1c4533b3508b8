"""How people stand to each other and to a place: who is apart, who is kept out, who is a child."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum


class Deed(StrEnum):
    """What a host did, or what was looked at: the kinds of the list that hosts read."""

    KICK = "kick"
    BAN = "ban"
    MUTE = "mute"
    SLOW = "slow"
    READ = "read"  # a sealed minute was opened


@dataclass(frozen=True, kw_only=True)
class Act:
    """One deed of a host, as it is kept."""

    id: str
    deed: Deed
    place: str
    account: str  # whom it was done to; empty: everybody there
    by: str
    reason: str
    at: datetime
    until: datetime | None = None  # without one, until it is lifted
    lifted_at: datetime | None = None
    lifted_by: str = ""
    appeal: str = ""
    every_s: int = 0  # of slow mode

    def stands(self, now: datetime) -> bool:
        """Whether it still has an effect."""
        is_lasting = self.deed in (Deed.BAN, Deed.MUTE, Deed.SLOW)
        return is_lasting and self.lifted_at is None and (self.until is None or now < self.until)


class Followers(StrEnum):
    """Whom somebody lets walk after them."""

    NOBODY = "nobody"
    FRIENDS = "friends"
    ANYBODY = "anybody"


@dataclass(frozen=True, kw_only=True)
class Self:
    """What somebody set for themselves, and what a guardian set for a child."""

    bubble: bool | None = None  # not decided: on for a child, off for others
    followers: Followers = Followers.FRIENDS
    is_child: bool = False
    phrases_only: bool = False
    in_photos: bool = True  # others who take one see them as they look

    @property
    def has_bubble(self) -> bool:
        """Whether strangers keep their distance."""
        return self.is_child if self.bubble is None else self.bubble


NOBODY_SPECIAL = Self()


@dataclass
class Ties:
    """All of it, in memory, for whoever moves people twenty times a second. Waits for nothing."""

    blocks: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    friends: dict[tuple[str, str], bool] = field(default_factory=dict[tuple[str, str], bool])
    selves: dict[str, Self] = field(default_factory=dict[str, Self])
    acts: dict[str, Act] = field(default_factory=dict[str, Act])  # those that stand, by id
    _apart: dict[str, set[str]] = field(default_factory=dict[str, set[str]])

    # Apart

    def block(self, account: str, other: str) -> None:
        """One wants nothing of another any more: each is gone to the other."""
        self.blocks.setdefault(account, set()).add(other)
        self._apart.setdefault(account, set()).add(other)
        self._apart.setdefault(other, set()).add(account)

    def unblock(self, account: str, other: str) -> None:
        """Take that back; where both wanted it, they stay apart."""
        self.blocks.get(account, set()).discard(other)
        if account not in self.blocks.get(other, ()):
            self._apart.get(account, set()).discard(other)
            self._apart.get(other, set()).discard(account)

    def are_apart(self, one: str, other: str) -> bool:
        """Whether these two are gone to each other."""
        return other in self._apart.get(one, ())

    def has_apart(self, account: str) -> bool:
        """Whether anybody is gone to this one."""
        return bool(self._apart.get(account))

    # Friends

    def are_friends(self, one: str, other: str) -> bool:
        """Whether each asked, or said yes to, the other."""
        return (one, other) in self.friends and (other, one) in self.friends

    def show_each_other(self, one: str, other: str) -> bool:
        """Whether both let the other see where they are."""
        return self.friends.get((one, other), False) and self.friends.get((other, one), False)

    # Selves

    def self_of(self, account: str) -> Self:
        """What somebody set."""
        return self.selves.get(account, NOBODY_SPECIAL)

    def may_approach(self, one: str, other: str) -> bool:
        """Whether one may ask something of another: no unknown adult of a child."""
        child, adult = self.self_of(other).is_child, not self.self_of(one).is_child
        return not (child and adult) or self.are_friends(one, other)

    def may_follow(self, one: str, other: str) -> bool:
        """Whether one may walk after another."""
        allowed = self.self_of(other).followers
        is_friend = self.are_friends(one, other)
        anybody = allowed is Followers.ANYBODY and self.may_approach(one, other)
        return anybody or (allowed is Followers.FRIENDS and is_friend)

    def shows_in_photo(self, of: str, by: str) -> bool:
        """Whether one may be seen in a photo of another: a child only in one of its friends."""
        mine = self.self_of(of)
        return of == by or (mine.in_photos and (not mine.is_child or self.are_friends(of, by)))

    # Order

    def standing(self, deed: Deed, place: str, account: str, now: datetime) -> Act | None:
        """The act of a kind that holds for somebody in a place, the longest first."""
        found = [
            act
            for act in self.acts.values()
            if (act.deed, act.place, act.account) == (deed, place, account) and act.stands(now)
        ]
        return max(found, key=lambda act: act.until or datetime.max.replace(tzinfo=now.tzinfo),
                   default=None)  # fmt: skip

    def slow_s(self, place: str, now: datetime) -> int:
        """How many seconds must pass between two lines of one person; 0: none."""
        act = self.standing(Deed.SLOW, place, "", now)
        return act.every_s if act else 0

    def expire(self, now: datetime) -> list[Act]:
        """Take away and give back what does not hold any more."""
        over = [act for act in self.acts.values() if not act.stands(now)]
        for act in over:
            del self.acts[act.id]
        return over

    # Gone

    def clear(self) -> None:
        """Nobody is anything to anybody, until it is read anew."""
        for known in (self.blocks, self._apart, self.friends, self.selves, self.acts):
            known.clear()

    def forget(self, account: str) -> None:
        """Somebody is erased."""
        for other in list(self._apart.get(account, ())):
            self.unblock(account, other)
            self.unblock(other, account)
        for known in (self.blocks, self._apart):
            known.pop(account, None)
        self.friends = {pair: s for pair, s in self.friends.items() if account not in pair}
        self.selves.pop(account, None)
        self.acts = {id: act for id, act in self.acts.items() if act.account != account}


def lifted(act: Act, at: datetime, by: str) -> Act:
    """The same act, taken back."""
    return replace(act, lifted_at=at, lifted_by=by)
