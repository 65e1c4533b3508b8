"""Passkeys: what a browser is asked for, and whether its answer holds.

https://www.w3.org/TR/webauthn-3/, by the library `webauthn`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import webauthn
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from webauthn.helpers import (
    base64url_to_bytes,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json_dict,
    structs,
)
from webauthn.helpers.cose import COSECRV
from webauthn.helpers.cose import COSEAlgorithmIdentifier as Cose
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey

from asklepion.kit.errors import Forbidden, Incorrect

from ..model import Passkey

ES256, EDDSA, RS256 = -7, -8, -257  # https://www.iana.org/assignments/cose
ALGORITHMS = [Cose(ES256), Cose(EDDSA), Cose(RS256)]  # the one that the chain knows comes first
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
SMALLEST_RSA = 2048  # bits
LONGEST_CREDENTIAL = 1023  # bytes. Web Authentication, section 4, credential id
TIMEOUT_MS = 300_000
PORTS = {"http": 80, "https": 443}
HOUSE = "Asklepion"

REFUSED = "Your device's answer is not good here."
AGAIN = "Try again, on the page of this house."


@dataclass(frozen=True)
class Site:
    """This house as passkeys know it: its name, and where its pages come from."""

    rp: str
    origins: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NewKey:
    """What a device made."""

    credential: bytes
    public_key: bytes
    algorithm: int
    x: bytes
    y: bytes
    sign_count: int
    is_synced: bool


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """What a device signed, once it was found to be good."""

    sign_count: int
    authenticator_data: bytes
    client_data_json: bytes
    signature: bytes


def site_of(address: str) -> Site:
    """The house at an address such as https://house.example.

    A proxy may have taken the encryption off on the way, so the safer page is as good.
    """
    parts = urlsplit(address.casefold())
    host = parts.hostname or ""
    port = "" if parts.port in (None, PORTS.get(parts.scheme)) else f":{parts.port}"
    origins = dict.fromkeys([f"{parts.scheme}://{host}{port}", f"https://{host}{port}"])
    return Site(rp=host, origins=tuple(origins))


def to_create(
    site: Site, *, handle: bytes, name: str, challenge: bytes, known: Iterable[bytes] = ()
) -> dict[str, Any]:
    """What `navigator.credentials.create` is asked for, as JSON.

    Args:
        handle: whose the key will be; says nothing to others.
        name: under which the device lists it.
        known: credentials that the same device must not have already.
    """
    options = webauthn.generate_registration_options(
        rp_id=site.rp,
        rp_name=HOUSE,
        user_id=handle,
        user_name=name,
        user_display_name=name,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_listed(known),
        supported_pub_key_algs=ALGORITHMS,
    )
    return options_to_json_dict(options)


def to_get(site: Site, *, challenge: bytes, known: Iterable[bytes] = ()) -> dict[str, Any]:
    """What `navigator.credentials.get` is asked for, as JSON.

    Args:
        known: the credentials that will do; none: whichever the device has.
    """
    options = webauthn.generate_authentication_options(
        rp_id=site.rp,
        challenge=challenge,
        timeout=TIMEOUT_MS,
        allow_credentials=_listed(known) or None,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


def _listed(known: Iterable[bytes]) -> list[structs.PublicKeyCredentialDescriptor]:
    return [structs.PublicKeyCredentialDescriptor(id=id) for id in known]


def challenge_in(answer: Mapping[str, Any]) -> bytes:
    """Which challenge an answer says that it is to; nothing where it says none.

    Whoever asks must know that challenge again, and check the answer against it.
    """
    try:
        told = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        if told.get("crossOrigin"):  # from a frame in another site's page
            return b""
        return base64url_to_bytes(told["challenge"])
    except Exception:  # whatever was sent: it is none
        return b""


def credential_in(answer: Mapping[str, Any]) -> bytes:
    """Which credential an answer says that it is by; nothing where it says none."""
    try:
        return base64url_to_bytes(answer["rawId"])[: LONGEST_CREDENTIAL + 1]
    except Exception:
        return b""


def handle_in(answer: Mapping[str, Any]) -> bytes:
    """Whose credential an answer says that it is by; nothing where it does not say."""
    try:
        return base64url_to_bytes(answer["response"]["userHandle"])
    except Exception:
        return b""


def created(site: Site, answer: Mapping[str, Any], challenge: bytes) -> NewKey:
    """What a device made, if it made it for this house and this challenge.

    Raises:
        Incorrect: it did not, or it is of no kind that we can use.
    """
    try:
        made = webauthn.verify_registration_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=site.rp,
            expected_origin=list(site.origins),
            require_user_verification=True,
            supported_pub_key_algs=ALGORITHMS,
        )
        x, y = _point(made.credential_public_key)
        algorithm = int(decode_credential_public_key(made.credential_public_key).alg)
    except Exception as error:  # the parsers below raise anything, whatever was sent
        raise Incorrect(REFUSED, hint=AGAIN) from error
    if len(made.credential_id) > LONGEST_CREDENTIAL:
        raise Incorrect(REFUSED, hint=AGAIN)
    return NewKey(
        credential=made.credential_id,
        public_key=made.credential_public_key,
        algorithm=algorithm,
        x=x,
        y=y,
        sign_count=made.sign_count,
        is_synced=made.credential_device_type == structs.CredentialDeviceType.MULTI_DEVICE,
    )


def _point(public_key: bytes) -> tuple[bytes, bytes]:
    """Where an ES256 key is on P-256; nothing for the other kinds.

    Nothing was signed by a new key yet, so that it is one at all is checked here.
    """
    decoded = decode_credential_public_key(public_key)
    key = decoded_public_key_to_cryptography(decoded)
    if isinstance(key, RSAPublicKey) and key.key_size < SMALLEST_RSA:
        raise ValueError("a short RSA key")
    if not isinstance(decoded, DecodedEC2PublicKey):
        return b"", b""
    if int(decoded.alg) != ES256 or decoded.crv != COSECRV.P256:
        raise ValueError("ES256 on another curve")
    return decoded.x.rjust(32, b"\0"), decoded.y.rjust(32, b"\0")


def signed(site: Site, answer: Mapping[str, Any], challenge: bytes, by: Passkey) -> Assertion:
    """What a device signed, if this passkey did, for this house and this challenge.

    Raises:
        Copied: a key that counts went back or stood still.
        Forbidden: it did not sign that; or nobody was seen to be the one whose device it is.
    """
    if by.rp != site.rp:
        raise Forbidden(REFUSED, hint=AGAIN)
    try:
        found = webauthn.verify_authentication_response(
            credential=dict(answer),
            expected_challenge=challenge,
            expected_rp_id=site.rp,
            expected_origin=list(site.origins),
            credential_public_key=by.public_key,
            credential_current_sign_count=0,  # looked at below
            require_user_verification=True,
        )
        response = answer["response"]
        signed = Assertion(
            sign_count=found.new_sign_count,
            authenticator_data=base64url_to_bytes(response["authenticatorData"]),
            client_data_json=base64url_to_bytes(response["clientDataJSON"]),
            signature=base64url_to_bytes(response["signature"]),
        )
    except Exception as error:  # the parsers below raise anything, whatever was sent
        raise Forbidden(REFUSED, hint=AGAIN) from error
    counts = bool(signed.sign_count or by.sign_count) and not by.is_synced
    if counts and signed.sign_count <= by.sign_count:
        raise Copied(by)
    return signed


class Copied(Forbidden):
    """A key that counts went back or stood still: there are two of it."""

    def __init__(self, key: Passkey) -> None:
        super().__init__(REFUSED, hint="Remove this passkey, and add it again.")
        self.key = key


def halves(signature: bytes) -> tuple[bytes, bytes]:
    """The two numbers of an ES256 signature, the second the lower of the two that are as good."""
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32), min(s, ORDER - s).to_bytes(32)
