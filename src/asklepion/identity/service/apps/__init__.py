"""Apps: who may ask, what people give them, and the tokens that stand for it."""

from .authorizing import Asked, Authorizing
from .clients import Clients, NewClient
from .connected import Connected, Connections
from .desk import AUTHORIZE, FHIR, INTROSPECT, JWKS, REVOKE, TOKEN, Desk, Judge, Refusal
from .exchanging import Exchanging
from .proving import Proving
from .publishing import Fetch, Published
from .signing import ALGORITHM, Signing

__all__ = [
    "ALGORITHM",
    "AUTHORIZE",
    "FHIR",
    "INTROSPECT",
    "JWKS",
    "REVOKE",
    "TOKEN",
    "Apps",
    "Asked",
    "Connected",
    "NewClient",
    "Refusal",
]


class Apps:
    """Everything about apps, each part by its name.

    Args:
        fetch: how a key set is read that an app publishes.
    """

    def __init__(self, desk: Desk, fetch: Fetch | None = None) -> None:
        self._desk = desk
        proving = Proving(desk, Published(desk.clock, fetch))
        self.clients = Clients(desk)
        self.authorizing = Authorizing(desk)
        self.signing = Signing(desk)
        self.exchanging = Exchanging(desk, proving, self.signing)
        self.connections = Connections(desk, proving)

    @property
    def address(self) -> str:
        """Where this house is, if it was told; else each request says it."""
        return self._desk.address

    def judge_by(self, judge: Judge) -> None:
        """Have the room that keeps the records say which scopes it can hold to."""
        self._desk.judge = judge

    def categories(self, text: str) -> tuple[str, ...]:
        """Of which categories of a record a scope speaks."""
        return self._desk.categories(text)
