"""Moments as HL7 writes them, in version 2 and 3: YYYYMMDDHHMMSS.ffff+ZZZZ, cut where unknown."""

import re
from datetime import date

TS = re.compile(
    r"(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.(\d{1,6}))?)?)?)?)?)?"
    r"([+-]\d{4}|Z)?"
)


def moment(text: str, zone: str = "") -> str:
    """A FHIR dateTime; a date where no zone is known, and empty where there is no such day.

    Args:
        text: as HL7 writes it.
        zone: of whoever wrote it, such as +0800, where the text names none.
    """
    match = TS.fullmatch(text.strip())
    if match is None:
        return ""
    year, month, day, hour, minute, second, _, own = match.groups()
    if not _is_day(year, month, day):
        return ""
    told = "-".join(part for part in (year, month, day) if part)
    zone = own or zone
    if not day or hour is None or not zone:
        return told
    if int(hour) > 23 or int(minute or 0) > 59 or int(second or 0) > 59:
        return told
    offset = "Z" if zone == "Z" else f"{zone[:3]}:{zone[3:]}"
    if zone != "Z" and (int(zone[1:3]) > 14 or int(zone[3:]) > 59):
        return told
    return f"{told}T{hour}:{minute or '00'}:{second or '00'}{offset}"


def day(text: str) -> str:
    """A FHIR date; empty where there is no such day."""
    return moment(text)[:10]


def instant(text: str, zone: str = "") -> str:
    """A FHIR instant; at midnight UTC where only the day is known; empty where not even that."""
    told = moment(text, zone)
    if len(told) == 10:
        return told + "T00:00:00Z"
    return told if "T" in told else ""


def zone_of(text: str) -> str:
    """The zone that a moment names; empty where it names none."""
    match = TS.fullmatch(text.strip())
    return (match[8] or "") if match else ""


def _is_day(year: str, month: str | None, day: str | None) -> bool:
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return False
    return True
