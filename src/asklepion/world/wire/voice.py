"""Who speaks apart from the others, and with the word; JSON as every control."""

from typing import TypeAlias

import msgspec


class _Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """One control message."""


class AskAside(_Message, frozen=True, kw_only=True, tag="ask-aside", forbid_unknown_fields=True):
    """Ask people who stand near to speak privately; from within an aside: to come into it."""

    to: tuple[int, ...]


class JoinAside(_Message, frozen=True, kw_only=True, tag="join-aside", forbid_unknown_fields=True):
    """Say yes to one who asked."""

    aside: int


class DeclineAside(
    _Message, frozen=True, kw_only=True, tag="decline-aside", forbid_unknown_fields=True
):
    """Say no to one who asked; nobody is told."""

    aside: int


class LeaveAside(
    _Message, frozen=True, kw_only=True, tag="leave-aside", forbid_unknown_fields=True
):
    """Speak with everybody again."""


class SetStage(_Message, frozen=True, kw_only=True, tag="set-stage", forbid_unknown_fields=True):
    """A host puts the place on stage: few speak and all hear; or ends that."""

    is_on: bool


class GiveWord(_Message, frozen=True, kw_only=True, tag="give-word", forbid_unknown_fields=True):
    """A host gives somebody the word on stage, or takes it back."""

    to: int
    has_word: bool = True


class SfuOffer(_Message, frozen=True, kw_only=True, tag="sfu-offer", forbid_unknown_fields=True):
    """My voice, as WebRTC describes it, for the SFU."""

    sdp: str


class SfuAnswer(_Message, frozen=True, kw_only=True, tag="sfu-answer", forbid_unknown_fields=True):
    """How I take in the voices that were offered."""

    sdp: str


class SfuHear(_Message, frozen=True, kw_only=True, tag="sfu-hear", forbid_unknown_fields=True):
    """Whom I want to hear; of them those are sent whom I may."""

    slots: tuple[int, ...]


class SfuLeave(_Message, frozen=True, kw_only=True, tag="sfu-leave", forbid_unknown_fields=True):
    """I hang up."""


FromTalkers: TypeAlias = (
    AskAside
    | JoinAside
    | DeclineAside
    | LeaveAside
    | SetStage
    | GiveWord
    | SfuOffer
    | SfuAnswer
    | SfuHear
    | SfuLeave
)
FromSfuTalkers: TypeAlias = SfuOffer | SfuAnswer | SfuHear | SfuLeave


class AskedAside(_Message, frozen=True, kw_only=True, tag="asked-aside"):
    """Somebody near asks you to speak privately; the question stands for a minute."""

    aside: int
    slot: int
    name: str


class WentAside(_Message, frozen=True, kw_only=True, tag="went-aside"):
    """Somebody speaks privately in the aside of that number; 0: with everybody again."""

    slot: int
    aside: int


class Staged(_Message, frozen=True, kw_only=True, tag="staged"):
    """The place is on stage now, and nobody but its hosts has the word; or it is no more."""

    is_on: bool


class Worded(_Message, frozen=True, kw_only=True, tag="worded"):
    """Somebody was given the word on stage, or it was taken back."""

    slot: int
    has_word: bool


class Sfu(_Message, frozen=True, kw_only=True, tag="sfu"):
    """Voices here go through the SFU from now on, begun anew; or from browser to browser."""

    is_on: bool


class SfuRefused(_Message, frozen=True, kw_only=True, tag="sfu-refused"):
    """The SFU refused more than once, and is asked again for you in so long."""

    again_s: int
    is_hearing: bool  # it gives you nobody's voice; else it takes not yours


class IceServer(msgspec.Struct, frozen=True, kw_only=True):
    """STUN or TURN servers that take one name; `username` is empty where they ask for none."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = ""


class IceServers(_Message, frozen=True, kw_only=True, tag="ice-servers"):
    """By which servers voices and screens find a way from now on."""

    servers: tuple[IceServer, ...]
    is_relay_only: bool  # through TURN and no other way


class SfuAnswered(_Message, frozen=True, kw_only=True, tag="sfu-answered"):
    """How the SFU takes in your voice."""

    sdp: str


class SfuOffered(_Message, frozen=True, kw_only=True, tag="sfu-offered"):
    """Voices for you. `slots` says whose is on which stream, in the order of the description."""

    sdp: str
    slots: tuple[int, ...]  # -1: nobody's
