"""The whole house on one page, built from the ground up."""

import asyncio
import secrets
import shutil
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from asklepion import clinic, devices, identity, ledger, records, twin
from asklepion import world as worlds
from asklepion.clinic import ROOMS, Clinic
from asklepion.devices import Devices
from asklepion.identity import AccountClosed, Identity
from asklepion.kit import events as outbox
from asklepion.kit.backup import Backups, Owned, Restored, drop_plain
from asklepion.kit.clock import Clock, SystemClock
from asklepion.kit.db import Database, Tx, connect_database
from asklepion.kit.events import Events
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from asklepion.kit.vault import Vault
from asklepion.ledger import (
    Chain,
    Contracts,
    Ledger,
    Witness,
    Witnesses,
    chain_of,
    commit,
    open_witness,
    read_witnesses,
    restore_chain,
)
from asklepion.records import Forgotten, Limits, Mllp, Records, Tls
from asklepion.settings import MIB, Settings
from asklepion.twin import Alerts, Nights, Twin
from asklepion.world import (
    Avatars,
    Cellar,
    Company,
    Gateway,
    Looks,
    Making,
    Relays,
    Secret,
    Voices,
    Workers,
    World,
)

MIGRATIONS = {
    "kit": outbox.MIGRATIONS,
    "ledger": ledger.MIGRATIONS,
    "identity": identity.MIGRATIONS,
    "records": records.MIGRATIONS,
    "devices": devices.MIGRATIONS,
    "twin": twin.MIGRATIONS,
    "world": worlds.MIGRATIONS,
    "clinic": clinic.MIGRATIONS,
}
CHAIN = "chain.sqlite"  # in the data folder
WORKERS_KEY = "world-workers"  # what the processes of the world trust each other by
COMMITMENT_KEY = 32  # bytes of the secret that one event is committed with
OWNED: dict[str, Owned | None] = {
    **ledger.OWNED,
    **identity.OWNED,
    **records.OWNED,
    **devices.OWNED,
    **twin.OWNED,
    **worlds.OWNED,
    **clinic.OWNED,
    "kit_outbox": None,  # tells those who listen now; whoever comes back later asks
}


@dataclass(frozen=True, kw_only=True)
class House:
    """Every room, open."""

    settings: Settings
    clock: Clock
    db: Database
    events: Events
    vault: Vault
    backups: Backups
    ledger: Ledger
    chain: Chain
    contracts: Contracts
    witnesses: Witnesses
    witness: Witness | None  # for other people's logs, where an operator asked for it
    identity: Identity
    records: Records
    devices: Devices
    twin: Twin
    alerts: Alerts
    world: World
    company: Company
    looks: Looks
    avatars: Avatars
    making: Making
    clinic: Clinic


@asynccontextmanager
async def open_house(
    settings: Settings,
    clock: Clock | None = None,
    *,
    serving: bool = True,
    hasher: PasswordHasher | None = None,
) -> AsyncGenerator[House]:
    """Build every room from the ground up, keep them running, close them in reverse.

    Args:
        serving: also run what belongs to one process alone: the devices' broker, the world,
            and the delivery of events. A command beside a running server goes without.
        hasher: how much work a password's hash takes.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        # kit
        db = connect_database(settings.database)
        stack.push_async_callback(db.close)
        keys = Keys(settings.data / "keys", settings.kek)
        stack.callback(keys.vault.close)
        backups = Backups(db, keys.vault, OWNED)
        folder = settings.data / "backups"
        await db.migrate(MIGRATIONS, folder, clock, partial(backups.make, clock=clock))
        ids, events = Ids(clock), Events(db, clock)
        # trust
        chain = chain_of(
            settings.data / CHAIN,
            url=settings.chain_url,
            chain_id=settings.chain_id,
            confirmations=settings.chain_confirmations,
            keys=keys,
            clock=clock,
            mines=serving,
        )
        stack.push_async_callback(chain.stop)
        quorum = settings.witness_quorum
        ledger = Ledger(db=db, clock=clock, keys=keys, origin=settings.origin, quorum=quorum)
        known = read_witnesses(settings.witnesses)
        witnesses = Witnesses(db=db, clock=clock, ledger=ledger, known=known)
        watching = open_witness(settings.data / "witness", clock)
        is_witness = (settings.data / "witness").is_dir()
        witness = await stack.enter_async_context(watching) if is_witness else None
        contracts = Contracts(db=db, clock=clock, keys=keys, ledger=ledger)
        contracts.attach(chain)
        identity = Identity(
            db=db,
            clock=clock,
            ids=ids,
            keys=keys,
            hasher=hasher,
            address=settings.address.rstrip("/"),
            recovery_delay=timedelta(hours=settings.recovery_delay_h),
            events=events,
            licence_issuers=settings.licence_issuers.split(","),
        )
        # facts
        uploads = settings.data / "uploads"
        if serving:  # whatever lies there belonged to imports that were killed
            shutil.rmtree(uploads, ignore_errors=True)
        limits = Limits(
            file=settings.import_limit_mib * MIB, unpacked=settings.unpacked_limit_mib * MIB
        )
        records = Records(
            db=db,
            clock=clock,
            ids=ids,
            keys=keys,
            events=events,
            ledger=ledger,
            limits=limits,
            uploads=uploads,
            retention_years=settings.retention_years,
            deletes_most=settings.deletes_at_once,
            glass_group=settings.glass_group,
            smallest_cell=settings.smallest_cell,
            hook_hosts=settings.hook_hosts.split(","),
            contracts=contracts,
        )
        # models
        devices = Devices(
            db=db,
            clock=clock,
            ids=ids,
            keys=keys,
            records=records,
            host=settings.mqtt_host,
            port=settings.mqtt_port,
            url=settings.mqtt_url,
        )
        nights = Nights(
            folder=settings.data / "nightly", hour=settings.nightly_hour, ray=settings.ray_address
        )
        twin = Twin(
            db=db,
            ids=ids,
            keys=keys,
            records=records,
            clock=clock,
            nights=nights,
            region=settings.risk_region,
        )
        alerts = Alerts(
            db=db,
            clock=clock,
            ids=ids,
            keys=keys,
            events=events,
            records=records,
            emergency_number=settings.emergency_number,
        )
        things = settings.data / "things"
        world = World(
            clock=clock, cellar=Cellar(db=db, vault=keys.vault, folder=things, clock=clock)
        )
        company = Company(
            db=db,
            clock=clock,
            ids=ids,
            events=events,
            vault=keys.vault,
            world=world,
            identity=identity,
            records=records,
            marks=keys.key("world-marks"),
        )
        looks = Looks(db)
        looks.when_changed(world.dress)
        chests = Cellar(db=db, vault=keys.vault, folder=settings.data / "avatars", clock=clock)
        avatars = Avatars(chests, world=world, looks=looks)
        shelves = Cellar(db=db, vault=keys.vault, folder=settings.data / "places", clock=clock)
        making = Making(shelves, world=world, ids=ids, names=company.people.names)
        # places
        clinic = Clinic(
            db=db, clock=clock, ids=ids, events=events, identity=identity, records=records
        )
        _introduce(world=world, clinic=clinic)
        passkeys = identity.passkeys
        records.signed.know_passkeys(passkeys.challenge, passkeys.prove)
        identity.credentials.when_published(contracts.publish_status)
        records.subscriptions.know_callers(identity.caller_of)
        identity.acts.write_with(partial(_write_in, ledger))
        ledger.know(identity.acts.places)
        identity.apps.judge_by(records.scoping.judge)
        records.also_forget(company.forget)  # while its accounts are still known
        records.also_forget(partial(_close_account, identity))
        records.also_forget(devices.forget)
        records.also_forget(twin.estimates.forget)
        records.also_forget(twin.nightly.forget)
        records.also_forget(clinic.forget)
        records.also_take(twin.estimates.bring)
        records.also_forget(looks.forget)
        records.also_forget(avatars.forget)
        events.on(AccountClosed, looks.hear_closed)
        events.on(AccountClosed, avatars.hear_closed)
        events.on(AccountClosed, making.hear_closed)
        records.also_forget(partial(_forget_things, world))
        records.also_forget(alerts.forget)
        records.duplicates.introduce(identity.follow, identity.has_account)
        records.duplicates.also_follow("devices", devices.follow)
        records.duplicates.also_follow("estimates", twin.estimates.follow)
        records.duplicates.also_follow("nights", twin.nightly.follow)
        records.duplicates.also_follow("alerts", alerts.follow)
        records.duplicates.also_follow("looks", looks.follow)
        records.duplicates.also_follow("avatars", avatars.follow)
        records.duplicates.also_follow("things", world.follow)
        devices.when_kept(alerts.hear)
        if serving:
            find_ways(world, settings, clock)
        if serving and settings.nats_url:
            secret = Secret(keys.key(WORKERS_KEY))
            workers = Workers(world, db=db, clock=clock, secret=secret, bus_url=settings.nats_url)
            await workers.start()
            stack.push_async_callback(workers.stop)
        for room in (
            (records, alerts, devices, company, world, avatars, making, clinic)
            if serving
            else (records,)
        ):
            await room.start()
            stack.push_async_callback(room.stop)
        if serving and settings.hall_port and not settings.nats_url:
            hall = Gateway(
                world, host=settings.hall_host, port=settings.hall_port, url=settings.hall_url
            )
            await hall.start()
            stack.push_async_callback(hall.stop)
        if serving:
            await stack.enter_async_context(voices_of(world, settings))
        if serving and settings.mllp_port:
            mllp = _listen_for_messages(settings, records)
            await mllp.start()
            stack.push_async_callback(mllp.stop)
        drop_plain(folder)  # whatever they held is sealed now, and in a sealed backup
        if serving:
            loops = (
                events.run(),
                witnesses.run(),
                records.subscriptions.run(),
                records.bulk.run(),
                records.duplicates.run(),
                twin.nightly.run(),
                contracts.run(),
                identity.credentials.run(),
                identity.closings.run(),
            )
            for work in loops:
                stack.push_async_callback(_stop, asyncio.create_task(work))
        await chain.start()
        yield House(
            settings=settings,
            clock=clock,
            db=db,
            events=events,
            vault=keys.vault,
            backups=backups,
            ledger=ledger,
            chain=chain,
            contracts=contracts,
            witnesses=witnesses,
            witness=witness,
            identity=identity,
            records=records,
            devices=devices,
            twin=twin,
            alerts=alerts,
            world=world,
            company=company,
            looks=looks,
            avatars=avatars,
            making=making,
            clinic=clinic,
        )


def find_ways(world: World, settings: Settings, clock: Clock) -> None:
    """Give those who may talk the STUN and TURN servers that the settings name, if any.

    Raises:
        Incorrect: the settings of these cannot be, or do not fit together.
    """
    relays = Relays(
        urls=settings.turn_urls,
        secret=settings.turn_secret,
        is_only=settings.turn_only,
        ties=world.ties,
        clock=clock,
    )
    if settings.turn_urls:
        world.ways_by(relays)


@asynccontextmanager
async def voices_of(world: World, settings: Settings) -> AsyncGenerator[None]:
    """Let voices go through an SFU, if there is one, for as long as this is open."""
    if not settings.janus_url:
        yield
        return
    voices = Voices(
        url=settings.janus_url,
        secret=settings.janus_secret,
        above=settings.janus_above,
        ties=world.ties,
    )
    await voices.start()
    world.voices_through(voices)
    try:
        yield
    finally:
        await voices.stop()


def _listen_for_messages(settings: Settings, records: Records) -> Mllp:
    names = (settings.mllp_cert, settings.mllp_key, settings.mllp_ca)
    cert, key, senders = (Path(name) if name else None for name in names)
    return Mllp(
        records.messages.receive,
        host=settings.mllp_host,
        port=settings.mllp_port,
        tls=Tls(certificate=cert, key=key or cert, senders=senders) if cert else None,
    )


def _introduce(*, world: World, clinic: Clinic) -> None:
    """Rooms that must hear of each other, one line each."""

    clinic.meet_in(world)
    for place in ROOMS:
        world.guard(place, clinic.admit)
        world.when_left(place, clinic.miss)


async def restore_house(settings: Settings, backup: Path, clock: Clock | None = None) -> Restored:
    """Read a backup into an empty database; whoever was erased since stays erased.

    Accounts that were closing get the whole delay again: they may have been kept since.

    Raises:
        Conflict, Incorrect, Fault: as `Backups.restore`.
    """
    clock = clock or SystemClock()
    db = connect_database(settings.database)
    keys = Keys(settings.data / "keys", settings.kek)
    try:
        restored = await Backups(db, keys.vault, OWNED).restore(backup, MIGRATIONS, clock)
    finally:
        await db.close()
        keys.vault.close()
    await asyncio.to_thread(restore_chain, backup, settings.data / CHAIN)
    async with open_house(settings, clock, serving=False) as house:
        await house.identity.closings.begin_anew()
        await house.records.mend(restored.remains)
    return restored


async def _write_in(ledger: Ledger, tx: Tx, event: Mapping[str, Any]) -> tuple[int, bytes]:
    """Write an event in the ledger; gives its place, and the key that opens it."""
    key = secrets.token_bytes(COMMITMENT_KEY)
    (leaf,) = await ledger.append(tx, [commit(event, key)])
    return leaf, key


async def _close_account(identity: Identity, tx: Tx, patient: str) -> Forgotten:
    alone = [each.id for each in await identity.speaking_as(tx, patient) if each.is_patient_alone]
    leaves = await identity.acts.leaves_of(tx, alone)
    rows, accounts = await identity.forget(tx, patient)
    return Forgotten(rows=rows, accounts=accounts, leaves=tuple(leaves))


async def _forget_things(world: World, tx: Tx, patient: str) -> Forgotten:
    return Forgotten(rows=await world.forget(tx, patient))


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
