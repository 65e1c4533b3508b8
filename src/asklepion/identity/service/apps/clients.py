"""Which apps may ask at all: operators let them in and turn them out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from asklepion.kit.errors import Conflict, Incorrect, NotFound
from asklepion.kit.log import get_log

from ...engine import rules
from ...engine.keysets import read_keys
from ...engine.redirects import redirect_of, web_address_of
from ...engine.scopes import OTHERS, SYSTEM, parse_scope
from ...model import Account, Caller, Client, Method, Role
from ...store import accounts, apps
from .desk import Desk

log = get_log(__name__)

REDIRECTS_MOST = 10
CLIENT_SECRET = "client"  # a kind of token
NO_PASSWORD = "!"  # is the hash of none


@dataclass(frozen=True, kw_only=True)
class NewClient:
    """An app as an operator describes it."""

    name: str
    publisher: str
    method: Method
    redirects: Sequence[str] = ()
    launch_url: str = ""
    scopes: Sequence[str] = field(default=())
    jwks: dict[str, Any] | None = None
    jwks_uri: str = ""
    person: str = ""  # as whom a service acts for itself: Practitioner/…


class Clients:
    """Keeps the apps."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def register(self, caller: Caller, new: NewClient, *, address: str) -> tuple[Client, str]:
        """Let an app in; by an operator.

        Args:
            address: of this house, as the operator calls it: assertions must be meant for it.

        Returns:
            The app, and its secret, which is shown this once; empty where it has none.

        Raises:
            Forbidden: somebody else asks.
            Incorrect: something about it cannot be.
            Conflict: somebody else acts as that person.
        """
        caller.require(Role.OPERATOR)
        client = self._client(new, address)
        secret = self._desk.tokens.new() if client.method == Method.SECRET else ""
        if secret:
            # As random as a token, so it needs no slow hash: nobody can try 2**256.
            client = replace(client, secret=self._desk.tokens.kept(CLIENT_SECRET, secret))
        async with self._desk.db.begin() as tx:
            if new.person:
                account = self._account(client, rules.actor_of(new.person))
                if not await accounts.add_account(tx, account, NO_PASSWORD):
                    raise Conflict("Somebody acts as that already.", hint="Name another.")
                client = replace(client, account=account.id)
            await apps.add_client(tx, client)
        log.info("app let in", client=client.id, by=caller.account)
        return client, secret

    def _client(self, new: NewClient, address: str) -> Client:
        redirects = tuple(dict.fromkeys(redirect_of(each) for each in new.redirects))
        if len(redirects) > REDIRECTS_MOST:
            raise Incorrect(f"An app has at most {REDIRECTS_MOST} redirect addresses.")
        if bool(redirects) == bool(new.person):
            raise Incorrect(
                "An app asks people, or acts for itself.",
                hint="Give redirect addresses, or whom it acts as; not both.",
            )
        if new.person and new.method != Method.KEYS:
            raise Incorrect("A service that acts for itself proves itself with keys.")
        return Client(
            id=self._desk.ids.new(),
            name=rules.name_of(new.name),
            publisher=rules.name_of(new.publisher),
            method=new.method,
            jwks=_keys(new),
            jwks_uri=web_address_of(new.jwks_uri) if new.jwks_uri else "",
            redirects=redirects,
            launch_url=web_address_of(new.launch_url) if new.launch_url else "",
            scopes=self._scopes(new),
            address=address,
            created_at=self._desk.clock.now(),
        )

    def _scopes(self, new: NewClient) -> tuple[str, ...]:
        for text in new.scopes:
            scope = parse_scope(text)
            if scope is None and text not in OTHERS:
                raise Incorrect("One of the scopes is none.", hint="Write patient/Observation.rs.")
            if (scope is not None and scope.context == SYSTEM) != bool(new.person):
                raise Incorrect("Services have system scopes, and apps for people the others.")
            if not self._desk.can_keep(text):
                raise Incorrect("One of the scopes cannot be kept here.", hint="Check its type.")
        if not new.scopes:
            raise Incorrect("An app that may ask for nothing is none.", hint="Give its scopes.")
        return tuple(dict.fromkeys(new.scopes))

    def _account(self, client: Client, person: str) -> Account:
        """The account of a service: nobody can sign in to it, since its address is no e-mail's."""
        return Account(
            id=self._desk.ids.new(),
            email=f"service:{client.id}",
            name=client.name,
            roles=frozenset({Role.CLINICIAN}),
            person=person,
            created_at=client.created_at,
        )

    async def all(self, caller: Caller) -> list[Client]:
        """Every app that was let in; only operators may ask."""
        caller.require(Role.OPERATOR)
        async with self._desk.db.read() as tx:
            return await apps.all_clients(tx)

    async def to_open(self, caller: Caller) -> list[Client]:
        """Apps that can be opened from within the house."""
        caller.require_known()
        async with self._desk.db.read() as tx:
            return [client for client in await apps.all_clients(tx) if client.launch_url]

    async def end(self, caller: Caller, id: str) -> None:
        """Turn an app out: everything that anybody gave it ends.

        Raises:
            Forbidden: somebody else than an operator asks.
            NotFound: there is no such app.
        """
        caller.require(Role.OPERATOR)
        async with self._desk.db.begin() as tx:
            client = await apps.find_client(tx, id)
            if client is None:
                raise NotFound("There is no such app.")
            await apps.drop_client(tx, id)
            if client.account:
                await accounts.drop_account(tx, client.account)
        log.info("app turned out", client=id, by=caller.account)


def _keys(new: NewClient) -> str:
    """Public keys as they are kept."""
    if (new.method == Method.KEYS) != bool(new.jwks or new.jwks_uri):
        raise Incorrect("An app with keys, and no other, has a key set.", hint="Give jwks or not.")
    if new.jwks is None:
        return ""
    if new.jwks_uri:
        raise Incorrect("The keys are in two places.", hint="Give jwks, or where they are.")
    read_keys(new.jwks)
    return json.dumps(new.jwks)
