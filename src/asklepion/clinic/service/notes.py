"""A doctor's note as FHIR."""

import base64
from datetime import datetime
from typing import Any

from asklepion.identity import Caller
from asklepion.kit.clock import to_iso

from ..model import Visit

LOINC_NOTE = {"system": "http://loinc.org", "code": "11488-4", "display": "Consult note"}
CLINICAL_NOTE = {
    "system": "http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category",
    "code": "clinical-note",
}


def note_of(visit: Visit, caller: Caller, text: str, now: datetime) -> dict[str, Any]:
    """The note as FHIR. https://hl7.org/fhir/R4/documentreference.html"""
    data = base64.b64encode(text.strip().encode()).decode()
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "docStatus": "final",
        "type": {"coding": [LOINC_NOTE]},
        "category": [{"coding": [CLINICAL_NOTE]}],
        "subject": {"reference": visit.patient},
        "date": to_iso(now),
        "author": [{"reference": caller.person, "display": caller.name}],
        "content": [{"attachment": {"contentType": "text/plain; charset=utf-8", "data": data}}],
        "context": {
            "related": [
                {"identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{visit.id}"}}
            ],
            "period": {"start": to_iso(visit.opened_at), "end": to_iso(max(now, visit.opened_at))},
        },
    }
