"""Exports of Apple Health, written as a phone writes them; the people in them are invented."""

import zipfile
from io import BytesIO

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE HealthData [
<!-- HealthKit Export Version: 14 -->
<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout)*)>
<!ATTLIST HealthData
  locale CDATA #REQUIRED
>
]>
<HealthData locale="en_GB">
 <ExportDate value="2026-02-28 21:00:00 +0800"/>
 <Me HKCharacteristicTypeIdentifierBiologicalSex="HKBiologicalSexFemale"/>
"""
QUANTITY = "HKQuantityTypeIdentifier"


def record(
    type: str, value: str, unit: str = "", at: str = "2024-05-01 08:00:00 +0800", **more: str
) -> str:
    """One record, as a watch would have written it."""
    end = more.pop("end", at)
    inside = more.pop("inside", "")
    prefix = "" if type.startswith("HK") else QUANTITY
    return (
        f' <Record type="{prefix}{type}" sourceName="{more.get("source", "Watch")}" unit="{unit}"'
        f' creationDate="{at}" startDate="{at}" endDate="{end}" value="{value}">{inside}</Record>\n'
    )


def export(*records: str) -> bytes:
    """The text of an export."""
    return (HEAD + "".join(records) + "</HealthData>\n").encode()


def zipped(**files: bytes) -> bytes:
    """A zip with these files; `__` in a name is a slash, `_xml` and `_json` an ending."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            path = name.replace("__", "/")
            for ending in ("xml", "json", "gpx"):
                path = path.removesuffix(f"_{ending}") + f".{ending}" * path.endswith(f"_{ending}")
            archive.writestr(path, text)
    return made.getvalue()
