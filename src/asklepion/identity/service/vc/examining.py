"""Examining a document that somebody shows, one thing after the other.

The same steps in a house, which knows its own keys and lists, and at a command line, which knows
nothing but what the document says.
"""

import asyncio
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from asklepion.kit.clock import Clock

from ...engine.vc import documents
from ...engine.vc.documents import Secured, period_of, subjects_of
from ...engine.vc.errors import Unproven
from ...engine.vc.readings import claims_of, kind_of_document, type_of
from ...engine.vc.status import Status
from ...engine.vc.statuses import places_of
from ...engine.vc.vcdm import Document
from .signed import KeyOf, require_signed
from .values import Check, Verdict

LONGEST_S = 30.0  # for everything in one document, with all who are asked
UNTIL_MOST = 4_102_444_800  # 2100: what says more says no end
CREDENTIAL, PRESENTATION = "vc", "vp"  # forms
STEPS = {
    CREDENTIAL: ("form", "signature", "binding", "time", "status"),
    PRESENTATION: ("form", "binding", "audience", "nonce", "time", "credentials", "holder"),
}
PRESENTED = ("form", "signature", "time", "status")  # of a credential in a presentation
StateOf = Callable[[str, Document], Awaitable[Status]]
Known = Callable[[str], Awaitable[tuple[bool, bool]]]  # is it this house; does it count here


class Unasked(Unproven):
    """Nobody was asked, so it is not known; that is no failure."""

    def __init__(self, message: str) -> None:
        super().__init__("unasked", message)


class Looking:
    """What was looked at so far, and what is known by it."""

    def __init__(self, clock: Clock, form: str) -> None:
        self.verdict = Verdict(form=form, checked_at=clock.now())

    @contextmanager
    def at(self, what: str) -> Generator[list[str]]:
        """Look at one thing; what was done within says by whom it is."""
        by: list[str] = []
        try:
            yield by
        except Unasked as error:
            self._add(what, "not made", by, error.message)
        except Unproven as error:
            self._add(what, "failed", by, error.message)
            raise
        else:
            self._add(what, "passed", by, "")

    def _add(self, what: str, state: str, by: list[str], words: str) -> None:
        check = Check(what=what, state=state, by=tuple(by), words=words)
        self.tell(checks=(*self.verdict.checks, check))

    def tell(self, **told: Any) -> None:
        """Keep what is known now."""
        self.verdict = replace(self.verdict, **told)

    def end(self, why: str, steps: tuple[str, ...]) -> Verdict:
        """All of it; what was not come to is told as not made."""
        done = {check.what for check in self.verdict.checks}
        missing = [Check(what=what, state="not made") for what in steps if what not in done]
        return replace(self.verdict, why=why, checks=(*self.verdict.checks, *missing))


class Examining:
    """Looks at form, signatures, time, state; of a presentation also at who shows it, and to whom.

    Args:
        key_of: finds a key; raises `Unasked` where nobody may be asked.
        state_of: what became of an issuer's document; likewise.
    """

    def __init__(self, clock: Clock, key_of: KeyOf, state_of: StateOf, known: Known) -> None:
        self._clock = clock
        self._key_of = key_of
        self._state_of = state_of
        self._known = known

    async def examine(self, given: Any, *, audience: str = "", nonce: str = "") -> Verdict:
        """What a document proves; `why` says why not.

        Args:
            given: its text, or its JSON read already.
            audience: to whom it must have been shown; empty: it is not asked.
            nonce: the question that it must answer; likewise.
        """
        looking = Looking(self._clock, CREDENTIAL)
        why = ""
        try:
            async with asyncio.timeout(LONGEST_S):
                with looking.at("form"):
                    secured = documents.read(given)
                if secured.is_presentation:
                    looking.tell(form=PRESENTATION)
                    await self._presentation(looking, secured, audience, nonce)
                else:
                    await self._credential(looking, secured, audience or nonce)
        except Unproven as error:
            why = error.why
        except TimeoutError:
            why = "issuer"
        return looking.end(why, STEPS[looking.verdict.form])

    async def _credential(self, looking: Looking, secured: Secured, asked: str) -> None:
        """A document alone, which is anybody's who has it."""
        await self._signed(looking, secured)
        with looking.at("binding"):
            if asked:
                raise Unproven("binding", "Nobody proves that it is theirs.")
            raise Unasked("It is bound to nobody: whoever has it can show it.")
        await self._standing(looking, secured)

    async def _signed(self, looking: Looking, secured: Secured) -> None:
        with looking.at("signature") as by:
            by.append(secured.who)
            by[:] = await require_signed(secured, self._key_of)
        await self._tell(looking, secured)

    async def _standing(self, looking: Looking, secured: Secured) -> None:
        with looking.at("time"):
            secured.require_in_force(self._clock.now().timestamp())
        with looking.at("status"):
            await self._require_standing(secured)

    async def _require_standing(self, secured: Secured) -> None:
        if not places_of(secured.document):
            raise Unasked("Its issuer keeps no list: it ends by its time alone.")
        state = await self._state_of(secured.who, secured.document)
        if state != Status.VALID:
            raise Unproven(state.name.lower(), "Its issuer has taken it back.")

    async def _tell(self, looking: Looking, secured: Secured) -> None:
        document, issuer = secured.document, secured.who
        is_here, is_trusted = await self._known(issuer)
        _, until = period_of(document)
        is_ending = until is not None and 0 < until < UNTIL_MOST
        looking.tell(
            issuer=issuer,
            is_here=is_here,
            is_trusted=is_here or is_trusted,
            kind=kind_of_document(document),
            vct=type_of(document),
            claims=claims_of(document),
            until=datetime.fromtimestamp(until, UTC) if until and is_ending else None,
        )

    async def _presentation(
        self, looking: Looking, secured: Secured, audience: str, nonce: str
    ) -> None:
        with looking.at("binding") as by:
            by.append(secured.who)
            by[:] = await require_signed(secured, self._key_of)
        looking.tell(holder=secured.who)
        with looking.at("audience"):
            if not audience:
                raise Unasked("For whom it is was not asked.")
            secured.require_audience(audience)
        with looking.at("nonce"):
            if not nonce:
                raise Unasked("Which question it answers was not asked.")
            secured.require_nonce(nonce)
        with looking.at("time"):
            secured.require_in_force(self._clock.now().timestamp())
        with looking.at("credentials"):
            await self._require_credentials(looking, secured)
        with looking.at("holder"):
            _require_holder(secured)

    async def _require_credentials(self, looking: Looking, secured: Secured) -> None:
        for each in secured.credentials():
            inner = Looking(self._clock, CREDENTIAL)
            why = ""
            try:
                with inner.at("form"):
                    if each.is_presentation:
                        raise Unproven("form", "A presentation holds another.")
                await self._signed(inner, each)
                await self._standing(inner, each)
            except Unproven as error:
                why = error.why
            told = inner.end(why, PRESENTED)
            looking.tell(credentials=(*looking.verdict.credentials, told))
        shown = looking.verdict.credentials
        looking.tell(is_trusted=all(each.is_trusted for each in shown))
        for told in shown:
            if told.why:
                raise Unproven(told.why, "A credential in it proves nothing.")


def _require_holder(secured: Secured) -> None:
    """Whoever shows it is whom it is about.

    Raises:
        Unproven: somebody else is.
        Unasked: one of them is about nobody by name.
    """
    named = [subjects_of(each.document) for each in secured.credentials()]
    if any(ids and secured.who not in ids for ids in named):
        raise Unproven("holder", "It is about somebody else than who shows it.")
    if not all(named):
        raise Unasked("Whom it is about is not said.")
