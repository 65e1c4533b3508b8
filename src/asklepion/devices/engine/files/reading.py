"""Which kind of file it is, and everything in it."""

import re
from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any, Protocol

import msgspec

from . import connect, nightscout, openmhealth
from .apple import read_apple
from .parts import Broken, Piece, Stream, lines, pieces
from .shapes import FHIR, LONGEST_NAME, Found, Left, Odd, named
from .trackers import Reader, fitbit_reader, garmin_reader, read_google
from .units import is_record

PEEK = 16 * 1024  # bytes by which a file is known
LARGEST = 8 * 1024 * 1024  # bytes of one element
BOM = b"\xef\xbb\xbf"
LETTERS = (b"MSH", b"FHS", b"BHS")
LINES = (".ndjson", ".jsonl")
TWO_LINES = re.compile(rb"\s*\{[^\r\n]*\}[ \t]*\r?\n[ \t]*\{")
MOST_MEMBERS = 100  # of an outermost object that may itself be one entry
Row = dict[str, Any]


class Peekable(Stream, Protocol):
    """A stream whose beginning can be looked at."""

    def peek(self, size: int = 0, /) -> bytes:
        """Some of the next bytes, which stay there."""
        ...


def read_stream(file: Peekable, name: str, zone: tzinfo | None) -> Iterator[Found]:
    """Everything in one file.

    Args:
        name: of the file, inside its archive.
        zone: of moments that name none, and of the days that are counted.
    """
    head = file.peek(PEEK).removeprefix(BOM).lstrip()
    try:
        if head[:1] == b"<" or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            yield from _markup(file, head.replace(b"\0", b""), name)
        elif head[:1] in (b"[", b"{"):
            yield from _json(file, name, zone)
        elif head[:3] in LETTERS:
            yield Left(FHIR)
        else:
            yield Left(_ending(name))
    except Broken as error:
        yield Left(_ending(name), error.why)


def _markup(file: Stream, head: bytes, name: str) -> Iterator[Found]:
    if b"<HealthData" in head or b"<!DOCTYPE HealthData" in head:
        yield from read_apple(file)
    elif b"<ClinicalDocument" in head:
        yield Left(FHIR)  # the records room reads these too
    else:
        yield Left(_ending(name))


def _ending(name: str) -> str:
    """A file by its ending: its name may be somebody's."""
    ending = name.rpartition("/")[2].rpartition(".")[2]
    return named(f"*.{ending}")


def _json(file: Peekable, name: str, zone: tzinfo | None) -> Iterator[Found]:
    reader = fitbit_reader(name) or garmin_reader(name)
    document = _Document(zone, reader)
    is_lines = name.lower().endswith(LINES) or TWO_LINES.match(file.peek(PEEK))
    for piece in lines(file, LARGEST) if is_lines else pieces(file, LARGEST):
        yield from document.take(piece)
        if document.is_fhir:
            return
    yield from document.end()


class _Document:
    """A JSON file: what its members say about the others, and what each element is."""

    def __init__(self, zone: tzinfo | None, reader: Reader | None) -> None:
        self._zone = zone
        self._reader = reader
        self._stream = ""  # of Google's
        self._number = 0
        self._whole: Row = {}  # members of an outermost object that may itself be one entry
        self._has_list = False
        self.is_fhir = False

    def take(self, piece: Piece) -> Iterator[Found]:
        if piece.number != self._number:
            yield from self.end()
            self._number = piece.number
        try:
            value: Any = msgspec.json.decode(piece.text)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            yield Left(named(piece.key) or "element", "unreadable")
            return
        if piece.key == "resourceType" or (is_record(value) and "resourceType" in value):
            self.is_fhir = True
            yield Left(FHIR)
            return
        if piece.key == "Data Source":
            self._stream = str(value)[-LONGEST_NAME:]
        elif piece.is_listed:
            self._has_list = True
            if is_record(value):
                yield from self._element(value, piece.key)
            else:
                yield Left(named(piece.key) or "element")
        elif len(self._whole) < MOST_MEMBERS:
            self._whole[piece.key] = value

    def end(self) -> Iterator[Found]:
        """What an outermost object came to, where it is itself one entry."""
        whole, self._whole = self._whole, {}
        has_list, self._has_list = self._has_list, False
        if whole and not has_list:
            yield from self._element(whole, "")

    def _element(self, value: Row, key: str) -> Iterator[Found]:
        try:
            yield from self._read(value, key)
        except Odd as error:
            yield Left(_called(value, key), error.why)

    def _read(self, value: Row, key: str) -> Iterator[Found]:
        type = connect.type_of(value, key)
        if self._reader is not None:
            yield from self._reader(value, self._zone)
        elif self._stream or "dataTypeName" in value:
            yield from read_google(value, self._stream, self._zone)
        elif openmhealth.is_point(value):
            yield openmhealth.read_point(value, self._zone)
        elif nightscout.is_entry(value):
            yield nightscout.read_entry(value)
        elif type in connect.KNOWN or (type and "metadata" in value):
            yield from connect.read_record(value, type, self._zone)
        else:
            yield Left(_called(value, key))


def _called(value: Mapping[str, Any], key: str) -> str:
    """What an element calls itself, as far as it does."""
    header = value.get("header")
    schema = header.get("schema_id") if is_record(header) else None
    if is_record(schema):
        return named(schema.get("name"))
    for member in ("dataTypeName", "recordType", "type"):
        if isinstance(value.get(member), str):
            return named(value[member])
    return named(key) or "element"
