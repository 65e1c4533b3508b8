"""Scopes: what an app may ask for, as text and as what it means.

Source: https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
"""

import re
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl

from ..model import Scope

ACTS = "cruds"  # create, read, update, delete, search: in this order
OF_OLD = {"read": "rs", "write": "cud", "*": ACTS}  # SMART 1
PERSONAL = ("patient", "user")  # through a person who is there
SYSTEM = "system"
OPENID, FHIR_USER, PROFILE = "openid", "fhirUser", "profile"
LAUNCH, LAUNCH_PATIENT, LAUNCH_ENCOUNTER = "launch", "launch/patient", "launch/encounter"
OFFLINE, ONLINE = "offline_access", "online_access"
OTHERS = (
    *(OPENID, FHIR_USER, PROFILE, LAUNCH, LAUNCH_PATIENT, LAUNCH_ENCOUNTER),
    *(OFFLINE, ONLINE),
)
PATTERN = re.compile(
    r"(patient|user|system)/(\*|[A-Z][A-Za-z]{1,63})"
    r"\.(c?r?u?d?s?|read|write|\*)(?:\?([!-~]{1,500}))?"
)
SCOPES_MOST = 100
LONGEST = 8000  # characters of all together


def parse_scope(text: str) -> Scope | None:
    """What a scope about a record means; nothing where it is none.

    Only a single type is narrowed by search parameters: those of SMART 1 and of all types are not.
    """
    match = PATTERN.fullmatch(text)
    if match is None or not match[3]:
        return None
    context, type, acts, query = match.groups()
    if acts in OF_OLD:
        return None if query else Scope(context, type, OF_OLD[acts])
    if query is None:
        return Scope(context, type, acts)
    try:
        params = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=10)
    except ValueError:
        return None
    return None if type == "*" else Scope(context, type, acts, tuple(params))


def split_scopes(text: str) -> tuple[str, ...]:
    """Scopes as they are written in one parameter, none twice; too many are none at all."""
    found = tuple(dict.fromkeys(text.split()))
    return found if len(found) <= SCOPES_MOST and len(text) <= LONGEST else ()


def parse_all(texts: Iterable[str]) -> frozenset[Scope]:
    """The scopes about a record among these."""
    return frozenset(scope for text in texts if (scope := parse_scope(text)))


def is_known(text: str) -> bool:
    """Whether this is a scope at all."""
    return text in OTHERS or parse_scope(text) is not None


def within(asked: Sequence[str], most: Sequence[str]) -> tuple[str, ...]:
    """Those that were asked for and may be, as they were written."""
    wide = parse_all(most)
    kept: list[str] = []
    for text in asked:
        scope = parse_scope(text)
        if text in most or (scope and any(other.covers(scope) for other in wide)):
            kept.append(text)
    return tuple(kept)
