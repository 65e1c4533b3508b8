"""FHIR dates as spans of time: what is said to the day lasts a day."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from functools import lru_cache

DAY_US = 86_400_000_000
EPOCH_DAY = date(1970, 1, 1).toordinal()
BEGINNING = -(2**62)  # of a period without a start
END = 2**62  # of a period without an end

MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|([+-])(\d\d):(\d\d))?",
    re.ASCII,
)
PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)

Span = tuple[int, int]  # first and last microsecond since 1970, UTC


@lru_cache(maxsize=4096)
def span_of(text: str) -> Span | None:
    """From the first to the last microsecond a date, dateTime or instant may mean.

    Without a zone it is taken as UTC. None for what is no such text or never was.

    Source: https://hl7.org/fhir/R4/search.html#date
    """
    try:
        if match := PARTIAL.fullmatch(text):
            year, month, day = match.groups()
            if month is None:
                return _days(date(int(year), 1, 1), date(int(year), 12, 31))
            if day is None:
                last = monthrange(int(year), int(month))[1]
                return _days(date(int(year), int(month), 1), date(int(year), int(month), last))
            whole = date(int(year), int(month), int(day))
            return _days(whole, whole)
        if match := MOMENT.fullmatch(text):
            return _moment(match)
    except ValueError:
        pass
    return None


def _days(first: date, last: date) -> Span:
    lo = (first.toordinal() - EPOCH_DAY) * DAY_US
    hi = (last.toordinal() - EPOCH_DAY + 1) * DAY_US - 1
    return lo, hi


def _moment(match: re.Match[str]) -> Span | None:
    year, month, day, hour, minute, second, fraction, zone, sign, hours, minutes = match.groups()
    seconds = int(second or 0)  # 60 is a leap second: it counts into the next minute
    if seconds > 60:
        return None
    at = datetime(int(year), int(month), int(day), int(hour), int(minute))
    days = at.toordinal() - EPOCH_DAY
    lo = days * DAY_US + (at.hour * 3600 + at.minute * 60 + seconds) * 1_000_000
    if zone and zone != "Z":
        offset = timedelta(hours=int(hours), minutes=int(minutes)) // timedelta(microseconds=1)
        lo += offset if sign == "-" else -offset
    if fraction:
        digits = fraction[:6]
        lo += int(digits.ljust(6, "0"))
        return lo, lo + 10 ** (6 - len(digits)) - 1
    return lo, lo + (1_000_000 if second is not None else 60_000_000) - 1
