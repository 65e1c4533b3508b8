"""The whole house on one page, built from the ground up."""

import asyncio
import re
import shutil
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from asklepion import __version__, clinic, devices, identity, ledger, records
from asklepion.clinic import ROOMS, Clinic
from asklepion.clinic import http as clinic_http
from asklepion.devices import Devices
from asklepion.devices import http as devices_http
from asklepion.identity import Caller, Identity
from asklepion.identity import http as identity_http
from asklepion.kit import events as outbox
from asklepion.kit.backup import Backups, Owned, Restored, drop_plain
from asklepion.kit.clock import Clock, SystemClock
from asklepion.kit.db import Database, Tx, connect_database
from asklepion.kit.errors import NotFound
from asklepion.kit.events import Events
from asklepion.kit.http import BodyLimit, answer_errors
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
    open_witness,
    read_witnesses,
    restore_chain,
)
from asklepion.ledger import http as ledger_http
from asklepion.records import Forgotten, Limits, Mllp, Records, Tls
from asklepion.records import http as records_http
from asklepion.settings import MIB, Settings
from asklepion.twin import Twin
from asklepion.twin import http as twin_http
from asklepion.world import World
from asklepion.world import http as world_http

witness_app = ledger_http.witness_app  # a server of its own, which needs no house
MIGRATIONS = {
    "kit": outbox.MIGRATIONS,
    "ledger": ledger.MIGRATIONS,
    "identity": identity.MIGRATIONS,
    "records": records.MIGRATIONS,
    "devices": devices.MIGRATIONS,
    "clinic": clinic.MIGRATIONS,
}
CHAIN = "chain.sqlite"  # in the data folder
# Addresses below these are never the client's own.
OURS = ("api/", "fhir/", "dicom-web/", "assets/")
PRIVATE = ("/api/", "/fhir/", "/dicom-web/")  # answers that nobody may keep on the way
# With an entry of their own, beside the client.
PAGES = {"share": "share.html", "show": "show.html", "verify": "verify.html"}
POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')
OWNED: dict[str, Owned | None] = {
    **ledger.OWNED,
    **identity.OWNED,
    **records.OWNED,
    **devices.OWNED,
    **clinic.OWNED,
    "kit_outbox": None,  # tells those who listen now; whoever comes back later asks
}
SECURITY = {
    b"content-security-policy": b"default-src 'self'; img-src 'self' data: blob:;"
    b" style-src 'self' 'unsafe-inline'; connect-src 'self' blob:; media-src 'self' blob:;"
    b" worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    b"cross-origin-opener-policy": b"same-origin",
    b"permissions-policy": b"microphone=(self), xr-spatial-tracking=(self)",
    b"referrer-policy": b"same-origin",
    b"x-content-type-options": b"nosniff",
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
    world: World
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
        )
        twin = Twin(records=records, clock=clock)
        world = World(clock=clock)
        # places
        clinic = Clinic(
            db=db, clock=clock, ids=ids, events=events, identity=identity, records=records
        )
        _introduce(world=world, clinic=clinic)
        passkeys = identity.passkeys
        records.signed.know_passkeys(passkeys.challenge, passkeys.prove)
        identity.credentials.when_published(contracts.publish_status)
        records.subscriptions.know_callers(partial(_caller_of, identity))
        identity.apps.judge_by(records.scoping.judge)
        records.also_forget(partial(_close_account, identity))
        records.also_forget(devices.forget)
        records.also_forget(clinic.forget)
        records.duplicates.introduce(identity.follow, identity.has_account)
        records.duplicates.also_follow("devices", devices.follow)
        for room in (records, devices, world, clinic) if serving else (records,):
            await room.start()
            stack.push_async_callback(room.stop)
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
                contracts.run(),
                identity.credentials.run(),
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
            world=world,
            clinic=clinic,
        )


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
        await house.records.mend(restored.remains)
    return restored


async def _caller_of(identity: Identity, account: str) -> Caller | None:
    found = await identity.find(account)
    return found.caller if found else None


async def _close_account(identity: Identity, tx: Tx, patient: str) -> Forgotten:
    rows, accounts = await identity.forget(tx, patient)
    return Forgotten(rows=rows, accounts=accounts)


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def serve(house: House, *, demo: list[dict[str, Any]] | None = None) -> FastAPI:
    """The house's front door: every route of every room, and the web client.

    Args:
        demo: the accounts of invented people that anybody may enter as, in a demonstration.
    """
    app = FastAPI(
        title="Asklepion",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.address = house.settings.address.rstrip("/")
    app.state.rooms = {type(room): room for room in vars(house).values()}
    app.include_router(ledger_http.router)
    app.include_router(ledger_http.witnessing, prefix="/api/ledger/witness")
    app.include_router(identity_http.router)
    app.include_router(identity_http.smart)
    app.include_router(records_http.fhir)
    app.include_router(records_http.router)
    app.include_router(records_http.dicomweb)
    app.include_router(devices_http.router)
    app.include_router(twin_http.router)
    app.include_router(world_http.router)
    app.include_router(clinic_http.router)
    answer_errors(app)

    @app.get("/healthz", tags=["house"])
    async def healthz() -> dict[str, str]:  # pyright: ignore[reportUnusedFunction]
        """Whether the house is open and its database answers."""
        async with house.db.read() as tx:
            await tx.one("SELECT 1")
        return {"status": "ok", "version": __version__}

    @app.get("/api/demo", tags=["house"])
    async def demonstration() -> JSONResponse:  # pyright: ignore[reportUnusedFunction]
        """The invented people of a demonstration; none in a real house."""
        return JSONResponse(demo or [], 200 if demo else 404)

    _serve_files(app, house.settings)
    # The outermost is added last.
    limit = house.settings.body_limit_mib * MIB
    app.add_middleware(
        identity_http.SameOrigin,
        for_all=(records_http.LINKS_PATH,),
        at=(ledger_http.RPC_PATH,),
    )
    app.add_middleware(identity_http.Recognise, identity=house.identity)
    app.add_middleware(BodyLimit, most=limit, streamed=records_http.STREAMED)
    app.add_middleware(identity_http.Share, also=(ledger_http.RPC_PATH,))
    app.add_middleware(Secured)
    return app


def _serve_files(app: FastAPI, settings: Settings) -> None:
    if settings.bodies.is_dir():
        app.mount("/assets/bodies", StaticFiles(directory=settings.bodies))
    index = settings.web / "index.html"
    if not index.exists():
        return
    app.mount("/assets", StaticFiles(directory=settings.web / "assets"))

    @app.get("/{path:path}", include_in_schema=False)
    async def client(path: str) -> FileResponse:  # pyright: ignore[reportUnusedFunction]
        """The web client; every address that is no file's is the client's own."""
        nowhere = NotFound("There is nothing at this address.", hint="See /api/openapi.json.")
        if path.startswith(OURS):
            raise nowhere
        try:
            wanted = (settings.web / PAGES.get(path, path)).resolve()
            inside = wanted.is_relative_to(settings.web.resolve()) and wanted.is_file()
        except (ValueError, OSError) as error:  # no name that a file could have
            raise nowhere from error
        if inside and wanted.name == PAGES["verify"]:
            return FileResponse(wanted, headers=_own_policy(wanted))
        return FileResponse(wanted if inside else index)


def _own_policy(page: Path) -> dict[str, str]:
    """A page that stands alone says itself what it may do: nothing but its own script."""
    with page.open(encoding="utf-8") as file:
        found = POLICY.search(file.read(4096))
    own = found[1] if found else "default-src 'none'"
    return {"content-security-policy": f"{own}; frame-ancestors 'none'"}


class Secured:
    """Adds the headers that keep a page to itself (ASGI middleware)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in SECURITY.items() if name not in names),
                ]
                if scope["path"].startswith(PRIVATE) and b"cache-control" not in names:
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
