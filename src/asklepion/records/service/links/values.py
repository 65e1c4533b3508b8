"""What links are made of: how one is wished for, what is told of it, and why it does not open."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asklepion.kit.clock import from_us
from asklepion.kit.errors import Busy, Incorrect, NotFound

from ...engine.ips import LANGUAGES
from ...store.links import OPEN, LinkRow

VIA = "link"
FHIR = "application/fhir+json"
KINDS = ("summary", "pdf", "record")
WRONG_MOST = 10  # passcodes that are wrong, in the whole life of a link
OPENS_MOST = 1000
AGE_MOST = timedelta(days=366)
PASSCODE = (4, 64)  # characters
TICKET_S = 300  # how long the address of a file is good


class TooOften(Busy):
    """The same link was asked for too often."""

    status = 429


class LinkOver(NotFound):
    """There was such a link, and it is over."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"This link is {reason}.", hint="Ask whoever gave it to you for another.")
        self.reason = reason


class WrongPasscode(Incorrect):
    """The passcode is not the link's."""

    status, issue = 401, "login"

    def __init__(self, remaining: int) -> None:
        super().__init__("The passcode is wrong.", hint=f"{remaining} tries are left.")
        self.remaining = remaining


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How a link is to be."""

    until: datetime
    label: str = ""
    passcode: str = ""  # empty: none
    opens_most: int = 0  # 0: as often as can be
    kinds: tuple[str, ...] = ("summary", "pdf")
    is_direct: bool = False  # one file without a manifest
    is_long_term: bool = False
    language: str = ""  # empty: the patient's own


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One time that somebody opened a link, or tried."""

    at: datetime
    recipient: str
    is_opened: bool


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link as its patient sees it; nothing in it opens anything."""

    id: str
    label: str
    state: str  # open, expired, revoked, used or locked
    made_at: datetime
    until: datetime
    opens_most: int
    opens: int
    has_passcode: bool
    kinds: tuple[str, ...]
    openings: tuple[Opening, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Given:
    """A new link, with what is told this once."""

    link: Link
    shlink: str
    url: str  # opens our viewer
    qr: str  # SVG


def require_possible(wish: Wish, now: datetime) -> None:
    """Let no wish past that cannot be met.

    Raises:
        Incorrect: as it says.
    """
    if wish.is_long_term:
        raise Incorrect(
            "A link shows the record as it was when the link was made; it cannot follow it.",
            hint="Leave the long-term flag out, and make a new link when the record has changed.",
        )
    if not now < wish.until <= now + AGE_MOST:
        raise Incorrect("The link ends at no time that can be.", hint="Within a year from now.")
    if not wish.kinds or set(wish.kinds) - set(KINDS):
        raise Incorrect("Nothing is shared, or something unknown.", hint=f"Say {', '.join(KINDS)}.")
    if wish.passcode and not PASSCODE[0] <= len(wish.passcode) <= PASSCODE[1]:
        raise Incorrect("The passcode is too short or too long.", hint="4 to 64 characters.")
    if not 0 <= wish.opens_most <= OPENS_MOST:
        raise Incorrect("The number of openings is none.", hint=f"0, or up to {OPENS_MOST}.")
    if wish.is_direct and (wish.passcode or len(wish.kinds) != 1):
        raise Incorrect(
            "A link without a manifest has one file and no passcode.", hint="Leave direct out."
        )
    if wish.language not in ("", *LANGUAGES):
        raise Incorrect("We do not write that language.", hint=f"Say {', '.join(LANGUAGES)}.")


def state_of(row: LinkRow, now: int) -> str:
    """Whether a link can be opened, or why not: its time ends it as well."""
    return "expired" if row.state == OPEN and row.until_at <= now else row.state


def told(row: LinkRow, content: dict[str, Any], now: int) -> Link:
    """A link as its patient sees it."""
    return Link(
        id=row.id,
        label=content["label"],
        state=state_of(row, now),
        made_at=from_us(row.made_at),
        until=from_us(row.until_at),
        opens_most=row.opens_most,
        opens=row.opens,
        has_passcode=bool(content["hash"]),
        kinds=tuple(content["kinds"]),
    )


def unknown() -> NotFound:
    """There is no such link, or nothing of it any more."""
    return NotFound("There is no such link.", hint="Check that it is whole.")
