"""Where a document says that its state is to be read, and what a list of the W3C says of it.

https://www.w3.org/TR/vc-bitstring-status-list/
"""

import re
from typing import Any, NamedTuple, cast

from . import status
from .errors import Unproven
from .status import Status
from .vcdm import Document, list_of, objects_of

ENTRY, LIST, BITS = (
    "BitstringStatusListEntry",
    "BitstringStatusListCredential",
    "BitstringStatusList",
)
PURPOSES = {"revocation": Status.REVOKED, "suspension": Status.SUSPENDED}
SILENT = frozenset({"refresh", "message"})  # purposes that end nothing
INDEX = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
ENTRIES_MOST = 1 << 31  # that any list may have
MOST = 4  # places in one document: each may send the house to ask


class Place(NamedTuple):
    """One entry of one list."""

    uri: str
    entry: int
    purpose: str  # empty: an IETF Token Status List, which says all in one


def places_of(document: Document) -> list[Place]:
    """Where it is to be read what became of a credential; nothing where its issuer keeps no list.

    Raises:
        Unproven: it is said in a way that is not known here.
    """
    told = objects_of(document, "credentialStatus")
    found = [_place(each) for each in told if str(each.get("statusPurpose")) not in SILENT]
    if "status" in document:
        found.append(_token_place(document["status"]))
    if len(found) > MOST:
        raise _unknown()
    return found


def _place(told: Document) -> Place:
    uri, index, purpose = (
        told.get(name) for name in ("statusListCredential", "statusListIndex", "statusPurpose")
    )
    is_known = (
        ENTRY in list_of(told.get("type"))
        and isinstance(uri, str)
        and isinstance(index, str)
        and bool(INDEX.fullmatch(index))
        and isinstance(purpose, str)
        and purpose in PURPOSES
        and told.get("statusSize", 1) == 1
    )
    if not is_known:
        raise _unknown()
    return Place(cast(str, uri), int(cast(str, index)), cast(str, purpose))


def _token_place(told: Any) -> Place:
    """https://datatracker.ietf.org/doc/draft-ietf-oauth-status-list/ (the claim `status`)"""
    found: Any = cast(Document, told).get("status_list") if isinstance(told, dict) else None
    place = cast(Document, found) if isinstance(found, dict) else {}
    uri, entry = place.get("uri"), place.get("idx")
    if not isinstance(uri, str) or isinstance(entry, bool) or not isinstance(entry, int):
        raise _unknown()
    if not 0 <= entry < ENTRIES_MOST:
        raise Unproven("status", "A status list has no such entry.")
    return Place(uri, entry, "")


def read_list(document: Document, place: Place) -> Status:
    """What a list of the W3C says of one entry.

    Raises:
        Unproven: it is no such list, is of another purpose, or has no such entry.
    """
    subjects = objects_of(document, "credentialSubject")
    fits = (
        LIST in list_of(document.get("type"))
        and document.get("id", place.uri) == place.uri
        and len(subjects) == 1
        and BITS in list_of(subjects[0].get("type"))
        and place.purpose in list_of(subjects[0].get("statusPurpose"))
        and isinstance(subjects[0].get("encodedList"), str)
    )
    if not fits:
        raise Unproven("status", "The status list is another than is named.")
    bits = status.decode(cast(str, subjects[0]["encodedList"]))
    return PURPOSES[place.purpose] if status.is_set(bits, place.entry) else Status.VALID


def _unknown() -> Unproven:
    return Unproven("status", "How to read its state is not said in a way we know.")
