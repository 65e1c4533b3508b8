"""From a letter to what an import keeps: read, whose it is found out, turned to what is known."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import orjson

from asklepion.identity import Role
from asklepion.kit.db import Tx
from asklepion.kit.errors import NotFound

from ..engine import rewrite_references
from ..engine.foreign import (
    Foreign,
    Message,
    Names,
    Note,
    Unreadable,
    read_document,
    read_er7,
    read_message,
)
from ..model import Asking, Resource
from ..store import letters, rows
from .aliases import Aliases
from .deciding import PATIENT, me_of
from .parts import Parts
from .reading import Reader
from .sources import Letter

SHARED = frozenset({"Practitioner", "Organization", "Location"})
OTHER = "is about somebody else: neither a number nor name and birth date agree with yours"
CURRENT = (  # what a message that tells how somebody is now replaces
    *("name", "telecom", "gender", "birthDate", "address", "maritalStatus", "contact"),
    *("communication", "multipleBirthBoolean", "generalPractitioner"),
)


@dataclass(kw_only=True)
class Settled:
    """What one letter comes to."""

    bundle: Resource
    patient: str
    version: int  # of the Patient as she is known; 0 where she is not
    notes: Sequence[Note] = field(default_factory=list[Note])


class Translator:
    """Makes FHIR of what is none."""

    def __init__(self, parts: Parts, aliases: Aliases, reader: Reader) -> None:
        self._parts = parts
        self._aliases = aliases
        self._reader = reader

    async def settle(self, asking: Asking, letter: Letter) -> Settled:
        """What a letter comes to, for whoever brings it.

        Raises:
            Unreadable: it cannot be read, or nobody can tell whose it is.
        """
        return await self.settle_read(asking, await self.read(letter))

    async def read(self, letter: Letter) -> Foreign:
        """What a letter says.

        Raises:
            Unreadable: it cannot be read.
        """
        if letter.kind == "cda":
            return await asyncio.to_thread(read_document, letter.text, self.id_for)
        message = await asyncio.to_thread(read_er7, letter.text)
        async with self._parts.db.read() as tx:
            row = await letters.find_sender(tx, *message.sender)
        return await asyncio.to_thread(self.read_er7, message, row)

    def read_er7(self, message: Message, sender: letters.SenderRow | None) -> Foreign:
        """What a message says, in the words of its sender.

        Raises:
            Unreadable: it cannot be read.
        """
        name = "|".join(message.sender)
        systems = letters.systems_of(sender) if sender else {}
        return read_message(message, self.id_for, Names(sender=name, systems=systems))

    def id_for(self, seed: str) -> str:
        """The id of something by what it is called elsewhere; tells nobody what that is."""
        return self._parts.drafter.id_for({"seed": seed})

    async def settle_read(self, asking: Asking, foreign: Foreign) -> Settled:
        """What comes of what was read: whose it is, and what of it is news.

        Raises:
            Unreadable: nobody can tell whose it is.
        """
        is_operator = asking.caller.has(Role.OPERATOR)
        me = me_of(asking.caller)
        if me and not is_operator:
            patient, version, known = await self._mine(asking, foreign, me)
        else:
            patient, version, known = await self._found(foreign)
        who = foreign.resources[foreign.patient]
        resources = [
            resource
            for reference, resource in foreign.resources.items()
            if reference != foreign.patient
        ]
        if known is None:
            resources.insert(0, who)
        elif foreign.is_current:
            resources.insert(0, _brought_up_to_date(known, who))
        if not is_operator:
            resources = _without_others(resources)
        turned = {foreign.patient: patient}
        entries = [{"resource": _turned(it, turned, patient)} for it in resources]
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
        return Settled(bundle=bundle, patient=patient, version=version, notes=foreign.notes)

    async def _mine(
        self, asking: Asking, foreign: Foreign, me: str
    ) -> tuple[str, int, Resource | None]:
        """The caller herself, if this is about her."""
        try:
            row = await self._reader.read(asking, "Patient", me.removeprefix(PATIENT))
        except NotFound:
            return me, 0, None
        known = cast(Resource, orjson.loads(row.body))
        if not is_same_person(known, foreign.resources[foreign.patient]):
            raise Unreadable(OTHER)
        return me, row.version, known

    async def _found(self, foreign: Foreign) -> tuple[str, int, Resource | None]:
        """Whom this is about, by the numbers that somebody vouched for."""
        async with self._parts.db.read() as tx:
            candidates = await self._candidates(tx, foreign)
            if len(candidates) > 1:
                raise Unreadable("goes by numbers of several patients here")
            patient = next(iter(candidates), foreign.patient)
            key = self._parts.indexer.key_of("Patient", patient.removeprefix(PATIENT))
            row = (await rows.find(tx, [key])).get(key)
        if row is None or row.deleted:
            return patient, 0, None
        opened = await self._parts.writer.look(row)
        if opened is None:
            return patient, 0, None
        known = cast(Resource, orjson.loads(opened.body))
        own, new = (it.get("birthDate") for it in (known, foreign.resources[foreign.patient]))
        if own and new and own != new:
            raise Unreadable("goes by the number of somebody with another birth date")
        return patient, row.version, known

    async def _candidates(self, tx: Tx, foreign: Foreign) -> set[str]:
        return await self._aliases.find(tx, foreign.identifiers)

    async def is_known(self, foreign: Foreign) -> bool:
        """Whether somebody vouched for a number of hers before."""
        async with self._parts.db.read() as tx:
            return bool(await self._candidates(tx, foreign))


def is_same_person(known: Resource, new: Resource) -> bool:
    """A number agrees, or name and birth date do."""
    numbers = [
        {(i.get("system"), i.get("value")) for i in it.get("identifier", []) if i.get("system")}
        for it in (known, new)
    ]
    own, other = (it.get("birthDate") for it in (known, new))
    if numbers[0] & numbers[1]:
        return not (own and other) or own == other
    return bool(own) and own == other and bool(_called(known) & _called(new))


def _called(patient: Resource) -> set[str]:
    """How somebody is called, without blanks and case, family first and last."""
    found: set[str] = set()
    for name in patient.get("name", []):
        given = [str(part) for part in name.get("given", [])][:1]
        family = str(name.get("family", ""))
        if family and given:
            found |= {_plain(family + given[0]), _plain(given[0] + family)}
        if text := name.get("text"):
            found.add(_plain(str(text)))
    return found


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def _brought_up_to_date(known: Resource, new: Resource) -> Resource:
    """The Patient as she is known, with what a message says of her now."""
    told = {key: new[key] for key in CURRENT if key in new}
    dead = {key: new[key] for key in ("deceasedDateTime", "deceasedBoolean") if key in new}
    kept = {k: v for k, v in known.items() if not (dead and k.startswith("deceased"))}
    if "multipleBirthBoolean" in told:
        kept.pop("multipleBirthInteger", None)
    numbers = list(known.get("identifier", []))
    numbers += [it for it in new.get("identifier", []) if it not in numbers]
    return {**kept, **told, **dead, **({"identifier": numbers} if numbers else {})}


def _without_others(resources: list[Resource]) -> list[Resource]:
    """Without those who treat her, whom a patient may not write: named where they stood."""
    others = {f"{r['resourceType']}/{r['id']}": r for r in resources if r["resourceType"] in SHARED}
    return [
        cast(Resource, _named(it, others)) for it in resources if it["resourceType"] not in SHARED
    ]


def _named(value: Any, others: dict[str, Resource]) -> Any:
    if isinstance(value, list):
        return [_named(inner, others) for inner in cast(list[Any], value)]
    if not isinstance(value, dict):
        return value
    it = cast(dict[str, Any], value)
    other = others.get(it.get("reference", "")) if "reference" in it else None
    if other is None:
        return {key: _named(inner, others) for key, inner in it.items()}
    told: dict[str, Any] = {"type": other["resourceType"]}
    if numbers := other.get("identifier"):
        told["identifier"] = numbers[0]
    name: Any = other.get("name")
    shown = name if isinstance(name, str) else it.get("display")
    return told | ({"display": shown} if shown else {})


def _turned(resource: Resource, turned: dict[str, str], patient: str) -> Resource:
    it = rewrite_references(resource, turned)
    return {**it, "id": patient.removeprefix(PATIENT)} if it["resourceType"] == "Patient" else it
