"""The devices' own table. Readings live in records; here is only how each device fares."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from alembic.operations import Operations

from asklepion.kit.backup import Owned
from asklepion.kit.clock import from_us, to_us
from asklepion.kit.db import Row, Step, Tx
from asklepion.kit.lists import chunks, in_list, in_values

from .model import Device, Refusal, Refused


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


def _add_refusals(op: Operations) -> None:
    """What was refused of each device, by reason and kind: of before, the last reason alone."""
    op.create_table(
        "devices_refusal",
        sa.Column("device", sa.Text, primary_key=True),
        sa.Column("why", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
    )


MIGRATIONS: tuple[Step, ...] = (_create, _add_keys, _add_refusals)

# Whose the rows of each table are, for backups: see kit/backup.py.
OWNER = "(SELECT d.patient FROM devices_device d WHERE d.id = t.device)"
OWNED: dict[str, Owned | None] = {
    "devices_device": Owned("t.patient"),
    "devices_refusal": Owned(OWNER),
}

COLUMNS = (
    "id, patient, name, kinds, registered_at, last_reading_at, last_sync_at,"
    " battery, heard, refused_count, refused_why"
)


NOTE_READING = (
    "UPDATE devices_device SET last_sync_at = :now,"
    " last_reading_at = CASE WHEN last_reading_at > :reading_at THEN last_reading_at"
    " ELSE coalesce(:reading_at, last_reading_at) END,"
    " battery = coalesce(:battery, battery), heard = coalesce(:heard, heard) WHERE id = :id"
)

COUNT_REFUSAL = (
    "INSERT INTO devices_refusal (device, why, kind, count, last_at)"
    " VALUES (:id, :why, :kind, 1, :now) ON CONFLICT (device, why, kind) DO UPDATE"
    " SET count = devices_refusal.count + 1, last_at = excluded.last_at"
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
    refused = await refusals(tx, patient)
    return [
        replace(_device(row), refusals=tuple(refused.get(row[0], ())))
        for row in await tx.all(sql, patient=patient)
    ]


async def remove(tx: Tx, id: str, patient: str) -> bool:
    if not await forget_refusals(tx, id, patient):
        return False
    return await tx.run("DELETE FROM devices_device WHERE id = :id", id=id) == 1


async def hand_over(tx: Tx, old: str, new: str, only: Sequence[str] | None) -> list[str]:
    """Let devices be another patient's, all or only these; returns their ids."""
    sql = "SELECT id FROM devices_device WHERE patient = :old ORDER BY id"
    found = [row[0] for row in await tx.all(sql, old=old)]
    moved = [id for id in found if only is None or id in only]
    sql = "UPDATE devices_device SET patient = :new WHERE id = :id"
    await tx.many(sql, [{"new": new, "id": id} for id in moved])
    return moved


async def remove_all(tx: Tx, patient: str) -> tuple[list[str], int]:
    """Take away every device of a patient; returns their ids, and how many lines of refusals went.

    Each device goes before its lines, in the order in which notes take them: a note that comes
    between waits, and then finds no device.
    """
    sql = "SELECT id FROM devices_device WHERE patient = :patient ORDER BY id"
    gone: list[str] = []
    refused = 0
    for (id,) in await tx.all(sql, patient=patient):
        if await tx.run("DELETE FROM devices_device WHERE id = :id", id=id):
            gone.append(id)
        refused += await tx.run("DELETE FROM devices_refusal WHERE device = :id", id=id)
    return gone, refused


@dataclass(frozen=True, kw_only=True)
class Noted:
    """What came in of one device.

    Args:
        at: the newest moment that was measured; none where nothing was.
        battery: 0 to 1, where it was told.
    """

    device: Device
    kinds: Collection[str] = ()
    at: datetime | None = None
    battery: float | None = None


async def note_readings(tx: Tx, noted: Sequence[Noted], now: datetime) -> None:
    """Remember of devices that something came in, in the order of their ids.

    A reading that comes late is not the last.
    """
    heard = await _heard(tx, noted)
    values = [
        {
            "id": each.device.id,
            "reading_at": None if each.at is None else to_us(each.at),
            "now": to_us(now),
            "battery": each.battery,
            "heard": heard.get(each.device.id),
        }
        for each in sorted(noted, key=lambda each: each.device.id)
    ]
    await tx.many(NOTE_READING, values)


async def _heard(tx: Tx, noted: Sequence[Noted]) -> dict[str, str]:
    """What has come in of those devices of which a kind comes in for the first time."""
    new: dict[str, set[str]] = {}
    for each in noted:
        if kinds := set(each.kinds) - set(each.device.heard):
            new.setdefault(each.device.id, set()).update(kinds)
    now = await find_all(tx, list(new)) if new else {}  # others were noted since it was read
    return {id: json.dumps(sorted(new[id] | set(device.heard))) for id, device in now.items()}


async def note_refusals(tx: Tx, refused: Sequence[tuple[str, Refused]], now: datetime) -> None:
    """Remember that messages were refused, and why the last of them was; each with its device.

    Of a device that is not ours nothing is kept.
    """
    for id, each in refused:
        sql = (
            "UPDATE devices_device SET refused_count = refused_count + 1, refused_why = :why,"
            " last_sync_at = :now WHERE id = :id"
        )
        if await tx.run(sql, id=id, why=each.why, now=to_us(now)):
            values = {"id": id, "why": each.why, "kind": each.kind, "now": to_us(now)}
            await tx.run(COUNT_REFUSAL, **values)


async def refusals(tx: Tx, patient: str) -> dict[str, list[Refusal]]:
    """What was refused of a patient's devices, by device, the last first."""
    sql = (
        "SELECT r.device, r.why, r.kind, r.count, r.last_at FROM devices_refusal r"
        " JOIN devices_device d ON d.id = r.device WHERE d.patient = :patient"
        " ORDER BY r.last_at DESC, r.why, r.kind"
    )
    found: dict[str, list[Refusal]] = {}
    for device, why, kind, count, at in await tx.all(sql, patient=patient):
        one = Refusal(why=why, kind=kind, count=count, at=from_us(at))
        found.setdefault(device, []).append(one)
    return found


async def forget_refusals(tx: Tx, id: str, patient: str) -> bool:
    """Count what is refused of a patient's device from nothing again."""
    sql = (
        "UPDATE devices_device SET refused_count = 0, refused_why = ''"
        " WHERE id = :id AND patient = :patient"
    )
    is_hers = await tx.run(sql, id=id, patient=patient) == 1
    if is_hers:
        await tx.run("DELETE FROM devices_refusal WHERE device = :id", id=id)
    return is_hers


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
