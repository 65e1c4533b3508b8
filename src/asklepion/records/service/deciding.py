"""Who may see and who may write what: the rules, without a clock or a database.

The same rule of seeing stands as SQL in `store/sight.py`, where searches use it to count and sort;
here it is applied once more, to every row, before anything leaves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from asklepion.identity import Caller, Role
from asklepion.kit.clock import from_us, to_us

from ..engine.categories import BY_TYPE
from ..model import Act, Asking, Because, Category, Resource
from ..store import Sight
from ..store.permits import ANY_PURPOSE, Kind, PermitRow
from ..store.rows import NOBODY, SEVERAL, UNKNOWN

PATIENT = "Patient/"
PRACTITIONERS = ("Practitioner/", "PractitionerRole/")
RELATIVES = ("RelatedPerson/", PATIENT)
SAYING_WHO = ("Consent", "RelatedPerson")  # say who may look, or stand in for her
ALL = (1 << len(Category)) - 1

Mark = tuple[str, int]  # consent and part


@dataclass(frozen=True, slots=True)
class Thing:
    """What a decision is about: whose it is, of which kind, how delicate, and who wrote it."""

    type: str
    patient: str
    category: int
    author: str = ""
    parties: frozenset[str] = frozenset()
    labels: int = 0
    marks: frozenset[Mark] = frozenset()  # narrow parts of Consents that are about it

    @property
    def patients(self) -> frozenset[str]:
        """Everybody it is about."""
        if self.patient == SEVERAL:
            return self.parties
        return frozenset() if self.patient in (NOBODY, UNKNOWN) else frozenset({self.patient})


def sight_of(asking: Asking, now: datetime) -> Sight:
    """What the caller may see, as far as it can be said without looking at permits."""
    caller = asking.caller
    actor = actor_of(caller)
    return Sight(
        me=me_of(caller),
        actor=actor,
        account=caller.account,
        purpose=asking.purpose,
        visit=asking.visit or "",
        at=to_us(now),
        is_clinician=actor.startswith(PRACTITIONERS),
        sees_unknown=caller.has(Role.OPERATOR),
    )


def me_of(caller: Caller) -> str:
    """The patient the caller is, if she is one."""
    person = caller.person or ""
    return person if person.startswith(PATIENT) and not caller.has(Role.DEVICE) else ""


def actor_of(caller: Caller) -> str:
    """Who the caller is to the rules: a practitioner, a relative, or a patient (for others)."""
    person = caller.person or ""
    if person.startswith(PRACTITIONERS):
        return person if caller.has(Role.CLINICIAN) else ""
    return person if person.startswith(RELATIVES) and not caller.has(Role.DEVICE) else ""


def is_about(rule: PermitRow, thing: Thing) -> bool:
    """Whether a rule is about this."""
    return (
        bool((rule.categories >> thing.category) & 1 or f"|{thing.type}|" in rule.types)
        and (not rule.labels or bool(rule.labels & thing.labels))
        and (not rule.narrow or (rule.consent, rule.part) in thing.marks)
    )


class Standing:
    """The permits and denials that stand between one caller and some patients."""

    def __init__(self, sight: Sight, rows: Iterable[PermitRow] = ()) -> None:
        self.sight = sight
        self._permits: dict[str, list[PermitRow]] = {}
        self._denials: dict[str, list[PermitRow]] = {}
        self._acting: dict[str, list[PermitRow]] = {}
        self._lifting: dict[str, list[PermitRow]] = {}  # exceptions to denials, by Consent
        self.asks_marks = False  # some rule is narrow
        for row in rows:
            if not sight.actor:
                break
            if not row.is_denial:
                self._acting.setdefault(row.patient, []).append(row)
            if self._applies(row):
                self.asks_marks |= bool(row.narrow)
                self._take(row)

    def _take(self, row: PermitRow) -> None:
        if row.is_denial:
            self._denials.setdefault(row.patient, []).append(row)
            return
        if row.is_exception:
            self._lifting.setdefault(row.consent, []).append(row)
        if row.acts & Act.ACCESS and self._opens(row):
            self._permits.setdefault(row.patient, []).append(row)

    def _applies(self, row: PermitRow) -> bool:
        """For this purpose, at this time. That it is for this actor was asked of the database."""
        sight = self.sight
        return (
            row.purpose in (sight.purpose, ANY_PURPOSE) and row.from_at <= sight.at < row.until_at
        )

    def _opens(self, row: PermitRow) -> bool:
        """A permit given in another visit is none in this one; in an emergency only glass opens."""
        sight = self.sight
        if sight.is_emergency and row.kind != Kind.GLASS:
            return False
        return not (row.visit and sight.visit) or row.visit == sight.visit

    def permits(self, patient: str) -> Sequence[PermitRow]:
        """Every permit that stands for this patient."""
        return self._permits.get(patient, ())

    def acts(self, patient: str) -> Act:
        """What the caller may do with this patient's record in her place, for any purpose."""
        if patient and patient == self.sight.me:
            return Act.ACCESS | Act.CORRECT | Act.DECIDE
        acts = Act(0)
        for rule in self._acting.get(patient, ()):
            acts |= Act(rule.acts)
        return acts

    def corrects(self, patient: str, thing: Thing) -> bool:
        """Whether the caller may write this as the patient would; what is narrow opens no more."""
        if patient and patient == self.sight.me:
            return True
        rules = self._acting.get(patient, ())
        return any(rule.acts & Act.CORRECT and is_about(rule, thing) for rule in rules)

    def mask(self, patient: str) -> int:
        """The categories of this patient of which something may be open; to herself, all."""
        if patient == self.sight.me:
            return ALL
        mask = 0
        for permit in self.permits(patient):
            mask |= permit.categories
            if permit.types:
                mask |= sum(1 << c for c in range(len(Category)) if _may_hold(permit.types, c))
        return mask & ~self._denied(patient)

    def whole(self, patient: str) -> int:
        """The categories of this patient that are open with nothing in them closed."""
        if patient == self.sight.me:
            return ALL
        mask = 0
        for permit in self.permits(patient):
            mask |= 0 if permit.labels or permit.narrow else permit.categories
        for denial in self._denials.get(patient, ()):
            mask &= ~denial.categories
            for category in range(len(Category)):
                if denial.types and _may_hold(denial.types, category):
                    mask &= ~(1 << category)
        return mask

    def _denied(self, patient: str) -> int:
        """Categories of which nothing at all is open."""
        mask = 0
        for denial in self._denials.get(patient, ()):
            if not (denial.labels or denial.narrow or self._lifting.get(denial.consent)):
                mask |= denial.categories
        return mask

    def is_denied(self, patient: str, thing: Thing) -> bool:
        """Whether a denial stands against this that no exception of its Consent lifts."""
        return any(
            is_about(denial, thing)
            and (
                denial.is_exception
                or not any(is_about(r, thing) for r in self._lifting.get(denial.consent, ()))
            )
            for denial in self._denials.get(patient, ())
        )

    def permit_for(self, patient: str, thing: Thing) -> PermitRow | None:
        """The permit under which this may be seen, if any."""
        if self.is_denied(patient, thing):
            return None
        wrote = is_note(thing) and bool(thing.author) and thing.author == self.sight.account
        permits = self.permits(patient)
        return next((p for p in permits if wrote or is_about(p, thing)), None)

    def sees(self, thing: Thing) -> bool:
        """Whether this may be seen."""
        if thing.patient == NOBODY:
            return True
        if thing.patient == UNKNOWN:
            return self.sight.sees_unknown
        return bool(thing.patients) and all(
            patient == self.sight.me or self.permit_for(patient, thing)
            for patient in thing.patients
        )

    def because(self, thing: Thing) -> list[Because]:
        """Why this is shown, for everybody it is about; empty where it is not."""
        if not self.sees(thing):
            return []
        found: list[Because] = []
        for patient in sorted(thing.patients):
            permit = None if patient == self.sight.me else self.permit_for(patient, thing)
            found.append(_because(patient, permit, thing))
        return found or [Because(patient="", kind="nobody")]


def _because(patient: str, permit: PermitRow | None, thing: Thing) -> Because:
    if permit is None:
        return Because(patient=patient, kind="herself")
    kind = {Kind.REPRESENTATIVE: "representative", Kind.GLASS: "emergency"}.get(
        Kind(permit.kind), "consent" if is_about(permit, thing) else "author"
    )
    until = None if permit.until_at >= FAR else from_us(permit.until_at)
    consent = permit.consent if "/" in permit.consent else f"Consent/{permit.consent}"
    return Because(patient=patient, kind=kind, consent=consent, until=until)


FAR = to_us(datetime(9000, 1, 1, tzinfo=UTC))


def _may_hold(types: str, category: int) -> bool:
    """Whether resources of one of these types may be of a category."""
    held = {type for type in types.split("|") if type}
    if held & {"Observation", "DiagnosticReport"}:
        return True
    return any(BY_TYPE.get(type, Category.OTHER) == category for type in held)


def is_note(thing: Thing) -> bool:
    """Whether it is a clinician's note."""
    return thing.category == Category.NOTES


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
    if new.type == "Subscription" and asking.via != "import":
        return "a subscription is made by itself, at its own address"
    if caller.has(Role.OPERATOR):
        return ""
    if standing.sight.is_clinician:
        return _why_not_note(new, old, standing)
    if standing.sight.actor:
        return _why_not_hers(caller, new, old, standing)
    return "your account may not write here; ask an operator"


def _why_not_hers(caller: Caller, new: Thing, old: Thing | None, standing: Standing) -> str:
    """A patient writes about herself, and whoever may stand in for her in her place."""
    things = [thing for thing in (new, old) if thing]
    patients = {thing.patient for thing in things}
    if len(patients) != 1:
        return "it is not about you; ask an operator"
    (patient,) = patients
    decides = bool(standing.acts(patient) & Act.DECIDE)
    if not all(
        decides if thing.type in SAYING_WHO else standing.corrects(patient, thing)
        for thing in things
    ):
        return "it is not about you; ask an operator"
    if old and is_note(old) and old.author != caller.account:
        return "it is another's note; ask its author to correct it"
    return ""


def is_forged(asking: Asking, thing: Thing, resource: Resource, before: Resource | None) -> bool:
    """Whether a note or a plan names another author than who writes it.

    An import was written elsewhere. Of a plan the name that is shown is the account's as well.

    Args:
        before: the plan that is there already; in her own record she ends what another planned.
    """
    caller = asking.caller
    if asking.via == "import" or caller.has(Role.OPERATOR):
        return False
    if thing.category != Category.NOTES and not is_plan(thing):
        return False
    if before is not None and before.get("author") == resource.get("author"):
        return False
    named: Any = resource.get("author", [])
    authors = cast(list[Any], named) if isinstance(named, list) else [named]
    if any(author.get("reference", caller.person) != caller.person for author in authors):
        return True
    return is_plan(thing) and any(it.get("display", caller.name) != caller.name for it in authors)


def is_plan(thing: Thing) -> bool:
    """Whether it is a plan of what is to be done; those who may see her plans may add one."""
    return thing.type == "CarePlan"


def _why_not_note(new: Thing, old: Thing | None, standing: Standing) -> str:
    if not is_note(new) and not is_plan(new):
        return "a clinician writes notes only, and plans"
    if old and (old.author != standing.sight.account or old.patient != new.patient):
        return "it is not your own note, or plan"
    mine = replace(new, author=standing.sight.account)
    if standing.permit_for(new.patient, mine) is None:
        return "the patient has not given you access"
    return ""
