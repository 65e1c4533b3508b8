"""What people are told of their company and of the order in a place; JSON as every control."""

from enum import StrEnum

import msgspec

from ..model import Part, Right


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One control message."""


class Phrase(StrEnum):
    """What can be said by choosing: each hears it in their own language."""

    HELLO = "hello"
    BYE = "bye"
    YES = "yes"
    NO = "no"
    THANKS = "thanks"
    SORRY = "sorry"
    WAIT = "wait"
    COME = "come"
    HELP = "help"
    WELL = "well"


class Utter(
    _Message,
    frozen=True,
    kw_only=True,
    tag="utter",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """Say a phrase to everybody in this place, or in one's aside; `aside` as for Say."""

    phrase: Phrase
    aside: int | None = None


class Uttered(_Message, frozen=True, kw_only=True, tag="uttered"):
    """Somebody said a phrase."""

    slot: int
    name: str
    phrase: Phrase
    at: str
    is_private: bool = False


class Standing(_Message, frozen=True, kw_only=True, tag="standing"):
    """What you are and may do in this place; follows Welcome, and whenever it changes."""

    place: str
    part: Part
    rights: tuple[Right, ...]
    is_silent: bool = False  # a host took the word from you
    phrases_only: bool = False
    slow_s: int = 0  # one line in so many seconds
    bubble_m: float = 0.0  # nearer than this, others fade on your own screen


class Silenced(_Message, frozen=True, kw_only=True, tag="silenced"):
    """A host took the word from somebody, or gave it back: do not play their voice meanwhile."""

    slot: int
    is_silent: bool


class About(StrEnum):
    """What somebody is told."""

    KICK = "kick"
    BAN = "ban"
    MUTE = "mute"
    LIFTED = "lifted"
    ASKED = "asked"
    FRIENDS = "friends"
    FOLLOWED = "followed"
    PARTED = "parted"
    INVITED = "invited"
    ANSWERED = "answered"


class Told(_Message, frozen=True, kw_only=True, tag="told"):
    """Something that concerns you alone. `id` is what an answer to it names."""

    about: About
    id: str = ""
    name: str = ""
    place: str = ""
    reason: str = ""
    until: str = ""
    outcome: str = ""  # of a report
