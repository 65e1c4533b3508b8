"""Dates, times and both together, as exact as they were said.

Source: https://hl7.org/fhirpath/N1/#datetime-arithmetic
"""

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

TEXT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(T)?(?:(?<=T)(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?)?"
    r"(Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
TIME = re.compile(r"T?(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?", re.ASCII)

UNITS = ("year", "month", "day", "hour", "minute", "second", "millisecond")
SECOND_NS = 1_000_000_000
DAY_S = 86_400
FURTHEST_EAST = 14 * 60  # minutes
FURTHEST_WEST = -12 * 60
PRECISIONS = (4, 6, 8, 10, 12, 14, 17)  # digits of a date with so many parts
TIME_PRECISIONS = (2, 4, 6, 9)
SPAN_NS = {
    "week": 7 * DAY_S * SECOND_NS,
    "day": DAY_S * SECOND_NS,
    "hour": 3600 * SECOND_NS,
    "minute": 60 * SECOND_NS,
    "second": SECOND_NS,
    "millisecond": 1_000_000,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, dateTime or time with one to six parts, from the greatest."""

    kind: str  # date, dateTime or time
    parts: tuple[int, ...]  # year, month, day, hour, minute, second; of a time the last three
    fraction: str = ""  # digits after the second's point
    zone: int | None = None  # minutes east of Greenwich

    @staticmethod
    def parse(text: str, kind: str = "") -> "Moment | None":
        """What a text means; None if it is nothing of this kind, or never was.

        Without a kind a text with a T is a dateTime, and one without is a date.
        """
        if kind == "time":
            match = TIME.fullmatch(text)
            if match is None:
                return None
            parts = tuple(int(it) for it in match.groups()[:3] if it is not None)
            is_there = parts[0] < 24 and all(it < 60 for it in parts[1:])
            return Moment("time", parts, match[4] or "") if is_there else None
        match = TEXT.fullmatch(text)
        if match is None or (match[4] is None and match[9]) or (kind == "date" and match[4]):
            return None
        year, month, day, has_time, hour, minute, second, fraction, zone = match.groups()
        if (hour and not day) or (zone and not hour):
            return None
        parts = tuple(int(it) for it in (year, month, day, hour, minute, second) if it is not None)
        if not _exists(parts):
            return None
        found = kind or ("dateTime" if has_time else "date")
        return Moment(found, parts, fraction or "", _offset(zone) if zone else None)

    @staticmethod
    def of(at: datetime, kind: str = "dateTime") -> "Moment":
        """The moment or the day of an aware datetime."""
        whole = (at.year, at.month, at.day, at.hour, at.minute, at.second)
        if kind == "date":
            return Moment("date", whole[:3])
        if kind == "time":
            return Moment("time", whole[3:], f"{at.microsecond // 1000:03}")
        offset = (at.utcoffset() or timedelta()) // timedelta(minutes=1)
        return Moment("dateTime", whole, f"{at.microsecond // 1000:03}", offset)

    def __str__(self) -> str:
        text = [f"{it:02}" for it in self.parts]
        if self.kind == "time":
            return ":".join(text) + (f".{self.fraction}" if self.fraction else "")
        day = "-".join([f"{self.parts[0]:04}", *text[1:3]])
        if len(text) == 3 or len(text) < 3:
            return day
        clock = ":".join(text[3:]) + (f".{self.fraction}" if self.fraction else "")
        return f"{day}T{clock}{self._zone()}"

    def _zone(self) -> str:
        if self.zone is None:
            return ""
        if self.zone == 0:
            return "Z"
        hours, minutes = divmod(abs(self.zone), 60)
        return f"{'-' if self.zone < 0 else '+'}{hours:02}:{minutes:02}"

    @property
    def precision(self) -> int:
        """The number of digits it is said with; thousandths count as three."""
        table = TIME_PRECISIONS if self.kind == "time" else PRECISIONS
        return table[len(self.parts) - (0 if self.fraction else 1)]

    def span(self) -> tuple[int, int]:
        """The first and last nanosecond it may mean, in its own zone."""
        parts = self.parts
        if self.kind == "time":
            parts = (1, 1, 1, *parts)
        year, month, day, hour, minute, second = (*parts, *(1, 1, 1, 0, 0, 0)[len(parts) :])
        days = date(year, month, day).toordinal()
        lo = (days * DAY_S + hour * 3600 + minute * 60 + second) * SECOND_NS
        lo += int(self.fraction[:9].ljust(9, "0")) if self.fraction else 0
        if len(parts) <= 2:
            last = 365 + (monthrange(year, 2)[1] == 29) if len(parts) == 1 else 0
            return lo, lo + (last or monthrange(year, month)[1]) * DAY_S * SECOND_NS - 1
        wide = (DAY_S, 3600, 60, 0)[len(parts) - 3]
        return lo, lo + max(wide * SECOND_NS - 1, 0)

    def compare(self, other: "Moment") -> int | None:
        """Below, at or above zero as this comes before, with or after; None: cannot be told."""
        a_lo, a_hi = self.span()
        b_lo, b_hi = other.span()
        has_a, has_b = self.zone is not None, other.zone is not None
        a_lo, a_hi = _universal(a_lo, a_hi, self.zone, known=has_a or not has_b)
        b_lo, b_hi = _universal(b_lo, b_hi, other.zone, known=has_b or not has_a)
        if len(self.parts) == len(other.parts) and has_a == has_b:
            return (a_lo > b_lo) - (a_lo < b_lo)
        return -1 if a_hi < b_lo else 1 if a_lo > b_hi else None

    def plus(self, amount: Decimal, unit: str) -> "Moment | None":
        """So many units later, as exact as before; None: beyond the years 1 to 9999.

        The unit is one of UNITS or week. What is finer than this moment counts in whole units of
        its last part: 2014 and 25 months is 2016.
        """
        whole = int(amount)  # what stands behind the point does not count
        if abs(whole) > 10**12:
            return None
        if unit in ("year", "month"):
            if self.kind == "time":
                return None
            return self._plus_months(whole * 12 if unit == "year" else whole)
        shift = whole * SPAN_NS[unit]
        if self.kind == "time":
            return self._at(self.span()[0] + shift)
        if len(self.parts) <= 2:
            days = int(Decimal(shift) / SPAN_NS["day"])
            return self._plus_months(int(Decimal(days) / 365) * 12 or int(Decimal(days) / 30))
        step = (86_400, 3600, 60, 0)[len(self.parts) - 3] * SECOND_NS
        if step:
            shift = int(Decimal(shift) / step) * step
        return self._at(self.span()[0] + shift)

    def _plus_months(self, months: int) -> "Moment | None":
        year, month = self.parts[0], self.parts[1] if len(self.parts) > 1 else 1
        if len(self.parts) == 1:
            months = int(Decimal(months) / 12) * 12
        year, month = divmod(year * 12 + month - 1 + months, 12)
        if not 1 <= year <= 9999:
            return None
        parts = [year, month + 1, *self.parts[2:]][: len(self.parts)]
        if len(parts) > 2:
            parts[2] = min(parts[2], monthrange(year, month + 1)[1])
        return replace(self, parts=tuple(parts))

    def _at(self, ns: int) -> "Moment | None":
        if self.kind == "time":
            ns = ns % (DAY_S * SECOND_NS) + DAY_S * SECOND_NS
        days, rest = divmod(ns, DAY_S * SECOND_NS)
        if not 1 <= days <= date.max.toordinal():
            return None
        day = date.fromordinal(days)
        seconds, below = divmod(rest, SECOND_NS)
        clock = (seconds // 3600, seconds // 60 % 60, seconds % 60)
        parts = clock if self.kind == "time" else (day.year, day.month, day.day, *clock)
        fraction = self.fraction
        if below or fraction:
            fraction = f"{below:09}"
            fraction = fraction[: max(len(self.fraction), len(fraction.rstrip("0")))]
        return replace(self, parts=parts[: len(self.parts)], fraction=fraction)

    def boundary(self, digits: int, *, is_high: bool) -> "Moment | None":
        """The first or last moment it may mean, said with so many digits."""
        table = TIME_PRECISIONS if self.kind == "time" else PRECISIONS
        if digits not in table:
            return None
        count = table.index(digits) + 1
        parts, zone = list(self.parts), self.zone
        while len(parts) < min(count, len(table) - 1):
            parts.append(self._filled(parts, is_high=is_high))
        fraction = (self.fraction or ("999" if is_high else "000"))[:3].ljust(3, "0")
        if self.kind == "dateTime" and count > 3 and zone is None:
            zone = FURTHEST_WEST if is_high else FURTHEST_EAST
        return Moment(
            self.kind,
            tuple(parts[:count]),
            fraction if count == len(table) else "",
            zone if count > 3 else None,
        )

    def _filled(self, parts: list[int], *, is_high: bool) -> int:
        place = len(parts) + (3 if self.kind == "time" else 0)
        if not is_high:
            return 1 if place < 3 else 0
        if place == 2:
            return monthrange(parts[0], parts[1])[1]
        return {1: 12, 3: 23}.get(place, 59)


def _exists(parts: tuple[int, ...]) -> bool:
    try:
        date(*parts[:3]) if len(parts) > 2 else date(*(*parts, 1, 1)[:3])
    except ValueError:
        return False
    return all(it < most for it, most in zip(parts[3:], (24, 60, 61), strict=False))


def _offset(zone: str) -> int:
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return -minutes if zone[0] == "-" else minutes


def _universal(lo: int, hi: int, zone: int | None, *, known: bool) -> tuple[int, int]:
    """The same span in UTC; wider where the zone is unknown and the other's is known."""
    if zone is not None:
        shift = zone * 60 * SECOND_NS
        return lo - shift, hi - shift
    if known:
        return lo, hi
    return lo - FURTHEST_EAST * 60 * SECOND_NS, hi - FURTHEST_WEST * 60 * SECOND_NS
