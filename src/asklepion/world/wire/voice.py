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


FromTalkers: TypeAlias = AskAside | JoinAside | DeclineAside | LeaveAside


class AskedAside(_Message, frozen=True, kw_only=True, tag="asked-aside"):
    """Somebody near asks you to speak privately; the question stands for a minute."""

    aside: int
    slot: int
    name: str


class WentAside(_Message, frozen=True, kw_only=True, tag="went-aside"):
    """Somebody speaks privately in the aside of that number; 0: with everybody again."""

    slot: int
    aside: int
