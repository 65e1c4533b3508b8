"""What anybody may ask a chain about a consent that a receipt shows them, without the house."""

from typing import Any, cast

from asklepion.kit.errors import HouseError, Incorrect

from ...engine.consent import act_in
from ...engine.pairwise import Grant
from ...engine.receipt import verify_receipt
from ...model import Check, Event, State
from ..chain import RemoteChain

TIMEOUT_WORDS = "The chain cannot be asked"


async def check_on_chain(receipt: Any, url: str) -> Check:
    """What a node says of the consent in a receipt now: whether it stands, ended, or never was.

    Args:
        receipt: whatever somebody was given; what does not hold without the chain is not asked for.
        url: of a node's JSON-RPC; any node of that chain will do.
    """
    failed = verify_receipt(receipt).failed
    if "form" in failed or "consent" in failed:
        return Check("standing", "not made", "The chain was not asked, since the receipt is none.")
    try:
        state, words = await _ask(receipt, url)
    except HouseError as error:
        state, words = "failed", f"{TIMEOUT_WORDS}: {error.message}"
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        state, words = "failed", "What the chain answered cannot be read."
    return Check("standing", state, words)


async def _ask(receipt: Any, url: str) -> tuple[State, str]:
    from ...engine.abi import ConsentState, contract  # half a second

    told = cast(dict[str, Any], receipt) if isinstance(receipt, dict) else {}
    member = told.get("consent")
    if not isinstance(member, dict):
        raise Incorrect("the receipt is of no consent")
    consent = cast(dict[str, Any], member)
    act = act_in(cast(Event, told["event"]))
    address = bytes.fromhex(str(consent["contract"]).removeprefix("0x"))
    chain = RemoteChain(url, chain_id=int(consent["chain"]))
    try:
        at = contract("Consent")
        if not at.artefact.is_deployed_as(await chain.code(address)):
            return "failed", "At the receipt's address lies no contract that keeps consents."
        answer = await chain.call(address, at.call("state", act.record))
        found = ConsentState(*at.result("state", answer))
        now = (await chain.head()).timestamp
    finally:
        await chain.stop()
    return _said(act, found, now)


def _said(act: Any, found: Any, now: int) -> tuple[State, str]:
    if not any(found.subject):
        return "failed", "The chain knows nothing of it (not yet, or it is another chain)."
    if found.subject != act.subject:
        return "failed", "On the chain it belongs to another key."
    if isinstance(act, Grant) and any(found.scope) and found.scope != act.scope:
        return "failed", "On the chain it says something else."
    if found.revoked:
        is_end = not isinstance(act, Grant)
        words = "The chain says that it was taken back."
        return ("passed" if is_end else "failed"), words
    if not isinstance(act, Grant):
        return "failed", "The chain does not know that it was taken back."
    if now >= found.not_after:
        return "failed", "Its time is over."
    if now < found.not_before:
        return "passed", "It stands on the chain, and begins later."
    return "passed", "It stands on the chain now: given, not taken back, not over."
