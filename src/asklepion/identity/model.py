"""Who calls, and as what."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from asklepion.kit.errors import Forbidden, Unauthenticated


class Role(StrEnum):
    """What an account may be here; one account may be several."""

    PATIENT = "patient"
    CLINICIAN = "clinician"
    TRAINEE = "trainee"
    EDUCATOR = "educator"
    OPERATOR = "operator"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an app may do with some of a record.

    Source: SMART App Launch 2.2, scopes and launch context.
    """

    context: str  # patient, user or system
    type: str  # a FHIR type, or * for every one
    acts: str  # of c, r, u, d, s
    params: tuple[tuple[str, str], ...] = ()  # only what a search by these finds

    def allows(self, act: str, type: str) -> bool:
        """Whether it speaks of doing this with that type."""
        return act in self.acts and self.type in ("*", type)

    def covers(self, other: "Scope") -> bool:
        """Whether whoever has this needs the other no more."""
        return (
            self.context == other.context
            and self.type in ("*", other.type)
            and set(other.acts) <= set(self.acts)
            and self.params in ((), other.params)
        )


@dataclass(frozen=True, kw_only=True)
class App:
    """An app that stands between a person and the house, as one access token says."""

    client: str  # its id
    name: str
    scopes: frozenset[Scope] = frozenset()
    patient: str = ""  # Patient/…: the one that scopes of the patient's kind are about
    visit: str = ""  # the visit it was opened in


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whoever asks for something, as the house knows them."""

    account: str = ""  # opaque id; empty for a stranger
    name: str = ""  # as others see it
    roles: frozenset[Role] = frozenset()
    person: str | None = None  # whom it speaks as: Patient/…, Practitioner/…, RelatedPerson/…
    acts_for: str | None = None  # the patient a device writes for: Patient/…
    language: str = "en"  # BCP 47
    app: App | None = None  # through which they call; it may do less than they may

    @property
    def is_known(self) -> bool:
        """Somebody has signed in."""
        return bool(self.account)

    def has(self, role: Role) -> bool:
        """The account is this."""
        return role in self.roles

    def require_known(self) -> None:
        """Let nobody past who has not signed in.

        Raises:
            Unauthenticated: a stranger asks.
        """
        if not self.is_known:
            raise Unauthenticated("You are not signed in.", hint="Sign in first.")

    def require(self, *roles: Role) -> None:
        """Let nobody past who is none of these.

        Raises:
            Unauthenticated: a stranger asks.
            Forbidden: the account is none of these.
        """
        self.require_known()
        if not self.roles & set(roles):
            raise Forbidden("Your account may not do that.", hint="Ask an operator.")


STRANGER = Caller()


@dataclass(frozen=True, kw_only=True)
class Account:
    """Somebody who may sign in."""

    id: str
    email: str = field(repr=False)
    name: str = field(repr=False)  # as others see it
    roles: frozenset[Role]
    person: str | None = None  # Patient/…, Practitioner/… or RelatedPerson/…
    language: str = "en"  # BCP 47
    is_closed: bool = False  # for good: it has no address, and speaks as nobody
    created_at: datetime

    @property
    def caller(self) -> Caller:
        """The account as it calls."""
        return Caller(
            account=self.id,
            name=self.name,
            roles=self.roles,
            person=self.person,
            language=self.language,
        )

    @property
    def is_patient_alone(self) -> bool:
        """Whether it ends with its person's record; one that is more than that stays."""
        return self.roles == frozenset({Role.PATIENT})

    def through(self, app: App) -> Caller:
        """The account as it calls through an app."""
        return replace(self.caller, app=app)


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a successful sign-in gives; the token is shown this once."""

    token: str = field(repr=False)
    caller: Caller = field(repr=False)
    expires_at: datetime


class Method(StrEnum):
    """How an app proves at the token endpoint that it is itself."""

    NONE = "none"  # it cannot keep a secret: PKCE alone holds its codes together
    SECRET = "client_secret"
    KEYS = "private_key_jwt"


@dataclass(frozen=True, kw_only=True)
class Client:
    """An app that an operator let in. Source: RFC 7591, section 2."""

    id: str
    name: str  # as people read it
    publisher: str
    method: Method
    secret: bytes = field(default=b"", repr=False)  # keyed hash
    jwks: str = ""  # its public keys, as JSON
    jwks_uri: str = ""  # or where it publishes them
    redirects: tuple[str, ...] = ()
    launch_url: str = ""  # where it is opened from within the house
    scopes: tuple[str, ...] = ()  # all it may ever ask for
    account: str = ""  # of a service that acts for itself
    address: str = ""  # of this house, as it was called when the app was let in
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Grant:
    """What one person gave one app, until it ends."""

    id: str
    client: str
    account: str
    scopes: tuple[str, ...]
    patient: str = ""  # Patient/…
    visit: str = ""
    encounter: str = ""  # an id
    session: bytes = field(default=b"", repr=False)  # it ends with this session; empty: without
    created_at: datetime
    used_at: datetime | None = None
    ends_at: datetime


class Way(StrEnum):
    """How a session was opened, or somebody proved again who they are."""

    PASSKEY = "passkey"
    PASSWORD = "password"
    CODE = "code"  # the printed one
    WALLET = "wallet"
    TOKEN = "token"  # a script's


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """A key in somebody's phone, computer or security key; its secret half never leaves it.

    Source: Web Authentication, level 3, section 4 (credential record).
    """

    id: str
    account: str
    credential: bytes  # as the device calls it
    handle: bytes  # whose it is, as the device was told
    public_key: bytes = field(repr=False)  # COSE
    algorithm: int  # COSE: -7 is ES256, which the chain knows
    x: bytes = field(default=b"", repr=False)  # of the point on P-256; empty for others
    y: bytes = field(default=b"", repr=False)
    sign_count: int = 0
    is_synced: bool = False  # it may live on several devices, and then it does not count
    rp: str  # the name of the house that it is for
    name: str = field(repr=False)  # of the device, as its owner calls it
    created_at: datetime
    used_at: datetime | None = None

    @property
    def can_sign(self) -> bool:
        """Whether its signatures can be checked on the chain too."""
        return bool(self.x)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What somebody's passkey signed, whole: whoever has it can check it without us.

    The signature is over `authenticator_data || SHA-256(client_data_json)`.
    """

    passkey: str  # its id here
    credential: bytes
    public_key_x: bytes
    public_key_y: bytes
    authenticator_data: bytes = field(repr=False)
    client_data_json: bytes = field(repr=False)
    r: bytes = field(repr=False)
    s: bytes = field(repr=False)  # the lower of the two that are as good


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What somebody is told about her own keys, wherever she is signed in."""

    id: str
    kind: str
    about: str = field(default="", repr=False)
    at: datetime
