"""A person decides what an app may do. https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from asklepion.kit.clock import to_us
from asklepion.kit.errors import Incorrect, NotFound
from asklepion.kit.log import get_log

from ...engine import scopes as words
from ...engine.redirects import with_params
from ...engine.secrets import LONGEST_TOKEN
from ...model import Caller, Client, Grant
from ...store import apps
from ...store.apps import CodeRow, LaunchRow
from .desk import CODE, FHIR, LAUNCH, Desk

log = get_log(__name__)

AUTH_CODE, LAUNCH_KIND = "code", "launch"  # kinds of tokens
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # of SHA-256
PATIENT = re.compile(r"Patient/[A-Za-z0-9.-]{1,64}")
ID = re.compile(r"[A-Za-z0-9.-]{0,64}")
LONGEST_QUERY = 16_384  # characters
LONGEST_STATE = 2_048


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an app asks of a person, once it is certain which app it is."""

    client: Client
    redirect: str
    state: str = ""
    error: str = ""  # sent back to the app instead of an answer
    why: str = ""
    scopes: tuple[str, ...] = ()  # that could be given
    challenge: str = ""
    nonce: str = ""
    launch: LaunchRow | None = None
    launch_kept: bytes = b""
    patient: str = ""  # Patient/…: whom it is about; empty where that has to be chosen

    @property
    def wants_patient(self) -> bool:
        """Whether it has to be about one patient."""
        found = words.parse_all(self.scopes)
        is_personal = any(scope.context == "patient" for scope in found)
        return is_personal or words.LAUNCH_PATIENT in self.scopes


class Authorizing:
    """Reads what an app asks, and keeps what the person says."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # From within the house

    async def launch(
        self,
        caller: Caller,
        client: str,
        *,
        patient: str = "",
        visit: str = "",
        encounter: str = "",
    ) -> tuple[Client, str]:
        """Open an app from within the house; returns it, and what it is opened with.

        Args:
            patient: whom it is about, who may be anybody: of her the app sees what the caller sees.

        Raises:
            NotFound: there is no app of that id that can be opened.
        """
        caller.require_known()
        _require_ids(patient, visit, encounter)
        token = self._desk.tokens.new()
        now = self._desk.clock.now()
        async with self._desk.db.begin() as tx:
            found = await apps.find_client(tx, client)
            if found is None or not found.launch_url:
                raise NotFound("There is no such app.")
            row = LaunchRow(
                found.id, caller.account, patient, visit, encounter, to_us(now + LAUNCH)
            )
            await apps.add_launch(tx, self._desk.tokens.kept(LAUNCH_KIND, token), row)
        return found, token

    # What an app asks

    async def ask(self, caller: Caller, query: str, *, here: str) -> Asked:
        """What an app asks, checked.

        Args:
            query: all the parameters, as the app wrote them.
            here: the address of this house.

        Raises:
            Unauthenticated: nobody is signed in.
            Incorrect: it is not certain which app asks, so nobody is sent anywhere.
        """
        caller.require_known()
        params = _params(query)
        async with self._desk.db.read() as tx:
            client = await apps.find_client(tx, params.get("client_id", "")[:LONGEST_TOKEN])
            kept = self._desk.tokens.kept(LAUNCH_KIND, params.get("launch", "")[:LONGEST_TOKEN])
            launch = await apps.find_launch(tx, kept, self._desk.clock.now())
        redirect = params.get("redirect_uri", "")
        if client is None or redirect not in client.redirects:
            raise Incorrect(
                "This app is not known here, or not at the address that it names.",
                hint="Close this page. Whoever runs this house lets apps in.",
            )
        state = params.get("state", "")[: LONGEST_STATE + 1]
        error, why = self._whats_wrong(caller, client, params, launch, here)
        if error:
            state = "" if len(state) > LONGEST_STATE else state
            return Asked(client=client, redirect=redirect, state=state, error=error, why=why)
        launch = launch if "launch" in params else None
        asked = Asked(
            client=client,
            redirect=redirect,
            state=state,
            scopes=self._scopes(caller, client, params, launch),
            challenge=params["code_challenge"],
            nonce=params.get("nonce", "")[:LONGEST_STATE],
            launch=launch,
            launch_kept=kept,
        )
        return self._about(caller, asked)

    def _whats_wrong(
        self,
        caller: Caller,
        client: Client,
        params: Mapping[str, str],
        launch: LaunchRow | None,
        here: str,
    ) -> tuple[str, str]:
        """The error of OAuth, and why; empty where it can be asked."""
        if params.get("response_type") != "code":
            return "unsupported_response_type", "Only code is done."
        if not 0 < len(params.get("state", "")) <= LONGEST_STATE:
            return "invalid_request", "A state is needed."
        is_s256 = params.get("code_challenge_method") == "S256"
        if not is_s256 or not CHALLENGE.fullmatch(params.get("code_challenge", "")):
            return "invalid_request", "PKCE with S256 is needed."
        if params.get("aud", "").rstrip("/") != f"{here}{FHIR}":
            return "invalid_request", "aud is not the address of this FHIR server."
        if "launch" in params:
            is_ours = launch and (launch.client, launch.account) == (client.id, caller.account)
            if not is_ours:
                return "invalid_request", "The launch is not good, or not any more."
        if not self._scopes(caller, client, params, launch):
            return "invalid_scope", "Nothing was asked for that may be asked for."
        return "", ""

    def _scopes(
        self, caller: Caller, client: Client, params: Mapping[str, str], launch: LaunchRow | None
    ) -> tuple[str, ...]:
        """Of what is asked, what the app may ask, we can keep, and makes sense here."""
        asked = words.split_scopes(params.get("scope", ""))
        found = [
            text
            for text in words.within(asked, client.scopes)
            if self._desk.can_keep(text) and not text.startswith("system/")
        ]
        senseless = {
            words.LAUNCH: "launch" not in params,
            words.LAUNCH_ENCOUNTER: launch is None or not launch.encounter,
            words.ONLINE: words.OFFLINE in found,
            words.FHIR_USER: words.OPENID not in found or not caller.person,
            words.PROFILE: words.OPENID not in found,
        }
        return tuple(text for text in found if not senseless.get(text))

    def _about(self, caller: Caller, asked: Asked) -> Asked:
        launched = asked.launch.patient if asked.launch else ""
        about = launched or (_own(caller) if asked.wants_patient else "")
        return replace(asked, patient=about)

    # What the person says

    async def decide(
        self,
        caller: Caller,
        query: str,
        *,
        here: str,
        allowed: Sequence[str],
        patient: str = "",
        session: bytes = b"",
    ) -> str:
        """Keep what the person says; returns the address to send them to.

        Args:
            allowed: the scopes that were not unticked; none is a no.
            patient: whom it is about, where that had to be chosen: Patient/….
            session: what is kept of the person's session.

        Raises: as `ask`; Incorrect where a patient has to be chosen.
        """
        asked = await self.ask(caller, query, here=here)
        if asked.error:
            return self.answer(asked, here=here)
        given = tuple(text for text in asked.scopes if text in set(allowed))
        if not session:
            given = tuple(text for text in given if text != words.ONLINE)
        about = asked.patient or (patient if asked.wants_patient else "")
        _require_ids(about)
        if not (words.parse_all(given) or words.OPENID in given):
            denied = Asked(
                client=asked.client,
                redirect=asked.redirect,
                state=asked.state,
                error="access_denied",
                why="The person said no.",
            )
            return self.answer(denied, here=here)
        if replace(asked, scopes=given).wants_patient and not about:
            raise Incorrect("Whom it is about is not chosen.", hint="Choose a patient.")
        code = await self._keep(caller, asked, given, about, session)
        return with_params(asked.redirect, {"code": code, "state": asked.state, "iss": here})

    async def _keep(
        self, caller: Caller, asked: Asked, given: tuple[str, ...], about: str, session: bytes
    ) -> str:
        now, code = self._desk.clock.now(), self._desk.tokens.new()
        launch = asked.launch
        grant = Grant(
            id=self._desk.ids.new(),
            client=asked.client.id,
            account=caller.account,
            scopes=given,
            patient=about,
            visit=launch.visit if launch else "",
            encounter=launch.encounter if launch else "",
            session=session if words.ONLINE in given else b"",
            created_at=now,
            ends_at=now + CODE,
        )
        row = CodeRow(grant.id, asked.redirect, asked.challenge, asked.nonce, to_us(now + CODE))
        async with self._desk.db.begin() as tx:
            if launch and not await apps.drop_launch(tx, asked.launch_kept):
                raise Incorrect("This was answered already.", hint="Open the app again.")
            await apps.add_grant(tx, grant)
            await apps.add_code(tx, self._desk.tokens.kept(AUTH_CODE, code), row)
        log.info("app allowed", client=asked.client.id, account=caller.account)
        return code

    @staticmethod
    def answer(asked: Asked, *, here: str) -> str:
        """The address that tells the app why not; it is the app's own, by now."""
        told = {"error": asked.error, "error_description": asked.why}
        return with_params(asked.redirect, {**told, "state": asked.state, "iss": here})


def _params(query: str) -> dict[str, str]:
    """The parameters, each once. https://www.rfc-editor.org/rfc/rfc6749#section-3.1"""
    if len(query) > LONGEST_QUERY:
        raise Incorrect("The address is too long.", hint="Close this page.")
    try:
        found = parse_qsl(query.lstrip("?"), keep_blank_values=True, max_num_fields=50)
    except ValueError as error:
        raise Incorrect("The address cannot be read.", hint="Close this page.") from error
    params = dict(found)
    if len(params) < len(found) or any("\0" in value for value in params.values()):
        raise Incorrect("The address says something twice.", hint="Close this page.")
    return {name: value for name, value in params.items() if value}


def _own(caller: Caller) -> str:
    person = caller.person or ""
    return person if person.startswith("Patient/") else ""


def _require_ids(patient: str, *ids: str) -> None:
    if (patient and not PATIENT.fullmatch(patient)) or not all(map(ID.fullmatch, ids)):
        raise Incorrect("Something named is no id.", hint="Give Patient/… and ids.")
