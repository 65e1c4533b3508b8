"""The house's doors: every route of every room, and the web client."""

import re
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from asklepion import __version__
from asklepion.app import House
from asklepion.clinic import http as clinic_http
from asklepion.devices import http as devices_http
from asklepion.identity import http as identity_http
from asklepion.kit.errors import NotFound
from asklepion.kit.http import BodyLimit, answer_errors
from asklepion.ledger import http as ledger_http
from asklepion.records import http as records_http
from asklepion.settings import MIB, Settings
from asklepion.twin import http as twin_http
from asklepion.twin.http import alerts as alerts_http
from asklepion.world import http as world_http

witness_app = ledger_http.witness_app  # a server of its own, which needs no house
# Addresses below these are never the client's own.
OURS = ("api/", "fhir/", "dicom-web/", "assets/")
PRIVATE = ("/api/", "/fhir/", "/dicom-web/")  # answers that nobody may keep on the way
# With an entry of their own, beside the client.
PAGES = {"share": "share.html", "show": "show.html", "verify": "verify.html"}
WORKER = "{worker}"  # stands in an address for the number of one
POLICY = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')
POLICY_HEADER = b"content-security-policy"
SECURITY = {
    POLICY_HEADER: b"default-src 'self'; img-src 'self' data: blob:;"
    b" style-src 'self' 'unsafe-inline'; connect-src 'self' blob:; media-src 'self' blob:;"
    b" worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    b"cross-origin-opener-policy": b"same-origin",
    b"permissions-policy": b"microphone=(self), xr-spatial-tracking=(self)",
    b"referrer-policy": b"same-origin",
    b"x-content-type-options": b"nosniff",
}


def serve(
    house: House, *, demo: list[dict[str, Any]] | None = None, authority: Path | None = None
) -> FastAPI:
    """The house's front door: every route of every room, and the web client.

    Args:
        demo: the accounts of invented people that anybody may enter as, in a demonstration.
        authority: who vouches for this house in the network at home; handed to whoever asks.
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
    app.include_router(devices_http.gateways)
    app.include_router(alerts_http.line)
    app.include_router(alerts_http.router)
    app.include_router(devices_http.nightscout)
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

    if authority:
        _hand_out(app, authority)
    _serve_files(app, house.settings)
    # The outermost is added last.
    limit = house.settings.body_limit_mib * MIB
    app.add_middleware(
        identity_http.SameOrigin,
        for_all=(records_http.LINKS_PATH,),
        at=(ledger_http.RPC_PATH,),
    )
    app.add_middleware(identity_http.Recognise, identity=house.identity)
    app.add_middleware(
        BodyLimit, most=limit, streamed=records_http.STREAMED + devices_http.STREAMED
    )
    app.add_middleware(identity_http.Share, also=(ledger_http.RPC_PATH,))
    app.add_middleware(Secured, also=_hall(house.settings))
    return app


def _hand_out(app: FastAPI, authority: Path) -> None:
    @app.get("/authority.crt", include_in_schema=False)
    async def trust() -> FileResponse:  # pyright: ignore[reportUnusedFunction]
        """Whom a device trusts once, so that it trusts this house; it vouches for no other."""
        kind = "application/x-x509-ca-cert"
        return FileResponse(authority, media_type=kind, filename="asklepion.crt")


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


def _hall(settings: Settings) -> bytes:
    """The other addresses that a page may open a line to, where there are any."""
    if settings.nats_url:
        return b" " + _of_workers(settings.hall_url or f"ws://{settings.hall_host}:{WORKER}")
    if not settings.hall_port:
        return b""
    url = settings.hall_url or f"ws://{settings.hall_host}:{settings.hall_port}"
    return b" " + url.encode()


def _of_workers(url: str) -> bytes:
    """The origin of every worker, as a policy names it."""
    scheme, _, rest = url.partition("://")
    name, _, port = rest.partition("/")[0].partition(":")
    labels = ["*" if WORKER in label else label for label in name.split(".")]
    told = f"{scheme}://{'.'.join(labels)}"
    return (f"{told}:{'*' if WORKER in port else port}" if port else told).encode()


class Secured:
    """Adds the headers that keep a page to itself (ASGI middleware).

    Args:
        also: further places that a page may connect to, each after a space.
    """

    def __init__(self, app: ASGIApp, *, also: bytes = b"") -> None:
        self._app = app
        policy = SECURITY[POLICY_HEADER].replace(
            b"connect-src 'self'", b"connect-src 'self'" + also
        )
        self._headers = SECURITY | {POLICY_HEADER: policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *((name, value) for name, value in self._headers.items() if name not in names),
                ]
                if scope["path"].startswith(PRIVATE) and b"cache-control" not in names:
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
