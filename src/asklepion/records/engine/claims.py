"""The profiles a resource says it keeps, and those somebody asks about."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast

from ..model import Issue
from .profiles import Library, keeps
from .validate import ISSUES_MOST, inside

Json = dict[str, Any]
PROFILES_MOST = 20  # of one resource


def unkept(
    resource: Json,
    library: Library,
    *,
    profiles: Iterable[str] = (),
    with_warnings: bool = False,
) -> list[Issue]:
    """What a structurally good resource does not keep of installed profiles it names in its meta.

    Resources in it count as well. Profiles that are not installed ask for nothing.

    Args:
        profiles: to be kept by the resource itself as well.

    Raises:
        Incorrect: it is too large to be held against one of them.
    """
    if library.is_empty:
        return []
    type: str = resource["resourceType"]
    found = _unkept(resource, library, list(profiles), with_warnings)
    return list(dict.fromkeys(islice(found, ISSUES_MOST))) or _below(
        resource, type, library, with_warnings
    )


def _below(resource: Json, path: str, library: Library, with_warnings: bool) -> list[Issue]:
    found: list[Issue] = []
    for where, inner in inside(resource, resource["resourceType"]):
        it = cast(Json, inner)
        for issue in (
            *_unkept(it, library, [], with_warnings),
            *_below(it, it["resourceType"], library, with_warnings),
        ):
            here = path + where + issue.path.removeprefix(it["resourceType"])
            found.append(Issue(here, issue.expected, issue.code, issue.is_warning))
        if len(found) >= ISSUES_MOST:
            break
    return found


def _unkept(
    resource: Json, library: Library, profiles: list[str], with_warnings: bool
) -> Iterator[Issue]:
    claimed: list[str] = resource.get("meta", {}).get("profile", [])
    for url in list(dict.fromkeys([*profiles, *claimed]))[:PROFILES_MOST]:
        profile = library.profile(url)
        if profile is not None:
            yield from keeps(resource, profile, library, with_warnings=with_warnings)
