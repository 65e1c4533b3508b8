"""Notifications: Bundles of history whose first entry is the status, as Parameters.

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/StructureDefinition-backport-subscription-notification-r4.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from asklepion.kit.clock import from_us, to_iso

from ...store.rows import Row
from ...store.subscriptions import EventRow, SubscriptionRow
from .wishes import BACKPORT, Wish

NOTIFICATION = f"{BACKPORT}/backport-subscription-notification-r4"
STATUS = f"{BACKPORT}/backport-subscription-status-r4"
ERRORS = "https://asklepion.local/fhir/CodeSystem/subscription-error"
WHY = {
    "endpoint": "The endpoint does not answer as it should.",
    "address": "The endpoint's address may not be called from here.",
    "behind": "Too much was waiting; read what you missed by a search.",
    "consent": "The consent that it stood on has ended.",
    "account": "The account that made it is not there any more.",
    "ended": "Its time is over.",
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """One notification, but for its kind."""

    row: SubscriptionRow
    wish: Wish
    base: str  # our FHIR address
    at: datetime
    events: Sequence[tuple[EventRow, Row]] = ()
    number: int = 0  # of the last event by now
    content: str = ""  # another than the subscription's own


def status(said: Said, kind: str, status: str) -> dict[str, Any]:
    """The status of a subscription as Parameters, with the events that are told of."""
    row, content = said.row, said.content or said.wish.content
    values: list[dict[str, Any]] = [
        {
            "name": "subscription",
            "valueReference": {"reference": f"{said.base}/Subscription/{row.id}"},
        }
    ]
    if said.wish.topic and content != "empty":
        values.append({"name": "topic", "valueCanonical": said.wish.topic.url})
    values += [
        {"name": "status", "valueCode": status},
        {"name": "type", "valueCode": kind},
        {"name": "events-since-subscription-start", "valueString": str(said.number)},
    ]
    values += [_event(said, event, of, content) for event, of in said.events]
    if row.reason:
        coding = {"system": ERRORS, "code": row.reason, "display": WHY[row.reason]}
        values.append({"name": "error", "valueCodeableConcept": {"coding": [coding]}})
    return {"resourceType": "Parameters", "meta": {"profile": [STATUS]}, "parameter": values}


def _event(said: Said, event: EventRow, of: Row, content: str) -> dict[str, Any]:
    parts: list[dict[str, Any]] = [
        {"name": "event-number", "valueString": str(event.number)},
        {"name": "timestamp", "valueInstant": to_iso(from_us(event.made_at))},
    ]
    if content != "empty":
        reference = f"{said.base}/{of.reference}"
        parts.append({"name": "focus", "valueReference": {"reference": reference}})
    return {"name": "notification-event", "part": parts}


def notification(said: Said, kind: str, state: str, id: str, status_id: str) -> dict[str, Any]:
    """The Bundle that is sent.

    Args:
        id: of the Bundle.
        status_id: of the status in it, a UUID.
    """
    row, content = said.row, said.content or said.wish.content
    entries: list[dict[str, Any]] = [
        {
            "fullUrl": f"urn:uuid:{status_id}",
            "resource": {"id": status_id} | status(said, kind, state),
            "request": {"method": "GET", "url": f"{said.base}/Subscription/{row.id}/$status"},
            "response": {"status": "200"},
        }
    ]
    if content == "full-resource":
        seen: set[str] = set()
        for _, of in said.events:
            if of.reference not in seen:  # twice in one Bundle would contradict bdl-7
                seen.add(of.reference)
                entries.append(_entry(said.base, of))
    return {
        "resourceType": "Bundle",
        "id": id,
        "meta": {"profile": [NOTIFICATION]},
        "type": "history",
        "timestamp": to_iso(said.at),
        "entry": entries,
    }


def _entry(base: str, of: Row) -> dict[str, Any]:
    is_new = of.version == 1
    return {
        "fullUrl": f"{base}/{of.reference}",
        "resource": orjson.Fragment(of.body),
        "request": {
            "method": "POST" if is_new else "PUT",
            "url": of.type if is_new else of.reference,
        },
        "response": {"status": "201" if is_new else "200"},
    }
