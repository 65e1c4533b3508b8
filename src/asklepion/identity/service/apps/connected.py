"""What apps hold: who calls with an access token, what people see of it, how it is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asklepion.kit.clock import from_us, to_us
from asklepion.kit.errors import NotFound
from asklepion.kit.log import get_log

from ...engine.scopes import FHIR_USER, OFFLINE, OPENID, parse_all
from ...engine.secrets import LONGEST_TOKEN
from ...model import STRANGER, App, Caller, Client
from ...store import accounts, apps
from ...store.apps import ACCESS, REFRESH
from .desk import FHIR, Desk
from .proving import Proving

log = get_log(__name__)

NOTED = timedelta(minutes=1)  # how stale "last used" may be, so that reading seldom writes
Form = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Connected:
    """An app that somebody gave something, which still stands."""

    client: Client
    scopes: tuple[str, ...]
    patients: tuple[str, ...]  # Patient/…
    since: datetime
    used_at: datetime | None
    until: datetime
    is_offline: bool  # also when nobody is there


class Connections:
    """The verbs about what was given."""

    def __init__(self, desk: Desk, proving: Proving) -> None:
        self._desk = desk
        self._proving = proving

    async def recognise(self, token: str) -> Caller:
        """Whoever gave this access token, through the app that holds it."""
        now = self._desk.clock.now()
        async with self._desk.db.read() as tx:
            found = await apps.find_access(tx, self._desk.tokens.kept(ACCESS, token), now)
        if found is None:
            return STRANGER
        account, grant, client, scopes = found
        if grant.used_at is None or now - grant.used_at >= NOTED:
            async with self._desk.db.begin() as tx:
                await apps.note_use(tx, grant.id, now)
        app = App(
            client=client.id,
            name=client.name,
            scopes=parse_all(scopes.split()),
            patient=grant.patient,
            visit=grant.visit,
        )
        return account.through(app)

    async def of(self, caller: Caller) -> list[Connected]:
        """The apps that somebody gave something, the newest first."""
        caller.require_known()
        async with self._desk.db.read() as tx:
            found = await apps.grants_of(tx, caller.account, self._desk.clock.now())
        clients = {client.id: client for _, client in found}
        made: list[Connected] = []
        for id, client in clients.items():
            grants = [grant for grant, of in found if of.id == id]
            scopes = dict.fromkeys(text for grant in grants for text in grant.scopes)
            used = [grant.used_at for grant in grants if grant.used_at]
            made.append(
                Connected(
                    client=client,
                    scopes=tuple(scopes),
                    patients=tuple(dict.fromkeys(g.patient for g in grants if g.patient)),
                    since=min(grant.created_at for grant in grants),
                    used_at=max(used, default=None),
                    until=max(grant.ends_at for grant in grants),
                    is_offline=OFFLINE in scopes,
                )
            )
        return made

    async def end(self, caller: Caller, client: str) -> None:
        """Take back everything that one gave an app; it is over when this returns.

        Raises:
            NotFound: it was given nothing.
        """
        caller.require_known()
        async with self._desk.db.begin() as tx:
            ended = await apps.end_grants(tx, "account", caller.account, client)
        if not ended:
            raise NotFound("That app has nothing from you.")
        log.info("app disconnected", client=client, account=caller.account)

    # What an app asks of its own tokens

    async def introspect(self, form: Form, basic: str = "", *, here: str) -> dict[str, Any]:
        """What a token is good for, told to the app it was given to. RFC 7662

        Raises:
            Refusal: the app did not prove itself.
        """
        client = await self._proving.client(form, basic, is_proved=True)
        token = form.get("token", "")[:LONGEST_TOKEN]
        now = self._desk.clock.now()
        async with self._desk.db.read() as tx:
            for kind in (ACCESS, REFRESH):
                found = await apps.find_token(tx, self._desk.tokens.kept(kind, token))
                grant = await apps.find_grant(tx, found.grant) if found else None
                if found and grant and grant.client == client.id:
                    break
            else:
                return {"active": False}
            account = await accounts.find(tx, grant.account)
        is_over = found.is_used or from_us(found.expires_at) <= now or grant.ends_at <= now
        if account is None or is_over:
            return {"active": False}
        scopes = found.scopes.split()
        told: dict[str, Any] = {"active": True, "client_id": client.id, "scope": found.scopes}
        told |= {"exp": found.expires_at // 1_000_000, "iat": to_us(grant.created_at) // 1_000_000}
        if found.kind == ACCESS:
            told["token_type"] = "Bearer"
        if OPENID in scopes:
            told |= {"iss": here, "sub": account.id}
        if FHIR_USER in scopes and account.person:
            told["fhirUser"] = f"{here}{FHIR}/{account.person}"
        if grant.patient:
            told["patient"] = grant.patient.partition("/")[2]
        if grant.encounter:
            told["encounter"] = grant.encounter
        return told

    async def revoke(self, form: Form, basic: str = "") -> None:
        """An app gives a token back; another's is left alone, and nothing is said. RFC 7009

        Raises:
            Refusal: the app did not prove itself.
        """
        client = await self._proving.client(form, basic)
        token = form.get("token", "")[:LONGEST_TOKEN]
        async with self._desk.db.begin() as tx:
            for kind in (ACCESS, REFRESH):
                kept = self._desk.tokens.kept(kind, token)
                found = await apps.find_token(tx, kept)
                grant = await apps.find_grant(tx, found.grant) if found else None
                if grant is None or grant.client != client.id:
                    continue
                if kind == REFRESH:  # without it nothing of the grant may go on
                    await apps.end_grant(tx, grant.id)
                else:
                    await apps.drop_token(tx, kept)
