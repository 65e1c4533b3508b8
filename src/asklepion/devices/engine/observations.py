"""A reading as FHIR R4: LOINC, UCUM, its device, and an id that is the same when sent twice."""

import uuid
from collections.abc import Sequence
from typing import Any

from asklepion.kit.clock import to_iso

from ..model import Choice, Code, Device, Kind, Quantity, Reading

UCUM = "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
READINGS = uuid.UUID("6b1f6c0e-8d0b-5a59-9b5e-6f0d3b5b7c11")  # our name space for their ids


def make_observations(device: Device, kind: Kind, reading: Reading) -> list[dict[str, Any]]:
    """The reading as vital signs. https://hl7.org/fhir/R4/observation-vitalsigns.html"""
    if kind.panel:
        parts = [_coded(part.codes) | _value(part, reading) for part in kind.parts]
        return [_observation(device, kind, reading, (kind.panel,), {"component": parts})]
    return [
        _observation(device, kind, reading, part.codes, _value(part, reading))
        for part in kind.parts
    ]


def _observation(
    device: Device, kind: Kind, reading: Reading, codes: Sequence[Code], value: dict[str, Any]
) -> dict[str, Any]:
    at = to_iso(reading.at)
    name = f"{device.id}/{kind.name}/{at}/{codes[0].code}"
    return {
        "resourceType": "Observation",
        "id": str(uuid.uuid5(READINGS, name)),
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
        **_coded(codes),
        "subject": {"reference": device.patient},
        "effectiveDateTime": at,
        "device": {"reference": f"Device/{device.id}"},
        **value,
    }


def make_device(device: Device) -> dict[str, Any]:
    """The device itself. https://hl7.org/fhir/R4/device.html"""
    return {
        "resourceType": "Device",
        "id": device.id,
        "status": "active",
        "deviceName": [{"name": device.name, "type": "user-friendly-name"}],
        "patient": {"reference": device.patient},
    }


def _coded(codes: Sequence[Code]) -> dict[str, Any]:
    coding = [{"system": c.system, "code": c.code, "display": c.display} for c in codes]
    return {"code": {"coding": coding, "text": codes[0].display}}


def _value(part: Quantity | Choice, reading: Reading) -> dict[str, Any]:
    value = reading.values[part.key]
    if isinstance(part, Choice):
        return {"valueCodeableConcept": _coded([part.answers[str(value)]])["code"]}
    number = float(value)
    whole = int(number) if number.is_integer() else number
    unit = {"unit": part.unit, "system": UCUM, "code": part.unit}
    return {"valueQuantity": {"value": whole} | unit}
