"""What workers say to each other: who is where, what was decided, and what they ask. No poses."""

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from asklepion.identity import Caller

from ..model import Act, Self, Ties
from ..wire import Code


class Passed(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One message between workers."""


class Guest(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is in a place elsewhere."""

    account: str
    who: str
    name: str
    is_host: bool = False
    is_silent: bool = False


# Who is where


class Hello(Passed, frozen=True, kw_only=True, tag="hello"):
    """I am new here: tell me who is where."""


class Alive(Passed, frozen=True, kw_only=True, tag="alive"):
    """I live, and these places live in me; said twice a second."""

    worker: str
    halls: tuple[str, ...] = ()
    people: int = 0


class Bye(Passed, frozen=True, kw_only=True, tag="bye"):
    """I end."""

    worker: str


class Here(Passed, frozen=True, kw_only=True, tag="here"):
    """Everybody in one place; said whenever that changes."""

    worker: str
    hall: str
    guests: tuple[Guest, ...]


class Opened(Passed, frozen=True, kw_only=True, tag="opened"):
    """An account opened a line: what it opened elsewhere before ends."""

    account: str
    at_us: int


class Missed(Passed, frozen=True, kw_only=True, tag="missed"):
    """Somebody is in a place no more, or was let in and did not come."""

    account: str
    place: str


# What was decided: applied wherever it is heard


class Tie(Passed, frozen=True, kw_only=True):
    """A change in how people stand to each other, or to a place."""

    def apply(self, ties: Ties) -> None:
        """Make it so."""
        raise NotImplementedError


class WentApart(Tie, frozen=True, kw_only=True, tag="blocked"):
    """One wants nothing of another any more."""

    account: str
    other: str

    def apply(self, ties: Ties) -> None:
        unfriend(ties, self.account, self.other)
        ties.block(self.account, self.other)


class CameTogether(Tie, frozen=True, kw_only=True, tag="unblocked"):
    """That was taken back."""

    account: str
    other: str

    def apply(self, ties: Ties) -> None:
        ties.unblock(self.account, self.other)


class Befriended(Tie, frozen=True, kw_only=True, tag="befriended"):
    """One asked another, or said yes, or said whether the other sees where one is."""

    account: str
    other: str
    shows: bool = False

    def apply(self, ties: Ties) -> None:
        ties.friends[(self.account, self.other)] = self.shows


class Unfriended(Tie, frozen=True, kw_only=True, tag="unfriended"):
    """They are friends no more."""

    account: str
    other: str

    def apply(self, ties: Ties) -> None:
        unfriend(ties, self.account, self.other)


class SelfSet(Tie, frozen=True, kw_only=True, tag="self-set"):
    """Somebody set something for themselves, or for a child."""

    account: str
    mine: Self

    def apply(self, ties: Ties) -> None:
        ties.selves[self.account] = self.mine


class Decided(Tie, frozen=True, kw_only=True, tag="decided"):
    """A host did something that lasts; the newest of a kind counts alone."""

    act: Act

    def apply(self, ties: Ties) -> None:
        kind = (self.act.deed, self.act.place, self.act.account)
        for former in list(ties.acts.values()):
            if (former.deed, former.place, former.account) == kind:
                del ties.acts[former.id]
        ties.acts[self.act.id] = self.act


class Lifted(Tie, frozen=True, kw_only=True, tag="lifted"):
    """It was taken back."""

    act: Act

    def apply(self, ties: Ties) -> None:
        ties.acts.pop(self.act.id, None)


class Closed(Tie, frozen=True, kw_only=True, tag="forgotten"):
    """An account is closed."""

    account: str

    def apply(self, ties: Ties) -> None:
        ties.forget(self.account)


def unfriend(ties: Ties, account: str, other: str) -> None:
    """Neither is, or asks to be, a friend of the other."""
    ties.friends.pop((account, other), None)
    ties.friends.pop((other, account), None)


# What is to be done to somebody, wherever they are


class Tell(Passed, frozen=True, kw_only=True, tag="tell"):
    """Say this to somebody: a control frame."""

    account: str
    frame: bytes


class Expel(Passed, frozen=True, kw_only=True, tag="expel"):
    """Send somebody out of a place."""

    account: str
    place: str
    code: Code


class Dress(Passed, frozen=True, kw_only=True, tag="dress"):
    """Somebody looks like this now."""

    account: str
    look: str


class Dismiss(Passed, frozen=True, kw_only=True, tag="dismiss"):
    """End all that an account does."""

    account: str


class Erase(Passed, frozen=True, kw_only=True, tag="erase"):
    """Take away what a patient made who is erased."""

    patient: str


class Merge(Passed, frozen=True, kw_only=True, tag="merge"):
    """What one patient made is another's."""

    old: str
    new: str
    only: tuple[str, ...] | None = None


class Brought(Passed, frozen=True, kw_only=True, tag="brought"):
    """A file was brought to a place, for things there to show."""

    id: str
    hall: str


# What one asks another, and waits for


class Hold(Passed, frozen=True, kw_only=True, tag="hold"):
    """Does this place live in you, or can it?"""

    hall: str


class Held(Passed, frozen=True, kw_only=True, tag="held"):
    """Yes, and browsers reach me there; or no, where `url` is empty."""

    url: str = ""


class Admit(Passed, frozen=True, kw_only=True, tag="admit"):
    """May this caller pass the gate of a guarded place?"""

    caller: Caller
    place: str


class Admitted(Passed, frozen=True, kw_only=True, tag="admitted"):
    """Yes, where `code` is empty; or why not."""

    code: str = ""
    hint: str = ""


class Minute(Passed, frozen=True, kw_only=True, tag="minute"):
    """What happened in the last minute where this account is: somebody there is reported."""

    account: str
    who: str


class Remembered(Passed, frozen=True, kw_only=True, tag="remembered"):
    """The place, the account that is reported, and what each did; nothing where they are not."""

    place: str = ""
    about: str = ""
    parts: bytes = b""


Told: TypeAlias = (
    Hello
    | Alive
    | Bye
    | Here
    | Opened
    | Missed
    | WentApart
    | CameTogether
    | Befriended
    | Unfriended
    | SelfSet
    | Decided
    | Lifted
    | Closed
    | Tell
    | Expel
    | Dress
    | Dismiss
    | Erase
    | Merge
    | Brought
    | Hold
    | Held
    | Admit
    | Admitted
    | Minute
    | Remembered
)
PassOn: TypeAlias = Callable[[Passed], None]
