"""Dates and times as people write them in a table."""

import re
from collections.abc import Iterable
from datetime import date

YMD = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(.*)", re.S)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?!\d)(.*)", re.S)
DMY = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{4})(.*)", re.S)
TIME = re.compile(
    r"(上午|下午|早上|晚上|中午)?\s*(\d{1,2})\s*[:时點点]\s*(\d{1,2})?\s*(?:[:分]\s*(\d{1,2})?)?"
    r"(?:\.\d+)?\s*秒?\s*([ap]\.?m\.?)?\s*(z|[+-]\d{2}:?\d{2})?",
    re.I,
)


def order_of(texts: Iterable[str]) -> str:
    """In which order day and month stand: ymd, dmy, mdy; empty where it cannot be told.

    A dot between them means the day comes first, wherever people write so.
    """
    order = ""
    for text in texts:
        if YMD.fullmatch(text) or COMPACT.fullmatch(text):
            order = order or "ymd"
            continue
        if (match := DMY.fullmatch(text)) is None:
            continue
        first, second = int(match[1]), int(match[2])
        if "." in text[: match.end(3)] or first > 12:
            return "dmy"
        if second > 12:
            return "mdy"
        order = "?"
    return "" if order == "?" else order


def moment_of(text: str, time: str, *, order: str, zone: str) -> str:
    """A FHIR dateTime; a date where no time or zone is known, and empty where it is none.

    Args:
        time: of another column; may be empty.
        order: as `order_of` tells it.
        zone: such as +08:00, where the text names none.
    """
    text = text.strip().replace("T", " ", 1)
    match = YMD.fullmatch(text) or COMPACT.fullmatch(text)
    if match:
        year, month, day, rest = match.groups()
    elif (match := DMY.fullmatch(text)) and order in ("dmy", "mdy"):
        first, second, year, rest = match.groups()
        day, month = (first, second) if order == "dmy" else (second, first)
    else:
        return ""
    try:
        told = date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
    clock = _clock(time.strip() or rest.strip())
    if clock is None:
        return "" if (time.strip() or rest.strip()) else told
    at, own = clock
    zone = own or zone
    return f"{told}T{at}{zone}" if zone else told


def _clock(text: str) -> tuple[str, str] | None:
    match = TIME.fullmatch(text)
    if match is None:
        return None
    part, hour, minute, second, half, zone = match.groups()
    hours, minutes, seconds = int(hour), int(minute or 0), int(second or 0)
    is_late = part in ("下午", "晚上") or (half or "").lower().startswith("p")
    if is_late and hours < 12:
        hours += 12
    if hours == 12 and ((half or "").lower().startswith("a") or part == "上午"):
        hours = 0
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    told = zone or ""
    if told.lower() == "z":
        told = "Z"
    elif told and ":" not in told:
        told = f"{told[:3]}:{told[3:]}"
    return f"{hours:02}:{minutes:02}:{seconds:02}", told
