"""The kinds of credentials that this house knows, and what stands in each."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, cast

from asklepion.kit.errors import Incorrect

from .sdjwt import Hidden

Claims = dict[str, Any]


class Kind(StrEnum):
    """What a credential says about somebody."""

    LICENCE = "licence"  # may work as a clinician
    BADGE = "badge"  # has learnt something
    MEMBERSHIP = "membership"  # belongs to something


VCTS = {
    Kind.LICENCE: "urn:asklepion:credential:licence:1",
    Kind.BADGE: "urn:asklepion:credential:badge:1",
    Kind.MEMBERSHIP: "urn:asklepion:credential:membership:1",
}
# What everybody who meets a clinician here may check; the number of the licence is not among it.
MARK = ("name", "speciality", "region", "languages")
SNOMED, NUCC = "http://snomed.info/sct", "http://nucc.org/provider-taxonomy"
SNOMED_CODE = re.compile(r"[1-9][0-9]{5,17}", re.ASCII)
NUCC_CODE = re.compile(r"[0-9A-Z]{9}X", re.ASCII)
REGION = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)  # ISO 3166-1 or -2
LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}", re.ASCII)  # BCP 47
LONGEST, LONGEST_TEXT = 120, 1000  # characters
LANGUAGES_MOST = 20
# Verhoeff's check digit, by which a SNOMED CT identifier is told from a slip of the hand.
_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def kind_of(vct: Any) -> Kind | None:
    """The kind of a type that credentials name."""
    return next((kind for kind, known in VCTS.items() if known == vct), None)


def claims_of(kind: Kind, told: Mapping[str, Any], name: str) -> Claims:
    """What stands in a credential, each in its one right form, ready to be kept.

    Args:
        name: of whom it is about.

    Raises:
        Incorrect: something cannot be.
    """
    makers = {Kind.LICENCE: _licence, Kind.BADGE: _badge, Kind.MEMBERSHIP: _membership}
    return {"name": name, **makers[kind](told)}


def hidden(claims: Claims) -> Claims:
    """The claims as they are issued: each shown only if its holder chooses, of a list each too."""
    return {
        name: Hidden([Hidden(each) for each in cast(list[Any], value)])
        if isinstance(value, list)
        else Hidden(value)
        for name, value in claims.items()
    }


def _licence(told: Mapping[str, Any]) -> Claims:
    languages = told.get("languages")
    if not isinstance(languages, list) or not 0 < len(cast(list[Any], languages)) <= LANGUAGES_MOST:
        raise Incorrect("A licence names one language or more.", hint="Such as en or zh-CN.")
    found = [_formed(each, LANGUAGE, "language") for each in cast(list[Any], languages)]
    return {
        "registration_number": _text(told, "registration_number"),
        "speciality": _speciality(told.get("speciality")),
        "region": _formed(told.get("region"), REGION, "region"),
        "languages": list(dict.fromkeys(found)),
    }


def _speciality(found: Any) -> Claims:
    told = cast(Claims, found) if isinstance(found, dict) else {}
    system, code = told.get("system"), told.get("code")
    is_known = isinstance(code, str) and (
        (system == SNOMED and bool(SNOMED_CODE.fullmatch(code)) and _is_checked(code))
        or (system == NUCC and bool(NUCC_CODE.fullmatch(code)))
    )
    if not is_known:
        raise Incorrect(
            "The speciality is no code of SNOMED CT or NUCC.",
            hint="Such as 419192003 (internal medicine), or 207R00000X.",
        )
    return {"system": system, "code": code, "display": _text(told, "display")}


def _badge(told: Mapping[str, Any]) -> Claims:
    achievement = {
        "name": _text(told, "achievement"),
        "description": _text(told, "description", LONGEST_TEXT),
        "criteria": _text(told, "criteria", LONGEST_TEXT),
    }
    return {"achievement": achievement}


def _membership(told: Mapping[str, Any]) -> Claims:
    optional = {"number": _text(told, "number")} if told.get("number") else {}
    return {"organisation": _text(told, "organisation"), "role": _text(told, "role"), **optional}


def _text(told: Mapping[str, Any], name: str, longest: int = LONGEST) -> str:
    found = told.get(name)
    text = " ".join(found.split()) if isinstance(found, str) else ""
    if not 0 < len(text) <= longest or not text.isprintable():
        raise Incorrect(f"The {name.replace('_', ' ')} is missing or too long.")
    return text


def _formed(found: Any, form: re.Pattern[str], what: str) -> str:
    if not isinstance(found, str) or not form.fullmatch(found):
        raise Incorrect(
            f"The {what} is not a known code.", hint="Such as KE or GB-ENG; en or zh-CN."
        )
    return found


def _is_checked(code: str) -> bool:
    """Whether the last digit is right. Source: SNOMED CT, Release File Specification, 5.5."""
    check = 0
    for place, digit in enumerate(reversed(code)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = _TURN[turned]
        check = _dihedral(check, turned)
    return check == 0


def _dihedral(a: int, b: int) -> int:
    """Multiplication in the group of a pentagon's symmetries."""
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def open_badge(
    *,
    id: str,
    issuer: Claims,
    subject: str,
    claims: Claims,
    since: str,
    until: str,
    status: list[Claims],
) -> Claims:
    """A badge in the form that others read. https://www.imsglobal.org/spec/ob/v3p0/"""
    achievement = claims["achievement"]
    return {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": f"urn:uuid:{id}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": achievement["name"],
        "issuer": {**issuer, "type": ["Profile"]},
        "validFrom": since,
        "validUntil": until,
        "credentialSubject": {
            "id": subject,
            "type": ["AchievementSubject"],
            "achievement": {
                "id": f"urn:asklepion:achievement:{id}",
                "type": ["Achievement"],
                "name": achievement["name"],
                "description": achievement["description"],
                "criteria": {"narrative": achievement["criteria"]},
            },
        },
        "credentialStatus": status,
    }
