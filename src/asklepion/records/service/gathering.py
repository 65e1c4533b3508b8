"""What many say at the same moment, kept in one transaction, each for itself.

A commit waits for the disk, and most of what a transaction costs is the same for one resource and
for a hundred. Whoever has many messages waiting hands them in together: each is decided upon by who
says it, has its own line in the log, and is refused alone. Where the transaction itself fails, it
is halved until what spoils it stands alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from asklepion.kit.db import Tx
from asklepion.kit.errors import Busy, Forbidden, HouseError
from asklepion.kit.log import get_log

from ..model import Asking, Resource
from .changing import HINT, type_of
from .drafting import Draft
from .parts import Parts
from .writing import ERASING, Wish
from .written import Done, State, denials_for, entries_for

log = get_log(__name__)

BREATH = 8  # messages that are checked before others get their turn

Told = tuple[Asking, Sequence[Resource]]  # one message: who says it, and its new resources
Outcomes = Sequence[tuple[int, Exception | None]]  # place of a message, and why it was not kept
Beside = Callable[[Tx, Outcomes], Awaitable[None]]
Doubt = Callable[[Tx, Sequence[int]], Awaitable[Mapping[int, HouseError]]]


@dataclass
class _Message:
    """One message on its way."""

    number: int
    asking: Asking
    drafts: list[Draft] = field(default_factory=list[Draft])
    why_not: Exception | None = None


class Gatherer:
    """Keeps what many say at once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def keep_all(
        self, told: Sequence[Told], beside: Beside | None = None, doubt: Doubt | None = None
    ) -> list[Exception | None]:
        """Keep new resources of many, whose ids their rooms have chosen; see `Records.keep_all`."""
        messages = [_Message(n, asking) for n, (asking, _) in enumerate(told)]
        for message, (_, resources) in zip(messages, told, strict=True):
            self._draft(message, resources)
            if message.number % BREATH == BREATH - 1:
                await asyncio.sleep(0)
        await self._keep(messages, beside, doubt)
        return [message.why_not for message in messages]

    def _draft(self, message: _Message, resources: Sequence[Resource]) -> None:
        try:
            message.asking.caller.require_known()
            for resource in resources:
                type_of(resource)
                message.drafts.append(self._parts.drafter.draft(resource))
        except HouseError as error:
            message.drafts, message.why_not = [], error

    async def _keep(
        self, messages: Sequence[_Message], beside: Beside | None, doubt: Doubt | None
    ) -> None:
        if not messages:
            return
        refused = [message.why_not for message in messages]
        try:
            await self._together(messages, beside, doubt)
        except Busy as error:  # nobody got through at all
            for message in messages:
                message.why_not = error
        except Exception as error:
            for message, why_not in zip(messages, refused, strict=True):
                message.why_not = why_not
            if len(messages) == 1:
                messages[0].why_not = error
                return
            log.warn("not kept together", count=len(messages), why=type(error).__name__)
            middle = len(messages) // 2
            await self._keep(messages[:middle], beside, doubt)
            await self._keep(messages[middle:], beside, doubt)

    async def _together(
        self, messages: Sequence[_Message], beside: Beside | None, doubt: Doubt | None
    ) -> None:
        """All or nothing, but for what is refused."""
        parts = self._parts
        async with parts.writer.changing() as tx:
            await tx.lock(ERASING, shared=True)  # whoever is not gone now stays until the end
            none: Mapping[int, HouseError] = {}
            late = await doubt(tx, [each.number for each in messages]) if doubt else none
            for each in messages:
                each.why_not = each.why_not or late.get(each.number)
            ready = [(each, [] if each.number in late else each.drafts) for each in messages]
            wishes = [Wish(each.asking, draft) for each, drafts in ready for draft in drafts]
            done = await parts.writer.keep_all(tx, wishes)
            await parts.writer.tell_kept(tx, done)
            left = iter(done)
            written = [(each, [next(left) for _ in drafts]) for each, drafts in ready]
            for message, own in written:
                message.why_not = message.why_not or _why_not(own)
            if beside:
                await beside(tx, [(each.number, each.why_not) for each in messages])
            entries = [
                entry
                for message, own in written
                if own
                for entry in (
                    *(entries_for(message.asking, "write", own) if _any_kept(own) else ()),
                    *denials_for(message.asking, "write", own),
                )
            ]
            await parts.books.write(tx, entries)


def _any_kept(done: Sequence[Done]) -> bool:
    return any(each.state != State.REFUSED for each in done)


def _why_not(done: Sequence[Done]) -> HouseError | None:
    """Why the first of a message's resources was refused, if any was."""
    refused = next((each for each in done if each.state == State.REFUSED), None)
    if refused is None:
        return None
    return Forbidden(f"This {refused.draft.type} may not be kept: {refused.reason}.", hint=HINT)
