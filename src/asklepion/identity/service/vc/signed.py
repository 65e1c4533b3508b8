"""Whether a document is signed by whoever it says: the keys are asked for, then it is looked at."""

import asyncio
from collections.abc import Awaitable, Callable

from ...engine.vc import integrity
from ...engine.vc.did import Jwk
from ...engine.vc.documents import Secured
from ...engine.vc.errors import Unproven

KeyOf = Callable[[str, str, str], Awaitable[Jwk]]  # whose, its name, what it is for


async def require_signed(secured: Secured, key_of: KeyOf) -> list[str]:
    """By whom a document is signed, each once.

    Raises:
        Unproven: a key is not to be had, or a signature does not hold.
    """
    signers = secured.signers
    if len(signers) > integrity.MOST:  # before anybody is asked for a key
        raise Unproven("signature", "The document has too many proofs.")
    keys = {each: await key_of(each.who, each.key, secured.purpose) for each in signers}
    await asyncio.to_thread(secured.require_signed, keys)  # a long document takes a while
    return list(dict.fromkeys(each.who for each in signers))
