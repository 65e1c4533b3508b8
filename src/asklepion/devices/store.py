"""The devices' own table. Readings live in records; here is only how each device fares."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Step, Tx
from asklepion.kit.lists import chunks, in_list, in_values

from .model import Device


def _create(op: Operations) -> None:
    op.create_table(
        "devices_device",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("patient", sa.Text, nullable=False, index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kinds", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("registered_at", sa.BigInteger, nullable=False),
        sa.Column("last_reading_at", sa.BigInteger),
        sa.Column("last_sync_at", sa.BigInteger),
        sa.Column("battery", sa.Double),
        sa.Column("heard", sa.Text, nullable=False),
        sa.Column("refused_count", sa.BigInteger, nullable=False),
        sa.Column("refused_why", sa.Text, nullable=False),
    )


def _add_keys(op: Operations) -> None:
    """What else is kept of a device's secret; nothing for those registered before."""
    op.add_column("devices_device", sa.Column("nightscout_hash", sa.LargeBinary))
    op.add_column("devices_device", sa.Column("signing_key", sa.LargeBinary))
    op.add_column("devices_device", sa.Column("mosquitto", sa.Text))
    op.create_index("devices_device_nightscout", "devices_device", ["nightscout_hash"])


MIGRATIONS: tuple[Step, ...] = (_create, _add_keys)

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNED: dict[str, Owned | None] = {"devices_device": Owned("t.patient")}

COLUMNS = (
    "id, patient, name, kinds, registered_at, last_reading_at, last_sync_at,"
    " battery, heard, refused_count, refused_why"
)


NOTE_READING = (
    "UPDATE devices_device SET last_sync_at = :now,"
    " last_reading_at = CASE WHEN last_reading_at > :reading_at THEN last_reading_at"
    " ELSE coalesce(:reading_at, last_reading_at) END,"
    " battery = coalesce(:battery, battery), heard = :heard WHERE id = :id"
)


@dataclass(frozen=True)
class Key:
    """What a device must show to be let in."""

    patient: str
    secret_hash: bytes


@dataclass(frozen=True)
class KeptKeys:
    """What else is kept of a device's secret."""

    signing: bytes  # sealed; empty for a device of an older house
    mosquitto: str


async def insert(
    tx: Tx, device: Device, secret_hash: bytes, *, nightscout: bytes, keys: KeptKeys
) -> None:
    await tx.run(
        "INSERT INTO devices_device (id, patient, name, kinds, secret_hash, registered_at,"
        " heard, refused_count, refused_why, nightscout_hash, signing_key, mosquitto)"
        " VALUES (:id, :patient, :name, :kinds, :hash, :at, '[]', 0, '', :nightscout, :signing,"
        " :mosquitto)",
        id=device.id,
        patient=device.patient,
        name=device.name,
        kinds=json.dumps(device.kinds),
        hash=secret_hash,
        at=to_us(device.registered_at),
        nightscout=nightscout,
        signing=keys.signing,
        mosquitto=keys.mosquitto,
    )


async def find_kept(tx: Tx, id: str) -> KeptKeys | None:
    row = await tx.one("SELECT signing_key, mosquitto FROM devices_device WHERE id = :id", id=id)
    return None if row is None else KeptKeys(bytes(row[0] or b""), row[1] or "")


async def find_uploader(tx: Tx, nightscout: bytes) -> str | None:
    """Which device has this hash of the SHA-1 of its secret."""
    sql = "SELECT id FROM devices_device WHERE nightscout_hash = :hash"
    row = await tx.one(sql, hash=nightscout)
    return None if row is None else row[0]


async def passwords(tx: Tx) -> list[tuple[str, str]]:
    """Every device with its password as Mosquitto keeps it; empty for one of an older house."""
    sql = "SELECT id, mosquitto FROM devices_device ORDER BY id"
    return [(row[0], row[1] or "") for row in await tx.all(sql)]


async def find(tx: Tx, id: str) -> Device | None:
    row = await tx.one(f"SELECT {COLUMNS} FROM devices_device WHERE id = :id", id=id)
    return None if row is None else _device(row)


async def find_all(tx: Tx, ids: Sequence[str]) -> dict[str, Device]:
    """Those of these devices that are ours, by their ids."""
    found: dict[str, Device] = {}
    for part in chunks(sorted(set(ids))):
        sql = f"SELECT {COLUMNS} FROM devices_device WHERE id IN {in_list('d', len(part))}"
        found |= {row[0]: _device(row) for row in await tx.all(sql, **in_values("d", part))}
    return found


async def find_key(tx: Tx, id: str) -> Key | None:
    sql = "SELECT patient, secret_hash FROM devices_device WHERE id = :id"
    row = await tx.one(sql, id=id)
    return None if row is None else Key(row[0], bytes(row[1]))


async def of_patient(tx: Tx, patient: str) -> list[Device]:
    sql = f"SELECT {COLUMNS} FROM devices_device WHERE patient = :patient ORDER BY registered_at"
    return [_device(row) for row in await tx.all(sql, patient=patient)]


async def remove(tx: Tx, id: str, patient: str) -> bool:
    sql = "DELETE FROM devices_device WHERE id = :id AND patient = :patient"
    return await tx.run(sql, id=id, patient=patient) == 1


async def hand_over(tx: Tx, old: str, new: str, only: Sequence[str] | None) -> list[str]:
    """Let devices be another patient's, all or only these; returns their ids."""
    sql = "SELECT id FROM devices_device WHERE patient = :old ORDER BY id"
    found = [row[0] for row in await tx.all(sql, old=old)]
    moved = [id for id in found if only is None or id in only]
    sql = "UPDATE devices_device SET patient = :new WHERE id = :id"
    await tx.many(sql, [{"new": new, "id": id} for id in moved])
    return moved


async def remove_all(tx: Tx, patient: str) -> list[str]:
    """Take away every device of a patient; returns their ids."""
    sql = "DELETE FROM devices_device WHERE patient = :patient RETURNING id"
    return [row[0] for row in await tx.all(sql, patient=patient)]


@dataclass(frozen=True)
class Noted:
    """One message that was kept."""

    device: Device
    kind: str
    at: datetime
    battery: float | None


async def note_readings(tx: Tx, noted: Sequence[Noted], now: datetime) -> None:
    """Remember of many devices that a reading came in, in the order of their ids."""
    heard: dict[str, set[str]] = {}
    for each in noted:
        heard.setdefault(each.device.id, {*each.device.heard}).add(each.kind)
    values = [
        {
            "id": each.device.id,
            "reading_at": to_us(each.at),
            "now": to_us(now),
            "battery": each.battery,
            "heard": json.dumps(sorted(heard[each.device.id])),
        }
        for each in sorted(noted, key=lambda each: each.device.id)
    ]
    await tx.many(NOTE_READING, values)


async def note_reading(
    tx: Tx,
    device: Device,
    kinds: Iterable[str],
    *,
    reading_at: datetime | None,
    now: datetime,
    battery: float | None,
) -> None:
    """Remember that readings came in; one that comes late is not the last."""
    await tx.run(
        NOTE_READING,
        id=device.id,
        reading_at=None if reading_at is None else to_us(reading_at),
        now=to_us(now),
        battery=battery,
        heard=json.dumps(sorted({*device.heard, *kinds})),
    )


async def note_refusal(tx: Tx, id: str, why: str, now: datetime, *, count: int = 1) -> None:
    """Remember that messages were refused, and why the last of them was."""
    await tx.run(
        "UPDATE devices_device SET refused_count = refused_count + :count, refused_why = :why,"
        " last_sync_at = :now WHERE id = :id",
        id=id,
        count=count,
        why=why,
        now=to_us(now),
    )


def _device(row: Row) -> Device:
    id, patient, name, kinds, registered, reading, sync, battery, heard, count, why = row
    return Device(
        id=id,
        patient=patient,
        name=name,
        kinds=tuple(json.loads(kinds)),
        registered_at=from_us(registered),
        last_reading_at=None if reading is None else from_us(reading),
        last_sync_at=None if sync is None else from_us(sync),
        battery=battery,
        heard=tuple(json.loads(heard)),
        refused_count=count,
        refused_why=why,
    )
