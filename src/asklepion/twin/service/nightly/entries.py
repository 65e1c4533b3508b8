"""Reads the entries that are named to somebody, so that the line in her log says what was shown."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from asklepion.records import Asking, Records

from ...engine.night.work import READ_BY
from ...wire import Moved, Since

AT_ONCE = 50  # in one search


async def read_named(
    records: Records, asking: Asking, patient: str, found: Sequence[Since]
) -> list[Since] | None:
    """The same numbers, each with those movers alone whose entries the caller may read now.

    She and the entries are one look, which is one line in her log.

    Returns:
        None where she may not be read herself.
    """
    named = _by_type([patient, *(name for one in found for name in _names(one.moved_by))])
    searches = [
        (type, _search(type, ids[at : at + AT_ONCE], patient))
        for type, ids in named.items()
        for at in range(0, len(ids), AT_ONCE)
    ]
    pages = await records.search_all(asking, searches)
    read = {f"{one['resourceType']}/{one['id']}" for page in pages for one in page.entries}
    if patient not in read:
        return None
    return [
        msgspec.structs.replace(one, moved_by=[by for by in one.moved_by if _names([by]) <= read])
        for one in found
    ]


def _names(moved: Iterable[Moved]) -> set[str]:
    named = (name for one in moved for name in (one.reference, one.before_reference))
    return {name for name in named if name}


def _by_type(names: Iterable[str]) -> Mapping[str, list[str]]:
    """Ids by type, of what a night reads."""
    found: dict[str, list[str]] = {}
    for type, _, id in (name.partition("/") for name in sorted(set(names))):
        if type in {*READ_BY, "Patient"}:
            found.setdefault(type, []).append(id)
    return found


def _search(type: str, ids: Sequence[str], patient: str) -> tuple[tuple[str, str], ...]:
    whose = () if type == "Patient" else (("patient", patient),)
    return ("_id", ",".join(ids)), *whose, ("_count", str(AT_ONCE))
