"""What became of drafts, and what the access log says of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ..model import Asking
from ..store.permits import PermitRow
from ..store.rows import Row
from .books import Entry
from .drafting import Draft


class State(StrEnum):
    """What became of one draft."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Done:
    """One draft after it was dealt with."""

    draft: Draft
    state: State
    row: Row | None = None  # as it stands now
    reason: str = ""  # of a refusal
    permit: PermitRow | None = None  # under which it was written, by somebody else than the patient
    decides: bool = False  # whoever wrote it may decide who sees the patient's record


def entries_for(asking: Asking, action: str, done: Iterable[Done]) -> list[Entry]:
    """What was written, as entries of the access log: one for each patient, or one about nobody."""
    made: dict[str, Entry] = {}
    nobody = Entry(asking=asking, action=action)
    for each in done:
        if each.state not in (State.NEW, State.CHANGED):
            continue
        thing = each.draft.thing
        for patient in sorted(thing.patients):
            entry = made.setdefault(patient, Entry(asking=asking, action=action, patient=patient))
            entry.add(thing.type, each.draft.reference, thing.category)
            if each.state == State.CHANGED:  # told apart where something was changed
                entry.detail["interaction"] = "update"
            if each.permit:
                entry.consent, entry.visit = each.permit.consent, each.permit.visit or None
        if not thing.patients:
            nobody.add(thing.type, each.draft.reference, thing.category)
    return [*made.values(), *([nobody] if nobody.what or not made else [])]


def denials_for(asking: Asking, action: str, done: Iterable[Done]) -> list[Entry]:
    """What was refused, as entries of the access log."""
    made: dict[str, Entry] = {}
    for each in done:
        thing = each.draft.thing
        for patient in sorted(thing.patients) or [""] if each.state == State.REFUSED else ():
            entry = Entry(asking=asking, action=action, outcome="deny", patient=patient)
            made.setdefault(patient, entry).add(thing.type, each.draft.reference, thing.category)
    return list(made.values())
