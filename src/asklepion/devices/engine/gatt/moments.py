"""What a device's clock showed, as a moment of ours."""

from datetime import UTC, datetime, timedelta

from .decode import Decoded

FIRST_YEAR = 2020  # a clock that shows less was never set: it counts from when it was made
QUARTER = timedelta(minutes=15)

Began = tuple[datetime, str]  # when a sensor did, in UTC and as its own clock shows it


def ours(
    record: Decoded, offset_ms: int | None, zone_min: int | None
) -> tuple[datetime | None, str]:
    """The moment that the device's clock showed, by our clock, and how that was known."""
    wall = datetime.fromisoformat(record.time).replace(tzinfo=UTC)
    try:
        wall += timedelta(minutes=record.numbers.get("time_offset_min", 0))
        if offset_ms is not None:
            return wall - timedelta(milliseconds=offset_ms), "measured"
        if wall.year < FIRST_YEAR:
            return None, "unset"
        if zone_min is not None:
            return wall - timedelta(minutes=zone_min), "assumed"
    except OverflowError:  # within hours of the first or the last year
        return None, "jumped"
    return None, "no-zone"


def began(said: Decoded, zone_min: int | None) -> Began | None:
    """When a sensor began: it tells its zone beside its time; else the receiver's is gone by."""
    if said.clock != "set":
        return None
    if "zone_quarters" in said.numbers:
        east = (said.numbers["zone_quarters"] + said.numbers.get("summer_quarters", 0)) * QUARTER
    elif zone_min is not None:
        east = timedelta(minutes=zone_min)
    else:
        return None
    try:
        return datetime.fromisoformat(said.time).replace(tzinfo=UTC) - east, said.time
    except OverflowError:
        return None
