"""The message that a wallet signs to come in, read strictly.

https://eips.ethereum.org/EIPS/eip-4361. Only keys are checked here: a contract that signs
(ERC-1271) is asked on its chain, by whoever has one.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from coincurve import PublicKey
from Crypto.Hash import keccak as keccak_hash

from asklepion.kit.clock import to_iso
from asklepion.kit.errors import Forbidden, Incorrect

LONGEST = 4000  # characters of a message that is looked at
HALF = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0  # of secp256k1's order
VERSION = "1"
NOT_ONE = "That is no message that a wallet signs to come in."


@dataclass(frozen=True, kw_only=True)
class Message:
    """What a wallet was shown and signed."""

    domain: str
    address: bytes
    statement: str | None = None
    uri: str
    chain: int
    nonce: str
    issued_at: datetime
    expires_at: datetime | None = None
    not_before: datetime | None = None
    request: str | None = None
    resources: tuple[str, ...] = ()


def keccak(data: bytes) -> bytes:
    """The hash that Ethereum uses, older than SHA-3."""
    hasher: Any = keccak_hash.new(digest_bits=256)
    return hasher.update(data).digest()


def checksummed(address: bytes) -> str:
    """An address with its checksum in the case of its letters. https://eips.ethereum.org/EIPS/eip-55"""
    plain = address.hex()
    marks = keccak(plain.encode()).hex()
    pairs = zip(plain, marks, strict=False)
    return "0x" + "".join(each.upper() if int(mark, 16) >= 8 else each for each, mark in pairs)


def address_of(text: str) -> bytes:
    """An address as a wallet tells it.

    Raises:
        Incorrect: it is none, or its checksum is not right.
    """
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", text):
        raise Incorrect("That is no wallet's address.")
    address = bytes.fromhex(text[2:])
    if text[2:] not in (text[2:].lower(), text[2:].upper()) and checksummed(address) != text:
        raise Incorrect("The address is mistyped: its checksum is not right.")
    return address


def written(message: Message) -> str:
    """A message as wallets show it. EIP-4361, section Message Format"""
    lines = [
        f"{message.domain} wants you to sign in with your Ethereum account:",
        checksummed(message.address),
        "",
        *([message.statement, ""] if message.statement is not None else [""]),
        f"URI: {message.uri}",
        f"Version: {VERSION}",
        f"Chain ID: {message.chain}",
        f"Nonce: {message.nonce}",
        f"Issued At: {to_iso(message.issued_at)}",
    ]
    for name, moment in (
        ("Expiration Time", message.expires_at),
        ("Not Before", message.not_before),
    ):
        if moment is not None:
            lines.append(f"{name}: {to_iso(moment)}")
    if message.request is not None:
        lines.append(f"Request ID: {message.request}")
    if message.resources:
        lines += ["Resources:", *(f"- {each}" for each in message.resources)]
    return "\n".join(lines)


@cache
def _grammar() -> re.Pattern[str]:
    """The ABNF of EIP-4361, with the parts of RFC 3986 that it needs."""
    plain, coded, sub = r"[A-Za-z0-9\-._~]", r"%[0-9A-Fa-f]{2}", r"[!$&'()*+,;=]"
    sign = rf"(?:{plain}|{coded}|{sub}|[:@])"
    host = rf"(?:\[[0-9A-Fa-f:.]+\]|(?:{plain}|{coded}|{sub})+)"
    authority = rf"(?:(?:{plain}|{coded}|{sub}|:)*@)?{host}(?::\d+)?"
    scheme = r"[A-Za-z][A-Za-z0-9+.\-]*"
    path = rf"//(?:{authority})?(?:/{sign}*)*|/(?:{sign}+(?:/{sign}*)*)?|{sign}+(?:/{sign}*)*"
    uri = rf"{scheme}:(?:{path})?(?:\?(?:{sign}|[/?])*)?(?:#(?:{sign}|[/?])*)?"
    moment = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)"
    statement = rf"(?:{plain}|[:/?#\[\]@!$&'()*+,;= ])+"
    return re.compile(
        rf"(?:{scheme}://)?(?P<domain>{authority})"
        r" wants you to sign in with your Ethereum account:\n"
        r"(?P<address>0x[0-9a-fA-F]{40})\n\n"
        rf"(?:(?P<statement>{statement})\n)?\n"
        rf"URI: (?P<uri>{uri})\n"
        rf"Version: {VERSION}\n"
        r"Chain ID: (?P<chain>[0-9]{1,18})\n"
        r"Nonce: (?P<nonce>[A-Za-z0-9]{8,})\n"
        rf"Issued At: (?P<issued_at>{moment})"
        rf"(?:\nExpiration Time: (?P<expires_at>{moment}))?"
        rf"(?:\nNot Before: (?P<not_before>{moment}))?"
        rf"(?:\nRequest ID: (?P<request>{sign}*))?"
        rf"(?:\nResources:(?P<resources>(?:\n- {uri})*))?",
        re.ASCII,
    )


def read(text: str) -> Message:
    """A message, if it is one to the letter.

    Raises:
        Incorrect: it is not.
    """
    found = _grammar().fullmatch(text) if len(text) <= LONGEST else None
    if found is None:
        raise Incorrect(NOT_ONE)
    parts = found.groupdict()
    address = bytes.fromhex(parts["address"][2:])
    if checksummed(address) != parts["address"]:
        raise Incorrect("The address in the message is mistyped: its checksum is not right.")
    listed: str = parts["resources"] or ""
    return Message(
        domain=parts["domain"],
        address=address,
        statement=parts["statement"],
        uri=parts["uri"],
        chain=int(parts["chain"]),
        nonce=parts["nonce"],
        issued_at=_moment(parts["issued_at"]),
        expires_at=_moment(parts["expires_at"]) if parts["expires_at"] else None,
        not_before=_moment(parts["not_before"]) if parts["not_before"] else None,
        request=parts["request"],
        resources=tuple(line[2:] for line in listed.split("\n")[1:]),
    )


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Incorrect("A moment in the message is none.") from error


def require(message: Message, *, domain: str, now: datetime) -> None:
    """Let no message past that is for another house, or not for now.

    Raises:
        Forbidden: it is.
    """
    if message.domain != domain:
        raise Forbidden("That message is for another house.", hint="Sign the one of this page.")
    if message.expires_at is not None and now >= message.expires_at:
        raise Forbidden("That message is over.", hint="Try again.")
    if message.not_before is not None and now < message.not_before:
        raise Forbidden("That message is not good yet.", hint="Try again later.")


def signer(text: str, signature: str) -> bytes:
    """Whose wallet signed a message (EIP-191), by the one of two signatures that is taken.

    Raises:
        Forbidden: nobody's did.
    """
    wrong = Forbidden("That is no wallet's signature.", hint="Sign the message again.")
    if not re.fullmatch(r"0x[0-9a-fA-F]{130}", signature):
        raise wrong
    told = bytes.fromhex(signature[2:])
    turn = told[64] - 27 if told[64] >= 27 else told[64]
    if turn not in (0, 1) or int.from_bytes(told[32:64]) > HALF:
        raise wrong
    words = text.encode()
    digest = keccak(b"\x19Ethereum Signed Message:\n" + str(len(words)).encode() + words)
    try:
        key = PublicKey.from_signature_and_message(told[:64] + bytes([turn]), digest, hasher=None)
    except Exception as error:  # the library raises plain ones
        raise wrong from error
    return keccak(key.format(compressed=False)[1:])[12:]
