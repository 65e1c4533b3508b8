"""Who of those that attend a room is not in it any more, as far as the world can tell."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from asklepion.kit.clock import Clock

from ..model import Company

GRACE = timedelta(seconds=60)  # a page that is opened again, a line that was lost


class Presence:
    """Knows since when somebody is gone.

    Whoever comes by the API alone was never in the world, so that nobody tells of their leaving:
    they attend until they leave, an operator releases the room, or the house starts anew.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._company: Company | None = None
        self._gone: dict[tuple[str, str], datetime] = {}  # by account and room

    def meet_in(self, company: Company) -> None:
        """Learn from here on who is where."""
        self._company = company

    def accounts_in(self, room: str) -> set[str]:
        """Everybody who is in the room itself."""
        return set(self._company.accounts_in(room)) if self._company else set()

    def miss(self, account: str, room: str) -> None:
        """Somebody may be gone; whoever is there all the same has come back meanwhile."""
        if account not in self.accounts_in(room):
            self._gone.setdefault((account, room), self._clock.now())

    def greet(self, account: str, room: str) -> None:
        """Somebody is there."""
        self._gone.pop((account, room), None)

    def is_there(self, account: str | None, room: str) -> bool:
        """Whether somebody who attends the room is there."""
        return (account, room) not in self._gone or account in self.accounts_in(room)

    def overdue(self) -> list[tuple[str, str]]:
        """Account and room of those who have been gone too long."""
        for account, room in list(self._gone):
            if account in self.accounts_in(room):
                self.greet(account, room)
        limit = self._clock.now() - GRACE
        return [key for key, since in self._gone.items() if since <= limit]

    def send_out(self, room: str, accounts: Iterable[str]) -> None:
        """Send these people out of the room."""
        for account in accounts:
            if self._company:
                self._company.expel(account, room)
