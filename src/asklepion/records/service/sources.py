"""What an import is read from: a file, a folder, a zip of both; JSON documents and NDJSON lines.

Everything is a generator over open files, so that memory is bounded by one document or one line.
"""

import io
import os
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from ..engine.foreign import split_messages

MIB = 1024 * 1024
PEEK = 64 * 1024  # bytes looked at to tell what a file is
LINES = (".ndjson", ".jsonl")
BLANK = b" \t\r\n"
BOM = b"\xef\xbb\xbf"
LISTED = 300  # bytes that a zip's list has for each file, at most, on average
TAIL = 64 * 1024 + 42  # where a zip's end may stand, with its comment and its locator
HARMLESS = 4 * MIB  # a member of this size is no bomb, however well it was packed

BinaryFile: TypeAlias = "io.BufferedReader[Any]"

# Decimals stay decimals: FHIR keeps 1.00 apart from 1.0.
_decoder = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one import may take; bytes where nothing else is said."""

    file: int = 1024 * MIB  # of one file as it arrives
    document: int = 32 * MIB  # of one JSON document, which has to be held whole
    line: int = 4 * MIB  # of one NDJSON line
    letter: int = 16 * MIB  # of one clinical document (CDA) or message (HL7 v2)
    unpacked: int = 8192 * MIB  # of everything in one zip
    ratio: int = 200  # how many times larger than packed a zip's file may be
    files: int = 100_000  # in one import
    lines: int = 500  # NDJSON lines that are kept together
    blank: int = 100_000  # empty lines in one file


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One JSON document of a file, or some of its NDJSON lines; or a letter that is neither.

    A document is one item; lines are numbered from `first`.
    """

    file: str
    items: list[Any]
    first: int = 1
    is_lines: bool = False


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Something that is no FHIR, as it came, to be translated."""

    kind: str  # cda or hl7
    text: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Something that is not taken in, and why; `entry` is 0 where the whole file is meant."""

    file: str
    entry: int = 0
    reference: str = ""
    reason: str = ""


@dataclass(kw_only=True)
class Meter:
    """How far the reading has come, in bytes as they lie on the disk."""

    total: int = 0
    done: int = 0


T = TypeVar("T")
Read: TypeAlias = Callable[[BinaryFile, str, Limits], Iterator[T | Refused]]


@dataclass(frozen=True)
class Reading(Generic[T]):
    """How files are read."""

    limits: Limits
    read: Read[T]
    meter: Meter


def decode(text: bytes) -> Any:
    """One JSON text, its decimals kept exactly.

    Raises:
        ValueError: this is no JSON, or it is nested too deeply.
    """
    try:
        return _decoder.decode(text)
    except RecursionError as error:
        raise ValueError("is nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError("is no JSON") from error


def read_path(
    path: Path, name: str, limits: Limits, meter: Meter | None = None
) -> Generator[Piece | Refused]:
    """Everything in one file or folder, in a stable order; see `read_streams`."""
    yield from read_streams(path, name, limits, _read_stream, meter)


def read_streams(
    path: Path, name: str, limits: Limits, read: Read[T], meter: Meter | None = None
) -> Generator[T | Refused]:
    """What a reader finds in each file of a folder or a zip, or in the one file that it is.

    Args:
        path: where it lies.
        name: what to call it towards whoever imports.
        limits: what is too much.
        read: is handed each open file in turn, with its name.
        meter: is told how far the reading has come.
    """
    meter = meter or Meter()
    files = list(islice(_walk(path), limits.files + 1)) if path.is_dir() else [path]
    if len(files) > limits.files:
        yield Refused(file=name, reason=f"holds more than {limits.files} files")
        return
    meter.total = sum(file.stat().st_size for file in files if file.is_file())
    for file in files:
        before = meter.done
        inner = str(file.relative_to(path)) if path.is_dir() else name
        yield from _read_file(file, inner, Reading(limits, read, meter))
        meter.done = before + (file.stat().st_size if file.is_file() else 0)


def _walk(path: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(f for f in folders if not _is_hidden(f))
        yield from (Path(folder, file) for file in sorted(files) if not _is_hidden(file))


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _read_file(path: Path, name: str, how: Reading[T]) -> Iterator[T | Refused]:
    limits, before = how.limits, how.meter.done
    try:
        size = path.stat().st_size
        if size > limits.file:
            yield Refused(file=name, reason=_too_large(size, limits.file))
            return
        with path.open("rb") as file:
            if file.read(4).startswith(b"PK"):
                yield from _read_zip(path, name, how)
                return
            file.seek(0)
            for found in how.read(file, name, limits):
                how.meter.done = before + file.tell()
                yield found
    except OSError as error:
        yield Refused(file=name, reason=f"cannot be read ({error.strerror or 'unknown'})")


def _too_large(size: int, most: int) -> str:
    return f"has {size} bytes; at most {most} are taken"


def _read_zip(path: Path, name: str, how: Reading[T]) -> Iterator[T | Refused]:
    limits, meter = how.limits, how.meter
    if _directory_bytes(path) > limits.files * LISTED:
        yield Refused(file=name, reason=f"holds more than {limits.files} files")
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if reason := _bomb(members, limits):
                yield Refused(file=name, reason=reason)
                return
            for member in sorted(members, key=lambda m: m.filename):
                before = meter.done
                if not any(_is_hidden(part) for part in Path(member.filename).parts):
                    yield from _read_member(archive, member, f"{name}/{member.filename}", how)
                meter.done = before + member.compress_size
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
        yield Refused(file=name, reason="is a damaged zip")


def _directory_bytes(path: Path) -> int:
    """How long the list of a zip's files is [bytes], which `zipfile` would read at once.

    Source: PKWARE APPNOTE 6.3.10, 4.3.14 to 4.3.16.
    """
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        tail = file.read()
        end = tail.rfind(b"PK\x05\x06")
        if end < 0 or len(tail) < end + 22:
            return 0  # no zip, as `zipfile` will say
        size = int.from_bytes(tail[end + 12 : end + 16], "little")
        locator = tail[max(0, end - 20) : end]
        if size == 0xFFFFFFFF and locator.startswith(b"PK\x06\x07"):
            file.seek(int.from_bytes(locator[8:16], "little"))
            size = int.from_bytes(file.read(56)[40:48], "little")
    return size


def _bomb(members: list[zipfile.ZipInfo], limits: Limits) -> str:
    """Why this archive is not unpacked, if it is not; a member yields no more than it declares."""
    if len(members) > limits.files:
        return f"holds more than {limits.files} files"
    unpacked = sum(m.file_size for m in members)
    if unpacked > limits.unpacked:
        return f"unpacks to {unpacked} bytes; at most {limits.unpacked} are taken"
    for member in members:
        if member.file_size > max(HARMLESS, limits.ratio * member.compress_size):
            return f"holds a file packed more than {limits.ratio} times; that is no health record"
    return ""


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, how: Reading[T]
) -> Iterator[T | Refused]:
    if member.flag_bits & 1:
        yield Refused(file=name, reason="is locked with a password")
        return
    with archive.open(member) as raw, _buffered(raw) as file:
        try:
            if file.peek(4).startswith(b"PK\x03\x04"):
                yield Refused(file=name, reason="is a zip inside a zip")
                return
            before, packed = how.meter.done, member.compress_size
            for found in how.read(file, name, how.limits):
                how.meter.done = before + packed * raw.tell() // max(1, member.file_size)
                yield found
        except (zipfile.BadZipFile, zlib.error, EOFError):
            yield Refused(file=name, reason="is damaged in the zip")


def _buffered(raw: Any) -> BinaryFile:
    return io.BufferedReader(raw, PEEK)


def _read_stream(file: BinaryFile, name: str, limits: Limits) -> Iterator[Piece | Refused]:
    head = file.peek(PEEK)
    if not head.strip(BLANK):
        yield Refused(file=name, reason="is empty")
    elif kind := _letter(head):
        yield from _read_letters(file, name, kind, limits)
    elif head.removeprefix(BOM).lstrip(BLANK)[:1] != b"{":
        yield Refused(file=name, reason="is no FHIR JSON, NDJSON or zip")
    elif name.lower().endswith(LINES) or _looks_like_lines(head):
        yield from _read_lines(file, name, limits)
    else:
        yield _read_document(file, name, limits)


def _letter(head: bytes) -> str:
    """Which kind of letter begins so; empty for none."""
    begin = head.removeprefix(BOM).lstrip(BLANK + b"\x0b")
    if begin[:1] == b"<" or begin[:2] in (b"\xff\xfe", b"\xfe\xff"):  # the latter in UTF-16
        return "cda" if b"<ClinicalDocument" in begin.replace(b"\0", b"") else ""
    is_batch = begin[:3] in (b"FHS", b"BHS", b"MSH") and not begin[3:4].isalnum()
    return "hl7" if is_batch else ""


def _read_letters(
    file: BinaryFile, name: str, kind: str, limits: Limits
) -> Iterator[Piece | Refused]:
    """A clinical document, or the messages of a file."""
    most = limits.letter if kind == "cda" else limits.document
    text = file.read(most + 1)
    if len(text) > most:
        yield Refused(file=name, reason=f"is longer than {most} bytes; split it")
        return
    if kind == "cda":
        yield Piece(file=name, items=[Letter(kind=kind, text=text)])
        return
    parts = split_messages(text)
    if not parts:
        yield Refused(file=name, reason="holds no message")
    for number, part in enumerate(parts, start=1):
        its = name if len(parts) == 1 else f"{name}#{number}"
        yield Piece(file=its, items=[Letter(kind=kind, text=part)])


def _looks_like_lines(head: bytes) -> bool:
    """Whether a first line is complete in itself and another object follows it."""
    first, end, rest = head.removeprefix(BOM).lstrip(BLANK).partition(b"\n")
    if not end or rest.lstrip(BLANK)[:1] != b"{":
        return False
    try:
        decode(first)
    except ValueError:
        return False
    return True


def _read_document(file: BinaryFile, name: str, limits: Limits) -> Piece | Refused:
    text = file.read(limits.document + 1)
    if len(text) > limits.document:
        most = limits.document
        reason = f"is one JSON document of more than {most} bytes; split it, or send NDJSON"
        return Refused(file=name, reason=reason)
    try:
        return Piece(file=name, items=[decode(text.removeprefix(BOM))])
    except ValueError as error:
        return Refused(file=name, reason=str(error))


def _read_lines(file: BinaryFile, name: str, limits: Limits) -> Iterator[Piece | Refused]:
    number = 0
    piece: list[Any] = []
    size = blank = 0
    while line := file.readline(limits.line + 1):
        number += 1
        blank += line.isspace()
        if blank > limits.blank:
            yield from _flush(name, piece, number)
            yield Refused(file=name, entry=number, reason=f"has over {limits.blank} empty lines")
            return
        if len(line) > limits.line:
            yield from _flush(name, piece, number)
            reason = f"is a line of more than {limits.line} bytes"
            yield Refused(file=name, entry=number, reason=reason)
            piece, size = [], 0
            while line and not line.endswith(b"\n"):  # leave out the rest of it
                line = file.readline(limits.line)
            continue
        item, refused = _read_line(line, name, number)
        if refused:
            yield refused
        piece.append(item)
        size += len(line)
        if len(piece) >= limits.lines or size > limits.line:
            yield from _flush(name, piece, number + 1)
            piece, size = [], 0
    yield from _flush(name, piece, number + 1)


def _read_line(line: bytes, name: str, number: int) -> tuple[Any, Refused | None]:
    """The item of one line, or `None` where it is blank or refused: numbers have no gaps."""
    text = line.removeprefix(BOM).strip(BLANK)
    if not text:
        return None, None
    try:
        return decode(text), None
    except ValueError as error:
        return None, Refused(file=name, entry=number, reason=str(error))


def _flush(name: str, items: list[Any], following: int) -> Iterator[Piece]:
    if any(item is not None for item in items):
        yield Piece(file=name, items=items, first=following - len(items), is_lines=True)
