"""What each column of a spreadsheet means: guessed, shown, corrected, kept in a file."""

from collections.abc import Mapping as Table
from dataclasses import asdict, dataclass
from typing import Any, cast

from ..model import Unreadable
from .measures import MEASURES
from .sheet import COLUMNS_MOST

ROLES = ("date", "time", "name", "code", "value", "unit", "note", "pressure", "")
ORDERS = ("ymd", "dmy", "mdy")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `role` is a key of `MEASURES`, or one of `ROLES`; empty is left out."""

    role: str = ""
    unit: str = ""  # UCUM, of a measure; empty: its usual one


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """What the columns mean, in their order; and how its dates are written."""

    columns: tuple[Column, ...]
    order: str = ""  # of day and month: ymd, dmy, mdy; empty: nobody can tell
    zone: str = ""  # such as +08:00, of its times

    def as_json(self) -> dict[str, Any]:
        """As it is shown and kept."""
        return asdict(self)

    def first(self, role: str) -> int | None:
        """The first column of a role."""
        return next((n for n, c in enumerate(self.columns) if c.role == role), None)

    @property
    def is_long(self) -> bool:
        """Each row tells one thing: its name or code, its value, its unit."""
        has_name = self.first("name") is not None or self.first("code") is not None
        return has_name and self.first("value") is not None


def read_mapping(held: Any) -> Mapping:
    """A mapping from what was sent or lies in a file.

    Raises:
        Unreadable: it is none.
    """
    if not isinstance(held, dict):
        raise Unreadable("the mapping is no object")
    it = cast(Table[str, Any], held)
    columns = it.get("columns")
    if not isinstance(columns, list) or len(cast(list[Any], columns)) > COLUMNS_MOST:
        raise Unreadable("the mapping names no columns, or too many")
    order, zone = it.get("order", ""), it.get("zone", "")
    if not isinstance(order, str) or order not in ("", *ORDERS):
        raise Unreadable(f"the order of dates is none of {', '.join(ORDERS)}")
    if not isinstance(zone, str) or (zone and not _is_zone(zone)):
        raise Unreadable("the time zone is not written as +08:00")
    found = tuple(_column(each) for each in cast(list[Any], columns))
    return Mapping(columns=found, order=order, zone=zone)


def _column(held: Any) -> Column:
    it: Table[str, Any] = cast(Table[str, Any], held) if isinstance(held, dict) else {}
    role, unit = it.get("role", ""), it.get("unit", "")
    if not isinstance(role, str) or (role not in ROLES and role not in MEASURES):
        raise Unreadable("a column has a role that is not known")
    if not isinstance(unit, str) or len(unit) > 40 or any(c.isspace() for c in unit):
        raise Unreadable("a column has a unit that is none")
    return Column(role, unit)


def _is_zone(text: str) -> bool:
    if text == "Z":
        return True
    hours, mark, minutes = text[1:].partition(":")
    is_number = hours.isdecimal() and minutes.isdecimal() and len(text) == 6
    return text[0] in "+-" and mark == ":" and is_number and int(hours) <= 14 and int(minutes) < 60
