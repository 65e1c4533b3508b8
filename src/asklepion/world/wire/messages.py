"""The control messages: small, rare, and JSON."""

from enum import IntEnum, StrEnum
from typing import TypeAlias

import msgspec

from ..model import Sign, Spot
from .captions import FromCaptioners, TellsCaptions
from .company import Silenced, Standing, Told, Utter, Uttered
from .items import FromHands, FromThings
from .voice import (
    AskedAside,
    FromTalkers,
    IceServers,
    Sfu,
    SfuAnswered,
    SfuOffered,
    SfuRefused,
    Staged,
    WentAside,
    Worded,
)

MAX_FRAME_BYTES = 32 * 1024  # a session description of WebRTC is the largest thing anybody says
MAX_CHAT_CHARS = 500
MAX_SIGNAL_CHARS = 24 * 1024


class Close(IntEnum):
    """Why a socket was closed. After STRANGER and ELSEWHERE a client stays away.

    COMING_BACK is the client's: it hangs up a line that seems dead, and opens another.
    """

    COMING_BACK = 4000
    GARBAGE = 4400
    STRANGER = 4401
    SILENT = 4408
    ELSEWHERE = 4409
    SLOW = 4413
    HURRIED = 4429
    RESTART = 1012


class Code(StrEnum):
    """Why something was refused, or why one has to leave. The client has the words."""

    FULL = "full"
    FORBIDDEN = "forbidden"
    KICKED = "kicked"
    BANNED = "banned"
    SILENCED = "silenced"
    SLOW_MODE = "slow-mode"
    PHRASES_ONLY = "phrases-only"
    NOT_FOR_CHILDREN = "not-for-children"
    UNKNOWN_PLACE = "unknown-place"
    UNHEARD = "unheard"
    WORDS_GIVEN = "words-given"
    TOO_FAR = "too-far"
    IN_ASIDE = "in-aside"
    ASIDE_FULL = "aside-full"
    ASIDE_OVER = "aside-over"
    OTHER_EARS = "other-ears"
    NOWHERE = "nowhere"
    NOT_HERE = "not-here"
    TOO_FAST = "too-fast"
    TOO_LONG = "too-long"
    BUSY = "busy"
    GARBAGE = "garbage"
    STRANGER = "stranger"
    ELSEWHERE = "elsewhere"
    SILENT = "silent"
    SLOW = "slow"
    ENDED = "ended"
    RESTART = "restart"


class Motion(StrEnum):
    """A gesture. A raised hand stays up until it is lowered; the others pass."""

    WAVE = "wave"
    HAND_UP = "hand-up"
    HAND_DOWN = "hand-down"
    NOD = "nod"
    CLAP = "clap"
    THUMBS_UP = "thumbs-up"
    BOW = "bow"
    HEART = "heart"


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One control message."""


class Enter(_Message, frozen=True, kw_only=True, tag="enter", forbid_unknown_fields=True):
    """Let me into that place. Asked again, or refused, one stays where one is."""

    place: str


class Say(
    _Message,
    frozen=True,
    kw_only=True,
    tag="say",
    forbid_unknown_fields=True,
    omit_defaults=True,
):
    """Plain words to everybody in this place, or in one's aside; they are not kept.

    `aside` is the one they are meant for, 0 everybody; they are refused where one is in another.
    """

    text: str
    aside: int | None = None  # None: whoever hears them


class Gesture(_Message, frozen=True, kw_only=True, tag="gesture", forbid_unknown_fields=True):
    """Show a gesture."""

    motion: Motion


class Signal(_Message, frozen=True, kw_only=True, tag="signal", forbid_unknown_fields=True):
    """Hand this, unread, to one person in this place: how two browsers meet for voice."""

    to: int
    data: str


FromVisitor: TypeAlias = (
    Enter | Say | Utter | Gesture | Signal | FromTalkers | FromCaptioners | FromHands
)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in this place. A slot is a number for as long as the stay lasts, nothing more.

    `who` stands for them in requests, until they leave the world.
    """

    slot: int
    name: str
    is_hand_up: bool = False
    is_away: bool = False
    who: str = ""
    is_host: bool = False
    is_silent: bool = False
    look: str = ""  # as Look.code has it
    aside: int = 0  # in which aside they speak privately; 0 is none
    hand: int = 0  # of raised hands, who raised theirs first has the least; 0: it is down
    has_word: bool = False  # on stage, beside the hosts


class Presence(msgspec.Struct, frozen=True, kw_only=True):
    """What the sign over a door tells of the place behind it."""

    place: str
    count: int
    names: tuple[str, ...] = ()


class Welcome(_Message, frozen=True, kw_only=True, tag="welcome"):
    """You are in. A whole snapshot follows.

    Whose line breaks has this body back within half a minute by opening the next with `key`.
    """

    place: str
    you: int
    spot: Spot
    people: tuple[Person, ...]
    signs: tuple[Presence, ...]
    key: str
    is_stage: bool = False  # only those with the word are heard


class Joined(_Message, frozen=True, kw_only=True, tag="joined"):
    """Somebody came in."""

    person: Person


class Dressed(_Message, frozen=True, kw_only=True, tag="dressed"):
    """Somebody looks different now."""

    slot: int
    look: str


class Left(_Message, frozen=True, kw_only=True, tag="left"):
    """Somebody is gone; the slot may be another's next."""

    slot: int


class Away(_Message, frozen=True, kw_only=True, tag="away"):
    """Somebody's line broke, or they are back on another."""

    slot: int
    is_away: bool


class Said(_Message, frozen=True, kw_only=True, tag="said"):
    """Somebody said something."""

    slot: int
    name: str
    text: str
    at: str
    is_private: bool = False  # to those in one's aside alone


class Gestured(_Message, frozen=True, kw_only=True, tag="gestured"):
    """Somebody showed a gesture."""

    slot: int
    motion: Motion


class Signalled(_Message, frozen=True, kw_only=True, tag="signalled"):
    """Somebody in this place hands you this."""

    slot: int
    data: str


class Signs(_Message, frozen=True, kw_only=True, tag="signs"):
    """What the signs over this place's doors tell now."""

    signs: tuple[Presence, ...]


class Moved(_Message, frozen=True, kw_only=True, tag="moved"):
    """Your last step was not possible; you still stand here."""

    spot: Spot


class Refused(_Message, frozen=True, kw_only=True, tag="refused"):
    """What you asked was not done. `hint` is for whoever writes a client."""

    code: Code
    hint: str = ""
    place: str = ""


class Expelled(_Message, frozen=True, kw_only=True, tag="expelled"):
    """You are no longer in that place. Where `to` is given, that is where one goes next."""

    place: str
    code: Code
    to: str = ""


class Onward(_Message, frozen=True, kw_only=True, tag="onward"):
    """That place lives in another worker: ask where the line goes, and enter it there."""

    place: str


class PlaceChanged(_Message, frozen=True, kw_only=True, tag="place-changed"):
    """The place you are in is another now: read it again. A welcome follows, where you stood."""

    place: str


FromWorld: TypeAlias = (
    Welcome
    | Joined
    | Dressed
    | Left
    | Away
    | Said
    | Uttered
    | Gestured
    | Signalled
    | Signs
    | Moved
    | Refused
    | Expelled
    | Onward
    | PlaceChanged
    | Standing
    | Silenced
    | Told
    | AskedAside
    | WentAside
    | Staged
    | Worded
    | Sfu
    | SfuAnswered
    | SfuOffered
    | SfuRefused
    | IceServers
    | TellsCaptions
    | FromThings
)


class LineOffer(msgspec.Struct, frozen=True, kw_only=True):
    """Where to open the line to the world: at this house's /world where `url` is empty."""

    url: str = ""
    ticket: str = ""


class LineWish(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody wants to go by the line they ask for, and which place they leave for it."""

    place: str = ""
    came_from: str = ""


class PlaceCard(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of places."""

    id: str
    name_key: str
    about_key: str
    capacity: int
    sign: Sign
    presence: Presence | None = None


_decode = msgspec.json.Decoder(FromVisitor).decode
_encode = msgspec.json.Encoder().encode


def control(message: FromVisitor | FromWorld) -> bytes:
    """One message as a frame."""
    return b"\x00" + _encode(message)


def read_control(frame: bytes) -> FromVisitor:
    """The message in a control frame of a visitor.

    Raises:
        msgspec.MsgspecError: it is none.
    """
    return _decode(memoryview(frame)[1:])
