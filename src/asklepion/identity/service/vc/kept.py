"""What stands in something that is held, once it is opened."""

from typing import Any, cast

from asklepion.kit.errors import Incorrect

from ...engine.vc import documents, sdjwt
from ...engine.vc.documents import Secured
from ...engine.vc.sdjwt import Path

# text; file: the same to be taken along. Of a document also is_document, and its claims.
Opened = dict[str, Any]

PATHS_MOST = 40
# What is not the holder's to choose, and not for people to read.
TECHNICAL = frozenset({"iss", "iat", "nbf", "exp", "cnf", "vct", "vct#integrity", "status", "sub"})


def is_document(opened: Opened) -> bool:
    """Whether it is a document, which is shown whole or not at all."""
    return bool(opened.get("is_document"))


def document_in(opened: Opened) -> Secured | None:
    """The document that is held; nothing where it is no document."""
    return documents.read(opened["text"]) if is_document(opened) else None


def claims_in(opened: Opened) -> dict[str, Any]:
    """What it says to people."""
    if is_document(opened):
        return opened["claims"]
    return readable(sdjwt.peek(opened["text"]).claims)


def readable(claims: dict[str, Any]) -> dict[str, Any]:
    """The claims that say something about somebody."""
    return {name: value for name, value in claims.items() if name not in TECHNICAL}


def paths_of(claims: dict[str, Any], names: list[str]) -> list[Path]:
    """Which places to show, from names such as region or languages.0.

    Raises:
        Incorrect: there is no such claim, or none is named.
    """
    paths: list[Path] = []
    for name in names:
        first, _, place = name.partition(".")
        value = claims.get(first)
        is_there = first in claims and (
            not place
            or (
                isinstance(value, list)
                and place.isascii()
                and place.isdigit()
                and int(place) < len(cast(list[Any], value))
            )
        )
        if not is_there:
            raise Incorrect("This credential has no such claim.", hint="Choose among those it has.")
        paths.append(
            (first, int(place)) if place else (first, None) if isinstance(value, list) else (first,)
        )
    if not 0 < len(paths) <= PATHS_MOST:
        raise Incorrect("Nothing is chosen to be shown.", hint="Choose a claim or more.")
    return paths


def paths_shown(opened: Opened, names: list[str], *, whole: bool) -> list[Path]:
    """Which places a link shows; none of a document, which it shows as it is.

    Raises:
        Incorrect: there is no such claim; or all of a document is not what was asked for.
    """
    if not is_document(opened):
        return paths_of(claims_in(opened), names)
    if not whole or names:
        hint = "Show all of it, or nothing."
        raise Incorrect("A document hides nothing, and cannot be shown in part.", hint=hint)
    return []
