"""Subscriptions, and what each of them has still to tell or has told."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.db import Serial, Tx
from asklepion.kit.lists import chunks, in_list, in_values

REQUESTED, ACTIVE, ERROR, OFF = "requested", "active", "error", "off"
OPEN = f"('{REQUESTED}', '{ACTIVE}', '{ERROR}')"
COLUMNS = (
    "id, account, patient, owner, status, channel, version, made_at, changed_at, until_at,"
    " number, failures, due_at, said_at, heartbeat_us, reason, body"
)
FIELDS = tuple(COLUMNS.split(", "))
EVENT_COLUMNS = "position, subscription, reference, version, patient, made_at, number, told"


class SubscriptionRow(NamedTuple):
    """One subscription as it is stored; moments are microseconds."""

    id: str
    account: str  # who made it, and whose sight decides
    patient: str  # whom alone it is about; empty: everybody who may be seen
    owner: str  # whose key seals the body; empty is the house
    status: str
    channel: str  # rest-hook or websocket
    version: int
    made_at: int
    changed_at: int
    until_at: int
    number: int  # of the last event that was told, or tried to be
    failures: int  # one after the other
    due_at: int  # nothing is tried before
    said_at: int  # when something last arrived; 0: nothing has
    heartbeat_us: int  # 0: none is wanted
    reason: str  # why it is off, or does not get through
    body: bytes  # sealed


class EventRow(NamedTuple):
    """One thing that a subscription has to tell, or has told."""

    position: int
    subscription: str
    reference: str
    version: int
    patient: str  # as its resource says it
    made_at: int
    number: int  # 0 until it is first tried
    told: int


def create(op: Operations) -> None:
    """The tables."""
    texts = ("account", "patient", "owner", "status", "channel", "reason")
    numbers = (
        *("version", "made_at", "changed_at", "until_at", "number", "failures", "due_at"),
        *("said_at", "heartbeat_us"),
    )
    op.create_table(
        "records_subscription",
        sa.Column("id", sa.Text, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in numbers),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("records_subscription_account", "records_subscription", ["account"])
    op.create_index("records_subscription_patient", "records_subscription", ["patient"])
    op.create_table(
        "records_subscription_event",
        sa.Column("position", Serial, primary_key=True, autoincrement=True),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in ("subscription", "reference", "patient")
        ),
        *(
            sa.Column(name, sa.BigInteger, nullable=False)
            for name in ("version", "made_at", "number", "told")
        ),
    )
    table = "records_subscription_event"
    once = ["subscription", "reference", "version"]
    op.create_index(f"{table}_once", table, once, unique=True)
    op.create_index(f"{table}_next", table, ["subscription", "told", "number", "position"])
    op.create_index(f"{table}_patient", table, ["patient"])


OWNED: dict[str, Owned | None] = {
    "records_subscription": Owned("t.owner"),
    "records_subscription_event": Owned(
        "CASE WHEN t.patient IN ('', '?') THEN '' WHEN t.patient = '*' THEN t.reference"
        " ELSE t.patient END"
    ),
}


# One subscription

MEANT = f"id = :of_id AND version = :of_version AND status <> '{OFF}'"


async def keep(tx: Tx, row: SubscriptionRow) -> None:
    """Write one, new or changed."""
    changed = ", ".join(f"{name} = excluded.{name}" for name in FIELDS[1:])
    sql = (
        f"INSERT INTO records_subscription ({COLUMNS})"
        f" VALUES ({', '.join(f':{name}' for name in FIELDS)})"
        f" ON CONFLICT (id) DO UPDATE SET {changed}"
    )
    await tx.run(sql, **row._asdict())


async def change(tx: Tx, row: SubscriptionRow, **values: Any) -> bool:
    """Change some columns, unless its owner changed it since or it is off; whether it was so."""
    sets = ", ".join(f"{name} = :{name}" for name in values)
    sql = f"UPDATE records_subscription SET {sets} WHERE {MEANT}"
    return await tx.run(sql, **values, of_id=row.id, of_version=row.version) == 1


async def find(tx: Tx, id: str) -> SubscriptionRow | None:
    """One by its id."""
    row = await tx.one(f"SELECT {COLUMNS} FROM records_subscription WHERE id = :id", id=id)
    return SubscriptionRow(*row) if row else None


async def find_of_account(tx: Tx, account: str) -> list[SubscriptionRow]:
    """All of one account, oldest first."""
    sql = f"SELECT {COLUMNS} FROM records_subscription WHERE account = :account ORDER BY id"
    return [SubscriptionRow(*row) for row in await tx.all(sql, account=account)]


async def find_standing_on(tx: Tx, patient: str) -> list[SubscriptionRow]:
    """Those about one patient alone that are not off."""
    sql = (
        f"SELECT {COLUMNS} FROM records_subscription"
        f" WHERE patient = :patient AND status IN {OPEN} ORDER BY id"
    )
    rows = await tx.all(sql, patient=patient)
    return [SubscriptionRow(*row) for row in rows]


async def is_any_open(tx: Tx) -> bool:
    """Whether anybody at all wants to be told of anything."""
    sql = f"SELECT 1 FROM records_subscription WHERE status IN {OPEN} LIMIT 1"
    return await tx.one(sql) is not None


async def find_listening(tx: Tx, patient: str) -> list[SubscriptionRow]:
    """Those to whom something about this patient may have to be told."""
    sql = (
        f"SELECT {COLUMNS} FROM records_subscription WHERE status IN ('{ACTIVE}', '{ERROR}')"
        " AND said_at > 0 AND patient IN ('', :patient) ORDER BY id"
    )
    return [SubscriptionRow(*row) for row in await tx.all(sql, patient=patient)]


async def find_due(tx: Tx, at: int) -> list[SubscriptionRow]:
    """Those for which there is something to do by now."""
    sql = (
        f"SELECT {COLUMNS} FROM records_subscription s WHERE s.status IN {OPEN}"
        " AND (s.until_at <= :at OR (s.due_at <= :at AND (s.said_at = 0"
        " OR (s.heartbeat_us > 0 AND s.said_at + s.heartbeat_us <= :at)"
        " OR EXISTS (SELECT 1 FROM records_subscription_event e"
        " WHERE e.subscription = s.id AND e.told = 0)))) ORDER BY s.due_at, s.id"
    )
    return [SubscriptionRow(*row) for row in await tx.all(sql, at=at)]


async def drop(tx: Tx, ids: Sequence[str]) -> int:
    """Take subscriptions away with what they tell; returns how many rows."""
    count = 0
    for part in chunks(ids):
        among = in_list("s", len(part))
        values = in_values("s", part)
        sql = f"DELETE FROM records_subscription_event WHERE subscription IN {among}"
        count += await tx.run(sql, **values)
        count += await tx.run(f"DELETE FROM records_subscription WHERE id IN {among}", **values)
    return count


async def forget(tx: Tx, patient: str) -> tuple[list[str], int]:
    """Take away what is about a patient alone, her own and others' alike.

    Returns:
        The ids of the subscriptions, and how many events went as well.
    """
    sql = "SELECT id FROM records_subscription WHERE patient = :patient"
    ids = [row[0] for row in await tx.all(sql, patient=patient)]
    sql = "DELETE FROM records_subscription_event WHERE patient = :patient"
    events = await tx.run(sql, patient=patient)
    events += await drop(tx, ids) - len(ids)
    return ids, events


async def shared_references(tx: Tx) -> list[str]:
    """What is about several people and was told of, or is to be."""
    sql = "SELECT DISTINCT reference FROM records_subscription_event WHERE patient = '*'"
    return [row[0] for row in await tx.all(sql)]


async def forget_references(tx: Tx, references: Sequence[str]) -> int:
    """Take away what tells of these."""
    count = 0
    for part in chunks(references):
        sql = (
            "DELETE FROM records_subscription_event"
            f" WHERE patient = '*' AND reference IN {in_list('r', len(part))}"
        )
        count += await tx.run(sql, **in_values("r", part))
    return count


# What is told


async def add_events(tx: Tx, events: Sequence[EventRow]) -> None:
    """Write down what is to be told; what stands there already stays as it is."""
    names = EVENT_COLUMNS.split(", ")[1:]
    sql = (
        f"INSERT INTO records_subscription_event ({', '.join(names)})"
        f" VALUES ({', '.join(f':{name}' for name in names)})"
        " ON CONFLICT (subscription, reference, version) DO NOTHING"
    )
    await tx.many(sql, [event._asdict() for event in events])


async def count_waiting(tx: Tx, id: str) -> int:
    """How much one has still to tell."""
    sql = "SELECT count(*) FROM records_subscription_event WHERE subscription = :id AND told = 0"
    row = await tx.one(sql, id=id)
    return row[0] if row else 0


async def find_waiting(tx: Tx, id: str, limit: int) -> list[EventRow]:
    """What is next to be told: first what was tried already, then in the order it happened."""
    sql = (
        f"SELECT {EVENT_COLUMNS} FROM records_subscription_event"
        " WHERE subscription = :id AND told = 0"
        " ORDER BY CASE WHEN number = 0 THEN 1 ELSE 0 END, number, position LIMIT :limit"
    )
    return [EventRow(*row) for row in await tx.all(sql, id=id, limit=limit)]


async def find_numbered(tx: Tx, id: str, first: int, last: int, limit: int) -> list[EventRow]:
    """What has a number between these two, inclusive, in order."""
    sql = (
        f"SELECT {EVENT_COLUMNS} FROM records_subscription_event WHERE subscription = :id"
        " AND number >= :first AND number <= :last AND number > 0 ORDER BY number LIMIT :limit"
    )
    rows = await tx.all(sql, id=id, first=first, last=last, limit=limit)
    return [EventRow(*row) for row in rows]


async def number_events(tx: Tx, numbered: Mapping[int, int]) -> None:
    """Give events, by their position, their numbers."""
    await tx.many(
        "UPDATE records_subscription_event SET number = :number WHERE position = :position",
        [{"position": position, "number": number} for position, number in numbered.items()],
    )


async def mark_told(tx: Tx, positions: Sequence[int]) -> None:
    """These arrived."""
    await tx.many(
        "UPDATE records_subscription_event SET told = 1 WHERE position = :position",
        [{"position": position} for position in positions],
    )


async def drop_events(tx: Tx, positions: Sequence[int]) -> None:
    """These are told to nobody."""
    await tx.many(
        "DELETE FROM records_subscription_event WHERE position = :position",
        [{"position": position} for position in positions],
    )


async def drop_waiting(tx: Tx, id: str) -> None:
    """Nothing more is told."""
    sql = "DELETE FROM records_subscription_event WHERE subscription = :id AND told = 0"
    await tx.run(sql, id=id)


async def drop_old(tx: Tx, id: str, before: int) -> None:
    """Forget what was told up to a number."""
    sql = (
        "DELETE FROM records_subscription_event"
        " WHERE subscription = :id AND told = 1 AND number <= :before"
    )
    await tx.run(sql, id=id, before=before)
