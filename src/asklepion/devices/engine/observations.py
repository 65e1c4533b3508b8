"""A reading as FHIR R4: LOINC, UCUM, its device, and an id that is the same when sent twice."""

import base64
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, timedelta, timezone
from typing import Any

from asklepion.kit.clock import to_iso

from ..model import MDC, Choice, Chunk, Code, Device, Kind, Quantity, Reading, Wave
from .files import Filed
from .gatt.readings import UNBELIEVED, Measured, Source

UCUM = "http://unitsofmeasure.org"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
# Source: https://terminology.hl7.org/CodeSystem-v3-ObservationValue.html
PATIENT_REPORTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "PATRPT",
    "display": "patient reported",
}
BATCH = "urn:asklepion:import"  # as the records room tags what came in together
BLUETOOTH = "urn:asklepion:bluetooth"  # the packet as it came, on the Observation made of it
ABSOLUTE_TIME = 67975  # MDC_ATTR_TIME_ABS
READINGS = uuid.UUID("6b1f6c0e-8d0b-5a59-9b5e-6f0d3b5b7c11")  # our name space for their ids


@dataclass(frozen=True)
class _Told:
    """How a reading is told beside what it measures."""

    patient: str
    by: str  # the device, or who told it
    key: str  # of its id
    more: Mapping[str, Any]  # elements of their own
    terms: Mapping[str, int] = field(default_factory=dict[str, int])  # of the whole: by nothing


def make_observations(device: Device, kind: Kind, reading: Reading) -> list[dict[str, Any]]:
    """The reading as vital signs. https://hl7.org/fhir/R4/observation-vitalsigns.html"""
    told = _Told(device.patient, device.id, to_iso(reading.at), _by(device))
    return _make(kind, reading, told)


def make_measured(device: Device, one: Measured) -> list[dict[str, Any]]:
    """A reading out of a packet, with the packet. https://hl7.org/fhir/uv/phd/

    Numeric and compound Observations with both codes; the device's clock against ours is a
    coincident time stamp inside, which the Observation is derived from.
    """
    more = _by(device) | _origin(device, one)
    told = _Told(device.patient, device.id, one.key, more, one.terms)
    return _make(one.kind, one.reading, told)


def make_told(patient: str, kind: Kind, reading: Reading) -> list[dict[str, Any]]:
    """A reading that a patient read off and wrote down herself: by her, of no device of ours."""
    by = {
        "performer": [{"reference": patient}],
        "meta": {"tag": [PATIENT_REPORTED]},
    }
    key = f"{to_iso(reading.at)}={sorted(reading.values.items())}"
    return _make(kind, reading, _Told(patient, patient, key, by))


def make_filed(patient: str, filed: Filed, batch: str) -> list[dict[str, Any]]:
    """A reading that a file of an app or a tracker told.

    Its id is made of who it is about, what measured it, when, and what: told by two files, it is
    one. Of a day's total the value is not part of it, since the day may not have been over.

    Args:
        batch: of the tag by which all that came with one file are found.
    """
    kind, reading, source = filed.kind, filed.reading, filed.source
    tags = [{"system": BATCH, "code": batch}, *([PATIENT_REPORTED] if filed.is_told else [])]
    more: dict[str, Any] = {"meta": {"tag": tags}}
    if source:
        more["device"] = {"display": source}
    if filed.is_told:
        more["performer"] = [{"reference": patient}]
    values = sorted(reading.values.items())
    key = f"{filed.day}" if filed.day else f"{to_iso(reading.at)}={values}"
    return _make(kind, reading, _Told(patient, f"{patient}/file/{source}", key, more))


def make_wave(device: Device, wave: Wave, chunk: Chunk) -> dict[str, Any]:
    """A chunk of a waveform. https://hl7.org/fhir/R4/datatypes.html#SampledData"""
    code, at = wave.leads[chunk.lead], to_iso(chunk.at)
    return {
        "resourceType": "Observation",
        "id": str(uuid.uuid5(READINGS, f"{device.id}/{wave.name}/{at}/{code.code}")),
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": "vital-signs"}]}],
        **_coded((code,), None),
        "subject": {"reference": device.patient},
        "effectiveDateTime": at,
        "valueSampledData": {
            "origin": {"value": 0, "unit": wave.unit, "system": UCUM, "code": wave.unit},
            "period": 1000 / chunk.rate_hz,
            "factor": chunk.factor,
            "dimensions": 1,
            "data": " ".join("E" if one is None else str(one) for one in chunk.samples),
        },
        **_by(device),
    }


def _by(device: Device) -> dict[str, Any]:
    return {"device": {"reference": f"Device/{device.id}"}}


def _make(kind: Kind, reading: Reading, told: _Told) -> list[dict[str, Any]]:
    parts = [part for part in kind.parts if part.key in reading.values]
    if kind.panel:
        values = [
            _coded(part.codes, told.terms.get(part.key)) | _value(part, reading) for part in parts
        ]
        return [_observation(kind, reading, (kind.panel,), told) | {"component": values}]
    return [
        _observation(kind, reading, part.codes, told, part.key) | _value(part, reading)
        for part in parts
    ]


def _observation(
    kind: Kind, reading: Reading, codes: Sequence[Code], told: _Told, key: str = ""
) -> dict[str, Any]:
    name = f"{told.by}/{kind.name}/{told.key}/{codes[0].code}"
    return {
        "resourceType": "Observation",
        "id": str(uuid.uuid5(READINGS, name)),
        "status": "final",
        "category": [{"coding": [{"system": CATEGORY, "code": kind.category}]}],
        **_coded(codes, told.terms.get(key)),
        "subject": {"reference": told.patient},
        **_effective(kind, reading),
        **told.more,
    }


def _effective(kind: Kind, reading: Reading) -> dict[str, Any]:
    """When it was: a moment, or the day that a total is of."""
    if not kind.is_daily:
        return {"effectiveDateTime": to_iso(reading.at)}
    end = reading.at + timedelta(days=1)
    return {"effectivePeriod": {"start": to_iso(reading.at), "end": to_iso(end)}}


def _origin(device: Device, one: Measured) -> dict[str, Any]:
    """The packet, its clock and its marks: inside the Observation, so sealed and erased with it."""
    source = one.source
    parts: list[dict[str, Any]] = [
        {"url": "service", "valueCode": source.service},
        {"url": "characteristic", "valueCode": source.characteristic},
        {"url": "packet", "valueBase64Binary": base64.b64encode(source.value).decode()},
        {"url": "received", "valueDateTime": to_iso(source.at)},
        {"url": "clock", "valueCode": one.clock},
        *({"url": "mark", "valueCode": mark} for mark in one.marks),
    ]
    if one.device_time:
        parts.append({"url": "deviceTime", "valueString": one.device_time})
    more: dict[str, Any] = {"extension": [{"url": BLUETOOTH, "extension": parts}]}
    notes = _notes(one)
    if notes:
        more["note"] = [{"text": text} for text in notes]
    if one.clock == "measured" and source.offset_ms is not None:
        more["contained"] = [_coincidence(device, source, source.offset_ms)]
        more["derivedFrom"] = [{"reference": "#clock"}]
    return more


def _notes(one: Measured) -> list[str]:
    """What whoever reads the value has to know, in the words of the standard."""
    notes = [f"The device says: {', '.join(one.marks).replace('-', ' ')}."] if one.marks else []
    if one.clock in UNBELIEVED:
        why = {
            "unset": "was not set",
            "impossible": "showed no possible time",
            "jumped": "ran ahead or was changed",
            "no-zone": "was not compared with ours",
        }[one.clock]
        notes.append(f"The device's clock {why}; this is the time at which the reading came.")
    return notes


def _coincidence(device: Device, source: Source, offset_ms: int) -> dict[str, Any]:
    """What the device's clock showed at a moment of ours."""
    zone = timezone(timedelta(minutes=source.zone_min or 0))
    shown = source.at + timedelta(milliseconds=offset_ms)
    local = shown.astimezone(UTC).replace(tzinfo=zone)
    return {
        "resourceType": "Observation",
        "id": "clock",
        "status": "final",
        "code": {
            "coding": [{"system": MDC, "code": str(ABSOLUTE_TIME), "display": "MDC_ATTR_TIME_ABS"}]
        },
        "subject": {"reference": device.patient},
        "effectiveDateTime": to_iso(source.at),
        "valueDateTime": local.isoformat(timespec="milliseconds"),
        "device": {"reference": f"Device/{device.id}"},
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


def describe_device(known: Mapping[str, Any], about: Mapping[str, str]) -> dict[str, Any]:
    """The device as it was, with what it says of itself by Bluetooth."""
    names = {"manufacturer": "manufacturer", "model": "modelNumber", "serial": "serialNumber"}
    told: dict[str, Any] = {names[name]: text for name, text in about.items() if name in names}
    if "firmware" in about:
        told["version"] = [{"value": about["firmware"]}]
    return {**known, **told}


def _coded(codes: Sequence[Code], term: int | None = None) -> dict[str, Any]:
    coding = [{"system": c.system, "code": c.code, "display": c.display} for c in codes]
    if term:
        coding.append({"system": MDC, "code": str(term), "display": TERMS[term]})
    return {"code": {"coding": coding, "text": codes[0].display}}


def _value(part: Quantity | Choice, reading: Reading) -> dict[str, Any]:
    value = reading.values[part.key]
    if isinstance(part, Choice):
        return {"valueCodeableConcept": _coded([part.answers[str(value)]])["code"]}
    number = float(value)
    whole = int(number) if number.is_integer() else number
    unit = {"unit": part.unit, "system": UCUM, "code": part.unit}
    return {"valueQuantity": {"value": whole} | unit}


# Their names in the nomenclature of ISO/IEEE 11073-10101.
TERMS = {
    147842: "MDC_ECG_HEART_RATE",
    149530: "MDC_PULS_OXIM_PULS_RATE",
    149546: "MDC_PULS_RATE_NON_INV",
    150020: "MDC_PRESS_BLD_NONINV",
    150021: "MDC_PRESS_BLD_NONINV_SYS",
    150022: "MDC_PRESS_BLD_NONINV_DIA",
    150023: "MDC_PRESS_BLD_NONINV_MEAN",
    150364: "MDC_TEMP_BODY",
    150456: "MDC_PULS_OXIM_SAT_O2",
    160184: "MDC_CONC_GLU_CAPILLARY_WHOLEBLOOD",
    160188: "MDC_CONC_GLU_CAPILLARY_PLASMA",
    160192: "MDC_CONC_GLU_VENOUS_WHOLEBLOOD",
    160196: "MDC_CONC_GLU_VENOUS_PLASMA",
    160200: "MDC_CONC_GLU_ARTERIAL_WHOLEBLOOD",
    160204: "MDC_CONC_GLU_ARTERIAL_PLASMA",
    160212: "MDC_CONC_GLU_ISF",
    160368: "MDC_CONC_GLU_UNDETERMINED_PLASMA",
    188736: "MDC_MASS_BODY_ACTUAL",
    188752: "MDC_RATIO_MASS_BODY_LEN_SQ",
}
