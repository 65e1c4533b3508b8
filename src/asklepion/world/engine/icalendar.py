"""What is planned, as calendar programs read it. https://www.rfc-editor.org/rfc/rfc5545"""

from collections.abc import Sequence
from datetime import datetime

from ..model import Event

FOLD = 73  # octets of a line before it goes on in the next


def calendar_of(events: Sequence[Event], *, name: str, root: str) -> bytes:
    """A calendar with these events; moments are in UTC, so every zone shows its own.

    Args:
        root: the house's address, to which each event leads.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Asklepion//World//EN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}",
        *(line for event in events for line in _event(event, root)),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _event(event: Event, root: str) -> list[str]:
    is_off = event.cancelled_at is not None
    return [
        "BEGIN:VEVENT",
        f"UID:{event.id}",
        f"DTSTAMP:{_moment(event.at)}",
        f"LAST-MODIFIED:{_moment(event.at)}",
        f"SEQUENCE:{int(event.at.timestamp()) % 2**31}",
        f"DTSTART:{_moment(event.starts_at)}",
        f"DTEND:{_moment(event.ends_at)}",
        f"SUMMARY:{_text(event.title)}",
        f"LOCATION:{_text(event.place)}",
        f"URL:{root}/#/{event.place}",
        f"STATUS:{'CANCELLED' if is_off else 'CONFIRMED'}",
        *([] if is_off else _alarm(event)),
        "END:VEVENT",
    ]


def _alarm(event: Event) -> list[str]:
    says = f"DESCRIPTION:{_text(event.title)}"
    return ["BEGIN:VALARM", "ACTION:DISPLAY", says, "TRIGGER:-PT10M", "END:VALARM"]


def _moment(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        words = words.replace(plain, written)
    return words


def _folded(line: str) -> bytes:
    """A line in pieces of so many octets, never within a letter."""
    pieces: list[bytes] = [b""]
    for letter in line:
        octets = letter.encode()
        if len(pieces[-1]) + len(octets) > FOLD:
            pieces.append(b"")
        pieces[-1] += octets
    return b"\r\n ".join(pieces) + b"\r\n"
