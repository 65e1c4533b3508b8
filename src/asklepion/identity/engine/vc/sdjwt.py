"""Credentials of which one shows only what one chooses. https://www.rfc-editor.org/rfc/rfc9901"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from . import base64url, jose, strict
from .did import Jwk
from .errors import Unproven

TYPES = ("dc+sd-jwt", "vc+sd-jwt")  # the second is what drafts before 2025 called it
BINDING = "kb+jwt"
LARGEST = 262_144  # characters of one credential with its disclosures
MOST, DEEPEST = 500, 16  # disclosures, and levels of claims
SALT = 16  # bytes
OPEN = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})  # never hidden
EARLY_S = 60  # by how much others' clocks may differ
Path = tuple[str | int | None, ...]  # None: every element of an array


@dataclass(frozen=True, slots=True)
class Hidden:
    """A claim, or an element of an array, that is shown only if its holder chooses."""

    value: Any


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What opens one hidden place."""

    text: str
    digest: str
    name: str | None  # none: of an array's element
    value: Any


@dataclass(frozen=True, slots=True)
class Parts:
    """A credential taken apart."""

    jwt: str
    disclosures: tuple[Disclosure, ...] = ()
    binding: str = ""  # the holder's proof that it is hers

    @property
    def text(self) -> str:
        """Without the holder's proof: what that proof is about."""
        return "~".join([self.jwt, *(each.text for each in self.disclosures), ""])


@dataclass
class Opened:
    """The claims, and where each disclosure belongs."""

    claims: dict[str, Any]
    places: dict[str, Path] = field(default_factory=dict[str, Path])  # by digest


def issue(
    header: dict[str, Any],
    claims: dict[str, Any],
    key: Jwk,
    *,
    decoys: int = 0,
    salt: Callable[[], str] = lambda: secrets.token_urlsafe(SALT),
) -> str:
    """A signed credential with all its disclosures.

    Args:
        claims: with `Hidden` around whatever the holder may keep to herself, on any level.
        decoys: digests of nothing, so that nobody can count what is hidden.
    """
    hidden = {name for name, value in claims.items() if isinstance(value, Hidden)}
    if hidden & OPEN:
        raise ValueError("a claim that must be seen cannot be hidden")
    found: list[Disclosure] = []
    packed = _pack(claims, found, salt)
    fakes = [_digest(salt()) for _ in range(decoys)]
    digests = sorted([*packed.get("_sd", []), *fakes])
    payload = {**packed, **({"_sd": digests} if digests else {}), "_sd_alg": "sha-256"}
    jwt = jose.sign({"typ": TYPES[0], **header}, payload, key)
    return Parts(jwt, tuple(found)).text


def _pack(value: Any, found: list[Disclosure], salt: Callable[[], str]) -> Any:
    if isinstance(value, dict):
        told: dict[str, Any] = {}
        digests: list[str] = []
        for name, each in cast(dict[str, Any], value).items():
            if isinstance(each, Hidden):
                digests.append(_hide(_pack(each.value, found, salt), name, found, salt))
            else:
                told[name] = _pack(each, found, salt)
        return {**told, **({"_sd": sorted(digests)} if digests else {})}
    if isinstance(value, list):
        return [
            {"...": _hide(_pack(each.value, found, salt), None, found, salt)}
            if isinstance(each, Hidden)
            else _pack(each, found, salt)
            for each in cast(list[Any], value)
        ]
    return value


def _hide(value: Any, name: str | None, found: list[Disclosure], salt: Callable[[], str]) -> str:
    content = [salt(), value] if name is None else [salt(), name, value]
    text = base64url.encode(json.dumps(content, ensure_ascii=False).encode())
    found.append(Disclosure(text, _digest(text), name, value))
    return found[-1].digest


def _digest(text: str) -> str:
    return base64url.encode(hashlib.sha256(text.encode()).digest())


def parse(text: str) -> Parts:
    """A credential taken apart; nothing is verified yet.

    Raises:
        Unproven: it has not that form.
    """
    jwt, *rest = text.split("~")
    if not rest or len(text) > LARGEST or len(rest) > MOST:
        raise Unproven("form", "That is no credential.")
    return Parts(jwt, tuple(map(_disclosure, rest[:-1])), rest[-1])


def _disclosure(text: str) -> Disclosure:
    wrong = Unproven("disclosure", "Something disclosed cannot be read.")
    try:
        found: Any = strict.loads(base64url.decode(text))
    except (ValueError, RecursionError) as error:
        raise wrong from error
    content = cast(list[Any], found) if isinstance(found, list) else []
    if len(content) not in (2, 3) or not isinstance(content[0], str):
        raise wrong
    name = content[1] if len(content) == 3 else None
    if len(content) == 3 and (not isinstance(name, str) or name in ("_sd", "...")):
        raise wrong
    return Disclosure(text, _digest(text), name, content[-1])


class _Opening:
    """Puts disclosures where their digests stand. RFC 9901, section 7.1, step 3"""

    def __init__(self, disclosures: Sequence[Disclosure]) -> None:
        self._known = {each.digest: each for each in disclosures}
        self._seen: set[str] = set()
        self.places: dict[str, Path] = {}
        if len(self._known) < len(disclosures):
            raise Unproven("disclosure", "The same thing is disclosed twice.")

    def open(self, value: Any, path: Path = ()) -> Any:
        if len(path) > DEEPEST:
            raise Unproven("form", "The claims are nested too deep.")
        if isinstance(value, dict):
            return self._object(cast(dict[str, Any], value), path)
        if isinstance(value, list):
            return self._array(cast(list[Any], value), path)
        return value

    def _object(self, value: dict[str, Any], path: Path) -> dict[str, Any]:
        digests: Any = value.get("_sd", [])
        if not isinstance(digests, list) or "..." in value:
            raise Unproven("form", "The claims are not formed as they must be.")
        told = {
            name: self.open(each, (*path, name))
            for name, each in value.items()
            if name != "_sd" and (path or name != "_sd_alg")
        }
        for digest in cast(list[Any], digests):
            found = self._take(digest)
            if found is None:
                continue
            if found.name is None or found.name in told or (not path and found.name in OPEN):
                raise Unproven("disclosure", "Something is disclosed where it cannot stand.")
            place = (*path, found.name)
            self.places[found.digest] = place
            told[found.name] = self.open(found.value, place)
        return told

    def _array(self, value: list[Any], path: Path) -> list[Any]:
        told: list[Any] = []
        for number, each in enumerate(value):
            if not isinstance(each, dict) or "..." not in each:
                told.append(self.open(each, (*path, number)))
                continue
            if len(cast(dict[str, Any], each)) != 1:
                raise Unproven("form", "The claims are not formed as they must be.")
            found = self._take(cast(dict[str, Any], each)["..."])
            if found is None:
                continue
            if found.name is not None:
                raise Unproven("disclosure", "Something is disclosed where it cannot stand.")
            self.places[found.digest] = (*path, number)
            told.append(self.open(found.value, (*path, number)))
        return told

    def _take(self, digest: Any) -> Disclosure | None:
        if not isinstance(digest, str) or digest in self._seen:
            raise Unproven("disclosure", "A digest stands twice, or is none.")
        self._seen.add(digest)
        return self._known.get(digest)

    def require_all_used(self) -> None:
        if self._known.keys() - self._seen:
            raise Unproven("disclosure", "Something is disclosed that the issuer never signed.")


def open_claims(payload: dict[str, Any], disclosures: Sequence[Disclosure]) -> Opened:
    """The claims of a payload with what is disclosed.

    Raises:
        Unproven: something is disclosed that was not signed, or not there, or twice.
    """
    if payload.get("_sd_alg", "sha-256") != "sha-256":
        raise Unproven("algorithm", "The digests are of a kind that is not known here.")
    opening = _Opening(disclosures)
    claims = opening.open(payload)
    opening.require_all_used()
    return Opened(claims, opening.places)


def peek(text: str) -> Opened:
    """All that a holder can read of her own credential; nothing is verified.

    Raises:
        Unproven: it has not the form.
    """
    parts = parse(text)
    _, payload = jose.read(parts.jwt)
    return open_claims(payload, parts.disclosures)


def verify(text: str, key: Jwk, *, now_s: float, typ: tuple[str, ...] = TYPES) -> dict[str, Any]:
    """The claims of a credential, or of a part of it, that the issuer signed and that is in force.

    Args:
        key: the issuer's.

    Raises:
        Unproven: it is not the issuer's, was changed, or is not in force.
    """
    parts = parse(text)
    payload = jose.verify(parts.jwt, key, typ=typ)
    claims = open_claims(payload, parts.disclosures).claims
    require_in_force(claims, now_s)
    return claims


def require_in_force(claims: dict[str, Any], now_s: float) -> None:
    """Let nothing pass that is over, or has not begun.

    Raises:
        Unproven: either.
    """
    until, since = claims.get("exp"), claims.get("nbf")
    for moment in (until, since, claims.get("iat")):
        if moment is not None and (isinstance(moment, bool) or not isinstance(moment, int | float)):
            raise Unproven("form", "A moment in it is no number.")
    if until is not None and now_s >= until:
        raise Unproven("expired", "It is not valid any more.", hint="Ask its issuer for a new one.")
    if since is not None and now_s < since - EARLY_S:
        raise Unproven("early", "It is not valid yet.", hint="Wait until it is.")


def present(text: str, paths: Iterable[Path], **binding: Any) -> str:
    """A part of one's own credential, bound to whom it is for.

    Args:
        paths: what to disclose: each claim with whatever it stands in, and all that is in it.
        binding: as `bind` takes it; without, nothing is bound.
    """
    parts, wanted = parse(text), list(paths)
    places = peek(text).places
    chosen = tuple(
        each
        for each in parts.disclosures
        if any(_meets(places[each.digest], path) for path in wanted)
    )
    shown = Parts(parts.jwt, chosen)
    return shown.text + (bind(shown, **binding) if binding else "")


def _meets(place: Path, path: Path) -> bool:
    """Whether one lies on the way to the other, or in it."""
    return all(
        here == there or (there is None and isinstance(here, int))
        for here, there in zip(place, path, strict=False)
    )


def bind(shown: Parts, *, key: Jwk, audience: str, nonce: str, now_s: float) -> str:
    """The holder's proof that it is hers, and for whom. RFC 9901, section 4.3"""
    claims = {"iat": int(now_s), "aud": audience, "nonce": nonce, "sd_hash": _digest(shown.text)}
    return jose.sign({"typ": BINDING}, claims, key)


def verify_binding(
    text: str, *, audience: str, nonce: str, now_s: float, fresh_s: float = 300
) -> None:
    """Take a presentation only from its holder, only for us, only for this once.

    Raises:
        Unproven: it is another's, for another, for another time, or of other claims.
    """
    parts = parse(text)
    _, payload = jose.read(parts.jwt)
    confirmed: Any = payload.get("cnf")
    key: Any = cast(dict[str, Any], confirmed).get("jwk") if isinstance(confirmed, dict) else None
    if not isinstance(key, dict) or not parts.binding:
        raise Unproven("binding", "Nobody proves that it is theirs.")
    try:
        proof = jose.verify(parts.binding, cast(Jwk, key), typ=(BINDING,))
    except Unproven as error:
        raise Unproven("binding", "Whoever shows it is not its holder.") from error
    if proof.get("sd_hash") != _digest(parts.text):
        raise Unproven("binding", "Its holder showed something else.")
    if proof.get("aud") != audience:
        raise Unproven("audience", "It was shown to somebody else, not to us.")
    said = proof.get("nonce")
    if said != nonce:
        raise Unproven("nonce", "It was shown for another question than this.")
    at = proof.get("iat")
    if isinstance(at, bool) or not isinstance(at, int | float):
        raise Unproven("binding", "The holder's proof has no moment.")
    if not -fresh_s <= at - now_s <= EARLY_S:
        raise Unproven("stale", "It was shown too long ago.")
