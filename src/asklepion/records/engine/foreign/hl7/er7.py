"""HL7 v2 as it travels: segments, fields, repetitions, components; escapes; characters.

Source: HL7 v2.5.1, chapter 2.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..model import Unreadable

SEGMENTS_MOST = 20_000
FIELDS_MOST = 1_000  # in one segment; and of repetitions in one field
CHARSETS = {  # table 0211
    "": "utf-8",
    "ASCII": "ascii",
    "UNICODE UTF-8": "utf-8",
    "UNICODE": "utf-8",
    "UTF-8": "utf-8",
    "8859/1": "iso-8859-1",
    "8859/2": "iso-8859-2",
    "8859/3": "iso-8859-3",
    "8859/4": "iso-8859-4",
    "8859/5": "iso-8859-5",
    "8859/6": "iso-8859-6",
    "8859/7": "iso-8859-7",
    "8859/8": "iso-8859-8",
    "8859/9": "iso-8859-9",
    "8859/15": "iso-8859-15",
    "GB 18030-2000": "gb18030",
    "GB18030": "gb18030",
    "GBK": "gb18030",
    "BIG-5": "big5",
    "KS X 1001": "euc_kr",
}
NAME = re.compile(r"[A-Z][A-Z0-9]{2}")
LINES = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Marks:
    """What separates what in one message."""

    field: str
    component: str
    repetition: str
    escape: str
    sub: str


@dataclass(frozen=True, slots=True)
class Value:
    """One repetition of a field."""

    raw: str
    marks: Marks

    def part(self, component: int, sub: int = 1) -> str:
        """A component, or a part of it, as text; counted from one."""
        parts = self.raw.split(self.marks.component)
        if component > len(parts):
            return ""
        subs = parts[component - 1].split(self.marks.sub)
        if sub > len(subs):
            return ""
        text = subs[sub - 1]
        return "" if text == '""' else unescaped(text, self.marks).strip()

    def component(self, number: int) -> "Value":
        """A component as a value of its own: its parts count as components."""
        parts = self.raw.split(self.marks.component)
        raw = parts[number - 1] if number <= len(parts) else ""
        return Value(raw.replace(self.marks.sub, self.marks.component), self.marks)

    @property
    def text(self) -> str:
        """All of it, where it is one text."""
        return "" if self.raw == '""' else unescaped(self.raw, self.marks)


class Segment:
    """One segment."""

    def __init__(self, name: str, fields: list[str], marks: Marks) -> None:
        self.name = name
        self._fields = fields
        self._marks = marks

    def all(self, number: int) -> list[Value]:
        """The repetitions of a field, without empty ones."""
        raw = self._raw(number)
        if not raw:
            return []
        parts = raw.split(self._marks.repetition)[:FIELDS_MOST]
        return [Value(part, self._marks) for part in parts if part and part != '""']

    def one(self, number: int) -> Value:
        """The first repetition of a field; an empty one where there is none."""
        found = self.all(number)
        return found[0] if found else Value("", self._marks)

    def text(self, number: int, component: int = 1, sub: int = 1) -> str:
        """A component of the first repetition."""
        return self.one(number).part(component, sub)

    def is_null(self, number: int) -> bool:
        """The field says that there is nothing, where there may have been something."""
        return self._raw(number) == '""'

    def _raw(self, number: int) -> str:
        return self._fields[number] if number < len(self._fields) else ""


class Message:
    """One message."""

    def __init__(self, segments: list[Segment]) -> None:
        self.segments = segments
        self.header = segments[0]

    @property
    def control(self) -> str:
        """Its own number, MSH-10."""
        return self.header.text(10)

    @property
    def kind(self) -> tuple[str, str]:
        """Message and event, such as ADT and A01."""
        return self.header.text(9, 1), self.header.text(9, 2)

    @property
    def sender(self) -> tuple[str, str]:
        """Sending application and facility."""
        return self.header.text(3), self.header.text(4)

    def find(self, name: str) -> Segment | None:
        """The first segment of a name."""
        return next(self.every(name), None)

    def every(self, name: str) -> Iterator[Segment]:
        """The segments of a name."""
        return (segment for segment in self.segments if segment.name == name)


def read_er7(text: bytes) -> Message:
    """One message.

    Raises:
        Unreadable: it is none, or not in the characters that it names.
    """
    text = text.strip(b"\x0b\x1c\r\n \t").removeprefix(b"\xef\xbb\xbf")
    if not text.startswith(b"MSH") or len(text) < 8:
        raise Unreadable("is no HL7 v2 message")
    words = _decoded(text)
    marks = _marks(words)
    segments: list[Segment] = []
    for line in LINES.split(words):
        if not line.strip():
            continue
        if len(segments) >= SEGMENTS_MOST:
            raise Unreadable(f"holds more than {SEGMENTS_MOST} segments")
        segments.append(_segment(line, marks))
    return Message(segments)


def _decoded(text: bytes) -> str:
    first = re.split(rb"[\r\n]", text, maxsplit=1)[0]
    fields = first.split(text[3:4])
    named = fields[17].decode("ascii", "replace") if len(fields) > 17 else ""
    for separator in ("~", "^"):
        named = named.split(separator)[0]
    codec = CHARSETS.get(named.strip().upper())
    if codec is None:
        raise Unreadable("is in characters that are not known here (MSH-18)")
    try:
        return text.decode(codec)
    except UnicodeError as error:
        raise Unreadable("is not in the characters that it names (MSH-18)") from error


def _marks(words: str) -> Marks:
    field = words[3]
    own = words[4:].split(field, 1)[0]
    if field.isalnum() or not 1 <= len(own) <= 5 or len({field, *own}) != len(own) + 1:
        raise Unreadable("names no separators that can be used (MSH-1, MSH-2)")
    own += "^~\\&"[len(own) :]
    return Marks(field, own[0], own[1], own[2], own[3])


def _segment(line: str, marks: Marks) -> Segment:
    fields = line.split(marks.field)
    if len(fields) > FIELDS_MOST:
        raise Unreadable("holds a segment of too many fields")
    name = fields[0].strip()
    if not NAME.fullmatch(name):
        raise Unreadable("holds a line that is no segment")
    if name in ("MSH", "FHS", "BHS"):
        fields.insert(1, marks.field)  # the separator is itself the first field
        fields[2] = ""
    return Segment(name, fields, marks)


def unescaped(text: str, marks: Marks) -> str:
    """A text with its escapes resolved; those that only say how it looks are left out."""
    if marks.escape not in text:
        return text
    parts = text.split(marks.escape)
    told = [parts[0]]
    at = 1
    while at < len(parts):
        if at == len(parts) - 1:  # an escape that never ends is a character like others
            told.append(marks.escape + parts[at])
            break
        found = _escape(parts[at], marks)
        if found is None:
            told.append(marks.escape + parts[at])
            at += 1
            continue
        told += [found, parts[at + 1]]
        at += 2
    return "".join(told)


def _escape(code: str, marks: Marks) -> str | None:
    single = {
        "F": marks.field,
        "S": marks.component,
        "T": marks.sub,
        "R": marks.repetition,
        "E": marks.escape,
        "P": "",
        "H": "",
        "N": "",
        ".br": "\n",
        ".ce": "\n",
        ".sp": "\n",
    }
    if code in single:
        return single[code]
    if code[:1] == "X":
        try:
            return bytes.fromhex(code[1:]).decode("utf-8", "replace")
        except ValueError:
            return None
    if code[:3] in (".in", ".ti", ".sk", ".fi", ".nf", ".sp"):
        return ""
    return None


START = re.compile(rb"(?:^|[\r\n\x0b\x1c])MSH(?=[^A-Za-z0-9\r\n])")


def split_messages(text: bytes) -> list[bytes]:
    """The messages of a file, whether framed for MLLP, batched, or one after the other."""
    starts = [match.end() - 3 for match in START.finditer(text)]
    parts: list[bytes] = []
    for at, start in enumerate(starts):
        end = starts[at + 1] if at + 1 < len(starts) else len(text)
        part = re.split(rb"[\r\n](?:BTS|FTS|BHS|FHS)[^A-Za-z0-9]", text[start:end])[0]
        parts.append(part.strip(b"\x0b\x1c\r\n \t"))
    return parts
