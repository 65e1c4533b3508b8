"""What stands in the log for an event: a keyed hash, which tells nothing once its key is gone."""

import hmac
import json
from collections.abc import Collection
from contextlib import suppress
from typing import Any, cast

import orjson

from asklepion.kit.errors import Incorrect

from ..model import KEY_BYTES, Event

MOST_DEEP = 32  # objects within objects
TEXTS: set[type[Any]] = {str}
SIMPLE: set[type[Any]] = {str, bool, type(None)}
LARGEST = 2**53 - 1  # whole number that every JSON reader keeps exactly


def commit(event: Event, key: bytes) -> bytes:
    """HMAC-SHA256 of the event's canonical JSON.

    Raises:
        Incorrect: the event holds something with no canonical form, or the key has a wrong length.
    """
    return commit_text(canonical(event), key)


def commit_text(text: bytes, key: bytes) -> bytes:
    """The same for an event whose canonical JSON is there already.

    Raises:
        Incorrect: the key has a wrong length.
    """
    if len(key) != KEY_BYTES:  # HMAC pads short keys, so two keys would make the same commitment
        raise Incorrect(f"The key has {len(key)} bytes, not {KEY_BYTES}.")
    return hmac.digest(key, text, "sha256")


def canonical(value: Any) -> bytes:
    """The one way to write a JSON value without fractions. https://www.rfc-editor.org/rfc/rfc8785

    Raises:
        Incorrect: there is a fraction, a number beyond 2**53, broken text, or no end of nesting.
    """
    if _is_plain(value, 0):
        with suppress(orjson.JSONEncodeError):  # broken text, which is told below
            return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    try:
        text = json.dumps(_ordered(value, 0), ensure_ascii=False, separators=(",", ":"))
        return text.encode()
    except UnicodeEncodeError:
        raise Incorrect("A text in the event is not valid Unicode.") from None


def _is_plain(value: Any, depth: int) -> bool:
    """Whether the fast writer writes this as RFC 8785 asks: it sorts ASCII keys alike."""
    kind: type[Any] = type(value)
    if kind in SIMPLE:
        return True
    if kind is int:
        return -LARGEST <= value <= LARGEST
    if depth >= MOST_DEEP:
        return False
    inner: Collection[Any]
    if kind is list:
        inner = value
    elif kind is dict:
        members: dict[Any, Any] = value
        if not set(map(type, members)) <= TEXTS or not "".join(members).isascii():
            return False
        inner = members.values()
    else:
        return False
    if set(map(type, inner)) <= SIMPLE:  # most are, and none of these is looked at twice
        return True
    return all([_is_plain(each, depth + 1) for each in inner if type(each) not in SIMPLE])


def _ordered(value: Any, depth: int) -> Any:
    if depth > MOST_DEEP:
        raise Incorrect(f"The event is nested more than {MOST_DEEP} deep.")
    match value:
        case None | bool() | str():
            return value
        case int():
            if abs(value) > LARGEST:
                raise Incorrect("A number in the event is too large to be kept exactly.")
            return value
        case list():
            return [_ordered(each, depth + 1) for each in cast(list[Any], value)]
        case dict():
            members = cast(dict[Any, Any], value)
            return {key: _ordered(members[key], depth + 1) for key in sorted(members, key=_utf16)}
        case _:
            raise Incorrect(f"The event holds a {type(value).__name__}.", hint="Write it as text.")


def _utf16(key: Any) -> bytes:
    if not isinstance(key, str):
        raise Incorrect("A key in the event is not a text.")
    return key.encode("utf-16-be")
