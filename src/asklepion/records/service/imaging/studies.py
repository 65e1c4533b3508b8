"""From what DICOM objects say to a FHIR ImagingStudy, and to the answers of QIDO-RS.

https://hl7.org/fhir/R4/imagingstudy.html
https://dicom.nema.org/medical/dicom/current/output/html/part18.html#sect_10.6
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

import orjson

from ...model import Resource
from ...store.imaging import ImageRow

if TYPE_CHECKING:
    from ...engine.dicom import Facts

DCM = "http://dicom.nema.org/resources/ontology/DCM"
UIDS = "urn:ietf:rfc:3986"
SERIES_MOST = 2000
INSTANCES_MOST = 20_000  # in one study

# What an answer of each level holds, beside what is counted. Source: DICOM PS3.18, 10.6.3.3.
OF_STUDY = ("00080020", "00080030", "00080050", "00080090", "00081030", "0020000D", "00200010")
OF_PERSON = ("00100010", "00100020", "00100030", "00100040")
OF_SERIES = ("00080060", "0008103E", "0020000E", "00200011", "00400244", "00400245")
OF_INSTANCE = ("00080016", "00080018", "00200013", "00280008", "00280010", "00280011", "00280100")


@dataclass(frozen=True, kw_only=True)
class Image:
    """One object, opened: where it is kept, and what it says of itself."""

    row: ImageRow
    said: dict[str, Any]  # the fields of Facts

    @property
    def told(self) -> dict[str, Any]:
        """Its DICOM JSON."""
        return self.said["told"]


def text_of(facts: "Facts", digest: str) -> bytes:
    """What is kept, sealed, of what an object says."""
    return orjson.dumps({"facts": asdict(facts), "digest": digest}, default=_plain)


def _plain(value: Any) -> Any:
    """A number of pydicom's as a number, anything else of its as a text."""
    return float(value) if isinstance(value, float) else str(value)


# FHIR


def identifier_of(uid: str) -> dict[str, str]:
    """A study's UID as FHIR has it. https://hl7.org/fhir/R4/imagingstudy.html#notes"""
    return {"system": "urn:dicom:uid", "value": f"urn:oid:{uid}"}


def study_of(id: str, patient: str, facts: Sequence["Facts"], before: Resource | None) -> Resource:
    """An ImagingStudy with these objects in it, and with those it had."""
    first = facts[0]
    made: Resource = before or {
        "resourceType": "ImagingStudy",
        "id": id,
        "identifier": [identifier_of(first.study)],
        "status": "available",
        "subject": {"reference": patient},
        **({"started": first.started} if first.started else {}),
        **({"description": first.study_text} if first.study_text else {}),
    }
    if first.accession and not before:
        kinds = "http://terminology.hl7.org/CodeSystem/v2-0203"
        type = {"coding": [{"system": kinds, "code": "ACSN"}]}
        made["identifier"].append({"type": type, "value": first.accession})
    series = {each["uid"]: each for each in made.get("series", [])}
    for each in facts:
        _add(series.setdefault(each.series, _series_of(each)), each)
    ordered = sorted(series.values(), key=lambda it: (it.get("number", 0), it["uid"]))
    counts = [len(it.get("instance", ())) for it in ordered]
    modalities = sorted({it["modality"]["code"] for it in ordered})
    return {
        **made,
        "modality": [{"system": DCM, "code": code} for code in modalities],
        "numberOfSeries": len(ordered),
        "numberOfInstances": sum(counts),
        "series": ordered,
    }


def _series_of(facts: "Facts") -> dict[str, Any]:
    return {
        "uid": facts.series,
        "number": facts.series_number,
        "modality": {"system": DCM, "code": facts.modality},
        **({"description": facts.series_text} if facts.series_text else {}),
        **({"bodySite": {"display": facts.body_part}} if facts.body_part else {}),
        "instance": [],
    }


def _add(series: dict[str, Any], facts: "Facts") -> None:
    instances: list[dict[str, Any]] = series.setdefault("instance", [])
    if any(each["uid"] == facts.instance for each in instances):
        return
    sop_class = {"system": UIDS, "code": f"urn:oid:{facts.sop_class}"}
    instances.append({"uid": facts.instance, "sopClass": sop_class, "number": facts.number})
    instances.sort(key=lambda each: (each.get("number", 0), each["uid"]))
    series["numberOfInstances"] = len(instances)


# For the viewer


def shown_study(resource: Resource, images: Iterable[Image]) -> dict[str, Any]:
    """A study as the viewer wants it: series, and in each its slices in order."""
    series: dict[str, dict[str, Any]] = {}
    for image in images:
        said = image.said
        held = series.setdefault(
            said["series"],
            {
                "uid": said["series"],
                "number": said["series_number"],
                "modality": said["modality"],
                "text": said["series_text"],
                "images": [],
            },
        )
        held["images"].append(_shown(image))
    for each in series.values():
        each["images"].sort(key=_order)
    return {
        "id": resource["id"],
        "started": resource.get("started"),
        "text": resource.get("description", ""),
        "modalities": [each["code"] for each in resource.get("modality", [])],
        "series": sorted(series.values(), key=lambda it: (it["number"], it["uid"])),
    }


def _shown(image: Image) -> dict[str, Any]:
    names = ("number", "place", "rows", "columns", "frames", "spacing", "is_at_detector")
    held = {name: image.said[name] for name in (*names, "is_colour", "windows")}
    return {"id": image.row.id} | held


def _order(shown: dict[str, Any]) -> tuple[float, float]:
    """By the number that its maker gave; where all have the same one, by place."""
    return shown["number"], shown["place"] or 0.0


# DICOM JSON


def without_person(told: dict[str, Any]) -> dict[str, Any]:
    """DICOM JSON but for what says who it is of, at every depth."""
    from ...engine.dicom.reading import is_personal

    kept: dict[str, Any] = {}
    for tag, held in told.items():
        if is_personal(int(tag, 16)):
            continue
        if held["vr"] == "SQ":
            items = cast(list[dict[str, Any]], held.get("Value", []))
            held = {"vr": "SQ", "Value": [without_person(item) for item in items]}
        kept[tag] = held
    return kept


def found_study(images: Sequence[Image], base: str, *, shows_person: bool) -> dict[str, Any]:
    """One study as QIDO-RS tells of it."""
    first = images[0]
    told = _some(first.told, (*OF_STUDY, *(OF_PERSON if shows_person else ())))
    modalities = sorted({image.said["modality"] for image in images})
    told["00080061"] = {"vr": "CS", "Value": modalities}
    told["00201206"] = _count("IS", len({image.row.series for image in images}))
    told["00201208"] = _count("IS", len(images))
    return told | _where(f"{base}/studies/{first.row.study}")


def found_series(images: Sequence[Image], base: str) -> dict[str, Any]:
    """One series as QIDO-RS tells of it."""
    row = images[0].row
    told = _some(images[0].told, (*OF_SERIES, "0020000D"))
    told["00201209"] = _count("IS", len(images))
    return told | _where(f"{base}/studies/{row.study}/series/{row.series}")


def found_instance(image: Image, base: str) -> dict[str, Any]:
    """One object as QIDO-RS tells of it."""
    row = image.row
    told = _some(image.told, (*OF_INSTANCE, "0020000D", "0020000E"))
    where = f"{base}/studies/{row.study}/series/{row.series}/instances/{row.instance}"
    return told | _where(where)


def _some(told: dict[str, Any], tags: Iterable[str]) -> dict[str, Any]:
    return {tag: told[tag] for tag in tags if tag in told}


def _count(vr: str, count: int) -> dict[str, Any]:
    return {"vr": vr, "Value": [count]}


def _where(address: str) -> dict[str, Any]:
    return {
        "00080056": {"vr": "CS", "Value": ["ONLINE"]},
        "00081190": {"vr": "UR", "Value": [address]},
    }
