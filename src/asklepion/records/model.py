"""The values of the room: what is asked, kept, looked at, allowed and told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag, StrEnum
from typing import Any

from asklepion.identity import Caller
from asklepion.kit.errors import Conflict, Forbidden

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


class Label(IntEnum):
    """How carefully a fact is to be handled, and about what it is delicate; the number is its bit.

    The names are the codes of HL7 v3 Confidentiality (the first six) and of ActCode.
    Source: https://terminology.hl7.org/CodeSystem-v3-ActCode.html, InformationSensitivityPolicy
    """

    U = 0  # unrestricted
    L = 1  # low
    M = 2  # moderate
    N = 3  # normal
    R = 4  # restricted
    V = 5  # very restricted
    ETH = 6  # alcohol and drugs
    ETHUD = 7  # alcohol
    OPIOIDUD = 8  # opioids
    PSY = 9  # mental health
    BH = 10  # behaviour: mental health, alcohol and drugs together
    HIV = 11
    STD = 12  # sexually transmitted infections
    SDV = 13  # violence and abuse
    SEX = 14  # sexuality and having children
    GDIS = 15  # what runs in the family, by genes
    SICKLE = 16  # sickle cell disease

    @property
    def bit(self) -> int:
        """This label alone, as a mask."""
        return 1 << self.value


class Act(IntFlag):
    """What somebody may do with another's record."""

    ACCESS = 1  # look at it
    CORRECT = 2  # write in it as she would
    DECIDE = 4  # say in her name who else may


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks, why, and by which way."""

    caller: Caller
    purpose: str = "TREAT"  # a code of HL7 v3 ActReason, such as TREAT or PATRQT
    visit: str | None = None  # the visit this belongs to
    via: str = "rest"  # rest, app, timeline, vitals, risk cards, body, live, import, cohort, …


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
    leaves: tuple[int, ...] = ()  # places in the ledger for which nothing stands any more


@dataclass(frozen=True, kw_only=True)
class Along:
    """What another room keeps of a patient, for the archive that she takes with her.

    Args:
        name: of its file, without an ending.
        title: in both languages, as the archive's index shows it.
        content: the whole of it, JSON.
        lines: what the index says of it: when, what, and more; newest first.
        missing: how many of it could not be read, and are not in it.
    """

    name: str
    title: str
    content: bytes
    lines: Sequence[tuple[str, str, str]] = ()
    missing: int = 0


RESEARCH = "HRESCH"  # the purpose of who asks about many, and need not know whom


def require_named(purpose: str) -> None:
    """Let nobody read single people's records for research: cohorts take their names away.

    Raises:
        Forbidden: it is for research.
    """
    if purpose == RESEARCH:
        raise Forbidden(
            "Research is asked about many, without their names.",
            hint="Ask /api/records/cohorts/query, or $viewdefinition-run.",
        )


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
    detail: Mapping[str, str]  # further facts, such as `query`, `client` or `reason`
    index: int  # of its leaf in the ledger
    number: int  # counts this patient's entries without a gap
    app: str | None = None  # its id, where they looked through one
    app_name: str | None = None


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
    partial: frozenset[Category] = frozenset()  # of these something may be closed all the same


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a patient says about her record, in plain parts; what is empty means everything.

    Several parts narrow: vitals *and* mental health is what is both. Within one part any counts.
    """

    is_denial: bool = False
    actors: tuple[str, ...] = ()  # Practitioner/…, Organization/…, Group/…, a role; all clinicians
    categories: frozenset[Category] = frozenset()
    labels: frozenset[Label] = frozenset()
    things: tuple[str, ...] = ()  # single facts, such as DocumentReference/1
    authors: tuple[str, ...] = ()  # what these people wrote
    made_from: str = ""  # first day of what it is about, as FHIR writes dates
    made_until: str = ""  # last day of that
    purposes: tuple[str, ...] = ()  # codes of HL7 v3 ActReason
    start: datetime | None = None
    end: datetime | None = None
    visit: str = ""
    acts: Act = Act.ACCESS
    but: tuple[str, ...] = ()  # of a denial: these may all the same
    but_emergency: bool = False  # of a denial: not where somebody breaks the glass


@dataclass(frozen=True, kw_only=True)
class Said:
    """A Consent of a patient's as she made it."""

    consent: str
    version: int
    at: datetime
    stands: bool
    choice: Choice | None  # nothing where it says more than a `Choice` can


@dataclass(frozen=True, kw_only=True)
class Because:
    """Why something is shown to somebody."""

    patient: str
    kind: str  # herself, consent, representative, emergency, author, nobody
    consent: str = ""  # its reference, or what stands for one
    until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Explained:
    """Why one resource is shown to the caller, and to whom else."""

    because: list[Because]
    others: list[tuple[str, Because]]  # an actor, and why to him; told to who decides alone


@dataclass(frozen=True, kw_only=True)
class Breaking:
    """One time that somebody looked without being allowed, because it could not wait."""

    id: str
    patient: str
    actor: str  # the account
    actor_name: str
    actor_person: str
    reason: str
    at: datetime
    until: datetime
    state: str  # open, over, justified or unjustified
    reviewer: str = ""
    remark: str = ""
    reviewed_at: datetime | None = None


@dataclass(frozen=True)
class GlassBroken:
    """Somebody looks into a record in an emergency; its patient is told at once."""

    id: str
    patient: str
    actor: str


@dataclass(frozen=True)
class ResourceKept:
    """A resource was created or updated."""

    reference: str
    patient: str | None
    category: int
    version: int


@dataclass(frozen=True)
class ResourceImported:
    """One resource of an import; told only while somebody subscribes to anything."""

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
class ConsentChanged:
    """What a patient denies is otherwise now: whoever looks at her record is to be asked again."""

    consent: str
    patient: str


@dataclass(frozen=True)
class ConsentEnded:
    """A consent no longer stands: taken back, or its time is over."""

    consent: str
    patient: str
    actor: str
    visit: str | None
    why: str  # revoked, expired, or what ended it for them
