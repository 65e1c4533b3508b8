"""What somebody asks to be shown. https://openid.net/specs/openid-4-verifiable-presentations-1_0.html#section-6"""

from dataclasses import dataclass
from typing import Any, cast

from .errors import Unproven
from .sdjwt import Path

Claims = dict[str, Any]

FORMAT = "dc+sd-jwt"
MOST = 20  # of anything in a query


@dataclass(frozen=True, slots=True)
class Wanted:
    """One credential that is asked for."""

    id: str
    vcts: tuple[str, ...]  # its type is one of these; empty: any
    claims: tuple[tuple[Path, tuple[Any, ...]], ...]  # each with the values it may have
    sets: tuple[tuple[int, ...], ...]  # which claims together will do, the best first

    def paths(self, claims: Claims) -> list[Path] | None:
        """Which claims of a credential answer; nothing if it is not what is asked for."""
        if self.vcts and claims.get("vct") not in self.vcts:
            return None
        for chosen in self.sets:
            if all(_fits(claims, *self.claims[each]) for each in chosen):
                return [self.claims[each][0] for each in chosen]
        return None


@dataclass(frozen=True, slots=True)
class Query:
    """All that is asked for."""

    credentials: tuple[Wanted, ...]
    options: tuple[tuple[bool, tuple[tuple[str, ...], ...]], ...]  # needed or not; which together

    def chosen(self, able: set[str]) -> set[str] | None:
        """Which credentials to show when these can be shown; nothing if that is not enough."""
        if not self.options:
            ids = {each.id for each in self.credentials}
            return ids if ids <= able else None
        told: set[str] = set()
        for is_needed, choices in self.options:
            fits = next((choice for choice in choices if set(choice) <= able), None)
            if fits is None and is_needed:
                return None
            told |= set(fits or ()) if is_needed else set()
        return told

    def find(self, id: str) -> Wanted | None:
        """What is asked for under a name."""
        return next((each for each in self.credentials if each.id == id), None)


def query_of(found: Any) -> Query:
    """A query, read.

    Raises:
        Unproven: it cannot be read, or asks in a way that is not known here.
    """
    told = _object(found)
    wanted = tuple(_wanted(each) for each in _list(told.get("credentials")))
    ids = {each.id for each in wanted}
    options = tuple(_option(each, ids) for each in _list(told.get("credential_sets", [])))
    if not wanted or len(ids) < len(wanted):
        raise _wrong()
    return Query(wanted, options)


def _wanted(found: Any) -> Wanted:
    told = _object(found)
    if told.get("format") != FORMAT or told.get("multiple"):
        raise Unproven("form", "What is asked for is of a kind that is not known here.")
    vcts = _list(_object(told.get("meta", {})).get("vct_values", []))
    asked = [_object(each) for each in _list(told.get("claims", []))]
    claims = tuple(
        (_path(each.get("path")), tuple(_list(each.get("values", [])))) for each in asked
    )
    try:
        numbers = {each.get("id"): number for number, each in enumerate(asked)}
        sets = tuple(
            tuple(numbers[id] for id in _list(each)) for each in _list(told.get("claim_sets", []))
        )
    except (KeyError, TypeError) as error:
        raise _wrong() from error
    return Wanted(
        _text(told.get("id")), tuple(map(_text, vcts)), claims, sets or (tuple(range(len(claims))),)
    )


def _option(found: Any, ids: set[str]) -> tuple[bool, tuple[tuple[str, ...], ...]]:
    told = _object(found)
    choices = tuple(tuple(map(_text, _list(each))) for each in _list(told.get("options")))
    if not choices or any(set(choice) - ids for choice in choices):
        raise _wrong()
    return told.get("required", True) is not False, choices


def _fits(value: Any, path: Path, values: tuple[Any, ...]) -> bool:
    found = _at([value], path)
    return bool(found) and (not values or any(each in values for each in found))


def _at(values: list[Any], path: Path) -> list[Any]:
    """What stands at a path, from each of these values."""
    for step in path:
        inner: list[Any] = []
        for each in values:
            if isinstance(step, str) and isinstance(each, dict) and step in each:
                inner.append(cast(Claims, each)[step])
            elif isinstance(each, list):
                several = cast(list[Any], each)
                if step is None:
                    inner += several
                elif isinstance(step, int) and step < len(several):
                    inner.append(several[step])
        values = inner
    return values


def _path(found: Any) -> Path:
    steps = _list(found)
    for each in steps:
        is_number = isinstance(each, int) and not isinstance(each, bool) and each >= 0
        if not (each is None or isinstance(each, str) or is_number):
            raise _wrong()
    if not steps:
        raise _wrong()
    return tuple(steps)


def _text(found: Any) -> str:
    if not isinstance(found, str) or not 0 < len(found) <= 200:
        raise _wrong()
    return found


def _object(found: Any) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise _wrong()
    return cast(dict[str, Any], found)


def _list(found: Any) -> list[Any]:
    if not isinstance(found, list) or len(cast(list[Any], found)) > MOST:
        raise _wrong()
    return cast(list[Any], found)


def _wrong() -> Unproven:
    return Unproven("form", "What is asked for cannot be read.", hint="Ask whoever asks.")
