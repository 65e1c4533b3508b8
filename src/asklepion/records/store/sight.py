"""What a caller may see, as a condition that every search puts on every row it touches.

The same rule stands in `service/deciding.py` for single rows; `tests/records/service/test_rules.py`
holds one against the other.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .permits import EMERGENCY, Kind, is_actor
from .rows import NOBODY, SEVERAL, UNKNOWN
from .scoping import Narrowing


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Whose rows are open to a caller: her own, those permitted to him, those about nobody.

    Everybody who is known sees what is about no patient.
    """

    me: str = ""  # the patient the caller is
    actor: str = ""  # who the caller is to the rules: a practitioner, a patient, a relative
    account: str = ""  # what the caller wrote is marked with it
    purpose: str = ""
    visit: str = ""  # empty: whichever visit a permit was given in
    at: int = 0  # microseconds
    is_clinician: bool = False  # rules for every clinician speak of the caller
    sees_unknown: bool = False  # also rows about a patient nobody named
    scope: Narrowing | None = None  # what the caller's app leaves of it

    @property
    def is_emergency(self) -> bool:
        """The caller asks as one who broke the glass: only where he did."""
        return self.purpose == EMERGENCY

    @property
    def prelude(self) -> str:
        """What a statement begins with in which the condition stands: the caller's rules."""
        return _prelude(self.is_clinician) if self.actor else ""

    @property
    def condition(self) -> str:
        """The text, with {r} for the alias of the row; only behind the prelude."""
        seen = _condition(
            bool(self.me),
            bool(self.actor),
            bool(self.visit),
            self.is_emergency,
            self.sees_unknown,
        )
        return seen if self.scope is None else f"({seen} AND {self.scope.condition})"

    @property
    def values(self) -> dict[str, Any]:
        """The values the text names."""
        values: dict[str, Any] = {} if self.scope is None else self.scope.values
        if self.me:
            values["see_me"] = self.me
        if self.actor:
            values["see_actor"] = self.actor
            values["see_account"] = self.account
            values["see_purpose"] = self.purpose
            values["see_at"] = self.at
            if self.visit:
                values["see_visit"] = self.visit
        return values


class Blind(Sight):
    """Finds whose record is meant, where nothing of it is shown to anybody."""

    @property
    def condition(self) -> str:
        """Every row."""
        return "1 = 1"


@lru_cache
def _prelude(is_clinician: bool) -> str:
    """The rules that speak of the caller, for his purpose, now; `weight` says how they compare.

    In one Consent the greatest weight counts: 0 permits, 1 denies, 2 is an exception that permits,
    3 one that denies. So an odd one denies. Written into each place where it is asked: neither
    database makes a table of it first.
    """
    names = "consent, part, patient, kind, is_denial, categories, types, labels, narrow, visit"
    return (
        "WITH rule AS NOT MATERIALIZED"
        f" (SELECT {', '.join(f'p.{name}' for name in names.split(', '))},"
        " p.acts & 1 AS shows, p.is_denial + 2 * p.is_exception AS weight"
        " FROM records_permit p WHERE p.from_at <= :see_at AND p.until_at > :see_at"
        f" AND p.purpose IN (:see_purpose, '*') AND {is_actor('p', is_clinician=is_clinician)}) "
    )


@lru_cache
def _condition(
    has_me: bool, has_actor: bool, has_visit: bool, is_emergency: bool, sees_unknown: bool
) -> str:
    ways = [f"{{r}}.patient = '{NOBODY}'"]
    if sees_unknown:
        ways.append(f"{{r}}.patient = '{UNKNOWN}'")

    def may_see(patient: str) -> list[str]:
        mine = [f"{patient} = :see_me"] if has_me else []
        if not has_actor:
            return mine
        return [*mine, _permitted(patient, has_visit, is_emergency)]

    one = may_see("{r}.patient")
    if one:
        each = may_see("party.patient")
        ways += [
            *one,
            f"({{r}}.patient = '{SEVERAL}' AND NOT EXISTS (SELECT 1 FROM records_party party"
            f" WHERE party.rid = {{r}}.rid AND NOT ({' OR '.join(each)})))",
        ]
    return f"({' OR '.join(ways)})"


def _permitted(patient: str, has_visit: bool, is_emergency: bool) -> str:
    """A permit stands for the row, or he wrote it as a note; and no Consent denies it.

    Written flat: a statement may hold it many times over, and SQLite reads only so deep.
    """
    note = "{r}.category = 9 AND {r}.author = :see_account"
    visit = " AND (p.visit = '' OR p.visit = :see_visit)" if has_visit else ""
    glass = f" AND p.kind = {int(Kind.GLASS)}" if is_emergency else ""
    return (
        f"EXISTS (SELECT 1 FROM rule p {_MARKED}"
        f" WHERE p.patient = {patient} AND p.is_denial = 0 AND p.shows = 1{visit}{glass}"
        f" AND ({_ABOUT} OR {note}))"
        f" AND NOT EXISTS (SELECT 1 FROM rule p {_MARKED}"
        f" WHERE p.patient = {patient} AND {_ABOUT}"
        " GROUP BY p.consent HAVING max(p.weight) IN (1, 3))"
    )


# A narrow rule is about the versions that are marked for it.
_MARKED = (
    "LEFT JOIN records_mark mark ON mark.consent = p.consent AND mark.part = p.part"
    " AND mark.rid = {r}.rid AND mark.version = {r}.version"
)
# A rule is about the row. Bits are compared as numbers: both databases shift and mask alike.
_ABOUT = (
    "((p.categories >> {r}.category) & 1 = 1 OR p.types LIKE '%|' || {r}.type || '|%')"
    " AND (p.labels = 0 OR (p.labels & {r}.labels) <> 0)"
    " AND (p.narrow = '' OR mark.rid IS NOT NULL)"
)
