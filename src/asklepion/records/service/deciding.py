"""Who may see and who may write what: the rules, without a clock or a database.

The same rule of seeing stands as SQL in `store/sight.py`, where searches use it to count and sort;
here it is applied once more, to every row, before anything leaves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from asklepion.identity import Caller, Role
from asklepion.kit.clock import to_us

from ..model import Asking, Category, Resource
from ..store import Sight
from ..store.permits import ANY_PURPOSE, EVERYBODY, PermitRow
from ..store.rows import NOBODY, SEVERAL, UNKNOWN

PATIENT = "Patient/"
PRACTITIONERS = ("Practitioner/", "PractitionerRole/")


@dataclass(frozen=True, slots=True)
class Thing:
    """What a decision is about: whose it is, of which kind, and who wrote it."""

    type: str
    patient: str
    category: int
    author: str = ""
    parties: frozenset[str] = frozenset()

    @property
    def patients(self) -> frozenset[str]:
        """Everybody it is about."""
        if self.patient == SEVERAL:
            return self.parties
        return frozenset() if self.patient in (NOBODY, UNKNOWN) else frozenset({self.patient})


def sight_of(asking: Asking, now: datetime) -> Sight:
    """What the caller may see, as far as it can be said without looking at permits."""
    caller = asking.caller
    return Sight(
        me=me_of(caller),
        actor=actor_of(caller),
        account=caller.account,
        purpose=asking.purpose,
        visit=asking.visit or "",
        at=to_us(now),
        sees_unknown=caller.has(Role.OPERATOR),
    )


def me_of(caller: Caller) -> str:
    """The patient the caller is, if she is one."""
    person = caller.person or ""
    return person if person.startswith(PATIENT) and not caller.has(Role.DEVICE) else ""


def actor_of(caller: Caller) -> str:
    """The practitioner to whom patients give permits, if the caller is one."""
    person = caller.person or ""
    return person if person.startswith(PRACTITIONERS) and caller.has(Role.CLINICIAN) else ""


class Standing:
    """The permits and denials that stand between one caller and some patients."""

    def __init__(self, sight: Sight, rows: Iterable[PermitRow] = ()) -> None:
        self.sight = sight
        self._permits: dict[str, list[PermitRow]] = {}
        self._denials: dict[str, list[PermitRow]] = {}
        for row in rows:
            if sight.actor and self._applies(row):
                kind = self._denials if row.is_denial else self._permits
                kind.setdefault(row.patient, []).append(row)

    def _applies(self, row: PermitRow) -> bool:
        """For this purpose, at this time; a permit given in another visit is none in this one."""
        sight = self.sight
        return (
            row.actor in (sight.actor, EVERYBODY)
            and row.purpose in (sight.purpose, ANY_PURPOSE)
            and row.from_at <= sight.at < row.until_at
            and (bool(row.is_denial) or not (row.visit and sight.visit) or row.visit == sight.visit)
        )

    def permits(self, patient: str) -> Sequence[PermitRow]:
        """Every permit that stands for this patient."""
        return self._permits.get(patient, ())

    def mask(self, patient: str) -> int:
        """The categories of this patient that are open; all of them to herself."""
        if patient == self.sight.me:
            return ALL
        mask = 0
        for permit in self.permits(patient):
            mask |= permit.categories
        return mask & ~self._denied(patient)

    def _denied(self, patient: str) -> int:
        mask = 0
        for denial in self._denials.get(patient, ()):
            mask |= denial.categories
        return mask

    def permit_for(self, patient: str, category: int, author: str) -> PermitRow | None:
        """The permit under which this may be seen, if any."""
        bit = 1 << category
        if self._denied(patient) & bit:
            return None
        wrote = category == Category.NOTES and bool(author) and author == self.sight.account
        permits = self.permits(patient)
        return next((p for p in permits if wrote or p.categories & bit), None)

    def sees(self, thing: Thing) -> bool:
        """Whether this may be seen."""
        if thing.patient == NOBODY:
            return True
        if thing.patient == UNKNOWN:
            return self.sight.sees_unknown
        return bool(thing.patients) and all(
            patient == self.sight.me or self.permit_for(patient, thing.category, thing.author)
            for patient in thing.patients
        )


ALL = (1 << len(Category)) - 1


def why_not_write(asking: Asking, new: Thing, old: Thing | None, standing: Standing) -> str:
    """Why this may not be written; empty when it may.

    Args:
        new: as it would be.
        old: as it is, if it is there.
    """
    caller = asking.caller
    if caller.has(Role.DEVICE):
        mine = new.type == "Observation" and new.patient == caller.acts_for
        return "" if mine and old is None else "a device may only add observations of its patient"
    if caller.has(Role.OPERATOR):
        return ""
    if standing.sight.me:
        mine = {thing.patient for thing in (new, old) if thing} == {standing.sight.me}
        if mine and old and old.category == Category.NOTES and old.author != caller.account:
            return "it is another's note; ask its author to correct it"
        return "" if mine else "it is not about you; ask an operator"
    if standing.sight.actor:
        return _why_not_note(new, old, standing)
    return "your account may not write here; ask an operator"


def is_forged(asking: Asking, thing: Thing, resource: Resource) -> bool:
    """Whether a note names another author than who writes it; an import was written elsewhere."""
    caller = asking.caller
    if thing.category != Category.NOTES or asking.via == "import" or caller.has(Role.OPERATOR):
        return False
    named: Any = resource.get("author", [])
    authors = cast(list[Any], named) if isinstance(named, list) else [named]
    return any(author.get("reference", caller.person) != caller.person for author in authors)


def _why_not_note(new: Thing, old: Thing | None, standing: Standing) -> str:
    if new.category != Category.NOTES:
        return "a clinician writes notes only"
    if old and (old.author != standing.sight.account or old.patient != new.patient):
        return "it is not your own note"
    author = standing.sight.account
    if standing.permit_for(new.patient, Category.NOTES, author) is None:
        return "the patient has not given you access"
    return ""
