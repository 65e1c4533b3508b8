"""What the verbs about credentials give and take."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from asklepion.kit.clock import to_iso

from ...engine.vc.kinds import Kind
from ...engine.vc.status import Status


@dataclass(frozen=True, kw_only=True)
class NewCredential:
    """What is to be issued, to whom, and until when."""

    kind: Kind
    account: str = ""  # one of the two
    email: str = field(default="", repr=False)
    told: Mapping[str, Any] = field(repr=False)
    until: datetime
    since: datetime | None = None  # now


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the register of what this house issued."""

    id: str
    kind: Kind
    account: str
    name: str = field(repr=False)
    claims: Mapping[str, Any] = field(repr=False)
    state: Status
    since: datetime
    until: datetime
    issued_at: datetime
    copies: int = 0  # in apps outside


@dataclass(frozen=True, kw_only=True)
class Card:
    """A credential as its holder sees it."""

    id: str
    kind: Kind | None  # none: of a type that we do not know
    vct: str
    issuer: str
    is_here: bool  # issued by this house
    claims: Mapping[str, Any] = field(repr=False)
    state: str  # valid, revoked, suspended, expired, early
    since: datetime
    until: datetime
    received_at: datetime
    has_file: bool = False  # a badge that can be taken along
    is_document: bool = False  # it is shown whole or not at all
    is_trusted: bool = False  # its issuer's licences count here


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at, and what was seen."""

    what: str  # form, signature, binding, audience, nonce, time, status, credentials, holder
    state: str  # passed, failed, not made
    by: tuple[str, ...] = ()  # whose signature
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What something shown proves."""

    why: str = ""  # empty: it is proven; else a word such as signature, audience, revoked
    issuer: str = ""
    is_here: bool = False
    is_trusted: bool = False  # its licences count here
    kind: Kind | None = None
    vct: str = ""
    claims: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    until: datetime | None = None
    checked_at: datetime
    form: str = "sd-jwt"  # or vc, vp: a credential or a presentation that is a document
    holder: str = ""  # who shows a presentation
    checks: tuple[Check, ...] = ()
    credentials: tuple["Verdict", ...] = ()  # what a presentation holds

    @property
    def holds(self) -> bool:
        """Nothing failed, and whoever must have signed it did; states may not have been asked."""
        needed = {"form", "binding" if self.form == "vp" else "signature"}
        passed = {check.what for check in self.checks if check.state == "passed"}
        return not self.why and needed <= passed and all(each.holds for each in self.credentials)

    def as_json(self) -> dict[str, Any]:
        """The same for others."""
        return {
            "why": self.why,
            "issuer": self.issuer,
            "is_here": self.is_here,
            "is_trusted": self.is_trusted,
            "kind": self.kind,
            "vct": self.vct,
            "claims": dict(self.claims),
            "until": self.until and to_iso(self.until),
            "checked_at": to_iso(self.checked_at),
            "form": self.form,
            "holder": self.holder,
            "checks": [
                {"what": each.what, "state": each.state, "by": each.by, "words": each.words}
                for each in self.checks
            ],
            "credentials": [each.as_json() for each in self.credentials],
        }


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link by which somebody is shown a part of a credential."""

    id: str
    credential: str
    names: tuple[str, ...]
    expires_at: datetime
    opened: int
    token: str = field(default="", repr=False)  # told once


@dataclass(frozen=True, kw_only=True)
class Told:
    """That something was shown, to whom, and what."""

    id: str
    credential: str
    at: datetime
    to: str = field(repr=False)
    how: str  # link, request, file or app
    names: tuple[str, ...] = field(repr=False)
