"""What a DICOM object says of itself. https://dicom.nema.org/medical/dicom/current/output/html/

Whatever is sent is read within bounds: an object whose head alone is large, that is nested without
end, or that was deflated (and may be a bomb) is refused.
"""

import math
import re
import threading
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pydicom
from pydicom import config
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

config.settings.reading_validation_mode = config.IGNORE  # told by us, not by warnings

HEAD_MOST = 8 * 1024 * 1024  # bytes before the pixels
ELEMENTS_MOST = 20_000
DEPTH_MOST = 16
VALUE_MOST = 16 * 1024  # bytes of one value that is told of
TOLD_MOST = 512 * 1024  # bytes of everything that is told of one object
UID = re.compile(r"[0-9]+(?:\.[0-9]+)*")
DEFLATED = ("1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.8.1")
PATIENT_GROUP = 0x0010
PERSONAL = (  # beside the patient's group: elements that name her, or somebody of hers
    *(0x00400006, 0x00081048, 0x00081049, 0x0032_1033, 0x00380500, 0x00102297, 0x00102299),
)
BINARY = ("OB", "OD", "OF", "OL", "OV", "OW", "UN")
EXPECTED = (Exception, RecursionError)  # pydicom raises whatever it happens to stumble upon


_one_at_a_time = threading.Lock()


@contextmanager
def quietly() -> Generator[None]:
    """Let pydicom warn nobody: one object at a time, since filters belong to the whole process.

    That bounds the memory that pixels take as well.
    """
    with _one_at_a_time, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class NotRead(Exception):
    """It cannot be read, or will not be; says why, and quotes nothing."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What one object says of itself, without its pixels."""

    study: str
    series: str
    instance: str
    sop_class: str
    syntax: str  # of the transfer
    patient_id: str = field(repr=False)
    issuer: str = field(repr=False)
    modality: str
    started: str  # FHIR date or dateTime; empty where it is not told
    study_text: str
    series_text: str
    accession: str
    body_part: str
    series_number: int
    number: int  # of the instance in its series
    rows: int
    columns: int
    frames: int  # 0: nothing that could be drawn
    is_colour: bool
    is_inverted: bool  # low values are bright (MONOCHROME1)
    spacing: tuple[float, float] | None  # between rows and between columns [mm]
    is_at_detector: bool  # the spacing is that of the detector, not of the body
    place: float | None  # along the normal of its plane [mm]
    windows: tuple[tuple[float, float], ...]  # centre and width, the first is meant
    told: dict[str, Any] = field(repr=False)  # DICOM JSON without pixels and private elements


def read_facts(raw: bytes) -> Facts:
    """What an object says of itself.

    Raises:
        NotRead: it is no DICOM object, or not one that is taken.
    """
    with quietly():
        return _facts(_read_head(raw))


def _facts(head: Any) -> Facts:
    uids = [_uid(head, name) for name in ("StudyInstanceUID", "SeriesInstanceUID")]
    rows, columns = _whole(head, "Rows"), _whole(head, "Columns")
    is_drawn = rows > 0 and columns > 0 and "PhotometricInterpretation" in head
    spacing, is_at_detector = _spacing(head)
    photometric = _text(head, "PhotometricInterpretation")
    return Facts(
        study=uids[0],
        series=uids[1],
        instance=_uid(head, "SOPInstanceUID"),
        sop_class=_uid(head, "SOPClassUID"),
        syntax=str(head.file_meta.TransferSyntaxUID),
        patient_id=_text(head, "PatientID", 64),
        issuer=_text(head, "IssuerOfPatientID", 64),
        modality=_text(head, "Modality", 16) or "OT",
        started=_started(head),
        study_text=_text(head, "StudyDescription"),
        series_text=_text(head, "SeriesDescription"),
        accession=_text(head, "AccessionNumber", 64),
        body_part=_text(head, "BodyPartExamined", 64),
        series_number=_whole(head, "SeriesNumber"),
        number=_whole(head, "InstanceNumber"),
        rows=rows,
        columns=columns,
        frames=max(1, _whole(head, "NumberOfFrames", 1)) if is_drawn else 0,
        is_colour=is_drawn and not photometric.startswith("MONOCHROME"),
        is_inverted=photometric == "MONOCHROME1",
        spacing=spacing,
        is_at_detector=is_at_detector,
        place=_place(head),
        windows=_windows(head),
        told=_told(head),
    )


def _read_head(raw: bytes) -> Any:
    if len(raw) < 132 or raw[128:132] != b"DICM":
        raise NotRead("it is no DICOM file")
    syntax = _syntax(raw)
    if not syntax:
        raise NotRead("its head does not say how it is written")
    if syntax in DEFLATED:
        raise NotRead("it is deflated, which is not taken; send it unpacked")
    source = BytesIO(raw[: HEAD_MOST + 1])
    try:
        head: Any = pydicom.dcmread(source, stop_before_pixels=True)  # pyright: ignore
        if source.tell() > HEAD_MOST:
            raise NotRead("what stands before its pixels is too large")
        if _count(head, 0) > ELEMENTS_MOST:
            raise NotRead("it has too many elements")
    except NotRead:
        raise
    except EXPECTED as error:
        raise NotRead("it is damaged") from error
    return head


def read_dataset(raw: bytes) -> Any:
    """The whole object, for whoever holds `quietly`."""
    return pydicom.dcmread(BytesIO(raw))  # pyright: ignore[reportUnknownMemberType]


def _syntax(raw: bytes) -> str:
    """How it is written, before anything of it is unpacked. Source: DICOM PS3.10, 7.1."""
    at = 132
    while at + 8 <= len(raw) and raw[at : at + 2] == b"\x02\x00":
        tag, kind = raw[at + 2 : at + 4], raw[at + 4 : at + 6]
        is_long = kind in (b"OB", b"UN")
        size = raw[at + 8 : at + 12] if is_long else raw[at + 6 : at + 8]
        start = at + (12 if is_long else 8)
        at = start + int.from_bytes(size, "little")
        if tag == b"\x10\x00":
            return raw[start:at].rstrip(b"\x00 ").decode("ascii", "replace")
    return ""


def _count(dataset: Dataset, depth: int) -> int:
    if depth > DEPTH_MOST:
        raise NotRead("it is nested too deeply")
    count = len(dataset)
    for element in dataset:
        if element.VR == "SQ":
            count += sum(_count(item, depth + 1) for item in element.value or ())
    return count


def _value(head: Any, name: str) -> Any:
    try:
        return head.get(name)
    except EXPECTED:
        return None


def _text(head: Any, name: str, most: int = 200) -> str:
    value = _value(head, name)
    text = "" if value is None else str(value)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:most]


def _whole(head: Any, name: str, usual: int = 0) -> int:
    try:
        return min(max(int(str(_value(head, name))), 0), 1_000_000)
    except (ValueError, OverflowError):
        return usual


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and abs(number) < 1e12 else None


def _numbers(value: Any) -> list[float]:
    several: list[Any] = list(value) if _is_several(value) else [value]
    return [number for each in several if (number := _number(each)) is not None]


def _is_several(value: Any) -> bool:
    return not isinstance(value, str | bytes) and hasattr(value, "__iter__")


def _uid(head: Any, name: str) -> str:
    text = _text(head, name, 100)
    if len(text) > 64 or not UID.fullmatch(text):
        raise NotRead(f"its {name} is missing or is none")
    return text


def _started(head: Any) -> str:
    """StudyDate and StudyTime; without a time zone only the day is told."""
    day, hour = _text(head, "StudyDate"), _text(head, "StudyTime").partition(".")[0]
    zone = _text(head, "TimezoneOffsetFromUTC")
    if not re.fullmatch(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", day):
        return ""
    date = f"{day[:4]}-{day[4:6]}-{day[6:]}"
    is_time = re.fullmatch(r"([01]\d|2[0-3])[0-5]\d[0-5]\d", hour)
    is_zone = re.fullmatch(r"[+-](0\d|1[0-4])[0-5]\d", zone)
    if not is_time or not is_zone:
        return date
    return f"{date}T{hour[:2]}:{hour[2:4]}:{hour[4:]}{zone[:3]}:{zone[3:]}"


def _spacing(head: Any) -> tuple[tuple[float, float] | None, bool]:
    """Between rows and columns; of a projection only that at the detector is known.

    Source: DICOM PS3.3, 10.7.1.1 and C.8.7.10.
    """
    for name, is_at_detector in (("PixelSpacing", False), ("ImagerPixelSpacing", True)):
        found = _numbers(_value(head, name))
        if len(found) == 2 and all(0 < each < 1000 for each in found):
            return (found[0], found[1]), is_at_detector
    return None, False


def _place(head: Any) -> float | None:
    """Where the slice lies along its own normal. Source: DICOM PS3.3, C.7.6.2.1.1."""
    position = _numbers(_value(head, "ImagePositionPatient"))
    axes = _numbers(_value(head, "ImageOrientationPatient"))
    if len(position) != 3 or len(axes) != 6:
        return None
    (a, b, c), (d, e, f) = axes[:3], axes[3:]
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    return sum(n * p for n, p in zip(normal, position, strict=True))


def _windows(head: Any) -> tuple[tuple[float, float], ...]:
    centres = _numbers(_value(head, "WindowCenter"))
    widths = _numbers(_value(head, "WindowWidth"))
    pairs = zip(centres, widths, strict=False)
    return tuple((centre, width) for centre, width in pairs if width >= 1)[:8]


# What is told


def _told(head: Any) -> dict[str, Any]:
    """DICOM JSON. https://dicom.nema.org/medical/dicom/current/output/html/part18.html#chapter_F"""
    said: dict[str, Any] = {}
    size = 0
    for element in head:
        held = _element(element)
        if held is None:
            continue
        size += len(str(held))
        if size > TOLD_MOST:
            break
        said[f"{int(element.tag):08X}"] = held
    return said


def _element(element: DataElement) -> dict[str, Any] | None:
    """One element, without what is private, binary or long; nothing where nothing is left."""
    if element.tag.is_private or element.VR in BINARY or element.tag.group < 0x0008:
        return None
    if element.VR == "SQ":
        items = [_item(item) for item in element.value or ()]
        return {"vr": "SQ", "Value": items}
    try:
        held = element.to_json_dict(lambda _: "", bulk_data_threshold=VALUE_MOST)
    except EXPECTED:
        return None
    return None if "BulkDataURI" in held else held


def _item(item: Dataset) -> dict[str, Any]:
    pairs = ((f"{int(element.tag):08X}", _element(element)) for element in item)
    return {tag: held for tag, held in pairs if held is not None}


def is_personal(tag: int) -> bool:
    """Whether an element says who somebody is rather than what is seen."""
    return tag >> 16 == PATIENT_GROUP or tag in PERSONAL


def without_person(raw: bytes) -> bytes:
    """The whole object, but for who it is of and for private elements.

    Raises:
        NotRead: it cannot be written again.
    """
    try:
        with quietly():
            held = read_dataset(raw)
            held.remove_private_tags()
            held.walk(_strip, recursive=True)
            target = BytesIO()
            held.save_as(target)
    except EXPECTED as error:
        raise NotRead("it cannot be written without who it is of") from error
    return target.getvalue()


def _strip(dataset: Dataset, element: DataElement) -> None:
    if is_personal(int(element.tag)):
        del dataset[element.tag]
