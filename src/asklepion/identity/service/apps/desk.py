"""What every verb about apps stands on, and the words of OAuth."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from asklepion.kit.clock import Clock
from asklepion.kit.db import Database
from asklepion.kit.ids import Ids
from asklepion.kit.keys import Keys

from ...engine.scopes import parse_scope
from ...engine.secrets import Tokens
from ...model import Scope

AUTHORIZE = "/authorize"  # a page of the web client
TOKEN = "/api/smart/token"
INTROSPECT = "/api/smart/introspect"
REVOKE = "/api/smart/revoke"
JWKS = "/api/smart/jwks.json"
FHIR = "/fhir/R4"  # what the tokens are good for

CODE = timedelta(minutes=1)  # how long a code is good
LAUNCH = timedelta(minutes=5)  # from opening an app to its asking
ACCESS = timedelta(minutes=10)  # how long an access token is good
SERVICE = timedelta(minutes=5)  # and one of a service that acts for itself
UNUSED = timedelta(days=90)  # how long an app may stay away and still come back

ACCESS_TOKEN, REFRESH_TOKEN = "app.", "again."  # what tokens begin with, so that leaks are found

# The categories of the record that a scope speaks of; nothing where it cannot be kept.
Judge = Callable[[Scope], tuple[str, ...] | None]


@dataclass(kw_only=True)
class Desk:
    """The tools of the verbs about apps.

    Args:
        address: of this house, such as https://house.example; empty: as each request calls it.
        judge: told by the room that keeps the records.
    """

    db: Database
    clock: Clock
    ids: Ids
    keys: Keys
    tokens: Tokens
    address: str = ""
    judge: Judge = lambda _: ()

    def categories(self, text: str) -> tuple[str, ...]:
        """Of which categories of a record a scope speaks; of none if it is about none."""
        scope = parse_scope(text)
        return (scope and self.judge(scope)) or ()

    def can_keep(self, text: str) -> bool:
        """Whether a scope, if it is about a record, is one that the records can hold to."""
        scope = parse_scope(text)
        return scope is None or self.judge(scope) is not None


class Refusal(Exception):
    """What an app is told that may not. https://www.rfc-editor.org/rfc/rfc6749#section-5.2"""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


def bad_grant() -> Refusal:
    """One answer for every code and refresh token that is not good, whatever the reason."""
    return Refusal("invalid_grant", "It is not good, or not any more. Ask the person again.")


def bad_client() -> Refusal:
    """One answer for every app that did not prove itself."""
    return Refusal("invalid_client", "The app did not prove that it is itself.", 401)
