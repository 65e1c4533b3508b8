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


FromTalkers: TypeAlias = AskAside | JoinAside | DeclineAside | LeaveAside | SetStage | GiveWord


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
