"""A JSON text of any length, one element of its outermost list after another.

Nothing but the element at hand is held in memory. Whether an element is JSON is for its reader
to find out: here only quotes and brackets count.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

CHUNK = 256 * 1024  # bytes read at once
TOKEN = re.compile(rb'["{}\[\],:]')
IN_TEXT = re.compile(rb'["\\]')
BLANK = b" \t\r\n\xef\xbb\xbf"


class Stream(Protocol):
    """Whatever hands out bytes."""

    def read(self, size: int, /) -> bytes:
        """The next bytes; none at the end."""
        ...


class Broken(Exception):
    """The text ends too early, or one element is larger than any."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Piece:
    """One element of the outermost list; or one member of the outermost object.

    Args:
        key: the member it is, or is in the list of; empty in an outermost list.
        number: counts the outermost values, where a file holds several.
        is_listed: it stands in a list, and is not itself a member.
    """

    key: str
    text: bytes
    number: int
    is_listed: bool = True


def pieces(stream: Stream, most: int) -> Iterator[Piece]:
    """The elements of a JSON text.

    Args:
        most: bytes that one element may have.

    Raises:
        Broken: it cannot be read to its end; what came before is good.
    """
    return _Scan(stream, most).run()


def lines(stream: Stream, most: int) -> Iterator[Piece]:
    """The lines of a text, each as an element by itself.

    Raises:
        Broken: one is longer than `most` bytes.
    """
    rest, number = b"", 0
    while chunk := stream.read(CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            number += 1
            if text := line.strip(BLANK):
                yield Piece("", text, number)
        if len(rest) > most:
            raise Broken("large")
    if text := rest.strip(BLANK):
        yield Piece("", text, number + 1)


class _Scan:
    def __init__(self, stream: Stream, most: int) -> None:
        self._stream = stream
        self._most = most
        self._text = b""
        self._at = 0  # where the next token is looked for
        self._from: int | None = None  # where the element begins
        self._held: int | None = None  # where a text begins that is being skipped
        self._depth = 0
        self._is_list = False  # the outermost value is one
        self._in_list = False  # a member's value is one
        self._key = ""
        self._last = ""  # text that may turn out to be a key
        self._number = 0

    def run(self) -> Iterator[Piece]:
        while (found := self._next()) is not None:
            piece = self._take(found)
            if piece is not None:
                yield piece
        if self._depth:
            raise Broken("cut")

    def _next(self) -> int | None:
        """Where the next token stands."""
        while True:
            found = TOKEN.search(self._text, self._at)
            if found:
                return found.start()
            self._at = len(self._text)
            if not self._more():
                return None

    def _more(self) -> bool:
        keep = min(at for at in (self._from, self._held, self._at) if at is not None)
        if len(self._text) - keep > self._most:
            raise Broken("large")
        chunk = self._stream.read(CHUNK)
        self._text = self._text[keep:] + chunk
        self._at -= keep
        self._from = None if self._from is None else self._from - keep
        self._held = None if self._held is None else self._held - keep
        return bool(chunk)

    def _take(self, at: int) -> Piece | None:
        token = self._text[at]
        self._at = at + 1
        if token == 0x22:
            self._skip_text()
        elif token in b"{[":
            self._open(at, token == 0x5B)
        elif token in b"}]":
            return self._close(at)
        elif token == 0x3A and self._depth == 1 and not self._is_list and self._from is None:
            self._key, self._from = self._last, at + 1
        elif token == 0x2C and self._depth == (2 if self._in_list else 1):
            piece = self._piece(at)
            self._from = at + 1 if self._in_list or self._is_list else None
            return piece
        return None

    def _skip_text(self) -> None:
        is_key = self._depth == 1 and not self._is_list and self._from is None
        self._held = self._at
        while True:
            found = IN_TEXT.search(self._text, self._at)
            if found is None:
                self._at = len(self._text)
                if not self._more():
                    raise Broken("cut")
            elif found.group() == b'"':
                self._at = found.end()
                break
            else:  # the byte behind a backslash, wherever it is
                self._at = found.end()
                if self._at == len(self._text) and not self._more():
                    raise Broken("cut")
                self._at += 1
        if is_key:
            self._last = self._text[self._held : self._at - 1].decode("utf-8", "replace")
        self._held = None

    def _open(self, at: int, is_list: bool) -> None:
        if self._depth == 0:
            self._number += 1
            self._is_list = is_list
            self._key, self._in_list = "", False
            self._from = at + 1 if is_list else None
        elif self._depth == 1 and is_list and not self._is_list and self._begins(at):
            self._in_list, self._from = True, at + 1
        self._depth += 1

    def _begins(self, at: int) -> bool:
        """Whether a member's value begins here."""
        return self._from is not None and not self._text[self._from : at].strip(BLANK)

    def _close(self, at: int) -> Piece | None:
        if self._depth == 0:
            raise Broken("unreadable")
        self._depth -= 1
        if self._in_list and self._depth == 1:
            piece = self._piece(at)
            self._in_list, self._from = False, None
            return piece
        if self._depth == 0:
            piece = self._piece(at)
            self._from = None
            return piece
        return None

    def _piece(self, at: int) -> Piece | None:
        if self._from is None:
            return None
        text = self._text[self._from : at].strip(BLANK)
        is_listed = self._is_list or self._in_list
        return Piece(self._key, text, self._number, is_listed) if text else None
