"""Who calls, and as what."""

from dataclasses import dataclass, field
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


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whoever asks for something, as the house knows them."""

    account: str = ""  # opaque id; empty for a stranger
    name: str = ""  # as others see it
    roles: frozenset[Role] = frozenset()
    person: str | None = None  # whom it speaks as: Patient/…, Practitioner/…, RelatedPerson/…
    acts_for: str | None = None  # the patient a device writes for: Patient/…
    language: str = "en"  # BCP 47

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


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a successful sign-in gives; the token is shown this once."""

    token: str = field(repr=False)
    caller: Caller = field(repr=False)
    expires_at: datetime
