"""What a caller may see, as a condition that every search puts on every row it touches."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from .rows import NOBODY, SEVERAL, UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Sight:
    """Whose rows are open to a caller: her own, those permitted to him, those about nobody.

    Everybody who is known sees what is about no patient.
    """

    me: str = ""  # the patient the caller is
    actor: str = ""  # the practitioner the caller is, to whom permits are given
    account: str = ""  # what the caller wrote is marked with it
    purpose: str = ""
    visit: str = ""  # empty: whichever visit a permit was given in
    at: int = 0  # microseconds
    sees_unknown: bool = False  # also rows about a patient nobody named

    @property
    def condition(self) -> str:
        """The text, with {r} for the alias of the row."""
        return _condition(bool(self.me), bool(self.actor), bool(self.visit), self.sees_unknown)

    @property
    def values(self) -> dict[str, Any]:
        """The values the text names."""
        values: dict[str, Any] = {}
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


@lru_cache
def _condition(has_me: bool, has_actor: bool, has_visit: bool, sees_unknown: bool) -> str:
    ways = [f"{{r}}.patient = '{NOBODY}'"]
    if sees_unknown:
        ways.append(f"{{r}}.patient = '{UNKNOWN}'")
    one = _may_see("{r}.patient", has_me, has_actor, has_visit)
    if one:
        each = _may_see("party.patient", has_me, has_actor, has_visit)
        ways += [
            *one,
            f"({{r}}.patient = '{SEVERAL}' AND NOT EXISTS (SELECT 1 FROM records_party party"
            f" WHERE party.rid = {{r}}.rid AND NOT ({' OR '.join(each)})))",
        ]
    return f"({' OR '.join(ways)})"


def _may_see(patient: str, has_me: bool, has_actor: bool, has_visit: bool) -> list[str]:
    ways = [f"{patient} = :see_me"] if has_me else []
    if has_actor:
        ways.append(f"({_permitted(patient, has_visit)})")
    return ways


def _permitted(patient: str, has_visit: bool) -> str:
    """A permit stands for the row's category, or he wrote it as a note; and no denial does."""
    # Bits are compared as numbers: both databases shift and mask alike.
    category = "(permit.categories >> {r}.category) & 1 = 1"
    note = "({r}.category = 9 AND {r}.author = :see_account)"
    visit = " AND (permit.visit = '' OR permit.visit = :see_visit)" if has_visit else ""
    stands = (
        f"permit.patient = {patient} AND permit.from_at <= :see_at AND permit.until_at > :see_at"
        " AND permit.purpose IN (:see_purpose, '*')"
    )
    return (
        "EXISTS (SELECT 1 FROM records_permit permit"
        f" WHERE permit.actor = :see_actor AND permit.is_denial = 0 AND {stands}{visit}"
        f" AND ({category} OR {note}))"
        " AND NOT EXISTS (SELECT 1 FROM records_permit permit"
        f" WHERE permit.actor IN (:see_actor, '*') AND permit.is_denial = 1 AND {stands}"
        f" AND {category})"
    )
