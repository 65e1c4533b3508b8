"""What people do about apps: decide, open, see, take back; and what operators do."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import Field

from asklepion.kit.clock import to_iso

from ..engine.redirects import with_params
from ..engine.scopes import parse_scope
from ..model import Client, Method
from ..service import FHIR, Asked, Connected, Identity, NewClient
from .doorkeepers import session_cookie
from .routes import Body, Here, Id, Known, Operator, Text
from .smart import Root

router = APIRouter(prefix="/apps")

Query = Annotated[str, Field(max_length=20_000)]
Few = Annotated[list[Text], Field(max_length=100)]


class Question(Body):
    """What an app wrote into the address of the page where people decide."""

    query: Query


class Decision(Question):
    """What a person says; no scopes are a no."""

    scopes: Few
    patient: Text = ""


class Opening(Body):
    """What an app is opened for."""

    client: Text
    patient: Text = ""
    visit: Text = ""
    encounter: Text = ""


class NewApp(Body):
    """An app as an operator describes it."""

    name: Text
    publisher: Text
    method: Method
    redirects: Few = Field(default_factory=list)
    launch_url: Text = ""
    scopes: Annotated[str, Field(max_length=8_000)] = ""
    jwks: dict[str, Any] | None = None
    jwks_uri: Text = ""
    person: Text = ""


@router.post("/ask")
async def ask(body: Question, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """Read what an app asks of whoever is signed in, checked and in parts."""
    asked = await identity.apps.authorizing.ask(who, body.query, here=here)
    if asked.error:
        return {"redirect": identity.apps.authorizing.answer(asked, here=here)}
    return _asked(identity, asked)


@router.post("/decide")
async def decide(
    body: Decision, who: Known, identity: Here, here: Root, request: Request
) -> dict[str, Any]:
    """Say yes to some of it, or no; the answer says where to go."""
    redirect = await identity.apps.authorizing.decide(
        who,
        body.query,
        here=here,
        allowed=body.scopes,
        patient=body.patient,
        session=identity.kept_session(session_cookie(request.headers)),
    )
    return {"redirect": redirect}


@router.post("/open")
async def open_app(body: Opening, who: Known, identity: Here, here: Root) -> dict[str, Any]:
    """Open an app from within the house, about a patient."""
    client, launch = await identity.apps.authorizing.launch(
        who,
        body.client,
        patient=body.patient,
        visit=body.visit,
        encounter=body.encounter,
    )
    return {"url": with_params(client.launch_url, {"iss": here + FHIR, "launch": launch})}


@router.get("")
async def to_open(who: Known, identity: Here) -> list[dict[str, Any]]:
    """Read which apps can be opened."""
    return [_named(client) for client in await identity.apps.clients.to_open(who)]


@router.get("/connected")
async def connected(who: Known, identity: Here) -> list[dict[str, Any]]:
    """Read which apps one gave something."""
    return [_connected(identity, each) for each in await identity.apps.connections.of(who)]


@router.delete("/connected/{id}", status_code=204)
async def disconnect(id: Id, who: Known, identity: Here) -> None:
    """Take back everything that one gave an app; it is over when this answers."""
    await identity.apps.connections.end(who, id)


@router.get("/clients")
async def clients(who: Operator, identity: Here) -> list[dict[str, Any]]:
    """Read which apps were let in. Operators only."""
    return [_client(client) for client in await identity.apps.clients.all(who)]


@router.post("/clients", status_code=201)
async def register(body: NewApp, who: Operator, identity: Here, here: Root) -> dict[str, Any]:
    """Let an app in; its secret is in this answer alone. Operators only."""
    new = NewClient(
        name=body.name,
        publisher=body.publisher,
        method=body.method,
        redirects=body.redirects,
        launch_url=body.launch_url,
        scopes=body.scopes.split(),
        jwks=body.jwks,
        jwks_uri=body.jwks_uri,
        person=body.person,
    )
    client, secret = await identity.apps.clients.register(who, new, address=here)
    return _client(client) | {"secret": secret}


@router.delete("/clients/{id}", status_code=204)
async def turn_out(id: Id, who: Operator, identity: Here) -> None:
    """Turn an app out: everything that anybody gave it ends. Operators only."""
    await identity.apps.clients.end(who, id)


def _named(client: Client) -> dict[str, Any]:
    return {"id": client.id, "name": client.name, "publisher": client.publisher}


def _asked(identity: Identity, asked: Asked) -> dict[str, Any]:
    return {
        "client": _named(asked.client),
        "scopes": [_scope(identity, text) for text in asked.scopes],
        "patient": asked.patient or None,
        "chooses_patient": asked.wants_patient and not asked.patient,
        "goes_to": asked.redirect.partition("?")[0],
    }


def _scope(identity: Identity, text: str) -> dict[str, Any]:
    """One scope with what it means: whose, what, which kinds of facts."""
    scope = parse_scope(text)
    if scope is None:
        return {"text": text}
    return {
        "text": text,
        "context": scope.context,
        "type": scope.type,
        "acts": scope.acts,
        "params": [list(each) for each in scope.params],
        "categories": identity.apps.categories(text),
    }


def _connected(identity: Identity, each: Connected) -> dict[str, Any]:
    return {
        "client": _named(each.client),
        "scopes": [_scope(identity, text) for text in each.scopes],
        "patients": list(each.patients),
        "since": to_iso(each.since),
        "used_at": to_iso(each.used_at) if each.used_at else None,
        "until": to_iso(each.until),
        "is_offline": each.is_offline,
    }


def _client(client: Client) -> dict[str, Any]:
    return _named(client) | {
        "method": client.method,
        "redirects": client.redirects,
        "launch_url": client.launch_url,
        "scopes": client.scopes,
        "has_keys": bool(client.jwks or client.jwks_uri),
        "jwks_uri": client.jwks_uri,
        "is_service": bool(client.account),
        "created_at": to_iso(client.created_at),
    }
