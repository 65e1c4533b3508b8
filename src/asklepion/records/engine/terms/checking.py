"""Whether a code is one of a value set or a system, and whether it is called so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .expanding import Member, Unknowable, is_member
from .held import Terms
from .systems import Coding, System, is_language

Json = dict[str, Any]
NO_CODING = Coding("", "")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is to be said of a code."""

    is_valid: bool
    message: str = ""
    coding: Coding = NO_CODING


def check_code(
    terms: Terms,
    codings: Sequence[Coding],
    *,
    value_set: Json | None = None,
    system: System | None = None,
    languages: Sequence[str] = (),
    with_abstract: bool = True,
) -> Verdict:
    """Whether one of these codings belongs to a value set, or to a system.

    Raises:
        Unknowable: none does for certain, and what would tell of one is not held here.
        Incorrect: the value set cannot be read.
    """
    doubt: Unknowable | None = None
    wrong: Verdict | None = None
    for coding in codings:
        try:
            member = _member(terms, coding, value_set, system)
        except Unknowable as error:
            doubt = error
            continue
        if member is None or (member.is_abstract and not with_abstract):
            continue
        verdict = _named(member, coding, languages)
        if verdict.is_valid:
            return verdict
        wrong = wrong or verdict
    if wrong is not None:
        return wrong
    if doubt is not None:
        raise Unknowable(
            f"It cannot be told whether this code is valid: {doubt.message}", hint=doubt.hint
        )
    where = "value set" if value_set is not None else "code system"
    return Verdict(is_valid=False, message=f"The {where} does not hold this code.")


def _member(
    terms: Terms, coding: Coding, value_set: Json | None, system: System | None
) -> Member | None:
    if value_set is not None:
        return is_member(terms, value_set, coding)
    if system is None:
        raise Unknowable("The code system is not here.", hint="Install a package that holds it.")
    concept = system.find(coding.code)
    if concept is None:
        if not system.is_complete:
            raise Unknowable("The code system is not here in full.")
        return None
    return Member(system=system.url, code=concept.code, concept=concept)


def _named(member: Member, coding: Coding, languages: Sequence[str]) -> Verdict:
    known = display_of(member, languages)
    found = Coding(member.system, member.code, known)
    if not coding.display or coding.display.casefold() in _names(member):
        return Verdict(is_valid=True, coding=found)
    if not _names(member):
        return Verdict(is_valid=True, message="What it is called is not known here.", coding=found)
    return Verdict(is_valid=False, message="The code is not called so.", coding=found)


def _names(member: Member) -> set[str]:
    concept = member.concept
    several = [member.display, *(str(it.get("value", "")) for it in member.names)]
    if concept is not None:
        several += [concept.display, *(str(it.get("value", "")) for it in concept.names)]
    return {it.casefold() for it in several if it}


def display_of(member: Member, languages: Sequence[str]) -> str:
    """What a member is called, in the first of these languages that has a name for it."""
    concept = member.concept
    own = member.names if concept is None else (*member.names, *concept.names)
    for language in languages:
        for it in own:
            if is_language(str(it.get("language", "")), language):
                return str(it.get("value", ""))
    return member.display or (concept.display if concept is not None else "")
