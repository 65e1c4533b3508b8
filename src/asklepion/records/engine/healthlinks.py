"""SMART Health Links: the link itself, its picture, and files sealed under its key.

Source: https://hl7.org/fhir/uv/smart-health-cards-and-links/STU1/links-specification.html
"""

import base64
import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import orjson
import segno
from joserfc import jwe
from joserfc.jwk import OctKey

from asklepion.kit.errors import Unsupported

KEY_BYTES = 32
URL_MOST = 128  # characters of a manifest's address
SCHEME = "shlink:/"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


def b64(data: bytes) -> str:
    """Base64 for URLs, without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True, kw_only=True)
class Payload:
    """What a link says; the key is nowhere else."""

    url: str
    key: bytes
    until_s: int  # seconds since 1970
    label: str = ""
    has_passcode: bool = False
    is_direct: bool = False

    def link(self) -> str:
        """The link as text.

        Raises:
            Unsupported: the address is longer than the standard lets it be.
        """
        if len(self.url) > URL_MOST:
            raise Unsupported(
                f"The address of this house leaves no room for a link: {URL_MOST} characters.",
                hint="Open the house under a shorter name.",
            )
        flag = ("P" if self.has_passcode else "") + ("U" if self.is_direct else "")
        held: dict[str, Any] = {"url": self.url, "key": b64(self.key), "exp": self.until_s}
        held |= {"flag": flag} if flag else {}
        held |= {"label": self.label} if self.label else {}
        return SCHEME + b64(orjson.dumps(held | {"v": 1}))


def sealed_under(key: bytes, content: bytes, kind: str) -> str:
    """A file as a compact JWE; each gets a nonce of its own.

    Args:
        kind: its media type, such as application/fhir+json.
    """
    header = {"alg": "dir", "enc": "A256GCM", "zip": "DEF", "cty": kind}
    return jwe.encrypt_compact(header, content, OctKey.import_key(key))


def picture(text: str) -> str:
    """A QR code as SVG, dark on light in any theme, with error correction of level M."""
    out = BytesIO()
    code = segno.make_qr(text, error="m", boost_error=False)
    code.save(
        out, kind="svg", border=4, dark="#0b2b2c", light="#ffffff", xmldecl=False, svgclass=None,
        lineclass=None, omitsize=True,
    )  # fmt: skip
    return out.getvalue().decode()


def plain(text: str, most: int) -> str:
    """What somebody wrote as one short line: no control signs, none that turn the direction."""
    return " ".join(CONTROL.sub(" ", text).split())[:most]
