"""Examining a document where there is no house: by what it says itself, or what others publish."""

import re

from asklepion.kit.clock import Clock

from ...engine.vc import did
from ...engine.vc.did import Jwk
from ...engine.vc.status import Status
from ...engine.vc.vcdm import CREDENTIAL, PRESENTATION, Document
from ..outside import Reach, reach
from .elsewhere import Elsewhere, key_in_name
from .examining import Examining, Unasked
from .values import Verdict

COMPACT = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")


def is_paper(text: str) -> bool:
    """Whether a text means to be a credential or a presentation, well formed or not."""
    text = text.strip()
    if COMPACT.fullmatch(text):
        return True
    return (
        text.startswith("{")
        and '"@context"' in text
        and (CREDENTIAL in text or PRESENTATION in text)
    )


async def examine_alone(
    text: str,
    *,
    clock: Clock,
    audience: str = "",
    nonce: str = "",
    is_online: bool = False,
    reach: Reach = reach,
) -> Verdict:
    """What a document proves to whoever has nothing but it.

    Args:
        audience: to whom it must have been shown; empty: it is not asked.
        nonce: the question that it must answer; likewise.
        is_online: whether its issuer is asked for the key and for the state; else a did:key alone
            can be looked at, and what was not is told.
    """
    outside = Elsewhere(clock, reach)
    key_of, state_of = (
        (outside.key_of, outside.state_of) if is_online else (_key_in_name, _no_state)
    )
    examining = Examining(clock, key_of, state_of, _known)
    return await examining.examine(text, audience=audience, nonce=nonce)


async def _key_in_name(issuer: str, kid: str, purpose: str) -> Jwk:
    if issuer.startswith(did.PREFIX):
        return key_in_name(issuer, kid)
    raise Unasked(f"{issuer} was not asked for its key ({purpose}).")


async def _no_state(issuer: str, document: Document) -> Status:
    raise Unasked(f"{issuer} was not asked whether it still stands.")


async def _known(issuer: str) -> tuple[bool, bool]:
    return False, False
