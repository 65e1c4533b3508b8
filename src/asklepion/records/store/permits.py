"""What the patients' Consents come to: rules about who may do what with which facts, until when.

A rule names an actor and a purpose, and what it is about by category, type, label and, where it is
narrow, by marks on single versions. Beside Consents, a representative and a broken glass are rules.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

from asklepion.kit.db import Tx
from asklepion.kit.lists import chunks, in_list, in_values

from .rows import SEVERAL, Row, columns_of
from .sealed import HIST

EVERYBODY = "*"  # actor: every clinician
ANY_PURPOSE = "*"
EMERGENCY = "BTG"  # the purpose of whoever breaks the glass


class Kind(IntEnum):
    """What a rule comes from."""

    CONSENT = 0
    REPRESENTATIVE = 1
    GLASS = 2


class PermitRow(NamedTuple):
    """One rule: one actor, one purpose, of one provision."""

    consent: str
    number: int
    part: int
    kind: int
    patient: str
    actor: str
    purpose: str
    is_denial: int
    is_exception: int
    categories: int  # mask
    types: str
    labels: int  # mask
    narrow: str
    acts: int  # mask
    from_at: int
    until_at: int
    visit: str


class MarkRow(NamedTuple):
    """One version that a narrow part of a Consent is about."""

    consent: str
    part: int
    rid: int
    version: int
    patient: str


class MemberRow(NamedTuple):
    """A practitioner who is one of a group, or has a role; `source` says so."""

    source: str
    member: str
    belongs_to: str
    from_at: int
    until_at: int


COLUMNS = ", ".join(PermitRow._fields)
# The actor himself, or one of those he belongs to now.
IS_ACTOR = (
    "({p}.actor = :see_actor OR {p}.actor IN (SELECT member.belongs_to FROM records_member member"
    " WHERE member.member = :see_actor AND member.from_at <= :see_at AND member.until_at > :see_at)"
    "{everybody})"
)


def is_actor(alias: str, *, is_clinician: bool) -> str:
    """The condition that a rule speaks of the caller; takes `see_actor` and `see_at`."""
    everybody = f" OR {alias}.actor = '{EVERYBODY}'" if is_clinician else ""
    return IS_ACTOR.format(p=alias, everybody=everybody)


async def drop(tx: Tx, consent: str) -> list[PermitRow]:
    """Take away what one Consent came to; returns it."""
    sql = f"DELETE FROM records_permit WHERE consent = :consent RETURNING {COLUMNS}"
    gone = [PermitRow(*row) for row in await tx.all(sql, consent=consent)]
    if any(row.narrow for row in gone):
        await tx.run_long("DELETE FROM records_mark WHERE consent = :consent", consent=consent)
    return gone


async def add(tx: Tx, rows: Sequence[PermitRow]) -> None:
    """Write what a Consent comes to."""
    names = ", ".join(f":{name}" for name in PermitRow._fields)
    sql = f"INSERT INTO records_permit ({COLUMNS}) VALUES ({names})"
    await tx.many(sql, [row._asdict() for row in rows])


async def drop_expired(tx: Tx, at: int) -> list[PermitRow]:
    """Take away what is over; returns it."""
    sql = f"DELETE FROM records_permit WHERE until_at <= :at RETURNING {COLUMNS}"
    gone = [PermitRow(*row) for row in await tx.all(sql, at=at)]
    for consent in {row.consent for row in gone if row.narrow}:
        await tx.run(
            "DELETE FROM records_mark WHERE consent = :consent AND NOT EXISTS"
            " (SELECT 1 FROM records_permit p WHERE p.consent = :consent)",
            consent=consent,
        )
    return gone


async def next_end(tx: Tx) -> int | None:
    """When the next permit or denial ends."""
    row = await tx.one("SELECT min(until_at) FROM records_permit")
    return row[0] if row else None


async def find_standing(
    tx: Tx, actor: str, patients: Sequence[str], at: int, *, is_clinician: bool
) -> list[PermitRow]:
    """The rules that stand now between an actor and these patients, whatever the purpose."""
    found: list[PermitRow] = []
    for part in chunks(patients):
        sql = (
            f"SELECT {COLUMNS} FROM records_permit p WHERE p.patient IN {in_list('p', len(part))}"
            f" AND {is_actor('p', is_clinician=is_clinician)}"
            " AND p.from_at <= :see_at AND p.until_at > :see_at"
            " ORDER BY p.until_at DESC, p.consent, p.number"
        )
        rows = await tx.all(sql, see_actor=actor, see_at=at, **in_values("p", part))
        found += [PermitRow(*row) for row in rows]
    return found


async def find_of_patient(tx: Tx, patient: str) -> list[PermitRow]:
    """Everything a patient's Consents come to at present."""
    sql = (
        f"SELECT {COLUMNS} FROM records_permit WHERE patient = :patient"
        " ORDER BY until_at DESC, consent, number"
    )
    return [PermitRow(*row) for row in await tx.all(sql, patient=patient)]


async def find_of_actor(tx: Tx, actor: str, kinds: Sequence[Kind], at: int) -> list[PermitRow]:
    """The permits of some kinds that name this very actor and stand."""
    sql = (
        f"SELECT {COLUMNS} FROM records_permit WHERE actor = :actor AND is_denial = 0"
        f" AND kind IN {in_list('k', len(kinds))} AND from_at <= :at AND until_at > :at"
        " ORDER BY patient, consent, number"
    )
    rows = await tx.all(sql, actor=actor, at=at, **in_values("k", [int(kind) for kind in kinds]))
    return [PermitRow(*row) for row in rows]


async def find_patients_of(tx: Tx, actor: str, at: int) -> list[str]:
    """Whose Consents permit something to this actor, or to a group of his, now.

    Not those that speak of every clinician, nor who looked in an emergency.
    """
    sql = (
        "SELECT DISTINCT p.patient FROM records_permit p WHERE p.is_denial = 0"
        f" AND p.kind <> {int(Kind.GLASS)} AND {is_actor('p', is_clinician=False)}"
        " AND p.from_at <= :see_at AND p.until_at > :see_at ORDER BY p.patient"
    )
    return [row[0] for row in await tx.all(sql, see_actor=actor, see_at=at)]


async def given_to_alone(tx: Tx, actor: str) -> list[str]:
    """The Consents that allow something to this very actor and to nobody else, begun or not."""
    rows = await tx.all(
        "SELECT DISTINCT p.consent FROM records_permit p WHERE p.actor = :actor"
        " AND p.is_denial = 0 AND p.kind = 0 AND NOT EXISTS (SELECT 1 FROM records_permit other"
        " WHERE other.consent = p.consent AND other.is_denial = 0 AND other.actor <> :actor)"
        " ORDER BY p.consent",
        actor=actor,
    )
    return [row[0] for row in rows]


async def find_of_visit(tx: Tx, visit: str) -> list[PermitRow]:
    """Everything that was allowed for one visit; what was denied in it stays denied."""
    sql = (
        f"SELECT {COLUMNS} FROM records_permit WHERE visit = :visit AND is_denial = 0"
        " ORDER BY consent, number"
    )
    return [PermitRow(*row) for row in await tx.all(sql, visit=visit)]


async def find_of_consent(tx: Tx, consent: str) -> list[PermitRow]:
    """What one Consent comes to."""
    sql = f"SELECT {COLUMNS} FROM records_permit WHERE consent = :consent ORDER BY number"
    return [PermitRow(*row) for row in await tx.all(sql, consent=consent)]


# Narrow parts


async def find_narrow(tx: Tx, patients: Sequence[str]) -> list[PermitRow]:
    """One rule of each narrow part of these patients' Consents."""
    found: dict[tuple[str, int], PermitRow] = {}
    for part in chunks(patients):
        sql = (
            f"SELECT {COLUMNS} FROM records_permit"
            f" WHERE patient IN {in_list('p', len(part))} AND narrow <> ''"
        )
        for values in await tx.all(sql, **in_values("p", part)):
            row = PermitRow(*values)
            found[row.consent, row.part] = row
    return list(found.values())


async def mark(tx: Tx, marks: Sequence[MarkRow]) -> None:
    """Write which versions narrow parts are about; a second time changes nothing."""
    names = ", ".join(f":{name}" for name in MarkRow._fields)
    await tx.many(
        f"INSERT INTO records_mark ({', '.join(MarkRow._fields)}) VALUES ({names})"
        " ON CONFLICT (consent, part, rid, version) DO NOTHING",
        [each._asdict() for each in sorted(set(marks))],
    )


async def find_marks(
    tx: Tx, rids: Sequence[int]
) -> dict[tuple[int, int], frozenset[tuple[str, int]]]:
    """For each version of these, by rid and version, the narrow parts that are about it."""
    found: dict[tuple[int, int], set[tuple[str, int]]] = {}
    for part in chunks(rids):
        sql = (
            "SELECT rid, version, consent, part FROM records_mark"
            f" WHERE rid IN {in_list('r', len(part))}"
        )
        for rid, version, consent, number in await tx.all(sql, **in_values("r", part)):
            found.setdefault((rid, version), set()).add((consent, number))
    return {key: frozenset(marks) for key, marks in found.items()}


async def versions_about(tx: Tx, patient: str, *, after: int, limit: int) -> list[Row]:
    """Every version of what is or was about a patient, some resources at a time, by their rids."""
    sql = (
        "SELECT DISTINCT rid FROM (SELECT rid FROM records_res WHERE patient = :patient"
        " UNION SELECT rid FROM records_hist WHERE patient = :patient"
        " UNION SELECT rid FROM records_party WHERE patient = :patient) q"
        " WHERE rid > :after ORDER BY rid LIMIT :limit"
    )
    rids = [row[0] for row in await tx.all(sql, patient=patient, after=after, limit=limit)]
    found: list[Row] = []
    for part in chunks(rids):
        named = in_values("r", part)
        inside = in_list("r", len(part))
        new = f"SELECT {columns_of('r')} FROM records_res r WHERE r.rid IN {inside}"
        old = (
            f"SELECT {HIST} FROM records_hist h JOIN records_res r ON r.rid = h.rid"
            f" WHERE h.rid IN {inside}"
        )
        found += [Row(*row) for sql in (new, old) for row in await tx.all(sql, **named)]
    return [row for row in found if row.patient in (patient, SEVERAL)]


async def count_labels(tx: Tx, patient: str) -> list[tuple[int, int, int]]:
    """Labels and category of what a patient has, with how many resources have just these."""
    sql = (
        "SELECT labels, category, count(*) FROM records_res"
        " WHERE patient = :patient AND deleted = 0 GROUP BY labels, category"
    )
    return [(row[0], row[1], row[2]) for row in await tx.all(sql, patient=patient)]


async def unlabelled(tx: Tx, limit: int) -> list[Row]:
    """Versions that an older program kept without labels."""
    new = f"SELECT {columns_of('r')} FROM records_res r WHERE r.labels = 0 LIMIT :limit"
    old = (
        f"SELECT {HIST} FROM records_hist h JOIN records_res r ON r.rid = h.rid"
        " WHERE h.labels = 0 LIMIT :limit"
    )
    found = await tx.all(new, limit=limit) or await tx.all(old, limit=limit)
    return [Row(*row) for row in found]


async def keep_labels(tx: Tx, rows: Sequence[Row]) -> None:
    """Keep the labels of versions as they are in these rows."""
    for table in ("records_res", "records_hist"):
        sql = f"UPDATE {table} SET labels = :labels WHERE rid = :rid AND version = :version"
        values = [{"labels": r.labels, "rid": r.rid, "version": r.version} for r in rows]
        await tx.many(sql, values)


# Who belongs where


async def keep_members(tx: Tx, source: str, rows: Sequence[MemberRow]) -> None:
    """Keep who belongs where by what one resource says, in place of what it said before."""
    await tx.run("DELETE FROM records_member WHERE source = :source", source=source)
    names = ", ".join(f":{name}" for name in MemberRow._fields)
    sql = f"INSERT INTO records_member ({', '.join(MemberRow._fields)}) VALUES ({names})"
    await tx.many(sql, [row._asdict() for row in sorted(set(rows))])


async def is_member(tx: Tx, member: str, belongs_to: str, at: int) -> bool:
    """Whether somebody belongs there now."""
    row = await tx.one(
        "SELECT 1 FROM records_member WHERE member = :member AND belongs_to = :belongs_to"
        " AND from_at <= :at AND until_at > :at",
        member=member,
        belongs_to=belongs_to,
        at=at,
    )
    return row is not None
