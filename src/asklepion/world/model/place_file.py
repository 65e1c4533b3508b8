"""Read a place file: what is wrong is told by its path in the file and what to do about it."""

import re
from collections.abc import Iterator

import msgspec

from asklepion.kit.errors import Incorrect

from .place import FORMAT, Access, Place, complete, copies_of

MOST_FILE = 256 * 1024  # bytes
MOST: dict[str, int] = {
    "things": 300,
    "doors": 24,
    "fixtures": 12,
    "lights": 12,
    "models": 24,
    "bounds": 24,
    "obstacles": 100,
    "anchors": 40,
    "buildings": 12,
}
_AT = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
ROOT = "$"
HINT = "GET /api/world/making/schema says what may stand there."


def read_file(text: bytes) -> Place:
    """The place in a place file, as it stands there.

    Raises:
        Incorrect: it is none; the message names the first path in the file that is wrong.
    """
    if len(text) > MOST_FILE:
        raise Incorrect(
            f"The place file has {len(text)} bytes.", hint=f"At most {MOST_FILE}: take things away."
        )
    try:
        place = msgspec.json.decode(text, type=Place)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _told(str(error)) from error
    for path, hint in _excess(place):
        raise Incorrect(f"{path}: this cannot stand in a place file.", hint=hint)
    return place


def read_places(text: bytes) -> list[Place]:
    """The places that one file describes, each with its obstacles and seats.

    Raises:
        Incorrect: see `read_file`.
    """
    return copies_of(complete(read_file(text)))


def schema() -> bytes:
    """The JSON Schema of a place file. https://json-schema.org/draft/2020-12"""
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return msgspec.json.format(
        msgspec.json.encode(made | msgspec.json.schema(Place), order="sorted"), indent=2
    )


def _told(error: str) -> Incorrect:
    found = _AT.match(error)
    what, path = (found["what"], found["path"] or ROOT) if found else (error, ROOT)
    at = path.removeprefix("$.") or ROOT
    if at == "format":
        return Incorrect(
            "format: this place file is of another version.", hint=f"This house reads {FORMAT}."
        )
    return Incorrect(
        f"{at}: {what}.", hint="GET /api/world/making/schema says what may stand there."
    )


def _excess(place: Place) -> Iterator[tuple[str, str]]:
    for part, most in MOST.items():
        if (count := len(getattr(place, part))) > most:
            yield part, f"There are {count}; at most {most}."
    if place.seats:
        yield "seats", "They are made from benches, chairs and sofas: leave them out."
    if not place.bounds:
        yield "bounds", "Say where one may walk: one box or circle at least."
    if place.visitors and place.access is not Access.GUARDED:
        yield "visitors", 'Only a place whose access is "guarded" has a list of visitors.'
