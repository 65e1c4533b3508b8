"""Functions of text. Source: https://hl7.org/fhirpath/N1/#string-manipulation

Regular expressions run in time that grows with the text only (RE2), whatever pattern is given; what
RE2 does not know, such as looking ahead, is refused.
"""

import base64
import binascii
import html
import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import re2  # pyright: ignore[reportMissingTypeStubs]

from ..operators import checked_text
from ..running import Items, Run, text, whole
from ..syntax import wrong
from .registry import simple

PATTERN_MEMORY = 1 << 20  # bytes


@lru_cache(maxsize=1024)
def _pattern(pattern: str) -> Any:
    options: Any = re2.Options()
    options.dot_nl = True
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY
    try:
        return re2.compile(pattern, options=options)  # pyright: ignore
    except re2.error:  # pyright: ignore[reportUnknownMemberType]
        return None


def _compiled(pattern: str, at: int) -> Any:
    found = _pattern(pattern)
    if found is None:
        raise wrong(at, "this regular expression cannot be read, or needs too much.")
    return found


def _texts(at: int, *collections: Items) -> list[str] | None:
    """The texts of several collections; None if one is empty."""
    found = [text(it, at) for it in collections]
    there = [it for it in found if it is not None]
    return there if len(there) == len(found) else None


def _declare(name: str, test: Callable[[str, str], Any]) -> None:
    @simple(name, 1)
    def function(run: Run, at: int, items: Items, other: Items) -> Items:  # pyright: ignore
        texts = _texts(at, items, other)
        return [] if texts is None else [test(*texts)]


_declare("startsWith", str.startswith)
_declare("endsWith", str.endswith)
_declare("contains", lambda it, part: part in it)
_declare("indexOf", str.find)
_declare("lastIndexOf", str.rfind)


@simple("matches", 1)
def _matches(run: Run, at: int, items: Items, pattern: Items) -> Items:
    texts = _texts(at, items, pattern)
    if texts is None:
        return []
    run.spend(len(texts[0]) // 64)
    return [_compiled(texts[1], at).search(texts[0]) is not None]


@simple("matchesFull", 1)
def _matches_full(run: Run, at: int, items: Items, pattern: Items) -> Items:
    texts = _texts(at, items, pattern)
    if texts is None:
        return []
    run.spend(len(texts[0]) // 64)
    return [_compiled(texts[1], at).fullmatch(texts[0]) is not None]


@simple("replaceMatches", 2)
def _replace_matches(run: Run, at: int, items: Items, pattern: Items, by: Items) -> Items:
    texts = _texts(at, items, pattern, by)
    if texts is None:
        return []
    whole_text, regex, replacement = texts
    if not regex:
        return [whole_text]
    compiled = _compiled(regex, at)
    _bound(whole_text, replacement, at)
    parts: list[str] = []
    done = 0
    for match in compiled.finditer(whole_text):
        parts += [whole_text[done : match.start()], _filled(replacement, match)]
        done = match.end()
    return [checked_text(run, "".join(parts) + whole_text[done:])]


def _filled(replacement: str, match: Any) -> str:
    """The replacement with its $1 and ${name} put in."""
    if "$" not in replacement and "\\" not in replacement:
        return replacement
    found: list[str] = []
    at = 0
    while at < len(replacement):
        here = replacement[at]
        if here == "\\" and at + 1 < len(replacement):
            found.append(replacement[at + 1])
            at += 2
        elif here == "$" and replacement[at + 1 : at + 2].isdecimal():
            group = int(replacement[at + 1])
            found.append((match.group(group) or "") if group <= match.re.groups else "")
            at += 2
        else:
            found.append(here)
            at += 1
    return "".join(found)


def _bound(whole_text: str, replacement: str, at: int) -> None:
    if (len(whole_text) + 1) * (len(replacement) + 1) > 10_000_000:
        raise wrong(at, "this makes too long a text.")


@simple("replace", 2)
def _replace(run: Run, at: int, items: Items, part: Items, by: Items) -> Items:
    texts = _texts(at, items, part, by)
    if texts is None:
        return []
    _bound(texts[0], texts[2], at)
    return [checked_text(run, texts[0].replace(texts[1], texts[2]))]


@simple("substring", 1, 2)
def _substring(run: Run, at: int, items: Items, start: Items, length: Items | None = None) -> Items:
    it, first = text(items, at), whole(start, at)
    if it is None or first is None or not 0 <= first < len(it):
        return []
    count = None if length is None else whole(length, at)
    return [it[first:] if count is None else it[first : first + max(count, 0)]]


@simple("upper")
def _upper(run: Run, at: int, items: Items) -> Items:
    it = text(items, at)
    return [] if it is None else [it.upper()]


@simple("lower")
def _lower(run: Run, at: int, items: Items) -> Items:
    it = text(items, at)
    return [] if it is None else [it.lower()]


@simple("trim")
def _trim(run: Run, at: int, items: Items) -> Items:
    it = text(items, at)
    return [] if it is None else [it.strip()]


@simple("length")
def _length(run: Run, at: int, items: Items) -> Items:
    it = text(items, at)
    return [] if it is None else [len(it)]


@simple("toChars")
def _to_chars(run: Run, at: int, items: Items) -> Items:
    return run.bounded(list(text(items, at) or ""))


@simple("split", 1)
def _split(run: Run, at: int, items: Items, separator: Items) -> Items:
    texts = _texts(at, items, separator)
    if texts is None:
        return []
    return run.bounded(texts[0].split(texts[1]) if texts[1] else list(texts[0]))


@simple("join", 0, 1)
def _join(run: Run, at: int, items: Items, separator: Items | None = None) -> Items:
    if not items:
        return []
    between = "" if separator is None else text(separator, at) or ""
    parts = [text([it], at) or "" for it in items]
    if sum(map(len, parts)) + len(between) * len(parts) > 10_000_000:
        raise wrong(at, "this makes too long a text.")
    return [checked_text(run, between.join(parts))]


def _hex(data: bytes) -> str:
    return data.hex()


ENCODINGS: dict[str, tuple[Callable[[bytes], Any], Callable[[str], bytes]]] = {
    "hex": (_hex, bytes.fromhex),
    "base64": (base64.b64encode, lambda it: base64.b64decode(it, validate=True)),
    "urlbase64": (base64.urlsafe_b64encode, base64.urlsafe_b64decode),
}


@simple("encode", 1)
def _encode(run: Run, at: int, items: Items, way: Items) -> Items:
    texts = _texts(at, items, way)
    if texts is None or texts[1] not in ENCODINGS:
        return []
    found = ENCODINGS[texts[1]][0](texts[0].encode())
    return [checked_text(run, found.decode() if isinstance(found, bytes) else found)]


@simple("decode", 1)
def _decode(run: Run, at: int, items: Items, way: Items) -> Items:
    texts = _texts(at, items, way)
    if texts is None or texts[1] not in ENCODINGS:
        return []
    try:
        return [ENCODINGS[texts[1]][1](texts[0]).decode()]
    except (ValueError, binascii.Error):
        raise wrong(at, "the text is not encoded in this way.") from None


@simple("escape", 1)
def _escape(run: Run, at: int, items: Items, way: Items) -> Items:
    texts = _texts(at, items, way)
    if texts is None:
        return []
    match texts[1]:
        case "html":
            return [checked_text(run, html.escape(texts[0], quote=True))]
        case "json":
            return [checked_text(run, json.dumps(texts[0], ensure_ascii=False)[1:-1])]
        case _:
            return []


@simple("unescape", 1)
def _unescape(run: Run, at: int, items: Items, way: Items) -> Items:
    texts = _texts(at, items, way)
    if texts is None:
        return []
    match texts[1]:
        case "html":
            return [html.unescape(texts[0])]
        case "json":
            return [_from_json(texts[0], at)]
        case _:
            return []


def _from_json(escaped: str, at: int) -> str:
    quoted = escaped if "\\" in escaped else escaped.replace('"', '\\"')
    try:
        return str(json.loads(f'"{quoted}"'))
    except ValueError:
        raise wrong(at, "the text is not escaped in this way.") from None
