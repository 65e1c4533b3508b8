"""Ways in for whoever is not signed in: passkey, invitation, second device, paper, friends."""

from typing import Any

from fastapi import APIRouter, Request, Response

from asklepion.kit.clock import to_iso

from ..service import SIGN_IN, Progress
from .answers import Address, Answered, Chosen, Email, Named, Root, Signed, Token
from .routes import Here, Text, opened

router = APIRouter()


class Accepted(Named):
    """A first passkey, by an invitation."""

    token: Text


class Typed(Email):
    """A printed code."""

    code: Text


class Replaced(Accepted):
    """A new passkey after a printed code."""

    drops_old: bool


class Asked(Named, Email):
    """A new passkey for whoever asks guardians."""


@router.post("/passkeys/door/options")
async def to_sign_in(identity: Here, here: Root) -> dict[str, Any]:
    """What a browser is asked, to sign in with whichever passkey it has."""
    return identity.passkeys.to_sign_in(here=here)


@router.post("/passkeys/door")
async def sign_in(
    body: Answered, identity: Here, here: Root, address: Address, request: Request, answer: Response
) -> dict[str, Any]:
    """Sign in with a passkey: the answer sets the session's cookie."""
    session = await identity.passkeys.sign_in(body.credential.answer, here=here, address=address)
    return opened(session, request, answer)


# An invitation


@router.post("/invitations/read")
async def read_invitation(body: Token, identity: Here, here: Root) -> dict[str, Any]:
    """Who is invited, and what her browser is asked."""
    back = identity.returning.is_one(body.token)  # of somebody who was here before
    room = identity.returning if back else identity.devices
    account, options = await room.read(body.token, here=here)
    return {"name": account.name, "language": account.language, "options": options}


@router.post("/invitations/accept")
async def accept_invitation(
    body: Accepted, identity: Here, here: Root, request: Request, answer: Response
) -> dict[str, Any]:
    """Make one's first passkey, and come in; the invitation is used up."""
    back = identity.returning.is_one(body.token)
    session = await (identity.returning if back else identity.devices).accept(
        body.token, body.credential.answer, name=body.name, here=here
    )
    return opened(session, request, answer)


# A second device


@router.post("/devices/open")
async def open_device(body: Token, identity: Here) -> dict[str, Any]:
    """Open the link of a second device on it; the answer has the number that it is to show."""
    claim, number = await identity.devices.open(body.token)
    return {"claim": claim, "number": number}


@router.post("/devices/wait")
async def wait_for_device(body: Token, identity: Here, here: Root) -> dict[str, Any]:
    """Whether the first device has confirmed the number, and what the browser is asked then."""
    return {"options": await identity.devices.wait(body.token, here=here)}


@router.post("/devices/join")
async def join(
    body: Accepted, identity: Here, here: Root, request: Request, answer: Response
) -> dict[str, Any]:
    """Make the second device's passkey, and come in on it."""
    session = await identity.devices.join(
        body.token, body.credential.answer, name=body.name, here=here
    )
    return opened(session, request, answer)


# Paper


@router.post("/printed/begin")
async def begin_with_code(
    body: Typed, identity: Here, here: Root, address: Address
) -> dict[str, Any]:
    """Type a printed code; the answer has what the browser is asked for a new passkey."""
    ticket, options = await identity.printed.begin(
        body.email, body.code, here=here, address=address
    )
    return {"ticket": ticket, "options": options}


@router.post("/printed/finish")
async def finish_with_code(
    body: Replaced, identity: Here, here: Root, request: Request, answer: Response
) -> dict[str, Any]:
    """Go on with a new passkey; the code is used up, and every other session ends."""
    session = await identity.printed.finish(
        body.token, body.credential.answer, name=body.name, drops_old=body.drops_old, here=here
    )
    return opened(session, request, answer)


# Friends


@router.post("/recovery/options")
async def to_recover(body: Email, identity: Here, here: Root) -> dict[str, Any]:
    """What a browser is asked, so that there is a new passkey; alike for every address."""
    return await identity.recovering.to_ask(body.email, here=here)


@router.post("/recovery/ask", status_code=201)
async def recover(body: Asked, identity: Here, here: Root, address: Address) -> dict[str, Any]:
    """Ask one's guardians; the answer has the code to tell them. Alike for every address."""
    asked = await identity.recovering.ask(
        body.email, body.credential.answer, name=body.name, here=here, address=address
    )
    return {"code": asked.code, "claim": asked.claim, "expires_at": to_iso(asked.expires_at)}


@router.post("/recovery/look")
async def look(body: Token, identity: Here) -> dict[str, Any]:
    """How far it is, for the device that asked."""
    return progress(await identity.recovering.look(body.token))


def progress(told: Progress) -> dict[str, Any]:
    """How far a request is."""
    return {
        "id": told.id,
        "state": told.state,
        "agreed": told.agreed,
        "needed": told.needed,
        "started_at": to_iso(told.started_at),
        "ready_at": to_iso(told.ready_at) if told.ready_at else None,
        "expires_at": to_iso(told.expires_at),
    }


# A wallet


@router.post("/wallets/door/message")
async def wallet_message(body: Chosen, identity: Here, here: Root) -> dict[str, Any]:
    """What a wallet is to sign so that it opens. https://eips.ethereum.org/EIPS/eip-4361"""
    text = identity.wallets.message(SIGN_IN, body.address, body.chain, account="", here=here)
    return {"message": text}


@router.post("/wallets/door")
async def wallet_sign_in(
    body: Signed, identity: Here, here: Root, address: Address, request: Request, answer: Response
) -> dict[str, Any]:
    """Sign in by a wallet that its owner allowed to open."""
    session = await identity.wallets.sign_in(
        body.message, body.signature, here=here, address=address
    )
    return opened(session, request, answer)
