"""The room's routes on a real database, and a client for each who asks."""

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from asklepion.identity import MIGRATIONS as IDENTITY
from asklepion.identity import STRANGER, Caller, Identity
from asklepion.kit.http import answer_errors
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys
from asklepion.records import Records
from asklepion.records import http as records_http

from .people import (
    AMARA_CALLS,
    BORIS_CALLS,
    JONAS_CALLS,
    MEI_CALLS,
    OPERATOR_CALLS,
)

if TYPE_CHECKING:
    from .conftest import Office

CALLERS = (MEI_CALLS, JONAS_CALLS, AMARA_CALLS, BORIS_CALLS, OPERATOR_CALLS)
Client = httpx.AsyncClient
ClientOf = Callable[[Caller], Client]


class Named:
    """Says who calls, as identity's own middleware does, from a header."""

    def __init__(self, app: ASGIApp, callers: dict[str, Caller]) -> None:
        self._app = app
        self._callers = callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        names = dict(scope.get("headers", ()))
        account = names.get(b"x-test-account", b"").decode()
        scope.setdefault("state", {})["caller"] = self._callers.get(account, STRANGER)
        await self._app(scope, receive, send)


@pytest.fixture
def callers() -> dict[str, Caller]:
    return {caller.account: caller for caller in CALLERS}


@pytest.fixture
async def app(full: "Office", callers: dict[str, Caller]) -> FastAPI:
    from .conftest import MIGRATIONS  # which itself hands these fixtures round

    await full.db.migrate({**MIGRATIONS, "identity": IDENTITY}, full.folder / "backups", full.clock)
    keys = Keys(full.folder / "keys")
    identity = Identity(db=full.db, clock=full.clock, ids=Ids(full.clock), keys=keys)
    app = FastAPI()
    app.state.rooms = {Records: full.records, Identity: identity}
    app.include_router(records_http.fhir)
    app.include_router(records_http.router)
    app.include_router(records_http.dicomweb)
    answer_errors(app)
    app.add_middleware(Named, callers=callers)
    return app


@pytest.fixture
async def client_of(app: FastAPI) -> AsyncGenerator[ClientOf]:
    clients: list[Client] = []

    def make(caller: Caller) -> Client:
        transport = httpx.ASGITransport(app=app)
        headers = {"x-test-account": caller.account}
        client = Client(transport=transport, base_url="http://house", headers=headers)
        clients.append(client)
        return client

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
def mei(client_of: ClientOf) -> Client:
    return client_of(MEI_CALLS)


@pytest.fixture
def amara(client_of: ClientOf) -> Client:
    return client_of(AMARA_CALLS)


@pytest.fixture
def operator(client_of: ClientOf) -> Client:
    return client_of(OPERATOR_CALLS)


@pytest.fixture
def stranger(client_of: ClientOf) -> Client:
    return client_of(STRANGER)
