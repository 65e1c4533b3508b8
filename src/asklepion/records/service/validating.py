"""Is it good? Asked without keeping anything. https://hl7.org/fhir/R4/resource-operation-validate.html"""

import asyncio
from dataclasses import dataclass

import orjson

from asklepion.kit.errors import Gone, Incorrect, NotFound

from ..engine import references_in, validate
from ..engine.claims import unkept
from ..engine.places import places, steps_of
from ..engine.profiles import Library
from ..model import Asking, Issue, Resource
from .changing import may_bring_in
from .packages import Packages
from .parts import Parts
from .reading import Reader

MODES = ("", "create", "update", "delete", "profile")
REFERENCES_MOST = 100  # looked up in one resource


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked about."""

    type: str
    id: str = ""  # of a resource that is kept here
    resource: Resource | None = None  # none: the one kept here
    text: str = ""  # as it was sent, to say in which line something stands
    within: str = ""  # where in the text it stands, such as Parameters.parameter[0].resource
    mode: str = ""
    profiles: tuple[str, ...] = ()
    must_exist: bool = False  # whether what it points to must be here


@dataclass(frozen=True, slots=True)
class Placed:
    """One issue, and the line and column of its element where a text was sent."""

    issue: Issue
    line: int = 0  # from 1; 0: no text was sent
    column: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Everything that was found; nothing: it is good."""

    type: str
    found: list[Placed]


class Validator:
    """Answers questions about resources."""

    def __init__(self, parts: Parts, reader: Reader, packages: Packages) -> None:
        self._parts = parts
        self._reader = reader
        self._packages = packages

    async def validate(self, asking: Asking, question: Question) -> Verdict:
        """What is wrong with a resource. Raises as `Records.validate`."""
        asking.caller.require_known()
        library = self._packages.library
        _require(question, library)
        resource = await self._resource(asking, question)
        if resource is None:
            return Verdict(question.type, [])
        issues = await asyncio.to_thread(_issues, resource, question, library)
        if question.must_exist and not any(not it.is_warning for it in issues):
            issues += await self._lost(asking, resource)
        return Verdict(question.type, await asyncio.to_thread(_placed, issues, question))

    async def _resource(self, asking: Asking, question: Question) -> Resource | None:
        """The resource asked about, if the caller may read it, or change it to this one."""
        if not question.id:
            return question.resource
        if question.resource is None and question.mode != "delete":
            row = await self._reader.read(asking, question.type, question.id)
            return orjson.loads(row.body)
        if not may_bring_in(asking):
            await self._reader.find_to_change(asking, "write", question.type, question.id)
        return question.resource

    async def _lost(self, asking: Asking, resource: Resource) -> list[Issue]:
        """References to what is not here, or not for this caller."""
        issues: list[Issue] = []
        named = [it for it in dict.fromkeys(references_in(resource)) if it.count("/") == 1]
        for reference in named[:REFERENCES_MOST]:
            type, _, id = reference.partition("/")
            try:
                await self._reader.read(asking, type, id)
            except (NotFound, Gone):
                path = resource["resourceType"]
                said = f"a {type} that is here, or may be seen, wherever one is referred to"
                issues.append(Issue(path, said, "not-found"))
        return issues


def _require(question: Question, library: Library) -> None:
    if question.mode not in MODES:
        raise Incorrect("The mode is none.", hint="Say create, update, delete or profile.")
    if question.resource is None and not question.id:
        raise Incorrect("There is no resource to look at.", hint="Send one.")
    if question.mode in ("update", "delete") and not question.id:
        raise Incorrect("An update or deletion has an id.", hint="Ask at [type]/[id]/$validate.")
    for url in question.profiles:
        if library.profile(url) is None:
            raise Incorrect(
                "A profile that is asked for is not installed.", hint="See asklepion fhir list."
            )


def _issues(resource: Resource, question: Question, library: Library) -> list[Issue]:
    if resource.get("resourceType") != question.type:
        return [Issue("resourceType", f"{question.type}, as the address says", "structure")]
    if question.mode == "update" and resource.get("id") != question.id:
        return [Issue(f"{question.type}.id", "the id that the address says", "value")]
    try:
        issues = validate(resource, with_warnings=True)
        if any(not it.is_warning for it in issues):
            return issues
        profiles = question.profiles
        return issues + unkept(resource, library, profiles=profiles, with_warnings=True)
    except RecursionError:
        return [Issue(question.type, "fewer levels within each other", "structure")]
    except UnicodeEncodeError:
        return [Issue(question.type, "whole characters in UTF-8", "value")]


def _placed(issues: list[Issue], question: Question) -> list[Placed]:
    if not question.text:
        return [Placed(it) for it in issues]
    before = steps_of(question.within)
    paths = [(*before, *steps_of(it.path)) for it in issues]
    found = places(question.text, paths)
    return [Placed(it, *found[path]) for it, path in zip(issues, paths, strict=True)]
