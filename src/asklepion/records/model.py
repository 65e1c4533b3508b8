"""The values of the room: what is asked, kept, looked at, allowed and told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from asklepion.identity import Caller
from asklepion.kit.errors import Conflict

Resource = dict[str, Any]  # one FHIR resource as parsed JSON


class Category(IntEnum):
    """What consent is given by, in words a patient knows; the number is its bit in a mask."""

    DEMOGRAPHICS = 0
    VITALS = 1
    LABORATORY = 2
    CONDITIONS = 3
    MEDICINES = 4
    ALLERGIES = 5
    IMMUNISATIONS = 6
    PROCEDURES = 7
    VISITS = 8
    NOTES = 9
    IMAGING = 10
    SOCIAL = 11
    CARE_PLANS = 12
    FINANCE = 13
    CONSENTS = 14
    OTHER = 15

    @property
    def bit(self) -> int:
        """This category alone, as a mask."""
        return 1 << self.value


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks, why, and by which way."""

    caller: Caller
    purpose: str = "TREAT"  # a code of HL7 v3 ActReason, such as TREAT or PATRQT
    visit: str | None = None  # the visit this belongs to
    via: str = "rest"  # rest, timeline, vitals, risk cards, body, live, import, export


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with a resource, told so that the sender can mend it; quotes no value."""

    path: str  # FHIRPath-like, such as Patient.contact[0].gender
    expected: str  # what should have stood there
    code: str  # FHIR issue-type: structure, required, value, code-invalid, invariant
    is_warning: bool = False  # worth telling, but no reason to refuse


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One resource after it was kept."""

    type: str
    id: str
    version: int
    at: datetime
    is_new: bool  # created rather than updated
    resource: Resource

    @property
    def reference(self) -> str:
        """How others refer to it, such as Patient/1."""
        return f"{self.type}/{self.id}"


class Ground(StrEnum):
    """Why somebody is erased. Source: GDPR, article 17(1), a to f."""

    NEEDLESS = "needless"  # the data are needed no longer
    WITHDRAWN = "withdrawn"  # she takes back what she agreed to
    OBJECTED = "objected"  # she objects, and nothing outweighs it
    UNLAWFUL = "unlawful"  # they should never have been kept
    LAW = "law"  # a law demands it


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """Where one erasure stands; names nobody once it has begun."""

    id: str
    state: str  # scheduled, begun or done
    patient: str  # empty once it has begun
    ground: Ground
    asked_by: str  # patient or operator
    asked_at: datetime
    due_at: datetime  # when it may be carried out
    done_at: datetime | None = None
    swept_at: datetime | None = None  # when its last traces were out of the database's files
    destroyed: Mapping[str, int] = field(default_factory=dict[str, int])  # rows by table


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What a room took away of somebody."""

    rows: Mapping[str, int]  # by table
    accounts: tuple[str, ...] = ()  # which spoke as her


class Stale(Conflict):
    """It is no longer the version the caller meant to change."""

    status = 412


class Overtaken(Conflict):
    """Two changed the same at once, and this one was second: it may be tried again as it is."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One page of an answer to a search."""

    entries: list[Resource]  # what matched, in order
    included: list[Resource] = field(default_factory=list[Resource])
    total: int | None = None  # only when asked for
    next: str | None = None  # cursor of the next page, if there is one
    left_out: tuple[str, ...] = ()  # parameters not understood, when the caller was lenient


@dataclass(frozen=True, kw_only=True)
class AccessEntry:
    """One line of "who looked at my data"."""

    id: str
    at: datetime
    action: str  # read, search, write, delete, import, grant, revoke, refuse, export
    outcome: str  # permit or deny
    actor: str
    actor_name: str
    actor_person: str | None
    patient: str
    purpose: str
    visit: str | None
    via: str
    consent: str | None
    what: Mapping[str, int]  # how many of each type
    categories: tuple[Category, ...]
    refs: tuple[str, ...]  # up to twenty of the resources
    index: int  # of its leaf in the ledger
    number: int  # counts this patient's entries without a gap


@dataclass(frozen=True, kw_only=True)
class Permit:
    """What one actor may see of one patient now."""

    consent: str
    patient: str
    actor: str
    categories: frozenset[Category]
    until: datetime
    visit: str | None
    purpose: str = "TREAT"


@dataclass(frozen=True)
class ResourceKept:
    """A resource was created or updated."""

    reference: str
    patient: str | None
    category: int
    version: int


@dataclass(frozen=True)
class RecordImported:
    """Much of one patient was taken in at once; ResourceKept is not told of each."""

    patient: str
    count: int


@dataclass(frozen=True)
class PatientErased:
    """Nothing of a patient is kept any more; told once, then forgotten."""

    patient: str


@dataclass(frozen=True)
class ConsentGranted:
    """A patient allowed somebody to see something."""

    consent: str
    patient: str
    actor: str
    visit: str | None


@dataclass(frozen=True)
class ConsentEnded:
    """A consent no longer stands: taken back, or its time is over."""

    consent: str
    patient: str
    actor: str
    visit: str | None
    why: str  # revoked or expired
